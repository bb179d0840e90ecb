"""Count eight million survey answers straight from a CSV file of 0.9 GB, in bounded memory.

The file has twelve columns: ids (a few twice), times, a status that makes some records previews, choices, ratings in
numbers and in words, weights, minutes, and comments, of which some have quotes and line breaks. Counted is one rating
by channel, without a design and with weights and clusters. `tally` of the path and read_export + `tally` make the same
of it, which is checked; DuckDB and Polars only count the cells of the column by channel, as they stand.

Each way runs in a process of its own, once. Time of processors is told too, since it depends less on what else the
machine does; peak memory is that of the process, imports and all (on Linux).

Run: python benchmarks/scanning.py [rows]
"""

import json
import subprocess
import sys
import tempfile
from pathlib import Path

import click
import numpy as np
import pandas as pd

ROWS, AT_ONCE = 8_000_000, 250_000
WORDS = ["the", "order", "was", "late", "help", "came", "fast", "site", "easy", "thanks", "slow", "again"]
COUNTED = "cx.tally({data}, 'ces', scale='ces-2.0', by='channel')"
WEIGHTED = "cx.tally({data}, 'ces', scale='ces-2.0', by='channel', design=cx.Design('weight', clusters='agent'))"
TOLD = "[found.counts.tolist(), found.missing.tolist(), found.totals.tolist(), str(found.covariance)]"
WAYS = {
    "scan_export": (
        "from cxstats.responses.exports.scanning import scan_export",
        "found = scan_export(path)",
        "[found.read, found.kept, found.summary().values.tolist()]",
    ),
    "tally(path)": ("import cxstats as cx", f"found = {COUNTED.format(data='path')}", TOLD),
    "tally(path, design)": ("import cxstats as cx", f"found = {WEIGHTED.format(data='path')}", TOLD),
    "read_export + tally": (
        "import cxstats as cx",
        f"survey = cx.read_export(path); found = {COUNTED.format(data='survey')}",
        TOLD,
    ),
    "read_export + tally(design)": (
        "import cxstats as cx",
        f"survey = cx.read_export(path); found = {WEIGHTED.format(data='survey')}",
        TOLD,
    ),
    "duckdb, cells only": (
        "import duckdb",
        "duckdb.execute('SET enable_progress_bar = false'); found = duckdb.sql("
        "f\"SELECT channel, ces, count(*) FROM read_csv('{path}', all_varchar = true) GROUP BY ALL\").fetchall()",
        "len(found)",
    ),
    "polars, cells only": (
        "import polars as pl",
        "found = pl.scan_csv(path, infer_schema=False).group_by('channel', 'ces').agg(pl.len())"
        ".collect(engine='streaming')",
        "len(found)",
    ),
}
MEASURE = """
import json, sys, time
{imports}
path = sys.argv[1]
start = time.perf_counter()
{run}
seconds, busy = time.perf_counter() - start, time.process_time()
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM")) * 1024
print(json.dumps([seconds, busy, peak, {told}]))
"""


def write(path: Path, rows: int) -> None:
    rng = np.random.default_rng(1)
    comments = np.array([" ".join(words) for words in np.array(WORDS)[rng.integers(0, len(WORDS), (20_000, 12))]])
    comments = np.concatenate(
        [np.full(60_000, ""), comments, [f'said "{words}", then\nleft' for words in comments[:2000]]]
    )
    starts = range(0, rows, AT_ONCE)
    with path.open("w", newline="") as file, click.progressbar(starts, label=f"writing {rows:,} rows") as pieces:
        for first in pieces:
            count = min(AT_ONCE, rows - first)
            keys = np.arange(first, first + count)
            keys[rng.random(count) < 1e-5] = 0
            begun = pd.Timestamp("2025-01-01") + pd.to_timedelta(rng.integers(0, 365 * 86_400, count), unit="s")
            answers = {
                "Response ID": [f"R_{key * 2654435761 % 2**32:012x}" for key in keys],
                "customer": rng.integers(10**6, 10**7, count),
                "started": begun.strftime("%Y-%m-%d %H:%M:%S"),
                "channel": rng.choice(["web", "phone", "chat", "e-mail"], count),
                "country": rng.choice(["Netherlands", "Belgium", "Germany", "Romania", "China"], count),
                "agent": rng.integers(100, 400, count),
                "ces": rng.choice(["", *"1234567", "n/a"], count),
                "csat": rng.choice(["Very satisfied", "Satisfied", "Neutral", "Dissatisfied"], count),
                "nps": rng.integers(0, 11, count),
                "weight": np.round(rng.gamma(8, 1 / 8, count), 5),
                "minutes": np.round(rng.gamma(2, 5, count), 1),
                "comment": rng.choice(comments, count),
            }
            pd.DataFrame(answers).to_csv(file, index=False, header=first == 0)


def measured(way: str, path: Path) -> tuple[float, float, int, object]:
    imports, run, told = WAYS[way]
    command = [sys.executable, "-c", MEASURE.format(imports=imports, run=run, told=told), str(path)]
    return tuple(json.loads(subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout))


def main() -> None:
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "answers.csv")
        write(path, rows)
        size = path.stat().st_size
        print(f"{rows:,} answers, {size / 1e6:,.0f} MB")
        found: dict[str, object] = {}
        for way in WAYS:
            seconds, busy, peak, found[way] = measured(way, path)
            print(f"{way}: {seconds:.1f} s, {busy:.1f} s of processors, {peak / 1e6:,.0f} MB at its peak", flush=True)
    same = found["tally(path)"] == found["read_export + tally"]
    print("both tallies are the same" if same else "THE TALLIES DIFFER")


if __name__ == "__main__":
    main()
