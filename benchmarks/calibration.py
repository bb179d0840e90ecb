"""Check by simulation every claim about coverage and error rates, and write the table: make calibrate.

`CLAIMS` lists them. The continuous integration runs those of `QUICK` with the same seed.
"""

from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Final

import click
import numpy as np
import pandas as pd
from change_claims import CHANGE_CLAIMS
from driver_claims import effect_covers, line_covers
from followup_claims import WORLDS, recovery_covers
from inference_claims import COMPARISONS, INFERENCE_CLAIMS, MIXES
from journey_claims import JOURNEYS
from kpi_claims import KPI_CLAIMS
from scipy.special import ndtr
from shape_claims import (
    checkout_knee,
    curve_rejected,
    importance_covers,
    kinked,
    null_driver_found,
    place_covers,
    threshold_found,
)
from trend_claims import TREND_CLAIMS

import cxstats as cx
from cxstats.responses.simulate import simulate_support
from cxstats.scores.calibration import Claim, Verdict, check_claim
from cxstats.scores.differences import named_difference
from cxstats.scores.intervals import Sample, named_interval

SEED: Final = 20261122
SHAPES: Final = {
    "J-shaped": (0.06, 0.04, 0.05, 0.08, 0.17, 0.27, 0.33),
    "bimodal": (0.24, 0.10, 0.05, 0.04, 0.07, 0.18, 0.32),
    "top-heavy": (0.01, 0.01, 0.01, 0.02, 0.05, 0.20, 0.70),
    "centred": (0.03, 0.08, 0.18, 0.32, 0.22, 0.12, 0.05),
}
SCALE: Final = cx.named_scale("ces-2.0")
_CUTS: Final = np.array([-1.9, -1.5, -1.1, -0.7, 0.0, 0.8])

Outcomes = Callable[[np.random.Generator, int], np.ndarray]


def covers(method: str, metric: str, shape: str, n: int) -> Outcomes:
    """Simple random samples of n answers, each from a distribution near the shape: one alone has its own lattice."""
    values = np.asarray(cx.named_metric(metric, SCALE).values)

    def outcomes(rng: np.random.Generator, replicates: int) -> np.ndarray:
        truths = rng.dirichlet(30 * np.asarray(SHAPES[shape]), size=replicates)
        limits = named_interval(method)(Sample.from_counts(rng.multinomial(n, truths), values), 0.95)
        return within(limits, truths @ values)

    return outcomes


def within(limits: cx.Interval, truth: float | np.ndarray) -> np.ndarray:
    return (limits.low - 1e-12 <= truth) & (truth <= limits.high + 1e-12)


def under_design(
    rows: Callable[[np.random.Generator, int], tuple[pd.DataFrame, np.ndarray]],
    metric: str,
    *,
    method: str = "score",
    **columns: str,
) -> Outcomes:
    """Samples under a design: every replicate is a stratum and a segment, so that one count serves all."""
    values = np.asarray(cx.named_metric(metric, SCALE).values)

    def outcomes(rng: np.random.Generator, replicates: int) -> np.ndarray:
        data, population = rows(rng, replicates)
        design = cx.Design(strata="replicate", **columns)
        counted = cx.tally(data, "ces", scale=SCALE, by="replicate", design=design)
        return within(cx.score(counted, metric, method=method).interval(), population @ values)

    return outcomes


def weighted(rng: np.random.Generator, replicates: int) -> tuple[pd.DataFrame, np.ndarray]:
    """150 answers; a tenth of the customers was asked four times as often, and is less pleased."""
    n, asked = 150, 4 / 13
    few, many = np.asarray(SHAPES["bimodal"]), np.asarray(SHAPES["J-shaped"])
    is_few = rng.random((replicates, n)) < asked
    points = np.where(is_few, rng.choice(7, (replicates, n), p=few), rng.choice(7, (replicates, n), p=many)) + 1
    data = {"ces": points.ravel(), "w": np.where(is_few, 1.0, 4.0).ravel()}
    return pd.DataFrame({**data, "replicate": np.repeat(np.arange(replicates), n)}), 0.1 * few + 0.9 * many


