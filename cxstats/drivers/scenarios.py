"""What a driver would be instead: a value, a share of yes, shares of levels, or a function of what it is.

>>> from cxstats.drivers.terms import read_term
>>> term = read_term("failed", pd.Series([True, False, False, False]))
>>> change = change_of(term, 0.5, weights=np.full(4, 0.25))
>>> change.in_words
'failed were yes for 50 % (now 25 %)'
>>> [round(float(weight), 2) for weight in change.alternatives(change.now)[1].weight]
[1.0, 0.33, 0.33, 0.33]
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from numbers import Real
from typing import Any, Final, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.drivers.terms import Term
from cxstats.responses.names import unknown_name

Floats = NDArray[np.float64]
Wanted = float | str | Mapping[str, float] | Callable[["pd.Series[Any]"], "pd.Series[Any]"]

_WHOLE: Final = 1e-6


@dataclass(frozen=True, slots=True, eq=False)
class Alternative:
    """What the columns of a driver may be.

    Attributes
    ----------
    weight
        How likely it is for each row, 0 to 1; shape (N,).
    columns
        The driver's columns; shape (N, K), or (K,) if the same for all.
    """

    weight: Floats
    columns: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Change:
    """A driver, and what it would be.

    Attributes
    ----------
    term
        The driver as it is.
    columns
        Its columns as they would be, shape (N, K); None where shares are wanted.
    shares
        The wanted share of each level, or of no and yes; None where columns are set.
    now
        The weighted share of each level as it is; of no length for a number.
    in_words
        ``"steps were 4 for everybody (now 4.9 on average)"``.
    """

    term: Term
    columns: Floats | None
    shares: Floats | None
    now: Floats
    in_words: str

    def alternatives(self, now: Floats) -> list[Alternative]:
        """List what the columns may be, with weights that add up to 1 for every row.

        No more customers change than must: of a level that shrinks some leave, chosen at random, and go to the levels
        that grow.

        Parameters
        ----------
        now
            The share of each level that the move starts from.
        """
        if self.shares is None:
            columns = np.asarray(self.columns, dtype=np.float64)
            return [Alternative(np.ones(len(columns)), columns)]
        there = np.where(now > 0, now, 1.0)
        stays = np.where(now > 0, np.minimum(self.shares / there, 1.0), 1.0)
        grows = np.maximum(self.shares - now, 0.0)
        goes = grows / grows.sum() if grows.any() else grows
        moves = np.diag(stays) + (1 - stays)[:, None] * goes
        if not grows.any():
            moves = np.eye(len(now))
        weights = indicators(self.term) @ moves
        return [Alternative(weights[:, k], coded) for k, coded in enumerate(_level_columns(self.term))]


def change_of(term: Term, wanted: Wanted, *, weights: Floats) -> Change:
    """Read what a driver would be.

    Parameters
    ----------
    term
        The driver as it is; N rows.
    wanted
        For a number: the value for everybody. For yes/no: the share of yes, 0 to 1. For levels: a level for everybody,
        or the share of each level, those not named having none. For all: a function of the column as a pandas Series
        (numbers, truth values or names of levels) that returns the column as it would be.
    weights
        Of the rows, adding up to 1; shape (N,).

    Raises
    ------
    TypeError
        If it is nothing that this driver can be.
    ValueError
        If a share is not between 0 and 1, shares do not add up to 1, there is no such level, or the function does not
        return one usable value for each row.
    """
    now = weights @ indicators(term)
    if callable(wanted):
        return _by_function(term, wanted, now, weights)
    if term.kind == "levels":
        shares = _level_shares(term, wanted)
        return Change(term, None, shares, now, _levels_in_words(term, shares, now))
    value = _number(term, wanted)
    if term.kind == "number":
        mean = float(weights @ term.columns[:, 0])
        said = f"{term.name} were {value:,.4g} for everybody (now {mean:,.3g} on average)"
        return Change(term, np.full_like(term.columns, value), None, now, said)
    if not 0 <= value <= 1:
        raise ValueError(f"driver {term.name!r} is yes/no: give the share of yes, 0 to 1; got {value:g}")
    return Change(term, None, np.array([1 - value, value]), now, _yes_in_words(term, value, now))


def indicators(term: Term) -> Floats:
    """Say which level each row has, the reference or no first; shape (N, levels), or (N, 0) for a number."""
    if term.kind == "number":
        return np.zeros((len(term.columns), 0))
    return np.column_stack([1 - term.columns.sum(axis=1), term.columns])


def _level_columns(term: Term) -> Floats:
    """Return the columns of each level; shape (levels, K)."""
    width = term.columns.shape[1]
    return np.vstack([np.zeros((1, width)), np.eye(width)])


def _number(term: Term, wanted: object) -> float:
    what = "a number" if term.kind == "number" else "the share of yes"
    if not isinstance(wanted, Real):
        raise TypeError(f"driver {term.name!r} is {term.kind}: give {what}, or a function of it; got {wanted!r}")
    if not np.isfinite(float(wanted)):
        raise ValueError(f"driver {term.name!r}: {what} must be finite; got {wanted!r}")
    return float(wanted)


def _level_shares(term: Term, wanted: object) -> Floats:
    if isinstance(wanted, Mapping):
        given = {str(level): float(share) for level, share in cast("Mapping[Any, Any]", wanted).items()}
    elif isinstance(wanted, str):
        given = {wanted: 1.0}
    else:
        raise TypeError(
            f"driver {term.name!r} has levels: give one, the share of each, or a function of the column; got {wanted!r}"
        )
    for level in given:
        if level not in term.levels:
            raise ValueError(f"driver {term.name!r}: {unknown_name('level', level, term.levels)}")
    shares = np.array([given.get(level, 0.0) for level in term.levels])
    if not (shares >= 0).all() or not abs(shares.sum() - 1) < _WHOLE:
        raise ValueError(f"driver {term.name!r}: shares must be 0 or more and add up to 1; got {given}")
    return shares / shares.sum()


def _by_function(term: Term, function: Callable[..., Any], now: Floats, weights: Floats) -> Change:
    column = _as_column(term)
    found = function(column.copy())
    if not isinstance(found, pd.Series) or len(cast("pd.Series[Any]", found)) != len(column):
        raise ValueError(f"driver {term.name!r}: the function must return a Series of {len(column):,} values")
    columns = term.coded(cast("pd.Series[Any]", found))
    if term.kind == "number":
        was, is_then = float(weights @ term.columns[:, 0]), float(weights @ columns[:, 0])
        said = f"{term.name} were {is_then:,.3g} on average (now {was:,.3g})"
    else:
        then = weights @ np.column_stack([1 - columns.sum(axis=1), columns])
        said = _yes_in_words(term, float(then[1]), now) if term.kind == "yes/no" else _levels_in_words(term, then, now)
    return Change(term, columns, None, now, said)


def _as_column(term: Term) -> "pd.Series[Any]":
    if term.kind == "number":
        return pd.Series(term.columns[:, 0], name=term.name)
    if term.kind == "yes/no":
        return pd.Series(term.columns[:, 0] > 0, name=term.name)
    names = np.asarray(term.levels, dtype=object)[indicators(term).argmax(axis=1)]
    return pd.Series(names, name=term.name, dtype="str")


def _yes_in_words(term: Term, share: float, now: Floats) -> str:
    return f"{term.name} were yes for {_percent(share)} (now {_percent(float(now[1]))})"


def _levels_in_words(term: Term, shares: Floats, now: Floats) -> str:
    if 1.0 in shares.tolist():
        k = shares.tolist().index(1.0)
        return f"{term.name} were {term.levels[k]} for everybody (now {_percent(float(now[k]))})"
    moved = [
        f"{level} for {_percent(then)} (now {_percent(was)})"
        for level, then, was in zip(term.levels, shares.tolist(), now.tolist(), strict=True)
        if abs(then - was) > _WHOLE
    ]
    return f"{term.name} were {', '.join(moved) or 'as it is'}"


def _percent(share: float) -> str:
    return f"{round(100 * share, 1):g} %"
