"""Polarity of comments: clear words, negations, several languages, silence about the rest."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxstats.responses.polarity import polarity


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("Very easy, thanks!", "Not easy at all"),
        ("No problems whatsoever", "It wasn't very helpful"),
        ("It could not be easier", "Terribly slow but it never was good"),
        ("Solved quickly.", "It was not solved"),
        ("Heel makkelijk geregeld", "Niet makkelijk"),
        ("Geen enkel probleem, super snel", "Ik ben helemaal niet tevreden"),
        ("Snel, niet ingewikkeld", "Traag en ingewikkeld"),
        ("Foarte ușor și rapid", "Nu a fost ușor"),
        ("foarte usor", "FOARTE GREU"),
        ("没问题，很方便", "不方便"),
        ("很不错", "不太满意"),
        ("不难", "很難"),
        ("Schnell und einfach", "Das war nicht einfach"),
        ("C'était facile et rapide", "Ce n'est pas facile"),
        ("Muy fácil, sin problemas", "No fue fácil"),
    ],
)
def test_clear_comments(good, bad):
    assert (polarity(good), polarity(bad)) == (1, -1)


@pytest.mark.parametrize("text", ["", "on Monday", "good and bad", "差不多", "🙂", None, float("nan"), 5, "{}", "=1+1"])
def test_says_nothing(text):
    assert polarity(text) == 0


@given(st.text())
def test_any_text_is_read(text):
    assert polarity(text) in (-1, 0, 1)


def test_nu_is_now_in_dutch_and_not_in_romanian():
    assert polarity("het is nu makkelijk") == 1
    assert polarity("nu este ușor de găsit") == -1
