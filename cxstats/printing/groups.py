"""The columns of one matrix, multiple choice or run of like questions, together."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from cxstats.printing.lines import WIDTH, cells_of, clean, listed, padded, short
from cxstats.responses.inspection import Kind, Question

NUMBER: Final = 9
_RUN: Final = 3
_LONG_NAME: Final = 26


@dataclass(frozen=True, slots=True)
class Group:
    """Columns that belong together.

    Attributes
    ----------
    stem
        The question that they share; empty for a run of questions with the same answers, and for a single column.
    members
        One column or more, in the order of the export.
    """

    stem: str
    members: Sequence[Question]

    @property
    def kind(self) -> Kind:
        """The kind that all of its columns are of."""
        return self.members[0].kind

    @property
    def answered(self) -> tuple[int, int]:
        """The fewest and the most answers in a column."""
        found = [question.answered for question in self.members]
        return min(found), max(found)


def grouped(questions: Iterable[Question]) -> list[Group]:
    """Put columns of one kind together: those of one question, and three or more in a row with the same answers.

    Examples
    --------
    >>> def item(name, stem=""):
    ...     return Question(name, "", "choice", 9, 2, {"yes": 4, "no": 5}, (), part_of=stem)
    >>> names = [item("a1", "a"), item("b"), item("a2", "a"), item("c"), item("d")]
    >>> [[question.column for question in group.members] for group in grouped(names)]
    [['a1', 'a2'], ['b', 'c', 'd']]
    """
    every = list(questions)
    places = {question.column: place for place, question in enumerate(every)}
    of_stem: dict[tuple[str, Kind], list[Question]] = {}
    for question in every:
        if question.part_of:
            of_stem.setdefault((question.part_of, question.kind), []).append(question)
    groups = [Group(stem if len(some) > 1 else "", some) for (stem, _), some in of_stem.items()]
    for _, run in groupby((question for question in every if not question.part_of), key=_likeness):
        found = list(run)
        together = len(found) >= _RUN and found[0].answers
        groups += [Group("", some) for some in ([found] if together else [[question] for question in found])]
    return sorted(groups, key=lambda group: places[group.members[0].column])


def _likeness(question: Question) -> tuple[object, ...]:
    """Return what columns in a row must share to be shown as one."""
    # A name that is a whole question says too much to be left out.
    alone = question.column if cells_of(clean(question.column)) > _LONG_NAME else ""
    return question.kind, frozenset(question.answers), question.scale, question.evidence, alone


def headed(words: str, groups: Sequence[Group], name: int, shown: str) -> str:
    """Write the header of a table of columns: how many they are, the width of their names, and what is shown."""
    count = sum(len(group.members) for group in groups)
    return f"{padded(f'{words} ({count:,})', name + 2)} {'answered':>{NUMBER}}  {shown}"


def fitted(groups: Sequence[Group], most: int, write: Callable[[Group], list[str]]) -> list[str]:
    """Write groups on so many lines, and on the last one the names of those that do not fit."""
    lines: list[str] = []
    for place, group in enumerate(groups):
        written = write(group)
        last = place == len(groups) - 1
        if len(lines) + len(written) > most - (not last):
            rest = groups[place:]
            count = sum(len(one.members) for one in rest)
            said = f"  and {count:,} more: "
            return [*lines, f"{said}{listed([name_of(one, 40) for one in rest], WIDTH - len(said))}"]
        lines += written
    return lines


def name_of(group: Group, most: int) -> str:
    """Name a group in so many cells: by what is asked, else by its first and last column.

    >>> def column(name, text=""):
    ...     return Question(name, text, "choice", 9, 2, {}, ())
    >>> name_of(Group("", [column("Q1", "How often?")]), 40)
    'Q1: How often?'
    >>> name_of(Group("", [column("Q1"), column("Q2"), column("Q3")]), 40)
    'Q1 ... Q3'
    """
    first, last = clean(group.members[0].column), clean(group.members[-1].column)
    if group.stem:
        return short(group.stem, most)
    if len(group.members) > 1:
        begin = short(first, max((most - 5) // 2, most - 5 - cells_of(last)))
        return f"{begin} ... {short(last, most - 5 - cells_of(begin))}"
    text = clean(group.members[0].text)
    return short(first if text in ("", first) or text in first else f"{first}: {text}", most)
