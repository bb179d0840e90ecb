"""Designs: R's survey package on finite populations, lonely strata, margins, stages and covariance between segments.

Out of scope, though package survey has them: totals, ratios, quantiles, replicate weights and numeric margins.
"""

import numpy as np
import pandas as pd
import pytest

from cxstats import Design, Metric, Scale, score, tally

RATING = Scale("rating", range(1, 6), good="high", favourable=(4, 5), unfavourable=(1, 2))


@pytest.fixture
def schools(figures):
    return {name: pd.DataFrame(columns) for name, columns in figures("designs2")["data"].items()}


WAYS = {
    "strata_fpc": ("strat", "awards", Design("pw", "stype", population_size="fpc")),
    "strata": ("strat", "awards", Design("pw", "stype")),
    "strata_fpc_without_weights": ("strat", "awards", Design(strata="stype", population_size="fpc")),
    "clusters_fpc": ("clus1", "stype", Design("pw", clusters="dnum", population_size=757)),
    "clusters": ("clus1", "stype", Design("pw", clusters="dnum")),
    "two_stages_ultimate": ("clus2", "stype", Design("w", clusters="dnum")),
    "two_stages_ultimate_fpc": ("clus2", "stype", Design("w", clusters="dnum", population_size="fpc1")),
    "lonely_adjust": ("strat", "stype", Design("pw", "county", lonely="centre")),
    "lonely_average": ("strat", "stype", Design("pw", "county", lonely="average")),
    "lonely_remove": ("strat", "stype", Design("pw", "county", lonely="remove")),
    "lonely_certainty": ("strat", "stype", Design("pw", "county", lonely="remove")),
    "lonely_adjust_fpc": ("strat", "stype", Design("pw", "county", population_size=20, lonely="centre")),
    "poststrat_clusters_fpc": (
        "clus1",
        "awards",
        Design("fitted", clusters="dnum", population_size="fpc", margins="stype"),
    ),
    "raked_known": (
        "strat",
        "stype",
        Design("fitted", "stype", population_size="fpc", margins=("size", "awards", "sch.wide")),
    ),
    "raked_clusters_known": ("clus1", "awards", Design("fitted", clusters="dnum", margins=("stype", "size"))),
}


def counted(schools, figure, name):
    data, by, design = WAYS[name]
    table = schools[data]
    if name == "lonely_adjust_fpc":
        table = table[table["cnum"] != 18]
    if "weights" in figure:
        table = table.assign(fitted=figure["weights"])
    return tally(table, "x", scale=RATING, by=by, design=design)


def covariance(found, metric):
    """Covariance between the estimates of the segments, as `Tally.joint` is meant to be used."""
    scores = score(found, metric)
    linear = (np.asarray(scores.metric.values) - scores.estimate[:, None]) / found.totals.sum(axis=1)[:, None]
    return np.einsum("sk,sktl,tl->st", linear, found.joint, linear)


@pytest.mark.parametrize("name", WAYS)
def test_agrees_with_r_survey(schools, figures, name):
    figure = figures("designs2")["found"][name]
    found = counted(schools, figure, name)
    for metric, expected, error in (
        ("mean", "mean", "se"),
        ("favourable", "easy", "easy_se"),
        ("net", "net", "net_se"),
    ):
        whole = score(found, metric).total
        assert whole.estimate[0] == pytest.approx(figure[expected], rel=1e-8)
        assert whole.standard_error[0] == pytest.approx(figure[error], rel=1e-8)
    scores = score(found, "mean")
    assert scores.total.tally.degrees_of_freedom[0] == figure["degf"]
    assert scores.total.design_effect[0] == pytest.approx(figure["deff_replace"], rel=1e-8)
    # R's deff=TRUE compares with sampling without replacement from a population of the sum of the weights.
    share = scores.total.n[0] / figure["sum_of_weights"]
    assert scores.total.design_effect[0] / (1 - share) == pytest.approx(figure["deff"], rel=1e-8)


@pytest.mark.parametrize("name", WAYS)
def test_segments_and_what_is_between_them_agree_with_r_survey(schools, figures, name):
    figure = figures("designs2")["found"][name]
    found, by = counted(schools, figure, name), figure["by"]
    scores = score(found, "mean")
    assert found.segments.iloc[:, 0].tolist() == by["segment"]
    assert scores.estimate == pytest.approx(by["mean"], rel=1e-8)
    if name != "lonely_average":
        assert scores.standard_error == pytest.approx(by["se"], rel=1e-8)
        assert scores.design_effect == pytest.approx(by["deff_replace"], rel=1e-8)
    joint = covariance(found, "mean")
    if "covariance" in by:
        assert joint == pytest.approx(np.array(by["covariance"]), rel=1e-8, abs=1e-12)
    error = np.sqrt(joint[0, 0] + joint[1, 1] - 2 * joint[0, 1])
    assert error == pytest.approx(by["first_two_se"], rel=1e-8)


