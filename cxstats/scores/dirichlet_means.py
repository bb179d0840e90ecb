"""Distribution of a mean whose weights have a Dirichlet distribution: its probabilities and quantiles, without drawing.

The weights are Dirichlet(a), so that the mean M of values v is a ratio of independent gamma variables,
``M = sum(g_k v_k) / sum(g_k)``, and M <= x exactly when ``Q = sum(g_k (v_k - x)) <= 0``. The moment generating function
of Q is ``prod((1 - t (v_k - x)) ** -a_k)``; the probability is its inversion integral.

With values within 0..1 that reach both ends, and ``p = (1 - x) + t x (1 - x)`` in place of t, the factors become ::

    c_k(p) = (1 - v_k) p / (1 - x) + v_k (1 - p) / x

and P(M <= x) is ``-1 / (2 pi i)`` times the integral of ``prod(c_k ** -a_k) / (p - 1 + x)`` along a path from below to
above that crosses the real axis between 0 and 1 - x, or 1 plus that where it crosses between 1 - x and 1. All
singularities lie on the real axis: the pole at 1 - x, the others at and beyond 0 and 1.

The path crosses at the saddle point, where the product is smallest on the real axis and which is real, and is a
hyperbola that leans to the side on which the product vanishes. Along it the trapezoidal rule gains digits in
proportion to its nodes, and tells its own error.

References
----------
Imhof (1961), Computing the distribution of quadratic forms in normal variables. Biometrika 48; the inversion.
Rice (1980), Distribution of quadratic forms in normal random variables: evaluation by numerical integration. SIAM
Journal on Scientific and Statistical Computing 1; the path through the saddle point.
Trefethen and Weideman (2014), The exponentially convergent trapezoidal rule. SIAM Review 56.
"""

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
import scipy
from numpy.typing import NDArray

from cxstats.scores.samples import Floats

Complex = NDArray[np.complex128]
Integers = NDArray[np.int64]

_BLOCK: Final = 100_000
# Logits of x beyond which it is 0 or 1 to the last digit of what it is added to.
_NEAR_ZERO: Final = -300.0
_NEAR_ONE: Final = 36.0
_FARTHEST: Final = 350.0
_ITERATIONS: Final = 60
_CLOSE: Final = 1e-12
# Change by leaving out every other node at which the step is halved; its square is about the error that remains.
_CHANGE: Final = 3e-6
_HALVINGS: Final = 10
# Logarithm of the part of the integrand that is left out at the ends.
_NEGLIGIBLE: Final = -34.0
# Step as parts of the distance to the singularities, of the width at the saddle point, of the distance to the pole.
_EDGE_STEP: Final = 0.14
_WIDTH_STEP: Final = 0.5
_POLE_STEP: Final = 0.16
_LEAST_TILT: Final = 0.2
_MOST_TILT: Final = np.pi / 4


class _Place(NamedTuple):
    """Where to take the distribution: parameters (S, K), values (K,), logit of x, x and 1 - x; shape (S,) each."""

    parameters: Floats
    values: Floats
    logit: Floats
    x: Floats
    rest: Floats

    @classmethod
    def at(cls, parameters: Floats, values: Floats, logit: Floats) -> "_Place":
        return cls(parameters, values, logit, _expit(logit), _expit(-logit))

    def of(self, rows: Integers) -> "_Place":
        return _Place(self.parameters[rows], self.values, self.logit[rows], self.x[rows], self.rest[rows])

    def total(self, parts: Floats) -> Floats:
        """Sum of the parts, shape (S, K), times the parameters; shape (S,)."""
        return np.einsum("sk,sk->s", self.parameters, parts)


class _Path(NamedTuple):
    """Hyperbolas: p at s is ``crossing + scale (i sinh(s) cos(tilt) + (cosh(s) - 1) sin(tilt))``; shape (S,) each.

    `rest` is 1 - crossing, and `pole` how far the crossing lies to the right of the pole. Nodes lie at the multiples of
    `step` up to `nodes`.
    """

    crossing: Floats
    rest: Floats
    pole: Floats
    scale: Floats
    tilt: Floats
    step: Floats
    nodes: Integers

    def of(self, rows: Integers) -> "_Path":
        """Those of some rows."""
        *places, nodes = self
        crossing, rest, pole, scale, tilt, step = (column[rows] for column in places)
        return _Path(crossing, rest, pole, scale, tilt, step, nodes[rows])

    def along(self, s: Floats) -> tuple[Complex, Complex]:
        """How far the path at s is from its crossing, and its slope over i; shape of s, which has one row a path."""
        tilt, scale = _wide(self.tilt, s), _wide(self.scale, s)
        even, odd, sine, cosine = np.cosh(s), np.sinh(s), np.sin(tilt), np.cos(tilt)
        return scale * ((even - 1) * sine + 1j * odd * cosine), scale * (even * cosine - 1j * odd * sine)


