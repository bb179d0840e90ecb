"""How well a model says what customers answered whom it has not seen: cross-validation, whole clusters left out.

>>> rng = np.random.default_rng(1)
>>> x = np.column_stack([np.ones(200), rng.normal(size=(200, 2))])
>>> expected = unseen(x, x[:, 1] + rng.normal(size=200), folds=folds_of(200, rng=rng), model="linear")
>>> expected.shape
(200,)
"""

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray

from cxstats.drivers.models import Model
from cxstats.drivers.regression import logistic

Floats = NDArray[np.float64]
Places = NDArray[np.intp]


def folds_of(n: int, *, clusters: ArrayLike | None = None, count: int = 10, rng: Generator) -> Places:
    """Deal n answers, or whole clusters of them, to folds of about the same number; shape (n,), 0 to count - 1.

    Raises
    ------
    ValueError
        If there are fewer than two folds or clusters.
    """
    of_row = np.arange(n) if clusters is None else np.unique(np.asarray(clusters), return_inverse=True)[1]
    units = int(of_row.max()) + 1
    if min(count, units) < 2:
        raise ValueError(f"cross-validation needs at least 2 folds and 2 clusters; got {count} and {units}")
    dealt = np.arange(units) % min(count, units)
    return rng.permutation(dealt)[of_row].astype(np.intp)


def unseen(x: Floats, y: Floats, *, folds: Places, model: Model, weights: Floats | None = None) -> Floats | None:
    """Say for each answer what a fit to the other folds expects: points, or a probability; shape (N,).

    None where a logistic fit to the other folds does not exist, as when a level is in one fold only.
    """
    w = np.ones(len(y)) if weights is None else weights / weights.mean()
    expected = np.empty(len(y))
    for fold in range(int(folds.max()) + 1):
        out = folds == fold
        seen = np.logical_not(out)
        if model == "linear":
            root = np.sqrt(w[seen])
            slopes = np.linalg.lstsq(x[seen] * root[:, None], y[seen] * root, rcond=None)[0]
            expected[out] = x[out] @ slopes
            continue
        try:
            slopes = logistic(x[seen], y[seen], weights=w[seen]).coefficients
        except ValueError:
            return None
        expected[out] = 1 / (1 + np.exp(-x[out] @ slopes))
    return expected


def explained(y: Floats, expected: Floats, *, weights: Floats | None = None) -> float:
    """Return the share of the squared deviations from the mean that is foreseen: R2, or Brier's skill; up to 1."""
    off = np.average((y - expected) ** 2, weights=weights)
    return 1 - float(off / np.average((y - np.average(y, weights=weights)) ** 2, weights=weights))


def calibration_slope(y: Floats, expected: Floats, *, model: Model, weights: Floats | None = None) -> float:
    """Return the slope of the answers on what was expected: 1 if differences are foreseen in their true size.

    Below 1 foreseen differences are too large. NaN where it does not exist. Of probabilities it is of log odds.

    References
    ----------
    Cox (1958), Two further applications of a model for binary regression. Biometrika 45. Steyerberg et al. (2010),
    Assessing the performance of prediction models. Epidemiology 21.
    """
    w = np.ones(len(y)) if weights is None else weights
    if model == "linear":
        around = expected - np.average(expected, weights=w)
        size = float(w @ around**2)
        return float(w @ (around * y)) / size if size > 0 else np.nan
    inside = np.clip(expected, 1e-12, 1 - 1e-12)
    odds = np.log(inside / (1 - inside))
    try:
        return float(logistic(np.column_stack([np.ones(len(y)), odds]), y, weights=w).coefficients[1])
    except ValueError:
        return np.nan
