"""Read again what a survey was written to: the types and questions are those of its codebook, none a guess."""

import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final, cast
from zipfile import BadZipFile, ZipFile, is_zipfile

import numpy as np
import pandas as pd

from cxstats.responses.exports.columns import typed
from cxstats.responses.exports.delimited import open_text
from cxstats.responses.exports.excel import open_excel
from cxstats.responses.exports.parquet import DAMAGE
from cxstats.responses.exports.streams import Progress
from cxstats.responses.exports.tables import Opened
from cxstats.responses.exports.texts import Texts
from cxstats.responses.personal.recognition import personal_kind
from cxstats.responses.survey import PERSONAL, QUESTION_COLUMNS, Source, Survey
from cxstats.responses.writing.codebook import BESIDE, METADATA, SHEETS, as_typed, is_codebook, unshielded

NAME: Final = "cxstats"
_MOST_OF_A_BOOK: Final = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """The table of a written file, and its codebook."""

    opened: Opened
    codebook: pd.DataFrame
    shielded: bool


def read_written(path: Path, *, progress: Progress | None = None) -> Survey | None:
    """Read a file that a survey was written to, or return None where it is no such file or no longer fits its codebook.

    Parameters
    ----------
    path
        The file.
    progress
        Called with the number of bytes of a text file that were read since it was called last.
    """
    with path.open("rb") as file:
        start = file.read(4)
    if start == b"PAR1":
        return _read_parquet(path)
    found = _open_book(path) if start.startswith(b"PK") else _open_beside(path)
    if found is None or list(found.codebook["column"]) != _unshielded(found.opened.head[0], shield=found.shielded):
        return None
    records = found.opened.records(1, progress)
    notes = [note for note in (*records.notes, *found.opened.notes) if not note.startswith("sheet ")]
    keep = np.ones(len(records.columns[0]), dtype=np.bool_)
    keep[list(records.damaged)] = False
    columns = [text.where(keep) for text in records.columns]
    made: dict[str, pd.Series[Any]] = {}
    for text, name, kind in zip(columns, found.codebook["column"], found.codebook["type"], strict=True):
        made[str(name)], note = _typed(text, kind, shield=found.shielded and kind == "str")
        notes += [f"column {name!r}: {note}"] if note else []
    frame = pd.DataFrame(made)
    gone = [place for place, kept in enumerate(keep) if not kept]
    rejected = pd.DataFrame(
        {"record": [place + 1 for place in gone], "reason": pd.Series([records.damaged[k] for k in gone], dtype="str")}
    )
    source = Source(path.name, NAME, found.opened.format, len(keep), tuple(notes))
    return _survey(frame, found.codebook, rejected, source)


def _open_beside(path: Path) -> _Found | None:
    beside = path.with_name(path.stem + BESIDE)
    if beside == path or not beside.is_file():
        return None
    try:
        codebook = _codebook(open_text(beside, encoding="utf-8", delimiter=","), shield=True)
        if codebook is None:
            return None
        return _Found(open_text(path, encoding="utf-8", delimiter=","), codebook, shielded=True)
    except ValueError:
        return None


def _open_book(path: Path) -> _Found | None:
    """Open a workbook of responses and questions; others are told by the names of their sheets, unread."""
    try:
        if not is_zipfile(path):
            return None
        with ZipFile(path) as archive, archive.open("xl/workbook.xml") as part:
            said = part.read(_MOST_OF_A_BOOK)
    except (BadZipFile, zlib.error, KeyError, OSError, EOFError, ValueError, RuntimeError):
        return None
    if not all(f'name="{title}"'.encode() in said for title in SHEETS):
        return None
    codebook = _codebook(open_excel(path, sheet=SHEETS[1]), shield=False)
    if codebook is None:
        return None
    return _Found(open_excel(path, sheet=SHEETS[0]), codebook, shielded=False)


def _codebook(opened: Opened, *, shield: bool) -> pd.DataFrame | None:
    records = opened.records(1, None)
    if records.damaged or len(opened.head[0]) != len(records.columns):
        return None
    cells = [_unshielded(text.spread(text.values).tolist(), shield=shield) for text in records.columns]
    table = pd.DataFrame(dict(zip(_unshielded(opened.head[0], shield=shield), cells, strict=True)), dtype="str")
    return table if is_codebook(table) else None


def _unshielded(cells: Sequence[str], *, shield: bool) -> list[str]:
    return [unshielded(cell) for cell in cells] if shield else list(cells)


def _typed(texts: Texts, kind: str, *, shield: bool) -> "tuple[pd.Series[Any], str]":
    values = pd.Series(_unshielded(texts.values.tolist(), shield=shield), dtype="str")
    try:
        # A type without a missing value of its own cannot hold the blanks of values that no record has.
        return texts.spread(as_typed(values, kind)), ""
    except (ValueError, TypeError, OverflowError):
        found, note = typed(texts.change(values.str.strip()))
        return found, f"its cells are not all of type {kind} any more{f'; {note}' if note else ''}"


def _read_parquet(path: Path) -> Survey | None:
    try:
        files: Any = import_module("pyarrow.parquet")
    except ImportError:
        return None
    try:
        said = cast("dict[bytes, bytes]", files.read_schema(path).metadata or {}).get(METADATA)
        codebook = pd.DataFrame(json.loads(said) if said else {}, dtype="str")
        frame = pd.read_parquet(path) if is_codebook_of(codebook) else pd.DataFrame()
        if codebook.empty or list(frame.columns) != list(codebook["column"]):
            return None
        kinds = dict(zip(codebook["column"], codebook["type"], strict=True))
        frame = pd.DataFrame({name: cells.astype(kinds[str(name)]) for name, cells in frame.items()})
    except DAMAGE:
        return None
    rejected = pd.DataFrame({"record": [], "reason": pd.Series([], dtype="str")})
    return _survey(frame, codebook, rejected, Source(path.name, NAME, "parquet", len(frame)))


def is_codebook_of(table: pd.DataFrame) -> bool:
    """Say whether a table from a file's metadata is a codebook."""
    return not table.empty and is_codebook(table)


def _survey(frame: pd.DataFrame, codebook: pd.DataFrame, rejected: pd.DataFrame, source: Source) -> Survey:
    record = str(codebook["column"].iloc[0])
    numbers = frame.pop(record)
    if not (pd.api.types.is_integer_dtype(numbers) and numbers.notna().all() and numbers.is_unique):
        numbers = pd.Series(range(1, len(frame) + 1))
    frame = frame.set_axis(pd.Index(numbers.astype("int64"), name="record"), axis=0)
    asked = codebook[codebook["asked"] == "yes"].reset_index(drop=True)
    questions = asked[[*QUESTION_COLUMNS, PERSONAL]].copy()
    for place, question in asked.iterrows():
        if not question[PERSONAL]:
            name, text = str(question["column"]), str(question["text"])
            questions.loc[place, PERSONAL] = personal_kind(frame[name], name=name, text=text)
    notes = (str(codebook["text"].iloc[0]), *source.notes)
    return Survey(frame, questions, rejected, Source(source.name, source.vendor, source.format, source.read, notes))
