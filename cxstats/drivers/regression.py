"""Least squares and logistic regression of survey answers, with errors that hold without equal variances.

Without clusters the covariance is the heteroscedasticity-consistent one; with clusters or strata that of the survey
design. Weights are probability weights: multiplying all of them by a constant changes nothing.

>>> minutes = np.array([1.0, 2, 3, 4, 5, 6])
>>> fit = least_squares(np.column_stack([np.ones(6), minutes]), np.array([7.0, 6, 6, 4, 5, 3]))
>>> fit.coefficients.round(4), fit.standard_errors.round(4), fit.kind
(array([ 7.6667, -0.7143]), array([0.3976, 0.1652]), 'HC3')
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from cxstats.drivers.orthonormal import Orthonormal, listed, orthonormal
from cxstats.drivers.sampling import SamplingUnits, sampling_units
from cxstats.drivers.separation import separating_columns

Floats = NDArray[np.float64]

_ALONE: Final = 1e-9
_MOST_STEPS: Final = 40
_CLOSE: Final = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Fit:
    """A regression of N answers on P columns.

    Attributes
    ----------
    coefficients
        One a column; shape (P,). Points, or log odds in a logistic fit.
    covariance
        Of the coefficients; shape (P, P).
    fitted
        Fitted values, or probabilities; shape (N,).
    residuals
        Answers less fitted values; shape (N,).
    leverage
        Diagonal of the hat matrix, 0 for rows of weight zero; shape (N,).
    degrees_of_freedom
        Of Student's t: rows less columns, or clusters less strata.
    kind
        Of the covariance: ``"HC3"``, ``"HC0"`` or ``"clustered"``.
    bread
        Inverse of the weighted cross-products (of the information in a logistic fit), weights being scaled to a mean
        of 1 over the rows that count; shape (P, P).
    """

    coefficients: Floats
    covariance: Floats
    fitted: Floats
    residuals: Floats
    leverage: Floats
    degrees_of_freedom: float
    kind: str
    bread: Floats

    @property
    def standard_errors(self) -> Floats:
        """Square roots of the diagonal of the covariance; shape (P,)."""
        return np.sqrt(np.maximum(np.diag(self.covariance), 0))


def least_squares(
    x: Floats,
    y: Floats,
    *,
    weights: Floats | None = None,
    clusters: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    stratum_sizes: ArrayLike | None = None,
    names: Sequence[str] | None = None,
) -> Fit:
    """Fit a line by weighted least squares, with a robust covariance.

    Parameters
    ----------
    x
        Columns, the intercept's among them; shape (N, P).
    y
        Answers; shape (N,).
    weights
        Probability weights, 0 or more; shape (N,). Rows of weight zero count nowhere.
    clusters, strata
        Of each row; shape (N,). Each stratum numbers its own clusters; without `clusters` a row is its own.
    stratum_sizes
        Clusters of each stratum in the whole sample, where these rows are a part of it (`sampling_units`).
    names
        Of the columns, for messages.

    Returns
    -------
    Fit
        Without clusters and strata the covariance is HC3, of the weighted fit where there are weights, with N - P
        degrees of freedom: R's ``sandwich::vcovHC(lm(...))``. With them it is that of R's ``survey::svyglm``, with
        clusters - strata degrees of freedom. (R's tests subtract P - 1 more. That leaves none where clusters are few
        and says that the columns were constant within clusters, which those of answers rarely are.)

    Raises
    ------
    ValueError
        If there are not more rows than columns, a column is constant or follows from others, one row alone
        determines a coefficient, or values are missing or weights negative.

    References
    ----------
    MacKinnon and White (1985), Some heteroskedasticity-consistent covariance matrix estimators with improved finite
    sample properties. Journal of Econometrics 29. Binder (1983), On the variances of asymptotically normal estimators
    from complex surveys. International Statistical Review 51.
    """
    w = _scaled_weights(weights, len(y))
    labels = _require_regression(x, y, w, names)
    units = _units(len(y), w, clusters=clusters, strata=strata, stratum_sizes=stratum_sizes)
    design = orthonormal(x, w, labels)
    n, width = x.shape
    ones = np.ones(n) if w is None else w
    fitted, leverage, found = np.zeros(n), np.empty(n), np.zeros(width)
    # A second time for what rounding left over in the residuals.
    for _ in range(2):
        off = ones * (y - fitted)
        found = found + sum((q.T @ off[rows] for rows, q in design.blocks()), np.zeros(width))
        for rows, q in design.blocks():
            fitted[rows], leverage[rows] = q @ found, ones[rows] * np.einsum("ij,ij->i", q, q)
    residuals = y - fitted
    if units is None:
        _require_shared(leverage, design, labels)
        meat = _products(design, ones * residuals / (1 - leverage))
        kind, freedom = "HC3", _counted(w, n) - width
    else:
        meat = units.covariance(design.columns() * (ones * residuals)[:, None])
        kind, freedom = "clustered", units.degrees_of_freedom
    back = design.back
    return Fit(back @ found, back @ meat @ back.T, fitted, residuals, leverage, float(freedom), kind, back @ back.T)


def logistic(
    x: Floats,
    y: Floats,
    *,
    weights: Floats | None = None,
    clusters: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    stratum_sizes: ArrayLike | None = None,
    names: Sequence[str] | None = None,
) -> Fit:
    """Fit the log odds of a yes by weighted maximum likelihood, with a sandwich covariance.

    Parameters
    ----------
    x, weights, clusters, strata, stratum_sizes, names
        As for `least_squares`.
    y
        1 for yes and 0 for no; shape (N,).

    Returns
    -------
    Fit
        Coefficients are log odds, fitted values probabilities. Without clusters and strata the covariance is HC0,
        R's ``sandwich::sandwich(glm(...))``, with N - P degrees of freedom; with them that of R's
        ``survey::svyglm(..., quasibinomial)``, with clusters - strata.

    Raises
    ------
    ValueError
        As for `least_squares`; and if all answers are the same, or columns separate yes from no without error, so
        that the best coefficients are infinite: the message names the columns.

    References
    ----------
    Albert and Anderson (1984), On the existence of maximum likelihood estimates in logistic regression models.
    Biometrika 71. Binder (1983), as above.
    """
    w = _scaled_weights(weights, len(y))
    labels = _require_regression(x, y, w, names)
    _require_both_answers(y, w)
    units = _units(len(y), w, clusters=clusters, strata=strata, stratum_sizes=stratum_sizes)
    design = orthonormal(x, w, labels)
    n, width = x.shape
    ones = np.ones(n) if w is None else w
    reached = _most_likely(design, y, ones)
    if reached is None:
        raise ValueError(_separation(separating_columns(x[ones > 0], y[ones > 0]), labels))
    found, information = reached
    inverse = np.linalg.inv(information)
    p, leverage = np.empty(n), np.empty(n)
    for rows, q in design.blocks():
        p[rows], leverage[rows] = _chance(q @ found), np.einsum("ij,jk,ik->i", q, inverse, q, optimize=True)
    leverage *= ones * p * (1 - p)
    residuals = y - p
    if units is None:
        meat, kind, freedom = _products(design, ones * residuals), "HC0", _counted(w, n) - width
    else:
        meat = units.covariance(design.columns() * (ones * residuals)[:, None])
        kind, freedom = "clustered", units.degrees_of_freedom
    back = design.back
    half = back @ inverse
    return Fit(back @ found, half @ meat @ half.T, p, residuals, leverage, float(freedom), kind, half @ back.T)


def influence(fit: Fit, x: Floats, *, weights: Floats | None = None) -> Floats:
    """Say what each row contributes to each coefficient, so that the sum of products is the covariance.

    Parameters
    ----------
    fit
        A fit.
    x, weights
        The columns and weights that it was made from; shapes (N, P) and (N,).

    Returns
    -------
    numpy.ndarray
        Shape (N, P). For kinds HC3 and HC0 ``found.T @ found`` is the covariance of the coefficients, for
        clustered ones ``sampling_units(...).covariance(found)``. A function of coefficients and of averages over
        rows has the sum of its parts' contributions.
    """
    w = _scaled_weights(weights, len(x))
    scale = fit.residuals / (1 - fit.leverage) if fit.kind == "HC3" else fit.residuals
    return (x * (scale if w is None else scale * w)[:, None]) @ fit.bread


def _scaled_weights(weights: Floats | None, n: int) -> Floats | None:
    """Scale weights to a mean of 1 over the rows that count."""
    if weights is None:
        return None
    given = np.asarray(weights, dtype=np.float64)
    if given.shape != (n,) or not np.isfinite(given).all() or (given < 0).any():
        raise ValueError(f"weights must be one number of 0 or more for each of the {n:,} rows")
    if not (given > 0).any():
        raise ValueError("all weights are zero: no row counts")
    return given * (np.count_nonzero(given) / given.sum())


def _counted(w: Floats | None, n: int) -> int:
    return n if w is None else int(np.count_nonzero(w))


def _require_regression(x: Floats, y: Floats, w: Floats | None, names: Sequence[str] | None) -> list[str]:
    """Refuse arrays that no line can be fitted to; return the names of the columns."""
    if x.ndim != 2 or y.shape != x.shape[:1]:
        raise ValueError(f"x must be of shape (N, P) and y of shape (N,); got {x.shape} and {y.shape}")
    labels = [f"column {k}" for k in range(x.shape[1])] if names is None else [*names]
    if len(labels) != x.shape[1]:
        raise ValueError(f"names must be one for each of the {x.shape[1]} columns; got {len(labels)}")
    # A sum is finite only where all of its parts are, or overflows, which no answer or driver should.
    if not (np.isfinite(y.sum()) and np.isfinite(x.sum())):
        raise ValueError("x and y must be finite numbers; leave rows with missing values out")
    n = _counted(w, len(y))
    if n <= x.shape[1]:
        raise ValueError(
            f"a regression needs more rows than columns; got {n:,} rows that count and {x.shape[1]} columns"
        )
    return labels


def _units(
    n: int,
    w: Floats | None,
    *,
    clusters: ArrayLike | None,
    strata: ArrayLike | None,
    stratum_sizes: ArrayLike | None,
) -> SamplingUnits | None:
    if clusters is None and strata is None:
        return None
    return sampling_units(n, weights=w, clusters=clusters, strata=strata, stratum_sizes=stratum_sizes)


def _require_shared(leverage: Floats, design: Orthonormal, names: Sequence[str]) -> None:
    """Refuse a row that a coefficient of its own fits exactly: nothing says how far off it may be."""
    alone = np.flatnonzero(leverage > 1 - _ALONE)
    if not len(alone):
        return
    row = int(alone[0])
    centred = design.x[row] - design.centre
    share = np.abs(design.back @ (centred @ design.forth)) * np.abs(centred)
    if design.intercept is not None:
        share[design.intercept] = 0
    raise ValueError(
        f"{names[int(np.argmax(share))]!r} is determined by a single row (row {row}), so that its error cannot be "
        "estimated; merge the level with another, or leave the row out"
    )


def _products(design: Orthonormal, residuals: Floats) -> Floats:
    """Sum of the outer products of the rows' scores; shape (P, P)."""
    width = design.x.shape[1]
    found = np.zeros((width, width))
    for rows, q in design.blocks():
        scores = q * residuals[rows, None]
        found += scores.T @ scores
    return found


