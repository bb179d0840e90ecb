"""Two samples whose effective sizes hold the covariance of their estimates."""

import numpy as np
import pytest

from cxstats.scores.contrasts.pairs import as_if_independent
from cxstats.scores.samples import Sample


def test_the_variance_of_the_difference_is_that_with_the_covariance():
    first = Sample.from_counts([[3, 9, 20], [5, 0, 0]], [-1, 0, 1])
    second = Sample.from_counts([[10, 10, 10], [5, 0, 0]], [-1, 0, 1])
    covariance = np.array([0.004, 0.0])
    one, other = as_if_independent(first, second, covariance)
    plain = first.variance / first.n + second.variance / second.n
    found = one.variance / one.effective_n + other.variance / other.effective_n
    np.testing.assert_allclose(found, plain - 2 * covariance, atol=1e-15)
    assert one.effective_n[1] == first.n[1]
    assert other.n.tolist() == second.n.tolist()


def test_some_segments_are_those_segments():
    sample = Sample.from_counts([[3, 9, 20], [5, 0, 0]], [-1, 0, 1])
    assert sample.at(slice(1, 2)).estimate.tolist() == [-1.0]
    with pytest.raises(ValueError, match="as many segments"):
        as_if_independent(sample, sample.at(slice(0, 1)), np.zeros(1))
