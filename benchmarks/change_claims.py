"""What claims about changes in time are checked by: outcomes of replicates, for benchmarks/calibration.py.

Periods have between a fifth and twice their usual number of answers, the true score of each goes up and down by
`spread` with a correlation of `carry` between neighbours, and answers are drawn from it. A season is a wave of so many
points that returns each year and begins anywhere.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from cxstats.scores.calibration import Claim
from cxstats.scores.changes.detecting import Found, Rules, find_changes
from cxstats.scores.changes.interruptions import Interruption
from cxstats.scores.changes.series import A_YEAR, season_in

Outcomes = Callable[[np.random.Generator, int], np.ndarray]
RULES: Final = Rules(draws=199)


@dataclass(frozen=True)
class Truth:
    """A share in T periods of n answers each, about `level`, with a shift from place `at` on."""

    periods: int
    n: int
    spread: float = 0.0
    carry: float = 0.0
    shift: float = 0.0
    at: int = 0
    sizes: str = "unequal"
    level: float = 0.8
    season: float = 0.0

    def draw(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Score, sampling variance and position of each period, as a series has them."""
        ups = rng.standard_normal(self.periods)
        for t in range(1, self.periods):
            ups[t] = self.carry * ups[t - 1] + np.sqrt(1 - self.carry**2) * ups[t]
        place = np.arange(self.periods)
        truth = self.level + self.spread * ups + self.shift * (place >= self.at)
        if self.season:
            truth = truth + self.season * np.sin(2 * np.pi * (place / A_YEAR["week"] + rng.random()))
        n = np.full(self.periods, self.n)
        if self.sizes == "unequal":
            n = rng.integers(self.n // 5, 2 * self.n, size=self.periods, endpoint=True)
        y = rng.binomial(n, np.clip(truth, 0.001, 0.999)) / n
        within = float(n @ (y * (1 - y)) / (n - 1).sum())
        return y, within / n, place


def _found(truth: Truth, rng: np.random.Generator, replicates: int) -> list[Found]:
    return [
        find_changes(y, variance, place, rules=RULES, season=season_in(place, A_YEAR["week"]), rng=rng)
        for y, variance, place in (truth.draw(rng) for _ in range(replicates))
    ]


def change_found(truth: Truth) -> Outcomes:
    """More changes are found than there are."""
    changes = int(truth.shift != 0)
    return lambda rng, replicates: np.array([len(one.places) > changes for one in _found(truth, rng, replicates)])


def date_covered(truth: Truth) -> Outcomes:
    """The interval of the date holds it, where at least one change is found: the nearest one counts."""

    def outcomes(rng: np.random.Generator, replicates: int) -> np.ndarray:
        held: list[bool] = []
        while len(held) < replicates:
            for one in _found(truth, rng, 1):
                if one.places:
                    k = int(np.argmin(np.abs(np.array(one.places) - truth.at)))
                    held.append(one.date_low[k] <= truth.at <= one.date_high[k])
        return np.array(held)

    return outcomes


def size_covered(truth: Truth) -> Outcomes:
    """The 95 % interval of the size holds it, where exactly one change is found."""

    def outcomes(rng: np.random.Generator, replicates: int) -> np.ndarray:
        held: list[bool] = []
        while len(held) < replicates:
            for one in _found(truth, rng, 1):
                if len(one.places) == 1:
                    low, high = one.shifts[0].interval(0.95)
                    held.append(bool(low[0] <= truth.shift <= high[0]))
        return np.array(held)

    return outcomes


def effect_covered(truth: Truth, *, horizon: int, errors: str = "averaged", against: Truth | None = None) -> Outcomes:
    """The 95 % interval of the effect at the horizon holds the shift, from place `at` on."""

    def outcomes(rng: np.random.Generator, replicates: int) -> np.ndarray:
        held = np.zeros(replicates, dtype=bool)
        for k in range(replicates):
            y, variance, place = truth.draw(rng)
            if against is not None:
                other, more, _ = against.draw(rng)
                y, variance = y - other, variance + more
            season = season_in(place, A_YEAR["week"])
            model = Interruption(y, variance, place, truth.at, "level and slope", errors, season)
            found = model.estimated(model.effects_at([horizon - 1]), 0.95)
            held[k] = found.low[0] <= truth.shift <= found.high[0]
        return held

    return outcomes


def effect_within_scale_covered(truth: Truth) -> Outcomes:
    """The same at the last week at which the trend before foretells a share that there can be, as is usual."""

    def outcomes(rng: np.random.Generator, replicates: int) -> np.ndarray:
        held = np.zeros(replicates, dtype=bool)
        after = truth.periods - truth.at
        for k in range(replicates):
            model = Interruption(*truth.draw(rng), truth.at, "level and slope")
            horizon = max(model.reach(after, 0.0, 1.0), 1)
            found = model.estimated(model.effects_at([horizon - 1]), 0.95)
            held[k] = found.low[0] <= truth.shift <= found.high[0]
        return held

    return outcomes


CHANGE_CLAIMS: Final = (
    Claim(
        "change of level found, none there: 40 weeks of 200",
        0.05,
        change_found(Truth(40, 200, sizes="equal")),
        "at most",
    ),
    Claim("change of level found, none there: 40 weeks of 40 to 400", 0.05, change_found(Truth(40, 200)), "at most"),
    Claim(
        "change of level found, none there: 40 weeks of 40 to 400, true level up and down by 3 points",
        0.05,
        change_found(Truth(40, 200, 0.03)),
        "at most",
    ),
    Claim(
        "change of level found, none there: 40 weeks of 40 to 400, up and down by 3 points, correlation .3",
        0.05,
        change_found(Truth(40, 200, 0.03, 0.3)),
        "at most",
    ),
    Claim(
        "change of level found, none there: 24 months of 6 to 60",
        0.05,
        change_found(Truth(24, 30)),
        "at most",
    ),
    Claim(
        "second change of level found, one there: 40 weeks of 40 to 400",
        0.05,
        change_found(Truth(40, 200, shift=-0.08, at=20)),
        "at most",
    ),
    Claim(
        "date of a change found, from 80 % to 75 %, 40 weeks of 40 to 400: 95 % interval covers",
        0.95,
        date_covered(Truth(40, 200, shift=-0.05, at=20)),
        "at least",
    ),
    Claim(
        "date of a change found, by 9 points, up and down by 3 points, correlation .3: 95 % interval covers",
        0.95,
        date_covered(Truth(40, 200, 0.03, 0.3, shift=0.09, at=26)),
        "at least",
    ),
    Claim(
        "size of a change found, from 80 % to 75 %, 40 weeks of 40 to 400: 95 % interval covers",
        0.95,
        size_covered(Truth(40, 200, shift=-0.05, at=20)),
        "at least",
    ),
    Claim(
        "effect 6 weeks after a release, 20 weeks of 40 to 400: 95 % interval covers",
        0.95,
        effect_covered(Truth(20, 200, shift=0.05, at=12), horizon=6),
        "at least",
    ),
    Claim(
        "effect 6 weeks after a release, 40 weeks, up and down by 3 points, correlation .4: 95 % interval covers",
        0.95,
        effect_covered(Truth(40, 2_000, 0.03, 0.4, shift=0.05, at=28), horizon=6),
        "at least",
    ),
    Claim(
        "effect 6 weeks after a release, 60 weeks, up and down by 3 points, correlation .2: 95 % interval covers",
        0.95,
        effect_covered(Truth(60, 200, 0.03, 0.2, shift=0.05, at=40), horizon=6),
        "at least",
    ),
    Claim(
        "effect 6 weeks after a release against a comparison group, 30 weeks, up and down by 2 points: "
        "95 % interval covers",
        0.95,
        effect_covered(Truth(30, 200, 0.02, shift=0.05, at=18), horizon=6, against=Truth(30, 300, 0.02)),
        "at least",
    ),
    Claim(
        "change of level found, none there: 104 weeks of 40 to 400 with a season of 3 points",
        0.05,
        change_found(Truth(104, 200, season=0.03)),
        "at most",
    ),
    Claim(
        "effect 8 weeks after a release, 120 weeks of 40 to 400 with a season of 3 points: 95 % interval covers",
        0.95,
        effect_covered(Truth(120, 200, shift=0.05, at=104, season=0.03), horizon=8),
        "at least",
    ),
    Claim(
        "effect at the last of 14 weeks foretold within the scale, no effect, 97 % of 12 to 120 answers: "
        "95 % interval covers",
        0.95,
        effect_within_scale_covered(Truth(40, 60, at=26, level=0.97)),
        "at least",
    ),
)
"""For the table of calibration."""
