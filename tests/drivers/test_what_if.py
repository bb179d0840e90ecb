"""What-if: interventions on the simulators' graphs, laws of scenarios, and where the data are left behind."""

from functools import partial

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from cxstats import Design
from cxstats.drivers import what_if as rooms
from cxstats.drivers.fitting import fit_drivers
from cxstats.responses.scales import Scale
from cxstats.responses.simulate import simulate_checkout, simulate_support
from cxstats.responses.simulate.checkout import CHECKOUT
from cxstats.responses.simulate.support import SUPPORT

# Most laws are of the customers at hand; the default counts them as a sample.
what_if = partial(rooms.what_if, customers="these")

SUPPORT_FOLLOWS = {
    "first_contact_resolution": "repeats",
    "repeats": "repeated_oneself",
    "transfers": ["first_contact_resolution", "repeated_oneself"],
    "self_service_tried": "first_contact_resolution",
    "channel": ["waiting_minutes", "transfers", "self_service_tried", "first_contact_resolution"],
}


def made(n=400, seed=1):
    """Ratings from 1 to 7 with a number, a yes or no, levels and a weight."""
    rng = np.random.default_rng(seed)
    data = pd.DataFrame(
        {
            "steps": rng.poisson(4, n),
            "failed": rng.random(n) < 0.2,
            "channel": rng.choice(["chat", "mail", "phone"], n, p=[0.5, 0.3, 0.2]),
            "region": rng.choice(["north", "south"], n),
            "w": rng.gamma(2, size=n),
            "customer": rng.integers(0, n // 3, n),
        }
    )
    data["minutes"] = data["steps"] + rng.exponential(size=n)
    opinion = 6.5 - 0.25 * data["minutes"] - data["failed"] - 0.5 * (data["channel"] == "phone")
    data["ces"] = np.clip(np.rint(opinion + rng.normal(size=n)), 1, 7)
    return data


def fitted(data, **more):
    given = {"drivers": ["steps", "failed", "channel"], **more}
    return fit_drivers(data, "ces", scale="ces-2.0", **given)


def row(found, measure="mean"):
    return found.to_frame().set_index("measure").loc[measure]


def draw_change(graph, n, do, seed):
    """Change of mean and favourable share when the same customers are intervened on."""
    before, after = (graph.draw(n, rng=np.random.default_rng(seed), do=how)["ces"] for how in ({}, do))
    return after.mean() - before.mean(), (after >= 5).mean() - (before >= 5).mean()


def checkout_model(data, model="linear"):
    return fit_drivers(
        data,
        "ces",
        scale="ces-2.0",
        drivers=["form_fields", "payment_failed", "delivered_late"],
        mediators={"form_fields": ["errors", "minutes"], "payment_failed": "minutes", "delivered_late": "returned"},
        controls=["account", "device", "steps"],
        model=model,
    )


@pytest.mark.parametrize("kind", ["linear", "favourable"])
@pytest.mark.parametrize(
    ("changes", "do"),
    [
        ({"payment_failed": 0}, {"payment_failed": lambda x: x & False}),
        ({"form_fields": lambda x: x.clip(upper=11)}, {"form_fields": lambda x: np.minimum(x, 11)}),
        (
            {"delivered_late": 0.0, "payment_failed": 0},
            {"delivered_late": lambda x: x & False, "payment_failed": lambda x: x & False},
        ),
    ],
)  # fmt: skip
def test_checkout_scenarios_are_the_interventions(kind, changes, do):
    model = checkout_model(simulate_checkout(20_000, rng=np.random.default_rng(11)), kind)
    truth = dict(zip(("mean", "favourable"), draw_change(CHECKOUT, 120_000, do, 12), strict=True))
    found = what_if(model, changes, customers="sample")
    for measure in model.measures:
        one = row(found, measure)
        # A bend met by a line, as for effects: within a tenth.
        assert abs(one["estimate"] - truth[measure]) < 4 * one["standard_error"] + 0.1 * abs(truth[measure])


@pytest.mark.parametrize("kind", ["linear", "favourable"])
def test_support_scenarios_are_the_interventions(kind):
    tickets = simulate_support(20_000, rng=np.random.default_rng(11))
    model = fit_drivers(
        tickets,
        "ces",
        scale="ces-2.0",
        drivers=["first_contact_resolution", "waiting_minutes", "transfers", "channel", "self_service_tried"],
        mediators=SUPPORT_FOLLOWS,
        controls=["contact_reason", "help_centre"],
        model=kind,
        design=Design(clusters="customer"),
    )
    luck = np.random.default_rng(3).random(120_000)
    solved = SUPPORT.draw(120_000, rng=np.random.default_rng(12))["first_contact_resolution"].mean()
    helped = (0.80 - solved) / (1 - solved)
    scenarios = [
        ({"transfers": 0}, {"transfers": lambda x: 0 * x}),
        ({"first_contact_resolution": 0.80}, {"first_contact_resolution": lambda x: x | (luck < helped)}),
        ({"channel": "phone"}, {"channel": lambda x: 0 * x + 3}),
    ]
    for changes, do in scenarios:
        truth = dict(zip(("mean", "favourable"), draw_change(SUPPORT, 120_000, do, 12), strict=True))
        found = what_if(model, changes, customers="sample")
        for measure in model.measures:
            one = row(found, measure)
            gap = abs(one["estimate"] - truth[measure])
            assert gap < 4 * one["standard_error"] + 0.08 * abs(truth[measure]), (changes, measure)


def replicate(rng, n=400):
    """Customers of a graph with a mediator whose every arrow is a line."""
    cause = rng.random(n) < 0.4
    steps = rng.uniform(0, 6, n) + cause
    minutes = 0.8 * steps + rng.normal(size=n)
    hidden = 7 - 0.3 * steps - 0.4 * minutes - 0.9 * cause + rng.normal(size=n)
    low, part = np.floor(hidden), hidden - np.floor(hidden)
    # Rounded at random, so that the expected rating is the opinion.
    ces = low + (rng.random(n) < part)
    return pd.DataFrame({"cause": cause, "steps": steps, "minutes": minutes, "ces": np.clip(ces, -4, 14)})


def test_intervals_cover_the_change_by_intervention():
    scale = Scale("wide", points=range(-4, 15), favourable=range(5, 15), good="high")
    covered = {"these": 0, "sample": 0}
    for seed in range(300):
        data = replicate(np.random.default_rng([7, seed]))
        model = fit_drivers(data, "ces", scale=scale, drivers=["cause", "steps"], mediators={"steps": "minutes"})
        cut = (data["steps"].clip(upper=3) - data["steps"]).mean()
        # -0.9 for the cause, -0.62 for a step in all; steps are uniform on (0, 6), or on (1, 7) with the cause.
        truths = {
            "these": -0.9 * (0.1 - data["cause"].mean()) - 0.62 * cut,
            "sample": -0.9 * (0.1 - 0.4) + 0.62 * (0.6 * 9 / 12 + 0.4 * 16 / 12),
        }
        for customers, truth in truths.items():
            changes = {"cause": 0.1, "steps": lambda x: x.clip(upper=3)}
            one = row(what_if(model, changes, customers=customers))
            covered[customers] += one["low"] <= truth <= one["high"]
    # A coverage of 95 % gives 274 to 294 of 300 in 99 % of simulations.
    assert all(274 <= count <= 294 for count in covered.values()), covered


def test_a_linear_change_is_slope_times_gap_and_its_error_that_of_statsmodels():
    data = made()
    found = what_if(fitted(data), {"steps": 3, "failed": 0.1})
    columns = data[["steps", "failed"]].assign(m=data["channel"] == "mail", p=data["channel"] == "phone", one=1.0)
    other = sm.OLS(data["ces"], columns.astype(float)).fit(cov_type="HC3", use_t=True)
    gap = np.array([3 - data["steps"].mean(), 0.1 - data["failed"].mean(), 0, 0, 0])
    test = other.t_test(gap)
    one = row(found)
    assert one["estimate"] == pytest.approx(test.effect.item(), rel=1e-9)
    assert one["standard_error"] == pytest.approx(test.sd.item(), rel=1e-9)
    assert [one["low"], one["high"]] == pytest.approx(test.conf_int()[0], rel=1e-9)
    assert one["now"] == pytest.approx(data["ces"].mean(), rel=1e-12)
    assert one["then"] - one["now"] == pytest.approx(one["estimate"])


@pytest.mark.parametrize("kind", ["linear", "favourable"])
def test_the_error_among_all_customers_is_that_of_resampled_ones(kind):
    data = made(600)
    changes = {"failed": 0.5, "channel": {"chat": 0.8, "mail": 0.2}}
    one = row(what_if(fitted(data, model=kind), changes, customers="sample"), "favourable")
    rng, drawn = np.random.default_rng(5), []
    for _ in range(120):
        again = data.iloc[rng.integers(len(data), size=len(data))]
        drawn.append(row(what_if(fitted(again, model=kind), changes), "favourable")["estimate"])
    # 120 resamples know an error to 6.5 %, HC3 and HC0 differ by 1 %.
    assert one["standard_error"] == pytest.approx(np.std(drawn, ddof=1), rel=0.25)


@pytest.mark.parametrize("kind", ["linear", "favourable"])
@pytest.mark.parametrize("design", [None, Design(weights="w"), Design(weights="w", clusters="customer")])
def test_what_stays_as_it_is_changes_nothing(kind, design):
    data = made()
    weight = data["w"] if design else pd.Series(np.ones(len(data)))
    shares = {k: float(weight[data["channel"] == k].sum() / weight.sum()) for k in ("chat", "mail", "phone")}
    yes = float((weight * data["failed"]).sum() / weight.sum())
    changes = {"failed": yes, "channel": shares, "steps": lambda x: x}
    found = what_if(fitted(data, model=kind, design=design), changes).to_frame()
    assert found["estimate"].abs().max() < 1e-9
    assert found["standard_error"].max() < 1e-9


def test_a_favourable_share_is_averaged_over_customers_after_the_change():
    data = made()
    model = fitted(data, model="favourable")
    x, slopes = model.x, model.full.fits["favourable"].coefficients
    yes, no = x.copy(), x.copy()
    yes[:, 2], no[:, 2] = 1, 0
    chance_yes, chance_no = (1 / (1 + np.exp(-part @ slopes)) for part in (yes, no))
    assert row(what_if(model, {"failed": 1}), "favourable")["then"] == pytest.approx(chance_yes.mean(), rel=1e-10)
    # Half of those at yes leave it, whoever they are.
    was = data["failed"].to_numpy()
    half = np.where(was, (chance_yes + chance_no) / 2, chance_no).mean()
    found = what_if(model, {"failed": was.mean() / 2})
    assert row(found, "favourable")["then"] == pytest.approx(half, rel=1e-10)
    by_level = what_if(model, {"channel": "phone"}).to_frame()["then"]
    by_function = what_if(model, {"channel": lambda x: x.replace({"chat": "phone", "mail": "phone"})}).to_frame()[
        "then"
    ]
    assert by_level.to_numpy() == pytest.approx(by_function.to_numpy(), rel=1e-10)


def test_consequences_move_along_unless_they_are_changed_too():
    data = made(2_000)
    model = fitted(data, drivers=["steps", "failed", "minutes"], mediators={"steps": "minutes"})
    alone = what_if(model, {"steps": lambda x: x - 1})
    assert alone.left_out == {"minutes"}
    total = model.effects().where(driver="steps", effect="total", measure="mean").to_frame()["estimate"].iloc[0]
    assert row(alone)["estimate"] == pytest.approx(-total, rel=1e-9)
    both = what_if(model, {"steps": lambda x: x - 1, "minutes": lambda x: x})
    assert both.left_out == frozenset()
    direct = model.effects().where(driver="steps", effect="direct", measure="mean").to_frame()["estimate"].iloc[0]
    assert row(both)["estimate"] == pytest.approx(-direct, rel=1e-9)
    # Two causes with consequences of their own: a set that the model does not hold.
    data["idle"] = data["failed"] + np.random.default_rng(3).normal(size=len(data))
    two = fitted(data, drivers=["steps", "failed"], mediators={"steps": "minutes", "failed": "idle"})
    joint = what_if(two, {"steps": lambda x: x - 1, "failed": 0})
    assert joint.left_out == {"minutes", "idle"}
    assert joint.left_out not in two.adjusted
    same = what_if(fitted(data, drivers=["steps", "failed"]), {"steps": lambda x: x - 1, "failed": 0})
    pd.testing.assert_frame_equal(joint.to_frame(), same.to_frame())


def test_what_lies_between_two_changed_drivers_is_pointed_out():
    data = made()
    chain = {"steps": "minutes", "minutes": "failed"}
    model = fitted(data, drivers=["steps", "minutes", "failed"], mediators=chain)
    (warned,) = [
        w for w in what_if(model, {"steps": lambda x: x, "failed": 0.2}).warnings if "between" in w or "moves" in w
    ]
    assert warned.startswith("minutes follows from steps and moves failed")
    everything = what_if(model, {"steps": lambda x: x, "minutes": lambda x: x, "failed": lambda x: x})
    assert everything.warnings == ()


def test_in_words():
    model = fitted(made())
    found = what_if(model, {"failed": 0, "channel": "chat"}, confidence_level=0.9)
    mean, share = row(found), 100 * row(found, "favourable")[["now", "then", "estimate", "low", "high"]]
    assert found.changes["failed"].in_words.startswith("failed were yes for 0 % (now 21.")
    assert found.changes["channel"].in_words.startswith("channel were chat for everybody (now ")
    figures = [
        f"ces {mean['now']:.2f} -> {mean['then']:.2f}",
        f"better by {mean['estimate']:.2f} points ({mean['low']:.2f} to {mean['high']:.2f})",
        f"favourable share {share['now']:.1f} % -> {share['then']:.1f} %",
        f"better by {share['estimate']:.1f} percentage points ({share['low']:.1f} to {share['high']:.1f}).",
    ]
    for part in (*figures, *(change.in_words for change in found.changes.values())):
        assert part in found.sentence()
    assert "90 % interval" in found.to_text().columns
    assert found.sentence() in repr(found)
    labelled = what_if(model, {"failed": 0}, label="no payment failed").sentence()
    assert labelled.startswith("If no payment failed: ces ")
    renamed = made().rename(columns={"failed": "<b>"})
    html = what_if(fitted(renamed, drivers=["steps", "<b>"]), {"<b>": 0.1})._repr_html_()
    assert "<b> were" not in html
    assert "&lt;b&gt; were yes" in html


@pytest.mark.parametrize(
    ("changes", "error", "message"),
    [
        ({}, ValueError, "changes must name one driver or more"),
        ({"stepz": 1}, ValueError, "driver 'stepz' not found; did you mean 'steps'"),
        ({"region": "north"}, ValueError, "'region' is a control"),
        ({"minutes": 2}, ValueError, "'minutes' is a mediator"),
        ({"failed": 80}, ValueError, "give the share of yes, 0 to 1; got 80"),
        ({"steps": "few"}, TypeError, "'steps' is number: give a number"),
        ({"steps": float("nan")}, ValueError, "a number must be finite"),
        ({"channel": 0.5}, TypeError, "'channel' has levels: give one"),
        ({"channel": "fone"}, ValueError, "level 'fone' not found; did you mean 'phone'"),
        ({"channel": {"phone": 0.5}}, ValueError, "shares must be 0 or more and add up to 1"),
        ({"steps": lambda x: x.head()}, ValueError, "the function must return a Series of 400 values"),
        ({"steps": lambda x: x / 0 * 0}, ValueError, "must hold finite numbers"),
    ],
)
def test_what_cannot_be_is_refused(changes, error, message):
    model = fitted(made(), mediators=["minutes"], controls=["region"])
    with pytest.raises(error, match=message):
        what_if(model, changes)
    with pytest.raises(ValueError, match="customers must be 'these' or 'sample'"):
        what_if(model, {"steps": 3}, customers="all")


def test_customers_are_a_sample_unless_said_otherwise():
    orders = simulate_checkout(2_000, rng=np.random.default_rng(3))
    model = fit_drivers(orders, "ces", scale="ces-2.0", drivers=["payment_failed", "steps"])
    default, sample, these = (
        one.to_frame()["standard_error"][0]
        for one in (
            rooms.what_if(model, {"payment_failed": 0}),
            rooms.what_if(model, {"payment_failed": 0}, customers="sample"),
            rooms.what_if(model, {"payment_failed": 0}, customers="these"),
        )
    )
    assert default == sample > these


def test_better_and_worse_follow_the_scale():
    data = made()
    data["effort"] = 8 - data["ces"]
    hassle = Scale("hassle-7", range(1, 8), good="low", favourable=(1, 2, 3), unfavourable=(5, 6, 7), measures="effort")
    easy = what_if(fitted(data, drivers=["failed"]), {"failed": 0})
    hard = what_if(fit_drivers(data, "effort", scale=hassle, drivers=["failed"]), {"failed": 0})
    assert row(hard)["estimate"] == pytest.approx(-row(easy)["estimate"])
    assert hard.better("mean").estimate == pytest.approx(easy.better("mean").estimate)
    assert "better by" in easy.sentence()
    assert easy.sentence().split(", better by ")[1:] == hard.sentence().split(", better by ")[1:]
    worse = what_if(fitted(data, drivers=["failed"]), {"failed": 1})
    assert ", worse by " in worse.sentence()
    assert "better" not in worse.sentence()
    same = what_if(fitted(data, drivers=["failed"]), {"failed": lambda x: x})
    assert "no clear change" in same.sentence()
