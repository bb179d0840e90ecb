"""Cells unlike the others: the odds by brute force, one that hides no other, designs, draws, too few answers."""

import numpy as np
import pytest
import scipy

from cxstats.actions.journeys.shrinkage import deleted_densities, shrink
from cxstats.actions.journeys.unlike import UNLIKE, Own, shrink_the_like

SCORES = np.array([5.0, 5.3, 4.8, 5.1, 5.4, 4.9, 5.2, 5.05, 4.0])
VARIANCE = np.array([0.02, 0.05, 0.03, 0.1, 0.04, 0.02, 0.08, 0.05, 0.09])
COLUMNS = np.ones((9, 1))


def own(scores, variance, *, enough=True):
    return Own(scores, scores, np.sqrt(variance), variance, np.full(len(scores), enough))


def marginal(scores, variance):
    """Density of scores around a common mean, over all means and all tau squared up to 9, each alike."""

    def given(tau):
        total = variance + tau**2
        weight = 1 / total
        centre = weight @ scores / weight.sum()
        logs = np.log(2 * np.pi * total).sum() + np.log(weight.sum() / (2 * np.pi)) + weight @ (scores - centre) ** 2
        return 2 * tau * np.exp(-logs / 2)

    return scipy.integrate.quad(given, 0, 3, limit=200, points=[0.1, 0.3, 1.0])[0]


def test_the_chance_is_that_of_the_two_marginal_densities():
    found = shrink_the_like(SCORES, VARIANCE, columns=COLUMNS, most=3.0, own=own(SCORES, VARIANCE))
    assert (found.chance < 0.9).all()
    whole = marginal(SCORES, VARIANCE)
    for k in range(9):
        alone = marginal(np.delete(SCORES, k), np.delete(VARIANCE, k)) / 6
        odds = UNLIKE / (1 - UNLIKE) * alone / whole
        assert found.chance[k] == pytest.approx(odds / (1 + odds), rel=1e-4)


def test_densities_given_the_others_do_not_depend_on_the_coordinates():
    alone, whole = (shrink(SCORES, one, most=3.0, between=0.3) for one in (VARIANCE, np.diag(VARIANCE)))
    found = deleted_densities(alone, VARIANCE, VARIANCE)
    assert deleted_densities(whole, VARIANCE, VARIANCE) == pytest.approx(found)
    # Of the last cell by hand: the mean of the others, known with its own error.
    weight = 1 / (VARIANCE[:8] + 0.09)
    spread = np.sqrt(VARIANCE[8] + 0.09 + 1 / weight.sum())
    expected = scipy.stats.norm.logpdf(SCORES[8], weight @ SCORES[:8] / weight.sum(), spread)
    assert found[0, 8] == pytest.approx(expected)


def test_errors_that_go_together_and_vary_less_are_judged_without_a_warning():
    covariance = 0.09 * (0.95 + 0.05 * np.eye(9))
    apart = np.r_[SCORES[:8], -400.0]
    own_errors = Own(apart, apart, np.full(9, 0.3), np.full(9, 0.01), apart < 10)
    found = shrink_the_like(apart, covariance, columns=COLUMNS, most=3.0, own=own_errors)
    assert found.chance[8] == 1.0
    assert np.isfinite(found.chance).all()
    densities = deleted_densities(found.like, np.full(9, 0.09), np.full(9, 0.01))
    assert not np.isnan(densities).any()


def test_one_unlike_cell_hides_no_other():
    scores = np.r_[np.tile([5.0, 5.2, 5.1, 4.9], 5), 1.5, 1.8]
    variance = np.full(22, 0.04)
    found = shrink_the_like(scores, variance, columns=np.ones((22, 1)), most=3.0, own=own(scores, variance))
    assert (found.chance[20:] == 1.0).all()
    assert (found.chance[:20] < 0.05).all()
    assert found.mean()[20:] == pytest.approx([1.5, 1.8])
    limits = found.interval(0.95)
    assert limits.low[20:] == pytest.approx(scores[20:] - 1.959964 * 0.2, abs=1e-5)
    assert limits.high[20:] == pytest.approx(scores[20:] + 1.959964 * 0.2, abs=1e-5)
    # Those that are like the others are shrunk as if there were no such cells.
    without = shrink(scores[:20], variance[:20], most=3.0)
    assert found.like.mean()[:20] == pytest.approx(without.mean(), abs=1e-6)
    drawn = found.draw(20_000, np.random.default_rng(3))[:, 20:]
    assert drawn.mean(axis=0) == pytest.approx([1.5, 1.8], abs=0.01)
    assert drawn.std(axis=0) == pytest.approx(0.2, rel=0.03)


def test_few_answers_never_set_a_cell_apart():
    scores, variance = np.r_[np.full(15, 5.0), 1.0], np.full(16, 0.04)
    found = shrink_the_like(
        scores, variance, columns=np.ones((16, 1)), most=3.0, own=own(scores, variance, enough=False)
    )
    assert (found.chance == 0).all()


def test_a_limit_against_all_is_that_of_the_contrast():
    share = np.full(9, 1 / 9)
    found = shrink_the_like(SCORES, VARIANCE, columns=COLUMNS, most=3.0, own=own(SCORES, VARIANCE))
    low, high = (getattr(found.against(share, 0.95), name) for name in ("low", "high"))
    drawn = found.draw(40_000, np.random.default_rng(4))
    apart = np.quantile(drawn - drawn.mean(axis=1, keepdims=True), [0.025, 0.975], axis=0)
    assert (low < apart[0] + 0.02).all()
    assert (high > apart[1] - 0.02).all()
