# Bootstrap limits by package boot, with the replicates that they come from.
# Run in this folder: Rscript bootstrap.R > bootstrap.json
suppressPackageStartupMessages({library(boot); library(jsonlite)})
one <- function(counts, values, R, seed, level) {
  x <- rep(values, counts)
  set.seed(seed)
  b <- boot(x, function(d, i) mean(d[i]), R = R)
  L <- empinf(b, type = "jack")
  list(counts = counts, values = values, confidence_level = level, t0 = b$t0, replicates = as.vector(b$t),
       percentile = as.vector(boot.ci(b, conf = level, type = "perc")$percent[4:5]),
       bca = as.vector(boot.ci(b, conf = level, type = "bca", L = L)$bca[4:5]),
       z0 = qnorm(sum(b$t < b$t0) / b$R), acceleration = sum(L^3) / (6 * sum(L^2)^1.5))
}
cases <- list(
  one(c(5, 5, 10, 15, 20, 25, 20), 1:7, 499, 1, .95), one(c(1, 0, 0, 0, 0, 3, 9), 1:7, 499, 2, .90),
  one(c(3, 4, 13), c(-1, 0, 1), 500, 3, .95), one(c(7, 2, 1), c(0, .5, 4), 300, 4, .80))
cat(toJSON(list(R = R.version.string, boot = as.character(packageVersion("boot")), cases = cases),
           auto_unbox = TRUE, digits = 15), "\n")
