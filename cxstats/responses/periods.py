"""Give every row the first day of its day, week, month or quarter, in whatever engine holds the rows.

>>> import pandas as pd
>>> answers = pd.DataFrame({"csat": [5, 2, 4], "at": pd.to_datetime(["2026-03-29 23:30", "2026-03-30 00:30", None])})
>>> with_period(answers, "at", every="week")["week"].dt.date.tolist()
[datetime.date(2026, 3, 23), datetime.date(2026, 3, 30), NaT]
"""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final, Literal, cast, get_args
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from cxstats.responses.engines import open_frame
from cxstats.responses.keys import kind_of
from cxstats.responses.names import unknown_name
from cxstats.responses.survey import Survey

Every = Literal["day", "week", "month", "quarter"]
WeekStart = Literal["monday", "sunday"]

_TRUNCATED: Final[Mapping[str, str]] = MappingProxyType({"day": "1d", "month": "1mo", "quarter": "1q"})
_MONTHS: Final[Mapping[str, int]] = MappingProxyType({"month": 1, "quarter": 3})
_NAIVE: Final = "datetime64[us]"


def with_period(
    data: Any,
    column: str,
    *,
    every: Every,
    time_zone: str | None = None,
    week_starts: WeekStart = "monday",
    name: str | None = None,
) -> Any:
    """Return the data with a column that holds the first day of each row's period.

    Nothing is counted yet: in Polars' lazy engine and in DuckDB the column is one more expression, so that
    ``tally(with_period(data, "at", every="week"), "csat", scale="csat-5", by=["week", "team"])`` is one pass.

    Parameters
    ----------
    data
        A `Survey`, or a table of pandas, Polars (eager or lazy), DuckDB or PyArrow.
    column
        Column of dates or moments. Rows without one are kept, with no period.
    every
        ``"day"``, ``"week"``, ``"month"`` or ``"quarter"``.
    time_zone
        Whose calendar it is, as ``"Europe/Amsterdam"``. Moments with a time zone are taken there before their day is
        read, so that a change of the clocks moves no answer to another day; without it they stay in the column's own.
        DuckDB keeps none in a column and needs it. Moments without a zone are taken for local ones, unless they are in
        a survey that says in which zone they were written.
    week_starts
        ``"monday"``, as in ISO 8601, or ``"sunday"``.
    name
        Of the new column; `every` unless given.

    Returns
    -------
    Survey or table
        As `data`, with one more column of moments without a zone: midnight at the beginning of the period, the same
        in every engine. A survey also says in its notes how it was made.

    Raises
    ------
    ValueError
        If there is no such column, it holds no dates, the name is taken, or the time zone is unknown or missing.
    TypeError
        If the table is of no known engine.
    """
    name = every if name is None else name
    _require_settings(every, week_starts, time_zone)
    source = data.responses if isinstance(data, Survey) else data
    frame = open_frame(source, [column])
    if name in frame.collect_schema():
        raise ValueError(f"there is a column {name!r} already; give the new one another name=")
    if name.startswith("__"):
        raise ValueError(f"column names must not start with two underscores; got name={name!r}")
    if isinstance(data, Survey):
        return _in_survey(data, column, every, time_zone=time_zone, week_starts=week_starts, name=name)
    native: Any = source
    if isinstance(native, pd.DataFrame):
        local = _local(_moments(native[column], column, time_zone), time_zone)
        return native.assign(**{name: _starts(local, every, week_starts)})
    made = _local_in_engine(native, column, time_zone, name)
    made = made.with_columns(_start(nw.col(name), every, week_starts).alias(name))
    return made.to_native()


def _require_settings(every: str, week_starts: str, time_zone: str | None) -> None:
    if every not in get_args(Every):
        raise ValueError(unknown_name("period", every, get_args(Every)))
    if week_starts not in get_args(WeekStart):
        raise ValueError(f"week_starts must be 'monday' or 'sunday'; got {week_starts!r}")
    if time_zone is not None and not _is_zone(time_zone):
        raise ValueError(f"time_zone must be a name such as 'Europe/Amsterdam' or 'UTC'; got {time_zone!r}")


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return False
    return True


def _not_dates(column: str, holds: str) -> ValueError:
    how = "cxstats.read_export reads dates; for a table of your own " if "text" in holds.lower() else ""
    return ValueError(
        f"a period needs dates; column {column!r} holds {holds}. {how or 'If they are dates, '}convert it first, in "
        "pandas with pandas.to_datetime, in Polars with str.to_datetime, in DuckDB with a cast to TIMESTAMP"
    )


def _moments(found: "pd.Series[Any]", column: str, time_zone: str | None) -> "pd.Series[Any]":
    """Return a column of pandas as moments, refusing what is not dates."""
    if found.dtype == object and kind_of(found) in ("days", "times", "nothing"):
        return pd.to_datetime(found, utc=_of_several_zones(found, column, time_zone))
    if str(found.dtype).startswith("date32"):
        return cast("Any", found).astype(_NAIVE)
    if not pd.api.types.is_datetime64_any_dtype(found) and not found.isna().all():
        raise _not_dates(column, kind_of(found))
    return pd.to_datetime(found)


def _of_several_zones(found: "pd.Series[Any]", column: str, time_zone: str | None) -> bool:
    """Say whether moments have several time zones: those of offices, or from before and after a clock change."""
    zones = [getattr(moment, "tzinfo", None) for moment in found.dropna().tolist()]
    naive, names = zones.count(None), sorted(set(map(str, zones)))
    if 0 < naive < len(zones):
        raise ValueError(
            f"the moments of a column must all have a time zone, or none of them; in column {column!r} "
            f"{len(zones) - naive:,} have one and {naive:,} have none"
        )
    if len(names) > 1 and time_zone is None:
        raise ValueError(
            f"column {column!r} holds moments of several time zones ({', '.join(names[:4])}); say in whose calendar "
            "they are read, as time_zone='Europe/Amsterdam'"
        )
    return len(names) > 1


