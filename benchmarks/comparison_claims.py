"""What claims about comparisons are checked by: outcomes of replicates, for benchmarks/calibration.py."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd

import cxstats as cx
from cxstats.scores.comparing import compare

Outcomes = Callable[[np.random.Generator, int], np.ndarray]
SCALE = cx.named_scale("ces-2.0")
EASY = np.array([4, 6, 10, 15, 20, 25, 20]) / 100
SIZES = (40, 60, 80, 120, 200)
CLUSTERS, SHARES = 40, np.array([0.1, 0.2, 0.3, 0.4])


def any_claimed(to: str, adjust: str, metric: str) -> Outcomes:
    """Five segments of 40 to 200 answers that do not differ: whether any is called better or worse."""
    table = pd.DataFrame({"team": np.repeat(np.arange(5), 7), "x": np.tile(np.arange(1, 8), 5)})
    start = cx.score(cx.tally(table, "x", scale=SCALE, by="team"), metric)

    def outcomes(rng: np.random.Generator, replicates: int) -> np.ndarray:
        found = np.empty(replicates, dtype=bool)
        for k in range(replicates):
            counts = rng.multinomial(SIZES, EASY)
            drawn = replace(start, tally=replace(start.tally, counts=counts, totals=counts.astype(float)))
            found[k] = (compare(drawn, to=to, adjust=adjust).adjusted_p_value < 0.05).any()
        return found

    return outcomes


def any_claimed_by_weights(adjust: str, metric: str) -> Outcomes:
    """Six segments of some 67 answers that do not differ, in 30 clusters, exponential weights: whether any is called.

    Nine in ten answers are favourable and the design effect of the weights is 2: few answers say how a score varies.
    """
    design, shares = cx.Design(weights="w", clusters="agent"), np.array([2, 3, 5, 30, 60]) / 100

    def outcomes(rng: np.random.Generator, replicates: int) -> np.ndarray:
        found = np.empty(replicates, dtype=bool)
        for k in range(replicates):
            answers = {"x": rng.choice(5, size=400, p=shares) + 1, "team": rng.integers(0, 6, 400)}
            table = pd.DataFrame(answers | {"agent": rng.integers(0, 30, 400), "w": rng.exponential(1.0, 400)})
            counted = cx.tally(table, "x", scale="csat-5", by="team", design=design)
            found[k] = (compare(cx.score(counted, metric), to="all", adjust=adjust).adjusted_p_value < 0.05).any()
        return found

    return outcomes


def clustered_covers(to: str, metric: str) -> Outcomes:
    """Four segments that share 40 clusters with moods and unequal weights: does the interval hold the difference.

    Of one of the comparisons, drawn anew for each replicate. Moods shift every answer of a cluster; segments differ.
    """
    values = np.asarray(cx.named_metric(metric, SCALE).values)
    truth = _truth(values)

    def outcomes(rng: np.random.Generator, replicates: int) -> np.ndarray:
        found = np.empty(replicates, dtype=bool)
        design = cx.Design(weights="w", clusters="agent")
        for k in range(replicates):
            counted = cx.tally(_answers(rng), "x", scale=SCALE, by="team", design=design)
            comparison = compare(cx.score(counted, metric), to=to)
            which = int(rng.integers(len(comparison.difference)))
            limits, true = comparison.interval(), truth[to][which]
            found[k] = limits.low[which] <= true <= limits.high[which]
        return found

    return outcomes


def _answers(rng: np.random.Generator, clusters: int = CLUSTERS, size: int = 15) -> pd.DataFrame:
    agent = np.repeat(np.arange(clusters), rng.poisson(size, clusters) + 1)
    mood = rng.normal(0, 0.5, clusters)[agent]
    team = rng.choice(4, size=len(agent), p=SHARES)
    latent = 4.6 + 0.3 * team + mood + rng.normal(0, 1.4, len(agent))
    answers = np.clip(np.rint(latent), 1, 7).astype(int)
    return pd.DataFrame({"x": answers, "team": team, "agent": agent, "w": rng.choice([1.0, 2.5], len(agent))})


def _truth(values: np.ndarray) -> dict[str, np.ndarray]:
    many = _answers(np.random.default_rng(1), clusters=400_000, size=10)
    score = pd.Series(values[many["x"] - 1]).groupby(many["team"]).mean().to_numpy()
    total = float(SHARES @ score)
    first, second = np.triu_indices(4, 1)
    return {
        "rest": score - (total - SHARES * score) / (1 - SHARES),
        "total": score - total,
        "all": score[first] - score[second],
    }
