"""Columns of one type, whichever engine their values come from."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Final, Literal

import pandas as pd

# The type of a column without and with missing values.
_DTYPES: Final[Mapping[type, tuple[Any, Any]]] = {
    str: ("str", "str"),
    bool: ("bool", "boolean"),
    int: ("int64", "Int64"),
    float: ("float64", "float64"),
}


def same_type(values: list[Any], *, text: Literal["object", "str"] = "str") -> "pd.Series[Any]":
    """Make a column of the type that its values have in common, the same whichever engine they come from."""
    kinds: set[type[Any]] = set(map(type, values)) - {type(None)}
    if not kinds <= _DTYPES.keys() or len(kinds) > 1:
        values = [_plain(value) for value in values]
        kinds = set(map(type, values)) - {type(None)}
    if len(kinds) == 1 and (kind := next(iter(kinds))) in _DTYPES:
        complete, with_gaps = _DTYPES[kind] if kind is not str else (text, text)
        return pd.Series(values, dtype=with_gaps if None in values else complete)
    if kinds and all(issubclass(kind, date | datetime) for kind in kinds):
        return pd.to_datetime(pd.Series(values, dtype="object"))
    return pd.Series(values, dtype="object")


def _plain(value: Any) -> Any:
    """Make any missing value None, and the decimals in which some engines sum whole numbers int or float again."""
    if pd.isna(value):
        return None
    if isinstance(value, Decimal) and value.is_finite():
        return int(value) if value == value.to_integral_value() else float(value)
    return value