def _zone_of(found: "pd.Series[Any]") -> str | None:
    zone = found.dt.tz
    return None if zone is None else str(zone)


def _local(moments: "pd.Series[Any]", time_zone: str | None) -> "pd.Series[Any]":
    if _zone_of(moments) is None:
        return moments
    return (moments.dt.tz_convert(time_zone) if time_zone else moments).dt.tz_localize(None)


def _starts(local: "pd.Series[Any]", every: Every, week_starts: WeekStart) -> "pd.Series[Any]":
    days = local.dt.normalize().astype(_NAIVE)
    if every == "day":
        return days
    # The day 0 of numpy was a Thursday.
    day, month = (days.to_numpy().astype(f"datetime64[{unit}]").astype(np.int64) for unit in ("D", "M"))
    if every == "week":
        first = (day - (day + (4 if week_starts == "sunday" else 3)) % 7).astype("datetime64[D]")
    else:
        first = (month - month % _MONTHS[every]).astype("datetime64[M]")
    return pd.Series(first.astype(_NAIVE), index=days.index).where(days.notna())


def _start(local: Any, every: Every, week_starts: WeekStart) -> Any:
    """Return the beginning of the period of local moments, as an expression that every engine has."""
    if every != "week":
        return local.dt.truncate(_TRUNCATED[every])
    day, number, first = local.dt.truncate("1d"), local.dt.weekday(), 7 if week_starts == "sunday" else 1
    return nw.coalesce(
        *(nw.when(number == (first - 1 + past) % 7 + 1).then(day.dt.offset_by(f"-{past}d")) for past in range(7))
    )


def _local_in_engine(native: Any, column: str, time_zone: str | None, name: str) -> Any:
    """Return a table with the local moments of a column, without their zone, under a name."""
    frame = nw.from_native(native)
    kind = frame.collect_schema()[column]
    if kind == nw.Date:
        return frame.with_columns(nw.col(column).cast(nw.Datetime("us")).alias(name))
    if not isinstance(kind, nw.Datetime):
        raise _not_dates(column, "text" if kind == nw.String else str(kind))
    if kind.time_zone is None:
        return frame.with_columns(nw.col(column).cast(nw.Datetime("us")).alias(name))
    if frame.implementation.is_duckdb():
        return _local_in_duckdb(native, column, time_zone, name)
    moment = nw.col(column).dt.convert_time_zone(time_zone) if time_zone else nw.col(column)
    return frame.with_columns(moment.dt.replace_time_zone(None).cast(nw.Datetime("us")).alias(name))


def _local_in_duckdb(relation: Any, column: str, time_zone: str | None, name: str) -> Any:
    # The zone of such a column is that of the connection, and so of the machine, not of the data.
    if time_zone is None:
        raise ValueError(
            f"DuckDB keeps no time zone in a column; say in whose calendar column {column!r} is read, as "
            "time_zone='Europe/Amsterdam'"
        )
    import duckdb

    zone, quoted = time_zone.replace("'", "''"), column.replace('"', '""')
    local = duckdb.SQLExpression(f"timezone('{zone}', \"{quoted}\")").alias(name)
    return nw.from_native(relation.select(duckdb.StarExpression(), local))


def _in_survey(
    survey: Survey, column: str, every: Every, *, time_zone: str | None, week_starts: WeekStart, name: str
) -> Survey:
    moments = _moments(survey.responses[column], column, time_zone)
    asked = survey.questions.loc[survey.questions["column"] == column, "time_zone"]
    written = "" if asked.empty else str(asked.iloc[0])
    own, said = _zone_of(moments), written.startswith("?") or not written
    if own is None and time_zone and not said and written != time_zone:
        if not _is_zone(written):
            raise ValueError(
                f"column {column!r} was written in time zone {written!r}, which cannot be taken to {time_zone!r} by "
                "itself; convert the column first, or leave out time_zone= to count by the days as written"
            )
        moments = moments.dt.tz_localize(written, ambiguous=_summer(moments), nonexistent="shift_forward")
        own = written
    starts = _starts(_local(moments, time_zone), every, week_starts)
    note = _note(column, every, week_starts, name) + _zone_in_words(own, time_zone, "" if said else written)
    empty = int(starts.isna().sum())
    note += f"; {empty:,} rows without a date have none" if empty else ""
    row = pd.DataFrame([{"column": name, "text": f"{every} of {column}", "kind": "date"}])
    return replace(
        survey,
        responses=survey.responses.assign(**{name: starts}),
        questions=pd.concat([survey.questions, row], ignore_index=True).fillna(""),
        source=replace(survey.source, notes=(*survey.source.notes, note)),
    )


def _summer(moments: "pd.Series[Any]") -> Any:
    """Take an hour that occurs twice for the first of the two, which is one hour away and so hardly another day."""
    return np.ones(len(moments), dtype=np.bool_)


def _note(column: str, every: Every, week_starts: WeekStart, name: str) -> str:
    weeks = f", weeks from {week_starts.capitalize()}" if every == "week" else ""
    return f"column {name!r} is the first day of the {every} of {column!r}{weeks}"


def _zone_in_words(own: str | None, time_zone: str | None, written: str) -> str:
    if own is not None:
        return f"; moments in {own} are read in the calendar of {time_zone or own}"
    where = time_zone or written
    return f"; moments without a time zone are taken as local{f' to {where}' if where else ''}"
