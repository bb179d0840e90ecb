"""What people read of scores and KPIs side by side: natural units, and what must not be concluded.

>>> amounts((-0.3214, -0.45, -0.19))
('-0.321', '-0.450', '-0.190')
>>> amounts((12345.6, -900.0, 25000.0))
('+12,346', '-900', '+25,000')
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from cxstats.scores.changes.words import level_text
from cxstats.scores.comparing.wording import p_text, unit_of_differences
from cxstats.scores.kpis.beside import Beside
from cxstats.scores.kpis.figures import Figure
from cxstats.scores.kpis.units import Units
from cxstats.scores.planning.words import in_hundredths

_PLACES = 3


@dataclass(frozen=True, slots=True)
class Step:
    """How much more of the score is spoken of.

    Attributes
    ----------
    size
        As people read it: 1 percentage point.
    unit
        The same in the metric's own unit: .01.
    text
        ``"one more percentage point of csat"``.
    """

    size: float
    unit: float
    text: str


def step_of(units: Units, step: float | None) -> Step:
    """Read the step; a point or a percentage point unless given.

    Raises
    ------
    ValueError
        If it is not above 0, or not given for scores whose metric is not known.
    """
    if step is None and units.metric is None:
        raise ValueError("say with step= how much more of the score is spoken of, in its own unit: a table has no unit")
    size = 1.0 if step is None else step
    if not (size > 0 and math.isfinite(size)):
        raise ValueError(f"step must be above 0, as people read the score; got {step!r}")
    if units.metric is None:
        return Step(size, size, f"{size:g} more of the {units.name}")
    unit = unit_of_differences(units.metric)
    many = f"one more {unit.replace('points', 'point', 1)}" if size == 1 else f"{size:g} more {unit}"
    return Step(size, size / in_hundredths(units.metric), f"{many} of {units.name}")


def amounts(values: Sequence[float], *, signed: bool = True) -> tuple[str, ...]:
    """Write amounts with the same decimals, three digits of the largest."""
    known = [abs(value) for value in values if math.isfinite(value) and value]
    places = max(_PLACES - 1 - math.floor(math.log10(max(known))), 0) if known else 0
    sign = "+" if signed else ""

    def text(value: float) -> str:
        if math.isnan(value):
            return "–"
        if math.isinf(value):
            return "no limit"
        return f"{round(value, places) + 0.0:{sign},.{places}f}"

    return tuple(map(text, values))


def between(values: tuple[float, float, float]) -> tuple[str, str]:
    """Write an estimate, and its limits: ``("-0.32", "-0.45 to -0.19")``."""
    estimate, low, high = amounts(values)
    return estimate, f"{low} to {high}"


def went_along(figure: Figure, estimate: float) -> str:
    """Say what a step went along with: ``"1.20 fewer repeat calls per 100 contacts"``."""
    size = amounts((abs(estimate),), signed=False)[0]
    if figure.hundred == 100:
        return f"{size} {'more' if estimate > 0 else 'fewer'} {figure.label}"
    return f"{figure.label} {'higher' if estimate > 0 else 'lower'} by {size}"


def sentence_of(
    found: Beside, units: Units, step: Step, *, adjusted: float, several: bool, confidence_level: float
) -> str:
    """Say one KPI in a sentence, and that it is of units, not of customers."""
    figure, count = found.figure, units.count(len(found.rows))
    if found.freed is None or found.plain is None:
        return f"{figure.label}: too few to say, {found.pairs.unsaid} ({count})."
    size = step.unit * figure.hundred
    shown, unfreed = found.freed, ""
    if not math.isfinite(float(np.ptp(shown.interval(confidence_level)))):
        shown, unfreed = found.plain, f" {cannot_be_freed(found, units)}"
    estimate, (low, high) = shown.estimate, shown.interval(confidence_level)
    _, limits = between((size * estimate, size * low, size * high))
    p_said = f"{'adjusted ' if several else ''}{p_text(adjusted)}"
    said = f"{level_text(confidence_level)} {limits}; {p_said}; {count}, not customers"
    text = step.text[0].upper() + step.text[1:]
    if adjusted < 1 - confidence_level:
        return (
            f"{text} went along with {went_along(figure, size * estimate)} ({said}).{unfreed}{_carried(found, units)}"
        )
    caution = ""
    if low > 0 or high < 0:
        caution = " The interval by itself leaves out 0, which the test of scores as they are does not bear out."
        if several:
            caution = " The interval by itself leaves out 0, which among several KPIs can be chance."
    return (
        f"{figure.label}: no clear association with {units.name}; {step.text} went along with "
        f"{between((size * estimate, size * low, size * high))[0]} ({said}).{unfreed}{caution}"
    )


def cannot_be_freed(found: Beside, units: Units) -> str:
    """Say why a slope stays as flat as sampling error makes it."""
    return (
        f"The scores of {units.noun}s differ hardly more than by chance (about {100 * found.reliability:.0f} % of "
        "their variance is real), so that how much steeper the slope truly is cannot be said."
    )


def _carried(found: Beside, units: Units) -> str:
    if found.influence is None or not found.influence.carries:
        return ""
    name = units.names[int(found.rows[found.influence.place])]
    return f" Much of that hangs on {name} alone."


def ecological(units: Units) -> str:
    """Warn of what figures of units do not say about customers."""
    few = units.noun
    return (
        f"These are {few}s, not customers. Customers who score higher need not be those with the better figure: within "
        f"a {few} the association may be absent or the other way round. Whatever moves both, as volume, season, prices "
        "or the mix of contacts, shows as an association too. It does not say what raising the score would do."
    )


def corrected_in_words(found: Sequence[Beside], units: Units) -> str:
    """Say what sampling error does to slopes; empty where nothing is said."""
    known = sorted({round(100 * one.reliability) for one in found if one.plain is not None})
    if not known:
        return ""
    share = f"{known[0]}" if len(known) == 1 else f"{known[0]} to {known[-1]}"
    return (
        f"About {share} % of the variance of scores between {units.noun}s is real and the rest sampling error, which "
        "flattens slopes. They are freed of that; uncorrected ones are of scores as they are."
    )


def influence_in_words(found: Beside, units: Units, step: Step, confidence_level: float) -> str:
    """Name the unit that carries or masks a slope; empty where none does."""
    influence = found.influence
    if influence is None or not (influence.carries or influence.masks):
        return ""
    size = step.unit * found.figure.hundred
    low, high = influence.without.interval(confidence_level)
    estimate, limits = between((size * influence.without.estimate, size * low, size * high))
    name = units.names[int(found.rows[influence.place])]
    return f"{found.figure.label}: without {name} the slope is {estimate} ({limits})."
