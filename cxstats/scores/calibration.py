"""Check a claim about an error rate or a coverage by seeded simulation.

A claim passes when the nominal rate lies in the exact 99 % interval of the rate seen in at least 2,000 replicates; a
one-sided claim passes when that interval reaches the nominal rate.

>>> fair = Claim("a fair coin shows heads", 0.5, lambda rng, n: rng.random(n) < 0.5)
>>> check_claim(fair, seed=1).holds
True
>>> loaded = Claim("a loaded coin shows heads", 0.5, lambda rng, n: rng.random(n) < 0.45)
>>> print(check_claim(loaded, seed=1).in_words())
a loaded coin shows heads: 44.0 % of 2,000 (99 % interval 41.1 % to 46.9 %), claimed 50 %: does not hold
"""

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
import scipy
from numpy.random import Generator
from numpy.typing import NDArray

REPLICATES: Final = 2_000
_TAIL: Final = 0.005

Side = Literal["equal", "at least", "at most"]


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim about how often something happens.

    Attributes
    ----------
    name
        What happens, in words.
    nominal
        How often it is claimed to happen, 0 to 1.
    outcomes
        From a source of randomness and a number of replicates to whether it happened in each.
    side
        Whether the rate is claimed to be equal to the nominal one, at least it, or at most it.
    """

    name: str
    nominal: float
    outcomes: Callable[[Generator, int], NDArray[np.bool_]]
    side: Side = "equal"


@dataclass(frozen=True, slots=True)
class Verdict:
    """What simulation says of a claim.

    Attributes
    ----------
    claim
        The claim.
    happened, replicates
        How often it happened, of how many.
    """

    claim: Claim
    happened: int
    replicates: int

    @property
    def rate(self) -> float:
        """The rate seen, 0 to 1."""
        return self.happened / self.replicates

    @property
    def interval(self) -> tuple[float, float]:
        """Exact 99 % interval of the rate (Clopper and Pearson 1934)."""
        rest = self.replicates - self.happened
        low = scipy.special.betaincinv(self.happened, rest + 1, _TAIL) if self.happened else 0.0
        high = scipy.special.betaincinv(self.happened + 1, rest, 1 - _TAIL) if rest else 1.0
        return float(low), float(high)

    @property
    def holds(self) -> bool:
        """Whether the claim passes."""
        low, high = self.interval
        not_below = high >= self.claim.nominal or self.claim.side == "at most"
        return not_below and (low <= self.claim.nominal or self.claim.side == "at least")

    def in_words(self) -> str:
        """Say what was claimed, what was seen, and whether it holds."""
        low, high = (f"{100 * limit:.1f} %" for limit in self.interval)
        side = "" if self.claim.side == "equal" else f"{self.claim.side} "
        seen = f"{100 * self.rate:.1f} % of {self.replicates:,} (99 % interval {low} to {high})"
        holds = "holds" if self.holds else "does not hold"
        return f"{self.claim.name}: {seen}, claimed {side}{100 * self.claim.nominal:g} %: {holds}"


def check_claim(claim: Claim, *, replicates: int = REPLICATES, seed: int = 0) -> Verdict:
    """Simulate the outcomes of a claim.

    Parameters
    ----------
    claim
        The claim.
    replicates
        At least 2,000.
    seed
        Each claim has a stream of its own, named after it, so that claims can be added without changing the others.

    Raises
    ------
    ValueError
        If there are fewer than 2,000 replicates, or not one outcome for each.
    """
    if replicates < REPLICATES:
        raise ValueError(f"replicates must be at least {REPLICATES:,}; got {replicates:,}")
    rng = np.random.default_rng([seed, zlib.crc32(claim.name.encode())])
    outcomes = claim.outcomes(rng, replicates)
    if outcomes.shape != (replicates,):
        raise ValueError(f"a claim needs {replicates:,} outcomes; {claim.name!r} has shape {outcomes.shape}")
    return Verdict(claim, int(np.count_nonzero(outcomes)), replicates)
