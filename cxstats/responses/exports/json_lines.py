"""JSON lines: one object a line, one object a record; keys may differ from line to line.

Numbers keep their digits as written, and columns get their types as those of any export do. A value that is an object
or a list is kept as the JSON that it is.
"""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, cast

from cxstats.responses.exports.layouts import Layout
from cxstats.responses.exports.plain import PLAIN
from cxstats.responses.exports.streams import Lines, Progress, TextStream, find_encoding
from cxstats.responses.exports.surveys import survey_of
from cxstats.responses.exports.tables import Opened, Records
from cxstats.responses.exports.texts import Gathering
from cxstats.responses.survey import Survey

MOST_KEYS: Final = 2_000
_HEAD_BYTES: Final = 4096
_HEAD_LINES: Final = 100
_BATCH: Final = 1_000
_HALVES: Final = re.compile("[\ud800-\udfff]")
_MARKS: Final = b"\xef\xbb\xbf\xff\xfe\x00 \t\r\n"


class _DamageError(ValueError):
    """Why a line is no record."""


def is_json_lines(path: Path, *, encoding: str | None = None) -> bool:
    """Say whether a file begins as an object and half of its first hundred lines are one each."""
    with path.open("rb") as file:
        start = file.read(_HEAD_BYTES).lstrip(_MARKS)
    if not (start.startswith(b"{") and start[1:].lstrip(_MARKS)[:1] in (b'"', b"}")):
        return False
    read = objects = 0
    with TextStream(path, find_encoding(path, encoding).name) as stream:
        for line in _lines(stream.lines()):
            read += bool(line.strip())
            objects += isinstance(_parsed(line), dict)
            if read >= _HEAD_LINES:
                break
    return objects * 2 >= read


def read_json_lines(path: Path, *, encoding: str | None = None, progress: Progress | None = None) -> Survey:
    """Read a file of JSON lines.

    Parameters
    ----------
    path
        The file.
    encoding
        Found unless given.
    progress
        Called with the number of bytes that were read since it was called last.

    Raises
    ------
    ValueError
        If the file cannot be decoded, is one nested document rather than records, has more than `MOST_KEYS` keys, or
        a line is longer than a record may be.
    """
    found = find_encoding(path, encoding)
    gathered = _Gathered(path.name)
    with TextStream(path, found.name, progress) as stream:
        lines = stream.lines()
        for line in _lines(lines):
            if line.strip():
                gathered.add(line, lines.number)
            else:
                gathered.blank += 1
    records = gathered.finish()

    def all_records(_headers: int, _progress: Progress | None) -> Records:
        return records

    opened = Opened([list(gathered.columns)], {}, f"JSON lines, {found.name}", all_records)
    layout = PLAIN.layout(opened.head)
    return survey_of(path.name, PLAIN.name, opened, layout=Layout(layout.columns), records=records)


def _lines(lines: Lines) -> Any:
    for line in lines:
        yield line
        lines.begin_record()


def _parsed(line: str) -> Any:
    try:
        return _value(line)
    except _DamageError:
        return None


def _value(line: str) -> Any:
    """Read a line of JSON, with numbers as they are written.

    Raises
    ------
    _DamageError
        If it is not JSON, or names a key twice.
    """
    try:
        return json.loads(
            line.rstrip("\r\n"),
            parse_int=_Number,
            parse_float=_Number,
            parse_constant=_NotANumber,
            object_pairs_hook=_pairs,
        )
    except json.JSONDecodeError as error:
        raise _DamageError(f"is not JSON: {error.msg} at letter {error.pos + 1}") from None
    except RecursionError:
        raise _DamageError("is nested too deeply") from None


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise _DamageError(f"names {next(key for key in keys if keys.count(key) > 1)!r} twice")
    return found


class _Number(str):
    """A number as it was written."""

    __slots__ = ()


class _NotANumber(str):
    """NaN or Infinity, which JSON does not have and some write."""

    __slots__ = ()


