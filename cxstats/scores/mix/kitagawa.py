"""The arithmetic of mix against rate: effects of each segment that add up exactly, and their gradients.

With w the share and m the score of a segment in the first and the second wave, and a bar for the mean of the two,

    rate of a segment = mean(w) * (m_2 - m_1)
    mix of a segment  = (w_2 - w_1) * (mean(m) - reference)

and all of them together are the change of the total. The reference, the mean of the two totals, makes the mix of a
segment positive if it grew and scores above that, or shrank and scores below; it leaves the sum as it is, since shares
sum to 1 in both waves.

References
----------
Kitagawa (1955), Components of a difference between two rates. JASA 50.
Das Gupta (1993), Standardization and decomposition of rates: a user's manual. U.S. Bureau of the Census, P23-186.
Oaxaca (1973), Male-female wage differentials in urban labor markets. International Economic Review 14, and Blinder
(1973), Wage discrimination: reduced form and structural estimates. Journal of Human Resources 8; the same
decomposition for regressions.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxstats.scores.mix.errors import Estimates, ScoreEffects
from cxstats.scores.mix.waves import Waves

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Effects:
    """What two waves differ by, all of it with standard errors.

    Attributes
    ----------
    parts
        The total change, what of it is rate and what is mix; shape (3,). NaN for the two where no segment has answers
        in both waves.
    score, share
        Change of the score and of the share of each segment; shape (S,). NaN scores where it is in one wave only.
    rate, mix, together
        What each segment contributes by a changed score, by a changed share and by both; shape (S,).
    levels
        The totals of the two waves; shape (2,).
    """

    parts: Estimates
    score: ScoreEffects
    share: Estimates
    rate: ScoreEffects
    mix: Estimates
    together: Estimates
    levels: Estimates


def effects_of(waves: Waves, values: Floats) -> Effects:
    """Decompose the change from the first to the second of two waves.

    Parameters
    ----------
    waves
        Two waves of S segments, both with answers.
    values
        The metric's value of each point; shape (K,).
    """
    w, m, dw, dm = waves.shares, waves.means(values), waves.share_gradients(), waves.mean_gradients(values)
    both = ~np.isnan(m).any(axis=0)
    # A segment of one wave only has no change of score: its score in the other is taken to be the same.
    for one, other in ((0, 1), (1, 0)):
        absent = np.isnan(m[one])
        m[one, absent], dm[one, absent] = m[other, absent], dm[other, absent]
    # Of a segment without answers in either wave both shares are 0, whatever its score.
    m = np.nan_to_num(m)
    levels = (w * m).sum(axis=1)
    of_levels = np.einsum("ps,ps...->p...", w, dm) + np.einsum("ps,ps...->p...", m, dw)
    reference, of_reference = levels.mean(), of_levels.mean(axis=0)
    growth, of_growth = w[1] - w[0], dw[1] - dw[0]
    change, of_change = m[1] - m[0], dm[1] - dm[0]
    middle, of_middle = m.mean(axis=0) - reference, dm.mean(axis=0) - of_reference
    size, of_size = w.mean(axis=0), dw.mean(axis=0)
    rate, of_rate = size * change, _times(size, of_change) + _times(change, of_size)
    mix, of_mix = growth * middle, _times(growth, of_middle) + _times(middle, of_growth)

    here = w > 0
    lowest = np.where(here, waves.degrees_of_freedom[:, :-1], np.inf).min(axis=0)
    whole = np.full(1, waves.degrees_of_freedom[:, -1].min())

    def estimates(found: Floats, gradients: Floats, degrees: Floats) -> Estimates:
        errors = np.where(degrees >= 1, waves.standard_errors(gradients), np.nan)
        return Estimates(found, errors, np.broadcast_to(degrees, found.shape))

    def of_scores(found: Floats, gradients: Floats, factor: Floats) -> ScoreEffects:
        """Effects of the change of score alone; NaN for a segment of one wave."""
        all_of_it = estimates(found, gradients, lowest)
        rest = all_of_it.standard_error**2 - factor**2 * waves.standard_errors(of_change) ** 2
        return ScoreEffects(
            np.where(both, found, np.nan),
            np.where(both, all_of_it.standard_error, np.nan),
            lowest,
            first=waves.samples[0],
            second=waves.samples[1],
            size=factor,
            correlation=correlation,
            rest=rest,
        )

    first, second = (waves.standard_errors(dm[k]) for k in (0, 1))
    shared = first**2 + second**2 - waves.standard_errors(of_change) ** 2
    correlation = np.clip(_ratio(shared, 2 * first * second), -1, 1)
    sums = np.array([(rate + mix).sum(), rate.sum(), mix.sum()])
    if not both.any():
        sums[1:] = np.nan
    of_sums = np.stack([(of_rate + of_mix).sum(axis=0), of_rate.sum(axis=0), of_mix.sum(axis=0)])
    return Effects(
        parts=estimates(sums, of_sums, np.where(np.isnan(sums), 0.0, whole)),
        score=of_scores(change, of_change, np.ones_like(change)),
        share=estimates(growth, of_growth, whole),
        rate=of_scores(rate, of_rate, size),
        mix=estimates(mix, of_mix, lowest),
        together=estimates(rate + mix, of_rate + of_mix, lowest),
        levels=estimates(levels, of_levels, waves.degrees_of_freedom[:, -1]),
    )


def _times(factors: Floats, gradients: Floats) -> Floats:
    """Multiply the gradient of each segment by the factor of that segment."""
    return factors[:, None, None, None] * gradients


def _ratio(over: Floats, under: Floats) -> Floats:
    return np.divide(over, under, out=np.zeros_like(over), where=under > 0)
