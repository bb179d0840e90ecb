"""Importance end to end: relaimpo's bootstrap, copies, constants, too few answers, weights, words, coverage."""

import itertools

import numpy as np
import pandas as pd
import pytest
from scipy.stats import binom

from cxstats.drivers import importance
from cxstats.drivers.fitting import fit_drivers
from cxstats.drivers.importance import driver_importance, importance_of
from cxstats.drivers.importance_limits import rank_limits, share_first, wider_limits
from cxstats.drivers.subsets import shapley_r2
from cxstats.responses.simulate import simulate_checkout


def made(n=300, seed=1):
    rng = np.random.default_rng(seed)
    steps = rng.integers(2, 9, size=n)
    table = pd.DataFrame(
        {
            "steps": steps,
            "fields": 2 * steps + rng.integers(0, 10, size=n),
            "channel": rng.choice(["phone", "web", "chat"], size=n),
            "guest": rng.random(n) < 0.4,
        }
    )
    return table, 0.5 * steps + 0.8 * (table["channel"] == "phone") + rng.normal(size=n)


def test_relaimpo_with_its_bootstrap(figures):
    """boot.relimp(b = 1000) and percentile limits: within two standard errors of a simulated 2.5 % quantile."""
    published = figures("importance")
    table = pd.DataFrame(published["data"]["swiss"])
    expected = published["figures"]["relimp/boot_swiss"]["expected"]
    found = driver_importance(table[expected["names"]], table["Fertility"], n_resamples=4_000)
    np.testing.assert_allclose(found.estimate, expected["lmg"], atol=1e-10)
    for side, level in (("perc_lower", 0.025), ("perc_upper", 0.975)):
        ours = np.quantile(found.replicates, level, axis=0)
        # Two errors of a quantile are the distance to the quantiles at level +- 2 sqrt(level (1 - level) / R).
        reach = 2 * (level * (1 - level) * (1 / 1_000 + 1 / 4_000)) ** 0.5
        low, high = (np.quantile(found.replicates, np.clip(level + s * reach, 0, 1), axis=0) for s in (-1, 1))
        assert ((low <= expected[side]) & (expected[side] <= high)).sum() >= 4, (ours, expected[side])


def test_a_category_a_yes_no_and_weights_as_base_r(figures):
    figure = figures("lmg")
    table = pd.DataFrame(figure["data"])
    drivers, rest = table[["wt", "hp", "qsec", "cyl"]], {"weights": table["carb"], "n_resamples": 0}
    found = driver_importance(drivers, table["mpg"], **rest)
    np.testing.assert_allclose(found.estimate, list(figure["weighted"].values()), atol=1e-10)
    held = driver_importance(drivers[["wt", "hp", "cyl"]], table["mpg"], controls=table[["qsec"]], **rest)
    np.testing.assert_allclose(held.estimate, list(figure["controlled"].values()), atol=1e-10)


def test_sums_to_r2_and_shares_to_one():
    table, y = made()
    found = driver_importance(table, y)
    design = np.column_stack([np.ones(len(y)), pd.get_dummies(table, drop_first=True).to_numpy(dtype=float)])
    residuals = (y - design @ np.linalg.lstsq(design, y, rcond=None)[0]).to_numpy()
    assert found.r2 == pytest.approx(1 - residuals.var() / y.to_numpy().var(), abs=1e-12)
    for parts in (found.estimate, found.relative_weights):
        assert parts.sum() == pytest.approx(found.r2, abs=1e-12)
    assert found.replicates.min() >= 0
    assert found.share.sum() == pytest.approx(1, abs=1e-12)
    assert found.ranks_first.sum() == pytest.approx(1, abs=1e-12)
    assert ((found.last <= found.estimate + 1e-12) | (found.first <= found.estimate + 1e-12)).all()


