"""How many answers to plan for, and what so many can show.

expect, Expected                the answers that are expected, under a metric; or the scores of the last wave
answers_needed, Plan            answers and invitations for a margin, segment by segment
margin_reached                  the reverse: the margin of so many answers
invitations_needed              invitations for so many answers
distance_in_words               a margin or a difference as people read it
detectable_difference, Detectable   the smallest rise and fall that two samples show
detectable_curve                the same along the number of answers
answers_to_detect, DetectionPlan    answers that show a difference

The formulas of textbooks, for comparison, are in `cxstats.scores.planning.formulas`.

>>> ces = expect([5, 5, 10, 15, 20, 25, 20], scale="ces-2.0")
>>> print(answers_needed(ces, margin=0.2, assurance=0.8).sentence())
For a 95 % interval of ± 0.20 points on mean of answers 1-7, 274 answers are needed on average; 291 to be 80 % sure of
it.
"""

from cxstats.scores.planning.detection import answers_to_detect, detectable_curve, detectable_difference
from cxstats.scores.planning.detections import Detectable, DetectionPlan
from cxstats.scores.planning.expectations import Expected, expect
from cxstats.scores.planning.invitations import invitations_needed
from cxstats.scores.planning.margins import answers_needed, margin_reached
from cxstats.scores.planning.plans import Plan
from cxstats.scores.planning.words import distance_in_words

__all__ = [
    "Detectable",
    "DetectionPlan",
    "Expected",
    "Plan",
    "answers_needed",
    "answers_to_detect",
    "detectable_curve",
    "detectable_difference",
    "distance_in_words",
    "expect",
    "invitations_needed",
    "margin_reached",
]