def dirichlet_mean_quantile(parameters: Floats, values: Floats, probability: float) -> Floats:
    """Quantile of the mean of values weighted by Dirichlet variables, by Newton's method on the logit scale.

    Parameters
    ----------
    parameters
        Of the Dirichlet distributions, all above 0; shape (S, K).
    values
        In ascending order from 0 to 1; shape (K,), K at least 2.
    probability
        Below the quantile, between 0 and 1.

    Returns
    -------
    Floats
        Between 0 and 1, to about 1e-11; shape (S,).

    Examples
    --------
    >>> dirichlet_mean_quantile(np.array([[1.0, 1.0]]), np.array([0.0, 1.0]), 0.25).round(9)
    array([0.25])
    """
    logit = _moment_matched(parameters, values, probability)
    low, high = np.full_like(logit, _NEAR_ZERO), np.full_like(logit, _NEAR_ONE)
    active = np.arange(len(logit))
    for _ in range(_ITERATIONS):
        at = logit[active]
        log_probability, slope = log_dirichlet_mean_cdf(parameters[active], values, at)
        excess = log_probability - np.log(probability)
        low[active] = np.where(excess <= 0, at, low[active])
        high[active] = np.where(excess >= 0, at, high[active])
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            moved = at - excess / slope
            # Newton's next error is about the square of this step over the width of the distribution.
            done = slope * (moved - at) ** 2 < _CLOSE
        inside = (moved > low[active]) & (moved < high[active])
        logit[active] = np.where(inside | done, moved, (low[active] + high[active]) / 2)
        active = active[~done & (high[active] - low[active] > _CLOSE)]
        if not len(active):
            break
    return _expit(logit)


def log_dirichlet_mean_cdf(parameters: Floats, values: Floats, logit: Floats) -> tuple[Floats, Floats]:
    """Logarithm of P(M <= x) at the logit of x, and its slope there; shape (S,) each.

    The error of the trapezoidal rule falls exponentially, so that it is about the square of what leaving out every
    other node changes. Where that is not small enough the step is halved.
    """
    place = _Place.at(parameters, values, logit)
    path = _path(place)
    found = np.empty((len(logit), 3))
    active = np.arange(len(logit))
    for _ in range(_HALVINGS):
        for block in _blocks(path.nodes[active], len(values)):
            rows = active[block]
            found[rows] = _integrate(place.of(rows), path.of(rows))
        active = active[found[active, 2] > _CHANGE]
        if not len(active):
            break
        path = path._replace(step=path.step / 2, nodes=path.nodes * 2)
    return found[:, 0], found[:, 1]


