"""A series of scores, one a period, from scores by a column of first days.

>>> import pandas as pd
>>> from cxstats.responses.tallies import tally
>>> from cxstats.scores.estimates import score
>>> weeks = pd.to_datetime(["2026-01-05", "2026-01-12", "2026-01-26"])
>>> answers = pd.DataFrame({"csat": [5, 2, 4, 4, 1, 5], "week": weeks.repeat(2)})
>>> series = series_of(score(tally(answers, "csat", scale="csat-5", by="week")), "week")
>>> series.every, series.position.tolist(), series.empty
('week', [0, 1, 3], 1)
"""

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, Final, Literal, cast, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.names import unknown_name
from cxstats.responses.quoting import examples
from cxstats.responses.tallies import Tally
from cxstats.scores.comparing.sides import sides_of
from cxstats.scores.estimates import Scores
from cxstats.scores.metrics import Metric
from cxstats.scores.trends.calendar import day_of

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Every = Literal["day", "week", "month", "quarter", "year"]
When = date | datetime | str

MOST_PERIODS: Final = 400
_ENOUGH: Final = 10
_MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}
_DAYS: Final = {"day": 1, "week": 7}
A_YEAR: Final = {"day": 365.25, "week": 365.25 / 7, "month": 12.0, "quarter": 4.0, "year": 1.0}
"""Periods a year."""
_FEWEST_FOR_A_SEASON: Final = 20


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """Scores of T periods that have answers, in the order of time.

    Attributes
    ----------
    scores
        One row a period.
    along
        The column of first days.
    every
        How long a period is.
    origin
        First day of the first period.
    position
        Number of each period from 0, so that an empty one leaves a gap; shape (T,).
    undated
        Answers without a period; they are left out.
    """

    scores: Scores
    along: str
    every: Every
    origin: pd.Timestamp
    position: Integers
    undated: int

    @property
    def metric(self) -> Metric:
        """Under which metric."""
        return self.scores.metric

    @property
    def n(self) -> Integers:
        """Answers of each period; shape (T,)."""
        return self.scores.n

    @property
    def estimate(self) -> Floats:
        """Score of each period; shape (T,)."""
        return self.scores.estimate

    @property
    def empty(self) -> int:
        """Periods without answers between the first and the last."""
        return int(self.position[-1]) + 1 - len(self.position)

    @property
    def years(self) -> float:
        """Years from the first to the last period."""
        return float(self.position[-1] + 1) / A_YEAR[self.every]

    @property
    def season(self) -> float:
        """Periods in which a wave returns that is allowed for: a year, where two are seen; else 0."""
        return season_in(self.position, A_YEAR[self.every])

    @property
    def is_flat(self) -> bool:
        """Whether all answers have the same value, so that nothing says how scores vary."""
        return self.answer_variance == 0

    @property
    def answer_variance(self) -> float:
        """Variance of single answers within periods; about their common mean where hardly any period has several."""
        sample, n = self.scores.sample, self.n
        within = int((n - 1).sum())
        if within >= _ENOUGH and (found := float(n @ sample.variance) / within) > 0:
            return found
        values, counts = sample.values, self.scores.tally.counts.sum(axis=0)
        centred = values - counts @ values / counts.sum()
        return float(counts @ centred**2 / max(counts.sum() - 1, 1))

    @property
    def design_effect(self) -> float:
        """By how much the design raises the variance of a period's score, on average over the answers."""
        if self.scores.tally.design is None:
            return 1.0
        found = self.scores.design_effect
        known = np.isfinite(found) & (found > 0)
        if not known.any():
            return 1.0
        return float(np.average(found[known], weights=self.n[known]))

    @property
    def variance(self) -> Floats:
        """Sampling variance of each score; shape (T,).

        The variance of single answers is that of all periods together: a period of few answers says little about its
        own, and one whose answers happen to agree would count as exact.
        """
        return self.answer_variance * self.design_effect / self.n

    def start(self, position: int) -> pd.Timestamp:
        """First day of a period, also of one without answers or yet to come."""
        if self.every in _DAYS:
            return self.origin + pd.Timedelta(days=_DAYS[self.every] * position)
        return self.origin + pd.DateOffset(months=_MONTHS[self.every] * position)

    def name(self, position: int) -> str:
        """Name a period for people: ``"the week of 5 January 2026"``, ``"March 2026"``."""
        start = self.start(position)
        if self.every in _DAYS:
            return f"{'the week of ' if self.every == 'week' else ''}{day_text(start)}"
        return {"month": f"{start:%B %Y}", "quarter": f"{start.year} Q{start.quarter}"}.get(self.every, f"{start.year}")

    def noun(self, count: float) -> str:
        """Write so many periods: ``"6 weeks"``."""
        return f"{count:g} {self.every}{'' if count == 1 else 's'}"

    def noun_th(self, number: int) -> str:
        """Write ``"the 6th week"``."""
        ends = {1: "st", 2: "nd", 3: "rd"}
        end = "th" if number % 100 in (11, 12, 13) else ends.get(number % 10, "th")
        return f"the {number}{end} {self.every}"

    def position_of(self, when: When) -> int:
        """Return the number of the period in which a day falls."""
        day = day_of(when)
        if self.every in _DAYS:
            return (day - self.origin).days // _DAYS[self.every]
        months = 12 * (day.year - self.origin.year) + day.month - self.origin.month
        return (months - (day.day < self.origin.day)) // _MONTHS[self.every]

    def pooled(self, count: int) -> Scores:
        """Take so many neighbouring periods with answers as one: a row for each run, in the order of time."""
        row, first = np.arange(len(self.position)), np.arange(len(self.position) - count + 1)
        members = (first[:, None] <= row) & (row < first[:, None] + count)
        segments = self.scores.segments.iloc[first]
        found = sides_of(self.scores, members)
        return replace(found, tally=_under(found.tally, (self.along,), segments))

    def only(self, places: NDArray[np.bool_]) -> "Series":
        """Return some of the periods; positions stay as they are."""
        rows = np.flatnonzero(places)
        kept = rows_of_scores(self.scores, rows, self.scores.segments.iloc[rows])
        return replace(self, scores=kept, position=self.position[rows])


