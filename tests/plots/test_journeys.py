"""Pain points are drawn worst first with n, interval and owner; the heat map greys out what is too few to say."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

import cxstats as cx
from cxstats.actions.journeys import pain_points
from cxstats.plots.journeys import plot_heat_map, plot_pain_points

SHARES = {
    ("phone", "invoice"): [6, 6, 5, 4, 3],
    ("phone", "return"): [2, 1, 1, 0, 0],
    ("web", "invoice"): [1, 1, 4, 20, 30],
}


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture
def points():
    rows = [(*cell, k + 1) for cell, counts in SHARES.items() for k, n in enumerate(counts) for _ in range(n)]
    data = pd.DataFrame(rows, columns=["channel", "reason", "ces"])
    counted = cx.tally(data, "ces", scale="ces-ease-5", by=["channel", "reason"])
    return pain_points(cx.score(counted, "favourable"), owners={"phone": "Ann"})


def texts(ax):
    return [t.get_text() for t in ax.texts]


def test_each_row_has_its_n_interval_owner_and_gain(points):
    ax = plot_pain_points(points)
    table = points.to_frame()
    labels = [t.get_text() for t in ax.get_yticklabels()][::-1]
    assert labels == ["phone, invoice  n = 24", "web, invoice  n = 56", "phone, return  n = 4"]
    drawn = [line for line in ax.lines if line.get_linewidth() == 1.4]
    assert len(drawn) == 2
    for line, low, high in zip(drawn, table["shortfall_low"], table["shortfall_high"], strict=False):
        assert line.get_xdata() == pytest.approx([100 * low, 100 * high])
    shown = texts(ax)
    assert shown.count("Ann") == 2
    assert "too few to say" in shown
    assert points.metric.text(table["total_if_fixed"][0], decimals=2) in shown
    assert "95 % interval" in ax.get_title(loc="right")
    assert "right is worse" in ax.get_xlabel()


def test_a_filled_mark_is_a_cell_that_is_worse(points):
    marks = [line for line in plot_pain_points(points).lines if line.get_marker() == "o"]
    table = points.to_frame()
    filled = [mark.get_markerfacecolor() != "white" for mark in marks]
    assert filled == (table["shortfall_low"] > 0)[: len(marks)].tolist()
    assert filled == [True, False]


def test_cells_that_are_not_drawn_are_counted(points):
    assert "cells not drawn: 2" in plot_pain_points(points, most=1).get_xlabel()


def test_the_heat_map_has_numbers_marks_and_hatches(points):
    ax = plot_heat_map(points, rows="channel", columns="reason")
    shown = texts(ax)
    table = points.to_frame()
    assert f"▼ {points.metric.text(table['shrunken'][0])}" in shown
    assert f"▲ {points.metric.text(table['shrunken'][1])}" in shown
    assert "too few to say\nn = 4" in shown
    hatched = [one for one in ax.patches if one.get_hatch()]
    assert len(hatched) == 1
    assert len(ax.patches) == 3
    red, green, blue = np.array([int(to_hex(hatched[0].get_facecolor())[k : k + 2], 16) for k in (1, 3, 5)])
    assert red == green == blue
    assert [t.get_text() for t in ax.get_yticklabels()] == ["web", "phone"]
    assert "hatched: too few to say" in ax.get_xlabel()


def test_a_heat_map_needs_two_columns_of_the_tally(points):
    with pytest.raises(ValueError, match="column 'chanel' not found; did you mean 'channel'"):
        plot_heat_map(points, rows="chanel", columns="reason")
    with pytest.raises(ValueError, match="a heat map shows the two columns of a tally; got 'channel' and 'channel'"):
        plot_heat_map(points, rows="channel", columns="channel")
