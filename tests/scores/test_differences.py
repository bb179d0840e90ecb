"""Differences: the constrained likelihood by search, the limits by their definition, laws, and exact coverage."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.special import xlogy
from scipy.stats import binom, multinomial, norm
from statsmodels.stats.proportion import confint_proportions_2indep

from cxstats.scores.differences import (
    DIFFERENCES,
    PAIRED_DIFFERENCES,
    agresti_min_paired,
    most_likely_share,
    mover_difference,
    named_difference,
    newcombe_paired,
)
from cxstats.scores.intervals import INTERVALS, Sample

SIZES = st.integers(1, 300)
LEVELS = st.sampled_from([0.8, 0.9, 0.95, 0.99])
FOR_SHARES = ("miettinen-nurminen", "mee", "newcombe", "agresti-caffo")


@st.composite
def two_shares(draw):
    sizes = draw(SIZES), draw(SIZES)
    return tuple(part for n in sizes for part in (draw(st.integers(0, n)), n))


def share_of(x, n) -> Sample:
    x, n = np.atleast_1d(x), np.atleast_1d(n)
    return Sample.from_counts(np.column_stack([n - x, x]), [0, 1])


def limits(method, first, second, level=0.95) -> tuple[float, float]:
    found = named_difference(method)(first, second, level)
    return float(found.low[0]), float(found.high[0])


@given(two_shares(), st.floats(-0.99, 0.99))
def test_the_closed_form_is_the_most_likely_pair(counts, d):
    x1, n1, x2, n2 = counts
    low, high = max(d, 0.0), min(1 + d, 1.0)

    def surprise(p):
        q = p - d
        return -(xlogy(x1, p) + xlogy(n1 - x1, 1 - p) + xlogy(x2, q) + xlogy(n2 - x2, 1 - q))

    pair = [np.array([float(v)]) for v in (x1 / n1, x2 / n2, n1, n2)]
    found = most_likely_share((pair[0], pair[1]), (pair[2], pair[3]), np.array([d]))[0]
    searched = minimize_scalar(surprise, bounds=(low, high), method="bounded", options={"xatol": 1e-10})
    assert low <= found <= high
    # Where two roots meet at an end of the range the closed form keeps half of its digits: 1e-8 of a share per answer.
    assert surprise(np.clip(found, low + 1e-15, high - 1e-15)) <= searched.fun + 1e-7 * (n1 + n2)


@given(two_shares(), LEVELS)
def test_at_a_score_limit_the_test_just_does_not_reject(counts, level):
    x1, n1, x2, n2 = counts
    both, z = n1 + n2, norm.ppf((1 + level) / 2)
    for method, inflation in (("mee", 1.0), ("miettinen-nurminen", both / (both - 1))):
        for d in limits(method, share_of(x1, n1), share_of(x2, n2), level):
            if abs(d) > 1 - 1e-9:
                continue
            sizes = np.array([float(n1)]), np.array([float(n2)])
            p = most_likely_share((x1 / sizes[0], x2 / sizes[1]), sizes, np.array([d]))[0]
            variance = inflation * (p * (1 - p) / n1 + (p - d) * (1 - p + d) / n2)
            assert (x1 / n1 - x2 / n2 - d) ** 2 == pytest.approx(z**2 * variance, rel=1e-6, abs=1e-10)


@given(two_shares())
def test_newcombe_and_agresti_caffo_agree_with_statsmodels(counts):
    x1, n1, x2, n2 = counts
    for method in ("newcombe", "agresti-caffo"):
        theirs = confint_proportions_2indep(x1, n1, x2, n2, method=method)
        expected = np.clip(theirs, -1, 1)
        assert limits(method, share_of(x1, n1), share_of(x2, n2)) == pytest.approx(expected, abs=1e-9)


@given(two_shares(), LEVELS)
def test_they_hold_the_estimate_stay_within_one_and_change_sign_with_the_order(counts, level):
    x1, n1, x2, n2 = counts
    first, second = share_of(x1, n1), share_of(x2, n2)
    for method in FOR_SHARES:
        low, high = limits(method, first, second, level)
        assert -1 <= low < high <= 1
        if method != "agresti-caffo":
            assert low - 1e-9 <= x1 / n1 - x2 / n2 <= high + 1e-9
        assert limits(method, second, first, level) == pytest.approx((-high, -low), abs=1e-9)
        failures = limits(method, share_of(n2 - x2, n2), share_of(n1 - x1, n1), level)
        assert failures == pytest.approx((low, high), abs=1e-9)


@given(st.integers(1, 200), st.integers(0, 200), LEVELS)
def test_mover_against_a_certain_sample_is_the_other_sample_s_interval(x, rest, level):
    sample = share_of(x, x + rest)

    def certain(given_sample, confidence_level):
        found = INTERVALS["score"](given_sample, confidence_level)
        known = given_sample.n >= 10**6
        found.low[known] = found.high[known] = given_sample.estimate[known]
        return found

    zero = share_of(0, 10**6)
    one = INTERVALS["score"](sample, level)
    assert limits(mover_difference(certain), sample, zero, level) == pytest.approx((one.low[0], one.high[0]), abs=1e-9)


def test_mover_takes_any_method_and_any_metric():
    first = Sample.from_counts([2, 3, 10, 20, 15], range(1, 6))
    second = Sample.from_counts([5, 9, 10, 12, 4], range(1, 6))
    one, other = (INTERVALS["t"](sample, 0.9) for sample in (first, second))
    low, high = limits(mover_difference("t"), first, second, 0.9)
    halves = one.high[0] - first.estimate[0], other.high[0] - second.estimate[0]
    # Around symmetric intervals the two halves add as the sides of a right triangle.
    assert (high - low) / 2 == pytest.approx(np.hypot(*halves), abs=1e-12)
    assert limits("mover", first, second, 0.9) != (low, high)


def test_wald_is_the_plain_expression():
    first, second = Sample.from_counts([2, 3, 10], [-1, 0, 1]), Sample.from_counts([5, 9, 10], [-1, 0, 1])
    half = 1.959963984540054 * np.sqrt(first.variance[0] / 15 + second.variance[0] / 24)
    estimate = 8 / 15 - 5 / 24
    assert limits("wald", first, second) == pytest.approx((estimate - half, estimate + half), abs=1e-12)


@pytest.mark.parametrize("method", DIFFERENCES)
def test_many_at_once_equal_each_by_itself_and_nobody_gives_no_limits(method):
    x1, n1, x2, n2 = np.array([[3, 10, 0, 0, 40], [9, 10, 7, 0, 80], [1, 0, 0, 5, 38], [8, 12, 9, 9, 82]])
    together = DIFFERENCES[method](share_of(x1, n1), share_of(x2, n2), 0.95)
    assert np.isnan([together.low[3], together.high[3]]).all()
    for s in (0, 1, 2, 4):
        alone = limits(method, share_of(x1[s], n1[s]), share_of(x2[s], n2[s]))
        assert (together.low[s], together.high[s]) == pytest.approx(alone, abs=1e-14, nan_ok=True)


TABLES = st.tuples(*[st.integers(0, 60)] * 4).filter(lambda t: sum(t) > 0)


@given(TABLES, LEVELS)
def test_paired_intervals_hold_the_estimate_and_change_sign_with_the_order(table, level):
    both, first, second, neither = table
    estimate = (first - second) / sum(table)
    for method in PAIRED_DIFFERENCES.values():
        found, turned = method(table, level), method([both, second, first, neither], level)
        assert -1 <= found.low[0] < found.high[0] <= 1
        assert (turned.low[0], turned.high[0]) == pytest.approx((-found.high[0], -found.low[0]), abs=1e-12)
    found = newcombe_paired(table, level)
    assert found.low[0] - 1e-12 <= estimate <= found.high[0] + 1e-12


def test_paired_tables_are_taken_together_and_checked():
    found = agresti_min_paired([[53, 8, 16, 9], [0, 0, 0, 0], [10, 0, 4, 6]], 0.95)
    assert np.isnan(found.low).tolist() == [False, True, False]
    assert np.isnan(newcombe_paired([0, 0, 0, 0], 0.95).low).all()
    with pytest.raises(ValueError, match=r"both, only the first, only the second and neither, 0 or more; got \[1, 2\]"):
        newcombe_paired([1, 2], 0.95)
    with pytest.raises(ValueError, match="0 or more"):
        agresti_min_paired([1, 2, -3, 4], 0.95)


def test_errors_say_what_must_hold():
    share, net = share_of(3, 9), Sample.from_counts([1, 2, 3], [-1, 0, 1])
    with pytest.raises(ValueError, match="difference method 'mea' not found; did you mean 'mee'"):
        named_difference("mea")
    with pytest.raises(ValueError, match="same values in both samples; got 1 segments with values"):
        limits("wald", share, net)
    for method in FOR_SHARES:
        with pytest.raises(ValueError, match=f"'{method}' is for shares .* any metric: score, mover, welch, wald"):
            limits(method, net, net)
    designed = Sample(share.shares, share.values, share.n, share.effective_n / 2, np.array([12.0]))
    for method in ("miettinen-nurminen", "mee", "agresti-caffo"):
        with pytest.raises(
            ValueError, match=f"'{method}' is for simple random samples; .*: score, mover, newcombe, welch, wald"
        ):
            limits(method, designed, share)
    wider = limits("newcombe", designed, share)
    assert wider[0] < limits("newcombe", share, share)[0]


@pytest.mark.parametrize(("n1", "n2"), [(15, 15), (10, 30)])
def test_exact_coverage_of_differences_of_shares(n1, n2):
    x1, x2 = (part.ravel() for part in np.meshgrid(np.arange(n1 + 1), np.arange(n2 + 1), indexing="ij"))
    truths = list(product(np.linspace(0.025, 0.975, 20), repeat=2))
    mean = {}
    for method in (*FOR_SHARES, "mover", "wald"):
        found = DIFFERENCES[method](share_of(x1, n1), share_of(x2, n2), 0.95)
        mean[method] = np.mean(
            [
                np.sum((binom.pmf(x1, n1, p) * binom.pmf(x2, n2, q))[(found.low <= p - q) & (p - q <= found.high)])
                for p, q in truths
            ]
        )
    assert mean["mover"] == pytest.approx(mean["newcombe"], abs=1e-12)
    assert abs(mean["mee"] - 0.95) < 0.01
    assert abs(mean["miettinen-nurminen"] - 0.95) < 0.01
    assert abs(mean["newcombe"] - 0.95) < 0.015
    assert mean["agresti-caffo"] > 0.95
    assert mean["wald"] < 0.94


def test_exact_coverage_of_paired_differences():
    n = 12
    cells = np.array([t for t in product(range(n + 1), repeat=4) if sum(t) == n])
    truths = np.random.default_rng(20261121).dirichlet(np.ones(4), size=150)
    for name, method in PAIRED_DIFFERENCES.items():
        found = method(cells, 0.95)
        covered = []
        for p in truths:
            inside = (found.low <= p[1] - p[2]) & (p[1] - p[2] <= found.high)
            covered.append(multinomial.pmf(cells[inside], n, p).sum())
        assert abs(np.mean(covered) - 0.95) < 0.02, name
