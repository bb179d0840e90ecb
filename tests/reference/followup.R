# The effect of a call by augmented inverse probability weighting with weights that sum to 1, written out in base R: glm
# and lm for the two models, and the standard error from all estimating equations stacked, with the derivative taken
# numerically. Residuals of lm are divided by 1 - leverage in the meat (HC3). Data are made up.
# Run in this folder: Rscript followup.R > followup.json
suppressPackageStartupMessages(library(jsonlite))
set.seed(7)
n <- 160
value <- round(rnorm(n), 3); rating <- sample(1:3, n, TRUE); phone <- rbinom(n, 1, .4)
called <- rbinom(n, 1, plogis(-.3 + .7 * value - .4 * (rating - 2) + .5 * phone))
back <- rbinom(n, 1, plogis(-.2 + .5 * value + .3 * (rating - 2) + .6 * called))
score <- round(4 + .6 * value + .4 * rating + .7 * called + rnorm(n), 2)
X <- cbind(1, value, rating, phone)
sandwich_se <- function(psi, theta, meat = psi(theta)) {
  p <- length(theta); B <- matrix(0, p, p)
  for (k in 1:p) { h <- 1e-5 * max(1, abs(theta[k])); up <- down <- theta; up[k] <- up[k] + h; down[k] <- down[k] - h
    B[, k] <- colSums(psi(up) - psi(down)) / (2 * h) }
  V <- solve(B) %*% crossprod(meat) %*% t(solve(B))
  list(V = V)
}
one <- function(y, share, among) {
  link <- if (share) plogis else identity
  model <- function(s) if (share) glm(y ~ value + rating + phone, binomial, subset = s, control = list(epsilon = 1e-15, maxit = 100)) else lm(y ~ value + rating + phone, subset = s)
  a <- unname(coef(glm(called ~ value + rating + phone, binomial, control = list(epsilon = 1e-15, maxit = 100))))
  fits <- list(model(called == 0), model(called == 1)); b <- lapply(fits, function(f) unname(coef(f)))
  about <- if (among == "called") called else rep(1, n)
  weight <- function(arm, e) if (among == "called") { if (arm) rep(1, n) else e / (1 - e) } else { if (arm) 1 / e else 1 / (1 - e) }
  # theta: a, b0, b1, then for each arm the mean of the model's figures and the mean of what is left over.
  part <- function(t) list(a = t[1:4], b = list(t[5:8], t[9:12]), m = t[c(13, 15)], r = t[c(14, 16)])
  psi <- function(t, lever = FALSE) {
    p <- part(t); e <- plogis(as.vector(X %*% p$a)); out <- X * (called - e)
    figures <- lapply(p$b, function(k) link(as.vector(X %*% k)))
    for (arm in 0:1) {
      left <- ifelse(called == arm, y - figures[[arm + 1]], 0)
      if (lever && !share) left[called == arm] <- left[called == arm] / (1 - hatvalues(fits[[arm + 1]]))
      out <- cbind(out, X * left)
    }
    for (arm in 0:1) {
      f <- figures[[arm + 1]]; w <- weight(arm, e) * (called == arm)
      out <- cbind(out, about * (f - p$m[arm + 1]), w * (y - f - p$r[arm + 1]))
    }
    out
  }
  e <- plogis(as.vector(X %*% a)); theta <- c(a, b[[1]], b[[2]])
  for (arm in 0:1) {
    f <- link(as.vector(X %*% b[[arm + 1]])); w <- weight(arm, e) * (called == arm)
    theta <- c(theta, sum(about * f) / sum(about), sum(w * (y - f)) / sum(w))
  }
  V <- sandwich_se(psi, theta, psi(theta, TRUE))$V
  k <- c(rep(0, 12), -1, -1, 1, 1)
  kept <- 1:16
  # Among those called what they had is their own mean, whatever the model, so HC3 does not touch it.
  if (among == "called") {
    psi2 <- function(t, lever = FALSE) { p16 <- c(t[1:8], b[[2]], t[9:10], 0, 0); cbind(psi(p16, lever)[, c(1:8, 13:14)], called * (y - t[11])) }
    theta2 <- c(theta[c(1:8, 13:14)], mean(y[called == 1])); k <- c(rep(0, 8), -1, -1, 1)
    V <- sandwich_se(psi2, theta2, psi2(theta2, TRUE))$V; theta <- theta2
  }
  w0 <- weight(0, e) * (called == 0)
  with_call <- if (among == "called") mean(y[called == 1]) else sum(theta[15:16])
  without <- if (among == "called") sum(theta[9:10]) else sum(theta[13:14])
  spread <- sqrt((apply(X[called == 1, -1], 2, var) + apply(X[called == 0, -1], 2, var)) / 2)
  w1 <- weight(1, e) * (called == 1)
  list(with_call = with_call, without_call = without, effect = sum(k * theta), standard_error = sqrt(as.vector(k %*% V %*% k)),
    effective = sum(w0)^2 / sum(w0^2), chances = e,
    before = as.vector((colMeans(X[called == 1, -1]) - colMeans(X[called == 0, -1])) / spread),
    after = as.vector((colSums(w1 * X[, -1]) / sum(w1) - colSums(w0 * X[, -1]) / sum(w0)) / spread))
}
cases <- list()
for (outcome in c("back", "score")) for (among in c("called", "all"))
  cases[[length(cases) + 1]] <- c(list(outcome = outcome, among = among), one(get(outcome), outcome == "back", among))
cat(toJSON(list(version = R.version.string, value = value, rating = rating, phone = phone, called = called, back = back, score = score,
  cases = cases), auto_unbox = TRUE, digits = NA), "\n")
