"""The test of order: against enumeration of all permutations, its symmetry, and its error rate where it is hardest."""

import itertools
import math

import numpy as np
import pytest
from scipy.stats import mannwhitneyu, spearmanr

from cxstats.scores.ordering import order_test


def test_permutation_p_value_agrees_with_all_permutations():
    x, y = [0, 0, 1, 1, 2, 2, 2], [1, 2, 2, 0, 1, 0, 0]
    table = np.zeros((3, 3), dtype=np.int64)
    np.add.at(table, (x, y), 1)
    own = spearmanr(x, y).statistic
    every = [spearmanr(x, p).statistic for p in itertools.permutations(y)]
    exact = np.mean([r <= own + 1e-9 for r in every])
    found = order_test(table, resamples=19_999)
    assert found.strength == pytest.approx(own, abs=1e-12)
    # Four standard errors of 19,999 random tables.
    assert found.p_against == pytest.approx(exact, abs=4 * math.sqrt(exact * (1 - exact) / 19_999))


def test_of_two_groups_it_is_the_test_of_mann_and_whitney():
    rng = np.random.default_rng(8)
    good, bad = rng.integers(1, 6, 60), rng.integers(1, 5, 50)
    table = np.array([np.bincount(bad, minlength=6), np.bincount(good, minlength=6)])
    expected = mannwhitneyu(bad, good, alternative="less", use_continuity=False).pvalue
    assert order_test(table, resamples=19_999).p_with == pytest.approx(expected, abs=0.001)


def test_turning_one_answer_round_swaps_the_sides():
    table = np.array([[8, 3, 1], [4, 6, 5], [1, 2, 9]])
    straight, turned = order_test(table, resamples=4_999), order_test(table[::-1], resamples=4_999)
    assert turned.strength == pytest.approx(-straight.strength, abs=1e-12)
    assert turned.p_against == pytest.approx(straight.p_with, abs=0.002)


@pytest.mark.parametrize("table", [[[5, 3, 2]], [[0, 0], [3, 4]], [[0, 0], [0, 0]]])
def test_an_answer_that_does_not_vary_says_nothing(table):
    found = order_test(np.array(table))
    assert math.isnan(found.strength)
    assert (found.p_against, found.p_with) == (1.0, 1.0)


@pytest.mark.parametrize("deviants", [1, 3, 150])
def test_error_rate_without_association(deviants):
    # A skewed rating against one that nearly all customers answer alike: the normal approximation is too bold here.
    rng = np.random.default_rng(deviants)
    shares, alarms, bold = [0.05, 0.25, 0.7] if deviants > 1 else [0.05, 0.95], 0, 0
    for _ in range(600):
        table = np.array([rng.multinomial(n, shares) for n in (deviants, 300 - deviants)])[::-1]
        found = order_test(table, resamples=499)
        alarms += found.p_against <= 0.02
        bold += found.strength * math.sqrt(299) < -2.0537
    # The exact 99.9 % limit of 600 tries at .02.
    assert alarms <= 24
    if deviants == 1:
        assert bold > 18


def test_zero_correlation_with_dependence_keeps_its_rate():
    # The spread of one answer depends on the other, their order does not.
    rng = np.random.default_rng(5)
    cells = np.array([[0.24, 0.02, 0.24], [0.0, 0.02, 0.0], [0.24, 0.0, 0.24]])
    alarms = sum(
        order_test(rng.multinomial(300, cells.ravel() / cells.sum()).reshape(3, 3), resamples=199).p_against <= 0.02
        for _ in range(600)
    )
    assert alarms <= 24
