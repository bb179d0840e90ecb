"""P-values never contradict their interval: laws for every method, and R's one-sided t-tests."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxstats.scores.contrasts.hypotheses import difference_p_value, equivalence_p_value, non_inferiority_p_value
from cxstats.scores.differences import DIFFERENCES
from cxstats.scores.samples import Sample

COUNTS = st.lists(st.integers(1, 40), min_size=2, max_size=2)
METHODS = sorted(DIFFERENCES)


def of(counts, values=(0, 1)) -> Sample:
    return Sample.from_counts(counts, values)


@pytest.mark.parametrize("method", METHODS)
def test_at_a_limit_the_p_value_is_one_less_the_level(method):
    first, second = of([[12, 30], [4, 9]]), of([[25, 22], [11, 3]])
    for level in (0.8, 0.95, 0.999):
        limits = DIFFERENCES[method](first, second, level)
        for limit, alternative in ((limits.low, "greater"), (limits.high, "less")):
            both = difference_p_value(first, second, limit, method=method)
            one = difference_p_value(first, second, limit, method=method, alternative=alternative)
            np.testing.assert_allclose(both, 1 - level, rtol=1e-6)
            np.testing.assert_allclose(one, (1 - level) / 2, rtol=1e-6)


@pytest.mark.parametrize("method", ["score", "welch", "wald"])
@settings(max_examples=20)
@given(one=COUNTS, other=COUNTS)
def test_the_direct_p_values_are_those_of_the_inverted_interval(method, one, other):
    first, second = of(one), of(other)
    for alternative in ("two-sided", "greater", "less"):
        direct = difference_p_value(first, second, 0.1, method=method, alternative=alternative)
        inverted = difference_p_value(first, second, 0.1, method=DIFFERENCES[method], alternative=alternative)
        np.testing.assert_allclose(direct, inverted, rtol=1e-5, atol=1e-10)


def test_equivalence_and_non_inferiority_are_one_sided_t_tests_in_r(figures):
    for case in figures("two_samples")["samples"]:
        first, second = (of(case[side], case["values"]) for side in ("first", "second"))
        margin = case["margin"]
        not_worse = non_inferiority_p_value(first, second, margin=margin, method="welch")
        assert not_worse[0] == pytest.approx(case["welch_non_inferior"], rel=1e-10)
        low_is_good = non_inferiority_p_value(second, first, margin=margin, good="low", method="welch")
        assert low_is_good[0] == pytest.approx(case["welch_non_inferior"], rel=1e-10)
        same = equivalence_p_value(first, second, margin=margin, method="welch")
        assert same[0] == pytest.approx(case["welch_equivalent"], rel=1e-10)


@pytest.mark.parametrize("method", ["score", "mover", "newcombe"])
@settings(max_examples=30)
@given(one=COUNTS, other=COUNTS, margin=st.floats(0.05, 0.6))
def test_equivalent_is_when_the_interval_of_90_lies_within_the_margins(method, one, other, margin):
    first, second = of(one), of(other)
    limits = DIFFERENCES[method](first, second, 0.9)
    room = min(margin - limits.high[0], limits.low[0] + margin)
    if abs(room) > 1e-6:
        assert (equivalence_p_value(first, second, margin=margin, method=method)[0] < 0.05) == (room > 0)
        not_worse = non_inferiority_p_value(first, second, margin=margin, method=method)[0]
        if abs(limits.low[0] + margin) > 1e-6:
            assert (not_worse < 0.05) == (limits.low[0] > -margin)


def test_nothing_to_go_by_gives_no_p_value_and_ends_are_kept():
    nobody = of([0, 0])
    for method in METHODS:
        assert np.isnan(difference_p_value(nobody, of([3, 4]), method=method)).all()
    same = of([0, 9])
    assert difference_p_value(same, same, method="mover")[0] == pytest.approx(1)
    assert difference_p_value(of([0, 9]), of([9, 0]), 1.0, method="mover", alternative="greater")[0] > 0.5


def test_errors_say_what_must_hold():
    first, second = of([3, 4]), of([5, 6])
    with pytest.raises(ValueError, match="alternative 'greatr' not found; did you mean 'greater'"):
        difference_p_value(first, second, alternative="greatr")
    with pytest.raises(ValueError, match="margin must be above 0, in the unit of the metric; got 0"):
        equivalence_p_value(first, second, margin=0)
    with pytest.raises(ValueError, match=r"margin must be above 0, .*; got -0.1"):
        non_inferiority_p_value(first, second, margin=-0.1)
    with pytest.raises(ValueError, match="good end 'hig' not found"):
        non_inferiority_p_value(first, second, margin=0.1, good="hig")
    with pytest.raises(ValueError, match="difference method 'scor' not found"):
        difference_p_value(first, second, method="scor")
