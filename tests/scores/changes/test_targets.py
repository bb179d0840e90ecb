"""Targets: probabilities by the beta distribution, paths, plans, benchmarks, what is said and refused."""

import re

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from cxstats.responses.tallies import tally
from cxstats.responses.weights import Design
from cxstats.scores.changes import target
from cxstats.scores.comparing import Benchmark
from cxstats.scores.dirichlet import dirichlet_interval
from cxstats.scores.estimates import score


def csat(happy, n, metric=None):
    return score(tally(pd.DataFrame({"csat": [5] * happy + [2] * (n - happy)}), "csat", scale="csat-5"), metric)


@pytest.mark.parametrize(
    ("happy", "n", "value"), [(330, 412, 0.85), (330, 412, 0.8), (12, 12, 0.9), (1, 1, 0.5), (0, 9, 0.1)]
)
def test_the_probability_for_a_share_is_that_of_the_beta_distribution(happy, n, value):
    found = target(csat(happy, n), value=value)
    assert found.probability == pytest.approx(stats.beta.sf(value, happy + 0.5, n - happy + 0.5), abs=1e-8)


def test_the_probability_matches_the_ends_of_the_posterior_interval():
    data = pd.DataFrame({"nps": [0] * 12 + [5] * 20 + [8] * 30 + [10] * 45})
    nps = score(tally(data, "nps", scale="nps"))
    limits = dirichlet_interval()(nps.sample, 0.9)
    assert target(nps, value=float(limits.low[0])).probability == pytest.approx(0.95, abs=1e-7)
    assert target(nps, value=float(limits.high[0])).probability == pytest.approx(0.05, abs=1e-7)


def test_where_low_is_good_the_target_lies_below():
    good, bad = target(csat(330, 412, "top-2"), value=0.85), target(csat(330, 412, "bottom-2"), value=0.15)
    assert bad.probability == pytest.approx(good.probability)
    assert not bad.is_reached
    assert target(csat(330, 412, "bottom-2"), value=0.25).is_reached


def test_the_plan_tells_the_target_from_the_score_of_now():
    found = target(csat(320, 400), value=0.85)
    # One share against a known one, by the normal formula; the plan goes by the score interval of the difference.
    z = stats.norm.ppf(0.975) * np.sqrt(0.8 * 0.2) + stats.norm.ppf(0.8) * np.sqrt(0.85 * 0.15)
    assert found.plan.second[0] == pytest.approx((z / 0.05) ** 2, rel=0.05)
    assert f"{found.plan.second[0]:,.0f} answers at a time" in found.sentence()
    assert target(csat(320, 400), value=0.75).plan is None


def test_the_path_is_the_gap_over_the_periods_left(weekly):
    rng = np.random.default_rng(3)
    scores = weekly(rng.binomial(300, np.linspace(0.7, 0.8, 20)), 300)
    found = target(scores, value=0.9, by="2026-06-30", along="week")
    last = pd.Timestamp("2026-01-05") + pd.Timedelta(weeks=19)
    assert found.periods_left == (pd.Timestamp("2026-06-30") - last).days // 7
    assert found.path * found.periods_left == pytest.approx(0.9 - scores.estimate[-1])
    low, high = found.trend.interval(0.95)
    assert low[0] < 0.1 / 19 < high[0]
    assert "percentage points a week are needed for 6 weeks; so far it has been" in found.sentence()


def test_past_and_benchmarks_stand_beside_it_with_n_and_date(weekly):
    happy = [80] + [70] * 51 + [75, 78]
    scores = weekly(happy, 100)
    panel = Benchmark(0.72, n=1_200, source="panel", date="2025")
    found = target(scores, value=0.85, along="week", benchmarks=[panel, Benchmark(counts=[1, 2, 3, 40, 60])])
    table = found.to_frame().set_index("what")
    assert table.loc["best before", ["n", "estimate"]].tolist() == [100, 0.8]
    year = table.loc["a year before", "date"]
    assert abs((table.loc["now", "date"] - year).days - 365) < 7
    assert table.loc["the benchmark (panel, 2025)", ["n", "estimate", "difference"]].tolist() == [
        1_200,
        0.72,
        pytest.approx(0.06),
    ]
    share = table.loc["the benchmark"]
    assert (share["n"], share["estimate"]) == (106, pytest.approx(100 / 106))
    assert share["low"] < share["estimate"] < share["high"]
    assert "1,200" in found.to_text()["n"].to_list()
    assert any("same question" in note for note in found.notes())


def test_a_date_that_has_passed_leaves_no_path(weekly):
    found = target(weekly([80] * 8, 100), value=0.9, by="2026-02-01", along="week")
    assert np.isnan(found.path)
    assert "No period is left until then" in found.sentence()


