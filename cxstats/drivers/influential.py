"""Which answers an effect hangs on: leverage, Cook's distance, and the effects without the most influential answers.

>>> x = np.column_stack([np.ones(6), [1.0, 2, 3, 4, 5, 30]])
>>> int(cooks_distance(least_squares(x, np.array([1.0, 2, 3, 4, 5, 3]))).argmax())
5
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from cxstats.drivers.average_effects import AverageEffect, LogisticEffects, linear_effect
from cxstats.drivers.effects import Measure
from cxstats.drivers.models import AdjustedFit, DriverModel
from cxstats.drivers.regression import Fit, least_squares, logistic
from cxstats.drivers.sampling import sampling_units

Floats = NDArray[np.float64]
Places = NDArray[np.intp]

MOST_INFLUENTIAL: Final = 0.01
"""The share of the answers that is left out to see what hangs on them."""


def cooks_distance(fit: Fit, *, weights: Floats | None = None) -> Floats:
    """Say how far all coefficients would move together without each answer: Cook's distance, 0 or more; shape (N,).

    Parameters
    ----------
    fit
        A fit; of a logistic one (kind ``"HC0"`` or probabilities) see `cooks_distance_of_chances`.
    weights
        As it was fitted.

    References
    ----------
    Cook (1977), Detection of influential observation in linear regression. Technometrics 19.
    """
    w, width = _of_mean_one(weights, len(fit.fitted)), len(fit.coefficients)
    variance = float(w @ fit.residuals**2) / (len(w) - width)
    return w * fit.residuals**2 * fit.leverage / (width * variance * (1 - fit.leverage) ** 2)


def cooks_distance_of_chances(fit: Fit, *, weights: Floats | None = None) -> Floats:
    """Cook's distance in a logistic fit, by one step of Newton's method; shape (N,).

    References
    ----------
    Pregibon (1981), Logistic regression diagnostics. Annals of Statistics 9.
    """
    w = _of_mean_one(weights, len(fit.fitted))
    pearson = w * fit.residuals**2 / (fit.fitted * (1 - fit.fitted))
    return pearson * fit.leverage / (len(fit.coefficients) * (1 - fit.leverage) ** 2)


def distances(model: DriverModel, fitted: AdjustedFit, measure: Measure) -> Floats:
    """Cook's distances in one of the fits of a model; shape (N,)."""
    of = cooks_distance if model.model == "linear" else cooks_distance_of_chances
    return of(fitted.fits[measure], weights=model.used.weights)


def most_influential(distance: Floats) -> Places:
    """Return the places of the 1 % of answers, at least one, of the largest distances."""
    count = max(1, int(MOST_INFLUENTIAL * len(distance)))
    return np.argsort(-distance, kind="stable")[:count]


def effects_without(
    model: DriverModel, fitted: AdjustedFit, measure: Measure, gone: Places
) -> list[AverageEffect] | None:
    """Effects in one of the fits without some answers, as `effects_of` lists them; None where it cannot be fitted.

    Parameters
    ----------
    model, fitted, measure
        A model, one of its fits, and the measure.
    gone
        Places of the answers to leave out.
    """
    kept, used = np.delete(np.arange(model.n), gone), model.used
    x, y = model.x[np.ix_(kept, fitted.columns)], model.answers(measure)[kept]
    sampling = {
        name: part if part is None or name == "stratum_sizes" else part[kept] for name, part in used.sampling.items()
    }
    try:
        units = None if used.units is None else sampling_units(len(kept), **sampling)
        fit = (least_squares if model.model == "linear" else logistic)(x, y, **sampling)
    except ValueError:
        return None
    averages = None
    if model.model != "linear":
        averages = LogisticEffects.of(fit, x, weights=sampling["weights"], units=units)
    return effects_of(model, fitted, fit, averages)


def effects_of(
    model: DriverModel, fitted: AdjustedFit, fit: Fit, averages: LogisticEffects | None
) -> list[AverageEffect]:
    """Effects of all changes of all drivers that these columns give the total effect of, in order."""
    found: list[AverageEffect] = []
    for name in drivers_of(model, fitted):
        term, own = model.terms[name], fitted.own(model.groups[name])
        for change in term.contrasts:
            one = linear_effect(fit, own, change) if averages is None else averages.effect(own, change, term.kind)
            found.append(one)
    return found


def drivers_of(model: DriverModel, fitted: AdjustedFit) -> list[str]:
    """List the drivers whose total effect is read from these columns."""
    return [name for name in model.drivers if model.fits_for(name).left_out == fitted.left_out]


def _of_mean_one(weights: Floats | None, n: int) -> Floats:
    return np.ones(n) if weights is None else weights / weights.mean()
