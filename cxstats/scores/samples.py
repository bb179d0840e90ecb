"""What an interval method takes and gives: a `Sample` of many segments in, an `Interval` out."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Interval:
    """Lower and upper limits, one of each a segment; NaN where there is nothing to say."""

    low: Floats
    high: Floats


@dataclass(frozen=True, slots=True)
class Sample:
    """What an interval needs to know of S segments on a scale of K points.

    Attributes
    ----------
    shares
        Share of the answers at each point, weighted under a design; shape (S, K).
    values
        The metric's value of each point; shape (K,).
    n
        Number of answers; shape (S,).
    effective_n
        Size of the simple random sample with the same variance; equal to `n` without a design; shape (S,).
    degrees_of_freedom
        Design degrees of freedom; infinite without a design; shape (S,).
    most_n
        Largest effective n that counts, where it is not n: a finite population and margins make n answers say more;
        shape (S,).
    """

    shares: Floats
    values: Floats
    n: Floats
    effective_n: Floats
    degrees_of_freedom: Floats
    most_n: Floats | None = None

    @classmethod
    def from_counts(cls, counts: ArrayLike, values: ArrayLike) -> "Sample":
        """Make a simple random sample from counts of answers, shape (S, K) or (K,), and the values of the points."""
        table = np.atleast_2d(np.asarray(counts, dtype=np.float64))
        n = table.sum(axis=1)
        shares = np.divide(table, n[:, None], out=np.full_like(table, np.nan), where=n[:, None] > 0)
        return cls(shares, np.asarray(values, dtype=np.float64), n, n, np.full_like(n, np.inf))

    def head(self) -> "Sample":
        """Return the first segment alone: enough to see whether a method is for the metric and the design."""
        return self.at(slice(1))

    def at(self, places: "slice | NDArray[np.intp] | NDArray[np.bool_]") -> "Sample":
        """Return the segments at these places, in their order."""
        parts = (self.n, self.effective_n, self.degrees_of_freedom)
        n, effective_n, degrees = (part[places] for part in parts)
        most_n = None if self.most_n is None else self.most_n[places]
        return Sample(self.shares[places], self.values, n, effective_n, degrees, most_n)

    @property
    def estimate(self) -> Floats:
        """Mean value; shape (S,)."""
        return self.shares @ self.values

    @property
    def variance(self) -> Floats:
        """Variance of the values over the answers, divisor n; shape (S,)."""
        return np.einsum("sk,sk->s", self.shares, (self.values - self.estimate[:, None]) ** 2)

    @property
    def is_simple(self) -> bool:
        """Whether the sample is a simple random one."""
        return bool(np.isinf(self.degrees_of_freedom).all())

    @property
    def usable(self) -> NDArray[np.bool_]:
        """Whether a segment has answers and at least one degree of freedom; shape (S,)."""
        return (self.n > 0) & (self.degrees_of_freedom >= 1)

    @property
    def limited_n(self) -> Floats:
        """The effective n, counted for no more than n, or than `most_n` where that is known; shape (S,).

        Near an end of the scale it is estimated from very few answers and can be far too large.

        References
        ----------
        Korn and Graubard (1998), Confidence intervals for proportions with small expected number of positive counts
        estimated from survey data. Survey Methodology 24.
        """
        return np.minimum(self.effective_n, self.n if self.most_n is None else self.most_n)

    def quantile(self, confidence_level: float) -> Floats:
        """Return the normal quantile, or Student's under a design; NaN where there is nothing to go by."""
        probability = upper_tail(confidence_level)
        student = student_quantile(self.degrees_of_freedom, probability)
        quantile = np.where(np.isinf(self.degrees_of_freedom), scipy.special.ndtri(probability), student)
        return np.where(self.usable, quantile, np.nan)

    def equivalent_n(self, confidence_level: float) -> Floats:
        """Size of the simple random sample that says as much at this level, for methods without a quantile; shape (S,).

        The limited effective n times (z / t)^2, with t the quantile of Student's distribution for the degrees of
        freedom: an interval of normal width at this n is as wide as one of Student's at the effective n. Equal to n
        without a design; NaN where there is nothing to go by.
        """
        z = scipy.special.ndtri(upper_tail(confidence_level))
        return self.limited_n * (z / self.quantile(confidence_level)) ** 2


IntervalMethod = Callable[[Sample, float], Interval]


def require_confidence_level(confidence_level: float) -> None:
    """Refuse a confidence level that is not strictly between 0 and 1."""
    if not 0 < confidence_level < 1:
        raise ValueError(f"confidence_level must be between 0 and 1, as .95; got {confidence_level!r}")


def upper_tail(confidence_level: float) -> float:
    """Return the probability below an upper limit: .975 for a confidence level of .95."""
    require_confidence_level(confidence_level)
    return (1 + confidence_level) / 2


def student_quantile(degrees_of_freedom: Floats, probability: float) -> Floats:
    """Return Student's quantile; NaN below one degree of freedom or for infinitely many."""
    proper = np.isfinite(degrees_of_freedom) & (degrees_of_freedom > 0)
    quantile = scipy.special.stdtrit(np.where(proper, degrees_of_freedom, 1.0), probability).astype(np.float64)
    return np.where(proper, quantile, np.nan)


def keep_where(condition: NDArray[np.bool_], low: Floats, high: Floats) -> Interval:
    """Return the limits where the condition holds and NaN elsewhere."""
    return Interval(np.where(condition, low, np.nan), np.where(condition, high, np.nan))


def around(estimate: Floats, half: Floats) -> Interval:
    """Return the limits at equal distance from the estimate."""
    return Interval(estimate - half, estimate + half)


def not_for(method: str, what: str, sample: Sample, others: str) -> str:
    """Say that a method is not for this metric, and which are."""
    low, high = sample.values.min(), sample.values.max()
    return (
        f"interval method {method!r} is for {what}; this metric has {len(set(sample.values))} values from {low:g} to "
        f"{high:g}. Methods for it: {others}"
    )


def require_simple(sample: Sample, method: str, others: str) -> None:
    """Refuse a sample with a design where the method does not know what to do with it."""
    if not sample.is_simple:
        raise ValueError(
            f"interval method {method!r} is for simple random samples; this one has a design. Methods that know the "
            f"design: {others}"
        )
