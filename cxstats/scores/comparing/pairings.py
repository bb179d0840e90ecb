"""Which segments are compared with which: the rest, the total, the wave before, one segment, all pairs.

>>> import pandas as pd
>>> waves = pd.DataFrame({"month": ["2026-01", "2026-02", "2026-03"]})
>>> found = previous_wave(waves, None)
>>> [(found.names[i], found.names[j]) for i, j in zip(found.first, found.second)]
[('2026-02', '2026-01'), ('2026-03', '2026-02')]
"""

import re
from dataclasses import dataclass
from numbers import Real
from typing import Any, Final, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.names import unknown_name
from cxstats.responses.numbering import number_rows
from cxstats.responses.quoting import examples
from cxstats.scores.estimates import segment_names

Places = NDArray[np.intp]

WAYS: Final = ("rest", "total", "previous", "all")
_DIGIT: Final = re.compile(r"\d")
_NUMBERS: Final = re.compile(r"\d+")
_YEAR_FIRST: Final = re.compile(r"\d{4}(?:[-/. ]?(?:[wq]?\d{1,2}|h[12])(?:[-/.]\d{1,2})?)?", re.IGNORECASE)
_MOST_NAMED: Final = 8
REST: Final = "the rest"
TOTAL: Final = "the total"


@dataclass(frozen=True, slots=True, eq=False)
class Pairing:
    """U sides, each a set of the S segments, and the C pairs of sides that are compared.

    Attributes
    ----------
    members
        Which segments are in each side; shape (U, S).
    names
        Of the sides.
    first, second
        The pairs as places of sides; shape (C,) each.
    rest
        Where the second side holds the first, the side of what else it holds; shape (C,). Else None.
    against
        With what each first side is compared, in words: ``"the rest"``.
    remarks
        Which segments are in no pair, which waves have none just before them; empty where all is as expected.
    """

    members: NDArray[np.bool_]
    names: tuple[str, ...]
    first: Places
    second: Places
    against: str
    remarks: tuple[str, ...] = ()
    rest: Places | None = None


def against_rest(segments: pd.DataFrame) -> Pairing:
    """Each segment against all others together."""
    alone = _each(segments)
    names = (*segment_names(segments), *[REST] * len(segments))
    first = np.arange(len(segments))
    return Pairing(np.vstack([alone, ~alone]), names, first, first + len(segments), REST)


def against_total(segments: pd.DataFrame) -> Pairing:
    """Each segment against all segments together, itself among them."""
    alone, size = _each(segments), len(segments)
    members = np.vstack([alone, ~alone, np.ones((1, size), dtype=np.bool_)])
    names, first = (*segment_names(segments), *[REST] * size, TOTAL), np.arange(size)
    return Pairing(members, names, first, np.full_like(first, 2 * size), TOTAL, rest=first + size)


def all_pairs(segments: pd.DataFrame) -> Pairing:
    """Each segment against each that comes after it."""
    first, second = np.triu_indices(len(segments), 1)
    return Pairing(_each(segments), tuple(segment_names(segments)), first, second, "each other")


def against_segment(segments: pd.DataFrame, reference: object) -> Pairing:
    """Each segment against one of them.

    Raises
    ------
    ValueError
        If no segment has this name; the message lists those that exist.
    """
    alone, names = _each(segments), segment_names(segments)
    parts = cast("tuple[object, ...]", reference) if isinstance(reference, tuple) else (reference,)
    wanted = ", ".join(segment_names(pd.DataFrame({"value": [part]}))[0] for part in parts)
    place = names.index(wanted) if wanted in names else _place_of(parts, segments)
    if place is None:
        outside = f"; for an outside figure say to=Benchmark({reference!r})" if isinstance(reference, Real) else ""
        raise ValueError(f"{unknown_name('segment', wanted, names)}; or say to={', '.join(map(repr, WAYS))}{outside}")
    first = np.flatnonzero(np.arange(len(names)) != place)
    return Pairing(alone, tuple(names), first, np.full_like(first, place), names[place])


