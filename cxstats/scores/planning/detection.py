"""Which difference so many answers can show, and how many answers it takes to show one."""

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

import numpy as np
import pandas as pd
import scipy

from cxstats.responses.tallies import Tally
from cxstats.scores.differences import DifferenceMethod, named_difference
from cxstats.scores.estimates import Scores
from cxstats.scores.planning.detections import Detectable, DetectionPlan
from cxstats.scores.planning.expectations import Expected, Floats, by_segment, expected_of, tilted
from cxstats.scores.planning.formulas import normal_answers_to_detect, normal_detectable
from cxstats.scores.planning.power import power_of_difference
from cxstats.scores.samples import require_confidence_level

_NEAR_THE_END: Final = 0.999
_NEAREST: Final = 1e-6
_WIDER: Final = 1.2
_CURVE: Final = (0.25, 4.0, 13)
_MOST_ANSWERS: Final = 10**9
Sizes = tuple[float, float]


def detectable_difference(
    expected: Expected | Scores | Tally,
    *,
    answers: float | Sizes | Mapping[str, float | Sizes],
    power: float = 0.8,
    confidence_level: float = 0.95,
    method: str | DifferenceMethod | None = None,
    design_effect: float | Mapping[str, float] | None = None,
) -> Detectable:
    """Find the smallest rise and the smallest fall that two samples show with a given power.

    A difference is shown when the interval for it stays clear of 0. The first sample answers as expected, the second as
    `tilted` says: the histogram nearest to the expected one that has the other score.

    Parameters
    ----------
    expected
        As in `answers_needed`.
    answers
        In both samples, or in the first and the second: for all segments, or a mapping from the segment's name.
    power
        Above half of the test's level and below 1.
    confidence_level
        Of the interval for the difference, between 0 and 1.
    method
        Interval for the difference: a name of `cxstats.DIFFERENCES`, or a function. Unless given, as comparisons do:
        ``"score"`` for simple random samples (for shares it is Mee's), ``"mover"`` with a design effect.
    design_effect
        At least 1, in both samples; in place of the one expected.

    Returns
    -------
    Detectable

    Raises
    ------
    ValueError
        If a number is out of its range, a segment has none, or all answers expected in one have the same value.

    Examples
    --------
    >>> from cxstats.scores.planning.expectations import expect
    >>> easy = expect([5, 5, 10, 15, 20, 25, 20], scale="ces-2.0", metric="favourable")
    >>> found = detectable_difference(easy, answers=400)
    >>> found.rise.round(3), found.fall.round(3)
    (array([0.091]), array([0.097]))
    """
    known = expected_of(expected, design_effect=design_effect)
    require_confidence_level(confidence_level)
    _require_power(power, confidence_level)
    method = usual_difference(known) if method is None else method
    test = named_difference(method)
    sizes = _sizes(answers, known)
    _require_room(known)
    moved = np.full((2, len(sizes)), np.nan)
    for k in np.flatnonzero(known.known):
        for row, sign in enumerate((1, -1)):

            def excess(size: float, k: int = int(k), sign: int = sign) -> float:
                second = tilted(known.shares[k], known.values, sign * size)
                samples = known.sample(k, sizes[k, 0]), known.sample(k, sizes[k, 1], shares=second)
                return power_of_difference(*samples, method=test, confidence_level=confidence_level) - power

            start = normal_detectable(
                float(known.variance[k] * known.design_effect[k]),
                answers=(float(sizes[k, 0]), float(sizes[k, 1])),
                power=power,
                confidence_level=confidence_level,
            )
            moved[row, k] = _smallest(excess, start, _room(known, int(k), sign))
    return Detectable(known, sizes, power, confidence_level, method, moved[0], moved[1])


