"""Recognise columns of names, e-mail addresses, phone numbers, IP addresses and coordinates.

The cells decide; the header says what to look for where cells alone could be anything: digits are a phone number, and
words a name, only under such a header. Headers are understood in English, Dutch, Romanian, Chinese, German, French and
Spanish. An address inside a comment makes no personal column of the comments.
"""

import re
from collections.abc import Callable, Mapping
from ipaddress import ip_address
from typing import Any, Final, Literal

import numpy as np
import pandas as pd

from cxstats.responses.labels import label_key

PersonalKind = Literal["", "name", "e-mail address", "phone number", "IP address", "coordinates"]

_ASKED: Final = 1_000
_MOSTLY: Final = 0.5
_LONGEST: Final = 100

_WORDS: Final[Mapping[PersonalKind, str]] = {
    "e-mail address": "email emails mail emailadres emailaddress emailadresse courriel correo 邮箱 郵箱 邮件 郵件",
    "phone number": "phone phonenumber telephone tel mobile cellphone whatsapp fax telefoon telefoonnummer mobiel gsm "
    "telefon telefonnummer rufnummer handy handynummer mobil mobiltelefon telefonul téléphone portable teléfono móvil "
    "celular 电话 電話 手机 手機",
    "IP address": "ip ipaddress ipadres ipadresse",
    "coordinates": "lat latitude lon lng longitude gps coordinates coordinate geolocation breedtegraad lengtegraad "
    "coördinaten latitudine longitudine coordonate breitengrad längengrad koordinaten coordonnées latitud longitud "
    "coordenadas 纬度 经度 緯度 經度 坐标 座標",
}
_NAMES: Final = (
    "name fullname firstname lastname surname familyname givenname forename middlename nickname username customername "
    "clientname contactname respondentname personname patientname guestname employeename agentname "
    "recipientfirstname recipientlastname recipientname requester requestername assignee assigneename submitter "
    "naam voornaam achternaam voornaamenachternaam volledigenaam klantnaam contactpersoon "
    "nume prenume numeșiprenume numelesiprenumele numeclient "
    "姓名 名字 姓 名 客户姓名 客戶姓名 联系人 聯繫人 "
    "vorname nachname familienname vollständigername kundenname ansprechpartner "
    "nom prénom nometprénom nomdefamille nomcomplet nomduclient "
    "nombre nombres apellido apellidos nombrecompleto nombreyapellidos nombredelcliente"
)
_ASKS_A_NAME: Final = re.compile(
    r"\byour (?:full |first |last |family )*name\b|\b(?:uw|je|jouw) (?:volledige )?(?:voor|achter)?naam\b"
    r"|\bnumele (?:dvs|dumneavoastr|tău|tau|și prenumele)|您的姓名|你的姓名|您的名字|你的名字"
    r"|\b(?:ihr|dein) (?:vollständiger )?(?:vor|nach)?name\b|\b(?:votre|ton) (?:pré)?nom\b"
    r"|\b(?:su|tu) (?:nombre|apellido)",
    re.IGNORECASE,
)
_KEYS: Final[Mapping[PersonalKind, frozenset[str]]] = {
    kind: frozenset(map(label_key, words.split())) for kind, words in _WORDS.items()
}
_NAME_KEYS: Final = frozenset(map(label_key, _NAMES.split()))

_HUMP: Final = re.compile(r"(?<=[a-z])(?=[A-Z])")
_EMAIL: Final = re.compile(r"(?:mailto:)?[^\s@,;<>]+@[^\s@,;<>.]+(?:\.[^\s@,;<>.]+)+|.{0,60}<[^\s@<>]+@[^\s@<>]+>")
_PHONE: Final = re.compile(r"(?:\+|00)?[\d\s()./-]{7,24}(?:\s?(?:ext|x)\.?\s?\d{1,6})?")
_DATE: Final = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}.*|\d{1,2}[-/.]\d{1,2}[-/.]\d{4}.*")
_ABROAD: Final = re.compile(r"\+[\d\s()./-]{7,24}")
_NAME: Final = re.compile(r"[^\W\d_]+(?:[ .,'’·-]+[^\W\d_]+){0,5}\.?")
_PLACE: Final = re.compile(r"\(?(-?\d{1,2}\.\d{3,})\s*[,;/ ]\s*(-?\d{1,3}\.\d{3,})\)?")
_NUMBER: Final = re.compile(r"-?\d{1,3}\.\d+")