def clustered(rng: np.random.Generator, replicates: int) -> tuple[pd.DataFrame, np.ndarray]:
    """40 agents with 8 answers each, and an intraclass correlation of a quarter."""
    agents, size = 40, 8
    own = rng.normal(0, 0.5, (replicates, agents, 1))
    points = np.digitize(own + rng.normal(0, np.sqrt(0.75), (replicates, agents, size)), _CUTS) + 1
    data = {"ces": points.ravel(), "agent": np.tile(np.repeat(np.arange(agents), size), replicates)}
    population = np.diff(ndtr(np.r_[-np.inf, _CUTS, np.inf]))
    return pd.DataFrame({**data, "replicate": np.repeat(np.arange(replicates), agents * size)}), population


def correlation_covers(n: int) -> Outcomes:
    """Spearman's correlation of two ratings cut from a normal pair of correlation .6."""

    def ratings(rng: np.random.Generator, size: int) -> np.ndarray:
        one = rng.standard_normal(size)
        other = 0.6 * one + 0.8 * rng.standard_normal(size)
        table = np.zeros((7, 5), dtype=np.int64)
        np.add.at(table, (np.digitize(one, _CUTS), np.digitize(other, _CUTS[1:5])), 1)
        return table

    def found(table: np.ndarray) -> cx.Association:
        crossed = cx.CrossTally("ces", "csat", SCALE, cx.named_scale("csat-5"), table, 0)
        return cx.rank_correlation(crossed)

    def outcomes(rng: np.random.Generator, replicates: int) -> np.ndarray:
        truth = found(ratings(rng, 4_000_000)).estimate
        limits = [found(ratings(rng, n)).interval() for _ in range(replicates)]
        return np.array([low <= truth <= high for low, high in limits])

    return outcomes


def difference_covers(method: str, metric: str, sizes: tuple[int, int]) -> Outcomes:
    """Two independent samples, each pair from distributions near two shapes."""
    values = np.asarray(cx.named_metric(metric, SCALE).values)

    def outcomes(rng: np.random.Generator, replicates: int) -> np.ndarray:
        truths = [rng.dirichlet(30 * np.asarray(SHAPES[shape]), size=replicates) for shape in ("J-shaped", "centred")]
        samples = [Sample.from_counts(rng.multinomial(n, p), values) for n, p in zip(sizes, truths, strict=True)]
        return within(named_difference(method)(*samples, 0.95), (truths[0] - truths[1]) @ values)

    return outcomes


def direction_alarms(way: str) -> Outcomes:
    """Exports of 300 answers of the simulated support desk: reversed, right, or with ratings that have no relation."""

    def outcomes(rng: np.random.Generator, replicates: int) -> np.ndarray:
        made = simulate_support(5 * replicates * 300, rng=rng)
        answers = made.loc[made["responded"], ["ces", "csat", "nps"]].sample(frac=1, random_state=1)
        answers = answers.head(replicates * 300).reset_index(drop=True)
        answers["ces"] = 8 - answers["ces"] if way == "reversed" else answers["ces"]
        answers["ces"] = rng.permutation(answers["ces"]) if way == "unrelated" else answers["ces"]
        parts = (answers.iloc[k * 300 : (k + 1) * 300] for k in range(replicates))
        found = [
            cx.check_direction(part, "ces", scale=SCALE, others={"csat": "csat-5", "nps": "nps"}) for part in parts
        ]
        return np.array([one.verdict == "against" for one in found])

    return outcomes


def coverage(what: str, outcomes: Outcomes, *, side: str = "equal") -> Claim:
    return Claim(f"95 % interval covers: {what}", 0.95, outcomes, side)


