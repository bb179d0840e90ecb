"""Shrunken scores: many scores that vary around a common line, each known with its own error.

The model is that of a random-effects meta-regression: the true scores are normal around a line with a standard
deviation tau, the measured ones normal around the true ones with known covariance. Everything is averaged over what
the scores say of tau, so that not knowing it widens the intervals.

>>> found = shrink(np.array([4.0, 5.0, 5.2, 5.6]), np.array([0.5, 0.01, 0.01, 0.01]), most=3.0)
>>> [round(float(one), 2) for one in found.mean()]
[4.42, 5.0, 5.2, 5.59]
"""

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
import scipy
from numpy.random import Generator
from numpy.typing import NDArray

from cxstats.scores.samples import Interval, upper_tail

Floats = NDArray[np.float64]

_SCANNED: Final = 400
_NODES: Final = 80
_HALVINGS: Final = 46
_NEGLIGIBLE: Final = 25.0
"""How far below its largest value a logarithm of a density is left out."""


@dataclass(frozen=True, slots=True, eq=False)
class Shrunken:
    """The true scores of S segments, given the measured ones.

    Attributes
    ----------
    estimate
        Measured scores in coordinates in which they are independent; shape (S,).
    variance
        Their sampling variances; shape (S,).
    columns
        Columns of the line in these coordinates; shape (S, P).
    basis
        From these coordinates to the segments, orthonormal; shape (S, S). None where they are the same.
    nodes, weights
        Values of tau and how likely each is; shape (T,), weights sum to 1.
    """

    estimate: Floats
    variance: Floats
    columns: Floats
    basis: Floats | None
    nodes: Floats
    weights: Floats

    def between(self, confidence_level: float) -> tuple[float, float, float]:
        """Median of tau and its equal-tailed interval."""
        reached = np.cumsum(self.weights) - self.weights / 2
        tail = 1 - upper_tail(confidence_level)
        median, low, high = np.interp([0.5, tail, 1 - tail], reached, self.nodes)
        return float(median), float(low), float(high)

    def mean(self, contrasts: Floats | None = None) -> Floats:
        """Posterior means of the true scores, or of linear contrasts of them, shape (R, S); shape (S,) or (R,)."""
        return self.weights @ self.moments(contrasts)[0]

    def standard_deviation(self, contrasts: Floats | None = None) -> Floats:
        """Posterior standard deviations of the same."""
        means, spreads = self.moments(contrasts)
        return np.sqrt(self.weights @ (spreads**2 + (means - self.weights @ means) ** 2))

    def interval(self, confidence_level: float, contrasts: Floats | None = None, *, extra: float = 0.0) -> Interval:
        """Equal-tailed posterior interval of the same; `extra` is a variance to add, as that of a reference."""
        means, spreads = self.moments(contrasts)
        spreads = np.sqrt(spreads**2 + extra)
        tail = 1 - upper_tail(confidence_level)
        weights = self.weights[:, None]
        return Interval(*(mixture_quantile(weights, means, spreads, share) for share in (tail, 1 - tail)))

    def draw(self, size: int, rng: Generator) -> Floats:
        """Draw true scores from their joint posterior; shape (size, S)."""
        line = _line(self.estimate, self.variance, self.columns, self.nodes**2)
        reached = (rng.random() + np.arange(size)) / size
        at = np.minimum(np.searchsorted(np.cumsum(self.weights), reached), len(self.nodes) - 1)
        kept = line.kept[at]
        spread = np.sqrt(kept * self.variance)
        drawn = line.centre[at] + kept * (self.estimate - line.centre[at])
        drawn += spread * rng.standard_normal(drawn.shape)
        if self.columns.shape[1]:
            roots = np.linalg.cholesky(line.covariance)[at]
            moved = np.einsum("dpq,dq->dp", roots, rng.standard_normal((size, self.columns.shape[1])))
            drawn += (1 - kept) * (moved @ self.columns.T)
        return drawn if self.basis is None else drawn @ self.basis.T

    def moments(self, contrasts: Floats | None = None) -> tuple[Floats, Floats]:
        """Means and standard deviations given each node; shape (T, R) each."""
        line = _line(self.estimate, self.variance, self.columns, self.nodes**2)
        given = line.centre + line.kept * (self.estimate - line.centre)
        own = line.kept * self.variance
        through = (1 - line.kept)[:, :, None] * self.columns
        if contrasts is None and self.basis is None:
            shared = np.einsum("tsp,tpq,tsq->ts", through, line.covariance, through)
            return given, np.sqrt(own + shared)
        turn = self.basis if contrasts is None else contrasts if self.basis is None else contrasts @ self.basis
        assert turn is not None
        through = np.einsum("rs,tsp->trp", turn, through)
        shared = np.einsum("trp,tpq,trq->tr", through, line.covariance, through)
        return given @ turn.T, np.sqrt(own @ (turn**2).T + shared)


