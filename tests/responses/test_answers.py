"""Answers: every label met in real surveys finds its point, and what is unclear is set aside with its reason."""

import math
import unicodedata
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from cxstats import SCALES, Reading, Scale, named_scale, read_answer

# Labels met in real surveys, by language: low end, high end.
EASE = {
    "en": (["Very difficult"], ["Very easy"]),
    "nl": (["Heel moeilijk", "Zeer moeilijk"], ["Heel makkelijk", "Heel gemakkelijk", "Zeer gemakkelijk"]),
    "ro": (["Foarte dificil"], ["Foarte ușor"]),
    "zh-Hans": (["非常困难"], ["非常容易"]),
    "zh-Hant": (["非常困難"], ["非常容易"]),
    "es": (["Muy difícil"], ["Muy fácil"]),
    "de": (["Sehr schwierig"], ["Sehr einfach"]),
    "fr": (["Très difficile"], ["Très facile"]),
}
SATISFACTION = {
    "en": (["Very unsatisfied", "Extremely dissatisfied"], ["Very satisfied"]),
    "nl": (["Heel ontevreden", "Zeer ontevreden"], ["Heel tevreden", "Zeer tevreden", "Uiterst tevreden"]),
    "ro": (["Foarte nemulțumit"], ["Foarte mulțumit"]),
    "zh-Hans": (["非常不满意"], ["非常满意"]),
    "zh-Hant": (["非常不滿意"], ["非常滿意"]),
    "es": (["Muy insatisfecho"], ["Muy satisfecho"]),
    "de": (["Sehr unzufrieden"], ["Sehr zufrieden"]),
    "fr": (["Très insatisfait"], ["Très satisfait"]),
}
LIKELIHOOD = {
    "en": (["Not at all likely"], ["Extremely likely"]),
    "nl": (["Helemaal niet waarschijnlijk"], []),
    "ro": (["Deloc probabil"], []),
    "zh-Hans": (["完全不可能"], ["极有可能"]),
    "zh-Hant": (["完全不可能"], []),
    "es": (["Nada probable"], ["Extremadamente probable"]),
    "de": (["Überhaupt nicht wahrscheinlich"], ["Äußerst wahrscheinlich"]),
    "fr": (["Pas du tout probable"], ["Extrêmement probable"]),
}
# Vendors' translations with one label for both 9 and 10.
SHARED_TOP = {"nl": "Zeer waarschijnlijk", "ro": "Foarte probabil", "zh-Hant": "非常有可能"}
AGREEMENT = {
    "en": (["Strongly disagree"], ["Strongly agree"]),
    "nl": (["Sterk mee oneens", "Helemaal mee oneens"], ["Sterk mee eens", "Zeer mee eens"]),
    "ro": (["Dezacord puternic"], ["De acord cu tărie"]),
    "zh-Hans": (["强烈不同意", "非常不同意"], ["强烈同意", "非常同意"]),
    "zh-Hant": (["非常不同意"], ["非常同意"]),
    "es": (["Totalmente en desacuerdo"], ["Totalmente de acuerdo"]),
    "de": (["Stimme gar nicht zu", "trifft nicht zu"], ["Stimme voll zu", "trifft voll zu"]),
    "fr": (["Fortement en désaccord"], ["Tout à fait d'accord", "Tout à fait d’accord"]),
}
SKIPPED = ["Skipped", "Overgeslagen", "Sărit", "跳过", "已跳過", "Omitido", "Übersprungen", "Passé"]
SETS_OF_FIVE = {
    "ces-ease-5": ["Zeer moeilijk", "Moeilijk", "Geen van beide", "Gemakkelijk", "Zeer gemakkelijk"],
    "ces-agree-5": ["Helemaal mee oneens", "Niet mee eens", "Neutraal", "Mee eens", "Zeer mee eens"],
}
GROUPS = {
    "0-6": ["Critici", "Kritiker", "Détracteurs", "Detractores", "Detractori", "贬损者", "Detractors"],
    "7-8": ["Passieven", "Passive", "Passifs", "Pasivos", "Pasivi", "中立者", "Passives"],
    "9-10": ["Ambassadeurs", "Promotoren", "Promoteurs", "Promotores", "Promotori", "推荐者", "Promoters"],
}
ENDS = [
    (label, scale, end)
    for concept, scales in (
        (EASE, ("ces-ease-5", "ces-ease-10")),
        (SATISFACTION, ("csat-5", "csat-7", "csat-0-10")),
        (LIKELIHOOD, ("nps",)),
        (AGREEMENT, ("ces-2.0", "ces-agree-5")),
    )
    for ends in concept.values()
    for end, labels in zip((0, -1), ends, strict=True)
    for label in labels
    for scale in scales
]
LABELS = [(label, named_scale(scale).points[end], scale) for label, scale, end in ENDS]
LABELS += [(label, point, scale) for scale, of in SETS_OF_FIVE.items() for point, label in enumerate(of, start=1)]


