"""The seam between a file's rows and a vendor: what a vendor says of an export, and nothing more."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

from cxstats.responses.commands import without_commands
from cxstats.responses.inspection import Kind

Rows = Sequence[Sequence[str]]
Stated = Kind | Literal["", "part", "options"]
Role = Literal["", "response id", "start", "end", "status", "duration", "language", "customer", "channel"]
NO_CODES: Final[frozenset[str]] = frozenset()


@dataclass(frozen=True, slots=True)
class Column:
    """What a vendor says of one column of its export.

    Attributes
    ----------
    name
        As in the file; it is made usable and distinct later.
    text
        The question asked, empty where the export does not say.
    kind
        ``"administrative"`` for what is no answer. ``"part"`` for one of several columns of a question, of which the
        cells of all records tell whether they are options of a multiple choice (each blank, ``1`` or the option's
        text), the last one of which may hold what was written instead, or items.
        ``"option"`` where the vendor knows that it is one. ``"options"`` for a multiple choice in one cell, with
        `split`. ``"rating"``, ``"choice"``, ``"number"``, ``"date"`` and ``"text"`` need to be said only where the
        cells would mislead: empty, they are found from the cells.
    role
        What the column says of its response, if anything.
    part_of, part
        Of a column of a multiple choice or a matrix: the question that all of its columns share, and the wording of
        this option or item.
    labels
        From code to the label that the respondent saw.
    chosen
        Of a part: cells that say that this option was chosen, besides its own wording and ``1``, where the vendor
        writes such. Then a ``0`` or ``no`` says that it was not.
    missing
        Cells that mean that a question was seen and not answered.
    dates
        Formats of `datetime.strptime`, likeliest first. The first that fits every cell is taken; where it may as well
        be another, a note says so.
    time_zone
        Of dates without an offset, where the vendor says it; ``"?"`` and a reason where it does not:
        ``"? of the account"``.
    split
        From the distinct cells of a multiple choice to the options chosen in each.
    """

    name: str
    text: str = ""
    kind: Stated = ""
    role: Role = ""
    part_of: str = ""
    part: str = ""
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    chosen: frozenset[str] = NO_CODES
    missing: frozenset[str] = NO_CODES
    dates: Sequence[str] = ()
    time_zone: str = ""
    split: Callable[[Sequence[str]], Sequence[Sequence[str]]] | None = None


@dataclass(frozen=True, slots=True)
class Layout:
    """How an export is laid out. Columns are named by their place, from 0; cells are given without blanks around them.

    Attributes
    ----------
    columns
        One for each column of the file.
    headers
        Number of rows before the first record.
    rejected
        From a column to the reason why a record with such a cell is not a response, empty where it is one.
    partial
        A column and which of its cells say that a response is partial; None where the export does not say.
    unanswered
        A column and which of its cells say that the record is an invitation that nobody answered. Such records are
        kept and flagged, since a response rate needs them; they are no answers.
    groups
        From a column of detractors, passives and promoters to that of the score they come from, 0 to 10.
    seen
        How the vendor marks questions that were seen and not answered, for a note: ``"-99 (seen but unanswered)"``.
    notes
        What the vendor's room assumes.
    """

    columns: Sequence[Column]
    headers: int = 1
    rejected: Mapping[int, Callable[[str], str]] = field(default_factory=dict[int, Callable[[str], str]])
    partial: tuple[int, Callable[[str], bool]] | None = None
    unanswered: tuple[int, Callable[[str], bool]] | None = None
    groups: Mapping[int, int] = field(default_factory=dict[int, int])
    seen: str = ""
    notes: Sequence[str] = ()


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
        Whether the first rows of a file, up to a hundred, have this shape.
    layout
        How an export is laid out whose first rows are these.
    """

    name: str
    shape: str
    recognises: Callable[[Rows], bool]
    layout: Callable[[Rows], Layout]


def one_line(text: str) -> str:
    r"""Return a text without line breaks and blanks around it, and without what commands a terminal.

    >>> one_line(" How easy\n was \x1b[31mit? ")
    'How easy was �[31mit?'
    """
    return without_commands(" ".join(text.split()))


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
    cleaned: dict[str, None] = {}
    notes: list[str] = []
    for place, name in enumerate(names, start=1):
        plain = one_line(name) or f"column {place}"
        unique, again = plain, 1
        while unique in cleaned:
            again += 1
            unique = f"{plain} ({again})"
        cleaned[unique] = None
        if unique != name:
            notes.append(f"column {place}: name {name!r} read as {unique!r}")
    if len(names) > 1 and sum(not name.strip() for name in names) > len(names) / 2:
        notes.append("most columns have no name: is the first row a title? Remove it and read again")
    if names and all(re.fullmatch(r"\s*[\d.,]+\s*", name) for name in names):
        notes.append("all column names are numbers: has the file no row of names? Add one and read again")
    return list(cleaned), notes