def detectable_curve(found: Detectable, *, segment: str | int = 0) -> pd.DataFrame:
    """Smallest rise and fall against the number of answers, from a quarter to four times those given.

    Parameters
    ----------
    found
        What so many answers show; both samples become smaller or larger alike.
    segment
        Name or place of the segment.

    Returns
    -------
    pandas.DataFrame
        ``first`` and ``second`` (answers), ``rise`` and ``fall`` (in the metric's unit).
    """
    k = found.expected.names.index(segment) if isinstance(segment, str) else segment
    alone = found.expected.only(k)
    rows: list[dict[str, float]] = []
    for times in np.geomspace(*_CURVE):
        first, second = (max(2.0, float(round(n))) for n in times * found.answers[k])
        one = detectable_difference(
            alone,
            answers=(first, second),
            power=found.power,
            confidence_level=found.confidence_level,
            method=found.method,
        )
        rows.append({"first": first, "second": second, "rise": float(one.rise[0]), "fall": float(one.fall[0])})
    return pd.DataFrame(rows)


def answers_to_detect(
    expected: Expected | Scores | Tally,
    *,
    difference: float | Expected,
    power: float = 0.8,
    confidence_level: float = 0.95,
    method: str | DifferenceMethod | None = None,
    design_effect: float | Mapping[str, float] | None = None,
    ratio: float = 1.0,
    first_answers: float | Mapping[str, float] | None = None,
) -> DetectionPlan:
    """Find how many answers two samples need to show a difference with a given power.

    Parameters
    ----------
    expected
        The answers of the first sample, as in `answers_needed`.
    difference
        What the second sample's score is above the first's (below where negative), its histogram being `tilted`; or the
        answers expected in the second sample themselves, segment by segment.
    power, confidence_level, method, design_effect
        As in `detectable_difference`.
    ratio
        Answers in the second sample for each one in the first.
    first_answers
        Answers that the first sample has already, as the last wave: only the second is planned.

    Returns
    -------
    DetectionPlan

    Raises
    ------
    ValueError
        If a number is out of its range, the expected points cannot give such a difference (as where all have the same
        value), or no number of answers in the second sample shows it.

    Examples
    --------
    >>> from cxstats.scores.planning.expectations import expect
    >>> easy = expect([5, 5, 10, 15, 20, 25, 20], scale="ces-2.0", metric="favourable")
    >>> answers_to_detect(easy, difference=0.1).second
    array([329.])
    """
    known = expected_of(expected, design_effect=design_effect)
    require_confidence_level(confidence_level)
    _require_power(power, confidence_level)
    if not (math.isfinite(ratio) and ratio > 0):
        raise ValueError(f"ratio must be above 0: answers in the second sample for each in the first; got {ratio:g}")
    other = _second(known, difference)
    method = usual_difference(known) if method is None else method
    test, already = named_difference(method), by_segment(first_answers, known, "first_answers")
    sizes = np.full((len(already), 2), np.nan)
    normal = np.full(len(already), np.nan)
    for k in np.flatnonzero(known.known & other.known):

        def both(second: float, k: int = int(k)) -> Sizes:
            return (already[k] if math.isfinite(already[k]) else math.ceil(second / ratio - 1e-9)), second

        def enough(second: int, k: int = int(k)) -> bool:
            one, two = both(second, k)
            samples = known.sample(k, one), other.sample(k, two)
            return power_of_difference(*samples, method=test, confidence_level=confidence_level) >= power

        normal[k] = _normal(known, other, int(k), power=power, confidence_level=confidence_level)
        sizes[k] = both(_fewest(enough, max(1, round(normal[k]))))
    return DetectionPlan(known, other, sizes, power, confidence_level, method, normal)


def usual_difference(expected: Expected) -> str:
    """Name the interval by which samples of such a design are compared unless another is asked for."""
    simple = (expected.design_effect == 1) & (expected.answers_per_cluster == 0)
    return "score" if simple[expected.known].all() else "mover"


def _require_power(power: float, confidence_level: float) -> None:
    if not (1 - confidence_level) / 2 < power < 1:
        raise ValueError(
            f"power must be above {(1 - confidence_level) / 2:g}, which no difference at all has, and below 1; got "
            f"{power:g}"
        )


