"""Power to tell two samples apart, by the interval for the difference that will be used.

>>> last = Sample.from_counts([200, 200], [0, 1])
>>> next_wave = Sample.from_counts([160, 240], [0, 1])
>>> round(power_of_difference(last, next_wave, method=named_difference("mee"), confidence_level=0.95), 3)
0.812
"""

import math
from typing import Final

import numpy as np
import scipy

from cxstats.scores.differences import DifferenceMethod, named_difference
from cxstats.scores.samples import Floats, Sample

__all__ = ["named_difference", "power_of_difference"]

_STEP: Final = 1e-4
_NEGLIGIBLE: Final = 1e-12


def power_of_difference(first: Sample, second: Sample, *, method: DifferenceMethod, confidence_level: float) -> float:
    """Probability that the interval for the difference stays clear of 0 on the side where the difference is.

    Let L be the interval's limit next to 0, as a function of both histograms. To first order it is normal around its
    value at the expected histograms, with variance ::

        sum over both samples of  variance of L's influence over the answers / effective n,

    the influence of an answer being the derivative of L towards all answers at its point. So the power is
    Phi(L / sd(L)). Where the half width does not depend on the sample this is the textbook's normal approximation; here
    it knows the method's own standard error where there is no difference, and that the half width moves with the
    estimate, as it does near an end of the scale.

    Parameters
    ----------
    first, second
        One segment each, its answers fallen exactly as expected.
    method
        Interval for the difference, from `named_difference`.
    confidence_level
        Between 0 and 1.

    References
    ----------
    Farrington and Manning (1990), Test statistics and sample size formulae for comparative binomial trials with null
    hypothesis of non-zero risk difference or non-unity relative risk. Statistics in Medicine 9; both standard errors.
    van der Vaart (1998), Asymptotic Statistics. Chapter 3; the delta method.
    """
    difference = float((second.estimate - first.estimate)[0])
    if difference == 0:
        return (1 - confidence_level) / 2
    first, second = _without_negligible(first), _without_negligible(second)
    upper, lower = (second, first) if difference > 0 else (first, second)
    limit, variance = _limit(upper, lower, method, confidence_level)
    if variance <= 0:
        return float(limit > 0)
    return float(scipy.special.ndtr(limit / math.sqrt(variance)))


def _limit(upper: Sample, lower: Sample, method: DifferenceMethod, confidence_level: float) -> tuple[float, float]:
    """Lower limit of the difference and its variance from sample to sample."""
    points = len(upper.values)
    shares = [_towards_each_point(sample.shares[0]) for sample in (upper, lower)]
    still = [np.repeat(sample.shares, points, axis=0) for sample in (upper, lower)]
    tables = np.vstack([shares[0], still[0]]), np.vstack([still[1], shares[1]])
    samples = [
        _with_shares(sample, np.vstack([sample.shares, table]))
        for sample, table in zip((upper, lower), tables, strict=True)
    ]
    limits = method(samples[0], samples[1], confidence_level).low
    influence = ((limits[1:] - limits[0]) / _STEP).reshape(2, points)
    variance = 0.0
    for row, sample in zip(influence, (upper, lower), strict=True):
        share = sample.shares[0]
        used = np.where(share > 0, row, 0.0)
        variance += float((share @ used**2 - (share @ used) ** 2) / sample.effective_n[0])
    return float(limits[0]), variance


def _without_negligible(sample: Sample) -> Sample:
    """Leave out points that no answer will ever be at; tilting far leaves such shares."""
    kept = np.where(sample.shares > _NEGLIGIBLE, sample.shares, 0.0)
    return _with_shares(sample, kept / kept.sum())


def _towards_each_point(shares: Floats) -> Floats:
    return (1 - _STEP) * shares + _STEP * np.eye(len(shares))


def _with_shares(sample: Sample, shares: Floats) -> Sample:
    rows = len(shares)
    size, degrees = np.repeat(sample.effective_n, rows), np.repeat(sample.degrees_of_freedom, rows)
    return Sample(shares, sample.values, size, size, degrees)
