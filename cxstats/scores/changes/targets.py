"""A target for a score: how likely it is reached already, what path leads there, how many answers would tell.

>>> import pandas as pd
>>> from cxstats.responses.tallies import tally
>>> from cxstats.scores.estimates import score
>>> answers = pd.DataFrame({"csat": [5] * 330 + [2] * 82})
>>> found = target(score(tally(answers, "csat", scale="csat-5")), value=0.85)
>>> round(found.probability, 3)
0.004
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
import scipy

from cxstats.scores.changes.noise import Averaged, averaged, noise_of
from cxstats.scores.changes.reaching import plan_to_tell, probability_beyond, surely_reached
from cxstats.scores.changes.series import Every, Series, When, day_text, rows_of_scores, series_of
from cxstats.scores.changes.showing import as_html, as_text
from cxstats.scores.changes.words import level_text, which_is
from cxstats.scores.comparing.benchmarks import Benchmark
from cxstats.scores.comparing.wording import difference_text, unit_of_differences
from cxstats.scores.estimates import TOO_FEW, Scores
from cxstats.scores.intervals import score_interval
from cxstats.scores.metrics import Metric
from cxstats.scores.planning.detections import DetectionPlan
from cxstats.scores.samples import upper_tail
from cxstats.scores.trends.calendar import day_of

FEWEST_FOR_A_TREND: Final = 6
_SURE: Final = 0.999


@dataclass(frozen=True, slots=True, eq=False)
class Target:
    """A score against a target.

    Attributes
    ----------
    now
        The score of the time that counts as now: one row.
    value
        The target, in the metric's unit.
    by
        Until when; None without a date.
    series
        The periods; None without.
    probability
        That the true score is at the target or on its good side already, 0 to 1; NaN without answers.
    trend
        Change per period so far, by a straight line through the series; None without enough periods.
    plan
        Answers that tell a score at the target from one that is as now, or one that is as now from the target where
        that is reached without being sure; None where it surely is, or no number of answers would tell.
    benchmarks
        Outside figures to see it against.
    recent
        How many of the last periods are now.
    """

    now: Scores
    value: float
    by: pd.Timestamp | None
    series: Series | None
    probability: float
    trend: Averaged | None
    plan: DetectionPlan | None
    benchmarks: tuple[Benchmark, ...] = ()
    recent: int = 1

    @property
    def metric(self) -> Metric:
        """Under which metric."""
        return self.now.metric

    @property
    def gap(self) -> float:
        """Target less score, in the metric's unit."""
        return self.value - float(self.now.estimate[0])

    @property
    def is_reached(self) -> bool:
        """Whether the estimate is at the target or on its good side."""
        return self.gap <= 0 if self.metric.good == "high" else self.gap >= 0

    @property
    def is_sure(self) -> bool:
        """Whether the target is reached and its interval leaves out anything worse."""
        return self.is_reached and surely_reached(self.now, self.value)

    @property
    def periods_left(self) -> int | None:
        """Periods after the last one until that of the date; None without a date or periods."""
        if self.by is None or self.series is None:
            return None
        return self.series.position_of(self.by) - int(self.series.position[-1])

    @property
    def path(self) -> float:
        """Change that each period left needs; NaN without a date, or where none is left."""
        left = self.periods_left
        return self.gap / left if left is not None and left > 0 else float("nan")

    def to_frame(self) -> pd.DataFrame:
        """Return what the target is seen against, unrounded.

        Rows ``now``, ``target``, ``best before`` and ``a year before`` (of the series, as many periods as are now) and
        the benchmarks. Columns ``what``, ``date`` (the first day of its periods), ``n``, ``estimate``, ``low``,
        ``high`` and ``difference`` (now less it).
        """
        level, now = self.now.confidence_level, float(self.now.estimate[0])
        rows = [
            self._of_scores("now", self._date(-self.recent), self.now, 0),
            ("target", self.by, np.nan, self.value, np.nan, np.nan),
        ]
        if self.series is not None:
            pooled = self.series.pooled(self.recent)
            rows += [self._of_scores(name, self._date(k), pooled, k) for name, k in self._past(pooled)]
        rows += [_of_benchmark(one, self.metric, level) for one in self.benchmarks]
        table = pd.DataFrame(rows, columns=["what", "date", "n", "estimate", "low", "high"])
        return table.assign(difference=now - table["estimate"])

    def _past(self, pooled: Scores) -> list[tuple[str, int]]:
        """Name runs of periods before those that are now and worth a look: the best, and a year before."""
        series, before = self.series, len(pooled.n) - self.recent
        if series is None or before < 1:
            return []
        found = list[tuple[str, int]]()
        told = np.flatnonzero(~pooled.too_few[:before])
        if len(told):
            sign = 1 if self.metric.good == "high" else -1
            found.append(("best before", int(told[np.argmax(sign * pooled.estimate[told])])))
        day = series.start(int(series.position[-1])) - pd.DateOffset(years=1)
        year = series.position_of(day) + (series.every == "week")
        ends = series.position[self.recent - 1 :][:before]
        found.extend(("a year before", int(k)) for k in np.flatnonzero(ends == year))
        return found

    def _date(self, k: int) -> pd.Timestamp | None:
        return None if self.series is None else self.series.start(int(self.series.position[k]))

    @staticmethod
    def _of_scores(name: str, day: pd.Timestamp | None, scores: Scores, k: int) -> tuple[object, ...]:
        limits = scores.interval()
        return name, day, int(scores.n[k]), float(scores.estimate[k]), float(limits.low[k]), float(limits.high[k])

    def sentence(self) -> str:
        """Say where the score stands against the target; fit for a mail."""
        metric, now = self.metric, self.now
        low_is_good = ", low is good" if metric.good == "low" else ""
        subject = f"{now.tally.column} ({metric.formula}{low_is_good})"
        until = f" by {day_text(self.by)}" if self.by else ""
        n = f"n = {now.n[0]:,}"
        if now.too_few[0]:
            return f"{subject}, target {metric.text(self.value)}{until}: {TOO_FEW} ({n})."
        limits = now.interval()
        between = f"{metric.text(limits.low[0])} to {metric.text(limits.high[0])}"
        when = f" in {self._when(self.series)}" if self.series else ""
        told = (
            f"{subject} is {metric.text(now.estimate[0])}{when} ({level_text(now.confidence_level)} {between}; {n}), "
            f"the target {metric.text(self.value)}{until}: the probability that the true score is there now is "
            f"{_chance(self.probability)}."
        )
        return " ".join([told, *self._path_in_words(), *self._plan_in_words()])

    def _path_in_words(self) -> list[str]:
        series, left = self.series, self.periods_left
        if series is None or left is None or self.is_reached:
            return []
        if left < 1:
            return ["No period is left until then."]
        unit = unit_of_differences(self.metric)
        said = f"{difference_text(self.metric, self.path)} {unit} a {series.every} are needed for {series.noun(left)}"
        if self.trend is None:
            return [f"{said}."]
        pace = self.trend.estimate[0]
        low, high = (float(limit[0]) for limit in self.trend.interval(self.now.confidence_level))
        write = self.metric
        limits = f"{_fine(write, low)} to {_fine(write, high)}"
        way = "" if low <= 0 <= high else which_is(write, float(pace))
        return [f"{said}; so far it has been {_fine(write, float(pace))} a {series.every} ({limits}){way}."]

    def _when(self, series: Series) -> str:
        last = series.name(int(series.position[-1]))
        return last if self.recent == 1 else f"the last {series.noun(self.recent)} with answers, until {last}"

    def _plan_in_words(self) -> list[str]:
        if self.is_reached and not self.is_sure:
            if self.plan is None:
                return ["It is too near the target for any number of answers to tell."]
            return [
                f"That is not sure yet: should the score stay where it is now, {self.plan.second[0]:,.0f} answers at a "
                f"time are needed to show that it is there (with a probability of {100 * self.plan.power:g} %)."
            ]
        if self.plan is None:
            return []
        return [
            f"To tell a score at the target from one that is still where it is now, {self.plan.second[0]:,.0f} answers "
            f"at a time are needed (with a probability of {100 * self.plan.power:g} %)."
        ]

    def to_text(self) -> pd.DataFrame:
        """Table as people read it."""
        table, metric = self.to_frame(), self.metric
        between = [
            "" if np.isnan(a) else f"{metric.text(a)} to {metric.text(b)}"
            for a, b in zip(table["low"], table["high"], strict=True)
        ]
        dates = [_written(day) for day in table["date"]]
        return pd.DataFrame(
            {
                "": table["what"],
                "date": dates,
                "n": ["" if pd.isna(n) else f"{n:,.0f}" for n in table["n"]],
                metric.name: [metric.text(one) for one in table["estimate"]],
                level_text(self.now.confidence_level): between,
                f"now less it ({unit_of_differences(metric)})": [
                    "" if what == "now" else difference_text(metric, one)
                    for what, one in zip(table["what"], table["difference"], strict=True)
                ],
            }
        )

    def notes(self) -> tuple[str, ...]:
        """Say what a reader should know beside the sentence."""
        said = [
            "The probability is Bayesian: that of the true score after these answers, with a prior worth one answer in "
            "all, spread evenly over the values that an answer can have."
        ]
        if self.series is not None:
            if self.recent == 1:
                said.append(f"Now is the last {self.series.every} with answers, by itself; it may not have ended.")
            else:
                said.append(f"Now is the last {self.series.noun(self.recent)} together; the last may not have ended.")
        if any(one.is_exact for one in self.benchmarks):
            said.append("Benchmarks without limits or n count as exact.")
        if self.benchmarks:
            said.append(
                "A figure from elsewhere compares only if it was asked with the same question, scale and formula."
            )
        return tuple(said)

    def _repr_html_(self) -> str:
        return as_html(self)

    def __repr__(self) -> str:
        return as_text(self)


