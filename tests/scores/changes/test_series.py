"""Scores by period in the order of time: lengths, gaps, days, what is refused."""

from datetime import date

import numpy as np
import pandas as pd
import pytest

from cxstats.responses.tallies import tally
from cxstats.responses.weights import Design
from cxstats.scores.changes.series import series_of
from cxstats.scores.estimates import score


def by_days(days, points=None):
    data = pd.DataFrame({"csat": points or np.resize([5, 2], len(days)), "week": days})
    return score(tally(data, "csat", scale="csat-5", by="week"))


@pytest.mark.parametrize(
    ("days", "every", "position"),
    [
        (["2026-01-05", "2026-01-06", "2026-01-09"], "day", [0, 1, 4]),
        (["2026-01-05", "2026-01-12", "2026-02-02"], "week", [0, 1, 4]),
        (["2026-01-01", "2026-02-01", "2026-05-01"], "month", [0, 1, 4]),
        (["2026-01-01", "2026-04-01", "2027-01-01"], "quarter", [0, 1, 4]),
        (["2024-01-01", "2025-01-01", "2028-01-01"], "year", [0, 1, 4]),
    ],
)
@pytest.mark.parametrize("kind", [pd.Timestamp, date.fromisoformat, str])
def test_lengths_are_told_from_days_of_any_kind(days, every, position, kind):
    series = series_of(by_days([kind(day) for day in days[::-1]]), "week")
    assert (series.every, series.position.tolist()) == (every, position)
    assert series.empty == 2
    assert [series.start(k) for k in position] == [pd.Timestamp(day) for day in days]
    assert [series.position_of(day) for day in days] == position


def test_a_day_within_a_period_belongs_to_it():
    series = series_of(by_days(["2026-01-05", "2026-01-12"]), "week")
    assert [series.position_of(day) for day in ("2026-01-11", "2026-01-12", "2026-01-18", "2026-01-04")] == [
        0,
        1,
        1,
        -1,
    ]
    months = series_of(by_days(["2026-01-01", "2026-02-01"]), "week")
    assert [months.position_of(day) for day in ("2026-01-31", "2026-03-01", "2025-12-31")] == [0, 2, -1]


def test_answers_without_a_period_are_left_out_and_counted():
    series = series_of(by_days(pd.to_datetime(["2026-01-05", None, None, "2026-01-12"])), "week")
    assert series.undated == 2
    assert series.n.tolist() == [1, 1]


def test_periods_without_usable_answers_are_gaps():
    series = series_of(by_days(["2026-01-05", "2026-01-12", "2026-01-19"], [5, None, 2]), "week")
    assert series.position.tolist() == [0, 2]


def test_sampling_variance_is_that_of_answers_within_periods_over_n():
    days = ["2026-01-05"] * 40 + ["2026-01-12"] * 10
    series = series_of(by_days(days, [5] * 30 + [2] * 10 + [5] * 4 + [2] * 6), "week")
    within = (40 * 0.75 * 0.25 + 10 * 0.4 * 0.6) / 48
    assert series.variance == pytest.approx([within / 40, within / 10])


def test_sampling_variance_grows_with_the_design_effect():
    data = pd.DataFrame({"csat": np.repeat([5, 2, 5, 5, 2, 2], 10), "agent": np.repeat(range(6), 10)})
    data["week"] = pd.to_datetime(["2026-01-05"] * 30 + ["2026-01-12"] * 30)
    clustered = score(tally(data, "csat", scale="csat-5", by="week", design=Design(clusters="agent")))
    series, plain = (
        series_of(clustered, "week"),
        series_of(score(tally(data, "csat", scale="csat-5", by="week")), "week"),
    )
    assert series.design_effect == pytest.approx(float(clustered.design_effect.mean()))
    assert series.variance == pytest.approx(plain.variance * series.design_effect)


def test_single_answers_a_period_vary_about_their_common_mean():
    series = series_of(by_days(pd.date_range("2026-01-05", periods=8, freq="7D")), "week")
    assert series.answer_variance == pytest.approx(np.var([0, 1] * 4, ddof=1))
    assert not series.is_flat


def test_what_is_no_series_is_refused():
    scores = by_days(["2026-01-05", "2026-01-12"])
    with pytest.raises(ValueError, match="did you mean 'week'"):
        series_of(scores, "weeks")
    with pytest.raises(ValueError, match="period 'fortnight' not found"):
        series_of(scores, "week", "fortnight")
    with pytest.raises(ValueError, match="must be first days of a month each; 2026-01-12 is not one"):
        series_of(scores, "week", "month")
    with pytest.raises(ValueError, match="must be dates"):
        series_of(by_days(["spring", "summer"]), "week")
    with pytest.raises(ValueError, match="must be dates"):
        series_of(by_days([1, 2]), "week")
    two = pd.DataFrame({"csat": [5, 2], "week": ["2026-01-05"] * 2, "channel": ["web", "phone"]})
    with pytest.raises(ValueError, match="these are by \\['channel'\\] too"):
        series_of(score(tally(two, "csat", scale="csat-5", by=("week", "channel"))), "week")
    with pytest.raises(ValueError, match="at most 400 periods; got 401"):
        series_of(by_days(pd.date_range("2024-01-01", periods=401)), "week")
