"""How periods vary beyond what their answers explain, and whether that lasts; from how neighbours differ.

>>> z = np.array([1.0, -1.0, 2.0, -2.0, 0.0])
>>> round(ratio(z), 3), carry_of(z)
(2.437, 0.0)
"""

from typing import Final

import numpy as np
import scipy
from numpy.typing import NDArray

Floats = NDArray[np.float64]

D2: Final = 2 / np.sqrt(np.pi)
"""Mean range of two standard normal values: 1.128379; textbooks and R's qcc round it to 1.128."""


def ratio(z: Floats, carry: float = 0.0) -> float:
    """Return the standard deviation of standardised scores, by their moving ranges.

    Neighbours that go together differ less: the mean range is the square root of one less their correlation times that
    of independent ones.
    """
    return float(np.abs(np.diff(z)).mean() / D2 / np.sqrt(1 - carry))


def range_error(periods: int) -> float:
    """Return the relative standard error of a mean moving range of so many independent normal values.

    Exact: neighbouring ranges share a value, others are independent.
    """
    own = 2 - D2**2
    shared = D2**2 * (np.sqrt(3 / 4) + np.arcsin(1 / 2) / 2 - 1)
    return float(np.sqrt((periods - 1) * own + 2 * (periods - 2) * shared) / (periods - 1) / D2)


def spread_of(deviation: Floats, chance: Floats, *, carry: float = 0.0) -> float:
    """Return the standard deviation of ups and downs that add to sampling error.

    Parameters
    ----------
    deviation
        Of the score of each period from what is expected; shape (m,).
    chance
        Standard error of each score by its answers; shape (m,).
    carry
        Correlation of neighbours.

    Returns
    -------
    float
        At which scores vary as much as their standard deviations ``sqrt(spread**2 + chance**2)`` say, by the mean
        moving range of the standardised scores; 0 where chance explains it all. Where all periods have as many answers
        these standard deviations are Laney's.
    """

    def off(spread: float) -> float:
        return ratio(deviation / np.sqrt(spread**2 + chance**2), carry) - 1

    if off(0.0) <= 0:
        return 0.0
    most = float(np.abs(deviation).max()) + float(chance.max())
    while off(most) > 0:
        most *= 2
    return float(scipy.optimize.brentq(off, 0.0, most, xtol=1e-6 * most))


def autocorrelation(z: Floats) -> float:
    """Return the correlation of neighbours, 0 where all are equal."""
    centred = z - z.mean()
    return float(centred[1:] @ centred[:-1] / (centred @ centred)) if np.ptp(z) > 0 else 0.0


def carry_of(z: Floats) -> float:
    """Return the correlation of neighbours as far as it is sure to be one: shrunk by its own sampling error.

    An estimate below its standard error, 1 over the root of the number of periods, counts as none; a larger one loses
    its squared standard error over itself. The bias of a series about its own mean is added back.

    References
    ----------
    James and Stein (1961), Estimation with quadratic loss. Proceedings of the Fourth Berkeley Symposium 1: the
    positive part of their shrinkage.
    Kendall (1954), Note on bias in the estimation of autocorrelation. Biometrika 41.
    """
    found = autocorrelation(z) + 1 / len(z)
    return max(found - 1 / (len(z) * found), 0.0) if found > 0 else 0.0
