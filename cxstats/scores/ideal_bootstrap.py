"""The bootstrap without drawing: the exact distribution of the score of n answers drawn from the observed shares.

Where the values of a metric lie on a lattice, as scale points do, the sum of n draws has the n-fold convolution of the
shares, which two Fourier transforms give. The limits are those of infinitely many resamples, for many segments at once.

>>> from cxstats.scores.samples import Sample
>>> found = ideal_bootstrap_interval()(Sample.from_counts([5, 5, 10], [-1, 0, 1]), 0.95)
>>> found.low, found.high
(array([-0.1]), array([0.6]))
"""

from collections.abc import Iterator
from functools import partial
from typing import Final, Literal

import numpy as np
import scipy
from numpy.typing import NDArray

from cxstats.responses.names import unknown_name
from cxstats.scores.bootstrap import bca_probability
from cxstats.scores.samples import Floats, Interval, IntervalMethod, Sample, upper_tail

MOST_STEPS: Final = 200_000
_BLOCK: Final = 4_000_000
_ROUNDING: Final = 1e-12


def resampled_scores(shares: Floats, steps: NDArray[np.int64], n: int) -> Floats:
    """Probability of each sum of n draws, from 0 to n times the largest step; shape (S, n * steps.max() + 1)."""
    single = np.zeros((len(shares), int(steps.max()) + 1))
    np.add.at(single.T, steps, shares.T)
    length = n * int(steps.max()) + 1
    fast = scipy.fft.next_fast_len(length, real=True)
    found = scipy.fft.irfft(scipy.fft.rfft(single, fast, axis=1) ** n, fast, axis=1)[:, :length]
    return np.maximum(found, 0.0)


def ideal_bootstrap_interval(*, method: Literal["percentile", "bca"] = "percentile") -> IntervalMethod:
    """Make the bootstrap interval of infinitely many resamples.

    It is for simple random samples, values on a lattice, and n times the steps of the scale up to 200,000; a sample
    that is none of this raises a ValueError. The drawn bootstrap has no such limits.

    Parameters
    ----------
    method
        ``"percentile"``, the quantiles of the resampled scores; ``"bca"``, the same moved for bias and skewness.

    Returns
    -------
    IntervalMethod
        NaN where there are no answers.

    Raises
    ------
    ValueError
        If the method is unknown.

    References
    ----------
    Efron (1987), Better bootstrap confidence intervals. JASA 82.
    """
    if method not in ("percentile", "bca"):
        raise ValueError(unknown_name("bootstrap method", method, ("percentile", "bca")))
    return partial(_ideal_interval, bca=method == "bca")


def _ideal_interval(sample: Sample, confidence_level: float, *, bca: bool) -> Interval:
    steps, step = lattice_steps(sample.values)
    if not sample.is_simple:
        raise ValueError("the ideal bootstrap is for simple random samples; use 'bootstrap-percentile' under a design")
    low, high = np.full(len(sample.n), np.nan), np.full(len(sample.n), np.nan)
    for n in np.unique(sample.n[sample.n > 0]).astype(np.int64).tolist():
        if n * int(steps.max()) > MOST_STEPS:
            raise ValueError(f"the ideal bootstrap needs n times the scale's steps up to {MOST_STEPS:,}; got n={n:,}")
        for some in _blocks(np.flatnonzero(sample.n == n), n * int(steps.max()) + 1):
            part = sample.shares[some]
            cumulative = np.cumsum(resampled_scores(part, steps, n), axis=1)
            tails = _tails(part, steps, cumulative, n, upper=upper_tail(confidence_level), bca=bca)
            for limits, tail in ((low, tails[0]), (high, tails[1])):
                limits[some] = sample.values.min() + _quantiles(cumulative, tail) * step / n
    return Interval(low, high)


def lattice_steps(values: Floats) -> tuple[NDArray[np.int64], float]:
    """Write values as their minimum plus whole multiples of a step.

    Raises
    ------
    ValueError
        If they are no such multiples of their smallest difference.
    """
    distinct = np.unique(values)
    step = float(np.diff(distinct).min()) if len(distinct) > 1 else 1.0
    multiples = (values - distinct[0]) / step
    steps = np.rint(multiples).astype(np.int64)
    if not np.allclose(multiples, steps, rtol=0, atol=1e-9):
        raise ValueError(f"values must be evenly spaced, or whole multiples of one step; got {distinct.tolist()}")
    return steps, step


def _blocks(rows: NDArray[np.intp], length: int) -> Iterator[NDArray[np.intp]]:
    size = max(1, _BLOCK // length)
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def _tails(
    shares: Floats, steps: NDArray[np.int64], cumulative: Floats, n: int, *, upper: float, bca: bool
) -> tuple[Floats, Floats]:
    """Return the probabilities at which the limits are the quantiles; shape (S,) each."""
    if not bca:
        return np.full(len(shares), 1 - upper), np.full(len(shares), upper)
    mean = shares @ steps
    at = np.rint(mean * n).astype(np.int64)
    upto = np.take_along_axis(cumulative, at[:, None], axis=1)[:, 0]
    before = np.where(at > 0, np.take_along_axis(cumulative, np.maximum(at - 1, 0)[:, None], axis=1)[:, 0], 0.0)
    bias = scipy.special.ndtri((upto + before) / 2)
    deviation = steps - mean[:, None]
    spread, skew = (np.einsum("sk,sk->s", shares, deviation**power) for power in (2, 3))
    acceleration = np.divide(skew, 6 * spread**1.5 * n**0.5, out=np.zeros_like(skew), where=spread > 1e-12)
    low, high = (bca_probability(np.full(len(shares), tail), bias, acceleration) for tail in (1 - upper, upper))
    return low, high


def _quantiles(cumulative: Floats, probability: Floats) -> Floats:
    """First place at which the cumulative probability reaches the probability; shape (S,)."""
    reached = cumulative >= np.minimum(probability, cumulative[:, -1])[:, None] - _ROUNDING
    return reached.argmax(axis=1).astype(np.float64)
