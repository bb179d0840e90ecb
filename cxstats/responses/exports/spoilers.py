"""One or two cells that keep a column from being numbers or dates: as text it scores nothing."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.answers import read_answer
from cxstats.responses.exports.columns import typed
from cxstats.responses.exports.heads import is_figure
from cxstats.responses.exports.texts import Texts
from cxstats.responses.personal.recognition import personal_kind
from cxstats.responses.quoting import without_addresses
from cxstats.responses.scales import SCALES

MOST: Final = 2
_FEWEST: Final = 20
_FIRST: Final = 50
_SHOWN: Final = 24


def spoiled_note(texts: Texts, records: NDArray[np.int64], dates: Sequence[str], name: str) -> str:
    """Name the one or two cells without which a column of text would be numbers or dates; empty where there are none.

    Cells such as "n/a", which mean no answer, spoil nothing. Cells of personal data are not shown.

    Parameters
    ----------
    texts
        A column that stayed text.
    records
        The number of each record.
    dates
        As of `typed`.
    name
        Of the column.
    """
    start = [cell for cell in texts.values.iloc[:_FIRST] if cell]
    if sum(map(is_figure, start)) < max(len(start) - MOST, 1):
        return ""
    odd = np.array([bool(cell) and not is_figure(cell) for cell in texts.values], dtype=np.bool_)
    places = np.flatnonzero(texts.truths(odd))
    cells = [texts.cell(int(place)) for place in places[: MOST + 1]]
    filled = int(texts.counts()[(texts.values != "").to_numpy(dtype=np.bool_)].sum())
    if not 0 < len(cells) <= MOST or filled < _FEWEST:
        return ""
    if all(read_answer(cell, SCALES["nps"]).missing for cell in cells):
        return ""
    others: pd.Series[Any]
    others, _ = typed(texts.change(texts.values.mask(odd, "")), dates)
    if isinstance(others.dtype, pd.StringDtype) or others.dtype == object:
        return ""
    what = "numbers" if pd.api.types.is_numeric_dtype(others) else "dates"
    hidden = personal_kind(others, name=name) or personal_kind(pd.Series(cells), name="")
    said = [
        f"record {records[place]:,}" + ("" if hidden else f" ({without_addresses(cell)[:_SHOWN]!r})")
        for place, cell in zip(places, cells, strict=True)
    ]
    return f"text, since {' and '.join(said)} {'is' if len(said) == 1 else 'are'} not of the {what} that all others are"
