"""Scores and KPIs of the same weeks or segments, side by side.

>>> import numpy as np
>>> import pandas as pd
>>> from cxstats.responses.tallies import tally
>>> from cxstats.scores.estimates import score
>>> rng = np.random.default_rng(3)
>>> weeks = pd.date_range("2026-01-05", periods=40, freq="7D")
>>> truth = 0.8 + 0.06 * rng.standard_normal(40)
>>> happy = rng.random((40, 150)) < truth[:, None]
>>> answers = pd.DataFrame({"csat": np.where(happy, 5, 2).ravel(), "week": weeks.repeat(150)})
>>> calls = rng.binomial(2_000, 0.35 - 0.3 * truth)
>>> business = pd.DataFrame({"week": weeks, "repeat_calls": calls, "contacts": 2_000})
>>> by_week = score(tally(answers, "csat", scale="csat-5", by="week"))
>>> found = side_by_side(by_week, business, values={"repeat calls": ("repeat_calls", "contacts")})
>>> print(found.sentence())
One more percentage point of csat went along with 0.271 fewer repeat calls per 100 contacts (95 % interval
-0.324 to -0.221; p < .001; 40 weeks, not customers).
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
import pandas as pd

from cxstats.responses.tallies import Tally
from cxstats.scores.estimates import Scores
from cxstats.scores.kpis.beside import Beside, beside, pairs_of
from cxstats.scores.kpis.figures import Figure, Values
from cxstats.scores.kpis.matching import Matched, matched
from cxstats.scores.kpis.results import SideBySide
from cxstats.scores.kpis.units import units_of
from cxstats.scores.kpis.words import step_of
from cxstats.scores.trends.series import ScoreSeries

LAGS: Final = 4


def side_by_side(
    scores: Scores | Tally | ScoreSeries | pd.DataFrame,
    table: pd.DataFrame,
    *,
    values: Values,
    key: str | Sequence[str] | None = None,
    step: float | None = None,
    lags: int = LAGS,
) -> SideBySide:
    """Set KPIs beside the scores of the same weeks or segments: what one more point went along with.

    Parameters
    ----------
    scores
        By one column of periods, as ``score(tally(data, "csat", scale="csat-5", by="week"))`` or `cxstats.over_time`,
        or by columns of segments. Or a table with the key and ``n``, ``estimate``, ``standard_error``.
    table
        KPIs, one row a unit, with the columns of the key under the same names.
    values
        The KPIs by the name that people call them: a column, or a column and its denominator, as ``{"repeat calls":
        ("repeat_calls", "contacts")}``; or columns alone. Whole numbers that are at most their denominator are taken
        for events and have the sampling error of a share.
    key
        The columns that tell units apart; those of the scores unless given. A table of scores needs it.
    step
        How much more of the score is spoken of, as people read it: percentage points of a share, points else; 1
        unless given. A table of scores needs it, in its own unit.
    lags
        Up to how many periods earlier and later a KPI is correlated with the score; fewer in short series.

    Returns
    -------
    SideBySide
        For each KPI the slope with its interval at the level of the scores, correlations, the most influential unit,
        and what is set aside with the reason.

    Raises
    ------
    ValueError
        If columns do not exist, units occur twice or have nothing in common, units are by periods and by segments, or
        there are more than 400.
    TypeError
        If a KPI holds no numbers.

    Notes
    -----
    Sampling error in the scores flattens a slope by the part of their variance that it makes up. The true score of
    each unit is foretold from all of them and the KPI regressed on that, averaged over what true differences are
    likely; what is left of the KPI is independent between segments and an autoregression between periods, beside the
    sampling error of a rate. Periods are taken about straight trends. The p-value is of the scores as they are. In
    simulations of 12 to 52 units whose scores are 50 to 90 % reliable the 95 % intervals covered 94 to 97 %; those of
    slopes that were not freed 7 to 84 %. An association was found where there was none in 5 to 6 of 100 series, also
    of trends and random walks. Where scores may differ by chance alone the limits are infinite, and the sentence
    speaks of scores as they are.

    References
    ----------
    Fuller (1987), Measurement Error Models.
    Carroll, Ruppert, Stefanski and Crainiceanu (2006), Measurement Error in Nonlinear Models.
    Robinson (1950), Ecological correlations and the behavior of individuals. American Sociological Review 15.
    Granger and Newbold (1974), Spurious regressions in econometrics. Journal of Econometrics 2.
    """
    if lags < 0:
        raise ValueError(f"lags counts periods, from 0; got {lags}")
    units = units_of(scores, (key,) if isinstance(key, str) else key)
    said = step_of(units, step)
    found = matched(units, table, values)
    level = units.confidence_level
    each = [_beside(found, figure, lags=lags, confidence_level=level) for figure in found.figures]
    return SideBySide(found, tuple(each), said, level)


def _beside(found: Matched, figure: Figure, *, lags: int, confidence_level: float) -> Beside:
    units = found.units
    known = np.flatnonzero(np.array([not reason for reason in figure.reasons], dtype=np.bool_))
    rows = found.rows[known]
    if units.position is not None:
        order = np.argsort(units.position[rows], kind="stable")
        known, rows = known[order], rows[order]
    position = np.arange(len(rows)) if units.position is None else units.position[rows]
    pairs = pairs_of(
        units.estimate[rows],
        units.variance[rows],
        figure.at(known),
        position,
        in_time=units.position is not None,
    )
    return beside(pairs, rows, lags=lags, confidence_level=confidence_level)
