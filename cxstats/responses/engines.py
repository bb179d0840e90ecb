"""What touches every row: aggregations that run inside the engine that holds the data, through Narwhals.

Each function returns a small pandas table. The names of its columns start with two underscores where they are ours; a
user's column of such a name is refused.
"""

from collections.abc import Sequence
from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.column_types import same_type
from cxstats.responses.names import unknown_name

ANSWER: Final = "__answer"
ROWS: Final = "__rows"

_WHOLE: Final = (nw.Int8, nw.Int16, nw.Int32, nw.Int64, nw.UInt8, nw.UInt16, nw.UInt32)

Frame = nw.DataFrame[Any] | nw.LazyFrame[Any]


def open_frame(data: Any, columns: Sequence[str]) -> Frame:
    """Wrap a table of any engine and check that it has these columns.

    Raises
    ------
    TypeError
        If the table is of no engine that Narwhals knows.
    ValueError
        If a column is missing, has one of our names, or holds what an engine cannot count.
    """
    try:
        frame = nw.from_native(data)
    except TypeError:
        raise TypeError(
            "data must be a Survey or a table of pandas, Polars, DuckDB or PyArrow; "
            f"got {type(data).__module__}.{type(data).__name__}"
        ) from None
    schema = frame.collect_schema()
    for column in columns:
        if column not in schema:
            raise ValueError(unknown_name("column", column, schema.names()))
        if column.startswith("__"):
            raise ValueError(f"column names must not start with two underscores; rename column {column!r}")
        if schema[column].is_nested():
            raise ValueError(f"column {column!r} holds lists or structures ({schema[column]}), not single values")
        _require_countable(frame, column)
    # Polars' lazy engine groups about twice as fast as its eager one.
    return frame.lazy() if frame.implementation.is_polars() else frame


def _require_countable(frame: Frame, column: str) -> None:
    """Refuse a pandas column of objects that mixes truth values with numbers: a group-by takes True for 1."""
    native = frame.to_native()
    if not isinstance(native, pd.DataFrame) or native[column].dtype != object:
        return
    if pd.api.types.infer_dtype(native[column], skipna=True).startswith("mixed"):
        kinds = set(map(type, native[column].tolist()))
        if kinds & {bool, np.bool_} and len(kinds - {bool, np.bool_, type(None), type(pd.NA)}):
            raise ValueError(f"column {column!r} mixes True and False with other values; make it text or numbers first")


def count_answers(frame: Frame, column: str, by: Sequence[str]) -> pd.DataFrame:
    """Count rows by segment and raw answer: columns `by`, ``__answer``, ``__rows``."""
    counted = frame.group_by(*by, column).agg(nw.len().alias(ROWS))
    small = collect_small(counted)
    small.columns = [*by, ANSWER, ROWS]
    return with_categories(small, frame, by)


def collect_small(frame: Frame) -> pd.DataFrame:
    """Bring a small table here, with the same types whatever the engine; text as objects, which is quick."""
    eager = frame.collect() if isinstance(frame, nw.LazyFrame) else frame
    return pd.DataFrame({name: _column(eager[name]) for name in eager.columns})


def _column(column: nw.Series[Any]) -> "pd.Series[Any] | NDArray[Any]":
    if isinstance(column.dtype, nw.Float32 | nw.Float64):
        return column.to_numpy().astype(np.float64)
    if isinstance(column.dtype, _WHOLE) and column.null_count() == 0:
        return column.to_numpy().astype(np.int64)
    if isinstance(column.dtype, nw.Datetime) and column.dtype.time_zone is None:
        return column.to_numpy().astype("datetime64[us]")
    return same_type(column.to_list(), text="object")


def with_categories(small: pd.DataFrame, frame: Frame, by: Sequence[str]) -> pd.DataFrame:
    """Give segment columns their categories back, so that small, medium, large keep their order."""
    native = frame.to_native()
    if not isinstance(native, pd.DataFrame):
        return small
    kept = {c: native[c].dtype for c in by if isinstance(native[c].dtype, pd.CategoricalDtype)}
    return small.astype(kept) if kept else small
