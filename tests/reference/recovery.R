# The effect of a call by augmented inverse probability weighting with weights that sum to 1, written out in base R: glm
# and lm for the two models. The standard error is from all estimating equations stacked, with the derivative taken
# numerically, each customer entering as left out: residuals over 1 - leverage (HC3), weights over 1 - their share.
# Beside it `jackknife`: everything fitted anew without each customer. Data are made up.
# Run in this folder: Rscript recovery.R > recovery.json
suppressPackageStartupMessages(library(jsonlite))
set.seed(7)
n <- 160
value <- round(rnorm(n), 3); rating <- sample(1:3, n, TRUE); phone <- rbinom(n, 1, .4)
called <- rbinom(n, 1, plogis(-.3 + .7 * value - .4 * (rating - 2) + .5 * phone))
back <- rbinom(n, 1, plogis(-.2 + .5 * value + .3 * (rating - 2) + .6 * called))
score <- round(4 + .6 * value + .4 * rating + .7 * called + rnorm(n), 2)
data <- data.frame(value, rating, phone, called, back, score)
close <- list(epsilon = 1e-15, maxit = 100)
modelled <- function(d, share) {
  if (share) glm(y ~ value + rating + phone, binomial, data = d, control = close) else lm(y ~ value + rating + phone, data = d)
}
weight_of <- function(arm, e, among) {
  if (among == "all") return(if (arm) 1 / e else 1 / (1 - e))
  if (arm) rep(1, length(e)) else e / (1 - e)
}
estimated <- function(d, share, among) {
  chance <- glm(called ~ value + rating + phone, binomial, data = d, control = close); e <- unname(fitted(chance))
  about <- if (among == "called") d$called else rep(1, nrow(d))
  arms <- lapply(0:1, function(arm) {
    seen <- d$called == arm; fit <- modelled(d[seen, ], share)
    f <- unname(predict(fit, d, type = "response")); w <- weight_of(arm, e, among) * seen
    list(fit = fit, m = sum(about * f) / sum(about), r = sum(w * (d$y - f)) / sum(w), w = w)
  })
  with_call <- if (among == "called") mean(d$y[d$called == 1]) else arms[[2]]$m + arms[[2]]$r
  list(chance = chance, e = e, about = about, arms = arms, with_call = with_call, without_call = arms[[1]]$m + arms[[1]]$r)
}
one <- function(outcome, among) {
  share <- outcome == "back"; link <- if (share) plogis else identity
  d <- data; d$y <- d[[outcome]]; X <- cbind(1, value, rating, phone); y <- d$y
  found <- estimated(d, share, among); about <- found$about; arms <- found$arms
  levers <- lapply(0:1, function(arm) { h <- rep(0, n); h[called == arm] <- hatvalues(arms[[arm + 1]]$fit); h })
  # theta: the chance of a call; for each arm the model, the mean of its figures and of what is left over; those called.
  theta <- unname(c(coef(found$chance), unlist(lapply(arms, function(a) c(coef(a$fit), a$m, a$r))), mean(y[called == 1])))
  psi <- function(t, out = FALSE) {
    e <- plogis(as.vector(X %*% t[1:4])); all <- X * (called - e) / (1 - out * hatvalues(found$chance))
    for (arm in 0:1) {
      p <- t[4 + 6 * arm + 1:6]; f <- link(as.vector(X %*% p[1:4])); w <- weight_of(arm, e, among) * (called == arm)
      left <- (y - f) / (1 - out * levers[[arm + 1]])
      all <- cbind(all, X * left * (called == arm), about * (f - p[5]) / (1 - out * about / sum(about)),
        w * (left - p[6]) / (1 - out * w / sum(w)))
    }
    unname(cbind(all, called * (y - t[17]) / (1 - out / sum(called))))
  }
  B <- sapply(seq_along(theta), function(k) {
    h <- 1e-5 * max(1, abs(theta[k])); up <- down <- theta; up[k] <- up[k] + h; down[k] <- down[k] - h
    colSums(psi(up) - psi(down)) / (2 * h)
  })
  with <- if (among == "called") 17 else 15:16
  contrast <- rep(0, 17); contrast[with] <- 1; contrast[9:10] <- -1
  moved <- as.vector(psi(theta, TRUE) %*% t(solve(B)) %*% contrast)
  again <- sapply(seq_len(n), function(i) { f <- estimated(d[-i, ], share, among); f$with_call - f$without_call })
  effect <- found$with_call - found$without_call
  w <- lapply(arms, function(a) a$w); spread <- sqrt((apply(X[called == 1, -1], 2, var) + apply(X[called == 0, -1], 2, var)) / 2)
  list(outcome = outcome, among = among, with_call = found$with_call, without_call = found$without_call, effect = effect,
    standard_error = sqrt(sum(moved^2)), freedom = 2 * sum(moved^2)^2 / sum(moved^4), jackknife = sqrt(sum((again - effect)^2)),
    effective = sum(w[[1]])^2 / sum(w[[1]]^2), chances = found$e,
    before = unname((colMeans(X[called == 1, -1]) - colMeans(X[called == 0, -1])) / spread),
    after = unname((colSums(w[[2]] * X[, -1]) / sum(w[[2]]) - colSums(w[[1]] * X[, -1]) / sum(w[[1]])) / spread))
}
cases <- list()
for (outcome in c("back", "score")) for (among in c("called", "all")) cases[[length(cases) + 1]] <- one(outcome, among)
cat(toJSON(c(list(version = R.version.string), as.list(data), list(cases = cases)), auto_unbox = TRUE, digits = NA), "\n")
