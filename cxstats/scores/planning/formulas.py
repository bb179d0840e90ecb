"""Sample sizes and powers by the formulas of textbooks, for comparison with the plans and with other software.

They know only a variance, not the interval or the test that will be used; `answers_needed`, `detectable_difference` and
`answers_to_detect` do. Numbers of answers are not rounded.

>>> round(normal_answers(0.05, variance=0.25), 2), round(share_answers_to_detect(0.5, 0.6, power=0.8), 2)
(384.15, 387.34)
"""

import math
from typing import Literal

import scipy

from cxstats.scores.samples import upper_tail

Against = Literal["sample", "benchmark"]


def normal_answers(
    margin: float,
    *,
    variance: float,
    confidence_level: float = 0.95,
    design_effect: float = 1.0,
    population_size: float = math.inf,
) -> float:
    """Answers for which the normal interval has this half width: z^2 variance / margin^2.

    A design effect d multiplies them, and a population of N makes them n / (1 + (n - 1) / N).

    References
    ----------
    Cochran (1977), Sampling Techniques, third edition; chapter 4.
    """
    simple = (_z(confidence_level) / margin) ** 2 * variance
    return for_design(simple, design_effect=design_effect, population_size=population_size)


def for_design(simple: float, *, design_effect: float = 1.0, population_size: float = math.inf) -> float:
    """Answers that count for as much as so many of a simple random sample from an endless population.

    The variance of a score from n of N customers is (N - n) / (N - 1) times that from endlessly many, so n answers
    count as n (N - 1) / (design effect (N - n)); the reverse of that.
    """
    answers = simple * design_effect
    return answers / (1 + (answers - 1) / population_size)


def simple_answers(answers: float, *, design_effect: float = 1.0, population_size: float = math.inf) -> float:
    """Return the answers of a simple random sample from an endless population that count for as much: `for_design`.

    Infinite where everybody answered.
    """
    if math.isinf(population_size):
        return answers / design_effect
    if answers >= population_size:
        return math.inf
    return answers * (population_size - 1) / (design_effect * (population_size - answers))


def normal_margin(answers: float, *, variance: float, confidence_level: float = 0.95) -> float:
    """Half width of the normal interval: z sqrt(variance / n)."""
    return _z(confidence_level) * math.sqrt(variance / answers)


def normal_answers_to_detect(
    difference: float, *, variances: tuple[float, float], power: float = 0.8, confidence_level: float = 0.95
) -> float:
    """Answers in each of two samples, from the variance of single answers in each: (z_a + z_b)^2 (v1 + v2) / d^2.

    References
    ----------
    Fleiss, Levin and Paik (2003), Statistical Methods for Rates and Proportions, third edition; chapter 4.
    """
    return ((_z(confidence_level) + _quantile(power)) / difference) ** 2 * sum(variances)


def normal_detectable(
    variance: float, *, answers: tuple[float, float], power: float = 0.8, confidence_level: float = 0.95
) -> float:
    """Difference that two samples show, from the variance of single answers: (z_a + z_b) sqrt(v / n1 + v / n2).

    References
    ----------
    Fleiss, Levin and Paik (2003), Statistical Methods for Rates and Proportions, third edition; chapter 4.
    """
    return (_z(confidence_level) + _quantile(power)) * math.sqrt(variance / answers[0] + variance / answers[1])


def share_power(
    first: float, second: float, *, answers: float, confidence_level: float = 0.95, tails: Literal[1, 2] = 1
) -> float:
    """Power to tell two shares apart with so many answers in each sample, by the test with the pooled variance.

    The same as R's ``power.prop.test``; with 2 tails as with ``strict = TRUE``, where a significant difference in the
    wrong direction counts too.

    References
    ----------
    Fleiss, Levin and Paik (2003), Statistical Methods for Rates and Proportions, third edition; chapter 4.
    """
    pooled = (first + second) / 2
    null = _z(confidence_level) * math.sqrt(2 * pooled * (1 - pooled))
    spread = math.sqrt(first * (1 - first) + second * (1 - second))
    distance = math.sqrt(answers) * abs(first - second)
    found = _normal((distance - null) / spread)
    return found if tails == 1 else found + _normal((-distance - null) / spread)


