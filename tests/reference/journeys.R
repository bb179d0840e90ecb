# Shrunken scores of cells by random-effects meta-analysis (package metafor: REML, blup), the same averaged over tau with
# a flat prior on its square by numerical integration (base R, dense algebra), and a two-way table of units by mix with
# fixed effects (lm). Figures are made up. Run in this folder: Rscript journeys.R > journeys.json
suppressPackageStartupMessages({library(metafor); library(jsonlite)})
channel <- rep(c("chat", "e-mail", "phone", "web"), each = 5); reason <- rep(c("a", "b", "c", "d", "e"), 4)
y <- c(5.21, 5.48, 5.02, 5.37, 5.60, 5.31, 5.51, 5.58, 5.41, 5.05, 4.71, 5.00, 4.93, 4.20, 4.74, 5.72, 5.57, 5.70, 5.68, 6.10)
n <- c(243, 86, 85, 158, 12, 160, 134, 110, 131, 9, 76, 47, 56, 7, 23, 158, 63, 115, 112, 5)
v <- 2.7 / n * (1 + 0.2 * sin(seq_along(n)))
most <- 3
tight <- list(threshold = 1e-14, maxiter = 10000)
plug <- function(method, mods) {
  fit <- rma(y, v, mods = mods, method = method, control = tight)
  b <- blup(fit)
  list(tau2 = fit$tau2, coefficients = as.vector(coef(fit)), fitted = as.vector(fitted(fit)), blup = as.vector(b$pred), se = as.vector(b$se))
}
# Posterior given tau, for any covariance of the scores.
given <- function(tau, y, V, X) {
  T <- V + tau^2 * diag(length(y)); W <- solve(T)
  C <- if (ncol(X)) solve(t(X) %*% W %*% X) else matrix(0, 0, 0)
  b <- if (ncol(X)) C %*% t(X) %*% W %*% y else matrix(0, 0, 1)
  r <- y - X %*% b
  mean <- as.vector(y - V %*% W %*% r)
  cov <- V - V %*% W %*% V + V %*% W %*% X %*% C %*% t(X) %*% W %*% V
  log <- -(as.numeric(determinant(T)$modulus) - (if (ncol(X)) as.numeric(determinant(C)$modulus) else 0) + sum(r * (W %*% r))) / 2
  list(mean = mean, cov = cov, log = log)
}
averaged <- function(y, V, X, most, K = diag(length(y))) {
  top <- max(sapply(seq(0, most, length.out = 400), function(t) given(t, y, V, X)$log))
  whole <- function(f) {
    g <- function(ts) sapply(ts, function(t) { h <- given(t, y, V, X); t * exp(h$log - top) * f(h) })
    cuts <- most * c(0, .02, .05, .1, .15, .2, .3, .5, 1)
    sum(sapply(2:length(cuts), function(k) integrate(g, cuts[k - 1], cuts[k], rel.tol = 1e-12, abs.tol = 0, subdivisions = 2000)$value))
  }
  base <- whole(function(h) 1)
  one <- function(k) {
    mean <- whole(function(h) sum(k * h$mean)) / base
    square <- whole(function(h) sum(k * (h$cov %*% k)) + sum(k * h$mean)^2) / base
    below <- function(x) whole(function(h) pnorm((x - sum(k * h$mean)) / sqrt(sum(k * (h$cov %*% k))))) / base
    sd <- sqrt(square - mean^2)
    limit <- function(p) uniroot(function(x) below(x) - p, mean + c(-6, 6) * sd, tol = 1e-11)$root
    c(mean, sd, limit(.025), limit(.975))
  }
  found <- apply(K, 1, one)
  list(mean = found[1, ], standard_deviation = found[2, ], low = found[3, ], high = found[4, ])
}
ones <- matrix(1, 20, 1); main <- model.matrix(~ channel + reason)
R <- 0.15 + 0.85 * diag(20); R[1:5, 6:10] <- R[1:5, 6:10] + 0.1; R[6:10, 1:5] <- R[6:10, 1:5] + 0.1
V <- R * tcrossprod(sqrt(v))
# Units by mix: every answer of a cell has the score of the cell, which leaves the coefficients as they are.
set.seed(3)
t <- expand.grid(unit = c("u", "v", "w", "x", "y"), kind = c("a", "b", "c"))
t$n <- c(30, 12, 5, 9, 0, 4, 25, 11, 8, 19, 7, 0, 33, 14, 6); t$score <- round(4 + as.integer(t$unit) / 5 + as.integer(t$kind) / 2 + rnorm(15, 0, .4), 3)
t <- t[t$n > 0, ]
t$v <- 2.5 / t$n
fit <- lm(score ~ 0 + unit + kind, data = t, weights = n)
X <- model.matrix(fit); A <- diag(t$n)
linear <- solve(t(X) %*% A %*% X) %*% t(X) %*% A
share <- tapply(t$n, t$unit, sum) / sum(t$n)
# How uneven units are beyond chance, by the method of moments with dense matrices; twice, the second time with a tenth of the variances.
left <- diag(nrow(t)) - X %*% linear
uneven <- function(v) max(0, (sum(t$n * residuals(fit)^2) - sum(diag(A %*% left %*% diag(v) %*% t(left)))) / sum(diag(A %*% left %*% t(left))))
errors <- function(v) {
  C <- (linear %*% diag(v + uneven(v)) %*% t(linear))[1:5, 1:5]
  sqrt(diag(centre %*% C %*% t(centre)))
}
centre <- (diag(5) - matrix(share, 5, 5, byrow = TRUE)); effect <- as.vector(centre %*% coef(fit)[1:5])
measured <- as.vector(tapply(t$n * t$score, t$unit, sum) / tapply(t$n, t$unit, sum))
covariance <- (linear %*% diag(t$v + uneven(t$v)) %*% t(linear))[1:5, 1:5]
H <- contr.helmert(5); H <- H / rep(sqrt(colSums(H^2)), each = 5)
none <- matrix(0, 4, 0)
league <- list(unit = as.integer(t$unit) - 1, kind = as.integer(t$kind) - 1, n = t$n, score = t$score, variance = t$v, share = as.vector(share),
               effect = effect, expected = measured - effect, uneven = sqrt(uneven(t$v)), tenth = list(uneven = sqrt(uneven(t$v / 10)), standard_error = errors(t$v / 10)),
               standard_error = errors(t$v),
               shrunken = averaged(as.vector(t(H) %*% coef(fit)[1:5]), t(H) %*% covariance %*% H, none, most, centre %*% H))
cat(toJSON(list(R = R.version.string, metafor = as.character(packageVersion("metafor")), channel = channel, reason = reason,
                y = y, v = v, correlation = R, most = most,
                reml = list(overall = plug("REML", ~ 1), main = plug("REML", ~ channel + reason)),
                averaged = list(overall = averaged(y, diag(v), ones, most), main = averaged(y, diag(v), main, most),
                                correlated = averaged(y, V, ones, most),
                                against_total = averaged(y, diag(v), ones, most, diag(20) - matrix(n / sum(n), 20, 20, byrow = TRUE))),
                n = n, league = league), auto_unbox = TRUE, digits = 15, pretty = TRUE), "\n")
