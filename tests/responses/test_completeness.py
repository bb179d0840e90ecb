"""What customers left out adds up to the rows, in any engine, and says of which kind it is."""

import duckdb
import pandas as pd
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxstats import tally
from cxstats.responses.completeness import KINDS, missing_answers

ANSWERS = ["5", "Satisfied", "Don't know", "weet niet", "不知道", "n/a", "Skipped", None, "", "so-so", "7", "99", "0",
           "Weiß nicht", "refused", "NULL"]  # fmt: skip


def test_each_answer_is_of_one_kind():
    data = pd.DataFrame({"csat": ANSWERS})
    found = missing_answers(data, ratings={"csat": "csat-5"}, missing={"csat": {99: "dont_know", 0: "empty"}})
    assert found.to_frame().to_dict("records") == [
        {"rating": "csat", "rows": 16, "answered": 2, "empty": 4, "not_applicable": 3, "dont_know": 5, "set_aside": 2}
    ]
    assert found.reasons["rows"].sum() == 14
    assert "'so-so' is not an answer on csat-5" in found.reasons["reason"].tolist()


def test_codes_belong_to_their_rating():
    data = pd.DataFrame({"nps": [6, 9, 11], "csat": [6, 5, 4]})
    ratings = {"nps": "nps", "csat": "csat-5"}
    found = missing_answers(data, ratings=ratings, missing={"nps": 11, "csat": [6]}).to_frame()
    assert found["answered"].tolist() == [2, 2]
    both = missing_answers(data, ratings=ratings, missing=(6, 11)).to_frame()
    assert both["answered"].tolist() == [1, 2]


@given(st.lists(st.sampled_from(ANSWERS), min_size=1, max_size=30))
def test_kinds_add_up_and_agree_with_the_tally(answers):
    data = pd.DataFrame({"csat": pd.Series([*answers, "5"], dtype="object")})
    counts = missing_answers(data, ratings={"csat": "csat-5"}).to_frame().iloc[0]
    counted = tally(data, "csat", scale="csat-5")
    assert counts[list(KINDS)].sum() == counts["rows"] == len(data)
    assert counts["answered"] == counted.n[0]


def test_engines_agree():
    data = pd.DataFrame({"csat": ANSWERS, "ces": [str(k % 9) for k in range(16)]})
    ratings = {"csat": "csat-5", "ces": "ces-2.0"}
    expected = missing_answers(data, ratings=ratings).to_frame()
    for table in (pl.from_pandas(data), pl.from_pandas(data).lazy(), duckdb.from_df(data)):
        pd.testing.assert_frame_equal(missing_answers(table, ratings=ratings).to_frame(), expected)


def test_the_sentence_names_the_extremes():
    data = pd.DataFrame({"ces": [7, 6, 5, 4], "csat": [5, None, "don't know", 2], "nps": [9, 9, None, 1]})
    ratings = {"ces": "ces-2.0", "csat": "csat-5", "nps": "nps"}
    assert missing_answers(data, ratings=ratings).sentence() == (
        "Answered most: ces, 4 (100.0 %) of 4 responses. "
        "Answered least: csat, 2 (50.0 %) of 4 responses (1 empty, 1 don't know)."
    )
    assert missing_answers(data.head(0), ratings={"ces": "ces-2.0"}).sentence() == "There are no responses."


def test_names_from_the_data_are_escaped():
    shown = missing_answers(pd.DataFrame({"<b>": [1]}), ratings={"<b>": "csat-5"})._repr_html_()
    assert "<b>" not in shown


def test_errors_say_what_must_hold():
    data = pd.DataFrame({"ces": [7]})
    with pytest.raises(ValueError, match="name at least one rating"):
        missing_answers(data, ratings={})
    with pytest.raises(ValueError, match="rating 'cse' not found; did you mean 'ces'"):
        missing_answers(data, ratings={"ces": "ces-2.0"}, missing={"cse": 1})
    with pytest.raises(ValueError, match="meaning 'blank' not found; meanings: empty, not_applicable, dont_know"):
        missing_answers(data, ratings={"ces": "ces-2.0"}, missing={"ces": {9: "blank"}})
