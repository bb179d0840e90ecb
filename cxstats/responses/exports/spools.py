"""Records on disk, column by column, where an engine counts them: the cleaned cells of all that are responses.

The file goes by once, in pieces of a few megabytes that are read as `read_export` reads them, and what is no response
is set aside with its reason. Of a column only its first different cells are remembered. Duplicates of a response id
are found by the engine, which puts on disk what does not fit its share of memory.
"""
# ruff: noqa: S608  only names of our own and quoted text go into SQL

import importlib
import shutil
import tempfile
import weakref
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from cxstats.responses.exports.engine import release_memory
from cxstats.responses.exports.layouts import Layout, Rows
from cxstats.responses.exports.setting_aside import DUPLICATE, flags, reasons
from cxstats.responses.exports.streams import Progress
from cxstats.responses.exports.summaries import last_note
from cxstats.responses.exports.surveys import cleaned
from cxstats.responses.exports.tables import Gathered, Opened
from cxstats.responses.exports.texts import Texts, Truths

MEMORY: Final = "256MB"
"""What the engine may take; beyond it, it works on disk."""
FEW: Final = 5_000
"""Columns with at most so many different cells are understood from all of them."""
FEW_COMBINED: Final = 50_000
"""The same for multiple choices written into one cell."""
_IDS_AT_ONCE: Final = 4_000_000
_ROWS_AT_ONCE: Final = 20_000

_Kept = tuple[NDArray[np.intp], Truths, Truths, list[Texts]]


def literal(text: str) -> str:
    """Return a text as SQL."""
    return "'" + text.replace("'", "''") + "'"


def quoted(name: str) -> str:
    """Return a name as SQL."""
    return '"' + name.replace('"', '""') + '"'


class Folder:
    """A temporary folder that is removed with this object.

    Attributes
    ----------
    path
        Of the folder.
    """

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(suffix="-cxstats"))
        weakref.finalize(self, shutil.rmtree, self.path, ignore_errors=True)


def open_engine(folder: Folder) -> Any:
    """Return a connection to DuckDB that keeps to its share of memory, with an empty table ``rejected``.

    Raises
    ------
    ValueError
        If an extra is not installed.
    """
    try:
        duckdb: Any = importlib.import_module("duckdb")
        importlib.import_module("pyarrow.parquet")
    except ImportError:
        raise ValueError(
            "scanning an export needs the extras 'duckdb' and 'parquet': pip install 'cxstats[duckdb,parquet]'"
        ) from None
    connection = duckdb.connect(config={"memory_limit": MEMORY, "temp_directory": str(folder.path)})
    # DuckDB draws a bar of its own for what takes long, which is not ours to show.
    connection.execute("SET enable_progress_bar = false; SET preserve_insertion_order = false; SET TimeZone = 'UTC'")
    connection.execute("CREATE TABLE rejected (record BIGINT, reason VARCHAR)")
    return connection


