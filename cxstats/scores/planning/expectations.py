"""What a plan expects: the histogram of answers, under a metric, and the design effect; from a guess or the last wave.

>>> next_wave = expect([5, 5, 10, 15, 20, 25, 20], scale="ces-2.0", metric="favourable")
>>> next_wave.estimate, next_wave.variance.round(4)
(array([0.65]), array([0.2275]))
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd
import scipy
from numpy.typing import ArrayLike, NDArray

from cxstats.responses.names import unknown_name
from cxstats.responses.scales import Scale, named_scale
from cxstats.responses.tallies import Tally
from cxstats.scores.estimates import Scores, score, segment_names
from cxstats.scores.metrics import Metric, MetricOf, named_metric, usual_metric
from cxstats.scores.samples import Sample

Floats = NDArray[np.float64]
SEGMENT: Final = "segment"
_FARTHEST: Final = 1e9


@dataclass(frozen=True, slots=True, eq=False)
class Expected:
    """Answers that are expected in S segments, under a metric.

    Attributes
    ----------
    of
        What is scored, for people: the name of the column, or the metric's formula.
    metric
        The value of each of K points.
    segments
        One row a segment; no columns where there is one group of answers.
    shares
        Share of the answers at each point; shape (S, K); NaN where there are too few answers to expect anything from.
    design_effect
        Variance of the score over that of a simple random sample with as many answers, at least 1; shape (S,).
    answers_per_cluster
        Answers of each independent unit whose scatter the variance is estimated from: 8 for agents with 8 answers
        each, 1 under weights alone; 0 where the variance comes from the histogram, as in a simple random sample; (S,).
    """

    of: str
    metric: Metric
    segments: pd.DataFrame
    shares: Floats
    design_effect: Floats
    answers_per_cluster: Floats

    @property
    def values(self) -> Floats:
        """Value of each point; shape (K,)."""
        return np.asarray(self.metric.values, dtype=np.float64)

    @property
    def estimate(self) -> Floats:
        """Expected score, in the metric's unit; shape (S,)."""
        return self.shares @ self.values

    @property
    def variance(self) -> Floats:
        """Variance of the values of single answers; shape (S,)."""
        return np.einsum("sk,sk->s", self.shares, (self.values - self.estimate[:, None]) ** 2)

    @property
    def known(self) -> NDArray[np.bool_]:
        """Whether there is something to expect; shape (S,)."""
        return np.asarray(np.isfinite(self.shares).all(axis=1))

    @property
    def names(self) -> list[str]:
        """Name of each segment; "all" where there is one group of answers."""
        return ["all"] if self.segments.columns.empty else segment_names(self.segments)

    def only(self, k: int) -> "Expected":
        """Return segment k alone."""
        rows = self.segments.iloc[[k]].reset_index(drop=True)
        return replace(
            self,
            segments=rows,
            shares=self.shares[[k]],
            design_effect=self.design_effect[[k]],
            answers_per_cluster=self.answers_per_cluster[[k]],
        )

    def sample(self, k: int, answers: float, *, shares: Floats | None = None) -> Sample:
        """Return what an interval method takes for segment k, had its answers fallen exactly as expected.

        Parameters
        ----------
        k
            The segment.
        answers
            How many; the design effect divides them.
        shares
            Shares in place of the expected ones; shape (K,).
        """
        size = np.array([answers / self.design_effect[k]])
        row = self.shares[[k]] if shares is None else shares[None, :]
        return Sample(row, self.values, size, size, np.array([self.degrees_of_freedom(k, answers)]))

    def degrees_of_freedom(self, k: int, answers: float) -> float:
        """Degrees of freedom of the variance in segment k: clusters less one; infinite without a design."""
        per_cluster = float(self.answers_per_cluster[k])
        return max(answers / per_cluster - 1, 1.0) if per_cluster > 0 else math.inf


def expect(
    shares: ArrayLike | Mapping[str, ArrayLike],
    *,
    scale: Scale | str,
    metric: str | Metric | MetricOf | None = None,
    design_effect: float | Mapping[str, float] = 1.0,
    answers_per_cluster: float | Mapping[str, float] = 0.0,
) -> Expected:
    """Say which answers are expected.

    Parameters
    ----------
    shares
        Share or number of answers at each point of the scale; shape (K,). A mapping from segment to such for several.
    scale
        The scale, or its name.
    metric
        As in `cxstats.score`; the usual one of the scale unless given.
    design_effect
        At least 1; for all segments or a mapping from segment.
    answers_per_cluster
        Answers of each agent, store or customer whose answers belong together; 1 under weights alone. Then a survey
        estimates its variance from these, and its intervals are wider and differ more. 0 takes the design effect for
        known.

    Raises
    ------
    ValueError
        If shares are not one for each point, negative or all 0; a design effect is below 1, or answers a cluster below
        0.
    """
    scale = named_scale(scale)
    made = usual_metric(scale) if metric is None else named_metric(metric, scale)
    several = isinstance(shares, Mapping)
    rows: Sequence[Any] = list(shares.values()) if several else [shares]
    table = np.stack([_normalised(row, scale) for row in rows])
    segments = pd.DataFrame({SEGMENT: list(shares)}) if several else pd.DataFrame(index=range(1))
    plain = Expected(made.formula, made, segments, table, np.ones(len(table)), np.zeros(len(table)))
    per_cluster = by_segment(answers_per_cluster, plain, "answers_per_cluster")
    if not (per_cluster >= 0).all():
        raise ValueError(f"answers_per_cluster must be at least 0; got {float(np.min(per_cluster)):g}")
    return expected_of(replace(plain, answers_per_cluster=per_cluster), design_effect=design_effect)


