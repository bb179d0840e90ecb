"""The rows of a sample under our own names: keys, and what is added up over them.

An engine's rows are a lazy selection; those of pandas are made here, since its columns are at hand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.engines import ANSWER, ROWS, Frame, collect_small
from cxstats.responses.numbering import number_groups
from cxstats.responses.weights import Design

STRATUM: Final = "__stratum"
CLUSTER: Final = "__cluster"
WEIGHED: Final = "__weighed"
SAMPLED: Final = "__sampled"
TOTAL: Final = "__total"
SQUARES: Final = "__squares"
FOURTHS: Final = "__fourths"
SUMS: Final = (ROWS, WEIGHED, SAMPLED, TOTAL, SQUARES, FOURTHS)
_WHOLE: Final = (WEIGHED, SAMPLED)
MARGIN: Final = "__margin"
POPULATION: Final = "__population"
_WEIGHT: Final = "__weight"


@dataclass(frozen=True, slots=True, eq=False)
class PandasRows:
    """R rows that pandas holds, all of them usable.

    Attributes
    ----------
    keys
        Segments by their own names, the answer, and what the design names.
    sums
        What is added up over rows, but for their number; shape (R,) each.
    """

    keys: "Mapping[str, pd.Series[Any]]"
    sums: Mapping[str, NDArray[Any]]

    def __len__(self) -> int:
        return len(self.keys[ANSWER])

    def table(self) -> pd.DataFrame:
        """Return all rows, each as a cell of its own."""
        sums = {
            name: values if name in (TOTAL, SQUARES) else values.astype(np.int64) for name, values in self.sums.items()
        }
        return pd.DataFrame({**self.keys, ROWS: np.ones(len(self), dtype=np.int64), **sums})

    def cells(self) -> pd.DataFrame:
        """Count rows and add up their sums by all keys; the types are the same whatever the engine."""
        row, cell = number_groups([*self.keys.values()])
        cells = pd.DataFrame({name: values.iloc[row].array for name, values in self.keys.items()})
        rows = np.bincount(cell, minlength=len(row))
        found: dict[str, NDArray[Any]] = {ROWS: rows}
        for name, values in self.sums.items():
            added = np.bincount(cell, weights=values, minlength=len(row))
            found[name] = added.astype(np.int64) if name in _WHOLE else added
        return collect_small(nw.from_native(cells, eager_only=True)).assign(**found)


def design_rows(frame: Frame, column: str, by: Sequence[str], design: Design) -> Frame:
    """Select the columns that matter under our own names, the weight as a float that is null where it is missing.

    Columns ``__answer``, ``__by0``, ..., ``__stratum``, ``__cluster``, ``__margin0``, ..., the sums but for rows, and
    what else the design names.
    """
    schema = frame.collect_schema()
    answer = nw.col(column)
    if isinstance(schema[column], nw.Categorical | nw.Enum):
        answer = answer.cast(nw.String)
    taken = {f"__by{i}": name for i, name in enumerate(by)} | _named(design)
    rows = frame.select(answer.alias(ANSWER), *(nw.col(name).alias(key) for key, name in taken.items()))
    # NaN sorts above every number in some engines and is null in others: make it null in all.
    floats = [key for key, name in taken.items() if schema[name].is_float()]
    rows = rows.with_columns(nw.when(~nw.col(key).is_nan()).then(nw.col(key)).alias(key) for key in floats)
    if design.strata is None:
        rows = rows.with_columns(nw.lit(0).alias(STRATUM))
    weight = nw.lit(1.0) if design.weights is None else nw.col(_WEIGHT).cast(nw.Float64)
    known = weight.fill_null(0.0)
    return rows.with_columns(
        weight.alias(_WEIGHT),
        known.alias(TOTAL),
        (known * known).alias(SQUARES),
        (known * known * known * known).alias(FOURTHS),
        (known > 0).cast(nw.Int64).alias(WEIGHED),
        (~weight.is_null()).cast(nw.Int64).alias(SAMPLED),
    )


def _named(design: Design) -> dict[str, str]:
    """Return the columns that the design names, by our names."""
    population = design.population_size if isinstance(design.population_size, str) else None
    named = {STRATUM: design.strata, CLUSTER: design.clusters, _WEIGHT: design.weights, POPULATION: population}
    named |= {f"{MARGIN}{i}": name for i, name in enumerate(design.margins)}
    return {key: name for key, name in named.items() if name}


def rows_of_pandas(table: pd.DataFrame, column: str, by: Sequence[str], design: Design) -> PandasRows | None:
    """Take the rows of a pandas table; None where something is wrong with what the design names.

    A float column of pandas holds NaN for what is missing, so that nothing needs to be told apart.
    """
    weights = np.ones(len(table)) if design.weights is None else _floats(table[design.weights])
    absent = np.isnan(weights)
    known = np.where(absent, 0.0, weights) if absent.any() else weights
    named = {key: table[name] for key, name in _named(design).items() if key not in (_WEIGHT, POPULATION)}
    for key, values in named.items():
        gaps = values.isna().to_numpy()
        if (gaps & (known > 0)).any() if key.startswith(MARGIN) else gaps.any():
            return None
    if known.min(initial=0.0) < 0 or np.isinf(known).any():
        return None
    answers = table[column]
    answers = answers.astype("str") if isinstance(answers.dtype, pd.CategoricalDtype) else answers
    keys = {**{name: table[name] for name in by}, **named, ANSWER: answers}
    squares = known * known
    return PandasRows(
        keys, {WEIGHED: known > 0, SAMPLED: ~absent, TOTAL: known, SQUARES: squares, FOURTHS: squares * squares}
    )


def _floats(weights: "pd.Series[Any]") -> NDArray[np.float64]:
    return weights.to_numpy(dtype=np.float64, na_value=np.nan)


def require_numbers(frame: Frame, design: Design) -> None:
    """Refuse weights and population sizes that are no numbers.

    Raises
    ------
    ValueError
        Names the column and its type.
    """
    named, schema = _named(design), frame.collect_schema()
    for what, key in (("population sizes", POPULATION), ("weights", _WEIGHT)):
        if key in named and not (kind := schema[named[key]]).is_numeric():
            raise ValueError(f"{what} must be numbers; column {named[key]!r} is {kind}")


def require_usable(rows: Frame, design: Design) -> int:
    """Refuse rows that the design cannot place, and weights that are none; return the number of rows.

    Raises
    ------
    ValueError
        Says of which column how many rows are empty, or from where to where the weights go.
    """
    named = {STRATUM: ("stratum", design.strata), CLUSTER: ("cluster", design.clusters)}
    named |= {f"{MARGIN}{i}": ("margin", name) for i, name in enumerate(design.margins)}
    if isinstance(design.population_size, str):
        named[POPULATION] = ("population size", design.population_size)
    empty = {key: nw.col(key).is_null() for key, (_, name) in named.items() if name}
    # A row without a weight was not fitted to any margin.
    weighed = nw.col(_WEIGHT).fill_null(0.0) > 0
    empty |= {key: found & weighed for key, found in empty.items() if key.startswith(MARGIN)}
    checks = [found.cast(nw.Int64).sum().alias(key) for key, found in empty.items()]
    extent = (nw.col(_WEIGHT).min().alias("__low"), nw.col(_WEIGHT).max().alias("__high"), nw.len().alias(ROWS))
    found = collect_small(rows.select(*checks, *extent)).iloc[0]
    for key, (what, name) in named.items():
        if name and found[key] > 0:
            raise ValueError(f"every row needs its {what}; column {name!r} is empty in {int(found[key]):,} rows")
    low, high = found["__low"], found["__high"]
    if not pd.isna(low) and (low < 0 or high == float("inf")):
        raise ValueError(f"weights must be finite and not negative; column {design.weights!r} has {low:g} to {high:g}")
    return int(found[ROWS])
