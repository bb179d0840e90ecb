"""Answers to look at twice: identical records, hurried ones, the same point throughout.

Each check flags rows and removes none: it is the reader's judgement whether they go, with `Survey.where`, and
`cxstats.scores.nonresponse.score_without` says what that would change.

>>> import pandas as pd
>>> answers = pd.DataFrame({"seconds": [60, 55, 70, 9, 64], "ces": [5, 6, 7, 7, 4]})
>>> print(speeders(answers, "seconds").sentence())
Faster than 20 seconds, 33 % of the median of 60: 1 of 5 judged (20.0 %).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from typing import Final, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.answers import missing_codes
from cxstats.responses.keys import column_of
from cxstats.responses.placing import place_answers
from cxstats.responses.rows import rows_of, seconds_in
from cxstats.responses.scales import Scale, named_scale
from cxstats.responses.survey import Survey

FEWEST_ITEMS: Final = 3
THIRD: Final = 1 / 3
_MOST_LISTED: Final = 8


@dataclass(frozen=True, slots=True, eq=False)
class Flagged:
    """Rows that a check found, and how many it could judge.

    Attributes
    ----------
    what
        What a flag means, in words: the rule with its threshold.
    flags
        Whether each row is flagged, on the index of the data; False where it could not be judged.
    judged
        Number of rows that could be judged.
    expected
        How many flags there would be by chance, where the check knows; else NaN.
    note
        What a reader should know besides.
    """

    what: str
    flags: "pd.Series[bool]"
    judged: int
    expected: float = float("nan")
    note: str = ""

    @property
    def n(self) -> int:
        """Number of flagged rows."""
        return int(self.flags.sum())

    @property
    def share(self) -> float:
        """Share of the judged rows that are flagged, 0 to 1; NaN where none could be judged."""
        return self.n / self.judged if self.judged else float("nan")

    def sentence(self) -> str:
        """Say the rule, how many it flags of how many it could judge, and what to expect by chance."""
        if not self.judged:
            return f"{self.what}: no row can be judged.{self._noted()}"
        judged = "" if self.judged == len(self.flags) else f"; {len(self.flags) - self.judged:,} could not be judged"
        chance = "" if np.isnan(self.expected) else f"; {self.expected:,.1f} expected by chance"
        return (
            f"{self.what}: {self.n:,} of {self.judged:,} judged ({100 * self.share:.1f} %){chance}{judged}."
            f"{self._noted()}"
        )

    def _noted(self) -> str:
        return f" {self.note}" if self.note else ""

    def to_frame(self) -> pd.DataFrame:
        """One row: ``what``, ``rows``, ``judged``, ``flagged``, ``share``, ``expected``; several concatenate."""
        found = {"what": self.what, "rows": len(self.flags), "judged": self.judged, "flagged": self.n}
        return pd.DataFrame([{**found, "share": self.share, "expected": self.expected}])

    def _repr_html_(self) -> str:
        return f"<p>{escape(self.sentence())}</p>"


def duplicate_answers(data: Survey | pd.DataFrame, *, ignore: str | Sequence[str] | None = None) -> Flagged:
    """Flag records that repeat an earlier one in every column that is compared.

    Parameters
    ----------
    data
        A survey or a pandas table.
    ignore
        Columns that differ between copies of one answer: identifiers, times, durations. Unless given, columns of
        dates and complete columns in which no value occurs twice are left out, and the note names them.

    Returns
    -------
    Flagged
        All but the first of identical records. Records without any value in the compared columns are not judged. The
        note says how many pairs are identical, and how many would be by chance if the columns were independent: with
        few columns two customers easily answer the same.

    Raises
    ------
    ValueError
        If a column does not exist or none is left to compare.
    """
    table = rows_of(data)
    left_out = _differing(table) if ignore is None else [ignore] if isinstance(ignore, str) else list(ignore)
    for column in left_out:
        column_of(table, column, "data")
    compared = table.drop(columns=left_out)
    if compared.columns.empty and len(table) and ignore is not None:
        raise ValueError(f"no column is left to compare; left out: {_listed(left_out)}")
    if compared.columns.empty or not len(table):
        note = f"No column is left to compare: no value of {_listed(left_out)} occurs twice." if len(table) else ""
        none = pd.Series(data=False, index=table.index, dtype=bool)
        return Flagged("Records identical to an earlier one", none, 0, note=note)
    judged = compared.notna().any(axis=1)
    codes = np.column_stack([pd.factorize(compared[column], use_na_sentinel=False)[0] for column in compared.columns])
    group = _group_numbers(codes)
    flags = (pd.Series(group, index=table.index).duplicated() & judged).rename("duplicate")
    sizes = np.bincount(group[judged.to_numpy()]) if judged.any() else np.zeros(1, dtype=np.int64)
    pairs = int((sizes * (sizes - 1) // 2).sum())
    note = (
        f"Compared in {compared.shape[1]} columns, left out: {_listed(left_out)}; {pairs:,} "
        f"identical pairs, {_chance_pairs(codes[judged.to_numpy()]):,.1f} by chance if columns were independent."
    )
    return Flagged("Records identical to an earlier one", flags, int(judged.sum()), note=note)


def _differing(table: pd.DataFrame) -> list[str]:
    """Name the columns of dates, and those in which no value occurs twice."""
    return [
        cast("str", name)
        for name, column in table.items()
        if pd.api.types.is_datetime64_any_dtype(column) or not column.dropna().duplicated().any()
    ]


def _listed(names: Sequence[str]) -> str:
    """List the first few names, and say how many more there are."""
    more = f" and {len(names) - _MOST_LISTED} more" if len(names) > _MOST_LISTED else ""
    return (", ".join(map(str, names[:_MOST_LISTED])) or "none") + more


def _group_numbers(codes: NDArray[np.intp]) -> NDArray[np.int64]:
    """Give equal rows equal numbers."""
    group = np.zeros(len(codes), dtype=np.int64)
    for column in codes.T:
        _, group = np.unique(group * (int(column.max(initial=0)) + 1) + column, return_inverse=True)
    return group.astype(np.int64)


def _chance_pairs(codes: NDArray[np.intp]) -> float:
    """Count the pairs of rows expected to be equal if columns were independent: each column's values reshuffled."""
    n = len(codes)
    if n < 2:
        return 0.0
    sizes = (np.bincount(column).astype(np.float64) for column in codes.T)
    agree = [float((size * (size - 1)).sum()) / (n * (n - 1)) for size in sizes]
    return n * (n - 1) / 2 * float(np.prod(agree))


