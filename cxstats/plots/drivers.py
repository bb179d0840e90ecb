"""Draw what moves a score: effects, importance, the shape of one driver with its threshold."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from cxstats.drivers.effects import EffectTable
from cxstats.drivers.explained import Importance
from cxstats.drivers.priority_map import PriorityMap
from cxstats.drivers.shapes import DoseResponse
from cxstats.drivers.thresholds import Threshold
from cxstats.plots.paper import FAINT, INK, QUIET, ROW_INCHES, axes_or_new, clean, level_text, percent_tick


def plot_effects(effects: EffectTable, *, measure: str = "mean", ax: Axes | None = None) -> Axes:
    """Draw each effect with its interval, total ones filled and direct ones hollow; the line at 0 is no effect.

    Parameters
    ----------
    effects
        Effects of a driver model.
    measure
        ``"mean"`` (points of the scale) or ``"favourable"`` (percentage points).
    ax
        Where to draw.

    Raises
    ------
    ValueError
        If there are no effects on this measure.
    """
    shown = effects.where(measure=measure)
    rows = shown.to_frame()
    rows["label"] = [one.change if one.unit else f"{one.driver}: {one.change}" for one in shown.effects]
    rows[["estimate", "low", "high"]] *= 100 if measure == "favourable" else 1
    labels = list(dict.fromkeys(rows["label"]))
    kinds = list(dict.fromkeys(rows["effect"]))
    axes = axes_or_new(ax, len(labels) * ROW_INCHES * (1 + 0.35 * (len(kinds) - 1)) + 1.3)
    for row in rows.to_dict("records"):
        y = len(labels) - 1 - labels.index(row["label"]) + (0.14 if kinds == ["total", "direct"] else 0)
        hollow = row["effect"] == "direct"
        y -= 0.28 if hollow and len(kinds) > 1 else 0
        axes.plot([row["low"], row["high"]], [y, y], color=QUIET if hollow else INK, linewidth=1.4)
        face = "white" if hollow else INK
        axes.plot(row["estimate"], y, marker="o", markersize=6, markeredgecolor=INK, markerfacecolor=face, linestyle="")
        text = f"{row['estimate']:+.2f}" if measure == "mean" else f"{row['estimate']:+.1f}"
        axes.text(1.02, y, text, transform=axes.get_yaxis_transform(), va="center", fontsize="small", color=INK)
    axes.axvline(0, color=INK, linewidth=0.8, zorder=0)
    axes.set_yticks(range(len(labels)), labels[::-1])
    axes.set_ylim(-0.7, len(labels) - 0.3)
    unit = "points" if measure == "mean" else "percentage points of the favourable share"
    which = "; filled: in all, hollow: directly" if len(kinds) > 1 else ""
    axes.set_xlabel(f"effect in {unit}{which}")
    n = shown.effects[0].n
    axes.set_title(f"{level_text(effects.confidence_level)}, n = {n:,}", loc="right", fontsize="small", color=QUIET)
    clean(axes)
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    return axes


def plot_importance(importance: Importance, *, ax: Axes | None = None) -> Axes:
    """Draw what each driver explains, as a share of what all explain, with its interval, the largest on top.

    Parameters
    ----------
    importance
        From `cxstats.importance_of`.
    ax
        Where to draw.
    """
    table = importance.to_frame().sort_values("estimate", kind="stable")
    axes = axes_or_new(ax, len(table) * ROW_INCHES + 1.3)
    ys = np.arange(len(table))
    axes.barh(ys, 100 * table["share"], height=0.6, color="#b9c6d0", edgecolor="none")
    for y, row in zip(ys, table.to_dict("records"), strict=True):
        if np.isfinite(row["share_low"]):
            axes.plot([100 * row["share_low"], 100 * row["share_high"]], [y, y], color=INK, linewidth=1.6)
        first = f"first in {row['ranks_first']:.0%}" if row["ranks_first"] >= 0.005 else ""
        shown = f"{100 * row['share']:.0f} %   {first}"
        axes.text(1.02, y, shown, transform=axes.get_yaxis_transform(), va="center", fontsize="small", color=INK)
    axes.set_yticks(ys, table["driver"].tolist())
    axes.set_xlim(left=0)
    axes.xaxis.set_major_formatter(FuncFormatter(percent_tick))
    axes.set_xlabel(f"of what all drivers explain together ({100 * importance.r2:.0f} % of the differences)")
    level = level_text(importance.confidence_level)
    axes.set_title(f"{level}, n = {importance.n:,}", loc="right", fontsize="small", color=QUIET)
    clean(axes)
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    return axes


def plot_dose_response(
    response: DoseResponse,
    *,
    threshold: Threshold | None = None,
    driver: str = "",
    outcome: str = "",
    ax: Axes | None = None,
) -> Axes:
    """Draw the outcome along a driver: the curve with its band, the means of bins with their intervals.

    Parameters
    ----------
    response
        From `cxstats.drivers.shapes.dose_response`.
    threshold
        Drawn as a shaded range, with a line at its place, if it was found.
    driver, outcome
        What to write along the axes.
    ax
        Where to draw.
    """
    axes: Any = axes_or_new(ax, 4.2)
    curve, bins = response.to_frame(), response.bins
    axes.fill_between(curve["x"], curve["band_low"], curve["band_high"], color=FAINT, linewidth=0, zorder=1)
    axes.plot(curve["x"], curve["estimate"], color=INK, linewidth=1.8, zorder=2)
    axes.errorbar(
        bins["x"], bins["estimate"], yerr=[bins["estimate"] - bins["low"], bins["high"] - bins["estimate"]],
        fmt="o", color=INK, markerfacecolor="white", markersize=5, linewidth=1, zorder=3,
    )  # fmt: skip
    if threshold is not None and threshold.found:
        place = threshold.location
        axes.axvspan(place.low, place.high, facecolor="none", edgecolor=QUIET, hatch="///", linewidth=0, alpha=0.35)
        axes.axvline(place.estimate, color=INK, linewidth=1, linestyle=(0, (4, 3)))
        axes.text(
            place.estimate, 1.01, f"turns at {place.estimate:.1f} ({place.low:.1f} to {place.high:.1f})",
            transform=axes.get_xaxis_transform(), ha="center", va="bottom", fontsize="small", color=INK,
        )  # fmt: skip
    axes.set_xlabel(
        f"{driver}    line: curve with band; circles: means of bins, {level_text(response.confidence_level)}"
    )
    axes.set_ylabel(outcome)
    axes.set_title(f"n = {response.n:,}", loc="right", fontsize="small", color=QUIET, pad=16)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    return axes


def plot_priorities(priorities: PriorityMap, *, ax: Axes | None = None) -> Axes:
    """Draw each driver by how good it is now and how much it matters, with both intervals; fix first lies top left.

    Parameters
    ----------
    priorities
        From `cxstats.priorities`.
    ax
        Where to draw.
    """
    axes: Any = axes_or_new(ax, 4.6)
    table = priorities.to_frame()
    importance, performance = priorities.line
    size = 100 if priorities.shares else 1
    # Neighbours are named above and below in turn, so that their names do not meet.
    for k, row in enumerate(table.sort_values("performance").to_dict("records")):
        x, y = 100 * row["performance"], size * row["importance"]
        axes.plot([100 * row["performance_low"], 100 * row["performance_high"]], [y, y], color=QUIET, linewidth=1)
        axes.plot([x, x], [size * row["importance_low"], size * row["importance_high"]], color=QUIET, linewidth=1)
        axes.plot(x, y, marker="o", color=INK, markersize=6)
        axes.annotate(
            row["driver"],
            (x, y),
            xytext=(6, 5 if k % 2 else -12),
            textcoords="offset points",
            fontsize="small",
            color=INK,
        )
    axes.axhline(size * importance, color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
    axes.axvline(100 * performance, color=INK, linewidth=0.8, linestyle=(0, (4, 3)))
    corners = {"fix first": (0.01, 0.98), "keep up": (0.99, 0.98), "watch": (0.01, 0.02), "leave": (0.99, 0.02)}
    for word, (x, y) in corners.items():
        sides = {"ha": "left" if x < 0.5 else "right", "va": "top" if y > 0.5 else "bottom"}
        axes.text(x, y, word, transform=axes.transAxes, color=QUIET, fontweight="bold", **sides)
    axes.margins(x=0.14)
    axes.set_ylim(bottom=-0.08 * axes.get_ylim()[1])
    axes.xaxis.set_major_formatter(FuncFormatter(percent_tick))
    if priorities.shares:
        axes.yaxis.set_major_formatter(FuncFormatter(percent_tick))
    axes.set_xlabel("how good it is now, from its worst to its best value")
    axes.set_ylabel(f"importance: {priorities.importance_is}")
    level = level_text(priorities.confidence_level)
    axes.set_title(f"{level}, n = {priorities.n:,}", loc="right", fontsize="small", color=QUIET)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    return axes
