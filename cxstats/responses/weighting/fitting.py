"""Iterative proportional fitting on the distinct combinations of levels, with limits to the weights on request.

Rows of one combination get one factor, so a hundred thousand respondents are as quick to fit as their combinations.

>>> fitted = fit([np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1])], [[60.0, 40.0], [50.0, 50.0]], np.ones(4), np.ones(4))
>>> fitted.weights, fitted.rounds
(array([30., 30., 20., 20.]), 2)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

TOLERANCE: Final = 1e-12
MOST_ROUNDS: Final = 10_000
# Beyond it, combinations that nobody is of would take more memory than the respondents.
_MOST_COMBINATIONS: Final = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """Weights that meet the margins.

    Attributes
    ----------
    weights
        Of each of U units; shape (U,).
    rounds
        How often every margin was adjusted.
    gaps
        By margin, achieved over wanted total less 1 at each level.
    """

    weights: Floats
    rounds: int
    gaps: tuple[Floats, ...]

    @property
    def largest_gap(self) -> float:
        """The largest relative difference between achieved and wanted totals."""
        return max(float(np.abs(gap).max()) for gap in self.gaps)


def fit(
    levels: Sequence[Integers],
    totals: Sequence[ArrayLike],
    start: Floats,
    counts: Floats,
    *,
    limits: tuple[float, float] = (0.0, np.inf),
) -> Fitted:
    """Scale weights until they add up to the totals of every margin.

    Each round scales the weights to each margin in turn and then brings those beyond the limits back to them. Both are
    projections in the sense of Kullback and Leibler, so the rounds converge where any weights meet margins and
    limits; without limits to the weights that are closest to those at the start.

    Parameters
    ----------
    levels
        For each margin the level of each of U units, from 0; shape (U,) each.
    totals
        For each margin the wanted total of each level, positive; shape (L,) each.
    start
        Weight of each unit at the start, positive; shape (U,).
    counts
        How many rows each unit stands for; shape (U,).
    limits
        Least and largest weight.

    Returns
    -------
    Fitted
        As far as it got: a caller looks at the gaps.

    References
    ----------
    Deming and Stephan (1940), On a least squares adjustment of a sampled frequency table when the expected marginal
    totals are known. Annals of Mathematical Statistics 11.
    Csiszar (1975), I-divergence geometry of probability distributions and minimization problems. Annals of
    Probability 3.
    Bregman (1967), The relaxation method of finding the common point of convex sets. USSR Computational Mathematics
    and Mathematical Physics 7.
    """
    wanted = [np.asarray(total, dtype=np.float64) for total in totals]
    mass, low, high = counts * start, counts * limits[0], counts * limits[1]
    is_limited = limits != (0.0, np.inf)
    rounds, moved = 0, np.inf
    while moved > TOLERANCE and rounds < MOST_ROUNDS:
        moved, rounds = 0.0, rounds + 1
        for level, total in zip(levels, wanted, strict=True):
            ratio = total / np.bincount(level, weights=mass, minlength=len(total))
            mass *= ratio[level]
            moved = max(moved, float(np.abs(ratio - 1).max()))
        if is_limited:
            mass = np.clip(mass, low, high)
    gaps = tuple(
        np.bincount(level, weights=mass, minlength=len(total)) / total - 1
        for level, total in zip(levels, wanted, strict=True)
    )
    return Fitted(mass / counts, rounds, gaps)


@dataclass(frozen=True, slots=True, eq=False)
class Combinations:
    """Rows gathered by the combination of their levels.

    Attributes
    ----------
    of_row
        The combination of each row; shape (R,).
    first
        A row of each combination; shape (C,).
    """

    of_row: Integers
    first: Integers

    @property
    def sizes(self) -> Floats:
        """Number of rows of each combination; shape (C,)."""
        return np.bincount(self.of_row, minlength=len(self.first)).astype(np.float64)

    def sums(self, weights: Floats) -> Floats:
        """Sum of the weights of each combination; shape (C,)."""
        return np.bincount(self.of_row, weights=weights, minlength=len(self.first)).astype(np.float64)


def combinations(levels: Sequence[Integers], sizes: Sequence[int]) -> Combinations:
    """Gather rows by combination of levels.

    Parameters
    ----------
    levels
        For each margin the level of each row; shape (R,) each.
    sizes
        Number of levels of each margin.
    """
    code, size = levels[0], sizes[0]
    for level, more in zip(levels[1:], sizes[1:], strict=True):
        code, size = code * more + level, size * more
        if size > _MOST_COMBINATIONS:
            code = np.unique(code, return_inverse=True)[1].astype(np.int64)
            size = int(code.max()) + 1
    seen = np.full(size, -1, dtype=np.int64)
    seen[code] = np.arange(len(code))
    present = seen >= 0
    return Combinations((np.cumsum(present) - 1)[code].astype(np.int64), seen[present])
