"""Little, odd and unfinished data in time: every result is right, or says in words why there is none.

One table of cases for all functions about time: no rows, all answers missing, one and two answers, all answers alike,
one answer a week, one segment. Then clock changes, zones, days, unfinished periods and new names, one by one.
"""

import re
from datetime import UTC, date, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pytest

import cxstats as cx

CHANGE = "2026-02-16"
MONDAY = pd.Timestamp("2026-01-05")


def table(n, answers=(6, 2, 5, 7, 3, 6), days=91):
    at = MONDAY + pd.to_timedelta(np.linspace(0, days * 24 * 60 - 1, n).astype(int), unit="min")
    segment = np.resize(["web", "phone", "phone"], n).astype(object)
    return pd.DataFrame({"ces": np.resize(np.array(answers, dtype=float), n), "at": at, "channel": segment})


def by_week(data, *by):
    return cx.score(cx.tally(cx.with_period(data, "at", every="week"), "ces", scale="ces-2.0", by=["week", *by]))


CASES = {
    "no rows": table(0),
    "all missing": table(60, answers=[np.nan]),
    "no dates": table(60).assign(at=pd.NaT),
    "one answer": table(1),
    "two answers": table(2),
    "three answers": table(3),
    "one day": table(90, days=1),
    "all alike": table(300, answers=[5]),
    "one a week": table(13),
    "one segment": table(300).assign(channel="web"),
    "some hundred": table(300),
}
CALLS = {
    "over_time": lambda data: cx.over_time(by_week(data)),
    "shewhart": lambda data: cx.control_chart(cx.over_time(by_week(data))),
    "individuals": lambda data: cx.control_chart(cx.over_time(by_week(data)), "individuals"),
    "ewma": lambda data: cx.control_chart(cx.over_time(by_week(data)), "ewma"),
    "cusum": lambda data: cx.control_chart(cx.over_time(by_week(data)), "cusum"),
    "change_points": lambda data: cx.change_points(by_week(data), along="week", draws=49),
    "before_after": lambda data: cx.before_after(by_week(data), along="week", change=CHANGE),
    "also_changed": lambda data: cx.also_changed(by_week(data, "channel"), along="week", change=CHANGE),
    "target": lambda data: cx.target(by_week(data).total, value=5.0, by="2026-12-31"),
}
TOO_LITTLE = re.compile(
    r"too few|cannot be said|no answers|fewer than|at least|must be answers|holds no dates|same value|are equal|"
    r"hardly known|cannot be found in so few|itself unsure|there are none"
)
ENOUGH = {"one segment", "some hundred"}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("call", CALLS)
def test_it_is_right_or_said(call, case):
    try:
        found = CALLS[call](CASES[case])
    except ValueError as error:
        said = shown = str(error)
        assert case not in ENOUGH
        # Words of ours and not of a library: they name what must hold or what was looked for.
        assert re.search(r"'week'|baseline|periods|answers", said)
    else:
        notes = found.notes() if callable(found.notes) else found.notes
        words = found.sentence() if hasattr(found, "sentence") else ""
        shown = "\n".join([repr(found), found._repr_html_(), words, *notes])
        said = shown
    assert not re.search(r"\bnan\b|\bNaT\b|\binf\b|None", shown)
    if case not in ENOUGH and (call, case) not in SAYS_ENOUGH:
        assert TOO_LITTLE.search(said), said


# Equal answers are enough for a level and its interval, and one day for its own score.
SAYS_ENOUGH = {(call, case) for call in ("over_time", "target", "also_changed") for case in ("all alike", "one day")}
SAYS_ENOUGH |= {("target", "no dates"), ("target", "one a week"), ("also_changed", "one a week")}
SAYS_ENOUGH |= {("also_changed", "two answers"), ("also_changed", "three answers")}


