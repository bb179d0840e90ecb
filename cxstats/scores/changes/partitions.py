"""Level shifts by least squares: the best dates by dynamic programming, F statistics, intervals for a date.

>>> import numpy as np
>>> y = np.array([1.0, 1.1, 0.9, 2.0, 2.1, 1.9])
>>> best_partition(y, np.ones(6), changes=1, shortest=1)[1]
(3,)
"""

from typing import Final

import numpy as np
import scipy
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_FARTHEST: Final = 1_000.0


def best_partition(y: Floats, weights: Floats, *, changes: int, shortest: int) -> tuple[float, tuple[int, ...]]:
    """Cut a series into levels with the smallest weighted sum of squares; exact, by dynamic programming.

    Parameters
    ----------
    y, weights
        Scores and their precisions; shape (T,).
    changes
        Number of changes, 0 or more.
    shortest
        Fewest periods of a level.

    Returns
    -------
    tuple
        The sum of squares, and the places at which new levels begin.

    Raises
    ------
    ValueError
        If the series is too short.

    References
    ----------
    Bai and Perron (2003), Computation and analysis of multiple structural change models. Journal of Applied
    Econometrics 18.
    """
    size = len(y)
    if (changes + 1) * shortest > size:
        raise ValueError(f"{changes + 1} levels of {shortest} periods need {(changes + 1) * shortest}; got {size}")
    cost = _costs(y - np.average(y, weights=weights), weights, shortest)
    total = cost[0, 1:].copy()
    came: list[Integers] = []
    for _ in range(changes):
        # through[s, e]: best up to s, then one level from s to e.
        through = np.full((size, size), np.inf)
        through[1:] = total[:-1, None] + cost[1:, 1:]
        came.append(through.argmin(axis=0))
        total = through.min(axis=0)
    places: list[int] = []
    end = size - 1
    for step in reversed(came):
        place = int(step[end])
        places.append(place)
        end = place - 1
    return float(total[-1]), tuple(reversed(places))


def _costs(y: Floats, weights: Floats, shortest: int) -> Floats:
    """Sum of squares of one level from place s to before place e, infinite where it is too short; (T, T + 1)."""
    sums = [np.concatenate([[0.0], np.cumsum(part)]) for part in (weights, weights * y, weights * y**2)]
    weight, first, second = (part[None, :] - part[:-1, None] for part in sums)
    length = np.arange(len(y) + 1)[None, :] - np.arange(len(y))[:, None]
    usable = length >= shortest
    squares = np.divide(first**2, weight, out=np.zeros_like(first), where=usable)
    return np.where(usable, np.maximum(second - squares, 0.0), np.inf)


def f_statistics(y: Floats, weights: Floats, places: Integers) -> Floats:
    """Chow's F statistic for a new level from each of the places; shape (K,).

    References
    ----------
    Chow (1960), Tests of equality between sets of coefficients in two linear regressions. Econometrica 28.
    Andrews (1993), Tests for parameter instability and structural change with unknown change point. Econometrica 61.
    """
    centred = y - np.average(y, weights=weights)
    sums = np.cumsum(weights * centred)[places - 1]
    before = np.cumsum(weights)[places - 1]
    gained = sums**2 * weights.sum() / before / (weights.sum() - before)
    whole = float(weights @ centred**2)
    return gained * (len(y) - 2) / (whole - gained)


def bai_interval(y: Floats, place: int, confidence_level: float) -> tuple[int, int]:
    """First and last place at which a new level may begin, by Bai's limiting distribution.

    For equally precise, independent scores with one variance. It takes the number of periods for large and the shift
    for many times its error: in 40 periods with a shift of one standard deviation 95 % intervals covered 86 %, where
    those by `critical_ratio`, which are in use, covered 97 %.

    References
    ----------
    Yao (1987), Approximating the distribution of the maximum likelihood estimate of the change-point in a sequence of
    independent random variables. Annals of Statistics 15.
    Bai (1997), Estimation of a change point in multiple regression models. Review of Economics and Statistics 79.
    """
    before, after = y[:place], y[place:]
    squares = ((before - before.mean()) ** 2).sum() + ((after - after.mean()) ** 2).sum()
    half = _bai_quantile((1 + confidence_level) / 2) * squares / len(y) / (after.mean() - before.mean()) ** 2
    return place - int(np.ceil(half)), place + int(np.ceil(half))


def _bai_quantile(probability: float) -> float:
    def excess(x: float) -> float:
        root = float(np.sqrt(x))
        first = root / np.sqrt(2 * np.pi) * np.exp(-x / 8) - (x + 5) / 2 * scipy.special.ndtr(-root / 2)
        last = 1.5 * np.exp(x + scipy.special.log_ndtr(-1.5 * root))
        return float(1 + first + last) - probability

    return float(scipy.optimize.brentq(excess, 1e-9, _FARTHEST, xtol=1e-12))


def critical_ratio(confidence_level: float) -> float:
    """Twice the log likelihood by which a date may fall short of the best one and still be in its interval.

    Quantile of the maximum of two independent exponential variables with mean 2.

    References
    ----------
    Eo and Morley (2015), Likelihood-ratio-based confidence sets for the timing of structural breaks. Quantitative
    Economics 6.

    Examples
    --------
    >>> round(critical_ratio(0.95), 3)
    7.352
    """
    return float(-2 * np.log1p(-np.sqrt(confidence_level)))
