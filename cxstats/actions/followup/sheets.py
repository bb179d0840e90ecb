"""Write lists so that no cell runs as a formula in a spreadsheet."""

import csv
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import pandas as pd

from cxstats.responses.writing.codebook import as_text, shielded

_LONGEST_CELL: Final = 32_767
_NOT_IN_A_SHEET: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]|_x[0-9A-Fa-f]{4}_")


def write_csv(path: str | Path, rows: pd.DataFrame) -> None:
    """Write a list as CSV; text that a spreadsheet would compute begins with an apostrophe."""
    cells = [_texts(rows[name]) for name in rows.columns]
    # Excel knows by the mark that the letters are UTF-8.
    with Path(path).open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(shielded(str(name)) for name in rows.columns)
        writer.writerows(zip(*cells, strict=True))


def _texts(cells: "pd.Series[Any]") -> list[str]:
    found = as_text(cells).tolist()
    return found if pd.api.types.is_numeric_dtype(cells.dtype) else [shielded(cell) for cell in found]


def write_excel(path: str | Path, sheets: Mapping[str, pd.DataFrame]) -> None:
    """Write a workbook with one sheet a list; numbers are numbers, and all else is text.

    Raises
    ------
    ValueError
        If the extra is not installed, or a sheet cannot hold a cell.
    """
    try:
        from openpyxl import Workbook
    except ImportError:
        raise ValueError("writing Excel needs the extra 'excel': pip install 'cxstats[excel]'") from None
    book: Any = Workbook(write_only=True)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        columns = [[name, *_values(rows[name])] for name in rows.columns]
        for row in zip(*columns, strict=True):
            sheet.append([_cell(sheet, value) for value in row])
    book.save(path)


def _values(cells: "pd.Series[Any]") -> list[Any]:
    if pd.api.types.is_numeric_dtype(cells.dtype) and not pd.api.types.is_bool_dtype(cells.dtype):
        return [None if pd.isna(value) else value for value in cells.tolist()]
    found = as_text(cells)
    if (found.str.len() > _LONGEST_CELL).any() or found.str.contains(_NOT_IN_A_SHEET).any():
        raise ValueError(f"column {str(cells.name)!r} has a cell that a sheet cannot hold. Write CSV")
    return found.tolist()


def _cell(sheet: Any, value: Any) -> Any:
    """Return a cell whose text is text, whatever it looks like, also when it is edited in Excel."""
    if not isinstance(value, str):
        return value
    from openpyxl.cell import WriteOnlyCell

    cell: Any = WriteOnlyCell(sheet)
    cell._value = re.sub("\r\n?", "\n", value)
    cell.data_type = "s"
    cell.quotePrefix = shielded(value) != value
    return cell
