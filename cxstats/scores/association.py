"""How two ratings of the same customers go together: Spearman's rank correlation, from their cross-table.

>>> import pandas as pd
>>> from cxstats.responses.crosstabs import cross_tally
>>> both = pd.DataFrame({"ces": [1, 2, 4, 5, 6, 7, 7, 3], "csat": [1, 2, 2, 4, 4, 5, 4, 3]})
>>> crossed = cross_tally(both, "ces", "csat", row_scale="ces-2.0", column_scale="csat-5")
>>> round(rank_correlation(crossed).estimate, 4)
0.9139
"""

import math
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from cxstats.responses.crosstabs import CrossTally
from cxstats.scores.intervals import Sample, require_confidence_level, score_interval

Floats = NDArray[np.float64]

FEWEST_PAIRS = 4


@dataclass(frozen=True, slots=True, eq=False)
class Association:
    """Spearman's rank correlation between two ratings.

    Attributes
    ----------
    table
        The cross-table that it comes from.
    estimate
        Between -1 and 1, ties sharing their mean rank. Positive when high points go together; NaN when a rating has
        only one value.
    standard_error
        Asymptotic, from the multinomial distribution of the table, ties included.
    """

    table: CrossTally
    estimate: float
    standard_error: float

    @property
    def n(self) -> int:
        """Customers who answered both questions."""
        return self.table.n

    def interval(self, confidence_level: float = 0.95) -> tuple[float, float]:
        """Interval on Fisher's scale, atanh(estimate) +- z * standard_error * f / (1 - estimate^2), taken back.

        The factor f = sqrt(n / (n - 3)) is Fisher's correction for small samples. NaN for fewer than four customers, a
        rating with one value, or a perfect correlation.
        """
        require_confidence_level(confidence_level)
        if self.n < FEWEST_PAIRS or not abs(self.estimate) < 1 or self.standard_error == 0:
            return math.nan, math.nan
        error = self.standard_error * math.sqrt(self.n / (self.n - 3)) / (1 - self.estimate**2)
        half = float(scipy.special.ndtri((1 + confidence_level) / 2)) * error
        centre = math.atanh(self.estimate)
        return math.tanh(centre - half), math.tanh(centre + half)

    def sentence(self, confidence_level: float = 0.95) -> str:
        """Say it in one sentence, with the direction in words."""
        one, other = self.table.row, self.table.column
        if self.n < FEWEST_PAIRS or not math.isfinite(self.estimate):
            return f"{one} and {other}: too few different answers to say (n = {self.n:,})."
        low, high = self.interval(confidence_level)
        together = (self.estimate > 0) == (self.table.row_scale.good == self.table.column_scale.good)
        way = "good answers to one go with good answers to the other" if together else "the two point in opposite ways"
        between = f"{confidence_level * 100:g} % interval {low:.2f} to {high:.2f}"
        if math.isnan(low):
            between = "no interval"
        elif low <= 0 <= high:
            way = "no clear direction"
        return f"{one} and {other}: rank correlation {self.estimate:.2f} ({between}; n = {self.n:,}); {way}."


@dataclass(frozen=True, slots=True)
class ShareAmong:
    """How many of the customers with some answers to one question gave some answers to another.

    Attributes
    ----------
    count, n
        Customers with both, and customers with the first.
    low, high
        Score interval of the share; NaN without customers.
    confidence_level
        Of the interval.
    """

    count: int
    n: int
    low: float
    high: float
    confidence_level: float

    @property
    def share(self) -> float:
        """Their share, 0 to 1; NaN without customers."""
        return self.count / self.n if self.n else math.nan

    def in_words(self) -> str:
        """Say the share with its interval and its counts."""
        if not self.n:
            return "nobody to say it of"
        share, low, high = (f"{100 * part:.1f} %" for part in (self.share, self.low, self.high))
        return f"{share} ({self.confidence_level * 100:g} % interval {low} to {high}; {self.count:,} of {self.n:,})"


def share_among(
    table: CrossTally, *, rows: Iterable[int], columns: Iterable[int], confidence_level: float = 0.95
) -> ShareAmong:
    """Share of the customers with an answer in `rows` whose answer to the other question is in `columns`.

    Examples
    --------
    >>> import pandas as pd
    >>> from cxstats.responses.crosstabs import cross_tally
    >>> both = pd.DataFrame({"ces": [6, 7, 7, 2], "csat": [1, 5, 4, 1]})
    >>> crossed = cross_tally(both, "ces", "csat", row_scale="ces-2.0", column_scale="csat-5")
    >>> easy_but_dissatisfied = share_among(crossed, rows=[5, 6, 7], columns=[1, 2])
    >>> easy_but_dissatisfied.count, easy_but_dissatisfied.n
    (1, 3)
    """
    chosen = list(rows)
    n = table.count(chosen, table.column_scale.points)
    both = table.count(chosen, columns)
    limits = score_interval(Sample.from_counts([n - both, both], [0, 1]), confidence_level)
    return ShareAmong(both, n, float(limits.low[0]), float(limits.high[0]), confidence_level)


def rank_correlation(table: CrossTally) -> Association:
    """Measure how two ratings go together.

    Parameters
    ----------
    table
        A cross-table of the two.

    Returns
    -------
    Association
        Spearman's coefficient with its asymptotic standard error and interval.

    References
    ----------
    Spearman (1904), The proof and measurement of association between two things. American Journal of Psychology 15.
    Brown and Benedetti (1977), Sampling behavior of tests for correlation in two-way contingency tables. JASA 72, for
    the standard error, here as the standard deviation of the influence of one customer over sqrt(n).
    """
    if table.n == 0:
        return Association(table, math.nan, math.nan)
    p = table.counts / table.n
    rows, columns = p.sum(axis=1), p.sum(axis=0)
    below_row, below_column = _share_below(len(rows)), _share_below(len(columns))
    a, b = below_row @ rows - 0.5, below_column @ columns - 0.5
    spread_a, spread_b = float(rows @ a**2), float(columns @ b**2)
    if min(spread_a, spread_b) < 1e-15:
        return Association(table, math.nan, math.nan)
    scale = math.sqrt(spread_a * spread_b)
    estimate = float(a @ p @ b) / scale
    # The influence of a customer: through the pair itself, and through the ranks that the answer shifts.
    pair = np.outer(a, b) + ((p @ b) @ below_row)[:, None] + ((a @ p) @ below_column)[None, :]
    spread = (-(rows**2) / 4 / spread_a)[:, None] + (-(columns**2) / 4 / spread_b)[None, :]
    influence = pair / scale - estimate / 2 * spread
    variance = float(np.sum(p * influence**2) - np.sum(p * influence) ** 2)
    return Association(table, max(-1.0, min(1.0, estimate)), math.sqrt(max(0.0, variance) / table.n))


def _share_below(points: int) -> Floats:
    """Matrix of 1 below, 1/2 on and 0 above the diagonal: times the shares it gives the mid-ranks."""
    return np.tril(np.ones((points, points)), -1) + np.eye(points) / 2
