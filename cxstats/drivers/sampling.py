"""Which rows were sampled together: clusters within strata, and the covariance of sums over the rows.

>>> rows = np.array([[1.0], [-1.0], [2.0], [-2.0]])
>>> sampling_units(4, clusters=["a", "b", "a", "b"]).covariance(rows)
array([[36.]])
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cxstats.responses.weights import Design

Floats = NDArray[np.float64]
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class SamplingUnits:
    """Which of the C clusters each of N rows is in, and which of the H strata each cluster.

    Attributes
    ----------
    cluster
        Number of each row's cluster, -1 for rows that do not count; shape (N,).
    stratum
        Number of each cluster's stratum; shape (C,).
    sizes
        Clusters of each stratum in the whole sample: those without any of these rows count with a sum of zero;
        shape (H,).
    """

    cluster: Places
    stratum: Places
    sizes: Floats

    @property
    def degrees_of_freedom(self) -> float:
        """Clusters less strata among these rows, as R's ``survey::degf``."""
        return float(len(self.stratum) - len(np.unique(self.stratum)))

    def sums(self, contributions: Floats) -> Floats:
        """Add up the rows of each cluster: from shape (N, Q) to (C, Q)."""
        counts = self.cluster >= 0
        place, kept = (self.cluster, contributions) if counts.all() else (self.cluster[counts], contributions[counts])
        columns = [np.bincount(place, weights=column, minlength=len(self.stratum)) for column in kept.T]
        return np.stack(columns, axis=1, dtype=np.float64)

    def covariance(self, contributions: Floats) -> Floats:
        """Covariance of the sum over all rows of contributions of shape (N, Q), by strata; shape (Q, Q).

        Clusters count as drawn with replacement within strata (ultimate clusters), with the factor m / (m - 1) for m
        clusters of a stratum, as R's ``survey::svyrecvar``.
        """
        sums = self.sums(contributions)
        width = sums.shape[1]
        totals = np.stack([np.bincount(self.stratum, column, minlength=len(self.sizes)) for column in sums.T], axis=1)
        factor = self.sizes / (self.sizes - 1)
        around = (sums * factor[self.stratum, None]).T @ sums - (totals * (factor / self.sizes)[:, None]).T @ totals
        return around.reshape(width, width)


def sampling_units(
    n: int,
    *,
    weights: Floats | None = None,
    clusters: ArrayLike | None = None,
    strata: ArrayLike | None = None,
    stratum_sizes: ArrayLike | None = None,
) -> SamplingUnits:
    """Give the clusters of n rows numbers within their strata.

    Parameters
    ----------
    n
        Number of rows.
    weights
        Rows of weight zero do not count.
    clusters
        Cluster of each row; without it each row is its own. Strata number their own clusters.
    strata
        Stratum of each row; without it there is one.
    stratum_sizes
        Clusters of each stratum in the whole sample, where these rows are a part of it; strata are then numbers from
        0 to H - 1. Counted unless given.

    Raises
    ------
    ValueError
        If clusters or strata are not one a row, some are missing, or a stratum has one cluster only.
    """
    counts = np.ones(n, dtype=np.bool_) if weights is None else weights > 0
    of_row = _numbered(strata, n, "strata") if strata is not None else np.zeros(n, dtype=np.intp)
    within = _numbered(clusters, n, "clusters") if clusters is not None else np.arange(n)
    if stratum_sizes is not None and strata is not None:
        of_row = np.asarray(strata, dtype=np.intp)
    pairs = of_row[counts] * (int(within.max(initial=0)) + 1) + within[counts]
    number, distinct = pd.factorize(pairs)
    cluster = np.full(n, -1, dtype=np.intp)
    cluster[counts] = number
    stratum = (np.asarray(distinct) // (int(within.max(initial=0)) + 1)).astype(np.intp)
    sizes = np.bincount(stratum) if stratum_sizes is None else np.asarray(stratum_sizes)
    lonely = np.flatnonzero(sizes[np.unique(stratum)] < 2)
    if len(lonely):
        what = "every stratum" if strata is not None else "the sample"
        raise ValueError(f"{what} needs two or more clusters to estimate a variance from; {len(lonely)} have one only")
    return SamplingUnits(cluster, stratum, np.maximum(sizes, 2).astype(np.float64))


def require_known_design(design: Design | None) -> None:
    """Refuse the parts of a design that driver models do not take into account, rather than leave them out.

    Raises
    ------
    ValueError
        Names the part, and what to do.
    """
    if design is None:
        return
    given = {
        "population_size": design.population_size is not None,
        "margins": bool(design.margins),
        "lonely": design.lonely != "refuse",
    }
    named = [part for part, present in given.items() if present]
    if named:
        raise ValueError(
            f"driver models take weights, strata and clusters into account, and not {' and '.join(named)}; leave "
            f"{'it' if len(named) == 1 else 'them'} out (intervals are then on the wide side) or merge lonely strata"
        )


def _numbered(values: ArrayLike, n: int, what: str) -> Places:
    found = np.asarray(values)
    if len(found) != n:
        raise ValueError(f"{what} must be one for each of the {n:,} rows; got {len(found):,}")
    codes = np.asarray(pd.factorize(found)[0], dtype=np.intp)
    if (codes < 0).any():
        raise ValueError(f"{what} must not be missing; {int((codes < 0).sum()):,} of {n:,} rows have none")
    return codes
