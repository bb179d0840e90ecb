"""Days and numbers of a column, and what is refused without saying what stands in it."""

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.keys import kind_of

Floats = NDArray[np.float64]
Moments = NDArray[np.datetime64]


def moments_of(cells: "pd.Series[Any]") -> Moments:
    """Return when something was, as read on the clock there; NaT where nothing is said; shape (N,).

    Raises
    ------
    ValueError
        If the column does not hold dates.

    Examples
    --------
    >>> moments_of(pd.Series(pd.to_datetime(["2026-03-29 23:30+02:00", None]))).astype("datetime64[m]").tolist()
    [datetime.datetime(2026, 3, 29, 23, 30), None]
    """
    if cells.isna().all():
        return np.full(len(cells), np.datetime64("NaT"), dtype="datetime64[us]")
    if cells.dtype == object and kind_of(cells) in ("days", "times"):
        # One by one, since offices of several time zones each write their own clock.
        plain = [None if pd.isna(cell) else pd.Timestamp(cell).tz_localize(None) for cell in cells.tolist()]
        cells = pd.to_datetime(pd.Series(plain, index=cells.index, name=cells.name))
    if not pd.api.types.is_datetime64_any_dtype(cells):
        raise ValueError(
            f"column {str(cells.name)!r} must hold dates; it holds {kind_of(cells)}. read_export reads dates; in a "
            "table of your own convert it first with pandas.to_datetime"
        )
    local = cells.dt.tz_localize(None) if cells.dt.tz is not None else cells
    return local.to_numpy(dtype="datetime64[us]")


def days_of(moments: Moments) -> Moments:
    """Return the days of moments; shape (N,)."""
    return moments.astype("datetime64[D]")


def numbers_of(cells: "pd.Series[Any]") -> Floats:
    """Return numbers, NaN where nothing is said; shape (N,).

    Raises
    ------
    ValueError
        If the column holds something else, or something infinite.
    """
    number = pd.api.types.is_numeric_dtype(cells.dtype) and not pd.api.types.is_bool_dtype(cells.dtype)
    if not number and not cells.isna().all():
        raise ValueError(f"column {str(cells.name)!r} must hold numbers; it holds {kind_of(cells)}")
    typed = cells.astype("Float64" if number else "object")
    found: Floats = np.asarray(typed.to_numpy(dtype=np.float64, na_value=np.nan), dtype=np.float64)
    if np.isinf(found).any():
        raise ValueError(f"column {str(cells.name)!r} must hold finite numbers")
    return found


def texts_of(cells: "pd.Series[Any]") -> "pd.Series[str]":
    """Return what a column says as text, empty where nothing is said."""
    return cells.astype("str").fillna("").astype("str").str.strip()
