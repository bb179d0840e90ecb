"""Scales: what a question asks, the points of its answer, and which end is good.

Half of the guides say that a high Customer Effort Score is good, the other half that a low one is. Both are right for
their own wording, so the direction is part of the scale; nothing infers it from the width, and nothing is inverted
in silence.

A named scale:

>>> named_scale("ces-2.0")
Scale('ces-2.0', 1-7, high is good)

Your own in one line:

>>> six = Scale("effort-6", range(1, 7), good="low", favourable=range(1, 3), unfavourable=range(5, 7))

What a raw answer means on a scale is said by `cxstats.responses.answers`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final, Literal

from cxstats.responses.labels import RECOMMENDATION_GROUPS, SHARED_TOP_LIKELIHOOD, SYMBOLS, label_key, labels_on
from cxstats.responses.names import unknown_name

Good = Literal["high", "low"]
Measures = Literal["effort", "satisfaction", "recommendation", "other"]

PROMOTERS: Final = range(9, 11)
PASSIVES: Final = range(7, 9)
DETRACTORS: Final = range(7)


@dataclass(frozen=True, slots=True, repr=False)
class Scale:
    """A rating scale.

    Parameters
    ----------
    name
        A short name: ``"ces-2.0"``.
    points
        The whole numbers that an answer can take, ascending; at least two.
    good
        Which end is good for the company: ``"high"`` or ``"low"``.
    favourable, unfavourable
        The points counted as favourable and as unfavourable; they may leave a neutral middle.
    asks
        The question in a few words.
    measures
        What the scale measures; it decides the metric that is reported unless another is asked for.
    labels
        From answer label to its point, or to the several points that it fits, in which case it cannot be placed.
        Case, accents, blanks and punctuation do not matter.

    Raises
    ------
    ValueError
        If points are fewer than two, not ascending whole numbers, or a subset or label leaves the scale.
    """

    name: str
    points: Sequence[int]
    good: Good
    favourable: Sequence[int] = ()
    unfavourable: Sequence[int] = ()
    asks: str = ""
    measures: Measures = "other"
    labels: Mapping[str, int | Iterable[int]] = field(default_factory=dict[str, int | Iterable[int]])

    def __post_init__(self) -> None:
        points = tuple(self.points)
        if len(points) < 2 or list(points) != sorted(set(points)) or any(type(p) is not int for p in points):
            raise ValueError(f"scale {self.name!r} needs two or more ascending whole points; got {points}")
        if self.good not in ("high", "low"):
            raise ValueError(f"scale {self.name!r}: good must be 'high' or 'low'; got {self.good!r}")
        placed: dict[str, tuple[int, ...]] = {}
        for label, fits in self.labels.items():
            if placed.setdefault(label_key(label), _as_points(fits)) != _as_points(fits):
                raise ValueError(f"scale {self.name!r}: label {label!r} is also the label of another point")
        subsets = {"favourable": tuple(self.favourable), "unfavourable": tuple(self.unfavourable)}
        for what, some in [*subsets.items(), *((f"label {label!r}", fits) for label, fits in placed.items())]:
            if not set(some) <= set(points):
                raise ValueError(f"scale {self.name!r} has points {_span(points)}; {what} names {some}")
        both = sorted(set(subsets["favourable"]) & set(subsets["unfavourable"]))
        if both:
            raise ValueError(f"scale {self.name!r}: {both} cannot be both favourable and unfavourable")
        object.__setattr__(self, "points", points)
        object.__setattr__(self, "favourable", subsets["favourable"])
        object.__setattr__(self, "unfavourable", subsets["unfavourable"])
        object.__setattr__(self, "labels", MappingProxyType(placed))

    def __repr__(self) -> str:
        return f"Scale({self.name!r}, {self.span}, {self.good} is good)"

    def __hash__(self) -> int:
        return hash((self.name, self.points, self.good))

    @property
    def span(self) -> str:
        """The points in a few characters: ``"1-7"``."""
        return _span(self.points)

    @property
    def best(self) -> int:
        """The best point."""
        return self.points[-1] if self.good == "high" else self.points[0]

    @property
    def worst(self) -> int:
        """The worst point."""
        return self.points[0] if self.good == "high" else self.points[-1]


def _as_points(fits: int | Iterable[int]) -> tuple[int, ...]:
    return (fits,) if isinstance(fits, int) else tuple(fits)


def _span(points: Sequence[int]) -> str:
    if list(points) == list(range(points[0], points[-1] + 1)):
        return f"{points[0]}-{points[-1]}"
    return ", ".join(map(str, points))


def points_text(points: Sequence[int]) -> str:
    """Write a set of points as a person would: ``"5-7"``, ``"3"``, ``"1, 3, 5"``.

    Examples
    --------
    >>> points_text((5, 6, 7)), points_text((3,))
    ('5-7', '3')
    """
    return str(points[0]) if len(points) == 1 else _span(points)


def require_same_direction(scales: Iterable[Scale]) -> None:
    """Refuse to put scales of opposite direction into one average or comparison.

    Raises
    ------
    ValueError
        If high is good on one scale and low on another.
    """
    first: dict[Good, Scale] = {}
    for scale in scales:
        first.setdefault(scale.good, scale)
    if len(first) > 1:
        raise ValueError(
            f"scales must point the same way to be averaged or compared: high is good on {first['high'].name}, "
            f"low is good on {first['low'].name}; a mean over both says nothing. Score each by itself, use a metric "
            "that is oriented (favourable, net, index), or convert one by name (metric converted_mean)"
        )


_NAMED: Final = (
    Scale("ces-1.0", range(1, 6), "low", (1, 2), (4, 5), "how much effort did you have to put forth", "effort",
          labels_on("effort", (1, 2, 3, 4, 5))),
    Scale("ces-2.0", range(1, 8), "high", (5, 6, 7), (1, 2, 3), "the company made it easy (agree)", "effort",
          labels_on("agreement", (1, 2, 3, 4, 5, 6, 7))),
    Scale("ces-agree-5", range(1, 6), "high", (4, 5), (1, 2), "the company made it easy (agree)", "effort",
          labels_on("agreement", (1, 2, 3, 4, 5))),
    Scale("ces-ease-5", range(1, 6), "high", (4, 5), (1, 2), "how easy: very difficult to very easy", "effort",
          labels_on("ease", (1, 2, 3, 4, 5))),
    Scale("ces-difficulty-5", range(1, 6), "low", (1, 2), (4, 5), "how difficult: very easy to very difficult",
          "effort", labels_on("ease", (5, 4, 3, 2, 1))),
    Scale("ces-ease-10", range(1, 11), "high", range(7, 11), range(1, 5), "how easy", "effort",
          labels_on("ease", tuple(range(1, 11)))),
    Scale("ces-effort-10", range(1, 11), "low", range(1, 4), range(8, 11), "how much effort", "effort",
          labels_on("effort", tuple(range(1, 11)))),
    Scale("ces-faces", range(1, 4), "high", (3,), (1,), "how easy: unhappy, neutral, happy", "effort",
          labels_on("happiness", (1, 2, 3))),
    Scale("csat-faces", range(1, 4), "high", (3,), (1,), "how satisfied: unhappy, neutral, happy", "satisfaction",
          labels_on("happiness", (1, 2, 3))),
    Scale("csat-5", range(1, 6), "high", (4, 5), (1, 2), "how satisfied", "satisfaction",
          labels_on("satisfaction", (1, 2, 3, 4, 5))),
    Scale("csat-7", range(1, 8), "high", (6, 7), (1, 2), "how satisfied", "satisfaction",
          labels_on("satisfaction", (1, 2, 3, 4, 5, 6, 7))),
    Scale("csat-stars", range(1, 6), "high", (4, 5), (1, 2), "how satisfied, in stars", "satisfaction"),
    Scale("csat-0-10", range(11), "high", PROMOTERS, DETRACTORS, "how satisfied", "satisfaction",
          labels_on("satisfaction", tuple(range(11)))),
    Scale("csat-good-bad", range(2), "high", (1,), (0,), "good or bad", "satisfaction", labels_on("quality", (0, 1))),
    Scale("nps", range(11), "high", PROMOTERS, DETRACTORS, "how likely to recommend", "recommendation",
          labels_on("likelihood", tuple(range(11)))
          | dict.fromkeys(SHARED_TOP_LIKELIHOOD, tuple(PROMOTERS))
          | dict.fromkeys(RECOMMENDATION_GROUPS["detractors"], tuple(DETRACTORS))
          | dict.fromkeys(RECOMMENDATION_GROUPS["passives"], tuple(PASSIVES))
          | dict.fromkeys(RECOMMENDATION_GROUPS["promoters"], tuple(PROMOTERS))),
)  # fmt: skip

SCALES: Final[Mapping[str, Scale]] = MappingProxyType({scale.name: scale for scale in _NAMED})
"""The named scales."""


def named_scale(scale: Scale | str) -> Scale:
    """Return the scale of this name, or the scale itself.

    Raises
    ------
    ValueError
        If no scale has this name; the message lists those that exist.

    Examples
    --------
    >>> named_scale("nps").favourable
    (9, 10)
    """
    if isinstance(scale, Scale):
        return scale
    if scale not in SCALES:
        raise ValueError(unknown_name("scale", scale, SCALES))
    return SCALES[scale]


def faces(scale: Scale) -> Mapping[str, int]:
    """Return the faces that a three-point scale understands, as a mapping from symbol to point; empty for others."""
    if len(scale.points) != 3 or scale.good != "high":
        return {}
    return {symbol: scale.points[1 + mood] for symbol, mood in SYMBOLS.items()}
