"""Qualtrics' CSV with three header rows: column names, question texts, and import ids as JSON.

Source for the status codes: Qualtrics support pages, "Understanding your dataset" (0 IP address, 1 preview, 2 test,
4 imported, 8 spam, 16 offline, and their sums).
"""

import re
from typing import Final

import pandas as pd

from cxstats.responses.exports.layouts import Layout, Rows, Vendor, clean_names
from cxstats.responses.exports.plain import response_id_column

HEADERS: Final = 3
SEEN_BUT_UNANSWERED: Final = "-99"
# Older exports write a Python dictionary where newer ones write JSON, hence either quote.
_IMPORT_ID: Final = re.compile(r"""\s*\{\s*["']ImportId["']\s*:""")
_ADMINISTRATIVE: Final = frozenset(
    {"startDate", "endDate", "recordedDate", "status", "ipAddress", "progress", "duration", "finished", "_recordId"}
    | {"recipientLastName", "recipientFirstName", "recipientEmail", "externalDataReference", "locationLatitude"}
    | {"locationLongitude", "distributionChannel", "userLanguage", "responseId", "responseSetId"}
)
_STATUS_BITS: Final = {"preview": 1, "test": 2, "spam": 8}
_REASONS: Final = {"preview": "preview response", "test": "test response", "spam": "marked as spam by the vendor"}


def _recognises(rows: Rows) -> bool:
    if len(rows) < HEADERS:
        return False
    cells = [cell for cell in rows[HEADERS - 1] if cell.strip()]
    return bool(cells) and all(_IMPORT_ID.match(cell) for cell in cells)


def _layout(rows: Rows) -> Layout:
    names, _ = clean_names(rows[0])
    imports = [re.search(r""":\s*["']([^"']*)""", cell) for cell in rows[HEADERS - 1]]
    by_import = {found[1]: name for name, found in zip(names, imports, strict=False) if found}
    status, finished = by_import.get("status"), by_import.get("finished")
    return Layout(
        names=rows[0],
        texts=[" ".join(text.split()) for text in rows[1]],
        headers=HEADERS,
        rejections=lambda raw: _rejections(raw, status),
        partial=lambda raw: None if finished is None else raw[finished].map(_code).isin(["0", "false"]),
        id_column=by_import.get("_recordId", response_id_column(names)),
        administrative=frozenset(by_import[key] for key in _ADMINISTRATIVE if key in by_import),
        unanswered=SEEN_BUT_UNANSWERED,
    )


def _rejections(raw: pd.DataFrame, status: str | None) -> "pd.Series[str]":
    if status is None:
        return pd.Series("", index=raw.index, dtype="str")
    return raw[status].map(_reason).astype("str")


def _reason(status: str) -> str:
    """Return why a response of this status, a label or a sum of codes, is not used; empty if it is."""
    text = _code(status)
    if text.isdecimal():
        return next((_REASONS[word] for word, bit in _STATUS_BITS.items() if int(text) & bit), "")
    return next((reason for word, reason in _REASONS.items() if word in text), "")


def _code(cell: str) -> str:
    """Return a cell without blanks, case, and the ".0" that spreadsheets add to whole numbers."""
    return cell.strip().lower().removesuffix(".0")


QUALTRICS: Final = Vendor("qualtrics", "three header rows, the third with import ids", _recognises, _layout)
