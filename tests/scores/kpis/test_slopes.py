"""Slopes agree with R's least squares and nlme, and with their definitions; sampling error is freed by known laws."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxstats.scores.kpis.slopes import CARRIES, as_seen, slope_of, truths_of

LINE = np.ones((24, 1))
PLACE = np.arange(24)


def given_in(found):
    score, variance, figure = (np.array(found[name]) for name in ("score", "variance", "figure"))
    counted = np.array(found.get("figure_variance", np.zeros(len(score))))
    if "position" not in found:
        return score, variance, figure, counted, {"position": np.arange(len(score)), "design": np.ones((len(score), 1))}
    place = np.array(found["position"])
    return score, variance, figure, counted, {"position": place, "design": trend(place)}


def trend(place):
    return np.column_stack([np.ones(len(place)), (place - place.mean()) / place.max()])


def agrees(slope, outside):
    scale = 1e-6 * abs(outside["estimate"])
    assert slope.estimate == pytest.approx(outside["estimate"], abs=scale)
    assert slope.interval(0.95) == pytest.approx((outside["low"], outside["high"]), rel=1e-6, abs=scale)
    assert slope.p_value == pytest.approx(outside["p_value"], rel=1e-6)


def test_without_sampling_error_it_is_least_squares(figures):
    score, _, figure, _, where = given_in(figures["segments"])
    found = slope_of(figure, np.zeros(len(score)), as_seen(score), carries=(0.0,), **where)
    agrees(found, figures["segments"]["least_squares"])


def test_weeks_agree_with_generalised_least_squares_averaged_over_carries(figures):
    score, _, figure, counted, where = given_in(figures["weeks"])
    agrees(slope_of(figure, counted, as_seen(score), **where), figures["weeks"]["by_nlme"])


@pytest.mark.parametrize("kind", ["segments", "weeks"])
def test_freed_slopes_agree_with_their_definitions(figures, kind):
    score, variance, figure, counted, where = given_in(figures[kind])
    carries = CARRIES if kind == "weeks" else (0.0,)
    truths = truths_of(score, variance, carries=carries, **where)
    assert truths.reliability == pytest.approx(figures[kind]["freed"]["reliability"], rel=1e-6)
    agrees(slope_of(figure, counted, as_seen(score), carries=carries, **where), figures[kind]["plain"])
    agrees(slope_of(figure, counted, truths, carries=carries, **where), figures[kind]["freed"])


def drawn(seed=1, error=0.6):
    rng = np.random.default_rng(seed)
    truth = rng.standard_normal(24)
    score = truth + error * rng.standard_normal(24)
    return score, np.full(24, error**2), truth + 0.5 * rng.standard_normal(24)


def test_equal_sampling_errors_divide_the_slope_by_the_reliability():
    score, variance, figure = drawn()
    where = {"position": PLACE, "design": LINE, "carries": (0.0,)}
    truths = truths_of(score, variance, **where)
    plain = slope_of(figure, np.zeros(24), as_seen(score), **where).estimate
    for share, expected in zip(truths.share, truths.expected, strict=True):
        if share > 0:
            freed = slope_of(figure, np.zeros(24), as_seen(expected), **where).estimate
            assert freed == pytest.approx(plain / share)


def test_hardly_any_sampling_error_changes_nothing():
    score, _, figure = drawn()
    where = {"position": PLACE, "design": trend(PLACE)}
    plain = slope_of(figure, np.zeros(24), as_seen(score), **where)
    freed = slope_of(figure, np.zeros(24), truths_of(score, np.full(24, 1e-8), **where), **where)
    assert freed.interval(0.9) == pytest.approx(plain.interval(0.9), rel=1e-3)
    assert freed.p_value == pytest.approx(plain.p_value, rel=1e-2)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 99), st.sampled_from([0.01, 3.0]), st.sampled_from([-40.0, 0.2]))
def test_units_of_measurement_scale_the_slope(seed, by, times):
    score, variance, figure = drawn(seed)
    where = {"position": PLACE, "design": LINE, "carries": (0.0,)}
    one = slope_of(figure, np.zeros(24), truths_of(score, variance, **where), **where)
    other = slope_of(7 + times * figure, np.zeros(24), truths_of(2 + by * score, by**2 * variance, **where), **where)
    low, high = sorted(times / by * limit for limit in one.interval(0.8))
    assert other.interval(0.8) == pytest.approx((low, high), rel=1e-6)
    assert other.p_value == pytest.approx(one.p_value, rel=1e-6)


def test_straight_trends_in_both_are_no_association():
    score, variance, figure = drawn()
    where = {"position": PLACE, "design": trend(PLACE)}
    steep = 30.0 * PLACE
    one = slope_of(figure, np.zeros(24), truths_of(score, variance, **where), **where)
    other = slope_of(figure + steep, np.zeros(24), truths_of(score - steep, variance, **where), **where)
    assert other.interval(0.95) == pytest.approx(one.interval(0.95), rel=1e-6)


def test_scores_that_differ_by_chance_alone_bound_no_slope():
    rng = np.random.default_rng(4)
    score, figure = 0.1 * rng.standard_normal(24), rng.standard_normal(24)
    where = {"position": PLACE, "design": LINE, "carries": (0.0,)}
    truths = truths_of(score, np.ones(24), **where)
    found = slope_of(figure, np.zeros(24), truths, **where)
    assert truths.reliability < 0.2
    assert found.interval(0.95) == (-np.inf, np.inf)
    assert found.p_value > 0.05


def test_limits_and_p_value_say_the_same():
    score, variance, figure = drawn()
    where = {"position": PLACE, "design": LINE, "carries": (0.0,)}
    found = slope_of(figure, np.zeros(24), truths_of(score, variance, **where), **where)
    assert found.probability_below(found.quantile(0.3)) == pytest.approx(0.3)
    low, high = found.interval(1 - found.p_value)
    assert min(abs(low), abs(high)) == pytest.approx(0, abs=1e-9)
    assert low < found.estimate < high


def test_it_covers_and_least_squares_does_not():
    rng = np.random.default_rng(8)
    where = {"position": PLACE, "design": LINE, "carries": (0.0,)}
    held = np.zeros((300, 2), dtype=bool)
    for row in held:
        truth = rng.standard_normal(24)
        variance = rng.uniform(0.1, 1.0, 24)
        score, figure = truth + np.sqrt(variance) * rng.standard_normal(24), truth + 0.5 * rng.standard_normal(24)
        for k, truths in enumerate((truths_of(score, variance, **where), as_seen(score))):
            low, high = slope_of(figure, np.zeros(24), truths, **where).interval(0.95)
            row[k] = low <= 1 <= high
    assert held[:, 0].mean() > 0.92
    assert held[:, 1].mean() < 0.7
