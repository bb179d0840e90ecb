"""A column whose few values make sensible segments of a score."""

import re
from collections.abc import Sequence
from typing import Any, Final

import pandas as pd

from cxstats.responses.inspection import Question
from cxstats.responses.labels import RECOMMENDATION_GROUPS, label_key
from cxstats.responses.survey import Survey

_MOST_SEGMENTS: Final = 8
_LARGEST: Final = 0.9
_FILLED: Final = 0.9
_TELLING: Final = (
    "touchpoint", "channel", "kanaal", "kanal", "canal", "via", "journey", "reason", "reden", "topic", "product",
    "service", "team", "group", "queue", "region", "country", "market", "segment", "device", "store", "branch", "plan",
)  # fmt: skip


def segment_column(survey: Survey, questions: Sequence[Question], rating: str) -> str:
    """Choose a column to score by: the channel, else what its name says is one, else a choice between few words.

    Parameters
    ----------
    survey, questions
        What was read, and what is in it.
    rating
        The column to be scored. A column that follows from it, such as promoters and detractors, tells nothing.

    Returns
    -------
    str
        Empty where no column has two to eight values, none of them nearly everybody's, in nearly all answers.

    Examples
    --------
    >>> from cxstats.responses.exports import read_export
    >>> from cxstats.responses.inspection import inspect
    >>> survey = read_export("data/support_survey.csv")
    >>> segment_column(survey, inspect(survey), "ces")
    'channel'
    """
    scores = survey.responses[rating].dropna()
    ranked = sorted((_rank(q, survey), place) for place, q in enumerate(questions) if q.column != rating)
    for (rank, _), place in ranked:
        column = questions[place].column
        if rank < _NEVER and _divides(survey.responses.loc[scores.index, column], scores):
            return column
    return ""


_NEVER: Final = len(_TELLING) + 3


def _rank(question: Question, survey: Survey) -> tuple[int, int]:
    """Rank a column by how telling its segments are; `_NEVER` where they are none."""
    if question.personal or question.part_of or (question.kind != "choice" and question.role != "channel"):
        return _NEVER, 0
    if question.role == "channel":
        return 0, 0
    words = [label_key(word) for word in re.split(r"[\W_]+", question.column)]
    named = [place for place, telling in enumerate(_TELLING) if telling in words]
    if named:
        return 1 + named[0], 0
    if survey.responses[question.column].dtype.kind in "bif" and not question.labels:
        return _NEVER, 0
    # Of choices with nothing to choose between them, more than yes and no.
    return len(_TELLING) + 1 + (question.distinct == 2), 0


def _divides(cells: "pd.Series[Any]", scores: "pd.Series[Any]") -> bool:
    """Say whether a column divides the scores into segments that are not made of the scores themselves."""
    counts = cells.value_counts()
    if not 2 <= len(counts) <= _MOST_SEGMENTS or counts.sum() < _FILLED * len(cells):
        return False
    groups = {label_key(name) for names in RECOMMENDATION_GROUPS.values() for name in names}
    if counts.iloc[0] > _LARGEST * counts.sum() or any(label_key(str(value)) in groups for value in counts.index):
        return False
    pairs = pd.DataFrame({"score": scores, "value": cells}).dropna().drop_duplicates()
    return not pairs["score"].is_unique
