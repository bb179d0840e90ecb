"""Columns of text: few distinct cells and a code for each record, or one cell a record where cells hardly repeat.

What is asked of a column is asked of its distinct cells, so it costs little however many records there are.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.exports.arrow_columns import end_bytes
from cxstats.responses.exports.growing import Growing, GrowingText

Codes = NDArray[np.int32]
Truths = NDArray[np.bool_]
Found = TypeVar("Found", bool, str)

_FEW: Final = 256
_REPEATS: Final = 4


@dataclass(frozen=True, slots=True, eq=False)
class Texts:
    """One column of R records as text; a blank cell is ``""``, none is missing.

    Attributes
    ----------
    values
        V cells, numbered from 0. Cells that were distinct in the file may have become equal since.
    codes
        Which of the values each record has; shape (R,). None where there is a value for each record, in order.
    """

    values: "pd.Series[str]"
    codes: Codes | None = None

    def __len__(self) -> int:
        return len(self.values if self.codes is None else self.codes)

    def cell(self, place: int) -> str:
        """Return the cell of one record."""
        return str(self.values.iloc[place if self.codes is None else int(self.codes[place])])

    def spread(self, found: "pd.Series[Any]") -> "pd.Series[Any]":
        """Give each record what was found for its value: V values in, R out, numbered from 0."""
        return found if self.codes is None else found.take(self.codes).reset_index(drop=True)

    def truths(self, found: Truths) -> Truths:
        """Give each record what is true of its value: V truths in, R out."""
        return found if self.codes is None else found[self.codes]

    def ask(self, question: Callable[[str], Found]) -> NDArray[Any]:
        """Ask each distinct cell, and return the answer for each record; shape (R,)."""
        answers = np.array([question(value) for value in self.values], dtype=object)
        return answers if self.codes is None else answers[self.codes]

    def counts(self) -> NDArray[np.int64]:
        """How many records have each of the values; shape (V,)."""
        if self.codes is None:
            return np.ones(len(self.values), dtype=np.int64)
        return np.bincount(self.codes, minlength=len(self.values)).astype(np.int64)

    def tally(self, cells: "pd.Series[Any]") -> "pd.Series[int]":
        """Count the cells that were made of the records' values, as `pandas.Series.value_counts` does."""
        if self.codes is None:
            return cells.value_counts()
        times, shown = self.counts(), _FEW
        while len(first := pd.Series(self.codes[:shown]).drop_duplicates()) < np.count_nonzero(times):
            shown *= _REPEATS
        made = cells.take(first.index.to_numpy()).array
        counts: Any = pd.Series(times[first.to_numpy()])
        counts = counts.groupby(made, sort=False).sum()
        return counts.sort_values(ascending=False, kind="stable")

    def where(self, keep: Truths) -> "Texts":
        """Return the records to keep, without the values that none of them has."""
        if self.codes is None:
            return Texts(self.values[keep].reset_index(drop=True))
        kept = Texts(self.values, self.codes[keep])
        used = kept.counts() > 0
        if used.all():
            return kept
        places = (np.cumsum(used) - 1).astype(np.int32)
        return Texts(self.values[used].reset_index(drop=True), places[cast("Codes", kept.codes)])

    def change(self, values: "pd.Series[str]") -> "Texts":
        """Return the column with other values in place of these."""
        return Texts(values, self.codes)


class Gathering:
    """Collect a column piece by piece: coded while few distinct cells turn up, else as it stands."""

    def __init__(self) -> None:
        self._seen: dict[str, int] | None = {}
        self._codes = Growing(np.int32)
        self._pieces: list[Sequence[str]] = []
        self._text: GrowingText | None = None

    @property
    def coded(self) -> bool:
        """Whether the column is still coded."""
        return self._seen is not None

    def add(self, cells: Sequence[str]) -> None:
        """Add the cells of some records."""
        if self._seen is None:
            self._add_list(cells)
            return
        seen = self._seen
        self._codes.more(len(cells))[:] = [seen.setdefault(cell, len(seen)) for cell in cells]
        self._judge(seen)

    def add_coded(self, cells: Sequence[str], codes: NDArray[np.integer[Any]]) -> None:
        """Add records as codes of distinct cells."""
        seen = cast("dict[str, int]", self._seen)
        places = np.array([seen.setdefault(cell, len(seen)) for cell in cells], dtype=np.int32)
        places.take(codes, out=self._codes.more(len(codes)), mode="clip")
        self._judge(seen)

    def add_array(self, cells: Any) -> None:
        """Add the cells of some records as an Arrow array of text; only where the column is not coded."""
        if self._text is None:
            self._text, pieces = GrowingText(), self._pieces
            self._pieces = []
            for piece in pieces:
                self._text.add_list(piece)
        self._text.add(cells)

    def _add_list(self, cells: Sequence[str]) -> None:
        if self._text is None:
            self._pieces.append(cells)
        else:
            self._text.add_list(cells)

    def _judge(self, seen: Mapping[str, int]) -> None:
        """Code the column no longer where it has many distinct cells."""
        if len(seen) > _FEW and len(seen) * _REPEATS > len(self._codes):
            values = np.array(list(seen), dtype=object)
            self._pieces = [values[self._codes.all()].tolist()]
            self._codes, self._seen = Growing(np.int32), None

    def finish(self) -> Texts:
        """Return the column; the collection is empty afterwards."""
        codes, pieces, text, seen = self._codes, self._pieces, self._text, self._seen
        self._codes, self._pieces, self._text, self._seen = Growing(np.int32), [], None, {}
        if seen is not None:
            return Texts(pd.Series(list(seen), dtype="str"), codes.all())
        if text is None:
            return Texts(pd.Series([cell for piece in pieces for cell in piece], dtype="str"))
        return Texts(text.series())


def stripped(texts: Texts) -> tuple[Texts, int]:
    """Remove blanks around the cells, and say around how many records' cells there were any."""
    ends = end_bytes(texts.values)
    # Blanks are ASCII of 32 and below, or letters of several bytes of 128 and above.
    if ends is not None and not any(((end > 0) & (end <= 32) | (end >= 128)).any() for end in ends):
        return texts, 0
    values = texts.values.str.strip()
    changed = (values != texts.values).to_numpy(dtype=np.bool_)
    if not changed.any():
        return texts, 0
    return texts.change(values), int(texts.counts()[changed].sum())


def replaced(texts: Texts, old: Truths, new: "pd.Series[str] | str") -> Texts:
    """Put other text in place of some of the values."""
    return texts.change(texts.values.mask(pd.Series(old), new).astype("str"))
