"""Columns of a regression made orthonormal about their mean; a column that follows from others is found and named.

>>> minutes = np.array([2.0, 3, 5, 6])
>>> made = orthonormal(np.column_stack([np.ones(4), minutes]), None, ["intercept", "minutes"])
>>> q = np.concatenate([q for _, q in made.blocks()])
>>> bool(np.allclose(q.T @ q, np.eye(2)))
True
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

SAME: Final = 1e-10
"""A column of which the others leave less than this share of its variance unexplained follows from them."""
_PART: Final = 1e-6
_ROWS: Final = 4096


@dataclass(frozen=True, slots=True, eq=False)
class Orthonormal:
    """A design taken to columns that are orthonormal under the weights, a block of rows at a time.

    A block fits into the processor's cache; all rows at once would be written out and read back at every step.

    Attributes
    ----------
    x
        The columns; shape (N, P).
    centre
        Their weighted means, 0 for the intercept or where there is none; shape (P,).
    forth
        Orthonormal columns are ``(x - centre) @ forth``: their weighted cross-products are 1 and 0; shape (P, P).
    back
        Coefficients of `x` are ``back @`` those of the orthonormal columns; shape (P, P).
    intercept
        Which column is the intercept; None without one.
    """

    x: Floats
    centre: Floats
    forth: Floats
    back: Floats
    intercept: int | None

    def blocks(self) -> Iterator[tuple[slice, Floats]]:
        """Go through the rows: which they are, and their orthonormal columns."""
        for rows in _blocks(len(self.x)):
            yield rows, (self.x[rows] - self.centre) @ self.forth

    def columns(self) -> Floats:
        """All rows; shape (N, P)."""
        return (self.x - self.centre) @ self.forth


def orthonormal(x: Floats, w: Floats | None, names: Sequence[str]) -> Orthonormal:
    """Take columns about their mean, in their standard deviation, and make them orthonormal by Cholesky's factor.

    Parameters
    ----------
    x
        Columns; shape (N, P). The first that is constant and not 0 is the intercept.
    w
        Weights, of mean 1 over the rows that count; shape (N,); or None.
    names
        Of the columns, for messages.

    Raises
    ------
    ValueError
        If a column other than the intercept is constant or follows from those before it.
    """
    rows, of = (x, None) if w is None else (x[w > 0], w[w > 0])
    n, width = rows.shape
    constant = np.array([rows[0, k] == rows[-1, k] and bool((rows[:, k] == rows[0, k]).all()) for k in range(width)])
    intercept = next((int(k) for k in np.flatnonzero(constant) if rows[0, k] != 0), None)
    idle = [names[int(k)] for k in np.flatnonzero(constant) if k != intercept]
    if idle:
        raise ValueError(f"{listed(idle)} {_are(idle)} constant: the same in every row, and so explains nothing")
    centre = np.zeros(width)
    if intercept is not None:
        centre = (np.ones(n) if of is None else of) @ rows / n
        centre[intercept] = 0.0
    gram = np.zeros((width, width))
    for part in _blocks(n):
        z = rows[part] - centre
        gram += (z if of is None else z * of[part, None]).T @ z
    spread = np.sqrt(np.diag(gram))
    correlation = gram / spread / spread[:, None]
    _require_rank(correlation, names)
    back = forth = np.linalg.inv(np.linalg.cholesky(correlation)).T / spread[:, None]
    if intercept is not None:
        back = forth.copy()
        back[intercept] -= (centre / rows[0, intercept]) @ forth
    return Orthonormal(x, centre, np.ascontiguousarray(forth), back, intercept)


def _require_rank(correlation: Floats, names: Sequence[str]) -> None:
    """Refuse a column that follows from those before it, and name them."""
    for k in range(1, len(names)):
        before = correlation[:k, :k]
        slopes = np.linalg.solve(before, correlation[:k, k])
        if correlation[k, k] - correlation[:k, k] @ slopes < SAME * correlation[k, k]:
            causes = [names[int(j)] for j in np.flatnonzero(np.abs(slopes) > _PART)]
            raise ValueError(
                f"{names[k]!r} follows exactly from {listed(causes)}: one of them has to be left out, since no data "
                "can tell their effects apart"
            )


def _blocks(n: int) -> Iterator[slice]:
    return (slice(start, min(start + _ROWS, n)) for start in range(0, n, _ROWS))


def listed(names: Sequence[str]) -> str:
    """Write names one after the other: ``"'steps', 'clicks'"``."""
    return ", ".join(map(repr, names))


def _are(names: Sequence[str]) -> str:
    return "is" if len(names) == 1 else "are"
