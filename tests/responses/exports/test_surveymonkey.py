"""SurveyMonkey, labels and numbers: questions over their columns, options, items, ranks and what was written."""

import pandas as pd
import pytest

from cxstats import read_export

USED = "Which of these did you use? Select all that apply."
EACH = "Please say how satisfied you were with each, or that you do not know it."


@pytest.fixture
def labels(read_fixture):
    return read_fixture("surveymonkey_labels")


@pytest.fixture
def numbers(read_fixture):
    return read_fixture("surveymonkey_numbers")


def test_records(labels):
    assert (labels.source.vendor, labels.source.read) == ("surveymonkey", 5)
    assert labels.responses.index.tolist() == [1, 2, 3, 4]
    assert labels.rejected.to_dict("list") == {"record": [5], "reason": ["duplicate response id"]}


def test_what_is_no_answer(labels, cells, said_of):
    assert cells(labels, "Respondent ID") == [118000000001, 118000000002, 118000000003, 118000000004]
    assert cells(labels, "Start Date")[:3] == [
        pd.Timestamp("2026-03-14 09:05"), pd.Timestamp("2026-03-14 13:05"), pd.Timestamp("2026-03-15 00:00"),
    ]  # fmt: skip
    assert said_of(labels, "Respondent ID", "kind", "role") == ("administrative", "response id")
    assert said_of(labels, "End Date", "kind", "role", "time_zone") == ("administrative", "end", "? of the account")
    assert said_of(labels, "Custom Data 1", "kind") == ("administrative",)
    assert labels.source.notes == (
        "times are of the time zone of the SurveyMonkey account, which the export does not say",
    )


def test_options_of_one_question_stay_together(labels, cells, said_of):
    names = [f"{USED}: {option}" for option in ("The shop", "The site, or app", "By phone")]
    assert [cells(labels, name) for name in names] == [
        [True, False, None, True], [False, True, None, True], [True, False, None, False],
    ]  # fmt: skip
    for name in names:
        assert said_of(labels, name, "text", "kind", "part_of") == (USED, "option", USED)
    assert said_of(labels, names[1], "part") == ("The site, or app",)
    other = f"{USED}: Other (please specify)"
    assert cells(labels, other) == [None, "the kiosk", None, None]
    assert said_of(labels, other, "kind", "part_of") == ("text", USED)


def test_items_of_one_question_stay_together(labels, cells, said_of):
    assert cells(labels, f"{EACH}: Delivery") == ["Very satisfied", "Satisfied", None, "Dissatisfied"]
    assert said_of(labels, f"{EACH}: Delivery", "text", "kind", "part_of", "part", "scale") == (
        EACH, "rating", EACH, "Delivery", "csat-5",
    )  # fmt: skip
    # An answer of its own, and no point of the scale.
    assert cells(labels, f"{EACH}: Packaging")[0] == "Unfamiliar (N/A)"


def test_a_question_with_one_column_has_its_own_name(labels, cells, said_of):
    easy = "How easy was it to return your parcel?"
    assert cells(labels, easy) == ["Very easy", "Difficult", "Easy", "Very easy"]
    assert said_of(labels, easy, "text", "kind", "part_of", "scale") == (easy, "rating", "", "ces-ease-5")
    assert cells(labels, "What should we change?") == ["Nothing, thanks", None, None, "More colours"]
    heard = "Where did you hear of us?"
    assert cells(labels, heard) == ["A friend", None, "A friend", "Advertising"]
    assert cells(labels, f"{heard}: Other (please specify)") == [None, "on a café's wall", None, None]


def test_options_as_their_place(numbers, cells, said_of):
    used = "Which of these did you use?"
    assert cells(numbers, f"{used}: The shop") == [True, False, None, True]
    assert cells(numbers, f"{used}: The site") == [False, True, None, True]
    assert cells(numbers, f"{used}: By phone") == [True, False, None, True]
    assert said_of(numbers, f"{used}: By phone", "kind", "part_of", "labels") == ("option", used, "3 = By phone")


def test_ranks_are_no_options(numbers, cells, said_of):
    rank = "Rank what matters to you."
    assert [cells(numbers, f"{rank}: {part}") for part in ("Price", "Speed", "Advice")] == [
        [1, 3, 2, None], [2, 1, 1, None], [3, 2, 3, None],
    ]  # fmt: skip
    assert said_of(numbers, f"{rank}: Price", "kind", "part_of", "part") == ("number", rank, "Price")


def test_days_before_months(numbers, cells):
    assert cells(numbers, "StartDate")[0] == pd.Timestamp("2026-03-14 09:05")


def read_question(tmp_path, parts, records):
    path = tmp_path / "export.csv"
    rows = [f"Respondent ID,Which?{',' * (len(parts) - 1)}", f",{','.join(parts)}"]
    rows += [f"{k},{record}" for k, record in enumerate(records, start=1)]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    survey = read_export(path)
    assert survey.source.vendor == "surveymonkey"
    return survey


