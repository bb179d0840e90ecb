"""Did the same customers shift between answers: tests of a square cross-table, and of its two corners for a share.

>>> waves = [[30, 8, 4], [12, 20, 9], [5, 7, 25]]
>>> same_margins = stuart_maxwell(waves)
>>> round(same_margins.statistic, 4), same_margins.degrees_of_freedom, round(same_margins.p_value, 4)
(1.1553, 2, 0.5612)
>>> round(mcnemar_p_value(8, 16, "mid-p"), 4)
0.1078
"""

from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import scipy
from numpy.typing import ArrayLike

from cxstats.responses.names import unknown_name
from cxstats.scores.samples import Floats

McNemar = Literal["chi-squared", "corrected", "exact", "mid-p"]


@dataclass(frozen=True, slots=True)
class ChiSquared:
    """A chi-squared test.

    Attributes
    ----------
    statistic
        0 or more.
    degrees_of_freedom
        Of its distribution.
    """

    statistic: float
    degrees_of_freedom: int

    @property
    def p_value(self) -> float:
        """Probability of a statistic as large; 1 without degrees of freedom."""
        if self.degrees_of_freedom == 0:
            return 1.0
        return float(scipy.special.chdtrc(self.degrees_of_freedom, self.statistic))


def mcnemar_p_value(only_first: float, only_second: float, method: McNemar = "chi-squared") -> float:
    """Two-sided p-value of equal shares among the same customers, from those who changed.

    Parameters
    ----------
    only_first, only_second
        Customers with only the first and only the second.
    method
        ``"chi-squared"`` (belongs to Tango's interval), ``"corrected"`` for continuity, ``"exact"`` binomial, or
        ``"mid-p"``, the exact one less half the probability of what was seen.

    Returns
    -------
    1 where nobody changed.

    Raises
    ------
    ValueError
        If the method is unknown or a count is below 0.

    References
    ----------
    McNemar (1947), Note on the sampling error of the difference between correlated proportions or percentages.
    Psychometrika 12.
    Fagerland, Lydersen and Laake (2013), The McNemar test for binary matched-pairs data: mid-p and asymptotic are
    better than exact conditional. BMC Medical Research Methodology 13.
    """
    if method not in get_args(McNemar):
        raise ValueError(unknown_name("McNemar test", method, get_args(McNemar)))
    if min(only_first, only_second) < 0:
        raise ValueError(f"counts must be 0 or more; got {only_first} and {only_second}")
    changed, fewer = only_first + only_second, min(only_first, only_second)
    if changed == 0:
        return 1.0
    if method in ("chi-squared", "corrected"):
        apart = max(abs(only_first - only_second) - (method == "corrected"), 0.0)
        return float(scipy.special.chdtrc(1, apart**2 / changed))
    as_seen = float(scipy.stats.binom.pmf(fewer, changed, 0.5))
    both_tails = min(2 * float(scipy.stats.binom.cdf(fewer, changed, 0.5)), 1.0)
    if method == "exact":
        return both_tails
    return 1 - as_seen / 2 if only_first == only_second else both_tails - as_seen


def stuart_maxwell(table: ArrayLike) -> ChiSquared:
    """Test that both answers of the same customers have the same distribution.

    Parameters
    ----------
    table
        Customers by first and second answer, shape (K, K). Points that nobody gave either time are left out.

    References
    ----------
    Stuart (1955), A test for homogeneity of the marginal distributions in a two-way classification. Biometrika 42.
    Maxwell (1970), Comparing the classification of subjects by two independent judges. British Journal of Psychiatry
    116.
    """
    counts = _square(table)
    apart = counts.sum(axis=1) - counts.sum(axis=0)
    covariance = np.diag(counts.sum(axis=1) + counts.sum(axis=0)) - counts - counts.T
    # The margins sum to the same, once for each group of points between which nobody moved: so many values are 0.
    rank = int(np.linalg.matrix_rank(covariance, hermitian=True)) if len(counts) else 0
    return ChiSquared(float(apart @ np.linalg.pinv(covariance, hermitian=True) @ apart) if rank else 0.0, rank)


def bowker(table: ArrayLike) -> ChiSquared:
    """Test that as many customers moved from each point to each other as moved back.

    Parameters
    ----------
    table
        Customers by first and second answer, shape (K, K). Pairs of points between which nobody moved do not count.

    References
    ----------
    Bowker (1948), A test for symmetry in contingency tables. JASA 43.
    """
    counts = _square(table)
    there, back = counts[np.triu_indices(len(counts), 1)], counts.T[np.triu_indices(len(counts), 1)]
    moved = there + back > 0
    terms = (there[moved] - back[moved]) ** 2 / (there[moved] + back[moved])
    return ChiSquared(float(terms.sum()), int(moved.sum()))


def _square(table: ArrayLike) -> Floats:
    counts = np.asarray(table, dtype=np.float64)
    if counts.ndim != 2 or counts.shape[0] != counts.shape[1] or not (counts >= 0).all():
        raise ValueError(f"the table must be square, with counts of 0 or more; got shape {counts.shape}")
    return counts
