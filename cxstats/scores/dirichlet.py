"""Bayesian intervals: the posterior of a score when the shares of its values have a Dirichlet prior.

The posterior of the shares is Dirichlet(counts + prior), and that of the score the distribution of a mean with such
weights. Nothing is drawn, so the same counts always have the same limits.
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from cxstats.scores.dirichlet_means import dirichlet_mean_quantile
from cxstats.scores.samples import Floats, Interval, IntervalMethod, Sample, keep_where, upper_tail

SMALLEST_WEIGHT: Final = 0.001
_SEGMENTS: Final = 5_000


def dirichlet_interval(*, prior: ArrayLike | None = None) -> IntervalMethod:
    """Make the equal-tailed posterior interval under a Dirichlet prior, for any metric.

    Parameters
    ----------
    prior
        Weight of the prior in answers, .001 or more: one number for each distinct value of the metric, or one for each
        point of the scale. By default 1/K for each of the metric's K distinct values, one answer in all: the half and
        half of Jeffreys for a share, a third each for a net score. It goes by values and not by points, so that a score
        does not lean towards a value that more points share.

    Returns
    -------
    IntervalMethod
        Limits within the range of the values, to about 1e-11 of it; NaN where there are no degrees of freedom, or no
        answers: the limits would be the prior's alone. Under a design the counts are the shares times the sample's
        `equivalent_n`.

    Raises
    ------
    ValueError
        If a weight is below .001, or there are not as many as points.

    References
    ----------
    Perks (1947), Some observations on inverse probability including a new indifference rule. Journal of the Institute
    of Actuaries 73.
    Berger, Bernardo and Sun (2015), Overall objective priors. Bayesian Analysis 10; why about 1/K.

    Examples
    --------
    >>> found = dirichlet_interval()(Sample.from_counts([15, 45], [0, 1]), 0.95)
    >>> found.low.round(6), found.high.round(6)
    (array([0.630485]), array([0.846059]))
    """
    weights = None if prior is None else np.asarray(prior, dtype=np.float64)
    if weights is not None and not (np.isfinite(weights) & (weights >= SMALLEST_WEIGHT)).all():
        raise ValueError(f"the weights of a prior must be {SMALLEST_WEIGHT} or more; got {prior!r}")

    def interval(sample: Sample, confidence_level: float) -> Interval:
        tail = 1 - upper_tail(confidence_level)
        values, owner = np.unique(sample.values, return_inverse=True)
        same = (owner[:, None] == np.arange(len(values))).astype(np.float64)
        added = _prior_of(weights, same)
        if len(values) == 1:
            return keep_where(sample.usable, sample.estimate, sample.estimate)
        size = sample.equivalent_n(confidence_level)
        known = np.flatnonzero(np.isfinite(size) & sample.usable)
        counts, alike = np.unique((sample.shares[known] * size[known, None]) @ same, axis=0, return_inverse=True)
        limits = np.full((len(size), 2), np.nan)
        limits[known] = _limits(counts + added, (values - values[0]) / np.ptp(values), tail)[alike]
        low, high = values[0] + np.ptp(values) * limits.T
        return Interval(low, high)

    return interval


def _limits(posterior: Floats, unit: Floats, tail: float) -> Floats:
    """Both limits of the mean of values within 0..1; shape (S, 2)."""
    limits = np.empty((len(posterior), 2))
    for start in range(0, len(posterior), _SEGMENTS):
        rows = slice(start, start + _SEGMENTS)
        limits[rows, 0] = dirichlet_mean_quantile(posterior[rows], unit, tail)
        limits[rows, 1] = 1 - dirichlet_mean_quantile(posterior[rows, ::-1], 1 - unit[::-1], tail)
    return limits


def _prior_of(weights: Floats | None, same: Floats) -> Floats:
    points, distinct = same.shape
    if weights is None or weights.ndim == 0:
        return np.ones(distinct) * (1 / distinct if weights is None else float(weights))
    if weights.shape != (points,):
        raise ValueError(f"a prior has one weight, or one for each of the {points} points; got {weights.tolist()}")
    return weights @ same
