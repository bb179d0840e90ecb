"""What two samples can show: the smallest differences for so many answers, the answers for a difference."""

from dataclasses import dataclass
from html import escape

import numpy as np
import pandas as pd

from cxstats.scores.differences import DifferenceMethod
from cxstats.scores.estimates import TOO_FEW
from cxstats.scores.planning.expectations import SEGMENT, Expected, Floats
from cxstats.scores.planning.words import distance_in_words, distance_text, number, percent, range_in_words


@dataclass(frozen=True, slots=True, eq=False)
class Detectable:
    """The smallest rise and fall that two samples show, in each of S segments.

    Attributes
    ----------
    expected
        The answers expected in the first sample.
    answers
        In the first and the second sample; shape (S, 2).
    power
        Probability of showing a difference of this size.
    confidence_level, method
        Of the interval for the difference, which then stays clear of 0.
    rise, fall
        In the metric's unit, both positive; shape (S,); NaN where the points that have answers end before.
    """

    expected: Expected
    answers: Floats
    power: float
    confidence_level: float
    method: str | DifferenceMethod
    rise: Floats
    fall: Floats

    def to_frame(self) -> pd.DataFrame:
        """One row a segment, unrounded: the expected score, answers in both samples, ``rise`` and ``fall``."""
        figures = {
            "expected": self.expected.estimate,
            "first": self.answers[:, 0],
            "second": self.answers[:, 1],
            "rise": self.rise,
            "fall": self.fall,
        }
        return pd.concat([self.expected.segments.reset_index(drop=True), pd.DataFrame(figures)], axis=1)

    def to_text(self) -> pd.DataFrame:
        """Table as people read it."""
        metric, known = self.expected.metric, self.expected.known
        unit = distance_in_words(metric, 1).split(" ", 1)[1]
        return pd.DataFrame(
            {
                SEGMENT: self.expected.names,
                f"expected {metric.name}": _scores(self.expected),
                "first answers": [number(n) for n in np.where(known, self.answers[:, 0], np.nan)],
                "second answers": [number(n) for n in np.where(known, self.answers[:, 1], np.nan)],
                f"smallest rise ({unit})": [distance_text(metric, d) for d in self.rise],
                f"smallest fall ({unit})": [distance_text(metric, d) for d in self.fall],
            }
        )

    def sentence(self) -> str:
        """Say which change is seen with so many answers."""
        metric, known = self.expected.metric, self.expected.known
        seen = f"is seen with a probability of {percent(self.power)}"
        if len(self.rise) == 1:
            first, second = (number(n) for n in self.answers[0])
            return (
                f"With {first} answers in one sample and {second} in the other, a change of {self.expected.of} from "
                f"{metric.text(self.expected.estimate[0])} {seen} if it is {self._least(0)}."
            )
        said = [f"{name} {self._least(k)}" for k, name in enumerate(self.expected.names) if known[k]]
        return f"A change of {self.expected.of} {seen} from: {'; '.join(said)}."

    def _least(self, k: int) -> str:
        metric = self.expected.metric
        moves = {"a rise of": self.rise[k], "a fall of": self.fall[k]}
        said = [f"{what} {distance_in_words(metric, size)}" for what, size in moves.items() if np.isfinite(size)]
        return " or ".join(said) or "larger than the points that have answers allow"

    def base_in_words(self) -> str:
        """By which interval a difference is shown."""
        return _base(self.confidence_level, self.method)

    def _repr_html_(self) -> str:
        return _as_html(self.sentence(), self.base_in_words(), self.to_text())

    def __repr__(self) -> str:
        return f"{self.sentence()}\n{self.base_in_words()}\n{self.to_text().to_string(index=False)}"


@dataclass(frozen=True, slots=True, eq=False)
class DetectionPlan:
    """How many answers show a difference between two samples, in each of S segments.

    Attributes
    ----------
    expected, alternative
        The answers expected in the first and in the second sample.
    answers
        In the first and the second sample; shape (S, 2); NaN where nothing is expected.
    power
        Probability of showing the difference.
    confidence_level, method
        Of the interval for the difference, which then stays clear of 0.
    normal
        Answers in each of two samples of one size by the textbook's formula, unrounded, for comparison; shape (S,).
    """

    expected: Expected
    alternative: Expected
    answers: Floats
    power: float
    confidence_level: float
    method: str | DifferenceMethod
    normal: Floats

    @property
    def first(self) -> Floats:
        """Answers in the first sample; shape (S,)."""
        return self.answers[:, 0]

    @property
    def second(self) -> Floats:
        """Answers in the second sample; shape (S,)."""
        return self.answers[:, 1]

    @property
    def difference(self) -> Floats:
        """The second score less the first; shape (S,)."""
        return self.alternative.estimate - self.expected.estimate

    def to_frame(self) -> pd.DataFrame:
        """One row a segment, unrounded: both scores, ``difference``, answers in both samples and by the ``normal``."""
        figures = {
            "expected": self.expected.estimate,
            "alternative": self.alternative.estimate,
            "difference": self.difference,
            "first": self.first,
            "second": self.second,
            "normal": self.normal,
        }
        return pd.concat([self.expected.segments.reset_index(drop=True), pd.DataFrame(figures)], axis=1)

    def to_text(self) -> pd.DataFrame:
        """Table as people read it."""
        metric = self.expected.metric
        return pd.DataFrame(
            {
                SEGMENT: self.expected.names,
                f"expected {metric.name}": _scores(self.expected),
                "then": _scores(self.alternative),
                "first answers": [number(n) for n in self.first],
                "second answers": [number(n) for n in self.second],
            }
        )

    def sentence(self) -> str:
        """Say how many answers show the difference."""
        metric, moved = self.expected.metric, float(self.difference[self.expected.known][0])
        moves = f"{'rise' if moved > 0 else 'fall'} by {distance_in_words(metric, abs(moved))}"
        probability = f"with a probability of {percent(self.power)}"
        if len(self.second) == 1:
            first, second = number(self.first[0]), number(self.second[0])
            both = (
                f"{first} answers in each sample"
                if first == second
                else f"{second} answers after a first sample of {first}"
            )
            return (
                f"To see {self.expected.of} {moves} from {metric.text(self.expected.estimate[0])} {probability}, "
                f"{both} are needed."
            )
        return (
            f"To see {self.expected.of} {moves} in each of {int(self.expected.known.sum())} segments, each "
            f"{probability}, {number(np.nansum(self.second))} answers are needed in the second sample, "
            f"{range_in_words(self.expected.names, self.second.tolist())}."
        )

    def base_in_words(self) -> str:
        """By which interval a difference is shown."""
        return _base(self.confidence_level, self.method)

    def _repr_html_(self) -> str:
        return _as_html(self.sentence(), self.base_in_words(), self.to_text())

    def __repr__(self) -> str:
        return f"{self.sentence()}\n{self.base_in_words()}\n{self.to_text().to_string(index=False)}"


def _scores(expected: Expected) -> list[str]:
    write = expected.metric.text
    return [write(e) if some else TOO_FEW for e, some in zip(expected.estimate, expected.known, strict=True)]


def _base(confidence_level: float, method: str | DifferenceMethod) -> str:
    name = method if isinstance(method, str) else getattr(method, "__name__", "own method")
    return f"seen: the {percent(confidence_level)} interval of the difference, {name} method, stays clear of 0"


def _as_html(sentence: str, base: str, table: pd.DataFrame) -> str:
    shown = table.to_html(index=False, border=0, justify="left")
    return f"<p>{escape(sentence)}<br>{escape(base)}</p>{shown}"
