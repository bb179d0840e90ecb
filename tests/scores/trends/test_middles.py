"""Medians of what few answers show: against binomial and multinomial enumeration."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, multinomial

from cxstats.scores.trends.middles import middle_scores


@given(st.integers(1, 60), st.floats(0.02, 0.98))
def test_of_a_share_it_is_the_binomial_median(n, share):
    found = middle_scores(np.array([float(n)]), np.array([[1 - share, share]]), np.array([0.0, 1.0]))[0]
    above, below = binom.sf(np.rint(found * n), n, share), binom.cdf(np.rint(found * n) - 1, n, share)
    assert found * n == pytest.approx(np.rint(found * n), abs=1e-9)
    assert max(above, below) <= 0.5 + 1e-8


@pytest.mark.parametrize("values", [(1, 2, 3), (-1, 0, 1), (0, 50, 100), (1, 2, 4)])
@pytest.mark.parametrize("shares", [(0.05, 0.05, 0.9), (0.3, 0.3, 0.4)])
def test_of_a_mean_no_more_than_half_lie_on_either_side(values, shares):
    n = 6
    points = np.array(values, dtype=float)
    found = middle_scores(np.array([float(n)]), np.array([shares]), points)[0]
    kinds = [(a, b, n - a - b) for a, b in product(range(n + 1), repeat=2) if a + b <= n]
    chance = np.array([multinomial.pmf(k, n, shares) for k in kinds])
    scores = np.array(kinds) @ points / n
    assert chance[scores > found + 1e-9].sum() <= 0.5 + 1e-9
    assert chance[scores < found - 1e-9].sum() <= 0.5 + 1e-9


def test_fine_scores_have_their_mean_and_empty_periods_none():
    found = middle_scores(np.array([5_000.0, 0.0, 1.0]), np.array([[0.2, 0.8]] * 3), np.array([0.0, 1.0]))
    assert found[0] == 0.8
    assert np.isnan(found[1])
    assert found[2] == 1.0


def test_points_without_a_common_step_are_placed_to_a_hundredth_of_the_scale():
    shares, values = np.array([[0.1, 0.1, 0.8]]), np.array([0.0, np.sqrt(2), 5.0])
    assert middle_scores(np.array([3.0]), shares, values)[0] == pytest.approx(5.0)
