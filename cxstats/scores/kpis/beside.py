"""One figure beside the scores of the same units: slopes, correlations, and the unit that carries them."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.scores.kpis.correlations import (
    Correlation,
    at_lags,
    deviations,
    independent_periods,
    pearson,
    spearman,
)
from cxstats.scores.kpis.figures import Figure
from cxstats.scores.kpis.slopes import CARRIES, Slope, Truths, as_seen, slope_of, truths_of

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

FEWEST: Final = 8
"""Fewer units than these say nothing."""
TRENDING: Final = 0.05
_EXACT: Final = 1e-6
_SHIFT: Final = 0.5
_PAIRS_A_LAG: Final = 6


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Scores and one figure of T units.

    Attributes
    ----------
    score, variance
        Scores and their sampling variances; shape (T,).
    figure
        The figure of these units.
    position
        Number of each unit; shape (T,).
    design
        What deviations are from: a constant, and time where units are periods; shape (T, P).
    """

    score: Floats
    variance: Floats
    figure: Figure
    position: Integers
    design: Floats

    @property
    def in_time(self) -> bool:
        """Whether units are periods."""
        return self.design.shape[1] > 1

    @property
    def carries(self) -> tuple[float, ...]:
        """Carries that are thought of."""
        return CARRIES if self.in_time else (0.0,)

    @property
    def deviations(self) -> tuple[Floats, Floats]:
        """Of the score and of the figure; shape (T,) each."""
        return deviations(self.score, self.design), deviations(self.figure.value, self.design)

    @property
    def unsaid(self) -> str:
        """Why nothing can be said; empty where it can."""
        if len(self.score) < FEWEST:
            return f"{FEWEST} units are the least"
        one, other = self.deviations
        for left, given, what in ((one, self.score, "the score"), (other, self.figure.value, self.figure.name)):
            if not float(np.abs(left).max()) > 1e-9 * max(float(np.abs(given).max()), 1e-300):
                along = "lies on a straight line" if self.in_time else "is the same in all units"
                return f"{what} {along}"
        return ""

    def without(self, place: int) -> "Pairs":
        """Leave one unit out."""
        kept = np.flatnonzero(np.arange(len(self.score)) != place)
        return pairs_of(
            self.score[kept], self.variance[kept], self.figure.at(kept), self.position[kept], in_time=self.in_time
        )

    def plain(self) -> Slope:
        """Return the slope on scores as they are."""
        return self._slope(as_seen(self.score))

    def freed(self) -> tuple[Slope, float]:
        """Return the slope freed of the scores' sampling error, and their reliability."""
        floor = _EXACT * float(np.mean(self.deviations[0] ** 2))
        truths = truths_of(
            self.score,
            np.maximum(self.variance, floor),
            position=self.position,
            design=self.design,
            carries=self.carries,
        )
        return self._slope(truths), truths.reliability

    def _slope(self, truths: Truths) -> Slope:
        return slope_of(
            self.figure.value,
            self.figure.variance,
            truths,
            position=self.position,
            design=self.design,
            carries=self.carries,
        )


def pairs_of(score: Floats, variance: Floats, figure: Figure, position: Integers, *, in_time: bool) -> Pairs:
    """Put scores and a figure together; time counts from the middle in parts of the whole."""
    columns = [np.ones(len(score))]
    if in_time and len(position):
        columns.append((position - position.mean()) / max(int(np.ptp(position)), 1))
    return Pairs(score, variance, figure, position, np.column_stack(columns))


@dataclass(frozen=True, slots=True, eq=False)
class Influence:
    """The unit whose leaving out moves the slope most.

    Attributes
    ----------
    place
        Which one, of those used.
    without
        The slope without it, freed of sampling error.
    carries
        Whether the interval leaves out 0 only with it, or the slope is less than half without it.
    masks
        Whether the interval leaves out 0 only without it, or the slope is half as much again without it.
    """

    place: int
    without: Slope
    carries: bool
    masks: bool


