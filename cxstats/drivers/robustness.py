"""How strong a cause that was not measured would have to be to explain an effect away.

>>> round(robustness_value(4.18 / 783**0.5), 3)
0.139
>>> round(e_value(3.9), 2)
7.26
"""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Strength:
    """How strong an unmeasured cause is.

    Attributes
    ----------
    with_driver
        What it explains of what the other columns leave over of the driver: partial R2, 0 to 1.
    with_answer
        What it explains of what driver and other columns leave over of the answer: partial R2, 0 to 1.
    """

    with_driver: float
    with_answer: float

    @property
    def possible(self) -> bool:
        """Whether there can be such a cause; one that leaves nothing over of the answer cannot be told from chance."""
        return 0 <= self.with_driver < 1 and 0 <= self.with_answer < 1


def robustness_value(strength: float, critical: float = 0.0) -> float:
    """Return the strength of an unmeasured cause that is just enough: the partial R2 with driver and answer alike.

    Parameters
    ----------
    strength
        Partial Cohen's f of driver and answer, sqrt(R2 / (1 - R2)): with usual errors t / sqrt(degrees of freedom).
    critical
        0 for the cause that would explain the estimate away; for one that would make the interval reach zero, its half
        width in the same unit: with usual errors t's quantile over sqrt(degrees of freedom - 1), both with one degree
        less.

    Returns
    -------
    float
        0 (the interval reaches zero already) to 1.

    References
    ----------
    Cinelli and Hazlett (2020), Making sense of sensitivity: extending omitted variable bias. JRSS B 82, section 4.1.
    """
    f = abs(strength)
    if f <= critical:
        return 0.0
    if critical > 0 and f * critical > 1:
        # The worst cause explains less of the answer than of the driver: errors shrink with what it explains of it.
        return (f**2 - critical**2) / (1 + f**2)
    squared = (f - critical) ** 2
    return float((np.sqrt(squared**2 + 4 * squared) - squared) / 2)


def bias(strength: Strength) -> float:
    """Return by how much a cause of some strength moves an effect, as a share of effect / f; 0 or more.

    References
    ----------
    Cinelli and Hazlett (2020), as above, section 3.2.
    """
    return float(np.sqrt(strength.with_answer * strength.with_driver / (1 - strength.with_driver)))


def error_factor(strength: Strength, degrees_of_freedom: float) -> float:
    """Return by how much a cause of some strength widens the standard error."""
    shrinks = (1 - strength.with_answer) / (1 - strength.with_driver)
    return float(np.sqrt(shrinks * degrees_of_freedom / (degrees_of_freedom - 1)))


def as_strong_as(driver_on_other: float, answer_on_other: float) -> Strength:
    """Bound the strength of a cause that is as strong as an observed column (or several).

    Parameters
    ----------
    driver_on_other
        What the observed one explains of what the rest leaves over of the driver: partial R2, 0 to 1.
    answer_on_other
        What it explains of what the driver and the rest leave over of the answer: partial R2, 0 to 1.

    Returns
    -------
    Strength
        Not possible if the observed one explains half of the driver: there is no room for another such cause.

    References
    ----------
    Cinelli and Hazlett (2020), as above, section 4.4, with k = 1.
    """
    if driver_on_other >= 0.5 or answer_on_other >= 1:
        return Strength(np.nan, np.nan)
    f_driver = driver_on_other / (1 - driver_on_other)
    between = f_driver**2
    if between >= 1:
        return Strength(np.nan, np.nan)
    eta = (1 + np.sqrt(between)) / np.sqrt(1 - between)
    return Strength(f_driver, min(1.0, float(eta**2 * answer_on_other / (1 - answer_on_other))))


def e_value(ratio: float) -> float:
    """Return the E-value: the least ratio of risks by which a cause must go with driver and answer alike.

    Parameters
    ----------
    ratio
        Ratio of two shares, above 0.

    Returns
    -------
    float
        1 or more.

    Raises
    ------
    ValueError
        If the ratio is not above 0.

    References
    ----------
    VanderWeele and Ding (2017), Sensitivity analysis in observational research: introducing the E-value. Annals of
    Internal Medicine 167.
    """
    if not ratio > 0:
        raise ValueError(f"a ratio of shares must be above 0; got {ratio}")
    r = max(ratio, 1 / ratio)
    return float(r + np.sqrt(r * (r - 1)))


def e_value_of_limit(low: float, high: float) -> float:
    """Return the E-value of the end of an interval that is nearer to 1; 1 where the interval holds 1."""
    if low <= 1 <= high:
        return 1.0
    return e_value(low if low > 1 else high)
