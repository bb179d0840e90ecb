"""The effect of a call: base R's stacked estimating equations derived numerically, and its jackknife fitted anew."""

import numpy as np
import pandas as pd
import pytest

from cxstats.actions.followup import recovery


@pytest.fixture
def world(figures):
    found = figures("recovery")
    columns = ["value", "rating", "phone", "called", "back", "score"]
    return found, pd.DataFrame({name: found[name] for name in columns})


@pytest.mark.parametrize("case", range(4))
def test_effect_error_and_balance_are_those_of_r(world, case):
    found, table = world
    theirs = found["cases"][case]
    ours = recovery(
        table,
        called="called",
        outcome=theirs["outcome"],
        because=["value", "rating", "phone"],
        among=theirs["among"],
        furthest=0.9999,
    )
    row = ours.to_frame().iloc[0]
    for name in ("with_call", "without_call", "effect", "standard_error"):
        assert row[name] == pytest.approx(theirs[name], abs=1e-6), name
    assert ours.found.degrees_of_freedom == pytest.approx(theirs["freedom"], rel=1e-5)
    assert row["effective_n_not_called"] == pytest.approx(theirs["effective"], abs=1e-6)
    assert ours.found.chance == pytest.approx(theirs["chances"], abs=1e-6)
    assert ours.balance["difference_before"].to_numpy() == pytest.approx(theirs["before"], abs=1e-6)
    assert ours.balance["difference_after"].to_numpy() == pytest.approx(theirs["after"], abs=1e-6)
    assert np.abs(ours.balance["difference_after"]).max() < np.abs(ours.balance["difference_before"]).max()


@pytest.mark.parametrize("case", range(4))
def test_the_error_is_how_far_the_effect_moves_without_each_customer(world, case):
    found, table = world
    theirs = found["cases"][case]
    because = ["value", "rating", "phone"]
    ours = recovery(
        table, called="called", outcome=theirs["outcome"], because=because, among=theirs["among"], furthest=0.9999
    )
    # Contributions are exact but for the second order of the logistic models.
    assert ours.standard_error == pytest.approx(theirs["jackknife"], rel=0.02)
