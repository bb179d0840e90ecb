"""Columns of text: few distinct cells and a code for each record, or one cell a record where cells hardly repeat.

What is asked of a column is asked of its distinct cells, so it costs little however many records there are.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

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
        self._codes: list[Codes] = []
        self._pieces: list[Any] = []
        self._count = 0

    @property
    def coded(self) -> bool:
        """Whether the column is still coded."""
        return self._seen is not None

    def add(self, cells: Sequence[str]) -> None:
        """Add the cells of some records."""
        if self._seen is None:
            self._pieces.append(cells)
            return
        seen = self._seen
        self._add_codes(np.fromiter((seen.setdefault(cell, len(seen)) for cell in cells), np.int32, len(cells)))

    def add_coded(self, cells: Sequence[str], codes: NDArray[np.integer[Any]]) -> None:
        """Add records as codes of distinct cells."""
        seen = cast("dict[str, int]", self._seen)
        places = np.fromiter((seen.setdefault(cell, len(seen)) for cell in cells), np.int32, len(cells))
        self._add_codes(places[codes] if len(cells) else np.zeros(0, np.int32))

    def add_array(self, cells: Any) -> None:
        """Add the cells of some records as an Arrow array of text; only where the column is not coded."""
        self._pieces.append(cells)

    def _add_codes(self, codes: Codes) -> None:
        self._codes.append(codes)
        self._count += len(codes)
        seen = cast("dict[str, int]", self._seen)
        if len(seen) > _FEW and len(seen) * _REPEATS > self._count:
            values = np.array(list(seen), dtype=object)
            self._pieces = [values[np.concatenate(self._codes)].tolist()]
            self._codes, self._seen = [], None

    def finish(self) -> Texts:
        """Return the column; the collection is empty afterwards."""
        codes, pieces, seen = self._codes, self._pieces, self._seen
        self._codes, self._pieces, self._seen = [], [], {}
        if seen is not None:
            joined = np.concatenate(codes) if codes else np.zeros(0, np.int32)
            return Texts(pd.Series(list(seen), dtype="str"), joined)
        if all(isinstance(piece, list) for piece in pieces):
            return Texts(pd.Series([cell for piece in pieces for cell in piece], dtype="str"))
        from cxstats.responses.exports.engine import as_series

        return Texts(as_series(pieces))


def stripped(texts: Texts) -> tuple[Texts, int]:
    """Remove blanks around the cells, and say around how many records' cells there were any."""
    from cxstats.responses.exports.engine import end_bytes

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
