"""How precise a score is, given how the respondents were chosen: variance, effective n and design effects.

>>> import pandas as pd
>>> from cxstats.responses.tallies import tally
>>> from cxstats.responses.weights import Design
>>> answers = pd.DataFrame({"ces": [7, 7, 6, 2, 3, 2], "agent": ["a", "a", "b", "b", "c", "c"]})
>>> counted = tally(answers, "ces", scale="ces-2.0", design=Design(clusters="agent"))
>>> found = Precision(counted, np.arange(1.0, 8.0))
>>> found.variance_of_mean.round(2), found.design_effect.round(2)
(array([1.75]), array([1.78]))
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cxstats.responses.tallies import Tally

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]

_FLAT: Final = 1e-14


@dataclass(frozen=True, slots=True, eq=False)
class Precision:
    """What a tally says of the mean of values of its points.

    Attributes
    ----------
    tally
        The counts, with what their design says.
    values
        Value of each point; shape (K,).
    """

    tally: Tally
    values: Floats

    @property
    def estimate(self) -> Floats:
        """Weighted mean; shape (S,); NaN without answers."""
        return divide(self.tally.totals @ self.values, self.tally.totals.sum(axis=1))

    @property
    def variance(self) -> Floats:
        """Weighted variance of the values over the answers, divisor n; shape (S,)."""
        totals = self.tally.totals
        shares = divide(totals, totals.sum(axis=1, keepdims=True))
        return np.einsum("sk,sk->s", shares, (self.values - self.estimate[:, None]) ** 2)

    @property
    def is_flat(self) -> Truths:
        """Where all answers have one value, so that their variance says nothing; shape (S,)."""
        return self.variance <= _FLAT * np.ptp(self.values) ** 2

    @property
    def asked_all(self) -> Truths:
        """Which segments are a census: every unit of the population in their strata was asked; shape (S,)."""
        tally = self.tally
        return (tally.n > 0) & (tally.squares_left <= _FLAT * tally.squared_weights)

    @property
    def variance_of_mean(self) -> Floats:
        """Variance of the estimate: of a simple random sample, or Taylor's linearisation; shape (S,)."""
        tally, variance = self.tally, self.variance
        if tally.covariance is None:
            return divide(variance, tally.n)
        found = self._linearised(tally.covariance)
        # Answers that differ, all in one cluster, leave no variation between clusters but rounding.
        unknown = (found <= 1e-12 * variance / np.maximum(tally.n, 1)) & ~self.is_flat
        found = np.where(self.asked_all, 0.0, np.where(unknown, np.nan, found))
        return np.where((tally.degrees_of_freedom >= 1) | self.asked_all, np.maximum(found, 0.0), np.nan)

    @property
    def effective_n(self) -> Floats:
        """Size of the simple random sample with the same variance; shape (S,).

        Kish's where all answers have the same value; infinite where all of a finite population were asked.
        """
        tally = self.tally
        if tally.design is None:
            return tally.n.astype(np.float64)
        kish = divide(tally.totals.sum(axis=1) ** 2, tally.squares_left)
        found = np.where(self.is_flat, kish, divide(self.variance, self.variance_of_mean))
        return np.where(self.asked_all, np.inf, found)

    @property
    def most_n(self) -> Floats | None:
        """Largest effective n that counts: n, times what a finite population and margins add to it; shape (S,).

        An effective n above n is mostly the luck of few answers near an end of the scale. What a finite population adds
        is known, and what margins add is the variance before them over that after them.
        """
        tally = self.tally
        if tally.design is None:
            return None
        most = tally.n * divide(tally.squared_weights, tally.squares_left)
        if tally.explained is None or tally.covariance is None:
            return most
        after = self._linearised(tally.covariance)
        gain = divide(after + self._linearised(tally.explained), after)
        return most * np.where(self.is_flat | np.isnan(gain), 1.0, np.maximum(gain, 1.0))

    @property
    def design_effect(self) -> Floats:
        """Variance of the estimate over that of a simple random sample of as many answers; shape (S,)."""
        if self.tally.design is None:
            return np.ones(len(self.tally.n))
        variance = np.where(self.is_flat, np.nan, self.variance)
        return self.variance_of_mean * divide(self.tally.n.astype(np.float64) - 1, variance)

    @property
    def kish_design_effect(self) -> Floats:
        """Design effect of the weights alone; shape (S,)."""
        tally = self.tally
        return divide(tally.n * tally.squared_weights, tally.totals.sum(axis=1) ** 2)

    def _linearised(self, covariance: Floats) -> Floats:
        linear = divide(self.values - self.estimate[:, None], self.tally.totals.sum(axis=1, keepdims=True))
        return np.einsum("sk,skl,sl->s", linear, covariance, linear)


def divide(over: Floats, under: Floats | NDArray[np.int64]) -> Floats:
    """Divide, with NaN where there is nothing to divide by."""
    under = np.broadcast_to(np.asarray(under, dtype=np.float64), over.shape)
    return np.divide(over, under, out=np.full_like(over, np.nan), where=under > 0)
