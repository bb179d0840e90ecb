"""Tables of text: delimiter, quotes, damaged and ragged records; what is beyond doubt is left to an engine."""

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cxstats.responses.exports.ahead import Ahead
from cxstats.responses.exports.arrow_columns import arrow
from cxstats.responses.exports.engine import CORES, DELIMITERS, release_memory
from cxstats.responses.exports.heads import head_notes, title_rows
from cxstats.responses.exports.streams import (
    LONGEST_RECORD,
    Encoding,
    Lines,
    Progress,
    TextStream,
    changed,
    find_encoding,
    version_of,
)
from cxstats.responses.exports.tables import Gathered, Opened, Records, Row, even_head

HEAD_ROWS: Final = 100
MOST_COLUMNS: Final = 20_000
_SAMPLE_BYTES: Final = 200_000
_LARGE: Final = 1 << 22
_SMALL: Final = 1 << 15
_BATCH: Final = 1_000
_GUESS: Final = "not UTF-8, so read as Windows-1252; name the encoding if letters look wrong"
_SEPARATOR_LINE: Final = re.compile(r"sep=([^\"\r\n])(?:\r\n?|\n)", re.IGNORECASE)
_NOT_TABLES: Final = {
    "XML or HTML": re.compile(r"\s*<(?:\?xml|!doctype|!--|[a-z][\w:-]*[\s>/])", re.IGNORECASE),
    "JSON": re.compile(r"""\s*(?:\{\s*["}]|\[\s*[\[{"\]])"""),
}
_NO_DELIMITERS: Final = ('"', "\r", "\n")
_NAMES: Final = {"\t": "tab", ",": "comma", ";": "semicolon", "|": "bar"}


def open_text(path: Path, *, encoding: str | None, delimiter: str | None) -> Opened:
    """Open a table of text.

    Raises
    ------
    ValueError
        If the file is empty, is not a table, cannot be decoded, or has a record that is too long.
    """
    version = version_of(path)
    found = find_encoding(path, encoding)
    with TextStream(path, found.name) as stream:
        text = stream.peek(_SAMPLE_BYTES)[:_SAMPLE_BYTES].decode(errors="ignore")
        for what, start in _NOT_TABLES.items():
            if start.match(text):
                raise ValueError(f"{path.name} is {what}, not a table; export it as CSV")
        stated = _SEPARATOR_LINE.match(text)
        begin = 0 if stated is None else len(stated[0].encode())
        if not text[begin:].strip("\r\n"):
            raise ValueError(f"{path.name} is no table: its first {_SAMPLE_BYTES:,} bytes hold no cell")
        between = delimiter or (stated[1] if stated else _find_delimiter(text))
        stream.take(begin)
        rows = _first_rows(stream, between)
    titles = title_rows(rows)
    head, damaged = even_head(rows[titles:])
    table = _Table(path, version, found, between, begin, len(head[0]), sum(map(bool, rows[:titles])))
    return Opened(
        head,
        damaged,
        f"text, {found.name}, {_NAMES.get(between, between)} between cells",
        table.records,
        (*([_GUESS] if found.guessed else []), *head_notes(rows, titles)),
        pieces=table.pieces,
    )


def _find_delimiter(text: str) -> str:
    """Return the delimiter under which most of the first rows have the same, largest number of cells."""
    csv.field_size_limit(LONGEST_RECORD)
    head = io.StringIO(text.lstrip("\r\n"), newline="")

    def evenness(delimiter: str) -> tuple[float, int]:
        head.seek(0)
        rows = filter(None, csv.reader(head, delimiter=delimiter))
        widths = Counter(len(row) for row, _ in zip(rows, range(HEAD_ROWS), strict=False))
        width, times = widths.most_common(1)[0]
        return (times / widths.total() if width > 1 else 0.0, width)

    return max(DELIMITERS, key=evenness)


def _first_rows(stream: TextStream, delimiter: str) -> list[Row]:
    found: list[Row] = []
    for row in _rows(stream.lines(), delimiter):
        if not isinstance(row, str) and len(row) > MOST_COLUMNS:
            raise ValueError(
                f"{stream.name} has {len(row):,} cells in one of its first rows, and {MOST_COLUMNS:,} columns are the "
                f"most; is {delimiter!r} what is between cells?"
            )
        found.append(row)
        if sum(map(bool, found)) >= HEAD_ROWS:
            break
    return found


