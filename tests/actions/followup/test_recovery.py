"""The effect of a call: exact where there is no chance, and refused or set aside where nobody is comparable."""

import re

import numpy as np
import pandas as pd
import pytest
from scipy import stats

import cxstats as cx
from cxstats.actions.followup import recovery


def world(n=600, pull=0.8, seed=3):
    rng = np.random.default_rng(seed)
    value, channel = rng.standard_normal(n), rng.choice(["chat", "phone", "web"], n)
    called = rng.random(n) < 1 / (1 + np.exp(-pull * value - 0.5 * (channel == "phone")))
    return pd.DataFrame({"value": value, "channel": channel, "called": called}), rng


@pytest.mark.parametrize("among", ["called", "all"])
def test_without_chance_in_the_outcome_the_effect_is_exact(among):
    table, _ = world()
    line = 3 + 0.5 * table["value"] + (table["channel"] == "web")
    table["score"] = line + 0.75 * table["called"]
    found = recovery(table, called="called", outcome="score", because=["value", "channel"], among=among)
    assert found.effect == pytest.approx(0.75, abs=1e-9)
    assert found.difference_as_it_is > 0.9
    assert found.balance["difference_after"].abs().max() < found.balance["difference_before"].abs().max()


def test_calls_and_no_calls_change_places():
    table, rng = world()
    table["back"] = rng.random(600) < 0.3 + 0.2 * table["called"] + 0.1 * (table["value"] > 0)
    because = ["value", "channel"]
    one = recovery(table, called="called", outcome="back", because=because, among="all")
    other = recovery(
        table.assign(called=~table["called"]), called="called", outcome="back", because=because, among="all"
    )
    assert one.effect == pytest.approx(-other.effect, abs=1e-9)
    assert one.standard_error == pytest.approx(other.standard_error, abs=1e-9)


@pytest.mark.parametrize(("yes", "no"), [("yes", "no"), ("ja", "nee"), (1, 0), (1.0, 0.0)])
def test_yes_and_no_are_read_in_every_form(yes, no):
    table, rng = world()
    table["back"] = rng.random(600) < 0.5
    plain = recovery(table, called="called", outcome="back", because=["value"])
    told = table.assign(called=np.where(table["called"], yes, no), back=np.where(table["back"], yes, no))
    assert recovery(told, called="called", outcome="back", because=["value"]).effect == plain.effect
    assert plain.kind == "share"


def test_a_next_score_on_a_scale_where_low_is_good():
    table, _ = world()
    table["next"] = np.where(table["called"], "2", "4")
    table.loc[:9, "next"] = "no idea"
    found = recovery(table, called="called", outcome="next", because=["value"], scale="ces-1.0")
    assert found.effect == pytest.approx(-2)
    assert dict(found.account)["no outcome"] == 10
    assert "the call lowered next by 2" in found.sentence()
    assert "points, which is better (2.00 with a call against 4.00 without" in found.sentence()
    assert "10 customers without an outcome are left out" in found.sentence()


def test_every_customer_is_accounted_for():
    table, rng = world(pull=2.5)
    table["back"] = rng.random(600) < 0.5
    table["called"] = table["called"].astype("boolean")
    table.loc[[0, 1], "called"] = pd.NA
    table.loc[[1, 2], "value"] = np.nan
    table.loc[[3], "channel"] = None
    found = recovery(table, called="called", outcome="back", because=["value", "channel"])
    summary = found.summary()["customers"].tolist()
    assert summary[0] == 600 == sum(summary[1:])
    assert dict(found.account) == {
        "customers": 600, "not said whether called": 2, "no outcome": 0, "nothing in value": 1, "nothing in channel": 1,
    }  # fmt: skip
    assert found.overlap.trimmed_called > 0
    assert "have nobody comparable (a chance beyond 95 %)" in found.sentence()
    assert "Valid if every reason for a call that matters for back is among these columns: value, channel." in (
        found.sentence()
    )


def test_a_rule_that_decides_leaves_nobody_to_compare():
    table, rng = world()
    table["back"] = rng.random(600) < 0.5
    with pytest.raises(ValueError, match=r"say without error who was called.*leave a part of the calls to chance"):
        recovery(table.assign(called=table["value"] > 0), called="called", outcome="back", because=["value"])
    nearly = (table["value"] > 0) ^ (np.arange(600) % 60 == 0)
    with pytest.raises(ValueError, match="have nobody comparable"):
        recovery(table.assign(called=nearly), called="called", outcome="back", because=["value"], furthest=0.51)


def test_too_few_are_refused():
    table, rng = world()
    table["back"] = rng.random(600) < 0.5
    few = table[~table["called"] | (table["called"].cumsum() <= 19)]
    with pytest.raises(ValueError, match="needs 20 comparable customers or more who were called; there are 19"):
        recovery(few, called="called", outcome="back", because=["value"])


def test_the_e_value_is_that_of_the_ratio_and_one_where_the_interval_holds_zero():
    table, rng = world()
    table["back"] = rng.random(600) < np.where(table["called"], 0.8, 0.2)
    found = recovery(table, called="called", outcome="back", because=["value"])
    row = found.to_frame().iloc[0]
    ratio = row["with_call"] / row["without_call"]
    assert row["e_value"] == pytest.approx(ratio + np.sqrt(ratio * (ratio - 1)))
    assert 1 < row["e_value_of_limit"] < row["e_value"]
    table["back"] = rng.random(600) < 0.5
    chance = recovery(table, called="called", outcome="back", because=["value"])
    assert chance.e_values()[1] == 1
    assert "changed back by nothing clear" in chance.sentence()
    assert "A missing reason" not in chance.sentence()