def read(answer, scale="csat-5", **more):
    return read_answer(answer, named_scale(scale), **more)


def point(answer, scale="csat-5"):
    reading = read(answer, scale)
    assert (reading.point is None) == bool(reading.reason)
    return reading.point


def set_aside(answer, scale="csat-5"):
    """Give the reason of an answer that was given and has no point."""
    reading = read(answer, scale)
    assert reading.point is None
    assert not reading.missing
    return reading.reason


@pytest.mark.parametrize(("label", "expected", "scale"), LABELS)
def test_every_label_finds_its_point(label, expected, scale):
    assert point(label, scale) == expected


@pytest.mark.parametrize(("label", "expected"), [(each, p) for each, p, scale in LABELS if scale == "ces-ease-5"])
def test_ease_is_mirrored_where_the_scale_asks_for_difficulty(label, expected):
    assert point(label, "ces-difficulty-5") == 6 - expected


@pytest.mark.parametrize("label", SHARED_TOP.values(), ids=SHARED_TOP)
def test_a_label_shared_by_two_points_is_set_aside(label):
    assert set_aside(label, "nps") == f"{label!r} fits more than one point of nps (9-10)"


@pytest.mark.parametrize(("span", "label"), [(span, label) for span, labels in GROUPS.items() for label in labels])
def test_a_recommendation_group_is_known_and_set_aside(span, label):
    assert set_aside(label, "nps") == f"{label!r} fits more than one point of nps ({span})"


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize(
    "label", [*SKIPPED, "N/A", "(N/A)", "n.v.t.", "Not applicable", "不适用", "Niet van toepassing"]
)
def test_a_question_passed_over_has_no_answer(label, scale):
    reading = read(label, scale)
    assert (reading.point, reading.missing) == (None, True)
    assert reading.reason == "question skipped or not applicable"


@pytest.mark.parametrize(
    ("answer", "expected", "scale"),
    [
        ("非常 满意", 5, "csat-5"),
        (" 非 常 不 滿 意\u3000", 1, "csat-5"),
        ("极有可能 ", 10, "nps"),
        ("VERY SATISFIED", 5, "csat-5"),
        ("very  satisfied ", 5, "csat-5"),
        ("very\u00a0satisfied", 5, "csat-5"),
        ("Tres facile", 5, "ces-ease-5"),
        ("FOARTE USOR", 5, "ces-ease-5"),
        ("foarte uşor", 5, "ces-ease-5"),  # the cedilla that older keyboards write for the comma
        ("muy facil", 5, "ces-ease-5"),
        ("ausserst wahrscheinlich", 10, "nps"),
        ("Very satisfied.", 5, "csat-5"),
        ("\ufeffVery satisfied", 5, "csat-5"),
        ("Neither agree nor disagree", 4, "ces-2.0"),
        ("Somewhat agree", 5, "ces-2.0"),
        ("Agree", 6, "ces-2.0"),
        ("Agree", 4, "ces-agree-5"),
        ("good", 1, "csat-good-bad"),
        ("Bad", 0, "csat-good-bad"),
    ],
)
def test_case_accents_and_blanks_do_not_matter(answer, expected, scale):
    assert point(answer, scale) == expected


