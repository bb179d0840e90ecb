"""Ranks: intervals that hold all at once by comparing all pairs, in every order of the cells and whatever is common."""

import numpy as np
import pandas as pd
import pytest
import scipy
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import cxstats as cx
from cxstats.actions.journeys import league_of, pain_points
from cxstats.actions.journeys.ranks import Ranks, held_at_once

LEVEL = 0.95


def at_once(pain, covariance, level=LEVEL):
    size = len(pain)
    start = Ranks(np.ones(size, dtype=int), np.full(size, size), np.zeros(size), 1)
    found = held_at_once(start, pain, covariance, confidence_level=level)
    return found.low, found.high


def test_two_cells_are_told_apart_as_by_one_test():
    for apart in (1.9599, 1.9601):
        low, high = at_once(np.array([apart, 0.0]), np.array([0.25, 0.75]))
        assert [low.tolist(), high.tolist()] == ([[1, 2], [1, 2]] if apart > 1.96 else [[1, 1], [2, 2]])


def test_of_three_cells_pairs_are_compared_at_the_level_of_sidak():
    # 1 - .95^(1/3) = .016952 for each of three pairs, so 2.387736 standard errors.
    quantile = scipy.stats.norm.isf((1 - 0.95 ** (1 / 3)) / 2)
    for times, low in ((0.999, [1, 1, 1]), (1.001, [1, 1, 2])):
        found = at_once(np.array([0.0, -1e-9, -times * quantile * np.sqrt(0.5)]), np.array([0.25, 1.0, 0.25]))
        assert found[0].tolist() == low


pains = arrays(float, 6, elements=st.floats(-5, 5, width=32))
errors = arrays(float, 6, elements=st.floats(0.125, 4, width=32))


@settings(max_examples=40)
@given(pains, errors, st.permutations(range(6)), st.floats(0, 10))
def test_order_and_what_all_have_in_common_do_not_matter(pain, variance, order, common):
    low, high = at_once(pain, variance)
    place = np.argsort(np.argsort(-pain, kind="stable")) + 1
    assert ((low <= place) & (place <= high)).all()
    shuffled = at_once(pain[order], variance[order])
    assert shuffled[0].tolist() == low[order].tolist()
    # An error that all share moves no cell past another.
    shared = at_once(pain + 3, np.diag(variance) + common)
    assert shared[0].tolist() == low.tolist()
    assert shared[1].tolist() == high.tolist()
    wider = at_once(pain, variance, level=0.99)
    assert (wider[0] <= low).all()
    assert (wider[1] >= high).all()


@pytest.mark.parametrize("truth", [np.zeros(6), np.array([0, 0, 0, 2.0, 2, 4]), np.arange(6) / 2])
def test_all_ranks_are_held_at_once_ties_included(truth):
    rng, held, replicates = np.random.default_rng(5), 0, 1_500
    root = np.linalg.cholesky(0.3 * np.eye(6) + 0.1 + 0.5 * np.diag(np.arange(6)))
    least = 1 + (truth > truth[:, None]).sum(axis=1)
    most = (truth >= truth[:, None]).sum(axis=1)
    for _ in range(replicates):
        low, high = at_once(truth + root @ rng.standard_normal(6), root @ root.T)
        held += bool(((low <= least) & (most <= high)).all())
    # The error of the simulation is half a percent.
    assert held / replicates >= LEVEL - 3 * 0.0056


@pytest.fixture(scope="module")
def answers():
    rng = np.random.default_rng(8)
    n = 1_500
    step, customer = rng.integers(0, 7, n), rng.integers(0, 500, n)
    latent = 4.8 + 0.25 * step + rng.normal(0, 1.2, n) + rng.normal(0, 0.6, 500)[customer]
    return pd.DataFrame({"step": step, "customer": customer, "x": np.clip(np.rint(latent), 1, 7).astype(int)})


@pytest.mark.parametrize("design", [None, cx.Design(clusters="customer")])
def test_by_score_the_reference_does_not_matter(answers, design):
    scores = cx.score(cx.tally(answers, "x", scale="ces-2.0", by="step", design=design))
    vague = cx.Benchmark(5.5, low=5.0, high=6.0, source="industry")
    found = [pain_points(scores, order="score", reference=one, ranks="joint").ranks for one in (None, 5.5, vague)]
    cells = pain_points(scores).measured
    low, high = at_once(-cells.estimate, cells.covariance)
    for one in found:
        assert one.low.tolist() == low.tolist()
        assert one.high.tolist() == high.tolist()
    assert low.max() > 1
    league = league_of(scores, of="step", ranks="joint").fitted.ranks
    # A part that a league adds for units that are uneven is 0 where there is one kind of contact.
    assert league.low.tolist() == low.tolist()


def test_by_contribution_what_a_cell_is_worth_and_what_the_reference_is_worth_count(answers):
    scores = cx.score(cx.tally(answers, "x", scale="ces-2.0", by="step"))
    exact = pain_points(scores, reference=5.5, ranks="joint")
    share, cells = exact.measured.share, exact.measured
    low, high = at_once(share * (5.5 - cells.estimate), share**2 * cells.variance)
    assert exact.ranks.low.tolist() == low.tolist()
    assert exact.ranks.high.tolist() == high.tolist()
    vague = pain_points(scores, reference=cx.Benchmark(5.5, low=5.0, high=6.0, source="industry"), ranks="joint")
    assert (vague.ranks.low <= low).all()
    own = pain_points(scores, ranks="joint").ranks
    through = share[:, None] * (share - np.eye(len(share)))
    of_all = at_once(through @ cells.estimate, through @ np.diag(cells.variance) @ through.T)
    assert own.low.tolist() == of_all[0].tolist()


def test_what_intervals_of_ranks_are_is_said(answers):
    scores = cx.score(cx.tally(answers, "x", scale="ces-2.0", by="step"))
    each, joint = (pain_points(scores, ranks=ranks) for ranks in ("each", "joint"))
    assert any("each on its own" in note for note in each.notes())
    assert "Intervals of ranks hold all at once." in joint.notes()
    assert "Intervals of ranks hold all at once." in league_of(scores, of="step", ranks="joint").notes()
    assert each.ranks.among_worst.tolist() == joint.ranks.among_worst.tolist()
    for make in (lambda: pain_points(scores, ranks="both"), lambda: league_of(scores, of="step", ranks="both")):
        with pytest.raises(ValueError, match="intervals of ranks 'both' not found"):
            make()
