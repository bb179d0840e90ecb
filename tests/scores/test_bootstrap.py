"""Bootstrap: against boot on its own replicates, against rows resampled one by one, what it cannot see, its seed."""

import numpy as np
import pytest
import scipy.stats
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from cxstats.scores.bootstrap import bootstrap_interval, median_bias, replicate_limits, skewness_acceleration
from cxstats.scores.coverage import exact_coverage
from cxstats.scores.intervals import INTERVALS, Sample

NAMES = ("bootstrap-percentile", "bootstrap-bca")
SEVEN = [5, 5, 10, 15, 20, 25, 20]


def limits(counts, values, method, level=0.95) -> tuple[float, float]:
    found = (INTERVALS[method] if isinstance(method, str) else method)(Sample.from_counts(counts, values), level)
    return float(found.low[0]), float(found.high[0])


def test_limits_agree_with_boot_on_its_replicates(figures):
    for case in figures("bootstrap")["cases"]:
        values, replicates = np.array(case["values"], dtype=float), case["replicates"]
        shares, n = np.array(case["counts"]) / sum(case["counts"]), sum(case["counts"])
        # R counts the replicates that equal the estimate as above it.
        bias = median_bias(replicates, case["t0"], ties="above")
        acceleration = skewness_acceleration(shares, values, n)
        assert bias == pytest.approx(case["z0"], abs=1e-12)
        assert acceleration == pytest.approx(case["acceleration"], abs=1e-12)
        level = case["confidence_level"]
        assert replicate_limits(replicates, level) == pytest.approx(case["percentile"], abs=1e-12)
        found = replicate_limits(replicates, level, bias=bias, acceleration=acceleration)
        assert found == pytest.approx(case["bca"], abs=1e-12)


def test_between_two_replicates_it_goes_by_the_normal_quantile():
    replicates = scipy.stats.norm.ppf(np.arange(1, 200) / 200)
    # Replicates at normal quantiles give back any normal quantile between the first and the last.
    for level in (0.5, 0.777, 0.9, 0.987):
        assert replicate_limits(replicates, level)[1] == pytest.approx(scipy.stats.norm.ppf((1 + level) / 2), abs=1e-12)
    assert replicate_limits(replicates, 0.9999) == (replicates[0], replicates[-1])


def test_ties_counted_half_favour_neither_side():
    replicates = [1.0, 2.0, 2.0, 2.0, 3.0]
    assert median_bias(replicates, 2.0) == 0
    assert median_bias(replicates, 2.0, ties="above") == pytest.approx(scipy.stats.norm.ppf(0.2))
    with pytest.raises(ValueError, match="way to count ties 'below' not found.*half, above"):
        median_bias(replicates, 2.0, ties="below")


@given(st.lists(st.integers(0, 30), min_size=2, max_size=7).filter(lambda c: sum(c) > 1))
def test_acceleration_is_that_of_the_jackknife(counts):
    values = np.arange(len(counts)) ** 2.0
    answers = np.repeat(values, counts)
    n = len(answers)
    without = (answers.sum() - answers) / (n - 1)
    influence = without.mean() - without
    expected = (influence**3).sum() / (6 * (influence**2).sum() ** 1.5) if np.ptp(answers) else 0.0
    assert skewness_acceleration(np.array(counts) / n, values, n) == pytest.approx(expected, abs=1e-9)


def test_percentile_limits_are_those_of_infinitely_many_resamples_of_the_rows():
    """The share of n rows drawn again is binomial, so its quantiles are known; 9,999 resamples come within one step."""
    n, x = 200, 130
    found = limits([n - x, x], [0, 1], "bootstrap-percentile", 0.9)
    assert found == pytest.approx(tuple(binom.ppf([0.05, 0.95], n, x / n) / n), abs=1.01 / n)


