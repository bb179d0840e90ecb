"""The slope of a figure on scores that were themselves estimated: freed of the scores' sampling error.

Sampling error in scores flattens the slope of whatever is drawn against them. So the true score of each unit is
foretold from all scores at once, for each size and carry of true ups and downs that is likely, and the figure is
regressed on what was foretold. Neither how far true scores lie apart nor how the figure varies beside them is known:
both are laid out as grids, and the slope is averaged over them, each node weighed by its restricted likelihood.

>>> rng = np.random.default_rng(1)
>>> truth, known = rng.normal(0, 1, 60), np.full(60, 0.5)
>>> seen, figure = truth + rng.normal(0, 0.5**0.5, 60), 2 * truth + rng.normal(0, 1, 60)
>>> place, constant = np.arange(60), np.ones((60, 1))
>>> plain = slope_of(figure, np.zeros(60), as_seen(seen), position=place, design=constant, carries=(0.0,))
>>> truths = truths_of(seen, known, position=place, design=constant, carries=(0.0,))
>>> freed = slope_of(figure, np.zeros(60), truths, position=place, design=constant, carries=(0.0,))
>>> round(plain.estimate, 1), round(truths.reliability, 1), [round(limit, 1) for limit in freed.interval(0.95)]
(1.3, 0.5, [1.7, 4.6])
"""

from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
import scipy
from numpy.typing import NDArray

from cxstats.scores.changes.noise import Floats, Integers, Noise, noise_at, probabilities, restricted

CARRIES: Final = (0.0, 0.2, 0.4, 0.6, 0.8, 0.9, 0.96)
"""Correlations between neighbouring periods that are thought of; units that are no periods have the first alone."""

_SPREADS: Final = np.array([0, 0.15, 0.3, 0.45, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.35, 1.5, 1.75, 2, 2.5, 3.2, 4])
_PARTS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
_CALM: Final = (0.0, 0.3, 0.6, 0.85)
_OF_NODES: Final = ("spread", "carry", "root", "whitener", "log_determinant")
_NEGLIGIBLE: Final = 1e-8
_CLOSE: Final = 1e-9


@dataclass(frozen=True, slots=True, eq=False)
class Truths:
    """What the true scores of T units may be; M likely nodes.

    Attributes
    ----------
    weight
        Probability of each node; shape (M,).
    expected
        True scores that each node foretells; shape (M, T).
    variance
        What is left unknown of each unit's true score, on average over the nodes; shape (T,).
    share
        Part of the variance of scores that is true, at each node, 0 to 1; shape (M,).
    """

    weight: Floats
    expected: Floats
    variance: Floats
    share: Floats

    @property
    def reliability(self) -> float:
        """Part of the variance of scores between units that is not sampling error: the mean over what is likely."""
        return float(self.weight @ self.share)


@dataclass(frozen=True, slots=True, eq=False)
class Slope:
    """A slope as a mixture of Student's distributions.

    Attributes
    ----------
    weight
        Probability of each part; shape (N,). They sum to 1 less `unbounded`.
    mean, error
        Of each part; shape (N,).
    degrees_of_freedom
        Of all parts.
    unbounded
        Probability that true scores do not differ at all, so that any slope is possible.
    """

    weight: Floats
    mean: Floats
    error: Floats
    degrees_of_freedom: int
    unbounded: float = 0.0
    _known: dict[float, float] = field(default_factory=dict[float, float], repr=False)

    def probability_below(self, place: float) -> float:
        """Probability that the slope is at most so large."""
        below = scipy.special.stdtr(self.degrees_of_freedom, (place - self.mean) / self.error)
        return float(self.weight @ below) + self.unbounded / 2

    def quantile(self, probability: float) -> float:
        """Quantile of the slope; infinite where nothing bounds it."""
        if not self.unbounded / 2 < probability < 1 - self.unbounded / 2:
            return float(np.copysign(np.inf, probability - 0.5))
        if probability not in self._known:
            self._known[probability] = self._found(probability)
        return self._known[probability]

    def _found(self, probability: float) -> float:
        tail = min(probability, 1 - probability) - self.unbounded / 2
        reach = -float(scipy.special.stdtrit(self.degrees_of_freedom, tail / 2)) * self.error
        low, high = float((self.mean - reach).min()), float((self.mean + reach).max())
        near = _CLOSE * float(np.median(self.error))

        def beyond(place: float) -> float:
            return self.probability_below(place) - probability

        return float(scipy.optimize.brentq(beyond, low, high, xtol=near, rtol=_CLOSE))

    @property
    def estimate(self) -> float:
        """Median of the slope."""
        return self.quantile(0.5)

    def interval(self, confidence_level: float) -> tuple[float, float]:
        """Equal-tailed limits."""
        tail = (1 - confidence_level) / 2
        return self.quantile(tail), self.quantile(1 - tail)

    @property
    def p_value(self) -> float:
        """Twice the smaller probability of the two sides of 0."""
        below = self.probability_below(0.0)
        return 2 * min(below, 1 - below)


