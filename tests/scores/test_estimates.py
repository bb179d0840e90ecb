"""Scores: the plain expressions, tables with always the same columns, words for people, coverage under designs."""

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta, binom, norm

from cxstats import Design, Interval, Sample, formula_table, score, tally


def ratings(counts, **more):
    return pd.DataFrame({"x": np.repeat(np.arange(1, len(counts) + 1), counts), **more})


def test_estimate_and_error_equal_the_plain_expressions():
    data = ratings([5, 5, 10, 15, 20, 25, 20])
    found = score(tally(data, "x", scale="ces-2.0"), "mean")
    assert found.estimate[0] == pytest.approx(data["x"].mean(), rel=1e-15)
    assert found.standard_error[0] == pytest.approx(data["x"].std(ddof=0) / 10, rel=1e-14)
    share = score(tally(data, "x", scale="ces-2.0"), "favourable")
    assert share.standard_error[0] == pytest.approx(np.sqrt(0.65 * 0.35 / 100), rel=1e-14)


def test_published_nps_standard_errors(figures):
    cases = [case for case in figures("published_intervals").values() if "nps.se" in case["expected"]]
    assert len(cases) >= 7
    for case in cases:
        counts = [case["data"][group] for group in ("detractors", "passives", "promoters")]
        found = score(tally(pd.DataFrame({"x": np.repeat([3, 7, 9], counts)}), "x", scale="nps"))
        assert found.estimate[0] == pytest.approx(case["expected"]["nps"], abs=1e-12)
        assert found.standard_error[0] == pytest.approx(case["expected"]["nps.se"], abs=1e-12)


def test_the_table_has_always_the_same_columns():
    data = pd.DataFrame({"x": [1, 2, 5, 5], "s": ["a", "a", "b", "b"], "t": [1, 2, 1, 2]})
    figures = ["n", "estimate", "standard_error", "low", "high"]
    for by in ([], ["s"], ["s", "t"]):
        for metric in ("mean", "favourable", "net"):
            frame = score(tally(data, "x", scale="csat-5", by=by), metric, confidence_level=0.9).to_frame()
            assert list(frame.columns) == [*by, *figures]


def test_the_total_is_the_score_without_segments():
    data = pd.DataFrame({"x": [1, 2, 5, 5, 4], "s": ["a", "a", "b", "b", None]})
    by_segment = score(tally(data, "x", scale="csat-5", by="s"))
    pd.testing.assert_frame_equal(by_segment.total.to_frame(), score(tally(data, "x", scale="csat-5")).to_frame())


def test_another_level_or_method_needs_no_new_count():
    found = score(tally(ratings([1, 2, 3, 4, 5]), "x", scale="csat-5"), "favourable")
    assert found.interval(confidence_level=0.99).low < found.interval().low
    assert found.interval("clopper-pearson").low < found.interval("wilson").low
    assert found.interval("wilson").low == pytest.approx(found.interval().low)


def test_too_few_answers_are_kept_in_the_table_and_not_shown():
    data = pd.DataFrame({"x": [5] * 9 + [4] * 30, "s": ["few"] * 9 + ["many"] * 30})
    found = score(tally(data, "x", scale="csat-5", by="s"))
    assert found.too_few.tolist() == [True, False]
    assert found.to_frame()["estimate"].tolist() == [1, 1]
    shown = found.to_text().set_index("segment")
    assert shown.loc["few", "favourable"] == "too few to say"
    assert shown.loc["few", "95 % interval"] == ""
    assert "100.0 %" in found._repr_html_()
    assert found.extremes() == ""


def test_what_people_read_names_formula_and_direction():
    data = ratings([4, 3, 2, 1, 0])
    found = score(tally(data, "x", scale="ces-1.0"))
    text = repr(found)
    assert "mean of answers 1-5" in text
    assert "low is good" in text
    assert "<script" not in score(tally(data.assign(s="<script>"), "x", scale="ces-1.0", by="s"))._repr_html_()


def test_sentence_says_n_and_response_rate():
    data = pd.DataFrame({"x": [9] * 50 + [7] * 30 + [3] * 20 + [None] * 10})
    found = score(tally(data, "x", scale="nps"))
    low, high = (100 * float(limit[0]) for limit in (found.interval().low, found.interval().high))
    assert found.sentence(invited=440) == (
        f"x +30.0 (share of 9-10 minus share of 0-6, high is good); 95 % interval {low:+.1f} to {high:+.1f}; "
        "n = 100 of 110 responses, response rate 25.0 % of 440 invited."
    )
    with pytest.raises(ValueError, match="invited must be at least the 110 responses; got 100"):
        found.sentence(invited=100)
    assert "too few to say" in score(tally(data.head(3), "x", scale="nps")).sentence()


