"""The rows of a survey or of a pandas table, for what has to look at each of them, and its columns by type."""

from typing import Any

import pandas as pd

from cxstats.responses.keys import column_of, kind_of
from cxstats.responses.quoting import examples
from cxstats.responses.survey import Survey

_SHOWN = 3


def rows_of(data: Any, whose: str = "data") -> pd.DataFrame:
    """Return the responses of a survey, or the pandas table itself.

    Parameters
    ----------
    data
        A `Survey` or a pandas DataFrame; its index tells the rows apart.
    whose
        What it is, for messages.

    Raises
    ------
    TypeError
        If it is a table of another engine: what is said of each row needs an index.
    """
    table = data.responses if isinstance(data, Survey) else data
    if not isinstance(table, pd.DataFrame):
        raise TypeError(
            f"{whose} must be a Survey or a pandas DataFrame; got {type(data).__module__}.{type(data).__name__}"
        )
    return table


def dates_in(table: pd.DataFrame, column: str, whose: str = "data") -> "pd.Series[Any]":
    """Return a column of dates.

    Raises
    ------
    ValueError
        If there is no such column, or it holds no dates.
    """
    found = column_of(table, column, whose)
    if found.notna().any() and not pd.api.types.is_datetime64_any_dtype(found):
        raise ValueError(
            f"{whose}: column {column!r} must hold dates; it holds {kind_of(found)}: {_examples(found)}. "
            "Convert it with pandas.to_datetime"
        )
    return pd.to_datetime(found)


def delays(table: pd.DataFrame, start: str, end: str) -> "pd.Series[pd.Timedelta]":
    """Time from one column of dates to another, missing where either is.

    Raises
    ------
    ValueError
        If a column is missing or holds no dates, or only one of the two knows its time zone.
    """
    begun, ended = (dates_in(table, column) for column in (start, end))
    if begun.isna().all() or ended.isna().all():
        return pd.Series(pd.NaT, index=table.index, dtype="timedelta64[s]")
    if (begun.dt.tz is None) != (ended.dt.tz is None):
        aware, naive = (start, end) if begun.dt.tz is not None else (end, start)
        raise ValueError(f"column {aware!r} has a time zone and column {naive!r} has none; localise one of them")
    return ended - begun


def seconds_in(table: pd.DataFrame, column: str) -> "pd.Series[float]":
    """Return a column of durations as seconds, NaN where there is none.

    Raises
    ------
    ValueError
        If there is no such column, or it holds neither numbers nor durations.
    """
    found = column_of(table, column, "data")
    if pd.api.types.is_timedelta64_dtype(found):
        return found.dt.total_seconds()
    kind = kind_of(found)
    if kind not in ("numbers", "nothing"):
        raise ValueError(
            f"durations must be seconds as numbers; column {column!r} holds {kind}: {_examples(found)}. "
            "Convert it with pandas.to_numeric(..., errors='coerce')"
        )
    return pd.to_numeric(found).astype("float64")


def _examples(column: "pd.Series[Any]") -> str:
    return examples(column, name=str(column.name), most=_SHOWN)
