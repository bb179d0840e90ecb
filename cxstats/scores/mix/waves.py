"""Two samples side by side, segment by segment: their weighted answers and the covariance of these.

Shares and means of segments are functions of the weighted totals of all segments and points. Their gradients with
respect to these totals, taken through the covariance of the totals, give the variance of whatever is made of them (the
delta method), so that the randomness of the mix counts as that of the answers does.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cxstats.responses.names import unknown_name
from cxstats.responses.numbering import number_rows
from cxstats.responses.scales import require_same_direction
from cxstats.responses.tallies import Tally
from cxstats.scores.estimates import Scores, segment_names
from cxstats.scores.samples import Sample

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Places = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Waves:
    """W samples (one or two) of the same S segments on K points.

    Attributes
    ----------
    segments
        The values of the segment columns; S rows, those of any wave.
    totals
        Weighted number of answers; zeros where a segment is not in a wave; shape (W, S, K).
    n
        Number of answers; shape (W, S).
    missing, set_aside
        Rows without a usable answer; shape (W,).
    degrees_of_freedom
        Of each segment, infinite without a design, 0 where a segment is not in a wave or its variance is unknown; of
        the wave as a whole in the last column; shape (W, S + 1).
    samples
        Each wave as an interval method takes it, segment by segment.
    covariance
        Covariance of the totals; None for simple random samples; shape (W * S * K, W * S * K).
    """

    segments: pd.DataFrame
    totals: Floats
    n: Integers
    missing: Integers
    set_aside: Integers
    degrees_of_freedom: Floats
    samples: tuple[Sample, ...]
    covariance: Floats | None

    @classmethod
    def from_counts(cls, counts: ArrayLike, values: ArrayLike) -> "Waves":
        """Make simple random samples from counts of answers, shape (W, S, K), and the values of the points."""
        table = np.asarray(counts, dtype=np.int64)
        waves, size, _ = table.shape
        none = table[:, 0, 0] * 0
        return cls(
            segments=pd.DataFrame({"segment": range(size)}),
            totals=table.astype(np.float64),
            n=table.sum(axis=2),
            missing=none,
            set_aside=none,
            degrees_of_freedom=np.full((waves, size + 1), np.inf),
            samples=tuple(Sample.from_counts(part, values) for part in table),
            covariance=None,
        )

    @property
    def shares(self) -> Floats:
        """Share of each segment in its wave; shape (W, S)."""
        weights = self.totals.sum(axis=2)
        return weights / weights.sum(axis=1, keepdims=True)

    def means(self, values: Floats) -> Floats:
        """Mean value of each segment; NaN without answers; shape (W, S)."""
        weights = self.totals.sum(axis=2)
        return np.divide(self.totals @ values, weights, out=np.full_like(weights, np.nan), where=weights > 0)

    def share_gradients(self) -> Floats:
        """Gradient of each share with respect to all totals; shape (W, S, W, S, K)."""
        waves, count, points = self.totals.shape
        found, shares = np.zeros((waves, count, waves, count, points)), self.shares
        for w in range(waves):
            slopes = (np.eye(count) - shares[w][:, None]) / self.totals[w].sum()
            found[w, :, w] = slopes[:, :, None]
        return found

    def mean_gradients(self, values: Floats) -> Floats:
        """Gradient of each mean with respect to all totals, 0 where there is no mean; shape (W, S, W, S, K)."""
        waves, count, points = self.totals.shape
        found, means = np.zeros((waves, count, waves, count, points)), self.means(values)
        weights = self.totals.sum(axis=2)
        for w, s in zip(*np.nonzero(weights > 0), strict=True):
            found[w, s, w, s] = (values - means[w, s]) / weights[w, s]
        return found

    def standard_errors(self, gradients: Floats) -> Floats:
        """Return standard errors of Q functions of the shares and means, from gradients of shape (Q, W, S, K).

        In a simple random sample the covariance of the counts c of all cells is diag(c) - c c' / n, and the gradient of
        a function of shares alone is orthogonal to c, so that the variance is the sum of c times the squared gradient.
        """
        flat, totals = gradients.reshape(len(gradients), -1), self.totals.ravel()
        if self.covariance is None:
            return np.sqrt(flat**2 @ totals)
        return np.sqrt(np.maximum(np.einsum("qc,qc->q", flat @ self.covariance, flat), 0.0))


def waves_of(parts: Sequence[tuple[Scores, Places]], by: Sequence[str]) -> Waves:
    """Put the given rows of one or two scores side by side.

    Parameters
    ----------
    parts
        Scores with the rows of them that make a wave. Two waves of one and the same tally under a design have the
        covariance that it knows; other waves are independent.
    by
        The segment columns; they tell the rows of a wave apart.

    Raises
    ------
    ValueError
        If a wave has no answers, or the covariance of segments under a design is not known.
    """
    tables = [scores.segments[list(by)].iloc[rows] for scores, rows in parts]
    segments, number = number_rows(pd.concat(tables, ignore_index=True))
    places = np.split(number, np.cumsum([len(rows) for _, rows in parts])[:-1])
    points, shape = len(parts[0][0].tally.scale.points), (len(parts), len(segments))
    totals, n = np.zeros((*shape, points)), np.zeros(shape, dtype=np.int64)
    degrees = np.zeros((shape[0], shape[1] + 1))
    for w, ((scores, rows), place) in enumerate(zip(parts, places, strict=True)):
        totals[w, place], n[w, place] = scores.tally.totals[rows], scores.n[rows]
        degrees[w, place] = np.where(np.isnan(scores.standard_error[rows]), 0.0, scores.tally.degrees_of_freedom[rows])
        whole = scores.tally.total if len(rows) == len(scores.n) else None
        degrees[w, -1] = (whole or scores.tally).degrees_of_freedom[rows if whole is None else [0]].max()
    return Waves(
        segments,
        totals,
        n,
        np.array([scores.missing[rows].sum() for scores, rows in parts]),
        np.array([scores.set_aside[rows].sum() for scores, rows in parts]),
        degrees,
        tuple(
            _aligned(scores.sample, rows, place, len(segments))
            for (scores, rows), place in zip(parts, places, strict=True)
        ),
        None if parts[0][0].tally.design is None else _covariance(parts, places, (*shape, points)),
    )


def _aligned(sample: Sample, rows: Places, place: Places, size: int) -> Sample:
    """Put rows of a sample in the places of all segments; those without a row have no answers."""

    def line(values: Floats) -> Floats:
        found = np.zeros(size)
        found[place] = values[rows]
        return found

    shares = np.full((size, sample.shares.shape[1]), np.nan)
    shares[place] = sample.shares[rows]
    most_n = None if sample.most_n is None else line(sample.most_n)
    n, effective_n, degrees = (line(part) for part in (sample.n, sample.effective_n, sample.degrees_of_freedom))
    return Sample(shares, sample.values, n, effective_n, degrees, most_n)


def _covariance(
    parts: Sequence[tuple[Scores, Places]], places: Sequence[Places], shape: tuple[int, int, int]
) -> Floats:
    """Place the covariance of the totals of each wave, and between waves of one tally; shape (W * S * K,) twice."""
    found, joint = np.zeros((*shape, *shape)), _joint(parts[0][0].tally)
    for w, (one, rows) in enumerate(parts):
        joint = joint if one.tally is parts[0][0].tally else _joint(one.tally)
        for v, (other, others) in enumerate(parts):
            if one.tally is other.tally:
                block = joint[rows][:, :, others]
                found[w, places[w][:, None], :, v, places[v][None, :], :] = block.transpose(0, 2, 1, 3)
    size = int(np.prod(shape))
    return found.reshape(size, size)


def _joint(tally: Tally) -> Floats:
    if tally.joint is None:
        raise ValueError(
            f"the covariance between {len(tally.n):,} segments of {len(tally.scale.points)} points is too large to "
            "hold under a design; take fewer or larger segments"
        )
    return tally.joint


def rows_of_wave(scores: Scores, along: str, value: object) -> Places:
    """Return the rows of a tally by wave and segment that are of one wave.

    Raises
    ------
    ValueError
        If the scores are not by this column, or it has no such value.
    """
    if along not in scores.tally.by:
        raise ValueError(unknown_name("segment column", along, scores.tally.by))
    if len(scores.tally.by) < len(("wave", "segment")):
        raise ValueError(f"besides {along!r} there must be a column of segments; tally by=({along!r}, 'channel')")
    column = scores.segments[along]
    names = np.array(segment_names(column.to_frame()), dtype=object)
    found = np.flatnonzero((column == value).to_numpy(dtype=bool, na_value=False) | (names == str(value)))
    if not len(found):
        raise ValueError(f"{along}: " + unknown_name("value", value, dict.fromkeys(names.tolist())))
    return found


def require_alike(one: Scores, other: Scores) -> None:
    """Refuse scores that cannot be put side by side: other scales, metrics, segments, designs, or shared clusters."""
    require_same_direction((one.tally.scale, other.tally.scale))
    asked = {
        "scale": (one.tally.scale.name, other.tally.scale.name),
        "metric": (one.metric, other.metric),
        "segment columns": (one.tally.by, other.tally.by),
        "design": (one.tally.design, other.tally.design),
        "confidence level": (one.confidence_level, other.confidence_level),
    }
    for what, (left, right) in asked.items():
        if left != right:
            raise ValueError(f"both scores must have the same {what}; got {left!r} and {right!r}")
    for name in one.tally.by:
        kinds = [scores.segments[name].dtype for scores in (one, other)]
        if len({pd.api.types.is_numeric_dtype(kind) for kind in kinds}) > 1:
            raise ValueError(f"segments must be of one type; column {name!r} is {kinds[0]} and {kinds[1]}")
    ids = [scores.tally.cluster_ids for scores in (one, other)]
    if None in ids or (ids[0] or frozenset()) & (ids[1] or frozenset()):
        raise ValueError(
            "both samples share clusters, or may share some, so they are not independent; count both in one tally by "
            "wave and segment, and name its waves with along=, before= and after="
        )


def require_answers(waves: Waves, names: Sequence[str]) -> None:
    """Refuse a wave without any answers."""
    for name, answers in zip(names, waves.totals.sum(axis=(1, 2)), strict=True):
        if not answers > 0:
            raise ValueError(f"there must be answers in each sample; there are none in {name}")
