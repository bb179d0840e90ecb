"""What to know before a rating is scored: answers on no point, few answers, weights, strata, customers."""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from cxstats.printing.lines import clean, counted, short
from cxstats.printing.shell import option
from cxstats.printing.spreads import spread_of
from cxstats.responses.answers import read_answer
from cxstats.responses.inspection import Question
from cxstats.responses.labels import label_key
from cxstats.responses.repeats import likely_repeat_answerers
from cxstats.responses.scales import SCALES
from cxstats.responses.survey import Survey
from cxstats.scores.estimates import MINIMUM_BASE

_WEIGHTS: Final = frozenset({"weight", "weights", "wgt", "gewicht", "weging", "weegfactor", "poids"})
_STRATA: Final = frozenset({"strata", "stratum"})
_BESIDE: Final = 2
_NAME: Final = 40


def beside(question: Question, scales: Sequence[str]) -> list[str]:
    """Say which answers are on no point of the scale, where it is known, and how to call them no answer.

    One that was given once is no code for anything, unless it is negative.
    """
    if len(scales) != 1:
        return []
    found = spread_of(question).beside.items()
    printable = [(a, n) for a, n in found if a == clean(a) and not read_answer(a, SCALES[scales[0]]).missing]
    return [
        f"{count:,} x {short(answer, _NAME)} is on no point of {scales[0]}"
        + (
            f": if it means no answer, add {option('--missing', answer)}"
            if count > 1 or answer.startswith("-")
            else " and is set aside"
        )
        for answer, count in printable[:_BESIDE]
    ]


def few(question: Question) -> list[str]:
    """Say where a rating has fewer answers than a score is shown for."""
    if question.answered >= MINIMUM_BASE:
        return []
    return [f"{counted(question.answered, 'answer')} of {short(question.column, _NAME)}: too few to say much"]


def clusters_of(survey: Survey) -> tuple[str, list[str]]:
    """Return the column of customers who answered more than once, and why it cannot be used where it has gaps."""
    found = likely_repeat_answerers(survey)
    whole = [one.customer for one in found if not one.without_customer]
    if whole or not found:
        return (whole[0] if whole else ""), []
    gaps = found[0].without_customer
    return "", [f"{short(found[0].customer, _NAME)} is empty in {counted(gaps, 'row')}, and --clusters needs it in all"]


def sampling(survey: Survey, questions: Iterable[Question]) -> list[str]:
    """Suggest weights and strata that seem to be there, by their name."""
    said: list[str] = []
    for question in questions:
        words = {label_key(word) for word in re.split(r"[\W_]+", question.column)}
        cells, name = survey.responses[question.column], short(question.column, _NAME)
        whole = question.answered == len(cells) and question.distinct > 1 and not question.personal
        if whole and words & _WEIGHTS and cells.dtype.kind in "iuf" and cells.min() > 0:
            seen = f"{cells.min():.3g} to {cells.max():.3g}, mean {cells.mean():.3g}"
            said.append(f"{name} ({seen}): if it is a survey weight, add {option('--weights', question.column)}")
        elif whole and words & _STRATA:
            seen = f"{question.distinct:,} different"
            said.append(f"{name} ({seen}): if the sample was drawn by it, add {option('--strata', question.column)}")
    return said
