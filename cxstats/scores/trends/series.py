"""A score in every period: empty ones shown, unfinished ones marked, segments apart.

>>> import pandas as pd
>>> import cxstats as cx
>>> from cxstats.responses.periods import with_period
>>> days = pd.to_datetime(["2026-03-02", "2026-03-03", "2026-03-17", "2026-03-18"])
>>> dated = with_period(pd.DataFrame({"csat": [5, 4, 2, 5], "at": days}), "at", every="week")
>>> weeks = over_time(cx.score(cx.tally(dated, "csat", scale="csat-5", by="week")), until="2026-03-22")
>>> weeks.to_frame()[["week", "n", "estimate", "status"]].to_dict("records")[1]
{'week': Timestamp('2026-03-09 00:00:00'), 'n': 0, 'estimate': nan, 'status': 'complete'}
"""

from dataclasses import dataclass, replace
from datetime import date
from html import escape
from typing import Any, Final, Literal, cast, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.keys import kind_of
from cxstats.responses.names import unknown_name
from cxstats.responses.numbering import number_rows
from cxstats.responses.periods import Every
from cxstats.responses.tallies import Tally
from cxstats.scores.estimates import TOO_FEW, Scores, score, segment_names
from cxstats.scores.intervals import Interval
from cxstats.scores.trends.calendar import begins_period, day_of, last_days, period_names, periods_from
from cxstats.scores.trends.renaming import handovers
from cxstats.scores.trends.renaming import in_words as renaming_in_words

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Day = str | date
Status = Literal["complete", "incomplete", "may be incomplete"]

STATUS: Final = "status"
_MOST_NAMED: Final = 6


