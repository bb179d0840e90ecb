"""How much of a variance every subset of drivers explains, and what that makes of each driver (Shapley, LMG).

All start from a covariance matrix with the outcome in the last column, or from many such matrices at once, so that they
serve weighted data, resamples and designs alike.

>>> correlation = np.array([[1, 0.5, 0.6], [0.5, 1, 0.4], [0.6, 0.4, 1]])
>>> subset_r2(correlation).round(4)
array([0.    , 0.36  , 0.16  , 0.3733])
>>> shapley_r2(correlation).round(6)
array([0.286667, 0.086667])

Drivers are taken one by one. For each subset of those taken, what is left of the covariance of the columns to come and
the outcome after eliminating the drivers in it (a Schur complement) is kept. The matrices shrink as the subsets double,
so that all 2^G subsets of G drivers cost about 4 * 2^G multiplications.
"""

import math
from collections.abc import Iterator, Sequence
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Groups = Sequence[Sequence[int]]
Triangle = list[Floats]
"""Upper triangles of matrices of M columns: the i-th array, shape (M - i, S, B), has row i from the diagonal on."""

MOST_EXACT: Final = 22
NOTHING_LEFT: Final = 1e-10
"""A column of which a smaller share of its variance is left is a combination of those eliminated before."""

_AT_ONCE: Final = 2**17


def subset_r2(covariance: ArrayLike, groups: Groups | None = None) -> Floats:
    """Share of the outcome's variance that each subset of drivers explains.

    Parameters
    ----------
    covariance
        Covariances or cross-products about the mean, the outcome in the last column; shape (..., P + 1, P + 1).
    groups
        The columns of each driver; one driver for each column unless given. Columns of no driver are controls, which
        are in every subset.

    Returns
    -------
    numpy.ndarray
        Shape (..., 2^G), 0 to 1. Driver g is in subset s if bit g of s is set; the last subset has all of them. NaN if
        the outcome does not vary. A column that does not vary, or that the columns before it determine, adds nothing.

    Raises
    ------
    ValueError
        If the matrix is not square, the groups overlap or name no such column, or there are more than 22 drivers.
    """
    stack, owned, controls = arranged(covariance, groups)
    require_few(len(owned))
    found = [np.moveaxis(part, 0, -1) for part in _all_subsets(stack, owned, controls)]
    return np.concatenate(found).reshape(*np.shape(covariance)[:-2], 2 ** len(owned))


def shapley_r2(covariance: ArrayLike, groups: Groups | None = None) -> Floats:
    """Exact Shapley values of R2: what a driver adds, averaged over all orders in which drivers can enter (LMG).

    Parameters
    ----------
    covariance
        Covariances or cross-products about the mean, the outcome in the last column; shape (..., P + 1, P + 1).
    groups
        The columns of each driver, at most 22 drivers; one driver for each column unless given. Columns of no driver
        are controls.

    Returns
    -------
    numpy.ndarray
        Shape (..., G), 0 to 1; they sum to R2 (to what drivers add to the R2 of the controls, if any). Copies of
        a driver share equally.

    Raises
    ------
    ValueError
        As `subset_r2`.

    References
    ----------
    Lindeman, Merenda and Gold (1980), Introduction to Bivariate and Multivariate Analysis, p. 119.
    Kruskal (1987), Relative importance by averaging over orderings. American Statistician 41.
    """
    stack, owned, controls = arranged(covariance, groups)
    count = len(owned)
    require_few(count)
    weights = _weights_of_subsets(count)
    found = np.concatenate([_marginal_sums(part, weights) for part in _all_subsets(stack, owned, controls)])
    varies = np.einsum("bii->bi", stack) > 0
    idle = np.stack([~varies[:, group].any(axis=1) for group in owned], axis=1)
    return np.where(idle & ~np.isnan(found), 0.0, found).reshape(*np.shape(covariance)[:-2], count)


def first_r2(covariance: ArrayLike, groups: Groups | None = None) -> Floats:
    """Return what each driver explains by itself, beyond the controls only; shape (..., G)."""
    return _one_by_one(covariance, groups, last=False)


def last_r2(covariance: ArrayLike, groups: Groups | None = None) -> Floats:
    """Return what each driver explains beyond all others, its squared semipartial correlation; shape (..., G)."""
    return _one_by_one(covariance, groups, last=True)


def full_r2(covariance: ArrayLike, groups: Groups | None = None) -> Floats:
    """Return what all drivers explain beyond the controls; shape (...)."""
    stack, owned, controls = arranged(covariance, groups)
    columns = [k for group in owned for k in group]
    start = _without(_triangle(stack, [*controls, *columns]), len(controls))
    end = _without(start, len(columns))
    return (start[-1] - end[-1])[0, 0].reshape(np.shape(covariance)[:-2])


def gains_in_order(covariance: ArrayLike) -> Floats:
    """Return what each column adds to the R2 of those before it; (..., P + 1, P + 1) gives (..., P)."""
    stack, *_ = arranged(covariance, None)
    left = _triangle(stack, list(range(stack.shape[-1] - 1)))
    unexplained = [left[-1][0, 0]]
    while len(left) > 1:
        left = _eliminated(left)
        unexplained.append(left[-1][0, 0])
    left_after = np.stack(unexplained, axis=-1)
    return (left_after[:, :-1] - left_after[:, 1:]).reshape(*np.shape(covariance)[:-2], -1)


