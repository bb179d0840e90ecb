"""Plain exports: one header row, one record a row."""

from collections.abc import Sequence
from typing import Final

from cxstats.responses.exports.layouts import Column, Layout, Rows, Vendor, one_line
from cxstats.responses.labels import label_key

_RESPONSE_ID: Final = frozenset({"responseid", "submissionid"})


def response_id_column(names: Sequence[str]) -> int | None:
    """Return the place of the column that names each response once: ``response_id``, ``Submission ID``."""
    return next((place for place, name in enumerate(names) if label_key(name) in _RESPONSE_ID), None)


def _layout(rows: Rows) -> Layout:
    names = rows[0]
    key = response_id_column(names)
    return Layout(
        [Column(name, one_line(name), role="response id" if k == key else "") for k, name in enumerate(names)]
    )


PLAIN: Final = Vendor("plain", "one header row, one record a row", lambda _: True, _layout)
