"""Between which limits an importance lies, which rank it may have and how often it came first, from resamples.

>>> drawn = np.random.default_rng(1).normal([0.3, 0.1, 0.1], 0.02, size=(999, 3))
>>> [limits.tolist() for limits in rank_limits(np.array([0.3, 0.1, 0.1]), drawn, 0.95)]
[[1.0, 2.0, 2.0], [1.0, 3.0, 3.0]]
"""

import numpy as np
import scipy
from numpy.typing import ArrayLike

from cxstats.drivers.resampling import jackknife_error
from cxstats.drivers.subsets import Floats
from cxstats.scores.bootstrap import replicate_limits
from cxstats.scores.samples import upper_tail

_TIE = 1e-9


def wider_limits(
    estimate: Floats, replicates: Floats, left_out: Floats, *, confidence_level: float, sampling_error: ArrayLike = 0.0
) -> Floats:
    """Limits of shares of variance, 0 to 1, shape (2, G): the wider of two at each end.

    One pair are the quantiles of the resamples, the other ``(sqrt(estimate) +- z e / (2 sqrt(estimate)))^2`` with the
    standard error e of the jackknife and of sampled orders together: the root of a share of variance is like a
    correlation, and nearly normal.

    Parameters
    ----------
    estimate, replicates, left_out
        Shares, in R resamples, and without each of K units; shapes (G,), (R, G) and (K, G).
    confidence_level
        Between 0 and 1.
    sampling_error
        Standard error of sampled orders; shape (G,).
    """
    quantiles = np.array([replicate_limits(drawn, confidence_level) for drawn in replicates.T]).T
    error = np.hypot(jackknife_error(left_out), sampling_error)
    root = np.sqrt(estimate)
    reach = float(scipy.special.ndtri(upper_tail(confidence_level))) * error
    half = np.divide(reach, 2 * root, out=np.zeros_like(root), where=root > 0)
    low = np.minimum(quantiles[0], np.maximum(root - half, 0.0) ** 2)
    return np.stack([low, np.minimum(np.maximum(quantiles[1], (root + half) ** 2), 1.0)])


def rank_limits(estimate: Floats, replicates: Floats, confidence_level: float) -> tuple[Floats, Floats]:
    """Interval for the rank of each driver, 1 being the largest; shape (G,) each.

    A driver's differences from all others get simultaneous intervals, from the largest studentised difference of the
    resamples. It cannot rank above those that are clearly larger, nor below those that are clearly smaller. Drivers
    that are truly equal share their ranks, and the interval covers all of these.

    References
    ----------
    Mogstad, Romano, Shaikh and Wilhelm (2024), Inference for ranks with applications to mobility across neighbourhoods
    and academic achievement across countries. Review of Economic Studies 91.
    """
    count = len(estimate)
    low, high = np.ones(count), np.full(count, float(count))
    for g in range(count):
        difference = np.delete(estimate - estimate[g], g)
        drawn = np.delete(replicates - replicates[:, [g]], g, axis=1)
        error = drawn.std(axis=0)
        apart = error > _TIE
        if not apart.any():
            continue
        studentised = np.abs(drawn - difference)[:, apart] / error[apart]
        reach = float(np.quantile(studentised.max(axis=1), confidence_level)) * error
        low[g] += np.count_nonzero(apart & (difference > reach))
        high[g] -= np.count_nonzero(apart & (difference < -reach))
    return low, high


def share_first(replicates: Floats) -> Floats:
    """Share of resamples in which each driver ranks first, those that tie sharing it; (R, G) gives (G,)."""
    first = replicates >= replicates.max(axis=1, keepdims=True) * (1 - _TIE)
    return (first / first.sum(axis=1, keepdims=True)).mean(axis=0)
