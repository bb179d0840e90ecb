"""Follow-up lists: everybody is accounted for once, the rules hold, and the order of the rows decides nothing."""

import csv
import re
from datetime import date, datetime

import numpy as np
import pandas as pd
import pytest
from hypothesis import Phase, given
from hypothesis import settings as examples
from hypothesis import strategies as st

import cxstats as cx
from cxstats.actions.followup import ContactRules, CustomerColumns, follow_up

TODAY = date(2026, 11, 22)
COLUMNS = CustomerColumns(
    "id", answered="at", value="worth", reason="about", owner="team", consent="agreed", contacted="last"
)
RULES = ContactRules(TODAY, not_within=30, not_older_than=60, capacity=2, thanks=3)
DAYS = pd.date_range("2026-09-01", "2026-11-24", freq="D")

rows = st.lists(
    st.fixed_dictionaries(
        {
            "id": st.sampled_from(["a", "b", "c", "d", "e", "f", "g", "h", None, " "]),
            "ces": st.sampled_from([1, 2, 3, 4, 5, 6, 7, 9, None]),
            "at": st.sampled_from([*DAYS[::7], pd.NaT]),
            "worth": st.sampled_from([10.0, 20.0, 20.0, np.nan]),
            "about": st.sampled_from(["delivery", "invoice", None]),
            "team": st.sampled_from(["north", "south", None]),
            "agreed": st.sampled_from(["yes", "yes", "yes", "no", None]),
            "last": st.sampled_from([*DAYS[::20], pd.NaT, pd.NaT]),
        }
    ),
    min_size=1,
    max_size=25,
)


def table_of(made):
    table = pd.DataFrame(made)
    for name in ("id", "about", "team", "agreed"):
        table[name] = table[name].astype("str")
    return table.astype({"ces": "Float64", "at": "datetime64[us]", "last": "datetime64[us]", "worth": "float64"})


def usable(table):
    return table["ces"].isin(range(1, 8)).any() and table["agreed"].notna().any()


def made(*answers, columns=("id", "ces", "at")):
    table = pd.DataFrame(answers, columns=list(columns))
    for name in ("at", "last"):
        if name in table:
            table[name] = pd.to_datetime(table[name], format="ISO8601")
    return table


def listed(table, *, columns=None, rules=None, scale="ces-2.0", show=()):
    columns = CustomerColumns("id", answered="at") if columns is None else columns
    rules = ContactRules(TODAY) if rules is None else rules
    return follow_up(table, "ces", scale=scale, customers=columns, rules=rules, show=show)


@examples(max_examples=15, phases=[Phase.generate])
@given(rows)
def test_everybody_is_accounted_for_once(rows):
    table = table_of(rows)
    if not usable(table):
        return
    found = listed(table, columns=COLUMNS, rules=RULES)
    summary = found.summary()
    customers = summary.loc[summary["of"] == "customers", "count"].tolist()
    answers = summary.loc[summary["of"] == "answers", "count"].tolist()
    assert customers[0] == sum(customers[1:]) == found.customers["customer"].nunique()
    assert answers[0] == sum(answers[1:]) == len(table)
    assert len(found.call) + len(found.thank) + len(found.ask) + len(found.set_aside) == len(found.customers)
    assert (found.set_aside["why"] != "").all()
    assert (found.ask["why"] != "").all()
    assert (found.call["why"] == "").all()
    assert sum(map(len, found.lists_by_owner().values())) == len(found.to_frame())


@examples(max_examples=15, phases=[Phase.generate])
@given(rows)
def test_rules_hold_for_everybody_on_a_list(rows):
    table = table_of(rows)
    if not usable(table):
        return
    found = listed(table, columns=COLUMNS, rules=RULES)
    on = found.to_frame()
    said = table[table["id"].isin(on["customer"])]
    assert not (said["agreed"] == "no").any()
    assert (said.groupby("id")["agreed"].count() > 0).all()
    assert not (said["last"] > pd.Timestamp("2026-10-23")).any()
    assert on["days_ago"].between(0, 60).all()
    assert (found.call.groupby("owner").size() <= 2).all()
    assert len(found.thank) <= 3
    assert set(found.call["rating"]) | set(found.ask["rating"]) <= {1, 2, 3}
    assert set(found.thank["rating"]) <= {5, 6, 7}
    for owner, asked in found.ask.groupby("owner"):
        called = found.call[found.call["owner"] == owner]
        assert len(called) == 2
        assert not (called["value"].min() < asked["value"].max())


