"""Whether a score is at a target: how likely, how surely, and how many answers would tell."""

from dataclasses import replace
from typing import Final

import numpy as np
import scipy

from cxstats.scores.dirichlet_means import dirichlet_mean_quantile
from cxstats.scores.estimates import Scores
from cxstats.scores.planning.detection import answers_to_detect
from cxstats.scores.planning.detections import DetectionPlan
from cxstats.scores.planning.expectations import expected_of, tilted
from cxstats.scores.samples import Floats, Sample

_KNOWN: Final = 10_000_000


def surely_reached(now: Scores, value: float) -> bool:
    """Whether the interval of a score leaves out all that is worse than the target."""
    limits = now.interval()
    return bool(limits.low[0] >= value if now.metric.good == "high" else limits.high[0] <= value)


def probability_beyond(sample: Sample, value: float) -> float:
    """Posterior probability that the mean of one segment is at a value or above it; NaN where there are no answers."""
    size = float(sample.limited_n[0]) if sample.n[0] > 0 else 0.0
    if not (size > 0 and np.isfinite(size)):
        return float("nan")
    values, owner = np.unique(sample.values, return_inverse=True)
    if len(values) == 1:
        return float(values[0] >= value)
    counts = np.bincount(owner, weights=sample.shares[0] * size)
    posterior: Floats = np.asarray((counts + 1 / len(values))[None, :], dtype=np.float64)
    unit = (values - values[0]) / np.ptp(values)
    place = (value - values[0]) / np.ptp(values)

    def excess(logit: float) -> float:
        below = float(scipy.special.expit(logit))
        return float(dirichlet_mean_quantile(posterior, unit, below)[0]) - place

    ends = float(scipy.special.logit(1e-9))
    if excess(ends) >= 0:
        return 1.0
    if excess(-ends) <= 0:
        return 0.0
    return float(scipy.special.expit(-scipy.optimize.brentq(excess, ends, -ends, xtol=1e-9)))


def plan_to_tell(now: Scores, gap: float, power: float, *, reached: bool) -> DetectionPlan | None:
    """Plan answers that tell the target from the score of now, one of which counts as known.

    A score that is to reach the target is told from that of now; one that is beyond it is told from the target.
    """
    if np.ptp(now.metric.values) == 0 or not now.sample.variance[0] > 0:
        return None
    try:
        if not reached:
            return answers_to_detect(now, difference=gap, power=power, first_answers=_KNOWN)
        as_now = expected_of(now)
        at_target = replace(as_now, shares=tilted(as_now.shares[0], as_now.values, gap)[None, :])
        return answers_to_detect(at_target, difference=as_now, power=power, first_answers=_KNOWN)
    except ValueError:
        return None
