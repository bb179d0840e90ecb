"""Targets: probabilities by the beta distribution, paths, plans, benchmarks, what is said and refused."""

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from cxstats.responses.tallies import tally
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
