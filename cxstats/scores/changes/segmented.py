"""Segmented regression: the columns of an interrupted time series, and their errors robust to autocorrelation."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy
from numpy.typing import NDArray

from cxstats.scores.changes.noise import Floats, Integers, averaged, noise_of
from cxstats.scores.samples import upper_tail

Effects = Literal["level and slope", "level"]
Errors = Literal["averaged", "newey-west"]


@dataclass(frozen=True, slots=True, eq=False)
class Estimated:
    """Linear functions of coefficients with their intervals; shape (Q,) each.

    Attributes
    ----------
    estimate, standard_error
        In the metric's unit.
    low, high
        Limits.
    p_value
        Two-sided, for no effect.
    """

    estimate: Floats
    standard_error: Floats
    low: Floats
    high: Floats
    p_value: Floats


@dataclass(frozen=True, slots=True, eq=False)
class LeastSquares:
    """Weighted least squares of T scores on P columns.

    Attributes
    ----------
    coefficients
        Shape (P,).
    bread
        Inverse of the weighted cross-products; shape (P, P).
    scores
        Residual times weight times column, in the order of time; shape (T, P).
    """

    coefficients: Floats
    bread: Floats
    scores: Floats

    @property
    def degrees_of_freedom(self) -> int:
        """Periods less coefficients."""
        return self.scores.shape[0] - self.scores.shape[1]


def least_squares(y: Floats, design: Floats, weights: Floats) -> LeastSquares:
    """Fit by weighted least squares."""
    weighed = design * weights[:, None]
    bread = np.asarray(np.linalg.inv(weighed.T @ design), dtype=np.float64)
    coefficients = bread @ (weighed.T @ y)
    return LeastSquares(coefficients, bread, weighed * (y - design @ coefficients)[:, None])


def newey_west(fit: LeastSquares, lag: int) -> Floats:
    """Covariance of the coefficients with Bartlett's weights up to a lag, times T / (T - P); shape (P, P).

    R's ``sandwich::NeweyWest(fit, lag, prewhite = FALSE, adjust = TRUE)``.

    References
    ----------
    Newey and West (1987), A simple, positive semi-definite, heteroskedasticity and autocorrelation consistent
    covariance matrix. Econometrica 55.
    """
    meat = fit.scores.T @ fit.scores
    for k in range(1, lag + 1):
        product = fit.scores[k:].T @ fit.scores[:-k]
        meat += (1 - k / (lag + 1)) * (product + product.T)
    return fit.bread @ meat @ fit.bread * len(fit.scores) / fit.degrees_of_freedom


def newey_west_bandwidth(fit: LeastSquares, used: NDArray[np.bool_]) -> float:
    """Automatic bandwidth for Bartlett's weights; `used` leaves out the constant; its whole part is the lag.

    References
    ----------
    Newey and West (1994), Automatic lag selection in covariance matrix estimation. Review of Economic Studies 61.
    """
    size = len(fit.scores)
    sums = fit.scores @ used.astype(np.float64)
    most = int(4 * (size / 100) ** (2 / 9))
    sigma = np.array([sums[k:] @ sums[: size - k] / size for k in range(most + 1)])
    level, slope = sigma[0] + 2 * sigma[1:].sum(), 2 * (np.arange(1, most + 1) * sigma[1:]).sum()
    return float(1.1447 * ((slope / level) ** 2) ** (1 / 3) * size ** (1 / 3))


def columns_of(position: Integers, first: int, effects: Effects) -> Floats:
    """Columns of a segmented regression: constant, time from the change, level after it, time after it.

    Time counts from the first period after the change, so that the coefficient of the level is the effect there.
    """
    time = (position - first).astype(np.float64)
    after = (time >= 0).astype(np.float64)
    parts = [np.ones(len(time)), time, after]
    return np.column_stack([*parts, time * after] if effects == "level and slope" else parts)


def estimate(
    y: Floats,
    variance: Floats,
    position: Integers,
    *,
    design: Floats,
    functions: Floats,
    errors: Errors,
    confidence_level: float,
) -> Estimated:
    """Estimate functions of the coefficients with their intervals.

    Parameters
    ----------
    y, variance, position
        Scores, their sampling variances and numbers of their periods; shape (T,).
    design
        Shape (T, P).
    functions
        Shape (Q, P).
    errors
        ``"averaged"``: generalised least squares with sampling error and autoregressive ups and downs, over all their
        likely sizes. ``"newey-west"``: least squares weighted by sampling precision, automatic lag, Student's quantile
        on T - P degrees of freedom.
    confidence_level
        Between 0 and 1.
    """
    fit = least_squares(y, design, 1 / variance)
    if errors == "averaged":
        residual = y - design @ fit.coefficients
        top = float(np.sqrt(residual @ residual / max(fit.degrees_of_freedom, 1)))
        found = averaged(noise_of(variance, position, top), y, design, functions)
        low, high = found.interval(confidence_level)
        return Estimated(found.estimate, found.standard_error, low, high, found.p_value())
    used = np.ptp(design, axis=0) > 0
    covariance = newey_west(fit, int(newey_west_bandwidth(fit, used)))
    error = np.sqrt(np.einsum("qp,pr,qr->q", functions, covariance, functions))
    degrees, middle = fit.degrees_of_freedom, functions @ fit.coefficients
    half = float(scipy.special.stdtrit(degrees, upper_tail(confidence_level))) * error
    p_value = 2 * np.asarray(scipy.special.stdtr(degrees, -np.abs(middle) / error), dtype=np.float64)
    return Estimated(middle, error, middle - half, middle + half, p_value)
