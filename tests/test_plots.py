"""Plots show n, the interval and the numbers that the tables hold, and refuse what must not be compared."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from cxstats import cross_tally, score, tally
from cxstats.plots import (
    plot_answers,
    plot_cross_tally,
    plot_frame,
    plot_missing,
    plot_response_rates,
    plot_scores,
)
from cxstats.responses.completeness import missing_answers
from cxstats.scores.participation import response_rates
from cxstats.scores.representation import compare_with_frame


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture
def data():
    x = [7] * 20 + [4] * 10 + [1] * 10 + [5, 6, 2] * 10 + [3] * 4
    return pd.DataFrame({"x": x, "y": np.resize([1, 3, 5, 5], len(x)), "s": ["a"] * 40 + ["b"] * 30 + ["c"] * 4})


def texts(ax):
    return [t.get_text() for t in ax.texts] + [t.get_text() for t in ax.get_yticklabels()]


def test_scores_show_n_and_interval(data):
    found = score(tally(data, "x", scale="ces-2.0", by="s"))
    ax = plot_scores(found)
    limits = found.interval()
    shown = texts(ax)
    assert "a  n = 40" in shown
    assert f"{found.estimate[0]:.2f}  ({limits.low[0]:.2f} to {limits.high[0]:.2f})" in shown
    assert "too few to say" in shown
    assert "high is good" in ax.get_xlabel()
    segments = [line for line in ax.lines if len(line.get_xdata()) == 2 and line.get_linewidth() == 1.4]
    drawn = sorted(tuple(line.get_xdata()) for line in segments)
    assert drawn == sorted((limits.low[k], limits.high[k]) for k in (0, 1))


def test_answers_add_up_to_everyone(data):
    ax = plot_answers(tally(data, "x", scale="ces-2.0", by="s"))
    assert sum(bar.get_width() for bar in ax.patches) == pytest.approx(4)
    total = np.isin(data["x"], [5, 6, 7]).mean()
    assert f"{total:.0%}" in texts(ax)
    assert [label.get_text() for label in ax.get_yticklabels()][0] == "all  n = 74"


def test_answers_turn_where_low_is_good():
    easy = pd.DataFrame({"x": [1] * 30 + [5] * 10})
    ax = plot_answers(tally(easy, "x", scale="ces-1.0"))
    right = max(ax.patches, key=lambda bar: bar.get_x() + bar.get_width())
    assert right.get_width() == pytest.approx(0.75)


def test_cross_tally_writes_every_count(data):
    crossed = cross_tally(data, "x", "y", row_scale="ces-2.0", column_scale="csat-5")
    ax = plot_cross_tally(crossed)
    written = [int(t.get_text().replace(",", "")) for t in ax.texts]
    assert written == crossed.counts[::-1].ravel().tolist()
    assert "n = 74" in ax.get_title(loc="left")


def test_what_must_not_be_compared_is_refused(data):
    high, low = (score(tally(data[data["x"] < 6], "x", scale=s), "mean") for s in ("ces-ease-5", "ces-difficulty-5"))
    with pytest.raises(ValueError, match="must point the same way"):
        plot_scores([high, low])
    with pytest.raises(ValueError, match="must have the same metric; got mean and net"):
        plot_scores([high, score(high.tally, "net")])
    with pytest.raises(ValueError, match="no scores to draw"):
        plot_scores([])


def test_given_axes_are_used(data):
    _, ax = plt.subplots()
    assert plot_scores(score(tally(data, "x", scale="ces-2.0")), ax=ax) is ax


@pytest.fixture
def asked():
    days = pd.date_range("2026-01-01", "2026-04-10", freq="D").repeat(5)
    table = pd.DataFrame({"when": days, "answered": np.arange(len(days)) % 3 == 0})
    return table.assign(channel=np.resize(["chat", "phone", "phone"], len(days)))


def test_response_rates_show_n_and_mark_the_incomplete_period(asked):
    rates = response_rates(asked, responded="answered", asked_at="when", period="M")
    ax = plot_response_rates(rates)
    assert [t.get_text() for t in ax.get_xticklabels()][0] == "2026-01\nn = 155"
    dots = [line for line in ax.lines if line.get_marker() == "o"]
    assert [dot.get_markerfacecolor() == "white" for dot in dots] == [False, False, False, True]
    assert [dot.get_ydata()[0] for dot in dots] == pytest.approx(100 * rates.estimate)
    intervals = [tuple(line.get_ydata()) for line in ax.lines if line.get_linewidth() == 1.4]
    limits = rates.interval()
    assert np.array(intervals) == pytest.approx(100 * np.column_stack([limits.low, limits.high]))
    assert "hollow: incomplete" in ax.get_title(loc="right")


def test_response_rates_by_segment_are_ranked(asked):
    ax = plot_response_rates(response_rates(asked, responded="answered", by="channel"))
    rates = [line.get_xdata()[0] for line in ax.lines if line.get_marker() == "o"]
    assert rates == sorted(rates)
    assert len(ax.get_yticklabels()) == 2
    by_both = response_rates(asked, responded="answered", by="channel", asked_at="when", period="M")
    with pytest.raises(ValueError, match="by segment and period need one plot each"):
        plot_response_rates(by_both)


def test_many_periods_keep_readable_labels(asked):
    ax = plot_response_rates(response_rates(asked, responded="answered", asked_at="when", period="D"))
    assert len(ax.get_xticks()) <= 14


def test_frame_joins_both_shares(asked):
    found = compare_with_frame(asked[asked["answered"]], asked, by=["channel", "answered"])
    ax = plot_frame(found, "channel")
    levels = found.levels[found.levels["column"] == "channel"].sort_values("frame_share")
    for marker, name in (("D", "frame_share"), ("o", "share")):
        drawn = [line.get_xdata()[0] for line in ax.lines if line.get_marker() == marker]
        assert drawn == pytest.approx(100 * levels[name].to_numpy())
    assert any("→" in text for text in texts(ax))
    with pytest.raises(ValueError, match="column 'None' not found; columns: channel, answered"):
        plot_frame(found)


def test_missing_bars_fill_the_rows():
    data = pd.DataFrame({"ces": [7, 6, None, "n/a"], "csat": [5, "don't know", "so-so", 4]})
    ax = plot_missing(missing_answers(data, ratings={"ces": "ces-2.0", "csat": "csat-5"}))
    assert sum(bar.get_width() for bar in ax.patches) == pytest.approx(200)
    shown = texts(ax)
    assert "2 answered (50.0 %)" in shown
    assert "1 don't know, 1 set aside" in shown
    hatches = {bar.get_hatch() or bar.get_facecolor() for bar in ax.patches}
    assert len(hatches) == 5
