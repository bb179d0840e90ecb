"""What units add to the score of what they were dealt: from a table of units by mix, never from raw answers.

Answers are explained by a part for each cell of the mix and a part for each unit, by least squares with the answers as
weights. So the measured score of a unit is exactly the score to be expected of its mix, plus its own part.

>>> unit, kind, answers = np.array([0, 0, 1, 1]), np.array([0, 1, 0, 1]), np.array([30.0, 10, 10, 30])
>>> table = Dealt(unit, kind, np.array([4.0, 6, 5, 7]), answers)
>>> found = adjusted(table, np.full(4, 0.1))
>>> found.expected.round(2), found.effect.round(2)
(array([5., 6.]), array([-0.5,  0.5]))
"""

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Dealt:
    """M cells of a table of U units by C kinds of the mix.

    Attributes
    ----------
    unit, kind
        Of each cell, from 0 on; shape (M,).
    score
        Of its answers; shape (M,).
    weight
        Weighted number of its answers; shape (M,).
    """

    unit: Places
    kind: Places
    score: Floats
    weight: Floats

    @property
    def linked_set(self) -> Places:
        """Which set of units that are linked by kinds a cell belongs to; 0 has the most answers; shape (M,)."""
        units = int(self.unit.max()) + 1
        nodes = units + int(self.kind.max()) + 1
        graph = scipy.sparse.coo_array((np.ones(len(self.unit)), (self.unit, units + self.kind)), shape=(nodes, nodes))
        part = scipy.sparse.csgraph.connected_components(graph, directed=False)[1][self.unit]
        largest_first = np.argsort(-np.bincount(part, weights=self.weight), kind="stable")
        return np.argsort(largest_first, kind="stable")[part]


@dataclass(frozen=True, slots=True, eq=False)
class Adjusted:
    """What U units add to what they were dealt.

    Attributes
    ----------
    share
        Of the answers; shape (U,).
    expected
        Score to be expected of the average unit with the same mix; shape (U,).
    effect
        Measured less expected score; shape (U,). Their mean over the answers is 0.
    covariance
        Of the effects before they are centred; shape (U, U).
    uneven
        Standard deviation by which a unit is better at one kind than at another, beyond chance; 0 or more.
    """

    share: Floats
    expected: Floats
    effect: Floats
    covariance: Floats
    uneven: float

    @property
    def centring(self) -> Floats:
        """From effects to effects less their mean over the answers; shape (U, U)."""
        return np.eye(len(self.share)) - self.share

    @property
    def standard_error(self) -> Floats:
        """Of the centred effects; shape (U,)."""
        return np.sqrt(((self.centring @ self.covariance) * self.centring).sum(axis=1))


def adjusted(table: Dealt, covariance: Floats) -> Adjusted:
    """Separate units from what they were dealt.

    Parameters
    ----------
    table
        Cells that are connected, with units and kinds numbered without gaps.
    covariance
        Sampling variances of the cells' scores, shape (M,); or their covariance, shape (M, M).

    Notes
    -----
    How uneven units are is estimated by the method of moments: what the squared residuals have beyond what chance gives
    them. It enters the errors as a variance of its own in each cell.

    References
    ----------
    DerSimonian and Laird (1986), Meta-analysis in clinical trials. Controlled Clinical Trials 7.
    """
    units, kinds = np.eye(int(table.unit.max()) + 1)[table.unit], np.eye(int(table.kind.max()) + 1)[table.kind]
    columns = np.concatenate([units, kinds], axis=1)
    weighed = table.weight[:, None] * columns
    inverse = np.asarray(np.linalg.pinv(columns.T @ weighed, hermitian=True), dtype=np.float64)
    parts = inverse @ (weighed.T @ table.score)
    uneven = _uneven(table, columns, inverse, residual=table.score - columns @ parts, covariance=covariance)
    spread = weighed.T @ _times(covariance, weighed) + uneven * weighed.T @ weighed
    count = units.shape[1]
    effect, base, share = parts[:count], parts[count:], weighed.sum(axis=0)[:count] / table.weight.sum()
    centre = float(share @ effect)
    expected = weighed[:, :count].T @ (base + centre)[table.kind] / weighed[:, :count].sum(axis=0)
    whole = (inverse @ spread @ inverse)[:count, :count]
    return Adjusted(share, expected, effect - centre, whole, float(np.sqrt(uneven)))


def _uneven(table: Dealt, columns: Floats, inverse: Floats, *, residual: Floats, covariance: Floats) -> float:
    """Variance between cells beyond chance: squared residuals less what they are by chance, over what it adds."""
    weighed = table.weight[:, None] * columns
    hat = columns @ inverse

    def expected_squares(given: Floats) -> float:
        variance = given if given.ndim == 1 else np.diagonal(given)
        through = _times(given, weighed)
        fitted = ((hat @ (weighed.T @ through)) * hat).sum(axis=1)
        return float(table.weight @ (variance - 2 * (hat * through).sum(axis=1) + fitted))

    adds = expected_squares(np.ones(len(residual)))
    if adds <= 1e-9 * table.weight.sum():
        return 0.0
    return max(0.0, (float(table.weight @ residual**2) - expected_squares(covariance)) / adds)


def _times(covariance: Floats, columns: Floats) -> Floats:
    return covariance[:, None] * columns if covariance.ndim == 1 else covariance @ columns