def test_table_has_one_row_a_driver_and_limits_around_the_estimate():
    found = driver_importance(*made())
    table = found.to_frame()
    assert table["driver"].tolist() == ["steps", "fields", "channel", "guest"]
    assert (table["low"] <= table["estimate"]).all()
    assert (table["estimate"] <= table["high"]).all()
    assert ((table["rank_low"] <= table["rank"]) & (table["rank"] <= table["rank_high"])).all()
    assert list(table["rank"]) == [1, 2, 3, 4]
    assert list(table.columns) == list(driver_importance(*made(), n_resamples=0).to_frame().columns)


def test_seeded():
    table, y = made()
    one, two, other = (driver_importance(table, y, n_resamples=200, rng=seed).to_frame() for seed in (1, 1, 2))
    pd.testing.assert_frame_equal(one, two)
    assert not one["low"].equals(other["low"])


def test_the_null_driver_is_caught_and_the_others_are_not():
    found = driver_importance(*made(n=600))
    p_values = dict(zip(found.drivers, found.p_values, strict=True))
    assert p_values["steps"] < 0.01
    assert p_values["channel"] < 0.01
    assert min(p_values["fields"], p_values["guest"]) > 0.05
    assert found.share[1] > 0.2, "fields go with steps, so they have importance without adding anything"


def test_a_perfect_copy_shares_equally_and_cannot_be_told_apart():
    table, y = made()
    found = driver_importance(table.assign(copy=table["steps"] * 60.0), y)
    at = [found.drivers.index(name) for name in ("steps", "copy")]
    assert found.estimate[at[0]] == pytest.approx(found.estimate[at[1]], abs=1e-12)
    assert found.relative_weights[at[0]] == pytest.approx(found.relative_weights[at[1]], abs=1e-10)
    assert found.ranks_first[at] == pytest.approx([0.5, 0.5], abs=0.02)
    np.testing.assert_allclose(found.last[at], 0, atol=1e-12)
    assert np.isnan(found.p_values[at]).all()
    assert "cannot tell" in found.to_text().to_string()


def test_a_constant_driver_explains_nothing_and_says_so():
    table, y = made()
    found = driver_importance(table.assign(fixed=0.1, one_level="web"), y)
    assert found.estimate[-2:].tolist() == [0, 0]
    np.testing.assert_allclose(found.estimate[:-2], driver_importance(table, y).estimate, atol=1e-12)
    assert found.notes == (
        "fixed does not vary and can explain nothing.",
        "one_level does not vary and can explain nothing.",
    )
    assert "fixed does not vary" in repr(found)
    assert "fixed does not vary" in found._repr_html_()
    low, high = found.interval()
    assert (low[-2:].tolist(), high[-2:].tolist()) == ([0, 0], [0, 0])


def test_more_drivers_than_answers_explain_everything_and_mean_nothing():
    rng = np.random.default_rng(1)
    found = driver_importance({f"driver {k}": rng.normal(size=8) for k in range(10)}, rng.normal(size=8))
    assert found.r2 == pytest.approx(1, abs=1e-9)
    assert "nothing can be learnt" in found.notes[0]
    assert np.isnan(found.interval()).all()
    assert np.isnan(found.p_values).all()


def test_zero_weights_and_missing_answers_are_left_out_and_counted():
    table, y = made()
    table["steps"] = table["steps"].astype(float).mask(np.arange(300) < 10)
    weights = np.where(np.arange(300) < 15, 0.0, 2.0)
    found = driver_importance(table, y, weights=weights, n_resamples=200)
    plain = driver_importance(table.iloc[15:], y.iloc[15:], n_resamples=200)
    assert (found.n, found.missing, found.weightless) == (285, 10, 5)
    assert "10 rows left out for something missing, 5 of weight zero" in found.base_in_words
    np.testing.assert_allclose(
        found.to_frame().drop(columns="driver"), plain.to_frame().drop(columns="driver"), atol=1e-10
    )


