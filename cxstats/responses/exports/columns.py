"""Give a column of text its type: whole numbers, numbers, dates, or text as it stands.

Numbers and dates are recognised in the digits 0-9 only; what is asked of a column is asked of its distinct cells.
"""

import datetime as dt
import re
from collections.abc import Sequence
from typing import Any, Final

import pandas as pd

from cxstats.responses.exports.arrow_columns import moments_by_arrow, without_blank
from cxstats.responses.exports.moments import formats_of, in_english
from cxstats.responses.exports.numbers import all_are, as_numbers, is_number_like
from cxstats.responses.exports.texts import Texts
from cxstats.responses.exports.zones import in_utc, zone_of

_CLOCK: Final = r"[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?"
_ISO_DATE: Final = re.compile(rf"[1-9][0-9]{{3}}-[0-9]{{2}}-[0-9]{{2}}(?:[ T]{_CLOCK})?")
_ISO_MOMENT: Final = re.compile(rf"{_ISO_DATE.pattern}(?:Z|[+-][0-9]{{2}}:?[0-9]{{2}})")
_OFFSET: Final = re.compile(r".+([+-])([0-9]{2}):?([0-9]{2})")
_TO_THE_SECOND: Final = re.compile(r"[1-9][0-9]{3}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}")
_FIRST_YEAR: Final = 1000
_NOT_ALL_ISO: Final = "kept as text: not all cells are dates of the calendar like 2026-12-31"


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
    if not dates and not _may_be_typed(first):
        # Of a million comments no second copy is made.
        return texts.spread(texts.values if filled.all() else without_blank(texts.values)), ""
    present = texts.values[filled].reset_index(drop=True)
    if present.empty:
        return texts.spread(without_blank(texts.values)), ""
    found, note = _as_stated(present, dates) if dates else _as_found(present)
    if filled.all():
        return texts.spread(found), note
    if found is present:
        return texts.spread(without_blank(texts.values)), note
    places = pd.Series(range(len(filled)))[filled]
    whole = found.dtype == "int64"
    found = (found.astype("Int64") if whole else found).set_axis(places).reindex(range(len(filled)))
    complete = whole and texts.truths(filled).all()
    return texts.spread(found).astype("int64" if complete else found.dtype), note


def _may_be_typed(first: str) -> bool:
    return is_number_like(first) or _is_iso(first) or bool(formats_of(first))


def _is_iso(cell: str) -> bool:
    return any(form.fullmatch(cell) for form in (_ISO_DATE, _ISO_MOMENT))


def _as_found(present: "pd.Series[str]") -> "tuple[pd.Series[Any], str]":
    """Type cells that are all filled, by their looks."""
    first = str(present.iloc[0])
    found = _to_the_second(present, first)
    if found is not None:
        return found, ""
    numbers = as_numbers(present)
    if numbers is not None:
        return numbers
    if all_are(present, _ISO_MOMENT):
        return _with_offset(present, first)
    if all_are(present, _ISO_DATE):
        found = _dates(present, "ISO8601", utc=False)
        return found, _NOT_ALL_ISO if found is present else ""
    formats = formats_of(first)
    if not formats:
        return present, _NOT_ALL_ISO if _is_iso(first) else ""
    fitting = _fitting(present, formats)
    if len(fitting) > 1:
        # No vendor says which is likelier.
        return present, f"kept as text: {first!r} and all others may be dates like {' or '.join(dict(fitting))}"
    return _as_stated(present, tuple(dict(fitting)) or formats[:1])


def _to_the_second(present: "pd.Series[str]", first: str) -> "pd.Series[Any] | None":
    """Return the dates where all are written as ``2026-01-05 08:30:00``, the commonest form, and Arrow is there."""
    found = moments_by_arrow(present, len(first)) if _TO_THE_SECOND.fullmatch(first) else None
    return None if found is None or found.min().year < _FIRST_YEAR else found


def _fitting(present: "pd.Series[str]", formats: Sequence[str]) -> "list[tuple[str, pd.Series[Any]]]":
    """Return the formats that fit all cells, without those that say the same of all as one before, and the dates."""
    cells = in_english(present) if any("%p" in form for form in formats) else present
    found: list[tuple[str, pd.Series[Any]]] = []
    for form in formats:
        read = _dates(cells, form, utc=False)
        if read is not cells and not any(read.equals(other) for _, other in found):
            found.append((form, read))
    return found


def _as_stated(present: "pd.Series[str]", formats: Sequence[str]) -> "tuple[pd.Series[Any], str]":
    """Read dates in the first of some formats that fits all cells."""
    fitting = _fitting(present, formats)
    if not fitting:
        zoned = in_utc(in_english(present), formats)
        if zoned is not None:
            return zoned[0], f"times of the zones {', '.join(zoned[1])} are in UTC"
        return present, f"kept as text: not all cells are dates like {formats[0]}"
    form, found = fitting[0]
    others = [other for other, _ in fitting[1:]]
    notes = [f"dates read as {form}, though they may be {' or '.join(others)}"] if others else []
    notes += [f"times are of the time zone {zone}"] if (zone := zone_of(form)) else []
    return found, "; ".join(notes)


def _with_offset(present: "pd.Series[str]", first: str) -> "tuple[pd.Series[Any], str]":
    """Read moments with an offset from UTC, which is kept where it is the same in all of them."""
    found = _dates(present, "ISO8601", utc=True)
    offset = _OFFSET.fullmatch(first)
    if found is present:
        return present, _NOT_ALL_ISO
    if offset is None or not present.str.endswith(first[offset.start(1) :]).all():
        return found, "times with an offset are in UTC"
    ahead = dt.timedelta(hours=int(offset[2]), minutes=int(offset[3])) * (-1 if offset[1] == "-" else 1)
    if not dt.timedelta(0) < abs(ahead) < dt.timedelta(days=1):
        return found, "times with an offset are in UTC"
    kept = found.dt.tz_convert(dt.timezone(ahead))
    return kept, f"times are of the time zone {kept.dt.tz}"


def _dates(present: "pd.Series[str]", form: str, *, utc: bool) -> "pd.Series[Any]":
    """Return the dates, or the text as it stands where one of them is not on the calendar."""
    found = pd.to_datetime(present, format=form, errors="coerce", utc=utc)
    return found if found.notna().all() else present