def share_answers_to_detect(
    first: float, second: float, *, power: float = 0.8, confidence_level: float = 0.95
) -> float:
    """Answers in each sample that tell two shares apart, by the test with the pooled variance.

    The same as R's ``power.prop.test``, in closed form.

    References
    ----------
    Fleiss, Levin and Paik (2003), Statistical Methods for Rates and Proportions, third edition; chapter 4.
    """
    pooled = (first + second) / 2
    null = _z(confidence_level) * math.sqrt(2 * pooled * (1 - pooled))
    other = _quantile(power) * math.sqrt(first * (1 - first) + second * (1 - second))
    return ((null + other) / (first - second)) ** 2


def detectable_share(first: float, *, answers: float, power: float = 0.8, confidence_level: float = 0.95) -> float:
    """Smallest higher share that so many answers in each sample tell from the first: R's ``power.prop.test``.

    Raises
    ------
    ValueError
        If even a share of 1 is not told apart so often.
    """

    def excess(second: float) -> float:
        return share_power(first, second, answers=answers, confidence_level=confidence_level) - power

    if excess(1.0) < 0:
        raise ValueError(f"{answers:g} answers do not tell {first:g} from any higher share with power {power:g}")
    return float(scipy.optimize.brentq(excess, first, 1.0, xtol=1e-15, rtol=1e-14))


def arcsine_power(
    first: float,
    second: float,
    *,
    answers: tuple[float, float],
    confidence_level: float = 0.95,
) -> float:
    """Power to tell two shares apart by the difference of their arcsines: ``pwr.2p2n.test`` of R's package pwr.

    A share that is compared with a benchmark instead of a sample has infinitely many answers on the other side, which
    is ``pwr.p.test``.

    References
    ----------
    Cohen (1988), Statistical Power Analysis for the Behavioral Sciences, second edition; chapter 6.
    """
    effect = 2 * math.asin(math.sqrt(first)) - 2 * math.asin(math.sqrt(second))
    distance, z = abs(effect) / math.sqrt(1 / answers[0] + 1 / answers[1]), _z(confidence_level)
    return _normal(distance - z) + _normal(-distance - z)


def arcsine_answers_to_detect(
    first: float,
    second: float,
    *,
    power: float = 0.8,
    confidence_level: float = 0.95,
    against: Against = "sample",
) -> float:
    """Answers in each sample, or against a benchmark, by the difference of arcsines: package pwr's ``pwr.2p.test``.

    Differs from `share_answers_to_detect` by design: another transformation, another test.

    References
    ----------
    Cohen (1988), Statistical Power Analysis for the Behavioral Sciences, second edition; chapter 6.
    """
    other = math.inf if against == "benchmark" else 1.0

    def excess(log_answers: float) -> float:
        n = math.exp(log_answers)
        return arcsine_power(first, second, answers=(n, n * other), confidence_level=confidence_level) - power

    return math.exp(float(scipy.optimize.brentq(excess, math.log(1e-3), math.log(1e15), xtol=1e-14, rtol=1e-14)))


def t_power(difference: float, *, answers: float, standard_deviation: float, confidence_level: float = 0.95) -> float:
    """Power of Student's two-sample t test with so many answers in each sample: R's ``power.t.test``.

    References
    ----------
    Cohen (1988), Statistical Power Analysis for the Behavioral Sciences, second edition; chapter 2.
    """
    degrees = 2 * (answers - 1)
    distance = abs(difference) / standard_deviation * math.sqrt(answers / 2)
    quantile = float(scipy.special.stdtrit(degrees, upper_tail(confidence_level)))
    return 1 - float(scipy.special.nctdtr(degrees, distance, quantile))


def t_answers_to_detect(
    difference: float, *, standard_deviation: float, power: float = 0.8, confidence_level: float = 0.95
) -> float:
    """Answers in each sample by Student's two-sample t test: R's ``power.t.test``."""

    def excess(log_answers: float) -> float:
        n = math.exp(log_answers)
        found = t_power(difference, answers=n, standard_deviation=standard_deviation, confidence_level=confidence_level)
        return found - power

    variance = standard_deviation**2
    guess = normal_answers_to_detect(
        difference, variances=(variance, variance), power=power, confidence_level=confidence_level
    )
    low, high = math.log(max(guess, 2.0) / 2 + 0.5), math.log(2 * guess + 20)
    return math.exp(float(scipy.optimize.brentq(excess, low, high, xtol=1e-14, rtol=1e-14)))


def _z(confidence_level: float) -> float:
    return _quantile(upper_tail(confidence_level))


def _quantile(probability: float) -> float:
    return float(scipy.special.ndtri(probability))


def _normal(quantile: float) -> float:
    return float(scipy.special.ndtr(quantile))
