"""The effect of a call: what base R gives with all estimating equations stacked and derived numerically."""

import numpy as np
import pandas as pd
import pytest

from cxstats.actions.followup import recovery


@pytest.fixture
def world(figures):
    found = figures("followup")
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
    assert row["effective_n_not_called"] == pytest.approx(theirs["effective"], abs=1e-6)
    assert ours.found.chance == pytest.approx(theirs["chances"], abs=1e-6)
    assert ours.balance["difference_before"].to_numpy() == pytest.approx(theirs["before"], abs=1e-6)
    assert ours.balance["difference_after"].to_numpy() == pytest.approx(theirs["after"], abs=1e-6)
    assert np.abs(ours.balance["difference_after"]).max() < np.abs(ours.balance["difference_before"]).max()
