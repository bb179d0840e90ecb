"""Words that are no answer to the question, in the languages of `cxstats.responses.labels`.

An answer that says so is missing, and why is known: an empty cell that a tool has written as a word, a question that
did not apply or was passed over, a customer who does not know or would rather not say. "Not sure" and "neither" are
none of them: these may be the middle of a scale.
"""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Literal

from cxstats.responses.labels import label_key

NoAnswer = Literal["empty", "not_applicable", "dont_know", "refused"]

REASONS: Final[Mapping[NoAnswer, str]] = MappingProxyType(
    {
        "empty": "no answer",
        "not_applicable": "question skipped or not applicable",
        "dont_know": "don't know or no opinion",
        "refused": "answer refused",
    }
)

_WORDS: Final[Mapping[NoAnswer, tuple[str, ...]]] = {
    "empty": (
        "null", "nan", "blank", "empty", "missing", "-", "--", "---", "–", "—", ".", "no answer", "not answered",
        "unanswered", "no response", "not asked", "geen antwoord", "leeg", "keine antwort", "ohne antwort", "leer",
        "pas de réponse", "sans réponse", "vide", "sin respuesta", "vacío", "en blanco", "fără răspuns", "未回答",
        "无回答", "無回答", "空",
    ),
    "not_applicable": (
        "skipped", "overgeslagen", "sărit", "跳过", "已跳過", "omitido", "übersprungen", "passé", "n/a",
        "not applicable", "does not apply", "inapplicable", "niet van toepassing", "n.v.t.", "nu se aplică",
        "nu este cazul", "nu e cazul", "不适用", "不適用", "no aplica", "no aplicable", "nicht zutreffend",
        "nicht anwendbar", "entfällt", "sans objet", "non applicable", "non concerné", "unfamiliar",
        "no basis for evaluation", "not used", "did not use", "no experience",
    ),
    "dont_know": (
        "don't know", "do not know", "I don't know", "I do not know", "dk", "dk/na", "no opinion", "can't say",
        "cannot say", "can't choose", "can't rate", "unable to rate", "weet niet", "weet ik niet", "ik weet het niet",
        "geen mening", "weiß nicht", "weiss nicht", "ich weiß nicht", "weiß ich nicht", "keine meinung",
        "kann ich nicht beurteilen", "ne sait pas", "je ne sais pas", "sans opinion", "sans avis", "pas d'avis", "nsp",
        "no sabe", "no sé", "no lo sé", "sin opinión", "ns/nc", "nu știu", "nu am o părere", "fără opinie", "不知道",
        "不清楚", "說不準", "说不准", "說不清", "说不清", "无意见", "無意見", "没有意见", "沒有意見",
    ),
    "refused": (
        "refused", "refusal", "declined to answer", "prefer not to say", "prefer not to answer", "rather not say",
        "zeg ik liever niet", "wil niet zeggen", "wil ik niet zeggen", "keine angabe", "keine angaben", "k.a.",
        "möchte ich nicht sagen", "je préfère ne pas répondre", "ne souhaite pas répondre", "no contesta",
        "no responde", "prefiero no responder", "prefer să nu răspund", "nu răspund", "拒答", "不想回答", "不愿回答",
        "不願回答",
    ),
}  # fmt: skip
_KINDS: Final[Mapping[str, NoAnswer]] = MappingProxyType(
    {label_key(word): kind for kind, words in _WORDS.items() for word in words}
)
_LONGEST: Final = 80
_NUMBER_FIRST: Final = re.compile(r"^-?\d+\s*[-–—:.=)]?\s*(?=\D)")
_BETWEEN: Final = re.compile(r"[(),;]| / |\bor\b|\bof\b|\boder\b|\bou\b|\bo\b|\bsau\b")


def kind_of_no_answer(label: str) -> NoAnswer | None:
    """Say which kind of no answer a label is; a number in front of it does not matter. None where it is an answer.

    >>> [kind_of_no_answer(label) for label in ("#N/A", "NULL", "9 = Refused", "Don't know / not applicable")]
    ['not_applicable', 'empty', 'refused', 'dont_know']
    >>> [kind_of_no_answer(label) for label in ("Neutral", "Not sure", "5", "No")]
    [None, None, None, None]
    """
    if len(label) > _LONGEST:
        return None
    bare = _NUMBER_FIRST.sub("", label.strip(), count=1)
    whole = _KINDS.get(label_key(bare))
    if whole:
        return whole
    kinds: list[NoAnswer | None] = [_KINDS.get(label_key(piece)) for piece in _BETWEEN.split(bare) if piece.strip()]
    return kinds[0] if all(kinds) and kinds else None
