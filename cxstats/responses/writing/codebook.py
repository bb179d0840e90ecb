"""What a written file says of its columns, and how cells are written as text and read again.

The codebook is a table of text, one row a column of the file, the record numbers first: a sheet ``questions``, a file
``.questions.csv`` beside a CSV file, the metadata of a Parquet file.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

import pandas as pd

from cxstats.responses.names import unknown_name
from cxstats.responses.personal.columns import personal_columns
from cxstats.responses.survey import PERSONAL, QUESTION_COLUMNS, Survey

CODEBOOK_COLUMNS: Final = ("column", "type", "asked", *QUESTION_COLUMNS[1:], PERSONAL)
RECORD: Final = "record"
SHEETS: Final = ("responses", "questions")
BESIDE: Final = ".questions.csv"
METADATA: Final = b"cxstats"

# What makes a spreadsheet compute a cell, in half and in full width.
_RUNS: Final = tuple("=+-@＝＋－＠")
_TYPES: Final = re.compile(
    r"str|bool|boolean|[uU]?[iI]nt(?:8|16|32|64)|[fF]loat(?:32|64)|datetime64\[(?:s|ms|us|ns)(?:, [\w/+:-]+)?\]"
)


@dataclass(frozen=True, slots=True, eq=False)
class Written:
    """What is written of a survey.

    Attributes
    ----------
    frame
        The responses without the personal columns that were not asked for; the index are the record numbers.
    record
        The name of the column of record numbers.
    codebook
        One row a column of the file, all text.
    """

    frame: pd.DataFrame
    record: str
    codebook: pd.DataFrame


def written(survey: Survey, personal: str | Collection[str]) -> Written:
    """Choose what is written of a survey, and describe it.

    Raises
    ------
    ValueError
        If a column asked for does not exist, or two have one name.
    """
    asked = {personal} if isinstance(personal, str) else set(personal)
    for name in sorted(asked):
        if name not in survey.responses:
            raise ValueError(unknown_name("column", name, survey.responses.columns))
    if survey.responses.columns.has_duplicates:
        raise ValueError("columns must have distinct names to be written; rename them first")
    left_out = [name for name in personal_columns(survey) if name not in asked]
    frame = survey.responses.drop(columns=left_out)
    frame = pd.DataFrame({name: _plain(frame[name]) for name in frame.columns}, index=frame.index, copy=False)
    record = RECORD
    while record in frame:
        record += " number"
    return Written(frame, record, _codebook(survey, frame, record, left_out))


def _plain(cells: "pd.Series[Any]") -> "pd.Series[Any]":
    """Return a column as it is where its type can be read again, else as text."""
    return cells if _TYPES.fullmatch(str(cells.dtype)) else cells.astype("str")


def _codebook(survey: Survey, frame: pd.DataFrame, record: str, left_out: Sequence[str]) -> pd.DataFrame:
    source = survey.source
    said = f"number of the record in {source.name}, of which {source.read:,} records were read"
    if len(survey.rejected):
        said += f"; {len(survey.rejected):,} rejected ones are not in this file"
    if left_out:
        said += f"; left out as personal data: {', '.join(left_out)}"
    types = pd.DataFrame({"column": list(frame.columns), "type": [str(cells.dtype) for _, cells in frame.items()]})
    asked = survey.questions.drop_duplicates("column").assign(asked="yes")
    rows = types.merge(asked, on="column", how="left")
    first = pd.DataFrame([{"column": record, "type": "int64", "asked": "no", "role": RECORD, "text": said}])
    return pd.concat([first, rows.fillna({"asked": "no"})])[list(CODEBOOK_COLUMNS)].fillna("").astype("str")


def is_codebook(table: pd.DataFrame) -> bool:
    """Say whether a table of text is a codebook."""
    return (
        list(table.columns) == list(CODEBOOK_COLUMNS)
        and len(table) > 0
        and table["role"].iloc[0] == RECORD
        and bool(table["type"].str.fullmatch(_TYPES.pattern).all())
        and bool(table["column"].is_unique)
    )


def as_text(cells: "pd.Series[Any]") -> "pd.Series[str]":
    """Write a column as text, nothing where it is missing; text stands as it is."""
    if pd.api.types.is_bool_dtype(cells.dtype):
        found = cells.map({True: "yes", False: "no"})
    elif pd.api.types.is_float_dtype(cells.dtype):
        found = cells.astype("object").map(lambda value: repr(float(value)), na_action="ignore")
    elif isinstance(cells.dtype, pd.DatetimeTZDtype):
        # Offsets of before 1900 have seconds, which ISO 8601 has not.
        found = cells.dt.tz_convert("UTC")
    else:
        found = cells
    return found.astype("str").fillna("").astype("str")


def as_typed(cells: "pd.Series[str]", kind: str) -> "pd.Series[Any]":
    """Read a column that `as_text` wrote.

    Raises
    ------
    ValueError, TypeError, OverflowError
        If a cell is not of this type.
    """
    filled = cast("Any", cells.mask(cells == ""))
    if kind == "str":
        return filled.astype("str")
    if kind in ("bool", "boolean"):
        if not filled.dropna().isin(["yes", "no"]).all():
            raise ValueError("not yes or no")
        return filled.map({"yes": True, "no": False}).astype("boolean").astype(kind)
    if kind.startswith("datetime64"):
        return cast("Any", pd.to_datetime(filled, format="ISO8601", utc="," in kind)).astype(kind)
    if kind.lower().startswith("float"):
        return filled.astype("object").map(float, na_action="ignore").astype("float64").astype(kind)
    whole = "UInt64" if kind[0] in "uU" else "Int64"
    return filled.astype("object").map(int, na_action="ignore").astype(whole).astype(kind)


def shielded(cell: str) -> str:
    """Put an apostrophe before what a spreadsheet would compute, and before an apostrophe.

    >>> [shielded(cell) for cell in ("=1+1", "fine", " @sum", "'tis")]
    ["'=1+1", 'fine', "' @sum", "''tis"]
    """
    return f"'{cell}" if _needs_a_shield(cell) else cell


def unshielded(cell: str) -> str:
    """Take away what `shielded` put there.

    >>> [unshielded(cell) for cell in ("'=1+1", "fine", "''tis", "'tis")]
    ['=1+1', 'fine', "'tis", "'tis"]
    """
    return cell[1:] if cell.startswith("'") and _needs_a_shield(cell[1:]) else cell


def _needs_a_shield(cell: str) -> bool:
    return cell.startswith(("\t", "\r", "'")) or cell.lstrip().startswith(_RUNS)
