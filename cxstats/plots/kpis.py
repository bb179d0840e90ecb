"""Draw KPIs beside scores: one panel a KPI with the slope freed of sampling error, and all of them along time."""

import math
from collections.abc import Sequence
from typing import Any, Final

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import scipy
from matplotlib.axes import Axes
from matplotlib.dates import AutoDateLocator, ConciseDateFormatter
from matplotlib.ticker import FuncFormatter, MaxNLocator

from cxstats.plots.paper import FAINT, INK, QUIET, clean, level_text, percent_tick
from cxstats.scores.comparing.wording import unit_of_differences
from cxstats.scores.kpis.beside import Beside
from cxstats.scores.kpis.results import SideBySide
from cxstats.scores.kpis.words import between
from cxstats.scores.planning.words import in_hundredths
from cxstats.scores.samples import upper_tail

_BAND: Final = "#c9c9c9"
_WIDE: Final = 9.5
_ACROSS: Final = 3
_TALL: Final = 3.5
_ROW: Final = 1.75
_WHITE: Final = {"facecolor": "white", "edgecolor": "none", "pad": 0.8, "alpha": 0.85}

Floats = np.ndarray[Any, np.dtype[np.float64]]


def plot_kpis(found: SideBySide, *, axes: Sequence[Axes] | None = None) -> list[Axes]:
    """Draw each KPI against the score, a dot a unit, with the slope that is freed of the scores' sampling error.

    Horizontal bars are intervals of the scores by their sampling error alone, vertical ones those of rates. The solid
    line and its band are the slope and its interval, the dashed line the slope on scores as they are. A unit that
    carries the slope, or masks one, has a ring and its name. Periods are drawn as deviations from straight trends,
    since that is what is compared.

    Parameters
    ----------
    found
        What `cxstats.side_by_side` found.
    axes
        Where to draw, one a KPI; new ones unless given.

    Raises
    ------
    ValueError
        If there are not as many axes as KPIs.
    """
    panels = _panels(len(found.found), axes)
    for panel, one in zip(panels, found.found, strict=True):
        _panel(panel, found, one)
    return list(panels)


def plot_kpis_in_time(found: SideBySide, *, axes: Sequence[Axes] | None = None) -> list[Axes]:
    """Draw the score and under it each KPI along the same time, each on an axis of its own; straight trends dashed.

    Parameters
    ----------
    found
        What `cxstats.side_by_side` found, of periods.
    axes
        Where to draw, the score first and then one a KPI; new ones unless given.

    Raises
    ------
    ValueError
        If the units are no periods, or there are not as many axes as series.
    """
    units = found.matched.units
    if units.position is None:
        raise ValueError("only periods can be drawn along time; these units are segments: plot_kpis draws them")
    count = 1 + len(found.matched.figures)
    if axes is None:
        size = (_WIDE, _ROW * count + 0.6)
        given = plt.subplots(count, 1, figsize=size, sharex=True, layout="constrained", squeeze=False)[1]
        axes = list(given[:, 0])
    _require_as_many(axes, count, "series")
    table = found.units()
    days = pd.DatetimeIndex(table.iloc[:, 0])
    order = np.argsort(days.to_numpy())
    position = units.position[found.matched.rows][order]
    sizes = [_score_size(found), *(figure.hundred for figure in found.matched.figures)]
    values = [table["estimate"], *(table[figure.name] for figure in found.matched.figures)]
    errors = [table["standard_error"], *(pd.Series(np.sqrt(one.variance)) for one in found.matched.figures)]
    formula = "" if units.metric is None else f": {units.metric.formula}"
    labels = [f"{units.name}{formula}", *(figure.label for figure in found.matched.figures)]
    z = _quantile(found)
    panels: list[Any] = list(axes)
    for panel, size, value, error, label in zip(panels, sizes, values, errors, labels, strict=True):
        y, half = (size * np.asarray(part, dtype=np.float64)[order] for part in (value, z * error))
        _course(panel, days[order], position, y=y, half=half)
        panel.set_title(label, loc="left", fontsize="small", color=INK)
    if units.metric is not None and units.metric.unit == "share":
        panels[0].yaxis.set_major_formatter(FuncFormatter(percent_tick))
    last = panels[-1]
    last.xaxis.set_major_locator(locator := AutoDateLocator())
    last.xaxis.set_major_formatter(ConciseDateFormatter(locator, show_offset=False))
    answers = int(table["n"].sum())
    level = level_text(found.confidence_level)
    last.set_xlabel(
        f"{units.count(len(table))}, n = {answers:,} answers; bars: {level} by sampling error; dashed: straight trend",
        fontsize="small",
    )
    return panels