def _chance(eta: Floats) -> Floats:
    return np.asarray(scipy.special.expit(eta), dtype=np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class _Likelihood:
    """The log likelihood at some coefficients, its slope (P,) and its curvature (P, P)."""

    value: float
    slope: Floats
    curvature: Floats


def _likelihood(design: Orthonormal, y: Floats, w: Floats, at: Floats) -> _Likelihood:
    value, slope, curvature = 0.0, np.zeros(len(at)), np.zeros((len(at), len(at)))
    for rows, q in design.blocks():
        eta, yes, weight = q @ at, y[rows], w[rows]
        p = _chance(eta)
        value += float(weight @ (yes * eta - np.logaddexp(0, eta)))
        slope += q.T @ (weight * (yes - p))
        curvature += (q * (weight * p * (1 - p))[:, None]).T @ q
    return _Likelihood(value, slope, curvature)


def _most_likely(design: Orthonormal, y: Floats, w: Floats) -> tuple[Floats, Floats] | None:
    """Newton's method, steps halved while they lose; coefficients and information, or None where it does not settle."""
    found = np.zeros(design.x.shape[1])
    here = _likelihood(design, y, w, found)
    for _ in range(_MOST_STEPS):
        try:
            step = np.linalg.solve(here.curvature, here.slope)
        except np.linalg.LinAlgError:
            return None
        # Columns are orthonormal, so that the log odds of a row change by about this much.
        size = float(np.linalg.norm(step)) / np.sqrt(len(y))
        there = _likelihood(design, y, w, found + step)
        while there.value < here.value - _CLOSE * abs(here.value) and size > _CLOSE:
            step, size = step / 2, size / 2
            there = _likelihood(design, y, w, found + step)
        found, here = found + step, there
        if size < _CLOSE:
            return found, here.curvature
    return None


def _require_both_answers(y: Floats, w: Floats | None) -> None:
    counted = y if w is None else y[w > 0]
    if not np.isin(counted, (0.0, 1.0)).all():
        raise ValueError("answers of a logistic regression must be 0 or 1")
    if counted.min() == counted.max():
        raise ValueError(
            f"all {len(counted):,} answers are {'yes' if counted[0] else 'no'}: there is nothing to explain"
        )


def _separation(columns: Sequence[int], names: Sequence[str]) -> str:
    if not columns:
        return "the logistic regression did not settle; drivers may nearly separate favourable answers from the others"
    found = [names[k] for k in columns]
    return (
        f"{listed(found)} separate{'s' if len(found) == 1 else ''} all yes from all no answers, or a part of them "
        "without exception, so that the log odds are infinite; merge levels, leave it out, or use the linear model"
    )
