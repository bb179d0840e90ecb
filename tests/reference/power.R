# Sample sizes and powers by textbook formulas: base R, package pwr, and closed forms written out.
# Run in this folder: Rscript power.R > power.json
suppressPackageStartupMessages({library(jsonlite); library(pwr)})
shares <- list(c(.5, .6, .8, .95), c(.75, .8, .9, .95), c(.02, .05, .8, .9), c(.9, .97, .95, .99))
prop <- lapply(shares, function(k) list(
  first = k[1], second = k[2], power = k[3], confidence_level = k[4],
  answers = power.prop.test(p1 = k[1], p2 = k[2], power = k[3], sig.level = 1 - k[4], tol = 1e-12)$n,
  power_of_200 = power.prop.test(n = 200, p1 = k[1], p2 = k[2], sig.level = 1 - k[4])$power,
  strict_power_of_200 = power.prop.test(n = 200, p1 = k[1], p2 = k[2], sig.level = 1 - k[4], strict = TRUE)$power,
  arcsine_answers = pwr.2p.test(h = ES.h(k[2], k[1]), power = k[3], sig.level = 1 - k[4])$n,
  arcsine_power = pwr.2p2n.test(h = ES.h(k[2], k[1]), n1 = 200, n2 = 300, sig.level = 1 - k[4])$power,
  arcsine_benchmark = pwr.p.test(h = ES.h(k[2], k[1]), power = k[3], sig.level = 1 - k[4])$n))
detectable <- lapply(list(c(200, .5, .8), c(50, .1, .9)), function(k) list(
  answers = k[1], first = k[2], power = k[3],
  second = power.prop.test(n = k[1], p1 = k[2], power = k[3], tol = 1e-12)$p2))
t <- lapply(list(c(.3, 1.7, .8, .95), c(1, 1.5, .9, .99), c(2, 1, .8, .95)), function(k) list(
  difference = k[1], standard_deviation = k[2], power = k[3], confidence_level = k[4],
  answers = power.t.test(delta = k[1], sd = k[2], power = k[3], sig.level = 1 - k[4], tol = 1e-12)$n,
  power_of_30 = power.t.test(n = 30, delta = k[1], sd = k[2], sig.level = 1 - k[4])$power))
v <- function(p, d) (p + d) - (p - d)^2
z <- qnorm(.975)
n0 <- z^2 * v(.45, .25) / .05^2
net <- list(promoters = .45, detractors = .25, margin = .05, population_size = 5000,
  answers = n0, answers_at_worst = z^2 / .05^2, answers_of_population = n0 / (1 + (n0 - 1) / 5000),
  margin_of_400 = z * sqrt(v(.45, .25) / 400), second = c(.50, .20), difference = .1,
  answers_to_detect = (qnorm(.975) + qnorm(.8))^2 * (v(.45, .25) + v(.50, .20)) / .10^2)
invitations <- lapply(list(c(340, .18, .8), c(100, .5, .95), c(7, .03, .9)), function(k) {
  m <- k[1]
  while (pbinom(k[1] - 1, m, k[2], lower.tail = FALSE) < k[3]) m <- m + 1
  list(answers = k[1], response_rate = k[2], assurance = k[3], invitations = m)
})
cat(toJSON(list(R = R.version.string, pwr = as.character(packageVersion("pwr")), prop = prop, detectable = detectable,
  t = t, net = net, invitations = invitations), auto_unbox = TRUE, digits = 15, pretty = TRUE), "\n")
