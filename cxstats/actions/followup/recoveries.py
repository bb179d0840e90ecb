"""What a call changed, in figures and words, and what that rests on."""

from dataclasses import dataclass, replace
from html import escape
from typing import Final, Literal

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from cxstats.actions.followup.doubly_robust import Among, Contrasted, Outcome
from cxstats.actions.followup.overlap import Overlap
from cxstats.drivers.figures import Limits
from cxstats.drivers.robustness import e_value, e_value_of_limit
from cxstats.scores.intervals import require_confidence_level

IN_BALANCE: Final = 0.1
_RATIO_OF_MEANS: Final = 0.91


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Recovery:
    """What a call changed.

    Attributes
    ----------
    called_column, outcome_column, because
        The columns it is made from.
    among
        Whose effect it is: of those ``"called"``, or of ``"all"``.
    kind
        Whether the outcome is a ``"share"`` (0 to 1) or a ``"mean"`` (points).
    found
        With a call and without, with what each customer contributes to the error.
    was_called, outcomes
        Of the N customers compared; shape (N,).
    overlap
        Who is compared with whom.
    balance
        How alike they are, before and after weighting (`cxstats.actions.followup.overlap.balance_of`).
    account
        Customers given, and how many are set aside for which reason.
    good
        Which end of the outcome is good, where a scale says so.
    """

    called_column: str
    outcome_column: str
    because: tuple[str, ...]
    among: Among
    kind: Outcome
    found: Contrasted
    was_called: NDArray[np.bool_]
    outcomes: NDArray[np.float64]
    overlap: Overlap
    balance: pd.DataFrame
    account: tuple[tuple[str, int], ...]
    good: Literal["high", "low"] | None = None

    @property
    def effect(self) -> float:
        """What the call changed: a share -1 to 1, or points."""
        return self.found.effect

    @property
    def standard_error(self) -> float:
        """Of the effect."""
        return self.found.standard_error

    @property
    def difference_as_it_is(self) -> float:
        """Those called less those not called, with nothing allowed for."""
        return float(self.outcomes[self.was_called].mean() - self.outcomes[~self.was_called].mean())

    def interval(self, confidence_level: float = 0.95) -> tuple[float, float]:
        """Return the limits of the effect, by Student's t, with few degrees of freedom where few customers decide.

        Those of a share end at -1 and 1.

        Raises
        ------
        ValueError
            If the level is not between 0 and 1.
        """
        limits = self._limits(confidence_level)
        return limits.low, limits.high

    def e_values(self, confidence_level: float = 0.95) -> tuple[float, float]:
        """Return how strong a missing reason would have to be, for the effect and for the end of its interval.

        Returns
        -------
        tuple of float
            By which ratio a reason that is not among the columns would have to raise both the chance of a call and the
            outcome, beyond what the columns say, to explain the effect away, and to bring its interval to zero (1 if it
            is there). For means by the approximation exp(.91 d), d being the effect in standard deviations.

        References
        ----------
        VanderWeele and Ding (2017), Sensitivity analysis in observational research: introducing the E-value. Annals of
        Internal Medicine 167.
        """
        ratio, low, high = self._ratio(confidence_level)
        if not (np.isfinite([ratio, low, high]).all() and ratio > 0 and low > 0):
            return np.nan, np.nan
        return e_value(ratio), e_value_of_limit(low, high)

    def to_frame(self, confidence_level: float = 0.95) -> pd.DataFrame:
        """One row, unrounded: outcome with a call and without, effect with its limits, and who is compared."""
        limits, e = self._limits(confidence_level), self.e_values(confidence_level)
        row = {
            "outcome": self.outcome_column,
            "among": self.among,
            "n_called": self.overlap.called,
            "n_not_called": self.overlap.not_called,
            "effective_n_not_called": self.overlap.effective,
            "with_call": self.found.called.estimate,
            "without_call": self.found.otherwise.estimate,
            "effect": limits.estimate,
            "standard_error": limits.standard_error,
            "low": limits.low,
            "high": limits.high,
            "difference_as_it_is": self.difference_as_it_is,
            "e_value": e[0],
            "e_value_of_limit": e[1],
        }
        return pd.DataFrame([row])

    def summary(self) -> pd.DataFrame:
        """Account for every customer given: columns ``what`` and ``customers``; given = compared + set aside."""
        over = self.overlap
        compared = [("compared, called", over.called), ("compared, not called", over.not_called)]
        trimmed = [
            ("set aside: called, nobody comparable", over.trimmed_called),
            ("set aside: not called, nobody comparable", over.trimmed_not_called),
        ]
        aside = [(f"set aside: {what}", count) for what, count in self.account[1:]]
        rows = [self.account[0], *compared, *trimmed, *aside]
        return pd.DataFrame(rows, columns=["what", "customers"])

    def sentence(self, confidence_level: float = 0.95) -> str:
        """Say what the call changed, with whom they are compared, and what must hold."""
        limits = self._limits(confidence_level)
        times, unit = (100, "percentage points") if self.kind == "share" else (1, "points")
        estimate, low, high = limits.scaled(times).rounded()
        with_call, without = (times * one.estimate for one in (self.found.called, self.found.otherwise))
        percent = " %" if self.kind == "share" else ""
        whom = "Among those called" if self.among == "called" else "Among all customers compared"
        figures = (
            f"{with_call:.{1 if percent else 2}f}{percent} with a call against "
            f"{without:.{1 if percent else 2}f}{percent} without, {100 * confidence_level:g} % interval of the effect "
            f"{low} to {high}"
        )
        said = [f"{whom}, the call {self._verdict(limits, estimate.lstrip('-'), unit)} ({figures})."]
        said += [self.overlap.sentence(), self._balance_in_words()]
        return " ".join([*said, *self._validity(confidence_level)])

    def _verdict(self, limits: Limits, size: str, unit: str) -> str:
        if not limits.clear:
            return f"changed {self.outcome_column} by nothing clear"
        better = "" if self.good is None else f", which is {'better' if self._is_better(limits) else 'worse'}"
        return f"{'raised' if limits.estimate > 0 else 'lowered'} {self.outcome_column} by {size} {unit}{better}"

    def _is_better(self, limits: Limits) -> bool:
        return (limits.estimate > 0) == (self.good == "high")

    def _balance_in_words(self) -> str:
        if self.balance.empty:
            return "No reason for a call varies among them."
        before, after = (
            float(np.abs(self.balance[f"difference_{when}"].to_numpy(dtype=np.float64)).max())
            for when in ("before", "after")
        )
        said = f"Largest difference in a reason: {before:.2f} standard deviations before weighting, {after:.2f} after"
        return f"{said}." if after <= IN_BALANCE else f"{said}, which is still much ({IN_BALANCE} is common)."

    def _validity(self, confidence_level: float) -> list[str]:
        columns = ", ".join(self.because)
        what = self.outcome_column
        said = [f"Valid if every reason for a call that matters for {what} is among these columns: {columns}."]
        whole, limit = self.e_values(confidence_level)
        if np.isfinite(whole) and limit > 1:
            said.append(
                f"A missing reason would have to raise both the chance of a call and the outcome {limit:.1f} times to "
                f"bring the interval to zero, and {whole:.1f} times to explain the effect away."
            )
        lost = dict(self.account).get("no outcome", 0)
        if lost:
            said.append(f"{lost:,} customers without an outcome are left out; they may differ.")
        return said

    def _limits(self, confidence_level: float) -> Limits:
        require_confidence_level(confidence_level)
        around = Limits.around(self.effect, self._half(confidence_level), self.standard_error)
        if self.kind == "mean":
            return around
        least, most = min(-1.0, self.effect), max(1.0, self.effect)
        return replace(around, low=max(around.low, least), high=min(around.high, most))

    def _half(self, confidence_level: float) -> float:
        """Half the width of the interval, before a share's ends."""
        freedom = self.found.degrees_of_freedom
        return float(scipy.special.stdtrit(freedom, (1 + confidence_level) / 2)) * self.standard_error

    def _ratio(self, confidence_level: float) -> tuple[float, float, float]:
        """Return the ratio of the outcome with a call to that without, and its limits."""
        limits = self._limits(confidence_level)
        if self.kind == "mean":
            parts = [self.outcomes[self.was_called == kind] for kind in (True, False)]
            spread = np.sqrt(sum(part.var(ddof=1) for part in parts) / 2)
            if not spread > 0:
                return np.nan, np.nan, np.nan
            d = np.array([limits.estimate, limits.low, limits.high]) / spread
            ratio, low, high = np.exp(_RATIO_OF_MEANS * d)
            return float(ratio), float(low), float(high)
        one, other = self.found.called, self.found.otherwise
        if min(one.estimate, other.estimate) <= 0:
            return np.nan, np.nan, np.nan
        error = float(np.linalg.norm(one.contributions / one.estimate - other.contributions / other.estimate))
        half = error * self._half(confidence_level) / limits.standard_error if limits.standard_error else 0.0
        log = float(np.log(one.estimate / other.estimate))
        return float(np.exp(log)), float(np.exp(log - half)), float(np.exp(log + half))

    def __repr__(self) -> str:
        return f"Recovery: {self.sentence()}"

    def _repr_html_(self) -> str:
        tables = [self.to_frame(), self.balance, self.summary()]
        shown = "".join(table.to_html(index=False, border=0, justify="left", escape=True) for table in tables)
        return f"<p>{escape(self.sentence())}</p>{shown}"
