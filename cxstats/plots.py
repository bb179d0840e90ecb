"""Draw results: scores with intervals, answers as diverging bars, two ratings crossed.

The only module that imports matplotlib or seaborn. Every plot shows n and, where there is one, the interval, and reads
without colour. Each function draws on the axes that it is given, or on new ones, and returns them.
"""

from collections.abc import Sequence
from typing import Any, Final, cast

import matplotlib.pyplot as plt
import numpy as np
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter
from numpy.typing import NDArray

from cxstats.responses.completeness import KINDS, KINDS_IN_WORDS, MissingAnswers
from cxstats.responses.crosstabs import CrossTally
from cxstats.responses.names import unknown_name
from cxstats.responses.scales import Scale, points_text, require_same_direction
from cxstats.responses.tallies import Tally
from cxstats.scores.estimates import TOO_FEW, Scores, segment_names
from cxstats.scores.metrics import Metric, net
from cxstats.scores.participation import ResponseRates
from cxstats.scores.representation import FrameComparison

Floats = NDArray[np.float64]

INK: Final = "#1b1b1b"
QUIET: Final = "#6b6b6b"
FAINT: Final = "#d9d9d9"
_UNFAVOURABLE: Final = ("#3a3a3a", "#7d7d7d")
_NEUTRAL: Final = "#efefef"
_FAVOURABLE: Final = ("#b3d1e6", "#5f9fca")
_MISSING_LOOKS: Final = (("#4f6f8a", ""), ("#ffffff", ""), ("#d9d9d9", "///"), ("#b5b5b5", "..."), ("#7d7d7d", "xxx"))
_ROW_INCHES: Final = 0.38
_MOST_NAMED: Final = 14
_WHITE: Final = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}
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
    axes = _axes(ax, len(rows) * _ROW_INCHES + 1.2)
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
    _clean(axes)
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
    axes = _axes(ax, len(names) * (_ROW_INCHES + 0.1) + 1.5)
    ys = np.arange(len(names))[::-1]
    ends = left + shares.sum(axis=1)
    for k, point in enumerate(order):
        colour = _shade(k, bad, good)
        axes.barh(ys, shares[:, k], left=left, height=0.72, color=colour, edgecolor="white")
        for y, share, start in zip(ys, shares[:, k], left, strict=True):
            if share >= _SMALLEST_LABEL:
                ink = "white" if _is_dark(colour) else INK
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
    _clean(axes)
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
    axes = _axes(ax, len(counts) * 0.45 + 1.2, width=1.6 + 0.75 * len(counts.columns))
    style = {"cmap": "Greys", "cbar": False, "linewidths": 1, "linecolor": "white"}
    cast("Any", sns).heatmap(counts, annot=True, fmt=",d", **style, ax=axes)
    axes.set_xlabel(f"{table.column} ({table.column_scale.asks or table.column_scale.name})")
    axes.set_ylabel(f"{table.row}\n({table.row_scale.asks or table.row_scale.name})")
    axes.set_title(f"customers by their two answers, n = {table.n:,}", loc="left", fontsize="medium")
    axes.tick_params(length=0)
    axes.set_yticklabels(axes.get_yticklabels(), rotation=0)
    return axes


def plot_response_rates(rates: ResponseRates, *, ax: Axes | None = None) -> Axes:
    """Draw response rates with their intervals: over time where they are by period, else one row a segment.

    The number of invitations stands under each period, or beside each segment. An incomplete period is hollow.

    Parameters
    ----------
    rates
        By period, or by segment.
    ax
        Where to draw.

    Raises
    ------
    ValueError
        If the rates are by segment and period; draw `ResponseRates.over_time`, or one segment at a time.
    """
    if rates.by and rates.period is not None:
        raise ValueError(
            "rates by segment and period need one plot each; draw rates.over_time() or rates by one of them"
        )
    draw = _rates_over_time if rates.period is not None else _rates_by_segment
    axes, total = draw(rates, ax), 100 * float(rates.total.estimate[0])
    hollow = "; hollow: incomplete" if rates.incomplete.any() else ""
    title = f"{_level(rates.confidence_level)}; dashed: all, {total:.1f} %{hollow}"
    axes.set_title(title, loc="right", fontsize="small", color=QUIET)
    _clean(axes)
    return axes


