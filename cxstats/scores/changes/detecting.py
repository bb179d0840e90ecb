"""Find changes of level: how many by a test with a known false-alarm rate, their dates, their sizes."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from cxstats.scores.changes.noise import (
    Averaged,
    Floats,
    Integers,
    Noise,
    Variation,
    averaged,
    best_of_one_and_two,
    likelihoods,
    noise_of,
    probabilities,
    restricted,
)
from cxstats.scores.changes.partitions import best_partition, critical_ratio
from cxstats.scores.changes.series import wave

Places = tuple[int, ...]

_TINY: Final = 1e-9
_MILD: Final = (0.0, 0.2, 0.4, 0.6)
_ROUNDS: Final = 20
_MOST_PAIRED: Final = 40


@dataclass(frozen=True, slots=True)
class Rules:
    """How changes are looked for.

    Attributes
    ----------
    alpha
        How often a further change is found where there is none.
    shortest
        Fewest periods of a level.
    most
        Most changes.
    draws
        Series that are drawn without a further change for each test.
    confidence_level
        Of the intervals for dates.
    """

    alpha: float = 0.05
    shortest: int = 3
    most: int = 5
    draws: int = 999
    confidence_level: float = 0.95


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """What was found in a series of T periods: C changes.

    Attributes
    ----------
    places
        At which places new levels begin.
    date_low, date_high
        First and last place at which each may begin.
    p_values
        Of the test for one change more than were found before: C of them, and that of the test that stopped the
        search, which is missing where no room was left.
    shifts
        Size of each of the C changes, over the dates that are likely.
    levels
        Of the C + 1 levels, at the dates found.
    variation
        Of scores beside the changes.
    line_fits
        Whether a steady trend accounts for the scores as well as the changes.
    season
        What a wave that returns each year adds to each period, 0 where none is allowed for; shape (T,).
    """

    places: Places
    date_low: Places
    date_high: Places
    p_values: tuple[float, ...]
    shifts: tuple[Averaged, ...]
    levels: Averaged
    variation: Variation
    line_fits: bool
    season: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Search:
    noise: Noise
    y: Floats
    rules: Rules
    season: Floats

    @property
    def size(self) -> int:
        return len(self.y)

    def steps(self, places: Places | Integers) -> Floats:
        """Columns that are 1 from each place on; shape (T, K)."""
        return (np.arange(self.size)[:, None] >= np.asarray(places, dtype=np.int64)[None, :]).astype(np.float64)

    def base(self, places: Places) -> Floats:
        """Return a constant, the steps and the season; shape (T, P)."""
        return np.column_stack([np.ones(self.size), self.steps(places), self.season])

    def levels(self, places: Places) -> Floats:
        """Columns that are 1 within each level, and the season; shape (T, P)."""
        bounds = np.column_stack([np.ones(self.size), self.steps(places)])
        inside = bounds - np.column_stack([bounds[:, 1:], np.zeros(self.size)])
        return np.column_stack([inside, self.season])

    def seasonal(self, places: Places) -> Floats:
        """Return what the season adds to each period with these changes; shape (T,)."""
        functions = self.base(places)
        functions[:, : len(places) + 1] = 0
        return averaged(self.noise, self.y, self.base(places), functions).estimate

    def candidates(self, places: Places) -> Integers:
        """Places that leave every level long enough."""
        found, edges = np.arange(self.size), np.array([0, *places, self.size])
        return found[(np.abs(found[:, None] - edges[None, :]) >= self.rules.shortest).all(axis=1)]

    def further(self, places: Places, rng: np.random.Generator) -> tuple[float, int]:
        """P-value of the test for further changes, and by how many there are more: 0, 1 or 2.

        The likelihood ratios of one more and of two more are set against those of series that have none; the noise of
        these is of nodes drawn by their probability under the changes so far. The smaller of the two p-values is the
        statistic: a fall that a rise undoes later hardly shows as one change.
        """
        base, steps = self.base(places), self.steps(_thinned(self.candidates(places)))
        nodes = rng.choice(len(self.noise.spread), size=self.rules.draws, p=self.weights(places))
        drawn = np.column_stack([self.y, self.noise.draw(nodes, rng)])
        without, one, two = best_of_one_and_two(self.noise, drawn, base, steps)
        one = likelihoods(self.noise, drawn, base, self.steps(self.candidates(places)))[1].max(axis=0)
        p_values = np.stack([_share_as_large(one - without), _share_as_large(two - without)])
        smaller = p_values.min(axis=0)
        p_value = float((smaller <= smaller[0]).mean())
        if p_value > self.rules.alpha:
            return p_value, 0
        return p_value, 1 if p_values[0, 0] <= self.rules.alpha or len(places) + 1 >= self.rules.most else 2

    def weights(self, places: Places) -> Floats:
        """Probability of each node with these changes."""
        return probabilities(restricted(self.noise, self.y, self.base(places))[0])

    def profile(self, places: Places, k: int) -> tuple[Integers, Floats]:
        """Log likelihood of each place that change k may have between its neighbours."""
        edges = (0, *places, self.size)
        candidates = np.arange(edges[k] + self.rules.shortest, edges[k + 2] - self.rules.shortest + 1)
        base, steps = self.base(places[:k] + places[k + 1 :]), self.steps(candidates)
        return candidates, likelihoods(self.noise, self.y[:, None], base, steps)[1][:, 0]

    def dated(self, changes: int, known: Places) -> Places:
        """Date so many changes: exactly for independent scores, then each in turn by the likelihood.

        The season is first taken out as it is with the changes that are known, and then fitted with the new ones.
        """
        likely = int(np.argmax(self.weights(())))
        precision = 1 / (self.noise.root[likely] ** 2).sum(axis=1)
        y = self.y - self.seasonal(known)
        places = best_partition(y, precision, changes=changes, shortest=self.rules.shortest)[1]
        for _ in range(_ROUNDS):
            before = places
            for k in range(changes):
                candidates, likelihood = self.profile(places, k)
                places = (*places[:k], int(candidates[np.argmax(likelihood)]), *places[k + 1 :])
            if places == before:
                break
        return places

    def inside(self, places: Places, k: int) -> Integers:
        """Places that the likelihood ratio does not reject for change k."""
        candidates, likelihood = self.profile(places, k)
        kept = 2 * (likelihood.max() - likelihood) <= critical_ratio(self.rules.confidence_level) + _TINY
        return candidates[kept]

    def shift(self, places: Places, k: int) -> Averaged:
        """Size of change k, over the nodes and the dates of its interval."""
        parts = [
            restricted(self.noise, self.y, self.base((*places[:k], place, *places[k + 1 :])))
            for place in self.inside(places, k).tolist()
        ]
        means = np.concatenate([coefficients[:, [k + 1]] for _, _, coefficients in parts])
        errors = np.concatenate([np.sqrt(inverse[:, k + 1, [k + 1]]) for _, inverse, _ in parts])
        return Averaged(probabilities(np.concatenate([part[0] for part in parts])), means, errors)

    def line_fits(self, places: Places, position: Integers) -> bool:
        """Whether a straight line has no worse an information criterion than the changes (Akaike's)."""
        if not places:
            return False
        line = position[:, None].astype(np.float64)
        stepped = self.likelihood(self.base(places[:-1]), self.steps(places[-1:]))
        return self.likelihood(self.base(()), line) - 1 >= stepped - 2 * len(places)

    def likelihood(self, base: Floats, column: Floats) -> float:
        """Largest log likelihood with one column more."""
        return float(likelihoods(self.noise, self.y[:, None], base, column)[1][0, 0])


def find_changes(
    y: Floats,
    variance: Floats,
    position: Integers,
    *,
    rules: Rules,
    season: float = 0.0,
    rng: np.random.Generator | int = 0,
) -> Found:
    """Find changes of level in scores with sampling error, ups and downs, and correlation between neighbours.

    Parameters
    ----------
    y, variance, position
        Scores, their sampling variances, above 0, and numbers of their periods; shape (T,).
    rules
        How changes are looked for.
    season
        Periods after which a wave returns that is allowed for; 0 without.
    rng
        Source of randomness.
    """
    rng = np.random.default_rng(rng)
    noise = noise_of(variance, position, float(np.std(y)), carries=_MILD)
    search = _Search(noise, y, rules, wave(position, season))
    places: Places = ()
    p_values: list[float] = []
    while len(places) < rules.most and len(search.candidates(places)):
        p_value, more = search.further(places, rng)
        p_values += [p_value] * max(more, 1)
        if not more:
            break
        places = search.dated(len(places) + more, places)
    inside = [search.inside(places, k) for k in range(len(places))]
    return Found(
        places=places,
        date_low=tuple(int(found.min()) for found in inside),
        date_high=tuple(int(found.max()) for found in inside),
        p_values=tuple(p_values),
        shifts=tuple(search.shift(places, k) for k in range(len(places))),
        levels=averaged(search.noise, y, search.levels(places), _first(len(places) + 1, search.season.shape[1])),
        variation=search.noise.typical(restricted(search.noise, y, search.base(places))[0]),
        line_fits=search.line_fits(places, position),
        season=search.seasonal(places),
    )


def _first(count: int, more: int) -> Floats:
    """Functions that give the first of the coefficients; shape (count, count + more)."""
    return np.eye(count, count + more)


def _thinned(places: Integers) -> Integers:
    """Every so many of the places, where there are too many to try all pairs."""
    return places[:: -(-len(places) // _MOST_PAIRED)]


def _share_as_large(values: Floats) -> Floats:
    """Share of the values that are as large as each, itself included."""
    ranked = np.sort(values)
    return 1 - np.searchsorted(ranked, values - _TINY) / len(values)
