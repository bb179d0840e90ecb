"""Figures of the business, one a unit: amounts, or rates with their own sampling error.

>>> table = pd.DataFrame({"week": [1, 2], "repeats": [30, 25], "contacts": [1_000, 500]})
>>> rate = figure_of(table, "repeat calls", ("repeats", "contacts"))
>>> rate.label, rate.value.tolist(), (1e6 * rate.variance).round(1).tolist()
('repeat calls per 100 contacts', [0.03, 0.05], [35.3, 70.6])
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.names import unknown_name

Floats = NDArray[np.float64]
Columns = str | tuple[str, str]
Values = Mapping[str, Columns] | Sequence[str]


@dataclass(frozen=True, slots=True, eq=False)
class Figure:
    """One KPI in R rows of a table.

    Attributes
    ----------
    name
        As people call it.
    denominator
        The column that it is divided by; empty for an amount.
    value
        Amount or rate; NaN where there is none; shape (R,).
    variance
        Sampling variance of a rate of events; 0 of any other figure; shape (R,).
    reasons
        Why a row has no value; empty where it has one; R of them.
    hundred
        By what people want to read it multiplied: 100 for rates of events, else 1.
    is_total
        Whether it is a count without a denominator, which is larger where there are more customers.
    """

    name: str
    denominator: str
    value: Floats
    variance: Floats
    reasons: tuple[str, ...]
    hundred: int
    is_total: bool

    @property
    def label(self) -> str:
        """Name with the denominator: ``"repeat calls per 100 contacts"``."""
        if not self.denominator:
            return self.name
        return f"{self.name} {'per 100' if self.hundred == 100 else '/'} {self.denominator}"

    def at(self, rows: NDArray[np.intp]) -> "Figure":
        """Return some of the rows."""
        reasons = tuple(self.reasons[int(k)] for k in rows)
        return replace(self, value=self.value[rows], variance=self.variance[rows], reasons=reasons)


def figures_of(table: pd.DataFrame, values: Values) -> tuple[Figure, ...]:
    """Read the figures that are named.

    Parameters
    ----------
    table
        One row a unit.
    values
        Column of each by the name that people call it, or column and denominator; or columns alone.

    Raises
    ------
    ValueError
        If none is named or there is no such column.
    TypeError
        If a column holds no numbers.
    """
    named = dict(values) if isinstance(values, Mapping) else {name: name for name in _listed(values)}
    if not named:
        raise ValueError("name at least one KPI with values=; got none")
    return tuple(figure_of(table, name, columns) for name, columns in named.items())


def _listed(values: Sequence[str]) -> Sequence[str]:
    return (values,) if isinstance(values, str) else values


def figure_of(table: pd.DataFrame, name: str, columns: Columns) -> Figure:
    """Read one figure; `figures_of` says from what."""
    above, below = (columns, "") if isinstance(columns, str) else columns
    amount = _numbers(table, above)
    if not below:
        whole = bool(np.all(_is_whole(amount))) and float(np.nanmax(amount, initial=0.0)) > 1
        return Figure(name, "", amount, np.zeros(len(amount)), _reasons(amount, None), 1, whole)
    base = _numbers(table, below)
    reasons = _reasons(amount, base)
    used = np.array([not reason for reason in reasons], dtype=np.bool_)
    rate = np.divide(amount, base, out=np.full(len(amount), np.nan), where=used)
    events = bool(np.all(_is_whole(amount[used]))) and bool(np.all(amount[used] <= base[used]))
    variance = np.zeros(len(amount))
    if events and used.any():
        common = float(amount[used].sum() / base[used].sum())
        variance[used] = common * (1 - common) / base[used]
    return Figure(name, below, rate, variance, reasons, 100 if events else 1, is_total=False)


def _numbers(table: pd.DataFrame, column: str) -> Floats:
    if column not in table:
        raise ValueError(unknown_name("column of KPIs", column, table.columns))
    if not pd.api.types.is_numeric_dtype(table[column]) or pd.api.types.is_bool_dtype(table[column]):
        raise TypeError(f"column {column!r} must hold numbers; it holds {table[column].dtype}")
    found = table[column].to_numpy(dtype=np.float64, na_value=np.nan)
    return np.where(np.isfinite(found), found, np.nan)


def _is_whole(amount: Floats) -> NDArray[np.bool_]:
    return np.isnan(amount) | ((amount >= 0) & (amount == np.round(amount)))


def _reasons(amount: Floats, base: Floats | None) -> tuple[str, ...]:
    def reason(k: int) -> str:
        if np.isnan(amount[k]):
            return "no number"
        if base is None or base[k] > 0:
            return ""
        return "no denominator" if np.isnan(base[k]) else "its denominator is not above 0"

    return tuple(reason(k) for k in range(len(amount)))