@examples(max_examples=15, phases=[Phase.generate])
@given(rows, st.randoms(use_true_random=False))
def test_the_order_of_rows_and_the_direction_of_the_scale_change_nothing(rows, chance):
    table = table_of(rows)
    if not usable(table):
        return
    first = listed(table, columns=COLUMNS, rules=RULES).customers
    places = list(range(len(table)))
    chance.shuffle(places)
    pd.testing.assert_frame_equal(listed(table.iloc[places], columns=COLUMNS, rules=RULES).customers, first)
    scale = cx.named_scale("ces-2.0")
    mirrored = cx.Scale(
        "effort", range(1, 8), "low", sorted(8 - k for k in scale.favourable), sorted(8 - k for k in scale.unfavourable)
    )
    turned = listed(table.assign(ces=8 - table["ces"]), columns=COLUMNS, rules=RULES, scale=mirrored).customers
    pd.testing.assert_frame_equal(turned.assign(rating=8 - turned["rating"]), first)


def test_the_worst_of_the_latest_day_counts_and_it_is_said():
    table = made(
        ("a", 1, "2026-11-01 09:00"), ("a", 7, "2026-11-10 09:00"), ("b", 7, "2026-11-10 18:00"),
        ("b", 2, "2026-11-10 08:00"), ("c", 6, None), ("c", 2, "2026-11-03"),
    )  # fmt: skip
    found = listed(table)
    assert found.customers.set_index("customer")["rating"].to_dict() == {"a": 7, "b": 2, "c": 2}
    assert found.differing == 1
    assert "1 customer answered differently on their latest day: the worst counts." in found.sentence()
    without_days = listed(table, columns=CustomerColumns("id"))
    assert without_days.customers.set_index("customer")["rating"].to_dict() == {"a": 1, "b": 2, "c": 2}
    assert "in several answers" in without_days.sentence()


def test_a_day_is_that_of_the_clock_where_it_was_written():
    at = pd.Series(pd.to_datetime(["2026-11-22 23:30", "2026-11-23 00:30"])).dt.tz_localize("Europe/Amsterdam")
    found = listed(pd.DataFrame({"id": ["a", "b"], "ces": [1, 1], "at": at}))
    assert found.call["customer"].tolist() == ["a"]
    assert found.call["days_ago"].tolist() == [0]
    assert "1 answers after 2026-11-22" in found.sentence()


@pytest.mark.parametrize(("last", "free"), [("2026-10-23", True), ("2026-10-24", False), (None, True)])
def test_contact_is_allowed_again_after_that_many_days(last, free):
    table = made(("a", 1, "2026-11-20", last), columns=("id", "ces", "at", "last"))
    found = listed(
        table, columns=CustomerColumns("id", answered="at", contacted="last"), rules=ContactRules(TODAY, not_within=30)
    )
    assert (len(found.call) == 1) is free
    if not free:
        assert found.set_aside["why"].tolist() == ["contacted fewer than 30 days ago"]


def test_withdrawn_consent_and_a_recent_contact_on_another_row_count():
    table = made(
        ("a", 1, "2026-11-20", True, None), ("a", None, "2026-08-20", False, None), ("b", 1, "2026-11-20", True, None),
        ("b", 7, "2026-01-20", None, "2026-11-21"), ("c", 1, "2026-11-20", None, None),
        ("d", 1, "2026-11-20", True, None),
        columns=("id", "ces", "at", "agreed", "last"),
    )  # fmt: skip
    columns = CustomerColumns("id", answered="at", consent="agreed", contacted="last")
    found = listed(table, columns=columns, rules=ContactRules(TODAY, not_within=7))
    assert found.set_aside.set_index("customer")["why"].to_dict() == {
        "a": "consent refused",
        "b": "contacted fewer than 7 days ago",
        "c": "no consent recorded",
    }
    assert found.call["customer"].tolist() == ["d"]


def test_value_at_risk_decides_then_rating_then_recency_then_the_key():
    table = made(
        ("a", 3, "2026-11-20", 50), ("b", 1, "2026-11-01", 50), ("c", 1, "2026-11-02", 50), ("e", 1, "2026-11-02", 50),
        ("d", 3, "2026-01-02", 900), ("z", 1, "2026-11-21", None),
        columns=("id", "ces", "at", "worth"),
    )  # fmt: skip
    columns = CustomerColumns("id", answered="at", value="worth")
    assert listed(table, columns=columns).call["customer"].tolist() == ["d", "c", "e", "b", "a", "z"]
    # 900 half a dozen times halved is 900 / 2 ** (324 / 50) = 10.1; 50 / 2 ** (2 / 50) = 48.6.
    faded = listed(table, columns=columns, rules=ContactRules(TODAY, half_life=50))
    assert faded.call["customer"].tolist() == ["a", "c", "e", "b", "d", "z"]
    assert "1 of those to call have no value and come last." in faded.sentence()


