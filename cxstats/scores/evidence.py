"""Evidence on the direction of a column: labels beside numbers, the question's words, other ratings, comments."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.anchors import Anchor, labels_against, read_anchors, sense_of, speaks_for_itself
from cxstats.responses.labels import label_key
from cxstats.responses.polarity import polarity
from cxstats.responses.quoting import quoted
from cxstats.responses.scales import Scale
from cxstats.scores.ordering import Ordering, order_test

Way = Literal["against", "with", "silent"]
Kind = Literal["labels", "question", "scale", "ratings", "pair", "comments"]
Places = NDArray[np.intp]
Counts = NDArray[np.int64]

_NUMBER_AND_LABEL: Final = re.compile(r"\s*(\d{1,2})\s*[-–—:.=)(]*\s*([^\d\s].*)")
_MOST_STEPS: Final = 24
_NOTHING: Final = Ordering(0, math.nan, 1.0, 1.0)


@dataclass(frozen=True, slots=True)
class Evidence:
    """One piece of evidence.

    Attributes
    ----------
    kind
        ``"labels"`` beside numbers, words of the ``"question"``, labels of the ``"scale"`` itself, other ``"ratings"``
        taken together, one other rating (``"pair"``, shown for itself and not part of the verdict), ``"comments"``.
    says
        What was found, in words.
    n
        Customers, or anchors for a question or scale, that it rests on.
    strength
        From -1, all against the scale, to 1, all with it: a rank correlation for ratings, pairs and comments, else
        the share with less the share against. NaN where nothing can be said.
    p_value
        Of the way that it points, one-sided; NaN where no chance is involved.
    way
        ``"against"`` the scale, ``"with"`` it, or ``"silent"``.
    suspects
        With ``"against"``: the columns of which one is coded against its scale.
    """

    kind: Kind
    says: str
    n: int
    strength: float
    p_value: float
    way: Way
    suspects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Rating:
    """Answers of C groups of customers to one question, turned so that high is good.

    Attributes
    ----------
    name
        The column.
    place
        From 0, the worst point, to `points` - 1; -1 without an answer; shape (C,).
    points
        Number of points.
    """

    name: str
    place: Places
    points: int

    def standing(self, rows: Counts) -> NDArray[np.float64]:
        """Mid-rank of each group about the mean, in standard deviations; NaN without an answer; shape (C,)."""
        used = self.place >= 0
        counts = np.bincount(self.place[used], weights=rows[used], minlength=self.points)
        n = max(counts.sum(), 1.0)
        ranks = (np.cumsum(counts) - counts / 2) / n - 0.5
        spread = math.sqrt(float(counts @ ranks**2) / n)
        return np.where(used, (ranks / spread if spread > 0 else 0 * ranks)[self.place], np.nan)


@dataclass(frozen=True, slots=True)
class Strictness:
    """How strict the tests of evidence are.

    Attributes
    ----------
    level
        Largest p-value that counts.
    resamples
        Random tables of each permutation test.
    """

    level: float
    resamples: int

    def of(self, one: Rating, other: Rating, rows: Counts) -> Ordering:
        """Test how two ratings go together."""
        both = (one.place >= 0) & (other.place >= 0)
        if not both.any():
            return _NOTHING
        table = np.zeros((one.points, other.points), dtype=np.int64)
        np.add.at(table, (one.place[both], other.place[both]), rows[both])
        return order_test(table, resamples=self.resamples)

    def way(self, found: Ordering) -> Way:
        """Say which way a test points."""
        if found.p_against <= self.level:
            return "against"
        return "with" if found.p_with <= self.level else "silent"


def coded_labels(answers: Iterable[object], scale: Scale) -> dict[str, tuple[int, Way]]:
    """Find the answers that are a number with a label, such as "1 - Very easy", and say whether the two agree.

    Returns
    -------
    dict
        From the answer to its number and to "against" where the label belongs to the opposite number, "with" where it
        belongs to this one and not to the opposite. Others are not listed.
    """
    found: dict[str, tuple[int, Way]] = {}
    for answer in answers:
        match = _NUMBER_AND_LABEL.fullmatch(answer) if isinstance(answer, str) else None
        if match and isinstance(answer, str) and int(match[1]) in scale.points:
            way = _way_of_label(int(match[1]), match[2], scale)
            if way != "silent":
                found[answer] = int(match[1]), way
    return found


def _way_of_label(number: int, label: str, scale: Scale) -> Way:
    fits = scale.labels.get(label_key(label))
    if fits is None:
        sense = sense_of(label, scale)
        agrees = Anchor(number, label, sense).agrees(scale) if sense else None
        return "silent" if agrees is None else "with" if agrees else "against"
    points = {fits} if isinstance(fits, int) else {*fits}
    opposite = scale.points[-1 - scale.points.index(number)]
    if (number in points) == (opposite in points):
        return "silent"
    if opposite in points:
        return "against"
    # What "agree" agrees with may be easy or difficult, so that it is no reason to trust the direction.
    return "with" if speaks_for_itself(label) else "silent"


def label_evidence(coded: Mapping[str, tuple[int, Way]], rows: Mapping[object, int]) -> list[Evidence]:
    """Weigh numbers that stand beside labels; `rows` says how often each answer was given."""
    if not coded:
        return []
    times = {way: sum(rows[a] for a, (_, w) in coded.items() if w == way) for way in ("against", "with")}
    against, agreeing = times["against"], times["with"]
    strength, n = (agreeing - against) / (agreeing + against), against + agreeing
    example = next(a for a, (_, way) in coded.items() if way == ("against" if against else "with"))
    if against and agreeing:
        says = (
            f"{against:,} answers such as {quoted(example)} have the label of the opposite number, {agreeing:,} do not"
        )
        return [Evidence("labels", says, n, strength, math.nan, "silent")]
    belongs = "the opposite number" if against else "their number"
    says = f"{n:,} answers such as {quoted(example)} have the label of {belongs}"
    return [Evidence("labels", says, n, strength, math.nan, "against" if against else "with")]


def question_evidence(text: str, scale: Scale) -> list[Evidence]:
    """Weigh the anchors in the text of a question."""
    anchors = read_anchors(text, scale)
    if not anchors:
        return []
    against = any(anchor.agrees(scale) is False for anchor in anchors)
    if not against and not any(speaks_for_itself(anchor.words) for anchor in anchors):
        return []
    says = f"the question says {', '.join(f'{a.number} = {a.words}' for a in anchors)}"
    strength = -1.0 if against else 1.0
    return [Evidence("question", says, len(anchors), strength, math.nan, "against" if against else "with")]


def scale_evidence(scale: Scale) -> list[Evidence]:
    """Weigh the labels of the scale itself, which may contradict the end that it calls good."""
    labels = labels_against(scale)
    if not labels:
        return []
    says = f"{scale.name} says that {scale.good} is good, and its own labels say the opposite"
    return [Evidence("scale", says, len(labels), -1.0, math.nan, "against")]


def rating_evidence(column: Rating, others: Sequence[Rating], rows: Counts, test: Strictness) -> list[Evidence]:
    """Weigh other ratings of the same customers: all together first, then one by one.

    Parameters
    ----------
    column
        The rating in question.
    others
        The other ratings.
    rows
        Customers in each of C groups with the same answers; shape (C,).
    test
        How strict to be.
    """
    judges, odd = _judges(others, rows, test)
    pairs = [_pair(column, other, rows, test) for other in others]
    names = _listed([judge.name for judge in judges])
    left_out = f"; {_listed(odd)} left out, against the other ratings" if odd else ""
    mutual = _mutual(judges, rows, test)
    if mutual == "against":
        says = f"{names} contradict each other, so that they cannot judge {column.name}{left_out}"
        return [Evidence("ratings", says, 0, math.nan, math.nan, "silent"), *pairs]
    found = test.of(column, _together(judges, rows), rows)
    way = test.way(found)
    says = f"{_in_words(way, column.name, names)}{left_out}"
    suspects = _suspects(column.name, judges, mutual) if way == "against" else ()
    if way == "against" and mutual != "with":
        reason = "with a single other rating" if len(judges) == 1 else f"as {names} are not shown to agree"
        says += f"; {reason}, it cannot be told which of them is coded against its scale"
    return [Evidence("ratings", says, found.n, found.strength, _p_value(found), way, suspects), *pairs]


def _suspects(column: str, judges: Sequence[Rating], mutual: Way) -> tuple[str, ...]:
    return (column,) if mutual == "with" else (column, *(judge.name for judge in judges))


def _judges(others: Sequence[Rating], rows: Counts, test: Strictness) -> tuple[list[Rating], list[str]]:
    """Leave out, one after the other, ratings that go against the rest of the others; two are kept at least.

    The rating in question has no say in it, so that the choice of judges leaves the test of it as it is.
    """
    judges, odd = list(others), list[str]()
    while len(judges) > 2:
        found = [test.of(judge, _together([j for j in judges if j is not judge], rows), rows) for judge in judges]
        worst = int(np.nanargmin([0.0 if math.isnan(f.strength) else f.strength for f in found]))
        if test.way(found[worst]) != "against":
            break
        odd.append(judges.pop(worst).name)
    return judges, odd


def _mutual(judges: Sequence[Rating], rows: Counts, test: Strictness) -> Way:
    """Say whether the judges agree: "with" if each goes together with the rest of them."""
    if len(judges) < 2:
        return "silent"
    # Of two, the one against the other says it all.
    heard = judges if len(judges) > 2 else judges[:1]
    ways = {test.way(test.of(j, _together([k for k in judges if k is not j], rows), rows)) for j in heard}
    if "against" in ways:
        return "against"
    return "with" if ways == {"with"} else "silent"


def _together(ratings: Sequence[Rating], rows: Counts) -> Rating:
    """Make one rating of several: the mean standing over those that a customer gave, in at most 24 steps."""
    if len(ratings) == 1:
        return ratings[0]
    standings = np.array([rating.standing(rows) for rating in ratings])
    there = ~np.isnan(standings)
    used = there.any(axis=0)
    mean: NDArray[np.float64] = np.nansum(standings, axis=0)[used] / there.sum(axis=0)[used]
    rounded: NDArray[np.float64] = np.round(mean, 9)
    distinct: NDArray[np.float64] = np.unique(rounded)
    group: Places = np.searchsorted(distinct, rounded)
    if len(distinct) > _MOST_STEPS:
        size = np.bincount(group, weights=rows[used], minlength=len(distinct))
        middle = (np.cumsum(size) - size / 2) / size.sum()
        group = np.minimum((middle * _MOST_STEPS).astype(np.intp), _MOST_STEPS - 1)[group]
    place = np.full(len(rows), -1, dtype=np.intp)
    place[used] = group
    return Rating("together", place, min(max(len(distinct), 1), _MOST_STEPS))


def _pair(column: Rating, other: Rating, rows: Counts, test: Strictness) -> Evidence:
    found = test.of(column, other, rows)
    way = test.way(found)
    suspects = (column.name, other.name) if way == "against" else ()
    says = _in_words(way, column.name, other.name)
    return Evidence("pair", says, found.n, found.strength, _p_value(found), way, suspects)


def _in_words(way: Way, column: str, names: str) -> str:
    if way == "silent":
        return f"{column} and {names} show no clear direction"
    how = "badly" if way == "against" else "well too"
    return f"customers who rate {column} well rate {names} {how}, each read by its scale"


def _p_value(found: Ordering) -> float:
    return math.nan if math.isnan(found.strength) else min(found.p_against, found.p_with)


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def comment_evidence(column: Rating, comments: "pd.Series[Any]", rows: Counts, test: Strictness) -> list[Evidence]:
    """Weigh comments: whether customers who write well of us also rate us well.

    Parameters
    ----------
    column
        The rating in question.
    comments
        What each of C groups of customers wrote; shape (C,).
    rows
        Customers in each group; shape (C,).
    test
        How strict to be.
    """
    codes, distinct = pd.factorize(comments)
    says_of = np.array([polarity(text) for text in distinct] + [0])[codes]
    place = np.where(says_of == 0, -1, (says_of + 1) // 2).astype(np.intp)
    written = Rating("comments", place, 2)
    found = test.of(column, written, rows)
    way = test.way(found)
    used = column.place >= 0
    good, bad = (int(rows[used & (place == side)].sum()) for side in (1, 0))
    groups = f"customers with a clearly positive comment ({good:,}) and with a clearly negative one ({bad:,})"
    how = {"against": "rate {} worse than the others", "with": "rate {} better than the others", "silent": ""}[way]
    says = f"{groups} show no clear direction"
    if how:
        says = f"of {groups}, the first {how.format(column.name)}"
    suspects = (column.name,) if way == "against" else ()
    return [Evidence("comments", says, found.n, found.strength, _p_value(found), way, suspects)]
