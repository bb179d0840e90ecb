"""What else changed: mixes and rates that did and did not, against chi-square and the mix split, refusals."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from cxstats.responses.tallies import tally
from cxstats.responses.weights import Design
from cxstats.scores.changes import also_changed
from cxstats.scores.estimates import score
from cxstats.scores.mix import mix_and_rate
from cxstats.scores.participation import response_rates

CHANGE = "2026-03-02"


def answers(phone_before=0.3, phone_after=0.3, weeks=16, n=150, seed=1):
    rng = np.random.default_rng(seed)
    week = pd.date_range("2026-01-05", periods=weeks, freq="7D").repeat(n)
    phone = rng.random(len(week)) < np.where(week < pd.Timestamp(CHANGE), phone_before, phone_after)
    happy = rng.random(len(week)) < np.where(phone, 0.5, 0.85)
    return pd.DataFrame({"csat": np.where(happy, 5, 2), "week": week, "channel": np.where(phone, "phone", "web")})


def by_channel(data, **more):
    return score(tally(data, "csat", scale="csat-5", by=("week", "channel"), **more))


def test_a_changed_mix_is_pointed_out_with_what_it_does_to_the_score():
    data = answers(0.3, 0.5)
    found = also_changed(by_channel(data), along="week", change=CHANGE)
    row = found.to_frame().iloc[0]
    after = data["week"] >= CHANGE
    table = pd.crosstab(after, data["channel"])
    assert row["p_value"] == pytest.approx(stats.chi2_contingency(table, correction=False).pvalue, abs=1e-12)
    assert row["moved"] == pytest.approx(abs(np.diff(table["phone"] / table.sum(axis=1))[0]))
    halves = score(tally(data.assign(half=np.where(after, "b", "a")), "csat", scale="csat-5", by=("half", "channel")))
    split = mix_and_rate(halves, along="half", before="a", after="b")
    assert (row["mix"], row["rate"]) == pytest.approx((split.mix, split.rate))
    assert row["changed"]
    assert row["mix_high"] < 0
    assert "something else changed too" in found.sentence()
    assert "mix of channel" in found.sentence()


def test_an_unchanged_mix_is_not():
    found = also_changed(by_channel(answers()), along="week", change=CHANGE)
    assert found.changed == ()
    assert found.sentence() == "Nothing else that was looked at changed clearly with 2 March 2026: mix of channel."


def test_the_period_into_which_the_change_falls_is_left_out():
    data = answers(0.3, 0.5)
    found = also_changed(by_channel(data), along="week", change="2026-03-04").to_frame().iloc[0]
    assert (found["n_before"], found["n_after"]) == (8 * 150, 7 * 150)


def test_days_alone_say_the_mix_of_weekdays():
    days = pd.date_range("2026-01-05", periods=70)
    weekend = days.day_of_week >= 5
    sizes = np.where(weekend & (days >= CHANGE), 60, 20)
    data = pd.DataFrame({"csat": np.resize([5, 5, 2], sizes.sum()), "day": days.repeat(sizes)})
    found = also_changed(score(tally(data, "csat", scale="csat-5", by="day")), along="day", change=CHANGE)
    assert [one.name for one in found.changed] == ["mix of weekday"]
    assert set(found.aspects[0].levels) == set(days.day_name())


def test_a_response_rate_that_fell_is_pointed_out():
    asked = pd.DataFrame({"at": pd.date_range("2026-01-05", periods=112).repeat(30)})
    asked["answered"] = np.resize(np.arange(10), len(asked)) < np.where(asked["at"] < CHANGE, 4, 2)
    rates = response_rates(asked, responded="answered", asked_at="at", period="W")
    found = also_changed(by_channel(answers()), along="week", change=CHANGE, rates=rates)
    assert [one.name for one in found.changed] == ["response rate"]
    assert "response rate: from 40.0 % to 20.0 % of those asked" in found.sentence()
    row = found.to_frame().set_index("aspect").loc["response rate"]
    assert (row["moved"], row["n_before"]) == (pytest.approx(0.2), 56 * 30)
    assert np.isnan(row["mix"])


def test_response_rates_must_be_on_both_sides():
    asked = pd.DataFrame({"at": pd.date_range("2026-01-05", periods=28).repeat(10), "answered": True})
    rates = response_rates(asked, responded="answered", asked_at="at", period="W")
    with pytest.raises(ValueError, match="invitations on both sides of the change"):
        also_changed(by_channel(answers()), along="week", change=CHANGE, rates=rates)


def test_several_aspects_share_the_level_by_holm():
    data = answers(0.3, 0.36).assign(language=lambda d: np.resize(["en", "nl", "de"], len(d)))
    by_language = score(tally(data, "csat", scale="csat-5", by=("week", "language")))
    alone = also_changed(by_channel(data), along="week", change=CHANGE).to_frame()["p_value"][0]
    both = also_changed([by_channel(data), by_language], along="week", change=CHANGE).to_frame()
    assert both["p_value"][0] == pytest.approx(min(1, 2 * alone))


def test_one_level_has_nothing_to_move():
    found = also_changed(by_channel(answers(0, 0)), along="week", change=CHANGE)
    assert found.to_frame()["moved"][0] == 0
    assert found.changed == ()


def test_what_cannot_be_looked_at_is_refused():
    data = answers()
    with pytest.raises(ValueError, match="these are by \\['week'\\]"):
        also_changed(score(tally(data, "csat", scale="csat-5", by="week")), along="week", change=CHANGE)
    with pytest.raises(ValueError, match="without a design"):
        also_changed(by_channel(data.assign(w=1.0), design=Design(weights="w")), along="week", change=CHANGE)
    with pytest.raises(ValueError, match="there are none after it"):
        also_changed(by_channel(data), along="week", change="2027-01-01")
    with pytest.raises(ValueError, match="give scores by period"):
        also_changed([], along="week", change=CHANGE)
