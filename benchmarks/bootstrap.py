"""Time the bootstrap of a mean of a million answers against scipy.stats.bootstrap, in one run.

Run: .venv/bin/python benchmarks/bootstrap.py (a few minutes, nearly all of them SciPy's). The claim under test: the
limits from 9,999 resamples of 1,000,000 answers on 1-7 take less than a hundredth of the time of SciPy's percentile
interval. SciPy resamples rows, in batches to bound its memory; here a resample is a histogram.
"""

import statistics
import sys
import time

import numpy as np
from scipy.stats import bootstrap

from cxstats.scores.bootstrap import RESAMPLES
from cxstats.scores.intervals import INTERVALS, Sample

ANSWERS, BATCH, RUNS, FRACTION = 1_000_000, 10, 9, 0.01
SHARES = (0.05, 0.05, 0.10, 0.15, 0.20, 0.25, 0.20)


def seconds(call) -> tuple[float, object]:
    start = time.perf_counter()
    found = call()
    return time.perf_counter() - start, found


def main() -> None:
    rng = np.random.default_rng(1)
    answers = rng.choice(np.arange(1.0, 8.0), size=ANSWERS, p=SHARES)
    sample = Sample.from_counts(np.bincount(answers.astype(int), minlength=8)[1:], range(1, 8))
    ours = {}
    for name in ("bootstrap-percentile", "bootstrap-bca"):
        times = []
        for _ in range(RUNS):
            taken, found = seconds(lambda name=name: INTERVALS[name](sample, 0.95))
            times.append(taken)
        ours[name] = statistics.median(times)
        print(f"{name:22} {ours[name] * 1000:10.1f} ms   {found.low[0]:.6f} to {found.high[0]:.6f}", flush=True)
    theirs, found = seconds(
        lambda: bootstrap((answers,), np.mean, n_resamples=RESAMPLES, method="percentile", batch=BATCH, rng=rng)
    )
    low, high = found.confidence_interval
    print(f"{'scipy, percentile':22} {theirs * 1000:10.1f} ms   {low:.6f} to {high:.6f}")
    for name, taken in ours.items():
        print(f"{name} takes 1/{theirs / taken:,.0f} of SciPy's percentile interval")
    sys.exit(any(taken > FRACTION * theirs for taken in ours.values()))


if __name__ == "__main__":
    main()
