"""Pain points and leagues are drawn worst first with n and interval; what is too few to say has no mark."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

import cxstats as cx
from cxstats.actions.journeys import league_table, pain_points
from cxstats.plots.journeys import plot_heat_map, plot_league, plot_pain_points

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


def league(metric="mean", agents=8):
    rng = np.random.default_rng(1)
    agent = np.concatenate([rng.integers(0, agents, 100 * agents), [agents] * 3])
    reason = rng.integers(0, 2, len(agent))
    skill = np.where(agent == 0, -1.2, np.where(agent == 1, 1.0, 0.0))
    ces = np.clip(np.rint(4.6 + skill - 0.8 * reason + rng.normal(0, 1, len(agent))), 1, 7).astype(int)
    data = pd.DataFrame({"ces": ces, "agent": [f"A{one}" for one in agent], "reason": reason})
    return league_table(data, "ces", of="agent", given="reason", scale="ces-2.0", metric=metric)


def texts(ax):
    return [t.get_text() for t in ax.texts]


def labels(ax):
    return [t.get_text() for t in ax.get_yticklabels()]


def beside(ax):
    """What stands right of the rows, the first row on top, and the heading."""
    *words, head = [t.get_text() for t in ax.child_axes[0].get_yticklabels()]
    return words, head


def marks(ax):
    return [line for line in ax.lines if line.get_marker() not in ("None", "")]


def test_each_row_has_its_n_interval_owner_and_gain(points):
    ax = plot_pain_points(points)
    table = points.to_frame()
    assert labels(ax)[::-1] == ["phone, invoice\nn = 24, Ann", "web, invoice\nn = 56", "phone, return\nn = 4, Ann"]
    drawn = [line for line in ax.lines if line.get_linewidth() == 1.4]
    assert len(drawn) == 2
    for line, low, high in zip(drawn, table["shortfall_low"], table["shortfall_high"], strict=False):
        assert line.get_xdata() == pytest.approx([100 * low, 100 * high])
    words, head = beside(ax)
    fixed = points.metric.text(table["total_if_fixed"][0], decimals=2)
    assert words == [fixed, "–", "too few to say"]
    assert head == f"total if fixed\n(now {points.metric.text(points.total, decimals=2)})"
    assert "95 % interval" in ax.get_xlabel()
    assert "right is worse" in ax.get_xlabel()


def test_letters_are_not_smaller_than_ten_points_on_a_page(points):
    for ax in (plot_pain_points(points), plot_league(league("favourable"))):
        assert ax.figure.get_figwidth() <= 8
        sizes = [text.get_fontsize() for text in [*ax.get_yticklabels(), ax.xaxis.label, *ax.get_xticklabels()]]
        assert min(sizes) >= 10


def test_a_filled_mark_is_a_cell_that_is_worse(points):
    drawn = marks(plot_pain_points(points))
    table = points.to_frame()
    filled = [mark.get_markerfacecolor() != "white" for mark in drawn]
    assert filled == (table["shortfall_low"] > 0)[: len(drawn)].tolist()
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


@pytest.mark.parametrize(("metric", "size"), [("mean", 1), ("favourable", 100), ("net", 100)])
def test_a_league_shows_measured_and_shrunken_scores_with_n(metric, size):
    found = league(metric)
    ax, table = plot_league(found), found.to_frame()
    judged = table[table["verdict"] != "too few to say"]
    assert labels(ax) == [f"{row.agent}  n = {row.n}" for row in table.itertuples()]
    assert ax.get_yticks().tolist() == list(range(len(table)))[::-1]
    hollow = [one.get_xdata()[0] for one in marks(ax) if one.get_markerfacecolor() == "white"]
    filled = [one.get_xdata()[0] for one in marks(ax) if one.get_markerfacecolor() != "white"]
    assert hollow == pytest.approx(size * judged["estimate"].to_numpy())
    assert filled == pytest.approx(size * judged["shrunken"].to_numpy())
    spans = [line.get_xdata() for line in ax.lines if line.get_linestyle() == "-" and len(set(line.get_xdata())) == 2]
    assert np.array(spans) == pytest.approx(size * judged[["low", "high"]].to_numpy())
    assert ax.lines[-1].get_xdata() == pytest.approx([size * found.total] * 2)
    assert f"line: average of {found.scores.metric.text(found.total)}" in ax.get_xlabel()
    assert "allowing for chance and for reason" in ax.get_xlabel()


def test_a_verdict_is_in_the_mark_and_in_words():
    found = league()
    ax, table = plot_league(found), found.to_frame()
    shape = {"worse": "v", "better": "^", "cannot be told from the average": "o"}
    judged = table[table["verdict"] != "too few to say"]
    filled = [one.get_marker() for one in marks(ax) if one.get_markerfacecolor() != "white"]
    assert filled == judged["verdict"].map(shape).tolist()
    assert {"v", "^", "o"} <= set(filled)
    words, head = beside(ax)
    assert words == table["verdict"].replace("cannot be told from the average", "").tolist()
    assert head == "against the line"
    assert words[-1] == "too few to say"
    assert ax.get_yticklabels()[-1].get_color() != ax.get_yticklabels()[0].get_color()


def test_of_many_units_those_in_the_middle_are_counted():
    found = league(agents=12)
    ax, table = plot_league(found, most=6), found.to_frame()
    names = [label.split("  ")[0] for label in labels(ax)]
    judged = table[table["verdict"] != "too few to say"]
    assert names == [*judged["agent"].head(3), *judged["agent"].tail(3)]
    assert "not drawn: 6 between the two groups, 1 not judged" in ax.get_xlabel()
    gaps = -np.diff(ax.get_yticks())
    assert gaps[[0, 1, 3, 4]] == pytest.approx(1)
    assert gaps[2] > 1.5
    without = plot_league(found, most=12)
    assert "not drawn: 1 not judged" in without.get_xlabel()
    assert len(labels(without)) == 12
    assert "not drawn" not in plot_league(found).get_xlabel()
