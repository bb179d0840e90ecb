"""Draw plans: the margin and the detectable difference against the number of answers."""

from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FixedLocator, FuncFormatter, MaxNLocator, NullLocator

from cxstats.plots.paper import FAINT, INK, QUIET, ROW_INCHES, Floats, axes_or_new, clean, level_text
from cxstats.scores.metrics import Metric
from cxstats.scores.planning.detection import detectable_curve
from cxstats.scores.planning.detections import Detectable
from cxstats.scores.planning.plans import Plan
from cxstats.scores.planning.words import distance_in_words, distance_text, in_hundredths, number, percent

_DASHES: Final = (0, (5, 3))
_ROUND: Final = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0)
_MOST_TICKS: Final = 9
_WHITE: Final = {"facecolor": "white", "edgecolor": "none", "pad": 0.8}


def plot_plan(plan: Plan, *, ax: Axes | None = None) -> Axes:
    """Draw the margin against the number of answers, with the plan marked; of several segments, one row each.

    The solid line is the expected margin, the dashed one the margin that a survey keeps with the assurance wanted. In
    rows the hollow mark is the number of answers needed on average, the filled one that with the assurance.

    Parameters
    ----------
    plan
        From `cxstats.scores.planning.answers_needed`.
    ax
        Where to draw.
    """
    axes = _curve_of(plan, ax) if len(plan.answers) == 1 else _rows_of(plan, ax)
    clean(axes)
    return axes


def _curve_of(plan: Plan, ax: Axes | None) -> Any:
    metric, curve = plan.expected.metric, plan.curve()
    axes = axes_or_new(ax, 4.2)
    end, answers = curve.iloc[0], {"on average": plan.on_average[0]}
    axes.plot(curve["n"], curve["on_average"], color=INK, linewidth=1.8)
    if plan.assurance is not None:
        axes.plot(curve["n"], curve["assured"], color=INK, linewidth=1.4, linestyle=_DASHES)
        answers[f"{percent(plan.assurance)} sure"] = plan.assured[0]
    axes.plot([curve["n"].min(), max(answers.values())], [plan.margin] * 2, color=QUIET, linewidth=0.8)
    for (said, n), up in zip(answers.items(), (False, True), strict=False):
        face = "white" if said == "on average" and len(answers) > 1 else INK
        axes.plot([n, n], [0, plan.margin], color=QUIET, linewidth=0.8, zorder=1)
        axes.plot(n, plan.margin, marker="o", color=INK, markerfacecolor=face, markersize=8, zorder=3)
        place = {"xytext": (10, 12) if up or len(answers) == 1 else (-10, -16), "textcoords": "offset points"}
        align = {"ha": "left" if up or len(answers) == 1 else "right", "va": "center", "bbox": _WHITE}
        axes.annotate(f"{number(n)} answers, {said}", (n, plan.margin), color=INK, **place, **align)
    axes.set_ylim(0, 1.08 * float(np.nanmax([end["on_average"], end["assured"]])))
    _answers_axis(axes, curve["n"].to_numpy())
    _distance_axis(axes, metric, "±")
    axes.set_ylabel(f"margin, {distance_in_words(metric, 1).split(' ', 1)[1]}")
    lines = f"solid: on average; dashed: {percent(plan.assurance)} sure" if plan.assurance is not None else "on average"
    _titles(axes, plan.expected.of, f"{level_text(plan.confidence_level)}; {lines}")
    return axes


def _rows_of(plan: Plan, ax: Axes | None) -> Any:
    names, known = plan.expected.names, np.isfinite(plan.answers)
    order = sorted(range(len(names)), key=lambda k: plan.answers[k] if known[k] else np.inf, reverse=True)
    axes = axes_or_new(ax, len(names) * ROW_INCHES + 1.3)
    for y, k in enumerate(order):
        n, average = plan.answers[k], plan.on_average[k]
        invited = plan.invitations[k]
        invite = f", invite {number(invited)}" if np.isfinite(invited) else ""
        shown = f"{number(n)} answers{invite}" if known[k] else "too few to say"
        axes.text(1.02, y, shown, va="center", transform=axes.get_yaxis_transform(), color=INK)
        axes.plot([0, n], [y, y], color=FAINT, linewidth=5, solid_capstyle="butt", zorder=1)
        axes.plot(n, y, marker="o", color=INK, markersize=7, zorder=3)
        if plan.assurance is not None:
            axes.plot(average, y, marker="o", color=INK, markerfacecolor="white", markersize=7, zorder=2)
    axes.set_yticks(range(len(names)), [names[k] for k in order])
    axes.set_ylim(-0.6, len(names) - 0.4)
    axes.set_xlim(left=0)
    axes.xaxis.set_major_formatter(FuncFormatter(_count_tick))
    marks = "" if plan.assurance is None else f"; hollow: on average, filled: {percent(plan.assurance)} sure"
    axes.set_xlabel(f"answers for ± {distance_in_words(plan.expected.metric, plan.margin)} in each{marks}")
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    _titles(axes, plan.expected.of, level_text(plan.confidence_level))
    return axes


