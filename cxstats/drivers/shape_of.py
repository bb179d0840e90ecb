"""The shape of one driver in a fitted model: its dose-response and its threshold, everything else held as in the model.

>>> import numpy as np
>>> from cxstats.drivers.fitting import fit_drivers
>>> from cxstats.responses.simulate import simulate_checkout
>>> orders = simulate_checkout(4_000, rng=np.random.default_rng(5))
>>> model = fit_drivers(orders, "ces", scale="ces-2.0", drivers=["steps", "errors"], mediators={"steps": ["minutes"]})
>>> threshold_of(model, "steps").found
True
"""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from cxstats.drivers.effects import EffectKind, Measure
from cxstats.drivers.figures import Wording
from cxstats.drivers.models import DriverModel
from cxstats.drivers.shapes import DoseResponse, dose_response
from cxstats.drivers.thresholds import Threshold, find_threshold

Floats = NDArray[np.float64]


def threshold_of(
    model: DriverModel, driver: str, *, effect: EffectKind = "total", measure: Measure = "mean", alpha: float = 0.05
) -> Threshold:
    """Look for a place where the effect of a numeric driver changes.

    Parameters
    ----------
    model
        The fitted model.
    driver
        One of its numeric drivers.
    effect
        ``"total"``: what follows from the driver is left out; ``"direct"``: it is held equal.
    measure
        ``"mean"`` or ``"favourable"``.
    alpha
        A threshold is said to be found when the p-value is below this.

    Raises
    ------
    ValueError
        If the driver is unknown or not numeric, or the design has strata.
    """
    y, x, controls = _columns(model, driver, effect, measure)
    weights, clusters = model.used.weights, model.used.clusters
    found = find_threshold(y, x, controls=controls, weights=weights, clusters=clusters, alpha=alpha)
    return replace(found, wording=_wording(model, driver, measure))


def dose_response_of(
    model: DriverModel, driver: str, *, effect: EffectKind = "total", measure: Measure = "mean"
) -> DoseResponse:
    """Follow the outcome along a numeric driver, the other columns of the model at their means.

    Takes what `threshold_of` takes.
    """
    y, x, controls = _columns(model, driver, effect, measure)
    found = dose_response(y, x, controls=controls, weights=model.used.weights, clusters=model.used.clusters)
    return replace(found, wording=_wording(model, driver, measure))


def _wording(model: DriverModel, driver: str, measure: Measure) -> Wording:
    """Say it in the driver's unit, and in points or percentage points: more favourable answers are always good."""
    unit = model.terms[driver].driver.unit or "unit"
    if measure == "favourable":
        return Wording(unit, points="percentage points", times=100, good="high")
    return Wording(unit, good=model.scale.good)


def _columns(
    model: DriverModel, driver: str, effect: EffectKind, measure: Measure
) -> tuple[Floats, Floats, Floats | None]:
    fitted = model.fits_for(driver, effect)
    if model.terms[driver].kind != "number":
        raise ValueError(f"a shape is that of a number; driver {driver!r} is {model.terms[driver].kind}")
    if model.design is not None and model.design.strata:
        raise ValueError("shapes know weights and clusters, not strata; fit the model without strata for them")
    own = model.groups[driver][0]
    others = [column for column in fitted.columns.tolist() if column not in (0, own)]
    return model.answers(measure), model.x[:, own], model.x[:, others] if others else None
