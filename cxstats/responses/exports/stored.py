"""Files that say their own types: Parquet, SPSS, JSON lines, and what a survey was written to."""

from collections.abc import Callable
from pathlib import Path
from typing import Final

from cxstats.responses.exports.json_lines import is_json_lines, read_json_lines
from cxstats.responses.exports.parquet import read_parquet
from cxstats.responses.exports.plain import PLAIN
from cxstats.responses.exports.spss import STARTS, read_spss
from cxstats.responses.exports.streams import Progress, read_start
from cxstats.responses.exports.written import NAME, read_written
from cxstats.responses.survey import Survey

NAMES: Final = {
    "spss": "an SPSS file",
    "json-lines": "a file of JSON lines",
    NAME: "a file that a survey was written to, or no longer fits its questions",
}
"""By which they can be asked for, as vendors can."""


def read_stored(
    path: Path, *, asked: object, encoding: str | None, refused: bool, progress: Progress | None
) -> Survey | None:
    """Read a file that is no table of text, or return None where it is one.

    Parameters
    ----------
    path
        The file.
    asked
        The vendor asked for, None if none was.
    encoding
        If stated.
    refused
        Whether a delimiter or a sheet was asked for, which none of these files has.
    progress
        Called with the number of bytes that were read since it was called last.

    Raises
    ------
    ValueError
        If what was asked for does not fit the file.
    """
    if asked in (None, NAME) and not (refused or encoding):
        survey = read_written(path, progress=progress)
        if survey is not None:
            return survey
    start = read_start(path)
    readers: dict[str, Callable[[], Survey]] = {
        "parquet": lambda: read_parquet(path),
        "spss": lambda: read_spss(path, encoding=encoding),
        "json-lines": lambda: read_json_lines(path, encoding=encoding, progress=progress),
    }
    kind = _kind(path, start, encoding)
    if not kind:
        if isinstance(asked, str) and asked in NAMES:
            raise ValueError(f"{path.name} is not {NAMES[asked]}")
        return None
    fits = {"parquet": (PLAIN.name,), "spss": ("spss",), "json-lines": (PLAIN.name, "json-lines")}[kind]
    if (asked is not None and asked not in fits) or refused or (encoding and kind == "parquet"):
        what = {**NAMES, "parquet": "a Parquet file"}[kind]
        raise ValueError(f"{path.name} is {what}; it has no vendor's shape, encoding, delimiter or sheet")
    return readers[kind]()


def _kind(path: Path, start: bytes, encoding: str | None) -> str:
    if start == b"PAR1":
        return "parquet"
    if start in STARTS:
        return "spss"
    return "json-lines" if start and is_json_lines(path, encoding=encoding) else ""
