"""What claims about pain points and league tables are checked by: outcomes of replicates, for calibration.py.

Run by itself it writes what shrinking and adjusting gain to journeys.md.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from scipy.special import ndtr

import cxstats as cx
from cxstats.actions.journeys import league_of, pain_points
from cxstats.actions.journeys.pain_tables import Order
from cxstats.actions.journeys.ranks import RankIntervals, Ranks

Outcomes = Callable[[np.random.Generator, int], np.ndarray]
SCALE = cx.named_scale("ces-2.0")
CUTS = np.array([-1.9, -1.5, -1.1, -0.7, 0.0, 0.8])
SHAPE = (4, 4)
WIDE = (4, 4, 3)
SPREADS = {
    "cells do not differ": (0.0, 0.0),
    "cells differ a little": (0.05, 0.1),
    "cells differ": (0.2, 0.2),
    "cells differ by channel and reason alone": (0.3, 0.0),
    "one cell in six is bad": (0.0, -0.9),
}
"""Standard deviations, on the latent scale, of channels and reasons and of cells; negative: the shift of bad cells."""


def shares_of(latent: np.ndarray) -> np.ndarray:
    """Shares of the seven answers around latent means; shape (..., 7)."""
    below = ndtr(CUTS - latent[..., None])
    ends = np.zeros((*latent.shape, 1)), np.ones((*latent.shape, 1))
    return np.diff(np.concatenate([ends[0], below, ends[1]], axis=-1), axis=-1)


def blank(columns: dict[str, np.ndarray], metric: str) -> cx.Scores:
    """Scores of a tally with one row for each combination, to be filled with counts."""
    each = len(next(iter(columns.values())))
    table = pd.DataFrame({name: np.repeat(values, 7) for name, values in columns.items()})
    table["x"] = np.tile(np.arange(1, 8), each)
    return cx.score(cx.tally(table, "x", scale=SCALE, by=list(columns)), metric)


def filled(scores: cx.Scores, counts: np.ndarray) -> cx.Scores:
    n = counts.sum(axis=1).astype(float)
    tally = replace(scores.tally, counts=counts, totals=counts.astype(float), squared_weights=n, squares_left=n)
    return replace(scores, tally=tally)


def cells(
    rng: np.random.Generator, replicates: int, spread: str, metric: str = "mean", shape: tuple[int, ...] = SHAPE
) -> Iterator[tuple[cx.Scores, np.ndarray]]:
    """Cells of channel by reason with 1 to some hundred answers, and what is true of each."""
    names = ("channel", "reason", "touchpoint")[: len(shape)]
    places = np.array(list(np.ndindex(*shape)))
    start = blank(dict(zip(names, places.T, strict=True)), metric)
    values, (main, own) = np.asarray(start.metric.values), SPREADS[spread]
    for _ in range(replicates):
        parts = sum(rng.normal(0, main, k)[places[:, j]] for j, k in enumerate(shape))
        alone = own * (rng.random(len(places)) < 1 / 6) if own < 0 else rng.normal(0, own, len(places))
        shares = shares_of(parts + alone)
        n = np.maximum(1, np.rint(rng.lognormal(3.2, 1.1, len(places)))).astype(int)
        yield filled(start, rng.multinomial(n, shares)), shares @ values


def shrunken_covers(spread: str, metric: str, shape: tuple[int, ...] = SHAPE) -> Outcomes:
    """Of one cell, drawn anew for each replicate: does the interval of the shrunken score hold the true one."""

    def outcomes(rng: np.random.Generator, replicates: int) -> np.ndarray:
        found = np.empty(replicates, dtype=bool)
        for k, (scores, truth) in enumerate(cells(rng, replicates, spread, metric, shape)):
            limits, which = pain_points(scores).short.interval, int(rng.integers(len(truth)))
            found[k] = limits.low[which] - 1e-12 <= truth[which] <= limits.high[which] + 1e-12
        return found

    return outcomes


def bad_cell_covers(spread: str, metric: str) -> Outcomes:
    """Of one truly bad cell of 10 to 29 answers: does the interval of the shrunken score hold the true one.

    Bad are those that are not like the rest, and where all differ the worst sixth.
    """

    def outcomes(rng: np.random.Generator, replicates: int) -> np.ndarray:
        found: list[bool] = []
        for scores, truth in cells(rng, 100 * replicates, spread, metric):
            bound = truth.max() - 1e-9 if SPREADS[spread][1] < 0 else np.quantile(truth, 1 / 6)
            bad = np.flatnonzero((truth <= bound) & (scores.n >= 10) & (scores.n < 30))
            if bad.size:
                limits, which = pain_points(scores).short.interval, int(rng.choice(bad))
                found.append(bool(limits.low[which] - 1e-12 <= truth[which] <= limits.high[which] + 1e-12))
            if len(found) == replicates:
                break
        return np.array(found)

    return outcomes


def outlier_covers(rng: np.random.Generator, replicates: int) -> np.ndarray:
    """Of 15 cells near 95 % with 200 answers and one of 50 to 70 % with 15: does the interval of this one hold."""
    cell = np.repeat(np.arange(16), 5)
    table = pd.DataFrame({"cell": cell, "x": np.tile(np.arange(1, 6), 16)})
    start = cx.score(cx.tally(table, "x", scale="csat-5", by="cell"))
    found, n = np.empty(replicates, dtype=bool), np.r_[np.full(15, 200), 15]
    for k in range(replicates):
        truth = np.r_[np.clip(rng.normal(0.95, 0.015, 15), 0.8, 0.995), rng.uniform(0.5, 0.7)]
        counts = np.zeros((16, 5), dtype=int)
        counts[:, 4] = rng.binomial(n, truth)
        counts[:, 0] = n - counts[:, 4]
        limits = pain_points(filled(start, counts)).short.interval
        found[k] = limits.low[15] <= truth[15] <= limits.high[15]
    return found


def rank_covers(spread: str, shape: tuple[int, ...] = SHAPE) -> Outcomes:
    """Of one cell, drawn anew for each replicate: does the interval of the rank by score hold the true rank."""

    def outcomes(rng: np.random.Generator, replicates: int) -> np.ndarray:
        found = np.empty(replicates, dtype=bool)
        for k, (scores, truth) in enumerate(cells(rng, replicates, spread, "mean", shape)):
            ranks, which = pain_points(scores, order="score").ranks, int(rng.integers(len(truth)))
            # Cells that are truly alike have every rank between them.
            least = 1 + int((truth < truth[which] - 1e-9).sum())
            most = int((truth <= truth[which] + 1e-9).sum())
            found[k] = ranks.low[which] <= most and least <= ranks.high[which]
        return found

    return outcomes


def true_ranks(pain: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """First and last rank of each, 1 being the largest; those that are truly alike share theirs."""
    first = 1 + (pain > pain[:, None] + 1e-9).sum(axis=1)
    return first, (pain >= pain[:, None] - 1e-9).sum(axis=1)


def ranked_cells(
    spread: str, order: Order = "score", shape: tuple[int, ...] = SHAPE
) -> Callable[[np.random.Generator, int, RankIntervals], Iterator[tuple[Ranks, np.ndarray]]]:
    """Ranks of cells, and how much it truly hurts in each."""

    def ranked(rng: np.random.Generator, replicates: int, ranks: RankIntervals) -> Iterator[tuple[Ranks, np.ndarray]]:
        for scores, truth in cells(rng, replicates, spread, "mean", shape):
            points = pain_points(scores, order=order, ranks=ranks)
            share = points.measured.share
            yield points.ranks, (share @ truth - truth) * (share if order == "contribution" else 1)

    return ranked


def ranked_agents(
    spread: float, interaction: float = 0.0
) -> Callable[[np.random.Generator, int, RankIntervals], Iterator[tuple[Ranks, np.ndarray]]]:
    """Ranks of agents, and how much worse each truly is."""

    def ranked(rng: np.random.Generator, replicates: int, ranks: RankIntervals) -> Iterator[tuple[Ranks, np.ndarray]]:
        for scores, truth in dealt(rng, replicates, spread, interaction):
            yield league_of(scores, of="agent", ranks=ranks).fitted.ranks, -truth

    return ranked


def all_held(ranks: Ranks, pain: np.ndarray) -> bool:
    """Say whether every interval holds all true ranks of its cell."""
    first, last = true_ranks(pain)
    return bool(((ranks.low <= first) & (last <= ranks.high)).all())


def at_once(ranked: Callable[..., Iterator[tuple[Ranks, np.ndarray]]]) -> Outcomes:
    """Do joint intervals hold the true ranks of all cells, or of all agents."""

    def outcomes(rng: np.random.Generator, replicates: int) -> np.ndarray:
        return np.array([all_held(ranks, pain) for ranks, pain in ranked(rng, replicates, "joint")])

    return outcomes


def contribution_covers(spread: str) -> Outcomes:
    """Of one cell, drawn anew for each replicate: is its true shortfall from all answers in the interval."""

    def outcomes(rng: np.random.Generator, replicates: int) -> np.ndarray:
        found = np.empty(replicates, dtype=bool)
        for k, (scores, truth) in enumerate(cells(rng, replicates, spread)):
            points, which = pain_points(scores), int(rng.integers(len(truth)))
            limits, short = points.short.shortfall_interval, float(points.measured.share @ truth - truth[which])
            found[k] = limits.low[which] - 1e-12 <= short <= limits.high[which] + 1e-12
        return found

    return outcomes


def dealt(
    rng: np.random.Generator, replicates: int, spread: float, interaction: float = 0.0, agents: int = 24
) -> Iterator[tuple[cx.Scores, np.ndarray]]:
    """Agents of whom each answers mostly one of four kinds of contact, and the part of each in the score of all."""
    agent, kind = np.divmod(np.arange(agents * 4), 4)
    start = blank({"agent": agent, "reason": kind}, "mean")
    mostly = np.where(agent % 4 == kind, 0.55, 0.15)
    values, hard = np.asarray(start.metric.values), np.array([0.4, 0.1, -0.1, -0.5])
    for _ in range(replicates):
        skill = rng.normal(0, spread, agents)
        volume = np.maximum(4, rng.lognormal(3.8, 0.7, agents))
        n = rng.poisson(volume[agent] * mostly)
        n[:4] += 1
        latent = skill[agent] + hard[kind] + interaction * rng.standard_normal(len(agent))
        mix = np.bincount(kind, weights=n) / n.sum()
        true = (shares_of(skill[:, None] + hard) @ values) @ mix
        counts = rng.multinomial(n, shares_of(latent))
        present = np.bincount(agent, weights=n) > 0
        weight = np.bincount(agent, weights=n) / n.sum()
        yield filled(start, counts), (true - weight @ true)[present]


def agent_covers(spread: float, interaction: float = 0.0) -> Outcomes:
    """Of one agent, drawn anew for each replicate: does the interval of the shrunken part hold the true one."""

    def outcomes(rng: np.random.Generator, replicates: int) -> np.ndarray:
        found = np.empty(replicates, dtype=bool)
        for k, (scores, truth) in enumerate(dealt(rng, replicates, spread, interaction)):
            limits, which = league_of(scores, of="agent").fitted.interval, int(rng.integers(len(truth)))
            found[k] = limits.low[which] <= truth[which] <= limits.high[which]
        return found

    return outcomes


def agent_rank_covers(spread: float) -> Outcomes:
    """Of one agent, drawn anew for each replicate: does the interval of the rank hold the true rank."""

    def outcomes(rng: np.random.Generator, replicates: int) -> np.ndarray:
        found = np.empty(replicates, dtype=bool)
        for k, (scores, truth) in enumerate(dealt(rng, replicates, spread)):
            ranks, which = league_of(scores, of="agent").fitted.ranks, int(rng.integers(len(truth)))
            found[k] = ranks.low[which] <= 1 + int((truth < truth[which]).sum()) <= ranks.high[which]
        return found

    return outcomes


def agent_called(rng: np.random.Generator, replicates: int) -> np.ndarray:
    """No agent differs from any other: whether at least one is called better or worse than the average."""
    found = dealt(rng, replicates, 0.0)
    return np.array([(league_of(scores, of="agent").fitted.p_value < 0.05).any() for scores, _ in found])


def agent_of_shifts_called(rng: np.random.Generator, replicates: int) -> np.ndarray:
    """No agent differs; answers of one of the 4 shifts of each are alike: whether any agent is told apart."""
    agent, shift, _ = (one.ravel() for one in np.indices((12, 4, 20)))
    rows = pd.DataFrame({"agent": agent, "shift": 100 * agent + shift})
    found = np.empty(replicates, dtype=bool)
    for k in range(replicates):
        latent = rng.normal(0, 0.5, (12, 4, 1)) + rng.normal(0, 1, (12, 4, 20))
        rows["ces"] = np.clip(np.rint(5 + 1.2 * latent), 1, 7).astype(int).ravel()
        design = cx.Design(clusters="shift")
        scores = cx.score(cx.tally(rows, "ces", scale=SCALE, by="agent", design=design), "mean")
        found[k] = (league_of(scores, of="agent").fitted.p_value < 0.05).any()
    return found


def _cover(what: str, outcomes: Outcomes, side: str = "at least") -> Any:
    return cx.Claim(f"95 % interval covers: {what}", 0.95, outcomes, side)


JOURNEYS = (
    *(_cover(f"shrunken mean of a cell, 16 cells, {name}", shrunken_covers(name, "mean")) for name in SPREADS),
    _cover("shrunken share of a cell, 16 cells, cells differ", shrunken_covers("cells differ", "favourable")),
    _cover("shrunken mean of a cell, 48 cells, cells differ", shrunken_covers("cells differ", "mean", WIDE)),
    _cover("shortfall of a cell from all answers, 16 cells, cells differ", contribution_covers("cells differ")),
    *(_cover(f"rank of a cell, 16 cells, {name}", rank_covers(name)) for name in SPREADS if "not" not in name),
    _cover("rank of a cell, 48 cells, cells differ", rank_covers("cells differ", WIDE)),
    *(_cover(f"what an agent adds, 24 agents, spread {s:g}", agent_covers(s)) for s in (0.0, 0.1, 0.3)),
    _cover("what an agent adds, 24 agents who are better at some reasons", agent_covers(0.2, 0.3)),
    _cover("rank of an agent, 24 agents, spread 0.3", agent_rank_covers(0.3)),
    *(_cover(f"ranks of all 16 cells at once, {name}", at_once(ranked_cells(name))) for name in list(SPREADS)[::2]),
    _cover("ranks by contribution of all 16 cells at once", at_once(ranked_cells("cells differ", "contribution"))),
    _cover("ranks of all 48 cells at once, cells differ", at_once(ranked_cells("cells differ", shape=WIDE))),
    *(_cover(f"ranks of all 24 agents at once, spread {s:g}", at_once(ranked_agents(s))) for s in (0.0, 0.3)),
    _cover("ranks of all 24 agents at once, who are better at some reasons", at_once(ranked_agents(0.2, 0.3))),
    cx.Claim("any of 24 agents who do not differ is told from the average", 0.05, agent_called, "at most"),
    *(
        _cover(
            f"shrunken {metric} of a truly bad cell of 10 to 29 answers, 16 cells, {name}", bad_cell_covers(name, one)
        )
        for name in ("one cell in six is bad", "cells differ")
        for metric, one in (("mean", "mean"), ("share", "favourable"))
    ),
    cx.Claim("any of 12 agents of 4 shifts who do not differ is told", 0.05, agent_of_shifts_called, "at most"),
    _cover("shrunken share of a cell of 15 answers at 50 to 70 %, 15 others at 95 %", outlier_covers),
)
"""Claims for the list in calibration.py."""


def gains(replicates: int) -> list[list[Any]]:
    """Mean squared error of measured and of shrunken scores, by spread of the cells and by what they are shrunk to."""
    rows: list[list[Any]] = []
    for shape in (SHAPE, WIDE):
        for spread in SPREADS:
            errors = []
            for scores, truth in cells(np.random.default_rng(1), replicates, spread, shape=shape):
                kinds = [pain_points(scores, toward=toward) for toward in ("overall", "main effects", "auto")]
                found = [scores.estimate, *(one.short.shrunken for one in kinds)]
                errors.append([np.mean((one - truth) ** 2) for one in found])
            means = np.mean(errors, axis=0)
            gain = f"{means[0] / means[3]:.1f} times"
            rows.append([int(np.prod(shape)), spread, *(f"{one:.4f}" for one in means), gain])
    return rows


def rank_coverage(replicates: int) -> list[list[Any]]:
    """How often intervals of ranks hold, one at a time and all at once, and how many ranks they span."""
    worlds = {f"16 cells, {name}": ranked_cells(name) for name in SPREADS}
    worlds["16 cells by contribution, cells differ"] = ranked_cells("cells differ", "contribution")
    worlds["48 cells, cells differ"] = ranked_cells("cells differ", shape=WIDE)
    worlds |= {f"24 agents, spread {spread:g}": ranked_agents(spread) for spread in (0.1, 0.3)}
    rows: list[list[Any]] = []
    for name, ranked in worlds.items():
        row: list[Any] = [name]
        for kind in ("each", "joint"):
            found = [*ranked(np.random.default_rng(3), replicates, kind)]
            wide = np.mean([np.mean(ranks.high - ranks.low + 1) for ranks, _ in found])
            one = np.mean([_held(ranks, pain).mean() for ranks, pain in found])
            together = np.mean([_held(ranks, pain).all() for ranks, pain in found])
            row += [f"{100 * one:.1f} %", f"{100 * together:.1f} %", f"{wide:.1f}"]
        rows.append(row)
    return rows


def _held(ranks: Ranks, pain: np.ndarray) -> np.ndarray:
    """Say which intervals hold a true rank of their cell; those that are alike have every rank between them."""
    first, last = true_ranks(pain)
    return (ranks.low <= last) & (first <= ranks.high)


def agent_gains(replicates: int) -> list[list[Any]]:
    """Root mean squared error against the true part of agents, and rank correlation with it."""
    rows: list[list[Any]] = []
    for spread in (0.0, 0.1, 0.2, 0.3):
        errors, orders = [], []
        for scores, truth in dealt(np.random.default_rng(2), replicates, spread):
            league = league_of(scores, of="agent")
            table = league.to_frame().sort_values("agent")
            found = [table[name].to_numpy() - league.total for name in ("estimate", "adjusted", "shrunken")]
            errors.append([np.mean((one - truth) ** 2) for one in found])
            orders.append([pd.Series(one).corr(pd.Series(truth), method="spearman") for one in found if spread])
        means = np.mean(errors, axis=0)
        alike = [f"{one:.2f}" for one in np.mean(orders, axis=0)] if spread else ["–"] * 3
        rows.append(
            [f"{spread:g}", *(f"{one:.3f}" for one in np.sqrt(means)), f"{means[0] / means[2]:.1f} times", *alike]
        )
    return rows


HEAD = """# What shrinking and adjusting gain, and how often intervals of ranks hold

