"""How often a random answer of the first sample is higher than one of the second, from their histograms.

>>> new, old = [3, 4, 8, 15, 10], [8, 7, 7, 10, 8]
>>> better = superiority(new, old)
>>> better.estimate.round(4), better.p_value().round(4)
(array([0.6069]), array([0.0899]))
>>> limits = better.interval()
>>> limits.low.round(4), limits.high.round(4)
(array([0.483]), array([0.7308]))
"""

from dataclasses import dataclass
from typing import Final, Literal, get_args

import numpy as np
import scipy
from numpy.typing import ArrayLike, NDArray

from cxstats.responses.names import unknown_name
from cxstats.scores.samples import Floats, Interval, around, keep_where, upper_tail

SuperiorityMethod = Literal["brunner-munzel", "logit", "newcombe"]

_BISECTIONS: Final = 60


@dataclass(frozen=True, slots=True, eq=False)
class Superiority:
    """Probability that a random answer of the first is higher than one of the second, ties counted half.

    Attributes
    ----------
    first, second
        Answers counted by point, lowest point first; shape (S, K) each.
    """

    first: Floats
    second: Floats

    @property
    def sizes(self) -> tuple[Floats, Floats]:
        """Number of answers in both; shape (S,) each."""
        return self.first.sum(axis=1), self.second.sum(axis=1)

    @property
    def estimate(self) -> Floats:
        """Between 0 and 1, .5 where neither tends to be higher; shape (S,); NaN where one has no answers."""
        return np.einsum("sk,sk->s", _shares(self.first), _mid_ranks(self.second))

    @property
    def delta(self) -> Floats:
        """Cliff's delta: how much more often higher than lower, -1 to 1; shape (S,).

        References
        ----------
        Cliff (1993), Dominance statistics: ordinal analyses to answer ordinal questions. Psychological Bulletin 114.
        """
        return 2 * self.estimate - 1

    @property
    def standard_error(self) -> Floats:
        """Brunner and Munzel's, from how differently the answers of each sample are placed in the other; shape (S,).

        0 where no answers overlap or all are equal: then it says nothing. NaN with fewer than two answers.
        """
        return np.sqrt(self._parts[0] + self._parts[1])

    @property
    def degrees_of_freedom(self) -> Floats:
        """Satterthwaite's, as Brunner and Munzel's test takes them; shape (S,); NaN where the error is 0."""
        one, other = self._parts
        n, m = self.sizes
        with np.errstate(divide="ignore", invalid="ignore"):
            return (one + other) ** 2 / (one**2 / (n - 1) + other**2 / (m - 1))

    def interval(self, method: SuperiorityMethod = "brunner-munzel", *, confidence_level: float = 0.95) -> Interval:
        """Interval of the probability.

        Parameters
        ----------
        method
            ``"brunner-munzel"``, Student's around the estimate, which may leave 0..1; ``"logit"``, the same on the
            scale of log odds, which cannot; ``"newcombe"``, a score interval which also speaks where no answers
            overlap: it takes the variance that two exponential distributions would have, too large with many ties.
            In simulation (eight pairs of shapes of 2 to 11 points, sizes 10 to 200) they held the truth on average,
            and at least, .942 and .904, .961 and .940, and .965 and .939 of the time, where .95 is claimed.
        confidence_level
            Between 0 and 1.

        Returns
        -------
        Interval
            Shape (S,) each. The first two methods give NaN where the standard error is 0 or unknown.

        Raises
        ------
        ValueError
            If the method is unknown.

        References
        ----------
        Brunner and Munzel (2000), The nonparametric Behrens-Fisher problem: asymptotic theory and a small-sample
        approximation. Biometrical Journal 42.
        Newcombe (2006), Confidence intervals for an effect size measure based on the Mann-Whitney statistic. Part 2:
        asymptotic methods and evaluation. Statistics in Medicine 25; method 5.
        """
        if method not in get_args(SuperiorityMethod):
            raise ValueError(unknown_name("superiority method", method, get_args(SuperiorityMethod)))
        if method == "newcombe":
            return self._newcombe(confidence_level)
        estimate, error = self.estimate, np.where(self._known, self.standard_error, np.nan)
        half = scipy.special.stdtrit(self.degrees_of_freedom, upper_tail(confidence_level)).astype(np.float64) * error
        if method == "brunner-munzel":
            return around(estimate, half)
        inside = np.where((estimate > 0) & (estimate < 1), estimate, np.nan)
        limits = around(scipy.special.logit(inside), half / (inside * (1 - inside)))
        return Interval(scipy.special.expit(limits.low), scipy.special.expit(limits.high))

    def delta_interval(
        self, method: SuperiorityMethod = "brunner-munzel", *, confidence_level: float = 0.95
    ) -> Interval:
        """Interval of Cliff's delta: that of the probability, taken to -1..1."""
        limits = self.interval(method, confidence_level=confidence_level)
        return Interval(2 * limits.low - 1, 2 * limits.high - 1)

    def p_value(self) -> Floats:
        """Brunner and Munzel's two-sided p-value of a probability of .5; shape (S,).

        NaN where the standard error is 0 or unknown: where no answers overlap, or all are equal.
        """
        statistic = (self.estimate - 0.5) / np.where(self._known, self.standard_error, np.nan)
        return 2 * scipy.special.stdtr(self.degrees_of_freedom, -np.abs(statistic))

    @property
    def _parts(self) -> tuple[Floats, Floats]:
        """What each sample contributes to the variance."""
        return _placed(self.first, self.second), _placed(self.second, self.first)

    @property
    def _known(self) -> NDArray[np.bool_]:
        return self.standard_error > 1e-12

    def _newcombe(self, confidence_level: float) -> Interval:
        z = float(scipy.special.ndtri(upper_tail(confidence_level)))
        n, m = self.sizes
        known = (n > 0) & (m > 0)
        estimate = np.where(known, self.estimate, 0.5)
        sizes = np.where(known, n, 1.0), np.where(known, m, 1.0)
        high = _newcombe_limit(estimate, sizes, z)
        return keep_where(known, 1 - _newcombe_limit(1 - estimate, sizes, z), high)