def _blocks(nodes: Integers, points: int) -> Iterator[Integers]:
    """Rows in blocks of limited size, with about as many nodes in each."""
    order = np.argsort(nodes)
    start = 0
    while start < len(order):
        least = int(nodes[order[start]])
        alike = int(np.searchsorted(nodes[order], 1.3 * least + 8, side="right"))
        end = min(alike, start + max(1, _BLOCK // (points * least)))
        yield order[start:end]
        start = end


def _integrate(place: _Place, path: _Path) -> Floats:
    """Log probability, its slope, and the part of it that leaving out every other node would change; shape (S, 3)."""
    node = np.arange(int(path.nodes.max()) + 1)
    moved, across = path.along(np.minimum(path.step[:, None] * node, _FARTHEST))
    log_product, inverse = np.zeros_like(moved), np.zeros_like(moved)
    for k, factor in enumerate(_factors(place, path, moved)):
        log_product -= place.parameters[:, k, None] * np.log(factor)
        inverse += place.parameters[:, k, None] / factor
    height = log_product[:, 0].real
    log_product[node > path.nodes[:, None]] = -np.inf
    weight = np.exp(log_product - height[:, None]) * across * (path.step / np.pi)[:, None]
    weight[:, 0] /= 2
    parts = (weight / (path.pole[:, None] + moved)).real
    integral, density = parts.sum(axis=1), (weight * inverse).real.sum(axis=1)
    change = np.abs(2 * parts[:, ::2].sum(axis=1) / integral - 1)
    with np.errstate(divide="ignore", invalid="ignore", over="ignore", under="ignore"):
        left: Floats = height + np.log(np.maximum(-integral, 0))
        right: Floats = np.log1p(-np.exp(height) * integral)
        log_probability: Floats = np.where(path.pole > 0, right, left)
        return np.column_stack([log_probability, density * np.exp(height - log_probability), change])


def _factors(place: _Place, path: _Path, moved: Complex) -> Iterator[Complex]:
    """c_k along the path, one k after the other: its value at the crossing, and its slope times the way since."""
    for v in place.values:
        start = (1 - v) / place.rest * path.crossing + v / place.x * path.rest
        slope = (place.x - v) / place.x / place.rest
        yield _wide(start, moved) + _wide(slope, moved) * moved


def _path(place: _Place) -> _Path:
    saddle = _saddle(place)
    p, rest = _expit(saddle), _expit(-saddle)
    part = _first_part(place.values, saddle + place.logit)
    width = p * rest / np.sqrt(place.total((part - p[:, None]) ** 2))
    # At least a standard width from the pole, and no nearer to the end than to the pole.
    right = saddle > -place.logit
    least = np.minimum(width, np.where(right, place.x, place.rest) / 2)
    pole = p * place.x - rest * place.rest
    near = np.abs(pole) < least
    pole = np.where(near, np.where(right, least, -least), pole)
    p, rest = np.where(near, place.rest + pole, p), np.where(near, place.x - pole, rest)
    tilt = _tilt(place, (part - p[:, None]) / (p * rest)[:, None], np.minimum(p, rest))
    scale = np.minimum(rest / (1 - np.sin(tilt)), p / (1 + np.sin(tilt)))
    to_pole = np.abs(tilt - np.arcsin(np.clip(np.sin(tilt) - pole / scale, -1, 1)))
    step = np.minimum(_EDGE_STEP * (np.pi / 2 - np.abs(tilt)), _WIDTH_STEP * width / scale)
    step = np.minimum(step, _POLE_STEP * to_pole)
    path = _Path(p, rest, pole, scale, tilt, step, np.zeros(len(p), dtype=np.int64))
    return path._replace(nodes=_nodes(place, path, 6 * width / scale))


def _tilt(place: _Place, slope: Floats, room: Floats) -> Floats:
    """Angle by which the hyperbola leans to the right of the vertical, from the slopes of the log factors; shape (S,).

    As the path of steepest descent does at its start, within bounds that lead where it goes in the end.
    """
    third_over_second = -place.total(slope**3) / place.total(slope**2)
    start = np.arctan(2 / 3 * third_over_second * room)
    above = place.total((place.values > place.x[:, None]).astype(np.float64)) / place.parameters.sum(axis=1)
    final = np.pi / 2 * (0.5 - above)
    least, most = np.minimum(np.abs(final), _LEAST_TILT), np.minimum(np.abs(final), _MOST_TILT)
    return np.sign(final) * np.clip(np.sign(final) * start, least, most)


def _nodes(place: _Place, path: _Path, reach: Floats) -> Integers:
    """Nodes after which the integrand no longer matters."""
    start = _log_size(place, path, np.zeros_like(reach))
    active = np.arange(len(reach))
    while len(active):
        size = _log_size(place.of(active), path.of(active), reach[active])
        active = active[(size - start[active] > _NEGLIGIBLE) & (reach[active] < _FARTHEST)]
        reach[active] *= 1.3
    return np.ceil(reach / path.step).astype(np.int64) + 1


def _log_size(place: _Place, path: _Path, s: Floats) -> Floats:
    moved, across = path.along(s)
    size = np.log(np.abs(across)) - np.log(np.abs(path.pole + moved))
    for k, factor in enumerate(_factors(place, path, moved)):
        size -= place.parameters[:, k] * np.log(np.abs(factor))
    return size


def _saddle(place: _Place) -> Floats:
    """Logit of the p where the product is smallest between the ends, to a twentieth of its width; shape (S,).

    There p is the mean of the first parts, weighted by the parameters.
    """
    total, first, last = place.parameters.sum(axis=1), place.parameters[:, 0], place.parameters[:, -1]
    low, high = np.log(first) - np.log(total - first), np.log(total - last) - np.log(last)
    found = np.clip(-place.logit, low, high)
    for _ in range(_ITERATIONS):
        p = _expit(found)
        part = _first_part(place.values, found + place.logit)
        excess = total * p - place.total(part)
        if (np.abs(excess) <= 0.05 * np.sqrt(place.total((part - p[:, None]) ** 2))).all():
            break
        low, high = np.where(excess <= 0, found, low), np.where(excess >= 0, found, high)
        slope = total * p * (1 - p) - place.total(part * (1 - part))
        with np.errstate(divide="ignore", invalid="ignore"):
            moved = found - excess / slope
        found = np.where((moved > low) & (moved < high), moved, (low + high) / 2)
    return found


def _first_part(values: Floats, logit: Floats) -> Floats:
    """Share of the first term in each factor c_k, by the logits of p and x together; shape (S, K)."""
    with np.errstate(divide="ignore"):
        return _expit(logit[:, None] - np.log(values) + np.log1p(-values))


def _moment_matched(parameters: Floats, values: Floats, probability: float) -> Floats:
    """Logit of the quantile of the beta distribution with the same mean and variance; shape (S,)."""
    total = parameters.sum(axis=1)
    mean = parameters @ values / total
    variance = np.einsum("sk,sk->s", parameters, (values - mean[:, None]) ** 2) / (total * (total + 1))
    size = mean * (1 - mean) / variance - 1
    start = np.asarray(scipy.special.betaincinv(mean * size, (1 - mean) * size, probability), dtype=np.float64)
    return np.asarray(scipy.special.logit(np.clip(start, 1e-120, 1 - 1e-15)), dtype=np.float64)


def _expit(logit: Floats) -> Floats:
    return np.asarray(scipy.special.expit(logit), dtype=np.float64)


def _wide(column: Floats, like: Floats | Complex) -> Floats:
    """Shape a column of one number a row so that it broadcasts."""
    return column.reshape((-1,) + (1,) * (like.ndim - 1))