def season_in(position: Integers, year: float) -> float:
    """Return the periods of a year where a wave that returns each year can be told from a trend, else 0.

    That needs two years, and so many periods that enough are left beside the other columns.
    """
    span = int(position[-1] - position[0]) + 1
    told = year > 2 and len(position) >= _FEWEST_FOR_A_SEASON and span >= round(2 * year)
    return year if told else 0.0


def wave(position: Integers, season: float) -> Floats:
    """Columns of one wave that returns after so many periods, its height and time free; shape (T, 2), or (T, 0)."""
    if not season:
        return np.zeros((len(position), 0))
    turn = 2 * np.pi * position / season
    return np.column_stack([np.sin(turn), np.cos(turn)])


def series_of(scores: Scores, along: str, every: Every | None = None) -> Series:
    """Put scores by period in the order of time.

    Parameters
    ----------
    scores
        By one column, that of the first days of periods: dates, or texts as ``"2026-01-05"``.
    along
        Its name.
    every
        Length of a period; unless given, what the column is called where its days fit that, else told from the days.

    Raises
    ------
    ValueError
        If the scores are not by this column alone, its values are no dates or fit no calendar, or there are no answers
        or more than 400 periods.
    """
    if along not in scores.tally.by:
        raise ValueError(unknown_name("segment column", along, scores.tally.by))
    if len(scores.tally.by) > 1:
        others = [name for name in scores.tally.by if name != along]
        raise ValueError(f"a series needs scores by {along!r} alone; these are by {others} too: tally(by={along!r})")
    if every is not None and every not in get_args(Every):
        raise ValueError(unknown_name("period", every, get_args(Every)))
    days = days_in(scores.segments[along], along)
    dated = days.notna().to_numpy()
    undated = int(scores.n[~dated].sum())
    rows = np.flatnonzero(dated & (scores.n > 0))
    if not len(rows):
        raise ValueError(no_answers(along, undated))
    rows = rows[np.argsort(days.iloc[rows].to_numpy(), kind="stable")]
    inside = days.iloc[rows]
    kept = rows_of_scores(scores, rows, pd.DataFrame({along: inside.to_numpy()}))
    found = every or _length(pd.DatetimeIndex(inside), along)
    series = Series(kept, along, found, cast("pd.Timestamp", inside.iloc[0]), np.zeros(0, dtype=np.int64), undated)
    position = np.array([series.position_of(day) for day in inside], dtype=np.int64)
    _require_calendar(series, position, inside)
    return replace(series, position=position)


