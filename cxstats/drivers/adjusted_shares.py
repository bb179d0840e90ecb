"""Favourable shares if all customers had one level of a driver and if all had the reference, and their ratio."""

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from cxstats.drivers.models import DriverModel
from cxstats.drivers.regression import influence
from cxstats.drivers.terms import Contrast

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class ShareRatio:
    """The ratio of two adjusted shares.

    Attributes
    ----------
    without, with_it
        The favourable share if all had the reference (no), and if all had the level (yes).
    ratio, low, high
        The second over the first, with an interval on the log scale; NaN where a share is not between 0 and 1.
    """

    without: float
    with_it: float
    ratio: float
    low: float
    high: float


def share_ratio(model: DriverModel, driver: str, contrast: Contrast, *, confidence_level: float) -> ShareRatio:
    """Compare the adjusted shares of a yes/no driver or of a level with the reference.

    Parameters
    ----------
    model
        With fits of the favourable share.
    driver, contrast
        A driver that is no number, and one of its changes.
    confidence_level
        Of the interval: delta method, customers being a sample.
    """
    fitted = model.fits_for(driver)
    fit, own = fitted.fits["favourable"], fitted.own(model.groups[driver])
    x = model.x[:, fitted.columns]
    weights = model.used.weights
    share = np.full(model.n, 1 / model.n) if weights is None else weights / weights.sum()
    each = influence(fit, x, weights=weights)
    estimates: list[float] = []
    contributions: list[Floats] = []
    for by in (np.zeros(len(own)), np.asarray(contrast.by)):
        there = x.copy()
        there[:, own] = by
        expected = there @ fit.coefficients
        steep = share
        if model.model == "favourable":
            expected = np.asarray(scipy.special.expit(expected), dtype=np.float64)
            steep = share * expected * (1 - expected)
        estimates.append(float(share @ expected))
        contributions.append(each @ (there.T @ steep) + share * (expected - estimates[-1]))
    without, with_it = estimates
    if not (0 < without < 1 and 0 < with_it < 1):
        return ShareRatio(without, with_it, np.nan, np.nan, np.nan)
    of_log = contributions[1] / with_it - contributions[0] / without
    error = float(np.sqrt(max(float(model.covariance_of(of_log[:, None])[0, 0]), 0.0)))
    half = float(scipy.special.stdtrit(fit.degrees_of_freedom, (1 + confidence_level) / 2)) * error
    log_ratio = float(np.log(with_it / without))
    ends = [float(np.exp(log_ratio + sign * half)) for sign in (0, -1, 1)]
    return ShareRatio(without, with_it, *ends)
