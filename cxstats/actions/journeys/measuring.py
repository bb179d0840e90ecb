"""What each cell measured, with an error that can be trusted where answers are few.

Three equal answers have no variance, and yet say little. So the variance of an answer in a cell is averaged with that
in all cells, which counts as much as thirty answers more.

>>> import pandas as pd
>>> from cxstats.responses.tallies import tally
>>> from cxstats.scores.estimates import score
>>> answers = pd.DataFrame({"ces": [2, 2, 2, *range(1, 8), *range(1, 8)], "step": ["a"] * 3 + ["b"] * 14})
>>> found = measured(score(tally(answers, "ces", scale="ces-2.0", by="step"), "mean"))
>>> found.variance.round(2)
array([1.17, 0.28])
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cxstats.scores.comparing.sides import covariance_of_sides, degrees_of_union
from cxstats.scores.estimates import Scores
from cxstats.scores.precision import divide

Floats = NDArray[np.float64]

POOLED_ANSWERS: Final = 30
"""As many answers does the variance of all cells count for in that of each."""


@dataclass(frozen=True, slots=True, eq=False)
class Measured:
    """The scores of the C cells that have answers.

    Attributes
    ----------
    cells
        Their places among the segments; shape (C,).
    estimate
        Score of each; shape (C,).
    variance
        Its sampling variance; shape (C,).
    usual
        What that would be if answers in it varied as those of all cells do; shape (C,).
    correlation
        Between the scores, where a design makes cells share clusters or strata; shape (C, C). None where cells are
        independent, and where the tally does not hold it.
    share
        Weighted share of all answers; shape (C,).
    apart
        Whether correlations between cells exist and are not known.
    """

    cells: NDArray[np.intp]
    estimate: Floats
    variance: Floats
    usual: Floats
    correlation: Floats | None
    share: Floats
    apart: bool

    @property
    def covariance(self) -> Floats:
        """What `shrink` takes: the variances, or the covariance where cells are not independent."""
        if self.correlation is None:
            return self.variance
        root = np.sqrt(self.variance)
        return self.correlation * root * root[:, None]


def measured(scores: Scores, *, alike: Sequence[str] = (), having: str | None = None) -> Measured:
    """Take the score of each cell with its variance.

    Parameters
    ----------
    scores
        Of a tally by cell.
    alike
        Columns of the cells; those with the same values in them are averaged with each other first, and then with all.
    having
        A column; cells without a value in it are left out.

    Raises
    ------
    ValueError
        If there are no answers.

    References
    ----------
    Smyth (2004), Linear models and empirical Bayes methods for assessing differential expression in microarray
    experiments. Statistical Applications in Genetics and Molecular Biology 3.
    Cochran (1977), Sampling techniques, 3rd edition. Wiley; of subpopulations of few units.
    """
    tally = scores.tally
    present = tally.n > 0
    if not present.any():
        raise ValueError(f"there are no answers to {tally.column!r}")
    if having is not None:
        present &= tally.segments[having].notna().to_numpy(dtype=np.bool_)
    cells = np.flatnonzero(present)
    if not cells.size:
        raise ValueError(
            f"none of the {int(tally.n.sum()):,} answers to {tally.column!r} has a value in column {having!r}"
        )
    totals = tally.totals[cells].sum(axis=1)
    alone = scores.standard_error[cells] ** 2
    # What one answer of an infinite population with equal weights would have: cells then differ in n alone.
    size = divide(totals**2, tally.squares_left[cells])
    degrees = np.minimum(tally.n[cells] - 1.0, tally.degrees_of_freedom[cells])
    spread = alone * size
    clustered = tally.design is not None and tally.design.clusters is not None
    units = degrees + 1 if clustered else tally.n[cells].astype(np.float64)
    spread = spread * divide(units, units - 1) * _taken_already(scores)
    known = np.isfinite(spread) & (degrees > 0)
    own, degrees = np.where(known, spread, 0.0), np.where(known, degrees, 0.0)
    pooled = np.full(len(cells), _pooled(scores, own, degrees))
    if alike:
        group = scores.segments.iloc[cells].groupby(list(alike), dropna=False, sort=False).ngroup().to_numpy()
        size_of, sum_of = (np.bincount(group, weights=one)[group] for one in (degrees, degrees * own))
        pooled = (sum_of + POOLED_ANSWERS * pooled) / (size_of + POOLED_ANSWERS)
    each = (degrees * own + POOLED_ANSWERS * pooled) / (degrees + POOLED_ANSWERS)
    sized = np.isfinite(size)
    variance, usual = (np.where(sized, one / np.where(sized, size, 1.0), 0.0) for one in (each, pooled))
    correlation = _correlation(scores, cells)
    return Measured(
        cells,
        scores.estimate[cells],
        variance,
        usual,
        correlation,
        totals / totals.sum(),
        tally.design is not None and correlation is None,
    )


def _taken_already(scores: Scores) -> float:
    """Return what the whole sample's units less one over its units come to; 1 without a design.

    Under a design errors allow for the number of units of the whole sample, and not for the few in a cell.
    """
    tally = scores.tally
    if tally.design is None or not tally.sums:
        return 1.0
    whole = float(degrees_of_union(tally, np.ones((1, len(tally.n)), dtype=np.bool_))[0])
    return whole / (whole + 1) if 0 < whole < np.inf else 1.0


def _pooled(scores: Scores, spread: Floats, degrees: Floats) -> float:
    """Variance of an answer within cells; that of all answers where no cell has two, or all answer alike."""
    within = float(degrees @ spread / degrees.sum()) if degrees.any() else 0.0
    return within or float(scores.total.precision.variance[0]) or float(np.ptp(scores.metric.values)) ** 2 / 12


def _correlation(scores: Scores, cells: NDArray[np.intp]) -> Floats | None:
    tally = scores.tally
    if tally.design is None or tally.joint is None:
        return None
    found = covariance_of_sides(scores, np.eye(len(tally.n), dtype=np.bool_)[cells])
    root = np.sqrt(np.maximum(np.diagonal(found), 0.0))
    known = root > 0
    found = np.divide(found, root * root[:, None], out=np.zeros_like(found), where=known & known[:, None])
    np.fill_diagonal(found, 1.0)
    return found
