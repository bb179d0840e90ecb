"""Recognise columns of personal data: names, addresses, telephone numbers, coordinates, bank accounts, births, ...

The cells decide; the header says what to look for where cells alone could be anything: digits are a phone number, and
words a name, only under such a header (`headers`). Headers are understood in English, Dutch, Romanian, Chinese,
German, French and Spanish. Cells of JSON are looked into. An address inside a comment makes no personal column of the
comments.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from ipaddress import ip_address
from typing import Any, Final, cast

import numpy as np
import pandas as pd

from cxstats.responses.personal.headers import Hint, PersonalKind, hinted, word_keys

_ASKED: Final = 1_000
_MOSTLY: Final = 0.5
_LONGEST: Final = 100
_LONGEST_JSON: Final = 20_000
_DEEPEST: Final = 6
# So often do the names of customers hardly repeat, and the names of plans do.
_OFTEN: Final = 8

_EMAIL: Final = re.compile(r"(?:mailto:)?[^\s@,;<>]+@[^\s@,;<>.]+(?:\.[^\s@,;<>.]+)+|.{0,60}<[^\s@<>]+@[^\s@<>]+>")
_PHONE: Final = re.compile(r"(?:\+|00)?[\d\s()./-]{7,24}(?:\s?(?:ext|x)\.?\s?\d{1,6})?")
_DATE: Final = re.compile(r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}.*|\d{1,2}[-/.]\d{1,2}[-/.](?:\d{2}|\d{4}.*)|\d{4}年.*日")
_ABROAD: Final = re.compile(r"\+[\d\s()./-]{7,24}")
_NAME: Final = re.compile(r"[^\W\d_]+(?:[ .,'’·-]+[^\W\d_]+){0,5}\.?")
_HAN_NAME: Final = re.compile(r"[\u4e00-\u9fff]{2,4}")
_PLACE: Final = re.compile(r"\(?(-?\d{1,2}\.\d{3,})\s*[,;/ ]\s*(-?\d{1,3}\.\d{3,})\)?")
_NUMBER: Final = re.compile(r"-?\d{1,3}\.\d+")
_ACCOUNT: Final = re.compile(r"[A-Z]{2}\d{2}(?: ?[A-Z0-9]){11,30}")
_BARE_ACCOUNT: Final = re.compile(r"\d(?:[ .-]?\d){6,23}")
_STREET: Final = re.compile(r"(?=.*\d)(?=.*[^\W\d_]{3}).{6,200}")
_PLATE: Final = re.compile(r"(?=.*\d)(?=.*[^\W\d_])[^\W_](?:[ ·.-]?[^\W_]){3,9}")
_IDENTITY: Final = re.compile(r"[A-Z]{0,3}\d(?:[ ./-]?[\dA-Z]){5,20}", re.IGNORECASE)
# Ways of contact are written as persons are: "Live Chat", "Phone Call".
_NO_PERSONS: Final = word_keys(
    "app bot call care center centre chat chatbot contact counter customer desk email enterprise facebook form "
    "help human instagram line live mail media office online other partner person phone plan sales service shop social "
    "store support team unknown visit web website whatsapp"
)


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
    if pd.api.types.is_bool_dtype(cells.dtype):
        return ""
    asked = hinted(name, text)
    if pd.api.types.is_datetime64_any_dtype(cells.dtype):
        return "date of birth" if "date of birth" in asked and cells.notna().any() else ""
    shown = _shown(cells)
    if not shown:
        return ""
    times = Counter(shown)
    for kind, holds in _ALONE.items():
        # One address is enough where the header announces addresses.
        share = _held(holds, times) / len(shown)
        if share >= _MOSTLY or (share > 0 and kind in asked):
            return kind
    for hint, (kind, holds) in _UNDER_A_HEADER.items():
        if hint in asked and _held(holds, times) >= _MOSTLY * len(shown):
            return kind
    return "name" if _are_persons(shown, asked) else _nested_kind(shown)


def _shown(cells: "pd.Series[Any]") -> list[str]:
    filled = np.flatnonzero(cells.notna().to_numpy(dtype=bool))
    if len(filled) > _ASKED:
        filled = filled[np.linspace(0, len(filled) - 1, _ASKED).astype(int)]
    return [cell for value in cells.take(filled).tolist() if (cell := plain_cell(value))]


def _held(holds: Callable[[str], bool], times: Mapping[str, int]) -> int:
    """Count the cells of which it holds."""
    return sum(each for cell, each in times.items() if holds(cell))


def plain_cell(value: object) -> str:
    """Return a cell as text without blanks around it, a whole number without a point."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value).strip()


