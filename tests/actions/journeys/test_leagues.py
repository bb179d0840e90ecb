"""League tables: R's least squares, what adds up, what cannot be compared, true agents found again."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import scipy

import cxstats as cx
from cxstats.actions.journeys import league_of, league_table
from cxstats.actions.journeys.mix_adjustment import Dealt, adjusted
from cxstats.actions.journeys.shrinkage import shrink
from cxstats.plots.journeys import plot_league
from cxstats.responses.simulate import simulate_support
from cxstats.responses.simulate.support import AGENT_SKILL


@pytest.fixture
def theirs(figures):
    return figures("journeys")["league"]


def table_of(theirs):
    unit, kind = np.array(theirs["unit"]), np.array(theirs["kind"])
    return Dealt(unit, kind, np.array(theirs["score"]), np.array(theirs["n"], dtype=float))


def calls(rng, n=3_000, agents=8, spread=0.4):
    """Each agent is dealt mostly one of four reasons; reasons differ in how hard they are."""
    agent = rng.integers(0, agents, n)
    reason = np.where(rng.random(n) < 0.6, agent % 4, rng.integers(0, 4, n))
    skill = spread * np.linspace(-1, 1, agents)
    rng.shuffle(skill)
    latent = 4.8 + skill[agent] - 0.6 * reason + rng.normal(0, 1.2, n)
    data = pd.DataFrame({"agent": agent, "reason": reason, "ces": np.clip(np.rint(latent), 1, 7).astype(int)})
    return data, skill


def test_effects_and_their_errors_are_those_of_least_squares_in_r(theirs):
    found = adjusted(table_of(theirs), np.array(theirs["variance"]))
    assert found.share == pytest.approx(theirs["share"])
    assert found.effect == pytest.approx(theirs["effect"], abs=1e-10)
    assert found.expected == pytest.approx(theirs["expected"], abs=1e-10)
    assert found.uneven == pytest.approx(theirs["uneven"], abs=1e-10)
    assert found.standard_error == pytest.approx(theirs["standard_error"], abs=1e-10)
    # Had there been ten times the answers, the same residuals would be more than chance.
    tenth = adjusted(table_of(theirs), np.array(theirs["variance"]) / 10)
    assert tenth.uneven > 0.1
    assert tenth.uneven == pytest.approx(theirs["tenth"]["uneven"], abs=1e-10)
    assert tenth.standard_error == pytest.approx(theirs["tenth"]["standard_error"], abs=1e-10)


def test_shrunken_effects_are_those_of_numerical_integration(theirs):
    found = adjusted(table_of(theirs), np.array(theirs["variance"]))
    apart = scipy.linalg.helmert(5).T
    covariance = apart.T @ found.covariance @ apart
    ours = shrink(apart.T @ found.effect, covariance, columns=np.zeros((4, 0)), most=3.0)
    centred = found.centring @ apart
    assert ours.mean(centred) == pytest.approx(theirs["shrunken"]["mean"], abs=1e-7)
    limits = ours.interval(0.95, centred)
    assert limits.low == pytest.approx(theirs["shrunken"]["low"], abs=1e-6)
    assert limits.high == pytest.approx(theirs["shrunken"]["high"], abs=1e-6)


def test_a_covariance_that_is_diagonal_is_variances(theirs):
    variances = np.array(theirs["variance"])
    alone, whole = adjusted(table_of(theirs), variances), adjusted(table_of(theirs), np.diag(variances))
    assert whole.standard_error == pytest.approx(alone.standard_error)
    assert whole.uneven == pytest.approx(alone.uneven)


def test_measured_is_expected_plus_what_a_unit_adds():
    data, _ = calls(np.random.default_rng(1))
    found = league_table(data, "ces", of="agent", given="reason", scale="ces-2.0")
    table = found.to_frame()
    raw = data.groupby("agent")["ces"].agg(["mean", "size"]).loc[table["agent"]]
    assert table["estimate"].to_numpy() == pytest.approx(raw["mean"].to_numpy())
    assert table["n"].tolist() == raw["size"].tolist()
    assert (table["estimate"] - table["expected"]).to_numpy() == pytest.approx(
        (table["adjusted"] - found.total).to_numpy()
    )
    assert np.average(table["adjusted"], weights=table["n"]) == pytest.approx(data["ces"].mean())
    assert np.average(table["expected"], weights=table["n"]) == pytest.approx(data["ces"].mean())
    assert (table["funnel_low_wide"] < table["funnel_low"]).all()
    assert (table["funnel_low"] + table["funnel_high"]).to_numpy() / 2 == pytest.approx(found.total)


def test_agents_dealt_hard_reasons_are_not_blamed_for_them():
    errors = []
    for seed in range(6):
        data, skill = calls(np.random.default_rng(seed), n=1_500)
        table = league_table(data, "ces", of="agent", given="reason", scale="ces-2.0").to_frame().sort_values("agent")
        true = skill - np.average(skill, weights=table["n"])
        of = [table[name].to_numpy() - data["ces"].mean() for name in ("estimate", "adjusted", "shrunken")]
        errors.append([np.mean((one - true) ** 2) for one in of])
    raw, adjusted_, shrunken = np.mean(errors, axis=0)
    assert adjusted_ < raw / 4
    assert shrunken < raw / 4


def test_agents_of_the_support_desk_come_out_in_the_order_of_their_skill():
    tickets = simulate_support(60_000, rng=np.random.default_rng(6))
    found = league_table(tickets, "ces", of="agent", given=["channel", "contact_reason"], scale="ces-2.0")
    table = found.to_frame().sort_values("agent")
    assert np.corrcoef(table["shrunken"], AGENT_SKILL)[0, 1] > 0.9
    told = table["verdict"] != "cannot be told from the average"
    assert told.sum() >= 5
    # Those who are told apart are told apart on the right side.
    skill = AGENT_SKILL - np.average(AGENT_SKILL, weights=table["n"])
    assert (np.sign(skill[told]) == np.where(table["verdict"][told] == "better", 1, -1)).all()


def test_one_mix_for_all_leaves_scores_as_they_are():
    data, _ = calls(np.random.default_rng(2))
    table = league_table(data, "ces", of="agent", scale="ces-2.0").to_frame()
    assert table["adjusted"].to_numpy() == pytest.approx(table["estimate"].to_numpy())
    assert table["expected"].to_numpy() == pytest.approx(data["ces"].mean())


def test_a_unit_that_shares_no_kind_of_contact_is_not_compared():
    data, _ = calls(np.random.default_rng(3))
    data.loc[data["agent"] == 5, "reason"] = 9
    found = league_table(data, "ces", of="agent", given="reason", scale="ces-2.0")
    table = found.to_frame().set_index("agent")
    assert table.loc[5, "verdict"] == "cannot be compared"
    assert np.isnan(table.loc[5, "adjusted"])
    assert table.loc[5, "estimate"] > 0
    assert table["adjusted"].notna().sum() == 7
    assert "Not judged, no kind of contact shared with others: 5." in found.notes()
    assert found.to_frame()["agent"].iloc[-1] == 5


def two_desks(seed=3, agents=10, answers=60):
    """Half of the agents answer the phone only, half of them chat only, which is a point harder."""
    rng = np.random.default_rng(seed)
    agent = np.repeat(np.arange(2 * agents), answers)
    chat = agent >= agents
    skill = np.where(np.arange(2 * agents) % agents == 0, -1.5, 0.0)
    ces = np.clip(np.rint(rng.normal(5.5 + skill[agent] - chat, 1)), 1, 7).astype(int)
    channel = np.where(chat, "chat", "phone")
    # The second desk has one answer less, so that the first is the larger set.
    return pd.DataFrame({"agent": agent, "channel": channel, "ces": ces}).iloc[:-1]


def test_each_linked_set_is_judged_against_its_own_average():
    data = two_desks()
    found = league_table(data, "ces", of="agent", given="channel", scale="ces-2.0")
    table = found.to_frame().sort_values("agent", ignore_index=True)
    assert table["set"].tolist() == [1] * 10 + [2] * 10
    for number, channel in ((1, "phone"), (2, "chat")):
        alone = league_table(data[data["channel"] == channel], "ces", of="agent", given="channel", scale="ces-2.0")
        ours = table[table["set"] == number].reset_index(drop=True)
        theirs = alone.to_frame().sort_values("agent", ignore_index=True)
        assert ours["adjusted"].to_numpy() == pytest.approx(theirs["adjusted"].to_numpy())
        assert ours["rank_low"].tolist() == theirs["rank_low"].tolist()
        assert ours["verdict"].tolist() == theirs["verdict"].tolist()
        assert found.sets[number - 1].total == pytest.approx(alone.total)
        assert ours["verdict"][0] == "worse"
    assert found.sentences()[1].startswith("Set 1, 10 agents: Clearly worse than the average of")
    notes = " ".join(found.notes())
    assert "No kind of contact is shared between 2 sets of agents (set 1: 0; 1; 2;" in notes
    assert "scores, ranks and verdicts do not compare across sets." in notes
    assert "Not judged" not in notes
    assert found.to_text()["set"].tolist() == ["1"] * 10 + ["2"] * 10


def test_the_largest_set_is_drawn_and_the_others_are_counted():
    found = league_table(two_desks(), "ces", of="agent", given="channel", scale="ces-2.0")
    ax = plot_league(found)
    assert len(ax.get_yticklabels()) == 10
    assert "; 10 of other sets not drawn" in ax.get_xlabel()


def in_shifts(rng, agents=12, shifts=4, answers=20, alike=0.3):
    """Answers that are alike within a shift; agents do not differ."""
    latent = rng.normal(0, np.sqrt(alike), (agents, shifts, 1)) + rng.normal(0, 1, (agents, shifts, answers))
    agent, shift, _ = np.indices(latent.shape)
    ces = np.clip(np.rint(5 + 1.2 * latent), 1, 7).astype(int)
    columns = {"ces": ces, "agent": agent, "shift": 100 * agent + shift}
    return pd.DataFrame({name: one.ravel() for name, one in columns.items()})


def test_few_clusters_do_not_understate_the_errors():
    rng, errors, effects, told = np.random.default_rng(11), [], [], []
    for _ in range(60):
        found = league_table(in_shifts(rng), "ces", of="agent", scale="ces-2.0", design=cx.Design(clusters="shift"))
        errors.append(np.mean(found.fitted.adjusted.standard_error**2))
        effects.append(np.mean(found.fitted.adjusted.effect**2))
        told.append((found.fitted.p_value < 0.05).any())
    # 720 effects: their variance is known with a standard error of 5.5 %.
    assert np.mean(errors) == pytest.approx(np.mean(effects), rel=0.15)
    assert np.mean(told) <= 0.12
    # Three of its own, and thirty of the thirty-three of all others.
    assert found.fitted.degrees_of_freedom == pytest.approx(np.full(12, 33.0))
    t = np.abs(found.fitted.adjusted.effect) / found.fitted.adjusted.standard_error
    assert found.fitted.p_value.min() == pytest.approx(min(1, 12 * 2 * scipy.stats.t.sf(t.max(), 33)))


def test_a_tally_without_its_sums_counts_clusters_of_cells():
    data = in_shifts(np.random.default_rng(14))
    whole = cx.tally(data, "ces", scale="ces-2.0", by="agent", design=cx.Design(clusters="shift"))
    found = league_of(cx.score(replace(whole, sums=())), of="agent")
    assert found.fitted.degrees_of_freedom == pytest.approx(np.full(12, 33.0))
    assert "The covariance between cells under the design is not known and counts as 0." in found.notes()


def test_clusters_that_are_the_units_are_refused_and_a_unit_of_one_is_not_judged():
    data = in_shifts(np.random.default_rng(12))
    with pytest.raises(ValueError, match="each 'agent' needs answers of two or more clusters 'agent'.*all have one"):
        league_table(data, "ces", of="agent", scale="ces-2.0", design=cx.Design(clusters="agent"))
    one = data.assign(shift=data["shift"].where(data["agent"] != 3, -1))
    found = league_table(one, "ces", of="agent", scale="ces-2.0", design=cx.Design(clusters="shift"))
    assert found.to_frame()["agent"].iloc[-1] == 3
    assert "Not judged, all answers from one shift: 3." in found.notes()
    assert found.sentences()[0].endswith("of 11 agents cannot be told from the average.")


def test_too_few_answers_and_a_low_scale_are_said():
    data, _ = calls(np.random.default_rng(4))
    data = pd.concat([data[data["agent"] != 0], data[data["agent"] == 0].head(4)])
    up = league_table(data, "ces", of="agent", given="reason", scale="ces-2.0")
    assert up.to_frame()["agent"].iloc[-1] == 0
    assert "Not judged, too few answers to say: 0." in up.notes()
    low = cx.Scale("mirrored", range(1, 8), "low")
    down = league_table(data.assign(ces=8 - data["ces"]), "ces", of="agent", given="reason", scale=low)
    ours, theirs = (one.to_frame().set_index("agent").sort_index() for one in (up, down))
    assert ours["shrunken"].to_numpy() == pytest.approx(8 - theirs["shrunken"].to_numpy())
    assert ours["verdict"].tolist() == theirs["verdict"].tolist()
    assert ours["below_average"].to_numpy() == pytest.approx(theirs["below_average"].to_numpy(), abs=0.05)


def test_words_warn_against_judging_people_by_noise():
    data, _ = calls(np.random.default_rng(5), n=500, spread=0.0)
    found = league_table(data, "ces", of="agent", given="reason", scale="ces-2.0")
    assert found.sentences()[0] == "8 of 8 agents cannot be told from the average."
    assert any("Do not judge a person by a place in this table" in note for note in found.notes())
    assert "Adjusted for reason and for nothing else" in found.notes()[0]
    ranks = found.to_frame()
    assert ((ranks["rank_high"] - ranks["rank_low"]) >= 5).all()


def test_a_design_enters_through_its_errors():
    data, _ = calls(np.random.default_rng(7), n=1_200)
    data["customer"] = np.arange(len(data)) // 4
    # Four answers of a customer that are nearly one.
    data["ces"] = data["ces"].to_numpy()[4 * data["customer"]]
    plain = league_table(data, "ces", of="agent", scale="ces-2.0")
    under = league_table(data, "ces", of="agent", scale="ces-2.0", design=cx.Design(clusters="customer"))
    assert under.measured.correlation is not None
    a, b = (one.to_frame().sort_values("agent") for one in (plain, under))
    assert a["adjusted"].to_numpy() == pytest.approx(b["adjusted"].to_numpy())
    assert not np.allclose(a["standard_error"], b["standard_error"])


def test_errors_say_what_exists():
    data, _ = calls(np.random.default_rng(5), n=200)
    scores = cx.score(cx.tally(data, "ces", scale="ces-2.0", by=("agent", "reason")))
    with pytest.raises(ValueError, match="column 'agnt' not found; did you mean 'agent'"):
        league_of(scores, of="agnt")
    one = replace(scores, tally=cx.tally(data.assign(agent=1), "ces", scale="ces-2.0", by=("agent", "reason")))
    with pytest.raises(ValueError, match="two or more units that share a kind of contact; got 1"):
        league_of(one, of="agent")


def test_with_few_units_little_is_known_of_how_far_they_differ():
    data, _ = calls(np.random.default_rng(5))
    few = league_table(data[data["agent"] < 5], "ces", of="agent", given="reason", scale="ces-2.0")
    assert few.sentences()[-1].startswith(
        "With 5 agents little is known of how far such agents truly differ: it may be"
    )
    many = league_table(data[data["agent"] < 6], "ces", of="agent", given="reason", scale="ces-2.0")
    # The mean distance of two standard normal deviates is 1.128379.
    typical, low, high = (1.128379 * one for one in many.fitted.between)
    assert many.sentences()[-1] == (
        f"Two agents picked at random truly differ by {typical:.2f} points (95 % interval {low:.2f} to {high:.2f}) on "
        "average."
    )
    none = league_table(data.head(40), "ces", of="agent", given="reason", scale="ces-2.0")
    assert none.sentences() == ("No agent has enough answers to be judged.",)


def test_codes_for_no_answer_are_left_out():
    data, _ = calls(np.random.default_rng(5))
    named = {"of": "agent", "given": "reason", "scale": "ces-2.0"}
    plain = league_table(data, "ces", **named)
    coded = pd.concat([data, data.head(300).assign(ces=99), data.head(100).assign(ces=0)])
    told = league_table(coded, "ces", missing=(99, "0"), **named)
    assert told.to_frame().equals(plain.to_frame())
    assert told.scores.missing.sum() == 400
    # A code that is a point of the scale is no answer either.
    sevens = league_table(data, "ces", missing=7, **named)
    assert sevens.to_frame()["n"].sum() == (data["ces"] != 7).sum()


def test_answers_without_a_unit_are_left_out_and_counted():
    table, _ = calls(np.random.default_rng(5))
    table["agent"] = table["agent"].astype("object")
    named = league_table(table.iloc[200:], "ces", of="agent", given=["reason"], scale="ces-2.0")
    table.loc[table.index[:200], "agent"] = None
    found = league_table(table, "ces", of="agent", given=["reason"], scale="ces-2.0")
    assert sorted(found.units) == sorted(named.units)
    assert found.total == pytest.approx(named.total, rel=1e-12)
    assert found.to_frame()["n"].sum() == len(table) - 200
    assert "200 answers without a value in agent are left out." in found.notes()
    assert not any("left out" in note for note in named.notes())
