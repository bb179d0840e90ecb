"""The shape of a driver in a model: that of its columns, with what the model holds equal."""

import numpy as np
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
