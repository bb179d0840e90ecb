"""The middle of what a period's answers show by chance: where few answers have few possible scores, not their mean.

>>> middle_scores(np.array([5.0, 40.0]), np.array([[0.05, 0.95]] * 2), np.array([0.0, 1.0])).round(3).tolist()
[1.0, 0.95]
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_FINE: Final = 10.0
"""Steps of the scale in a standard deviation of a period's sum, from which mean and median are as good as one."""
_STEPS: Final = 100


def middle_scores(n: Floats, shares: Floats, values: Floats) -> Floats:
    """Return the median of the score of each period, exactly by its number of answers.

    At five answers of which 95 % are favourable, three in four periods lie at 100 %, above the mean. No more than half
    lie above the median, and no more than half below.

    Parameters
    ----------
    n
        Number of answers, under a design the effective one; shape (T,).
    shares
        Shares of the points; shape (T, K).
    values
        The metric's value of each point; shape (K,).

    Returns
    -------
    array
        Shape (T,); the mean where scores are finely graded; NaN without answers.
    """
    mean = shares @ values
    found = np.where(n > 0, mean, np.nan)
    gap, step, place = _grid(values)
    whole = np.maximum(np.rint(n), 1.0).astype(np.int64)
    variance = np.einsum("tk,tk->t", shares, (values - mean[:, None]) ** 2)
    coarse = (n > 0) & (np.sqrt(whole * variance) < _FINE * gap)
    usual, kind = np.unique(shares, axis=0, return_inverse=True)
    for k, row in enumerate(usual):
        those = coarse & (kind == k)
        if those.any():
            sizes, which = np.unique(whole[those], return_inverse=True)
            found[those] = values.min() + step * (_median_sums(sizes, row, place) / sizes)[which]
    return found


def _grid(values: Floats) -> tuple[float, float, Integers]:
    """Return the least distance of values, the step of a grid and their places on it.

    Where distances have no common step the grid is of hundredths of the scale.
    """
    gap = float(np.diff(np.unique(values)).min())
    step, place = gap, (values - values.min()) / gap
    if np.abs(place - np.rint(place)).max() > 1e-6:
        step = float(np.ptp(values)) / _STEPS
        place = (values - values.min()) / step
    return gap, step, np.rint(place).astype(np.int64)


def _median_sums(sizes: Integers, shares: Floats, place: Integers) -> Integers:
    """Return the median of the sum of so many independent answers, by the powers of their transform."""
    length = int(sizes.max() * place.max()) + 1
    one = np.bincount(place, weights=shares, minlength=length)[:length]
    chance = np.fft.irfft(np.fft.rfft(one) ** sizes[:, None], length, axis=1)
    return np.argmax(np.cumsum(chance, axis=1) >= 0.5 - 1e-9, axis=1)
