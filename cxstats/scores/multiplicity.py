"""P-values of several tests at once, adjusted for their number."""

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
Adjust = Literal["holm", "bh"]


def adjusted_p_values(p_values: ArrayLike, method: Adjust) -> Floats:
    """Adjust p-values for their number; NaN ones do not count.

    Parameters
    ----------
    p_values
        Shape (K,).
    method
        ``"holm"`` or ``"bh"``.

    References
    ----------
    Holm (1979), A simple sequentially rejective multiple test procedure. Scandinavian Journal of Statistics 6.
    Benjamini and Hochberg (1995), Controlling the false discovery rate. JRSS B 57.

    Examples
    --------
    >>> adjusted_p_values([0.01, 0.04, 0.03], "holm"), adjusted_p_values([0.01, 0.04, 0.03], "bh")
    (array([0.03, 0.06, 0.06]), array([0.03, 0.04, 0.04]))
    """
    given = np.asarray(p_values, dtype=np.float64)
    found = np.full_like(given, np.nan)
    known = np.flatnonzero(~np.isnan(given))
    order = known[np.argsort(given[known], kind="stable")]
    count, rank = len(order), np.arange(1, len(order) + 1)
    if method == "holm":
        raised = np.maximum.accumulate(given[order] * (count - rank + 1))
    else:
        raised = np.minimum.accumulate((given[order] * count / rank)[::-1])[::-1]
    found[order] = np.minimum(raised, 1.0)
    return found
