"""Whom to contact: three lists, and an account of everybody who answered."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Final, Literal

import pandas as pd

from cxstats.actions.followup.columns import ContactRules, CustomerColumns
from cxstats.actions.followup.latest_answers import LATE
from cxstats.actions.journeys.owners import NOBODY
from cxstats.responses.names import unknown_name
from cxstats.responses.scales import Scale, points_text

ListName = Literal["call back", "thank", "ask"]

CALL: Final = "call back"
THANK: Final = "thank"
ASK: Final = "ask"
UNFAVOURABLE: Final = "unfavourable"
NEUTRAL: Final = "neutral"
FAVOURABLE: Final = "favourable"
QUESTION: Final = "What could we do better?"
COLUMNS: Final = (
    "list", "rank", "customer", "rating", "group", "answered", "days_ago", "value", "reason", "owner", "why",
)  # fmt: skip
_LISTS: Final = {
    CALL: "call back",
    THANK: "thank, and ask for a referral or a review",
    ASK: f"ask one question: {QUESTION}",
}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class FollowUp:
    """Whom to contact of the customers who answered. No representation shows a customer; lists do.

    Attributes
    ----------
    rating, scale
        The column answered, and its scale.
    columns, rules
        What they were made from.
    customers
        One row a customer, unfavourable, favourable, neutral, each in the order in which they are contacted:

        - ``list``: ``"call back"``, ``"thank"``, ``"ask"``, or empty; ``rank``: place on it from 1 on, 0 on none.
        - ``customer``: as in the data; ``rating``: the point answered.
        - ``group``: ``"unfavourable"``, ``"neutral"`` or ``"favourable"``.
        - ``answered``, ``days_ago``: the day of the answer, and how long before the day of the lists it was.
        - ``value``, ``reason``, ``owner``: as in the data, of that answer.
        - ``why``: why a customer is on no list, or is asked and not called.
        - The columns that were asked for by name.
    differing
        Customers who answered differently on their latest day, of which the worst counts.
    answers
        How many answers were read and what became of them; the others add up to the first.
    """

    rating: str
    scale: Scale
    columns: CustomerColumns
    rules: ContactRules
    customers: pd.DataFrame
    differing: int
    answers: tuple[tuple[str, int], ...]

    @property
    def call(self) -> pd.DataFrame:
        """Whom to call back, the highest value at risk first."""
        return self._of(CALL)

    @property
    def thank(self) -> pd.DataFrame:
        """Whom to thank and ask for a referral or a review, the most valuable first."""
        return self._of(THANK)

    @property
    def ask(self) -> pd.DataFrame:
        """Who gets the one extra question, `QUESTION`: unfavourable answers beyond the calls that can be made."""
        return self._of(ASK)

    @property
    def neutral(self) -> pd.DataFrame:
        """Customers who are neither favourable nor unfavourable; they are on no list."""
        return self.customers[self.customers["group"] == NEUTRAL].reset_index(drop=True)

    @property
    def set_aside(self) -> pd.DataFrame:
        """Customers on no list, each with the reason ``why``."""
        return self._of("")

    def to_frame(self) -> pd.DataFrame:
        """One row a customer on a list, lists one after the other, each in its order; columns as in `customers`."""
        return pd.concat([self._of(name) for name in _LISTS], ignore_index=True)

    def lists_by_owner(self) -> dict[str, pd.DataFrame]:
        """Return what `to_frame` does for each owner, in the order of their names; those without one are last."""
        owners = sorted(self.customers.loc[self.customers["list"] != "", "owner"].unique(), key=_last)
        return {owner: self._chosen(owner, None) for owner in owners}

    def summary(self) -> pd.DataFrame:
        """Account for everybody: columns ``of``, ``what`` and ``count``.

        Of customers: answered = on the three lists + set aside, each with its reason. Of answers: read = used + other
        answers of the same customers + those without customer, without answer, or not on the scale. No customer is in
        it.
        """
        lists, why = self.customers["list"], self.customers["why"]
        rows = [("customers", "answered", len(lists))]
        rows += [("customers", said, int((lists == name).sum())) for name, said in _LISTS.items()]
        aside: pd.Series[int] = why[lists == ""].value_counts()
        rows += [("customers", f"set aside: {reason}", count) for reason, count in sorted(aside.items(), key=str)]
        rows += [("answers", what, count) for what, count in self.answers]
        return pd.DataFrame(rows, columns=["of", "what", "count"])

    def sentence(self) -> str:
        """Say in figures whom to contact, from which days, who was left out and why, and who is not looked at."""
        return " ".join(self.sentences())

    def sentences(self) -> tuple[str, ...]:
        """Return what `sentence` says, one fact each, the most important first."""
        lists = self.customers["list"]
        count = {name: int((lists == name).sum()) for name in _LISTS}
        said = [
            f"Call {_customers(count[CALL])} back, ask {count[ASK]:,} what could be better, thank {count[THANK]:,}.",
            self._recent_in_words(),
        ]
        return (*said, *self._left_out(), *self._earlier_in_words(), *self._cautions())

    @property
    def _recent(self) -> "pd.Series[bool]":
        """Whose answer is not too old to be followed up."""
        ago, most = self.customers["days_ago"].astype("float64"), self.rules.not_older_than
        return ago <= most if most is not None else ago.isna() | ago.notna()

    def _recent_in_words(self) -> str:
        group, scale, day = self.customers["group"][self._recent], self.scale, f"{self.rules.today:%Y-%m-%d}"
        days = self.rules.not_older_than
        when = f"up to {day}" if days is None else f"in the {days} days up to {day}"
        return (
            f"{_customers(len(group))} answered {self.rating} {when}: {int((group == UNFAVOURABLE).sum()):,} of them "
            f"unfavourably{_points(scale.unfavourable)}, {int((group == FAVOURABLE).sum()):,} "
            f"favourably{_points(scale.favourable)}, {int((group == NEUTRAL).sum()):,} in between."
        )

    def _earlier_in_words(self) -> list[str]:
        ago = self.customers["days_ago"][~self._recent]
        earlier, undated = int(ago.notna().sum()), int(ago.isna().sum())
        said = [f"{earlier:,} more answered before that and are on no list."] if earlier else []
        return said + ([f"{undated:,} more answered on a day that is not known and are on no list."] if undated else [])

    def _left_out(self) -> list[str]:
        aside = self.customers[(self.customers["list"] == "") & self._recent]
        why = aside.loc[aside["why"] != NEUTRAL, "why"].value_counts()
        if why.empty:
            return []
        reasons = "; ".join(f"{reason} ({why[reason]:,})" for reason in sorted(why.index, key=str))
        return [f"On no list although not in between: {reasons}."]

    def _cautions(self) -> list[str]:
        said: list[str] = []
        if self.columns.consent is None:
            said.append("Consent was not looked at: no column of it was named.")
        if self.differing:
            when = "on their latest day" if self.columns.answered else "in several answers"
            said.append(f"{_customers(self.differing)} answered differently {when}: the worst counts.")
        late = dict(self.answers)[LATE]
        if late:
            said.append(f"{late:,} answers after {self.rules.today:%Y-%m-%d}, the day of the lists, are not used.")
        called = self.call
        if self.columns.owner is not None and (called["owner"] == NOBODY).any():
            said.append(f"{int((called['owner'] == NOBODY).sum()):,} of the calls have no owner.")
        if self.columns.value is not None and called["value"].isna().any():
            said.append(f"{int(called['value'].isna().sum()):,} of those to call have no value and come last.")
        return said

    def to_csv(self, path: str | Path, *, owner: str | None = None, only: ListName | None = None) -> None:
        """Write the lists as a CSV file in which no cell runs as a formula in a spreadsheet.

        Parameters
        ----------
        path
            Of the file; it is replaced where it exists.
        owner
            Write the rows of one owner only.
        only
            Write one list only.

        Raises
        ------
        ValueError
            If there is no such list, or nobody has this owner.
        """
        from cxstats.actions.followup.sheets import write_csv

        write_csv(path, self._chosen(owner, only))

    def to_xlsx(self, path: str | Path, *, owner: str | None = None) -> None:
        """Write a workbook with one sheet a list and one that accounts for everybody; text is text there.

        Parameters
        ----------
        path, owner
            As of `to_csv`.

        Raises
        ------
        ValueError
            If the extra ``excel`` is not installed, a sheet cannot hold a cell, or nobody has this owner.
        """
        from cxstats.actions.followup.sheets import write_excel

        sheets = {name: self._chosen(owner, name) for name in (CALL, THANK, ASK)}
        write_excel(path, {**sheets, "account": self.summary()})

    def _of(self, name: str) -> pd.DataFrame:
        return self.customers[self.customers["list"] == name].reset_index(drop=True)

    def _chosen(self, owner: str | None, only: ListName | None) -> pd.DataFrame:
        if only is not None and only not in _LISTS:
            raise ValueError(unknown_name("list", only, _LISTS))
        if owner is not None and not (self.customers["owner"] == owner).any():
            raise ValueError(f"no customer has the owner {owner!r}; lists_by_owner() has those who have some")
        rows = self.to_frame() if only is None else self._of(only)
        return rows if owner is None else rows[rows["owner"] == owner].reset_index(drop=True)

    def __repr__(self) -> str:
        return f"FollowUp: {self.sentence()}"

    def _repr_html_(self) -> str:
        table = self.summary().to_html(index=False, border=0, justify="left", escape=True)
        return f"<p>{escape(self.sentence())}</p>{table}"


def _customers(count: int) -> str:
    return "1 customer" if count == 1 else f"{count:,} customers"


def _points(points: Sequence[int]) -> str:
    return f" ({points_text(points)})" if points else ""


def _last(owner: str) -> tuple[bool, str]:
    return owner in (NOBODY, ""), owner
