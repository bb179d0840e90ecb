"""The level at which an interval for two bounds covers whatever lies between them."""

from typing import Final

import numpy as np
import scipy
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_BISECTIONS: Final = 60


def imbens_manski_level(width: Floats, standard_error: Floats, confidence_level: float) -> Floats:
    """Confidence level at which the limits of both bounds cover a parameter anywhere between them.

    Solves Phi(c + width / standard error) - Phi(-c) = confidence level and returns 2 Phi(c) - 1: the level itself where
    the bounds meet, 2 times the level less 1 where they are far apart.

    Parameters
    ----------
    width
        Distance of the bounds; shape (S,).
    standard_error
        Of each bound; shape (S,).
    confidence_level
        Between 0 and 1.

    References
    ----------
    Imbens and Manski (2004), Confidence intervals for partially identified parameters. Econometrica 72; equation 6.

    Examples
    --------
    >>> imbens_manski_level(np.array([0.0, 1.0, 1e6]), np.ones(3), 0.95).round(4)
    array([0.95  , 0.9073, 0.9   ])
    """
    ratio = np.divide(width, standard_error, out=np.full_like(width, np.inf), where=standard_error > 0)
    ratio = np.where(width <= 0, 0.0, ratio)
    phi = scipy.special.ndtr
    least, most = (
        np.full_like(ratio, float(scipy.special.ndtri(p))) for p in (confidence_level, (1 + confidence_level) / 2)
    )
    for _ in range(_BISECTIONS):
        middle = (least + most) / 2
        enough = phi(middle + ratio) - phi(-middle) >= confidence_level
        least, most = np.where(enough, least, middle), np.where(enough, middle, most)
    return 2 * phi(most).astype(np.float64) - 1
