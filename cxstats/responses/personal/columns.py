"""The personal columns of a survey, and pseudonyms in their place."""

import hmac
import unicodedata
from collections.abc import Collection, Mapping
from dataclasses import replace
from hashlib import sha256
from typing import Any, Final

import numpy as np
import pandas as pd

from cxstats.responses.names import unknown_name
from cxstats.responses.personal.recognition import personal_kind, plain_cell
from cxstats.responses.survey import PERSONAL, Survey

SHORTEST_KEY: Final = 16
_LETTERS: Final = 32


def personal_columns(survey: Survey) -> dict[str, str]:
    """Return the columns that hold personal data: from column to what it holds, in their order.

    It is what ``survey.questions["personal"]`` says; columns that were added to the responses since are looked at.

    Examples
    --------
    >>> from cxstats.responses.exports import read_export
    >>> personal_columns(read_export("data/support_survey.csv"))
    {}
    """
    stated = dict(zip(survey.questions["column"], survey.questions[PERSONAL], strict=True))
    found: dict[str, str] = {}
    for column in survey.responses.columns:
        kind = stated[column] if column in stated else personal_kind(survey.responses[column], name=str(column))
        if kind:
            found[str(column)] = str(kind)
    return found


def pseudonymised(survey: Survey, columns: str | Collection[str], *, key: bytes | str) -> Survey:
    """Replace what columns say by pseudonyms, so that a customer can still be followed and no longer be known.

    Equal cells get equal pseudonyms, in every column and every survey for which the same key is used; capitals, blanks
    and the punctuation of phone numbers make no difference. Without the key nobody can try addresses out.

    Parameters
    ----------
    survey
        It stays as it is.
    columns
        One or several names.
    key
        A secret of 16 bytes or more, in bytes or as text. It is used and kept nowhere: who loses it can make no more
        pseudonyms that match, and who has it can find out whose they are.

    Returns
    -------
    Survey
        Where missing cells stay missing, and the others are 32 hexadecimal digits: the first half of the keyed hash
        HMAC-SHA-256 of the cell.

    Raises
    ------
    ValueError
        If there is no such column, or the key is too short.
    TypeError
        If the key is neither bytes nor text.

    References
    ----------
    Krawczyk, Bellare and Canetti (1997). HMAC: Keyed-Hashing for Message Authentication. RFC 2104.

    Examples
    --------
    >>> from cxstats.responses.exports import read_export
    >>> survey = read_export("data/support_survey.csv")
    >>> hidden = pseudonymised(survey, "customer", key="not this one, please")
    >>> bool(hidden.responses["customer"].nunique() == survey.responses["customer"].nunique())
    True
    """
    secret = _secret(key)
    names = [columns] if isinstance(columns, str) else list(columns)
    responses, questions = survey.responses.copy(), survey.questions.copy()
    kinds = personal_columns(survey)
    for name in names:
        if name not in responses:
            raise ValueError(unknown_name("column", name, responses.columns))
        responses[name] = _pseudonyms(responses[name], secret, phone=kinds.get(name) == "phone number")
        asked = questions["column"] == name
        questions.loc[asked, ["kind", "scale", "evidence", "labels", PERSONAL]] = ["text", "", "", "", ""]
        if not asked.any():
            # What is not listed would be looked at again.
            row: Mapping[str, str] = {"column": name, "kind": "text"}
            questions = pd.concat([questions, pd.DataFrame([row])], ignore_index=True).fillna("")
    return replace(survey, responses=responses, questions=questions)


def _secret(key: bytes | str) -> bytes:
    if not isinstance(key, bytes | str):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"a key must be bytes or text; got {type(key).__name__}")
    secret = key.encode() if isinstance(key, str) else key
    if len(secret) < SHORTEST_KEY:
        raise ValueError(f"a key must have {SHORTEST_KEY} bytes or more, or it can be guessed; got {len(secret)}")
    return secret


def _pseudonyms(cells: "pd.Series[Any]", secret: bytes, *, phone: bool) -> "pd.Series[Any]":
    codes, values = pd.factorize(cells)
    hashed = [_pseudonym(plain_cell(value), secret, phone=phone) for value in values.tolist()]
    found = np.array([*hashed, None], dtype=object)[codes]
    return pd.Series(found, index=cells.index, name=cells.name, dtype="str")


def _pseudonym(cell: str, secret: bytes, *, phone: bool) -> str:
    text = "".join(filter(str.isdigit, cell)) if phone else ""
    text = text or " ".join(unicodedata.normalize("NFKC", cell).casefold().split())
    return hmac.new(secret, text.encode("utf-8", "surrogatepass"), sha256).hexdigest()[:_LETTERS]
