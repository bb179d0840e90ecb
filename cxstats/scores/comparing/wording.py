"""What people read of a comparison: differences in their unit, verdicts, p-values.

A verdict never makes "no difference" of a p-value that is not small. It says "no clear difference", or, where the
interval lies within a margin that was named beforehand, "no difference larger than" the margin.
"""

import math
from collections.abc import Mapping
from typing import Any, Final

import pandas as pd

from cxstats.scores.comparing.questions import Question
from cxstats.scores.comparing.sides import CANNOT
from cxstats.scores.estimates import TOO_FEW
from cxstats.scores.metrics import Metric

BETTER: Final = "better"
WORSE: Final = "worse"
NOT_CLEAR: Final = "no clear difference"
SMALL: Final = "no difference larger than"
BEYOND: Final = "by more than"

_UNITS: Final = {"points": "points", "index": "points of 100", "share": "percentage points", "net": "points"}
_MARGINS: Final = {
    "equivalence": (f"{SMALL} {{}}", "could differ by {} or more"),
    "non-inferiority": ("not worse by {} or more", "could be worse by {} or more"),
}
_ADJUSTED: Final = {
    "holm": "p-values adjusted by Holm's method",
    "benjamini-hochberg": "p-values adjusted by Benjamini and Hochberg's method",
    "simultaneous": "intervals and p-values hold simultaneously",
    "none": "nothing adjusted",
}


def difference_text(metric: Metric, difference: float, *, signed: bool = True) -> str:
    """Write a difference as a person reads it, without its unit: ``"+3.2"`` for .032 of a share.

    Examples
    --------
    >>> difference_text(Metric("favourable", "share of answers 4-5", (0, 0, 0, 1, 1), "share"), 0.0316)
    '+3.2'
    """
    if math.isnan(difference):
        return "–"
    scaled = difference * 100 if metric.unit in ("share", "net") else difference
    places = 2 if metric.unit == "points" else 1
    sign = "+" if signed else ""
    return f"{round(scaled, places) + 0.0:{sign}.{places}f}"


def unit_of_differences(metric: Metric) -> str:
    """Name the unit of a difference: points, points of 100, or percentage points."""
    return _UNITS[metric.unit]


def margin_text(metric: Metric, margin: float) -> str:
    """Write a margin with its unit, with as many decimals as it has: ``"0.25 points"``."""
    scaled = margin * 100 if metric.unit in ("share", "net") else margin
    return f"{round(scaled, 10):g} {unit_of_differences(metric)}"


def between_text(metric: Metric, low: float, high: float) -> str:
    """Write the limits of a difference: ``"-0.12 to +0.31"``."""
    return f"{difference_text(metric, low)} to {difference_text(metric, high)}"


def p_text(p_value: float) -> str:
    """Write ``"p < .001"`` or ``"p = .034"``."""
    if math.isnan(p_value):
        return ""
    return "p < .001" if p_value < 0.001 else f"p = {p_value:.3f}".replace("0.", ".", 1)


def adjusted_in_words(adjust: str, size: int) -> str:
    """Say how the number of comparisons was allowed for; empty for one."""
    if size < 2:
        return ""
    how = _ADJUSTED[adjust]
    return f"{how} for {size} comparisons" if adjust != "none" else f"{how}, with {size} comparisons"


def is_unsaid(verdict: str) -> bool:
    """Whether a verdict is that nothing can be said."""
    return verdict.startswith((TOO_FEW, CANNOT))


def verdict_of(row: Mapping[Any, Any], metric: Metric, question: Question) -> str:
    """Say what is shown by a comparison with enough answers.

    Parameters
    ----------
    row
        With ``difference``, ``adjusted_p_value``, ``adjusted_margin_p_value`` and ``adjusted_beyond_p_value``.
    metric
        Says which direction is good, and the unit.
    question
        Says what was asked. The adjusted p-value decides, not the interval of one comparison by itself.
    """
    margin = "" if question.margin is None else margin_text(metric, question.margin)
    small = row["adjusted_margin_p_value"] < question.alpha
    direction = BETTER if (row["difference"] > 0) == (metric.good == "high") else WORSE
    if question.aim != "difference":
        if row["adjusted_beyond_p_value"] < question.alpha:
            return f"{direction} {BEYOND} {margin}"
        shown, unsure = _MARGINS[question.aim]
        return (shown if small else unsure).format(margin)
    if row["adjusted_p_value"] < question.alpha:
        return direction
    return f"{SMALL} {margin}" if small else NOT_CLEAR