def test_too_few_answers_are_said_so():
    found = target(csat(3, 4), value=0.85)
    assert "too few to say (n = 4)" in found.sentence()
    assert found.plan is None


def test_equal_answers_have_a_probability_and_no_plan():
    found = target(csat(0, 40), value=0.2)
    assert found.probability == pytest.approx(stats.beta.sf(0.2, 0.5, 40.5), abs=1e-8)
    assert found.plan is None
    assert "below 0.1 %" in found.sentence()


def test_targets_outside_the_metric_are_refused():
    with pytest.raises(ValueError, match="within 0 and 1; got 85; shares and nets are fractions here"):
        target(csat(3, 4), value=85)


def test_a_target_that_is_reached_but_not_surely_has_a_number_of_answers():
    found = target(csat(41, 50), value=0.8)
    assert found.is_reached
    assert not found.is_sure
    n = round(float(found.plan.second[0]))
    assert f"should the score stay where it is now, {n:,} answers at a time are needed" in found.sentence()
    # With so many, the score interval leaves out the target in 80 % of samples whose truth is as now.
    happy = np.arange(n + 1)
    z = stats.norm.ppf(0.975)
    beyond = (happy / n - 0.8) / np.sqrt(0.8 * 0.2 / n) > z
    assert stats.binom.pmf(happy[beyond], n, 0.82).sum() == pytest.approx(0.8, abs=0.01)
    sure = target(csat(480, 500), value=0.8)
    assert sure.is_sure
    assert sure.plan is None
    assert "answers at a time" not in sure.sentence()


def test_a_low_target_is_reached_surely_below_it():
    found = target(csat(450, 500, "bottom-2"), value=0.2)
    assert found.is_sure
    near = target(csat(41, 50, "bottom-2"), value=0.2)
    assert not near.is_sure
    assert near.plan.second[0] == pytest.approx(target(csat(41, 50), value=0.8).plan.second[0])


def test_a_score_at_the_target_is_told_from_it_by_no_number_of_answers():
    assert "too near the target for any number of answers to tell" in target(csat(40, 50), value=0.8).sentence()


def test_several_of_the_last_periods_can_be_now(weekly):
    rng = np.random.default_rng(2)
    happy = rng.binomial(30, 0.7, 60)
    found = target(weekly(happy, 30), value=0.9, by="2027-06-28", along="week", recent=4)
    assert (found.now.n[0], found.now.estimate[0]) == (120, pytest.approx(happy[-4:].sum() / 120))
    assert "in the last 4 weeks with answers, until the week of 22 February 2027" in found.sentence()
    table = found.to_frame().set_index("what")
    runs = np.convolve(happy, np.ones(4), "valid")[:-4]
    assert table.loc["best before", "estimate"] == pytest.approx(runs.max() / 120)
    first = pd.Timestamp("2026-01-05") + pd.Timedelta(weeks=int(runs.argmax()))
    assert table.loc["best before", "date"] == first
    assert table.loc["a year before", "n"] == 120
    year = table.loc["now", "date"] - table.loc["a year before", "date"]
    assert abs(year.days - 365) < 7
    assert any("the last 4 weeks together" in note for note in found.notes())
    one = target(weekly(happy, 30), value=0.9, along="week", recent=1)
    assert one.now.n[0] == 30


def test_recent_counts_periods_that_there_are(weekly):
    with pytest.raises(ValueError, match="recent must be 1 to 8, the periods with answers; got 9"):
        target(weekly([20] * 8, 30), value=0.9, along="week", recent=9)
    with pytest.raises(ValueError, match="say their column with along="):
        target(csat(30, 40), value=0.9, recent=2)
    weeks = pd.date_range("2026-01-05", periods=8, freq="7D").repeat(20)
    data = pd.DataFrame({"csat": np.resize([5, 4, 2], 160), "week": weeks, "customer": np.resize(np.arange(31), 160)})
    clustered = score(tally(data, "csat", scale="csat-5", by="week", design=Design(clusters="customer")))
    assert target(clustered, value=0.9, along="week").now.n[0] == 20
    with pytest.raises(ValueError, match="under a design one period is now; got recent=2: count longer periods"):
        target(clustered, value=0.9, along="week", recent=2)


def test_where_low_is_good_the_sentence_says_so_and_which_way_it_went(weekly):
    rng = np.random.default_rng(3)
    scores = weekly(rng.binomial(300, np.linspace(0.9, 0.6, 20)), 300, metric="bottom-2")
    said = target(scores, value=0.1, by="2026-06-30", along="week").sentence()
    assert "low is good" in said
    assert re.search(r"so far it has been \+\S+ a week \(\S+ to \S+\), which is worse\.", said)
