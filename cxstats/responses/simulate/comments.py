"""What customers write: short comments in English, Dutch, Romanian and Chinese that fit what happened to them."""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

THEMES: Final = (
    "nothing", "waiting", "transfers", "repeats", "repeated oneself", "solved at once", "friendly", "disappointed",
)  # fmt: skip
_GOOD_FROM: Final = 0.2

_WORDINGS: Final[Mapping[str, Mapping[str, tuple[str, ...]]]] = {
    "waiting": {
        "en": ("I had to wait far too long.", "Waiting took forever.", "Nobody answered for ages, very slow."),
        "nl": ("Ik moest veel te lang wachten.", "Heel traag, eindeloos in de wacht.", "De wachttijd was slecht."),
        "ro": ("Am așteptat mult prea mult.", "Foarte lent, nimeni nu răspundea.", "Timpul de așteptare a fost prost."),
        "zh": ("等了太久。", "等待时间太长，很慢。", "一直没有人接，很糟糕。"),
    },
    "transfers": {
        "en": ("I was passed from one person to the next.", "Transferred again and again, frustrating."),
        "nl": ("Ik werd steeds doorverbonden.", "Van de een naar de ander gestuurd, frustrerend."),
        "ro": ("Am fost plimbat de la unul la altul.", "M-au transferat mereu, frustrant."),
        "zh": ("一直被转来转去。", "转接了好几次，令人失望。"),
    },
    "repeats": {
        "en": ("I had to contact you again because it was not solved.", "Still not solved the first time, annoying."),
        "nl": ("Ik moest opnieuw contact opnemen, het was niet opgelost.", "De eerste keer niet opgelost, vervelend."),
        "ro": ("A trebuit să revin, problema nu era rezolvată.", "Nu s-a rezolvat prima dată, enervant."),
        "zh": ("问题没有解决，只好再次联系。", "第一次没有解决，很麻烦。"),
    },
    "repeated oneself": {
        "en": ("I had to explain everything twice.", "Nobody knew my story, I had to repeat it all."),
        "nl": ("Ik moest alles twee keer uitleggen.", "Niemand kende mijn verhaal, alles opnieuw vertellen."),
        "ro": ("A trebuit să explic totul de două ori.", "Nimeni nu știa cazul meu, am repetat totul."),
        "zh": ("同样的事情要说两遍。", "没有人了解情况，要重新解释。"),
    },
    "solved at once": {
        "en": ("Solved at once, very easy.", "Quick and easy, great help.", "Fast answer, problem solved."),
        "nl": ("Meteen opgelost, heel makkelijk.", "Snel en gemakkelijk, goede hulp.", "Snel antwoord, opgelost."),
        "ro": ("Rezolvat imediat, foarte ușor.", "Rapid și simplu, ajutor excelent.", "Răspuns rapid, s-a rezolvat."),
        "zh": ("马上解决了，非常容易。", "又快又方便，很好。", "回复很快，问题解决了。"),
    },
    "friendly": {
        "en": ("Friendly and helpful.", "Thank you, excellent service!", "Very kind, I am happy."),
        "nl": ("Vriendelijk en behulpzaam.", "Bedankt, uitstekende service!", "Heel aardig, ik ben blij."),
        "ro": ("Amabili și de ajutor.", "Mulțumesc, serviciu excelent!", "Foarte politicoși, sunt mulțumit."),
        "zh": ("服务很好，很友好。", "谢谢，非常满意！", "态度很好，很满意。"),
    },
    "disappointed": {
        "en": ("Disappointing.", "Bad experience, far too difficult.", "I expected better."),
        "nl": ("Teleurstellend.", "Slechte ervaring, veel te moeilijk.", "Ik had beter verwacht."),
        "ro": ("Dezamăgitor.", "Experiență proastă, prea dificil.", "Mă așteptam la mai mult."),
        "zh": ("很失望。", "体验很差，太困难了。", "没有想象中好。"),
    },
}
_LANGUAGES: Final = ("en", "nl", "ro", "zh")


def theme_of(happened: Mapping[str, NDArray[np.bool_]], satisfaction: Floats, luck: Floats) -> Integers:
    """Choose what a customer writes about: the worst that happened if displeased, what went well if pleased.

    Parameters
    ----------
    happened
        From themes, the mildest first, to whether it happened; shape (n,) each.
    satisfaction
        Latent, high is good; shape (n,).
    luck
        Between 0 and 1; shape (n,).
    """
    pleased = satisfaction > _GOOD_FROM
    trouble = np.any(list(happened.values()), axis=0)
    praise = np.where((luck < 0.6) & ~trouble, THEMES.index("solved at once"), THEMES.index("friendly"))
    blame = np.full(len(satisfaction), THEMES.index("disappointed"))
    for theme, did in happened.items():
        blame = np.where(did, THEMES.index(theme), blame)
    return np.where(pleased, praise, blame)


def comments(theme: Integers, language: Integers, wording: Floats) -> "pd.Series[Any]":
    """Write the comments; missing where the theme is nothing; shape (n,)."""
    most = max(len(texts) for by_language in _WORDINGS.values() for texts in by_language.values())
    table = np.empty((len(THEMES), len(_LANGUAGES), most), dtype=object)
    for theme_name, by_language in _WORDINGS.items():
        for code, name in enumerate(_LANGUAGES):
            texts = by_language[name]
            table[THEMES.index(theme_name), code] = [texts[k % len(texts)] for k in range(most)]
    return pd.Series(table[theme, language, (wording * most).astype(np.int64)], dtype="str")
