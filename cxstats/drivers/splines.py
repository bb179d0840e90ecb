"""Natural cubic splines: smooth curves that are straight beyond their outer knots."""

from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

KNOT_QUANTILES: Final = {
    3: (0.10, 0.50, 0.90),
    4: (0.05, 0.35, 0.65, 0.95),
    5: (0.05, 0.275, 0.50, 0.725, 0.95),
    6: (0.05, 0.23, 0.41, 0.59, 0.77, 0.95),
    7: (0.025, 11 / 60, 41 / 120, 0.50, 79 / 120, 49 / 60, 0.975),
}
"""Where the knots lie, by their number."""


def knots_of(x: ArrayLike, count: int = 4) -> Floats:
    """Place knots at the quantiles that Harrell advises.

    Where quantiles of few different values coincide, they are taken of the different values; fewer knots than asked
    for come back when even these coincide.

    Parameters
    ----------
    x
        Values of a driver, shape (N,); at least three different ones.
    count
        3 to 7.

    Raises
    ------
    ValueError
        If the count is out of range, or x takes fewer than three values.

    References
    ----------
    Harrell (2015), Regression Modeling Strategies, second edition, table 2.3.

    Examples
    --------
    >>> knots_of(range(101))
    array([ 5., 35., 65., 95.])
    """
    if count not in KNOT_QUANTILES:
        raise ValueError(f"the number of knots must be one of {', '.join(map(str, KNOT_QUANTILES))}; got {count}")
    values = np.asarray(x, dtype=np.float64)
    different = np.unique(values)
    if len(different) < 3:
        raise ValueError(f"x must take at least 3 different values; got {len(different)}")
    knots = np.quantile(values, KNOT_QUANTILES[count])
    if len(np.unique(knots)) == count:
        return knots
    places = np.rint(np.asarray(KNOT_QUANTILES[count]) * (len(different) - 1)).astype(np.intp)
    knots = different[np.unique(places)]
    return knots if len(knots) >= 3 else different


def natural_spline(x: ArrayLike, knots: ArrayLike) -> Floats:
    """Columns of the natural cubic spline with K knots: x itself, and K - 2 that are not straight.

    The columns beside x are (x - t_j)+^3 - (x - t_(K-1))+^3 (t_K - t_j) / (t_K - t_(K-1)) + (x - t_K)+^3 (t_(K-1) -
    t_j) / (t_K - t_(K-1)), over (t_K - t_1)^2, so that all have the unit of x.

    Returns
    -------
    numpy.ndarray
        Shape (N, K - 1).

    Raises
    ------
    ValueError
        If there are fewer than three knots, or they do not increase.

    References
    ----------
    Stone and Koo (1985), Additive splines in statistics. Proceedings of the Statistical Computing Section, ASA.

    Examples
    --------
    >>> beyond = natural_spline([10.0, 11.0, 12.0], [1, 2, 3])
    >>> bool(abs(np.diff(beyond, n=2, axis=0)).max() < 1e-12)
    True
    """
    places = np.asarray(knots, dtype=np.float64)
    if places.ndim != 1 or len(places) < 3 or not (np.diff(places) > 0).all():
        raise ValueError(f"knots must be at least 3 increasing numbers; got {places.tolist()}")
    values = np.asarray(x, dtype=np.float64)
    width = places[-1] - places[0]
    unit = (values - places[0]) / width
    at = (places - places[0]) / width
    cubes = np.maximum(unit[:, None] - at, 0.0) ** 3
    inner, last, end = at[:-2], at[-2], at[-1]
    to_last, to_end = (end - inner) / (end - last), (last - inner) / (end - last)
    curved = cubes[:, :-2] - np.outer(cubes[:, -2], to_last) + np.outer(cubes[:, -1], to_end)
    return np.column_stack([values, width * curved])
