"""What columns explain of what others leave over: partial R2, for one fit of a driver model."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from cxstats.drivers.effects import Measure
from cxstats.drivers.models import AdjustedFit, DriverModel

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Leftovers:
    """Correlations of the columns of a fit and of its answers.

    Attributes
    ----------
    correlations
        Of P columns and, last, the answers; nothing at the place of the intercept, the first; shape (P + 1, P + 1).
    answer
        Place of the answers: P.
    """

    correlations: Floats
    answer: int

    @classmethod
    def of(cls, model: DriverModel, fitted: AdjustedFit, measure: Measure) -> "Leftovers":
        """Correlate the columns of one of the fits of a model, and its answers."""
        columns = np.column_stack([model.x[:, fitted.columns], model.answers(measure)])
        share = np.ones(model.n) if model.used.weights is None else model.used.weights
        around = columns - np.average(columns, axis=0, weights=share)
        products = (around * share[:, None]).T @ around
        spread = np.sqrt(np.diag(products))
        spread[0] = 1.0
        return cls(products / spread / spread[:, None], len(fitted.columns))

    def partial_r2(self, of: int, more: list[int], given: list[int]) -> float:
        """Return what further columns explain of what given ones leave over of one: partial R2."""
        before, after = self._left(of, given), self._left(of, [*given, *more])
        return float(np.clip(1 - after / before, 0, 1))

    def _left(self, of: int, given: list[int]) -> float:
        r = self.correlations
        if not given:
            return float(r[of, of])
        return float(r[of, of] - r[of, given] @ np.linalg.solve(r[np.ix_(given, given)], r[given, of]))
