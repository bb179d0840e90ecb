"""Which of the answers given are none: no opinion, don't know, not applicable, refused.

They are told from the points of a scale by what they say, as in `cxstats.responses.no_answers`.
"""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from cxstats.responses.no_answers import kind_of_no_answer


def non_answers(counts: "pd.Series[int]", labels: Mapping[str, str]) -> dict[Any, str]:
    """Return which of the answers given are none: from the cell to how it reads, with the number of times.

    Parameters
    ----------
    counts
        How often each cell occurs.
    labels
        From code to label, where cells are codes.

    Examples
    --------
    >>> non_answers(pd.Series({1: 4, 3: 2}), {"1": "good", "3": "No opinion"})
    {3: '3 = No opinion in 2 cells'}
    """
    found: dict[Any, str] = {}
    for cell, times in counts.items():
        code = str(cell)
        label = labels.get(code, "") if labels else code
        if kind_of_no_answer(label):
            shown = f"{code} = {label}" if labels else repr(code)
            found[cell] = f"{shown} in {int(times):,} cell{'' if times == 1 else 's'}"
    return found
