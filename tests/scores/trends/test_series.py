"""Scores over time: empty, single and unfinished periods are shown; segments apart; a renamed one is asked about."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxstats.responses.periods import with_period
from cxstats.responses.tallies import tally
from cxstats.scores.estimates import score
from cxstats.scores.trends.renaming import handovers
from cxstats.scores.trends.series import over_time


def answers(days, **columns):
    size = len(days)
    return pd.DataFrame({"at": pd.to_datetime(days), "csat": np.resize([5, 4, 2], size), **columns})


def series(data, every="day", *, by=(), **settings):
    dated = with_period(data, "at", every=every)
    return over_time(score(tally(dated, "csat", scale="csat-5", by=[every, *by])), **settings)


def test_a_day_without_answers_and_one_answer_are_shown():
    days = series(answers(["2026-03-01", "2026-03-01", "2026-03-03"]))
    table = days.to_frame()
    assert table["day"].dt.day.tolist() == [1, 2, 3]
    assert table["n"].tolist() == [2, 0, 1]
    assert table.loc[1, ["estimate", "standard_error", "low", "high"]].isna().all()
    # One answer has an interval, which says how little it says.
    assert table.loc[2, "high"] - table.loc[2, "low"] > 0.7
    assert "nobody answered on 2026-03-02" in days.notes()
    assert days.to_text().loc[1, "favourable"] == "no answers"
    assert days.to_text().loc[2, "favourable"] == "too few to say"


def test_scores_are_those_of_the_tally():
    data = answers(pd.date_range("2026-01-01", periods=60, freq="12h"))
    weeks = series(data, "week")
    plain = score(tally(with_period(data, "at", every="week"), "csat", scale="csat-5", by="week")).to_frame()
    columns = ["week", "n", "estimate", "standard_error", "low", "high"]
    pd.testing.assert_frame_equal(weeks.to_frame()[columns], plain[columns], check_dtype=False)


@pytest.mark.parametrize("every", ["day", "week", "month", "quarter"])
def test_the_calendar_has_no_gaps(every):
    found = series(answers(["2025-11-30", "2026-05-04"]), every)
    step = {"day": 1, "week": 7, "month": 31, "quarter": 92}[every]
    gaps = np.diff(found.starts.to_numpy()) / np.timedelta64(1, "D")
    assert (gaps <= step).all()
    assert found.n.sum() == 2
    assert found.n[0, 0] == found.n[0, -1] == 1


def test_periods_are_named():
    assert series(answers(["2026-12-31"]), "week").periods == ("2026-W53",)
    assert series(answers(["2026-12-31"]), "month").periods == ("2026-12",)
    assert series(answers(["2026-12-31"]), "quarter").periods == ("2026 Q4",)
    sundays = with_period(answers(["2026-12-31"]), "at", every="week", week_starts="sunday")
    found = over_time(tally(sundays, "csat", scale="csat-5", by="week"))
    assert found.periods == ("2026-12-27",)


def test_an_unfinished_period_is_said():
    data = answers(["2026-03-02", "2026-03-09", "2026-03-17"])
    unsaid = series(data, "week")
    assert unsaid.status == ("may be incomplete", "complete", "may be incomplete")
    assert any("2026-W10 and 2026-W12 may be incomplete" in note for note in unsaid.notes())
    said = series(data, "week", since="2026-03-02", until="2026-03-18")
    assert said.status == ("complete", "complete", "incomplete")
    assert "2026-W12 incomplete" in said.notes()
    ended = series(data, "week", since="2026-03-03", until="2026-03-22")
    assert ended.status == ("incomplete", "complete", "complete")


def test_silence_to_the_end_of_the_data_is_shown():
    found = series(answers(["2026-03-10"]), "week", since="2026-02-24", until="2026-03-29")
    assert found.periods == ("2026-W09", "2026-W10", "2026-W11", "2026-W12", "2026-W13")
    assert found.n.tolist() == [[0, 0, 1, 0, 0]]
    assert found.status[0] == "incomplete"
    months = series(answers(["2026-03-10"]), "month", since="2025-12-01", until="2026-04-30")
    assert months.periods == ("2025-12", "2026-01", "2026-02", "2026-03", "2026-04")
    assert set(months.status) == {"complete"}


def test_rows_without_a_date_are_counted():
    found = series(answers(["2026-03-10", None, None]), "week")
    assert found.undated == 2
    assert found.n.sum() == 1
    assert "2 rows have no date and are in no week" in found.notes()


def test_segments_are_apart():
    data = answers(["2026-03-01", "2026-03-02", "2026-03-02", "2026-03-04"], channel=["web", "chat", "web", "web"])
    both = series(data, by=["channel"])
    assert both.names == ("chat", "web")
    assert both.n.tolist() == [[0, 1, 0, 0], [1, 1, 0, 1]]
    assert both.of("chat").n.tolist() == [[0, 1, 0, 0]]
    assert list(both.split()) == ["chat", "web"]
    assert len(both.to_frame()) == 8
    assert both.to_frame()["n"].sum() == 4
    with pytest.raises(ValueError, match="segment 'wbe' not found; did you mean 'web'"):
        both.of("wbe")
    with pytest.raises(ValueError, match="there are 2 segments"):
        both.of(2)


def renamed(first="2026-01-05", switch=30, length=60):
    days = pd.date_range(first, periods=length, freq="D").repeat(3)
    number = np.repeat(np.arange(length), 3)
    data = answers(days, channel=np.where(number < switch, "Live <chat>", "messaging"))
    other = answers(days, channel="phone")
    return pd.concat([data, other])


def test_a_renamed_channel_is_asked_about():
    found = series(renamed(), "week", by=["channel"])
    asked = [note for note in found.notes() if "renamed?" in note]
    assert asked == ["Live <chat> ends in 2026-W06 when messaging begins in 2026-W06: renamed?"]
    assert "Live &lt;chat&gt; ends" in found._repr_html_()
    assert "<chat>" not in found._repr_html_()


def test_a_channel_that_pauses_is_not_renamed():
    n = np.array([[5, 0, 0, 5, 5, 0, 0, 0], [0, 0, 0, 0, 0, 4, 4, 4]])
    assert len(handovers(n)) == 1
    assert handovers(np.array([[5, 0, 0, 0, 5, 0, 0, 0], [0, 0, 0, 0, 0, 4, 4, 4]])) == ()
    # One that is ten times as large is another one.
    assert handovers(n * np.array([[1], [10]])) == ()


@given(st.lists(st.lists(st.integers(0, 9), min_size=8, max_size=8), min_size=1, max_size=4))
def test_a_handover_never_overlaps(rows):
    n = np.array(rows)
    for found in handovers(n):
        assert n[found.before, found.last + 1 :].sum() == 0
        assert n[found.after, : found.first].sum() == 0
        assert found.first - found.last in (0, 1)


def test_what_is_no_series_is_refused():
    data = answers(["2026-03-01", "2026-03-04"], channel=["web", "chat"])
    counted = tally(with_period(data, "at", every="week"), "csat", scale="csat-5", by=["week", "channel"])
    with pytest.raises(ValueError, match="segment column 'wek' not found; did you mean 'week'"):
        over_time(counted, along="wek")
    with pytest.raises(ValueError, match="must hold the first day of each month; 2026-02-23.*is not one"):
        over_time(counted, every="month")
    with pytest.raises(ValueError, match="column 'channel' must hold the first day of each week"):
        over_time(counted, along="channel", every="week")
    with pytest.raises(ValueError, match="need one column of periods.*columns of dates: none"):
        over_time(tally(data, "csat", scale="csat-5", by="channel"))
    with pytest.raises(ValueError, match="say what the periods of column 'at' are"):
        over_time(tally(data, "csat", scale="csat-5", by="at"))
    with pytest.raises(ValueError, match="2026-03-01 is before the week from 2026-03-02"):
        over_time(counted, until="2026-03-01")
    with pytest.raises(ValueError, match="2026-03-02 is after the week to 2026-03-01"):
        over_time(counted, since="2026-03-02")
    named = with_period(data.assign(status="open"), "at", every="week")
    with pytest.raises(ValueError, match="segment column 'status' has the name of a column of the series"):
        over_time(tally(named, "csat", scale="csat-5", by=["week", "status"]))
    undated = with_period(answers([None]), "at", every="week")
    with pytest.raises(ValueError, match="holds no dates"):
        over_time(tally(undated, "csat", scale="csat-5", by="week"), along="week")
