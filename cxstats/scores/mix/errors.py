"""Estimates with their errors: the delta method's, and for changes of scores MOVER's."""

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from cxstats.scores.differences import square_and_add
from cxstats.scores.intervals import score_interval
from cxstats.scores.samples import Interval, Sample, student_quantile, upper_tail

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Estimates:
    """Q estimates with standard errors by the delta method.

    Attributes
    ----------
    estimate, standard_error, degrees_of_freedom
        Shape (Q,) each. Degrees of freedom are infinite without a design; NaN errors where there is nothing to go by.
    """

    estimate: Floats
    standard_error: Floats
    degrees_of_freedom: Floats

    def quantile(self, confidence_level: float) -> Floats:
        """Return the normal quantile, or Student's under a design; shape (Q,)."""
        probability = upper_tail(confidence_level)
        student = student_quantile(self.degrees_of_freedom, probability)
        return np.where(np.isinf(self.degrees_of_freedom), scipy.special.ndtri(probability), student)

    def interval(self, confidence_level: float) -> Interval:
        """Estimate and quantile times standard error either way."""
        half = self.quantile(confidence_level) * self.standard_error
        return Interval(self.estimate - half, self.estimate + half)

    def __getitem__(self, place: slice) -> "Estimates":
        return Estimates(self.estimate[place], self.standard_error[place], self.degrees_of_freedom[place])


@dataclass(frozen=True, slots=True, eq=False)
class ScoreEffects(Estimates):
    """Changes of the score of Q segments, each times a size, whose interval follows the score interval.

    The delta method is too narrow where nearly all answers of a small segment are alike. Where it has the variance of
    the change, this has the squared distances from the two scores to the limits of their score intervals (MOVER), with
    the correlation of the two scores where both waves share clusters; the rest of the variance, that of the size, is
    the delta method's.

    Attributes
    ----------
    first, second
        The segments before and after.
    size
        What the change is multiplied with; shape (Q,).
    correlation
        Of the two scores; shape (Q,).
    rest
        Variance that is not that of the change; shape (Q,).

    References
    ----------
    Zou and Donner (2008), Construction of confidence limits about effect measures: a general approach. Statistics in
    Medicine 27. Zou (2007), Toward using confidence intervals to compare correlations. Psychological Methods 12; for
    correlated estimates.
    """

    first: Sample
    second: Sample
    size: Floats
    correlation: Floats
    rest: Floats

    def interval(self, confidence_level: float) -> Interval:
        """Limits at the distances that MOVER gives; NaN where there is no standard error."""
        first, second = ((s.estimate, score_interval(s, confidence_level)) for s in (self.first, self.second))
        change, found = second[0] - first[0], square_and_add(second, first, correlation=self.correlation)
        rest = self.quantile(confidence_level) ** 2 * self.rest

        def half(distance: Floats) -> Floats:
            wide = np.sqrt(np.maximum(self.size**2 * distance**2 + rest, 0.0))
            return np.where(np.isnan(self.standard_error), np.nan, wide)

        return Interval(self.estimate - half(change - found.low), self.estimate + half(found.high - change))
