"""How a latent opinion becomes an answer, and who answers at all: what both simulators have in common.

An answer is where the latent opinion falls between thresholds. The thresholds are not the same for everybody: some
customers use the ends of a scale and some its middle, and the noise has a long tail on the unpleasant side, so neither
least squares nor proportional odds is the model that made the answers.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Truths = NDArray[np.bool_]

AGREEMENT_CUTS: Final = (-2.6, -1.9, -1.2, -0.7, 0.05, 0.85)
SATISFACTION_CUTS: Final = (-1.9, -1.2, -0.5, 0.55)
EASE_CUTS: Final = (-2.0, -1.3, -0.7, 0.2)
RECOMMENDATION_CUTS: Final = (-2.5, -2.2, -1.95, -1.7, -1.45, -1.05, -0.75, -0.25, 0.4, 0.95)
REMINDER_DAYS: Final = 5.0
FASTEST_SECONDS: Final = 8


def answer(opinion: Floats, cuts: Sequence[float], *, first: int, style: Floats) -> Integers:
    """Turn opinions into points of a scale.

    Parameters
    ----------
    opinion
        Latent opinions, high is good; shape (n,).
    cuts
        Thresholds between neighbouring points, ascending.
    first
        The lowest point.
    style
        Above 0 for customers who use the ends of a scale, below for those who keep to its middle; shape (n,).
    """
    middle = cuts[len(cuts) // 2]
    stretched = middle + (opinion - middle) * np.exp(0.25 * style)
    return first + np.searchsorted(np.asarray(cuts), stretched).astype(np.int64)


def logistic(x: Floats) -> Floats:
    """Return 1 / (1 + exp(-x)), a chance."""
    return 1 / (1 + np.exp(-x))


def response_chance(base: float, satisfaction: Floats) -> Floats:
    """Chance to answer an invitation: higher for strong opinions, and higher for good ones than for bad ones."""
    return logistic(base + 0.30 * np.abs(satisfaction) + 0.35 * satisfaction)


def reminder_chance(satisfaction: Floats) -> Floats:
    """Chance that an answer comes only after the reminder: the less satisfied, the later."""
    return logistic(-0.7 - 0.5 * satisfaction)


def answering_seconds(normal: Floats, careless: Truths, median: float) -> Integers:
    """Seconds spent on the questionnaire; those who give the same answer throughout are quick."""
    seconds = median * np.exp(0.45 * normal) * np.where(careless, 0.3, 1.0)
    return np.maximum(seconds, FASTEST_SECONDS).astype(np.int64)


def days_of_year(uniform: Floats, weekday_weights: Sequence[float], first: np.datetime64, days: int) -> Integers:
    """Days since the first, 0 to days - 1, drawn with a weight for each weekday from Monday on; shape (n,)."""
    weekday = (np.arange(days) + int((first - np.datetime64("1970-01-05")).astype(int))) % 7
    weights = np.asarray(weekday_weights)[weekday]
    return np.searchsorted(np.cumsum(weights) / weights.sum(), uniform).astype(np.int64)


def moments(day: NDArray[Any], seconds: NDArray[Any], first: np.datetime64) -> NDArray[np.datetime64]:
    """Dates and times, to the second: so many days and seconds after the first day."""
    whole = np.asarray(day).astype("timedelta64[D]").astype("timedelta64[s]")
    return first.astype("datetime64[s]") + whole + np.asarray(seconds).astype("timedelta64[s]")
