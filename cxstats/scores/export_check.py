"""What all checks of one export come to: an answer in a few lines, and what a reader may conclude.

>>> from cxstats.responses.completeness import missing_answers
>>> from cxstats.responses.exports import read_export
>>> survey = read_export("data/support_survey.csv")
>>> check = ExportCheck(survey, missing_answers(survey, ratings={"ces": "ces-2.0"}))
>>> print(check.answer())
- **Usable, with care:** 1,787 records read, none rejected; ces is answered in 98.3 % of those kept.
- **Response rate unknown:** nothing here says who was invited.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from cxstats.responses.completeness import MissingAnswers
from cxstats.responses.markdown import bullets, plain_markdown
from cxstats.responses.quality import Flagged
from cxstats.responses.repeats import RepeatAnswerers
from cxstats.responses.survey import Survey
from cxstats.scores.direction import DirectionCheck
from cxstats.scores.nonresponse import EarlyAndLate, ScoreWithout, signed
from cxstats.scores.participation import ResponseRates
from cxstats.scores.representation import FrameComparison

LOW_RATE: Final = 0.5
"""Below this more customers are silent than speak, and their silence can outweigh every answer."""
MANY_REPEATED: Final = 0.05
_DIFFERS: Final = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class ExportCheck:
    """The checks of one export; those that it has nothing for are None or empty.

    Attributes
    ----------
    survey
        The export.
    missing
        What every rating lacks; the first rating is the main one.
    rates
        Response rates.
    frame
        Respondents against the frame.
    late
        Early and late answers of the main rating.
    repeats
        Customers who answered more than once.
    flagged
        Suspicious responses.
    without
        The main rating without them.
    directions
        Of every rating.
    """

    survey: Survey
    missing: MissingAnswers | None = None
    rates: ResponseRates | None = None
    frame: FrameComparison | None = None
    late: EarlyAndLate | None = None
    repeats: RepeatAnswerers | None = None
    flagged: Sequence[Flagged] = ()
    without: ScoreWithout | None = None
    directions: Sequence[DirectionCheck] = ()

    def answer(self) -> str:
        """Say in Markdown whether the export can be used and who is missing; text of the data stands for itself."""
        parts = [
            self._records(), self._rate(), self._absent(), self._late(), self._repeated(), self._suspicious(),
            *self._directed(),
        ]  # fmt: skip
        shown = parts if len(self.survey.responses) else parts[:1]
        return "\n".join(
            f"- **{plain_markdown(bold)}** {plain_markdown(rest)}".rstrip() for bold, rest in shown if bold
        )

    def conclusions(self) -> str:
        """Say in Markdown what a reader may conclude from the scores of this export, and what not."""
        if self.survey.responses.empty:
            return "**You may not conclude** anything: no response can be used."
        may = ["Scores of those who answered, with their intervals, under the stated formula."]
        may_not: list[str] = []
        rate = self._known_rate()
        if rate is None:
            may_not.append("Anything about customers who did not answer: it is not known how many they are.")
        elif rate < 1:
            silent = f"{100 * (1 - rate):.0f} % of those invited did not answer"
            may_not.append(f"The score of all customers: {silent}, and the intervals say nothing about them.")
        if self.late and self.late.trend != "unclear":
            may_not.append("That the silent are like the others: late answers differ from early ones.")
        for level, share, of_frame in self._levels_that_differ():
            stays = "even after weighting " if self.frame and self.frame.weights else ""
            shares = f"{100 * share:.1f} % instead of {100 * of_frame:.1f} %"
            may_not.append(
                f"A total that stands for everybody: {stays}{level} is {shares}. Weights could mend that share, but "
                "not who is silent among those customers."
            )
        if self.repeats and self.repeats.share > MANY_REPEATED:
            may.append(f"Intervals that hold, if answers are counted with Design(clusters={self.repeats.customer!r}).")
        if any(check.verdict == "against" for check in self.directions):
            may_not.append(
                "Any score of a column that seems coded against its scale, before the questionnaire is read."
            )
        negative = f"\n\n**You may not conclude**\n\n{bullets(may_not)}" if may_not else ""
        return f"**You may conclude**\n\n{bullets(may)}{negative}"

    def _known_rate(self) -> float | None:
        total = self.rates.total if self.rates else None
        return float(total.estimate[0]) if total and total.invited[0] else None

    def _records(self) -> tuple[str, str]:
        read, kept = self.survey.source.read, len(self.survey.responses)
        reasons = self.survey.rejected["reason"].value_counts().items()
        why = ", ".join(f"{count:,} x {reason}" for reason, count in reasons)
        rows = (
            f"{read:,} records read, {read - kept:,} rejected ({why})"
            if why
            else f"{read:,} records read, none rejected"
        )
        if not kept:
            return "Not usable:", f"{rows}. There is nothing to score."
        if not self.missing:
            return "Rows are in order:", f"{rows}. None of the ratings named is in it."
        rating, answered = self.missing.ratings[0], int(self.missing.counts[0, 0])
        verdict = "Usable, with care:" if self._calls_for_care() else "Usable:"
        return verdict, f"{rows}; {rating} is answered in {100 * answered / kept:.1f} % of those kept."

    def _calls_for_care(self) -> bool:
        rate = self._known_rate()
        late = self.late is not None and self.late.trend != "unclear"
        against = any(check.verdict == "against" for check in self.directions)
        return rate is None or rate < LOW_RATE or late or against or bool(self._levels_that_differ())

    def _rate(self) -> tuple[str, str]:
        if not self.rates or self._known_rate() is None:
            return "Response rate unknown:", "nothing here says who was invited."
        total = self.rates.total
        low, high = (f"{100 * float(limit[0]):.1f} %" for limit in (total.interval().low, total.interval().high))
        answered = f"{int(total.responded[0]):,} of {int(total.invited[0]):,} invitations"
        return f"Response rate {100 * float(total.estimate[0]):.1f} %", f"({low} to {high}; {answered})."

    def _levels_that_differ(self) -> list[tuple[str, float, float]]:
        """Of each column that clearly differs from the frame, the level that does so most, and its two shares."""
        if not self.frame:
            return []
        clear = [test["column"] for test in self.frame.tests.to_dict("records") if test["p_holm"] < _DIFFERS]
        levels = self.frame.levels.to_dict("records")
        worst = [max((x for x in levels if x["column"] == c), key=lambda x: abs(x["difference"])) for c in clear]
        return [(f"{x['level']} ({x['column']})", float(x["share"]), float(x["frame_share"])) for x in worst]

    def _absent(self) -> tuple[str, str]:
        if not self.frame:
            return "", ""
        differing = self._levels_that_differ()
        if not differing:
            return "Those who answered look like everybody", "in what was compared."
        weighted = ", after weighting" if self.frame.weights else ""
        told = "; ".join(
            f"{level} is {100 * share:.1f} % of those who answered{weighted}, and {100 * of_frame:.1f} % of everybody"
            for level, share, of_frame in differing
        )
        return "Those who answered are not like everybody:", f"{told}."

    def _late(self) -> tuple[str, str]:
        if not self.late or self.late.trend == "unclear":
            return "", ""
        metric, difference = self.late.scores.metric, self.late.difference
        estimate, low, high = (signed(metric, x) for x in (difference.estimate, difference.low, difference.high))
        size = f"{self.late.scores.tally.column} by {estimate} ({low} to {high})"
        hint = f"The silent may think {self.late.trend} of us than those who answered, too; how much, cannot be seen."
        return f"Late answers are {self.late.trend}:", f"{size}. {hint}"

    def _repeated(self) -> tuple[str, str]:
        if not self.repeats or not self.repeats.share:
            return "", ""
        return f"{100 * self.repeats.share:.1f} % of the answers", "come from customers who answered more than once."

    def _suspicious(self) -> tuple[str, str]:
        said = [_flagged(one) for one in self.flagged if one.n]
        if not said:
            return "", ""
        effect = ""
        if self.without:
            change, metric = self.without.change, self.without.scores.metric
            unit = "percentage points" if metric.unit == "share" else "points"
            by = f"{signed(metric, change.estimate)} {unit}"
            effect = f" Leaving them out changes {self.without.scores.tally.column} by {by}."
        return "Worth a look:", f"{'; '.join(said)}.{effect}"

    def _directed(self) -> list[tuple[str, str]]:
        against = [check for check in self.directions if check.verdict == "against"]
        if against:
            return [("Check the questionnaire:", check.sentence()) for check in against]
        silent = [check.column for check in self.directions if check.verdict == "silent"]
        if not self.directions:
            return []
        if silent:
            return [
                ("Which way numbers point:", f"of {', '.join(silent)} nothing can be said; the others are as assumed.")
            ]
        return [("Numbers point the way assumed", "in every rating: what customers said elsewhere bears it out.")]


def _flagged(one: Flagged) -> str:
    """Say how many are flagged, for what, and how many would be by chance where that is known."""
    chance = f" ({one.expected:,.0f} expected by chance)" if np.isfinite(one.expected) else ""
    return f"{one.n:,} x {one.what[:1].lower()}{one.what[1:]}{chance}"
