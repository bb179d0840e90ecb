"""A drawing of differences shows the numbers of its table, n, and each verdict by mark and by word."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from cxstats import score, tally
from cxstats.plots.comparisons import plot_comparison
from cxstats.scores.comparing import Benchmark, compare


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture
def scores():
    answers = {"a": [5, 4, 3] * 40, "b": [2, 1, 3] * 40, "c": [3, 3, 2, 4] * 30, "d": [3] * 4}
    table = pd.Series(answers).explode().rename_axis("team").reset_index(name="x")
    return score(tally(table, "x", scale="csat-5", by="team"), "mean")


def written(axes):
    return [text.get_text() for text in axes.texts], [label.get_text() for label in axes.get_yticklabels()]


def test_intervals_estimates_and_verdicts_are_those_of_the_table(scores):
    comparison = compare(scores, to="c")
    table = comparison.to_frame().set_index("first")
    axes = plot_comparison(comparison)
    intervals = sorted(tuple(line.get_xdata()) for line in axes.lines if line.get_linewidth() == 1.4)
    assert intervals == sorted(zip(table["low"][["a", "b"]], table["high"][["a", "b"]], strict=True))
    marks = {line.get_marker(): line.get_xdata()[0] for line in axes.lines if line.get_marker() in "^vos"}
    assert marks == {"^": table.loc["a", "difference"], "v": table.loc["b", "difference"]}
    texts, labels = written(axes)
    # From the bottom to the top: too few, worse, better.
    assert labels == ["d  n = 4 and 120", "b  n = 120 and 120", "a  n = 120 and 120"]
    assert texts.count("too few to say") == 1
    assert sum(text.endswith("better") for text in texts) == 1
    assert axes.get_xlabel() == "mean of answers 1-5: difference to c, in points\nhigh is good"
    assert axes.get_title(loc="right").startswith("95 % intervals, each by itself, score method")
    assert any(np.allclose(line.get_xdata(), 0) for line in axes.lines)


def test_the_best_is_on_top_where_low_is_good():
    table = pd.DataFrame({"team": ["easy"] * 40 + ["hard"] * 40, "x": [1, 2] * 20 + [4, 5] * 20})
    axes = plot_comparison(compare(score(tally(table, "x", scale="ces-1.0", by="team")), to="rest"))
    assert written(axes)[1][-1].startswith("easy")
    up = next(line for line in axes.lines if line.get_marker() == "^")
    assert up.get_xdata()[0] < 0


def test_a_margin_is_shaded_and_nothing_clear_is_hollow(scores):
    unclear = compare(scores, to=Benchmark(2.95, low=2.7, high=3.2), margin=0.05)
    axes = plot_comparison(unclear)
    hollow = [line for line in axes.lines if line.get_marker() == "o"]
    assert [line.get_markerfacecolor() for line in hollow] == ["white"]
    assert axes.get_xlabel().endswith("shaded: within 0.05 points")
    assert "c  n = 120" in written(axes)[1]
    small = compare(scores, to=Benchmark(3.0), margin=0.5)
    assert [line.get_markerfacecolor() for line in plot_comparison(small).lines if line.get_marker() == "s"] == [
        "#1b1b1b"
    ]


def test_pairs_are_named_by_both_and_given_axes_are_used(scores):
    _, given = plt.subplots()
    axes = plot_comparison(compare(scores, to="all"), ax=given)
    assert axes is given
    assert "a against b  n = 120 and 120" in written(axes)[1]


def test_beyond_the_margin_is_a_filled_triangle_by_its_direction(scores):
    axes = plot_comparison(compare(scores, to="c", aim="equivalence", margin=0.1))
    marks = {line.get_marker(): line.get_markerfacecolor() for line in axes.lines if line.get_marker() in "^vos"}
    assert marks == {"^": "#1b1b1b", "v": "#1b1b1b"}
    assert sum(text.endswith("better by more than 0.1 points") for text in written(axes)[0]) == 1
