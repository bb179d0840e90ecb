"""The first rows of a table: titles in front of the header, and a header that is none.

Titles are skipped only beyond doubt: a few rows of one or few cells, behind them a row that names every column in
words, and below it figures. Anything else is left as it is, with a note that says what is suspected.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

from cxstats.responses.exports.tables import Row

MOST_TITLES: Final = 12
_FIGURE: Final = re.compile(r"[-+]?[0-9][0-9.,:/ +TZ%-]*")
_DAY: Final = re.compile(r"[0-9]{4}[-/.][0-9]{1,2}[-/.][0-9]{1,2}.*|[0-9]{1,2}[-/.][0-9]{1,2}[-/.][0-9]{2,4}.*")
_MOSTLY: Final = 0.8
_FEWEST: Final = 3
_QUOTED: Final = 60


def is_figure(cell: str) -> bool:
    """Say whether a cell is a number, a date or a time.

    >>> is_figure("-1.5"), is_figure("2026-01-05 10:00"), is_figure("K00001")
    (True, True, False)
    """
    return _FIGURE.fullmatch(cell.strip()) is not None


def is_day(cell: str) -> bool:
    """Say whether a cell begins as a date in figures.

    >>> is_day("5-1-2026 10:00"), is_day("5.1")
    (True, False)
    """
    return _DAY.fullmatch(cell.strip()) is not None


def title_rows(rows: Sequence[Row]) -> int:
    """Count the rows in front of the header, blank ones included; 0 where it is not beyond doubt that there are any.

    Examples
    --------
    >>> title_rows([["Survey Q3"], [], ["id", "csat"], ["1", "5"], ["2", "4"], ["3", "4"]])
    2
    """
    extents = [_extent(row) for row in rows]
    usual = _usual(extents)
    few = max(1, usual // 3)
    header = next((k for k, row in enumerate(rows) if _filled(row) > few), 0)
    if not 0 < header <= MOST_TITLES or any(isinstance(row, str) for row in rows[: header + 1]):
        return 0
    names, width = rows[header], extents[header]
    below = [row for row, extent in zip(rows[header + 1 :], extents[header + 1 :], strict=True) if extent]
    named = _filled(names) == width and not any(is_figure(name) for name in names)
    fitting = sum(_extent(row) <= width for row in below)
    sure = named and fitting >= _MOSTLY * len(below) and bool(_of_figures(below, width))
    return header if sure else 0


def head_notes(rows: Sequence[Row], titles: int) -> tuple[str, ...]:
    """Say what was skipped in front of the header, or what is suspected of the first row.

    Parameters
    ----------
    rows
        The first rows, those in front of the header included.
    titles
        How many were skipped.
    """
    said = ["; ".join(cell.strip() for cell in row if cell.strip()) for row in rows[:titles]]
    quoted = ", ".join(f"'{_shortened(text)}'" for text in said if text)
    notes = [f"rows in front of the table skipped as titles: {quoted}"] if quoted else []
    rest = [row for row in rows[titles:] if row]
    if not rest or isinstance(rest[0], str):
        return tuple(notes)
    first, below = rest[0], rest[1:]
    usual = _usual([_extent(row) for row in below])
    if len(first) <= usual // 2 and len(below) >= _FEWEST:
        notes.append(
            f"the first row has {len(first)} {'cell' if len(first) == 1 else 'cells'} and most others {usual}: is it a "
            "title? Remove it and read again"
        )
    if _is_response(first, below):
        notes.append("the first row looks like a response, not a header: has the file no row of names? Add one")
    return tuple(notes)


def _is_response(first: Sequence[str], below: Sequence[Row]) -> bool:
    """Say whether the first row holds figures wherever the others do, and a word or a date that fits them too."""
    figures = _of_figures(below, len(first))
    if len(below) < _FEWEST or not figures or not all(is_figure(first[k]) for k in figures):
        return False
    words = {k for k in range(len(first)) if k not in figures and first[k].strip()}
    again = any(first[k] in (row[k] for row in below if len(row) > k and not isinstance(row, str)) for k in words)
    return again or any(is_day(first[k]) for k in figures)


def _of_figures(rows: Sequence[Row], width: int) -> list[int]:
    """Return the columns whose cells are mostly numbers or dates."""
    found: list[int] = []
    for k in range(width):
        cells = [row[k] for row in rows if not isinstance(row, str) and len(row) > k and row[k].strip()]
        if cells and sum(map(is_figure, cells)) >= _MOSTLY * len(cells):
            found.append(k)
    return found


def _filled(row: Row) -> int:
    return 0 if isinstance(row, str) else sum(bool(cell.strip()) for cell in row)


def _extent(row: Row) -> int:
    """Count the cells up to the last that is not blank."""
    return 0 if isinstance(row, str) else max((k + 1 for k, cell in enumerate(row) if cell.strip()), default=0)


def _usual(extents: Sequence[int]) -> int:
    """Return the most common number of cells, of rows that are not blank."""
    return max(Counter(extent for extent in extents if extent).most_common(1), default=(0, 0))[0]


def _shortened(text: str) -> str:
    line = " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())
    return line if len(line) <= _QUOTED else f"{line[: _QUOTED - 3].rstrip()}..."
