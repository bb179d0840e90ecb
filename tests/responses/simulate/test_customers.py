"""Simulated customers: possible, seeded, quick, and as unlike a fitted model as promised."""

import time

import numpy as np
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal
from scipy import stats

from cxstats import named_scale
from cxstats.responses.simulate import CHECKOUT, EASE_ITEMS, SUPPORT, simulate_checkout, simulate_support
from cxstats.responses.simulate.support import DRIFT_DAY, INVITED_SHARE, RELEASE_DAY

SIMULATORS = [simulate_checkout, simulate_support]
RATINGS = (("ces", "ces-2.0"), ("csat", "csat-5"), ("nps", "nps"))
N = 40_000


@pytest.fixture(scope="module")
def orders():
    return simulate_checkout(N, rng=np.random.default_rng(11))


@pytest.fixture(scope="module")
def tickets():
    return simulate_support(N, rng=np.random.default_rng(12))


@pytest.mark.parametrize("simulate", SIMULATORS)
@pytest.mark.parametrize("n", [1, 2, 500])
def test_ratings_lie_on_their_scales(simulate, n):
    made = simulate(n, rng=np.random.default_rng(n))
    assert len(made) == n
    assert made.drop(columns="comment", errors="ignore").notna().all(axis=None)
    for column, scale in RATINGS:
        assert set(made[column]) <= set(named_scale(scale).points)


@pytest.mark.parametrize("simulate", SIMULATORS)
def test_every_point_of_every_scale_occurs(simulate):
    made = simulate(N, rng=np.random.default_rng(1))
    for column, scale in RATINGS:
        assert set(made[column]) == set(named_scale(scale).points)


@pytest.mark.parametrize("simulate", SIMULATORS)
def test_the_same_seed_gives_the_same_customers(simulate):
    one, same, other = (simulate(300, rng=np.random.default_rng(seed)) for seed in (5, 5, 6))
    assert_frame_equal(one, same)
    assert not one.equals(other)


@pytest.mark.parametrize("simulate", SIMULATORS)
def test_a_million_customers_take_seconds(simulate):
    started = time.perf_counter()
    simulate(1_000_000, rng=np.random.default_rng(1))
    # 2.3 to 2.5 s on two cores; the bound leaves room for a busy machine.
    assert time.perf_counter() - started < 15


def test_facts_are_possible(orders, tickets):
    assert (orders[["steps", "form_fields", "errors"]] >= [3, 8, 0]).all(axis=None)
    assert (orders["minutes"] > 0).all()
    assert (tickets[["repeats", "waiting_minutes", "transfers"]] >= 0).all(axis=None)
    assert ((tickets["repeats"] == 0) == tickets["first_contact_resolution"]).all()
    assert (tickets["spend"] > 0).equals(tickets["bought_again"])
    for made, first in ((orders, "ordered_at"), (tickets, "closed_at")):
        assert (made["invited_at"] > made[first]).all()
        assert (made["answered_at"] >= made["invited_at"]).all()
    assert (tickets["responded"] <= tickets["invited"]).all()


def test_weights_are_one_over_the_share_invited(tickets):
    for channel, share in zip(SUPPORT.levels["channel"], INVITED_SHARE, strict=True):
        mine = tickets[tickets["channel"] == channel]
        assert set(mine["weight"]) == {1 / share}
        # Four standard errors of the share.
        assert mine["invited"].mean() == pytest.approx(share, abs=4 * np.sqrt(share * (1 - share) / len(mine)))


@pytest.mark.parametrize("simulate", SIMULATORS)
def test_the_silent_and_the_late_are_less_satisfied(simulate):
    made = simulate(N, rng=np.random.default_rng(9))
    made = made[made["invited"]] if "invited" in made else made
    answered, silent = made[made["responded"]], made[~made["responded"]]
    early, late = (answered[answered["after_reminder"] == flag]["csat"] for flag in (False, True))
    assert stats.ttest_ind(early, late).pvalue < 1e-6
    assert early.mean() > late.mean()
    assert answered["csat"].mean() > silent["csat"].mean() + 0.2


