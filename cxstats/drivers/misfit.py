"""Does the line bend, do drivers work together, does the spread change: what a model of straight lines leaves over.

>>> rng = np.random.default_rng(1)
>>> x = np.column_stack([np.ones(500), rng.normal(size=500)])
>>> y = np.maximum(x[:, 1], 0) + rng.normal(scale=0.5, size=500)
>>> left_over(least_squares(x, y), x, x[:, 1:] ** 2).p_value < 0.001
True
"""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import scipy
from numpy.typing import NDArray

from cxstats.drivers.regression import Fit, least_squares
from cxstats.drivers.sampling import SamplingUnits

Floats = NDArray[np.float64]
Link = Literal["identity", "logit"]

_NOTHING_NEW: Final = 1e-8


@dataclass(frozen=True, slots=True)
class Finding:
    """A test.

    Attributes
    ----------
    statistic
        Chi-square; Wald's over its degrees of freedom (F) under a survey design. NaN where nothing can be tested.
    columns
        Degrees of freedom of it.
    p_value
        NaN where nothing can be tested.
    """

    statistic: float
    columns: int
    p_value: float


def left_over(
    fit: Fit,
    x: Floats,
    more: Floats,
    *,
    link: Link = "identity",
    weights: Floats | None = None,
    units: SamplingUnits | None = None,
) -> Finding:
    """Test whether further columns explain what a fit leaves over, without equal variances: the robust score test.

    Parameters
    ----------
    fit, x
        A fit and its columns, shape (N, P).
    more
        Columns that are not in it, such as squares; those that follow from `x` do not count; shape (N, K).
    link
        ``"logit"`` if it is a logistic fit.
    weights, units
        As it was fitted.

    Returns
    -------
    Finding
        Chi-square with K degrees of freedom. Under a survey design F, its denominator having those of the fit less
        K - 1, as in Korn and Graubard.

    References
    ----------
    Wooldridge (1991), On the application of robust, regression-based diagnostics to models of conditional means and
    conditional variances. Journal of Econometrics 46. Ramsey (1969), Tests for specification errors in classical
    linear least-squares regression analysis. JRSS B 31. Korn and Graubard (1990), Simultaneous testing of regression
    coefficients with complex survey data. American Statistician 44.
    """
    w = np.ones(len(x)) if weights is None else weights / weights.mean()
    steep = w if link == "identity" else w * fit.fitted * (1 - fit.fitted)
    new = more - np.average(more, axis=0, weights=w)
    size = np.sqrt(np.average(new**2, axis=0, weights=w))
    new = new[:, size > 0] / size[size > 0]
    root = np.sqrt(steep)[:, None]
    new = new - x @ np.linalg.lstsq(x * root, new * root, rcond=None)[0]
    new = _told_apart(new, root)
    if not new.shape[1]:
        return Finding(np.nan, 0, np.nan)
    each = new * (w * fit.residuals)[:, None]
    score, count = each.sum(axis=0), int(new.shape[1])
    covariance: Floats = each.T @ each if units is None else units.covariance(each)
    statistic = _length(score, covariance)
    if units is None:
        return Finding(statistic, count, float(scipy.special.chdtrc(count, statistic)))
    return _over_design(statistic, count, fit.degrees_of_freedom)


def spread_changes(
    fit: Fit, x: Floats, *, weights: Floats | None = None, units: SamplingUnits | None = None
) -> Finding:
    """Test whether the spread of the answers changes with the columns: Breusch and Pagan's test as Koenker has it.

    Parameters
    ----------
    fit, x
        A linear fit and its columns, the first of them the intercept's; shape (N, P).
    weights, units
        As it was fitted.

    Returns
    -------
    Finding
        N times the R2 of the squared residuals on the columns, as R's ``lmtest::bptest``. With weights or a design,
        Wald's test of that regression with its robust covariance: F.

    References
    ----------
    Koenker (1981), A note on studentizing a test for heteroscedasticity. Journal of Econometrics 17.
    """
    squared, count = fit.residuals**2, x.shape[1] - 1
    if units is None and weights is None:
        slopes = np.asarray(np.linalg.lstsq(x, squared, rcond=None)[0], dtype=np.float64)
        gone, around = squared - x @ slopes, squared - squared.mean()
        ratio: float = np.dot(gone, gone) / np.dot(around, around)
        statistic = len(x) * (1 - ratio)
        p_value = float(scipy.special.chdtrc(count, statistic))  # pyright: ignore[reportUnknownArgumentType]
        return Finding(statistic, count, p_value)
    if units is None:
        auxiliary = least_squares(x, squared, weights=weights)
    else:
        clusters, strata = units.cluster, units.stratum[units.cluster]
        auxiliary = least_squares(
            x, squared, weights=weights, clusters=clusters, strata=strata, stratum_sizes=units.sizes
        )
    slopes: Floats = auxiliary.coefficients[1:]
    covariance: Floats = auxiliary.covariance[1:, 1:]
    statistic = _length(slopes, covariance)
    return _over_design(statistic, count, auxiliary.degrees_of_freedom)


def powers(fit: Fit, *, link: Link = "identity") -> Floats:
    """Return square and cube of what a fit expects (of the log odds in a logistic one); shape (N, 2)."""
    expected = fit.fitted if link == "identity" else np.asarray(scipy.special.logit(fit.fitted), dtype=np.float64)
    around = (expected - expected.mean()) / (expected.std() or 1.0)
    return np.column_stack([around**2, around**3])


def _length(of: Floats, covariance: Floats) -> float:
    """Return the squared length of a vector in units of its errors."""
    return float(of @ np.linalg.lstsq(covariance, of, rcond=None)[0])


def _told_apart(new: Floats, root: Floats) -> Floats:
    """Return combinations of the columns that do not follow from one another, each of mean square 1."""
    if not new.shape[1]:
        return new
    _, values, vectors = np.linalg.svd(new * root, full_matrices=False)
    scale = values / np.sqrt(float((root**2).sum()))
    kept = scale > _NOTHING_NEW
    return new @ (vectors[kept].T / scale[kept])


def _over_design(statistic: float, count: int, freedom: float) -> Finding:
    left = freedom - count + 1
    if left < 1:
        return Finding(np.nan, count, np.nan)
    ratio = statistic * left / (freedom * count)
    return Finding(ratio, count, float(scipy.special.fdtrc(count, left, ratio)))
