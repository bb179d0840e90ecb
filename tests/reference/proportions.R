# Wilson, Clopper-Pearson and Student intervals from base R.
# Run in this folder: Rscript proportions.R > proportions.json
suppressPackageStartupMessages(library(jsonlite))
cases <- list(c(0, 10, .95), c(3, 7, .95), c(45, 60, .95), c(10, 10, .99), c(812, 1000, .90), c(1, 250, .99))
shares <- lapply(cases, function(k) list(
  x = k[1], n = k[2], confidence_level = k[3],
  wilson = as.vector(prop.test(k[1], k[2], conf.level = k[3], correct = FALSE)$conf.int),
  clopper_pearson = as.vector(binom.test(k[1], k[2], conf.level = k[3])$conf.int)))
histograms <- list(c(5, 5, 10, 15, 20, 25, 20), c(0, 1, 0, 2, 3, 0, 1), c(1, 0, 0, 0, 0, 0, 9))
means <- lapply(histograms, function(h) {
  x <- rep(1:7, h)
  list(counts = h, mean = mean(x), t95 = as.vector(t.test(x)$conf.int),
       t90 = as.vector(t.test(x, conf.level = .90)$conf.int))
})
cat(toJSON(list(R = R.version.string, shares = shares, means = means), auto_unbox = TRUE, digits = 15, pretty = TRUE), "\n")