def superiority(first_counts: ArrayLike, second_counts: ArrayLike) -> Superiority:
    """Compare two histograms, or S pairs of them, by the probability that an answer of the first is higher.

    Parameters
    ----------
    first_counts, second_counts
        Unweighted answers counted by point, lowest point first; shape (S, K) or (K,). On a scale where low is good the
        caller swaps them, or takes 1 less the estimate.

    Raises
    ------
    ValueError
        If the shapes differ or a count is below 0.

    Examples
    --------
    >>> apart = superiority([0, 0, 9], [12, 0, 0])
    >>> apart.estimate, apart.interval().low, apart.interval("newcombe").low.round(3)
    (array([1.]), array([nan]), array([0.806]))
    """
    one, other = (np.atleast_2d(np.asarray(counts, dtype=np.float64)) for counts in (first_counts, second_counts))
    if one.shape != other.shape or not ((one >= 0).all() and (other >= 0).all()):
        raise ValueError(
            f"two histograms need the same points and counts of 0 or more; got shapes {one.shape} and {other.shape}, "
            f"smallest counts {one.min(initial=0):g} and {other.min(initial=0):g}"
        )
    return Superiority(one, other)


def _shares(counts: Floats) -> Floats:
    n = counts.sum(axis=1, keepdims=True)
    return np.divide(counts, n, out=np.full_like(counts, np.nan), where=n > 0)


def _mid_ranks(counts: Floats) -> Floats:
    """Share of the answers below each point plus half of those on it."""
    shares = _shares(counts)
    return np.cumsum(shares, axis=1) - shares / 2


def _placed(counts: Floats, among: Floats) -> Floats:
    """Variance of the mean place that the answers take among the others, divisor n - 1."""
    n, place = counts.sum(axis=1), _mid_ranks(among)
    shares = _shares(counts)
    mean = np.einsum("sk,sk->s", shares, place)
    variance = np.einsum("sk,sk->s", shares, (place - mean[:, None]) ** 2)
    return np.divide(variance, n - 1, out=np.full_like(variance, np.nan), where=n > 1)


def _newcombe_limit(estimate: Floats, sizes: tuple[Floats, Floats], z: float) -> Floats:
    """Greatest probability within z of its own standard errors of the estimate, by bisection."""
    n, m = sizes
    middle_size = (n + m) / 2
    low, high = estimate, np.ones_like(estimate)
    for _ in range(_BISECTIONS):
        p = (low + high) / 2
        spread = (1 - p) / (2 - p) + p / (1 + p)
        inside = p - estimate <= z * np.sqrt(p * (1 - p) * (1 + (middle_size - 1) * spread) / (n * m))
        low, high = np.where(inside, p, low), np.where(inside, high, p)
    return (low + high) / 2
