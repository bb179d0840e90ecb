"""Counts and weighted sums under a design, made inside the engine that holds the data."""

from collections.abc import Sequence
from functools import cached_property
from typing import Final

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from cxstats.responses.design_rows import (
    CLUSTER,
    MARGIN,
    POPULATION,
    SAMPLED,
    STRATUM,
    SUMS,
    TOTAL,
    WEIGHED,
    PandasRows,
    design_rows,
    require_numbers,
    require_usable,
    rows_of_pandas,
)
from cxstats.responses.engines import ANSWER, ROWS, Frame, collect_small, with_categories
from cxstats.responses.weights import Design

PRESENT: Final = "__present"
_LOWEST: Final = "__lowest"


class DesignCounts:
    """Counts and weighted sums of one column under a design.

    Parameters
    ----------
    frame, column, by, design
        As for `cxstats.responses.tallies.tally`; the columns are known to exist.

    Raises
    ------
    ValueError
        If weights or population sizes are not numeric; when rows are counted, if weights are not finite and
        non-negative, or a stratum, cluster or margin is missing.
    """

    def __init__(self, frame: Frame, column: str, by: Sequence[str], design: Design) -> None:
        require_numbers(frame, design)
        self._source, self._column, self._by, self._design = frame, column, tuple(by), design
        self._keys = [f"__by{i}" for i in range(len(by))]
        margins = [f"{MARGIN}{i}" for i in range(len(design.margins))]
        self._finest = [*self._keys, STRATUM, *([CLUSTER] if design.clusters else []), ANSWER, *margins]

    @cached_property
    def _rows(self) -> Frame:
        return design_rows(self._source, self._column, self._by, self._design)

    @cached_property
    def _row_count(self) -> int:
        """Number of rows, all of which have been checked."""
        return require_usable(self._rows, self._design)

    @cached_property
    def _cells(self) -> Frame:
        return self._rows.group_by(*self._finest).agg(nw.len().alias(ROWS), *(nw.col(c).sum() for c in SUMS[1:]))

    def cells(self) -> pd.DataFrame:
        """Sum by segment, stratum and raw answer: `by`, ``__stratum``, ``__answer``, and the sums."""
        if self._finest == [*self._keys, STRATUM, ANSWER]:
            return self._rows_summed()
        summed = self._cells.group_by(*self._keys, STRATUM, ANSWER).agg(*(nw.col(c).sum() for c in SUMS))
        return self._named(collect_small(summed))

    def _rows_summed(self) -> pd.DataFrame:
        """Sum the rows and check them at once; what is wrong with them is looked up only then."""
        rows, one_stratum = self._rows_of_pandas(), {} if self._design.strata else {STRATUM: 0}
        if rows is not None:
            return with_categories(rows.cells(), self._source, self._by).assign(**one_stratum)
        # A stratum that all share takes the engine longer to tell apart than to write beside the sums.
        keys = [key for key in self._finest if key not in one_stratum]
        lowest = nw.col(TOTAL).min().alias(_LOWEST)
        summed = self._rows.group_by(*keys).agg(nw.len().alias(ROWS), *(nw.col(c).sum() for c in SUMS[1:]), lowest)
        cells = self._named(collect_small(summed)).assign(**one_stratum)
        usable = cells.pop(_LOWEST).min() >= 0 and np.isfinite(cells[TOTAL]).all() and cells[STRATUM].notna().all()
        if isinstance(self._design.population_size, str) or not usable:
            _ = self._row_count
        return cells

    def _rows_of_pandas(self) -> PandasRows | None:
        """Return the rows where pandas holds them, all of which have been checked."""
        native = self._source.to_native()
        if not isinstance(native, pd.DataFrame):
            return None
        rows = rows_of_pandas(native, self._column, self._by, self._design)
        if rows is None or isinstance(self._design.population_size, str):
            _ = self._row_count
        return rows

    def unit_cells(self, *, at_most: int) -> pd.DataFrame | None:
        """Sum by segment, stratum, cluster, margins and raw answer; None where these cells are more than `at_most`.

        Columns `by`, ``__stratum``, ``__cluster`` (where the design has clusters), ``__answer``, ``__margin0``, ...,
        and the sums. Few rows that are in memory are returned as they are, which is quicker than to sum them.
        """
        rows = self._rows_of_pandas()
        if rows is not None and len(rows) <= at_most:
            # Converting text would take longer than all that follows.
            return rows.table().assign(**({} if self._design.strata else {STRATUM: 0}))
        if self._row_count > at_most:
            size = collect_small(self._cells.select(nw.len().alias(ROWS)))[ROWS]
            if int(size.iloc[0]) > at_most:
                return None
        kind = self._rows.implementation
        if self._row_count > at_most or not (kind.is_polars() or kind.is_pyarrow()):
            return self._named(collect_small(self._cells))
        return self._named(collect_small(self._rows.select(*self._finest, nw.lit(1).alias(ROWS), *SUMS[1:])))

    def same_types(self, cells: pd.DataFrame) -> pd.DataFrame:
        """Give cells the types that they have whatever the engine."""
        return with_categories(collect_small(nw.from_native(cells, eager_only=True)), self._source, self._by)

    def populations(self) -> pd.DataFrame:
        """Give the least and the largest population size in the rows of each stratum, in columns low and high."""
        sizes = self._rows.group_by(STRATUM).agg(
            nw.col(POPULATION).min().alias("low"), nw.col(POPULATION).max().alias("high")
        )
        return collect_small(sizes).set_index(STRATUM)

    def cluster_products(self, answers: Sequence[Sequence[object]], *, by_segment: bool) -> pd.DataFrame:
        """Sum the products of cluster totals, by segment and stratum.

        Parameters
        ----------
        answers
            For each of K points, the raw answers that mean it.
        by_segment
            Whether to tell segments apart or to take all rows as one.

        Returns
        -------
        pandas.DataFrame
            Columns `by`, ``__stratum``, ``__present`` (clusters with rows of the segment) and ``__j_k`` for the
            points j <= k.
        """
        keys = self._keys if by_segment else []
        points = [f"__{k}" for k in range(len(answers))]
        placed = self._cells.with_columns(
            nw.when(nw.col(ANSWER).is_in(list(raw))).then(nw.col(TOTAL)).otherwise(0.0).alias(point)
            for point, raw in zip(points, answers, strict=True)
            if raw
        )
        used = [point for point, raw in zip(points, answers, strict=True) if raw]
        clusters = placed.group_by(*keys, STRATUM, CLUSTER).agg(nw.col(c).sum() for c in (*used, WEIGHED))
        pairs = [(a, b) for i, a in enumerate(used) for b in used[i:]]
        squared = clusters.with_columns(
            (nw.col(WEIGHED) > 0).cast(nw.Int64).alias(PRESENT),
            *((nw.col(a) * nw.col(b)).alias(f"{a}_{b[2:]}") for a, b in pairs),
        )
        summed = squared.group_by(*keys, STRATUM).agg(
            nw.col(c).sum() for c in (PRESENT, *(f"{a}_{b[2:]}" for a, b in pairs))
        )
        return self._named(collect_small(summed)) if by_segment else collect_small(summed)

    def clusters(self, *, at_most: int) -> tuple["pd.Series[float]", frozenset[object] | None, int]:
        """Count the clusters of each stratum, list them up to `at_most`, and count those with a weight above 0."""
        found = self._cells.group_by(STRATUM, CLUSTER).agg(nw.col(c).sum() for c in (SAMPLED, WEIGHED))
        found = found.filter(nw.col(SAMPLED) > 0).with_columns((nw.col(WEIGHED) > 0).cast(nw.Int64).alias(PRESENT))
        counted = collect_small(found.group_by(STRATUM).agg(nw.len().alias(ROWS), nw.col(PRESENT).sum()))
        sizes = counted.sort_values(STRATUM).set_index(STRATUM)[ROWS].astype(float)
        weighing = int(counted[PRESENT].sum())
        if sizes.sum() > at_most:
            return sizes, None, weighing
        listed = collect_small(found.select(STRATUM, CLUSTER))
        # As text, since an id can be a number in one export and text in the next.
        names = (listed[key].astype("str").tolist() for key in (STRATUM, CLUSTER))
        return sizes, frozenset(zip(*names, strict=True)), weighing

    def _named(self, small: pd.DataFrame) -> pd.DataFrame:
        named = small.rename(columns=dict(zip(self._keys, self._by, strict=True)))
        return with_categories(named, self._source, self._by)
