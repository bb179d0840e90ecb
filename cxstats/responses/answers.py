"""From a raw answer to a scale point, or to the reason why there is none.

An answer may be a number, a number in text, a label in one of seven languages, stars or a face. What is unclear is
set aside with its reason and never guessed: a number between two points, a label that fits two points, a number and a
label that disagree. A number in front of words that are unknown is the number. Who says not to know gave no answer.

>>> from cxstats.responses.scales import named_scale
>>> read_answer("Somewhat agree", named_scale("ces-2.0")).point
5
>>> read_answer(6.5, named_scale("nps")).reason
'6.5 is not a point of nps (0-10)'
"""

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from numbers import Real
from typing import Any, Final, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.anchors import sense_of
from cxstats.responses.labels import label_key
from cxstats.responses.no_answers import REASONS, kind_of_no_answer
from cxstats.responses.polarity import polarity
from cxstats.responses.quoting import quoted, without_addresses
from cxstats.responses.scales import Scale, faces, points_text


@dataclass(frozen=True, slots=True)
class Reading:
    """What one raw answer means on a scale.

    Attributes
    ----------
    point
        The scale point, or None.
    reason
        Why there is no point; empty where there is one.
    missing
        Whether the customer gave no answer, as opposed to one that could not be placed.
    contradicts
        Whether the answer is set aside since its number and its words disagree.
    """

    point: int | None
    reason: str = ""
    missing: bool = False
    contradicts: bool = field(default=False, repr=False)


NO_ANSWER: Final = Reading(None, "no answer", missing=True)
_NUMBER: Final = re.compile(r"[+-]?\d+(?:[.,]\d+)?")
_NUMBER_AND_LABEL: Final = re.compile(r"(\d+(?:[.,]\d+)?)\s*[-–—:.=)(]*\s*(\S.*)")
_APART: Final = re.compile(r"\d(?:[.,]\d+)?(?:\s|[-–—:.=)(])")
_DIGIT: Final = re.compile(r"\d")
_OUT_OF: Final = re.compile(r"(\d+)\s*(?:/|out of|von|sur|van|de|din)\s*(\d+)(?:\s*stars?)?", re.IGNORECASE)
_STARS_IN_WORDS: Final = re.compile(r"(\d+)\s*stars?", re.IGNORECASE)
_FULL_STARS: Final = "★⭐🌟"
_EMPTY_STARS: Final = "☆✩"
_INVISIBLE: Final = dict.fromkeys(map(ord, "\ufe0e\ufe0f\u200b\u200d\u20e3\ufeff'"))


def missing_codes(missing: object) -> tuple[object, ...]:
    """Return the codes that mean "no answer"; a single one, text or number, is one code."""
    if isinstance(missing, str) or not isinstance(missing, Iterable):
        return (missing,)
    return tuple(cast("Iterable[object]", missing))


def holds_code(values: "pd.Series[Any]", *, missing: object) -> NDArray[np.bool_]:
    """Say which values of a column are a code for "no answer"; shape (N,).

    >>> holds_code(pd.Series([3, -99, 5]), missing="-99.0")
    array([False,  True, False])
    """
    codes = {_plain_text(code) for code in missing_codes(missing)}
    if not codes:
        return np.zeros(len(values), dtype=np.bool_)
    return np.array([_plain_text(None if pd.isna(v) else v) in codes for v in values.tolist()], dtype=np.bool_)


def read_answer(answer: object, scale: Scale, *, missing: object = ()) -> Reading:
    """Place one raw answer on a scale.

    Parameters
    ----------
    answer
        A number, text, None or NaN.
    scale
        The scale of the question.
    missing
        Code or codes that mean "no answer" in this export: ``(11, 99)``. ``11``, ``11.0`` and ``"11"`` are the same.

    Returns
    -------
    Reading
        With a point, or with a reason; never both.

    Examples
    --------
    >>> from cxstats.responses.scales import named_scale
    >>> read_answer("⭐⭐⭐⭐☆", named_scale("csat-stars")).point
    4
    >>> read_answer("Zeer waarschijnlijk", named_scale("nps")).reason
    "'Zeer waarschijnlijk' fits more than one point of nps (9-10)"
    >>> read_answer(11, named_scale("nps"), missing=[11])
    Reading(point=None, reason='code 11 means no answer', missing=True)
    """
    text = _plain_text(answer)
    if text is None:
        return NO_ANSWER
    if text in {_plain_text(code) for code in missing_codes(missing)}:
        return Reading(None, f"code {text} means no answer", missing=True)
    if isinstance(answer, bool | np.bool_):
        return Reading(None, f"{answer} is not a point of {scale.name} ({scale.span})")
    if _NUMBER.fullmatch(text):
        return _read_number(text, scale)
    return _read_words(text, scale)


