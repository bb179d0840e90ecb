"""Drivers as columns of numbers: which columns are whose, rows that are complete, and drivers that do not vary."""

from collections.abc import Mapping, Sized
from dataclasses import dataclass
from typing import Any, TypeVar, cast

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
_Rows = TypeVar("_Rows", bound=Sized)


@dataclass(frozen=True, slots=True, eq=False)
class DriverColumns:
    """N complete answers of positive weight.

    Attributes
    ----------
    names
        Of the G drivers.
    groups
        The columns of each driver; the other columns are controls.
    columns
        Drivers, controls and, last, the outcome, each less its weighted mean; shape (N, P + 1).
    weights
        Probability weights, 1 on average; shape (N,).
    clusters
        Codes from 0 on, or None; shape (N,).
    missing, weightless
        Rows left out because something is missing, and because their weight is zero.
    notes
        What a reader should know, in sentences.
    """

    names: tuple[str, ...]
    groups: tuple[tuple[int, ...], ...]
    columns: Floats
    weights: Floats
    clusters: NDArray[np.intp] | None
    missing: int
    weightless: int
    notes: tuple[str, ...]

    @property
    def learnable(self) -> bool:
        """Whether there are more answers than varying columns, so that not everything is explained whatever it is."""
        return int(np.count_nonzero(np.any(self.columns[:, :-1], axis=0))) < len(self.columns) - 1

    @property
    def covariance(self) -> Floats:
        """Weighted covariance, outcome last; shape (P + 1, P + 1)."""
        return (self.columns * self.weights[:, None]).T @ self.columns / self.weights.sum()


def driver_columns(
    x: pd.DataFrame | Mapping[str, ArrayLike],
    y: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    controls: pd.DataFrame | Mapping[str, ArrayLike] | None = None,
) -> DriverColumns:
    """Turn a table of drivers into columns of numbers.

    Numbers and yes/no are one column; text and categories are one for each level but the first in the rows used,
    together one driver; an array of shape (N, K) is one driver of K columns.

    Raises
    ------
    ValueError
        If lengths differ, there are no drivers, something is infinite, weights are negative or all zero, fewer than
        three rows are complete, the outcome does not vary, or there is one cluster only.
    """
    outcome = np.asarray(y, dtype=np.float64)
    n = len(outcome)
    sources = [("driver", str(name), _one(name, values, n)) for name, values in x.items()]
    held: pd.DataFrame | Mapping[str, ArrayLike] = pd.DataFrame() if controls is None else controls
    sources += [("control", str(name), _one(name, values, n)) for name, values in held.items()]
    weight = np.ones(n) if weights is None else np.asarray(weights, dtype=np.float64)
    owners = None if clusters is None else pd.Series(np.asarray(clusters))
    present = ~np.isnan(outcome) & ~np.isnan(_of_length(weight, "weights", n))
    for _, _, table in sources:
        present &= table.notna().all(axis=1).to_numpy()
    if owners is not None:
        present &= _of_length(owners, "clusters", n).notna().to_numpy()
    if (weight < 0).any() or not (weight > 0).any():
        raise ValueError("weights must not be negative, and some must be positive")
    used = present & (weight > 0)
    if used.sum() < 3:
        raise ValueError(f"at least 3 complete rows are needed; got {int(used.sum())} of {n:,}")
    return _made(sources, (outcome, weight, owners), used, (int(n - present.sum()), int((present & ~used).sum())))


def _made(
    sources: list[tuple[str, str, pd.DataFrame]],
    others: tuple[Floats, Floats, pd.Series | None],
    used: NDArray[np.bool_],
    left_out: tuple[int, int],
) -> DriverColumns:
    outcome, weight, owners = others[0][used], others[1][used], others[2]
    if np.ptp(outcome) == 0:
        raise ValueError("the outcome must vary; all answers are equal")
    weight = weight / weight.mean()
    parts = [(kind, name, _numbers(table[used])) for kind, name, table in sources]
    drivers = [(name, part) for kind, name, part in parts if kind == "driver"]
    if not drivers:
        raise ValueError("at least one driver is needed; got none")
    columns = np.hstack([*(part for _, part in drivers), *(part for kind, _, part in parts if kind == "control")])
    ends = np.cumsum([part.shape[1] for _, part in drivers])
    groups = tuple(
        tuple(range(end - part.shape[1], end)) for end, (_, part) in zip(ends.tolist(), drivers, strict=True)
    )
    notes = [
        f"{name} does not vary and can explain nothing." for name, part in drivers if not np.ptp(part, axis=0).any()
    ]
    varying = int(np.count_nonzero(np.ptp(columns, axis=0)))
    if varying >= len(outcome) - 1:
        notes.append(
            f"{varying:,} columns fit {len(outcome):,} answers whatever they say: nothing can be learnt from this."
        )
    codes = None if owners is None else _codes(owners[used])
    centred = np.column_stack([columns, outcome])
    flat = np.ptp(centred, axis=0) == 0
    centred = np.where(flat, 0.0, centred - np.average(centred, axis=0, weights=weight))
    names = tuple(name for name, _ in drivers)
    return DriverColumns(names, groups, centred, weight, codes, *left_out, tuple(notes))


def _one(name: Any, values: Any, n: int) -> pd.DataFrame:
    """One driver as a table of its columns."""
    table = pd.DataFrame(cast("Any", values) if isinstance(values, pd.Series) else np.asarray(values))
    table = table.reset_index(drop=True)
    return _of_length(table, str(name), n)


def _of_length(values: _Rows, name: str, n: int) -> _Rows:
    if len(values) != n:
        raise ValueError(f"{name} must have one row for each of the {n:,} outcomes; got {len(values):,}")
    return values


def _numbers(table: pd.DataFrame) -> Floats:
    """Numbers as they are; levels as one column for each but the first."""
    if all(pd.api.types.is_numeric_dtype(kind) for kind in table.dtypes):
        numbers = table.to_numpy(dtype=np.float64)
        if not np.isfinite(numbers).all():
            raise ValueError(f"drivers must be finite; {int((~np.isfinite(numbers)).sum()):,} values are not")
        return numbers
    codes, levels = pd.factorize(table.iloc[:, 0], sort=False)
    if len(levels) < 2:
        return np.zeros((len(table), 1))
    return (codes[:, None] == np.arange(1, len(levels))).astype(np.float64)


def _codes(owners: pd.Series) -> NDArray[np.intp]:
    codes, names = pd.factorize(owners)
    if len(names) < 2:
        raise ValueError("clusters must be at least two; got one")
    return codes.astype(np.intp)
