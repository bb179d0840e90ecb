"""What else changed at the same time: the mix of respondents, the days of the week, the response rate.

>>> import pandas as pd
>>> from cxstats.responses.tallies import tally
>>> from cxstats.scores.estimates import score
>>> weeks = pd.to_datetime(["2026-01-05", "2026-01-12", "2026-01-19", "2026-01-26"]).repeat(100)
>>> phone = [k % 100 < (20 if week < pd.Timestamp("2026-01-19") else 60) for k, week in enumerate(weeks)]
>>> happy = [5 if k % 10 < (5 if by_phone else 8) else 2 for k, by_phone in enumerate(phone)]
>>> answers = pd.DataFrame({"csat": happy, "week": weeks, "channel": ["phone" if p else "web" for p in phone]})
>>> by_channel = score(tally(answers, "csat", scale="csat-5", by=("week", "channel")))
>>> also_changed(by_channel, along="week", change="2026-01-19").to_frame()[["aspect", "changed"]].to_dict("records")
[{'aspect': 'mix of channel', 'changed': True}]
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd
import scipy

from cxstats.responses.numbering import number_rows
from cxstats.scores.changes.noise import Floats, Integers
from cxstats.scores.changes.series import Every, Series, When, day_text, days_in, no_answers, series_of
from cxstats.scores.changes.showing import as_html, as_text
from cxstats.scores.changes.words import level_text
from cxstats.scores.comparing.sides import sides_of
from cxstats.scores.comparing.wording import between_text, difference_text, p_text, unit_of_differences
from cxstats.scores.estimates import Scores
from cxstats.scores.metrics import Metric
from cxstats.scores.mix import MixAndRate, mix_and_rate
from cxstats.scores.multiplicity import adjusted_p_values
from cxstats.scores.participation import PERIOD, ResponseRates
from cxstats.scores.trends.calendar import day_of
from cxstats.scores.trends.renaming import handovers, in_words

SIDES: Final = ("before", "after")
WHEN: Final = "when"
WEEKDAY: Final = "weekday"
RESPONSE_RATE: Final = "response rate"
LEVEL: Final = 0.01
"""Level of the test below which a difference between before and after is pointed out."""
MOVED: Final = 0.05
"""Smaller shifts of the mix than this share of the answers are not, unless they move the score by themselves."""


@dataclass(frozen=True, slots=True, eq=False)
class Aspect:
    """One thing that may have changed.

    Attributes
    ----------
    name
        ``"mix of channel"``, ``"mix of weekday"``, ``"response rate"``.
    counts
        Before and after: answers of each level, or invitations with and without an answer; shape (2, L).
    levels
        Names of the levels.
    split
        The change of the score, mix against rate; None for the response rate.
    renamed
        Levels that may be others under a new name, in words.
    """

    name: str
    counts: Integers
    levels: tuple[str, ...]
    split: MixAndRate | None
    renamed: tuple[str, ...] = ()

    @property
    def shares(self) -> Floats:
        """Share of each level; shape (2, L)."""
        return self.counts / self.counts.sum(axis=1, keepdims=True)

    @property
    def moved(self) -> float:
        """Share that lies elsewhere after the change: half the sum of the differences of shares, 0 to 1."""
        return float(np.abs(np.diff(self.shares, axis=0)).sum() / 2)

    @property
    def p_value(self) -> float:
        """Of Pearson's chi-square test that shares are the same; NaN with one level."""
        used = self.counts[:, self.counts.sum(axis=0) > 0].astype(np.float64)
        degrees = used.shape[1] - 1
        if degrees < 1:
            return float("nan")
        rows, columns = used.sum(axis=1), used.sum(axis=0)
        # Pearson's statistic as n times (sum of squared counts over both margins, less 1).
        distance = float(rows.sum()) * (float((used**2 / columns).sum(axis=1) @ (1 / rows)) - 1)
        return float(scipy.special.chdtrc(float(degrees), max(distance, 0.0)))

    @property
    def moves_score(self) -> bool:
        """Whether the interval of the mix effect leaves out 0."""
        if self.split is None:
            return False
        row = self.split.to_frame().iloc[2]
        return bool(row["low"] > 0 or row["high"] < 0)

    def in_words(self, metric: Metric, confidence_level: float) -> str:
        """Say how much it changed and what that does to the score."""
        if self.split is None:
            before, after = 100 * self.shares[:, 0]
            return f"{self.name}: from {before:.1f} % to {after:.1f} % of those asked"
        widest = int(np.argmax(np.abs(np.diff(self.shares, axis=0)[0])))
        before, after = 100 * self.shares[:, widest]
        row = self.split.to_frame().iloc[2]
        limits = between_text(metric, float(row["low"]), float(row["high"]))
        by_itself = f"{difference_text(metric, float(row['estimate']))} {unit_of_differences(metric)}"
        return (
            f"{self.name}: {100 * self.moved:.1f} % of answers lie elsewhere, most of all {self.levels[widest]}, from "
            f"{before:.1f} % to {after:.1f} %; the other mix by itself moves the score by {by_itself} "
            f"({level_text(confidence_level)} {limits})"
        )


