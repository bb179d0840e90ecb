"""Plans keep their margin: laws, exact small cases by hand, and surveys simulated with their own numbers."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, hypergeom

from cxstats.responses.tallies import tally
from cxstats.responses.weights import Design
from cxstats.scores.estimates import score
from cxstats.scores.intervals import Sample, named_interval
from cxstats.scores.planning import answers_needed, expect, margin_reached
from cxstats.scores.planning.widths import Aim

SHAPES = {
    "left-skewed": [5, 5, 10, 15, 20, 25, 20],
    "bimodal": [24, 10, 5, 4, 7, 18, 32],
    "top-heavy": [1, 1, 1, 2, 5, 20, 70],
}
METRICS = {"mean": 0.25, "favourable": 0.06, "net": 0.1}
REPLICATES = 2_000


def half_widths(expected, n, *, seed, method="score", level=0.95):
    """Half the width of the interval in surveys drawn from the expected histogram."""
    drawn = np.random.default_rng(seed).multinomial(n, expected.shares[0], size=REPLICATES)
    limits = named_interval(method)(Sample.from_counts(drawn, expected.values), level)
    return (limits.high - limits.low) / 2


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("metric", METRICS)
def test_assurance_and_average_are_kept_in_simulated_surveys(shape, metric):
    expected, margin = expect(SHAPES[shape], scale="ces-2.0", metric=metric), METRICS[metric]
    plan = answers_needed(expected, margin=margin, assurance=0.8)
    sure = half_widths(expected, int(plan.assured[0]), seed=11)
    error = np.sqrt(0.8 * 0.2 / REPLICATES)
    # One-sided: shares keep more than asked where half widths are few.
    assert (sure <= margin * (1 + 1e-9)).mean() >= 0.8 - 3 * error
    on_average = half_widths(expected, int(plan.on_average[0]), seed=12)
    assert on_average.mean() == pytest.approx(margin, abs=3.5 * on_average.std() / np.sqrt(REPLICATES) + 0.004 * margin)


@pytest.mark.parametrize("method", ["t", "wald", "score"])
def test_assurance_is_near_and_not_only_above_what_is_asked(method):
    expected = expect(SHAPES["left-skewed"], scale="ces-2.0")
    plan = answers_needed(expected, margin=0.2, assurance=0.9, method=method, confidence_level=0.9)
    kept = (half_widths(expected, int(plan.assured[0]), seed=5, method=method, level=0.9) <= 0.2).mean()
    assert kept == pytest.approx(0.9, abs=0.025)


def test_a_share_by_hand():
    """Every number of favourable answers, with Wilson's formula written out."""

    def chance_and_mean(n, p=0.3, margin=0.1, z=1.959963984540054):
        k = np.arange(n + 1)
        half = z * np.sqrt(k / n * (1 - k / n) / n + z**2 / (4 * n**2)) / (1 + z**2 / n)
        return binom.pmf(k, n, p)[half <= margin].sum(), binom.pmf(k, n, p) @ half

    plan = answers_needed(expect([7, 3], scale="csat-good-bad"), margin=0.1, assurance=0.8)
    n, assured = int(plan.on_average[0]), int(plan.assured[0])
    assert chance_and_mean(n)[1] <= 0.1 < chance_and_mean(n - 1)[1]
    assert chance_and_mean(assured)[0] >= 0.8 > chance_and_mean(assured - 1)[0]


def test_enumeration_and_drawing_agree():
    net = expect([20, 30, 50], scale="csat-faces", metric="net")
    exact = Aim(net, named_interval("score"), 0.95)
    few, drawn = exact.half_widths(150), half_widths(net, 150, seed=3)
    assert len(few.sizes) == 151 * 152 / 2
    assert few.chances.sum() == pytest.approx(1)
    assert drawn.mean() == pytest.approx(few.mean, abs=4 * drawn.std() / np.sqrt(REPLICATES))
    assert (drawn <= few.quantile(0.8)).mean() == pytest.approx(few.chance_within(few.quantile(0.8)), abs=0.035)


