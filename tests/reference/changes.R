# Changes of level in R's own series (Nile, 100 years) and in a made-up one with three levels: best partitions and their
# sums of squares, F statistics, Bai's intervals for dates (package strucchange); the likelihood ratio of a level shift,
# restricted likelihood and coefficients with known sampling variances and autoregressive ups and downs, from their
# definitions; segmented regression with Newey and West's errors (package sandwich).
# Run in this folder: Rscript changes.R > changes.json
suppressPackageStartupMessages({library(strucchange); library(sandwich); library(jsonlite)})

set.seed(7)
made <- round(c(rnorm(18, 3.8, 0.25), rnorm(14, 4.3, 0.25), rnorm(16, 4.0, 0.25)), 3)
partitions <- function(y, share, most) {
  found <- breakpoints(y ~ 1, h = share, breaks = most)
  lapply(1:most, function(k) {
    cut <- breakpoints(found, breaks = k)
    list(changes = k, places = as.list(as.integer(cut$breakpoints)), rss = cut$RSS)
  })
}
interval <- function(y, share, level) {
  found <- breakpoints(y ~ 1, h = share, breaks = 1)
  as.integer(confint(found, breaks = 1, level = level, het.reg = FALSE, het.err = FALSE)$confint)
}
series <- function(y, shortest, most) {
  share <- (shortest + 0.5) / length(y)
  f <- Fstats(y ~ 1, from = share)
  list(y = as.numeric(y), shortest = shortest, partitions = partitions(as.numeric(y), share, most),
       f = as.numeric(f$Fstats), first_f = f$breakpoint - which.max(f$Fstats) + 1,
       bai_90 = interval(as.numeric(y), share, 0.90), bai_95 = interval(as.numeric(y), share, 0.95))
}

# A score of period t has variance v_t + spread^2 and correlation carry^|s - t| between ups and downs.
v <- 0.16 / (40 + 15 * (1:30 %% 5)); place <- c(0:11, 13:30)
shares <- round(0.78 + 0.04 * sin(1:30) + ifelse(place >= 17, 0.06, 0), 4)
node <- function(spread, carry, design) {
  sigma <- diag(v) + spread^2 * carry^abs(outer(place, place, "-"))
  inverse <- solve(sigma); cross <- t(design) %*% inverse %*% design
  b <- solve(cross, t(design) %*% inverse %*% shares); r <- shares - design %*% b
  q <- as.numeric(t(r) %*% inverse %*% r); d <- as.numeric(determinant(sigma)$modulus)
  list(spread = spread, carry = carry, coefficients = as.numeric(b), errors = sqrt(diag(solve(cross))),
       ml = -0.5 * (d + q), reml = -0.5 * (d + q + as.numeric(determinant(cross)$modulus)))
}
after <- as.numeric(place >= 17)
design <- cbind(1, place - 17, after, (place - 17) * after)
nodes <- list(node(0, 0, design), node(0.02, 0.4, design), node(0.05, 0.8, design), node(0.02, 0.4, cbind(rep(1, 30))))

m <- lm(shares ~ 0 + design, weights = 1 / v)
cat(toJSON(list(
  R = R.version.string, strucchange = as.character(packageVersion("strucchange")),
  sandwich = as.character(packageVersion("sandwich")),
  nile = series(Nile, 5, 3), made = series(made, 5, 4),
  noise = list(y = shares, variance = v, position = place, first = 17, nodes = nodes),
  weighted = list(coefficients = as.numeric(coef(m)),
                  newey_west = lapply(0:3, function(lag) sqrt(diag(NeweyWest(m, lag = lag, prewhite = FALSE, adjust = TRUE)))))
), auto_unbox = TRUE, digits = 15, pretty = TRUE), "\n")
