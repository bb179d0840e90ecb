"""A series of scores that a change interrupts, as the model takes it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cxstats.scores.changes.noise import Floats, Integers, Variation, noise_of, restricted
from cxstats.scores.changes.segmented import Effects, Errors, Estimated, columns_of, estimate, least_squares
from cxstats.scores.changes.series import Series


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
    """

    y: Floats
    variance: Floats
    position: Integers
    first: int
    effects: Effects
    errors: Errors = "averaged"

    @property
    def design(self) -> Floats:
        """Columns of the regression; shape (T, P)."""
        return columns_of(self.position, self.first, self.effects)

    @property
    def least(self) -> tuple[int, int]:
        """Fewest periods before and after: as many as can be fitted, and one more before, so that something is left."""
        return (3, 2) if self.effects == "level and slope" else (3, 1)

    @property
    def slope(self) -> Floats:
        """What makes the added slope of the coefficients; shape (1, P), or (0, P) where there is none."""
        return np.eye(self.design.shape[1])[3:]

    @property
    def average(self) -> Floats:
        """What makes the average effect over the periods after the change; shape (1, P)."""
        later = self.position[self.position >= self.first] - self.first
        return self.effects_at(later.tolist()).mean(axis=0, keepdims=True)

    def effects_at(self, later: Sequence[int]) -> Floats:
        """Return what makes effects so many periods after the first one of the coefficients; shape (Q, P)."""
        columns = [np.zeros(len(later)), np.zeros(len(later)), np.ones(len(later)), np.asarray(later, dtype=np.float64)]
        return np.column_stack(columns[: self.design.shape[1]])

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

    def foretold(self, confidence_level: float) -> tuple[Estimated, Floats]:
        """Return what the trend before foretells for every period, and the fitted score of each, (T,)."""
        design = self.design
        alone = design.copy()
        alone[:, 2:] = 0
        return self.estimated(alone, confidence_level), self.estimated(design, confidence_level).estimate

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
        return Interruption(series.estimate[rows], series.variance[rows], kept, first, effects)
    shift = series.position_of(against.origin)
    common = np.intersect1d(kept, against.position + shift)
    if not len(common):
        raise ValueError("the comparison group must have answers in the same periods; none is in both")
    one, other = np.searchsorted(series.position, common), np.searchsorted(against.position + shift, common)
    y = series.estimate[one] - against.estimate[other]
    return Interruption(y, series.variance[one] + against.variance[other], common, first, effects)