def sentence_of(row: Mapping[Any, Any], metric: Metric, question: Question, *, size: int) -> str:
    """Say one comparison in a sentence.

    Parameters
    ----------
    row
        A row of `cxstats.scores.comparing.comparisons.Comparison.to_frame`.
    metric, question
        Of the comparison.
    size
        Number of comparisons that are said at once.
    """
    first, second, verdict = row["first"], row["second"], str(row["verdict"])
    n = " and ".join(f"{count:,}" for count in (row["first_n"], row["second_n"]) if not pd.isna(count))
    if is_unsaid(verdict):
        return f"{first} against {second}: {verdict} (n = {n})."
    said = _subject(str(first), str(second), verdict)
    unit = unit_of_differences(metric)
    scores = f"{metric.text(row['first_estimate'])} against {metric.text(row['second_estimate'])}"
    between = between_text(metric, row["low"], row["high"])
    level = f"{100 * question.shown_level:g} % interval"
    p_value = _p_said(row, question, size)
    told = f"{scores}, {difference_text(metric, row['difference'])} {unit} ({level} {between}; {p_value}); n = {n}"
    return f"{said}: {told}.{_caution(row, metric, question, size)}"


def _subject(first: str, second: str, verdict: str) -> str:
    if verdict in (BETTER, WORSE):
        return f"{first} is {verdict} than {second}"
    if verdict.startswith((BETTER, WORSE)):
        return f"{first} is {verdict.replace(' by', f' than {second} by', 1)}"
    if verdict.startswith("not worse"):
        return f"{first} is {verdict.replace('worse by', 'worse than ' + second + ' by')}"
    if verdict.startswith("could be worse"):
        return f"{first} {verdict.replace('worse by', 'worse than ' + second + ' by')}"
    if verdict.startswith("could differ"):
        return f"{first} {verdict.replace('differ by', 'differ from ' + second + ' by')}"
    return f"{first} and {second}: {verdict}"


def _p_said(row: Mapping[Any, Any], question: Question, size: int) -> str:
    column = p_column(str(row["verdict"]), question)
    p_value, margin = row[column], column != "adjusted_p_value"
    adjusted = "adjusted " if size > 1 and question.adjust != "none" else ""
    return f"{adjusted}{p_text(p_value)}{' for the margin' if margin else ''}"


def p_column(verdict: str, question: Question) -> str:
    """Name the column of the p-value that decided a verdict."""
    if BEYOND in verdict:
        return "adjusted_beyond_p_value"
    return (
        "adjusted_margin_p_value" if question.aim != "difference" or verdict.startswith(SMALL) else "adjusted_p_value"
    )


def _caution(row: Mapping[Any, Any], metric: Metric, question: Question, size: int) -> str:
    """Say what a reader may otherwise take for a contradiction, or miss."""
    verdict = str(row["verdict"])
    if question.aim != "difference":
        return _caution_of_margin(row, metric, question, size)
    if verdict in (BETTER, WORSE) and row["adjusted_margin_p_value"] < question.alpha:
        return f" The difference is smaller than {margin_text(metric, question.margin or 0.0)}."
    if verdict == NOT_CLEAR and not row["low"] <= 0 <= row["high"]:
        return f" The interval by itself leaves out 0, which among {size} comparisons can be chance."
    return ""


def _caution_of_margin(row: Mapping[Any, Any], metric: Metric, question: Question, size: int) -> str:
    margin = margin_text(metric, question.margin or 0.0)
    where = interval_at_margin(row, metric, question)
    if str(row["verdict"]).startswith("could") and where:
        return f" The interval by itself {where} {margin}, which among {size} comparisons can be chance."
    if question.aim == "non-inferiority" and where == f"is {BETTER} {BEYOND}":
        return f" The whole interval {where} {margin}."
    return ""


def interval_at_margin(row: Mapping[Any, Any], metric: Metric, question: Question) -> str:
    """Say where the whole interval lies, in words that a margin follows; empty where it crosses a margin that matters.

    Examples
    --------
    >>> share = Metric("favourable", "share of answers 4-5", (0, 0, 0, 1, 1), "share")
    >>> interval_at_margin({"low": -0.02, "high": 0.03}, share, Question("equivalence", 0.05))
    'lies within'
    """
    margin = question.margin or 0.0
    least, most = (row["low"], row["high"]) if metric.good == "high" else (-row["high"], -row["low"])
    if least > margin:
        return f"is {BETTER} {BEYOND}"
    if most < -margin:
        return f"is {WORSE} {BEYOND}"
    if question.aim == "non-inferiority":
        return f"is not {WORSE} by" if least > -margin else ""
    return "lies within" if least > -margin and most < margin else ""