@settings(max_examples=10, deadline=None)
@given(
    st.lists(st.integers(1, 30), min_size=3, max_size=3),
    st.floats(0.06, 0.3),
    st.floats(1.05, 1.6),
    st.floats(1, 4),
    st.integers(40, 3_000),
)
def test_laws(counts, margin, wider, design_effect, population):
    expected = expect(counts, scale="csat-faces", metric="mean")
    plan = answers_needed(expected, margin=margin)
    assert answers_needed(expected, margin=margin * wider).answers <= plan.answers
    assert answers_needed(expected, margin=margin, confidence_level=0.99).answers >= plan.answers
    under_design = answers_needed(expected, margin=margin, design_effect=design_effect)
    assert under_design.answers[0] == math.ceil(design_effect * plan.answers[0] - 1e-9)
    limited = answers_needed(expected, margin=margin, population_size=population)
    # Student's quantile and the divisor n - 1 of a design take at most z^2 / 2 + 1 answers more, near enough.
    assert limited.answers <= min(plan.answers[0] + 4, population)
    assert margin_reached(expected, answers=plan.answers[0]) <= margin
    assert margin_reached(expected, answers=plan.answers[0] - 1) > margin


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("metric", METRICS)
def test_assurance_costs_answers(shape, metric):
    plan = answers_needed(expect(SHAPES[shape], scale="ces-2.0", metric=metric), margin=METRICS[metric], assurance=0.8)
    more = answers_needed(expect(SHAPES[shape], scale="ces-2.0", metric=metric), margin=METRICS[metric], assurance=0.95)
    assert plan.on_average <= plan.assured <= more.assured


def test_large_plans_come_near_the_textbook():
    plan = answers_needed(expect(SHAPES["left-skewed"], scale="ces-2.0", metric="net"), margin=0.01, assurance=0.8)
    assert plan.on_average == pytest.approx(plan.normal, rel=2e-3)
    assert plan.assured == pytest.approx(plan.normal, rel=0.02)


def test_small_plans_differ_from_the_textbook_where_it_fails():
    """At 2 % the normal formula's interval would pass 0; the score interval, which does not, takes more answers."""
    plan = answers_needed(expect([98, 2], scale="csat-good-bad"), margin=0.04)
    assert plan.normal[0] < 50 < plan.on_average[0]


def test_answers_that_never_differ_have_a_plan():
    plan = answers_needed(expect([0, 0, 1], scale="csat-faces"), margin=0.05, assurance=0.8)
    assert plan.normal == 0
    # Wilson's interval is 0 to z^2 / (n + z^2); half of that is .05 at n = 34.6.
    assert plan.on_average == plan.assured == math.ceil(1.959964**2 * (1 / 0.1 - 1))


def test_a_census_leaves_no_margin():
    expected = expect(SHAPES["bimodal"], scale="ces-2.0")
    assert margin_reached(expected, answers=50, population_size=50) == 0
    assert answers_needed(expected, margin=0.01, population_size=50).answers <= 50


def test_a_finite_population_in_simulated_surveys():
    """Drawn without replacement, the estimate spreads as the plan's margin says."""
    expected = expect(SHAPES["left-skewed"], scale="ces-2.0")
    n = int(answers_needed(expected, margin=0.2, population_size=400).answers[0])
    rng = np.random.default_rng(8)
    drawn = rng.multivariate_hypergeometric(np.array(SHAPES["left-skewed"]) * 4, n, size=20_000)
    spread = (drawn @ expected.values / n).std()
    assert 1.96 * spread == pytest.approx(0.2, rel=0.02)
    assert n < answers_needed(expected, margin=0.2).answers


def chance_in_population(n, population, *, favourable, margin):
    """Whether surveys counted under Design(population_size=...) reach the margin, by every sample that may come."""
    k = np.arange(max(0, n - (population - favourable)), min(n, favourable) + 1)
    chances = hypergeom.pmf(k, population, favourable, n)
    likely = k[chances > 1e-7]
    data = pd.DataFrame(
        {"ces": np.concatenate([np.repeat([7, 1], [one, n - one]) for one in likely]), "survey": likely.repeat(n)}
    )
    design = Design(strata="survey", population_size=population)
    limits = score(tally(data, "ces", scale="ces-2.0", by="survey", design=design), "favourable").interval()
    return chances[chances > 1e-7][(limits.high - limits.low) / 2 <= margin * (1 + 1e-9)].sum()


@pytest.mark.parametrize(("margin", "population"), [(0.08, 500), (0.05, 1_000), (0.05, 300)])
def test_assurance_is_kept_in_a_finite_population(margin, population):
    """Exactly: the number of favourable answers is hypergeometric, the interval that of the survey's own design."""
    expected = expect(SHAPES["left-skewed"], scale="ces-2.0", metric="favourable")
    n = int(answers_needed(expected, margin=margin, assurance=0.8, population_size=population).assured[0])
    known = {"favourable": round(0.65 * population), "margin": margin}
    assert chance_in_population(n, population, **known) >= 0.8 > chance_in_population(n - 1, population, **known)


