"""Sensitivity: published figures, PySensemakr's bounds, and causes made as strong as said and then measured."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import t as student

from cxstats.drivers.fitting import fit_drivers
from cxstats.drivers.leftovers import Leftovers
from cxstats.drivers.robustness import (
    Strength,
    as_strong_as,
    bias,
    e_value,
    e_value_of_limit,
    error_factor,
    robustness_value,
)
from cxstats.drivers.sensitivity import sensitivity


def fitted(data, drivers, **more):
    return fit_drivers(data, "ces", scale="ces-2.0", drivers=drivers, **more)


def made(n=600, seed=1):
    rng = np.random.default_rng(seed)
    data = pd.DataFrame({"steps": rng.poisson(4, n), "age": rng.normal(size=n), "hurry": rng.random(n) < 0.5})
    data["failed"] = rng.random(n) < 0.15 + 0.2 * data["hurry"]
    data["channel"] = rng.choice(["chat", "mail", "phone"], n)
    opinion = 6 - 0.2 * data["steps"] - 1.0 * data["failed"] - 0.5 * data["hurry"] + rng.normal(size=n)
    return data.assign(ces=np.clip(np.rint(opinion), 1, 7), w=rng.gamma(2, size=n))


def test_the_published_figures_of_darfur():
    # Cinelli and Hazlett (2020), table 1: estimate .097, error .023, t 4.18, df 783; R2 2.2 %, RV 13.9 %, at 5 % 7.6 %.
    error, freedom = 0.02325653780981118, 783
    t = 0.09731581928495897 / error
    f, critical = t / freedom**0.5, student.ppf(0.975, freedom - 1) / (freedom - 1) ** 0.5
    assert f**2 / (1 + f**2) == pytest.approx(0.022, abs=0.0005)
    assert robustness_value(f) == pytest.approx(0.139, abs=0.0005)
    assert robustness_value(f, critical) == pytest.approx(0.076, abs=0.0005)
    # One as strong as "female": 12.5 % and .9 %; the effect would be .075, its error .022, its t 3.44.
    cause = Strength(with_driver=0.009164, with_answer=0.124641)
    estimate = error * (t - bias(cause) * freedom**0.5)
    assert estimate == pytest.approx(0.0752, abs=5e-5)
    assert estimate / (error * error_factor(cause, freedom)) == pytest.approx(3.44, abs=0.005)


def test_robustness_and_benchmarks_are_those_of_pysensemakr(figures):
    given = figures("sensitivity")
    model = fitted(pd.DataFrame(given["data"]), ["steps"], controls=["minutes", "age"])
    left = Leftovers.of(model, model.full, "mean")
    stats = given["statistics"]
    partial = left.partial_r2(left.answer, [1], [2, 3])
    assert partial == pytest.approx(stats["r2yd_x"], rel=1e-9)
    found = sensitivity(model).effects[0]
    assert (found.partial_r2, found.robustness) == pytest.approx((stats["r2yd_x"], stats["rv_q"]), rel=1e-9)
    critical = student.ppf(0.975, stats["dof"] - 1) / (stats["dof"] - 1) ** 0.5
    f = np.sqrt(partial / (1 - partial))
    assert robustness_value(f, critical) == pytest.approx(stats["rv_qa"], rel=1e-9)
    # HC3 errors instead of usual ones change only the critical value, by their ratio.
    widened = critical * found.effect.standard_error / stats["se"]
    assert found.robustness_of_limit == pytest.approx(robustness_value(f, widened), rel=1e-9)
    for one in found.benchmarks:
        other = given["bounds"][one.as_strong_as]
        assert one.strength.with_driver == pytest.approx(other["r2dz_x"], rel=1e-8)
        assert one.strength.with_answer == pytest.approx(other["r2yz_dx"], rel=1e-8)
        assert one.estimate == pytest.approx(other["adjusted_estimate"], rel=1e-8)
        assert stats["se"] * error_factor(one.strength, stats["dof"]) == pytest.approx(other["adjusted_se"], rel=1e-8)
    assert [one.as_strong_as for one in found.benchmarks] == ["minutes", "age"]


@given(st.floats(0.01, 3), st.floats(0, 1.5))
def test_a_robustness_value_is_the_least_strength_that_is_enough(f, critical):
    def reached(strength):
        # The worst share of the answer up to the strength, by search.
        with_answer = np.linspace(0, strength, 2_001)
        worst = (np.sqrt(with_answer * strength) + critical * np.sqrt(1 - with_answer)).max()
        return f * np.sqrt(1 - strength) - worst

    found = robustness_value(f, critical)
    if f <= critical:
        assert found == 0
    else:
        assert found == pytest.approx(brentq(reached, 0, 1 - 1e-12), abs=1e-5)


def test_a_cause_that_is_as_strong_as_said_does_what_is_said():
    data = made()
    model = fitted(data, ["steps", "failed"])
    found = sensitivity(model).effects[1]
    for cause in (Strength(0.05, 0.1), Strength(found.robustness, found.robustness)):
        x, y = model.x, model.used.points
        others = x[:, [0, 1]]
        rng = np.random.default_rng(4)

        def leftover(of, given):
            part = of - given @ np.linalg.lstsq(given, of, rcond=None)[0]
            return part / np.linalg.norm(part)

        of_driver = leftover(x[:, 2], others)
        of_answer = leftover(y, x)
        # The part of the hidden cause outside driver and others, with the given correlation with what is left of y.
        rest = leftover(rng.normal(size=len(y)), np.column_stack([x, y]))
        a, b = np.sqrt(cause.with_answer), np.sqrt(1 - cause.with_answer)
        sign = np.sign(found.effect.estimate)
        hidden = np.sqrt(cause.with_driver) * of_driver
        hidden = hidden + np.sqrt(1 - cause.with_driver) * (sign * a * of_answer + b * rest)
        fit = sm.OLS(y, np.column_stack([x, hidden])).fit()
        usual = sm.OLS(y, x).fit()
        unit = abs(found.effect.estimate) / np.sqrt(found.partial_r2 / (1 - found.partial_r2))
        assert fit.params[2] == pytest.approx(found.effect.estimate - sign * bias(cause) * unit, abs=1e-9)
        assert fit.bse[2] == pytest.approx(usual.bse[2] * error_factor(cause, usual.df_resid), rel=1e-9)
    assert fit.params[2] == pytest.approx(0, abs=1e-9)


def test_partial_r2_is_what_regressions_say(figures):
    data = made()
    model = fitted(data, ["steps", "failed"], controls=["channel", "age"])
    found = sensitivity(model).benchmarks().set_index(["driver", "as_strong_as"])
    x = model.x
    groups = {name: list(group) for name, group in model.groups.items()}
    without = [k for k in range(x.shape[1]) if k not in groups["channel"]]

    def off(y, columns):
        return sm.OLS(y, x[:, columns]).fit().ssr

    others = [k for k in without if k != 1]
    driver = 1 - off(x[:, 1], [*others, *groups["channel"]]) / off(x[:, 1], others)
    answer = 1 - off(model.used.points, [*without, *groups["channel"]]) / off(model.used.points, without)
    expected = as_strong_as(driver, answer)
    assert found.loc[("steps", "channel"), "with_driver"] == pytest.approx(expected.with_driver, rel=1e-8)
    assert found.loc[("steps", "channel"), "with_answer"] == pytest.approx(expected.with_answer, rel=1e-8)


def test_e_values_published():
    # VanderWeele and Ding (2017): 3.9 (1.8 to 8.7) has 7.26, its limit 3.0; .80 (.71 to .91) has 1.81 and 1.43.
    assert (round(e_value(3.9), 2), round(e_value_of_limit(1.8, 8.7), 1)) == (7.26, 3.0)
    assert (round(e_value(0.80), 2), round(e_value_of_limit(0.71, 0.91), 2)) == (1.81, 1.43)
    assert e_value_of_limit(0.9, 1.2) == e_value(1) == 1
    with pytest.raises(ValueError, match="above 0; got 0"):
        e_value(0)


@given(st.floats(0.05, 20))
def test_an_e_value_is_the_ratio_whose_joint_bias_is_the_ratio(ratio):
    e = e_value(ratio)
    assert e**2 / (2 * e - 1) == pytest.approx(max(ratio, 1 / ratio), rel=1e-9)


@pytest.mark.parametrize("model", ["linear", "favourable"])
def test_the_ratio_of_shares_of_two_groups_is_that_of_their_table(model):
    counts = {(0, 0): 30, (0, 1): 70, (1, 0): 60, (1, 1): 40}
    rows = [(group, 6 if good else 2) for (group, good), n in counts.items() for _ in range(n)]
    found = sensitivity(fitted(pd.DataFrame(rows, columns=["group", "ces"]), ["group"], model=model)).effects[0]
    assert (found.shares.without, found.shares.with_it) == pytest.approx((0.7, 0.4), abs=1e-9)
    assert found.e_value == pytest.approx(e_value(0.4 / 0.7), rel=1e-8)
    if model == "favourable":
        # Katz and others (1978): the error of a log ratio; HC3 of the linear model is a little wider.
        error = np.sqrt(0.3 / 70 + 0.6 / 40)
        half = student.ppf(0.975, 198) * error
        assert np.log(found.shares.high) == pytest.approx(np.log(0.4 / 0.7) + half, rel=1e-7)
        assert np.isnan(found.robustness)


def test_a_half_explained_driver_leaves_no_room_and_none_is_said():
    assert not as_strong_as(0.5, 0.1).possible
    assert not as_strong_as(0.1, 1.0).possible
    rng = np.random.default_rng(3)
    data = made()
    data["twin"] = data["steps"] + rng.normal(scale=0.5, size=len(data))
    found = sensitivity(fitted(data, ["steps"], controls=["twin"]))
    assert np.isnan(found.effects[0].benchmarks[0].estimate)
    assert "as strong as" not in found.sentences()[0]


def test_words_tables_and_refusals():
    model = fitted(made(), ["steps", "failed", "channel"], controls=["hurry"])
    found = sensitivity(model)
    table = found.to_frame()
    assert table["contrast"].tolist() == ["+1", "yes", "mail", "phone"]
    assert (table["robustness_of_limit"] <= table["robustness"]).all()
    assert (table["e_value"].dropna() >= table["e_value_of_limit"].dropna()).all()
    estimate = table["estimate"].iloc[0]
    assert found.sentences()[0].startswith(f"steps, +1: {estimate:+.2f} points. An unmeasured cause would have to")
    assert "(E-value)" in " ".join(found.sentences())
    assert "holds zero already" in " ".join(found.sentences())
    assert found._repr_html_().count("<li>") == len(found.sentences())
    shares = sensitivity(model, measure="favourable").to_frame()
    assert (shares["measure"] == "favourable").all()
    with pytest.raises(ValueError, match="measure must be one of mean, favourable; got 'share'"):
        sensitivity(model, measure="share")


def test_a_cause_that_leaves_nothing_over_has_no_interval():
    # Nearly all of the answers is explained, so that another cause as strong as an observed one has no room.
    rng = np.random.default_rng(2)
    data = pd.DataFrame({"a": rng.integers(0, 4, 300), "b": rng.integers(0, 3, 300)})
    data["ces"] = 1 + data["a"] + data["b"]
    data.loc[:3, "ces"] += 1
    found = sensitivity(fitted(data, ["a", "b"])).effects[0]
    (other,) = found.benchmarks
    assert not other.strength.possible
    assert np.isnan([other.estimate, other.low, other.high]).all()
    assert not Strength(0.1, 1.0).possible
