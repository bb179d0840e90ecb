"""KPIs beside scores: natural units, several at once, influence, and the warnings that always stand under it."""

import numpy as np
import pandas as pd
import pytest

from cxstats.scores.kpis import side_by_side
from cxstats.scores.kpis.words import amounts
from cxstats.scores.trends import over_time

RATE = {"repeat calls": ("repeat_calls", "contacts")}


@pytest.fixture(scope="module")
def found(weeks):
    return side_by_side(*weeks, values={**RATE, "revenue": "revenue"})


def test_one_more_point_is_said_in_natural_units(found):
    row = found.to_frame().iloc[0]
    assert row["step"] == 0.01
    assert row["low"] < -0.003 < row["high"] < 0
    first = found.sentences()[0]
    assert first.startswith("One more percentage point of csat went along with 0.")
    assert "fewer repeat calls per 100 contacts (95 % interval -0." in first
    assert "adjusted p < .001; 40 weeks" in first
    assert found.sentences()[1].startswith("revenue: no clear association with csat; one more percentage point")


def test_larger_steps_scale_everything(weeks, found):
    five = side_by_side(*weeks, values=RATE, step=5).to_frame().iloc[0]
    one = found.to_frame().iloc[0]
    for name in ("estimate", "low", "high", "uncorrected", "uncorrected_low", "without"):
        assert five[name] == pytest.approx(5 * one[name])
    assert five["correlation"] == one["correlation"]
    assert "5 more percentage points of csat" in side_by_side(*weeks, values=RATE, step=5).sentence().lower()


def test_freed_slopes_are_steeper_than_uncorrected_ones(found):
    row = found.to_frame().iloc[0]
    assert 0.5 < row["reliability"] < 0.95
    assert row["estimate"] < row["uncorrected"] < 0
    assert "flattens slopes" in " ".join(found.notes())


def test_a_slope_that_cannot_be_freed_is_said_as_it_is(scored):
    rng = np.random.default_rng(6)
    starts = pd.date_range("2026-01-05", periods=30, freq="7D")
    happy = 80 + rng.integers(-2, 3, 30)
    table = pd.DataFrame({"week": starts, "revenue": 500.5 + 4 * happy + rng.standard_normal(30)})
    result = side_by_side(scored(starts, happy, 100), table, values=["revenue"])
    row = result.to_frame().iloc[0]
    assert np.isinf([row["low"], row["high"]]).all()
    assert row["uncorrected_low"] > 3
    assert result.sentence().startswith("One more percentage point of csat went along with revenue higher by 3.")
    assert "how much steeper the slope truly is cannot be said" in result.sentence()
    assert result.to_text()["one more percentage point of csat"].tolist() == ["cannot be freed"]


def test_p_values_are_adjusted_for_several_kpis(weeks, found):
    table = found.to_frame()
    alone = [side_by_side(*weeks, values=part).to_frame()["p_value"].iloc[0] for part in (RATE, ["revenue"])]
    assert table["p_value"].tolist() == pytest.approx(alone)
    small, large = sorted(alone)
    assert sorted(table["adjusted_p_value"]) == pytest.approx([2 * small, max(2 * small, large)])
    assert table["clear"].tolist() == [True, False]


def test_the_ecological_warning_stands_first_and_nothing_is_called_a_cause(found):
    notes = found.notes()
    assert notes[0].startswith("These are weeks, not customers.")
    assert "the other way round" in notes[0]
    for shown in (repr(found), found._repr_html_()):
        assert "not customers" in shown
        assert "caused" not in shown
        assert "because of" not in shown


def test_trends_in_both_are_no_association_and_said(scored):
    rng = np.random.default_rng(9)
    starts, place = pd.date_range("2026-01-05", periods=40, freq="7D"), np.arange(40)
    scores = scored(starts, rng.binomial(200, 0.6 + 0.007 * place), 200)
    table = pd.DataFrame({"week": starts, "revenue": 900.5 + 10 * place + rng.normal(0, 20, 40)})
    result = side_by_side(scores, table, values=["revenue"])
    assert result.of("revenue").raw > 0.8
    assert not result.to_frame()["clear"].iloc[0]
    assert "csat and revenue both have a trend" in " ".join(result.notes())


def test_things_that_wander_are_pointed_out(scored):
    rng = np.random.default_rng(1)
    starts = pd.date_range("2025-01-06", periods=80, freq="7D")
    walks = np.cumsum(rng.standard_normal((2, 80)), axis=1)
    share = 0.5 + 0.4 * walks[0] / np.abs(walks[0]).max()
    table = pd.DataFrame({"week": starts, "revenue": 0.5 + walks[1]})
    result = side_by_side(scored(starts, np.round(400 * share), 400), table, values=["revenue"])
    assert "both wander" in " ".join(result.notes())


def test_days_of_the_week_that_both_follow_are_pointed_out(scored):
    rng = np.random.default_rng(2)
    days = pd.date_range("2026-01-05", periods=56, freq="D")
    weekend = np.asarray(days.day_of_week >= 5)
    scores = scored(days, rng.binomial(100, np.where(weekend, 0.6, 0.8)), 100, by="day")
    table = pd.DataFrame({"day": days, "calls": 300.5 + 80 * weekend + rng.normal(0, 10, 56)})
    result = side_by_side(scores, table, values=["calls"])
    assert (
        "csat and calls both follow the day of the week, which makes them look related: take weeks." in result.notes()
    )