def test_an_outcome_that_one_kind_always_has_is_estimated():
    table, rng = world()
    table["back"] = table["called"] | (rng.random(600) < 0.3)
    found = recovery(table, called="called", outcome="back", because=["value"], among="all")
    assert found.found.called.estimate == pytest.approx(1)
    low, high = found.interval()
    assert low < 0.7 < high
    assert found.interval(0.99)[0] < low


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"because": []}, "because= must name the columns"),
        ({"because": ["back"]}, "column 'back' is named twice"),
        ({"because": ["valu"]}, "column 'valu' not found; did you mean 'value'"),
        ({"among": "some"}, "among 'some' not found"),
        ({"furthest": 1.0}, "furthest must be a chance above 0.5 and below 1; got 1.0"),
        ({"outcome": "channel"}, "outcome 'channel' must be yes and no, or numbers"),
        ({"called": "channel"}, "column 'channel' must hold yes and no, and must vary"),
    ],
)
def test_errors_say_what_must_hold(change, says):
    table, rng = world()
    table["back"] = rng.random(600) < 0.5
    named = {"called": "called", "outcome": "back", "because": ["value"]}
    with pytest.raises(ValueError, match=re.escape(says)):
        recovery(table, **(named | change))


def test_a_survey_is_read_and_html_is_escaped():
    table, rng = world()
    table["<b>"] = table["channel"]
    table["back"] = rng.random(600) < 0.5
    source = cx.responses.survey.Source("made.csv", "plain", "text", 600)
    empty = pd.DataFrame({"record": [], "reason": []})
    survey = cx.Survey(table, pd.DataFrame({"column": table.columns}), empty, source)
    found = recovery(survey, called="called", outcome="back", because=["value", "<b>"])
    assert found.effect == recovery(table, called="called", outcome="back", because=["value", "channel"]).effect
    assert "<b>" not in found._repr_html_()
    assert "&lt;b&gt;" in found._repr_html_()


@pytest.mark.parametrize("among", ["called", "all"])
def test_calls_in_one_region_alone_are_judged_within_it(among):
    table, rng = world()
    table["region"] = rng.choice(["north", "south", "east"], 600)
    table["called"] &= table["region"] != "south"
    table["back"] = rng.random(600) < 0.4 + 0.1 * table["called"]
    because = ["region", "value"]
    found = recovery(table, called="called", outcome="back", because=because, among=among)
    rest = table[table["region"] != "south"]
    alone = recovery(rest, called="called", outcome="back", because=because, among=among)
    assert found.effect == pytest.approx(alone.effect, abs=1e-9)
    assert found.standard_error == pytest.approx(alone.standard_error, abs=1e-9)
    more = int((table["region"] == "south").sum())
    assert found.overlap.trimmed_not_called == alone.overlap.trimmed_not_called + more
    assert found.summary()["customers"].tolist()[0] == 600 == found.summary()["customers"][1:].sum()
    assert "or a level of region called throughout or not at all): nothing is said of them" in found.sentence()
    # With one region left, its column tells customers apart no more.
    two = table.assign(region=table["region"].replace("east", "south"))
    two["called"] &= two["region"] == "north"
    north = two[two["region"] == "north"]
    one = recovery(two, called="called", outcome="back", because=because, among=among)
    assert one.effect == pytest.approx(
        recovery(north, called="called", outcome="back", because=["value"], among=among).effect, abs=1e-9
    )
    bare = recovery(two, called="called", outcome="back", because=["region"], among=among)
    assert bare.effect == pytest.approx(
        north.loc[north["called"], "back"].mean() - north.loc[~north["called"], "back"].mean(), abs=1e-9
    )
    assert "No reason for a call varies among them" in bare.sentence()


def test_levels_called_throughout_are_set_aside_and_most_of_them_refused_by_name():
    table, rng = world()
    table["back"] = rng.random(600) < 0.5
    told = table.assign(called=table["called"] | (table["channel"] == "web"))
    found = recovery(told, called="called", outcome="back", because=["channel", "value"])
    assert found.overlap.trimmed_called >= (table["channel"] == "web").sum()
    decided = table.assign(kind=np.where(table["called"], "a", "b"))
    with pytest.raises(ValueError, match=r"the columns \(levels of kind\) decide almost alone who is called"):
        recovery(decided, called="called", outcome="back", because=["kind", "value"])
    with pytest.raises(ValueError, match=r"leave a part of the calls to chance\. By itself does so: value"):
        recovery(table.assign(called=table["value"] > 0), called="called", outcome="back", because=["value"])


def test_limits_of_a_share_stay_within_what_a_share_can_change():
    rng = np.random.default_rng(0)
    table = pd.DataFrame({"value": rng.normal(size=60), "called": [True, False] * 30, "back": [True, False] * 30})
    table.loc[[0, 1], "back"] = [False, True]
    found = recovery(table, called="called", outcome="back", because=["value"])
    wide = found.found.degrees_of_freedom, found.standard_error
    assert found.effect + stats.t.ppf(0.975, wide[0]) * wide[1] > 1
    assert found.interval()[1] == 1
    assert found.interval()[0] == pytest.approx(found.effect - stats.t.ppf(0.975, wide[0]) * wide[1])
