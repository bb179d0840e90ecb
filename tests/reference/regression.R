# Regressions with robust and design-based errors, over R's swiss data and the committed support survey (made-up customers).
# Run in this folder: Rscript regression.R > regression.json
suppressPackageStartupMessages({library(sandwich); library(survey); library(jsonlite)})
pair <- function(b, v, ...) list(coefficients = unname(as.vector(b)), covariance = unname(as.matrix(v)), ...)

# swiss: 47 provinces; weights, clusters and strata are made up.
s <- swiss
s$w <- 1 + (seq_len(nrow(s)) * 7) %% 5
s$cluster <- (seq_len(nrow(s)) * 5) %% 12
s$fertile <- as.numeric(s$Fertility > 70)
linear <- lm(Fertility ~ ., swiss)
weighted <- lm(Fertility ~ Agriculture + Examination + Education + Catholic + Infant.Mortality, s, weights = w)
logit <- glm(fertile ~ Agriculture + Catholic + Infant.Mortality, binomial, s, control = list(epsilon = 1e-14, maxit = 100))
weighted_logit <- suppressWarnings(glm(fertile ~ Agriculture + Catholic + Infant.Mortality, quasibinomial, s, weights = w,
                                       control = list(epsilon = 1e-14, maxit = 100)))
swiss_cases <- list(
  hc3 = pair(coef(linear), vcovHC(linear, type = "HC3"), leverage = unname(hatvalues(linear))),
  weighted_hc3 = pair(coef(weighted), vcovHC(weighted, type = "HC3"), leverage = unname(hatvalues(weighted))),
  clustered = pair(coef(linear), vcovCL(linear, cluster = s$cluster, type = "HC0", cadjust = TRUE)),
  logit = pair(coef(logit), sandwich(logit)),
  weighted_logit = pair(coef(weighted_logit), sandwich(weighted_logit)))

# The support survey: some ratings are missing, so that each regression is on a domain of the sample.
d <- read.csv("../../data/support_survey.csv", na.strings = c("", "n/a"), fileEncoding = "UTF-8")
d$favourable <- ifelse(is.na(d$ces), NA, as.numeric(d$ces >= 5))
d$channel <- relevel(factor(d$channel), "chat")
d$language <- relevel(factor(d$language), "en")
designs <- list(
  weights_clusters = svydesign(id = ~customer, weights = ~weight, data = d),
  weights_strata = svydesign(id = ~1, strata = ~contact_reason, weights = ~weight, data = d),
  weights_strata_clusters = svydesign(id = ~customer, strata = ~contact_reason, weights = ~weight, data = d, nest = TRUE))

# Average effect on the probability: delta method by numerical slopes, customers being given (delta) or a sample (sampled).
average_effect <- function(m, design, change) {
  data <- model.frame(m)
  used <- m$survey.design
  w <- weights(used, "sampling")
  terms <- delete.response(terms(m))
  frame <- d[as.integer(rownames(data)), ]
  x0 <- model.matrix(terms, change$from(frame), xlev = m$xlevels)
  x1 <- model.matrix(terms, change$to(frame), xlev = m$xlevels)
  each <- function(b) as.vector(plogis(x1 %*% b) - plogis(x0 %*% b))
  effect <- function(b) sum(w * each(b)) / sum(w)
  b <- coef(m)
  slope <- sapply(seq_along(b), function(k) {h <- 1e-5 * max(1, abs(b[k])); e <- replace(b * 0, k, h); (effect(b + e) - effect(b - e)) / (2 * h)})
  x <- model.matrix(terms, frame, xlev = m$xlevels)
  p <- as.vector(plogis(x %*% b))
  bread <- solve(t(x) %*% (x * (w * p * (1 - p))))
  contributions <- (x * (w * (m$y - p))) %*% bread %*% slope + w * (each(b) - effect(b)) / sum(w)
  recvar <- function(z) as.vector(survey:::svyrecvar(cbind(z), used$cluster, used$strata, used$fpc))
  list(estimate = effect(b), delta = as.vector(sqrt(t(slope) %*% vcov(m) %*% slope)), sampled = sqrt(recvar(contributions)))
}
to_phone <- list(from = function(f) {f$channel <- factor("chat", levels(d$channel)); f}, to = function(f) {f$channel <- factor("phone", levels(d$channel)); f})
ten_seconds <- list(from = identity, to = function(f) {f$seconds <- f$seconds + 10; f})

survey_cases <- lapply(designs, function(design) {
  line <- svyglm(ces ~ channel + language + seconds, design)
  odds <- suppressWarnings(svyglm(favourable ~ channel + language + seconds, design, family = quasibinomial,
                                  control = list(epsilon = 1e-14, maxit = 100)))
  list(names = names(coef(line)), degf = degf(line$survey.design), n = length(line$y),
       linear = pair(coef(line), vcov(line)), logit = pair(coef(odds), vcov(odds)),
       phone = average_effect(odds, design, to_phone), ten_seconds = average_effect(odds, design, ten_seconds))
})
version <- list(R = R.version.string, sandwich = as.character(packageVersion("sandwich")), survey = as.character(packageVersion("survey")))
cat(toJSON(c(version, list(data = s, swiss = swiss_cases, support = survey_cases)), auto_unbox = TRUE, digits = 15,
           dataframe = "columns"), "\n")
