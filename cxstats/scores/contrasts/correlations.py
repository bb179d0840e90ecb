"""Two correlations of the same customers: is loyalty tied more closely to CES than to CSAT.

>>> found = overlapping_correlations(0.53, 0.38, 0.45, n=150)
>>> round(found.p_value, 3), [round(limit, 3) for limit in found.interval()]
(0.042, [0.006, 0.296])
"""

import math
from dataclasses import dataclass

import numpy as np
import scipy

from cxstats.scores.differences import square_and_add
from cxstats.scores.samples import Interval, upper_tail

_FEWEST: int = 4


@dataclass(frozen=True, slots=True)
class CorrelationDifference:
    """The first correlation less the second, both Pearson's, of the same customers.

    Attributes
    ----------
    first, second
        The two correlations.
    n
        Customers.
    between
        Correlation of the two estimates.
    between_if_equal
        The same if both correlations were their mean, as the test assumes.
    """

    first: float
    second: float
    n: int
    between: float
    between_if_equal: float

    @property
    def estimate(self) -> float:
        """First less second."""
        return self.first - self.second

    @property
    def p_value(self) -> float:
        """Steiger's two-sided p-value of equal correlations.

        References
        ----------
        Steiger (1980), Tests for comparing elements of a correlation matrix. Psychological Bulletin 87; his
        modification of Dunn and Clark's z.
        """
        apart = math.atanh(self.first) - math.atanh(self.second)
        z = apart * math.sqrt((self.n - 3) / (2 - 2 * self.between_if_equal))
        return float(2 * scipy.special.ndtr(-abs(z)))

    def interval(self, confidence_level: float = 0.95) -> tuple[float, float]:
        """Zou's interval of the difference: MOVER of Fisher's two intervals.

        References
        ----------
        Zou (2007), Toward using confidence intervals to compare correlations. Psychological Methods 12.
        """
        half = float(scipy.special.ndtri(upper_tail(confidence_level))) / math.sqrt(self.n - 3)

        def fisher(r: float) -> tuple[np.ndarray, Interval]:
            centre = math.atanh(r)
            return np.array([r]), Interval(np.tanh([centre - half]), np.tanh([centre + half]))

        found = square_and_add(fisher(self.first), fisher(self.second), correlation=self.between)
        return float(found.low[0]), float(found.high[0])


def overlapping_correlations(r_jk: float, r_jh: float, r_kh: float, *, n: int) -> CorrelationDifference:
    """Compare the correlations of one rating j with two others, k and h.

    Parameters
    ----------
    r_jk, r_jh
        The correlations compared, -1 to 1.
    r_kh
        The correlation of k and h.
    n
        Customers who answered all three; 4 or more.

    Raises
    ------
    ValueError
        If no three ratings can have these correlations or n is below 4.
    """
    _require([[1, r_jk, r_jh], [r_jk, 1, r_kh], [r_jh, r_kh, 1]], n)
    mean = (r_jk + r_jh) / 2
    return CorrelationDifference(r_jk, r_jh, n, _shared(r_jk, r_jh, r_kh), _shared(mean, mean, r_kh))


def separate_correlations(
    r_jk: float, r_hm: float, others: tuple[float, float, float, float], *, n: int
) -> CorrelationDifference:
    """Compare the correlations of two pairs of ratings, j with k and h with m, as of two waves.

    Parameters
    ----------
    r_jk, r_hm
        The correlations compared, -1 to 1.
    others
        The correlations of j and h, j and m, k and h, k and m.
    n
        Customers who answered all four; 4 or more.

    Raises
    ------
    ValueError
        If no four ratings can have these correlations or n is below 4.
    """
    r_jh, r_jm, r_kh, r_km = others
    _require([[1, r_jk, r_jh, r_jm], [r_jk, 1, r_kh, r_km], [r_jh, r_kh, 1, r_hm], [r_jm, r_km, r_hm, 1]], n)
    mean = (r_jk + r_hm) / 2
    return CorrelationDifference(r_jk, r_hm, n, _apart(r_jk, r_hm, others), _apart(mean, mean, others))


def _shared(r_jk: float, r_jh: float, r_kh: float) -> float:
    rest = 1 - r_jk**2 - r_jh**2 - r_kh**2
    return ((r_kh - r_jk * r_jh / 2) * rest + r_kh**3) / ((1 - r_jk**2) * (1 - r_jh**2))


def _apart(r_jk: float, r_hm: float, others: tuple[float, float, float, float]) -> float:
    r_jh, r_jm, r_kh, r_km = others
    squares = r_jk * r_hm * (r_jh**2 + r_jm**2 + r_kh**2 + r_km**2) / 2
    triples = r_jk * (r_jh * r_jm + r_kh * r_km) + r_hm * (r_jh * r_kh + r_jm * r_km)
    return (squares + r_jh * r_km + r_jm * r_kh - triples) / ((1 - r_jk**2) * (1 - r_hm**2))


def _require(correlation: list[list[float]], n: int) -> None:
    if n < _FEWEST:
        raise ValueError(f"comparing correlations needs {_FEWEST} customers or more; got {n}")
    smallest = float(np.linalg.eigvalsh(np.array(correlation)).min())
    if not smallest > 0:
        raise ValueError(f"no ratings have these correlations: their matrix has the eigenvalue {smallest:.3g}")
