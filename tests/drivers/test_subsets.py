"""All R2 of subsets: figures of R's relaimpo and domir, base R by definition, and the laws of Shapley values."""

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxstats.drivers.subsets import first_r2, full_r2, gains_in_order, last_r2, shapley_r2, subset_r2

TIGHT = {"rtol": 0, "atol": 1e-10}
TWO = np.array([[1, 0.5, 0.6], [0.5, 1, 0.4], [0.6, 0.4, 1]])


@pytest.fixture
def published(figures):
    return figures("importance")


def covariance_of(columns, weights=None):
    return np.cov(np.asarray(columns, dtype=float), aweights=weights, ddof=0)


def covariance_in(published, data, outcome, drivers, weights=None):
    table = published["data"][data]
    return covariance_of([table[name] for name in [*drivers, outcome]], weights)


def random_data(seed, n=40, p=5):
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n, p)) @ rng.normal(size=(p, p))
    return x, x @ rng.normal(size=p) + 3 * rng.normal(size=n)


def by_lstsq(x, y, columns):
    design = np.column_stack([np.ones(len(y)), x[:, columns]])
    residuals = y - design @ np.linalg.lstsq(design, y, rcond=None)[0]
    return 1 - residuals @ residuals / np.sum((y - y.mean()) ** 2)


def by_definition(value, count):
    """Shapley values from a function of sets, as the average over all orders."""
    found = np.zeros(count)
    for order in itertools.permutations(range(count)):
        for k, driver in enumerate(order):
            found[driver] += value(frozenset(order[: k + 1])) - value(frozenset(order[:k]))
    return found / math.factorial(count)


def test_two_drivers_as_published():
    """R2 = .28/.75, both Shapley and relative weights .286667 and .086667."""
    np.testing.assert_allclose(shapley_r2(TWO), [0.286667, 0.086667], atol=5e-7)
    assert full_r2(TWO) == pytest.approx(0.28 / 0.75, abs=1e-15)


@pytest.mark.parametrize(
    ("name", "weights"), [("relimp/swiss", None), ("relimp/swiss_weighted", np.arange(1, 48) / 10)]
)
def test_relaimpo_on_swiss(published, name, weights):
    figure = published["figures"][name]["expected"]["metrics"]
    covariance = covariance_in(published, "swiss", "Fertility", figure["lmg"], weights)
    np.testing.assert_allclose(shapley_r2(covariance), list(figure["lmg"].values()), **TIGHT)
    np.testing.assert_allclose(first_r2(covariance), list(figure["first"].values()), **TIGHT)
    np.testing.assert_allclose(last_r2(covariance), list(figure["last"].values()), **TIGHT)
    assert full_r2(covariance) == pytest.approx(figure["R2"], abs=1e-10)


def test_relaimpo_with_a_factor_and_survey_weights(published):
    """calc.relimp's weights are probability weights; its figure has no design in it, so that ours must agree."""
    figure = published["figures"]["relimp/survey_design"]["expected"]["lmg"]
    table = published["data"]["cx_survey"]
    segments = [[float(value == level) for value in table["segment"]] for level in sorted(set(table["segment"]))[1:]]
    covariance = covariance_of([*segments, table["csat"], table["ces"], table["ltr"]], table["pw"])
    groups = [list(range(len(segments))), [len(segments)], [len(segments) + 1]]
    for ours, theirs in ((shapley_r2, "lmg"), (first_r2, "first"), (last_r2, "last")):
        np.testing.assert_allclose(ours(covariance, groups), list(figure[theirs].values()), **TIGHT)
    assert full_r2(covariance, groups) == pytest.approx(figure["R2"], abs=1e-10)


DOMINANCE = [
    ("dominance/mtcars_5_r2", "domin", "mtcars", "mpg"),
    ("dominance/keydrivers", "r2", "key_drivers_300", "overall"),
]


