"""League tables: agents, teams or stores, adjusted for what they were dealt, and how little a rank says.

>>> import pandas as pd
>>> rng = np.random.default_rng(4)
>>> agent, reason = rng.integers(0, 5, 400), rng.integers(0, 2, 400)
>>> ces = np.clip(np.rint(5 + reason + rng.normal(0, 1, 400)), 1, 7).astype(int)
>>> calls = pd.DataFrame({"ces": ces, "agent": [f"agent {one}" for one in agent], "reason": reason})
>>> print(league_table(calls, "ces", of="agent", given="reason", scale="ces-2.0").sentences()[0])
5 of 5 agents cannot be told from the average.
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from cxstats.actions.journeys.league_lists import Fitted, LeagueTable
from cxstats.actions.journeys.measuring import POOLED_ANSWERS, measured
from cxstats.actions.journeys.mix_adjustment import Dealt, adjusted
from cxstats.actions.journeys.ranks import RankIntervals, held_at_once, ranks_of, require_rank_intervals, worst_among
from cxstats.actions.journeys.shrinkage import shrink
from cxstats.responses.names import unknown_name
from cxstats.responses.scales import Scale
from cxstats.responses.tallies import tally
from cxstats.responses.weights import Design
from cxstats.scores.comparing.sides import degrees_of_union
from cxstats.scores.estimates import Scores, score
from cxstats.scores.metrics import Metric
from cxstats.scores.multiplicity import adjusted_p_values

Floats = NDArray[np.float64]

N_DRAWS: Final = 4_000
SEED: Final = 20261122
_FEWEST: Final = 2


def league_table(
    data: Any,
    rating: str,
    *,
    of: str,
    given: str | Sequence[str] = (),
    scale: Scale | str,
    metric: str | Metric | None = None,
    design: Design | None = None,
    missing: object = (),
) -> LeagueTable:
    """Compare agents, teams or stores as if all had been dealt the same mix.

    Parameters
    ----------
    data
        Whatever `cxstats.tally` takes; it is counted once, by unit and mix.
    rating
        The column of answers.
    of
        The column of units; answers without one are left out and counted in the notes.
    given
        Columns of what units are dealt and do not choose: channel, contact reason.
    scale, metric, design
        As for `cxstats.tally` and `cxstats.score`.
    missing
        Code or codes that mean "no answer" to the rating.

    Raises
    ------
    ValueError
        If there are fewer than two units that share a kind of contact, or all answers of each unit come from one
        cluster of the design.

    See Also
    --------
    league_of : The same from scores, with a choice of ranks and of how many count as the worst.
    """
    given = (given,) if isinstance(given, str) else tuple(given)
    counted = tally(data, rating, scale=scale, by=(of, *given), design=design, missing=missing)
    return league_of(score(counted, metric), of=of)


def league_of(
    scores: Scores, *, of: str, worst: int = 5, ranks: RankIntervals = "each", rng: int = SEED
) -> LeagueTable:
    """Compare units from the scores of a tally by unit and mix.

    Parameters
    ----------
    scores
        Of a tally by the column of units and, if they were dealt different mixes, the columns of the mix.
    of
        The column of units.
    worst
        How many units count as the worst; at most half of them do.
    ranks
        Whether intervals of ranks hold ``"each"`` on its own, by what is known of all units together, or all at once
        (``"joint"``), by comparing all pairs as measured. The second are much wider.
    rng
        Seed of the draws behind ranks.

    Notes
    -----
    A unit's part is fitted beside a part for each cell of the mix (fixed effects); that a unit is better at one kind
    than at another widens the errors. Parts are then taken as normal around 0 and shrunk with their joint covariance,
    averaged over what the table says of their spread. Whether a unit can be told from the average is a test of its
    unshrunken part, with Holm's adjustment for the number of units. Under a design it is Student's, with the unit's
    clusters less one as degrees of freedom and as many again, up to thirty, as all other units have, since the variance
    of a unit is averaged with theirs; so errors are too small for a unit whose answers vary between clusters far more
    than those of others do. Units that no kind of contact links are compared in sets, each against the
    average of its own.

    References
    ----------
    Goldstein and Spiegelhalter (1996), League tables and their limitations. JRSS A 159.
    Spiegelhalter (2005), Funnel plots for comparing institutional performance. Statistics in Medicine 24.
    Holm (1979), A simple sequentially rejective multiple test procedure. Scandinavian Journal of Statistics 6.
    """
    require_rank_intervals(ranks)
    if of not in scores.tally.by:
        raise ValueError(unknown_name("column", of, scores.tally.by))
    cells = measured(scores, alike=[name for name in scores.tally.by if name != of], having=of)
    rows = scores.segments.iloc[cells.cells].reset_index(drop=True)
    unit, names = pd.factorize(rows[of], use_na_sentinel=False, sort=False)
    kind = rows.drop(columns=of).apply(tuple, axis=1).factorize()[0] if len(rows.columns) > 1 else np.zeros_like(unit)
    table = Dealt(unit, kind, cells.estimate, cells.share)
    freedom = _freedom(scores, of, cells.cells[:, None] == np.arange(len(scores.n)), unit)
    linked, sets = table.linked_set, list[Fitted]()
    for each in range(int(linked.max()) + 1):
        if len(np.unique(unit[linked == each])) >= _FEWEST:
            found = _fitted(scores, table, cells.covariance, linked == each, freedom=freedom, worst=worst, rng=rng)
            sets.append(_ranked_at_once(scores, found) if ranks == "joint" else found)
    if not sets:
        raise ValueError("a league table needs two or more units that share a kind of contact; got 1")
    return LeagueTable(scores, of, tuple(names.tolist()), cells, unit, sets[0], tuple(sets[1:]))


def _freedom(scores: Scores, of: str, places: NDArray[np.bool_], unit: NDArray[np.intp]) -> Floats:
    """Degrees of freedom of the error of each unit: its clusters less one under a design; infinite without one."""
    members = (np.eye(int(unit.max()) + 1)[:, unit] @ places) > 0
    tally = scores.tally
    # Where the tally does not hold which clusters cells share, they count as clusters of their own.
    alone = np.where(members, tally.degrees_of_freedom, 0.0).sum(axis=1)
    found = degrees_of_union(tally, members) if tally.sums else alone
    if (found < 1).all():
        design = tally.design
        by = (design.clusters if design else None) or "row"
        raise ValueError(
            f"each {of!r} needs answers of two or more clusters {by!r}, since chance shows between clusters; all have "
            f"one. Cluster by what is sampled within each {of!r}, such as shift or customer"
        )
    return found


def _fitted(
    scores: Scores,
    table: Dealt,
    covariance: Floats,
    linked: NDArray[np.bool_],
    *,
    freedom: Floats,
    worst: int,
    rng: int,
) -> Fitted:
    """Compare the units of one set with its average."""
    units, of_unit = np.unique(table.unit[linked], return_inverse=True)
    kinds = np.unique(table.kind[linked], return_inverse=True)[1]
    score, weight = table.score[linked], table.weight[linked]
    found = adjusted(
        Dealt(of_unit, kinds, score, weight),
        covariance[linked] if covariance.ndim == 1 else covariance[np.ix_(linked, linked)],
    )
    # Parts are known but for a constant: they are shrunk without it, and then held against their mean.
    apart = scipy.linalg.helmert(len(units)).T
    values = np.asarray(scores.metric.values)
    shrunken = shrink(
        apart.T @ found.effect,
        apart.T @ found.covariance @ apart,
        columns=np.zeros((len(units) - 1, 0)),
        most=float(np.ptp(values)) / 2,
    )
    centred, level = found.centring @ apart, scores.confidence_level
    drawn = shrunken.draw(N_DRAWS, np.random.default_rng(rng)) @ centred.T
    sign = 1.0 if scores.metric.good == "high" else -1.0
    # The errors of all other units say as much of the error of each as so many clusters more.
    known = freedom[units]
    finite = np.where(np.isfinite(known), known, 0.0)
    degrees = np.where(known < 1, np.nan, known + np.minimum(POOLED_ANSWERS, finite.sum() - finite))
    away = -np.abs(found.effect) / found.standard_error
    p_values = 2 * np.where(np.isinf(degrees), scipy.special.ndtr(away), scipy.special.stdtr(degrees, away))
    return Fitted(
        units=units,
        total=float(weight @ score / weight.sum()),
        adjusted=found,
        degrees_of_freedom=degrees,
        effect=shrunken.mean(centred),
        interval=shrunken.interval(level, centred),
        below=np.asarray((sign * drawn < 0).mean(axis=0)),
        p_value=adjusted_p_values(p_values, "holm"),
        ranks=ranks_of(-sign * drawn, worst=worst_among(worst, len(units)), confidence_level=level),
        between=shrunken.between(level),
    )


def _ranked_at_once(scores: Scores, found: Fitted) -> Fitted:
    sign, apart = 1.0 if scores.metric.good == "high" else -1.0, found.adjusted
    pain, level = -sign * apart.effect, scores.confidence_level
    return replace(found, ranks=held_at_once(found.ranks, pain, apart.covariance, confidence_level=level))