METRICS: Final = ("mean", "net", "favourable")
CLAIMS: Final = (
    *(
        # Few answers nearly all at the top: the score interval covers more than it says.
        coverage(
            f"{metric} of ces-2.0, {shape}, n = {n}, score",
            covers("score", metric, shape, n),
            side="at least" if shape == "top-heavy" and n < 100 else "equal",
        )
        for n in (50, 200)
        for shape in SHAPES
        for metric in METRICS
    ),
    *(coverage(f"{m} of ces-2.0, weighted, n = 150, score", under_design(weighted, m, weights="w")) for m in METRICS),
    *(
        coverage(f"{m} of ces-2.0, 40 agents with 8 answers, score", under_design(clustered, m, clusters="agent"))
        for m in METRICS
    ),
    *(
        coverage(
            f"favourable of ces-2.0, {name}, {method}",
            under_design(rows, "favourable", method=method, **columns),
            side="at least" if method == "korn-graubard" else "equal",
        )
        for name, rows, columns in (
            ("weighted, n = 150", weighted, {"weights": "w"}),
            ("40 agents with 8 answers", clustered, {"clusters": "agent"}),
        )
        for method in ("jeffreys", "logit", "korn-graubard")
    ),
    *(
        coverage(f"{metric} of ces-2.0, {shape}, n = 50, dirichlet", covers("dirichlet", metric, shape, 50))
        for shape in ("J-shaped", "bimodal")
        for metric in METRICS
    ),
    *(
        coverage(
            f"difference of {metric} of ces-2.0, n = {sizes[0]} and {sizes[1]}, {method}",
            difference_covers(method, metric, sizes),
        )
        for metric, method in (
            ("mean", "mover"), ("net", "mover"), ("favourable", "newcombe"), ("favourable", "miettinen-nurminen"),
            ("mean", "score"), ("net", "score"), ("favourable", "score"), ("mean", "welch"),
        )
        for sizes in ((40, 60), (200, 150))
    ),
    *(coverage(f"rank correlation of two ratings, n = {n}", correlation_covers(n)) for n in (50, 200)),
    Claim("direction check finds a reversed CES column, 300 answers", 0.95, direction_alarms("reversed"), "at least"),
    Claim("direction check cries wolf, 300 answers, all right", 0.01, direction_alarms("right"), "at most"),
    Claim("direction check cries wolf, 300 answers, unrelated ratings", 0.01, direction_alarms("unrelated"), "at most"),
)  # fmt: skip
CHECKOUT_ROLES: Final = {
    "drivers": ["steps", "form_fields", "errors", "payment_failed", "delivered_late", "returned"],
    "mediators": {
        "steps": ["minutes"], "form_fields": ["errors", "minutes"], "errors": ["minutes"],
        "payment_failed": ["minutes"], "delivered_late": ["returned"],
    },
    "controls": ["device", "account"],
}  # fmt: skip
SUPPORT_ROLES: Final = {
    "drivers": ["first_contact_resolution", "transfers", "waiting_minutes", "self_service_tried"],
    "mediators": {
        "first_contact_resolution": ["repeats", "repeated_oneself"],
        "transfers": ["first_contact_resolution", "repeats", "repeated_oneself"],
        "self_service_tried": ["first_contact_resolution", "repeats", "repeated_oneself"],
    },
    "controls": ["channel", "contact_reason"],
}
EVEN: Final = kinked("steps", 300, 0.0, kink=5)
IMPORTANCE: Final = (0.1351, 0.0995, 0.0685, 0.0267)
"""Of four drivers in two million rows: `shape_claims.true_importance`."""
LINES: Final = (
    *(
        coverage(f"slope of a line, unequal spread, {how}, n = {n}, {what}", line_covers(how, n, column))
        for how, n in (("HC3", 300), ("HC3", 1_000), ("weights", 300), ("clusters", 900))
        for column, what in ((1, "skewed driver"), (2, "yes/no driver"), (3, "null driver"))
    ),
    Claim("a straight line is said to bend, n = 300", 0.05, curve_rejected(300), "at most"),
)
DRIVER_CLAIMS: Final = (
    *LINES,
    *(
        coverage(
            f"{graph}, {effect} effect of {change[0]} on the mean, n = 1,500",
            effect_covers(graph, change, effect, "mean", 1_500, **roles),
        )
        for graph, change, effect, roles in (
            ("checkout", ("payment_failed", "yes"), "total", CHECKOUT_ROLES),
            ("checkout", ("form_fields", "+1"), "direct", CHECKOUT_ROLES),
            ("support", ("first_contact_resolution", "yes"), "total", SUPPORT_ROLES),
        )
    ),
    Claim(
        "threshold in steps, n = 300, change .6 a step: 95 % interval covers",
        0.9,
        place_covers(kinked("steps", 300, 0.6, kink=5), 5),
        "at least",
    ),
    Claim(
        "threshold in minutes, n = 1,000, change .4 a minute: 95 % interval covers",
        0.9,
        place_covers(kinked("minutes", 1_000, 0.4, kink=4), 4),
        "at least",
    ),
    # Effort rises after 5 steps; since the scale ends at 7, the kink of the mean lies later (400,000 customers).
    Claim(
        "threshold of the simulated checkout, n = 1,000: 95 % interval covers the kink of the mean, 5.22",
        0.9,
        place_covers(checkout_knee(1_000), 5.22),
        "at least",
    ),
    Claim("threshold found where there is none, n = 300", 0.05, threshold_found(EVEN), "at most"),
    Claim("null driver found to add something, n = 300", 0.05, null_driver_found(300), "at most"),
    *(
        Claim(
            f"importance of {share:.0%} of the variance, n = 300: 95 % interval covers",
            0.9,
            importance_covers(300, k, share),
            "at least",
        )
        for k, share in enumerate(IMPORTANCE[:3])
    ),
)
FOLLOW_UP: Final = tuple(
    coverage(f"effect of a call, {name}, n = 600", recovery_covers(world), side="at least")
    for name, world in WORLDS.items()
)
QUICK: Final = (
    *(claim for claim in CLAIMS[::3] if "direction check" not in claim.name),
    *LINES[::3],
    COMPARISONS[0],
    *MIXES[:3],
    *(claim for claim in TREND_CLAIMS if "moving average, CSAT 80 % at 200 answers" in claim.name),
)
EVERY: Final = (
    *CLAIMS, *INFERENCE_CLAIMS, *DRIVER_CLAIMS, *TREND_CLAIMS, *CHANGE_CLAIMS, *JOURNEYS, *FOLLOW_UP,
    *KPI_CLAIMS,
)  # fmt: skip
HEAD: Final = """# Calibration

Claims about coverage and error rates, checked by simulation. A claim holds when the nominal rate lies in the exact
99 % interval of the rate seen in {replicates:,} seeded replicates; a one-sided claim, when the interval reaches it. One
true claim in a hundred fails this by chance. Made by `make calibrate`; CI runs {quick} of the {claims}.

| claim | nominal | seen | 99 % interval | holds |
|---|---|---|---|---|
"""


