"""Margins of a population: how many customers are at each level, and of which level each respondent is.

>>> (channel,) = read_margins({"channel": {"phone": 250, "chat": 750}})
>>> channel.levels, channel.shares, channel.total
(('phone', 'chat'), array([0.25, 0.75]), 1000.0)
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, cast, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.keys import column_of
from cxstats.responses.names import unknown_name
from cxstats.responses.rows import rows_of
from cxstats.responses.survey import Survey

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Truths = NDArray[np.bool_]
Columns = str | tuple[str, ...]
Key = tuple[str, ...]
Population = Mapping[Any, float]
Missing = Literal["refuse", "set aside"]

SET_ASIDE: Final = "set aside"
AGREEMENT: Final = 1e-9
# Shares that somebody rounded still sum to about one; counts of customers never do.
_LARGEST_SUM_OF_SHARES: Final = 1.5
_ROUNDED: Final = 0.02
_SHOWN: Final = 5


@dataclass(frozen=True, slots=True, eq=False)
class Margin:
    """The population at each of L levels of a column, or of a combination of columns.

    Attributes
    ----------
    columns
        The column, or the columns whose combinations are the levels.
    keys
        Each level as text, one text a column.
    shares
        Share of the population at each level; sums to 1; shape (L,).
    total
        Size of the population; None where only shares are known.
    set_aside
        Rows of the population's table that lack a value and are in no margin.
    """

    columns: tuple[str, ...]
    keys: tuple[Key, ...]
    shares: Floats
    total: float | None
    set_aside: int = 0

    @property
    def name(self) -> str:
        """The column's name, or those of several: ``"channel x device"``."""
        return " x ".join(self.columns)

    @property
    def levels(self) -> tuple[str, ...]:
        """Each level as people read it."""
        return tuple(map(", ".join, self.keys))

    def places(self, rows: pd.DataFrame) -> "Places":
        """Say of which level each row is."""
        codes, keys = _coded(rows, self.columns, "data")
        known = {key: place for place, key in enumerate(self.keys)}
        outside = tuple(dict.fromkeys(key for key in keys if key not in known))
        known |= {key: len(self.keys) + extra for extra, key in enumerate(outside)}
        return Places(_looked_up(codes, [known[key] for key in keys]), outside)

    def require_met(self, found: Floats, outside: Sequence[Key]) -> None:
        """Refuse levels that only the population has, or only the respondents.

        Parameters
        ----------
        found
            How many respondents are at each level: those of `keys`, then those of `outside`.
        outside
            Levels that the population does not have.

        Raises
        ------
        ValueError
            Which names them.
        """
        ours, theirs = found[: len(self.keys)], found[len(self.keys) :]
        alone = [f"{', '.join(key)!r} ({n:,.0f})" for key, n in zip(outside, theirs, strict=True) if n]
        if alone:
            raise ValueError(
                f"margin {self.name!r}: the population has no {listed(alone)}, and respondents do (their number in "
                f"brackets); its levels are {listed([repr(name) for name in self.levels])}. Add what is missing to the "
                "margin, or write both alike"
            )
        unheard = [
            f"{name!r} ({100 * share:.1f} %)"
            for name, share, n in zip(self.levels, self.shares, ours, strict=True)
            if not n
        ]
        if unheard:
            raise ValueError(
                f"margin {self.name!r}: no respondent is {listed(unheard)}, and the population has them (its share in "
                "brackets); no weight makes up for nobody. Merge the level with another, in the data and in the margin"
            )


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """Of which level each row is.

    Attributes
    ----------
    level
        Place in `Margin.keys`, beyond them for levels that the population does not have, -1 where missing; shape (R,).
    outside
        Those levels.
    """

    level: Integers
    outside: tuple[Key, ...]

    def texts(self, margin: Margin) -> NDArray[np.object_]:
        """Return the level of each row as text, None where missing; shape (R,)."""
        return np.array([*margin.levels, *map(", ".join, self.outside), None], dtype=object)[self.level]