{replicates:,} simulated tables a line; made by `python benchmarks/journey_claims.py`. Answers are those of ces-2.0; the
score is their mean.

## Cells of 1 to some hundred answers: mean squared error of their scores

In points squared. `auto`, which is usual, takes main effects where there are three cells to each coefficient. The gain
is the error of measured scores over its error.

| cells | true scores | measured | shrunk to overall | to main effects | auto | gain |
|---|---|---|---|---|---|---|
{cells}

## Intervals of ranks at 95 %

How often an interval holds the true rank of its cell or agent, how often those of all hold at once, and how many ranks
they span: each on its own (usual), and jointly (`ranks="joint"`). Where true scores are alike every rank that they
share counts as true.

| | each: one holds | all hold | ranks wide | joint: one holds | all hold | ranks wide |
|---|---|---|---|---|---|---|
{ranks}

## 24 agents who are dealt different reasons

More than half of the contacts of an agent are about one of four reasons, of which some are harder. Error: root mean
squared, in points, against what agents truly add; spread: its standard deviation on the latent scale. The gain is the
squared error of raw averages over that of adjusted and shrunken scores. Then the rank correlation with the truth.

| spread | raw: error | adjusted | and shrunken | gain | raw: rank correlation | adjusted | and shrunken |
|---|---|---|---|---|---|---|---|
{agents}
"""


def written(rows: list[list[Any]]) -> str:
    return "\n".join(f"| {' | '.join(map(str, row))} |" for row in rows)


def main(replicates: int = 400) -> None:
    parts = {"cells": gains(replicates), "ranks": rank_coverage(replicates), "agents": agent_gains(replicates)}
    text = HEAD.format(replicates=replicates, **{name: written(rows) for name, rows in parts.items()})
    path = Path(__file__).with_name("journeys.md")
    path.write_text(text, encoding="utf-8")
    print(path.name)


if __name__ == "__main__":
    main()
