# Means under survey designs, by the survey package, over the committed support survey (made-up customers).
# Run in this folder: Rscript designs.R > designs.json
suppressPackageStartupMessages({library(survey); library(jsonlite)})
d <- read.csv("../../data/support_survey.csv", na.strings = c("", "n/a"), fileEncoding = "UTF-8")
d$net <- ifelse(is.na(d$nps), NA, (d$nps >= 9) - (d$nps <= 6))
d$easy <- ifelse(is.na(d$ces), NA, as.numeric(d$ces >= 5))
designs <- list(
  weights = svydesign(id = ~1, weights = ~weight, data = d),
  weights_strata = svydesign(id = ~1, strata = ~contact_reason, weights = ~weight, data = d),
  clusters = suppressWarnings(svydesign(id = ~customer, data = d)),
  weights_clusters = svydesign(id = ~customer, weights = ~weight, data = d),
  weights_strata_clusters = svydesign(id = ~customer, strata = ~contact_reason, weights = ~weight, data = d, nest = TRUE))
means <- function(design, formula, level = .95) {
  m <- svymean(formula, design, na.rm = TRUE)
  df <- degf(design)
  list(estimate = as.vector(coef(m)), standard_error = as.vector(SE(m)), degrees_of_freedom = df,
       t95 = as.vector(confint(m, df = df)), wald95 = as.vector(confint(m)))
}
found <- lapply(designs, function(design) {
  all <- list(ces = means(design, ~ces), net = means(design, ~net), easy = means(design, ~easy))
  channels <- sort(unique(d$channel))
  by <- lapply(channels, function(one) {
    part <- subset(design, channel == one)
    list(channel = one, ces = means(part, ~ces), net = means(part, ~net), easy = means(part, ~easy))
  })
  list(all = all, by_channel = by)
})
version <- list(R = R.version.string, survey = as.character(packageVersion("survey")))
cat(toJSON(c(version, list(designs = found)), auto_unbox = TRUE, digits = 15, pretty = TRUE), "\n")
