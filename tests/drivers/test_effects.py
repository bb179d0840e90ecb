"""Effects: R's survey for average effects under designs; true effects of simulated customers; words and tables."""

import re

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from scipy.stats import false_discovery_control
from statsmodels.stats.multitest import multipletests

from cxstats import Design, read_export
from cxstats.drivers.fitting import fit_drivers
from cxstats.drivers.regression import influence
from cxstats.drivers.terms import Driver
from cxstats.responses.simulate import simulate_checkout, simulate_support
from cxstats.scores.multiplicity import adjusted_p_values

CHECKOUT_FOLLOWS = {
    "account": ["steps", "form_fields", "payment_failed"],
    "device": ["account", "steps", "payment_failed", "one_page"],
    "one_page": "steps",
    "steps": "minutes",
    "form_fields": ["errors", "minutes"],
    "errors": "minutes",
    "payment_failed": "minutes",
    "delivered_late": "returned",
}
SUPPORT_FOLLOWS = {
    "first_contact_resolution": "repeats",
    "repeats": "repeated_oneself",
    "transfers": ["first_contact_resolution", "repeated_oneself"],
    "self_service_tried": "first_contact_resolution",
    "channel": ["waiting_minutes", "transfers", "self_service_tried", "first_contact_resolution"],
    "contact_reason": ["channel", "transfers", "first_contact_resolution"],
    "help_centre": ["self_service_tried", "first_contact_resolution"],
}


