"""Correlations agree with R's cor.test; autocorrelation lessens what they say; lags pair the right periods."""

import numpy as np
import pytest

from cxstats.scores.kpis.correlations import at_lags, carry_of, deviations, independent_periods, pearson, spearman


def test_pearson_agrees_with_r(figures):
    outside = figures["segments"]
    score, figure = np.array(outside["score"]), np.array(outside["figure"])
    found = pearson(score, figure, precision=len(score) - 3)
    assert [found.estimate, found.low, found.high] == pytest.approx(
        [outside["pearson"][name] for name in ("estimate", "low", "high")], rel=1e-9
    )


def test_ranks_agree_with_r(figures):
    outside = figures["segments"]
    found = spearman(np.array(outside["score"]), np.array(outside["figure"]), precision=11)
    assert found.estimate == pytest.approx(outside["spearman"])
    assert found.low < found.estimate < found.high


def test_deviations_from_a_trend_have_none():
    place = np.arange(9)
    design = np.column_stack([np.ones(9), place])
    left = deviations(place**2.0, design)
    assert left.sum() == pytest.approx(0, abs=1e-9)
    assert left @ place == pytest.approx(0, abs=1e-9)


def test_nothing_is_said_of_what_does_not_vary():
    flat, other = np.full(12, 0.3), np.arange(12.0)
    assert np.isnan(pearson(flat, other, precision=9).estimate)
    assert np.isnan(pearson(other, other, precision=9).low)


def test_carry_is_found_across_gaps():
    rng = np.random.default_rng(2)
    found = rng.standard_normal(4_000)
    for t in range(1, len(found)):
        found[t] += 0.6 * found[t - 1]
    place = np.arange(len(found))
    kept = np.flatnonzero(place % 5 != 0)
    assert carry_of(found[kept], place[kept], 1) == pytest.approx(0.6, abs=0.05)
    assert carry_of(-found[::5], place[: len(found[::5])] * 2, 1) == 0


def test_periods_that_are_alike_count_for_fewer():
    rng = np.random.default_rng(3)
    calm, restless = (np.cumsum(rng.standard_normal(60)) for _ in range(2)), rng.standard_normal((2, 60))
    place = np.arange(60)
    one, other = calm
    assert independent_periods(one, other, place, 1) < 20
    assert independent_periods(*restless, place, 1) > 40


def test_a_figure_that_follows_is_found_at_its_lag():
    rng = np.random.default_rng(7)
    score = rng.standard_normal(50)
    figure = np.r_[rng.standard_normal(2), score[:-2]] + 0.3 * rng.standard_normal(50)
    table = at_lags(score, figure, np.arange(50), lags=range(-3, 4), columns=1, confidence_level=0.95)
    clear = table[table["adjusted_p_value"] < 0.05]
    assert clear["lag"].tolist() == [2]
    assert clear["n"].tolist() == [48]
    expected = np.corrcoef(score[:-2], figure[2:])[0, 1]
    assert clear["correlation"].iloc[0] == pytest.approx(expected)


def test_lags_pair_periods_across_a_gap():
    place = np.array([0, 1, 2, 5, 6, 7, 8, 9])
    table = at_lags(place * 1.0, place**2.0, place, lags=(1, 3), columns=1, confidence_level=0.95)
    assert table["n"].tolist() == [6, 3]
