"""From a file's bytes to rows of text: encoding, delimiter, quotes, ragged rows, Excel sheets."""

import csv
import io
import re
import warnings
import zlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile, ZipFile, is_zipfile

import pandas as pd

from cxstats.responses.names import unknown_name

DELIMITERS: Final = (",", ";", "\t", "|")
_SAMPLE_LINES: Final = 100
_SAMPLE_CHARACTERS: Final = 200_000
_LONGEST_CELL: Final = 10_000_000
# UTF-32 first: its mark begins with that of UTF-16.
_BOMS: Final = (
    (b"\xff\xfe\x00\x00", "utf-32"), (b"\x00\x00\xfe\xff", "utf-32"), (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"),
)  # fmt: skip
_GUESS: Final = "not UTF-8, so read as Windows-1252; name the encoding if letters look wrong"
_SEPARATOR_LINE: Final = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)
_TEXT_CONTROLS: Final = b"\t\n\r\f\x1a\x1b"
_NOT_TABLES: Final = {
    "XML or HTML": re.compile(r"\s*<(?:\?xml|!doctype|!--|[a-z][\w:-]*[\s>/])", re.IGNORECASE),
    "JSON": re.compile(r"""\s*(?:\{\s*["}]|\[\s*[\[{"\]])"""),
}
_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"
# What zipfile, the XML parser and openpyxl raise over a damaged workbook.
_EXCEL_DAMAGE: Final = (
    BadZipFile, zlib.error, SyntaxError, LookupError, TypeError, AttributeError, NotImplementedError, EOFError, OSError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cells:
    """Rows of text, all as long as the first.

    Attributes
    ----------
    rows
        Header rows and records.
    damaged
        From the position of a row that could not be read to the reason.
    format
        How the file was stored.
    notes
        What was forgiven.
    """

    rows: list[list[str]]
    damaged: dict[int, str]
    format: str
    notes: tuple[str, ...] = ()


def read_cells(path: Path, *, encoding: str | None, delimiter: str | None, sheet: str | None) -> Cells:
    """Read a text table or an Excel sheet.

    Raises
    ------
    ValueError
        If the file is empty, is not a table, or cannot be decoded.
    """
    raw = path.read_bytes()
    if not raw.strip():
        raise ValueError(f"{path.name} is empty")
    if raw.startswith(_OLD_EXCEL):
        raise ValueError(f"{path.name} is an old Excel or other binary file; save it as .xlsx or .csv")
    if is_zipfile(io.BytesIO(raw)):
        if encoding or delimiter:
            raise ValueError(f"{path.name} is an Excel file; it has no encoding or delimiter")
        return _read_excel(path, sheet)
    if sheet is not None:
        raise ValueError(f"{path.name} is a text file and has no sheet {sheet!r}")
    text, found = _decode(path.name, raw, encoding)
    _require_table(path.name, text)
    stated = _SEPARATOR_LINE.match(text)
    if stated:
        text, delimiter = text[stated.end() :], delimiter or stated[1]
    delimiter = delimiter or _find_delimiter(text)
    name = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "bar"}.get(delimiter, delimiter)
    cells = _even(list(_parse(text, delimiter)), f"text, {found}, {name} between cells")
    return replace(cells, notes=(*cells.notes, _GUESS)) if found == "cp1252" and not encoding else cells


def read_parquet(path: Path) -> pd.DataFrame:
    """Read a Parquet file.

    Raises
    ------
    ValueError
        If the extra is not installed or the file is damaged.
    """
    try:
        return pd.read_parquet(path)
    except ImportError:
        raise ValueError("reading Parquet needs the extra 'parquet': pip install 'cxstats[parquet]'") from None
    except (OSError, ValueError) as error:
        raise ValueError(f"{path.name} is not a readable Parquet file: {_first_line(error)}") from None


def _require_table(name: str, text: str) -> None:
    if not text.strip():
        raise ValueError(f"{name} is empty")
    for what, start in _NOT_TABLES.items():
        if start.match(text):
            raise ValueError(f"{name} is {what}, not a table; export it as CSV")


def _decode(name: str, raw: bytes, encoding: str | None) -> tuple[str, str]:
    candidates = [encoding] if encoding else _likely_encodings(name, raw)
    for candidate in candidates:
        try:
            return raw.decode(candidate).removeprefix("\ufeff"), candidate.removesuffix("-sig")
        except UnicodeError:
            continue
        except LookupError:
            raise ValueError(f"encoding {candidate!r} is not known") from None
    raise ValueError(f"{name} is not text in {' or '.join(candidates)}; name its encoding")


def _likely_encodings(name: str, raw: bytes) -> list[str]:
    for bom, encoding in _BOMS:
        if raw.startswith(bom):
            return [encoding]
    head = raw[:4096]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) > len(head) // 4 and min(even, odd) <= len(head) // 50:
        return ["utf-16-be" if even > odd else "utf-16-le"]
    controls = sum(byte < 32 and byte not in _TEXT_CONTROLS for byte in head)
    if controls > len(head) // 500:
        raise ValueError(f"{name} is a binary file, not a table of text; export it as CSV, Excel or Parquet")
    return ["utf-8", "cp1252"]


