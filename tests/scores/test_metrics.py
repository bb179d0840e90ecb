"""Metrics: the published arithmetic on one histogram, direction, names."""

import numpy as np
import pandas as pd
import pytest

from cxstats import METRIC_NAMES, SCALES, Metric, Scale, named_metric, named_scale, published_metrics, score, tally
from cxstats.scores.metrics import converted_mean, usual_metric

HISTOGRAM = (5, 5, 10, 15, 20, 25, 20)


def answers(counts, first=1):
    return pd.DataFrame({"x": np.repeat(np.arange(first, first + len(counts)), counts)})


def estimate(counts, scale, metric, first=1):
    return float(score(tally(answers(counts, first), "x", scale=scale), metric).estimate[0])


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("mean", 4.95),
        ("top-2", 0.45),
        ("favourable", 0.65),
        ("net", 0.45),
        ("percent-of-maximum", 70.714286),
        ("index", 65.833333),
        ("bottom-2", 0.10),
    ],
)
def test_one_histogram_under_each_formula(metric, expected):
    assert estimate(HISTOGRAM, "ces-2.0", metric) == pytest.approx(expected, abs=5e-7)


def test_mean_of_five_answers():
    assert float(score(tally(pd.DataFrame({"x": [4, 5, 4, 3, 3]}), "x", scale="csat-5"), "mean").estimate[0]) == 3.8


def test_low_is_good_on_effort_scales():
    # Mirrored answers on the mirrored scale: the same favourable share, net score, index and boxes.
    easy, hard = [2, 3, 5, 10, 20], [20, 10, 5, 3, 2]
    for metric in ("favourable", "net", "index", "top-1", "top-2", "bottom-2"):
        assert estimate(easy, "ces-ease-5", metric) == pytest.approx(estimate(hard, "ces-difficulty-5", metric))
    assert named_metric("mean", named_scale("ces-1.0")).good == "low"
    assert named_metric("index", named_scale("ces-1.0")).good == "high"
    assert named_metric("bottom-2", named_scale("ces-1.0")).good == "low"


def test_percent_of_maximum_is_refused_where_low_is_good():
    with pytest.raises(ValueError, match="needs a scale on which high is good; low is good on ces-1.0"):
        named_metric("percent-of-maximum", named_scale("ces-1.0"))


def test_names_that_do_not_exist_say_which_do():
    with pytest.raises(ValueError, match="metric 'favorable' not found; did you mean 'favourable'"):
        named_metric("favorable", named_scale("nps"))
    with pytest.raises(ValueError, match="top-K needs K from 1 to 6 on ces-2.0; got 7"):
        named_metric("top-7", named_scale("ces-2.0"))


@pytest.mark.parametrize("scale", SCALES.values(), ids=str)
def test_every_scale_has_its_metrics(scale):
    for name in METRIC_NAMES[:4]:
        metric = named_metric(name, scale)
        assert len(metric.values) == len(scale.points)
        assert metric.formula
    assert usual_metric(scale).values == published_metrics(scale)[0].values
    assert named_metric("index", scale).values[scale.points.index(scale.best)] == 100
    assert named_metric("index", scale).values[scale.points.index(scale.worst)] == 0


def test_usual_metrics():
    assert [usual_metric(named_scale(s)).name for s in ("ces-2.0", "csat-5", "nps", "csat-0-10")] == [
        "mean",
        "favourable",
        "net",
        "net",
    ]


def test_a_metric_without_its_points_is_refused():
    bare = Scale("bare", range(1, 5), "high")
    with pytest.raises(ValueError, match="needs the favourable points of scale 'bare', which names none"):
        named_metric("favourable", bare)
    with pytest.raises(ValueError, match="one value for each point; metric 'short' has 2 values for the 4 points"):
        named_metric(Metric("short", "f", (0, 1), "share"), bare)


def test_conversion_says_what_it_assumes():
    five, seven = named_scale("ces-ease-5"), named_scale("ces-2.0")
    linear = converted_mean(five, to=seven, method="linear")
    assert linear.values == (1.0, 2.5, 4.0, 5.5, 7.0)
    assert "assuming equal steps" in linear.formula
    mirrored = converted_mean(named_scale("ces-difficulty-5"), to=five, method="reverse")
    assert mirrored.values == (5, 4, 3, 2, 1)
    assert mirrored.good == "high"
    with pytest.raises(ValueError, match="reverse needs the same points with the other end good"):
        converted_mean(five, to=seven, method="reverse")
    with pytest.raises(ValueError, match="no conversion"):
        converted_mean(named_scale("nps"), to=named_scale("csat-0-10"), method="linear")


def test_people_read_percent_and_sign():
    share, net = named_metric("favourable", named_scale("nps")), named_metric("net", named_scale("nps"))
    assert (share.text(0.6512), net.text(0.3), net.text(-0.0001), share.text(float("nan"))) == (
        "65.1 %",
        "+30.0",
        "+0.0",
        "–",
    )


def test_scales_without_favourable_points_or_with_negative_ones_have_the_metrics_that_they_carry():
    bare = Scale("bare", range(1, 5), "high")
    assert [m.name for m in published_metrics(bare)] == ["mean", "top-2", "index", "percent-of-maximum"]
    below = Scale("below", range(-2, 3), "high", (1, 2), (-2, -1))
    assert "percent-of-maximum" not in [m.name for m in published_metrics(below)]
    with pytest.raises(ValueError, match="needs points from 0 or 1 upwards; below has -2-2"):
        named_metric("percent-of-maximum", below)
    with pytest.raises(TypeError, match="a metric is a name, a Metric or a function of a scale; got 3"):
        named_metric(3, bare)