def words_beside(answer: object) -> tuple[str, str]:
    """Return the number of an answer and the words behind it, either empty where there is none.

    >>> words_beside("4 - Satisfied"), words_beside("+2"), words_beside("Satisfied")
    (('4', 'Satisfied'), ('+2', ''), ('', 'Satisfied'))
    """
    text = _plain_text(answer) or ""
    if _NUMBER.fullmatch(text):
        return text, ""
    match = _NUMBER_AND_LABEL.fullmatch(text)
    return (match[1], match[2]) if match else ("", text)


def _plain_text(answer: object) -> str | None:
    """Return an answer as text in one normal form, or None where there is no answer."""
    if answer is None:
        return None
    if not isinstance(answer, bool) and isinstance(answer, Real | Decimal):
        return _number_text(answer)
    text = unicodedata.normalize("NFKC", str(answer)).translate(_INVISIBLE)
    text = " ".join(text.split())
    if text in ("", "<NA>", "NaT"):
        return None
    whole = re.fullmatch(r"(?a:([+-]?\d+))[.,]0+", text)
    return whole[1] if whole else text


def _number_text(answer: Real | Decimal) -> str | None:
    try:
        value = float(answer)
    except ValueError:  # a signalling NaN
        return None
    except OverflowError:
        return "inf"
    if math.isnan(value):
        return None
    return str(int(value)) if value.is_integer() else str(value)


def _read_number(text: str, scale: Scale) -> Reading:
    value = float(text.replace(",", "."))
    if value in scale.points:
        return Reading(int(value))
    return Reading(None, f"{without_addresses(text)} is not a point of {scale.name} ({scale.span})")


def _read_words(text: str, scale: Scale) -> Reading:
    known = (_read_symbols, _read_label, _read_out_of, _read_number_and_label)
    for attempt in (*known, _read_no_answer, _read_number_and_words):
        reading = attempt(text, scale)
        if reading is not None:
            return reading
    return Reading(None, f"{quoted(text)} is not an answer on {scale.name}")


def _read_symbols(text: str, scale: Scale) -> Reading | None:
    symbols = faces(scale)
    if text in symbols:
        return Reading(symbols[text])
    packed = text.replace(" ", "")
    full, empty = (sum(packed.count(star) for star in stars) for stars in (_FULL_STARS, _EMPTY_STARS))
    if not full + empty or full + empty != len(packed):
        return None
    if scale.points[0] not in (0, 1) or (empty and full + empty != scale.points[-1]):
        return Reading(None, f"{quoted(text)} shows {full} of {full + empty} stars; {scale.name} has {scale.span}")
    return _read_number(str(full), scale)


def _read_label(text: str, scale: Scale) -> Reading | None:
    fits = _points_of_label(text, scale)
    if not fits:
        return None
    if len(fits) == 1:
        return Reading(fits[0])
    return Reading(None, f"{quoted(text)} fits more than one point of {scale.name} ({points_text(fits)})")


def _read_out_of(text: str, scale: Scale) -> Reading | None:
    stars = _STARS_IN_WORDS.fullmatch(text) if scale.name == "csat-stars" else None
    if stars:
        return _read_number(stars[1], scale)
    match = _OUT_OF.fullmatch(text)
    if not match:
        return None
    if float(match[2]) != scale.points[-1]:
        return Reading(None, f"{quoted(text)} is out of {match[2]}; {scale.name} has {scale.span}")
    return _read_number(match[1], scale)


def _read_number_and_label(text: str, scale: Scale) -> Reading | None:
    match = _NUMBER_AND_LABEL.fullmatch(text)
    fits = _points_of_label(match[2], scale) if match else ()
    if not match or not fits:
        return None
    number = _read_number(match[1], scale)
    if number.point in fits:
        return number
    reason = f"number and label of {quoted(text)} disagree: {quoted(match[2])} is {points_text(fits)}"
    return Reading(None, reason, contradicts=True)


def _read_no_answer(text: str, scale: Scale) -> Reading | None:  # noqa: ARG001
    kind = kind_of_no_answer(text)
    return Reading(None, REASONS[kind], missing=True) if kind else None


def _read_number_and_words(text: str, scale: Scale) -> Reading | None:
    """Read the number in front of words that the scale does not know; at its ends they must not say the opposite."""
    match = _NUMBER_AND_LABEL.fullmatch(text)
    if not match:
        return None
    number, words = _read_number(match[1], scale), match[2]
    if not _APART.match(text, match.end(1) - 1) or not words[0].isalpha() or _DIGIT.search(words):
        return Reading(None, f"{quoted(words)} in {quoted(text)} is not a label of {scale.name}")
    ends = {scale.best: 1, scale.worst: -1}
    sense = sense_of(words, scale) or polarity(words)
    if number.point in ends and sense == -ends[number.point]:
        says, end = ("good", "worst") if sense > 0 else ("bad", "best")
        told = f"{quoted(words)} is {says}, and {match[1]} the {end} of {scale.name}"
        reason = f"number and words of {quoted(text)} disagree: {told}"
        return Reading(None, reason, contradicts=True)
    return number


def _points_of_label(text: str, scale: Scale) -> tuple[int, ...]:
    fits = scale.labels.get(label_key(text), ())
    return (fits,) if isinstance(fits, int) else tuple(fits)
