# KPIs beside scores. Slopes on scores as they are: least squares (lm) for segments, and for weeks with a gap generalised
# least squares at each carry (package nlme), averaged by the restricted likelihood. Slopes freed of sampling error, from
# their definitions with whole covariance matrices: restricted likelihood over spread and carry of true scores, their
# best linear predictors, then the KPI on these. Correlations by cor.test.
# Run in this folder: Rscript kpis.R > kpis.json
suppressPackageStartupMessages({library(nlme); library(jsonlite)})

spreads <- c(0, 0.15, 0.3, 0.45, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.35, 1.5, 1.75, 2, 2.5, 3.2, 4)
width <- c(0.15, (spreads[-(1:2)] - spreads[1:16]) / 2, 0.8)
# Widths of unequally spaced nodes by second-order differences, as numpy.gradient takes them over unit steps.
carries <- c(0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.96); calm <- c(0, 0.3, 0.6, 0.85); parts <- c(0, 0.25, 0.5, 0.75, 1)

quantile_of <- function(w, m, s, df, p, open = 0) {
  if (p <= open / 2 || p >= 1 - open / 2) return(sign(p - 0.5) * Inf)
  f <- function(b) sum(w * pt((b - m) / s, df)) + open / 2 - p
  uniroot(f, range(c(m - 1e3 * s, m + 1e3 * s)), tol = 1e-13, maxiter = 5000)$root
}
said <- function(w, m, s, df, open = 0) {
  below <- sum(w * pt((0 - m) / s, df)) + open / 2
  list(estimate = quantile_of(w, m, s, df, 0.5, open), low = quantile_of(w, m, s, df, 0.025, open),
       high = quantile_of(w, m, s, df, 0.975, open), p_value = 2 * min(below, 1 - below))
}

truths <- function(x, v, place, design, calm) {
  res <- lm.fit(design, x)$residuals
  top <- max(sqrt(sum(res^2) / (length(x) - ncol(design))), sqrt(mean(v)) / 2)
  nodes <- list()
  for (i in seq_along(spreads)) for (c in if (spreads[i] > 0) calm else 0) {
    sigma <- diag(v) + (spreads[i] * top)^2 * c^abs(outer(place, place, "-"))
    inverse <- solve(sigma); cross <- t(design) %*% inverse %*% design
    b <- solve(cross, t(design) %*% inverse %*% x); r <- x - design %*% b
    prior <- if (i == 1) width[1] / 2 * sum(1 - calm^2) else width[i] * (1 - c^2)
    log_weight <- log(prior) - 0.5 * (determinant(sigma)$modulus + determinant(cross)$modulus + t(r) %*% inverse %*% r)
    true <- sigma - diag(v)
    nodes[[length(nodes) + 1]] <- list(log_weight = as.numeric(log_weight), spread = spreads[i] * top,
      expected = as.numeric(design %*% b + true %*% inverse %*% r), left = diag(true - true %*% inverse %*% true))
  }
  logs <- sapply(nodes, function(n) n$log_weight); w <- exp(logs - max(logs)); w <- w / sum(w)
  list(w = w, expected = lapply(nodes, function(n) n$expected), spread = sapply(nodes, function(n) n$spread),
       left = as.numeric(sapply(nodes, function(n) n$left) %*% w),
       reliability = sum(w * sapply(nodes, function(n) n$spread^2 / (n$spread^2 + mean(v)))))
}

slope <- function(y, v, weights, columns, place, design, carries) {
  shape <- if (any(v > 0)) v / mean(v) else v
  df <- length(y) - ncol(design) - 1
  middle <- Reduce(`+`, Map(`*`, weights, columns))
  most <- min(1, 2 * mean(v) / (sum(lm.fit(cbind(design, middle), y)$residuals^2) / df))
  used <- if (any(v > 0) && (diff(range(shape)) > 0 || length(carries) > 1)) most * parts else 0
  all <- NULL
  for (m in seq_along(columns)) {
    found <- NULL
    for (h in used) for (c in if (h < 1) carries else 0) {
      sigma <- (1 - h) * c^abs(outer(place, place, "-")) + h * diag(shape)
      inverse <- solve(sigma); d <- cbind(design, columns[[m]]); cross <- t(d) %*% inverse %*% d
      b <- solve(cross, t(d) %*% inverse %*% y); rss <- as.numeric(t(y - d %*% b) %*% inverse %*% (y - d %*% b))
      prior <- if (h < 1) 1 / length(carries) else 1
      log_weight <- log(prior) - 0.5 * (determinant(sigma)$modulus + determinant(cross)$modulus + df * log(rss))
      found <- rbind(found, c(as.numeric(log_weight), b[ncol(d)], sqrt(rss / df * solve(cross)[ncol(d), ncol(d)])))
    }
    w <- exp(found[, 1] - max(found[, 1])); found[, 1] <- weights[m] * w / sum(w)
    all <- rbind(all, found)
  }
  said(all[, 1], all[, 2], all[, 3], df, 1 - sum(weights))
}

