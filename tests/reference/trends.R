# Average run lengths by package spc; Laney's p' and its kin for a mean, written out from the definition in base R;
# tail probabilities of three sigmas by the binomial distribution.
# Run in this folder: Rscript trends.R > trends.json
suppressPackageStartupMessages({library(spc); library(jsonlite)})
shifts <- c(0, .25, .5, 1, 1.5, 2)
ewma <- lapply(list(c(.1, 2.814), c(.2, 2.86), c(.4, 3.054)), function(k) list(weight = k[1], limit = k[2],
  shift = shifts, arl = sapply(shifts, function(m) xewma.arl(k[1], k[2], m, sided = "two", r = 80))))
cusum <- lapply(list(c(.5, 4), c(.5, 5), c(.88, 2.5)), function(k) list(reference = k[1], limit = k[2],
  shift = shifts, one = sapply(shifts, function(m) xcusum.arl(k[1], k[2], m, sided = "one", r = 80)),
  two = sapply(shifts, function(m) xcusum.arl(k[1], k[2], m, sided = "two", r = 80))))
survive <- list(weight = .2, limit = 2.86, shift = 1, periods = 1:20,
  left = as.vector(xewma.sf(.2, 2.86, 1, 20, sided = "two", r = 80)))
laney <- function(x, centre, s) {
  z <- (x - centre) / s
  spread <- mean(abs(diff(z))) / (2 / sqrt(pi))
  list(estimate = x, centre = centre, chance = s, dispersion = spread,
       low = centre - 3 * spread * s, high = centre + 3 * spread * s)
}
good <- c(412, 380, 455, 350, 498, 401, 370, 466, 430, 389, 512, 344)
n <- c(500, 480, 530, 460, 590, 520, 455, 560, 540, 470, 640, 450)
p <- sum(good) / sum(n)
share <- c(list(good = good, n = n), laney(good / n, p, sqrt(p * (1 - p) / n)))
counts <- rbind(c(2, 3, 5, 20, 30), c(1, 4, 9, 25, 41), c(6, 2, 7, 30, 25), c(0, 3, 3, 18, 36), c(4, 4, 8, 22, 40),
  c(3, 1, 6, 28, 52), c(5, 6, 9, 20, 30), c(1, 2, 3, 15, 49))
size <- rowSums(counts); points <- 1:5
pooled <- colSums(counts) / sum(counts); centre <- sum(pooled * points)
variance <- sum(pooled * (points - centre)^2)
mean5 <- c(list(counts = counts, n = size), laney(as.vector(counts %*% points) / size, centre, sqrt(variance / size)))
cat(toJSON(list(R = R.version.string, spc = as.character(packageVersion("spc")), ewma = ewma, cusum = cusum,
  survive = survive, share = share, mean = mean5), auto_unbox = TRUE, digits = 15, pretty = TRUE), "\n")
