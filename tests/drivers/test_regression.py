"""Regression: R's lm, sandwich, glm and survey; statsmodels; what cannot be fitted says why."""

import re

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.special import stdtrit

from cxstats import Design, fit_drivers, read_export
from cxstats.drivers.regression import influence, least_squares, logistic
from cxstats.drivers.sampling import require_known_design, sampling_units

SWISS = ("Agriculture", "Examination", "Education", "Catholic", "Infant.Mortality")
LEVELS = {"channel": ("e-mail", "phone", "web form"), "language": ("nl", "ro", "zh")}
ODDS = ("Agriculture", "Catholic", "Infant.Mortality")


@pytest.fixture
def r(figures):
    return figures("regression")


def table_of(r):
    return pd.DataFrame(r["data"])


def with_intercept(table, names):
    return np.column_stack([np.ones(len(table)), table[list(names)].to_numpy(dtype=float)])


def agrees(fit, figures, rel=1e-8):
    assert fit.coefficients == pytest.approx(np.array(figures["coefficients"]), rel=rel)
    expected = np.array(figures["covariance"])
    size = np.sqrt(np.outer(np.diag(expected), np.diag(expected)))
    assert fit.covariance / size == pytest.approx(expected / size, abs=rel)


def test_least_squares_agrees_with_lm_and_sandwich(r):
    data, found = table_of(r), r["swiss"]
    x, y = with_intercept(data, SWISS), data["Fertility"].to_numpy()
    plain = least_squares(x, y)
    agrees(plain, found["hc3"])
    assert plain.leverage == pytest.approx(np.array(found["hc3"]["leverage"]), rel=1e-10)
    assert (plain.kind, plain.degrees_of_freedom) == ("HC3", 47 - 6)
    weighted = least_squares(x, y, weights=data["w"].to_numpy(dtype=float))
    agrees(weighted, found["weighted_hc3"])
    assert weighted.leverage == pytest.approx(np.array(found["weighted_hc3"]["leverage"]), rel=1e-10)
    clustered = least_squares(x, y, clusters=data["cluster"])
    agrees(clustered, found["clustered"])
    assert (clustered.kind, clustered.degrees_of_freedom) == ("clustered", 12 - 1)


def test_published_errors_of_swiss(r):
    # sqrt(diag(sandwich::vcovHC(lm(Fertility ~ ., swiss), "HC3"))), R 4.2.2
    fit = least_squares(with_intercept(table_of(r), SWISS), table_of(r)["Fertility"].to_numpy())
    published = (11.5174170702854, 0.0715968068555594, 0.273378342953843, 0.210120414967705, 0.0327561951479323)
    assert fit.standard_errors[:5] == pytest.approx(published, rel=1e-12)


def test_logistic_agrees_with_glm_and_sandwich(r):
    data, found = table_of(r), r["swiss"]
    x, y = with_intercept(data, ODDS), data["fertile"].to_numpy(dtype=float)
    agrees(logistic(x, y), found["logit"], rel=1e-7)
    agrees(logistic(x, y, weights=data["w"].to_numpy(dtype=float)), found["weighted_logit"], rel=1e-7)


@pytest.mark.parametrize("design", ["weights_clusters", "weights_strata", "weights_strata_clusters"])
def test_a_domain_of_a_design_agrees_with_svyglm(r, support, design):
    found, data = r["support"][design], read_export(support).responses
    rating = pd.to_numeric(data["ces"], errors="coerce").to_numpy(dtype=float)
    dummies = [data[name] == level for name, levels in LEVELS.items() for level in levels]
    x = np.column_stack([np.ones(len(data)), *dummies, data["seconds"]]).astype(float)
    strata = pd.factorize(data["contact_reason"])[0] if "strata" in design else np.zeros(len(data), dtype=int)
    clusters = data["customer"] if "clusters" in design else pd.Series(range(len(data)))
    used = ~np.isnan(rating)
    how = {
        "weights": data["weight"].to_numpy(dtype=float)[used],
        "clusters": clusters[used],
        "strata": strata[used],
        "stratum_sizes": clusters.groupby(strata).nunique().to_numpy(),
    }
    line = least_squares(x[used], rating[used], **how)
    agrees(line, found["linear"])
    assert (used.sum(), line.degrees_of_freedom) == (found["n"], found["degf"])
    agrees(logistic(x[used], (rating[used] >= 5).astype(float), **how), found["logit"], rel=1e-7)


def made(n=200, seed=1):
    rng = np.random.default_rng(seed)
    x = np.column_stack([np.ones(n), rng.normal(3, 1, n), rng.random(n) < 0.3, rng.gamma(2, size=n)])
    return x, x @ [1, 0.5, -1, 0.2] + rng.normal(size=n) * (1 + x[:, 2]), rng.gamma(2, size=n)


