"""What people read of changes: which way, how much, and what about the series they should know."""

from typing import Final

import numpy as np
import scipy

from cxstats.scores.changes.noise import Floats, Integers, Variation
from cxstats.scores.changes.series import Series
from cxstats.scores.comparing.wording import unit_of_differences
from cxstats.scores.metrics import Metric
from cxstats.scores.planning.words import distance_text

PATTERN: Final = 0.01
ALIKE: Final = 0.3
_TO_COMPARE: Final = 6
_TWICE: Final = {"day": 14, "month": 24, "quarter": 8}
_TURNS: Final = {"day": (7, "day of the week"), "month": (12, "month of the year"), "quarter": (4, "quarter")}


ELSEWHERE: Final = (
    "Whether other customers answered then, on other days, or fewer of those asked, is not looked at here: "
    "also_changed() does, at any date."
)
"""Where to look for what else changed."""


def which_is(metric: Metric, difference: float) -> str:
    """Say whether a difference is for the better: ``", which is worse"``."""
    return f", which is {'better' if (difference > 0) == (metric.good == 'high') else 'worse'}"


def season_in_words(series: Series) -> tuple[str, ...]:
    """Say whether a season is allowed for; nothing where a year is one period."""
    if series.season:
        return ("A wave that returns each year is allowed for; a season of another shape is not.",)
    if series.every == "year":
        return ()
    few = "Less than two years" if series.years < 2 else f"Too few {series.every}s"
    return (f"{few}: a season that returns each year cannot be told from a change.",)


def moved_word(difference: float) -> str:
    """Say ``"rose"`` or ``"fell"``."""
    return "rose" if difference > 0 else "fell"


def size_text(metric: Metric, size: float) -> str:
    """Write a size without a sign, with its unit: ``"5.0 percentage points"``."""
    return f"{distance_text(metric, abs(size))} {unit_of_differences(metric)}"


def level_text(confidence_level: float) -> str:
    """Write ``"95 % interval"``."""
    return f"{100 * confidence_level:g} % interval"


def series_notes(series: Series) -> tuple[str, ...]:
    """Say what was left out of a series, and what is thin in it."""
    said = list[str]()
    if series.undated:
        said.append(f"{series.undated:,} answers have no {series.along} and are left out.")
    if series.empty:
        verb = "has" if series.empty == 1 else "have"
        said.append(f"{series.noun(series.empty)} in between {verb} no answers; they count as gaps in time.")
    few = int((series.n < series.scores.minimum_base).sum())
    if few:
        verb = "has" if few == 1 else "have"
        said.append(
            f"{series.noun(few)} {verb} fewer than {series.scores.minimum_base} answers: too few to say on their own; "
            "they count for as little as they weigh."
        )
    return (*said, *_unfinished(series))


def _unfinished(series: Series) -> list[str]:
    """Ask about a first or last period with far fewer answers than usual: perhaps not all of it is in the data."""
    n, said = series.n, list[str]()
    usual = float(np.median(n))
    if len(n) < _TO_COMPARE or usual < series.scores.minimum_base:
        return said
    for which, place, question in (("first", 0, "does it begin within the data"), ("last", -1, "has it ended")):
        if n[place] < usual / 2:
            said.append(
                f"The {which} {series.every} has {n[place]:,} answers where {usual:,.0f} are usual: {question}? It "
                "counts by its answers; leave it out if its days are unlike those of others."
            )
    return said


def variation_in_words(series: Series, variation: Variation) -> str:
    """Say how much scores go up and down by chance and beyond it, and how alike neighbours are."""
    every, metric = series.every, series.metric
    beyond = "hardly any ups and downs beyond it are seen"
    if variation.spread >= variation.chance / 2:
        beyond = f"besides, it goes up and down by about {size_text(metric, variation.spread)}"
    alike = ""
    if variation.correlation >= ALIKE:
        alike = f" Neighbouring {every}s are alike (correlation about {variation.correlation:.1f})."
    return (
        f"A typical {every}'s score has a sampling error of {size_text(metric, variation.chance)}; {beyond}. Both are "
        f"allowed for.{alike}"
    )


def patterns_in_words(series: Series, residual: Floats) -> tuple[str, ...]:
    """Warn where scores follow the calendar: days of the week in a daily series, seasons where two rounds are seen."""
    turn = _TURNS.get(series.every)
    if turn is None or series.position[-1] + 1 < _TWICE[series.every]:
        return ()
    length, name = turn
    p_value = p_of_groups(residual, 1 / series.variance, series.position % length)
    if not p_value < PATTERN:
        return ()
    advice = "take weeks" if series.every == "day" else f"compare with the same {series.every} a year before"
    beside = " beside that wave" if series.season else ""
    return (f"Scores follow the {name} (p = {p_value:.2g}){beside}, which is not allowed for here: {advice}.",)


def p_of_groups(y: Floats, weights: Floats, group: Integers) -> float:
    """P-value of the weighted analysis of variance by groups; NaN where it has no degrees of freedom."""
    names = np.unique(group)
    between, left = len(names) - 1, len(y) - len(names)
    if between < 1 or left < 1:
        return float("nan")
    means = np.array([np.average(y[group == name], weights=weights[group == name]) for name in names])
    fitted = means[np.searchsorted(names, group)]
    explained = float(weights @ (fitted - np.average(y, weights=weights)) ** 2)
    unexplained = float(weights @ (y - fitted) ** 2)
    if not unexplained > 0:
        return float("nan")
    return float(scipy.special.fdtrc(between, left, explained / between / (unexplained / left)))
