"""Charts of scores: what alarms and why, the baseline, designs, weekdays, odd variation, and what is said."""

import numpy as np
import pandas as pd
import pytest

from cxstats.responses.periods import with_period
from cxstats.responses.tallies import tally
from cxstats.responses.weights import Design
from cxstats.scores.estimates import score
from cxstats.scores.trends import Cusum, Ewma, Individuals, Shewhart, control_chart, over_time
from cxstats.scores.trends.charts import per_year
from cxstats.scores.trends.expectations import Observed, expectation_of
from cxstats.scores.trends.rhythm import periods_in_words, rate_in_words

FIRST = pd.Timestamp("2024-01-01")


def survey(good, n, *, days=7, **columns):
    """One row an answer: `good` of `n` favourable in each period."""
    number = np.repeat(np.arange(len(n)), n)
    within = np.concatenate([np.arange(size) for size in n])
    points = np.where(within < np.repeat(good, n), 5, 2)
    return pd.DataFrame({"at": FIRST + pd.to_timedelta(days * number, unit="D"), "csat": points, **columns})


def series(data, every="week", metric="favourable", **settings):
    dated = with_period(data, "at", every=every)
    counted = tally(dated, "csat", scale="csat-5", by=every, design=settings.pop("design", None))
    last = dated[every].max() + pd.Timedelta(days=6 if every == "week" else 0)
    return over_time(score(counted, metric), **{"since": FIRST, "until": last, **settings})


def weekly(shift=0, length=60, at=40, seed=1):
    rng = np.random.default_rng(seed)
    n = rng.integers(150, 260, length)
    truth = np.where(np.arange(length) < at, 0.8, 0.8 - shift)
    return series(survey(rng.binomial(n, truth), n))


def test_limits_follow_the_number_of_answers():
    chart = control_chart(weekly(), Shewhart(limits="normal"), variation="chance")
    n, half = chart.seen.n, (chart.high - chart.centre)
    p = chart.centre[0]
    assert half == pytest.approx(3 * np.sqrt(p * (1 - p) / n), abs=1e-12)
    assert p == pytest.approx((chart.seen.n * chart.seen.estimate).sum() / n.sum(), abs=1e-12)


@pytest.mark.parametrize("kind", ["shewhart", "individuals", "ewma", "cusum", Cusum(shift=0.05), Ewma(0.3)])
def test_a_large_fall_alarms_as_worse_and_not_before(kind):
    chart = control_chart(weekly(0.15), kind, baseline=40)
    assert chart.alarms
    assert {alarm.verdict for alarm in chart.alarms} == {"worse"}
    assert 40 <= chart.alarms[0].first <= 42
    assert chart.sentence().startswith("csat (share of answers 4-5, high is good), usually 80")
    assert f"worse in {chart.series.periods[chart.alarms[0].first]}" in chart.sentence()
    table = chart.to_frame()
    assert (table.loc[:39, "alarm"] == "").all()
    assert (table.loc[chart.alarms[0].first, "alarm"]) == "; ".join(
        a.reason for a in chart.alarms if a.first <= chart.alarms[0].first <= a.last
    )


def test_low_is_good_turns_the_verdict():
    data = series(survey(np.r_[np.full(20, 160), 100, 100], np.full(22, 200)), metric="bottom-2")
    chart = control_chart(data, Shewhart(("beyond",)), baseline=20, variation="chance")
    assert [(alarm.direction, alarm.verdict) for alarm in chart.alarms] == [(1, "worse")]
    assert chart.series.scores.metric.good == "low"


def test_reasons_say_what_is_seen():
    good = [160, 161, 159, 160, 162, 158, 160, 161, 159, 160]
    falling = [*good, 160, 156, 152, 148, 144, 140]
    data = series(survey(falling, np.full(16, 200)))
    chart = control_chart(data, Shewhart(("beyond", "two-of-three", "six-rising")), baseline=10, variation="chance")
    reasons = [alarm.reason for alarm in chart.alarms]
    assert "six weeks in a row falling" in reasons
    assert any(reason.startswith("two of three weeks below 7") for reason in reasons)
    run = series(survey([*good, *[166] * 9], np.full(19, 200)))
    found = control_chart(run, Shewhart(("nine-on-a-side",)), baseline=10, variation="chance")
    assert [alarm.reason for alarm in found.alarms] == ["nine weeks in a row above the usual 80.0 %"]
    sums = control_chart(data, Cusum(shift=0.05), baseline=10, variation="chance")
    assert sums.alarms[0].reason.startswith("deviations add up to a fall since about 2024-W1")


