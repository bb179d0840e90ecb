"""How mix and rate read."""

from dataclasses import dataclass

import numpy as np

from cxstats.scores.estimates import segment_names
from cxstats.scores.metrics import Metric
from cxstats.scores.mix.errors import Estimates
from cxstats.scores.mix.kitagawa import Effects
from cxstats.scores.mix.paradox import Paradox
from cxstats.scores.mix.waves import Waves
from cxstats.scores.nonresponse import signed


@dataclass(frozen=True, slots=True)
class Wording:
    """What sentences about two waves name.

    Attributes
    ----------
    metric, column
        What was scored.
    noun
        What a segment is.
    names
        Of the two waves.
    confidence_level
        Of the intervals.
    """

    metric: Metric
    column: str
    noun: str
    names: tuple[str, str]
    confidence_level: float

    def changes(self, found: Estimates) -> list[str]:
        """Write each estimate as a change with its interval; a dash where there is none."""
        limits = found.interval(self.confidence_level)
        return [
            "–" if np.isnan(one) else signed(self.metric, one) + self._between(low, high)
            for one, low, high in zip(found.estimate, limits.low, limits.high, strict=True)
        ]

    def total(self, effects: Effects) -> str:
        """Say the two totals and their difference."""
        metric, (first, second) = self.metric, map(self.metric.text, effects.levels.estimate.tolist())
        total, limits = float(effects.parts.estimate[0]), effects.parts.interval(self.confidence_level)
        clear = limits.low[0] > 0 or limits.high[0] < 0
        verdict = self._verdict(total) if clear else "no clear change"
        unit = " percentage points" if metric.unit == "share" else ""
        between = f"{100 * self.confidence_level:g} % interval{self._between(limits.low[0], limits.high[0], '')}"
        return (
            f"{self.column} ({metric.formula}, {metric.good} is good), {self.names[1]} against {self.names[0]}: "
            f"{second} against {first}, {verdict}: {signed(metric, total)}{unit} ({between})"
        )

    def parts(self, effects: Effects) -> str:
        """Say what of the change is rate and what is mix."""
        _, rate, mix = self.changes(effects.parts)
        if np.isnan(effects.parts.estimate[1]):
            return f"It cannot be split into rate and mix: no {self.noun} has answers in both."
        return (
            f"Of this, {rate} is rate: other scores within each {self.noun}; {mix} is mix: other shares of "
            f"each {self.noun} among the answers."
        )

    def paradox(self, waves: Waves, effects: Effects, found: Paradox) -> str:
        """Say that the total moves against its segments, why, and how sure that is; empty where it does not."""
        if found.kind == "none":
            return ""
        total = float(effects.parts.estimate[0])
        way, other = ("up", "down") if total > 0 else ("down", "up")
        where = f"every {self.noun}" + ("" if found.judged.all() else " with enough answers in both")
        if found.kind == "in part":
            turned = np.array(segment_names(waves.segments), dtype=object)[found.against]
            where = f"every {self.noun} that clearly changed ({', '.join(turned)})"
        how_sure = f"No other {self.noun} clearly changed." if found.kind == "in part" else _sure(waves, found)
        return (
            f"Simpson's paradox{' in part' if found.kind == 'in part' else ''}: {self.column} is {way} "
            f"({self._verdict(total)}) although it is {other} ({self._verdict(-total)}) in {where}, since "
            f"{self._reason(waves, effects)}. {how_sure}"
        )

    def missing(self, waves: Waves) -> tuple[str, ...]:
        """Say how many rows are not in n."""
        without, n = waves.missing + waves.set_aside, waves.n.sum(axis=1)
        if not without.any():
            return ()
        parts = (f"{r:,} of {r + k:,} in {name}" for r, k, name in zip(without, n, self.names, strict=True))
        return (f"Rows without a usable answer: {' and '.join(parts)}.",)

    def _between(self, low: float, high: float, brackets: str = "()") -> str:
        shown = f"{signed(self.metric, low)} to {signed(self.metric, high)}"
        return f" {brackets[:1]}{shown}{brackets[1:]}"

    def _verdict(self, change: float) -> str:
        return "better" if (change > 0) == (self.metric.good == "high") else "worse"

    def _reason(self, waves: Waves, effects: Effects) -> str:
        """Name the segment whose changed share does most for the total."""
        way = np.sign(effects.parts.estimate[0])
        k = int(np.argmax(effects.mix.estimate * way))
        (before, after), grown = 100 * waves.shares[:, k], effects.share.estimate[k] > 0
        above = 1.0 if (effects.mix.estimate[k] > 0) == grown else -1.0
        more, name = "more" if grown else "fewer", segment_names(waves.segments)[k]
        return (
            f"{more} of the answers come from {name} ({after:.1f} % in {self.names[1]}, {before:.1f} % in "
            f"{self.names[0]}), which scores {self._verdict(above)} than average"
        )


def _sure(waves: Waves, found: Paradox) -> str:
    """Say which of the changes that make the paradox are clear."""
    names = np.array(segment_names(waves.segments), dtype=object)
    clear = ["the total"] * found.total_clear + names[found.clear].tolist()
    unclear = ["the total"] * (not found.total_clear) + names[found.judged & ~found.clear].tolist()
    if not unclear:
        return "Each of these changes is clear of 0."
    if not clear:
        return "None of these changes is clear of 0: it may be chance."
    return f"Clear of 0: {', '.join(clear)}; not clear, so perhaps chance: {', '.join(unclear)}."