@dataclass(slots=True, eq=False)
class _Gathered:
    """Records while they are collected; a key that turns up late is blank before."""

    name: str
    columns: dict[str, Gathering] = field(default_factory=dict[str, Gathering])
    count: int = 0
    stored: int = 0
    blank: int = 0
    halves: int = 0
    not_numbers: int = 0
    ragged: int = 0
    nested: dict[str, int] = field(default_factory=dict[str, int])
    damaged: dict[int, str] = field(default_factory=dict[int, str])
    waiting: list[Mapping[str, str]] = field(default_factory=list[Mapping[str, str]])
    whole: bool = False

    def add(self, line: str, number: int) -> None:
        """Add a line that is not blank."""
        record: dict[str, str] = {}
        try:
            value = _value(line)
            if not isinstance(value, dict):
                raise _DamageError("holds no object")
            record = self._cells(cast("dict[str, Any]", value))
        except _DamageError as damage:
            self.damaged[self.count] = f"unreadable: line {number:,} {damage}"
        self.waiting.append(record)
        self.count += 1
        if len(self.waiting) >= _BATCH:
            self._store()

    def _cells(self, record: Mapping[str, Any]) -> dict[str, str]:
        cells: dict[str, str] = {}
        for key, value in record.items():
            if isinstance(value, dict | list):
                self.nested[key] = self.nested.get(key, 0) + 1
            else:
                self.whole = True
                self.not_numbers += isinstance(value, _NotANumber)
            cells[self._letters(key)] = self._letters(_cell(value))
        return cells

    def _letters(self, text: str) -> str:
        """Return a text without halves of letters, which JSON can write and nothing else can."""
        whole = _HALVES.sub("\ufffd", text)
        self.halves += whole != text
        return whole

    def _store(self) -> None:
        for key in dict.fromkeys(key for record in self.waiting for key in record):
            if key not in self.columns:
                self.columns[key] = Gathering()
                self.columns[key].add([""] * self.stored)
        if len(self.columns) > MOST_KEYS:
            raise ValueError(
                f"{self.name} has more than {MOST_KEYS:,} different keys, so its keys are no columns; export it as CSV"
            )
        for key, gathering in self.columns.items():
            gathering.add([record.get(key, "") for record in self.waiting])
        self.ragged += sum(bool(record) and len(record) < len(self.columns) for record in self.waiting)
        self.stored += len(self.waiting)
        self.waiting = []

    def finish(self) -> Records:
        """Return the records."""
        self._store()
        if not self.columns or (not self.whole and self.nested):
            raise ValueError(f"{self.name} is JSON, not a table; write one object a line, or export it as CSV")
        notes = [f"key {key!r}: {times:,} nested values kept as JSON text" for key, times in self.nested.items()]
        if self.not_numbers:
            notes.append(f"NaN or Infinity in {self.not_numbers:,} cells read as no answer")
        if self.halves:
            notes.append(f"{self.halves:,} texts hold halves of letters, shown as \ufffd")
        if self.ragged:
            notes.append(f"{self.ragged:,} records lack some of the keys; those cells are empty")
        if self.blank:
            notes.append(f"{self.blank:,} blank lines are not counted as records")
        return Records([gathering.finish() for gathering in self.columns.values()], self.damaged, tuple(notes))


def _cell(value: Any) -> str:
    if value is None or isinstance(value, _NotANumber):
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, _Number):
        return _digits(value)
    return value if isinstance(value, str) else json.dumps(_plain(value), ensure_ascii=False)


def _digits(number: str) -> str:
    """Write a number without an exponent where that is exact: elsewhere ``1E3`` is taken for an identifier."""
    if number.lstrip("-").isdecimal() or "e" not in number.lower():
        return number
    value = float(number)
    return str(int(value)) if abs(value) < 1e15 and value.is_integer() else repr(value)


def _plain(value: Any) -> Any:
    """Turn numbers inside a nested value back into numbers."""
    if isinstance(value, dict):
        return {key: _plain(each) for key, each in cast("dict[str, Any]", value).items()}
    if isinstance(value, list):
        return [_plain(each) for each in cast("Sequence[Any]", value)]
    if isinstance(value, _NotANumber):
        return None
    if isinstance(value, _Number):
        return int(value) if value.lstrip("-").isdecimal() and len(value) < 300 else float(value)
    return value
