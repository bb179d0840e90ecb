"""What one column of an export says: the options of a multiple choice, or answers that have their type.

Columns have nothing to do with each other here, so several are read at a time.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.exports.choices import Choice, split_options
from cxstats.responses.exports.columns import typed
from cxstats.responses.exports.layouts import Column
from cxstats.responses.exports.spoilers import spoiled_note
from cxstats.responses.exports.texts import Texts, Truths

# Cells of a column that hardly repeat are not counted in larger exports.
_MANY: Final = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """The answers of one column.

    Attributes
    ----------
    column
        What is said of it, with the time zone that its cells state.
    unanswered
        Number of cells that say that the question was seen and not answered.
    notes
        What was forgiven.
    options
        Those of a multiple choice; none where it is none, and only then are there cells.
    cells
        One for each record, numbered from 0.
    counts
        How often each answer was given, where they are counted.
    """

    column: Column
    unanswered: int
    notes: Sequence[str]
    options: Sequence[Choice] = ()
    cells: "pd.Series[Any] | None" = None
    counts: "pd.Series[int] | None" = None


def answers_of(texts: Texts, column: Column, *, option: Choice | None, records: NDArray[np.int64]) -> Answers:
    """Read the answers of one column.

    Parameters
    ----------
    texts
        Its cells, without blanks around them.
    column
        What is said of it.
    option
        The option that it is, if it is one.
    records
        The number of each record.
    """
    passed, unanswered = _passed(column, texts)
    options, note = ([option], "") if option else split_options(column, texts)
    notes = [note] if note else []
    if options:
        return Answers(column, unanswered, notes, options)
    texts = texts.change(texts.values.mask(passed, "")) if unanswered else texts
    cells, note = typed(texts, column.dates)
    if pd.api.types.is_string_dtype(cells.dtype):
        note = spoiled_note(texts, records, column.dates, column.name) or note
    if isinstance(cells.dtype, pd.DatetimeTZDtype):
        column = replace(column, time_zone=str(cells.dtype.tz))
    many = texts.codes is None and len(texts) > _MANY
    notes += [note] if note else []
    return Answers(column, unanswered, notes, cells=cells, counts=None if many else texts.tally(cells))


def _passed(column: Column, texts: Texts) -> tuple[Truths, int]:
    """Say which values mean that a question was seen and not answered, and how many records have one."""
    if not column.missing:
        return np.zeros(len(texts.values), dtype=np.bool_), 0
    passed = texts.values.isin(list(column.missing)).to_numpy(dtype=np.bool_)
    return passed, int(texts.counts()[passed].sum())
