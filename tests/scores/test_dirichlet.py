"""The posterior of a score: against the beta distribution, against draws, by its laws, and its exact coverage."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta

from cxstats.scores.coverage import exact_coverage
from cxstats.scores.dirichlet import dirichlet_interval
from cxstats.scores.dirichlet_means import dirichlet_mean_quantile, log_dirichlet_mean_cdf
from cxstats.scores.intervals import Sample

COUNTS = st.lists(st.integers(0, 60), min_size=2, max_size=11).filter(lambda c: sum(c) > 0)


def limits(counts, values, level=0.95, **prior) -> tuple[float, float]:
    found = dirichlet_interval(**prior)(Sample.from_counts(counts, values), level)
    return float(found.low[0]), float(found.high[0])


@pytest.mark.parametrize("n", [1, 2, 5, 30, 1_000, 10**6, 10**9])
@pytest.mark.parametrize("prior", [0.01, 0.5, 1.0, 3.0])
def test_two_values_have_the_beta_distribution(n, prior):
    tails = [0.0005, 0.025, 0.25, 0.45, 0.75]
    for x in sorted({0, 1, n // 10, n // 2, n}):
        posterior = np.array([[n - x + prior, x + prior]])
        found = [dirichlet_mean_quantile(posterior, np.array([0.0, 1.0]), tail)[0] for tail in tails]
        assert found == pytest.approx(beta.ppf(tails, x + prior, n - x + prior), abs=1e-10)


HARD = [
    [1, 0, 0],
    [0, 0, 0, 0, 5],
    [1, 2, 0, 0, 1, 0, 0, 0, 0, 3, 9],
    [0, 10**6, 0, 0, 3],
    [0, 0, 7, 0, 0],
    [4, 0, 2263, 22, 0, 0, 0],
    [0, 9, 8, 0, 4, 4596, 245],
    [10**6, 0, 0, 0, 0],
    [250_000, 100_000, 650_000],
]


@pytest.mark.parametrize("counts", HARD)
def test_quantiles_agree_with_draws(counts):
    k, draws = len(counts), 400_000
    posterior, unit = np.array(counts) + 1 / k, np.linspace(0, 1, k)
    gamma = np.random.default_rng(k).standard_gamma(posterior, size=(draws, k))
    drawn = np.sort(gamma @ unit / gamma.sum(axis=1))
    for tail in (0.005, 0.025, 0.5, 0.9):
        quantile = dirichlet_mean_quantile(posterior[None], unit, tail)[0]
        below = np.searchsorted(drawn, quantile) / draws
        # Four standard errors of the share of draws below.
        assert below == pytest.approx(tail, abs=4 * np.sqrt(tail * (1 - tail) / draws))


@pytest.mark.parametrize("counts", HARD)
def test_the_density_is_the_slope_of_the_distribution(counts):
    k = len(counts)
    posterior, unit = np.array([counts]) + 1 / k, np.linspace(0, 1, k)
    at = dirichlet_mean_quantile(posterior, unit, 0.1)
    logit = np.log(at / (1 - at))
    slope = log_dirichlet_mean_cdf(posterior, unit, logit)[1]
    step = 1e-3 / slope
    before, after = (log_dirichlet_mean_cdf(posterior, unit, logit + d)[0] for d in (-step, step))
    assert (after - before)[0] == pytest.approx(2e-3, rel=1e-5)


def test_three_even_weights_have_the_triangular_distribution_s_relative():
    """With a Dirichlet(1, 1, 1) and values 0, 1/2, 1: P(M <= x) = 2 x^2 up to the middle, by areas in the triangle."""
    for x in (0.05, 0.2, 0.5):
        found = dirichlet_mean_quantile(np.ones((1, 3)), np.array([0, 0.5, 1]), 2 * x**2)
        assert found[0] == pytest.approx(x, abs=1e-11)


@settings(max_examples=30)
@given(COUNTS, st.sampled_from([0.5, 0.9, 0.99]))
def test_it_moves_and_mirrors_with_the_scale_and_stays_on_it(counts, level):
    values = np.arange(len(counts), dtype=float)
    low, high = limits(counts, values, level)
    assert 0 <= low < high <= values[-1]
    assert limits(counts, 3 - 2 * values, level) == pytest.approx((3 - 2 * high, 3 - 2 * low), abs=1e-8)


def test_with_many_answers_it_is_normal():
    counts = np.array([1, 2, 4, 8, 16, 32, 64]) * 10**6
    sample = Sample.from_counts(counts, range(1, 8))
    error = np.sqrt(sample.variance[0] / sample.n[0])
    found = limits(counts, range(1, 8))
    assert found == pytest.approx(
        (sample.estimate[0] - 1.959964 * error, sample.estimate[0] + 1.959964 * error), abs=1e-6
    )


def test_the_default_prior_is_one_answer_over_the_values():
    # Equal to Jeffreys' for a share, however many points are favourable.
    expected = tuple(beta.ppf([0.025, 0.975], 6.5, 4.5))
    assert limits([4, 6], [0, 1]) == pytest.approx(expected, abs=1e-10)
    assert limits([1, 3, 4, 2, 0], [0, 0, 1, 1, 1]) == pytest.approx(expected, abs=1e-10)
    assert limits([4, 6], [0, 1], prior=0.5) == pytest.approx(expected, abs=1e-10)


def test_a_prior_for_each_point():
    expected = tuple(beta.ppf([0.025, 0.975], 6 + 3, 4 + 1))
    assert limits([4, 2, 4], [0, 1, 1], prior=[1, 1, 2]) == pytest.approx(expected, abs=1e-10)
    with pytest.raises(ValueError, match="one for each of the 3 points"):
        limits([4, 2, 4], [0, 1, 1], prior=[1, 1])
    with pytest.raises(ValueError, match="prior must be 0.001 or more"):
        dirichlet_interval(prior=0)


def test_everyone_alike_is_not_certainty():
    low, high = limits([0, 0, 0, 0, 5], [1, 2, 3, 4, 5])
    assert 3 < low < high < 5


def test_one_value_is_that_value():
    assert limits([3, 4], [2, 2]) == (2, 2)


def test_thousands_of_segments_at_once_equal_each_by_itself():
    rng = np.random.default_rng(5)
    counts = rng.multinomial(30, rng.dirichlet(np.ones(7) * 0.3), size=6_000)
    together = dirichlet_interval()(Sample.from_counts(counts, range(7)), 0.95)
    for s in range(0, 6_000, 600):
        assert limits(counts[s], range(7)) == pytest.approx((together.low[s], together.high[s]), abs=1e-9)


@pytest.mark.parametrize("points", [2, 3, 5])
def test_exact_coverage_averaged_over_the_prior_is_nominal(points):
    """A law of Bayesian intervals: over truths drawn from the prior they cover as often as they say, at any n."""
    truths = np.random.default_rng(20261121).dirichlet(np.full(points, 1 / points), size=4_000)
    found = exact_coverage("dirichlet", np.arange(points), truths, n=5).coverage
    assert found.mean() == pytest.approx(0.95, abs=4 * found.std() / np.sqrt(len(found)))
