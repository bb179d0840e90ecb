"""From intervals to p-values: the normal deviate at which a hypothesis is a limit, for many estimates at once.

>>> from cxstats.scores.samples import Sample
>>> half = Sample.from_counts([40, 60], [0, 1])
>>> deviates_at(lambda z: score_limits_at(half, z), half.estimate, 0.5).round(6)  # (.6 - .5) / sqrt(.5 * .5 / 100)
array([2.])
"""

from collections.abc import Callable
from typing import Final

import numpy as np
import scipy

from cxstats.scores.intervals import score_interval
from cxstats.scores.samples import Floats, Interval, Sample, keep_where, upper_tail

_BISECTIONS: Final = 60
_FARTHEST: Final = 37.0
_NEAREST: Final = 1e-9
_SOME_LEVEL: Final = 0.9


def deviates_at(limits_at: Callable[[Floats], Interval], estimate: Floats, null: Floats | float) -> Floats:
    """Find the normal deviate at which each hypothesis is a limit, with the sign of estimate less hypothesis.

    Parameters
    ----------
    limits_at
        Intervals, each at its own normal deviate: 1.96 for 95 %.
    estimate
        Shape (C,).
    null
        The hypotheses; one for all or shape (C,).

    Returns
    -------
    Array of shape (C,); NaN where there is no interval. Its two-sided p-value is twice the normal probability beyond
    it. Deviates stop at 37, beyond which that probability is 0 in floating point.
    """
    above = estimate - null
    near, far = np.full_like(above, _NEAREST), np.full_like(above, _FARTHEST)
    found = limits_at(near)
    for _ in range(_BISECTIONS):
        middle = (near + far) / 2
        found = limits_at(middle)
        outside = np.where(above > 0, found.low > null, found.high < null)
        near, far = np.where(outside, middle, near), np.where(outside, far, middle)
    known = np.isfinite(above) & np.isfinite(found.low) & np.isfinite(found.high)
    return np.where(known, np.sign(above) * (near + far) / 2, np.nan)


def score_limits_at(sample: Sample, deviates: Floats) -> Interval:
    """Score interval of each segment at its own normal deviate; under a design at Student's with the same probability.

    The estimate alone where all of a finite population were asked.

    The interval depends on its quantile and n through the quantile squared over n alone, so that a level of its own is
    an n of its own.
    """
    simple = np.isinf(sample.degrees_of_freedom)
    degrees = np.where(simple | ~sample.usable, 1.0, sample.degrees_of_freedom)
    student = -scipy.special.stdtrit(degrees, scipy.special.ndtr(-deviates))
    quantile = np.where(simple, deviates, student)
    some = float(scipy.special.ndtri(upper_tail(_SOME_LEVEL)))
    all_asked = np.isinf(sample.effective_n)
    size = np.where(sample.usable & ~all_asked, sample.limited_n, 1.0) * (some / quantile) ** 2
    resized = Sample(sample.shares, sample.values, size, size, np.full_like(size, np.inf))
    found = score_interval(resized, _SOME_LEVEL)
    low, high = (np.where(all_asked, sample.estimate, limit) for limit in (found.low, found.high))
    return keep_where(sample.usable | all_asked, low, high)
