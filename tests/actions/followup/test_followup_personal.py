"""Personal data planted in a survey appear nowhere unless their column is asked for by name."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

import cxstats as cx
from cxstats.actions.followup import ContactRules, CustomerColumns, follow_up, recovery

N = 120
PLANTED = ("Anneliese", "Vandenbosch", "vandenbosch", "@post.example", "612345", "203.0.113")
RULES = ContactRules(date(2026, 11, 22), capacity=3)


@pytest.fixture
def table():
    k = np.arange(N)
    rng = np.random.default_rng(8)
    called = rng.random(N) < 0.5
    return pd.DataFrame(
        {
            "id": [f"C{i:04d}" for i in k],
            "name": ["Anneliese Vandenbosch"] * N,
            "email": [f"anneliese.vandenbosch{i}@post.example" for i in k],
            "phone": [f"+31 6 612345{i:02d}" for i in k % 100],
            "ip": [f"203.0.113.{i}" for i in k],
            "comment": [f"call me on 06-612345{i % 100:02d}, Anneliese, or a{i}@post.example" for i in k],
            "ces": k % 7 + 1,
            "worth": rng.gamma(2, 50, N),
            "about": np.where(k % 3 == 0, "delivery", "invoice"),
            "team": np.where(k % 2 == 0, "north", "south"),
            "called": called,
            "back": rng.random(N) < 0.4 + 0.2 * called,
        }
    )


def survey_of(table):
    source = cx.responses.survey.Source("made.csv", "plain", "text", N)
    questions = pd.DataFrame({"column": table.columns})
    return cx.Survey(table, questions, pd.DataFrame({"record": [], "reason": []}), source)


def clean(text):
    found = [word for word in PLANTED if word in text]
    assert not found, found


COLUMNS = CustomerColumns("id", value="worth", reason="about", owner="team")


@pytest.mark.parametrize("as_survey", [True, False])
def test_nothing_personal_is_shown_or_written(table, as_survey, tmp_path):
    pytest.importorskip("openpyxl")
    data = survey_of(table) if as_survey else table
    found = follow_up(data, "ces", scale="ces-2.0", customers=COLUMNS, rules=RULES)
    said = [repr(found), found._repr_html_(), found.sentence(), str(found.summary()), repr(found.rules)]
    tables = [found.customers, found.call, found.thank, found.ask, found.neutral, found.set_aside, found.to_frame()]
    tables += found.lists_by_owner().values()
    for text in [*said, *(one.to_csv() for one in tables)]:
        clean(text)
    found.to_csv(tmp_path / "lists.csv")
    found.to_xlsx(tmp_path / "lists.xlsx")
    clean((tmp_path / "lists.csv").read_text(encoding="utf-8-sig"))
    for sheet in pd.read_excel(tmp_path / "lists.xlsx", sheet_name=None, header=None).values():
        clean(sheet.to_csv())


def test_only_the_column_asked_for_is_in_lists_and_none_in_representations(table, tmp_path):
    found = follow_up(survey_of(table), "ces", scale="ces-2.0", customers=COLUMNS, rules=RULES, show=("email",))
    assert found.call["email"].str.endswith("@post.example").all()
    assert not {"name", "phone", "ip", "comment"} & set(found.customers.columns)
    for text in (repr(found), str(found), found._repr_html_(), found.sentence(), found.summary().to_csv()):
        clean(text)
    found.to_csv(tmp_path / "lists.csv")
    written = (tmp_path / "lists.csv").read_text(encoding="utf-8-sig")
    assert "@post.example" in written
    assert "612345" not in written
    assert "Anneliese" not in written


@pytest.mark.parametrize("column", ["name", "email", "phone", "ip"])
@pytest.mark.parametrize("use", ["customer", "reason", "owner"])
def test_a_personal_column_is_not_used_for_something_else(table, column, use):
    columns = CustomerColumns(**({"customer": "id"} | {use: column}))
    for data in (table, survey_of(table)):
        with pytest.raises(ValueError, match=f"column '{column}', used as {use}, seems to hold an? ") as caught:
            follow_up(data, "ces", scale="ces-2.0", customers=columns, rules=RULES)
        clean(str(caught.value))


def test_a_personal_key_is_shown_where_it_is_asked_for(table):
    found = follow_up(table, "ces", scale="ces-2.0", customers="email", rules=RULES, show="email")
    assert list(found.customers.columns).count("email") == 0
    assert found.call["customer"].str.endswith("@post.example").all()
    clean(repr(found) + found._repr_html_())


@pytest.mark.parametrize("column", ["name", "email", "phone", "ip", "comment"])
@pytest.mark.parametrize("use", ["answered", "value", "consent", "contacted", "rating"])
def test_no_error_says_what_stands_in_a_cell(table, column, use):
    columns = CustomerColumns("id", **({} if use == "rating" else {use: column}))
    rules = ContactRules(date(2026, 11, 22), not_within=3 if use == "contacted" else None)
    with pytest.raises(ValueError, match=column) as caught:
        follow_up(table, column if use == "rating" else "ces", scale="ces-2.0", customers=columns, rules=rules)
    error = caught.value
    while error is not None:
        clean(str(error))
        error = error.__context__ if not error.__suppress_context__ else None


@pytest.mark.parametrize("column", ["name", "email", "phone", "ip", "comment"])
@pytest.mark.parametrize("use", ["called", "outcome", "because"])
def test_recovery_says_nothing_personal(table, column, use):
    named = {"called": "called", "outcome": "back", "because": ["worth"]}
    found = recovery(table, **named)
    clean(repr(found) + found._repr_html_() + found.to_frame().to_csv() + found.summary().to_csv())
    with pytest.raises(ValueError, match=column) as caught:
        recovery(table, **(named | {use: [column] if use == "because" else column}))
    clean(str(caught.value))
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
