"""Typeform, old and new: options named by themselves or behind slashes, recall tokens, who finished."""

import pandas as pd
import pytest


@pytest.fixture
def new(read_fixture):
    return read_fixture("typeform_new")


@pytest.fixture
def old(read_fixture):
    return read_fixture("typeform_old")


def test_who_finished(new, old):
    assert (new.source.vendor, new.source.read, len(new.responses)) == ("typeform", 4, 4)
    assert new.responses["partial"].tolist() == [False, False, True, True]
    assert (old.source.vendor, old.source.read, len(old.responses)) == ("typeform", 3, 3)
    assert old.responses["partial"].tolist() == [False, False, False]


def test_times_are_of_utc(new, cells, said_of):
    assert cells(new, "Submit Date (UTC)") == [
        pd.Timestamp("2026-03-14 09:06:10"), pd.Timestamp("2026-03-14 10:06"), None, None,
    ]  # fmt: skip
    assert said_of(new, "Start Date (UTC)", "kind", "role", "time_zone") == ("administrative", "start", "UTC")
    assert said_of(new, "#", "kind", "role") == ("administrative", "response id")
    assert said_of(new, "Response Type", "role") == ("status",)


def test_recall_tokens_are_not_shown_as_questions(new, cells, said_of):
    name = "{{field:0a1b2c3d-01}}, how likely are you to recommend us?"
    assert cells(new, name) == [9, 3, None, 10]
    assert said_of(new, name, "text", "kind", "scale") == ("…, how likely are you to recommend us?", "rating", "nps")
    assert "1 questions recall an earlier answer, shown as … in their text" in new.source.notes


def test_options_named_by_themselves(new, cells, said_of):
    assert cells(new, "The shop") == [True, False, None, True]
    assert cells(new, "The site") == [False, True, None, False]
    assert cells(new, "By phone") == [False, False, None, True]
    for option in ("The shop", "The site", "By phone"):
        assert said_of(new, option, "kind", "part_of", "part") == (
            "option", "which of The shop, The site, By phone", option,
        )  # fmt: skip
    assert cells(new, "Other") == [None, "the café", None, None]
    assert said_of(new, "Other", "kind") == ("text",)


def test_the_same_question_twice_and_apostrophes(new, cells):
    assert cells(new, "Was it easy?") == [1, 0, None, 1]
    assert cells(new, "Was it easy? (2)") == ["yes", "+31 6 now", None, "=1+1"]
    assert "column 9: name 'Was it easy?' read as 'Was it easy? (2)'" in new.source.notes


def test_options_behind_slashes(old, cells, said_of):
    used = "Which did you use?"
    assert cells(old, f"{used}: The shop") == [True, False, None]
    assert cells(old, f"{used}: The site") == [True, True, None]
    assert said_of(old, f"{used}: The site", "text", "kind", "part_of", "part") == (used, "option", used, "The site")
    assert cells(old, "What would you change?") == ["Nothing / none", None, "Your café"]
    assert said_of(old, "How satisfied are you?", "kind", "scale") == ("rating", "csat-5")
