"""How people read what the silent could change."""

from collections.abc import Mapping
from typing import Any, Final

from cxstats.scores.metrics import Metric

KEPT: Final = "kept whatever the others would say"
MISSED: Final = "missed whatever the others would say"
DEPENDS: Final = "depends on the others"
_SMALL: Final = 1e-12


def signed_text(metric: Metric, value: float) -> str:
    """Write a difference in the unit in which people read the metric: ``"0.50"``, ``"5.0"``."""
    shown = value * 100 if metric.unit in ("share", "net") else value
    return f"{round(shown, 2 if metric.unit == 'points' else 1) + 0.0:.{2 if metric.unit == 'points' else 1}f}"


def tip_in_words(metric: Metric, row: Mapping[Any, Any]) -> str:
    """Say when the target of a row of `SilentBounds.tipping` is missed."""
    if row["verdict"] != DEPENDS:
        return str(row["verdict"])
    if row["worse_by"] >= 0:
        return f"missed if the others are more than {by_in_words(metric, max(row['worse_by'], _SMALL))}"
    return f"reached only if the others are at least {by_in_words(metric, row['worse_by'])}"


def by_in_words(metric: Metric, value: float) -> str:
    """Say by how much worse: ``"0.50 points worse"``."""
    if value == 0:
        return "like them"
    unit = "percentage points" if metric.unit == "share" else "points"
    return f"{signed_text(metric, abs(value))} {unit} {'worse' if value > 0 else 'better'}"