@dataclass(frozen=True, slots=True)
class _Line:
    """The line given each of T values of tau squared.

    Attributes
    ----------
    centre
        Where the line puts each score; shape (T, S).
    covariance
        Of its coefficients; shape (T, P, P).
    kept
        Part of the distance from the line that a score keeps; shape (T, S).
    log_density
        Logarithm of the restricted likelihood but for a constant; shape (T,).
    """

    centre: Floats
    covariance: Floats
    kept: Floats
    log_density: Floats


def shrink(
    estimate: Floats, covariance: Floats, *, columns: Floats | None = None, most: float, between: float | None = None
) -> Shrunken:
    """Learn from many scores what each truly is.

    Parameters
    ----------
    estimate
        Measured scores; shape (S,).
    covariance
        Their sampling variances, shape (S,), above 0; or their covariance, shape (S, S).
    columns
        Columns of the line around which true scores vary, of full rank; shape (S, P). One constant unless given;
        without columns scores vary around 0.
    most
        The largest tau there can be; half the range of the metric is.
    between
        tau, if it is known or is to be taken as known, as that of `restricted_maximum` (empirical Bayes).

    Notes
    -----
    tau squared has a flat prior between 0 and `most` squared, and so have the coefficients of the line: of the usual
    choices the one whose intervals cover with few segments.

    References
    ----------
    Morris (1983), Parametric empirical Bayes inference: theory and applications. JASA 78.
    Morris and Tang (2011), Estimating random effects via adjustment for density maximization. Statistical Science 26.
    """
    columns = np.ones((len(estimate), 1)) if columns is None else columns
    basis = None
    if covariance.ndim == 2:
        variance, basis = np.linalg.eigh(covariance)
        estimate, columns = basis.T @ estimate, basis.T @ columns
    else:
        variance = covariance
    variance = np.maximum(variance, 1e-12 * most**2)
    if between is None:
        nodes, weights = _posterior_of_tau(estimate, variance, columns, most)
    else:
        nodes, weights = np.array([between]), np.ones(1)
    return Shrunken(estimate, variance, columns, basis, nodes, weights)


def restricted_maximum(estimate: Floats, variance: Floats, columns: Floats, *, most: float) -> float:
    """Return the variance between true scores by restricted maximum likelihood, from 0 to `most` squared.

    Variances, columns and `most` as for `shrink`. It is where the posterior of `shrink` has its mode.

    References
    ----------
    Harville (1977), Maximum likelihood approaches to variance component estimation. JASA 72.
    """
    scanned = _scan(variance, most)
    best = int(np.argmax(_line(estimate, variance, columns, scanned**2).log_density))
    low, high = (float(scanned[k]) ** 2 for k in (max(best - 1, 0), min(best + 1, len(scanned) - 1)))

    def slope(between: float) -> float:
        weight = 1 / (variance + between)
        left = weight * (estimate - _line(estimate, variance, columns, np.array([between])).centre[0])
        weighed = weight[:, None] * columns
        trace = np.linalg.solve(columns.T @ weighed, weighed.T @ weighed).trace() if columns.size else 0.0
        return float(left @ left - weight.sum() + trace)

    if slope(low) <= 0 or slope(high) >= 0:
        return low if slope(low) <= 0 else high
    return float(scipy.optimize.brentq(slope, low, high, xtol=1e-14 * most**2, rtol=1e-14))


def _scan(variance: Floats, most: float) -> Floats:
    """Return values of tau from 0 to the largest, dense on the scale of the errors."""
    least = 1e-3 * min(float(np.sqrt(np.median(variance))), most)
    return np.concatenate([np.zeros(1), np.geomspace(least, most, _SCANNED)])


