"""Customer effort, satisfaction and recommendation scores with honest intervals, from survey exports.

Read an export, count the answers, score them:

>>> import cxstats as cx
>>> survey = cx.read_export("data/support_survey.csv")
>>> counted = cx.tally(survey, "ces", scale="ces-2.0", by="channel")
>>> scores = cx.score(counted, "favourable")
>>> list(scores.to_frame().columns)
['channel', 'n', 'estimate', 'standard_error', 'low', 'high']

Responses: what customers answered
    read_export, Survey         a vendor's export: responses, questions, rejected rows
    inspect, Question           what is in it, and on which scales it may be
    Scale, named_scale, SCALES  points, direction, labels
    read_answer                 from a raw answer to a point, or the reason why not
    Design                      weights, strata, clusters
    tally, Tally                answers counted by segment, in any engine
    cross_tally, CrossTally     two ratings of the same customers, counted together

Scores: how well we do, and how sure we are
    Metric, named_metric        a value for each point; METRIC_NAMES
    published_metrics           the formulas in use for a scale
    converted_mean              a mean as it would read on another scale, and what that assumes
    score, Scores               estimates with intervals, tables, a sentence
    INTERVALS, Sample, Interval interval methods by name, and what they take and give
    exact_coverage              how often an interval covers, by enumeration
    formula_table               the same answers under every published formula
    rank_correlation            how two ratings go together, with interval
    share_among                 who found it easy and is still dissatisfied

Plots are in `cxstats.plots`, pages in `cxstats.reports`, the command in `cxstats.cli`.
"""

from cxstats.responses.answers import Reading, read_answer
from cxstats.responses.crosstabs import CrossTally, cross_tally
from cxstats.responses.exports import read_export
from cxstats.responses.inspection import Question, inspect
from cxstats.responses.scales import SCALES, Scale, named_scale
from cxstats.responses.survey import Survey
from cxstats.responses.tallies import Tally, tally
from cxstats.responses.weights import Design
from cxstats.scores.association import Association, ShareAmong, rank_correlation, share_among
from cxstats.scores.coverage import exact_coverage
from cxstats.scores.estimates import Scores, formula_table, score
from cxstats.scores.intervals import INTERVALS, Interval, Sample
from cxstats.scores.metrics import METRIC_NAMES, Metric, converted_mean, named_metric, published_metrics

__all__ = [
    "INTERVALS",
    "METRIC_NAMES",
    "SCALES",
    "Association",
    "CrossTally",
    "Design",
    "Interval",
    "Metric",
    "Question",
    "Reading",
    "Sample",
    "Scale",
    "Scores",
    "ShareAmong",
    "Survey",
    "Tally",
    "converted_mean",
    "cross_tally",
    "exact_coverage",
    "formula_table",
    "inspect",
    "named_metric",
    "named_scale",
    "published_metrics",
    "rank_correlation",
    "read_answer",
    "read_export",
    "score",
    "share_among",
    "tally",
]
