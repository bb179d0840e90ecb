"""How often a chart alarms by chance alone, and how soon it sees a change: exact, allowing for the baseline's error.

The baseline is itself a sample, so its centre and sigma are off by chance, and then every later period is judged by
them. The rate here is the mean over how far they may be off.

>>> rate = false_alarm_rate(Shewhart(("beyond",)), 0.0, Error(0.0, 0.0))
>>> round(1 / rate, 1)
370.4
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import scipy
from numpy.typing import NDArray

from cxstats.scores.trends.alarm_rules import RULES
from cxstats.scores.trends.kinds import Cusum, Ewma, Individuals, Kind, Shewhart
from cxstats.scores.trends.run_lengths import (
    RunLength,
    run_length_of_average,
    run_length_of_rules,
    run_length_of_sum,
)

Floats = NDArray[np.float64]

STEADY_RATE: Final = 2 * (1 / 720 - 1 / 5040)
"""How often a run of neighbours that rise, or fall, becomes six long: orders of six and of seven values."""

OUTER: Final = 3.0
"""Where the outer lines of one chart are, in sigmas."""

_LONGEST: Final = 1e12
_APART: Final = 0.25
_CENTRES: Final = 9
_SIGMAS: Final = 7


@dataclass(frozen=True, slots=True)
class Error:
    """How far a baseline may be off.

    Attributes
    ----------
    centre
        Standard error of the centre, in sigmas of a period.
    sigma
        Relative standard error of sigma.
    """

    centre: float
    sigma: float


@dataclass(frozen=True, slots=True)
class Delay:
    """How soon a lasting change is seen.

    Attributes
    ----------
    change
        Its size in the metric's unit.
    n
        Answers a period.
    median, nine_in_ten
        Periods until the alarm in half of all cases, and in nine of ten; the period of the change counts as one.
    mean
        On average.
    """

    change: float
    n: float
    median: int
    nine_in_ten: int
    mean: float


@lru_cache(maxsize=4096)
def false_alarm_rate(kind: Kind, limit: float, error: Error) -> float:
    """Return the expected number of false alarms a period.

    Parameters
    ----------
    kind
        The chart; of a `Cusum` the shift is in sigmas.
    limit
        Of an average in its standard errors, of a sum in sigmas, of rules where the outer lines are, in sigmas: at
        three unless farther, and the inner ones are moved with them.
    error
        Of the baseline.

    Returns
    -------
    float
        Exact for independent normal periods; at most so much where scores are coarse. Where rules hold
        ``"six-rising"`` its own rate is added, so that the sum is at most a little too high.
    """
    shift, scale, weight = _possible(error)
    rate = float(weight @ _alarms_a_period(kind, limit, shift, scale)) if _looks_at_lines(kind) else 0.0
    if isinstance(kind, Cusum):
        rate += float(weight @ _alarms_a_period(kind, limit, -shift, scale))
    steady = isinstance(kind, Shewhart | Individuals) and "six-rising" in kind.rules
    return rate + (STEADY_RATE if steady else 0.0)


@lru_cache(maxsize=4096)
def limit_for(kind: Ewma | Cusum, error: Error) -> float:
    """Return the limit at which false alarms are `periods_between` periods apart on average."""
    wanted = np.log(1 / kind.periods_between)

    def off(limit: float) -> float:
        return float(np.log(max(false_alarm_rate(kind, limit, error), 1 / _LONGEST)) - wanted)

    high = 4.0
    while off(high) > 0:
        high *= 1.5
    return float(scipy.optimize.brentq(off, 0.2, high, xtol=1e-4))


@lru_cache(maxsize=4096)
def outer_line(kind: Shewhart | Individuals, error: Error, among: int) -> float:
    """Return where the outer lines of each of several charts are, in sigmas, so that they alarm as rarely as one.

    All lines move out by as much, also those around the centre. ``"six-rising"`` has no line and stays as it is.
    """
    lined = Shewhart(tuple(name for name in kind.rules if name in RULES) or ("beyond",))
    wanted = np.log(false_alarm_rate(lined, OUTER, error) / among)
    if among == 1:
        return OUTER

    def off(line: float) -> float:
        return float(np.log(max(false_alarm_rate(lined, line, error), 1 / _LONGEST)) - wanted)

    high = OUTER + _APART
    while off(high) > 0:
        high += _APART
    return float(scipy.optimize.brentq(off, high - _APART, high, xtol=1e-4))


def widening(kind: Ewma | Cusum, carry: float) -> float:
    """Return by how much farther out the limit is where neighbouring periods have this correlation.

    That of an average by its standard error. That of sums by the variance of a long sum, since the chance that a sum
    with a drift gets so far falls by the limit over that variance.

    References
    ----------
    Johnson and Bagshaw (1974), The effect of serial correlation on the performance of CUSUM tests. Technometrics 16.
    Schmid (1997), On EWMA charts for time series. Frontiers in Statistical Quality Control 5.
    """
    if isinstance(kind, Cusum):
        return (1 + carry) / (1 - carry)
    kept = carry * (1 - kind.weight)
    return float(np.sqrt((1 + kept) / (1 - kept)))


def set_apart(limit: float) -> float:
    """Return by how many sigmas lines are farther from the centre than their rules have it."""
    return limit - OUTER if limit > OUTER else 0.0


def delay_of(kind: Kind, limit: float, *, shift: float) -> RunLength:
    """Return the distribution of the delay after a lasting shift, in sigmas; the baseline counts as known.

    Of rules, ``"six-rising"`` is left out: it has next to no power against a step.
    """
    shifts, scale = np.array([abs(shift)]), np.ones(1)
    return _run_length(kind, limit, shifts, scale)


def _looks_at_lines(kind: Kind) -> bool:
    return not isinstance(kind, Shewhart | Individuals) or any(name in RULES for name in kind.rules)


def _alarms_a_period(kind: Kind, limit: float, shift: Floats, scale: Floats) -> Floats:
    """Return one over the average run length; 0 where that is longer than the arithmetic can tell."""
    mean = _run_length(kind, limit, shift, scale).mean
    return np.divide(1.0, mean, out=np.zeros_like(mean), where=(mean > 0) & (mean < _LONGEST))


def _run_length(kind: Kind, limit: float, shift: Floats, scale: Floats) -> RunLength:
    if isinstance(kind, Ewma):
        return run_length_of_average(kind.weight, limit, shift=shift, scale=scale)
    if isinstance(kind, Cusum):
        return run_length_of_sum((kind.shift or 1.0) / 2, limit, shift=shift, scale=scale)
    return run_length_of_rules(_lines(kind.rules), shift=shift, scale=scale, apart=set_apart(limit))


def _lines(rules: Sequence[str]) -> tuple[str, ...]:
    return tuple(name for name in rules if name in RULES)


def _possible(error: Error) -> tuple[Floats, Floats, Floats]:
    """Return shifts and scales of periods as a baseline that is off sees them, and how likely each pair is."""
    off, chance = np.array([0.0]), np.array([1.0])
    if error.centre > 0:
        off, chance = scipy.special.roots_hermitenorm(_CENTRES)
        off, chance = error.centre * off, chance / chance.sum()
    sigmas, likely = np.array([1.0]), np.array([1.0])
    if error.sigma > 0:
        degrees = 1 / (2 * error.sigma**2)
        squares, likely = scipy.special.roots_genlaguerre(_SIGMAS, degrees / 2 - 1)
        sigmas, likely = np.sqrt(2 * squares / degrees), likely / likely.sum()
    shift = (off[:, None] / sigmas).ravel()
    scale = np.broadcast_to(1 / sigmas, (len(off), len(sigmas))).ravel()
    return shift, scale, np.outer(chance, likely).ravel()
