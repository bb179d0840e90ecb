"""What is true of the simulated customers: effects by intervention, and the figures that the data should show.

An effect is the mean rating if a driver were one unit higher for everybody, less the mean as it is, for the same
customers with the same luck. It is no coefficient of any model. The total effect goes through all that follows from
the driver; the direct one holds the other drivers where they were.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.scales import named_scale
from cxstats.responses.simulate.checkout import CHECKOUT, CHECKOUT_DRIVERS, EASE_ITEMS
from cxstats.responses.simulate.graphs import CausalGraph, Intervention, Values
from cxstats.responses.simulate.support import INVITED_SHARE, SUPPORT, SUPPORT_DRIVERS

Floats = NDArray[np.float64]

RATINGS: Final[Mapping[str, str]] = {"ces": "ces-2.0", "csat": "csat-5", "nps": "nps"}
EFFECT_COLUMNS: Final = ("simulator", "driver", "change", "rating", "measure", "effect", "value", "simulation_error")
FIGURE_COLUMNS: Final = ("simulator", "figure", "of", "value", "simulation_error")


@dataclass(frozen=True, slots=True)
class Simulator:
    """A causal graph and what of it is looked at.

    Attributes
    ----------
    graph
        The graph.
    drivers
        The causes that an export shows.
    counts
        Variables, other than the drivers, whose mean or share is documented.
    weights
        A variable and the survey weight of each of its levels; None where everybody is invited.
    """

    graph: CausalGraph
    drivers: Sequence[str]
    counts: Sequence[str]
    weights: tuple[str, Sequence[float]] | None = None


SIMULATORS: Final = (
    Simulator(CHECKOUT, CHECKOUT_DRIVERS, (*EASE_ITEMS, "careless", "partial", "reminded", "responded")),
    Simulator(
        SUPPORT,
        SUPPORT_DRIVERS,
        ("team", "language", "bought_again", "spend", "referred", "invited", "reminded", "responded"),
        ("channel", [1 / share for share in INVITED_SHARE]),
    ),
)


def true_effects(simulator: Simulator, *, n: int, seed: int) -> pd.DataFrame:
    """Compute the effect of every driver on every rating by intervention.

    Parameters
    ----------
    simulator
        One of `SIMULATORS`.
    n
        Number of customers; the same for every intervention.
    seed
        Of their luck.

    Returns
    -------
    pandas.DataFrame
        Columns `EFFECT_COLUMNS`: ``change`` is ``"+1"``, ``"no -> yes"`` or ``"web form -> phone"``; ``measure`` is
        ``"mean"`` (points) or ``"favourable"`` (share, 0 to 1); ``effect`` is ``"total"`` or ``"direct"``;
        ``simulation_error`` is the standard error of ``value``.
    """
    graph = simulator.graph
    as_is = graph.draw(n, rng=np.random.default_rng(seed))
    rows: list[tuple[Any, ...]] = []
    for driver in simulator.drivers:
        for change, before, after in _changes(graph, driver, as_is[driver]):
            for effect in ("total", "direct"):
                held = {} if effect == "total" else {d: as_is[d] for d in simulator.drivers if d != driver}
                from_, to = (_redrawn(graph, as_is, driver, do, held=held, seed=seed) for do in (before, after))
                for (rating, measure), was, is_ in _measured(from_, to):
                    gain = is_ - was
                    error = gain.std() / np.sqrt(n)
                    rows.append((graph.name, driver, change, rating, measure, effect, gain.mean(), error))
    return pd.DataFrame(rows, columns=list(EFFECT_COLUMNS))


def _changes(
    graph: CausalGraph, driver: str, values: Values
) -> list[tuple[str, Intervention | None, Intervention | None]]:
    """Say in words and as interventions what a driver is changed from and to."""
    if driver in graph.levels:
        first, *others = graph.levels[driver]
        return [(f"{first} -> {other}", _set_to(0), _set_to(level)) for level, other in enumerate(others, start=1)]
    if values.dtype == np.bool_:
        return [("no -> yes", _set_to(0), _set_to(1))]
    return [("+1", None, lambda x: x + 1)]


def _set_to(value: int) -> Intervention:
    """Set the level of a category, or no (0) and yes (1)."""
    return lambda x: np.full(len(x), value, dtype=x.dtype)


def _redrawn(
    graph: CausalGraph,
    as_is: Mapping[str, Values],
    driver: str,
    do: Intervention | None,
    *,
    held: Mapping[str, Values],
    seed: int,
) -> Mapping[str, Values]:
    """Draw again what follows from a driver after an intervention, everything else being as it is."""
    if do is None:
        return as_is
    follows = graph.consequences(driver)
    kept = {name: values for name, values in as_is.items() if name not in follows or name in held}
    kept[driver] = np.asarray(do(as_is[driver]))
    return graph.draw(len(kept[driver]), rng=np.random.default_rng(seed), known=kept)


def _measured(from_: Mapping[str, Values], to: Mapping[str, Values]) -> list[tuple[tuple[str, str], Floats, Floats]]:
    """Each rating of each customer before and after, as points and as whether it is favourable."""
    found: list[tuple[tuple[str, str], Floats, Floats]] = []
    for rating, scale in RATINGS.items():
        good = list(named_scale(scale).favourable)
        was, is_ = from_[rating].astype(np.float64), to[rating].astype(np.float64)
        found.append(((rating, "mean"), was, is_))
        favourable = [np.isin(points, good).astype(np.float64) for points in (was, is_)]
        found.append(((rating, "favourable"), favourable[0], favourable[1]))
    return found


def true_figures(simulator: Simulator, *, n: int, seed: int) -> pd.DataFrame:
    """Compute what the data of a simulator should show.

    Returns
    -------
    pandas.DataFrame
        Columns `FIGURE_COLUMNS`: means and standard deviations, shares of levels and of yes, correlations between
        drivers and ratings, the mean rating of all customers and of those who answer, and the response rate.
    """
    made = simulator.graph.draw(n, rng=np.random.default_rng(seed))
    answered = made["responded"]
    asked = made.get("invited", np.ones(n, dtype=np.bool_))
    rows: list[tuple[str, str, float, float]] = []
    numeric: dict[str, Floats] = {}
    for name in (*simulator.drivers, *RATINGS, *simulator.counts):
        values = made[name]
        if name in simulator.graph.levels:
            for level, word in enumerate(simulator.graph.levels[name]):
                rows.append(_mean("share", f"{name} = {word}", values == level))
        elif values.dtype == np.bool_:
            rows.append(_mean("share", name, values))
        else:
            rows.append(_mean("mean", name, values))
            rows.append(_deviation(name, values))
            numeric[name] = values.astype(np.float64)
    rows += [_mean("mean of those who answer", name, made[name][answered]) for name in RATINGS]
    if simulator.weights:
        by, weights = simulator.weights
        weight = np.asarray(weights)[made[by][answered]]
        rows += [_weighted_mean(name, made[name][answered], weight) for name in RATINGS]
    rows.append(_mean("rate", "answered of those invited", answered[asked]))
    both = [name for name in (*simulator.drivers, *RATINGS) if name in numeric]
    rows += [_correlation(one, other, numeric) for one, other in combinations(both, 2)]
    table = pd.DataFrame(rows, columns=list(FIGURE_COLUMNS[1:]))
    table.insert(0, FIGURE_COLUMNS[0], simulator.graph.name)
    return table


def _mean(figure: str, of: str, values: Values) -> tuple[str, str, float, float]:
    numbers = values.astype(np.float64)
    return figure, of, float(numbers.mean()), float(numbers.std() / np.sqrt(len(numbers)))


def _weighted_mean(of: str, values: Values, weights: Floats) -> tuple[str, str, float, float]:
    mean = float(np.average(values, weights=weights))
    error = float(np.sqrt((weights**2 * (values - mean) ** 2).sum()) / weights.sum())
    return "weighted mean of those who answer", of, mean, error


def _deviation(of: str, values: Values) -> tuple[str, str, float, float]:
    """Return the standard deviation, with the error that follows from the fourth moment."""
    numbers = values.astype(np.float64)
    squares = (numbers - numbers.mean()) ** 2
    deviation = float(np.sqrt(squares.mean()))
    return "standard deviation", of, deviation, float(squares.std() / (2 * deviation * np.sqrt(len(numbers))))


def _correlation(one: str, other: str, values: Mapping[str, Floats]) -> tuple[str, str, float, float]:
    found = float(np.corrcoef(values[one], values[other])[0, 1])
    return "correlation", f"{one}, {other}", found, float(1.0 / np.sqrt(len(values[one])))
