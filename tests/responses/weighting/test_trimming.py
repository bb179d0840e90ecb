"""Trimming: R's survey::trimWeights, and what must hold whatever the weights."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxstats.responses.weighting.trimming import trim_weights, trimmed_once


def test_trimmed_as_by_survey_trim_weights(figures):
    r = figures("raking")["apiclus1"]
    calibrated = np.array(r["calibrated"])
    np.testing.assert_allclose(trimmed_once(calibrated, 20, 45), r["trimmed_once"], rtol=1e-12)
    trimmed = trim_weights(calibrated, least=20, largest=45)
    np.testing.assert_allclose(trimmed, r["trimmed"], rtol=1e-9)
    assert np.average(r["data"]["api00"], weights=trimmed) == pytest.approx(r["trimmed_mean_api00"], rel=1e-9)


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=40), st.floats(0, 0.99), st.floats(1.01, 20))
def test_the_sum_stays_and_the_limits_hold(weights, least, largest):
    given_ = np.array(weights)
    mean = given_.mean()
    trimmed = trim_weights(given_, least=least * mean, largest=largest * mean)
    assert trimmed.sum() == pytest.approx(given_.sum(), rel=1e-9)
    assert trimmed.min() >= least * mean
    assert trimmed.max() <= largest * mean


def test_weights_within_the_limits_stay():
    np.testing.assert_array_equal(trim_weights([1.0, 2.0, 3.0], least=0.5, largest=4), [1, 2, 3])


@pytest.mark.parametrize(
    ("weights", "limits", "message"),
    [
        ([1.0, -1.0], {}, "finite numbers that are not negative"),
        ([1.0, np.nan], {}, "finite numbers that are not negative"),
        ([[1.0], [2.0]], {}, "one row of finite numbers"),
        ([2.0, 4.0], {"largest": 2.5}, "the mean is 3 and the limits are 0 and 2.5"),
        ([], {}, "the mean is nan"),
    ],
)
def test_what_cannot_be_trimmed_is_refused(weights, limits, message):
    with pytest.raises(ValueError, match=message):
        trim_weights(weights, **limits)
