"""Time Shapley values of R2 against a plain loop over subsets, and against relaimpo's times.

Run: python benchmarks/importance.py. The pairs alternate within one process and the medians are printed. relaimpo's
times (R 4.2.2, relaimpo 2.2.7, two cores) were measured once; R is not run.
"""

import itertools
import math
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator

import numpy as np

from cxstats.drivers.driver_columns import DriverColumns, driver_columns
from cxstats.drivers.importance import driver_importance
from cxstats.drivers.resampling import units_of
from cxstats.drivers.subsets import full_r2, shapley_r2

RUNS = 5
ROWS = 1_000
RELAIMPO = {8: 0.154, 12: 0.44, 15: 2.4, 18: 21.3}
RELAIMPO_BOOTSTRAP = 72.0
PEAK = """
import resource, sys
import numpy as np
from cxstats.drivers.subsets import shapley_r2
p = int(sys.argv[1])
x = np.random.default_rng(1).normal(size=(1_000, p + 1))
shapley_r2(x.T @ x)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6)
"""


def made(p: int) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(p)
    x = rng.normal(size=(ROWS, p)) + rng.normal(size=(ROWS, 1))
    return x, x @ rng.normal(size=p) + 5 * rng.normal(size=ROWS)


def covariance_of(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.cov(np.column_stack([x, y]).T)


def plain_loop(covariance: np.ndarray) -> np.ndarray:
    """Solve the normal equations of every subset, then weigh the differences."""
    p = len(covariance) - 1
    r2 = np.zeros(2**p)
    for size in range(1, p + 1):
        for chosen in itertools.combinations(range(p), size):
            index = list(chosen)
            with_y = covariance[index, p]
            slopes = np.linalg.solve(covariance[np.ix_(index, index)], with_y)
            r2[sum(1 << k for k in index)] = with_y @ slopes / covariance[p, p]
    subsets = np.arange(2**p)
    sizes = np.array([int(s).bit_count() for s in subsets])
    weights = np.array([1 / (p * math.comb(p - 1, size)) for size in range(p)])
    found = np.empty(p)
    for k in range(p):
        out = subsets[(subsets >> k) % 2 == 0]
        found[k] = weights[sizes[out]] @ (r2[out + 2**k] - r2[out])
    return found


def taken(call) -> tuple[float, np.ndarray]:
    start = time.perf_counter()
    found = call()
    return time.perf_counter() - start, found


def compared(p: int) -> None:
    covariance = covariance_of(*made(p))
    loops = RUNS if p <= 12 else 1 if p <= 18 else 0
    ours: list[float] = []
    plain: list[float] = []
    found = shapley_r2(covariance)
    for run in range(RUNS):
        ours.append(taken(lambda: shapley_r2(covariance))[0])
        if run < loops:
            seconds, by_loop = taken(lambda: plain_loop(covariance))
            plain.append(seconds)
            np.testing.assert_allclose(found, by_loop, atol=1e-10)
    ratio = statistics.median(plain) / statistics.median(ours) if plain else 0.0
    loop = f"{statistics.median(plain):8.3f} s (x {ratio:,.0f})" if plain else ""
    relaimpo = f"{RELAIMPO[p]:7.3f} s" if p in RELAIMPO else ""
    error = abs(found.sum() - full_r2(covariance))
    print(
        f"p = {p:2d}: {statistics.median(ours):8.4f} s   loop {loop:24s} relaimpo {relaimpo:10s} |sum - R2| {error:.0e}"
    )


def bootstraps() -> None:
    x, y = made(10)
    rng = np.random.default_rng(1)
    rows = rng.integers(ROWS, size=(1_000, ROWS))
    stack = np.stack([covariance_of(x[chosen], y[chosen]) for chosen in rows])
    table = {f"driver {k}": x[:, k] for k in range(10)}
    used = driver_columns(table, y)
    kernel, drawn, whole = (
        statistics.median(taken(call)[0] for _ in range(RUNS))
        for call in (
            lambda: shapley_r2(stack),
            lambda: [shapley_r2(part) for part in resampled(used)],
            lambda: driver_importance(table, y).to_frame(),
        )
    )
    print(f"1,000 bootstraps, p = 10, n = {ROWS:,}: {kernel:.3f} s for the importances of 1,000 matrices")
    print(f"  with resampling {drawn:.3f} s; relaimpo {RELAIMPO_BOOTSTRAP:.0f} s")
    print(f"  with jackknife, intervals, ranks and 1,000 permutations a driver {whole:.3f} s")


def resampled(used: DriverColumns) -> Iterator[np.ndarray]:
    rng = np.random.default_rng(1)
    return units_of(used.columns, used.weights, None, rng).resampled(1_000, rng)


def main() -> None:
    print(f"medians of {RUNS} runs, Python {sys.version.split()[0]}, numpy {np.__version__}")
    # A child inherits the peak of its parent, so that these come before what needs memory here.
    for p in (20, 22):
        command = [sys.executable, "-c", PEAK, str(p)]
        peak = subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()
        print(f"p = {p}: peak memory of a process of its own {float(peak):.2f} GB")
    for p in (8, 12, 15, 18, 20, 22):
        compared(p)
    bootstraps()


if __name__ == "__main__":
    main()