def _panels(count: int, axes: Sequence[Axes] | None) -> Sequence[Any]:
    if axes is not None:
        _require_as_many(axes, count, "KPIs")
        return axes
    across = min(count, _ACROSS)
    down = math.ceil(count / across)
    width = _WIDE if across > 1 else 5.2
    grid = plt.subplots(down, across, figsize=(width, _TALL * down), layout="constrained", squeeze=False)[1].ravel()
    for spare in grid[count:]:
        spare.set_visible(False)
    return list(grid[:count])


def _require_as_many(axes: Sequence[Axes], count: int, what: str) -> None:
    if len(axes) != count:
        raise ValueError(f"there are {count} {what} to draw; got {len(axes)} axes")


def _panel(axes: Any, found: SideBySide, one: Beside) -> None:
    """Draw one KPI against the score."""
    pairs, figure, size = one.pairs, one.figure, _score_size(found)
    x, y = pairs.deviations if pairs.in_time else (pairs.score, figure.value)
    x, y = size * x, figure.hundred * y
    z = _quantile(found)
    bars = {"color": FAINT, "linewidth": 0.8, "zorder": 1}
    across = z * size * np.sqrt(pairs.variance)
    axes.hlines(y, *_inside(found, x - across, x + across, in_time=pairs.in_time), **bars)
    if figure.variance.any():
        half = z * figure.hundred * np.sqrt(figure.variance)
        axes.vlines(x, y - half, y + half, **bars)
    axes.scatter(x, y, s=16, color=QUIET, linewidths=0, zorder=2.5)
    if one.freed is None or one.plain is None:
        axes.set_title(f"too few to say: {pairs.unsaid}", loc="left", fontsize="small", color=QUIET)
    else:
        _lines(axes, found, one, (x, y))
        _name_carrier(axes, found, one, (x, y))
    beside_trend = ", above its trend" if pairs.in_time else ""
    noun = found.matched.units.noun
    axes.set_xlabel(f"{_score_label(found)}{beside_trend}\na dot is a {noun}, not a customer", fontsize="small")
    axes.set_ylabel(f"{figure.label}{beside_trend}", fontsize="small")
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.yaxis.set_major_formatter(FuncFormatter(_thousands))
    axes.tick_params(labelsize="small")
    clean(axes)
    axes.grid(color=FAINT, linewidth=0.5)
    axes.set_axisbelow(True)


