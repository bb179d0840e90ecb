"""Early against late answers, and the score without some of them: what the answers hint about those who gave none.

Both compare parts of one sample and say the difference with its interval.

>>> import pandas as pd
>>> asked = pd.Timestamp("2026-03-02")
>>> answers = pd.DataFrame({"ces": [7, 6, 7, 6, 5, 4] * 5, "asked": asked, "days": [0, 0, 1, 2, 6, 8] * 5})
>>> answers["answered"] = answers["asked"] + pd.to_timedelta(answers["days"], unit="D")
>>> parts = early_and_late(answers, "ces", scale="ces-2.0", asked="asked", answered="answered", cut="5 days")
>>> parts.scores.estimate, parts.scores.n
(array([6.5, 4.5]), array([20, 10]))
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final, Literal, TypedDict, Unpack

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.keys import column_of
from cxstats.responses.quality import Flagged
from cxstats.responses.rows import delays, rows_of
from cxstats.responses.scales import Scale
from cxstats.responses.survey import Survey
from cxstats.responses.tallies import tally
from cxstats.responses.weights import Design
from cxstats.scores.differences import square_and_add
from cxstats.scores.estimates import TOO_FEW, Scores, score
from cxstats.scores.intervals import Interval
from cxstats.scores.metrics import Metric, MetricOf

Floats = NDArray[np.float64]

PART: Final = "part of the answers"
EARLY: Final = "early"
LATE: Final = "late"
FLAGGED: Final = "flagged"
KEPT: Final = "not flagged"


class Counting(TypedDict, total=False):
    """How answers are counted: `design` and `missing` of `tally`."""

    design: Design | None
    missing: object


@dataclass(frozen=True, slots=True)
class Difference:
    """A difference of two scores with its interval, in the metric's unit."""

    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, eq=False)
class EarlyAndLate:
    """The scores of early and of late answers.

    Attributes
    ----------
    scores
        Of the two segments ``early`` and ``late``.
    cut
        The longest delay that is early.
    without_times, negative
        Rows without one of the two dates, and rows answered before they were asked; in neither part.
    """

    scores: Scores
    cut: pd.Timedelta
    without_times: int
    negative: int

    @property
    def difference(self) -> Difference:
        """Late less early, with the MOVER interval of two independent samples."""
        return _part_difference(self.scores, LATE, EARLY)

    @property
    def too_few(self) -> bool:
        """Whether one of the parts has too few answers to say anything."""
        return bool(self.scores.too_few.any()) or len(self.scores.n) < len((EARLY, LATE))

    @property
    def trend(self) -> Literal["better", "worse", "unclear"]:
        """What late answers are beside early ones; unclear if the interval of the difference holds 0."""
        if self.too_few or self.difference.low <= 0 <= self.difference.high:
            return "unclear"
        return "better" if (self.difference.estimate > 0) == (self.scores.metric.good == "high") else "worse"

    def to_frame(self) -> pd.DataFrame:
        """Table of the two scores, and their difference as a third row."""
        found = self.scores.to_frame()
        d, error = self.difference, float(np.sqrt((self.scores.standard_error**2).sum()))
        row = {PART: "late less early", "n": found["n"].sum(), "estimate": d.estimate, "standard_error": error}
        row |= {"low": d.low, "high": d.high}
        return pd.concat([found, pd.DataFrame([row])], ignore_index=True)

    def sentence(self) -> str:
        """Say whether late answers are better or worse, and what that hints about those who did not answer."""
        aside = _aside(self.without_times, self.negative)
        n = dict(zip(self.scores.segments[PART], self.scores.n, strict=True))
        if self.too_few:
            return f"Early and late answers: {TOO_FEW}.{aside}"
        metric, difference = self.scores.metric, self.difference
        write, (early, late) = metric.text, _estimates(self.scores, EARLY, LATE)
        level = f"{100 * self.scores.confidence_level:g} % interval"
        base = (
            f"{self.scores.tally.column} is {write(late)} in the {n[LATE]:,} answers given after {_delay(self.cut)} "
            f"and {write(early)} in the {n[EARLY]:,} before"
        )
        size = f"{_size(metric, difference.estimate)} ({level} {_range(metric, difference)})"
        word = self.trend
        if word == "unclear":
            return f"No clear difference between early and late answers: {base}, {size}.{aside}"
        return (
            f"Late answers are {word}: {base}, {size}; {metric.good} is good. If those who never answered are like the "
            f"late ones, the score of all customers is {word} than this; whether they are cannot be seen.{aside}"
        )

    def _repr_html_(self) -> str:
        return f"<p>{escape(self.sentence())}</p>{self.scores._repr_html_()}"  # pyright: ignore[reportPrivateUsage]