def test_a_mean_of_a_finite_population_keeps_its_assurance():
    """Drawn from the population without replacement, each survey counted under its own design."""
    expected, design = expect(SHAPES["left-skewed"], scale="ces-2.0"), Design(strata="survey", population_size=400)
    n = int(answers_needed(expected, margin=0.2, assurance=0.8, population_size=400).assured[0])
    rng = np.random.default_rng(8)
    drawn = rng.multivariate_hypergeometric(np.array(SHAPES["left-skewed"]) * 4, n, size=1_000)
    points = np.repeat(np.tile(np.arange(1, 8), 1_000), drawn.ravel())
    data = pd.DataFrame({"ces": points, "survey": np.arange(1_000).repeat(n)})
    limits = score(tally(data, "ces", scale="ces-2.0", by="survey", design=design)).interval()
    kept = ((limits.high - limits.low) / 2 <= 0.2).mean()
    # One more answer moves the chance by some .05.
    assert 0.8 - 3 * np.sqrt(0.8 * 0.2 / 1_000) <= kept <= 0.9


def test_a_finite_population_under_a_design_effect():
    expected = expect(SHAPES["left-skewed"], scale="ces-2.0", design_effect=1.5)
    endless, limited = (answers_needed(expected, margin=0.2, population_size=size).answers[0] for size in (None, 800))
    assert limited == pytest.approx(endless / (1 + endless / 800), rel=0.02)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"answers": 0}, "answers must be a whole number of at least 1; got 0 in all"),
        ({"answers": math.nan}, "answers must be a whole number of at least 1; got nan"),
        ({"answers": 40.5}, "answers must be a whole number of at least 1; got 40.5"),
        ({"answers": 51, "population_size": 50}, "answers must be at most the population_size, .*got 51 of 50 in all"),
        ({"answers": 10, "population_size": math.nan}, "population_size must be at least 2; got nan"),
        ({"answers": 10, "population_size": 50.5}, "population_size must be a whole number of customers; got 50.5"),
    ],
)
def test_margin_reached_refuses(given, message):
    with pytest.raises(ValueError, match=message):
        margin_reached(expect(SHAPES["left-skewed"], scale="ces-2.0"), **given)


