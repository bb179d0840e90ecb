"""When a period is out of the ordinary: rules on where periods lie between their limits.

>>> low, high = np.array([-1.0, -2, -3]), np.array([1.0, 2, 3])
>>> x = np.array([0.1, 2.2, 0.3, 2.4, -3.5])
>>> limits = {q: np.full(5, q) for q in (-3.0, -2.0, 0.0, 2.0, 3.0)}
>>> signals(x, limits, ("beyond", "two-of-three"))["two-of-three"].tolist()
[0, 0, 0, 1, 0]
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from cxstats.responses.names import unknown_name

Floats = NDArray[np.float64]
Signs = NDArray[np.int64]
RuleName = Literal["beyond", "two-of-three", "four-of-five", "eight-on-a-side", "nine-on-a-side", "six-rising"]

RISING: Final = 6


@dataclass(frozen=True, slots=True)
class Rule:
    """So many of so many periods beyond a line, all on one side.

    Attributes
    ----------
    count, window
        So many of the last so many periods, the latest among them.
    sigmas
        How far from the centre the line is.
    words
        Where the line is, for people.
    """

    count: int
    window: int
    sigmas: float
    words: str

    @property
    def is_run(self) -> bool:
        """Whether all periods of the window have to be there."""
        return self.count == self.window


RULES: Final[Mapping[str, Rule]] = MappingProxyType(
    {
        "beyond": Rule(1, 1, 3.0, "the limit"),
        "two-of-three": Rule(2, 3, 2.0, "two thirds of the way to the limit"),
        "four-of-five": Rule(4, 5, 1.0, "one third of the way to the limit"),
        "eight-on-a-side": Rule(8, 8, 0.0, "the centre"),
        "nine-on-a-side": Rule(9, 9, 0.0, "the centre"),
    }
)
"""Rules by name that look at lines; ``"six-rising"`` looks at neighbours.

References
----------
Western Electric Company (1956), Statistical Quality Control Handbook: the first four.
Nelson (1984), The Shewhart control chart: tests for special causes. Journal of Quality Technology 16: nine in a row,
six steadily rising or falling.
"""

RULE_NAMES: Final = (*RULES, "six-rising")
USUAL_RULES: Final[tuple[RuleName, ...]] = ("beyond", "two-of-three", "nine-on-a-side")
LINES: Final = (-3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0)
"""Where lines are needed, in sigmas."""


def require_rules(rules: Sequence[str]) -> None:
    """Refuse rules that do not exist, none at all, or one named twice."""
    for name in rules:
        if name not in RULE_NAMES:
            raise ValueError(unknown_name("rule", name, RULE_NAMES))
    if not rules or len(set(rules)) < len(rules):
        raise ValueError(f"rules must be at least one, each once; got {list(rules)}")


Middle = tuple[Floats, Floats]


def signals(
    x: Floats, limits: Mapping[float, Floats], rules: Sequence[str], *, middle: Middle | None = None
) -> dict[str, Signs]:
    """Say of each period in which direction each rule is broken.

    Parameters
    ----------
    x
        The scores of T periods that follow each other, empty ones left out; shape (T,).
    limits
        The line at so many sigmas for each period; shape (T,) each.
    rules
        Their names.
    middle
        Below which and above which a period counts as on a side of the centre, the centre's line unless given; shape
        (T,) each. A period between them, or on one, breaks a run.

    Returns
    -------
    dict
        Per rule 1 where it is broken above, -1 below, 0 elsewhere; shape (T,).
    """
    found: dict[str, Signs] = {}
    for name in rules:
        if name == "six-rising":
            found[name] = _steady(x)
            continue
        rule = RULES[name]
        low, high = (limits[-rule.sigmas], limits[rule.sigmas]) if rule.sigmas or middle is None else middle
        above, below = _broken(x > high, rule), _broken(x < low, rule)
        found[name] = above.astype(np.int64) - below.astype(np.int64)
    return found


def _broken(beyond: NDArray[np.bool_], rule: Rule) -> NDArray[np.bool_]:
    counted = np.convolve(beyond, np.ones(rule.window, dtype=np.int64))[: len(beyond)]
    return beyond & (counted >= rule.count)


def _steady(x: Floats) -> Signs:
    """Find periods at the end of six that rise or fall steadily."""
    step = np.sign(np.diff(x, prepend=np.nan))
    found = np.zeros(len(x), dtype=np.int64)
    for direction in (1, -1):
        steps = np.convolve(step == direction, np.ones(RISING - 1, dtype=np.int64))[: len(x)]
        found[steps == RISING - 1] = direction
    return found
