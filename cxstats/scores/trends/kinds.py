"""The control charts by name, and what can be set on each."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from cxstats.responses.names import unknown_name
from cxstats.scores.trends.alarm_rules import USUAL_RULES, RuleName, require_rules

Limits = Literal["skewed", "normal"]

PERIODS_BETWEEN: Final = 370.0
"""Periods between two false alarms on average: as of limits at three sigmas by themselves."""


def _require_rare(periods_between: float) -> None:
    if not periods_between >= 10:
        raise ValueError(f"periods_between must be at least 10; got {periods_between!r}")


@dataclass(frozen=True, slots=True)
class Shewhart:
    """Each period by itself against limits at three sigmas: sees a large change at once.

    For a share the p chart, for means and net scores the X chart, with wider limits where periods vary more than their
    answers explain. Runs on a side of the centre are of periods beyond both the mean and the median of what they would
    show by chance.

    Attributes
    ----------
    rules
        Names in `cxstats.scores.trends.alarm_rules.RULE_NAMES`.
    limits
        ``"skewed"`` allows for scores near an end of the scale varying more towards the middle; ``"normal"`` is the
        textbook's, centre plus and minus three sigmas, cut off at the ends of the scale.

    References
    ----------
    Shewhart (1931), Economic Control of Quality of Manufactured Product.
    Cornish and Fisher (1938), Moments and cumulants in the specification of distributions. Revue de l'Institut
    International de Statistique 5: the skewed limits, to their first term.
    """

    rules: tuple[RuleName, ...] = USUAL_RULES
    limits: Limits = "skewed"

    def __post_init__(self) -> None:
        require_rules(self.rules)
        if self.limits not in ("skewed", "normal"):
            raise ValueError(unknown_name("limits", self.limits, ("skewed", "normal")))


@dataclass(frozen=True, slots=True)
class Individuals:
    """Individual values and moving ranges (XmR): the score of a period is one value, whatever its number of answers.

    Attributes
    ----------
    rules
        Names in `cxstats.scores.trends.alarm_rules.RULE_NAMES`.

    References
    ----------
    Wheeler and Chambers (1992), Understanding Statistical Process Control.
    """

    rules: tuple[RuleName, ...] = USUAL_RULES

    def __post_init__(self) -> None:
        require_rules(self.rules)


@dataclass(frozen=True, slots=True)
class Ewma:
    """An exponentially weighted moving average: sees a small lasting change soon, and reads as a smoothed score.

    Attributes
    ----------
    weight
        Of the latest period, above 0 and at most 1; smaller for smaller changes.
    periods_between
        Periods between two false alarms, on average, over all charts that are watched; the limits are set so, allowing
        for the error of the baseline.

    References
    ----------
    Roberts (1959), Control chart tests based on geometric moving averages. Technometrics 1.
    Lucas and Saccucci (1990), Exponentially weighted moving average control schemes. Technometrics 32.
    """

    weight: float = 0.2
    periods_between: float = PERIODS_BETWEEN

    def __post_init__(self) -> None:
        if not 0 < self.weight <= 1:
            raise ValueError(f"weight must be above 0 and at most 1; got {self.weight!r}")
        _require_rare(self.periods_between)


@dataclass(frozen=True, slots=True)
class Cusum:
    """Two cumulative sums of deviations, one for rises and one for falls: soonest for a lasting change of known size.

    Attributes
    ----------
    shift
        The change looked for, in the metric's unit: .05 is five percentage points of a share. Unless given one sigma of
        a usual period.
    periods_between
        As of `Ewma`.

    References
    ----------
    Page (1954), Continuous inspection schemes. Biometrika 41.
    """

    shift: float | None = None
    periods_between: float = PERIODS_BETWEEN

    def __post_init__(self) -> None:
        if self.shift is not None and not self.shift > 0:
            raise ValueError(f"shift must be above 0; sums watch for rises and for falls of it; got {self.shift!r}")
        _require_rare(self.periods_between)


Kind = Shewhart | Individuals | Ewma | Cusum
KindName = Literal["shewhart", "individuals", "ewma", "cusum"]

_KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {"shewhart": Shewhart(), "individuals": Individuals(), "ewma": Ewma(), "cusum": Cusum()}
)


def named_kind(kind: Kind | str) -> Kind:
    """Return the chart of this name with its usual settings; one with settings is taken as it is."""
    if not isinstance(kind, str):
        return kind
    if kind not in _KINDS:
        raise ValueError(unknown_name("chart", kind, _KINDS))
    return _KINDS[kind]
