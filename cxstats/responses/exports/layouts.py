"""The seam between a file's rows and a vendor: how the rows of an export are laid out."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pandas as pd

Rows = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class Layout:
    """How an export is laid out.

    Attributes
    ----------
    names, texts
        The name of each column and the question asked in it.
    headers
        Number of rows before the first record.
    rejections
        From the raw records (all text) to the reason why each is not a response, empty for those that are.
    partial
        From the raw records to which are partial; None where the export does not say.
    id_column
        The column that names each response once, if there is one.
    administrative
        Columns that hold no answers.
    unanswered
        The code of a question that was seen and not answered, if there is one.
    """

    names: Sequence[str]
    texts: Sequence[str]
    headers: int
    rejections: Callable[[pd.DataFrame], "pd.Series[str]"]
    partial: Callable[[pd.DataFrame], "pd.Series[bool] | None"]
    id_column: str | None = None
    administrative: frozenset[str] = frozenset()
    unanswered: str | None = None


@dataclass(frozen=True, slots=True)
class Vendor:
    """A shape of export.

    Attributes
    ----------
    name
        By which it can be asked for.
    shape
        What makes an export this vendor's, in words.
    recognises
        Whether rows have this shape.
    layout
        How rows of this shape are laid out.
    """

    name: str
    shape: str
    recognises: Callable[[Rows], bool]
    layout: Callable[[Rows], Layout]


def clean_names(names: Sequence[str]) -> tuple[list[str], list[str]]:
    """Make column names usable: no blanks around them or line breaks inside, none empty, none twice.

    Returns
    -------
    tuple
        The names, and one note for each that was changed.

    Examples
    --------
    >>> clean_names(["ces ", "", "ces"])[0]
    ['ces', 'column 2', 'ces (2)']
    """
    cleaned: list[str] = []
    notes: list[str] = []
    for place, name in enumerate(names, start=1):
        plain = " ".join(name.split()) or f"column {place}"
        unique, again = plain, 1
        while unique in cleaned:
            again += 1
            unique = f"{plain} ({again})"
        cleaned.append(unique)
        if unique != name:
            notes.append(f"column {place}: name {name!r} read as {unique!r}")
    if len(names) > 1 and sum(not name.strip() for name in names) > len(names) / 2:
        notes.append("most columns have no name: is the first row a title? Remove it and read again")
    if names and all(re.fullmatch(r"\s*[\d.,]+\s*", name) for name in names):
        notes.append("all column names are numbers: has the file no row of names? Add one and read again")
    return cleaned, notes
