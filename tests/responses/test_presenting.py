"""A survey on one screen: every record accounted for, nothing from the export taken for markup."""

import pandas as pd

from cxstats import Survey, read_export
from cxstats.responses.survey import Source


def survey_of(questions=3, notes=()):
    names = [f"q{number}" for number in range(questions)]
    responses = pd.DataFrame({name: [1, 2] for name in names} | {"partial": [True, False]})
    asked = pd.DataFrame({"column": names, "text": "<script>alert(1)</script>\nHow <b>easy</b>?", "kind": "rating"})
    rejected = pd.DataFrame({"record": [3], "reason": ["<i>test</i>"]})
    return Survey(responses, asked, rejected, Source("<img>.csv", "plain", "text", 3, notes))


def test_every_record_is_accounted_for(support):
    text = repr(survey_of())
    assert "3 read; 2 kept; 1 kept, of which partial; 1 rejected; 1 rejected: <i>test</i>" in text
    assert "q2" in text
    survey = read_export(support)
    assert f"{survey.source.read:,} read; {len(survey.responses):,} kept" in repr(survey)


def test_nothing_is_taken_for_markup():
    html = survey_of(notes=("a <u>note</u>",))._repr_html_()
    for tag in ("<script", "<b>easy", "<i>", "<img", "<u>"):
        assert tag not in html
    assert "&lt;script&gt;" in html


def test_what_is_long_is_shortened_and_said():
    text = repr(survey_of(questions=40, notes=tuple(f"note {number} {'x' * 500}" for number in range(9))))
    assert "and 28 more: see questions" in text
    assert "and 4 more notes: see source.notes" in text
    assert "q12" not in text
    assert max(map(len, text.splitlines())) < 300
    assert len(text.splitlines()) < 30


def test_an_empty_survey_can_be_shown():
    nothing = Survey(
        pd.DataFrame(),
        pd.DataFrame({"column": []}),
        pd.DataFrame({"record": [], "reason": []}),
        Source("x", "plain", "text", 0),
    )
    assert "0 read; 0 kept; 0 rejected" in repr(nothing)
    assert "0 read" in nothing._repr_html_()
