"""What is in a survey: questions, answers, and the scales that each column may be on.

A scale is only suggested, with its evidence: labels say which way a scale points, numbers never do. Columns of free
text and identifiers, whose values hardly repeat, show none, since they may hold personal data.
"""

import re
from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final, Literal, cast

import pandas as pd

from cxstats.responses.answers import read_answer
from cxstats.responses.labels import label_key
from cxstats.responses.personal.recognition import personal_kind
from cxstats.responses.scales import SCALES, Measures, Scale
from cxstats.responses.survey import PARTIAL, PERSONAL, UNANSWERED, Survey

Kind = Literal["administrative", "rating", "choice", "option", "number", "date", "text", "empty"]

MOST_CHOICES: Final = 20
MOST_SCALES: Final = 4
_FITTING_SHARE: Final = 0.95
_REPEATS: Final = 3
_NUMBER_FIRST: Final = re.compile(r"\d+(?:[.,]\d+)?\W+")
_LISTED: Final = ("rating", "choice", "option")
_HINTS: Final[Mapping[Measures, tuple[str, ...]]] = {
    "recommendation": ("nps", "netpro", "recommend", "recommand", "aanbevelen", "empfehl", "recomend", "推荐", "推薦"),
    "satisfaction": ("csat", "satisf", "tevreden", "zufrieden", "multumi", "满意", "滿意"),
    "effort": (
        "ces", "effort", "easy", "ease", "difficult", "facil", "moeite", "makkelijk", "aufwand", "einfach", "容易",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class LikelyScale:
    """A scale that a column may be on.

    Attributes
    ----------
    name
        Of the scale.
    share
        Share of the answers that it can place, 0 to 1.
    evidence
        ``"labels"`` where the words of the answers fit, else ``"name or question"``.
    """

    name: str
    share: float
    evidence: str


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
        The answers and how often each was given, most frequent first; empty for text, dates, many numbers and
        personal data.
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
    answers = {str(answer): int(times) for answer, times in shown.items()}
    known = {name: asked.get(name, "") for name in ("role", "part_of", "part", "scale", "evidence", "time_zone")}
    if kind == "rating" and not known["scale"] and not known["evidence"].startswith("unknown"):
        known["scale"], why = best_scale(scales)
        known["evidence"] = "; ".join(part for part in (why, known["evidence"]) if part)
    return Question(
        column, text, kind, int(counts.sum()), len(counts), answers, scales, personal, labels=labels, **known
    )


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
    scales = likely_scales(labelled(cast("pd.Series[int]", counts), labels), words) if few else ()
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


def likely_scales(counts: "pd.Series[int]", words: str) -> tuple[LikelyScale, ...]:
    """Suggest scales for the answers of a column.

    Parameters
    ----------
    counts
        How often each raw answer was given, with the answers as index.
    words
        The column's name and question, in which to look for what it measures.

    Returns
    -------
    tuple of LikelyScale
        At most four that place 95 % of the answers and for which there is evidence, best first. Scales that differ
        only in direction are all listed: numbers cannot tell them apart.
    """
    hinted = {what for what, hints in _HINTS.items() if any(_mentions(words, hint) for hint in hints)}
    found: list[tuple[tuple[float, ...], LikelyScale]] = []
    for scale in SCALES.values():
        share, used, by_label = _fit(counts, scale)
        if share < _FITTING_SHARE or not (by_label or scale.measures in hinted):
            continue
        likely = LikelyScale(scale.name, share, "labels" if by_label else "name or question")
        # Of two scales the one that tells more answers apart, and then the one with fewer points left over.
        order = (-float(by_label), -float(scale.measures in hinted), -share, -used, len(scale.points))
        found.append((order, likely))
    return tuple(likely for _, likely in sorted(found, key=lambda pair: pair[0])[:MOST_SCALES])


def best_scale(found: Sequence[LikelyScale]) -> tuple[str, str]:
    """Name the one scale that a rating is on, with the evidence.

    Returns
    -------
    tuple of str
        The scale and the evidence; ``""`` and what to say where the scales that fit do not all point the same way,
        since numbers cannot tell which way they do.

    Examples
    --------
    >>> best_scale(likely_scales(pd.Series({1: 5, 2: 3, 3: 9, 4: 2, 5: 1}), "How easy was it?"))
    ('', 'unknown: say which of ces-1.0, ces-agree-5, ces-ease-5, ces-difficulty-5')
    """
    if not found:
        return "", ""
    by_labels = found[0].evidence == "labels"
    rivals = [likely for likely in found if likely.evidence == found[0].evidence]
    if not by_labels and len({SCALES[likely.name].good for likely in rivals}) > 1:
        return "", f"unknown: say which of {', '.join(likely.name for likely in rivals)}"
    return found[0].name, f"{found[0].evidence}, {found[0].share:.0%} of the answers"


def _mentions(words: str, hint: str) -> bool:
    """Say whether a hint occurs: short ones as whole words, longer ones as the start of one, Chinese anywhere."""
    if not hint.isascii():
        return hint in words
    each = [label_key(word) for word in re.split(r"[\W_]+", words)]
    return any(word == hint or (len(hint) > 5 and word.startswith(hint)) for word in each)


def _fit(counts: "pd.Series[int]", scale: Scale) -> tuple[float, int, bool]:
    """Return the share of answers that a scale places, the number of its points in use, and whether labels decided."""
    placed = present = 0
    points: set[int] = set()
    by_label = False
    for answer, times in counts.items():
        reading = read_answer(answer, scale)
        if reading.missing:
            continue
        present += int(times)
        if reading.point is not None:
            placed += int(times)
            points.add(reading.point)
            by_label |= _has_label(str(answer).strip(), scale)
    return (placed / present if present else 0.0), len(points), by_label


def _has_label(answer: str, scale: Scale) -> bool:
    """Say whether words decide, rather than a number alone: ``"easy"``, ``"6 easy"``."""
    number = _NUMBER_FIRST.match(answer)
    return not answer[:1].isdecimal() or (number is not None and label_key(answer[number.end() :]) in scale.labels)
