"""How a driver becomes columns of numbers: a number with a unit, a yes or no, or levels that belong together.

>>> steps = read_term(Driver("steps", unit="step"), pd.Series([3, 5, 4, 7]))
>>> [contrast.change for contrast in steps.contrasts]
['one more step']
>>> channel = read_term(Driver("channel"), pd.Series(["chat", "phone", "chat", "phone", "chat", "e-mail", "e-mail"]))
>>> [contrast.change for contrast in channel.contrasts]
['e-mail instead of chat', 'phone instead of chat']
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.keys import NOTHING, kind_of
from cxstats.responses.labels import label_key
from cxstats.responses.names import unknown_name
from cxstats.responses.quoting import examples

Floats = NDArray[np.float64]
Kind = Literal["number", "yes/no", "levels"]

MOST_LEVELS: Final = 50
_YES: Final = frozenset(map(label_key, ("yes", "y", "true", "1", "ja", "j", "da", "oui", "si", "sí", "是", "有")))
_NO: Final = frozenset(map(label_key, ("no", "n", "false", "0", "nee", "nein", "nu", "non", "否", "没有", "无")))
_SHARES: Final = ("percentage point", "percentage points", "%")
_SHOWN: Final = 5


@dataclass(frozen=True, slots=True)
class Driver:
    """What may move a score, and in which unit its effect is said.

    Parameters
    ----------
    column
        Its column.
    unit
        Of a number, in the singular: ``"step"``, ``"minute"``. ``"percentage points"`` is for shares between 0 and 1:
        with ``per=0.1`` the effect is said of 10 percentage points more.
    per
        How much more of a number the effect is of; above 0.
    reference
        The level that others are compared with; the largest unless given.
    kind
        ``"number"``, ``"yes/no"`` or ``"levels"``; read from the values unless given. Numbers that are all 0 or 1,
        truth values and the words for yes and no in seven languages are yes/no; other text is levels.

    Raises
    ------
    ValueError
        If `per` is not above 0, or the kind does not exist.
    """

    column: str
    unit: str = ""
    per: float = 1
    reference: object = None
    kind: Kind | None = None

    def __post_init__(self) -> None:
        if not 0 < self.per < np.inf:
            raise ValueError(f"driver {self.column!r}: per must be above 0; got {self.per!r}")
        if self.kind not in (None, "number", "yes/no", "levels"):
            raise ValueError(f"driver {self.column!r}: kind must be 'number', 'yes/no' or 'levels'; got {self.kind!r}")

    @property
    def more(self) -> str:
        """The change that an effect of a number is of: ``"one more step"``, ``"10 minutes more"``."""
        if not self.unit:
            return f"+{self.per:g}"
        if self.unit in _SHARES:
            return f"{100 * self.per:g} percentage points more"
        if self.per == 1:
            return f"one more {self.unit}"
        return f"{self.per:g} {self.unit}{'' if self.unit.endswith('s') else 's'} more"


@dataclass(frozen=True, slots=True)
class Contrast:
    """A change of a driver.

    Attributes
    ----------
    level
        ``"+1"`` and the like for a number, ``"yes"``, or the level that is compared with the reference.
    change
        The same for people: ``"one more step"``, ``"phone instead of chat"``.
    by
        What it adds to the driver's columns; length K.
    """

    level: str
    change: str
    by: tuple[float, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Term:
    """A driver as K columns over N rows.

    Attributes
    ----------
    driver
        The driver.
    kind
        ``"number"``, ``"yes/no"`` or ``"levels"``.
    columns
        The number; 1 for yes and 0 for no; or one column a level other than the reference, 1 where the row has it;
        shape (N, K).
    levels
        Names of the levels, the reference first; of no and yes as they stand in the data; none for a number.
    """

    driver: Driver
    kind: Kind
    columns: Floats
    levels: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The driver's column."""
        return self.driver.column

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the K columns: ``"steps"``, ``"channel = phone"``."""
        if self.kind != "levels":
            return (self.name,)
        return tuple(f"{self.name} = {level}" for level in self.levels[1:])

    @property
    def contrasts(self) -> tuple[Contrast, ...]:
        """The changes that its effects are of."""
        if self.kind == "number":
            return (Contrast(f"+{self.driver.per:g}", self.driver.more, (float(self.driver.per),)),)
        if self.kind == "yes/no":
            return (Contrast("yes", "yes instead of no", (1.0,)),)
        rows = np.eye(len(self.levels) - 1).tolist()
        changes = (f"{level} instead of {self.levels[0]}" for level in self.levels[1:])
        return tuple(
            Contrast(level, change, tuple(row))
            for level, change, row in zip(self.levels[1:], changes, rows, strict=True)
        )

    def coded(self, values: "pd.Series[Any]") -> Floats:
        """Bring other values of the driver to columns, as those that it was made from; shape (rows, K).

        Raises
        ------
        ValueError
            If a value is missing, is no number, or is a level that the data did not have.
        """
        if self.kind == "number":
            return _numbers(values, self.name)[:, None]
        if self.kind == "yes/no":
            return _truths(values, self.name)[:, None]
        names = values.astype(object).map(str)
        unknown = [name for name in names.unique() if name not in self.levels]
        if unknown:
            raise ValueError(f"driver {self.name!r}: {unknown_name('level', unknown[0], self.levels)}")
        return _dummies(names, self.levels)


def as_driver(driver: Driver | str) -> Driver:
    """Return the driver, or the driver of this column.

    Raises
    ------
    TypeError
        If it is neither a `Driver` nor the name of a column.
    """
    if isinstance(driver, str):
        return Driver(driver)
    if not isinstance(driver, Driver):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"a driver must be the name of a column or a Driver(column, ...); got {driver!r}")
    return driver


def missing_in(values: "pd.Series[Any]") -> NDArray[np.bool_]:
    """Say where a driver has no value: missing, or text that is blank; shape (N,)."""
    gone = values.isna().to_numpy(dtype=np.bool_)
    if kind_of(values) == "text" and not isinstance(values.dtype, pd.CategoricalDtype):
        gone = gone | (values.astype("str").str.strip() == "").to_numpy(dtype=np.bool_, na_value=True)
    return gone


def read_term(driver: Driver | str, values: "pd.Series[Any]") -> Term:
    """Turn the values of a driver, none of them missing, into columns.

    Raises
    ------
    ValueError
        If all are the same, some are no numbers where numbers are needed, times or identifiers are given, or a level
        has one row only.
    """
    given = as_driver(driver)
    kind = given.kind or _kind_of_driver(given, values)
    if kind != "levels" and given.reference is not None:
        raise ValueError(f"driver {given.column!r} is a {kind}, which has no reference level; leave reference out")
    if kind != "number" and (given.unit or given.per != 1):
        raise ValueError(f"driver {given.column!r} is {kind}; unit and per are for numbers")
    term = _READERS[kind](given, values)
    if not term.columns.shape[1] or bool((term.columns == term.columns[0]).all()):
        only = str(values.iloc[0])
        raise ValueError(
            f"driver {given.column!r} is {only!r} in all {len(values):,} rows that are used: what does not vary cannot "
            "explain anything; leave it out"
        )
    return term


def _kind_of_driver(driver: Driver, values: "pd.Series[Any]") -> Kind:
    if isinstance(values.dtype, pd.CategoricalDtype):
        values = values.astype(object)
    holds = kind_of(values)
    if holds in ("numbers", "decimals"):
        return "yes/no" if set(values.unique().tolist()) == {0, 1} else "number"
    if holds == "truth values":
        return "yes/no"
    if holds == "text":
        return "yes/no" if _is_yes_or_no(values) else "levels"
    hint = "minutes or days as numbers" if holds.startswith(("times", "days", "durations")) else "one type"
    found = "nothing at all" if holds == NOTHING else f"{holds}: {_examples(values)}"
    raise ValueError(
        f"driver {driver.column!r} must hold numbers, text or yes and no; it holds {found}. Give it {hint}"
    )


def _is_yes_or_no(values: "pd.Series[Any]") -> bool:
    found = set(map(label_key, map(str, values.unique().tolist())))
    return found <= _YES | _NO and bool(found & _YES) and bool(found & _NO)


def _number_term(driver: Driver, values: "pd.Series[Any]") -> Term:
    return Term(driver, "number", _numbers(values, driver.column)[:, None])


def _numbers(values: "pd.Series[Any]", name: str) -> Floats:
    found = pd.to_numeric(values.astype(object), errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = ~np.isfinite(found)
    if wrong.any():
        raise ValueError(
            f"driver {name!r} must hold finite numbers; {int(wrong.sum()):,} of {len(found):,} are none: "
            f"{_examples(values[wrong])}"
        )
    return found


def _yes_no_term(driver: Driver, values: "pd.Series[Any]") -> Term:
    truths = _truths(values, driver.column)
    as_they_stand = [sorted(map(str, values[truths == wanted].unique().tolist())) for wanted in (0, 1)]
    return Term(driver, "yes/no", truths[:, None], tuple("/".join(words) or "no" for words in as_they_stand))


def _truths(values: "pd.Series[Any]", name: str) -> Floats:
    distinct = [*values.unique()]
    read = {value: _truth(value) for value in distinct}
    wrong = [value for value, truth in read.items() if truth is None]
    if wrong:
        raise ValueError(f"driver {name!r} must hold yes and no (or 1 and 0); got {wrong[:_SHOWN]}")
    return values.astype(object).map(read).to_numpy(dtype=np.float64)


def _truth(value: Any) -> float | None:
    key = label_key(f"{value:g}" if isinstance(value, float) else str(value))
    return 1.0 if key in _YES else 0.0 if key in _NO else None


def _level_term(driver: Driver, values: "pd.Series[Any]") -> Term:
    names = values.astype(object).map(str)
    counts = names.value_counts()
    if len(counts) > MOST_LEVELS:
        raise ValueError(
            f"driver {driver.column!r} has {len(counts):,} levels; up to {MOST_LEVELS} can be told apart. Is it an "
            "identifier? Numbers in text need kind='number'"
        )
    ordered = _in_order(values, counts)
    single = [level for level in ordered if counts[level] == 1]
    if single:
        raise ValueError(
            f"driver {driver.column!r}: one row only has level {single[0]!r}, so that its error cannot be estimated; "
            "merge it with another level or leave the row out"
        )
    reference = max(ordered, key=lambda level: counts[level])
    if driver.reference is not None:
        reference = str(driver.reference)
        if reference not in ordered:
            raise ValueError(f"driver {driver.column!r}: {unknown_name('level', reference, ordered)}")
    levels = (reference, *(level for level in ordered if level != reference))
    return Term(driver, "levels", _dummies(names, levels), levels)


def _dummies(names: "pd.Series[Any]", levels: tuple[str, ...]) -> Floats:
    """Make a column for each level other than the first: 1 where the row has it; shape (N, K)."""
    found = np.zeros((len(names), len(levels) - 1))
    for k, level in enumerate(levels[1:]):
        found[:, k] = (names == level).to_numpy(dtype=np.float64)
    return found


def _in_order(values: "pd.Series[Any]", counts: "pd.Series[int]") -> list[str]:
    """List the levels that occur: in the order of their categories where there is one, else ascending."""
    if isinstance(values.dtype, pd.CategoricalDtype):
        return [level for level in map(str, values.cat.categories) if level in counts.index]
    distinct = values.unique().tolist()
    try:
        return [*map(str, sorted(distinct))]
    except TypeError:
        return sorted(map(str, distinct))


def _examples(values: "pd.Series[Any]") -> str:
    return examples(values, name=str(values.name), most=_SHOWN)


_READERS: Final[Mapping[Kind, Any]] = {"number": _number_term, "yes/no": _yes_no_term, "levels": _level_term}
