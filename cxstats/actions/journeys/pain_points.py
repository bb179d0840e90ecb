"""Pain points: which cells of touchpoint, channel and reason fall short, by how much, and whose they are.

>>> import pandas as pd
>>> import cxstats as cx
>>> usual, bad = [5, 6, 7, 4, 6, 7, 5, 6], [2, 3, 4, 2, 1, 5, 3, 2]
>>> channel = ["web"] * 80 + ["chat"] * 80 + ["phone"] * 40 + ["e-mail"] * 6
>>> answers = pd.DataFrame({"ces": usual * 20 + bad * 5 + [1] * 6, "channel": channel})
>>> found = pain_points(cx.tally(answers, "ces", scale="ces-2.0", by="channel"), owners={"phone": "Ann"})
>>> found.to_frame()[["channel", "n", "estimate", "shrunken", "contribution", "owner"]].round(2).head(2)
  channel   n  estimate  shrunken  contribution owner
0   phone  40      2.75      2.76          0.44   Ann
1    chat  80      5.75      5.75         -0.28   NaN
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy
from numpy.typing import NDArray

from cxstats.actions.journeys.measuring import Measured, measured
from cxstats.actions.journeys.owners import Owners, owners_of
from cxstats.actions.journeys.pain_tables import Order, PainPoints, Short
from cxstats.actions.journeys.prior_lines import Toward, line_of
from cxstats.actions.journeys.ranks import (
    RankIntervals,
    Ranks,
    held_at_once,
    ranks_of,
    require_rank_intervals,
    worst_among,
)
from cxstats.actions.journeys.references import Reference, reference_for
from cxstats.actions.journeys.unlike import Judged, Own, shrink_the_like
from cxstats.responses.names import unknown_name
from cxstats.responses.tallies import Tally
from cxstats.scores.comparing.benchmarks import Benchmark
from cxstats.scores.estimates import Scores, score
from cxstats.scores.samples import Interval, upper_tail

Floats = NDArray[np.float64]

N_DRAWS: Final = 4_000
SEED: Final = 20261122
ENOUGH: Final = 10
"""With fewer answers than this no cell is found to be unlike the others."""
_FEWEST: Final = 2


def pain_points(
    scores: Scores | Tally,
    *,
    owners: Owners | None = None,
    reference: float | Benchmark | None = None,
    worst: int = 5,
    order: Order = "contribution",
    toward: Toward = "auto",
    ranks: RankIntervals = "each",
    rng: int = SEED,
) -> PainPoints:
    """Rank cells by the pain in them, with scores that are shrunk so that few answers do not top the list.

    Parameters
    ----------
    scores
        Of a tally by touchpoint, channel, reason or whatever else makes a cell; a tally is scored by the usual metric.
    owners
        From a cell, or from one value of a column, to who owns it; or a function of a cell.
    reference
        What cells should reach, in the metric's unit: a target or a `Benchmark`; the score of all answers unless given.
    worst
        How many cells count as the worst; at most half of them do.
    order
        Worst first by ``"contribution"``, which is shortfall times share of the answers, or by ``"score"``.
    toward
        What cells are shrunk to: ``"overall"``, one score for all; ``"main effects"``, what is usual for their channel,
        reason and so on; ``"auto"`` takes main effects where there are three cells to each coefficient.
    ranks
        Whether intervals of ranks hold ``"each"`` on its own, by what is known of all cells together, or all at once
        (``"joint"``), by comparing all pairs as measured. The second are much wider.
    rng
        Seed of the draws behind ranks.

    Returns
    -------
    PainPoints

    Raises
    ------
    ValueError
        If there are fewer than two cells with answers, an owner's key is unknown, or a reference is outside the range.

    Notes
    -----
    The true scores of cells are taken as normal around the line; what they measured as normal around them, with a
    variance that is averaged with that of all cells, and under a design with the covariance between cells. The spread
    of the true scores is averaged over what the cells say of it. A cell of ten or more answers that is too far from the
    line to be like the others is not shrunk, and does not count for their spread. Shrinking holds on average over
    cells, and not for those that are truly the worst; so no limit lies within the cell's own interval at twice the
    error (90 % where intervals are of 95 %), which whatever the true score is holds it that often. The shrunken
    scores are then moved together by the little that makes their mean over the answers equal the score of all answers,
    so that contributions add up.

    References
    ----------
    Efron and Morris (1972), Limiting the risk of Bayes and empirical Bayes estimators, part II. JASA 67.
    Morris and Tang (2011), Estimating random effects via adjustment for density maximization. Statistical Science 26.
    Datta, Ghosh, Steorts and Maples (2011), Bayesian benchmarking with applications to small area estimation. TEST 20.
    """
    scores = score(scores) if isinstance(scores, Tally) else scores
    if order not in ("contribution", "score"):
        raise ValueError(unknown_name("order", order, ("contribution", "score")))
    require_rank_intervals(ranks)
    cells = _cells_of(scores)
    worst = worst_among(worst, len(cells.cells))
    segments = scores.segments.iloc[cells.cells].reset_index(drop=True)
    aim = reference_for(scores.metric, reference, total=float(cells.share @ cells.estimate))
    line = line_of(segments, toward)
    values = np.asarray(scores.metric.values, dtype=np.float64)
    most = float(np.ptp(values)) / 2
    own = _own(scores, cells)
    shrunken = shrink_the_like(cells.estimate, cells.covariance, columns=line.columns, most=most, own=own)
    moved = _adding_up(shrunken.mean(), cells, values)
    worth = cells.share if order == "contribution" else np.ones(len(cells.share))
    short = _short(scores, cells, shrunken, aim, moved=moved)
    drawn = shrunken.draw(N_DRAWS, np.random.default_rng(rng))
    # What all answers score is the mean of the cells, so that a draw of the cells is one of their mean.
    aims = drawn @ cells.share if aim.is_overall else aim.value - moved.shift
    pain = short.sign * (np.expand_dims(aims, -1) - drawn) * worth
    ranked = ranks_of(pain, worst=worst, confidence_level=scores.confidence_level)
    if ranks == "joint":
        ranked = _at_once(ranked, cells, aim, sign=short.sign, worth=worth, confidence_level=scores.confidence_level)
    return PainPoints(
        scores=scores,
        measured=cells,
        reference=aim,
        line=line,
        between=shrunken.like.between(scores.confidence_level),
        short=short,
        unlike=shrunken.chance,
        ranks=ranked,
        order=order,
        owners=owners_of(segments, owners),
    )


@dataclass(frozen=True, slots=True)
class _Moved:
    """Shrunken scores moved to add up, and by how much."""

    scores: Floats
    shift: float


def _cells_of(scores: Scores) -> Measured:
    if not scores.tally.by:
        raise ValueError("pain points need cells; tally by touchpoint, channel, reason or what else there is")
    found = measured(scores)
    if len(found.cells) < _FEWEST:
        raise ValueError(f"pain points need two or more cells with answers; got {len(found.cells)}")
    return found


def _own(scores: Scores, cells: Measured) -> Own:
    """Take what each cell says by itself; nothing but the range of the metric where that has no limits."""
    limits, level = scores.interval(), scores.confidence_level
    low, high = limits.low[cells.cells], limits.high[cells.cells]
    least, most = min(scores.metric.values), max(scores.metric.values)
    low, high = np.where(np.isfinite(low), low, least), np.where(np.isfinite(high), high, most)
    spread = (high - low) / 2 / float(scipy.special.ndtri(upper_tail(level)))
    enough = scores.n[cells.cells] >= ENOUGH
    return Own(cells.estimate, (low + high) / 2, spread, cells.usual, enough)


def _adding_up(means: Floats, cells: Measured, values: Floats) -> _Moved:
    """Move scores by one amount, none beyond the scale, until their mean over the answers is the measured one."""
    least, most, total = float(values.min()), float(values.max()), float(cells.share @ cells.estimate)
    low, high = least - means.max(), most - means.min()
    for _ in range(200):
        middle = (low + high) / 2
        below = cells.share @ np.clip(means + middle, least, most) < total
        low, high = (middle, high) if below else (low, middle)
    return _Moved(np.clip(means + (low + high) / 2, least, most), (low + high) / 2)


def _at_once(
    ranks: Ranks, cells: Measured, aim: Reference, *, sign: float, worth: Floats, confidence_level: float
) -> Ranks:
    """Rank what cells measured, by shortfall from the reference times what they are worth."""
    whole = np.diag(cells.variance) if cells.correlation is None else cells.covariance
    through = -sign * worth[:, None] * (np.eye(len(worth)) - (cells.share if aim.is_overall else 0.0))
    covariance = through @ whole @ through.T + aim.variance * np.outer(worth, worth)
    pain = sign * (aim.value - cells.estimate) * worth
    return held_at_once(ranks, pain, covariance, confidence_level=confidence_level)


def _short(scores: Scores, cells: Measured, shrunken: Judged, aim: Reference, *, moved: _Moved) -> Short:
    """How far cells fall short, with intervals."""
    sign, level = (1.0 if scores.metric.good == "high" else -1.0), scores.confidence_level
    values = np.asarray(scores.metric.values)
    limits = shrunken.interval(level)
    scored = Interval(*(np.clip(one + moved.shift, values.min(), values.max()) for one in (limits.low, limits.high)))
    if aim.is_overall:
        apart = shrunken.against(cells.share, level)
    else:
        apart = shrunken.interval(level, extra=aim.variance)
        apart = Interval(*(one + moved.shift - aim.value for one in (apart.low, apart.high)))
    ends = np.sort(np.stack([-sign * apart.low, -sign * apart.high]), axis=0)
    return Short(sign, moved.scores, scored, sign * (aim.value - moved.scores), Interval(*ends))
