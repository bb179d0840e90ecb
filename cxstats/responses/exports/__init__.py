r"""Read an export of any vendor into a `Survey`: responses, questions, and every row not used with its reason.

A file becomes a survey in three steps. How it is stored (`streams`, `delimited`, `excel`, `parquet`) gives its first
rows and a way to its records. Its vendor says how those rows are laid out. What is common to all (`setting_aside`,
`choices`, `columns`, `surveys`) does the rest.

Add a vendor
------------
A vendor is a room of its own with one `Vendor`: a name, its shape in words, whether the first hundred rows have that
shape, and how they are laid out. It comes into `VENDORS`, before those that would take its files too; `PLAIN` is last
since it takes anything. Recognise a vendor by what only its exports hold, never by the name of the file.

A `Layout` says what the vendor knows and the cells do not tell: the header rows; the name, question, kind and role of
each column; which cells reject a record, and why; which say that a response is partial, or that the row is an
invitation that nobody answered; which codes mean that a question was seen and passed over; how dates are written and
in which time zone. It never touches records: rules are functions of one cell, asked once for each distinct cell, so
a vendor's room costs nothing in a large file. Types, scales, blanks, duplicates, damaged rows and multiple choices are
not its business.

>>> from cxstats.responses.exports.layouts import Column, Layout, Vendor
>>> def layout(rows):
...     state = rows[0].index("Ticket state")
...     return Layout(
...         [Column(name, kind="administrative" if name == "Ticket state" else "") for name in rows[0]],
...         rejected={state: lambda cell: "test ticket" if cell == "test" else ""},
...         unanswered=(state, lambda cell: cell == "asked"),
...     )
>>> HELPDESK = Vendor(
...     "helpdesk", "one header row with a column 'Ticket state'", lambda rows: "Ticket state" in rows[0], layout
... )
>>> import tempfile
>>> with tempfile.TemporaryDirectory() as folder:
...     path = Path(folder, "export.csv")
...     _ = path.write_text("Ticket state,CSAT\nsolved,4\ntest,1\nasked,\nsolved,5\n")
...     survey = read_export(path, vendor=HELPDESK)
>>> survey.responses
       Ticket state  CSAT  unanswered
record
1            solved     4       False
3             asked  <NA>        True
4            solved     5       False
>>> survey.rejected
   record       reason
0       2  test ticket
>>> survey.questions[["column", "kind", "scale"]]
         column            kind   scale
0  Ticket state  administrative
1          CSAT          rating  csat-5

A vendor whose files are not tables of text adds a way of storing instead: a function from the path to `Opened`, with
the first rows (names, at least), the records as columns of text, and its own `Layout` if the file says what is in it.

The layout sees the first hundred rows only. What the cells have to tell is told by all of them: which columns of a
question are options (`choices`), which scale its items are on (`matrices`), which answers are none (`non_answers`),
and what would spoil a score (`wording`).
"""

from pathlib import Path
from typing import Final
from zipfile import is_zipfile

from cxstats.responses.exports.delimited import open_text
from cxstats.responses.exports.excel import open_excel
from cxstats.responses.exports.layouts import Vendor
from cxstats.responses.exports.stored import read_stored
from cxstats.responses.exports.streams import Progress, existing_file, read_start
from cxstats.responses.exports.surveys import survey_of
from cxstats.responses.exports.tables import Opened
from cxstats.responses.exports.vendors import laid_out
from cxstats.responses.survey import Survey

_OLD_EXCEL: Final = b"\xd0\xcf\x11\xe0"


def read_export(
    path: str | Path,
    *,
    vendor: str | Vendor | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
    progress: Progress | None = None,
) -> Survey:
    """Read a survey export, of a known vendor or laid out plainly: text, Excel, SPSS, Parquet or JSON lines.

    Parameters
    ----------
    path
        The file.
    vendor
        ``"qualtrics"``, ``"qualtrics-legacy"``, ``"surveymonkey"``, ``"alchemer"``, ``"typeform"``, ``"zendesk"``,
        ``"limesurvey"``, ``"microsoft-forms"``, ``"google-forms"``, ``"spss"``, ``"json-lines"``, ``"cxstats"`` (what
        a survey was written to) or ``"plain"``, or a `Vendor`; recognised by content unless given.
    encoding, delimiter
        Of a text file; found unless given. UTF-8, UTF-16 and Windows-1252 are told apart.
    sheet
        Of an Excel file; unless given, the first that holds a table and is not hidden.
    progress
        Called with the number of bytes of a text file that were read since it was called last.

    Returns
    -------
    Survey
        Records read = kept + rejected. Rejected are test and preview responses, duplicates of a response id, empty
        records, and records that cannot be read. Partial responses and invitations without an answer are kept and
        flagged.

    Raises
    ------
    FileNotFoundError, IsADirectoryError
        If there is no such file, or it is a folder.
    ValueError
        If the file is empty, not a table or a pipe, a record is longer than 10 MB, there are more than 20,000 columns,
        the vendor, sheet or encoding does not fit, or a text file changes while it is read.

    Examples
    --------
    >>> survey = read_export("data/support_survey.csv")
    >>> survey.source.read == len(survey.responses) + len(survey.rejected)
    True
    """
    path = existing_file(path)
    refused = bool(delimiter or sheet)
    stored = read_stored(path, asked=vendor, encoding=encoding, refused=refused, progress=progress)
    if stored is not None:
        return stored
    opened = _open(path, encoding, delimiter, sheet)
    chosen, layout = laid_out(path, opened, vendor)
    return survey_of(path.name, chosen.name, opened, layout=layout, records=opened.records(layout.headers, progress))


def _open(path: Path, encoding: str | None, delimiter: str | None, sheet: str | None) -> Opened:
    start = read_start(path)
    if not start:
        raise ValueError(f"{path.name} is empty")
    if start == _OLD_EXCEL:
        raise ValueError(f"{path.name} is an old Excel or other binary file; save it as .xlsx or .csv")
    if is_zipfile(path) and start.startswith(b"PK"):
        if encoding or delimiter:
            raise ValueError(f"{path.name} is an Excel file; it has no encoding or delimiter")
        return open_excel(path, sheet=sheet)
    if sheet is not None:
        raise ValueError(f"{path.name} is a text file and has no sheet {sheet!r}")
    return open_text(path, encoding=encoding, delimiter=delimiter)