def read_margins(
    margins: "Mapping[Any, Population | pd.Series[Any]] | pd.DataFrame | Survey",
    *,
    by: Columns | Sequence[Columns] | None = None,
    missing: Missing = "refuse",
) -> tuple[Margin, ...]:
    """Read the margins of a population.

    Parameters
    ----------
    margins
        From a column, or a tuple of columns, to the population at each of its levels, as counts, as shares that sum to
        1 or as percents that sum to 100; or the population itself, one row a customer.
    by
        Of a table of the population, the columns to count; a tuple of columns is counted by combination.
    missing
        Whether rows of such a table that lack a value are refused or set aside, for all margins alike.

    Raises
    ------
    ValueError
        If there is no margin, its figures are not usable, two margins disagree on the size of the population, or a row
        of the population lacks a value and `missing` is ``"refuse"``.
    """
    if missing not in get_args(Missing):
        raise ValueError(unknown_name("choice", missing, get_args(Missing)))
    if isinstance(margins, Mapping):
        if by is not None:
            raise ValueError("margins by column say themselves what they are of; leave out by=...")
        found = tuple(_of_figures(_columns(name), figures) for name, figures in margins.items())
    else:
        found = _of_frame(rows_of(margins, "margins"), by, missing)
    names = [margin.name for margin in found]
    if not found or len(set(names)) < len(names):
        raise ValueError(f"name one or more different margins; got {names}")
    _require_agreement(found)
    return found


def require_at_least(margins: Sequence[Margin], respondents: int) -> None:
    """Refuse a population that has fewer customers than there are respondents.

    Raises
    ------
    ValueError
        Which says how to give percents.
    """
    population = margins[0].total
    if population is not None and population + margins[0].set_aside < respondents * (1 - AGREEMENT):
        raise ValueError(
            f"a population has at least as many customers as respondents; margin {margins[0].name!r} sums to "
            f"{population:,.10g} and {respondents:,} respondents take part. Give counts of the whole population, or "
            "shares that sum to 1 (percents to 100, unrounded)"
        )