def no_answers(along: str, undated: int) -> str:
    """Say that a series has no period with answers."""
    where = f"; {undated:,} answers have no {along}" if undated else ""
    return f"there must be answers in at least one period of {along!r}; there are none{where}"


def _require_calendar(series: Series, position: Integers, days: "pd.Series[Any]") -> None:
    if len(position) > MOST_PERIODS:
        raise ValueError(f"a series has at most {MOST_PERIODS} periods; got {len(position):,}: take longer ones")
    off = [day for place, day in zip(position.tolist(), days, strict=True) if series.start(place) != day]
    if off or len(set(position.tolist())) < len(position):
        shown = f"{(off or list(days))[0]:%Y-%m-%d}"
        raise ValueError(f"values of {series.along!r} must be first days of a {series.every} each; {shown} is not one")


def days_in(column: "pd.Series[Any]", name: str) -> "pd.Series[Any]":
    """Read a column of first days as days without a clock or a zone.

    Raises
    ------
    ValueError
        If values are no dates.
    """
    if pd.api.types.is_numeric_dtype(column):
        raise ValueError(f"values of {name!r} must be dates, the first day of each period; got {column.iloc[0]!r}")
    try:
        days = pd.to_datetime(column, format="ISO8601")
    except (ValueError, TypeError) as error:
        got = examples(column.astype("object"), name=name, most=2)
        raise ValueError(f"values of {name!r} must be dates, the first day of each period; got {got}") from error
    if days.dt.tz is not None:
        days = days.dt.tz_localize(None)
    return days.dt.normalize().astype("datetime64[us]")


def day_text(day: pd.Timestamp) -> str:
    """Write a day for people: ``"5 January 2026"``."""
    return f"{day.day} {day:%B %Y}"


def _length(days: pd.DatetimeIndex, along: str) -> Every:
    """Tell the length of periods: what their column is called if that fits, else from their first days."""
    if along in get_args(Every) and _fits(days, cast("Every", along)):
        return cast("Every", along)
    if len(days) < 2:
        return "day"
    if (days.day == days[0].day).all():
        months = 12 * days.year.to_numpy() + days.month.to_numpy()
        step = int(np.gcd.reduce(np.diff(months)))
        return "year" if step % 12 == 0 else "quarter" if step % 3 == 0 else "month"
    gap = int(np.gcd.reduce(np.diff(days.to_numpy()).astype("timedelta64[D]").astype(np.int64)))
    return "week" if gap % 7 == 0 else "day"


def _fits(days: pd.DatetimeIndex, every: Every) -> bool:
    """Say whether days can be first days of such periods."""
    if every in _DAYS:
        return bool(((days - days[0]).days.to_numpy() % _DAYS[every] == 0).all())
    months = 12 * days.year.to_numpy() + days.month.to_numpy()
    return bool((days.day == days[0].day).all() and ((months - months[0]) % _MONTHS[every] == 0).all())


def rows_of_scores(scores: Scores, rows: NDArray[np.intp], segments: pd.DataFrame) -> Scores:
    """Take some rows of scores under the segments that are given; what lies between them is not kept."""
    members = np.zeros((len(rows), len(scores.n)), dtype=np.bool_)
    members[np.arange(len(rows)), rows] = True
    found = sides_of(scores, members)
    return replace(found, tally=_under(found.tally, tuple(map(str, segments.columns)), segments))


def _under(tally: Tally, by: tuple[str, ...], segments: pd.DataFrame) -> Tally:
    return replace(tally, by=by, segments=segments.reset_index(drop=True), sums=(), whole=None)