def as_seen(score: Floats) -> Truths:
    """Take scores for the truth: what least squares does."""
    return Truths(np.ones(1), score[None, :], np.zeros(len(score)), np.ones(1))


def truths_of(
    score: Floats, variance: Floats, *, position: Integers, design: Floats, carries: tuple[float, ...] = CARRIES
) -> Truths:
    """Foretell the true score of each unit, at every size and carry of their differences.

    Parameters
    ----------
    score, variance
        Scores and their sampling variances, above 0; shape (T,).
    position
        Number of each period, or of each unit; shape (T,).
    design
        What the true scores lie about: a constant, and time where there is a trend; shape (T, P).
    carries
        Correlations of true scores from one period to the next that are thought of.

    References
    ----------
    Fuller (1987), Measurement Error Models.
    Harville (1977), Maximum likelihood approaches to variance component estimation. JASA 72.
    """
    basis = np.linalg.qr(design)[0]
    left = score - basis @ (basis.T @ score)
    top = max(float(np.sqrt(left @ left / (len(score) - design.shape[1]))), float(np.sqrt(variance.mean())) / 2)
    calm = _CALM if len(carries) > 1 else (0.0,)
    width = np.gradient(_SPREADS)
    nodes = [(s, c, w * (1 - c**2)) for s, w in zip(_SPREADS, width, strict=True) for c in (calm if s else (0.0,))]
    size, carry, prior = (np.array(column, dtype=np.float64) for column in zip(*nodes, strict=True))
    prior[0] = width[0] / 2 * sum(1 - c**2 for c in calm)
    noise = replace(noise_at(variance, position, spread=size * top, carry=carry), log_prior=np.log(prior))
    log_weight, _, coefficients = restricted(noise, score, design)
    weight = probabilities(log_weight)
    kept = _not_negligible(weight)
    weight, whitener = weight[kept] / weight[kept].sum(), noise.whitener[kept]
    away = score - coefficients[kept] @ design.T
    white = np.einsum("mst,mt->ms", whitener, away)
    # The sampling error that is foretold of each score, from all of them, is taken off it.
    expected = score - variance * np.einsum("mst,ms->mt", whitener, white)
    left_over = variance - variance**2 * np.einsum("mst,mst->mt", whitener, whitener)
    true = (size[kept] * top) ** 2
    share = true / (true + variance.mean())
    return Truths(weight, expected, np.maximum(weight @ left_over, 0.0), share)


