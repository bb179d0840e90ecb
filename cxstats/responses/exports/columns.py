"""Give the text columns of an export their types: whole numbers, numbers, dates, or text as it stands."""

import re
from typing import Any, Final

import pandas as pd

_WHOLE: Final = re.compile(r"-?(?:0|[1-9]\d{0,14})")
# An exponent needs a point or a sign of its own: 1E3 is more often an identifier than a thousand.
_POINT: Final = re.compile(r"-?\d{1,15}(?:\.\d+(?:[eE][+-]?\d{1,2})?|[eE]-\d{1,2})?")
_COMMA: Final = re.compile(r"-?\d{1,15}(?:,\d+)?")
_THOUSANDS: Final = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+|[+-]?\d{1,3}")
_LEADING_ZERO: Final = re.compile(r"[+-]?0\d")
_ISO_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d(?:[ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?")
_ISO_MOMENT: Final = re.compile(_ISO_DATE.pattern + r"(?:Z|[+-]\d\d:?\d\d)")
_POINT_THOUSANDS: Final = re.compile(r"[1-9]\d{0,2}\.\d{3}")

# Beyond it a float cannot tell neighbouring whole numbers apart.
_EXACT: Final = 2**53
_DECIMAL_POINT: Final = "points read as decimal points, though they may separate thousands"


def typed_columns(raw: pd.DataFrame) -> tuple[pd.DataFrame, list[str]]:
    """Type every column of text.

    A column becomes numeric or a date only if every one of its cells is one; identifiers with leading zeros or more
    than 15 digits stay text. Blanks around cells are removed and empty cells become missing.

    Returns
    -------
    tuple
        The typed table, with the index of `raw`, and notes on what was forgiven.
    """
    notes: list[str] = []
    typed: dict[str, pd.Series[Any]] = {}
    blanks = 0
    for name in raw.columns:
        column = raw[name].str.strip()
        blanks += int((column != raw[name]).sum())
        typed[name], note = _typed(column.mask(column == ""))
        notes += [f"column {name!r}: {note}"] if note else []
    if blanks:
        notes.append(f"blanks around {blanks:,} cells removed")
    return pd.DataFrame(typed, index=raw.index), notes


def _typed(column: "pd.Series[str]") -> "tuple[pd.Series[Any], str]":
    present = [str(value) for value in column.dropna().unique()]

    def all_are(pattern: re.Pattern[str]) -> bool:
        return all(map(pattern.fullmatch, present))

    if present and all_are(_WHOLE):
        return _whole(column), ""
    if not present or any(map(_LEADING_ZERO.match, present)):
        return column, ""
    if all_are(_POINT):
        return _number(column, _DECIMAL_POINT if all_are(_POINT_THOUSANDS) else "")
    if all_are(_THOUSANDS):
        return column, "kept as text: commas may separate decimals or thousands"
    if all_are(_COMMA):
        return _number(column.str.replace(",", "."), "decimal commas read as points")
    if all_are(_ISO_MOMENT):
        return _dates(column, utc=True), "times with an offset are in UTC"
    return (_dates(column, utc=False) if all_are(_ISO_DATE) else column), ""


def _dates(column: "pd.Series[str]", *, utc: bool) -> "pd.Series[Any]":
    """Return the dates, or the text as it stands where one of them is not on the calendar."""
    dates = pd.to_datetime(column, format="ISO8601", errors="coerce", utc=utc)
    return dates if dates.notna().sum() == column.notna().sum() else column


def _whole(column: "pd.Series[Any]") -> "pd.Series[Any]":
    return column.astype("Int64") if column.isna().any() else column.astype("int64")


def _number(column: "pd.Series[str]", note: str = "") -> "tuple[pd.Series[Any], str]":
    numbers = column.astype("float64")
    if (numbers.dropna() % 1 == 0).all() and (numbers.dropna().abs() < _EXACT).all():
        return _whole(numbers.astype("Int64")), note or "numbers such as '4.0' read as whole numbers"
    return numbers, note
