"""Charts against package qcc, run lengths against package spc and Champ and Woodall's, Laney's from its definition."""

import numpy as np
import pytest

from cxstats.scores.trends.charts import RANGE_LIMIT
from cxstats.scores.trends.expectations import D2, Observed, expectation_of, individuals_of
from cxstats.scores.trends.kinds import Cusum, Ewma, Individuals, Shewhart
from cxstats.scores.trends.run_lengths import run_length_of_average, run_length_of_rules, run_length_of_sum
from cxstats.scores.trends.tracks import average_moments, averaged, lines, summed, track_of

VALUES = [0, 1]
# qcc 2.7 divides moving ranges by the textbooks' 1.128.
ROUNDED = D2 / 1.128


@pytest.fixture
def published(figures):
    return figures("published_charts")


def everything(seen):
    return np.ones(len(seen.n), dtype=bool)


def limits(table, side):
    return [table[k][side] for k in sorted(table, key=int)]


@pytest.mark.parametrize("case", ["oj", "variable_n"])
def test_p_chart_is_qccs(published, case):
    entry = published["spc/p_chart_orangejuice"]
    data = entry["data"]
    bad, n = (data["D"], data["size"]) if case == "oj" else (data["variable_n"]["d"], data["variable_n"]["n"])
    seen = Observed.from_counts(np.column_stack([np.subtract(n, bad), bad]), VALUES)
    found = expectation_of(seen, everything(seen), variation="chance")
    truth, at = entry["expected"][case], lines(found, "normal", seen.values)
    assert found.centre[0] == pytest.approx(truth["center"], abs=1e-12)
    assert at[-3.0] == pytest.approx(limits(truth["limits"], "LCL"), abs=1e-10)
    assert at[3.0] == pytest.approx(limits(truth["limits"], "UCL"), abs=1e-10)
    track = track_of(Shewhart(("beyond",), "normal"), np.nan, seen, found, watched=everything(seen))
    assert (np.flatnonzero(track.broken["beyond"]) + 1).tolist() == truth["beyond"]


def individual(values, baseline=None):
    x = np.asarray(values)
    ones = np.ones(len(x))
    seen = Observed(x, ones, ones, np.ones((len(x), 2)), np.array([-np.inf, np.inf]), ones > 0)
    return seen, individuals_of(seen, np.arange(len(x)) < (baseline or len(x)))


@pytest.mark.parametrize(("case", "baseline"), [("xmr", None), ("phase2", 20)])
def test_individual_values_are_qccs(published, case, baseline):
    entry = published["spc/xmr"]
    seen, found = individual(entry["data"]["x"], baseline)
    truth = entry["expected"][case]
    assert found.centre[0] == pytest.approx(truth["center"], abs=1e-12)
    assert found.sigma[0] * ROUNDED == pytest.approx(truth["sd"], abs=1e-12)
    track = track_of(Individuals(), np.nan, seen, found, watched=everything(seen))
    half = np.array([track.low[0], track.high[0]]) - found.centre[0]
    assert found.centre[0] + half * ROUNDED == pytest.approx(tuple(truth["limits"]["1"].values()), abs=1e-12)
    assert (np.flatnonzero(track.broken["beyond"]) + 1).tolist() == truth["beyond"]


def test_moving_ranges_are_qccs(published):
    entry = published["spc/xmr"]
    truth, x = entry["expected"]["mr"], entry["data"]["x"]
    assert pytest.approx(truth["d2"], abs=1e-14) == D2
    assert RANGE_LIMIT * np.abs(np.diff(x)).mean() == pytest.approx(truth["ucl_mr"], abs=1e-12)


def test_moving_average_is_qccs(published):
    entry = published["spc/u_c_ewma_cusum"]
    seen, found = individual(entry["data"]["individual"])
    truth = entry["expected"]["ewma"]
    smooth = found.centre + averaged(seen.estimate, found.centre, 0.2)
    error, skewness = average_moments(found.sigma, found.skewness, 0.2)
    assert smooth == pytest.approx([truth["y"][k] for k in sorted(truth["y"], key=int)], abs=1e-12)
    error = error * ROUNDED
    assert found.centre + 3 * error == pytest.approx([each["UCL"] for each in truth["limits"]], abs=1e-12)
    assert found.centre - 3 * error == pytest.approx([each["LCL"] for each in truth["limits"]], abs=1e-12)
    assert (skewness == 0).all()
    beyond = np.flatnonzero(np.abs(smooth - found.centre) > 3 * error) + 1
    assert beyond.tolist() == list(truth["beyond"].values())


