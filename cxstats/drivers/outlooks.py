"""What a measure is and what it would be after changes of drivers, by a fitted model, with its error."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import product
from typing import Final, Literal

import numpy as np
import scipy
from numpy.typing import NDArray

from cxstats.drivers.effects import Measure
from cxstats.drivers.models import AdjustedFit, DriverModel
from cxstats.drivers.regression import Fit, influence
from cxstats.drivers.scenarios import Alternative, Change, indicators

Floats = NDArray[np.float64]
Customers = Literal["these", "sample"]

_STEP: Final = 1e-6


@dataclass(frozen=True, slots=True)
class Outlook:
    """What one measure would be.

    Attributes
    ----------
    measure
        ``"mean"`` (points) or ``"favourable"`` (share, 0 to 1).
    now, then
        As it is, and as it would be.
    standard_error
        Of the change.
    degrees_of_freedom
        Of Student's t.
    """

    measure: Measure
    now: float
    then: float
    standard_error: float
    degrees_of_freedom: float

    @property
    def change(self) -> float:
        """What would be less what is."""
        return self.then - self.now

    def interval(self, confidence_level: float) -> tuple[float, float]:
        """Interval of the change."""
        half = float(scipy.special.stdtrit(self.degrees_of_freedom, (1 + confidence_level) / 2)) * self.standard_error
        return self.change - half, self.change + half


@dataclass(frozen=True, slots=True, eq=False)
class Scenario:
    """A measure, the fit that predicts it, and the changes.

    Attributes
    ----------
    model, fitted, measure
        The model, its fits without what follows from the changed drivers, and which of them.
    changes
        What each changed driver would be.
    share
        Weight of each row, adding up to 1; shape (N,).
    """

    model: DriverModel
    fitted: AdjustedFit
    measure: Measure
    changes: Mapping[str, Change]
    share: Floats

    @property
    def fit(self) -> Fit:
        """The fit of the measure."""
        return self.fitted.fits[self.measure]

    @property
    def x(self) -> Floats:
        """Its columns as they are; shape (N, P)."""
        return self.model.x[:, self.fitted.columns]

    def predicted(self, x: Floats) -> tuple[Floats, Floats]:
        """Return expected answers, and how they rise with the linear predictor; shape (N,) each."""
        eta = x @ self.fit.coefficients
        if self.model.model == "linear":
            return eta, np.ones(len(eta))
        p = np.asarray(scipy.special.expit(eta), dtype=np.float64)
        return p, p * (1 - p)

    def after(self, nows: Mapping[str, Floats]) -> tuple[Floats, Floats]:
        """Return expected answers after the changes, shape (N,), and the gradient of their mean, shape (P,)."""
        then, gradient = np.zeros(len(self.share)), np.zeros(len(self.fitted.columns))
        mixed = self.model.model == "linear"
        for weight, x in rows_after(self.model, self.fitted, self.changes, nows, averaged=mixed):
            expected, steep = self.predicted(x)
            then += weight * expected
            gradient += x.T @ (self.share * weight * steep)
        return then, gradient


def rows_after(
    model: DriverModel,
    fitted: AdjustedFit,
    changes: Mapping[str, Change],
    nows: Mapping[str, Floats],
    *,
    averaged: bool,
) -> Iterator[tuple[Floats, Floats]]:
    """Go through what the columns may be: how likely it is for each row, (N,), and the columns, (N, P)."""
    options = [change.alternatives(nows[name]) for name, change in changes.items()]
    if averaged:
        options = [[_average(alternatives)] for alternatives in options]
    places = [fitted.own(model.groups[name]) for name in changes]
    for chosen in product(*options):
        x, weight = model.x[:, fitted.columns], np.ones(model.n)
        for own, one in zip(places, chosen, strict=True):
            x[:, own] = one.columns
            weight = weight * one.weight
        yield weight, x


def _average(alternatives: list[Alternative]) -> Alternative:
    columns = sum((np.atleast_2d(one.columns) * one.weight[:, None] for one in alternatives), np.zeros(1))
    return Alternative(np.ones(len(columns)), columns)


def outlook_of(scenario: Scenario, *, customers: Customers) -> Outlook:
    """Predict what a measure would be, with the error of the change by the delta method."""
    fit, share, x = scenario.fit, scenario.share, scenario.x
    nows = {name: change.now for name, change in scenario.changes.items()}
    before, steep = scenario.predicted(x)
    then, gradient = scenario.after(nows)
    slope = gradient - x.T @ (share * steep)
    gain = then - before
    change = float(share @ gain)
    if customers == "these":
        variance = float(slope @ fit.covariance @ slope)
    else:
        each = influence(fit, x, weights=scenario.model.used.weights) @ slope + share * (gain - change)
        each += _from_shares_now(scenario, nows)
        variance = float(scenario.model.covariance_of(each[:, None])[0, 0])
    now = float(share @ scenario.model.answers(scenario.measure))
    error = float(np.sqrt(max(variance, 0.0)))
    return Outlook(scenario.measure, now, now + change, error, fit.degrees_of_freedom)


def _from_shares_now(scenario: Scenario, nows: Mapping[str, Floats]) -> Floats:
    """Find what each row adds to the change by its part in the shares that the moves start from; shape (N,)."""
    found = np.zeros(len(scenario.share))
    start, _ = scenario.after(nows)
    for name, change in scenario.changes.items():
        if change.shares is None:
            continue
        around = indicators(change.term) - change.now
        for k in range(len(change.now)):
            moved = nows[name].copy()
            moved[k] += _STEP
            then, _ = scenario.after({**nows, name: moved})
            found += scenario.share * around[:, k] * (float(scenario.share @ (then - start)) / _STEP)
    return found
