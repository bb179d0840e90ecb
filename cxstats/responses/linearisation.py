"""The covariance of weighted totals under a survey design, from sums that an engine made.

Within each stratum the clusters count as a sample drawn with replacement (the ultimate-cluster rule), and a segment is
a domain: a cluster without answers from the segment counts with a total of zero. Strata number their own clusters, so
cluster 7 of one stratum is another than cluster 7 of the next.

References
----------
Binder (1983), On the variances of asymptotically normal estimators from complex surveys. International Statistical
Review 51. Lumley (2004), Analysis of complex survey samples. Journal of Statistical Software 9(8), for domains.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.engines import (
    ANSWER,
    PRESENT,
    SAMPLED,
    SQUARES,
    STRATUM,
    TOTAL,
    WEIGHED,
    DesignCounts,
    same_type,
)
from cxstats.responses.weights import Design

Floats = NDArray[np.float64]
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True)
class DomainSums:
    """Sums over clusters for D pairs of segment and stratum, on a scale of K points.

    Attributes
    ----------
    segment, stratum
        Which segment and which stratum each row is of; shape (D,).
    totals
        Weighted total at each point; shape (D, K).
    products
        Sum over clusters of the outer product of a cluster's totals with themselves; shape (D, K, K).
    clusters
        Number of clusters in which the segment occurs; shape (D,).
    stratum_sizes
        Number of clusters of each stratum in the whole sample.
    """

    segment: NDArray[np.intp]
    stratum: NDArray[np.intp]
    totals: Floats
    products: Floats
    clusters: Floats
    stratum_sizes: Floats

    def covariance(self, segments: int) -> Floats:
        """Covariance of the weighted totals of each segment; shape (segments, K, K)."""
        size = self.stratum_sizes[self.stratum][:, None, None]
        outer = self.totals[:, :, None] * self.totals[:, None, :]
        found = np.zeros((segments, *self.products.shape[1:]))
        np.add.at(found, self.segment, size / (size - 1) * (self.products - outer / size))
        return found

    def degrees_of_freedom(self, segments: int) -> Floats:
        """Clusters less strata in which the segment occurs with a weight, as R's ``degf(subset(design, ...))``."""
        found = np.zeros(segments)
        np.add.at(found, self.segment, self.clusters - (self.clusters > 0))
        return found


def domain_sums(
    counted: DesignCounts,
    cells: pd.DataFrame,
    position: Places,
    sizes: "pd.Series[float]",
    *,
    by: Sequence[str],
    points: int,
    design: Design,
) -> DomainSums:
    """Gather the sums over clusters of every segment and stratum.

    Parameters
    ----------
    counted
        The engine's side.
    cells
        Its cells.
    position
        Position of each cell's answer among the points, -1 for none.
    sizes
        Clusters of each stratum in the whole sample, as `stratum_sizes` gives them.
    by
        The columns that make the segments; none for all rows as one.
    points
        Number of points, K.
    design
        Says whether there are clusters; without them each row is its own.
    """
    _, segment = number_rows(cells[list(by)])
    stratum = sizes.index.get_indexer(pd.Index(cells[STRATUM]))
    # A stratum without any weight is no part of the sample.
    inside = stratum >= 0
    cells, position = cells[inside], position[inside]
    pairs, row = np.unique(segment[inside] * len(sizes) + stratum[inside], return_inverse=True)
    used = position >= 0
    totals, products, clusters = (
        np.zeros((len(pairs), points)),
        np.zeros((len(pairs), points, points)),
        np.zeros(len(pairs)),
    )
    np.add.at(totals, (row[used], position[used]), cells[TOTAL].to_numpy(dtype=np.float64)[used])
    if design.clusters is None:
        squares = cells[SQUARES].to_numpy(dtype=np.float64)[used]
        np.add.at(products, (row[used], position[used], position[used]), squares)
        np.add.at(clusters, row, cells[WEIGHED].to_numpy(dtype=np.float64))
    else:
        meaning = [cells[ANSWER][position == k].drop_duplicates().tolist() for k in range(points)]
        summed = counted.cluster_products(meaning, by_segment=bool(by))
        summed = summed[summed[STRATUM].isin(sizes.index)]
        place = _same_rows(cells[[*by, STRATUM]], row, summed[[*by, STRATUM]])
        np.add.at(clusters, place, summed[PRESENT].to_numpy(dtype=np.float64))
        for name in summed.columns.drop([*by, STRATUM, PRESENT]):
            j, k = map(int, name.removeprefix("__").split("_"))
            products[place, j, k] = products[place, k, j] = summed[name].to_numpy(dtype=np.float64)
    size_of = sizes.to_numpy().astype(np.float64)
    return DomainSums(pairs // len(sizes), pairs % len(sizes), totals, products, clusters, size_of)


def stratum_sizes(cells: pd.DataFrame) -> "pd.Series[float]":
    """Count the rows of each stratum that have a weight: its clusters where every row is one."""
    sizes = cells.groupby(STRATUM)[SAMPLED].sum().astype(float)
    return sizes[sizes > 0]


def number_rows(keys: pd.DataFrame) -> tuple[pd.DataFrame, Places]:
    """Return the distinct rows of `keys` in ascending order, missing values last, and which of them each row is."""
    if not len(keys.columns):
        return pd.DataFrame(index=range(1)), np.zeros(len(keys), dtype=np.intp)
    number = np.zeros(len(keys), dtype=np.intp)
    first = number
    for name in keys.columns:
        codes, values = pd.factorize(keys[name], sort=True)
        codes = np.where(codes < 0, len(values), codes)
        # Numbered afresh after each column, so that many columns cannot overflow.
        _, first, number = np.unique(number * (len(values) + 1) + codes, return_index=True, return_inverse=True)
    distinct = keys.iloc[first].reset_index(drop=True)
    for name in distinct.columns:
        if distinct[name].dtype == "object":
            distinct[name] = same_type(distinct[name].tolist())
    return distinct, number


def _same_rows(keys: pd.DataFrame, numbers: Places, others: pd.DataFrame) -> Places:
    """Return the number that each row of `others` has among `keys`."""
    _, codes = number_rows(pd.concat([keys, others], ignore_index=True))
    number_of = np.zeros(codes.max(initial=-1) + 1, dtype=np.intp)
    number_of[codes[: len(keys)]] = numbers
    return number_of[codes[len(keys) :]]


def require_two_clusters(stratum_sizes: "pd.Series[float]", design: Design) -> None:
    """Refuse a stratum with a single cluster: its variance cannot be estimated.

    Raises
    ------
    ValueError
        Names the lonely strata.
    """
    lonely = stratum_sizes.index[stratum_sizes.to_numpy() == 1].tolist()
    if not lonely:
        return
    unit = f"cluster (column {design.clusters!r})" if design.clusters else "row"
    if design.strata is None:
        raise ValueError(f"a design needs two or more {unit}s; the data have one")
    names = ", ".join(map(repr, lonely[:5])) + (", ..." if len(lonely) > 5 else "")
    raise ValueError(
        f"every stratum of column {design.strata!r} needs two or more {unit}s, so that its variance can be estimated; "
        f"one only in: {names}. Merge it with a stratum like it"
    )
