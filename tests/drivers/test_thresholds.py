"""Thresholds: against R by brute force and package segmented, the laws of a broken line, level and coverage."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxstats.drivers.broken_lines import hinges, straight_line
from cxstats.drivers.figures import Limits
from cxstats.drivers.thresholds import find_threshold
from cxstats.drivers.tubes import critical_value, curve_length, two_sided_tail
from cxstats.responses.simulate import KNEE, simulate_checkout


def rating(rng, mean):
    """Draw an answer on 1..7 with exactly this mean, skewed near the ends, its variance falling towards them."""
    share = np.clip((mean - 1) / 6, 1e-6, 1 - 1e-6)
    return 1.0 + rng.binomial(6, rng.beta(3 * share, 3 * (1 - share)))


def orders(rng, n, *, change, kink=5.0):
    """Steps, a failed payment that goes with them, and answers that fall by `change` for each step after the kink."""
    steps = 3.0 + rng.poisson(2.3, n)
    failed = (rng.random(n) < 0.3 + 0.02 * steps).astype(float)
    return rating(rng, 6.3 - change * np.maximum(steps - kink, 0) - 0.6 * failed), steps, failed


@pytest.fixture(scope="module")
def example():
    rng = np.random.default_rng(11)
    y, x, z = orders(rng, 500, change=0.4)
    return y, x, z, rng.uniform(0.5, 2, 500), rng.integers(0, 60, 500)


@pytest.mark.parametrize(("case", "x", "w"), [("brute", "x", None), ("weighted", "x", "w"), ("whole", "whole", None)])
def test_least_squares_place_agrees_with_brute_force_in_r(figures, case, x, w):
    expected, data = figures("broken_line")[case], figures("broken_line")["data"]
    found = find_threshold(data["y"], data[x], controls=data["z"], weights=data[w] if w else None)
    # R's optimize stops at the square root of the machine's precision.
    assert found.location.estimate == pytest.approx(expected["place"], abs=1e-6)
    assert found.below.estimate == pytest.approx(expected["below"], abs=1e-6)
    assert found.above.estimate == pytest.approx(expected["above"], abs=1e-6)


def test_least_squares_place_agrees_with_package_segmented(figures):
    expected, data = figures("broken_line")["package"], figures("broken_line")["data"]
    found = find_threshold(data["y"], data["x"], controls=data["z"])
    assert found.location.estimate == pytest.approx(expected["place"], abs=1e-6)
    assert found.above.estimate == pytest.approx(expected["above"], abs=1e-6)


@given(st.integers(0, 10_000), st.floats(-1.5, 1.5))
@settings(max_examples=30, deadline=None)
def test_gain_of_a_hinge_is_what_least_squares_says(seed, place):
    rng = np.random.default_rng(seed)
    x, z, w, y = rng.normal(size=40).round(1), rng.normal(size=(40, 2)), rng.uniform(0.5, 2, 40), rng.normal(size=40)
    rows = straight_line(y, x, controls=z, weights=w)
    found = hinges(rows, (np.array([place]) - rows.centre) / rows.spread)
    w = w / w.mean()

    def loss(columns):
        design = np.sqrt(w)[:, None] * np.column_stack(columns)
        return np.sum((np.sqrt(w) * y - design @ np.linalg.lstsq(design, np.sqrt(w) * y)[0]) ** 2)

    without = loss([np.ones(40), x, z])
    with_hinge = loss([np.ones(40), x, z, np.maximum(x - place, 0)])
    assert found.gain[0] == pytest.approx(without - with_hinge, abs=1e-8)


def test_units_do_not_matter(example):
    y, x, z, *_ = example
    one, other = find_threshold(y, x, controls=z), find_threshold(100 * y - 7, 60 * x + 30, controls=1 - z)
    assert other.p_value == pytest.approx(one.p_value, rel=1e-6)
    for limit in ("estimate", "low", "high"):
        assert getattr(other.location, limit) == pytest.approx(60 * getattr(one.location, limit) + 30, rel=1e-4)
        assert getattr(other.above, limit) == pytest.approx(100 / 60 * getattr(one.above, limit), rel=1e-4)


def test_constant_weights_and_rows_of_weight_zero_change_nothing(example):
    y, x, z, *_ = example
    plain = find_threshold(y, x, controls=z)
    padded = find_threshold(
        np.r_[y, 1, 7], np.r_[x, 4, 4], controls=np.r_[z, 0, 1], weights=np.r_[np.full(len(y), 3.0), 0, 0]
    )
    assert padded.n == plain.n
    assert padded.location.low == pytest.approx(plain.location.low, rel=1e-9)
    assert padded.p_value == pytest.approx(plain.p_value, rel=1e-9)


def test_answers_repeated_within_clusters_count_once(example):
    y, x, z, *_ = example
    own = find_threshold(y, x, controls=z, clusters=np.arange(len(y)))
    thrice = find_threshold(
        *(np.tile(part, 3) for part in (y, x)), controls=np.tile(z, 3), clusters=np.tile(np.arange(len(y)), 3)
    )
    assert thrice.p_value == pytest.approx(own.p_value, rel=1e-6)
    assert thrice.above.standard_error == pytest.approx(own.above.standard_error, rel=1e-6)
    assert thrice.location.low == pytest.approx(own.location.low, rel=1e-6)


def test_slopes_meet_the_change_and_the_table_holds_them(example):
    y, x, z, w, agents = example
    found = find_threshold(y, x, controls=z, weights=w, clusters=agents)
    table = found.to_frame().set_index("part")
    assert list(table.columns) == ["n", "estimate", "standard_error", "low", "high"]
    assert table.loc["above", "estimate"] - table.loc["below", "estimate"] == pytest.approx(found.change.estimate)
    assert (table["low"] <= table["estimate"]).all()
    assert (table["estimate"] <= table["high"]).all()


def test_candidates_are_the_only_places(example):
    y, x, z, *_ = example
    found = find_threshold(y, x, controls=z, candidates=[4, 5, 6, 7])
    assert {found.location.estimate, found.location.low, found.location.high} <= {4.0, 5.0, 6.0, 7.0}


@pytest.mark.parametrize("good", ["high", "low"])
def test_sentence_speaks_of_costs_whichever_end_is_good(good):
    rng = np.random.default_rng(4)
    y, steps, failed = orders(rng, 4_000, change=0.5)
    y = y if good == "high" else 8 - y
    said = find_threshold(y, steps, controls=failed).sentence(unit="step", good=good)
    assert said.startswith("Up to ")
    assert "each step costs nothing clear" in said
    assert "beyond, each costs 0." in said
    with pytest.raises(ValueError, match="good must be 'high' or 'low'"):
        find_threshold(y, steps).sentence(good="up")


def test_sentence_says_when_there_is_none():
    rng = np.random.default_rng(9)
    y, steps, failed = orders(rng, 500, change=0.0)
    found = find_threshold(y, steps, controls=failed)
    assert not found.found
    assert found.sentence(unit="step", good="high").startswith("No threshold found between 4 and ")
    assert "No threshold found" in found._repr_html_()


def test_a_second_kink_is_pointed_out():
    rng = np.random.default_rng(2)
    minutes = rng.uniform(0, 12, 2_000)
    effort = 2 + 0.5 * np.maximum(minutes - 4, 0) - 0.5 * np.maximum(minutes - 8, 0) + rng.normal(0, 0.8, 2_000)
    found = find_threshold(effort, minutes)
    assert found.bends_more
    assert "One kink is not the whole shape" in found.sentence(good="low")


def test_a_crowded_end_of_the_scale_is_pointed_out():
    rng = np.random.default_rng(6)
    steps = 3 + rng.poisson(2.5, 2_000)
    found = find_threshold(np.minimum(7, np.rint(7.2 - 0.5 * np.maximum(steps - 5, 0) + rng.normal(size=2_000))), steps)
    assert found.crowded
    assert "of the answers up to there lie at one end of the scale" in found.sentence(unit="step", good="high")
    assert not find_threshold(rng.normal(size=2_000), steps).crowded


def test_knee_of_the_checkout():
    made = simulate_checkout(60_000, rng=np.random.default_rng(5))
    made = made[made["responded"]]
    held = np.column_stack(
        [made[name].astype(float) for name in ("form_fields", "payment_failed", "delivered_late", "returned")]
        + [np.log(made["minutes"]), np.sqrt(made["errors"]), made["account"] == "guest", made["device"] == "phone"]
    ).astype(float)
    steps = find_threshold(made["ces"], made["steps"], controls=held)
    assert steps.found
    # The ceiling of the answers hides part of the first costly step, so the kink of their mean lies a little later.
    assert steps.crowded
    assert steps.location.low < KNEE + 0.6
    assert steps.location.high > KNEE
    assert not steps.below.clear
    assert steps.above.high < 0
    whole = find_threshold(made["ces"], made["steps"], controls=held, candidates=range(4, 8))
    assert whole.location.estimate == KNEE
    fields = find_threshold(
        made["ces"],
        made["form_fields"],
        controls=np.column_stack([held[:, 1:], made["steps"], np.maximum(made["steps"] - KNEE, 0)]),
    )
    assert not fields.found


def test_false_thresholds_stay_within_the_level():
    rng = np.random.default_rng(21)
    found = [find_threshold(y, x, controls=z).found for y, x, z in (orders(rng, 300, change=0.0) for _ in range(150))]
    # Exact 99.9 % upper limit of 150 at 5 %.
    assert sum(found) <= 18


def test_interval_of_the_place_covers():
    rng = np.random.default_rng(22)
    limits = [
        find_threshold(y, x, controls=z).location for y, x, z in (orders(rng, 400, change=0.6) for _ in range(120))
    ]
    # 99.9 % lower limit of 120 at 95 %.
    assert sum(limit.low <= 5 <= limit.high for limit in limits) >= 105


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": [1, 1, 2, 2, 3, 3] * 5}, "at least 4 different values; got 3"),
        ({"x": [0] * 97 + [1, 2, 3], "y": np.arange(100) % 7}, "leave 5 % of the answers on each side"),
        ({"x": [1.0, np.nan] * 15}, "x must be finite; 15 values are not"),
        ({"controls": np.ones(30)}, "no control may be constant"),
        ({"controls": np.ones((29, 1))}, r"controls must have shape \(30, C\)"),
        ({"weights": np.full(30, -1.0)}, "weights must not be negative"),
        ({"weights": np.ones(3)}, "weights must be one column of the 30 answers"),
        ({"clusters": np.zeros(30)}, "clusters must be at least two"),
        ({"clusters": np.zeros(3)}, "clusters must be one column of the 30 answers"),
        ({"candidates": [0, 15]}, "candidates must lie between 1 and 28"),
        ({"alpha": 5}, "alpha must lie between 0 and 1"),
        ({"confidence_level": 95}, "confidence_level"),
    ],
)
def test_what_cannot_be_answered_is_refused(change, message):
    data = {"y": np.arange(30) % 7, "x": np.arange(30.0), **change}
    with pytest.raises(ValueError, match=message):
        find_threshold(data.pop("y"), data.pop("x"), **data)


def test_more_coefficients_than_answers_are_refused():
    rng = np.random.default_rng(0)
    with pytest.raises(ValueError, match="answers must outnumber"):
        find_threshold(rng.normal(size=20), rng.normal(size=20), controls=rng.normal(size=(20, 18)))


def test_tail_of_a_curve_bounds_simulation_closely():
    rng = np.random.default_rng(3)
    angles = np.linspace(0, np.pi / 2, 60)
    curve = np.column_stack([np.cos(angles), np.sin(angles)])
    length = curve_length(curve @ curve.T)
    assert length == pytest.approx(np.pi / 2, rel=1e-6)
    limit = critical_value(0.95, length)
    largest = np.abs(rng.normal(size=(100_000, 2)) @ curve.T).max(axis=1)
    # Three standard errors of 100,000 draws: .0021.
    assert (largest > limit).mean() == pytest.approx(0.05, abs=0.003)
    heavy = rng.standard_normal((100_000, 2)) / np.sqrt(rng.chisquare(8, 100_000) / 8)[:, None]
    limit = critical_value(0.95, length, degrees_of_freedom=8)
    assert (np.abs(heavy @ curve.T).max(axis=1) > limit).mean() == pytest.approx(0.05, abs=0.003)


def test_a_point_is_no_curve():
    assert two_sided_tail(1.959963984540054, 0.0) == pytest.approx(0.05)
    assert critical_value(0.95, 0.0, degrees_of_freedom=5) == pytest.approx(2.570581835636314)


def test_figures_are_written_as_exactly_as_their_interval_bears():
    assert Limits(-0.314, -0.371, -0.252, 0.03).scaled(-1).cost_in_words("points") == "costs 0.31 points (0.25 to 0.37)"
    assert Limits(-0.314, -0.371, -0.252, 0.03).cost_in_words("points") == "brings 0.31 points (0.25 to 0.37)"
    assert Limits(-0.001, -0.05, 0.05, 0.02).cost_in_words("points") == "costs nothing clear (0.00, -0.05 to 0.05)"