def stores(scored, **more):
    rng = np.random.default_rng(3)
    names = [f"store {k}" for k in range(20)]
    truth = 0.75 + 0.01 * rng.standard_normal(20)
    figure = 100.5 + rng.standard_normal(20)
    truth[7], figure[7] = 0.95, 130.5
    scores = scored(names, np.round(2_000 * truth), 2_000, by="store")
    return scores, pd.DataFrame({"store": names, "revenue": figure, **more})


def test_a_segment_that_carries_the_association_is_named(scored):
    result = side_by_side(*stores(scored), values=["revenue"])
    row = result.to_frame().iloc[0]
    assert row["clear"]
    assert row["most_influential"] == "store 7"
    assert row["without_low"] < 0 < row["without_high"]
    assert "Much of that hangs on store 7 alone." in result.sentence()
    assert "segment" in result.notes()[0]
    assert result.lags().empty


def test_leaving_the_named_unit_out_gives_the_slope_that_is_said(scored):
    scores, table = stores(scored)
    whole = side_by_side(scores, table, values=["revenue"]).to_frame().iloc[0]
    rest = side_by_side(scores, table[table["store"] != "store 7"], values=["revenue"]).to_frame().iloc[0]
    assert whole["without"] == pytest.approx(rest["estimate"])
    assert whole["without_low"] == pytest.approx(rest["low"])


def test_totals_ask_for_a_denominator(scored):
    scores, table = stores(scored, calls=np.arange(20) + 50)
    result = side_by_side(scores, table, values=["calls"])
    assert "calls is a total: segments with more customers have more of it" in " ".join(result.notes())


def test_a_series_a_tally_and_a_table_give_the_same(weeks):
    scores, table = weeks
    result = side_by_side(scores, table, values=RATE).to_frame()
    series = side_by_side(over_time(scores, since="2026-01-05", until="2026-10-11"), table, values=RATE).to_frame()
    pd.testing.assert_frame_equal(series, result)
    pd.testing.assert_frame_equal(side_by_side(scores.tally, table, values=RATE).to_frame(), result)
    tidy = side_by_side(scores.to_frame(), table, values=RATE, key="week", step=0.01)
    pd.testing.assert_frame_equal(tidy.to_frame(), result)
    assert tidy.sentence().startswith("0.01 more of the score went along with")


def test_the_order_of_rows_does_not_matter(weeks):
    scores, table = weeks
    shuffled = table.sample(frac=1, random_state=1)
    one, other = (side_by_side(scores, part, values=RATE) for part in (table, shuffled))
    pd.testing.assert_frame_equal(one.to_frame(), other.to_frame())
    pd.testing.assert_frame_equal(one.units(), other.units())
    tidy = side_by_side(scores.to_frame().iloc[::-1], table, values=RATE, key="week", step=0.01)
    assert tidy.to_frame()["estimate"].iloc[0] == pytest.approx(one.to_frame()["estimate"].iloc[0])


def test_lags_say_which_comes_later(weeks):
    scores, table = weeks
    late = table.assign(week=table["week"] + pd.Timedelta(days=14))
    result = side_by_side(scores, late, values=RATE)
    lags = result.lags().set_index("lag")
    assert lags["adjusted_p_value"].idxmin() == 2
    assert "repeat calls per 100 contacts: 2 weeks after the score the correlation is" in " ".join(result.notes())
    assert side_by_side(scores, table, values=RATE, lags=0).lags()["lag"].tolist() == [0]


def test_too_few_units_are_said_and_break_nothing(weeks):
    scores, table = weeks
    few = side_by_side(scores, table.head(7), values={**RATE, "flat": "contacts"})
    assert few.sentences()[0] == "repeat calls per 100 contacts: too few to say, 8 units are the least (7 weeks)."
    assert few.to_frame()["estimate"].isna().all()
    assert "too few to say" in few._repr_html_()
    flat = side_by_side(scores, table, values={"contacts": "contacts"})
    assert "contacts lies on a straight line" in flat.sentence()


def test_what_is_set_aside_is_said(weeks):
    scores, table = weeks
    table = table.iloc[1:].assign(revenue=table["revenue"].where(table.index != 3))
    result = side_by_side(scores, table, values={**RATE, "revenue": "revenue"})
    assert result.to_frame()["n"].tolist() == [39, 38]
    assert "Set aside, no row in the KPIs: 2026-01-05." in result.notes()
    assert "Set aside for revenue, no number: 2026-01-26." in result.notes()


def test_text_from_data_is_escaped(scored):
    scores, table = stores(scored)
    result = side_by_side(scores, table, values={"<b>money</b>": "revenue"})
    assert "<b>money" not in result._repr_html_()
    assert "\x1b" not in repr(side_by_side(scores, table, values={"\x1b[31mmoney": "revenue"}))


def test_settings_that_cannot_be_meant_are_refused(weeks):
    scores, table = weeks
    with pytest.raises(ValueError, match="step must be above 0"):
        side_by_side(scores, table, values=RATE, step=0)
    with pytest.raises(ValueError, match="say with step="):
        side_by_side(scores.to_frame(), table, values=RATE, key="week")
    with pytest.raises(ValueError, match="lags counts periods"):
        side_by_side(scores, table, values=RATE, lags=-1)
    with pytest.raises(ValueError, match="key= says month"):
        side_by_side(scores, table, values=RATE, key="month")
    with pytest.raises(ValueError, match="did you mean 'repeat calls'"):
        side_by_side(scores, table, values=RATE).of("repeat call")


def test_amounts_share_their_decimals():
    assert amounts((0.5, -12.25, np.inf)) == ("+0.5", "-12.2", "no limit")
    assert amounts((0.0, 0.0)) == ("+0", "+0")


def test_each_sentence_says_that_it_is_not_of_customers(found):
    for said in found.sentences():
        assert "weeks, not customers)" in said
