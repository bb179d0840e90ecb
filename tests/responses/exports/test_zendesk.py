"""Zendesk: who was asked and did not answer is no dissatisfied customer, and who was not asked is neither."""

import pandas as pd
import pytest

from cxstats import read_export

SCORE = "Satisfaction Score"


@pytest.fixture
def survey(read_fixture):
    return read_fixture("zendesk")


def test_asked_and_not_answered(survey, cells, said_of):
    assert (survey.source.vendor, survey.source.read, len(survey.rejected)) == ("zendesk", 6, 0)
    assert cells(survey, SCORE) == ["Good", None, None, None, "Bad", None]
    assert survey.responses["unanswered"].tolist() == [False, True, False, False, False, True]
    assert said_of(survey, SCORE, "kind", "scale") == ("rating", "csat-good-bad")
    assert (
        "Offered (asked and not answered) and Not Offered (not asked) read as no answer in 4 cells"
        in survey.source.notes
    )


def test_the_share_of_the_asked_that_answered(survey):
    """Two answered of the four that were asked; two more were not asked."""
    answered, unanswered = survey.responses[SCORE].count(), survey.responses["unanswered"].sum()
    assert answered / (answered + unanswered) == 0.5


def test_roles_and_times(survey, cells, said_of):
    assert cells(survey, "Created at")[0] == pd.Timestamp("2026-03-14 09:05")
    assert said_of(survey, "Created at", "kind", "role", "time_zone") == (
        "administrative", "start", "? of the account",
    )  # fmt: skip
    roles = {"Id": "response id", "Requester id": "customer", "Solved at": "end", "Via": "channel", "Requester": ""}
    assert {name: said_of(survey, name, "role")[0] for name in roles} == roles
    assert cells(survey, "Requester id") == [9001, 9002, 9003, 9001, 9005, 9006]
    assert said_of(survey, "Resolution time", "text", "kind") == ("Resolution time in hours", "number")
    assert cells(survey, "Resolution time") == [24, 2, 1, None, 1, 1]
    assert cells(survey, "First reply time in minutes") == [13, 7, None, 95, 3, 3]
    # Low and High are words of an effort scale, too.
    assert said_of(survey, "Priority", "kind", "scale") == ("administrative", "")


def test_stars_through_a_spreadsheet(read_fixture, cells, said_of):
    survey = read_fixture("zendesk_stars")
    assert cells(survey, SCORE) == [5, None, 1, 4]
    assert said_of(survey, SCORE, "kind", "scale") == ("rating", "csat-5")
    assert survey.responses["unanswered"].tolist() == [False, True, False, False]
    assert cells(survey, "Created at")[:2] == [pd.Timestamp("2026-04-08 20:52"), pd.Timestamp("2026-04-24 19:32")]
    # Rounded by a spreadsheet, three requesters look like one.
    assert survey.columns_of("customer") == []
    assert any("'Requester id' was rounded by a spreadsheet" in note for note in survey.source.notes)


def test_ids_rounded_by_a_spreadsheet_reject_nothing(tmp_path):
    path = tmp_path / "export.csv"
    rows = ["Id,Group,Status,Created at,Satisfaction Score", *["1.03E+13,a,Solved,2026-03-14 09:05,Good"] * 3]
    path.write_text("\n".join(rows) + "\n")
    survey = read_export(path)
    assert (len(survey.responses), len(survey.rejected)) == (3, 0)
