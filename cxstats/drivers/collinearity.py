"""Drivers that nearly say the same: copies, negations, exact functions and consequences of each other.

>>> solved, repeats = np.array([1.0, 1, 0, 0, 1, 0]), np.array([0.0, 0, 1, 2, 0, 1])
>>> pair = entangled_pairs({"solved": solved[:, None], "repeats": repeats[:, None]})[0]
>>> round(pair.correlation, 2), pair.exact
(-0.89, ('solved', 'repeats'))
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]

NEARLY: Final = 0.8
"""Pairs that correlate more than this, and drivers of which others explain more than this, are pointed out."""
_FEW_VALUES: Final = 50
_ROWS_A_VALUE: Final = 2
_NOTICEABLE: Final = 0.5


@dataclass(frozen=True, slots=True)
class Entangled:
    """Two drivers that go together so closely that one may be the negation or the consequence of the other.

    Attributes
    ----------
    one, other
        The drivers.
    correlation
        Between -1 and 1; the largest canonical correlation, above 0, where one of them has levels.
    exact
        The driver that is an exact function of the other, and that other; or None.
    """

    one: str
    other: str
    correlation: float
    exact: tuple[str, str] | None = None


def entangled_pairs(columns: Mapping[str, Floats], *, weights: Floats | None = None) -> list[Entangled]:
    """Find pairs of drivers that correlate by more than `NEARLY`, or of which one is an exact function of the other.

    Parameters
    ----------
    columns
        From each driver to its columns, shape (N, K).
    weights
        Shape (N,).
    """
    correlations = _Blocks.of(columns, weights)
    codes = {name: _codes(part) for name, part in columns.items()}
    found: list[Entangled] = []
    for one, other in combinations(columns, 2):
        strength, correlation = correlations.between(one, [other])
        exact = _exact_function(one, other, codes) if strength > _NOTICEABLE else None
        if strength > NEARLY or exact:
            found.append(Entangled(one, other, correlation, exact))
    return found


def explained_by_others(columns: Mapping[str, Floats], *, weights: Floats | None = None) -> dict[str, float]:
    """Say how much of each driver the others explain: R2, 0 to 1; the largest squared canonical correlation of levels.

    Parameters
    ----------
    columns
        From each driver to its columns, shape (N, K); no two of them the same.
    weights
        Shape (N,).
    """
    correlations = _Blocks.of(columns, weights)
    others = {name: [other for other in columns if other != name] for name in columns}
    return {name: correlations.between(name, rest)[0] ** 2 if rest else 0.0 for name, rest in others.items()}


@dataclass(frozen=True, slots=True, eq=False)
class _Blocks:
    """Correlations of all columns, shape (P, P), and which of them are whose."""

    correlations: Floats
    owned: Mapping[str, list[int]]

    @classmethod
    def of(cls, columns: Mapping[str, Floats], weights: Floats | None) -> "_Blocks":
        x = np.concatenate([*columns.values()], axis=1)
        share = np.full(len(x), 1 / len(x)) if weights is None else weights / weights.sum()
        x = x - share @ x
        products = (x * share[:, None]).T @ x
        spread = np.sqrt(np.diag(products))
        ends = np.cumsum([0, *(part.shape[1] for part in columns.values())]).tolist()
        owned = {name: [*range(ends[k], ends[k + 1])] for k, name in enumerate(columns)}
        return cls(products / spread / spread[:, None], owned)

    def between(self, one: str, others: Sequence[str]) -> tuple[float, float]:
        """Return the largest canonical correlation of a driver with others, and the same with a sign if it has one."""
        mine, theirs = self.owned[one], [k for other in others for k in self.owned[other]]
        together = self.correlations[np.ix_(mine, theirs)]
        strength = float(np.linalg.norm(self._root(mine).T @ together @ self._root(theirs), 2))
        return strength, float(together[0, 0]) if together.size == 1 else strength

    def _root(self, columns: list[int]) -> Floats:
        """Return what makes columns uncorrelated and of variance 1."""
        values, vectors = np.linalg.eigh(self.correlations[np.ix_(columns, columns)])
        kept = values > 1e-10 * values[-1]
        return vectors[:, kept] / np.sqrt(values[kept])


def _codes(columns: Floats) -> NDArray[np.intp] | None:
    """Give equal rows equal numbers; None where there are too many different ones to say anything."""
    codes = np.zeros(len(columns), dtype=np.intp)
    for column in columns.T:
        own = np.asarray(pd.factorize(column)[0], dtype=np.intp)
        codes = np.asarray(pd.factorize(codes * (int(own.max()) + 1) + own)[0], dtype=np.intp)
    distinct = int(codes.max()) + 1
    return codes if distinct <= _FEW_VALUES and distinct * _ROWS_A_VALUE <= len(codes) else None


def _exact_function(one: str, other: str, codes: Mapping[str, NDArray[np.intp] | None]) -> tuple[str, str] | None:
    """Return the driver that the other one determines, and that other one."""
    a, b = codes[one], codes[other]
    if a is None or b is None:
        return None
    pairs = len(np.unique(a * (int(b.max()) + 1) + b))
    if pairs == int(b.max()) + 1:
        return one, other
    return (other, one) if pairs == int(a.max()) + 1 else None
