"""What is expected: from shares or the last wave; tilting moves the score and nothing more than it must."""

import numpy as np
import pandas as pd
import pytest
import scipy.optimize
from hypothesis import given
from hypothesis import strategies as st

from cxstats.responses.tallies import tally
from cxstats.responses.weights import Design
from cxstats.scores.estimates import score
from cxstats.scores.planning import expect
from cxstats.scores.planning.expectations import expected_of, tilted

VALUES = np.arange(1.0, 8.0)


def test_counts_and_shares_say_the_same():
    counts, shares = (expect(x, scale="ces-2.0") for x in ([5, 5, 10, 15, 20, 25, 20], [0.05] * 2 + [0.9 / 5] * 5))
    assert counts.estimate[0] == pytest.approx(4.95)
    assert counts.shares.sum() == shares.shares.sum() == pytest.approx(1)
    assert counts.variance[0] == pytest.approx(np.average((VALUES - 4.95) ** 2, weights=[5, 5, 10, 15, 20, 25, 20]))


def test_segments_by_name():
    found = expect({"web": [1, 2, 7], "shop": [3, 3, 4]}, scale="csat-faces", design_effect={"shop": 2, "web": 1})
    assert found.names == ["web", "shop"]
    assert found.design_effect.tolist() == [1, 2]


def test_the_last_wave_is_expected_again():
    rng = np.random.default_rng(3)
    data = pd.DataFrame(
        {"ces": rng.integers(1, 8, 400), "w": rng.choice([1.0, 4.0], 400), "s": ["a"] * 300 + ["b"] * 95 + ["c"] * 5}
    )
    counted = tally(data, "ces", scale="ces-2.0", by="s", design=Design(weights="w"))
    scores = score(counted, "favourable")
    found = expected_of(scores)
    assert found.estimate[:2] == pytest.approx(scores.estimate[:2])
    assert found.design_effect[:2] == pytest.approx(scores.n[:2] / scores.effective_n[:2])
    assert found.known.tolist() == [True, True, False]
    assert found.degrees_of_freedom(0, 300) == pytest.approx(counted.degrees_of_freedom[0])
    assert found.of == "ces (share of answers 5-7)"
    assert expected_of(counted).metric.name == "mean"
    assert expected_of(scores.total).names == ["all"]
    assert expected_of(scores, design_effect=1.5).design_effect.tolist() == [1.5] * 3


@given(
    st.lists(st.integers(0, 60), min_size=7, max_size=7).filter(lambda counts: sum(c > 0 for c in counts) > 1),
    st.floats(-0.95, 0.95),
)
def test_tilting_moves_the_score_by_so_much(counts, part):
    shares = np.array(counts) / sum(counts)
    used, estimate = VALUES[shares > 0], shares @ VALUES
    difference = part * (used.max() - estimate if part > 0 else estimate - used.min())
    found = tilted(shares, VALUES, difference)
    assert found.sum() == pytest.approx(1)
    assert found @ VALUES == pytest.approx(estimate + difference, abs=1e-9)
    assert ((found > 0) <= (shares > 0)).all()


def test_tilting_is_the_nearest_distribution_with_that_score():
    shares = np.array([5, 5, 10, 15, 20, 25, 20]) / 100

    def divergence(q):
        return float(np.sum(q * np.log(q / shares)))

    nearest = scipy.optimize.minimize(
        divergence,
        shares,
        method="SLSQP",
        bounds=[(1e-9, 1)] * 7,
        constraints=[
            {"type": "eq", "fun": lambda q: q.sum() - 1},
            {"type": "eq", "fun": lambda q: q @ VALUES - shares @ VALUES - 0.4},
        ],
        options={"ftol": 1e-14},
    )
    assert tilted(shares, VALUES, 0.4) == pytest.approx(nearest.x, abs=1e-5)


def test_a_share_is_moved_and_nothing_else():
    easy = np.isin(VALUES, (5, 6, 7)).astype(float)
    found = tilted(np.array([5, 5, 10, 15, 20, 25, 20]) / 100, easy, 0.1)
    assert found[4:] == pytest.approx(np.array([20, 25, 20]) / 65 * 0.75)
    assert found[:4] == pytest.approx(np.array([5, 5, 10, 15]) / 35 * 0.25)


def test_tilting_by_nothing_changes_nothing():
    shares = np.array([0.2, 0.0, 0.8])
    assert tilted(shares, np.array([0.0, 1, 2]), 0.0) == pytest.approx(shares)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: expect([1, 2], scale="ces-2.0"), r"one for each of the 7 points of ces-2.0 \(1-7\)"),
        (lambda: expect([0, 0, 0], scale="csat-faces"), "not all 0"),
        (lambda: expect([1, -1, 2], scale="csat-faces"), "none negative"),
        (lambda: expect([1, 1, 2], scale="csat-faces", design_effect=0.8), "design_effect must be at least 1.*got 0.8"),
        (
            lambda: expect([1, 1, 2], scale="csat-faces", answers_per_cluster=-1),
            "answers_per_cluster must be at least 0",
        ),
        (
            lambda: expect({"web": [1, 1, 2]}, scale="csat-faces", design_effect={"wep": 2}),
            "design_effect: segment 'web' not found; did you mean 'wep'",
        ),
        (lambda: tilted(np.array([0.5, 0.5]), np.array([0.0, 1]), 0.5), "between -0.5 and 0.5"),
    ],
)
def test_refuses(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_refuses_what_is_no_expectation():
    with pytest.raises(TypeError, match=r"come from expect\(...\), score\(...\) or tally\(...\); got 4.9"):
        expected_of(4.9)


def test_refuses_a_wave_with_too_few_answers():
    counted = tally(pd.DataFrame({"ces": [1, 5, 7]}), "ces", scale="ces-2.0")
    with pytest.raises(ValueError, match="ces has too few in all"):
        expected_of(counted)
