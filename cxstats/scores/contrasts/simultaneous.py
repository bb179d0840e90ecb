"""Critical values of many comparisons at once: the quantiles of the largest of several t that go together.

>>> three_against_one = np.full((3, 3), 0.5) + np.eye(3) / 2
>>> largest = max_t(three_against_one, degrees_of_freedom=20)
>>> round(largest.quantile(0.95), 2)  # Dunnett's table: 2.54
2.54
>>> round(largest.confidence_level_of_each(0.95), 3)
0.981
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from cxstats.scores.samples import Floats, require_confidence_level

_DIRECTIONS: Final = 2**13
_SCRAMBLES: Final = 8
_AT_ONCE: Final = 2**20
_FLAT: Final = 1e-10


@dataclass(frozen=True, slots=True, eq=False)
class MaxT:
    """The largest of M absolute values of t with one denominator, two-sided.

    The M numerators are A u r, where u is a direction drawn evenly in as many dimensions as the correlation has rank,
    and r the length of a normal vector; given the direction the largest is at most c with the probability that F with
    (rank, df) degrees is at most (c / reach)^2 / rank. What is left is the mean over directions.

    Attributes
    ----------
    reach
        Largest of |A u|, for each direction of each scrambled Sobol sequence; shape (scrambles, directions).
    rank
        Rank of the correlation.
    degrees_of_freedom
        Of the denominator; infinite for normal ones.
    """

    reach: Floats
    rank: int
    degrees_of_freedom: float

    def p_values(self, statistics: ArrayLike) -> Floats:
        """Probability that the largest is at least as large as each |t|: p-values adjusted for all at once."""
        return np.mean([self._beyond(t) for t in self._sizes(statistics)], axis=1)

    def errors(self, statistics: ArrayLike) -> Floats:
        """Return the standard errors of `p_values`, from the spread between the scrambled sequences."""
        found = np.array([self._beyond(t) for t in self._sizes(statistics)])
        return found.std(axis=1, ddof=1) / np.sqrt(found.shape[1])

    def quantile(self, confidence_level: float) -> float:
        """Critical value that the largest |t| exceeds with a probability of 1 less the confidence level."""
        require_confidence_level(confidence_level)
        alone = self._alone(confidence_level)
        many = -scipy.special.stdtrit(self._df, (1 - confidence_level) / 2 / 1e6)
        return float(
            scipy.optimize.brentq(
                lambda c: float(self._beyond(c).mean()) - (1 - confidence_level), alone * 0.99, many, xtol=1e-10
            )
        )

    def quantile_error(self, confidence_level: float) -> float:
        """Return the standard error of `quantile`: that of the probability there over the density."""
        c = self.quantile(confidence_level)
        step = 1e-3 * c
        slope = (self._beyond(c - step).mean() - self._beyond(c + step).mean()) / (2 * step)
        return float(self.errors([c])[0] / slope)

    def confidence_level_of_each(self, confidence_level: float) -> float:
        """Confidence level that each interval needs by itself for all to hold at once, whatever its method."""
        return float(1 - 2 * scipy.special.stdtr(self._df, -self.quantile(confidence_level)))

    def _beyond(self, c: float) -> Floats:
        """Probability that the largest is beyond c, by each scrambled sequence."""
        with np.errstate(divide="ignore"):
            ratio = (c / self.reach) ** 2
        if np.isinf(self.degrees_of_freedom):
            return scipy.special.chdtrc(self.rank, ratio).mean(axis=1)
        return scipy.special.fdtrc(self.rank, self.degrees_of_freedom, ratio / self.rank).mean(axis=1)

    @property
    def _df(self) -> float:
        """Degrees of freedom as Student's functions of scipy take them: a billion stands for infinitely many."""
        return min(self.degrees_of_freedom, 1e9)

    def _alone(self, confidence_level: float) -> float:
        return float(-scipy.special.stdtrit(self._df, (1 - confidence_level) / 2))

    @staticmethod
    def _sizes(statistics: ArrayLike) -> Floats:
        return np.abs(np.atleast_1d(np.asarray(statistics, dtype=np.float64)))