def test_an_empty_week_parts_no_run_and_has_no_limits():
    good = np.array([160, 161, 159, 160, 162, 158, 160, 161, 159, 160, *[170] * 5, 0, *[170] * 4])
    data = series(survey(good, np.where(good > 0, 200, 0)))
    chart = control_chart(data, Shewhart(("nine-on-a-side",)), baseline=10, variation="chance")
    assert [(alarm.first, alarm.last) for alarm in chart.alarms] == [(19, 19)]
    table = chart.to_frame()
    assert table.loc[15, ["estimate", "low", "high", "sigma"]].isna().all()
    assert "nobody answered in 2024-W16" in chart.notes()


def test_one_answer_in_a_week_does_not_alarm():
    good = np.array([160, 161, 159, 160, 162, 158, 160, 161, 159, 160, 0])
    data = series(survey(good, np.r_[np.full(10, 200), 1]))
    chart = control_chart(data, baseline=10)
    assert chart.seen.estimate[-1] == 0
    assert chart.low[-1] == 0
    assert not chart.alarms


def test_an_incomplete_week_is_not_judged():
    good = np.array([160, 161, 159, 160, 162, 158, 160, 161, 159, 160, 20])
    data = survey(good, np.full(11, 200))
    last = FIRST + pd.Timedelta(days=70)
    unfinished, ended = (series(data, until=last + pd.Timedelta(days=d)) for d in (2, 6))
    assert not control_chart(unfinished, baseline=10).alarms
    assert control_chart(ended, baseline=10).alarms
    assert "2024-W11 incomplete" in control_chart(unfinished, baseline=10).notes()


def test_a_baseline_by_date_is_that_by_number():
    data = weekly(0.05)
    by_date = control_chart(data, baseline=data.starts[39] + pd.Timedelta(days=6))
    by_number = control_chart(data, baseline=40)
    pd.testing.assert_frame_equal(by_date.to_frame(), by_number.to_frame())
    assert by_number.expected.periods == 40
    # A date within a week leaves that week out.
    assert control_chart(data, baseline=data.starts[39] + pd.Timedelta(days=5)).expected.periods == 39


def test_everything_is_watched_without_a_baseline_or_when_asked():
    data = weekly(0.15, at=30)
    assert control_chart(data).watched.all()
    assert control_chart(data, baseline=30, watch="everywhere").watched.all()
    assert not control_chart(data, baseline=30).watched[:30].any()


def test_an_odd_baseline_is_said():
    good = np.r_[np.full(10, 160), 100, np.full(10, 160), np.full(5, 160)] + np.arange(26) % 3
    chart = control_chart(series(survey(good, np.full(26, 200))), Shewhart(("beyond",)), baseline=21)
    assert any("the baseline itself alarms once" in note for note in chart.notes())


def test_odd_variation_widens_limits_and_is_said():
    rng = np.random.default_rng(3)
    good = rng.binomial(200, np.clip(0.8 + 0.06 * rng.standard_normal(80), 0, 1))
    data = series(survey(good, np.full(80, 200)))
    wide, narrow = (control_chart(data, baseline=60, variation=v) for v in ("estimated", "chance"))
    assert wide.expected.dispersion > 1.7
    assert (wide.sigma / narrow.sigma)[:60] == pytest.approx(wide.expected.dispersion)
    assert wide.expected.spread == pytest.approx(np.sqrt(wide.sigma[0] ** 2 - narrow.sigma[0] ** 2))
    assert wide.expected.spread == pytest.approx(0.06, abs=0.015)
    assert any(note.startswith("weeks go up and down by") for note in wide.notes())
    laney = control_chart(data, baseline=60, variation="laney")
    assert any("times as much as their answers alone explain" in note for note in laney.notes())
    assert len(wide.alarms) < len(narrow.alarms)


def test_calm_variation_narrows_only_by_laney():
    data = series(survey(np.resize([160, 161], 30), np.full(30, 200)))
    assert control_chart(data).expected.dispersion == 1
    assert control_chart(data, variation="laney").expected.dispersion < 0.2


