"""Simulate how often each interval for a difference holds the truth, and how often its test rejects equal means.

Run: .venv/bin/python benchmarks/differences.py (half a minute). Prints the table in the docstring of
cxstats/scores/contrasts/__init__.py: shapes of 5, 7 and 11 points, net scores and shares, sizes of 10 to 200, equal and
not. An interval that is not there (Welch's without variation) holds nothing.
"""

import numpy as np
import pandas as pd

from cxstats.scores.differences import DIFFERENCES
from cxstats.scores.samples import Sample

SAMPLES = 6_000
METHODS = ("score", "mover", "welch", "wald")
SIZES = ((10, 10), (20, 20), (50, 50), (200, 200), (10, 50), (20, 200), (50, 200), (200, 10))
POINTS = {
    "mean": {
        "skewed 5": (range(1, 6), (2, 3, 10, 35, 50)),
        "middling 5": (range(1, 6), (10, 20, 30, 25, 15)),
        "two ends 5": (range(1, 6), (30, 5, 5, 10, 50)),
        "even 7": (range(1, 8), (5, 5, 10, 15, 20, 25, 20)),
        "skewed 7": (range(1, 8), (1, 1, 2, 4, 10, 32, 50)),
        "loyal 11": (range(11), (4, 1, 2, 2, 3, 7, 6, 10, 20, 15, 30)),
    },
    "net": {"net": ((-1, 0, 1), (25, 30, 45)), "high net": ((-1, 0, 1), (3, 12, 85))},
    "share": {"5 %": ((0, 1), (95, 5)), "30 %": ((0, 1), (70, 30))},
}
UNLIKE = {
    "mean": (("skewed 5", "middling 5"), ("skewed 7", "even 7")),
    "net": (("high net", "net"),),
    "share": (("5 %", "30 %"),),
}


def held(rng: np.random.Generator, kind: str, pair: tuple[str, str], sizes: tuple[int, int]) -> list[dict[str, object]]:
    """Share of the intervals that hold the true difference, by method."""
    values = np.array(POINTS[kind][pair[0]][0], dtype=float)
    shares = [np.array(POINTS[kind][name][1]) / 100 for name in pair]
    truth = (shares[0] - shares[1]) @ values
    first, second = (
        Sample.from_counts(rng.multinomial(n, p, SAMPLES), values) for n, p in zip(sizes, shares, strict=True)
    )
    rows: list[dict[str, object]] = []
    for method in METHODS:
        limits = DIFFERENCES[method](first, second, 0.95)
        inside = (limits.low <= truth + 1e-12) & (truth - 1e-12 <= limits.high)
        width = float(np.nanmean(limits.high - limits.low))
        rows.append(
            {
                "kind": kind,
                "pair": " / ".join(pair),
                "sizes": sizes,
                "method": method,
                "held": inside.mean(),
                "width": width,
            }
        )
    return rows


def main() -> None:
    """Print the table, and the worst of each method."""
    rng, rows = np.random.default_rng(7), []
    for kind, shapes in POINTS.items():
        for pair in [(name, name) for name in shapes] + list(UNLIKE[kind]):
            for sizes in SIZES:
                rows += held(rng, kind, pair, sizes)
    table = pd.DataFrame(rows)
    print(table.groupby(["kind", "method"], sort=False)["held"].agg(["mean", "min", "max"]).round(3))
    for figure in ("held", "width"):
        print(table.pivot_table(index=["kind", "sizes"], columns="method", values=figure, sort=False).round(3))
    alike = table[table["pair"].isin(["skewed 5 / skewed 5", "skewed 7 / skewed 7"])]
    print((1 - alike.pivot_table(index=["pair", "sizes"], columns="method", values="held", sort=False)).round(3))


if __name__ == "__main__":
    main()
