"""Two samples, segment by segment: what every estimator of a difference asks of them."""

from dataclasses import replace

import numpy as np

from cxstats.scores.samples import Floats, Sample


def require_alike(first: Sample, second: Sample) -> None:
    """Refuse two samples that do not have as many segments and the same values.

    Raises
    ------
    ValueError
        If they differ; the message says in what.
    """
    if len(first.n) != len(second.n) or not np.array_equal(first.values, second.values):
        raise ValueError(
            f"a difference needs as many segments and the same values in both samples; got {len(first.n)} segments "
            f"with values {first.values.tolist()} and {len(second.n)} with {second.values.tolist()}"
        )


def as_if_independent(first: Sample, second: Sample, covariance: Floats) -> tuple[Sample, Sample]:
    """Two samples whose effective sizes account for the covariance of their estimates.

    Methods for independent samples take the variance of a difference to be the sum of both. Here both effective sizes
    are multiplied by the one factor that makes this sum equal to the variance with the covariance; samples without
    variation keep theirs. Sizes above n count for n in the methods that limit them, which errs on the wide side.

    Parameters
    ----------
    first, second
        S segments each.
    covariance
        Of the two estimates, in the squared unit of the values; shape (S,).

    Examples
    --------
    >>> one, other = Sample.from_counts([40, 60], [0, 1]), Sample.from_counts([50, 50], [0, 1])
    >>> wider, _ = as_if_independent(one, other, np.array([-0.00245]))
    >>> wider.effective_n
    array([50.])
    """
    require_alike(first, second)
    apart = first.variance / first.effective_n + second.variance / second.effective_n
    together = apart - 2 * np.asarray(covariance, dtype=np.float64)
    factor = np.divide(apart, together, out=np.ones_like(apart), where=(apart > 0) & (together > 0))
    return _resized(first, factor), _resized(second, factor)


def _resized(sample: Sample, factor: Floats) -> Sample:
    return replace(sample, effective_n=sample.effective_n * factor)
