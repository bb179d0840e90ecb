"""The sample exports: the same bytes from the same seed, with the damage that they were given and no more."""

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxstats import named_scale, read_answer, read_export
from cxstats.responses.simulate import (
    CHECKOUT_FILE,
    CONTACTS_FILE,
    EASE_ITEMS,
    SUPPORT_FILE,
    TICKETS_FILE,
    simulate_support,
    write_sample_exports,
)
from cxstats.responses.simulate.sample_exports import NOT_APPLICABLE, PREVIEWS, SEED, SKIPPED, TICKETS

DATA = Path(__file__).parents[3] / "data"


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.fixture(scope="module")
def checkout():
    return read_export(DATA / CHECKOUT_FILE)


@pytest.fixture(scope="module")
def support():
    return read_export(DATA / SUPPORT_FILE)


@pytest.fixture(scope="module")
def tickets():
    return read_export(DATA / TICKETS_FILE).responses


@pytest.fixture(scope="module")
def contacts():
    return read_export(DATA / CONTACTS_FILE).responses


def test_the_committed_exports_are_what_is_written(tmp_path):
    written = write_sample_exports(tmp_path)
    assert [path.name for path in written] == [CHECKOUT_FILE, SUPPORT_FILE, TICKETS_FILE, CONTACTS_FILE]
    for path in written:
        assert digest(path) == digest(DATA / path.name), f"{path.name} differs; write data/ again"


def test_the_checkout_export_holds_its_damage(checkout):
    assert checkout.source.vendor == "qualtrics"
    reasons = checkout.rejected["reason"].value_counts().to_dict()
    assert reasons == {"preview response": PREVIEWS, "duplicate response id": 1}
    partial = checkout.responses["partial"]
    assert 0.03 < partial.mean() < 0.09
    assert checkout.responses.loc[partial, list(EASE_ITEMS)].isna().all(axis=None)


def test_every_answer_is_read_or_missing(checkout, support):
    ratings = [(checkout, name, "ces-ease-5") for name in EASE_ITEMS]
    for survey in (checkout, support):
        ratings += [(survey, *pair) for pair in (("ces", "ces-2.0"), ("csat", "csat-5"), ("nps", "nps"))]
    for survey, column, scale in ratings:
        readings = [read_answer(answer, named_scale(scale)) for answer in survey.responses[column].unique()]
        assert all(reading.missing or reading.point is not None for reading in readings)


@pytest.mark.parametrize("name", ["checkout", "support"])
def test_questions_are_left_out_as_often_as_documented(name, checkout, support):
    responses = (checkout if name == "checkout" else support).responses
    responses = responses[~responses["partial"]] if "partial" in responses else responses
    documented = pd.read_csv(DATA / "true_figures.csv").query(f"simulator == '{name}'")
    documented = documented[documented["figure"] == "left out by those who finish"].set_index("of")["value"]
    assert documented.to_dict() == SKIPPED[name]
    for column, chance in documented.items():
        error = np.sqrt(chance * (1 - chance) / len(responses))
        assert responses[column].isna().mean() == pytest.approx(chance, abs=4 * error)


def test_satisfaction_is_answered_in_the_language_of_the_customer(support):
    answers = support.responses
    points = answers["csat"].map(lambda answer: read_answer(answer, named_scale("csat-5")).point)
    assert points.groupby(answers["language"]).nunique().to_dict() == dict.fromkeys(["en", "nl", "ro", "zh"], 5)
    not_applicable = answers["nps"].astype("str") == "n/a"
    assert not_applicable.mean() == pytest.approx(NOT_APPLICABLE, abs=4 * np.sqrt(NOT_APPLICABLE / len(answers)))


def test_some_answers_were_sent_twice(support):
    answers = support.responses
    again = answers.duplicated(["ticket", "ces", "csat", "nps", "comment"])
    assert 3 <= again.sum() <= 20
    assert answers["ticket"].nunique() == len(answers) - again.sum()
    assert answers["customer"].duplicated().sum() > 100


def test_everybody_who_answered_was_invited(support, tickets):
    assert len(tickets) == TICKETS
    invited = tickets.dropna(subset="invited_at").set_index("ticket")
    answers = support.responses
    assert answers["ticket"].isin(invited.index).all()
    assert (answers["invited_at"] == answers["ticket"].map(invited["invited_at"])).all()
    assert (answers["answered_at"] >= answers["invited_at"]).all()
    assert answers["ticket"].nunique() / len(invited) == pytest.approx(0.32, abs=4 * np.sqrt(0.22 / len(invited)))


def test_the_contacts_before_the_survey_add_up_to_what_happened(tickets, contacts):
    _, source = np.random.default_rng(SEED).spawn(2)
    happened = simulate_support(TICKETS, rng=source).set_index("ticket")
    closed = contacts["ticket"].map(tickets.set_index("ticket")["closed_at"])
    before = contacts[contacts["contacted_at"] <= closed]
    number = before["ticket"].str[1:].astype(int)
    sums = before.groupby(number)[["waiting_minutes", "transfers"]].sum()
    assert sums["waiting_minutes"].to_numpy() == pytest.approx(happened["waiting_minutes"].to_numpy(), abs=1e-9)
    assert (sums["transfers"] == happened["transfers"]).all()
    assert (before.groupby(number).size() - 1 == happened["repeats"]).all()
    first = before.groupby(number)["solved"].first() == "yes"
    assert (first == happened["first_contact_resolution"]).all()
    later = contacts[contacts["contacted_at"] > closed]
    assert 0.02 < len(later) / TICKETS < 0.06


def test_nobody_is_named(checkout, support, tickets, contacts):
    for table in (checkout.responses, support.responses, tickets, contacts):
        assert "@" not in table.to_csv()
        assert not {"name", "email", "phone", "address"} & set(map(str.lower, table.columns))
