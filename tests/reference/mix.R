# Mix against rate and standardised scores over the committed support survey (made-up customers): the decomposition from
# its formulas, its standard errors by numerical derivatives (numDeriv) through the covariance of the cell totals, which
# is the multinomial one without a design and that of svytotal with one; the standardised score by svystandardize.
# Run in this folder: Rscript mix.R > mix.json
suppressPackageStartupMessages({library(survey); library(jsonlite); library(numDeriv)})
d <- read.csv("../../data/support_survey.csv", na.strings = c("", "n/a"), fileEncoding = "UTF-8")
d$easy <- as.numeric(d$ces >= 5); d$net <- (d$ces >= 5) - (d$ces <= 3)
d$half <- ifelse(substr(d$answered_at, 1, 7) < "2026-03", "first", "second")
channels <- sort(unique(d$channel)); points <- 1:7; S <- length(channels); K <- length(points)

# Totals lie point by point within channel within wave.
decompose <- function(totals, values) {
  t <- array(totals, c(K, S, 2))
  weight <- apply(t, c(2, 3), sum); share <- sweep(weight, 2, colSums(weight), "/")
  score <- apply(t * values, c(2, 3), sum) / weight
  level <- colSums(share * score)
  rate <- rowMeans(share) * (score[, 2] - score[, 1])
  mix <- (share[, 2] - share[, 1]) * (rowMeans(score) - mean(level))
  c(level[2] - level[1], sum(rate), sum(mix), score[, 2] - score[, 1], share[, 2] - share[, 1], rate, mix, rate + mix)
}
figures <- function(totals, covariance, values) {
  slopes <- jacobian(decompose, totals, values = values)
  list(estimate = decompose(totals, values), standard_error = sqrt(diag(slopes %*% covariance %*% t(slopes))))
}
metrics <- list(mean = 1:7, favourable = c(0, 0, 0, 0, 1, 1, 1), net = c(-1, -1, -1, 0, 1, 1, 1))
cells <- function(data, wave, before, after) {
  name <- function(w, s, k) paste(w, s, k)
  levels <- as.vector(outer(points, as.vector(outer(channels, c(before, after), function(s, w) paste(w, s))),
                            function(k, ws) paste(ws, k)))
  factor(name(data[[wave]], data$channel, data$ces), levels = levels)
}
d$by_language <- cells(d, "language", "en", "nl"); d$by_half <- cells(d, "half", "first", "second")

counts <- as.vector(table(d$by_language)); n <- rep(tapply(counts, rep(1:2, each = S * K), sum), each = S * K)
multinomial <- diag(counts) - outer(counts, counts) / n * outer(rep(1:2, each = S * K), rep(1:2, each = S * K), "==")
# English and Dutch answers are a domain of all customers.
designs <- lapply(list(
  weights = svydesign(id = ~1, weights = ~weight, data = d),
  weights_clusters = svydesign(id = ~customer, weights = ~weight, data = d),
  weights_strata_clusters = svydesign(id = ~customer, strata = ~contact_reason, weights = ~weight, data = d, nest = TRUE)),
  function(design) subset(design, language %in% c("en", "nl") & !is.na(ces)))
under <- function(design, cell) {
  total <- svytotal(cell, design)
  lapply(metrics, function(v) figures(as.vector(coef(total)), unclass(vcov(total)), v))
}
mixes <- list(
  none = lapply(metrics, function(v) figures(counts, multinomial, v)),
  language = lapply(designs, under, cell = ~by_language),
  half = lapply(designs, under, cell = ~by_half))

population <- c(300, 100, 250, 350)
standardised <- lapply(designs, function(design) {
  one <- svystandardize(design, by = ~channel, population = population)
  m <- svymean(~ces + easy + net, one)
  halves <- svystandardize(update(design, channel = factor(channel)), by = ~channel, over = ~half, population = population)
  h <- svyby(~ces + easy + net, ~half, halves, svymean)
  list(estimate = as.vector(coef(m)), standard_error = as.vector(SE(m)),
       by_half = list(estimate = as.vector(coef(h)), standard_error = as.vector(as.matrix(SE(h)))))
})
cat(toJSON(list(R = R.version.string, survey = as.character(packageVersion("survey")),
                numDeriv = as.character(packageVersion("numDeriv")), channels = channels, population = population,
                mixes = mixes, standardised = standardised), auto_unbox = TRUE, digits = 15, pretty = TRUE), "\n")