@dataclass(frozen=True, slots=True, eq=False)
class AlsoChanged:
    """What was looked at beside the score; K aspects.

    Attributes
    ----------
    aspects
        One each.
    change
        Day of the change.
    column, metric, confidence_level
        Of the score.
    """

    aspects: tuple[Aspect, ...]
    change: pd.Timestamp
    column: str
    metric: Metric
    confidence_level: float

    @property
    def changed(self) -> tuple[Aspect, ...]:
        """Aspects that changed clearly."""
        return tuple(one for one, moved in zip(self.aspects, self.to_frame()["changed"], strict=True) if moved)

    def to_frame(self) -> pd.DataFrame:
        """One row an aspect, unrounded.

        Columns ``aspect``, ``n_before``, ``n_after``, ``moved`` (share that lies elsewhere), ``p_value`` (adjusted by
        Holm's method), ``mix``, ``mix_low``, ``mix_high`` (what the other mix does to the score), ``rate``,
        ``rate_low``, ``rate_high`` (the change of the score at the same mix), ``changed``.
        """
        p_values = adjusted_p_values([one.p_value for one in self.aspects], "holm")
        rows: list[dict[str, object]] = []
        for one, p_value in zip(self.aspects, p_values, strict=True):
            before, after = one.counts.sum(axis=1)
            large = one.split is None or one.moved >= MOVED or one.moves_score
            keys = {"aspect": one.name, "n_before": int(before), "n_after": int(after)}
            parts = _parts(one.split)
            changed = bool(p_value < LEVEL and large)
            rows.append({**keys, "moved": one.moved, "p_value": p_value, **parts, "changed": changed})
        return pd.DataFrame(rows)

    def sentence(self) -> str:
        """Say what else changed; fit for a mail."""
        day, changed = day_text(self.change), self.changed
        if not changed:
            looked = ", ".join(one.name for one in self.aspects)
            return f"Nothing else that was looked at changed clearly with {day}: {looked}."
        told = "; ".join(one.in_words(self.metric, self.confidence_level) for one in changed)
        asked = "".join(f" {said}" for one in changed for said in one.renamed)
        why = f"{self.column} may have moved for that reason"
        return f"With {day} something else changed too, so that {why}. {told}.{asked}"

    def notes(self) -> tuple[str, ...]:
        """Say what a reader should know beside the sentence."""
        return (
            f"A mix counts as changed when the test is below {LEVEL:g} and {100 * MOVED:g} % of the answers lie "
            "elsewhere or the score moves with it. The test takes answers for independent; mixes that go up and down "
            "from one period to the next look changed more often.",
            "What was not looked at may have changed as well.",
        )

    def to_text(self) -> pd.DataFrame:
        """Table as people read it."""
        table, metric = self.to_frame(), self.metric
        unit = unit_of_differences(metric)

        def written(name: str) -> list[str]:
            columns = (table[name], table[f"{name}_low"], table[f"{name}_high"])
            return [
                "" if np.isnan(one) else f"{difference_text(metric, one)} ({between_text(metric, low, high)})"
                for one, low, high in zip(*columns, strict=True)
            ]

        return pd.DataFrame(
            {
                "": table["aspect"],
                "n before": [f"{n:,}" for n in table["n_before"]],
                "n after": [f"{n:,}" for n in table["n_after"]],
                "lies elsewhere": [f"{100 * one:.1f} %" for one in table["moved"]],
                "p": [p_text(one) for one in table["p_value"]],
                f"by the other mix ({unit})": written("mix"),
                f"at the same mix ({unit})": written("rate"),
                "changed": np.where(table["changed"], "yes", "not clearly"),
            }
        )

    def _repr_html_(self) -> str:
        return as_html(self)

    def __repr__(self) -> str:
        return as_text(self)


