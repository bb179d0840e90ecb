"""What claims about plans are checked by: surveys with the planned number of answers, for benchmarks/calibration.py."""

from collections.abc import Callable

import numpy as np
import pandas as pd

from cxstats.responses.tallies import tally
from cxstats.responses.weights import Design
from cxstats.scores.differences import named_difference
from cxstats.scores.estimates import Scores, score
from cxstats.scores.intervals import Sample, named_interval
from cxstats.scores.planning import answers_needed, answers_to_detect, expect

Outcomes = Callable[[np.random.Generator, int], np.ndarray]
_CUTS = np.array([-1.9, -1.5, -1.1, -0.7, 0.0, 0.8])


def margin_kept(
    shares: tuple[float, ...], metric: str, margin: float, *, method: str = "score", assurance: float = 0.8
) -> Outcomes:
    """Half the width of the interval of a survey of ces-2.0 with the planned answers is at most the margin."""
    expected = expect(shares, scale="ces-2.0", metric=metric)
    plan = answers_needed(expected, margin=margin, assurance=assurance, method=method)

    def outcomes(rng: np.random.Generator, replicates: int) -> np.ndarray:
        drawn = rng.multinomial(int(plan.assured[0]), expected.shares[0], size=replicates)
        limits = named_interval(method)(Sample.from_counts(drawn, expected.values), 0.95)
        return (limits.high - limits.low) / 2 <= margin * (1 + 1e-9)

    return outcomes


def margin_kept_in_population(
    shares: tuple[float, ...], metric: str, margin: float, population_size: int, *, assurance: float = 0.8
) -> Outcomes:
    """The same, the answers drawn from a population without replacement and counted under a design that knows it."""
    expected = expect(shares, scale="ces-2.0", metric=metric)
    plan = answers_needed(expected, margin=margin, assurance=assurance, population_size=population_size)
    everybody = np.round(expected.shares[0] * population_size).astype(int)
    design = Design(strata="survey", population_size=population_size)

    def outcomes(rng: np.random.Generator, replicates: int) -> np.ndarray:
        n = int(plan.assured[0])
        drawn = rng.multivariate_hypergeometric(everybody, n, size=replicates)
        points = np.repeat(np.tile(np.arange(1, 8), replicates), drawn.ravel())
        data = pd.DataFrame({"ces": points, "survey": np.arange(replicates).repeat(n)})
        limits = score(tally(data, "ces", scale="ces-2.0", by="survey", design=design), metric).interval()
        return (limits.high - limits.low) / 2 <= margin * (1 + 1e-9)

    return outcomes


def margin_kept_by_clusters(margin: float, *, each: int = 8, assurance: float = 0.8) -> Outcomes:
    """The same for the mean where answers cluster by agent and the variance is estimated from them."""
    design = Design(strata="survey", clusters="agent")

    def answers(rng: np.random.Generator, agents: int, surveys: int) -> pd.DataFrame:
        z = 0.5 * rng.normal(size=(surveys, agents, 1)) + rng.normal(size=(surveys, agents, each))
        agent = np.arange(surveys * agents).repeat(each)
        return pd.DataFrame({"ces": np.searchsorted(_CUTS, z.ravel()) + 1, "agent": agent, "survey": agent // agents})

    def scored(data: pd.DataFrame) -> Scores:
        return score(tally(data, "ces", scale="ces-2.0", by="survey", design=design))

    def outcomes(rng: np.random.Generator, replicates: int) -> np.ndarray:
        whole = scored(answers(rng, 20_000, 4))
        effect = float((whole.n / whole.effective_n).mean())
        expected = expect(whole.shares.mean(axis=0), scale="ces-2.0", design_effect=effect, answers_per_cluster=each)
        plan = answers_needed(expected, margin=margin, assurance=assurance)
        limits = scored(answers(rng, -(-int(plan.assured[0]) // each), replicates)).interval()
        return (limits.high - limits.low) / 2 <= margin

    return outcomes


def enough_answer(response_rate: float, *, assurance: float = 0.8) -> Outcomes:
    """Of the invitations planned at least so many are answered, each with the response rate."""
    expected = expect([1, 1, 1], scale="csat-faces")
    plan = answers_needed(expected, margin=0.2, assurance=assurance, response_rate=response_rate)

    def outcomes(rng: np.random.Generator, replicates: int) -> np.ndarray:
        return rng.binomial(int(plan.invitations[0]), response_rate, size=replicates) >= plan.assured[0]

    return outcomes


def difference_seen(
    shares: tuple[float, ...], metric: str, difference: float, *, method: str = "score", ratio: float = 1.0
) -> Outcomes:
    """The interval of the difference of two planned samples of ces-2.0 stays clear of 0, on the right side."""
    expected = expect(shares, scale="ces-2.0", metric=metric)
    plan = answers_to_detect(expected, difference=difference, method=method, ratio=ratio)

    def outcomes(rng: np.random.Generator, replicates: int) -> np.ndarray:
        first, second = (
            Sample.from_counts(rng.multinomial(int(n), p.shares[0], size=replicates), expected.values)
            for n, p in ((plan.first[0], expected), (plan.second[0], plan.alternative))
        )
        limits = named_difference(method)(second, first, 0.95)
        return limits.low > 0 if difference > 0 else limits.high < 0

    return outcomes