def test_agrees_with_statsmodels_under_weights():
    x, y, w = made()
    other = sm.WLS(y, x, weights=w).fit(cov_type="HC3")
    fit = least_squares(x, y, weights=w)
    assert fit.coefficients == pytest.approx(other.params, rel=1e-10)
    assert fit.standard_errors == pytest.approx(other.bse, rel=1e-10)


def test_weights_are_probabilities_and_rows_of_weight_zero_count_nowhere():
    x, y, w = made()
    w[:50] = 0
    all_rows, ten_times, without = (
        least_squares(x, y, weights=w),
        least_squares(x, y, weights=10 * w),
        least_squares(x[50:], y[50:], weights=w[50:]),
    )
    for fit in (ten_times, without):
        assert fit.covariance == pytest.approx(all_rows.covariance, rel=1e-9)
        assert fit.degrees_of_freedom == all_rows.degrees_of_freedom
    assert (all_rows.leverage[:50] == 0).all()
    clusters = np.arange(200) // 4
    pair = [least_squares(x[k:], y[k:], weights=w[k:], clusters=clusters[k:]) for k in (0, 50)]
    assert pair[0].covariance == pytest.approx(pair[1].covariance, rel=1e-9)
    assert pair[0].degrees_of_freedom == pair[1].degrees_of_freedom
    odds = [logistic(x[k:], (y[k:] > 2).astype(float), weights=w[k:]) for k in (0, 50)]
    assert odds[0].covariance == pytest.approx(odds[1].covariance, rel=1e-9)


@pytest.mark.parametrize("model", [least_squares, logistic])
@pytest.mark.parametrize("how", ["plain", "weighted", "clustered"])
def test_influence_sums_to_the_covariance(model, how):
    x, y, w = made()
    y = y if model is least_squares else (y > 2).astype(float)
    given = {"plain": {}, "weighted": {"weights": w}, "clustered": {"weights": w, "clusters": np.arange(200) % 40}}[how]
    fit = model(x, y, **given)
    each = influence(fit, x, weights=given.get("weights"))
    units = sampling_units(200, clusters=np.arange(200) % 40)
    found = units.covariance(each) if how == "clustered" else each.T @ each
    assert found == pytest.approx(fit.covariance, rel=1e-8)


def test_leverage_sums_to_the_columns_and_each_row_its_own_cluster_is_a_stratum_less_sandwich():
    x, y, w = made()
    assert least_squares(x, y, weights=w).leverage.sum() == pytest.approx(4, rel=1e-12)
    assert logistic(x, (y > 2).astype(float), weights=w).leverage.sum() == pytest.approx(4, rel=1e-9)
    own, none = logistic(x, (y > 2).astype(float), clusters=range(200)), logistic(x, (y > 2).astype(float))
    assert own.covariance == pytest.approx(none.covariance * 200 / 199, rel=1e-9)


def test_columns_far_from_zero_lose_no_digits():
    x, y, _ = made()
    far = x.copy()
    far[:, 1] += 1.7e9
    assert least_squares(far, y).coefficients[1:] == pytest.approx(least_squares(x, y).coefficients[1:], rel=1e-6)
    assert least_squares(far, y).residuals == pytest.approx(least_squares(x, y).residuals, abs=1e-6)


def test_a_constant_outcome_is_explained_by_nothing():
    x, _, _ = made()
    fit = least_squares(x, np.full(200, 7.0))
    assert fit.coefficients == pytest.approx([7, 0, 0, 0], abs=1e-12)
    assert fit.standard_errors == pytest.approx(np.zeros(4), abs=1e-12)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda x: np.column_stack([x, x[:, 1]]), "'copy' follows exactly from 'a': one of them has to be left out"),
        (lambda x: np.column_stack([x, 1 - x[:, 2]]), "'copy' follows exactly from 'b'"),
        (lambda x: np.column_stack([x, 2 * x[:, 1] - x[:, 3] + 5]), "'copy' follows exactly from 'a', 'c'"),
        (lambda x: np.column_stack([x, np.full(200, 3)]), "'copy' is constant"),
        (lambda x: np.column_stack([x, np.zeros(200)]), "'copy' is constant"),
        (
            lambda x: np.column_stack([x, np.arange(200) == 7]),
            re.escape("'copy' is determined by a single row (row 7)"),
        ),
        (lambda x: np.column_stack([x, np.where(np.arange(200) == 7, np.nan, 1)]), "must be finite numbers"),
    ],
)
def test_columns_that_cannot_be_told_apart_are_named(change, message):
    x, y, _ = made()
    with pytest.raises(ValueError, match=message):
        least_squares(change(x), y, names=["intercept", "a", "b", "c", "copy"])


