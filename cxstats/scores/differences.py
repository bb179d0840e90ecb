"""Intervals for a difference: the first score less the second, of independent samples or of the same customers.

>>> after, before = Sample.from_counts([14, 56], [0, 1]), Sample.from_counts([32, 48], [0, 1])
>>> found = named_difference("miettinen-nurminen")(after, before, 0.95)
>>> found.low.round(4), found.high.round(4)
(array([0.0528]), array([0.3382]))

Two independent samples of S segments each, segment by segment:

Any metric      score, mover (from the score interval; `mover_difference` takes any other), welch, wald
Shares          miettinen-nurminen, mee, newcombe, agresti-caffo

The same customers twice, for shares from the counts of both, only the first, only the second and neither:
newcombe, agresti-min. Tango's interval is the score interval of the differences -1, 0 and 1, with the counts of only
the second, both or neither, and only the first; Student's paired interval is ``t`` of the differences.

Not offered for two samples: continuity corrections (also Hauck and Anderson's), Haldane's and Jeffreys and Perks'
(score intervals with a fixed guess where Mee's has the likelihood's), MOVER around posterior medians (here it is around
the estimate that a reader sees), and the score interval corrected for skewness. DescTools and PropCIs stop the search
for Miettinen and Nurminen's limits at 1e-7; here it ends with the digits of the machine. The tests of a
hypothesis are in `cxstats.scores.contrasts`, which also says which it leaves out.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
import scipy
from numpy.typing import ArrayLike

from cxstats.responses.names import unknown_name
from cxstats.scores.contrasts.pairs import require_alike
from cxstats.scores.contrasts.score_differences import score_difference
from cxstats.scores.contrasts.welch import welch_difference
from cxstats.scores.intervals import named_interval, score_interval
from cxstats.scores.net_intervals import apart
from cxstats.scores.samples import (
    Floats,
    Interval,
    IntervalMethod,
    Sample,
    around,
    keep_where,
    require_simple,
    upper_tail,
)
from cxstats.scores.share_intervals import wilson_interval

DifferenceMethod = Callable[[Sample, Sample, float], Interval]
PairedMethod = Callable[[ArrayLike, float], Interval]

_BISECTIONS: Final = 60
_FOR_DESIGNS: Final = "score, mover, newcombe, welch, wald"


def wald_difference(first: Sample, second: Sample, confidence_level: float) -> Interval:
    """Return the normal interval with the sum of the two variances of the mean: too narrow in small samples."""
    require_alike(first, second)
    error = np.sqrt(first.variance / first.effective_n + second.variance / second.effective_n)
    return around(first.estimate - second.estimate, scipy.special.ndtri(upper_tail(confidence_level)) * error)


def mover_difference(method: IntervalMethod | str = "score") -> DifferenceMethod:
    """Make the interval for a difference that follows from a one-sample method (MOVER).

    With estimates e1, e2 and limits (l1, u1), (l2, u2) the limits are ::

        e1 - e2 - sqrt((e1 - l1)^2 + (u2 - e2)^2)    and    e1 - e2 + sqrt((u1 - e1)^2 + (e2 - l2)^2).

    Parameters
    ----------
    method
        A name of `INTERVALS` or a function; what it says of designs holds for the difference of two independent ones.

    References
    ----------
    Zou and Donner (2008), Construction of confidence limits about effect measures: a general approach. Statistics in
    Medicine 27.

    Examples
    --------
    >>> this, last = Sample.from_counts([10, 20, 70], [-1, 0, 1]), Sample.from_counts([20, 20, 60], [-1, 0, 1])
    >>> found = mover_difference("t")(this, last, 0.95)
    >>> found.low.round(3), found.high.round(3)
    (array([-0.007]), array([0.407]))
    """
    one_sample = named_interval(method)

    def difference(first: Sample, second: Sample, confidence_level: float) -> Interval:
        require_alike(first, second)
        return square_and_add(
            (first.estimate, one_sample(first, confidence_level)),
            (second.estimate, one_sample(second, confidence_level)),
        )

    return difference


def square_and_add(
    first: tuple[Floats, Interval], second: tuple[Floats, Interval], *, correlation: Floats | float = 0.0
) -> Interval:
    """Limits of a difference from two estimates, the limits of each and their correlation; see `mover_difference`."""
    (one, one_limits), (other, other_limits) = first, second
    below = apart(one - one_limits.low, other_limits.high - other, correlation)
    above = apart(one_limits.high - one, other - other_limits.low, correlation)
    return Interval(one - other - below, one - other + above)


def newcombe_difference(first: Sample, second: Sample, confidence_level: float) -> Interval:
    """Newcombe's interval for a difference of shares: MOVER of Wilson's intervals, always within -1 and 1.

    References
    ----------
    Newcombe (1998), Interval estimation for the difference between independent proportions: comparison of eleven
    methods. Statistics in Medicine 17; method 10.
    """
    _require_shares(first, second, "newcombe")
    found = mover_difference(wilson_interval)(first, second, confidence_level)
    return Interval(np.maximum(found.low, -1), np.minimum(found.high, 1))


def agresti_caffo_difference(first: Sample, second: Sample, confidence_level: float) -> Interval:
    """Agresti and Caffo's interval: Wald's after adding a success and a failure to each sample, cut at -1 and 1.

    References
    ----------
    Agresti and Caffo (2000), Simple and effective confidence intervals for proportions and differences of proportions
    result from adding two successes and two failures. The American Statistician 54.
    """
    _require_shares(first, second, "agresti-caffo")
    _require_simple_both(first, second, "agresti-caffo")
    found = wald_difference(_one_more_each(first), _one_more_each(second), confidence_level)
    known = (first.n > 0) & (second.n > 0)
    return keep_where(known, np.maximum(found.low, -1), np.minimum(found.high, 1))


def miettinen_nurminen_difference(first: Sample, second: Sample, confidence_level: float) -> Interval:
    """Score interval of Miettinen and Nurminen for a difference of shares: Mee's with variance times N / (N - 1).

    N is the number of answers in both samples.

    References
    ----------
    Miettinen and Nurminen (1985), Comparative analysis of two rates. Statistics in Medicine 4.
    """
    _require_shares(first, second, "miettinen-nurminen")
    _require_simple_both(first, second, "miettinen-nurminen")
    both = first.n + second.n
    return _score_difference(first, second, confidence_level, both / np.maximum(both - 1, 1))


def mee_difference(first: Sample, second: Sample, confidence_level: float) -> Interval:
    """Score interval of Mee for a difference of shares: each d that the test of p1 - p2 = d does not reject.

    The test takes the variance of the most likely shares that differ by d. At d = 0 it is the chi-squared test of the
    2 x 2 table: at a confidence level of 1 less its p-value one limit is 0.

    References
    ----------
    Mee (1984), Confidence bounds for the difference between two probabilities. Biometrics 40.
    """
    _require_shares(first, second, "mee")
    _require_simple_both(first, second, "mee")
    return _score_difference(first, second, confidence_level, np.ones_like(first.n))


def _score_difference(first: Sample, second: Sample, confidence_level: float, inflation: Floats) -> Interval:
    z = float(scipy.special.ndtri(upper_tail(confidence_level)))
    # Empty samples have NaN for estimates already; a size of 1 keeps them from dividing by 0.
    one, other, sizes = first.estimate, second.estimate, (_or_one(first.n), _or_one(second.n))
    low = _lower_score_limit((one, other), sizes, z, inflation)
    high = -_lower_score_limit((other, one), (sizes[1], sizes[0]), z, inflation)
    return keep_where((first.n > 0) & (second.n > 0), low, high)


def _lower_score_limit(
    shares: tuple[Floats, Floats], sizes: tuple[Floats, Floats], z: float, inflation: Floats
) -> Floats:
    """Smallest difference that is not z standard errors below the estimate, by bisection."""
    estimate = shares[0] - shares[1]
    low, high = np.full_like(estimate, -1.0), estimate
    for _ in range(_BISECTIONS):
        middle = (low + high) / 2
        one = most_likely_share(shares, sizes, middle)
        other = one - middle
        variance = inflation * (one * (1 - one) / sizes[0] + np.maximum(other * (1 - other), 0) / sizes[1])
        outside = estimate - middle > z * np.sqrt(variance)
        low, high = np.where(outside, middle, low), np.where(outside, high, middle)
    return (low + high) / 2


def most_likely_share(shares: tuple[Floats, Floats], sizes: tuple[Floats, Floats], difference: Floats) -> Floats:
    """First share of the most likely two binomials whose shares differ by `difference`; all shapes (S,).

    The middle root of a cubic in closed form, within the shares that are possible.

    References
    ----------
    Miettinen and Nurminen (1985), Comparative analysis of two rates. Statistics in Medicine 4; appendix 1.
    Farrington and Manning (1990), Test statistics and sample size formulae for comparative binomial trials with null
    hypothesis of non-zero risk difference or non-unity relative risk. Statistics in Medicine 9; appendix 1.
    """
    ratio = sizes[1] / sizes[0]
    one, other, d = shares[0], shares[1], difference
    cubic = 1 + ratio
    square = -(1 + ratio + one + ratio * other + d * (ratio + 2))
    linear = d**2 + d * (2 * one + ratio + 1) + one + ratio * other
    constant = -one * d * (1 + d)
    shift = -square / (3 * cubic)
    half = -(shift**3) - square * linear / (6 * cubic**2) + constant / (2 * cubic)
    radius = np.sqrt(np.maximum(shift**2 - linear / (3 * cubic), 0))
    cosine = np.divide(np.abs(half), radius**3, out=np.zeros_like(half), where=radius > 0)
    # Of the three roots, a third of a turn apart, the middle one is where both shares are possible.
    turn = (np.pi + np.arccos(np.minimum(cosine, 1))) / 3
    root = shift + 2 * np.copysign(radius, half) * np.cos(turn)
    return np.clip(root, np.maximum(d, 0), np.minimum(1 + d, 1))


def newcombe_paired(table: ArrayLike, confidence_level: float) -> Interval:
    """Newcombe's interval for a difference of shares among the same customers: MOVER of Wilson's intervals.

    The correlation of the two estimates is the phi coefficient of the table, corrected for continuity where it is
    positive.

    Parameters
    ----------
    table
        Customers counted in both, only the first, only the second, and neither; shape (S, 4) or (4,).
    confidence_level
        Between 0 and 1.

    References
    ----------
    Newcombe (1998), Improved confidence intervals for the difference between binomial proportions based on paired
    data. Statistics in Medicine 17; method 10.
    """
    both, first, second, neither, n = _paired(table)
    one, other = (Sample.from_counts(np.column_stack([n - k, k]), [0, 1]) for k in (both + first, both + second))
    product = both * neither - first * second
    corrected = np.where(product > 0, np.maximum(product - n / 2, 0), product)
    margins = np.sqrt((both + first) * (second + neither) * (both + second) * (first + neither))
    phi = np.divide(corrected, margins, out=np.zeros_like(n), where=margins > 0)
    limits = [(sample.estimate, wilson_interval(sample, confidence_level)) for sample in (one, other)]
    return square_and_add(limits[0], limits[1], correlation=phi)


def agresti_min_paired(table: ArrayLike, confidence_level: float) -> Interval:
    """Agresti and Min's interval: Wald's after adding 1/2 to each of the four paired counts, cut at -1 and 1.

    Takes what `newcombe_paired` takes.

    References
    ----------
    Agresti and Min (2005), Simple improved confidence intervals for comparing matched proportions. Statistics in
    Medicine 24.
    """
    _, first, second, _, n = _paired(table)
    counts = np.column_stack([second + 0.5, n - first - second + 1, first + 0.5])
    sample = Sample.from_counts(counts, [-1, 0, 1])
    half = scipy.special.ndtri(upper_tail(confidence_level)) * np.sqrt(sample.variance / sample.n)
    return keep_where(n > 0, np.maximum(sample.estimate - half, -1), np.minimum(sample.estimate + half, 1))


DIFFERENCES: Final[Mapping[str, DifferenceMethod]] = MappingProxyType(
    {
        "score": score_difference,
        "mover": mover_difference(score_interval),
        "welch": welch_difference,
        "miettinen-nurminen": miettinen_nurminen_difference,
        "mee": mee_difference,
        "newcombe": newcombe_difference,
        "agresti-caffo": agresti_caffo_difference,
        "wald": wald_difference,
    }
)
"""The intervals for a difference of two independent samples, by name."""

PAIRED_DIFFERENCES: Final[Mapping[str, PairedMethod]] = MappingProxyType(
    {"newcombe": newcombe_paired, "agresti-min": agresti_min_paired}
)
"""The intervals for a difference of shares among the same customers, by name."""


def named_difference(method: DifferenceMethod | str) -> DifferenceMethod:
    """Return the interval for a difference of this name; a function is taken as it is.

    Raises
    ------
    ValueError
        If no method has this name; the message lists those that exist.
    """
    if not isinstance(method, str):
        return method
    if method not in DIFFERENCES:
        raise ValueError(unknown_name("difference method", method, DIFFERENCES))
    return DIFFERENCES[method]


def _or_one(n: Floats) -> Floats:
    return np.where(n > 0, n, 1.0)


def _paired(table: ArrayLike) -> tuple[Floats, Floats, Floats, Floats, Floats]:
    counts = np.atleast_2d(np.asarray(table, dtype=np.float64))
    if counts.shape[-1] != 4 or not (counts >= 0).all():
        raise ValueError(
            "a paired table has the counts of both, only the first, only the second and neither, 0 or more; got "
            f"{np.asarray(table).tolist()}"
        )
    both, first, second, neither = counts.T
    return both, first, second, neither, counts.sum(axis=1)


def _one_more_each(sample: Sample) -> Sample:
    share = (sample.n * sample.estimate + 1) / (sample.n + 2)
    return Sample.from_counts(np.column_stack([1 - share, share]) * (sample.n + 2)[:, None], [0, 1])


def _require_shares(first: Sample, second: Sample, method: str) -> None:
    require_alike(first, second)
    if not set(first.values) <= {0.0, 1.0}:
        raise ValueError(
            f"difference method {method!r} is for shares (values 0 and 1); got values {first.values.tolist()}. Methods "
            "for any metric: score, mover, welch, wald"
        )


def _require_simple_both(first: Sample, second: Sample, method: str) -> None:
    for sample in (first, second):
        require_simple(sample, method, _FOR_DESIGNS)
