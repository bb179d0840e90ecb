"""Lines with one kink, y = a + b x + change (x - c)+ + controls, for all places c of the kink at once.

What is left of the hinge (x - c)+ after a and b and the controls decides everything. Between two neighbouring values
of x its sums are polynomials in c, so the least squares place is known exactly in each gap, and all gaps together
cost one pass over the rows.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

TRIM: Final = 0.05
"""Share of the answers that must lie on each side of a kink."""
_CHUNK: Final = 2048
_NOTHING: Final = 1e-10
SMALLEST: Final = 1e-3
"""Least that 1 - leverage counts for."""


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """N answers with the straight line and the controls taken out, each row times the root of its weight.

    Attributes
    ----------
    x
        The driver, centred and divided by its spread; shape (N,).
    centre, spread
        So that the driver itself is centre + spread * x.
    root
        Root of the weight; shape (N,).
    basis
        Orthonormal columns for intercept, x and controls; shape (N, P).
    slope_row
        What the straight slope takes of the coordinates in that basis; shape (P,).
    residuals
        What the straight line and the controls leave of the outcome; shape (N,).
    slope
        Straight slope, per spread of x.
    clusters
        Number of the cluster of each row, or None; shape (N,).
    degrees_of_freedom
        Clusters - 1, or N - P.
    """

    x: Floats
    centre: float
    spread: float
    root: Floats
    basis: Floats
    slope_row: Floats
    residuals: Floats
    slope: float
    clusters: Integers | None
    degrees_of_freedom: float

    @property
    def leverage(self) -> Floats:
        """Diagonal of the hat matrix of the straight line; shape (N,)."""
        return np.einsum("np,np->n", self.basis, self.basis)


def straight_line(y: Floats, x: Floats, *, controls: Floats, weights: Floats, clusters: Integers | None = None) -> Rows:
    """Fit the line without a kink and keep what all lines with one need.

    Parameters
    ----------
    y, x, weights
        Shape (N,).
    controls
        Shape (N, C), C may be 0; without intercept.
    clusters
        Numbers 0 .. K - 1, or None; shape (N,).

    Raises
    ------
    ValueError
        If x is constant, or a control is a combination of x, the intercept and the other controls.
    """
    centre, spread = float(np.average(x, weights=weights)), float(np.std(x))
    if spread == 0:
        raise ValueError(f"x must take different values; got {x[0]:g} only")
    root = np.sqrt(weights / weights.mean())
    moved = (x - centre) / spread
    columns = np.column_stack([np.ones_like(x), moved, controls])
    scale = np.abs(columns).max(axis=0)
    if len(x) <= columns.shape[1] + 2:
        raise ValueError(f"answers must outnumber the {columns.shape[1] + 2} coefficients; got {len(x)}")
    basis, upper = np.linalg.qr(root[:, None] * columns)
    size = np.abs(np.diag(upper))
    if (size < 1e-9 * math.sqrt(len(x)) * np.where(scale > 0, scale, 1.0)).any():
        raise ValueError("no control may be constant or follow from x and the other controls; these do, or nearly so")
    coordinates = basis.T @ (root * y)
    slope_row: Floats = np.linalg.inv(upper)[1].astype(np.float64)
    residuals = root * y - basis @ coordinates
    free = len(x) - columns.shape[1] if clusters is None else int(clusters.max())
    slope = float(slope_row @ coordinates)
    return Rows(moved, centre, spread, root, basis, slope_row, residuals, slope, clusters, float(free))


@dataclass(frozen=True, slots=True, eq=False)
class Hinges:
    """The hinges at G places, after the straight line and the controls are taken out.

    Attributes
    ----------
    places
        In units of `Rows.x`; shape (G,).
    coordinates
        Of the hinges in the basis of the rows; shape (G, P).
    products
        Inner product with the residuals of the outcome; shape (G,).
    squares
        Inner product of each with itself; 0 where the hinge follows from x and the controls; shape (G,).
    """

    places: Floats
    coordinates: Floats
    products: Floats
    squares: Floats

    @property
    def gain(self) -> Floats:
        """Reduction of the sum of squares by a kink at each place; shape (G,)."""
        return self.change * self.products

    @property
    def change(self) -> Floats:
        """Change of slope at each place, per spread of x; shape (G,)."""
        return np.divide(self.products, self.squares, out=np.zeros_like(self.squares), where=self.squares > 0)


def hinges(rows: Rows, places: Floats) -> Hinges:
    """Evaluate the hinges at these places."""
    sums = _beyond(rows, places)
    return sums.at(places)


def best_place(rows: Rows, low: float, high: float) -> float:
    """Least squares place of the kink between two limits: the exact global one.

    In a gap between neighbouring values of x the gain is (p - c q)^2 / (k0 + k1 c + k2 c^2), which has one stationary
    point besides its zero: c = -(2 q k0 + p k1) / (q k1 + 2 p k2).
    """
    values = np.unique(rows.x)
    edges = np.r_[low, values[(values > low) & (values < high)], high]
    sums = _beyond(rows, edges[:-1])
    p, q, k0, k1, k2 = sums.gain_terms()
    with np.errstate(divide="ignore", invalid="ignore"):
        inside = -(2 * q * k0 + p * k1) / (q * k1 + 2 * p * k2)
    inside = np.clip(np.where(np.isfinite(inside), inside, edges[:-1]), edges[:-1], edges[1:])
    tried = np.stack([edges[:-1], inside, edges[1:]])
    gains = np.stack([sums.at(places).gain for places in tried])
    return float(tried.ravel()[gains.argmax()])


@dataclass(frozen=True, slots=True, eq=False)
class _Beyond:
    """Sums over the rows beyond each of G points, from which the hinge at any c up to the next value of x follows."""

    ones: Floats
    linear: Floats
    square: Floats
    basis: Floats
    basis_x: Floats
    outcome: Floats
    outcome_x: Floats

    def gain_terms(self) -> tuple[Floats, Floats, Floats, Floats, Floats]:
        crossed = np.einsum("gp,gp->g", self.basis, self.basis_x)
        k0 = self.square - np.einsum("gp,gp->g", self.basis_x, self.basis_x)
        k2 = self.ones - np.einsum("gp,gp->g", self.basis, self.basis)
        return self.outcome_x, self.outcome, k0, -2 * (self.linear - crossed), k2

    def at(self, places: Floats) -> Hinges:
        whole = self.square - 2 * places * self.linear + places**2 * self.ones
        coordinates = self.basis_x - places[:, None] * self.basis
        left = whole - np.einsum("gp,gp->g", coordinates, coordinates)
        squares = np.where(left > _NOTHING * np.maximum(whole, 1e-300), left, 0.0)
        return Hinges(places, coordinates, self.outcome_x - places * self.outcome, squares)


def _beyond(rows: Rows, points: Floats) -> _Beyond:
    owner = np.searchsorted(points, rows.x, side="left")

    def beyond(column: Floats) -> Floats:
        per_gap = np.bincount(owner, weights=column, minlength=len(points) + 1).astype(np.float64)
        return np.cumsum(per_gap[::-1])[-2::-1]

    root, x = rows.root, rows.x
    columns = [root * basis for basis in rows.basis.T]
    weight, outcome = root**2, root * rows.residuals
    return _Beyond(
        beyond(weight),
        beyond(weight * x),
        beyond(weight * x**2),
        np.column_stack([beyond(column) for column in columns]),
        np.column_stack([beyond(column * x) for column in columns]),
        beyond(outcome),
        beyond(outcome * x),
    )


def crossed_products(rows: Rows, found: Hinges) -> Floats:
    """Inner products of the hinges with each other, after the line and the controls are taken out; shape (G, G)."""
    crossed = np.zeros((len(found.places), len(found.places)))
    for _, left in _in_parts(rows, found):
        crossed += left.T @ left
    return crossed


def sandwich(rows: Rows, found: Hinges, errors: Floats) -> Floats:
    """Robust covariance of the hinges' products with the outcome and, last, of the straight slope.

    Parameters
    ----------
    errors
        Of each row, shape (N,); where there are clusters their contributions are added up within each.

    Returns
    -------
    numpy.ndarray
        Shape (G + 1, G + 1).
    """
    size = len(found.places) + 1
    meat = np.zeros((size, size))
    groups = 0 if rows.clusters is None else int(rows.clusters.max()) + 1
    sums = np.zeros((groups, size))
    for part, left in _in_parts(rows, found):
        scores = np.column_stack([left, rows.basis[part] @ rows.slope_row]) * errors[part, None]
        if rows.clusters is None:
            meat += scores.T @ scores
        else:
            np.add.at(sums, rows.clusters[part], scores)
    return sums.T @ sums * (groups / (groups - 1)) if groups else meat


def _in_parts(rows: Rows, found: Hinges) -> Iterator[tuple[slice, Floats]]:
    """Give what is left of the hinges for some rows at a time, so that memory does not grow with their number."""
    for start in range(0, len(rows.x), _CHUNK):
        part = slice(start, start + _CHUNK)
        hinge = np.maximum(rows.x[part, None] - found.places, 0.0) * rows.root[part, None]
        yield part, hinge - rows.basis[part] @ found.coordinates.T


def extended(rows: Rows, columns: Floats) -> Rows:
    """Take more columns out of the outcome, shape (N, C), as far as they do not follow from those taken out before.

    The straight slope is left as it was.
    """
    left = left_of(rows, columns * rows.root[:, None])
    basis = np.column_stack([rows.basis, left])
    slope_row = np.r_[rows.slope_row, np.zeros(left.shape[1])]
    residuals = rows.residuals - left @ (left.T @ rows.residuals)
    return replace(rows, basis=basis, slope_row=slope_row, residuals=residuals)


def left_of(rows: Rows, columns: Floats) -> Floats:
    """Orthonormal columns for what the basis leaves of these, each row times the root of its weight already."""
    left = columns - rows.basis @ (rows.basis.T @ columns)
    left = left - rows.basis @ (rows.basis.T @ left)
    found, upper = np.linalg.qr(left)
    return found[:, np.abs(np.diag(upper)) > 1e-6 * np.linalg.norm(columns, axis=0)]


def kinked_errors(rows: Rows, place: float) -> tuple[Floats, float]:
    """Return the errors about the line with a kink at a place, and the standard error of the place.

    The errors are divided by 1 - leverage as in HC3, the place counting as a coefficient, unless there are clusters.
    """
    hinge, beyond = np.maximum(rows.x - place, 0.0)[:, None], (rows.x > place).astype(np.float64)[:, None]
    kinked = extended(rows, hinge)
    moved = left_of(kinked, beyond * rows.root[:, None])
    errors = kinked.residuals
    if rows.clusters is None:
        leverage = kinked.leverage + np.einsum("nc,nc->n", moved, moved)
        errors = errors / np.maximum(1 - leverage, SMALLEST)
    change = float(hinges(rows, np.array([place])).change[0])
    information = abs(change) * float((moved * beyond * rows.root[:, None]).sum())
    scores = (moved * errors[:, None]).sum(axis=1)
    sums = scores if rows.clusters is None else np.bincount(rows.clusters, weights=scores)
    noise = float(np.linalg.norm(sums))
    return errors, noise / abs(information) if information else math.inf
