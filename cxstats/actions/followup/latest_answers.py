"""One answer a customer: the worst of the latest day on which they answered, and every other row accounted for."""

from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.actions.followup.columns import CustomerColumns
from cxstats.actions.followup.days import days_of, moments_of, numbers_of, texts_of
from cxstats.responses.answers import missing_codes
from cxstats.responses.placing import read_answers
from cxstats.responses.scales import Scale

USED: Final = "used, one a customer"
EARLIER: Final = "other answers of the same customers"
LATE: Final = "answered after today"
_ASIDE: Final = ("name no customer", "no answer", "not a point of the scale", LATE)


@dataclass(frozen=True, slots=True, eq=False)
class LatestAnswers:
    """What C customers answered.

    Attributes
    ----------
    rows
        Which row of the table is a customer's; shape (C,).
    points
        The points answered; shape (C,).
    days
        The days of the answers, NaT where it is not said; shape (C,).
    values
        What customers are worth, NaN where it is not said; shape (C,).
    differing
        Customers who gave different points on that day, of which the worst is taken.
    account
        How many rows there are, and what became of them; the others add up to the first.
    """

    rows: NDArray[np.intp]
    points: NDArray[np.int64]
    days: NDArray[np.datetime64]
    values: NDArray[np.float64]
    differing: int
    account: tuple[tuple[str, int], ...]


def latest_answers(
    table: pd.DataFrame,
    rating: str,
    *,
    scale: Scale,
    columns: CustomerColumns,
    today: date,
    show: tuple[str, ...] = (),
    missing: object = (),
) -> LatestAnswers:
    """Find each customer's answer.

    Of the rows of a customer those of the latest day count (rows without a day only where none has one), and among
    them the worst answer; then the later moment, the higher value, and the other cells shown in the order of the
    alphabet, so that the order of the rows decides nothing.

    Raises
    ------
    ValueError
        If no answer is a point of the scale, or a column holds something else than it must.
    """
    points, silent = _points(table[rating], scale, missing)
    moments = _moments(table, columns.answered)
    customers = texts_of(table[columns.customer])
    why = np.full(len(table), -1)
    # The first of these that is true is the reason.
    late = days_of(moments) > np.datetime64(today)
    for k, wrong in reversed([*enumerate(((customers == "").to_numpy(), silent, ~silent & (points < 0), late))]):
        why[wrong] = k
    used = np.flatnonzero(why < 0)
    value = np.full(len(table), np.nan) if columns.value is None else numbers_of(table[columns.value])
    sign = 1 if scale.good == "low" else -1
    answer: NDArray[np.int64] = np.asarray(scale.points, dtype=np.int64)[points]
    order = pd.DataFrame(
        {
            "customer": table[columns.customer].to_numpy()[used],
            "day": days_of(moments)[used],
            "bad": sign * answer[used],
            "moment": moments[used],
            "value": value[used],
        }
    )
    ties = [columns.shown[what] for what in ("reason", "owner") if what in columns.shown] + list(show)
    for k, column in enumerate(ties):
        order[f"text {k}"] = texts_of(table[column]).to_numpy()[used]
    ascending = [False] * 4 + [True] * len(ties)
    order = order.sort_values(list(order.columns[1:]), ascending=ascending, kind="stable", na_position="last")
    first = np.flatnonzero(~order.duplicated("customer").to_numpy())
    chosen = first[pd.factorize(order["customer"])[0]]
    day, bad = order["day"].to_numpy(), order["bad"].to_numpy()
    same = (day == day[chosen]) | np.isnat(day[chosen])
    differing = len(np.unique(chosen[same & (bad != bad[chosen])]))
    rows = used[order.index.to_numpy(dtype=np.intp)[first]]
    aside = [(reason, int((why == k).sum())) for k, reason in enumerate(_ASIDE)]
    account = (("read", len(table)), (USED, len(rows)), (EARLIER, len(used) - len(rows)), *aside)
    return LatestAnswers(rows, answer[rows], days_of(moments)[rows], value[rows], differing, account)


def _moments(table: pd.DataFrame, column: str | None) -> NDArray[np.datetime64]:
    if column is None:
        return np.full(len(table), np.datetime64("NaT"), dtype="datetime64[us]")
    return moments_of(table[column])


def _points(cells: "pd.Series[Any]", scale: Scale, missing: object) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Return the place on the scale of each answer, -1 for none, and whether there is no answer at all."""
    codes, distinct = pd.factorize(cells, use_na_sentinel=False)
    found = read_answers([*distinct], scale, missing=missing_codes(missing))
    place = {point: k for k, point in enumerate(scale.points)}
    points = np.array([-1 if one.point is None else place[one.point] for one in found], dtype=np.intp)
    silent = np.array([one.missing for one in found], dtype=np.bool_)
    if (points < 0).all() and not silent.all():
        raise ValueError(
            f"no answer of column {str(cells.name)!r} is a point of {scale.name} ({scale.span}); is it another scale, "
            "or another column?"
        )
    return points[codes], silent[codes]
