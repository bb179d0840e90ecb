# Finite populations, lonely strata, margins, covariance between segments and design effects, by the survey package.
# Data: the school samples that come with it (api), as ratings of 1 to 5 by cutting api00 at 550, 650, 700 and 750.
# Run in this folder: Rscript designs2.R > designs2.json
suppressPackageStartupMessages({library(survey); library(jsonlite)})
data(api)
rated <- function(d) { d$x <- findInterval(d$api00, c(-Inf, 550, 650, 700, 750)); d }
strat <- rated(apistrat); clus1 <- rated(apiclus1); clus2 <- rated(apiclus2)
strat$size <- cut(strat$enroll, c(-Inf, 300, 500, 900, Inf), labels = c("a", "b", "c", "d"))
pop <- rated(apipop)
pop$size <- cut(pop$enroll, c(-Inf, 300, 500, 900, Inf), labels = c("a", "b", "c", "d"))
pop <- pop[!is.na(pop$size), ]

one <- function(design, by = NULL) {
  m <- svymean(~x, design); easy <- svymean(~I(as.numeric(x >= 4)), design); net <- svymean(~I((x >= 4) - (x <= 2)), design)
  found <- list(mean = as.vector(coef(m)), se = as.vector(SE(m)), easy = as.vector(coef(easy)), easy_se = as.vector(SE(easy)),
    net = as.vector(coef(net)), net_se = as.vector(SE(net)), degf = degf(design),
    deff_replace = as.vector(deff(svymean(~x, design, deff = "replace"))),
    deff = as.vector(deff(suppressWarnings(svymean(~x, design, deff = TRUE)))),
    sum_of_weights = sum(weights(design, "sampling")))
  if (!is.null(by)) {
    b <- svyby(~x, by, design, svymean, deff = "replace")
    # svyby(covmat = TRUE) fails on calibrated designs, totals do not.
    s <- as.character(design$variables[[all.vars(by)]])
    design <- update(design, xa = x * (s == b[[1]][1]), na = 1 * (s == b[[1]][1]), xb = x * (s == b[[1]][2]), nb = 1 * (s == b[[1]][2]))
    k <- svycontrast(svytotal(~xa + na + xb + nb, design), quote(xa / na - xb / nb))
    found$by <- list(segment = as.character(b[[1]]), mean = as.vector(coef(b)), se = as.vector(SE(b)), deff_replace = b$DEff.x,
      first_two = as.vector(coef(k)), first_two_se = as.vector(SE(k)))
    if (is.null(design$postStrata)) {
      v <- svyby(~x, by, design, svymean, covmat = TRUE)
      found$by$covariance <- unname(unclass(vcov(v)))
    }
  }
  found
}
found <- list()
d_strat <- svydesign(id = ~1, strata = ~stype, weights = ~pw, fpc = ~fpc, data = strat)
d_clus1 <- svydesign(id = ~dnum, weights = ~pw, fpc = ~fpc, data = clus1)
found$strata_fpc <- one(d_strat, ~awards)
found$strata <- one(svydesign(id = ~1, strata = ~stype, weights = ~pw, data = strat), ~awards)
found$strata_fpc_without_weights <- one(svydesign(id = ~1, strata = ~stype, fpc = ~fpc, data = strat), ~awards)
found$clusters_fpc <- one(d_clus1, ~stype)
found$clusters <- one(svydesign(id = ~dnum, weights = ~pw, data = clus1), ~stype)
# Several stages: the ultimate cluster rule is the design of the first stage.
clus2$w <- weights(svydesign(id = ~dnum + snum, fpc = ~fpc1 + fpc2, data = clus2), "sampling")
found$two_stages_ultimate <- one(svydesign(id = ~dnum, weights = ~w, data = clus2), ~stype)
found$two_stages_ultimate_fpc <- one(svydesign(id = ~dnum, weights = ~w, fpc = ~fpc1, data = clus2), ~stype)
found$two_stages <- one(svydesign(id = ~dnum + snum, fpc = ~fpc1 + fpc2, data = clus2), ~stype)

# A census has no variance; neither has a stratum that was asked in full, even of a single unit.
census <- transform(strat, all = as.vector(table(strat$stype)[strat$stype]), w = 1)
found$census <- local({m <- svymean(~x, svydesign(id = ~1, strata = ~stype, weights = ~w, fpc = ~all, data = census)); list(mean = as.vector(coef(m)), se = as.vector(SE(m)))})

