"""An export on one screen: the account first, then its columns, what matters most first, then what to score next."""

from collections.abc import Iterable, Sequence
from typing import Final

from cxstats.printing.accounts import MOST_DATES, account, columns_by_kind, dated, dates, kept_with, notes, title
from cxstats.printing.columns import about_the_response, choice_lines, folded, personal_line
from cxstats.printing.details import detail_lines
from cxstats.printing.groups import Group, grouped
from cxstats.printing.lines import WIDTH, cells_of, counted, paragraph, short
from cxstats.printing.next_scores import NextScore
from cxstats.printing.ratings import rating_lines
from cxstats.responses.inspection import Kind, Question
from cxstats.responses.survey import Survey

SCREEN: Final = 45
_FOR_CHOICES: Final = 8
_FEWEST: Final = 4
_MOST_NOTES: Final = 4
_FOLDED: Final[dict[Kind, str]] = {"number": "numbers", "text": "texts", "date": "dates", "empty": "without an answer"}
_IN_FULL: Final = "in full: cxstats inspect FILE COLUMN ..., with names or how they begin; or --all"


def page(
    survey: Survey, questions: Sequence[Question], following: NextScore, commands: Sequence[tuple[str, list[str]]]
) -> list[str]:
    """Write an export on one screen.

    Parameters
    ----------
    survey, questions
        What was read, and what is in it.
    following, commands
        What to score next, and the commands for it.

    Returns
    -------
    list of str
        At most 45 lines, unless a name in the command is very long.
    """
    above_already = {question.column for question in dated(survey, questions)[:MOST_DATES]}
    shown = [question for question in questions if not question.personal]
    groups = grouped(q for q in shown if q.kind != "administrative" and q.column not in above_already)
    above = [*head(survey, questions), ""]
    below = [
        *(folded(words, _of(groups, kind), len(survey.responses)) for kind, words in _FOLDED.items()),
        about_the_response(survey, shown),
        personal_line(questions),
        note_lines(notes(survey), _MOST_NOTES),
        [_IN_FULL, ""],
        next_lines(following, commands),
    ]
    rest = [line for lines in below for line in lines]
    room = SCREEN - len(above) - len(rest)
    choosing = [group for group in groups if group.kind in ("choice", "option")]
    kept_free = min(len(choosing) + 1 if choosing else 0, _FOR_CHOICES)
    ratings = rating_lines(_of(groups, "rating"), max(room - kept_free, _FEWEST))
    return [*above, *ratings, *choice_lines(choosing, max(room - len(ratings), _FEWEST)), *rest]


def full_page(
    survey: Survey, questions: Sequence[Question], following: NextScore, commands: Sequence[tuple[str, list[str]]]
) -> list[str]:
    """Write all of every column and every note, as long as it gets; parameters as of `page`."""
    every = notes(survey)
    return [
        *head(survey, questions),
        "",
        *(line for question in questions for line in detail_lines(survey, question)),
        "",
        *note_lines(every, len(every)),
        *next_lines(following, commands),
    ]


def head(survey: Survey, questions: Sequence[Question]) -> list[str]:
    """Say where an export comes from, account for its records, and say when it was answered."""
    when = dates(survey, questions)
    return [
        *paragraph("", title(survey)),
        *paragraph("", account(survey)),
        *paragraph("", kept_with(survey)),
        *paragraph("", when or "no column of dates"),
        columns_by_kind(questions),
    ]


def note_lines(every: Sequence[str], most: int) -> list[str]:
    """Write notes on a line or two each, and how many there are beyond those."""
    lines = [line for note in every[:most] for line in paragraph("note", note)]
    more = len(every) - most
    return [*lines, *([f"and {counted(more, 'more note')}: --all"] if more > 0 else [])]


def next_lines(following: NextScore, commands: Sequence[tuple[str, list[str]]]) -> list[str]:
    """Write the commands to paste, each under its condition, and what else to know."""
    if not commands:
        return [line for hint in following.hints for line in paragraph("next", hint, lines=3)]
    open_question = any(condition for condition, _ in commands)
    lines = [f"next, with a choice to make about {short(following.column, 40)}:" if open_question else "next:"]
    for condition, parts in commands:
        lines += [f"  {condition}:"] if condition else []
        lines += _command(parts, "    " if condition else "  ")
    hints = [line for hint in following.hints for line in paragraph("", hint, width=WIDTH - 2, lines=3)]
    return [*lines, *(f"  {line}" for line in hints)]


def _command(parts: Iterable[str], indent: str) -> list[str]:
    """Write a command, on several lines where it is long; a shell reads them as one."""
    lines = [""]
    for part in parts:
        longer = f"{lines[-1]} {part}".strip()
        if lines[-1] and cells_of(f"{indent}{longer} \\") > WIDTH:
            lines.append(f"  {part}")
        else:
            lines[-1] = longer if len(lines) == 1 else f"  {longer}"
    return [f"{indent}{line} \\" for line in lines[:-1]] + [f"{indent}{lines[-1]}"]


def _of(groups: Iterable[Group], kind: Kind) -> list[Group]:
    return [group for group in groups if group.kind == kind]
