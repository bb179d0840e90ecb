"""Personal data stay out of sight, and pseudonyms follow a customer without saying who it is."""

import hashlib
import hmac

import pandas as pd
import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal, assert_series_equal

from cxstats import Survey, inspect, read_export
from cxstats.cli import main
from cxstats.responses.personal.columns import personal_columns, pseudonymised
from cxstats.responses.survey import Source

KEY = "sixteen bytes or more"
PLANTED = {
    "First Name": ["Annabel", "Bartholomew"],
    "contact": ["annabel@example.com", "barth@example.org"],
    "Phone": ["020 7654321", "06 18273645"],
    "IPAddress": ["192.0.2.171", "198.51.100.42"],
    "LocationLatitude": ["52.370216", "44.426765"],
}
SECRETS = [cell for cells in PLANTED.values() for cell in cells]


@pytest.fixture
def planted(tmp_path):
    """An export in which every person answers ten times, so that their data look like choices."""
    frame = pd.DataFrame({**PLANTED, "ces": ["5", "6"], "channel": ["web", "phone"]})
    path = tmp_path / "planted.csv"
    pd.concat([frame] * 10).to_csv(path, index=False)
    return path


def survey_of(**columns):
    responses = pd.DataFrame(columns)
    questions = pd.DataFrame({"column": list(responses)})
    rejected = pd.DataFrame({"record": [], "reason": pd.Series([], dtype="str")})
    return Survey(responses, questions, rejected, Source("x.csv", "plain", "text", len(responses)))


def test_personal_columns_are_named(planted):
    survey = read_export(planted)
    assert personal_columns(survey) == {
        "First Name": "name",
        "contact": "e-mail address",
        "Phone": "phone number",
        "IPAddress": "IP address",
        "LocationLatitude": "coordinates",
    }
    asked = survey.questions.set_index("column")["personal"]
    assert asked[asked != ""].to_dict() == personal_columns(survey)
    assert asked["ces"] == ""
    renamed = survey.rename({"contact": "who"})
    assert personal_columns(renamed)["who"] == "e-mail address"


def test_columns_added_later_are_looked_at():
    survey = survey_of(ces=[5, 6])
    survey.responses["who"] = ["ann@example.com", "bob@example.com"]
    assert personal_columns(survey) == {"who": "e-mail address"}


def test_nothing_planted_is_displayed(planted):
    survey = read_export(planted)
    questions = inspect(survey)
    shown = [
        repr(survey),
        survey._repr_html_(),
        repr(questions),
        survey.questions.to_string(),
        survey.summary().to_string(),
        *(CliRunner().invoke(main, ["inspect", str(planted), *more]).output for more in ([], ["--json"])),
    ]
    for text in shown:
        assert [secret for secret in SECRETS if secret in text] == []
    assert {question.column: question.personal for question in questions}["Phone"] == "phone number"
    assert next(question for question in questions if question.column == "channel").answers == {"web": 10, "phone": 10}


def test_pseudonyms_are_the_keyed_hash():
    survey = survey_of(who=[" Ann@Example.com", "ann@example.com ", None, "bob@example.com"], ces=[5, 6, 7, 1])
    before = survey.responses.copy()
    hidden = pseudonymised(survey, "who", key=KEY)
    expected = hmac.new(KEY.encode(), b"ann@example.com", hashlib.sha256).hexdigest()[:32]
    assert hidden.responses["who"].tolist()[:2] == [expected, expected]
    assert hidden.responses["who"].isna().tolist() == [False, False, True, False]
    assert hidden.responses["who"].iloc[3] != expected
    assert_series_equal(hidden.responses["ces"], before["ces"])
    assert_frame_equal(survey.responses, before)
    assert personal_columns(hidden) == {}
    assert personal_columns(survey) == {"who": "e-mail address"}


def test_a_customer_is_followed_across_columns_and_surveys_and_not_across_keys():
    one = survey_of(Phone=["+31 (20) 123-4567", "+31201234567", "+31209999999"])
    other = survey_of(number=[312012345670, 31201234567])
    first = pseudonymised(one, ["Phone"], key=KEY).responses["Phone"]
    second = pseudonymised(other, ["number"], key=KEY.encode()).responses["number"]
    assert first.iloc[0] == first.iloc[1] == second.iloc[1] != first.iloc[2]
    assert pseudonymised(one, ["Phone"], key=KEY + "!").responses["Phone"].iloc[0] != first.iloc[0]


def test_the_key_is_kept_nowhere():
    hidden = pseudonymised(survey_of(who=["ann@example.com"]), "who", key=KEY)
    for text in (repr(hidden), hidden._repr_html_(), repr(hidden.source), hidden.questions.to_string()):
        assert KEY not in text


def test_a_column_that_is_not_listed_is_replaced_too():
    survey = survey_of(ces=[5, 6])
    survey.responses["who"] = ["ann@example.com", "bob@example.com"]
    hidden = pseudonymised(survey, "who", key=KEY)
    assert personal_columns(hidden) == {}
    assert hidden.responses["who"].str.fullmatch("[0-9a-f]{32}").all()


@pytest.mark.parametrize(
    ("columns", "key", "error", "message"),
    [
        ("wo", KEY, ValueError, "column 'wo' not found; did you mean 'who'"),
        ("who", "short", ValueError, "a key must have 16 bytes or more, or it can be guessed; got 5"),
        ("who", 1234, TypeError, "a key must be bytes or text; got int"),
    ],
)
def test_what_cannot_be_hidden_is_refused(columns, key, error, message):
    with pytest.raises(error, match=message):
        pseudonymised(survey_of(who=["ann"]), columns, key=key)


@given(st.lists(st.none() | st.text(st.characters(codec="utf-8"), max_size=8), min_size=1, max_size=8))
def test_pseudonyms_differ_where_customers_do(cells):
    survey = survey_of(who=pd.Series(cells, dtype="str"))
    hidden = pseudonymised(survey, "who", key=KEY).responses["who"]
    assert hidden.isna().tolist() == [cell is None for cell in cells]
    told = pd.Series(cells, dtype="str").dropna()
    # What is told apart by pseudonym is told apart in the survey.
    assert hidden.nunique() <= told.nunique()
    lower = [" ".join(cell.split()) for cell in told if cell.isascii() and cell == cell.lower()]
    assert pd.Series(
        hidden.loc[[i for i in told.index if told[i].isascii() and told[i] == told[i].lower()]]
    ).nunique() == len(set(lower))
