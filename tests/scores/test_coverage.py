"""Exact coverage: the published figures, the enumeration itself, and the claim about the default."""

import math
from functools import partial

import numpy as np
import pytest
from scipy import stats

from cxstats import named_metric, named_scale
from cxstats.scores.coverage import all_histograms, exact_coverage
from cxstats.scores.intervals import Sample, t_interval, wilson_interval


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


def test_a_metric_is_its_values():
    scale = named_scale("ces-2.0")
    shape = [0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.3]
    for name in ("mean", "net", "favourable", "top-2", "index"):
        metric = named_metric(name, scale)
        one, other = (exact_coverage("score", m, shape, 12) for m in (metric, metric.values))
        assert one.coverage == other.coverage
        assert one.width == other.width


def test_points_of_equal_value_are_merged():
    """A share on seven points is a share on two."""
    seven = exact_coverage("wilson", [0, 0, 0, 0, 1, 1, 1], [0.1, 0.1, 0.1, 0.1, 0.2, 0.2, 0.2], 40)
    two = exact_coverage("wilson", [0, 1], [0.4, 0.6], 40)
    assert seven.coverage == pytest.approx(two.coverage, abs=1e-12)
    assert seven.width == pytest.approx(two.width, abs=1e-12)


def test_shares_agree_with_the_binomial_distribution():
    x = np.arange(31)
    limits = wilson_interval(Sample.from_counts(np.column_stack([30 - x, x]), [0, 1]), 0.95)
    grid = np.linspace(0.01, 0.99, 99)
    found = exact_coverage("wilson", [0, 1], np.column_stack([1 - grid, grid]), 30)
    for p, covered, width in zip(grid, found.coverage, found.width, strict=True):
        chance = stats.binom.pmf(x, 30, p)
        assert covered == pytest.approx(chance @ ((limits.low <= p) & (p <= limits.high)), abs=1e-10)
        assert width == pytest.approx(chance @ (limits.high - limits.low), abs=1e-10)


def test_points_that_never_occur_and_truths_at_the_end():
    sure = exact_coverage("score", [1, 2, 3, 4, 5], [0, 0, 0, 0, 1], 10)
    assert sure.coverage == pytest.approx(1)
    gaps = exact_coverage("score", [1, 2, 3, 4, 5], [0.5, 0, 0, 0, 0.5], 10).coverage
    # The values 1 and 5 alone are a share; the interval knows that the points between them exist.
    assert 0.9 < gaps[0] < 1


@pytest.mark.parametrize("several", [1, 7])
def test_many_distributions_at_once_are_each_alone(several):
    truth = np.random.default_rng(3).dirichlet(np.ones(4), size=several)
    together = exact_coverage("t", [0, 1, 2, 3], truth, 8)
    alone = [exact_coverage("t", [0, 1, 2, 3], p, 8) for p in truth]
    assert together.coverage == pytest.approx(np.concatenate([a.coverage for a in alone]), abs=1e-12)
    assert together.error.tolist() == [0.0] * several


def test_beyond_five_million_histograms_it_is_simulated_with_its_error():
    shape = [0.05, 0.1, 0.15, 0.3, 0.4]
    exact = exact_coverage("t", np.arange(5), shape, 12)
    simulated = partial(exact_coverage, "t", np.arange(5), shape, 12, n_samples=50_000, most_histograms=10)
    drawn = simulated(rng=8)
    assert exact.error[0] == 0
    assert drawn.error[0] == pytest.approx(math.sqrt(exact.coverage[0] * (1 - exact.coverage[0]) / 50_000), rel=0.02)
    assert drawn.coverage[0] == pytest.approx(exact.coverage[0], abs=4 * drawn.error[0])
    assert drawn.width[0] == pytest.approx(exact.width[0], rel=0.01)
    assert simulated(rng=8).coverage == drawn.coverage != simulated(rng=9).coverage


def test_eleven_points_and_sixty_answers_are_simulated():
    found = exact_coverage("score", np.arange(11), np.full(11, 1 / 11), 60)
    assert 0.93 < found.coverage[0] < 0.97
    assert 0.001 < found.error[0] < 0.002


@pytest.mark.parametrize("wrong", [[0.5, 0.4], [1.2, -0.2], [0.2, 0.3, 0.5]])
def test_what_is_no_distribution_is_refused(wrong):
    with pytest.raises(ValueError, match="one for each of the 2 points, none negative, with sum 1"):
        exact_coverage("score", [0, 1], wrong, 5)


def test_no_answers_are_refused():
    with pytest.raises(ValueError, match="n must be at least 1; got 0"):
        exact_coverage("score", [0, 1], [0.5, 0.5], 0)
