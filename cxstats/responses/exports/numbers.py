"""Numbers as people and programs write them: decimal commas, thousands, money and percent.

A column is numeric only if every cell is a number in one and the same reading. Where there are two readings, or digits
were lost before the export, it stays text and a note says why.
"""

import re
from typing import Any, Final

import pandas as pd

from cxstats.responses.exports.arrow_columns import whole_by_arrow

_WHOLE: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,14})")
# No number has leading zeros, and an exponent needs a point or a sign of its own: 1E3 is more often an identifier.
_POINT: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]+(?:[eE][+-]?[0-9]{1,2})?|[eE]-[0-9]{1,2})?")
_COMMA: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:,[0-9]+)?")
# Marks that separate thousands, unless they are decimal points and there happen to be three decimals.
_THOUSANDS: Final = {
    mark: re.compile(rf"[+-]?[1-9][0-9]{{0,2}}(?:{re.escape(mark)}[0-9]{{3}})+|-?(?:0|[1-9][0-9]{{0,2}})")
    for mark in ".,"
}
_THREE_DECIMALS: Final = re.compile(r"0|-?[1-9][0-9]{0,2}\.[0-9]{3}")
_BOTH_MARKS: Final = {
    mark: re.compile(rf"-?[1-9][0-9]{{0,2}}(?:{re.escape(mark)}[0-9]{{3}}){{1,4}}{re.escape(point)}[0-9]+")
    for mark, point in (".,", ",.")
}
_GROUPED: Final = {
    mark: re.compile(
        rf"-?(?:0|[1-9][0-9]{{0,14}}|[1-9][0-9]{{0,2}}(?:{re.escape(mark)}[0-9]{{3}}){{1,4}})(?:{re.escape(point)}[0-9]+)?"
    )
    for mark, point in (".,", ",.")
}
# A spreadsheet shows numbers of twelve digits and more so, and exports what it shows.
_SHORTENED: Final = re.compile(r"-?[1-9](?:[.,][0-9]{1,10})?E\+(?:1[1-9]|[2-9][0-9])")
_UNITS: Final = r"(?:[%€$£¥]|EUR|USD|GBP|RON|lei)"
_BLANK: Final = "[ \u00a0\u202f]?"
_WITH_UNIT: Final = re.compile(
    rf"-?(?P<before>{_UNITS}){_BLANK}-?[0-9][0-9.,]*|-?[0-9][0-9.,]*{_BLANK}(?P<after>{_UNITS})"
)
_LOOKS: Final = (_WHOLE, _POINT, _COMMA, *_THOUSANDS.values(), *_GROUPED.values(), _SHORTENED, _WITH_UNIT)
_NAMES: Final = {".": "points", ",": "commas"}
FORMS: Final = (*_LOOKS, _THREE_DECIMALS, *_BOTH_MARKS.values())
"""How the numbers of a column are read depends on which of these forms all of its cells have, and which any has."""

_TOO_LONG: Final = 10**15
# Beyond it a float cannot tell neighbouring whole numbers apart.
_EXACT: Final = 2**53


def is_number_like(cell: str) -> bool:
    """Say whether a column may be numeric whose first cell this is."""
    return any(pattern.fullmatch(cell) for pattern in _LOOKS)


def all_are(present: "pd.Series[str]", pattern: "re.Pattern[str]") -> bool:
    """Say whether all cells have a form; the first one settles it for most columns."""
    return bool(pattern.fullmatch(str(present.iloc[0]))) and bool(present.str.fullmatch(f"(?:{pattern.pattern})").all())


def as_numbers(present: "pd.Series[str]") -> "tuple[pd.Series[Any], str] | None":
    """Read cells that are all filled as numbers, and say what was forgiven; None where they are no numbers.

    Where they may be and are not read, the cells themselves come back, with the reason.

    Examples
    --------
    >>> cells, note = as_numbers(pd.Series(["€ 1.234,50", "€ 3,25"], dtype="str"))
    >>> cells.tolist(), note
    ([1234.5, 3.25], "'€' taken off; points read as separators of thousands")
    >>> as_numbers(pd.Series(["950", "1.200"], dtype="str"))[1]
    'kept as text: points may separate decimals or thousands'
    """
    unit = _WITH_UNIT.fullmatch(str(present.iloc[0]))
    if unit:
        return _without_unit(present, str(unit["before"] or unit["after"]), first=bool(unit["before"]))
    found = _whole(present)
    if found is not None:
        return found, ""
    if all_are(present, re.compile(f"{_WHOLE.pattern}|{_SHORTENED.pattern}")):
        return present, "kept as text: the last digits of numbers such as 1.23E+15 were lost before the export"
    for mark, thousands in _THOUSANDS.items():
        if all_are(present, thousands) and not all_are(present, _THREE_DECIMALS):
            return present, f"kept as text: {_NAMES[mark]} may separate decimals or thousands"
    return _with_decimals(present)


def _with_decimals(present: "pd.Series[str]") -> "tuple[pd.Series[Any], str] | None":
    if all_are(present, _POINT):
        fixed = all_are(present, _THREE_DECIMALS)
        return _number(present, "points read as decimal points, though they may separate thousands" if fixed else "")
    if all_are(present, _COMMA):
        return _number(present.str.replace(",", ".", regex=False), "decimal commas read as points")
    for mark, point in (".,", ",."):
        # One cell with both marks says which is which in all of them.
        if all_are(present, _GROUPED[mark]) and present.str.fullmatch(_BOTH_MARKS[mark].pattern).any():
            bare = present.str.replace(mark, "", regex=False).str.replace(point, ".", regex=False)
            return _number(bare, f"{_NAMES[mark]} read as separators of thousands")
    return None


def _without_unit(present: "pd.Series[str]", unit: str, *, first: bool) -> "tuple[pd.Series[Any], str]":
    """Read numbers that all have one and the same unit before or behind them; 85 % is read as 85."""
    number = "(-?[0-9][0-9.,]*)"
    form = f"(-?){re.escape(unit)}{_BLANK}{number}" if first else f"(){number}{_BLANK}{re.escape(unit)}"
    if not present.str.fullmatch(form).all():
        return present, f"kept as text: not all cells are numbers with {unit!r}"
    bare = present.str.replace(form, r"\1\2", regex=True)
    found, note = as_numbers(bare) or (bare, "")
    if found is bare:
        return present, note or f"kept as text: not all cells are numbers with {unit!r}"
    return found, "; ".join(part for part in (f"{unit!r} taken off", note) if part)


def _whole(present: "pd.Series[str]") -> "pd.Series[Any] | None":
    """Return the whole numbers where all cells are such."""
    if not _WHOLE.fullmatch(str(present.iloc[0])):
        return None
    found = whole_by_arrow(present)
    if found is not None and found.min() > -_TOO_LONG and found.max() < _TOO_LONG:
        return found
    return present.astype("int64") if all_are(present, _WHOLE) else None


def _number(present: "pd.Series[str]", note: str = "") -> "tuple[pd.Series[Any], str]":
    numbers = present.astype("float64")
    if (numbers % 1 == 0).all() and (numbers.abs() < _EXACT).all():
        return numbers.astype("int64"), note or "numbers such as '4.0' read as whole numbers"
    return numbers, note
