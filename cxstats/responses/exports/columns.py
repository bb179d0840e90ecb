"""Give a column of text its type: whole numbers, numbers, dates, or text as it stands.

Numbers and dates are recognised in the digits 0-9 only; what is asked of a column is asked of its distinct cells.
"""

import re
from collections.abc import Sequence
from typing import Any, Final

import pandas as pd

from cxstats.responses.exports.engine import typed_by_arrow
from cxstats.responses.exports.texts import Texts
from cxstats.responses.exports.zones import in_utc, zone_of

_WHOLE: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,14})")
# No number has leading zeros, and an exponent needs a point or a sign of its own: 1E3 is more often an identifier.
_POINT: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:\.[0-9]+(?:[eE][+-]?[0-9]{1,2})?|[eE]-[0-9]{1,2})?")
_COMMA: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,14})(?:,[0-9]+)?")
_THOUSANDS: Final = re.compile(r"[+-]?[1-9][0-9]{0,2}(?:,[0-9]{3})+|[+-]?(?:0|[1-9][0-9]{0,2})")
_POINT_THOUSANDS: Final = re.compile(r"[1-9][0-9]{0,2}\.[0-9]{3}")
_CLOCK: Final = r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?"
_ISO_DATE: Final = re.compile(rf"[1-9][0-9]{{3}}-[0-9]{{2}}-[0-9]{{2}}(?:[ T]{_CLOCK})?")
_ISO_MOMENT: Final = re.compile(rf"{_ISO_DATE.pattern}(?:Z|[+-][0-9]{{2}}:?[0-9]{{2}})")
_TO_THE_SECOND: Final = re.compile(r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
_LOOKS: Final = (_WHOLE, _POINT, _COMMA, _THOUSANDS, _ISO_DATE, _ISO_MOMENT)

# Beyond it a float cannot tell neighbouring whole numbers apart.
_EXACT: Final = 2**53
_FIRST_YEAR: Final = 1000
_DECIMAL_POINT: Final = "points read as decimal points, though they may separate thousands"


def typed(texts: Texts, dates: Sequence[str] = ()) -> "tuple[pd.Series[Any], str]":
    """Type a column of text, numbered from 0, and say what was forgiven.

    It becomes numeric or a date only if every one of its cells is one; identifiers with leading zeros or more than 15
    digits stay text. Blank cells become missing.

    Parameters
    ----------
    texts
        Without blanks around the cells.
    dates
        Formats in which the vendor writes dates, likeliest first.
    """
    filled = (texts.values != "").to_numpy(dtype=bool)
    first = str(texts.values.iloc[int(filled.argmax())]) if filled.any() else ""
    if not dates and not any(pattern.fullmatch(first) for pattern in _LOOKS):
        # Of a million comments no second copy is made.
        return texts.spread(texts.values if filled.all() else texts.values.mask(~filled)), ""
    present = texts.values[filled].reset_index(drop=True)
    if present.empty:
        return texts.spread(texts.values.mask(~filled)), ""
    found, note = _as_stated(present, dates) if dates else _as_found(present)
    if filled.all():
        return texts.spread(found), note
    if found is present:
        return texts.spread(texts.values.mask(~filled)), note
    places = pd.Series(range(len(filled)))[filled]
    whole = found.dtype == "int64"
    found = (found.astype("Int64") if whole else found).set_axis(places).reindex(range(len(filled)))
    complete = whole and texts.truths(filled).all()
    return texts.spread(found).astype("int64" if complete else found.dtype), note


def _as_found(present: "pd.Series[str]") -> "tuple[pd.Series[Any], str]":
    """Type cells that are all filled, by their looks."""
    first = str(present.iloc[0])
    found = _to_the_second(present, first)
    if found is not None:
        return found, ""

    def all_are(pattern: re.Pattern[str]) -> bool:
        # The first cell settles it for most columns, which makes a million comments cheap.
        return bool(pattern.fullmatch(first)) and bool(present.str.fullmatch(f"(?:{pattern.pattern})").all())

    if all_are(_WHOLE):
        return _whole(present), ""
    if all_are(_POINT):
        return _number(present, _DECIMAL_POINT if all_are(_POINT_THOUSANDS) else "")
    if all_are(_THOUSANDS):
        return present, "kept as text: commas may separate decimals or thousands"
    if all_are(_COMMA):
        return _number(present.str.replace(",", ".", regex=False), "decimal commas read as points")
    if all_are(_ISO_MOMENT):
        return _dates(present, "ISO8601", utc=True), "times with an offset are in UTC"
    return (_dates(present, "ISO8601", utc=False) if all_are(_ISO_DATE) else present), ""


def _to_the_second(present: "pd.Series[str]", first: str) -> "pd.Series[Any] | None":
    """Return the dates where all are written as ``2026-01-05 08:30:00``, the commonest form, and Arrow is there."""
    if not _TO_THE_SECOND.fullmatch(first) or (present.str.len() != len(first)).any():
        return None
    found = typed_by_arrow(present, "timestamp[us]")
    return None if found is None or found.min().year < _FIRST_YEAR else found


def _as_stated(present: "pd.Series[str]", formats: Sequence[str]) -> "tuple[pd.Series[Any], str]":
    """Read dates in the first of some formats that fits all cells."""
    fitting = [(form, found) for form in formats if (found := _dates(present, form, utc=False)) is not present]
    if not fitting:
        zoned = in_utc(present, formats)
        if zoned is not None:
            return zoned[0], f"times of the zones {', '.join(zoned[1])} are in UTC"
        return present, f"kept as text: not all cells are dates like {formats[0]}"
    form, found = fitting[0]
    others = [other for other, dates in fitting[1:] if not dates.equals(found)]
    notes = [f"dates read as {form}, though they may be {' or '.join(others)}"] if others else []
    notes += [f"times are of the time zone {zone}"] if (zone := zone_of(form)) else []
    return found, "; ".join(notes)


def _dates(present: "pd.Series[str]", form: str, *, utc: bool) -> "pd.Series[Any]":
    """Return the dates, or the text as it stands where one of them is not on the calendar."""
    found = pd.to_datetime(present, format=form, errors="coerce", utc=utc)
    return found if found.notna().all() else present


def _whole(present: "pd.Series[str]") -> "pd.Series[Any]":
    found = typed_by_arrow(present, "int64")
    return present.astype("int64") if found is None else found


def _number(present: "pd.Series[str]", note: str = "") -> "tuple[pd.Series[Any], str]":
    numbers = present.astype("float64")
    if (numbers % 1 == 0).all() and (numbers.abs() < _EXACT).all():
        return numbers.astype("int64"), note or "numbers such as '4.0' read as whole numbers"
    return numbers, note
