"""Whether the customers who were called came back, against comparable ones who were not called."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.actions.followup.columns import require_asked_for, require_columns, table_of
from cxstats.actions.followup.doubly_robust import Among, Contrasted, Outcome, contrast_calls
from cxstats.actions.followup.overlap import (
    FEWEST_EFFECTIVE,
    Overlap,
    balance_of,
    comparable,
    effective_number,
    in_mixed_levels,
    require_overlap,
)
from cxstats.actions.followup.recoveries import Recovery
from cxstats.drivers.regression import logistic
from cxstats.drivers.terms import Driver, Term, missing_in, read_term
from cxstats.responses.names import unknown_name
from cxstats.responses.placing import read_answers
from cxstats.responses.scales import Scale, named_scale
from cxstats.responses.survey import Survey

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]

_MOST_LEVELS: Final = 50


def recovery(
    customers: Survey | pd.DataFrame,
    *,
    called: str,
    outcome: str,
    because: Sequence[str],
    among: Among = "called",
    scale: Scale | str | None = None,
    furthest: float = 0.95,
) -> Recovery:
    """Estimate what a call changed, among customers of whom some were called.

    Those called differ from those not called: they were the more valuable ones, or the angrier ones. Two models allow
    for it (who is called, and what comes after), of which one must be right; both know the columns `because` and no
    others. The interval holds where one of them is wrong, and says nothing of customers who are set aside: in
    simulations of 600 customers (``benchmarks/followup_claims.py``) 95 % intervals cover 94 to 96 %, also where hardly
    comparable ones are set aside, and 94 % where what comes after depends on a square that is not among the columns.
    The estimate is valid if every reason for a call that also matters for the outcome is among these columns, which the
    data cannot show. The surest way is to leave a part of the calls to chance.

    Parameters
    ----------
    customers
        One row a customer who could have been called, as those with an unfavourable answer.
    called
        Whether they were: truth values, 1 and 0, or yes and no.
    outcome
        What came after: whether they came back (yes and no), or their next score (numbers, or answers on `scale`).
    because
        Columns with the reasons for a call, all from before it: value, rating, channel. Numbers enter as they are;
        give a number as text to let each of its levels count by itself.
    among
        ``"called"``: the effect on those who were called. ``"all"``: as if everybody had been called.
    scale
        Of a next score that is an answer.
    furthest
        Chance of a call, 0.5 to 1, beyond which nobody is taken to be comparable. Such customers are set aside and
        counted, and both models are fitted anew without them. So are those at levels of a column of which everybody was
        called, or nobody: calls in one region alone are judged within that region.

    Returns
    -------
    Recovery
        Effect with interval, overlap, balance, and how strong a reason that is missing would have to be.

    Raises
    ------
    ValueError
        If columns do not exist or cannot be used, fewer than 20 customers of a kind are comparable, more than half of
        those called are not, or a column says without error who is called.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> value = rng.normal(size=800)
    >>> called = rng.random(800) < 1 / (1 + np.exp(-value))
    >>> back = rng.random(800) < 1 / (1 + np.exp(-value / 2 - 0.8 * called))
    >>> table = pd.DataFrame({"value": value, "called": called, "came_back": back})
    >>> found = recovery(table, called="called", outcome="came_back", because=["value"])
    >>> found.difference_as_it_is > found.effect > 0
    True
    >>> low, high = found.interval()
    >>> low < 0.17 < high
    True
    """
    reasons = [because] if isinstance(because, str) else list(because)
    _require_settings(reasons, among, furthest, (called, outcome))
    require_columns(customers, [called, outcome, *reasons])
    require_asked_for(customers, {f"reason {name}": name for name in reasons} | {"outcome": outcome, "call": called})
    table = table_of(customers)
    kind, y = _outcome(table[outcome], None if scale is None else named_scale(scale))
    gone = _account(table, called, reasons, y)
    kept = np.ones(len(table), dtype=np.bool_)
    for _, lost in gone:
        kept &= ~lost
    rows, y = table[kept], y[kept]
    if not len(rows):
        raise ValueError(f"no customer has all of {called!r}, {outcome!r} and the columns of because=")
    was_called = _term(called, rows[called], yes_no=True).columns[:, 0] == 1
    near, decided_by = in_mixed_levels([_term(name, rows[name]) for name in reasons], was_called)
    require_overlap(was_called, near, decided_by)
    x, names = _columns(_varying(rows[near], reasons), int(near.sum()))
    inside = comparable(_chances(x, was_called[near], names), among=among, furthest=furthest)
    near[near] = inside
    require_overlap(was_called, near, decided_by)
    x, was, y = x[inside], was_called[near], y[near]
    varies = np.r_[True, np.ptp(x[:, 1:], axis=0) > 0]
    x, names = x[:, varies], [name for name, one in zip(names, varies[1:], strict=True) if one]
    found = _contrasted(x, was, y, among=among, outcome=kind, names=names)
    overlap = replace(_overlap(found, was_called, near, furthest), decided_by=decided_by)
    return Recovery(
        called_column=called,
        outcome_column=outcome,
        because=tuple(reasons),
        among=among,
        kind=kind,
        found=found,
        was_called=was,
        outcomes=y,
        overlap=overlap,
        balance=balance_of(x[:, 1:], names, was, found),
        account=(("customers", len(table)), *((what, int(lost.sum())) for what, lost in gone)),
        good=None if scale is None else named_scale(scale).good,
    )


def _require_settings(reasons: Sequence[str], among: str, furthest: float, others: tuple[str, str]) -> None:
    if not reasons:
        raise ValueError("because= must name the columns that say why customers were called; it names none")
    if among not in ("called", "all"):
        raise ValueError(unknown_name("among", among, ("called", "all")))
    if not 0.5 < furthest < 1:
        raise ValueError(f"furthest must be a chance above 0.5 and below 1; got {furthest!r}")
    twice = [name for k, name in enumerate(reasons) if name in (*others, *reasons[:k])]
    if twice:
        raise ValueError(f"column {twice[0]!r} is named twice; a reason for a call is neither the call nor the outcome")


def _account(table: pd.DataFrame, called: str, reasons: Sequence[str], y: Floats) -> list[tuple[str, Truths]]:
    """Say which customers are set aside, each for the first reason."""
    wrong = [("not said whether called", missing_in(table[called])), ("no outcome", np.isnan(y))]
    wrong += [(f"nothing in {name}", missing_in(table[name])) for name in reasons]
    left = np.ones(len(table), dtype=np.bool_)
    found: list[tuple[str, Truths]] = []
    for what, where in wrong:
        found.append((what, left & where))
        left &= ~where
    return found


def _outcome(cells: "pd.Series[Any]", scale: Scale | None) -> tuple[Outcome, Floats]:
    """Read what came after: NaN where nothing is said."""
    found = np.full(len(cells), np.nan)
    if scale is not None:
        codes, distinct = pd.factorize(cells, use_na_sentinel=False)
        points = [reading.point for reading in read_answers([*distinct], scale)]
        return "mean", np.array([np.nan if point is None else float(point) for point in points])[codes]
    said = ~missing_in(cells)
    if not said.any():
        return "mean", found
    term = _term(str(cells.name), cells[said])
    if term.kind == "levels":
        raise ValueError(f"outcome {str(cells.name)!r} must be yes and no, or numbers; name the scale= of answers")
    found[said] = term.columns[:, 0]
    return ("share" if term.kind == "yes/no" else "mean"), found


def _term(name: str, cells: "pd.Series[Any]", *, yes_no: bool = False) -> Term:
    driver = Driver(name, kind="yes/no") if yes_no else Driver(name)
    try:
        return read_term(driver, cells)
    except ValueError:
        # What stands in the cells is not said: they are customers'.
        must = "yes and no" if yes_no else f"numbers, yes and no, or up to {_MOST_LEVELS} levels with 2 customers each"
        raise ValueError(f"column {name!r} must hold {must}, and must vary among the customers compared") from None


def _varying(rows: pd.DataFrame, reasons: Sequence[str]) -> list[Term]:
    """Read the columns that still vary among the customers left; one that does not tells them apart no more."""
    return [_term(name, rows[name]) for name in reasons if len(pd.factorize(rows[name])[1]) > 1]


def _columns(terms: Sequence[Term], size: int) -> tuple[Floats, list[str]]:
    x = np.column_stack([np.ones(size), *(term.columns for term in terms)])
    return x, [name for term in terms for name in term.column_names]


def _chances(x: Floats, called: Truths, names: Sequence[str]) -> Floats:
    try:
        return logistic(x, called.astype(np.float64)).fitted
    except ValueError:
        raise ValueError(_decided(x, called, names)) from None


def _contrasted(
    x: Floats, called: Truths, y: Floats, *, among: Among, outcome: Outcome, names: Sequence[str]
) -> Contrasted:
    try:
        return contrast_calls(x, called, y, among=among, outcome=outcome)
    except ValueError:
        raise ValueError(_decided(x, called, names)) from None


def _decided(x: Floats, called: Truths, names: Sequence[str]) -> str:
    """Say why the models cannot be fitted, naming the columns that tell who was called all by themselves."""
    first, second = x[called, 1:], x[~called, 1:]
    apart = (first.min(axis=0) >= second.max(axis=0)) | (first.max(axis=0) <= second.min(axis=0))
    found = [name for name, one in zip(names, apart, strict=True) if one]
    return f"{_DECIDED}. By itself does so: {', '.join(found)}" if found else _DECIDED


_DECIDED: Final = (
    "the models cannot be fitted: the columns of because= say without error who was called, one of them follows from "
    "others, or there are too few customers for so many columns. Where a rule decides on calls, nobody called has a "
    "comparable customer who was not; leave a part of the calls to chance"
)


def _overlap(found: Contrasted, was_called: Truths, kept: Truths, furthest: float) -> Overlap:
    effective = effective_number(found.otherwise.weights)
    if effective < FEWEST_EFFECTIVE:
        raise ValueError(
            f"those not called are worth {effective:.1f} comparable customers after weighting; {FEWEST_EFFECTIVE} are "
            "needed. Those called and those not called are too different to be compared"
        )
    called = was_called[kept]
    first, second = found.chance[called], found.chance[~called]
    return Overlap(
        called=int(called.sum()),
        not_called=int((~called).sum()),
        trimmed_called=int((was_called & ~kept).sum()),
        trimmed_not_called=int((~was_called & ~kept).sum()),
        furthest=furthest,
        chances_called=(float(first.min()), float(first.max())),
        chances_not_called=(float(second.min()), float(second.max())),
        effective=effective,
    )
