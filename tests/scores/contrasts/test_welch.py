"""Welch's t as R has it, from counts."""

import numpy as np
import pytest
from scipy.stats import t, ttest_1samp

from cxstats.scores.contrasts.welch import welch_difference, welch_p_greater, welch_p_value
from cxstats.scores.samples import Sample


def test_it_agrees_with_r(figures):
    for case in figures("two_samples")["samples"]:
        first, second = (Sample.from_counts(case[side], case["values"]) for side in ("first", "second"))
        found = welch_difference(first, second, 0.95)
        assert (found.low[0], found.high[0]) == pytest.approx(case["welch"], abs=1e-12)
        assert welch_p_value(first, second)[0] == pytest.approx(case["welch_p"], rel=1e-10)
        at_least = welch_p_greater(first, second, -case["margin"])[0]
        assert at_least == pytest.approx(case["welch_non_inferior"], rel=1e-10)


def test_two_designs_have_their_own_errors_and_degrees():
    first, second = Sample.from_counts([3, 9, 20], [1, 2, 3]), Sample.from_counts([10, 10, 10], [1, 2, 3])
    designed = Sample(first.shares, first.values, first.n, np.array([16.0]), np.array([7.0]))
    parts = first.variance / 16, second.variance / 29
    degrees = (parts[0] + parts[1]) ** 2 / (parts[0] ** 2 / 7 + parts[1] ** 2 / 29)
    half = t.ppf(0.975, degrees) * np.sqrt(parts[0] + parts[1])
    found = welch_difference(designed, second, 0.95)
    assert found.high - found.low == pytest.approx(2 * half, rel=1e-12)


def test_without_variation_or_answers_it_says_nothing():
    first = Sample.from_counts([[0, 9], [1, 0], [0, 9], [0, 0]], [0, 1])
    second = Sample.from_counts([[8, 0], [3, 4], [3, 4], [3, 4]], [0, 1])
    found, p = welch_difference(first, second, 0.95), welch_p_value(first, second)
    assert np.isnan(found.low).tolist() == np.isnan(p).tolist() == [True, True, False, True]
    expected = ttest_1samp([0] * 3 + [1] * 4, 1).pvalue
    assert p[2] == pytest.approx(expected, rel=1e-10)
