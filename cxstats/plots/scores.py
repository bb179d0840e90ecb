"""Draw scores with their intervals, answers as diverging bars, two ratings crossed."""

from collections.abc import Sequence
from typing import Any, Final, cast

import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from cxstats.plots.paper import (
    FAINT,
    INK,
    QUIET,
    ROW_INCHES,
    Floats,
    axes_or_new,
    clean,
    is_dark,
)
from cxstats.responses.crosstabs import CrossTally
from cxstats.responses.scales import Scale, points_text, require_same_direction
from cxstats.responses.tallies import Tally
from cxstats.scores.estimates import TOO_FEW, Scores, segment_names
from cxstats.scores.metrics import Metric, net

_UNFAVOURABLE: Final = ("#3a3a3a", "#7d7d7d")
_NEUTRAL: Final = "#efefef"
_FAVOURABLE: Final = ("#b3d1e6", "#5f9fca")
_SMALLEST_LABEL: Final = 0.045


def plot_scores(scores: Scores | Sequence[Scores], *, ax: Axes | None = None) -> Axes:
    """Draw the score of each segment with its interval, best first, the total above them.

    Parameters
    ----------
    scores
        The scores of one tally; or several under the same metric, one after the other.
    ax
        Where to draw.

    Raises
    ------
    ValueError
        If several scores differ in metric or in direction.
    """
    several = [scores] if isinstance(scores, Scores) else list(scores)
    metric = _common_metric(several)

    def tick(x: float, _: object) -> str:
        return metric.text(x, decimals=None if metric.unit == "points" else 0)

    rows = [row for one in several for row in _score_rows(one, named=len(several) > 1)]
    axes = axes_or_new(ax, len(rows) * ROW_INCHES + 1.2)
    for place, (_, estimate, low, high, is_total) in enumerate(rows):
        y = len(rows) - 1 - place
        if not np.isfinite(estimate):
            axes.text(0.5, y, TOO_FEW, color=QUIET, va="center", ha="center", transform=axes.get_yaxis_transform())
            continue
        axes.plot([low, high], [y, y], color=INK, linewidth=2.6 if is_total else 1.4, solid_capstyle="butt")
        axes.plot(estimate, y, marker="D" if is_total else "o", color=INK, markersize=7 if is_total else 6)
        shown = f"{metric.text(estimate)}  ({metric.text(low)} to {metric.text(high)})"
        axes.text(1.02, y, shown, va="center", transform=axes.get_yaxis_transform(), color=INK)
    if len(several) == 1 and len(rows) > 1 and np.isfinite(rows[0][1]):
        axes.axvline(rows[0][1], color=QUIET, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0)
    axes.set_yticks(range(len(rows)), [row[0] for row in reversed(rows)])
    axes.set_ylim(-0.6, len(rows) - 0.4)
    axes.xaxis.set_major_formatter(FuncFormatter(tick))
    axes.set_xlabel(f"{metric.formula}; {metric.good} is good")
    axes.set_title(f"{several[0].method_in_words}", loc="right", fontsize="small", color=QUIET)
    clean(axes)
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    return axes


def plot_answers(tally: Tally, *, ax: Axes | None = None) -> Axes:
    """Draw the share of each answer by segment: unfavourable to the left of the line, favourable to the right.

    Neutral answers straddle the line. The sums of the two sides stand at the ends.

    Parameters
    ----------
    tally
        Counts of answers; weighted where they are.
    ax
        Where to draw.

    Raises
    ------
    ValueError
        If the scale names no favourable and unfavourable points.
    """
    scale = tally.scale
    if not scale.favourable or not scale.unfavourable:
        raise ValueError(f"diverging bars need favourable and unfavourable points; scale {scale.name!r} names none")
    names, shares = _answer_rows(tally, net(scale))
    order = list(scale.points) if scale.good == "high" else list(scale.points)[::-1]
    shares = shares[:, [scale.points.index(point) for point in order]]
    bad, good = ([point in some for point in order] for some in (scale.unfavourable, scale.favourable))
    middle = ~(np.array(bad) | np.array(good))
    left = -(shares[:, bad].sum(axis=1) + shares[:, middle].sum(axis=1) / 2)
    axes = axes_or_new(ax, len(names) * (ROW_INCHES + 0.1) + 1.5)
    ys = np.arange(len(names))[::-1]
    ends = left + shares.sum(axis=1)
    for k, point in enumerate(order):
        colour = _shade(k, bad, good)
        axes.barh(ys, shares[:, k], left=left, height=0.72, color=colour, edgecolor="white")
        for y, share, start in zip(ys, shares[:, k], left, strict=True):
            if share >= _SMALLEST_LABEL:
                ink = "white" if is_dark(colour) else INK
                axes.text(start + share / 2, y, str(point), ha="center", va="center", color=ink, fontsize="small")
        left = left + shares[:, k]
    for y, row, end in zip(ys, shares, ends, strict=True):
        start = end - row.sum()
        axes.text(start - 0.01, y, f"{row[bad].sum():.0%}", ha="right", va="center", color=INK)
        axes.text(end + 0.01, y, f"{row[good].sum():.0%}", ha="left", va="center", color=INK)
    axes.axvline(0, color=INK, linewidth=0.8, zorder=0)
    axes.set_yticks(ys, names)
    axes.set_xlim(min(ends - shares.sum(axis=1)) - 0.09, max(ends) + 0.09)
    axes.set_xticks([])
    axes.set_xlabel(_sides_in_words(scale))
    clean(axes)
    return axes


