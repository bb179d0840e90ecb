"""Intervals of a net score: favourable minus unfavourable share, with the values -1, 0 and 1."""

from dataclasses import replace
from typing import Final

import numpy as np
import scipy

from cxstats.scores.samples import Floats, Interval, Sample, keep_where, not_for, require_simple, upper_tail
from cxstats.scores.share_intervals import wilson_interval

PSEUDO_DETRACTORS: Final = 0.75
PSEUDO_PASSIVES: Final = 1.5
PSEUDO_PROMOTERS: Final = 0.75

_FOR_ALL = "score, t, bootstrap-percentile, bootstrap-bca, dirichlet, wald"
_FOR_DESIGNS = "score, mover, t, bootstrap-percentile, bootstrap-bca, dirichlet, wald"


def adjusted_wald_interval(sample: Sample, confidence_level: float) -> Interval:
    """Wald interval of a net score after adding 3/4 detractor, 3/2 passive and 3/4 promoter, cut at -1 and 1.

    References
    ----------
    Rocks (2016), Interval estimation for the "Net Promoter Score". The American Statistician 70.
    """
    _require_net(sample, "adjusted-wald")
    require_simple(sample, "adjusted-wald", _FOR_DESIGNS)
    added = PSEUDO_DETRACTORS + PSEUDO_PASSIVES + PSEUDO_PROMOTERS
    favourable = (sample.n * _share_of(sample, 1) + PSEUDO_PROMOTERS) / (sample.n + added)
    unfavourable = (sample.n * _share_of(sample, -1) + PSEUDO_DETRACTORS) / (sample.n + added)
    estimate = favourable - unfavourable
    error = np.sqrt((favourable + unfavourable - estimate**2) / (sample.n + added))
    half = scipy.special.ndtri(upper_tail(confidence_level)) * error
    return keep_where(sample.n > 0, np.clip(estimate - half, -1, 1), np.clip(estimate + half, -1, 1))


def mover_interval(sample: Sample, confidence_level: float) -> Interval:
    """Net score from Wilson's limits of its two shares: the method of variance estimates recovery (MOVER).

    With the favourable share f within (l_f, u_f), the unfavourable u within (l_u, u_u), and the correlation r of the
    two estimates under the multinomial, the limits are ::

        f - u -+ sqrt(a^2 + b^2 - 2 r a b)

    where a = f - l_f and b = u_u - u below, a = u_f - f and b = u - l_u above. Cut at -1 and 1. Under a design Wilson's
    limits take the limited effective n of the net score and t.

    References
    ----------
    Zou and Donner (2008), Construction of confidence limits about effect measures: a general approach. Statistics in
    Medicine 27.
    """
    _require_net(sample, "mover")
    favourable, unfavourable = _share_of(sample, 1), _share_of(sample, -1)
    up = wilson_interval(_as_share(sample, favourable), confidence_level)
    down = wilson_interval(_as_share(sample, unfavourable), confidence_level)
    odds = favourable * unfavourable
    rest = (1 - favourable) * (1 - unfavourable)
    correlation = -np.sqrt(np.divide(odds, rest, out=np.zeros_like(odds), where=odds > 0))
    below = apart(favourable - up.low, down.high - unfavourable, correlation)
    above = apart(up.high - favourable, unfavourable - down.low, correlation)
    estimate = favourable - unfavourable
    return Interval(np.clip(estimate - below, -1, 1), np.clip(estimate + above, -1, 1))


def apart(one: Floats, other: Floats, correlation: Floats | float = 0.0) -> Floats:
    """Distance of a limit of a difference from its estimate, given those of its two parts and their correlation."""
    return np.sqrt(np.maximum(one**2 + other**2 - 2 * correlation * one * other, 0))


def _share_of(sample: Sample, value: float) -> Floats:
    return sample.shares @ (sample.values == value).astype(np.float64)


def _as_share(sample: Sample, share: Floats) -> Sample:
    shares = np.column_stack([1 - share, share])
    return replace(sample, shares=shares, values=np.array([0.0, 1.0]))


def _require_net(sample: Sample, method: str) -> None:
    if set(sample.values) != {-1.0, 0.0, 1.0}:
        raise ValueError(not_for(method, "net scores (values -1, 0 and 1)", sample, _FOR_ALL))
