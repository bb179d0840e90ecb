"""Mix against rate: how much of a change is other customers, and how much another experience.

Change of a score      mix_and_rate, MixAndRate; Simpson's paradox is named where it occurs (Paradox)
At a fixed mix         standardised, Standardised
"""

from cxstats.scores.mix.decomposition import MixAndRate, mix_and_rate
from cxstats.scores.mix.paradox import Paradox
from cxstats.scores.mix.standardising import Standardised, standardised

__all__ = ["MixAndRate", "Paradox", "Standardised", "mix_and_rate", "standardised"]
