"""How far a whole curve may stray by chance: the largest of many correlated statistics, without simulation.

A curve of statistics, each of variance one, is a curve on a sphere, and the chance that any of them exceeds a limit
follows from the length of that curve alone. The same figure serves the test for a threshold that is searched for and
the band that holds a whole dose-response curve.

>>> independent = np.eye(2)
>>> bool(two_sided_tail(3.0, curve_length(independent)) > two_sided_tail(3.0, 0.0))
True
"""

import math

import numpy as np
import scipy
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_FARTHEST = 1e3


def curve_length(covariance: Floats) -> float:
    """Length on the unit sphere of the curve that runs through the statistics in order, in radians.

    Parameters
    ----------
    covariance
        Of the statistics, shape (G, G); those without variance are left out.
    """
    spread = np.sqrt(np.diag(covariance))
    kept = np.flatnonzero(spread > 0)
    one, next_one = kept[:-1], kept[1:]
    correlation = covariance[one, next_one] / (spread[one] * spread[next_one])
    return float(np.arccos(np.clip(correlation, -1.0, 1.0)).sum())


def two_sided_tail(limit: float, length: float, *, degrees_of_freedom: float = math.inf) -> float:
    """Chance that the largest of the absolute statistics exceeds a limit, from above; between 0 and 1.

    Twice Student's tail plus (length / pi) (1 + limit^2 / d)^(-d / 2): never too small where the statistics are
    normal and their covariance known, and exact far out when the curve does not come close to itself.

    References
    ----------
    Hotelling (1939), Tubes and spheres in n-spaces, and a class of statistical problems. American Journal of
    Mathematics 61.
    Davies (1987), Hypothesis testing when a nuisance parameter is present only under the alternative. Biometrika 74.
    Sun and Loader (1994), Simultaneous confidence bands for linear regression and smoothing. Annals of Statistics 22,
    with Student's distribution.
    """
    if math.isinf(degrees_of_freedom):
        one, crossing = float(scipy.special.ndtr(-limit)), math.exp(-(limit**2) / 2)
    else:
        one = float(scipy.special.stdtr(degrees_of_freedom, -limit))
        crossing = math.exp(-degrees_of_freedom / 2 * math.log1p(limit**2 / degrees_of_freedom))
    return min(1.0, 2 * one + length / math.pi * crossing)


def critical_value(confidence_level: float, length: float, *, degrees_of_freedom: float = math.inf) -> float:
    """Limit that the largest absolute statistic exceeds with chance 1 - confidence_level.

    Examples
    --------
    >>> round(critical_value(0.95, 0.0), 4)
    1.96
    """

    def excess(limit: float) -> float:
        return two_sided_tail(limit, length, degrees_of_freedom=degrees_of_freedom) - (1 - confidence_level)

    return float(scipy.optimize.brentq(excess, 0.0, _FARTHEST))