def verdict_of(place: int) -> Verdict:
    """Check one of the claims; its source of randomness is its own."""
    found = check_claim(EVERY[place], seed=SEED)
    # A claim holds functions that another process cannot send back.
    return replace(found, claim=replace(found.claim, outcomes=no_outcomes))


def no_outcomes(_: np.random.Generator, replicates: int) -> np.ndarray:
    return np.zeros(replicates, dtype=bool)


def row(verdict: Verdict) -> str:
    """Return the line of the table."""
    claim, (low, high) = verdict.claim, verdict.interval
    nominal = f"{'' if claim.side == 'equal' else claim.side + ' '}{claim.nominal:g}"
    holds = "yes" if verdict.holds else "NO"
    return f"| {claim.name} | {nominal} | {verdict.rate:.4f} | {low:.4f} to {high:.4f} | {holds} |"


def main() -> None:
    with ProcessPoolExecutor() as pool:
        found = pool.map(verdict_of, range(len(EVERY)))
        with click.progressbar(found, label="simulating", length=len(EVERY)) as verdicts_in_turn:
            verdicts = list(verdicts_in_turn)
    head = HEAD.format(replicates=verdicts[0].replicates, quick=len(QUICK), claims=len(verdicts))
    path = Path(__file__).with_name("calibration.md")
    path.write_text(head + "\n".join(map(row, verdicts)) + "\n", encoding="utf-8")
    print(path.name)


if __name__ == "__main__":
    main()
