# Spearman's correlation with ties, by base R, and its standard error by boot's infinitesimal jackknife.
# Run in this folder: Rscript rank_correlation.R > rank_correlation.json
suppressPackageStartupMessages({library(boot); library(jsonlite)})
d <- read.csv("../../data/support_survey.csv", na.strings = c("", "n/a"), fileEncoding = "UTF-8")
labels <- list(c("Very dissatisfied", "Zeer ontevreden", "Foarte nemulțumit", "非常不满意"), c("Dissatisfied", "Ontevreden", "Nemulțumit", "不满意"),
               c("Neutral", "Neutraal", "Neutru", "一般"), c("Satisfied", "Tevreden", "Mulțumit", "满意"),
               c("Very satisfied", "Zeer tevreden", "Foarte mulțumit", "非常满意"))
d$csat <- sapply(d$csat, function(x) { k <- which(sapply(labels, function(l) x %in% l)); if (length(k)) k else NA })
both <- na.omit(d[, c("ces", "csat")])
# Weighted mid-ranks, so that the correlation is a function of weights that empinf can differentiate.
weighted <- function(data, w) {
  rank_of <- function(x) { t <- tapply(w, x, sum); r <- cumsum(t) - t / 2; as.vector(r[as.character(x)]) }
  a <- rank_of(data$ces); b <- rank_of(data$csat); a <- a - sum(w * a); b <- b - sum(w * b)
  sum(w * a * b) / sqrt(sum(w * a^2) * sum(w * b^2))
}
part <- both[1:300, ]
influence <- empinf(data = part, statistic = weighted, type = "inf", stype = "w", eps = 1e-7)
cat(toJSON(list(R = R.version.string, boot = as.character(packageVersion("boot")),
  all = list(n = nrow(both), rho = cor(both$ces, both$csat, method = "spearman")),
  first300 = list(n = 300, rho = cor(part$ces, part$csat, method = "spearman"),
                  standard_error = sqrt(sum(influence^2)) / 300)), auto_unbox = TRUE, digits = 15, pretty = TRUE), "\n")
