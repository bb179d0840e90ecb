"""A year of daily scores for 1,000 teams from 10 million answers in a Parquet file, in Polars and in DuckDB.

Each tool groups by day, team and answer in one pass; the scores and their intervals follow from the counts. Beside them
the bare group-by that a user would write in the same engine, which gives counts and nothing else.

Run: python benchmarks/daily.py [number of answers]
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import click
import duckdb
import numpy as np
import polars as pl

import cxstats as cx

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000_000
TEAMS, DAYS, REPEATS = 1_000, 365, 3


def write(path: Path) -> None:
    rng = np.random.default_rng(1)
    seconds = rng.integers(0, DAYS * 86_400, ROWS)
    answers = {
        "answered": np.datetime64("2025-01-01", "us") + seconds * np.timedelta64(1, "s"),
        "team": rng.integers(0, TEAMS, ROWS),
        "csat": rng.integers(1, 6, ROWS),
    }
    pl.DataFrame(answers).write_parquet(path)


def scored(table: object) -> int:
    dated = cx.with_period(table, "answered", every="day")
    found = cx.score(cx.tally(dated, "csat", scale="csat-5", by=["day", "team"])).to_frame()
    return int(found["n"].sum())


def bare_polars(path: Path) -> int:
    keys = (pl.col("answered").dt.truncate("1d"), "team", "csat")
    return int(pl.scan_parquet(path).group_by(*keys).len().collect()["len"].sum())


def bare_duckdb(path: Path) -> int:
    query = f"SELECT date_trunc('day', answered), team, csat, count(*) FROM '{path}' GROUP BY ALL"
    return int(sum(row[-1] for row in duckdb.sql(query).fetchall()))


WAYS: dict[str, Callable[[Path], int]] = {
    "cxstats over Polars": lambda path: scored(pl.scan_parquet(path)),
    "bare Polars": bare_polars,
    "cxstats over DuckDB": lambda path: scored(duckdb.read_parquet(str(path))),
    "bare DuckDB": bare_duckdb,
}


def main() -> None:
    seconds: dict[str, list[float]] = {name: [] for name in WAYS}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "answers.parquet")
        write(path)
        with click.progressbar(range(REPEATS), label="counting") as rounds:
            for _ in rounds:
                for name, count in WAYS.items():
                    start = time.perf_counter()
                    if count(path) != ROWS:
                        raise RuntimeError(f"{name} lost answers")
                    seconds[name].append(time.perf_counter() - start)
    print(f"{ROWS:,} answers, {TEAMS:,} teams, {DAYS} days, medians of {REPEATS} in turn")
    for name, taken in seconds.items():
        print(f"{name}: {statistics.median(taken):.1f} s")


if __name__ == "__main__":
    main()
