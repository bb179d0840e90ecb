# The score interval from its definition, by nested root finding: for each mean mu the most likely distribution on the
# scale's points (observed or not) by its Lagrange multiplier, then the mu whose standardised distance is the quantile.
# Run in this folder: Rscript score_interval.R > score_interval.json
suppressPackageStartupMessages(library(jsonlite))

constrained <- function(counts, values, mu) {
  n <- sum(counts); d <- values - mu; seen <- counts > 0
  g <- function(l) sum(counts[seen] * d[seen] / (1 + l * d[seen]))
  lo <- -1 / max(d); hi <- -1 / min(d); eps <- 1e-13
  a <- if (seen[which.max(d)]) lo * (1 - eps) else lo
  b <- if (seen[which.min(d)]) hi * (1 - eps) else hi
  l <- if (g(a) <= 0) a else if (g(b) >= 0) b else uniroot(g, c(a, b), tol = 1e-16, maxiter = 10000)$root
  p <- rep(0, length(values)); p[seen] <- counts[seen] / (n * (1 + l * d[seen]))
  # What is left over lies on an end point that nobody chose.
  if (l == a && !seen[which.max(d)]) p[which.max(d)] <- 1 - sum(p)
  if (l == b && !seen[which.min(d)]) p[which.min(d)] <- 1 - sum(p)
  stopifnot(abs(sum(p) - 1) < 1e-6, abs(sum(p * values) - mu) < 1e-5)
  p
}
limit <- function(counts, values, level, end) {
  n <- sum(counts); m <- sum(counts * values) / n; z <- qnorm((1 + level) / 2)
  if (m == end) return(end)
  excess <- function(mu) {
    p <- constrained(counts, values, mu)
    abs(m - mu) - z * sqrt(sum(p * (values - mu)^2) / n)
  }
  near <- m + (end - m) * 1e-9; far <- m + (end - m) * (1 - 1e-9)
  uniroot(excess, sort(c(near, far)), tol = 1e-13, maxiter = 10000)$root
}
cases <- list(
  list(c(15, 45), c(0, 1), .95), list(c(5, 5, 10), c(-1, 0, 1), .95), list(c(0, 0, 12), c(-1, 0, 1), .95),
  list(c(247, 301, 452), c(-1, 0, 1), .95), list(c(0, 3, 7), c(-1, 0, 1), .99), list(c(0, 0, 0, 0, 5), 1:5, .95),
  list(c(0, 1, 2, 1, 1), 1:5, .95), list(c(5, 5, 10, 15, 20, 25, 20), 1:7, .95), list(c(0, 0, 1, 0, 4, 0, 0), 1:7, .90),
  list(c(1, 0, 0, 0, 0, 0, 9), 1:7, .95), list(c(2, 0, 0, 1, 0, 3, 2, 9, 20, 31, 44), 0:10, .99),
  list(c(0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0), 0:10, .95), list(c(120, 30, 45, 210, 900, 2100, 4000), 1:7, .95))
found <- lapply(cases, function(k) {
  ends <- range(k[[2]])
  list(counts = k[[1]], values = k[[2]], confidence_level = k[[3]],
       low = limit(k[[1]], k[[2]], k[[3]], ends[1]), high = limit(k[[1]], k[[2]], k[[3]], ends[2]))
})
cat(toJSON(list(R = R.version.string, cases = found), auto_unbox = TRUE, digits = 15, pretty = TRUE), "\n")
