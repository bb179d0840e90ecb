"""Parquet: a table that has its types already."""

import json
from collections.abc import Callable
from datetime import date, time
from decimal import Decimal
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


def read_parquet(path: Path) -> Survey:
    """Read a Parquet file.

    Raises
    ------
    ValueError
        If the extra is not installed or the file is damaged.
    """
    try:
        frame = pd.read_parquet(path)
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
        frame[name], note = _plain(frame[name])
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


def _plain(cells: "pd.Series[Any]") -> "tuple[pd.Series[Any], str]":
    """Return a column whose cells can be counted and compared, and say what was made of nested ones.

    Days become dates, decimals numbers, bytes text, and lists and records the JSON that they are.
    """
    if isinstance(cells.dtype, pd.CategoricalDtype):
        return cells.astype(cells.cat.categories.dtype), ""
    if cells.dtype != "object":
        return cells, ""
    present = cells.dropna()
    first = next(iter(present), None)
    if isinstance(first, bool) and all(isinstance(cell, bool) for cell in present):
        return cells.astype("boolean"), ""
    if isinstance(first, Decimal):
        return cells.astype("float64"), ""
    if isinstance(first, date):
        days = pd.to_datetime(cells, errors="coerce")
        return (days, "") if days.notna().sum() == len(present) else (_written(cells, str), "")
    if isinstance(first, bytes):
        return _written(cells, lambda cell: cell.decode("utf-8", errors="replace")), "bytes read as UTF-8"
    if isinstance(first, list | dict | tuple | np.ndarray):
        return _written(cells, _as_json), f"{len(present):,} nested values kept as JSON text"
    return (_written(cells, str), "") if first is None or isinstance(first, time) else (cells, "")


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
