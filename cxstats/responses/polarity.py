"""Whether a comment is clearly positive or clearly negative, by short lists of words and by what negates them.

For comparing groups of comments, not for judging one: irony, and much else that people write, is out of its reach.

>>> [polarity(text) for text in ("Very easy, thank you", "niet makkelijk", "不方便", "took forever", "on Monday")]
[1, -1, -1, -1, 0]
"""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, Literal

Polarity = Literal[-1, 0, 1]

_REACH: Final = 3
"""A word is negated by one of the three words before it in the same part of the sentence."""


@dataclass(frozen=True, slots=True)
class Lexicon:
    """Words of one language, as `_plain` writes them.

    Attributes
    ----------
    good, bad
        Words that say so alone; they turn round when negated.
    fine_if_negated
        Words that say something only when negated, and then something good: "no problem", "could not be easier".
    negators
        Words that negate what follows.
    breaks
        Words that begin another part of the sentence: "but".
    common
        Frequent words by which the language is known.
    """

    good: frozenset[str]
    bad: frozenset[str]
    fine_if_negated: frozenset[str]
    negators: frozenset[str]
    breaks: frozenset[str]
    common: frozenset[str]

    def known(self, words: list[str]) -> int:
        """Count the words of a text that are of this language."""
        groups = (self.good, self.bad, self.fine_if_negated, self.negators, self.breaks, self.common)
        return sum(any(word in group for group in groups) for word in words)


def _plain(text: str) -> str:
    """Write a text in small letters without accents."""
    decomposed = unicodedata.normalize("NFKD", text.replace("’", "'")).casefold()
    return "".join(c for c in decomposed if not unicodedata.combining(c))


def _lexicon(*lists: str) -> Lexicon:
    return Lexicon(*(frozenset(_plain(words).split()) for words in lists))


_LEXICONS: Final[Mapping[str, Lexicon]] = MappingProxyType(
    {
        "en": _lexicon(
            "easy easily simple quick quickly fast good great excellent perfect friendly helpful happy satisfied "
            "pleased love loved nice smooth smoothly effortless convenient clear efficient kind polite "
            "professional amazing awesome wonderful fantastic outstanding brilliant solved resolved fixed "
            "recommend",
            "difficult hard complicated confusing slow slowly bad terrible horrible awful poor rude unhelpful "
            "dissatisfied unhappy disappointed disappointing frustrating frustrated annoying annoyed useless "
            "worst worse unacceptable unsolved unresolved broken cumbersome forever ages tedious waste impossible "
            "nobody unclear",
            "problem problems issue issues trouble hassle complaint complaints easier better faster simpler "
            "smoother",
            "not no never without hardly cannot don't doesn't didn't isn't wasn't weren't aren't can't couldn't "
            "won't wouldn't haven't hasn't nothing",
            "but however although though",
            "the and was is it i my to of very you for with had have this so that they",
        ),
        "nl": _lexicon(
            "makkelijk makkelijke gemakkelijk gemakkelijke eenvoudig eenvoudige simpel snel snelle goed goede "
            "prima uitstekend uitstekende perfect perfecte vriendelijk vriendelijke behulpzaam behulpzame "
            "tevreden blij fijn fijne prettig prettige duidelijk duidelijke handig handige aardig aardige "
            "geweldig geweldige top super soepel opgelost bedankt keurig vlot",
            "moeilijk moeilijke lastig lastige ingewikkeld ingewikkelde traag trage langzaam slecht slechte "
            "ontevreden teleurstellend teleurstellende teleurgesteld vervelend vervelende irritant frustrerend "
            "waardeloos onduidelijk onduidelijke onvriendelijk omslachtig belabberd vreselijk verschrikkelijk "
            "eindeloos onmogelijk niemand onacceptabel",
            "probleem problemen klacht klachten gedoe moeite makkelijker gemakkelijker beter sneller eenvoudiger",
            "niet geen nooit zonder niks niets nauwelijks",
            "maar echter hoewel",
            "de het een en ik was is van te heel zeer veel werd ben met voor mijn op dat die om erg ging",
        ),
        "ro": _lexicon(
            "ușor ușoară simplu simplă rapid rapidă repede bun bună bune excelent excelentă perfect perfectă "
            "amabil amabili amabilă politicos politicoși mulțumit mulțumită mulțumiți fericit clar clară eficient "
            "eficientă prompt promptă minunat minunată grozav super recomand rezolvat rezolvată",
            "greu grea dificil dificilă complicat complicată lent lentă încet prost proastă rău rea slab slabă "
            "groaznic oribil nemulțumit nemulțumită dezamăgit dezamăgită dezamăgitor dezamăgitoare enervant "
            "frustrant confuz neclar nepoliticos inacceptabil imposibil nimeni",
            "problemă probleme complicații",
            "nu n fără nici niciodată",
            "dar însă deși",
            "și a am de la foarte cu pe este un o s fost sunt mi că ce în m era prea",
        ),
        "de": _lexicon(
            "einfach einfache leicht schnell schnelle gut gute guter gutes super toll tolle hervorragend perfekt "
            "freundlich freundliche hilfsbereit hilfreich zufrieden glücklich klar bequem praktisch angenehm "
            "gelöst reibungslos unkompliziert problemlos danke",
            "schwierig schwer kompliziert umständlich langsam schlecht schlechte schlechter furchtbar schrecklich "
            "unfreundlich unzufrieden enttäuscht enttäuschend ärgerlich nervig frustrierend unklar unmöglich "
            "niemand katastrophe mühsam",
            "problem probleme beschwerde beschwerden einfacher besser schneller",
            "nicht kein keine keinen keiner nie ohne kaum nichts",
            "aber jedoch obwohl",
            "der die das und ich war ist es sehr mit zu ein eine den von wurde mein auf",
        ),
        "fr": _lexicon(
            "facile facilement simple rapide rapidement bon bonne bien excellent excellente parfait parfaite "
            "aimable agréable utile satisfait satisfaite content contente heureux clair claire pratique efficace "
            "génial super résolu merci",
            "difficile compliqué compliquée lent lente mauvais mauvaise nul nulle horrible terrible désagréable "
            "mécontent mécontente insatisfait insatisfaite déçu déçue décevant énervant frustrant impossible "
            "confus inadmissible pénible",
            "problème problèmes souci soucis",
            "pas jamais sans non aucun aucune ni",
            "mais cependant",
            "le la les et je c'est était est une de très pour avec ne n'est j'ai mon ce il que",
        ),
        "es": _lexicon(
            "fácil fácilmente sencillo sencilla simple rápido rápida rápidamente bueno buena buen bien excelente "
            "perfecto perfecta amable amables útil satisfecho satisfecha contento contenta feliz claro clara "
            "práctico cómodo eficiente genial gracias resuelto",
            "difícil complicado complicada lento lenta malo mala mal terrible horrible pésimo pésima grosero "
            "insatisfecho insatisfecha decepcionado decepcionada decepcionante molesto frustrante confuso "
            "imposible nadie inaceptable",
            "problema problemas queja quejas",
            "no nunca sin ni tampoco",
            "pero aunque",
            "el la los las y que de muy fue es un una con por para me mi en lo se",
        ),
    }
)  # fmt: skip