def _rates_over_time(rates: ResponseRates, ax: Axes | None) -> Any:
    limits, names = rates.interval(), rates.names
    few = len(names) <= _MOST_NAMED
    axes = _axes(ax, 3.4, width=min(1.8 + 0.75 * len(names), 11.5))
    for at, (rate, low, high) in enumerate(zip(rates.estimate, limits.low, limits.high, strict=True)):
        axes.plot([at, at], [100 * low, 100 * high], color=INK, linewidth=1.4, solid_capstyle="butt")
        face = "white" if rates.incomplete[at] else INK
        axes.plot(at, 100 * rate, marker="o", color=INK, markerfacecolor=face, markersize=6 if few else 4)
        if few:
            place = {"xytext": (6, 0), "textcoords": "offset points", "va": "center", "fontsize": "small"}
            axes.annotate(f"{100 * rate:.0f} %", (at, 100 * rate), **place, bbox=_WHITE)
    axes.axhline(100 * float(rates.total.estimate[0]), color=QUIET, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0)
    shown = range(0, len(names), -(-len(names) // _MOST_NAMED))
    axes.set_xticks(shown, [f"{names[k]}\nn = {rates.invited[k]:,}" for k in shown], fontsize="small")
    axes.set_xlim(-0.5, len(names) - 0.2)
    axes.set_ylim(bottom=0)
    axes.set_ylabel("of those asked, answered")
    axes.yaxis.set_major_formatter(FuncFormatter(_percent_tick))
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    return axes


def _rates_by_segment(rates: ResponseRates, ax: Axes | None) -> Any:
    limits, names = rates.interval(), rates.names
    axes = _axes(ax, len(names) * _ROW_INCHES + 1.2)
    ranked = np.argsort(rates.estimate, kind="stable").tolist()
    for y, k in enumerate(ranked):
        rate, low, high = (100 * float(part[k]) for part in (rates.estimate, limits.low, limits.high))
        axes.plot([low, high], [y, y], color=INK, linewidth=1.4, solid_capstyle="butt")
        axes.plot(rate, y, marker="o", color=INK, markersize=6)
        shown = f"{rate:.1f} %  ({low:.1f} % to {high:.1f} %)"
        axes.text(1.02, y, shown, va="center", transform=axes.get_yaxis_transform(), color=INK)
    axes.axvline(100 * float(rates.total.estimate[0]), color=QUIET, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0)
    axes.set_yticks(range(len(names)), [f"{names[k]}  n = {rates.invited[k]:,}" for k in ranked])
    axes.set_ylim(-0.6, len(names) - 0.4)
    axes.set_xlim(left=0)
    axes.set_xlabel("of those asked, answered")
    axes.xaxis.set_major_formatter(FuncFormatter(_percent_tick))
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    return axes


def plot_frame(comparison: FrameComparison, column: str | None = None, *, ax: Axes | None = None) -> Axes:
    """Draw each level's share of the frame (hollow) and of respondents (filled, with interval), joined by a line.

    Parameters
    ----------
    comparison
        Respondents against the frame.
    column
        Which of its columns; the only one unless given.
    ax
        Where to draw.

    Raises
    ------
    ValueError
        If there is no such column, or several and none is named.
    """
    names = [one.column for one in comparison.counts]
    if column is None and len(names) == 1:
        column = names[0]
    if column not in names:
        raise ValueError(unknown_name("column", column, names))
    levels = comparison.levels
    rows = levels[levels["column"] == column].sort_values("frame_share", kind="stable").to_dict("records")
    axes = _axes(ax, len(rows) * (_ROW_INCHES + 0.1) + 1.4)
    for y, row in enumerate(rows):
        of_frame, share = 100 * row["frame_share"], 100 * row["share"]
        ends = [100 * row["low"] + of_frame, 100 * row["high"] + of_frame]
        axes.plot([of_frame, share], [y, y], color=FAINT, linewidth=6, solid_capstyle="butt", zorder=1)
        axes.plot(ends, [y, y], color=INK, linewidth=1.4, solid_capstyle="butt", zorder=2)
        axes.plot(share, y, marker="o", color=INK, markersize=7, zorder=3)
        axes.plot(of_frame, y, marker="D", color=INK, markerfacecolor="white", markersize=7, zorder=4)
        shown = f"{of_frame:.1f} % → {share:.1f} %  ({100 * row['difference']:+.1f} points)"
        axes.text(1.02, y, shown, va="center", transform=axes.get_yaxis_transform(), color=INK)
    axes.set_yticks(range(len(rows)), [f"{row['level']}  n = {row['n']:,}" for row in rows])
    axes.set_ylim(-0.6, len(rows) - 0.4)
    axes.set_xlim(left=0)
    axes.xaxis.set_major_formatter(FuncFormatter(_percent_tick))
    weighted = f", weighted by {comparison.weights}" if comparison.weights else ""
    axes.set_xlabel(f"◇ share of the frame    ● share of respondents{weighted}, {_level(comparison.confidence_level)}")
    axes.set_title(column, loc="left", fontsize="medium")
    heading = {"transform": axes.transAxes, "color": QUIET, "fontsize": "small", "va": "bottom"}
    axes.text(1.02, 1.01, "frame → respondents", **heading)
    _clean(axes)
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    return axes


def plot_missing(missing: MissingAnswers, *, ax: Axes | None = None) -> Axes:
    """Draw what became of every row under each rating: answered, empty, not applicable, don't know, set aside.

    Parameters
    ----------
    missing
        What `missing_answers` counted.
    ax
        Where to draw.
    """
    shares = 100 * missing.counts / max(missing.rows, 1)
    ys = np.arange(len(missing.ratings))[::-1]
    axes = _axes(ax, len(ys) * (_ROW_INCHES + 0.1) + 1.5)
    left = np.zeros(len(ys))
    for k, kind in enumerate(KINDS):
        colour, hatch = _MISSING_LOOKS[k]
        if shares[:, k].any():
            style = {"color": colour, "hatch": hatch, "edgecolor": "white" if k in (0, 2) else INK, "linewidth": 0.6}
            axes.barh(ys, shares[:, k], left=left, height=0.68, label=KINDS_IN_WORDS[kind], **style)
        left = left + shares[:, k]
    for y, counts, part in zip(ys, missing.counts, shares, strict=True):
        ink = "white" if _is_dark(_MISSING_LOOKS[0][0]) else INK
        axes.text(1, y, f"{counts[0]:,} answered ({part[0]:.1f} %)", color=ink, va="center", fontsize="small")
        others = ", ".join(f"{n:,} {KINDS_IN_WORDS[kind]}" for kind, n in zip(KINDS[1:], counts[1:], strict=True) if n)
        axes.text(
            1.02, y, others or "none missing", va="center", transform=axes.get_yaxis_transform(), fontsize="small"
        )
    axes.set_yticks(ys, missing.ratings)
    axes.set_xlim(0, 100.4)
    axes.xaxis.set_major_formatter(FuncFormatter(_percent_tick))
    axes.set_xlabel(f"of {missing.rows:,} responses")
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=5, frameon=False, fontsize="small")
    _clean(axes)
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


def _percent_tick(percent: float, _: object) -> str:
    return f"{percent:.0f} %"


def _level(confidence_level: float) -> str:
    return f"{100 * confidence_level:g} % interval"


def _is_dark(colour: str) -> bool:
    red, green, blue = (int(colour[k : k + 2], 16) for k in (1, 3, 5))
    return 0.299 * red + 0.587 * green + 0.114 * blue < 140


def _sides_in_words(scale: Scale) -> str:
    bad, good = points_text(scale.unfavourable), points_text(scale.favourable)
    return f"answers {bad} are unfavourable (share on the left), {good} favourable (share on the right)"


def _axes(given: Axes | None, height: float, width: float = 7.5) -> Any:
    """Return the axes to draw on: those given, or new ones; Any, since matplotlib's keywords have no types."""
    return given or plt.subplots(figsize=(width, height), layout="constrained")[1]


def _clean(axes: Any) -> None:
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.tick_params(axis="y", length=0)
