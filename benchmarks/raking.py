"""Rake 100,000 respondents to four margins beside rimpy, weightipy and svy, where they are installed.

Run: python benchmarks/raking.py, in any environment that has cxstats beside them (rimpy needs Python 3.12). The calls
alternate within one process and medians are printed, with the largest difference from a wanted share that each leaves;
svy stops early unless told otherwise, so it is also run to the precision of the others.
"""

import gc
import importlib
import importlib.util
import statistics
import time
import warnings
from collections.abc import Callable

import numpy as np
import pandas as pd

from cxstats.responses.weighting.raking import rake

ROWS, RUNS = 100_000, 15
POPULATION = {
    "channel": {"web": 0.25, "phone": 0.35, "chat": 0.2, "email": 0.2},
    "region": {name: k / 36 for k, name in enumerate("ABCDEFGH", 1)},
    "age": {"18-29": 0.2, "30-44": 0.25, "45-59": 0.25, "60-74": 0.2, "75+": 0.1},
    "plan": {"basic": 0.6, "plus": 0.3, "pro": 0.1},
}
Ways = dict[str, Callable[[], object]]


def respondents() -> pd.DataFrame:
    """Customers whose levels go together, so that the margins are not met in one round."""
    rng = np.random.default_rng(1)
    standing = rng.normal(size=ROWS)
    columns = {}
    for name, levels in POPULATION.items():
        place = pd.qcut(standing + rng.normal(scale=1.0, size=ROWS), len(levels), labels=False)
        columns[name] = np.array(list(levels))[place]
    return pd.DataFrame(columns)


def rimpy_ways(data: pd.DataFrame) -> Ways:
    rimpy, found = importlib.import_module("rimpy"), {}
    found["rimpy, pandas"] = lambda: rimpy.rake(data, POPULATION)["weight"]
    if importlib.util.find_spec("polars"):
        frame = importlib.import_module("polars").from_pandas(data)
        found["rimpy, Polars"] = lambda: rimpy.rake(frame, POPULATION)["weight"]
    return found


def weightipy_ways(data: pd.DataFrame) -> Ways:
    weightipy = importlib.import_module("weightipy")
    percent = {name: {level: 100 * share for level, share in levels.items()} for name, levels in POPULATION.items()}
    scheme = weightipy.scheme_from_dict(percent)
    return {"weightipy": lambda: weightipy.weight_dataframe(data, scheme, weight_column="w")["w"]}


def svy_ways(data: pd.DataFrame) -> Ways:
    svy, polars = importlib.import_module("svy"), importlib.import_module("polars")
    sample = svy.Sample(polars.from_pandas(data.assign(base=1.0)), svy.Design(wgt="base"))

    def raked(tolerance: float) -> object:
        return sample.weighting.rake(shares=POPULATION, wgt_name="w", tol=tolerance, max_iter=1000).data["w"]

    return {"svy": lambda: raked(1e-4), "svy, tol 1e-12": lambda: raked(1e-12)}


def largest_difference(data: pd.DataFrame, weights: np.ndarray) -> float:
    return max(
        abs(weights[(data[name] == level).to_numpy()].sum() / weights.sum() - share)
        for name, levels in POPULATION.items()
        for level, share in levels.items()
    )


def main() -> None:
    warnings.simplefilter("ignore")
    data = respondents()
    categories = data.astype("category")
    ways: Ways = {
        "cxstats": lambda: rake(data, POPULATION).weights,
        "cxstats, categories": lambda: rake(categories, POPULATION).weights,
        "cxstats, trimmed to 0.1 and 4": lambda: rake(data, POPULATION, trim=(0.1, 4)).weights,
    }
    for package, made in {"rimpy": rimpy_ways, "weightipy": weightipy_ways, "svy": svy_ways}.items():
        if importlib.util.find_spec(package):
            ways |= made(data)
        else:
            print(f"{package} is not installed")
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(RUNS):
        for name, way in ways.items():
            gc.collect()
            began = time.perf_counter()
            way()
            taken[name].append(time.perf_counter() - began)
    for name, way in ways.items():
        off = largest_difference(data, np.asarray(way(), dtype=float))
        print(f"{name}: {1000 * statistics.median(taken[name]):.1f} ms (median of {RUNS}), shares met to {off:.0e}")


if __name__ == "__main__":
    main()
