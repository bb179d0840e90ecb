"""Units that have a score each: weeks, channels, stores; in time where they are periods.

>>> import pandas as pd
>>> from cxstats.responses.tallies import tally
>>> from cxstats.scores.estimates import score
>>> weeks = pd.to_datetime(["2026-01-05", "2026-01-12", "2026-01-26"]).repeat(20)
>>> answers = pd.DataFrame({"csat": [5, 2, 4, 4] * 15, "week": weeks})
>>> units = units_of(score(tally(answers, "csat", scale="csat-5", by="week")))
>>> units.noun, units.position.tolist(), units.names[0]
('week', [0, 1, 3], '2026-01-05')
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.names import unknown_name
from cxstats.responses.tallies import Tally
from cxstats.scores.changes.series import days_in
from cxstats.scores.estimates import MINIMUM_BASE, Scores, score, segment_names
from cxstats.scores.metrics import Metric
from cxstats.scores.trends.series import ScoreSeries

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

FIGURES: Final = ("n", "estimate", "standard_error")
MOST: Final = 400
_BORROWED: Final = 10
_DAYS: Final = {1: "day", 7: "week"}
_MONTHS: Final = {1: "month", 3: "quarter", 12: "year"}


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """The scores of U units.

    Attributes
    ----------
    keys
        What they are told apart by; U rows.
    name, metric
        Of which question, under which metric; None where a table was given that does not say.
    n
        Answers of each unit; shape (U,).
    estimate
        Score of each, in the metric's unit; shape (U,).
    variance
        Sampling variance of each; NaN where it is not known; shape (U,).
    noun
        What one is: ``"week"``, ``"segment"``.
    position
        Number of each period; None where the units are no periods.
    reasons
        Why a unit cannot be used; empty where it can; U of them.
    unsure
        Whether a period may be incomplete; U of them.
    confidence_level
        Of the intervals that are shown first.
    """

    keys: pd.DataFrame
    name: str
    metric: Metric | None
    n: Integers
    estimate: Floats
    variance: Floats
    noun: str
    position: Integers | None
    reasons: tuple[str, ...]
    unsure: tuple[bool, ...]
    confidence_level: float = 0.95

    @property
    def names(self) -> list[str]:
        """Names for people."""
        return segment_names(self.keys)

    def count(self, number: int) -> str:
        """Write so many units: ``"52 weeks"``."""
        return f"{number:,} {self.noun}{'' if number == 1 else 's'}"


def units_of(scores: Scores | Tally | ScoreSeries | pd.DataFrame, key: Sequence[str] | None = None) -> Units:
    """Read scores by unit.

    Parameters
    ----------
    scores
        By one column of periods, or by columns of segments; a table has the key and ``n``, ``estimate``,
        ``standard_error``.
    key
        The columns that tell units apart; those of the scores unless given.

    Raises
    ------
    ValueError
        If there is no such column, units are by periods and by segments, or occur twice.
    """
    if isinstance(scores, ScoreSeries):
        return _of_series(scores, key)
    if isinstance(scores, pd.DataFrame):
        return _of_table(scores, key)
    found = score(scores) if isinstance(scores, Tally) else scores
    if not found.tally.by:
        raise ValueError("scores beside KPIs must be by period or by segment, as tally(by='week'); these are of all")
    _require_same(key, found.tally.by)
    keys = found.segments.reset_index(drop=True)
    return _units(
        found.to_frame(), keys, about=(found.tally.column, found.metric), least=found.minimum_base,
        level=found.confidence_level,
    )  # fmt: skip


def _of_series(series: ScoreSeries, key: Sequence[str] | None) -> Units:
    if len(series.names) > 1:
        raise ValueError(
            f"the series has {len(series.names)} segments; take one of them with .of(name): {', '.join(series.names)}"
        )
    _require_same(key, (series.along,))
    table = series.to_frame()
    scores, status = series.scores, table["status"]
    return _units(
        table, table[[series.along]], about=(scores.tally.column, scores.metric), least=scores.minimum_base,
        level=scores.confidence_level, status=status.tolist(),
    )  # fmt: skip


def _of_table(table: pd.DataFrame, key: Sequence[str] | None) -> Units:
    if key is None:
        raise ValueError(f"say with key= which columns tell the units apart; columns: {', '.join(map(str, table))}")
    for name in (*key, *FIGURES):
        if name not in table:
            raise ValueError(unknown_name("column of the scores", name, table.columns))
    keys = table[list(key)].reset_index(drop=True)
    return _units(table.reset_index(drop=True), keys, about=("score", None), least=MINIMUM_BASE, level=0.95)


def _require_same(key: Sequence[str] | None, by: Sequence[str]) -> None:
    if key is not None and set(key) != set(by):
        raise ValueError(f"the scores are by {', '.join(by)}; key= says {', '.join(key)}")


def _units(
    table: pd.DataFrame,
    keys: pd.DataFrame,
    *,
    about: tuple[str, Metric | None],
    least: int,
    level: float,
    status: Sequence[str] | None = None,
) -> Units:
    dates = [name for name in keys if pd.api.types.is_datetime64_any_dtype(keys[name])]
    if dates and len(keys.columns) > 1:
        others = [str(name) for name in keys if name not in dates]
        raise ValueError(
            f"units are periods or segments; these are by {dates[0]} and {', '.join(others)}: take the scores of one, "
            f"or of all periods together"
        )
    n = table["n"].to_numpy(dtype=np.int64)
    estimate, error = (table[name].to_numpy(dtype=np.float64) for name in FIGURES[1:])
    keys = keys.reset_index(drop=True)
    if dates:
        keys = pd.DataFrame({dates[0]: days_in(keys[dates[0]], str(dates[0]))})
    if keys.duplicated().any():
        raise ValueError(f"units must occur once; {segment_names(keys[keys.duplicated()])[0]} occurs more than once")
    if len(keys) > MOST:
        raise ValueError(f"KPIs are set beside at most {MOST} units; got {len(keys):,}: take longer periods")
    variance = steadied(n, error)
    said = [""] * len(keys) if status is None else list(status)
    reasons = [
        _reason(count, float(spread), least, status=one)
        for count, spread, one in zip(n.tolist(), variance, said, strict=True)
    ]
    for row in np.flatnonzero(keys.isna().any(axis=1)):
        reasons[row] = "no value of the key"
    position, noun = periods_of(keys[dates[0]]) if dates else (None, "segment")
    return Units(
        keys, *about, n, estimate, variance, noun, position, tuple(reasons),
        tuple(one == "may be incomplete" for one in said), level,
    )  # fmt: skip


def _reason(n: int, variance: float, least: int, *, status: str) -> str:
    if n < max(least, 1):
        return f"fewer than {least} answers" if n else "no answers"
    if not np.isfinite(variance):
        return "the sampling error of its score is not known"
    return status if status == "incomplete" else ""


def steadied(n: Integers, error: Floats) -> Floats:
    """Return sampling variances, each with ten answers' worth of the common spread; shape (U,).

    A unit of few answers that happen to agree would count as exact otherwise.

    Examples
    --------
    >>> steadied(np.array([100, 10]), np.array([0.04, 0.0])).round(6)
    array([0.001587, 0.007273])
    """
    known = (n > 0) & np.isfinite(error)
    single = np.where(known, n * error**2, np.nan)
    if not known.any():
        return single
    common = float(np.average(single[known], weights=n[known]))
    return (n * single + _BORROWED * common) / (n + _BORROWED) / np.maximum(n, 1)


def periods_of(days: "pd.Series[Any]") -> tuple[Integers, str]:
    """Give periods numbers by their first days, so that an empty one leaves a gap, and say what one is.

    Returns
    -------
    tuple
        Numbers from 0, those without a day -1, and ``"day"``, ``"week"``, ``"month"``, ``"quarter"``, ``"year"`` or
        ``"period"``.
    """
    index = pd.DatetimeIndex(days)
    dated = ~np.asarray(index.isna())
    known = index[dated]
    if not len(known):
        raise ValueError(f"no unit has a value of {days.name!r}")
    monthly = len(known) > 1 and bool((known.day == known.day[0]).all())
    if monthly:
        count, names = 12 * known.year.to_numpy() + known.month.to_numpy(), _MONTHS
    else:
        count, names = (known - known.min()).days.to_numpy(), _DAYS
    count = count.astype(np.int64) - int(count.min())
    step = int(np.gcd.reduce(count)) or 1
    position = np.full(len(index), -1, dtype=np.int64)
    position[dated] = count // step
    return position, names.get(step, "period")
