"""Effort along contacts and switches: what is lost adds up, levels merge, switches follow time, unknowns are said."""

import numpy as np
import pandas as pd
import pytest

import cxstats as cx
from cxstats.actions.journeys import accumulated_effort, mark_switches


@pytest.fixture(scope="module")
def answers():
    rng = np.random.default_rng(2)
    n = 900
    contacts = 1 + rng.poisson(0.7, n)
    ces = np.clip(np.rint(6 - 0.8 * (contacts - 1) + rng.normal(0, 1, n)), 1, 7).astype(int)
    customer = rng.integers(0, 400, n)
    return pd.DataFrame({"ces": ces, "contacts": contacts, "customer": customer, "w": rng.choice([1.0, 3.0], n)})


@pytest.mark.parametrize("design", [None, cx.Design(weights="w", clusters="customer")])
@pytest.mark.parametrize("metric", ["mean", "bottom-2"])
def test_what_is_lost_adds_up_to_what_the_total_lies_below_the_base(answers, design, metric):
    found = accumulated_effort(answers, "ces", along="contacts", scale="ces-2.0", metric=metric, design=design, most=3)
    total = cx.score(cx.tally(answers, "ces", scale="ces-2.0", design=design), metric)
    sign = 1 if total.metric.good == "high" else -1
    assert found.levels == ("1", "2", "3 or more")
    assert found.lost.sum() == pytest.approx(sign * (found.scores.estimate[0] - total.estimate[0]))
    assert found.share.sum() == pytest.approx(1)
    assert found.to_frame()["n"].sum() == len(answers)


def test_levels_taken_together_are_counted_as_one(answers):
    found = accumulated_effort(answers, "ces", along="contacts", scale="ces-2.0", most=2)
    more = answers.loc[answers["contacts"] >= 2, "ces"]
    assert found.scores.estimate[1] == pytest.approx(more.mean())
    one = answers.loc[answers["contacts"] == 1, "ces"]
    error = np.sqrt(more.var(ddof=0) / len(more) + one.var(ddof=0) / len(one))
    assert found.standard_error == pytest.approx([0, error])
    table = found.to_frame()
    assert table["difference_low"][1] == pytest.approx(more.mean() - one.mean() - 1.959964 * error, abs=1e-6)
    # All that is lost comes with the second level, whose share of the answers it is.
    lost, low, high = found.whole
    assert lost == pytest.approx(found.lost[1])
    assert high - lost == pytest.approx(1.959964 * len(more) / len(answers) * error, abs=1e-6)
    said = f"{lost:.2f} points ({low:.2f} to {high:.2f})."
    assert f"Most of it comes with contacts 2 or more ({100 * found.share[1]:.0f} % of the answers): {said}" in (
        found.sentence()
    )
    assert f"make the whole {lost:.2f} points worse (95 % interval {low:.2f} to {high:.2f})." in found.sentence()


def test_noise_is_seldom_said_to_take_anything_off_the_total():
    rng, worse, apart, missed = np.random.default_rng(21), 0, 0, 0
    for _ in range(200):
        noise = pd.DataFrame({"ces": rng.integers(1, 8, 300), "contacts": rng.integers(1, 5, 300)})
        found = accumulated_effort(noise, "ces", along="contacts", scale="ces-2.0")
        _, low, high = found.whole
        said = found.sentence()
        worse += "comes with" in said
        apart += "not clearly" not in said
        missed += not low <= 0 <= high
    # One sentence in twenty says that there is a difference, half of them that it is worse.
    assert apart == missed
    assert apart <= 20
    assert worse <= 12


def test_levels_that_are_clearly_better_are_said_to_be(answers):
    better = answers.assign(ces=8 - answers["ces"])
    found = accumulated_effort(better, "ces", along="contacts", scale="ces-2.0")
    lost, low, high = found.whole
    assert high < 0
    said = f"make the whole {-lost:.2f} points better (95 % interval {-high:.2f} to {-low:.2f})."
    assert said in found.sentence()
    assert found.sentence().endswith("No single level is clearly worse than contacts 1.")


def test_the_base_is_the_first_level_with_enough_answers(answers):
    few = pd.concat([answers, pd.DataFrame({"ces": [1, 2, 1], "contacts": [0, 0, 0]})])
    found = accumulated_effort(few, "ces", along="contacts", scale="ces-2.0")
    assert found.base == 1
    assert found.to_text()["mean"].iloc[0] == "too few to say"
    assert "against 1" in found.to_text().columns


def test_unknown_and_impossible_numbers_are_said(answers):
    lacking = answers.assign(contacts=answers["contacts"].where(answers.index >= 20))
    found = accumulated_effort(lacking, "ces", along="contacts", scale="ces-2.0")
    assert "20 answers are left out, since their contacts is not known." in found.notes()
    with pytest.raises(ValueError, match="'contacts' must hold whole numbers; got 1.5"):
        accumulated_effort(answers.assign(contacts=1.5), "ces", along="contacts", scale="ces-2.0")
    with pytest.raises(ValueError, match="no answer to 'ces' has a number of 'contacts'"):
        accumulated_effort(answers.assign(contacts=np.nan), "ces", along="contacts", scale="ces-2.0")


def test_codes_for_no_answer_are_left_out(answers):
    coded = pd.concat([answers, answers.head(50).assign(ces=99)])
    named = {"along": "contacts", "scale": "ces-2.0"}
    told = accumulated_effort(coded, "ces", missing=99, **named)
    assert told.to_frame().equals(accumulated_effort(answers, "ces", **named).to_frame())
    assert told.scores.missing.sum() == 50
    assert accumulated_effort(answers, "ces", missing=[6, 7], **named).scores.n.sum() == (answers["ces"] < 6).sum()


def test_switches_follow_time_and_pass_over_what_is_missing():
    contacts = pd.DataFrame(
        {
            "ticket": ["a", "a", "a", "b", None, "a", "b"],
            "at": pd.to_datetime([f"2026-03-0{day}" for day in (3, 1, 2, 1, 1, 4, 2)]),
            "channel": ["phone", "chat", None, "web", "web", "phone", "web"],
            "agent": [1, 2, 2, 3, 3, 2, 4],
        },
        index=list("tuvwxyz"),
    )
    marked = mark_switches(contacts, on="ticket", at="at", of=["channel", "agent"])
    assert marked.index.tolist() == list("tuvwxyz")
    assert marked["channel_switched"].tolist() == [True, False, False, False, False, False, False]
    assert marked["agent_switched"].tolist() == [True, False, False, False, False, True, True]
    with pytest.raises(ValueError, match="column 'chanel' not found; did you mean 'channel'"):
        mark_switches(contacts, on="ticket", at="at", of="chanel")
    with pytest.raises(ValueError, match="column 'channel_switched' exists already"):
        mark_switches(marked, on="ticket", at="at", of="channel")


def test_switches_before_the_answer_are_counted_by_attach():
    contacts = pd.DataFrame({"ticket": [1, 1, 1], "day": pd.to_datetime(["2026-01-01", "2026-01-02", "2026-01-09"])})
    marked = mark_switches(contacts.assign(channel=["chat", "phone", "chat"]), on="ticket", at="day", of="channel")
    answers = pd.DataFrame({"ticket": [1], "day": pd.to_datetime(["2026-01-05"])})
    facts = {"contacts": "count", "switches": ("channel_switched", "sum")}
    joined = cx.attach(answers, marked, on="ticket", before="day", facts=facts).data
    assert (joined["contacts"].iloc[0], joined["switches"].iloc[0]) == (2, 1)