@pytest.mark.parametrize("label", ["Satisfied", "Somewhat satisfied", "Somewhat dissatisfied"])
def test_an_inner_label_that_a_scale_cannot_tell_apart_is_not_placed(label):
    assert set_aside(label, "csat-0-10") == f"{label!r} is not an answer on csat-0-10"


def test_somewhat_satisfied_has_a_point_on_seven_only():
    assert point("Somewhat satisfied", "csat-7") == 5
    assert set_aside("Somewhat satisfied", "csat-stars")


@pytest.mark.parametrize(
    "answer",
    [4, 4.0, "4", " 4 ", "4.0", "4,0", "4.00", "+4", "04", "'4", "４", "4️⃣", Decimal(4), Decimal("4.0"), Fraction(4),
     np.int8(4), np.uint64(4), np.float32(4), np.float64(4), np.str_("4"), "4/5", "4 / 5", "4 out of 5", "4 van 5",
     "4 von 5", "4 - Satisfied", "4 – satisfied", "4: Satisfied", "4. Satisfied", "4 (Satisfied)", "4=satisfied",
     "4 Satisfied", "4 Tevreden", "⭐⭐⭐⭐", "★★★★☆", "★ ★ ★ ★ ☆"],
)  # fmt: skip
def test_a_four_in_all_its_shapes(answer):
    assert point(answer) == 4


@pytest.mark.parametrize(
    ("answer", "scale", "reason"),
    [
        (6.5, "nps", "6.5 is not a point of nps (0-10)"),
        ("6.5", "nps", "6.5 is not a point of nps (0-10)"),
        ("6,5", "nps", "6,5 is not a point of nps (0-10)"),
        (Decimal("6.5"), "nps", "6.5 is not a point of nps (0-10)"),
        (11, "nps", "11 is not a point of nps (0-10)"),
        ("11", "csat-0-10", "11 is not a point of csat-0-10 (0-10)"),
        (0, "csat-5", "0 is not a point of csat-5 (1-5)"),
        (-1, "nps", "-1 is not a point of nps (0-10)"),
        ("so-so", "csat-5", "'so-so' is not an answer on csat-5"),
        ("Not sure", "csat-5", "'Not sure' is not an answer on csat-5"),
        (True, "csat-5", "True is not a point of csat-5 (1-5)"),
        (np.True_, "csat-good-bad", "True is not a point of csat-good-bad (0-1)"),
        (False, "nps", "False is not a point of nps (0-10)"),
        (math.inf, "nps", "'inf' is not an answer on nps"),
        (10**400, "nps", "'inf' is not an answer on nps"),
        ("2 - Satisfied", "csat-5", "number and label of '2 - Satisfied' disagree: 'Satisfied' is 4"),
        ("8 Zeer waarschijnlijk", "nps", "'8 Zeer waarschijnlijk' disagree: 'Zeer waarschijnlijk' is 9-10"),
        ("1 - Very satisfied", "csat-5", "number and label of '1 - Very satisfied' disagree"),
        ("4potatoes", "csat-5", "'potatoes' in '4potatoes' is not a label of csat-5"),
        ("5 May 2026", "csat-5", "'May 2026' in '5 May 2026' is not a label of csat-5"),
        ("1 (Excellent)", "csat-5", "disagree: 'Excellent)' is good, and 1 the worst of csat-5"),
        ("5 - Very easy", "ces-1.0", "disagree: 'Very easy' is good, and 5 the worst of ces-1.0"),
        ("12 - Superb", "nps", "12 is not a point of nps (0-10)"),
        ("4/10", "csat-5", "'4/10' is out of 10; csat-5 has 1-5"),
        ("4/5", "nps", "'4/5' is out of 5; nps has 0-10"),
        ("6/5", "csat-5", "6 is not a point of csat-5 (1-5)"),
        ("⭐⭐⭐⭐⭐⭐", "csat-stars", "6 is not a point of csat-stars (1-5)"),
        ("★★☆", "csat-stars", "'★★☆' shows 2 of 3 stars; csat-stars has 1-5"),
        ("☆☆☆☆☆", "csat-stars", "0 is not a point of csat-stars (1-5)"),
        ("🙂", "csat-5", "'🙂' is not an answer on csat-5"),
        ("?", "csat-5", "'?' is not an answer on csat-5"),
        ("3-4", "csat-5", "'4' in '3-4' is not a label of csat-5"),
    ],
)
def test_what_is_unclear_is_set_aside_with_its_reason(answer, scale, reason):
    assert reason in set_aside(answer, scale)


