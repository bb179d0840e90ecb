"""The plan of a wave: how many answers, and how many invitations, each segment needs for its margin."""

from dataclasses import dataclass
from html import escape
from math import ceil, isfinite
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.scores.estimates import TOO_FEW
from cxstats.scores.intervals import IntervalMethod, named_interval
from cxstats.scores.planning.expectations import SEGMENT, Expected, Floats
from cxstats.scores.planning.formulas import normal_answers
from cxstats.scores.planning.invitations import invitations_needed
from cxstats.scores.planning.widths import Aim
from cxstats.scores.planning.words import distance_in_words, number, percent, range_in_words

_CURVE: Final = (0.25, 4.0, 25)
_ROUNDING: Final = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Plan:
    """How many answers a wave needs so that the interval of each of S segments reaches a margin.

    Attributes
    ----------
    expected
        The answers that are expected.
    margin
        Half the width of the interval, in the metric's unit.
    confidence_level, method
        Of the interval.
    assurance
        Probability with which a survey's own interval is to reach the margin; None for the average survey.
    on_average
        Answers with which the expected half width is the margin; shape (S,); NaN where nothing is expected.
    assured
        Answers with which half the width is at most the margin with probability `assurance`; NaN without one.
    population_size, response_rate
        Of each segment; infinite and NaN where none was given.
    """

    expected: Expected
    margin: float
    confidence_level: float
    method: str | IntervalMethod
    assurance: float | None
    on_average: Floats
    assured: Floats
    population_size: Floats
    response_rate: Floats

    @property
    def answers(self) -> Floats:
        """Answers to plan for: those with the assurance where one is wanted; shape (S,)."""
        return self.on_average if self.assurance is None else self.assured

    @property
    def normal(self) -> Floats:
        """Answers by the textbook's z^2 variance / margin^2, unrounded, for comparison; shape (S,)."""
        expected, sizes = self.expected, self.population_size
        return np.array(
            [
                normal_answers(
                    self.margin,
                    variance=float(expected.variance[k]),
                    confidence_level=self.confidence_level,
                    design_effect=float(expected.design_effect[k]),
                    population_size=float(sizes[k]),
                )
                for k in range(len(sizes))
            ]
        )

    @property
    def invitations(self) -> Floats:
        """Invitations that bring the answers with the same assurance, or on average; NaN without a rate; shape (S,)."""
        return np.array(
            [
                invitations_needed(int(n), response_rate=float(rate), assurance=self.assurance)
                if isfinite(n) and isfinite(rate)
                else np.nan
                for n, rate in zip(self.answers, self.response_rate, strict=True)
            ],
            dtype=np.float64,
        )

    @property
    def beyond_population(self) -> NDArray[np.bool_]:
        """Whether more invitations are needed than there are customers; shape (S,)."""
        return np.asarray(self.invitations > self.population_size)

    def curve(self, segment: str | int = 0) -> pd.DataFrame:
        """Half width of the interval against the number of answers, from a quarter to four times those of the plan.

        Parameters
        ----------
        segment
            Name or place of the segment.

        Returns
        -------
        pandas.DataFrame
            ``n`` (answers), ``on_average`` and ``assured`` (half widths in the metric's unit; NaN without assurance).
        """
        names = self.expected.names
        k = names.index(segment) if isinstance(segment, str) else segment
        aim = aim_of(
            self.expected, k, self.method, self.confidence_level, population_size=float(self.population_size[k])
        )
        fewest, most, points = _CURVE
        # Under a design effect several numbers count for as many answers of a simple random sample: the least does.
        effect = float(self.expected.design_effect[k])
        simple = {max(1, round(e)) for e in np.geomspace(fewest, most, points) * self.on_average[k] / effect}
        counts = {ceil(e * effect - _ROUNDING) for e in simple}
        rows = [
            {
                "n": float(n),
                "on_average": (found := aim.half_widths(n)).mean,
                "assured": np.nan if self.assurance is None else found.quantile(self.assurance),
            }
            for n in sorted(n for n in counts if n <= self.population_size[k])
        ]
        return pd.DataFrame(rows)

    def to_frame(self) -> pd.DataFrame:
        """One row a segment, unrounded: what is expected, answers by each reckoning, invitations.

        ``expected`` is the score, ``n`` the answers to plan for, ``on_average``, ``assured`` and ``normal`` the three
        reckonings.
        """
        figures = {
            "expected": self.expected.estimate,
            "design_effect": self.expected.design_effect,
            "population_size": self.population_size,
            "response_rate": self.response_rate,
            "n": self.answers,
            "on_average": self.on_average,
            "assured": self.assured,
            "normal": self.normal,
            "invitations": self.invitations,
        }
        return pd.concat([self.expected.segments.reset_index(drop=True), pd.DataFrame(figures)], axis=1)

    def to_text(self) -> pd.DataFrame:
        """Table as people read it, with the sums in a last row where there are several segments."""
        expected, known = self.expected, self.expected.known
        table = pd.DataFrame(
            {
                SEGMENT: expected.names,
                f"expected {expected.metric.name}": [
                    expected.metric.text(e) if some else TOO_FEW
                    for e, some in zip(expected.estimate, known, strict=True)
                ],
                "design effect": [f"{d:.2f}" if np.isfinite(d) else "–" for d in expected.design_effect],
                **{name: [number(n) for n in column] for name, column in self._columns().items()},
            }
        )
        if len(table) == 1:
            return table
        sums = {name: number(np.nansum(column)) for name, column in self._columns().items()}
        return pd.concat([table, pd.DataFrame([dict.fromkeys(table, "") | {SEGMENT: "sum"} | sums])])

    def _columns(self) -> dict[str, Floats]:
        columns = {"answers on average": self.on_average}
        if self.assurance is not None:
            columns[f"answers, {percent(self.assurance)} sure"] = self.assured
        if np.isfinite(self.response_rate).any():
            columns["invitations"] = self.invitations
        return columns

    def sentence(self) -> str:
        """Say how many answers are needed, and how many invitations, as a manager asks it."""
        return " ".join(filter(None, [self._needed(), self._invited(), self._short()]))

    def _needed(self) -> str:
        many = len(self.on_average) > 1
        within = distance_in_words(self.expected.metric, self.margin)
        target = f"For a {percent(self.confidence_level)} interval of ± {within}"
        where = f" in each of {int(self.expected.known.sum())} segments" if many else ""
        sure = ""
        if self.assurance is not None:
            sure = f"; {number(np.nansum(self.assured))} to be {percent(self.assurance)} sure of it"
            sure += " in each" if many else ""
        spread = f", {range_in_words(self.expected.names, self.answers.tolist())}" if many else ""
        average = number(np.nansum(self.on_average))
        return f"{target} on {self.expected.of}{where}, {average} answers are needed on average{sure}{spread}."

    def _invited(self) -> str:
        if not np.isfinite(self.response_rate).any():
            return ""
        rates = self.response_rate[np.isfinite(self.response_rate)]
        shown = [f"{100 * rate:.1f} %" for rate in (rates.min(), rates.max())]
        at = f"a response rate of {shown[0]}" if shown[0] == shown[1] else f"response rates of {shown[0]} to {shown[1]}"
        enough = "" if self.assurance is None else f", to be {percent(self.assurance)} sure of that many answers"
        return f"At {at} invite {number(np.nansum(self.invitations))}{enough}."

    def _short(self) -> str:
        names = [name for name, some in zip(self.expected.names, self.beyond_population, strict=True) if some]
        if not names:
            return ""
        where = f" in {', '.join(names)}" if len(self.on_average) > 1 else ""
        return f"That is more than there are to invite{where}: accept a wider margin, or raise the response rate."

    def base_in_words(self) -> str:
        """Which interval and which assumptions the plan is for."""
        name = self.method if isinstance(self.method, str) else getattr(self.method, "__name__", "own method")
        limited = "; finite population" if np.isfinite(self.population_size).any() else ""
        return (
            f"margin: half the width of the {percent(self.confidence_level)} interval, {name} method{limited}; "
            "assuming answers like those expected"
        )

    def _repr_html_(self) -> str:
        table = self.to_text().to_html(index=False, border=0, justify="left")
        return f"<p>{escape(self.sentence())}<br>{escape(self.base_in_words())}</p>{table}"

    def __repr__(self) -> str:
        return f"{self.sentence()}\n{self.base_in_words()}\n{self.to_text().to_string(index=False)}"


def aim_of(
    expected: Expected, k: int, method: str | IntervalMethod, confidence_level: float, *, population_size: float
) -> Aim:
    """Return what is planned for in segment k."""
    return Aim(expected.only(k), named_interval(method), confidence_level, population_size)
