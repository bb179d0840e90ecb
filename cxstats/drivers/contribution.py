"""Does a driver contribute at all beyond the others? A test by permuted residuals, or by flipped clusters.

>>> rng = np.random.default_rng(1)
>>> x = rng.normal(size=(200, 2))
>>> y = x[:, 0] + rng.normal(size=200)
>>> used, idle = contribution_test(x, y, [[0], [1]])
>>> bool(used < 0.01), bool(idle > 0.1)
(True, True)
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import ArrayLike, NDArray

from cxstats.drivers.resampling import MOST_UNITS, Codes, Floats, units_of
from cxstats.drivers.subsets import NOTHING_LEFT, Groups

N_RESAMPLES: Final = 999
SEED: Final = 19830401
_AT_ONCE: Final = 2**21
_TIE: Final = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class _Null:
    """What is left of a driver and of the outcome without the driver.

    Attributes
    ----------
    scores
        Weighted part of the driver that the others do not explain, orthonormal; shape (N, q).
    others
        Orthonormal basis of the others under the weights; shape (N, r).
    residuals
        Of the outcome; shape (N,).
    """

    scores: Floats
    others: Floats
    residuals: Floats


def contribution_test(
    x: ArrayLike,
    y: ArrayLike,
    groups: Groups,
    *,
    weights: ArrayLike | None = None,
    clusters: NDArray[np.intp] | None = None,
    n_resamples: int = N_RESAMPLES,
    rng: int = SEED,
) -> Floats:
    """Test for each driver whether its columns add nothing to a linear model with all others.

    What is tested is the squared semipartial correlation, studentised so that the level holds where the spread of
    answers differs. A driver that only goes together with others has importance and yet adds nothing.

    Parameters
    ----------
    x
        Columns of drivers and controls, without a constant; shape (N, P).
    y
        Outcome; shape (N,).
    groups
        The columns of each driver.
    weights
        Probability weights above 0; equal unless given.
    clusters
        Codes from 0 on. With them, and with more than 5,000 rows (in random groups), the signs of whole clusters'
        contributions are flipped; else the residuals of the model without the driver are permuted.
    n_resamples
        Permutations or flips, at least 99.
    rng
        Seed.

    Returns
    -------
    numpy.ndarray
        p-values, shape (G,); NaN where the others leave nothing of a driver or of the outcome.

    References
    ----------
    Freedman and Lane (1983), A nonstochastic interpretation of reported significance levels. Journal of Business and
    Economic Statistics 1. DiCiccio and Romano (2017), Robust permutation tests for correlation and regression
    coefficients. JASA 112. Hemerik, Goeman and Finos (2020), Robust testing in generalized linear models by sign
    flipping score contributions. JRSS B 82.
    """
    columns, outcome = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    weight = np.ones(len(outcome)) if weights is None else np.asarray(weights, dtype=np.float64)
    outcome = outcome - np.average(outcome, weights=weight)
    columns = columns - np.average(columns, axis=0, weights=weight)
    columns = columns / np.where(np.ptp(columns, axis=0) > 0, columns.std(axis=0), 1.0)
    flips = clusters is not None or len(outcome) > MOST_UNITS
    found: list[float] = []
    for group in groups:
        source = np.random.default_rng(rng)
        null = _without_driver(columns, outcome, weight, list(group))
        if null is None:
            found.append(np.nan)
            continue
        seen, drawn = (
            _flipped(null, clusters, n_resamples, source) if flips else _permuted(null, weight, n_resamples, source)
        )
        found.append((1 + np.count_nonzero(drawn >= seen * (1 - _TIE))) / (1 + n_resamples))
    return np.array(found)


def _without_driver(columns: Floats, outcome: Floats, weights: Floats, group: list[int]) -> _Null | None:
    root = np.sqrt(weights)[:, None]
    basis = _basis(np.hstack([np.ones_like(root), np.delete(columns, group, axis=1)]) * root)
    own = columns[:, group] * root
    left = _basis(own - basis @ (basis.T @ own), own)
    scaled = outcome[:, None] * root
    residuals = scaled - basis @ (basis.T @ scaled)
    if not left.shape[1] or float(np.sum(residuals**2)) <= NOTHING_LEFT * float(np.sum(scaled**2)):
        return None
    return _Null(left * root, basis, (residuals / root)[:, 0])


def _basis(columns: Floats, whole: Floats | None = None) -> Floats:
    """Orthonormal basis of columns, without directions in which nothing is left of the whole."""
    vectors, lengths, _ = np.linalg.svd(columns, full_matrices=False)
    longest = np.linalg.norm(columns if whole is None else whole, ord=2)
    return vectors[:, lengths > NOTHING_LEFT**0.5 * longest]


def _permuted(null: _Null, weights: Floats, n_resamples: int, rng: Generator) -> tuple[float, Floats]:
    """Studentised statistic, and that of permuted residuals."""
    n = len(null.residuals)
    drawn: list[Floats] = []
    at_once = max(1, _AT_ONCE // n)
    for start in range(0, n_resamples, at_once):
        size = min(at_once, n_resamples - start)
        drawn.append(_studentised(null, weights, rng.permuted(np.tile(null.residuals, (size, 1)), axis=1)))
    return float(_studentised(null, weights, null.residuals[None, :])[0]), np.concatenate(drawn)


def _studentised(null: _Null, weights: Floats, residuals: Floats) -> Floats:
    """Squared length of the driver's score over its heteroscedasticity-consistent variance; (R, N) gives (R,)."""
    root, width = np.sqrt(weights), null.scores.shape[1]
    scaled = residuals * root
    scaled -= (scaled @ null.others) @ null.others.T
    left = scaled / root
    scores = left @ null.scores
    products = (null.scores[:, :, None] * null.scores[:, None, :]).reshape(len(weights), -1)
    variance = ((left**2) @ products).reshape(-1, width, width)
    return _length(scores, variance)


def _flipped(null: _Null, clusters: Codes | None, n_resamples: int, rng: Generator) -> tuple[float, Floats]:
    """Squared length of the score summed over clusters, and with the signs of whole clusters flipped."""
    terms = null.scores * null.residuals[:, None]
    units = units_of(terms, np.ones(len(terms)), clusters, rng)
    sums = units.sums[:, 1 : 1 + terms.shape[1]]
    signs = rng.integers(2, size=(n_resamples, units.count)) * 2.0 - 1.0
    variance = (sums.T @ sums)[None]
    return float(_length(sums.sum(axis=0)[None], variance)[0]), _length(signs @ sums, variance)


def _length(scores: Floats, variance: Floats) -> Floats:
    inverse = np.linalg.pinv(variance, rcond=NOTHING_LEFT, hermitian=True)
    return np.einsum("ri,rij,rj->r", scores, np.broadcast_to(inverse, (len(scores), *inverse.shape[1:])), scores)