def test_extremes_follow_the_direction():
    data = pd.DataFrame({"x": [1] * 20 + [5] * 20, "s": ["a"] * 20 + ["b"] * 20})
    assert score(tally(data, "x", scale="csat-5", by="s"), "mean").extremes().startswith("Best: b 5.00")
    assert score(tally(data, "x", scale="ces-1.0", by="s"), "mean").extremes().startswith("Best: a 1.00")


def test_formula_table_has_each_formula_once():
    table = formula_table(tally(ratings([5, 5, 10, 15, 20, 25, 20]), "x", scale="ces-2.0"))
    assert dict(zip(table["metric"], table["score"], strict=True)) == {
        "mean": "4.95",
        "top-2": "45.0 %",
        "favourable": "65.0 %",
        "net": "+45.0",
        "index": "65.8",
        "percent-of-maximum": "70.7",
    }


def test_a_segment_in_one_cluster_has_no_interval():
    data = pd.DataFrame({"x": [1, 5] * 20, "c": list(range(20)) * 2, "s": ["one"] + ["rest"] * 39})
    data["s"] = np.where(data["c"] == 0, "one", "rest")
    found = score(tally(data, "x", scale="csat-5", by="s", design=Design(clusters="c")))
    assert np.isnan(found.standard_error).tolist() == [True, False]
    assert np.isnan(found.interval().low).tolist() == [True, False]
    assert found.too_few.tolist() == [True, False]


def test_own_interval_in_place_of_a_name():
    def clipped(sample: Sample, confidence_level: float) -> Interval:
        return Interval(sample.estimate - 0.1, sample.estimate + 0.1)

    found = score(tally(ratings([1, 2, 3, 4, 5]), "x", scale="csat-5"), method=clipped)
    assert found.interval().high[0] - found.interval().low[0] == pytest.approx(0.2)
    assert "clipped" in found.method_in_words


# Coverage by simulation. One call counts all replicates: each is a stratum of its own and a segment of its own.

REPLICATES = 2_000


def covered(data, truth, metric, design, *, method="score"):
    found = score(tally(data, "x", scale="csat-5", by="replicate", design=design), metric, method=method)
    interval = found.interval()
    return int(((interval.low <= truth) & (truth <= interval.high)).sum())


def assert_nominal(hits, level=0.95):
    """The nominal level lies in the exact 99 % interval of the observed rate, or coverage is a little higher."""
    low = beta.ppf(0.005, hits, REPLICATES - hits + 1)
    high = beta.ppf(0.995, hits + 1, REPLICATES - hits)
    assert low <= level <= high, (hits / REPLICATES, low, high)


@pytest.mark.parametrize("metric", ["mean", "favourable", "net"])
def test_coverage_under_weights(metric):
    rng = np.random.default_rng(101)
    n, shares = 150, np.array([0.06, 0.08, 0.16, 0.38, 0.32])
    happy, unhappy = shares, shares[::-1]
    group = rng.random((REPLICATES, n)) < 0.3
    x = np.where(group, rng.choice(5, (REPLICATES, n), p=unhappy), rng.choice(5, (REPLICATES, n), p=happy)) + 1
    # The unhappy tenth of the customers was asked more often than the others, and weighs less.
    frame = pd.DataFrame({"x": x.ravel(), "w": np.where(group, 1.0, 9 * 0.3 / 0.7).ravel()})
    frame["replicate"] = np.repeat(np.arange(REPLICATES), n)
    population = 0.1 * unhappy + 0.9 * happy
    values = {"mean": np.arange(1, 6), "favourable": [0, 0, 0, 1, 1], "net": [-1, -1, 0, 1, 1]}[metric]
    assert_nominal(covered(frame, population @ values, metric, Design("w", "replicate")))


