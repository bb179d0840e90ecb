"""Checked columns: outcome, driver, controls, weights and clusters of the same answers."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """N answers, all finite, of positive weight.

    Attributes
    ----------
    y, x, weights
        Shape (N,); the weights add up to N.
    controls
        Shape (N, C); C may be 0.
    clusters
        Numbers 0 .. K - 1, or None; shape (N,).
    """

    y: Floats
    x: Floats
    controls: Floats
    weights: Floats
    clusters: Integers | None


def columns_of(
    y: ArrayLike,
    x: ArrayLike,
    *,
    controls: ArrayLike | None,
    weights: ArrayLike | None,
    clusters: ArrayLike | None,
) -> Columns:
    """Check the columns and leave out rows of weight zero.

    Raises
    ------
    ValueError
        If shapes differ, something is missing or infinite, a weight is negative, all are zero, or there is only one
        cluster.
    """
    outcome, driver = np.asarray(y, dtype=np.float64), np.asarray(x, dtype=np.float64)
    n = outcome.size
    held = np.zeros((n, 0)) if controls is None else np.asarray(controls, dtype=np.float64)
    held = held[:, None] if held.ndim == 1 else held
    weight = np.ones(n) if weights is None else np.asarray(weights, dtype=np.float64)
    named = {"y": outcome, "x": driver, "weights": weight}
    for name, column in named.items():
        if column.shape != (n,):
            raise ValueError(f"{name} must be one column of the {n:,} answers of y; got shape {column.shape}")
    if held.ndim != 2 or len(held) != n:
        raise ValueError(f"controls must have shape ({n}, C); got {held.shape}")
    for name, column in {**named, "controls": held}.items():
        if not np.isfinite(column).all():
            raise ValueError(f"{name} must be finite; {int((~np.isfinite(column)).sum()):,} values are not")
    if (weight < 0).any() or not weight.any():
        raise ValueError("weights must not be negative, and some must be positive")
    kept = weight > 0
    numbers = None if clusters is None else _numbered(np.asarray(clusters), kept)
    weight = weight[kept] / weight[kept].mean()
    return Columns(outcome[kept], driver[kept], held[kept], weight, numbers)


def _numbered(clusters: NDArray[np.generic], kept: NDArray[np.bool_]) -> Integers:
    if clusters.shape != kept.shape:
        raise ValueError(f"clusters must be one column of the {kept.size:,} answers of y; got shape {clusters.shape}")
    names, numbers = np.unique(clusters[kept], return_inverse=True)
    if len(names) < 2:
        raise ValueError("clusters must be at least two; got one")
    return numbers.astype(np.int64)
