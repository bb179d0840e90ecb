"""Do two ordered answers rise together or against each other: a one-sided test that holds for any margins.

>>> import numpy as np
>>> found = order_test(np.array([[9, 1, 0], [2, 5, 2], [0, 2, 9]]))
>>> found.strength > 0.5, found.p_with < 0.01, found.p_against
(True, True, 1.0)
"""

import math
from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

from cxstats.responses.crosstabs import CrossTally
from cxstats.responses.scales import Scale
from cxstats.scores.association import rank_correlation

Counts = NDArray[np.int64]

_SEED = 20_250_131


@dataclass(frozen=True, slots=True)
class Ordering:
    """How two ordered answers go together.

    Attributes
    ----------
    n
        Customers with both.
    strength
        Spearman's rank correlation, -1 to 1; NaN where one of the two does not vary.
    p_against, p_with
        P-values of a negative and of a positive association, each one-sided.
    """

    n: int
    strength: float
    p_against: float
    p_with: float


def order_test(counts: Counts, *, resamples: int = 999) -> Ordering:
    """Test whether two ordered answers go against each other, and whether they go together.

    Each p-value is the larger of two: that of the permutation test, which is exact where the two are independent
    however few or lopsided the answers, and that of the correlation over its standard error, which holds in large
    samples where the two depend on each other and the correlation is zero nonetheless.

    Parameters
    ----------
    counts
        Customers at each pair of answers, both in ascending order; shape (I, J).
    resamples
        Tables drawn at random with the same margins, always the same ones; p-values are at least
        1 / (resamples + 1).

    Returns
    -------
    Ordering
        P-values of 1 where one of the two does not vary.

    References
    ----------
    Hájek, Šidák and Sen (1999), Theory of Rank Tests, 2nd edition, Academic Press.
    Patefield (1981), Algorithm AS 159: an efficient method of generating random R x C tables with given row and
    column totals. Applied Statistics 30.
    DiCiccio and Romano (2017), Robust permutation tests for correlation and regression coefficients. JASA 112.
    """
    table = counts[counts.sum(axis=1) > 0][:, counts.sum(axis=0) > 0]
    n = int(table.sum())
    if min(table.shape) < 2:
        return Ordering(n, math.nan, 1.0, 1.0)
    scales = [Scale("order", range(size), "high") for size in table.shape]
    found = rank_correlation(CrossTally("", "", scales[0], scales[1], table, 0))
    rows, columns = table.sum(axis=1), table.sum(axis=0)
    a, b = _mid_ranks(rows), _mid_ranks(columns)
    drawn = scipy.stats.random_table.rvs(rows, columns, size=resamples, random_state=np.random.default_rng(_SEED))
    sums, own = np.einsum("i,rij,j->r", a, drawn, b), float(a @ table @ b)
    # Sums of the same products in another order may differ in the last digit.
    slack = 1e-9 * float(rows @ a**2 * (columns @ b**2)) ** 0.5
    below, above = (1 + int((sums <= own + slack).sum()), 1 + int((sums >= own - slack).sum()))
    z = found.estimate / max(found.standard_error, 1e-12)
    against, together = (float(scipy.special.ndtr(side)) for side in (z, -z))
    return Ordering(n, found.estimate, max(below / (resamples + 1), against), max(above / (resamples + 1), together))


def _mid_ranks(sizes: Counts) -> NDArray[np.float64]:
    """Mid-ranks of ordered groups about their mean, between -1/2 and 1/2."""
    return (np.cumsum(sizes) - sizes / 2) / sizes.sum() - 0.5
