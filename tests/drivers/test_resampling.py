"""Covariances from sums over what is drawn whole: counts repeat rows, clusters stay whole."""

import numpy as np
import pytest

from cxstats.drivers import resampling
from cxstats.drivers.resampling import jackknife_error, units_of


def made(n=60, seed=1):
    rng = np.random.default_rng(seed)
    columns = rng.normal(size=(n, 3)) @ rng.normal(size=(3, 3))
    return columns - columns.mean(axis=0), rng.gamma(2, size=n), rng


def test_counts_are_repeated_rows_and_weights_go_with_them():
    columns, weights, rng = made()
    counts = rng.multinomial(60, np.full(60, 1 / 60), size=4).astype(float)
    found = units_of(columns, weights, None, rng).covariances(counts)
    expected = [np.cov(columns.T, aweights=weights, fweights=count.astype(int), ddof=0) for count in counts]
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_clusters_are_drawn_whole():
    columns, weights, rng = made()
    clusters = np.arange(60) % 7
    counts = rng.integers(1, 4, size=(5, 7)).astype(float)
    by_cluster = units_of(columns, weights, clusters, rng).covariances(counts)
    by_row = units_of(columns, weights, None, rng).covariances(counts[:, clusters])
    np.testing.assert_allclose(by_cluster, by_row, atol=1e-12)


def test_each_left_out_is_the_covariance_of_the_others():
    columns, weights, rng = made(12)
    found = units_of(columns, weights, None, rng).each_left_out(rng)
    expected = [np.cov(np.delete(columns, k, 0).T, aweights=np.delete(weights, k), ddof=0) for k in range(12)]
    np.testing.assert_allclose(found, expected, atol=1e-12)


def test_jackknife_error_of_a_mean_is_the_textbook_one():
    values = np.random.default_rng(1).normal(size=(30, 2))
    left_out = (values.sum(axis=0) - values) / 29
    np.testing.assert_allclose(jackknife_error(left_out), values.std(axis=0, ddof=1) / 30**0.5)


@pytest.mark.parametrize("clustered", [False, True])
def test_random_groups_have_the_variance_of_their_members(monkeypatch, clustered):
    """The bootstrap and jackknife errors of a variance agree with those of single rows to what 500 groups allow."""
    columns, weights, _ = made(4_000, seed=2)
    clusters = np.arange(4_000) // 2 if clustered else None
    single = units_of(columns, weights, clusters, np.random.default_rng(1))
    monkeypatch.setattr(resampling, "MOST_UNITS", 500)
    grouped = units_of(columns, weights, clusters, np.random.default_rng(1))
    assert single.count == (2_000 if clustered else 4_000)
    assert grouped.count == 500
    np.testing.assert_allclose(grouped.sums.sum(axis=0), single.sums.sum(axis=0), rtol=1e-10, atol=1e-8)
    if clustered:
        assert all(len(set(grouped.codes[clusters == c])) == 1 for c in range(2_000))

    def errors(units):
        drawn = np.concatenate([part[:, 0, 0] for part in units.resampled(2_000, np.random.default_rng(3))])
        return drawn.std(), jackknife_error(units.each_left_out(np.random.default_rng(4))[:, [0], [0]])[0]

    np.testing.assert_allclose(errors(grouped), errors(single), rtol=0.15)
    np.testing.assert_allclose(*errors(single), rtol=0.1)


def test_resamples_are_seeded_and_as_many_as_asked():
    columns, weights, _ = made()
    units = units_of(columns, weights, None, np.random.default_rng(1))
    one, two = (np.concatenate(list(units.resampled(601, np.random.default_rng(5)))) for _ in range(2))
    assert one.shape == (601, 3, 3)
    np.testing.assert_array_equal(one, two)


def test_rows_beyond_one_chunk_are_summed_too(monkeypatch):
    columns, weights, rng = made(60)
    whole = units_of(columns, weights, np.arange(60) % 5, rng).sums
    monkeypatch.setattr(resampling, "_ROWS_AT_ONCE", 7)
    np.testing.assert_allclose(units_of(columns, weights, np.arange(60) % 5, rng).sums, whole, atol=1e-12)
