"""Customers who answered more than once, whose answers belong together.

>>> import pandas as pd
>>> print(repeat_answerers(pd.DataFrame({"customer": ["a", "b", "c"]}), "customer").sentence())
Each of 3 customers answered once.
"""

import re
from dataclasses import dataclass
from html import escape
from typing import Any, Final

import numpy as np
import pandas as pd

from cxstats.responses.engines import ROWS, count_answers, open_frame
from cxstats.responses.labels import label_key
from cxstats.responses.survey import Survey

_PEOPLE: Final = frozenset(
    {
        "account", "client", "cliente", "contact", "customer", "e-mail", "email", "guest", "household", "klant",
        "kunde", "mail", "mailadres", "member", "patient", "phone", "recipient", "respondent", "subscriber",
        "telephone", "user", "usuario",
    }
)  # fmt: skip
_FEWEST_PEOPLE: Final = 20


@dataclass(frozen=True, slots=True)
class RepeatAnswerers:
    """How often customers answered.

    Attributes
    ----------
    customer
        The column that tells customers apart.
    once, twice, more
        Customers with one, two, and three or more answers.
    answers
        Rows with a customer.
    answers_of_repeaters
        Rows of the customers with two or more.
    most
        Answers of the customer with most.
    without_customer
        Rows that name no customer.
    """

    customer: str
    once: int
    twice: int
    more: int
    answers: int
    answers_of_repeaters: int
    most: int
    without_customer: int

    @property
    def customers(self) -> int:
        """Number of customers."""
        return self.once + self.twice + self.more

    @property
    def share(self) -> float:
        """Share of the answers that come from customers with two or more, 0 to 1; NaN without answers."""
        return self.answers_of_repeaters / self.answers if self.answers else float("nan")

    def to_frame(self) -> pd.DataFrame:
        """One row each for once, twice and more: ``answered``, ``customers``, ``answers``."""
        of_more = self.answers_of_repeaters - 2 * self.twice
        rows = [
            ("once", self.once, self.once),
            ("twice", self.twice, 2 * self.twice),
            ("3 or more", self.more, of_more),
        ]
        return pd.DataFrame(rows, columns=["answered", "customers", "answers"])

    def sentence(self) -> str:
        """Say how many answers come from repeaters, and how to count them in the variance."""
        none = f" {self.without_customer:,} answers name no customer." if self.without_customer else ""
        if not self.customers:
            return f"No answer names a customer in {self.customer}.{none}"
        if self.once == self.customers:
            return f"Each of {self.customers:,} customers answered once.{none}"
        return (
            f"{self.answers:,} answers of {self.customers:,} customers: {self.once:,} answered once, {self.twice:,} "
            f"twice, {self.more:,} three times or more (at most {self.most:,}); {100 * self.share:.1f} % of the "
            f"answers come from customers with several. Answers of one customer belong together: count them with "
            f"Design(clusters={self.customer!r}).{none}"
        )

    def _repr_html_(self) -> str:
        return f"<p>{escape(self.sentence())}</p>{self.to_frame().to_html(index=False, border=0, justify='left')}"


def repeat_answerers(data: Any, customer: str) -> RepeatAnswerers:
    """Count how many customers answered once, twice and more often.

    Parameters
    ----------
    data
        A `Survey` or a table of any engine.
    customer
        Column that tells customers apart.

    Raises
    ------
    ValueError
        If there is no such column.

    Examples
    --------
    >>> found = repeat_answerers(pd.DataFrame({"customer": ["a", "b", "b", "c", None]}), "customer")
    >>> found.once, found.twice, found.share, found.without_customer
    (2, 1, 0.5, 1)
    """
    table = data.responses if isinstance(data, Survey) else data
    counted = count_answers(open_frame(table, [customer]), customer, [])
    named = counted.iloc[:, 0].notna().to_numpy()
    times = counted[ROWS].to_numpy(dtype=np.int64)
    mine = times[named]
    return RepeatAnswerers(
        customer=customer,
        once=int((mine == 1).sum()),
        twice=int((mine == 2).sum()),
        more=int((mine > 2).sum()),
        answers=int(mine.sum()),
        answers_of_repeaters=int(mine[mine > 1].sum()),
        most=int(mine.max(initial=0)),
        without_customer=int(times[~named].sum()),
    )


def likely_repeat_answerers(survey: Survey) -> list[RepeatAnswerers]:
    """Find columns that seem to name customers, by their own name, of whom some answered more than once.

    Examples
    --------
    >>> from cxstats.responses.exports import read_export
    >>> [found.customer for found in likely_repeat_answerers(read_export("data/support_survey.csv"))]
    ['customer']
    """
    named = [column for column in survey.responses.columns if _names_people(column)]
    found = [repeat_answerers(survey, column) for column in named]
    return [one for one in found if one.customers >= _FEWEST_PEOPLE and one.once < one.customers]


def _names_people(column: str) -> bool:
    words = re.split(r"[\W_]+", re.sub(r"(?<=[a-z])(?=[A-Z])", " ", column))
    return any(word in _PEOPLE or word.removesuffix("s") in _PEOPLE for word in map(label_key, words))
