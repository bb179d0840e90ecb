"""Write the tables and the figure of coverage: every interval by name over shares, net scores and means.

Run: make coverage. Histograms are enumerated where that is possible in good time, and drawn otherwise.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import click
import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy import stats

from cxstats import exact_coverage
from cxstats.scores.ideal_bootstrap import ideal_bootstrap_interval

SIZES = (5, 10, 20, 50, 100)
SEED = 20261121
# Up to so many histograms are enumerated; beyond, so many samples are drawn.
QUICK, SLOW, SLOWEST = (300_000, 10_000), (60_000, 4_000), (12_000, 1_000)
EFFORT = {"dirichlet": SLOWEST, "bootstrap-percentile": SLOW, "bootstrap-bca": SLOW}
# The drawn bootstrap tends to this one, which has no error of drawing and is quicker for small n.
IDEAL = {f"bootstrap-{m}": ideal_bootstrap_interval(method=m) for m in ("percentile", "bca")}
ANY = ("score", "dirichlet", "bootstrap-bca", "bootstrap-percentile", "t", "wald")
NOMINAL = 0.95


@dataclass(frozen=True)
class Family:
    """Scores of one kind, over a grid of distributions and over the shapes that real ratings take."""

    name: str
    values: np.ndarray
    grid: np.ndarray
    shapes: dict[str, np.ndarray]
    methods: Sequence[str]


def beta_binomial(points: int, mean: float, spread: float) -> np.ndarray:
    """Distribution on the points from bell- (spread near 0) to J- and U-shaped (spread near 1)."""
    total = 1 / spread - 1
    return stats.betabinom.pmf(np.arange(points), points - 1, mean * total, (1 - mean) * total)


def mean_family(points: int) -> Family:
    means, spreads = np.arange(0.05, 0.96, 0.05), (0.05, 0.2, 0.4, 0.7)
    grid = np.array([beta_binomial(points, mean, spread) for mean in means for spread in spreads])
    top = np.full(points, 0.05 / (points - 1))
    top[-1] = 0.95
    shapes = {
        "J-shaped": beta_binomial(points, 0.72, 0.55),
        "bimodal": beta_binomial(points, 0.55, 0.8),
        "nearly all at the top": top,
    }
    return Family(f"mean of {points} points", np.arange(points, dtype=float), grid, shapes, ANY)


def families() -> list[Family]:
    share = np.arange(0.01, 0.995, 0.005)
    shares = Family(
        "share",
        np.array([0.0, 1.0]),
        np.column_stack([1 - share, share]),
        {"90 % favourable": np.array([0.1, 0.9]), "98 % favourable": np.array([0.02, 0.98])},
        ("score", "agresti-coull", "jeffreys", "logit", "clopper-pearson", *ANY[1:]),
    )
    steps = [(d, p) for d in range(21) for p in range(21 - d)]
    simplex = np.array([[d, 20 - d - p, p] for d, p in steps]) / 20
    inside = simplex[(simplex > 0).sum(axis=1) > 1]
    nets = Family(
        "net score",
        np.array([-1.0, 0.0, 1.0]),
        inside,
        {
            "usual (20 / 30 / 50)": np.array([0.2, 0.3, 0.5]),
            "bimodal (45 / 5 / 50)": np.array([0.45, 0.05, 0.5]),
            "nearly all promoters (1 / 4 / 95)": np.array([0.01, 0.04, 0.95]),
        },
        ("score", "mover", "adjusted-wald", *ANY[1:]),
    )
    return [shares, nets, mean_family(5), mean_family(7), mean_family(11)]


def study(family: Family, method: str, n: int) -> list[dict[str, object]]:
    """Coverage and width of one method over the grid and each shape."""
    truth = np.vstack([family.grid, *family.shapes.values()])
    most, samples = EFFORT.get(method, QUICK)
    found = exact_coverage(
        IDEAL.get(method, method), family.values, truth, n, n_samples=samples, rng=SEED, most_histograms=most
    )
    grid = slice(0, len(family.grid))
    keys = {"family": family.name, "method": method, "n": n, "simulated": bool(found.error.any())}
    rows = [
        {
            **keys, "over": "grid", "mean": found.coverage[grid].mean(), "minimum": found.coverage[grid].min(),
            "below 93 %": (found.coverage[grid] < 0.93).mean(), "width": found.width[grid].mean(),
        }
    ]  # fmt: skip
    for k, shape in enumerate(family.shapes, start=len(family.grid)):
        rows.append({**keys, "over": shape, "mean": found.coverage[k], "width": found.width[k]})
    return rows


def better_than_default(table: pd.DataFrame) -> list[str]:
    """Name the methods that are narrower and cover as claimed on average, or that cover better at worst."""
    grid = table[table["over"] == "grid"]
    lines = []
    for (family, n), part in grid.groupby(["family", "n"], sort=False):
        default = part[part["method"] == "score"].iloc[0]
        for other in part[(part["method"] != "score") & (part["mean"] >= 0.945)].itertuples():
            wider = 100 * (other.width / default["width"] - 1)
            lower = other.minimum < default["minimum"] - 0.002
            higher = other.minimum > default["minimum"] + 0.005
            if wider <= -1 or (higher and wider <= 5):
                lines.append(
                    f"| {family} | {n} | {other.method} | {wider:+.1f} % | {other.mean:.3f} ({default['mean']:.3f}) | "
                    f"{other.minimum:.3f} ({default['minimum']:.3f}){' lower' if lower else ''} |"
                )
    return lines


def grid_table(part: pd.DataFrame, methods: Sequence[str]) -> str:
    heads = ["method", *(f"n = {n}" for n in SIZES)]
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    for method in methods:
        cells = [method]
        for n in SIZES:
            row = part[(part["method"] == method) & (part["n"] == n)].iloc[0]
            drawn = "*" if row["simulated"] else ""
            cells.append(f"{row['mean']:.3f} ({row['minimum']:.2f}), {row['width']:.3f}{drawn}")
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def shape_table(part: pd.DataFrame, methods: Sequence[str], shapes: Sequence[str]) -> str:
    heads = ["shape", "n", *methods]
    lines = [f"| {' | '.join(heads)} |", f"|{'---|' * len(heads)}"]
    for shape in shapes:
        for n in SIZES:
            rows = part[(part["over"] == shape) & (part["n"] == n)].set_index("method")
            cells = [shape, str(n), *(f"{rows.loc[m, 'mean']:.3f}" for m in methods)]
            lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


HEAD = """# Coverage of the 95 % intervals

