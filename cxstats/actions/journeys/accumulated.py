"""Where effort accumulates: the score along the number of contacts, of channel switches, of handovers.

>>> contacts = [1] * 60 + [2] * 24 + [3] * 10 + [5] * 6
>>> answers = pd.DataFrame({"ces": [7, 6] * 30 + [5, 4] * 12 + [2, 3] * 8, "contacts": contacts})
>>> found = accumulated_effort(answers, "ces", along="contacts", scale="ces-2.0", most=3)
>>> found.to_frame()[["contacts", "n", "estimate", "lost"]].round(2).to_dict("list")
{'contacts': ['1', '2', '3 or more'], 'n': [60, 24, 16], 'estimate': [6.5, 4.5, 2.5], 'lost': [0.0, 0.48, 0.64]}
"""

from dataclasses import dataclass
from html import escape
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.quoting import quoted
from cxstats.responses.scales import Scale
from cxstats.responses.tallies import tally
from cxstats.responses.weights import Design
from cxstats.scores.comparing.sides import covariance_of_sides, sides_of
from cxstats.scores.comparing.wording import difference_text
from cxstats.scores.estimates import TOO_FEW, Scores, score
from cxstats.scores.metrics import Metric
from cxstats.scores.planning.words import distance_in_words

Floats = NDArray[np.float64]

MOST: Final = 4


@dataclass(frozen=True, slots=True, eq=False)
class AccumulatedEffort:
    """The score at each of L levels of a number: one contact, two, three or more.

    Attributes
    ----------
    along
        The column of the number.
    levels
        What each level is called.
    scores
        Of the levels.
    base
        The place of the first level with enough answers, from which differences are counted.
    difference, standard_error
        From that level; shape (L,).
    whole_error
        Standard error of what all levels beyond the base take off the total.
    without
        Answers for which the number is not known.
    """

    along: str
    levels: tuple[str, ...]
    scores: Scores
    base: int
    difference: Floats
    standard_error: Floats
    whole_error: float
    without: int

    @property
    def share(self) -> Floats:
        """Weighted share of the answers; shape (L,)."""
        totals = self.scores.tally.totals.sum(axis=1)
        return totals / totals.sum()

    @property
    def lost(self) -> Floats:
        """Share times how much worse than the base; shape (L,). They add up to what the total is worse by."""
        sign = 1.0 if self.scores.metric.good == "high" else -1.0
        return 0.0 - sign * self.share * self.difference

    @property
    def whole(self) -> tuple[float, float, float]:
        """What all levels take off the total, which is the sum of `lost`, and its interval."""
        found = float(self.lost.sum())
        half = float(np.fmax.reduce(self._quantile)) * self.whole_error
        return found, found - half, found + half

    def to_frame(self) -> pd.DataFrame:
        """Tidy table, one row a level, unrounded.

        The column of the number; ``n``, ``share``, ``estimate``, ``standard_error``, ``low``, ``high``; ``difference``
        from the base with ``difference_low``, ``difference_high``; ``lost``, what the level takes off the total.
        """
        limits, half = self.scores.interval(), self._half
        return pd.DataFrame(
            {
                self.along: list(self.levels),
                "n": self.scores.n,
                "share": self.share,
                "estimate": self.scores.estimate,
                "standard_error": self.scores.standard_error,
                "low": limits.low,
                "high": limits.high,
                "difference": self.difference,
                "difference_low": self.difference - half,
                "difference_high": self.difference + half,
                "lost": self.lost,
            }
        )

    @property
    def _quantile(self) -> Floats:
        quantile = self.scores.sample.quantile(self.scores.confidence_level)
        return np.fmax(quantile, quantile[self.base])

    @property
    def _half(self) -> Floats:
        return self._quantile * self.standard_error

    def to_text(self) -> pd.DataFrame:
        """Table as people read it; "too few to say" below the minimum base."""
        metric, few = self.scores.metric, self.scores.too_few
        rows = self.to_frame().to_dict("records")
        apart = [
            f"{difference_text(metric, row['difference'])} ({difference_text(metric, row['difference_low'])} to "
            f"{difference_text(metric, row['difference_high'])})"
            for row in rows
        ]
        unsaid = few | (np.arange(len(rows)) == self.base)
        return pd.DataFrame(
            {
                self.along: list(self.levels),
                "n": [f"{row['n']:,}" for row in rows],
                "share": [f"{100 * row['share']:.1f} %" for row in rows],
                metric.name: np.where(few, TOO_FEW, [metric.text(row["estimate"]) for row in rows]),
                f"against {self.levels[self.base]}": np.where(unsaid, "", apart),
                "lost to the total": np.where(
                    unsaid, "", [difference_text(metric, row["lost"], signed=False) for row in rows]
                ),
            }
        )

    def sentence(self) -> str:
        """Say what all levels beyond the first take off the total, how sure that is, and which clearly takes most."""
        scores, metric = self.scores, self.scores.metric
        column, first, n = scores.tally.column, self.levels[self.base], int(scores.n.sum())
        judged = ~scores.too_few & (np.arange(len(self.levels)) != self.base)
        if not judged[self.base :].any():
            return f"{column} by {self.along}: too few levels or answers to say where effort accumulates."
        if not (judged[self.base :] & (self.difference[self.base :] != 0)).any():
            return f"{column} is no worse beyond {self.along} {first}; n = {n:,}."
        total = metric.text(float(self.share @ scores.estimate))
        lost, low, high = self.whole
        way, low, high = ("worse", low, high) if lost >= 0 else ("better", -high, -low)
        apart = f"{distance_in_words(metric, abs(lost))} {way}"
        limits = f"{100 * scores.confidence_level:g} % interval {self._text(low)} to {self._text(high)}"
        others = "more" if self.base == 0 else f"other {self.along}"
        share = 100 * float(1 - self.share[self.base])
        said = (
            f"{column} is {metric.text(float(scores.estimate[self.base]))} where {self.along} is {first}, and {total} "
            f"over all {n:,} answers ({metric.good} is good). The {share:.0f} % of answers with {others} make the "
            f"whole {apart} ({limits})"
        )
        return f"{said}: not clearly {way}." if not low > 0 else f"{said}. {self._most(judged)}"

    def _text(self, lost: float) -> str:
        return difference_text(self.scores.metric, lost, signed=lost < 0)

    def _most(self, judged: NDArray[np.bool_]) -> str:
        """Name the level that takes most, of those that are clearly worse."""
        metric = self.scores.metric
        sign = 1.0 if metric.good == "high" else -1.0
        worse = -sign * self.difference - self._half > 0
        beyond = np.where(judged & worse, self.lost, -np.inf)
        most = int(np.argmax(beyond))
        if not np.isfinite(beyond[most]):
            return f"No single level is clearly worse than {self.along} {self.levels[self.base]}."
        lost, half = self.lost[most], self.share[most] * self._half[most]
        part = lost / self.whole[0] if self.whole[0] > 0 else 0.0
        lead = (
            "Most of it comes with"
            if part > 0.5
            else "The largest part comes with"
            if part
            else "Something is lost with"
        )
        return (
            f"{lead} {self.along} {self.levels[most]} ({100 * self.share[most]:.0f} % of the answers): "
            f"{distance_in_words(metric, float(lost))} ({self._text(lost - half)} to {self._text(lost + half)})."
        )

    def notes(self) -> tuple[str, ...]:
        """Say what the table does not show."""
        cause = (
            f"Customers with more {self.along} also had other problems: what lies between levels need not be the "
            f"effect of the {self.along}."
        )
        lacking = f"{self.without:,} answers are left out, since their {self.along} is not known."
        return (cause, lacking) if self.without else (cause,)

    def _repr_html_(self) -> str:
        below = "".join(f"<li>{escape(line)}</li>" for line in self.notes())
        table = self.to_text().to_html(index=False, border=0, justify="left")
        return f"<p>{escape(self.sentence())}</p>{table}<ul>{below}</ul>"

    def __repr__(self) -> str:
        return "\n".join([self.sentence(), self.to_text().to_string(index=False), *self.notes()])


