"""Google Forms' CSV and Excel: one header row of questions, a timestamp first, several answers in one cell.

Forms' own CSV file joins several answers by ``;``, a Google sheet by ``, ``. The first column is named in the language
of the form's owner; only names known from exports are listed.
"""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import takewhile
from typing import Final

from cxstats.responses.exports.joined import NOTE, split_at
from cxstats.responses.exports.layouts import Column, Layout, Rows, Vendor, one_line
from cxstats.responses.exports.moments import about_the_response, moments
from cxstats.responses.labels import label_key

_TIMESTAMPS: Final = frozenset(
    label_key(name)
    for name in (
        "Timestamp", "Tijdstempel", "Zeitstempel", "Horodateur", "Marca temporal", "Carimbo de data/hora",
        "Informazioni cronologiche", "Marcaj de timp", "Sygnatura czasowa", "时间戳记", "时间戳", "時間戳記",
    )
)  # fmt: skip
_ADMINISTRATIVE: Final = _TIMESTAMPS | {"emailaddress", "username", "score"}
_ITEM: Final = re.compile(r"(.+\S) ?\[([^\[\]]+)\]")
_ZONE: Final = "? of the form's owner"


def _recognises(rows: Rows) -> bool:
    if len(rows[0]) < 2 or label_key(rows[0][0]) not in _TIMESTAMPS:
        return False
    written = moments([row[0] for row in rows[1:]])
    # Many a table begins with a timestamp in ISO 8601; Google's are written for people, as are its questions.
    return written.fits and (bool(written.formats) or any(" " in name.strip() for name in rows[0][1:]))


def _layout(rows: Rows) -> Layout:
    texts = [one_line(name) for name in rows[0]]
    first = sum(1 for _ in takewhile(lambda name: label_key(name) in _ADMINISTRATIVE, texts))
    stamp = about_the_response(texts[0], [row[0] for row in rows[1:]], role="end", zone=_ZONE)
    columns = [stamp, *(Column(text, kind="administrative") for text in texts[1:first]), *_answers(texts[first:])]
    unsaid = ["times are of the time zone of the form's owner, which the export does not say"]
    return Layout(columns, notes=[*(unsaid if stamp.time_zone == _ZONE else []), NOTE.replace("{!r}", "';' or ', '")])


def _answers(texts: Sequence[str]) -> list[Column]:
    found = [_ITEM.fullmatch(text) for text in texts]
    times = Counter(match[1] for match in found if match)
    return [
        Column(text, match[1], "part", part_of=match[1], part=match[2])
        if match and times[match[1]] > 1
        else Column(text, text, split=split_at(";", ", "))
        for text, match in zip(texts, found, strict=True)
    ]


GOOGLE_FORMS: Final = Vendor(
    "google-forms", "one header row of questions, the first column a timestamp", _recognises, _layout
)
