"""Columns that are no ratings on a page: a line for a choice, one for all texts, one for what is personal."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from cxstats.printing.groups import NUMBER, Group, fitted, headed, name_of
from cxstats.printing.lines import WIDTH, cells_of, counted, listed, padded, paragraph, short
from cxstats.printing.spreads import spread_of, with_count
from cxstats.responses.inspection import Question
from cxstats.responses.survey import PARTIAL, UNANSWERED, Survey

_NAME: Final = 26
_NARROW: Final = 14
_QUESTION: Final = 36
_ANSWER: Final = 40
_INSET: Final = " " * 6
_VALUES: Final = 4
_NUMBER_TEXT: Final = re.compile(r"-?\d+(?:\.\d+)?")
_ROLES: Final = ("response id", "customer", "start", "end", "duration", "status", "language", "channel")
_WITH_VALUES: Final = ("status", "language", "channel")


def choice_lines(groups: Sequence[Group], most: int) -> list[str]:
    """Write choices with their answers on so many lines; those that do not fit by name.

    A line each, and a second one for those that need it while there is room.
    """
    if not groups:
        return []
    width = max(_NARROW, *(cells_of(_head(group, _QUESTION)) for group in groups))
    spare = most - 1 - len(groups)
    written: dict[str, list[str]] = {}
    for group in groups:
        lines = _choice(group, width)
        if len(lines) > 1 and spare < 1:
            lines = [_cut_to_a_line(group, width)]
        spare -= len(lines) - 1
        written[group.members[0].column] = lines
    header = headed("choices", groups, width, "answers, codes in a row")
    return [header, *fitted(groups, most - 1, lambda group: written[group.members[0].column])]


def folded(words: str, groups: Sequence[Group], kept: int) -> list[str]:
    """Name columns on a line or two, with the number of answers where not every kept response has one."""
    if not groups:
        return []
    title = f"{words} ({sum(len(group.members) for group in groups):,})"
    return paragraph(title, listed([_named(group, kept) for group in groups], 2 * WIDTH - len(title) - 20))


def about_the_response(survey: Survey, questions: Iterable[Question]) -> list[str]:
    """Name the columns that say something of the response itself, by role, and the others."""
    found = [q for q in questions if q.kind == "administrative" and q.column not in (PARTIAL, UNANSWERED)]
    roles = {role: [_with_values(survey, q) for q in found if q.role == role] for role in _ROLES}
    said = [f"{role} {', '.join(names)}" for role, names in roles.items() if names]
    others = [short(q.column, _NAME) for q in found if not q.role]
    said += [f"others {listed(others, WIDTH)}"] if others else []
    return paragraph("about the response", "; ".join(said), lines=4) if said else []


def personal_line(questions: Iterable[Question]) -> list[str]:
    """Name the columns of personal data, with their kind and none of it."""
    found = [f"{short(q.column, _NAME)} ({q.personal})" for q in questions if q.personal]
    return paragraph("personal, not shown", listed(found, 2 * WIDTH - 40)) if found else []


def _choice(group: Group, width: int) -> list[str]:
    """Write a choice on a line, or on two where one does not hold all of its name and answers."""
    answers = _answers(group)
    whole = f"{_start(group, width)}{', '.join(answers)}"
    if not answers or (cells_of(whole) <= WIDTH and cells_of(_head(group, WIDTH)) <= width):
        return [_cut_to_a_line(group, width)]
    head = _head(group, WIDTH - NUMBER - 12)
    return [f"  {head}  {_answered(group)}", f"{_INSET}{listed(answers, WIDTH - len(_INSET))}"]


def _cut_to_a_line(group: Group, width: int) -> str:
    line, answers = _start(group, width), _answers(group)
    said = listed(answers, WIDTH - cells_of(line)) if answers else f"{group.members[0].distinct:,} different"
    return f"{line}{said}"


def _start(group: Group, width: int) -> str:
    return f"  {padded(_head(group, width), width)} {_answered(group):>{NUMBER}}  "


def _answered(group: Group) -> str:
    low, high = group.answered
    return f"{low:,}" if low == high else f"{low:,}-{high:,}"


def _head(group: Group, most: int) -> str:
    """Name a choice, with the number of its options or columns."""
    if len(group.members) == 1:
        return name_of(group, most)
    count = f" ({len(group.members):,} {'options' if group.kind == 'option' else 'columns'})"
    return f"{name_of(group, most - len(count))}{count}"


def _answers(group: Group) -> list[str]:
    """Write the answers of a choice with their numbers, of options the share of each, of a run the answers alone."""
    if group.kind == "option":
        shares = {q.part or q.column: q.answers.get("True", 0) / max(q.answered, 1) for q in group.members}
        ordered = sorted(shares.items(), key=lambda pair: -pair[1])
        return [f"{short(part, _ANSWER)} {100 * share:.0f} %" for part, share in ordered]
    first = group.members[0]
    if len(group.members) > 1:
        found = list({answer: None for question in group.members for answer in question.answers})
        numbers = all(_NUMBER_TEXT.fullmatch(answer) for answer in found)
        each = [short(answer, _ANSWER) for answer in (sorted(found, key=float) if numbers else found)]
        return [f"each {each[0]}", *each[1:]] if each else []
    spread = spread_of(first)
    if spread.points and not first.labels:
        return [spread.text(WIDTH // 2)]
    return [with_count(_labelled(first, answer), count) for answer, count in first.answers.items()]


def _labelled(question: Question, answer: str) -> str:
    label = question.labels.get(answer, "")
    return f"{answer} = {label}" if label else {"True": "yes", "False": "no"}.get(answer, answer)


def _named(group: Group, kept: int) -> str:
    """Name a column or several, with the number of answers where some are missing."""
    if len(group.members) > 1:
        return f"{name_of(group, _QUESTION)} ({len(group.members):,} columns)"
    question = group.members[0]
    few = f" ({question.answered:,})" if 0 < question.answered < kept else ""
    return f"{short(question.column, _QUESTION)}{few}"


def _with_values(survey: Survey, question: Question) -> str:
    """Name a column of a role, with its values where they are few and tell what is in the export."""
    name = short(question.column, _NAME)
    if question.role not in _WITH_VALUES:
        return name
    counts = survey.responses[question.column].value_counts()
    if not 0 < len(counts) <= _VALUES:
        return f"{name} ({counted(len(counts), 'different value')})" if len(counts) else name
    return f"{name} ({', '.join(f'{short(value, _NAME)} {count:,}' for value, count in counts.items())})"
