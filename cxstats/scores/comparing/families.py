"""Many comparisons at once: p-values adjusted for their number, and the level that each interval needs by itself."""

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import scipy
from numpy.typing import NDArray

from cxstats.scores.contrasts.simultaneous import MaxT, max_t
from cxstats.scores.multiplicity import adjusted_p_values
from cxstats.scores.samples import Floats

Adjust = Literal["holm", "benjamini-hochberg", "simultaneous", "none"]

ADJUSTMENTS: Final = ("holm", "benjamini-hochberg", "simultaneous", "none")


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """The comparisons about which something is said, and how their number is allowed for.

    Attributes
    ----------
    adjust
        By which method.
    said
        Which of the C comparisons have enough answers; the others are not counted; shape (C,).
    largest
        Distribution of the largest of their statistics, for ``"simultaneous"``.
    """

    adjust: Adjust
    said: NDArray[np.bool_]
    largest: MaxT | None = None

    @property
    def size(self) -> int:
        """Number of comparisons about which something is said."""
        return int(self.said.sum())

    def level_of_each(self, confidence_level: float) -> float:
        """Confidence level of each interval by itself: higher than that of all where they hold simultaneously."""
        return self.largest.confidence_level_of_each(confidence_level) if self.largest else confidence_level

    def adjusted(self, p_values: Floats) -> Floats:
        """Adjust p-values for their number; NaN where there are too few answers; shape (C,)."""
        counted = np.where(self.said, p_values, np.nan)
        if self.adjust == "none":
            return counted
        if self.adjust == "simultaneous":
            return self._simultaneous(counted)
        return adjusted_p_values(counted, "holm" if self.adjust == "holm" else "bh")

    def _simultaneous(self, p_values: Floats) -> Floats:
        found, known = np.full_like(p_values, np.nan), ~np.isnan(p_values)
        if self.largest is None or not known.any():
            return p_values
        found[known] = self.largest.p_values(-scipy.special.ndtri(p_values[known] / 2))
        return found


def family_of(adjust: Adjust, said: NDArray[np.bool_], together: Floats) -> Family:
    """Make the family of C comparisons.

    For ``"simultaneous"`` each p-value is taken to the normal deviate that it has by its own method and degrees of
    freedom, and the deviates to be normal together, with the correlation of the differences. Where differences share
    the estimate of their spread they are less likely to be far off one by one, so that this errs on the safe side.

    Parameters
    ----------
    adjust
        By which method.
    said
        Which have enough answers; shape (C,).
    together
        Covariance of the differences, shape (C, C); used for ``"simultaneous"`` alone.

    References
    ----------
    Hothorn, Bretz and Westfall (2008), Simultaneous inference in general parametric models. Biometrical Journal 50.
    """
    if adjust != "simultaneous" or not said.any():
        return Family(adjust, said)
    kept = together[np.ix_(said, said)]
    error = np.sqrt(np.maximum(np.diag(kept), 0.0))
    # Without variation nothing is known of how a difference goes with the others: it counts as one of its own.
    known = error > 0
    scale = np.where(known, error, 1.0)
    correlation = np.where(np.outer(known, known), kept / np.outer(scale, scale), 0.0)
    np.fill_diagonal(correlation, 1.0)
    return Family(adjust, said, max_t(correlation))
