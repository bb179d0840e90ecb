"""Count two ratings of the same customers together.

>>> import pandas as pd
>>> both = pd.DataFrame({"ces": [7, 6, 2, None], "csat": ["Very satisfied", "4", 1, 5]})
>>> crossed = cross_tally(both, "ces", "csat", row_scale="ces-2.0", column_scale="csat-5")
>>> crossed.n, crossed.left_out
(3, 1)
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.answers import missing_codes
from cxstats.responses.engines import ANSWER, ROWS, count_answers, open_frame
from cxstats.responses.placing import place_answers
from cxstats.responses.scales import Scale, named_scale
from cxstats.responses.survey import Survey


@dataclass(frozen=True, slots=True, eq=False)
class CrossTally:
    """Customers counted by their answers to two questions.

    Attributes
    ----------
    row, column
        The two columns.
    row_scale, column_scale
        Their scales, of I and J points.
    counts
        Customers at each pair of points; shape (I, J).
    left_out
        Rows without a usable answer to both.
    """

    row: str
    column: str
    row_scale: Scale
    column_scale: Scale
    counts: NDArray[np.int64]
    left_out: int

    @property
    def n(self) -> int:
        """Customers who answered both."""
        return int(self.counts.sum())

    def count(self, rows: Iterable[int], columns: Iterable[int]) -> int:
        """Count the customers whose answers lie in both sets of points.

        Raises
        ------
        ValueError
            If a point is not on its scale.
        """
        places: list[list[int]] = []
        for scale, some in ((self.row_scale, list(rows)), (self.column_scale, list(columns))):
            if not set(some) <= set(scale.points):
                raise ValueError(f"points must be on {scale.name} ({scale.span}); got {some}")
            places.append([scale.points.index(point) for point in some])
        return int(self.counts[np.ix_(*places)].sum())

    def to_frame(self) -> pd.DataFrame:
        """Return the counts as a table: points of the row question down, of the column question across."""
        return pd.DataFrame(
            self.counts,
            index=pd.Index(self.row_scale.points, name=self.row),
            columns=pd.Index(self.column_scale.points, name=self.column),
        )


def cross_tally(
    data: Any,
    row: str,
    column: str,
    *,
    row_scale: Scale | str,
    column_scale: Scale | str,
    missing: object = (),
) -> CrossTally:
    """Count customers by their answers to two questions.

    Parameters
    ----------
    data
        A `Survey` or a table of any engine, as for `tally`.
    row, column
        The two columns.
    row_scale, column_scale
        Their scales.
    missing
        Code or codes that mean "no answer" in this export.

    Raises
    ------
    ValueError
        If a column does not exist, both are the same, or no answer fits a scale.
    """
    if row == column:
        raise ValueError(f"a cross-table needs two different columns; got {row!r} twice")
    table = data.responses if isinstance(data, Survey) else data
    cells = count_answers(open_frame(table, [row, column]), column, [row])
    scales, codes = (named_scale(row_scale), named_scale(column_scale)), missing_codes(missing)
    down = place_answers(cells[row], row, scales[0], codes).position
    across = place_answers(cells[ANSWER], column, scales[1], codes).position
    used, rows = (down >= 0) & (across >= 0), cells[ROWS].to_numpy()
    counts = np.zeros([len(scale.points) for scale in scales], dtype=np.int64)
    np.add.at(counts, (down[used], across[used]), rows[used])
    return CrossTally(row, column, *scales, counts, int(rows[~used].sum()))
