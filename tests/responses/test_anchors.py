"""Anchors: what a question's words say of the ends of its scale, in several languages, and nothing when unclear."""

import pytest

from cxstats.responses.anchors import labels_against, read_anchors, sense_of
from cxstats.responses.scales import SCALES, Scale, named_scale


@pytest.mark.parametrize(
    ("text", "scale", "agrees"),
    [
        ("1 = very dissatisfied, 5 = very satisfied", "csat-5", True),
        ("1 (very easy) to 5 (very difficult)", "ces-ease-5", False),
        ("1 (very easy) to 5 (very difficult)", "ces-difficulty-5", True),
        ("from 1 - very easy to 5 - very difficult", "ces-ease-5", False),
        ("very easy (1) ... very difficult (5)", "ces-ease-5", False),
        ("very easy 1 2 3 4 5 very difficult", "ces-ease-5", False),
        ("0 not at all likely - 10 extremely likely", "nps", True),
        ("(1: heel moeilijk; 5: heel makkelijk)", "ces-ease-5", True),
        ("zeer makkelijk = 1 en zeer moeilijk = 5", "ces-ease-5", False),
        ("1 înseamnă foarte dificil și 5 foarte ușor", "ces-ease-5", True),
        ("1分=非常不满意，5分=非常满意", "csat-5", True),
        ("1 = strongly agree, 7 = strongly disagree", "ces-2.0", False),
        ("1 = very low effort, 5 = very high effort", "ces-1.0", True),
        ("1 = very satisfied, 5 = very dissatisfied", "ces-ease-5", False),
    ],
)
def test_reads_both_ends(text, scale, agrees):
    anchors = read_anchors(text, named_scale(scale))
    assert {anchor.sense for anchor in anchors} == {-1, 1}
    assert {anchor.agrees(named_scale(scale)) for anchor in anchors} == {agrees}
    assert all(anchor.words in text for anchor in anchors)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "How satisfied are you on a scale of 1 to 5?",
        "1: Easy to find? 5 stars",
        "1 = very easy",
        "1 = very easy, 2 = easy",
        "1 = low, 5 = high",
        "1 = very easy, 1 = very difficult, 5 = very easy",
        "1 = very difficult, 7 = very easy",
        "In the last 5 days 3 very satisfied customers",
        "1.5 very easy to 4.5 very difficult",
    ],
)
def test_nothing_when_unclear(text):
    assert read_anchors(text, named_scale("ces-ease-5")) == ()


def test_sense_of_labels():
    ease, agree = named_scale("ces-ease-5"), named_scale("ces-2.0")
    assert [sense_of(w, ease) for w in ("Very easy", "makkelijk", "foarte greu", "neutral", "low", "banana")] == [
        1,
        1,
        -1,
        0,
        0,
        0,
    ]
    assert (sense_of("strongly agree", ease), sense_of("strongly agree", agree)) == (0, 1)
    assert sense_of("very easy", named_scale("ces-difficulty-5")) == 1


def test_named_scales_do_not_contradict_themselves():
    assert {name for name, scale in SCALES.items() if labels_against(scale)} == set()
    wrong = Scale("own", range(1, 6), "high", labels={"very easy": 1, "very difficult": 5})
    assert labels_against(wrong) == ("veryeasy", "verydifficult")
    mixed = Scale("own", range(1, 6), "high", labels={"very easy": 1, "difficult": 2})
    assert labels_against(mixed) == ()
