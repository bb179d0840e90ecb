"""Two samples against each other: estimators, tests, and the critical values of many at once.

score_differences   constrained-likelihood score interval and test of two means: for any metric, Mee's for shares
welch               Welch's t
hypotheses          p-values of any difference method; equivalence, non-inferiority
superiority         how often a random answer is higher: Brunner and Munzel's test, Cliff's delta
paired              differences of the same customers' two ratings; Tango's interval for shares
shifts              McNemar, Stuart and Maxwell, Bowker: did the same customers move
several             do several segments differ at all: Welch's analysis of variance, Kruskal and Wallis
simultaneous        critical values of many comparisons at once
correlations        two correlations of the same customers
tilting, pairs      what these share

Which difference to take. Shares of intervals that held the truth, nominal .95, over six shapes of 5, 7 and 11 points
and two pairs of unlike shapes (means), net scores and shares, each with sizes 10/10, 20/20, 50/50, 200/200, 10/50,
20/200, 50/200 and 200/10, 6,000 seeded samples each (a standard error of .003; `benchmarks/differences.py`):

======  ===========  ==========  ==========  ==========
metric  figure       score       mover       welch
======  ===========  ==========  ==========  ==========
mean    mean, least  .958, .937  .962, .946  .944, .896
net     mean, least  .955, .939  .959, .946  .930, .791
share   mean, least  .955, .933  .960, .940  .886, .406
======  ===========  ==========  ==========  ==========

The score interval is near what it claims and mostly narrower than MOVER's for means: it is the one to take. Its price
for points that nobody chose: on very skewed answers (2, 3, 10, 35 and 50 % on 1-5) its test of equal means, at 5 %,
rejects .6 % at 10 against 10, 3.0 % at 20 against 20 and 5.0 % at 50 against 50, and at the level of one of ten
comparisons hardly ever below 50. Welch's keeps its level there with equal sizes (4.2 to 5.1 %) but not with unlike ones
(8.0 % at 200 against 10).

Left out, of what other packages have for two samples: Student's t with a pooled variance (Welch's costs nothing);
Wilcoxon's rank tests, whose null hypothesis is equal distributions, not equal chances, as Brunner and Munzel's is;
Cohen's d and Hedges' g (a difference stays in the metric's unit); Cliff's own interval (here it is Brunner and
Munzel's); tests of equal variance; Yuen's trimmed means and the test of Kolmogorov and Smirnov, for continuous
answers; Fisher's exact test, which rejects too rarely.

For several: analysis of variance with a pooled variance and its share of variance explained, and Tukey's limits, which
pool it too (`simultaneous` with Welch's or the score interval does not); the rank tests of Jonckheere and of Dunn.

Adjustments: Bonferroni's, since Holm's is as safe and stronger; Hochberg's and Hommel's, which hold only for
some ways in which tests can depend on each other; Benjamini and Yekutieli's, which gives up much.

Tables: chi-squared tests of a table by itself, and of strata (`cxstats.scores.participation` has those that the package
needs); measures of association other than rank correlation (`cxstats.scores.association`).

Correlations: Kendall's, polychoric and polyserial ones; tests of dependent ones other than Steiger's and Zou's
interval, of which Pearson and Filon's and Hotelling's are known to be poor, and the rest differ in the third digit.
"""
