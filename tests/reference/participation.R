# Chi-square tests of fit and of homogeneity, the Cochran-Armitage trend test from base R; Rao and Scott's test on
# the covariance that package survey estimates.
# Run in this folder: Rscript participation.R > participation.json
suppressPackageStartupMessages({library(survey); library(jsonlite)})
fits <- lapply(list(list(c(18, 82), c(250, 750)), list(c(12, 40, 31, 7), c(400, 900, 500, 200)),
                    list(c(205, 581, 453, 540), c(833, 1845, 1311, 1607))), function(k) {
  x <- k[[1]]; f <- k[[2]]
  fit <- chisq.test(x, p = f / sum(f)); linked <- chisq.test(rbind(x, f - x), correct = FALSE)
  list(n = x, frame = f, fit = fit$statistic[[1]], fit_p = fit$p.value,
       linked = linked$statistic[[1]], linked_p = linked$p.value)
})
trends <- lapply(list(list(c(142, 150, 156, 143), c(446, 512, 467, 437), 0:3),
                      list(c(40, 30, 35, 18, 20), c(100, 90, 110, 80, 95), c(0, 1, 2, 4, 5))), function(k) {
  test <- prop.trend.test(k[[1]], k[[2]], k[[3]])
  line <- lm(I(k[[1]] / k[[2]]) ~ k[[3]], weights = k[[2]])
  list(answered = k[[1]], n = k[[2]], x = k[[3]], chi_square = test$statistic[[1]], p = test$p.value,
       slope = coef(line)[[2]])
})
set.seed(4)
level <- sample(c("a", "b", "c"), 60, TRUE, c(.5, .3, .2)); w <- round(rgamma(60, 2, 1), 2) + .1
frame <- c(a = 400, b = 400, c = 200); p <- frame / sum(frame)
shares <- svymean(~factor(level), svydesign(~1, weights = ~w, data = data.frame(level, w)))
effects <- eigen(diag(1 / p) %*% (60 * vcov(shares)))$values
x2 <- 60 * sum((coef(shares) - p)^2 / p); scale <- sum(effects^2) / sum(effects); df <- sum(effects)^2 / sum(effects^2)
weighted <- list(level = level, w = w, frame = as.list(frame), shares = as.vector(coef(shares)),
                 standard_error = as.vector(SE(shares)), chi_square = x2 / scale, df = df,
                 p = pchisq(x2 / scale, df, lower.tail = FALSE))
cat(toJSON(list(R = R.version.string, survey = as.character(packageVersion("survey")), fits = fits, trends = trends,
  weighted = weighted), auto_unbox = TRUE, digits = 15, pretty = TRUE), "\n")
