"""The words in which customers answer: labels by concept and language, from the low end to the high end.

Seven levels to a concept, separated by semicolons, alternatives by bars; a level without words stays empty.
Scales with fewer points merge the inner levels, scales with more take the two ends only, since a label such as
"satisfied" fits several of their points. Labels are compared by `label_key`, so case, accents, blanks and
punctuation do not matter here.
"""

import unicodedata
from collections.abc import Mapping
from typing import Final

LEVELS: Final[Mapping[str, Mapping[str, str]]] = {
    "ease": {
        "en": "very difficult|extremely difficult|very hard; difficult|moderately difficult|hard; somewhat difficult|"
        "slightly difficult; neither easy nor difficult|neither difficult nor easy|neither|neutral; somewhat easy|"
        "slightly easy; easy|moderately easy; very easy|extremely easy",
        "nl": "zeer moeilijk|heel moeilijk|uiterst moeilijk; moeilijk; enigszins moeilijk|een beetje moeilijk; "
        "geen van beide|neutraal|niet makkelijk en niet moeilijk; enigszins makkelijk|enigszins gemakkelijk; "
        "makkelijk|gemakkelijk; zeer makkelijk|zeer gemakkelijk|heel makkelijk|heel gemakkelijk",
        "ro": "foarte dificil|foarte greu; dificil|greu; oarecum dificil; neutru|nici ușor, nici dificil; "
        "oarecum ușor; ușor; foarte ușor",
        "zh": "非常困难|非常困難; 困难|困難; 有点困难|有點困難; 中立|一般|既不困难也不容易|既不困難也不容易; "
        "有点容易|有點容易; 容易; 非常容易",
        "es": "muy difícil; difícil; algo difícil; neutral|ni fácil ni difícil; algo fácil; fácil; muy fácil",
        "de": "sehr schwierig|sehr schwer; schwierig|schwer; eher schwierig|eher schwer; "
        "neutral|weder noch|weder einfach noch schwierig; eher einfach|eher leicht; einfach|leicht; "
        "sehr einfach|sehr leicht",
        "fr": "très difficile; difficile; plutôt difficile; neutre|ni facile ni difficile; plutôt facile; facile; "
        "très facile",
    },
    "effort": {
        "en": "very low effort|very little effort|very low; low effort|little effort|low; ; "
        "moderate effort|moderate|neutral; ; high effort|a lot of effort|high; very high effort|very high",
        "nl": "zeer weinig moeite|heel weinig moeite; weinig moeite; ; gemiddeld|neutraal; ; veel moeite; "
        "zeer veel moeite|heel veel moeite",
        "ro": "efort foarte mic|foarte puțin efort; efort mic|puțin efort; ; efort moderat|neutru; ; "
        "efort mare|mult efort; efort foarte mare|foarte mult efort",
        "zh": "非常不费力|非常不費力; 不费力|不費力; ; 一般|中立; ; 费力|費力; 非常费力|非常費力",
        "es": "muy poco esfuerzo|esfuerzo muy bajo; poco esfuerzo|esfuerzo bajo; ; esfuerzo moderado|neutral; ; "
        "mucho esfuerzo|esfuerzo alto; muchísimo esfuerzo|esfuerzo muy alto",
        "de": "sehr geringer aufwand|sehr wenig aufwand; geringer aufwand|wenig aufwand; ; "
        "mittlerer aufwand|neutral; ; hoher aufwand|viel aufwand; sehr hoher aufwand|sehr viel aufwand",
        "fr": "très peu d'effort|très peu d'efforts|effort très faible; peu d'effort|peu d'efforts|effort faible; ; "
        "effort modéré|neutre; ; beaucoup d'effort|beaucoup d'efforts|effort élevé; "
        "énormément d'efforts|effort très élevé",
    },
    "satisfaction": {
        "en": "very dissatisfied|very unsatisfied|extremely dissatisfied|extremely unsatisfied|completely dissatisfied;"
        "dissatisfied|unsatisfied|moderately dissatisfied|mostly dissatisfied; somewhat dissatisfied|"
        "slightly dissatisfied|somewhat unsatisfied; neither satisfied nor dissatisfied|"
        "neither satisfied nor unsatisfied|neither|neutral; somewhat satisfied|slightly satisfied; "
        "satisfied|moderately satisfied|mostly satisfied; very satisfied|extremely satisfied|completely satisfied",
        "nl": "zeer ontevreden|heel ontevreden|uiterst ontevreden; ontevreden; enigszins ontevreden|"
        "een beetje ontevreden; neutraal|geen van beide|niet tevreden en niet ontevreden; enigszins tevreden|"
        "een beetje tevreden; tevreden; zeer tevreden|heel tevreden|uiterst tevreden",
        "ro": "foarte nemulțumit|foarte nemulțumită; nemulțumit|nemulțumită; oarecum nemulțumit|oarecum nemulțumită; "
        "neutru|nici mulțumit, nici nemulțumit; oarecum mulțumit|oarecum mulțumită; mulțumit|mulțumită; "
        "foarte mulțumit|foarte mulțumită",
        "zh": "非常不满意|非常不滿意; 不满意|不滿意; 有点不满意|有點不滿意; 中立|一般|普通; 有点满意|有點滿意; "
        "满意|滿意; 非常满意|非常滿意",
        "es": "muy insatisfecho|muy insatisfecha; insatisfecho|insatisfecha; algo insatisfecho|algo insatisfecha; "
        "neutral|ni satisfecho ni insatisfecho; algo satisfecho|algo satisfecha; satisfecho|satisfecha; "
        "muy satisfecho|muy satisfecha",
        "de": "sehr unzufrieden|äußerst unzufrieden; unzufrieden; eher unzufrieden|etwas unzufrieden; "
        "neutral|weder noch|weder zufrieden noch unzufrieden; eher zufrieden|etwas zufrieden; zufrieden; "
        "sehr zufrieden|äußerst zufrieden",
        "fr": "très insatisfait|très insatisfaite; insatisfait|insatisfaite; plutôt insatisfait|plutôt insatisfaite; "
        "neutre|ni satisfait ni insatisfait; plutôt satisfait|plutôt satisfaite; satisfait|satisfaite; "
        "très satisfait|très satisfaite",
    },
    "agreement": {
        "en": "strongly disagree|completely disagree|totally disagree; disagree|moderately disagree; "
        "somewhat disagree|slightly disagree; neither agree nor disagree|neither|neutral; "
        "somewhat agree|slightly agree; agree|moderately agree; strongly agree|completely agree|totally agree",
        "nl": "helemaal mee oneens|sterk mee oneens|zeer mee oneens|helemaal niet mee eens; "
        "niet mee eens|mee oneens|oneens; enigszins mee oneens|een beetje mee oneens; "
        "neutraal|geen van beide|niet mee eens en niet mee oneens; enigszins mee eens|een beetje mee eens; "
        "mee eens|eens; helemaal mee eens|sterk mee eens|zeer mee eens",
        "ro": "dezacord puternic|dezacord total; dezacord|nu sunt de acord; oarecum dezacord|parțial dezacord; "
        "neutru|nici de acord, nici dezacord|nici acord, nici dezacord; oarecum de acord|parțial de acord; "
        "de acord|acord; de acord cu tărie|total de acord|acord total",
        "zh": "强烈不同意|強烈不同意|非常不同意|完全不同意; 不同意; 有点不同意|有點不同意; 中立|一般|普通; "
        "有点同意|有點同意; 同意; 强烈同意|強烈同意|非常同意|完全同意",
        "es": "totalmente en desacuerdo|muy en desacuerdo; en desacuerdo; algo en desacuerdo; "
        "neutral|ni de acuerdo ni en desacuerdo; algo de acuerdo; de acuerdo; totalmente de acuerdo|muy de acuerdo",
        "de": "stimme gar nicht zu|stimme überhaupt nicht zu|trifft nicht zu|trifft überhaupt nicht zu; "
        "stimme nicht zu; stimme eher nicht zu|trifft eher nicht zu; neutral|weder noch|teils teils; "
        "stimme eher zu|trifft eher zu; stimme zu; stimme voll zu|stimme voll und ganz zu|trifft voll zu",
        "fr": "fortement en désaccord|pas du tout d'accord|tout à fait en désaccord; pas d'accord|en désaccord; "
        "plutôt pas d'accord|plutôt en désaccord; neutre|ni d'accord ni en désaccord|ni d'accord ni pas d'accord; "
        "plutôt d'accord; d'accord; tout à fait d'accord|fortement d'accord",
    },
    "likelihood": {
        "en": "not at all likely; ; ; ; ; ; extremely likely",
        "nl": "helemaal niet waarschijnlijk; ; ; ; ; ; uiterst waarschijnlijk",
        "ro": "deloc probabil; ; ; ; ; ; extrem de probabil",
        "zh": "完全不可能; ; ; ; ; ; 极有可能|極有可能",
        "es": "nada probable; ; ; ; ; ; extremadamente probable",
        "de": "überhaupt nicht wahrscheinlich; ; ; ; ; ; äußerst wahrscheinlich",
        "fr": "pas du tout probable; ; ; ; ; ; extrêmement probable",
    },
    "happiness": {
        "en": "unhappy|sad|frown; ; ; neutral; ; ; happy|smile",
        "nl": "ongelukkig|verdrietig; ; ; neutraal; ; ; blij|gelukkig",
        "ro": "nefericit|nefericită|trist|tristă; ; ; neutru; ; ; fericit|fericită",
        "zh": "不开心|不開心|不高兴|不高興; ; ; 中立|一般; ; ; 开心|開心|高兴|高興",
        "es": "triste|infeliz; ; ; neutral; ; ; feliz|contento|contenta",
        "de": "unglücklich|traurig; ; ; neutral; ; ; glücklich|fröhlich",
        "fr": "triste|mécontent|mécontente; ; ; neutre; ; ; content|contente|heureux|heureuse",
    },
    "quality": {
        "en": "bad; ; ; ; ; ; good",
        "nl": "slecht; ; ; ; ; ; goed",
        "ro": "rău|slab; ; ; ; ; ; bun|bine",
        "zh": "差|不好; ; ; ; ; ; 好",
        "es": "malo|mala|mal; ; ; ; ; ; bueno|buena|bien",
        "de": "schlecht; ; ; ; ; ; gut",
        "fr": "mauvais|mauvaise; ; ; ; ; ; bon|bonne",
    },
}