def made(n=400, seed=1):
    """Ratings from 1 to 7 with a number, a yes or no, levels and a weight."""
    rng = np.random.default_rng(seed)
    data = pd.DataFrame(
        {
            "steps": rng.poisson(4, n),
            "failed": rng.random(n) < 0.2,
            "channel": rng.choice(["chat", "mail", "phone"], n, p=[0.5, 0.3, 0.2]),
            "w": rng.gamma(2, size=n),
            "customer": rng.integers(0, n // 3, n),
            "region": rng.choice(["north", "south"], n),
        }
    )
    data["minutes"] = data["steps"] + rng.exponential(size=n)
    opinion = 6.5 - 0.25 * data["minutes"] - data["failed"] - 0.5 * (data["channel"] == "phone")
    data["ces"] = np.clip(np.rint(opinion + rng.normal(size=n)), 1, 7)
    return data


def fitted(data, **more):
    given = {"drivers": ["steps", "failed", "channel"], **more}
    return fit_drivers(data, "ces", scale="ces-2.0", **given)


@pytest.mark.parametrize("design", ["weights_clusters", "weights_strata", "weights_strata_clusters"])
def test_effects_under_a_design_agree_with_svyglm(figures, support, design):
    found = figures("regression")["support"][design]
    named = {"weights": "weight", "clusters": "customer", "strata": "contact_reason"}
    model = fit_drivers(
        read_export(support),
        "ces",
        scale="ces-2.0",
        drivers=[Driver("channel", reference="chat"), Driver("language", reference="en"), Driver("seconds", per=10)],
        model="favourable",
        design=Design(**{part: named[part] for part in design.split("_")}),
    )
    table = model.effects().to_frame().set_index("contrast")
    for contrast, case in (("phone", "phone"), ("+10", "ten_seconds")):
        assert table.loc[contrast, "estimate"] == pytest.approx(found[case]["estimate"], rel=1e-7)
        assert table.loc[contrast, "standard_error"] == pytest.approx(found[case]["sampled"], rel=1e-7)
    assert (table["n"].iloc[0], table["degrees_of_freedom"].iloc[0]) == (found["n"], found["degf"])
    line = fit_drivers(
        read_export(support),
        "ces",
        scale="ces-2.0",
        drivers=[Driver("channel", reference="chat"), Driver("language", reference="en"), Driver("seconds", per=10)],
        design=model.design,
    )
    table = line.effects().where(measure="mean").to_frame()
    errors = np.sqrt(np.diag(found["linear"]["covariance"]))[1:]
    expected = np.append(errors[:6], 10 * errors[6])
    slopes = np.append(found["linear"]["coefficients"][1:7], 10 * found["linear"]["coefficients"][7])
    assert table["estimate"].to_numpy() == pytest.approx(slopes, rel=1e-7)
    assert table["standard_error"].to_numpy() == pytest.approx(expected, rel=1e-7)


def test_linear_effects_are_those_of_statsmodels():
    data = made()
    columns = data[["steps", "failed"]].assign(
        mail=data["channel"] == "mail", phone=data["channel"] == "phone", one=1.0
    )
    model = fitted(data, drivers=[Driver("steps", per=2), "failed", "channel"])
    for measure, y in (("mean", data["ces"]), ("favourable", (data["ces"] >= 5).astype(float))):
        other = sm.OLS(y, columns.astype(float)).fit(cov_type="HC3", use_t=True)
        table = model.effects().where(measure=measure).to_frame()
        scale = np.array([2, 1, 1, 1])
        assert table["estimate"].to_numpy() == pytest.approx(other.params.to_numpy()[:4] * scale, rel=1e-9)
        limits = other.conf_int().to_numpy()[:4] * scale[:, None]
        assert table[["low", "high"]].to_numpy() == pytest.approx(limits, rel=1e-9)
        assert table["p_value"].to_numpy() == pytest.approx(other.pvalues.to_numpy()[:4], rel=1e-7, abs=1e-12)
    tests = model.tests().set_index(["driver", "measure"])
    other = sm.OLS(data["ces"], columns.astype(float)).fit(cov_type="HC3", use_t=True)
    joint = other.f_test(np.eye(5)[2:4])
    assert tests.loc[("channel", "mean"), "statistic"] == pytest.approx(float(joint.fvalue), rel=1e-9)
    assert tests.loc[("channel", "mean"), "p_value"] == pytest.approx(float(joint.pvalue), rel=1e-7)
    assert model.r_squared == pytest.approx(other.rsquared, rel=1e-12)


def test_one_more_step_on_the_log_odds_is_a_step_for_every_customer():
    data = made()
    model = fitted(data, model="favourable")
    effect = model.effects().where(driver="steps").to_frame().iloc[0]
    slopes, x = model.full.fits["favourable"].coefficients, model.x.copy()
    x[:, 1] += 1
    after = 1 / (1 + np.exp(-x @ slopes))
    assert effect["estimate"] == pytest.approx(float((after - model.full.fits["favourable"].fitted).mean()), rel=1e-10)
    assert model.measures == ("favourable",)


def test_in_a_table_of_two_groups_the_effect_is_the_difference_of_shares():
    counts = {(0, 0): 30, (0, 1): 70, (1, 0): 60, (1, 1): 40}
    rows = [(group, 6 if good else 2) for (group, good), n in counts.items() for _ in range(n)]
    data = pd.DataFrame(rows, columns=["group", "ces"])
    for model in ("linear", "favourable"):
        found = fit_drivers(data, "ces", scale="ces-2.0", drivers=["group"], model=model)
        share = found.effects().where(measure="favourable").to_frame().iloc[0]
        assert share["estimate"] == pytest.approx(0.4 - 0.7, abs=1e-9)
    # Without HC3's correction the error is that of two independent shares.
    assert share["standard_error"] == pytest.approx(np.sqrt(0.7 * 0.3 / 100 + 0.4 * 0.6 / 100), rel=1e-9)


def test_total_effects_leave_consequences_out_and_direct_ones_hold_them():
    data = made(2_000)
    model = fitted(data, drivers=["steps", "failed"], mediators=["minutes"])
    table = model.effects().where(measure="mean").to_frame().set_index(["driver", "effect"])
    alone, both = fitted(data, drivers=["steps", "failed"]), fitted(data, drivers=["steps", "failed", "minutes"])
    for kind, other in (("total", alone), ("direct", both)):
        expected = other.effects().where(driver="steps", measure="mean").to_frame()["estimate"].iloc[0]
        assert table.loc[("steps", kind), "estimate"] == pytest.approx(expected, rel=1e-9)
    # The graph: -0.25 points a minute, a minute a step, nothing besides.
    assert table.loc[("steps", "total"), "low"] < -0.25 < table.loc[("steps", "total"), "high"]
    assert table.loc[("steps", "direct"), "low"] < 0 < table.loc[("steps", "direct"), "high"]
    # Only steps have minutes among their consequences here: one more model, and minutes are held for failed.
    mapped = fitted(data, drivers=["steps", "failed", "minutes"], mediators={"steps": "minutes"})
    assert len(mapped.adjusted) == 2
    table = mapped.effects().to_frame().set_index(["driver", "effect", "measure"])["estimate"]
    assert table["failed", "total", "mean"] == table["failed", "direct", "mean"]
    assert table["steps", "total", "mean"] != table["steps", "direct", "mean"]


def near(table, truths, drivers, *, within):
    """Compare with published effects of interventions, in standard errors of the two and a share of the effect."""
    for driver, change, kind, measure in drivers:
        row = table[(table["driver"] == driver) & (table["effect"] == kind) & (table["measure"] == measure)]
        row = row[row["contrast"] == change[0]].iloc[0]
        name = "guest" if driver == "account" else driver
        at = (truths["driver"] == name) & (truths["change"] == change[1]) & (truths["effect"] == kind)
        truth = truths[at & (truths["measure"] == measure) & (truths["rating"] == "ces")].iloc[0]
        error = np.hypot(row["standard_error"], truth["simulation_error"])
        gap = abs(row["estimate"] - truth["value"])
        assert gap < 4 * error + within * abs(truth["value"]), (driver, kind, measure, row["estimate"], truth["value"])


def truths_of(simulator, support):
    table = pd.read_csv(support.parent / "true_effects.csv")
    return table[table["simulator"] == simulator]


def test_checkout_effects_are_the_true_ones_where_a_line_can_tell(support):
    orders = simulate_checkout(60_000, rng=np.random.default_rng(8))
    drivers = ["steps", "form_fields", "minutes", "errors", "payment_failed", "account", "device", "one_page"]
    model = fit_drivers(
        orders,
        "ces",
        scale="ces-2.0",
        drivers=[*drivers, "delivered_late", "returned"],
        mediators=CHECKOUT_FOLLOWS,
    )
    one, yes = ("+1", "+1"), ("yes", "no -> yes")
    wanted = [
        ("steps", one, "total", "mean"),
        ("form_fields", one, "total", "mean"),
        ("form_fields", one, "direct", "mean"),
        ("minutes", one, "direct", "mean"),
        ("errors", one, "total", "mean"),
        ("payment_failed", yes, "total", "mean"),
        ("payment_failed", yes, "direct", "mean"),
        ("payment_failed", yes, "total", "favourable"),
        ("device", ("laptop", "phone -> laptop"), "total", "mean"),
        ("delivered_late", yes, "total", "mean"),
    ]
    # Effort bends in steps, errors and minutes; a line meets the average of the bend to a tenth.
    near(model.effects().to_frame(), truths_of("checkout", support), wanted, within=0.1)


@pytest.mark.parametrize("kind", ["linear", "favourable"])
def test_support_effects_are_the_true_ones_where_the_model_can_tell(support, kind):
    tickets = simulate_support(20_000, rng=np.random.default_rng(8))
    model = fit_drivers(
        tickets,
        "ces",
        scale="ces-2.0",
        drivers=[
            *("first_contact_resolution", "repeats", "waiting_minutes", "transfers", "repeated_oneself"),
            *("self_service_tried", Driver("channel", reference="web form"), "contact_reason", "help_centre"),
        ],
        mediators=SUPPORT_FOLLOWS,
        model=kind,
        design=Design(clusters="customer"),
    )
    one, yes, measure = ("+1", "+1"), ("yes", "no -> yes"), "mean" if kind == "linear" else "favourable"
    wanted = [
        ("first_contact_resolution", yes, "total", measure),
        ("transfers", one, "total", measure),
        ("repeated_oneself", yes, "direct", measure),
        ("self_service_tried", yes, "total", measure),
        ("channel", ("phone", "web form -> phone"), "total", measure),
        ("help_centre", yes, "total", measure),
    ]
    near(model.effects().to_frame(), truths_of("support", support), wanted, within=0.05)


def test_the_table_has_always_the_same_columns():
    columns = ["driver", "contrast", "unit", "effect", "measure", "n", "estimate", "standard_error"]
    columns += ["degrees_of_freedom", "low", "high", "p_value"]
    data = made()
    for model in ("linear", "favourable"):
        for more in ({}, {"mediators": ["minutes"]}, {"design": Design(weights="w")}):
            effects = fitted(data, model=model, **more).effects(confidence_level=0.9)
            assert [*effects.to_frame().columns] == columns
    assert [*fitted(data).effects(adjust="holm").to_frame().columns] == [*columns, "p_adjusted"]


def test_p_values_are_adjusted_as_statsmodels_and_scipy_do():
    p = np.random.default_rng(2).random(9) ** 3
    assert adjusted_p_values(p, "holm") == pytest.approx(multipletests(p, method="holm")[1], rel=1e-12)
    assert adjusted_p_values(p, "bh") == pytest.approx(false_discovery_control(p), rel=1e-12)
    table = fitted(made()).effects(adjust="holm").to_frame()
    part = table[table["measure"] == "mean"]
    assert part["p_adjusted"].to_numpy() == pytest.approx(adjusted_p_values(part["p_value"], "holm"))
    with pytest.raises(ValueError, match="adjust must be 'holm', 'bh' or None; got 'bonferroni'"):
        fitted(made()).effects(adjust="bonferroni")


def test_effects_in_words():
    model = fitted(made(), drivers=[Driver("steps", unit="step"), "failed", "channel"])
    row = model.effects().where(driver="steps").to_frame().set_index("measure")
    mean, share = row.loc["mean"], 100 * row.loc["favourable", ["estimate", "low", "high"]]
    first, failed, mail, phone = model.effects().sentences()
    assert first == (
        f"One more step: {mean['estimate']:+.2f} points ({mean['low']:+.2f} to {mean['high']:+.2f}); favourable share "
        f"{share['estimate']:+.1f} percentage points ({share['low']:+.1f} to {share['high']:+.1f})."
    )
    assert failed.startswith("failed yes instead of no: ")
    assert (mail.split(":")[0], phone.split(":")[0]) == (
        "channel mail instead of chat",
        "channel phone instead of chat",
    )
    told = fitted(made(), drivers=["steps"], mediators=["minutes"]).effects().sentences()
    assert [said.split(":")[0] for said in told] == ["steps +1, in all", "steps +1, directly"]
    text = model.effects().to_text()
    assert text["change"].tolist()[0] == "one more step"
    assert text["mean score, points"].tolist()[0] == f"{mean['estimate']:+.2f}"
    assert "cause" in model.assumptions
    assert "no driver follows from another" in model.assumptions
    with pytest.raises(ValueError, match="no effect with .* drivers: steps, failed, channel"):
        model.effects().where(driver="stairs")


def test_names_from_the_data_are_escaped():
    data = made().rename(columns={"failed": "<b>failed</b>"})
    html = fitted(data, drivers=["steps", "<b>failed</b>"])._repr_html_()
    assert "<b>failed</b>" not in html
    assert "&lt;b&gt;failed" in html


def test_missing_drivers_are_counted_and_what_each_costs():
    data = made()
    data.loc[:99, "steps"] = np.nan
    data.loc[90:119, "channel"] = None
    data.loc[200:209, "ces"] = np.nan
    data.loc[210, "ces"] = 9
    data.loc[300:309, "w"] = 0
    model = fitted(data, design=Design(weights="w"))
    reasons = dict(model.used.reasons.itertuples(index=False))
    assert reasons == {
        "used": 259,
        "no answer": 10,
        "answer that cannot be placed on the scale": 1,
        "no weight": 10,
        "a driver is missing": 120,
    }
    costs = model.used.costs.set_index("driver")
    assert costs["missing"].to_dict() == {"steps": 100, "failed": 0, "channel": 30}
    assert costs["lost_alone"].to_dict() == {"steps": 90, "failed": 0, "channel": 20}
    assert model.notes[0].startswith("259 of 400 rows are used (")
    assert "steps is missing in 100 answers (26.4 %); without it 90 rows would come back." in model.notes
    same = fitted(data.iloc[model.used.rows], design=Design(weights="w")).effects().to_frame()
    pd.testing.assert_frame_equal(model.effects().to_frame(), same)


def test_a_driver_that_is_mostly_missing_is_pointed_out_and_one_that_is_always_missing_is_refused():
    data = made()
    data.loc[:299, "steps"] = np.nan
    assert "It is mostly missing, and so decides whom the model speaks of." in " ".join(fitted(data).notes)
    with pytest.raises(ValueError, match="no row has all drivers: 'steps' is missing in 400 of the 400 answers"):
        fitted(data.assign(steps=np.nan))


def test_drivers_that_nearly_say_the_same_are_pointed_out_by_name():
    tickets = simulate_support(3_000, rng=np.random.default_rng(1))
    drivers = ["first_contact_resolution", "repeats"]
    (note,) = fit_drivers(tickets, "ces", scale="ces-2.0", drivers=drivers).notes
    assert note.startswith("first_contact_resolution and repeats go together (correlation -0.8")
    assert "first_contact_resolution is an exact function of repeats" in note
    assert "mediators={'first_contact_resolution': ['repeats']}" in note
    told = fit_drivers(
        tickets, "ces", scale="ces-2.0", drivers=drivers, mediators={"first_contact_resolution": "repeats"}
    )
    assert told.notes == ()
    data = made()
    data["sum"] = 3 * data["steps"] + 2 * data["minutes"] + np.random.default_rng(1).normal(0, 4, len(data))
    pointed = " ".join(fitted(data, drivers=["failed", "steps"], controls=["sum", "minutes"]).notes)
    assert "steps is explained to" in pointed


@pytest.mark.parametrize(
    ("change", "more", "message"),
    [
        ({"copy": lambda d: d["steps"]}, {"drivers": ["steps", "copy"]}, "'copy' follows exactly from 'steps'"),
        ({"well": lambda d: ~d["failed"]}, {"drivers": ["failed", "well"]}, "'well' follows exactly from .*'failed'"),
        ({"same": lambda d: 3}, {"drivers": ["steps", "same"]}, "driver 'same' is '3' in all 400 rows that are used"),
        ({"ces": lambda d: 7}, {}, "all 400 answers of 'ces' that are used are 7: nothing to explain"),
        ({"ces": lambda d: np.where(d["failed"], 2, d["ces"].clip(5))}, {"model": "favourable"}, "'failed' separates"),
        ({"ces": lambda d: d["ces"].clip(5)}, {"model": "favourable"}, "needs favourable answers and others"),
        ({}, {"drivers": ["stepz"]}, "column 'stepz' not found; did you mean 'steps'"),
        ({}, {"drivers": ["steps", "steps"]}, "column 'steps' has two roles"),
        ({}, {"controls": ["ces"]}, "column 'ces' has two roles"),
        ({}, {"controls": ["w"], "design": Design(weights="w")}, "column 'w' is the weight"),
        ({}, {"drivers": []}, "drivers must name one column or more"),
        ({}, {"model": "ordinal"}, "model must be 'linear' or 'favourable'; got 'ordinal'"),
        ({"w": lambda d: 0.0}, {"design": Design(weights="w")}, "no row has an answer in column 'ces' and a weight"),
        ({"w": lambda d: -d["w"]}, {"design": Design(weights="w")}, "weights must be finite and not negative"),
        ({"region": lambda d: ["lone", *["rest"] * 399]}, {"design": Design(strata="region")}, "one only in: 'lone'"),
    ],
)
def test_what_cannot_be_fitted_names_the_driver(change, more, message):
    with pytest.raises(ValueError, match=message):
        fitted(made().assign(**change), **more)


def test_more_drivers_than_rows_says_who_loses_most():
    data = made(30)
    data.loc[4:, "minutes"] = np.nan
    with pytest.raises(ValueError, match="got 4 answers with all drivers and 5 columns .* 'minutes' alone loses 26"):
        fitted(data, drivers=["steps", "w", "customer", "minutes"])
    with pytest.raises(TypeError, match="drivers must be a list of columns; got 'steps'"):
        fitted(data, drivers="steps")
    with pytest.raises(TypeError, match=re.escape("design must be a Design(weights=...")):
        fitted(data, design="w")


def test_a_level_of_one_cluster_has_no_interval():
    data = made().assign(only=lambda d: d["customer"] == d["customer"].value_counts().index[0])
    model = fitted(data, drivers=["steps", "only"], design=Design(clusters="customer"))
    table = model.effects().to_frame().set_index("driver")
    assert table.loc["only", "standard_error"].isna().all()
    assert table.loc["steps", "standard_error"].notna().all()
    assert "only: yes is told apart by one cluster only, so that it has no interval." in model.notes
    assert "no interval" in model.effects().sentences()[1]


@pytest.mark.parametrize("engine", ["polars", "pyarrow", "duckdb"])
def test_tables_of_other_engines_give_the_same(engine):
    data = made()
    data.loc[:9, "minutes"] = np.nan
    data["channel"] = data["channel"].mask(data.index < 4, None)
    if engine == "polars":
        table = pytest.importorskip("polars").from_pandas(data)
    elif engine == "pyarrow":
        table = pytest.importorskip("pyarrow").Table.from_pandas(data)
    else:
        table = pytest.importorskip("duckdb").from_df(data)
    drivers = ["steps", "failed", "channel", "minutes"]
    found, expected = (fitted(one, drivers=drivers).effects().to_frame() for one in (table, data))
    pd.testing.assert_frame_equal(found, expected)


def test_what_later_questions_need_is_kept():
    data = made()
    design = Design(weights="w", clusters="customer", strata="region")
    data["customer"] = data["region"] + data["customer"].astype(str)
    model = fitted(data, mediators=["minutes"], design=design)
    assert model.column_names == ("intercept", "steps", "failed", "channel = mail", "channel = phone", "minutes")
    assert model.groups == {"steps": (1,), "failed": (2,), "channel": (3, 4), "minutes": (5,)}
    total = model.fits_for("channel")
    assert total.columns.tolist() == [0, 1, 2, 3, 4]
    assert total.own(model.groups["channel"]).tolist() == [3, 4]
    with pytest.raises(ValueError, match="not in this fit"):
        total.own(model.groups["minutes"])
    with pytest.raises(ValueError, match="driver 'stps' not found; did you mean 'steps'"):
        model.fits_for("stps")
    fit = total.fits["mean"]
    each = influence(fit, model.x[:, total.columns], weights=model.used.weights)
    assert model.covariance_of(each) == pytest.approx(fit.covariance, rel=1e-8)
    assert model.answers("favourable").mean() == pytest.approx((data["ces"] >= 5).mean())


def test_favourable_effects_cover_the_truth_of_the_population():
    rng, hits = np.random.default_rng(5), []
    big = rng.normal(size=400_000)
    truth = float(np.mean(1 / (1 + np.exp(-(1.8 + big))) - 1 / (1 + np.exp(-(0.8 + big)))))
    for _ in range(300):
        x = rng.normal(size=250)
        easy = rng.random(250) < 1 / (1 + np.exp(-(0.8 + x)))
        data = pd.DataFrame({"x": x, "ces": np.where(easy, 6, 2)})
        model = fit_drivers(data, "ces", scale="ces-2.0", drivers=["x"], model="favourable")
        row = model.effects().to_frame().iloc[0]
        hits.append(row["low"] <= truth <= row["high"])
    assert np.mean(hits) == pytest.approx(0.95, abs=0.035)