# -- figures as they were given: package survey over its school samples and a made-up customer survey ----------------


@pytest.fixture
def published(figures):
    return figures("designs_published")


PUBLISHED = {
    "survey/apistrat": ("apistrat", Design("pw", "stype", population_size="fpc")),
    "survey/apiclus1": ("apiclus1", Design("pw", clusters="dnum", population_size="fpc")),
    "survey/apisrs_nofpc": ("apisrs", Design("pw")),
    "survey/apiclus1_poststrat": (
        "apiclus1",
        Design("fitted", clusters="dnum", population_size="fpc", margins="stype"),
    ),
    "survey_cx/weights_only": ("cx_survey", Design("pw")),
    "survey_cx/strata_fpc": ("cx_survey", Design("pw", "stratum", population_size="N_stratum")),
    "survey_cx/psu_only": ("cx_survey", Design("pw", clusters="psu")),
}


def published_table(published, name):
    data, design = PUBLISHED[name]
    table, expected = pd.DataFrame(published["data"][data]), published["entries"][name]["expected"]
    return table.assign(fitted=expected["final_weights"]) if "final_weights" in expected else table, design, expected


def scored(table, column, design, by=(), values=None):
    """Score a column of whole numbers under a design, its mean unless other values of its points are given."""
    points = sorted(set(table[column].dropna().astype(int)))
    scale = Scale("own", points, good="high")
    metric = "mean" if values is None else own_metric([values(point) for point in points])
    return score(tally(table, column, scale=scale, by=by, design=design), metric)


def own_metric(values):
    unit = "share" if set(values) <= {0, 1} else "net"
    return Metric("own", "own", tuple(map(float, values)), unit)


SCHOOLS = [name for name in PUBLISHED if name.startswith("survey/")]
CUSTOMERS = [name for name in PUBLISHED if name.startswith("survey_cx/")]


@pytest.mark.parametrize("name", SCHOOLS)
def test_published_means_of_schools(published, name):
    table, design, expected = published_table(published, name)
    mean, by_type = scored(table, "api00", design), scored(table, "api00", design, by="stype")
    figure = expected["svymean_api00"]
    assert (mean.estimate[0], mean.standard_error[0]) == pytest.approx((figure["est"], figure["se"]), rel=1e-7)
    assert mean.tally.degrees_of_freedom[0] == expected["degf"]
    weights = expected["weights_summary"]
    assert mean.n[0] == weights["n"]
    assert mean.kish_design_effect[0] == pytest.approx(weights["kish_deff"], rel=1e-7)
    effect = mean.design_effect[0]
    assert effect == pytest.approx(expected["svymean_api00_deff_replace"]["deff"], rel=1e-7)
    assert effect / (1 - mean.n[0] / weights["sum"]) == pytest.approx(expected["svymean_api00_deff"]["deff"], rel=1e-7)
    for method, limits in (("t", "confint_t"), ("wald", "confint_normal")):
        interval = mean.interval(method)
        assert (interval.low[0], interval.high[0]) == pytest.approx(tuple(expected[limits]["api00"].values()), rel=1e-7)
    assert by_type.estimate == pytest.approx(expected["svyby_mean"]["api00"], rel=1e-7)
    assert by_type.standard_error == pytest.approx(expected["svyby_mean"]["se"], rel=1e-7)
    if "svyby_covmat" in expected:
        joint = covariance(by_type.tally, "mean")
        given = np.array([[expected["svyby_covmat"][a][b] for b in "EHM"] for a in "EHM"])
        assert joint == pytest.approx(given, rel=1e-7, abs=1e-9)


def like_nps(points):
    return int(points >= 750) - int(points <= 600)


