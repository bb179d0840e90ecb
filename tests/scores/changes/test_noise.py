"""Sampling error and ups and downs: likelihoods and coefficients by R, mixtures against plain sums, quantiles."""

import numpy as np
import pytest
from scipy import stats

from cxstats.scores.changes.noise import (
    Averaged,
    averaged,
    best_of_one_and_two,
    likelihoods,
    noise_at,
    noise_of,
    restricted,
)
from cxstats.scores.changes.segmented import columns_of


def node(figures, k):
    case = figures["noise"]
    y, variance, position = (np.array(case[name]) for name in ("y", "variance", "position"))
    one = case["nodes"][k]
    noise = noise_at(variance, position, spread=np.array([one["spread"]]), carry=np.array([one["carry"]]))
    design = columns_of(position, case["first"], "level and slope") if k < 3 else np.ones((len(y), 1))
    return noise, y, design, one


@pytest.mark.parametrize("k", range(4))
def test_coefficients_errors_and_likelihoods_are_those_of_their_definitions_in_r(figures, k):
    noise, y, design, expected = node(figures, k)
    log_weight, inverse, coefficients = restricted(noise, y, design)
    assert coefficients[0] == pytest.approx(expected["coefficients"], abs=1e-10)
    assert np.sqrt(np.diag(inverse[0])) == pytest.approx(expected["errors"], abs=1e-10)
    assert log_weight[0] == pytest.approx(expected["reml"], abs=1e-8)
    without, _ = likelihoods(noise, y[:, None], design, np.sin(np.arange(len(y)))[:, None])
    assert without[0] == pytest.approx(expected["ml"], abs=1e-8)


def test_a_candidate_has_the_likelihood_of_the_design_with_it(figures):
    noise, y, design, expected = node(figures, 1)
    _, best = likelihoods(noise, y[:, None], design[:, :3], design[:, 3:])
    assert best[0, 0] == pytest.approx(expected["ml"], abs=1e-8)


def test_the_best_two_candidates_are_the_best_of_all_pairs():
    rng = np.random.default_rng(2)
    position, base = np.arange(14), np.ones((14, 1))
    noise = noise_of(np.full(14, 0.5), position, 1.0)
    steps = (position[:, None] >= np.arange(2, 13)).astype(float)
    y = rng.standard_normal((14, 3))
    without, one, two = best_of_one_and_two(noise, y, base, steps)
    alone, best = likelihoods(noise, y, base, steps)
    assert without == pytest.approx(alone)
    assert one == pytest.approx(best.max(axis=0))
    pairs = [
        likelihoods(noise, y, np.column_stack([base, steps[:, [k]]]), np.delete(steps, k, axis=1))[1].max(axis=0)
        for k in range(steps.shape[1])
    ]
    assert two == pytest.approx(np.max(pairs, axis=0))


def test_drawn_noise_has_the_covariance_of_its_node():
    variance, position = np.array([1.0, 2.0, 0.5]), np.array([0, 1, 3])
    noise = noise_at(variance, position, spread=np.array([0.0, 1.5]), carry=np.array([0.0, 0.6]))
    drawn = noise.draw(np.ones(200_000, dtype=np.int64), np.random.default_rng(1))
    expected = 2.25 * 0.6 ** np.abs(position[:, None] - position) + np.diag(variance)
    # Four standard errors of a covariance from 200,000 draws.
    assert np.cov(drawn) == pytest.approx(expected, abs=4 * 6 / np.sqrt(200_000))


def test_nothing_but_sampling_error_is_weighted_least_squares():
    rng = np.random.default_rng(5)
    variance, y = rng.uniform(0.5, 2, 9), rng.standard_normal(9)
    noise = noise_at(variance, np.arange(9), spread=np.zeros(1), carry=np.zeros(1))
    found = averaged(noise, y, np.ones((9, 1)), np.ones((1, 1)))
    assert found.estimate[0] == pytest.approx(np.average(y, weights=1 / variance))
    assert found.standard_error[0] == pytest.approx((1 / variance).sum() ** -0.5)
    low, high = found.interval(0.9)
    assert (low[0], high[0]) == pytest.approx(stats.norm.interval(0.9, found.estimate[0], found.standard_error[0]))


def test_quantiles_of_a_mixture_invert_its_probabilities():
    mixture = Averaged(np.array([0.7, 0.3]), np.array([[0.0, 1.0], [2.0, 1.0]]), np.array([[1.0, 0.2], [3.0, 0.1]]))
    for probability in (0.025, 0.5, 0.975):
        place = mixture.quantile(probability)
        by_hand = 0.7 * stats.norm.cdf(place[0]) + 0.3 * stats.norm.cdf(place[0], 2, 3)
        assert by_hand == pytest.approx(probability)
    assert mixture.p_value()[0] == pytest.approx(2 * (0.7 * 0.5 + 0.3 * stats.norm.cdf(0, 2, 3)))


def test_spread_is_found_where_there_is_some_and_little_where_there_is_none():
    rng = np.random.default_rng(3)
    variance, position = np.full(300, 1.0), np.arange(300)
    for spread in (0.0, 2.0):
        y = rng.standard_normal(300) * np.sqrt(1 + spread**2)
        noise = noise_of(variance, position, float(y.std()))
        variation = noise.typical(restricted(noise, y, np.ones((300, 1)))[0])
        assert variation.chance == pytest.approx(1)
        assert variation.spread == pytest.approx(spread, abs=0.5)
        assert variation.correlation < 0.25
