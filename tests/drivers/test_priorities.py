"""The map of importance and performance: plain figures, laws of places, known truth, and how sure a place is."""

import numpy as np
import pandas as pd
import pytest

from cxstats import Design
from cxstats.drivers.fitting import fit_drivers
from cxstats.drivers.importance import importance_of
from cxstats.drivers.priorities import priorities
from cxstats.drivers.priority_map import QUADRANTS
from cxstats.responses.scales import Scale
from cxstats.responses.simulate import simulate_support

DRIVERS = ("waited", "failed", "advice", "channel")


def made(n=1_500, seed=1):
    """Waiting matters and is long; advice matters and is good; failing is frequent and matters little."""
    rng = np.random.default_rng(seed)
    data = pd.DataFrame(
        {
            "waited": 20 - rng.gamma(2, 2, n).clip(max=19),
            "failed": rng.random(n) < 0.6,
            "advice": 5 - rng.binomial(4, 0.15, n),
            "channel": rng.choice(["chat", "mail", "phone"], n, p=[0.6, 0.2, 0.2]),
            "w": rng.gamma(2, size=n),
            "customer": rng.integers(0, n // 3, n),
        }
    )
    opinion = 6 - 0.25 * (data["waited"] - 14) + 0.9 * (data["advice"] - 4) - 0.3 * data["failed"]
    data["ces"] = np.clip(np.rint(opinion - 0.4 * (data["channel"] == "phone") + rng.normal(size=n)), 1, 7)
    return data


def fitted(data, **more):
    return fit_drivers(data, "ces", scale="ces-2.0", **{"drivers": list(DRIVERS), **more})


def test_places_are_the_plain_figures():
    data = made()
    model = fitted(data)
    table = priorities(model, ratings={"advice": "csat-5"}).to_frame().set_index("driver")
    shares = importance_of(model, n_resamples=0).share
    assert table["importance"].to_numpy() == pytest.approx(shares, rel=1e-9)
    low, high = np.quantile(data["waited"], [0.05, 0.95])
    assert table.loc["waited", "performance"] == pytest.approx(
        1 - ((data["waited"] - low) / (high - low)).clip(0, 1).mean(), rel=1e-9
    )
    assert table.loc["failed", "performance"] == pytest.approx(1 - data["failed"].mean(), rel=1e-9)
    assert table.loc["advice", "performance"] == pytest.approx((data["advice"] >= 4).mean(), rel=1e-9)
    effects = model.effects().where(driver="channel", measure="mean").to_frame().set_index("contrast")["estimate"]
    by_level = data["channel"].map({"chat": 0.0, **effects.to_dict()})
    assert table.loc["channel", "performance"] == pytest.approx(
        (by_level.mean() - by_level.min()) / (by_level.max() - by_level.min()), rel=1e-9
    )


def test_by_effect_a_place_is_the_total_effect_of_a_standard_deviation():
    data = made()
    data["ready"] = data["waited"] + np.random.default_rng(2).normal(size=len(data))
    model = fitted(data, mediators={"waited": "ready"}, design=Design(weights="w"))
    found = priorities(model, importance="effect").to_frame().set_index("driver")["importance"]
    effects = model.effects().where(effect="total", measure="mean").to_frame().set_index("contrast")["estimate"]
    for driver, contrast in (("waited", "+1"), ("failed", "yes")):
        slope = model.effects().where(driver=driver, effect="total", measure="mean").to_frame()["estimate"].iloc[0]
        around = data[driver] - np.average(data[driver], weights=data["w"])
        expected = abs(slope) * np.sqrt(np.average(around**2, weights=data["w"]))
        assert found[driver] == pytest.approx(expected, rel=1e-8), contrast
    by_level = data["channel"].map({"chat": 0.0, "mail": effects["mail"], "phone": effects["phone"]})
    around = by_level - np.average(by_level, weights=data["w"])
    assert found["channel"] == pytest.approx(np.sqrt(np.average(around**2, weights=data["w"])), rel=1e-8)


def test_what_was_built_in_is_found():
    found = priorities(fitted(made()))
    assert dict(zip(found.drivers, found.quadrant, strict=True)) == {
        "waited": "fix first",
        "failed": "watch",
        "advice": "keep up",
        "channel": "leave",
    }
    sure = found.to_frame().set_index("driver")
    assert found.sentence() == f"Fix first: waited ({100 * sure.loc['waited', 'fix_first']:.0f} % sure)."
    text = found.to_text()
    assert text["what to do"].tolist() == ["fix first", "keep up", "watch", "leave"]
    assert text["sure"].tolist()[0] == f"{100 * sure.loc['waited', 'fix_first']:.0f} %"


@pytest.mark.parametrize("lines", ["mean", "median"])
def test_places_fill_the_map(lines):
    found = priorities(fitted(made(300)), lines=lines)
    table = found.to_frame()
    assert found.probabilities.sum(axis=1) == pytest.approx(np.ones(4))
    important, good = found.line
    for driver in table.itertuples():
        expected = QUADRANTS[2 * (driver.importance < important) + (driver.performance >= good)]
        assert driver.quadrant == expected
        assert driver.probability == getattr(driver, expected.replace(" ", "_"))
    assert found.importance.sum() == pytest.approx(1)
    assert found.importance_replicates.sum(axis=1) == pytest.approx(np.ones(399))
    for part in (found.performance, found.performance_replicates):
        assert ((part >= 0) & (part <= 1)).all()
    middle = {"mean": np.mean, "median": np.median}[lines]
    assert found.line == (pytest.approx(middle(found.importance)), pytest.approx(middle(found.performance)))


def test_turning_a_driver_or_the_scale_round_changes_no_place():
    data = made(600)
    first = priorities(fitted(data)).to_frame()
    turned = priorities(fitted(data.assign(waited=-data["waited"], failed=~data["failed"]))).to_frame()
    pd.testing.assert_frame_equal(first, turned, rtol=1e-7)
    effort = data.assign(ces=8 - data["ces"])
    low_is_good = Scale("effort", range(1, 8), "low", (1, 2, 3), (5, 6, 7))
    against = fit_drivers(effort, "ces", scale=low_is_good, drivers=list(DRIVERS))
    pd.testing.assert_frame_equal(first, priorities(against).to_frame(), rtol=1e-7)


def test_intervals_are_as_wide_as_new_samples_differ():
    found = [priorities(fitted(made(500, seed)), n_resamples=199).to_frame() for seed in range(60)]
    for name in ("importance", "performance"):
        seen = np.std([table[name] for table in found], axis=0, ddof=1)
        said = np.mean([table[f"{name}_high"] - table[f"{name}_low"] for table in found], axis=0) / (2 * 1.96)
        # 60 samples know a spread to 9 %. Where the sign of a small effect is in doubt the interval is wider.
        assert said[[0, 2]] == pytest.approx(seen[[0, 2]], rel=0.35), name
        assert (said > 0.65 * seen).all(), name


def test_customers_are_drawn_whole():
    data = made(400)
    thrice = pd.concat([data.assign(customer=np.arange(400))] * 3, ignore_index=True)
    once = priorities(fitted(data)).to_frame()
    whole = priorities(fitted(thrice, design=Design(clusters="customer"))).to_frame()
    columns = [name for name in once.columns if name not in ("driver", "n", "quadrant")]
    assert whole[columns].to_numpy() == pytest.approx(once[columns].to_numpy(), abs=1e-9)
    apart = priorities(fitted(thrice)).to_frame()
    width, narrow = (t["importance_high"] - t["importance_low"] for t in (whole, apart))
    assert (narrow < 0.8 * width).all()


def test_the_favourable_share_and_a_support_desk():
    tickets = simulate_support(4_000, rng=np.random.default_rng(3))
    model = fit_drivers(
        tickets,
        "ces",
        scale="ces-2.0",
        drivers=["first_contact_resolution", "waiting_minutes", "transfers", "self_service_tried"],
        mediators={"transfers": "first_contact_resolution"},
        controls=["channel", "contact_reason"],
        model="favourable",
    )
    found = priorities(model, n_resamples=199)
    table = found.to_frame().set_index("driver")
    assert table["importance"].idxmax() == "first_contact_resolution"
    solved = tickets["first_contact_resolution"].mean()
    assert table.loc["first_contact_resolution", "performance"] == pytest.approx(solved, rel=1e-9)
    again = priorities(model, n_resamples=199)
    pd.testing.assert_frame_equal(found.to_frame(), again.to_frame())
    assert "199 resamples" in found.about


def test_names_are_escaped_and_nothing_to_fix_is_said():
    data = made(400).rename(columns={"waited": "<b>waited</b>"})
    html = priorities(fitted(data, drivers=["<b>waited</b>", "failed"]))._repr_html_()
    assert "<b>waited</b>" not in html
    assert "&lt;b&gt;waited" in html
    rng = np.random.default_rng(4)
    good = pd.DataFrame({"kind": rng.random(500) < 0.9, "late": rng.random(500) < 0.5})
    good["ces"] = np.clip(np.rint(4 + 2 * good["kind"] - 0.1 * good["late"] + rng.normal(size=500)), 1, 7)
    assert priorities(fitted(good, drivers=["kind", "late"])).sentence().startswith("Fix first: no driver is both")


@pytest.mark.parametrize(
    ("more", "message"),
    [
        ({"importance": "size"}, "importance must be 'explained' or 'effect'"),
        ({"lines": "mode"}, "lines must be 'mean' or 'median'"),
        ({"n_resamples": 50}, "n_resamples must be at least 99; got 50"),
        ({"ratings": {"advise": "csat-5"}}, "driver 'advise' not found; did you mean 'advice'"),
        ({"ratings": {"waited": "csat-5"}}, "driver 'waited' must hold points of csat-5"),
        ({"ratings": {"failed": "csat-5"}}, "driver 'failed' must hold points of csat-5"),
    ],
)
def test_what_cannot_be_is_refused(more, message):
    with pytest.raises(ValueError, match=message):
        priorities(fitted(made(300)), **more)


def test_a_map_needs_two_drivers():
    with pytest.raises(ValueError, match="two drivers or more; got waited"):
        priorities(fitted(made(300), drivers=["waited"]))


def test_says_which_value_is_good():
    rng = np.random.default_rng(9)
    data = pd.DataFrame({"late": rng.random(800) < 0.4, "solved": rng.random(800) < 0.5, "waited": rng.random(800)})
    data["help"] = rng.integers(1, 6, 800)
    answers = 4 - data["late"] + data["solved"] - 2 * data["waited"] + 0.3 * data["help"]
    data["ces"] = np.clip(np.rint(answers + rng.normal(size=800)), 1, 7)
    found = priorities(fitted(data, drivers=["late", "solved", "waited", "help"]), ratings={"help": "csat-5"})
    assert found.good_when == ("no", "yes", "low", "favourable")
    shown = found.to_text().set_index("driver")["good when"]
    assert shown.to_dict() == dict(zip(found.drivers, found.good_when, strict=True))
    data["ces"] = 8 - data["ces"]
    turned = priorities(fitted(data, drivers=["late", "solved", "waited"]))
    assert turned.good_when == ("yes", "no", "high")
