"""Compare scores that come from two separate tallies: waves in separate exports, two markets, two vendors.

>>> from cxstats.responses.tallies import tally
>>> from cxstats.scores.estimates import score
>>> this = score(tally(pd.DataFrame({"csat": [5] * 60 + [3] * 40}), "csat", scale="csat-5"))
>>> last = score(tally(pd.DataFrame({"csat": [5] * 45 + [2] * 55}), "csat", scale="csat-5"))
>>> print(compare_two(this, last, names=("this year", "last year")).sentences()[0])
this year is better than last year: 60.0 % against 45.0 %, +15.0 percentage points (95 % interval +1.2 to +28.3;
p = .034); n = 100 and 100.
"""

from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.scales import require_same_direction
from cxstats.scores.comparing.comparisons import Comparison
from cxstats.scores.comparing.contrasts import Contrasts, chosen_method
from cxstats.scores.comparing.families import Adjust, family_of
from cxstats.scores.comparing.questions import Aim, Question, question_of
from cxstats.scores.comparing.sides import Side, degrees_apart, side_of
from cxstats.scores.estimates import Scores, segment_names

INDEPENDENT = "the two samples are taken as different customers"


def compare_two(
    first: Scores,
    second: Scores,
    *,
    names: tuple[str, str] = ("first", "second"),
    method: str | None = None,
    confidence_level: float | None = None,
    adjust: Adjust = "holm",
    aim: Aim = "difference",
    margin: float | None = None,
) -> Comparison:
    """Compare scores of two separate samples, segment by segment: the first less the second.

    Parameters
    ----------
    first, second
        Scores under the same metric on the same scale, from tallies by the same columns. Segments that only one has
        are left out, and said.
    names
        What the two are called.
    method, confidence_level, adjust, aim, margin
        As for `cxstats.compare`.

    Returns
    -------
    Comparison
        The samples are independent: different customers. Customers who are in both make the intervals wrong, mostly too
        wide; count both in one tally with ``Design(clusters=...)``, or pair them with `compare_paired`.

    Raises
    ------
    ValueError
        If metric, scale or segment columns differ, no segment is in both, the samples share clusters, or both are one.
    """
    level = first.confidence_level if confidence_level is None else confidence_level
    question = question_of(first.metric, Question(aim, margin, adjust, level))
    if first is second or first.tally is second.tally:
        raise ValueError(
            "two samples are compared; got the same one twice, whose answers are not independent of themselves"
        )
    _require_comparable(first, second)
    _require_apart(first, second)
    pairs, left = _common(first, second)
    one = _called(side_of(first, tuple(segment_names(first.segments)), pairs[:, 0]), names[0], first.tally.by)
    other = _called(side_of(second, tuple(segment_names(second.segments)), pairs[:, 1]), names[1], first.tally.by)
    nothing = np.zeros(len(pairs))
    used, degrees = chosen_method(method, one, other), degrees_apart(one, other)
    contrasts = Contrasts(one, other, other, nothing + 1, nothing, used, degrees)
    family = family_of(adjust, contrasts.said, np.diag(one.variance + other.variance))
    good, base = first.tally.scale.good, first.base_in_words
    designs = (scores.design_in_words for scores in (first, second))
    remarks = tuple(said for said in (*designs, INDEPENDENT, left) if said)
    subject = f"{first.tally.column} of {names[0]}"
    return Comparison(contrasts, first.metric, good, question, family, subject, names[1], base, remarks)


def _called(side: Side, name: str, by: tuple[str, ...]) -> Side:
    return replace(side, names=tuple(f"{segment}, {name}" if by else name for segment in side.names))


def _require_comparable(first: Scores, second: Scores) -> None:
    require_same_direction((first.tally.scale, second.tally.scale))
    if first.tally.scale.points != second.tally.scale.points:
        scales = f"{first.tally.scale.name} ({first.tally.scale.span}) and {second.tally.scale.name}"
        raise ValueError(f"scores that are compared must be on the same points; got {scales}")
    if (first.metric.values, first.metric.unit) != (second.metric.values, second.metric.unit):
        got = f"{first.metric.formula!r} and {second.metric.formula!r}"
        raise ValueError(f"scores that are compared must have the same metric; got {got}")
    if first.tally.by != second.tally.by:
        raise ValueError(
            f"segments must be by the same columns; got {list(first.tally.by)} and {list(second.tally.by)}"
        )


def _require_apart(first: Scores, second: Scores) -> None:
    ids = first.tally.cluster_ids, second.tally.cluster_ids
    if ids[0] is None or ids[1] is None:
        raise ValueError(
            "samples with so many clusters may share some, and then they are not independent; count both in one tally "
            "and compare its segments"
        )
    shared = ids[0] & ids[1]
    if shared:
        raise ValueError(
            f"the samples share {len(shared):,} clusters, so they are not independent; count both in one tally and "
            "compare its segments"
        )


def _common(first: Scores, second: Scores) -> tuple[NDArray[np.intp], str]:
    """Places of the segments that both have, shape (C, 2), and which were left out."""
    if not first.tally.by:
        return np.zeros((1, 2), dtype=np.intp), ""
    keys = [pd.Index(segment_names(scores.segments)) for scores in (first, second)]
    place = keys[1].get_indexer(keys[0])
    if not (place >= 0).any():
        raise ValueError(f"no segment of the first is in the second; they have {list(keys[0])} and {list(keys[1])}")
    alone = [*keys[0][place < 0], *keys[1].difference(keys[0], sort=False)]
    left = f"in one of the two samples only, and left out: {', '.join(alone)}" if alone else ""
    kept = np.flatnonzero(place >= 0)
    return np.column_stack([kept, place[kept]]), left