def test_what_was_written_in_another_language(tmp_path, cells, said_of):
    survey = read_question(
        tmp_path, ["Winkel", "Site", "Anders (geef aan)"], ["Winkel,,", ",Site,de kiosk", "Winkel,Site,", ",,"]
    )
    assert cells(survey, "Which?: Winkel") == [True, False, True, None]
    assert said_of(survey, "Which?: Site", "kind") == ("option",)
    assert cells(survey, "Which?: Anders (geef aan)") == [None, "de kiosk", None, None]
    assert said_of(survey, "Which?: Anders (geef aan)", "kind", "part_of") == ("text", "Which?")


def test_other_may_be_an_option(tmp_path, cells, said_of):
    survey = read_question(tmp_path, ["Shop", "Site", "Other"], ["Shop,,", ",Site,Other", ",,Other"])
    assert cells(survey, "Which?: Other") == [False, True, True]
    assert said_of(survey, "Which?: Other", "kind") == ("option",)


def test_ratings_of_which_one_column_stands_out_stay_ratings(tmp_path, cells, said_of):
    survey = read_question(tmp_path, ["Shop", "Site", "Staff"], ["1,2,4", "1,2,5", "1,2,3"])
    assert [cells(survey, f"Which?: {part}") for part in ("Shop", "Site", "Staff")] == [
        [1, 1, 1], [2, 2, 2], [4, 5, 3],
    ]  # fmt: skip
    assert said_of(survey, "Which?: Staff", "kind") == ("number",)


def test_ranks_that_all_agree_are_no_options(tmp_path, cells):
    survey = read_question(tmp_path, ["Shop", "Site", "Staff"], ["1,2,3", "1,2,3", ",,"])
    assert cells(survey, "Which?: Staff") == [3, 3, None]


def test_what_was_written_beside_a_single_choice(tmp_path, cells, said_of):
    survey = read_question(tmp_path, ["Response", "Anders"], ["Shop,", ",kiosk", ",kiosk", ",kiosk"])
    assert cells(survey, "Which?") == ["Shop", None, None, None]
    assert said_of(survey, "Which?: Anders", "kind") == ("text",)


@pytest.mark.parametrize("first", [0, 150], ids=["few rows", "nothing to see in the first hundred"])
def test_options_as_their_place_are_told_by_all_records(tmp_path, cells, said_of, first):
    survey = read_question(tmp_path, ["Shop", "Site", "Phone"], [*[",,"] * first, "1,,3", ",2,", "1,2,3"])
    assert cells(survey, "Which?: Phone")[first:] == [True, False, True]
    assert said_of(survey, "Which?: Phone", "kind", "part", "labels") == ("option", "Phone", "3 = Phone")


def test_ranks_that_look_like_places_in_the_first_hundred_records(tmp_path, cells, said_of):
    """Half-ranked as 1, 2, - for long; then somebody likes the second best."""
    survey = read_question(tmp_path, ["Shop", "Site", "Phone"], [*["1,2,"] * 150, "2,1,3"])
    assert cells(survey, "Which?: Shop")[-2:] == [1, 2]
    assert said_of(survey, "Which?: Shop", "kind", "labels") == ("choice", "")


def test_what_was_written_late(tmp_path, cells, said_of):
    survey = read_question(tmp_path, ["Winkel", "Site", "Anders"], [*["Winkel,,", ",Site,"] * 75, ",,de kiosk"])
    assert cells(survey, "Which?: Winkel")[-3:] == [True, False, None]
    assert cells(survey, "Which?: Anders")[-1] == "de kiosk"
    assert said_of(survey, "Which?: Anders", "kind", "part_of") == ("text", "Which?")


def test_an_option_called_no_is_chosen_where_it_is_written(tmp_path, cells):
    survey = read_question(tmp_path, ["Yes", "No", "Never"], ["Yes,,", ",No,", ",No,Never", ",,"])
    assert cells(survey, "Which?: No") == [False, True, True, None]


def test_what_is_no_answer_is_no_point_of_the_scale(labels, said_of):
    """One of two says that packaging is unfamiliar: the item is still on the scale of its question."""
    kind, scale, evidence = said_of(labels, f"{EACH}: Packaging", "kind", "scale", "evidence")
    assert (kind, scale) == ("rating", "csat-5")
    assert evidence == "labels, 100% of the answers; no answer: 'Unfamiliar (N/A)' in 1 cell"


def test_a_statement_worded_the_other_way_is_on_no_scale(tmp_path, said_of):
    answers = ["Strongly agree,Agree", "Disagree,Strongly agree", "Agree,Strongly disagree"] * 2
    survey = read_question(tmp_path, ["It was easy", "The staff were slow"], answers)
    assert said_of(survey, "Which?: It was easy", "kind", "scale") == ("rating", "ces-agree-5")
    assert said_of(survey, "Which?: The staff were slow", "kind", "scale", "evidence") == (
        "rating", "", "unknown: worded the other way, agreeing is bad; turn it before averaging",
    )  # fmt: skip
