"""Anchors: which end of a scale is which, as the words of labels and of a question say it.

>>> from cxstats.responses.scales import named_scale
>>> read_anchors("How was it? 1 = very easy, 5 = very difficult", named_scale("ces-ease-5"))
(Anchor(number=1, words='very easy', sense=1), Anchor(number=5, words='very difficult', sense=-1))
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

from cxstats.responses.labels import label_key, levels
from cxstats.responses.scales import Scale

Sense = Literal[-1, 0, 1]

# What is agreed with is not known from "agree"; "low" and "high" may be of effort or of satisfaction.
_HIGH_END: Final[Mapping[str, Sense]] = MappingProxyType(
    {"ease": 1, "effort": -1, "satisfaction": 1, "likelihood": 1, "happiness": 1, "quality": 1}
)
_UNCLEAR: Final = frozenset({"low", "verylow", "high", "veryhigh"})
_MIDDLE: Final = 3

_NUMBER: Final = re.compile(r"(?<![\d.,A-Za-z])\d{1,2}(?![\d%A-Za-z]|[.,]\d)")
_ENDS: Final = re.compile(r"[\d,;.!?)）\]、，。；/\n\"”»]")
_BEGINS: Final = re.compile(r"[\d,;.!?)）\]、，。；/\n\"“«]")
_LINK: Final = (
    r"(?:\s|=|:|：|-|–|—|\(|（|[\"“„«']|分|点|點|means\b|being\b|is\b|betekent\b|staat voor\b|înseamnă\b|este\b|表示"
    r"|代表|为|為|是|heißt\b|bedeutet\b|ist\b|signifie\b|est\b|significa\b|es\b)*"
)
_AFTER: Final = re.compile(_LINK, re.IGNORECASE)
_BEFORE: Final = re.compile(r"[\s=:：\-–—(（\"”»']*$")
_PIECES: Final = re.compile(r"[\u3400-\u9fff]|[^\s\u3400-\u9fff]+")
_BETWEEN_CHINESE: Final = re.compile(r"(?<=[\u3400-\u9fff]) (?=[\u3400-\u9fff])")
_LONGEST: Final = 60


@dataclass(frozen=True, slots=True)
class Anchor:
    """A number and the words that say what it stands for.

    Attributes
    ----------
    number
        The point.
    words
        As they stand in the text.
    sense
        1 where the words are good for the company, -1 where they are bad.
    """

    number: int
    words: str
    sense: Sense

    def agrees(self, scale: Scale) -> bool | None:
        """Say whether the number lies on the end of the scale that the words say; None in its middle."""
        side = _side(scale, [self.number])
        return None if side == 0 else side == self.sense


def _senses() -> dict[str, Sense]:
    found: dict[str, set[Sense]] = {}
    for concept, high in _HIGH_END.items():
        for level, labels in enumerate(levels(concept)):
            sense: Sense = 0 if level == _MIDDLE else high if level > _MIDDLE else -high
            for label in labels:
                found.setdefault(label, set()).add(sense)
    return {label: sense.pop() for label, sense in found.items() if len(sense) == 1 and label not in _UNCLEAR}


_SENSES: Final = MappingProxyType(_senses())


def _side(scale: Scale, points: list[int]) -> Sense:
    """Say on which side of the middle of a scale points lie: 1 for the good one, -1 for the bad one."""
    away = sum(points) / len(points) - (scale.points[0] + scale.points[-1]) / 2
    if away == 0:
        return 0
    return 1 if (away > 0) == (scale.good == "high") else -1


def sense_of(words: str, scale: Scale) -> Sense:
    """Say whether an answer's label is good or bad for the company: by the scale's own labels, else by what it says.

    Returns
    -------
    int
        1 for good, -1 for bad, 0 where it is neither or unknown.
    """
    key = label_key(words)
    fits = scale.labels.get(key)
    if fits is None:
        return _SENSES.get(key, 0)
    return _side(scale, [fits] if isinstance(fits, int) else list(fits))


def speaks_for_itself(words: str) -> bool:
    """Say whether words are good or bad whatever was asked: "very easy" is, "strongly agree" is not."""
    return bool(_SENSES.get(label_key(words), 0))


def labels_against(scale: Scale) -> tuple[str, ...]:
    """List the scale's own labels that say the opposite of its direction; none unless all that are clear do so."""
    against: list[str] = []
    for label, fits in scale.labels.items():
        side, sense = _side(scale, [fits] if isinstance(fits, int) else list(fits)), _SENSES.get(label, 0)
        if side * sense > 0:
            return ()
        if side * sense < 0:
            against.append(label)
    return tuple(against)


def read_anchors(text: str, scale: Scale) -> tuple[Anchor, ...]:
    """Read what the ends of the scale stand for in the text of a question.

    Parameters
    ----------
    text
        The question.
    scale
        Numbers that are not its points are passed over, and its labels are known.

    Returns
    -------
    tuple of Anchor
        A good and a bad one at least, each number once; nothing where the text says less, or contradicts itself.
    """
    after = list(_anchors(text, scale, "after"))
    for anchors in (after, after + list(_anchors(text, scale, "before"))):
        by_number = {anchor.number: anchor for anchor in anchors}
        clear = all(by_number[anchor.number].sense == anchor.sense for anchor in anchors)
        agree = {anchor.agrees(scale) for anchor in anchors} - {None}
        if clear and len(agree) == 1 and {anchor.sense for anchor in anchors} >= {-1, 1}:
            return tuple(by_number.values())
    return ()


def _anchors(text: str, scale: Scale, where: Literal["before", "after"]) -> Iterator[Anchor]:
    for found in _NUMBER.finditer(text):
        number = int(found[0])
        if number not in scale.points:
            continue
        if where == "after":
            start = _AFTER.match(text, found.end())
            rest = text[start.end() if start else found.end() :][:_LONGEST]
            pieces = _PIECES.findall(_ENDS.split(rest)[0])
            tries = [pieces[:size] for size in range(len(pieces), 0, -1)]
        else:
            rest = _BEFORE.sub("", text[: found.start()])[-_LONGEST:]
            pieces = _PIECES.findall(_BEGINS.split(rest)[-1])
            tries = [pieces[start:] for start in range(len(pieces))]
        for words in tries:
            said = _BETWEEN_CHINESE.sub("", " ".join(words)).strip(" =:：-–—(（\"“„«'”»")
            sense = sense_of(said, scale)
            if sense:
                yield Anchor(number, said, sense)
                break
