"""Which columns separate yes from no: the case in which a logistic regression has no finite answer."""

from typing import Final

import numpy as np
import scipy
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_NOTICEABLE: Final = 1e-6


def separating_columns(x: Floats, y: Floats) -> list[int]:
    """Find columns of which a combination is never on the wrong side of zero, and sometimes on the right one.

    Parameters
    ----------
    x
        Columns, the intercept's among them; shape (N, P).
    y
        1 for yes and 0 for no; shape (N,).

    Returns
    -------
    list of int
        Columns that separate by themselves; if there are none, those that do together; none if nothing separates.

    References
    ----------
    Konis (2007), Linear programming algorithms for detecting separated data in binary logistic regression models.
    DPhil thesis, University of Oxford.
    """
    alone = _alone(x, y)
    return alone or _together(x, y)


def _alone(x: Floats, y: Floats) -> list[int]:
    yes, no = x[y == 1], x[y == 0]
    varies = np.ptp(x, axis=0) > 0
    apart = (yes.min(axis=0) >= no.max(axis=0)) | (no.min(axis=0) >= yes.max(axis=0))
    return [int(k) for k in np.flatnonzero(varies & apart)]


def _together(x: Floats, y: Floats) -> list[int]:
    """Leave columns out as long as the others still separate."""
    signed = np.unique((2 * y - 1)[:, None] * x / np.abs(x).max(axis=0, initial=1e-300), axis=0)
    if not _separates(signed):
        return []
    varies = [int(k) for k in np.flatnonzero(np.ptp(x, axis=0) > 0)]
    kept = [*range(x.shape[1])]
    for column in varies:
        others = [k for k in kept if k != column]
        kept = others if _separates(signed[:, others]) else kept
    return [k for k in varies if k in kept]


def _separates(signed: Floats) -> bool:
    """Maximise how far rows are on the right side of zero, none being on the wrong one."""
    gain = signed.sum(axis=0)
    found = scipy.optimize.linprog(-gain, A_ub=-signed, b_ub=np.zeros(len(signed)), bounds=(-1, 1))
    return found.x is not None and float(gain @ np.asarray(found.x)) > _NOTICEABLE
