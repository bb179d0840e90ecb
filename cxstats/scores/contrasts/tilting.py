"""The most likely distribution with another mean: tilted towards an end of the scale, as far as asked.

>>> halves = Tilt(np.array([[0.5, 0.5]]), np.array([0.0, 1.0]), np.array([100.0]))
>>> farthest((halves,), 1.96**2).round(4)  # Wilson's upper limit for 50 of 100 is .5 + .0962
array([0.0962])
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cxstats.scores.samples import Floats

_ITERATIONS: Final = 100
_PRECISION: Final = 1e-13
_SETTLED: Final = 1e-11
_FLATTEST: Final = 1e-3
_TINY: Final = float(np.finfo(np.float64).tiny)


@dataclass(frozen=True, slots=True)
class Tilt:
    """S samples on values within 0..1 whose means are to move towards 1 by a multiplier m.

    The most likely distribution with a greater mean gives an observed value v the probability share * h / (c - v),
    where h = size / m is the distance from its mean to c >= 1; a value of 1 that nobody chose gets what is left when
    c = 1. Its variance is h times the way that the mean has moved, which grows with m.

    Attributes
    ----------
    shares
        Share of the answers at each value; shape (S, K).
    unit
        The values; shape (K,).
    size
        Number of answers; shape (S,).
    """

    shares: Floats
    unit: Floats
    size: Floats

    @property
    def estimate(self) -> Floats:
        """Mean of the answers; shape (S,)."""
        return self.shares @ self.unit

    @property
    def room(self) -> Floats:
        """How far the mean can move; shape (S,)."""
        return np.maximum(1 - self.estimate, 0.0)


def farthest(tilts: tuple[Tilt, ...], z2: float) -> Floats:
    """How far the sum of the means can move until its square is z2 variances: until m times the way is z2; (S,)."""
    room, size = _sum([tilt.room for tilt in tilts]), _sum([tilt.size for tilt in tilts])
    movable = room > _PRECISION
    room = np.where(movable, room, 1.0)
    bracket = np.log(z2 / room), np.log((z2 + size) / room)
    m = _multiplier(tilts, np.full_like(room, z2), 1, bracket, settled=~movable)
    return np.where(movable, np.minimum(z2 / m, room), 0.0)


def standard_errors(tilts: tuple[Tilt, ...], way: Floats) -> Floats:
    """How many standard errors the sum of the means has moved by `way`, shape (S,); infinite where it cannot."""
    room, size = _sum([tilt.room for tilt in tilts]), _sum([tilt.size for tilt in tilts])
    possible = (way > 0) & (way < room)
    way = np.where(possible, way, 0.5)
    room = np.where(possible, room, 1.0)
    # The variance of values within 0..1 is 1/4 at most; and a mean is no further from 1 than its h.
    bracket = np.log(4 * way / _sum([1 / tilt.size for tilt in tilts])), np.log(size / (room - way))
    m = _multiplier(tilts, way, 0, bracket, settled=~possible)
    return np.where(possible, np.sqrt(m * way), np.inf)


def _multiplier(
    tilts: tuple[Tilt, ...],
    target: Floats,
    power: int,
    bracket: tuple[Floats, Floats],
    *,
    settled: NDArray[np.bool_],
) -> Floats:
    """Multiplier m at which m^power times the way of the means is the target: Newton on logarithms, kept within."""
    (low, high), wanted = bracket, np.log(target)
    place = (low + high) / 2
    for _ in range(_ITERATIONS):
        moved = [_moved(tilt, np.exp(place)) for tilt in tilts]
        way, slope = _sum([one for one, _ in moved]), _sum([other for _, other in moved])
        excess = power * place + np.log(way) - wanted
        low, high = np.where(excess < 0, place, low), np.where(excess < 0, high, place)
        step = -excess / np.maximum(power + slope / way, _FLATTEST)
        # Where nothing moves yet the slope is noise, so a short step alone does not mean that the root is near.
        near = np.maximum(np.abs(step), np.abs(excess)) <= _SETTLED
        inside = near | ((place + step > low) & (place + step < high))
        place = np.where(settled, place, np.where(inside, place + step, (low + high) / 2))
        settled = settled | near | (high - low <= _SETTLED)
        if settled.all():
            break
    return np.exp(place)


def _moved(tilt: Tilt, m: Floats) -> tuple[Floats, Floats]:
    """How far the mean moves towards 1 under the multiplier m, and its derivative by log m.

    The harmonic mean of the distances to c is h; it is concave in c, so Newton's method, started left of the root,
    rises to it without ever passing it. Where it is more than h already at c = 1, the end point itself gets mass.
    """
    estimate, h = tilt.estimate, tilt.size / m
    at_end = tilt.shares @ (tilt.unit == 1).astype(np.float64)
    c = np.maximum(np.maximum(estimate + h, 1 + at_end * h), 1.0)
    for _ in range(_ITERATIONS):
        harmonic, slope = _harmonic(tilt, c)
        step = (h - harmonic) / slope
        step = np.where(step > _PRECISION * h, step, 0.0)
        c = c + step
        if not step.any():
            break
    _, slope = _harmonic(tilt, c)
    deviation, distance = tilt.unit - estimate[:, None], c[:, None] - tilt.unit
    squares = np.divide(tilt.shares * deviation**2, distance, out=np.zeros_like(distance), where=distance > 0)
    tilted = h * squares.sum(axis=1) / np.maximum(c - estimate, _TINY)
    way = np.where(c > 1, tilted, 1 - h - estimate)
    return np.maximum(way, _TINY), h - np.where(c > 1, h / slope, 0.0)


def _harmonic(tilt: Tilt, c: Floats) -> tuple[Floats, Floats]:
    """Harmonic mean of the distances from the answers to c, and its derivative."""
    distance = c[:, None] - tilt.unit
    terms = np.divide(tilt.shares, distance, out=np.zeros_like(distance), where=tilt.shares > 0)
    squares = np.divide(terms, distance, out=np.zeros_like(distance), where=tilt.shares > 0)
    harmonic = 1 / terms.sum(axis=1)
    return harmonic, harmonic**2 * squares.sum(axis=1)


def _sum(parts: list[Floats]) -> Floats:
    return np.sum(parts, axis=0)
