"""Johnson's relative weights: importance through the orthogonal variables that are closest to the drivers.

>>> correlation = np.array([[1, 0.5, 0.6], [0.5, 1, 0.4], [0.6, 0.4, 1]])
>>> relative_weights(correlation).round(6)
array([0.286667, 0.086667])
"""

import numpy as np
from numpy.typing import ArrayLike

from cxstats.drivers.subsets import NOTHING_LEFT, Floats, Groups, arranged


def relative_weights(covariance: ArrayLike, groups: Groups | None = None) -> Floats:
    """Split R2 by relative weights.

    Parameters
    ----------
    covariance
        Covariances or cross-products about the mean, the outcome in the last column; shape (..., P + 1, P + 1).
    groups
        The columns of each driver; one driver for each column unless given. Columns of no driver are controls.

    Returns
    -------
    numpy.ndarray
        Shape (..., G), 0 to 1, without signs: what a driver explains has none. They sum to R2 (to what drivers
        add to the R2 of the controls, if any). For two drivers they are the Shapley values, for more they are near.

    Raises
    ------
    ValueError
        If the matrix is not square, or the groups overlap or name no such column.

    Notes
    -----
    A driver of several columns is a block: each block is made orthonormal, and where Johnson squares an element of the
    root of the correlations, here stands the squared length of the block's part. So the coding of a categorical driver
    does not matter, as it would if the weights of its columns were summed.

    References
    ----------
    Johnson (2000), A heuristic method for estimating the relative weight of predictor variables in multiple regression.
    Multivariate Behavioral Research 35. The same as Genizi (1993), Decomposition of R2 in multiple regression with
    correlated regressors. Statistica Sinica 3.
    """
    stack, owned, controls = arranged(covariance, groups)
    if controls:
        known = stack[:, :, controls]
        inverse = np.linalg.pinv(known[:, controls], rcond=NOTHING_LEFT, hermitian=True)
        stack = stack - known @ inverse @ np.swapaxes(known, 1, 2)
    columns = [k for group in owned for k in group]
    owner = np.repeat(np.arange(len(owned)), [len(group) for group in owned])
    member = (owner[:, None] == np.arange(len(owned))).astype(np.float64)
    among = stack[:, columns][:, :, columns]
    whiten = _root(among * (member @ member.T), -0.5)
    root_of = whiten @ among @ whiten
    with_outcome = whiten @ stack[:, columns, -1][:, :, None]
    slopes = (_root(root_of, -0.5) @ with_outcome)[:, None, :, 0]
    parts = (_root(root_of, 0.5) * slopes) @ member
    return ((parts**2).sum(axis=2) @ member).reshape(*np.shape(covariance)[:-2], len(owned))


def _root(matrices: Floats, power: float) -> Floats:
    """Power of symmetric matrices on the directions in which they have something left."""
    values, vectors = np.linalg.eigh(matrices)
    raised = np.power(values, power, out=np.zeros_like(values), where=values > NOTHING_LEFT)
    return (vectors * raised[:, None, :]) @ np.swapaxes(vectors, 1, 2)
