"""Zendesk's export of tickets: one row a ticket, ``Satisfaction Score`` among what happened to it.

``Offered`` means that the customer was asked and did not answer, ``Not Offered`` that nobody asked. Neither is an
answer, and only the first counts in a response rate.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Final

from cxstats.responses.exports.layouts import Column, Layout, Role, Rows, Vendor, one_line
from cxstats.responses.exports.moments import about_the_response
from cxstats.responses.labels import label_key

_SCORE: Final = "satisfactionscore"
_ASKED: Final = frozenset({"Offered", "offered", "OFFERED"})
_NOT_ASKED: Final = frozenset({"Not Offered", "Not offered", "not offered", "Unoffered", "unoffered", "UNOFFERED"})
_ROLES: Final[Mapping[str, Role]] = {
    "id": "response id", "requesterid": "customer", "createdat": "start", "solvedat": "end", "via": "channel",
    "status": "status",
}  # fmt: skip
_ADMINISTRATIVE: Final = frozenset(_ROLES) | {
    "summationcolumn", "requester", "requesterexternalid", "requesteremail", "requesterdomain", "submitter",
    "assignee", "subject", "tags", "priority", "updatedat", "assignedat", "initiallyassignedat", "duedate",
}  # fmt: skip
_MOMENTS: Final = frozenset({"createdat", "updatedat", "assignedat", "initiallyassignedat", "solvedat", "duedate"})
_IDENTITIES: Final = frozenset({"response id", "customer"})
_ROUNDED: Final = re.compile(r"\d(?:[.,]\d+)?[Ee]\+\d+")
_ZONE: Final = "? of the account"


def _recognises(rows: Rows) -> bool:
    keys = {label_key(name) for name in rows[0]}
    return {_SCORE, "createdat", "status"} <= keys and bool(keys & {"requester", "requesterid", "assignee", "group"})


def _layout(rows: Rows) -> Layout:
    names = [one_line(name) for name in rows[0]]
    keys = [label_key(name) for name in names]
    cells = [[row[k].strip() for row in rows[1:]] for k in range(len(names))]
    columns = [_column(name, key, said) for name, key, said in zip(names, keys, cells, strict=True)]
    rounded = [
        k
        for k, column in enumerate(columns)
        if column.role in _IDENTITIES and any(_ROUNDED.fullmatch(cell) for cell in cells[k])
    ]
    for k in rounded:
        columns[k] = replace(columns[k], role="")
    score = keys.index(_SCORE)
    return Layout(
        columns,
        unanswered=(score, lambda cell: cell in _ASKED),
        seen="Offered (asked and not answered) and Not Offered (not asked)",
        notes=[
            "times are of the time zone of the Zendesk account, which the export does not say",
            *(["'Resolution time' is in hours"] if "resolutiontime" in keys else []),
            *(
                f"column {names[k]!r} was rounded by a spreadsheet ('1.03E+13'): it identifies nobody; export it again"
                for k in rounded
            ),
        ],
    )


def _column(name: str, key: str, cells: Sequence[str]) -> Column:
    if key == _SCORE:
        return Column(name, "Satisfaction with the support (Zendesk)", "rating", missing=_ASKED | _NOT_ASKED)
    if key == "resolutiontime":
        return Column(name, f"{name} in hours")
    if key not in _ADMINISTRATIVE:
        return Column(name, name)
    return about_the_response(name, cells, role=_ROLES.get(key, ""), zone=_ZONE if key in _MOMENTS else "")


ZENDESK: Final = Vendor(
    "zendesk", "tickets: 'Satisfaction Score', 'Created at', 'Status' and who asked or answered", _recognises, _layout
)
