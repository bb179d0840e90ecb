"""How an export writes dates that are not ISO 8601, told from its cells."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import pandas as pd

from cxstats.responses.exports.layouts import Column, Role
from cxstats.responses.exports.zones import NAMED

_YEAR_FIRST: Final = r"(?P<year>\d{4})(?P<by>[/.-])\d{1,2}(?P=by)\d{1,2}"
_YEAR_LAST: Final = r"\d{1,2}(?P<then>[/.-])\d{1,2}(?P=then)(?P<c>\d{4}|\d{2})"
_HALF: Final = "[AaPp][Mm]|上午|下午"
_MOMENT: Final = re.compile(
    rf"(?:{_YEAR_FIRST}|{_YEAR_LAST})"
    r"(?:,? (?P<early>(?:上午|下午) )?(?P<clock>\d{1,2}:\d{2}(?P<seconds>:\d{2})?)"
    rf"(?P<half> (?:{_HALF}))?(?: (?P<zone>{NAMED}))?)?"
)
_NAMED: Final = re.compile(r"[A-Z][a-z]{2} \d{1,2}, \d{4} \d{1,2}:\d{2}:\d{2} [AaPp][Mm]")
_ISO: Final = re.compile(r"\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?(?:Z|[+-]\d{2}:?\d{2})?")

YEAR_LAST: Final = r"^[0-9]{1,2}[/.-][0-9]{1,2}[/.-][0-9]{2}"
DAY_OR_MONTH: Final[Mapping[str, str]] = {
    "day": r"^(?:1[3-9]|2[0-9]|3[01])[/.-][0-9]{1,2}[/.-][0-9]{2}",
    "month": r"^[0-9]{1,2}[/.-](?:1[3-9]|2[0-9]|3[01])[/.-][0-9]{2}",
}
"""How dates begin whose cells show which is first, for any engine of regular expressions."""


@dataclass(frozen=True, slots=True)
class Moments:
    """How dates are written.

    Attributes
    ----------
    formats
        Of `datetime.strptime`, likeliest first; empty for ISO 8601, and for what is no date.
    zone
        The time zone behind the first, if any; where they differ, each is behind its own.
    fits
        Whether the first cells are dates.
    """

    formats: Sequence[str] = ()
    zone: str = ""
    fits: bool = False


def moments(cells: Sequence[str]) -> Moments:
    """Tell how dates are written from some cells of a column.

    Where day and month cannot be told apart, a slash means that the month is first and a hyphen that the day is. Both
    ways are tried on the whole column.

    Examples
    --------
    >>> moments(["", "4/22/2016 19:57:50"]).formats
    ('%m/%d/%Y %H:%M:%S', '%d/%m/%Y %H:%M:%S')
    >>> moments(["2016/04/22 7:57:50 PM GMT+2"])
    Moments(formats=('%Y/%m/%d %I:%M:%S %p GMT+2',), zone='GMT+2', fits=True)
    >>> moments(["soon"]).fits
    False
    """
    filled = [cell.strip() for cell in cells if cell.strip()]
    if not filled:
        return Moments()
    if all(_ISO.fullmatch(cell) for cell in filled):
        return Moments(fits=True)
    if all(_NAMED.fullmatch(cell) for cell in filled):
        return Moments(("%b %d, %Y %I:%M:%S %p",), fits=True)
    found = _MOMENT.fullmatch(filled[0])
    if found is None or not all(_MOMENT.fullmatch(cell) for cell in filled):
        return Moments()
    zone = found["zone"] or ""
    clock = _clock(found) + (f" {zone}" if zone else "")
    return Moments(tuple(day + clock for day in _days(found)), zone, fits=True)


def formats_of(cell: str) -> tuple[str, ...]:
    """Return the formats in which a cell may be a date, where it is written with a year of four digits or a clock.

    >>> formats_of("1-3-2026"), formats_of("2026/3/1 9:05"), formats_of("1.2.10")
    (('%d-%m-%Y', '%m-%d-%Y'), ('%Y/%m/%d %H:%M',), ())
    """
    found = _MOMENT.fullmatch(cell)
    if found is None or not (found["year"] or found["clock"] or len(found["c"]) == 4):
        return ()
    return tuple(moments([cell]).formats)


def in_english(cells: "pd.Series[str]") -> "pd.Series[str]":
    """Write the halves of the day as AM and PM."""
    for half, english in {"上午": "AM", "下午": "PM"}.items():
        cells = cells.str.replace(half, english, regex=False)
    return cells


def with_formats(columns: Sequence[Column], first: Sequence[str], shown: Callable[[int], set[str]]) -> list[Column]:
    """Say how dates are written in columns whose vendor does not say it, or cannot tell days from months.

    One file is written in one way: where the cells of one column show whether the day or the month comes first, the
    others are read so too. Where none does, columns of which the vendor says nothing have no formats.

    Parameters
    ----------
    columns
        What is said of them.
    first
        The first cell of each that is an answer, ``""`` where there is none.
    shown
        From the place of a column to which of ``"day"`` and ``"month"`` its cells show to be first (`DAY_OR_MONTH`);
        nothing where not all of them begin as `YEAR_LAST`.
    """
    formats = [column.dates or formats_of(cell) for column, cell in zip(columns, first, strict=True)]
    found = {k: shown(k) for k, several in enumerate(formats) if len(several) > 1}
    anywhere = {order for orders in found.values() for order in orders}
    told: list[Column] = []
    for k, (column, several) in enumerate(zip(columns, formats, strict=True)):
        known = found.get(k) or anywhere
        if len(several) < 2:
            dates = several
        elif len(known) == 1:
            dates = sorted(several, key=lambda form: (form.find("%d") > form.find("%m")) == (known == {"day"}))
        else:
            dates = column.dates
        told.append(replace(column, dates=dates) if dates else column)
    return told


def about_the_response(name: str, cells: Sequence[str], *, role: Role = "", zone: str = "") -> Column:
    """Return a column that is no answer.

    Parameters
    ----------
    name
        Of the column.
    cells
        Its first cells.
    role
        What it says of the response.
    zone
        Time zone of dates, where it holds dates: ``"? of the account"``.
    """
    written = moments(cells) if zone else Moments()
    return Column(name, kind="administrative", role=role, dates=written.formats, time_zone=written.zone or zone)


def _days(found: re.Match[str]) -> list[str]:
    if found["year"]:
        return [f"%Y{found['by']}%m{found['by']}%d"]
    by, year = found["then"], "%Y" if len(found["c"]) == 4 else "%y"
    month_first, day_first = f"%m{by}%d{by}{year}", f"%d{by}%m{by}{year}"
    if by == ".":
        return [day_first]
    return [month_first, day_first] if by == "/" else [day_first, month_first]


def _clock(found: re.Match[str]) -> str:
    if not found["clock"]:
        return ""
    begin, hour, end = "", "%H", ""
    if found["early"]:
        begin, hour = "%p ", "%I"
    elif found["half"]:
        hour, end = "%I", " %p"
    return f"{', ' if ', ' in found[0] else ' '}{begin}{hour}:%M{':%S' if found['seconds'] else ''}{end}"
