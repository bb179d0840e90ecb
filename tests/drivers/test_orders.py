"""Sampled orders: unbiased within their stated error, every order sums to R2, antithetic pairs."""

import numpy as np
import pytest

from cxstats.drivers.orders import sampled_orders, sampled_shapley_r2
from cxstats.drivers.subsets import full_r2, shapley_r2


def made(p, seed=1):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(300, p)) + 0.7 * rng.normal(size=(300, 1))
    return np.cov(np.column_stack([x, x @ rng.normal(size=p) + 3 * rng.normal(size=300)]).T)


def test_near_the_exact_values_by_the_stated_error():
    """Standardised errors over seeds have the variance of a standard normal; groups and controls included."""
    covariance, groups = made(9), [[0, 5], [1], [2], [3, 4], [6], [8]]
    exact = shapley_r2(covariance, groups)
    z = []
    for seed in range(60):
        sampled = sampled_shapley_r2(covariance, groups, n_pairs=40, rng=seed)
        assert sampled.estimate.sum() == pytest.approx(full_r2(covariance, groups), abs=1e-12)
        z.append((sampled.estimate - exact) / sampled.standard_error)
    assert np.abs(np.mean(z, axis=0)).max() < 3.3 / 60**0.5
    assert 0.7 < np.mean(np.square(z)) < 1.4


def test_equal_drivers_beyond_the_exact_limit_are_equal_within_error():
    covariance = np.full((41, 41), 0.2) + 0.8 * np.eye(41)
    sampled = sampled_shapley_r2(covariance, n_pairs=300)
    assert sampled.estimate.sum() == pytest.approx(full_r2(covariance), abs=1e-12)
    assert np.abs((sampled.estimate - full_r2(covariance) / 40) / sampled.standard_error).max() < 4.5


def test_each_order_is_followed_by_its_reverse():
    orders = sampled_orders(7, 11, 3)
    np.testing.assert_array_equal(orders[1::2], orders[::2, ::-1])
    np.testing.assert_array_equal(np.sort(orders, axis=1), np.tile(np.arange(7), (22, 1)))
    np.testing.assert_array_equal(orders, sampled_orders(7, 11, 3))


def test_refuses_one_pair():
    with pytest.raises(ValueError, match="at least 2; got 1"):
        sampled_shapley_r2(np.eye(3), n_pairs=1)
