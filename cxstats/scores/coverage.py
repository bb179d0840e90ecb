"""How often an interval covers the truth: exactly, by enumerating every possible histogram, or by simulation.

>>> from cxstats.scores.intervals import score_interval, wald_interval
>>> nps = [-1, 0, 1]
>>> exact_coverage(wald_interval, nps, [1 / 12, 1 / 12, 5 / 6], n=20).coverage.round(4)
array([0.8647])
>>> exact_coverage(score_interval, nps, [1 / 12, 1 / 12, 5 / 6], n=20).coverage.round(4)
array([0.9619])
"""

from collections.abc import Iterator
from math import comb
from typing import Final, NamedTuple

import numpy as np
import scipy
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray

from cxstats.scores.intervals import IntervalMethod, Sample, named_interval
from cxstats.scores.metrics import Metric

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

MOST_HISTOGRAMS: Final = 5_000_000
SAMPLES: Final = 20_000
_BLOCK: Final = 2_000_000
_ROUNDING: Final = 1e-10


class Coverage(NamedTuple):
    """How an interval does under each of D distributions.

    Attributes
    ----------
    coverage
        Probability of covering the true score; shape (D,).
    width
        Expected width, in the metric's unit; shape (D,).
    error
        Standard error of the coverage: 0 where it is enumerated, above 0 where it is simulated; shape (D,).
    """

    coverage: Floats
    width: Floats
    error: Floats


def all_histograms(n: int, points: int) -> Integers:
    """List every way in which n answers can fall on the points; shape (binomial(n + points - 1, n), points)."""
    columns: list[Integers] = []
    left: Integers = np.array([n], dtype=np.int64)
    for _ in range(points - 1):
        ways: Integers = left + 1
        first: Integers = np.cumsum(ways) - ways
        taken: Integers = np.arange(int(ways.sum())) - np.repeat(first, ways)
        columns = [np.repeat(column, ways) for column in columns]
        columns.append(taken)
        left = np.repeat(left, ways) - taken
    return np.column_stack([*columns, left])


def exact_coverage(
    method: IntervalMethod | str,
    metric: Metric | ArrayLike,
    probabilities: ArrayLike,
    n: int,
    *,
    confidence_level: float = 0.95,
    n_samples: int = SAMPLES,
    rng: Generator | int = 0,
    most_histograms: int = MOST_HISTOGRAMS,
) -> Coverage:
    """Probability that an interval covers the true score of a simple random sample of n answers.

    Parameters
    ----------
    method
        An interval method or its name.
    metric
        A metric, or the value of each point; shape (K,). Points of equal value are merged.
    probabilities
        True probability of each point; shape (K,) or (D, K) for D distributions at once.
    n
        Number of answers. All binomial(n + K - 1, n) histograms are enumerated if they are not too many.
    confidence_level
        Between 0 and 1.
    n_samples
        Number of samples drawn from each distribution where the histograms are too many to enumerate.
    rng
        Source of the samples, or its seed.
    most_histograms
        How many histograms may be enumerated; lower it for a method that takes long.

    Returns
    -------
    Coverage
        Coverage, expected width and the coverage's error, shape (D,) each. A histogram for which the method has no
        limits does not cover and has no width.

    Raises
    ------
    ValueError
        If n is not positive, or the probabilities are not one for each point, not negative and with sum 1.

    Examples
    --------
    >>> from cxstats.responses.scales import named_scale
    >>> from cxstats.scores.metrics import named_metric
    >>> net_ease = named_metric("net", named_scale("ces-2.0"))
    >>> found = exact_coverage("score", net_ease, [0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.3], n=30)
    >>> found.coverage.round(3), found.error
    (array([0.95]), array([0.]))
    """
    values = np.asarray(metric.values if isinstance(metric, Metric) else metric, dtype=np.float64)
    distinct, truth = _merged(values, _distributions(probabilities, len(values)))
    if n < 1:
        raise ValueError(f"n must be at least 1; got {n}")
    limits_of = named_interval(method)
    if comb(n + len(distinct) - 1, n) > most_histograms:
        drawn = np.random.default_rng(rng)
        return _simulated(limits_of, distinct, truth, n, confidence_level=confidence_level, sizes=n_samples, rng=drawn)
    coverage, width = np.zeros(len(truth)), np.zeros(len(truth))
    for histograms in _blocks(n, len(distinct), len(truth)):
        limits = limits_of(Sample.from_counts(histograms, distinct), confidence_level)
        ways = scipy.special.gammaln(n + 1) - scipy.special.gammaln(histograms + 1).sum(axis=1)
        chance = np.exp(ways + _log_chance(histograms, truth))
        coverage += (chance * _covers(limits.low, limits.high, (truth @ distinct)[:, None], distinct)).sum(axis=1)
        width += chance @ np.nan_to_num(limits.high - limits.low)
    return Coverage(np.minimum(coverage, 1.0), width, np.zeros(len(truth)))


def _distributions(probabilities: ArrayLike, points: int) -> Floats:
    given = np.atleast_2d(np.asarray(probabilities, dtype=np.float64))
    if given.shape[1] != points or (given < 0).any() or not np.allclose(given.sum(axis=1), 1, rtol=0, atol=1e-9):
        raise ValueError(
            f"probabilities must be one for each of the {points} points, none negative, with sum 1; got shape "
            f"{given.shape} with sums from {given.sum(axis=1).min():g} to {given.sum(axis=1).max():g}"
        )
    return given


def _merged(values: Floats, given: Floats) -> tuple[Floats, Floats]:
    """Merge the points of equal value."""
    distinct, place = np.unique(values, return_inverse=True)
    truth = np.zeros((len(given), len(distinct)))
    np.add.at(truth.T, place, given.T)
    return distinct, truth


def _blocks(n: int, points: int, distributions: int) -> Iterator[Integers]:
    """List all histograms in parts whose products with the distributions fit in memory."""
    histograms = all_histograms(n, points)
    size = max(1_000, _BLOCK // max(distributions, points))
    for start in range(0, len(histograms), size):
        yield histograms[start : start + size]


def _log_chance(histograms: Integers, truth: Floats) -> Floats:
    """Log of the product of the probabilities of the answers, without the number of orders; shape (D, H)."""
    possible = truth > 0
    logs = np.log(np.where(possible, truth, 1.0)) @ histograms.T.astype(np.float64)
    impossible = (~possible).astype(np.float64) @ histograms.T.astype(np.float64) > 0
    return np.where(impossible, -np.inf, logs)


def _covers(low: Floats, high: Floats, score: Floats, values: Floats) -> NDArray[np.bool_]:
    slack = _ROUNDING * np.ptp(values)
    return (low - slack <= score) & (score <= high + slack)


def _simulated(
    method: IntervalMethod,
    values: Floats,
    truth: Floats,
    n: int,
    *,
    confidence_level: float,
    sizes: int,
    rng: Generator,
) -> Coverage:
    coverage, width = np.empty(len(truth)), np.empty(len(truth))
    for d, p in enumerate(truth):
        drawn, times = np.unique(rng.multinomial(n, p, size=sizes), axis=0, return_counts=True)
        limits = method(Sample.from_counts(drawn, values), confidence_level)
        coverage[d] = times @ _covers(limits.low, limits.high, p @ values, values) / sizes
        width[d] = times @ np.nan_to_num(limits.high - limits.low) / sizes
    return Coverage(coverage, width, np.sqrt(coverage * (1 - coverage) / sizes))
