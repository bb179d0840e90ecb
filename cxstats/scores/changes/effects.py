"""The effect of a change on a series of scores, in figures and words."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from cxstats.scores.changes.interruptions import Interruption
from cxstats.scores.changes.noise import Floats, Integers
from cxstats.scores.changes.placebos import Placebos, placebos_of
from cxstats.scores.changes.series import Series, day_text
from cxstats.scores.changes.showing import as_html, as_text
from cxstats.scores.changes.words import (
    ALIKE,
    ELSEWHERE,
    level_text,
    patterns_in_words,
    season_in_words,
    series_notes,
    size_text,
    variation_in_words,
    which_is,
)
from cxstats.scores.comparing.comparisons import Comparison
from cxstats.scores.comparing.sides import sides_of
from cxstats.scores.comparing.two_samples import compare_two
from cxstats.scores.comparing.wording import between_text, difference_text, p_text, unit_of_differences
from cxstats.scores.metrics import Metric

FEW_BEFORE: Final = 8
FEW_AFTER: Final = 4
"""With fewer periods than these before and after the change, the trends are hardly known."""


@dataclass(frozen=True, slots=True, eq=False)
class BeforeAfter:
    """The effect of a change on a series of scores, against what the trend before foretold.

    Attributes
    ----------
    series
        The scores, in the order of time.
    against
        Those of a comparison group that the change did not touch; None without.
    change
        Its day.
    left_out
        Name of the period into which the change fell; empty where it fell on a first day.
    interruption
        The scores as they are used, and the model.
    horizon
        Number of periods after the change at which the effect is said; 1 is the first. Unless it was given, it is the
        last one at which the trend before foretells a score that there can be.
    confidence_level
        Of all intervals.
    unsaid
        Why nothing can be said; empty where something can.
    reach
        Periods after the change, up to the horizon or the last one, in which a score can be as the trend before
        foretells. A straight line leaves the scale sooner or later: a share that rises by a point a week is beyond
        100 % at some time, with or without a change. What lies below that is no effect.
    """

    series: Series
    against: Series | None
    change: pd.Timestamp
    left_out: str
    interruption: Interruption
    horizon: int
    confidence_level: float
    unsaid: str = ""
    reach: int = 0

    @property
    def metric(self) -> Metric:
        """Under which metric."""
        return self.series.metric

    @property
    def first(self) -> int:
        """Number of the first period after the change."""
        return self.interruption.first

    def to_frame(self) -> pd.DataFrame:
        """Return the effects, unrounded, in the metric's unit.

        Rows ``at once`` (in the first period after the change), ``a week`` (what is added each period; not where only
        the level may change), ``average`` (over the periods after it, as long as the trend before foretells scores that
        there can be) and ``at the horizon``. Columns ``effect``, ``after`` (number of periods after the change),
        ``n_before``, ``n_after``, ``estimate``, ``standard_error``,
        ``low``, ``high``, ``p_value``.
        """
        model, every = self._require_said(), self.series.every
        later = self._later[: max(int((self._later < self.reach).sum()), 1)]
        last = int(later[-1]) + 1
        after = {"at once": 1.0, f"a {every}": np.nan, "average": float(last), "at the horizon": float(self.horizon)}
        average, last_row = model.average_over(later.tolist()), model.effects_at([self.horizon - 1])
        rows = model.effects_at([0]), model.slope, average, last_row
        kept = [k for k, row in enumerate(rows) if len(row)]
        found = model.estimated(np.vstack([rows[k] for k in kept]), self.confidence_level)
        names = [list(after)[k] for k in kept]
        before, n = self._after == 0, self.series.n
        figures = {name: getattr(found, name) for name in ("estimate", "standard_error", "low", "high", "p_value")}
        keys = {"n_before": int(n[before].sum()), "n_after": int(n[self._after == 1].sum())}
        return pd.DataFrame({"effect": names, "after": [after[name] for name in names], **keys, **figures})

    def effect(self, after: int | None = None) -> pd.Series:
        """Effect in one period after the change, 1 being the first; as a row of `to_frame`.

        Raises
        ------
        ValueError
            If the number is below 1.
        """
        number = self.horizon if after is None else after
        require_horizon(number)
        return replace(self, horizon=number).to_frame().iloc[-1]

    def counterfactual(self) -> pd.DataFrame:
        """Return the series as it was, as fitted, and as the trend before foretells it, with limits; unrounded.

        The period column, ``n``, ``estimate`` (what was seen; less the comparison group where there is one),
        ``fitted``, ``expected``, ``low``, ``high`` (of what was expected, within the scale; NaN from where the trend
        leaves it) and ``after``.
        """
        model = self._require_said()
        expected, fitted = model.foretold(self.confidence_level)
        beyond = model.position - self.first >= self.reach
        course, low, high = (
            np.where(beyond, np.nan, np.clip(one, *self._ends()))
            for one in (expected.estimate, expected.low, expected.high)
        )
        series, against = self.series, self.against
        starts = [series.start(int(place)) for place in model.position]
        n = _answers(series, starts)
        if against is not None:
            n = n + _answers(against, starts)
        return pd.DataFrame(
            {
                series.along: starts,
                "n": n,
                "estimate": model.y,
                "fitted": fitted,
                "expected": course,
                "low": low,
                "high": high,
                "after": model.position >= self.first,
            }
        )

    def with_reach(self) -> "BeforeAfter":
        """Return the same, knowing how long a score can be as the trend before foretells."""
        if self.unsaid:
            return self
        count = max(int(self._later[-1]) + 1, self.horizon)
        return replace(self, reach=self.interruption.reach(count, *self._ends()))

    @property
    def _later(self) -> Integers:
        """How many periods after the first one each of those after the change is."""
        position = self.interruption.position
        return position[position >= self.first] - self.first

    def _ends(self) -> tuple[float, float]:
        """Lowest and highest figure that there can be, less the comparison group's score after the change."""
        low, high = min(self.metric.values), max(self.metric.values)
        if self.against is None:
            return low, high
        other = self.against.position + self.series.position_of(self.against.origin)
        common = np.isin(other, self.interruption.position[self.interruption.position >= self.first])
        usual = float(np.average(self.against.estimate[common], weights=self.against.n[common]))
        return low - usual, high - usual

    def placebos(self) -> Placebos:
        """Take the same effect at earlier dates, from the periods before the change alone."""
        return placebos_of(self._require_said(), self.horizon, self.confidence_level)

    def two_waves(self) -> Comparison:
        """Compare all answers after the change with all before it, as two samples, without trend.

        Answers count as independent, so that ups and downs of periods beyond chance make the interval too narrow; those
        of a comparison group do not enter.
        """
        members = np.stack([self._after == side for side in (1, 0)])
        after, before = (sides_of(self.series.scores, row[None, :]) for row in members)
        one, other = (replace(part, tally=replace(part.tally, sums=())) for part in (after, before))
        return compare_two(one, other, names=("after", "before"))

    def _require_said(self) -> Interruption:
        if self.unsaid:
            raise ValueError(f"the effect cannot be said: {self.unsaid}")
        return self.interruption

    @property
    def _after(self) -> Integers:
        """1 for periods after the change, 0 for those before, -1 for the one that is left out; shape (T,)."""
        series = self.series
        after = (series.position >= self.first).astype(np.int64)
        return np.where(np.isin(series.position, self.interruption.position), after, -1)

    def sentence(self) -> str:
        """Say the effect at the horizon; fit for a mail."""
        series, metric = self.series, self.metric
        subject = f"{series.scores.tally.column} ({metric.formula})"
        before, after = (int((self._after == side).sum()) for side in (0, 1))
        base = f"{series.noun(before)} before and {after:,} after the change of {day_text(self.change)}"
        if self.unsaid:
            return f"{subject}: the effect cannot be said, {self.unsaid} ({base})."
        row = self.effect()
        size, unit = float(row["estimate"]), unit_of_differences(metric)
        level = level_text(self.confidence_level)
        between = between_text(metric, float(row["low"]), float(row["high"]))
        foretold = "the trend before foretold" + (", the comparison group taken into account" if self.against else "")
        when = "" if self.horizon <= after else ", which has not been seen yet"
        lasting = self.interruption.effects == "level" and not when
        at = "After" if lasting else f"In {series.noun_th(self.horizon)} after"
        where = f"{at} the change of {day_text(self.change)}{when}, {subject}"
        n = f"n = {row['n_before']:,} and {row['n_after']:,}"
        clear = not row["low"] <= 0 <= row["high"]
        beyond = self._beyond_in_words(clear=clear)
        if not clear:
            return (
                f"{where} was not clearly different from what {foretold}: {difference_text(metric, size)} {unit} "
                f"({level} {between}; {p_text(float(row['p_value']))}; {n}).{beyond}"
            )
        way = "above" if size > 0 else "below"
        return (
            f"{where} was {size_text(metric, size)} {way} what {foretold}{which_is(metric, size)} ({level} {between}; "
            f"{p_text(float(row['p_value']))}; {n}).{beyond}"
        )

    def _beyond_in_words(self, *, clear: bool) -> str:
        """Say from when on the trend before foretells what no score can be; empty where it does not."""
        reach = self.reach
        if reach >= max(self.horizon, int(self._later[-1]) + 1):
            return ""
        since = f"From {self.series.noun_th(reach + 1)} on that trend foretells scores that there cannot be"
        if self.horizon > reach:
            return f" {since}: the difference is no effect of the change."
        return f" {since}: it had to bend, and the difference may be no more than that." if clear else f" {since}."

    def to_text(self) -> pd.DataFrame:
        """Table as people read it."""
        if self.unsaid:
            return pd.DataFrame({"effect": []})
        table, metric = self.to_frame(), self.metric
        between = [between_text(metric, a, b) for a, b in zip(table["low"], table["high"], strict=True)]
        last = f"{self.series.noun(float(table['after'].iloc[-2]))} after"
        names = {
            "average": f"on average over the {'first ' if self.reach <= self._later[-1] else ''}{last}",
            "at the horizon": f"in {self.series.noun_th(self.horizon)} after",
        }
        return pd.DataFrame(
            {
                "effect": [names.get(name, name) for name in table["effect"]],
                unit_of_differences(metric): [difference_text(metric, one) for one in table["estimate"]],
                level_text(self.confidence_level): between,
                "p": [p_text(one) for one in table["p_value"]],
            }
        )

    def notes(self) -> tuple[str, ...]:
        """Say what a reader should know beside the sentence."""
        series = self.series
        said = [*series_notes(series), *self._thin()]
        if self.unsaid:
            return tuple(said)
        model = self.interruption
        variation = model.variation()
        said.append(variation_in_words(series, variation))
        if model.errors == "newey-west":
            said.append(
                "Newey and West's errors are too small in series of this length: in simulations of 20 to 60 periods "
                "their 95 % intervals covered 63 to 82 %."
            )
        elif variation.correlation >= ALIKE:
            said.append("So the series says less than its length suggests.")
        said.append(
            "The effect is what the score was above a straight line through the periods before the change. Anything "
            "else that changed at the same time is in it"
            + (", unless the comparison group felt it too." if self.against else "; a comparison group would show it.")
        )
        said += [*season_in_words(series), ELSEWHERE]
        _, fitted = model.foretold(self.confidence_level)
        return (*said, *patterns_in_words(series, self._residual(fitted)))

    def _residual(self, fitted: Floats) -> Floats:
        """Return what is left of each period's score; 0 for the periods that are not used."""
        left = np.zeros(len(self.series.n))
        left[np.searchsorted(self.series.position, self.interruption.position)] = self.interruption.y - fitted
        return left

    def _thin(self) -> list[str]:
        said = list[str]()
        series = self.series
        if self.left_out:
            said.append(f"The change fell into {self.left_out}, which is left out.")
        before, after = (int((self._after == side).sum()) for side in (0, 1))
        if before < FEW_BEFORE:
            some = f"Only {series.noun(before)}" if before else f"No {series.every}"
            said.append(f"{some} before the change: its trend is hardly known.")
        if after < FEW_AFTER:
            some = f"Only {series.noun(after)}" if after else f"No {series.every}"
            said.append(f"{some} after the change: whether the effect lasts cannot be said.")
        return said

    def _repr_html_(self) -> str:
        return as_html(self)

    def __repr__(self) -> str:
        return as_text(self)


def _answers(series: Series, starts: list[pd.Timestamp]) -> Integers:
    places = [series.position_of(start) for start in starts]
    return series.n[np.searchsorted(series.position, places)]


def require_horizon(horizon: int) -> None:
    """Refuse a horizon before the first period after a change.

    Raises
    ------
    ValueError
        If it is below 1.
    """
    if horizon < 1:
        raise ValueError(f"horizon counts periods after the change, from 1; got {horizon}")
