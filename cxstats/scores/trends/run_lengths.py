"""How many periods until a chart alarms, exactly: Markov chains for rules, integral equations for sums and averages.

The periods are normal and independent, and limits have settled. A run length has a start, the chances to go from there
to each state that is no alarm, and the chances to go on; all run lengths of one chart under several shifts are found at
once.

>>> rules = run_length_of_rules(("beyond", "two-of-three"), shift=np.array([0.0]))
>>> float(rules.mean[0].round(1))
225.4
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import scipy
from numpy.typing import NDArray

from cxstats.scores.trends.alarm_rules import RULES

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_LEVELS: Final = (0.0, 1.0, 2.0, 3.0)
_EDGES: Final = np.array([-3.0, -2.0, -1.0, 0.0, 0.0, 1.0, 2.0, 3.0])
_SIDES: Final = np.repeat([-1.0, 1.0], 4)
_NODES: Final = 36
_MOST_PERIODS: Final = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class RunLength:
    """Distribution of the number of periods up to the first alarm, for D shifts at once.

    Attributes
    ----------
    first
        Weights of the M states after the first period; shape (D, M).
    onward
        Weights from state to state; shape (D, M, M).
    """

    first: Floats
    onward: Floats

    @property
    def mean(self) -> Floats:
        """Average run length; shape (D,)."""
        size = self.onward.shape[-1]
        left = np.linalg.solve(np.eye(size) - self.onward, np.ones((*self.first.shape, 1)))[..., 0]
        return 1 + np.einsum("dm,dm->d", self.first, left)

    def quantile(self, probability: float) -> Integers:
        """Fewest periods within which the alarm comes with this probability; shape (D,)."""
        left, found = self.first, np.zeros(len(self.first), dtype=np.int64)
        for period in range(1, _MOST_PERIODS):
            found[(found == 0) & (left.sum(axis=1) <= 1 - probability)] = period
            if found.all():
                break
            left = np.einsum("dm,dmk->dk", left, self.onward)
        return np.where(found == 0, _MOST_PERIODS, found)

    def within(self, periods: int) -> Floats:
        """Probability of an alarm within so many periods; shape (D,)."""
        left = self.first
        for _ in range(periods - 1):
            left = np.einsum("dm,dmk->dk", left, self.onward)
        return 1 - left.sum(axis=1)


def run_length_of_rules(
    rules: Sequence[str],
    *,
    shift: Floats,
    scale: Floats | float = 1.0,
    sides: tuple[int, ...] = (-1, 1),
    apart: float = 0.0,
) -> RunLength:
    """Return the run length under rules that look at lines.

    Parameters
    ----------
    rules
        Names in `cxstats.scores.trends.alarm_rules.RULES`.
    shift, scale
        Mean and standard deviation of the periods, in sigmas of the chart; shape (D,).
    sides
        Of the centre on which the rules hold.
    apart
        By how many sigmas each line is farther from the centre than its rule has it.

    References
    ----------
    Champ and Woodall (1987), Exact results for Shewhart control charts with supplementary runs rules. Technometrics 29.
    """
    start, zone, end, size = _automaton(tuple(rules), sides)
    edges = np.concatenate([[-np.inf], _EDGES + apart * _SIDES, [np.inf]])
    below = scipy.special.ndtr((edges - shift[:, None]) / np.broadcast_to(scale, shift.shape)[:, None])
    chances = np.diff(below, axis=1)
    onward = np.zeros((len(shift), size, size))
    for d in range(len(shift)):
        np.add.at(onward[d], (start, end), chances[d, zone])
    return RunLength(onward[:, 0, :].copy(), onward)


@lru_cache(maxsize=64)
def _automaton(rules: tuple[str, ...], sides: tuple[int, ...]) -> tuple[Integers, Integers, Integers, int]:
    """Return the moves between states that are no alarm: from, zone, to; and the number of states."""
    empty = tuple((0,) * (RULES[name].window - 1) for name in rules)
    states, moves, waiting = {empty: 0}, list[tuple[int, int, int]](), [empty]
    while waiting:
        state = waiting.pop()
        for zone in range(len(_EDGES) + 1):
            after = _moved(state, zone, rules, sides)
            if after is None:
                continue
            if after not in states:
                states[after] = len(states)
                waiting.append(after)
            moves.append((states[state], zone, states[after]))
    start, zones, end = (np.array(part, dtype=np.int64) for part in zip(*moves, strict=True))
    return start, zones, end, len(states)


_State = tuple[tuple[int, ...], ...]


def _moved(state: _State, zone: int, rules: tuple[str, ...], sides: tuple[int, ...]) -> _State | None:
    """Return the state after a period in a zone; None for an alarm."""
    after: list[tuple[int, ...]] = []
    for name, history in zip(rules, state, strict=True):
        rule = RULES[name]
        beyond = _side_of(zone, rule.sigmas)
        seen = (*history, beyond)
        if beyond in sides and seen.count(beyond) >= rule.count:
            return None
        after.append(_worth_keeping(seen[1:], rule.is_run, sides))
    return tuple(after)


def _side_of(zone: int, sigmas: float) -> int:
    """Say whether a zone lies above (1) or below (-1) the line at so many sigmas, or between the two (0)."""
    level = _LEVELS.index(sigmas)
    if zone > len(_LEVELS) + level:
        return 1
    return -1 if zone < len(_LEVELS) - level else 0


def _worth_keeping(history: tuple[int, ...], is_run: bool, sides: tuple[int, ...]) -> tuple[int, ...]:  # noqa: FBT001
    """Forget what can no longer lead to an alarm: in a run all that came before the latest change of side."""
    kept = tuple(side if side in sides else 0 for side in history)
    if not is_run or not kept:
        return kept
    same = len(kept)
    while same and kept[same - 1] == kept[-1]:
        same -= 1
    return (0,) * same + kept[same:]


def run_length_of_average(weight: float, limit: float, *, shift: Floats, scale: Floats | float = 1.0) -> RunLength:
    """Return the run length of an exponentially weighted moving average.

    Parameters
    ----------
    weight
        Of the latest period, above 0 and at most 1.
    limit
        In standard errors of the settled average.
    shift, scale
        Mean and standard deviation of the periods, in sigmas of the chart; shape (D,).

    References
    ----------
    Crowder (1987), A simple method for studying run-length distributions of exponentially weighted moving average
    charts. Technometrics 29.
    """
    half = limit * np.sqrt(weight / (2 - weight))
    nodes, weights = scipy.special.roots_legendre(_NODES)
    nodes, weights = half * nodes, half * weights
    scale = weight * np.broadcast_to(scale, shift.shape)

    def onto(old: Floats) -> Floats:
        mean = (1 - weight) * old[None, :] + weight * shift[:, None]
        z = (nodes[None, None, :] - mean[:, :, None]) / scale[:, None, None]
        return weights * _density(z) / scale[:, None, None]

    return RunLength(onto(np.zeros(1))[:, 0, :], onto(nodes))


def run_length_of_sum(reference: float, limit: float, *, shift: Floats, scale: Floats | float = 1.0) -> RunLength:
    """Return the run length of a cumulative sum that watches for a rise.

    Parameters
    ----------
    reference
        What is taken off every period, in sigmas: half the shift looked for.
    limit
        At which the sum alarms, in sigmas.
    shift, scale
        Mean and standard deviation of the periods, in sigmas of the chart; shape (D,).

    References
    ----------
    Page (1954), Continuous inspection schemes. Biometrika 41.
    Vance (1986), Average run lengths of cumulative sum control charts for controlling normal means. Journal of Quality
    Technology 18.
    """
    nodes, weights = scipy.special.roots_legendre(_NODES)
    nodes, weights = limit * (nodes + 1) / 2, limit * weights / 2
    spread = np.broadcast_to(scale, shift.shape)[:, None, None]
    mean = np.append(0.0, nodes)[None, :, None] + (shift[:, None, None] - reference)
    zero = scipy.special.ndtr(-mean / spread)
    dense = weights * _density((nodes[None, None, :] - mean) / spread) / spread
    onward = np.concatenate([zero, dense], axis=2)
    return RunLength(onward[:, 0, :].copy(), onward)


def _density(z: Floats) -> Floats:
    return np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
