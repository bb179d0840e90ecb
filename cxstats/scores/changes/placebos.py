"""Placebo dates: the same effect at dates on which nothing happened."""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from cxstats.scores.changes.interruptions import Interruption
from cxstats.scores.changes.series import season_in

FEWEST: Final = 5
_BEFORE: Final = 6


@dataclass(frozen=True, slots=True, eq=False)
class Placebos:
    """Effects at P dates before the change, each from the periods before the change alone.

    Attributes
    ----------
    table
        ``position`` (the period that is taken for the first after a change), ``estimate``, ``low``, ``high``.
    horizon
        Period after each date at which the effect is taken.
    effect
        That of the change itself.
    """

    table: pd.DataFrame
    horizon: int
    effect: float

    @property
    def as_large(self) -> int:
        """Placebo dates whose effect is at least as far from 0."""
        return int((self.table["estimate"].abs() >= abs(self.effect)).sum())

    @property
    def clear(self) -> int:
        """Placebo dates whose interval leaves out 0."""
        return int(((self.table["low"] > 0) | (self.table["high"] < 0)).sum())

    def to_frame(self) -> pd.DataFrame:
        """One row a placebo date, unrounded."""
        return self.table.copy()

    def sentence(self) -> str:
        """Say how often a date on which nothing happened shows as much."""
        size = len(self.table)
        if size < FEWEST:
            return f"Too few earlier dates to try the same analysis on: {size}."
        return (
            f"At {size} earlier dates, on which nothing is known to have happened, the same analysis shows an effect "
            f"at least as large at {self.as_large} and one whose interval leaves out 0 at {self.clear}. Neighbouring "
            "dates share most of their periods."
        )

    def __repr__(self) -> str:
        return f"{self.sentence()}\n{self.table.to_string(index=False)}"


def placebos_of(model: Interruption, horizon: int, confidence_level: float) -> Placebos:
    """Take the effect at every earlier date with six periods before it and enough after it for the horizon.

    Parameters
    ----------
    model
        The series; periods from the change on are not used.
    horizon
        At which period after each date; where no earlier date has so many, at a third of the periods before the change.
    confidence_level
        Of the intervals.
    """
    before = model.position < model.first
    past = model.position[before]
    season = season_in(past, model.season) if before.any() else 0.0
    reach = min(horizon, max(len(past) // 3, model.least[1]))
    alone = replace(model, y=model.y[before], variance=model.variance[before], position=past, season=season)
    rows: list[tuple[int, float, float, float]] = []
    for k in range(_BEFORE, len(past) - max(reach, model.least[1]) + 1):
        one = replace(alone, first=int(past[k]))
        found = one.estimated(one.effects_at([reach - 1]), confidence_level)
        rows.append((one.first, float(found.estimate[0]), float(found.low[0]), float(found.high[0])))
    table = pd.DataFrame(rows, columns=["position", "estimate", "low", "high"])
    effect = model.estimated(model.effects_at([reach - 1]), confidence_level).estimate
    return Placebos(table, reach, float(np.asarray(effect)[0]))
