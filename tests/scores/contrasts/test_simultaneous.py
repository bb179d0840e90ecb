"""Simultaneous critical values: Tukey's exactly, mvtnorm's to its error, one contrast exactly."""

import numpy as np
import pytest
from scipy.stats import norm, t

from cxstats.scores.contrasts.simultaneous import all_pairs, contrast_correlation, max_t, max_t_quantile


def test_all_pairs_of_equal_size_are_tukeys(figures):
    for case in figures("two_samples")["tukey"]:
        segments = case["segments"]
        correlation = contrast_correlation(all_pairs(segments), np.ones(segments))
        found = max_t(correlation, degrees_of_freedom=case["df"])
        quantile, error = found.quantile(0.95), found.quantile_error(0.95)
        assert error < 2e-3
        assert abs(quantile - case["quantile"]) < 4 * error
        assert abs(found.p_values([3.0])[0] - case["beyond"]) < 4 * found.errors([3.0])[0]


def test_unequal_sizes_many_to_one_and_against_the_mean_are_mvtnorms(figures):
    for case in figures("two_samples")["simultaneous"]:
        sizes = np.array(case["sizes"] if isinstance(case["sizes"], list) else list(case["sizes"].values()))
        correlation = contrast_correlation(case["contrasts"], 1 / sizes)
        found = max_t(correlation, degrees_of_freedom=case["df"] or np.inf)
        # qmvt stops its search at about 1e-3.
        assert found.quantile(0.95) == pytest.approx(case["quantile"], abs=2e-3)
        assert found.p_values([2.5])[0] == pytest.approx(case["beyond"], abs=1e-4)


def test_one_contrast_and_copies_of_it_are_students():
    assert max_t_quantile([[1.0]], 0.95, 7) == pytest.approx(t.ppf(0.975, 7), abs=1e-9)
    assert max_t_quantile(np.ones((4, 4)), 0.9) == pytest.approx(norm.ppf(0.95), abs=1e-8)
    copies = max_t([[1.0, -1.0], [-1.0, 1.0]], degrees_of_freedom=5)
    assert copies.p_values([2.0, -2.0]) == pytest.approx([2 * t.sf(2, 5)] * 2, abs=1e-12)


def test_independent_ones_are_sidaks():
    found = max_t(np.eye(4))
    assert found.quantile(0.95) == pytest.approx(norm.ppf((1 + 0.95**0.25) / 2), abs=5e-3)
    assert found.confidence_level_of_each(0.95) == pytest.approx(0.95**0.25, abs=1e-4)


def test_p_values_are_the_other_side_of_the_quantile_and_seeded():
    correlation = contrast_correlation(all_pairs(5), 1 / np.array([10, 20, 30, 40, 50]))
    found, again = max_t(correlation, degrees_of_freedom=30), max_t(correlation, degrees_of_freedom=30)
    assert found.quantile(0.9) == again.quantile(0.9)
    assert found.p_values([found.quantile(0.9)])[0] == pytest.approx(0.1, abs=1e-8)
    assert found.p_values([0.0])[0] == pytest.approx(1.0)
    steps = found.p_values(np.linspace(0, 5, 20))
    assert (np.diff(steps) < 0).all()


def test_covariances_between_segments_count():
    covariance = np.array([[2.0, 0.5, 0.0], [0.5, 1.0, 0.3], [0.0, 0.3, 3.0]])
    contrasts = all_pairs(3)
    found = contrast_correlation(contrasts, covariance)
    products = contrasts @ covariance @ contrasts.T
    assert found == pytest.approx(products / np.sqrt(np.outer(np.diag(products), np.diag(products))))


def test_errors_say_what_must_hold():
    with pytest.raises(ValueError, match="degrees_of_freedom must be above 0; got 0"):
        max_t([[1.0]], degrees_of_freedom=0)
    with pytest.raises(ValueError, match=r"square and symmetric with a diagonal of 1; got shape \(1, 2\)"):
        max_t([1.0, 0.5])
    with pytest.raises(ValueError, match="no eigenvalue below 0; the smallest is -0"):
        max_t([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])
    with pytest.raises(ValueError, match=r"variance above 0; those at \[0\] have not"):
        contrast_correlation([[1, -1]], [0.0, 0.0])
