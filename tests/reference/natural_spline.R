# Natural cubic splines: the basis by package Hmisc, the curve by splines::ns on the same knots, its HC3 covariance by
# package sandwich, controls at their means; the robust score test of the straight line by base R.
# Run in this folder: Rscript natural_spline.R > natural_spline.json
suppressPackageStartupMessages({library(splines); library(sandwich); library(jsonlite)})
set.seed(20261123)
n <- 120
d <- data.frame(x = round(rgamma(n, 2, 0.5), 3), z = round(rnorm(n), 3))
d$y <- round(3 + sin(d$x / 2) + 0.3 * d$z + rnorm(n) * (0.3 + 0.1 * d$x), 4)
at <- c(0.5, 2, 4, 6, 9)
curves <- lapply(3:7, function(count) {
  basis <- Hmisc::rcspline.eval(d$x, nk = count, inclx = TRUE)
  knots <- attr(basis, "knots")
  fit <- lm(y ~ ns(x, knots = knots[-c(1, count)], Boundary.knots = knots[c(1, count)]) + z, data = d)
  rows <- model.matrix(delete.response(terms(fit)), data.frame(x = at, z = mean(d$z)))
  v <- vcovHC(fit, type = "HC3")
  straight <- lm(y ~ x + z, data = d)
  curved <- lm(basis[, -1] ~ x + z, data = d)
  left <- qr.Q(qr(as.matrix(residuals(curved)))); e <- residuals(straight)
  total <- colSums(left * e)
  scores <- left * e / (1 - hatvalues(fit))
  f <- drop(total %*% solve(crossprod(scores), total)) / ncol(scores)
  list(count = count, knots = knots, basis = unname(unclass(basis))[1:10, , drop = FALSE], at = at,
       estimate = unname(drop(rows %*% coef(fit))),
       standard_error = unname(sqrt(diag(rows %*% v %*% t(rows)))),
       p_linear = pf(f, ncol(scores), straight$df.residual, lower.tail = FALSE))
})
cat(toJSON(list(R = R.version.string, Hmisc = as.character(packageVersion("Hmisc")), sandwich = as.character(packageVersion("sandwich")),
  data = d, curves = curves), auto_unbox = TRUE, digits = 15, dataframe = "columns", pretty = TRUE), "\n")
