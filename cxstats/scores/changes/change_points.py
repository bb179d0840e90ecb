"""When did the level of a score change, how surely, and by how much.

>>> import numpy as np
>>> import pandas as pd
>>> from cxstats.responses.tallies import tally
>>> from cxstats.scores.estimates import score
>>> rng = np.random.default_rng(4)
>>> weeks = pd.date_range("2026-01-05", periods=30, freq="7D").repeat(200)
>>> happy = rng.random(6_000) < np.where(weeks < pd.Timestamp("2026-05-18"), 0.80, 0.72)
>>> answers = pd.DataFrame({"csat": np.where(happy, 5, 2), "week": weeks})
>>> found = change_points(score(tally(answers, "csat", scale="csat-5", by="week")), along="week")
>>> found.dates
[Timestamp('2026-05-18 00:00:00')]
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
import pandas as pd

from cxstats.scores.changes.detecting import Found, Rules, find_changes
from cxstats.scores.changes.noise import Floats
from cxstats.scores.changes.series import Every, Series, series_of
from cxstats.scores.changes.showing import as_html, as_text
from cxstats.scores.changes.words import (
    ELSEWHERE,
    level_text,
    moved_word,
    patterns_in_words,
    season_in_words,
    series_notes,
    variation_in_words,
    which_is,
)
from cxstats.scores.comparing.wording import between_text, difference_text, p_text, unit_of_differences
from cxstats.scores.estimates import Scores
from cxstats.scores.metrics import Metric

FEWEST_PERIODS: Final = 6
LONG: Final = 12
"""Fewer periods than this show large changes only."""


@dataclass(frozen=True, slots=True, eq=False)
class ChangePoints:
    """Changes of the level of a score in a series of periods; C of them.

    Attributes
    ----------
    series
        The scores.
    found
        What was found; None where nothing can be said, for which `unsaid` gives the reason.
    rules
        How it was looked for; its confidence level is that of all intervals.
    unsaid
        Why nothing can be said; empty where something can.
    """

    series: Series
    found: Found | None
    rules: Rules
    unsaid: str = ""

    @property
    def confidence_level(self) -> float:
        """Of all intervals."""
        return self.rules.confidence_level

    @property
    def metric(self) -> Metric:
        """Under which metric."""
        return self.series.metric

    @property
    def places(self) -> tuple[int, ...]:
        """Rows of the series with which new levels begin."""
        return self.found.places if self.found else ()

    @property
    def dates(self) -> list[pd.Timestamp]:
        """First days of the periods with which new levels begin."""
        return [self._start(place) for place in self.places]

    @property
    def p_value(self) -> float:
        """Of the test that the level never changed; NaN where nothing can be said."""
        return self.found.p_values[0] if self.found else float("nan")

    def to_frame(self) -> pd.DataFrame:
        """One row a change, unrounded.

        The period column (first day of the new level), ``date_low`` and ``date_high`` (the interval of that day),
        ``n_before`` and ``n_after`` (answers in the two levels), ``before`` and ``after`` (the levels), ``estimate``
        (the size of the change), ``standard_error``, ``low``, ``high``, ``p_value``. The size is an average over the
        dates that are likely, so that it need not be the difference of the two levels.
        """
        levels = self.levels()
        columns = [self.series.along, "date_low", "date_high", "n_before", "n_after", "before", "after"]
        columns += ["estimate", "standard_error", "low", "high", "p_value"]
        rows: list[dict[str, object]] = []
        for k, place in enumerate(self.places):
            found = self._found
            shift = found.shifts[k]
            low, high = shift.interval(self.confidence_level)
            keys = (place, found.date_low[k], found.date_high[k])
            sides = [levels[name].iloc[k + j] for name in ("n", "estimate") for j in (0, 1)]
            size = shift.estimate[0], shift.standard_error[0], low[0], high[0], found.p_values[k]
            rows.append(dict(zip(columns, (*map(self._start, keys), *sides, *size), strict=True)))
        return pd.DataFrame(rows, columns=columns)

    def levels(self) -> pd.DataFrame:
        """One row a level: ``first`` and ``last`` period, ``periods``, ``n``, ``estimate``, its error and interval."""
        if self.found is None:
            return pd.DataFrame(columns=["first", "last", "periods", "n", *_FIGURES])
        edges, n = (0, *self.places, len(self.series.n)), self.series.n
        parts = [slice(a, b) for a, b in pairwise(edges)]
        low, high = self.found.levels.interval(self.confidence_level)
        figures = self.found.levels.estimate, self.found.levels.standard_error, low, high
        return pd.DataFrame(
            {
                "first": [self._start(part.start) for part in parts],
                "last": [self._start(part.stop - 1) for part in parts],
                "periods": [part.stop - part.start for part in parts],
                "n": [int(n[part].sum()) for part in parts],
                **dict(zip(_FIGURES, figures, strict=True)),
            }
        )

    def to_text(self) -> pd.DataFrame:
        """Table as people read it: one row a level."""
        series, write, table = self.series, self.metric.text, self.levels()
        places = [series.position_of(day) for day in table["first"]], [series.position_of(day) for day in table["last"]]
        between = [f"{write(a)} to {write(b)}" for a, b in zip(table["low"], table["high"], strict=True)]
        return pd.DataFrame(
            {
                "from": [series.name(place) for place in places[0]],
                "until": [series.name(place) for place in places[1]],
                f"{series.every}s": table["periods"].to_list(),
                "n": [f"{n:,}" for n in table["n"]],
                self.metric.name: [write(one) for one in table["estimate"]],
                f"{100 * self.confidence_level:g} % interval": between,
            }
        )

    def sentence(self) -> str:
        """Say whether, when and by how much the level changed; fit for a mail."""
        series = self.series
        subject = f"{series.scores.tally.column} ({self.metric.formula})"
        base = f"{series.noun(len(series.n))}, n = {series.n.sum():,}"
        if self.unsaid:
            return f"{subject}: whether it changed cannot be said, {self.unsaid} ({base})."
        if not self.places:
            level = self.levels().iloc[0]
            between = f"{self.metric.text(level['low'])} to {self.metric.text(level['high'])}"
            return (
                f"{subject}: no clear change of level ({p_text(self.p_value)}); {self.metric.text(level['estimate'])} "
                f"throughout ({100 * self.confidence_level:g} % interval {between}); {base}. A change too small for so "
                "few answers would look the same."
            )
        told = [self._told(k) for k in range(len(self.places))]
        if len(told) == 1:
            return f"{subject} {told[0]}. {base}."
        listed = "; ".join(f"it {one}" for one in told)
        return f"{subject} changed {len(told)} times: {listed}. {base}."

    def _told(self, k: int) -> str:
        row, metric, found = self.to_frame().iloc[k], self.metric, self._found
        between = between_text(metric, float(row["low"]), float(row["high"]))
        size = f"{difference_text(metric, float(row['estimate']))} {unit_of_differences(metric)}"
        levels = f"from {metric.text(row['before'])} to {metric.text(row['after'])}"
        return (
            f"{moved_word(float(row['estimate']))} {levels}{which_is(metric, float(row['estimate']))}, "
            f"with {self._when(found.places[k], found.date_low[k], found.date_high[k])}: {size} "
            f"({level_text(self.confidence_level)} {between}; {p_text(float(row['p_value']))})"
        )

    def _when(self, place: int, low: int, high: int) -> str:
        series, name = self.series, self.series.name(int(self.series.position[place]))
        if low == high:
            return f"{name} ({level_text(self.confidence_level)}: that {series.every} alone)"
        first, last = (series.name(int(series.position[k])).removeprefix("the week of ") for k in (low, high))
        return f"{name} ({level_text(self.confidence_level)} {first} to {last})"

    def notes(self) -> tuple[str, ...]:
        """Say what a reader should know beside the sentence."""
        said = list(series_notes(self.series))
        if self.found is None:
            return tuple(said)
        found, series = self.found, self.series
        said.append(variation_in_words(series, found.variation))
        said.append(
            f"How many: one or two changes more at a time, as long as series without them show as much in no more than "
            f"{100 * self.rules.alpha:g} % of draws; each level lasts {series.noun(self.rules.shortest)} or more, "
            "so that a change in the first or last of them is found later."
        )
        if found.places:
            said.append(
                "The scores say when, not why: look for what else changed then. A size is an average over the likely "
                "dates, so that it need not be the difference of the two levels; sizes of changes that were picked "
                "because they are clear are somewhat too large on average."
            )
        if found.line_fits:
            said.append("A steady trend accounts for these scores as well as changes of level do.")
        if len(series.n) < LONG:
            said.append(f"Only {series.noun(len(series.n))}: a moderate change cannot be found in so few.")
        residual = series.estimate - _fitted(self) - found.season
        said += [*season_in_words(series), *patterns_in_words(series, residual), ELSEWHERE]
        return tuple(said)

    @property
    def _found(self) -> Found:
        if self.found is None:
            raise ValueError(f"nothing can be said: {self.unsaid}")
        return self.found

    def _start(self, place: int) -> pd.Timestamp:
        return self.series.start(int(self.series.position[place]))

    def _repr_html_(self) -> str:
        return as_html(self)

    def __repr__(self) -> str:
        return as_text(self)


_FIGURES: Final = ("estimate", "standard_error", "low", "high")


def _fitted(changes: ChangePoints) -> Floats:
    """Level of each period; shape (T,)."""
    level = np.searchsorted(np.array(changes.places, dtype=np.int64), np.arange(len(changes.series.n)), side="right")
    return changes.levels()["estimate"].to_numpy(dtype=np.float64)[level]


def change_points(
    scores: Scores,
    *,
    along: str,
    every: Every | None = None,
    alpha: float = 0.05,
    shortest: int = 3,
    most: int = 5,
    draws: int = 999,
    rng: np.random.Generator | int = 0,
) -> ChangePoints:
    """Find when the level of a score changed: how many times, when, and by how much.

    Parameters
    ----------
    scores
        By one column of periods, as ``score(tally(data, "csat", scale="csat-5", by="week"))``.
    along
        That column: the first day of each period.
    every
        ``"day"``, ``"week"``, ``"month"``, ``"quarter"`` or ``"year"``; told from the days unless given.
    alpha
        How often a change is found in a series that has none.
    shortest
        Fewest periods of a level.
    most
        Most changes that are looked for.
    draws
        Series without a further change that are drawn for each test.
    rng
        Source of randomness, or its seed.

    Returns
    -------
    ChangePoints
        Dates are the first days of the periods with which new levels begin. Intervals are at the level of the scores.

    Raises
    ------
    ValueError
        If the scores are not by this column alone, its values are no dates, or a setting is out of its range.

    Notes
    -----
    The score of a period is its level, sampling error whose variance the answers tell, and ups and downs beyond chance
    which may last for some periods; how large these are and how much they last is not known and estimated. A change is
    shown by the likelihood ratio for a new level from the best of all dates; its p-value comes from series that are
    drawn without one, their ups and downs as likely as the scores make them. So neither more variation than chance
    explains nor neighbours that are alike count as changes. The same is tried with two new levels at once, since a fall
    that a rise undoes hardly shows as one change, and the p-value is that of the smaller of the two. Further changes
    are looked for, at the dates found, until none is shown. Dates are those of the best fit, by dynamic programming and
    then by the likelihood. An interval for a date is all dates that the likelihood ratio does not reject, from the
    first to the last.

    Where two years are seen, a wave that returns each year (one sine and cosine) is fitted with the levels, so that a
    season does not count as changes; with less it cannot be told from them, which the notes say.

    Ups and downs are thought to carry over with a correlation of .6 at most: where they last longer, a slow wander is
    told as changes of level, and more often than `alpha` says.

    References
    ----------
    Andrews (1993), Tests for parameter instability and structural change with unknown change point. Econometrica 61.
    Bai and Perron (1998), Estimating and testing linear models with multiple structural changes. Econometrica 66.
    Eo and Morley (2015), Likelihood-ratio-based confidence sets for the timing of structural breaks. Quantitative
    Economics 6.
    """
    rules = Rules(alpha, shortest, most, draws, scores.confidence_level)
    _require_usable(rules)
    series = series_of(scores, along, every)
    unsaid = _unsaid(series, shortest)
    if unsaid:
        return ChangePoints(series, None, rules, unsaid)
    scored = series.estimate, series.variance, series.position
    found = find_changes(*scored, rules=rules, season=series.season, rng=rng)
    return ChangePoints(series, found, rules)


def _unsaid(series: Series, shortest: int) -> str:
    if len(series.n) < max(FEWEST_PERIODS, 2 * shortest):
        return f"there must be {max(FEWEST_PERIODS, 2 * shortest)} periods with answers or more"
    return "all answers have the same value" if series.is_flat else ""


def _require_usable(rules: Rules) -> None:
    if not 0 < rules.alpha < 1:
        raise ValueError(f"alpha must be between 0 and 1, as .05; got {rules.alpha!r}")
    for name, value in (("shortest", rules.shortest), ("most", rules.most)):
        if value < 1:
            raise ValueError(f"{name} must be 1 or more; got {value}")
    least = int(np.ceil(1 / rules.alpha - 1))
    if rules.draws < least:
        raise ValueError(f"a test at {rules.alpha:g} needs {least} draws or more; got {rules.draws}")
