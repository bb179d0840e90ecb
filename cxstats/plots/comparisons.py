"""Draw differences with their intervals and what can be said of each."""

from typing import Final

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, MaxNLocator

from cxstats.plots.paper import FAINT, INK, QUIET, ROW_INCHES, axes_or_new, clean
from cxstats.scores.comparing.comparisons import Comparison
from cxstats.scores.comparing.wording import (
    BETTER,
    NOT_CLEAR,
    SMALL,
    WORSE,
    between_text,
    difference_text,
    is_unsaid,
    margin_text,
    unit_of_differences,
)

_MARKS: Final = {BETTER: "^", WORSE: "v", NOT_CLEAR: "o", SMALL: "s", "not worse": "s"}
_FILLED: Final = (BETTER, WORSE, SMALL, "not worse")


def plot_comparison(comparison: Comparison, *, ax: Axes | None = None) -> Axes:
    """Draw each difference with its interval, the best on top, or waves in their order; the line at 0 is no difference.

    What can be said is in the mark and in words: a filled triangle up is better (where a margin was asked for, by more
    than that), one down is worse, a hollow circle nothing clear, a filled square a difference that is shown to be small
    enough.

    Parameters
    ----------
    comparison
        From `cxstats.compare`.
    ax
        Where to draw.
    """
    metric, table = comparison.metric, comparison.to_frame()
    table["label"] = _labels(comparison)
    table["few"] = table["verdict"].map(is_unsaid)
    rows = table
    if not comparison.in_time:
        rows = table.sort_values(["few", "difference"], ascending=[True, metric.good == "low"], kind="stable")
    axes = axes_or_new(ax, len(rows) * ROW_INCHES + 1.6, width=10.5)
    for place, row in enumerate(rows.to_dict("records")):
        y = len(rows) - 1 - place
        if row["few"]:
            axes.text(1.02, y, row["verdict"], color=QUIET, va="center", transform=axes.get_yaxis_transform())
            continue
        axes.plot([row["low"], row["high"]], [y, y], color=INK, linewidth=1.4, solid_capstyle="butt")
        mark = next((m for verdict, m in _MARKS.items() if row["verdict"].startswith(verdict)), "o")
        face = INK if row["verdict"].startswith(_FILLED) else "white"
        axes.plot(row["difference"], y, marker=mark, color=INK, markerfacecolor=face, markersize=7, linestyle="")
        limits = between_text(metric, row["low"], row["high"])
        shown = f"{difference_text(metric, row['difference'])}  ({limits})  {row['verdict']}"
        axes.text(1.02, y, shown, va="center", transform=axes.get_yaxis_transform(), color=INK)
    axes.axvline(0, color=INK, linewidth=0.8, zorder=0)
    if margin := comparison.question.margin:
        axes.axvspan(-margin, margin, color=FAINT, alpha=0.5, linewidth=0, zorder=-1)
    axes.set_yticks(range(len(rows)), rows["label"].tolist()[::-1])
    axes.set_ylim(-0.6, len(rows) - 0.4)
    axes.xaxis.set_major_locator(MaxNLocator(5))
    size = 100 if metric.unit in ("share", "net") else 1

    def tick(x: float, _: object) -> str:
        return "0" if x == 0 else f"{round(size * x, 10):+g}"

    axes.xaxis.set_major_formatter(FuncFormatter(tick))
    shaded = f"; shaded: within {margin_text(metric, margin)}" if margin else ""
    axes.set_xlabel(
        f"{metric.formula}: difference to {comparison.against}, in {unit_of_differences(metric)}\n"
        f"{metric.good} is good{shaded}"
    )
    axes.set_title(comparison.method_in_words.replace("; ", "\n"), loc="right", fontsize="small", color=QUIET)
    clean(axes)
    axes.grid(axis="x", color=FAINT, linewidth=0.6)
    return axes


def _labels(comparison: Comparison) -> list[str]:
    """Name each comparison with its numbers of answers."""
    first, second = comparison.contrasts.first, comparison.contrasts.second
    alike = len(set(second.names)) == 1
    labels: list[str] = []
    for name, other, n, m in zip(first.names, second.names, first.n, second.n, strict=True):
        against = f" and {m:,.0f}" if np.isfinite(m) else ""
        labels.append(f"{name if alike else f'{name} against {other}'}  n = {n:,.0f}{against}")
    return labels
