"""Which way a labelled question points, where its scale alone does not say it.

Two things are easily missed in a codebook, and each turns a score round: codes that run against their labels
(1 = very satisfied), and a statement worded the other way (strongly agree that "the staff were slow").
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

import pandas as pd

from cxstats.responses.inspection import labelled, likely_scales, read_labels
from cxstats.responses.labels import label_key, levels
from cxstats.responses.polarity import polarity
from cxstats.responses.survey import Survey

_TOO_MUCH: Final = re.compile(
    r"\btoo \w+|\bte (?:veel|weinig|lang|traag|duur|druk|luid)\w*|\bzu (?:viel|wenig|lang|teuer|laut)\w*"
    r"|\btrop\b|\bdemasiad[oa]s?\b|\bprea\b|太多|太少|太长|太長|太久|太慢|太吵|太贵|太貴|过于|過於",
    re.IGNORECASE,
)
_NOT: Final = re.compile(r"\b(?:not?|never|n't|niet|geen|nicht|kein\w*|pas|nu|sin)\b|没|沒|不", re.IGNORECASE)


def with_wording(survey: Survey) -> Survey:
    """Say in the evidence of each labelled rating what turns it round, and take no scale for granted there."""
    questions = survey.questions.copy()
    for place, asked in questions.iterrows():
        if asked["kind"] not in ("rating", "choice") or not asked["labels"]:
            continue
        labels = read_labels(str(asked["labels"]))
        text, scale = str(asked["text"]), str(asked["scale"])
        if is_agreement(labels) and worded_against(text):
            said = "unknown: worded the other way, agreeing is bad; turn it before averaging"
            questions.loc[place, ["scale", "evidence"]] = ["", said]
        elif not scale and not asked["evidence"]:
            said = _turned(survey.responses[str(asked["column"])].value_counts(), labels, text)
            if said:
                questions.loc[place, ["kind", "evidence"]] = ["rating", said]
            elif asked["kind"] == "rating":
                questions.loc[place, "evidence"] = "unknown: labels fit no named scale"
    return replace(survey, questions=questions)


def is_agreement(labels: Mapping[str, str]) -> bool:
    """Say whether labels run between disagreeing and agreeing.

    >>> is_agreement({"1": "Strongly disagree", "2": "No opinion", "3": "Strongly agree"})
    True
    """
    low, *_, high = levels("agreement")
    keys = {label_key(label) for label in labels.values()}
    return bool(keys & set(low)) and bool(keys & set(high))


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
