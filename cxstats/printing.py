"""What the command prints: the account of an export, its questions, scores as text and as JSON."""

import json
import math
import sys
from collections.abc import Iterable
from typing import Any, Final

import pandas as pd

from cxstats.responses.inspection import Question
from cxstats.responses.repeats import likely_repeat_answerers
from cxstats.responses.survey import Survey
from cxstats.scores.estimates import Scores

_TEXT_WIDTH: Final = 60
_ANSWERS_SHOWN: Final = 7


def repeaters(survey: Survey) -> list[str]:
    """Suggest clusters where customers seem to have answered more than once."""
    return [
        f"{found.answers:,} answers of {found.customers:,} different values of {found.customer}: if these are "
        f"customers, their answers belong together; count them so with --clusters {found.customer}"
        for found in likely_repeat_answerers(survey)
    ]


def account(survey: Survey) -> str:
    """Account for every record in one line."""
    reasons = survey.rejected["reason"].value_counts()
    why = f" ({', '.join(f'{count:,} {reason}' for reason, count in reasons.items())})" if len(reasons) else ""
    kept, rejected = len(survey.responses), len(survey.rejected)
    return f"{survey.source.read:,} records read = {kept:,} kept + {rejected:,} rejected{why}"


def score_text(scores: Scores) -> str:
    """Write scores as a table, with what was set aside and why."""
    reasons = scores.tally.reasons()
    unused = reasons[~reasons["missing"].astype(bool)]
    lines = [f"  set aside: {row.rows:,} x {row.reason}" for row in unused.head(_ANSWERS_SHOWN).itertuples()]
    rest = unused["rows"].iloc[_ANSWERS_SHOWN:].sum()
    return "\n".join([repr(scores), *lines, *([f"  set aside: {rest:,} x other reasons"] if rest else [])])


def score_objects(scores: Scores) -> Iterable[dict[str, object]]:
    """Yield the total and then each segment, as the objects of the JSON list."""
    for part in [scores.total, scores] if scores.tally.by else [scores]:
        frame, few = part.to_frame(), part.too_few
        for k, row in enumerate(frame.to_dict("records")):
            keys = {str(name): _plain(row[name]) for name in part.tally.by}
            figures = {name: _plain(row[name]) for name in ("estimate", "standard_error", "low", "high")}
            counts = {"n": int(part.n[k]), "missing": int(part.missing[k]), "set_aside": int(part.set_aside[k])}
            yield {**keys, "column": part.tally.column, **counts, **figures, "too_few": bool(few[k])}


def inspection(survey: Survey, questions: Iterable[Question]) -> dict[str, object]:
    """Describe an export as an object of the JSON."""
    reasons = survey.rejected["reason"].value_counts()
    return {
        "vendor": survey.source.vendor,
        "read": survey.source.read,
        "kept": len(survey.responses),
        "rejected": {str(reason): int(count) for reason, count in reasons.items()},
        "questions": [
            {
                "column": question.column,
                "text": question.text,
                "kind": question.kind,
                "personal": question.personal,
                "answered": question.answered,
                "distinct": question.distinct,
                "answers": dict(question.answers),
                "likely_scales": [
                    {"name": likely.name, "share": likely.share, "evidence": likely.evidence}
                    for likely in question.likely_scales
                ],
            }
            for question in questions
        ],
        "notes": [*survey.source.notes, *repeaters(survey)],
    }


def question_lines(question: Question) -> list[str]:
    """Describe a question in a few lines."""
    text = "" if question.text == question.column else f"  {_short(question.text)}"
    lines = [
        f"{question.column}  [{question.kind}, {question.answered:,} answered, {question.distinct:,} distinct]{text}"
    ]
    if question.answers:
        shown = [f"{_short(answer)} x {times:,}" for answer, times in list(question.answers.items())[:_ANSWERS_SHOWN]]
        more = ["..."] if len(question.answers) > _ANSWERS_SHOWN else []
        lines.append(f"    answers: {'; '.join(shown + more)}")
    if question.personal:
        lines.append(f"    personal ({question.personal}): not shown, and written only if asked for by name")
    if question.likely_scales:
        likely = [f"{scale.name} ({scale.share:.0%} by {scale.evidence})" for scale in question.likely_scales]
        lines.append(f"    may be on: {', '.join(likely)}")
    return lines


def _short(text: str) -> str:
    return text if len(text) <= _TEXT_WIDTH else f"{text[: _TEXT_WIDTH - 3]}..."


def _plain(value: Any) -> object:
    """Make a value fit for JSON: NaN and missing become null, dates ISO text, NumPy numbers plain ones."""
    if pd.isna(value) or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    item = getattr(value, "item", None)
    plain = item() if item else value
    return plain if isinstance(plain, str | bool | int | float) else str(plain)


def json_text(content: object) -> str:
    """Write JSON in letters that the terminal can show."""
    ascii_only = "utf" not in (getattr(sys.stdout, "encoding", None) or "utf-8").lower()
    return json.dumps(content, ensure_ascii=ascii_only, indent=2, allow_nan=False)