def arranged(covariance: ArrayLike, groups: Groups | None) -> tuple[Floats, list[list[int]], list[int]]:
    """Check matrices and groups; return correlations, shape (B, P + 1, P + 1), columns of each driver, and controls."""
    matrices = np.asarray(covariance, dtype=np.float64)
    if matrices.ndim < 2 or matrices.shape[-1] != matrices.shape[-2] or matrices.shape[-1] < 2:
        raise ValueError(f"covariance must be square with the outcome last, (..., P + 1, P + 1); got {matrices.shape}")
    columns = matrices.shape[-1] - 1
    owned = [[k] for k in range(columns)] if groups is None else [list(group) for group in groups]
    flat = [k for group in owned for k in group]
    if not owned or not all(owned) or len(set(flat)) < len(flat) or not set(flat) <= set(range(columns)):
        raise ValueError(f"groups must be disjoint lists of the {columns} columns, from 0 on; got {owned}")
    stack = matrices.reshape(-1, columns + 1, columns + 1)
    spread = np.sqrt(np.maximum(np.einsum("bii->bi", stack), 0.0))
    scale = np.divide(1.0, spread, out=np.zeros_like(spread), where=spread > 0)
    scale[spread[:, -1] == 0, -1] = np.nan
    return stack * scale[:, :, None] * scale[:, None, :], owned, sorted(set(range(columns)) - set(flat))


def require_few(drivers: int) -> None:
    """Refuse more drivers than all subsets can be taken of."""
    if drivers > MOST_EXACT:
        raise ValueError(f"all subsets are taken of at most {MOST_EXACT} drivers; got {drivers}: sample orders instead")


def _all_subsets(stack: Floats, owned: list[list[int]], controls: list[int]) -> Iterator[Floats]:
    """R2 of every subset, for as many matrices at once as fit in the processor's cache; shapes (2^G, B)."""
    order = [*controls, *(k for group in owned for k in group)]
    at_once = max(1, _AT_ONCE >> len(owned))
    for start in range(0, len(stack), at_once):
        left = _without(_triangle(stack[start : start + at_once], order), len(controls))
        for group in owned:
            left = _with_or_without(left, len(group))
        yield 1.0 - left[0][0]


def _triangle(stack: Floats, columns: list[int]) -> Triangle:
    """Put columns in this order, and the outcome last."""
    order = [*columns, stack.shape[-1] - 1]
    turned = np.ascontiguousarray(np.moveaxis(stack[:, order][:, :, order], 0, -1))
    return [turned[i, i:, None, :] for i in range(len(turned))]


def _eliminated(left: Triangle) -> Triangle:
    """Take the first column out of all others."""
    return [row - part * first for row, part, first in _parts(left)]


def _without(left: Triangle, columns: int) -> Triangle:
    for _ in range(columns):
        left = _eliminated(left)
    return left


def _with_or_without(left: Triangle, columns: int) -> Triangle:
    """Leave the next driver aside or take it out: twice the subsets, smaller matrices."""
    taken = _without(left, columns - 1)
    both: Triangle = []
    for row, (further, part, first) in zip(left[columns:], _parts(taken), strict=True):
        width, subsets, batch = row.shape
        joined = np.empty((width, 2 * subsets, batch))
        joined[:, :subsets] = row
        np.multiply(part, first, out=joined[:, subsets:])
        np.subtract(further, joined[:, subsets:], out=joined[:, subsets:])
        both.append(joined)
    return both


def _parts(left: Triangle) -> Iterator[tuple[Floats, Floats, Floats]]:
    """Each further row, its regression on the first column, and the first column from there on."""
    first = left[0]
    pivot = first[0]
    slope = np.divide(1.0, pivot, out=np.zeros_like(pivot), where=pivot > NOTHING_LEFT)
    for i, row in enumerate(left[1:], 1):
        yield row, first[i] * slope, first[i:]


def _weights_of_subsets(count: int) -> tuple[Floats, Floats]:
    """Weight of a subset before a driver joins it and after (0 where that cannot be); shape (2^G,) each."""
    sizes = np.zeros(1, dtype=np.intp)
    for _ in range(count):
        sizes = np.concatenate([sizes, sizes + 1])
    joins = np.array([1 / (count * math.comb(count - 1, k)) for k in range(count)])
    return np.append(joins, 0.0)[sizes], np.insert(joins, 0, 0.0)[sizes]


def _marginal_sums(r2: Floats, weights: tuple[Floats, Floats]) -> Floats:
    """Sum what a driver gains in the subsets with it and loses in those without; (2^G, B) gives (B, G)."""
    before, after = weights
    out = before @ r2
    both = r2 * (before + after)[:, None]
    found: list[Floats] = []
    while len(both) > 1:
        lower, upper = np.split(both, 2)
        found.append(upper.sum(axis=0) - out)
        both = lower + upper
    return np.maximum(np.stack(found[::-1], axis=-1), 0.0)


def _one_by_one(covariance: ArrayLike, groups: Groups | None, *, last: bool) -> Floats:
    stack, owned, controls = arranged(covariance, groups)
    found: list[Floats] = []
    for g, group in enumerate(owned):
        others = [k for h, other in enumerate(owned) if h != g for k in other] if last else []
        before = [*controls, *others]
        left = _without(_triangle(stack, [*before, *group]), len(before))
        found.append((left[-1] - _without(left, len(group))[-1])[0, 0])
    return np.stack(found, axis=-1).reshape(*np.shape(covariance)[:-2], len(owned))