def also_changed(
    scores: Scores | Sequence[Scores],
    *,
    along: str,
    change: When,
    rates: ResponseRates | None = None,
    every: Every | None = None,
) -> AlsoChanged:
    """Look for what else changed with a change: who answered, on which days, how many of those asked.

    Parameters
    ----------
    scores
        By the periods and one other column each, as ``tally(data, "csat", scale="csat-5", by=("week", "channel"))``;
        by a column of weekdays for these. Scores by days alone say the mix of weekdays themselves.
    along
        The column of periods.
    change
        Its day; a period into which it falls is left out.
    rates
        Response rates by period, from `cxstats.response_rates`; periods that begin before the change are before it.
    every
        Length of a period; told from the days unless given.

    Returns
    -------
    AlsoChanged
        For each aspect a test, how much of it lies elsewhere, and the change of the score split into what the other
        mix does by itself and what is left at the same mix (`cxstats.mix_and_rate`).

    Raises
    ------
    ValueError
        If scores are under a design, are not by the periods and one other column, or have no answers on one side.
    """
    given = (scores,) if isinstance(scores, Scores) else tuple(scores)
    if not given:
        raise ValueError("give scores by period and another column to look at; got none")
    day = day_of(change)
    aspects = [_mix_of(one, along, day, every) for one in given]
    if rates is not None:
        aspects.append(_rates_of(rates, day))
    first = given[0]
    return AlsoChanged(tuple(aspects), day, first.tally.column, first.metric, first.confidence_level)


def _mix_of(scores: Scores, along: str, day: pd.Timestamp, every: Every | None) -> Aspect:
    if scores.tally.design is not None:
        raise ValueError("what else changed is for scores without a design; count the same answers without one")
    scores, name = _with_level(scores, along)
    series = _of_periods(scores, along, every)
    side = _sides(scores, series, day)
    keys = pd.DataFrame({WHEN: side, name: scores.segments[name].to_numpy()})
    for number, which in enumerate(SIDES):
        if not (side == number).any():
            raise ValueError(f"there must be periods before and after {day_text(day)}; there are none {which} it")
    inside = np.flatnonzero(side >= 0)
    segments, number = number_rows(keys.iloc[inside].reset_index(drop=True))
    members = np.zeros((len(segments), len(side)), dtype=np.bool_)
    members[number, inside] = True
    merged = sides_of(scores, members)
    segments = segments.assign(**{WHEN: np.array(SIDES, dtype=object)[segments[WHEN].to_numpy(dtype=np.int64)]})
    halves = replace(merged, tally=replace(merged.tally, by=(WHEN, name), segments=segments))
    split = mix_and_rate(halves, along=WHEN, before=SIDES[0], after=SIDES[1])
    levels = tuple(str(value) for value in split.segments[name])
    return Aspect(f"mix of {name}", split.waves.n, levels, split, _renamed(scores, series, name))


