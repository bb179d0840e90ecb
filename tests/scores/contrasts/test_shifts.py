"""Tests of square tables as R and its packages have them."""

import numpy as np
import pytest
from scipy.stats import binom, chi2

from cxstats.scores.contrasts.shifts import bowker, mcnemar_p_value, stuart_maxwell


def test_bowker_and_stuart_maxwell_agree_with_the_published_entry(figures):
    entry = figures("published_intervals")["nps/paired_categories"]
    table, expected = entry["data"]["table_rows_wave1"], entry["expected"]
    found = bowker(table)
    assert found.statistic == pytest.approx(expected["bowker"]["statistic"]["McNemar's chi-squared"], abs=1e-10)
    assert found.degrees_of_freedom == expected["bowker"]["parameter"]["df"]
    assert found.p_value == pytest.approx(expected["bowker"]["p.value"], abs=1e-10)
    margins = stuart_maxwell(table)
    assert margins.statistic == pytest.approx(expected["stuart_maxwell"]["statistic"][0], abs=1e-10)
    assert margins.p_value == pytest.approx(expected["stuart_maxwell"]["p.value"][0], abs=1e-10)


@pytest.mark.parametrize("key", ["53_8_16_9", "10_0_4_6", "200_40_65_195"])
def test_mcnemar_agrees_with_r(figures, key):
    entry = figures("published_intervals")[f"paired_prop/{key}"]
    changed, expected = (entry["data"]["b"], entry["data"]["c"]), entry["expected"]
    assert mcnemar_p_value(*changed) == pytest.approx(expected["mcnemar"]["p.value"], rel=1e-9)
    assert mcnemar_p_value(*changed, "corrected") == pytest.approx(expected["mcnemar_cc"]["p.value"], rel=1e-9)
    assert mcnemar_p_value(*changed, "exact") == pytest.approx(expected["mcnemar_exact"], rel=1e-9)


def test_mid_p_counts_half_of_what_was_seen():
    for one, other in ((3, 9), (5, 5), (0, 4)):
        k = np.arange(one + other + 1)
        chance = binom.pmf(k, one + other, 0.5)
        as_seen = binom.pmf(one, one + other, 0.5)
        expected = chance[chance < as_seen * (1 - 1e-9)].sum() + chance[np.isclose(chance, as_seen)].sum() / 2
        assert mcnemar_p_value(one, other, "mid-p") == pytest.approx(expected, rel=1e-9)
    assert mcnemar_p_value(0, 0, "exact") == 1


def test_points_that_nobody_gave_do_not_count():
    found = stuart_maxwell([[5, 0, 3], [0, 0, 0], [8, 0, 9]])
    assert found.degrees_of_freedom == 1
    assert found.p_value == pytest.approx(chi2.sf(25 / 11, 1))
    assert stuart_maxwell(np.diag([4, 5, 6])).p_value == bowker(np.diag([4, 5, 6])).p_value == 1


def test_errors_say_what_must_hold():
    with pytest.raises(ValueError, match=r"must be square, with counts of 0 or more; got shape \(2, 3\)"):
        bowker([[1, 2, 3], [4, 5, 6]])
    with pytest.raises(ValueError, match="McNemar test 'exakt' not found; did you mean 'exact'"):
        mcnemar_p_value(3, 4, "exakt")
    with pytest.raises(ValueError, match="counts must be 0 or more; got -1 and 4"):
        mcnemar_p_value(-1, 4)