def expected_of(
    expected: "Expected | Scores | Tally", *, design_effect: float | Mapping[str, float] | None = None
) -> Expected:
    """Return what to expect: as given, or like the last wave, segment by segment.

    Parameters
    ----------
    expected
        Expected answers; or the scores or the tally of the last wave, whose shares and design effects are expected
        again. Segments that show as "too few to say" have nothing to expect. `Scores.total` plans for all as one.
    design_effect
        In place of that of the last wave, which is its answers over its effective number of answers, at least 1.
    """
    if isinstance(expected, Tally):
        expected = score(expected)
    if isinstance(expected, Scores):
        expected = _like(expected)
    if not isinstance(expected, Expected):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"expected answers come from expect(...), score(...) or tally(...); got {expected!r}")
    if design_effect is None:
        return expected
    effect = by_segment(design_effect, expected, "design_effect")
    if not (effect >= 1).all():
        raise ValueError(
            "design_effect must be at least 1, since an interval counts answers for no more than their number; got "
            f"{float(np.min(effect)):g}"
        )
    return replace(expected, design_effect=effect)


def _like(scores: Scores) -> Expected:
    enough = ~scores.too_few & (scores.n > 0)
    if not enough.any():
        raise ValueError(f"a plan needs the answers of at least one segment; {scores.tally.column} has too few in all")
    shares = np.where(enough[:, None], scores.shares, np.nan)
    limited = scores.sample.limited_n
    effect = np.divide(scores.n, limited, out=np.full_like(limited, np.nan), where=enough)
    of = f"{scores.tally.column} ({scores.metric.formula})"
    per_cluster = np.where(np.isfinite(degrees := scores.tally.degrees_of_freedom), scores.n / (degrees + 1), 0.0)
    segments = scores.segments.reset_index(drop=True)
    return Expected(of, scores.metric, segments, shares, np.maximum(effect, 1.0), per_cluster)


def by_segment(
    given: float | Mapping[str, float] | None, expected: Expected, what: str, *, unless: float = np.nan
) -> Floats:
    """Return one number a segment, from one for all or a mapping from each segment's name."""
    names = expected.names
    if not isinstance(given, Mapping):
        return np.full(len(names), unless if given is None else float(given))
    known = {str(name): float(number) for name, number in given.items()}
    for name, some in zip(names, expected.known, strict=True):
        if some and name not in known:
            raise ValueError(f"{what}: {unknown_name('segment', name, known)}")
    return np.array([known.get(name, unless) for name in names])


def tilted(shares: Floats, values: Floats, difference: float) -> Floats:
    """Shares whose score is `difference` away, and which are otherwise as close to the given ones as can be.

    Exponential tilting: each share times exp(t * value), t such that the score is as wanted. Of all distributions with
    that score it has the smallest Kullback-Leibler divergence from the shares. Points without answers stay without, and
    no score leaves the range of the points that have some. A share is moved to share + difference.

    Parameters
    ----------
    shares
        Shape (K,).
    values
        Value of each point; shape (K,).
    difference
        In the unit of the values.

    Raises
    ------
    ValueError
        If the points that have answers cannot give such a score.

    References
    ----------
    Csiszar (1975), I-divergence geometry of probability distributions and minimization problems. Annals of
    Probability 3.

    Examples
    --------
    >>> tilted(np.array([0.2, 0.3, 0.5]), np.array([-1.0, 0.0, 1.0]), 0.1).round(4)
    array([0.1587, 0.2825, 0.5587])
    """
    estimate, used = float(shares @ values), values[shares > 0]
    low, high = float(used.min()) - estimate, float(used.max()) - estimate
    if not low < difference < high:
        raise ValueError(
            f"a difference must be between {low:g} and {high:g}, which the points that have answers can give from a "
            f"score of {estimate:g}; got {difference:g}"
        )
    span = high - low

    def weighed(t: float) -> Floats:
        power = t * (values - (values.max() if t > 0 else values.min())) / span
        weight = shares * np.exp(power)
        return weight / weight.sum()

    def excess(t: float) -> float:
        return float(weighed(t) @ (values - estimate)) - difference

    reach = 1.0
    while excess(reach if difference > 0 else -reach) * np.sign(difference) < 0 and reach < _FARTHEST:
        reach *= 2
    t = float(scipy.optimize.brentq(excess, -reach, reach, xtol=1e-14, rtol=1e-14)) if difference else 0.0
    return weighed(t)


def _normalised(shares: Any, scale: Scale) -> Floats:
    row = np.asarray(shares, dtype=np.float64)
    if row.shape != (len(scale.points),) or not (row >= 0).all() or not row.sum() > 0:
        raise ValueError(
            f"expected shares or counts must be one for each of the {len(scale.points)} points of {scale.name} "
            f"({scale.span}), none negative and not all 0; got {np.asarray(shares).tolist()}"
        )
    return row / row.sum()