def _rows(lines: Lines, delimiter: str) -> Iterator[Row]:
    """Yield each row, or the reason why it cannot be read."""
    csv.field_size_limit(LONGEST_RECORD)
    try:
        rows = csv.reader(lines, delimiter=delimiter, strict=True)
    except (TypeError, ValueError):
        rows = None
    if rows is None or delimiter in _NO_DELIMITERS:
        raise ValueError(f"a delimiter is one character, no quote and no line end; got {delimiter!r}")
    while True:
        first = lines.number + 1
        lines.begin_record()
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            last = lines.number
            if "unexpected end of data" in str(error):
                raise ValueError(
                    f"line {first} opens a quote that is never closed, which would swallow the {last - first + 1} "
                    "lines from there to the end of the file; close it and read again"
                ) from None
            yield f"unreadable: a stray quote in {f'line {last}' if first == last else f'lines {first} to {last}'}"
            continue
        yield row


@dataclass(frozen=True, slots=True)
class _Table:
    """A table of text of which all is known but the records: where it begins, its columns, and rows to skip."""

    path: Path
    version: tuple[int, int]
    encoding: Encoding
    delimiter: str
    begin: int
    width: int
    titles: int

    def records(self, headers: int, progress: Progress | None) -> Records:
        """Read the records behind the header rows."""
        gathered = Gathered(self.width)
        for _ in self._read(headers, progress, lambda: gathered, whole=True):
            pass
        records = gathered.finish()
        release_memory()
        return records

    def pieces(self, headers: int, progress: Progress | None) -> Iterator[Gathered]:
        """Yield the records behind the header rows, some megabytes at a time."""
        return self._read(headers, progress, lambda: Gathered(self.width), whole=False)

    def _read(
        self, headers: int, progress: Progress | None, into: Callable[[], Gathered], *, whole: bool
    ) -> Iterator[Gathered]:
        """Read piece by piece; what only the slow way can read is read at once as a `whole`, or as pieces too."""
        with TextStream(self.path, self.encoding.name, progress) as stream, Ahead(stream, self.delimiter) as ahead:
            stream.peek(self.begin)
            stream.take(self.begin)
            _skip(stream, self.delimiter, self.titles + headers, self.width)
            fast = bool(arrow()) and self.width > 1 and self.delimiter in DELIMITERS
            size = _SMALL if fast else 0 if whole else _LARGE
            while ahead.waiting or stream.peek(size or 1):
                gathered = into()
                # Where there are doubts now and then, what is behind the next one would be parsed in vain.
                if fast and ahead.read(gathered, size, ahead=CORES if size == _LARGE else 0):
                    size = min(size * 4, _LARGE)
                elif fast and size > _SMALL:
                    size = max(size // 8, _SMALL)
                else:
                    _read_slowly(stream, self.delimiter, gathered, size)
                yield gathered
        if version_of(self.path) != self.version:
            raise changed(self.path.name)


def _skip(stream: TextStream, delimiter: str, headers: int, width: int) -> None:
    """Take the titles and header rows, and the blank lines before and between them."""
    lines = stream.lines()
    begun, left = False, headers
    rows = _rows(lines, delimiter)
    while left and (row := next(rows, None)) is not None:
        begun = begun or bool(row)
        left -= bool(row) or (begun and width == 1)
    lines.give_back()


def _read_slowly(stream: TextStream, delimiter: str, gathered: Gathered, size: int) -> None:
    """Read about as many letters as asked for, all if 0, one record after the other."""
    lines = stream.lines()
    batch: list[Row] = []
    before = 0
    for row in _rows(lines, delimiter):
        batch.append(row)
        if len(batch) >= _BATCH or lines.served - before > _LARGE:
            gathered.add(batch)
            batch, before = [], lines.served
        if size and lines.served >= size:
            break
    gathered.add(batch)
    lines.give_back()