def test_owners_by_reason_and_capacity_by_owner():
    table = made(
        *((f"c{k}", 1, "2026-11-20", reason) for k, reason in enumerate(["delivery"] * 3 + ["invoice"] * 2 + ["odd"])),
        columns=("id", "ces", "at", "about"),
    )
    columns = CustomerColumns("id", reason="about", owner={"delivery": "Ann", "invoice": "Bob"})
    found = listed(table, columns=columns, rules=ContactRules(TODAY, capacity={"Ann": 2, "(no owner)": 1}))
    assert {owner: len(rows) for owner, rows in found.lists_by_owner().items()} == {"Ann": 3, "Bob": 2, "(no owner)": 1}
    assert found.call["owner"].value_counts().to_dict() == {"Ann": 2, "(no owner)": 1}
    assert found.ask.set_index("customer")["why"].to_dict() == {
        "c2": "the owner's calls are used up",
        "c3": "no calls are named for the owner",
        "c4": "no calls are named for the owner",
    }


def test_without_a_column_consent_is_said_to_be_unknown():
    assert "Consent was not looked at" in listed(made(("a", 1, "2026-11-20"))).sentence()


def test_nobody_is_an_answer_too(tmp_path):
    found = listed(made(("a", None, "2026-11-20"), (None, 3, "2026-11-20")))
    assert len(found.to_frame()) == 0
    assert found.lists_by_owner() == {}
    assert "0 customers answered ces up to 2026-11-22" in found.sentence()
    found.to_csv(tmp_path / "none.csv")
    assert (tmp_path / "none.csv").read_text(encoding="utf-8-sig").startswith("list,rank,customer,rating")


