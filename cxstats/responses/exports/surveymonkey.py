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
        columns += _question([one_line(rows[0][places[0]]), *(one_line(rows[1][k]) for k in places)], places, head)
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


def _question(texts: Sequence[str], places: Sequence[int], head: Rows) -> list[Column]:
    """Lay out the columns of one question.

    Parameters
    ----------
    texts
        The question, and what stands below it in each of its columns.
    places
        Of these columns.
    head
        The first records.
    """
    question, parts = texts[0], texts[1:]
    if len(places) == 1:
        return [Column(question or parts[0], question or parts[0])]
    said = [{row[k].strip() for row in head} - {""} for k in places]
    written = _written(parts, said)
    chosen = [k for k, by_hand in zip(places, written, strict=True) if not by_hand]
    numbered = _numbered({k: str(places.index(k) + 1) for k in chosen}, head)
    columns: list[Column] = []
    for place, (part, by_hand) in enumerate(zip(parts, written, strict=True), start=1):
        kind: Stated = "text" if by_hand else "option" if numbered else "part"
        labels = {str(place): part} if kind == "option" else {}
        whole = Column(question, question)
        named = Column(f"{question}: {part}", question, kind, part_of=question, part=part, labels=labels)
        columns.append(whole if label_key(part) in _WHOLE else named)
    return columns


def _written(parts: Sequence[str], said: Sequence[set[str]]) -> list[bool]:
    """Say which columns of a question hold what was written beside its options.

    That is what stands beside "Response"; what is named so; and the last one if it alone holds other words than its
    own, in whatever language.
    """
    if any(label_key(part) in _WHOLE for part in parts):
        return [label_key(part) not in _WHOLE for part in parts]
    odd = [k for k, (part, words) in enumerate(zip(parts, said, strict=True)) if words - {part, str(k + 1)}]
    last = len(parts) - 1
    stands_out = odd == [last] and last > 1 and not all(word.isdecimal() for word in said[last])
    return [bool(_WRITTEN.fullmatch(part)) or (k == last and stands_out) for k, part in enumerate(parts)]


def _numbered(own: Mapping[int, str], head: Rows) -> bool:
    """Say whether each column holds nothing but its own place: 3 in the third, and never all of them are filled.

    Items of a matrix and ranks would, too, only if everyone answered 1, 2, 3, ... and left some out.
    """
    filled = [{k for k in own if row[k].strip()} for row in head]
    only = all(row[k].strip() == own[k] for row, those in zip(head, filled, strict=True) for k in those)
    return only and len(set[int]().union(*filled)) > 1 and any(0 < len(those) < len(own) for those in filled)


SURVEYMONKEY: Final = Vendor(
    "surveymonkey", "two header rows, 'Respondent ID' first, questions over 'Response' or options", _recognises, _layout
)
