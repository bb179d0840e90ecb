"""Simpson's paradox: a total that moves one way while its segments move the other.

References
----------
Simpson (1951), The interpretation of interaction in contingency tables. JRSS B 13.
Blyth (1972), On Simpson's paradox and the sure-thing principle. JASA 67.
"""

from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from cxstats.scores.mix.errors import Estimates
from cxstats.scores.mix.kitagawa import Effects

Kind = Literal["none", "seen", "clear", "in part"]

_FEWEST_SEGMENTS: Final = 2
_NOTHING: Final = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class Paradox:
    """Whether segments move against their total, and how sure that is.

    Attributes
    ----------
    kind
        ``"clear"``: the total moves one way and every segment the other, and the interval of each leaves out 0. The
        claim is that all hold together, so the level of each is the level of the claim and no adjustment for their
        number is needed.
        ``"seen"``: so it is in these answers, but not every interval leaves out 0: it may be chance.
        ``"in part"``: the total clearly moves one way, changes within segments together weigh the other way, and every
        segment that clearly moves, with intervals adjusted for the number of segments (Bonferroni), moves against the
        total; others may go with it.
        ``"none"``: none of these.
    against
        Whether a segment moves against the total, clearly if in part; shape (S,).
    judged
        Whether a segment has enough answers in both waves to be asked; shape (S,).
    clear
        Whether the interval of a judged segment's change leaves out 0; shape (S,).
    total_clear
        Whether that of the total does.

    References
    ----------
    Berger (1982), Multiparameter hypothesis testing and acceptance sampling. Technometrics 24; on claims that hold
    together.
    """

    kind: Kind
    against: NDArray[np.bool_]
    judged: NDArray[np.bool_]
    clear: NDArray[np.bool_]
    total_clear: bool


def find_paradox(effects: Effects, judged: NDArray[np.bool_], confidence_level: float) -> Paradox:
    """Compare the way of the total with that of each segment.

    Parameters
    ----------
    effects
        Of S segments.
    judged
        Segments with enough answers in both waves; shape (S,).
    confidence_level
        Of the intervals that make a change clear.
    """
    total = float(_ways(effects.parts)[0])
    total_clear = bool(_clear(effects.parts, confidence_level)[0])
    clear = judged & _clear(effects.score, confidence_level)
    against = judged & (_ways(effects.score) * total < 0)
    nothing = Paradox("none", np.zeros_like(judged), judged, clear, total_clear)
    if judged.sum() < _FEWEST_SEGMENTS or total == 0:
        return nothing
    if (against == judged).all():
        sure = total_clear and (clear == judged).all()
        return replace(nothing, kind="clear" if sure else "seen", against=against)
    each = 1 - (1 - confidence_level) / int(judged.sum())
    moving = judged & _clear(effects.score, each)
    weighs_against = _ways(effects.parts)[1] * total < 0
    if total_clear and weighs_against and moving.any() and (against | ~moving).all():
        return replace(nothing, kind="in part", against=against & moving)
    return nothing


def _ways(found: Estimates) -> NDArray[np.float64]:
    """Sign of each estimate; 0 for what rounding leaves, and where there is none."""
    return np.where(np.abs(np.nan_to_num(found.estimate)) > _NOTHING, np.sign(found.estimate), 0.0)


def _clear(found: Estimates, confidence_level: float) -> NDArray[np.bool_]:
    """Say whether the interval of each estimate leaves out 0."""
    limits = found.interval(confidence_level)
    return (limits.low > 0) | (limits.high < 0)
