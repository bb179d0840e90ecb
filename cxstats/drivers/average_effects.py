"""Average effects of a change: what the mean answer would be after it less what it is, averaged over customers."""

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from cxstats.drivers.regression import Fit, influence
from cxstats.drivers.sampling import SamplingUnits
from cxstats.drivers.terms import Contrast, Kind

Floats = NDArray[np.float64]
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class AverageEffect:
    """An estimate and its standard error."""

    estimate: float
    standard_error: float


def linear_effect(fit: Fit, own: Places, contrast: Contrast) -> AverageEffect:
    """Effect in a linear fit: the same for every customer.

    Parameters
    ----------
    fit
        A fit of `least_squares`.
    own
        Which columns are the driver's; K of them.
    contrast
        The change.
    """
    by = np.asarray(contrast.by)
    variance = float(by @ fit.covariance[np.ix_(own, own)] @ by)
    return AverageEffect(float(by @ fit.coefficients[own]), float(np.sqrt(max(variance, 0.0))))


@dataclass(frozen=True, slots=True, eq=False)
class LogisticEffects:
    """Average effects on a probability, by the delta method.

    Customers are a sample too: beside the error of the coefficients there is that of the average over customers.

    Attributes
    ----------
    fit
        A fit of `logistic`.
    x
        Its columns; shape (N, P).
    weights, units
        As it was fitted.
    each
        What each row contributes to the coefficients; shape (N, P).

    References
    ----------
    Bartus (2005), Estimation of marginal effects using margeff. Stata Journal 5. Graubard and Korn (1999), Predictive
    margins with survey data. Biometrics 55, for customers as a sample.
    """

    fit: Fit
    x: Floats
    weights: Floats
    units: SamplingUnits | None
    each: Floats

    @classmethod
    def of(cls, fit: Fit, x: Floats, *, weights: Floats | None, units: SamplingUnits | None) -> "LogisticEffects":
        """Prepare the effects of a fit."""
        share = np.full(len(x), 1 / len(x)) if weights is None else weights / weights.sum()
        return cls(fit, x, share, units, influence(fit, x, weights=weights))

    def effect(self, own: Places, contrast: Contrast, kind: Kind) -> AverageEffect:
        """Effect of a change on the probability, 0 to 1.

        A number is raised from what it is, for every customer; yes is compared with no, and a level with the
        reference, as if all customers had the one or the other.
        """
        by, slopes, x = np.asarray(contrast.by), self.fit.coefficients, self.x
        start = x @ slopes
        if kind != "number":
            start = start - x[:, own] @ slopes[own]
        before, after = _chance(start), _chance(start + float(by @ slopes[own]))
        steep_before, steep_after = before * (1 - before) * self.weights, after * (1 - after) * self.weights
        slope = x.T @ (steep_after - steep_before)
        if kind != "number":
            slope[own] = 0.0
        slope[own] += by * steep_after.sum()
        gain = after - before
        estimate = float(self.weights @ gain)
        contributions = self.each @ slope + self.weights * (gain - estimate)
        if self.units is None:
            variance = float(contributions @ contributions)
        else:
            variance = float(self.units.covariance(contributions[:, None])[0, 0])
        return AverageEffect(estimate, float(np.sqrt(variance)))


def _chance(eta: Floats) -> Floats:
    return np.asarray(scipy.special.expit(eta), dtype=np.float64)
