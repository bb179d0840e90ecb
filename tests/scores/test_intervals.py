"""Intervals against R, against the definition, and against the laws that they obey."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import proportion_confint

from cxstats.scores.intervals import INTERVALS, Interval, Sample, named_interval, score_interval

COUNTS = st.lists(st.integers(0, 60), min_size=2, max_size=11).filter(lambda c: sum(c) > 0)
LEVELS = st.sampled_from([0.8, 0.9, 0.95, 0.99])


def limits(counts, values, method="score", level=0.95) -> tuple[float, float]:
    found = named_interval(method)(Sample.from_counts(counts, values), level)
    return float(found.low[0]), float(found.high[0])


@pytest.mark.parametrize(
    ("counts", "values", "expected"),
    [
        ([15, 45], [0, 1], (0.627679, 0.842235)),  # R: prop.test(45, 60, correct = FALSE)
        ([5, 5, 10], [-1, 0, 1], (-0.129207, 0.560106)),  # published, see tests/reference
        ([0, 0, 12], [-1, 0, 1], (0.515012, 1)),
        ([0, 0, 0, 0, 5], [1, 2, 3, 4, 5], (3.262070, 5)),
    ],
)
def test_score_interval_gives_the_known_figures(counts, values, expected):
    assert limits(counts, values) == pytest.approx(expected, abs=5e-7)


def test_score_interval_agrees_with_its_definition_in_r(figures):
    for case in figures("score_interval")["cases"]:
        found = limits(case["counts"], case["values"], level=case["confidence_level"])
        # uniroot stops at 1e-9 of the distance to the end of the scale.
        assert found == pytest.approx((case["low"], case["high"]), abs=2e-7), case


def test_shares_agree_with_r(figures):
    for case in figures("proportions")["shares"]:
        counts = [case["n"] - case["x"], case["x"]]
        for method in ("score", "wilson"):
            found = limits(counts, [0, 1], method, case["confidence_level"])
            assert found == pytest.approx(case["wilson"], abs=1e-9)
        exact = limits(counts, [0, 1], "clopper-pearson", case["confidence_level"])
        assert exact == pytest.approx(case["clopper_pearson"], abs=1e-9)


def test_means_agree_with_t_test_of_r(figures):
    for case in figures("proportions")["means"]:
        for level, name in ((0.95, "t95"), (0.90, "t90")):
            assert limits(case["counts"], range(1, 8), "t", level) == pytest.approx(case[name], abs=1e-9)


@given(st.integers(0, 200), st.integers(1, 200), LEVELS)
def test_with_two_values_it_is_wilsons(x, rest, level):
    n = x + rest
    assert limits([rest, x], [0, 1], level=level) == pytest.approx(
        proportion_confint(x, n, alpha=1 - level, method="wilson"), abs=1e-12
    )


@given(COUNTS, LEVELS, st.floats(-50, 50), st.floats(0.01, 100))
def test_score_interval_moves_with_the_scale(counts, level, shift, stretch):
    values = np.arange(len(counts), dtype=float)
    low, high = limits(counts, values, level=level)
    moved = limits(counts, shift + stretch * values, level=level)
    assert moved == pytest.approx((shift + stretch * low, shift + stretch * high), abs=1e-8 * (1 + stretch))


@given(COUNTS, LEVELS)
def test_score_interval_mirrors_with_the_scale(counts, level):
    values = np.arange(len(counts), dtype=float)
    low, high = limits(counts, values, level=level)
    assert limits(counts[::-1], values, level=level) == pytest.approx(
        (values[-1] - high, values[-1] - low), abs=1e-9 * len(counts)
    )


@given(COUNTS, LEVELS)
def test_score_interval_holds_the_estimate_and_stays_on_the_scale(counts, level):
    values = np.arange(len(counts), dtype=float)
    low, high = limits(counts, values, level=level)
    estimate = np.average(values, weights=counts)
    assert 0 <= low <= estimate + 1e-12
    assert estimate - 1e-12 <= high <= values[-1]
    assert high - low > 0


@given(COUNTS, LEVELS)
def test_both_limits_lie_one_quantile_away_in_the_constrained_likelihood(counts, level):
    """The dual of the definition: at a limit the likelihood-ratio multiplier reproduces mean, total and distance."""
    values, counts = np.arange(len(counts), dtype=float), np.array(counts, dtype=float)
    n, estimate = counts.sum(), np.average(values, weights=counts)
    z = _normal_quantile((1 + level) / 2)
    for mu in limits(counts, values, level=level):
        if min(abs(mu - values[0]), abs(mu - values[-1])) < 1e-9:
            continue
        p = _most_likely(counts, values, mu)
        assert p.sum() == pytest.approx(1, abs=1e-6)
        assert p @ values == pytest.approx(mu, abs=1e-5)
        distance = abs(estimate - mu) / math.sqrt(p @ (values - mu) ** 2 / n)
        assert distance == pytest.approx(z, rel=1e-4)


def _most_likely(counts, values, mu):
    """Most likely distribution with mean mu, by bisection on the Lagrange multiplier."""
    d, n, seen = values - mu, counts.sum(), counts > 0
    low, high = -1 / d.max(), -1 / d.min()

    def slope(multiplier):
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.sum(counts[seen] * d[seen] / (1 + multiplier * d[seen]))

    a, b = low * (1 - 1e-15), high * (1 - 1e-15)
    for _ in range(200):
        middle = (a + b) / 2
        a, b = (middle, b) if slope(middle) > 0 else (a, middle)
    p = np.zeros_like(values)
    p[seen] = counts[seen] / n / (1 + middle * d[seen])
    end = 0 if middle > 0 else -1
    if counts[end] == 0:
        p[end] = 1 - p.sum()
    return p


def _normal_quantile(p):
    from scipy.stats import norm

    return norm.ppf(p)


def test_merging_points_of_equal_value_changes_nothing():
    assert limits([1, 2, 3, 4], [0, 0, 1, 1]) == pytest.approx(limits([3, 7], [0, 1]), abs=1e-13)


@pytest.mark.parametrize("n", [1, 10, 10**6, 10**12])
def test_everyone_alike_is_not_certainty(n):
    low, high = limits([0, 0, n], [1, 2, 3])
    assert high == 3
    assert 1 < low < 3 or n > 10**6
    assert low == pytest.approx(1 + 2 * n / (n + 1.959963984540054**2), abs=1e-12)


def counts_and_values(method):
    return (
        ([[3, 5, 9], [0, 0, 12]], [-1, 0, 1]) if method in ("mover", "adjusted-wald") else ([[8, 9], [0, 12]], [0, 1])
    )


@pytest.mark.parametrize("method", INTERVALS)
def test_nobody_gives_no_limits(method):
    counts, values = counts_and_values(method)
    found = INTERVALS[method](Sample.from_counts(np.vstack([counts, np.zeros(len(values))]), values), 0.95)
    assert np.isfinite([found.low[0], found.high[0]]).all()
    assert np.isnan([found.low[2], found.high[2]]).all()


@pytest.mark.parametrize("method", INTERVALS)
def test_segments_do_not_know_of_each_other(method):
    counts, values = counts_and_values(method)
    together = INTERVALS[method](Sample.from_counts(counts, values), 0.9)
    for s, row in enumerate(counts):
        assert limits(row, values, method, 0.9) == pytest.approx((together.low[s], together.high[s]), abs=1e-11)


@pytest.mark.parametrize("method", [m for m in INTERVALS if not m.startswith("bootstrap")])
def test_a_higher_level_is_wider_and_the_scale_turned_round_is_the_mirror_image(method):
    counts, values = counts_and_values(method)
    for row in counts:
        low, high = limits(row, values, method, 0.99)
        inner = limits(row, values, method, 0.8)
        assert low - 1e-12 <= inner[0] <= inner[1] <= high + 1e-12
        turned = limits(row[::-1], values, method, 0.99)
        assert turned == pytest.approx((values[0] + values[-1] - high, values[0] + values[-1] - low), abs=1e-11)


@pytest.mark.parametrize("method", INTERVALS)
def test_counts_need_not_be_whole(method):
    counts, values = counts_and_values(method)
    shift = np.array([0.4] + [0.0] * (len(values) - 2) + [-0.4])
    below, between, above = (limits(counts[0] + k * shift, values, method) for k in (1, 0.5, 0))
    assert np.all(np.array(below) <= between)
    assert np.all(np.array(between) <= above)


def designed(counts, values, *, effective, degrees) -> Sample:
    simple = Sample.from_counts(counts, values)
    size = len(simple.n)
    return Sample(simple.shares, simple.values, simple.n, np.full(size, effective), np.full(size, float(degrees)))


FOR_DESIGNS = [m for m in INTERVALS if m not in ("clopper-pearson", "adjusted-wald")]


@pytest.mark.parametrize("method", FOR_DESIGNS)
def test_a_design_widens_and_none_at_all_gives_no_limits(method):
    counts, values = [[30, 50, 90]], [-1, 0, 1] if method == "mover" else [0, 0, 1]
    simple = INTERVALS[method](Sample.from_counts(counts, values), 0.95)
    low, high = INTERVALS[method](designed(counts, values, effective=60.0, degrees=7), 0.95).low, simple.high
    assert low < simple.low
    wide = INTERVALS[method](designed(counts, values, effective=60.0, degrees=7), 0.95)
    narrower = INTERVALS[method](designed(counts, values, effective=60.0, degrees=70), 0.95)
    assert wide.high > high
    # Wald's interval keeps the normal quantile.
    assert wide.high - wide.low > narrower.high - narrower.low or method == "wald"
    nothing = INTERVALS[method](designed(counts, values, effective=60.0, degrees=0), 0.95)
    assert np.isnan([nothing.low[0], nothing.high[0]]).all() or method == "wald"


@pytest.mark.parametrize("method", [m for m in FOR_DESIGNS if m not in ("t", "wald")])
def test_the_effective_n_counts_for_no_more_than_n(method):
    counts, values = [[3, 5, 9]], [-1, 0, 1] if method == "mover" else [0, 0, 1]
    at_n = INTERVALS[method](designed(counts, values, effective=17.0, degrees=9), 0.95)
    beyond = INTERVALS[method](designed(counts, values, effective=400.0, degrees=9), 0.95)
    assert (at_n.low[0], at_n.high[0]) == pytest.approx((beyond.low[0], beyond.high[0]), abs=1e-14)


def test_one_answer_has_no_t_interval_but_a_score_interval():
    assert np.isnan(limits([0, 1, 0], [1, 2, 3], "t")).all()
    low, high = limits([0, 1, 0], [1, 2, 3])
    assert 1 < low < 2 < high < 3


def test_many_segments_at_once_equal_each_by_itself():
    rng = np.random.default_rng(5)
    counts = rng.multinomial(30, rng.dirichlet(np.ones(7) * 0.3), size=200)
    together = score_interval(Sample.from_counts(counts, range(1, 8)), 0.95)
    alone = [limits(row, range(1, 8)) for row in counts]
    np.testing.assert_allclose(np.column_stack([together.low, together.high]), alone, rtol=0, atol=1e-12)


def test_a_method_that_is_not_for_the_metric_says_which_are():
    with pytest.raises(ValueError, match="'wilson' is for shares .* 5 values from 1 to 5. Methods for it: score, t"):
        limits([1, 2, 3, 4, 5], [1, 2, 3, 4, 5], "wilson")
    with pytest.raises(ValueError, match="'adjusted-wald' is for net scores"):
        limits([1, 2], [0, 1], "adjusted-wald")
    with pytest.raises(ValueError, match="'wison' not found; did you mean 'wilson'"):
        limits([1, 2], [0, 1], "wison")
    with pytest.raises(ValueError, match="confidence_level must be between 0 and 1"):
        limits([1, 2], [0, 1], level=95)


@pytest.mark.parametrize("method", ["clopper-pearson", "adjusted-wald"])
def test_methods_for_simple_samples_refuse_a_design(method):
    simple = Sample.from_counts([[1, 2, 3]], [-1, 0, 1] if method == "adjusted-wald" else [0, 0, 1])
    designed = Sample(simple.shares, simple.values, simple.n, simple.effective_n, np.array([20.0]))
    with pytest.raises(ValueError, match="for simple random samples; this one has a design. .*: (score|korn-graubard)"):
        named_interval(method)(designed, 0.95)


def test_a_function_serves_as_a_method():
    def whole_scale(sample: Sample, confidence_level: float) -> Interval:
        return Interval(np.full_like(sample.n, sample.values.min()), np.full_like(sample.n, sample.values.max()))

    assert limits([1, 2], [0, 1], whole_scale) == (0, 1)
    assert whole_scale not in INTERVALS.values()
