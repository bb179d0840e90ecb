"""The answer of notebook 01: true to each check, short, and silent on what the export does not hold."""

import numpy as np
import pandas as pd
import pytest

import cxstats as cx
from cxstats import ExportCheck
from cxstats.responses.survey import Source, Survey


def survey_of(table, rejected=()):
    rows = pd.DataFrame({"record": range(len(table) + 1, len(table) + len(rejected) + 1), "reason": list(rejected)})
    questions = pd.DataFrame({"column": list(table.columns), "text": [""] * len(table.columns)})
    return Survey(table, questions, rows, Source("made.csv", "plain", "text", len(table) + len(rejected)))


@pytest.fixture
def asked():
    """400 invitations, a quarter by phone; 100 answers, of which 5 by phone."""
    channel = np.where(np.arange(400) % 4 == 0, "phone", "<chat>")
    return pd.DataFrame({"key": range(400), "channel": channel})


@pytest.fixture
def answers(asked):
    chosen = pd.concat([asked[asked["channel"] == "phone"].head(5), asked[asked["channel"] != "phone"].head(95)])
    return chosen.assign(ces=np.tile([7, 6, 5, 7, 1], 20), csat=np.tile([5, 4, 4, 5, 1], 20)).reset_index(drop=True)


def test_rows_are_said_with_the_reasons(answers):
    found = ExportCheck(survey_of(answers, ["test response", "test response", "empty record"])).answer()
    assert "103 records read, 3 rejected (2 x test response, 1 x empty record)." in found
    assert "None of the ratings named is in it." in found


def test_an_export_without_responses_says_that_and_nothing_else(answers):
    check = ExportCheck(survey_of(answers.iloc[:0], ["test response"] * 4))
    assert (
        check.answer() == "- **Not usable:** 4 records read, 4 rejected (4 x test response). There is nothing to score."
    )
    assert check.conclusions() == "**You may not conclude** anything: no response can be used."


def test_the_rate_and_who_is_missing(answers, asked):
    survey = survey_of(answers)
    rates = cx.response_rates(asked, survey, on="key")
    frame = cx.compare_with_frame(survey, asked, by=["channel"], on="key")
    check = ExportCheck(survey, rates=rates, frame=frame)
    assert "- **Response rate 25.0 %** (" in check.answer()
    assert "100 of 400 invitations" in check.answer()
    # Names from the data are escaped: Markdown lets HTML through.
    assert "phone (channel) is 5.0 % of those who answered, and 25.0 % of everybody" in check.answer()
    assert "<chat>" not in check.answer()
    assert "75 % of those invited did not answer" in check.conclusions()


def test_nobody_invited_is_no_rate(answers, asked):
    rates = cx.response_rates(asked.assign(at=pd.NaT), answers, on="key", asked_at="at")
    check = ExportCheck(survey_of(answers), rates=rates)
    assert "Response rate unknown" in check.answer()
    assert "nan" not in check.answer() + check.conclusions()


def test_markup_of_the_data_stands_for_itself(answers, asked):
    evil = "<b>*a* [x](javascript:alert(2))"
    frame = asked.assign(channel=np.where(asked["channel"] == "phone", evil, "chat"))
    check = ExportCheck(survey_of(answers), frame=cx.compare_with_frame(answers, frame, by=["channel"], on="key"))
    for said in (check.answer(), check.conclusions()):
        assert "<b>" not in said
        assert "[x](" not in said
        assert "\\*a\\* \\[x\\](javascript" in said


def test_respondents_like_the_frame_are_said_to_be(asked):
    like = asked.iloc[::4].head(25), asked[asked["channel"] != "phone"].head(75)
    survey = survey_of(pd.concat(like).assign(ces=5).reset_index(drop=True))
    frame = cx.compare_with_frame(survey, asked, by=["channel"], on="key")
    assert (
        "**Those who answered look like everybody** in what was compared." in ExportCheck(survey, frame=frame).answer()
    )


def test_without_invitations_nothing_is_concluded_about_the_silent(answers):
    check = ExportCheck(survey_of(answers), cx.missing_answers(answers, ratings={"ces": "ces-2.0"}))
    assert "**Response rate unknown:**" in check.answer()
    assert "Anything about customers who did not answer" in check.conclusions()
    assert "ces is answered in 100.0 % of those kept." in check.answer()


def test_late_answers_repeated_ones_and_a_reversed_column(answers):
    start = pd.Timestamp("2026-01-01")
    late = np.arange(100) >= 50
    table = answers.assign(
        ces=np.where(late, np.tile([3, 4], 50), np.tile([6, 7], 50)),
        csat=6 - np.where(late, np.tile([2, 3], 50), np.tile([4, 5], 50)),
        asked=start,
        answered=start + pd.to_timedelta(np.where(late, 9, 1), unit="D"),
        customer=np.repeat(np.arange(50), 2),
    )
    survey = survey_of(table)
    directions = [cx.check_direction(survey, "ces", scale="ces-2.0", others={"csat": "csat-5"})]
    check = ExportCheck(
        survey,
        late=cx.early_and_late(survey, "ces", scale="ces-2.0", asked="asked", answered="answered", cut="5D"),
        repeats=cx.repeat_answerers(survey, "customer"),
        directions=directions,
    )
    assert "**Late answers are worse:** ces by -3.00 (" in check.answer()
    assert "**100.0 % of the answers** come from customers who answered more than once." in check.answer()
    assert "**Check the questionnaire:** One of ces, csat seems" in check.answer()
    assert "Design(clusters='customer')" in check.conclusions()
    assert "late answers differ from early ones" in check.conclusions()


def test_suspicious_responses_and_what_they_change(answers):
    table = answers.assign(seconds=[5] * 10 + [60] * 90, ces=[1] * 10 + [7] * 90)
    survey = survey_of(table)
    flagged = [cx.speeders(survey, "seconds")]
    without = cx.score_without(survey, flagged, "ces", scale="ces-2.0")
    found = ExportCheck(survey, flagged=flagged, without=without).answer()
    assert "**Worth a look:** 10 x faster than 20" in found
    assert "Leaving them out changes ces by +0.60 points." in found
    assert "Worth a look" not in ExportCheck(survey, flagged=[cx.speeders(answers.assign(s=60), "s")]).answer()
