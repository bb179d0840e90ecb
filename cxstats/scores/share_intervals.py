"""Intervals of a share: the answers counted are 0 or 1 each.

Under a design the effective n, counted for no more than n, takes the place of n, and Student's t that of z. Methods
that have no quantile of their own take `Sample.equivalent_n` instead.

Not offered, though R packages have them: continuity corrections (Wilson's, Wald's), mid-P, Pratt's and Blaker's
intervals, the arcsine, "add 4" (Agresti-Coull fixed at two and two for every confidence level), Brown, Cai and
DasGupta's modified Wilson and the score interval corrected for skewness. They answer the same question as one of these
six: with a correction of the average method where Clopper and Pearson's is the strict one, with a quantity fixed at
95 %, or with limits (arcsine at 0 and n) that leave the estimate outside.
"""

import numpy as np
import scipy
from numpy.typing import ArrayLike

from cxstats.scores.samples import (
    Floats,
    Interval,
    Sample,
    keep_where,
    not_for,
    require_confidence_level,
    require_simple,
    student_quantile,
    upper_tail,
)

_FOR_ALL = "score, t, bootstrap-percentile, bootstrap-bca, dirichlet, wald"
_FOR_DESIGNS = "korn-graubard (its form under a design), score, wilson, agresti-coull, jeffreys, logit, t, wald"
_ROUNDING = 1e-12


def wilson_interval(sample: Sample, confidence_level: float) -> Interval:
    """Wilson's score interval of a share, in closed form.

    Under a design with the limited effective n for n and t for z, as the score interval.

    References
    ----------
    Wilson (1927), Probable inference, the law of succession, and statistical inference. JASA 22.
    """
    _require_share(sample, "wilson")
    ratio = sample.quantile(confidence_level) ** 2 / sample.limited_n
    centre = (sample.estimate + ratio / 2) / (1 + ratio)
    half = np.sqrt(ratio * (sample.variance + ratio / 4)) / (1 + ratio)
    return Interval(np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1))


def agresti_coull_interval(sample: Sample, confidence_level: float) -> Interval:
    """Agresti and Coull's interval: Wald's after adding z^2/2 successes and as many failures, cut at 0 and 1.

    Under a design with the limited effective n for n and t for z.

    References
    ----------
    Agresti and Coull (1998), Approximate is better than "exact" for interval estimation of binomial proportions. The
    American Statistician 52.
    """
    _require_share(sample, "agresti-coull")
    quantile, n = sample.quantile(confidence_level), sample.limited_n
    size = n + quantile**2
    centre = (n * sample.estimate + quantile**2 / 2) / size
    half = quantile * np.sqrt(np.maximum(centre * (1 - centre), 0) / size)
    return Interval(np.clip(centre - half, 0, 1), np.clip(centre + half, 0, 1))


def jeffreys_interval(sample: Sample, confidence_level: float) -> Interval:
    """Equal-tailed posterior interval under Jeffreys' prior, the beta distribution with 1/2 and 1/2.

    The lower limit is 0 when nobody, the upper 1 when everybody is counted, as Brown, Cai and DasGupta advise. Under
    a design the counts are the shares times the `equivalent_n`.

    References
    ----------
    Brown, Cai and DasGupta (2001), Interval estimation for a binomial proportion. Statistical Science 16.
    Franco, Little, Louis and Slud (2019), Comparative study of confidence intervals for proportions in complex sample
    surveys. Journal of Survey Statistics and Methodology 7; the effective n in its place.
    """
    _require_share(sample, "jeffreys")
    n, tail = sample.equivalent_n(confidence_level), 1 - upper_tail(confidence_level)
    successes = _successes(sample, n)
    low = scipy.special.betaincinv(successes + 0.5, n - successes + 0.5, tail)
    high = scipy.special.betainccinv(successes + 0.5, n - successes + 0.5, tail)
    return keep_where(sample.usable, np.where(successes == 0, 0.0, low), np.where(successes == n, 1.0, high))


def logit_interval(sample: Sample, confidence_level: float) -> Interval:
    """Wald's interval on the logit scale, taken back: logit(p) +- z / sqrt(n p (1 - p)).

    At a share of 0 or 1 the logit says nothing; there the limits are those of Korn and Graubard (Clopper and Pearson
    without a design). Under a design as R's ``survey::svyciprop(method = "logit")``, except that the effective n counts
    for no more than n.

    References
    ----------
    Newcombe (2001), Logit confidence intervals and the inverse sinh transformation. The American Statistician 55.
    """
    _require_share(sample, "logit")
    share = np.clip(sample.estimate, 0, 1)
    inside = (share > _ROUNDING) & (share < 1 - _ROUNDING)
    safe = np.where(inside, share, 0.5)
    half = sample.quantile(confidence_level) / np.sqrt(sample.limited_n * safe * (1 - safe))
    centre, ends = scipy.special.logit(safe), korn_graubard_interval(sample, confidence_level)
    low, high = scipy.special.expit(centre - half), scipy.special.expit(centre + half)
    return keep_where(sample.usable, np.where(inside, low, ends.low), np.where(inside, high, ends.high))


