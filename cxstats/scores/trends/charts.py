"""The result of a control chart: points, limits, alarms with their reason, and how often it cries wolf."""

from dataclasses import dataclass
from html import escape
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.scores.planning.words import distance_in_words
from cxstats.scores.trends.alarms import Alarm, by_period
from cxstats.scores.trends.calendar import PER_YEAR
from cxstats.scores.trends.expectations import D2, Expectation, Observed
from cxstats.scores.trends.false_alarms import Delay, delay_of
from cxstats.scores.trends.kinds import Cusum, Ewma, Individuals, Kind
from cxstats.scores.trends.rhythm import periods_in_words, rate_in_words
from cxstats.scores.trends.series import STATUS, ScoreSeries
from cxstats.scores.trends.tracks import Track

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]

RANGE_LIMIT: Final = float(1 + 3 * np.sqrt(2 - 4 / np.pi) / D2)
"""Upper limit of a moving range over the mean one: 3.267."""

_MOST_TOLD: Final = 4


@dataclass(frozen=True, slots=True, eq=False)
class ControlChart:
    """One segment's scores against what they would be if nothing changed.

    Attributes
    ----------
    series
        The scores of one segment; T periods.
    kind, limit
        The chart; and the limit of a moving average in its standard errors, of a sum in sigmas, of the others where
        their outer lines are, in sigmas: 3, or more where several charts are watched.
    seen, expected
        The periods, and what they would show if nothing changed.
    track
        What is judged, with its limits.
    watched
        Periods in which alarms count; shape (T,).
    alarms
        The alarms, in their order.
    false_alarm_rate
        Expected number of false alarms a period of this chart, allowing for the error of the baseline.
    remarks
        What else a reader should know.
    among
        How many charts are watched, this one among them, which limits allow for.
    """

    series: ScoreSeries
    kind: Kind
    limit: float
    seen: Observed
    expected: Expectation
    track: Track
    watched: Truths
    alarms: tuple[Alarm, ...]
    false_alarm_rate: float
    remarks: tuple[str, ...] = ()
    among: int = 1

    @property
    def centre(self) -> Floats:
        """The score that is expected, in the metric's unit; shape (T,)."""
        return self.expected.centre

    @property
    def sigma(self) -> Floats:
        """Standard deviation of the score of a period if nothing changed; shape (T,); NaN without answers."""
        return self.expected.sigma

    @property
    def low(self) -> Floats:
        """Lower limit of what is judged; shape (T,)."""
        return self.track.low

    @property
    def high(self) -> Floats:
        """Upper limit of what is judged; shape (T,)."""
        return self.track.high

    @property
    def moving_ranges(self) -> Floats:
        """Distance of each score from the one before; NaN without answers and for the first; shape (T,)."""
        found, use = np.full(len(self.seen.n), np.nan), self.seen.judged
        found[use] = np.abs(np.diff(self.seen.estimate[use], prepend=np.nan))
        return found

    @property
    def moving_range_limit(self) -> float:
        """Upper limit of the moving ranges of an individuals chart, no wider than the scale; NaN for other charts."""
        if not isinstance(self.kind, Individuals):
            return float("nan")
        return min(RANGE_LIMIT * D2 * self.expected.usual_sigma, float(np.ptp(self.seen.values)))

    @property
    def average_run_length(self) -> float:
        """Average number of periods between two false alarms of this chart."""
        return 1 / self.false_alarm_rate

    def delay(self, change: float, *, n: float | None = None) -> Delay:
        """Say how soon a lasting change would be seen.

        Parameters
        ----------
        change
            In the metric's unit: -.05 is a fall of five percentage points of a share.
        n
            Answers a period; the median of the series unless given.

        Returns
        -------
        Delay
            Exact for normal periods and a centre that is known, counted from the period of the change.
        """
        usual = float(np.median(self.seen.n[self.seen.judged]))
        n = usual if n is None else float(n)
        if not n > 0 or change == 0:
            raise ValueError(f"a delay needs answers and a change other than 0; got n={n:g}, change={change:g}")
        sigma, spread = self.expected.usual_sigma, self.expected.spread
        if not isinstance(self.kind, Individuals):
            # Ups and downs are as large however many answer.
            sigma = float(np.sqrt(spread**2 + max(sigma**2 - spread**2, 0.0) * usual / n))
        found = delay_of(tuned(self.kind, self.expected), self.limit, shift=change / sigma)
        return Delay(change, n, int(found.quantile(0.5)[0]), int(found.quantile(0.9)[0]), float(found.mean[0]))

    def delay_in_words(self, change: float, *, n: float | None = None) -> str:
        """Say `delay` in a sentence."""
        found, metric = self.delay(change, n=n), self.series.scores.metric
        way = "rise" if change > 0 else "fall"
        size, every = distance_in_words(metric, abs(change)), self.series.every
        return (
            f"A lasting {way} of {size} at {found.n:,.0f} answers a {every} is seen within "
            f"{periods_in_words(found.median, every)} in half of all cases, within "
            f"{periods_in_words(found.nine_in_ten, every)} in nine of ten."
        )

    def to_frame(self) -> pd.DataFrame:
        """Tidy table, one row a period, unrounded.

        The period column, ``n``, ``estimate``, ``smoothed``, ``sum_above``, ``sum_below``, ``centre``, ``low``,
        ``high`` (of what is judged), ``sigma``, ``in_baseline``, ``status``, ``alarm`` (the reason, empty for none).
        """
        track, series = self.track, self.series
        return pd.DataFrame(
            {
                series.along: series.starts.to_numpy(),
                "n": series.n[0],
                "estimate": self.seen.estimate,
                "smoothed": track.smoothed,
                "sum_above": track.above,
                "sum_below": track.below,
                "centre": track.centre,
                "low": track.low,
                "high": track.high,
                "sigma": self.sigma,
                "in_baseline": self.expected.in_baseline,
                STATUS: list(series.status),
                "alarm": by_period(self.alarms, len(series.starts)),
            }
        )

    def alarm_table(self) -> pd.DataFrame:
        """One row an alarm: ``first``, ``last`` (days on which periods begin), ``rule``, ``verdict``, ``reason``."""
        starts = self.series.starts
        rows = [(starts[a.first], starts[a.last], a.rule, a.verdict, a.reason) for a in self.alarms]
        return pd.DataFrame(rows, columns=["first", "last", "rule", "verdict", "reason"])

    def sentence(self) -> str:
        """Say what alarmed and why, or that nothing did, and how often chance alone would."""
        every, metric = self.series.every, self.series.scores.metric
        watched = periods_in_words(int((self.watched & self.seen.judged).sum()), every)
        usual = metric.text(float(self.seen.totals[self.expected.in_baseline].sum(axis=0) @ self._point_values()))
        subject = f"{self.series.scores.tally.column}{self._of_segment()} ({metric.formula}, {metric.good} is good)"
        if not self.alarms:
            return (
                f"{subject}: no sign of a change in {watched}; the score varies around {usual} as chance would have "
                f"it. {self.rate_in_words()}"
            )
        told = "; ".join(f"{alarm.verdict} in {self._when(alarm)} ({alarm.reason})" for alarm in self._told())
        more = len(self.alarms) - len(self._told())
        rest = f"; {more} more to {self.series.periods[max(a.last for a in self.alarms)]}" if more > 0 else ""
        return f"{subject}, usually {usual}: {told}{rest}. {self.rate_in_words()}"

    def _told(self) -> list[Alarm]:
        """Return the first alarm of each direction that follows another: what is news."""
        alarms = self.alarms
        news = [a for k, a in enumerate(alarms) if k == 0 or a.direction != alarms[k - 1].direction]
        return news[:_MOST_TOLD]

    def _point_values(self) -> Floats:
        return self.seen.values / self.seen.totals[self.expected.in_baseline].sum()

    def _of_segment(self) -> str:
        return f" of {self.series.names[0]}" if len(self.series.segments.columns) else ""

    def _when(self, alarm: Alarm) -> str:
        periods = self.series.periods
        first, last = periods[alarm.first], periods[alarm.last]
        return first if first == last else f"{first} to {last}"

    def rate_in_words(self) -> str:
        """Say how often chance alone alarms: "By chance alone about one false alarm in 3 years over all 20 charts"."""
        every, rate = self.series.every, self.false_alarm_rate * self.among
        told = rate_in_words(rate, every)
        over = f" over all {self.among:,} charts" if self.among > 1 else ""
        return f"By chance alone {told}{over} at this rhythm (one in {1 / rate:,.0f} {every}s)."

    def notes(self) -> tuple[str, ...]:
        """Say what the chart is made of: baseline, limits, variation, the calendar, and what to be careful about."""
        return (self._method(), *self._variation(), *self.remarks, *self.series.notes())

    def _method(self) -> str:
        every = self.series.every
        base = f"baseline of {periods_in_words(self.expected.periods, every)}"
        after = "" if self.watched.all() else f", alarms {every}s after it"
        error = "allowing for the error of that baseline"
        if isinstance(self.kind, Ewma):
            how = f"moving average, weight {self.kind.weight:g}, limits at {self.limit:.2f} standard errors"
        elif isinstance(self.kind, Cusum):
            how = f"cumulative sums, limit at {self.limit:.2f} sigmas"
        else:
            sigmas = "three" if self.among == 1 else f"{self.limit:.2f}"
            name = f"{'individual values, ' if isinstance(self.kind, Individuals) else ''}limits at {sigmas} sigmas"
            how = f"{name}; rules: {', '.join(self.kind.rules)}"
        watched = f"; one of {self.among:,} charts, and limits are wider for it" if self.among > 1 else ""
        return f"{how}; {base}{after}{watched}; false alarms computed for independent normal {every}s, {error}"

    def _variation(self) -> list[str]:
        every, ratio, metric = self.series.every, self.expected.dispersion, self.series.scores.metric
        said: list[str] = []
        if self.expected.spread:
            size = distance_in_words(metric, self.expected.spread)
            said.append(
                f"{every}s go up and down by {size} (standard deviation) more than their answers alone explain; limits "
                f"allow for it and are {ratio:.2f} times as wide in a usual {every}"
            )
        elif ratio > 1:
            said.append(
                f"{every}s vary {ratio:.2f} times as much as their answers alone explain, and the limits are as much "
                "wider (Laney's correction)"
            )
        if isinstance(self.kind, Individuals):
            limit = distance_in_words(metric, self.moving_range_limit)
            said.append(f"a {every} differs from the one before by up to {limit} by chance")
        return said + self._neighbours()

    def _neighbours(self) -> list[str]:
        """Say that neighbours go together where their correlation is more than its standard error."""
        found, every = self.expected.autocorrelation, self.series.every
        if found <= 1 / np.sqrt(self.expected.periods):
            return []
        told = f"neighbouring {every}s of the baseline go together (correlation {found:.2f})"
        if not self.expected.carry:
            return [f"{told}: unless by chance, false alarms come more often than said"]
        runs = "" if isinstance(self.kind, Ewma | Cusum) else ", but not their runs"
        return [
            f"{told}: limits allow for {self.expected.carry:.2f} of it{runs}, since it may be chance; unless it is, "
            "false alarms come more often than said"
        ]

    def _repr_html_(self) -> str:
        table = self.alarm_table()
        shown = table.to_html(index=False, border=0, justify="left", escape=True) if len(table) else ""
        notes = "<br>".join(escape(note) for note in self.notes())
        return f"<p><b>{escape(self.sentence())}</b></p>{shown}<p>{notes}</p>"

    def __repr__(self) -> str:
        table = self.alarm_table()
        shown = [table.to_string(index=False)] if len(table) else []
        return "\n".join([self.sentence(), *shown, *self.notes()])


def tuned(kind: Kind, expected: Expectation) -> Kind:
    """Return the chart with a change looked for in sigmas of a usual period."""
    if isinstance(kind, Cusum):
        shift = 1.0 if kind.shift is None else max(round(kind.shift / expected.usual_sigma, 2), 0.05)
        return Cusum(shift, kind.periods_between)
    return kind


def per_year(chart: ControlChart) -> float:
    """Return the expected number of false alarms a year."""
    return chart.false_alarm_rate * PER_YEAR[chart.series.every]
