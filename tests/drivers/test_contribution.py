"""The test that a driver adds nothing: its level under unequal errors, weights and clusters; what cannot be told."""

import numpy as np
import pytest
from scipy.stats import binom, ttest_ind

from cxstats.drivers import contribution
from cxstats.drivers.contribution import contribution_test

REPLICATES = 400


def null_p_value(kind, seed, n=100):
    """A driver that does nothing, correlated at .7 with one that does; errors that depend on it."""
    rng = np.random.default_rng([seed, len(kind)])
    x = rng.normal(size=(n, 3))
    x[:, 1] = 0.7 * x[:, 0] + 0.51**0.5 * x[:, 1]
    error, weights, clusters = rng.normal(size=n), None, None
    if kind in ("unequal errors", "weights"):
        error *= 0.3 + np.abs(x[:, 1])
    if kind == "weights":
        weights = rng.gamma(2, size=n) + 0.1
    if kind == "clusters":
        clusters = np.arange(n) % 25
        x[:, 1] = 0.7 * x[:, 0] + 0.7 * rng.normal(size=25)[clusters]
        error += rng.normal(size=25)[clusters]
    y = x[:, 0] + 0.5 * x[:, 2] + error
    return contribution_test(x, y, [[1]], weights=weights, clusters=clusters, n_resamples=99, rng=seed)[0]


@pytest.mark.parametrize("kind", ["equal errors", "unequal errors", "weights", "clusters"])
def test_level(kind):
    """At 5 % as often as the binomial allows at 99.9 %."""
    low, high = binom.ppf([0.0005, 0.9995], REPLICATES, 0.05)
    rejected = sum(null_p_value(kind, seed) <= 0.05 for seed in range(REPLICATES))
    assert low <= rejected <= high


def test_a_group_is_tested_whole_whatever_its_coding():
    rng = np.random.default_rng(1)
    levels = np.eye(3)[rng.integers(3, size=150)]
    other = rng.normal(size=150)
    y = levels @ [0, 0.5, -0.5] + other + rng.normal(size=150)
    one = contribution_test(np.column_stack([levels[:, 1:], other]), y, [[0, 1], [2]], rng=3)
    two = contribution_test(np.column_stack([levels[:, :2], other]), y, [[0, 1], [2]], rng=3)
    redundant = contribution_test(np.column_stack([levels, other]), y, [[0, 1, 2], [3]], rng=3)
    np.testing.assert_array_equal(one, two)
    np.testing.assert_array_equal(one, redundant)
    assert (one <= 0.01).all()


def test_two_groups_without_others_near_the_t_test():
    rng = np.random.default_rng(4)
    x = np.repeat([0.0, 1.0], 60)
    y = 0.35 * x + rng.normal(size=120)
    ours = contribution_test(x[:, None], y, [[0]], n_resamples=9_999)[0]
    assert ours == pytest.approx(ttest_ind(y[:60], y[60:], equal_var=False).pvalue, abs=0.015)


def test_more_rows_than_are_permuted_are_flipped_in_groups(monkeypatch):
    rng = np.random.default_rng(5)
    x = rng.normal(size=(600, 2))
    y = 0.3 * x[:, 0] + rng.normal(size=600)
    monkeypatch.setattr(contribution, "MOST_UNITS", 500)
    used, idle = contribution_test(x, y, [[0], [1]])
    assert used <= 0.001
    assert idle > 0.01


def test_a_large_mean_and_constant_weights_change_nothing():
    rng = np.random.default_rng(6)
    x = rng.normal(size=(80, 2))
    y = 0.2 * x[:, 0] + rng.normal(size=80)
    plain = contribution_test(x, y, [[0], [1]])
    np.testing.assert_array_equal(
        contribution_test(x * 1e4 + 1e7, y + 1e6, [[0], [1]], weights=np.full(80, 0.01)), plain
    )


def test_what_the_others_determine_cannot_be_told():
    rng = np.random.default_rng(7)
    x = rng.normal(size=(50, 3))
    y = x[:, 0] + rng.normal(size=50)
    columns = np.column_stack([x, 3 * x[:, 0] - 1, np.ones(50)])
    found = contribution_test(columns, y, [[0], [1], [2], [3], [4]])
    np.testing.assert_array_equal(np.isnan(found), [True, False, False, True, True])
    np.testing.assert_array_equal(np.isnan(contribution_test(x, x[:, 1], [[0], [1]])), [True, False])