class TestZones:
    def test_moments_of_two_zones_need_a_calendar(self):
        midnight = pd.Timestamp("2026-03-03 00:30", tz="Europe/Amsterdam")
        same = midnight.tz_convert("America/New_York")
        data = pd.DataFrame({"at": pd.Series([midnight, same], dtype="object")})
        with pytest.raises(
            ValueError, match="several time zones \\(America/New_York, Europe/Amsterdam\\); say in whose"
        ):
            cx.with_period(data, "at", every="day")
        for zone, day in (("Europe/Amsterdam", "2026-03-03"), ("America/New_York", "2026-03-02")):
            found = cx.with_period(data, "at", every="day", time_zone=zone)["day"]
            assert found.tolist() == [pd.Timestamp(day)] * 2

    def test_offsets_before_and_after_a_clock_change_are_read_in_one_calendar(self):
        hours = [datetime(2026, 3, 29, 0, 30, tzinfo=UTC) + timedelta(hours=k) for k in range(24)]
        amsterdam = ZoneInfo("Europe/Amsterdam")
        written = [hour.astimezone(timezone(hour.astimezone(amsterdam).utcoffset())) for hour in hours]
        data = pd.DataFrame({"at": pd.Series(written, dtype="object")})
        found = cx.with_period(data, "at", every="day", time_zone="Europe/Amsterdam")["day"]
        # The day has 23 hours, of which the first has passed: 22 begin on it, and two on the next.
        assert found.value_counts().to_dict() == {pd.Timestamp("2026-03-29"): 22, pd.Timestamp("2026-03-30"): 2}

    def test_moments_with_and_without_a_zone_do_not_mix(self):
        data = pd.DataFrame({"at": pd.Series([datetime(2026, 3, 2), datetime(2026, 3, 2, tzinfo=UTC)], dtype="object")})
        for zone in (None, "Europe/Amsterdam"):
            with pytest.raises(ValueError, match="in column 'at' 1 have one and 1 have none"):
                cx.with_period(data, "at", every="day", time_zone=zone)

    def test_a_survey_of_several_zones_is_read_too(self, support):
        survey = cx.read_export(support)
        two = [f"2026-03-02T23:30:00{offset}" for offset in ("+01:00", "-05:00")]
        moments = pd.Series([datetime.fromisoformat(two[k % 2]) for k in range(len(survey.responses))], dtype="object")
        survey.responses["moment"] = moments.to_numpy()
        found = cx.with_period(survey, "moment", every="day", time_zone="Europe/Amsterdam").responses["day"]
        assert found.head(2).tolist() == [pd.Timestamp("2026-03-02"), pd.Timestamp("2026-03-03")]

    @pytest.mark.parametrize("zone", ["Europe/Amsterdam", "Pacific/Auckland"])
    def test_first_days_with_a_zone_are_the_days_of_their_own_clock(self, zone):
        plain = cx.with_period(table(300), "at", every="week")
        zoned = plain.assign(week=plain["week"].dt.tz_localize(zone))
        one, other = (cx.score(cx.tally(data, "ces", scale="ces-2.0", by="week")) for data in (plain, zoned))
        series = [cx.over_time(scores) for scores in (one, other)]
        assert series[0].periods == series[1].periods
        assert series[0].n.tolist() == series[1].n.tolist()
        effects = [cx.before_after(scores, along="week", change=CHANGE).to_frame() for scores in (one, other)]
        pd.testing.assert_frame_equal(*effects)


DAYS = ["2026-03-30", date(2026, 3, 30), datetime(2026, 3, 30, 15), pd.Timestamp("2026-03-30 23:30", tz="Asia/Tokyo"),
        np.datetime64("2026-03-30"), "2026-03-30T08:00"]  # fmt: skip
NO_DAYS = ["30/3/2026", "03/04/2026", "2026-03", "2026-02-30", "soon", 20260330, 2.5, pd.NaT, "", True]


class TestDays:
    @pytest.mark.parametrize("day", DAYS, ids=str)
    def test_a_day_may_be_written_in_many_ways(self, day):
        scores = by_week(table(300))
        until = cx.over_time(scores, until=day)
        assert until.status[-1] == "incomplete"
        assert cx.before_after(scores, along="week", change=day).change == pd.Timestamp("2026-03-30")
        assert cx.control_chart(until, baseline=day).expected.periods == 12

    @pytest.mark.parametrize("day", NO_DAYS, ids=str)
    def test_what_is_no_day_is_refused_and_never_guessed(self, day):
        scores = by_week(table(300))
        for name in ("since", "until"):
            with pytest.raises(ValueError, match=f"{name}= is a date, or a text as '2026-03-02'; got"):
                cx.over_time(scores, **{name: day})
        with pytest.raises(ValueError, match="a day is a date, or a text as"):
            cx.before_after(scores, along="week", change=day)
        with pytest.raises(ValueError, match="a day is a date, or a text as"):
            cx.also_changed(by_week(table(300), "channel"), along="week", change=day)
        if not isinstance(day, int):
            with pytest.raises(ValueError, match="a baseline that is no whole number of periods is a date, or"):
                cx.control_chart(cx.over_time(scores), baseline=day)

    def test_text_in_place_of_first_days_is_read_or_refused_with_what_it_holds(self):
        data = cx.with_period(table(300), "at", every="week")
        iso = cx.score(cx.tally(data.assign(week=data["week"].astype("str")), "ces", scale="ces-2.0", by="week"))
        with pytest.raises(ValueError, match="column 'week' must hold the first day of each week.*; it holds text"):
            cx.over_time(iso, along="week")
        assert cx.before_after(iso, along="week", change=CHANGE).series.every == "week"
        named = data.assign(week="week " + data["week"].dt.strftime("%V"))
        with pytest.raises(ValueError, match="must be dates, the first day of each period; got 'week 02', 'week 03'$"):
            cx.change_points(cx.score(cx.tally(named, "ces", scale="ces-2.0", by="week")), along="week")


