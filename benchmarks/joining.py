"""Join 2 million events to 1 million answers: attach beside pandas' merge_asof, which takes the last event only.

Run: make bench.
"""

import statistics
import time

import numpy as np
import pandas as pd

from cxstats import attach

ANSWERS, EVENTS, KEYS, REPEATS = 1_000_000, 2_000_000, 400_000, 5
FACTS = {"n": "count", "minutes": "sum", "longest": ("minutes", "max"), "solved": "last", "first": ("solved", "first")}


def main() -> None:
    rng = np.random.default_rng(1)
    start = pd.Timestamp("2026-01-01")

    def moments(n: int) -> pd.DatetimeIndex:
        return start + pd.to_timedelta(rng.integers(0, 180 * 86_400, n), unit="s")

    answers = pd.DataFrame({"key": rng.integers(0, KEYS, ANSWERS), "at": moments(ANSWERS)})
    events = pd.DataFrame(
        {
            "key": rng.integers(0, KEYS, EVENTS),
            "at": moments(EVENTS),
            "minutes": rng.gamma(1.5, 4, EVENTS),
            "solved": rng.random(EVENTS) < 0.7,
        }
    )
    ways = {
        "attach, each event once, five facts": lambda: attach(answers, events, on="key", before="at", facts=FACTS),
        "pandas.merge_asof with its two sorts": lambda: pd.merge_asof(
            answers.sort_values("at"), events.sort_values("at"), on="at", by="key"
        ),
    }
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(REPEATS):
        for name, way in ways.items():
            began = time.perf_counter()
            way()
            seconds[name].append(time.perf_counter() - began)
    for name, taken in seconds.items():
        print(f"{name}: {statistics.median(taken):.2f} s (median of {REPEATS})")


if __name__ == "__main__":
    main()
