"""Several segments taken together as one side of a comparison, and how the scores of the sides vary together."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from cxstats.responses.tallies import Tally
from cxstats.scores.estimates import TOO_FEW, Scores
from cxstats.scores.samples import Floats, Sample

CANNOT: Final = "cannot be said"


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
    unsaid
        Why nothing can be said: too few answers, or no variance to go by; empty where something can; C of them.
    sample
        The answers; None where only a figure is known.
    units
        Units of equal weight that would say as much of its variance; shape (C,).
    """

    names: tuple[str, ...]
    n: Floats
    estimate: Floats
    variance: Floats
    unsaid: tuple[str, ...]
    sample: Sample | None
    units: Floats | float = np.inf


def side_of(scores: Scores, names: tuple[str, ...], places: NDArray[np.intp]) -> Side:
    """Take segments of scores, one for each of C comparisons."""
    whole = scores.sample
    sample = whole.at(places)
    few = (sample.n < scores.minimum_base) | (sample.n == 0)
    unsaid = np.where(few, TOO_FEW, np.where(scores.too_few[places], _unknown(scores.tally)[places], ""))
    units = satterthwaite_units(scores.tally)[places]
    picked: list[int] = places.tolist()
    called = tuple(names[k] for k in picked)
    return Side(
        called, sample.n, sample.estimate, scores.standard_error[places] ** 2, tuple(unsaid.tolist()), sample, units
    )


def _unknown(tally: Tally) -> NDArray[np.str_]:
    """Say why a segment with answers has no standard error; shape (S,)."""
    design = tally.design
    if design is None:
        return np.full(len(tally.n), f"{CANNOT}: no standard error")
    in_each = " in each stratum" if design.strata else ""
    alone = f"all answers come from one {design.clusters or 'row'}{in_each}"
    alike = f"no variation between {design.units}"
    return np.where(tally.degrees_of_freedom < 1, f"{CANNOT}: {alone}", f"{CANNOT}: {alike}")


def sides_of(scores: Scores, members: NDArray[np.bool_]) -> Scores:
    """Score sets of segments, each set as one segment.

    As if the segments had been one when they were counted: under a design its degrees of freedom are the sampled units
    that have rows in the set, less their strata.

    Parameters
    ----------
    scores
        Of S segments.
    members
        Which segments are in each set; shape (U, S).
    """
    tally, weights = scores.tally, members.astype(np.int64)
    merged = replace(
        tally,
        by=(),
        segments=pd.DataFrame(index=range(len(members))),
        counts=weights @ tally.counts,
        totals=weights @ tally.totals,
        covariance=None if tally.covariance is None else _merged(tally, tally.covariance, members, held_joint),
        explained=None if tally.explained is None else _merged(tally, tally.explained, members, _explained),
        degrees_of_freedom=degrees_of_union(tally, members),
        squared_weights=weights @ tally.squared_weights,
        squares_left=weights @ tally.squares_left,
        unit_squares=_squares_of_union(tally, members),
        missing=weights @ tally.missing,
        set_aside=weights @ tally.set_aside,
    )
    return replace(scores, tally=merged)


def _merged(tally: Tally, alone: Floats, members: NDArray[np.bool_], between: Callable[[Tally], Floats]) -> Floats:
    """Covariance of the totals of each set, from that of each segment and, for sets of several, that between them."""
    within = members.astype(np.float64)
    if _are_single(members):
        return np.einsum("us,skl->ukl", within, alone)
    half = np.einsum("us,sktl->uktl", within, between(tally))
    return np.einsum("uktl,ut->ukl", half, within)


def _explained(tally: Tally) -> Floats:
    """Say what the margins take off the covariance between segments; shape (S, K, S, K)."""
    without = [replace(part, levels=part.levels[:, :0]) for part in tally.sums]
    return np.sum([part.joint for part in without], axis=0) - held_joint(tally)


def degrees_of_union(tally: Tally, members: NDArray[np.bool_]) -> Floats:
    """Degrees of freedom of sets of segments: sampled units with rows in the set, less their strata; shape (U,).

    Infinite without a design. Clusters are told apart, since one may have rows in several segments; rows are in one
    only, so that theirs add up but for the strata.
    """
    alone, design = tally.degrees_of_freedom, tally.design
    if design is None or _are_single(members):
        return np.where(members, alone, 0.0).sum(axis=1)
    found = np.zeros(len(members)) if design.clusters else np.where(members, alone, 0.0).sum(axis=1)
    for part in tally.sums:
        weighed = part.total > 0
        stratum = _occurs((len(alone), len(part.factor)), part.segment[weighed], part.stratum[part.unit[weighed]])
        found -= (members @ stratum > 0).sum(axis=1)
        if design.clusters:
            unit = _occurs((len(alone), len(part.stratum)), part.segment[weighed], part.unit[weighed])
            found += (members @ unit > 0).sum(axis=1)
        else:
            found += members @ stratum.sum(axis=1)
    return found


def _squares_of_union(tally: Tally, members: NDArray[np.bool_]) -> Floats:
    """Sum over units, of sets of segments, the square of their summed squared weights; shape (U,)."""
    if tally.design is None or _are_single(members):
        return members @ tally.unit_squares
    return np.sum([part.unit_squares(members) for part in tally.sums], axis=0, initial=0.0)


def satterthwaite_units(tally: Tally) -> Floats:
    """Say how many units of equal weight would tell as much of the variance; infinite without a design; shape (S,).

    Satterthwaite's degrees of freedom of the variance between units, were answers independent with one variance: where
    a few units hold most of the squared weight, few say how the score varies, however many there are.

    References
    ----------
    Satterthwaite (1946), An approximate distribution of estimates of variance components. Biometrics Bulletin 2.
    Bell and McCaffrey (2002), Bias reduction in standard errors for linear regression with multi-stage samples. Survey
    Methodology 28; the working model.
    """
    known = (tally.unit_squares > 0) & (tally.design is not None)
    squares = np.where(known, tally.unit_squares, 1.0)
    return np.where(known, tally.squared_weights**2 / squares, np.inf)


def degrees_apart(first: Side, second: Side) -> Floats:
    """Degrees of freedom of two independent sides together; infinite where neither has a design; shape (C,)."""
    samples = [side.sample for side in (first, second) if side.sample is not None]
    if all(sample.is_simple for sample in samples):
        return np.full_like(first.n, np.inf)
    parts = [np.where(np.isinf(one.degrees_of_freedom), one.n - 1, one.degrees_of_freedom) for one in samples]
    return np.sum(parts, axis=0)


def _occurs(shape: tuple[int, int], row: NDArray[np.intp], column: NDArray[np.intp]) -> Any:
    """Sparse table of ones where a row and a column occur together."""
    found = scipy.sparse.csr_array((np.ones(len(row)), (row, column)), shape=shape)
    found.data[:] = 1.0
    return found


def _are_single(members: NDArray[np.bool_]) -> bool:
    return bool((members.sum(axis=1) == 1).all())


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
