"""How often each point of a rating was given, and which answers are on no point."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from cxstats.printing.lines import listed, short
from cxstats.responses.answers import read_answer
from cxstats.responses.inspection import Question
from cxstats.responses.scales import SCALES, Scale

_WHOLE: Final = re.compile(r"-?\d+")
_LEADING_ZERO: Final = re.compile(r"-?0\d+")
_MOST_POINTS: Final = 12
_LONGEST_CODE: Final = 4
_ANSWER: Final = 40


@dataclass(frozen=True, slots=True)
class Spread:
    """Counts of a rating.

    Attributes
    ----------
    points
        From point to the number of answers there, ascending, those without an answer included; empty where the
        answers are words that fit no scale.
    beside
        Answers on no point, with their numbers, most frequent first.
    """

    points: Mapping[int, int]
    beside: Mapping[str, int]

    def text(self, most: int) -> str:
        """Write the counts in so many cells.

        >>> Spread({1: 3, 2: 0, 3: 12}, {"Blank": 4}).text(40)
        '1-3: 3 0 12; besides: Blank 4'
        """
        found = " ".join(f"{count:,}" for count in self.points.values())
        head = f"{min(self.points)}-{max(self.points)}: {found}" if self.points else ""
        if not self.beside:
            return short(head, most)
        words = "; besides: " if head else ""
        answers = [with_count(answer, count) for answer, count in self.beside.items()]
        return f"{head}{words}{listed(answers, most - len(head) - len(words))}"


def spread_of(question: Question) -> Spread:
    """Count a rating by point: on its scale, else by its codes, else on the first scale that its words fit.

    Examples
    --------
    >>> spread_of(Question("nps", "", "rating", 8, 3, {"9": 5, "10": 2, "11": 1}, (), scale="nps")).beside
    {'11': 1}
    """
    codes = codes_of(question)
    if question.scale in SCALES:
        return _on_scale(question, SCALES[question.scale])
    if codes and max(codes) - min(codes) < _MOST_POINTS:
        points = {point: question.answers.get(str(point), 0) for point in range(min(codes), max(codes) + 1)}
        return Spread(points, {a: n for a, n in question.answers.items() if not _WHOLE.fullmatch(a)})
    if question.likely_scales:
        return _on_scale(question, SCALES[question.likely_scales[0].name])
    return Spread({}, question.answers)


def with_count(answer: str, count: int) -> str:
    """Write an answer with its number, told apart where the answer is a number too.

    >>> with_count("chat", 1583), with_count("2.5", 207)
    ('chat 1,583', '2.5 x 207')
    """
    return f"{short(answer, _ANSWER)}{' x' if answer[-1:].isdecimal() else ''} {count:,}"


def codes_of(question: Question) -> set[int]:
    """Return the whole numbers among the answers and the codes that have a label; none where they are identifiers.

    >>> codes_of(Question("dept", "", "choice", 9, 2, {"01": 5, "10": 4}, ()))
    set()
    """
    texts = [*question.answers, *question.labels]
    if any(_LEADING_ZERO.fullmatch(text) or len(text) > _LONGEST_CODE for text in texts if _WHOLE.fullmatch(text)):
        return set()
    return {int(text) for text in texts if _WHOLE.fullmatch(text)}


def _on_scale(question: Question, scale: Scale) -> Spread:
    points, beside = dict.fromkeys(scale.points, 0), dict[str, int]()
    for answer, count in question.answers.items():
        label = question.labels.get(answer, "")
        point = read_answer(f"{answer} {label}".strip(), scale).point
        if point is None:
            beside[answer] = count
        else:
            points[point] += count
    return Spread(points, beside)
