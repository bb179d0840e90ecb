"""Little and odd data: pain points, leagues, effort, lists and recovery are right, or say in words what is lacking."""

import re
from datetime import UTC, date, datetime, timedelta

import numpy as np
import pandas as pd
import pytest

import cxstats as cx
from cxstats.actions.followup.days import days_of, moments_of

TODAY = date(2026, 4, 1)


def table(n, answers=(6, 2, 5, 7, 3, 6, 1)):
    k = np.arange(n)
    return pd.DataFrame(
        {
            "ces": np.resize(np.array(answers, dtype=float), n),
            "at": pd.Timestamp("2026-03-01") + pd.to_timedelta(k % 30, unit="D"),
            "who": [f"c{i}" for i in k],
            "channel": np.array(["web", "phone"], dtype=object)[k % 2],
            "reason": np.array(["bill", "order", "other"], dtype=object)[k // 2 % 3],
            "contacts": k // 3 % 3 + 1,
            "called": np.array(["yes", "no"], dtype=object)[k % 2],
            "back": np.array(["yes", "no", "no"], dtype=object)[k // 2 % 3],
            "worth": (k * 7 % 31).astype(float),
        }
    )


CASES = {
    "no rows": table(0),
    "all missing": table(60, answers=[np.nan]),
    "one answer": table(1),
    "two answers": table(2),
    "all alike": table(300, answers=[5]),
    "one segment": table(300).assign(channel="web"),
    "some hundred": table(300),
}


def listed(data):
    customers = cx.CustomerColumns("who", answered="at")
    return cx.follow_up(data, "ces", scale="ces-2.0", customers=customers, rules=cx.ContactRules(TODAY))


CALLS = {
    "pain_points": lambda data: cx.pain_points(
        cx.score(cx.tally(data, "ces", scale="ces-2.0", by=["channel", "reason"]))
    ),
    "league_table": lambda data: cx.league_table(data, "ces", of="channel", given="reason", scale="ces-2.0"),
    "accumulated_effort": lambda data: cx.accumulated_effort(data, "ces", along="contacts", scale="ces-2.0"),
    "follow_up": listed,
    "recovery": lambda data: cx.recovery(data, called="called", outcome="back", because=["worth"]),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("call", CALLS)
def test_it_is_right_or_said(call, case):
    try:
        found = CALLS[call](CASES[case])
    except ValueError as error:
        refused = str(error)
    else:
        refused = ""
        shown = repr(found) + found._repr_html_()
        assert not re.search(r"\bnan\b|\bNaT\b|\binf\b", shown)
    if refused:
        assert case not in {"some hundred", "all alike"}
        assert re.search(r"'ces'|'contacts'|'back'|'called'|two or more|20 comparable|because=", refused)


def test_every_answer_is_accounted_for_however_few():
    for case, data in CASES.items():
        counts = listed(data).summary()
        assert counts.loc[counts["what"].astype("str") != "", :].notna().all(axis=None), case
        assert len(listed(data).customers) == int(data["ces"].notna().sum())


def test_equal_answers_tell_nobody_apart():
    data = CASES["all alike"]
    points = CALLS["pain_points"](data).to_frame()
    assert not (points["shortfall_low"] > 0).any()
    assert "2 of 2 channels cannot be told from the average" in CALLS["league_table"](data).sentences()[0]
    assert "no worse" in CALLS["accumulated_effort"](data).sentence()


@pytest.mark.parametrize("zone", ["Europe/Amsterdam", "America/New_York"])
def test_a_day_is_that_of_the_own_clock_on_the_day_of_a_clock_change_too(zone):
    change = {"Europe/Amsterdam": "2026-03-29", "America/New_York": "2026-03-08"}[zone]
    first = datetime.fromisoformat(f"{change}T00:00").replace(tzinfo=UTC)
    hours = pd.Series([first + timedelta(hours=k) for k in range(-12, 48)]).dt.tz_convert(zone)
    rows = table(len(hours), answers=[1]).assign(at=hours)
    today = date.fromisoformat(change)
    rules = cx.ContactRules(today, not_older_than=1)
    customers = cx.CustomerColumns("who", answered="at")
    found = cx.follow_up(rows, "ces", scale="ces-2.0", customers=customers, rules=rules)
    ago = (pd.Timestamp(today) - hours.dt.tz_localize(None).dt.normalize()).dt.days
    # Answers of tomorrow are not there yet, and those of the day before yesterday are too old.
    assert len(found.call) == int(ago.between(0, 1).sum())
    assert int((ago == 0).sum()) == 23


def test_text_and_numbers_in_place_of_dates_are_refused():
    for column, holds in (("when", "text"), ("worth", "numbers")):
        data = table(60).assign(when="2026-03-02")
        with pytest.raises(ValueError, match=f"column '{column}' must hold dates; it holds {holds}"):
            cx.follow_up(
                data, "ces", scale="ces-2.0", customers=cx.CustomerColumns("who", answered=column),
                rules=cx.ContactRules(TODAY),
            )  # fmt: skip


def test_answers_without_any_unit_are_told_from_no_answers():
    table = pd.DataFrame({"ces": [5, 6, 7] * 10, "agent": None, "reason": ["a", "b"] * 15})
    with pytest.raises(ValueError, match="none of the 30 answers to 'ces' has a value in column 'agent'"):
        cx.league_table(table, "ces", of="agent", given="reason", scale="ces-2.0")


def test_more_steps_that_go_along_with_better_scores_are_called_better():
    table = pd.DataFrame({"ces": [4] * 40 + [7] * 40 + [3] * 20, "steps": [1] * 40 + [2] * 40 + [3] * 20})
    said = cx.accumulated_effort(table, "ces", along="steps", scale="ces-2.0").sentence()
    assert "1.00 points better" in said
    assert "Something is lost with steps 3" in said
    assert "-" not in said


def test_moments_of_several_offices_are_read_on_their_own_clocks():
    zones = ("Europe/Amsterdam", "America/New_York")
    written = pd.Series([*(pd.Timestamp("2026-03-01 23:30", tz=zone) for zone in zones), None], dtype=object, name="at")
    assert days_of(moments_of(written)).astype(str).tolist() == ["2026-03-01", "2026-03-01", "NaT"]
