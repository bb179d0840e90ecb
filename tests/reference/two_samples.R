# Two samples of answers: R's own tests, simultaneous critical values, and score intervals from their definition.

suppressPackageStartupMessages({
  library(mvtnorm)
  library(multcomp)
})

spread <- function(counts, values) rep(values, counts)

# The most likely distribution with mean mu: log likelihood and variance. Values within a sample are sorted; the end of
# the scale towards which mu departs takes mass where nobody chose it and the likelihood asks for it.
tilted <- function(counts, values, mu) {
  n <- sum(counts)
  mean <- sum(counts * values) / n
  if (abs(mu - mean) < 1e-13) {
    p <- counts / n
  } else {
    end <- if (mu > mean) max(values) else min(values)
    seen <- counts > 0
    total <- function(lambda) sum(counts[seen] / n / (1 + lambda * (values[seen] - mu))) - 1
    furthest <- -1 / (end - mu)
    at_end <- if (counts[values == end] > 0) Inf else total(furthest)
    if (at_end <= 0) {
      lambda <- furthest
    } else {
      lambda <- uniroot(total, c(1e-12, 1 - 1e-13) * furthest, tol = 1e-16, maxiter = 10000)$root
    }
    p <- ifelse(seen, counts / n / (1 + lambda * (values - mu)), 0)
    p[values == end] <- p[values == end] + max(0, 1 - sum(p))
  }
  seen <- counts > 0
  list(log_likelihood = sum(counts[seen] * log(p[seen])), variance = sum(p * values^2) - sum(p * values)^2)
}

# Variance of the difference of means under the most likely pair whose means differ by d: by search over the first mean.
pair_variance <- function(x, y, values, d) {
  low <- max(min(values), min(values) + d)
  high <- min(max(values), max(values) + d)
  edge <- 1e-9 * (high - low)
  fit <- optimize(
    function(mu) tilted(x, values, mu)$log_likelihood + tilted(y, values, mu - d)$log_likelihood,
    c(low + edge, high - edge), maximum = TRUE, tol = 1e-12
  )
  mu <- fit$maximum
  tilted(x, values, mu)$variance / sum(x) + tilted(y, values, mu - d)$variance / sum(y)
}

score_limits <- function(x, y, values, level = 0.95) {
  z <- qnorm((1 + level) / 2)
  estimate <- sum(x * values) / sum(x) - sum(y * values) / sum(y)
  span <- diff(range(values))
  beyond <- function(d) (estimate - d)^2 - z^2 * pair_variance(x, y, values, d)
  near <- 1e-4 * span
  c(
    uniroot(beyond, c(-span * (1 - 1e-6), estimate - near), tol = 1e-12)$root,
    uniroot(beyond, c(estimate + near, span * (1 - 1e-6)), tol = 1e-12)$root
  )
}

score_p <- function(x, y, values, d = 0) {
  estimate <- sum(x * values) / sum(x) - sum(y * values) / sum(y)
  2 * pnorm(-abs(estimate - d) / sqrt(pair_variance(x, y, values, d)))
}

# Brunner and Munzel's test from ranks, for the probability that x is higher.
brunner_munzel <- function(x, y, level = 0.95) {
  n <- length(x)
  m <- length(y)
  together <- rank(c(x, y))
  placed <- list(together[1:n] - rank(x), together[n + 1:m] - rank(y))
  parts <- c(var(placed[[1]]) / m^2 / n, var(placed[[2]]) / n^2 / m)
  estimate <- mean(placed[[1]]) / m
  error <- sqrt(sum(parts))
  df <- sum(parts)^2 / (parts[1]^2 / (n - 1) + parts[2]^2 / (m - 1))
  half <- qt((1 + level) / 2, df) * error
  list(
    estimate = estimate, error = error, df = df, p = 2 * pt(-abs((estimate - 0.5) / error), df),
    low = estimate - half, high = estimate + half,
    logit = plogis(qlogis(estimate) + c(-1, 1) * half / (estimate * (1 - estimate)))
  )
}

