"""Several segments taken together as one side of a comparison, and how the scores of the sides vary together."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.tallies import Tally
from cxstats.scores.estimates import Scores
from cxstats.scores.samples import Floats, Sample


@dataclass(frozen=True, slots=True, eq=False)
class Side:
    """One side of each of C comparisons.

    Attributes
    ----------
    names
        What is compared.
    n
        Number of answers, NaN where nobody says; shape (C,).
    estimate, variance
        Score and its variance, in the metric's unit; shape (C,).
    too_few
        Whether there are too few answers, or no variance to go by; shape (C,).
    sample
        The answers; None where only a figure is known.
    """

    names: tuple[str, ...]
    n: Floats
    estimate: Floats
    variance: Floats
    too_few: NDArray[np.bool_]
    sample: Sample | None


def side_of(scores: Scores, names: tuple[str, ...], places: NDArray[np.intp]) -> Side:
    """Take segments of scores, one for each of C comparisons."""
    whole = scores.sample
    sample = whole.at(places)
    few = scores.too_few[places] | (sample.n == 0)
    picked: list[int] = places.tolist()
    called = tuple(names[k] for k in picked)
    return Side(called, sample.n, sample.estimate, scores.standard_error[places] ** 2, few, sample)


def sides_of(scores: Scores, members: NDArray[np.bool_]) -> Scores:
    """Score sets of segments, each set as one segment.

    Its degrees of freedom are the sum of those of its segments, but no more than those of the whole sample.

    Parameters
    ----------
    scores
        Of S segments.
    members
        Which segments are in each set; shape (U, S).
    """
    tally, weights = scores.tally, members.astype(np.int64)
    degrees = np.where(members, tally.degrees_of_freedom, 0.0).sum(axis=1)
    merged = replace(
        tally,
        by=(),
        segments=pd.DataFrame(index=range(len(members))),
        counts=weights @ tally.counts,
        totals=weights @ tally.totals,
        covariance=_merged_covariance(tally, members),
        degrees_of_freedom=np.minimum(degrees, tally.total.degrees_of_freedom),
        squared_weights=weights @ tally.squared_weights,
        squares_left=weights @ tally.squares_left,
        missing=weights @ tally.missing,
        set_aside=weights @ tally.set_aside,
    )
    return replace(scores, tally=merged)


def _merged_covariance(tally: Tally, members: NDArray[np.bool_]) -> Floats | None:
    if tally.covariance is None:
        return None
    within = members.astype(np.float64)
    if (members.sum(axis=1) == 1).all():
        return np.einsum("us,skl->ukl", within, tally.covariance)
    half = np.einsum("us,sktl->uktl", within, held_joint(tally))
    return np.einsum("uktl,ut->ukl", half, within)


def covariance_of_sides(scores: Scores, members: NDArray[np.bool_]) -> Floats:
    """Covariance of the scores of U sets of segments; shape (U, U); NaN for sets without answers.

    By linearisation: a set's score moves by (value - score) / (weighted answers of the set) with each answer. Without
    a design answers are a simple random sample, so that sets covary only through the segments that they share.

    Raises
    ------
    ValueError
        If the tally is under a design and does not hold the covariance between segments.
    """
    tally = scores.tally
    values = np.asarray(scores.metric.values)
    totals = members.astype(np.float64) @ tally.totals
    weight = totals.sum(axis=1)
    base = np.where(weight > 0, weight, 1.0)
    deviation = (values - (totals @ values / base)[:, None]) / base[:, None]
    linear = np.where(members[:, :, None], deviation[:, None, :], 0.0).reshape(len(members), -1)
    if tally.covariance is None:
        spread = linear * tally.counts.astype(np.float64).reshape(-1)
    else:
        spread = linear @ held_joint(tally).reshape(tally.counts.size, tally.counts.size)
    found = spread @ linear.T
    empty = ~(weight > 0)
    found[empty] = found[:, empty] = np.nan
    return found


def held_joint(tally: Tally) -> Floats:
    """Covariance between the totals of all segments and points; shape (S, K, S, K).

    Raises
    ------
    ValueError
        If the tally does not hold it.
    """
    joint = tally.joint
    if joint is None:
        raise ValueError(
            "under a design segments are compared by the covariance between them, which this tally does not hold: it "
            f"has {len(tally.n)} segments of {len(tally.scale.points)} points, or is a sum of tallies; count fewer "
            "segments in one tally"
        )
    return joint
