"""The covariance of weighted totals under a survey design, from sums that an engine made.

Within each stratum the units (clusters, or rows without clusters) count as a sample drawn with replacement, times the
finite population correction (the ultimate-cluster rule), and a segment is a domain: a cluster without answers from the
segment counts with a total of zero. Strata number their own clusters, so cluster 7 of one stratum is another than
cluster 7 of the next. Where weights were fitted to margins, a unit's total z is replaced by z - x B, with x the
weighted counts of its rows at the levels of the margins and B the weighted regression of the answers on them.

References
----------
Binder (1983), On the variances of asymptotically normal estimators from complex surveys. International Statistical
Review 51. Lumley (2004), Analysis of complex survey samples. Journal of Statistical Software 9(8), for domains.
Deville and Särndal (1992), Calibration estimators in survey sampling. JASA 87, for the margins.
"""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Final

import numpy as np
import scipy
from numpy.typing import NDArray

from cxstats.responses.numbering import distinct_numbers

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

_RIDGE: Final = 1e-9
_REFINEMENTS: Final = 4
MOST_COORDINATES: Final = 1_500
"""Segments times points up to which the covariance between segments is held."""


@dataclass(frozen=True, eq=False)
class LinearSums:
    """Weighted answers of the sampled units, as C cells, for S segments on a scale of K points.

    A cell is a unit's answers of one kind; without clusters it is all rows of one kind of a stratum, of which the sum
    and the root of the sum of squares are kept, since these are all that the covariance needs.

    Attributes
    ----------
    segments, points
        S and K.
    segment, point, unit
        Of each cell; the point is -1 where the rows have no usable answer; shape (C,).
    total, value
        Sum of the weights of each cell, and what enters the products: the same under clusters, the root of the sum of
        squared weights without; shape (C,).
    squares
        Sum of the squared weights of each cell, or of their fourth powers without clusters; shape (C,).
    clustered
        Whether units are clusters.
    levels
        Level of each of the J margins, numbered through all margins; shape (C, J).
    stratum
        Of each of the U units; shape (U,).
    factor, centring
        Of each of the H strata (`cxstats.responses.strata`); shape (H,).
    """

    segments: int
    points: int
    segment: Places
    point: Places
    unit: Places
    total: Floats
    value: Floats
    squares: Floats
    clustered: bool
    levels: Places
    stratum: Places
    factor: Floats
    centring: Floats

    def of_segments(self, place: Places, segments: int) -> "LinearSums":
        """Take segment s as segment ``place[s]`` of a larger tally."""
        return replace(self, segments=segments, segment=place[self.segment])

    def unit_squares(self, members: NDArray[np.bool_]) -> Floats:
        """Sum over units the square of their summed squared weights, for sets of segments; shape (U,).

        Parameters
        ----------
        members
            Which segments are in each set; shape (U, S).
        """
        used = np.flatnonzero(self.point >= 0)
        if not self.clustered:
            alone = np.bincount(self.segment[used], weights=self.squares[used], minlength=self.segments)
            return members.astype(np.float64) @ alone.astype(np.float64)
        shape = (self.segments, len(self.stratum))
        by_unit = _sparse(self.squares[used], self.segment[used], self.unit[used], shape)
        by_set = scipy.sparse.csr_array(members.astype(np.float64)) @ by_unit
        return np.asarray(by_set.multiply(by_set).sum(axis=1), dtype=np.float64)

    def before_margins(self) -> Floats:
        """Covariance of the weighted totals of each segment, the margins left out; shape (S, K, K)."""
        used, k = np.flatnonzero(self.point >= 0), self.points
        column, unit = self._column(used), self.unit[used]
        scale, centre = self._scales()
        found = _blocks((self.segments, k), column, unit, self.value[used], scale=scale)
        return found - _blocks((self.segments, k), column, self.stratum[unit], self.total[used], scale=centre)

    def explained(self) -> Floats:
        """Say what the margins take off that covariance; shape (S, K, K)."""
        shape = (-1, self.segments, self.points)
        if not self.levels.shape[1]:
            return np.zeros((self.segments, self.points, self.points))
        of_margins, between, slopes = self._margins()
        cross, slope = between.reshape(shape), slopes.reshape(shape)
        both = np.einsum("lsj,lsk->sjk", slope, cross, optimize=True)
        fitted = np.einsum("lsj,lm,msk->sjk", slope, of_margins, slope, optimize=True)
        return both + both.transpose(0, 2, 1) - fitted

    @cached_property
    def joint(self) -> Floats:
        """Covariance between the weighted totals of all segments and points; shape (S, K, S, K)."""
        spread, centre = self._answers()
        found = _dense(spread.T @ spread - centre.T @ centre)
        if self.levels.shape[1]:
            of_margins, between, slopes = self._margins()
            both = slopes.T @ between
            found = found - both - both.T + slopes.T @ of_margins @ slopes
        return found.reshape(self.segments, self.points, self.segments, self.points)

    def _answers(self) -> tuple[Any, Any]:
        """Return the scaled answers by unit and by stratum, sparse; shapes (U, S * K) and (H, S * K)."""
        used = np.flatnonzero(self.point >= 0)
        return self._scaled(used, self._column(used), self.segments * self.points)

    def _column(self, cells: Places) -> Places:
        return self.segment[cells] * self.points + self.point[cells]

    def _scales(self) -> tuple[Floats, Floats]:
        """Roots of the factor of each unit and of the centring of each stratum; shapes (U,) and (H,)."""
        return np.sqrt(self.factor)[self.stratum], np.sqrt(self.centring)

    def _scaled(self, cells: Places, column: Places, width: int) -> tuple[Any, Any]:
        unit, (scale, centre) = self.unit[cells], self._scales()
        by_unit = _sparse(self.value[cells], unit, column, (len(self.stratum), width))
        by_stratum = _sparse(self.total[cells], self.stratum[unit], column, (len(self.factor), width))
        return scipy.sparse.diags_array(scale) @ by_unit, scipy.sparse.diags_array(centre) @ by_stratum

    def _margins(self) -> tuple[Floats, Floats, Floats]:
        """Covariance of the L margins, that between them and the answers, and the regression of the answers on them.

        Shapes (L, L), (L, S * K) and (L, S * K).
        """
        cells, count = self.levels.shape
        width, column = int(self.levels.max(initial=-1)) + 1, self.levels.T.ravel()
        every, used = np.tile(np.arange(cells, dtype=np.intp), count), np.flatnonzero(self.point >= 0)
        (x, x_centre), (z, z_centre) = self._scaled(every, column, width), self._answers()
        of_margins = _dense(x.T @ x - x_centre.T @ x_centre)
        between = _dense(x.T @ z - x_centre.T @ z_centre)
        is_at = _sparse(np.ones(len(every)), every, column, (cells, width))
        weighed = _sparse(self.total[every], every, column, (cells, width))
        answered = _sparse(self.total[used], used, self._column(used), (cells, self.segments * self.points))
        return of_margins, between, _regression(_dense(is_at.T @ weighed), _dense(is_at.T @ answered))


