"""Ranks that say how sure they are: each on its own, from draws of what is ranked, or all of them at once.

>>> drawn = np.array([[3.0, 2.0, 1.0], [3.0, 1.0, 2.0], [2.5, 2.0, 1.0], [3.0, 2.5, 2.0]])
>>> found = ranks_of(drawn, worst=1, confidence_level=0.5)
>>> found.low.tolist(), found.high.tolist(), found.among_worst.tolist()
([1, 2, 2], [1, 3, 3], [1.0, 0.0, 0.0])
>>> held_at_once(found, np.array([3.0, 1.5, 0.0]), np.full(3, 0.3), confidence_level=0.95).low.tolist()
[1, 1, 2]
"""

from dataclasses import dataclass, replace
from typing import Literal, get_args

import numpy as np
import scipy
from numpy.typing import NDArray

from cxstats.responses.names import unknown_name
from cxstats.scores.samples import upper_tail

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
RankIntervals = Literal["each", "joint"]


@dataclass(frozen=True, slots=True, eq=False)
class Ranks:
    """Ranks of S cells or units, 1 being the worst.

    Attributes
    ----------
    low, high
        Interval of each; shape (S,).
    intervals
        Whether each holds its rank on its own (``"each"``) or all of them do at once (``"joint"``).
    among_worst
        Probability that it is among the worst `worst`; shape (S,).
    worst
        How many are the worst.
    """

    low: Integers
    high: Integers
    among_worst: Floats
    worst: int
    intervals: RankIntervals = "each"

    @property
    def in_words(self) -> str:
        """Say what an interval of ranks is."""
        if self.intervals == "joint":
            return "Intervals of ranks hold all at once."
        return "Intervals of ranks hold each on its own, not all at once."


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


def held_at_once(ranks: Ranks, pain: Floats, covariance: Floats, *, confidence_level: float) -> Ranks:
    """Put intervals that hold all at once in the place of those that hold each on its own.

    All pairs are compared with the adjustment of Sidak, which holds however errors are correlated. A rank is at least 1
    plus the number of those that are told to be worse, and at most the number of all less those told to be better.

    Parameters
    ----------
    ranks
        Of S cells or units.
    pain
        As measured, not shrunken, larger being worse; shape (S,).
    covariance
        Its sampling variances, shape (S,), or their covariance, shape (S, S).

    References
    ----------
    Sidak (1967), Rectangular confidence regions for the means of multivariate normal distributions. JASA 62.
    Klein, Wright and Wieczorek (2020), A joint confidence region for an overall ranking of populations. JRSS C 69.
    Al Mohamad, Goeman and van Zwet (2022), Simultaneous confidence intervals for ranks with application to ranking
    institutions. Biometrics 78.
    """
    size = len(pain)
    each = confidence_level ** (2 / (size * (size - 1)))
    quantile = float(scipy.special.ndtri(upper_tail(each)))
    whole = np.diag(covariance) if covariance.ndim == 1 else covariance
    own = np.diagonal(whole)
    apart = np.sqrt(np.maximum(own + own[:, None] - 2 * whole, 0.0))
    worse = pain[:, None] - pain > quantile * apart
    return replace(ranks, low=1 + worse.sum(axis=0), high=size - worse.sum(axis=1), intervals="joint")


def require_rank_intervals(ranks: RankIntervals) -> None:
    """Refuse another kind of intervals.

    Raises
    ------
    ValueError
        If the name is unknown.
    """
    if ranks not in get_args(RankIntervals):
        raise ValueError(unknown_name("intervals of ranks", ranks, get_args(RankIntervals)))


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
