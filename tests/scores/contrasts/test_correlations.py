"""Two correlations of the same customers, as package cocor has them."""

import pytest

from cxstats.scores.contrasts.correlations import overlapping_correlations, separate_correlations


def test_unrelated_ratings_are_as_independent_samples():
    found = separate_correlations(0.5, 0.3, (0.0, 0.0, 0.0, 0.0), n=100)
    assert found.between == found.between_if_equal == 0


def test_errors_say_what_must_hold():
    with pytest.raises(ValueError, match="no ratings have these correlations: their matrix has the eigenvalue -0"):
        overlapping_correlations(0.9, -0.9, 0.9, n=50)
    with pytest.raises(ValueError, match="needs 4 customers or more; got 3"):
        overlapping_correlations(0.5, 0.4, 0.3, n=3)