def slope_of(
    figure: Floats,
    variance: Floats,
    truths: Truths,
    *,
    position: Integers,
    design: Floats,
    carries: tuple[float, ...] = CARRIES,
) -> Slope:
    """Regress a figure on true scores beside a design, by generalised least squares averaged over its errors.

    Errors are ups and downs that may carry over from one period to the next, plus independent ones whose variances go
    with the sampling variances; the part of each is laid out as a grid and their size is fitted.

    Parameters
    ----------
    figure, variance
        The figure of each unit and its sampling variance, 0 where it has none; shape (T,).
    truths
        Of the scores, from `truths_of` or `as_seen`.
    position, design, carries
        As in `truths_of`; carries of the figure's ups and downs.
    """
    found = _slope(figure, variance, truths, position=position, design=design, carries=carries)
    if not truths.variance.any() or found.unbounded >= 1:
        return found
    # What is not known of a true score stays in the figure, times the slope.
    more = variance + found.estimate**2 * truths.variance
    return _slope(figure, more, truths, position=position, design=design, carries=carries)


def _slope(
    figure: Floats,
    variance: Floats,
    truths: Truths,
    *,
    position: Integers,
    design: Floats,
    carries: tuple[float, ...],
) -> Slope:
    known = truths.share > 0
    degrees = len(figure) - design.shape[1] - 1
    columns = truths.expected[known].T
    wide = np.column_stack([design, truths.weight[known] @ truths.expected[known]])
    left = figure - wide @ np.linalg.lstsq(wide, figure)[0]
    noise = _errors_of(variance, float(left @ left) / degrees, position, carries)
    means, errors, logs = (np.empty((len(noise.whitener), columns.shape[1])) for _ in range(3))
    for node, whitener in enumerate(noise.whitener):
        basis, triangle = np.linalg.qr(whitener @ design)
        white = np.column_stack([whitener @ columns, whitener @ figure])
        white -= basis @ (basis.T @ white)
        x, y = white[:, :-1], white[:, -1]
        xx, xy = (x**2).sum(axis=0), x.T @ y
        mean = xy / xx
        left = np.maximum(float(y @ y) - mean * xy, np.finfo(np.float64).tiny)
        determinants = noise.log_determinant[node] + 2 * np.log(np.abs(np.diag(triangle))).sum() + np.log(xx)
        means[node] = mean
        errors[node] = np.sqrt(left / degrees / xx)
        logs[node] = noise.log_prior[node] - 0.5 * (determinants + degrees * np.log(left))
    likely = np.exp(logs - logs.max(axis=0))
    weight = (likely / likely.sum(axis=0) * truths.weight[known]).ravel()
    kept = _not_negligible(weight)
    weight *= truths.weight[known].sum() / max(weight[kept].sum(), np.finfo(np.float64).tiny)
    return Slope(
        weight[kept], means.ravel()[kept], errors.ravel()[kept], degrees, 1 - float(truths.weight[known].sum())
    )


def _not_negligible(weight: Floats) -> NDArray[np.bool_]:
    """Say which nodes to keep: all but the least likely ones, whose probabilities add up to next to nothing."""
    order = np.argsort(weight)
    kept = np.empty(len(weight), dtype=np.bool_)
    kept[order] = np.cumsum(weight[order]) > _NEGLIGIBLE
    return kept


def _errors_of(variance: Floats, spread: float, position: Integers, carries: tuple[float, ...]) -> Noise:
    """Lay out correlations of errors: the part that is independent, and the carry of the rest.

    The independent part is at most twice what the sampling variances make of the variance about the line, `spread`.
    """
    level = float(variance.mean())
    shape = variance / level if level else variance
    most = min(1.0, 2 * level / spread) if spread > 0 else 0.0
    parts = [most * part for part in _PARTS] if most and (np.ptp(shape) > 0 or len(carries) > 1) else [0.0]
    nodes = [(part, carry) for part in parts for carry in (carries if part < 1 else (0.0,))]
    laid = [noise_at(p * shape, position, spread=np.array([np.sqrt(1 - p)]), carry=np.array([c])) for p, c in nodes]
    joined = {name: np.concatenate([getattr(one, name) for one in laid]) for name in _OF_NODES}
    # Each part is as likely as another, and so is each carry.
    prior = np.array([1 / (len(carries) if part < 1 else 1) for part, _ in nodes])
    return Noise(**joined, log_prior=np.log(prior))
