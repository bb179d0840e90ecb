"""Half the width of an interval, over all the samples that may come: its mean, or what it does not exceed so often.

The histogram varies as that of a simple random sample that counts for as much: a design effect changes how many answers
that takes. Answers of a finite population are drawn from it without replacement, and have the interval of a survey that
knows its population.
"""

import math
from dataclasses import dataclass
from math import comb, isqrt
from typing import Final

import numpy as np
import scipy
from numpy.typing import NDArray

from cxstats.scores.coverage import all_histograms
from cxstats.scores.planning.expectations import Expected
from cxstats.scores.planning.formulas import simple_answers
from cxstats.scores.samples import Floats, IntervalMethod, Sample, upper_tail

Integers = NDArray[np.int64]

MOST_HISTOGRAMS: Final = 20_000
DRAWS: Final = 10_000
SEED: Final = 20261122
_TAIL_IN_DEVIATIONS: Final = 12
_GRID: Final = 24
_SETTLED: Final = 8
_FARTHEST: Final = 4.0
_ROUNDING: Final = 1e-9
_FLAT: Final = 1e-14
# Beyond it numpy does not draw, and drawing without replacement is drawing with it.
_MOST_URNS: Final = 10**8


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
        """Find half the width in each sample of so many answers that may come.

        Every histogram is enumerated where there are at most 20,000 (points of equal value merged), or where there are
        two values (there without counts 12 standard deviations away). Elsewhere 10,000 samples are drawn with a fixed
        seed: a chance has then a standard error of at most .005, which moves a number of answers n by about
        sqrt(n) / 100.

        A finite population counts as one whose histogram is the expected one, rounded to customers. Its interval is
        that of a tally under ``Design(population_size=...)``: the variance with divisor n - 1 and times 1 - n / N, and
        Student's quantile for n - 1 degrees of freedom.

        Under a design effect the histogram is that of as many answers of a simple random sample as count for as much.
        The variance is estimated from clusters: it counts as a multiple of chi-squared over its degrees of freedom,
        independent of the histogram, and the interval has Student's quantile. Both vary a little less together than
        apart, so an assurance is then kept rather more often than asked.
        """
        if answers >= self.population_size:
            return HalfWidths(np.zeros(1), np.ones(1))
        values, shares = self._merged
        drawn_from = None if math.isinf(self.population_size) or not self._is_simple else self.population_size
        simple = answers if self._is_simple else self._simple_answers(answers)
        used = shares > 0
        counts, chances = _samples(simple, shares[used], drawn_from)
        # Points that nobody chooses still bound the interval.
        table = np.zeros((len(counts), len(values)))
        table[:, used] = counts
        sample = Sample.from_counts(table, values)
        limits = self.method(
            sample if drawn_from is None else _of_population(sample, drawn_from), self.confidence_level
        )
        sizes = np.nan_to_num((limits.high - limits.low) / 2, nan=np.inf)
        factors = np.ones(1) if drawn_from is not None else self._factors(answers)
        sizes, chances = np.outer(sizes, factors).ravel(), np.repeat(chances / len(factors), len(factors))
        order = np.argsort(sizes, kind="stable")
        return HalfWidths(sizes[order], chances[order])

    @property
    def _merged(self) -> tuple[Floats, Floats]:
        """The distinct values and the expected share of each."""
        values, place = np.unique(self.expected.values, return_inverse=True)
        return values, np.bincount(place, weights=self.expected.shares[0]).astype(np.float64)

    @property
    def _is_simple(self) -> bool:
        """Whether answers are a simple random sample; one of a finite population has each answer for a cluster."""
        per_cluster = (0.0,) if math.isinf(self.population_size) else (0.0, 1.0)
        return bool(self.expected.design_effect[0] == 1 and self.expected.answers_per_cluster[0] in per_cluster)

    def _factors(self, answers: int) -> Floats:
        """By what the half width is multiplied since the variance is estimated from clusters; equally likely."""
        degrees, variance = self.expected.degrees_of_freedom(0, answers), np.ones(1)
        if math.isfinite(degrees):
            places = (np.arange(_GRID) + 0.5) / _GRID
            variance = scipy.special.gammaincinv(degrees / 2, places) * 2 / degrees
            # An interval counts answers for no more than their number.
            variance = np.maximum(variance, 1 / self.expected.design_effect[0])
        elif math.isfinite(self.population_size):
            degrees = max(answers - 1, 1)
        else:
            return np.ones(1)
        probability = upper_tail(self.confidence_level)
        wider = scipy.special.stdtrit(degrees, probability) / scipy.special.ndtri(probability)
        return np.asarray(wider * np.sqrt(variance), dtype=np.float64)

    def _simple_answers(self, answers: int) -> int:
        """Return how many whole answers of a simple random sample from an endless population so many count for."""
        effect = float(self.expected.design_effect[0])
        simple = simple_answers(answers, design_effect=effect, population_size=self.population_size)
        return max(1, math.floor(simple + _ROUNDING))

    def margin(self, answers: int, assurance: float | None) -> float:
        """Return the expected half width, or the one that is not exceeded with probability `assurance`."""
        found = self.half_widths(answers)
        return found.mean if assurance is None else found.quantile(assurance)

    def answers(self, margin: float, assurance: float | None, *, start: float) -> int:
        """Return how many answers reach the margin while one fewer does not.

        Between a number that does not reach it and one that does, by the half width's fall with the root of the
        answers, and by bisection where that does not settle soon.
        """
        low, high, rounds = 0, self.population_size, 0
        place = max(1, min(round(start), high - 1)) if high > 1 else 1
        while high - low > 1:
            ratio, rounds = self.margin(int(place), assurance) / margin, rounds + 1
            low, high = (low, place) if ratio <= 1 else (place, high)
            nearest = math.ceil(place * min(ratio, _FARTHEST) ** 2)
            middle = (low + high) // 2 if rounds > _SETTLED and math.isfinite(high) else nearest
            place = int(min(max(middle, low + 1), high - 1 if math.isfinite(high) else max(middle, low + 1)))
        return int(high)


