"""Which records are no responses, and why: damaged, empty, headers, totals, refused by the vendor, or given twice."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from cxstats.responses.exports.arrow_columns import surely_distinct
from cxstats.responses.exports.layouts import Layout, Rows
from cxstats.responses.exports.summaries import no_answers
from cxstats.responses.exports.texts import Texts, Truths

EMPTY = "empty record"
DUPLICATE = "duplicate response id"


def reasons(damaged: Mapping[int, str], texts: Sequence[Texts], layout: Layout, *, head: Rows = ()) -> dict[int, str]:
    """Say which records are not used: from place, from 0, to the first reason that there is.

    Parameters
    ----------
    damaged
        Records that could not be read.
    texts
        The columns, without blanks around the cells.
    layout
        What the vendor says of them.
    head
        The first rows of the file, header rows included, where it has rows.
    """
    found = dict(damaged)
    for place in np.flatnonzero(_blank(texts)):
        found.setdefault(int(place), EMPTY)
    rows = head if head and len(head[0]) == len(texts) else ()
    found = {**no_answers(texts, rows[: layout.headers], rows[layout.headers :]), **found}
    for column, rule in layout.rejected.items():
        answers = np.array([rule(str(cell)) for cell in texts[column].values], dtype=object)
        for place in np.flatnonzero(texts[column].truths(answers != "")):
            found.setdefault(int(place), str(rule(texts[column].cell(int(place)))))
    for column, said in enumerate(layout.columns):
        if said.role == "response id":
            for place in _again(texts[column], found, flags(layout.partial, texts)):
                found[place] = DUPLICATE
    return found


def flags(where: tuple[int, Callable[[str], bool]] | None, texts: Sequence[Texts]) -> Truths | None:
    """Say of which records a vendor's rule holds; None where it has no rule."""
    if where is None:
        return None
    column, holds = where
    return texts[column].truths(np.array([holds(str(cell)) for cell in texts[column].values], dtype=np.bool_))


def _blank(texts: Sequence[Texts]) -> Truths:
    blank = np.ones(len(texts[0]) if texts else 0, dtype=np.bool_)
    for column in texts:
        if not blank.any():
            break
        blank &= column.truths((column.values == "").to_numpy(dtype=np.bool_))
    return blank


def _again(keys: Texts, found: Mapping[int, str], partial: Truths | None) -> list[int]:
    """Return the records that repeat the id of another; kept is the first finished one, else the first."""
    cells = keys.spread(keys.values)
    usable = np.array(cells != "", dtype=np.bool_)
    usable[list(found)] = False
    if usable.all() and surely_distinct(cells):
        return []
    order = np.flatnonzero(usable)
    if partial is not None:
        order = order[np.argsort(partial[order], kind="stable")]
    again = cells.take(order).duplicated().to_numpy(dtype=np.bool_)
    return order[again].tolist()
