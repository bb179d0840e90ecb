"""Correlations of two columns of units, their intervals, and the same at a lag where the units are periods.

Neighbouring periods that are alike say less than as many independent ones: the number of periods is lessened by what
their deviations carry over. All is said of deviations from a design: the mean, or a straight trend.

>>> one, other = np.array([1.0, 2, 3, 4, 5, 6]), np.array([2.0, 1, 4, 3, 6, 5])
>>> found = pearson(one, other, precision=3.0)
>>> round(found.estimate, 3), round(found.low, 3), round(found.high, 3)
(0.829, 0.052, 0.981)
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from cxstats.scores.multiplicity import adjusted_p_values
from cxstats.scores.samples import upper_tail

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

FEWEST: Final = 4.0
_MOST_CARRY: Final = 0.97
_EXACT: Final = 1e-12


@dataclass(frozen=True, slots=True)
class Correlation:
    """A correlation of units.

    Attributes
    ----------
    estimate
        -1 to 1; NaN where one of the two does not vary.
    low, high
        Limits; NaN where as good as fewer than four units are independent.
    p_value
        Two-sided, for no correlation.
    """

    estimate: float
    low: float
    high: float
    p_value: float


def deviations(values: Floats, design: Floats) -> Floats:
    """Return what least squares on the design leaves; shape (T,)."""
    basis = np.linalg.qr(design)[0]
    return values - basis @ (basis.T @ values)


def carry_of(left: Floats, position: Integers, columns: int) -> float:
    """Correlation of neighbouring deviations, 0 to .97, less what fitting so many columns took off it.

    References
    ----------
    Marriott and Pope (1954), Bias in the estimation of autocorrelations. Biometrika 41.
    """
    size = len(left)
    whole = float(left @ left)
    first, second = _pairs(position, 1)
    if size <= FEWEST or not whole > 0 or not len(first):
        return 0.0
    seen = float(left[first] @ left[second]) / whole * (size - 1) / len(first)
    return min(max((seen * size + columns) / (size - 3), 0.0), _MOST_CARRY)


def independent_periods(one: Floats, other: Floats, position: Integers, columns: int) -> float:
    """Count the independent periods that would say as much about two autoregressions' correlation.

    References
    ----------
    Bartlett (1935), Some aspects of the time-correlation problem in regard to tests of significance. JRSS 98.
    """
    together = carry_of(one, position, columns) * carry_of(other, position, columns)
    return len(one) * (1 - together) / (1 + together)


def pearson(one: Floats, other: Floats, *, precision: float, confidence_level: float = 0.95) -> Correlation:
    """Pearson's correlation of deviations, with Fisher's interval.

    Parameters
    ----------
    one, other
        Shape (T,).
    precision
        One over the variance on Fisher's scale: independent units less 2 less the columns that they deviate from.
    confidence_level
        Between 0 and 1.

    References
    ----------
    Fisher (1921), On the probable error of a coefficient of correlation deduced from a small sample. Metron 1.
    """
    estimate = _coefficient(one, other)
    return _on_fishers_scale(estimate, 1.0, precision, confidence_level)


def spearman(one: Floats, other: Floats, *, precision: float, confidence_level: float = 0.95) -> Correlation:
    """Spearman's rank correlation of deviations; see `pearson`.

    References
    ----------
    Bonett and Wright (2000), Sample size requirements for estimating Pearson, Kendall and Spearman correlations.
    Psychometrika 65, for the standard error on Fisher's scale.
    """
    ranks = [np.asarray(pd.Series(values).rank(), dtype=np.float64) for values in (one, other)]
    estimate = _coefficient(ranks[0], ranks[1])
    return _on_fishers_scale(estimate, 1 + estimate**2 / 2, precision, confidence_level)


def _coefficient(one: Floats, other: Floats) -> float:
    a, b = one - one.mean(), other - other.mean()
    varies = all(np.ptp(values) > _EXACT * np.abs(values).max() for values in (one, other))
    size = math.sqrt(float(a @ a) * float(b @ b))
    return float(np.clip(float(a @ b) / size, -1, 1)) if varies and size > 0 else math.nan


def _on_fishers_scale(estimate: float, more: float, precision: float, confidence_level: float) -> Correlation:
    if not (abs(estimate) < 1 and precision > 0):
        return Correlation(estimate, math.nan, math.nan, math.nan)
    centre, error = math.atanh(estimate), math.sqrt(more / precision)
    half = float(scipy.special.ndtri(upper_tail(confidence_level))) * error
    p_value = float(2 * scipy.special.ndtr(-abs(centre) / math.sqrt(1 / precision)))
    return Correlation(estimate, math.tanh(centre - half), math.tanh(centre + half), p_value)


def at_lags(
    score: Floats, figure: Floats, position: Integers, *, lags: Sequence[int], columns: int, confidence_level: float
) -> pd.DataFrame:
    """Correlate deviations of a score with those of a figure so many periods later.

    Returns
    -------
    DataFrame
        Columns ``lag`` (above 0: the figure later than the score), ``n`` (pairs of periods), ``correlation``, ``low``,
        ``high``, ``p_value``, ``adjusted_p_value`` (by Holm's method, over the lags).
    """
    share = independent_periods(score, figure, position, columns) / len(score)
    rows: list[dict[str, float]] = []
    for lag in lags:
        first, second = _pairs(position, lag)
        found = Correlation(math.nan, math.nan, math.nan, math.nan)
        if len(first) >= FEWEST:
            precision = share * len(first) - 2 - columns
            found = pearson(score[first], figure[second], precision=precision, confidence_level=confidence_level)
        figures = {"correlation": found.estimate, "low": found.low, "high": found.high, "p_value": found.p_value}
        rows.append({"lag": lag, "n": len(first), **figures})
    table = pd.DataFrame(rows, columns=["lag", "n", "correlation", "low", "high", "p_value"])
    return table.assign(adjusted_p_value=adjusted_p_values(table["p_value"], "holm"))


def _pairs(position: Integers, lag: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Places of periods and of those that come so many periods later."""
    _, first, second = np.intersect1d(position + lag, position, return_indices=True)
    return first, second
