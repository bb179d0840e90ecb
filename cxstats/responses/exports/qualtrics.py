"""Qualtrics' CSV with three header rows: column names, question texts, and import ids.

Modern exports write the import ids as JSON; those of the transition of 2016 write them as Python does, name the
administrative columns otherwise, and put a hyphen without blanks between a question and its part.

Source for the status codes: Qualtrics support pages, "Understanding your dataset" (0 IP address, 1 preview, 2 test,
4 imported, 8 spam, 16 offline, and their sums).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from cxstats.responses.exports.layouts import Column, Layout, Role, Rows, Vendor, one_line
from cxstats.responses.exports.plain import response_id_column

HEADERS: Final = 3
SEEN_BUT_UNANSWERED: Final = "-99"
SEEN: Final = f"{SEEN_BUT_UNANSWERED} (seen but unanswered)"
_IMPORT_ID: Final = re.compile(r"""\s*\{\s*["']ImportId["']\s*:\s*["']([^"']*)""")
_TIME_ZONE: Final = re.compile(r"""["']timeZone["']\s*:\s*["']([^"']+)["']""")
_PART: Final = re.compile(r"(QID\d+)[-_#].*")
_ROLES: Final[Mapping[str, Role]] = {
    "startDate": "start", "endDate": "end", "status": "status", "finished": "status", "duration": "duration",
    "_recordId": "response id", "responseId": "response id", "userLanguage": "language",
    "externalDataReference": "customer", "panel-ExternalDataReference": "customer",
    "distributionChannel": "channel",
}  # fmt: skip
_ADMINISTRATIVE: Final = frozenset(_ROLES) | {
    "recordedDate", "ipAddress", "progress", "recipientLastName", "recipientFirstName", "recipientEmail",
    "locationLatitude", "locationLongitude", "responseSetId", "panel-RecipientLastName", "panel-RecipientFirstName",
    "panel-RecipientEmail", "Location-LocationLatitude", "Location-LocationLongitude", "Location-LocationAccuracy",
}  # fmt: skip
_BETWEEN: Final = re.compile(r" [-:] |-")
_SENTENCE_ENDS: Final = "?.!:;…)。？！：）"
_STATUS_BITS: Final = {"preview": 1, "test": 2, "spam": 8}
_REASONS: Final = {"preview": "preview response", "test": "test response", "spam": "marked as spam by the vendor"}
# The labels that Qualtrics translates with the language of whoever downloads the export.
_WORDS: Final[Mapping[str, Sequence[str]]] = {
    "preview": ("preview", "vorschau", "voorbeeld", "aperçu", "vista previa", "previzualizare", "预览", "預覽"),
    "test": ("test", "prueba", "测试", "測試"),
    "spam": ("spam",),
}
_UNFINISHED: Final = frozenset({"0", "false", "falsch", "onwaar", "faux", "falso", "fals", "否"})


def _recognises(rows: Rows) -> bool:
    if len(rows) < HEADERS:
        return False
    cells = [cell for cell in rows[HEADERS - 1] if cell.strip()]
    return bool(cells) and all(_IMPORT_ID.match(cell) for cell in cells)


def _layout(rows: Rows) -> Layout:
    found = [_IMPORT_ID.match(cell) for cell in rows[HEADERS - 1]]
    imports = [match[1] if match else "" for match in found]
    columns = [
        _column(name, one_line(text), imported, cell)
        for name, text, imported, cell in zip(rows[0], rows[1], imports, rows[HEADERS - 1], strict=True)
    ]
    if not any(column.role == "response id" for column in columns):
        key = response_id_column(rows[0])
        columns = [replace(c, role="response id") if k == key else c for k, c in enumerate(columns)]
    status, finished = (imports.index(name) if name in imports else None for name in ("status", "finished"))
    return qualtrics_layout(columns, HEADERS, status, finished)


def qualtrics_layout(columns: Sequence[Column], headers: int, status: int | None, finished: int | None) -> Layout:
    """Say what is common to all of Qualtrics' exports.

    Parameters
    ----------
    columns
        Of the export; parts of a question still stand by themselves.
    headers
        Number of header rows.
    status, finished
        Places of the columns of these names.
    """
    zones = sorted({column.time_zone for column in columns if column.time_zone})
    return Layout(
        parts_together(columns),
        headers,
        rejected={} if status is None else {status: status_reason},
        partial=None if finished is None else (finished, lambda cell: _code(cell) in _UNFINISHED),
        groups=_groups(columns),
        seen=SEEN,
        notes=[f"times without an offset are of the time zone {', '.join(zones)}"] if zones else [],
    )


def _column(name: str, text: str, imported: str, cell: str) -> Column:
    if imported in _ADMINISTRATIVE:
        zone = _TIME_ZONE.search(cell)
        return Column(name, text, "administrative", role=_ROLES.get(imported, ""), time_zone=zone[1] if zone else "")
    part = _PART.fullmatch(imported)
    parted = part is not None and "TEXT" not in imported and "NPS_GROUP" not in imported
    return Column(name, text, part_of=part[1] if part and parted else "", missing=frozenset({SEEN_BUT_UNANSWERED}))


def parts_together(columns: Sequence[Column]) -> list[Column]:
    """Tell the wording of a question from that of its parts: what all of their texts begin with.

    Parameters
    ----------
    columns
        Where `part_of` holds what the columns of one question have in common in their ids, if anything.
    """
    groups: dict[str, list[int]] = {}
    for place, column in enumerate(columns):
        if column.part_of:
            groups.setdefault(column.part_of, []).append(place)
    told = list(columns)
    for places in groups.values():
        texts = [columns[k].text for k in places]
        stem = _stem(texts) if len(places) > 1 else ""
        for k, text in zip(places, texts, strict=True):
            part = text[len(stem) :].strip(" -") if stem else ""
            whole = stem.rstrip(" -:") if stem else ""
            told[k] = replace(columns[k], kind="part" if part else "", part_of=whole if part else "", part=part)
    return told


def _stem(texts: Sequence[str]) -> str:
    """Return what all texts begin with, up to a hyphen, or the colon of a question side by side.

    That is the last one that follows the end of a sentence, since words and parts may hold hyphens too; else the last.
    """
    first, last = min(texts), max(texts)
    same = next((k for k, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), min(len(first), len(last)))
    between = [found for found in _BETWEEN.finditer(first[:same]) if found.start()]
    sentences = [found for found in between if first[found.start() - 1] in _SENTENCE_ENDS]
    chosen = (sentences or between)[-1:]
    return first[: chosen[0].end()] if chosen else ""


def _groups(columns: Sequence[Column]) -> dict[int, int]:
    names = {column.name.strip(): place for place, column in enumerate(columns)}
    return {
        place: names[name.removesuffix("_NPS_GROUP")]
        for name, place in names.items()
        if name.endswith("_NPS_GROUP") and name.removesuffix("_NPS_GROUP") in names
    }


def status_reason(status: str) -> str:
    """Return why a response of this status, a label or a sum of codes, is not used; empty if it is."""
    text = _code(status)
    if text.isdecimal():
        return next((_REASONS[word] for word, bit in _STATUS_BITS.items() if int(text) & bit), "")
    return next((_REASONS[what] for what, words in _WORDS.items() if any(word in text for word in words)), "")


def _code(cell: str) -> str:
    """Return a cell without blanks, case, and the ".0" that spreadsheets add to whole numbers."""
    return cell.strip().lower().removesuffix(".0")


QUALTRICS: Final = Vendor("qualtrics", "three header rows, the third with import ids", _recognises, _layout)
