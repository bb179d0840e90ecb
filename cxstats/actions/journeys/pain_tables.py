"""What pain points come to: one row a cell, one list an owner, sentences."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.actions.journeys.measuring import POOLED_ANSWERS, Measured
from cxstats.actions.journeys.owners import NOBODY
from cxstats.actions.journeys.prior_lines import PriorLine
from cxstats.actions.journeys.ranks import Ranks
from cxstats.actions.journeys.references import Reference
from cxstats.actions.journeys.unlike import CERTAIN
from cxstats.scores.comparing.wording import difference_text, unit_of_differences
from cxstats.scores.estimates import TOO_FEW, Scores, segment_names
from cxstats.scores.metrics import Metric
from cxstats.scores.planning.words import distance_in_words
from cxstats.scores.samples import Interval

Floats = NDArray[np.float64]
Order = Literal["contribution", "score"]


@dataclass(frozen=True, slots=True, eq=False)
class Short:
    """How C cells stand to the reference.

    Attributes
    ----------
    sign
        1 where a high score is good, -1 where a low one is.
    shrunken, interval
        Shrunken score and its limits; shape (C,).
    shortfall, shortfall_interval
        How much worse than the reference, negative where better; shape (C,).
    """

    sign: float
    shrunken: Floats
    interval: Interval
    shortfall: Floats
    shortfall_interval: Interval


@dataclass(frozen=True, slots=True, eq=False)
class PainPoints:
    """Where it hurts: C cells with answers.

    Attributes
    ----------
    scores
        The scores of the tally by cell.
    measured
        What each cell measured.
    reference
        What cells should reach.
    line
        What they are shrunk to.
    between
        Standard deviation of true scores around that line (median), and the limits of its interval.
    short
        Shrunken scores and shortfalls.
    unlike
        Probability that a cell is unlike the others; shape (C,). 1 for those that are not shrunk at all.
    ranks
        Intervals of ranks and the probability of being among the worst.
    order
        What is ranked.
    owners
        Of each cell; None where nobody is named.
    """

    scores: Scores
    measured: Measured
    reference: Reference
    line: PriorLine
    between: tuple[float, float, float]
    short: Short
    unlike: Floats
    ranks: Ranks
    order: Order
    owners: tuple[str | None, ...]

    @property
    def metric(self) -> Metric:
        """What is scored."""
        return self.scores.metric

    @property
    def names(self) -> list[str]:
        """The cells with answers, in the order of the tally."""
        return segment_names(self._cells)

    @property
    def total(self) -> float:
        """Score of all answers."""
        return float(self.measured.share @ self.measured.estimate)

    @property
    def contribution(self) -> Floats:
        """Share of the answers times shortfall; shape (C,). They add up to the shortfall of the total."""
        return self.measured.share * self.short.shortfall

    @property
    def shortfall(self) -> float:
        """How much worse than the reference all answers together are; 0 where they are the reference."""
        return self.short.sign * (self.reference.value - self.total)

    @property
    def too_few(self) -> NDArray[np.bool_]:
        """Whether a cell has fewer answers than the minimum base; shape (C,)."""
        return self.scores.too_few[self.measured.cells]

    @property
    def _cells(self) -> pd.DataFrame:
        return self.scores.segments.iloc[self.measured.cells].reset_index(drop=True)

    def to_frame(self) -> pd.DataFrame:
        """Tidy table, one row a cell, worst first and those with too few answers last; unrounded.

        The segment columns; ``n``, ``estimate`` and ``standard_error`` (as measured); ``shrunken``, ``low``, ``high``;
        ``shortfall``, ``shortfall_low``, ``shortfall_high``; ``share`` (of all answers), ``contribution``,
        ``contribution_low``, ``contribution_high``; ``total_if_fixed`` (the total with this cell at the reference; as
        it is where the cell is better); ``rank``, ``rank_low``, ``rank_high`` (1 is worst), ``among_worst``;
        ``unlike`` (probability that the cell is unlike the others), ``owner``, ``too_few``.
        """
        short, share, contribution = self.short, self.measured.share, self.contribution
        pain = contribution if self.order == "contribution" else short.shortfall
        place = np.empty(len(pain), dtype=np.int64)
        place[np.argsort(-pain, kind="stable")] = np.arange(1, len(pain) + 1)
        limits = short.shortfall_interval
        figures: dict[str, Any] = {
            "n": self.scores.n[self.measured.cells],
            "estimate": self.measured.estimate,
            "standard_error": np.sqrt(self.measured.variance),
            "shrunken": short.shrunken,
            "low": short.interval.low,
            "high": short.interval.high,
            "shortfall": short.shortfall,
            "shortfall_low": limits.low,
            "shortfall_high": limits.high,
            "share": share,
            "contribution": contribution,
            "contribution_low": share * limits.low,
            "contribution_high": share * limits.high,
            "total_if_fixed": self.total + short.sign * np.maximum(contribution, 0.0),
            "rank": place,
            "rank_low": self.ranks.low,
            "rank_high": self.ranks.high,
            "among_worst": self.ranks.among_worst,
            "unlike": self.unlike,
            "owner": list(self.owners),
            "too_few": self.too_few,
        }
        table = pd.concat([self._cells, pd.DataFrame(figures)], axis=1)
        return table.sort_values(["too_few", "rank"], kind="stable", ignore_index=True)

    def to_text(self) -> pd.DataFrame:
        """Table as people read it, worst first; "too few to say" below the minimum base."""
        return self._as_text(self.to_frame())

    def lists_by_owner(self) -> dict[str, pd.DataFrame]:
        """One table for each owner, worst first, as people read it; ``"(no owner)"`` last, if nobody owns a cell."""
        table = self.to_frame()
        whose = table["owner"].fillna(NOBODY).astype(str)
        names: list[str] = sorted(whose.unique(), key=lambda name: (name == NOBODY, name))
        return {name: self._as_text(table[whose == name]).drop(columns="owner") for name in names}

    def sentences(self) -> tuple[str, ...]:
        """Say in how many cells it clearly hurts, the total, and then each of the worst cells, the worst first."""
        table = self.to_frame()
        judged = table[~table["too_few"]]
        said = judged[judged["shortfall"] > 0].head(self.ranks.worst)
        rows = [self._sentence(name, row) for name, row in zip(self._named(said), said.to_dict("records"), strict=True)]
        return (self._first(judged), self._second(), *rows)

    def notes(self) -> tuple[str, ...]:
        """Say how scores were shrunk, what was assumed, and what is left out."""
        metric, (between, low, high) = self.metric, self.between
        alone = f"{100 * max(0.0, 2 * self.scores.confidence_level - 1):g} % interval of the cell alone"
        spread = (
            f"Scores of cells are shrunk towards {self.line.in_words}, the more the fewer the answers; "
            f"{100 * self.scores.confidence_level:g} % intervals in brackets. True scores differ from it by a standard "
            f"deviation of {distance_in_words(metric, between)} ({difference_text(metric, low, signed=False)} to "
            f"{difference_text(metric, high, signed=False)}). The variance of answers in a cell is averaged with that "
            f"of all cells, which counts as {POOLED_ANSWERS} answers. No interval ends within the {alone}. "
            "The shrunken scores are moved together so that contributions add up to the shortfall of the total."
        )
        fixed = "What fixing a cell would bring takes its share of the answers and all other cells as they are."
        notes = (
            spread,
            *self._apart(),
            fixed,
            self.ranks.in_words,
            *self._left_out(),
            *self._unowned(),
            self._design(),
        )
        return tuple(one for one in notes if one)

    def _named(self, rows: pd.DataFrame) -> list[str]:
        return segment_names(rows[self._cells.columns.tolist()])

    def _first(self, judged: pd.DataFrame) -> str:
        clear, cells = judged[judged["shortfall_low"] > 0], f"{len(self.owners):,} cells"
        if len(clear):
            owners = [f" ({owner})" if pd.notna(owner) else "" for owner in clear["owner"]]
            names = [f"{name}{owner}" for name, owner in zip(self._named(clear), owners, strict=True)]
            return f"It clearly hurts in {len(clear):,} of {cells}: {listed(names, self.ranks.worst)}."
        return f"None of {cells} is clearly worse than {self.reference.name}."

    def _second(self) -> str:
        metric, tally = self.metric, self.scores.tally
        what = f"{tally.column}: {metric.formula}, {metric.good} is good; n = {int(self.scores.n.sum()):,}"
        whole = f"All answers together score {metric.text(self.total)} ({what})."
        if self.reference.is_overall:
            return f"{whole} Each cell is held against this."
        way = "worse than" if self.shortfall > 0 else "better than"
        apart = distance_in_words(metric, abs(self.shortfall))
        aim = f"{self.reference.name} of {metric.text(self.reference.value)}"
        return f"{whole} That is {apart} {way} {aim}."

    def _sentence(self, name: str, row: Any) -> str:
        metric = self.metric
        between = f"{metric.text(row['low'])} to {metric.text(row['high'])}"
        said = [
            f"{name}: {metric.text(row['shrunken'])} ({between}), where {metric.text(self.reference.value)} is "
            f"{'usual' if self.reference.is_overall else 'the aim'}; n = {row['n']:,}."
        ]
        said += [] if row["shortfall_low"] > 0 else ["This may be chance."]
        said.append(
            f"Fixing it brings the whole from {_finely(metric, self.total)} to "
            f"{_finely(metric, row['total_if_fixed'])}."
        )
        said.append(f"Owner: {row['owner']}." if pd.notna(row["owner"]) else "No owner is named.")
        return " ".join(said)

    def _apart(self) -> list[str]:
        """Name the cells that are not like the others, and those that shrinking moves out of their own interval."""
        limits, cells = self.scores.interval(), self.measured.cells
        shown, alone, names = ~self.too_few, self.unlike >= CERTAIN, np.array(self.names, dtype=object)
        moved = (self.short.shrunken < limits.low[cells]) | (self.short.shrunken > limits.high[cells])
        said = (
            (alone, "Too far from the others to be like them, and therefore as measured"),
            (moved & ~alone, "Shrunk to outside of the interval of the cell alone, so read its answers"),
        )
        return [f"{why}: {listed(names[shown & some].tolist())}." for some, why in said if (shown & some).any()]

    def _left_out(self) -> list[str]:
        few, names = self.too_few, np.array(self.names, dtype=object)
        found: list[str] = []
        if few.any():
            what = f"fewer than {self.scores.minimum_base} answers or nothing to judge them by"
            found.append(f"Last in the list, with {what}: {listed(names[few].tolist())}.")
        empty = np.setdiff1d(np.arange(len(self.scores.n)), self.measured.cells)
        if empty.size:
            found.append(f"Without answers: {listed(segment_names(self.scores.segments.iloc[empty]))}.")
        return found

    def _unowned(self) -> list[str]:
        if not any(self.owners):
            return ["No owners are named."]
        alone = [name for name, owner in zip(self.names, self.owners, strict=True) if owner is None]
        return [f"{len(alone)} of {len(self.owners)} cells have no owner: {listed(alone)}."] if alone else []

    def _design(self) -> str:
        if not self.measured.apart:
            return self.scores.design_in_words
        return f"{self.scores.design_in_words} The covariance between cells is not known and counts as 0.".strip()

    def _as_text(self, table: pd.DataFrame) -> pd.DataFrame:
        metric, few = self.metric, table["too_few"].to_numpy(dtype=np.bool_)
        rows = table.to_dict("records")

        def column(write: Callable[[Any], str]) -> Any:
            return np.where(few, "", [write(row) for row in rows])

        shown = [metric.text(row["shrunken"]) for row in rows]
        unit = unit_of_differences(metric)
        level = f"{100 * self.scores.confidence_level:g} % interval"
        return pd.DataFrame(
            {
                "cell": segment_names(table[self._cells.columns.tolist()]),
                "n": [f"{row['n']:,}" for row in rows],
                "measured": column(lambda row: metric.text(row["estimate"])),
                "shrunken": np.where(few, TOO_FEW, shown),
                level: column(lambda row: f"{metric.text(row['low'])} to {metric.text(row['high'])}"),
                f"shortfall ({unit})": column(lambda row: difference_text(metric, row["shortfall"])),
                "contribution": column(lambda row: _finely(metric, row["contribution"], signed=True)),
                "total if fixed": column(lambda row: _finely(metric, row["total_if_fixed"])),
                "rank": column(ranks_text),
                f"among worst {self.ranks.worst}": column(lambda row: percent_text(row["among_worst"])),
                "owner": [row["owner"] if pd.notna(row["owner"]) else NOBODY for row in rows],
            }
        )

    def _repr_html_(self) -> str:
        said = "<br>".join(escape(line) for line in self.sentences())
        below = "".join(f"<li>{escape(line)}</li>" for line in self.notes())
        return f"<p>{said}</p>{self.to_text().to_html(index=False, border=0, justify='left')}<ul>{below}</ul>"

    def __repr__(self) -> str:
        return "\n".join([*self.sentences(), self.to_text().to_string(index=False), *self.notes()])


def ranks_text(row: Any) -> str:
    """Write an interval of ranks: ``"1 to 6"``."""
    low, high = int(row["rank_low"]), int(row["rank_high"])
    return f"{low}" if low == high else f"{low} to {high}"


def _finely(metric: Metric, value: float, *, signed: bool = False) -> str:
    """Write a score, or a difference, with a decimal more than usual: one cell moves the total by little."""
    places = 3 if metric.unit == "points" else 2
    if not signed:
        return metric.text(value, decimals=places)
    scaled = 100 * value if metric.unit in ("share", "net") else value
    return f"{round(scaled, places) + 0.0:+.{places}f}"


def percent_text(probability: float) -> str:
    """Write a probability from draws, never as certain: ``"over 99 %"``."""
    if probability > 0.99:
        return "over 99 %"
    return "under 1 %" if probability < 0.01 else f"{100 * probability:.0f} %"


def listed(names: Sequence[str], most: int = 8) -> str:
    """List names separated by semicolons, since those of cells hold commas."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return "; ".join(names[:most]) + more
