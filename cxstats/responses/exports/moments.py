"""How a vendor's export writes dates that are not ISO 8601, told from its first cells."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from cxstats.responses.exports.layouts import Column, Role
from cxstats.responses.exports.zones import NAMED

_MOMENT: Final = re.compile(
    r"(?P<a>\d{1,4})(?P<by>[/.-])\d{1,2}(?P=by)(?P<c>\d{2,4})"
    r"(?:,? (?P<clock>\d{1,2}:\d{2}(?P<seconds>:\d{2})?)(?P<half> [AaPp][Mm])?(?: (?P<zone>"
    rf"{NAMED}))?)?"
)
_NAMED: Final = re.compile(r"[A-Z][a-z]{2} \d{1,2}, \d{4} \d{1,2}:\d{2}:\d{2} [AaPp][Mm]")
_ISO: Final = re.compile(r"\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?(?:Z|[+-]\d{2}:?\d{2})?")


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
    by = found["by"]
    if len(found["a"]) > 2:
        return [f"%Y{by}%m{by}%d"]
    year = "%Y" if len(found["c"]) == 4 else "%y"
    month_first, day_first = f"%m{by}%d{by}{year}", f"%d{by}%m{by}{year}"
    if by == ".":
        return [day_first]
    return [month_first, day_first] if by == "/" else [day_first, month_first]


def _clock(found: re.Match[str]) -> str:
    if not found["clock"]:
        return ""
    hour, end = ("%I", " %p") if found["half"] else ("%H", "")
    return f"{', ' if ', ' in found[0] else ' '}{hour}:%M{':%S' if found['seconds'] else ''}{end}"