@pytest.mark.parametrize("metric", ["mean", "favourable", "net"])
def test_coverage_under_clusters(metric):
    rng = np.random.default_rng(102)
    clusters, size, cuts = 40, 8, np.array([-1.8, -1.1, -0.4, 0.7])
    latent = rng.normal(0, 0.5, (REPLICATES, clusters, 1)) + rng.normal(0, np.sqrt(0.75), (REPLICATES, clusters, size))
    frame = pd.DataFrame({"x": np.digitize(latent, cuts).ravel() + 1})
    frame["replicate"] = np.repeat(np.arange(REPLICATES), clusters * size)
    frame["c"] = np.tile(np.repeat(np.arange(clusters), size), REPLICATES)
    population = np.diff(norm.cdf(np.r_[-np.inf, cuts, np.inf]))
    values = {"mean": np.arange(1, 6), "favourable": [0, 0, 0, 1, 1], "net": [-1, -1, 0, 1, 1]}[metric]
    hits = covered(frame, population @ values, metric, Design(strata="replicate", clusters="c"))
    assert_nominal(hits)
    # Without the design the interval is far too narrow: the test can fail.
    assert binom.cdf(covered(frame, population @ values, metric, None), REPLICATES, 0.95) < 1e-6


@pytest.mark.parametrize(("n", "p", "sigma"), [(30, 0.03, 1.5), (50, 0.03, 1.2), (100, 0.02, 1.2), (30, 0.10, 1.5)])
def test_coverage_near_an_end_under_uneven_weights(n, p, sigma):
    """Few unfavourable answers, uneven weights: the estimated effective n can be far above n, and is limited to it."""
    rng = np.random.default_rng(104)
    frame = pd.DataFrame({"x": np.where(rng.random(REPLICATES * n) < p, 1, 5)})
    frame = frame.assign(w=rng.lognormal(0, sigma, len(frame)), replicate=np.repeat(np.arange(REPLICATES), n))
    hits = covered(frame, 1 - p, "favourable", Design("w", "replicate"))
    # At least nominal: the exact one-sided 99.5 % limit of the observed rate reaches .95.
    assert beta.ppf(0.995, hits + 1, REPLICATES - hits) >= 0.95, hits / REPLICATES


def test_a_weight_of_nearly_nothing_does_not_make_certainty():
    data = pd.DataFrame({"x": [1] + [5] * 29, "w": [1e-6] + [1.0] * 29})
    limits = score(tally(data, "x", scale="csat-5", design=Design("w"))).interval()
    assert limits.low[0] < 0.9


def test_a_metric_of_one_value_is_that_value():
    from cxstats import Metric

    same = Metric("same", "always 3", (3.0,) * 5, "points")
    found = score(tally(ratings([1, 2, 3]), "x", scale="csat-5"), same)
    assert (found.estimate[0], found.interval().low[0], found.interval().high[0]) == (3, 3, 3)


def test_the_sentence_says_what_was_set_aside_and_the_design():
    data = pd.DataFrame({"x": [5, 4, 9, 9, 3] * 10, "w": [1.0, 2.0] * 25})
    sentence = score(tally(data, "x", scale="csat-5", design=Design("w"))).sentence()
    assert "n = 30 of 50 responses, 20 set aside" in sentence
    assert "weighted by w" in sentence


def test_the_answer_lets_no_markup_of_the_data_through():
    data = pd.DataFrame({"x (1-5)": [5] * 20 + [1] * 20, "s": ["<script>"] * 20 + ["b"] * 20})
    answer = score(tally(data, "x (1-5)", scale="csat-5", by="s"), "mean").answer()
    assert answer.startswith("**x (1-5) 3.00** (mean of answers 1-5")
    assert "&lt;script&gt; 5.00" in answer
    assert "<script>" not in answer


def raked(margins, target):
    """Rake 1 for each answer to the shares of two margins of two levels, replicate by replicate; shape (R, n)."""
    weights = np.ones(margins[0].shape)
    for _ in range(15):
        for level, share in zip(margins, target, strict=True):
            for value, wanted in enumerate((1 - share, share)):
                inside = level == value
                found = (weights * inside).sum(axis=1) / weights.sum(axis=1)
                weights = np.where(inside, weights * (wanted / found)[:, None], weights)
    return weights


