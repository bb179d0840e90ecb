"""What is in a survey: questions, answers, and the scales that each column may be on.

A scale is only suggested, with its evidence: labels say which way a scale points, numbers never do. Columns of free
text and identifiers, whose values hardly repeat, show none, since they may hold personal data.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

import pandas as pd

from cxstats.responses.answers import read_answer
from cxstats.responses.labels import label_key
from cxstats.responses.scales import SCALES, Measures, Scale
from cxstats.responses.survey import Survey

Kind = Literal["rating", "choice", "number", "date", "text", "empty"]

MOST_CHOICES: Final = 20
MOST_SCALES: Final = 4
_FITTING_SHARE: Final = 0.95
_REPEATS: Final = 3
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
        ``"rating"``, ``"choice"``, ``"number"``, ``"date"``, ``"text"`` or ``"empty"``.
    answered, distinct
        Number of cells that are not empty, and of different ones.
    answers
        The answers and how often each was given, most frequent first; empty for text, dates and many numbers.
    likely_scales
        Best fit first; empty unless answers and evidence point to one.
    """

    column: str
    text: str
    kind: Kind
    answered: int
    distinct: int
    answers: Mapping[str, int]
    likely_scales: tuple[LikelyScale, ...]


def inspect(survey: Survey) -> list[Question]:
    """Describe every column of a survey.

    Examples
    --------
    >>> from cxstats.responses.exports import read_export
    >>> questions = {q.column: q for q in inspect(read_export("data/support_survey.csv"))}
    >>> [scale.name for scale in questions["nps"].likely_scales]
    ['nps']
    """
    return [_question(survey, column) for column in survey.responses.columns]


def _question(survey: Survey, column: str) -> Question:
    cells, text = survey.responses[column], survey.text_of(column)
    counts = cells.value_counts()
    answered, distinct = int(counts.sum()), len(counts)
    scales = likely_scales(counts, f"{column} {text}") if 0 < distinct <= MOST_CHOICES else ()
    kind = _kind(cells, distinct, rated=bool(scales))
    shown = counts if kind in ("rating", "choice") else counts.iloc[:0]
    answers = {str(answer): int(times) for answer, times in shown.items()}
    return Question(column, text, kind, answered, distinct, answers, scales)


def _kind(cells: "pd.Series[Any]", distinct: int, *, rated: bool) -> Kind:
    if not distinct:
        return "empty"
    if rated:
        return "rating"
    if pd.api.types.is_datetime64_any_dtype(cells):
        return "date"
    repeated = cells.notna().sum() >= _REPEATS * distinct
    if distinct <= MOST_CHOICES and repeated and not cells.astype("str").str.contains("@").any():
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
            by_label |= not str(answer).strip()[:1].isdecimal()
    return (placed / present if present else 0.0), len(points), by_label