@pytest.mark.parametrize(("name", "key", "data", "outcome"), DOMINANCE)
def test_domir(published, name, key, data, outcome):
    """General dominance is the Shapley value; conditional and complete dominance follow from all R2."""
    figure = published["figures"][name]["expected"][key]
    drivers = list(figure["general"])
    covariance = covariance_in(published, data, outcome, drivers)
    shapley, r2 = shapley_r2(covariance), subset_r2(covariance)
    np.testing.assert_allclose(shapley, list(figure["general"].values()), **TIGHT)
    np.testing.assert_allclose(shapley / shapley.sum(), list(figure["standardized"].values()), **TIGHT)
    subsets = np.arange(len(r2))
    sizes = np.array([int(s).bit_count() for s in subsets])
    for k, driver in enumerate(drivers):
        out = subsets[(subsets >> k) % 2 == 0]
        gains = r2[out + 2**k] - r2[out]
        conditional = [gains[sizes[out] == size].mean() for size in range(len(drivers))]
        np.testing.assert_allclose(conditional, list(figure["conditional"][driver].values()), **TIGHT)
        for other, dominates in zip(range(len(drivers)), figure["complete"][f"Dmnates_{driver}"].values(), strict=True):
            both_out = out[(out >> other) % 2 == 0]
            if other != k and dominates != "NA":
                better = r2[both_out + 2**k] > r2[both_out + 2**other]
                assert better.all() if dominates else not better.any()


def test_domir_with_weights_and_with_adjusted_r2(published):
    figure = published["figures"]["dominance/keydrivers"]["expected"]
    drivers = list(figure["weighted_r2"]["general"])
    weighted = covariance_in(
        published, "key_drivers_300", "overall", drivers, published["data"]["key_drivers_300"]["w"]
    )
    np.testing.assert_allclose(shapley_r2(weighted), list(figure["weighted_r2"]["general"].values()), **TIGHT)
    r2 = subset_r2(covariance_in(published, "key_drivers_300", "overall", drivers))
    n = len(published["data"]["key_drivers_300"]["overall"])

    def adjusted(chosen):
        return 1 - (1 - r2[sum(2**k for k in chosen)]) * (n - 1) / (n - len(chosen) - 1)

    np.testing.assert_allclose(by_definition(adjusted, 6), list(figure["adj_r2"]["general"].values()), **TIGHT)


def test_base_r_by_definition_with_a_factor_weights_and_a_control(figures):
    figure = figures("lmg")
    data = figure["data"]
    levels = [[float(value == level) for value in data["cyl"]] for level in ("6 cylinders", "8 cylinders")]
    columns = [data["wt"], data["hp"], data["qsec"], *levels, data["mpg"]]
    groups = [[0], [1], [2], [3, 4]]
    for name, weights in (("equal", None), ("weighted", data["carb"])):
        covariance = covariance_of(columns, weights)
        np.testing.assert_allclose(shapley_r2(covariance, groups), list(figure[name].values()), **TIGHT)
        assert full_r2(covariance, groups) == pytest.approx(figure["r2"][name], abs=1e-10)
    controlled = [[0], [1], [3, 4]]
    np.testing.assert_allclose(shapley_r2(covariance, controlled), list(figure["controlled"].values()), **TIGHT)
    beyond = figure["r2"]["weighted"] - figure["r2"]["control"]
    assert full_r2(covariance, controlled) == pytest.approx(beyond, abs=1e-10)


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(1, 6))
def test_every_subset_is_least_squares_and_the_average_over_orders(seed, p):
    x, y = random_data(seed, p=p)
    covariance = covariance_of(np.column_stack([x, y]).T)
    r2 = subset_r2(covariance)
    chosen = [[k for k in range(p) if s >> k & 1] for s in range(2**p)]
    np.testing.assert_allclose(r2, [by_lstsq(x, y, columns) for columns in chosen], atol=1e-9)
    expected = by_definition(lambda some: r2[sum(2**k for k in some)], p)
    np.testing.assert_allclose(shapley_r2(covariance), expected, atol=1e-12)
    assert shapley_r2(covariance).sum() == pytest.approx(full_r2(covariance), abs=1e-12)
    np.testing.assert_allclose(gains_in_order(covariance), np.diff(r2[2 ** np.arange(p + 1) - 1]), atol=1e-12)


@pytest.mark.parametrize("p", [10, 18])
def test_sums_to_r2_to_machine_precision(p):
    x, y = random_data(p, n=500, p=p)
    covariance = covariance_of(np.column_stack([x, y]).T)
    assert shapley_r2(covariance).sum() == pytest.approx(by_lstsq(x, y, list(range(p))), abs=1e-12)


