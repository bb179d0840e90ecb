"""Is there a kink, and where: tests and intervals from the hinges of `cxstats.drivers.broken_lines`.

The products of the hinges with the outcome are all there is to know. Without a kink their mean is zero; with one of
some size at some place it is that size times the hinges' products with the hinge there. Their noise is normal with the
robust covariance of the data.
"""

import math
from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy

from cxstats.drivers.broken_lines import SMALLEST, Floats, Hinges, Rows, extended, hinges, sandwich
from cxstats.drivers.figures import Limits
from cxstats.drivers.tubes import curve_length, two_sided_tail

DRAWS: Final = 1_999
SEED: Final = 20170401
_FARTHEST: Final = 5.0
_COARSE: Final = 24
_CLOSE: Final = np.linspace(-5, 5, 41)
"""Places near the estimate, in standard errors."""


def p_of_no_kink(rows: Rows, found: Hinges) -> float:
    """Chance, without a kink, of so large a robust score statistic anywhere."""
    variances = sandwich(rows, found, rows.residuals)[:-1, :-1]
    spread = np.sqrt(np.diag(variances))
    usable = (spread > 0) & (found.squares > 0)
    if not usable.any():
        return 1.0
    largest = float(np.abs(found.products[usable] / spread[usable]).max())
    length = curve_length(variances[np.ix_(usable, usable)])
    return two_sided_tail(largest, length, degrees_of_freedom=rows.degrees_of_freedom)


def p_of_no_more(rows: Rows, places: Floats, place: float, error: float) -> float:
    """Chance, with one kink, of so large a statistic for another anywhere; the first may have been misplaced.

    A second one is not looked for within two standard errors of the first, where it cannot be told from that one
    misplaced.
    """
    own = np.column_stack([np.maximum(rows.x - place, 0.0), (rows.x > place).astype(np.float64)])
    with_kink = extended(rows, own)
    elsewhere = places[np.abs(places - place) > 2 * error]
    return p_of_no_kink(with_kink, hinges(with_kink, elsewhere)) if len(elsewhere) else 1.0


@dataclass(frozen=True, slots=True, eq=False)
class KinkInference:
    """Intervals from draws of the products of the hinges.

    Attributes
    ----------
    rows, found
        The answers, and the hinges at G places.
    crossed
        Inner products of the hinges with each other; shape (G, G).
    covariance
        Of their products with the outcome and of the straight slope, from the errors about the kinked line; shape
        (G + 1, G + 1).
    best
        Which place is the estimate.
    confidence_level
        Of the intervals.
    between
        Whether the kink may lie between two of the places.
    """

    rows: Rows
    found: Hinges
    crossed: Floats
    covariance: Floats
    best: int
    confidence_level: float
    between: bool

    def all_limits(self) -> tuple[Limits, Limits, Limits, Limits, Limits]:
        """Return the intervals of the place, the slopes below and above, their change, and the straight slope."""
        draws = _draws(self.covariance, self.rows.degrees_of_freedom)
        products, straight = draws[:, :-1], draws[:, -1]
        usable = self.found.squares > 0
        per_square = np.where(usable, 1 / np.where(usable, self.found.squares, 1.0), 0.0)
        chances = self._chances(products, per_square)
        chances[self.best] = 1.0
        kept = np.flatnonzero(chances >= 1 - self.confidence_level)
        ends = (self.best, int(kept[0]), int(kept[-1]))
        errors = [self._errors(k, products, straight, per_square) for k in ends]
        takes = self.found.coordinates @ self.rows.slope_row
        change = float(self.found.change[self.best])
        below = self.rows.slope - float(takes[self.best]) * change
        of_below, of_above, of_change = (
            self._around(estimate, [error[part] for error in errors]).scaled(1 / self.rows.spread)
            for part, estimate in enumerate((below, below + change, change), start=1)
        )
        place = self._place(chances, ends, float(np.sqrt(np.mean(errors[0][0] ** 2))))
        return place, of_below, of_above, of_change, self._straight().scaled(1 / self.rows.spread)

    def _errors(
        self, true: int, products: Floats, straight: Floats, per_square: Floats
    ) -> tuple[Floats, Floats, Floats, Floats]:
        """Draw the errors of the place, the slopes below and above and their change, if this is the true place."""
        found, takes = self.found, self.found.coordinates @ self.rows.slope_row
        again = products + self.crossed[:, true] * found.change[true]
        chosen = (again**2 * per_square).argmax(axis=1)
        change = (again * per_square)[np.arange(len(again)), chosen]
        below = straight + takes[true] * found.change[true] - takes[chosen] * change
        of_change = change - found.change[true]
        return found.places[chosen] - found.places[true], below, below + of_change, of_change

    def _place(self, chances: Floats, ends: tuple[int, int, int], error: float) -> Limits:
        places = self.rows.centre + self.rows.spread * self.found.places
        best, first, last = ends
        low, high = float(places[first]), float(places[last])
        if self.between:
            alpha = 1 - self.confidence_level
            low, high = (_crossing(places, chances, (k, k + way), alpha) for k, way in ((first, -1), (last, 1)))
        return Limits(float(places[best]), low, high, error * self.rows.spread)

    def _chances(self, products: Floats, per_square: Floats) -> Floats:
        """P-value of each place."""
        found, crossed = self.found, self.crossed
        gain = found.gain
        short = gain.max() - gain
        scale = float((np.diag(self.covariance)[:-1] * per_square).max())
        chances = np.zeros(len(gain))
        # Single precision: the draws are random in their third digit anyway.
        rooted = np.sqrt(per_square)
        noise = (products * rooted).astype(np.float32)
        mean, again = (crossed * rooted).astype(np.float32), np.empty_like(noise)
        for k in np.flatnonzero((short <= _FARTHEST**2 * scale) & (per_square > 0)):
            # Under this place, and given the change seen there, the products are its mean and noise around that.
            moved = (found.change[k] - products[:, k] * per_square[k]).astype(np.float32)
            np.multiply.outer(moved, mean[k], out=again)
            again += noise
            np.abs(again, out=again)
            further = again.max(axis=1).astype(np.float64) ** 2 - gain[k]
            chances[k] = (1 + np.count_nonzero(further >= short[k])) / (1 + len(products))
        return chances

    def _around(self, estimate: float, errors: list[Floats]) -> Limits:
        """Interval from errors pooled over the estimated place and both ends of its interval.

        Those at the estimated place alone are too small when a kink between two whole numbers of a count is taken for
        one beside them: they then covered 92 % in simulation.
        """
        half = float(np.quantile(np.abs(np.concatenate(errors)), self.confidence_level))
        return Limits.around(estimate, half, float(np.sqrt(np.mean(errors[0] ** 2))))

    def _straight(self) -> Limits:
        rows = self.rows
        errors = rows.residuals
        if rows.clusters is None:
            errors = errors / np.maximum(1 - rows.leverage, SMALLEST)
        variance = sandwich(rows, hinges(rows, self.found.places[:1]), errors)[-1, -1]
        error = math.sqrt(float(variance))
        half = float(scipy.special.stdtrit(rows.degrees_of_freedom, (1 + self.confidence_level) / 2)) * error
        return Limits.around(rows.slope, half, error)


