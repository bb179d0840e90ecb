"""Scores and figures of the same units, by their key; what has no counterpart is set aside with a reason."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.names import unknown_name
from cxstats.scores.changes.series import days_in
from cxstats.scores.estimates import segment_names
from cxstats.scores.kpis.figures import Figure, Values, figures_of
from cxstats.scores.kpis.units import Units

Rows = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Matched:
    """Units with their figures.

    Attributes
    ----------
    units
        All units that have a score.
    rows
        The units that can be used, of those; shape (M,).
    figures
        The figures of these.
    aside
        What is set aside: columns ``unit``, ``kpi`` (empty: all of them) and ``reason``.
    """

    units: Units
    rows: Rows
    figures: tuple[Figure, ...]
    aside: pd.DataFrame


def matched(units: Units, table: pd.DataFrame, values: Values) -> Matched:
    """Put figures beside scores.

    Raises
    ------
    ValueError
        If the table lacks a column of the key, has a unit twice, or has no unit in common with the scores.
    """
    keys = _keys(units, table)
    figures = figures_of(table.reset_index(drop=True), values)
    place = {key: row for row, key in enumerate(_tuples(keys))}
    here = _tuples(units.keys)
    common = [key for key in here if key in place]
    if not common:
        raise ValueError(
            f"scores and KPIs have no {units.noun} in common; scores: {_some(units.keys)}; KPIs: {_some(keys)}. A key "
            "must have the same values and the same type in both, and a period is its first day"
        )
    aside = [(name, "", reason) for name, reason in zip(units.names, units.reasons, strict=True) if reason]
    used: list[int] = []
    for row, (key, name, reason) in enumerate(zip(here, units.names, units.reasons, strict=True)):
        if not reason and key in place:
            used.append(row)
        elif not reason:
            aside.append((name, "", "no row in the KPIs"))
    known = set(here)
    names = segment_names(keys)
    for row, key in enumerate(_tuples(keys)):
        if key not in known:
            aside.append((names[row], "", "no score"))
    there = np.array([place[here[row]] for row in used], dtype=np.intp)
    figures = tuple(figure.at(there) for figure in figures)
    for figure in figures:
        aside += [
            (units.names[row], figure.name, reason)
            for row, reason in zip(used, figure.reasons, strict=True)
            if reason
        ]  # fmt: skip
    shown = pd.DataFrame(aside, columns=["unit", "kpi", "reason"], dtype="str")
    return Matched(units, np.array(used, dtype=np.intp), figures, shown)


def _keys(units: Units, table: pd.DataFrame) -> pd.DataFrame:
    for name in units.keys:
        if name not in table:
            raise ValueError(unknown_name("column of KPIs", name, table.columns))
    keys = table[list(units.keys)].reset_index(drop=True)
    if units.position is not None:
        name = str(units.keys.columns[0])
        keys = keys.assign(**{name: days_in(keys[name], name)})
    twice = keys.duplicated()
    if twice.any():
        raise ValueError(
            f"KPIs must have one row a {units.noun}; {segment_names(keys[twice])[0]} has several: sum them up first"
        )
    return keys


def _tuples(keys: pd.DataFrame) -> Sequence[Hashable]:
    def plain(value: Any) -> Hashable:
        return None if pd.isna(value) else value

    return [tuple(map(plain, row)) for row in keys.itertuples(index=False, name=None)]


def _some(keys: pd.DataFrame) -> str:
    return ", ".join(segment_names(keys.head(3))) or "none"