def _of_population(sample: Sample, size: float) -> Sample:
    """Return samples of a finite population as a tally under ``Design(population_size=...)`` has them."""
    left = 1 - sample.n / size
    most, degrees = sample.n / left, sample.n - 1
    # Where all answers are alike the variance says nothing, and they count for their number.
    effective = np.where(sample.variance > _FLAT * np.ptp(sample.values) ** 2, degrees / left, most)
    return Sample(sample.shares, sample.values, sample.n, effective, degrees, most)


def _samples(answers: int, shares: Floats, population_size: float | None) -> tuple[Floats, Floats]:
    """List the histograms of so many answers with their chances, or draw some."""
    whole = None if population_size is None else _rounded(shares, population_size)
    if len(shares) == 2:
        spread = _TAIL_IN_DEVIATIONS * (isqrt(answers) + 1)
        centre = round(answers * shares[1])
        k = np.arange(max(0, centre - spread), min(answers, centre + spread) + 1)
        counts = np.column_stack([answers - k, k])
    elif comb(answers + len(shares) - 1, answers) <= MOST_HISTOGRAMS:
        counts = all_histograms(answers, len(shares))
    else:
        rng = np.random.default_rng(SEED)
        if whole is None or whole.sum() > _MOST_URNS:
            counts = rng.multinomial(answers, shares, size=DRAWS)
        else:
            counts = rng.multivariate_hypergeometric(whole, answers, size=DRAWS)
        return counts.astype(np.float64), np.full(DRAWS, 1 / DRAWS)
    if whole is None:
        ways = scipy.special.gammaln(answers + 1) - scipy.special.gammaln(counts + 1).sum(axis=1)
        chances = np.exp(ways + scipy.special.xlogy(counts, shares).sum(axis=1))
    else:
        counts = counts[(counts <= whole).all(axis=1)]
        ways = _log_ways(whole, counts).sum(axis=1)
        chances = np.exp(ways - ways.max())
    return counts.astype(np.float64), chances / chances.sum()


def _log_ways(of: Integers, chosen: Integers) -> Floats:
    """Logarithm of the number of ways to choose so many of so many."""
    log_factorial = scipy.special.gammaln
    return np.asarray(log_factorial(of + 1) - log_factorial(chosen + 1) - log_factorial(of - chosen + 1))


def _rounded(shares: Floats, size: float) -> Integers:
    """Round the customers at each value to whole numbers that sum to the population, by largest remainder."""
    exact = shares * size
    found = np.floor(exact + _ROUNDING).astype(np.int64)
    order = np.argsort(found - exact, kind="stable")
    found[order[: round(size) - int(found.sum())]] += 1
    return found
