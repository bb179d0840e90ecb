"""Place the distinct raw answers of a counted column on its scale, each read once."""

from typing import Any, Final

import numpy as np
import pandas as pd

from cxstats.responses.answers import Reading, read_answer
from cxstats.responses.scales import Scale

MOST_DISTINCT_ANSWERS: Final = 10_000
POSITION: Final = "__position"
REASON: Final = "__reason"
MISSING: Final = "__missing"


def place_answers(answers: "pd.Series[Any]", column: str, scale: Scale, missing: tuple[object, ...]) -> pd.DataFrame:
    """Say where each raw answer lies on the scale.

    Parameters
    ----------
    answers
        Raw answers; the same one may occur in several segments.
    column
        Their column, for messages.
    scale, missing
        As for `cxstats.responses.tallies.tally`.

    Returns
    -------
    pandas.DataFrame
        Index of `answers`; ``__position`` among the points (-1 for none), ``__reason``, and whether it is
        ``__missing``.

    Raises
    ------
    ValueError
        If there are too many distinct answers for a rating, or none of those that are there fits the scale.
    """
    known: dict[tuple[type, object], Reading] = {}
    readings: list[Reading] = []
    raw: list[object] = answers.astype("object").tolist()
    for answer in raw:
        key = (type(answer), answer if isinstance(answer, str | int | float) else str(answer))
        if key not in known:
            if len(known) == MOST_DISTINCT_ANSWERS:
                raise ValueError(
                    f"a rating has few distinct answers; column {column!r} has more than {MOST_DISTINCT_ANSWERS:,}"
                )
            known[key] = read_answer(answer, scale, missing=missing)
        readings.append(known[key])
    position = {point: k for k, point in enumerate(scale.points)}
    placed = pd.DataFrame(
        {
            POSITION: np.array([-1 if r.point is None else position[r.point] for r in readings], dtype=np.intp),
            REASON: pd.Series([r.reason for r in readings], dtype="str", index=answers.index),
            MISSING: np.array([r.missing for r in readings], dtype=bool),
        },
        index=answers.index,
    )
    _require_some(placed, answers, column, scale)
    return placed


def _require_some(placed: pd.DataFrame, answers: "pd.Series[Any]", column: str, scale: Scale) -> None:
    unplaced = ((placed[POSITION] < 0) & ~placed[MISSING]).to_numpy()
    if not unplaced.any() or (placed[POSITION] >= 0).any():
        return
    got = ", ".join(repr(answer) for answer in answers[unplaced].drop_duplicates().head(5))
    raise ValueError(
        f"no answer of column {column!r} fits scale {scale.name} ({scale.span}; {scale.asks or 'own scale'}); got {got}"
    )