pairs_of_samples <- list(
  list(x = c(2, 3, 5, 12, 18), y = c(6, 5, 9, 10, 10), values = 1:5),
  list(x = c(0, 1, 4, 6, 9), y = c(3, 2, 8, 20, 7), values = 1:5),
  list(x = c(5, 5, 10, 15, 20, 25, 20), y = c(10, 10, 10, 20, 20, 20, 40), values = 1:7),
  list(x = c(0, 0, 0, 2, 3, 7, 0), y = c(1, 0, 2, 4, 4, 9, 0), values = 1:7),
  list(x = c(1, 0, 0, 1, 0, 3, 2, 5, 9, 8, 12), y = c(2, 1, 0, 2, 1, 5, 3, 6, 7, 4, 3), values = 0:10),
  list(x = c(11, 14, 12), y = c(20, 31, 49), values = -1:1)
)

samples <- lapply(pairs_of_samples, function(s) {
  x <- spread(s$x, s$values)
  y <- spread(s$y, s$values)
  welch <- t.test(x, y)
  margin <- 0.4
  tost <- c(
    t.test(x, y, mu = -margin, alternative = "greater")$p.value,
    t.test(x, y, mu = margin, alternative = "less")$p.value
  )
  list(
    first = s$x, second = s$y, values = s$values,
    score = score_limits(s$x, s$y, s$values), score_90 = score_limits(s$x, s$y, s$values, 0.9),
    score_p = score_p(s$x, s$y, s$values), score_p_at_margin = score_p(s$x, s$y, s$values, margin),
    welch = as.vector(welch$conf.int), welch_p = welch$p.value, margin = margin,
    welch_non_inferior = tost[1], welch_equivalent = max(tost),
    superiority = brunner_munzel(x, y),
    kruskal = kruskal.test(c(x, y), rep(1:2, c(length(x), length(y))))$p.value
  )
})

tables <- list(
  matrix(c(12, 4, 2, 6, 15, 3, 1, 7, 20), 3, byrow = TRUE),
  matrix(c(3, 1, 0, 0, 0, 2, 6, 4, 1, 0, 1, 3, 9, 5, 2, 0, 1, 2, 11, 6, 0, 0, 1, 2, 14), 5, byrow = TRUE)
)
paired <- lapply(tables, function(m) {
  k <- nrow(m)
  cells <- as.vector(m)
  test <- t.test(rep(row(m), cells), rep(col(m), cells), paired = TRUE)
  list(table = m, t = as.vector(test$conf.int), p = test$p.value, correlation = cor(rep(row(m), cells), rep(col(m), cells)))
})

# Critical values of all pairs with equal sizes are Tukey's: exact. Of many to one and of unequal sizes: mvtnorm, with
# its absolute error of the probability asked to be small.
set.seed(1)
tight <- GenzBretz(maxpts = 2e6, abseps = 1e-5)
correlation_of <- function(sizes, type) {
  contrasts <- contrMat(sizes, type)
  cov2cor(contrasts %*% diag(1 / sizes) %*% t(contrasts))
}
critical <- function(sizes, type, df) {
  correlation <- correlation_of(sizes, type)
  list(
    sizes = sizes, type = type, df = df, contrasts = unclass(contrMat(sizes, type))[, seq_along(sizes)],
    quantile = qmvt(0.95, tail = "both.tails", df = df, corr = correlation, algorithm = tight)$quantile,
    beyond = 1 - pmvt(rep(-2.5, nrow(correlation)), rep(2.5, nrow(correlation)), df = df, corr = correlation,
                      algorithm = tight)[1]
  )
}
simultaneous <- list(
  critical(c(a = 10, b = 20, c = 30), "Tukey", 57), critical(c(a = 15, b = 8, c = 40, d = 25), "Tukey", 0),
  critical(c(a = 30, b = 10, c = 10, d = 10, e = 10), "Dunnett", 65), critical(c(a = 12, b = 9, c = 21, d = 30), "GrandMean", 0)
)
tukey <- lapply(list(c(3, 10), c(4, 20), c(6, 60), c(10, 200)), function(p) {
  list(segments = p[1], df = p[2], quantile = qtukey(0.95, p[1], p[2]) / sqrt(2), beyond = ptukey(3 * sqrt(2), p[1], p[2], lower.tail = FALSE))
})

found <- list(
  made_by = list(r = R.version.string, mvtnorm = as.character(packageVersion("mvtnorm")),
                 multcomp = as.character(packageVersion("multcomp"))),
  samples = samples, paired = paired, simultaneous = simultaneous, tukey = tukey
)
cat(jsonlite::toJSON(found, auto_unbox = TRUE, digits = NA, pretty = TRUE), "\n")
