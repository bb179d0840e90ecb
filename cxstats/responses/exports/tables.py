"""What every way of storing an export comes down to: its first rows, and its records as columns of text."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from cxstats.responses.exports.layouts import Layout, Rows
from cxstats.responses.exports.streams import Progress
from cxstats.responses.exports.texts import Gathering, Texts

Row = list[str] | str
"""The cells of a row, or the reason why it cannot be read."""


@dataclass(frozen=True, slots=True, eq=False)
class Records:
    """The records of an export.

    Attributes
    ----------
    columns
        One for each column, R cells each.
    damaged
        From the place of a record that could not be read, from 0, to the reason; its cells are blank.
    notes
        What was forgiven.
    """

    columns: list[Texts]
    damaged: Mapping[int, str]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """An export that was opened: enough of it to know its vendor, and the way to the rest.

    Attributes
    ----------
    head
        The first rows, all as long as the first; a row that could not be read is blank.
    damaged
        From the place of such a row in the head to the reason.
    format
        How the file was stored.
    records
        From the number of header rows and a listener for bytes read to the records behind them.
    notes
        What was forgiven.
    layout
        How the columns are laid out, where the file itself says it.
    pieces
        The same as `records`, some megabytes at a time; None where the file cannot be read so.
    """

    head: Rows
    damaged: Mapping[int, str]
    format: str
    records: Callable[[int, Progress | None], Records]
    notes: tuple[str, ...] = ()
    layout: Layout | None = None
    pieces: "Callable[[int, Progress | None], Iterator[Gathered]] | None" = None


@dataclass(slots=True, eq=False)
class Gathered:
    """Records while they are collected; all are made as long as `width`.

    A row with too many cells is damaged, one with too few is filled up. A blank line is a record without an answer
    where there is one column, and no record where there are more.
    """

    width: int
    columns: list[Gathering] = field(init=False)
    count: int = 0
    short: int = 0
    blank: int = 0
    damaged: dict[int, str] = field(default_factory=dict[int, str])

    def __post_init__(self) -> None:
        self.columns = [Gathering() for _ in range(self.width)]

    def add(self, rows: Sequence[Row]) -> None:
        """Add rows."""
        even: list[list[str]] = []
        for row in rows:
            if not row and self.width > 1:
                self.blank += 1
                continue
            reason = row if isinstance(row, str) else too_many_cells(row, self.width)
            if reason:
                self.damaged[self.count] = reason
            cells = [] if isinstance(row, str) else row[: self.width]
            self.short += not isinstance(row, str) and len(cells) < self.width
            even.append(cells + [""] * (self.width - len(cells)))
            self.count += 1
        if even:
            for gathering, cells in zip(self.columns, zip(*even, strict=True), strict=True):
                gathering.add(list(cells))

    def finish(self) -> Records:
        """Return the records."""
        notes: list[str] = []
        if self.short:
            notes.append(f"{self.short:,} rows with fewer cells than columns were filled up with empty cells")
        if self.blank:
            notes.append(f"{self.blank:,} blank lines are not counted as records")
        return Records([gathering.finish() for gathering in self.columns], self.damaged, tuple(notes))


def too_many_cells(row: Sequence[str], width: int) -> str:
    """Say that a row has cells beyond the last column; empty where it has none or they are blank."""
    return f"unreadable: {len(row)} cells, {width} columns" if any(cell.strip() for cell in row[width:]) else ""


def even_head(rows: Sequence[Row]) -> tuple[list[list[str]], dict[int, str]]:
    """Make the first rows as long as the first, and say which of them could not be read.

    Blank lines are left out where there is more than one column, and before the first row.
    """
    first = next((place for place, row in enumerate(rows) if row), len(rows))
    rows = rows[first:]
    width = len(next((row for row in rows if row and isinstance(row, list)), list[str]()))
    rows = [row for row in rows if row or width <= 1]
    damaged = {
        place: reason
        for place, row in enumerate(rows)
        if (reason := row if isinstance(row, str) else too_many_cells(row, width))
    }
    cells = [[] if isinstance(row, str) else row[:width] for row in rows]
    return [row + [""] * (width - len(row)) for row in cells], damaged