_CHINESE_GOOD: Final = (
    "容易 简单 簡單 方便 顺利 順利 很快 又快 快速 快捷 迅速 满意 滿意 清楚 清晰 友好 专业 "
    "專業 高效 轻松 輕鬆 很棒 太棒 优秀 優秀 很好 非常好 太好 挺好 真好 好用 不错 不錯 "
    "开心 開心 高兴 高興 热情 熱情 耐心 推荐 推薦 解决 解決 省力 没问题 沒問題"
)
_CHINESE_BAD: Final = (
    "困难 困難 复杂 複雜 麻烦 麻煩 慢 难 難 差 糟糕 失望 不便 不好 不行 投诉 投訴 费力 "
    "費力 繁琐 繁瑣 太久 好久 太长 太長 恶劣 惡劣 垃圾 生气 生氣 没有人 沒有人 没人 沒人"
)
_CHINESE_NEITHER: Final = "差不多 差点 差點 没有想象中 沒有想像中"
_SAYS: Final[tuple[tuple[Polarity, str], ...]] = ((1, _CHINESE_GOOD), (-1, _CHINESE_BAD), (0, _CHINESE_NEITHER))
_CHINESE: Final[Mapping[str, Polarity]] = {word: value for value, words in _SAYS for word in words.split()}
_CHINESE_WORDS: Final = re.compile("|".join(sorted(_CHINESE, key=len, reverse=True)))
_CHINESE_NEGATED: Final = re.compile(
    r"[不没沒未别別无無](?:有|是|太|够|夠|很|怎么|怎麼|能|算|会|會|那么|那麼|觉得|覺得|得到){0,2}$"
)

_CHINESE_LETTERS: Final = re.compile(r"[\u3400-\u9fff]")
_CLAUSES: Final = re.compile(r"[.,;:!?()\n，。；！？、…]+")
_WORDS: Final = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)?")


def polarity(comment: object) -> Polarity:
    """Say whether a comment is clearly positive (1), clearly negative (-1), or neither (0).

    English, Dutch, Romanian, Chinese, German, French and Spanish; the language is the one of which most words are
    known, and where two languages are as likely and disagree, the comment says nothing. What is not text says nothing.
    """
    if not isinstance(comment, str):
        return 0
    if _CHINESE_LETTERS.search(comment):
        return _sign(sum(_chinese(clause) for clause in _CLAUSES.split(comment)))
    clauses = [_WORDS.findall(clause) for clause in _CLAUSES.split(_plain(comment))]
    words = [word for clause in clauses for word in clause]
    known = {name: lexicon.known(words) for name, lexicon in _LEXICONS.items()}
    most = max(known.values())
    if not most:
        return 0
    found: set[Polarity] = {
        _sign(sum(_latin(clause, _LEXICONS[name]) for clause in clauses))
        for name, times in known.items()
        if times == most
    }
    return found.pop() if len(found) == 1 else 0


def _sign(total: int) -> Polarity:
    if total == 0:
        return 0
    if total > 0:
        return 1
    return -1


def _latin(clause: list[str], lexicon: Lexicon) -> int:
    """Add up the words of a part of a sentence, those that are negated turned round."""
    total, last_negator = 0, -_REACH - 1
    for place, word in enumerate(clause):
        if word in lexicon.breaks:
            last_negator = -_REACH - 1
        elif word in lexicon.negators:
            # Two negators near each other cancel; "nu ... nici" and "no ... nada" do not, and are rare in praise.
            last_negator = place
        else:
            negated = place - last_negator <= _REACH
            value = (word in lexicon.good) - (word in lexicon.bad)
            total += -value if negated else value
            total += int(negated and word in lexicon.fine_if_negated)
    return total


def _chinese(clause: str) -> int:
    """Add up the words of a part of a sentence, those right after a negation turned round."""
    total = start = 0
    for found in _CHINESE_WORDS.finditer(clause):
        value = _CHINESE[found[0]]
        total += -value if _CHINESE_NEGATED.search(clause[start : found.start()]) else value
        start = found.end()
    return total
