"""Records that are no responses of anybody: a header that is repeated, and totals below or between the others.

A word such as "Total" may be an answer, so a record that begins with it is one only where its column tells the
records apart, by numbers, codes or dates, and the rest of it is figures. What other cells the column has is told by
the first rows of the file, so a file is judged alike whether it is read at once or in pieces.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np

from cxstats.responses.exports.arrow_columns import first_bytes
from cxstats.responses.exports.heads import is_day, is_figure
from cxstats.responses.exports.layouts import Rows
from cxstats.responses.exports.texts import Texts, Truths

REPEATED: Final = "repeated header"
TOTAL: Final = "total"
_WORDS: Final = (
    "(?:grand |sub-?)?totals?|sum|averages?|avg|mean|median|count|overall|(?:eind|sub)?totaal|som|gemiddelde?|aantal|"
    "gesamt(?:summe|ergebnis)?|summe|insgesamt|durchschnitt|mittelwert|anzahl|total general|medie|media|"
    "suma|promedio|total général|somme|moyenne|总计|總計|合计|合計|小计|小計|总和|平均值?|平均分|均值"
)
_SUMMARY: Final = rf"(?i)^(?:{_WORDS})(?: [^\W\d_]+){{0,2}} ?[:=]? ?[-+]?[0-9.,%]*$"
_OVER_ROWS: Final = (
    r"(?i)^=(?:SUM|AVERAGE|COUNT|COUNTA|MEDIAN|MIN|MAX|SUBTOTAL)\((?:[0-9]+,)?([A-Z]{1,3})[0-9]+:([A-Z]{1,3})[0-9]+\)$"
)
_BEGINNINGS: Final = frozenset({*b"GSTAMCOEDINP", *range(0xC0, 0x100)})
"""First bytes of these words: capitals, and those of letters beyond ASCII."""
_LOOKED_AT: Final = 3
_FEWEST: Final = 3
_RARELY: Final = 0.1
_DISTINCT: Final = 0.9


def no_answers(texts: Sequence[Texts], headers: Rows, head: Rows) -> dict[int, str]:
    """Say which records are a header again or a total: from place to the reason.

    Parameters
    ----------
    texts
        The columns, cleaned.
    headers, head
        The header rows, and the rows behind them up to a hundred.
    """
    again = np.flatnonzero(repeated_headers(texts, headers, head))
    return dict.fromkeys(totals(texts, head), TOTAL) | dict.fromkeys(map(int, again), REPEATED)


def repeated_headers(texts: Sequence[Texts], headers: Rows, head: Rows) -> Truths:
    """Say which records say the same as a header row, as where two files were put into one.

    Where that happens often in the first rows, or a name is a figure, the header row may be a response itself.

    Parameters
    ----------
    texts
        The columns, cleaned.
    headers, head
        The header rows, and the rows behind them up to a hundred.
    """
    found = np.zeros(len(texts[0]) if texts else 0, dtype=np.bool_)
    for row in headers:
        names = [cell.strip() for cell in row]
        again = sum([cell.strip() for cell in other] == names for other in head)
        if sum(map(bool, names)) < 2 or any(map(is_figure, names)) or again > max(1, _RARELY * len(head)):
            continue
        same = np.ones(len(found), dtype=np.bool_)
        for k, (name, column) in enumerate(zip(names, texts, strict=False)):
            if not same.any():
                break
            # A file that was put behind another may still begin with the mark of its encoding.
            ways = [name] if k else [name, f"\ufeff{name}", f'\ufeff"{name}"']
            same &= column.truths(column.values.isin(ways).to_numpy(dtype=np.bool_))
        found |= same
    return found


def totals(texts: Sequence[Texts], head: Rows) -> list[int]:
    """Return the places of records that sum others up.

    Parameters
    ----------
    texts
        The columns, cleaned.
    head
        The first rows behind the header, up to a hundred.
    """
    found: set[int] = set()
    usual = Counter(sum(bool(cell.strip()) for cell in row) for row in head).most_common(1)
    for k, column in enumerate(texts):
        seen = _beginnings(column)
        words = k < _LOOKED_AT and bool(seen & _BEGINNINGS)
        if words and _tells_apart([row[k].strip() for row in head if len(row) > k]):
            for place in _matching(column, _SUMMARY):
                cells = _record(texts, place)
                if not any(cells[:k]) and _are_figures(cells[k + 1 :]):
                    found.add(place)
        if b"="[0] in seen:
            for place in _matching(column, _OVER_ROWS):
                cells = _record(texts, place)
                fewer = sum(map(bool, cells)) < max(usual, default=(0, 0))[0]
                if fewer and _are_figures(cells) and _spans_rows(cells[k]):
                    found.add(place)
    return sorted(found)


def last_note(number: int, cells: Sequence[str]) -> list[str]:
    """Say that the last record that is kept may be a total, where it may.

    >>> last_note(31, ["Total", "98"])
    ["record 31, the last, begins with 'Total': if it is a total and no response, remove it and read again"]
    """
    first = next(filter(None, cells), "")
    rest = list(cells)[list(cells).index(first) + 1 :] if first else []
    if not re.match(_SUMMARY, first) or not any(rest) or not _are_figures(rest):
        return []
    said = "if it is a total and no response, remove it and read again"
    return [f"record {number:,}, the last, begins with {first!r}: {said}"]


def _matching(column: Texts, pattern: str) -> list[int]:
    found = column.values.str.match(pattern).to_numpy(dtype=np.bool_)
    return np.flatnonzero(column.truths(found)).tolist() if found.any() else []


def _beginnings(column: Texts) -> set[int]:
    """Return the bytes with which cells begin, in capitals: what no cell begins with need not be looked for."""
    first = first_bytes(column.values)
    if first is None:
        return {cell.encode()[0] for cell in column.values.str.slice(0, 1).str.upper().unique() if cell}
    seen = np.zeros(256, dtype=np.bool_)
    seen[first] = True
    return {letter - 32 if 97 <= letter <= 122 else letter for letter in np.flatnonzero(seen).tolist()}


def _record(texts: Sequence[Texts], place: int) -> list[str]:
    return [column.cell(place) for column in texts]


def _are_figures(cells: Sequence[str]) -> bool:
    return all(not cell or is_figure(cell) or cell.startswith("=") for cell in cells)


def _spans_rows(formula: str) -> bool:
    found = re.match(_OVER_ROWS, formula)
    return found is not None and found[1].upper() == found[2].upper()


def _tells_apart(cells: Sequence[str]) -> bool:
    """Say whether cells, without those of totals, are numbers, codes or dates that hardly repeat."""
    others = [cell for cell in cells if cell and not re.match(_SUMMARY, cell)]
    if len(others) < _FEWEST or not all(any(letter.isdecimal() for letter in cell) for cell in others):
        return False
    return len(set(others)) >= _DISTINCT * len(others) or all(map(is_day, others))
