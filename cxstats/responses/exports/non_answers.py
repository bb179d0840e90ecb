"""Labels that are no answer to the question: no opinion, don't know, not applicable, refused.

They are told from the points of a scale by what they say, in the languages of `cxstats.responses.labels`. "Not sure"
and "neither" are none of them: these may be the middle of a scale.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from cxstats.responses.labels import SKIPPED, label_key

_SAID: Final = (
    "don't know", "do not know", "dk", "dk/na", "no opinion", "can't say", "cannot say", "can't choose", "can't rate",
    "unable to rate", "refused", "refusal", "declined to answer", "prefer not to say", "prefer not to answer",
    "rather not say", "no answer", "not answered", "unanswered", "does not apply", "inapplicable", "not asked",
    "unfamiliar", "no basis for evaluation", "not used", "did not use", "no experience", "blank",
    "weet niet", "weet ik niet", "geen mening", "geen antwoord", "zeg ik liever niet", "wil niet zeggen",
    "weiß nicht", "weiss nicht", "keine meinung", "keine angabe", "keine antwort", "kann ich nicht beurteilen",
    "ne sait pas", "je ne sais pas", "sans opinion", "sans avis", "pas de réponse", "sans réponse", "nsp",
    "no sabe", "no sé", "no lo sé", "sin opinión", "no contesta", "no responde", "ns/nc", "prefiero no responder",
    "nu știu", "nu am o părere", "fără opinie", "fără răspuns", "prefer să nu răspund", "nu răspund",
    "不知道", "无意见", "無意見", "没有意见", "沒有意見", "拒答", "不愿回答", "不願回答",
)  # fmt: skip
_KEYS: Final = frozenset(map(label_key, (*SKIPPED, *_SAID)))
_NUMBER_FIRST: Final = re.compile(r"-?\d+\s*[-–—:.=)]?\s*(?=\D)")
_BETWEEN: Final = re.compile(r"[(),;]| / |\bor\b|\bof\b|\boder\b|\bou\b|\bo\b|\bsau\b")


def is_no_answer(label: str) -> bool:
    """Say whether a label says that there is no answer; a number in front of it does not matter.

    >>> [is_no_answer(label) for label in ("Don't know / not applicable", "Unfamiliar (N/A)", "9 = Refused")]
    [True, True, True]
    >>> [is_no_answer(label) for label in ("Neutral", "Not sure", "5", "No")]
    [False, False, False, False]
    """
    bare = _NUMBER_FIRST.sub("", label.strip(), count=1)
    if label_key(bare) in _KEYS:
        return True
    pieces = [label_key(piece) for piece in _BETWEEN.split(bare) if piece.strip()]
    return bool(pieces) and all(piece in _KEYS for piece in pieces)


def non_answers(counts: "pd.Series[int]", labels: Mapping[str, str]) -> dict[Any, str]:
    """Return which of the answers given are none: from the cell to how it reads, with the number of times.

    Parameters
    ----------
    counts
        How often each cell occurs.
    labels
        From code to label, where cells are codes.

    Examples
    --------
    >>> non_answers(pd.Series({1: 4, 3: 2}), {"1": "good", "3": "No opinion"})
    {3: '3 = No opinion in 2 cells'}
    """
    found: dict[Any, str] = {}
    for cell, times in counts.items():
        code = str(cell)
        label = labels.get(code, "") if labels else code
        if is_no_answer(label):
            shown = f"{code} = {label}" if labels else repr(code)
            found[cell] = f"{shown} in {int(times):,} cell{'' if times == 1 else 's'}"
    return found