@dataclass(frozen=True, slots=True, eq=False)
class Beside:
    """One figure beside the scores.

    Attributes
    ----------
    pairs
        The units that are used for it.
    rows
        Which of the units they are; shape (T,).
    plain, freed
        The slope of the figure on the scores as they are, and freed of their sampling error; per 1 of the metric's
        unit. None where nothing can be said.
    reliability
        Part of the variance of scores that is not sampling error, 0 to 1.
    pearson, spearman
        Correlations, of deviations from straight trends where units are periods.
    raw
        Pearson's correlation with the trends in it.
    influence
        The most influential unit.
    both_drift
        Whether the score and the figure both have a trend.
    lags
        Correlations at lags, from `at_lags`; empty where units are no periods.
    """

    pairs: Pairs
    rows: NDArray[np.intp]
    plain: Slope | None
    freed: Slope | None
    reliability: float
    pearson: Correlation
    spearman: Correlation
    raw: float
    influence: Influence | None
    both_drift: bool
    lags: pd.DataFrame

    @property
    def figure(self) -> Figure:
        """The figure, of the units used."""
        return self.pairs.figure

    @property
    def p_value(self) -> float:
        """Two-sided, for no association: from the slope on scores as they are, which sampling error cannot feign."""
        return float("nan") if self.plain is None else self.plain.p_value


def beside(pairs: Pairs, rows: NDArray[np.intp], *, lags: int, confidence_level: float) -> Beside:
    """Estimate how a figure goes with the scores."""
    one, other = pairs.deviations if len(rows) else (pairs.score, pairs.score)
    nan = float("nan")
    if pairs.unsaid:
        none = Correlation(nan, nan, nan, nan)
        empty = at_lags(one, other, pairs.position, lags=(), columns=1, confidence_level=confidence_level)
        return Beside(pairs, rows, None, None, nan, none, none, nan, None, both_drift=False, lags=empty)
    columns = pairs.design.shape[1]
    size = independent_periods(one, other, pairs.position, columns) if pairs.in_time else float(len(one))
    precision = size - 2 - columns
    freed, reliability = pairs.freed()
    most = min(lags, int(np.ptp(pairs.position)) // _PAIRS_A_LAG) if pairs.in_time else -1
    return Beside(
        pairs=pairs,
        rows=rows,
        plain=pairs.plain(),
        freed=freed,
        reliability=reliability,
        pearson=pearson(one, other, precision=precision, confidence_level=confidence_level),
        spearman=spearman(one, other, precision=precision, confidence_level=confidence_level),
        raw=float(np.corrcoef(pairs.score, pairs.figure.value)[0, 1]),
        influence=_most_influential(pairs, freed, confidence_level),
        both_drift=pairs.in_time and _drifts(pairs, pairs.score) and _drifts(pairs, pairs.figure.value),
        lags=at_lags(
            one,
            other,
            pairs.position,
            lags=range(-most, most + 1),
            columns=columns,
            confidence_level=confidence_level,
        ),
    )


def _drifts(pairs: Pairs, values: Floats) -> bool:
    time, rest = pairs.design[:, 1], pairs.design[:, :1]
    found = slope_of(
        values, np.zeros(len(values)), as_seen(time), position=pairs.position, design=rest, carries=pairs.carries
    )
    return found.p_value < TRENDING


def _most_influential(pairs: Pairs, freed: Slope, confidence_level: float) -> Influence | None:
    """Find the unit by least squares, and fit again without it."""
    one, other = pairs.deviations
    square = float(one @ one)
    left = other - float(one @ other) / square * one
    basis = np.linalg.qr(np.column_stack([pairs.design, pairs.score]))[0]
    leverage = np.minimum((basis**2).sum(axis=1), 1 - 1e-9)
    place = int(np.argmax(np.abs(one * left / square / (1 - leverage))))
    rest = pairs.without(place)
    if rest.unsaid:
        return None
    without, _ = rest.freed()
    clear, still = (_leaves_out_zero(found, confidence_level) for found in (freed, without))
    left_of_it = without.estimate / freed.estimate if freed.estimate else 1.0
    return Influence(
        place,
        without,
        carries=clear and (not still or left_of_it < 1 - _SHIFT),
        masks=still and (not clear or left_of_it > 1 + _SHIFT),
    )


def _leaves_out_zero(slope: Slope, confidence_level: float) -> bool:
    low, high = slope.interval(confidence_level)
    return low > 0 or high < 0