def _find_delimiter(text: str) -> str:
    """Return the delimiter under which most of the first rows have the same, largest number of cells."""
    csv.field_size_limit(_LONGEST_CELL)
    head = io.StringIO(text.lstrip("\r\n")[:_SAMPLE_CHARACTERS], newline="")

    def evenness(delimiter: str) -> tuple[float, int]:
        head.seek(0)
        rows = filter(None, csv.reader(head, delimiter=delimiter))
        widths = Counter(len(row) for row, _ in zip(rows, range(_SAMPLE_LINES), strict=False))
        width, times = widths.most_common(1)[0]
        return (times / widths.total() if width > 1 else 0.0, width)

    return max(DELIMITERS, key=evenness)


def _parse(text: str, delimiter: str) -> Iterator[list[str] | str]:
    """Yield each row, or the reason why it cannot be read."""
    csv.field_size_limit(_LONGEST_CELL)
    try:
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    except TypeError:
        raise ValueError(f"a delimiter is one character; got {delimiter!r}") from None
    while True:
        before = rows.line_num
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            if "unexpected end of data" in str(error):
                lines = rows.line_num - before
                raise ValueError(
                    f"line {before + 1} opens a quote that is never closed, which would swallow the {lines} lines "
                    "from there to the end of the file; close it and read again"
                ) from None
            first, last = before + 1, rows.line_num
            yield f"unreadable: a stray quote in {f'line {last}' if first == last else f'lines {first} to {last}'}"
            continue
        yield row


def _even(parsed: list[list[str] | str], stored: str) -> Cells:
    """Make all rows as long as the first; a row with too many cells is damaged, one with too few is filled up.

    A blank line is a record without an answer where there is one column, and no record where there are more.
    """
    width = len(next((row for row in parsed if row and isinstance(row, list)), list[str]()))
    parsed = parsed[next((place for place, row in enumerate(parsed) if row), 0) :]
    blank = sum(not row for row in parsed) if width > 1 else 0
    if blank:
        parsed = [row for row in parsed if row]
    rows: list[list[str]] = []
    damaged: dict[int, str] = {}
    short = 0
    for place, row in enumerate(parsed):
        if isinstance(row, str):
            damaged[place] = row
            rows.append([""] * width)
            continue
        if any(cell.strip() for cell in row[width:]):
            damaged[place] = f"unreadable: {len(row)} cells, {width} columns"
        short += len(row) < width
        rows.append((row + [""] * (width - len(row)))[:width])
    kept = [k for k in range(width) if any(row[k].strip() for row in rows)]
    notes = [f"{short:,} rows with fewer cells than columns were filled up with empty cells"] if short else []
    notes += [f"{blank:,} blank lines are not counted as records"] if blank else []
    if len(kept) < width:
        notes.append(f"{width - len(kept)} columns without a name and without a cell were dropped")
        rows = [[row[k] for k in kept] for row in rows]
    return Cells(rows, damaged, stored, tuple(notes))


def _read_excel(path: Path, sheet: str | None) -> Cells:
    damaged = f"{path.name} is a zip archive or a damaged Excel file; export it as CSV or .xlsx"
    try:
        if "xl/workbook.xml" not in ZipFile(path).namelist():
            raise ValueError(damaged)
        # Vendors' files without a style sheet make openpyxl warn about something that does not concern a reader.
        with warnings.catch_warnings(action="ignore", category=UserWarning), pd.ExcelFile(path, "openpyxl") as book:
            names = [str(name) for name in book.sheet_names]
            if sheet is not None and sheet not in names:
                raise ValueError(unknown_name("sheet", sheet, names))
            chosen = sheet or names[0]
            frame = pd.read_excel(  # pyright: ignore[reportUnknownMemberType]
                book, sheet_name=chosen, header=None, dtype=object, na_filter=False
            )
    except ImportError:
        raise ValueError("reading Excel needs the extra 'excel': pip install 'cxstats[excel]'") from None
    except _EXCEL_DAMAGE:
        raise ValueError(damaged) from None
    rows = [[_cell_text(cell) for cell in row] for row in frame.itertuples(index=False)]
    rows = [row for row in rows if any(row)]
    if not rows:
        raise ValueError(f"sheet {chosen!r} of {path.name} is empty")
    cells = _even(list(rows), f"Excel, sheet {chosen!r}")
    others = [name for name in names if name != chosen]
    if not others:
        return cells
    note = f"sheet {chosen!r} was read; there are also: {', '.join(others)}"
    return Cells(cells.rows, cells.damaged, cells.format, (*cells.notes, note))


def _cell_text(cell: Any) -> str:
    if pd.isna(cell):
        return ""
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.isoformat(sep=" ")
    return str(cell)


def _first_line(error: Exception) -> str:
    return str(error).splitlines()[0]
