"""SurveyMonkey's CSV and Excel: two header rows, questions over "Response", options or items.

The first row is blank where a column continues the question before it. Options are written as their text, or, where
answers were exported as numbers, as their place among the options.
"""

import re
from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Final

from cxstats.responses.exports.layouts import Column, Layout, Role, Rows, Stated, Vendor, one_line
from cxstats.responses.exports.moments import about_the_response
from cxstats.responses.labels import label_key

HEADERS: Final = 2
_ROLES: Final[Mapping[str, Role]] = {
    "respondentid": "response id", "startdate": "start", "datecreated": "start", "enddate": "end",
    "datemodified": "end",
}  # fmt: skip
_ADMINISTRATIVE: Final = frozenset(_ROLES) | {
    "collectorid", "ipaddress", "emailaddress", "firstname", "lastname",
}  # fmt: skip
_WHOLE: Final = frozenset({"response", "openendedresponse"})
_WRITTEN: Final = re.compile(r".*\b(?:please (?:specify|explain)|comments?)\W*", re.IGNORECASE)
_ZONE: Final = "? of the account"


def _recognises(rows: Rows) -> bool:
    if len(rows) < HEADERS or label_key("".join(rows[0][:1])) != "respondentid":
        return False
    administrative = _administrative(rows[0])
    blank = not any(cell.strip() for cell in rows[1][:administrative])
    return blank and any(cell.strip() for cell in rows[1][administrative:])


def _administrative(names: Sequence[str]) -> int:
    def known(name: str) -> bool:
        return label_key(name) in _ADMINISTRATIVE or label_key(name).startswith("customdata")

    return sum(1 for _ in takewhile(known, names))


def _layout(rows: Rows) -> Layout:
    first = _administrative(rows[0])
    head = rows[HEADERS:]
    columns = [_about_the_response(name, [row[k] for row in head]) for k, name in enumerate(rows[0][:first])]
    groups: list[list[int]] = []
    for k in range(first, len(rows[0])):
        if groups and not rows[0][k].strip() and rows[1][k].strip():
            groups[-1].append(k)
        else:
            groups.append([k])
    for places in groups:
        columns += _question(one_line(rows[0][places[0]]), [one_line(rows[1][k]) for k in places])
    dated = any(column.time_zone for column in columns)
    return Layout(
        columns,
        HEADERS,
        notes=["times are of the time zone of the SurveyMonkey account, which the export does not say"]
        if dated
        else [],
    )


def _about_the_response(name: str, cells: Sequence[str]) -> Column:
    role: Role = _ROLES.get(label_key(name), "")
    return about_the_response(name, cells, role=role, zone=_ZONE if role in ("start", "end") else "")


def _question(question: str, parts: Sequence[str]) -> list[Column]:
    """Lay out the columns of one question, of which `parts` stand below it."""
    if len(parts) == 1:
        return [Column(question or parts[0], question or parts[0])]
    whole = any(label_key(part) in _WHOLE for part in parts)
    columns: list[Column] = []
    for place, part in enumerate(parts, start=1):
        if label_key(part) in _WHOLE:
            columns.append(Column(question, question))
            continue
        # What stands beside "Response", or is named so, was written; else the cells tell.
        kind: Stated = "text" if whole or _WRITTEN.fullmatch(part) else "part"
        labels = {str(place): part} if kind == "part" else {}
        columns.append(Column(f"{question}: {part}", question, kind, part_of=question, part=part, labels=labels))
    return columns


SURVEYMONKEY: Final = Vendor(
    "surveymonkey", "two header rows, 'Respondent ID' first, questions over 'Response' or options", _recognises, _layout
)
