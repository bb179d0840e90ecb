"""Best dates, F statistics and Bai's intervals: figures by R's strucchange, laws, all partitions by hand."""

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from cxstats.scores.changes.partitions import bai_interval, best_partition, critical_ratio, f_statistics


@pytest.mark.parametrize("name", ["nile", "made"])
def test_dates_and_sums_of_squares_agree_with_strucchange(figures, name):
    case = figures[name]
    y = np.array(case["y"], dtype=np.float64)
    for expected in case["partitions"]:
        squares, places = best_partition(y, np.ones_like(y), changes=expected["changes"], shortest=case["shortest"])
        assert list(places) == expected["places"]
        assert squares == pytest.approx(expected["rss"], rel=1e-10)


@pytest.mark.parametrize("name", ["nile", "made"])
def test_f_statistics_agree_with_strucchange(figures, name):
    case = figures[name]
    y, size = np.array(case["y"], dtype=np.float64), len(case["f"])
    places = np.arange(case["first_f"], case["first_f"] + size)
    assert f_statistics(y, np.ones_like(y), places) == pytest.approx(case["f"], rel=1e-9)


@pytest.mark.parametrize("name", ["nile", "made"])
@pytest.mark.parametrize("level", [90, 95])
def test_bai_intervals_agree_with_strucchange(figures, name, level):
    case = figures[name]
    low, place, high = case[f"bai_{level}"]
    assert bai_interval(np.array(case["y"], dtype=np.float64), place, level / 100) == (low, high)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 3), st.integers(1, 2))
def test_no_other_partition_is_better(seed, changes, shortest):
    rng = np.random.default_rng(seed)
    y, weights = rng.standard_normal(9), rng.uniform(0.2, 3, 9)

    def squares(places):
        parts = np.split(np.arange(9), places)
        return sum(weights[p] @ (y[p] - np.average(y[p], weights=weights[p])) ** 2 for p in parts)

    usable = [c for c in combinations(range(1, 9), changes) if min(np.diff([0, *c, 9])) >= shortest]
    found, places = best_partition(y, weights, changes=changes, shortest=shortest)
    assert found == pytest.approx(min(map(squares, usable)))
    assert squares(places) == pytest.approx(found)


def test_more_levels_than_periods_are_refused():
    with pytest.raises(ValueError, match="3 levels of 3 periods need 9; got 8"):
        best_partition(np.zeros(8), np.ones(8), changes=2, shortest=3)


@pytest.mark.parametrize("level", [0.5, 0.9, 0.95])
def test_the_critical_ratio_is_a_quantile_of_the_larger_of_two_exponentials(level):
    assert stats.expon.cdf(critical_ratio(level), scale=2) ** 2 == pytest.approx(level)
