"""What each stratum of a design does to the variance: its factor, and from where deviations are taken.

The covariance of weighted totals is a sum over strata h of ``factor_h`` times the sum over units of z z', less
``centring_h`` times the outer product of the stratum's total: with n of N units sampled and f = 1 - n / N, the factor
is f n / (n - 1) and the centring is factor / n. Strata with a single unit follow the design's rule.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.design_rows import FOURTHS, SQUARES, STRATUM, TOTAL
from cxstats.responses.quoting import examples
from cxstats.responses.weights import Design, PopulationSize

Floats = NDArray[np.float64]

_IN_FULL: Final = 1e-7


@dataclass(frozen=True, slots=True, eq=False)
class Strata:
    """The H strata of a sample.

    Attributes
    ----------
    names
        Their names, ascending.
    sizes
        Units sampled; shape (H,).
    left
        Part of the population that was not sampled, 1 - n / N; 1 where N is not known; shape (H,).
    factor, centring
        As the module says; shape (H,).
    row_weight
        Weight of a row that the population sizes imply where the design names no weights; 1 otherwise; shape (H,).
    """

    names: "pd.Index[Any]"
    sizes: Floats
    left: Floats
    factor: Floats
    centring: Floats
    row_weight: Floats

    def places(self, names: "pd.Series[Any]") -> NDArray[np.intp]:
        """Return which stratum each name is; -1 for strata without any weight, which are no part of the sample."""
        return self.names.get_indexer(pd.Index(names))

    def weigh(self, cells: pd.DataFrame) -> pd.DataFrame:
        """Multiply the sums of weights of cells by the weights that population sizes imply."""
        if (self.row_weight == 1).all():
            return cells
        place = self.places(cells[STRATUM])
        weight = np.where(place >= 0, self.row_weight[place], 1.0)
        powers = {TOTAL: weight, SQUARES: weight**2, FOURTHS: weight**4}
        return cells.assign(**{name: cells[name] * power for name, power in powers.items()})


def strata_of(
    sizes: "pd.Series[float]", design: Design, *, populations: Callable[[], pd.DataFrame] | None = None
) -> Strata:
    """Say what each stratum does to the variance.

    Parameters
    ----------
    sizes
        Units sampled, by stratum.
    design
        The design.
    populations
        Gives the least and largest population size in the rows of each stratum (columns low and high), where the
        design names a column of them.

    Raises
    ------
    ValueError
        If a stratum has a single unit and the design refuses it, a population size is missing, not constant within
        its stratum, or less than the sample.
    """
    n: Floats = np.asarray(sizes, dtype=np.float64)
    population = _population(sizes, design, populations)
    left = np.ones(len(n)) if population is None else np.maximum(1 - n / population, 0)
    in_full = left < _IN_FULL
    lonely = (n == 1) & ~in_full
    if design.lonely == "refuse":
        require_two_clusters(sizes[~in_full], design)
    factor: Floats = np.where(in_full, 0.0, left * n / np.maximum(n - 1, 1))
    centring: Floats = factor / n
    centring[lonely] = 0
    if design.lonely != "centre":
        factor[lonely] = 0
    if design.lonely == "average" and not lonely.all():
        stretch = len(n) / (~lonely).sum()
        factor, centring = factor * stretch, centring * stretch
    implied = design.strata is not None and design.weights is None
    row_weight = np.ones(len(n)) if population is None or not implied else population / n
    return Strata(pd.Index(sizes.index), n, left, factor, centring, row_weight)


def _population(
    sizes: "pd.Series[float]", design: Design, populations: Callable[[], pd.DataFrame] | None
) -> Floats | None:
    """Find the population size of each stratum, at least its sample."""
    given = design.population_size
    if given is None:
        return None
    if isinstance(given, str):
        found = _constant(populations().loc[sizes.index] if populations else pd.DataFrame(), given, design)
    elif isinstance(given, Mapping):
        found = _looked_up(given, sizes, design)
    else:
        found = np.full(len(sizes), float(given))
    n = sizes.to_numpy(dtype=np.float64)
    small = np.flatnonzero(found < n * (1 - 1e-12))
    if len(small):
        k = small[0]
        where = f" of stratum {sizes.index[k]!r}" if design.strata else ""
        raise ValueError(
            f"a population has at least as many units as its sample; the population size{where} is {found[k]:,.10g} "
            f"and the sample has {n[k]:,.0f} {design.units}"
        )
    return found


def _constant(extent: pd.DataFrame, column: str, design: Design) -> Floats:
    low, high = (extent[name].to_numpy(dtype=np.float64) for name in ("low", "high"))
    varies = np.flatnonzero(~(high - low <= 1e-9 * np.abs(high)))
    if len(varies):
        k = varies[0]
        where = f"stratum {extent.index[k]!r}" if design.strata else "the sample"
        raise ValueError(
            f"the population size must be one number in each stratum; column {column!r} has {low[k]:,.10g} to "
            f"{high[k]:,.10g} in {where}"
        )
    return high


def _looked_up(given: Mapping[object, PopulationSize], sizes: "pd.Series[float]", design: Design) -> Floats:
    missing = [name for name in sizes.index if name not in given]
    if missing:
        raise ValueError(
            f"population sizes are given for {', '.join(map(repr, given))}; stratum {missing[0]!r} of column "
            f"{design.strata!r} has none"
        )
    return np.array([given[name] for name in sizes.index], dtype=np.float64)


def require_two_clusters(stratum_sizes: "pd.Series[float]", design: Design) -> None:
    """Refuse a stratum with a single cluster: its variance cannot be estimated.

    Raises
    ------
    ValueError
        Names the lonely strata.
    """
    lonely = stratum_sizes.index[stratum_sizes.to_numpy() == 1].tolist()
    if not lonely:
        return
    units = f"clusters (column {design.clusters!r})" if design.clusters else "rows"
    if design.strata is None:
        raise ValueError(f"a design needs two or more {units}; the data have one")
    names = examples(lonely, name=design.strata) + (", ..." if len(lonely) > 5 else "")
    raise ValueError(
        f"every stratum of column {design.strata!r} needs two or more {units}, so that its variance can be estimated; "
        f"one only in: {names}. Merge it with a stratum like it, or say how to count it with lonely='centre', "
        "'average' or 'remove'"
    )
