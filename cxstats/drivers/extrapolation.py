"""Where a scenario leaves the data behind: values, shares and combinations that no customers show.

>>> import pandas as pd
>>> from cxstats.drivers.scenarios import change_of
>>> from cxstats.drivers.terms import read_term
>>> steps = read_term("steps", pd.Series([3.0, 5, 4, 7]))
>>> beyond_values(change_of(steps, 1, weights=np.full(4, 0.25)))
['steps would be 1, but was seen from 3 to 7 only: what lies beyond is guessed from the line.']
"""

from collections.abc import Iterable, Mapping
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cxstats.drivers.scenarios import Change, indicators
from cxstats.drivers.terms import Term

Floats = NDArray[np.float64]

FAR: Final = 0.99
"""Rows further from the mean than this share of those observed are far from the data."""
TOO_MANY: Final = 0.05
"""A scenario that puts more than this share of customers there is pointed out; as they are, 1 - `FAR` of them are."""
FEWEST: Final = 30
"""A segment of fewer rows shows nothing."""

_WHOLE: Final = 1e-9


def beyond_values(change: Change) -> list[str]:
    """Say where a number would be lower or higher than was ever seen."""
    if change.columns is None or change.term.kind != "number":
        return []
    (low, high), (least, most) = (
        (float(part.min()), float(part.max())) for part in (change.columns, change.term.columns)
    )
    if least <= low and high <= most:
        return []
    name, there = change.term.name, f"{low:.4g}" if low == high else f"{low:.4g} to {high:.4g}"
    return [
        f"{name} would be {there}, but was seen from {least:.4g} to {most:.4g} only: what lies beyond "
        "is guessed from the line."
    ]


def beyond_segments(change: Change, segments: Iterable[Term]) -> list[str]:
    """Say where a share of yes would be beyond, or that of a level above, what any segment of 30 rows or more shows.

    Parameters
    ----------
    change
        A wanted share of yes, or of levels.
    segments
        Levels and yes/no that divide the same rows, and do not follow from the driver.
    """
    if change.shares is None:
        return []
    shares, names = segment_shares(change.term, segments)
    if not names:
        return []
    # A share that stays, or moves towards what a segment shows, asks for nothing new.
    seen = np.vstack([change.now, shares])
    truth = change.term.kind == "yes/no"
    told: list[str] = []
    for k, level in [(1, "yes")] if truth else enumerate(change.term.levels):
        wanted = float(change.shares[k])
        more, less = wanted > seen[:, k].max() + _WHOLE, truth and wanted < seen[:, k].min() - _WHOLE
        if more or less:
            at = int((np.argmax if more else np.argmin)(shares[:, k]))
            told.append(
                f"{change.term.name} {level} for {100 * wanted:.3g} % is {'more' if more else 'less'} than any segment "
                f"shows ({'most' if more else 'least'}: {names[at]}, {100 * shares[at, k]:.3g} %)."
            )
    return told


def segment_shares(term: Term, segments: Iterable[Term]) -> tuple[Floats, list[str]]:
    """Share of each level of a driver in each segment of 30 rows or more; shape (segments, levels), and their names."""
    has = indicators(term)
    rows: list[Floats] = []
    names: list[str] = []
    for segment in segments:
        inside = indicators(segment)
        levels = ("no", "yes") if segment.kind == "yes/no" else segment.levels
        for k in range(inside.shape[1]):
            if inside[:, k].sum() >= FEWEST:
                rows.append(inside[:, k] @ has / inside[:, k].sum())
                names.append(f"{segment.name} = {levels[k]}")
    return np.array(rows).reshape(len(rows), has.shape[1]), names


def share_far(x: Floats, after: Iterable[tuple[Floats, Floats]]) -> float:
    """Share of customers that a scenario puts further from the mean than 99 % of those observed.

    Parameters
    ----------
    x
        Columns as they are, the intercept among them; shape (N, P).
    after
        Alternatives: how likely each is for each row, shape (N,), and the columns then, shape (N, P).

    Returns
    -------
    float
        0 to 1, by Mahalanobis distance (leverage is the same up to a constant).
    """
    inverse = np.linalg.pinv(x.T @ x, hermitian=True)

    def distance(rows: Floats) -> Floats:
        return np.einsum("ij,ij->i", rows @ inverse, rows)

    limit = float(np.quantile(distance(x), FAR)) * (1 + 1e-9)
    return sum(float(weight @ (distance(rows) > limit)) for weight, rows in after) / len(x)


def beyond_combinations(share: float, changes: Mapping[str, Change]) -> list[str]:
    """Say that a scenario asks for combinations that are hardly ever seen."""
    if share <= TOO_MANY:
        return []
    return [
        f"With {' and '.join(changes)} changed and all else as it is, {100 * share:.0f} % of customers would be "
        f"further from the mean than {100 * FAR:g} % are now: such combinations were hardly seen."
    ]
