# Weights raked, post-stratified and trimmed by the survey package, over its school data (Academic Performance Index).
# Run in this folder: Rscript raking.R > raking.json
suppressPackageStartupMessages({library(survey); library(jsonlite)})
data(api)
close <- list(epsilon = 1e-12, maxit = 1000)
frequencies <- function(name) {
  f <- as.data.frame(table(apipop[[name]]))
  names(f) <- c(name, "Freq")
  f
}
as_map <- function(f) setNames(as.list(f$Freq), as.character(f[[1]]))
w <- function(design) as.vector(weights(design, "sampling"))
mean_of <- function(design) as.vector(coef(svymean(~api00, design)))
net_of <- function(design) {
  m <- svymean(~I((api00 >= 750) - (api00 <= 600)), design)
  list(estimate = as.vector(coef(m)), standard_error = as.vector(SE(m)))
}

columns <- c("sch.wide", "comp.imp", "awards")
strat <- svydesign(id = ~1, strata = ~stype, weights = ~pw, data = apistrat, fpc = ~fpc)
margins <- lapply(columns, frequencies)
raked <- rake(strat, lapply(columns, function(name) reformulate(name)), margins, control = close)
equal <- svydesign(id = ~1, weights = ~rep(1, nrow(apistrat)), data = apistrat)
from_equal <- rake(equal, lapply(columns, function(name) reformulate(name)), margins, control = close)
crossed <- as.data.frame(table(stype = apipop$stype, awards = apipop$awards))
cells <- postStratify(strat, ~stype + awards, crossed)
with_crossed <- rake(strat, list(~stype + awards, ~sch.wide), list(crossed, frequencies("sch.wide")), control = close)

# rake() takes the residuals from the margins with other weights than the final ones; calibrate(), given the raked weights,
# finds nothing to change and takes them with these.
as_given <- function(design, formula) {
  d <- transform(apistrat, wr = w(design))
  totals <- colSums(model.matrix(formula, apipop))
  calibrate(svydesign(id = ~1, strata = ~stype, weights = ~wr, data = d, fpc = ~fpc), formula, totals, calfun = "raking",
            epsilon = 1e-9, maxit = 100)
}
raked_given <- as_given(raked, ~sch.wide + comp.imp + awards)
crossed_given <- as_given(with_crossed, ~stype * awards + sch.wide)

clus <- svydesign(id = ~dnum, weights = ~pw, data = apiclus1, fpc = ~fpc)
types <- data.frame(stype = c("E", "H", "M"), Freq = c(4421, 755, 1018))
stratified <- postStratify(clus, ~stype, types)
calibrated <- calibrate(clus, ~stype + api99, c(`(Intercept)` = 6194, stypeH = 755, stypeM = 1018, api99 = 3914069))

d <- data.frame(sex = c("m", "m", "m", "f", "f", "f", "m", "f", "f", "m"),
                age = c("y", "m", "o", "y", "m", "o", "y", "y", "o", "m"), w = c(1, 1, 1, 1, 1, 1, 2, 1.5, 1, .5))
small <- rake(svydesign(id = ~1, weights = ~w, data = d), list(~sex, ~age),
              list(data.frame(sex = c("m", "f"), Freq = c(48, 52)), data.frame(age = c("y", "m", "o"), Freq = c(30, 40, 30))),
              control = close)

found <- list(
  R = R.version.string, survey = as.character(packageVersion("survey")),
  small = list(data = d, sex = list(m = 48, f = 52), age = list(y = 30, m = 40, o = 30), weights = w(small)),
  apistrat = list(
    data = apistrat[c("stype", columns, "pw", "api00", "fpc")],
    margins = setNames(lapply(margins, as_map), columns),
    crossed = crossed,
    raked = list(weights = w(raked), mean_api00 = mean_of(raked), net = net_of(raked_given),
                 net_by_rake = net_of(raked)),
    raked_from_equal = list(weights = w(from_equal), mean_api00 = mean_of(from_equal)),
    post_stratified = list(weights = w(cells), mean_api00 = mean_of(cells), net = net_of(cells)),
    raked_with_crossed = list(weights = w(with_crossed), mean_api00 = mean_of(with_crossed), net = net_of(crossed_given),
                              net_by_rake = net_of(with_crossed))),
  apiclus1 = list(
    data = apiclus1[c("stype", "pw", "api00", "dnum", "fpc")],
    post_stratified = list(population = as_map(types), weights = w(stratified), mean_api00 = mean_of(stratified), net = net_of(stratified)),
    calibrated = w(calibrated),
    trimmed_once = w(trimWeights(calibrated, lower = 20, upper = 45)),
    trimmed = w(trimWeights(calibrated, lower = 20, upper = 45, strict = TRUE)),
    trimmed_mean_api00 = mean_of(trimWeights(calibrated, lower = 20, upper = 45, strict = TRUE))))
cat(toJSON(found, auto_unbox = TRUE, digits = 15, dataframe = "columns"), "\n")