def test_the_careless_give_one_answer_throughout_and_hurry(orders):
    careless = orders[orders["careless"]]
    assert careless[list(EASE_ITEMS)].eq(careless[EASE_ITEMS[0]], axis=0).all(axis=None)
    assert careless["seconds"].median() < orders["seconds"].median() / 2
    assert 0.03 < len(careless) / N < 0.05


def test_answers_of_one_customer_are_alike(tickets):
    repeated = tickets[tickets["customer"].duplicated(keep=False)]
    pairs = repeated.groupby("customer")["ces"].agg(["first", "last"])
    assert pairs.corr().iloc[0, 1] > 4 / np.sqrt(len(pairs))


def test_the_help_centre_solves_more_and_phone_waiting_drifts(tickets):
    day = (tickets["opened_at"].dt.normalize() - pd.Timestamp("2025-09-01")).dt.days
    on_site = tickets["channel"].isin(["web form", "chat"])
    solved = tickets[on_site].groupby(day >= RELEASE_DAY)["first_contact_resolution"].mean()
    assert solved[True] > solved[False] + 0.03
    phone = tickets[tickets["channel"] == "phone"]
    before, after = (phone[mask[phone.index]]["waiting_minutes"] for mask in (day < DRIFT_DAY, day > 330))
    assert after.mean() > 1.4 * before.mean()


def test_the_year_has_its_weekdays(tickets, orders):
    per_weekday = tickets["opened_at"].dt.day_of_week.value_counts()
    assert per_weekday[0] > 1.2 * per_weekday[4] > 1.2 * per_weekday[5]
    assert orders["ordered_at"].dt.date.nunique() == tickets["opened_at"].dt.date.nunique() == 365


def test_comments_fit_what_happened_in_four_languages(tickets):
    said = tickets.dropna(subset="comment")
    twice = said[said["comment"].str.contains("twice|twee keer|două ori|两遍")]
    assert len(twice) > 50
    assert twice["repeated_oneself"].all()
    assert set(twice["language"]) == {"en", "nl", "ro", "zh"}
    at_once = said[said["comment"].str.contains("Solved at once|Meteen opgelost|imediat|马上")]
    assert at_once["first_contact_resolution"].all()
    chinese = said["comment"].str.contains(r"[\u4e00-\u9fff]")
    assert (chinese == (said["language"] == "zh")).all()


def test_loyal_customers_come_back(tickets):
    promoters, detractors = (tickets[tickets["nps"].between(*ends)] for ends in ((9, 10), (0, 6)))
    for outcome in ("bought_again", "referred", "spend"):
        assert promoters[outcome].mean() > detractors[outcome].mean()


def test_answers_are_neither_proportional_odds_nor_of_even_spread(orders):
    """The log odds ratio of a failed payment is not the same at every threshold of the scale."""
    ratios = []
    for point in (3, 5, 7):
        table = pd.crosstab(orders["payment_failed"], orders["ces"] >= point).to_numpy() + 0.5
        ratio, error = np.log(table[0, 1] * table[1, 0] / table[0, 0] / table[1, 1]), np.sqrt((1 / table).sum())
        ratios.append((ratio, error))
    (low, low_error), _, (high, high_error) = ratios
    assert abs(low - high) > 4 * np.hypot(low_error, high_error)


def test_what_would_have_been_is_a_simulation_away():
    as_is, shorter = (
        simulate_checkout(N, rng=np.random.default_rng(1), do=do)
        for do in ({}, {"steps": lambda steps: np.minimum(steps, 5)})
    )
    assert (as_is["device"] == shorter["device"]).all()
    assert (shorter["minutes"] <= as_is["minutes"]).all()
    assert shorter["ces"].mean() > as_is["ces"].mean() + 0.1
    assert CHECKOUT.consequences("steps") >= {"clicks", "minutes", "ces"}
