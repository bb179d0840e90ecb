"""What touches every row: aggregations that run inside the engine that holds the data, through Narwhals.

Each function returns a small pandas table. The names of its columns start with two underscores where they are ours; a
user's column of such a name is refused.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, Final, Literal

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd

from cxstats.responses.names import unknown_name
from cxstats.responses.weights import Design

ANSWER: Final = "__answer"
STRATUM: Final = "__stratum"
CLUSTER: Final = "__cluster"
ROWS: Final = "__rows"
WEIGHED: Final = "__weighed"
SAMPLED: Final = "__sampled"
TOTAL: Final = "__total"
SQUARES: Final = "__squares"
SUMS: Final = (ROWS, WEIGHED, SAMPLED, TOTAL, SQUARES)
PRESENT: Final = "__present"
MARGIN: Final = "__margin"
POPULATION: Final = "__population"
_WEIGHT: Final = "__weight"

# The type of a column without and with missing values.
_DTYPES: Final[Mapping[type, tuple[Any, Any]]] = {
    str: ("str", "str"),
    bool: ("bool", "boolean"),
    int: ("int64", "Int64"),
    float: ("float64", "float64"),
}

Frame = nw.DataFrame[Any] | nw.LazyFrame[Any]


def open_frame(data: Any, columns: Sequence[str]) -> Frame:
    """Wrap a table of any engine and check that it has these columns.

    Raises
    ------
    TypeError
        If the table is of no engine that Narwhals knows.
    ValueError
        If a column is missing, has one of our names, or holds what an engine cannot count.
    """
    try:
        frame = nw.from_native(data)
    except TypeError:
        raise TypeError(
            "data must be a Survey or a table of pandas, Polars, DuckDB or PyArrow; "
            f"got {type(data).__module__}.{type(data).__name__}"
        ) from None
    schema = frame.collect_schema()
    for column in columns:
        if column not in schema:
            raise ValueError(unknown_name("column", column, schema.names()))
        if column.startswith("__"):
            raise ValueError(f"column names must not start with two underscores; rename column {column!r}")
        if schema[column].is_nested():
            raise ValueError(f"column {column!r} holds lists or structures ({schema[column]}), not single values")
        _require_countable(frame, column)
    # Polars' lazy engine groups about twice as fast as its eager one.
    return frame.lazy() if frame.implementation.is_polars() else frame


def _require_countable(frame: Frame, column: str) -> None:
    """Refuse a pandas column of objects that mixes truth values with numbers: a group-by takes True for 1."""
    native = frame.to_native()
    if not isinstance(native, pd.DataFrame) or native[column].dtype != object:
        return
    if pd.api.types.infer_dtype(native[column], skipna=True).startswith("mixed"):
        kinds = set(map(type, native[column].tolist()))
        if kinds & {bool, np.bool_} and len(kinds - {bool, np.bool_, type(None), type(pd.NA)}):
            raise ValueError(f"column {column!r} mixes True and False with other values; make it text or numbers first")


def count_answers(frame: Frame, column: str, by: Sequence[str]) -> pd.DataFrame:
    """Count rows by segment and raw answer: columns `by`, ``__answer``, ``__rows``."""
    counted = frame.group_by(*by, column).agg(nw.len().alias(ROWS))
    small = _collect(counted)
    small.columns = [*by, ANSWER, ROWS]
    return _with_categories(small, frame, by)


class DesignCounts:
    """Counts and weighted sums of one column under a design.

    Parameters
    ----------
    frame, column, by, design
        As for `cxstats.responses.tallies.tally`; the columns are known to exist.

    Raises
    ------
    ValueError
        If weights are not numeric or not finite and non-negative; or a stratum, cluster or margin is missing.
    """

    def __init__(self, frame: Frame, column: str, by: Sequence[str], design: Design) -> None:
        self._source, self._by, self._keys = frame, tuple(by), [f"__by{i}" for i in range(len(by))]
        self._margins = [f"{MARGIN}{i}" for i in range(len(design.margins))]
        rows = _design_rows(frame, column, dict(zip(self._keys, by, strict=True)), design)
        self._row_count = _require_usable(rows, design)
        weight = nw.col(_WEIGHT).fill_null(0.0)
        self._rows = rows.with_columns(
            weight.alias(TOTAL),
            (weight * weight).alias(SQUARES),
            (weight > 0).cast(nw.Int64).alias(WEIGHED),
            (~nw.col(_WEIGHT).is_null()).cast(nw.Int64).alias(SAMPLED),
        )
        self._finest = [*self._keys, STRATUM, *([CLUSTER] if design.clusters else []), ANSWER, *self._margins]

    @cached_property
    def _cells(self) -> Frame:
        return self._rows.group_by(*self._finest).agg(
            nw.len().alias(ROWS), *(nw.col(c).sum() for c in (WEIGHED, SAMPLED, TOTAL, SQUARES))
        )

    def cells(self) -> pd.DataFrame:
        """Sum by segment, stratum and raw answer: `by`, ``__stratum``, ``__answer``, and the five sums."""
        if self._finest == [*self._keys, STRATUM, ANSWER]:
            return self._named(_collect(self._cells))
        summed = self._cells.group_by(*self._keys, STRATUM, ANSWER).agg(*(nw.col(c).sum() for c in SUMS))
        return self._named(_collect(summed))

    def unit_cells(self, *, at_most: int) -> pd.DataFrame | None:
        """Sum by segment, stratum, cluster, margins and raw answer; None where these cells are more than `at_most`.

        Columns `by`, ``__stratum``, ``__cluster`` (where the design has clusters), ``__answer``, ``__margin0``, ...,
        and the sums.
        """
        if self._row_count > at_most:
            size = _collect(self._cells.select(nw.len().alias(ROWS)))[ROWS]
            if int(size.iloc[0]) > at_most:
                return None
        kind, found = self._rows.implementation, self._cells_or_rows(at_most)
        # Pandas has these columns already, and converting text takes longer than all that follows.
        if kind.is_pandas():
            return found.to_native().rename(columns=dict(zip(self._keys, self._by, strict=True)))
        return self._named(_collect(found))

    def _cells_or_rows(self, at_most: int) -> Frame:
        """Return the cells; where few rows are in memory the rows themselves, which is quicker than to sum them."""
        kind = self._rows.implementation
        if self._row_count > at_most or not (kind.is_pandas() or kind.is_polars() or kind.is_pyarrow()):
            return self._cells
        return self._rows.select(*self._finest, nw.lit(1).alias(ROWS), WEIGHED, SAMPLED, TOTAL, SQUARES)

    def same_types(self, cells: pd.DataFrame) -> pd.DataFrame:
        """Give cells the types that they have whatever the engine."""
        return _with_categories(_collect(nw.from_native(cells, eager_only=True)), self._source, self._by)

    def populations(self) -> pd.DataFrame:
        """Give the least and the largest population size in the rows of each stratum, in columns low and high."""
        sizes = self._rows.group_by(STRATUM).agg(
            nw.col(POPULATION).min().alias("low"), nw.col(POPULATION).max().alias("high")
        )
        return _collect(sizes).set_index(STRATUM)

    def cluster_products(self, answers: Sequence[Sequence[object]], *, by_segment: bool) -> pd.DataFrame:
        """Sum the products of cluster totals, by segment and stratum.

        Parameters
        ----------
        answers
            For each of K points, the raw answers that mean it.
        by_segment
            Whether to tell segments apart or to take all rows as one.

        Returns
        -------
        pandas.DataFrame
            Columns `by`, ``__stratum``, ``__present`` (clusters with rows of the segment) and ``__j_k`` for the
            points j <= k.
        """
        keys = self._keys if by_segment else []
        points = [f"__{k}" for k in range(len(answers))]
        placed = self._cells.with_columns(
            nw.when(nw.col(ANSWER).is_in(list(raw))).then(nw.col(TOTAL)).otherwise(0.0).alias(point)
            for point, raw in zip(points, answers, strict=True)
            if raw
        )
        used = [point for point, raw in zip(points, answers, strict=True) if raw]
        clusters = placed.group_by(*keys, STRATUM, CLUSTER).agg(nw.col(c).sum() for c in (*used, WEIGHED))
        pairs = [(a, b) for i, a in enumerate(used) for b in used[i:]]
        squared = clusters.with_columns(
            (nw.col(WEIGHED) > 0).cast(nw.Int64).alias(PRESENT),
            *((nw.col(a) * nw.col(b)).alias(f"{a}_{b[2:]}") for a, b in pairs),
        )
        summed = squared.group_by(*keys, STRATUM).agg(
            nw.col(c).sum() for c in (PRESENT, *(f"{a}_{b[2:]}" for a, b in pairs))
        )
        return self._named(_collect(summed)) if by_segment else _collect(summed)

    def clusters(self, *, at_most: int) -> tuple["pd.Series[float]", frozenset[object] | None, int]:
        """Count the clusters of each stratum, list them up to `at_most`, and count those with a weight above 0."""
        found = self._cells.group_by(STRATUM, CLUSTER).agg(nw.col(c).sum() for c in (SAMPLED, WEIGHED))
        found = found.filter(nw.col(SAMPLED) > 0).with_columns((nw.col(WEIGHED) > 0).cast(nw.Int64).alias(PRESENT))
        counted = _collect(found.group_by(STRATUM).agg(nw.len().alias(ROWS), nw.col(PRESENT).sum()))
        sizes = counted.sort_values(STRATUM).set_index(STRATUM)[ROWS].astype(float)
        weighing = int(counted[PRESENT].sum())
        if sizes.sum() > at_most:
            return sizes, None, weighing
        listed = _collect(found.select(STRATUM, CLUSTER))
        # As text, since an id can be a number in one export and text in the next.
        names = (listed[key].astype("str").tolist() for key in (STRATUM, CLUSTER))
        return sizes, frozenset(zip(*names, strict=True)), weighing

    def _named(self, small: pd.DataFrame) -> pd.DataFrame:
        named = small.rename(columns=dict(zip(self._keys, self._by, strict=True)))
        return _with_categories(named, self._source, self._by)


def _design_rows(frame: Frame, column: str, keys: dict[str, str], design: Design) -> Frame:
    """Select the columns that matter under our own names, the weight as a float that is null where it is missing."""
    schema = frame.collect_schema()
    answer = nw.col(column)
    if isinstance(schema[column], nw.Categorical | nw.Enum):
        answer = answer.cast(nw.String)
    named = {STRATUM: design.strata, CLUSTER: design.clusters, _WEIGHT: design.weights}
    named |= {f"{MARGIN}{i}": name for i, name in enumerate(design.margins)}
    if isinstance(design.population_size, str):
        named[POPULATION] = design.population_size
        _require_numeric(frame, "population sizes", design.population_size)
    taken = {**keys, **{key: name for key, name in named.items() if name}}
    rows = frame.select(answer.alias(ANSWER), *(nw.col(name).alias(key) for key, name in taken.items()))
    # NaN sorts above every number in some engines and is null in others: make it null in all.
    floats = [key for key, name in taken.items() if schema[name].is_float()]
    rows = rows.with_columns(nw.when(~nw.col(key).is_nan()).then(nw.col(key)).alias(key) for key in floats)
    if design.strata is None:
        rows = rows.with_columns(nw.lit(0).alias(STRATUM))
    if design.weights is None:
        return rows.with_columns(nw.lit(1.0).alias(_WEIGHT))
    _require_numeric(frame, "weights", design.weights)
    return rows.with_columns(nw.col(_WEIGHT).cast(nw.Float64))


def _require_numeric(frame: Frame, what: str, column: str) -> None:
    kind = frame.collect_schema()[column]
    if not kind.is_numeric():
        raise ValueError(f"{what} must be numbers; column {column!r} is {kind}")


def _require_usable(rows: Frame, design: Design) -> int:
    """Refuse rows that the design cannot place, and weights that are none; return the number of rows."""
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
    found = _collect(rows.select(*checks, *extent)).iloc[0]
    for key, (what, name) in named.items():
        if name and found[key] > 0:
            raise ValueError(f"every row needs its {what}; column {name!r} is empty in {int(found[key]):,} rows")
    low, high = found["__low"], found["__high"]
    if not pd.isna(low) and (low < 0 or high == float("inf")):
        raise ValueError(f"weights must be finite and not negative; column {design.weights!r} has {low:g} to {high:g}")
    return int(found[ROWS])


def _collect(frame: Frame) -> pd.DataFrame:
    """Bring a small table here, with the same types whatever the engine; text as objects, which is quick."""
    eager = frame.collect() if isinstance(frame, nw.LazyFrame) else frame
    return pd.DataFrame({name: _column(eager[name]) for name in eager.columns})


def _column(column: nw.Series[Any]) -> "pd.Series[Any]":
    if isinstance(column.dtype, nw.Float32 | nw.Float64):
        return pd.Series(column.to_numpy(), dtype="float64")
    if isinstance(column.dtype, nw.Int8 | nw.Int16 | nw.Int32 | nw.Int64) and column.null_count() == 0:
        return pd.Series(column.to_numpy(), dtype="int64")
    if isinstance(column.dtype, nw.Datetime) and column.dtype.time_zone is None:
        return pd.Series(column.to_numpy().astype("datetime64[us]"))
    return same_type(column.to_list(), text="object")


def same_type(values: list[Any], *, text: Literal["object", "str"] = "str") -> "pd.Series[Any]":
    """Make a column of the type that its values have in common, the same whichever engine they come from."""
    kinds: set[type[Any]] = set(map(type, values)) - {type(None)}
    if not kinds <= _DTYPES.keys() or len(kinds) > 1:
        values = [_plain(value) for value in values]
        kinds = set(map(type, values)) - {type(None)}
    if len(kinds) == 1 and (kind := next(iter(kinds))) in _DTYPES:
        complete, with_gaps = _DTYPES[kind] if kind is not str else (text, text)
        return pd.Series(values, dtype=with_gaps if None in values else complete)
    if kinds and all(issubclass(kind, date | datetime) for kind in kinds):
        return pd.to_datetime(pd.Series(values, dtype="object"))
    return pd.Series(values, dtype="object")


def _plain(value: Any) -> Any:
    """Make any missing value None, and the decimals in which some engines sum whole numbers int or float again."""
    if pd.isna(value):
        return None
    if isinstance(value, Decimal) and value.is_finite():
        return int(value) if value == value.to_integral_value() else float(value)
    return value


def _with_categories(small: pd.DataFrame, frame: Frame, by: Sequence[str]) -> pd.DataFrame:
    """Give segment columns their categories back, so that small, medium, large keep their order."""
    native = frame.to_native()
    if not isinstance(native, pd.DataFrame):
        return small
    kept = {c: native[c].dtype for c in by if isinstance(native[c].dtype, pd.CategoricalDtype)}
    return small.astype(kept)
