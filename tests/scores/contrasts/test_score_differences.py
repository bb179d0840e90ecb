"""The score interval for two samples: Mee's with two values, R's search elsewhere, laws, ends, designs, coverage."""

from itertools import product
from math import factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import chi2_contingency, t

from cxstats.scores.contrasts.score_differences import score_difference, score_p_value, score_statistic
from cxstats.scores.differences import mee_difference
from cxstats.scores.samples import Sample

HISTOGRAMS = st.lists(st.integers(0, 40), min_size=5, max_size=5).filter(lambda c: sum(c) > 0)
LEVELS = st.sampled_from([0.5, 0.8, 0.95, 0.999])
POINTS = np.arange(1, 6)


def of(counts, values=POINTS) -> Sample:
    return Sample.from_counts(counts, values)


def limits(first, second, level=0.95) -> tuple[float, float]:
    found = score_difference(first, second, level)
    return float(found.low[0]), float(found.high[0])


def under_a_design(sample, effective, degrees) -> Sample:
    return Sample(sample.shares, sample.values, sample.n, np.array([effective]), np.array([degrees]))


def test_two_values_give_the_interval_of_mee():
    rng = np.random.default_rng(1)
    n, m = rng.integers(1, 400, (2, 500))
    x, y = rng.binomial(n, rng.beta(0.4, 0.4, 500)), rng.binomial(m, rng.beta(0.4, 0.4, 500))
    first, second = (of(np.column_stack([k - a, a]), [0, 1]) for a, k in ((x, n), (y, m)))
    for level in (0.8, 0.95, 0.999):
        found, mee = score_difference(first, second, level), mee_difference(first, second, level)
        np.testing.assert_allclose(found.low, mee.low, atol=1e-9)
        np.testing.assert_allclose(found.high, mee.high, atol=1e-9)


def test_limits_and_p_values_are_those_that_r_finds_by_search(figures):
    for case in figures("two_samples")["samples"]:
        first, second = of(case["first"], case["values"]), of(case["second"], case["values"])
        assert limits(first, second) == pytest.approx(case["score"], abs=1e-6)
        assert limits(first, second, 0.9) == pytest.approx(case["score_90"], abs=1e-6)
        assert score_p_value(first, second)[0] == pytest.approx(case["score_p"], abs=1e-7)
        at_margin = score_p_value(first, second, case["margin"])[0]
        assert at_margin == pytest.approx(case["score_p_at_margin"], abs=1e-7)


def test_of_shares_the_p_value_is_that_of_the_chi_squared_test():
    table = [[12, 30], [25, 22]]
    expected = chi2_contingency(table, correction=False).pvalue
    assert score_p_value(of(table[0], [0, 1]), of(table[1], [0, 1]))[0] == pytest.approx(expected, abs=1e-12)


@given(HISTOGRAMS, HISTOGRAMS, LEVELS)
def test_it_holds_the_estimate_is_possible_and_turns_with_the_order_and_the_scale(one, other, level):
    first, second = of(one), of(other)
    low, high = limits(first, second, level)
    estimate = first.estimate[0] - second.estimate[0]
    assert -4 <= low <= estimate + 1e-9
    assert estimate - 1e-9 <= high <= 4
    assert low < high
    assert limits(second, first, level) == pytest.approx((-high, -low), abs=1e-9)
    assert limits(of(one[::-1]), of(other[::-1]), level) == pytest.approx((-high, -low), abs=1e-9)
    stretched = limits(of(one, 10 * POINTS - 7), of(other, 10 * POINTS - 7), level)
    assert stretched == pytest.approx((10 * low, 10 * high), abs=1e-8)


@given(HISTOGRAMS, HISTOGRAMS, LEVELS)
def test_the_p_value_of_a_limit_is_one_less_the_level(one, other, level):
    first, second = of(one), of(other)
    for limit in limits(first, second, level):
        if abs(limit) < 4 - 1e-6:
            assert score_p_value(first, second, limit)[0] == pytest.approx(1 - level, rel=1e-6)


@settings(max_examples=50)
@given(HISTOGRAMS, HISTOGRAMS)
def test_the_statistic_falls_as_the_difference_rises(one, other):
    z = score_statistic(of([one] * 33), of([other] * 33), np.linspace(-4, 4, 33))
    finite = z[np.isfinite(z)]
    assert (np.diff(finite) < 0).all()
    assert z[0] >= 0 >= z[-1]


