"""Draw control charts: scores between their limits, alarms with their reason, the number of answers under it."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator
from numpy.typing import NDArray

from cxstats.plots.paper import FAINT, INK, QUIET, axes_or_new, clean
from cxstats.scores.planning.words import in_hundredths
from cxstats.scores.trends.charts import ControlChart
from cxstats.scores.trends.kinds import Cusum, Ewma

_BASELINE: Final = "#efefef"
_SHAPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "beyond": "D",
        "average": "D",
        "sum": "D",
        "two-of-three": "s",
        "four-of-five": "p",
        "eight-on-a-side": "^",
        "nine-on-a-side": "^",
        "six-rising": ">",
    }
)
_ALARM_SIZE: Final = 9
_MOST_NAMED: Final = 12
_MANY: Final = 120
_MOST_REASONS: Final = 3
_WHITE: Final = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}


def plot_control_chart(chart: ControlChart, *, ax: Axes | None = None) -> Axes:
    """Draw a control chart.

    Scores are dots, their limits steps that follow the number of answers, which stands below as bars. Each alarm has a
    shape, numbered where it begins, with its reason under the chart. The baseline is shaded; incomplete periods are
    hollow; where nobody answered there is no dot and a gap in the bars.

    Parameters
    ----------
    chart
        From `cxstats.control_chart`.
    ax
        Where to draw; the bars take its lower fifth.
    """
    axes = axes_or_new(ax, 4.6, width=9.5)
    size = len(chart.series.starts)
    if isinstance(chart.kind, Cusum):
        _sums(axes, chart)
    else:
        _scores(axes, chart)
    _baseline(axes, chart)
    _alarms(axes, chart)
    _answers(axes, chart)
    shown = range(0, size, -(-size // _MOST_NAMED))
    axes.set_xticks(shown, [chart.series.periods[k] for k in shown], fontsize="small")
    axes.set_xlim(-0.8, size - 0.2)
    metric = chart.series.scores.metric
    of = f" of {chart.series.names[0]}" if len(chart.series.segments.columns) else ""
    axes.set_title(f"{chart.series.scores.tally.column}{of}: {metric.formula}, {metric.good} is good", loc="left")
    axes.set_xlabel(_below(chart), fontsize="small", loc="left", color=INK, linespacing=1.5)
    clean(axes)
    return axes


def _scale(chart: ControlChart) -> int:
    return in_hundredths(chart.series.scores.metric)


def _scores(axes: Any, chart: ControlChart) -> None:
    times, x = _scale(chart), np.arange(len(chart.seen.n))
    estimate, use = np.where(_drawn(chart), times * chart.seen.estimate, np.nan), _drawn(chart)
    hollow = chart.series.incomplete | (np.array(chart.series.status) == "may be incomplete")
    limits = [np.where(_drawn(chart) | (chart.seen.n == 0), limit, np.nan) for limit in (chart.low, chart.high)]
    for limit in limits:
        axes.step(x, times * _filled(limit), where="mid", color=INK, linewidth=0.9)
    axes.step(x, times * chart.centre, where="mid", color=QUIET, linewidth=0.9, linestyle=(0, (5, 3)))
    smooth = isinstance(chart.kind, Ewma)
    ink = QUIET if smooth else INK
    axes.plot(x, estimate, color=FAINT if smooth else QUIET, linewidth=0.8, zorder=2)
    size = 3 if smooth or len(x) > _MANY else 4.5
    axes.plot(x[use & ~hollow], estimate[use & ~hollow], "o", color=ink, markersize=size, zorder=3)
    axes.plot(
        x[use & hollow], estimate[use & hollow], "o", color=ink, markerfacecolor="white", markersize=size + 1, zorder=3
    )
    if smooth:
        axes.plot(x, times * chart.track.smoothed, color=INK, linewidth=1.8, zorder=3)
    # Room for the bars below.
    shown = np.concatenate([estimate, *(times * limit for limit in limits)])
    low, high = float(np.nanmin(shown)), float(np.nanmax(shown))
    axes.set_ylim(low - 0.42 * (high - low), high + 0.12 * (high - low))
    axes.yaxis.set_major_locator(MaxNLocator(7))

    def tick(value: float, _: object) -> str:
        return _tick(chart, value, low)

    axes.yaxis.set_major_formatter(FuncFormatter(tick))
    _name_lines(axes, chart)


def _tick(chart: ControlChart, value: float, lowest: float) -> str:
    """Write a tick; nothing where only bars are, or beyond the scale."""
    if value < lowest - 1e-9 or value > _scale(chart) * chart.seen.values.max() + 1e-9:
        return ""
    unit = chart.series.scores.metric.unit
    return {"share": f"{value:.3g} %", "net": f"{value:+.3g}"}.get(unit, f"{value:.4g}")


def _drawn(chart: ControlChart) -> NDArray[np.bool_]:
    """Say which periods have a dot: with answers, and with enough of them where the period has not ended."""
    begun = chart.series.incomplete & (chart.seen.n < chart.series.scores.minimum_base)
    return (chart.seen.n > 0) & ~begun


def _name_lines(axes: Any, chart: ControlChart) -> None:
    write, known = chart.series.scores.metric.text, np.flatnonzero(np.isfinite(chart.high) & _drawn(chart))
    if not known.size:
        return
    last = int(known[-1])
    place = {"transform": axes.get_yaxis_transform(), "va": "center", "fontsize": "small", "color": INK}
    for value, said in ((chart.high, "limit"), (chart.centre, "usual"), (chart.low, "limit")):
        at = float(value[last])
        axes.text(1.005, _scale(chart) * at, f"{said} {write(at)}", **place)


def _sums(axes: Any, chart: ControlChart) -> None:
    x, track = np.arange(len(chart.seen.n)), chart.track
    axes.axhline(0, color=QUIET, linewidth=0.8)
    for limit, side in ((chart.limit, "rise"), (-chart.limit, "fall")):
        axes.axhline(limit, color=INK, linewidth=0.9)
        place = {"transform": axes.get_yaxis_transform(), "va": "center", "fontsize": "small", "color": INK}
        axes.text(1.005, limit, f"limit, {side}", **place)
    for sums in (track.above, -track.below):
        axes.plot(x, sums, color=INK, linewidth=1.2, marker="o", markersize=3, zorder=3)
    least = -max(chart.limit, float(np.nanmax(track.below)))
    most = max(chart.limit, float(np.nanmax(track.above)))
    axes.set_ylim(least - 0.42 * (most - least), most + 0.12 * (most - least))
    axes.yaxis.set_major_locator(MaxNLocator(7))

    def tick(value: float, _: object) -> str:
        return f"{value:g}" if value >= least else ""

    axes.yaxis.set_major_formatter(FuncFormatter(tick))
    axes.set_ylabel("deviations added up, in sigmas")


def _baseline(axes: Any, chart: ControlChart) -> None:
    if chart.watched.all():
        return
    places = np.flatnonzero(chart.expected.in_baseline)
    axes.axvspan(places[0] - 0.5, places[-1] + 0.5, color=_BASELINE, linewidth=0, zorder=0)
    place = {"transform": axes.get_xaxis_transform(), "va": "top", "fontsize": "small", "color": QUIET}
    axes.text(places[0] - 0.3, 0.985, "baseline", **place)


def _alarms(axes: Any, chart: ControlChart) -> None:
    y = _judged(chart)
    for number, alarm in enumerate(chart.alarms, start=1):
        some = np.arange(alarm.first, alarm.last + 1)
        some = some[np.isfinite(y[some])]
        ring = {"markerfacecolor": "none", "markeredgecolor": INK, "markeredgewidth": 1.3, "linestyle": "none"}
        shape = _SHAPES[alarm.rule]
        axes.plot(some[:1], y[some[:1]], marker=shape, markersize=_ALARM_SIZE, zorder=4, **ring)
        axes.plot(some[1:], y[some[1:]], marker=shape, markersize=_ALARM_SIZE - 3, zorder=4, **ring)
        if number <= _MOST_REASONS:
            place = {"xytext": (-7, 14 * alarm.direction), "textcoords": "offset points", "ha": "center"}
            look = {"fontsize": "small", "weight": "bold", "va": "center", "bbox": _WHITE, "zorder": 5}
            axes.annotate(str(number), (alarm.first, y[alarm.first]), **place, **look)


def _judged(chart: ControlChart) -> Any:
    """Return the heights at which alarms are drawn; shape (T,)."""
    if isinstance(chart.kind, Cusum):
        signs = chart.track.broken["sum"]
        return np.where(signs > 0, chart.track.above, np.where(signs < 0, -chart.track.below, np.nan))
    return _scale(chart) * (chart.track.smoothed if isinstance(chart.kind, Ewma) else chart.seen.estimate)


def _answers(axes: Any, chart: ControlChart) -> None:
    bottom, top = axes.get_ylim()
    n, room = chart.seen.n, 0.2 * (top - bottom)
    most = float(n.max())
    axes.bar(np.arange(len(n)), room * n / most, bottom=bottom, width=0.75, color=FAINT, zorder=1)
    axes.set_ylim(bottom, top)
    place = {"transform": axes.get_yaxis_transform(), "va": "center", "fontsize": "small", "color": QUIET}
    axes.text(1.005, bottom + room, f"n = {most:,.0f}", **place)
    axes.text(1.005, bottom, "0 answers", **place)


def _below(chart: ControlChart) -> str:
    """Say the reasons of the first alarms, and how often chance alone would alarm."""
    periods = chart.series.periods
    lines = [
        f"{number}  {periods[alarm.first]} {alarm.verdict}: {alarm.reason}"
        for number, alarm in enumerate(chart.alarms[:_MOST_REASONS], start=1)
    ]
    more = len(chart.alarms) - _MOST_REASONS
    lines += [f"and {more} more alarms"] if more > 0 else []
    lines += [] if chart.alarms else ["no alarm"]
    return "\n".join([*lines, chart.rate_in_words()])


def _filled(limit: Any) -> Any:
    """Carry limits over periods without answers, so that the steps do not break."""
    known = np.flatnonzero(np.isfinite(limit))
    return limit[known[np.clip(np.searchsorted(known, np.arange(len(limit)), side="right") - 1, 0, None)]]