def early_and_late(
    data: Survey | pd.DataFrame,
    column: str,
    *,
    scale: Scale | str,
    asked: str,
    answered: str,
    cut: str | pd.Timedelta | None = None,
    metric: str | Metric | MetricOf | None = None,
    **counting: Unpack[Counting],
) -> EarlyAndLate:
    """Compare the scores of those who answered early and late.

    Late answers came only after waiting or a reminder; on the idea of a continuum of resistance those who never
    answered are like them, or more so. That is a hint and no estimate: it often fails.

    Parameters
    ----------
    data
        A survey or a pandas table.
    column, scale, metric
        The rating, its scale and its score, as for `tally` and `score`.
    asked, answered
        Columns of dates.
    cut
        The longest delay that is early, as ``"5 days"`` or a Timedelta: where a reminder goes out, that day. Unless
        given, the median delay.
    **counting
        `design` and `missing`, as for `tally`. Under a design that puts early and late answers into one cluster the
        difference is taken as if they were independent, which makes its interval too wide rather than too narrow
        where answers of one cluster resemble each other.

    Raises
    ------
    ValueError
        If a column does not exist or holds no dates, no row has both dates, or the cut is no positive delay.

    References
    ----------
    Armstrong and Overton (1977), Estimating nonresponse bias in mail surveys. Journal of Marketing Research 14.
    Lin and Schaeffer (1995), Using survey participants to estimate the impact of nonparticipation. Public Opinion
    Quarterly 59; on when the continuum of resistance fails.
    Zou and Donner (2008), Construction of confidence limits about effect measures: a general approach. Statistics in
    Medicine 27; MOVER, on the score intervals of the two.
    """
    table = rows_of(data)
    delay = delays(table, asked, answered)
    usable = delay >= pd.Timedelta(0)
    if not usable.any():
        raise ValueError(f"no row has both dates, {asked!r} before {answered!r}; early and late cannot be told apart")
    longest = delay[usable].median() if cut is None else _cut(cut)
    part = pd.Series(np.where(delay <= longest, EARLY, LATE), index=table.index)[usable]
    scores = _scores_by_part(table[usable], part, column, scale, metric=metric, counting=counting)
    negative = int((delay < pd.Timedelta(0)).sum())
    return EarlyAndLate(scores, pd.Timedelta(longest), int(delay.isna().sum()), negative)


@dataclass(frozen=True, slots=True, eq=False)
class ScoreWithout:
    """A score with and without flagged rows.

    Attributes
    ----------
    scores
        Of the segments ``flagged`` and ``not flagged``, one without rows absent; its total is the score of all.
    what
        What the flag means.
    """

    scores: Scores
    what: str

    @property
    def change(self) -> Difference:
        """Score without the flagged rows less the score of all.

        That is the difference between the rows that are kept and those that go, times the share of the latter among
        the answers, and so is its interval; the share is taken as it is.
        """
        weights = dict(zip(self.scores.segments[PART], self.scores.tally.totals.sum(axis=1), strict=True))
        share = weights.get(FLAGGED, 0.0) / max(sum(weights.values()), np.finfo(float).tiny)
        if share == 0:
            return Difference(0.0, 0.0, 0.0)
        d = _part_difference(self.scores, KEPT, FLAGGED)
        return Difference(*(float(share * part) for part in (d.estimate, d.low, d.high)))

    def to_frame(self) -> pd.DataFrame:
        """One row each for all answers, and those that are flagged and not: as `Scores.to_frame`."""
        every = self.scores.total.to_frame()
        every.insert(0, PART, "all")
        return pd.concat([every, self.scores.to_frame()], ignore_index=True)

    def sentence(self) -> str:
        """Say the score of all, without the flagged ones, and whether that leaves the interval of all."""
        n = dict(zip(self.scores.segments[PART], self.scores.n, strict=True))
        metric, total, flagged = self.scores.metric, self.scores.total, int(n.get(FLAGGED, 0))
        every = float(total.estimate[0])
        if not flagged:
            return f"{self.what}: no answer to {self.scores.tally.column} is flagged."
        if not n.get(KEPT, 0):
            return f"{self.what}: all {flagged:,} answers to {self.scores.tally.column} are flagged."
        (kept,), change, limits = _estimates(self.scores, KEPT), self.change, total.interval()
        inside = limits.low[0] <= kept <= limits.high[0]
        level = f"{100 * self.scores.confidence_level:g} % interval"
        return (
            f"{self.what}: without these {flagged:,} answers {self.scores.tally.column} is {metric.text(kept)} instead "
            f"of {metric.text(every)}, a change of {signed(metric, change.estimate)} ({level} "
            f"{signed(metric, change.low)} to {signed(metric, change.high)}); {'within' if inside else 'outside'} "
            f"the {level} of all answers, {metric.text(limits.low[0])} to {metric.text(limits.high[0])}."
        )

    def _repr_html_(self) -> str:
        return f"<p>{escape(self.sentence())}</p>{self.scores._repr_html_()}"  # pyright: ignore[reportPrivateUsage]


