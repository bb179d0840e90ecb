"""How many units of equal weight tell as much of a variance, and what comparisons make of it."""

import numpy as np
import pandas as pd
import polars as pl
import pytest

from cxstats import Design, compare, score, tally
from cxstats.scores.comparing.sides import satterthwaite_units, sides_of


def answers(weights):
    rng = np.random.default_rng(7)
    drawn = {"x": rng.integers(1, 6, 300), "team": rng.choice(["a", "b", "c"], 300), "agent": rng.integers(0, 20, 300)}
    return pd.DataFrame(drawn | {"w": weights(rng)})


UNEQUAL = answers(lambda rng: rng.exponential(1.0, 300))


def by_hand(rows, clusters):
    squares = rows["w"] ** 2
    units = squares.groupby(rows["agent"]).sum() if clusters else squares
    return float(squares.sum() ** 2 / (units**2).sum())


@pytest.mark.parametrize("table", [pd.DataFrame, pl.from_pandas], ids=["pandas", "polars"])
@pytest.mark.parametrize("clusters", [None, "agent"])
def test_units_are_satterthwaites_by_hand(table, clusters):
    found = tally(table(UNEQUAL), "x", scale="csat-5", by="team", design=Design("w", clusters=clusters))
    expected = [by_hand(rows, clusters) for _, rows in UNEQUAL.groupby("team")]
    np.testing.assert_allclose(satterthwaite_units(found), expected, rtol=1e-12)


@pytest.mark.parametrize("clusters", [None, "agent"])
def test_a_cluster_in_several_segments_is_one_unit_of_their_union(clusters):
    found = tally(UNEQUAL, "x", scale="csat-5", by="team", design=Design("w", clusters=clusters))
    merged = sides_of(score(found, "mean"), np.array([[True, True, False], [True, True, True], [False, False, True]]))
    expected = [
        by_hand(UNEQUAL[UNEQUAL["team"].isin(teams)], clusters) for teams in (["a", "b"], ["a", "b", "c"], ["c"])
    ]
    np.testing.assert_allclose(satterthwaite_units(merged.tally), expected, rtol=1e-12)


def test_answers_of_one_weight_count_each_and_without_a_design_for_ever():
    alike = answers(lambda rng: np.full(300, 2.0))
    weighed = tally(alike, "x", scale="csat-5", by="team", design=Design("w"))
    np.testing.assert_allclose(satterthwaite_units(weighed), weighed.n, rtol=1e-12)
    assert np.isinf(satterthwaite_units(tally(alike, "x", scale="csat-5", by="team"))).all()


def test_one_answer_that_holds_all_the_weight_cannot_tell_segments_apart():
    even, lopsided = answers(lambda rng: np.ones(300)), answers(lambda rng: np.ones(300))
    first = lopsided.index[lopsided["team"] == "a"][0]
    lopsided.loc[first, "w"] = 40.0
    spread = [
        compare(score(tally(rows, "x", scale="csat-5", by="team", design=Design("w")), "mean"), to="b")
        for rows in (even, lopsided)
    ]
    widths = [found.interval().high[0] - found.interval().low[0] for found in spread]
    assert satterthwaite_units(tally(lopsided, "x", scale="csat-5", by="team", design=Design("w")))[0] < 2
    assert widths[1] > 3 * widths[0]