def test_neighbours_that_go_together_are_said():
    rng = np.random.default_rng(5)
    walk = np.clip(0.8 + 0.02 * np.cumsum(rng.standard_normal(60)), 0.5, 0.98)
    chart = control_chart(series(survey(rng.binomial(200, walk), np.full(60, 200))))
    assert any("neighbouring weeks of the baseline go together" in note for note in chart.notes())
    assert not any("go together" in note for note in control_chart(weekly()).notes())


@pytest.mark.parametrize("metric", ["mean", "net", "index", "top-1"])
def test_any_metric_has_a_chart(metric):
    rng = np.random.default_rng(7)
    n = rng.integers(100, 200, 40)
    points = rng.choice(5, n.sum(), p=[0.05, 0.05, 0.1, 0.3, 0.5]) + 1
    at = FIRST + pd.to_timedelta(7 * np.repeat(np.arange(40), n), unit="D")
    data = pd.DataFrame({"at": at, "csat": points})
    chart = control_chart(series(data, metric=metric), Shewhart(limits="normal"), variation="chance")
    values = np.array(chart.series.scores.metric.values)[points - 1]
    assert chart.centre[0] == pytest.approx(values.mean())
    assert chart.sigma == pytest.approx(values.std() / np.sqrt(n))
    assert chart.series.scores.metric.name == metric


def test_an_index_has_the_alarms_of_its_mean():
    rng = np.random.default_rng(8)
    n = rng.integers(50, 100, 40)
    data = survey(rng.binomial(n, np.r_[np.full(30, 0.8), np.full(10, 0.6)]), n)
    mean, index = (control_chart(series(data, metric=m), baseline=30) for m in ("mean", "index"))
    assert [(a.first, a.rule, a.direction) for a in mean.alarms] == [
        (a.first, a.rule, a.direction) for a in index.alarms
    ]
    assert (index.high - index.centre) == pytest.approx(25 * (mean.high - mean.centre))


def test_weights_that_are_equal_change_nothing_and_unequal_ones_widen_limits():
    rng = np.random.default_rng(9)
    n = np.full(30, 200)
    data = survey(rng.binomial(n, 0.8), n)
    plain = control_chart(series(data), variation="chance")
    same = control_chart(series(data.assign(w=2.0), design=Design(weights="w")), variation="chance")
    assert same.high == pytest.approx(plain.high, rel=5e-3)
    unequal = data.assign(w=np.where(rng.random(len(data)) < 0.2, 6.0, 1.0))
    wide = control_chart(series(unequal, design=Design(weights="w")), variation="chance")
    assert 1.7 < wide.expected.design_effect < 2.4
    assert (wide.sigma > 1.25 * plain.sigma).all()


def daily(seed=11, length=112, effect=0.1, n=80):
    rng = np.random.default_rng(seed)
    truth = 0.8 - effect * (np.arange(length) % 7 >= 5)
    return series(survey(rng.binomial(n, truth), np.full(length, n), days=1), every="day")


def test_a_weekday_pattern_is_said_and_taken_out():
    data = daily()
    kept, adjusted = (control_chart(data, baseline=84, weekday=w) for w in ("keep", "adjust"))
    assert any("weekday='adjust' expects of each day its own" in note for note in kept.notes())
    assert not any("weekday='adjust'" in note for note in adjusted.notes())
    assert kept.expected.dispersion > 1.1
    assert adjusted.expected.dispersion < kept.expected.dispersion
    weekday = data.starts.day_of_week.to_numpy()
    for day in range(7):
        those = (weekday == day) & (np.arange(len(weekday)) < 84)
        pooled = (adjusted.seen.n * adjusted.seen.estimate)[those].sum() / adjusted.seen.n[those].sum()
        assert adjusted.centre[weekday == day] == pytest.approx(pooled)
    # The seven means are guessed from twelve days each, and later days are judged by them.
    assert adjusted.sigma[-1] / adjusted.sigma[0] == pytest.approx(np.sqrt(1 + 6 / 84))
    assert not any("weekday" in note for note in control_chart(daily(effect=0.0), baseline=84).notes())


def test_weekdays_need_days_and_enough_of_them():
    with pytest.raises(ValueError, match="weekday='adjust' is for daily scores"):
        control_chart(weekly(), weekday="adjust")
    with pytest.raises(ValueError, match="needs at least 4 Saturdays in the baseline; it has 3"):
        control_chart(daily(length=40), baseline=26, weekday="adjust")


