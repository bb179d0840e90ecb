"""An outside figure to compare with, and how sure it is itself.

>>> Benchmark(0.72, low=0.70, high=0.74, source="industry panel", date="2025").name
'the benchmark (industry panel, 2025)'
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy

from cxstats.scores.comparing.sides import Side
from cxstats.scores.intervals import require_confidence_level
from cxstats.scores.metrics import Metric
from cxstats.scores.samples import Floats, Sample, upper_tail

_KINDS: Final = "low and high, standard_error, n, or counts"


@dataclass(frozen=True, slots=True)
class Benchmark:
    """A figure from elsewhere: an industry's score, last year's report, a target.

    Give its uncertainty in one way: limits, a standard error, the number of answers (for shares), or the histogram of
    answers. Without any it counts as exact, as a target does.

    Parameters
    ----------
    value
        The score in the metric's unit: shares and nets as fractions, .72 for 72 %. Left out with `counts`.
    low, high
        Its limits.
    confidence_level
        Of these limits.
    standard_error
        Its standard error.
    n
        Number of answers behind a share.
    counts
        Number of answers at each point of the scale.
    date, source
        When and where it is from; said beside it.

    Raises
    ------
    ValueError
        If there is no value, the uncertainty is given twice or in part, or a figure is impossible.
    """

    value: float | None = None
    low: float | None = None
    high: float | None = None
    confidence_level: float = 0.95
    standard_error: float | None = None
    n: int | None = None
    counts: Sequence[int] | None = None
    date: str = ""
    source: str = ""

    def __post_init__(self) -> None:
        require_confidence_level(self.confidence_level)
        given = [self.low is not None or self.high is not None]
        given += [one is not None for one in (self.standard_error, self.n, self.counts)]
        if sum(given) > 1:
            raise ValueError(f"give the uncertainty of a benchmark in one way: {_KINDS}; got {self}")
        if (self.value is None) == (self.counts is None):
            raise ValueError(f"a benchmark is a value, or counts from which it follows; got {self}")
        self._require_possible()

    def _require_possible(self) -> None:
        if (self.low is None) != (self.high is None):
            raise ValueError(f"limits of a benchmark are low and high; got low={self.low}, high={self.high}")
        if self.value is not None and not np.isfinite(self.value):
            raise ValueError(f"the value of a benchmark must be a number; got {self.value!r}")
        if self.low is not None and not self.low <= _number(self.value) <= _number(self.high):
            raise ValueError(f"a benchmark lies within its limits; got {self.value} with {self.low} to {self.high}")
        if self.standard_error is not None and not self.standard_error > 0:
            raise ValueError(f"standard_error must be above 0; got {self.standard_error!r}; leave it out for a target")
        if self.n is not None and self.n < 1:
            raise ValueError(f"n must be 1 or more; got {self.n!r}")

    @property
    def name(self) -> str:
        """What it is called in tables and sentences."""
        where = ", ".join(part for part in (self.source, self.date) if part)
        return f"the benchmark ({where})" if where else "the benchmark"

    @property
    def is_exact(self) -> bool:
        """Whether it has no uncertainty of its own."""
        return self.low is None and self.standard_error is None and self.n is None and self.counts is None

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a reader should know of it."""
        return ("the benchmark is taken as exact",) if self.is_exact else ()

    def limits(self, deviates: Floats, values: Floats) -> tuple[Floats, Floats]:
        """Limits at normal deviates, shape (C,): 1.96 for 95 %.

        Limits that were given are taken further or nearer in proportion; a number of answers gives Wilson's.
        """
        value = _number(self.value)
        if self.low is not None:
            ratio = deviates / scipy.special.ndtri(upper_tail(self.confidence_level))
            return value - ratio * (value - self.low), value + ratio * (_number(self.high) - value)
        if self.n is not None:
            ratio = deviates**2 / self.n
            low, high = values.min(), values.max()
            share = (value - low) / (high - low)
            middle = (share + ratio / 2) / (1 + ratio)
            half = np.sqrt(ratio * share * (1 - share) + ratio**2 / 4) / (1 + ratio)
            return low + (high - low) * (middle - half), low + (high - low) * (middle + half)
        half = deviates * (self.standard_error or 0.0)
        return value - half, value + half

    def side(self, metric: Metric, size: int) -> Side:
        """Take it as the second side of so many comparisons.

        Raises
        ------
        ValueError
            If it does not fit the metric.
        """
        values = np.asarray(metric.values, dtype=np.float64)
        sample = None
        if self.counts is not None:
            sample = _repeated(self.counts, values, size, metric)
        value = _number(self.value) if sample is None else float(sample.estimate[0])
        low, high = float(values.min()), float(values.max())
        if not low <= value <= high:
            hint = "; shares and nets are fractions here, .72 for 72 %" if metric.unit in ("share", "net") else ""
            raise ValueError(f"a benchmark for {metric.name} lies within {low:g} and {high:g}; got {value:g}{hint}")
        if self.n is not None and set(values) - {low, high}:
            raise ValueError(
                f"n says how sure a share is; {metric.name} has more than two values: give low and high, a "
                "standard_error, or the counts"
            )
        n = float(sum(self.counts)) if self.counts is not None else float(self.n or np.nan)
        same = np.ones(size)
        variance = self._variance(value, low, high) if sample is None else sample.variance / sample.n
        return Side((self.name,) * size, n * same, value * same, variance * same, ("",) * size, sample)

    def _variance(self, value: float, least: float, most: float) -> float:
        if self.low is not None:
            z = float(scipy.special.ndtri(upper_tail(self.confidence_level)))
            return ((_number(self.high) - self.low) / (2 * z)) ** 2
        if self.n is not None:
            return (value - least) * (most - value) / self.n
        return (self.standard_error or 0.0) ** 2


def _repeated(counts: Sequence[int], values: Floats, size: int, metric: Metric) -> Sample:
    table = np.asarray(counts, dtype=np.float64)
    if table.shape != values.shape or not (table >= 0).all() or not table.sum() > 0:
        raise ValueError(
            f"counts of a benchmark are the answers at each of the {len(values)} points of the scale of {metric.name}, "
            f"0 or more; got {list(counts)}"
        )
    return Sample.from_counts(np.tile(table, (size, 1)), values)


def _number(value: float | None) -> float:
    return float("nan") if value is None else float(value)
