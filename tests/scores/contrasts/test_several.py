"""Tests of several samples as R has them."""

import numpy as np
import pytest

from cxstats.scores.contrasts.several import kruskal_wallis, welch_anova
from cxstats.scores.samples import Sample


def test_two_groups_agree_with_r_and_with_welchs_t(figures):
    for case in figures("two_samples")["samples"]:
        counts = np.array([case["first"], case["second"]])
        assert kruskal_wallis(counts).p_value == pytest.approx(case["kruskal"], rel=1e-9)
        of_two = welch_anova(Sample.from_counts(counts, case["values"]))
        assert of_two.p_value == pytest.approx(case["welch_p"], rel=1e-9)


def test_empty_segments_do_not_count():
    counts = np.array([[3, 4, 8], [0, 0, 0], [8, 7, 7]])
    assert kruskal_wallis(counts) == kruskal_wallis(counts[[0, 2]])
    values = [1, 2, 3]
    assert welch_anova(Sample.from_counts(counts, values)) == welch_anova(Sample.from_counts(counts[[0, 2]], values))


def test_errors_say_what_must_hold():
    with pytest.raises(ValueError, match="two or more segments with two or more answers that differ; got n = "):
        welch_anova(Sample.from_counts([[0, 9], [3, 4]], [0, 1]))
    with pytest.raises(ValueError, match="two or more segments need answers that differ"):
        kruskal_wallis([[0, 9], [0, 4]])
