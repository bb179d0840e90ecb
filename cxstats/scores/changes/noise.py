"""How scores of periods vary when nothing changes: sampling error, and real ups and downs that may last.

The score of period t is ``mean + u_t + e_t``. The sampling error e_t has the variance that the answers tell. The ups
and downs u_t vary with a standard deviation `spread` and carry over from one period to the next with a correlation
`carry`, a first-order autoregression. Neither is known, so that a grid of both is laid out, each node with its own
covariance, and the scores say how likely each node is. What is estimated is then averaged over the nodes.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import scipy
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

CARRIES: Final = (0.0, 0.2, 0.4, 0.6, 0.8)
_STEPS: Final = (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 4.5, 7.0)
_FARTHEST: Final = 4.0
_ITERATIONS: Final = 80


@dataclass(frozen=True, slots=True, eq=False)
class Noise:
    """Nodes of a grid over `spread` and `carry`; N of them for T periods.

    Attributes
    ----------
    spread, carry
        Standard deviation of the ups and downs in the metric's unit, and their correlation from one period to the
        next; shape (N,).
    root
        Cholesky root of the covariance of the T scores; shape (N, T, T).
    whitener
        Its inverse; shape (N, T, T).
    log_determinant
        Of the covariance; shape (N,).
    log_prior
        Spread flat from 0 upwards, carry as 1 less its square; shape (N,).
    """

    spread: Floats
    carry: Floats
    root: Floats
    whitener: Floats
    log_determinant: Floats
    log_prior: Floats

    def typical(self, log_weight: Floats) -> "Variation":
        """Say how scores vary when nothing changes, from the log weights of the nodes."""
        weight = probabilities(log_weight)
        spreads, place = np.unique(self.spread, return_inverse=True)
        below = np.cumsum(np.bincount(place, weights=weight))
        spread = float(spreads[np.searchsorted(below, 0.5)])
        chance = float(np.median((self.root[0] ** 2).sum(axis=1)))
        together = float(weight @ (self.carry * self.spread**2 / (self.spread**2 + chance)))
        return Variation(float(np.sqrt(chance)), spread, together)

    def draw(self, nodes: Integers, rng: np.random.Generator) -> Floats:
        """Draw one series of noise for each of B nodes; shape (T, B)."""
        normal = rng.standard_normal((len(nodes), self.root.shape[1]))
        found = np.empty_like(normal)
        for node in np.unique(nodes):
            found[nodes == node] = normal[nodes == node] @ self.root[node].T
        return found.T


def noise_of(variance: Floats, position: Integers, top: float, *, carries: tuple[float, ...] = CARRIES) -> Noise:
    """Lay out the grid.

    Parameters
    ----------
    variance
        Sampling variance of each score, above 0; shape (T,).
    position
        Whole number of each period, so that an empty one leaves a gap; shape (T,).
    top
        A spread beyond which none need be thought of: the standard deviation of the scores about their mean or line.
    carries
        Correlations from one period to the next, the first of them 0.
    """
    unit = float(np.sqrt(np.median(variance)))
    most = max(_FARTHEST * top, unit)
    inner = unit * np.array(_STEPS)
    outer = inner[-1] * 1.6 ** np.arange(1, 40)
    spreads = np.concatenate([inner, outer])
    spreads = spreads[: max(int(np.searchsorted(spreads, most)) + 1, 4)]
    width = np.gradient(spreads)
    width[0] /= 2
    pairs = [(s, c, w) for s, w in zip(spreads, width, strict=True) for c in (carries if s else carries[:1])]
    spread, carry, weight = (np.array(column, dtype=np.float64) for column in zip(*pairs, strict=True))
    weight = np.where(spread > 0, weight * (1 - carry**2) / sum(1 - c**2 for c in carries), weight)
    return replace(noise_at(variance, position, spread=spread, carry=carry), log_prior=np.log(weight / weight.sum()))


def noise_at(variance: Floats, position: Integers, *, spread: Floats, carry: Floats) -> Noise:
    """Lay out given nodes, none likelier than another beforehand; spread and carry of shape (N,)."""
    distance = np.abs(position[:, None] - position[None, :]).astype(np.float64)
    together = carry[:, None, None] ** distance * spread[:, None, None] ** 2
    root = np.asarray(np.linalg.cholesky(together + np.diag(variance)), dtype=np.float64)
    determinant = 2 * np.log(np.diagonal(root, axis1=1, axis2=2)).sum(axis=1)
    whitener = np.asarray(np.linalg.inv(root), dtype=np.float64)
    return Noise(spread, carry, root, whitener, determinant, np.zeros_like(spread))


@dataclass(frozen=True, slots=True)
class Variation:
    """How scores vary when nothing changes.

    Attributes
    ----------
    chance
        Sampling error of a typical period, in the metric's unit.
    spread
        Standard deviation of ups and downs beyond that: the median over what is likely.
    correlation
        Between the deviations of neighbouring periods, 0 to 1: the mean over what is likely.
    """

    chance: float
    spread: float
    correlation: float


@dataclass(frozen=True, slots=True, eq=False)
class Averaged:
    """Q linear functions of coefficients, averaged over the nodes of a grid: mixtures of normal distributions.

    Attributes
    ----------
    weight
        Probability of each node; shape (N,).
    mean, error
        Of each node; shape (N, Q).
    """

    weight: Floats
    mean: Floats
    error: Floats

    @property
    def estimate(self) -> Floats:
        """Mean of each; shape (Q,)."""
        return self.weight @ self.mean

    @property
    def standard_error(self) -> Floats:
        """Standard deviation of each; shape (Q,)."""
        return np.sqrt(self.weight @ (self.error**2 + (self.mean - self.estimate) ** 2))

    def probability_below(self, place: Floats) -> Floats:
        """Probability that each is at most so large; shape (Q,)."""
        return self.weight @ np.asarray(scipy.special.ndtr((place - self.mean) / self.error), dtype=np.float64)

    def quantile(self, probability: float) -> Floats:
        """Quantile of each, by halving; shape (Q,)."""
        z = float(scipy.special.ndtri(probability))
        ends = self.mean + z * self.error
        low: Floats = ends.min(axis=0)
        high: Floats = ends.max(axis=0)
        for _ in range(_ITERATIONS):
            middle: Floats = (low + high) / 2
            below = self.probability_below(middle) < probability
            low, high = np.where(below, middle, low), np.where(below, high, middle)
        return (low + high) / 2

    def interval(self, confidence_level: float) -> tuple[Floats, Floats]:
        """Equal-tailed limits; shape (Q,) each."""
        tail = (1 - confidence_level) / 2
        return self.quantile(tail), self.quantile(1 - tail)

    def p_value(self) -> Floats:
        """Twice the smaller probability of the two sides of 0; shape (Q,)."""
        below = self.probability_below(np.zeros_like(self.mean[0]))
        return 2 * np.minimum(below, 1 - below)


def averaged(noise: Noise, y: Floats, design: Floats, functions: Floats) -> Averaged:
    """Estimate functions of the coefficients of a design by generalised least squares at every node.

    Nodes are weighed by their restricted likelihood, which allows for the coefficients being estimated, times their
    prior; coefficients have a flat prior.

    Parameters
    ----------
    noise
        Of T periods.
    y
        Scores; shape (T,).
    design
        Shape (T, P).
    functions
        What is wanted of the coefficients; shape (Q, P).

    References
    ----------
    Harville (1977), Maximum likelihood approaches to variance component estimation. JASA 72.
    Gelman (2006), Prior distributions for variance parameters in hierarchical models. Bayesian Analysis 1.
    """
    log_weight, inverse, coefficients = restricted(noise, y, design)
    error = np.sqrt(np.einsum("qp,npr,qr->nq", functions, inverse, functions))
    return Averaged(probabilities(log_weight), coefficients @ functions.T, error)


def probabilities(log_weight: Floats) -> Floats:
    """Probabilities from their logarithms up to a constant."""
    weight = np.exp(log_weight - log_weight.max())
    return weight / weight.sum()


def restricted(noise: Noise, y: Floats, design: Floats) -> tuple[Floats, Floats, Floats]:
    """Log posterior of each node (N,), covariance of its coefficients (N, P, P) and the coefficients (N, P)."""
    white, seen = noise.whitener @ design, noise.whitener @ y
    cross = np.einsum("ntp,ntq->npq", white, white)
    inverse: Floats = np.asarray(np.linalg.inv(cross), dtype=np.float64)
    coefficients = np.einsum("npq,ntq,nt->np", inverse, white, seen)
    residual = seen - np.einsum("ntp,np->nt", white, coefficients)
    log_likelihood = -0.5 * (noise.log_determinant + np.linalg.slogdet(cross)[1] + (residual**2).sum(axis=1))
    return log_likelihood + noise.log_prior, inverse, coefficients


def likelihoods(noise: Noise, y: Floats, base: Floats, steps: Floats) -> tuple[Floats, Floats]:
    """Log likelihood without and with each candidate column, each at its most likely node.

    Parameters
    ----------
    noise
        Of T periods.
    y
        One series a column; shape (T, B).
    base
        Design that stays; shape (T, P).
    steps
        Candidates, one of which is added; shape (T, K).

    Returns
    -------
    tuple
        Without, shape (B,); with each, shape (K, B).
    """
    without = np.full(y.shape[1], -np.inf)
    best = np.full((steps.shape[1], y.shape[1]), -np.inf)
    for likelihood, gains, _ in _at_nodes(noise, y, base, steps):
        without = np.maximum(without, likelihood)
        best = np.maximum(best, likelihood + 0.5 * gains**2)
    return without, best


def best_of_one_and_two(noise: Noise, y: Floats, base: Floats, steps: Floats) -> tuple[Floats, Floats, Floats]:
    """Log likelihood without, with the best candidate column and with the best two, each at its most likely node.

    Returns
    -------
    tuple
        Shape (B,) each; -inf with the best two where there is one candidate.
    """
    found = np.full((3, y.shape[1]), -np.inf)
    one, other = np.triu_indices(steps.shape[1], 1)
    for likelihood, gains, columns in _at_nodes(noise, y, base, steps):
        found[0] = np.maximum(found[0], likelihood)
        found[1] = np.maximum(found[1], likelihood + 0.5 * (gains**2).max(axis=0))
        if len(one):
            alike = (columns.T @ columns)[one, other]
            first, second = gains[one], gains[other]
            both = (first**2 + second**2 - 2 * alike[:, None] * first * second) / (1 - alike**2)[:, None]
            found[2] = np.maximum(found[2], likelihood + 0.5 * both.max(axis=0))
    return found[0], found[1], found[2]


def _at_nodes(noise: Noise, y: Floats, base: Floats, steps: Floats) -> Iterator[tuple[Floats, Floats, Floats]]:
    """Give, node by node, the log likelihood (B,), the projections on the candidates (K, B) and these (T, K).

    Candidates are whitened, freed of the base and of length 1.
    """
    for whitener, log_determinant in zip(noise.whitener, noise.log_determinant, strict=True):
        basis = np.linalg.qr(whitener @ base)[0]
        rest = whitener @ y
        rest -= basis @ (basis.T @ rest)
        columns = whitener @ steps
        columns -= basis @ (basis.T @ columns)
        columns /= np.sqrt((columns**2).sum(axis=0))
        yield -0.5 * (log_determinant + (rest**2).sum(axis=0)), columns.T @ rest, columns