def _draws(covariance: Floats, degrees_of_freedom: float) -> Floats:
    """Draws from Student's distribution of this covariance, always the same; shape (`DRAWS`, G + 1)."""
    spread = np.sqrt(np.diag(covariance))
    unit = np.where(spread > 0, spread, 1.0)
    values, vectors = np.linalg.eigh(covariance / np.outer(unit, unit))
    kept = values > 1e-10 * values[-1]
    factor = vectors[:, kept] * np.sqrt(values[kept]) * spread[:, None]
    rng = np.random.default_rng(SEED)
    shrunk = np.sqrt(degrees_of_freedom / rng.chisquare(degrees_of_freedom, DRAWS))
    return (rng.standard_normal((DRAWS, int(kept.sum()))) * shrunk[:, None]) @ factor.T


def _crossing(places: Floats, chances: Floats, step: tuple[int, int], alpha: float) -> float:
    """Where the p-value falls through alpha between a kept place and its neighbour outside."""
    inside, outside = step
    if not 0 <= outside < len(places):
        return float(places[inside])
    part = (chances[inside] - alpha) / (chances[inside] - chances[outside])
    return float(places[inside] + part * (places[outside] - places[inside]))


def places_to_look_at(rows: Rows, searched: tuple[float, float], place: float, error: float) -> tuple[Floats, Floats]:
    """Choose places over the whole range and the estimate; and these with more near the estimate, by its error."""
    low, high = searched
    even = np.linspace(low, high, _COARSE)
    inner = rows.x[(rows.x > low) & (rows.x < high)]
    quantiles = np.quantile(inner, np.linspace(0, 1, _COARSE)) if len(inner) else even
    over_all = np.r_[even, quantiles, place]
    close = np.clip(place + min(error, high - low) * _CLOSE, low, high)
    return _apart(over_all, place), _apart(np.r_[over_all, close], place)


def _apart(places: Floats, kept: float) -> Floats:
    """Sort places and leave out those that are all but the same as another."""
    ordered = np.unique(places)
    new = np.diff(ordered, prepend=-np.inf) > 1e-9 * (ordered[-1] - ordered[0])
    return ordered[new | (ordered == kept)]
