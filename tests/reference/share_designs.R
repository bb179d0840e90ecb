# Intervals of a share under a design, by survey's svyciprop, over its own school data.
# Run in this folder: Rscript share_designs.R > share_designs.json
suppressPackageStartupMessages({library(survey); library(jsonlite)})
data(api)
designs <- list(
  apiclus1 = svydesign(id = ~dnum, weights = ~pw, data = apiclus1, fpc = ~fpc),
  apiclus2 = svydesign(id = ~dnum + snum, fpc = ~fpc1 + fpc2, data = apiclus2),
  apistrat = svydesign(id = ~1, strata = ~stype, weights = ~pw, data = apistrat, fpc = ~fpc))
formulas <- list(~I(sch.wide == "Yes"), ~I(awards == "Yes"), ~I(meals > 50), ~I(comp.imp == "Yes"), ~I(api00 > 700))
one <- function(name, formula, level) {
  design <- designs[[name]]
  m <- svymean(as.formula(paste("~as.numeric(", deparse(formula[[2]]), ")")), design)
  limits <- function(method) as.vector(attr(svyciprop(formula, design, method = method, level = level), "ci"))
  list(design = name, share_of = deparse(formula[[2]]), confidence_level = level, n = nrow(design),
       share = as.vector(coef(m)), variance = as.vector(vcov(m)), degrees_of_freedom = degf(design),
       beta = limits("beta"), logit = limits("logit"))
}
cases <- expand.grid(design = names(designs), formula = seq_along(formulas), level = c(.95, .90), stringsAsFactors = FALSE)
found <- Map(function(design, formula, level) one(design, formulas[[formula]], level), cases$design, cases$formula, cases$level)
cat(toJSON(list(R = R.version.string, survey = as.character(packageVersion("survey")), cases = unname(found)),
           auto_unbox = TRUE, digits = 15, pretty = TRUE), "\n")
