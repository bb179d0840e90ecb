"""Alchemer's CSV, SurveyGizmo of old: one header row, ``Status`` Complete or Partial, options before their question.

Several columns of one question are named ``option:question``. A multiple choice is a column for each option, or one
cell with semicolons.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Final

from cxstats.responses.exports.joined import NOTE, split_at
from cxstats.responses.exports.layouts import Column, Layout, Role, Rows, Vendor, one_line
from cxstats.responses.exports.moments import about_the_response
from cxstats.responses.labels import label_key

_ROLES: Final[Mapping[str, Role]] = {
    "responseid": "response id", "timestarted": "start", "datesubmitted": "end", "status": "status",
    "contactid": "customer", "language": "language",
}  # fmt: skip
_ADMINISTRATIVE: Final = frozenset(_ROLES) | {
    "legacycomments", "comments", "referer", "sessionid", "useragent", "extendedreferer", "longitude", "latitude",
    "country", "city", "stateregion", "postal", "ipaddress", "tags", "linkname",
}  # fmt: skip
_REASONS: Final = {"disqualified": "disqualified by the survey", "deleted": "deleted response"}
_WRITTEN: Final = re.compile(r"other\b.*write.?in.*|comments?\W*", re.IGNORECASE)
_ZONE: Final = "? of the account"


def _recognises(rows: Rows) -> bool:
    return {"timestarted", "datesubmitted", "status"} <= {label_key(name) for name in rows[0]}


def _layout(rows: Rows) -> Layout:
    texts = [one_line(name) for name in rows[0]]
    first = sum(1 for _ in takewhile(lambda name: label_key(name) in _ADMINISTRATIVE, texts))
    questions = _shared_questions(texts[first:])
    columns = [_about_the_response(name, [row[k] for row in rows[1:]]) for k, name in enumerate(texts[:first])]
    columns += [_answers(text, question, set(texts)) for text, question in zip(texts[first:], questions, strict=True)]
    keys = [label_key(text) for text in texts]
    status = keys.index("status")
    return Layout(
        columns,
        rejected={status: lambda cell: _REASONS.get(cell.lower(), "")},
        partial=(status, lambda cell: cell.lower() == "partial"),
        notes=[
            "times are of the time zone of the Alchemer account, which the export does not say",
            NOTE.format(";"),
        ],
    )


def _about_the_response(name: str, cells: Sequence[str]) -> Column:
    role: Role = _ROLES.get(label_key(name), "")
    return about_the_response(name, cells, role=role, zone=_ZONE if role in ("start", "end") else "")


def _shared_questions(texts: Sequence[str]) -> list[str]:
    """Return for each column the question that it shares with others, empty where it stands alone."""
    ends = [[text[k + 1 :].strip() for k, letter in enumerate(text) if letter == ":"] for text in texts]
    times = Counter(end for several in ends for end in set(several)) + Counter(set(texts))
    return [next((end for end in several if end and times[end] > 1), "") for several in ends]


def _answers(text: str, question: str, all_texts: set[str]) -> Column:
    if not question:
        return Column(text, text, split=split_at(";"))
    part = text.removesuffix(question).strip()[:-1].strip(" :")
    # Where the question has a column of its own, the others hold what was written beside it.
    written = question in all_texts or bool(_WRITTEN.fullmatch(part))
    return Column(text, question, "text" if written else "part", part_of=question, part=part)


ALCHEMER: Final = Vendor(
    "alchemer", "one header row with 'Time Started', 'Date Submitted' and 'Status'", _recognises, _layout
)
