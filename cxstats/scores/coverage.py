"""How often an interval covers the truth: exact coverage, by enumerating every possible histogram.

>>> from cxstats.scores.intervals import score_interval, wald_interval
>>> nps = [-1, 0, 1]
>>> exact_coverage(wald_interval, nps, [1 / 12, 1 / 12, 5 / 6], n=20).coverage.round(4)
array([0.8647])
>>> exact_coverage(score_interval, nps, [1 / 12, 1 / 12, 5 / 6], n=20).coverage.round(4)
array([0.9619])
"""

from itertools import combinations
from math import comb
from typing import Final, NamedTuple

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from cxstats.scores.intervals import IntervalMethod, Sample, named_interval

Floats = NDArray[np.float64]

MOST_HISTOGRAMS: Final = 5_000_000


class Coverage(NamedTuple):
    """Probability of covering the true score, and expected width, one for each distribution."""

    coverage: Floats
    width: Floats


def all_histograms(n: int, points: int) -> NDArray[np.int64]:
    """List every way in which n answers can fall on the points; shape (binomial(n + points - 1, n), points)."""
    bars = np.array(list(combinations(range(n + points - 1), points - 1)), dtype=np.int64)
    bars = bars.reshape(-1, points - 1)
    edges = np.column_stack([np.full(len(bars), -1), bars, np.full(len(bars), n + points - 1)])
    return np.diff(edges, axis=1) - 1


def exact_coverage(
    method: IntervalMethod | str,
    values: ArrayLike,
    probabilities: ArrayLike,
    *,
    n: int,
    confidence_level: float = 0.95,
) -> Coverage:
    """Probability that an interval covers the true score of a simple random sample of n answers.

    Parameters
    ----------
    method
        An interval method or its name.
    values
        The metric's value of each point; shape (K,). Points of equal value are merged.
    probabilities
        True probability of each point; shape (K,) or (D, K) for D distributions at once.
    n
        Number of answers. All binomial(n + K - 1, n) histograms are enumerated.
    confidence_level
        Between 0 and 1.

    Returns
    -------
    Coverage
        Coverage and expected width, shape (D,) each. A histogram for which the method has no limits does not cover
        and has no width.

    Raises
    ------
    ValueError
        If the histograms are more than 5 million.
    """
    distinct, merged_into = np.unique(np.asarray(values, dtype=np.float64), return_inverse=True)
    given = np.atleast_2d(np.asarray(probabilities, dtype=np.float64))
    truth = np.zeros((len(given), len(distinct)))
    np.add.at(truth.T, merged_into, given.T)
    size = comb(n + len(distinct) - 1, n)
    if size > MOST_HISTOGRAMS:
        raise ValueError(
            f"at most {MOST_HISTOGRAMS:,} histograms can be enumerated; n={n} on {len(distinct)} values has {size:,}"
        )
    histograms = all_histograms(n, len(distinct))
    limits = named_interval(method)(Sample.from_counts(histograms, distinct), confidence_level)
    ways = scipy.special.gammaln(n + 1) - scipy.special.gammaln(histograms + 1).sum(axis=1)
    width = np.nan_to_num(limits.high - limits.low)
    slack = 1e-12 * np.ptp(distinct)
    coverage, expected = np.empty(len(truth)), np.empty(len(truth))
    for d, p in enumerate(truth):
        chance = np.exp(ways + scipy.special.xlogy(histograms, p).sum(axis=1))
        covers = (limits.low - slack <= p @ distinct) & (p @ distinct <= limits.high + slack)
        coverage[d], expected[d] = chance @ covers, chance @ width
    return Coverage(coverage, expected)