def test_no_cell_runs_as_a_formula(tmp_path):
    pytest.importorskip("openpyxl")
    from openpyxl import load_workbook

    table = made(
        ("=1+1", 1, "2026-11-20", "@SUM(A1)", "＝cmd"), ("+2", 2, "2026-11-20", "\t=1", "-x"),
        columns=("id", "ces", "at", "about", "=note"),
    )  # fmt: skip
    found = listed(table, columns=CustomerColumns("id", reason="about"), show="=note")
    found.to_csv(tmp_path / "all.csv", only="call back")
    with (tmp_path / "all.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell.lstrip().startswith(tuple("=+-@＝＋－＠"))]
    assert {"'=1+1", "'+2", "'@SUM(A1)", "'＝cmd", "'-x", "'=note"} <= set(cells)
    found.to_xlsx(tmp_path / "all.xlsx")
    book = load_workbook(tmp_path / "all.xlsx")
    assert book.sheetnames == ["call back", "thank", "ask", "account"]
    kinds = {(cell.value, cell.data_type, cell.quotePrefix) for row in book["call back"].rows for cell in row}
    assert {("=1+1", "s", True), ("@SUM(A1)", "s", True), ("=note", "s", True)} <= kinds
    assert "f" not in {kind for _, kind, _ in kinds}


@pytest.mark.parametrize(
    ("table", "settings", "says"),
    [
        ({"id": ["a"], "ces": [1]}, {"columns": CustomerColumns("idd")}, "column 'idd' not found; did you mean 'id'?"),
        ({"id": ["a"], "ces": [1], "at": ["soon"]}, {}, "column 'at' must hold dates; it holds text"),
        ({"id": ["a"], "ces": ["so so"]}, {"columns": CustomerColumns("id")}, "no answer of column 'ces' is a point"),
        (
            {"id": ["a"], "ces": [1], "worth": ["much"]},
            {"columns": CustomerColumns("id", value="worth")},
            "column 'worth' must hold numbers; it holds text",
        ),
        (
            {"id": ["a"], "ces": [1], "ok": ["perhaps"]},
            {"columns": CustomerColumns("id", consent="ok")},
            "consent must be truth values, 1 and 0, or yes and no",
        ),
        (
            {"id": ["a"], "ces": [1]},
            {"columns": CustomerColumns("id"), "rules": ContactRules(TODAY, not_within=3)},
            "not_within needs the column of CustomerColumns(contacted=)",
        ),
        (
            {"id": ["a"], "ces": [1], "owner": ["x"]},
            {"columns": CustomerColumns("id"), "show": "owner"},
            "column 'owner' to show has the name of a column of the lists",
        ),
    ],
)
def test_errors_say_what_must_hold(table, settings, says):
    with pytest.raises(ValueError, match=re.escape(says)):
        listed(pd.DataFrame(table), **settings)


def test_rules_are_checked():
    with pytest.raises(TypeError, match="today must be a date"):
        ContactRules("2026-11-22")  # pyright: ignore[reportArgumentType]
    with pytest.raises(ValueError, match="capacity must be a whole number of 0 or more; got -1"):
        ContactRules(TODAY, capacity={"Ann": -1})
    with pytest.raises(ValueError, match="name the column reason="):
        CustomerColumns("id", owner={"delivery": "Ann"})
    assert ContactRules(datetime(2026, 11, 22, 23, 59)).today == TODAY
    found = listed(made(("a", 1, "2026-11-20")))
    with pytest.raises(ValueError, match="no customer has the owner 'Ann'"):
        found.to_csv("never.csv", owner="Ann")
    with pytest.raises(ValueError, match="list 'thanks' not found; did you mean 'thank'"):
        found.to_csv("never.csv", only="thanks")
    with pytest.raises(ValueError, match="does not say which points are favourable"):
        listed(made(("a", 1, "2026-11-20")), scale=cx.Scale("bare", range(1, 8), "high"))
    with pytest.raises(TypeError, match="needs a Survey or a table of pandas; got list"):
        follow_up([1], "ces", scale="ces-2.0", customers="id", rules=RULES)  # pyright: ignore[reportArgumentType]


def test_data_stay_as_they_are_and_a_survey_is_read(support):
    survey = cx.read_export(support)
    before = survey.responses.copy()
    columns = CustomerColumns("customer", answered="answered_at", reason="contact_reason", owner="team")
    found = follow_up(
        survey, "ces", scale="ces-2.0", customers=columns, rules=ContactRules(date(2026, 12, 31), capacity=5)
    )
    pd.testing.assert_frame_equal(survey.responses, before)
    assert (found.call.groupby("owner").size() <= 5).all()
    answered = before[before["ces"].isin(range(1, 8))]
    assert len(found.customers) == answered["customer"].nunique()


def test_codes_for_no_answer_say_nothing():
    answers = made(("a", 1, "2026-11-20"), ("a", 9, "2026-11-21"), ("b", 9, "2026-11-20"), ("c", 7, "2026-11-20"))
    columns = CustomerColumns("id", answered="at")
    found = follow_up(answers, "ces", scale="ces-2.0", customers=columns, rules=ContactRules(TODAY), missing=["9", 7])
    assert found.customers["customer"].tolist() == ["a"]
    assert dict(found.answers) == {
        "read": 4, "used, one a customer": 1, "other answers of the same customers": 0, "name no customer": 0,
        "no answer": 3, "not a point of the scale": 0, "answered after today": 0,
    }  # fmt: skip
    silent = follow_up(answers, "ces", scale="ces-2.0", customers=columns, rules=ContactRules(TODAY), missing=(1, 7, 9))
    assert len(silent.customers) == 0


def test_the_days_looked_at_and_all_others_are_told_apart():
    answers = made(
        ("a", 1, "2026-11-20"), ("b", 4, "2026-11-19"), ("c", 7, "2026-11-01"), ("d", 4, "2026-10-01"),
        ("e", 2, "2026-10-02"), ("f", 7, None), ("g", 6, "2026-11-18"),
    )  # fmt: skip
    found = listed(answers, rules=ContactRules(TODAY, not_older_than=28, thanks=1))
    first, days, left, earlier, undated, *_ = found.sentences()
    assert first == "Call 1 customer back, ask 0 what could be better, thank 1."
    assert days == (
        "4 customers answered ces in the 28 days up to 2026-11-22: 1 of them unfavourably (1-3), 2 favourably (5-7), 1 "
        "in between."
    )
    assert left == "On no list although not in between: the thanks are used up (1)."
    assert earlier == "2 more answered before that and are on no list."
    assert undated == "1 more answered on a day that is not known and are on no list."
    aside = found.set_aside.set_index("customer")["why"]
    assert aside["d"] == aside["e"] == "answer more than 28 days old"
    assert aside["b"] == "neutral"
    assert " ".join(found.sentences()) == found.sentence()
    assert "up to 2026-11-22: 2 of them" in listed(answers).sentence()
