"""Match rows of two tables by key and by time: numbers for equal keys, and times that compare.

Keys of different types never match, though a person would take 7 and "007" for the same customer; so they are refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.names import unknown_name
from cxstats.responses.quoting import examples

Integers = NDArray[np.int64]
Column = "pd.Series[Any]"

NOTHING: Final = "nothing"
# Beyond it a float cannot tell neighbouring whole numbers apart.
_EXACT: Final = 2**53
_KINDS_OF_OBJECTS: Final[Mapping[str, str]] = {
    "string": "text",
    "integer": "numbers",
    "floating": "numbers",
    "mixed-integer-float": "numbers",
    "boolean": "truth values",
    "date": "days",
    "datetime": "times",
    "decimal": "decimals",
    "empty": NOTHING,
}
_UNITS: Final = ("s", "ms", "us", "ns")


@dataclass(frozen=True, slots=True, eq=False)
class Numbered:
    """Keys of answers and of events as numbers that are equal where the keys are.

    Attributes
    ----------
    answers, events
        From 0 to `size` - 1, and -1 where the key is missing; shapes (R,) and (E,).
    size
        Number of different keys.
    """

    answers: Integers
    events: Integers
    size: int


@dataclass(frozen=True, slots=True, eq=False)
class Times:
    """Times of answers and of events as whole numbers of one unit.

    Attributes
    ----------
    answers, events
        The times; shapes (R,) and (E,).
    without_answer, without_event
        Where there is none; shapes (R,) and (E,).
    unit
        ``"s"``, ``"ms"``, ``"us"`` or ``"ns"``.
    """

    answers: Integers
    events: Integers
    without_answer: NDArray[np.bool_]
    without_event: NDArray[np.bool_]
    unit: str


def column_of(table: pd.DataFrame, name: object, whose: str) -> "pd.Series[Any]":
    """Return a column that must exist once.

    Raises
    ------
    ValueError
        If there is no such column, or several.
    """
    if name not in table.columns:
        raise ValueError(f"{whose}: {unknown_name('column', name, table.columns)}")
    found = table[cast("str", name)]
    if isinstance(found, pd.DataFrame):
        raise ValueError(f"{whose}: {found.shape[1]} columns have the name {name!r}; rename them first")
    return found


def number_keys(responses: pd.DataFrame, events: pd.DataFrame, on: Mapping[str, str]) -> Numbered:
    """Give equal keys of two tables equal numbers.

    Parameters
    ----------
    responses, events
        The tables, of R and E rows.
    on
        From key columns of `responses` to those of `events`; a key is missing where one of its parts is.

    Raises
    ------
    ValueError
        If a column does not exist, or its values are of another type than those in the other table.
    """
    codes, size = np.zeros(len(responses) + len(events), dtype=np.int64), 1
    for ours, theirs in on.items():
        pair = column_of(responses, ours, "responses"), column_of(events, theirs, "events")
        more, several = _numbered(*pair)
        both = np.where((codes < 0) | (more < 0), -1, codes * several + more)
        found, distinct = pd.factorize(pd.Series(both).where(both >= 0))
        codes, size = found.astype(np.int64), len(distinct)
    return Numbered(codes[: len(responses)], codes[len(responses) :], size)


def _numbered(answers: "pd.Series[Any]", events: "pd.Series[Any]") -> tuple[Integers, int]:
    """Give equal values of two columns of one type equal numbers, -1 where missing; and say how many there are."""
    plain = [column.astype(object) if column.dtype == "category" else column for column in (answers, events)]
    kinds = [kind_of(column) for column in plain]
    for column, kind in zip(plain, kinds, strict=True):
        if kind == "mixed values":
            raise ValueError(f"a key must be of one type; column {column.name!r} mixes types: {_examples(column)}")
    there = [kind for kind in kinds if kind != NOTHING]
    if len(set(there)) > 1:
        raise ValueError(
            f"keys must be of one type to match; column {answers.name!r} of the responses holds {kinds[0]} "
            f"({_examples(plain[0])}) and column {events.name!r} of the events {kinds[1]} ({_examples(plain[1])}); "
            "make both the same, best as text that still has its leading zeros"
        )
    kind = there[0] if there else NOTHING
    values = pd.concat([_comparable(column, kind) for column in plain], ignore_index=True)
    if pd.api.types.is_float_dtype(values):
        values = pd.Series(values.to_numpy(dtype=np.float64, na_value=np.nan))
        if values.abs().max() >= _EXACT:
            raise ValueError(
                f"numbers of 2**53 and more lose digits as floats and would match others; read column {answers.name!r} "
                f"of the responses and column {events.name!r} of the events as text"
            )
    codes, distinct = pd.factorize(values)
    if kind == "text":
        blank = (pd.Series(distinct).str.strip() == "").to_numpy(dtype=bool)
        codes = np.where((codes >= 0) & np.append(blank, False)[codes], -1, codes)
    return codes.astype(np.int64), max(len(distinct), 1)


def _comparable(column: "pd.Series[Any]", kind: str) -> "pd.Series[Any]":
    """Bring a column to the type in which columns of its kind are compared."""
    if kind == NOTHING or column.isna().all():
        return pd.Series([None] * len(column), dtype="str" if kind == "text" else "object")
    if kind == "text":
        return column.astype("str")
    if kind == "numbers":
        return pd.to_numeric(column)
    if kind == "times with a time zone":
        return column.dt.tz_convert("UTC")
    return column


def kind_of(column: "pd.Series[Any]") -> str:
    """Say in a word what a column holds: numbers, text, truth values, times, ..."""
    types = pd.api.types
    if column.isna().all():
        return NOTHING
    if column.dtype == object:
        return _KINDS_OF_OBJECTS.get(types.infer_dtype(column, skipna=True), "mixed values")
    if isinstance(column.dtype, pd.DatetimeTZDtype):
        return "times with a time zone"
    kinds = {
        "truth values": types.is_bool_dtype,
        "numbers": types.is_numeric_dtype,
        "times": types.is_datetime64_any_dtype,
        "durations": types.is_timedelta64_dtype,
        "text": types.is_string_dtype,
    }
    return next((kind for kind, holds in kinds.items() if holds(column)), str(column.dtype))


def _examples(column: "pd.Series[Any]") -> str:
    found: list[object] = column.dropna().head(100).tolist()
    by_type: dict[object, object] = {}
    for value in found:
        by_type.setdefault(type(value), value)
    return examples(by_type.values(), name=str(column.name), most=2)


def comparable_times(answers: "pd.Series[Any]", events: "pd.Series[Any]") -> Times:
    """Bring two columns of times to whole numbers of one unit.

    Raises
    ------
    ValueError
        If a column does not hold times, or only one of them has a time zone.
    """
    pair = {"responses": answers, "events": events}
    for whose, column in pair.items():
        if not pd.api.types.is_datetime64_any_dtype(column):
            raise ValueError(
                f"times must be datetimes; column {column.name!r} of the {whose} holds {kind_of(column)} "
                f"({_examples(column)}); convert it with pandas.to_datetime"
            )
    aware = {whose: isinstance(column.dtype, pd.DatetimeTZDtype) for whose, column in pair.items()}
    if aware["responses"] != aware["events"]:
        without = "events" if aware["responses"] else "responses"
        raise ValueError(
            f"times must both have a time zone or both have none; column {pair[without].name!r} of the {without} has "
            "none; say in which zone it was written with .dt.tz_localize(...)"
        )
    plain = [
        column.dt.tz_convert("UTC").dt.tz_localize(None) if aware["events"] else column for column in pair.values()
    ]
    unit = max((str(column.dt.unit) for column in plain), key=_UNITS.index)
    first, second = (column.dt.as_unit(cast("Any", unit)).to_numpy().astype(np.int64) for column in plain)
    return Times(first, second, answers.isna().to_numpy(), events.isna().to_numpy(), unit)
