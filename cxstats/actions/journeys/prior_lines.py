"""The line around which cells vary: one score for all, or one made of a part for each value of each column.

>>> cells = pd.DataFrame({"channel": ["web", "web", "phone", "phone"], "reason": ["a", "b", "a", "b"]})
>>> line_of(cells, "main effects").columns.shape
(4, 3)
>>> line_of(cells, "auto").toward
'overall'
"""

from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.names import unknown_name

Floats = NDArray[np.float64]
Toward = Literal["auto", "overall", "main effects"]

_CELLS_A_COLUMN: Final = 3


@dataclass(frozen=True, slots=True, eq=False)
class PriorLine:
    """The line.

    Attributes
    ----------
    toward
        ``"overall"`` or ``"main effects"``.
    columns
        Columns of full rank that span it; shape (C, P).
    in_words
        What cells are shrunk to.
    """

    toward: Literal["overall", "main effects"]
    columns: Floats
    in_words: str


def line_of(cells: pd.DataFrame, toward: Toward) -> PriorLine:
    """Return the line of this name; ``"auto"`` takes main effects where there are three cells to each coefficient.

    With fewer cells main effects are themselves so unsure that the overall score is as good a guess or a better one:
    ``benchmarks/journeys.md`` has the figures.

    Raises
    ------
    ValueError
        If the name is unknown.
    """
    if toward not in get_args(Toward):
        raise ValueError(unknown_name("line", toward, get_args(Toward)))
    if toward != "overall" and len(cells.columns) > 1:
        columns = _main_effects(cells)
        if toward == "main effects" or len(cells) >= _CELLS_A_COLUMN * columns.shape[1]:
            names = [str(name) for name in cells.columns]
            parts = f"{', '.join(names[:-1])} and {names[-1]}"
            return PriorLine("main effects", columns, f"what is usual for its {parts}")
    return PriorLine("overall", np.ones((len(cells), 1)), "what is usual for all cells")


def _main_effects(cells: pd.DataFrame) -> Floats:
    """Orthonormal columns that span a constant and the indicators of each value of each column."""
    codes = [pd.factorize(cells[name], use_na_sentinel=False)[0] for name in cells.columns]
    indicators = [np.eye(int(code.max()) + 1)[code] for code in codes]
    columns, size, _ = np.linalg.svd(np.concatenate(indicators, axis=1), full_matrices=False)
    return np.asarray(columns[:, size > 1e-9 * size[0]], dtype=np.float64)
