"""Inspection: kinds and scales are suggested on evidence only, and nothing personal is shown."""

import numpy as np
import pandas as pd
import pytest

from cxstats import inspect, named_scale, read_answer, read_export
from cxstats.responses.inspection import MOST_CHOICES
from cxstats.responses.likely import MOST_SCALES, best_scale, likely_scales, stated_labels

AGREEMENT = ["Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree"]


def questions(tmp_path, columns):
    """Inspect a table that was written as CSV."""
    pd.DataFrame(columns).to_csv(tmp_path / "made_up.csv", index=False)
    return {question.column: question for question in inspect(read_export(tmp_path / "made_up.csv"))}


def names(answers, words=""):
    return [scale.name for scale in likely_scales(pd.Series(answers).value_counts(), words)]


def test_kinds(tmp_path):
    n = 60
    found = questions(
        tmp_path,
        {
            "q1": np.resize(AGREEMENT, n),
            "channel": np.resize(["web", "phone", "chat"], n),
            "minutes": np.arange(n) / 7,
            "code": np.resize([1, 2, 3], n),
            "answered_at": pd.date_range("2026-01-05", periods=n).strftime("%Y-%m-%d"),
            "comment": [f"story {k} of a customer" for k in range(n)],
            "e-mail": [f"someone{k}@example.org" for k in range(n)],
            "nothing": np.repeat("", n),
            "vip": np.resize(["yes", "no"], n),
        },
    )
    assert {column: question.kind for column, question in found.items()} == {
        "q1": "rating",
        "channel": "choice",
        "minutes": "number",
        "code": "choice",
        "answered_at": "date",
        "comment": "text",
        "e-mail": "text",
        "nothing": "empty",
        "vip": "choice",
    }


def test_answers_are_counted_most_frequent_first(tmp_path):
    found = questions(tmp_path, {"channel": ["web"] * 3 + ["chat"] * 5 + [""] * 2, "n": range(10)})["channel"]
    assert found.answers == {"chat": 5, "web": 3}
    assert list(found.answers) == ["chat", "web"]
    assert (found.answered, found.distinct, found.text) == (8, 2, "channel")


def test_free_text_and_identifiers_show_no_values(tmp_path):
    n = 3 * MOST_CHOICES
    found = questions(
        tmp_path,
        {
            "comment": [f"my name is number {k}" for k in range(n)],
            "customer": [f"C{k:05d}" for k in range(n)],
            "phone": [f"06{k:08d}" for k in range(n)],
            "account": np.arange(n) + 7_000_000,
        },
    )
    for question in found.values():
        assert question.kind in ("text", "number")
        assert question.answered == question.distinct == n
        assert not question.answers
        assert not question.likely_scales


def test_a_few_comments_are_no_choices(tmp_path):
    found = questions(tmp_path, {"comment": ["fine", "slow site", "call me: Ann, 555", "ok now"]})["comment"]
    assert (found.kind, found.answers) == ("text", {})


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        (AGREEMENT, ["ces-agree-5", "ces-2.0"]),
        ([*AGREEMENT, "Somewhat agree"], ["ces-2.0", "ces-agree-5"]),  # on five points two labels would merge
        (["Strongly agree", "Somewhat agree", "Neither agree nor disagree"], ["ces-agree-5", "ces-2.0"]),
        (["Zeer tevreden", "Tevreden", "Ontevreden"], ["csat-5", "csat-7"]),
        (["Très facile", "Facile", "Difficile"], ["ces-ease-5", "ces-difficulty-5"]),
        (["⭐⭐", "⭐⭐⭐⭐⭐"], ["csat-stars"]),
        (["★★☆☆☆", "★★★★☆"], ["csat-stars"]),
        (["🙂", "😐", "☹"], ["ces-faces", "csat-faces"]),
        (["Not at all likely", "Extremely likely", "7", "8"], ["nps"]),
    ],
)
def test_labels_point_to_scales(answers, expected):
    found = likely_scales(pd.Series(answers * 3).value_counts(), "")
    assert [scale.name for scale in found] == expected
    assert {scale.evidence for scale in found} == {"labels"}
    assert {scale.share for scale in found} == {1.0}


@pytest.mark.parametrize(
    ("words", "answers", "first"),
    [
        ("nps", range(11), ["nps"]),
        ("How likely are you to recommend us?", range(11), ["nps"]),
        ("NETPRO", range(11), ["nps"]),
        ("csat", range(1, 8), ["csat-7"]),
        ("Hoe tevreden bent u?", range(11), ["csat-0-10"]),
        ("Wie zufrieden sind Sie?", range(1, 8), ["csat-7"]),
        ("CES_2026", range(1, 8), ["ces-2.0"]),
        ("您觉得容易吗", range(1, 8), ["ces-2.0"]),
    ],
)
def test_names_and_questions_point_to_scales(words, answers, first):
    assert names(list(answers), words)[: len(first)] == first


