"""Place the raw answers of a counted column on its scale; each distinct one is read once."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.answers import Reading, read_answer, words_beside
from cxstats.responses.labels import label_key
from cxstats.responses.quoting import examples, quoted
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


def read_answers(answers: Sequence[object], scale: Scale, *, missing: object = ()) -> list[Reading]:
    """Read the distinct answers of one column: as `read_answer` does, and as they stand together.

    A number in front of words that the scale does not know is set aside where it has other words too, or where known
    labels of the column disagree with their numbers.

    Examples
    --------
    >>> from cxstats.responses.scales import named_scale
    >>> [reading.point for reading in read_answers(["10 - Very likely", "9", "0 - Not likely"], named_scale("nps"))]
    [10, 9, 0]
    >>> read_answers(["3 days", "3 weeks"], named_scale("nps"))[0].reason
    "3 stands before several words: 'days', 'weeks'"
    """
    readings = [read_answer(answer, scale, missing=missing) for answer in answers]
    placed = [k for k, reading in enumerate(readings) if reading.point is not None]
    beside = {k: pair for k in placed if all(pair := words_beside(answers[k]))}
    wordings: dict[str, dict[str, str]] = {}
    for number, words in beside.values():
        wordings.setdefault(number, {})[label_key(words)] = words
    against = next((reading.reason for reading in readings if reading.contradicts), "")
    for k, (number, words) in beside.items():
        if label_key(words) in scale.labels:
            continue
        if len(wordings[number]) > 1:
            several = ", ".join(sorted(map(quoted, wordings[number].values())))
            readings[k] = Reading(None, f"{number} stands before several words: {several}")
        elif against:
            readings[k] = Reading(None, f"{quoted(words)} is unknown, and in other answers {against}")
    return readings


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
    found = read_answers(distinct, scale, missing=missing)
    rank = {point: k for k, point in enumerate(scale.points)}
    position = np.array([-1 if r.point is None else rank[r.point] for r in found], dtype=np.intp)
    gone = np.array([r.missing for r in found], dtype=np.bool_)
    if (position < 0).all() and not gone.all():
        got = examples([answer for answer, none in zip(distinct, gone, strict=True) if not none], name=column)
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
