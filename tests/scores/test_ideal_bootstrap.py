"""The bootstrap of infinitely many resamples: the convolution, its quantiles, and what the drawn one tends to."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from cxstats.scores.bootstrap import bootstrap_interval
from cxstats.scores.ideal_bootstrap import ideal_bootstrap_interval, lattice_steps, resampled_scores
from cxstats.scores.samples import Sample


def test_the_convolution_is_the_enumeration_of_all_draws():
    shares, steps = np.array([0.2, 0.5, 0.3]), np.array([0, 1, 3])
    expected = np.zeros(13)
    for draws in product(range(3), repeat=4):
        expected[steps[list(draws)].sum()] += shares[list(draws)].prod()
    assert resampled_scores(shares[None, :], steps, 4)[0] == pytest.approx(expected, abs=1e-14)


@pytest.mark.parametrize(("x", "n"), [(3, 10), (45, 60), (812, 1000)])
def test_a_share_has_the_quantiles_of_the_binomial_distribution(x, n):
    found = ideal_bootstrap_interval()(Sample.from_counts([n - x, x], [0, 1]), 0.9)
    assert found.low[0] == pytest.approx(stats.binom.ppf(0.05, n, x / n) / n, abs=1e-12)
    assert found.high[0] == pytest.approx(stats.binom.ppf(0.95, n, x / n) / n, abs=1e-12)


@pytest.mark.parametrize("method", ["percentile", "bca"])
def test_the_drawn_bootstrap_tends_to_it(method):
    counts = np.random.default_rng(4).multinomial(60, [0.05, 0.1, 0.2, 0.3, 0.35], size=8)
    sample = Sample.from_counts(counts, [1, 2, 3, 4, 5])
    ideal, drawn = ideal_bootstrap_interval(method=method), bootstrap_interval(method=method, n_resamples=99_999)
    for one, other in zip(vars_of(ideal(sample, 0.95)), vars_of(drawn(sample, 0.95)), strict=True):
        # One step of the mean of 60 answers: the quantile of the draws may fall on the neighbour.
        assert np.abs(one - other).max() <= 1 / 60 + 1e-9


def vars_of(interval):
    return interval.low, interval.high


@given(st.lists(st.integers(0, 9), min_size=5, max_size=5).filter(any), st.sampled_from(["percentile", "bca"]))
def test_limits_lie_on_the_scale_around_the_estimate_and_mirror(counts, method):
    interval, values = ideal_bootstrap_interval(method=method), np.array([1, 2, 3, 4, 5])
    found = interval(Sample.from_counts(counts, values), 0.95)
    mirrored = interval(Sample.from_counts(counts[::-1], values), 0.95)
    estimate = np.dot(counts, values) / sum(counts)
    assert 1 - 1e-9 <= found.low[0] <= estimate + 1e-9
    assert estimate - 1e-9 <= found.high[0] <= 5 + 1e-9
    # Quantiles are taken from the left, so that a mirrored limit may be one step further.
    assert found.low[0] == pytest.approx(6 - mirrored.high[0], abs=1 / sum(counts) + 1e-9)


def test_segments_of_different_size_are_each_alone():
    counts = [[1, 2, 3], [10, 20, 30], [0, 0, 0], [0, 0, 4]]
    together = ideal_bootstrap_interval()(Sample.from_counts(counts, [-1, 0, 1]), 0.95)
    for k in (0, 1, 3):
        alone = ideal_bootstrap_interval()(Sample.from_counts(counts[k], [-1, 0, 1]), 0.95)
        assert (together.low[k], together.high[k]) == (alone.low[0], alone.high[0])
    assert np.isnan(together.low[2])
    assert (together.low[3], together.high[3]) == (1, 1)


def test_an_index_is_on_a_lattice_and_square_roots_are_not():
    steps, step = lattice_steps(np.array([0, 25, 50, 75, 100.0]))
    assert (steps.tolist(), step) == ([0, 1, 2, 3, 4], 25)
    with pytest.raises(ValueError, match="evenly spaced, or whole multiples of one step"):
        lattice_steps(np.sqrt([1, 2, 3]))


def test_what_it_is_not_for_is_refused():
    simple = Sample.from_counts([1, 2], [0, 1])
    designed = Sample(simple.shares, simple.values, simple.n, simple.n / 2, np.array([5.0]))
    with pytest.raises(ValueError, match="for simple random samples; use 'bootstrap-percentile'"):
        ideal_bootstrap_interval()(designed, 0.95)
    with pytest.raises(ValueError, match="up to 200,000; got n=300,000"):
        ideal_bootstrap_interval()(Sample.from_counts([100_000, 200_000], [0, 1]), 0.95)
    with pytest.raises(ValueError, match="bootstrap method 'basic' not found"):
        ideal_bootstrap_interval(method="basic")
