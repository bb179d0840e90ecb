# Shapley values of R2 by definition: over every order of entry, what each driver adds to lm's R2. Base R.
# A factor enters with all its columns; with weights; with a control that is in every model.
# Run in this folder: Rscript lmg.R > lmg.json
suppressPackageStartupMessages(library(jsonlite))
d <- mtcars[, c("mpg", "wt", "hp", "qsec", "cyl", "carb")]
d$cyl <- factor(d$cyl)
orders <- function(x) if (length(x) < 2) list(x) else
  do.call(c, lapply(seq_along(x), function(k) lapply(orders(x[-k]), function(rest) c(x[k], rest))))
r2 <- function(terms, weights) summary(lm(reformulate(if (length(terms)) terms else "1", "mpg"), d, weights = weights))$r.squared
lmg <- function(drivers, weights, always = character()) {
  all <- orders(drivers); found <- setNames(numeric(length(drivers)), drivers)
  for (order in all) for (k in seq_along(order))
    found[order[k]] <- found[order[k]] + r2(c(always, order[1:k]), weights) - r2(c(always, order[seq_len(k - 1)]), weights)
  found / length(all)
}
four <- c("wt", "hp", "qsec", "cyl"); equal <- rep(1, nrow(d))
cat(toJSON(list(R = R.version.string, data = c(as.list(d[, names(d) != "cyl"]), list(cyl = paste(d$cyl, "cylinders"))),
  equal = as.list(lmg(four, equal)), weighted = as.list(lmg(four, d$carb)),
  controlled = as.list(lmg(setdiff(four, "qsec"), d$carb, "qsec")),
  r2 = list(equal = r2(four, equal), weighted = r2(four, d$carb), control = r2("qsec", d$carb))),
  auto_unbox = TRUE, digits = 15, pretty = TRUE), "\n")
