"""Scan a Parquet file: the engine counts it where it is, with the types that `read_export` gives its columns."""
# ruff: noqa: S608  only names of our own and quoted text go into SQL

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any, Final, cast

import pandas as pd

from cxstats.responses.exports.layouts import clean_names
from cxstats.responses.exports.parquet import LARGEST, as_frame, parquet_questions, plain_cells
from cxstats.responses.exports.plain import PLAIN, response_id_column
from cxstats.responses.exports.setting_aside import EMPTY
from cxstats.responses.exports.spools import Folder, literal, open_engine, quoted, reject_repeats
from cxstats.responses.exports.written import NAME, is_codebook_of
from cxstats.responses.scanned import Scanned, account
from cxstats.responses.survey import QUESTION_COLUMNS, Source
from cxstats.responses.writing.codebook import METADATA

_FIRST: Final = 2_000


@dataclass(slots=True, eq=False)
class _Stored:
    """A Parquet file in the engine, as the relation ``stored``.

    Attributes
    ----------
    folder
        Where the engine works on disk.
    engine
        A connection to DuckDB.
    first
        The first records as pandas reads them, with the columns of the survey under their names in the file.
    codebook
        What the file says of its columns where a survey was written to it, else empty.
    cells
        From a column's name in the file to its name in the engine.
    decimals
        From the name in the file of a column of decimals to how many digits are behind the point.
    blank
        Which records have no cell at all, as SQL.
    computed
        From a column's name in the survey to how it is computed.
    """

    folder: Folder
    engine: Any
    first: pd.DataFrame
    codebook: pd.DataFrame
    cells: dict[str, str]
    decimals: dict[str, int]
    blank: str
    computed: dict[str, str]

    def select(self, columns: Sequence[str]) -> Any:
        """Return a relation with these columns."""
        chosen = ", ".join(f"{self.computed[name]} AS {quoted(name)}" for name in columns)
        return self.engine.sql(f"SELECT {chosen} FROM kept")

    def reject(self, key: int | None) -> None:
        """Make the relation ``kept``, without empty records and those that repeat an id."""
        kept = "SELECT * FROM stored"
        if self.codebook.empty and self.blank:
            self.engine.execute(f"INSERT INTO rejected SELECT record, '{EMPTY}' FROM stored WHERE {self.blank}")
            kept += f" WHERE NOT ({self.blank})"
        if key is not None:
            cell = self.cells[str(self.first.columns[key])]
            if reject_repeats(self.engine, cell, kept, present=f"{cell} IS NOT NULL"):
                kept = "SELECT * FROM stored WHERE record NOT IN (SELECT record FROM rejected)"
        self.engine.execute(f"CREATE VIEW kept AS {kept}")

    def typed(self, name: str) -> str:
        """Return a column of the file as pandas has it, where it is of decimals."""
        cell = self.cells[name]
        if name not in self.decimals:
            return cell
        if self.decimals[name] > 0:
            return f"CAST({cell} AS DOUBLE)"
        (largest,) = self.engine.execute(f"SELECT max(abs({cell})) FROM stored").fetchone()
        return f"CAST({cell} AS {'VARCHAR' if largest is not None and largest > LARGEST else 'BIGINT'})"


def scan_parquet(path: Path) -> Scanned:
    """Scan a Parquet file.

    Parameters
    ----------
    path
        The file.

    Raises
    ------
    ValueError
        If an extra is not installed or the file is damaged.
    """
    stored = _open(path)
    codebook = stored.codebook
    names, notes = clean_names([str(name) for name in stored.first.columns])
    key = response_id_column(names) if codebook.empty else None
    stored.reject(key)
    stored.computed = {name: stored.typed(str(own)) for name, own in zip(names, stored.first.columns, strict=True)}
    first = stored.first.set_axis(names, axis=1)
    notes += [
        f"column {name!r}: the order of its categories is not kept"
        for name in names
        if isinstance(first[name].dtype, pd.CategoricalDtype)
    ]
    if codebook.empty:
        plain = pd.DataFrame({name: plain_cells(first[name])[0] for name in names}, index=first.index)
        vendor, questions = PLAIN.name, parquet_questions(plain, key)
    else:
        vendor, questions = NAME, codebook[codebook["asked"] == "yes"]
        notes.insert(0, str(codebook["text"].iloc[0]))
    questions = questions.reindex(columns=list(QUESTION_COLUMNS), fill_value="").reset_index(drop=True)
    (read,) = stored.engine.execute("SELECT count(*) FROM stored").fetchone()
    source = Source(path.name, vendor, "parquet", read, tuple(notes))
    return account(stored.engine, source, questions, columns=names, select=stored.select)


def _open(path: Path) -> _Stored:
    folder = Folder()
    engine = open_engine(folder)
    arrow: Any = import_module("pyarrow")
    files: Any = import_module("pyarrow.parquet")
    try:
        with files.ParquetFile(path) as file:
            schema = file.schema_arrow
            batch = next(file.iter_batches(_FIRST), None)
            first = as_frame(schema.empty_table() if batch is None else arrow.Table.from_batches([batch]))
    except (OSError, ValueError) as error:
        raise ValueError(f"{path.name} is not a readable Parquet file: {str(error).splitlines()[0]}") from None
    # As in reading: the index of our own responses is the record number, and a named one of others a column.
    named = [name for name in first.index.names if name not in (None, "record")]
    first = first.reset_index(named) if named else first
    codebook = _codebook(schema, list(first.columns))
    first = first.reset_index(drop=True) if codebook.empty else first.iloc[:, 1:]
    cells = {str(name): f"c{place}" for place, name in enumerate(schema.names)}
    columns = ", ".join([*cells.values(), "place"])
    engine.execute(
        "CREATE VIEW stored AS SELECT * EXCLUDE (place), place + 1 AS record, false AS partial, false AS unanswered "
        f"FROM read_parquet({literal(str(path))}, file_row_number = true) AS file({columns})"
    )
    nested = [name for name in schema.names if _is_nested(str(schema.field(name).type))]
    if nested and codebook.empty:
        raise ValueError(
            f"{path.name} has columns of lists, records or bytes, which cannot be scanned: {', '.join(nested)}; leave "
            "them out, or use read_export"
        )
    floats = [cells[str(name)] for name in schema.names if str(schema.field(name).type) in ("float", "double")]
    blank = [f"({cell} IS NULL{f' OR isnan({cell})' if cell in floats else ''})" for cell in cells.values()]
    kinds = {str(name): schema.field(name).type for name in schema.names}
    decimals = {name: int(kind.scale) for name, kind in kinds.items() if arrow.types.is_decimal(kind)}
    return _Stored(folder, engine, first, codebook, cells, decimals, " AND ".join(blank), {})


def _is_nested(kind: str) -> bool:
    return kind.startswith(("list", "large_list", "fixed_size", "struct", "map", "binary", "large_binary"))


def _codebook(schema: Any, columns: Sequence[object]) -> pd.DataFrame:
    """Return what a file says of its columns where a survey was written to it, else an empty table."""
    said = cast("dict[bytes, bytes]", schema.metadata or {}).get(METADATA)
    try:
        found = pd.DataFrame(json.loads(said) if said else {}, dtype="str")
    except ValueError:
        return pd.DataFrame()
    fits = is_codebook_of(found) and list(columns) == list(found["column"])
    return found if fits else pd.DataFrame()