def previous_wave(segments: pd.DataFrame, along: str | None) -> Pairing:
    """Each wave against the one before it, the other columns held fixed.

    Where the wave just before has no rows the last one that has stands in, which is said.

    Parameters
    ----------
    segments
        The segments, in ascending order of each column.
    along
        The column of waves; it may be left out where it is the only one.

    Raises
    ------
    ValueError
        If there are several columns and `along` does not say which holds the waves, their order is not known, or there
        is no pair of them.
    """
    alone, columns = _each(segments), list(segments.columns)
    if along is None and len(columns) > 1:
        raise ValueError(f"say which column holds the waves, as along={columns[-1]!r}; segments are by {columns}")
    wave = columns[0] if along is None else along
    if wave not in columns:
        raise ValueError(unknown_name("segment column", wave, columns))
    _require_order(segments[wave])
    places = np.flatnonzero(segments[wave].notna().to_numpy())
    dated = segments.iloc[places]
    others = [column for column in columns if column != wave]
    group = number_rows(dated[others])[1]
    # Within a group the waves ascend, as all segments do.
    place, group = places[order := np.argsort(group, kind="stable")], group[order]
    follows = np.flatnonzero(group[1:] == group[:-1])
    first, second = place[follows + 1], place[follows]
    if not len(first):
        raise ValueError(f"a wave needs one before it; column {wave!r} has no two that can be compared")
    order = np.argsort(first, kind="stable")
    without = len(segments) - len(dated)
    apart = f"{without} segment{'s' if without > 1 else ''} without {wave}" if without else ""
    first, second, names = first[order], second[order], tuple(segment_names(segments))
    remarks = tuple(said for said in (apart, _gaps(segments, wave, first, second)) if said)
    return Pairing(alone, names, first, second, f"the {wave} before", remarks)


def _gaps(segments: pd.DataFrame, wave: str, first: Places, second: Places) -> str:
    """Name the waves between the two of a pair, which are elsewhere or in the categories but not in its group."""
    categorical = isinstance(segments[wave].dtype, pd.CategoricalDtype)
    waves = segments[wave].cat.categories if categorical else pd.Index(segments[wave].dropna().unique()).sort_values()
    called = segment_names(pd.DataFrame({wave: waves}))
    groups = segment_names(segments.drop(columns=wave)) if segments.shape[1] > 1 else [""] * len(segments)
    after, before = (waves.get_indexer(pd.Index(segments[wave].iloc[places])).tolist() for places in (first, second))
    told: list[str] = []
    for place, start, end in zip(first.tolist(), before, after, strict=True):
        if end - start > 1:
            where = f"{groups[place]} " if groups[place] else ""
            told.append(f"{where}{called[end]} against {called[start]}, without {', '.join(called[start + 1 : end])}")
    more = len(told) - _MOST_NAMED
    rest = f" and {more} more" if more > 0 else ""
    return f"not the {wave} just before: {'; '.join(told[:_MOST_NAMED])}{rest}" if told else ""


def _place_of(parts: tuple[object, ...], segments: pd.DataFrame) -> int | None:
    """Find a segment by its values, since 2 and 2.0 are one number and two names."""
    if len(parts) != segments.shape[1]:
        return None
    same = [
        all(
            (isinstance(part, Real) and isinstance(value, Real) and part == value) or part is value
            for part, value in pairs
        )
        for pairs in (zip(parts, row, strict=True) for row in segments.itertuples(index=False))
    ]
    return same.index(True) if True in same else None


def _require_order(waves: "pd.Series[Any]") -> None:
    """Refuse text that does not say by itself which wave is before which."""
    if isinstance(waves.dtype, pd.CategoricalDtype):
        known = bool(waves.cat.ordered)
    else:
        texts = [value for value in waves.dropna().tolist() if isinstance(value, str)]
        # Text that differs in one number of fixed width only, as "wave 07", is in the order of the number.
        numbered = len({_DIGIT.sub("0", text) for text in texts}) == 1 and len(_NUMBERS.findall(texts[0])) == 1
        known = not texts or numbered or all(map(_YEAR_FIRST.fullmatch, texts))
    if not known:
        shown = examples(waves.dropna().astype("str"), name=str(waves.name))
        raise ValueError(
            f"to='previous' needs waves whose order is known: dates, numbers, text with the year first or an ordered "
            f"categorical; column {waves.name!r} has {shown}"
        )


def _each(segments: pd.DataFrame) -> NDArray[np.bool_]:
    if len(segments) < 2:
        raise ValueError(
            f"comparing segments needs two or more; the tally has {len(segments)}. Count with by=..., or compare with "
            "a Benchmark"
        )
    return np.eye(len(segments), dtype=np.bool_)