def level_text(value: object) -> str:
    """Write a level as text, so that 1, 1.0 and "1" are one level."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _columns(name: object) -> tuple[str, ...]:
    return cast("tuple[str, ...]", name) if isinstance(name, tuple) else (cast("str", name),)


def _of_figures(columns: tuple[str, ...], figures: "Population | pd.Series[Any]") -> Margin:
    if not isinstance(figures, Mapping | pd.Series):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(
            f"margin {' x '.join(columns)!r} must be a mapping or a pandas Series from level to share or count; got "
            f"{type(figures).__name__}"
        )
    merged: dict[Key, float] = {}
    for level, figure in figures.items():
        key = _key(level, columns)
        if key in merged:
            raise ValueError(f"margin {' x '.join(columns)!r} names level {', '.join(key)!r} twice")
        merged[key] = float(figure)
    return _margin(columns, merged)


def _key(level: object, columns: tuple[str, ...]) -> Key:
    parts = cast("tuple[object, ...]", level) if isinstance(level, tuple) else (level,)
    if len(parts) != len(columns):
        raise ValueError(
            f"a level of {' x '.join(columns)!r} needs {len(columns)} values, one for each column; got {level!r}"
        )
    missing = [part for part in parts if pd.isna(cast("Any", part))]
    if missing:
        raise ValueError(f"margin {' x '.join(columns)!r} has a level without a value; name the level or leave it out")
    return tuple(map(level_text, parts))


def _of_frame(frame: pd.DataFrame, by: Columns | Sequence[Columns] | None, missing: Missing) -> tuple[Margin, ...]:
    if by is None:
        raise ValueError("a table of the population needs the columns to count: by=['channel', 'region']")
    if frame.empty:
        raise ValueError("the population must not be empty; the table has no rows")
    names = [_columns(name) for name in ([by] if isinstance(by, str) else by)]
    every = dict.fromkeys(column for columns in names for column in columns)
    lacking = {column: column_of(frame, column, "population").isna().to_numpy() for column in every}
    told = [f"{column!r} is empty in {rows.sum():,}" for column, rows in lacking.items() if rows.any()]
    if told and missing != SET_ASIDE:
        raise ValueError(
            f"every row of the population needs a value in every margin; {', '.join(told)} of {len(frame):,} rows. "
            "Fill them in, make missing a level of its own in data and population, or drop them: missing='set aside'"
        )
    lost = np.logical_or.reduce([*lacking.values(), np.zeros(len(frame), dtype=np.bool_)])
    found: list[Margin] = []
    for columns in names:
        codes, keys = _coded(frame, columns, "population")
        counts = np.bincount(codes[~lost], minlength=len(keys))
        figures: dict[Key, float] = {}
        for key, n in zip(keys, counts, strict=True):
            figures[key] = figures.get(key, 0.0) + float(n)
        found.append(_margin(columns, figures, set_aside=int(lost.sum())))
    return tuple(found)


def _margin(columns: tuple[str, ...], figures: Mapping[Key, float], set_aside: int | None = None) -> Margin:
    """Make a margin of shares, percents or counts; of counted rows where some may have been set aside."""
    name, values = " x ".join(columns), np.array(list(figures.values()), dtype=np.float64)
    total = math.fsum(values)
    if not np.isfinite(values).all() or (values < 0).any() or not total > 0:
        raise ValueError(
            f"margin {name!r} must hold shares or counts that are finite and not negative, and not all zero; got "
            f"{_figures(figures)}"
        )
    are_percents = set_aside is None and abs(total - 100) <= 100 * AGREEMENT
    are_shares = are_percents or (set_aside is None and values.max() <= 1 and total <= _LARGEST_SUM_OF_SHARES)
    if are_shares and not are_percents and abs(total - 1) > AGREEMENT:
        raise ValueError(
            f"shares must sum to 1; those of margin {name!r} sum to {total:.10g}: {_figures(figures)}. Divide each by "
            "the sum, or find the level that is missing"
        )
    kept = values > 0
    keys = tuple(key for key, keep in zip(figures, kept, strict=True) if keep)
    return Margin(columns, keys, values[kept] / total, None if are_shares else total, set_aside or 0)


def _require_agreement(margins: Sequence[Margin]) -> None:
    totals = [1.0 if margin.total is None else margin.total for margin in margins]
    if max(totals) - min(totals) > AGREEMENT * max(totals):
        told = ", ".join(f"{m.name} {'shares' if m.total is None else f'{m.total:,.10g}'}" for m in margins)
        near = all(abs(total - 1) < _ROUNDED or abs(total - 100) < 100 * _ROUNDED for total in totals)
        hint = " These look like rounded percents: give them unrounded, or divide each by its sum." if near else ""
        raise ValueError(
            f"all margins must have the same total, since they are of one population; got {told}. Give the same "
            f"customers in each, or all as shares that sum to 1 or percents that sum to 100.{hint}"
        )


def _coded(table: pd.DataFrame, columns: tuple[str, ...], whose: str) -> tuple[Integers, list[Key]]:
    """Give each combination of the columns' values a number, -1 where one is missing, and write it as text."""
    first, *others = columns
    codes, texts = _coded_column(table, first, whose)
    keys: list[Key] = [(text,) for text in texts]
    for column in others:
        more, texts = _coded_column(table, column, whose)
        both = pd.Series(codes * len(texts) + more).where((codes >= 0) & (more >= 0))
        found, numbers = pd.factorize(both)
        keys = [(*keys[int(number) // len(texts)], texts[int(number) % len(texts)]) for number in numbers]
        codes = found.astype(np.int64)
    return codes, keys


def _coded_column(table: pd.DataFrame, column: str, whose: str) -> tuple[Integers, list[str]]:
    codes, distinct = pd.factorize(column_of(table, column, whose))
    return codes.astype(np.int64), [level_text(value) for value in distinct.tolist()]


def _looked_up(codes: Integers, places: Sequence[int]) -> Integers:
    """Replace each code by its place; -1 stays."""
    return np.array([*places, -1], dtype=np.int64)[codes]


def _figures(figures: Mapping[Key, float]) -> str:
    return listed([f"{', '.join(key)}: {value:g}" for key, value in figures.items()])


def listed(names: Sequence[str]) -> str:
    """Name the first few, and say how many more there are."""
    shown = ", ".join(names[:_SHOWN])
    return f"{shown} and {len(names) - _SHOWN} more" if len(names) > _SHOWN else shown
