"""Ranks that say how sure they are, from draws of what is ranked.

>>> drawn = np.array([[3.0, 2.0, 1.0], [3.0, 1.0, 2.0], [2.5, 2.0, 1.0], [3.0, 2.5, 2.0]])
>>> found = ranks_of(drawn, worst=1, confidence_level=0.5)
>>> found.low.tolist(), found.high.tolist(), found.among_worst.tolist()
([1, 2, 2], [1, 3, 3], [1.0, 0.0, 0.0])
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxstats.scores.samples import upper_tail

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Ranks:
    """Ranks of S cells or units, 1 being the worst.

    Attributes
    ----------
    low, high
        Interval of each; shape (S,).
    among_worst
        Probability that it is among the worst `worst`; shape (S,).
    worst
        How many are the worst.
    """

    low: Integers
    high: Integers
    among_worst: Floats
    worst: int


def ranks_of(drawn: Floats, *, worst: int, confidence_level: float) -> Ranks:
    """Rank each of D joint draws, shape (D, S), larger being worse.

    References
    ----------
    Goldstein and Spiegelhalter (1996), League tables and their limitations: statistical issues in comparisons of
    institutional performance. JRSS A 159.
    """
    order = np.argsort(-drawn, axis=1, kind="stable")
    place = np.argsort(order, axis=1) + 1
    tail = 1 - upper_tail(confidence_level)
    low = np.quantile(place, tail, axis=0, method="lower")
    high = np.quantile(place, 1 - tail, axis=0, method="higher")
    return Ranks(low.astype(np.int64), high.astype(np.int64), (place <= worst).mean(axis=0), worst)


def worst_among(worst: int, size: int) -> int:
    """Return how many of so many count as the worst: those asked for, and no more than half.

    Raises
    ------
    ValueError
        If it is below 1.
    """
    if worst < 1:
        raise ValueError(f"worst must be 1 or more; got {worst}")
    return min(worst, max(1, size // 2))
