"""Draw what a change of score is made of: from the first total to the second, by rate and by mix."""

from typing import Any, Final

import numpy as np
from matplotlib.axes import Axes

from cxstats.plots.paper import FAINT, INK, QUIET, ROW_INCHES, axes_or_new, clean, level_text
from cxstats.scores.estimates import TOO_FEW, segment_names
from cxstats.scores.mix import MixAndRate
from cxstats.scores.nonresponse import signed

_RATE: Final = {"facecolor": "#b9c6d0", "edgecolor": INK, "linewidth": 0.8}
_MIX: Final = {"facecolor": "white", "edgecolor": INK, "hatch": "///", "linewidth": 0.8}
_THICK: Final = 0.62
_THIN: Final = 0.3


def plot_mix(found: MixAndRate, *, ax: Axes | None = None) -> Axes:
    """Draw the way from the first total to the second: what scores within segments did, what their mix did.

    Below it what each segment contributes, the largest contribution first. Changes are counted from the first total;
    each bar has its interval, and the second total the interval of the whole change.

    Parameters
    ----------
    found
        From `cxstats.mix_and_rate`.
    ax
        Where to draw.

    Raises
    ------
    ValueError
        If a wave has too few answers to say anything.
    """
    n = found.waves.n.sum(axis=1)
    if n.min() < found.minimum_base:
        raise ValueError(f"each wave must have {found.minimum_base} answers to be drawn; got {n[0]:,} and {n[1]:,}")
    order = np.argsort(-np.abs(found.effects.together.estimate), kind="stable").tolist()
    axes = axes_or_new(ax, (4 + len(order)) * (ROW_INCHES + 0.08) + 1.6)
    top = len(order) + 4.4
    labels = _draw_way(axes, found, top)
    for place, k in enumerate(order):
        labels[top - 5.2 - place] = _draw_segment(axes, found, k, top - 5.2 - place)
    axes.axhline(top - 4.4, color=FAINT, linewidth=0.8, xmin=-0.3, clip_on=False)
    axes.axvline(0, color=INK, linewidth=0.8, zorder=0)
    axes.set_yticks(list(labels), list(labels.values()))
    axes.set_ylim(min(labels) - 0.6, top - 0.3)
    metric, noun = found.scores.metric, found.wording.noun
    unit = {"share": "percentage points", "points": "points"}.get(metric.unit, f"points of the {metric.unit} score")
    axes.set_xlabel(
        f"change of {found.scores.tally.column} from {found.names[0]}, {unit} ({metric.formula}); {metric.good} is good"
    )
    axes.set_title(
        f"solid: scores within each {noun}; hatched: mix by {noun}; {level_text(found.confidence_level)}",
        loc="right",
        fontsize="small",
        color=QUIET,
    )
    clean(axes)
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    axes.set_axisbelow(True)
    return axes


def _draw_way(axes: Any, found: MixAndRate, top: float) -> dict[float, str]:
    """Draw first total, rate, mix and second total, all from the first total."""
    metric, (first, second) = found.scores.metric, found.effects.levels.estimate.tolist()
    scale, limits = _scale(found), found.effects.parts.interval(found.confidence_level)
    total, rate, mix = (scale * found.effects.parts.estimate).tolist()
    low, high = scale * limits.low, scale * limits.high
    noun, (before, after) = found.wording.noun, found.waves.n.sum(axis=1)
    rows = [top - 1.0 - k for k in range(4)]
    axes.plot(0, rows[0], marker="o", color=INK, markersize=6)
    axes.barh(rows[1], rate, height=_THICK, **_RATE)
    axes.barh(rows[2], mix, height=_THICK, **_MIX)
    axes.plot([low[1], high[1]], [rows[1], rows[1]], color=INK, linewidth=1.4, solid_capstyle="butt")
    axes.plot([low[2], high[2]], [rows[2], rows[2]], color=INK, linewidth=1.4, solid_capstyle="butt")
    axes.plot([low[0], high[0]], [rows[3], rows[3]], color=INK, linewidth=1.4, solid_capstyle="butt")
    axes.plot(total, rows[3], marker="o", color=INK, markersize=6)
    whole, of_rate, of_mix = found.wording.changes(found.effects.parts)
    for y, text in zip(rows, (metric.text(first), of_rate, of_mix, f"{metric.text(second)}   {whole}"), strict=True):
        _write(axes, y, text)
    names = (
        f"{found.names[0]}  n = {before:,}",
        f"scores within each {noun}",
        f"mix by {noun}",
        f"{found.names[1]}  n = {after:,}",
    )
    return dict(zip(rows, names, strict=True))


def _draw_segment(axes: Any, found: MixAndRate, k: int, y: float) -> str:
    """Draw what one segment contributes, and return its label."""
    before, after = found.waves.n[:, k]
    label = f"{segment_names(found.segments)[k]}  n = {before:,} → {after:,}"
    if found.too_few[k]:
        axes.text(0.5, y, TOO_FEW, color=QUIET, va="center", ha="center", transform=axes.get_yaxis_transform())
        return label
    scale, said = _scale(found), list[str]()
    for part, shift, look in (("rate", 0.17, _RATE), ("mix", -0.17, _MIX)):
        effect = getattr(found.effects, part)
        limits, estimate = effect.interval(found.confidence_level), effect.estimate[k]
        if np.isnan(estimate):
            continue
        axes.barh(y + shift, scale * estimate, height=_THIN, **look)
        ends = [scale * limits.low[k], scale * limits.high[k]]
        axes.plot(ends, [y + shift, y + shift], color=INK, linewidth=1.1, solid_capstyle="butt")
        said.append(f"{part} {signed(found.scores.metric, estimate)}")
    _write(axes, y, ", ".join(said))
    return label


def _write(axes: Any, y: float, text: str) -> None:
    axes.text(1.02, y, text, transform=axes.get_yaxis_transform(), va="center", fontsize="small", color=INK)


def _scale(found: MixAndRate) -> float:
    """Return 100 where people read hundreds."""
    return 100.0 if found.scores.metric.unit in ("share", "net") else 1.0
