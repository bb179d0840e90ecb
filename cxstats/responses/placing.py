"""Place the raw answers of a counted column on its scale; each distinct one is read once."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.answers import read_answer
from cxstats.responses.scales import Scale

MOST_DISTINCT_ANSWERS: Final = 10_000


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """Where C counted cells lie on a scale.

    Attributes
    ----------
    reading
        Which row of `readings` says how the cell's answer was read; shape (C,).
    position
        Position of its point on the scale, -1 for none; shape (C,).
    missing
        Whether it is no answer; shape (C,).
    readings
        One row a distinct raw answer: ``answer``, ``point``, ``missing``, ``reason``.
    """

    reading: NDArray[np.intp]
    position: NDArray[np.intp]
    missing: NDArray[np.bool_]
    readings: pd.DataFrame


def place_answers(answers: "pd.Series[Any]", column: str, scale: Scale, missing: tuple[object, ...]) -> Placed:
    """Say where each raw answer lies on the scale.

    Parameters
    ----------
    answers
        Raw answers; the same one may occur in several segments.
    column
        Their column, for messages.
    scale, missing
        As for `cxstats.responses.tallies.tally`.

    Raises
    ------
    ValueError
        If there are too many distinct answers for a rating, or none of those that are there fits the scale.
    """
    reading, distinct = _distinct(answers)
    if len(distinct) > MOST_DISTINCT_ANSWERS:
        raise ValueError(
            f"a rating has few distinct answers; column {column!r} has more than {MOST_DISTINCT_ANSWERS:,}"
        )
    found = [read_answer(answer, scale, missing=missing) for answer in distinct]
    rank = {point: k for k, point in enumerate(scale.points)}
    position = np.array([-1 if r.point is None else rank[r.point] for r in found], dtype=np.intp)
    gone = np.array([r.missing for r in found], dtype=np.bool_)
    if (position < 0).all() and not gone.all():
        got = ", ".join([repr(answer) for answer, none in zip(distinct, gone, strict=True) if not none][:5])
        asks = scale.asks or "own scale"
        raise ValueError(f"no answer of column {column!r} fits scale {scale.name} ({scale.span}; {asks}); got {got}")
    readings = pd.DataFrame(
        {
            "answer": pd.Series(distinct, dtype="object"),
            "point": pd.array([r.point for r in found], dtype="Int64"),
            "missing": gone,
            "reason": pd.Series([r.reason for r in found], dtype="str"),
        }
    )
    return Placed(reading, position[reading], gone[reading], readings)


def _distinct(answers: "pd.Series[Any]") -> tuple[NDArray[np.intp], list[object]]:
    """Tell the distinct answers apart; the engine has already merged what it takes for equal."""
    codes, values = pd.factorize(answers, use_na_sentinel=False)
    return np.asarray(codes, dtype=np.intp), [*values]
