"""Draw where it hurts: ranked pain points, and a heat map that greys out what is too few to say."""

from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator

from cxstats.actions.journeys.pain_tables import PainPoints
from cxstats.plots.paper import FAINT, INK, QUIET, ROW_INCHES, axes_or_new, clean, level_text
from cxstats.responses.names import unknown_name
from cxstats.scores.comparing.wording import unit_of_differences
from cxstats.scores.estimates import TOO_FEW, segment_names

_WORSE: Final = "#b0653f"
_BETTER: Final = "#4f86ab"
_PALE: Final = 0.10
_GREY: Final = "#ececec"
_LINES: Final = "#bdbdbd"


def plot_pain_points(points: PainPoints, *, most: int = 15, ax: Axes | None = None) -> Axes:
    """Draw how far each cell falls short of the reference, worst first, with its interval, n and owner.

    The line at 0 is the reference; right of it is worse. A filled circle is shown to be worse, a hollow one may be no
    worse at all. Beside it what the total would gain if the cell were as the reference.

    Parameters
    ----------
    points
        From `cxstats.actions.journeys.pain_points`.
    most
        How many cells to draw.
    ax
        Where to draw.
    """
    table = points.to_frame()
    rows = table.head(most)
    names = segment_names(rows[list(points.scores.tally.by)])
    axes = axes_or_new(ax, len(rows) * ROW_INCHES + 1.9, width=11.5)
    size = 100 if points.metric.unit in ("share", "net") else 1
    aside = axes.get_yaxis_transform()
    for place, row in enumerate(rows.to_dict("records")):
        y = len(rows) - 1 - place
        owner = row["owner"] if pd.notna(row["owner"]) else "–"
        axes.text(1.19, y, owner, va="center", transform=aside, color=INK)
        if row["too_few"]:
            axes.text(1.02, y, TOO_FEW, color=QUIET, va="center", transform=aside)
            continue
        ends = [size * row["shortfall_low"], size * row["shortfall_high"]]
        axes.plot(ends, [y, y], color=INK, linewidth=1.4, solid_capstyle="butt")
        face = INK if row["shortfall_low"] > 0 else "white"
        axes.plot(size * row["shortfall"], y, marker="o", color=INK, markerfacecolor=face, markersize=7)
        axes.text(1.02, y, _gain(points, row), va="center", transform=aside, color=INK)
    for x, head in ((1.02, f"total if fixed\n(now {_finely(points, points.total)})"), (1.19, "owner")):
        axes.text(x, len(rows) - 0.25, head, va="bottom", transform=aside, color=QUIET, fontsize="small")
    axes.axvline(0, color=INK, linewidth=0.8, zorder=0)
    axes.set_yticks(range(len(rows)), [f"{a}  n = {n:,}" for a, n in zip(names, rows["n"], strict=True)][::-1])
    axes.set_ylim(-0.6, len(rows) - 0.4)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_formatter(FuncFormatter(_signed_tick))
    left = f"; cells not drawn: {len(table) - len(rows)}" if len(table) > len(rows) else ""
    axes.set_xlabel(
        f"shortfall from {points.reference.name} of {points.metric.text(points.reference.value)}, in "
        f"{unit_of_differences(points.metric)}, shrunken; right is worse\n"
        f"filled: worse; hollow: may be no worse{left}"
    )
    level = level_text(points.scores.confidence_level)
    title = f"{points.scores.tally.column}: {points.metric.formula}, {points.metric.good} is good; {level}"
    axes.set_title(title, loc="right", fontsize="small", color=QUIET, pad=32)
    clean(axes)
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    return axes


