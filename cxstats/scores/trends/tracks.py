"""What a chart draws and judges: points, centre and limits, and in which direction each rule is broken.

>>> averaged(np.array([0.0, 1.0, 1.0]), np.zeros(3), 0.5).tolist()
[0.0, 0.5, 0.75]
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from cxstats.scores.trends.alarm_rules import LINES, Middle, Signs, signals
from cxstats.scores.trends.expectations import Expectation, Observed
from cxstats.scores.trends.false_alarms import set_apart
from cxstats.scores.trends.kinds import Cusum, Ewma, Individuals, Kind, Limits, Shewhart

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Track:
    """Points against their limits, in T periods.

    Attributes
    ----------
    centre, low, high
        Of what is judged: the score, the smoothed score, or the sums; shape (T,).
    broken
        Per rule 1 where it is broken above, -1 below; shape (T,) each.
    smoothed
        The average of an `Ewma`, else NaN; shape (T,).
    above, below
        The sums of a `Cusum`, in sigmas, else NaN; shape (T,).
    lines
        Where rules that look at scores have theirs, by sigmas; empty for averages and sums.
    middle
        Below which and above which scores count as on a side of the centre; None for averages and sums.
    """

    centre: Floats
    low: Floats
    high: Floats
    broken: Mapping[str, Signs]
    smoothed: Floats
    above: Floats
    below: Floats
    lines: Mapping[float, Floats] = field(default_factory=dict[float, Floats])
    middle: Middle | None = None


def track_of(kind: Kind, limit: float, seen: Observed, expected: Expectation, *, watched: Truths) -> Track:
    """Follow the periods with a chart.

    Parameters
    ----------
    kind, limit
        The chart, and the limit of averages and sums, or where the outer lines of rules are, in sigmas.
    seen, expected
        The periods, and what they would show if nothing changed.
    watched
        Where sums may begin; shape (T,).
    """
    if isinstance(kind, Ewma):
        return _average_track(kind, limit, seen, expected)
    if isinstance(kind, Cusum):
        return _sum_track(kind, limit, seen, expected, watched=watched)
    return _score_track(kind, seen, expected, apart=set_apart(limit))


def lines(expected: Expectation, limits: Limits, values: Floats, *, apart: float = 0.0) -> dict[float, Floats]:
    """Return the lines at -3 to 3 sigmas, within the ends of the scale; shape (T,) each.

    The centre's stays, the others are by `apart` sigmas farther from it.
    """
    skewness = expected.skewness if limits == "skewed" else np.zeros_like(expected.skewness)
    at = {q: q + apart * np.sign(q) for q in LINES}
    made = {q: expected.centre + expected.sigma * skewed(at[q], skewness) for q in LINES}
    return {q: np.clip(line, values.min(), values.max()) for q, line in made.items()}


def middle_of(expected: Expectation, *, apart: float = 0.0) -> Middle:
    """Return below which and above which a score counts as on a side of the centre; shape (T,) each.

    Mean and median both lie between. So by chance no more than half of all periods lie on either side, however few
    answers they have; one that does not leave the middle breaks a run.
    """
    low, high = np.fmin(expected.centre, expected.middle), np.fmax(expected.centre, expected.middle)
    rounding = 1e-9 * np.abs(expected.sigma)
    return low - apart * expected.sigma - rounding, high + apart * expected.sigma + rounding


def skewed(quantile: float, skewness: Floats) -> Floats:
    """Return a quantile of a standardised distribution with this skewness, to the first term.

    Cornish and Fisher's term is turned off where it would bend back, and leaves the centre where it is.
    """
    if quantile == 0:
        return np.zeros_like(skewness)
    bends = (skewness * quantile) < 0
    size = np.where(bends, np.minimum(abs(quantile), 3 / np.maximum(np.abs(skewness), 1e-12)), abs(quantile))
    return np.sign(quantile) * size + skewness * (size**2 - 1) / 6


def averaged(x: Floats, centre: Floats, weight: float) -> Floats:
    """Return the exponentially weighted average of deviations, which begins at none; shape (T,)."""
    smooth, found = 0.0, np.empty(len(x))
    for t, step in enumerate(x - centre):
        smooth = (1 - weight) * smooth + weight * step
        found[t] = smooth
    return found


def average_moments(sigma: Floats, skewness: Floats, weight: float) -> tuple[Floats, Floats]:
    """Return standard deviation and skewness of such an average of independent periods; shape (T,) each."""
    second = averaged(sigma**2 * weight, np.zeros_like(sigma), weight * (2 - weight)) / (2 - weight)
    kept = 1 - (1 - weight) ** 3
    third = averaged(skewness * sigma**3 * weight**3 / kept, np.zeros_like(sigma), kept)
    return np.sqrt(second), third / second**1.5


def summed(z: Floats, reference: float) -> tuple[Floats, Floats]:
    """Return the two cumulative sums of standardised scores, both counted upwards; shape (T,) each."""
    above, below, found = 0.0, 0.0, np.empty((2, len(z)))
    for t, step in enumerate(z):
        above, below = max(0.0, above + step - reference), max(0.0, below - step - reference)
        found[:, t] = above, below
    return found[0], found[1]


def _score_track(kind: Shewhart | Individuals, seen: Observed, expected: Expectation, *, apart: float) -> Track:
    style: Limits = kind.limits if isinstance(kind, Shewhart) else "normal"
    at, use = lines(expected, style, seen.values, apart=apart), seen.judged
    middle = middle_of(expected, apart=apart)
    below, above = (line[use] for line in middle)
    found = signals(seen.estimate[use], {q: line[use] for q, line in at.items()}, kind.rules, middle=(below, above))
    broken = {name: _spread(signs, use) for name, signs in found.items()}
    nothing = np.full(len(use), np.nan)
    return Track(expected.centre, at[-3.0], at[3.0], broken, nothing, nothing, nothing, at, middle)


def _average_track(kind: Ewma, limit: float, seen: Observed, expected: Expectation) -> Track:
    use, size = seen.judged, len(seen.judged)
    smooth = averaged(seen.estimate[use], expected.centre[use], kind.weight)
    error, skewness = average_moments(expected.sigma[use], expected.skewness[use], kind.weight)
    low, high, smoothed = (np.full(size, np.nan) for _ in range(3))
    centre = expected.centre[use]
    ends = seen.values.min(), seen.values.max()
    low[use] = np.clip(centre + error * skewed(-limit, skewness), *ends)
    high[use] = np.clip(centre + error * skewed(limit, skewness), *ends)
    smoothed[use] = centre + smooth
    signs = (smoothed > high).astype(np.int64) - (smoothed < low).astype(np.int64)
    nothing = np.full(size, np.nan)
    return Track(expected.centre, low, high, {"average": signs}, smoothed, nothing, nothing)


def _sum_track(kind: Cusum, limit: float, seen: Observed, expected: Expectation, *, watched: Truths) -> Track:
    use, size = seen.judged & watched, len(seen.judged)
    above, below = np.full(size, np.nan), np.full(size, np.nan)
    z = ((seen.estimate - expected.centre) / expected.sigma)[use]
    above[use], below[use] = summed(z, (kind.shift or 1.0) / 2)
    signs = (above > limit).astype(np.int64) - (below > limit).astype(np.int64)
    edge = np.full(size, limit)
    return Track(np.zeros(size), -edge, edge, {"sum": signs}, np.full(size, np.nan), above, below)


def _spread(signs: Signs, use: Truths) -> Signs:
    found = np.zeros(len(use), dtype=np.int64)
    found[use] = signs
    return found