def score_without(
    data: Survey | pd.DataFrame,
    flags: "Flagged | pd.Series[bool] | Sequence[Flagged]",
    column: str,
    *,
    scale: Scale | str,
    metric: str | Metric | MetricOf | None = None,
    **counting: Unpack[Counting],
) -> ScoreWithout:
    """Score all answers and those that are not flagged, so that a reader sees what a doubt about some would change.

    Parameters
    ----------
    data
        A survey or a pandas table.
    flags
        What a check of `cxstats.responses.quality` found, several of them (flagged by any), or one truth value a row.
    column, scale, metric
        The rating, its scale and its score, as for `tally` and `score`.
    **counting
        `design` and `missing`, as for `tally`.

    Raises
    ------
    ValueError
        If the flags are not about these rows, or the column cannot be scored.
    """
    table = rows_of(data)
    several = [flags] if isinstance(flags, Flagged | pd.Series) else list(flags)
    series = [one.flags if isinstance(one, Flagged) else one for one in several]
    if not series or not all(one.index.equals(table.index) for one in series):
        raise ValueError(f"flags must have one value for each of the {len(table):,} rows, in order")
    named = [one.what for one in several if isinstance(one, Flagged)]
    either = np.logical_or.reduce([one.astype("boolean").fillna(value=False).to_numpy(dtype=bool) for one in series])
    part = pd.Series(np.where(either, FLAGGED, KEPT), index=table.index)
    scores = _scores_by_part(table, part, column, scale, metric=metric, counting=counting)
    return ScoreWithout(scores, " or ".join(named) or "Flagged rows")


def _scores_by_part(
    table: pd.DataFrame,
    part: "pd.Series[Any]",
    column: str,
    scale: Scale | str,
    *,
    metric: str | Metric | MetricOf | None,
    counting: Counting,
) -> Scores:
    design = counting.get("design")
    named = dict.fromkeys([column, *(design.columns if design else ())])
    rows = pd.DataFrame({name: column_of(table, name, "data") for name in named})
    return score(tally(rows.assign(**{PART: part}), column, scale=scale, by=PART, **counting), metric)


def _estimates(scores: Scores, *parts: str) -> tuple[float, ...]:
    names = scores.segments[PART].tolist()
    return tuple(float(scores.estimate[names.index(part)]) for part in parts)


def _part_difference(scores: Scores, one: str, other: str) -> Difference:
    """Return one part less the other, with the MOVER interval of two independent samples; NaN where one is absent."""
    names = scores.segments[PART].tolist()
    if one not in names or other not in names:
        return Difference(float("nan"), float("nan"), float("nan"))
    limits, a, b = scores.interval(), names.index(one), names.index(other)
    difference = scores.estimate[a] - scores.estimate[b]
    parts = [(scores.estimate[[k]], Interval(limits.low[[k]], limits.high[[k]])) for k in (a, b)]
    found = square_and_add(parts[0], parts[1])
    return Difference(float(difference), float(found.low[0]), float(found.high[0]))


def _cut(cut: object) -> pd.Timedelta:
    try:
        found = pd.Timedelta(cut) if isinstance(cut, str | pd.Timedelta) else pd.NaT
    except ValueError:
        found = pd.NaT
    if not isinstance(found, pd.Timedelta) or not found > pd.Timedelta(0):
        raise ValueError(f"cut must be a delay above zero, as '5 days' or a Timedelta; got {cut!r}")
    return found


def _delay(delay: pd.Timedelta) -> str:
    hours = delay.total_seconds() / 3600
    return f"{hours:.1f} hours" if hours < 48 else f"{hours / 24:.1f} days"


def signed(metric: Metric, value: float) -> str:
    """Write a difference with its sign, shares and nets times 100."""
    shown = f"{value * 100 if metric.unit in ('share', 'net') else value:+.{2 if metric.unit == 'points' else 1}f}"
    return shown.replace("-0.00", "0.00") if float(shown) == 0 else shown


def _size(metric: Metric, value: float) -> str:
    unit = " percentage points" if metric.unit == "share" else " points"
    return f"a difference of {signed(metric, value)}{unit}"


def _range(metric: Metric, difference: Difference) -> str:
    return f"{signed(metric, difference.low)} to {signed(metric, difference.high)}"


def _aside(without_times: int, negative: int) -> str:
    missing = f" {without_times:,} rows lack one of the two dates." if without_times else ""
    before = f" {negative:,} rows were answered before they were asked, and are in neither part." if negative else ""
    return missing + before
