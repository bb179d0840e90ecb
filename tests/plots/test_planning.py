"""Drawn plans mark what the plan says and show what the curves compute."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

from cxstats.plots.planning import plot_detectable, plot_plan
from cxstats.scores.planning import answers_needed, detectable_difference, expect

SHARES = [5, 5, 10, 15, 20, 25, 20]


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def texts(ax):
    return [t.get_text() for t in ax.texts]


def marks(ax):
    return [
        (float(line.get_xdata()[0]), float(line.get_ydata()[0]), line.get_markerfacecolor())
        for line in ax.lines
        if line.get_marker() == "o"
    ]


def test_a_plan_stands_on_its_curves():
    plan = answers_needed(expect(SHARES, scale="ces-2.0"), margin=0.2, assurance=0.8)
    ax = plot_plan(plan)
    (average, low, hollow), (assured, high, filled) = marks(ax)
    assert (average, low) == (plan.on_average[0], 0.2)
    assert (assured, high) == (plan.assured[0], 0.2)
    assert hollow == "white" != filled
    assert texts(ax) == [f"{plan.on_average[0]:.0f} answers, on average", f"{plan.assured[0]:.0f} answers, 80 % sure"]
    solid, dashed = ax.lines[:2]
    assert np.interp(average, solid.get_xdata(), solid.get_ydata()) == pytest.approx(0.2, rel=0.01)
    assert solid.get_linestyle() != dashed.get_linestyle()
    assert ax.get_xscale() == "log"
    assert ax.get_ylabel() == "margin, points"
    ticks = [ax.xaxis.get_major_formatter()(n, 0) for n in ax.get_xticks()]
    assert "300" in ticks
    shown = [ax.yaxis.get_major_formatter()(y, 0) for y in ax.get_yticks()]
    assert [float(text.strip("± ")) for text in shown] == pytest.approx(list(ax.get_yticks()))


def test_without_assurance_one_line_and_one_mark():
    ax = plot_plan(answers_needed(expect(SHARES, scale="ces-2.0", metric="favourable"), margin=0.05))
    assert len(marks(ax)) == 1
    assert ax.get_ylabel() == "margin, percentage points"
    assert ax.yaxis.get_major_formatter()(0.05, 0) == "± 5"


def test_several_segments_are_rows_with_their_invitations():
    expected = expect({"web": SHARES, "shop": SHARES[::-1], "phone": [24, 10, 5, 4, 7, 18, 32]}, scale="ces-2.0")
    plan = answers_needed(expected, margin=0.3, assurance=0.8, response_rate=0.2)
    ax = plot_plan(plan)
    assert texts(ax)[-1] == f"{min(plan.answers):,.0f} answers, invite {min(plan.invitations):,.0f}"
    assert {label.get_text() for label in ax.get_yticklabels()} == {"web", "shop", "phone"}
    assert "± 0.30 points in each" in ax.get_xlabel()
    assert "hollow: on average" in ax.get_xlabel()


def test_a_detectable_change_stands_on_its_curves():
    found = detectable_difference(expect(SHARES, scale="ces-2.0"), answers=(400, 300))
    ax = plot_detectable(found)
    assert [(x, y) for x, y, _ in marks(ax)] == [(300, found.rise[0]), (300, -found.fall[0])]
    assert texts(ax) == [f"a rise of {found.rise[0]:.2f}", f"a fall of {found.fall[0]:.2f}"]
    assert "in the second sample" in ax.get_xlabel()
    assert "probability below 80 %" in ax.get_title(loc="right")
    ticks = ax.yaxis.get_major_formatter()
    assert (ticks(0.2, 0), ticks(-0.2, 0), ticks(0, 0)) == ("+0.2", "−0.2", "0")


def test_one_of_several_segments_by_name():
    expected = expect({"web": SHARES, "shop": SHARES[::-1]}, scale="ces-2.0", metric="net")
    found = detectable_difference(expected, answers=200)
    ax = plot_detectable(found, segment="shop")
    assert ax.get_title(loc="left").startswith("shop: ")
    assert marks(ax)[0][1] == found.rise[1]
    assert "in each of the two samples" in ax.get_xlabel()