def test_delays_are_said_in_words():
    chart = control_chart(weekly(), Ewma(), baseline=40)
    found = chart.delay(-0.05, n=200)
    assert found == chart.delay(0.05, n=200).__class__(**{**_as_dict(chart.delay(0.05, n=200)), "change": -0.05})
    assert found.median <= 6
    assert chart.delay(-0.05, n=50).median > found.median
    assert chart.delay_in_words(-0.05, n=200) == (
        f"A lasting fall of 5.0 percentage points at 200 answers a week is seen within {found.median} weeks in half of "
        f"all cases, within {found.nine_in_ten} weeks in nine of ten."
    )
    with pytest.raises(ValueError, match="a change other than 0"):
        chart.delay(0)


def _as_dict(delay):
    return {name: getattr(delay, name) for name in ("change", "n", "median", "nine_in_ten", "mean")}


def test_rates_are_said_at_the_rhythm():
    assert rate_in_words(1 / 52.18, "week") == "about one false alarm a year"
    assert rate_in_words(1 / 370, "month") == "about one false alarm in 31 years"
    assert periods_in_words(1, "day") == "1 day"
    chart = control_chart(weekly(), Ewma(periods_between=178), baseline=40)
    assert chart.average_run_length == 178
    assert per_year(chart) == pytest.approx(52.18 / 178, abs=1e-3)
    expected = "By chance alone about one false alarm in 3.4 years at this rhythm (one in 178 weeks)."
    assert chart.rate_in_words() == expected
    assert chart.sentence().endswith(expected)
    # A longer baseline is surer.
    runs = [control_chart(weekly(), baseline=m, variation="chance").average_run_length for m in (12, 26, 52)]
    assert runs == sorted(runs)
    assert runs[-1] < 158.7


def test_a_quiet_chart_says_so():
    chart = control_chart(weekly(seed=4), Shewhart(("beyond",)), baseline=40)
    assert "no sign of a change in 20 weeks; the score varies around 8" in chart.sentence()
    assert chart.alarm_table().empty
    assert list(chart.alarm_table().columns) == ["first", "last", "rule", "verdict", "reason"]
    assert "Alarm" not in chart._repr_html_()


def test_moving_ranges_of_individual_values():
    chart = control_chart(weekly(), Individuals(("beyond",)))
    ranges = np.abs(np.diff(chart.seen.estimate))
    assert chart.moving_ranges[1:] == pytest.approx(ranges)
    assert chart.moving_range_limit == pytest.approx(3.26653 * ranges.mean(), rel=1e-5)
    assert any("differs from the one before by up to" in note for note in chart.notes())
    assert np.isnan(control_chart(weekly()).moving_range_limit)


def test_text_from_data_is_escaped():
    data = survey(np.full(12, 8) + np.arange(12) % 2, np.full(12, 10), team="<b>x</b>")
    dated = with_period(data, "at", every="week")
    found = over_time(score(tally(dated, "csat", scale="csat-5", by=["week", "team"])))
    html = control_chart(found)._repr_html_()
    assert "&lt;b&gt;x&lt;/b&gt;" in html
    assert "<b>x</b>" not in html


def test_what_cannot_be_charted_is_refused():
    data = weekly()
    with pytest.raises(ValueError, match="baseline=61 asks for more than the 60 complete periods"):
        control_chart(data, baseline=61)
    with pytest.raises(ValueError, match="a baseline needs at least 5 complete periods with answers; it has 3"):
        control_chart(data, baseline=3)
    with pytest.raises(ValueError, match="a baseline needs at least 5.*it has 0"):
        control_chart(data, baseline="2020-01-01")
    with pytest.raises(TypeError, match="got a truth value"):
        control_chart(data, baseline=True)
    with pytest.raises(ValueError, match="watch 'before' not found"):
        control_chart(data, watch="before")
    with pytest.raises(ValueError, match="variation 'laneys' not found; did you mean 'laney'"):
        control_chart(data, variation="laneys")
    with pytest.raises(ValueError, match="individual values go by their moving ranges alone"):
        control_chart(data, "individuals", variation="chance")
    with pytest.raises(ValueError, match="all answers of the baseline have the same value"):
        control_chart(series(survey(np.full(10, 20), np.full(10, 20))))
    with pytest.raises(ValueError, match="all scores of the baseline are equal"):
        control_chart(series(survey(np.full(10, 10), np.full(10, 20))), "individuals")
    two = survey(np.full(10, 8), np.full(10, 10), team=np.resize(["a", "b"], 100))
    dated = with_period(two, "at", every="week")
    with pytest.raises(ValueError, match="a chart is of one segment; this series has 2: a, b"):
        control_chart(over_time(score(tally(dated, "csat", scale="csat-5", by=["week", "team"]))))