def _lines(axes: Any, found: SideBySide, one: Beside, dots: tuple[Floats, Floats]) -> None:
    """Draw both slopes through the middle, and say the freed one above."""
    if one.freed is None or one.plain is None:
        return
    x, y = dots
    level, by = found.confidence_level, one.figure.hundred / _score_size(found)
    answers = np.asarray(found.matched.units.n[one.rows], dtype=np.float64)
    centre = (float(np.average(x, weights=answers)), float(np.average(y, weights=answers)))
    reach = np.linspace(float(x.min()), float(x.max()), 50)
    low, high = one.freed.interval(level)

    def line(slope: float) -> Floats:
        return centre[1] + by * slope * (reach - centre[0])

    bottom, top = axes.get_ylim()
    if math.isfinite(high - low):
        axes.fill_between(reach, line(low), line(high), color=_BAND, alpha=0.5, linewidth=0, zorder=0.5)
        axes.plot(reach, line(one.freed.estimate), color=INK, linewidth=2.0, zorder=3)
    axes.plot(reach, line(one.plain.estimate), color=INK, linewidth=1.1, linestyle=(0, (4, 2.5)), zorder=3)
    axes.set_ylim(bottom, top)
    size = found.step.unit * one.figure.hundred
    shown, dashed = one.freed, "dashed: not freed of sampling error"
    if not math.isfinite(high - low):
        shown, dashed = one.plain, "not freed of sampling error: scores hardly differ"
    low, high = shown.interval(level)
    estimate, limits = between((size * shown.estimate, size * low, size * high))
    axes.set_title(
        f"{found.step.text}: {estimate}\n{level_text(level)} {limits}; {found.matched.units.count(len(x))}\n{dashed}",
        loc="left",
        fontsize="small",
        color=INK,
    )


def _name_carrier(axes: Any, found: SideBySide, one: Beside, dots: tuple[Floats, Floats]) -> None:
    """Mark the unit that carries the slope, or masks it."""
    influence = one.influence
    if influence is None or not (influence.carries or influence.masks):
        return
    x, y = (float(part[influence.place]) for part in dots)
    name = found.matched.units.names[int(one.rows[influence.place])]
    axes.plot(x, y, marker="o", markersize=10, markerfacecolor="none", markeredgecolor=INK, zorder=4)
    left, right = axes.get_xlim()
    far = x > (left + right) / 2
    place = {"ha": "right" if far else "left", "va": "center", "fontsize": "small", "bbox": _WHITE, "zorder": 5}
    axes.annotate(name, (x, y), xytext=(-9 if far else 9, 0), textcoords="offset points", **place)


def _course(axes: Any, days: pd.DatetimeIndex, position: Any, *, y: Floats, half: Floats) -> None:
    """Draw one series with its intervals and its straight trend; the line breaks where periods are missing."""
    known = ~np.isnan(y)
    gaps = np.flatnonzero(np.diff(position[known]) > 1) + 1
    for part in np.split(np.flatnonzero(known), gaps):
        axes.plot(days[part], y[part], color=QUIET, linewidth=1.2, zorder=2)
    axes.scatter(days, y, s=13, color=QUIET, linewidths=0, zorder=2.5)
    if half.any():
        axes.vlines(days, y - half, y + half, color=_BAND, linewidth=1.0, zorder=1)
    if known.sum() > 2:
        design = np.column_stack([np.ones(len(position)), position])
        line = design @ np.linalg.lstsq(design[known], y[known])[0]
        axes.plot(days, line, color=INK, linewidth=1.0, linestyle=(0, (5, 3)), zorder=3)
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_formatter(FuncFormatter(_thousands))
    axes.tick_params(labelsize="small")
    clean(axes)
    axes.grid(axis="y", color=FAINT, linewidth=0.5)
    axes.set_axisbelow(True)


def _inside(found: SideBySide, low: Floats, high: Floats, *, in_time: bool) -> tuple[Floats, Floats]:
    """Keep intervals of scores within the metric; deviations from a trend have no such ends."""
    metric = found.matched.units.metric
    if metric is None or in_time:
        return low, high
    size = _score_size(found)
    return np.maximum(low, size * min(metric.values)), np.minimum(high, size * max(metric.values))


def _thousands(value: float, _: object) -> str:
    """Write a tick."""
    return f"{value:,.10g}"


def _score_size(found: SideBySide) -> int:
    metric = found.matched.units.metric
    return 1 if metric is None else in_hundredths(metric)


def _score_label(found: SideBySide) -> str:
    units = found.matched.units
    return units.name if units.metric is None else f"{units.name}, {unit_of_differences(units.metric)}"


def _quantile(found: SideBySide) -> float:
    return float(scipy.special.ndtri(upper_tail(found.confidence_level)))
