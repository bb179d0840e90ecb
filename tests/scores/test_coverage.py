"""Exact coverage: the published figures, the enumeration itself, and the claim about the default."""

import math

import numpy as np
import pytest

from cxstats.scores.coverage import all_histograms, exact_coverage


def test_published_coverages_of_nps_intervals():
    # n = 20 with detractors, passives, promoters 1/12, 1/12, 5/6: published with the methods.
    for method, expected in (("wald", 0.8647), ("adjusted-wald", 0.9617), ("score", 0.9619)):
        found = exact_coverage(method, [-1, 0, 1], [1 / 12, 1 / 12, 5 / 6], n=20)
        assert found.coverage[0] == pytest.approx(expected, abs=5e-5)


def test_histograms_are_all_of_them_once():
    histograms = all_histograms(6, 4)
    assert len(histograms) == math.comb(9, 6) == len(np.unique(histograms, axis=0))
    assert (histograms.sum(axis=1) == 6).all()


def test_enumeration_agrees_with_simulation():
    probabilities = np.array([0.05, 0.1, 0.15, 0.3, 0.4])
    exact = exact_coverage("t", [1, 2, 3, 4, 5], probabilities, n=9).coverage[0]
    rng = np.random.default_rng(11)
    from cxstats.scores.intervals import Sample, t_interval

    drawn = t_interval(Sample.from_counts(rng.multinomial(9, probabilities, size=200_000), [1, 2, 3, 4, 5]), 0.95)
    truth = probabilities @ [1, 2, 3, 4, 5]
    simulated = np.mean((drawn.low <= truth) & (truth <= drawn.high))
    # Four standard errors of 200,000 draws.
    assert simulated == pytest.approx(exact, abs=4 * math.sqrt(exact * (1 - exact) / 200_000))


@pytest.mark.parametrize("points", [2, 3, 5, 7])
@pytest.mark.parametrize("n", [5, 10])
def test_the_default_covers_on_average_where_t_and_wald_do_not(points, n):
    distributions = np.random.default_rng(20261121).dirichlet(np.ones(points), size=200)
    mean = {
        method: exact_coverage(method, np.arange(points), distributions, n=n).coverage.mean()
        for method in ("score", "t", "wald")
    }
    assert mean["score"] >= 0.95
    assert mean["wald"] < mean["t"] < 0.945


def test_too_many_histograms_are_refused():
    with pytest.raises(ValueError, match="at most 5,000,000 histograms"):
        exact_coverage("score", np.arange(11), np.full(11, 1 / 11), n=60)