def test_numbers_cannot_tell_the_direction_so_both_are_listed():
    found = names([1, 2, 3, 4, 5], "how easy was it")
    assert {"ces-ease-5", "ces-difficulty-5"} <= set(found)
    assert {"ces-ease-10", "ces-effort-10"} <= set(names(range(1, 11), "effort"))


@pytest.mark.parametrize(
    "words",
    ["", "Q1", "steps", "preferences", "please rate", "Please select one", "processes", "disease", "increase", "snaps",
     "release", "success"],
)  # fmt: skip
@pytest.mark.parametrize("answers", [range(1, 6), range(1, 8), range(11), range(2)])
def test_numbers_without_a_hint_suggest_nothing(words, answers):
    assert names(list(answers), words) == []


def test_what_does_not_fit_is_not_suggested_whatever_the_name():
    assert names([1, 2, 3, 4, 40], "ces") == []
    assert names(["red", "green"], "satisfaction") == []
    assert names([], "nps") == []


def test_a_few_answers_may_fail_and_missing_ones_do_not_count():
    counts = pd.Series({"9": 60, "10": 37, "so-so": 3, "N/A": 300, "NULL": 200})
    (found,) = likely_scales(counts, "nps")
    assert (found.name, found.share, found.evidence) == ("nps", 0.97, "name or question")
    assert not likely_scales(pd.Series({"9": 60, "so-so": 4}), "nps")


def test_the_share_is_the_share_of_answers_that_can_be_placed(support):
    survey = read_export(support)
    assert [q.column for q in inspect(survey)] == list(survey.responses.columns)
    for question in inspect(survey):
        assert len(question.likely_scales) <= MOST_SCALES
        for likely in question.likely_scales:
            readings = [read_answer(a, named_scale(likely.name)) for a in survey.responses[question.column].dropna()]
            placed = [reading.point is not None for reading in readings if not reading.missing]
            assert likely.share == pytest.approx(np.mean(placed), abs=1e-12)


def test_the_sample_exports_find_their_scales(support, checkout):
    core = {"ces": "ces-2.0", "csat": "csat-5", "nps": "nps"}
    # Numbers alone do not say which way they point: the right scale of an ease item is one of several.
    items = ("ease_find", "ease_details", "ease_pay", "ease_delivery")
    for path, others in ((support, ()), (checkout, items)):
        found = {q.column: q for q in inspect(read_export(path))}
        assert {c: q.likely_scales[0].name for c, q in found.items() if c in core} == core
        assert all("ces-ease-5" in [scale.name for scale in found[item].likely_scales] for item in others)
        assert {c for c, q in found.items() if q.kind == "rating"} == {*core, *others}
    assert found["csat"].text.startswith("How satisfied are you with your order?")


def said_of(tmp_path, header, answers, times=20):
    """Write one column often enough and say what is found of it: kind, scale, evidence."""
    found = questions(tmp_path, {header: list(answers) * times, "row": range(len(answers) * times)})[header]
    return found.kind, found.scale, found.evidence


@pytest.mark.parametrize(
    ("header", "answers"),
    [
        ("Wertung", "①②③④⑤"),
        ("Wertung", ["1️⃣", "2️⃣", "3️⃣"]),
        ("temperature", ["+1", "+2", "+3"]),
        ("Priority", ["low", "moderate", "high", "very high"]),
        ("Price perception", ["Low", "High", "Very high"]),
        ("Segment", ["good", "bad"]),
        ("Sentiment", ["Neutral"]),
        ("Task difficulty", ["easy", "hard"]),
        ("Ticket complexity", ["Easy", "Neutral", "Difficult"]),
        ("Prioriteit", ["neutraal", "goed", "slecht"]),
    ],
)
def test_words_and_signs_said_of_anything_are_no_rating(tmp_path, header, answers):
    assert said_of(tmp_path, header, answers) == ("choice", "", "")


@pytest.mark.parametrize(
    ("header", "answers", "scale"),
    [
        ("How much effort was it?", ["Low", "Moderate", "High"], "ces-1.0"),
        ("Satisfaction", ["Good", "Bad"], "csat-good-bad"),
        ("How easy was it?", ["Easy", "Neutral", "Difficult"], "ces-ease-5"),
        ("Rating", ["⭐", "⭐⭐⭐", "⭐⭐⭐⭐⭐"], "csat-stars"),
        ("How satisfied are you?", ["★☆☆☆☆", "★★★★★"], "csat-stars"),
    ],
)
def test_a_hint_makes_them_one(tmp_path, header, answers, scale):
    assert said_of(tmp_path, header, answers) == ("rating", scale, "labels, 100% of the answers")


