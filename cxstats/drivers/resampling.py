"""Covariance matrices of resampled customers: rows or whole clusters are drawn with their sums of products.

A covariance is a function of sums over customers, so that a resample is a vector of counts times a table of sums, and
a thousand of them one matrix product.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.intp]

MOST_UNITS: Final = 5_000
MOST_LEFT_OUT: Final = 1_000
_ROWS_AT_ONCE: Final = 50_000
_RESAMPLES_AT_ONCE: Final = 250


@dataclass(frozen=True, slots=True, eq=False)
class Units:
    """What is drawn whole: rows, clusters, or equal random groups of them where there are more than 5,000.

    Drawing random groups whole has the same variance as drawing their members, at a cost that does not grow with them.

    Attributes
    ----------
    codes
        Unit of each row; shape (N,).
    sums
        Sum of the weights, of the weighted columns and of their weighted products (upper triangle); shape (U, ...).
    columns
        Number of columns Q.
    """

    codes: Codes
    sums: Floats
    columns: int

    @property
    def count(self) -> int:
        """Number of units."""
        return len(self.sums)

    def covariances(self, counts: Floats) -> Floats:
        """Covariance of the columns when each unit counts so often; (R, U) gives (R, Q, Q)."""
        return _covariances(counts @ self.sums, self.columns)

    def resampled(self, n_resamples: int, rng: Generator) -> Iterator[Floats]:
        """Covariances of units drawn with replacement, some hundred at once."""
        for start in range(0, n_resamples, _RESAMPLES_AT_ONCE):
            size = min(_RESAMPLES_AT_ONCE, n_resamples - start)
            drawn = rng.integers(self.count, size=(size, self.count)) + self.count * np.arange(size)[:, None]
            counts = np.bincount(drawn.ravel(), minlength=size * self.count).reshape(size, self.count)
            yield self.covariances(counts.astype(np.float64))

    def each_left_out(self, rng: Generator) -> Floats:
        """Covariances without each unit, or without each of 1,000 random groups of units; shape (U or 1000, Q, Q)."""
        parts = self.sums
        if self.count > MOST_LEFT_OUT:
            parts = _summed(parts, _at_random(self.count, MOST_LEFT_OUT, rng), MOST_LEFT_OUT)
        return _covariances(parts.sum(axis=0) - parts, self.columns)


def units_of(columns: Floats, weights: Floats, clusters: Codes | None, rng: Generator) -> Units:
    """Gather the sums of what is drawn whole.

    Parameters
    ----------
    columns
        Centred at their weighted means, for the sake of digits; shape (N, Q).
    weights
        Probability weights; shape (N,).
    clusters
        Codes from 0 on, or None for rows; shape (N,).
    rng
        Puts rows or clusters into groups where there are more than 5,000.
    """
    n, width = columns.shape
    codes: Codes = np.arange(n, dtype=np.intp) if clusters is None else clusters
    count = int(codes.max()) + 1
    if count > MOST_UNITS:
        codes, count = _at_random(count, MOST_UNITS, rng)[codes], MOST_UNITS
    upper = np.triu_indices(width)
    sums = np.zeros((count, 1 + width + len(upper[0])))
    for start in range(0, n, _ROWS_AT_ONCE):
        part, weight = columns[start : start + _ROWS_AT_ONCE], weights[start : start + _ROWS_AT_ONCE, None]
        terms = np.hstack([np.ones_like(weight), part, part[:, upper[0]] * part[:, upper[1]]]) * weight
        sums += _summed(terms, codes[start : start + _ROWS_AT_ONCE], count)
    return Units(codes, sums, width)


def jackknife_error(left_out: Floats) -> Floats:
    """Jackknife standard error from estimates without each of K units; (K, G) gives (G,)."""
    return np.sqrt((len(left_out) - 1) * left_out.var(axis=0))


def _covariances(sums: Floats, width: int) -> Floats:
    moments = sums[:, 1:] / sums[:, :1]
    mean, upper = moments[:, :width], np.triu_indices(width)
    products = np.empty((len(sums), width, width))
    products[:, upper[0], upper[1]] = products[:, upper[1], upper[0]] = moments[:, width:]
    return products - mean[:, :, None] * mean[:, None, :]


def _at_random(count: int, groups: int, rng: Generator) -> Codes:
    """Put things into groups of equal size (to one); shape (count,)."""
    return rng.permutation(count) % groups


def _summed(terms: Floats, codes: Codes, count: int) -> Floats:
    """Sum rows by code; (N, D) gives (count, D)."""
    order = np.argsort(codes, kind="stable")
    ordered = codes[order]
    starts = np.flatnonzero(np.r_[True, ordered[1:] != ordered[:-1]])
    found = np.zeros((count, terms.shape[1]))
    found[ordered[starts]] = np.add.reduceat(terms[order], starts, axis=0)
    return found
