"""Numbers in place of keys, so that sums over cells are sums over arrays."""

from collections.abc import Sequence
from typing import Any, Final, TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.column_types import same_type

Places = NDArray[np.intp]
Number = TypeVar("Number", np.int64, np.float64)


_SPARSE: Final = 16
_MOST_NUMBERS: Final = 2**62


def distinct_numbers(numbers: Places, bound: int) -> tuple[Places, Places]:
    """Return the distinct numbers of 0 to `bound` - 1, ascending, and which of them each one is: quick np.unique."""
    if bound > _SPARSE * len(numbers) + 1_000_000:
        return np.unique(numbers, return_inverse=True)
    occurs = np.zeros(bound, dtype=np.bool_)
    occurs[numbers] = True
    return np.flatnonzero(occurs), (np.cumsum(occurs) - 1)[numbers]


def number_groups(columns: Sequence["pd.Series[Any]"]) -> tuple[Places, Places]:
    """Return a row of each distinct combination of values, and which combination each row is; in no order.

    Missing values are alike. At least one column.
    """
    number, bound = np.zeros(len(columns[0]), dtype=np.intp), 1
    for column in columns:
        codes, values = pd.factorize(column, use_na_sentinel=False)
        if bound * len(values) > _MOST_NUMBERS:
            distinct, number = distinct_numbers(number, bound)
            bound = len(distinct)
        number, bound = number * len(values) + codes, bound * len(values)
    distinct, number = distinct_numbers(number, bound)
    row = np.empty(len(distinct), dtype=np.intp)
    row[number] = np.arange(len(number))
    return row, number


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
        bound = (int(number.max(initial=0)) + 1) * (len(values) + 1)
        found, number = distinct_numbers(number * (len(values) + 1) + codes, bound)
        first = np.empty(len(found), dtype=np.intp)
        first[number[::-1]] = np.arange(len(number))[::-1]
    distinct = keys.iloc[first].reset_index(drop=True)
    for name in distinct.columns:
        if distinct[name].dtype == "object":
            distinct[name] = same_type(distinct[name].tolist())
    return distinct, number


def same_rows(keys: pd.DataFrame, numbers: Places, others: pd.DataFrame) -> Places:
    """Return the number that each row of `others` has among `keys`."""
    _, codes = number_rows(pd.concat([keys, others], ignore_index=True))
    number_of = np.zeros(codes.max(initial=-1) + 1, dtype=np.intp)
    number_of[codes[: len(keys)]] = numbers
    return number_of[codes[len(keys) :]]


def added_at(
    values: NDArray[Number], at: tuple[NDArray[np.intp], ...], shape: tuple[int, ...], *, only: NDArray[np.bool_]
) -> NDArray[Number]:
    """Add up the values that fall on each place of a table of this shape."""
    found = np.zeros(shape, dtype=values.dtype)
    np.add.at(found, tuple(a[only] for a in at), values[only])
    return found
