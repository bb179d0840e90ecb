"""Qualtrics' CSV of old: two header rows, ``V1`` to ``V10`` above the names of the administrative columns."""

import re
from collections.abc import Mapping
from typing import Final

from cxstats.responses.exports.layouts import Column, Layout, Role, Rows, Vendor, one_line
from cxstats.responses.exports.qualtrics import SEEN_BUT_UNANSWERED, qualtrics_layout

HEADERS: Final = 2
_ROLES: Final[Mapping[str, Role]] = {
    "ResponseID": "response id", "StartDate": "start", "EndDate": "end", "Status": "status", "Finished": "status",
    "ExternalDataReference": "customer",
}  # fmt: skip
_ADMINISTRATIVE: Final = frozenset(_ROLES) | {
    "ResponseSet", "Name", "EmailAddress", "IPAddress", "LocationLatitude", "LocationLongitude", "LocationAccuracy",
}  # fmt: skip
_QUESTION: Final = re.compile(r"(.+?)(?:#\d+)?_-?\d.*")


def _recognises(rows: Rows) -> bool:
    if len(rows) < HEADERS:
        return False
    named = dict(zip(map(str.strip, rows[1]), map(str.strip, rows[0]), strict=False))
    return {"ResponseID", "ResponseSet", "Finished"} <= set(named) and named["ResponseID"] == "V1"


def _layout(rows: Rows) -> Layout:
    texts = [one_line(text) for text in rows[1]]
    columns = [_column(name, text) for name, text in zip(rows[0], texts, strict=True)]
    status, finished = (texts.index(name) if name in texts else None for name in ("Status", "Finished"))
    return qualtrics_layout(columns, HEADERS, status, finished)


def _column(name: str, text: str) -> Column:
    if text in _ADMINISTRATIVE:
        # V1 says nothing; its second header is the name.
        return Column(text, text, "administrative", role=_ROLES.get(text, ""))
    question = None if name.endswith(("_TEXT", "_NPS_GROUP")) else _QUESTION.fullmatch(name.strip())
    return Column(name, text, part_of=question[1] if question else "", missing=frozenset({SEEN_BUT_UNANSWERED}))


QUALTRICS_LEGACY: Final = Vendor(
    "qualtrics-legacy", "two header rows, V1 to V10 in the first over ResponseID to Finished", _recognises, _layout
)