def plot_detectable(found: Detectable, *, segment: str | int = 0, ax: Axes | None = None) -> Axes:
    """Draw the smallest rise and fall that two samples show against their number of answers.

    Changes in the shaded range between the lines are more likely missed than the power says; those beyond are seen.

    Parameters
    ----------
    found
        From `cxstats.scores.planning.detectable_difference`; its number of answers is marked.
    segment
        Name or place of the segment.
    ax
        Where to draw.
    """
    k = found.expected.names.index(segment) if isinstance(segment, str) else segment
    metric, curve = found.expected.metric, detectable_curve(found, segment=k)
    axes = axes_or_new(ax, 4.2)
    n, second = curve["second"].to_numpy(), float(found.answers[k, 1])
    axes.fill_between(n, -curve["fall"], curve["rise"], color=FAINT, alpha=0.6, linewidth=0, zorder=0)
    axes.axhline(0, color=INK, linewidth=0.8)
    for column, sign, said in (("rise", 1, "rise"), ("fall", -1, "fall")):
        size = float(getattr(found, column)[k])
        axes.plot(n, sign * curve[column], color=INK, linewidth=1.8)
        if np.isfinite(size):
            axes.plot(second, sign * size, marker="o", color=INK, markersize=7, zorder=3)
            place = {"xytext": (8, 10 * sign), "textcoords": "offset points", "va": "center"}
            axes.annotate(f"a {said} of {distance_text(metric, size)}", (second, sign * size), color=INK, **place)
    axes.axvline(second, color=QUIET, linewidth=0.8, linestyle=(0, (4, 3)), zorder=0)
    _answers_axis(axes, n)
    _distance_axis(axes, metric, "+")
    same = found.answers[k, 0] == found.answers[k, 1]
    which = "in each of the two samples" if same else f"in the second sample; dashed: {number(second)}"
    axes.set_xlabel(f"answers {which}, logarithmic")
    axes.set_ylabel(f"change, {distance_in_words(metric, 1).split(' ', 1)[1]}")
    name = "" if len(found.rise) == 1 else f"{found.expected.names[k]}: "
    told = f"shaded: seen with a probability below {percent(found.power)}"
    _titles(axes, f"{name}{found.expected.of}", told)
    clean(axes)
    return axes


def _titles(axes: Any, of: str, told: str) -> None:
    axes.set_title(of, loc="left", fontsize="small", color=INK)
    axes.set_title(told, loc="right", fontsize="small", color=QUIET)


def _answers_axis(axes: Any, answers: Floats) -> None:
    """Logarithmic, with round numbers."""
    axes.set_xscale("log")
    low, high = float(answers.min()), float(answers.max())
    axes.set_xlim(low, high)
    exponents = range(int(np.floor(np.log10(low))), int(np.ceil(np.log10(high))) + 1)
    ticks = [step * 10.0**e for e in exponents for step in _ROUND if low <= step * 10.0**e <= high]
    axes.xaxis.set_major_locator(FixedLocator(ticks[:: -(-len(ticks) // _MOST_TICKS)]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(_count_tick))
    axes.set_xlabel("answers, logarithmic")
    axes.grid(axis="both", color=FAINT, linewidth=0.6)


def _count_tick(n: float, _: object) -> str:
    return number(n)


def _distance_axis(axes: Any, metric: Metric, sign: str) -> None:
    """Round distances in the metric's unit, all with as many decimals as their steps need."""
    axes.yaxis.set_major_locator(MaxNLocator(nbins=9, steps=[1, 2, 5, 10]))
    times, ticks = in_hundredths(metric), axes.get_yticks()
    places = max(0, -int(np.floor(np.log10(times * float(ticks[1] - ticks[0])) + 1e-6)))

    def tick(y: float, _: object) -> str:
        text = f"{abs(y) * times:.{places}f}"
        return "0" if y == 0 else f"{'−' if y < 0 else sign}{' ' if sign == '±' else ''}{text}"

    axes.yaxis.set_major_formatter(FuncFormatter(tick))
