"""Distances on a metric's own unit, as people read them.

>>> from cxstats.scores.metrics import Metric
>>> distance_in_words(Metric("favourable", "share of answers 4-5", (0, 0, 0, 1, 1), "share"), 0.05)
'5.0 percentage points'
"""

import math
from collections.abc import Sequence
from typing import Final

from cxstats.scores.metrics import Metric

_EXACT: Final = 1e-9


def distance_in_words(metric: Metric, distance: float) -> str:
    """Write a distance with its unit: points, percentage points of a share, points of 100 of a net or an index."""
    unit = {"share": "percentage points", "points": "points"}.get(metric.unit, "points of 100")
    return f"{distance_text(metric, distance)} {unit}"


def distance_text(metric: Metric, distance: float) -> str:
    """Write a distance without its unit, times 100 for shares and nets.

    Two decimals for points and one for the others, and one more where it says something: in .125, or where rounding
    would change the distance by more than a twentieth.
    """
    if math.isnan(distance):
        return "–"
    scaled = distance * in_hundredths(metric)
    places = 2 if metric.unit == "points" else 1
    lost, left = (abs(round(scaled, k) - scaled) for k in (places, places + 1))
    more = lost > 0.05 * abs(scaled) or left < _EXACT < lost
    return f"{scaled:.{places + more}f}"


def in_hundredths(metric: Metric) -> int:
    """By what people want to read a metric multiplied: 100 for shares and nets, else 1."""
    return 100 if metric.unit in ("share", "net") else 1


def percent(share: float) -> str:
    """Write a probability or a level: ``"80 %"``."""
    return f"{100 * share:g} %"


def number(count: float) -> str:
    """Write a whole number with its thousands apart; a dash where there is none."""
    return f"{count:,.0f}" if math.isfinite(count) else "–"


def range_in_words(names: Sequence[str], counts: Sequence[float]) -> str:
    """Say where the fewest and the most are: ``"from 120 (phone) to 410 (chat)"``."""
    ranked = sorted((n, name) for name, n in zip(names, counts, strict=True) if math.isfinite(n))
    (few, fewest), (many, most) = ranked[0], ranked[-1]
    return f"from {number(few)} ({fewest}) to {number(many)} ({most})"
