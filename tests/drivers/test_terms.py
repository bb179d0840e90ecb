"""Drivers as columns: numbers with a unit, yes and no in several languages, levels; what cannot be one says why."""

import re

import numpy as np
import pandas as pd
import pytest

import cxstats as cx
from cxstats.drivers.terms import Driver, missing_in, read_term


def changes(driver, values):
    return [contrast.change for contrast in read_term(driver, pd.Series(values)).contrasts]


def test_a_number_is_told_in_its_unit():
    assert changes("steps", [1, 2, 5]) == ["+1"]
    assert changes(Driver("steps", unit="step"), [1, 2, 5]) == ["one more step"]
    assert changes(Driver("waiting", unit="minute", per=10), [1.5, 2, 5]) == ["10 minutes more"]
    assert changes(Driver("share", unit="percentage points", per=0.1), [0.1, 0.25, 1]) == ["10 percentage points more"]
    term = read_term(Driver("waiting", per=10), pd.Series([1.5, 2, 5]))
    assert (term.kind, term.column_names, term.contrasts[0].by) == ("number", ("waiting",), (10.0,))
    assert term.columns.tolist() == [[1.5], [2.0], [5.0]]


@pytest.mark.parametrize(
    "values",
    [
        [True, False, True],
        ["yes", "no", "yes"],
        ["Ja", "nee", "JA "],
        ["da", "nu", "da"],
        ["是", "否", "是"],
        ["1", "0", "1"],
        [1, 0, 1],
        [1.0, 0.0, 1.0],
        pd.Series([True, False, True], dtype="boolean"),
        pd.Categorical(["yes", "no", "yes"]),
        pd.Series([True, False, True], dtype=object),
    ],
)
def test_yes_is_one_and_no_is_zero(values):
    term = read_term("solved", pd.Series(values))
    assert term.kind == "yes/no"
    assert term.columns[:, 0].tolist() == [1, 0, 1]
    assert [contrast.change for contrast in term.contrasts] == ["yes instead of no"]


def test_levels_are_compared_with_the_largest_or_the_one_asked_for():
    channels = ["chat", "phone", "chat", "mail", "mail", "phone", "chat"]
    assert changes("channel", channels) == ["mail instead of chat", "phone instead of chat"]
    assert changes(Driver("channel", reference="phone"), channels) == ["chat instead of phone", "mail instead of phone"]
    term = read_term("channel", pd.Series(channels))
    assert term.column_names == ("channel = mail", "channel = phone")
    assert term.columns[:, 1].tolist() == [0, 1, 0, 0, 0, 1, 0]


def test_categories_keep_their_order_and_those_without_rows_are_no_levels():
    sizes = pd.Series(pd.Categorical(["small", "large", "large", "large", "small"], ["small", "medium", "large"]))
    assert read_term("size", sizes).levels == ("large", "small")
    codes = read_term(Driver("plan", kind="levels"), pd.Series([10, 2, 2, 10, 9, 9, 2]))
    assert codes.levels == ("2", "9", "10")


def test_other_values_are_coded_alike():
    term = read_term("channel", pd.Series(["chat", "phone", "chat", "phone"]))
    assert term.coded(pd.Series(["phone", "chat"])).tolist() == [[1.0], [0.0]]
    with pytest.raises(ValueError, match="driver 'channel': level 'fone' not found; did you mean 'phone'"):
        term.coded(pd.Series(["fone"]))
    assert read_term("x", pd.Series([1, 2, 3])).coded(pd.Series([7])).tolist() == [[7.0]]
    assert read_term("solved", pd.Series(["ja", "nee"])).coded(pd.Series(["nee"])).tolist() == [[0.0]]


def test_numbers_in_text_are_numbers_where_that_is_said():
    assert read_term(Driver("minutes", kind="number"), pd.Series(["1.5", "2"])).columns[:, 0].tolist() == [1.5, 2.0]
    with pytest.raises(ValueError, match="driver 'minutes' must hold finite numbers; 1 of 2 are none: 'long'"):
        read_term(Driver("minutes", kind="number"), pd.Series(["1.5", "long"]))


