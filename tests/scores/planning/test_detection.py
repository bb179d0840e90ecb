"""Differences are seen as often as promised: power by simulation of the interval in use, by R's formula, and laws."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from cxstats.responses.tallies import tally
from cxstats.scores.differences import named_difference
from cxstats.scores.estimates import score
from cxstats.scores.intervals import Sample
from cxstats.scores.planning import answers_to_detect, detectable_curve, detectable_difference, expect
from cxstats.scores.planning.expectations import tilted
from cxstats.scores.planning.formulas import share_answers_to_detect, share_power
from cxstats.scores.planning.power import power_of_difference

TRUTH = json.loads((Path(__file__).parents[2] / "reference" / "power.json").read_text(encoding="utf-8"))
SHAPES = {
    "left-skewed": [5, 5, 10, 15, 20, 25, 20],
    "bimodal": [24, 10, 5, 4, 7, 18, 32],
    "top-heavy": [1, 1, 1, 2, 5, 20, 70],
}
REPLICATES = 4_000
# Three standard errors of a simulated .8, and what the approximation may be off at these sizes.
WITHIN = 3 * np.sqrt(0.8 * 0.2 / REPLICATES) + 0.015


def seen(expected, moved, sizes, *, method="score", seed=1, level=0.95):
    """How often the interval for the difference stays clear of 0, on the side on which the difference is."""
    rng = np.random.default_rng(seed)
    first, second = (
        Sample.from_counts(rng.multinomial(int(n), p, size=REPLICATES), expected.values)
        for n, p in zip(sizes, (expected.shares[0], moved), strict=True)
    )
    limits = named_difference(method)(second, first, level)
    rises = moved @ expected.values > expected.estimate[0]
    return float((limits.low > 0).mean() if rises else (limits.high < 0).mean())


@pytest.mark.parametrize("sizes", [(300, 300), (400, 150), (150, 600)])
@pytest.mark.parametrize("metric", ["mean", "favourable", "net"])
@pytest.mark.parametrize("shape", SHAPES)
def test_power_in_simulated_surveys(shape, metric, sizes):
    expected = expect(SHAPES[shape], scale="ces-2.0", metric=metric)
    found = detectable_difference(expected, answers=sizes)
    for size in (found.rise[0], -found.fall[0]):
        moved = tilted(expected.shares[0], expected.values, size)
        assert seen(expected, moved, sizes) == pytest.approx(0.8, abs=WITHIN)


@pytest.mark.parametrize("method", ["welch", "mover", "wald", "miettinen-nurminen", "newcombe"])
def test_power_of_other_intervals(method):
    expected = expect(SHAPES["left-skewed"], scale="ces-2.0", metric="favourable")
    plan = answers_to_detect(expected, difference=-0.1, ratio=2, power=0.9, method=method)
    moved = tilted(expected.shares[0], expected.values, -0.1)
    assert seen(expected, moved, plan.answers[0], method=method) == pytest.approx(0.9, abs=WITHIN)


def test_power_with_a_design_effect():
    """Every answer three times is a design effect of 3."""
    expected = expect(SHAPES["left-skewed"], scale="ces-2.0", design_effect=3)
    alone = expect(SHAPES["left-skewed"], scale="ces-2.0")
    wide, narrow = (detectable_difference(e, answers=n, method="score") for e, n in ((expected, 900), (alone, 300)))
    assert wide.rise == pytest.approx(narrow.rise)
    assert wide.fall == pytest.approx(narrow.fall)
    thrice, once = (answers_to_detect(e, difference=0.3, method="score").second[0] for e in (expected, alone))
    assert 3 * once - 3 < thrice <= 3 * once


@pytest.mark.parametrize("case", TRUTH["prop"][:2], ids=lambda c: f"{c['first']}-{c['second']}")
def test_shares_come_near_power_prop_test(case):
    """Not equal: R holds the pooled variance fixed, here it moves with the sample, as it does in the test."""
    expected = expect([1 - case["first"], case["first"]], scale="csat-good-bad")
    plan = answers_to_detect(expected, difference=case["second"] - case["first"], power=case["power"], method="mee")
    assert plan.second[0] == pytest.approx(case["answers"], rel=0.005)
    first, second = (Sample.from_counts([200 * (1 - case[w]), 200 * case[w]], [0, 1]) for w in ("first", "second"))
    power = power_of_difference(first, second, method=named_difference("mee"), confidence_level=0.95)
    assert power == pytest.approx(share_power(case["first"], case["second"], answers=200), abs=0.002)


@pytest.mark.parametrize(("n", "p", "q"), [(300, 0.95, 0.99), (200, 0.98, 0.93), (250, 0.96, 0.9), (120, 0.95, 0.85)])
def test_near_the_end_of_the_scale_the_power_is_nearer_the_truth_than_the_textbook(n, p, q):
    """The truth by enumerating every pair of samples."""
    counts = np.arange(n + 1)
    one, two = (x.ravel() for x in np.meshgrid(counts, counts, indexing="ij"))
    limits = named_difference("mee")(
        *(Sample.from_counts(np.column_stack([n - x, x]), [0, 1]) for x in (two, one)), 0.95
    )
    clear = limits.low > 0 if q > p else limits.high < 0
    exact = np.outer(binom.pmf(counts, n, p), binom.pmf(counts, n, q)).ravel()[clear].sum()
    first, second = (Sample.from_counts([n * (1 - s), n * s], [0, 1]) for s in (p, q))
    power = power_of_difference(first, second, method=named_difference("mee"), confidence_level=0.95)
    assert power == pytest.approx(exact, abs=0.015)
    assert abs(power - exact) < abs(share_power(p, q, answers=n) - exact)


def test_the_interval_is_that_of_comparisons():
    simple, weighted = (expect(SHAPES["bimodal"], scale="ces-2.0", design_effect=d) for d in (1, 1.2))
    assert detectable_difference(simple, answers=100).method == "score"
    assert detectable_difference(weighted, answers=100).method == "mover"


def test_few_clusters_show_less():
    known, clusters = (
        expect(SHAPES["bimodal"], scale="ces-2.0", design_effect=1.5, answers_per_cluster=a) for a in (0, 20)
    )
    wide, narrow = (detectable_difference(e, answers=200).fall for e in (clusters, known))
    # 9 degrees of freedom in each sample: about Student's quantile over the normal one, for the level's part.
    assert 1 + 0.5 * (2.262157 / 1.959964 - 1) < wide / narrow < 2.262157 / 1.959964


class TestLaws:
    ces = expect(SHAPES["left-skewed"], scale="ces-2.0")

    def test_answers_and_difference_are_each_other_reversed(self):
        found = detectable_difference(self.ces, answers=(400, 200))
        plan = answers_to_detect(self.ces, difference=found.rise[0] * 1.0001, ratio=0.5)
        assert plan.answers[0].tolist() == pytest.approx([400, 200], abs=1.01)

    def test_more_answers_show_smaller_differences(self):
        curve = detectable_curve(detectable_difference(self.ces, answers=200))
        assert (np.diff(curve["rise"]) < 0).all()
        assert (np.diff(curve["fall"]) < 0).all()
        assert curve["second"].is_monotonic_increasing

    def test_smaller_differences_and_more_power_take_more_answers(self):
        base = answers_to_detect(self.ces, difference=0.3).second[0]
        assert answers_to_detect(self.ces, difference=0.2).second[0] > base
        assert answers_to_detect(self.ces, difference=0.3, power=0.9).second[0] > base
        assert answers_to_detect(self.ces, difference=0.3, confidence_level=0.99).second[0] > base

    def test_mirrored_scales_mirror_rise_and_fall(self):
        mirrored = expect(SHAPES["left-skewed"][::-1], scale="ces-2.0")
        one, other = (detectable_difference(e, answers=150) for e in (self.ces, mirrored))
        assert one.rise == pytest.approx(other.fall, rel=1e-5)
        assert one.fall == pytest.approx(other.rise, rel=1e-5)

    def test_no_difference_is_seen_as_often_as_the_level_says(self):
        sample = self.ces.sample(0, 100)
        power = power_of_difference(sample, sample, method=named_difference("score"), confidence_level=0.9)
        assert power == pytest.approx(0.05)

    def test_the_last_wave_is_there_already(self):
        plan = answers_to_detect(self.ces, difference=0.3, first_answers=1_000)
        assert plan.first.tolist() == [1_000]
        assert plan.second[0] < answers_to_detect(self.ces, difference=0.3).second[0]

    def test_both_histograms_given(self):
        other = expect([10, 10, 10, 20, 20, 20, 10], scale="ces-2.0")
        plan = answers_to_detect(self.ces, difference=other)
        assert plan.difference == pytest.approx(other.estimate - self.ces.estimate)
        assert seen(self.ces, other.shares[0], plan.answers[0]) == pytest.approx(0.8, abs=WITHIN)

    def test_where_the_scale_ends_no_rise_is_seen(self):
        found = detectable_difference(expect([1, 99], scale="csat-good-bad"), answers=50)
        assert np.isnan(found.rise[0])
        assert found.fall[0] > 0
        assert "rise" not in found.sentence().split("if it is")[1]

    def test_the_textbook_for_comparison(self):
        plan = answers_to_detect(self.ces, difference=0.2)
        assert plan.second[0] == pytest.approx(plan.normal[0], rel=0.02)
        share = expect([35, 65], scale="csat-good-bad")
        assert answers_to_detect(share, difference=0.1, method="mee").second[0] == pytest.approx(
            share_answers_to_detect(0.65, 0.75), rel=0.01
        )


class TestSegmentsAndWords:
    @pytest.fixture
    def scores(self):
        rng = np.random.default_rng(4)
        data = pd.DataFrame({"ces": rng.integers(1, 8, 500), "s": ["a"] * 300 + ["b"] * 195 + ["c"] * 5})
        return score(tally(data, "ces", scale="ces-2.0", by="s"))

    def test_each_segment_with_its_own_answers(self, scores):
        found = detectable_difference(scores, answers={"a": (300, 600), "b": 195, "c": 5})
        assert found.answers.tolist() == [[300, 600], [195, 195], [5, 5]]
        alone = detectable_difference(expect(scores.tally.counts[1], scale="ces-2.0"), answers=195)
        assert found.rise[1] == pytest.approx(alone.rise[0])
        assert np.isnan(found.rise[2])
        assert "too few to say" in found.to_text().iloc[2].tolist()
        assert found.to_frame()["second"].tolist()[:2] == [600, 195]
        assert "<table" in found._repr_html_()
        assert " c " not in found.sentence()

    def test_one_sample_in_words(self):
        found = detectable_difference(TestLaws.ces, answers=(400, 300))
        assert found.sentence() == (
            "With 400 answers in one sample and 300 in the other, a change of mean of answers 1-7 from 4.95 is seen "
            f"with a probability of 80 % if it is a rise of {found.rise[0]:.2f} points or a fall of "
            f"{found.fall[0]:.2f} points."
        )
        plan = answers_to_detect(TestLaws.ces, difference=-0.3)
        assert plan.sentence() == (
            "To see mean of answers 1-7 fall by 0.30 points from 4.95 with a probability of 80 %, "
            f"{plan.second[0]:.0f} answers in each sample are needed."
        )
        assert "score method" in plan.base_in_words()

    def test_several_segments_in_words(self, scores):
        plan = answers_to_detect(scores, difference=0.5)
        total = f"{np.nansum(plan.second):,.0f}"
        assert f"rise by 0.50 points in each of 2 segments, each with a probability of 80 %, {total}" in plan.sentence()
        assert plan.to_frame()["second"].isna().tolist() == [False, False, True]


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda e: answers_to_detect(e, difference=0), "difference must be a number other than 0; got 0"),
        (lambda e: answers_to_detect(e, difference=3), "a difference must be between -3.95 and 2.05"),
        (lambda e: answers_to_detect(e, difference=0.1, power=1), "power must be above 0.025.*got 1"),
        (lambda e: answers_to_detect(e, difference=0.1, ratio=0), "ratio must be above 0"),
        (lambda e: answers_to_detect(e, difference=0.1, method="scores"), "difference method 'scores' not found"),
        (lambda e: answers_to_detect(e, difference=0.1, first_answers=50), "the first has too few"),
        (lambda e: answers_to_detect(e, difference=e), "two different scores"),
        (
            lambda e: answers_to_detect(e, difference=expect([1, 1, 1], scale="csat-faces")),
            "same segments and the same metric",
        ),
        (lambda e: detectable_difference(e, answers=1), "answers must be at least 2 in each sample; got 1"),
        (lambda e: detectable_difference(e, answers={"web": 9}), "answers: segment 'all' not found"),
    ],
)
def test_refuses(call, message):
    with pytest.raises(ValueError, match=message):
        call(expect(SHAPES["left-skewed"], scale="ces-2.0"))


@pytest.mark.parametrize("call", [detectable_difference, answers_to_detect])
@pytest.mark.parametrize(
    ("counts", "metric", "message"),
    [
        (
            [0, 0, 0, 0, 0, 1, 3],
            "favourable",
            "have the value 1 under .*of the 7 points, .*none at 1, 2, 3, 4.* Expect at",
        ),
        ([3, 1, 0, 0, 0, 0, 0], "favourable", "have the value 0 under"),
        ([0, 0, 0, 1, 0, 0, 0], "mean", "have the value 4 under .*none at 1, 2, 3, 5, 6, 7"),
    ],
)
def test_answers_that_never_differ_say_nothing_of_another_score(call, counts, metric, message):
    how = {"answers": 100} if call is detectable_difference else {"difference": -0.1}
    with pytest.raises(ValueError, match=message):
        call(expect({"a": [1, 1, 1, 1, 1, 1, 1], "b": counts}, scale="ces-2.0", metric=metric), **how)


def test_a_change_beyond_the_points_that_have_answers_says_so():
    """With 2 answers a sample no score from 4 to 5 is told from 4.5; the scale itself goes on to 7."""
    found = detectable_difference(expect([0, 0, 0, 10, 10, 0, 0], scale="ces-2.0"), answers=2)
    assert np.isnan([found.rise[0], found.fall[0]]).all()
    assert found.sentence().endswith("if it is larger than the points that have answers allow.")