@dataclass(frozen=True, slots=True, eq=False)
class ScoreSeries:
    """The score of G segments in T periods that follow each other.

    Attributes
    ----------
    scores
        The scores by period, and by segment where there are any.
    along, every
        The column of periods, and what they are.
    starts
        First day of each period, gaps filled; T of them.
    segments
        The values of the other segment columns; G rows, one without columns where there are none.
    place
        Row of `scores` for each segment and period, -1 where nobody responded; shape (G, T).
    n
        Number of answers; 0 in empty periods; shape (G, T).
    estimate, standard_error
        Score in the metric's unit and its standard error; NaN without answers; shape (G, T).
    status
        Whether a period is ``"complete"``, ``"incomplete"`` or ``"may be incomplete"``; T of them.
    undated
        Rows without a period, which are in no period.
    renamed
        Of one segment of several: whether it may be another under a new name, in words.
    among
        Of one segment: how many there were, which `cxstats.control_chart` allows for.
    """

    scores: Scores
    along: str
    every: Every
    starts: pd.DatetimeIndex
    segments: pd.DataFrame
    place: NDArray[np.intp]
    n: Integers
    estimate: Floats
    standard_error: Floats
    status: tuple[Status, ...]
    undated: int = 0
    renamed: tuple[str, ...] = ()
    among: int = 1

    @property
    def periods(self) -> tuple[str, ...]:
        """Names of the periods: ``"2026-W11"``."""
        return period_names(self.starts, self.every)

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the segments; ``"all"`` without any."""
        return tuple(segment_names(self.segments)) if len(self.segments.columns) else ("all",)

    def interval(self) -> Interval:
        """Interval of each score, shape (G, T) each; NaN without answers."""
        limits = self.scores.interval()
        return Interval(_placed(limits.low, self.place), _placed(limits.high, self.place))

    @property
    def incomplete(self) -> NDArray[np.bool_]:
        """Which periods are known to be incomplete; shape (T,)."""
        return np.array([status == "incomplete" for status in self.status])

    def of(self, segment: str | int) -> "ScoreSeries":
        """Return the series of one segment, by its name or place.

        Raises
        ------
        ValueError
            If there is no such segment.
        """
        names = self.names
        if isinstance(segment, str) and segment not in names:
            raise ValueError(unknown_name("segment", segment, names))
        k = names.index(segment) if isinstance(segment, str) else segment
        if not 0 <= k < len(names):
            raise ValueError(f"there are {len(names)} segments, counted from 0; got {k}")
        parts = {name: getattr(self, name)[[k]] for name in ("place", "n", "estimate", "standard_error")}
        alone = self.segments.iloc[[k]].reset_index(drop=True)
        among = max(self.among, len(names))
        return replace(self, segments=alone, renamed=self._renamed(k), among=among, **parts)

    def split(self) -> "dict[str, ScoreSeries]":
        """Return the series of each segment by name."""
        return {name: self.of(k) for k, name in enumerate(self.names)}

    def to_frame(self) -> pd.DataFrame:
        """Tidy table, a row a segment and period, unrounded.

        The segment columns, the period column, ``n``, ``estimate``, ``standard_error``, ``low``, ``high``, ``status``.
        """
        limits, size, length = self.interval(), len(self.segments), len(self.starts)
        keys = self.segments.loc[self.segments.index.repeat(length)].reset_index(drop=True)
        figures = {
            self.along: np.tile(self.starts.to_numpy(), size),
            "n": self.n.ravel(),
            "estimate": self.estimate.ravel(),
            "standard_error": self.standard_error.ravel(),
            "low": limits.low.ravel(),
            "high": limits.high.ravel(),
            STATUS: list(self.status) * size,
        }
        return pd.concat([keys, pd.DataFrame(figures)], axis=1)

    def to_text(self) -> pd.DataFrame:
        """Table as people read it: rounded, shares in percent, "too few to say" below the minimum base."""
        table, write = self.to_frame(), self.scores.metric.text
        few = (table["n"] < self.scores.minimum_base) | ((table["n"] > 0) & table["standard_error"].isna())
        between = [f"{write(a)} to {write(b)}" for a, b in zip(table["low"], table["high"], strict=True)]
        score_shown = np.where(few, TOO_FEW, [write(e) for e in table["estimate"]])
        rows = {
            self.every: list(self.periods) * len(self.segments),
            "n": [f"{n:,}" for n in table["n"]],
            self.scores.metric.name: np.where(table["n"] == 0, "no answers", score_shown),
            f"{100 * self.scores.confidence_level:g} % interval": np.where(few, "", between),
            "": ["" if status == "complete" else status for status in table[STATUS]],
        }
        shown = pd.DataFrame(rows)
        if len(self.segments.columns):
            shown.insert(0, "segment", np.repeat(self.names, len(self.starts)))
        return shown

    def notes(self) -> tuple[str, ...]:
        """Say which periods are unfinished or empty, what has no date, and which segments may have a new name."""
        said = [self.scores.base_in_words, *self._unfinished(), *self._empty()]
        if self.undated:
            said.append(f"{self.undated:,} rows have no date and are in no {self.every}")
        return (*said, *self._renamed())

    def _renamed(self, k: int | None = None) -> tuple[str, ...]:
        """Ask about segments that may have a new name; only about one of them, where it is given."""
        if len(self.segments) == 1:
            return self.renamed
        found = [each for each in handovers(self.n) if k is None or k in (each.before, each.after)]
        return tuple(renaming_in_words(each, self.names, self.periods) for each in found)

    def _unfinished(self) -> list[str]:
        told = dict.fromkeys(self.status)
        named = {s: [p for p, status in zip(self.periods, self.status, strict=True) if status == s] for s in told}
        said = [f"{_listed(named['incomplete'])} incomplete"] if "incomplete" in named else []
        if "may be incomplete" in named:
            which = " and ".join(named["may be incomplete"])
            said.append(f"{which} may be incomplete: say from and until when data go with since= and until=")
        return said

    def _empty(self) -> list[str]:
        silent = (self.n.sum(axis=0) == 0).nonzero()[0]
        if not len(silent):
            return []
        when = "on" if self.every == "day" else "in"
        return [f"nobody answered {when} {_listed([self.periods[k] for k in silent])}"]

    def _repr_html_(self) -> str:
        notes = "<br>".join(escape(note) for note in self.notes())
        table = self.to_text().to_html(index=False, border=0, justify="left", escape=True)
        return f"<p><b>{escape(self.scores.metric.formula)}</b></p>{table}<p>{notes}</p>"

    def __repr__(self) -> str:
        return "\n".join([self.scores.metric.formula, self.to_text().to_string(index=False), *self.notes()])


def _listed(names: list[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more:,} more" if more > 0 else "")


def over_time(
    scores: Scores | Tally,
    *,
    along: str | None = None,
    every: Every | None = None,
    since: Day | None = None,
    until: Day | None = None,
) -> ScoreSeries:
    """Put scores by period in their order, with the periods in which nobody answered.

    Parameters
    ----------
    scores
        From a tally by a column of periods, as `cxstats.with_period` makes it, and by any other columns: each of their
        combinations is a series of its own. A tally is scored by the metric that is usual for its scale.
    along
        The column of periods; unless given, the one column of dates.
    every
        What its periods are, where the column is not called ``"day"``, ``"week"``, ``"month"`` or ``"quarter"``.
    since, until
        The first and the last day from which answers are in the data. A period that is not wholly within them is
        incomplete. Unless given, the first and the last period with answers may be. Periods up to `until` are shown
        even where nobody answered any more.

    Returns
    -------
    ScoreSeries

    Raises
    ------
    ValueError
        If there is no such column, it holds no first days of such periods, or answers lie outside `since` and `until`.
    """
    found = score(scores) if isinstance(scores, Tally) else scores
    segments = found.segments
    along = _column_of_periods(segments) if along is None else along
    if along not in segments:
        raise ValueError(unknown_name("segment column", along, segments.columns))
    if STATUS in segments:
        raise ValueError(f"segment column {STATUS!r} has the name of a column of the series; rename it first")
    every = _named_every(along, every)
    days = _days(segments[along], every)
    dated = days.notna().to_numpy()
    if not dated.any():
        rows = int(found.tally.rows.sum())
        none = f"none of the {rows:,} rows has a {every}" if rows else "there are no rows"
        raise ValueError(f"column {along!r} holds no dates: {none}")
    given = {"since=": since, "until=": until}
    begin, end = (None if day is None else day_of(day, named=name) for name, day in given.items())
    starts = _calendar(days, every, since=begin, until=end)
    keys, row = number_rows(segments.drop(columns=along))
    inside = keys.iloc[np.unique(row[dated])].reset_index(drop=True)
    segment = np.unique(row[dated], return_inverse=True)[1]
    place = np.full((len(inside), len(starts)), -1, dtype=np.intp)
    place[segment, starts.get_indexer(pd.DatetimeIndex(days[dated]))] = np.flatnonzero(dated)
    return ScoreSeries(
        scores=found,
        along=along,
        every=every,
        starts=starts,
        segments=inside,
        place=place,
        n=np.where(place < 0, 0, found.n[place]),
        estimate=_placed(found.estimate, place),
        standard_error=_placed(found.standard_error, place),
        status=_statuses(starts, every, begin, end),
        undated=int(found.tally.rows[~dated].sum()),
    )


def _placed(values: Floats, place: NDArray[np.intp]) -> Floats:
    return np.where(place < 0, np.nan, values[place])


def _column_of_periods(segments: pd.DataFrame) -> str:
    dates = [name for name in segments if pd.api.types.is_datetime64_any_dtype(segments[name])]
    if len(dates) != 1:
        raise ValueError(
            f"scores over time need one column of periods, as with_period makes it, among the segments; columns of "
            f"dates: {', '.join(map(str, dates)) or 'none'}. Name it with along="
        )
    return str(dates[0])


def _named_every(along: str, every: str | None) -> Every:
    if every is None and along not in get_args(Every):
        raise ValueError(f"say what the periods of column {along!r} are: every='day', 'week', 'month' or 'quarter'")
    every = every or along
    if every not in get_args(Every):
        raise ValueError(unknown_name("period", every, get_args(Every)))
    return cast("Every", every)


def _days(column: "pd.Series[Any]", every: Every) -> "pd.Series[Any]":
    if column.notna().any() and not pd.api.types.is_datetime64_any_dtype(column):
        raise ValueError(
            f"column {column.name!r} must hold the first day of each {every}, as with_period makes it; it holds "
            f"{kind_of(column)}"
        )
    days = pd.to_datetime(column)
    distinct = [pd.Timestamp(day) for day in days.dropna().unique()]
    wrong = [day for day in distinct if not begins_period(day, every)]
    if not wrong and every == "week" and len({day.day_of_week for day in distinct}) > 1:
        wrong = distinct[:1]
    if wrong:
        raise ValueError(
            f"column {column.name!r} must hold the first day of each {every}; {wrong[0]} is not one. Make the column "
            f"with with_period(data, ..., every={every!r})"
        )
    return days


def _calendar(
    days: "pd.Series[Any]", every: Every, *, since: pd.Timestamp | None, until: pd.Timestamp | None
) -> pd.DatetimeIndex:
    first, last = days.min(), days.max()
    if until is not None and until < last:
        raise ValueError(f"until= is the last day of the data; {until.date()} is before the {every} from {last.date()}")
    ends = last_days(pd.DatetimeIndex([first]), every)[0]
    if since is not None and since > ends:
        raise ValueError(f"since= is the first day of the data; {since.date()} is after the {every} to {ends.date()}")
    starts = periods_from(every, first, last if until is None else until)
    if since is None or since >= first:
        return starts
    return pd.DatetimeIndex([*_earlier(first, since, every), *starts])


def _earlier(first: pd.Timestamp, since: pd.Timestamp, every: Every) -> pd.DatetimeIndex:
    step = {"day": 1, "week": 7}.get(every)
    if step is not None:
        back = -(-(first - since).days // step)
        return pd.DatetimeIndex([first - pd.Timedelta(days=step * k) for k in range(back, 0, -1)])
    months = 1 if every == "month" else 3
    back = -(-((first.year - since.year) * 12 + first.month - since.month) // months)
    return pd.DatetimeIndex([first - pd.DateOffset(months=months * k) for k in range(back, 0, -1)])


def _statuses(
    starts: pd.DatetimeIndex, every: Every, since: pd.Timestamp | None, until: pd.Timestamp | None
) -> tuple[Status, ...]:
    ends = last_days(starts, every)

    def status(k: int) -> Status:
        if (since is not None and starts[k] < since) or (until is not None and ends[k] > until):
            return "incomplete"
        unsure = (k == 0 and since is None) or (k == len(starts) - 1 and until is None)
        return "may be incomplete" if unsure else "complete"

    return tuple(status(k) for k in range(len(starts)))
