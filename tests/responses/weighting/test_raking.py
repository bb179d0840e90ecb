"""Raking and post-stratification: R's survey, the laws of the method, and what is refused."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cxstats as cx
from cxstats.responses.survey import Source, Survey
from cxstats.responses.weighting.raking import post_stratify, rake
from cxstats.responses.weights import Design

SIX_DIGITS = {"rtol": 1e-7, "atol": 0}


@pytest.fixture
def r(figures):
    return figures("raking")


def mean_api00(weighted) -> float:
    return float(np.average(weighted.data["api00"], weights=weighted.weights))


def crossed_of(r) -> dict[tuple[str, str], int]:
    columns = r["apistrat"]["crossed"]
    return dict(zip(zip(columns["stype"], columns["awards"], strict=True), columns["Freq"], strict=True))


def test_a_small_table_is_raked_as_by_survey_rake(r):
    small = r["small"]
    weighted = rake(pd.DataFrame(small["data"]), {"sex": small["sex"], "age": small["age"]}, weights="w")
    # Its totals are 100, which are percents here: the weights keep the sum that they start with.
    times = np.sum(small["weights"]) / weighted.weights.sum()
    np.testing.assert_allclose(times * weighted.weights, small["weights"], **SIX_DIGITS)


@pytest.mark.parametrize(("weights", "figure"), [("pw", "raked"), (None, "raked_from_equal")])
def test_three_margins_are_raked_as_by_survey_rake(r, weights, figure):
    expected, data = r["apistrat"][figure], pd.DataFrame(r["apistrat"]["data"])
    weighted = rake(data, r["apistrat"]["margins"], weights=weights)
    np.testing.assert_allclose(weighted.weights, expected["weights"], **SIX_DIGITS)
    assert mean_api00(weighted) == pytest.approx(expected["mean_api00"], rel=1e-9)
    assert weighted.design_effect == pytest.approx(200 * np.sum(np.square(expected["weights"])) / 6194**2, rel=1e-7)


def test_one_column_is_post_stratified_as_by_survey_post_stratify(r):
    figures = r["apiclus1"]
    data, expected = pd.DataFrame(figures["data"]), figures["post_stratified"]
    weighted = post_stratify(data, expected["population"], by="stype", weights="pw")
    np.testing.assert_allclose(weighted.weights, expected["weights"], **SIX_DIGITS)
    assert mean_api00(weighted) == pytest.approx(expected["mean_api00"], rel=1e-9)


def test_combinations_are_post_stratified_as_by_survey_post_stratify(r):
    data, expected = pd.DataFrame(r["apistrat"]["data"]), r["apistrat"]["post_stratified"]
    weighted = post_stratify(data, crossed_of(r), by=["stype", "awards"], weights="pw")
    np.testing.assert_allclose(weighted.weights, expected["weights"], **SIX_DIGITS)
    assert weighted.design == Design(weights="weight", margins=("stype x awards",))
    assert weighted.data["stype x awards"].iloc[0] == f"{data['stype'].iloc[0]}, {data['awards'].iloc[0]}"


def test_a_margin_of_combinations_beside_another_is_raked_as_by_survey_rake(r):
    data, expected = pd.DataFrame(r["apistrat"]["data"]), r["apistrat"]["raked_with_crossed"]
    margins = {("stype", "awards"): crossed_of(r), "sch.wide": r["apistrat"]["margins"]["sch.wide"]}
    np.testing.assert_allclose(rake(data, margins, weights="pw").weights, expected["weights"], **SIX_DIGITS)


BANDS = cx.Scale("api", [-1, 0, 1], good="high", favourable=(1,), unfavourable=(-1,))


def net(weighted) -> tuple[float, float]:
    """Score the share of schools from 750 points less that up to 600, under the design that weighting gave."""
    data = weighted.data.assign(band=lambda t: (t["api00"] >= 750).astype(int) - (t["api00"] <= 600))
    found = cx.score(cx.tally(data, "band", scale=BANDS, design=weighted.design), "net")
    return float(found.estimate[0]), float(found.standard_error[0])


def test_scores_under_the_design_have_the_standard_errors_of_survey(r):
    strat, clus = r["apistrat"], r["apiclus1"]
    data, margins, cells = pd.DataFrame(strat["data"]), strat["margins"], crossed_of(r)
    by_stratum = Design(weights="pw", strata="stype", population_size="fpc")
    by_cluster = Design(weights="pw", clusters="dnum", population_size="fpc")
    both = {("stype", "awards"): cells, "sch.wide": margins["sch.wide"]}
    found = {
        "raked": rake(data, margins, design=by_stratum),
        "post_stratified": post_stratify(data, cells, by=["stype", "awards"], design=by_stratum),
        "raked_with_crossed": rake(data, both, design=by_stratum),
    }
    for figure, weighted in found.items():
        expected = strat[figure]["net"]
        assert net(weighted) == pytest.approx((expected["estimate"], expected["standard_error"]), rel=1e-6), figure
        # survey::rake takes the residuals from the margins with other weights than the final ones.
        by_rake = strat[figure].get("net_by_rake", expected)
        assert net(weighted)[1] == pytest.approx(by_rake["standard_error"], rel=0.01), figure
    expected = clus["post_stratified"]
    weighted = post_stratify(pd.DataFrame(clus["data"]), expected["population"], by="stype", design=by_cluster)
    assert net(weighted) == pytest.approx(tuple(expected["net"].values()), rel=1e-6)


LEVELS = {"a": 3, "b": 4, "c": 2}


@st.composite
def problems(draw):
    """Rows with every combination of levels, so that any margins can be met, and margins."""
    rng = np.random.default_rng(draw(st.integers(0, 10_000)))
    every = pd.MultiIndex.from_product([range(n) for n in LEVELS.values()], names=LEVELS).to_frame(index=False)
    more = every.sample(draw(st.integers(0, 150)), replace=True, random_state=int(rng.integers(1_000)))
    data = pd.concat([every, more], ignore_index=True).assign(w=lambda t: rng.gamma(2, size=len(t)) + 0.05)
    margins = {name: pd.Series(rng.dirichlet(np.full(n, 3.0)) + 0.02) for name, n in LEVELS.items()}
    return data, {name: margin / margin.sum() for name, margin in margins.items()}


@settings(max_examples=50)
@given(problems())
def test_every_margin_is_met_and_each_row_gets_one_factor_for_each_margin(problem):
    data, margins = problem
    weighted = rake(data, margins, weights="w")
    for name, margin in margins.items():
        shares = weighted.data.groupby(name)["weight"].sum() / weighted.weights.sum()
        np.testing.assert_allclose(shares, margin, rtol=1e-9)
    assert weighted.weights.sum() == pytest.approx(data["w"].sum(), rel=1e-12)
    factor = np.log(weighted.weights / data["w"])
    dummies = pd.get_dummies(data[list(LEVELS)].astype("category"), dtype=float).to_numpy()
    explained = dummies @ np.linalg.lstsq(dummies, factor, rcond=None)[0]
    np.testing.assert_allclose(explained, factor, atol=1e-9)


@settings(max_examples=50)
@given(problems(), st.floats(1e-6, 1e6), st.integers(0, 100))
def test_scale_of_the_start_and_order_of_rows_change_nothing(problem, scale, seed):
    data, margins = problem
    found = rake(data, margins, weights="w").weights
    scaled = rake(data.assign(w=scale * data["w"]), margins, weights="w").weights
    np.testing.assert_allclose(scaled, scale * found, rtol=1e-9)
    order = np.random.default_rng(seed).permutation(len(data))
    np.testing.assert_allclose(rake(data.iloc[order], margins, weights="w").weights, found[order], rtol=1e-9)


@settings(max_examples=50)
@given(problems())
def test_weights_that_meet_the_margins_stay_as_they_are(problem):
    data, margins = problem
    once = rake(data, margins, weights="w")
    again = rake(once.data, margins, weights="weight", name="again")
    np.testing.assert_allclose(again.weights, once.weights, rtol=1e-9)
    assert again.rounds == 1


@settings(max_examples=50)
@given(problems())
def test_counts_and_shares_and_a_table_of_the_population_say_the_same(problem):
    data, _ = problem
    population = data.sample(500, replace=True, random_state=1)
    population = pd.concat([population, data], ignore_index=True)
    counts = {name: population[name].value_counts() for name in LEVELS}
    of_table = rake(data, population, by=list(LEVELS))
    of_counts = rake(data, counts)
    of_shares = rake(data, {name: count / len(population) for name, count in counts.items()})
    np.testing.assert_allclose(of_counts.weights, of_table.weights, rtol=1e-9)
    np.testing.assert_allclose(of_shares.weights * len(population) / len(data), of_table.weights, rtol=1e-9)
    assert of_counts.population == len(population)
    assert of_shares.population is None
    assert of_shares.weights.mean() == pytest.approx(1)


@settings(max_examples=25)
@given(problems(), st.floats(1.5, 4))
def test_trimmed_weights_meet_margins_and_limits(problem, largest):
    data, margins = problem
    limits = (0.2, largest)
    try:
        weighted = rake(data, margins, weights="w", trim=limits)
    except ValueError as error:
        assert "trim cannot be kept" in str(error) or "no weights within" in str(error)  # noqa: PT017
        return
    relative = weighted.weights / weighted.weights.mean()
    assert relative.min() >= limits[0] * (1 - 1e-9)
    assert relative.max() <= limits[1] * (1 + 1e-9)
    for name, margin in margins.items():
        shares = weighted.data.groupby(name)["weight"].sum() / weighted.weights.sum()
        np.testing.assert_allclose(shares, margin, rtol=1e-9)


def test_limits_that_bind_nothing_change_nothing_and_those_that_bind_bind():
    rng = np.random.default_rng(1)
    data = pd.DataFrame(
        {"a": rng.choice(["x", "y"], 500, p=[0.8, 0.2]), "b": rng.choice(["u", "v"], 500, p=[0.7, 0.3])}
    )
    margins = {"a": {"x": 0.5, "y": 0.5}, "b": {"u": 0.4, "v": 0.6}}
    free = rake(data, margins)
    wide = rake(data, margins, trim=(None, 100))
    np.testing.assert_allclose(wide.weights, free.weights, rtol=1e-9)
    assert wide.at_limits == (0, 0)
    assert free.range[1] > 4
    tight = rake(data, margins, trim=(None, 3.5))
    assert tight.range[1] == pytest.approx(3.5)
    assert tight.at_limits[1] == ((data["a"] == "y") & (data["b"] == "v")).sum()
    assert tight.design_effect < free.design_effect
    assert "Trimmed to 0 to 3.5 times the mean weight: 0 at the least and" in tight.sentence()


def customers() -> pd.DataFrame:
    return pd.DataFrame({"channel": ["phone"] * 18 + ["chat"] * 82, "device": (["pc"] * 3 + ["mobile"] * 2) * 20})


KNOWN = {"channel": {"phone": 0.25, "chat": 0.75}, "device": {"pc": 0.5, "mobile": 0.5}}


def test_the_data_are_copied_and_the_design_says_what_was_done():
    data = customers().assign(agent=lambda t: t.index % 7)
    weighted = rake(data, KNOWN, design=Design(clusters="agent"), name="raked")
    assert weighted.design == Design(weights="raked", clusters="agent", margins=("channel", "device"))
    assert list(data.columns) == ["channel", "device", "agent"]
    assert list(weighted.data.columns) == ["channel", "device", "agent", "raked"]
    np.testing.assert_array_equal(weighted.data["raked"], weighted.weights)
    start = rake(data.assign(w=2.0), KNOWN, design=Design(weights="w"))
    assert start.design.weights == "weight"


def test_a_survey_stays_a_survey_and_notes_the_weights():
    source = Source("answers.csv", "plain", "text", 100)
    survey = Survey(
        customers(), pd.DataFrame({"column": ["channel"], "text": ["How?"]}), pd.DataFrame({"reason": []}), source
    )
    weighted = rake(survey, KNOWN)
    assert isinstance(weighted.data, Survey)
    assert weighted.data.text_of("weight") == "raked to channel, device"
    assert "raked to channel, device, not asked: 'weight'" in weighted.data.source.notes[-1]


def test_the_table_of_levels_and_the_sentence():
    weighted = rake(customers(), KNOWN)
    table = weighted.to_frame().set_index(["margin", "level"])
    assert table.loc[("channel", "phone"), "n"] == 18
    assert table.loc[("channel", "phone"), "share_before"] == pytest.approx(0.18)
    np.testing.assert_allclose(table["share_after"], table["population_share"], rtol=1e-9)
    np.testing.assert_allclose(table["factor"], table["share_after"] / table["share_before"])
    kish = weighted.weights.sum() ** 2 / (weighted.weights**2).sum()
    assert weighted.effective_n == pytest.approx(kish)
    assert f"count as {kish:.0f} equally weighted ones (Kish's design effect {100 / kish:.2f})" in weighted.sentence()
    assert weighted.sentence().startswith("Raked to the population by channel, device: every level is met.")


def test_costly_weights_are_said_to_be():
    data = pd.DataFrame({"a": ["x"] * 97 + ["y"] * 3})
    assert "more than half of the answers" in post_stratify(data, {"x": 0.5, "y": 0.5}, by="a").sentence()


def test_levels_from_the_data_are_text_in_html():
    data = pd.DataFrame({"a": ["<b>x</b>", "y"] * 5})
    html = post_stratify(data, {"<b>x</b>": 0.3, "y": 0.7}, by="a")._repr_html_()
    assert "<b>x" not in html
    assert "&lt;b&gt;x" in html


def test_numbers_and_their_texts_are_one_level():
    data = pd.DataFrame({"a": [1.0, 2.0, 2.0, 1.0, 1.0]})
    by_text = post_stratify(data, {"1": 0.5, "2": 0.5}, by="a").weights
    np.testing.assert_allclose(post_stratify(data, {1: 0.5, 2: 0.5}, by="a").weights, by_text)
    np.testing.assert_allclose(post_stratify(data.astype("category"), {1: 0.5, 2: 0.5}, by="a").weights, by_text)


def test_rows_without_a_value_are_set_aside_on_request_and_counted_by_nothing():
    data = customers().assign(ces=[5, 3] * 50)
    data.loc[[0, 1, 2], "channel"] = None
    message = r"'channel' is empty in 3 of 100 rows.*missing='set aside'"
    with pytest.raises(ValueError, match=message):
        rake(data, KNOWN)
    weighted = rake(data, KNOWN, missing="set aside")
    assert weighted.set_aside == 3
    assert np.isnan(weighted.weights[:3]).all()
    assert weighted.n == 97
    assert "3 respondents without a value in a margin or a weight were set aside." in weighted.sentence()
    counted = cx.tally(weighted.data, "ces", scale="ces-2.0", design=Design(weights="weight"))
    assert counted.n.tolist() == [97]


def test_missing_in_the_table_of_the_population_is_refused_or_set_aside_too():
    population = customers()
    population.loc[0, "channel"] = None
    with pytest.raises(
        ValueError, match=r"population needs a value in every margin; 'channel' is empty in 1 of 100 rows"
    ):
        post_stratify(customers(), population, by="channel")
    weighted = rake(customers(), population, by=["channel", "device"], missing="set aside")
    assert weighted.population == 99
    assert "1 row of the population without a value in a margin was set aside." in weighted.sentence()


def test_a_weight_of_zero_stays_and_a_missing_one_is_refused():
    data = customers().assign(w=1.0)
    data.loc[0, "w"] = 0.0
    assert rake(data, KNOWN, weights="w").weights[0] == 0
    data.loc[1, "w"] = np.nan
    with pytest.raises(ValueError, match="'w' is empty in 1 of 100 rows"):
        rake(data, KNOWN, weights="w")


@pytest.mark.parametrize(
    ("margins", "message"),
    [
        (
            {"channel": {"phone": 0.2, "chat": 0.7}},
            "sum to 1; those of margin 'channel' sum to 0.9: phone: 0.2, chat: 0.7",
        ),
        (
            {"channel": {"phone": 25, "chat": 75}, "device": {"pc": 60, "mobile": 50}},
            "same total, since they are of one population; got channel shares, device 110",
        ),
        (
            {"channel": {"phone": 250, "chat": 750}, "device": {"pc": 0.5, "mobile": 0.5}},
            "got channel 1,000, device shares. Give the same customers in each, or all as shares",
        ),
        (
            {"channel": {"phone": 25, "chat": 74.9}, "device": {"pc": 50, "mobile": 50}},
            "got channel 99.9, device shares.* These look like rounded percents: give them unrounded",
        ),
        (
            {"channel": {"phone": 20, "chat": 60}},
            r"as many customers as respondents; margin 'channel' sums to 80 and 100 respondents .*\(percents to 100,",
        ),
        (
            {"channel": {"phone": 0.2, "chat": 0.7, "fax": 0.1}},
            r"no respondent is 'fax' \(10.0 %\), and the population has",
        ),
        ({"channel": {"chat": 1.0}}, r"the population has no 'phone' \(18\), and respondents do"),
        ({"channel": {"chat": 1.0, "phone": 0.0}}, r"the population has no 'phone' \(18\)"),
        ({"channel": {"chat": -1, "phone": 3}}, "finite and not negative, and not all zero; got chat: -1, phone: 3"),
        ({"chanel": {"chat": 0.5, "phone": 0.5}}, "column 'chanel' not found; did you mean 'channel'"),
        ({"channel": {"chat": 0.5, None: 0.5}}, "has a level without a value"),
        ({"channel": {"1": 0.5, 1: 0.5}}, "names level '1' twice"),
        ({("channel", "device"): {"chat": 1.0}}, "needs 2 values, one for each column; got 'chat'"),
        ({}, "name one or more different margins"),
        (customers(), r"needs the columns to count: by=\['channel', 'region'\]"),
        (customers().iloc[:0], "needs the columns to count"),
    ],
)
def test_margins_that_cannot_be_used_are_refused(margins, message):
    with pytest.raises(ValueError, match=message):
        rake(customers(), margins)


@pytest.mark.parametrize(
    ("given_settings", "message"),
    [
        ({"name": "channel"}, "column 'channel' exists already"),
        ({"missing": "drop"}, "choice 'drop' not found; choices: refuse, set aside"),
        ({"trim": (2, 3)}, r"below and above 1, .*as \(0.3, 3\).*; got \(2, 3\)"),
        ({"trim": (None, 1.2)}, "'phone' in margin 'channel' need a weight of 1.39 times the mean on average"),
        ({"weights": "channel"}, "weights must be numbers; column 'channel' is str"),
        ({"weights": "v", "design": Design(weights="w")}, "must be one column; got 'v' and a design with 'w'"),
        ({"by": "channel"}, "leave out by"),
    ],
)
def test_settings_that_cannot_be_used_are_refused(given_settings, message):
    with pytest.raises(ValueError, match=message):
        rake(customers(), KNOWN, **given_settings)


def test_percents_are_shares():
    data = pd.concat([customers()] * 4, ignore_index=True)
    percents = {name: {level: 100 * share for level, share in known.items()} for name, known in KNOWN.items()}
    of_shares, of_percents = rake(data, KNOWN), rake(data, percents)
    assert of_percents.population is None
    np.testing.assert_allclose(of_percents.weights, of_shares.weights, rtol=1e-9)
    mixed = rake(data, {"channel": percents["channel"], "device": KNOWN["device"]})
    np.testing.assert_allclose(mixed.weights, of_shares.weights, rtol=1e-9)


def test_a_table_of_a_hundred_customers_is_no_table_of_percents():
    assert rake(customers().head(50), customers(), by="channel").population == 100
    with pytest.raises(ValueError, match="sums to 100 and 400 respondents take part"):
        rake(pd.concat([customers()] * 4), customers(), by="channel")


@pytest.mark.parametrize("trim", [3, (3,), (0.3, 3, 5), "3"])
def test_limits_that_are_no_pair_are_refused(trim):
    with pytest.raises(TypeError, match=r"trim must be a pair, the least and the largest weight, .*\(None, 3\); got"):
        rake(customers(), KNOWN, trim=trim)


def test_other_tables_and_margins_are_refused_by_type():
    with pytest.raises(TypeError, match="must be a Survey or a pandas DataFrame; got builtins.dict"):
        rake({"channel": ["phone"]}, KNOWN)
    with pytest.raises(TypeError, match="must be a mapping or a pandas Series from level to share or count; got list"):
        rake(customers(), {"channel": [0.5, 0.5]})


def test_margins_that_no_weights_meet_are_an_error_that_names_the_level():
    data = pd.DataFrame({"a": ["x", "x", "y"], "b": ["u", "u", "v"]})
    with pytest.raises(
        ValueError, match=r"no weights were found that meet all margins.*'[xy]' in margin 'a' should be"
    ):
        rake(data, {"a": {"x": 0.5, "y": 0.5}, "b": {"u": 0.4, "v": 0.6}})


def test_many_levels_with_few_combinations_need_no_table_of_all_of_them():
    rng = np.random.default_rng(3)
    data = pd.DataFrame({f"m{k}": rng.integers(0, 2, 400) for k in range(30)})
    weighted = rake(data, {name: data[name].value_counts(normalize=True) for name in data})
    np.testing.assert_allclose(weighted.weights, 1, rtol=1e-9)


def test_raking_removes_a_known_bias_of_who_answers():
    rng = np.random.default_rng(5)
    n = 10_000
    population = pd.DataFrame({"channel": rng.choice(["web", "phone"], n), "plan": rng.choice(["basic", "pro"], n)})
    easy = 0.35 + 0.3 * (population["channel"] == "web") + 0.15 * (population["plan"] == "pro")
    population["csat"] = np.where(rng.random(n) < easy, 5, 2)
    truth = (population["csat"] == 5).mean()
    readiness = np.exp(-2.5 + 1.2 * (population["channel"] == "web") + 0.6 * (population["plan"] == "pro"))
    raw, raked = [], []
    for _ in range(30):
        answers = population[rng.random(n) < readiness]
        weighted = rake(answers, population, by=["channel", "plan"])
        counted = cx.tally(weighted.data, "csat", scale="csat-5", design=Design(weights="weight"))
        raw.append((answers["csat"] == 5).mean())
        raked.append(float(cx.score(counted, "favourable").estimate[0]))
    error = np.std(raked, ddof=1) / np.sqrt(len(raked))
    assert np.mean(raw) - truth > 0.04
    assert abs(np.mean(raked) - truth) < 3 * error
