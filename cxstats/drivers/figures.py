"""A figure with its interval, and how people read it.

>>> Limits(0.3128, 0.2471, 0.3785, 0.0335).cost_in_words("points")
'costs 0.31 points (0.25 to 0.38)'
"""

import math
from dataclasses import dataclass, replace
from typing import Any, Final, Literal


@dataclass(frozen=True, slots=True)
class Wording:
    """How people read a shape.

    Attributes
    ----------
    unit, units
        One unit of the driver, and more of them; an s is added unless given.
    points
        Unit of the outcome as it is said.
    times
        How many of these are one unit of the outcome: 100 percentage points are a share of 1.
    good
        Which end of the outcome is good; None if nobody said.
    """

    unit: str = "unit"
    units: str | None = None
    points: str = "points"
    times: float = 1
    good: Literal["high", "low"] | None = None

    def said(self, **words: Any) -> "Wording":
        """Return the same with some words replaced; None replaces nothing."""
        return replace(self, **{name: word for name, word in words.items() if word is not None})

    @property
    def many(self) -> str:
        """More than one unit of the driver."""
        return f"{self.unit}s" if self.units is None else self.units

    @property
    def factor(self) -> float:
        """What turns a change of the outcome into a cost as it is said.

        Raises
        ------
        ValueError
            If which end is good is not known.
        """
        return self.times * cost_factor(self.good)


PLAIN: Final = Wording()
"""Units and points, of which nobody said which end is good."""


@dataclass(frozen=True, slots=True)
class Limits:
    """A figure with its interval.

    Attributes
    ----------
    estimate, low, high
        The figure and its limits.
    standard_error
        Its standard error.
    """

    estimate: float
    low: float
    high: float
    standard_error: float

    @classmethod
    def around(cls, estimate: float, half: float, standard_error: float) -> "Limits":
        """Make the interval that reaches half its width to each side."""
        return cls(estimate, estimate - half, estimate + half, standard_error)

    @property
    def clear(self) -> bool:
        """Whether the interval leaves out zero."""
        return self.low > 0 or self.high < 0

    def scaled(self, by: float) -> "Limits":
        """Return the figure in another unit; by a negative factor the limits change places."""
        low, high = sorted((by * self.low, by * self.high))
        return Limits(by * self.estimate, low, high, abs(by) * self.standard_error)

    def rounded(self) -> tuple[str, str, str]:
        """Write estimate and limits with as many decimals as the width of the interval bears."""
        half = (self.high - self.low) / 2
        decimals = min(6, max(0, -math.floor(math.log10(half)))) if half > 0 and math.isfinite(half) else 2

        def written(figure: float) -> str:
            return f"{round(figure, decimals) + 0.0:.{decimals}f}"

        return written(self.estimate), written(self.low), written(self.high)

    def cost_in_words(self, points: str) -> str:
        """Say what something costs: it "brings" when the cost is clearly negative."""
        if not self.clear:
            estimate, low, high = self.rounded()
            return f"costs nothing clear ({estimate}, {low} to {high})"
        verb, shown = ("costs", self) if self.estimate > 0 else ("brings", self.scaled(-1))
        estimate, low, high = shown.rounded()
        return f"{verb} {estimate} {points} ({low} to {high})"


def p_in_words(p: float) -> str:
    """Write a p-value: ``"< .001"`` or ``"= .034"``."""
    return "< .001" if p < 0.001 else f"= {p:.3f}".replace("0.", ".", 1)


def cost_factor(good: str | None) -> float:
    """Return what turns a change of the outcome into a cost: -1 when high is good, 1 when low is.

    Raises
    ------
    ValueError
        If `good` is neither.
    """
    if good not in ("high", "low"):
        raise ValueError(f"good must be 'high' or 'low'; got {good!r}")
    return -1.0 if good == "high" else 1.0
