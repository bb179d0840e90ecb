"""What claims about mix against rate are checked by: outcomes of replicates, for benchmarks/calibration.py."""

from collections.abc import Callable

import numpy as np
import pandas as pd

import cxstats as cx
from cxstats.scores.mix import standardised
from cxstats.scores.mix.kitagawa import effects_of
from cxstats.scores.mix.paradox import find_paradox
from cxstats.scores.mix.waves import Waves

Outcomes = Callable[[np.random.Generator, int], np.ndarray]
SCALE = cx.named_scale("ces-2.0")
SHAPES = np.array(
    [
        (0.06, 0.04, 0.05, 0.08, 0.17, 0.27, 0.33),
        (0.24, 0.10, 0.05, 0.04, 0.07, 0.18, 0.32),
        (0.01, 0.01, 0.01, 0.02, 0.05, 0.20, 0.70),
        (0.03, 0.08, 0.18, 0.32, 0.22, 0.12, 0.05),
    ]
)
MANY = 10**7
PARTS = {"total": 0, "rate": 1, "mix": 2}


def mix_covers(what: str, metric: str, segments: int, n: int) -> Outcomes:
    """Two waves of n answers, mixes and answers of segments near those of the wave before.

    `what` is total, rate or mix; or a segment's score, share, rate, mix or together, as ``"segment rate"``, of one
    segment that is drawn anew for each replicate.
    """
    values = np.asarray(cx.named_metric(metric, SCALE).values)

    def outcomes(rng: np.random.Generator, replicates: int) -> np.ndarray:
        return np.array([_covered(rng, what, values, segments, n) for _ in range(replicates)])

    return outcomes


def _covered(rng: np.random.Generator, what: str, values: np.ndarray, segments: int, n: int) -> bool:
    mixes = rng.dirichlet(8 * np.ones(segments), size=2)
    first = np.array([rng.dirichlet(30 * SHAPES[k]) for k in rng.integers(len(SHAPES), size=segments)])
    second = np.array([rng.dirichlet(60 * p + 0.05) for p in first])
    cells = [mix[:, None] * answers for mix, answers in zip(mixes, (first, second), strict=True)]
    counts = np.array([rng.multinomial(n, part.ravel() / part.sum()).reshape(part.shape) for part in cells])
    truth, seen = (effects_of(Waves.from_counts(c, values), values) for c in (np.array(cells) * MANY, counts))
    name, k = ("parts", PARTS[what]) if what in PARTS else (what.removeprefix("segment "), rng.integers(segments))
    limits, true = getattr(seen, name).interval(0.95), getattr(truth, name).estimate[k]
    # A segment that nobody answered for has no change to be right about.
    return bool(np.isnan(limits.low[k]) or limits.low[k] <= true <= limits.high[k])


def parts_cover(what: str, n: int) -> Outcomes:
    """Two waves of n answers in three segments whose shares of .8, .6 and .4 stay and whose mix changes a lot."""
    values, shares, k = np.array([0.0, 1.0]), np.array([0.8, 0.6, 0.4]), PARTS[what]
    mixes = ((0.6, 0.3, 0.1), (0.4, 0.35, 0.25))
    cells = np.array([np.outer(mix, (1, 1)) * np.stack([1 - shares, shares], axis=1) for mix in mixes])
    true = effects_of(Waves.from_counts(cells * MANY, values), values).parts.estimate[k]

    def outcomes(rng: np.random.Generator, replicates: int) -> np.ndarray:
        found = np.zeros(replicates, dtype=bool)
        for i in range(replicates):
            counts = np.array([rng.multinomial(n, wave.ravel()).reshape(wave.shape) for wave in cells])
            limits = effects_of(Waves.from_counts(counts, values), values).parts.interval(0.95)
            found[i] = limits.low[k] <= true <= limits.high[k]
        return found

    return outcomes


def paradox_claimed(n: int) -> Outcomes:
    """The total rises and three of four segments fall clearly, but one does not change: no paradox is the truth."""
    values = np.asarray(cx.named_metric("mean", SCALE).values)
    good, bad = SHAPES[2], SHAPES[3]
    worse = np.array([0.02, 0.02, 0.04, 0.08, 0.24, 0.30, 0.30])
    first, second = np.array([good, bad, bad, bad]), np.array([worse, bad, np.roll(bad, -1), np.roll(bad, -1)])
    cells = np.array([0.1, 0.3, 0.3, 0.3])[:, None] * first, np.array([0.7, 0.1, 0.1, 0.1])[:, None] * second

    def outcomes(rng: np.random.Generator, replicates: int) -> np.ndarray:
        found = np.zeros(replicates, dtype=bool)
        for k in range(replicates):
            counts = np.array([rng.multinomial(n, p.ravel() / p.sum()).reshape(p.shape) for p in cells])
            effects = effects_of(Waves.from_counts(counts, values), values)
            found[k] = find_paradox(effects, np.ones(4, dtype=bool), 0.95).kind == "clear"
        return found

    return outcomes


def standardised_covers(metric: str, n: int) -> Outcomes:
    """Four segments in a given mix that is not theirs."""
    values, mix = np.asarray(cx.named_metric(metric, SCALE).values), np.array([0.1, 0.2, 0.3, 0.4])

    def outcomes(rng: np.random.Generator, replicates: int) -> np.ndarray:
        found = np.zeros(replicates, dtype=bool)
        for k in range(replicates):
            shares = rng.dirichlet(20 * np.ones(4))
            answers = np.array([rng.dirichlet(30 * shape) for shape in SHAPES])
            cells = shares[:, None] * answers
            counts = rng.multinomial(n, cells.ravel() / cells.sum()).reshape(cells.shape)
            limits = standardised(_scores(counts, metric), mix=dict(zip("abcd", mix, strict=True))).interval()
            found[k] = limits.low[0] <= mix @ answers @ values <= limits.high[0]
        return found

    return outcomes


def _scores(counts: np.ndarray, metric: str) -> cx.Scores:
    where = np.repeat(np.arange(counts.size), counts.ravel())
    rows = pd.DataFrame({"ces": where % 7 + 1, "segment": np.array(list("abcd"))[where // 7]})
    return cx.score(cx.tally(rows, "ces", scale=SCALE, by="segment"), metric)