def _regression(products: Floats, answers: Floats) -> Floats:
    """Solve the normal equations of columns that add up to others, as the levels of every margin do.

    A small ridge makes them solvable, and refinement takes out what it adds; any solution gives the same residuals.
    """
    ridge = _RIDGE * float(np.trace(products)) / max(len(products), 1)
    factor = scipy.linalg.cho_factor(products + ridge * np.eye(len(products)))
    found = np.zeros_like(answers)
    for _ in range(_REFINEMENTS):
        found += scipy.linalg.cho_solve(factor, answers - products @ found)
    return found


def _sparse(values: Floats, row: Places, column: Places, shape: tuple[int, int]) -> Any:
    return scipy.sparse.csr_array((values, (row, column)), shape=shape)


def _dense(matrix: Any) -> Floats:
    return np.asarray(matrix.toarray(), dtype=np.float64)


def _blocks(shape: tuple[int, int], column: Places, unit: Places, value: Floats, *, scale: Floats) -> Floats:
    """Sum the outer products of each segment's scaled sums by unit, of S segments and K points; shape (S, K, K)."""
    (segments, points), units = shape, len(scale)
    segment, point = np.divmod(column, points)
    pairs, row = distinct_numbers(segment * units + unit, segments * units)
    sums = np.bincount(row * points + point, weights=value, minlength=len(pairs) * points).astype(np.float64)
    sums = sums.reshape(len(pairs), points)
    # Scaled after they are summed: sums of whole weights are exact.
    sums *= scale[pairs % max(units, 1)][:, None]
    ends = np.searchsorted(pairs, np.arange(segments + 1) * units)
    found = np.zeros((segments, points, points))
    for s in np.flatnonzero(np.diff(ends)):
        part = sums[ends[s] : ends[s + 1]]
        found[s] = part.T @ part
    return found
