"""Find the weights that meet all margins, within limits where there are some; or say which cannot be met."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from cxstats.responses.weighting.fitting import Fitted, combinations, fit
from cxstats.responses.weighting.margins import Margin
from cxstats.responses.weighting.respondents import Respondents

Integers = NDArray[np.int64]
Trim = tuple[float | None, float | None]

MET: Final = 1e-9
_NO_LIMITS: Final = (0.0, np.inf)
_IN_MULTIPLES: Final = "in multiples of the mean weight, as (0.3, 3) or (None, 3)"


def limits_of(trim: Trim | None) -> tuple[float, float] | None:
    """Read the limits of the weights in multiples of their mean; None where there are none."""
    if trim is None:
        return None
    if not isinstance(trim, tuple | list) or len(trim) != len(_NO_LIMITS):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"trim must be a pair, the least and the largest weight, {_IN_MULTIPLES}; got {trim!r}")
    both = tuple(end if limit is None else float(limit) for limit, end in zip(trim, _NO_LIMITS, strict=True))
    if not 0 <= both[0] < 1 < both[1]:
        raise ValueError(
            f"trim must be the least and the largest weight, below and above 1, {_IN_MULTIPLES}; got {trim}"
        )
    return both[0], both[-1]


def balanced(
    margins: Sequence[Margin], respondents: Respondents, total: float, *, limits: tuple[float, float] | None
) -> Fitted:
    """Return the weights of the rows that take part.

    Raises
    ------
    ValueError
        If no weights meet all margins, and the limits where there are some.
    """
    gathered, start = respondents.gathered, respondents.start
    wanted = [margin.shares * total for margin in margins]
    if limits is None:
        sums = gathered.sums(start)
        levels = [level[gathered.first] for level in respondents.levels]
        found = fit(levels, wanted, sums, np.ones(len(sums)))
        _require_met(margins, found, limits)
        return replace(found, weights=start * (found.weights / sums)[gathered.of_row])
    _require_possible(margins, respondents.levels, limits)
    # Under limits rows of one combination that start with different weights end with different factors.
    starts, which = np.unique(start, return_inverse=True)
    units = combinations([gathered.of_row, which.astype(np.int64)], [len(gathered.first), len(starts)])
    levels = [level[units.first] for level in respondents.levels]
    mean = total / len(start)
    relative = start[units.first] * (mean / start.mean())
    found = fit(levels, wanted, relative, units.sizes, limits=(limits[0] * mean, limits[1] * mean))
    _require_met(margins, found, limits)
    return replace(found, weights=found.weights[units.of_row])


def _require_possible(margins: Sequence[Margin], levels: Sequence[Integers], limits: tuple[float, float]) -> None:
    """Refuse limits that a single level cannot keep, and say which."""
    for margin, level in zip(margins, levels, strict=True):
        needed = margin.shares * len(level) / np.bincount(level, minlength=len(margin.keys))
        for k in np.flatnonzero((needed < limits[0]) | (needed > limits[1]))[:1]:
            raise ValueError(
                f"trim cannot be kept: respondents of {margin.levels[k]!r} in margin {margin.name!r} need a weight of "
                f"{needed[k]:.2f} times the mean on average, and the limits are {limits[0]:g} and {limits[1]:g}. Widen "
                "the limits or merge the level with another"
            )


def _require_met(margins: Sequence[Margin], found: Fitted, limits: tuple[float, float] | None) -> None:
    if found.largest_gap <= MET:
        return
    margin, gap = max(zip(margins, found.gaps, strict=True), key=lambda pair: float(np.abs(pair[1]).max()))
    worst = int(np.abs(gap).argmax())
    wanted, within = margin.shares[worst], f" within {limits[0]:g} to {limits[1]:g} times the mean" if limits else ""
    raise ValueError(
        f"no weights{within} were found that meet all margins, in {found.rounds:,} rounds: {margin.levels[worst]!r} in "
        f"margin {margin.name!r} should be {100 * wanted:.4g} % and is {100 * wanted * (1 + gap[worst]):.4g} %. Some "
        "combination of levels lacks respondents; leave out a margin, merge levels"
        f"{', or widen the limits' if limits else ''}"
    )
