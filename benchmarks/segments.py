"""Time tallying and scoring 50 segments of 100,000 weighted answers against R's svyby and the package svy.

Run: python benchmarks/segments.py [number of answers]. R is started once and times itself, so that neither its start
nor reading the data
counts; runs alternate between the tools and the medians are printed. The claim under test: at least 20 times faster
than ``survey::svyby(~x, ~segment, design, svymean)``. Without Rscript and its package survey, or without svy, these
are left out with a note.
"""

import gc
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import polars as pl

import cxstats as cx

ROWS = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000
SEGMENTS, STRATA, CLUSTERS, RUNS = 50, 20, 2_000, 7

DESIGNS = {
    "weights": cx.Design("w"),
    "weights, strata": cx.Design("w", "h"),
    "weights, strata, clusters": cx.Design("w", "h", "c"),
}
R_DESIGNS = {
    "weights": "svydesign(id = ~1, weights = ~w, data = d)",
    "weights, strata": "svydesign(id = ~1, strata = ~h, weights = ~w, data = d)",
    "weights, strata, clusters": "svydesign(id = ~c, strata = ~h, weights = ~w, data = d, nest = TRUE)",
}
R_LOOP = """suppressPackageStartupMessages(library(survey))
d <- read.csv("answers.csv")
designs <- list({designs})
cat("ready\\n"); flush(stdout())
lines <- file("stdin", "r")
while (length(name <- readLines(lines, 1)) == 1) {{
  invisible(gc())
  seconds <- system.time(found <- svyby(~x, ~segment, designs[[name]], svymean))[["elapsed"]]
  cat(seconds, sum(found$se), "\\n"); flush(stdout())
}}
"""


def made() -> pd.DataFrame:
    rng = np.random.default_rng(1)
    cluster = rng.integers(0, CLUSTERS, ROWS)
    names = np.array([f"segment {k:02d}" for k in range(SEGMENTS)])
    data = {"x": rng.integers(1, 8, ROWS), "segment": pd.Series(names[rng.integers(0, SEGMENTS, ROWS)], dtype="str")}
    return pd.DataFrame(data).assign(w=rng.gamma(4, 0.25, ROWS), h=cluster % STRATA, c=cluster)


class R:
    """An R process that times svyby on request."""

    def __init__(self, data: pd.DataFrame) -> None:
        self._folder = tempfile.TemporaryDirectory()
        folder = Path(self._folder.name)
        data.to_csv(folder / "answers.csv", index=False)
        listed = ", ".join(f"`{name}` = {call}" for name, call in R_DESIGNS.items())
        (folder / "loop.R").write_text(R_LOOP.format(designs=listed))
        command = ["Rscript", "loop.R"]
        self._process = subprocess.Popen(
            command, cwd=folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        self.works = self._line() == "ready"

    def seconds(self, name: str) -> tuple[float, float]:
        """Time one svyby; return the seconds and the sum of its standard errors."""
        assert self._process.stdin
        self._process.stdin.write(f"{name}\n")
        self._process.stdin.flush()
        seconds, errors = map(float, self._line().split())
        return seconds, errors

    def close(self) -> None:
        """End R and remove its folder."""
        self._process.communicate()
        self._folder.cleanup()

    def _line(self) -> str:
        assert self._process.stdout
        return self._process.stdout.readline().strip()


def started(data: pd.DataFrame) -> R | None:
    if not shutil.which("Rscript"):
        print("Rscript is not installed; R is left out")
        return None
    r = R(data)
    if not r.works:
        print("R has no package survey; R is left out")
        r.close()
    return r if r.works else None


def ours(table: Any, name: str) -> tuple[float, float]:
    gc.collect()
    start = time.perf_counter()
    found = cx.score(cx.tally(table, "x", scale="ces-2.0", by="segment", design=DESIGNS[name]), "mean").to_frame()
    return time.perf_counter() - start, float(found["standard_error"].sum())


def between(table: pd.DataFrame, name: str) -> float:
    """Time the covariance between all segments, which is worked out only where it is asked for."""
    counted = cx.tally(table, "x", scale="ces-2.0", by="segment", design=DESIGNS[name])
    start = time.perf_counter()
    assert counted.joint is not None
    return time.perf_counter() - start


def of_svy(data: pl.DataFrame, name: str) -> tuple[float, float]:
    import svy  # pyright: ignore[reportMissingImports]

    given = {"wgt": "w", "stratum": "h" if "strata" in name else None, "psu": "c" if "clusters" in name else None}
    gc.collect()
    start = time.perf_counter()
    found = svy.Sample(data, svy.Design(**given)).estimation.mean("x", by="segment")
    return time.perf_counter() - start, float(sum(row.se for row in found.estimates))


def by_hand(data: pl.DataFrame) -> tuple[float, float]:
    """Time a script for this case alone: the least that any package can take, since it checks and explains nothing."""
    gc.collect()
    start, w = time.perf_counter(), pl.col("w")
    sums = data.lazy().group_by("segment", "x").agg(t=w.sum(), q=(w * w).sum()).collect()
    _, segment = np.unique(sums["segment"].to_numpy(), return_inverse=True)
    x, t, q = (sums[name].to_numpy() for name in "xtq")
    weight = np.bincount(segment, t)
    mean = np.bincount(segment, t * x) / weight
    error = np.sqrt(np.bincount(segment, q * (x - mean[segment]) ** 2)) / weight
    return time.perf_counter() - start, float(error.sum())


def has_svy() -> bool:
    try:
        import svy  # noqa: F401  # pyright: ignore[reportMissingImports]
    except ImportError:
        print("svy is not installed; it is left out")
        return False
    return True


def main() -> None:
    data = made()
    polars, r, svy = pl.from_pandas(data), started(data), has_svy()
    print(f"{ROWS:,} answers, {SEGMENTS} segments, {STRATA} strata, {CLUSTERS:,} clusters; medians of {RUNS} runs")
    for name in DESIGNS:
        tools = {"pandas": lambda n=name: ours(data, n), "Polars": lambda n=name: ours(polars, n)}
        tools |= {"R svyby": lambda n=name: r.seconds(n)} if r else {}
        tools |= {"svy": lambda n=name: of_svy(polars, n)} if svy else {}
        tools |= {"by hand": lambda: by_hand(polars)} if name == "weights" else {}
        runs = [{tool: call() for tool, call in tools.items()} for _ in range(RUNS + 1)][1:]
        medians = {tool: statistics.median(run[tool][0] for run in runs) for tool in tools}
        errors = {tool: runs[0][tool][1] for tool in tools}
        print(
            f"{name}: covariance between all segments {statistics.median(between(data, name) for _ in range(3)):.3f} s"
        )
        for tool, seconds in medians.items():
            times, apart = seconds / medians["pandas"], errors[tool] / errors["pandas"] - 1
            print(f"  {tool:8s} {seconds:7.4f} s  {times:5.1f} times pandas  errors differ {apart:+.0e}")
    if r:
        r.close()


if __name__ == "__main__":
    warnings.simplefilter("error")
    main()