def test_copied_customers_are_no_news_when_they_are_clusters():
    """Every row thrice: as rows the intervals shrink by sqrt(3), as clusters they stay."""
    table, y = made(n=150)
    often = table.loc[np.repeat(np.arange(150), 3)].reset_index(drop=True)
    answers = np.repeat(y.to_numpy(), 3)
    once = driver_importance(table, y, rng=3)
    rows, clustered = (
        driver_importance(often, answers, clusters=c, rng=3) for c in (None, np.repeat(np.arange(150), 3))
    )
    np.testing.assert_allclose(clustered.standard_error, once.standard_error, rtol=1e-9)
    np.testing.assert_allclose(rows.standard_error[0] * 3**0.5, once.standard_error[0], rtol=0.15)


def test_more_than_22_drivers_are_sampled_with_their_error():
    rng = np.random.default_rng(1)
    x = rng.normal(size=(150, 25)) + 0.5 * rng.normal(size=(150, 1))
    y = x[:, 0] + 0.5 * x[:, 1] + rng.normal(size=150)
    found = driver_importance({f"d{k}": x[:, k] for k in range(25)}, y, n_resamples=99)
    assert found.estimate.sum() == pytest.approx(found.r2, abs=1e-12)
    assert 0 < found.sampling_error.max() < 0.01
    assert "orders sampled" in found.base_in_words
    assert found.rank[:2].tolist() == [1, 2]
    low, high = found.interval()
    assert ((low <= found.estimate) & (found.estimate <= high)).all()


def test_sampled_orders_in_resamples_agree_with_all_subsets(monkeypatch):
    table, y = made()
    exact = driver_importance(table, y, n_resamples=300)
    monkeypatch.setattr(importance, "_MOST_SUBSETS", 1)
    sampled = driver_importance(table, y, n_resamples=300)
    np.testing.assert_array_equal(sampled.estimate, exact.estimate)
    np.testing.assert_allclose(sampled.standard_error, exact.standard_error, rtol=0.1)


def test_sentence_and_markup():
    table, y = made(n=600)
    found = driver_importance(table.rename(columns={"steps": "<b>steps</b>"}), y)
    low, high = found.share_interval()
    said = found.sentence()
    assert said.startswith(f"<b>steps</b> explains most: {100 * found.share[0]:.1f} % of what the model explains")
    assert f"({100 * low[0]:.1f} % to {100 * high[0]:.1f} %)" in said
    assert "of resamples" in said
    assert "<b>steps" not in found._repr_html_()
    assert "&lt;b&gt;steps&lt;/b&gt;" in found._repr_html_()
    assert "not thereby cause" in found.base_in_words


def test_an_outcome_that_no_driver_touches():
    x = np.tile([-1.0, 1.0, -1.0, 1.0], 5)
    found = driver_importance({"x": x}, np.tile([1.0, 1.0, 2.0, 2.0], 5), n_resamples=0)
    assert found.sentence() == "No driver explains anything (n = 20)."
    assert found.share.tolist() == [0]


def test_of_a_fitted_model_holds_controls_and_leaves_mediators_out():
    orders = simulate_checkout(800, rng=np.random.default_rng(5))
    model = fit_drivers(
        orders, "ces", scale="ces-2.0", drivers=["steps", "device"], mediators=["minutes"], controls=["form_fields"]
    )
    found = importance_of(model, n_resamples=99)
    columns = model.x[:, [k for name in ("steps", "device") for k in model.groups[name]]]
    held = model.x[:, [0, *model.groups["form_fields"]]]

    def unexplained(design):
        return np.var(model.used.points - design @ np.linalg.lstsq(design, model.used.points, rcond=None)[0])

    beyond = (unexplained(held) - unexplained(np.hstack([held, columns]))) / np.var(model.used.points)
    assert found.drivers == ("steps", "device")
    assert found.estimate.sum() == pytest.approx(beyond, abs=1e-12)
    assert found.n == model.n


def test_copies_tie_in_rank_and_share_the_first_place():
    drawn = np.random.default_rng(1).normal([0.3, 0.1], 0.02, size=(500, 2))[:, [0, 0, 1]]
    low, high = rank_limits(np.array([0.3, 0.3, 0.1]), drawn, 0.95)
    assert (low.tolist(), high.tolist()) == ([1, 1, 3], [2, 2, 3])
    np.testing.assert_allclose(share_first(drawn), [0.5, 0.5, 0])


