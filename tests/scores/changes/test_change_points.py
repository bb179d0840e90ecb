"""Changes of level: found where they are, dated, sized, told; not where they are not; edges and what is refused."""

import numpy as np
import pandas as pd
import pytest

from cxstats.scores.changes import change_points
from cxstats.scores.changes.detecting import Rules, find_changes


def shares(rng, levels, n):
    return rng.binomial(n, levels)


@pytest.fixture(scope="module")
def fallen(weekly):
    rng = np.random.default_rng(11)
    sizes = rng.integers(60, 400, 40)
    return change_points(weekly(shares(rng, np.repeat([0.80, 0.68], [24, 16]), sizes), sizes), along="week")


def test_a_fall_is_found_dated_and_sized(fallen):
    row = fallen.to_frame().iloc[0]
    assert len(fallen.dates) == 1
    change = pd.Timestamp("2026-01-05") + pd.Timedelta(weeks=24)
    assert row["date_low"] <= change <= row["date_high"]
    assert row["date_low"] <= row["week"] <= row["date_high"]
    assert row["low"] < -0.12 < row["high"] < 0
    assert row["p_value"] <= 0.05


def test_levels_add_up_to_all_answers_and_lie_around_their_own(fallen):
    levels, series = fallen.levels(), fallen.series
    assert levels["n"].sum() == series.n.sum()
    assert levels["periods"].sum() == len(series.n)
    place = fallen.places[0]
    for part, (_, row) in zip((slice(place), slice(place, None)), levels.iterrows(), strict=True):
        pooled = np.average(series.estimate[part], weights=series.n[part])
        assert row["low"] < pooled < row["high"]


def test_it_is_told_in_the_unit_of_the_metric(fallen):
    sentence, date = fallen.sentence(), fallen.dates[0]
    assert sentence.startswith("csat (share of answers 4-5) fell from ")
    assert f"with the week of {date.day} {date:%B %Y}" in sentence
    assert "percentage points" in sentence
    assert f"n = {fallen.series.n.sum():,}" in sentence
    assert len(fallen.to_text()) == 2
    assert "<table" in fallen._repr_html_()


def test_a_fall_that_is_undone_later_is_found_though_it_hardly_shows_as_one_change(weekly):
    rng = np.random.default_rng(9)
    happy = shares(rng, np.repeat([0.80, 0.70, 0.80], [18, 16, 18]), 200)
    found = change_points(weekly(happy, 200), along="week")
    assert len(found.places) == 2
    assert np.abs(np.array(found.places) - [18, 34]).max() <= 2
    assert "changed 2 times: it fell" in found.sentence()


def test_nothing_is_found_where_nothing_changes_and_that_is_not_said_to_be_sure(weekly):
    rng = np.random.default_rng(2)
    found = change_points(weekly(shares(rng, np.full(30, 0.8), 150), 150), along="week")
    assert found.dates == []
    assert found.to_frame().empty
    assert "no clear change of level" in found.sentence()
    assert "would look the same" in found.sentence()
    assert found.levels()["n"].tolist() == [4500]


def test_a_steady_trend_is_pointed_out_beside_the_changes(weekly):
    rng = np.random.default_rng(4)
    found = change_points(weekly(shares(rng, np.linspace(0.6, 0.9, 40), 400), 400), along="week")
    assert found.found.line_fits
    assert any("steady trend" in note for note in found.notes())


def test_the_same_seed_gives_the_same_result_and_the_order_of_rows_does_not_matter(weekly):
    rng = np.random.default_rng(6)
    happy = shares(rng, np.repeat([0.8, 0.7], 12), 120)
    starts = pd.date_range("2026-01-05", periods=24, freq="7D")
    one = change_points(weekly(happy, 120, starts=starts), along="week").to_frame()
    other = change_points(weekly(happy[::-1], 120, starts=starts[::-1]), along="week").to_frame()
    pd.testing.assert_frame_equal(one, other)


def test_a_net_score_and_the_opposite_share_mirror_each_other(weekly):
    rng = np.random.default_rng(6)
    happy = shares(rng, np.repeat([0.8, 0.65], 12), 120)
    up, down = (change_points(weekly(happy, 120, metric=name), along="week") for name in ("top-2", "bottom-2"))
    assert up.dates == down.dates
    assert up.to_frame()["estimate"].to_numpy() == pytest.approx(-down.to_frame()["estimate"].to_numpy())
    net = change_points(weekly(happy, 120, metric="net"), along="week")
    assert net.to_frame()["estimate"].to_numpy() == pytest.approx(2 * up.to_frame()["estimate"].to_numpy())


def test_a_change_in_the_last_periods_is_dated_there(weekly):
    rng = np.random.default_rng(8)
    happy = shares(rng, np.repeat([0.85, 0.55], [27, 3]), 300)
    found = change_points(weekly(happy, 300), along="week")
    assert found.places == (27,)


