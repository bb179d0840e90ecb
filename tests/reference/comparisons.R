# Segments against the rest, the total, each other and the wave before, by the survey package, over the committed support
# survey (made-up customers); McNemar's test; p-values of 2 x 2 tables.
# Run in this folder: Rscript comparisons.R > comparisons.json
suppressPackageStartupMessages({library(survey); library(jsonlite)})
d <- read.csv("../../data/support_survey.csv", na.strings = c("", "n/a"), fileEncoding = "UTF-8")
d$easy <- ifelse(is.na(d$ces), NA, as.numeric(d$ces >= 5))
d$net <- ifelse(is.na(d$nps), NA, (d$nps >= 9) - (d$nps <= 6))
channels <- sort(unique(d$channel))
d$month <- substr(d$answered_at, 1, 7)
# The difference of two ratios of totals: sums of y over a set, over the answers of the set.
ratio_difference <- function(design, y, one, other) {
  answered <- !is.na(y)
  z <- ifelse(answered, y, 0)
  design$variables <- data.frame(ya = z * one, na = answered * one, yb = z * other, nb = answered * other)
  found <- svycontrast(svytotal(~ya + na + yb + nb, design), quote(ya / na - yb / nb))
  list(difference = as.vector(coef(found)), standard_error = as.vector(SE(found)))
}
designs <- list(
  weights = svydesign(id = ~1, weights = ~weight, data = d),
  clusters = suppressWarnings(svydesign(id = ~customer, data = d)),
  weights_strata = svydesign(id = ~1, strata = ~contact_reason, weights = ~weight, data = d),
  weights_clusters = svydesign(id = ~customer, weights = ~weight, data = d))
compared <- function(design, y) {
  is <- function(k) as.numeric(d$channel == k)
  months <- sort(unique(d$month))
  list(
    rest = lapply(channels, function(k) ratio_difference(design, y, is(k), 1 - is(k))),
    total = lapply(channels, function(k) ratio_difference(design, y, is(k), rep(1, nrow(d)))),
    all = apply(combn(channels, 2), 2, function(k) ratio_difference(design, y, is(k[1]), is(k[2]))),
    previous = lapply(seq_along(months)[-1], function(m)
      ratio_difference(design, y, as.numeric(d$month == months[m]), as.numeric(d$month == months[m - 1]))))
}
found <- lapply(designs, function(design) list(ces = compared(design, d$ces), net = compared(design, d$net)))
tables <- list(c(45, 15, 30, 30), c(9, 1, 4, 6), c(120, 880, 150, 850))
chi <- lapply(tables, function(t) list(counts = t,
  p_value = suppressWarnings(chisq.test(matrix(t, 2, byrow = TRUE), correct = FALSE))$p.value))
paired <- list(c(40, 12, 25, 23), c(10, 2, 9, 4))
mcnemar <- lapply(paired, function(t) list(both_first_second_neither = t,
  p_value = mcnemar.test(matrix(t[c(1, 2, 3, 4)], 2, byrow = TRUE), correct = FALSE)$p.value))
version <- list(R = R.version.string, survey = as.character(packageVersion("survey")))
cat(toJSON(c(version, list(designs = found, chi_square = chi, mcnemar = mcnemar)), auto_unbox = TRUE, digits = 15, pretty = TRUE), "\n")
