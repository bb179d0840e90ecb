"""What a league table comes to: raw beside adjusted, ranks with their intervals, and words against judging by noise."""

from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from typing import Any, Final

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from cxstats.actions.journeys.measuring import Measured
from cxstats.actions.journeys.mix_adjustment import Adjusted
from cxstats.actions.journeys.pain_tables import listed, percent_text, ranks_text
from cxstats.actions.journeys.ranks import Ranks
from cxstats.scores.comparing.wording import BETTER, WORSE, difference_text
from cxstats.scores.estimates import TOO_FEW, Scores, segment_names
from cxstats.scores.planning.words import distance_in_words
from cxstats.scores.samples import Interval, student_quantile, upper_tail

Floats = NDArray[np.float64]

NOT_TOLD: Final = "cannot be told from the average"
NOT_LINKED: Final = "cannot be compared"
FUNNEL_LEVELS: Final = (0.95, 0.998)
FEW_UNITS: Final = 6
"""With fewer than this, hardly anything is known of how far units differ."""


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """What is found of the V units of one set that can be compared.

    Attributes
    ----------
    units
        Their places among all units; shape (V,).
    total
        Score of all their answers: the average against which they are held.
    adjusted
        What each adds to what it was dealt, as measured.
    degrees_of_freedom
        Of the error of each, infinite without a design; NaN where all answers come from one cluster; shape (V,).
    effect, interval
        The same, shrunken, and its limits; shape (V,).
    below
        Probability that a unit is worse than the average; shape (V,).
    p_value
        That it is the average, adjusted for the number of units; shape (V,).
    ranks
        Intervals of ranks, 1 being the worst.
    between
        Standard deviation of the true parts of units (median), and the limits of its interval.
    """

    units: NDArray[np.intp]
    total: float
    adjusted: Adjusted
    degrees_of_freedom: Floats
    effect: Floats
    interval: Interval
    below: Floats
    p_value: Floats
    ranks: Ranks
    between: tuple[float, float, float]


