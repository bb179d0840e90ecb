"""The shape of a driver in a model: that of its columns, with what the model holds equal."""

import numpy as np
import pandas as pd
import pytest

import cxstats as cx
from cxstats.responses.simulate import simulate_checkout


@pytest.fixture(scope="module")
def orders():
    return simulate_checkout(6_000, rng=np.random.default_rng(8))


@pytest.fixture(scope="module")
def model(orders):
    mediators = {"steps": ["minutes"], "errors": ["minutes"]}
    drivers = ["steps", "errors", "minutes", "payment_failed"]
    return cx.fit_drivers(orders, "ces", scale="ces-2.0", drivers=drivers, mediators=mediators, controls=["device"])


def test_a_direct_threshold_holds_what_follows_equal_and_a_total_one_does_not(orders, model):
    held = np.column_stack([orders[["errors", "payment_failed"]].astype(float), orders["device"] == "laptop"])
    held = np.column_stack([held, orders["device"] == "tablet"])
    total = cx.find_threshold(orders["ces"], orders["steps"], controls=held)
    direct = cx.find_threshold(orders["ces"], orders["steps"], controls=np.column_stack([held, orders["minutes"]]))
    for effect, expected in (("total", total), ("direct", direct)):
        found = cx.threshold_of(model, "steps", effect=effect)
        assert found.location.estimate == pytest.approx(expected.location.estimate, abs=1e-8)
        assert found.change.estimate == pytest.approx(expected.change.estimate, abs=1e-8)


def test_the_knee_of_the_checkout_is_found(model):
    found = cx.threshold_of(model, "steps", effect="direct")
    assert found.found
    # Effort rises after five steps; the ceiling of the scale moves the kink of the mean to about 5.2.
    assert 4.6 < found.location.estimate < 5.9
    assert found.above.high < -0.2


def test_the_curve_falls_after_the_knee_and_is_not_straight(model):
    found = cx.dose_response_of(model, "steps", effect="direct")
    assert found.p_linear < 0.001
    assert found.change(6, 8).high < 0


def test_what_has_no_shape_is_refused(model, orders):
    with pytest.raises(ValueError, match="driver 'payment_failed' is yes/no"):
        cx.threshold_of(model, "payment_failed")
    with pytest.raises(ValueError, match="'stpes' not found; did you mean 'steps'"):
        cx.dose_response_of(model, "stpes")
    design = cx.Design(strata="device")
    with_strata = cx.fit_drivers(orders, "ces", scale="ces-2.0", drivers=["steps", "errors"], design=design)
    with pytest.raises(ValueError, match="know weights and clusters, not strata"):
        cx.threshold_of(with_strata, "steps")


def test_sentences_of_a_model_know_its_words(orders):
    model = cx.fit_drivers(orders, "ces", scale="ces-2.0", drivers=[cx.Driver("steps", unit="step"), "errors"])
    mean, share = (cx.threshold_of(model, "steps", measure=measure) for measure in ("mean", "favourable"))
    assert "each step" in mean.sentence()
    assert " points (" in mean.sentence()
    assert "percentage" not in mean.sentence()
    assert share.wording.factor == -100
    cost = share.above.scaled(-100)
    assert f"each costs {cost.rounded()[0]} percentage points" in share.sentence()
    assert "each stride" in mean.sentence(unit="stride")
    curve = cx.dose_response_of(model, "steps", measure="favourable")
    assert "percentage points" in curve.sentence()
    assert "percentage points" in curve.average_sentence()
    bare = cx.dose_response(orders["ces"], orders["steps"])
    with pytest.raises(ValueError, match="good must be 'high' or 'low'; got None"):
        bare.sentence()


def test_shares_are_good_when_high_whatever_the_scale(orders):
    turned = orders.assign(effort=8 - orders["ces"])
    hassle = cx.Scale(
        "hassle-7", range(1, 8), good="low", favourable=(1, 2, 3), unfavourable=(5, 6, 7), measures="effort"
    )
    easy = cx.fit_drivers(orders, "ces", scale="ces-2.0", drivers=["steps"])
    hard = cx.fit_drivers(turned, "effort", scale=hassle, drivers=["steps"])
    for measure in ("mean", "favourable"):
        told = [cx.threshold_of(model, "steps", measure=measure).sentence() for model in (easy, hard)]
        assert told[0] == told[1]
        assert "costs" in told[0]


def test_the_average_effect_of_one_more_is_that_of_the_curve_and_not_of_the_line():
    rng = np.random.default_rng(12)
    minutes = rng.gamma(0.5, 8.0, 40_000)
    data = pd.DataFrame({"minutes": minutes})
    data["ces"] = np.clip(np.rint(6 - np.log1p(minutes) + rng.normal(0, 0.7, len(minutes))), 1, 7)
    model = cx.fit_drivers(data, "ces", scale="ces-2.0", drivers=["minutes"])
    truth = -float(np.mean(np.log1p(minutes + 1) - np.log1p(minutes)))
    found = cx.dose_response_of(model, "minutes").average_change(1.0)
    line = model.effects().effects[0].estimate
    # Four knots follow the logarithm to about a tenth; the line, drawn by long waits, loses most of it.
    assert abs(found.estimate / truth - 1) < 0.15
    assert line / truth < 0.6


def test_the_average_change_of_a_line_is_its_slope():
    rng = np.random.default_rng(3)
    x = rng.integers(0, 12, 2_000).astype(float)
    weights = rng.uniform(0.2, 3, 2_000)
    y = 2 + 0.5 * x
    found = cx.dose_response(y + rng.normal(0, 1e-9, 2_000), x, weights=weights).average_change(2.0)
    assert found.estimate == pytest.approx(1.0, abs=1e-8)
    curved = cx.dose_response(np.sin(x / 3), x, weights=weights)
    places = curved.curve(at=np.concatenate([curved.values, curved.values + 0.5]))["estimate"].to_numpy()
    plain = np.average(places[len(curved.values) :] - places[: len(curved.values)], weights=curved.shares)
    assert curved.average_change(0.5).estimate == pytest.approx(plain, abs=1e-12)
    assert curved.shares.sum() == pytest.approx(1)
    assert curved.shares[0] == pytest.approx(weights[x == 0].sum() / weights.sum())
