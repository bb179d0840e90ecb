"""Write a survey as CSV, Excel or Parquet, so that the same survey is read from it again.

Personal columns are left out unless they are asked for by name. No cell runs as a formula in a spreadsheet.
"""

import csv
import json
import re
from collections.abc import Collection, Iterable, Iterator
from datetime import datetime
from importlib import import_module
from pathlib import Path
from typing import Any, Final

import pandas as pd

from cxstats.responses.survey import Survey
from cxstats.responses.writing.codebook import BESIDE, METADATA, SHEETS, Written, as_text, shielded, written

_MOST_ROWS: Final = 1_048_575
_MOST_COLUMNS: Final = 16_384
_LONGEST_CELL: Final = 32_767
_EXACT: Final = 2**53
_NOT_IN_A_SHEET: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")
_FIRST_DAY: Final = pd.Timestamp("1901-01-01")


def write_csv(survey: Survey, path: str | Path, *, personal: str | Collection[str] = ()) -> None:
    """Write the responses as CSV, and beside them a file ``.questions.csv`` that says what each column is."""
    path = Path(path)
    what = written(survey, personal)
    columns: list[Iterable[str]] = [map(str, what.frame.index)]
    for name in what.frame.columns:
        cells = as_text(what.frame[name])
        columns.append(map(shielded, cells) if _is_text(what.frame[name]) else cells)
    _write_rows(path, [what.record, *map(str, what.frame.columns)], zip(*columns, strict=True))
    rows = what.codebook.itertuples(index=False, name=None)
    beside = path.with_name(path.stem + BESIDE)
    _write_rows(beside, list(what.codebook.columns), ([shielded(cell) for cell in row] for row in rows))


def _is_text(cells: "pd.Series[Any]") -> bool:
    return isinstance(cells.dtype, pd.StringDtype)


def _write_rows(path: Path, names: list[str], rows: Iterable[Iterable[str]]) -> None:
    # Excel knows by the mark that the letters are UTF-8.
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(map(shielded, names))
        writer.writerows(rows)


def write_excel(survey: Survey, path: str | Path, *, personal: str | Collection[str] = ()) -> None:
    """Write the responses and the questions as two sheets of a workbook.

    Raises
    ------
    ValueError
        If the extra is not installed, or a sheet cannot hold the survey.
    """
    try:
        from openpyxl import Workbook
    except ImportError:
        raise ValueError("writing Excel needs the extra 'excel': pip install 'cxstats[excel]'") from None
    what = written(survey, personal)
    _require_sheet_sized(what)
    book: Any = Workbook(write_only=True)
    for title, rows in zip(SHEETS, (_response_rows(what), _codebook_rows(what)), strict=True):
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append([_cell(sheet, value) for value in row])
    book.save(path)


def _require_sheet_sized(what: Written) -> None:
    rows, columns = what.frame.shape
    if rows > _MOST_ROWS or columns >= _MOST_COLUMNS:
        raise ValueError(
            f"a sheet holds {_MOST_ROWS:,} rows and {_MOST_COLUMNS:,} columns; the survey has {rows:,} and "
            f"{columns + 1:,}. Write CSV or Parquet"
        )
    tables = [what.frame[name] for name in what.frame.columns if _is_text(what.frame[name])]
    for cells in [*tables, *(what.codebook[name] for name in what.codebook.columns), pd.Series(what.frame.columns)]:
        for cell in cells.dropna().unique():
            if len(cell) > _LONGEST_CELL or _NOT_IN_A_SHEET.search(cell):
                raise ValueError(
                    f"column {cells.name!r} has a cell that a sheet cannot hold: longer than {_LONGEST_CELL:,} "
                    "letters, or with letters that mean something to Excel. Write CSV or Parquet"
                )


def _response_rows(what: Written) -> Iterator[Iterable[Any]]:
    yield [what.record, *map(str, what.frame.columns)]
    columns = [_values(what.frame[name]) for name in what.frame.columns]
    yield from zip(map(int, what.frame.index), *columns, strict=True)


def _codebook_rows(what: Written) -> Iterator[Iterable[Any]]:
    yield list(what.codebook.columns)
    yield from what.codebook.itertuples(index=False, name=None)


def _values(cells: "pd.Series[Any]") -> list[Any]:
    """Return cells as Excel has them: numbers and dates where it can hold them exactly, else text."""
    values = as_text(cells).tolist()
    if pd.api.types.is_datetime64_dtype(cells.dtype):
        filled = cells.dropna()
        if (filled.dt.floor("s") == filled).all() and (filled >= _FIRST_DAY).all():
            return [datetime.fromisoformat(value) if value else None for value in values]
    elif pd.api.types.is_numeric_dtype(cells.dtype) and not pd.api.types.is_bool_dtype(cells.dtype):
        return [_number(value) for value in values]
    return values


def _number(text: str) -> Any:
    if not text:
        return None
    number = float(text)
    if not abs(number) < _EXACT:
        return text
    return number if "." in text or "e" in text else int(text)


def _cell(sheet: Any, value: Any) -> Any:
    """Return a cell whose text is text for Excel, whatever it looks like, also when it is edited there."""
    if not isinstance(value, str):
        return value
    if not value:
        return None
    from openpyxl.cell import WriteOnlyCell

    cell: Any = WriteOnlyCell(sheet)
    # A line of a cell ends in a line feed there.
    cell._value = re.sub("\r\n?", "\n", value)
    cell.data_type = "s"
    if shielded(value) != value:
        cell.quotePrefix = True
    return cell


def write_parquet(survey: Survey, path: str | Path, *, personal: str | Collection[str] = ()) -> None:
    """Write the responses as Parquet, with what each column is in the metadata.

    Raises
    ------
    ValueError
        If the extra is not installed.
    """
    try:
        arrow: Any = import_module("pyarrow")
        files: Any = import_module("pyarrow.parquet")
    except ImportError:
        raise ValueError("writing Parquet needs the extra 'parquet': pip install 'cxstats[parquet]'") from None
    what = written(survey, personal)
    frame = what.frame.set_axis(pd.Index(what.frame.index, name=what.record), axis=0).reset_index()
    table = arrow.Table.from_pandas(frame, preserve_index=False)
    said = json.dumps(what.codebook.to_dict("list"), ensure_ascii=False).encode()
    files.write_table(table.replace_schema_metadata({**table.schema.metadata, METADATA: said}), path)
