"""One tilted sample gives the one-sample score interval; the statistic and the way undo each other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import erf

from cxstats.scores.contrasts.tilting import Tilt, farthest, standard_errors
from cxstats.scores.intervals import score_interval
from cxstats.scores.samples import Sample

HISTOGRAMS = st.lists(st.integers(0, 60), min_size=4, max_size=4).filter(lambda c: sum(c) > 0)
UNIT = np.array([0.0, 0.25, 0.5, 1.0])


@given(HISTOGRAMS, st.floats(0.1, 5.0))
def test_one_sample_gives_the_score_interval(counts, z):
    sample = Sample.from_counts(counts, UNIT)
    limits = score_interval(sample, float(erf(z / np.sqrt(2))))
    way = farthest((Tilt(sample.shares, UNIT, sample.n),), z**2)
    assert sample.estimate[0] + way[0] == pytest.approx(limits.high[0], abs=1e-9)


@given(HISTOGRAMS, st.floats(0.1, 5.0))
def test_the_way_and_the_statistic_undo_each_other(counts, z):
    sample = Sample.from_counts(counts, UNIT)
    tilts = (Tilt(sample.shares, UNIT, sample.n),)
    way = farthest(tilts, z**2)
    if 1e-9 < way[0] < tilts[0].room[0] - 1e-6:
        assert standard_errors(tilts, way)[0] == pytest.approx(z, rel=1e-7)


def test_nothing_moves_beyond_the_end():
    full = (Tilt(np.array([[0.0, 0.0, 0.0, 1.0]]), UNIT, np.array([9.0])),)
    assert farthest(full, 4.0)[0] == 0
    assert standard_errors(full, np.array([0.1]))[0] == np.inf
