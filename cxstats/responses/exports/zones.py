"""Moments that each name their own time zone: before a change of the clocks ``EST``, after it ``EDT``."""

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import pandas as pd

NAMED: Final = r"[A-Z]{2,5}(?:[+-][0-9]{1,2}(?::?[0-9]{2})?)?"
_LAST: Final = re.compile(rf"(.+\S) ({NAMED})")
_SHIFTED: Final = re.compile(r"(?:GMT|UTC)([+-])([0-9]{1,2})(?::?([0-9]{2}))?")
_HOURS: Final[Mapping[str, float]] = {
    "UTC": 0, "GMT": 0, "WET": 0, "WEST": 1, "CET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2, "EET": 2, "EEST": 3, "MSK": 3,
    "NST": -3.5, "NDT": -2.5, "EST": -5, "EDT": -4, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
    "AKST": -9, "AKDT": -8, "HST": -10, "IDT": 3, "JST": 9, "KST": 9, "AWST": 8, "ACST": 9.5, "ACDT": 10.5,
    "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
}  # fmt: skip
# Names that several zones have, told by the other half of the year.
_BESIDE: Final[Mapping[tuple[str, str], float]] = {
    ("CST", "CDT"): -6, ("AST", "ADT"): -4, ("ADT", "AST"): -3, ("BST", "GMT"): 1, ("IST", "IDT"): 2, ("IST", "GMT"): 1,
}  # fmt: skip


def zone_of(form: str) -> str:
    """Return the time zone that a format of dates ends in, if any.

    >>> zone_of("%Y/%m/%d %I:%M:%S %p GMT+2"), zone_of("%Y/%m/%d %I:%M:%S %p")
    ('GMT+2', '')
    """
    found = _LAST.fullmatch(form)
    return found[2] if found else ""


def in_utc(present: "pd.Series[str]", formats: Sequence[str]) -> "tuple[pd.Series[Any], list[str]] | None":
    """Read moments of which each ends in its zone.

    Parameters
    ----------
    present
        Cells that are all filled.
    formats
        Of dates, with or without a zone behind, likeliest first.

    Returns
    -------
    tuple or None
        The moments, in UTC, and the zones that occur; None where a cell has no known zone or is no such date.

    Examples
    --------
    >>> cells = pd.Series(["3/8/2026 1:30:00 EST", "3/8/2026 3:30:00 EDT"])
    >>> found, zones = in_utc(cells, ["%m/%d/%Y %H:%M:%S"])
    >>> [str(moment) for moment in found], zones
    (['2026-03-08 06:30:00+00:00', '2026-03-08 07:30:00+00:00'], ['EST', 'EDT'])
    """
    parted = [_LAST.fullmatch(cell) for cell in present]
    known = [found for found in parted if found is not None]
    if len(known) < len(parted):
        return None
    zones = list(dict.fromkeys(found[2] for found in known))
    hours = {zone: _hours(zone, zones) for zone in zones}
    if None in hours.values():
        return None
    local = pd.Series([found[1] for found in known], dtype="str")
    shifts = pd.to_timedelta([float(hours[found[2]] or 0) for found in known], unit="h")
    for form in dict.fromkeys(_without_zone(form) for form in formats):
        read = pd.to_datetime(local, format=form, errors="coerce")
        if read.notna().all():
            return (read - shifts).dt.as_unit("us").dt.tz_localize("UTC"), zones
    return None


def _without_zone(form: str) -> str:
    return form.removesuffix(f" {zone_of(form)}") if zone_of(form) else form


def _hours(zone: str, zones: Sequence[str]) -> float | None:
    """Return the hours by which a zone is ahead of UTC; None where its name does not say it."""
    shifted = _SHIFTED.fullmatch(zone)
    if shifted:
        ahead = int(shifted[2]) + int(shifted[3] or 0) / 60
        return -ahead if shifted[1] == "-" else ahead
    beside = (_BESIDE[zone, other] for other in zones if (zone, other) in _BESIDE)
    return _HOURS.get(zone, next(beside, None))