# Lonely strata: schools by county, of which some have one.
lonely <- strat; lonely$county <- as.character(lonely$cnum)
for (rule in c("adjust", "average", "remove", "certainty")) {
  options(survey.lonely.psu = rule)
  design <- svydesign(id = ~1, strata = ~county, weights = ~pw, data = lonely)
  found[[paste0("lonely_", rule)]] <- one(design, ~stype)
}
options(survey.lonely.psu = "adjust")
lonely$N <- ave(rep(20, nrow(lonely)), lonely$county)
found$lonely_adjust_fpc <- one(svydesign(id = ~1, strata = ~county, weights = ~pw, fpc = ~N, data = lonely[lonely$cnum != 18, ]), ~stype)
options(survey.lonely.psu = "fail")

# Margins. Post-stratification, and weights that were raked, given to calibrate() as they are: it finds nothing to
# change and knows the margins. Weights are written out where they are not in the data.
types <- data.frame(stype = c("E", "H", "M"), Freq = c(4421, 755, 1018))
post <- postStratify(d_clus1, ~stype, types)
found$poststrat_clusters_fpc <- c(one(post, ~awards), list(weights = as.vector(weights(post))))
sizes <- as.data.frame(table(size = pop$size)); awards <- as.data.frame(table(awards = pop$awards))
wards <- as.data.frame(table(sch.wide = pop$sch.wide))
names(sizes)[2] <- names(awards)[2] <- names(wards)[2] <- "Freq"
base <- svydesign(id = ~1, strata = ~stype, weights = ~pw, fpc = ~fpc, data = strat)
raked <- rake(base, list(~size, ~awards, ~sch.wide), list(sizes, awards, wards), control = list(maxit = 200, epsilon = 1e-12))
strat$wr <- as.vector(weights(raked))
again <- svydesign(id = ~1, strata = ~stype, weights = ~wr, fpc = ~fpc, data = strat)
totals <- colSums(model.matrix(~ size + awards + sch.wide, pop))
known <- calibrate(again, ~ size + awards + sch.wide, totals, calfun = "raking", epsilon = 1e-10, maxit = 100)
stopifnot(max(abs(weights(known) / strat$wr - 1)) < 1e-9)
found$raked_known <- c(one(known, ~stype), list(weights = strat$wr))
found$raked_by_rake <- one(raked, ~stype)
found$raked_from_base <- one(calibrate(base, ~ size + awards + sch.wide, totals, calfun = "raking", epsilon = 1e-10, maxit = 100), ~stype)
found$raked_unknown <- one(again, ~stype)
# The same with clusters.
clus1$size <- cut(clus1$enroll, c(-Inf, 300, 500, 900, Inf), labels = c("a", "b", "c", "d"))
# Margins of clus1's own weights: raked() to the population's school types and to its own sizes.
own <- as.data.frame(xtabs(pw ~ size, clus1)); own$Freq <- own$Freq * sum(types$Freq) / sum(own$Freq)
base1 <- svydesign(id = ~dnum, weights = ~pw, data = clus1)
raked1 <- rake(base1, list(~stype, ~size), list(types, own), control = list(maxit = 200, epsilon = 1e-12))
clus1$wr <- as.vector(weights(raked1))
again1 <- svydesign(id = ~dnum, weights = ~wr, data = clus1)
totals1 <- c(`(Intercept)` = 6194, stypeH = 755, stypeM = 1018, setNames(own$Freq[-1], paste0("size", own$size[-1])))
known1 <- calibrate(again1, ~ stype + size, totals1, calfun = "raking", epsilon = 1e-10, maxit = 100)
stopifnot(max(abs(weights(known1) / clus1$wr - 1)) < 1e-9)
found$raked_clusters_known <- c(one(known1, ~awards), list(weights = clus1$wr))
found$raked_clusters_by_rake <- one(raked1, ~awards)

table_of <- function(d, names) lapply(as.list(d[names]), function(v) if (is.factor(v)) as.character(v) else v)
version <- list(R = R.version.string, survey = as.character(packageVersion("survey")))
data <- list(strat = table_of(cbind(strat, county = lonely$county), c("x", "stype", "awards", "sch.wide", "size", "county", "cnum", "pw", "fpc")),
             clus1 = table_of(clus1, c("x", "stype", "awards", "size", "dnum", "pw", "fpc")),
             clus2 = table_of(clus2, c("x", "stype", "dnum", "w", "fpc1")))
cat(toJSON(c(version, list(data = data, found = found)), auto_unbox = TRUE, digits = 15), "\n")
