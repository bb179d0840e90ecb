"""What a scale's name alone does not say of a rating, for whoever is about to average it.

Four things are easily missed in a codebook, and each spoils a score: codes that run against their labels (1 = very
satisfied), a statement worded the other way (strongly agree that "the staff were slow") or of which it is not known
whether agreeing is good, an answer that is none (no opinion) among the points, and such an answer beside them.
"""

import re
from collections.abc import Mapping
from typing import Final

import pandas as pd

from cxstats.responses.answers import words_beside
from cxstats.responses.exports.non_answers import non_answers
from cxstats.responses.inspection import MOST_CHOICES, Kind, labelled
from cxstats.responses.labels import label_key, levels
from cxstats.responses.likely import LikelyScale, best_scale, likely_scales, stated_labels
from cxstats.responses.polarity import polarity
from cxstats.responses.scales import SCALES

_TOO_MUCH: Final = re.compile(
    r"\btoo \w+|\bte (?:veel|weinig|lang|traag|duur|druk|luid)\w*|\bzu (?:viel|wenig|lang|teuer|laut)\w*"
    r"|\btrop\b|\bdemasiad[oa]s?\b|\bprea\b|太多|太少|太长|太長|太久|太慢|太吵|太贵|太貴|过于|過於",
    re.IGNORECASE,
)
_HAD_TO: Final = re.compile(
    r"\b(?:i|we) (?:had|have|needed) to\b|\b(?:took|cost|caused|gave) (?:me|us)\b|\b(?:ik moest|we moesten)\b"
    r"|\bkostte (?:me|mij|ons)\b|\b(?:ich musste|wir mussten)\b|\bkostete mich\b|\bj'ai dû\b|\bil m'a fallu\b"
    r"|\btuve que\b|\bme costó\b|\ba trebuit să\b|\bm-a costat\b|我花了|我不得不|我必须|我必須|让我费|讓我費",
    re.IGNORECASE,
)
_LITTLE: Final = re.compile(
    r"\b(?:little|few|minimal|weinig|wenig\w*|gering\w*|peu|poco|puțin|puţin|putin)\b|很少|少量|一点|一點",
    re.IGNORECASE,
)
_NOT: Final = re.compile(r"\b(?:not?|never|n't|niet|geen|nicht|kein\w*|pas|nu|sin)\b|没|沒|不", re.IGNORECASE)


_LONGEST_CODE: Final = 6
_AGAINST: Final = "unknown: worded the other way, agreeing is bad; turn it before averaging"
_NUMBER_FIRST: Final = re.compile(r"^-?\d+\W+(?=\w)")
_AGREEMENT_SCALES: Final = ("ces-2.0", "ces-agree-5")


def as_worded(
    kind: Kind,
    scales: tuple[LikelyScale, ...],
    counts: "pd.Series[int] | None",
    *,
    labels: Mapping[str, str],
    statement: str,
) -> tuple[Kind, str, str]:
    """Say of a rating or choice which scale it is on, and why; none is taken for granted where the wording forbids it.

    Parameters
    ----------
    kind, scales
        As found by `cxstats.responses.inspection.describe`.
    counts
        How often each answer was given; None where there are too many different ones to count.
    labels
        From code to the label that the respondent saw.
    statement
        What was asked, of an item its own wording.

    Returns
    -------
    tuple
        Kind, scale and evidence.
    """
    if counts is None or len(counts) > MOST_CHOICES or kind not in ("rating", "choice", "text"):
        return (kind, *best_scale(scales))
    said = labels or stated_labels(statement)
    none = non_answers(counts, labels)
    answers = counts.drop(list(none)) if none else counts
    if none and not (scales and scales[0].evidence == "labels"):
        fitting = likely_scales(labelled(answers, said), statement)
        scales = tuple(each for each in fitting if each.evidence == "labels") or scales or fitting
    scale, evidence = best_scale(scales)
    kind = "rating" if scales else kind
    beside = f"; no answer: {', '.join(none.values())}" if none else ""
    turned = _agreeing(scales, scale, said or {str(answer): str(answer) for answer in answers.index}, statement)
    if turned:
        return kind, "", turned + beside
    among = [str(code) for code in none if scale and code in SCALES[scale].points]
    if among:
        why = f"unknown: the labels are those of {scale}{beside}; score with missing={', '.join(among)}, or as a point"
        return kind, "", why
    if not evidence:
        evidence = _turned(answers, said, statement) if said else _turned(*_taken_apart(answers), statement)
        kind = "rating" if evidence else kind
        evidence = evidence or ("unknown: labels fit no named scale" if labels and kind == "rating" else "")
    return kind, scale, (evidence + beside).removeprefix("; ")


