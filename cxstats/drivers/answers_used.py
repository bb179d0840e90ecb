"""The answers that a driver model is fitted to, and why each other row is not among them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.drivers.sampling import SamplingUnits, require_known_design, sampling_units
from cxstats.drivers.terms import missing_in
from cxstats.responses.answers import missing_codes
from cxstats.responses.engines import open_frame
from cxstats.responses.keys import column_of
from cxstats.responses.placing import place_answers
from cxstats.responses.scales import Scale
from cxstats.responses.strata import require_two_clusters
from cxstats.responses.survey import Survey
from cxstats.responses.weights import Design

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
Truths = NDArray[np.bool_]

MOSTLY: Final = 0.5
"""A driver that is missing in more than this share of the answers is pointed out."""
COSTS: Final = ("driver", "missing", "share", "lost_alone")


@dataclass(frozen=True, slots=True, eq=False)
class AnswersUsed:
    """N answers with all of their drivers.

    Attributes
    ----------
    outcome, scale
        The rated column and its scale.
    rows
        Where the answers stand among the rows of the data; shape (N,).
    points
        The answers; shape (N,).
    favourable
        1 where the answer is favourable and 0 where not; shape (N,). None where all or none are, or the scale has no
        favourable points.
    weights
        Probability weights above 0; shape (N,); or None.
    clusters, strata
        Numbers of cluster and stratum; shape (N,); or None.
    stratum_sizes
        Clusters of each stratum in the whole sample; None without strata and clusters.
    reasons
        What became of all rows: ``reason`` (``"used"`` first) and ``rows``.
    costs
        What complete rows cost, a row a driver, mediator or control: ``driver``; ``missing`` and ``share``, of the
        rows that have a usable answer and a weight; ``lost_alone``, the rows that are lost to this one only and would
        come back without it.
    """

    outcome: str
    scale: Scale
    rows: Places
    points: Floats
    favourable: Floats | None
    weights: Floats | None
    clusters: Places | None
    strata: Places | None
    stratum_sizes: Floats | None
    reasons: pd.DataFrame
    costs: pd.DataFrame

    @property
    def n(self) -> int:
        """Number of answers used."""
        return len(self.points)

    @property
    def units(self) -> SamplingUnits | None:
        """What was sampled together; None where every answer stands for itself."""
        if self.clusters is None and self.strata is None:
            return None
        return sampling_units(self.n, **self.sampling)

    @property
    def sampling(self) -> dict[str, Any]:
        """Arguments of `sampling_units`, and of `least_squares` and `logistic` with the weights among them."""
        return {
            "weights": self.weights,
            "clusters": self.clusters,
            "strata": self.strata,
            "stratum_sizes": self.stratum_sizes,
        }


def table_of(data: Any, columns: Sequence[str]) -> pd.DataFrame:
    """Return these columns of a survey or a table of any engine, as a pandas table.

    Raises
    ------
    TypeError
        If the data are of no engine that is known.
    ValueError
        If a column does not exist.
    """
    table = data.responses if isinstance(data, Survey) else data
    distinct = [*dict.fromkeys(columns)]
    if isinstance(table, pd.DataFrame):
        return pd.DataFrame({name: column_of(table, name, "data") for name in distinct})
    frame = open_frame(table, distinct).select(distinct)
    eager = frame.collect() if isinstance(frame, nw.LazyFrame) else frame
    return pd.DataFrame({name: eager[name].to_numpy() for name in distinct})


def answers_used(
    table: pd.DataFrame,
    outcome: str,
    *,
    scale: Scale,
    drivers: Sequence[str],
    design: Design | None = None,
    missing: object = (),
) -> AnswersUsed:
    """Find the rows with an answer, a weight and all drivers.

    Parameters
    ----------
    table
        All columns that are needed.
    outcome, scale
        The rated column and its scale.
    drivers
        All columns that must not be missing.
    design, missing
        As for `cxstats.tally`.

    Raises
    ------
    ValueError
        If no row remains, all answers are the same, or the design cannot be used.
    """
    require_known_design(design)
    answers = table[outcome]
    answers = answers.astype(object) if isinstance(answers.dtype, pd.CategoricalDtype) else answers
    placed = place_answers(answers, outcome, scale, missing_codes(missing))
    weights = _weights(table, design)
    weighed = np.ones(len(table), dtype=np.bool_) if weights is None else weights > 0
    gone = pd.DataFrame({name: missing_in(table[name]) for name in dict.fromkeys(drivers)})
    complete = np.logical_not(gone.to_numpy(dtype=np.bool_).any(axis=1, keepdims=True))[:, 0]
    answered: Truths = placed.position >= 0
    used = weighed & answered & complete
    costs = _costs(gone[weighed & answered])
    _require_some(used, costs, outcome, answered=int((weighed & answered).sum()))
    points = np.asarray(scale.points, dtype=np.float64)[placed.position[used]]
    if points.min() == points.max():
        raise ValueError(
            f"all {len(points):,} answers of {outcome!r} that are used are {points[0]:g}: nothing to explain"
        )
    clusters, strata, sizes = _units(table, design, weighed)
    given = {
        "used": used,
        "no answer": placed.missing,
        "answer that cannot be placed on the scale": ~answered,
        "no weight": ~weighed,
        "a driver is missing": ~complete,
    }
    return AnswersUsed(
        outcome=outcome,
        scale=scale,
        rows=np.flatnonzero(used),
        points=points,
        favourable=_favourable(points, scale),
        weights=None if weights is None else weights[used],
        clusters=None if clusters is None else clusters[used],
        strata=None if strata is None else strata[used],
        stratum_sizes=sizes,
        reasons=_reasons(given),
        costs=costs,
    )


def _favourable(points: Floats, scale: Scale) -> Floats | None:
    found = np.isin(points, scale.favourable).astype(np.float64)
    return found if 0 < found.sum() < len(found) else None


def _weights(table: pd.DataFrame, design: Design | None) -> Floats | None:
    if design is None or design.weights is None:
        return None
    column = table[design.weights]
    if not pd.api.types.is_numeric_dtype(column):
        raise ValueError(f"weights must be numbers; column {design.weights!r} is {column.dtype}")
    weights = column.to_numpy(dtype=np.float64, na_value=np.nan)
    weights = np.where(np.isnan(weights), 0.0, weights)
    if (weights < 0).any() or not np.isfinite(weights).all():
        span = f"{weights.min():g} to {weights.max():g}"
        raise ValueError(f"weights must be finite and not negative; column {design.weights!r} has {span}")
    return weights


def _units(
    table: pd.DataFrame, design: Design | None, weighed: Truths
) -> tuple[Places | None, Places | None, Floats | None]:
    """Give clusters and strata numbers, and count the clusters of each stratum in the whole sample."""
    if design is None or (design.clusters is None and design.strata is None):
        return None, None, None
    named = {"cluster": design.clusters, "stratum": design.strata}
    for what, name in named.items():
        empty = 0 if name is None else int(table[name].isna().sum())
        if empty:
            raise ValueError(f"every row needs its {what}; column {name!r} is empty in {empty:,} rows")
    cluster = np.arange(len(table)) if design.clusters is None else pd.factorize(table[design.clusters])[0]
    stratum, labels = np.zeros(len(table), dtype=np.intp), pd.Index([0])
    if design.strata is not None:
        codes, found = pd.factorize(table[design.strata])
        stratum, labels = np.asarray(codes, dtype=np.intp), pd.Index(found)
    pairs = pd.DataFrame({"stratum": stratum[weighed], "cluster": cluster[weighed]}).drop_duplicates()
    sizes = np.bincount(pairs["stratum"].to_numpy(dtype=np.intp), minlength=len(labels))
    require_two_clusters(pd.Series(sizes, index=labels), design)
    return np.asarray(cluster, dtype=np.intp), stratum, sizes.astype(np.float64)


def _costs(gone: pd.DataFrame) -> pd.DataFrame:
    """Count what is missing and what is lost to one column only."""
    several = gone.sum(axis=1) > 1
    rows = [
        (
            name,
            int(gone[name].sum()),
            float(gone[name].mean()) if len(gone) else 0.0,
            int((gone[name] & ~several).sum()),
        )
        for name in gone.columns
    ]
    return pd.DataFrame(rows, columns=list(COSTS))


def _reasons(given: Mapping[str, Truths]) -> pd.DataFrame:
    """Give each row its first reason, and count."""
    left = np.ones(len(given["used"]), dtype=np.bool_)
    rows: list[tuple[str, int]] = []
    for reason, holds in given.items():
        count = int((left & holds).sum())
        left &= ~holds
        if count or reason == "used":
            rows.append((reason, count))
    return pd.DataFrame(rows, columns=["reason", "rows"])


def _require_some(used: Truths, costs: pd.DataFrame, outcome: str, *, answered: int) -> None:
    if used.any():
        return
    if not answered:
        raise ValueError(f"no row has an answer in column {outcome!r} and a weight")
    worst = costs.sort_values("missing").iloc[-1]
    raise ValueError(
        f"no row has all drivers: {worst['driver']!r} is missing in {int(worst['missing']):,} of the {answered:,} "
        "answers; leave it out, or fit it in a model of its own"
    )