def test_limits_widen_with_the_level_and_stay_between_0_and_1():
    rng = np.random.default_rng(1)
    replicates, left_out = rng.beta(2, 20, size=(500, 2)), rng.beta(200, 2_000, size=(50, 2))
    pairs = [wider_limits(np.array([0.09, 0.0]), replicates, left_out, confidence_level=c) for c in (0.8, 0.95, 0.999)]
    assert all((a[0] >= b[0]).all() and (a[1] <= b[1]).all() for a, b in itertools.pairwise(pairs))
    assert pairs[-1].min() >= 0
    assert pairs[-1].max() <= 1


@pytest.mark.parametrize("errors", ["equal", "unequal"])
def test_intervals_cover_drivers_with_five_percent_of_r2(errors):
    """Skewed drivers correlated at .5, 200 answers: 90 % or more, as far as 200 replicates tell (99.9 %)."""
    p, n, replicates = 5, 200, 200
    correlation = np.full((p, p), 0.5) + 0.5 * np.eye(p)
    slopes = np.array([1.0, 0.7, -0.5, 0.4, 0.0])
    noise = float(slopes @ correlation @ slopes) * 2.0
    # E(|g| + 0.3)^2 for a standardised exponential g, whose mean absolute value is 2 / e.
    inflation = 1.09 + 0.6 * 2 / np.e if errors == "unequal" else 1.0
    truth = np.block(
        [[correlation, (correlation @ slopes)[:, None]], [correlation @ slopes, np.array([noise * (0.5 + inflation)])]]
    )
    expected = shapley_r2(truth)
    counted = expected >= 0.05 * expected.sum()
    assert counted.sum() >= 4
    rng = np.random.default_rng(7)
    covered = np.zeros(p)
    for seed in range(replicates):
        g = rng.exponential(size=(n, p)) - 1
        x = g @ np.linalg.cholesky(correlation).T
        spread = np.abs(g[:, 0]) + 0.3 if errors == "unequal" else 1.0
        y = x @ slopes + noise**0.5 * spread * rng.normal(size=n)
        used = importance.driver_columns({str(k): x[:, k] for k in range(p)}, y)
        estimate = shapley_r2(used.covariance)
        drawn, left_out = importance._replicates(used, estimate, 199, seed)
        low, high = wider_limits(estimate, drawn, left_out, confidence_level=0.95)
        covered += (low <= expected) & (expected <= high)
    assert covered[counted].min() >= binom.ppf(0.001, replicates, 0.90)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"x": {}}, "at least one driver"),
        ({"x": {"a": [1.0, 2.0]}}, "a must have one row for each of the 6 outcomes; got 2"),
        ({"x": {"a": [1.0, 2.0, np.inf, 1.0, 2.0, 3.0]}}, "finite; 1 values are not"),
        ({"y": [1.0] * 6}, "outcome must vary"),
        ({"y": [1.0, 2.0] + [np.nan] * 4}, "at least 3 complete rows are needed; got 2 of 6"),
        ({"weights": [0.0] * 6}, "some must be positive"),
        ({"weights": [-1.0] + [1.0] * 5}, "not be negative"),
        ({"weights": [1.0]}, "weights must have one row for each"),
        ({"clusters": ["a"] * 6}, "clusters must be at least two"),
        ({"n_resamples": 50}, "0 or at least 99; got 50"),
        ({"confidence_level": 95}, "confidence_level"),
    ],
)
def test_refuses(change, message):
    given = {"x": {"a": [1.0, 2.0, 4.0, 1.0, 2.0, 3.0]}, "y": [1.0, 3.0, 2.0, 5.0, 4.0, 6.0], **change}
    with pytest.raises(ValueError, match=message):
        driver_importance(given.pop("x"), given.pop("y"), **given)