def test_clusters_may_make_weeks_calmer_than_they_say():
    """The same agents every week: their differences are no change from week to week."""
    rng = np.random.default_rng(13)
    own = np.tile(np.repeat(np.linspace(0.6, 1.0, 10), 20), 30)
    n = np.full(30, 200)
    data = survey(n, n).assign(
        csat=np.where(rng.random(6_000) < own, 5, 2), agent=np.tile(np.repeat(range(10), 20), 30)
    )
    clustered = control_chart(series(data, design=Design(clusters="agent")))
    assert clustered.expected.design_effect > 1.5
    assert clustered.expected.dispersion < 0.9
    plain = expectation_of(Observed.from_series(series(data)), np.ones(30, dtype=bool))
    assert clustered.sigma.mean() == pytest.approx(plain.sigma.mean(), rel=0.15)


def test_many_weeks_at_the_end_of_the_scale_are_no_run():
    """Five answers a week of which 95 % are favourable: three weeks in four lie at 100 %."""
    good = np.resize([5, 5, 5, 4], 40)
    good[-15:] = 5
    data = series(survey(good, np.full(40, 5)))
    for kind in (Shewhart(("nine-on-a-side",)), Individuals(("nine-on-a-side",))):
        chart = control_chart(data, kind, baseline=24)
        assert not chart.alarms
        assert "in 40 weeks answers are so few that a score of 100.0 % is the rule: there it is no sign" in str(chart)
    assert "is the rule" not in str(control_chart(weekly(), baseline=40))
    # Below the usual score there is no such end.
    falling = series(survey(np.r_[np.resize([5, 5, 5, 4], 24), np.full(9, 4)], np.full(33, 5)))
    worse = control_chart(falling, Shewhart(("nine-on-a-side",)), baseline=24).alarms
    assert [alarm.reason for alarm in worse] == ["nine weeks in a row below the usual 95.0 %"]


def test_individual_limits_stay_on_the_scale():
    data = series(survey(np.resize([60, 58, 59, 60], 30), np.full(30, 60)))
    chart = control_chart(data, "individuals", baseline=20)
    assert chart.centre[0] + 3 * chart.sigma[0] > 1
    assert chart.high == pytest.approx(1.0)
    rough = control_chart(series(survey(np.resize([10, 0], 12), np.full(12, 10))), "individuals")
    assert rough.moving_range_limit == 1
    assert (rough.low[0], rough.high[0]) == (0, 1)


def lasting(carry, seed, length=104, spread=0.03):
    rng = np.random.default_rng(seed)
    up = np.empty(length)
    up[0] = rng.standard_normal()
    for t in range(1, length):
        up[t] = carry * up[t - 1] + np.sqrt(1 - carry**2) * rng.standard_normal()
    return series(survey(rng.binomial(200, 0.8 + spread * up), np.full(length, 200)))


def test_neighbours_that_go_together_widen_limits_only_by_a_baseline_of_their_own():
    data = lasting(0.8, 3)
    alone, ahead = control_chart(data, Ewma()), control_chart(data, Ewma(), baseline=52)
    assert alone.expected.carry == 0
    assert any(note.endswith("unless by chance, false alarms come more often than said") for note in alone.notes())
    carry = ahead.expected.carry
    assert 0.2 < carry < ahead.expected.autocorrelation + 1 / 52
    assert any(f"limits allow for {carry:.2f} of it, since it may be chance" in note for note in ahead.notes())
    plain = control_chart(data, Ewma(), baseline=52, variation="laney")
    assert ahead.limit / plain.limit == pytest.approx(np.sqrt((1 + 0.8 * carry) / (1 - 0.8 * carry)), rel=0.01)
    assert ahead.sigma == pytest.approx(plain.sigma / np.sqrt(1 - carry))
    sums = [control_chart(data, Cusum(), baseline=52, variation=v) for v in ("estimated", "laney")]
    assert sums[0].limit / sums[1].limit == pytest.approx((1 + carry) / (1 - carry), rel=0.02)
    rules = control_chart(data, baseline=52)
    assert any("of it, but not their runs, since it may be chance" in note for note in rules.notes())
    assert "independent normal weeks" in rules.notes()[0]


