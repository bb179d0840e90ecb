"""Draw changes in time: levels with the intervals of their dates, a release against what was foretold."""

from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.dates import ConciseDateFormatter
from matplotlib.ticker import FuncFormatter

from cxstats.plots.paper import FAINT, INK, QUIET, axes_or_new, clean, percent_tick
from cxstats.plots.paper import level_text as interval_text
from cxstats.scores.changes.change_points import ChangePoints
from cxstats.scores.changes.effects import BeforeAfter
from cxstats.scores.changes.series import Series, day_text
from cxstats.scores.comparing.wording import unit_of_differences
from cxstats.scores.metrics import Metric

_BAND: Final = "#c9c9c9"
_WIDE: Final = 9.5
_LARGEST: Final = 60


def plot_change_points(changes: ChangePoints, *, ax: Axes | None = None) -> Axes:
    """Draw the score of each period, the levels found with their intervals, and the interval of each date.

    The area of a dot goes with its number of answers; a hollow dot has too few to say. Hatched bands are the intervals
    of the dates.

    Parameters
    ----------
    changes
        What `cxstats.change_points` found.
    ax
        Where to draw.
    """
    series = changes.series
    axes = axes_or_new(ax, 4.2, width=_WIDE)
    _dots(axes, series, series.estimate)
    for row in changes.levels().to_dict("records"):
        first, last = row["first"], _end(series, row["last"])
        low, high, level = (_scaled(series.metric, float(row[name])) for name in ("low", "high", "estimate"))
        axes.fill_between([first, last], low, high, color=_BAND, alpha=0.55, linewidth=0, zorder=1)
        axes.plot([first, last], [level, level], color=INK, linewidth=2.2, solid_capstyle="butt", zorder=3)
        middle = first + (last - first) / 2
        place = {"ha": "center", "va": "bottom", "fontsize": "small", "color": INK, "zorder": 5}
        text = series.metric.text(float(row["estimate"]))
        axes.annotate(text, (middle, high), xytext=(0, 3), textcoords="offset points", bbox=_WHITE, **place)
    for row in changes.to_frame().to_dict("records"):
        style = {"facecolor": "none", "edgecolor": QUIET, "hatch": "////", "linewidth": 0.0, "alpha": 0.55}
        axes.axvspan(row["date_low"], _end(series, row["date_high"]), zorder=0, **style)
        axes.axvline(row[series.along], color=INK, linewidth=1.0, linestyle=(0, (4, 3)), zorder=2)
        place = {"ha": "left", "va": "top", "fontsize": "small", "rotation": 0, "bbox": _WHITE, "zorder": 6}
        axes.annotate(
            day_text(row[series.along]),
            (row[series.along], 1.0),
            xycoords=("data", "axes fraction"),
            xytext=(4, -2),
            textcoords="offset points",
            **place,
        )
    level = interval_text(changes.confidence_level)
    said = (
        f"line and band: level, {level}; hatched: {level} of the date"
        if changes.places
        else f"{level}; no clear change"
    )
    _finish(axes, series, changes.unsaid or said)
    return axes


def plot_before_after(found: BeforeAfter, *, ax: Axes | None = None) -> Axes:
    """Draw the score before and after a change, with what the trend before foretold.

    Dots are scores, the solid line the fit, the dashed line and its band what was foretold, as far as the scale goes. A
    bracket shows the effect at the horizon.

    Parameters
    ----------
    found
        What `cxstats.before_after` found.
    ax
        Where to draw.
    """
    series = found.series
    axes = axes_or_new(ax, 4.2, width=_WIDE)
    table = found.counterfactual()
    model = found.interruption
    _dots(axes, series.only(np.isin(series.position, model.position)), table["estimate"].to_numpy(dtype=np.float64))
    metric = series.metric
    for after, part in table.groupby("after"):
        days = part[series.along]
        if after:
            lines = {
                name: _scaled(metric, part[name].to_numpy(dtype=np.float64)) for name in ("expected", "low", "high")
            }
            axes.fill_between(days, lines["low"], lines["high"], color=_BAND, alpha=0.55, linewidth=0, zorder=1)
            axes.plot(days, lines["expected"], color=INK, linewidth=1.6, linestyle=(0, (4, 2.5)), zorder=3)
        fitted = _scaled(metric, part["fitted"].to_numpy(dtype=np.float64))
        axes.plot(days, fitted, color=INK, linewidth=2.2, zorder=4)
    axes.axvline(found.change, color=INK, linewidth=1.0, zorder=2)
    place = {"ha": "right", "va": "top", "fontsize": "small", "bbox": _WHITE, "zorder": 6}
    axes.annotate(
        f"change, {day_text(found.change)}",
        (found.change, 1.0),
        xycoords=("data", "axes fraction"),
        xytext=(-4, -2),
        textcoords="offset points",
        **place,
    )
    _bracket(axes, found, table)
    less = " less the comparison group" if found.against else ""
    level = interval_text(found.confidence_level)
    _finish(axes, series, f"solid: fitted; dashed: foretold by the trend before, {level}{less}")
    return axes