def test_bca_agrees_with_scipy_within_the_error_of_drawing():
    answers = np.repeat(np.arange(1, 8), SEVEN)
    theirs = scipy.stats.bootstrap(
        (answers,), np.mean, n_resamples=9_999, method="BCa", rng=np.random.default_rng(8), vectorized=True
    ).confidence_interval
    # A limit of 9,999 resamples has a standard error of about .027 standard deviations of the mean, .17.
    assert limits(SEVEN, range(1, 8), "bootstrap-bca") == pytest.approx((theirs.low, theirs.high), abs=5 * 0.027 * 0.17)


@pytest.mark.parametrize("method", NAMES)
def test_the_same_counts_have_the_same_limits_whatever_else_is_there(method):
    tables = ([SEVEN], [[0, 0, 0, 0, 0, 0, 3], SEVEN], [SEVEN, [9, 1, 1, 1, 1, 1, 1], SEVEN])
    found = [INTERVALS[method](Sample.from_counts(table, range(1, 8)), 0.95) for table in tables]
    assert found[0].low[0] == found[1].low[1] == found[2].low[0] == found[2].low[2]
    assert found[0].high[0] == found[1].high[1] == found[2].high[0] == found[2].high[2]


def test_the_seed_decides():
    one, same, other = (limits(SEVEN, range(1, 8), bootstrap_interval(rng=seed, n_resamples=500)) for seed in (1, 1, 2))
    assert one == same != other


@pytest.mark.parametrize("method", NAMES)
def test_when_all_answers_are_equal_both_limits_are_that_answer(method):
    assert limits([0, 0, 12], [1, 2, 3], method) == (3, 3)
    assert limits([4, 0, 0], [1, 2, 3], method) == (1, 1)


@pytest.mark.parametrize("method", NAMES)
def test_points_that_share_a_value_are_one(method):
    assert limits([3, 4, 2, 8], [0, 0, 1, 1], method) == limits([7, 10], [0, 1], method)


@pytest.mark.parametrize("method", NAMES)
def test_limits_stay_on_the_scale_for_any_effective_n(method):
    for effective in (0.3, 1.0, 1.7, 12.4):
        sample = Sample(
            np.array([[0.9, 0.0, 0.1]]), np.array([1.0, 2, 3]), np.array([20.0]), np.array([effective]), np.array([5.0])
        )
        found = INTERVALS[method](sample, 0.95)
        assert 1 <= found.low[0] <= found.high[0] <= 3


def test_a_size_that_is_not_whole_keeps_the_variance():
    simple = Sample.from_counts(SEVEN, range(1, 8))
    method = bootstrap_interval(n_resamples=40_000)
    for effective in (4.5, 30.25):
        found = method(Sample(simple.shares, simple.values, simple.n, np.array([effective]), np.array([1e6])), 0.6827)
        half = (found.high[0] - found.low[0]) / 2
        assert half == pytest.approx(np.sqrt(simple.variance[0] / effective), rel=0.04)


def test_settings_that_make_no_sense_are_refused():
    with pytest.raises(ValueError, match="bootstrap method 'basic' not found"):
        bootstrap_interval(method="basic")
    with pytest.raises(ValueError, match="n_resamples must be at least 99; got 50"):
        bootstrap_interval(n_resamples=50)
    with pytest.raises(TypeError, match="rng must be a whole number, the seed"):
        bootstrap_interval(rng=np.random.default_rng(1))
    with pytest.raises(ValueError, match="confidence_level must be between"):
        bootstrap_interval()(Sample.from_counts([[0, 0]], [0, 1]), 95)


@pytest.mark.parametrize("method", ["percentile", "bca"])
def test_exact_coverage_falls_short_as_the_literature_says(method):
    """Neither sees what was not observed: at n = 10 and three values both cover well below 95 %."""
    truths = np.random.default_rng(20261121).dirichlet(np.ones(3), size=100)
    drawn = bootstrap_interval(method=method, n_resamples=1_999)
    assert 0.84 < exact_coverage(drawn, [-1, 0, 1], truths, n=10).coverage.mean() < 0.94
    assert 0.92 < exact_coverage(drawn, [-1, 0, 1], truths, n=40).coverage.mean() < 0.955