def test_points_that_nobody_chose_are_possible_and_ends_are_kept():
    apart = limits(of([0, 0, 0, 0, 8]), of([8, 0, 0, 0, 0]))
    assert apart[1] == 4
    assert 1 < apart[0] < 4
    same = limits(of([0, 0, 0, 0, 8]), of([0, 0, 0, 0, 8]))
    assert same == pytest.approx((-same[1], same[1]), abs=1e-12)
    assert same[1] > 0.5
    assert score_p_value(of([0, 0, 0, 0, 8]), of([0, 0, 0, 0, 8]))[0] == 1
    assert score_statistic(of([0, 0, 0, 0, 8]), of([8, 0, 0, 0, 0]), 5.0)[0] == -np.inf
    # Only the extreme points matter, whether anybody chose them or not: a wider scale leaves more room.
    wider = limits(of([0, 0, 0, 0, 8, 0, 0], range(1, 8)), of([0, 0, 0, 0, 8, 0, 0], range(1, 8)))
    assert wider[1] > same[1]


def test_many_at_once_equal_each_by_itself_and_nobody_gives_nothing():
    rng = np.random.default_rng(2)
    one, other = rng.multinomial(12, [0.1, 0.1, 0.2, 0.3, 0.3], 6), rng.multinomial(30, [0.3, 0.3, 0.2, 0.1, 0.1], 6)
    one[4] = 0
    together, p = score_difference(of(one), of(other), 0.95), score_p_value(of(one), of(other))
    assert np.isnan([together.low[4], together.high[4], p[4]]).all()
    for s in (0, 1, 2, 3, 5):
        assert (together.low[s], together.high[s]) == pytest.approx(limits(of(one[s]), of(other[s])), abs=1e-13)
        assert p[s] == pytest.approx(score_p_value(of(one[s]), of(other[s]))[0], abs=1e-13)


def test_a_design_counts_by_its_effective_size_and_students_quantile():
    first, second = of([2, 3, 5, 12, 18]), of([6, 5, 9, 10, 10])
    designed = under_a_design(first, 25.0, 12.0), under_a_design(second, 20.0, 12.0)
    level = 0.9
    quantile = t.ppf(0.95, 12)
    low, high = limits(*designed, level)
    for limit in (low, high):
        # At a limit the estimate is Student's quantile away by the variance of the pair, here of smaller samples.
        smaller = under_a_design(first, 25.0, np.inf), under_a_design(second, 20.0, np.inf)
        assert abs(score_statistic(*smaller, limit)[0]) == pytest.approx(quantile, rel=1e-9)
        assert score_p_value(*designed, limit)[0] == pytest.approx(0.1, rel=1e-8)
    mixed = designed[0], second
    for limit in limits(*mixed, level):
        assert score_p_value(*mixed, limit)[0] == pytest.approx(0.1, rel=1e-8)
    assert np.isnan(limits(under_a_design(first, 25.0, 0.0), second)).all()
    # An effective size above n, from very few answers at an end, counts for n.
    assert limits(under_a_design(first, 400.0, np.inf), second) == limits(first, second)


def test_equal_means_up_to_rounding_are_equal():
    first, second = of([1, 1, 1, 0, 0, 4], np.arange(6) / 10), of([2, 2, 2, 0, 0, 8], np.arange(6) / 10)
    assert score_p_value(first, second, 1e-17)[0] == score_p_value(first, second)[0] == 1


def test_one_value_leaves_nothing_to_differ():
    assert limits(of([5], [2]), of([7], [2])) == (0, 0)


@pytest.mark.parametrize(
    ("truth", "least"), [(((0.2, 0.3, 0.5), (0.5, 0.3, 0.2)), 0.93), (((0.1, 0.1, 0.8),) * 2, 0.95)]
)
def test_coverage_by_enumerating_all_histograms_of_seven_and_nine(truth, least):
    values = np.array([-1.0, 0.0, 1.0])
    tables, chances = zip(*(_all_histograms(n, p) for n, p in zip((7, 9), truth, strict=True)), strict=True)
    places = np.array(list(product(range(len(tables[0])), range(len(tables[1])))))
    found = score_difference(of(tables[0][places[:, 0]], values), of(tables[1][places[:, 1]], values), 0.95)
    difference = (np.array(truth[0]) - truth[1]) @ values
    held = (found.low <= difference + 1e-12) & (difference - 1e-12 <= found.high)
    coverage = float((chances[0][places[:, 0]] * chances[1][places[:, 1]])[held].sum())
    assert least <= coverage < 0.99


def _all_histograms(n, shares):
    tables = np.array([(a, b, n - a - b) for a in range(n + 1) for b in range(n + 1 - a)])
    ways = np.array([factorial(n) / np.prod([factorial(k) for k in row]) for row in tables.tolist()])
    chances = ways * np.prod(np.array(shares) ** tables, axis=1)
    assert chances.sum() == pytest.approx(1)
    return tables, chances


def test_samples_must_be_alike():
    with pytest.raises(ValueError, match="as many segments and the same values in both samples; got 1 segments"):
        score_difference(of([1, 2], [0, 1]), of([1, 2, 3], [-1, 0, 1]), 0.95)
    with pytest.raises(ValueError, match="as many segments"):
        score_p_value(of([[1, 2], [3, 4]], [0, 1]), of([1, 2], [0, 1]))
