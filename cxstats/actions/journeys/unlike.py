"""Cells unlike the others: what is shrunk to the others only as far as it can be one of them.

A cell is either like the others, its true score being normal around their line, or, with a small probability, unlike
them, and then its true score may be anything on the scale. How far a cell lies from where the others put it says which:
if it is unlike them, it keeps its own score and its own interval, and says nothing of how far the others differ.

>>> score = np.r_[np.tile([0.93, 0.94, 0.95, 0.96, 0.97], 3), 0.6]
>>> error = np.full(16, 0.03)
>>> own = Own(score, score, error, error**2, np.full(16, True))
>>> judged = shrink_the_like(score, error**2, columns=np.ones((16, 1)), most=0.5, own=own)
>>> judged.mean()[[0, 4, 15]].round(2).tolist(), judged.chance[[0, 15]].round(2).tolist()
([0.95, 0.95, 0.6], [0.01, 1.0])
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy
from numpy.random import Generator
from numpy.typing import NDArray

from cxstats.actions.journeys.shrinkage import Shrunken, deleted_densities, mixture_quantile, shrink
from cxstats.scores.samples import Interval, upper_tail

Floats = NDArray[np.float64]

UNLIKE: Final = 0.05
"""How likely a cell is to be unlike the others before its answers are looked at."""
CERTAIN: Final = 0.9
"""From this probability on a cell is taken as unlike the others."""

_NO_DOUBT: Final = 300.0
"""Logarithms of odds beyond this are taken as this."""


@dataclass(frozen=True, slots=True, eq=False)
class Own:
    """What S cells say by themselves.

    Attributes
    ----------
    estimate
        As measured; shape (S,).
    centre, spread
        Middle of the interval of each alone, and the standard deviation that such an interval is of; shape (S,).
    usual
        Sampling variance of each if its answers vary as those of all cells do; shape (S,).
    enough
        Whether it has answers enough to be found unlike the others; shape (S,).
    """

    estimate: Floats
    centre: Floats
    spread: Floats
    usual: Floats
    enough: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """The true scores of S cells, some of which may be unlike the others.

    Attributes
    ----------
    like
        What they are if they are like the others; those that are certainly not do not enter.
    chance
        Probability that a cell is unlike the others; shape (S,). 1 for those that are taken as such.
    own
        What it is then.
    """

    like: Shrunken
    chance: Floats
    own: Own

    def mean(self) -> Floats:
        """Posterior means of the true scores; shape (S,)."""
        return (1 - self.chance) * self.like.mean() + self.chance * self.own.estimate

    def interval(self, confidence_level: float, *, extra: float = 0.0) -> Interval:
        """Posterior interval of the same; `extra` is a variance to add, as that of a reference.

        It is equal-tailed, but for limits that would lie within the cell's own interval at twice the error.
        """
        return self._limits(confidence_level, None, self.own.centre, np.sqrt(self.own.spread**2 + extra), extra=extra)

    def against(self, share: Floats, confidence_level: float) -> Interval:
        """Interval of the distance of each cell from the mean of all with these weights, shape (S,)."""
        others = np.diag(share) - share
        contrasts = np.eye(len(share)) - share
        kept = 1 - share
        centre = kept * self.own.centre + self.like.mean(others)
        spread = np.hypot(kept * self.own.spread, self.like.standard_deviation(others))
        return self._limits(confidence_level, contrasts, centre, spread)

    def draw(self, size: int, rng: Generator) -> Floats:
        """Draw true scores; shape (size, S)."""
        drawn = self.like.draw(size, rng)
        alone = self.own.centre + self.own.spread * rng.standard_normal(drawn.shape)
        return np.where(rng.random(drawn.shape) < self.chance, alone, drawn)

    def _limits(
        self, confidence_level: float, contrasts: Floats | None, centre: Floats, spread: Floats, *, extra: float = 0.0
    ) -> Interval:
        means, spreads = self.like.moments(contrasts)
        weights = np.vstack([self.like.weights[:, None] * (1 - self.chance), self.chance])
        means, spreads = np.vstack([means, centre]), np.vstack([np.sqrt(spreads**2 + extra), spread])
        tail = 1 - upper_tail(confidence_level)
        low, high = (mixture_quantile(weights, means, spreads, at) for at in (tail, 1 - tail))
        half = max(0.0, float(scipy.special.ndtri(confidence_level))) * spread
        return Interval(np.minimum(low, centre - half), np.maximum(high, centre + half))


def shrink_the_like(estimate: Floats, covariance: Floats, *, columns: Floats, most: float, own: Own) -> Judged:
    """Learn from many scores what each truly is, and leave those that are unlike the others as they are.

    Parameters
    ----------
    estimate, covariance, columns, most
        As for `cxstats.actions.journeys.shrinkage.shrink`; errors are those of a cell that is like the others.
    own
        What cells say by themselves, with errors of their own.

    Notes
    -----
    The odds that a cell is unlike the others are those of before times the density of a score that may be anything on
    the scale over the density of its score given the others, averaged over what is known of their spread. The one of
    which it is most certain is taken out first, and then the rest is judged again, so that one cell does not hide
    another.

    References
    ----------
    Efron and Morris (1972), Limiting the risk of Bayes and empirical Bayes estimators, part II: the empirical Bayes
    case. JASA 67.
    O'Hagan (1979), On outlier rejection phenomena in Bayes inference. JRSS B 41.
    """
    variance = covariance if covariance.ndim == 1 else np.diagonal(covariance)
    before = np.log(UNLIKE / (1 - UNLIKE) / (2 * most))
    out = np.zeros(len(estimate), dtype=np.bool_)
    while True:
        widened = np.concatenate([columns, np.eye(len(estimate))[:, out]], axis=1)
        like = shrink(estimate, covariance, columns=widened, most=most)
        surprise = before - deleted_densities(like, variance, own.usual)
        odds = like.weights @ np.exp(np.minimum(surprise, _NO_DOUBT))
        chance = np.where(out, 1.0, np.where(own.enough, odds / (1 + odds), 0.0))
        found = np.where(out, 0.0, chance)
        first = int(np.argmax(found))
        # Some cells must be left to be like.
        if found[first] < CERTAIN or 2 * (out.sum() + 1) >= len(estimate) - columns.shape[1] + 1:
            return Judged(like, chance, own)
        out[first] = True