@pytest.mark.parametrize(
    ("answer", "expected", "scale"),
    [("10 - Very likely", 10, "nps"), ("0 - Not likely", 0, "nps"), ("1 (Poor)", 1, "csat-5"), ("5. Top", 5, "csat-5")],
)
def test_a_number_in_front_of_unknown_words_is_the_number(answer, expected, scale):
    assert point(answer, scale) == expected


@pytest.mark.parametrize(
    ("label", "reason"),
    [
        ("NULL", "no answer"),
        ("nan", "no answer"),
        ("(blank)", "no answer"),
        ("Blank", "no answer"),
        ("-", "no answer"),
        ("#N/A", "question skipped or not applicable"),
        ("Nu este cazul", "question skipped or not applicable"),
        ("Unfamiliar (N/A)", "question skipped or not applicable"),
        ("Weet ik niet", "don't know or no opinion"),
        ("9 = Don't know", "don't know or no opinion"),
        ("Keine Angabe", "answer refused"),
        ("不想回答", "answer refused"),
    ],
)
def test_words_that_are_no_answer(label, reason):
    assert read(label) == Reading(None, reason, missing=True)


def test_a_scale_of_your_own_may_have_a_point_for_no_opinion():
    own = Scale("own", (1, 2, 3), "high", labels={"against": 1, "No opinion": 2, "for": 3})
    assert [read_answer(answer, own).point for answer in ("No opinion", "2 - no opinion")] == [2, 2]


def test_a_number_may_settle_a_label_that_fits_two_points():
    assert point("9 - Zeer waarschijnlijk", "nps") == 9
    assert point("10 - Foarte probabil", "nps") == 10


@pytest.mark.parametrize(
    ("answer", "expected"), [("4 stars", 4), ("1 star", 1), ("5 Stars", 5), ("3 out of 5 stars", 3)]
)
def test_stars_in_words(answer, expected):
    assert point(answer, "csat-stars") == expected


@pytest.mark.parametrize("scale", ["ces-faces", "csat-faces"])
@pytest.mark.parametrize(
    ("answer", "expected"),
    [("☹", 1), ("☹️", 1), ("🙁", 1), (":(", 1), ("👎", 1), ("Unhappy", 1), ("😐", 2), (":-|", 2), ("neutral", 2),
     ("☺️", 3), ("🙂", 3), (":-)", 3), ("👍", 3), ("happy", 3), ("Blij", 3), ("fericită", 3), ("開心", 3), (2, 2)],
)  # fmt: skip
def test_faces(answer, expected, scale):
    assert point(answer, scale) == expected


def test_symbols_as_labels_of_your_own():
    thumbs = Scale("thumbs", (0, 1), "high", labels={"👎": 0, "👍": 1})
    assert [read_answer(answer, thumbs).point for answer in ("👎", " 👍 ", "👌")] == [0, 1, None]