def clopper_pearson_interval(sample: Sample, confidence_level: float) -> Interval:
    """Clopper and Pearson's interval of a share, from the tails of the binomial; never covers less than it says.

    For simple random samples; `korn_graubard_interval` is its form under a design.

    References
    ----------
    Clopper and Pearson (1934), The use of confidence or fiducial limits illustrated in the case of the binomial.
    Biometrika 26.
    """
    _require_share(sample, "clopper-pearson")
    require_simple(sample, "clopper-pearson", _FOR_DESIGNS)
    return _binomial_tails(sample, sample.n, confidence_level)


def korn_graubard_interval(sample: Sample, confidence_level: float) -> Interval:
    """Clopper and Pearson's interval under a design, at an effective n.

    The effective n is multiplied by the square of Student's quantile with n - 1 over that with the design's degrees of
    freedom. As R's ``survey::svyciprop(method = "beta")``, except that the effective n counts for no more than n, as
    the paper asks. Without a design it is Clopper and Pearson's.

    References
    ----------
    Korn and Graubard (1998), Confidence intervals for proportions with small expected number of positive counts
    estimated from survey data. Survey Methodology 24.
    """
    _require_share(sample, "korn-graubard")
    probability, degrees = upper_tail(confidence_level), sample.degrees_of_freedom
    simple = np.isinf(degrees)
    ratio = student_quantile(sample.n - 1, probability) / student_quantile(degrees, probability)
    n = np.where(simple, sample.n, sample.limited_n * ratio**2)
    return _binomial_tails(sample, np.where(sample.usable, n, np.nan), confidence_level)


def goodman_intervals(counts: ArrayLike, *, confidence_level: float = 0.95) -> Interval:
    """Intervals that hold the shares of all K points at once: Wilson's, with the error divided by K.

    Not a method for a score: it answers whether the whole distribution lies within the limits. Sison and Glaz's
    simultaneous intervals, which can be narrower, are not offered: their limits sit at the same distance from every
    share, large or small.

    Parameters
    ----------
    counts
        Answers at each point; shape (S, K) or (K,).
    confidence_level
        Of all K intervals together; between 0 and 1.

    Returns
    -------
    Interval
        Limits of each share; shape (S, K); NaN where there are no answers.

    References
    ----------
    Goodman (1965), On simultaneous confidence intervals for multinomial proportions. Technometrics 7.

    Examples
    --------
    >>> found = goodman_intervals([1, 3, 6])
    >>> found.low.round(4), found.high.round(4)
    (array([[0.0133, 0.0868, 0.2656]]), array([[0.4782, 0.6589, 0.8615]]))
    """
    require_confidence_level(confidence_level)
    table = np.atleast_2d(np.asarray(counts, dtype=np.float64))
    points = table.shape[1]
    each = 1 - (1 - confidence_level) / points
    rest = table.sum(axis=1, keepdims=True) - table
    found = wilson_interval(Sample.from_counts(np.column_stack([rest.ravel(), table.ravel()]), [0, 1]), each)
    return Interval(found.low.reshape(table.shape), found.high.reshape(table.shape))


def _binomial_tails(sample: Sample, n: Floats, confidence_level: float) -> Interval:
    """Shares at which as many, and as few, of n would be as rare as the tail."""
    successes, tail = _successes(sample, n), 1 - upper_tail(confidence_level)
    nobody, everybody = successes == 0, successes == n
    low = scipy.special.betaincinv(np.where(nobody, 1.0, successes), n - successes + 1, tail)
    high = scipy.special.betainccinv(successes + 1, np.where(everybody, 1.0, n - successes), tail)
    return keep_where(n > 0, np.where(nobody, 0.0, low), np.where(everybody, 1.0, high))


def _successes(sample: Sample, n: Floats) -> Floats:
    """Answers counted as 1 among n; exactly 0 or n where nobody or everybody is, whatever the rounding."""
    share = sample.estimate
    return np.where(share > 1 - _ROUNDING, n, np.where(share < _ROUNDING, 0.0, share * n))


def _require_share(sample: Sample, method: str) -> None:
    if not set(sample.values) <= {0.0, 1.0}:
        raise ValueError(not_for(method, "shares (values 0 and 1)", sample, _FOR_ALL))
