"""Rank correlation: against R, against SciPy, against the laws of ranks, and its coverage."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import spearmanr

from cxstats import CrossTally, cross_tally, named_scale, rank_correlation, read_export, share_among

ROW, COLUMN = named_scale("ces-2.0"), named_scale("csat-5")


def table(counts) -> CrossTally:
    return CrossTally("ces", "csat", ROW, COLUMN, np.asarray(counts), 0)


def test_agrees_with_r(figures, support):
    expected = figures("rank_correlation")
    responses = read_export(support).responses
    scales = {"row_scale": "ces-2.0", "column_scale": "csat-5"}
    whole = rank_correlation(cross_tally(responses, "ces", "csat", **scales))
    assert whole.n == expected["all"]["n"]
    assert whole.estimate == pytest.approx(expected["all"]["rho"], abs=1e-12)
    both = responses.dropna(subset=["ces", "csat"]).head(300)
    part = rank_correlation(cross_tally(both, "ces", "csat", **scales))
    assert part.estimate == pytest.approx(expected["first300"]["rho"], abs=1e-12)
    # R's influences are finite differences with a step of 1e-7.
    assert part.standard_error == pytest.approx(expected["first300"]["standard_error"], rel=1e-6)


@given(st.lists(st.tuples(st.integers(1, 7), st.integers(1, 5)), min_size=5, max_size=60))
def test_equals_scipy_on_the_raw_answers(pairs):
    x, y = zip(*pairs, strict=True)
    found = rank_correlation(
        cross_tally(pd.DataFrame({"x": x, "y": y}), "x", "y", row_scale=ROW, column_scale=COLUMN)
    ).estimate
    if len(set(x)) == 1 or len(set(y)) == 1:
        assert math.isnan(found)
    else:
        assert found == pytest.approx(spearmanr(x, y).statistic, abs=1e-12)


def test_coverage_with_many_ties():
    rng = np.random.default_rng(7)
    latent = rng.multivariate_normal([0, 0], [[1, 0.6], [0.6, 1]], size=1_000_000)
    rows, columns = (
        np.digitize(latent[:, 0], [-2, -1.5, -1, -0.5, 0, 0.8]),
        np.digitize(latent[:, 1], [-2, -1, -0.3, 0.6]),
    )
    shares = np.zeros((7, 5))
    np.add.at(shares, (rows, columns), 1e-6)
    truth = rank_correlation(table(np.rint(shares * 1e9).astype(int))).estimate
    draws = rng.multinomial(60, shares.ravel() / shares.sum(), size=2_000)
    intervals = [rank_correlation(table(draw.reshape(7, 5))).interval() for draw in draws]
    hits = sum(low <= truth <= high for low, high in intervals)
    # Exact 99 % interval of 2,000 replicates around .95: 1,873 to 1,925.
    assert 1_873 <= hits <= 1_925


def test_degenerate_tables_have_no_interval():
    nobody, alike, perfect = np.zeros((7, 5), int), np.zeros((7, 5), int), np.zeros((7, 5), int)
    alike[3] = [1, 2, 3, 4, 5]
    perfect[0, 0] = perfect[6, 4] = 10
    for counts in (nobody, alike, perfect):
        assert np.isnan(rank_correlation(table(counts)).interval()).all()
    assert rank_correlation(table(perfect)).estimate == 1
    assert "too few different answers to say" in rank_correlation(table(nobody)).sentence()


def test_sentence_says_the_direction_in_words():
    data = pd.DataFrame({"hard": [1, 1, 2, 3, 4, 5, 5, 2], "csat": [5, 4, 5, 3, 2, 1, 2, 4]})
    opposed = cross_tally(data, "hard", "csat", row_scale="ces-1.0", column_scale="csat-5")
    found = rank_correlation(opposed)
    assert found.estimate < 0
    assert "good answers to one go with good answers to the other" in found.sentence()


def test_no_direction_is_claimed_where_there_is_none():
    data = pd.DataFrame({"ces": [1, 2, 1, 2] * 50, "csat": [1, 1, 2, 2] * 50})
    found = rank_correlation(cross_tally(data, "ces", "csat", row_scale=ROW, column_scale=COLUMN))
    assert "no clear direction" in found.sentence()
    perfect = np.zeros((7, 5), int)
    perfect[0, 0] = perfect[6, 4] = 10
    assert "no interval" in rank_correlation(table(perfect)).sentence()
    assert "nan" not in rank_correlation(table(perfect)).sentence()


def test_cross_table_counts_and_left_out():
    data = pd.DataFrame({"a": [7, 7, "Blank", None, 1], "b": ["Very satisfied", 1, 5, 5, "Zeer tevreden"]})
    crossed = cross_tally(data, "a", "b", row_scale="ces-2.0", column_scale="csat-5")
    assert (crossed.n, crossed.left_out) == (3, 2)
    assert crossed.to_frame().loc[7].tolist() == [1, 0, 0, 0, 1]
    with pytest.raises(ValueError, match="two different columns"):
        cross_tally(data, "a", "a", row_scale="nps", column_scale="nps")


def test_share_among_is_a_share_with_its_score_interval():
    data = pd.DataFrame({"a": [7] * 60 + [1] * 10, "b": [1] * 45 + [5] * 25})
    crossed = cross_tally(data, "a", "b", row_scale="ces-2.0", column_scale="csat-5")
    found = share_among(crossed, rows=[5, 6, 7], columns=[1, 2])
    assert (found.count, found.n) == (45, 60)
    assert (found.low, found.high) == pytest.approx((0.627679, 0.842235), abs=5e-7)
    with pytest.raises(ValueError, match="points must be on ces-2.0 .1-7.; got .8."):
        share_among(crossed, rows=[8], columns=[1])
    nobody = share_among(crossed, rows=[4], columns=[1])
    assert math.isnan(nobody.share)
    assert math.isnan(nobody.low)
