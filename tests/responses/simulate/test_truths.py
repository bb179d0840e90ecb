"""The committed truth: effects found again by intervention on other customers, figures found again in other data."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxstats.responses.simulate import CHECKOUT, KNEE, SIMULATORS, SUPPORT, true_effects, true_figures
from cxstats.responses.simulate.published import EFFECTS_FILE, FIGURES_FILE, TRUTH_FILE, write_truth

DATA = Path(__file__).parents[3] / "data"
N, SEED = 100_000, 4711
BY_NAME = pytest.mark.parametrize("simulator", SIMULATORS, ids=lambda s: s.graph.name)


def committed(name, simulator):
    table = pd.read_csv(DATA / name)
    return table[table["simulator"] == simulator.graph.name]


@BY_NAME
def test_interventions_on_other_customers_find_the_committed_effects(simulator):
    found = true_effects(simulator, n=N, seed=SEED)
    keys = ["simulator", "driver", "change", "rating", "measure", "effect"]
    both = found.merge(committed(EFFECTS_FILE, simulator), on=keys, suffixes=("", "_committed"), validate="1:1")
    assert len(both) == len(found) == len(committed(EFFECTS_FILE, simulator))
    # 4.5 errors of the difference, since there are some 150 of them; and the last digit that is committed.
    error = np.hypot(both["simulation_error"], both["simulation_error_committed"])
    assert ((both["value"] - both["value_committed"]).abs() <= 4.5 * error + 1e-5).all()
    # The errors are small beside the effects, so that a wrong table would be found out.
    main = both[(both["driver"] == "steps") | (both["driver"] == "repeats")]
    assert (main["value"].abs() > 20 * main["simulation_error"]).all()


@BY_NAME
def test_other_data_show_the_committed_figures(simulator):
    found = true_figures(simulator, n=N, seed=SEED)
    kept = committed(FIGURES_FILE, simulator)
    both = found.merge(kept, on=["simulator", "figure", "of"], suffixes=("", "_committed"), validate="1:1")
    assert len(both) == len(found) == (kept["figure"] != "left out by those who finish").sum()
    error = np.hypot(both["simulation_error"], both["simulation_error_committed"])
    # Tickets of one customer share language and mood: at most 1.5 times the error of independent rows.
    assert ((both["value"] - both["value_committed"]).abs() <= 4.5 * 1.5 * error + 1e-5).all()


@pytest.mark.parametrize(
    ("graph", "driver", "change"), [(CHECKOUT, "steps", "+1"), (SUPPORT, "first_contact_resolution", "no -> yes")]
)
def test_an_effect_is_a_plain_intervention_on_the_graph(graph, driver, change):
    """Two whole draws, one with and one without the intervention, and no shortcut."""

    def mean_ces(do):
        return graph.draw(N, rng=np.random.default_rng(99), do=do)["ces"].mean()

    ways = [{}, {driver: lambda x: x + 1}] if change == "+1" else [{driver: lambda x, v=v: x * 0 + v} for v in (0, 1)]
    before, after = (mean_ces(do) for do in ways)
    effects = pd.read_csv(DATA / EFFECTS_FILE).query("rating == 'ces' and measure == 'mean' and effect == 'total'")
    row = effects[(effects["simulator"] == graph.name) & (effects["driver"] == driver)].iloc[0]
    assert after - before == pytest.approx(row["value"], abs=5 * row["simulation_error"] * np.sqrt(1_000_000 / N))


def test_the_truth_is_written_from_the_graphs(tmp_path):
    effects, figures, truth = write_truth(tmp_path, customers=2_000)
    assert [p.name for p in (effects, figures, truth)] == [EFFECTS_FILE, FIGURES_FILE, TRUTH_FILE]
    text, kept = truth.read_text(encoding="utf-8"), (DATA / TRUTH_FILE).read_text(encoding="utf-8")
    for graph in (CHECKOUT, SUPPORT):
        for cause, consequence in graph.edges():
            assert f"    {cause} --> {consequence}\n" in text
            assert f"    {cause} --> {consequence}\n" in kept
    assert kept.count("-->") == len(CHECKOUT.edges()) + len(SUPPORT.edges())


def test_the_committed_page_shows_the_committed_effects():
    kept = (DATA / TRUTH_FILE).read_text(encoding="utf-8")
    effects = pd.read_csv(DATA / EFFECTS_FILE)
    total = effects.query("rating == 'ces' and measure == 'mean' and effect == 'total'")
    for driver, change, value in total[["driver", "change", "value"]].itertuples(index=False):
        row = next(line for line in kept.splitlines() if line.startswith(f"| {driver} | {change} |"))
        # The page rounds the unrounded value, the table its fifth decimal.
        assert float(row.split("|")[3]) == pytest.approx(value, abs=5.1e-4)


def test_effort_rises_after_the_knee_and_not_before():
    made = CHECKOUT.draw(200_000, rng=np.random.default_rng(5))
    held = {name: made[name] for name in ("minutes", "clicks")}
    causes = {name: v for name, v in made.items() if name not in CHECKOUT.consequences("steps")} | held

    def mean_ces(steps):
        known = causes | {"steps": np.full(200_000, steps)}
        return CHECKOUT.draw(200_000, rng=np.random.default_rng(5), known=known)["ces"].mean()

    scores = [mean_ces(steps) for steps in range(3, 9)]
    flat, rising = scores[: KNEE - 2], scores[KNEE - 3 :]
    assert max(flat) == min(flat)
    assert (np.diff(rising) < -0.2).all()


def test_what_has_no_effect_has_none():
    effects = pd.read_csv(DATA / EFFECTS_FILE)
    clicks = effects[effects["driver"] == "clicks"]
    assert (clicks["value"] == 0).all()
    guest = effects.query("driver == 'guest' and rating == 'ces' and measure == 'mean'").set_index("effect")["value"]
    # A guest checkout costs points through fields, steps and payment, and none of itself.
    assert guest["total"] < -0.2
    assert guest["direct"] == 0
