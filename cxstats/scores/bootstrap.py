"""Bootstrap intervals drawn from the histogram: a resample is one multinomial draw, whatever the number of answers.

A score depends on the answers through their histogram alone, so resampling a million rows and drawing a histogram of a
million from the observed shares are the same thing.

Not offered: normal and basic bootstrap limits, which may leave the scale, and the studentised bootstrap, whose
resamples without spread have no standard error.
"""

from typing import Final, Literal

import numpy as np
import scipy
from numpy.typing import ArrayLike

from cxstats.responses.names import unknown_name
from cxstats.scores.samples import Floats, Interval, IntervalMethod, Sample, upper_tail

RESAMPLES: Final = 9_999
SEED: Final = 19930101
FEWEST_RESAMPLES: Final = 99

_TIE: Final = 1e-10


def bootstrap_interval(
    *, method: Literal["percentile", "bca"] = "percentile", n_resamples: int = RESAMPLES, rng: int = SEED
) -> IntervalMethod:
    """Make a bootstrap interval method for any metric.

    Every segment is resampled by a generator of its own that starts from the same seed, so that the same counts have
    the same limits whatever else is in the table. Points of equal value are one.

    When all answers are equal so are all resamples, and both limits are that answer: the bootstrap cannot see what
    was not observed. Under a design the resamples have the sample's `equivalent_n`; where that is not whole they are
    drawn one size smaller and drawn together by the square root of the sizes.

    Parameters
    ----------
    method
        ``"percentile"``, the quantiles of the resampled scores; ``"bca"``, the same moved for bias and skewness.
    n_resamples
        At least 99.
    rng
        Seed of the generator.

    Returns
    -------
    IntervalMethod
        NaN where there are no answers or no degrees of freedom.

    Raises
    ------
    ValueError, TypeError
        If the method is unknown, the resamples are too few, or the seed is not a whole number.

    References
    ----------
    Efron (1987), Better bootstrap confidence intervals. JASA 82.
    Davison and Hinkley (1997), Bootstrap Methods and their Application, section 5.3.

    Examples
    --------
    >>> sample = Sample.from_counts([5, 5, 10, 15, 20, 25, 20], range(1, 8))
    >>> found = bootstrap_interval(method="bca")(sample, 0.95)
    >>> bool(4.5 < found.low[0] < 4.7 and 5.2 < found.high[0] < 5.4)
    True
    """
    if method not in ("percentile", "bca"):
        raise ValueError(unknown_name("bootstrap method", method, ("percentile", "bca")))
    if n_resamples < FEWEST_RESAMPLES:
        raise ValueError(f"n_resamples must be at least {FEWEST_RESAMPLES}; got {n_resamples}")
    if not isinstance(rng, (int, np.integer)):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"rng must be a whole number, the seed from which every segment starts; got {rng!r}")

    def interval(sample: Sample, confidence_level: float) -> Interval:
        upper_tail(confidence_level)
        values, owner = np.unique(sample.values, return_inverse=True)
        shares = sample.shares @ (owner[:, None] == np.arange(len(values)))
        size = sample.equivalent_n(confidence_level)
        limits = np.full((len(shares), 2), np.nan)
        for s in np.flatnonzero(np.isfinite(size) & (size > 0)):
            replicates = _resampled((shares[s], values), float(size[s]), n_resamples, np.random.default_rng(rng))
            bias = acceleration = 0.0
            if method == "bca":
                bias = median_bias(replicates, shares[s] @ values)
                acceleration = skewness_acceleration(shares[s], values, float(size[s]))
            limits[s] = replicate_limits(replicates, confidence_level, bias=bias, acceleration=acceleration)
        return Interval(limits[:, 0], limits[:, 1])

    return interval