def speeders(data: Survey | pd.DataFrame, duration: str, *, fraction: float = THIRD) -> Flagged:
    """Flag answers that took less than a fraction of the median time.

    A rule of thumb, not a test: a threshold says nothing about what a customer was thinking, and leaving the fast ones
    out often changes little, which `cxstats.scores.nonresponse.score_without` shows for the answers at hand.

    Parameters
    ----------
    data
        A survey or a pandas table.
    duration
        Column of seconds as numbers, or of time deltas. Missing, zero, negative and infinite ones are not judged.
    fraction
        Of the median, between 0 and 1.

    Raises
    ------
    ValueError
        If there is no such column, it holds no numbers, or the fraction is not between 0 and 1.

    References
    ----------
    Greszki, Meyer and Schoen (2015), Exploring the effects of removing "too fast" responses and respondents from web
    surveys. Public Opinion Quarterly 79; several fractions of the median, and what leaving out changes.
    """
    if not 0 < fraction < 1:
        raise ValueError(f"fraction of the median must be between 0 and 1; got {fraction!r}")
    seconds = seconds_in(rows_of(data), duration)
    judged = (seconds > 0) & np.isfinite(seconds)
    if not judged.any():
        return Flagged("Faster than the median allows", judged.rename("speeder"), 0)
    median = float(seconds[judged].median())
    what = f"Faster than {fraction * median:.3g} seconds, {100 * fraction:.0f} % of the median of {median:.3g}"
    return Flagged(what, (judged & (seconds < fraction * median)).rename("speeder"), int(judged.sum()))


def straight_liners(
    data: Survey | pd.DataFrame, items: Sequence[str], *, scale: Scale | str, missing: object = ()
) -> Flagged:
    """Flag customers who gave the same point to every item.

    Somebody who is content says so throughout, so the same point everywhere is no proof of carelessness. The number
    expected by chance, if the items were independent and each had the answers that it has, is a floor: items that
    measure related things agree more often than that.

    Parameters
    ----------
    data
        A survey or a pandas table.
    items
        At least three columns that share a scale.
    scale, missing
        As for `tally`.

    Returns
    -------
    Flagged
        Only customers who answered all items are judged; the note says at which points the flagged ones stand.

    Raises
    ------
    ValueError
        If there are fewer than three items, one is unknown or named twice, or no answer of it fits the scale.
    """
    scale, names = named_scale(scale), [items] if isinstance(items, str) else list(items)
    if len(set(names)) < max(FEWEST_ITEMS, len(names)):
        raise ValueError(f"straight-lining needs at least {FEWEST_ITEMS} different items; got {names}")
    table, codes = rows_of(data), missing_codes(missing)
    placed = [place_answers(column_of(table, name, "data"), name, scale, codes).position for name in names]
    places = np.column_stack(placed)
    judged = (places >= 0).all(axis=1)
    same = judged & (places == places[:, :1]).all(axis=1)
    given = places[judged]
    shares = np.array([np.bincount(item, minlength=len(scale.points)) for item in given.T]) / max(len(given), 1)
    at = np.bincount(places[same, 0], minlength=len(scale.points))
    points = ", ".join(f"{n:,} at {point}" for point, n in zip(scale.points, at.tolist(), strict=True) if n)
    note = f"Of these {points} on {scale.name}, where {scale.good} is good." if points else ""
    flags = pd.Series(same, index=table.index, name="straight_liner")
    expected = len(given) * float(shares.prod(axis=0).sum())
    return Flagged(f"The same point for all {len(names)} items", flags, len(given), expected, note)
