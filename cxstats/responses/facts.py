"""Facts: what is taken from the events of an answer, and how several events become one value."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal, cast, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.names import unknown_name

How = Literal["last", "first", "sum", "mean", "min", "max", "count"]
Facts = str | Iterable[str] | Mapping[str, How | tuple[str, How]]
Places = NDArray[np.int64]
Floats = NDArray[np.float64]

_WITH_GAPS: Final[Mapping[str, str]] = {"i": "Int64", "u": "UInt64", "b": "boolean"}
_IN_WORDS: Final[Mapping[str, str]] = {
    "last": "{} of the latest event",
    "first": "{} of the first event",
    "sum": "sum of {} over the events",
    "mean": "mean of {} over the events",
    "min": "lowest {} of the events",
    "max": "highest {} of the events",
    "count": "number of events with a value of {}",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """One new column.

    Attributes
    ----------
    name
        Of the new column.
    column
        The column of the events that it comes from; None for the number of events.
    how
        How several events become one value.
    """

    name: str
    column: str | None
    how: How

    @property
    def in_words(self) -> str:
        """What the new column holds."""
        return "number of events" if self.column is None else _IN_WORDS[self.how].format(self.column)


@dataclass(frozen=True, slots=True, eq=False)
class Found:
    """Which events belong to each of R answers: a run of the events in order.

    Attributes
    ----------
    order
        Rows of the events by key and time; those that are set aside are not in it.
    low, high
        The run of each answer is ``order[low:high]``; shape (R,).
    """

    order: Places
    low: Places
    high: Places

    @property
    def count(self) -> Places:
        """Number of events of each answer; shape (R,)."""
        return self.high - self.low


def read_facts(facts: Facts | None, events: pd.DataFrame, used: Iterable[str]) -> list[Fact]:
    """Say which facts are meant.

    Parameters
    ----------
    facts
        As for `cxstats.responses.joining.attach`.
    events
        The events.
    used
        Their columns that hold the key and the time.

    Raises
    ------
    ValueError
        If a column or statistic does not exist, or there is nothing to take.
    """
    if facts is None:
        keys = set(used)
        facts = [name for name in events.columns if name not in keys]
    if isinstance(facts, str):
        facts = [facts]
    if isinstance(facts, Mapping):
        wanted = dict(cast("Mapping[str, object]", facts))
    else:
        wanted = {name: (name, "last") for name in facts}
    if not wanted:
        raise ValueError("there is no fact to attach; facts={'events': 'count'} attaches the number of events")
    return [_fact(name, how, events) for name, how in wanted.items()]


def _fact(name: str, wanted: object, events: pd.DataFrame) -> Fact:
    column, how = (None if wanted == "count" else name, wanted) if isinstance(wanted, str) else _pair(name, wanted)
    if how not in get_args(How):
        raise ValueError(f"fact {name!r}: {unknown_name('statistic', how, get_args(How))}")
    fact = Fact(name, column, cast("How", how))
    if column is None:
        return fact
    times = list(events.columns).count(column)
    if times > 1:
        raise ValueError(f"event columns must have different names; {column!r} occurs {times} times")
    if not times:
        raise ValueError(f"fact {name!r}: {unknown_name('event column', column, events.columns)}")
    _require_fitting(fact, events[column])
    return fact


def _pair(name: str, wanted: object) -> tuple[str, object]:
    if isinstance(wanted, tuple | list) and len(cast("list[object]", wanted)) == 2:
        column, how = cast("list[object]", wanted)
        return str(column), how
    raise ValueError(f"fact {name!r} must be a pair such as ('minutes', 'sum'), or a statistic alone; got {wanted!r}")


def _require_fitting(fact: Fact, values: "pd.Series[Any]") -> None:
    types = pd.api.types
    number = types.is_numeric_dtype(values)
    if fact.how in ("sum", "mean") and not number:
        raise ValueError(
            f"fact {fact.name!r}: {fact.how} needs numbers; event column {fact.column!r} is {values.dtype}"
        )
    ordered = types.is_datetime64_any_dtype(values) or types.is_timedelta64_dtype(values)
    if fact.how in ("min", "max") and not (ordered or (number and not types.is_bool_dtype(values))):
        raise ValueError(
            f"fact {fact.name!r}: {fact.how} needs numbers or times; event column {fact.column!r} is {values.dtype}"
        )


def gather(fact: Fact, events: pd.DataFrame, found: Found) -> "pd.Series[Any]":
    """Return the value of a fact for each answer; shape (R,).

    The latest and the first event give their value as it stands, missing or not; the others leave missing values out.
    """
    if fact.column is None:
        return pd.Series(found.count)
    values = events[fact.column]
    if fact.how in ("last", "first"):
        place = found.high - 1 if fact.how == "last" else found.low
        rows = np.append(found.order, -1)[np.where(found.count > 0, place, -1)]
        return _take(values, rows)
    in_order = values.take(found.order)
    if fact.how in ("min", "max"):
        return _extreme(in_order, found, fact.how)
    there = np.concatenate([[0], np.cumsum(in_order.notna().to_numpy())])
    present = there[found.high] - there[found.low]
    if fact.how == "count":
        return pd.Series(present)
    numbers = np.nan_to_num(
        in_order.to_numpy(dtype=np.float64, na_value=np.nan), nan=0.0, posinf=np.inf, neginf=-np.inf
    )
    total = _over_runs(np.add, numbers, found, 0.0)
    total[present == 0] = np.nan
    return pd.Series(total if fact.how == "sum" else total / np.maximum(present, 1))


def _extreme(in_order: "pd.Series[Any]", found: Found, how: Literal["min", "max"]) -> "pd.Series[Any]":
    """Find the lowest or highest value by its rank, which is exact for any type."""
    rank, distinct = pd.factorize(in_order, sort=True)
    if how == "max":
        best = _over_runs(np.maximum, rank.astype(np.int64), found, -1)
    else:
        best = _over_runs(np.minimum, np.where(rank < 0, len(distinct), rank).astype(np.int64), found, len(distinct))
        best[best == len(distinct)] = -1
    return _take(pd.Series(distinct), best)


def _over_runs(function: np.ufunc, values: NDArray[Any], found: Found, without: float) -> NDArray[Any]:
    """Reduce the values of each run; `without` for an empty one."""
    result = np.full(len(found.low), without, dtype=values.dtype)
    some = np.flatnonzero(found.count)
    # In order of their starts, so that what lies between two runs is passed once.
    some = some[np.argsort(found.low[some], kind="stable")]
    edges = np.column_stack([found.low[some], found.high[some]]).ravel()
    result[some] = (
        function.reduceat(np.append(values, values.dtype.type(without)), edges)[::2] if len(some) else without
    )
    return result


def _take(values: "pd.Series[Any]", rows: Places) -> "pd.Series[Any]":
    """Take rows, missing for -1; whole numbers stay whole numbers."""
    if (rows >= 0).all():
        return values.take(rows).reset_index(drop=True)
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in _WITH_GAPS:
        values = cast("pd.Series[Any]", values.astype(cast("Any", _WITH_GAPS[values.dtype.kind])))
    array: Any = values.array
    return pd.Series(array.take(rows, allow_fill=True))
