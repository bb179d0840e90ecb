"""Microsoft Forms' Excel: Id, start, completion, e-mail and name, then the questions; options each end in ``;``."""

from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Final

from cxstats.responses.exports.joined import split_ended
from cxstats.responses.exports.layouts import Column, Layout, Role, Rows, Vendor, one_line
from cxstats.responses.exports.moments import about_the_response
from cxstats.responses.labels import label_key

_ROLES: Final[Mapping[str, Role]] = {
    "id": "response id", "starttime": "start", "completiontime": "end", "language": "language",
}  # fmt: skip
_ADMINISTRATIVE: Final = frozenset(_ROLES) | {
    "email", "name", "lastmodifiedtime", "totalpoints", "quizfeedback", "gradepostedtime",
}  # fmt: skip
_FIRST: Final = ("id", "starttime", "completiontime")
_ZONE: Final = "? of whoever downloaded it"


def _recognises(rows: Rows) -> bool:
    return tuple(label_key(name) for name in rows[0][: len(_FIRST)]) == _FIRST


def _layout(rows: Rows) -> Layout:
    texts = [one_line(name) for name in rows[0]]
    first = sum(1 for _ in takewhile(lambda name: label_key(name) in _ADMINISTRATIVE, texts))
    columns = [_about_the_response(name, [row[k] for row in rows[1:]]) for k, name in enumerate(texts[:first])]
    columns += [Column(text, text, split=split_ended) for text in texts[first:]]
    return Layout(
        columns,
        notes=["the time zone of times is not said by the export: Microsoft Forms takes that of whoever downloads it"],
    )


def _about_the_response(name: str, cells: Sequence[str]) -> Column:
    key = label_key(name)
    return about_the_response(name, cells, role=_ROLES.get(key, ""), zone=_ZONE if key.endswith("time") else "")


MICROSOFT_FORMS: Final = Vendor(
    "microsoft-forms", "'Id', 'Start time' and 'Completion time' first, one header row", _recognises, _layout
)