def target(
    scores: Scores,
    *,
    value: float,
    by: When | None = None,
    along: str | None = None,
    every: Every | None = None,
    power: float = 0.8,
    benchmarks: Sequence[Benchmark] = (),
    recent: int = 1,
) -> Target:
    """Say where a score stands against a target.

    Parameters
    ----------
    scores
        Those that count as now, all segments as one; or, with `along`, by period, the last of which are now.
    value
        The target in the metric's unit: shares and nets as fractions, .85 for 85 %. Where a low score is good, it is
        reached at or below.
    by
        Day by which it should be reached.
    along, every
        Column of periods and their length, as in `change_points`.
    power
        With which probability the answers that are planned show the change.
    benchmarks
        Outside figures to show beside it, in the order of `Target.to_frame`.
    recent
        How many of the last periods with answers are now, together: more where one has few answers. Under a design take
        longer periods instead: how periods vary together is not kept.

    Returns
    -------
    Target

    Raises
    ------
    ValueError
        If the target lies outside the metric's values, the periods are no dates, there are fewer than are to be now, or
        several are to be now under a design.

    Notes
    -----
    The probability is that of the posterior distribution under a Dirichlet prior, as in
    `cxstats.scores.dirichlet.dirichlet_interval`: its equal-tailed interval at 1 - 2 p ends at the target. Under a
    design the counts are the shares times the effective n.
    """
    values = np.asarray(scores.metric.values, dtype=np.float64)
    if not values.min() <= value <= values.max():
        hint = "; shares and nets are fractions here, .85 for 85 %" if scores.metric.unit in ("share", "net") else ""
        raise ValueError(f"a target lies within {values.min():g} and {values.max():g}; got {value:g}{hint}")
    series = None if along is None else series_of(scores, along, every)
    _require_recent(recent, series)
    now = scores.total if series is None else _last(series, recent)
    day = None if by is None else day_of(by)
    gap = value - float(now.estimate[0])
    reached = gap <= 0 if scores.metric.good == "high" else gap >= 0
    told = now.too_few[0] or (reached and surely_reached(now, value))
    plan = None if told else plan_to_tell(now, gap, power, reached=reached)
    probability = probability_beyond(now.sample, value)
    if scores.metric.good == "low":
        probability = 1 - probability
    return Target(now, float(value), day, series, probability, _trend(series), plan, tuple(benchmarks), recent)


