"""What those who did not answer could change: the score of all who were invited, under assumptions that are said.

>>> import pandas as pd
>>> from cxstats.responses.tallies import tally
>>> answers = pd.DataFrame({"ces": [p for p, n in zip(range(1, 8), (5, 5, 10, 15, 20, 25, 20)) for _ in range(n)]})
>>> found = if_silent(tally(answers, "ces", scale="ces-2.0"), invited=250, worse_by=[0.5], target=4.5)
>>> found.to_frame()[["worse_by", "silent_estimate", "estimate"]].round(2).to_dict("records")
[{'worse_by': 0.5, 'silent_estimate': 4.45, 'estimate': 4.65}]
>>> found.bounds().round(2)[["worst", "best"]].to_dict("records"), found.tipping()["worse_by"].round(2).tolist()
([{'worst': 2.58, 'best': 6.18}], [0.75])
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.tallies import Tally
from cxstats.scores.estimates import Scores, score, segment_names
from cxstats.scores.participation import ResponseRates
from cxstats.scores.silent_bounds import SilentBounds

Integers = NDArray[np.int64]

PARTS_OF_RANGE: Final = (0.0, 0.05, 0.1, 0.2)


def if_silent(
    scores: Scores | Tally,
    *,
    invited: "int | Mapping[Any, int] | pd.Series[Any] | ResponseRates",
    worse_by: float | Sequence[float] | None = None,
    target: float | None = None,
) -> SilentBounds:
    """Say what the score of all who were invited is if those who did not answer are worse, and what it can be at most.

    Parameters
    ----------
    scores
        Scores of those who answered, or a tally for the usual metric of its scale.
    invited
        How many were invited: a number for all segments as one; for each segment a mapping or a pandas Series from its
        value (a tuple of values for several columns) to a number; or what `response_rates` found, by the same columns
        or by none.
    worse_by
        By how much the silent are worse than those who answered in the same segment, in the metric's unit: .5 is half
        a point of a mean, .05 is 5 percentage points of a share; at most the metric's range. Unless given 0, 5, 10 and
        20 % of that.
    target
        The score that should be reached, in the metric's unit.

    Returns
    -------
    SilentBounds
        For a fixed difference the interval is that of those who answered, moved; see `SilentBounds.bounds` for the
        worst and best case and `SilentBounds.tipping` for the target.

    Raises
    ------
    ValueError
        If fewer were invited than answered, a segment is not among the invited, or a figure is not usable.

    References
    ----------
    Rubin (1977), Formalizing subjective notions about the effect of nonrespondents in sample surveys. JASA 72.
    Manski (1989), Anatomy of the selection problem. Journal of Human Resources 24.
    Manski (1990), Nonparametric bounds on treatment effects. American Economic Review 80.
    Imbens and Manski (2004), Confidence intervals for partially identified parameters. Econometrica 72.
    """
    scored = score(scores) if isinstance(scores, Tally) else scores
    low, high = min(scored.metric.values), max(scored.metric.values)
    if worse_by is None:
        by = tuple(part * (high - low) for part in PARTS_OF_RANGE)
    else:
        by = tuple(map(float, np.atleast_1d(np.asarray(worse_by, dtype=np.float64))))
    if not np.isfinite(by).all():
        raise ValueError(f"worse_by must be finite numbers in the metric's unit; got {worse_by!r}")
    if max(map(abs, by), default=0.0) > high - low:
        raise ValueError(
            f"worse_by must be at most the metric's range, {high - low:g} for {scored.metric.name!r}, in its own unit "
            f"(.05 is 5 percentage points of a share); got {worse_by!r}"
        )
    if target is not None and not low <= target <= high:
        raise ValueError(
            f"target must be within the metric's range, {low:g} to {high:g} for {scored.metric.name!r}; got {target!r}"
        )
    scored, counts, unheard = _invited(scored, invited)
    for name, asked, n in zip(_names(scored), counts, scored.n, strict=True):
        if asked < n or asked < 1:
            raise ValueError(f"at least as many must be invited as answered; {name}: {asked:,} invited, {n:,} answers")
    return SilentBounds(scored, counts, by, target, unheard)


def _names(scores: Scores) -> list[str]:
    return segment_names(scores.segments) if scores.tally.by else ["all"]


def _invited(
    scores: Scores, invited: "int | Mapping[Any, int] | pd.Series[Any] | ResponseRates"
) -> tuple[Scores, Integers, tuple[tuple[str, int], ...]]:
    """Return the scores of the segments of which the invited are known, these, and segments without an answer."""
    if isinstance(invited, ResponseRates):
        invited = _of_rates(scores, invited)
    if not isinstance(invited, Mapping | pd.Series):
        return scores.total, np.array([_whole(invited)], dtype=np.int64), ()
    if not scores.tally.by:
        raise ValueError(
            "scores of all as one need the number invited; got numbers by segment. Count with tally(by=...)"
        )
    numbers: dict[str, int] = {}
    for key, number in invited.items():
        values = list(cast("tuple[object, ...]", key)) if isinstance(key, tuple) else [key]
        numbers[segment_names(pd.DataFrame([values]))[0]] = _whole(number)
    names = _names(scores)
    lost = [name for name in names if name not in numbers]
    if lost:
        raise ValueError(
            f"invited must have a number for every segment of {', '.join(scores.tally.by)}; it has none for "
            f"{', '.join(map(repr, lost))}; it has {', '.join(map(repr, numbers)) or 'none'}"
        )
    counts = np.array([numbers[name] for name in names], dtype=np.int64)
    unheard = tuple((name, number) for name, number in numbers.items() if name not in names and number)
    return scores, counts, unheard


def _of_rates(scores: Scores, rates: ResponseRates) -> "int | dict[Any, int]":
    if rates.by == scores.tally.by and rates.by and rates.period is None:
        keys = [tuple(values) for values in rates.segments.itertuples(index=False)]
        return dict(zip(keys, rates.invited.tolist(), strict=True))
    if not rates.by:
        return int(rates.total.invited[0])
    raise ValueError(
        f"response rates must be by the columns of the scores and no period, or by none; got {list(rates.by)} and "
        f"{list(scores.tally.by)}"
    )


def _whole(number: object) -> int:
    value = float(cast("Any", number)) if isinstance(number, int | float | np.number) else float("nan")
    if isinstance(number, bool) or not value.is_integer():
        raise ValueError(f"invited must be whole numbers of customers; got {number!r}")
    return int(value)