@cache
def _unit_nodes() -> tuple[Floats, Floats]:
    return np.polynomial.legendre.leggauss(_NODES)


def _posterior_of_tau(estimate: Floats, variance: Floats, columns: Floats, most: float) -> tuple[Floats, Floats]:
    """Return nodes and weights for averages over tau (Gauss and Legendre), its square having a flat prior."""
    scanned = _scan(variance, most)
    found = _line(estimate, variance, columns, scanned**2).log_density
    matter = np.flatnonzero(found > found.max() - _NEGLIGIBLE)
    low, high = scanned[max(matter[0] - 1, 0)], scanned[min(matter[-1] + 1, _SCANNED)]
    unit, weight = _unit_nodes()
    nodes = low + (high - low) * (unit + 1) / 2
    density = _line(estimate, variance, columns, nodes**2).log_density
    weights = weight * nodes * np.exp(density - density.max())
    return nodes, weights / weights.sum()


def _line(estimate: Floats, variance: Floats, columns: Floats, between: Floats) -> _Line:
    """Fit the line by weighted least squares for each of several variances between true scores; shape (T,)."""
    total = variance + between[:, None]
    weight = 1 / total
    if columns.shape[1] == 0:
        centre = np.zeros_like(weight)
        covariance: Floats = np.zeros((len(between), 0, 0))
        lost = np.zeros(len(between))
    else:
        information: Floats = np.einsum("sp,ts,sq->tpq", columns, weight, columns)
        covariance = np.asarray(np.linalg.inv(information), dtype=np.float64)
        centre = np.einsum("tpq,tq->tp", covariance, (weight * estimate) @ columns) @ columns.T
        lost = np.linalg.slogdet(information)[1]
    squares = (weight * (estimate - centre) ** 2).sum(axis=1)
    density = -(np.log(total).sum(axis=1) + lost + squares) / 2
    return _Line(centre, covariance, between[:, None] / total, density)


def mixture_quantile(weights: Floats, means: Floats, spreads: Floats, share: float) -> Floats:
    """Quantile of mixtures of normals, by bisection; means and spreads of shape (T, R), weights that or (T, 1)."""
    mean: Floats = (weights * means).sum(axis=0)
    # No quantile is further from the mean than this (Cantelli's inequality).
    odds = max(share / (1 - share), (1 - share) / share)
    reach = 1.01 * np.sqrt(odds * (weights * (spreads**2 + (means - mean) ** 2)).sum(axis=0))
    low: Floats = mean - reach
    high: Floats = mean + reach
    safe = np.where(spreads > 0, spreads, 1e-300)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        reached = np.asarray(scipy.special.ndtr((middle - means) / safe), dtype=np.float64)
        below = (weights * reached).sum(axis=0) < share
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2


def deleted_densities(found: Shrunken, variance: Floats, usual: Floats) -> Floats:
    """Logarithms of the density of each score given all others and each tau; shape (T, S).

    Infinite for a score of which the others say nothing, since a column of the line is its own.

    Parameters
    ----------
    found
        Of S scores.
    variance, usual
        Sampling variance of each, and the one to take for this instead; shape (S,).

    References
    ----------
    Cook and Weisberg (1982), Residuals and influence in regression. Chapman and Hall.
    """
    line = _line(found.estimate, found.variance, found.columns, found.nodes**2)
    weight = 1 / (found.variance + found.nodes[:, None] ** 2)
    turn = np.eye(len(found.estimate)) if found.basis is None else found.basis
    left = (weight * (found.estimate - line.centre)) @ turn.T
    through = np.einsum("rs,ts,sp->trp", turn, weight, found.columns, optimize=True)
    alone = weight @ (turn**2).T
    precision = alone - np.einsum("trp,tpq,trq->tr", through, line.covariance, through, optimize=True)
    known = precision > 1e-8 * alone
    safe = np.where(known, precision, 1.0)
    # Errors that go together leave less than the variance of one, which must not become negative.
    ratio = np.minimum(1.0, np.divide(usual, variance, out=np.ones_like(usual), where=variance > 0))
    total = np.maximum(1 / safe + usual - variance, ratio / safe)
    return np.where(known, -(np.log(2 * np.pi * total) + (left / safe) ** 2 / total) / 2, np.inf)
