"""How much of what the data could say about a driver the other columns take away.

>>> one, other = np.array([1.0, 2, 3, 4, 5, 6]), np.array([2.0, 1, 4, 3, 6, 5])
>>> found = generalised_inflation(np.column_stack([one, other]), {"one": [0], "other": [1]})
>>> bool(np.isclose(found["one"], 1 / (1 - np.corrcoef(one, other)[0, 1] ** 2)))
True
"""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def generalised_inflation(
    x: Floats, groups: Mapping[str, Sequence[int]], *, weights: Floats | None = None
) -> dict[str, float]:
    """Say by how much others inflate the confidence region of each driver: GVIF, 1 or more.

    Parameters
    ----------
    x
        Columns without the intercept, none of which follows from the others; shape (N, P).
    groups
        From each driver to its columns.
    weights
        Shape (N,).

    Returns
    -------
    dict
        The variance inflation factor where a driver has one column. Of K columns it is the squared ratio of the
        volumes of two ellipsoids, so that its 2K-th root is by how much an interval is widened.

    References
    ----------
    Fox and Monette (1992), Generalized collinearity diagnostics. JASA 87.
    """
    share = np.full(len(x), 1 / len(x)) if weights is None else weights / weights.sum()
    around = x - share @ x
    products = (around * share[:, None]).T @ around
    spread = np.sqrt(np.diag(products))
    correlations = products / spread / spread[:, None]
    whole = _log_volume(correlations)
    found: dict[str, float] = {}
    for name, own in groups.items():
        others = [k for k in range(x.shape[1]) if k not in set(own)]
        parts = (_log_volume(correlations[np.ix_(part, part)]) for part in (list(own), others))
        found[name] = max(1.0, float(np.exp(sum(parts) - whole)))
    return found


def condition_index(x: Floats, *, weights: Floats | None = None) -> float:
    """Return the largest condition index: how many times the columns are nearer to one another than unrelated ones.

    Parameters
    ----------
    x
        Columns, the intercept's among them and not centred; each is brought to length 1; shape (N, P).
    weights
        Shape (N,).

    References
    ----------
    Belsley, Kuh and Welsch (1980), Regression Diagnostics, chapter 3: 30 and more is a reason to look.
    """
    root = x if weights is None else x * np.sqrt(weights)[:, None]
    values = np.linalg.svd(root / np.linalg.norm(root, axis=0), compute_uv=False)
    return float(values[0] / values[-1]) if values[-1] > 0 else np.inf


def _log_volume(correlations: Floats) -> float:
    return float(np.linalg.slogdet(correlations)[1]) if len(correlations) else 0.0