def personal_kind(cells: "pd.Series[Any]", *, name: str, text: str = "") -> PersonalKind:
    """Say which personal data a column holds; empty where it holds none.

    Parameters
    ----------
    cells
        The column; up to a thousand of its answers, evenly spread, are looked at.
    name, text
        Its name and the question asked.

    Examples
    --------
    >>> personal_kind(pd.Series(["ann@example.com", "bob@example.org"]), name="Q3")
    'e-mail address'
    >>> personal_kind(pd.Series([31612345678, 31687654321]), name="Mobile")
    'phone number'
    >>> personal_kind(pd.Series(["wrote to ann@example.com", "no answer"]), name="comment")
    ''
    """
    if pd.api.types.is_bool_dtype(cells.dtype) or pd.api.types.is_datetime64_any_dtype(cells.dtype):
        return ""
    shown = _shown(cells)
    if not shown:
        return ""
    hinted = _hinted(name, text)
    for kind, holds in _ALONE.items():
        # One address is enough where the header announces addresses.
        share = sum(map(holds, shown)) / len(shown)
        if share >= _MOSTLY or (share > 0 and kind in hinted):
            return kind
    for kind, holds in _UNDER_A_HEADER.items():
        if kind in hinted and sum(map(holds, shown)) >= _MOSTLY * len(shown):
            return kind
    return ""


def _shown(cells: "pd.Series[Any]") -> list[str]:
    filled = np.flatnonzero(cells.notna().to_numpy(dtype=bool))
    if len(filled) > _ASKED:
        filled = filled[np.linspace(0, len(filled) - 1, _ASKED).astype(int)]
    return [cell for value in cells.take(filled).tolist() if (cell := plain_cell(value))]


def plain_cell(value: object) -> str:
    """Return a cell as text without blanks around it, a whole number without a point."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _hinted(name: str, text: str) -> set[PersonalKind]:
    """Say which kinds the header announces: a name by all of it, the others by one of its words."""
    found = set[PersonalKind]()
    if label_key(name) in _NAME_KEYS or label_key(text) in _NAME_KEYS or _ASKS_A_NAME.search(f"{name}\n{text}"):
        found.add("name")
    for kind, keys in _KEYS.items():
        # A long question that mentions a place ("how long", "lat") is not asked for one.
        said = name if kind == "coordinates" else f"{name} {text}"
        words = {label_key(word) for word in re.split(r"[\W_]+", _HUMP.sub(" ", said))} | {label_key(name)}
        if words & keys or any(key in said for key in keys if not key.isascii()):
            found.add(kind)
    return found


def _is_email(cell: str) -> bool:
    return "@" in cell and len(cell) <= _LONGEST and _EMAIL.fullmatch(cell) is not None


def _is_ip_address(cell: str) -> bool:
    if len(cell) > 45 or (cell.count(".") != 3 and cell.count(":") < 2):
        return False
    try:
        ip_address(cell)
    except ValueError:
        return False
    return True


def _is_abroad(cell: str) -> bool:
    return _ABROAD.fullmatch(cell) is not None and 8 <= sum(map(str.isdigit, cell)) <= 16


def _is_phone(cell: str) -> bool:
    if _DATE.fullmatch(cell):
        return False
    return _PHONE.fullmatch(cell) is not None and 7 <= sum(map(str.isdigit, cell)) <= 16


def _is_place(cell: str) -> bool:
    found = _PLACE.fullmatch(cell)
    return found is not None and abs(float(found[1])) <= 90 and abs(float(found[2])) <= 180


def _is_degree(cell: str) -> bool:
    return _NUMBER.fullmatch(cell) is not None and abs(float(cell)) <= 180


def _is_name(cell: str) -> bool:
    return len(cell) <= _LONGEST and _NAME.fullmatch(cell) is not None


_ALONE: Final[Mapping[PersonalKind, Callable[[str], bool]]] = {
    "e-mail address": _is_email,
    "IP address": _is_ip_address,
    "coordinates": _is_place,
    "phone number": _is_abroad,
}
_UNDER_A_HEADER: Final[Mapping[PersonalKind, Callable[[str], bool]]] = {
    "phone number": _is_phone,
    "coordinates": _is_degree,
    "name": _is_name,
}
