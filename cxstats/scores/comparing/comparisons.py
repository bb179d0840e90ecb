"""The result of a comparison: differences with intervals and tests, and what can be said of each."""

from dataclasses import dataclass
from html import escape
from typing import Any, Final

import numpy as np
import pandas as pd

from cxstats.responses.scales import Good
from cxstats.scores.comparing import wording
from cxstats.scores.comparing.contrasts import Contrasts
from cxstats.scores.comparing.families import Family
from cxstats.scores.comparing.paired_contrasts import PairedContrasts
from cxstats.scores.comparing.questions import Question
from cxstats.scores.contrasts.superiority import Superiority
from cxstats.scores.metrics import Metric
from cxstats.scores.samples import Floats, Interval

_MOST_NAMED: Final = 8


@dataclass(frozen=True, slots=True, eq=False)
class Comparison:
    """C comparisons: the first score less the second.

    Attributes
    ----------
    contrasts
        The two sides, and the method of interval and test.
    metric
        Of the scores.
    good_answers
        Which end of the scale is good.
    question
        What is asked: aim, margin, adjustment, confidence level.
    family
        Which comparisons have enough answers to say something, and how their number is allowed for.
    subject
        The column that is compared.
    against
        With what is compared: ``"the rest"``.
    base
        Which column and scale the scores are of, in words.
    remarks
        What else a reader should know.
    in_time
        Whether the comparisons are of waves, in their order.
    """

    contrasts: Contrasts | PairedContrasts
    metric: Metric
    good_answers: Good
    question: Question
    family: Family
    subject: str
    against: str
    base: str
    remarks: tuple[str, ...] = ()
    in_time: bool = False

    @property
    def difference(self) -> Floats:
        """First score less the second, in the metric's unit; shape (C,)."""
        return self.contrasts.difference

    def interval(self, *, confidence_level: float | None = None) -> Interval:
        """Interval of each difference.

        Parameters
        ----------
        confidence_level
            Unless given that of the question: 1 - alpha, or 1 - 2 alpha for equivalence and non-inferiority. With
            ``adjust="simultaneous"`` all intervals hold at once at this level, else each by itself.
        """
        level = self.question.shown_level if confidence_level is None else confidence_level
        return self.contrasts.limits(self.family.level_of_each(level))

    @property
    def p_value(self) -> Floats:
        """P-value of the test of no difference, by the method of the interval, not adjusted; shape (C,)."""
        return self.contrasts.two_sided()

    @property
    def adjusted_p_value(self) -> Floats:
        """The same allowing for the number of comparisons; NaN where there are too few answers; shape (C,)."""
        return self.family.adjusted(self.p_value)

    @property
    def margin_p_value(self) -> Floats:
        """P-value of the test that the difference is as large as the margin; NaN without a margin; shape (C,).

        Two one-sided tests, or one for non-inferiority; not adjusted.
        """
        margin = self.question.margin
        if margin is None:
            return np.full_like(self.difference, np.nan)
        if self.question.aim == "non-inferiority":
            tail = "greater" if self.metric.good == "high" else "less"
            return self.contrasts.p_value(-margin if tail == "greater" else margin, tail)
        return np.maximum(self.contrasts.p_value(-margin, "greater"), self.contrasts.p_value(margin, "less"))

    @property
    def adjusted_margin_p_value(self) -> Floats:
        """The same allowing for the number of comparisons; NaN where there are too few answers; shape (C,)."""
        return self._adjusted_one_sided(self.margin_p_value)

    def _adjusted_one_sided(self, p_values: Floats) -> Floats:
        # Simultaneous intervals are two-sided, so a limit on one side costs twice its own p-value.
        simultaneous = self.question.adjust == "simultaneous"
        return self.family.adjusted(np.minimum(2 * p_values, 1.0) if simultaneous else p_values)

    @property
    def beyond_p_value(self) -> Floats:
        """P-value of the one-sided test that the difference lies beyond the margin, on its own side; shape (C,).

        For non-inferiority on the worse side alone. NaN without a margin; not adjusted.
        """
        margin = self.question.margin
        if margin is None:
            return np.full_like(self.difference, np.nan)
        above, below = self.contrasts.p_value(margin, "greater"), self.contrasts.p_value(-margin, "less")
        if self.question.aim != "non-inferiority":
            return np.where(self.difference > 0, above, below)
        return below if self.metric.good == "high" else above

    @property
    def adjusted_beyond_p_value(self) -> Floats:
        """The same allowing for the number of comparisons; NaN where there are too few answers; shape (C,)."""
        return self._adjusted_one_sided(self.beyond_p_value)

    @property
    def probability_of_superiority(self) -> Floats:
        """How often a random answer of the first side is better than one of the second, ties counted half; (C,).

        Weighted where there are weights. NaN where the answers of one side are not known.
        """
        one, other = self.contrasts.first.sample, self.contrasts.second.sample
        if one is None or other is None:
            return np.full_like(self.difference, np.nan)
        higher = Superiority(one.shares, other.shares).estimate
        return higher if self.good_answers == "high" else 1 - higher

    @property
    def verdicts(self) -> tuple[str, ...]:
        """What can be said of each, as `to_frame` has it."""
        return tuple(self.to_frame()["verdict"])

    def to_frame(self) -> pd.DataFrame:
        """Tidy table, one row a comparison, unrounded.

        ``first``, ``second``, ``first_n``, ``second_n`` (missing where nobody says), ``first_estimate``,
        ``second_estimate``, ``difference``, ``standard_error``, ``low``, ``high``, ``p_value``, ``adjusted_p_value``,
        ``margin_p_value``, ``adjusted_margin_p_value``, ``beyond_p_value``, ``adjusted_beyond_p_value``,
        ``probability_of_superiority``, ``verdict``.
        """
        contrasts, limits = self.contrasts, self.interval()
        table = pd.DataFrame(
            {
                "first": list(contrasts.first.names),
                "second": list(contrasts.second.names),
                "first_n": pd.Series(contrasts.first.n).astype("Int64"),
                "second_n": pd.Series(contrasts.second.n).astype("Int64"),
                "first_estimate": contrasts.first.estimate,
                "second_estimate": contrasts.second.estimate,
                "difference": self.difference,
                "standard_error": contrasts.standard_error,
                "low": limits.low,
                "high": limits.high,
                "p_value": (p_value := self.p_value),
                "adjusted_p_value": self.family.adjusted(p_value),
                "margin_p_value": self.margin_p_value,
                "adjusted_margin_p_value": self.adjusted_margin_p_value,
                "beyond_p_value": self.beyond_p_value,
                "adjusted_beyond_p_value": self.adjusted_beyond_p_value,
                "probability_of_superiority": self.probability_of_superiority,
            }
        )
        said = [wording.verdict_of(row, self.metric, self.question) for row in table.to_dict("records")]
        unsaid = contrasts.unsaid(p_value)
        table["verdict"] = [why or verdict for why, verdict in zip(unsaid, said, strict=True)]
        return table

    def sentences(self) -> tuple[str, ...]:
        """Say each comparison in a sentence that can be pasted into a mail."""
        size = self.family.size
        rows = self.to_frame().to_dict("records")
        return tuple(wording.sentence_of(row, self.metric, self.question, size=size) for row in rows)

    def sentence(self) -> str:
        """Say which are better, which are worse, and of which nothing clear can be said; large differences first."""
        table = self.to_frame()
        table["size"] = -table["difference"].abs()
        groups = table.sort_values("size", kind="stable").groupby("verdict", sort=False)
        told = {str(verdict): self._named(group) for verdict, group in groups}
        order = sorted(told, key=lambda verdict: (wording.is_unsaid(verdict), verdict == wording.NOT_CLEAR, verdict))
        unit, metric = wording.unit_of_differences(self.metric), self.metric
        what = f"{self.subject} against {self.against}, in {unit} ({metric.formula}, {metric.good} is good)"
        return f"{what}: {'; '.join(f'{verdict}: {told[verdict]}' for verdict in order)}. {self.method_in_words}."

    def _named(self, group: pd.DataFrame) -> str:
        one_second = len(set(self.contrasts.second.names)) == 1
        parts: list[str] = []
        for row in group.to_dict("records"):
            name = row["first"] if one_second else f"{row['first']} against {row['second']}"
            between = wording.between_text(self.metric, row["low"], row["high"])
            shown = f" {wording.difference_text(self.metric, row['difference'])} ({between})"
            parts.append(f"{name}{'' if wording.is_unsaid(row['verdict']) else shown}")
        more = len(parts) - _MOST_NAMED
        return ", ".join(parts[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")

    @property
    def method_in_words(self) -> str:
        """Which interval is shown, whether all hold at once, and how p-values are adjusted."""
        question, size = self.question, self.family.size
        level = f"{100 * question.shown_level:g} % interval{'s' if size > 1 else ''}"
        alone = ", each by itself" if size > 1 and question.adjust != "simultaneous" else ""
        sided = (
            f", of two one-sided tests at {100 * question.alpha:g} %"
            if question.shown_level < question.confidence_level
            else ""
        )
        adjusted = wording.adjusted_in_words(question.adjust, size)
        return f"{level}{alone}, {self.contrasts.method} method{sided}{'; ' if adjusted else ''}{adjusted}"

    def to_text(self) -> pd.DataFrame:
        """Table as people read it: rounded, shares in percent, with the verdict."""
        table, metric, level = self.to_frame(), self.metric, 100 * self.question.shown_level
        few = ~self.family.said
        p_value = [row[self._shown_p(row["verdict"])] for row in table.to_dict("records")]
        rows = {
            "compared": table["first"],
            "against": table["second"],
            "n": [_count(n) for n in table["first_n"]],
            "n against": [_count(n) for n in table["second_n"]],
            metric.name: [metric.text(e) for e in table["first_estimate"]],
            f"{metric.name} against": [metric.text(e) for e in table["second_estimate"]],
            f"difference in {wording.unit_of_differences(metric)}": [
                wording.difference_text(metric, d) for d in table["difference"]
            ],
            f"{level:g} % interval": [
                wording.between_text(metric, a, b) for a, b in zip(table["low"], table["high"], strict=True)
            ],
            "adjusted p" if self.family.size > 1 and self.question.adjust != "none" else "p": [
                wording.p_text(p).removeprefix("p ").removeprefix("= ") for p in p_value
            ],
            "verdict": table["verdict"],
        }
        shown = pd.DataFrame(rows)
        shown.loc[few, list(shown.columns[4:-1])] = ""
        return shown

    def _shown_p(self, verdict: str) -> str:
        """Name the column of the p-value in the table: of the question, or of what was found instead."""
        return "adjusted_p_value" if self.question.aim == "difference" else wording.p_column(verdict, self.question)

    def notes(self) -> tuple[str, ...]:
        """Say what stands under the table: column and scale, method, and what else a reader should know."""
        return (self.base, self.method_in_words, *self.remarks)

    def _repr_html_(self) -> str:
        table = self.to_text().to_html(index=False, border=0, justify="left")
        notes = "<br>".join(escape(note) for note in self.notes())
        return f"<p><b>{escape(self.metric.formula)}, against {escape(self.against)}</b></p>{table}<p>{notes}</p>"

    def __repr__(self) -> str:
        table = self.to_text().to_string(index=False)
        return "\n".join([f"{self.metric.formula}, against {self.against}", table, *self.notes()])


def _count(n: Any) -> str:
    return "" if pd.isna(n) else f"{n:,}"
