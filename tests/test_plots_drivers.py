"""Drawings of drivers: what is on them is what was computed."""

import matplotlib.pyplot as plt
import numpy as np
import pytest

import cxstats as cx
from cxstats.plots import plot_dose_response, plot_effects, plot_importance, plot_priorities
from cxstats.responses.simulate import simulate_checkout


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def model():
    orders = simulate_checkout(3_000, rng=np.random.default_rng(4))
    drivers = [cx.Driver("steps", unit="step"), "payment_failed", "returned"]
    return cx.fit_drivers(orders, "ces", scale="ces-2.0", drivers=drivers, mediators={"steps": ["minutes"]})


def texts(axes):
    return [text.get_text() for text in axes.texts]


@pytest.mark.parametrize("measure", ["mean", "favourable"])
def test_effects_show_every_change_with_both_kinds(model, measure):
    effects = model.effects()
    axes = plot_effects(effects, measure=measure)
    labels = [label.get_text() for label in axes.get_yticklabels()]
    assert labels[::-1] == ["one more step", "payment_failed: yes instead of no", "returned: yes instead of no"]
    table = effects.where(measure=measure).to_frame()
    assert len(texts(axes)) == len(table)
    factor, form = (1, "{:+.2f}") if measure == "mean" else (100, "{:+.1f}")
    assert texts(axes) == [form.format(factor * value) for value in table["estimate"]]


def test_importance_puts_the_largest_on_top(model):
    importance = cx.importance_of(model, n_resamples=199)
    axes = plot_importance(importance)
    order = importance.to_frame().sort_values("estimate")["driver"].tolist()
    assert [label.get_text() for label in axes.get_yticklabels()] == order
    assert axes.patches[-1].get_width() == pytest.approx(100 * importance.share.max())


def test_a_threshold_is_drawn_only_if_found(model):
    response = cx.dose_response_of(model, "steps")
    knee = cx.threshold_of(model, "steps")
    assert any("turns at" in text for text in texts(plot_dose_response(response, threshold=knee)))
    assert not texts(plot_dose_response(response))


def test_priorities_name_every_driver_and_corner(model):
    drawn = texts(plot_priorities(cx.priorities(model, n_resamples=99)))
    assert set(drawn) == {"steps", "payment_failed", "returned", "fix first", "keep up", "watch", "leave"}


def test_priorities_in_points_are_not_taken_for_percent(model):
    by_effect = cx.priorities(model, importance="effect", n_resamples=99)
    axes = plot_priorities(by_effect)
    drawn = sorted(float(line.get_ydata()[0]) for line in axes.lines if line.get_marker() == "o")
    assert drawn == pytest.approx(sorted(by_effect.importance))
