"""Survey: nothing is lost in silence, whatever is renamed or set aside, and nothing is changed in place."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from cxstats import Survey, read_export
from cxstats.responses.survey import Source


def survey_of(kept=5, rejected=("empty record", "empty record", "test response"), **columns):
    """Make a survey whose first records are kept."""
    index = pd.RangeIndex(1, kept + 1, name="record")
    responses = pd.DataFrame({"ces": range(kept), "channel": "web", **columns}, index=index)
    questions = pd.DataFrame({"column": ["ces", "channel"], "text": ["How easy was it?", "channel"]})
    records = range(kept + 1, kept + 1 + len(rejected))
    gone = pd.DataFrame({"record": records, "reason": pd.Series(rejected, dtype="str")})
    return Survey(responses, questions, gone, Source("x.csv", "plain", "text", kept + len(rejected)))


def lines(survey):
    summary = survey.summary()
    assert list(summary.columns) == ["what", "records"]
    return dict(zip(summary["what"], summary["records"], strict=True))


def test_summary_adds_up():
    found = lines(survey_of(partial=[True, False, True, False, False]))
    assert found == {
        "read": 8,
        "kept": 5,
        "kept, of which partial": 2,
        "rejected": 3,
        "rejected: empty record": 2,
        "rejected: test response": 1,
    }


@pytest.mark.parametrize("which", ["support", "checkout"])
def test_summary_of_the_sample_exports_adds_up(which, request):
    found = lines(read_export(request.getfixturevalue(which)))
    assert found["read"] == found["kept"] + found["rejected"] > 0
    assert found["rejected"] == sum(records for what, records in found.items() if what.startswith("rejected: "))
    assert ("kept, of which partial" in found) == (which == "checkout")


def test_a_survey_that_does_not_add_up_cannot_be_made():
    survey = survey_of()
    with pytest.raises(ValueError, match=r"read must be kept \+ rejected; got 8 read, 4 kept, 3 rejected"):
        Survey(survey.responses.iloc[1:], survey.questions, survey.rejected, survey.source)


def test_text_of_a_column():
    survey = survey_of(added=1)
    assert survey.text_of("ces") == "How easy was it?"
    assert survey.text_of("added") == ""
    with pytest.raises(ValueError, match=r"column 'chanel' not found; did you mean 'channel'\? columns: ces, channel"):
        survey.text_of("chanel")


def test_rename_carries_the_question_along():
    survey = survey_of()
    renamed = survey.rename({"ces": "ease", "channel": "ces"})
    assert list(renamed.responses) == ["ease", "ces"]
    assert (renamed.text_of("ease"), renamed.text_of("ces")) == ("How easy was it?", "channel")
    assert list(survey.responses) == list(survey.questions["column"]) == ["ces", "channel"]
    swapped = survey.rename({"ces": "channel", "channel": "ces"})
    assert (list(swapped.responses), swapped.text_of("channel")) == (["channel", "ces"], "How easy was it?")
    assert_frame_equal(survey.rename({}).responses, survey.responses)
    assert_frame_equal(survey.rename({"ces": "ces"}).questions, survey.questions)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ({"cess": "ease"}, "column 'cess' not found; did you mean 'ces'"),
        ({"ces": "channel"}, "'ces' cannot be renamed to 'channel': a column of that name exists"),
        ({"ces": "ease", "channel": "ease"}, "cannot be renamed to 'ease': a column of that name exists"),
        ({"ces": "channel", "channel": "channel"}, "cannot be renamed to 'channel'"),
    ],
)
def test_rename_refuses_unknown_and_taken_names(names, message):
    with pytest.raises(ValueError, match=message):
        survey_of().rename(names)


def test_where_moves_responses_with_the_reason():
    survey = survey_of()
    fewer = survey.where(survey.responses["ces"] >= 2, "too hard").where(survey.responses["ces"][2:] < 4, "too easy")
    assert list(fewer.responses["ces"]) == [2, 3]
    assert list(fewer.responses.index) == [3, 4]
    assert dict(zip(fewer.rejected["record"], fewer.rejected["reason"], strict=True)) == {
        6: "empty record",
        7: "empty record",
        8: "test response",
        1: "too hard",
        2: "too hard",
        5: "too easy",
    }
    assert (len(survey.responses), len(survey.rejected)) == (5, 3)


def test_where_that_keeps_all_or_none():
    survey = survey_of(rejected=())
    everything = survey.where(survey.responses["ces"] >= 0, "never")
    assert_frame_equal(everything.responses, survey.responses)
    assert everything.rejected.empty
    nothing = survey.where(survey.responses["ces"] < 0, "all")
    assert lines(nothing) == {"read": 5, "kept": 0, "rejected": 5, "rejected: all": 5}


def test_where_refuses_a_condition_about_other_responses():
    survey = survey_of()
    with pytest.raises(ValueError, match="keep must have one value for each of the 5 responses, in order"):
        survey.where(survey.responses["ces"][1:] > 2, "too hard")
    with pytest.raises(ValueError, match="in order"):
        survey.where(survey.responses["ces"].sort_index(ascending=False) > 2, "too hard")
    unknown = pd.Series([True, None, True, True, True], survey.responses.index, dtype="boolean")
    assert len(survey.where(unknown, "unknown").responses) == 4


@given(st.lists(st.lists(st.booleans(), min_size=7, max_size=7), max_size=4))
def test_every_record_stays_accounted_for(conditions):
    survey = survey_of(kept=7)
    for number, condition in enumerate(conditions):
        keep = pd.Series(condition, range(1, 8))[survey.responses.index]
        survey = survey.where(keep, f"reason {number}")
    records = [*survey.responses.index, *survey.rejected["record"]]
    assert sorted(records) == list(range(1, 11))
    found = lines(survey)
    assert found["rejected"] == sum(count for what, count in found.items() if what.startswith("rejected: "))