def is_agreement(labels: Mapping[str, str]) -> bool:
    """Say whether labels are degrees of agreeing, two of them or more.

    >>> is_agreement({"1": "Strongly disagree", "2": "No opinion", "3": "Strongly agree"})
    True
    >>> is_agreement({"1": "Very difficult", "2": "Neither", "3": "Very easy"})
    False
    """
    degrees = levels("agreement")
    said = set[str]().union(*degrees[:3], *degrees[4:])
    return len({label_key(_NUMBER_FIRST.sub("", label, count=1)) for label in labels.values()} & said) > 1


def _agreeing(scales: tuple[LikelyScale, ...], scale: str, labels: Mapping[str, str], statement: str) -> str:
    """Say why it does not go without saying that who agrees is content; empty where that is clear, or not asked."""
    agreed = scale in _AGREEMENT_SCALES and scales[0].evidence == "labels"
    if (agreed or is_agreement(labels)) and worded_against(statement):
        return _AGAINST
    if not agreed or worded_for(statement):
        return ""
    fitting = ", ".join(likely.name for likely in scales if likely.name in _AGREEMENT_SCALES)
    return f"unknown: say which of {fitting}; is agreeing good?"


def worded_against(statement: str) -> bool:
    """Say whether agreeing with a statement is clearly bad.

    >>> [worded_against(text) for text in ("The staff were slow", "There was too much noise", "It was easy")]
    [True, True, False]
    >>> [worded_against(text) for text in ("I had to call several times", "I did not have to wait")]
    [True, False]
    """
    had_to = _HAD_TO.search(statement) and not (_NOT.search(statement) or _LITTLE.search(statement))
    return polarity(statement) < 0 or _too_much(statement) < 0 or bool(had_to)


def worded_for(statement: str) -> bool:
    """Say whether agreeing with a statement is clearly good: by its words, or since it is named a CES.

    >>> [worded_for(text) for text in ("The company made it easy", "ces", "I used the app", "I had to wait")]
    [True, True, False, False]
    """
    named = "ces" in re.split(r"[\W_]+", statement.casefold())
    return polarity(statement) > 0 or _too_much(statement) > 0 or named


def _too_much(statement: str) -> int:
    """Return -1 where there was too much of something, 1 where there was not, 0 where nothing is said of it."""
    found = _TOO_MUCH.search(statement)
    if not found:
        return 0
    return 1 if _NOT.search(statement[: found.start()]) else -1


def _taken_apart(counts: "pd.Series[int]") -> "tuple[pd.Series[int], dict[str, str]]":
    """Take cells such as ``1 - Very satisfied`` apart: how often each code occurs, and what codes stand for."""
    pairs = [words_beside(cell) for cell in counts.index]
    coded = [number.isdecimal() and len(number) <= _LONGEST_CODE for number, _ in pairs]
    kept = [pair for pair, code in zip(pairs, coded, strict=True) if code]
    codes = pd.Index([int(number) for number, _ in kept])
    return counts[coded].set_axis(codes), {number: words for number, words in kept if words}


def _turned(counts: "pd.Series[int]", labels: Mapping[str, str], text: str) -> str:
    """Say which scale the labels fit whose codes run the other way; empty where there is none."""
    codes = {int(code): label for code, label in labels.items() if re.fullmatch(r"-?\d+", code)}
    known = counts[[isinstance(code, int) and code in codes for code in counts.index]]
    if len(known) < 2:
        return ""
    low, high = min(codes), max(codes)
    turned = labelled(
        known.set_axis([low + high - int(code) for code in known.index]),
        {str(low + high - code): label for code, label in codes.items()},
    )
    found = likely_scales(turned, text)
    if not found or found[0].evidence != "labels":
        return ""
    return f"unknown: the labels are those of {found[0].name}, with the codes turned round ({low} = {codes[low]})"
