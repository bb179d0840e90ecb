"""Wording: whether agreeing with a statement is good, bad, or not known."""

import numpy as np
import pandas as pd
import pytest

from cxstats import read_export
from cxstats.responses.exports.wording import worded_against, worded_for

AGREEMENT = ["Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree"]
AGAINST = [
    "I had to put in a lot of effort",
    "I had to call several times",
    "I had to repeat myself",
    "The staff caused me trouble",
    "Ik moest veel moeite doen",
    "A trebuit să depun mult efort",
    "我花了很多力气",
    "Ich musste mehrmals anrufen",
    "The staff were slow",
]
FOR = ["The company made it easy", "The website is clear", "It was not too loud", "Het was makkelijk", "ces"]
UNKNOWN = ["I used the app", "I never had to wait", "I had to put in little effort", "Ik kom uit Utrecht", "Q1"]


@pytest.mark.parametrize("statement", AGAINST)
def test_worded_the_other_way(statement):
    assert (worded_against(statement), worded_for(statement)) == (True, False)


@pytest.mark.parametrize("statement", FOR)
def test_agreeing_is_good(statement):
    assert (worded_against(statement), worded_for(statement)) == (False, True)


@pytest.mark.parametrize("statement", UNKNOWN)
def test_nothing_is_said(statement):
    assert (worded_against(statement), worded_for(statement)) == (False, False)


def test_an_agreement_has_a_scale_only_where_agreeing_is_good(tmp_path):
    statements = [*AGAINST, *FOR, *UNKNOWN]
    cells = {name: np.resize(AGREEMENT, 60) for name in statements}
    pd.DataFrame({"row": range(60), **cells}).to_csv(tmp_path / "e.csv", index=False)
    found = read_export(tmp_path / "e.csv").questions.set_index("column").loc[statements]
    assert set(found["kind"]) == {"rating"}
    assert set(found.loc[FOR, "scale"]) == {"ces-agree-5"}
    assert set(found.loc[AGAINST, "evidence"]) == {
        "unknown: worded the other way, agreeing is bad; turn it before averaging"
    }
    assert set(found.loc[UNKNOWN, "evidence"]) == {"unknown: say which of ces-agree-5, ces-2.0; is agreeing good?"}
    assert set(found.loc[[*AGAINST, *UNKNOWN], "scale"]) == {""}
