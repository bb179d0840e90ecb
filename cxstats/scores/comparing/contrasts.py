"""Differences between two sides: limits at any level, and the p-values that belong to them.

Every p-value is that of the interval: one less the confidence level at which the hypothesis is a limit. So a difference
whose p-value is below .05 is one whose 95 % interval leaves out 0, whatever the method.
"""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import scipy
from numpy.typing import NDArray

from cxstats.responses.names import unknown_name
from cxstats.scores.comparing.benchmarks import Benchmark
from cxstats.scores.comparing.inversion import deviates_at, score_limits_at
from cxstats.scores.comparing.sides import Side
from cxstats.scores.contrasts.hypotheses import difference_p_value
from cxstats.scores.contrasts.pairs import as_if_independent
from cxstats.scores.differences import DIFFERENCES, named_difference, square_and_add
from cxstats.scores.samples import Floats, Interval, Sample, upper_tail

Tail = Literal["greater", "less"]

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
    benchmark
        The second side, where it is one.
    """

    first: Side
    second: Side
    other: Side
    factor: Floats
    covariance: Floats
    method: str
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
        """Interval of each difference at one level."""
        if self.method == "mover":
            z = float(scipy.special.ndtri(upper_tail(confidence_level)))
            found = self._mover(np.full_like(self.factor, z))
        else:
            found = named_difference(self.method)(*self._samples(), confidence_level)
        return Interval(self.factor * found.low, self.factor * found.high)

    def p_value(self, difference: float, tail: Tail) -> Floats:
        """P-value of one-sided tests, small where the difference is greater, or less, than the one given; shape (C,).

        By the method of the interval: it is alpha where `difference` is a limit at the level 1 - 2 alpha.
        """
        null = difference / self.factor
        if self.method == "mover":
            z = deviates_at(self._mover, self.first.estimate - self.other.estimate, null)
            return scipy.special.ndtr(-z if tail == "greater" else z)
        return difference_p_value(*self._samples(), null, method=self.method, alternative=tail)

    def two_sided(self) -> Floats:
        """P-value of the test that there is no difference; shape (C,)."""
        return np.minimum(2 * np.fmin(self.p_value(0.0, "greater"), self.p_value(0.0, "less")), 1.0)

    @property
    def said(self) -> NDArray[np.bool_]:
        """Whether both sides have enough answers, and a variance to go by; shape (C,)."""
        few = self.first.too_few | self.second.too_few | self.other.too_few
        return ~few & np.isfinite(self.two_sided())

    def _samples(self) -> tuple[Sample, Sample]:
        one, other = self.first.sample, self.other.sample
        if one is None or other is None:
            raise ValueError(f"a figure without its answers is compared by method 'mover'; got {self.method!r}")
        return (one, other) if one.is_simple and other.is_simple else as_if_independent(one, other, self.covariance)

    def _mover(self, deviates: Floats) -> Interval:
        """Limits by square-and-add, each difference at its own normal deviate; shape (C,)."""
        product = np.sqrt(self.first.variance * self.other.variance)
        correlation = np.divide(self.covariance, product, out=np.zeros_like(product), where=product > 0)
        sides = [(side.estimate, self._alone(side, deviates)) for side in (self.first, self.other)]
        return square_and_add(sides[0], sides[1], correlation=np.clip(correlation, -1.0, 1.0))

    def _alone(self, side: Side, deviates: Floats) -> Interval:
        if side.sample is not None:
            return score_limits_at(side.sample, deviates)
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
