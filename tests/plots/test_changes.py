"""Plots of changes show n, levels, dates and effects as the tables hold them."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.dates import date2num

from cxstats.plots.changes import plot_before_after, plot_change_points
from cxstats.responses.tallies import tally
from cxstats.scores.changes import before_after, change_points
from cxstats.scores.estimates import score


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def scores():
    rng = np.random.default_rng(2)
    sizes = np.r_[np.full(23, 150), 5, np.full(12, 90)]
    week = pd.date_range("2026-01-05", periods=36, freq="7D").repeat(sizes)
    happy = rng.random(len(week)) < np.where(week < pd.Timestamp("2026-06-01"), 0.8, 0.6)
    return score(tally(pd.DataFrame({"csat": np.where(happy, 5, 2), "week": week}), "csat", scale="csat-5", by="week"))


@pytest.fixture(scope="module")
def weekly_to_the_top():
    happy = np.round(500 * np.r_[np.linspace(0.60, 1.0, 20), np.full(12, 0.97)]).astype(int)
    week = pd.date_range("2026-01-05", periods=32, freq="7D").repeat(500)
    answers = np.concatenate([np.repeat([5, 2], [k, 500 - k]) for k in happy])
    return score(tally(pd.DataFrame({"csat": answers, "week": week}), "csat", scale="csat-5", by="week"))


def written(axes):
    return " ".join([text.get_text() for text in axes.texts] + [axes.get_xlabel(), axes.get_title(loc="right")])


def test_levels_dates_and_n_are_written(scores):
    found = change_points(scores, along="week")
    axes = plot_change_points(found)
    assert len(found.dates) == 1
    shown = written(axes)
    for level in found.levels()["estimate"]:
        assert found.metric.text(level) in shown
    assert f"{found.dates[0].day} {found.dates[0]:%B %Y}" in shown
    assert f"n = {scores.n.sum():,} (5 to 150 a week" in shown
    assert "hollow: too few to say" in shown


def test_dots_are_the_scores_of_the_periods(scores):
    axes = plot_change_points(change_points(scores, along="week"))
    dots = axes.collections[0].get_offsets()
    assert np.asarray(dots[:, 1]) == pytest.approx(100 * scores.estimate)
    assert np.asarray(dots[:, 0]) == pytest.approx(date2num(scores.segments["week"]))


def test_the_foretold_course_and_the_effect_are_drawn(scores):
    found = before_after(scores, along="week", change="2026-06-01", horizon=6)
    axes = plot_before_after(found)
    row, table = found.effect(), found.counterfactual()
    assert f"{100 * row['estimate']:+.1f} ({100 * row['low']:+.1f} to {100 * row['high']:+.1f})" in written(axes)
    dashed = [line for line in axes.lines if line.is_dashed() and len(line.get_xdata()) > 2]
    assert dashed[0].get_ydata() == pytest.approx(100 * table.loc[table["after"], "expected"].to_numpy())
    assert "change, 1 June 2026" in written(axes)


def test_what_cannot_be_said_is_drawn_as_such(scores):
    few = score(
        tally(
            pd.DataFrame({"csat": [5, 2] * 20, "week": ["2026-01-05", "2026-01-12"] * 20}),
            "csat",
            scale="csat-5",
            by="week",
        )
    )
    axes = plot_change_points(change_points(few, along="week"))
    assert "periods with answers" in written(axes)
    with pytest.raises(ValueError, match="the effect cannot be said"):
        plot_before_after(before_after(few, along="week", change="2026-01-12"))


def test_it_draws_on_the_axes_that_are_given(scores):
    axes = plt.subplots()[1]
    assert plot_change_points(change_points(scores, along="week"), ax=axes) is axes


def test_nothing_is_drawn_beyond_the_scale(weekly_to_the_top):
    found = before_after(weekly_to_the_top, along="week", change="2026-05-04")
    table = found.counterfactual()
    assert table["expected"].isna().any()
    axes = plot_before_after(found)
    dashed = [line for line in axes.lines if line.is_dashed() and len(line.get_xdata()) > 2]
    shown = dashed[0].get_ydata()
    assert np.isfinite(shown).sum() == found.reach
    assert np.nanmax(shown) <= 100
    assert f"{100 * found.effect()['estimate']:+.1f} (" in written(axes)
    at_once = before_after(weekly_to_the_top, along="week", change="2026-05-25")
    assert at_once.reach == 0
    assert "percentage points" not in written(plot_before_after(at_once))
