"""Causal graphs: an intervention changes what follows from the variable, and nothing else."""

import numpy as np
import pytest
from scipy import stats

from cxstats.responses.simulate.graphs import CausalGraph, Noise


def cause(noise):
    return noise.normal()


def other(noise):
    return noise.normal()


def consequence(noise, cause, other):
    return 2 * cause - other + noise.normal()


GRAPH = CausalGraph("test", (cause, other, consequence))


def rng(seed=3):
    return np.random.default_rng(seed)


def test_the_arrows_are_the_arguments_of_the_rules():
    assert GRAPH.variables == ("cause", "other", "consequence")
    assert GRAPH.edges() == [("cause", "consequence"), ("other", "consequence")]
    assert GRAPH.consequences("cause") == {"cause", "consequence"}
    assert GRAPH.consequences("consequence") == {"consequence"}


def test_an_intervention_moves_each_customer_by_its_effect_and_nothing_else():
    as_is, moved = GRAPH.draw(500, rng=rng()), GRAPH.draw(500, rng=rng(), do={"cause": lambda x: x + 1})
    assert (as_is["other"] == moved["other"]).all()
    assert moved["consequence"] - as_is["consequence"] == pytest.approx(2, abs=1e-12)


def test_setting_a_consequence_leaves_its_causes_alone():
    as_is, moved = GRAPH.draw(500, rng=rng()), GRAPH.draw(500, rng=rng(), do={"consequence": lambda x: 0})
    assert (as_is["cause"] == moved["cause"]).all()
    assert (moved["consequence"] == 0).all()


def test_known_values_are_kept_and_the_rest_is_drawn_as_before():
    as_is = GRAPH.draw(500, rng=rng())
    again = GRAPH.draw(500, rng=rng(), known={"cause": as_is["cause"]})
    assert all((as_is[name] == again[name]).all() for name in GRAPH.variables)


def test_a_rule_must_come_after_its_causes_and_only_once():
    with pytest.raises(ValueError, match=r"'consequence' needs causes that come before it; got \['other'\]"):
        CausalGraph("wrong", (cause, consequence, other))
    with pytest.raises(ValueError, match="'cause' needs one rule; got a second"):
        CausalGraph("wrong", (cause, cause))


def test_an_intervention_on_nothing_is_refused():
    with pytest.raises(ValueError, match=r"interventions are on cause, other, consequence; got \['stpes'\]"):
        GRAPH.draw(5, rng=rng(), do={"stpes": lambda x: x})


@pytest.mark.parametrize("mean", [0.1, 1.7, 8.0])
def test_poisson_counts_have_the_poisson_distribution(mean):
    drawn = Noise(200_000, rng()).poisson(mean)
    seen = np.bincount(drawn, minlength=40)[:40]
    expected = stats.poisson.pmf(np.arange(40), mean) * 200_000
    few = expected < 5
    pooled = [np.append(part[~few], part[few].sum()) for part in (seen, expected)]
    pooled[1] *= pooled[0].sum() / pooled[1].sum()
    assert stats.chisquare(*pooled).pvalue > 0.001


def test_a_higher_mean_never_gives_a_lower_count():
    low, high = (Noise(10_000, rng()).poisson(mean) for mean in (1.2, 1.3))
    assert (high >= low).all()
    assert (high > low).any()


def test_levels_are_picked_with_their_chances():
    rows = np.where(np.arange(60_000)[:, None] < 30_000, [0.5, 0.3, 0.2], [0.1, 0.1, 0.8])
    picked = Noise(60_000, rng()).pick(rows)
    for half, chances in ((picked[:30_000], [0.5, 0.3, 0.2]), (picked[30_000:], [0.1, 0.1, 0.8])):
        # Four standard errors of 30,000 draws.
        assert np.bincount(half, minlength=3) / 30_000 == pytest.approx(chances, abs=4 * 0.5 / np.sqrt(30_000))


def test_all_of_one_owner_share_a_draw():
    owner = np.array([0, 1, 0, 2, 1])
    drawn = Noise(5, rng()).each(owner, 3)
    assert drawn[0] == drawn[2]
    assert drawn[1] == drawn[4]
    assert len(set(drawn)) == 3
