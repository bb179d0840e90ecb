"""What is asked of a comparison: is there a difference, is it small, is it at least not worse; and how surely."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from cxstats.responses.names import unknown_name
from cxstats.scores.comparing.families import ADJUSTMENTS, Adjust
from cxstats.scores.intervals import require_confidence_level
from cxstats.scores.metrics import Metric

Aim = Literal["difference", "equivalence", "non-inferiority"]

AIMS = ("difference", "equivalence", "non-inferiority")


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked.

    Attributes
    ----------
    aim
        Whether there is a difference, whether there is none of the size of the margin, or whether the first side is
        not worse by the margin.
    margin
        The smallest difference that matters, in the metric's unit; None where none was named.
    adjust
        How the number of comparisons is allowed for.
    confidence_level
        One less the error rate of what is said.
    """

    aim: Aim = "difference"
    margin: float | None = None
    adjust: Adjust = "holm"
    confidence_level: float = 0.95

    @property
    def alpha(self) -> float:
        """Error rate of what is said."""
        return 1 - self.confidence_level

    @property
    def shown_level(self) -> float:
        """Level of the interval that belongs to the question.

        That of two one-sided tests is 1 - 2 alpha; simultaneous intervals answer all questions at once.
        """
        if self.aim == "difference" or self.adjust == "simultaneous":
            return self.confidence_level
        return 1 - 2 * self.alpha


def question_of(metric: Metric, question: Question) -> Question:
    """Check what is asked of scores under a metric.

    Raises
    ------
    ValueError
        If the aim or the adjustment is unknown, or a margin is missing or impossible.
    """
    require_confidence_level(question.confidence_level)
    if question.adjust not in ADJUSTMENTS:
        raise ValueError(unknown_name("adjustment", question.adjust, ADJUSTMENTS))
    if question.aim not in AIMS:
        raise ValueError(unknown_name("aim", question.aim, AIMS))
    if question.aim != "difference" and question.margin is None:
        raise ValueError(
            f"aim {question.aim!r} needs margin=, the smallest difference that matters, in {_unit(metric)}"
        )
    if question.margin is not None and not 0 < question.margin < float(np.ptp(metric.values)):
        raise ValueError(
            f"margin must be above 0 and below {np.ptp(metric.values):g}, the widest difference of {metric.name}, in "
            f"{_unit(metric)}; got {question.margin!r}"
        )
    if question.margin is not None and question.confidence_level <= 0.5:
        raise ValueError(f"a margin needs a confidence_level above .5; got {question.confidence_level!r}")
    return question


def _unit(metric: Metric) -> str:
    return "fractions: .05 is 5 percentage points" if metric.unit in ("share", "net") else "points"