def test_what_cannot_be_fitted_is_said():
    x, y, w = made()
    with pytest.raises(ValueError, match="more rows than columns; got 4 rows that count and 4 columns"):
        least_squares(x[:4], y[:4])
    with pytest.raises(ValueError, match="more rows than columns; got 3 rows that count"):
        least_squares(x, y, weights=np.where(np.arange(200) < 3, 1.0, 0.0))
    with pytest.raises(ValueError, match="all weights are zero"):
        least_squares(x, y, weights=np.zeros(200))
    with pytest.raises(ValueError, match="weights must be one number of 0 or more for each of the 200 rows"):
        least_squares(x, y, weights=-w)
    with pytest.raises(ValueError, match=re.escape("x must be of shape (N, P)")):
        least_squares(x, y[:-1])
    with pytest.raises(ValueError, match="names must be one for each of the 4 columns"):
        least_squares(x, y, names=["a"])
    with pytest.raises(ValueError, match="every stratum needs two or more clusters .* 1 have one only"):
        least_squares(x, y, clusters=np.arange(200) % 20, strata=np.arange(200) % 20 == 0)
    with pytest.raises(ValueError, match="clusters must not be missing; 1 of 200"):
        least_squares(x, y, clusters=np.where(np.arange(200) == 3, np.nan, 1))
    with pytest.raises(ValueError, match="answers of a logistic regression must be 0 or 1"):
        logistic(x, y)
    with pytest.raises(ValueError, match="all 200 answers are yes"):
        logistic(x, np.ones(200))


def test_separation_names_the_columns():
    x, y, _ = made()
    names, yes = ["intercept", "a", "b", "c"], (y > 2).astype(float)
    with pytest.raises(ValueError, match="^'a' separates all yes"):
        logistic(x, (x[:, 1] > 3).astype(float), names=names)
    # A level whose answers are all the same separates a part of the answers only.
    with pytest.raises(ValueError, match="^'b' separates"):
        logistic(x, np.where(x[:, 2] == 1, 1.0, yes), names=names)
    with pytest.raises(ValueError, match="^'a', 'c' separate all yes"):
        logistic(x, (x[:, 1] > x[:, 3] + 1.2).astype(float), names=names)
    # Nearly separated is not separated.
    nearly = (x[:, 1] > 3).astype(float)
    nearly[np.argmax(x[:, 1])] = 0
    assert np.isfinite(logistic(x, nearly, names=names).coefficients).all()


def test_a_level_with_all_the_same_answers_as_the_reference_is_separated_by_the_others_together():
    level = np.arange(300) % 3
    x = np.column_stack([np.ones(300), level == 1, level == 2]).astype(float)
    y = np.where(level == 0, 1.0, (np.arange(300) % 2).astype(float))
    with pytest.raises(ValueError, match="'two', 'three' separate"):
        logistic(x, y, names=["intercept", "two", "three"])


def coverage(limits, truth):
    low, high = limits
    return np.mean((low <= truth) & (truth <= high))


@pytest.mark.parametrize("how", ["unequal variances", "weights", "clusters"])
def test_intervals_cover_a_line_with_unequal_variances(how):
    rng, replicates, hits, rejected = np.random.default_rng(11), 600, 0, 0
    for _ in range(replicates):
        n, group = 300, np.repeat(np.arange(100), 3)
        x = np.column_stack([np.ones(n), rng.gamma(2, size=n), rng.random(n) < 0.25, rng.normal(size=n)])
        x[:, 3] += rng.normal(size=100)[group]
        noise = rng.normal(size=n) * (0.5 + 0.5 * x[:, 1]) + (how == "clusters") * rng.normal(size=100)[group]
        y = 5 - 0.5 * x[:, 1] + x[:, 2] + noise
        given = {"weights": rng.choice([1.0, 4.0], n)} if how == "weights" else {}
        given = {"clusters": group} if how == "clusters" else given
        fit = least_squares(x, y, **given)
        half = stdtrit(fit.degrees_of_freedom, 0.975) * fit.standard_errors
        hits += np.abs(fit.coefficients - [5, -0.5, 1, 0]) <= half
        rejected += np.abs(fit.coefficients[3]) > half[3]
    # 600 replicates: 99.9 % of them lie within 3 points of the nominal rate.
    assert hits / replicates == pytest.approx(0.95, abs=0.03)
    assert rejected / replicates == pytest.approx(0.05, abs=0.03)


@pytest.mark.parametrize(
    ("design", "named"),
    [
        (Design("w", population_size=9_000), "population_size"),
        (Design("w", margins="channel"), "margins"),
        (Design("w", "channel", lonely="centre", population_size=9), "population_size and lonely"),
    ],
)
def test_parts_of_a_design_that_models_do_not_know_are_refused(design, named):
    with pytest.raises(ValueError, match=f"weights, strata and clusters into account, and not {named}; leave"):
        require_known_design(design)


def test_fit_drivers_refuses_a_design_that_it_would_leave_out():
    data = pd.DataFrame({"ces": [1, 5, 3, 4] * 10, "minutes": range(40), "w": 1.0, "channel": ["a", "b"] * 20})
    with pytest.raises(ValueError, match="driver models take weights, strata and clusters into account, and not marg"):
        fit_drivers(data, "ces", scale="csat-5", drivers=["minutes"], design=Design("w", margins="channel"))
