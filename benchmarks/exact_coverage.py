"""Write the table of exact coverage: the default beside t and Wald over random distributions.

Run: make coverage. Every possible histogram is enumerated; the distributions are drawn from the flat Dirichlet.
"""

from pathlib import Path

import click
import numpy as np

from cxstats import exact_coverage

POINTS, SIZES, METHODS = (2, 3, 5, 7), (5, 10, 20), ("score", "t", "wald")
DISTRIBUTIONS, SEED = 1_000, 20261121
HEADER = """# Exact coverage of the 95 % intervals for a mean

Probability that the interval covers the true mean of a scale with that many points, for n answers, by enumerating every
possible histogram: mean and minimum over 1,000 distributions drawn from the flat Dirichlet, and the mean width in
points of the scale. Made by `make coverage`.

| points | n | score: mean | minimum | width | t: mean | minimum | width | Wald: mean | minimum | width |
|---|---|---|---|---|---|---|---|---|---|---|
"""


def main() -> None:
    rows = []
    cases = [(points, n) for points in POINTS for n in SIZES]
    with click.progressbar(cases, label="enumerating") as bar:
        for points, n in bar:
            distributions = np.random.default_rng(SEED).dirichlet(np.ones(points), size=DISTRIBUTIONS)
            cells = [str(points), str(n)]
            for method in METHODS:
                found = exact_coverage(method, np.arange(points), distributions, n=n)
                cells += [f"{found.coverage.mean():.4f}", f"{found.coverage.min():.3f}", f"{found.width.mean():.3f}"]
            rows.append(f"| {' | '.join(cells)} |")
    path = Path(__file__).with_name("exact_coverage.md")
    path.write_text(HEADER + "\n".join(rows) + "\n", encoding="utf-8")
    print(path.name)


if __name__ == "__main__":
    main()