def test_many_matrices_at_once_are_each_by_itself():
    stack = np.stack([covariance_of(np.column_stack(random_data(k)).T) for k in range(6)])
    groups = [[1, 3], [0], [4]]
    for function in (shapley_r2, first_r2, last_r2, full_r2, subset_r2):
        together = function(stack.reshape(2, 3, 6, 6), groups)
        alone = np.stack([function(matrix, groups) for matrix in stack])
        np.testing.assert_allclose(together, alone.reshape(together.shape), atol=1e-14)


def test_more_matrices_than_go_through_at_once():
    stack = np.tile(TWO, (70_000, 1, 1))
    np.testing.assert_array_equal(shapley_r2(stack), np.tile(shapley_r2(TWO), (70_000, 1)))


def test_units_and_order_of_drivers_do_not_matter():
    x, y = random_data(1)
    covariance = covariance_of(np.column_stack([x, y]).T)
    units = np.array([1e-6, 1.0, -60.0, 1e5, 3.0, -2.0])
    np.testing.assert_allclose(shapley_r2(covariance * np.outer(units, units)), shapley_r2(covariance), atol=1e-12)
    turned = [4, 2, 0, 1, 3]
    np.testing.assert_allclose(
        shapley_r2(covariance, [[k] for k in turned]), shapley_r2(covariance)[turned], atol=1e-12
    )


def test_coding_of_a_group_does_not_matter():
    x, y = random_data(2)
    mixed = np.column_stack([x[:, :3] @ np.array([[1, 2, 0], [0, 1, 1], [3, 0, 1.0]]), x[:, 3:], y])
    groups = [[0, 1, 2], [3], [4]]
    plain = shapley_r2(covariance_of(np.column_stack([x, y]).T), groups)
    np.testing.assert_allclose(shapley_r2(covariance_of(mixed.T), groups), plain, atol=1e-10)


def test_copies_share_equally_and_the_others_keep_theirs():
    """Of two copies only the first to come adds: they are one driver that may enter at either of two places."""
    x, y = random_data(3, p=3)
    copied = np.column_stack([x, x[:, 0] * 7 - 2, y])
    found = shapley_r2(covariance_of(copied.T))
    assert found[0] == pytest.approx(found[3], abs=1e-12)
    assert found.sum() == pytest.approx(by_lstsq(x, y, [0, 1, 2]), abs=1e-10)
    r2 = {frozenset(s): by_lstsq(x, y, list(s)) for k in range(4) for s in itertools.combinations(range(3), k)}
    expected = by_definition(lambda some: r2[frozenset(0 if k == 3 else k for k in some)], 4)
    np.testing.assert_allclose(found, expected, atol=1e-10)
    assert last_r2(covariance_of(copied.T))[[0, 3]] == pytest.approx([0, 0], abs=1e-12)


def test_a_driver_that_does_not_vary_explains_nothing():
    x, y = random_data(4, p=3)
    x[:, 1] = 0.0
    covariance = covariance_of(np.column_stack([x, y]).T)
    found = shapley_r2(covariance)
    assert found[1] == pytest.approx(0, abs=1e-15)
    np.testing.assert_allclose(found[[0, 2]], shapley_r2(covariance[np.ix_([0, 2, 3], [0, 2, 3])]), atol=1e-12)


def test_more_columns_than_rows_explain_everything():
    x, y = random_data(5, n=5, p=8)
    found = shapley_r2(covariance_of(np.column_stack([x, y]).T))
    assert found.sum() == pytest.approx(1, abs=1e-9)
    assert (found > 0).all()


def test_an_outcome_that_does_not_vary_has_no_r2():
    assert np.isnan(shapley_r2(np.diag([1.0, 1.0, 0.0]))).all()


@pytest.mark.parametrize(
    ("covariance", "groups", "message"),
    [
        (np.ones((2, 3)), None, r"square with the outcome last.*\(2, 3\)"),
        (TWO, [[0], [0, 1]], "disjoint lists of the 2 columns"),
        (TWO, [[2]], "disjoint lists"),
        (TWO, [], "disjoint lists"),
        (TWO, [[0], []], "disjoint lists"),
        (np.eye(24), None, "at most 22 drivers; got 23"),
    ],
)
def test_refuses(covariance, groups, message):
    with pytest.raises(ValueError, match=message):
        shapley_r2(covariance, groups)
