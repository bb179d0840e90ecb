"""Intervals for a score: shares of answers and their values in, limits out, for any number of segments at once.

The default, `score_interval`, serves every metric. The others go by the names of the literature and say which metrics
they are for. A method is a function from a `Sample` and a confidence level to an `Interval`; `named_interval` takes
such a function in place of a name.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from cxstats.responses.names import unknown_name

Floats = NDArray[np.float64]

PSEUDO_DETRACTORS: Final = 0.75
PSEUDO_PASSIVES: Final = 1.5
PSEUDO_PROMOTERS: Final = 0.75
_ITERATIONS: Final = 60


@dataclass(frozen=True, slots=True)
class Interval:
    """Lower and upper limits, one of each a segment; NaN where there is nothing to say."""

    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class Sample:
    """What an interval needs to know of S segments on a scale of K points.

    Attributes
    ----------
    shares
        Share of the answers at each point, weighted under a design; shape (S, K).
    values
        The metric's value of each point; shape (K,).
    n
        Number of answers; shape (S,).
    effective_n
        Size of the simple random sample with the same variance; equal to `n` without a design; shape (S,).
    degrees_of_freedom
        Design degrees of freedom; infinite without a design; shape (S,).
    """

    shares: Floats
    values: Floats
    n: Floats
    effective_n: Floats
    degrees_of_freedom: Floats

    @classmethod
    def from_counts(cls, counts: ArrayLike, values: ArrayLike) -> "Sample":
        """Make a simple random sample from counts of answers, shape (S, K) or (K,), and the values of the points."""
        table = np.atleast_2d(np.asarray(counts, dtype=np.float64))
        n = table.sum(axis=1)
        shares = np.divide(table, n[:, None], out=np.full_like(table, np.nan), where=n[:, None] > 0)
        return cls(shares, np.asarray(values, dtype=np.float64), n, n, np.full_like(n, np.inf))

    def head(self) -> "Sample":
        """Return the first segment alone: enough to see whether a method is for the metric and the design."""
        first = (part[:1] for part in (self.n, self.effective_n, self.degrees_of_freedom))
        return Sample(self.shares[:1], self.values, *first)

    @property
    def estimate(self) -> Floats:
        """Mean value; shape (S,)."""
        return self.shares @ self.values

    @property
    def variance(self) -> Floats:
        """Variance of the values over the answers, divisor n; shape (S,)."""
        return np.einsum("sk,sk->s", self.shares, (self.values - self.estimate[:, None]) ** 2)

    @property
    def is_simple(self) -> bool:
        """Whether the sample is a simple random one."""
        return bool(np.isinf(self.degrees_of_freedom).all())


IntervalMethod = Callable[[Sample, float], Interval]


def score_interval(sample: Sample, confidence_level: float) -> Interval:
    """Score interval of the multinomial likelihood constrained to a mean.

    For each candidate mean mu, take the most likely distribution on the scale's points that has this mean (points
    nobody chose included) and keep mu if the estimate lies within z standard errors of it, the standard error being
    that distribution's.

    That distribution gives an observed point v_i the probability (share_i / s) / |c - v_i|, where c lies at or beyond
    the end of the scale towards which mu departs and s normalises; unobserved points get nothing, except the end point
    itself when c reaches it. With A the arithmetic and H the harmonic mean of the distances |c - v_i| over the
    answers, mu lies H away from c and the variance is H (A - H), so that the limit is where ::

        A(c) / H(c) = 1 + z^2 / n    and there    mu = (n * estimate + z^2 * c) / (n + z^2).

    A / H falls as c moves away, so the limit is unique and the interval is one piece. Where even the end point gives
    too small a ratio, c is the end point. With two values this is Wilson's interval.

    Parameters
    ----------
    sample
        S segments; under a design its effective n and t quantile take the place of n and z. The effective n counts
        for no more than n: near an end of the scale it is estimated from very few answers and can be far too large.
    confidence_level
        Between 0 and 1.

    Returns
    -------
    Interval
        Within the range of the values; NaN where there are no answers or no degrees of freedom.

    References
    ----------
    Wilson (1927), Probable inference, the law of succession, and statistical inference. JASA 22.
    Tango (1998), Equivalence test and confidence interval for the difference in proportions for the paired-sample
    design. Statistics in Medicine 17; the same construction for the values -1, 0, 1.
    Korn and Graubard (1998), Confidence intervals for proportions with small expected number of positive counts
    estimated from survey data. Survey Methodology 24; the limit on the effective n.
    Owen (1988), Empirical likelihood ratio confidence intervals for a single functional. Biometrika 75; the
    constrained distribution.

    Examples
    --------
    >>> found = score_interval(Sample.from_counts([15, 45], [0, 1]), 0.95)
    >>> found.low.round(6), found.high.round(6)
    (array([0.627679]), array([0.842235]))
    """
    ratio = _quantile(sample, confidence_level) ** 2 / np.minimum(sample.effective_n, sample.n)
    low, high = sample.values.min(), sample.values.max()
    span = high - low
    if span == 0:
        return _where(sample.n > 0, sample.estimate, sample.estimate)
    # Values are moved to 0..1, so that the search needs no scale of its own.
    unit = (sample.values - low) / span
    estimate = sample.shares @ unit
    upper = _pole(sample.shares, unit, estimate, ratio)
    lower = 1 - _pole(sample.shares, 1 - unit, 1 - estimate, ratio)
    return Interval(*(low + span * np.clip((estimate + ratio * c) / (1 + ratio), 0, 1) for c in (lower, upper)))


def _pole(shares: Floats, unit: Floats, estimate: Floats, ratio: Floats) -> Floats:
    """Solve mean((v - estimate) / (c - v)) = ratio for c >= 1, values v within 0..1; c = 1 where none exists.

    The left side is A / H - 1. It is convex and falls with c, so Newton's method, started at or left of the root,
    rises to it without ever passing it. Two lower bounds of the left side make good starts.
    """
    deviation = unit - estimate[:, None]
    mass = shares @ (unit == 1).astype(np.float64)
    spread = np.einsum("sk,sk->s", shares, deviation**2)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        start_far = _larger_root(1.0, -estimate, -spread / ratio)
        start_near = _larger_root(1.0, -(1 + estimate), estimate - mass * (1 - estimate) ** 2 / ratio)
        c = np.fmax(np.fmax(start_far, start_near), 1.0)
        for _ in range(_ITERATIONS):
            distance = c[:, None] - unit
            terms = np.where(shares > 0, shares * deviation / distance, 0.0)
            excess = terms.sum(axis=1) - ratio
            slope = np.where(shares > 0, terms / distance, 0.0).sum(axis=1)
            step = np.where((excess > 0) & (slope > 0), excess / slope, 0.0)
            c = c + step
            if not (step > 1e-13 * c).any():
                break
    return c


def _larger_root(a: float, b: Floats, c: Floats) -> Floats:
    """Larger root of a x^2 + b x + c."""
    return (-b + np.sqrt(b**2 - 4 * a * c)) / (2 * a)


def wilson_interval(sample: Sample, confidence_level: float) -> Interval:
    """Wilson's score interval of a share, in closed form.

    References
    ----------
    Wilson (1927), Probable inference, the law of succession, and statistical inference. JASA 22.
    """
    _require_share(sample, "wilson", "score, t, wald")
    ratio = _quantile(sample, confidence_level) ** 2 / np.minimum(sample.effective_n, sample.n)
    centre = (sample.estimate + ratio / 2) / (1 + ratio)
    half = np.sqrt(ratio * (sample.variance + ratio / 4)) / (1 + ratio)
    return Interval(np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1))


def clopper_pearson_interval(sample: Sample, confidence_level: float) -> Interval:
    """Clopper and Pearson's interval of a share, from the tails of the binomial; never covers less than it says.

    References
    ----------
    Clopper and Pearson (1934), The use of confidence or fiducial limits illustrated in the case of the binomial.
    Biometrika 26.
    """
    _require_share(sample, "clopper-pearson", "score, t, wald")
    _require_simple(sample, "clopper-pearson")
    successes, tail = np.rint(sample.estimate * sample.n), (1 - confidence_level) / 2
    low = np.where(successes == 0, 0.0, scipy.special.betaincinv(successes, sample.n - successes + 1, tail))
    high = np.where(successes == sample.n, 1.0, scipy.special.betaincinv(successes + 1, sample.n - successes, 1 - tail))
    return _where(sample.n > 0, low, high)


def adjusted_wald_interval(sample: Sample, confidence_level: float) -> Interval:
    """Wald interval of a net score after adding 3/4 detractor, 3/2 passive and 3/4 promoter, cut at -1 and 1.

    References
    ----------
    Rocks (2016), Interval estimation for the "Net Promoter Score". The American Statistician 70.
    """
    if set(sample.values) != {-1.0, 0.0, 1.0}:
        raise ValueError(_not_for("adjusted-wald", "net scores (values -1, 0 and 1)", sample, "score, t, wald"))
    _require_simple(sample, "adjusted-wald")
    favourable, neutral, unfavourable = (
        sample.n * (sample.shares @ (sample.values == value)) for value in (1.0, 0.0, -1.0)
    )
    counts = [unfavourable + PSEUDO_DETRACTORS, neutral + PSEUDO_PASSIVES, favourable + PSEUDO_PROMOTERS]
    found = wald_interval(Sample.from_counts(np.column_stack(counts), [-1, 0, 1]), confidence_level)
    return _where(sample.n > 0, np.clip(found.low, -1, 1), np.clip(found.high, -1, 1))


def t_interval(sample: Sample, confidence_level: float) -> Interval:
    """Student's t interval: divisor n - 1 and n - 1 degrees of freedom, or those of the design.

    Collapses to a point when all answers are equal, and may leave the scale; NaN for a single answer.

    References
    ----------
    Student (1908), The probable error of a mean. Biometrika 6.
    """
    simple = np.isinf(sample.degrees_of_freedom)
    degrees = np.where(simple, sample.n - 1, sample.degrees_of_freedom)
    divisor = np.where(simple, sample.n - 1, sample.effective_n)
    usable = (degrees > 0) & (sample.n > 0)
    error = np.sqrt(sample.variance / np.where(usable, divisor, np.nan))
    quantile = scipy.special.stdtrit(np.where(usable, degrees, 1.0), _upper_tail(confidence_level)).astype(np.float64)
    return _around(sample.estimate, quantile * error)


def wald_interval(sample: Sample, confidence_level: float) -> Interval:
    """Return the normal interval around the estimate, here for comparison: too narrow in small or lopsided samples."""
    error = np.sqrt(sample.variance / sample.effective_n)
    return _around(sample.estimate, scipy.special.ndtri(_upper_tail(confidence_level)) * error)


INTERVALS: Final[Mapping[str, IntervalMethod]] = MappingProxyType(
    {
        "score": score_interval,
        "wilson": wilson_interval,
        "clopper-pearson": clopper_pearson_interval,
        "adjusted-wald": adjusted_wald_interval,
        "t": t_interval,
        "wald": wald_interval,
    }
)
"""The interval methods by name."""


def named_interval(method: IntervalMethod | str) -> IntervalMethod:
    """Return the interval method of this name; a function is taken as it is.

    Raises
    ------
    ValueError
        If no method has this name; the message lists those that exist.
    """
    if not isinstance(method, str):
        return method
    if method not in INTERVALS:
        raise ValueError(unknown_name("interval method", method, INTERVALS))
    return INTERVALS[method]


def require_confidence_level(confidence_level: float) -> None:
    """Refuse a confidence level that is not strictly between 0 and 1."""
    if not 0 < confidence_level < 1:
        raise ValueError(f"confidence_level must be between 0 and 1, as .95; got {confidence_level!r}")


def _upper_tail(confidence_level: float) -> float:
    require_confidence_level(confidence_level)
    return (1 + confidence_level) / 2


def _quantile(sample: Sample, confidence_level: float) -> Floats:
    """Return the normal quantile, or Student's under a design; NaN where there is nothing to go by."""
    probability, degrees = _upper_tail(confidence_level), sample.degrees_of_freedom
    usable = (degrees >= 1) & (sample.n > 0)
    student = scipy.special.stdtrit(np.where(np.isfinite(degrees) & usable, degrees, 1.0), probability)
    return np.where(usable, np.where(np.isinf(degrees), scipy.special.ndtri(probability), student), np.nan)


def _around(estimate: Floats, half: Floats) -> Interval:
    return Interval(estimate - half, estimate + half)


def _where(condition: NDArray[np.bool_], low: Floats, high: Floats) -> Interval:
    return Interval(np.where(condition, low, np.nan), np.where(condition, high, np.nan))


def _require_share(sample: Sample, method: str, others: str) -> None:
    if not set(sample.values) <= {0.0, 1.0}:
        raise ValueError(_not_for(method, "shares (values 0 and 1)", sample, others))


def _require_simple(sample: Sample, method: str) -> None:
    if not sample.is_simple:
        raise ValueError(
            f"interval method {method!r} is for simple random samples; this one has a design. Methods that know the "
            "design: score, wilson (shares), t, wald"
        )


def _not_for(method: str, what: str, sample: Sample, others: str) -> str:
    low, high = sample.values.min(), sample.values.max()
    return (
        f"interval method {method!r} is for {what}; this metric has {len(set(sample.values))} values from {low:g} to "
        f"{high:g}. Methods for it: {others}"
    )
