"""What weighting gives: the data with their weights, the design to count them by, and what it cost."""

from dataclasses import dataclass
from html import escape
from typing import Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.survey import Survey
from cxstats.responses.weights import Design

Floats = NDArray[np.float64]
Way = Literal["raked", "post-stratified"]

# Kish's effective n below this part of n: the weights cost more than half of the answers.
_COSTLY: Final = 0.5
_AT_LIMIT: Final = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Weighted:
    """Respondents weighted to the margins of a population.

    Attributes
    ----------
    data
        A copy of the survey or table with the column of weights; missing where a row was set aside.
    design
        Names the weights and the margins, for `tally` and whatever else takes a design; strata, clusters and population
        size as they were given.
    levels
        One row a level, see `to_frame`.
    way
        ``"raked"`` or ``"post-stratified"``.
    weights
        The weights; NaN where a row was set aside; shape (R,).
    rounds
        How often every margin was adjusted.
    largest_gap
        The largest relative difference between weighted and wanted totals of a level.
    population
        Sum of the population's counts; None where only shares were given.
    set_aside, frame_set_aside
        Rows without a value in a margin or without a weight at the start, and such rows of the population's table.
    limits
        Least and largest weight in multiples of the mean weight; None where weights were not trimmed.
    """

    data: pd.DataFrame | Survey
    design: Design
    levels: pd.DataFrame
    way: Way
    weights: Floats
    rounds: int
    largest_gap: float
    population: float | None = None
    set_aside: int = 0
    frame_set_aside: int = 0
    limits: tuple[float, float] | None = None

    @property
    def n(self) -> int:
        """Number of rows that carry a weight above zero."""
        return len(self._used)

    @property
    def range(self) -> tuple[float, float]:
        """Least and largest weight above zero, in multiples of their mean."""
        relative = self._used / self._used.mean()
        return float(relative.min()), float(relative.max())

    @property
    def design_effect(self) -> float:
        """Kish's design effect of the weights: n times the sum of their squares over their squared sum.

        By this factor unequal weights raise the variance of a score that has nothing to do with them. For a score that
        goes with the margins the variance is smaller, and `score` under `design` knows by how much.

        References
        ----------
        Kish (1965), Survey Sampling.
        """
        return float(self.n * (self._used**2).sum() / self._used.sum() ** 2)

    @property
    def effective_n(self) -> float:
        """Number of respondents with equal weights that say as much: n over the design effect."""
        return self.n / self.design_effect

    @property
    def at_limits(self) -> tuple[int, int]:
        """Rows at the least and at the largest weight that trimming left; zeros without limits."""
        if self.limits is None:
            return 0, 0
        relative = self._used / self._used.mean()
        low, high = self.limits
        return int((relative <= low + _AT_LIMIT).sum()), int((relative >= high * (1 - _AT_LIMIT)).sum())

    @property
    def _used(self) -> Floats:
        return self.weights[self.weights > 0]

    def to_frame(self) -> pd.DataFrame:
        """One row a level, unrounded.

        ``margin`` and ``level``; ``n`` (respondents); ``population_share``, ``share_before`` (under the weights at the
        start) and ``share_after``; ``factor``, share after over share before.
        """
        return self.levels.copy()

    def to_text(self) -> pd.DataFrame:
        """Table of the levels as people read it."""
        shown = self.levels[["margin", "level"]].copy()
        shown["respondents"] = [f"{n:,}" for n in self.levels["n"]]
        names = {"population_share": "of population", "share_before": "of respondents", "share_after": "weighted"}
        for column, name in names.items():
            shown[name] = [f"{100 * share:.1f} %" for share in self.levels[column]]
        shown["factor"] = [f"{factor:.2f}" for factor in self.levels["factor"]]
        return shown

    def sentence(self) -> str:
        """Say to what the respondents were weighted, how far apart the weights are, and what that costs."""
        return " ".join(self._sentences())

    def _sentences(self) -> list[str]:
        least, largest = self.range
        margins = ", ".join(dict.fromkeys(self.levels["margin"]))
        of = f" of {self.population:,.10g}" if self.population else ""
        told = [
            f"{self.way.capitalize()} to the population{of} by {margins}: every level is met.",
            f"The weights of {self.n:,} responses go from {least:.2f} to {largest:.2f} times their mean; the responses "
            f"count as {self.effective_n:,.0f} equally weighted ones (Kish's design effect {self.design_effect:.2f}).",
        ]
        if self.effective_n < _COSTLY * self.n:
            told.append("That is more than half of the answers: merge levels, leave out a margin, or trim.")
        if self.limits is not None:
            low, high = self.at_limits
            told.append(
                f"Trimmed to {self.limits[0]:g} to {self.limits[1]:g} times the mean weight: {low:,} at the least and "
                f"{high:,} at the largest."
            )
        told += self._left_out()
        told.append("Weights correct what goes with these margins; differences within a level stay.")
        return told

    def _left_out(self) -> list[str]:
        ours, theirs = self.set_aside, self.frame_set_aside
        told = [
            (ours, "respondent", "without a value in a margin or a weight"),
            (theirs, "row", "of the population without a value in a margin"),
        ]
        return [
            f"{n:,} {what}{'' if n == 1 else 's'} {which} {'was' if n == 1 else 'were'} set aside."
            for n, what, which in told
            if n
        ]

    def _repr_html_(self) -> str:
        table = self.to_text().to_html(index=False, border=0, justify="left")
        said = "".join(f"<li>{escape(sentence)}</li>" for sentence in self._sentences())
        return f"<ul>{said}</ul>{table}"

    def __repr__(self) -> str:
        return f"{self.sentence()}\n{self.to_text().to_string(index=False)}"