class TestLengths:
    @pytest.mark.parametrize(
        ("every", "days"),
        [
            ("week", ["2026-02-02", "2026-03-02"]),
            ("week", ["2026-02-02"]),
            ("month", ["2026-01-01", "2026-04-01", "2026-10-01"]),
            ("month", ["2026-01-01", "2027-01-01"]),
            ("quarter", ["2025-01-01", "2026-01-01"]),
            ("day", ["2026-02-02", "2026-02-09"]),
        ],
    )
    def test_periods_are_what_their_column_is_called_even_if_few_have_answers(self, every, days):
        """Mondays a month apart are two weeks and not two months, and the first of January may be a quarter."""
        data = pd.DataFrame({"ces": [6, 2] * len(days), "at": pd.to_datetime(days * 2)})
        scores = cx.score(cx.tally(cx.with_period(data, "at", every=every), "ces", scale="ces-2.0", by=every))
        series = cx.before_after(scores, along=every, change="2026-02-16").series
        assert series.every == every
        assert [series.start(k) for k in series.position] == [pd.Timestamp(day) for day in days]
        length = len(cx.over_time(scores).starts)
        assert series.empty + len(series.n) == length

    def test_another_name_leaves_it_to_the_days(self):
        data = cx.with_period(table(300), "at", every="week", name="begin")
        scores = cx.score(cx.tally(data, "ces", scale="ces-2.0", by="begin"))
        assert cx.change_points(scores, along="begin", draws=49).series.every == "week"


class TestUnfinished:
    def test_a_short_last_week_is_asked_about_where_nobody_says_when_data_end(self):
        whole, short = table(910), table(910).iloc[:-50]
        for data, asked in ((whole, False), (short, True)):
            scores = by_week(data)
            for found in (
                cx.change_points(scores, along="week", draws=49),
                cx.before_after(scores, along="week", change=CHANGE),
            ):
                notes = [note for note in found.notes() if "has it ended?" in note]
                assert bool(notes) == asked
        assert notes[0].startswith("The last week has 20 answers where 70 are usual: has it ended?")

    def test_a_short_first_week_is_asked_about_too(self):
        found = cx.before_after(by_week(table(910).iloc[50:]), along="week", change=CHANGE)
        assert any(note.startswith("The first week has 20 answers where 70 are usual") for note in found.notes())

    def test_a_chart_says_which_weeks_have_hardly_any_answers(self):
        data = pd.concat([table(910), table(3).assign(at=MONDAY + pd.Timedelta(days=93))])
        chart = cx.control_chart(cx.over_time(by_week(data), until="2026-04-12"))
        assert (
            "1 week has fewer than 10 answers: too few to say on their own, and their limits are as wide"
            in chart.notes()
        )
        assert not any("fewer than" in note for note in cx.control_chart(cx.over_time(by_week(table(910)))).notes())


class TestRenamed:
    @pytest.fixture
    def renamed(self):
        data = table(1_820, days=182)
        late = data["at"] >= pd.Timestamp("2026-04-06")
        return data.assign(channel=data["channel"].mask((data["channel"] == "phone") & late, "voice <b>"))

    def test_a_chart_of_either_name_asks(self, renamed):
        series = cx.over_time(by_week(renamed, "channel"))
        asked = "phone ends in 2026-W14 when voice <b> begins in 2026-W15: renamed?"
        for name in ("phone", "voice <b>"):
            one = series.of(name)
            assert asked in one.notes()
            assert asked in cx.control_chart(one).notes()
            assert asked in series.split()[name].of(0).notes()
        assert asked not in series.of("web").notes()
        assert "<b>" not in series.of("phone")._repr_html_().replace("<p><b>", "")

    def test_a_new_name_is_not_told_as_other_customers_without_asking(self, renamed):
        found = cx.also_changed(by_week(renamed, "channel"), along="week", change="2026-04-06")
        assert [one.name for one in found.changed] == ["mix of channel"]
        asked = "phone ends in the week of 30 March 2026 when voice <b> begins in the week of 6 April 2026: renamed?"
        assert found.sentence().endswith(f"{asked} Then it is no other mix.")
        assert "voice <b>" not in found._repr_html_()

    def test_where_customers_do_go_elsewhere_nothing_is_asked(self, renamed):
        back = renamed.assign(channel=renamed["channel"].replace("voice <b>", "web"))
        found = cx.also_changed(by_week(back, "channel"), along="week", change="2026-04-06")
        assert found.changed
        assert "renamed?" not in found.sentence()
