"""LimeSurvey: codes and questions in one header, Y or blank, and who never submitted."""

import pandas as pd
import pytest

from cxstats import read_export


@pytest.fixture
def survey(read_fixture):
    return read_fixture("limesurvey")


def test_records(survey):
    assert (survey.source.vendor, survey.source.read, len(survey.rejected)) == ("limesurvey", 4, 0)
    assert survey.responses["partial"].tolist() == [False, True, False, False]


def test_what_is_no_answer(survey, cells, said_of):
    assert cells(survey, "submitdate")[:2] == [pd.Timestamp("2026-03-14 09:06:10"), None]
    assert said_of(survey, "submitdate", "text", "kind", "role", "time_zone") == (
        "Date submitted", "administrative", "end", "? of the server",
    )  # fmt: skip
    roles = {
        "id": "response id", "startdate": "start", "startlanguage": "language", "token": "customer",
        "interviewtime": "duration", "seed": "", "lastpage": "", "Q1Time": "",
    }  # fmt: skip
    assert {name: said_of(survey, name, "role")[0] for name in roles} == roles
    assert {said_of(survey, name, "kind")[0] for name in roles} == {"administrative"}
    assert cells(survey, "interviewtime") == [70.5, 12.25, 120, 118.75]


def test_questions(survey, cells, said_of):
    assert cells(survey, "Q1") == [5, 4, 2, 5]
    assert said_of(survey, "Q1", "text", "kind", "part_of") == ("How easy was it to find a form?", "rating", "")
    assert said_of(survey, "Q4", "text", "kind") == ("Anything else? e.g. ideas; wishes", "text")
    assert cells(survey, "Q4") == ["More colours; fewer forms", None, None, None]


def test_options(survey, cells, said_of):
    assert cells(survey, "Q2[SQ001]") == [True, None, False, True]
    assert cells(survey, "Q2[SQ002]") == [False, None, True, True]
    assert said_of(survey, "Q2[SQ002]", "text", "kind", "part_of", "part") == (
        "Which did you use?", "option", "Which did you use?", "The site, or app",
    )  # fmt: skip
    assert cells(survey, "Q2[other]") == [None, None, "the café", None]
    assert said_of(survey, "Q2[other]", "kind", "part_of", "part") == ("text", "Which did you use?", "Other")


def test_items(survey, cells, said_of):
    assert cells(survey, "Q3[SQ001]") == [4, None, 5, 1]
    assert said_of(survey, "Q3[SQ001]", "kind", "part_of", "part", "scale") == (
        "rating", "How satisfied are you with each?", "The staff", "csat-5",
    )  # fmt: skip


def test_items_of_one_question_are_on_one_scale(survey, said_of):
    """Nobody gave the price more than 2; alone it would pass for three points."""
    assert said_of(survey, "Q3[SQ002]", "kind", "scale") == ("rating", "csat-5")


@pytest.mark.parametrize(("late", "kind"), [("Y", "option"), ("U", "choice")])
def test_options_are_told_by_all_records(tmp_path, cells, said_of, late, kind):
    path = tmp_path / "export.csv"
    rows = [f'"{k}","","1","{"YN"[k % 2]}","Y"' for k in range(150)]
    path.write_text(
        '"id","submitdate","lastpage","Q2[a]","Q2[b]"\n' + "\n".join([*rows, f'"150","","1","{late}","N"\n'])
    )
    survey = read_export(path)
    assert said_of(survey, "Q2[a]", "kind") == (kind,)
    assert cells(survey, "Q2[a]")[-2:] == ([False, True] if kind == "option" else ["N", "U"])


def test_codes_alone_and_a_survey_without_dates(tmp_path, cells):
    path = tmp_path / "export.csv"
    path.write_text(
        '"id","submitdate","lastpage","startlanguage","Q2[SQ001]","Q2[SQ002]"\n'
        '"1","1980-01-01 00:00:00","3","en","Y",""\n"2","","1","en","",""\n'
    )
    survey = read_export(path)
    assert survey.source.vendor == "limesurvey"
    assert cells(survey, "Q2[SQ002]") == [False, None]
    assert survey.questions.set_index("column").loc["Q2[SQ001]", ["part_of", "part"]].tolist() == ["Q2", "SQ001"]
    assert survey.responses["partial"].tolist() == [False, True]
    assert any("keeps no dates" in note for note in survey.source.notes)


def test_brackets_in_a_question_and_items_of_two_scales(tmp_path, said_of):
    path = tmp_path / "export.csv"
    names = [f'"Q5[SQ001][{k}]. How [well] is it? [The shop][Scale {k}]"' for k in (1, 2)]
    path.write_text(f'"id","submitdate","lastpage",{",".join(names)}\n"1","","1","4","2"\n"2","","1","5","1"\n')
    survey = read_export(path)
    assert said_of(survey, "Q5[SQ001][2]", "text", "part_of", "part") == (
        "How [well] is it?", "How [well] is it?", "The shop, Scale 2",
    )  # fmt: skip
