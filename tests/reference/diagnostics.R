# Diagnostics of regressions over R's swiss and infert data, by their definitions in base R.
# Run in this folder: Rscript diagnostics.R > diagnostics.json
suppressPackageStartupMessages(library(jsonlite))
swiss$w <- 1 + (seq_len(nrow(swiss)) * 7) %% 5
swiss$region <- factor(c("a", "b", "c")[1 + (seq_len(nrow(swiss)) * 5) %% 3])
swiss$fertile <- as.numeric(swiss$Fertility > 70)
form <- Fertility ~ Agriculture + Examination + Education + region

# Fox and Monette's factors as car::vif has them: determinants of parts of the correlations of the estimates.
gvif <- function(m) {
  v <- cov2cor(vcov(m)[-1, -1]); a <- attr(model.matrix(m), "assign")[-1]
  sapply(unique(a), function(k) det(v[a == k, a == k, drop = FALSE]) * det(v[a != k, a != k, drop = FALSE]) / det(v))
}
scaled <- function(x) sweep(x, 2, sqrt(colSums(x^2)), "/")
case <- function(m) {
  w <- if (is.null(m$prior.weights)) { if (is.null(m$weights)) rep(1, nrow(swiss)) else m$weights } else m$prior.weights
  list(x = unname(model.matrix(m)), cooks = unname(cooks.distance(m)), gvif = gvif(m),
       condition = kappa(scaled(model.matrix(m) * sqrt(w)), exact = TRUE))
}
plain <- lm(form, swiss); weighted <- lm(form, swiss, weights = w)
logit <- glm(fertile ~ Agriculture + Education, binomial, swiss, control = list(epsilon = 1e-14, maxit = 100))
squared <- residuals(plain)^2
# Koenker's studentised form, the default of lmtest::bptest: n times R2.
koenker <- nrow(swiss) * summary(lm(squared ~ Agriculture + Examination + Education + region, swiss))$r.squared
# Wooldridge's robust score test of a square: n less the sum of squares left by a regression of ones on the scores.
z <- residuals(lm(I(Education^2) ~ Agriculture + Examination + Education + region, swiss))
score <- nrow(swiss) - sum(residuals(lm(rep(1, nrow(swiss)) ~ 0 + I(z * residuals(plain))))^2)
part <- function(big, small) (deviance(small) - deviance(big)) / deviance(small)
cat(toJSON(list(
  y = swiss$Fertility, w = swiss$w, fertile = swiss$fertile, education = swiss$Education,
  plain = case(plain), weighted = case(weighted), logit = list(x = unname(model.matrix(logit)), cooks = unname(cooks.distance(logit))),
  koenker = list(statistic = koenker, p_value = pchisq(koenker, 5, lower.tail = FALSE)),
  score = list(statistic = score, p_value = pchisq(score, 1, lower.tail = FALSE)),
  partial_r2 = c(part(plain, update(plain, . ~ . - Education)), part(weighted, update(weighted, . ~ . - region)))
), digits = NA, auto_unbox = TRUE))