@pytest.mark.parametrize(
    ("driver", "values", "message"),
    [
        ("x", [3, 3, 3], "driver 'x' is '3' in all 3 rows that are used"),
        ("x", ["a", "a", "a"], "driver 'x' is 'a' in all 3 rows"),
        ("x", ["yes", "yes"], "driver 'x' is 'yes' in all 2 rows"),
        ("x", [1.0, np.inf, 2.0], "driver 'x' must hold finite numbers; 1 of 3 are none: inf"),
        ("x", ["a", "a", "b"], "driver 'x': one row only has level 'b'"),
        (
            "x",
            pd.to_datetime(["2026-01-01", "2026-01-02"]),
            "driver 'x' must hold numbers, text or yes and no; it holds",
        ),
        ("x", ["a", 1, 2.5], "driver 'x' must hold numbers, text or yes and no; it holds mixed values"),
        (
            "x",
            [f"id {k}" for k in range(60)],
            "driver 'x' has 60 levels; up to 50 can be told apart. Is it an identifier",
        ),
        (Driver("x", reference="c"), ["a", "a", "b", "b"], "driver 'x': level 'c' not found; levels: a, b"),
        (Driver("x", reference="c"), [1, 2, 3], "driver 'x' is a number, which has no reference level"),
        (Driver("x", unit="step"), ["a", "a", "b", "b"], "driver 'x' is levels; unit and per are for numbers"),
        (Driver("x", kind="yes/no"), ["a", "no"], re.escape("driver 'x' must hold yes and no (or 1 and 0); got ['a']")),
    ],
)
def test_what_cannot_be_a_driver_says_why(driver, values, message):
    with pytest.raises(ValueError, match=message):
        read_term(driver, pd.Series(values))


def test_a_driver_that_makes_no_sense_is_refused():
    with pytest.raises(ValueError, match="driver 'x': per must be above 0; got 0"):
        Driver("x", per=0)
    with pytest.raises(ValueError, match="driver 'x': kind must be"):
        Driver("x", kind="truth")
    with pytest.raises(TypeError, match="a driver must be the name of a column or a Driver"):
        read_term(7, pd.Series([1, 2]))


def test_blank_text_is_missing():
    assert missing_in(pd.Series(["a", " ", None, ""])).tolist() == [False, True, True, True]
    assert missing_in(pd.Series([1.0, np.nan])).tolist() == [False, True]
    assert missing_in(pd.Series(pd.Categorical(["a", None]))).tolist() == [False, True]


def test_codes_for_no_answer_are_missing_in_drivers_too():
    rng = np.random.default_rng(7)
    data = pd.DataFrame({"steps": rng.integers(1, 9, 400), "age": rng.integers(18, 100, 400)})
    data["ces"] = np.clip(np.rint(7 - 0.5 * data["steps"] + rng.normal(size=400)), 1, 7).astype(int)
    coded = data.copy()
    coded.loc[:9, "steps"] = -99
    coded.loc[10:14, "ces"] = -99
    found = cx.fit_drivers(coded, "ces", scale="ces-2.0", drivers=["steps"], missing=-99)
    expected = cx.fit_drivers(data.iloc[15:], "ces", scale="ces-2.0", drivers=["steps"])
    assert found.effects().effects[0].estimate == pytest.approx(expected.effects().effects[0].estimate, abs=1e-12)
    assert dict(found.used.reasons.itertuples(index=False)) == {"used": 385, "no answer": 5, "a driver is missing": 10}
    by_column = cx.fit_drivers(
        coded, "ces", scale="ces-2.0", drivers=["steps", "age"], missing={"steps": "-99", "ces": [-99]}
    )
    assert by_column.n == 385
    with pytest.raises(ValueError, match="missing: column of the model 'stpes' not found; did you mean 'steps'"):
        cx.fit_drivers(coded, "ces", scale="ces-2.0", drivers=["steps"], missing={"stpes": -99})


def test_numbers_in_text_and_ones_and_twos_are_pointed_out():
    rng = np.random.default_rng(7)
    data = pd.DataFrame({"steps": rng.integers(1, 5, 300), "failed": rng.integers(1, 3, 300)})
    data["ces"] = np.clip(np.rint(7 - 0.5 * data["steps"] + rng.normal(size=300)), 1, 7).astype(int)
    data["steps"] = data["steps"].astype(str)
    notes = cx.fit_drivers(data, "ces", scale="ces-2.0", drivers=["steps", "failed"]).notes
    assert any(note.startswith("steps holds numbers as text and is read as 4 levels") for note in notes)
    assert any(note.startswith("failed holds only 1 and 2") for note in notes)
    plain = data.assign(steps=data["steps"].astype(int), failed=data["failed"] == 1)
    assert cx.fit_drivers(plain, "ces", scale="ces-2.0", drivers=["steps", "failed"]).notes == ()
