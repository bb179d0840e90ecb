"""Compare two answers of the same customers: before and after.

>>> import pandas as pd
>>> from cxstats.responses.crosstabs import cross_tally
>>> both = pd.DataFrame({"spring": [2, 3, 3, 4, 5, 1, 2, 4] * 10, "autumn": [3, 4, 3, 5, 5, 4, 2, 3] * 10})
>>> crossed = cross_tally(both, "autumn", "spring", row_scale="csat-5", column_scale="csat-5")
>>> print(compare_paired(crossed, "mean").sentences()[0])
autumn is better than spring: 3.62 against 3.00, +0.62 points (95 % interval +0.40 to +0.89; p < .001); n = 80 and 80.
"""

from typing import get_args

import numpy as np

from cxstats.responses.crosstabs import CrossTally
from cxstats.responses.names import unknown_name
from cxstats.responses.scales import require_same_direction
from cxstats.scores.comparing.comparisons import Comparison
from cxstats.scores.comparing.families import Family
from cxstats.scores.comparing.paired_contrasts import PairedContrasts
from cxstats.scores.comparing.questions import Aim, Question, question_of
from cxstats.scores.comparing.sides import Side
from cxstats.scores.contrasts.paired import PairedTest, paired_difference
from cxstats.scores.estimates import MINIMUM_BASE, TOO_FEW
from cxstats.scores.metrics import Metric, MetricOf, named_metric, usual_metric
from cxstats.scores.samples import Floats, Sample


def compare_paired(
    table: CrossTally,
    metric: str | Metric | MetricOf | None = None,
    *,
    method: PairedTest = "score",
    confidence_level: float = 0.95,
    aim: Aim = "difference",
    margin: float | None = None,
    minimum_base: int = MINIMUM_BASE,
) -> Comparison:
    """Compare two answers of the same customers: those of the row question less those of the column question.

    Each customer is his own comparison, so that what differs between customers does not blur what changed. Every row of
    the cross-table counts as another customer, independent of the others: a cross-table holds counts, so that customers
    with several rows cannot be seen here, and they make the interval too narrow. Keep one row of each, or count both
    answers one below the other in one tally under ``Design(clusters=...)`` and use `cxstats.compare`.

    Parameters
    ----------
    table
        From `cxstats.cross_tally`, with both questions on the same scale: the later answers as rows.
    metric
        As for `cxstats.score`.
    method
        ``"score"``, the score interval of the mean change (Tango's for shares, whose test is McNemar's), or ``"t"``,
        Student's paired interval.
    confidence_level, aim, margin
        As for `cxstats.compare`.
    minimum_base
        With fewer customers nothing is said.

    Returns
    -------
    Comparison
        Of one pair. ``n`` is the number of customers who answered both; those who answered once are left out.

    Raises
    ------
    ValueError
        If the questions are not on the same scale, or the metric does not fit it.

    References
    ----------
    Tango (1998), Equivalence test and confidence interval for the difference in proportions for the paired-sample
    design. Statistics in Medicine 17.
    """
    if method not in get_args(PairedTest):
        raise ValueError(unknown_name("paired method", method, get_args(PairedTest)))
    scale = table.row_scale
    require_same_direction((scale, table.column_scale))
    if scale.points != table.column_scale.points:
        raise ValueError(
            f"two answers are compared on the same scale; {table.row} is on {scale.name} ({scale.span}) and "
            f"{table.column} on {table.column_scale.name} ({table.column_scale.span})"
        )
    made = usual_metric(scale) if metric is None else named_metric(metric, scale)
    question = question_of(made, Question(aim, margin, "none", confidence_level))
    changes = paired_difference(table, made.values, made.values)
    unsaid = TOO_FEW if table.n < minimum_base or not table.n else ""
    sides = [
        _side(name, table.counts.sum(axis=axis), np.asarray(made.values), unsaid)
        for name, axis in ((table.row, 1), (table.column, 0))
    ]
    contrasts = PairedContrasts(sides[0], sides[1], changes.sample, method)
    base = f"{table.row} and {table.column} on {scale.name}; {made.good} is good"
    remarks = (
        "each pair of answers counts as an independent customer; one with several rows counts several times",
        f"the same {table.n:,} customers twice; {table.left_out:,} rows without both answers left out",
    )
    family = Family("none", contrasts.said)
    return Comparison(contrasts, made, scale.good, question, family, table.row, table.column, base, remarks)


def _side(name: str, counts: Floats, values: Floats, unsaid: str) -> Side:
    sample = Sample.from_counts(counts, values)
    return Side((name,), sample.n, sample.estimate, sample.variance / sample.n, (unsaid,), sample)
