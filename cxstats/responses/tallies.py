"""Count answers by segment, in whatever engine holds them.

`tally` counts the raw answers as they stand and places the few distinct ones on the scale afterwards, so only a small
table leaves the engine: pandas, Polars (eager or lazy), DuckDB, PyArrow or any other that Narwhals speaks to.

>>> import pandas as pd
>>> answers = pd.DataFrame({"ces": ["7", "6", "n/a", "6.5", "2"], "channel": ["web", "web", "web", "phone", "phone"]})
>>> counted = tally(answers, "ces", scale="ces-2.0", by="channel")
>>> counted.n, counted.missing, counted.set_aside
(array([1, 2]), array([0, 1]), array([1, 0]))
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from html import escape
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.answers import missing_codes
from cxstats.responses.commands import without_commands
from cxstats.responses.design_counts import DesignCounts
from cxstats.responses.design_rows import SQUARES, TOTAL, WEIGHED
from cxstats.responses.engines import ANSWER, ROWS, count_answers, open_frame
from cxstats.responses.ledgers import Ledger, merged_ledgers
from cxstats.responses.linearisation import MOST_COORDINATES, LinearSums
from cxstats.responses.numbering import added_at, number_rows
from cxstats.responses.placing import Placed, place_answers
from cxstats.responses.scales import Scale, named_scale, require_same_direction
from cxstats.responses.scanned import Scanned
from cxstats.responses.strata import strata_of
from cxstats.responses.survey import Survey
from cxstats.responses.units import MOST_CLUSTERS_LISTED, linearise, sampled
from cxstats.responses.weights import Design

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

RESERVED: Final = ("column", "n", "missing", "set_aside", "estimate", "standard_error", "low", "high", "too_few")
"""Names that tables of scores use themselves, so that segments cannot."""


@dataclass(frozen=True, slots=True, eq=False)
class Tally:
    """Answers of S segments counted at the K points of a scale.

    Attributes
    ----------
    column, scale, by, design
        What was counted, on which scale, by which columns, under which design.
    segments
        The values of the `by` columns; S rows in ascending order, those without a value last.
    counts
        Number of answers at each point; shape (S, K).
    totals
        Weighted number of answers at each point; equal to `counts` without weights; shape (S, K).
    covariance
        Covariance of the totals under the design; shape (S, K, K). None without a design.
    explained
        What the margins of the design took off the covariance; shape (S, K, K). None without margins.
    degrees_of_freedom
        Clusters less strata in which the segment occurs; infinite without a design; shape (S,).
    squared_weights
        Sum of the squared weights of the answers; shape (S,).
    squares_left
        The same, each times the part of its stratum's population that was not sampled: equal without population sizes,
        zero where all were asked; shape (S,).
    unit_squares
        Sum over units (clusters, or rows without clusters) of the square of their summed squared weights; 0 where they
        are too many to hold; shape (S,). The squared `squared_weights` over it is how many units of equal weight say
        as much of a variance.
    missing, set_aside
        Rows without an answer, and rows whose answer could not be used; shape (S,).
    ledger
        What became of every row; `answers` and `reasons` show it.
    whole
        Under a design, all segments as one: their covariance does not follow from that of the segments.
    cluster_ids
        The clusters, so that samples that share some do not add; None where they are too many to list.
    units
        Clusters with a weight above 0 in the whole sample, or such rows without clusters; 0 without a design.
    sums
        What `joint` is made from, one for each sample that was added.
    """

    column: str
    scale: Scale
    by: tuple[str, ...]
    design: Design | None
    segments: pd.DataFrame
    counts: Integers
    totals: Floats
    covariance: Floats | None
    explained: Floats | None
    degrees_of_freedom: Floats
    squared_weights: Floats
    squares_left: Floats
    unit_squares: Floats
    missing: Integers
    set_aside: Integers
    ledger: Ledger
    whole: "Tally | None" = None
    cluster_ids: frozenset[object] | None = frozenset()
    units: int = 0
    sums: tuple[LinearSums, ...] = ()

    @property
    def n(self) -> Integers:
        """Number of answers; shape (S,)."""
        return self.counts.sum(axis=1)

    @property
    def rows(self) -> Integers:
        """Number of rows, which is n + missing + set aside; shape (S,)."""
        return self.n + self.missing + self.set_aside

    @property
    def joint(self) -> Floats | None:
        """Covariance between the weighted totals of all segments and points under the design; shape (S, K, S, K).

        ``joint[s, :, s, :]`` is ``covariance[s]``; segments that share clusters or strata are not independent. None
        without a design, when segments are independent simple random samples given their n; and None where it is too
        large to hold: S * K above 1,500, or clusters by segments and answers above 500,000. It is worked out when
        first asked for.
        """
        if not self.sums or self.totals.size > MOST_COORDINATES:
            return None
        return self.sums[0].joint if len(self.sums) == 1 else np.sum([part.joint for part in self.sums], axis=0)

    @property
    def total(self) -> "Tally":
        """All segments as one."""
        if not self.by:
            return self
        return self.whole or _merge([self], ())

    def answers(self) -> pd.DataFrame:
        """How each raw answer was read: ``segment`` (its row in `segments`), ``answer``, ``point``, ``rows``, ...

        The others are ``missing`` (whether it is no answer) and ``reason`` (why it is not in n; empty if it is).
        """
        return self.ledger.table()

    def reasons(self) -> pd.DataFrame:
        """Rows that are not in n, by reason: columns ``reason``, ``missing``, ``rows``, most frequent first."""
        return self.ledger.reasons()

    def to_frame(self) -> pd.DataFrame:
        """One row a segment: the `by` columns, one column a point, ``missing`` and ``set_aside``."""
        points = pd.DataFrame(self.counts, columns=[str(p) for p in self.scale.points])
        rest = pd.DataFrame({"missing": self.missing, "set_aside": self.set_aside})
        return pd.concat([self.segments.reset_index(drop=True), points, rest], axis=1)

    def __repr__(self) -> str:
        under = f"; {self.design.in_words()}" if self.design else ""
        head = f"{self.column} on {self.scale.name} ({self.scale.span}, {self.scale.good} is good): counts{under}"
        return without_commands(f"{head}\n{self.to_frame().to_string(index=False)}")

    def _repr_html_(self) -> str:
        head, _, _ = repr(self).partition("\n")
        return f"<p>{escape(head)}</p>{self.to_frame().to_html(index=False, border=0, justify='left')}"

    def __add__(self, other: object) -> "Tally":
        """Add the tally of another, disjoint sample: two months make a quarter.

        Raises
        ------
        ValueError
            If scale, segments or design differ, or if the samples share clusters or may share them.
        """
        if not isinstance(other, Tally):
            return NotImplemented
        _require_addable(self, other)
        return _merge([self, other], self.by)

    def __radd__(self, other: object) -> "Tally":
        return self if other == 0 else NotImplemented


def tally(
    data: Any,
    column: str,
    *,
    scale: Scale | str,
    by: str | Sequence[str] = (),
    design: Design | None = None,
    missing: object = (),
) -> Tally:
    """Count the answers of one column at each point of its scale, by segment.

    Parameters
    ----------
    data
        A `Survey`; a table of pandas, Polars (eager or lazy), DuckDB or PyArrow; or the path of an export of any size,
        or what `scan_export` makes of it, which is counted on disk.
    column
        The column of answers, as they stand: numbers, labels, stars, faces.
    scale
        The scale of the question, or its name. It is never inferred.
    by
        Columns whose values make the segments.
    design
        How the respondents were chosen; without it they count as a simple random sample.
    missing
        Code or codes that mean "no answer" in this export.

    Returns
    -------
    Tally
        Rows = answers + missing + set aside, segment by segment.

    Raises
    ------
    ValueError
        If a column does not exist, no answer at all fits the scale, or the design cannot be used.
    """
    scale = named_scale(scale)
    by = (by,) if isinstance(by, str) else tuple(by)
    if not isinstance(design, Design | None):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"design must be a Design(weights=..., strata=..., clusters=...); got {design!r}")
    if column in by or len(set(by)) < len(by):
        raise ValueError(f"segments must be distinct columns other than {column!r}; got {list(by)}")
    taken = [name for name in by if name in RESERVED]
    if taken:
        raise ValueError(f"segment column {taken[0]!r} has the name of a column of scores; rename it first")
    columns = [column, *by, *(design.columns if design else ())]
    # Held until all is counted: the columns of a scanned export are on disk for as long as it is in use.
    data = _scanned(data) if isinstance(data, str | Path) else data
    frame = open_frame(_table_of(data, columns), columns)
    if design is None:
        cells = count_answers(frame, column, by)
        cells[WEIGHED] = cells[TOTAL] = cells[SQUARES] = cells[ROWS]
        segments, segment = number_rows(cells[list(by)])
        placed = place_answers(cells[ANSWER], column, scale, missing_codes(missing))
        return _from_cells(cells, placed, column, scale=scale, segments=segments, segment=segment)
    return _under_design(
        DesignCounts(frame, column, by, design), column, scale=scale, by=by, design=design, missing=missing
    )


def _scanned(path: str | Path) -> Scanned:
    from cxstats.responses.exports.scanning import scan_export

    return scan_export(path)


def _table_of(data: Any, columns: Sequence[str]) -> Any:
    if isinstance(data, Survey):
        return data.responses
    return data.select(*columns) if isinstance(data, Scanned) else data


def _under_design(
    counted: DesignCounts, column: str, *, scale: Scale, by: tuple[str, ...], design: Design, missing: object
) -> Tally:
    """Count, and add the covariance under the design."""
    sample = sampled(counted, by, design)
    strata = strata_of(sample.sizes, design, populations=counted.populations)
    cells, units = strata.weigh(sample.cells), sample.units
    placed = place_answers(cells[ANSWER], column, scale, missing_codes(missing))
    units = units and replace(units, frame=strata.weigh(units.frame))

    def of_segments(by: tuple[str, ...]) -> Tally:
        segments, segment = number_rows(cells[list(by)])
        plain = _from_cells(cells, placed, column, scale=scale, segments=segments, segment=segment)
        found = linearise(
            counted, cells, placed.position, strata, units=units, segment=segment, by=by, shape=plain.counts.shape
        )
        return replace(
            plain,
            design=design,
            covariance=found.covariance,
            explained=found.explained if design.margins else None,
            degrees_of_freedom=found.degrees_of_freedom,
            squares_left=found.squares_left,
            unit_squares=found.unit_squares,
            cluster_ids=sample.cluster_ids,
            units=sample.weighing,
            sums=found.sums,
        )

    whole = of_segments(())
    return replace(of_segments(by), whole=whole) if by else whole


def _from_cells(
    cells: pd.DataFrame,
    placed: Placed,
    column: str,
    *,
    scale: Scale,
    segments: pd.DataFrame,
    segment: NDArray[np.intp],
) -> Tally:
    """Count cells by segment and point as a simple random sample."""
    rows, weighed = (cells[name].to_numpy(dtype=np.int64) for name in (ROWS, WEIGHED))
    used, at = placed.position >= 0, (segment, placed.position)
    table, line = (len(segments), len(scale.points)), (len(segments),)
    counts, missing = added_at(weighed, at, table, only=used), added_at(rows, (segment,), line, only=placed.missing)
    squares = added_at(cells[SQUARES].to_numpy(dtype=np.float64), (segment,), line, only=used)
    return Tally(
        column=column,
        scale=scale,
        by=tuple(segments.columns),
        design=None,
        segments=segments,
        counts=counts,
        totals=added_at(cells[TOTAL].to_numpy(dtype=np.float64), at, table, only=used),
        covariance=None,
        explained=None,
        degrees_of_freedom=np.full(len(segments), np.inf),
        squared_weights=squares,
        squares_left=squares,
        unit_squares=squares,
        missing=missing,
        set_aside=added_at(rows, (segment,), line, only=rows > 0) - missing - counts.sum(axis=1),
        ledger=Ledger(placed.readings, segment, placed.reading, rows, weighed),
    )


def _require_addable(one: Tally, other: Tally) -> None:
    require_same_direction((one.scale, other.scale))
    for what in ("scale", "column", "by", "design"):
        left, right = getattr(one, what), getattr(other, what)
        if left != right:
            got = f"{left!r} and {right!r}" if repr(left) != repr(right) else f"two that both read {left!r} and differ"
            raise ValueError(f"tallies that are added must have the same {what}; got {got}")
    for name in one.by:
        kinds = [str(part.segments[name].dtype) for part in (one, other)]
        if len({pd.api.types.is_numeric_dtype(part.segments[name]) for part in (one, other)}) > 1:
            raise ValueError(f"segments must be of one type to be added; column {name!r} is {kinds[0]} and {kinds[1]}")
    if one.cluster_ids is None or other.cluster_ids is None:
        raise ValueError(
            f"samples with more than {MOST_CLUSTERS_LISTED:,} clusters may share some, and their tallies do not add; "
            "count both samples in one tally"
        )
    shared = one.cluster_ids & other.cluster_ids
    if shared:
        raise ValueError(
            f"tallies that share clusters do not add: {len(shared)} clusters are in both samples, and their answers "
            "belong together; count both samples in one tally"
        )


def _merge(parts: Sequence[Tally], by: tuple[str, ...]) -> Tally:
    """Add tallies of disjoint samples, segment by segment; no `by` takes all segments as one."""
    first = parts[0]
    segments, place = number_rows(pd.concat([part.segments[list(by)] for part in parts], ignore_index=True))
    size = len(segments)

    def added(name: str) -> Any:
        values = np.concatenate([getattr(part, name) for part in parts])
        found = np.zeros((size, *values.shape[1:]), dtype=values.dtype)
        np.add.at(found, place, values)
        return found

    ends = np.cumsum([len(part.segments) for part in parts])[:-1]
    wholes = [part.whole for part in parts if part.whole is not None]
    return replace(
        first,
        by=by,
        segments=segments,
        covariance=None if first.covariance is None else added("covariance"),
        explained=None if first.explained is None else added("explained"),
        ledger=merged_ledgers([part.ledger for part in parts], np.split(place, ends)),
        whole=_merge(wholes, ()) if wholes and by else None,
        cluster_ids=frozenset[object]().union(*(part.cluster_ids or () for part in parts)),
        units=sum(part.units for part in parts),
        sums=_placed_sums(parts, np.split(place, ends), size),
        **{name: added(name) for name in _ADDED},
    )


def _placed_sums(parts: Sequence[Tally], places: Sequence[NDArray[np.intp]], segments: int) -> tuple[LinearSums, ...]:
    """Give the segments of every part the numbers of the whole; nothing where a part has too many cells to hold."""
    if not all(part.sums for part in parts):
        return ()
    pairs = zip(parts, places, strict=True)
    return tuple(sums.of_segments(place, segments) for part, place in pairs for sums in part.sums)


_ADDED: Final = (
    "counts",
    "totals",
    "degrees_of_freedom",
    "squared_weights",
    "squares_left",
    "unit_squares",
    "missing",
    "set_aside",
)
