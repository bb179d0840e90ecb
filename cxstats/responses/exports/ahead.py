"""Pieces of a text table that are parsed while the next ones are found, each on a core of its own."""

from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

from cxstats.responses.exports.engine import CORES, Piece, gather, parse, whole_records
from cxstats.responses.exports.streams import TextStream
from cxstats.responses.exports.tables import Gathered


@dataclass(frozen=True, slots=True)
class _Begun:
    """A piece that was taken from the stream and is being parsed."""

    text: bytes
    piece: Piece
    table: "Future[Any]"


@dataclass(slots=True, eq=False)
class Ahead:
    """The fast way through a stream. Pieces are gathered in their order, and put back where one is in doubt."""

    stream: TextStream
    delimiter: str
    _begun: deque[_Begun] = field(default_factory=deque[_Begun])
    _doubtful: bool = False
    _pool: ThreadPoolExecutor = field(default_factory=lambda: ThreadPoolExecutor(CORES))

    def __enter__(self) -> "Ahead":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._pool.shutdown(cancel_futures=True)

    @property
    def waiting(self) -> bool:
        """Whether pieces were taken from the stream and not gathered."""
        return bool(self._begun)

    def read(self, gathered: Gathered, size: int, *, ahead: int) -> bool:
        """Read a piece, and say whether that could be done without a doubt.

        Parameters
        ----------
        gathered
            Where its records are put.
        size
            About as many bytes are read.
        ahead
            Number of pieces to begin with already that come behind it.
        """
        while len(self._begun) <= ahead and not self._doubtful and self.stream.peek(size):
            self._doubtful = not self._begin(size, gathered)
        table = self._begun[0].table.result() if self._begun else None
        if table is None:
            self.stream.put_back(b"".join(begun.text for begun in self._begun))
            self._begun.clear()
            self._doubtful = False
            return False
        piece = self._begun.popleft().piece
        gather(table, gathered.columns)
        gathered.count += table.num_rows
        gathered.blank += piece.records - table.num_rows
        return True

    def _begin(self, size: int, gathered: Gathered) -> bool:
        """Take a piece and begin to parse it, if there is one way to read its quotes."""
        shown = self.stream.peek(size)
        last = self.stream.ended and len(shown) <= size
        piece = whole_records(shown if len(shown) <= size else shown[:size], self.delimiter, last=last)
        if piece is None:
            return False
        text = shown[: piece.end]
        coded = [gathering.coded for gathering in gathered.columns]
        self._begun.append(_Begun(text, piece, self._pool.submit(parse, text, self.delimiter, coded, piece.records)))
        self.stream.take(piece.end, piece.lines)
        return True
