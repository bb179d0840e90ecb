"""A segment that ends as another begins: perhaps the same under a new name."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]

_FEWEST: Final = 3
_RECENT: Final = 8
_ALIKE: Final = 2.0


@dataclass(frozen=True, slots=True)
class Handover:
    """A segment that ends when another begins.

    Attributes
    ----------
    before, after
        Places of the two segments.
    last, first
        Places of the last period of the one and the first of the other.
    """

    before: int
    after: int
    last: int
    first: int


def handovers(n: Integers) -> tuple[Handover, ...]:
    """Find segments that fall silent as others, about as large, begin.

    Parameters
    ----------
    n
        Answers of G segments in T periods; shape (G, T).

    Returns
    -------
    tuple of Handover
        The one has answers in at least three periods and then none for longer than it ever paused, and for at least
        three; the other none before and then the same. It begins in the last period of the one or in that after, and
        their answers a period around that differ by a factor of two at most.

    Examples
    --------
    >>> handovers(np.array([[9, 8, 9, 3, 0, 0, 0], [0, 0, 0, 5, 9, 8, 9], [7, 7, 7, 7, 7, 7, 7]]))
    (Handover(before=0, after=1, last=3, first=3),)
    """
    ends = {g: last for g, row in enumerate(n) if (last := _falls_silent(row)) is not None}
    begins = {g: n.shape[1] - 1 - last for g, row in enumerate(n) if (last := _falls_silent(row[::-1])) is not None}
    return tuple(
        Handover(before, after, last, first)
        for before, last in ends.items()
        for after, first in begins.items()
        if before != after and 0 <= first - last <= 1 and _alike(n[before], n[after], last, first)
    )


def _falls_silent(row: Integers) -> int | None:
    """Return the last period with answers, if the silence after it is out of the ordinary."""
    answered = np.flatnonzero(row)
    if len(answered) < _FEWEST:
        return None
    silence = len(row) - 1 - int(answered[-1])
    pause = int(np.diff(answered).max()) - 1
    return int(answered[-1]) if silence >= max(_FEWEST, pause + 1) else None


def _alike(one: Integers, other: Integers, last: int, first: int) -> bool:
    # The period of the change itself is shared by both.
    before, after = one[max(0, last - _RECENT) : last].mean(), other[first + 1 : first + 1 + _RECENT].mean()
    return bool(before <= _ALIKE * after and after <= _ALIKE * before)


def in_words(found: Handover, names: Sequence[str], periods: Sequence[str]) -> str:
    """Say it as a question, since counts alone cannot know."""
    before, after = names[found.before], names[found.after]
    return f"{before} ends in {periods[found.last]} when {after} begins in {periods[found.first]}: renamed?"
