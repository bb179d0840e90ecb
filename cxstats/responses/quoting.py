"""Quote what stands in a cell, without the addresses and long numbers in it.

Messages and tables quote answers that they cannot place. Some customers write into the field of a rating what was
meant for the comment: an e-mail address, a phone number. These are left out of the quotation, and a long text is not
quoted at all. A name cannot be told from other words, and stays.
"""

import re
from collections.abc import Iterable
from typing import Any, Final, cast

import numpy as np
import pandas as pd

from cxstats.responses.personal.recognition import personal_kind

LONGEST: Final = 80
# Looked for from where a word begins only, or a word of a million letters would be looked through from each of them.
_EMAIL: Final = re.compile(r"(?<![^\s@,;:<>()\"'])[^\s@,;:<>()\"']+@[^\s@,;<>()\"']*[^\s@,;<>()\"'.]")
_LONG_NUMBER: Final = re.compile(r"(?:\+|(?<!\d))\d(?:[\s()./:-]{0,3}\d){6,}")
_DATE: Final = re.compile(
    r"(?:(?:19|20)\d\d([-/.]?)\d\d\1\d\d|\d{1,2}([-/.])\d{1,2}\2(?:19|20)\d\d)(?:\s?\d{1,2}:\d\d(?::\d\d(?:\.\d+)?)?)?"
)
_SAME_DIGIT: Final = re.compile(r"-?(\d)\1*(?:\.0*)?")


def without_emails(text: str) -> str:
    """Return a text with e-mail addresses replaced by words.

    Examples
    --------
    >>> without_emails("survey of ann@example.com.csv")
    'survey of [e-mail address]'
    """
    return _EMAIL.sub("[e-mail address]", text)


def without_addresses(text: str) -> str:
    """Return a text with e-mail addresses and numbers of seven digits or more replaced by words.

    Such numbers are phone numbers, accounts, coordinates and addresses of the internet. Dates stay, and a number that
    repeats a single digit, as -9999999, which is a code.

    Examples
    --------
    >>> without_addresses("2, or mail ann@example.com, or call +31 (20) 123 45 67")
    '2, or mail [e-mail address], or call [long number]'
    >>> without_addresses("from 192.0.2.171"), without_addresses("99999999"), without_addresses("on 2026-09-11")
    ('from [long number]', '99999999', 'on 2026-09-11')
    """
    if _SAME_DIGIT.fullmatch(text):
        return text
    return _LONG_NUMBER.sub(_long_number, without_emails(text))


def _long_number(found: re.Match[str]) -> str:
    return found[0] if _DATE.fullmatch(found[0]) else "[long number]"


def quoted(value: object) -> str:
    """Write what stands in a cell for a message: text in quotes and without addresses, other values as they are.

    Examples
    --------
    >>> quoted("so-so"), quoted(np.float64(6.5)), quoted("ann@example.com"), quoted("a word " * 20)
    ("'so-so'", '6.5', "'[e-mail address]'", 'a text of 140 characters')
    """
    if not isinstance(value, str):
        plain: object = cast("Any", value).item() if isinstance(value, np.generic) else value
        return without_addresses(repr(plain))
    return repr(without_addresses(value)) if len(value) <= LONGEST else f"a text of {len(value)} characters"


def examples(cells: Iterable[Any], *, name: str, most: int = 5) -> str:
    """Quote some of what stands in a column; of personal data say what they are.

    Parameters
    ----------
    cells
        Of the column, in the order in which they are quoted.
    name
        Of the column.
    most
        So many.

    Examples
    --------
    >>> examples([3, "so-so", None, 3], name="ces"), examples(["ann@example.com"], name="Q3")
    ("3, 'so-so'", 'an e-mail address in each row, not shown')
    """
    filled = pd.Series([*cells], dtype="object").dropna()
    kind = personal_kind(filled.infer_objects(), name=name)
    if kind:
        return f"{'an' if kind[0] in 'aeiI' else 'a'} {kind} in each row, not shown"
    return ", ".join(quoted(_plain(value)) for value in filled.unique().tolist()[:most])


def _plain(value: object) -> object:
    return cast("Any", value).item() if isinstance(value, np.generic) else value
