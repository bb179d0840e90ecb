"""Intervals for a score: shares of answers and their values in, limits out, for any number of segments at once.

The default, `score_interval`, serves every metric. The others go by the names of the literature and say which metrics
they are for. A method is a function from a `Sample` and a confidence level to an `Interval`; `named_interval` takes
such a function in place of a name.

Any metric      score, t, bootstrap-percentile, bootstrap-bca, dirichlet, wald
Shares          wilson, agresti-coull, jeffreys, logit, clopper-pearson, korn-graubard
Net scores      mover, adjusted-wald
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
import scipy

from cxstats.responses.names import unknown_name
from cxstats.scores.bootstrap import bootstrap_interval
from cxstats.scores.dirichlet import dirichlet_interval
from cxstats.scores.net_intervals import adjusted_wald_interval, mover_interval
from cxstats.scores.samples import (
    Floats,
    Interval,
    IntervalMethod,
    Sample,
    around,
    keep_where,
    require_confidence_level,
    upper_tail,
)
from cxstats.scores.share_intervals import (
    agresti_coull_interval,
    clopper_pearson_interval,
    jeffreys_interval,
    korn_graubard_interval,
    logit_interval,
    wilson_interval,
)

__all__ = [
    "INTERVALS",
    "Interval",
    "IntervalMethod",
    "Sample",
    "named_interval",
    "require_confidence_level",
    "score_interval",
    "t_interval",
    "wald_interval",
]

_ITERATIONS: Final = 60


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
    ratio = sample.quantile(confidence_level) ** 2 / sample.limited_n
    low, high = sample.values.min(), sample.values.max()
    span = high - low
    if span == 0:
        return keep_where(sample.n > 0, sample.estimate, sample.estimate)
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
    quantile = scipy.special.stdtrit(np.where(usable, degrees, 1.0), upper_tail(confidence_level)).astype(np.float64)
    return around(sample.estimate, quantile * error)


def wald_interval(sample: Sample, confidence_level: float) -> Interval:
    """Return the normal interval around the estimate, here for comparison: too narrow in small or lopsided samples."""
    error = np.sqrt(sample.variance / sample.effective_n)
    return around(sample.estimate, scipy.special.ndtri(upper_tail(confidence_level)) * error)


INTERVALS: Final[Mapping[str, IntervalMethod]] = MappingProxyType(
    {
        "score": score_interval,
        "wilson": wilson_interval,
        "agresti-coull": agresti_coull_interval,
        "jeffreys": jeffreys_interval,
        "logit": logit_interval,
        "clopper-pearson": clopper_pearson_interval,
        "korn-graubard": korn_graubard_interval,
        "mover": mover_interval,
        "adjusted-wald": adjusted_wald_interval,
        "t": t_interval,
        "bootstrap-percentile": bootstrap_interval(method="percentile"),
        "bootstrap-bca": bootstrap_interval(method="bca"),
        "dirichlet": dirichlet_interval(),
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
