"""Plain exports: one header row, one record a row."""

import re
from collections.abc import Sequence
from typing import Final

from cxstats.responses.exports.layouts import Column, Layout, Rows, Vendor, one_line
from cxstats.responses.labels import label_key

# 2000-01-01 is day 36,526; day 73,050 is 2099-12-31.
_DAYS: Final = re.compile(r"(?:3[6-9]|[4-6][0-9]|7[0-2])[0-9]{3}(?:[.,][0-9]+)?")
_DATED: Final = re.compile(r"(?i)date|datum|dată|data\b|fecha|time\b|timestamp|zeit|tijd|heure|hora|日期|时间|時間")
_SERIALS: Final = (
    "column {!r}: its numbers may be dates as spreadsheets count them, in days since the end of 1899; they stay "
    "numbers: write them as 2026-03-01 to have dates"
)
_RESPONSE_ID: Final = frozenset({"responseid", "submissionid"})


def response_id_column(names: Sequence[str]) -> int | None:
    """Return the place of the column that names each response once: ``response_id``, ``Submission ID``."""
    return next((place for place, name in enumerate(names) if label_key(name) in _RESPONSE_ID), None)


def _layout(rows: Rows) -> Layout:
    names = rows[0]
    key = response_id_column(names)
    days = [one_line(name) for k, name in enumerate(names) if _are_days(name, [row[k] for row in rows[1:]])]
    return Layout(
        [Column(name, one_line(name), role="response id" if k == key else "") for k, name in enumerate(names)],
        notes=[_SERIALS.format(name) for name in days],
    )


def _are_days(name: str, cells: Sequence[str]) -> bool:
    """Say whether a column that is called a date holds numbers of days of this century, as spreadsheets count them."""
    filled = [cell.strip() for cell in cells if cell.strip()]
    return bool(filled and _DATED.search(name) and all(_DAYS.fullmatch(cell) for cell in filled))


PLAIN: Final = Vendor("plain", "one header row, one record a row", lambda _: True, _layout)
