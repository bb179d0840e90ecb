"""Differences between two sides: limits at any level, and the p-values that belong to them.

Every p-value is that of the interval: one less the confidence level at which the hypothesis is a limit. So a difference
whose p-value is below .05 is one whose 95 % interval leaves out 0, whatever the method.
"""

from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
import scipy
from numpy.typing import NDArray

from cxstats.responses.names import unknown_name
from cxstats.scores.comparing.benchmarks import Benchmark
from cxstats.scores.comparing.inversion import deviates_at, score_limits_at
from cxstats.scores.comparing.sides import CANNOT, Side
from cxstats.scores.contrasts.hypotheses import difference_p_value
from cxstats.scores.contrasts.pairs import as_if_independent
from cxstats.scores.contrasts.welch import satterthwaite_degrees
from cxstats.scores.differences import DIFFERENCES, named_difference, square_and_add
from cxstats.scores.estimates import TOO_FEW
from cxstats.scores.samples import Floats, Interval, Sample, around, student_quantile, upper_tail

Tail = Literal["greater", "less"]

_STUDENT: Final = ("welch", "wald")
_KNOWING_COVARIANCE: Final = ("mover", "score", "welch", "wald")


@dataclass(frozen=True, slots=True, eq=False)
class Contrasts:
    """C differences: the first side less the second.

    Attributes
    ----------
    first, second
        The two sides as people see them.
    other
        The side whose answers are set against the first: `second`, or, without a design, the rest where `second` is
        the total.
    factor
        The difference is this many times `first` less `other`: 1, or the share of the total's answers that are not
        in the first side; shape (C,).
    covariance
        Of the scores of `first` and `other`; shape (C,).
    method
        Of the interval: a name of `cxstats.scores.differences.DIFFERENCES`.
    degrees_of_freedom
        Under a design the sampled units of both sides together, less their strata; infinite where both are simple
        random samples; shape (C,).
    benchmark
        The second side, where it is one.
    """

    first: Side
    second: Side
    other: Side
    factor: Floats
    covariance: Floats
    method: str
    degrees_of_freedom: Floats
    benchmark: Benchmark | None = None

    @property
    def difference(self) -> Floats:
        """First score less the second; shape (C,)."""
        return self.factor * (self.first.estimate - self.other.estimate)

    @property
    def standard_error(self) -> Floats:
        """Of the difference, by linearisation; shape (C,)."""
        variance = self.first.variance + self.other.variance - 2 * self.covariance
        return self.factor * np.sqrt(np.maximum(variance, 0.0))

    def limits(self, confidence_level: float) -> Interval:
        """Interval of each difference at one level; the difference alone where all of both populations were asked."""
        found = self._limits(confidence_level)
        certain, difference = self._certain, self.difference
        return Interval(np.where(certain, difference, found.low), np.where(certain, difference, found.high))

    def _limits(self, confidence_level: float) -> Interval:
        if self.method == "mover":
            z = float(scipy.special.ndtri(upper_tail(confidence_level)))
            found = self._mover(np.full_like(self.factor, z))
        elif self._by_student:
            t = student_quantile(self._degrees, upper_tail(confidence_level))
            found = around(self.difference, t * self._known_error)
        else:
            found = named_difference(self.method)(*self._samples(), confidence_level)
        return Interval(self.factor * found.low, self.factor * found.high)

    def p_value(self, difference: float, tail: Tail) -> Floats:
        """P-value of one-sided tests, small where the difference is greater, or less, than the one given; shape (C,).

        By the method of the interval: it is alpha where `difference` is a limit at the level 1 - 2 alpha. Where all of
        both populations were asked it is 0 or 1.
        """
        beyond = self.difference > difference if tail == "greater" else self.difference < difference
        return np.where(self._certain, np.where(beyond, 0.0, 1.0), self._p_value(difference, tail))

    def _p_value(self, difference: float, tail: Tail) -> Floats:
        null = difference / self.factor
        if self._by_student:
            t = (self.difference - difference) / self._known_error
            return scipy.special.stdtr(self._degrees, -t if tail == "greater" else t)
        if self.method == "mover":
            z = self._deviates(null)
            return scipy.special.ndtr(-z if tail == "greater" else z)
        return difference_p_value(*self._samples(), null, method=self.method, alternative=tail)

    def two_sided(self) -> Floats:
        """P-value of the test that there is no difference; shape (C,)."""
        if self.method == "mover":
            # Both tails of the same deviate, which takes long to find.
            found = 2 * scipy.special.ndtr(-np.abs(self._deviates(0.0)))
            return np.where(self._certain, np.where(self.difference == 0, 1.0, 0.0), found)
        return np.minimum(2 * np.fmin(self.p_value(0.0, "greater"), self.p_value(0.0, "less")), 1.0)

    def unsaid(self, p_values: Floats) -> tuple[str, ...]:
        """Why nothing can be said of each comparison, given the p-values of `two_sided`; empty where something can."""
        flat, known = self.standard_error == 0, np.isfinite(p_values)
        why = np.where(flat, f"{CANNOT} by method {self.method!r}: answers do not vary", f"{CANNOT}: no standard error")
        sides = zip(self.first.unsaid, self.second.unsaid, self.other.unsaid, strict=True)
        fallback: list[str] = np.where(known, "", why).tolist()
        # Too few answers are the plainest of several reasons.
        return tuple(
            TOO_FEW if TOO_FEW in three else next((one for one in three if one), last)
            for three, last in zip(sides, fallback, strict=True)
        )

    @property
    def said(self) -> NDArray[np.bool_]:
        """Whether both sides have enough answers, and a variance to go by; shape (C,)."""
        return np.array([not why for why in self.unsaid(self.two_sided())], dtype=np.bool_)

    @property
    def _certain(self) -> NDArray[np.bool_]:
        """Where both sides are a census; shape (C,)."""
        samples = (self.first.sample, self.other.sample)
        known = [np.zeros(len(self.factor), np.bool_) if one is None else np.isinf(one.effective_n) for one in samples]
        return known[0] & known[1]

    @property
    def _by_student(self) -> bool:
        """Whether the limits are Student's around the difference, with its standard error under the design."""
        return self.method in _STUDENT and bool(np.isfinite(self.degrees_of_freedom).any())

    @property
    def _known_error(self) -> Floats:
        """Standard error; NaN where neither side varies, which says nothing of how far the estimate may be off."""
        error = self.standard_error
        return np.where(error > 0, error, np.nan)

    @property
    def _degrees(self) -> Floats:
        """Degrees of freedom of Student's limits: Welch's are Satterthwaite's, and no more than there are units."""
        whole = self.degrees_of_freedom
        if self.method != "welch":
            return whole
        return np.fmin(satterthwaite_degrees(*self._samples()), whole)

    def _samples(self) -> tuple[Sample, Sample]:
        one, other = self.first.sample, self.other.sample
        if one is None or other is None:
            raise ValueError(f"a figure without its answers is compared by method 'mover'; got {self.method!r}")
        return (one, other) if one.is_simple and other.is_simple else as_if_independent(one, other, self.covariance)

    def _deviates(self, null: Floats | float) -> Floats:
        return deviates_at(self._mover, self.first.estimate - self.other.estimate, null)

    def _mover(self, deviates: Floats) -> Interval:
        """Limits by square-and-add, each difference at its own normal deviate; shape (C,)."""
        product = np.sqrt(self.first.variance * self.other.variance)
        correlation = np.divide(self.covariance, product, out=np.zeros_like(product), where=product > 0)
        sides = [(side.estimate, self._alone(side, deviates)) for side in (self.first, self.other)]
        return square_and_add(sides[0], sides[1], correlation=np.clip(correlation, -1.0, 1.0))

    def _alone(self, side: Side, deviates: Floats) -> Interval:
        if side.sample is not None:
            degrees = np.minimum(side.sample.degrees_of_freedom, side.units)
            return score_limits_at(replace(side.sample, degrees_of_freedom=degrees), deviates)
        low, high = self.benchmark.limits(deviates, self._values) if self.benchmark else (side.estimate, side.estimate)
        return Interval(low, high)

    @property
    def _values(self) -> Floats:
        return np.zeros(0) if self.first.sample is None else self.first.sample.values


def chosen_method(method: str | None, first: Side, other: Side) -> str:
    """Return the method of the interval: the one that is asked for, or the usual one.

    The score interval for independent simple random samples; MOVER under a design, since it knows the covariance of
    the two scores, and where only a figure is known of one side.

    Raises
    ------
    ValueError
        If there is no such method, or it is not for these samples.
    """
    histograms = first.sample is not None and other.sample is not None
    simple = all(side.sample is None or side.sample.is_simple for side in (first, other))
    if method is None:
        return "score" if histograms and simple else "mover"
    if method not in DIFFERENCES:
        raise ValueError(unknown_name("difference method", method, DIFFERENCES))
    if not histograms and method != "mover":
        raise ValueError(f"a figure without its answers is compared by method 'mover'; got {method!r}")
    if not simple and method not in _KNOWING_COVARIANCE:
        raise ValueError(
            f"difference method {method!r} is for simple random samples; this one has a design. Methods that know the "
            f"design: {', '.join(_KNOWING_COVARIANCE)}"
        )
    return method
