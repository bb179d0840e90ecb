"""The control chart as drawn: every period, limits as steps, alarms by shape, the answers under it."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from cxstats.plots.control_charts import plot_control_chart
from cxstats.responses.periods import with_period
from cxstats.responses.tallies import tally
from cxstats.scores.estimates import score
from cxstats.scores.trends import Cusum, Ewma, Shewhart, control_chart, over_time

FIRST = pd.Timestamp("2026-01-05")


def weeks():
    """Twenty weeks, of which one is empty, then a fall; the last is not over."""
    rng = np.random.default_rng(2)
    n = np.full(30, 120)
    n[10] = 0
    good = rng.binomial(n, np.where(np.arange(30) < 22, 0.8, 0.55))
    points = np.concatenate([np.repeat([5, 2], [g, size - g]) for g, size in zip(good, n, strict=True)])
    at = FIRST + pd.to_timedelta(7 * np.repeat(np.arange(30), n), unit="D")
    dated = with_period(pd.DataFrame({"at": at, "csat": points}), "at", every="week")
    scores = score(tally(dated, "csat", scale="csat-5", by="week"))
    return over_time(scores, since=FIRST, until=FIRST + pd.Timedelta(days=29 * 7 + 2))


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def markers(axes, shape):
    return [line for line in axes.lines if line.get_marker() == shape]


def test_scores_limits_answers_and_alarms_are_drawn():
    chart = control_chart(weeks(), baseline=20)
    axes = plot_control_chart(chart)
    steps = [line for line in axes.lines if line.get_drawstyle() == "steps-mid"]
    assert len(steps) == 3
    assert 100 * chart.high[0] in steps[1].get_ydata()
    dots = np.concatenate([line.get_ydata() for line in markers(axes, "o")])
    assert np.sort(dots) == pytest.approx(np.sort(100 * chart.seen.estimate[chart.seen.n > 0]))
    heights = np.array([patch.get_height() for patch in axes.patches[-30:]])
    assert heights[10] == 0
    assert heights / heights.max() == pytest.approx(chart.seen.n / chart.seen.n.max())
    diamonds = sum(len(line.get_xdata()) for line in markers(axes, "D"))
    assert diamonds == sum(a.last - a.first + 1 for a in chart.alarms if a.rule == "beyond") > 0
    assert chart.alarms[0].reason in axes.get_xlabel()
    assert "By chance alone" in axes.get_xlabel()
    assert "baseline" in [text.get_text() for text in axes.texts]


def test_the_unfinished_week_is_hollow():
    axes = plot_control_chart(control_chart(weeks(), baseline=20))
    hollow = [line for line in markers(axes, "o") if line.get_markerfacecolor() == "white"]
    assert [line.get_xdata().tolist() for line in hollow] == [[29]]


@pytest.mark.parametrize("kind", [Ewma(), Cusum(shift=0.05), Shewhart(limits="normal"), "individuals"])
def test_every_chart_can_be_drawn_on_given_axes(kind):
    chart = control_chart(weeks(), kind, baseline=20)
    given = plt.subplots()[1]
    assert plot_control_chart(chart, ax=given) is given
    assert given.get_title(loc="left") == "csat: share of answers 4-5, high is good"
    given.figure.canvas.draw()


def test_a_quiet_chart_says_no_alarm():
    chart = control_chart(weeks(), Shewhart(("six-rising",)), baseline=20)
    assert not chart.alarms
    assert plot_control_chart(chart).get_xlabel().startswith("no alarm\nBy chance alone")
