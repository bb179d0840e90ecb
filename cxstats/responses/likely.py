"""Which named scales the answers of a column may be on.

A scale is only suggested, with its evidence: labels say which way a scale points, numbers never do. Words that are said
of much else, such as "high", need a name or question that says what was asked; numbers need answers up to the end of
the scale, or its ends in the question.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import pandas as pd

from cxstats.responses.anchors import read_anchors
from cxstats.responses.answers import words_beside
from cxstats.responses.labels import GENERAL, label_key
from cxstats.responses.placing import read_answers
from cxstats.responses.scales import SCALES, Measures, Scale, faces

MOST_SCALES: Final = 4
_FITTING_SHARE: Final = 0.95
_ENOUGH: Final = 30
_STATED: Final = re.compile(r"\d.*\d", re.DOTALL)
_STARS: Final = frozenset("★⭐🌟☆✩")
_RANGE: Final = re.compile(
    r"(?<![A-Za-z\d.,_-])([01])\s*(?:-|–|—|~|\.\.\.?|to|through|bis|t/m|tot(?: en met)?|à|a|la|至|到)\s*"
    r"(\d{1,3})(?![\d%-]|[.,]\d)"
)
# A hint that ends in a star may begin a longer word; a difficulty may be that of a task.
_HINTS: Final[Mapping[Measures, tuple[str, ...]]] = {
    "recommendation": (
        "nps", "netpro*", "recommend*", "recommand*", "aanbevelen*", "empfehl*", "recomend*", "推荐", "推薦",
    ),
    "satisfaction": ("csat", "satisf*", "tevreden*", "zufrieden*", "multumi*", "满意", "滿意"),
    "effort": (
        "ces", "effort*", "easy", "ease", "difficult", "facil", "moeite*", "makkelijk*", "aufwand*", "einfach*", "容易",
    ),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class LikelyScale:
    """A scale that a column may be on.

    Attributes
    ----------
    name
        Of the scale.
    share
        Share of the answers that it can place, 0 to 1.
    evidence
        ``"labels"`` where the words of the answers fit, else ``"name or question"``.
    worded
        Share of the answers placed by their words, 0 to 1.
    doubt
        Why numbers may be on another scale: ``"no answer above 5: is it 0-10?"``.
    """

    name: str
    share: float
    evidence: str
    worded: float = 0.0
    doubt: str = ""


def likely_scales(counts: "pd.Series[int]", words: str) -> tuple[LikelyScale, ...]:
    """Suggest scales for the answers of a column.

    Parameters
    ----------
    counts
        How often each raw answer was given, with the answers as index.
    words
        The column's name and question, in which to look for what it measures.

    Returns
    -------
    tuple of LikelyScale
        At most four that place 95 % of the answers and for which there is evidence, best first. Scales that differ
        only in direction are all listed: numbers cannot tell them apart.
    """
    hinted: set[Measures] = {what for what, hints in _HINTS.items() if any(_mentions(words, hint) for hint in hints)}
    stated = _stated_range(words)
    found: list[tuple[tuple[float, ...], LikelyScale]] = []
    for scale in SCALES.values():
        fit = _fit(counts, scale, hinted)
        # Three numbers are no faces.
        if fit.share < _FITTING_SHARE or not (fit.worded or (scale.measures in hinted and not faces(scale))):
            continue
        evidence = "labels" if fit.worded else "name or question"
        likely = LikelyScale(scale.name, fit.share, evidence, fit.worded, fit.doubt(scale, stated))
        # Of two scales the one that tells more answers apart, and then the one with fewer points left over.
        elsewhere = float(bool(stated) and stated != scale.span)
        known = (-float(fit.worded > 0), -float(scale.measures in hinted), elsewhere)
        found.append(((*known, -fit.share, -len(fit.points), len(scale.points)), likely))
    return tuple(likely for _, likely in sorted(found, key=lambda pair: pair[0])[:MOST_SCALES])


def best_scale(found: Sequence[LikelyScale]) -> tuple[str, str]:
    """Name the one scale that a rating is on, with the evidence.

    Returns
    -------
    tuple of str
        The scale and the evidence; ``""`` and what to say where the scales that fit do not all point the same way,
        since numbers cannot tell which way they do.

    Examples
    --------
    >>> best_scale(likely_scales(pd.Series({1: 5, 2: 3, 3: 9, 4: 2, 5: 1}), "How easy was it?"))
    ('', 'unknown: say which of ces-1.0, ces-agree-5, ces-ease-5, ces-difficulty-5')
    """
    if not found:
        return "", ""
    first = found[0]
    rivals = [likely for likely in found if likely.evidence == first.evidence]
    # Words alone mean the same on either scale: the easiest end of one is the easiest end of the other.
    if first.worded < first.share and len({SCALES[likely.name].good for likely in rivals}) > 1:
        return "", f"unknown: say which of {', '.join(likely.name for likely in rivals)}"
    if first.doubt:
        return "", f"unknown: {first.doubt}"
    return first.name, f"{first.evidence}, {first.share:.0%} of the answers"


def stated_labels(words: str) -> dict[str, str]:
    """Read from a question what its numbers stand for: from code to label, where both ends are named.

    >>> stated_labels("How easy was it? (1 = very difficult / 5 = very easy)")
    {'1': 'very difficult', '5': 'very easy'}
    """
    found = [(scale, read_anchors(words, scale)) for scale in SCALES.values()] if _STATED.search(words) else []
    ends = (
        anchors
        for scale, anchors in found
        if anchors and {scale.points[0], scale.points[-1]} <= {anchor.number for anchor in anchors}
    )
    return {str(anchor.number): anchor.words for anchor in next(ends, next((a for _, a in found if a), ()))}


def _mentions(words: str, hint: str) -> bool:
    """Say whether a hint occurs: as a whole word, with a star as the start of one, Chinese anywhere."""
    if not hint.isascii():
        return hint in words
    each = [label_key(word) for word in re.split(r"[\W_]+", words)]
    return any(word == hint or (hint[-1] == "*" and word.startswith(hint[:-1])) for word in each)


def _stated_range(words: str) -> str:
    """Return the points that the question names, as `Scale.span` writes them; empty where it names none."""
    codes = [int(code) for code in stated_labels(words)]
    ranges = {f"{low}-{int(high)}" for low, high in _RANGE.findall(words) if int(high) > 2}
    if len(ranges) == 1:
        return ranges.pop()
    return f"{min(codes)}-{max(codes)}" if codes else ""


@dataclass(frozen=True, slots=True)
class _Fit:
    """How answers fit a scale: shares of those present that it places, and places by words; its points in use."""

    share: float
    worded: float
    points: frozenset[int]
    present: int

    def doubt(self, scale: Scale, stated: str) -> str:
        """Say why numbers may be on another scale; nothing where words or the question say that they are not."""
        if stated:
            return "" if stated == scale.span else f"the question says {stated}, and {scale.name} runs {scale.span}"
        # Of eleven points the last may stay empty more easily than of five.
        short = scale.points[-1] - max(self.points) > (len(scale.points) > 7)
        by_words = self.worded and scale.name != "csat-stars"
        if by_words or self.present < _ENOUGH or not short:
            return ""
        return f"no answer above {max(self.points)}: is it {scale.span} ({scale.name})?"


def _fit(counts: "pd.Series[int]", scale: Scale, hinted: Collection[Measures]) -> _Fit:
    """Say how answers fit a scale; not at all where more numbers are against their labels than with them."""
    placed = present = worded = numbered = against = 0
    points: set[int] = set()
    tells = False
    for answer, times, reading in zip(counts.index, counts, read_answers(list(counts.index), scale), strict=True):
        if reading.missing:
            continue
        present += int(times)
        against += int(times) * reading.contradicts
        if reading.point is None:
            continue
        placed += int(times)
        points.add(reading.point)
        number, word = words_beside(answer)
        if _is_label(word, scale, hinted):
            worded += int(times)
            numbered += int(times) * bool(number)
            tells |= label_key(word) not in GENERAL or scale.measures in hinted
    if not placed or against > numbered:
        return _Fit(0.0, 0.0, frozenset(), present)
    return _Fit(placed / present, worded / present if tells else 0.0, frozenset(points), present)


def _is_label(word: str, scale: Scale, hinted: Collection[Measures]) -> bool:
    """Say whether words decide, rather than a number; more stars are more content, unless something else was asked."""
    if scale.name == "csat-stars" and word and set(word) <= _STARS:
        return not hinted or "satisfaction" in hinted
    return label_key(word) in scale.labels or word in faces(scale)
