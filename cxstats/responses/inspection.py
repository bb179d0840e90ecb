"""What is in a survey: questions, answers, and the scales that each column may be on.

Columns of free text and identifiers, whose values hardly repeat, show none, since they may hold personal data. Which
scales answers may be on is said by `cxstats.responses.likely`.
"""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Literal, cast

import pandas as pd

from cxstats.responses.likely import LikelyScale, best_scale, likely_scales, stated_labels
from cxstats.responses.personal.recognition import personal_kind
from cxstats.responses.quoting import without_addresses
from cxstats.responses.survey import PARTIAL, PERSONAL, UNANSWERED, Survey

Kind = Literal["administrative", "rating", "choice", "option", "number", "date", "text", "empty"]

MOST_CHOICES: Final = 20
_REPEATS: Final = 3
_LISTED: Final = ("rating", "choice", "option")


@dataclass(frozen=True, slots=True)
class Question:
    """One column of a survey.

    Attributes
    ----------
    column, text
        Its name and the question asked.
    kind
        ``"administrative"``, ``"rating"``, ``"choice"``, ``"option"`` (of a multiple choice), ``"number"``,
        ``"date"``, ``"text"`` or ``"empty"``.
    answered, distinct
        Number of cells that are not empty, and of different ones.
    answers
        The answers and how often each was given, most frequent first, without the addresses and long numbers in
        them; empty for text, dates, many numbers and personal data.
    likely_scales
        Best fit first; empty unless answers and evidence point to one.
    personal
        Which personal data the column holds, if any: ``"e-mail address"``.
    role, part_of, part, labels, time_zone
        What the export says of the column, as in ``Survey.questions``; the labels as a mapping from code to label.
    scale, evidence
        Of a rating, the scale that it is on and why; no scale and ``"unknown: ..."`` where it must be said.
    """

    column: str
    text: str
    kind: Kind
    answered: int
    distinct: int
    answers: Mapping[str, int]
    likely_scales: tuple[LikelyScale, ...]
    personal: str = ""
    role: str = ""
    part_of: str = ""
    part: str = ""
    scale: str = ""
    evidence: str = ""
    labels: Mapping[str, str] = field(default_factory=dict[str, str])
    time_zone: str = ""


def inspect(survey: Survey) -> list[Question]:
    """Describe every column of a survey.

    Examples
    --------
    >>> from cxstats.responses.exports import read_export
    >>> questions = {q.column: q for q in inspect(read_export("data/checkout_survey_qualtrics.csv"))}
    >>> questions["ces"].scale, questions["ces"].evidence
    ('ces-2.0', 'labels, 100% of the answers')
    """
    said = {str(row["column"]): row for row in survey.questions.to_dict("records")}
    return [_question(survey, column, said.get(column)) for column in survey.responses.columns]


def _question(survey: Survey, column: str, said: Mapping[Hashable, str] | None) -> Question:
    cells, text = survey.responses[column], survey.text_of(column)
    counts = cells.value_counts()
    asked = said or {"kind": "administrative" if column in (PARTIAL, UNANSWERED) and cells.dtype == bool else ""}
    labels = read_labels(asked.get("labels", ""))
    kind, scales = describe(cells, counts, f"{column} {text}", labels=labels, stated=asked["kind"])
    personal = personal_kind(cells, name=column) if said is None else asked[PERSONAL]
    shown = counts if kind in _LISTED and len(counts) <= MOST_CHOICES and not personal else counts.iloc[:0]
    answers = _listed(shown)
    known = {name: asked.get(name, "") for name in ("role", "part_of", "part", "scale", "evidence", "time_zone")}
    if kind == "rating" and not known["scale"] and not known["evidence"].startswith("unknown"):
        known["scale"], why = best_scale(scales)
        known["evidence"] = "; ".join(part for part in (why, known["evidence"]) if part)
    return Question(
        column, text, kind, int(counts.sum()), len(counts), answers, scales, personal, labels=labels, **known
    )


def _listed(counts: "pd.Series[int]") -> dict[str, int]:
    """Return answers and their numbers without addresses in them; a number that several gave is a code, and stays."""
    found: dict[str, int] = {}
    for answer, times in counts.items():
        text = str(answer)
        name = text if times >= _REPEATS and text.isdecimal() else without_addresses(text)
        found[name] = found.get(name, 0) + int(times)
    return found


def describe(
    cells: "pd.Series[Any]",
    counts: "pd.Series[int] | None",
    words: str,
    *,
    labels: Mapping[str, str] = MappingProxyType({}),
    stated: str = "",
) -> tuple[Kind, tuple[LikelyScale, ...]]:
    """Say what kind of answers a column holds, and which scales they may be on.

    Parameters
    ----------
    cells
        The column, typed.
    counts
        How often each answer was given; None where there are too many different ones to count.
    words
        The column's name and question.
    labels
        From code to the label that the respondent saw.
    stated
        The kind, where the export says it.
    """
    few = counts is not None and len(counts) <= MOST_CHOICES
    if counts is not None and counts.empty:
        return ("administrative" if stated == "administrative" else "empty"), ()
    if stated in ("administrative", "option", "text", "date", "number"):
        return cast("Kind", stated), ()
    said = labels or stated_labels(words)
    scales = likely_scales(labelled(cast("pd.Series[int]", counts), said), words) if few else ()
    if scales or stated == "rating":
        return "rating", scales
    return ("choice" if stated == "choice" else _kind(cells, counts if few else None)), ()


def labelled(counts: "pd.Series[int]", labels: Mapping[str, str]) -> "pd.Series[int]":
    """Put the label that respondents saw behind each code, so that both must agree with a scale."""
    if not labels:
        return counts
    shown = [f"{code} {labels[str(code)]}" if str(code) in labels else code for code in counts.index]
    return counts.set_axis(pd.Index(shown, dtype="object"))


def written_labels(labels: Mapping[str, str]) -> str:
    """Write what codes stand for as one text.

    >>> written_labels({"1": "bad", "2": "good"})
    '1 = bad; 2 = good'
    """
    return "; ".join(f"{code} = {label.replace(';', ',')}" for code, label in labels.items())


def read_labels(written: str) -> dict[str, str]:
    """Read what `written_labels` wrote.

    >>> read_labels("1 = bad; 2 = good")
    {'1': 'bad', '2': 'good'}
    """
    pairs = (pair.partition(" = ") for pair in written.split("; ") if pair)
    return {code: label for code, _, label in pairs}


def _kind(cells: "pd.Series[Any]", few: "pd.Series[int] | None") -> Kind:
    if pd.api.types.is_datetime64_any_dtype(cells):
        return "date"
    repeated = few is not None and few.sum() >= _REPEATS * len(few)
    if few is not None and repeated and not any("@" in str(answer) for answer in few.index):
        return "choice"
    return "number" if pd.api.types.is_numeric_dtype(cells) else "text"
