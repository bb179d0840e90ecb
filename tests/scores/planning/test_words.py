"""Distances are written in the metric's unit and say what was asked for."""

import math

import pytest

from cxstats.responses.scales import named_scale
from cxstats.scores.metrics import named_metric
from cxstats.scores.planning import distance_in_words
from cxstats.scores.planning.words import distance_text, number, range_in_words


@pytest.mark.parametrize(
    ("metric", "distance", "said"),
    [
        ("mean", 0.2, "0.20 points"),
        ("mean", 0.125, "0.125 points"),
        ("mean", 0.2479, "0.25 points"),
        ("mean", 0.0123, "0.012 points"),
        ("favourable", 0.05, "5.0 percentage points"),
        ("favourable", 0.0225, "2.25 percentage points"),
        ("favourable", 0.03617, "3.6 percentage points"),
        ("net", 0.1, "10.0 points of 100"),
        ("index", 2.5, "2.5 points of 100"),
    ],
)
def test_distances(metric, distance, said):
    assert distance_in_words(named_metric(metric, named_scale("ces-2.0")), distance) == said


def test_what_is_not_known_is_a_dash():
    assert distance_text(named_metric("mean", named_scale("ces-2.0")), math.nan) == "–"
    assert number(math.nan) == number(math.inf) == "–"


def test_ranges_leave_out_what_is_not_known():
    assert range_in_words(["a", "b", "c"], [1_200, math.nan, 40]) == "from 40 (c) to 1,200 (a)"
