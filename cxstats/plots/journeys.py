"""Draw where it hurts: ranked pain points, a heat map that greys out what is too few to say, league tables."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, MaxNLocator

from cxstats.actions.journeys.league_lists import NOT_LINKED, NOT_TOLD, LeagueTable
from cxstats.actions.journeys.pain_tables import PainPoints
from cxstats.plots.paper import FAINT, INK, QUIET, axes_or_new, clean, level_text
from cxstats.responses.names import unknown_name
from cxstats.scores.comparing.wording import BETTER, WORSE, unit_of_differences
from cxstats.scores.estimates import TOO_FEW, segment_names

_WORSE: Final = "#b0653f"
_BETTER: Final = "#4f86ab"
_PAGE_INCHES: Final = 8.0
_PAIN_INCHES: Final = 0.5
_LEAGUE_INCHES: Final = 0.27
_VERDICTS: Final = {WORSE: "v", BETTER: "^"}
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
    axes = axes_or_new(ax, len(rows) * _PAIN_INCHES + 1.8, width=_PAGE_INCHES)
    size = 100 if points.metric.unit in ("share", "net") else 1
    for place, row in enumerate(rows.to_dict("records")):
        y = len(rows) - 1 - place
        if row["too_few"]:
            continue
        ends = [size * row["shortfall_low"], size * row["shortfall_high"]]
        axes.plot(ends, [y, y], color=INK, linewidth=1.4, solid_capstyle="butt")
        face = INK if row["shortfall_low"] > 0 else "white"
        axes.plot(size * row["shortfall"], y, marker="o", color=INK, markerfacecolor=face, markersize=7)
    axes.axvline(0, color=INK, linewidth=0.8, zorder=0)
    labels = [f"{name}\n{_small(row)}" for name, row in zip(names, rows.to_dict("records"), strict=True)]
    axes.set_yticks(range(len(rows)), labels[::-1])
    gains = [TOO_FEW if row["too_few"] else _gain(points, row) for row in rows.to_dict("records")]
    _write_beside(axes, gains, head=f"total if fixed\n(now {_finely(points, points.total)})")
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.xaxis.set_major_formatter(FuncFormatter(_signed_tick))
    left = f"; cells not drawn: {len(table) - len(rows)}" if len(table) > len(rows) else ""
    axes.set_xlabel(
        f"shortfall from {points.reference.name} of {points.metric.text(points.reference.value)}, in "
        f"{unit_of_differences(points.metric)}; right is worse\n"
        f"{points.scores.tally.column}: {points.metric.formula}, {points.metric.good} is good; shrunken, with "
        f"{level_text(points.scores.confidence_level)}\nfilled: worse; hollow: may be no worse{left}"
    )
    clean(axes)
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    return axes


def plot_league(league: LeagueTable, *, most: int = 40, ax: Axes | None = None) -> Axes:
    """Draw agents, teams or stores, worst first: what they were measured to score, and what that says of them.

    A filled mark with an interval is the score after allowing for what was dealt and for chance: a triangle down is
    clearly worse than the line, which is the average, a triangle up clearly better, and a small circle cannot be told
    from it. A hollow circle is the score as measured. A unit with too few answers has neither. Of units that no kind of
    contact links, the set with most answers is drawn.

    Parameters
    ----------
    league
        From `cxstats.actions.journeys.league_table` or `league_of`.
    most
        How many units to draw; of more, half of them from each end of those with enough answers.
    ax
        Where to draw.
    """
    table, metric = league.to_frame(), league.scores.metric
    other = table["set"].fillna(1) > 1
    rows, first, left_out = _ends(table[~other], most)
    left_out += f"; {int(other.sum())} of other sets not drawn" if other.any() else ""
    size = 100 if metric.unit in ("share", "net") else 1
    axes = axes_or_new(ax, len(rows) * _LEAGUE_INCHES + 2.0, width=_PAGE_INCHES)
    # Those beyond a gap are one place further down.
    ys = [len(rows) - 1 - place + (0.6 if place < first else 0.0) for place in range(len(rows))]
    for y, row in zip(ys, rows.to_dict("records"), strict=True):
        if row["verdict"] in (TOO_FEW, NOT_LINKED):
            continue
        mark = _VERDICTS.get(row["verdict"], "o")
        colour, width = (INK, 2.2) if row["verdict"] in _VERDICTS else (QUIET, 1.1)
        axes.plot([size * row["low"], size * row["high"]], [y, y], color=colour, linewidth=width)
        axes.plot(size * row["estimate"], y, marker="o", color=QUIET, markerfacecolor="white", markersize=6, zorder=2.5)
        axes.plot(size * row["shrunken"], y, marker=mark, color=colour, markersize=4 + 2 * width, zorder=3)
    axes.axvline(size * league.total, color=INK, linewidth=0.8, zorder=0)
    names = segment_names(rows[[league.of]])
    axes.set_yticks(ys, [f"{name}  n = {n:,}" for name, n in zip(names, rows["n"], strict=True)])
    for label, verdict in zip(axes.get_yticklabels(), rows["verdict"], strict=True):
        label.set_color(QUIET if verdict in (TOO_FEW, NOT_LINKED) else INK)
    said = ["" if verdict == NOT_TOLD else verdict for verdict in rows["verdict"]]
    _write_beside(axes, said, at=ys, head="against the line")
    axes.xaxis.set_major_locator(MaxNLocator(5))
    sign = " %" if metric.unit == "share" else ""

    def tick(x: float, _: object) -> str:
        return f"{round(x, 10):g}{sign}"

    axes.xaxis.set_major_formatter(FuncFormatter(tick))
    mix = [name for name in league.scores.tally.by if name != league.of]
    dealt = f" and for {' and '.join(mix)}" if mix else ""
    axes.set_xlabel(
        f"{league.scores.tally.column}: {metric.formula}, {metric.good} is good; line: average of "
        f"{metric.text(league.total)}\nfilled, with {level_text(league.scores.confidence_level)}: allowing for chance"
        f"{dealt}\n▼ worse, ▲ better, • cannot be told from the average; ○ as measured{left_out}"
    )
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


def _ends(table: pd.DataFrame, most: int) -> tuple[pd.DataFrame, int, str]:
    """Return the rows to draw, how many of them stand above a gap, and what is left out."""
    if len(table) <= most:
        return table, 0, ""
    judged = table[~table["verdict"].isin([TOO_FEW, NOT_LINKED])]
    between, few = max(len(judged) - most, 0), len(table) - len(judged)
    first = (most + 1) // 2 if between else 0
    rows = pd.concat([judged.head(first), judged.iloc[first + between :]])
    said = [f"{between} between the two groups"] if between else []
    said += [f"{few} not judged"] if few else []
    return rows, first, f"; not drawn: {', '.join(said)}"


def _write_beside(axes: Any, words: Sequence[str], *, head: str, at: Sequence[float] = ()) -> None:
    """Write words right of the rows, the first row on top, under a heading; nothing where there are none."""
    rows = list(at) or list(range(len(words)))[::-1]
    axes.set_ylim(-0.6, max(rows) + 0.6)
    if not any(words):
        return
    axes.set_ylim(-0.6, max(rows) + 1.0)
    side = axes.secondary_yaxis("right")
    side.set_yticks([*rows, max(rows) + 1.0], [*words, head])
    side.tick_params(length=0)
    side.spines["right"].set_visible(False)
    heading = side.get_yticklabels()[-1]
    heading.set_color(QUIET)


def _small(row: Any) -> str:
    owner = f", {row['owner']}" if pd.notna(row["owner"]) else ""
    return f"n = {row['n']:,}{owner}"


def _gain(points: PainPoints, row: Any) -> str:
    return _finely(points, row["total_if_fixed"]) if row["contribution"] > 0 else "–"


def _finely(points: PainPoints, value: float) -> str:
    """Write a total with a decimal more than usual: one cell moves it by little."""
    return points.metric.text(value, decimals=3 if points.metric.unit == "points" else 2)


def _signed_tick(x: float, _: object) -> str:
    return "0" if abs(x) < 1e-12 else f"{round(x, 10):+g}"
