"""Time counting and scoring against the engine's own count of segment and answer, and what follows the count.

Run: make bench. Each pair is timed in one process, alternating, and the medians are printed. The claim under test:
counting and scoring take at most 10 % longer than ``groupby([segment, answer]).size()`` in the same engine, and
everything after the count of 1,000 segments takes less than 100 ms.
"""

import gc
import statistics
import sys
import time
import warnings

import duckdb
import numpy as np
import pandas as pd
import polars as pl
from statsmodels.stats.proportion import proportion_confint

import cxstats as cx

ROWS, SEGMENTS, RUNS = 10_000_000, 1_000, 9


def made() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    names = np.array([f"segment {k:04d}" for k in range(SEGMENTS)])
    answers = rng.integers(1, 8, ROWS).astype(float)
    answers[rng.random(ROWS) < 0.03] = np.nan
    return pd.DataFrame({"segment": pd.Series(names[rng.integers(0, SEGMENTS, ROWS)], dtype="str"), "ces": answers})


def alternating(one, other) -> tuple[float, float]:
    times: tuple[list[float], list[float]] = ([], [])
    for run in range(RUNS + 1):
        for taken, call in zip(times, (one, other), strict=True):
            gc.collect()
            start = time.perf_counter()
            call()
            if run:
                taken.append(time.perf_counter() - start)
    return statistics.median(times[0]), statistics.median(times[1])


def score(table) -> pd.DataFrame:
    return cx.score(cx.tally(table, "ces", scale="ces-2.0", by="segment")).to_frame()


def main() -> None:
    data = made()
    polars = pl.from_pandas(data)
    connection = duckdb.connect()
    connection.register("view", polars.to_arrow())
    connection.execute("create table answers as select * from view")
    keys = ["segment", "ces"]
    engines = {
        "pandas": (data, lambda: data.groupby(keys).size()),
        "Polars": (polars, lambda: polars.group_by(keys).len()),
        "Polars lazy": (polars.lazy(), lambda: polars.lazy().group_by(keys).len().collect()),
        "DuckDB": (
            connection.table("answers"),
            lambda: connection.sql("select segment, ces, count(*) from answers group by all").df(),
        ),
    }
    print(f"{ROWS:,} rows, {SEGMENTS:,} segments, medians of {RUNS} runs, Python {sys.version.split()[0]}")
    for name, (table, size) in engines.items():
        scored, plain = alternating(lambda t=table: score(t), size)
        print(f"{name:12s} count and score {scored:6.3f} s   groupby size {plain:6.3f} s   ratio {scored / plain:.2f}")

    tally = cx.tally(data, "ces", scale="ces-2.0", by="segment")
    n, favourable = tally.n, tally.counts[:, 4:].sum(axis=1)

    def one_by_one() -> list[tuple[float, float]]:
        pairs = zip(favourable.tolist(), n.tolist(), strict=True)
        return [proportion_confint(x, m, method="wilson") for x, m in pairs]

    for metric in ("mean", "favourable", "net"):
        ours, theirs = alternating(lambda m=metric: cx.score(tally, m).to_frame(), one_by_one)
        print(f"score {metric:10s} of {SEGMENTS:,} segments {ours * 1000:5.1f} ms   "
              f"(statsmodels proportion_confint in a loop {theirs * 1000:5.1f} ms)")  # fmt: skip
    once = tally.to_frame().melt("segment", [str(p) for p in range(1, 8)], "ces")[["segment", "ces"]]
    after, _ = alternating(lambda: score(once), gc.collect)
    print(f"everything but the count (table of {len(once):,} cells, intervals) {after * 1000:5.1f} ms")


if __name__ == "__main__":
    warnings.simplefilter("error")
    main()
