"""P-values of a difference: is there one, is it small enough not to matter, is it at least not worse.

>>> new, old = Sample.from_counts([20, 180], [0, 1]), Sample.from_counts([24, 176], [0, 1])
>>> difference_p_value(new, old).round(3)
array([0.523])
>>> non_inferiority_p_value(new, old, margin=0.05).round(3), equivalence_p_value(new, old, margin=0.05).round(3)
(array([0.014]), array([0.171]))

Every p-value belongs to an interval: it is the level at which the interval just reaches the hypothesis. So no
p-value ever contradicts the interval beside it, whatever the method.
"""

import math
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Final, Literal, get_args

import numpy as np
import scipy

from cxstats.responses.names import unknown_name
from cxstats.scores.contrasts.score_differences import score_statistic
from cxstats.scores.contrasts.welch import welch_p_greater
from cxstats.scores.differences import DifferenceMethod, named_difference
from cxstats.scores.samples import Floats, Sample

Alternative = Literal["two-sided", "greater", "less"]
Good = Literal["high", "low"]

_FARTHEST: Final = 8.0
_NEAREST: Final = 1e-12


def difference_p_value(
    first: Sample,
    second: Sample,
    difference: float | Floats = 0.0,
    *,
    method: str | DifferenceMethod = "score",
    alternative: Alternative = "two-sided",
) -> Floats:
    """P-value of the hypothesis that the first mean less the second is `difference`.

    Parameters
    ----------
    first, second
        S segments each.
    difference
        In the unit of the values; one for all or shape (S,).
    method
        The interval to which the test belongs: a name of `cxstats.scores.differences.DIFFERENCES` or a function.
    alternative
        ``"greater"`` and ``"less"`` are one-sided: small where the difference is greater, or less, than `difference`.

    Returns
    -------
    Array of shape (S,); NaN where there is nothing to go by. Direct for ``"score"``, ``"welch"`` and ``"wald"``; for
    other methods the interval is inverted, which cannot tell p-values below 1e-15 apart.

    Raises
    ------
    ValueError
        If the method or the alternative is unknown, or the method is not for these samples.
    """
    if alternative not in get_args(Alternative):
        raise ValueError(unknown_name("alternative", alternative, get_args(Alternative)))
    if alternative == "greater":
        return _greater(first, second, difference, method)
    less = _greater(second, first, -np.asarray(difference), method)
    if alternative == "less":
        return less
    return np.minimum(2 * np.minimum(less, _greater(first, second, difference, method)), 1.0)


def equivalence_p_value(
    first: Sample, second: Sample, *, margin: float, method: str | DifferenceMethod = "score"
) -> Floats:
    """P-value of two one-sided tests: small where the difference is certainly within -margin and margin.

    Below alpha exactly where the interval with confidence level 1 - 2 alpha lies within the margins.

    Parameters
    ----------
    first, second
        S segments each.
    margin
        The largest difference that does not matter, in the unit of the values; above 0.
    method
        As for `difference_p_value`.

    Raises
    ------
    ValueError
        If the margin is not above 0.

    References
    ----------
    Schuirmann (1987), A comparison of the two one-sided tests procedure and the power approach for assessing the
    equivalence of average bioavailability. Journal of Pharmacokinetics and Biopharmaceutics 15.
    """
    _require_margin(margin)
    return np.maximum(
        _greater(first, second, -margin, method),
        difference_p_value(first, second, margin, method=method, alternative="less"),
    )


def non_inferiority_p_value(
    first: Sample,
    second: Sample,
    *,
    margin: float,
    good: Good = "high",
    method: str | DifferenceMethod = "score",
) -> Floats:
    """P-value of the hypothesis that the first is worse than the second by the margin or more.

    Below alpha exactly where the worse limit of the interval with confidence level 1 - 2 alpha is better than the
    margin. With a margin of 0 it is the one-sided test that the first is better.

    Parameters
    ----------
    first, second
        S segments each.
    margin
        How much worse is still acceptable, in the unit of the values; 0 or more.
    good
        Which end of the values is good.
    method
        As for `difference_p_value`.

    Raises
    ------
    ValueError
        If the margin is below 0 or `good` is neither high nor low.
    """
    if margin:
        _require_margin(margin)
    if good not in get_args(Good):
        raise ValueError(unknown_name("good end", good, get_args(Good)))
    better, other = (first, second) if good == "high" else (second, first)
    return _greater(better, other, -margin, method)


def _require_margin(margin: float) -> None:
    if not (np.isfinite(margin) and margin > 0):
        raise ValueError(f"margin must be above 0, in the unit of the metric; got {margin!r}")


def _greater(first: Sample, second: Sample, difference: float | Floats, method: str | DifferenceMethod) -> Floats:
    """One-sided p-value, small where the difference is greater than `difference`; shape (S,)."""
    interval = named_difference(method)
    if isinstance(method, str) and method in _DIRECT:
        return _DIRECT[method](first, second, difference)
    at = np.broadcast_to(np.asarray(difference, dtype=np.float64), first.n.shape)
    places = [slice(s, s + 1) for s in range(len(first.n))]
    found = [_inverted(interval, first.at(s), second.at(s), float(at[s][0])) for s in places]
    return np.array(found, dtype=np.float64)


def _inverted(interval: DifferenceMethod, first: Sample, second: Sample, difference: float) -> float:
    """Find the normal quantile at which a limit of the interval is the difference, and its p-value."""

    def beyond(z: float) -> float:
        level = math.erf(max(abs(z), _NEAREST) / math.sqrt(2))
        limits = interval(first, second, level)
        return float((limits.low if z < 0 else limits.high)[0]) - difference

    ends = beyond(-_FARTHEST), beyond(_FARTHEST)
    if np.isnan(ends).any():
        return float("nan")
    if ends[0] >= 0 or ends[1] <= 0:
        # A limit at the end of what is possible stays there at every level.
        return 0.5 if ends[0] == ends[1] == 0 else float(scipy.special.ndtr(-_FARTHEST if ends[0] >= 0 else _FARTHEST))
    return float(scipy.special.ndtr(float(scipy.optimize.brentq(beyond, -_FARTHEST, _FARTHEST, xtol=1e-11))))


def _score_greater(first: Sample, second: Sample, difference: float | Floats) -> Floats:
    return scipy.special.ndtr(-score_statistic(first, second, difference))


def _wald_greater(first: Sample, second: Sample, difference: float | Floats) -> Floats:
    error = np.sqrt(first.variance / first.effective_n + second.variance / second.effective_n)
    way = first.estimate - second.estimate - difference
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.where(way == 0, 0.5, scipy.special.ndtr(-way / error))


_DIRECT: Final[Mapping[str, Callable[[Sample, Sample, float | Floats], Floats]]] = MappingProxyType(
    {"score": _score_greater, "welch": welch_p_greater, "wald": _wald_greater}
)
