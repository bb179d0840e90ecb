"""Before and after a change: figures by R, effects that are known, comparison groups, placebos, what is said."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from cxstats.responses.tallies import tally
from cxstats.scores.changes import before_after
from cxstats.scores.changes.interruptions import Interruption
from cxstats.scores.changes.segmented import columns_of, estimate, least_squares, newey_west, newey_west_bandwidth
from cxstats.scores.estimates import score

CHANGE = pd.Timestamp("2026-01-05") + pd.Timedelta(weeks=20)


def fitted(published, weighted):
    data = {name: np.array(column) for name, column in published["data"].items()}
    design = np.column_stack([np.ones(48), data["t"], data["level"], data["trend_after"]])
    return least_squares(data["nps"], design, data["n"] if weighted else np.ones(48))


def errors(fit, lag):
    return np.sqrt(np.diag(newey_west(fit, lag)))


def test_least_squares_and_newey_west_agree_with_sandwich(published):
    fit, expected = fitted(published, weighted=False), published["expected"]
    assert fit.coefficients == pytest.approx(list(expected["coef"].values()), abs=1e-9)
    assert errors(fit, 3) == pytest.approx(list(expected["nw_lag3_adj"].values()), abs=1e-9)
    # Without the factor T / (T - P).
    plain = np.sqrt(44 / 48)
    assert plain * errors(fit, 3) == pytest.approx(list(expected["nw_lag3_noprewhite_noadj"].values()), abs=1e-9)
    assert plain * errors(fit, 0) == pytest.approx(list(expected["nw_lag0"].values()), abs=1e-9)


def test_the_automatic_bandwidth_agrees_with_sandwich(published):
    fit, expected = fitted(published, weighted=False), published["expected"]
    bandwidth = newey_west_bandwidth(fit, np.array([False, True, True, True]))
    assert bandwidth == pytest.approx(expected["bw"], abs=1e-9)
    found = np.sqrt(44 / 48) * errors(fit, int(bandwidth))
    assert found == pytest.approx(list(expected["nw_auto_noprewhite"].values()), abs=1e-9)


def test_weighted_least_squares_and_its_errors_agree_with_sandwich(published, figures):
    fit, expected = fitted(published, weighted=True), published["expected"]["weighted"]
    assert fit.coefficients == pytest.approx(list(expected["coef"].values()), abs=1e-9)
    assert errors(fit, 3) == pytest.approx(list(expected["nw3"].values()), abs=1e-9)
    case = figures["noise"]
    y, variance, position = (np.array(case[name]) for name in ("y", "variance", "position"))
    fit = least_squares(y, columns_of(position, case["first"], "level and slope"), 1 / variance)
    assert fit.coefficients == pytest.approx(figures["weighted"]["coefficients"], abs=1e-10)
    for lag, found in enumerate(figures["weighted"]["newey_west"]):
        assert errors(fit, lag) == pytest.approx(found, abs=1e-10)


def test_student_limits_of_newey_west_agree_with_lmtest(published):
    data = {name: np.array(column) for name, column in published["data"].items()}
    design = np.column_stack([np.ones(48), data["t"], data["level"], data["trend_after"]])
    found = estimate(
        data["nps"],
        np.ones(48),
        np.arange(48),
        design=design,
        functions=np.eye(4),
        errors="newey-west",
        confidence_level=0.95,
    )
    rows = published["expected"]["coeftest"].values()
    # The automatic lag is 1 there; p-values are those of Student's distribution on 44 degrees of freedom.
    from scipy import stats

    assert found.p_value == pytest.approx(2 * stats.t.sf(np.abs(found.estimate / found.standard_error), 44))
    assert found.estimate == pytest.approx([row["Estimate"] for row in rows], abs=1e-9)


@pytest.fixture(scope="module")
def risen(weekly):
    rng = np.random.default_rng(5)
    sizes = rng.integers(150, 400, 32)
    levels = 0.60 + 0.002 * np.arange(32) + 0.10 * (np.arange(32) >= 20)
    return weekly(rng.binomial(sizes, levels), sizes)


def test_the_effect_is_what_lies_above_the_trend_before(risen):
    found = before_after(risen, along="week", change=CHANGE, horizon=6)
    row = found.effect()
    assert row["low"] < 0.10 < row["high"]
    assert row["low"] > 0
    assert "In the 6th week after the change of 25 May 2026" in found.sentence()
    assert "percentage points above what the trend before foretold" in found.sentence()
    table = found.counterfactual()
    at = table[table["week"] == CHANGE + pd.Timedelta(weeks=5)].iloc[0]
    assert at["fitted"] - at["expected"] == pytest.approx(row["estimate"])
    before = table[~table["after"]]
    assert before["fitted"].to_numpy() == pytest.approx(before["expected"].to_numpy())


def test_the_average_is_the_mean_of_the_effects_after_it(risen):
    found = before_after(risen, along="week", change=CHANGE)
    effects = [found.effect(k)["estimate"] for k in range(1, 13)]
    table = found.to_frame().set_index("effect")
    assert table.loc["average", "estimate"] == pytest.approx(np.mean(effects))
    assert table.loc["at once", "estimate"] == pytest.approx(effects[0])
    assert table.loc["at the horizon", "estimate"] == pytest.approx(effects[-1])
    assert table.loc["a week", "estimate"] == pytest.approx(effects[1] - effects[0])


def test_only_the_level_may_change_on_request(risen):
    found = before_after(risen, along="week", change=CHANGE, effects="level").to_frame()
    assert found["effect"].tolist() == ["at once", "average", "at the horizon"]
    assert np.ptp(found["estimate"]) == pytest.approx(0)


def test_newey_west_is_there_by_name_and_said_to_be_too_narrow(risen):
    found = before_after(risen, along="week", change=CHANGE, errors="newey-west")
    y, n = risen.estimate, risen.n
    plain = least_squares(y, columns_of(np.arange(32), 20, "level and slope"), n.astype(float))
    assert found.to_frame()["estimate"][0] == pytest.approx(plain.coefficients[2])
    assert any("too small in series of this length" in note for note in found.notes())


def test_the_period_into_which_the_change_falls_is_left_out(risen):
    found = before_after(risen, along="week", change=CHANGE + pd.Timedelta(days=3))
    assert 20 not in found.interruption.position
    assert found.first == 21
    assert any("fell into the week of 25 May 2026, which is left out" in note for note in found.notes())
    assert found.to_frame()["n_before"][0] == risen.n[:20].sum()
    assert found.to_frame()["n_after"][0] == risen.n[21:].sum()


def test_a_comparison_group_takes_away_what_it_felt_too(weekly):
    rng = np.random.default_rng(12)
    shared, own = 0.08 * (np.arange(32) >= 20), 0.06 * (np.arange(32) >= 20)
    treated, other = (weekly(rng.binomial(2_000, 0.7 + shift), 2_000) for shift in (shared + own, shared))
    found = before_after(treated, along="week", change=CHANGE, against=other, effects="level").effect()
    assert found["low"] < 0.06 < found["high"] < 0.12
    alone = before_after(treated, along="week", change=CHANGE, effects="level").effect()
    assert alone["low"] > 0.10
    shifted = weekly(
        rng.binomial(100, np.full(40, 0.7)), 100, starts=pd.date_range("2025-11-10", periods=40, freq="7D")
    )
    common = before_after(treated, along="week", change=CHANGE, against=shifted)
    assert common.interruption.y == pytest.approx(treated.estimate - shifted.estimate[8:])


def test_comparison_groups_that_do_not_compare_are_refused(risen, weekly):
    with pytest.raises(ValueError, match="must be other customers"):
        before_after(risen, along="week", change=CHANGE, against=risen)
    with pytest.raises(ValueError, match="must have the same metric"):
        before_after(risen, along="week", change=CHANGE, against=weekly([5] * 32, 10, metric="net"))
    later = weekly([5] * 9, 10, starts=pd.date_range("2027-01-04", periods=9, freq="7D"))
    with pytest.raises(ValueError, match="none is in both"):
        before_after(risen, along="week", change=CHANGE, against=later)


def test_placebo_dates_are_tried_on_the_periods_before_alone(risen):
    found = before_after(risen, along="week", change=CHANGE, horizon=6)
    placebos = found.placebos()
    table = placebos.to_frame()
    assert table["position"].between(6, 14).all()
    assert placebos.as_large == 0
    first = int(table["position"][0])
    alone = Interruption(risen.estimate[:20], found.series.variance[:20], np.arange(20), first, "level and slope")
    by_hand = alone.estimated(alone.effects_at([placebos.horizon - 1]), 0.95)
    assert table["estimate"][0] == pytest.approx(by_hand.estimate[0])
    assert f"At {len(table)} earlier dates" in placebos.sentence()


def test_two_waves_compare_all_answers_after_with_all_before(risen):
    found = before_after(risen, along="week", change=CHANGE + pd.Timedelta(days=1)).two_waves().to_frame().iloc[0]
    before, after = risen.tally.counts[:20].sum(axis=0), risen.tally.counts[21:].sum(axis=0)
    assert (found["first_n"], found["second_n"]) == (after.sum(), before.sum())
    assert found["difference"] == pytest.approx(after[4] / after.sum() - before[4] / before.sum())


@pytest.mark.parametrize(
    ("weeks", "change", "why"), [(2, 1, "3 periods before"), (12, 11, "3 periods before"), (12, 30, "3")]
)
def test_too_few_periods_are_said(weekly, weeks, change, why):
    day = pd.Timestamp("2026-01-05") + pd.Timedelta(weeks=change)
    found = before_after(weekly([60, 70] * (weeks // 2), 100), along="week", change=day)
    assert f"the effect cannot be said, {why}" in found.sentence()
    assert found.to_text().empty
    assert "cannot be said" in found._repr_html_()
    with pytest.raises(ValueError, match="the effect cannot be said"):
        found.to_frame()


def test_equal_answers_say_nothing(weekly):
    found = before_after(weekly([50] * 32, 50), along="week", change=CHANGE)
    assert "all answers have the same value" in found.sentence()


def test_thin_ends_and_seasons_are_pointed_out(weekly):
    rng = np.random.default_rng(1)
    found = before_after(weekly(rng.binomial(200, 0.8, 9), 200), along="week", change="2026-02-16")
    notes = " ".join(found.notes())
    assert "Only 6 weeks before the change" in notes
    assert "Only 3 weeks after the change" in notes
    assert "Less than two years" in notes


def test_settings_that_do_not_exist_are_refused(risen):
    for setting, said in (
        ({"effects": "slope"}, "effects 'slope' not found"),
        ({"errors": "ols"}, "errors 'ols' not found"),
        ({"horizon": 0}, "horizon counts periods after the change, from 1; got 0"),
        ({"change": "in spring"}, "a day is a date"),
    ):
        with pytest.raises(ValueError, match=said):
            before_after(risen, **{"along": "week", "change": CHANGE, **setting})


def test_text_of_the_data_is_escaped():
    weeks = pd.date_range("2026-01-05", periods=12, freq="7D").repeat(10)
    data = pd.DataFrame({"<b>csat": np.resize([5, 2, 4], 120), "week": weeks})
    scores = score(tally(data, "<b>csat", scale="csat-5", by="week"))
    html = before_after(scores, along="week", change="2026-02-16")._repr_html_()
    assert "&lt;b&gt;csat" in html
    assert "<b>csat" not in html


@pytest.mark.parametrize("carry", [0.0, 0.4])
def test_effects_are_covered(carry):
    rng = np.random.default_rng(31)
    held, place = 0, np.arange(30)
    for _ in range(120):
        ups = rng.standard_normal(30)
        for t in range(1, 30):
            ups[t] = carry * ups[t - 1] + np.sqrt(1 - carry**2) * ups[t]
        y = 0.7 + 0.03 * ups + 0.02 * rng.standard_normal(30) + 0.1 * (place >= 18)
        model = Interruption(y, np.full(30, 0.02**2), place, 18, "level and slope")
        found = model.estimated(model.effects_at([5]), 0.95)
        held += bool(found.low[0] <= 0.1 <= found.high[0])
    # 95 % of 120 is 114; 105 or fewer have a probability below .5 %.
    assert held >= 106


def test_a_trend_that_leaves_the_scale_is_followed_no_further(weekly):
    rng = np.random.default_rng(0)
    levels = np.r_[np.linspace(0.70, 0.93, 26), np.full(26, 0.95)]
    change = pd.Timestamp("2026-01-05") + pd.Timedelta(weeks=26)
    scores = weekly(rng.binomial(200, levels), 200)
    found = before_after(scores, along="week", change=change)
    # By hand: the line through the weeks before, weeks counted from the first one after the change.
    table = before_after(scores, along="week", change=change, horizon=1).counterfactual()
    slope = table["expected"].diff()[1]
    at_once = table["expected"][26]
    assert found.horizon == found.reach == int((1 - at_once) / slope) + 1 < 26
    assert "nothing" not in found.sentence()
    assert f"From the {found.reach + 1}th week on that trend foretells scores that there cannot be: it had to bend" in (
        found.sentence()
    )
    assert "on average over the first" in str(found.to_text())
    table = found.counterfactual()
    assert table["expected"].isna().sum() == 26 - found.reach
    assert table[["expected", "high"]].max().max() <= 1
    average = found.to_frame().set_index("effect").loc["average"]
    assert average["after"] == found.reach
    assert average["estimate"] == pytest.approx(
        np.mean([found.effect(k)["estimate"] for k in range(1, found.reach + 1)])
    )
    later = before_after(scores, along="week", change=change, horizon=20)
    assert later.effect()["after"] == 20
    assert "the difference is no effect of the change" in later.sentence()


def test_a_difference_from_a_comparison_group_may_reach_as_far_as_that_lets_it(weekly):
    place = np.arange(40)
    treated = weekly(np.round(2_000 * (0.3 + 0.02 * np.minimum(place, 25))), 2_000)
    known = {"along": "week", "change": pd.Timestamp("2026-01-05") + pd.Timedelta(weeks=26)}
    # 82 % in the first week after it, 100 % in the tenth.
    assert before_after(treated, **known).reach == 10
    # Less a group at 50 % throughout it ends at +50 points, which are foretold then as well.
    assert before_after(treated, **known, against=weekly(np.full(40, 1_000), 2_000)).reach == 10
    # A group that falls to 30 % leaves room for +70 points.
    fallen = weekly(np.where(place < 26, 1_000, 600), 2_000)
    assert before_after(treated, **known, against=fallen).reach == 14
    later = before_after(treated, **known, horizon=20)
    assert later.reach == 10
    assert "has not been seen yet" in later.sentence()
    assert later.effect(3)["estimate"] == pytest.approx(before_after(treated, **known).effect(3)["estimate"])


def test_the_way_is_said_better_or_worse(weekly):
    rng = np.random.default_rng(5)
    happy = rng.binomial(300, np.where(np.arange(32) < 20, 0.6, 0.8))
    for metric, word in (("top-2", "better"), ("bottom-2", "better")):
        found = before_after(weekly(happy, 300, metric=metric), along="week", change=CHANGE, effects="level")
        assert f"what the trend before foretold, which is {word} (95 %" in found.sentence()
    down = before_after(weekly(300 - happy, 300, metric="top-2"), along="week", change=CHANGE, effects="level")
    assert "below what the trend before foretold, which is worse" in down.sentence()
    none = before_after(weekly(rng.binomial(300, 0.7, 32), 300), along="week", change=CHANGE, effects="level")
    assert "which is" not in none.sentence()


def test_a_season_of_two_years_is_allowed_for(weekly):
    weeks = np.arange(120)
    happy = np.round(5_000 * (0.8 + 0.03 * np.sin(2 * np.pi * weeks / (365.25 / 7) + 1) + 0.05 * (weeks >= 104)))
    change = pd.Timestamp("2026-01-05") + pd.Timedelta(weeks=104)
    found = before_after(weekly(happy, 5_000), along="week", change=change, horizon=8)
    assert found.effect()["estimate"] == pytest.approx(0.05, abs=5e-4)
    without = replace(found.interruption, season=0.0)
    blind = without.estimated(without.effects_at([7]), 0.95).estimate[0]
    assert abs(blind - 0.05) > 0.01
    assert any("A wave that returns each year is allowed for" in note for note in found.notes())
    # Placebo dates have the two years before the change.
    assert found.placebos().table["estimate"].abs().max() < 0.01
    short = before_after(weekly(happy[20:], 5_000), along="week", change=change - pd.Timedelta(weeks=20))
    assert short.interruption.season == 0
    assert any("Less than two years" in note for note in short.notes())


def test_notes_name_what_looks_for_other_changes(risen):
    assert any("also_changed() does" in note for note in before_after(risen, along="week", change=CHANGE).notes())


def test_a_trend_that_has_left_the_scale_at_once_is_said_to_tell_nothing(weekly):
    levels = np.r_[np.linspace(0.60, 1.0, 20), np.full(12, 0.97)]
    found = before_after(weekly(np.round(500 * levels), 500), along="week", change=CHANGE)
    assert (found.reach, found.horizon) == (0, 1)
    assert "From the 1st week on that trend foretells scores that there cannot be: the difference is no effect" in (
        found.sentence()
    )
    assert found.counterfactual().query("after")["expected"].isna().all()
    assert found.to_frame().set_index("effect").loc["average", "after"] == 1
