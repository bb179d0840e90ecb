"""Segments against each other: R's figures, the test that belongs to the interval, laws that any method must keep."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t

from cxstats import Design, cross_tally, read_export, score, tally
from cxstats.scores.comparing import compare, compare_paired, compare_two
from cxstats.scores.comparing.inversion import deviates_at, score_limits_at
from cxstats.scores.comparing.sides import sides_of
from cxstats.scores.samples import Sample

DESIGNS = {
    "weights": Design(weights="weight"),
    "clusters": Design(clusters="customer"),
    "weights_strata": Design(weights="weight", strata="contact_reason"),
    "weights_clusters": Design(weights="weight", clusters="customer"),
}
METRICS = {"ces": ("ces-2.0", "mean"), "net": ("nps", "net")}
HISTOGRAMS = st.lists(
    st.lists(st.integers(0, 40), min_size=5, max_size=5).filter(lambda h: sum(h) >= 10), min_size=2, max_size=5
)


@pytest.fixture(scope="module")
def answers():
    found = read_export("data/support_survey.csv").responses
    return found.assign(month=pd.to_datetime(found["answered_at"]).dt.strftime("%Y-%m"))


def scored(histograms, metric="mean", scale="csat-5", **how):
    return score(tally(rows_of(histograms), "x", scale=scale, by="segment"), metric, **how)


def rows_of(histograms):
    counts = np.asarray(histograms)
    segment, point = np.indices(counts.shape)
    rows = {"segment": [f"s{s}" for s in segment.ravel()], "x": point.ravel() + 1}
    return pd.DataFrame(rows).loc[np.repeat(np.arange(counts.size), counts.ravel())]


def shares(*pairs):
    """Segments with so many favourable and unfavourable answers."""
    return scored([[no, 0, 0, 0, yes] for yes, no in pairs], "favourable")


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("rating", METRICS)
def test_differences_and_their_errors_agree_with_r_survey(figures, answers, design, rating):
    scale, metric = METRICS[rating]
    column = {"net": "nps"}.get(rating, rating)
    theirs = figures("comparisons")["designs"][design][rating]
    for to, by in (("rest", "channel"), ("total", "channel"), ("all", "channel"), ("previous", "month")):
        counted = tally(answers, column, scale=scale, by=by, design=DESIGNS[design])
        found = compare(score(counted, metric), to=to, method="mover").to_frame()
        for what in ("difference", "standard_error"):
            expected = [one[what] for one in theirs[to]]
            assert found[what].to_numpy() == pytest.approx(expected, rel=1e-8, abs=1e-11), (to, what)


@pytest.mark.parametrize("which", range(3))
def test_the_p_value_of_two_shares_is_that_of_the_chi_square_test(figures, which):
    one = figures("comparisons")["chi_square"][which]
    a, b, c, d = one["counts"]
    found = compare(shares((a, b), (c, d)), to="all")
    assert found.p_value[0] == pytest.approx(one["p_value"], rel=1e-9)
    limits = found.interval(confidence_level=1 - one["p_value"])
    assert min(abs(limits.low[0]), abs(limits.high[0])) < 1e-9


@pytest.mark.parametrize("which", range(2))
def test_the_p_value_of_paired_shares_is_mcnemar_s(figures, which):
    one = figures("comparisons")["mcnemar"][which]
    both, first, second, neither = one["both_first_second_neither"]
    found = compare_paired(crossed(both, first, second, neither), "favourable")
    assert found.p_value[0] == pytest.approx(one["p_value"], rel=1e-9)
    assert found.difference[0] == pytest.approx((first - second) / (both + first + second + neither))
    assert found.sentence().startswith("after against before, in percentage points")
    assert "the same" in found.notes()[-1]


def crossed(both, first, second, neither):
    rows = [(5, 5)] * both + [(5, 1)] * first + [(1, 5)] * second + [(1, 1)] * neither
    table = pd.DataFrame(rows, columns=["after", "before"])
    return cross_tally(table, "after", "before", row_scale="csat-5", column_scale="csat-5")


METHODS = ("score", "mover", "welch", "wald")
FOR_SHARES = ("miettinen-nurminen", "mee", "newcombe", "agresti-caffo")


@pytest.mark.parametrize("method", METHODS)
@settings(max_examples=6)
@given(HISTOGRAMS, st.sampled_from(["rest", "total", "all"]))
def test_a_limit_is_zero_at_the_level_of_the_p_value(method, histograms, to):
    found = compare(scored(histograms), to=to, method=method, adjust="none")
    for k, p_value in enumerate(found.p_value):
        if not 1e-10 < p_value < 1 - 1e-9:
            continue
        limits = found.interval(confidence_level=1 - p_value)
        assert min(abs(limits.low[k]), abs(limits.high[k])) < 1e-6


@pytest.mark.parametrize("method", FOR_SHARES)
def test_a_limit_is_zero_at_the_level_of_the_p_value_for_shares(method):
    found = compare(shares((45, 15), (30, 30), (12, 3)), to="all", method=method)
    for k, p_value in enumerate(found.p_value):
        limits = found.interval(confidence_level=1 - p_value)
        assert min(abs(limits.low[k]), abs(limits.high[k])) < 1e-8


@settings(max_examples=10)
@given(HISTOGRAMS)
def test_the_difference_to_the_total_is_that_to_the_rest_times_the_share_of_the_rest(histograms):
    scores = scored(histograms)
    rest, total = (compare(scores, to=to).to_frame() for to in ("rest", "total"))
    share = (scores.n.sum() - scores.n) / scores.n.sum()
    for what in ("difference", "standard_error", "low", "high"):
        assert total[what].to_numpy() == pytest.approx(share * rest[what].to_numpy(), abs=1e-12)
    assert total["difference"].to_numpy() == pytest.approx(scores.estimate - scores.total.estimate[0], abs=1e-12)
    assert total["p_value"].to_numpy() == pytest.approx(rest["p_value"].to_numpy(), rel=1e-9, abs=1e-300)


@settings(max_examples=10)
@given(HISTOGRAMS, st.sampled_from(METHODS))
def test_differences_change_sign_with_the_order_of_the_two(histograms, method):
    one, other = (compare(scored(pair), to="all", method=method) for pair in (histograms[:2], histograms[1::-1]))
    mine, theirs = one.to_frame().iloc[0], other.to_frame().iloc[0]
    same = {"rel": 1e-7, "abs": 1e-9, "nan_ok": True}
    assert mine["difference"] == pytest.approx(-theirs["difference"], **same)
    assert (mine["low"], mine["high"]) == pytest.approx((-theirs["high"], -theirs["low"]), **same)
    assert mine["p_value"] == pytest.approx(theirs["p_value"], **same)
    assert mine["probability_of_superiority"] == pytest.approx(1 - theirs["probability_of_superiority"], **same)


@settings(max_examples=6)
@given(HISTOGRAMS, st.randoms(use_true_random=False), st.sampled_from(["holm", "benjamini-hochberg", "none"]))
def test_the_order_of_segments_does_not_matter(histograms, random, adjust):
    order = list(range(len(histograms)))
    random.shuffle(order)
    found = compare(scored(histograms), adjust=adjust).to_frame()
    turned = compare(scored([histograms[k] for k in order]), adjust=adjust).to_frame()
    numbers = ["difference", "standard_error", "low", "high", "p_value", "adjusted_p_value"]
    assert turned[numbers].to_numpy() == pytest.approx(found[numbers].to_numpy()[order], rel=1e-7, abs=1e-9)


@settings(max_examples=10)
@given(HISTOGRAMS)
def test_equal_weights_and_no_clusters_give_nearly_the_simple_sample(histograms):
    scores = scored(histograms)
    table = rows_of(histograms).assign(w=2.0)
    weighted = score(tally(table, "x", scale="csat-5", by="segment", design=Design(weights="w")), "mean")
    plain, under = (compare(one, method="mover").to_frame() for one in (scores, weighted))
    size = len(table)
    assert under["difference"].to_numpy() == pytest.approx(plain["difference"].to_numpy(), abs=1e-12)
    inflation = np.sqrt(size / (size - 1))
    assert under["standard_error"].to_numpy() == pytest.approx(inflation * plain["standard_error"].to_numpy(), rel=1e-9)


def test_customers_who_answer_in_both_waves_make_a_difference_surer():
    rng = np.random.default_rng(5)
    mood = rng.integers(1, 6, 400)
    waves = pd.DataFrame(
        {"who": np.tile(np.arange(400), 2), "x": np.clip(np.r_[mood, mood + rng.integers(-1, 2, 400)], 1, 5)}
    )
    waves["wave"] = np.repeat(["1", "2"], 400)
    by_customer = tally(waves, "x", scale="csat-5", by="wave", design=Design(clusters="who"))
    plain = tally(waves, "x", scale="csat-5", by="wave")
    knowing, not_knowing = (compare(score(one, "mean"), to="previous") for one in (by_customer, plain))
    changes = waves["x"].to_numpy()[400:] - waves["x"].to_numpy()[:400]
    assert knowing.contrasts.standard_error[0] == pytest.approx(changes.std(ddof=1) / 20, rel=1e-9)
    widths = [float(np.diff([*one.interval().low, *one.interval().high])[0]) for one in (knowing, not_knowing)]
    assert widths[0] < 0.6 * widths[1]


def test_waves_are_compared_within_the_other_columns_and_by_what_came_before():
    rows = [("a", "2026-01"), ("a", "2026-02"), ("b", "2026-01"), ("b", "2026-03"), ("b", None), ("c", "2026-02")]
    table = pd.DataFrame([(*row, x) for row in rows for x in (1, 3, 5, 5) * 5], columns=["shop", "month", "x"])
    scores = score(tally(table, "x", scale="csat-5", by=["shop", "month"]), "mean")
    found = compare(scores, to="previous", along="month")
    assert found.to_frame()[["first", "second"]].to_numpy().tolist() == [
        ["a, 2026-02", "a, 2026-01"],
        ["b, 2026-03", "b, 2026-01"],
    ]
    assert "1 segment without month" in found.notes()
    assert "not the month just before: b 2026-03 against 2026-01, without 2026-02" in found.notes()
    turned = compare(
        score(tally(table, "x", scale="csat-5", by=["month", "shop"]), "mean"), to="previous", along="month"
    )
    assert set(turned.to_frame()["first"]) == {"2026-02, a", "2026-03, b"}
    with pytest.raises(ValueError, match="say which column holds the waves, as along='month'; segments are by"):
        compare(scores, to="previous")
    with pytest.raises(ValueError, match="segment column 'mont' not found; did you mean 'month'"):
        compare(scores, to="previous", along="mont")
    with pytest.raises(ValueError, match="along='month' names the waves for to='previous'; got to='rest'"):
        compare(scores, along="month")


def test_superiority_is_how_often_an_answer_is_better():
    good = scored([[0, 0, 0, 3, 7], [6, 4, 0, 0, 0]])
    assert compare(good, to="all").probability_of_superiority.tolist() == [1.0]
    low_is_good = scored([[0, 0, 0, 3, 7], [6, 4, 0, 0, 0]], scale="ces-1.0")
    assert compare(low_is_good, to="all").probability_of_superiority.tolist() == [0.0]
    rng = np.random.default_rng(3)
    one, other = rng.integers(1, 6, 40), rng.integers(1, 6, 30)
    plain = np.mean(np.sign(np.subtract.outer(one, other)) + 1) / 2
    table = [np.bincount(x, minlength=6)[1:] for x in (one, other)]
    assert compare(scored(table), to="all").probability_of_superiority[0] == pytest.approx(plain)


def test_two_samples_equal_two_segments_of_one():
    histograms = [[3, 8, 10, 12, 9], [6, 9, 9, 5, 4]]
    together = compare(scored(histograms), to="all").to_frame()
    apart = [
        score(tally(pd.DataFrame({"x": np.repeat(range(1, 6), h)}), "x", scale="csat-5"), "mean") for h in histograms
    ]
    found = compare_two(*apart, names=("new", "old"))
    numbers = ["first_n", "second_n", "difference", "standard_error", "low", "high", "p_value"]
    assert found.to_frame()[numbers].to_numpy(dtype=float) == pytest.approx(together[numbers].to_numpy(dtype=float))
    assert found.sentences()[0].startswith("new")
    assert any("different customers" in note for note in found.notes())
    by = compare_two(scored([*histograms, [9] * 5]), scored(histograms))
    assert by.to_frame()["first"].tolist() == ["s0, first", "s1, first"]
    assert by.difference == pytest.approx(0, abs=1e-12)
    assert "left out: s2" in " ".join(by.notes())


def test_where_all_were_asked_a_difference_is_what_it_is():
    table = rows_of([[3, 8, 10, 12, 9], [6, 9, 9, 5, 4]]).assign(w=1.0)
    census = tally(table, "x", scale="csat-5", by="segment", design=Design(weights="w", population_size=len(table)))
    found = compare(score(census, "mean"), to="all")
    limits = found.interval()
    assert limits.low[0] == limits.high[0] == found.difference[0]
    assert found.verdicts == ("better",)
    assert found.p_value[0] < 1e-100


def test_answers_that_do_not_vary_say_something_by_the_score_and_nothing_by_student():
    uniform = scored([[0, 0, 0, 0, 12], [0, 0, 0, 0, 15]])
    assert compare(uniform, to="s1").verdicts == ("no clear difference",)
    found = compare(uniform, to="s1").interval()
    assert found.low[0] < -0.3 < 0.3 < found.high[0]
    assert compare(uniform, to="s1", method="welch").verdicts == (
        "cannot be said by method 'welch': answers do not vary",
    )


def test_samples_that_share_clusters_are_refused(answers):
    design = DESIGNS["clusters"]
    first, second = (
        score(tally(part, "ces", scale="ces-2.0", design=design)) for part in (answers[:900], answers[900:])
    )
    with pytest.raises(ValueError, match=r"the samples share \d+ clusters, so they are not independent"):
        compare_two(first, second)


@given(st.integers(0, 60), st.integers(1, 60), st.floats(0.02, 0.98))
def test_the_deviate_of_a_share_is_that_of_the_score_test(yes, no, null):
    sample = Sample.from_counts([no, yes], [0, 1])
    expected = (yes / (yes + no) - null) / np.sqrt(null * (1 - null) / (yes + no))
    found = deviates_at(lambda z: score_limits_at(sample, z), sample.estimate, null)[0]
    assert found == pytest.approx(np.clip(expected, -37, 37), rel=1e-6, abs=1e-8)


def test_errors_say_what_must_hold():
    scores = scored([[9, 4, 2, 5, 6], [1, 2, 3, 4, 5]])
    with pytest.raises(
        ValueError, match="segment 's9' not found; .*segments: s0, s1; or say to='rest', 'total', 'previous', 'all'"
    ):
        compare(scores, to="s9")
    with pytest.raises(ValueError, match="difference method 'scor' not found; did you mean 'score'"):
        compare(scores, method="scor")
    with pytest.raises(ValueError, match="adjustment 'bonferroni' not found; .*holm"):
        compare(scores, adjust="bonferroni")
    with pytest.raises(ValueError, match="aim 'same' not found"):
        compare(scores, aim="same")
    with pytest.raises(ValueError, match="aim 'equivalence' needs margin=, the smallest difference that matters"):
        compare(scores, aim="equivalence")
    with pytest.raises(ValueError, match="margin must be above 0 and below 4, the widest difference of mean"):
        compare(scores, margin=5.0)
    with pytest.raises(ValueError, match="fractions: .05 is 5 percentage points; got 5"):
        compare(shares((45, 15), (30, 30)), margin=5)
    with pytest.raises(ValueError, match="two samples are compared; got the same one twice"):
        compare_two(scores, scores)
    with pytest.raises(TypeError, match="compared by compare_two"):
        compare(scores, to=scores)
    with pytest.raises(ValueError, match="comparing segments needs two or more; the tally has 1"):
        compare(scored([[9, 4, 2, 5, 6]]))
    whole = score(tally(pd.DataFrame({"x": [1, 2]}), "x", scale="csat-5"))
    with pytest.raises(ValueError, match="comparing segments needs two or more"):
        compare(whole, to="previous")
    table = pd.DataFrame({"x": [1, 5] * 20, "g": ["total", "rest"] * 20})
    named = score(tally(table, "x", scale="csat-5", by="g"), "mean")
    with pytest.raises(ValueError, match=r"'total' is a word .* for the segment say to=\('total',\)"):
        compare(named, to="total")
    assert compare(named, to=("total",)).against == "total"


def test_methods_that_do_not_know_a_design_are_refused_under_one(answers):
    scores = score(tally(answers, "ces", scale="ces-2.0", by="channel", design=DESIGNS["weights"]), "favourable")
    with pytest.raises(
        ValueError, match="'mee' is for simple random samples.*know the design: mover, score, welch, wald"
    ):
        compare(scores, method="mee")
    assert compare(scores).contrasts.method == "mover"
    wald = compare(scores, to="total", method="wald")
    half = t.ppf(0.975, len(answers.dropna(subset="weight")) - 1) * wald.contrasts.standard_error
    assert wald.interval().high - wald.difference == pytest.approx(half, rel=1e-9)


def test_a_paired_comparison_needs_one_scale():
    table = pd.DataFrame({"a": [1, 5, 3], "b": [7, 2, 4]})
    with pytest.raises(ValueError, match="two answers are compared on the same scale; a is on csat-5"):
        compare_paired(cross_tally(table, "a", "b", row_scale="csat-5", column_scale="csat-7"))
    with pytest.raises(ValueError, match="paired method 'tango' not found"):
        compare_paired(crossed(5, 5, 5, 5), method="tango")


@pytest.mark.parametrize(
    "waves",
    [["Jan", "Feb", "Mar"], ["Q1 2026", "Q2 2025", "Q3 2025"], ["2026-W9", "2026-10-1x", "x"], ["9", "10", "11"]],
)
def test_waves_in_an_unknown_order_are_refused(waves):
    table = pd.DataFrame({"wave": np.repeat(waves, 30), "x": np.tile([1, 3, 5], 30)})
    scores = score(tally(table, "x", scale="csat-5", by="wave"), "mean")
    with pytest.raises(ValueError, match="to='previous' needs waves whose order is known: dates, numbers"):
        compare(scores, to="previous")
    table["wave"] = pd.Categorical(table["wave"], categories=waves, ordered=True)
    found = compare(score(tally(table, "x", scale="csat-5", by="wave"), "mean"), to="previous").to_frame()
    assert found[["first", "second"]].to_numpy().tolist() == [[waves[1], waves[0]], [waves[2], waves[1]]]


@pytest.mark.parametrize("waves", [["2025-09", "2025-10", "2026-01"], ["2025Q4", "2026Q1"], ["wave 01", "wave 02"]])
def test_waves_in_a_known_order_are_taken(waves):
    table = pd.DataFrame({"wave": np.repeat(waves, 30), "x": np.tile([1, 3, 5], 10 * len(waves))})
    found = compare(score(tally(table, "x", scale="csat-5", by="wave"), "mean"), to="previous")
    assert found.to_frame()["first"].tolist() == waves[1:]
    assert found.in_time


def test_an_outside_figure_is_pointed_to():
    table = pd.DataFrame({"s": np.repeat(["a", "b"], 30), "x": np.tile([1, 3, 5], 20)})
    with pytest.raises(ValueError, match=r"for an outside figure say to=Benchmark\(5.5\)"):
        compare(score(tally(table, "x", scale="csat-5", by="s"), "mean"), to=5.5)


def test_waves_next_to_each_other_have_no_gap():
    table = pd.DataFrame({"wave": np.repeat([1, 2, 4], 30), "x": np.tile([1, 3, 5], 30)})
    found = compare(tally(table, "x", scale="csat-5", by="wave"), to="previous")
    assert not any("just before" in note for note in found.notes())
    table["wave"] = pd.Categorical(table["wave"], categories=[1, 2, 3, 4], ordered=True)
    found = compare(tally(table, "x", scale="csat-5", by="wave"), to="previous")
    assert "not the wave just before: 4 against 2, without 3" in found.notes()


def test_a_tally_is_compared_by_the_usual_metric_and_a_number_finds_its_segment():
    table = pd.DataFrame({"shop": np.repeat([1.0, 2.0, np.nan], 30), "x": np.tile([1, 3, 5], 30)})
    counted = tally(table, "x", scale="csat-5", by="shop")
    found = compare(counted, to=2)
    assert found.against == "2.0"
    pd.testing.assert_frame_equal(found.to_frame(), compare(score(counted), to=(2.0,)).to_frame())
    with pytest.raises(ValueError, match="segment '3' not found"):
        compare(counted, to=3)


def clustered(rng, rows=240, clusters=12):
    """Rows of segments a to d that share clusters, with moods, weights and margins."""
    agent = rng.integers(0, clusters, rows)
    latent = 3.2 + rng.normal(0, 0.7, clusters)[agent] + rng.normal(0, 1, rows)
    return pd.DataFrame(
        {
            "x": np.clip(np.rint(latent), 1, 5),
            "team": rng.choice(["a", "b", "c", "d"], rows),
            "agent": agent,
            "region": agent % 2,
            "w": rng.choice([1.0, 2.5], rows),
            "sex": rng.choice(["f", "m"], rows),
            "age": rng.choice(["old", "young"], rows),
        }
    )


@pytest.mark.parametrize(
    "design",
    [
        Design(weights="w", clusters="agent"),
        Design(weights="w", clusters="agent", strata="region"),
        Design(weights="w", strata="region"),
        Design(weights="w"),
        Design(weights="w", margins=("sex", "age")),
        Design(weights="w", clusters="agent", margins=("sex",)),
    ],
    ids=["clusters", "strata of clusters", "strata", "weights", "margins", "margins of clusters"],
)
@pytest.mark.parametrize("method", ["mover", "score", "welch", "wald"])
@pytest.mark.parametrize("to", ["rest", "total"])
def test_a_side_is_the_same_whether_its_segments_are_merged_before_or_after_they_are_counted(design, method, to):
    table = clustered(np.random.default_rng(21))
    merged = table.assign(team=table["team"].where(table["team"] == "a", "z"))
    split, whole = (
        compare(score(tally(one, "x", scale="csat-5", by="team", design=design)), to=to, method=method)
        .to_frame()
        .iloc[0]
        for one in (table, merged)
    )
    numbers = ["first_n", "second_n", "difference", "standard_error", "low", "high", "p_value"]
    assert split[numbers].to_numpy(float) == pytest.approx(whole[numbers].to_numpy(float), rel=1e-7)


@pytest.mark.parametrize("margins", [(), ("sex",), ("sex", "age")])
def test_what_margins_take_off_merged_segments_is_that_of_the_segments_counted_as_one(margins):
    table = clustered(np.random.default_rng(22))
    design = Design(weights="w", clusters="agent", strata="region", margins=margins)
    scores = score(tally(table, "x", scale="csat-5", by="team", design=design))
    merged = sides_of(scores, np.array([[True, True, True, False], [False, False, False, True]])).tally
    expected = tally(table.assign(team=table["team"].eq("d")), "x", scale="csat-5", by="team", design=design)
    assert merged.covariance == pytest.approx(expected.covariance, rel=1e-9, abs=1e-9)
    assert merged.degrees_of_freedom.tolist() == expected.degrees_of_freedom.tolist()
    if margins:
        assert merged.explained == pytest.approx(expected.explained, rel=1e-7, abs=1e-7)
    else:
        assert merged.explained is None


def test_units_of_added_tallies_are_counted_apart():
    table = clustered(np.random.default_rng(23), clusters=8)
    design = Design(clusters="agent")
    first, second = (
        tally(part, "x", scale="csat-5", by="team", design=design)
        for part in (table[table["agent"] < 4], table[table["agent"] >= 4])
    )
    found = sides_of(score(first + second), np.array([[True, True, True, True]])).tally
    assert found.degrees_of_freedom.tolist() == [3 + 3]


@pytest.mark.parametrize("method", ["welch", "wald"])
def test_student_s_limits_know_shared_clusters(method):
    rng, held, replicates = np.random.default_rng(24), 0, 150
    design = Design(clusters="agent")
    for _ in range(replicates):
        agent = np.repeat(np.arange(6), 12)
        slope = rng.normal(0, 0.8, 6)[agent]
        team = np.tile([0, 1], 36)
        x = np.clip(np.rint(4 + slope * (2 * team - 1) + rng.normal(0, 1, 72)), 1, 7)
        table = pd.DataFrame({"x": x, "team": team, "agent": agent})
        found = compare(
            score(tally(table, "x", scale="ces-2.0", by="team", design=design), "mean"), to=0, method=method
        )
        limits = found.interval()
        held += bool(limits.low[0] <= 0 <= limits.high[0])
        # Six agents, in both teams.
        half = t.ppf(0.975, 5) * found.contrasts.standard_error
        assert limits.high - found.difference == pytest.approx(half, rel=1e-9)
    assert held / replicates > 0.92


@pytest.mark.parametrize("method", ["score", "mover", "welch", "wald"])
def test_a_census_is_certain_by_every_method(method):
    table = rows_of([[3, 8, 10, 12, 9], [6, 9, 9, 5, 4]]).assign(w=1.0)
    census = tally(table, "x", scale="csat-5", by="segment", design=Design(weights="w", population_size=len(table)))
    found = compare(score(census, "mean"), to="all", method=method)
    assert found.interval().low[0] == found.interval().high[0] == found.difference[0]
    assert found.verdicts == ("better",)


def test_what_cannot_be_said_has_its_reason():
    table = clustered(np.random.default_rng(25))
    table.loc[table["team"] == "a", "agent"] = 3
    table = table[(table["team"] != "b") | (table["team"] == "b").cumsum().le(5)]
    found = compare(
        score(tally(table, "x", scale="csat-5", by="team", design=Design(clusters="agent")), "mean"), to="d"
    )
    assert found.verdicts[:2] == ("cannot be said: all answers come from one agent", "too few to say")
    assert found.sentences()[0].startswith("a against d: cannot be said: all answers come from one agent (n = ")
    assert found.family.size == 1
    same = crossed(15, 0, 0, 0)
    assert compare_paired(same, "mean", method="t").verdicts == ("cannot be said: all customers changed by the same",)