@dataclass(frozen=True, slots=True, eq=False)
class LeagueTable:
    """U units, compared as if all had been dealt the same mix.

    Attributes
    ----------
    scores
        Of the tally by unit and mix.
    of
        The column of units.
    units
        Their names, in the order of the tally.
    measured
        What each cell of units by mix measured.
    unit
        The unit of each of these cells.
    fitted
        What is found of the units that can be compared, of the set with most answers.
    further
        What is found of other sets, which share no kind of contact with these.
    """

    scores: Scores
    of: str
    units: tuple[Any, ...]
    measured: Measured
    unit: NDArray[np.intp]
    fitted: Fitted
    further: tuple[Fitted, ...] = ()

    @property
    def total(self) -> float:
        """Score of all answers of the units that are compared; of the set with most answers if there are several."""
        return self.fitted.total

    @property
    def sets(self) -> tuple[Fitted, ...]:
        """Sets of units that can be compared with each other, the one with most answers first."""
        return self.fitted, *self.further

    def to_frame(self) -> pd.DataFrame:
        """Tidy table, one row a unit, worst first and those not judged last; unrounded.

        The column of units; ``n``; ``estimate`` (as measured), ``set`` (1 has most answers; scores, ranks and verdicts
        of one set do not compare with those of another); ``expected`` (of the average unit with this mix);
        ``adjusted`` (with the mix of all answers: the total plus what the unit adds), ``standard_error``; ``shrunken``,
        ``low``, ``high``; ``funnel_low``, ``funnel_high``, ``funnel_low_wide``, ``funnel_high_wide`` (where 95 % and
        99.8 % of such adjusted scores lie by chance); ``p_value`` (adjusted for the number of units),
        ``below_average`` (probability); ``rank``, ``rank_low``, ``rank_high`` (1 is worst), ``among_worst``;
        ``verdict``. NaN for a unit that shares no kind of contact with any other.
        """
        share = np.bincount(self.unit, weights=self.measured.share)
        reached = np.bincount(self.unit, weights=self.measured.share * self.measured.estimate)
        n = np.bincount(self.unit, weights=self.scores.n[self.measured.cells]).astype(np.int64)
        parts = [self._figures(found).assign(set=number) for number, found in enumerate(self.sets, 1)]
        compared = pd.concat(parts).reindex(range(len(n))).astype({"set": "Int64"})
        known = compared["adjusted"].notna()
        compared["verdict"] = compared["verdict"].where(known, NOT_LINKED)
        compared.loc[(n < self.scores.minimum_base) & known, "verdict"] = TOO_FEW
        keys = {self.of: list(self.units), "n": n, "estimate": reached / share, "set": compared.pop("set")}
        table = pd.concat([pd.DataFrame(keys), compared], axis=1)
        last = table["verdict"].isin([TOO_FEW, NOT_LINKED])
        ordered = table.assign(last=last).sort_values(["last", "set", "rank"], ignore_index=True)
        return ordered.drop(columns="last")

    def _figures(self, found: Fitted) -> pd.DataFrame:
        """Figures of the units of one set, by their places."""
        total, sign = found.total, 1.0 if self.scores.metric.good == "high" else -1.0
        error, effect = found.adjusted.standard_error, found.adjusted.effect
        place = np.empty(len(effect))
        place[np.argsort(sign * found.effect, kind="stable")] = np.arange(1, len(effect) + 1)
        figures: dict[str, Any] = {
            "expected": found.adjusted.expected,
            "adjusted": total + effect,
            "standard_error": error,
            "shrunken": total + found.effect,
            "low": total + found.interval.low,
            "high": total + found.interval.high,
        }
        for level, name in zip(FUNNEL_LEVELS, ("", "_wide"), strict=True):
            normal = float(scipy.special.ndtri(upper_tail(level)))
            simple = np.isinf(found.degrees_of_freedom)
            student = student_quantile(np.where(simple, 1.0, found.degrees_of_freedom), upper_tail(level))
            half = np.where(simple, normal, student) * error
            figures |= {f"funnel_low{name}": total - half, f"funnel_high{name}": total + half}
        figures |= {"p_value": found.p_value, "below_average": found.below, "rank": place}
        figures |= {"rank_low": found.ranks.low, "rank_high": found.ranks.high}
        figures |= {"among_worst": found.ranks.among_worst}
        better = np.where(sign * effect > 0, BETTER, WORSE)
        told = np.where(found.p_value < 1 - self.scores.confidence_level, better, NOT_TOLD)
        figures["verdict"] = np.where(np.isnan(found.p_value), TOO_FEW, told)
        return pd.DataFrame(figures, index=found.units)

    def to_text(self) -> pd.DataFrame:
        """Table as people read it, worst first; without score and rank where answers are too few."""
        table, write = self.to_frame(), self.scores.metric.text
        rows = table.to_dict("records")
        shown = ~table["verdict"].isin([TOO_FEW, NOT_LINKED]).to_numpy()

        def column(text: Callable[[Any], str]) -> Any:
            return np.where(shown, [text(row) if ok else "" for row, ok in zip(rows, shown, strict=True)], "")

        level = f"{100 * self.scores.confidence_level:g} % interval"
        number = {"set": column(lambda row: f"{row['set']}")} if self.further else {}
        return pd.DataFrame(
            {
                self.of: segment_names(table[[self.of]]),
                **number,
                "n": [f"{row['n']:,}" for row in rows],
                "measured": column(lambda row: write(row["estimate"])),
                "expected of its mix": column(lambda row: write(row["expected"])),
                "adjusted": column(lambda row: write(row["adjusted"])),
                "shrunken": column(lambda row: write(row["shrunken"])),
                level: column(lambda row: f"{write(row['low'])} to {write(row['high'])}"),
                "below average": column(lambda row: percent_text(row["below_average"])),
                "rank": column(ranks_text),
                f"among worst {self.fitted.ranks.worst}": column(lambda row: percent_text(row["among_worst"])),
                "verdict": table["verdict"],
            }
        )

    def sentences(self) -> tuple[str, ...]:
        """Say how many units cannot be told from the average, which can, and how far units truly differ; by set."""
        table = self.to_frame()
        said: list[str] = []
        for number, found in enumerate(self.sets, 1):
            compared = table[(table["set"] == number) & ~table["verdict"].isin([TOO_FEW, NOT_LINKED])]
            lead = f"Set {number}, {len(found.units):,} {self.of}s: " if self.further else ""
            if len(compared):
                said += [f"{lead}{one}" for one in self._said_of(found, compared)]
        return tuple(said) or (f"No {self.of} has enough answers to be judged.",)

    def _said_of(self, found: Fitted, compared: pd.DataFrame) -> list[str]:
        metric = self.scores.metric
        said = [f"{int((compared['verdict'] == NOT_TOLD).sum()):,} of {len(compared):,} {self.of}s {NOT_TOLD}."]
        for verdict in (WORSE, BETTER):
            some = compared[compared["verdict"] == verdict]
            named = zip(segment_names(some[[self.of]]), some.to_dict("records"), strict=True)
            shown = [f"{name} {metric.text(row['shrunken'])} (n = {row['n']:,})" for name, row in named]
            average = f"the average of {metric.text(found.total)}"
            said += [f"Clearly {verdict} than {average}: {listed(shown)}."] if shown else []
        raw, shrunk = compared["estimate"], compared["shrunken"]
        said.append(
            f"Measured scores run from {metric.text(raw.min())} to {metric.text(raw.max())}; allowing for chance and "
            f"for what was dealt, from {metric.text(shrunk.min())} to {metric.text(shrunk.max())}."
        )
        return [*said, self._spread(found)]

    def _spread(self, found: Fitted) -> str:
        """Say how far two units differ: the mean distance of two normal deviates is 2 / sqrt(pi) times their spread."""
        metric, count = self.scores.metric, len(found.units)
        typical, low, high = (2 / np.sqrt(np.pi) * one for one in found.between)
        limits = f"{difference_text(metric, low, signed=False)} to {difference_text(metric, high, signed=False)}"
        if count < FEW_UNITS:
            return (
                f"With {count} {self.of}s little is known of how far such {self.of}s truly differ: it may be anything "
                f"from {difference_text(metric, low, signed=False)} to {distance_in_words(metric, high)}."
            )
        level = f"{100 * self.scores.confidence_level:g} % interval"
        apart = f"{distance_in_words(metric, typical)} ({level} {limits})"
        return f"Two {self.of}s picked at random truly differ by {apart} on average."

    def notes(self) -> tuple[str, ...]:
        """Say what was adjusted for, and what a league table cannot say."""
        mix = [name for name in self.scores.tally.by if name != self.of]
        dealt = f"Adjusted for {' and '.join(mix)} and for nothing else" if mix else "Not adjusted for what was dealt"
        notes = [
            f"{dealt}: what else differs between {self.of}s counts as theirs.",
            "Do not judge a person by a place in this table: a single rank is mostly chance. Look at what those who "
            "are clearly apart do differently.",
            self.fitted.ranks.in_words,
        ]
        uneven = max(found.adjusted.uneven for found in self.sets)
        if uneven > 0:
            apart = distance_in_words(self.scores.metric, uneven)
            notes.append(
                f"One and the same {self.of} is better at some kinds of contact than at others, by a standard "
                f"deviation of {apart}; errors allow for it."
            )
        notes += self._linked() + self._not_judged()
        without = int(self.scores.n.sum() - self.scores.n[self.measured.cells].sum())
        notes += [f"{without:,} answers without a value in {self.of} are left out."] if without else []
        if self.measured.apart:
            notes.append("The covariance between cells under the design is not known and counts as 0.")
        return tuple(notes)

    def _linked(self) -> list[str]:
        """Say which sets there are, and that they do not compare."""
        if not self.further:
            return []
        named = [
            f"set {number}: {listed(segment_names(pd.DataFrame({self.of: [self.units[k] for k in found.units]})))}"
            for number, found in enumerate(self.sets, 1)
        ]
        return [
            f"No kind of contact is shared between {len(self.sets)} sets of {self.of}s ({'. '.join(named)}). Each is "
            "judged against the average of its own set, and scores, ranks and verdicts do not compare across sets."
        ]

    def _not_judged(self) -> list[str]:
        table = self.to_frame()
        alone = {self.units[k] for found in self.sets for k in found.units[np.isnan(found.degrees_of_freedom)]}
        few = (table["verdict"] == TOO_FEW) & ~table[self.of].isin(alone)
        design = self.scores.tally.design
        cluster = (design.clusters if design else None) or "row"
        reasons = (
            (few, "too few answers to say"),
            (table[self.of].isin(alone), f"all answers from one {cluster}"),
            (table["verdict"] == NOT_LINKED, "no kind of contact shared with others"),
        )
        return [
            f"Not judged, {why}: {listed(segment_names(table.loc[some, [self.of]]))}."
            for some, why in reasons
            if some.any()
        ]

    def _repr_html_(self) -> str:
        said = "<br>".join(escape(line) for line in self.sentences())
        below = "".join(f"<li>{escape(line)}</li>" for line in self.notes())
        return f"<p>{said}</p>{self.to_text().to_html(index=False, border=0, justify='left')}<ul>{below}</ul>"

    def __repr__(self) -> str:
        return "\n".join([*self.sentences(), self.to_text().to_string(index=False), *self.notes()])
