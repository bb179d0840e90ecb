"""Parquet: a table that has its types already."""

import json
from collections.abc import Callable
from datetime import date, time
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import Any, Final, cast

import numpy as np
import pandas as pd

from cxstats.responses.exports.layouts import clean_names
from cxstats.responses.exports.plain import PLAIN, response_id_column
from cxstats.responses.exports.setting_aside import DUPLICATE, EMPTY
from cxstats.responses.exports.wording import as_worded
from cxstats.responses.inspection import describe
from cxstats.responses.survey import Source, Survey

# What pyarrow and pandas raise over a damaged file.
DAMAGE: Final = (
    OSError, ValueError, TypeError, LookupError, NotImplementedError, MemoryError, ArithmeticError, AttributeError,
    RuntimeError,
)  # fmt: skip
_LONGEST_REASON: Final = 300
LARGEST: Final = 10**18 - 1


def read_parquet(path: Path) -> Survey:
    """Read a Parquet file.

    Raises
    ------
    ValueError
        If the extra is not installed or the file is damaged.
    """
    try:
        files: Any = import_module("pyarrow.parquet")
        with files.ParquetFile(path) as file:
            frame = as_frame(file.read())
    except ImportError:
        raise ValueError("reading Parquet needs the extra 'parquet': pip install 'cxstats[parquet]'") from None
    except DAMAGE as error:
        said = next(iter(str(error).splitlines()), type(error).__name__)[:_LONGEST_REASON]
        raise ValueError(f"{path.name} is not a readable Parquet file: {said}") from None
    # The index of our own responses is the record number, which is given anew.
    named = [name for name in frame.index.names if name not in (None, "record")]
    frame = frame.reset_index(named) if named else frame
    names, notes = clean_names([str(c) for c in frame.columns])
    frame = frame.set_axis(names, axis=1).set_axis(pd.RangeIndex(1, len(frame) + 1, name="record"), axis=0)
    for name in names:
        frame[name], note = plain_cells(frame[name])
        notes += [f"column {name!r}: {note}"] if note else []
    key = response_id_column(names)
    reasons = pd.Series("", index=frame.index, dtype="str")
    if key is not None:
        reasons[frame[names[key]].duplicated() & frame[names[key]].notna()] = DUPLICATE
    if names:
        reasons[frame.isna().all(axis=1)] = EMPTY
    gone = reasons[reasons != ""]
    rejected = pd.DataFrame({"record": gone.index, "reason": gone.reset_index(drop=True)})
    kept = frame[reasons == ""]
    source = Source(path.name, PLAIN.name, "parquet", len(frame), tuple(notes))
    return Survey(kept, parquet_questions(kept, key), rejected, source)


def as_frame(table: Any) -> pd.DataFrame:
    """Return an Arrow table as pandas has it; whole numbers stay whole where some are missing."""
    arrow: Any = import_module("pyarrow")
    kinds = {
        getattr(arrow, name.lower())(): pd.api.types.pandas_dtype(name)
        for name in ("Int8", "Int16", "Int32", "Int64", "UInt8", "UInt16", "UInt32", "UInt64")
    }
    frame = cast("pd.DataFrame", table.to_pandas(types_mapper=kinds.get))
    for place, kind in enumerate(frame.dtypes):
        cells: Any = frame.iloc[:, place]
        if kind in kinds.values() and cells.notna().all():
            frame.isetitem(place, cells.astype(str(kind).lower()))
    return frame


def plain_cells(cells: "pd.Series[Any]") -> "tuple[pd.Series[Any], str]":
    """Return a column whose cells can be counted and compared, and say what was made of nested ones.

    Days become dates, decimals numbers, bytes text, and lists and records the JSON that they are.
    """
    if isinstance(cells.dtype, pd.CategoricalDtype):
        kind = cells.cat.categories.dtype
        return cells.astype("Int64" if pd.api.types.is_integer_dtype(kind) and cells.hasnans else kind), ""
    if cells.dtype != "object":
        return cells, ""
    present = cells.dropna()
    first = next(iter(present), None)
    if isinstance(first, bool) and all(isinstance(cell, bool) for cell in present):
        return cells.astype("boolean"), ""
    if isinstance(first, Decimal):
        return _of_decimals(cells, present)
    if isinstance(first, date):
        days = pd.to_datetime(cells, errors="coerce")
        return (days, "") if days.notna().sum() == len(present) else (_written(cells, str), "")
    if isinstance(first, bytes):
        return _written(cells, lambda cell: cell.decode("utf-8", errors="replace")), "bytes read as UTF-8"
    if isinstance(first, list | dict | tuple | np.ndarray):
        return _written(cells, _as_json), f"{len(present):,} nested values kept as JSON text"
    return (_written(cells, str), "") if first is None or isinstance(first, time) else (cells, "")


def _of_decimals(cells: "pd.Series[Any]", present: "pd.Series[Any]") -> "tuple[pd.Series[Any], str]":
    """Return decimals as numbers: whole ones to the last digit, others as near as a float comes."""
    if any(int(cell.as_tuple().exponent) < 0 for cell in present):
        rounded = sum(Decimal(repr(float(cell))) != cell for cell in present)
        return cells.astype("float64"), f"{rounded:,} decimals rounded to 17 digits" if rounded else ""
    if any(abs(cell) > LARGEST for cell in present):
        return _written(cells, str), "kept as text: whole numbers of more than 18 digits"
    exact = [None if pd.isna(cell) else int(cell) for cell in cells]
    whole = pd.Series(exact, index=cells.index, dtype="Int64")
    return whole.astype("int64") if whole.notna().all() else whole, ""


def _written(cells: "pd.Series[Any]", text_of: Callable[[Any], str]) -> "pd.Series[Any]":
    return cells.map(text_of, na_action="ignore").astype("str")


def _as_json(cell: Any) -> str:
    def plain(inner: Any) -> Any:
        return cast("Any", inner).tolist() if isinstance(inner, np.ndarray | np.generic) else str(inner)

    return json.dumps(cell, default=plain, ensure_ascii=False)


def parquet_questions(frame: pd.DataFrame, key: int | None) -> pd.DataFrame:
    """Say of each column what it holds; `key` is the place of the response id, if there is one."""
    rows: list[dict[str, str]] = []
    for place, name in enumerate(map(str, frame.columns)):
        cells = frame[name]
        counts = cells.value_counts()
        kind, scales = describe(cells, counts, name)
        judged = as_worded(kind, scales, counts, labels={}, statement=name)
        role = "response id" if place == key else ""
        said = dict(zip(("kind", "scale", "evidence"), judged, strict=True))
        rows.append({"column": name, "text": "", "role": role, **said})
    return pd.DataFrame(rows, columns=["column", "text", "kind", "role", "scale", "evidence"], dtype="str")
