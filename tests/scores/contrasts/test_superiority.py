"""Superiority from histograms: scipy and R from rows, laws, and what happens without overlap."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import brunnermunzel, norm

from cxstats.scores.contrasts.superiority import superiority

COUNTS = st.lists(st.integers(0, 20), min_size=5, max_size=5).filter(lambda c: sum(c) > 1)


def rows(counts):
    return np.repeat(np.arange(len(counts)), counts)


@given(COUNTS, COUNTS)
def test_it_agrees_with_scipy_from_rows(one, other):
    found = superiority(one, other)
    x, y = rows(one), rows(other)
    assert found.estimate[0] == pytest.approx(np.mean((x[:, None] > y) + (x[:, None] == y) / 2), abs=1e-12)
    if found.standard_error[0] > 1e-9:
        assert found.p_value()[0] == pytest.approx(brunnermunzel(x, y).pvalue, abs=1e-9)


def test_it_agrees_with_r(figures):
    for case in figures("two_samples")["samples"]:
        found, expected = superiority(case["first"], case["second"]), case["superiority"]
        assert found.estimate[0] == pytest.approx(expected["estimate"], abs=1e-12)
        assert found.standard_error[0] == pytest.approx(expected["error"], rel=1e-10)
        assert found.degrees_of_freedom[0] == pytest.approx(expected["df"], rel=1e-10)
        assert found.p_value()[0] == pytest.approx(expected["p"], rel=1e-8)
        for method, limits in (("brunner-munzel", (expected["low"], expected["high"])), ("logit", expected["logit"])):
            interval = found.interval(method)
            assert (interval.low[0], interval.high[0]) == pytest.approx(limits, abs=1e-10)


@given(COUNTS, COUNTS, st.sampled_from(["brunner-munzel", "logit", "newcombe"]))
def test_turning_the_pair_round_turns_all_round(one, other, method):
    found, turned = superiority(one, other), superiority(other, one)
    assert turned.estimate[0] == pytest.approx(1 - found.estimate[0], abs=1e-12)
    a, b = found.interval(method), turned.interval(method)
    assert (1 - b.high[0], 1 - b.low[0]) == pytest.approx((a.low[0], a.high[0]), abs=1e-9, nan_ok=True)
    if method != "brunner-munzel" and not np.isnan(a.low[0]):
        assert -1e-12 <= a.low[0] <= found.estimate[0] + 1e-9
        assert found.estimate[0] - 1e-9 <= a.high[0] <= 1 + 1e-12
    delta = found.delta_interval(method)
    assert delta.low[0] == pytest.approx(2 * a.low[0] - 1, nan_ok=True)


def test_at_a_limit_of_newcombe_the_variance_is_hanley_and_mcneils():
    one, other = [1, 4, 9, 9, 7], [6, 8, 9, 3, 2]
    found = superiority(one, other)
    n, m = sum(one), sum(other)
    limits = found.interval("newcombe", confidence_level=0.9)
    for p in (limits.low[0], limits.high[0]):
        part = ((n + m) / 2 - 1) * (p / (2 - p) - p**2 + 2 * p**2 / (1 + p) - p**2)
        variance = (p * (1 - p) + part) / (n * m)
        assert abs(found.estimate[0] - p) == pytest.approx(norm.ppf(0.95) * np.sqrt(variance), rel=1e-9)


def test_without_overlap_or_variation_it_says_so():
    found = superiority([[0, 0, 9], [0, 9, 0], [0, 0, 0]], [[8, 0, 0], [0, 8, 0], [1, 2, 3]])
    np.testing.assert_array_equal(found.estimate, [1.0, 0.5, np.nan])
    for method in ("brunner-munzel", "logit"):
        assert np.isnan(found.interval(method).low).all()
    assert np.isnan(found.p_value()).all()
    spoken = found.interval("newcombe")
    assert 0.5 < spoken.low[0] < 0.9
    assert spoken.high[0] == 1
    assert spoken.low[1] < 0.5 < spoken.high[1]
    assert np.isnan(spoken.low[2])


def test_errors_say_what_must_hold():
    with pytest.raises(ValueError, match=r"same points and counts of 0 or more; got shapes \(1, 2\) and \(1, 3\)"):
        superiority([1, 2], [1, 2, 3])
    with pytest.raises(ValueError, match="superiority method 'logti' not found; did you mean 'logit'"):
        superiority([1, 2], [2, 1]).interval("logti")
