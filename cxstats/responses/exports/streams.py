"""A text file as a stream of UTF-8: its encoding found, its byte order mark gone, and never in memory as a whole."""

import codecs
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Final

import numpy as np

Progress = Callable[[int], object]

LONGEST_RECORD: Final = 10_000_000
_CHUNK: Final = 1 << 20
_PIECE: Final = 1 << 16
# UTF-32 first: its mark begins with that of UTF-16.
_BOMS: Final = (
    (b"\xff\xfe\x00\x00", "utf-32"), (b"\x00\x00\xfe\xff", "utf-32"), (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"),
)  # fmt: skip
_TEXT_CONTROLS: Final = b"\t\n\v\r\f\x1a\x1b"
_FEED: Final = b"\n"[0]
_LINE_ENDS: Final = re.compile(rb"[\r\n]")


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the bytes of a file stand for text: the name of the encoding, and whether it is a guess."""

    name: str
    guessed: bool = False


def existing_file(path: str | Path) -> Path:
    """Return the path of a file that is there.

    Raises
    ------
    FileNotFoundError, IsADirectoryError
        If there is no such file, or it is a folder.
    ValueError
        If it is a pipe or a device.
    """
    path = Path(path)
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; name the export file in it")
    if not path.exists():
        raise FileNotFoundError(f"no such file: {path}")
    if not path.is_file():
        raise ValueError(f"{path} is a pipe or a device, and an export is read more than once; save it as a file first")
    return path


def version_of(path: Path) -> tuple[int, int]:
    """Return the size of a file and when it was changed: by these it is known that it is still the same."""
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def changed(name: str) -> ValueError:
    """Say that a file is no longer what it was when it was opened."""
    return ValueError(f"{name} changed while it was read; wait until it is written as a whole, and read it again")


def read_start(path: Path) -> bytes:
    """Return the first four bytes of a file, by which some kinds are known."""
    with path.open("rb") as file:
        return file.read(4)


def find_encoding(path: Path, stated: str | None) -> Encoding:
    """Find the encoding under which a whole file is text.

    Raises
    ------
    ValueError
        If it is text in none of the likely encodings or not in the stated one, is blank, or has a line that is longer
        than `LONGEST_RECORD` bytes.
    """
    with path.open("rb") as file:
        head = file.read(4096)
    candidates = [stated] if stated else _likely_encodings(path.name, head)
    for candidate in candidates:
        try:
            # Python's encodings from bytes to bytes, such as zlib, are refused here too.
            io.TextIOWrapper(io.BytesIO(), encoding=candidate)
        except LookupError:
            raise ValueError(f"encoding {candidate!r} is not known") from None
        try:
            blank = _is_blank(path, candidate)
        except UnicodeError:
            continue
        if blank:
            raise ValueError(f"{path.name} is empty")
        return Encoding(candidate.removesuffix("-sig"), guessed=candidate == "cp1252" and not stated)
    raise ValueError(f"{path.name} is not text in {' or '.join(candidates)}; name its encoding")


def _likely_encodings(name: str, head: bytes) -> list[str]:
    for bom, encoding in _BOMS:
        if head.startswith(bom):
            return [encoding]
    even, odd = head[::2].count(0), head[1::2].count(0)
    if max(even, odd) > len(head) // 4 and min(even, odd) <= len(head) // 50:
        return ["utf-16-be" if even > odd else "utf-16-le"]
    controls = sum(byte < 32 and byte not in _TEXT_CONTROLS for byte in head)
    if controls > len(head) // 500:
        raise ValueError(f"{name} is a binary file, not a table of text; export it as CSV, Excel or Parquet")
    return ["utf-8", "cp1252"]


def _is_blank(path: Path, encoding: str) -> bool:
    """Decode a whole file, piece by piece, and say whether there is nothing in it."""
    blank, length = True, 0
    for chunk in _utf8(path, encoding):
        blank = blank and not chunk.removeprefix(codecs.BOM_UTF8).decode().strip()
        end = max(chunk.rfind(b"\n"), chunk.rfind(b"\r"))
        length = len(chunk) + length if end < 0 else len(chunk) - end
        if length > LONGEST_RECORD:
            raise too_long(path.name)
    return blank


def too_long(name: str, line: int | None = None) -> ValueError:
    """Say that a record is longer than any may be."""
    where = "has a line that" if line is None else f": the record that begins in line {line:,}"
    return ValueError(
        f"{name}{' ' if line is None else ''}{where} is longer than {LONGEST_RECORD:,} bytes, the most that one "
        "record may have; is a quote never closed, or is the file no table?"
    )


def _utf8(path: Path, encoding: str, progress: Progress | None = None) -> Iterator[bytes]:
    """Yield the text of a file as UTF-8, in pieces that end between letters."""
    decoder = codecs.getincrementaldecoder(encoding)()
    plain = codecs.lookup(encoding).name in ("utf-8", "ascii")
    pending = False
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            if progress is not None:
                progress(len(chunk))
            if plain and not pending and chunk.isascii():
                yield chunk
                continue
            yield decoder.decode(chunk).encode()
            pending = bool(decoder.getstate()[0])
        yield decoder.decode(b"", final=True).encode()


class TextStream:
    """The text of a file as UTF-8, of which a little is looked at and then taken.

    Attributes
    ----------
    name
        Of the file.
    line
        Number of lines taken, cells with line breaks counted as the lines that they are.
    """

    def __init__(self, path: Path, encoding: str, progress: Progress | None = None) -> None:
        self.name = path.name
        self.line = 0
        self._chunks = _utf8(path, encoding, progress)
        self._buffer = b""
        self._ended = False
        self.peek(len(codecs.BOM_UTF8))
        self._buffer = self._buffer.removeprefix(codecs.BOM_UTF8)

    def __enter__(self) -> "TextStream":
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._chunks.close()  # pyright: ignore[reportAttributeAccessIssue, reportUnknownMemberType]

    def peek(self, size: int) -> bytes:
        """Return at least `size` bytes without taking them, fewer only at the end of the file."""
        if len(self._buffer) < size and not self._ended:
            pieces, length = [self._buffer], len(self._buffer)
            while length < size:
                try:
                    chunk = next(self._chunks, None)
                except UnicodeError:
                    # All of it was text in this encoding before.
                    raise changed(self.name) from None
                if chunk is None:
                    self._ended = True
                    break
                pieces.append(chunk)
                length += len(chunk)
            self._buffer = b"".join(pieces)
        return self._buffer

    @property
    def ended(self) -> bool:
        """Whether nothing is left after what `peek` shows."""
        return self._ended

    def take(self, size: int, lines: int | None = None) -> None:
        """Take as many bytes of those that were looked at; `lines` of them end, where that is known."""
        self.line += line_count(self._buffer[:size]) if lines is None else lines
        self._buffer = self._buffer[size:]

    def put_back(self, text: bytes) -> None:
        """Put what was taken last back in front."""
        self.line -= line_count(text)
        self._buffer = text + self._buffer

    def lines(self) -> "Lines":
        """Return the lines from here on, which are taken as they are served."""
        return Lines(self)


class Lines(Iterator[str]):
    """Lines of a stream with their ends, as the `csv` module wants them; a carriage return alone ends a line too.

    Attributes
    ----------
    number
        Of the line that was served last, in the file.
    served
        Number of letters served.
    """

    def __init__(self, stream: TextStream) -> None:
        self._stream = stream
        self._lines: Iterator[str] = iter(())
        self.number = stream.line
        self.served = 0
        self.begin_record()

    def begin_record(self) -> None:
        """Say that the next line begins a record, which may not be longer than `LONGEST_RECORD`."""
        self._first, self._before = self.number + 1, self.served

    def __next__(self) -> str:
        line = next(self._lines, None)
        if line is None:
            piece = self._piece()
            self._lines = io.StringIO(piece.decode(), newline="")
            line = next(self._lines)
        self.number += 1
        self.served += len(line)
        if self.served - self._before > LONGEST_RECORD:
            raise too_long(self._stream.name, self._first)
        return line

    def _piece(self) -> bytes:
        """Take some whole lines."""
        size = _PIECE
        while True:
            shown = self._stream.peek(size)
            if not shown:
                raise StopIteration
            last = self._stream.ended and len(shown) <= size
            end = len(shown) if last else _last_line_end(shown, size)
            if end:
                piece = shown[:end]
                self._stream.take(end)
                return piece
            if size > LONGEST_RECORD:
                raise too_long(self._stream.name, self._first)
            size *= 2

    def give_back(self) -> None:
        """Put the lines that were taken and not served back into the stream."""
        rest = "".join(self._lines).encode()
        self._stream.put_back(rest)


def _last_line_end(shown: bytes, size: int) -> int:
    """Return the place after the last line end within `size`; that of a carriage return is known by what follows."""
    end = max(shown.rfind(b"\n", 0, size), shown.rfind(b"\r", 0, size)) + 1
    if end and shown[end - 1 : end] == b"\r":
        if end == len(shown):
            end = max(shown.rfind(b"\n", 0, end - 1), shown.rfind(b"\r", 0, end - 1)) + 1
        elif shown[end : end + 1] == b"\n":
            end += 1
    return end


def line_count(text: bytes) -> int:
    """Count line ends: a line feed, a carriage return, or both."""
    returns = text.count(b"\r")
    # NumPy counts what is found so often in a fraction of the time.
    feeds = int(np.count_nonzero(np.frombuffer(text, dtype=np.uint8) == _FEED))
    return feeds + (returns - text.count(b"\r\n") if returns else 0)
