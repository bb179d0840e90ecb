# A line with one kink, by brute force (lm at every place, optimize within every gap between neighbouring values of x)
# and by package segmented. Run in this folder: Rscript broken_line.R > broken_line.json
suppressPackageStartupMessages({library(segmented); library(jsonlite)})
set.seed(20261122)
n <- 160
d <- data.frame(x = round(rexp(n, 1 / 4), 3), z = rnorm(n), w = round(runif(n, 0.5, 2), 3))
d$y <- round(2 + 0.1 * d$x + 0.7 * pmax(d$x - 3.5, 0) - 0.4 * d$z + rnorm(n) * (1 + 0.1 * d$x), 4)
d$whole <- round(d$x)
fit_at <- function(place, x, w) { e <- data.frame(y = d$y, x = x, hinge = pmax(x - place, 0), z = d$z, w = w); lm(y ~ x + hinge + z, data = e, weights = w) }
brute <- function(x, w) {
  loss <- function(place) deviance(fit_at(place, x, w))
  values <- sort(unique(x))
  low <- max(values[2], quantile(x, .05, type = 1)); high <- min(rev(values)[2], quantile(x, .95, type = 1))
  values <- values[values >= low & values <= high]
  inside <- sapply(seq_len(length(values) - 1), function(k) optimize(loss, values[k + 0:1], tol = 1e-12)$minimum)
  tried <- c(values, inside)
  place <- tried[which.min(sapply(tried, loss))]
  b <- unname(coef(fit_at(place, x, w)))
  list(place = place, below = b[2], above = b[2] + b[3], deviance = loss(place))
}
base <- lm(y ~ x + z, data = d)
s <- segmented(base, seg.Z = ~x, psi = 3, control = seg.control(tol = 1e-14, it.max = 500, n.boot = 50, digits = 14))
slopes <- slope(s, digits = 12)$x[, 1]
cat(toJSON(list(R = R.version.string, segmented = as.character(packageVersion("segmented")), data = d,
  brute = brute(d$x, rep(1, n)), weighted = brute(d$x, d$w), whole = brute(d$whole, rep(1, n)),
  package = list(place = unname(s$psi[, "Est."]), below = unname(coef(s)["x"]), above = unname(coef(s)["x"] + coef(s)["U1.x"]),
                 deviance = deviance(s))), auto_unbox = TRUE, digits = 15, dataframe = "columns", pretty = TRUE), "\n")