Probability that the interval covers the true score of n answers, exact by enumerating every possible histogram. Cells
with * come from {quick:,} samples of each distribution ({slow:,} for the bootstrap, {slowest:,} for Dirichlet), so that
their minimum is a little too low. Made by `make coverage`. The bootstrap is that of infinitely many resamples, which
the drawn one tends to. Student's t and Wald collapse to a point when all answers are equal; a histogram without limits
counts as not covered.

![Mean and minimum coverage by method and n](exact_coverage.png)

## Where another method beats the default

The default is the score interval. Named are the methods that cover at least 94.5 % on average over the grid and are at
least 1 % narrower, or that cover better at worst and are at most 5 % wider; the default's figures are in brackets, and
"lower" marks a method that covers less at worst.

| score | n | method | width against the default | mean coverage | lowest coverage |
|---|---|---|---|---|---|
{better}

"""
GRID = """## {name}

Over the grid of {size} distributions: mean coverage (minimum), mean width {unit}.

{grid}

On the shapes that real ratings take: coverage.

{shapes}

"""


def draw(table: pd.DataFrame, path: Path) -> None:
    grid = table[table["over"] == "grid"]
    names = list(dict.fromkeys(grid["family"]))
    shown = {
        "score": ("o", "-"), "dirichlet": ("s", "--"), "bootstrap-bca": ("^", "-."), "bootstrap-percentile": ("v", ":"),
        "t": ("x", "--"), "wald": ("+", ":"),
    }  # fmt: skip
    figure, axes = plt.subplots(
        2, len(names), figsize=(3 * len(names), 6), sharex=True, sharey="row", layout="constrained"
    )
    for across, name in enumerate(names):
        for down, what in enumerate(("mean", "minimum")):
            ax = axes[down, across]
            ax.axhspan(NOMINAL - 0.005, NOMINAL + 0.005, color="#dddddd", zorder=0)
            for method, (marker, line) in shown.items():
                rows = grid[(grid["family"] == name) & (grid["method"] == method)]
                ink = "#000000" if method == "score" else "#666666"
                width = 2.2 if method == "score" else 1
                ax.plot(
                    range(len(SIZES)),
                    rows[what],
                    marker=marker,
                    linestyle=line,
                    color=ink,
                    linewidth=width,
                    label=method,
                )
            ax.set_xticks(range(len(SIZES)), SIZES)
            ax.grid(axis="y", color="#eeeeee")
            for side in ("top", "right"):
                ax.spines[side].set_visible(False)
        axes[0, across].set_title(name)
        axes[1, across].set_xlabel("answers")
    axes[0, 0].set_ylabel("mean coverage")
    axes[1, 0].set_ylabel("lowest coverage")
    axes[0, 0].set_ylim(0.6, 1)
    axes[1, 0].set_ylim(0, 1)
    axes[0, -1].legend(fontsize="small", loc="lower right", frameon=False)
    figure.suptitle(
        "On average the score interval covers 95 % at every n; at worst it dips only for shares near 0 and 1",
        x=0.01,
        ha="left",
    )
    figure.savefig(path, dpi=110)


def main() -> None:
    mpl.use("Agg")
    every = families()
    cases = [(family, method, n) for family in every for method in family.methods for n in SIZES]
    rows = []
    with click.progressbar(cases, label="covering") as bar:
        for family, method, n in bar:
            rows += study(family, method, n)
    table = pd.DataFrame(rows)
    better = "\n".join(better_than_default(table))
    parts = [HEAD.format(quick=QUICK[1], slow=SLOW[1], slowest=SLOWEST[1], better=better)]
    for family in every:
        mine = table[table["family"] == family.name]
        unit = "(points of the scale)" if family.name.startswith("mean") else "(1 is 100 points)"
        grid = grid_table(mine[mine["over"] == "grid"], family.methods)
        shapes = shape_table(mine, family.methods, list(family.shapes))
        parts.append(
            GRID.format(name=family.name.capitalize(), size=len(family.grid), unit=unit, grid=grid, shapes=shapes)
        )
    folder = Path(__file__).parent
    folder.joinpath("exact_coverage.md").write_text("".join(parts).rstrip() + "\n", encoding="utf-8")
    draw(table, folder / "exact_coverage.png")
    print("exact_coverage.md, exact_coverage.png")


if __name__ == "__main__":
    main()
