"""Alarms of a chart with their reason, in words that a person reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cxstats.responses.periods import Every
from cxstats.scores.metrics import Metric
from cxstats.scores.trends.alarm_rules import RISING, RULES
from cxstats.scores.trends.expectations import Observed
from cxstats.scores.trends.tracks import Track

Truths = NDArray[np.bool_]

_WORDS: Final = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


@dataclass(frozen=True, slots=True)
class Alarm:
    """A rule that is broken, in one period or in several that follow each other.

    Attributes
    ----------
    first, last
        Places of its first and its last period.
    rule
        Its name.
    direction
        1 where scores are too high for chance, -1 where they are too low.
    verdict
        ``"better"`` or ``"worse"``, by which direction is good.
    reason
        Why, in words, as of its first period.
    """

    first: int
    last: int
    rule: str
    direction: int
    verdict: str
    reason: str


@dataclass(frozen=True, slots=True)
class Words:
    """What reasons are worded with.

    Attributes
    ----------
    metric
        Writes scores, and says which direction is good.
    periods, every
        Names of the periods, and what they are.
    set_apart
        Whether lines around the centre are apart from it.
    """

    metric: Metric
    periods: Sequence[str]
    every: Every
    set_apart: bool = False


def alarms_of(track: Track, seen: Observed, *, watched: Truths, words: Words) -> tuple[Alarm, ...]:
    """List alarms in their order; periods that follow each other make one.

    Parameters
    ----------
    track
        The chart's points and limits.
    seen
        The periods; those that are not judged do not part an alarm in two.
    watched
        Periods in which a broken rule counts; shape (T,).
    words
        For reasons.
    """
    found: list[Alarm] = []
    for rule, signs in track.broken.items():
        where = np.flatnonzero(seen.judged & watched)
        for direction in (1, -1):
            for first, last in _episodes(signs[where] == direction):
                begin, end = int(where[first]), int(where[last])
                good = (direction > 0) == (words.metric.good == "high")
                reason = _Told(track, seen, words).reason(rule, begin, direction)
                found.append(Alarm(begin, end, rule, direction, "better" if good else "worse", reason))
    return tuple(sorted(found, key=lambda alarm: (alarm.first, list(track.broken).index(alarm.rule))))


def _episodes(broken: Truths) -> list[tuple[int, int]]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], broken.astype(np.int64), [0]])))
    return [(int(first), int(end) - 1) for first, end in zip(edges[::2], edges[1::2], strict=True)]


@dataclass(frozen=True, slots=True, eq=False)
class _Told:
    track: Track
    seen: Observed
    words: Words

    def reason(self, rule: str, at: int, direction: int) -> str:
        if rule == "sum":
            return self._of_sum(at, direction)
        if rule == "six-rising":
            return f"{_WORDS[RISING]} {self.words.every}s in a row {'rising' if direction > 0 else 'falling'}"
        if rule in ("beyond", "average"):
            return self._of_limit(rule, at, direction)
        made = RULES[rule]
        side = "above" if direction > 0 else "below"
        if made.is_run:
            return f"{_WORDS[made.window]} {self.words.every}s in a row {side} {self._middle(at, direction)}"
        line = self.words.metric.text(float(self.track.lines[made.sigmas * direction][at]))
        many, of = _WORDS[made.count], _WORDS[made.window]
        return f"{many} of {of} {self.words.every}s {side} {line}, {made.words}"

    def _middle(self, at: int, direction: int) -> str:
        usual = f"the usual {self.words.metric.text(float(self.track.centre[at]))}"
        if self.track.middle is None or not self.words.set_apart:
            return usual
        line = float(self.track.middle[direction > 0][at])
        return f"{self.words.metric.text(line)}, on that side of {usual}"

    def _of_limit(self, rule: str, at: int, direction: int) -> str:
        write, track = self.words.metric.text, self.track
        limit = float((track.high if direction > 0 else track.low)[at])
        side = "above" if direction > 0 else "below"
        value = float((self.seen.estimate if rule == "beyond" else track.smoothed)[at])
        shown, edge = write(value), write(limit)
        # More decimals where rounding hides what is beyond what.
        for places in range(2, 7):
            if shown != edge:
                break
            shown, edge = write(value, decimals=places), write(limit, decimals=places)
        return f"{'smoothed score ' if rule == 'average' else ''}{shown} is {side} the limit of {edge}"

    def _of_sum(self, at: int, direction: int) -> str:
        sums = self.track.above if direction > 0 else self.track.below
        zero = np.flatnonzero(self.seen.judged & (sums == 0) & (np.arange(len(sums)) < at))
        began = np.flatnonzero(
            self.seen.judged & ~np.isnan(sums) & (np.arange(len(sums)) > (zero[-1] if len(zero) else -1))
        )
        since = self.words.periods[int(began[0])]
        way = "rise" if direction > 0 else "fall"
        return (
            f"deviations add up to a {way} since about {since}: {sums[at]:.1f} sigmas, limit {self.track.high[at]:.1f}"
        )


def by_period(alarms: Sequence[Alarm], size: int) -> list[str]:
    """Return the reasons of each period, joined; empty where there is no alarm."""
    told: Mapping[int, list[str]] = {t: [] for t in range(size)}
    for alarm in alarms:
        for t in range(alarm.first, alarm.last + 1):
            told[t].append(alarm.reason)
    return ["; ".join(told[t]) for t in range(size)]
