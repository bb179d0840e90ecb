"""Whether a rate rises or falls: a line through the rates of several periods, with its test.

>>> import numpy as np
>>> slope, _, p_value = trend_of_rates(np.array([30.0, 25, 20]), np.array([100.0, 100, 100]), np.array([0.0, 1, 2]))
>>> round(slope, 4), round(p_value, 4)
(-0.05, 0.1025)
"""

from dataclasses import dataclass

import numpy as np
import scipy
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Trend:
    """A straight line through the response rates of complete periods.

    Attributes
    ----------
    slope
        Change of the rate in one period, as a share: .01 is one percentage point.
    low, high, confidence_level
        Its interval.
    p_value
        Of the Cochran-Armitage test that the rate does not change.
    first, last
        Names of the first and the last period.
    from_rate, to_rate
        Where the line begins and ends.
    unit
        The period in a word: ``"month"``.
    """

    slope: float
    low: float
    high: float
    confidence_level: float
    p_value: float
    first: str
    last: str
    from_rate: float
    to_rate: float
    unit: str

    def sentence(self) -> str:
        """Say whether the response rate rose or fell, by how much and how surely."""
        level = f"{100 * self.confidence_level:g} % interval"
        if np.isnan(self.p_value):
            return "Nobody or everybody answered in every complete period: there is no trend to speak of."
        if self.p_value >= 1 - self.confidence_level or self.low <= 0 <= self.high:
            return (
                f"No clear trend in the response rate: {100 * self.slope:+.2f} percentage points a {self.unit} "
                f"({level} {100 * self.low:+.2f} to {100 * self.high:+.2f})."
            )
        sizes = sorted(100 * abs(limit) for limit in (self.low, self.high))
        return (
            f"The response rate {'rose' if self.slope > 0 else 'fell'} from about {100 * self.from_rate:.1f} % in "
            f"{self.first} to about {100 * self.to_rate:.1f} % in {self.last}: {100 * abs(self.slope):.2f} percentage "
            f"points a {self.unit} ({level} {sizes[0]:.2f} to {sizes[1]:.2f})."
        )


def trend_of_rates(answered: Floats, n: Floats, x: Floats) -> tuple[float, float, float]:
    """Return slope, standard error and two-sided Cochran-Armitage p-value of rates over x.

    Parameters
    ----------
    answered, n
        Answered and sent invitations of P periods; shape (P,).
    x
        When; shape (P,).

    Returns
    -------
    tuple
        Slope per unit of x; its standard error, the larger of those from each period's own and from the pooled binomial
        variance, since the former is 0 where every period is all or nothing; and the p-value, which uses the pooled
        variance and is NaN where nobody or everybody answered.
    """
    rate, centred = answered.sum() / n.sum(), x - np.average(x, weights=n)
    spread = float(n @ centred**2)
    slope = float(centred @ (answered - n * rate)) / spread
    own = answered / n
    pooled = float(np.sqrt(rate * (1 - rate) / spread))
    error = max(float(np.sqrt(n * own * (1 - own) @ centred**2)) / spread, pooled)
    p_value = float(2 * scipy.special.ndtr(-abs(slope) / pooled)) if pooled > 0 else float("nan")
    if pooled == 0:
        return slope, float("nan"), p_value
    return slope, error, p_value
