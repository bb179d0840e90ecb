"""The JSON of an export, with all that is known of each column, and JSON for a terminal."""

import json
import math
import sys
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from cxstats.printing.accounts import flagged, repeaters
from cxstats.printing.next_scores import NextScore
from cxstats.responses.inspection import Question
from cxstats.responses.survey import PARTIAL, UNANSWERED, Survey


def inspection(survey: Survey, questions: Iterable[Question]) -> dict[str, object]:
    """Describe an export as an object of the JSON."""
    reasons = survey.rejected["reason"].value_counts()
    return {
        "file": survey.source.name,
        "vendor": survey.source.vendor,
        "format": survey.source.format,
        "read": survey.source.read,
        "kept": len(survey.responses),
        "partial": flagged(survey, PARTIAL),
        "unanswered": flagged(survey, UNANSWERED),
        "rejected": {str(reason): int(count) for reason, count in reasons.items()},
        "questions": [_question(survey, question) for question in questions],
        "notes": [*survey.source.notes, *repeaters(survey)],
    }


def _question(survey: Survey, question: Question) -> dict[str, object]:
    cells = survey.responses[question.column]
    dated = pd.api.types.is_datetime64_any_dtype(cells) and not question.personal
    return {
        "column": question.column,
        "text": question.text,
        "kind": question.kind,
        "role": question.role,
        "part_of": question.part_of,
        "part": question.part,
        "personal": question.personal,
        "answered": question.answered,
        "distinct": question.distinct,
        "answers": dict(question.answers),
        "labels": dict(question.labels),
        "scale": question.scale,
        "evidence": question.evidence,
        "likely_scales": [
            {"name": likely.name, "share": likely.share, "evidence": likely.evidence}
            for likely in question.likely_scales
        ],
        "first": plain(cells.min()) if dated else None,
        "last": plain(cells.max()) if dated else None,
        "time_zone": question.time_zone,
    }


def next_object(following: NextScore, export: str, reading: Sequence[tuple[str, str]]) -> dict[str, object]:
    """Describe what to score next as an object of the JSON."""
    return {
        "column": following.column,
        "by": following.by,
        "clusters": following.clusters,
        "commands": [
            {"condition": condition, "scale": choice.scale, "metric": choice.metric, "command": " ".join(parts)}
            for choice, (condition, parts) in zip(following.choices, following.commands(export, reading), strict=True)
        ],
        "hints": list(following.hints),
    }


def plain(value: Any) -> object:
    """Make a value fit for JSON: NaN and missing become null, dates ISO text, NumPy numbers plain ones."""
    if pd.isna(value) or (isinstance(value, float) and not math.isfinite(value)):
        return None
    if isinstance(value, pd.Timestamp):
        return value.isoformat()
    item = getattr(value, "item", None)
    found = item() if item else value
    return found if isinstance(found, str | bool | int | float) else str(found)


def json_text(content: object) -> str:
    """Write JSON in letters that the terminal can show."""
    ascii_only = "utf" not in (getattr(sys.stdout, "encoding", None) or "utf-8").lower()
    return json.dumps(content, ensure_ascii=ascii_only, indent=2, allow_nan=False)
