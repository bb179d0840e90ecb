"""A series of scores that a change interrupts, as the model takes it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from cxstats.scores.changes.noise import Floats, Integers, Variation, noise_of, restricted
from cxstats.scores.changes.segmented import Effects, Errors, Estimated, columns_of, estimate, least_squares
from cxstats.scores.changes.series import A_YEAR, Series, season_in, wave

_ROUNDING: Final = 1e-9
_ANY_LEVEL: Final = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class Interruption:
    """Scores of T periods and the first one after a change.

    Attributes
    ----------
    y, variance, position
        Scores, or differences from a comparison group, their sampling variances, and numbers of their periods; (T,).
    first
        Number of the first period after the change.
    effects
        What the change may move.
    errors
        How intervals are made.
    season
        Periods after which a wave returns that is allowed for; 0 without.
    """

    y: Floats
    variance: Floats
    position: Integers
    first: int
    effects: Effects
    errors: Errors = "averaged"
    season: float = 0.0

    @property
    def design(self) -> Floats:
        """Columns of the regression; shape (T, P)."""
        return np.column_stack([columns_of(self.position, self.first, self.effects), wave(self.position, self.season)])

    @property
    def moved(self) -> int:
        """How many coefficients say what the change moved; they follow the first two."""
        return 2 if self.effects == "level and slope" else 1

    @property
    def least(self) -> tuple[int, int]:
        """Fewest periods before and after: as many as can be fitted, and one more before, so that something is left."""
        return (3, 2) if self.effects == "level and slope" else (3, 1)

    @property
    def slope(self) -> Floats:
        """What makes the added slope of the coefficients; shape (1, P), or (0, P) where there is none."""
        return np.eye(self.design.shape[1])[3 : 2 + self.moved]

    def average_over(self, later: Sequence[int]) -> Floats:
        """Return what makes the average effect over such periods after the change of the coefficients; shape (1, P)."""
        return self.effects_at(later).mean(axis=0, keepdims=True)

    def effects_at(self, later: Sequence[int]) -> Floats:
        """Return what makes effects so many periods after the first one of the coefficients; shape (Q, P)."""
        functions = np.zeros((len(later), self.design.shape[1]))
        functions[:, 2] = 1
        functions[:, 3 : 2 + self.moved] = np.asarray(later, dtype=np.float64)[:, None]
        return functions

    def trend_at(self, later: Sequence[int]) -> Floats:
        """Return what makes the course without the change, so many periods after it, of the coefficients; (Q, P)."""
        time = np.asarray(later, dtype=np.int64)
        without = np.column_stack([np.ones(len(time)), time, np.zeros((len(time), self.moved))])
        return np.column_stack([without, wave(time + self.first, self.season)]).astype(np.float64)

    def estimated(self, functions: Floats, confidence_level: float) -> Estimated:
        """Estimate functions of the coefficients."""
        return estimate(
            self.y,
            self.variance,
            self.position,
            design=self.design,
            functions=functions,
            errors=self.errors,
            confidence_level=confidence_level,
        )

    def reach(self, count: int, low: float, high: float) -> int:
        """Return how many of so many periods after the change are foretold within these ends, from the first on."""
        later = list(range(count))
        expected = self.estimated(self.trend_at(later), _ANY_LEVEL).estimate
        beyond = np.flatnonzero((expected < low - _ROUNDING) | (expected > high + _ROUNDING))
        return int(beyond[0]) if len(beyond) else count

    def foretold(self, confidence_level: float) -> tuple[Estimated, Floats]:
        """Return what the trend before foretells for every period, and the fitted score of each, (T,)."""
        alone = self.trend_at((self.position - self.first).tolist())
        return self.estimated(alone, confidence_level), self.estimated(self.design, confidence_level).estimate

    def variation(self) -> Variation:
        """How scores vary beside the model."""
        fit = least_squares(self.y, self.design, 1 / self.variance)
        residual = self.y - self.design @ fit.coefficients
        top = float(np.sqrt(residual @ residual / max(fit.degrees_of_freedom, 1)))
        noise = noise_of(self.variance, self.position, top)
        return noise.typical(restricted(noise, self.y, self.design)[0])


def interruption_of(
    series: Series, against: Series | None, first: int, *, left_out: int | None, effects: Effects
) -> Interruption:
    """Take a series, less a comparison group where there is one, without the period into which the change fell.

    Raises
    ------
    ValueError
        If the two have no period in common.
    """
    kept = series.position if left_out is None else series.position[series.position != left_out]
    if against is None:
        rows = np.searchsorted(series.position, kept)
        return Interruption(series.estimate[rows], series.variance[rows], kept, first, effects, season=series.season)
    shift = series.position_of(against.origin)
    common = np.intersect1d(kept, against.position + shift)
    if not len(common):
        raise ValueError("the comparison group must have answers in the same periods; none is in both")
    one, other = np.searchsorted(series.position, common), np.searchsorted(against.position + shift, common)
    y = series.estimate[one] - against.estimate[other]
    season = season_in(common, A_YEAR[series.every])
    return Interruption(y, series.variance[one] + against.variance[other], common, first, effects, season=season)
