"""Which columns say what of a customer, by which rules customers are contacted, and what may be shown.

Personal data stand in a list only where their column is asked for by name.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pandas as pd

from cxstats.responses.names import unknown_name
from cxstats.responses.personal.columns import personal_columns
from cxstats.responses.personal.recognition import personal_kind
from cxstats.responses.survey import Survey


@dataclass(frozen=True, slots=True)
class CustomerColumns:
    """Which columns say what of a customer.

    Parameters
    ----------
    customer
        What tells customers apart: a number or a pseudonym.
    answered
        When they answered. Without it there is no latest answer, and the worst counts.
    value
        What a customer is worth, as a number: what is at risk with an unfavourable answer.
    reason
        What the contact was about, so that whoever calls knows.
    owner
        Who calls: a column, or a mapping from reason to owner.
    consent
        Whether the customer agreed to be contacted: truth values, 1 and 0, or yes and no. Without the column consent is
        not looked at, and the result says so.
    contacted
        When the customer last heard from us.
    """

    customer: str
    answered: str | None = None
    value: str | None = None
    reason: str | None = None
    owner: str | Mapping[Any, str] | None = field(default=None, repr=False)
    consent: str | None = None
    contacted: str | None = None

    def __post_init__(self) -> None:
        if isinstance(self.owner, Mapping) and self.reason is None:
            raise ValueError("a mapping of owners is from reason to owner; name the column reason= as well")

    @property
    def shown(self) -> dict[str, str]:
        """Columns whose cells stand in a list: from what they say to the column."""
        owner = self.owner if isinstance(self.owner, str) else None
        said = {"customer": self.customer, "value": self.value, "reason": self.reason, "owner": owner}
        return {what: column for what, column in said.items() if column is not None}

    @property
    def all(self) -> list[str]:
        """Every column that is named."""
        others = (self.answered, self.consent, self.contacted)
        return [*self.shown.values(), *(column for column in others if column is not None)]


@dataclass(frozen=True, slots=True)
class ContactRules:
    """By which rules customers are contacted.

    Parameters
    ----------
    today
        The day for which lists are made. It is never read from the clock, so that the same export gives the same lists.
    not_within
        Customers whose last contact is fewer days ago are left in peace; needs `CustomerColumns.contacted`.
    not_older_than
        Answers that are more days old are not followed up; needs `CustomerColumns.answered`.
    capacity
        Calls that an owner can make: the same for each, or by owner; owners that a mapping does not name make none.
        Without it everybody is called.
    thanks
        Customers who can be thanked; all unless given.
    half_life
        Days after which the value at risk counts half in the order of calls. Without it value alone decides, then the
        rating, then recency.

    Raises
    ------
    TypeError
        If `today` is no date.
    ValueError
        If days or capacities are negative.
    """

    today: date
    not_within: int | None = None
    not_older_than: int | None = None
    capacity: int | Mapping[str, int] | None = field(default=None, repr=False)
    thanks: int | None = None
    half_life: float | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.today, date):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise TypeError(f"today must be a date, as datetime.date(2026, 11, 22); got {type(self.today).__name__}")
        if isinstance(self.today, datetime):
            object.__setattr__(self, "today", self.today.date())
        for name in ("not_within", "not_older_than", "thanks"):
            _require_count(getattr(self, name), name)
        capacity = self.capacity
        for calls in capacity.values() if isinstance(capacity, Mapping) else [capacity]:
            _require_count(calls, "capacity")
        if self.half_life is not None and not self.half_life > 0:
            raise ValueError(f"half_life must be a number of days above 0; got {self.half_life!r}")


def _require_count(number: object, name: str) -> None:
    if number is not None and (isinstance(number, bool) or not isinstance(number, int) or number < 0):
        raise ValueError(f"{name} must be a whole number of 0 or more; got {number!r}")


def table_of(data: object) -> pd.DataFrame:
    """Return the responses of a survey, or the table itself.

    Raises
    ------
    TypeError
        If it is neither a survey nor a table of pandas.
    """
    if isinstance(data, Survey):
        return data.responses
    if not isinstance(data, pd.DataFrame):
        raise TypeError(f"needs a Survey or a table of pandas; got {type(data).__name__}")
    return data


def require_columns(data: object, columns: Collection[str]) -> None:
    """Refuse columns that do not exist, or of which there are two.

    Raises
    ------
    ValueError
        Naming the column.
    """
    known = table_of(data).columns
    for column in columns:
        if column not in known:
            raise ValueError(unknown_name("column", column, known))
        if list(known).count(column) > 1:
            raise ValueError(f"there are two columns {column!r}; rename one first")


def require_asked_for(data: Survey | pd.DataFrame, used: Mapping[str, str], show: Collection[str] = ()) -> None:
    """Refuse to show a column of personal data that was not asked for by name.

    Parameters
    ----------
    data
        The survey, or a table.
    used
        From what a column is used for to its name.
    show
        The columns asked for.

    Raises
    ------
    ValueError
        Naming the column and what it holds, and never what stands in it.
    """
    for what, column in used.items():
        kind = _kind(data, column)
        if kind and column not in show:
            article = "an" if kind[0] in "aeiou" or kind.startswith("IP") else "a"
            way = ", or put a pseudonym in its place with pseudonymised()" if what == "customer" else ""
            raise ValueError(
                f"column {column!r}, used as {what}, seems to hold {article} {kind} in each row. Personal data are "
                f"shown only where they are asked for by name: add it to show={way or ', or use another column'}"
            )


def _kind(data: Survey | pd.DataFrame, column: str) -> str:
    if isinstance(data, Survey):
        return personal_columns(data).get(column, "")
    return personal_kind(data[column], name=column)
