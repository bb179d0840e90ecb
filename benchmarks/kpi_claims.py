"""What claims about KPIs beside scores are checked by: outcomes of replicates, for benchmarks/calibration.py.

True scores of units lie apart by 1, they and what else moves the KPI carry over from one period to the next, and units
have between 20 and 400 answers each, so that their scores are known unequally well.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from cxstats.scores.calibration import Claim, Side
from cxstats.scores.kpis.beside import Pairs, pairs_of
from cxstats.scores.kpis.correlations import at_lags, independent_periods, pearson, spearman
from cxstats.scores.kpis.figures import Figure

Outcomes = Callable[[np.random.Generator, int], np.ndarray]


@dataclass(frozen=True)
class World:
    """T units whose scores are so reliable; the KPI rises by `slope` for each point of the true score."""

    units: int
    reliability: float = 0.7
    slope: float = 0.0
    carry: float = 0.0
    in_time: bool = True
    drift: float = 0.0
    counted: float = 0.0
    noise: float = 0.7

    def draw(self, rng: np.random.Generator) -> Pairs:
        """Scores with their sampling variances, and the KPI; `counted` is the sampling variance of the KPI."""
        place = np.arange(self.units)
        truth = self.ups(rng) + self.drift * place / self.units
        answers = rng.integers(20, 400, size=self.units, endpoint=True)
        share = (1 / answers) / np.mean(1 / answers)
        variance = (1 - self.reliability) / self.reliability * share
        score = truth + np.sqrt(variance) * rng.standard_normal(self.units)
        counted = self.counted * rng.permutation(share)
        drift = self.drift * self.noise * place / self.units
        value = self.slope * truth + self.noise * self.ups(rng) + drift
        value += np.sqrt(counted) * rng.standard_normal(self.units)
        figure = Figure("kpi", "", value, counted, ("",) * self.units, 1, is_total=False)
        return pairs_of(score, variance, figure, place, in_time=self.in_time)

    def ups(self, rng: np.random.Generator) -> np.ndarray:
        """Draw a first-order autoregression of variance 1; a carry of 1 is a random walk."""
        found = rng.standard_normal(self.units)
        if self.carry == 1:
            return np.cumsum(found)
        for t in range(1, self.units):
            found[t] = self.carry * found[t - 1] + np.sqrt(1 - self.carry**2) * found[t]
        return found


def slope_covers(world: World) -> Outcomes:
    """The 95 % interval of the slope, freed of the scores' sampling error, holds the true one."""

    def covers(pairs: Pairs) -> bool:
        low, high = pairs.freed()[0].interval(0.95)
        return low <= world.slope <= high

    return lambda rng, replicates: np.array([covers(world.draw(rng)) for _ in range(replicates)])


def association_found(world: World) -> Outcomes:
    """A p-value below .05."""
    return lambda rng, replicates: np.array([world.draw(rng).plain().p_value < 0.05 for _ in range(replicates)])


def correlation_covers(world: World, *, ranks: bool = False) -> Outcomes:
    """The 95 % interval of the correlation of scores as they are, with a KPI that shares half of its variance."""
    how = spearman if ranks else pearson

    def covers(rng: np.random.Generator) -> bool:
        shared, one, other = (world.ups(rng) for _ in range(3))
        figure = Figure("kpi", "", shared + other, np.zeros(world.units), ("",) * world.units, 1, is_total=False)
        place = np.arange(world.units)
        pairs = pairs_of(shared + one, np.ones(world.units), figure, place, in_time=world.in_time)
        x, y = pairs.deviations
        columns = pairs.design.shape[1]
        size = independent_periods(x, y, place, columns) if world.in_time else world.units
        found = how(x, y, precision=size - 2 - columns)
        truth = 6 / np.pi * np.arcsin(0.25) if ranks else 0.5
        return bool(found.low <= truth <= found.high)

    return lambda rng, replicates: np.array([covers(rng) for _ in range(replicates)])


def lag_found(world: World) -> Outcomes:
    """Some lag up to four weeks either way has an adjusted p-value below .05."""

    def found(pairs: Pairs) -> bool:
        x, y = pairs.deviations
        table = at_lags(x, y, pairs.position, lags=range(-4, 5), columns=2, confidence_level=0.95)
        return bool((table["adjusted_p_value"] < 0.05).any())

    return lambda rng, replicates: np.array([found(world.draw(rng)) for _ in range(replicates)])


UNITS: Final[tuple[tuple[str, World, Side], ...]] = (
    ("26 segments", World(26, in_time=False), "equal"),
    ("52 weeks, carry .5", World(52, carry=0.5), "at least"),
)
KPI_CLAIMS: Final = (
    *(
        Claim(
            f"slope of a KPI on scores {100 * reliability:.0f} % reliable, {units} segments: 95 % interval covers",
            0.95,
            slope_covers(World(units, reliability, slope=1.0, in_time=False)),
            "at least",
        )
        for units, reliability in ((12, 0.7), (26, 0.5), (26, 0.7), (52, 0.7), (52, 0.9))
    ),
    Claim(
        "slope of a rate with its own sampling error on scores 70 % reliable, 26 segments: 95 % interval covers",
        0.95,
        slope_covers(World(26, slope=1.0, in_time=False, counted=0.5)),
        "at least",
    ),
    *(
        Claim(
            f"slope of a KPI on scores 70 % reliable, {units} weeks, carry .5: 95 % interval covers",
            0.95,
            slope_covers(World(units, slope=1.0, carry=0.5)),
            "at least",
        )
        for units in (12, 26, 52)
    ),
    *(
        Claim(
            f"association of a KPI found, none there: {units} weeks, carry {carry:g}",
            0.05,
            association_found(World(units, carry=carry)),
            "at most",
        )
        for units, carry in ((12, 0.5), (26, 0.5), (52, 0.5), (52, 0.8))
    ),
    Claim(
        "association of a KPI found, none there: 52 weeks, both trending",
        0.05,
        association_found(World(52, carry=0.5, drift=10.0)),
        "at most",
    ),
    Claim(
        "association of a KPI found, none there: 26 segments",
        0.05,
        association_found(World(26, in_time=False)),
        "at most",
    ),
    Claim(
        "association of a KPI found at some of 9 lags, none there: 52 weeks, carry .5",
        0.05,
        lag_found(World(52, carry=0.5)),
        "at most",
    ),
    *(
        Claim(
            f"{name} of score and KPI, {what}: 95 % interval covers", 0.95, correlation_covers(world, ranks=ranks), side
        )
        for name, ranks in (("correlation", False), ("rank correlation", True))
        for what, world, side in UNITS
    ),
)
"""For the table of calibration."""
