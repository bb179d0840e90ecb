"""Differences within the same customers: the mean of what each customer changed, with interval and p-values."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy
from numpy.typing import NDArray

from cxstats.scores.comparing.contrasts import Tail
from cxstats.scores.comparing.sides import CANNOT, Side
from cxstats.scores.contrasts.paired import mean_statistic
from cxstats.scores.intervals import score_interval, t_interval
from cxstats.scores.samples import Floats, Interval, Sample

PAIRED_METHODS: Final = ("score", "t")


@dataclass(frozen=True, slots=True, eq=False)
class PairedContrasts:
    """One difference: what the same customers answered afterwards less what they answered before.

    Attributes
    ----------
    first, second
        After and before.
    changes
        The change of each customer as a sample: values of the first less values of the second, for each pair of points.
    method
        ``"score"`` (Tango's for shares) or ``"t"`` (Student's paired test).
    """

    first: Side
    second: Side
    changes: Sample
    method: str

    @property
    def difference(self) -> Floats:
        """Mean change; shape (1,)."""
        return self.changes.estimate

    @property
    def standard_error(self) -> Floats:
        """Of the mean change; shape (1,)."""
        return np.sqrt(self.changes.variance / self.changes.n)

    def limits(self, confidence_level: float) -> Interval:
        """Interval of the mean change at one level."""
        return (score_interval if self.method == "score" else t_interval)(self.changes, confidence_level)

    def p_value(self, difference: float, tail: Tail) -> Floats:
        """P-value of a one-sided test, by the method of the interval; shape (1,)."""
        sign = 1.0 if tail == "greater" else -1.0
        if self.method == "score":
            return scipy.special.ndtr(-sign * mean_statistic(self.changes, difference))
        error = np.sqrt(self.changes.variance / np.maximum(self.changes.n - 1, 1))
        t = np.divide(self.difference - difference, error, out=np.full_like(error, np.nan), where=error > 0)
        return scipy.special.stdtr(self.changes.n - 1, -sign * t)

    def two_sided(self) -> Floats:
        """P-value of the test that there is no change; shape (1,)."""
        return np.minimum(2 * np.fmin(self.p_value(0.0, "greater"), self.p_value(0.0, "less")), 1.0)

    def unsaid(self, p_values: Floats) -> tuple[str, ...]:
        """Why nothing can be said of the change, given its p-value; empty where something can."""
        few = self.first.unsaid[0]
        return (few or ("" if np.isfinite(p_values[0]) else f"{CANNOT}: all customers changed by the same"),)

    @property
    def said(self) -> NDArray[np.bool_]:
        """Whether there are enough customers, and a variance to go by; shape (1,)."""
        return np.array([not self.unsaid(self.two_sided())[0]])
