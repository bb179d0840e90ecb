"""Plots of KPIs beside scores show units, slopes and the unit that carries them as the tables hold them."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from cxstats.plots.kpis import plot_kpis, plot_kpis_in_time
from cxstats.responses.tallies import tally
from cxstats.scores.estimates import score
from cxstats.scores.kpis import side_by_side


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def compared(keys, happy, by, **figures):
    data = pd.DataFrame({"csat": np.where(happy, 5, 2).ravel(), by: np.repeat(keys, happy.shape[1])})
    scores = score(tally(data, "csat", scale="csat-5", by=by))
    values = {"repeat calls": ("repeats", "contacts"), "revenue": "revenue"}
    return side_by_side(scores, pd.DataFrame({by: keys, **figures}), values=values)


@pytest.fixture(scope="module")
def weekly():
    rng = np.random.default_rng(2)
    truth = 0.75 + 0.06 * rng.standard_normal(30)
    starts = pd.date_range("2026-01-05", periods=30, freq="7D")
    revenue = np.where(np.arange(30) == 4, np.nan, 900.5 + rng.standard_normal(30))
    figures = {"repeats": rng.binomial(2_000, 0.3 - 0.2 * truth), "contacts": 2_000, "revenue": revenue}
    return compared(starts, rng.random((30, 150)) < truth[:, None], "week", **figures)


@pytest.fixture(scope="module")
def by_store():
    rng = np.random.default_rng(3)
    truth = np.r_[0.75 + 0.01 * rng.standard_normal(14), 0.95]
    figures = {"repeats": rng.binomial(500, 0.1, 15), "contacts": 500}
    figures["revenue"] = np.r_[100.5 + rng.standard_normal(14), 130.5]
    happy = rng.random((15, 800)) < truth[:, None]
    return compared([f"store {k}" for k in range(15)], happy, "store", **figures)


def test_dots_are_deviations_of_periods(weekly):
    for axes, one in zip(plot_kpis(weekly), weekly.found, strict=True):
        x, y = one.pairs.deviations
        dots = next(np.asarray(part.get_offsets()) for part in axes.collections if len(part.get_offsets()) == len(x))
        assert dots[:, 0] == pytest.approx(100 * x)
        assert dots[:, 1] == pytest.approx(one.figure.hundred * y)


def test_lines_have_the_slopes_of_the_table(weekly):
    table = weekly.to_frame()
    for axes, hundred, (_, row) in zip(plot_kpis(weekly), (100, 1), table.iterrows(), strict=True):
        solid, dashed = (next(line for line in axes.lines if line.is_dashed() == how) for how in (False, True))
        for line, name in ((solid, "estimate"), (dashed, "uncorrected")):
            x, y = line.get_xdata(), line.get_ydata()
            assert (y[-1] - y[0]) / (x[-1] - x[0]) == pytest.approx(hundred * row[name])


def test_what_is_drawn_is_said(weekly):
    axes = plot_kpis(weekly)
    assert axes[0].get_ylabel() == "repeat calls per 100 contacts, above its trend"
    assert "not a customer" in axes[0].get_xlabel()
    assert "30 weeks" in axes[0].get_title(loc="left")
    assert "29 weeks" in axes[1].get_title(loc="left")


def test_the_segment_that_carries_a_slope_is_named(by_store):
    repeats, revenue = plot_kpis(by_store)
    assert [text.get_text() for text in revenue.texts] == ["store 14"]
    assert not repeats.texts
    dots = next(np.asarray(part.get_offsets()) for part in revenue.collections if len(part.get_offsets()) == 15)
    assert dots[:, 0] == pytest.approx(100 * by_store.units()["estimate"].to_numpy())


def test_series_stand_under_each_other_on_one_time_axis(weekly):
    axes = plot_kpis_in_time(weekly)
    assert [panel.get_title(loc="left") for panel in axes][1:] == ["repeat calls per 100 contacts", "revenue"]
    assert len({panel.get_xlim() for panel in axes}) == 1
    assert len(axes[0].figure.axes) == 3
    assert "30 weeks, n = 4,500 answers" in axes[-1].get_xlabel()
    solid = [len(line.get_xdata()) for line in axes[2].lines if not line.is_dashed()]
    assert solid == [4, 25]


def test_segments_have_no_time(by_store):
    with pytest.raises(ValueError, match="only periods can be drawn along time"):
        plot_kpis_in_time(by_store)


def test_it_draws_on_the_axes_that_are_given(weekly):
    given = list(plt.subplots(1, 2)[1])
    assert plot_kpis(weekly, axes=given) == given
    with pytest.raises(ValueError, match="there are 2 KPIs to draw; got 1 axes"):
        plot_kpis(weekly, axes=given[:1])


def test_too_few_units_are_drawn_as_such(weekly):
    few = side_by_side(
        weekly.units()[["week", "n", "estimate", "standard_error"]].head(5),
        weekly.units()[["week", "revenue"]],
        values=["revenue"],
        key="week",
        step=0.01,
    )
    assert "too few to say" in plot_kpis(few)[0].get_title(loc="left")
