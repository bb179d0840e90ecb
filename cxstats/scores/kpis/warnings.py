"""What else may make a score and a figure go together: trends, wandering, the calendar, the number of customers."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.scores.changes.words import p_of_groups
from cxstats.scores.kpis.beside import Beside
from cxstats.scores.kpis.correlations import carry_of, independent_periods
from cxstats.scores.kpis.units import Units

Floats = NDArray[np.float64]

WANDERING: Final = 0.75
PATTERN: Final = 0.01
_TURNS: Final[Mapping[str, tuple[str, str, int]]] = MappingProxyType(
    {
        "day": ("day_of_week", "day of the week", 14),
        "month": ("month", "month of the year", 24),
        "quarter": ("quarter", "quarter", 8),
    }
)


def warnings_of(found: Beside, units: Units) -> tuple[str, ...]:
    """Say what is suspicious about one figure beside the scores."""
    said: list[str] = []
    label = found.figure.label
    if found.plain is None:
        return ()
    if found.figure.is_total:
        said.append(
            f"{label} is a total: {units.noun}s with more customers have more of it whatever their score. Give a "
            "denominator, as values={'repeat calls': ('repeat_calls', 'contacts')}."
        )
    if found.both_drift:
        said.append(
            f"{units.name} and {label} both have a trend, and any two things that drift look related. What is said is "
            f"of deviations from straight trends; with the trends the correlation would be {found.raw:.2f}."
        )
    return (*said, *_wandering(found, units), *_calendar(found, units))


def _wandering(found: Beside, units: Units) -> list[str]:
    if not found.pairs.in_time:
        return []
    columns = found.pairs.design.shape[1]
    carried = [carry_of(left, found.pairs.position, columns) for left in found.pairs.deviations]
    if min(carried) < WANDERING:
        return []
    one, other = found.pairs.deviations
    size = independent_periods(one, other, found.pairs.position, columns)
    return [
        f"{units.name} and {found.figure.label} both wander: neighbouring {units.noun}s are alike even beside straight "
        f"trends, so that {units.count(len(one))} say about as much as {size:.0f} independent ones."
    ]


def _calendar(found: Beside, units: Units) -> list[str]:
    turn = _TURNS.get(units.noun)
    if not found.pairs.in_time or turn is None or np.ptp(found.pairs.position) + 1 < turn[2]:
        return []
    days = pd.DatetimeIndex(units.keys.iloc[found.rows, 0])
    group = np.asarray(getattr(days, turn[0]), dtype=np.int64)
    size = np.ones(len(group))
    follow = [p_of_groups(left, size, group) < PATTERN for left in found.pairs.deviations]
    if not all(follow):
        return []
    longer = ": take weeks" if units.noun == "day" else ""
    return [f"{units.name} and {found.figure.label} both follow the {turn[1]}, which makes them look related{longer}."]