def clustered(rng, agents, surveys, each=8):
    """Answers of agents who differ, each survey with agents of its own."""
    z = 0.5 * rng.normal(size=(surveys, agents, 1)) + rng.normal(size=(surveys, agents, each))
    points = np.searchsorted([-1.9, -1.5, -1.1, -0.7, 0, 0.8], z) + 1
    agent = np.arange(surveys * agents).repeat(each)
    return pd.DataFrame({"ces": points.ravel(), "agent": agent, "survey": agent // agents})


def test_assurance_is_kept_where_the_variance_is_estimated_from_clusters():
    rng, design = np.random.default_rng(6), Design(strata="survey", clusters="agent")
    whole = score(tally(clustered(rng, 20_000, 2), "ces", scale="ces-2.0", by="survey", design=design))
    effect = float((whole.n / whole.effective_n).mean())
    expected = expect(whole.shares.mean(axis=0), scale="ces-2.0", design_effect=effect, answers_per_cluster=8)
    plan = answers_needed(expected, margin=0.2, assurance=0.8)
    surveys = clustered(rng, math.ceil(plan.assured[0] / 8), 600)
    limits = score(tally(surveys, "ces", scale="ces-2.0", by="survey", design=design)).interval()
    kept = ((limits.high - limits.low) / 2 <= 0.2).mean()
    assert 0.8 - 3 * np.sqrt(0.8 * 0.2 / 600) <= kept <= 0.93
    known = replace(expected, answers_per_cluster=np.zeros(1))
    assert answers_needed(known, margin=0.2, assurance=0.8).assured < plan.assured


def test_few_clusters_take_the_quantile_of_student():
    """With 1,000 answers a cluster there are few degrees of freedom; many small ones come near to none at all."""
    given = {"scale": "ces-2.0", "metric": "mean", "design_effect": 3.0}
    coarse, fine, known = (expect(SHAPES["bimodal"], answers_per_cluster=a, **given) for a in (100, 0.01, 0))
    margins = [margin_reached(e, answers=1_000)[0] for e in (coarse, fine, known)]
    # 9 degrees of freedom: Student's 2.262 over 1.960, and .973 for the mean of the root of chi-squared over 9.
    assert margins[0] == pytest.approx(2.262157 / 1.959964 * 0.972659 * margins[2], rel=0.002)
    assert margins[1] == pytest.approx(margins[2], rel=1e-4)


class TestSegments:
    @pytest.fixture
    def scores(self):
        rng = np.random.default_rng(4)
        data = pd.DataFrame({"ces": rng.integers(1, 8, 500), "s": ["a"] * 300 + ["b"] * 195 + ["c"] * 5})
        return score(tally(data, "ces", scale="ces-2.0", by="s"))

    def test_each_is_planned_as_if_alone(self, scores):
        plan = answers_needed(scores, margin=0.3, assurance=0.8, response_rate={"a": 0.2, "b": 0.4, "c": 0.3})
        alone = answers_needed(expect(scores.tally.counts[1], scale="ces-2.0"), margin=0.3, assurance=0.8)
        assert plan.assured[1] == alone.assured[0]
        assert (
            plan.invitations[1] == answers_needed(scores, margin=0.3, assurance=0.8, response_rate=0.4).invitations[1]
        )

    def test_too_few_to_say_has_no_plan(self, scores):
        plan = answers_needed(scores, margin=0.3, response_rate=0.2)
        assert np.isnan(plan.answers[2])
        assert np.isnan(plan.invitations[2])
        assert plan.to_text().iloc[2, 1] == "too few to say"

    def test_tables(self, scores):
        plan = answers_needed(scores, margin=0.3, assurance=0.8, response_rate=0.2, population_size=10_000)
        table, text = plan.to_frame(), plan.to_text()
        assert list(table.columns)[:2] == ["s", "expected"]
        assert table["n"].tolist()[:2] == plan.assured.tolist()[:2]
        assert text["segment"].tolist() == ["a", "b", "c", "sum"]
        assert text["invitations"].iloc[-1] == f"{np.nansum(plan.invitations):,.0f}"
        assert "<table" in plan._repr_html_()
        assert "finite population" in plan.base_in_words()

    def test_names_of_segments_are_escaped(self):
        plan = answers_needed(expect({"<b>": [1, 2, 7], "x": [1, 1, 1]}, scale="csat-faces"), margin=0.1)
        assert "<b>" not in plan._repr_html_().replace("<b></b>", "")


class TestWords:
    def test_a_manager_reads_it(self):
        ces = expect(SHAPES["left-skewed"], scale="ces-2.0")
        plan = answers_needed(ces, margin=0.2, assurance=0.8, response_rate=0.18)
        assert plan.sentence() == (
            f"For a 95 % interval of ± 0.20 points on mean of answers 1-7, {plan.on_average[0]:.0f} answers are needed "
            f"on average; {plan.assured[0]:.0f} to be 80 % sure of it. At a response rate of 18.0 % invite "
            f"{plan.invitations[0]:,.0f}, to be 80 % sure of that many answers."
        )

    def test_units(self):
        said = {
            metric: answers_needed(expect([1, 2, 7], scale="csat-faces", metric=metric), margin=margin).sentence()
            for metric, margin in {"favourable": 0.05, "net": 0.1, "index": 5, "mean": 0.1}.items()
        }
        assert "± 5.0 percentage points on" in said["favourable"]
        assert "± 10.0 points of 100 on" in said["net"]
        assert "± 5.0 points of 100 on" in said["index"]
        assert "± 0.10 points on" in said["mean"]

    def test_more_than_there_are(self):
        ces = expect(SHAPES["left-skewed"], scale="ces-2.0")
        plan = answers_needed(ces, margin=0.2, response_rate=0.1, population_size=1_000)
        assert plan.beyond_population.tolist() == [True]
        assert plan.sentence().endswith(
            "That is more than there are to invite: accept a wider margin, or raise the response rate."
        )

    def test_curve_passes_through_the_plan(self):
        plan = answers_needed(expect(SHAPES["left-skewed"], scale="ces-2.0"), margin=0.2, assurance=0.8)
        curve = plan.curve()
        assert (np.diff(curve["on_average"]) < 0).all()
        assert np.interp(plan.on_average[0], curve["n"], curve["on_average"]) == pytest.approx(0.2, rel=0.01)
        assert np.interp(plan.assured[0], curve["n"], curve["assured"]) == pytest.approx(0.2, rel=0.01)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"margin": 3.0}, "margin must be above 0 and below half of the metric's range, 3, .*got 3"),
        ({"margin": 0}, "margin must be above 0"),
        ({"margin": 0.2, "assurance": 80}, "assurance must be between 0 and 1"),
        ({"margin": 0.2, "confidence_level": 95}, "confidence_level must be between 0 and 1"),
        ({"margin": 0.2, "design_effect": 0.5}, "design_effect must be at least 1"),
        ({"margin": 0.2, "population_size": 1}, "population_size must be at least 2; got 1"),
        ({"margin": 0.2, "response_rate": 18}, "response_rate must be above 0 and at most 1"),
        ({"margin": 0.2, "method": "scor"}, "interval method 'scor' not found; did you mean 'score'"),
        ({"margin": 0.2, "response_rate": {"chat": 0.2}}, "response_rate: segment 'all' not found"),
    ],
)
def test_refuses(given, message):
    with pytest.raises(ValueError, match=message):
        answers_needed(expect(SHAPES["left-skewed"], scale="ces-2.0"), **given)