def max_t(correlation: ArrayLike, *, degrees_of_freedom: float = np.inf, seed: int = 0) -> MaxT:
    """Find the distribution of the largest of several |t| of known correlation.

    Parameters
    ----------
    correlation
        Of the M contrasts, shape (M, M); it may be singular, as for all pairs of segments. See `contrast_correlation`.
    degrees_of_freedom
        Of the common denominator; above 0.
    seed
        Of the scrambled Sobol sequences (8 of 8,192 directions): the same seed, the same figures.

    Returns
    -------
    MaxT
        Its quantiles have a standard error of a few in 10,000 or less (`MaxT.quantile_error`); exact for one contrast.

    Raises
    ------
    ValueError
        If the matrix is no correlation matrix or there are no degrees of freedom.

    References
    ----------
    Genz and Bretz (2009), Computation of Multivariate Normal and t Probabilities. Springer; spherical-radial
    transformation.
    Hothorn, Bretz and Westfall (2008), Simultaneous inference in general parametric models. Biometrical Journal 50.
    """
    if not degrees_of_freedom > 0:
        raise ValueError(f"degrees_of_freedom must be above 0; got {degrees_of_freedom!r}")
    loadings = _loadings(_correlation(correlation))
    rank = loadings.shape[1]
    if rank == 1:
        return MaxT(np.ones((2, 1)), 1, degrees_of_freedom)
    sources = np.random.SeedSequence(seed).spawn(_SCRAMBLES)
    reach = np.array([_reach(loadings, np.random.default_rng(source)) for source in sources])
    return MaxT(reach, rank, degrees_of_freedom)


def max_t_quantile(correlation: ArrayLike, confidence_level: float, degrees_of_freedom: float = np.inf) -> float:
    """Two-sided critical value for several contrasts at once; see `max_t`.

    Examples
    --------
    >>> round(max_t_quantile(contrast_correlation(all_pairs(4), np.ones(4)), 0.95, 20), 3)  # Tukey: 3.958 / sqrt(2)
    2.799
    """
    return max_t(correlation, degrees_of_freedom=degrees_of_freedom).quantile(confidence_level)


def all_pairs(segments: int) -> Floats:
    """Contrasts of each segment with each later one; shape (S (S - 1) / 2, S)."""
    first, second = np.triu_indices(segments, 1)
    return np.eye(segments)[first] - np.eye(segments)[second]


def contrast_correlation(contrasts: ArrayLike, covariance: ArrayLike) -> Floats:
    """Correlation of contrasts of estimates.

    Parameters
    ----------
    contrasts
        One row each; shape (M, S).
    covariance
        Of the estimates, shape (S, S), or their variances where they are independent, shape (S,).

    Raises
    ------
    ValueError
        If the variance of a contrast is 0 or unknown.
    """
    rows, given = np.asarray(contrasts, dtype=np.float64), np.asarray(covariance, dtype=np.float64)
    found = rows @ (np.diag(given) if given.ndim == 1 else given) @ rows.T
    variances = np.diag(found)
    if not (variances > 0).all():
        bad = np.flatnonzero(~(variances > 0)).tolist()
        raise ValueError(f"every contrast must have a variance above 0; those at {bad} have not")
    error = np.sqrt(variances)
    return found / np.outer(error, error)


def _correlation(correlation: ArrayLike) -> Floats:
    given = np.atleast_2d(np.asarray(correlation, dtype=np.float64))
    square = given.ndim == 2 and given.shape[0] == given.shape[1] and given.size > 0
    if not square or not (np.allclose(given, given.T) and np.allclose(np.diag(given), 1)):
        raise ValueError(f"a correlation matrix is square and symmetric with a diagonal of 1; got shape {given.shape}")
    return given


def _loadings(correlation: Floats) -> Floats:
    """Matrix A of shape (M, rank) with A A' the correlation."""
    values, vectors = np.linalg.eigh(correlation)
    if values[0] < -1e-8 * values[-1]:
        raise ValueError(f"a correlation matrix has no eigenvalue below 0; the smallest is {values[0]:.3g}")
    kept = values > _FLAT * values[-1]
    return vectors[:, kept] * np.sqrt(values[kept])


def _reach(loadings: Floats, rng: np.random.Generator) -> Floats:
    """Largest |A u| for evenly drawn directions u."""
    sobol = scipy.stats.qmc.Sobol(loadings.shape[1], rng=rng)
    normal: Floats = scipy.special.ndtri(np.clip(sobol.random(_DIRECTIONS), 1e-16, 1 - 1e-16))
    directions = normal / np.linalg.norm(normal, axis=1, keepdims=True)
    rows = max(1, _AT_ONCE // len(loadings))
    parts: list[NDArray[np.float64]] = [
        np.abs(directions[start : start + rows] @ loadings.T).max(axis=1) for start in range(0, _DIRECTIONS, rows)
    ]
    return np.concatenate(parts)