def plot_cross_tally(table: CrossTally, *, ax: Axes | None = None) -> Axes:
    """Draw how many customers gave each pair of answers: darker is more, the number is written in each cell.

    Parameters
    ----------
    table
        A cross-table; its row question runs down with the highest point on top.
    ax
        Where to draw.
    """
    counts = table.to_frame().iloc[::-1]
    axes = axes_or_new(ax, len(counts) * 0.45 + 1.2, width=1.6 + 0.75 * len(counts.columns))
    style = {"cmap": "Greys", "cbar": False, "linewidths": 1, "linecolor": "white"}
    cast("Any", sns).heatmap(counts, annot=True, fmt=",d", **style, ax=axes)
    axes.set_xlabel(f"{table.column} ({table.column_scale.asks or table.column_scale.name})")
    axes.set_ylabel(f"{table.row}\n({table.row_scale.asks or table.row_scale.name})")
    axes.set_title(f"customers by their two answers, n = {table.n:,}", loc="left", fontsize="medium")
    axes.tick_params(length=0)
    axes.set_yticklabels(axes.get_yticklabels(), rotation=0)
    return axes


def _common_metric(several: Sequence[Scores]) -> Metric:
    if not several:
        raise ValueError("there are no scores to draw")
    first = several[0].metric
    for other in several[1:]:
        if other.metric.unit == "points":
            require_same_direction((several[0].tally.scale, other.tally.scale))
        if (other.metric.name, other.metric.unit) != (first.name, first.unit):
            raise ValueError(f"scores in one plot must have the same metric; got {first.name} and {other.metric.name}")
    return first


def _score_rows(scores: Scores, *, named: bool) -> list[tuple[str, float, float, float, bool]]:
    """Return label, estimate, limits and whether it is the total, best segment first; NaN where too few answered."""
    rows: list[tuple[str, float, float, float, bool]] = []
    for part, is_total in ((scores.total, True), (scores, False)) if scores.tally.by else ((scores, True),):
        limits = part.interval()
        estimate = np.where(part.too_few, np.nan, part.estimate)
        names = ["all"] if is_total else segment_names(part.segments)
        prefix = f"{scores.tally.column}: " if named else ""
        labels = [f"{prefix}{name}  n = {n:,}" for name, n in zip(names, part.n, strict=True)]
        sign = -1 if part.metric.good == "high" else 1
        rows += [
            (labels[k], float(estimate[k]), float(limits.low[k]), float(limits.high[k]), is_total)
            for k in np.argsort(sign * estimate, kind="stable").tolist()
        ]
    return rows


def _answer_rows(tally: Tally, order: Metric) -> tuple[list[str], Floats]:
    """Return labels and shares, the total first, then the segments from the best to the worst."""
    parts = [tally.total, tally] if tally.by else [tally]
    names: list[str] = []
    for part in parts:
        part_names = segment_names(part.segments) if part.by else ["all"]
        names += [f"{name}  n = {n:,}" for name, n in zip(part_names, part.n, strict=True)]
    totals = np.concatenate([part.totals for part in parts])
    base = totals.sum(axis=1, keepdims=True)
    shares = np.divide(totals, base, out=np.zeros_like(totals), where=base > 0)
    best_first = np.argsort(-(shares[1:] @ np.asarray(order.values)), kind="stable") + 1
    ranked = [0, *best_first.tolist()]
    return [names[k] for k in ranked], shares[ranked]


def _shade(k: int, bad: Sequence[bool], good: Sequence[bool]) -> str:
    """Return the shade of the k-th answer: unfavourable ones dark, favourable ones light, the ends stronger."""
    if bad[k]:
        return _UNFAVOURABLE[0 if k < sum(bad) / 2 else 1]
    if good[k]:
        return _FAVOURABLE[1 if k >= len(good) - sum(good) / 2 else 0]
    return _NEUTRAL


def _sides_in_words(scale: Scale) -> str:
    bad, good = points_text(scale.unfavourable), points_text(scale.favourable)
    return f"answers {bad} are unfavourable (share on the left), {good} favourable (share on the right)"
