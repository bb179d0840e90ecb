"""Intervals of a share: against survey's svyciprop, at the ends, against each other, and their exact coverage."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from cxstats.scores.coverage import exact_coverage
from cxstats.scores.intervals import INTERVALS, Sample
from cxstats.scores.share_intervals import goodman_intervals

LEVELS = st.sampled_from([0.8, 0.9, 0.95, 0.99])


def limits(x, n, method, level=0.95) -> tuple[float, float]:
    found = INTERVALS[method](Sample.from_counts([n - x, x], [0, 1]), level)
    return float(found.low[0]), float(found.high[0])


def sample_of(case) -> Sample:
    shares = np.array([[1 - case["share"], case["share"]]])
    effective = case["share"] * (1 - case["share"]) / case["variance"]
    sizes = (np.array([float(part)]) for part in (case["n"], effective, case["degrees_of_freedom"]))
    return Sample(shares, np.array([0.0, 1.0]), *sizes)


def test_designs_agree_with_svyciprop_where_the_effective_n_is_below_n(figures):
    kept = 0
    for case in figures("share_designs")["cases"]:
        sample = sample_of(case)
        for method, key in (("korn-graubard", "beta"), ("logit", "logit")):
            found = INTERVALS[method](sample, case["confidence_level"])
            if sample.effective_n[0] <= sample.n[0]:
                kept += 1
                assert (found.low[0], found.high[0]) == pytest.approx(case[key], abs=1e-8)
            else:
                # R takes the effective n as it comes, which says that a design is better than it is known to be.
                assert found.low[0] < case[key][0]
                assert found.high[0] > case[key][1]
    assert kept >= 20


@given(st.integers(0, 200), st.integers(0, 200), LEVELS)
def test_agreement_with_statsmodels(x, rest, level):
    n = x + rest
    if n == 0:
        return
    for method, theirs in (("agresti-coull", "agresti_coull"), ("clopper-pearson", "beta")):
        expected = np.clip(proportion_confint(x, n, alpha=1 - level, method=theirs), 0, 1)
        assert limits(x, n, method, level) == pytest.approx(expected, abs=1e-9)
    assert limits(x, n, "korn-graubard", level) == limits(x, n, "clopper-pearson", level)
    low, high = proportion_confint(x, n, alpha=1 - level, method="jeffreys")
    # At the ends, where the posterior leaves the estimate outside, the limits reach it.
    expected = (0 if x == 0 else low, 1 if x == n else high)
    assert limits(x, n, "jeffreys", level) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("method", ["wilson", "agresti-coull", "jeffreys", "logit", "clopper-pearson", "korn-graubard"])
@pytest.mark.parametrize("n", [1, 7, 10**6])
def test_at_the_ends_one_limit_is_the_estimate_and_the_other_is_not(method, n):
    low, high = limits(0, n, method)
    assert low == 0 < high
    assert limits(n, n, method) == pytest.approx((1 - high, 1), abs=1e-12)


def test_logit_falls_back_to_clopper_pearson_where_it_says_nothing():
    for x in (0, 12):
        assert limits(x, 12, "logit") == limits(x, 12, "clopper-pearson")


@pytest.mark.parametrize("points", [(1, 2), (3, 4, 5)])
def test_points_that_share_a_value_are_one(points):
    split = [1] * len(points)
    for method in ("wilson", "agresti-coull", "jeffreys", "logit", "clopper-pearson"):
        found = INTERVALS[method](Sample.from_counts([4, *points], [0, *split]), 0.95)
        assert (found.low[0], found.high[0]) == pytest.approx(limits(sum(points), 4 + sum(points), method), abs=1e-14)


def test_what_is_no_share_is_refused():
    for method in ("agresti-coull", "jeffreys", "logit", "korn-graubard"):
        with pytest.raises(ValueError, match=f"'{method}' is for shares .* Methods for it: score, t, bootstrap"):
            INTERVALS[method](Sample.from_counts([1, 2, 3], [1, 2, 3]), 0.95)


def test_goodman_holds_all_shares_at_once():
    """Simulated: the chance that all five shares lie within their limits, and that each does."""
    rng, truth, n = np.random.default_rng(20261121), np.array([0.05, 0.1, 0.15, 0.3, 0.4]), 80
    counts = rng.multinomial(n, truth, size=20_000)
    found = goodman_intervals(counts, confidence_level=0.95)
    within = (found.low <= truth) & (truth <= found.high)
    assert within.all(axis=1).mean() > 0.945
    assert (within.mean(axis=0) > 0.98).all()
    assert np.isnan(goodman_intervals([0, 0, 0]).low).all()
    with pytest.raises(ValueError, match="confidence_level must be between"):
        goodman_intervals([1, 2], confidence_level=2)


GRID = np.linspace(0.005, 0.995, 199)
TRUTHS = np.column_stack([1 - GRID, GRID])


@pytest.mark.parametrize("n", [5, 10, 30, 100])
def test_exact_coverage_of_each(n):
    coverage = {
        method: exact_coverage(method, [0, 1], TRUTHS, n=n).coverage
        for method in ("wilson", "agresti-coull", "jeffreys", "logit", "clopper-pearson", "korn-graubard", "wald")
    }
    assert coverage["clopper-pearson"].min() >= 0.95
    assert coverage["korn-graubard"].min() >= 0.95
    assert abs(coverage["jeffreys"].mean() - 0.95) < 0.008
    assert abs(coverage["wilson"].mean() - 0.95) < 0.008
    assert coverage["agresti-coull"].mean() > 0.95
    assert coverage["logit"].mean() > 0.95
    assert coverage["wald"].mean() < 0.93