def test_empty_weeks_leave_a_gap_in_time(weekly):
    rng = np.random.default_rng(8)
    starts = pd.date_range("2026-01-05", periods=34, freq="7D")[np.r_[0:10, 14:34]]
    happy = shares(rng, np.repeat([0.85, 0.65], [15, 15]), 200)
    found = change_points(weekly(happy, 200, starts=starts), along="week")
    assert found.dates == [starts[15]]
    assert any(note.startswith("4 weeks in between have no answers") for note in found.notes())


def test_one_answer_in_a_week_weighs_little_and_is_said(weekly):
    rng = np.random.default_rng(3)
    sizes = np.r_[np.full(20, 150), 1, np.full(20, 150)]
    happy = shares(rng, np.full(41, 0.8), sizes)
    happy[20] = 0
    found = change_points(weekly(happy, sizes), along="week")
    assert found.places == ()
    assert any("1 week has fewer than 10 answers" in note for note in found.notes())


@pytest.mark.parametrize(("happy", "why"), [([80, 60], "6 periods"), ([100] * 12, "all answers have the same value")])
def test_what_cannot_be_said_is_said(weekly, happy, why):
    found = change_points(weekly(happy, 100), along="week")
    assert why in found.sentence()
    assert np.isnan(found.p_value)
    assert found.to_frame().empty
    assert found.levels().empty
    assert why in repr(found)


def test_days_of_the_week_are_pointed_out(weekly):
    starts = pd.date_range("2026-01-05", periods=70)
    happy = np.where(starts.day_of_week >= 5, 60, 80)
    found = change_points(weekly(happy, 100, starts=starts), along="week")
    assert any("follow the day of the week" in note for note in found.notes())


def test_settings_out_of_range_are_refused(weekly):
    scores = weekly([80] * 10, 100)
    for setting, said in (
        ({"alpha": 1.0}, "alpha must be between 0 and 1"),
        ({"shortest": 0}, "shortest must be 1 or more; got 0"),
        ({"most": 0}, "most must be 1 or more; got 0"),
        ({"draws": 10}, "a test at 0.05 needs 19 draws or more; got 10"),
    ):
        with pytest.raises(ValueError, match=said):
            change_points(scores, along="week", **setting)


@pytest.mark.parametrize(("spread", "carry"), [(0.0, 0.0), (0.03, 0.3)])
def test_false_alarms_are_no_more_than_stated(spread, carry):
    rng = np.random.default_rng(20)
    alarms, place = 0, np.arange(24)
    for _ in range(100):
        ups = rng.standard_normal(24)
        for t in range(1, 24):
            ups[t] = carry * ups[t - 1] + np.sqrt(1 - carry**2) * ups[t]
        n = rng.integers(50, 300, 24)
        y = rng.binomial(n, 0.8 + spread * ups) / n
        alarms += bool(find_changes(y, 0.16 / n, place, rules=Rules(draws=99, most=1), rng=rng).places)
    # At most 5 %: 12 of 100 or more have a probability below .5 %.
    assert alarms <= 11


def test_a_season_is_no_change_of_level(weekly):
    weeks = np.arange(110)
    season = 0.04 * np.sin(2 * np.pi * weeks / (365.25 / 7) + 2)
    rng = np.random.default_rng(4)
    calm = change_points(weekly(rng.binomial(400, 0.8 + season), 400), along="week", draws=99)
    assert calm.places == ()
    assert any("A wave that returns each year is allowed for" in note for note in calm.notes())
    moved = weekly(rng.binomial(2_000, 0.8 + season - 0.06 * (weeks >= 70)), 2_000)
    found = change_points(moved, along="week", draws=99)
    assert found.places == (70,)
    row = found.to_frame().iloc[0]
    assert row["low"] < -0.06 < row["high"]
    levels = found.levels()["estimate"].to_numpy()
    assert levels == pytest.approx([0.8, 0.74], abs=0.01)
    # The same weeks without the wave, which is not looked for, are several levels.
    series = found.series
    blind = find_changes(series.estimate, series.variance, series.position, rules=Rules(draws=99))
    assert len(blind.places) > 1


def test_months_that_follow_the_calendar_beside_a_wave_are_pointed_out(weekly):
    months = np.arange(36)
    starts = pd.date_range("2023-01-01", periods=36, freq="MS")
    happy = np.round(2_000 * (0.7 + 0.05 * np.sin(2 * np.pi * months / 12) + 0.06 * (months % 12 == 11)))
    found = change_points(weekly(happy, 2_000, starts=starts), along="week", every="month", draws=99)
    said = " ".join(found.notes())
    assert "follow the month of the year" in said
    assert "beside that wave, which is not allowed for here: compare with the same month a year before" in said


def test_the_way_is_said_better_or_worse(weekly):
    rng = np.random.default_rng(3)
    happy = rng.binomial(300, np.where(np.arange(30) < 15, 0.8, 0.6))
    for metric, word in (("top-2", "fell"), ("bottom-2", "rose")):
        said = change_points(weekly(happy, 300, metric=metric), along="week", draws=99).sentence()
        assert f" {word} from " in said
        assert ", which is worse, with the week of" in said


def test_notes_name_what_looks_for_other_changes(weekly):
    assert any("also_changed() does" in note for note in change_points(weekly([70, 80] * 5, 100), along="week").notes())
