"""Write down what is true of the simulated customers: graphs, effects and figures, for people and programs."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pandas as pd

from cxstats.responses.simulate.graphs import CausalGraph
from cxstats.responses.simulate.sample_exports import SKIPPED
from cxstats.responses.simulate.truths import FIGURE_COLUMNS, SIMULATORS, true_effects, true_figures

EFFECTS_FILE: Final = "true_effects.csv"
FIGURES_FILE: Final = "true_figures.csv"
TRUTH_FILE: Final = "known_truth.md"
CUSTOMERS: Final = 1_000_000
SEED: Final = 20260902
_DECIMALS: Final = 5

_HEAD: Final = f"""# What is true of the simulated customers

Made by `make truth` from the simulators in `cxstats/responses/simulate/`, over {CUSTOMERS:,} customers each; the tables
are also in [{EFFECTS_FILE}]({EFFECTS_FILE}) and [{FIGURES_FILE}]({FIGURES_FILE}), with the error of the simulation.

An effect is an intervention: the mean rating if the driver were one unit higher for everybody (or yes instead of no,
or one level instead of another), less the mean as it is, for the same customers with the same luck. The total effect
goes through everything that follows from the driver. The direct effect holds all other drivers where they were. No
regression is fitted anywhere here, and none of the models that cxstats fits made the answers.
"""


def write_truth(folder: Path, *, customers: int = CUSTOMERS) -> list[Path]:
    """Write the true effects and figures as CSV, and both with the causal graphs in Markdown.

    Parameters
    ----------
    folder
        Where to write them; it must exist.
    customers
        How many to simulate for each table.
    """
    effects = pd.concat([true_effects(one, n=customers, seed=SEED) for one in SIMULATORS], ignore_index=True)
    figures = pd.concat([true_figures(one, n=customers, seed=SEED) for one in SIMULATORS], ignore_index=True)
    figures = pd.concat([figures, _skipped()], ignore_index=True)
    for name, table in ((EFFECTS_FILE, effects), (FIGURES_FILE, figures)):
        table.round(_DECIMALS).to_csv(folder / name, index=False, lineterminator="\n")
    parts = [_HEAD]
    for one in SIMULATORS:
        mine = (table[table["simulator"] == one.graph.name] for table in (effects, figures))
        parts.append(_chapter(one.graph, *mine))
    (folder / TRUTH_FILE).write_text("\n".join(parts), encoding="utf-8")
    return [folder / name for name in (EFFECTS_FILE, FIGURES_FILE, TRUTH_FILE)]


def _skipped() -> pd.DataFrame:
    """How often a finished response in the sample exports leaves a question out."""
    rows = [
        (simulator, "left out by those who finish", question, chance, 0.0)
        for simulator, questions in SKIPPED.items()
        for question, chance in questions.items()
    ]
    return pd.DataFrame(rows, columns=list(FIGURE_COLUMNS))


def _chapter(graph: CausalGraph, effects: pd.DataFrame, figures: pd.DataFrame) -> str:
    arrows = "\n".join(f"    {cause} --> {effect}" for cause, effect in graph.edges())
    wide = effects.pivot_table(
        index=["driver", "change"], columns=["effect", "measure", "rating"], values="value", sort=False
    )
    rows = [
        [driver, change, *(f"{wide.loc[(driver, change), column]:+.3f}" for column in _COLUMNS)]
        for driver, change in wide.index
    ]
    heads = ["driver", "change", *(f"{rating}{_MEASURES[measure]}, {effect}" for effect, measure, rating in _COLUMNS)]
    shown = [
        [of, figure, f"{value:.3f}"] for figure, of, value in figures[["figure", "of", "value"]].itertuples(index=False)
    ]
    return (
        f"## {graph.name.capitalize()}: the causal graph\n\n```mermaid\ngraph LR\n{arrows}\n```\n\n"
        f"## {graph.name.capitalize()}: true effects\n\n{_table(heads, rows)}\n"
        f"## {graph.name.capitalize()}: what the data should show\n\n{_table(['of', 'figure', 'value'], shown)}"
    )


_MEASURES: Final = {"mean": "", "favourable": " favourable share"}
_COLUMNS: Final = (
    ("total", "mean", "ces"),
    ("direct", "mean", "ces"),
    ("total", "favourable", "ces"),
    ("total", "mean", "csat"),
    ("total", "mean", "nps"),
)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"
