"""The calendar of a series: every period from the first to the last, their ends and their names.

>>> weeks = periods_from("week", pd.Timestamp("2026-12-21"), pd.Timestamp("2027-01-04"))
>>> period_names(weeks, "week")
('2026-W52', '2026-W53', '2027-W01')
>>> last_days(weeks, "week")[-1].date()
datetime.date(2027, 1, 10)
"""

import re
from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Any, Final, cast

import numpy as np
import pandas as pd

from cxstats.responses.periods import Every

PER_YEAR: Final[Mapping[Every, float]] = MappingProxyType(
    {"day": 365.25, "week": 365.25 / 7, "month": 12.0, "quarter": 4.0}
)
"""Periods in a year."""

_STEPS: Final[Mapping[Every, pd.DateOffset]] = MappingProxyType(
    {
        "day": pd.DateOffset(days=1),
        "week": pd.DateOffset(days=7),
        "month": pd.DateOffset(months=1),
        "quarter": pd.DateOffset(months=3),
    }
)


_ISO_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ].*)?")


def day_of(when: object, *, named: str = "a day") -> pd.Timestamp:
    """Read one day; of a moment the day on its own clock.

    Raises
    ------
    ValueError
        If it is neither a date nor a text with the year first; `named` says what it should be.

    Examples
    --------
    >>> day_of("2026-03-02"), day_of(pd.Timestamp("2026-03-02 23:30", tz="Europe/Amsterdam"))
    (Timestamp('2026-03-02 00:00:00'), Timestamp('2026-03-02 00:00:00'))
    """
    found = pd.NaT
    if isinstance(when, date | np.datetime64) or (isinstance(when, str) and _ISO_DAY.fullmatch(when)):
        try:
            found = pd.Timestamp(cast("Any", when))
        except ValueError as error:
            raise ValueError(f"{named} is a date, or a text as '2026-03-02'; got {when!r}") from error
    if not isinstance(found, pd.Timestamp):
        raise ValueError(f"{named} is a date, or a text as '2026-03-02'; got {when!r}")
    return found.tz_localize(None).normalize()


def periods_from(every: Every, first: pd.Timestamp, last: pd.Timestamp) -> pd.DatetimeIndex:
    """Return the first day of every period from one that begins on `first` to the one that holds `last`."""
    return pd.date_range(first, last, freq=_STEPS[every])


def last_days(starts: pd.DatetimeIndex, every: Every) -> pd.DatetimeIndex:
    """Return the last day of each period."""
    return pd.DatetimeIndex([start + _STEPS[every] for start in starts]) - pd.Timedelta(days=1)


def begins_period(day: pd.Timestamp, every: Every) -> bool:
    """Say whether a period can begin on this day: a month on its first, a week on a Monday or a Sunday."""
    if day != day.normalize():
        return False
    fits = {
        "day": True,
        "week": day.day_of_week in (0, 6),
        "month": day.day == 1,
        "quarter": day.day == 1 and day.month % 3 == 1,
    }
    return fits[every]


def period_names(starts: pd.DatetimeIndex, every: Every) -> tuple[str, ...]:
    """Name periods for people: ``"2026-03-14"``, ``"2026-W11"``, ``"2026-03"``, ``"2026 Q1"``.

    A week from Sunday has no ISO number and is named by its first day.
    """
    return tuple(_name(start, every) for start in starts)


def _name(start: pd.Timestamp, every: Every) -> str:
    if every == "week" and start.day_of_week == 0:
        year, week, _ = start.isocalendar()
        return f"{year}-W{week:02d}"
    if every == "month":
        return f"{start.year}-{start.month:02d}"
    if every == "quarter":
        return f"{start.year} Q{start.quarter}"
    return str(start.date())
