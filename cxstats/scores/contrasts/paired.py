"""Differences between two ratings of the same customers, from their cross-table.

>>> import pandas as pd
>>> from cxstats.responses.crosstabs import cross_tally
>>> both = pd.DataFrame({"before": [2, 3, 3, 4, 5, 1, 2, 4], "after": [3, 4, 3, 5, 5, 4, 2, 3]})
>>> crossed = cross_tally(both, "after", "before", row_scale="csat-5", column_scale="csat-5")
>>> risen = paired_difference(crossed, range(1, 6), range(1, 6))
>>> limits = risen.interval("t")
>>> float(risen.estimate), limits.low.round(3), limits.high.round(3), risen.p_value("t").round(3)
(0.625, array([-0.368]), array([1.618]), array([0.18]))
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import scipy
from numpy.typing import ArrayLike

from cxstats.responses.crosstabs import CrossTally
from cxstats.responses.names import unknown_name
from cxstats.scores.contrasts.tilting import Tilt, standard_errors
from cxstats.scores.intervals import named_interval
from cxstats.scores.samples import Floats, Interval, IntervalMethod, Sample

PairedTest = Literal["score", "t"]


@dataclass(frozen=True, slots=True, eq=False)
class PairedDifference:
    """How much higher the same customers rate the row question than the column question.

    Attributes
    ----------
    table
        The cross-table.
    row_values, column_values
        The value of each point; shapes (I,) and (J,).
    """

    table: CrossTally
    row_values: Floats
    column_values: Floats

    @property
    def sample(self) -> Sample:
        """The differences as a sample of one segment: every difference that the values allow, rising."""
        differences = np.subtract.outer(self.row_values, self.column_values)
        values, place = np.unique(differences.round(12), return_inverse=True)
        return Sample.from_counts(np.bincount(place.ravel(), self.table.counts.ravel(), len(values)), values)

    @property
    def n(self) -> int:
        """Customers who answered both."""
        return self.table.n

    @property
    def estimate(self) -> float:
        """Mean difference, row less column; NaN without customers."""
        return float(self.sample.estimate[0])

    @property
    def correlation(self) -> float:
        """Pearson's, between the two values of a customer; NaN where one does not vary."""
        counts, n = self.table.counts, max(self.n, 1)
        row = self.row_values - counts.sum(axis=1) @ self.row_values / n
        column = self.column_values - counts.sum(axis=0) @ self.column_values / n
        spread = (counts.sum(axis=1) @ row**2) * (counts.sum(axis=0) @ column**2)
        return float(row @ counts @ column / np.sqrt(spread)) if spread > 0 else float("nan")

    def interval(self, method: str | IntervalMethod = "score", *, confidence_level: float = 0.95) -> Interval:
        """Interval of the mean difference by any one-sample method of the differences; shape (1,) each.

        ``"score"`` is Tango's for shares (the differences -1, 0 and 1), ``"t"`` is Student's paired interval.

        References
        ----------
        Tango (1998), Equivalence test and confidence interval for the difference in proportions for the paired-sample
        design. Statistics in Medicine 17.
        """
        return named_interval(method)(self.sample, confidence_level)

    def p_value(self, method: PairedTest = "score", *, difference: float = 0.0) -> Floats:
        """Two-sided p-value of a mean difference of `difference`, belonging to the interval of that name; shape (1,).

        For shares ``"score"`` is McNemar's chi-squared without a continuity correction. NaN without customers, and
        for ``"t"`` where the differences do not vary.

        Raises
        ------
        ValueError
            If the method is unknown.
        """
        if method not in get_args(PairedTest):
            raise ValueError(unknown_name("paired test", method, get_args(PairedTest)))
        if method == "t":
            return _t_p_value(self.sample, difference)
        return 2 * scipy.special.ndtr(-np.abs(mean_statistic(self.sample, difference)))


def paired_difference(table: CrossTally, row_values: ArrayLike, column_values: ArrayLike) -> PairedDifference:
    """Compare two ratings of the same customers: the mean of row less column.

    Parameters
    ----------
    table
        Customers counted by both answers, from `cxstats.responses.crosstabs.cross_tally`.
    row_values, column_values
        The metric's value of each point of both scales, in the same unit, as of `Metric.values`.

    Raises
    ------
    ValueError
        If there is not one finite value for each point.
    """
    rows, columns = (np.asarray(list(v), dtype=np.float64) for v in (row_values, column_values))  # pyright: ignore
    if (len(rows), len(columns)) != table.counts.shape or not np.isfinite([*rows, *columns]).all():
        raise ValueError(
            f"a paired difference needs one finite value for each point, here {table.counts.shape[0]} and "
            f"{table.counts.shape[1]}; got {rows.tolist()} and {columns.tolist()}"
        )
    return PairedDifference(table, rows, columns)


def mean_statistic(sample: Sample, mean: float | Floats = 0.0) -> Floats:
    """Estimate less `mean`, in standard errors of the most likely distribution with that mean; shape (S,).

    The test that belongs to `cxstats.scores.intervals.score_interval`, for simple random samples: infinite where no
    distribution on the values has that mean, NaN without answers.
    """
    known, low, span = sample.n > 0, sample.values.min(), float(np.ptp(sample.values)) or 1.0
    unit, size = (sample.values - low) / span, np.where(known, sample.n, 1.0)
    shares = np.where(known[:, None], sample.shares, 1 / len(unit))
    way = np.where(known, (mean - sample.estimate) / span, 0.0)
    above, below = (
        standard_errors((Tilt(shares, part, size),), np.maximum(sign * way, 0.0))
        for sign, part in ((1, unit), (-1, 1 - unit))
    )
    found = np.where(way == 0, 0.0, np.where(way > 0, -above, below))
    return np.where(known, found, np.nan)


def _t_p_value(sample: Sample, difference: float) -> Floats:
    usable = (sample.n > 1) & (sample.variance > 1e-14 * float(np.ptp(sample.values)) ** 2)
    error = np.sqrt(np.where(usable, sample.variance / np.maximum(sample.n - 1, 1), np.nan))
    statistic = np.abs(sample.estimate - difference) / error
    return 2 * scipy.special.stdtr(np.where(usable, sample.n - 1, np.nan), -statistic)
