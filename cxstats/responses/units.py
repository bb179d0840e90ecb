"""What was sampled: clusters, or rows where there are none, and what they say of each segment's weighted totals.

Up to `MOST_UNIT_CELLS` cells come from the engine and everything is worked out here; beyond that the engine multiplies
the totals of clusters, segment by segment, and nothing is known between segments.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.design_counts import PRESENT, DesignCounts
from cxstats.responses.design_rows import CLUSTER, FOURTHS, MARGIN, SAMPLED, SQUARES, STRATUM, SUMS, TOTAL, WEIGHED
from cxstats.responses.engines import ANSWER
from cxstats.responses.linearisation import LinearSums
from cxstats.responses.numbering import distinct_numbers, number_groups, same_rows
from cxstats.responses.strata import Strata
from cxstats.responses.weights import Design

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

MOST_CLUSTERS_LISTED: Final = 100_000
MOST_UNIT_CELLS: Final = 500_000
"""Cells (segment by stratum by cluster by answer, and by margin) up to which the covariance is worked out here."""


@dataclass(frozen=True, slots=True, eq=False)
class Linearised:
    """What a design says of S segments on a scale of K points.

    Attributes
    ----------
    covariance
        Covariance of the weighted totals of each segment; shape (S, K, K).
    explained
        What the margins took off it; 0 without margins; shape (S, K, K).
    degrees_of_freedom
        Units less strata in which the segment occurs with a weight, as R's ``degf(subset(design, ...))``; shape (S,).
    squares_left
        Sum of the squared weights, each times the part of its stratum that was not sampled; shape (S,).
    unit_squares
        Sum over units of the square of their summed squared weights; 0 where they are too many; shape (S,).
    sums
        What the covariance between segments is made from; empty where its cells are too many to hold.
    """

    covariance: Floats
    explained: Floats
    degrees_of_freedom: Floats
    squares_left: Floats
    unit_squares: Floats
    sums: tuple[LinearSums, ...]


def linearise(
    counted: DesignCounts,
    cells: pd.DataFrame,
    position: Places,
    strata: Strata,
    *,
    units: "UnitCells | None",
    segment: Places,
    by: Sequence[str],
    shape: tuple[int, int],
) -> Linearised:
    """Work out the covariance of the weighted totals of each segment.

    Parameters
    ----------
    counted
        The engine's side.
    cells
        Its cells by segment, stratum and answer.
    position
        Position of each cell's answer among the points, -1 for none.
    strata
        What each stratum does.
    units
        The cells of the sampled units; None where they are too many, so that the engine multiplies.
    segment
        Segment of each cell.
    by
        The columns that make the segments; none for all rows as one.
    shape
        Number of segments, S, and of points, K.
    """
    stratum = strata.places(cells[STRATUM])
    inside = stratum >= 0
    left = np.zeros(shape[0])
    used = inside & (position >= 0)
    np.add.at(left, segment[used], cells[SQUARES].to_numpy(np.float64)[used] * strata.left[stratum[used]])
    if units is not None:
        sums = units.sums(strata, segment, position, shape=shape)
        degrees = units.degrees_of_freedom(sums.segment, len(strata.sizes), segments=shape[0])
        explained = sums.explained()
        squares = sums.unit_squares(np.eye(shape[0], dtype=np.bool_))
        return Linearised(sums.before_margins() - explained, explained, degrees, left, squares, (sums,))
    inner = cells[inside]
    covariance, degrees = _in_engine(
        counted, inner, position[inside], strata, segment=segment[inside], by=by, shape=shape
    )
    return Linearised(covariance, np.zeros_like(covariance), degrees, left, np.zeros(shape[0]), ())


@dataclass(frozen=True, slots=True, eq=False)
class UnitCells:
    """The cells of the sampled units.

    Attributes
    ----------
    frame
        One row a cell: its sums, its stratum and its margins.
    cell
        Which of the cells by segment, stratum and answer each is a part of; shape (C,).
    unit, stratum
        Unit of each cell, shape (C,), and stratum of each unit, shape (U,).
    clustered
        Whether units are clusters: then a cell's sum enters the products, else the root of its sum of squares.
    """

    frame: pd.DataFrame
    cell: Places
    unit: Places
    stratum: Places
    clustered: bool

    def sums(self, strata: Strata, segment: Places, position: Places, *, shape: tuple[int, int]) -> LinearSums:
        """Give each cell its segment and point, which are those of the cell that it is a part of."""
        total = self.frame[TOTAL].to_numpy(dtype=np.float64)
        value = total if self.clustered else np.sqrt(self.frame[SQUARES].to_numpy(dtype=np.float64))
        return LinearSums(
            segments=shape[0],
            points=shape[1],
            segment=segment[self.cell],
            point=position[self.cell],
            unit=self.unit,
            total=total,
            value=value,
            squares=self.frame[SQUARES if self.clustered else FOURTHS].to_numpy(dtype=np.float64),
            clustered=self.clustered,
            levels=self._levels(),
            stratum=self.stratum,
            factor=strata.factor,
            centring=strata.centring,
        )

    def _levels(self) -> Places:
        found, base = np.empty((len(self.frame), 0), dtype=np.intp), 0
        for name in (name for name in self.frame.columns if str(name).startswith(MARGIN)):
            codes, values = pd.factorize(self.frame[name], use_na_sentinel=False)
            found = np.column_stack([found, np.asarray(codes, dtype=np.intp) + base])
            base += len(values)
        return found

    def degrees_of_freedom(self, segment: Places, strata: int, *, segments: int) -> Floats:
        """Units less strata in which each segment occurs with a weight; shape (segments,)."""
        weighed = self.frame[WEIGHED].to_numpy(dtype=np.int64)
        counts, stratum = weighed > 0, self.stratum[self.unit]
        found = np.zeros(segments)
        if self.clustered:
            units = len(self.stratum)
            pairs, _ = distinct_numbers(segment[counts] * units + self.unit[counts], segments * units)
            found += np.bincount(pairs // max(units, 1), minlength=segments)
        else:
            found += np.bincount(segment, weights=weighed, minlength=segments)
        occurs, _ = distinct_numbers(segment[counts] * strata + stratum[counts], segments * strata)
        return found - np.bincount(occurs // max(strata, 1), minlength=segments)


@dataclass(frozen=True, slots=True, eq=False)
class Sampled:
    """What a design's columns say of the sample.

    Attributes
    ----------
    cells
        Sums by segment, stratum and raw answer.
    units
        The cells of the units; None where there are more than `MOST_UNIT_CELLS`.
    sizes
        Units of each stratum, strata without any weight left out.
    cluster_ids
        The clusters as text; empty without clusters, None where they are too many to list.
    weighing
        How many clusters, or rows without clusters, have a weight above 0. Others count for the variance only: they are
        sampled units of which nobody is in the part of the population that weights make up.
    """

    cells: pd.DataFrame
    units: UnitCells | None
    sizes: "pd.Series[float]"
    cluster_ids: frozenset[object] | None
    weighing: int


def sampled(counted: DesignCounts, by: Sequence[str], design: Design) -> Sampled:
    """Find the sampled units.

    Parameters
    ----------
    counted
        The engine's side.
    by
        The columns that make the segments.
    design
        The design.

    Raises
    ------
    ValueError
        If the design has margins and the cells of the units are too many.
    """
    if not (design.clusters or design.margins):
        cells = counted.cells()
        return Sampled(cells, *_numbered(cells, np.arange(len(cells), dtype=np.intp), design))
    finest = counted.unit_cells(at_most=MOST_UNIT_CELLS)
    if finest is not None:
        cells, cell = _gathered(finest, by)
        return Sampled(counted.same_types(cells), *_numbered(finest, cell, design))
    if design.margins:
        raise ValueError(
            f"margins need at most {MOST_UNIT_CELLS:,} cells of segment, stratum, {'cluster, ' * bool(design.clusters)}"
            "answer and margins; count fewer segments at a time, or leave the margins out for an interval on the wide "
            "side"
        )
    return Sampled(counted.cells(), None, *counted.clusters(at_most=MOST_CLUSTERS_LISTED))


def _gathered(finest: pd.DataFrame, by: Sequence[str]) -> tuple[pd.DataFrame, Places]:
    """Sum cells of units by segment, stratum and answer; return the sums, and which of them each cell is a part of."""
    keys = [*by, STRATUM, ANSWER]
    row, cell = number_groups([finest[key] for key in keys])
    cells = finest[keys].iloc[row].reset_index(drop=True)
    summed = {name: np.bincount(cell, weights=finest[name], minlength=len(row)) for name in SUMS}
    return cells.assign(**summed).astype({name: finest[name].dtype for name in SUMS}), cell


def _numbered(
    finest: pd.DataFrame, cell: Places, design: Design
) -> tuple[UnitCells, "pd.Series[float]", frozenset[object] | None, int]:
    """Give the units of each stratum numbers."""
    has_weight = finest[SAMPLED].to_numpy(dtype=np.int64) > 0
    codes, names = pd.factorize(finest[STRATUM], sort=True)
    codes, ids = np.asarray(codes, dtype=np.intp), frozenset[object]()
    if not design.clusters:
        size = np.bincount(codes, weights=finest[SAMPLED], minlength=len(names))
        unit, stratum = np.arange(len(finest), dtype=np.intp), codes
        weighing = int(finest[WEIGHED].sum())
    else:
        cluster, clusters = pd.factorize(finest[CLUSTER])
        distinct, unit = distinct_numbers(codes * len(clusters) + cluster, len(names) * len(clusters))
        stratum, in_sample = distinct // max(len(clusters), 1), np.zeros(len(distinct), dtype=np.bool_)
        in_sample[unit[has_weight]] = True
        size = np.bincount(stratum[in_sample], minlength=len(names)).astype(np.float64)
        ids = _listed(names, clusters, distinct[in_sample])
        weighing = int((np.bincount(unit, weights=finest[WEIGHED]) > 0).sum())
    # A stratum without any weight is no part of the sample.
    kept = size > 0
    place = np.where(kept, np.cumsum(kept) - 1, -1)[stratum]
    inside = place[unit] >= 0
    frame = finest if inside.all() else finest[inside]
    cells = UnitCells(frame, cell[inside], unit[inside], place, design.clusters is not None)
    return cells, pd.Series(size[kept], index=names[kept]), ids, weighing


def _listed(names: Any, clusters: Any, distinct: Places) -> frozenset[object] | None:
    """List the clusters with their strata as text, since an id can be a number in one export and text in the next."""
    if len(distinct) > MOST_CLUSTERS_LISTED:
        return None
    texts = (pd.Series(values).astype("str").to_numpy(dtype=object) for values in (names, clusters))
    stratum, cluster = texts
    return frozenset(
        zip(stratum[distinct // len(clusters)].tolist(), cluster[distinct % len(clusters)].tolist(), strict=True)
    )


def _in_engine(
    counted: DesignCounts,
    cells: pd.DataFrame,
    position: Places,
    strata: Strata,
    *,
    segment: Places,
    by: Sequence[str],
    shape: tuple[int, int],
) -> tuple[Floats, Floats]:
    """Let the engine multiply the totals of clusters: covariance (S, K, K) and degrees of freedom (S,)."""
    count, (segments, points) = len(strata.sizes), shape
    pairs, row = np.unique(segment * count + strata.places(cells[STRATUM]), return_inverse=True)
    used = position >= 0
    totals, products, clusters = (
        np.zeros((len(pairs), points)),
        np.zeros((len(pairs), points, points)),
        np.zeros(len(pairs)),
    )
    np.add.at(totals, (row[used], position[used]), cells[TOTAL].to_numpy(dtype=np.float64)[used])
    meaning = [cells[ANSWER][position == k].drop_duplicates().tolist() for k in range(points)]
    summed = counted.cluster_products(meaning, by_segment=bool(by))
    summed = summed[strata.places(summed[STRATUM]) >= 0]
    place = same_rows(cells[[*by, STRATUM]], row, summed[[*by, STRATUM]])
    np.add.at(clusters, place, summed[PRESENT].to_numpy(dtype=np.float64))
    for name in summed.columns.drop([*by, STRATUM, PRESENT]):
        j, k = map(int, name.removeprefix("__").split("_"))
        products[place, j, k] = products[place, k, j] = summed[name].to_numpy(dtype=np.float64)
    of, stratum = pairs // count, pairs % count
    weight = strata.row_weight[stratum][:, None, None] ** 2
    outer = totals[:, :, None] * totals[:, None, :]
    factor, centring = (part[stratum][:, None, None] for part in (strata.factor, strata.centring))
    covariance, degrees = np.zeros((segments, points, points)), np.zeros(segments)
    np.add.at(covariance, of, factor * weight * products - centring * outer)
    np.add.at(degrees, of, clusters - (clusters > 0))
    return covariance, degrees
