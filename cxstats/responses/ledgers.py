"""What became of every row: how each raw answer was read, and how many rows gave it.

A ledger keeps the few distinct answers once and, for each counted cell, only numbers; its tables are made when asked
for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Places = NDArray[np.intp]
Integers = NDArray[np.int64]

NO_WEIGHT: Final = "no survey weight, or one of zero"


@dataclass(frozen=True, slots=True, eq=False)
class Ledger:
    """Rows by segment and raw answer.

    Attributes
    ----------
    readings
        One row a distinct raw answer: ``answer``, ``point``, ``missing``, ``reason``.
    segment, reading
        Of each of C cells: its segment, and the row of `readings` that says how its answer was read; shape (C,).
    rows, weighed
        Of each cell: its rows, and those of them that have a survey weight above zero; shape (C,).
    """

    readings: pd.DataFrame
    segment: Places
    reading: Places
    rows: Integers
    weighed: Integers

    def table(self) -> pd.DataFrame:
        """List rows by ``segment``, ``answer``, ``point``, ``missing`` and ``reason``, in this order.

        Answers that fit the scale and have no survey weight, or one of zero, are set aside in rows of their own.
        """
        listed = self.readings.take(self.reading).reset_index(drop=True)
        fits = listed["point"].notna().to_numpy()
        used = listed.assign(segment=self.segment, rows=np.where(fits, self.weighed, self.rows))
        lost = listed.assign(segment=self.segment, rows=self.rows - self.weighed, point=None, reason=NO_WEIGHT)[fits]
        both = pd.concat([used, lost.astype(used.dtypes)], ignore_index=True)
        keys = ["segment", "answer", "point", "missing", "reason"]
        summed = both[both["rows"] > 0].groupby(keys, dropna=False, as_index=False, sort=False)[["rows"]].sum()
        # Engines return groups in any order.
        ordered = summed.assign(text=summed["answer"].astype("str")).sort_values(["segment", "point", "text"])
        return ordered.drop(columns="text").reset_index(drop=True)

    def reasons(self) -> pd.DataFrame:
        """Sum the rows without a usable answer by ``reason`` and ``missing``, most frequent first."""
        table = self.table()
        unused = table[table["reason"] != ""].groupby(["reason", "missing"], as_index=False)[["rows"]].sum()
        return unused.sort_values(["rows", "reason"], ascending=[False, True], ignore_index=True)


def merged_ledgers(ledgers: Sequence[Ledger], segments: Sequence[Places]) -> Ledger:
    """Join ledgers of disjoint samples.

    Parameters
    ----------
    ledgers
        The ledgers.
    segments
        For each ledger, the new number of each of its segments.
    """
    firsts = np.cumsum([0, *(len(ledger.readings) for ledger in ledgers)])
    return Ledger(
        pd.concat([ledger.readings for ledger in ledgers], ignore_index=True),
        np.concatenate([new[ledger.segment] for ledger, new in zip(ledgers, segments, strict=True)]),
        np.concatenate([ledger.reading + first for ledger, first in zip(ledgers, firsts, strict=False)]),
        np.concatenate([ledger.rows for ledger in ledgers]),
        np.concatenate([ledger.weighed for ledger in ledgers]),
    )