@dataclass(slots=True, eq=False)
class Spool:
    """The responses of an export on disk.

    Attributes
    ----------
    folder
        Where they are.
    engine
        A connection to DuckDB with two relations: ``kept``, with ``record`` (its number, the first is 1), ``partial``,
        ``unanswered`` and one column ``c0``, ``c1``, ... of cleaned text for each of the file; and ``rejected``, with
        ``record`` and ``reason``.
    layout
        What the vendor says of the columns.
    read
        Number of records read.
    filled
        Of each column whether any record has a cell in it.
    many
        Of each column whether it has more different cells than are remembered.
    notes
        What was forgiven while reading.
    """

    layout: Layout
    folder: "Folder" = field(init=False)
    engine: Any = field(init=False)
    read: int = 0
    filled: list[bool] = field(init=False)
    many: list[bool] = field(init=False)
    notes: tuple[str, ...] = ()
    _seen: list[set[str]] = field(init=False)

    def __post_init__(self) -> None:
        width = len(self.layout.columns)
        self.folder = Folder()
        self.engine = open_engine(self.folder)
        self.filled, self.many = [False] * width, [False] * width
        self._seen = [set() for _ in range(width)]

    def fill(self, opened: Opened, progress: Progress | None) -> None:
        """Put the responses of a text file on disk."""
        if opened.pieces is None:
            raise ValueError(f"only text files are scanned; got {opened.format}")
        arrow: Any = importlib.import_module("pyarrow")
        files: Any = importlib.import_module("pyarrow.parquet")
        whole = self.folder.path / "kept.parquet"
        # A response id rejects nothing here: its other records may be in other pieces.
        alone = replace(self.layout, columns=[replace(column, role="") for column in self.layout.columns])
        names = [f"c{k}" for k in range(len(self.layout.columns))]
        kinds = [("record", arrow.int64()), ("partial", arrow.bool_()), ("unanswered", arrow.bool_())]
        schema = arrow.schema([*kinds, *((name, arrow.string()) for name in names)])
        short = blank = 0
        waiting: list[Any] = []
        with files.ParquetWriter(whole, schema, write_statistics=False) as writer:
            for piece in opened.pieces(self.layout.headers, progress):
                short, blank = short + piece.short, blank + piece.blank
                kept = self._take(piece, alone, opened.head)
                if kept is not None:
                    waiting.append(arrow.Table.from_arrays(_arrays(arrow, kept), schema=schema))
                # Small row groups are slow to read.
                if sum(table.num_rows for table in waiting) >= _ROWS_AT_ONCE:
                    writer.write_table(arrow.concat_tables(waiting))
                    waiting = []
            writer.write_table(arrow.concat_tables([*waiting, schema.empty_table()]))
        counted = Gathered(0, short=short, blank=blank)
        self.notes = counted.finish().notes
        self._seen = []
        release_memory()
        self.engine.execute(f"CREATE VIEW spooled AS FROM read_parquet({literal(str(whole))})")
        self._find_duplicates()
        last = self.engine.execute("FROM kept WHERE record = (SELECT max(record) FROM kept)").fetchone()
        self.notes += tuple(last_note(last[0], last[3:])) if last else ()

    def _take(self, piece: Gathered, layout: Layout, head: Rows) -> _Kept | None:
        """Set aside what is no response, and return numbers, flags and cells of the others."""
        records = piece.finish()
        texts, _, _ = cleaned(records.columns)
        count, first = piece.count, self.read + 1
        self.read += count
        if not count:
            return None
        found = [bool((text.values != "").any()) for text in texts]
        self.filled = [before or now for before, now in zip(self.filled, found, strict=True)]
        gone = reasons(records.damaged, texts, layout, head=head)
        keep = np.ones(count, dtype=np.bool_)
        if gone:
            keep[list(gone)] = False
            self._reject([first + place for place in gone], list(gone.values()))
            texts = [text.where(keep) for text in texts]
        self._remember(texts)
        none = np.zeros(int(keep.sum()), dtype=np.bool_)
        partial, unanswered = (flags(rule, texts) for rule in (layout.partial, layout.unanswered))
        numbers = np.flatnonzero(keep) + first
        return numbers, none if partial is None else partial, none if unanswered is None else unanswered, texts

    def _reject(self, records: Sequence[int], why: Sequence[str]) -> None:
        arrow: Any = importlib.import_module("pyarrow")
        self.engine.register("piece", arrow.table({"record": records, "reason": why}))
        self.engine.execute("INSERT INTO rejected SELECT record, reason FROM piece")
        self.engine.unregister("piece")

    def _remember(self, texts: Sequence[Texts]) -> None:
        for k, (column, text) in enumerate(zip(self.layout.columns, texts, strict=True)):
            if not self.many[k]:
                self._seen[k].update(text.values)
                self.many[k] = len(self._seen[k]) > (FEW if column.split is None else FEW_COMBINED)
                self._seen[k] = set() if self.many[k] else self._seen[k]

    def _find_duplicates(self) -> None:
        """Reject the records that repeat a response id: kept is the first finished one, else the first."""
        kept = "SELECT * FROM spooled"
        for place, column in enumerate(self.layout.columns):
            key = f"c{place}"
            if column.role == "response id" and reject_repeats(self.engine, key, kept, present=f"{key} <> ''"):
                kept = "SELECT * FROM spooled WHERE record NOT IN (SELECT record FROM rejected)"
        self.engine.execute(f"CREATE VIEW kept AS {kept}")


def reject_repeats(engine: Any, key: str, kept: str, *, present: str) -> bool:
    """Reject responses that repeat the id of another; say whether there are any.

    Kept is the first finished one, else the first. Ids that may repeat are told by their hashes first, some millions
    at a time.

    Parameters
    ----------
    engine
        A connection to DuckDB with the relation ``rejected`` of a `Spool`.
    key
        The column of ids.
    kept
        A query of the responses, with ``record``, ``partial`` and `key`.
    present
        Which of them have an id, as SQL.
    """
    (count,) = engine.execute(f"SELECT count(*) FROM ({kept})").fetchone()
    parts = count // _IDS_AT_ONCE + 1
    engine.execute("CREATE OR REPLACE TEMP TABLE again (hash UBIGINT)")
    for part in range(parts):
        engine.execute(
            f"INSERT INTO again SELECT hash({key}) AS hash FROM ({kept}) WHERE {present} AND "
            f"hash({key}) % {parts} = {part} GROUP BY ALL HAVING count(*) > 1"
        )
    (again,) = engine.execute("SELECT count(*) FROM again").fetchone()
    if not again:
        return False
    numbered = (
        f"SELECT record, row_number() OVER (PARTITION BY {key} ORDER BY partial, record) AS place FROM ({kept}) "
        f"WHERE {present} AND hash({key}) IN (SELECT hash FROM again)"
    )
    engine.execute(f"INSERT INTO rejected SELECT record, '{DUPLICATE}' FROM ({numbered}) WHERE place > 1")
    return True


def _arrays(arrow: Any, kept: _Kept) -> list[Any]:
    numbers, partial, unanswered, texts = kept
    made = [arrow.array(numbers, arrow.int64()), arrow.array(partial), arrow.array(unanswered)]
    for text in texts:
        values = arrow.array(text.values, arrow.string())
        values = values.combine_chunks() if isinstance(values, arrow.ChunkedArray) else values
        made.append(values if text.codes is None else values.take(arrow.array(text.codes)))
    return made
