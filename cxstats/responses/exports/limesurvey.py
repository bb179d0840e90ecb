"""LimeSurvey's CSV and Excel: headers ``code. Question text``, ``Y`` or blank for options, a blank ``submitdate``."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Final

from cxstats.responses.exports.layouts import Column, Layout, Role, Rows, Stated, Vendor, one_line

_ROLES: Final[Mapping[str, Role]] = {
    "id": "response id", "submitdate": "end", "startdate": "start", "startlanguage": "language",
    "interviewtime": "duration", "token": "customer",
}  # fmt: skip
_ADMINISTRATIVE: Final = frozenset(_ROLES) | {"lastpage", "seed", "datestamp", "ipaddr", "refurl"}
_HEADER: Final = re.compile(r"([A-Za-z][A-Za-z0-9_]*(?:\[[^\[\]]*\])*)(?:\. ?(.*))?")
_CODE: Final = re.compile(r"([A-Za-z0-9_]+)\[(.+)\]")
_BRACKET: Final = r"\[[^\[\]]*\]"
_TIME: Final = re.compile(r"(?:groupTime\d*|.*Time)")
_CHOSEN: Final = frozenset({"Y", "Yes"})
_WRITTEN: Final = frozenset({"other", "comment"})
_ZONE: Final = "? of the server"
_UNDATED: Final = "1980-01-01 00:00:00"


def _recognises(rows: Rows) -> bool:
    codes = {_parted(name)[0] for name in rows[0]}
    return {"id", "submitdate"} <= codes and bool(codes & {"lastpage", "startlanguage"})


def _parted(header: str) -> tuple[str, str]:
    """Part a header into the code and the text of its question."""
    found = _HEADER.fullmatch(one_line(header))
    return (found[1], found[2] or "") if found else (one_line(header), "")


def _layout(rows: Rows) -> Layout:
    headers = [_parted(name) for name in rows[0]]
    groups = Counter(found[1] for code, _ in headers if (found := _CODE.fullmatch(code)) and found[2] not in _WRITTEN)
    columns = [_column(code, text, groups) for code, text in headers]
    submitted = [code for code, _ in headers].index("submitdate")
    undated = any(row[submitted].strip() == _UNDATED for row in rows[1:])
    return Layout(
        columns,
        partial=(submitted, lambda cell: not cell),
        notes=[
            "times are of the time zone of the LimeSurvey server, which the export does not say",
            *([f"{_UNDATED} in 'submitdate' means finished: the survey keeps no dates"] if undated else []),
        ],
    )


def _worded(text: str, brackets: int) -> tuple[str, str]:
    """Part a text into the question and its part, which stands in as many brackets as that of the code.

    >>> _worded("Which [of these] did you use? [The shop][First]", 2)
    ('Which [of these] did you use?', 'The shop, First')
    """
    found = re.fullmatch(rf"(.*?)\s*((?:{_BRACKET}){{{brackets}}})", text)
    return (found[1], found[2][1:-1].replace("][", ", ")) if found else (text, "")


def _column(code: str, text: str, groups: Mapping[str, int]) -> Column:
    if code in _ADMINISTRATIVE or (_TIME.fullmatch(code) and text.lower().startswith(("question time", "group time"))):
        dated = code in ("submitdate", "startdate", "datestamp")
        return Column(code, text, "administrative", role=_ROLES.get(code, ""), time_zone=_ZONE if dated else "")
    found = _CODE.fullmatch(code)
    if found is None or groups.get(found[1], 0) < 2:
        return Column(code, text)
    question, part = _worded(text, code.count("["))
    kind: Stated = "text" if found[2] in _WRITTEN else "part"
    return Column(code, question, kind, part_of=question or found[1], part=part or found[2], chosen=_CHOSEN)


LIMESURVEY: Final = Vendor(
    "limesurvey", "one header row of codes and questions, with 'id', 'submitdate' and 'lastpage'", _recognises, _layout
)
