"""Alchemer: complete, partial and disqualified; options in columns and in one cell; what was written beside them."""

import pandas as pd
import pytest


@pytest.fixture
def survey(read_fixture):
    return read_fixture("alchemer")


def test_records(survey):
    assert (survey.source.vendor, survey.source.read) == ("alchemer", 5)
    assert survey.rejected.to_dict("list") == {"record": [3], "reason": ["disqualified by the survey"]}
    assert survey.responses["partial"].tolist() == [False, True, False, False]


def test_what_is_no_answer(survey, cells, said_of):
    assert cells(survey, "Date Submitted") == [
        pd.Timestamp("2026-03-14 09:09:30"), None, pd.Timestamp("2026-03-15 09:07"), pd.Timestamp("2026-03-15 12:09"),
    ]  # fmt: skip
    assert said_of(survey, "Time Started", "kind", "role", "time_zone") == (
        "administrative", "start", "? of the account",
    )  # fmt: skip
    roles = {"Response ID": "response id", "Status": "status", "Contact ID": "customer", "Language": "language"}
    assert {name: said_of(survey, name, "role")[0] for name in roles} == roles


def test_a_colon_alone_does_not_make_a_part(survey, said_of):
    name = "How satisfied are you: overall?"
    assert said_of(survey, name, "text", "kind", "part_of", "scale") == (name, "rating", "", "csat-5")


def test_options_in_one_cell(survey, cells, said_of):
    used = "Which did you use?"
    assert cells(survey, f"{used}: phone") == [True, True, False, None]
    assert cells(survey, f"{used}: e-mail") == [True, False, True, None]
    assert cells(survey, f"{used}: Other - Write In") == [False, False, True, None]
    assert said_of(survey, f"{used}: phone", "text", "kind", "part_of", "part") == (used, "option", used, "phone")
    assert cells(survey, f"Other - Write In:{used}") == [None, None, "the kiosk", None]
    assert said_of(survey, f"Other - Write In:{used}", "kind", "part_of") == ("text", used)


def test_options_in_columns(survey, cells, said_of):
    looked = "Where did you look?"
    assert cells(survey, f"The shop:{looked}") == [True, None, True, None]
    assert cells(survey, f"The site:{looked}") == [False, None, True, None]
    assert said_of(survey, f"The site:{looked}", "text", "kind", "part") == (looked, "option", "The site")
    written = f"Other - Write In (Required):{looked}"
    assert cells(survey, written) == [None, None, "a café", None]
    assert said_of(survey, written, "kind", "part_of") == ("text", looked)


def test_texts_are_not_taken_apart(survey, cells, said_of):
    assert cells(survey, "Reason #2:Why did you come?") == ["to look; then to buy", None, None, None]
    assert said_of(survey, "Reason #2:Why did you come?", "kind", "part_of", "part") == (
        "text", "Why did you come?", "Reason #2",
    )  # fmt: skip
    assert cells(survey, "What went wrong?") == [None, "late", "rude; very", None]


def test_dates_with_names_of_months(tmp_path, cells):
    from cxstats import read_export

    path = tmp_path / "export.csv"
    path.write_text(
        'Time Started,Date Submitted,Status,Easy?\n"Jan 5, 2026 11:58:16 pm","Jan 6, 2026 12:01:00 am",Complete,4\n'
    )
    survey = read_export(path)
    assert cells(survey, "Time Started") == [pd.Timestamp("2026-01-05 23:58:16")]
    assert cells(survey, "Date Submitted") == [pd.Timestamp("2026-01-06 00:01")]