# Some vendors' translations give the top two points of a likelihood question one and the same label.
SHARED_TOP_LIKELIHOOD: Final = ("zeer waarschijnlijk", "foarte probabil", "非常有可能")

RECOMMENDATION_GROUPS: Final[Mapping[str, tuple[str, ...]]] = {
    "detractors": (
        "detractor", "detractors", "critici", "criticus", "kritiker", "détracteur", "détracteurs",
        "detractores", "detractori", "贬损者", "貶損者",
    ),
    "passives": (
        "passive", "passives", "passieven", "passief", "passif", "passifs", "pasivo", "pasivos", "pasivi", "中立者",
    ),
    "promoters": (
        "promoter", "promoters", "ambassadeurs", "ambassadeur", "promotoren", "promoteur", "promoteurs",
        "promotores", "promotori", "推荐者", "推薦者",
    ),
}  # fmt: skip

SYMBOLS: Final[Mapping[str, int]] = {
    **dict.fromkeys("☹🙁😞😠😡😢😟👎", -1),
    **dict.fromkeys("😐😑😶", 0),
    **dict.fromkeys("☺🙂😀😃😄😊😁👍", 1),
    **dict.fromkeys((":(", ":-("), -1),
    **dict.fromkeys((":|", ":-|"), 0),
    **dict.fromkeys((":)", ":-)"), 1),
}


