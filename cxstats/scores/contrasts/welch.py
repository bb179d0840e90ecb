"""Welch's t for a difference of means of two independent samples.

>>> this, last = Sample.from_counts([1, 2, 7], [1, 2, 3]), Sample.from_counts([4, 3, 3], [1, 2, 3])
>>> found = welch_difference(this, last, 0.95)
>>> found.low.round(4), found.high.round(4), welch_p_value(this, last).round(4)
(array([-0.0471]), array([1.4471]), array([0.0645]))
"""

from typing import Final

import numpy as np
import scipy

from cxstats.scores.contrasts.pairs import require_alike
from cxstats.scores.samples import Floats, Interval, Sample, around, upper_tail

_FLAT: Final = 1e-14


def welch_difference(first: Sample, second: Sample, confidence_level: float) -> Interval:
    """Welch's interval: the two variances apart, divisor n - 1, and Satterthwaite's degrees of freedom.

    NaN where a sample has fewer than two answers, or where neither varies: then nothing says how far the estimate may
    be off. May leave what the values allow.

    Parameters
    ----------
    first, second
        S segments each. Under a design the variance of the mean and the degrees of freedom are those of the design.
    confidence_level
        Between 0 and 1.

    References
    ----------
    Welch (1947), The generalization of "Student's" problem when several different population variances are involved.
    Biometrika 34.
    Satterthwaite (1946), An approximate distribution of estimates of variance components. Biometrics Bulletin 2.
    """
    error, degrees = _error_and_degrees(first, second)
    probability = upper_tail(confidence_level)
    return around(first.estimate - second.estimate, scipy.special.stdtrit(degrees, probability) * error)


def welch_p_value(first: Sample, second: Sample, difference: float | Floats = 0.0) -> Floats:
    """Two-sided p-value of Welch's test that the difference is `difference`; shape (S,)."""
    error, degrees = _error_and_degrees(first, second)
    return 2 * scipy.special.stdtr(degrees, -np.abs(first.estimate - second.estimate - difference) / error)


def welch_p_greater(first: Sample, second: Sample, difference: float | Floats = 0.0) -> Floats:
    """One-sided p-value of Welch's test: small where the difference is greater than `difference`; shape (S,)."""
    error, degrees = _error_and_degrees(first, second)
    statistic = (first.estimate - second.estimate - difference) / error
    return scipy.special.stdtr(degrees, -statistic)


def satterthwaite_degrees(first: Sample, second: Sample) -> Floats:
    """Satterthwaite's degrees of freedom of the sum of both variances of the mean; shape (S,); NaN where it is 0."""
    return _error_and_degrees(first, second)[1]


def _error_and_degrees(first: Sample, second: Sample) -> tuple[Floats, Floats]:
    """Return the standard error of the difference and Satterthwaite's degrees of freedom; NaN where there is none."""
    require_alike(first, second)
    parts = [_variance_of_mean(sample) for sample in (first, second)]
    variance = parts[0][0] + parts[1][0]
    weight = sum(part**2 / degrees for part, degrees in parts)
    usable = variance > _FLAT * float(np.ptp(first.values)) ** 2
    error = np.sqrt(np.where(usable, variance, np.nan))
    return error, np.divide(variance**2, weight, out=np.full_like(variance, np.nan), where=usable)


def _variance_of_mean(sample: Sample) -> tuple[Floats, Floats]:
    simple = np.isinf(sample.degrees_of_freedom)
    degrees = np.where(simple, sample.n - 1, sample.degrees_of_freedom)
    divisor = np.where(simple, sample.n - 1, sample.effective_n)
    usable = (degrees > 0) & (sample.n > 0)
    return sample.variance / np.where(usable, divisor, np.nan), np.where(usable, degrees, np.nan)
