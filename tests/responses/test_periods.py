"""Periods: every engine gives the same days; zones, clock changes and missing dates move or lose no answer."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import duckdb
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxstats.responses.exports import read_export
from cxstats.responses.periods import with_period
from cxstats.responses.survey import Survey
from cxstats.responses.tallies import tally

MOMENTS = [
    datetime(2024, 2, 29, 23, 59, 59),
    datetime(2025, 12, 29, 0, 0),
    datetime(2026, 3, 29, 0, 30),
    datetime(2026, 3, 29, 22, 30),
    datetime(2026, 10, 25, 0, 30),
    datetime(2026, 10, 25, 1, 30),
    datetime(2026, 12, 31, 23, 30),
    None,
]
UTC = [moment and moment.replace(tzinfo=ZoneInfo("UTC")) for moment in MOMENTS]
DATES = [moment and moment.date() for moment in MOMENTS]
VALUES = {"naive": MOMENTS, "utc": UTC, "dates": DATES}


def engines(values):
    arrow = pa.table({"at": pa.array(values), "csat": pa.array([5] * len(values))})
    return {
        "pandas": arrow.to_pandas(),
        "pandas-arrow": arrow.to_pandas(types_mapper=pd.ArrowDtype),
        "polars": pl.from_arrow(arrow),
        "lazy": pl.from_arrow(arrow).lazy(),
        "pyarrow": arrow,
        "duckdb": duckdb.from_arrow(arrow),
    }


def starts(made, name):
    native = made.collect() if isinstance(made, pl.LazyFrame) else made
    if isinstance(native, duckdb.DuckDBPyRelation):
        found = [row[0] for row in native.select(name).fetchall()]
    else:
        found = native[name].to_pylist() if isinstance(native, pa.Table) else native[name].to_list()
    return [None if pd.isna(value) else pd.Timestamp(value) for value in found]


def expected(values, every, zone=None, week_starts="monday"):
    def start(value):
        if value is None:
            return None
        local = value.astimezone(ZoneInfo(zone)) if zone and getattr(value, "tzinfo", None) else value
        day = date(local.year, local.month, local.day)
        if every == "week":
            past = (day.weekday() + (week_starts == "sunday")) % 7
            return pd.Timestamp(date.fromordinal(day.toordinal() - past))
        month = {"day": day.month, "month": day.month, "quarter": 3 * ((day.month - 1) // 3) + 1}[every]
        return pd.Timestamp(date(day.year, month, day.day if every == "day" else 1))

    return [start(value) for value in values]


@pytest.mark.parametrize("every", ["day", "week", "month", "quarter"])
@pytest.mark.parametrize("kind", VALUES)
@pytest.mark.parametrize("zone", ["Europe/Amsterdam", "America/New_York", "Pacific/Auckland"])
def test_every_engine_gives_the_days_of_the_plain_calendar(kind, every, zone):
    truth = expected(VALUES[kind], every, zone)
    for engine, table in engines(VALUES[kind]).items():
        made = with_period(table, "at", every=every, time_zone=zone)
        assert starts(made, every) == truth, engine
        # What came lazy stays so, and what came eager too.
        assert type(made) is type(table)


def test_weeks_may_start_on_sunday():
    truth = expected(MOMENTS, "week", week_starts="sunday")
    for engine, table in engines(MOMENTS).items():
        assert starts(with_period(table, "at", every="week", week_starts="sunday"), "week") == truth, engine
    assert {day.day_of_week for day in truth if day} == {6}


def test_no_zone_given_keeps_the_columns_own():
    local = pd.DataFrame({"at": pd.Series(UTC).dt.tz_convert("Asia/Tokyo")})
    truth = expected(UTC, "day", "Asia/Tokyo")
    assert starts(with_period(local, "at", every="day"), "day") == truth
    assert starts(with_period(pl.from_pandas(local), "at", every="day"), "day") == truth


def test_two_time_zones_put_one_answer_on_two_days():
    table = pd.DataFrame({"at": pd.to_datetime(["2026-06-01 02:00+00:00"])})
    days = [with_period(table, "at", every="day", time_zone=z)["day"][0] for z in ("Europe/Paris", "America/Lima")]
    assert days == [pd.Timestamp("2026-06-01"), pd.Timestamp("2026-05-31")]


@pytest.mark.parametrize(("change", "hours"), [("2026-03-29", 23), ("2026-10-25", 25)])
def test_a_clock_change_moves_no_answer_to_another_day(change, hours):
    first = pd.Timestamp(change, tz="Europe/Amsterdam")
    table = pd.DataFrame({"at": pd.date_range(first, periods=hours, freq="h").tz_convert("UTC")})
    assert with_period(table, "at", every="day", time_zone="Europe/Amsterdam")["day"].unique().tolist() == [
        pd.Timestamp(change)
    ]
    later = table.assign(at=table["at"] + pd.Timedelta(hours=hours))
    assert (later.pipe(with_period, "at", every="day", time_zone="Europe/Amsterdam")["day"] > change).all()


def test_rows_without_a_date_are_kept_and_counted():
    for engine, table in engines(MOMENTS).items():
        counted = tally(with_period(table, "at", every="month"), "csat", scale="csat-5", by="month")
        assert counted.n.sum() == len(MOMENTS), engine
        assert counted.n[counted.segments["month"].isna()].tolist() == [1], engine


def test_one_tally_by_period_and_segment_is_the_same_in_every_engine():
    found = []
    for table in engines(MOMENTS).values():
        dated = with_period(table, "at", every="quarter", name="when")
        found.append(tally(dated, "csat", scale="csat-5", by=["when"]).to_frame().astype({"when": "datetime64[us]"}))
    for other in found[1:]:
        pd.testing.assert_frame_equal(found[0], other)


def test_a_survey_says_how_its_periods_were_made(support):
    survey = read_export(support)
    dated = with_period(survey, "answered_at", every="week", time_zone="Europe/Amsterdam")
    assert isinstance(dated, Survey)
    assert (dated.responses["week"].dt.day_of_week.dropna() == 0).all()
    assert len(dated.responses) == len(survey.responses)
    assert dated.source.notes[-1].startswith(
        "column 'week' is the first day of the week of 'answered_at', weeks from M"
    )
    assert "without a time zone are taken as local to Europe/Amsterdam" in dated.source.notes[-1]
    assert dated.text_of("week") == "week of answered_at"
    assert tally(dated, "ces", scale="ces-2.0", by="week").n.sum() == tally(survey, "ces", scale="ces-2.0").n[0]


def surveyed(support, moments, zone):
    survey = read_export(support)
    kept = survey.responses.head(len(moments)).assign(answered_at=moments)
    written = survey.questions["time_zone"].mask(survey.questions["column"] == "answered_at", zone)
    source = type(survey.source)("x", "plain", "text", len(kept))
    return Survey(kept, survey.questions.assign(time_zone=written), survey.rejected.head(0), source)


def test_a_survey_that_knows_its_zone_is_converted(support):
    moments = pd.to_datetime(["2026-06-01 23:30", "2026-06-01 12:00"])
    dated = with_period(surveyed(support, moments, "UTC"), "answered_at", every="day", time_zone="Europe/Amsterdam")
    assert dated.responses["day"].dt.day.tolist() == [2, 1]
    assert "moments in UTC are read in the calendar of Europe/Amsterdam" in dated.source.notes[-1]
    unknown = with_period(surveyed(support, moments, "? of the account"), "answered_at", every="day", time_zone="UTC")
    assert unknown.responses["day"].dt.day.tolist() == [1, 1]
    with pytest.raises(ValueError, match="written in time zone 'GMT\\+2 summer', which cannot be taken to 'UTC'"):
        with_period(surveyed(support, moments, "GMT+2 summer"), "answered_at", every="day", time_zone="UTC")


def test_an_hour_that_occurs_twice_or_never_keeps_its_day(support):
    moments = pd.to_datetime(["2026-03-29 02:30", "2026-10-25 02:30"])
    dated = with_period(
        surveyed(support, moments, "Europe/Amsterdam"), "answered_at", every="day", time_zone="Europe/Paris"
    )
    assert dated.responses["day"].tolist() == [pd.Timestamp("2026-03-29"), pd.Timestamp("2026-10-25")]


def test_what_is_no_date_is_refused_by_name():
    text = pd.DataFrame({"at": ["2026-01-01", "2026-01-02"], "n": [1, 2]})
    for table in (text, pl.from_pandas(text), duckdb.from_df(text), pa.Table.from_pandas(text)):
        with pytest.raises(ValueError, match="column 'at' holds text.*to_datetime"):
            with_period(table, "at", every="day")
    with pytest.raises(ValueError, match="column 'n' holds numbers"):
        with_period(text, "n", every="day")
    with pytest.raises(ValueError, match="column 'n' holds Int64"):
        with_period(pl.from_pandas(text), "n", every="day")


def test_settings_are_checked():
    table = engines(UTC)
    with pytest.raises(ValueError, match="period 'weak' not found; did you mean 'week'"):
        with_period(table["pandas"], "at", every="weak")
    with pytest.raises(ValueError, match="time_zone must be a name such as 'Europe/Amsterdam'.*'Europe/Amsterdm'"):
        with_period(table["pandas"], "at", every="week", time_zone="Europe/Amsterdm")
    with pytest.raises(ValueError, match="column 'att' not found; did you mean 'at'"):
        with_period(table["polars"], "att", every="week")
    with pytest.raises(ValueError, match="a column 'csat' already"):
        with_period(table["pyarrow"], "at", every="week", name="csat")
    with pytest.raises(ValueError, match="DuckDB keeps no time zone in a column"):
        with_period(table["duckdb"], "at", every="week")
    with pytest.raises(ValueError, match="week_starts must be"):
        with_period(table["pandas"], "at", every="week", week_starts="saturday")
    with pytest.raises(TypeError, match="data must be a Survey or a table of pandas"):
        with_period([1], "at", every="week")


def test_all_missing_is_no_error():
    made = with_period(pd.DataFrame({"at": [None, None]}), "at", every="month")
    assert made["month"].isna().all()


@given(st.lists(st.datetimes(datetime(1971, 1, 1), datetime(2060, 1, 1)), min_size=1, max_size=20))
def test_a_moment_lies_in_its_period(moments):
    table = pd.DataFrame({"at": pd.Series(moments, dtype="datetime64[us]")})
    lengths = {"day": 1, "week": 7, "month": 31, "quarter": 92}
    for every, days in lengths.items():
        start = with_period(table, "at", every=every)[every]
        assert ((start <= table["at"]) & (table["at"] < start + pd.Timedelta(days=days))).all()