def replicate_limits(
    replicates: ArrayLike, confidence_level: float, *, bias: float = 0.0, acceleration: float = 0.0
) -> tuple[float, float]:
    """Limits from resampled scores: percentile, or BCa given its bias and acceleration.

    The quantile at probability a is the ``(R + 1) a``-th smallest of R replicates; between two of them it is
    interpolated on the scale of the normal quantile, as R's ``boot::boot.ci`` does. Beyond the first and the last it
    stays with them. BCa takes the probability ``Phi(b + (b + z) / (1 - acceleration (b + z)))`` instead of Phi(z).

    Parameters
    ----------
    replicates
        Resampled scores; shape (R,).
    confidence_level
        Between 0 and 1.
    bias
        Normal quantile of the share of replicates below the estimate; see `median_bias`.
    acceleration
        A sixth of the skewness of the estimate; see `skewness_acceleration`.

    References
    ----------
    Davison and Hinkley (1997), Bootstrap Methods and their Application, equation 5.8.
    """
    upper = upper_tail(confidence_level)
    ordered = np.sort(np.asarray(replicates, dtype=np.float64))
    tails = (bca_probability(np.array(tail), bias, acceleration) for tail in (1 - upper, upper))
    low, high = (_ordered_quantile(ordered, float(p)) for p in tails)
    return low, high


def bca_probability(tail: Floats, bias: Floats | float, acceleration: Floats | float) -> Floats:
    """Return the probability at which BCa takes the quantile instead of at `tail`; any shape.

    References
    ----------
    Efron (1987), Better bootstrap confidence intervals. JASA 82.
    """
    shifted = bias + scipy.special.ndtri(tail)
    room = 1 - acceleration * shifted
    # At room 0 the transformation reaches the end of the resampled scores; beyond it there is nothing.
    moved = np.where(room > 0, bias + shifted / np.where(room > 0, room, 1.0), np.copysign(np.inf, shifted))
    return scipy.special.ndtr(moved)


def median_bias(replicates: ArrayLike, estimate: float, *, ties: Literal["half", "above"] = "half") -> float:
    """Return the normal quantile of the share of replicates below the estimate, BCa's correction for bias.

    Scores are discrete, so that many replicates equal the estimate. Counted half they favour neither side, as in
    SciPy; counted as above, as in R's boot, they make an unbiased score look biased upwards.
    """
    if ties not in ("half", "above"):
        raise ValueError(unknown_name("way to count ties", ties, ("half", "above")))
    difference: Floats = np.asarray(replicates, dtype=np.float64) - estimate
    tie = np.abs(difference) <= _TIE * float(np.abs(difference).max())
    below, equal = float(np.mean((difference < 0) & ~tie)), float(np.mean(tie))
    share = below + equal / 2 if ties == "half" else below
    edge = 0.5 / len(difference)
    return float(scipy.special.ndtri(min(max(share, edge), 1 - edge)))


def skewness_acceleration(shares: Floats, values: Floats, n: float) -> float:
    """Acceleration of the mean of n answers: skewness / (6 sqrt(n)), the jackknife's in closed form; 0 without spread.

    Leaving out an answer v moves the mean by (mean - v) / (n - 1), so that the jackknife's sums of cubes and squares
    over the n answers are the central moments of the histogram.
    """
    deviation = values - shares @ values
    spread = float(shares @ deviation**2)
    if spread <= _TIE**2 * np.ptp(values) ** 2:
        return 0.0
    return float(shares @ deviation**3) / (6 * spread**1.5 * n**0.5)


def _resampled(histogram: tuple[Floats, Floats], size: float, n_resamples: int, rng: np.random.Generator) -> Floats:
    """Scores of resamples with the variance of `size` answers; shape (R,)."""
    shares, values = histogram
    seen = shares > 0
    whole = max(1, int(size + 1e-9))
    p, at = shares[seen] / shares[seen].sum(), values[seen]
    estimate = float(shares @ values)
    deviation = rng.multinomial(whole, p, size=n_resamples) @ (at - estimate) / whole
    scores = estimate + deviation * (1.0 if abs(size - whole) < 1e-9 * whole else (whole / size) ** 0.5)
    return np.clip(scores, values[0], values[-1])


def _ordered_quantile(ordered: Floats, probability: float) -> float:
    last = len(ordered)
    rank = (last + 1) * probability
    k = int(rank)
    if k < 1 or k >= last:
        return float(ordered[0 if k < 1 else -1])
    start, end, at = scipy.special.ndtri(np.array([k / (last + 1), (k + 1) / (last + 1), probability]))
    return float(ordered[k - 1] + (at - start) / (end - start) * (ordered[k] - ordered[k - 1]))