def _with_level(scores: Scores, along: str) -> tuple[Scores, str]:
    """Name the other column; days alone get one of weekdays."""
    others = [name for name in scores.tally.by if name != along]
    if along in scores.tally.by and not others:
        series = series_of(scores, along)
        if series.every == "day":
            days = days_in(scores.segments[along], along).dt.day_name()
            tally = replace(scores.tally, by=(along, WEEKDAY), segments=scores.segments.assign(**{WEEKDAY: days}))
            return replace(scores, tally=tally), WEEKDAY
    if len(others) != 1 or along not in scores.tally.by or others[0] == WHEN:
        raise ValueError(
            f"what else changed needs scores by {along!r} and one other column, as tally(by=({along!r}, 'channel')); "
            f"these are by {list(scores.tally.by)}"
        )
    return scores, others[0]


def _of_periods(scores: Scores, along: str, every: Every | None) -> Series:
    """Put scores by period alone in the order of time."""
    days = days_in(scores.segments[along], along)
    starts = pd.DatetimeIndex(days.dropna().unique()).sort_values()
    if not len(starts):
        raise ValueError(no_answers(along, int(scores.n.sum())))
    members = np.stack([days.to_numpy() == start for start in starts.to_numpy()])
    merged = sides_of(scores, members)
    by_period = replace(merged.tally, by=(along,), segments=pd.DataFrame({along: starts}))
    return series_of(replace(merged, tally=by_period), along, every)


def _positions(scores: Scores, series: Series) -> Integers:
    """Return the number of the period of each row, -1 without one or before the first with answers; shape (S,)."""
    days = days_in(scores.segments[series.along], series.along)
    return np.array([-1 if pd.isna(start) else series.position_of(start) for start in days], dtype=np.int64)


def _sides(scores: Scores, series: Series, day: pd.Timestamp) -> Integers:
    """Side of each row: 0 before, 1 after, -1 where it has no answers or the change falls into it; shape (S,)."""
    inside = series.position_of(day)
    first = inside + (series.start(inside) != day)
    position = _positions(scores, series)
    return np.where(position < 0, -1, np.where(position >= first, 1, np.where(position == inside, -1, 0)))


def _renamed(scores: Scores, series: Series, name: str) -> tuple[str, ...]:
    """Ask about levels that fall silent as others, about as large, begin."""
    level, names = pd.factorize(scores.segments[name])
    position = _positions(scores, series)
    inside = (position >= 0) & (position <= series.position[-1]) & (level >= 0)
    n = np.zeros((len(names), int(series.position[-1]) + 1), dtype=np.int64)
    np.add.at(n, (level[inside], position[inside]), scores.n[inside])
    periods = [series.name(k) for k in range(n.shape[1])]
    labels = [str(one) for one in names]
    return tuple(f"{in_words(found, labels, periods)} Then it is no other mix." for found in handovers(n))


def _rates_of(rates: ResponseRates, day: pd.Timestamp) -> Aspect:
    times = rates.over_time()
    starts = pd.DatetimeIndex(times.segments[PERIOD])
    ends = pd.PeriodIndex(starts, freq=times.period).end_time
    sides = [np.asarray(ends < day), np.asarray(starts >= day)]
    counts = np.array([[times.responded[one].sum(), (times.invited - times.responded)[one].sum()] for one in sides])
    if not (counts.sum(axis=1) > 0).all():
        raise ValueError("response rates must have invitations on both sides of the change")
    return Aspect(RESPONSE_RATE, counts, ("answered", "not answered"), None)


def _parts(split: MixAndRate | None) -> dict[str, float]:
    names = [f"{part}{end}" for part in ("mix", "rate") for end in ("", "_low", "_high")]
    if split is None:
        return dict.fromkeys(names, float("nan"))
    table = split.to_frame().set_index("part")[["estimate", "low", "high"]]
    return dict(zip(names, table.loc[["mix", "rate"]].to_numpy(dtype=np.float64).ravel().tolist(), strict=True))
