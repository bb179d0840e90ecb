"""How many to invite so that enough answer.

>>> invitations_needed(340, response_rate=0.18), invitations_needed(340, response_rate=0.18, assurance=0.8)
(1889, 1966)
"""

import math
from typing import Final

import scipy

_ROUNDING: Final = 1e-9


def invitations_needed(answers: int, *, response_rate: float, assurance: float | None = None) -> int:
    """Return how many invitations bring enough answers, on average or with the assurance wanted.

    With an assurance: the smallest number of invitations of which at least `answers` are answered with that
    probability, the answers being binomial. Whether customers answer counts as independent and the rate as known.

    Parameters
    ----------
    answers
        How many are needed, a whole number of at least 1.
    response_rate
        Above 0 and at most 1.
    assurance
        Between 0 and 1; without it the answers over the response rate, rounded up.

    Raises
    ------
    ValueError
        If a number is out of its range.
    """
    require_response_rate(response_rate)
    require_assurance(assurance)
    if not (answers >= 1 and float(answers).is_integer()):
        raise ValueError(f"answers must be a whole number of at least 1; got {answers}")
    on_average = math.ceil(answers / response_rate - _ROUNDING)
    if assurance is None:
        return on_average
    low, high = answers - 1, max(answers, on_average)
    while _chance_of_enough(answers, high, response_rate) < assurance:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        enough = _chance_of_enough(answers, middle, response_rate) >= assurance
        low, high = (low, middle) if enough else (middle, high)
    return high


def _chance_of_enough(answers: int, invited: int, response_rate: float) -> float:
    return float(scipy.special.bdtrc(float(answers - 1), invited, response_rate))


def require_response_rate(response_rate: float) -> None:
    """Refuse a response rate that is not above 0 and at most 1."""
    if not 0 < response_rate <= 1:
        raise ValueError(f"response_rate must be above 0 and at most 1, as .18; got {response_rate:g}")


def require_assurance(assurance: float | None) -> None:
    """Refuse an assurance that is not between 0 and 1."""
    if assurance is not None and not 0 < assurance < 1:
        raise ValueError(f"assurance must be between 0 and 1, as .8, or None for the average; got {assurance:g}")
