"""What people read: the right direction, no difference only where it is shown, and words that the numbers bear out."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta, norm

from cxstats import score, tally
from cxstats.scores.comparing import Benchmark, compare
from cxstats.scores.comparing.wording import difference_text, margin_text, p_text
from cxstats.scores.metrics import Metric


def scored(histograms, metric="mean", scale="ces-2.0", **how):
    counts = np.asarray(histograms)
    segment, point = np.indices(counts.shape)
    table = pd.DataFrame({"team": [f"t{s}" for s in segment.ravel()], "x": point.ravel() + 1})
    table = table.loc[np.repeat(np.arange(counts.size), counts.ravel())]
    return score(tally(table, "x", scale=scale, by="team"), metric, **how)


HIGH, LOW = [2, 2, 4, 10, 20, 30, 32], [20, 20, 20, 20, 10, 5, 5]


def test_more_is_better_where_high_is_good_and_worse_where_low_is_good():
    agreement = compare(scored([HIGH, LOW]), to="all")
    assert agreement.verdicts == ("better",)
    assert agreement.sentences()[0].startswith("t0 is better than t1: ")
    effort = compare(scored([HIGH[2:], LOW[2:]], scale="ces-1.0"), to="all")
    assert effort.difference[0] > 0
    assert effort.verdicts == ("worse",)
    easy = compare(scored([HIGH[2:], LOW[2:]], "favourable", scale="ces-1.0"), to="all")
    assert easy.difference[0] < 0
    assert easy.verdicts == ("worse",)
    worst = compare(scored([HIGH, LOW], "bottom-2"), to="all")
    assert worst.difference[0] < 0
    assert worst.verdicts == ("better",)


def test_not_inferior_looks_to_the_good_side():
    up = compare(scored([HIGH, LOW]), to="all", aim="non-inferiority", margin=0.5)
    assert up.verdicts == ("not worse by 0.5 points or more",)
    effort = compare(scored([HIGH[2:], LOW[2:]], scale="ces-1.0"), to="all", aim="non-inferiority", margin=0.5)
    assert effort.verdicts == ("worse by more than 0.5 points",)
    assert effort.sentences()[0].startswith("t0 is worse than t1 by more than 0.5 points: ")
    assert up.sentences()[0].endswith("The whole interval is better by more than 0.5 points.")
    assert effort.to_frame().loc[0, "low"] > 0.5


def test_a_p_value_that_is_not_small_is_never_no_difference():
    alike = scored([[2, 2, 3, 3, 3, 4, 3], [2, 2, 3, 3, 4, 3, 3]])
    found = compare(alike, to="all")
    assert found.p_value[0] > 0.5
    assert found.verdicts == ("no clear difference",)
    assert compare(alike, to="all", margin=0.5).verdicts == ("no clear difference",)
    assert compare(alike, to="all", margin=0.5, aim="equivalence").verdicts == ("could differ by 0.5 points or more",)
    many = scored(np.array([[2, 2, 3, 3, 3, 4, 3], [2, 2, 3, 3, 4, 3, 3]]) * 50)
    small = compare(many, to="all", margin=0.5)
    assert small.verdicts == ("no difference larger than 0.5 points",)
    assert small.sentences()[0].endswith("n = 1,000 and 1,000.")


def test_a_clear_difference_within_the_margin_is_said_to_be_small():
    counts = np.array([[10, 10, 20, 20, 20, 15, 5], [10, 12, 21, 20, 19, 13, 5]]) * 100
    found = compare(scored(counts), to="all", margin=0.5)
    assert found.verdicts == ("better",)
    assert found.sentences()[0].endswith("The difference is smaller than 0.5 points.")


@pytest.mark.parametrize("margin", [0.2, 0.35, 0.5, 0.8])
def test_equivalence_is_claimed_exactly_where_the_interval_of_two_one_sided_tests_lies_within(margin):
    rng = np.random.default_rng(8)
    for _ in range(6):
        scores = scored(rng.multinomial(rng.integers(60, 600), np.full(7, 1 / 7), size=2))
        found = compare(scores, to="all", aim="equivalence", margin=margin)
        limits = found.interval()
        assert found.question.shown_level == pytest.approx(0.9)
        within = bool(-margin < limits.low[0] and limits.high[0] < margin)
        assert found.verdicts[0].startswith("no difference larger than") == within
        not_worse = compare(scores, to="all", aim="non-inferiority", margin=margin)
        assert not_worse.verdicts[0].startswith("not worse") == bool(limits.low[0] > -margin)


def test_the_words_follow_the_adjusted_p_value_and_say_where_the_interval_does_not():
    counts = [[20, 12, 20, 20, 14, 7, 7], *[[15, 15, 15, 15, 15, 13, 12]] * 4]
    for adjust in ("holm", "benjamini-hochberg"):
        found = compare(scored(counts), adjust=adjust)
        row = found.to_frame().iloc[0]
        assert row["high"] < 0
        assert row["p_value"] < 0.05 < row["adjusted_p_value"]
        assert row["verdict"] == "no clear difference"
        assert "The interval by itself leaves out 0, which among 5 comparisons can be chance." in found.sentences()[0]
    alone = compare(scored(counts), adjust="none")
    assert alone.verdicts[0] == "worse"
    together = compare(scored(counts), adjust="simultaneous")
    assert together.to_frame().loc[0, "high"] > 0
    assert "intervals and p-values hold simultaneously for 5 comparisons" in together.method_in_words
    assert "p-values adjusted by Holm's method for 5 comparisons" in compare(scored(counts)).method_in_words


@pytest.mark.parametrize("to", ["rest", "all", "total", "t0"])
def test_simultaneous_words_and_intervals_never_disagree(to):
    rng = np.random.default_rng(11)
    tilts = np.linspace(-0.25, 0.25, 4)[:, None] * np.arange(7)
    chances = np.exp(tilts) / np.exp(tilts).sum(axis=1, keepdims=True)
    for _ in range(2):
        counts = np.array([rng.multinomial(120, p) for p in chances])
        for aim, margin in (("difference", None), ("equivalence", 0.6), ("non-inferiority", 0.6)):
            found = compare(scored(counts), to=to, adjust="simultaneous", aim=aim, margin=margin)
            limits, said = found.interval(), np.array(found.verdicts)
            if aim == "difference":
                assert np.isin(said, ["better", "worse"]).tolist() == ((limits.low > 0) | (limits.high < 0)).tolist()
            elif aim == "equivalence":
                within = (limits.low > -0.6) & (limits.high < 0.6)
                assert [one.startswith("no difference larger") for one in said] == within.tolist()
            else:
                assert [one.startswith("not worse") for one in said] == (limits.low > -0.6).tolist()


def test_simultaneous_intervals_of_all_pairs_are_tukey_s():
    # Five groups of equal size and spread: the studentised range with infinitely many degrees, 3.858 at 95 %.
    found = compare(scored([[10, 10, 10, 10, 10, 10, 10]] * 5), to="all", adjust="simultaneous", method="wald")
    half = (found.interval().high - found.difference) / found.contrasts.standard_error
    assert half == pytest.approx(3.858 / np.sqrt(2), abs=2e-3)


def test_too_few_answers_say_nothing_and_do_not_count():
    found = compare(scored([HIGH, LOW, [0, 0, 1, 1, 1, 0, 0]]), to="all")
    assert found.verdicts == ("better", "too few to say", "too few to say")
    assert found.family.size == 1
    row = found.to_frame().iloc[0]
    assert row["adjusted_p_value"] == row["p_value"]
    assert found.to_frame()["p_value"].notna().all()
    assert np.isnan(found.adjusted_p_value[1:]).all()
    assert found.sentences()[1] == "t0 against t2: too few to say (n = 100 and 3)."
    assert found.to_text()["verdict"].tolist() == list(found.verdicts)
    assert (found.to_text().iloc[1, 4:-1] == "").all()
    assert "too few to say: t0 against t2, t1 against t2" in found.sentence()
    larger = compare(scored([HIGH, LOW], minimum_base=101))
    assert set(larger.verdicts) == {"too few to say"}


def test_differences_are_written_in_the_unit_of_the_metric():
    share, net = (Metric("m", "f", (0.0, 1.0), unit) for unit in ("share", "net"))
    points = Metric("m", "f", (1.0, 5.0), "points", "low")
    assert [difference_text(one, 0.0316) for one in (share, net, points)] == ["+3.2", "+3.2", "+0.03"]
    assert difference_text(points, -0.001) == "+0.00"
    assert [margin_text(one, 0.05) for one in (share, net, points)] == [
        "5 percentage points",
        "5 points",
        "0.05 points",
    ]
    assert [p_text(p) for p in (0.0004, 0.0342, 1.0, float("nan"))] == ["p < .001", "p = .034", "p = 1.000", ""]
    found = compare(scored([HIGH, LOW], "favourable"), to="all")
    text = found.to_text()
    assert "difference in percentage points" in text
    assert text["favourable"].tolist() == ["82.0 %"]
    assert found.to_frame().loc[0, "difference"] == pytest.approx(0.62)


def test_a_page_shows_text_of_the_data_as_text():
    table = pd.DataFrame({"team": ["<b>a</b>"] * 30 + ["c&d"] * 30, "x": [7, 4, 5] * 10 + [1, 2, 4] * 10})
    html = compare(score(tally(table, "x", scale="ces-2.0", by="team")), to="c&d")._repr_html_()
    assert "<b>a</b>" not in html
    assert "&lt;b&gt;a&lt;/b&gt;" in html
    assert "against c&amp;d" in html


def test_a_benchmark_without_uncertainty_gives_the_interval_of_the_score():
    scores = scored([HIGH, LOW], "favourable")
    found = compare(scores, to=Benchmark(0.6, source="target"))
    limits = scores.interval()
    assert found.interval().low == pytest.approx(limits.low - 0.6, abs=1e-9)
    assert found.interval().high == pytest.approx(limits.high - 0.6, abs=1e-9)
    # The score test of a share against a fixed one.
    z = (scores.estimate - 0.6) / np.sqrt(0.6 * 0.4 / scores.n)
    assert found.p_value == pytest.approx(2 * norm.sf(abs(z)), rel=1e-6)
    assert "the benchmark is taken as exact" in found.notes()
    assert found.to_frame()["second_n"].isna().all()
    assert found.sentences()[0].endswith("n = 100.")


def test_a_benchmark_of_counts_is_a_sample():
    scores, pair = scored([HIGH]), compare(scored([HIGH, LOW]), to="all")
    found = compare(scores, to=Benchmark(counts=LOW))
    numbers = ["difference", "standard_error", "low", "high", "p_value", "probability_of_superiority"]
    assert found.to_frame()[numbers].to_numpy() == pytest.approx(pair.to_frame()[numbers].to_numpy())
    share, as_share = scored([HIGH], "favourable"), compare(scored([HIGH, LOW], "favourable"), to="all", method="mover")
    by_n = compare(share, to=Benchmark(0.2, n=100))
    assert by_n.interval().low == pytest.approx(as_share.interval().low, abs=1e-9)
    assert by_n.p_value == pytest.approx(as_share.p_value, rel=1e-6)


def test_limits_of_a_benchmark_add_as_the_sides_of_a_right_triangle():
    scores = scored([HIGH, LOW])
    own, found = scores.interval(), compare(scores, to=Benchmark(4.0, low=3.9, high=4.3)).interval()
    assert found.low == pytest.approx(scores.estimate - 4 - np.hypot(scores.estimate - own.low, 0.3), abs=1e-9)
    assert found.high == pytest.approx(scores.estimate - 4 + np.hypot(own.high - scores.estimate, 0.1), abs=1e-9)
    by_error = compare(scores, to=Benchmark(4.0, standard_error=0.1 / 1.959963984540054)).interval()
    assert by_error.high == pytest.approx(found.high, abs=1e-9)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({}, "a benchmark is a value, or counts"),
        ({"value": 0.5, "counts": [1, 2]}, "a benchmark is a value, or counts"),
        ({"value": 0.5, "n": 10, "standard_error": 0.1}, "in one way: low and high, standard_error, n, or counts"),
        ({"value": 0.5, "low": 0.4}, "limits of a benchmark are low and high; got low=0.4, high=None"),
        ({"value": 0.5, "low": 0.6, "high": 0.7}, "lies within its limits; got 0.5 with 0.6 to 0.7"),
        ({"value": 0.5, "standard_error": 0.0}, "standard_error must be above 0"),
        ({"value": 0.5, "n": 0}, "n must be 1 or more"),
        ({"value": float("nan")}, "must be a number"),
    ],
)
def test_a_benchmark_must_be_possible(given, message):
    with pytest.raises(ValueError, match=message):
        Benchmark(**given)


def test_a_benchmark_must_fit_the_metric():
    share, mean = scored([HIGH], "favourable"), scored([HIGH])
    with pytest.raises(ValueError, match="lies within 0 and 1; got 72; shares and nets are fractions here"):
        compare(share, to=Benchmark(72))
    with pytest.raises(ValueError, match="n says how sure a share is; mean has more than two values"):
        compare(mean, to=Benchmark(4.5, n=100))
    with pytest.raises(ValueError, match="the answers at each of the 7 points"):
        compare(mean, to=Benchmark(counts=[1, 2, 3]))
    with pytest.raises(ValueError, match="a figure without its answers is compared by method 'mover'; got 'score'"):
        compare(mean, to=Benchmark(4.5, low=4, high=5), method="score")


@pytest.mark.parametrize("to", ["rest", "all"])
def test_among_equal_segments_any_is_called_different_in_no_more_than_one_of_twenty_samples(to):
    rng = np.random.default_rng(20261122)
    start, chances = scored([HIGH] * 5), np.array([4, 6, 10, 15, 20, 25, 20]) / 100
    replicates, wrong = 200, 0
    for _ in range(replicates):
        counts = rng.multinomial([40, 60, 80, 120, 200], chances)
        drawn = replace(start, tally=replace(start.tally, counts=counts, totals=counts.astype(float)))
        wrong += bool((compare(drawn, to=to).adjusted_p_value < 0.05).any())
    # The exact 99 % interval of the rate reaches no higher than .05, or holds it.
    assert beta.ppf(0.005, wrong, replicates - wrong + 1) <= 0.05
    assert wrong > 0


def test_the_summary_names_column_unit_and_interval():
    found = compare(scored([HIGH, LOW], "favourable"), to="t1")
    limits = found.interval()
    said = found.sentence()
    assert said.startswith(
        "x against t1, in percentage points (share of answers 5-7, high is good): better: t0 +62.0 ("
    )
    assert f"({100 * limits.low[0]:+.1f} to {100 * limits.high[0]:+.1f})" in said
    assert said.endswith("95 % interval, score method.")


@pytest.mark.parametrize("adjust", ["none", "simultaneous"])
def test_an_interval_beyond_the_margin_is_said_with_its_direction(adjust):
    for scale, words in (("ces-2.0", ("better", "worse")), ("ces-1.0", ("worse", "better"))):
        cut = 0 if scale == "ces-2.0" else 2
        for pair, word in zip(([HIGH, LOW], [LOW, HIGH]), words, strict=True):
            scores = scored([one[cut:] for one in pair], scale=scale)
            found = compare(scores, to="all", aim="equivalence", margin=0.3, adjust=adjust)
            limits = found.interval()
            assert limits.low[0] > 0.3 or limits.high[0] < -0.3
            assert found.verdicts == (f"{word} by more than 0.3 points",)
            assert found.sentences()[0].startswith(f"t0 is {word} than t1 by more than 0.3 points: ")
            assert found.to_text()["p"].iloc[0] == "< .001"


def test_an_interval_within_the_margin_that_the_number_of_comparisons_overrules_is_said():
    rng, seen = np.random.default_rng(6), 0
    for _ in range(12):
        found = compare(
            scored(rng.multinomial(150, np.full(7, 1 / 7), size=4)), to="all", aim="equivalence", margin=0.5
        )
        for row, said in zip(found.to_frame().to_dict("records"), found.sentences(), strict=True):
            within = row["low"] > -0.5 and row["high"] < 0.5
            told = "The interval by itself lies within 0.5 points, which among 6 comparisons can be chance." in said
            assert told == (within and row["verdict"].startswith("could differ"))
            seen += told
    assert seen > 0
