"""Read a million survey answers from CSV: read_export beside polars.read_csv and pandas.read_csv.

The file has twelve columns: ids, times, choices, ratings, a number, and comments, of which some have quotes and line
breaks. read_export also checks every record, finds duplicates, dates and scales; the other two only parse. Each
runs in turn; peak memory is that of a process of its own, above what reading ten lines takes (on Linux).

Run: python benchmarks/reading.py
"""

import itertools
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import click
import numpy as np
import pandas as pd
import polars as pl

from cxstats import read_export

ROWS, REPEATS = 1_000_000, 5
WORDS = ["the", "order", "was", "late", "help", "came", "fast", "site", "easy", "thanks", "slow", "again"]
WAYS: dict[str, tuple[str, Callable[[Path], object]]] = {
    "read_export": ("from cxstats import read_export as read; import pyarrow.csv, pyarrow.compute", read_export),
    "polars.read_csv": ("from polars import read_csv as read", pl.read_csv),
    "pandas.read_csv": ("from pandas import read_csv as read; import pyarrow.compute", pd.read_csv),
}
MEASURE = """
import sys
{imports}
# The peak that getrusage tells begins with that of the process that started this one.
peak = lambda: next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) * 1024
# What is imported when a file is read first is no part of any file.
read(sys.argv[2])
before = peak()
found = read(sys.argv[1])
print(peak() - before)
"""


def write(path: Path) -> None:
    rng = np.random.default_rng(1)
    start = pd.Timestamp("2025-01-01") + pd.to_timedelta(rng.integers(0, 365 * 86_400, ROWS), unit="s")
    end = start + pd.to_timedelta(rng.integers(20, 900, ROWS), unit="s")
    comments = np.full(ROWS, "", dtype=object)
    told = [" ".join(words) for words in np.array(WORDS)[rng.integers(0, len(WORDS), (ROWS // 4, 14))]]
    comments[rng.choice(ROWS, ROWS // 4, replace=False)] = told
    comments[::50] = [f'said "{words}", then\nleft' if words else "" for words in comments[::50]]
    answers = {
        "response_id": [f"R_{key:012x}" for key in rng.integers(0, 2**48, ROWS)],
        "customer": rng.integers(10**6, 10**7, ROWS),
        "started": start.strftime("%Y-%m-%d %H:%M:%S"),
        "ended": end.strftime("%Y-%m-%d %H:%M:%S"),
        "channel": rng.choice(["web", "phone", "chat", "e-mail"], ROWS),
        "country": rng.choice(["Netherlands", "Belgium", "Germany", "Romania", "China"], ROWS),
        "device": rng.choice(["phone", "desktop", "tablet"], ROWS),
        "ces": rng.choice(["", *"1234567"], ROWS),
        "csat": rng.choice(["Very satisfied", "Satisfied", "Neutral", "Dissatisfied", "Very dissatisfied"], ROWS),
        "nps": rng.integers(0, 11, ROWS),
        "minutes": np.round(rng.gamma(2, 5, ROWS), 1),
        "comment": comments,
    }
    pd.DataFrame(answers).to_csv(path, index=False)


def peak_memory(imports: str, path: Path) -> int:
    """Return the bytes that reading takes at its peak, above what the process had before."""
    few = path.with_name("few.csv")
    with path.open(encoding="utf-8") as lines:
        few.write_text("".join(itertools.islice(lines, 10)), encoding="utf-8")
    command = [sys.executable, "-c", MEASURE.format(imports=imports), str(path), str(few)]
    return int(subprocess.run(command, capture_output=True, text=True, check=True).stdout)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "answers.csv")
        write(path)
        size = path.stat().st_size
        seconds: dict[str, list[float]] = {name: [] for name in WAYS}
        with click.progressbar(range(REPEATS + 1), label="reading") as rounds:
            for turn in rounds:
                for name, (_, read) in WAYS.items():
                    start = time.perf_counter()
                    read(path)
                    # The first turn warms up.
                    seconds[name] += [time.perf_counter() - start] if turn else []
        memory = {name: peak_memory(imports, path) for name, (imports, _) in WAYS.items()}
    medians = {name: statistics.median(taken) for name, taken in seconds.items()}
    print(f"{ROWS:,} answers, {size / 1e6:.0f} MB, medians of {REPEATS} in turn")
    for name, median in medians.items():
        times = median / medians["polars.read_csv"]
        print(f"{name}: {median:.2f} s ({times:.1f} times polars), {memory[name] / size:.1f} times the file in memory")


if __name__ == "__main__":
    main()
