"""Everything about a column."""

from collections.abc import Iterable, Sequence
from typing import Final

import pandas as pd

from cxstats.printing.accounts import days, zone
from cxstats.printing.lines import WIDTH, clean, counted, paragraph, short
from cxstats.printing.ratings import about_scale
from cxstats.printing.spreads import spread_of
from cxstats.responses.inspection import Question
from cxstats.responses.names import unknown_name
from cxstats.responses.survey import Survey

_REPEATED: Final = 0.9
_ANSWER: Final = 60


def named_questions(questions: Sequence[Question], names: Iterable[str]) -> list[Question]:
    """Return the columns of these names, or whose names or matrix begin so, in the order of the names.

    Raises
    ------
    ValueError
        If no column's name begins so.

    Examples
    --------
    >>> both = [Question(name, "", "text", 0, 0, {}, ()) for name in ("Q1_1", "Q1_2")]
    >>> [question.column for question in named_questions(both, ["Q1"])]
    ['Q1_1', 'Q1_2']
    """
    found: dict[str, Question] = {}
    for name in names:
        exactly = [question for question in questions if question.column == name]
        begun = [q for q in questions if q.column.startswith(name) or q.part_of.startswith(name)]
        if not (exactly or begun):
            raise ValueError(unknown_name("column", name, [question.column for question in questions]))
        found |= {question.column: question for question in exactly or begun}
    return list(found.values())


def detail_lines(survey: Survey, question: Question) -> list[str]:
    """Write all that is known of a column; no answers of texts, of identifiers and of what is personal."""
    role = f", {question.role}" if question.role else ""
    kind = f"{question.kind}{role}, {question.answered:,} answered, {question.distinct:,} distinct"
    text = "" if question.text == question.column else question.text
    lines = [
        f"{clean(question.column)}  [{kind}]",
        *(_about("asked", text) if not question.part_of else _about("of", question.part_of)),
        *(_about("item", question.part) if question.part_of else []),
    ]
    if question.personal:
        return [*lines, f"    personal ({question.personal}): not shown, and written only if asked for by name"]
    if question.kind == "rating":
        lines += [f"    {spread_of(question).text(WIDTH - 4)}", *_about("", about_scale(question))]
        likely = [f"{scale.name} ({scale.share:.0%} by {scale.evidence})" for scale in question.likely_scales]
        lines += _about("may be on", ", ".join(likely))
    answers = [f"{short(answer, _ANSWER)} x {times:,}" for answer, times in question.answers.items()]
    labels = [f"{code} = {short(label, _ANSWER)}" for code, label in question.labels.items()]
    return [
        *lines,
        *_about("answers", "; ".join(answers)),
        *_about("labels", "; ".join(labels)),
        *_range(survey, question),
    ]


def _about(title: str, text: str) -> list[str]:
    return [f"    {line}" for line in paragraph(title, text, lines=12)] if text else []


def _range(survey: Survey, question: Question) -> list[str]:
    """Say from where to where dates and numbers run; not of numbers that hardly repeat, which may be somebody's."""
    cells = survey.responses[question.column].dropna()
    if cells.empty:
        return []
    if pd.api.types.is_datetime64_any_dtype(cells):
        first, last = days(cells)
        return [f"    {first} to {last}, {zone(cells, question.time_zone)}"]
    if question.kind not in ("number", "administrative") or not pd.api.types.is_numeric_dtype(cells):
        return []
    if question.distinct > _REPEATED * question.answered:
        return [f"    {counted(question.distinct, 'different number')}, which hardly repeat: an identifier?"]
    low, middle, high = (f"{value:,.6g}" for value in (cells.min(), cells.median(), cells.max()))
    return [f"    {low} to {high}, median {middle}"]