@pytest.mark.parametrize(
    "answer",
    [None, math.nan, np.nan, np.float32("nan"), pd.NA, pd.NaT, np.datetime64("NaT", "s"), Decimal("NaN"),
     Decimal("sNaN"), "", "  ", "\u200b", "\t\n"],
)  # fmt: skip
def test_no_answer(answer):
    reading = read(answer)
    assert (reading.point, reading.reason, reading.missing) == (None, "no answer", True)


@pytest.mark.parametrize("code", [11, 11.0, "11", " 11", "11.0", "11,0", Decimal(11), np.int64(11), np.float64(11)])
@pytest.mark.parametrize("answer", [11, 11.0, "11", "11.0", " 11 ", Decimal(11), np.int16(11)])
def test_a_declared_code_means_no_answer_whatever_its_type(answer, code):
    reading = read(answer, "nps", missing=[code])
    assert (reading.point, reading.reason, reading.missing) == (None, "code 11 means no answer", True)


def test_a_declared_code_may_be_a_word_or_a_point_of_the_scale():
    assert read("Blank", missing=["Blank", 6]).missing
    assert read(5, missing=(5, 99)).missing
    assert read(4, missing=(5, 99)).point == 4


def test_a_single_code_in_text_is_not_taken_letter_by_letter():
    assert read(9, "nps", missing="99").point == 9
    assert read(99, "nps", missing="99").missing


def test_a_code_that_was_not_declared_is_set_aside():
    assert set_aside(99, "nps") == "99 is not a point of nps (0-10)"


ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.decimals(),
    st.fractions(),
    st.text(),
    st.text(alphabet="0123456789.,/-+ ()★☆⭐:'abcestr", max_size=12),
    st.binary(),
    st.dates(),
)


@given(ANYTHING, st.sampled_from(list(SCALES.values())), st.lists(ANYTHING, max_size=2))
@example("1/" + "1" * 5_000, named_scale("nps"), [])
@example("9" * 5_000, named_scale("nps"), [])
@example(10**5_000, named_scale("nps"), [])
@example("②", named_scale("csat-5"), [])
@example("½", named_scale("csat-5"), [])
@example("٣", named_scale("csat-5"), [])
def test_an_answer_has_a_point_or_a_reason_never_both_never_neither(answer, scale, missing):
    reading = read_answer(answer, scale, missing=missing)
    assert (reading.point is None) == bool(reading.reason)
    if reading.point is None:
        assert reading.reason.strip()
    else:
        assert type(reading.point) is int
        assert reading.point in scale.points
        assert not reading.missing


@given(st.sampled_from(list(SCALES.values())), st.data())
def test_a_point_is_read_as_itself_as_a_number_and_in_text(scale, data):
    expected = data.draw(st.sampled_from(scale.points))
    for answer in (expected, float(expected), str(expected), f" {expected}.0", f"{expected},00", np.int8(expected)):
        assert read_answer(answer, scale).point == expected


def without_accents(text):
    return "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))


CHANGES = [
    str.upper, str.lower, str.title, str.swapcase, str.casefold, without_accents,
    lambda text: unicodedata.normalize("NFD", text), lambda text: unicodedata.normalize("NFC", text),
    lambda text: f"  {text}\t", lambda text: text.replace(" ", "  "), lambda text: text.replace(" ", "\u00a0"),
    lambda text: f"{text}.",
]  # fmt: skip


@given(st.sampled_from(LABELS), st.lists(st.sampled_from(CHANGES), max_size=4), st.data())
def test_variations_of_a_label_never_change_its_point(case, changes, data):
    text, expected, scale = case
    for change in changes:
        text = change(text)
    for place in data.draw(st.lists(st.integers(0, len(text)), max_size=3)):
        text = text[:place] + " " + text[place:]
    assert point(text, scale) == expected
