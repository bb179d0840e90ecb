"""Excel sheets as rows of text; archives that would unpack to far more than a sheet are refused before a byte is."""

import warnings
import zlib
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, Final, cast
from zipfile import BadZipFile, ZipFile

from cxstats.responses.exports.heads import head_notes, is_figure, title_rows
from cxstats.responses.exports.streams import Progress
from cxstats.responses.exports.tables import Gathered, Opened, Records, even_head
from cxstats.responses.names import unknown_name

MOST_UNPACKED: Final = 2_000_000_000
MOST_TIMES: Final = 200
_Sheet = tuple[str, list[list[str]], int]
_SMALL: Final = 20_000_000
_HEAD_ROWS: Final = 100
# What zipfile, the XML parser and openpyxl raise over a damaged workbook.
_DAMAGE: Final = (
    BadZipFile, zlib.error, SyntaxError, LookupError, TypeError, AttributeError, NotImplementedError, EOFError, OSError,
    ValueError, RuntimeError, ArithmeticError,
)  # fmt: skip


def open_excel(path: Path, *, sheet: str | None) -> Opened:
    """Open a sheet of a workbook: unless named, the first that holds a table and is not hidden.

    Formulas are kept as the text that they are and never computed.

    Raises
    ------
    ValueError
        If the extra is missing, the file is damaged, there is no such sheet or nothing on it, or the file would unpack
        to more than `MOST_UNPACKED` bytes or more than `MOST_TIMES` times its size.
    """
    damaged = ValueError(f"{path.name} is a zip archive or a damaged Excel file; export it as CSV or .xlsx")
    try:
        from openpyxl import load_workbook
    except ImportError:
        raise ValueError("reading Excel needs the extra 'excel': pip install 'cxstats[excel]'") from None
    try:
        _require_sheet_sized(path)
        # Vendors' files without a style sheet make openpyxl warn about something that does not concern a reader.
        with warnings.catch_warnings(action="ignore", category=UserWarning), path.open("rb") as file:
            book = load_workbook(file, read_only=True)
            hidden = {str(each.title): each.sheet_state != "visible" for each in book.worksheets}
            chosen, rows, formulas = _sheet(book, sheet, hidden)
    except _RefusedError as refusal:
        raise ValueError(str(refusal)) from None
    except _DAMAGE:
        raise damaged from None
    if not rows:
        raise ValueError(f"sheet {chosen!r} of {path.name} is empty")
    titles = title_rows(rows[:_HEAD_ROWS])
    notes_on_head = head_notes(rows[:_HEAD_ROWS], titles)
    rows = rows[titles:]
    head, broken = even_head(rows[:_HEAD_ROWS])
    others = [f"{name} (hidden)" if out_of_sight else name for name, out_of_sight in hidden.items() if name != chosen]
    notes = [f"sheet {chosen!r} was read; there are also: {', '.join(others)}"] if others else []
    notes += [f"{formulas:,} cells hold formulas; they are kept as text and not computed"] if formulas else []
    return Opened(head, broken, f"Excel, sheet {chosen!r}", _reader(rows, len(head[0])), (*notes, *notes_on_head))


class _RefusedError(Exception):
    """Something that the user can mend, told apart from damage."""


def _require_sheet_sized(path: Path) -> None:
    with ZipFile(path) as archive:
        parts = archive.infolist()
    if not any(part.filename == "xl/workbook.xml" for part in parts):
        raise BadZipFile
    unpacked, packed = sum(part.file_size for part in parts), max(path.stat().st_size, 1)
    if unpacked > MOST_UNPACKED or (unpacked > _SMALL and unpacked > MOST_TIMES * packed):
        raise _RefusedError(
            f"{path.name} would unpack to {unpacked:,} bytes, {unpacked // packed:,} times its size; at most "
            f"{MOST_UNPACKED:,} bytes and {MOST_TIMES} times are unpacked. Export it as CSV"
        )


def _sheet(book: Any, asked: str | None, hidden: Mapping[str, bool]) -> _Sheet:
    """Return the name, the rows and the number of formulas of the sheet asked for, or the first that holds a table."""
    if not hidden:
        raise BadZipFile
    if asked is not None:
        if asked not in hidden:
            raise _RefusedError(unknown_name("sheet", asked, hidden))
        return (asked, *_rows(book[asked]))
    for names in ([name for name in hidden if not hidden[name]], [name for name in hidden if hidden[name]]):
        found = _first_table((name, *_rows(book[name])) for name in names)
        if found is not None:
            return found
    return next(iter(hidden)), [], 0


def _first_table(sheets: Iterable[_Sheet]) -> _Sheet | None:
    """Return the first sheet that holds a table, else the first that holds anything."""
    filled: _Sheet | None = None
    for sheet in sheets:
        if _is_table(sheet[1]):
            return sheet
        filled = filled or (sheet if sheet[1] else None)
    return filled


def _is_table(rows: list[list[str]]) -> bool:
    """Say whether rows hold a table: two of them with two cells, or a column with a figure below its name."""
    wide = sum(sum(map(bool, row)) > 1 for row in rows)
    return wide > 1 or any(is_figure(cell) for row in rows[1:] for cell in row[:1])


def _rows(sheet: Any) -> tuple[list[list[str]], int]:
    """Return the rows that are not blank, and the number of formulas."""
    # The size that a file states for its sheet is often wrong.
    sheet.reset_dimensions()
    found: list[list[str]] = []
    formulas = 0
    for row in cast("Iterator[tuple[Any, ...]]", sheet.iter_rows()):
        cells = [_cell_text(cell.value) for cell in row]
        if any(cells):
            found.append(cells)
            formulas += sum(cell.data_type == "f" for cell in row)
    width = max(map(len, found), default=0)
    return [row + [""] * (width - len(row)) for row in found], formulas


def _reader(rows: list[list[str]], width: int) -> Any:
    def records(headers: int, progress: Progress | None) -> Records:
        del progress  # The sheet was read when it was opened.
        gathered = Gathered(width)
        gathered.add(rows[headers:])
        return gathered.finish()

    return records


def _cell_text(cell: Any) -> str:
    if cell is None:
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    return str(cell)