freed <- function(x, s, y, v, place, design, carries, calm) {
  t <- truths(x, s, place, design, calm); known <- t$spread > 0
  pass <- function(more) slope(y, v + more, t$w[known], t$expected[known], place, design, carries)
  first <- pass(0); second <- pass(first$estimate^2 * t$left)
  c(second, list(reliability = t$reliability))
}

gradient <- function(f) c(f[2] - f[1], (f[-(1:2)] - f[1:(length(f) - 2)]) / 2, f[length(f)] - f[length(f) - 1])
width <- gradient(spreads)

set.seed(12)
size <- c(40, 200, 90, 400, 60, 150, 30, 300, 120, 80, 250, 50, 500, 70)
truth <- rnorm(14, 0.75, 0.07); s <- round(truth * (1 - truth) / size, 6)
x <- round(truth + rnorm(14, 0, sqrt(s)), 4)
v <- round(0.02 / (3 * size), 7); y <- round(0.3 - 0.25 * truth + rnorm(14, 0, sqrt(v)) + rnorm(14, 0, 0.02), 5)
one <- matrix(1, 14, 1)
segments <- list(score = x, variance = s, figure = y, figure_variance = v,
  least_squares = { f <- lm(y ~ x); ci <- confint(f)[2, ]
    list(estimate = coef(f)[[2]], low = ci[[1]], high = ci[[2]], p_value = summary(f)$coefficients[2, 4]) },
  plain = slope(y, v, 1, list(x), 1:14, one, 0), freed = freed(x, s, y, v, 1:14, one, 0, 0),
  pearson = { f <- cor.test(x, y); list(estimate = f$estimate[[1]], low = f$conf.int[1], high = f$conf.int[2]) },
  spearman = cor(x, y, method = "spearman"))

place <- c(0:8, 10:21); n <- length(place)
truth <- 0.78 + 0.001 * place + as.numeric(arima.sim(list(ar = 0.4), n, sd = 0.03))
s <- round(0.17 / (60 + 20 * (place %% 4)), 6); x <- round(truth + rnorm(n, 0, sqrt(s)), 4)
y <- round(50 - 60 * truth - 0.1 * place + as.numeric(arima.sim(list(ar = 0.5), n, sd = 1.5)), 3)
design <- cbind(1, (place - mean(place)) / max(place))
data <- data.frame(y = y, x = x, time = design[, 2], place = place)
gls_at <- lapply(carries, function(c) {
  f <- if (c == 0) gls(y ~ time + x, data, method = "REML")
       else gls(y ~ time + x, data, method = "REML", correlation = corAR1(c, form = ~place, fixed = TRUE))
  list(b = coef(f)[["x"]], se = sqrt(vcov(f)["x", "x"]), log_likelihood = as.numeric(logLik(f)))
})
logs <- sapply(gls_at, function(f) f$log_likelihood); w <- exp(logs - max(logs)); w <- w / sum(w)
weeks <- list(position = place, score = x, variance = s, figure = y,
  by_nlme = said(w, sapply(gls_at, function(f) f$b), sapply(gls_at, function(f) f$se), n - 3),
  plain = slope(y, rep(0, n), 1, list(x), place, design, carries),
  freed = freed(x, s, y, rep(0, n), place, design, carries, calm))
cat(toJSON(list(segments = segments, weeks = weeks), digits = 12, auto_unbox = TRUE, pretty = TRUE), "\n")