def test_opposite_directions_are_told_apart_by_words_alone(tmp_path):
    assert said_of(tmp_path, "How easy?", ["⭐", "⭐⭐", "⭐⭐⭐⭐⭐"])[2].startswith("unknown: say which of ces-")
    ends = ["Very easy", "2", "3", "4", "Very difficult"]
    assert said_of(tmp_path, "q", ends)[2].startswith("unknown: say which of ces-ease-5, ces-difficulty-5")
    assert said_of(tmp_path, "q", [ends[0], ends[4]])[1] == "ces-ease-5"
    assert said_of(tmp_path, "q", ["1 - Very easy", "2", "3", "5 - Very difficult"])[1] == "ces-difficulty-5"


@pytest.mark.parametrize(
    ("header", "answers", "why"),
    [
        ("How likely are you to recommend us?", range(1, 6), "no answer above 5: is it 0-10 (nps)?"),
        ("nps_group_count", range(4), "no answer above 3: is it 0-10 (nps)?"),
        ("Satisfaction", range(1, 4), "no answer above 3: is it 1-5 (csat-5)?"),
        ("Satisfaction", range(1, 5), "no answer above 4: is it 1-5 (csat-5)?"),
        ("Zufriedenheit (Schulnote)", range(1, 7), "no answer above 6: is it 1-7 (csat-7)?"),
        ("Recommend us? (1-10)", range(1, 11), "the question says 1-10, and nps runs 0-10"),
        ("Recommend us, van 1 t/m 10", range(1, 11), "the question says 1-10, and nps runs 0-10"),
    ],
)
def test_numbers_that_end_inside_a_scale_or_on_another_are_doubted(tmp_path, header, answers, why):
    assert said_of(tmp_path, header, answers) == ("rating", "", f"unknown: {why}")


@pytest.mark.parametrize(
    ("header", "answers", "scale"),
    [
        ("Satisfaction (1-5)", range(1, 4), "csat-5"),
        ("Tevreden? 0 tot en met 10", range(1, 6), "csat-0-10"),
        ("Zufrieden, 1 bis 7", range(1, 6), "csat-7"),
        ("nps", range(10), "nps"),  # of eleven points the last may stay empty
        ("csat", range(1, 6), "csat-5"),
    ],
)
def test_a_stated_range_overrules(tmp_path, header, answers, scale):
    assert said_of(tmp_path, header, answers)[1] == scale


def test_a_few_answers_cast_no_doubt(tmp_path):
    assert said_of(tmp_path, "csat", [1, 2, 3, 4], times=7)[1] == "csat-5"
    assert said_of(tmp_path, "csat", [1, 2, 3, 4], times=8)[1] == ""


@pytest.mark.parametrize(
    ("header", "scale"),
    [
        ("How easy was it? (1 = very difficult / 5 = very easy)", "ces-ease-5"),
        ("How easy was it? 1 = very easy, 5 = very difficult", "ces-difficulty-5"),
        ("Wie zufrieden? 1 = sehr unzufrieden ... 5 = sehr zufrieden", "csat-5"),
    ],
)
def test_ends_named_in_the_question_are_labels(tmp_path, header, scale):
    assert said_of(tmp_path, header, range(1, 6)) == ("rating", scale, "labels, 100% of the answers")


@pytest.mark.parametrize(
    ("header", "answers", "first"),
    [
        ("Satisfied? 1 = very satisfied, 5 = very dissatisfied", range(1, 6), "very satisfied"),
        ("Zufrieden? (1 = sehr zufrieden ... 5 = sehr unzufrieden)", range(1, 6), "sehr zufrieden"),
        ("Satisfaction", ["1 - Very satisfied", "2", "3", "4", "5 - Very dissatisfied"], "Very satisfied"),
    ],
)
def test_codes_turned_round_are_on_no_scale(tmp_path, header, answers, first):
    why = f"unknown: the labels are those of csat-5, with the codes turned round (1 = {first})"
    assert said_of(tmp_path, header, answers) == ("rating", "", why)


def test_a_few_answers_at_turned_ends_are_enough():
    counts = pd.Series({"2": 500, "3": 300, "4": 190, "1 - Very satisfied": 8, "5 - Very dissatisfied": 2})
    assert best_scale(likely_scales(counts, "csat")) == ("", "")
    assert stated_labels("In the last 5 days, 3 times") == {}


@pytest.mark.parametrize(
    ("header", "answers", "scale"),
    [
        ("NPS", ["10 - Very likely", *map(str, range(1, 10)), "0 - Not likely"], "nps"),
        ("How satisfied are you?", ["1 (Poor)", "2", "3", "4", "5 (Excellent)"], "csat-5"),
        ("csat", ["1", "5", "NULL", "nan", "#N/A", "-", "(blank)", "Weet ik niet", "不想回答"], "csat-5"),
    ],
)
def test_words_at_the_ends_and_no_answers_do_not_hide_a_rating(tmp_path, header, answers, scale):
    assert said_of(tmp_path, header, answers)[:2] == ("rating", scale)
