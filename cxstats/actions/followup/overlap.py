"""Whether those called have comparable customers who were not called, and how alike they are made by weighting."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.actions.followup.doubly_robust import Among, Contrasted
from cxstats.drivers.terms import Term

Floats = NDArray[np.float64]
Truths = NDArray[np.bool_]

FEWEST: Final = 20
MOST_TRIMMED: Final = 0.5
FEWEST_EFFECTIVE: Final = 10


@dataclass(frozen=True, slots=True)
class Overlap:
    """How those called and those not called overlap.

    Attributes
    ----------
    called, not_called
        Customers compared.
    trimmed_called, trimmed_not_called
        Customers set aside because nobody is comparable.
    decided_by
        Columns of which some level was called throughout or not at all: nobody is comparable there.
    furthest
        The chance of a call, 0 to 1, beyond which nobody is.
    chances_called, chances_not_called
        Lowest and highest chance of a call, by the model, of those compared.
    effective
        How many equally weighted customers those not called are worth as comparison (Kish).
    """

    called: int
    not_called: int
    trimmed_called: int
    trimmed_not_called: int
    furthest: float
    chances_called: tuple[float, float]
    chances_not_called: tuple[float, float]
    effective: float
    decided_by: tuple[str, ...] = ()

    def sentence(self) -> str:
        """Say who is compared with whom."""
        low, high = self.chances_called
        least, most = self.chances_not_called
        said = (
            f"{self.called:,} called are compared with {self.not_called:,} not called, worth {self.effective:,.0f} "
            f"after weighting; chances of a call {100 * low:.0f} to {100 * high:.0f} % and {100 * least:.0f} to "
            f"{100 * most:.0f} %."
        )
        trimmed = self.trimmed_called + self.trimmed_not_called
        if trimmed:
            levels = f", or a level of {', '.join(self.decided_by)} called throughout or not at all"
            said += (
                f" {self.trimmed_called:,} called and {self.trimmed_not_called:,} not called have nobody comparable (a "
                f"chance beyond {100 * self.furthest:g} %{levels if self.decided_by else ''}): nothing is said of them."
            )
        return said


def comparable(chance: Floats, *, among: Among, furthest: float) -> Truths:
    """Say who has comparable customers: shape (N,).

    A chance of a call beyond `furthest` leaves hardly anybody who was not called; for the effect among all, one below
    1 - `furthest` hardly anybody who was.

    References
    ----------
    Crump, Hotz, Imbens and Mitnik (2009), Dealing with limited overlap in estimation of average treatment effects.
    Biometrika 96.
    """
    kept = chance <= furthest
    return kept if among == "called" else kept & (chance >= 1 - furthest)


def in_mixed_levels(terms: Sequence[Term], called: Truths) -> tuple[Truths, tuple[str, ...]]:
    """Say who has a level of every column of which some were called and some were not.

    No model can be fitted with the others in it, and nobody is comparable with them: the effect of a call is not in the
    data where everybody was called, and where nobody was it is of no one. Levels are looked at again among those left,
    until all are mixed.

    Parameters
    ----------
    terms
        Columns that say why customers were called, over N customers; numbers are passed over.
    called
        Who was; shape (N,).

    Returns
    -------
    tuple
        Shape (N,), and the columns whose levels leave some out.
    """
    owners = {one.name: np.unique(one.columns, axis=0, return_inverse=True)[1] for one in terms if one.kind != "number"}
    kept, by = np.ones_like(called), list[str]()
    while True:
        before = int(kept.sum())
        for name, owner in owners.items():
            levels = int(owner.max()) + 1
            some, none = (np.bincount(owner[kept & side], minlength=levels) > 0 for side in (called, ~called))
            alone = kept & ~(some & none)[owner]
            by += [name] if alone.any() and name not in by else []
            kept &= ~alone
        if int(kept.sum()) == before:
            return kept, tuple(by)


def require_overlap(called: Truths, kept: Truths, decided_by: Sequence[str] = ()) -> None:
    """Refuse a comparison of too few, or one that leaves out most of those called.

    Raises
    ------
    ValueError
        Saying how many there are.
    """
    columns = f"the columns (levels of {', '.join(decided_by)})" if decided_by else "the columns"
    lost = int((called & ~kept).sum())
    if lost > MOST_TRIMMED * called.sum():
        raise ValueError(
            f"{lost:,} of {int(called.sum()):,} called have nobody comparable who was not called: {columns} decide "
            "almost alone who is called. Leave a part of the calls to chance next time, and compare with those"
        )
    arms = {"called": int((called & kept).sum()), "not called": int((~called & kept).sum())}
    for what, count in arms.items():
        if count < FEWEST:
            why = f": {columns} decide almost alone who is called" if decided_by else ""
            raise ValueError(f"needs {FEWEST} comparable customers or more who were {what}; there are {count:,}{why}")


def effective_number(weights: Floats) -> float:
    """Return how many equally weighted customers these are worth (Kish 1965)."""
    return float(weights.sum() ** 2 / (weights @ weights))


def balance_of(x: Floats, names: Sequence[str], called: Truths, found: Contrasted) -> pd.DataFrame:
    """Say how alike those called and those not called are, before and after weighting.

    Returns
    -------
    pandas.DataFrame
        One row a column: ``column``, means of ``called`` and ``not_called``, ``difference_before`` and
        ``difference_after`` weighting, in standard deviations (root of the mean of the two variances before). Beyond
        .1 is commonly called out of balance.

    References
    ----------
    Austin (2009), Balance diagnostics for comparing the distribution of baseline covariates between treatment groups
    in propensity-score matched samples. Statistics in Medicine 28.
    """
    first, second = x[called], x[~called]
    spread = np.sqrt((first.var(axis=0, ddof=1) + second.var(axis=0, ddof=1)) / 2)
    before = first.mean(axis=0) - second.mean(axis=0)
    after = found.called.weights @ x - found.otherwise.weights @ x
    with np.errstate(invalid="ignore", divide="ignore"):
        return pd.DataFrame(
            {
                "column": list(names),
                "called": first.mean(axis=0),
                "not_called": second.mean(axis=0),
                "difference_before": before / spread,
                "difference_after": after / spread,
            }
        )
