"""Intervals of a net score: MOVER from its definition, at the ends, and their exact coverage."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from cxstats.scores.coverage import exact_coverage
from cxstats.scores.intervals import INTERVALS, Sample


def limits(counts, method="mover", level=0.95) -> tuple[float, float]:
    found = INTERVALS[method](Sample.from_counts(counts, [-1, 0, 1]), level)
    return float(found.low[0]), float(found.high[0])


@given(st.integers(0, 80), st.integers(1, 80), st.integers(0, 80), st.sampled_from([0.8, 0.95, 0.99]))
def test_mover_is_what_its_formula_says(against, neither, in_favour, level):
    n = against + neither + in_favour
    f, u = in_favour / n, against / n
    low_f, high_f = proportion_confint(in_favour, n, alpha=1 - level, method="wilson")
    low_u, high_u = proportion_confint(against, n, alpha=1 - level, method="wilson")
    r = -math.sqrt(f * u / ((1 - f) * (1 - u)))
    below = math.sqrt((f - low_f) ** 2 + (high_u - u) ** 2 - 2 * r * (f - low_f) * (high_u - u))
    above = math.sqrt((high_f - f) ** 2 + (u - low_u) ** 2 - 2 * r * (high_f - f) * (u - low_u))
    expected = np.clip((f - u - below, f - u + above), -1, 1)
    assert limits([against, neither, in_favour], level=level) == pytest.approx(expected, abs=1e-9)


def test_without_a_neutral_answer_it_is_wilsons_interval_stretched():
    """With a correlation of -1 the two distances add, and those of the two shares are the same."""
    low, high = proportion_confint(13, 20, method="wilson")
    assert limits([7, 0, 13]) == pytest.approx((2 * low - 1, 2 * high - 1), abs=1e-9)


@pytest.mark.parametrize("counts", [[0, 0, 12], [0, 12, 0], [1, 0, 0]])
def test_everyone_alike_is_not_certainty(counts):
    low, high = limits(counts)
    estimate = (counts[2] - counts[0]) / sum(counts)
    assert -1 <= low <= estimate <= high <= 1
    assert high - low > 0.2


def test_what_is_no_net_score_is_refused():
    with pytest.raises(ValueError, match="'mover' is for net scores .* Methods for it: score, t"):
        INTERVALS["mover"](Sample.from_counts([1, 2], [0, 1]), 0.95)


@pytest.mark.parametrize("n", [10, 30])
def test_exact_coverage_over_random_distributions(n):
    truths = np.random.default_rng(20261121).dirichlet(np.ones(3), size=300)
    coverage = {
        method: exact_coverage(method, [-1, 0, 1], truths, n=n).coverage
        for method in ("mover", "adjusted-wald", "score", "wald")
    }
    assert abs(coverage["mover"].mean() - 0.95) < 0.01
    assert coverage["mover"].min() > 0.86
    assert coverage["wald"].mean() < min(coverage[m].mean() for m in ("mover", "adjusted-wald", "score"))
