"""From a margin to the number of answers, and back."""

import math
from collections.abc import Mapping

import numpy as np

from cxstats.responses.tallies import Tally
from cxstats.scores.estimates import Scores
from cxstats.scores.intervals import IntervalMethod, require_confidence_level
from cxstats.scores.planning.expectations import Expected, Floats, by_segment, expected_of
from cxstats.scores.planning.formulas import normal_answers
from cxstats.scores.planning.invitations import require_assurance, require_response_rate
from cxstats.scores.planning.plans import Plan, aim_of


def answers_needed(
    expected: Expected | Scores | Tally,
    *,
    margin: float,
    assurance: float | None = None,
    confidence_level: float = 0.95,
    method: str | IntervalMethod = "score",
    design_effect: float | Mapping[str, float] | None = None,
    population_size: float | Mapping[str, float] | None = None,
    response_rate: float | Mapping[str, float] | None = None,
) -> Plan:
    """Find how many answers bring the interval of each segment to a margin.

    The margin is half the width of the interval that will be used; intervals such as the score interval do not lie
    evenly around the estimate, so one side may be longer than the margin. The half width differs from sample to sample.
    On average it is taken over all samples that may come; with an assurance it is to be at most the margin with that
    probability. Both are computed from the distribution of the half width itself (`Aim.half_widths`), not from a
    formula. Where the score has two values, the assurance rises in a saw-tooth, and the number is one at which it is
    kept and at one less is not.

    Parameters
    ----------
    expected
        From `expect`; or the scores or the tally of the last wave: its shares and design effects are expected again,
        segment by segment. For all segments as one give its `total`. What is expected counts as known.
    margin
        In the metric's unit: points, or a fraction for shares and nets (.05 for 5 percentage points).
    assurance
        Between 0 and 1, as .8.
    confidence_level
        Between 0 and 1.
    method
        Name of an interval of `cxstats.INTERVALS`, or a function.
    design_effect
        At least 1; in place of the one expected. What comes of clusters and weights beyond it, that the variance is
        estimated from them, is in `Expected.answers_per_cluster`.
    population_size
        Customers that could answer, a whole number of at least 2. The plan is then for the interval of a tally under
        ``Design(population_size=...)``, whose histogram varies as drawing without replacement lets it
        (`Aim.half_widths`). With a design effect besides, n answers of N count for (N - 1) / (N - n) as many.
    response_rate
        Share of those invited who answer, for the invitations; with an assurance as in `invitations_needed`.

    The last three take a number for all segments, or a mapping from the segment's name.

    Returns
    -------
    Plan

    Raises
    ------
    ValueError
        If a number is out of its range, or a segment has none.

    References
    ----------
    Beal (1989), Sample size determination for confidence intervals on the population mean and on the difference
    between two population means. Biometrics 45; the assurance.
    Goncalves, Oliveira, Pascoal and Pires (2012), Sample size for estimating a binomial proportion: comparison of
    different methods. Journal of Applied Statistics 39.

    Examples
    --------
    >>> from cxstats.scores.planning.expectations import expect
    >>> ces = expect([5, 5, 10, 15, 20, 25, 20], scale="ces-2.0")
    >>> print(answers_needed(ces, margin=0.2, response_rate=0.18).sentence())
    For a 95 % interval of ± 0.20 points on mean of answers 1-7, 274 answers are needed on average. At a response rate
    of 18.0 % invite 1,523.
    """
    answers = expected_of(expected, design_effect=design_effect)
    require_confidence_level(confidence_level)
    require_assurance(assurance)
    _require_margin(margin, answers)
    sizes = by_segment(population_size, answers, "population_size", unless=math.inf)
    rates = by_segment(response_rate, answers, "response_rate")
    for rate in rates[np.isfinite(rates)]:
        require_response_rate(float(rate))
    _require_populations(sizes)
    found = np.full((2, len(sizes)), np.nan)
    for k in np.flatnonzero(answers.known):
        aim = aim_of(answers, int(k), method, confidence_level, population_size=float(sizes[k]))
        start = normal_answers(
            margin,
            variance=float(answers.variance[k]),
            confidence_level=confidence_level,
            design_effect=float(answers.design_effect[k]),
            population_size=float(sizes[k]),
        )
        found[0, k] = aim.answers(margin, None, start=start)
        if assurance is not None:
            found[1, k] = aim.answers(margin, assurance, start=found[0, k])
    return Plan(answers, float(margin), confidence_level, method, assurance, found[0], found[1], sizes, rates)


def margin_reached(
    expected: Expected | Scores | Tally,
    *,
    answers: float | Mapping[str, float],
    assurance: float | None = None,
    confidence_level: float = 0.95,
    method: str | IntervalMethod = "score",
    design_effect: float | Mapping[str, float] | None = None,
    population_size: float | Mapping[str, float] | None = None,
) -> Floats:
    """Half width of the interval with so many answers: expected, or not exceeded with probability `assurance`.

    The reverse of `answers_needed`, whose parameters it takes.

    Parameters
    ----------
    answers
        Whole numbers, at least 1 and at most the population: for all segments, or a mapping from the segment's name.

    Returns
    -------
    numpy.ndarray
        In the metric's unit; shape (S,); 0 where everybody of a population answers; NaN where nothing is expected;
        infinite where so few answers have no interval.

    Raises
    ------
    ValueError
        If a number is out of its range, or a segment has none.

    Examples
    --------
    >>> from cxstats.scores.planning.expectations import expect
    >>> ces = expect([5, 5, 10, 15, 20, 25, 20], scale="ces-2.0")
    >>> margin_reached(ces, answers=274).round(3)
    array([0.2])
    """
    known = expected_of(expected, design_effect=design_effect)
    require_confidence_level(confidence_level)
    require_assurance(assurance)
    sizes = by_segment(population_size, known, "population_size", unless=math.inf)
    _require_populations(sizes)
    counts = by_segment(answers, known, "answers")
    _require_counts(counts, sizes, known)
    margins = np.full(len(sizes), np.nan)
    for k in np.flatnonzero(known.known):
        aim = aim_of(known, int(k), method, confidence_level, population_size=float(sizes[k]))
        margins[k] = aim.margin(int(counts[k]), assurance)
    return margins


def _require_margin(margin: float, expected: Expected) -> None:
    widest = float(np.ptp(expected.values)) / 2
    if not 0 < margin < widest:
        raise ValueError(
            f"margin must be above 0 and below half of the metric's range, {widest:g}, in its own unit (.05 is 5 "
            f"percentage points of a share); got {margin:g}"
        )


def _require_populations(sizes: Floats) -> None:
    for size in sizes:
        if not size >= 2:
            raise ValueError(f"population_size must be at least 2; got {size:g}")
        if math.isfinite(size) and not float(size).is_integer():
            raise ValueError(f"population_size must be a whole number of customers; got {size:g}")


def _require_counts(counts: Floats, sizes: Floats, expected: Expected) -> None:
    for name, some, n, size in zip(expected.names, expected.known, counts, sizes, strict=True):
        if some and not (n >= 1 and float(n).is_integer()):
            raise ValueError(f"answers must be a whole number of at least 1; got {n:g} in {name}")
        if n > size:
            raise ValueError(
                f"answers must be at most the population_size, since nobody counts twice; got {n:,.0f} of {size:,.0f} "
                f"in {name}"
            )
