"""The drawing of mix and rate starts at the first total, ends at the second, and shows n and every interval."""

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest

from cxstats import score, tally
from cxstats.plots.mix import plot_mix
from cxstats.scores.mix import mix_and_rate


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def compared(counts, metric="mean"):
    rows = [(["one", "two"][w], "abc"[s], k + 1) for w, s, k in np.ndindex(2, 3, 5) for _ in range(counts[w][s][k])]
    data = pd.DataFrame(rows, columns=["month", "channel", "ces"])
    scores = score(tally(data, "ces", scale="ces-ease-5", by=("month", "channel")), metric)
    return mix_and_rate(scores, along="month", before="one", after="two")


COUNTS = [[[5, 5, 5, 5, 5], [2, 2, 8, 15, 15], [0] * 5], [[9, 9, 5, 5, 5], [2, 9, 9, 9, 60], [0, 0, 2, 3, 1]]]


def texts(ax):
    return [t.get_text() for t in ax.texts] + [t.get_text() for t in ax.get_yticklabels()]


@pytest.mark.parametrize(("metric", "times"), [("mean", 1), ("favourable", 100)])
def test_bars_begin_at_the_first_total(metric, times):
    found = compared(COUNTS, metric)
    ax = plot_mix(found)
    rate, mix, *segments = ax.patches
    assert (rate.get_x(), rate.get_width()) == (0, pytest.approx(times * found.rate))
    assert (mix.get_x(), mix.get_width()) == (0, pytest.approx(times * found.mix))
    assert rate.get_width() + mix.get_width() == pytest.approx(times * found.total)
    # Segment c has too few answers to be drawn.
    drawn = [bar.get_width() for bar in segments]
    effects = found.effects
    expected = [float(times * part.estimate[k]) for k in (1, 0) for part in (effects.rate, effects.mix)]
    assert drawn == pytest.approx(expected)


def test_every_row_has_its_n_and_its_interval():
    found = compared(COUNTS)
    ax = plot_mix(found)
    shown = texts(ax)
    for label in ("one  n = 67", "two  n = 128", "a  n = 25 → 33", "b  n = 42 → 89", "c  n = 0 → 6", "too few to say"):
        assert label in shown
    assert found.wording.changes(found.effects.parts)[1] in shown
    limits = found.effects.parts.interval(0.95)
    lines = [tuple(line.get_xdata()) for line in ax.lines if line.get_linewidth() == 1.4]
    assert lines[0] == pytest.approx((limits.low[1], limits.high[1]))
    assert lines[1] == pytest.approx((limits.low[2], limits.high[2]))
    assert lines[2] == pytest.approx((limits.low[0], limits.high[0]))
    assert "95 % interval" in ax.get_title(loc="right")
    assert "high is good" in ax.get_xlabel()


def test_too_few_answers_are_refused():
    with pytest.raises(ValueError, match="each wave must have 10 answers to be drawn; got 3 and 128"):
        plot_mix(compared([[[1, 1, 1, 0, 0], [0] * 5, [0] * 5], COUNTS[1]]))
