"""The score interval and test for a difference of means of two independent samples, from the constrained likelihood.

>>> this, last = Sample.from_counts([2, 3, 5, 12, 18], range(1, 6)), Sample.from_counts([6, 5, 9, 10, 10], range(1, 6))
>>> found = score_difference(this, last, 0.95)
>>> found.low.round(3), found.high.round(3), score_p_value(this, last).round(3)
(array([0.127]), array([1.246]), array([0.018]))
"""

from typing import Final

import numpy as np
import scipy
from numpy.typing import NDArray

from cxstats.scores.contrasts.pairs import require_alike
from cxstats.scores.contrasts.tilting import Tilt, farthest, standard_errors
from cxstats.scores.samples import Floats, Interval, Sample, keep_where, upper_tail

_BISECTIONS: Final = 60
_FARTHEST: Final = 37.0
_ROUNDING: Final = 1e-14


def score_difference(first: Sample, second: Sample, confidence_level: float) -> Interval:
    """Score interval for a difference of means, from the two multinomial likelihoods constrained to it.

    For each candidate d take the most likely pair of distributions on the scale's points (points nobody chose
    included) whose means differ by d, and keep d if the estimate lies within z standard errors of it, the standard
    error being that of this pair.

    Of the pair, the first gives an observed point v the probability share * h / (c - v) with c at or beyond the end of
    the scale towards which its mean departs and h = c - mean; so its variance is h times the distance that its mean
    has moved from its estimate. The second does the same towards the other end. Both share one multiplier
    m = n1 / h1 = n2 / h2, so that ::

        variance of the difference = (d - estimate) / m    and    (d - estimate)^2 / variance = m (d - estimate).

    Both means move on as m grows, so this statistic grows with d, the limit is where it reaches z^2, and the interval
    is one piece. With two values it is Mee's interval.

    Parameters
    ----------
    first, second
        S segments each, with the same values. Under a design the effective n counts for no more than n and z is
        Student's quantile, each sample with its own (`Sample.equivalent_n`).
    confidence_level
        Between 0 and 1.

    Returns
    -------
    Interval
        Within what the values allow; NaN where a sample has no answers or no degrees of freedom.

    References
    ----------
    Mee (1984), Confidence bounds for the difference between two probabilities. Biometrics 40; the same with two values.
    Owen (1988), Empirical likelihood ratio confidence intervals for a single functional. Biometrika 75; the
    constrained distributions.
    """
    require_alike(first, second)
    sizes = first.equivalent_n(confidence_level), second.equivalent_n(confidence_level)
    known, span = _known(first, second, sizes), float(np.ptp(first.values))
    z2 = float(scipy.special.ndtri(upper_tail(confidence_level))) ** 2
    limits: list[Floats] = []
    for sign in (-1, 1):
        way = farthest(_tilts((first, second), sizes, known, sign), z2)
        limits.append(first.estimate - second.estimate + sign * span * way)
    return keep_where(known, np.maximum(limits[0], -span), np.minimum(limits[1], span))


def score_p_value(first: Sample, second: Sample, difference: float | Floats = 0.0) -> Floats:
    """Two-sided p-value of the test that belongs to `score_difference`: the difference is `difference`; shape (S,)."""
    return 2 * scipy.special.ndtr(-np.abs(score_statistic(first, second, difference)))


def score_statistic(first: Sample, second: Sample, difference: float | Floats = 0.0) -> Floats:
    """Estimate less `difference`, in standard errors of the most likely pair that differs by it; shape (S,).

    Infinite where no pair differs by so much; NaN where a sample has no answers or no degrees of freedom. Under a
    design it is the normal quantile at which `difference` is a limit of `score_difference`.
    """
    require_alike(first, second)
    found = _statistic(first, second, difference, (first.limited_n, second.limited_n))
    if first.is_simple and second.is_simple:
        return found
    # Student's quantiles are wider than the normal ones, so the answer lies nearer to 0 than the statistic without.
    low, high = np.zeros_like(found), np.minimum(np.abs(found), _FARTHEST)
    for _ in range(_BISECTIONS):
        z = (low + high) / 2
        sizes = _size_at(first, z), _size_at(second, z)
        outside = np.abs(_statistic(first, second, difference, sizes)) > z
        low, high = np.where(outside, z, low), np.where(outside, high, z)
    return np.copysign((low + high) / 2, found)


def _statistic(first: Sample, second: Sample, difference: float | Floats, sizes: tuple[Floats, Floats]) -> Floats:
    known, span = _known(first, second, sizes), float(np.ptp(first.values))
    distance = np.where(known, first.estimate - second.estimate - difference, np.nan)
    # What is left of equal means by rounding is no distance.
    distance = np.where(np.abs(distance) <= _ROUNDING * span, 0.0, distance)
    found = np.where(distance == 0, 0.0, np.copysign(np.inf, distance))
    if span > 0:
        for sign in (-1, 1):
            z = standard_errors(_tilts((first, second), sizes, known, sign), -sign * distance / span)
            found = np.where(-sign * distance > 0, -sign * z, found)
    return np.where(known, found, np.nan)


def _size_at(sample: Sample, z: Floats) -> Floats:
    """Return the equivalent n of each segment at its own normal quantile."""
    simple = np.isinf(sample.degrees_of_freedom)
    degrees = np.where(simple | ~sample.usable, 1.0, sample.degrees_of_freedom)
    student = -scipy.special.stdtrit(degrees, scipy.special.ndtr(-z))
    ratio = np.divide(z, student, out=np.ones_like(z), where=~simple & (student > 0))
    return sample.limited_n * ratio**2


def _known(first: Sample, second: Sample, sizes: tuple[Floats, Floats]) -> NDArray[np.bool_]:
    enough = first.usable & second.usable & (sizes[0] > 0) & (sizes[1] > 0)
    return enough & np.isfinite(first.estimate) & np.isfinite(second.estimate)


def _tilts(
    samples: tuple[Sample, Sample], sizes: tuple[Floats, Floats], known: NDArray[np.bool_], sign: int
) -> tuple[Tilt, Tilt]:
    """Both samples, one of them turned round, so that the difference moves by `sign` as both means move towards 1."""
    values = samples[0].values
    unit = (values - values.min()) / (float(np.ptp(values)) or 1.0)
    first, second = (
        Tilt(
            np.where(known[:, None], sample.shares, 1 / len(unit)),
            unit if way > 0 else 1 - unit,
            np.where(known, size, 1.0),
        )
        for sample, size, way in zip(samples, sizes, (sign, -sign), strict=True)
    )
    return first, second