def _are_persons(shown: Sequence[str], asked: set[Hint]) -> bool:
    """Say whether cells name persons, under a header that may mean persons or not.

    First and last names do. Single words do under the header of an agent where there are several, and under one of
    names where they hardly repeat.
    """
    if not asked & {"perhaps a name", "perhaps an agent"}:
        return False
    different = set(shown)
    named = sum(map(_is_name, different))
    if sum(map(_is_full_name, different)) >= _MOSTLY * len(different):
        return True
    if named < _MOSTLY * len(different) or any(set(cell.casefold().split()) & _NO_PERSONS for cell in different):
        return False
    if "perhaps an agent" in asked:
        return len(different) > 2 and all(cell[:1].isupper() or not cell.isascii() for cell in different)
    return _ASKS_NAMES in asked and len(shown) < _OFTEN * len(different)


def _nested_kind(shown: Sequence[str]) -> PersonalKind:
    """Say which personal data cells of JSON hold, by their keys."""
    found: dict[str, list[Any]] = {}
    for cell in shown:
        if cell[:1] in "{[" and len(cell) <= _LONGEST_JSON:
            try:
                _gather(json.loads(cell), "", found)
            except (ValueError, RecursionError):
                continue
    for key, leaves in found.items():
        kind = personal_kind(pd.Series(leaves, dtype="object"), name=key)
        if kind:
            return kind
    return ""


def _gather(value: Any, key: str, found: dict[str, list[Any]], depth: int = 0) -> None:
    """Collect what is no object and no list by its key."""
    if depth > _DEEPEST:
        return
    if isinstance(value, dict):
        for inner, each in cast("dict[str, Any]", value).items():
            _gather(each, inner, found, depth + 1)
    elif isinstance(value, list):
        for each in cast("list[Any]", value):
            _gather(each, key, found, depth + 1)
    elif value is not None and not isinstance(value, bool):
        found.setdefault(key, []).append(value)


def _is_email(cell: str) -> bool:
    return "@" in cell and len(cell) <= _LONGEST and _EMAIL.fullmatch(cell) is not None


def _is_ip_address(cell: str) -> bool:
    """Say whether a cell is an address of the internet, with or without the place in brackets behind it."""
    if cell.count(".") < 3 and cell.count(":") < 2:
        return False
    cell = re.split(r"[(（]", cell[:_LONGEST], maxsplit=1)[0].strip()
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


def _is_full_name(cell: str) -> bool:
    """Say whether a cell is two to five words, the first and the last with a capital, or a Chinese name."""
    if not _is_name(cell):
        return False
    words = re.split(r"[ ,·]+", cell)
    if set(cell.casefold().replace(",", " ").split()) & _NO_PERSONS:
        return False
    capitals = words[0][:1].isupper() and words[-1][:1].isupper()
    return (2 <= len(words) <= 5 and capitals) or _HAN_NAME.fullmatch(cell) is not None


def _is_iban(cell: str) -> bool:
    """Say whether a cell is an international account number with the right check digits (ISO 13616)."""
    plain = cell.replace(" ", "")
    if _ACCOUNT.fullmatch(cell) is None or not 15 <= len(plain) <= 34:
        return False
    return int("".join(str(int(letter, 36)) for letter in plain[4:] + plain[:4])) % 97 == 1


def _is_account(cell: str) -> bool:
    return _ACCOUNT.fullmatch(cell) is not None or _BARE_ACCOUNT.fullmatch(cell) is not None


def _is_identity(cell: str) -> bool:
    return len(cell) <= _LONGEST and _IDENTITY.fullmatch(cell) is not None and sum(map(str.isdigit, cell)) >= 6


def _is_written_phone(cell: str) -> bool:
    """Say whether a cell is a phone number and no plain number."""
    return _is_phone(cell) and (cell.startswith("0") or not cell.isdigit())


def _matches(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    def holds(cell: str) -> bool:
        return len(cell) <= _LONGEST and pattern.fullmatch(cell) is not None

    return holds


_ASKS_NAMES: Final[Hint] = "perhaps a name"
_ALONE: Final[Mapping[PersonalKind, Callable[[str], bool]]] = {
    "e-mail address": _is_email,
    "IP address": _is_ip_address,
    "coordinates": _is_place,
    "phone number": _is_abroad,
    "bank account": _is_iban,
}
_UNDER_A_HEADER: Final[Mapping[Hint, tuple[PersonalKind, Callable[[str], bool]]]] = {
    "identity number": ("identity number", _is_identity),
    "bank account": ("bank account", _is_account),
    "date of birth": ("date of birth", _matches(_DATE)),
    "licence plate": ("licence plate", _matches(_PLATE)),
    "phone number": ("phone number", _is_phone),
    "perhaps a phone number": ("phone number", _is_written_phone),
    "coordinates": ("coordinates", _is_degree),
    "name": ("name", _is_name),
    "postal address": ("postal address", _matches(_STREET)),
}