def accumulated_effort(
    data: Any,
    rating: str,
    *,
    along: str,
    scale: Scale | str,
    metric: str | Metric | None = None,
    design: Design | None = None,
    most: int = MOST,
    missing: object = (),
) -> AccumulatedEffort:
    """Score answers by a number that grows along the journey: contacts, touchpoints, switches, handovers.

    Parameters
    ----------
    data
        Whatever `cxstats.tally` takes, with the number in a column: `cxstats.attach` brings it from contacts that were
        before the answer, `mark_switches` marks those that changed channel or agent.
    rating
        The column of answers.
    along
        The column of the number; whole numbers.
    scale, metric, design
        As for `cxstats.tally` and `cxstats.score`.
    most
        From here on levels are taken together: ``"4 or more"``.
    missing
        Code or codes that mean "no answer" to the rating.

    Raises
    ------
    ValueError
        If the column does not hold whole numbers, or no answer has one.
    """
    scores = score(tally(data, rating, scale=scale, by=along, design=design, missing=missing), metric)
    numbers = pd.to_numeric(scores.segments[along], errors="coerce").to_numpy(dtype=np.float64)
    unread = scores.segments[along].notna().to_numpy() & ~(np.isfinite(numbers) & (numbers == np.floor(numbers)))
    if unread.any():
        raise ValueError(f"{along!r} must hold whole numbers; got {quoted(scores.segments[along][unread].iloc[0])}")
    known = np.isfinite(numbers) & (scores.n > 0)
    if not known.any():
        raise ValueError(f"no answer to {rating!r} has a number of {along!r}")
    capped = np.minimum(numbers, most)
    found = np.unique(capped[known])
    members = known & (capped == found[:, None])
    merged = sides_of(scores, members)
    joint = covariance_of_sides(scores, members)
    base = int(np.argmax(~merged.too_few))
    variance = np.diagonal(joint) + joint[base, base] - 2 * joint[base]
    beyond = numbers[known].max() > most
    names = tuple(f"{one:.0f}" + (" or more" if one == most and beyond else "") for one in found)
    difference = merged.estimate - merged.estimate[base]
    totals = merged.tally.totals.sum(axis=1)
    from_base = totals / totals.sum() - np.eye(len(found))[base]
    error, whole = np.sqrt(np.maximum(variance, 0.0)), float(np.sqrt(max(0.0, from_base @ joint @ from_base)))
    without = int(scores.n[~np.isfinite(numbers)].sum())
    return AccumulatedEffort(along, names, merged, base, difference, error, whole, without)