def label_key(label: str) -> str:
    """Reduce a label to its letters and digits, without case and accents; one that has none, to its symbols.

    Examples
    --------
    >>> label_key("  Foarte UȘOR ") == label_key("foarte usor")
    True
    >>> label_key("非常 满意")
    '非常满意'
    """
    decomposed = unicodedata.normalize("NFKD", label).casefold()
    letters = "".join(c for c in decomposed if c.isalnum())
    return letters or "".join(c for c in decomposed if unicodedata.category(c)[0] in "PS")


def levels(concept: str) -> tuple[tuple[str, ...], ...]:
    """Return the labels of a concept in all languages: seven tuples of keys, from the low end to the high end."""
    found: list[list[str]] = [[] for _ in range(7)]
    for text in LEVELS[concept].values():
        for level, alternatives in zip(found, text.split(";"), strict=True):
            level += [label_key(a) for a in alternatives.split("|") if a.strip()]
    return tuple(tuple(level) for level in found)


def labels_on(concept: str, points: tuple[int, ...]) -> dict[str, tuple[int, ...]]:
    """Place the labels of a concept on the points of a scale, low end first.

    Parameters
    ----------
    concept
        A key of `LEVELS`.
    points
        The points in the order in which the concept rises. Two, three, five and seven points take all levels that
        they can tell apart; any other number takes the labels of the two ends.

    Returns
    -------
    dict
        From label key to the points that it fits.
    """
    first, *inner, last = levels(concept)
    low, high = points[0], points[-1]
    placed: dict[str, tuple[int, ...]] = dict.fromkeys(first, (low,)) | dict.fromkeys(last, (high,))
    positions = {3: (None, None, 1, None, None), 5: (1, 1, 2, 3, 3), 7: (1, 2, 3, 4, 5)}.get(len(points), ())
    for position, labels in zip(positions, inner, strict=False):
        if position is not None:
            placed |= dict.fromkeys(labels, (points[position],))
    return placed


def _general() -> frozenset[str]:
    middles = {key for concept in LEVELS for key in levels(concept)[3]}
    bare = {key for level in (1, 5) for key in levels("ease")[level]}
    quality = {key for level in levels("quality") for key in level}
    return frozenset({"low", "verylow", "high", "veryhigh", *middles, *bare, *quality})


GENERAL: Final = _general()
"""Keys of labels that are said of much else, such as a priority or a price: alone they do not tell what was asked."""
