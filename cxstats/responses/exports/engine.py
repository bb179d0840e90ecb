"""The fast way through a text table: Arrow parses the pieces of a file that are beyond doubt.

A piece is beyond doubt where every quote opens or closes a whole cell and every record has as many cells as there are
columns; then there is one way to read it, and it is read here as the `csv` module would. All else is left to that.
"""

import codecs
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cxstats.responses.exports.arrow_columns import arrow
from cxstats.responses.exports.streams import line_count
from cxstats.responses.exports.texts import Gathering

DELIMITERS: Final = (",", ";", "\t", "|")
CORES: Final = min(os.cpu_count() or 1, 4)
"""How many pieces are parsed, or columns typed, at a time."""
_QUOTE, _FEED, _RETURN = b'"'[0], b"\n"[0], b"\r"[0]


@dataclass(frozen=True, slots=True)
class Piece:
    """Whole records at the beginning of some text.

    Attributes
    ----------
    end
        Number of bytes that they take.
    records
        Number of records and blank lines.
    lines
        Number of lines, those inside cells too.
    """

    end: int
    records: int
    lines: int


def whole_records(text: bytes, delimiter: str, *, last: bool) -> Piece | None:
    """Find the records that are complete in some text, or None where there is more than one way to read its quotes.

    Parameters
    ----------
    text
        Text that begins with a record.
    delimiter
        Between cells.
    last
        Whether the file ends with the text, so that a record does too.
    """
    if text.startswith(codecs.BOM_UTF8):
        # As the first letter of a cell it would stay, as that of a piece Arrow drops it.
        return None
    torn = last and not text.endswith((b"\n", b"\r"))
    if b'"' not in text:
        end = len(text) if last else _without_torn_end(text)
        lines = line_count(text[:end])
        return Piece(end, lines + torn, lines) if end else None
    marks = np.frombuffer(text, dtype=np.uint8)
    quotes = np.flatnonzero(marks == _QUOTE)
    ends = _line_ends(text, marks)
    if not last and text.endswith(b"\r"):
        ends = ends[:-1]
    outside = ends[np.searchsorted(quotes, ends) % 2 == 0]
    if (last and len(quotes) % 2) or not (last or len(outside)):
        return None
    end = len(text) if last else int(outside[-1]) + 1
    if not _well_quoted(marks, quotes[quotes < end], delimiter, end):
        return None
    return Piece(end, len(outside) + torn, int((ends < end).sum()))


def _line_ends(text: bytes, marks: NDArray[np.uint8]) -> NDArray[np.intp]:
    """Return the places of line feeds, and of carriage returns without one behind them."""
    if b"\r" not in text:
        return np.flatnonzero(marks == _FEED)
    ends = np.flatnonzero((marks == _FEED) | (marks == _RETURN))
    followed = np.append(marks, 0)[ends + 1] == _FEED
    return ends[~((marks[ends] == _RETURN) & followed)]


def _without_torn_end(text: bytes) -> int:
    end = max(text.rfind(b"\n"), text.rfind(b"\r")) + 1
    if end == len(text) and text.endswith(b"\r"):
        end = max(text.rfind(b"\n", 0, end - 1), text.rfind(b"\r", 0, end - 1)) + 1
    return end


def _well_quoted(marks: NDArray[np.uint8], quotes: NDArray[np.intp], delimiter: str, end: int) -> bool:
    """Say whether each quote begins a cell, ends one, or is doubled inside one."""
    between = np.zeros(256, dtype=np.bool_)
    between[[_QUOTE, _FEED, _RETURN, ord(delimiter)]] = True
    opening, closing = quotes[0::2], quotes[1::2]
    before, after = marks[opening[opening > 0] - 1], marks[closing[closing < end - 1] + 1]
    return bool(between[before].all() and between[after].all())


def parse(text: bytes, delimiter: str, coded: Sequence[bool], most: int) -> Any:
    """Read whole records, on one core.

    Parameters
    ----------
    text, delimiter
        The records, and what is between their cells.
    coded
        Of each column, whether its distinct cells and codes of them are wanted.
    most
        Number of records and blank lines.

    Returns
    -------
    pyarrow.Table
        None where a record has more or fewer cells than there are columns.
    """
    pa = arrow()
    few = pa.dictionary(pa.int32(), pa.string())
    types = {str(k): few if each else pa.string() for k, each in enumerate(coded)}
    try:
        table = pa.csv.read_csv(
            pa.BufferReader(text),
            # In one block, so that no ends of blocks are looked for.
            read_options=pa.csv.ReadOptions(column_names=list(types), block_size=len(text) + 1, use_threads=False),
            parse_options=pa.csv.ParseOptions(delimiter=delimiter, newlines_in_values=b'"' in text),
            # The stream has seen to it that the text is UTF-8.
            convert_options=pa.csv.ConvertOptions(column_types=types, strings_can_be_null=False, check_utf8=False),
        )
    except pa.ArrowInvalid:
        return None
    return table if table.num_rows <= most else None


def gather(table: Any, gatherings: Sequence[Gathering]) -> None:
    """Put records that were read into the columns."""
    for gathering, column in zip(gatherings, table.columns, strict=True):
        for chunk in column.chunks:
            _gather(gathering, chunk)


def _gather(gathering: Gathering, chunk: Any) -> None:
    if not hasattr(chunk, "dictionary"):
        gathering.add_array(chunk)
    elif gathering.coded:
        gathering.add_coded(chunk.dictionary.to_pylist(), chunk.indices.to_numpy())
    else:
        gathering.add_array(chunk.dictionary.take(chunk.indices))


def release_memory() -> None:
    """Give back what parsing took and nobody holds any more."""
    if arrow() is not None:
        arrow().default_memory_pool().release_unused()
