"""Microsoft Forms' Excel: Id, start, completion, e-mail and name, then the questions; options each end in ``;``.

The first columns are named in the language of whoever downloads the file; only names that were seen in exports are
known, in English, Dutch, German, French, Spanish and Chinese.
"""

from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Final

from cxstats.responses.exports.joined import split_ended
from cxstats.responses.exports.layouts import Column, Layout, Role, Rows, Vendor, one_line
from cxstats.responses.exports.moments import about_the_response
from cxstats.responses.labels import label_key

_STARTS: Final = ("Start time", "Begintijd", "Startzeit", "Heure de début", "Hora de inicio", "开始时间")
_ENDS: Final = (
    "Completion time", "Tijd van voltooien", "Fertigstellungszeit", "Heure de fin", "Hora de finalización", "完成时间",
)  # fmt: skip
_CHANGES: Final = (
    "Last modified time", "Tijd van laatste wijziging", "Heure de la dernière modification",
    "Hora de la última modificación",
)  # fmt: skip
_OTHERS: Final = (
    "Email", "E-mail", "Adresse de messagerie", "Correo electrónico", "电子邮件", "Name", "Naam", "Nom", "Nombre",
    "姓名", "Language", "Langue", "Total points", "Total de puntos", "Quiz feedback", "Comentarios del cuestionario",
    "Grade posted time",
)  # fmt: skip
_ROLES: Final[Mapping[str, Role]] = {
    "id": "response id",
    **dict.fromkeys(map(label_key, _STARTS), "start"),
    **dict.fromkeys(map(label_key, _ENDS), "end"),
    **dict.fromkeys(map(label_key, ("Language", "Langue")), "language"),
}
_TIMES: Final = frozenset(map(label_key, (*_STARTS, *_ENDS, *_CHANGES, "Grade posted time")))
_ADMINISTRATIVE: Final = frozenset(_ROLES) | _TIMES | frozenset(map(label_key, _OTHERS))
_ZONE: Final = "? of whoever downloaded it"


def _recognises(rows: Rows) -> bool:
    return [_ROLES.get(label_key(name)) for name in rows[0][:3]] == ["response id", "start", "end"]


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
    return about_the_response(name, cells, role=_ROLES.get(key, ""), zone=_ZONE if key in _TIMES else "")


MICROSOFT_FORMS: Final = Vendor(
    "microsoft-forms",
    "'Id', 'Start time' and 'Completion time' first, in one of six languages, one header row",
    _recognises,
    _layout,
)
