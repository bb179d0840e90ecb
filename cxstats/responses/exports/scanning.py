"""Scan an export of any size: account for every record, and leave the counting to an engine on disk.

`scan_export` reads a text file once, in pieces of a few megabytes, as `read_export` does. What is no response is set
aside; the others go as columns into a temporary folder, which is removed with the result. `cxstats.tally` counts them
there with DuckDB in bounded memory. A Parquet file is counted where it is.

DuckDB's own reader of CSV files is several times as quick, and not used: where one record has a stray quote, it can
take every quote of the file for a letter and cut each cell with a line break in two, so its records are not those
that `read_export` counts.
"""

from pathlib import Path
from zipfile import is_zipfile

from cxstats.responses.exports.delimited import open_text
from cxstats.responses.exports.json_lines import is_json_lines
from cxstats.responses.exports.layouts import Vendor
from cxstats.responses.exports.plain import PLAIN
from cxstats.responses.exports.scanning_parquet import scan_parquet
from cxstats.responses.exports.spools import Spool
from cxstats.responses.exports.spss import STARTS
from cxstats.responses.exports.streams import Progress, existing_file, read_start
from cxstats.responses.exports.understood import understand
from cxstats.responses.exports.vendors import laid_out
from cxstats.responses.scanned import Scanned, account
from cxstats.responses.survey import Source
from cxstats.responses.writing.codebook import BESIDE


def scan_export(
    path: str | Path,
    *,
    vendor: str | Vendor | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    progress: Progress | None = None,
) -> Scanned:
    """Scan a survey export that may be larger than memory: text of any vendor's shape, or Parquet.

    Parameters
    ----------
    path
        The file.
    vendor, encoding, delimiter
        As of `read_export`.
    progress
        Called with the number of bytes of a text file that were read since it was called last.

    Returns
    -------
    Scanned
        What `tally` takes in place of a `Survey`, and counts the same. Records read = kept + rejected.

    Raises
    ------
    FileNotFoundError, IsADirectoryError
        If there is no such file, or it is a folder.
    ValueError
        If an extra is not installed; if the file is Excel, SPSS, JSON lines, or a CSV file that a survey was written
        to, which `read_export` reads; and as `read_export`.

    Notes
    -----
    The responses of a text file take about half its size in the folder for temporary files (`tempfile`; the environment
    variable ``TMPDIR`` sets it), for as long as the result is in use.

    Of a column with more than 5,000 different cells, dates that each name a time zone in letters stay text.

    Examples
    --------
    >>> scanned = scan_export("data/support_survey.csv")
    >>> scanned.read == scanned.kept + len(scanned.rejected)
    True
    """
    path = existing_file(path)
    start = read_start(path)
    if start == b"PAR1":
        if vendor not in (None, PLAIN.name) or encoding or delimiter:
            raise ValueError(f"{path.name} is a Parquet file; it has no vendor's shape, encoding or delimiter")
        return scan_parquet(path)
    _require_text(path, start, encoding)
    opened = open_text(path, encoding=encoding, delimiter=delimiter)
    chosen, layout = laid_out(path, opened, vendor)
    spool = Spool(layout)
    spool.fill(opened, progress)
    understood = understand(spool, path.name, chosen.name, opened=opened)
    source = Source(path.name, chosen.name, opened.format, spool.read, spool.notes)
    return account(
        spool.engine,
        source,
        understood.few.survey.questions,
        columns=tuple(understood.computed),
        select=understood.select,
    )


def _require_text(path: Path, start: bytes, encoding: str | None) -> None:
    """Refuse what cannot be scanned."""
    what = ""
    if not start:
        raise ValueError(f"{path.name} is empty")
    if start in STARTS:
        what = "an SPSS file"
    elif start.startswith(b"PK") and is_zipfile(path):
        what = "an Excel file"
    elif path.with_name(path.stem + BESIDE).is_file():
        what = f"a file that a survey was written to, with its questions in {path.stem + BESIDE}"
    elif is_json_lines(path, encoding=encoding):
        what = "a file of JSON lines"
    if what:
        raise ValueError(f"{path.name} is {what}, which cannot be scanned; read it with read_export and tally that")
