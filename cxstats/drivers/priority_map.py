"""The map of importance and performance, with intervals both ways and the probability of each quadrant."""

from dataclasses import dataclass
from html import escape
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Lines = Literal["mean", "median"]

QUADRANTS: Final = ("fix first", "keep up", "watch", "leave")
"""Important and bad; important and good; unimportant and bad; unimportant and good."""


@dataclass(frozen=True, slots=True, eq=False)
class PriorityMap:
    """Where each of G drivers lies.

    Attributes
    ----------
    drivers
        Their names.
    good_when
        Which value of each goes with better answers: ``"low"`` or ``"high"``, ``"no"`` or ``"yes"``,
        ``"favourable"`` for a rating, empty for levels.
    n
        Number of answers.
    importance, performance
        Of each driver; performance from 0 (worst) to 1 (best); shape (G,).
    importance_replicates, performance_replicates
        The same in R resamples of the same customers; shape (R, G).
    importance_is
        What importance is, in words.
    shares
        Whether importance is a share, 0 to 1, rather than points.
    lines
        Whether quadrants meet at the mean or the median of the drivers.
    confidence_level
        Of the intervals.
    """

    drivers: tuple[str, ...]
    good_when: tuple[str, ...]
    n: int
    importance: Floats
    performance: Floats
    importance_replicates: Floats
    performance_replicates: Floats
    importance_is: str
    shares: bool
    lines: Lines
    confidence_level: float

    @property
    def line(self) -> tuple[float, float]:
        """Importance and performance at which quadrants meet."""
        return float(self._middle(self.importance)), float(self._middle(self.performance))

    @property
    def quadrant(self) -> tuple[str, ...]:
        """The quadrant of each driver."""
        places: list[int] = self._places(self.importance, self.performance).tolist()
        return tuple(QUADRANTS[k] for k in places)

    @property
    def probabilities(self) -> Floats:
        """Share of resamples in which each driver lies in each quadrant; shape (G, 4), in the order of `QUADRANTS`."""
        places = self._places(self.importance_replicates, self.performance_replicates)
        return np.stack([(places == k).mean(axis=0) for k in range(len(QUADRANTS))], axis=1)

    def interval(self, of: Literal["importance", "performance"]) -> tuple[Floats, Floats]:
        """Interval from the quantiles of the resamples; shape (G,) each."""
        replicates = self.importance_replicates if of == "importance" else self.performance_replicates
        tail = (1 - self.confidence_level) / 2
        low, high = np.quantile(replicates, [tail, 1 - tail], axis=0)
        return low, high

    def to_frame(self) -> pd.DataFrame:
        """Tidy table, one row a driver in the order given, unrounded.

        ``driver``, ``n``, ``importance``, ``importance_low``, ``importance_high``, ``performance``,
        ``performance_low``, ``performance_high``, ``quadrant``, ``probability`` (of it), and the probability of each:
        ``fix_first``, ``keep_up``, ``watch``, ``leave``.
        """
        columns: dict[str, Any] = {"driver": list(self.drivers), "n": self.n}
        (low, high), (worst, best) = self.interval("importance"), self.interval("performance")
        columns |= {"importance": self.importance, "importance_low": low, "importance_high": high}
        columns |= {"performance": self.performance, "performance_low": worst, "performance_high": best}
        chances, found = self.probabilities, self.quadrant
        columns["quadrant"] = list(found)
        columns["probability"] = [chances[g, QUADRANTS.index(place)] for g, place in enumerate(found)]
        columns |= {name.replace(" ", "_"): chances[:, k] for k, name in enumerate(QUADRANTS)}
        return pd.DataFrame(columns)

    def to_text(self) -> pd.DataFrame:
        """Table as people read it: quadrant by quadrant, the most important driver first."""
        table = self.to_frame()
        table["place"] = [QUADRANTS.index(place) for place in table["quadrant"]]
        table = table.sort_values(["place", "importance"], ascending=[True, False], kind="stable")
        good_of = dict(zip(self.drivers, self.good_when, strict=True))
        shown = {
            "importance": [self._importance_text(value) for value in table["importance"]],
            "performance": [f"{100 * value:.0f} %" for value in table["performance"]],
        }
        level = f"{100 * self.confidence_level:g} % interval"
        important = table[["importance_low", "importance_high"]].to_numpy()
        good = table[["performance_low", "performance_high"]].to_numpy()
        return pd.DataFrame(
            {
                "what to do": table["quadrant"].tolist(),
                "driver": table["driver"].tolist(),
                "good when": [good_of[name] for name in table["driver"]],
                "sure": [f"{100 * value:.0f} %" for value in table["probability"]],
                f"importance ({self.importance_is})": shown["importance"],
                level: [f"{self._importance_text(a)} to {self._importance_text(b)}" for a, b in important],
                "performance": shown["performance"],
                # Told apart from the other interval by a blank.
                f"{level} ": [f"{100 * a:.0f} % to {100 * b:.0f} %" for a, b in good],
            }
        )

    def sentence(self) -> str:
        """Say what to fix first, and how sure that is."""
        first = self.probabilities[:, 0]
        own = [g for g, place in enumerate(self.quadrant) if place == "fix first"]
        if own:
            named = [f"{self.drivers[g]} ({_sure(first[g])})" for g in sorted(own, key=lambda g: -first[g])]
            return f"Fix first: {', '.join(named)}."
        near = int(np.argmax(first))
        return (
            f"Fix first: no driver is both more important and worse than the {self.lines} of these drivers (nearest: "
            f"{self.drivers[near]}, {_sure(first[near])})."
        )

    @property
    def about(self) -> str:
        """What the two directions are, and where quadrants meet."""
        important, good = self.line
        return (
            f"Importance: {self.importance_is}; performance: how good the driver is now, from worst to best. Quadrants "
            f"meet at the {self.lines} of the drivers ({self._importance_text(important)}; {100 * good:.0f} %). "
            "Drivers are compared with each other only: one that is kept up may still have most to gain. "
            f"n = {self.n:,}; {len(self.importance_replicates):,} resamples."
        )

    def _repr_html_(self) -> str:
        table = self.to_text().to_html(index=False, border=0, justify="left")
        return f"<p><b>{escape(self.sentence())}</b><br>{escape(self.about)}</p>{table}"

    def __repr__(self) -> str:
        return "\n".join([self.sentence(), self.about, self.to_text().to_string(index=False)])

    def _importance_text(self, value: float) -> str:
        return f"{100 * value:.1f} %" if self.shares else f"{value:.2f}"

    def _middle(self, values: Floats) -> Floats:
        found = np.mean(values, axis=-1) if self.lines == "mean" else np.median(values, axis=-1)
        return np.asarray(found, dtype=np.float64)

    def _places(self, importance: Floats, performance: Floats) -> NDArray[np.intp]:
        unimportant = importance < self._middle(importance)[..., None]
        good = performance >= self._middle(performance)[..., None]
        return (2 * unimportant + good).astype(np.intp)


def _sure(chance: float) -> str:
    return f"{100 * chance:.0f} % sure"
