"""Half the width of an interval, over all the samples that may come: its mean, or what it does not exceed so often.

The histogram varies as that of a simple random sample that counts for as much: a design effect or a finite population
changes how many answers that takes.
"""

import math
from dataclasses import dataclass
from math import comb, isqrt
from typing import Final

import numpy as np
import scipy

from cxstats.scores.coverage import all_histograms
from cxstats.scores.planning.expectations import Expected
from cxstats.scores.planning.formulas import for_design, simple_answers
from cxstats.scores.samples import Floats, IntervalMethod, Sample, upper_tail

MOST_HISTOGRAMS: Final = 20_000
DRAWS: Final = 10_000
SEED: Final = 20261122
_TAIL_IN_DEVIATIONS: Final = 12
_GRID: Final = 24
_SETTLED: Final = 8
_FARTHEST: Final = 4.0
_ROUNDING: Final = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class HalfWidths:
    """Half the width of an interval in each sample that may come, and the sample's chance.

    Attributes
    ----------
    sizes
        Half the widths, in the metric's unit, ascending; infinite where the method has no interval.
    chances
        Their chances; sum 1.
    """

    sizes: Floats
    chances: Floats

    @property
    def mean(self) -> float:
        """Expected half width."""
        return float(self.sizes @ self.chances)

    def quantile(self, probability: float) -> float:
        """Return the smallest half width that is not exceeded with at least this probability."""
        place = int(np.searchsorted(np.cumsum(self.chances), probability - _ROUNDING))
        return float(self.sizes[min(place, len(self.sizes) - 1)])

    def chance_within(self, margin: float) -> float:
        """Return the probability that half the width is at most the margin."""
        return float(self.chances[self.sizes <= margin * (1 + _ROUNDING)].sum())


@dataclass(frozen=True, slots=True, eq=False)
class Aim:
    """What is planned for: answers like those expected in one segment, and an interval of this method and level.

    Attributes
    ----------
    expected
        One segment.
    method
        Interval method.
    confidence_level
        Between 0 and 1.
    population_size
        Infinite for an endless population.
    """

    expected: Expected
    method: IntervalMethod
    confidence_level: float
    population_size: float = math.inf

    def half_widths(self, answers: int) -> HalfWidths:
        """Find half the width in each sample that counts for this many answers of a simple random one.

        Every histogram is enumerated where there are at most 20,000 (points of equal value merged), or where there are
        two values (there without counts 12 standard deviations away). Elsewhere 10,000 samples are drawn with a fixed
        seed: a chance has then a standard error of at most .005, which moves a number of answers n by about
        sqrt(n) / 100.

        Under a design the variance is estimated from clusters: it counts as a multiple of chi-squared over its degrees
        of freedom, independent of the histogram, and the interval has Student's quantile. Both vary a little less
        together than apart, so an assurance is then kept rather more often than asked.
        """
        all_shares, all_values = self.expected.shares[0], self.expected.values
        values, place = np.unique(all_values, return_inverse=True)
        shares = np.bincount(place, weights=all_shares).astype(np.float64)
        counts, chances = _samples(answers, shares[shares > 0])
        # Points that nobody chooses still bound the interval.
        table = np.zeros((len(counts), len(values)))
        table[:, shares > 0] = counts
        limits = self.method(Sample.from_counts(table, values), self.confidence_level)
        sizes = np.nan_to_num((limits.high - limits.low) / 2, nan=np.inf)
        factors = self._factors(answers)
        sizes, chances = np.outer(sizes, factors).ravel(), np.repeat(chances / len(factors), len(factors))
        order = np.argsort(sizes, kind="stable")
        return HalfWidths(sizes[order], chances[order])

    def _factors(self, answers: int) -> Floats:
        """By what the half width is multiplied since the variance is estimated from clusters; equally likely."""
        degrees = self.expected.degrees_of_freedom(0, self.whole_answers(answers))
        if math.isinf(degrees):
            return np.ones(1)
        places = (np.arange(_GRID) + 0.5) / _GRID
        variance = scipy.special.gammaincinv(degrees / 2, places) * 2 / degrees
        # An interval counts answers for no more than their number.
        variance = np.maximum(variance, 1 / self.expected.design_effect[0])
        probability = upper_tail(self.confidence_level)
        wider = scipy.special.stdtrit(degrees, probability) / scipy.special.ndtri(probability)
        return np.asarray(wider * np.sqrt(variance), dtype=np.float64)

    def whole_answers(self, simple: int) -> int:
        """Return the fewest answers that count for as many of a simple random sample."""
        effect = float(self.expected.design_effect[0])
        return math.ceil(for_design(simple, design_effect=effect, population_size=self.population_size) - _ROUNDING)

    def simple_answers(self, answers: float) -> float:
        """Return how many whole answers of a simple random sample so many count for; infinite for everybody's."""
        effect = float(self.expected.design_effect[0])
        simple = simple_answers(answers, design_effect=effect, population_size=self.population_size)
        return max(1, math.floor(simple + _ROUNDING)) if math.isfinite(simple) else simple

    def margin(self, answers: int, assurance: float | None) -> float:
        """Return the expected half width, or the one that is not exceeded with probability `assurance`."""
        found = self.half_widths(answers)
        return found.mean if assurance is None else found.quantile(assurance)

    def answers(self, margin: float, assurance: float | None, *, start: float) -> int:
        """Return how many answers of a simple random sample reach the margin while one fewer does not.

        Between a number that does not reach it and one that does, by the half width's fall with the root of the
        answers, and by bisection where that does not settle soon.
        """
        low, high, place, rounds = 0, math.inf, max(1, round(start)), 0
        while high - low > 1:
            ratio, rounds = self.margin(place, assurance) / margin, rounds + 1
            low, high = (low, place) if ratio <= 1 else (place, high)
            nearest = math.ceil(place * min(ratio, _FARTHEST) ** 2)
            middle = (low + high) // 2 if rounds > _SETTLED and math.isfinite(high) else nearest
            place = int(min(max(middle, low + 1), high - 1 if math.isfinite(high) else max(middle, low + 1)))
        return int(high)


def _samples(answers: int, shares: Floats) -> tuple[Floats, Floats]:
    """List the histograms of so many answers with their chances, or draw some."""
    if len(shares) == 2:
        spread = _TAIL_IN_DEVIATIONS * (isqrt(answers) + 1)
        centre = round(answers * shares[1])
        k = np.arange(max(0, centre - spread), min(answers, centre + spread) + 1)
        counts = np.column_stack([answers - k, k])
    elif comb(answers + len(shares) - 1, answers) <= MOST_HISTOGRAMS:
        counts = all_histograms(answers, len(shares))
    else:
        counts = np.random.default_rng(SEED).multinomial(answers, shares, size=DRAWS)
        return counts.astype(np.float64), np.full(DRAWS, 1 / DRAWS)
    ways = scipy.special.gammaln(answers + 1) - scipy.special.gammaln(counts + 1).sum(axis=1)
    chances = np.exp(ways + scipy.special.xlogy(counts, shares).sum(axis=1))
    return counts.astype(np.float64), chances / chances.sum()
