"""Draw who answered: response rates, respondents against the frame, what is missing."""

from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter

from cxstats.plots.paper import FAINT, INK, QUIET, ROW_INCHES, axes_or_new, clean, is_dark, level_text, percent_tick
from cxstats.responses.completeness import KINDS, KINDS_IN_WORDS, MissingAnswers
from cxstats.responses.names import unknown_name
from cxstats.scores.participation import ResponseRates
from cxstats.scores.representation import FrameComparison

_MISSING_LOOKS: Final = (("#4f6f8a", ""), ("#ffffff", ""), ("#d9d9d9", "///"), ("#b5b5b5", "..."), ("#7d7d7d", "xxx"))
_MOST_NAMED: Final = 14
_WHITE: Final = {"facecolor": "white", "edgecolor": "none", "pad": 0.6}


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
    title = f"{level_text(rates.confidence_level)}; dashed: all, {total:.1f} %{hollow}"
    axes.set_title(title, loc="right", fontsize="small", color=QUIET)
    clean(axes)
    return axes


def _rates_over_time(rates: ResponseRates, ax: Axes | None) -> Any:
    limits, names = rates.interval(), rates.names
    few = len(names) <= _MOST_NAMED
    axes = axes_or_new(ax, 3.4, width=min(1.8 + 0.75 * len(names), 11.5))
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
    axes.yaxis.set_major_formatter(FuncFormatter(percent_tick))
    axes.grid(axis="y", color=FAINT, linewidth=0.6)
    return axes


def _rates_by_segment(rates: ResponseRates, ax: Axes | None) -> Any:
    limits, names = rates.interval(), rates.names
    axes = axes_or_new(ax, len(names) * ROW_INCHES + 1.2)
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
    axes.xaxis.set_major_formatter(FuncFormatter(percent_tick))
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
    axes = axes_or_new(ax, len(rows) * (ROW_INCHES + 0.1) + 1.4)
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
    axes.xaxis.set_major_formatter(FuncFormatter(percent_tick))
    weighted = f", weighted by {comparison.weights}" if comparison.weights else ""
    axes.set_xlabel(
        f"◇ share of the frame    ● share of respondents{weighted}, {level_text(comparison.confidence_level)}"
    )
    axes.set_title(column, loc="left", fontsize="medium")
    heading = {"transform": axes.transAxes, "color": QUIET, "fontsize": "small", "va": "bottom"}
    axes.text(1.02, 1.01, "frame → respondents", **heading)
    clean(axes)
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
    axes = axes_or_new(ax, len(ys) * (ROW_INCHES + 0.1) + 1.5)
    left = np.zeros(len(ys))
    for k, kind in enumerate(KINDS):
        colour, hatch = _MISSING_LOOKS[k]
        if shares[:, k].any():
            style = {"color": colour, "hatch": hatch, "edgecolor": "white" if k in (0, 2) else INK, "linewidth": 0.6}
            axes.barh(ys, shares[:, k], left=left, height=0.68, label=KINDS_IN_WORDS[kind], **style)
        left = left + shares[:, k]
    for y, counts, part in zip(ys, missing.counts, shares, strict=True):
        ink = "white" if is_dark(_MISSING_LOOKS[0][0]) else INK
        axes.text(1, y, f"{counts[0]:,} answered ({part[0]:.1f} %)", color=ink, va="center", fontsize="small")
        others = ", ".join(f"{n:,} {KINDS_IN_WORDS[kind]}" for kind, n in zip(KINDS[1:], counts[1:], strict=True) if n)
        axes.text(
            1.02, y, others or "none missing", va="center", transform=axes.get_yaxis_transform(), fontsize="small"
        )
    axes.set_yticks(ys, missing.ratings)
    axes.set_xlim(0, 100.4)
    axes.xaxis.set_major_formatter(FuncFormatter(percent_tick))
    axes.set_xlabel(f"of {missing.rows:,} responses")
    axes.legend(loc="lower left", bbox_to_anchor=(0, 1), ncols=5, frameon=False, fontsize="small")
    clean(axes)
    return axes
