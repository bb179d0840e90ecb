"""Respondents as raking sees them: of which levels they are, and with which weight they start."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.keys import column_of
from cxstats.responses.weighting.fitting import Combinations, combinations
from cxstats.responses.weighting.margins import SET_ASIDE, Margin, Missing, Places

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Truths = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Respondents:
    """The rows that take part, and those that do not.

    Attributes
    ----------
    places
        For each margin, of which level each of all R rows is.
    levels
        For each margin, the level of each of the T rows that take part; shape (T,) each.
    start
        Their weights at the start; shape (T,).
    gathered
        These rows by the combination of their levels.
    taking_part
        Which rows these are; shape (R,).
    unknown
        Rows that lack a value in a margin or a weight; shape (R,). Others that do not take part weigh nothing.
    """

    places: tuple[Places, ...]
    levels: tuple[Integers, ...]
    start: Floats
    gathered: Combinations
    taking_part: Truths
    unknown: Truths

    def sums(self, weights: Floats) -> list[Floats]:
        """Sum the weights of those that take part, for each margin at each level."""
        of_combination = self.gathered.sums(weights)
        first = self.gathered.first
        return [np.bincount(level[first], weights=of_combination).astype(np.float64) for level in self.levels]

    def spread(self, weights: Floats) -> Floats:
        """Give the weights of those that take part to their rows: 0 where the start is 0, NaN where unknown."""
        found = np.where(self.unknown, np.nan, 0.0)
        found[self.taking_part] = weights
        return found


def read_respondents(
    rows: pd.DataFrame, margins: Sequence[Margin], weights: str | None, *, missing: Missing
) -> Respondents:
    """Place each row in every margin and check that respondents and population have the same levels.

    Raises
    ------
    ValueError
        If a column does not exist, weights are not usable, a row lacks a value and `missing` is ``"refuse"``, or a
        level is only in the population or only among the respondents.
    """
    start = _weights_at_start(rows, weights)
    places = tuple(margin.places(rows) for margin in margins)
    known = np.logical_and.reduce([place.level >= 0 for place in places])
    if missing != SET_ASIDE:
        _require_known(margins, places, start, weights)
    taking_part = known & (start > 0)
    if not taking_part.any():
        raise ValueError(f"no row has a value in every margin and a weight above zero; there are {len(rows):,} rows")
    levels = tuple(place.level[taking_part] for place in places)
    sizes = [len(margin.keys) + len(place.outside) for margin, place in zip(margins, places, strict=True)]
    gathered = combinations(levels, sizes)
    rows_of_each = gathered.sizes
    for margin, place, level, size in zip(margins, places, levels, sizes, strict=True):
        found = np.bincount(level[gathered.first], weights=rows_of_each, minlength=size)
        margin.require_met(found.astype(np.float64), place.outside)
    return Respondents(places, levels, start[taking_part], gathered, taking_part, ~known | np.isnan(start))


def _weights_at_start(rows: pd.DataFrame, weights: str | None) -> Floats:
    if weights is None:
        return np.ones(len(rows))
    column = column_of(rows, weights, "data")
    if not pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column):
        raise ValueError(f"weights must be numbers; column {weights!r} is {column.dtype}")
    found = column.to_numpy(dtype=np.float64, na_value=np.nan)
    if np.isinf(found).any() or (found < 0).any():
        raise ValueError(
            f"weights must be finite and not negative; column {weights!r} has {np.nanmin(found):g} to "
            f"{np.nanmax(found):g}"
        )
    return found


def _require_known(margins: Sequence[Margin], places: Sequence[Places], start: Floats, weights: str | None) -> None:
    counted = start != 0
    pairs = zip(margins, places, strict=True)
    lacking = {margin.name: int(((place.level < 0) & counted).sum()) for margin, place in pairs}
    if weights is not None:
        lacking[weights] = int(np.isnan(start).sum())
    told = [f"{name!r} is empty in {n:,} of {len(start):,} rows" for name, n in lacking.items() if n]
    if told:
        raise ValueError(
            f"every row needs a value in every margin, and its weight at the start; {', '.join(told)}. Fill them in, "
            "make missing a level of its own in data and margin, or leave them without a weight: missing='set aside'"
        )
