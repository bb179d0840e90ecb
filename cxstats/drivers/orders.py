"""Shapley values of R2 for more drivers than all subsets can be taken of: from sampled orders, with their error.

>>> correlation = np.full((31, 31), 0.3) + 0.7 * np.eye(31)
>>> sampled = sampled_shapley_r2(correlation, rng=1)
>>> bool(np.all(np.abs(sampled.estimate - sampled.estimate.mean()) < 5 * sampled.standard_error))
True
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from cxstats.drivers.subsets import Floats, Groups, arranged, gains_in_order

PAIRS: Final = 1_000
SEED: Final = 19800119


@dataclass(frozen=True, slots=True, eq=False)
class SampledShapley:
    """Shapley values from sampled orders.

    Attributes
    ----------
    estimate
        Share of the outcome's variance, 0 to 1; they sum to R2 exactly, as in every order; shape (G,).
    standard_error
        From the sampling of orders alone; shape (G,).
    """

    estimate: Floats
    standard_error: Floats


def sampled_shapley_r2(
    covariance: ArrayLike, groups: Groups | None = None, *, n_pairs: int = PAIRS, rng: int = SEED
) -> SampledShapley:
    """Average what drivers add to R2 over sampled orders, each with its reverse.

    Parameters
    ----------
    covariance
        Covariances or cross-products about the mean, the outcome in the last column; shape (P + 1, P + 1).
    groups
        The columns of each driver; one driver for each column unless given. Columns of no driver are controls.
    n_pairs
        Pairs of an order and its reverse, at least 2.
    rng
        Seed.

    Raises
    ------
    ValueError
        If the matrix is not square, the groups overlap or name no such column, or the pairs are too few.

    References
    ----------
    Castro, Gomez and Tejada (2009), Polynomial calculation of the Shapley value based on sampling. Computers and
    Operations Research 36. Mitchell, Cooper, Frank and Holmes (2022), Sampling permutations for Shapley value
    estimation. JMLR 23, for an order and its reverse.
    """
    if n_pairs < 2:
        raise ValueError(f"n_pairs must be at least 2; got {n_pairs}")
    stack, owned, _ = arranged(covariance, groups)
    gains = gains_of_pairs(stack[:1], owned, sampled_orders(len(owned), n_pairs, rng))[0]
    return SampledShapley(gains.mean(axis=0), gains.std(axis=0, ddof=1) / n_pairs**0.5)


def sampled_orders(drivers: int, n_pairs: int, rng: int) -> NDArray[np.intp]:
    """Orders, each followed by its reverse; shape (2 * n_pairs, G)."""
    forward = np.random.default_rng(rng).permuted(np.tile(np.arange(drivers), (n_pairs, 1)), axis=1)
    return np.stack([forward, forward[:, ::-1]], axis=1).reshape(-1, drivers)


def gains_of_pairs(covariance: Floats, groups: Groups, orders: NDArray[np.intp]) -> Floats:
    """Average what each driver adds over an order and its reverse; (B, P + 1, P + 1) gives (B, pairs, G)."""
    outcome = covariance.shape[-1] - 1
    owned = {k for group in groups for k in group}
    controls = [k for k in range(outcome) if k not in owned]
    rows: list[list[int]] = orders.tolist()
    columns = np.array([[*controls, *(k for g in order for k in groups[g]), outcome] for order in rows])
    gains = gains_in_order(covariance[:, columns[:, :, None], columns[:, None, :]])
    by_column = np.zeros_like(gains)
    np.put_along_axis(by_column, columns[None, :, :-1], gains, axis=2)
    by_driver = np.stack([by_column[:, :, list(group)].sum(axis=2) for group in groups], axis=2)
    return by_driver.reshape(len(covariance), -1, 2, len(groups)).mean(axis=2)
