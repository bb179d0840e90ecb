"""Simulate: the committed sample exports are reproducible, and the made-up customers obey the truth they were given."""

import hashlib

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from scipy.stats import spearmanr

from cxstats import named_scale, read_answer, read_export
from cxstats.responses.simulate import (
    CHECKOUT_FILE,
    SUPPORT_FILE,
    simulate_checkout,
    simulate_support,
    write_sample_exports,
)

SIMULATORS = [simulate_checkout, simulate_support]
N = 20_000


@pytest.fixture(scope="module")
def checkouts():
    return simulate_checkout(N, rng=np.random.default_rng(11))


@pytest.fixture(scope="module")
def contacts():
    return simulate_support(N, rng=np.random.default_rng(12))


def test_the_committed_exports_are_what_is_written(tmp_path, support, checkout):
    written = write_sample_exports(tmp_path)
    assert [path.name for path in written] == [CHECKOUT_FILE, SUPPORT_FILE] == [checkout.name, support.name]
    for path, committed in zip(written, (checkout, support), strict=True):
        digests = [hashlib.sha256(file.read_bytes()).hexdigest() for file in (path, committed)]
        assert digests[0] == digests[1], f"{path.name} differs; write data/ again"


@pytest.mark.parametrize("simulate", SIMULATORS)
@pytest.mark.parametrize("n", [1, 2, 500])
def test_ratings_lie_on_their_scales(simulate, n):
    answers = simulate(n, rng=np.random.default_rng(n))
    assert len(answers) == n
    assert answers.notna().all(axis=None)
    for column, scale in (("ces", "ces-2.0"), ("csat", "csat-5"), ("nps", "nps")):
        assert set(answers[column]) <= set(named_scale(scale).points)


@pytest.mark.parametrize("simulate", SIMULATORS)
def test_every_point_of_every_scale_occurs(simulate):
    answers = simulate(N, rng=np.random.default_rng(1))
    for column, scale in (("ces", "ces-2.0"), ("csat", "csat-5"), ("nps", "nps")):
        assert set(answers[column]) == set(named_scale(scale).points)


@pytest.mark.parametrize("simulate", SIMULATORS)
def test_the_same_seed_gives_the_same_customers(simulate):
    one, same, other = (simulate(300, rng=np.random.default_rng(seed)) for seed in (5, 5, 6))
    assert_frame_equal(one, same)
    assert not one.equals(other)


def test_solved_at_the_first_contact_means_one_contact(contacts):
    solved = contacts["first_contact_resolution"] == "yes"
    assert ((contacts["contacts"] == 1) == solved).all()
    assert 0.5 < solved.mean() < 0.9


def test_facts_are_possible(checkouts, contacts):
    assert (checkouts[["steps", "form_fields", "errors"]] >= [3, 8, 0]).all(axis=None)
    assert (checkouts["minutes"] > 0).all()
    assert (contacts[["contacts", "waiting_minutes", "transfers"]] >= [1, 0, 0]).all(axis=None)
    assert contacts["answered_at"].is_monotonic_increasing
    assert ((contacts["weight"] == 2) == (contacts["channel"] == "phone")).all()
    assert contacts["customer"].duplicated().any()


# Over 20,000 customers the standard error of a rank correlation is about 0.007; four of them are asked for.
FOUR_ERRORS = 4 / np.sqrt(N)


@pytest.mark.parametrize("column", ["minutes", "errors", "steps", "form_fields"])
def test_a_harder_checkout_means_a_lower_score(checkouts, column):
    assert spearmanr(checkouts[column], checkouts["ces"]).statistic < -FOUR_ERRORS


@pytest.mark.parametrize("column", ["contacts", "waiting_minutes", "transfers"])
def test_harder_support_means_a_lower_score(contacts, column):
    assert spearmanr(contacts[column], contacts["ces"]).statistic < -FOUR_ERRORS


def test_a_failed_payment_and_an_unsolved_problem_cost_points(checkouts, contacts):
    paid = checkouts.groupby("payment_failed")["ces"].mean()
    solved = contacts.groupby("first_contact_resolution")["ces"].mean()
    # 1.3 and 0.75 or more units of latent effort; a point of the scale is 0.6 to 0.9 units wide.
    assert paid["no"] - paid["yes"] > 1
    assert solved["yes"] - solved["no"] > 0.75


def test_causes_run_as_said(checkouts, contacts):
    minutes = checkouts.groupby("steps")["minutes"].mean()
    assert minutes[7] > minutes[5] > minutes[3]
    guests = checkouts.groupby("account")["form_fields"].mean()
    assert guests["guest"] - guests["registered"] == pytest.approx(5, abs=0.2)  # standard error 0.04
    assert contacts.groupby("channel")["waiting_minutes"].mean().idxmax() == "phone"


@pytest.mark.parametrize("simulate", SIMULATORS)
def test_ease_satisfaction_and_recommendation_go_together(simulate):
    answers = simulate(N, rng=np.random.default_rng(2))
    together = answers[["ces", "csat", "nps"]].corr(method="spearman").to_numpy()
    assert (together > 0.2).all()
    assert together[0, 1] > together[0, 2]  # recommendation follows from satisfaction, not from ease itself


def test_answers_of_one_customer_are_alike(contacts):
    repeated = contacts[contacts["customer"].duplicated(keep=False)]
    pairs = repeated.groupby("customer")["ces"].agg(["first", "last"])
    assert pairs.corr().iloc[0, 1] > 4 / np.sqrt(len(pairs))


def test_the_exports_hold_the_damage_that_they_were_given(tmp_path):
    checkout, support = (read_export(path) for path in write_sample_exports(tmp_path))
    assert (checkout.source.vendor, support.source.vendor) == ("qualtrics", "plain")
    assert set(checkout.rejected["reason"]) == {"preview response", "duplicate response id"}
    assert checkout.responses["partial"].any()
    assert support.rejected.empty
    for survey in (checkout, support):
        for column, scale in (("ces", "ces-2.0"), ("csat", "csat-5"), ("nps", "nps")):
            answers = survey.responses[column]
            assert answers.isna().any()
            readings = [read_answer(answer, named_scale(scale)) for answer in answers]
            assert all(reading.missing or reading.point is not None for reading in readings)


def test_the_support_export_holds_the_simulated_answers(support):
    answers = read_export(support).responses
    assert set(answers["language"]) == {"en", "nl", "ro"}
    points = pd.Series([read_answer(answer, named_scale("csat-5")).point for answer in answers["csat"]], answers.index)
    # Three languages answer the same question about the same desk: each uses every point.
    assert points.groupby(answers["language"]).nunique().tolist() == [5, 5, 5]
