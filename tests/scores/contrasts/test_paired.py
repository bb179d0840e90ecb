"""Paired differences: R's paired t and Tango's interval, McNemar's test, laws."""

import numpy as np
import pytest

from cxstats.responses.crosstabs import CrossTally
from cxstats.responses.scales import Scale
from cxstats.scores.contrasts.paired import mean_statistic, paired_difference
from cxstats.scores.contrasts.shifts import mcnemar_p_value
from cxstats.scores.intervals import score_interval
from cxstats.scores.samples import Sample


def crossed(counts) -> CrossTally:
    table = np.asarray(counts)
    scales = [Scale(f"of-{k}", range(k), good="high", favourable=(k - 1,), unfavourable=(0,)) for k in table.shape]
    return CrossTally("one", "other", *scales, table, 0)


def shares(data) -> CrossTally:
    return crossed([[data["d"], data["c"]], [data["b"], data["a"]]])


def test_it_agrees_with_the_paired_t_test_of_r(figures):
    for case in figures("two_samples")["paired"]:
        table = np.array(case["table"])
        found = paired_difference(crossed(table), range(len(table)), range(len(table)))
        limits = found.interval("t")
        assert (limits.low[0], limits.high[0]) == pytest.approx(case["t"], abs=1e-12)
        assert found.p_value("t")[0] == pytest.approx(case["p"], rel=1e-10)
        assert found.correlation == pytest.approx(case["correlation"], rel=1e-12)


def test_net_scores_of_two_waves_agree_with_the_published_entry(figures):
    entry = figures("published_intervals")["nps/paired_categories"]
    found = paired_difference(crossed(entry["data"]["table_rows_wave1"]), [1, 0, -1], [1, 0, -1])
    expected, limits = entry["expected"]["paired_t"], found.interval("t")
    assert (limits.low[0], limits.high[0]) == pytest.approx(expected["conf.int"], abs=1e-12)
    assert found.p_value("t")[0] == pytest.approx(expected["p.value"], rel=1e-10)
    assert (found.n, found.estimate) == (120, pytest.approx(-1 / 30))


@pytest.mark.parametrize("key", ["53_8_16_9", "10_0_4_6", "200_40_65_195"])
def test_for_shares_the_score_interval_is_tangos_and_its_test_mcnemars(figures, key):
    entry = figures("published_intervals")[f"paired_prop/{key}"]
    data, tango = entry["data"], entry["expected"]["tango_ratesci"]
    found = paired_difference(shares(data), [0, 1], [0, 1])
    limits = found.interval()
    assert (limits.low[0], limits.high[0]) == pytest.approx((tango["lower"], tango["upper"]), abs=1e-9)
    assert found.p_value()[0] == pytest.approx(entry["expected"]["mcnemar"]["p.value"], rel=1e-9)
    assert found.p_value()[0] == pytest.approx(mcnemar_p_value(data["b"], data["c"]), rel=1e-9)


def test_the_mean_statistic_undoes_the_score_interval():
    sample = Sample.from_counts([[0, 0, 3, 9], [4, 0, 0, 9], [0, 0, 0, 5], [0, 0, 0, 0]], [1, 2, 3, 4])
    limits = score_interval(sample, 0.95)
    z = 1.959963984540054
    np.testing.assert_allclose(mean_statistic(sample, limits.low), [z, z, z, np.nan], rtol=1e-8)
    np.testing.assert_allclose(mean_statistic(sample, limits.high)[:2], -z, rtol=1e-8)
    np.testing.assert_array_equal(mean_statistic(sample, 4.0)[2:], [0, np.nan])
    assert mean_statistic(sample, 4.5)[0] == -np.inf


def test_nobody_or_no_variation_says_nothing():
    nobody = paired_difference(crossed([[0, 0], [0, 0]]), [0, 1], [0, 1])
    assert np.isnan([*nobody.p_value(), *nobody.p_value("t"), nobody.estimate, nobody.correlation]).all()
    flat = paired_difference(crossed([[0, 0], [7, 0]]), [0, 1], [0, 1])
    assert np.isnan(flat.p_value("t")[0])
    assert flat.p_value()[0] == pytest.approx(mcnemar_p_value(7, 0), rel=1e-9)


def test_errors_say_what_must_hold():
    with pytest.raises(ValueError, match="one finite value for each point, here 2 and 2; got"):
        paired_difference(crossed([[1, 2], [3, 4]]), [0, 1, 2], [0, 1])
    with pytest.raises(ValueError, match="paired test 'scor' not found; did you mean 'score'"):
        paired_difference(crossed([[1, 2], [3, 4]]), [0, 1], [0, 1]).p_value("scor")