def plot_heat_map(points: PainPoints, *, rows: str, columns: str, ax: Axes | None = None) -> Axes:
    """Draw the shrunken score of each pair of two columns, with n; worse than the reference is darker, with a mark.

    A triangle down is a cell that is worse than the reference by its interval, one up a better one. Cells with too few
    answers are grey and hatched, those without any empty.

    Parameters
    ----------
    points
        From `cxstats.actions.journeys.pain_points`, of a tally by these two columns.
    rows, columns
        The columns of the tally that run down and across.
    ax
        Where to draw.

    Raises
    ------
    ValueError
        If the tally is not by these two columns.
    """
    by = points.scores.tally.by
    for name in (rows, columns):
        if name not in by:
            raise ValueError(unknown_name("column", name, by))
    if len(by) != 2 or rows == columns:
        raise ValueError(f"a heat map shows the two columns of a tally; got {rows!r} and {columns!r} of {list(by)}")
    table = points.to_frame()
    table["down"], table["across"] = (segment_names(table[[name]]) for name in (rows, columns))
    down, across = _worst_first(table, "down"), _worst_first(table, "across")
    axes = axes_or_new(ax, 0.8 * len(down) + 1.7, width=2.2 + 1.45 * len(across))
    reach = float(np.nanmax(np.abs(np.where(table["too_few"], np.nan, table["shortfall"])), initial=0.0)) or 1.0
    for row in table.to_dict("records"):
        x, y = across.index(row["across"]), len(down) - 1 - down.index(row["down"])
        _draw_cell(axes, points, {**row, "depth": row["shortfall"] / reach}, (x, y))
    axes.set_xlim(-0.5, len(across) - 0.5)
    axes.set_ylim(-0.5, len(down) - 0.5)
    axes.set_xticks(range(len(across)), across)
    axes.set_yticks(range(len(down)), down[::-1])
    axes.xaxis.tick_top()
    axes.tick_params(length=0)
    for side in axes.spines.values():
        side.set_visible(False)
    axes.set_ylabel(rows)
    metric, reference = points.metric, points.reference
    axes.set_xlabel(
        f"{points.scores.tally.column}: {metric.formula}, {metric.good} is good; shrunken, "
        f"{level_text(points.scores.confidence_level)} in brackets\n"
        f"▼ worse, ▲ better than {reference.name} of {metric.text(reference.value)}; hatched: {TOO_FEW}"
    )
    axes.set_title(columns, fontsize="medium", color=INK)
    return axes


def _draw_cell(axes: Any, points: PainPoints, row: Any, place: tuple[int, int]) -> None:
    """Draw one cell: shade and mark by shortfall, score, interval and n in words."""
    x, y = place
    if row["too_few"]:
        hatched = Rectangle((x - 0.47, y - 0.46), 0.94, 0.92, linewidth=0, facecolor=_GREY, edgecolor=_LINES)
        hatched.set_hatch("////")
        axes.add_patch(hatched)
        box = {"facecolor": _GREY, "edgecolor": "none", "pad": 1.5}
        said = f"{TOO_FEW}\nn = {row['n']:,}"
        axes.text(x, y, said, ha="center", va="center", color=QUIET, fontsize="small", bbox=box)
        return
    colour = _shade(row["depth"])
    axes.add_patch(Rectangle((x - 0.47, y - 0.46), 0.94, 0.92, facecolor=colour, edgecolor="none"))
    write = points.metric.text
    mark = "▼ " if row["shortfall_low"] > 0 else "▲ " if row["shortfall_high"] < 0 else ""
    axes.text(x, y + 0.18, f"{mark}{write(row['shrunken'])}", ha="center", va="center", color=INK, fontsize="large")
    between = f"({write(row['low'])} to {write(row['high'])})\nn = {row['n']:,}"
    axes.text(x, y - 0.19, between, ha="center", va="center", color=INK, fontsize="small")


def _shade(part: float) -> str:
    """Return the shade of a shortfall, from -1 (best) to 1 (worst), pale enough for dark letters."""
    end = _WORSE if part > 0 else _BETTER
    strength = _PALE + (0.62 - _PALE) * min(abs(part), 1.0)
    parts = (int(end[k : k + 2], 16) for k in (1, 3, 5))
    return "#" + "".join(f"{round(255 + (one - 255) * strength):02x}" for one in parts)


def _worst_first(table: pd.DataFrame, name: str) -> list[str]:
    """Return the values of a column by their mean shortfall over the answers, the worst first."""
    pain = table.groupby(name, sort=False)[["contribution", "share"]].sum()
    depth = pain["contribution"] / pain["share"]
    return [str(one) for one in depth.sort_values(ascending=False, kind="stable").index]


def _gain(points: PainPoints, row: Any) -> str:
    return _finely(points, row["total_if_fixed"]) if row["contribution"] > 0 else "–"


def _finely(points: PainPoints, value: float) -> str:
    """Write a total with a decimal more than usual: one cell moves it by little."""
    return points.metric.text(value, decimals=3 if points.metric.unit == "points" else 2)


def _signed_tick(x: float, _: object) -> str:
    return "0" if abs(x) < 1e-12 else f"{round(x, 10):+g}"
