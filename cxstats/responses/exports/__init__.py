"""Read an export of any vendor into a `Survey`: responses, questions, and every row not used with its reason.

The vendor is recognised by content. One room a vendor, behind one seam: a `Vendor` says whether the rows are its own
and how they are laid out (`VENDORS` lists them, `plain` last since it takes anything).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pandas as pd

from cxstats.responses.exports.columns import typed_columns
from cxstats.responses.exports.files import Cells, read_cells, read_parquet
from cxstats.responses.exports.layouts import Layout, Vendor, clean_names
from cxstats.responses.exports.plain import PLAIN, response_id_column
from cxstats.responses.exports.qualtrics import QUALTRICS
from cxstats.responses.names import unknown_name
from cxstats.responses.survey import PARTIAL, Source, Survey

VENDORS: Final[Sequence[Vendor]] = (QUALTRICS, PLAIN)


def read_export(
    path: str | Path,
    *,
    vendor: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    sheet: str | None = None,
) -> Survey:
    """Read a survey export: CSV, TSV, semicolons, Excel, Parquet, or Qualtrics' CSV with three header rows.

    Parameters
    ----------
    path
        The file.
    vendor
        ``"qualtrics"`` or ``"plain"``; recognised by content unless given.
    encoding, delimiter
        Of a text file; found unless given. UTF-8, UTF-16 and Windows-1252 are told apart.
    sheet
        Of an Excel file; the first unless given.

    Returns
    -------
    Survey
        Records read = kept + rejected. Rejected are test and preview responses, duplicates of a response id, empty
        records, and records that cannot be read. Partial responses are kept and flagged.

    Raises
    ------
    FileNotFoundError, IsADirectoryError
        If there is no such file, or it is a folder.
    ValueError
        If the file is empty or not a table, or the vendor, sheet or encoding does not fit.

    Examples
    --------
    >>> survey = read_export("data/support_survey.csv")
    >>> survey.source.read == len(survey.responses) + len(survey.rejected)
    True
    """
    path = Path(path)
    if path.is_dir():
        raise IsADirectoryError(f"{path} is a folder; name the export file in it")
    if not path.is_file():
        raise FileNotFoundError(f"no such file: {path}")
    if read_start(path) == b"PAR1":
        if vendor not in (None, PLAIN.name) or encoding or delimiter or sheet:
            raise ValueError(f"{path.name} is a Parquet file; it has no vendor's shape, encoding, delimiter or sheet")
        return _from_parquet(path)
    cells = read_cells(path, encoding=encoding, delimiter=delimiter, sheet=sheet)
    chosen = _vendor(vendor, cells)
    return _survey(path.name, chosen, cells, chosen.layout(cells.rows))


def read_start(path: Path) -> bytes:
    """Return the first four bytes of a file."""
    with path.open("rb") as file:
        return file.read(4)


def _vendor(name: str | None, cells: Cells) -> Vendor:
    known = {vendor.name: vendor for vendor in VENDORS}
    if name is None:
        return next(vendor for vendor in VENDORS if vendor.recognises(cells.rows))
    if name not in known:
        raise ValueError(unknown_name("vendor", name, known))
    if not known[name].recognises(cells.rows):
        raise ValueError(f"the file does not have the shape of vendor {name!r}: {known[name].shape}")
    return known[name]


def _survey(name: str, vendor: Vendor, cells: Cells, layout: Layout) -> Survey:
    broken = [f"header row {row + 1}: {reason}" for row, reason in cells.damaged.items() if row < layout.headers]
    if broken:
        raise ValueError(f"{name} has no readable headers; {'; '.join(broken)}")
    names, notes = clean_names(layout.names)
    records = range(1, len(cells.rows) - layout.headers + 1)
    raw = pd.DataFrame(cells.rows[layout.headers :], columns=names, index=pd.Index(records, name="record"), dtype="str")
    plain = pd.DataFrame({column: raw[column].str.strip() for column in names}, index=raw.index)
    damaged = {row - layout.headers + 1: reason for row, reason in cells.damaged.items() if row >= layout.headers}
    reasons = pd.Series("", index=raw.index, dtype="str")
    for record, reason in damaged.items():
        reasons[record] = reason
    reasons = reasons.mask((reasons == "") & (plain == "").all(axis=1), "empty record")
    reasons = reasons.mask(reasons == "", layout.rejections(raw))
    unfinished = layout.partial(raw)
    reasons = reasons.mask(reasons == "", _duplicates(plain, reasons, unfinished, layout.id_column))
    kept = raw[(reasons == "").to_numpy()]
    if layout.unanswered is not None:
        asked = [c for c in names if c not in layout.administrative]
        unanswered = plain.loc[kept.index, asked] == layout.unanswered
        coded = int(unanswered.to_numpy().sum())
        kept = kept.assign(**{c: kept[c].mask(unanswered[c], "") for c in asked})
        notes += [f"{layout.unanswered} (seen but unanswered) read as no answer in {coded:,} cells"] if coded else []
    responses, said = typed_columns(kept)
    if unfinished is not None and PARTIAL not in responses:
        responses[PARTIAL] = unfinished[responses.index].astype(bool)
    elif unfinished is not None:
        said.append(f"the export has a column {PARTIAL!r} of its own: partial responses are kept and not flagged")
    questions = pd.DataFrame({"column": names, "text": pd.Series(layout.texts, dtype="str")})
    rejected = reasons[reasons != ""].rename("reason").reset_index()
    source = Source(name, vendor.name, cells.format, len(raw), (*cells.notes, *notes, *said))
    return Survey(responses, questions, rejected, source)


def _duplicates(
    raw: pd.DataFrame, reasons: "pd.Series[str]", unfinished: "pd.Series[bool] | None", column: str | None
) -> "pd.Series[str]":
    """Say which responses repeat the id of another; kept is the first finished one, else the first."""
    found = pd.Series("", index=raw.index, dtype="str")
    if column is None:
        return found
    usable = raw[((reasons == "") & (raw[column] != "")).to_numpy()]
    order = usable.index if unfinished is None else unfinished[usable.index].sort_values(kind="stable").index
    again = usable.loc[order, column].duplicated()
    found[again.index[again]] = "duplicate response id"
    return found


def _from_parquet(path: Path) -> Survey:
    frame = read_parquet(path)
    # The index of our own responses is the record number, which is given anew.
    named = [name for name in frame.index.names if name not in (None, "record")]
    frame = frame.reset_index(named) if named else frame
    names, notes = clean_names([str(c) for c in frame.columns])
    frame = frame.set_axis(names, axis=1).set_axis(pd.RangeIndex(1, len(frame) + 1, name="record"), axis=0)
    column = response_id_column(names)
    again = frame[column].duplicated() & frame[column].notna() if column else pd.Series(data=False, index=frame.index)
    rejected = pd.DataFrame(
        {
            "record": frame.index[again],
            "reason": pd.Series("duplicate response id", index=range(int(again.sum())), dtype="str"),
        }
    )
    questions = pd.DataFrame({"column": names, "text": pd.Series([""] * len(names), dtype="str")})
    return Survey(
        frame[~again], questions, rejected, Source(path.name, PLAIN.name, "parquet", len(frame), tuple(notes))
    )