def _require_recent(recent: int, series: Series | None) -> None:
    if recent == 1:
        return
    if series is None:
        raise ValueError(f"recent counts periods: say their column with along=; got recent={recent}")
    if series.scores.tally.design is not None:
        raise ValueError(f"under a design one period is now; got recent={recent}: count longer periods, as months")
    if not 1 <= recent <= len(series.n):
        raise ValueError(f"recent must be 1 to {len(series.n)}, the periods with answers; got {recent}")


def _last(series: Series, recent: int) -> Scores:
    runs = series.pooled(recent)
    return rows_of_scores(runs, np.array([len(runs.n) - 1]), runs.segments.iloc[[-1]])


def _trend(series: Series | None) -> Averaged | None:
    """Slope of a straight line through the periods."""
    if series is None or len(series.n) < FEWEST_FOR_A_TREND or series.is_flat:
        return None
    design = np.column_stack([np.ones(len(series.n)), series.position - series.position[-1]])
    noise = noise_of(series.variance, series.position, float(np.std(series.estimate)))
    return averaged(noise, series.estimate, design, np.array([[0.0, 1.0]]))


def _written(day: object) -> str:
    """Write a date, whole or in the words of a benchmark; empty where it is not known."""
    if isinstance(day, pd.Timestamp):
        return day_text(day)
    return day if isinstance(day, str) else ""


def _of_benchmark(one: Benchmark, metric: Metric, level: float) -> tuple[object, ...]:
    date, side = one.date or None, one.side(metric, 1)
    n, value = float(side.n[0]), float(side.estimate[0])
    if side.sample is not None:
        limits = score_interval(side.sample, level)
        return one.name, date, n, value, float(limits.low[0]), float(limits.high[0])
    if one.is_exact:
        return one.name, date, n, value, np.nan, np.nan
    deviate = np.array([float(scipy.special.ndtri(upper_tail(level)))])
    low, high = one.limits(deviate, np.asarray(metric.values, dtype=np.float64))
    return one.name, date, n, value, float(low[0]), float(high[0])


def _fine(metric: Metric, pace: float) -> str:
    """Write a pace with one digit more than a difference has."""
    scaled = pace * 100 if metric.unit in ("share", "net") else pace
    places = 3 if metric.unit == "points" else 2
    return f"{round(scaled, places) + 0.0:+.{places}f}"


def _chance(probability: float) -> str:
    if probability >= _SURE:
        return "above 99.9 %"
    if probability <= 1 - _SURE:
        return "below 0.1 %"
    return f"{100 * probability:.1f} %" if not 0.1 < probability < 0.9 else f"{100 * probability:.0f} %"
