"""Shrunken scores: metafor's, their average over tau by numerical integration, draws, and the limits of the model."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from cxstats.actions.journeys.prior_lines import line_of
from cxstats.actions.journeys.shrinkage import restricted_maximum, shrink


@pytest.fixture
def world(figures):
    found = figures("journeys")
    cells = pd.DataFrame({"channel": found["channel"], "reason": found["reason"]})
    lines = {"overall": line_of(cells, "overall").columns, "main": line_of(cells, "main effects").columns}
    return found, np.array(found["y"]), np.array(found["v"]), lines


@pytest.mark.parametrize("line", ["overall", "main"])
def test_empirical_bayes_is_metafors(world, line):
    found, y, v, lines = world
    theirs = found["reml"][line]
    between = restricted_maximum(y, v, lines[line], most=found["most"])
    assert between == pytest.approx(theirs["tau2"], abs=1e-9)
    ours = shrink(y, v, columns=lines[line], most=found["most"], between=np.sqrt(between))
    assert ours.mean() == pytest.approx(theirs["blup"], abs=1e-7)
    assert ours.standard_deviation() == pytest.approx(theirs["se"], abs=1e-7)


@pytest.mark.parametrize("case", ["overall", "main", "correlated", "against_total"])
def test_averages_over_tau_are_those_of_numerical_integration(world, case):
    found, y, v, lines = world
    covariance = np.array(found["correlation"]) * np.sqrt(np.outer(v, v)) if case == "correlated" else v
    n = np.array(found["n"])
    contrasts = np.eye(20) - n / n.sum() if case == "against_total" else None
    ours = shrink(y, covariance, columns=lines["main" if case == "main" else "overall"], most=found["most"])
    theirs = found["averaged"][case]
    assert ours.mean(contrasts) == pytest.approx(theirs["mean"], abs=1e-7)
    assert ours.standard_deviation(contrasts) == pytest.approx(theirs["standard_deviation"], abs=1e-7)
    limits = ours.interval(0.95, contrasts)
    assert limits.low == pytest.approx(theirs["low"], abs=1e-6)
    assert limits.high == pytest.approx(theirs["high"], abs=1e-6)


def test_draws_have_the_moments_and_the_limits_of_the_posterior(world):
    found, y, v, lines = world
    for covariance in (v, np.array(found["correlation"]) * np.sqrt(np.outer(v, v))):
        ours = shrink(y, covariance, columns=lines["main"], most=found["most"])
        drawn = ours.draw(40_000, np.random.default_rng(5))
        spread = ours.standard_deviation()
        # Five standard errors of the mean of so many draws.
        assert np.abs(drawn.mean(axis=0) - ours.mean()).max() < 5 * spread.max() / 200
        assert drawn.std(axis=0) == pytest.approx(spread, rel=0.03)
        totals = np.full((1, 20), 0.05)
        assert (drawn @ totals.T).std() == pytest.approx(float(ours.standard_deviation(totals)[0]), rel=0.03)


def test_a_diagonal_covariance_is_variances():
    y, v = np.array([4.0, 5.0, 5.2, 5.6]), np.array([0.5, 0.01, 0.02, 0.01])
    alone, whole = shrink(y, v, most=3.0), shrink(y, np.diag(v), most=3.0)
    assert whole.mean() == pytest.approx(alone.mean(), abs=1e-10)
    assert whole.interval(0.9).low == pytest.approx(alone.interval(0.9).low, abs=1e-8)


@given(arrays(float, 6, elements=st.floats(1, 7)), st.floats(-3, 3), st.floats(0.1, 10))
def test_moving_and_stretching_the_scale_moves_and_stretches_the_scores(y, shift, size):
    v = np.array([0.02, 0.1, 0.4, 0.02, 0.3, 0.05])
    here, there = shrink(y, v, most=3.0), shrink(shift + size * y, size**2 * v, most=3.0 * size)
    assert there.mean() == pytest.approx(shift + size * here.mean(), abs=1e-6 * size)
    assert there.standard_deviation() == pytest.approx(size * here.standard_deviation(), rel=1e-6)


@given(arrays(float, 8, elements=st.floats(1, 7)))
def test_fewer_answers_are_shrunk_more_and_never_past_the_line(y):
    v = np.array([0.01, 0.02, 0.05, 0.1, 0.2, 0.4, 0.8, 1.6])
    found = shrink(y, v, most=3.0, between=0.5)
    kept = 0.25 / (0.25 + v)
    line = np.average(y, weights=1 / (0.25 + v))
    assert found.mean() == pytest.approx(line + kept * (y - line), abs=1e-9)


def test_known_scores_stay_and_unknown_ones_go_to_the_line():
    y = np.array([2.0, 4.0, 6.0])
    exact = shrink(y, np.zeros(3), most=3.0)
    assert exact.mean() == pytest.approx(y, abs=1e-5)
    vague = shrink(np.array([5.0, 5.1, 4.9, 5.0, 2.0]), np.array([0.01, 0.01, 0.01, 0.01, 50.0]), most=3.0)
    assert abs(vague.mean()[4] - 5.0) < 0.1


def test_not_knowing_tau_widens_the_intervals():
    y, v = np.array([5.0, 5.1, 4.9, 5.0, 5.05]), np.full(5, 0.05)
    plug = shrink(y, v, most=3.0, between=np.sqrt(restricted_maximum(y, v, np.ones((5, 1)), most=3.0)))
    averaged = shrink(y, v, most=3.0)
    assert (averaged.standard_deviation() > 1.2 * plug.standard_deviation()).all()
    median, low, high = averaged.between(0.95)
    assert 0 < low < median < high <= 3
