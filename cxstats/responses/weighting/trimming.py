"""Trim weights: cut those beyond the limits and give what was cut to the others.

>>> trim_weights([1.0, 1.0, 2.0, 8.0], largest=4)
array([2.33333333, 2.33333333, 3.33333333, 4.        ])
"""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

_ROUNDING: Final = 1e-13


def trim_weights(weights: ArrayLike, *, least: float = 0.0, largest: float = np.inf) -> Floats:
    """Cut weights to limits and share out what was cut, until none is beyond them.

    What is cut is given to the weights within the limits, the same to each, as R's ``survey::trimWeights`` does with
    ``strict=TRUE``; the sum stays. Trimmed weights no longer meet the margins that they were raked to: `rake` with
    `trim` keeps both.

    Parameters
    ----------
    weights
        Finite and not negative; shape (R,).
    least, largest
        The limits, in the unit of the weights.

    Returns
    -------
    ndarray
        The trimmed weights, shape (R,).

    Raises
    ------
    ValueError
        If weights are not usable, or no weights of this sum are within the limits.

    References
    ----------
    Potter (1990), A study of procedures to identify and trim extreme sampling weights. Proceedings of the Section on
    Survey Research Methods, American Statistical Association.
    """
    found = np.array(weights, dtype=np.float64)
    if found.ndim != 1 or not np.isfinite(found).all() or (found < 0).any():
        raise ValueError("weights must be one row of finite numbers that are not negative")
    mean = found.mean() if found.size else np.nan
    if not least <= mean <= largest:
        raise ValueError(
            f"limits must have the mean weight between them, since the sum stays; the mean is {mean:g} and the limits "
            f"are {least:g} and {largest:g}"
        )
    rounding = _ROUNDING * found.sum()
    while np.abs(found - np.clip(found, least, largest)).sum() > rounding:
        found = trimmed_once(found, least, largest)
    return np.clip(found, least, largest)


def trimmed_once(weights: Floats, least: float, largest: float) -> Floats:
    """Cut weights to limits and share out what was cut, once; those that get a share may then be beyond the limits."""
    cut = np.clip(weights, least, largest)
    within = (weights >= least) & (weights <= largest)
    # Where none is within, all share.
    sharing = within if within.any() else ~within
    return cut + np.where(sharing, (weights - cut).sum() / sharing.sum(), 0.0)
