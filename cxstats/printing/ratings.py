"""Ratings on a page: how often each point was given, on which scale it is and why, and what was asked."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

from cxstats.printing.groups import NUMBER, Group, fitted, headed, name_of
from cxstats.printing.lines import WIDTH, cells_of, clean, counted, padded, paragraph, quoted, short
from cxstats.printing.spreads import spread_of
from cxstats.responses.inspection import Question

_NAME: Final = 26
_ITEMS: Final = 6
_LEAST: Final = 12
_LABEL: Final = 30
_INSET: Final = 6


def rating_lines(groups: Sequence[Group], most: int) -> list[str]:
    """Write ratings on so many lines: counts by point, then scale, evidence and question.

    Where those do not fit, a line each; where these do not fit either, the last ones by name.
    """
    if not groups:
        return []
    whole = [line for group in groups for line in _lines(group)]
    lines = whole if len(whole) < most else fitted(groups, most - 1, _shorter)
    return [headed("ratings", groups, _NAME, "by point"), *lines]


def about_scale(question: Question) -> str:
    """Say on which scale a rating is, and the evidence, or what must be said."""
    if question.scale:
        return f"{question.scale} ({question.evidence})"
    return f"scale {question.evidence or 'unknown'}"


def _lines(group: Group) -> list[str]:
    if len(group.members) == 1:
        question = group.members[0]
        return [_item(question), *_explained(question)]
    scales = Counter(about_scale(question) for question in group.members)
    common = scales.most_common(1)[0][0]
    lines = [f"  {name_of(group, WIDTH - 20)}: {counted(len(group.members), 'item')}", *_wrapped(common)]
    for question in group.members[:_ITEMS]:
        own = about_scale(question)
        lines += [_item(question), *(_wrapped(own) if own != common else [])]
    more = len(group.members) - _ITEMS
    return [*lines, *([f"    and {counted(more, 'more item')}"] if more > 0 else [])]


def _shorter(group: Group) -> list[str]:
    if len(group.members) > 1:
        return _lines(group)
    question = group.members[0]
    return [_item(question, about_scale(question))]


def _item(question: Question, beside: str = "") -> str:
    """Write a column and its counts, and beside them what there is room for."""
    column, part = clean(question.column), clean(question.part)
    # Some vendors repeat question and item in the name of the column.
    name, beside = (part, beside) if part and cells_of(column) > _NAME else (column, beside or part)
    head = f"  {padded(name, _NAME)} {question.answered:>{NUMBER},}  "
    counts = spread_of(question).text(WIDTH - cells_of(head))
    room = WIDTH - cells_of(head) - cells_of(counts) - 2
    return f"{head}{counts}{f'  {short(beside, room)}' if beside and room >= _LEAST else ''}"


def _explained(question: Question) -> list[str]:
    """Write the scale, the ends of the labels and the question, on one line if they fit."""
    ends = [f"{code} = {short(label, _LABEL)}" for code, label in question.labels.items()]
    scale = clean(about_scale(question) + (f"; {ends[0]} ... {ends[-1]}" if len(ends) > 1 else ""))
    asked = "" if question.text == question.column and cells_of(question.text) <= _NAME else question.text
    beside = quoted(asked, WIDTH - _INSET - cells_of(scale) - 2)
    if beside or not asked:
        return [_inset(f"{scale}  {beside}")]
    return [_inset(quoted(asked, WIDTH - _INSET)), *_wrapped(scale)]


def _wrapped(text: str) -> list[str]:
    return [f"{' ' * _INSET}{line}" for line in paragraph("", text, width=WIDTH - _INSET)]


def _inset(text: str) -> str:
    return f"{' ' * _INSET}{short(text, WIDTH - _INSET)}"