def _sizes(answers: float | Sizes | Mapping[str, float | Sizes], expected: Expected) -> Floats:
    """Answers in the first and the second sample; shape (S, 2)."""

    def part(given: float | Sizes, place: int) -> float:
        return float(given[place]) if isinstance(given, tuple) else float(given)

    if isinstance(answers, Mapping):
        columns = [{name: part(pair, place) for name, pair in answers.items()} for place in (0, 1)]
        sizes = np.column_stack([by_segment(column, expected, "answers") for column in columns])
    else:
        sizes = np.column_stack([by_segment(part(answers, place), expected, "answers") for place in (0, 1)])
    if (sizes < 2).any():
        raise ValueError(f"answers must be at least 2 in each sample; got {np.nanmin(sizes):g}")
    return sizes


def _second(expected: Expected, difference: float | Expected) -> Expected:
    """Return the answers expected in the second sample."""
    if isinstance(difference, Expected):
        if difference.names != expected.names or difference.metric.values != expected.metric.values:
            raise ValueError(
                f"both samples need the same segments and the same metric; got {expected.names} under "
                f"{expected.metric.formula} and {difference.names} under {difference.metric.formula}"
            )
        if (difference.estimate == expected.estimate).any():
            raise ValueError("answers to detect a difference need two different scores; they are equal in a segment")
        return difference
    if not (math.isfinite(difference) and difference):
        raise ValueError(f"difference must be a number other than 0; got {difference:g}")
    _require_room(expected)
    shares = expected.shares.copy()
    for k in np.flatnonzero(expected.known):
        shares[k] = tilted(expected.shares[k], expected.values, difference)
    return replace(expected, shares=shares)


def _require_room(expected: Expected) -> None:
    """Refuse answers that all have one value: nothing says at which other points a changed score has its answers."""
    for k in np.flatnonzero(expected.known):
        used = expected.shares[k] > 0
        value = float(expected.values[used][0])
        if (expected.values[used] != value).any():
            continue
        other = np.flatnonzero(expected.values != value) + 1
        name = f" in {expected.names[k]}" if len(expected.names) > 1 else ""
        raise ValueError(
            f"all answers expected{name} have the value {value:g} under {expected.metric.formula}, so nothing says "
            f"where the answers of another score would be: of the {len(used)} points, in their order, there are none "
            f"at {', '.join(map(str, other))}. Expect at least a small share at one of these: expect([...])"
        )


def _room(expected: Expected, k: int, sign: int) -> float:
    """How far the score can move before it reaches the last point that has answers."""
    used = expected.values[expected.shares[k] > 0]
    end = used.max() if sign > 0 else used.min()
    return float(abs(end - expected.estimate[k])) * _NEAR_THE_END


def _smallest(excess: Callable[[float], float], start: float, room: float) -> float:
    """Return the smallest size with enough power; NaN where none within the room has it."""
    if not room > 0:
        return math.nan
    low, high = 0.0, min(max(start, room * _NEAREST), room)
    while not excess(high) >= 0:
        if high >= room:
            return math.nan
        low, high = high, min(_WIDER * high, room)
    while not low:
        below = high / _WIDER
        low, high = (below, high) if excess(below) < 0 else (0.0, below)
    return float(scipy.optimize.brentq(excess, low, high, xtol=1e-9 * room, rtol=1e-7))


def _fewest(enough: Callable[[int], bool], start: int) -> int:
    low, high = 0, start
    while not enough(high):
        low, high = high, 2 * high
        if high > _MOST_ANSWERS:
            raise ValueError(
                "no number of answers in the second sample shows this difference with this power: the first has too "
                "few. Plan for a larger difference"
            )
    while low == 0 and high > 1:
        half = high // 2
        low, high = (low, half) if enough(half) else (half, high)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _normal(first: Expected, second: Expected, k: int, *, power: float, confidence_level: float) -> float:
    distance = float(second.estimate[k] - first.estimate[k])
    variances = (
        float(first.variance[k] * first.design_effect[k]),
        float(second.variance[k] * second.design_effect[k]),
    )
    return normal_answers_to_detect(distance, variances=variances, power=power, confidence_level=confidence_level)