def test_sums_are_qccs(published):
    entry = published["spc/u_c_ewma_cusum"]
    seen, found = individual(entry["data"]["individual"])
    truth = entry["expected"]["cusum"]
    above, below = summed((seen.estimate - found.centre) / (found.sigma * ROUNDED), 0.5)
    assert above == pytest.approx(truth["pos"], abs=1e-10)
    assert -below == pytest.approx(truth["neg"], abs=1e-10)
    track = track_of(Cusum(1.0), 5.0, seen, found, watched=everything(seen))
    assert (np.flatnonzero(track.broken["sum"] < 0) + 1).tolist() == truth["beyond"]["lower"]


@pytest.mark.parametrize("case", ["share", "mean"])
def test_laneys_limits_follow_from_their_definition(figures, case):
    truth = figures("trends")[case]
    if case == "share":
        counts, values = np.column_stack([np.subtract(truth["n"], truth["good"]), truth["good"]]), VALUES
    else:
        counts, values = truth["counts"], range(1, 6)
    seen = Observed.from_counts(counts, values)
    found = expectation_of(seen, everything(seen), variation="laney")
    assert seen.estimate == pytest.approx(truth["estimate"], abs=1e-12)
    assert found.centre[0] == pytest.approx(truth["centre"], abs=1e-12)
    assert found.dispersion == pytest.approx(truth["dispersion"], abs=1e-12)
    assert found.centre - 3 * found.sigma == pytest.approx(truth["low"], abs=1e-12)
    assert found.centre + 3 * found.sigma == pytest.approx(truth["high"], abs=1e-12)


@pytest.mark.parametrize("place", range(3))
def test_run_lengths_of_averages_are_spcs(figures, place):
    truth = figures("trends")["ewma"][place]
    found = run_length_of_average(truth["weight"], truth["limit"], shift=np.array(truth["shift"]))
    assert found.mean == pytest.approx(truth["arl"], rel=1e-6)


@pytest.mark.parametrize("place", range(3))
def test_run_lengths_of_sums_are_spcs(figures, place):
    truth = figures("trends")["cusum"][place]
    shift = np.array(truth["shift"])
    rise, fall = (run_length_of_sum(truth["reference"], truth["limit"], shift=sign * shift).mean for sign in (1, -1))
    assert rise == pytest.approx(truth["one"], rel=1e-6)
    assert 1 / (1 / rise + 1 / fall) == pytest.approx(truth["two"], rel=1e-6)


def test_the_whole_distribution_of_delays_is_spcs(figures):
    truth = figures("trends")["survive"]
    found = run_length_of_average(truth["weight"], truth["limit"], shift=np.array([float(truth["shift"])]))
    within = [found.within(k)[0] for k in truth["periods"]]
    assert np.subtract(1, within) == pytest.approx(truth["left"], abs=1e-6)
    assert found.quantile(0.5)[0] == 1 + sum(left > 0.5 for left in truth["left"])


@pytest.mark.parametrize(
    ("rules", "shift", "arl"),
    [
        (("beyond",), 0.0, 370.40),
        (("beyond", "two-of-three"), 0.0, 225.44),
        (("beyond", "four-of-five"), 0.0, 166.05),
        (("beyond", "eight-on-a-side"), 0.0, 152.73),
        (("beyond", "two-of-three", "four-of-five", "eight-on-a-side"), 0.0, 91.75),
        (("beyond", "two-of-three"), 1.0, 20.01),
        (("beyond", "eight-on-a-side"), 1.0, 14.58),
        (("beyond", "two-of-three", "four-of-five", "eight-on-a-side"), 1.0, 9.22),
    ],
)
def test_run_lengths_of_rules_are_champ_and_woodalls(rules, shift, arl):
    """Their Table 1, Technometrics 29 (1987)."""
    assert run_length_of_rules(rules, shift=np.array([shift])).mean[0] == pytest.approx(arl, abs=0.005)


def test_an_average_of_the_latest_period_alone_is_a_chart_of_three_sigmas():
    shift = np.array([0.0, 0.7, 2.0])
    rules = run_length_of_rules(("beyond",), shift=shift)
    assert run_length_of_average(1.0, 3.0, shift=shift).mean == pytest.approx(rules.mean, rel=1e-9)
    assert Ewma(1.0).weight == 1.0
