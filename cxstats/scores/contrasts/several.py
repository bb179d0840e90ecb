"""Do several independent samples differ at all: one test before, or beside, the comparisons of each.

>>> waves = [[3, 4, 8, 15, 10], [8, 7, 7, 10, 8], [5, 5, 9, 9, 12]]
>>> round(welch_anova(Sample.from_counts(waves, range(1, 6))).p_value, 4)
0.1831
>>> round(kruskal_wallis(waves).p_value, 4)
0.2262
"""

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import ArrayLike

from cxstats.scores.contrasts.shifts import ChiSquared
from cxstats.scores.samples import Sample


@dataclass(frozen=True, slots=True)
class FTest:
    """A test by the distribution of F.

    Attributes
    ----------
    statistic
        0 or more.
    between, within
        Degrees of freedom.
    """

    statistic: float
    between: float
    within: float

    @property
    def p_value(self) -> float:
        """Probability of a statistic as large."""
        return float(scipy.special.fdtrc(self.between, self.within, self.statistic))


def welch_anova(sample: Sample) -> FTest:
    """Welch's test that S independent segments have the same mean, whatever their variances.

    Parameters
    ----------
    sample
        Simple random samples, or under a design its variances and degrees of freedom. Segments with fewer than two
        answers do not count.

    Raises
    ------
    ValueError
        If fewer than two segments count, or one has no variance: it would have to have all the weight.

    References
    ----------
    Welch (1951), On the comparison of several mean values: an alternative approach. Biometrika 38.
    """
    simple = np.isinf(sample.degrees_of_freedom)
    degrees = np.where(simple, sample.n - 1, sample.degrees_of_freedom)
    counted = (sample.n > 1) & (degrees > 0)
    variance = sample.variance[counted] / np.where(simple, sample.n - 1, sample.effective_n)[counted]
    if counted.sum() < 2 or not (variance > 1e-14 * float(np.ptp(sample.values)) ** 2 / sample.n[counted]).all():
        raise ValueError(
            "Welch's test needs two or more segments with two or more answers that differ; got n = "
            f"{sample.n.tolist()} with variances {sample.variance.round(6).tolist()}"
        )
    segments = int(counted.sum())
    weight = 1 / variance
    share = weight / weight.sum()
    estimate = sample.estimate[counted]
    spread = float(weight @ (estimate - share @ estimate) ** 2) / (segments - 1)
    doubt = float(((1 - share) ** 2 / degrees[counted]).sum())
    statistic = spread / (1 + 2 * (segments - 2) / (segments**2 - 1) * doubt)
    return FTest(statistic, segments - 1, (segments**2 - 1) / (3 * doubt))


def kruskal_wallis(counts: ArrayLike) -> ChiSquared:
    """Test of Kruskal and Wallis that no segment tends to higher answers, corrected for ties.

    Parameters
    ----------
    counts
        Unweighted answers by segment and point, lowest point first; shape (S, K). Empty segments do not count.

    Raises
    ------
    ValueError
        If fewer than two segments have answers or all answers are equal.

    References
    ----------
    Kruskal and Wallis (1952), Use of ranks in one-criterion variance analysis. JASA 47.
    """
    table = np.atleast_2d(np.asarray(counts, dtype=np.float64))
    table = table[table.sum(axis=1) > 0]
    points, n = table.sum(axis=0), table.sum(axis=1)
    if len(table) < 2 or (points > 0).sum() < 2:
        raise ValueError(f"two or more segments need answers that differ; got counts {np.asarray(counts).tolist()}")
    rank = np.cumsum(points) - points / 2
    spread = points @ (rank - n.sum() / 2) ** 2 / (n.sum() - 1)
    between = (n * (table @ rank / n - n.sum() / 2) ** 2).sum()
    return ChiSquared(float(between / spread), len(table) - 1)