_WHITE: Final = {"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.85}


def _bracket(axes: Any, found: BeforeAfter, table: pd.DataFrame) -> None:
    """Draw the effect at the horizon, where it lies within the series."""
    series, row = found.series, found.effect()
    day = series.start(found.first + found.horizon - 1)
    here = table[table[series.along] == day]
    if here["expected"].isna().all():
        return
    ends = [_scaled(series.metric, float(here[name].iloc[0])) for name in ("expected", "fitted")]
    axes.annotate("", (day, ends[1]), (day, ends[0]), arrowprops={"arrowstyle": "<->", "color": INK}, zorder=5)
    low, high, size = (_scaled(series.metric, float(row[name])) for name in ("low", "high", "estimate"))
    places = 2 if series.metric.unit == "points" else 1
    text = f"{size:+.{places}f} ({low:+.{places}f} to {high:+.{places}f})\n{unit_of_differences(series.metric)}"
    last = table[series.along].max()
    near = day > last - 0.13 * (last - table[series.along].min())
    place = {"ha": "right" if near else "left", "va": "center", "fontsize": "small", "bbox": _WHITE, "zorder": 6}
    axes.annotate(text, (day, sum(ends) / 2), xytext=(-6 if near else 6, 0), textcoords="offset points", **place)


def _dots(axes: Any, series: Series, y: "np.ndarray[Any, np.dtype[np.float64]]") -> None:
    """Draw the scores, larger with more answers and hollow with too few."""
    days = [series.start(int(place)) for place in series.position]
    area = np.maximum(_LARGEST * series.n / series.n.max(), 6)
    few = series.scores.too_few
    faces = np.where(few, "white", QUIET)
    axes.scatter(days, _scaled(series.metric, y), s=area, c=faces, edgecolors=QUIET, linewidths=0.9, zorder=2.5)


def _finish(axes: Any, series: Series, said: str) -> None:
    metric = series.metric
    n = series.n
    axes.set_title(said, loc="right", fontsize="small", color=QUIET)
    axes.set_ylabel(f"{series.scores.tally.column}: {metric.formula}, {metric.good} is good")
    if metric.unit == "share":
        axes.yaxis.set_major_formatter(FuncFormatter(percent_tick))
    between = f"{n.min():,} to {n.max():,}" if n.min() < n.max() else f"{n.min():,}"
    few = "; hollow: too few to say" if series.scores.too_few.any() else ""
    larger = ", larger dots have more" if n.min() < n.max() else ""
    axes.set_xlabel(f"{len(n):,} {series.every}s, n = {n.sum():,} ({between} a {series.every}{larger}){few}")
    locator = axes.xaxis.get_major_locator()
    axes.xaxis.set_major_formatter(ConciseDateFormatter(locator, show_offset=False))
    clean(axes)
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)


def _end(series: Series, start: pd.Timestamp) -> pd.Timestamp:
    """First day after a period, less a little, so that neighbours do not touch."""
    return series.start(series.position_of(start) + 1)


def _scaled(metric: Metric, value: Any) -> Any:
    """Shares and nets times 100."""
    return value * 100 if metric.unit in ("share", "net") else value
