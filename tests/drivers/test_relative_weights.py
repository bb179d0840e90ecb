"""Relative weights: figures of iopsych, rwa and relaimpo's genizi, and what blocks of columns must obey."""

import numpy as np
import pytest

from cxstats.drivers.relative_weights import relative_weights
from cxstats.drivers.subsets import full_r2

TIGHT = {"rtol": 0, "atol": 1e-10}


def covariance_of(columns, weights=None):
    return np.cov(np.asarray(columns, dtype=float), aweights=weights, ddof=0)


def made(seed=1, p=5, n=60):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, p)) @ rng.normal(size=(p, p))
    return x, x @ rng.normal(size=p) + 3 * rng.normal(size=n)


@pytest.mark.parametrize(("data", "outcome"), [("swiss", "Fertility"), ("mtcars", "mpg")])
def test_three_packages(figures, data, outcome):
    published = figures("importance")
    expected = published["figures"][f"relweights/{data}"]["expected"]
    drivers, table = list(expected["own"]), published["data"][data]
    found = relative_weights(covariance_of([table[name] for name in [*drivers, outcome]]))
    for source in ("own", "iopsych", "rwa", "genizi_relaimpo"):
        np.testing.assert_allclose(found, [expected[source][name] for name in drivers], **TIGHT)
    assert found.sum() == pytest.approx(expected["r2"], abs=1e-10)


def test_rescaled_as_rwa_and_without_the_signs_it_pastes_on(figures):
    published = figures("importance")
    expected = published["figures"]["relweights/swiss"]["expected"]["rwa_rescaled"]
    table = published["data"]["swiss"]
    found = relative_weights(covariance_of([table[name] for name in [*expected["v"], "Fertility"]]))
    np.testing.assert_allclose(100 * found / found.sum(), expected["rescaled"], atol=1e-8)
    assert (found > 0).all()


def test_weighted_as_relaimpo(figures):
    published = figures("importance")
    expected = published["figures"]["relimp/swiss_weighted"]["expected"]["metrics"]["genizi"]
    table = published["data"]["swiss"]
    covariance = covariance_of([table[name] for name in [*expected, "Fertility"]], np.arange(1, 48) / 10)
    np.testing.assert_allclose(relative_weights(covariance), list(expected.values()), **TIGHT)


def test_iopsych_example(figures):
    figure = figures("importance")["figures"]["relweights/iopsych_example"]
    np.testing.assert_allclose(relative_weights(figure["data"]["R"]), figure["expected"]["relWt"]["eps"], **TIGHT)


def test_two_drivers_as_published():
    found = relative_weights([[1, 0.5, 0.6], [0.5, 1, 0.4], [0.6, 0.4, 1]])
    np.testing.assert_allclose(found, [0.286667, 0.086667], atol=5e-7)


def test_coding_of_a_group_does_not_matter_and_all_sum_to_r2():
    x, y = made()
    groups = [[0, 1], [2], [3, 4]]
    mixed = np.column_stack([x[:, :2] @ np.array([[1, 2], [0, 1.0]]), x[:, 2:], y])
    plain = covariance_of(np.column_stack([x, y]).T)
    np.testing.assert_allclose(
        relative_weights(covariance_of(mixed.T), groups), relative_weights(plain, groups), atol=1e-10
    )
    assert relative_weights(plain, groups).sum() == pytest.approx(full_r2(plain), abs=1e-12)


def test_orthogonal_groups_have_their_own_r2():
    covariance = np.array([[1, 0.4, 0, 0.3], [0.4, 1, 0, 0.2], [0, 0, 2, 0.5], [0.3, 0.2, 0.5, 1]])
    own = full_r2(covariance[np.ix_([0, 1, 3], [0, 1, 3])])
    np.testing.assert_allclose(relative_weights(covariance, [[0, 1], [2]]), [own, 0.125], atol=1e-12)


def test_controls_are_taken_out_first():
    x, y = made(2)
    covariance = covariance_of(np.column_stack([x, y]).T)
    found = relative_weights(covariance, [[1], [2], [4]])
    assert found.sum() == pytest.approx(full_r2(covariance, [[1], [2], [4]]), abs=1e-12)
    design = np.column_stack([np.ones(len(y)), x[:, [0, 3]]])
    left = np.column_stack([x[:, [1, 2, 4]], y])
    left = left - design @ np.linalg.lstsq(design, left, rcond=None)[0]
    share = left[:, -1].var() / y.var()
    np.testing.assert_allclose(found, relative_weights(covariance_of(left.T)) * share, atol=1e-12)


def test_copies_share_equally_and_constants_have_nothing():
    x, y = made(3, p=3)
    found = relative_weights(covariance_of(np.column_stack([x, -2 * x[:, 0], np.zeros(len(y)), y]).T))
    assert found[0] == pytest.approx(found[3], abs=1e-10)
    assert found[4] == pytest.approx(0, abs=1e-15)
    assert found.sum() == pytest.approx(full_r2(covariance_of(np.column_stack([x, y]).T)), abs=1e-10)


def test_many_matrices_at_once():
    stack = np.stack([covariance_of(np.column_stack(made(k)).T) for k in range(4)])
    alone = [relative_weights(matrix, [[0, 1], [3]]) for matrix in stack]
    np.testing.assert_allclose(relative_weights(stack, [[0, 1], [3]]), alone, atol=1e-13)