@pytest.mark.parametrize("name", SCHOOLS)
def test_published_nets_and_shares_of_schools(published, name):
    table, design, expected = published_table(published, name)
    net = scored(table, "api00", design, values=like_nps)
    given = expected["nps_like"]
    assert (net.estimate[0], net.standard_error[0]) == pytest.approx((given["est"], given["se"]), rel=1e-7)
    by_type = scored(table, "api00", design, by="stype", values=like_nps)
    segments = expected["svyby_nps"]
    assert by_type.standard_error == pytest.approx(segments["se"], rel=1e-7)
    table["wide"] = (table["sch.wide"] == "Yes").astype(int)
    share = scored(table, "wide", design, values=float)
    for method, limits in (("logit", "ciprop_xlogit"), ("korn-graubard", "ciprop_beta")):
        interval, (low, high) = share.interval(method), expected[limits]["ci"]
        if share.sample.effective_n[0] <= share.sample.limited_n[0]:
            assert (interval.low[0], interval.high[0]) == pytest.approx((low, high), rel=1e-7)
        else:
            # R counts any effective n; here it counts for no more than n (or most_n), so that the interval is wider.
            assert interval.low[0] < low < high < interval.high[0]


@pytest.mark.parametrize("name", CUSTOMERS)
def test_published_scores_of_customers(published, name):
    table, design, expected = published_table(published, name)
    net = scored(table, "cat", design)
    nps = expected["nps"]
    assert (net.estimate[0], net.standard_error[0]) == pytest.approx((nps["est"]["cat"], nps["se"]), rel=1e-7)
    assert net.tally.degrees_of_freedom[0] == expected["degf"]
    assert tuple(limit[0] for limit in (net.interval("t").low, net.interval("t").high)) == pytest.approx(
        tuple(expected["nps_ci_t"]["cat"].values()), rel=1e-7
    )
    share = net.n[0] / net.tally.totals.sum()
    assert net.design_effect[0] / (1 - share) == pytest.approx(expected["nps_deff"], rel=1e-7)
    # Every row has an answer on this question, as the figure counts them.
    assert scored(table, "csat", design).kish_design_effect[0] == pytest.approx(
        expected["weights_summary"]["kish_deff"], rel=1e-7
    )
    for k, error in zip((-1, 0, 1), expected["nps_shares"]["se"], strict=True):
        one = scored(table, "cat", design, values=lambda point, k=k: float(point == k))
        assert one.standard_error[0] == pytest.approx(error, rel=1e-7)
    top = scored(table, "csat", design, values=lambda point: float(point >= 4))
    assert top.standard_error[0] == pytest.approx(expected["csat_top2"]["se"][1], rel=1e-7)
    for method, figure in (("korn-graubard", "csat_top2_beta"), ("logit", "csat_top2_logit")):
        interval = top.interval(method)
        assert (interval.low[0], interval.high[0]) == pytest.approx(tuple(expected[figure]["ci"]), rel=1e-6)


@pytest.mark.parametrize("name", CUSTOMERS)
def test_published_segments_of_customers(published, name):
    table, design, expected = published_table(published, name)
    for column, by, figure in (
        ("cat", ["segment"], "nps_by_segment"),
        ("ces", ["stratum"], "ces_by_stratum"),
        ("csat", ["segment", "age"], "csat_by_two"),
    ):
        found, given = scored(table, column, design, by=by), pd.DataFrame(expected[figure]).set_index(by)
        keys = pd.MultiIndex.from_frame(found.segments) if len(by) > 1 else pd.Index(found.segments[by[0]])
        given = given.loc[keys]
        assert found.estimate == pytest.approx(given[column].to_numpy(), rel=1e-7)
        assert found.standard_error == pytest.approx(given["se"].to_numpy(), rel=1e-7)


# -- margins ---------------------------------------------------------------------------------------------------------


def test_raked_weights_narrow_the_interval_as_r_does(schools, figures, published):
    """R's rake() and calibrate() regress on the margins with other weights than the final ones: a little apart."""
    found = figures("designs2")["found"]
    ours = score(counted(schools, found["raked_known"], "raked_known"), "mean").total.standard_error[0]
    # Without the knowledge that weights were raked the error is 6 % larger.
    assert found["raked_unknown"]["se"] / ours > 1.05
    for other in ("raked_by_rake", "raked_from_base"):
        assert ours == pytest.approx(found[other]["se"], rel=0.02)
    table = pd.DataFrame(published["data"]["apistrat"])
    expected = published["entries"]["survey/apistrat_rake"]["expected"]
    design = Design("fitted", "stype", population_size="fpc", margins=("sch.wide", "comp.imp", "awards"))
    mean = scored(table.assign(fitted=expected["final_weights"]), "api00", design)
    assert mean.estimate[0] == pytest.approx(expected["svymean_api00"]["est"], rel=1e-7)
    assert mean.standard_error[0] == pytest.approx(expected["svymean_api00"]["se"], rel=0.02)