def test_ups_and_downs_add_to_sampling_error_whatever_the_number_of_answers():
    rng = np.random.default_rng(21)
    n, truth = np.resize([40, 400], 200), np.sqrt(0.03**2 + 0.16 / np.array([40, 400]))
    spreads, ratios = [], {"estimated": [], "laney": []}
    for _ in range(40):
        good = rng.binomial(n, np.clip(0.8 + 0.03 * rng.standard_normal(200), 0, 1))
        seen = Observed.from_counts(np.column_stack([n - good, good]), [0, 1])
        for variation, found in ratios.items():
            expected = expectation_of(seen, np.ones(200, dtype=bool), variation=variation)
            found.append(expected.sigma[:2] / truth)
            spreads.append(expected.spread)
    assert np.mean(spreads[::2]) == pytest.approx(0.03, abs=0.002)
    assert np.mean(ratios["estimated"], axis=0) == pytest.approx(1, abs=0.04)
    # By one ratio few answers get limits that are too wide, and many answers too narrow ones.
    few, many = np.mean(ratios["laney"], axis=0)
    assert few > 1.15
    assert many < 0.85
    same = Observed.from_counts(np.column_stack([400 - good[1::2], good[1::2]]), [0, 1])
    both = [expectation_of(same, np.arange(100) < 80, variation=v) for v in ("estimated", "laney")]
    assert both[0].spread > 0
    assert both[0].sigma == pytest.approx(both[1].sigma / np.sqrt(1 - both[0].carry), rel=1e-4)


def stores(count, seed=5, length=40):
    rng = np.random.default_rng(seed)
    n = np.full(length * count, 100)
    data = survey(rng.binomial(n, 0.8), n)
    data["at"] = FIRST + pd.to_timedelta(7 * (np.repeat(np.arange(length * count), n) // count), unit="D")
    data["store"] = np.char.add("s", (np.repeat(np.arange(length * count), n) % count).astype(str))
    dated = with_period(data, "at", every="week")
    last = FIRST + pd.Timedelta(days=7 * length - 1)
    return over_time(score(tally(dated, "csat", scale="csat-5", by=["week", "store"])), since=FIRST, until=last)


@pytest.mark.parametrize("kind", ["shewhart", "individuals", Ewma(), Cusum(shift=0.05), Shewhart(("beyond",))])
def test_charts_of_many_segments_together_alarm_as_rarely_as_one(kind):
    one = stores(8).of("s3")
    assert one.among == one.of(0).among == 8
    chart, alone = control_chart(one, kind, baseline=30), control_chart(one, kind, baseline=30, among=1)
    assert 8 * chart.false_alarm_rate == pytest.approx(alone.false_alarm_rate, rel=0.01)
    assert chart.limit > alone.limit
    rate = alone.rate_in_words().removesuffix(")").split(" at this rhythm ")
    words = chart.rate_in_words()
    assert " over all 8 charts at this rhythm (one in " in words
    assert "one of 8 charts, and limits are wider for it" in chart.notes()[0]
    assert words.startswith(rate[0].rsplit(" in ", 1)[0])
    # Whoever asked about this one store beforehand has one chart.
    assert "charts" not in alone.rate_in_words()
    assert chart.delay(-0.05).median >= alone.delay(-0.05).median
    assert set(stores(3).split()["s1"].names) == {"s1"}


def test_runs_of_one_of_many_charts_have_lines_apart_from_the_centre():
    good = np.r_[np.resize([80, 81, 79], 21), np.full(9, 84)]
    data = series(survey(good, np.full(30, 100)))
    rule = Shewhart(("nine-on-a-side",))
    chart = control_chart(data, rule, baseline=21, among=4)
    assert [alarm.reason for alarm in control_chart(data, rule, baseline=21).alarms] == [
        "nine weeks in a row above the usual 80.0 %"
    ]
    line = 80 + 100 * (chart.limit - 3) * chart.sigma[-1]
    assert [alarm.reason for alarm in chart.alarms] == [
        f"nine weeks in a row above {line:.1f} %, on that side of the usual 80.0 %"
    ]


@pytest.mark.parametrize("among", [0, 1.5, True])
def test_among_is_a_number_of_charts(among):
    with pytest.raises(ValueError, match="among must be a number of charts, 1 to 100,000; got"):
        control_chart(weekly(), among=among)
