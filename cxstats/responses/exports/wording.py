"""What a scale's name alone does not say of a rating, for whoever is about to average it.

Four things are easily missed in a codebook, and each spoils a score: codes that run against their labels (1 = very
satisfied), a statement worded the other way (strongly agree that "the staff were slow"), an answer that is none (no
opinion) among the points, and such an answer beside them.
"""

import re
from collections.abc import Mapping
from typing import Final

import pandas as pd

from cxstats.responses.exports.non_answers import non_answers
from cxstats.responses.inspection import MOST_CHOICES, Kind, LikelyScale, best_scale, labelled, likely_scales
from cxstats.responses.labels import label_key, levels
from cxstats.responses.polarity import polarity
from cxstats.responses.scales import SCALES

_TOO_MUCH: Final = re.compile(
    r"\btoo \w+|\bte (?:veel|weinig|lang|traag|duur|druk|luid)\w*|\bzu (?:viel|wenig|lang|teuer|laut)\w*"
    r"|\btrop\b|\bdemasiad[oa]s?\b|\bprea\b|太多|太少|太长|太長|太久|太慢|太吵|太贵|太貴|过于|過於",
    re.IGNORECASE,
)
_NOT: Final = re.compile(r"\b(?:not?|never|n't|niet|geen|nicht|kein\w*|pas|nu|sin)\b|没|沒|不", re.IGNORECASE)


_AGAINST: Final = "unknown: worded the other way, agreeing is bad; turn it before averaging"
_NUMBER_FIRST: Final = re.compile(r"-?\d+\W+(?=\w)")


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
    none = non_answers(counts, labels)
    answers = counts.drop(list(none)) if none else counts
    if none and not (scales and scales[0].evidence == "labels"):
        fitting = likely_scales(labelled(answers, labels), statement)
        scales = tuple(each for each in fitting if each.evidence == "labels") or scales or fitting
    scale, evidence = best_scale(scales)
    kind = "rating" if scales else kind
    beside = f"; no answer: {', '.join(none.values())}" if none else ""
    if is_agreement(labels or {str(answer): str(answer) for answer in answers.index}) and worded_against(statement):
        return kind, "", _AGAINST + beside
    among = [str(code) for code in none if scale and code in SCALES[scale].points]
    if among:
        said = f"unknown: the labels are those of {scale}{beside}; score with missing={', '.join(among)}, or as a point"
        return kind, "", said
    if not evidence and labels:
        evidence = _turned(answers, labels, statement)
        kind = "rating" if evidence else kind
        evidence = evidence or ("unknown: labels fit no named scale" if kind == "rating" else "")
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


def worded_against(statement: str) -> bool:
    """Say whether agreeing with a statement is clearly bad.

    >>> [worded_against(text) for text in ("The staff were slow", "There was too much noise", "It was easy")]
    [True, True, False]
    """
    found = _TOO_MUCH.search(statement)
    return polarity(statement) < 0 or (found is not None and not _NOT.search(statement[: found.start()]))


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
