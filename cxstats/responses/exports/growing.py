"""Memory that grows as a column is read: what was read stays in one piece, and no piece of a file is kept for it.

Large NumPy arrays are in large pages, and what Arrow made of a piece is free for the next: new memory is what costs
most in reading a large file.
"""

from collections.abc import Sequence
from importlib import import_module
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import DTypeLike, NDArray

_TIMES: Final = 2


class Growing:
    """Numbers that more are added to."""

    def __init__(self, dtype: DTypeLike) -> None:
        self._room: NDArray[Any] = np.empty(0, dtype)
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def more(self, count: int) -> NDArray[Any]:
        """Return room for more numbers, to be filled."""
        begin, self._count = self._count, self._count + count
        if self._count > len(self._room):
            room = np.empty(max(_TIMES * begin, self._count), self._room.dtype)
            room[:begin] = self._room[:begin]
            self._room = room
        return self._room[begin : self._count]

    def all(self) -> NDArray[Any]:
        """Return all numbers so far."""
        return self._room[: self._count]


class GrowingText:
    """Cells of text as Arrow has them: all letters, and where those of each cell end."""

    def __init__(self) -> None:
        self._letters, self._ends = Growing(np.uint8), Growing(np.int64)
        self._ends.more(1)[:] = 0

    def add(self, cells: Any) -> None:
        """Add an Arrow array of text, large or not, of which none is missing."""
        _, places, letters = cells.buffers()
        if not len(cells):
            return
        size = np.int64 if cells.type == _arrow().large_string() else np.int32
        ends = np.frombuffer(places, size)[cells.offset : cells.offset + len(cells) + 1]
        np.add(ends[1:], len(self._letters) - int(ends[0]), out=self._ends.more(len(cells)), dtype=np.int64)
        if ends[-1] > ends[0]:
            self._letters.more(ends[-1] - ends[0])[:] = np.frombuffer(letters, np.uint8)[ends[0] : ends[-1]]

    def add_list(self, cells: Sequence[str]) -> None:
        """Add a list of cells."""
        self.add(_arrow().array(cells, _arrow().large_string()))

    def series(self) -> "pd.Series[str]":
        """Return all cells as a column, numbered from 0."""
        ends, letters = (_arrow().py_buffer(each.all()) for each in (self._ends, self._letters))
        cells = _arrow().LargeStringArray.from_buffers(len(self._ends) - 1, ends, letters)
        return _arrow().chunked_array([cells]).to_pandas().astype("str")


def _arrow() -> Any:
    return import_module("pyarrow")