def test_coverage_under_raked_weights():
    """Two margins that say much about the answers and that respond unequally, raked to the truth."""
    rng = np.random.default_rng(105)
    n, together = 120, 40
    shape, chance, response = (REPLICATES, 4 * n), (0.4, 0.5), (0.5, 0.7)
    first, second = (rng.random(shape) < p for p in chance)
    latent = 1.2 * first - 0.8 * second + rng.normal(size=shape)
    # Customers with the first level answer less often, which raking undoes.
    answered = rng.random(shape) < np.where(first, *response)
    order = np.argsort(~answered, axis=1, kind="stable")[:, :n]
    first, second, latent = (np.take_along_axis(part, order, axis=1) for part in (first, second, latent))
    cuts = np.array([-1.2, -0.4, 0.4, 1.2])
    frame = pd.DataFrame({"x": np.digitize(latent, cuts).ravel() + 1, "w": raked((first, second), chance).ravel()})
    replicate = np.repeat(np.arange(REPLICATES), n)
    frame = frame.assign(replicate=replicate, batch=replicate // together)
    for name, level in (("a", first), ("b", second)):
        frame[name] = 2 * (replicate % together) + level.ravel()
    means = [(1.2 * i - 0.8 * j, (0.6, 0.4)[i] * 0.5) for i in (0, 1) for j in (0, 1)]
    population = sum(share * np.diff(norm.cdf(np.r_[-np.inf, cuts, np.inf] - mean)) for mean, share in means)
    known = {"scale": "csat-5", "by": "replicate", "design": Design("w", "replicate", margins=("a", "b"))}
    tallies = [tally(part, "x", **known) for _, part in frame.groupby("batch")]
    for metric, values in {"mean": np.arange(1, 6), "favourable": [0, 0, 0, 1, 1]}.items():
        truth, hits = population @ values, dict.fromkeys(("t", "score"), 0)
        for method in hits:
            for counted in tallies:
                interval = score(counted, metric).interval(method)
                hits[method] += int(((interval.low <= truth) & (truth <= interval.high)).sum())
        assert_nominal(hits["t"])
        assert_nominal(hits["score"])
        # Without the margins the interval is too wide: the test can fail.
        assert covered(frame, truth, metric, Design("w", "replicate"), method="t") > 0.965 * REPLICATES


def test_coverage_of_a_finite_population():
    rng = np.random.default_rng(106)
    size, n = 150, 100
    population = rng.choice(5, size, p=[0.06, 0.08, 0.16, 0.38, 0.32]) + 1
    drawn = np.argsort(rng.random((REPLICATES, size)), axis=1)[:, :n]
    frame = pd.DataFrame({"x": population[drawn].ravel(), "replicate": np.repeat(np.arange(REPLICATES), n)})
    known = Design(weights="w", strata="replicate", population_size=size)
    frame = frame.assign(w=1.0)
    assert_nominal(covered(frame, population.mean(), "mean", known))
    assert covered(frame, population.mean(), "mean", None) > 0.99 * REPLICATES


def test_design_effects_tell_weights_and_design_apart():
    data = ratings([10, 20, 30, 20, 20]).assign(c=np.arange(100) // 5, w=np.tile([1.0, 3.0], 50))
    plain = score(tally(data, "x", scale="csat-5"), "mean")
    assert (plain.design_effect[0], plain.kish_design_effect[0], plain.design_in_words) == (1, 1, "")
    clustered = score(tally(data, "x", scale="csat-5", design=Design(clusters="c")), "mean")
    assert clustered.kish_design_effect[0] == 1
    assert clustered.design_effect[0] > 4
    weighted = score(tally(data, "x", scale="csat-5", design=Design("w")), "mean")
    assert weighted.kish_design_effect[0] == pytest.approx(1 + 1**2 / 2**2)
    equal = score(tally(data.assign(w=7.0), "x", scale="csat-5", design=Design("w")), "mean")
    assert equal.design_effect[0] == pytest.approx(1, rel=1e-12)


def test_one_sentence_says_what_was_done_and_what_it_costs():
    data = ratings([100, 200, 300, 200, 200]).assign(agent=np.arange(1000) // 25, w=1.0)
    found = score(tally(data, "x", scale="csat-5", design=Design("w", clusters="agent")), "mean")
    simple = score(tally(data, "x", scale="csat-5"), "mean")
    wide, narrow = ((one.interval().high - one.interval().low)[0] for one in (found, simple))
    sentence = (
        "Weighted by w; answers of the same agent count together (40 in the data); the interval is "
        f"{wide / narrow:.2f} times as wide as if all 1,000 answers were independent and equally weighted."
    )
    assert found.design_in_words == sentence
    assert sentence in repr(found)
    assert sentence in found._repr_html_()
    census = score(tally(data, "x", scale="csat-5", design=Design(population_size=1000)), "mean")
    assert census.design_in_words == (
        "Population of 1,000 rows; all of the population were asked, so that the interval has no width."
    )
