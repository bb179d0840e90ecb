"""Effects within segments: statsmodels, tables of shares, the level of the test, and waiting on the phone."""

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from cxstats import Design
from cxstats.drivers.fitting import fit_drivers
from cxstats.drivers.interactions import compare_effects
from cxstats.responses.simulate import simulate_support


def made(n=400, seed=1, extra=0.0):
    rng = np.random.default_rng(seed)
    data = pd.DataFrame({"minutes": rng.exponential(4, n), "failed": rng.random(n) < 0.3})
    data["channel"] = rng.choice(["chat", "mail", "phone"], n, p=[0.5, 0.3, 0.2])
    data["region"] = rng.choice(["north", "south"], n)
    data["customer"] = rng.integers(0, n // 3, n)
    phone = data["channel"] == "phone"
    opinion = 6 - (0.15 + extra * phone) * data["minutes"] - data["failed"] - 0.5 * phone
    data["ces"] = np.clip(np.rint(opinion + rng.normal(size=n) * (0.7 + 0.6 * phone)), 1, 7)
    return data


def fitted(data, drivers=("minutes", "failed"), **more):
    return fit_drivers(data, "ces", scale="ces-2.0", drivers=list(drivers), **{"controls": ["channel"], **more})


def test_effects_and_test_are_those_of_statsmodels():
    data = made(extra=0.3)
    found = compare_effects(fitted(data), "minutes", by="channel")
    names = ["chat", "mail", "phone"]
    inside = np.column_stack([data["channel"] == name for name in names]).astype(float)
    x = np.column_stack([inside, data["failed"].astype(float), inside * data[["minutes"]].to_numpy()])
    other = sm.OLS(data["ces"], x).fit(cov_type="HC3", use_t=True)
    table = found.to_frame()
    assert table["segment"].tolist() == names
    assert table["estimate"].to_numpy() == pytest.approx(other.params.to_numpy()[4:], rel=1e-9)
    assert table["standard_error"].to_numpy() == pytest.approx(other.bse.to_numpy()[4:], rel=1e-9)
    assert table[["low", "high"]].to_numpy() == pytest.approx(other.conf_int().to_numpy()[4:], rel=1e-9)
    assert table["n"].sum() == len(data)
    joint = other.f_test(np.array([[0, 0, 0, 0, -1, 1, 0], [0, 0, 0, 0, -1, 0, 1]]))
    test = found.tests().iloc[0]
    assert (test["statistic"], test["p_value"]) == pytest.approx((float(joint.fvalue), float(joint.pvalue)), rel=1e-7)
    assert "its effect differs between segments of channel" in found.sentences()[0]


def test_segments_from_the_data_are_those_of_the_model():
    data = made()
    within = compare_effects(fitted(data), ["minutes", "failed"], by="channel")
    apart = compare_effects(fitted(data, controls=[]), ["minutes", "failed"], by="channel", data=data)
    assert apart.to_frame()["estimate"].to_numpy() == pytest.approx(within.to_frame()["estimate"].to_numpy(), rel=1e-9)
    tests = within.tests()
    assert tests["p_adjusted"].max() >= tests["p_value"].max()
    assert tests["p_adjusted"].min() == pytest.approx(min(1, 2 * tests["p_value"].min()))


@pytest.mark.parametrize("model", ["linear", "favourable"])
def test_shares_in_a_table_of_eight_cells_are_those_of_the_table(model):
    cells = {("a", 0): (30, 70), ("a", 1): (60, 40), ("b", 0): (20, 80), ("b", 1): (25, 55)}
    rows = [(s, d, 6 if k else 2) for (s, d), pair in cells.items() for k, n in enumerate(pair) for _ in range(n)]
    data = pd.DataFrame(rows, columns=["segment", "failed", "ces"])
    found = compare_effects(
        fitted(data, ["failed"], controls=["segment"], model=model), "failed", by="segment", measure="favourable"
    ).to_frame()
    differences = [0.4 - 0.7, 55 / 80 - 0.8]
    assert found["estimate"].to_numpy() == pytest.approx(np.array(differences), abs=1e-8)
    if model == "favourable":
        errors = [np.sqrt(0.21 / 100 + 0.24 / 100), np.sqrt(0.16 / 100 + 55 / 80 * 25 / 80 / 80)]
        assert found["standard_error"].to_numpy() == pytest.approx(np.array(errors), rel=1e-7)


@pytest.mark.parametrize(("model", "shape"), [("linear", "line"), ("linear", "curve"), ("favourable", "line")])
def test_the_test_has_its_level(model, shape):
    # 400 times no difference, with unequal spread: the exact 99 % interval of 5 % of 400 is 10 to 32.
    alarms = 0
    for seed in range(400):
        data = made(300, seed)
        if model == "favourable":
            # Without a difference on the share there is none to find: the answers do not depend on segments at all.
            data["channel"] = np.random.default_rng(seed).permutation(data["channel"])
        found = compare_effects(fitted(data, ["minutes"], model=model), "minutes", by="channel", shape=shape)
        alarms += found.tests()["p_value"].iloc[0] < 0.05
    assert 8 <= alarms <= 32


def test_waiting_on_the_phone_is_found_with_enough_data():
    found = 0
    for seed in range(10):
        tickets = simulate_support(20_000, rng=np.random.default_rng(seed))
        tickets["waiting"] = np.log1p(tickets["waiting_minutes"] / 4)
        model = fit_drivers(tickets, "ces", scale="ces-2.0", drivers=["waiting"], controls=["channel"])
        compared = compare_effects(model, "waiting", by="channel")
        found += compared.tests()["p_value"].iloc[0] < 0.05
        table = compared.to_frame().set_index("segment")["estimate"]
        assert table["phone"] < table["chat"] < 0
    assert found >= 7


def test_a_bent_effect_that_is_the_same_everywhere_is_no_difference_at_equal_values():
    alarms = {"line": 0, "curve": 0}
    for seed in range(40):
        rng = np.random.default_rng(seed)
        n = 1_000
        segment = rng.choice(["low", "high"], n)
        minutes = rng.exponential(1, n) * np.where(segment == "low", 2.0, 8.0)
        rating = np.clip(np.rint(6 - 0.8 * np.log1p(minutes) + rng.normal(scale=0.7, size=n)), 1, 7)
        data = pd.DataFrame({"minutes": minutes, "segment": segment, "ces": rating})
        model = fitted(data, ["minutes"], controls=["segment"])
        for shape in alarms:
            found = compare_effects(model, "minutes", by="segment", shape=shape)
            alarms[shape] += found.tests()["p_value"].iloc[0] < 0.05
    assert alarms["line"] >= 36
    assert alarms["curve"] <= 7


def test_clusters_and_levels_are_compared():
    data = made(900)
    model = fitted(data, ["channel", "minutes"], controls=["region"], design=Design(clusters="customer"))
    found = compare_effects(model, ["channel", "minutes"], by="region")
    table = found.to_frame()
    assert table["contrast"].tolist() == ["mail", "mail", "phone", "phone", "+1", "+1"]
    assert found.tests()["columns"].tolist() == [2, 1]
    assert (found.tests()["degrees_of_freedom"] == data["customer"].nunique() - 1).all()
    assert "mail, north" in found.sentences()[0]
    assert found._repr_html_().count("<li>") == 2
    assert repr(found).count("\n") == 1


def test_what_cannot_be_compared_is_refused():
    data = made()
    model = fitted(data, mediators={"failed": ["region"]})
    with pytest.raises(ValueError, match="'region' follows from 'failed'"):
        compare_effects(model, "failed", by="region")
    with pytest.raises(ValueError, match="between segments of itself"):
        compare_effects(model, "failed", by="failed")
    with pytest.raises(ValueError, match="'minutes' is a number; segments are levels"):
        compare_effects(model, "failed", by="minutes")
    with pytest.raises(ValueError, match="'customer' is not in the model; give the data"):
        compare_effects(model, "failed", by="customer")
    with pytest.raises(ValueError, match="shape must be 'line' or 'curve'; got 'step'"):
        compare_effects(model, "minutes", by="channel", shape="step")
    with pytest.raises(ValueError, match="at least one|one driver or more; got none"):
        compare_effects(model, [], by="channel")
    with pytest.raises(ValueError, match="must have the rows that the model was fitted to; got 10"):
        compare_effects(model, "minutes", by="customer", data=data.head(10))
    gappy = data.assign(team=["x", None] * 200)
    with pytest.raises(ValueError, match="'team' is missing in 200 of the 400 answers"):
        compare_effects(model, "minutes", by="team", data=gappy)
    data["solved"] = data["failed"] & (data["channel"] != "phone")
    with pytest.raises(ValueError, match="'solved' does not vary .* in segment 'phone'"):
        compare_effects(fitted(data, ["solved"]), "solved", by="channel")


def test_rows_in_another_order_are_refused():
    orders = simulate_support(600, rng=np.random.default_rng(3))
    model = fit_drivers(orders, "ces", scale="ces-2.0", drivers=["waiting_minutes", "transfers"])
    compare_effects(model, "transfers", by="channel", data=orders)
    with pytest.raises(ValueError, match="in the same order; 'waiting_minutes' differs"):
        compare_effects(model, "transfers", by="channel", data=orders.sample(frac=1, random_state=1))
