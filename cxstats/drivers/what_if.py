"""What if drivers were otherwise: the expected mean and favourable share, what they are now, and how sure that is.

>>> from cxstats.drivers.fitting import fit_drivers
>>> from cxstats.responses.simulate import simulate_checkout
>>> orders = simulate_checkout(2_000, rng=np.random.default_rng(5))
>>> model = fit_drivers(orders, "ces", scale="ces-2.0", drivers=["steps", "payment_failed"], controls=["device"])
>>> print(what_if(model, {"steps": lambda steps: steps.clip(upper=5)}).sentence())
If steps were 4.52 on average (now 5.27): ces 5.57 -> 5.78, better by 0.22 points (0.18 to 0.25); favourable share
80.9 % -> 85.8 %, better by 4.9 percentage points (3.9 to 5.9).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.drivers.effects import Measure
from cxstats.drivers.extrapolation import beyond_combinations, beyond_segments, beyond_values, share_far
from cxstats.drivers.figures import Limits
from cxstats.drivers.models import AdjustedFit, DriverModel
from cxstats.drivers.outlooks import Customers, Outlook, Scenario, outlook_of, rows_after
from cxstats.drivers.regression import least_squares, logistic
from cxstats.drivers.scenarios import Change, Wanted, change_of
from cxstats.responses.names import unknown_name
from cxstats.scores.intervals import require_confidence_level

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class WhatIf:
    """A scenario and what it would bring.

    Attributes
    ----------
    outcome
        The rated column.
    n
        Number of answers.
    changes
        What each changed driver would be.
    outlooks
        One for each measure.
    left_out
        What follows from the changed drivers, and so moves with them.
    warnings
        Where the data are left behind, in sentences.
    assumes
        What must hold for the change to come true.
    confidence_level
        Of the intervals.
    customers
        Whom the intervals are of: ``"these"`` that answered, or all of whom they are a ``"sample"``.
    good
        Which end of the scale is good; more favourable answers always are.
    label
        What would be, in the user's words; what each driver would be if it is empty.
    """

    outcome: str
    n: int
    changes: Mapping[str, Change]
    outlooks: tuple[Outlook, ...]
    left_out: frozenset[str]
    warnings: tuple[str, ...]
    assumes: str
    confidence_level: float
    customers: Customers
    good: Literal["high", "low"] = "high"
    label: str = ""

    @property
    def about(self) -> str:
        """Say whom the intervals are of."""
        if self.customers == "these":
            return f"Intervals are for the {self.n:,} customers that answered, whose drivers are taken as they are."
        return f"Intervals are for all customers, of whom the {self.n:,} that answered are a sample."

    def to_frame(self) -> pd.DataFrame:
        """Tidy table, unrounded; the interval is of the change, and favourable shares are fractions.

        ``measure``, ``n``, ``now``, ``then``, ``estimate`` (then - now), ``standard_error``, ``degrees_of_freedom``,
        ``low``, ``high``.
        """
        rows = [
            (one.measure, self.n, one.now, one.then, one.change, one.standard_error, one.degrees_of_freedom, *limits)
            for one in self.outlooks
            for limits in [one.interval(self.confidence_level)]
        ]
        names = ("measure", "n", "now", "then", "estimate", "standard_error", "degrees_of_freedom", "low", "high")
        return pd.DataFrame(rows, columns=list(names))

    def to_text(self) -> pd.DataFrame:
        """Table as people read it."""
        level = f"{100 * self.confidence_level:g} % interval"
        rows = [dict(zip(("", "now", "then", "change", level), self._shown(one), strict=True)) for one in self.outlooks]
        return pd.DataFrame(rows)

    def sentence(self) -> str:
        """Say what would be, whether that is better or worse, and how sure that is."""
        parts: list[str] = []
        for one in self.outlooks:
            name, now, then, _, _ = self._shown(one)
            parts.append(f"{name} {now} -> {then}, {self._verdict(one)}")
        what = self.label or " and ".join(change.in_words for change in self.changes.values())
        return f"If {what}: {'; '.join(parts)}."

    def better(self, measure: Measure) -> Limits:
        """How much better it would be, with interval; below 0 where it would be worse; shares as fractions."""
        one = next(outlook for outlook in self.outlooks if outlook.measure == measure)
        low, high = one.interval(self.confidence_level)
        limits = Limits(one.change, low, high, one.standard_error)
        return limits.scaled(1.0 if measure == "favourable" or self.good == "high" else -1.0)

    def _verdict(self, one: Outlook) -> str:
        times, decimals, unit = (1, 2, "points") if one.measure == "mean" else (100, 1, "percentage points")
        gain = self.better(one.measure).scaled(times)
        if not gain.clear:
            shown = (f"{figure + 0.0:+.{decimals}f}" for figure in (gain.estimate, gain.low, gain.high))
            return "no clear change: better by {} {unit} ({} to {})".format(*shown, unit=unit)
        word, gain = ("better", gain) if gain.estimate > 0 else ("worse", gain.scaled(-1))
        shown = (f"{figure:.{decimals}f}" for figure in (gain.estimate, gain.low, gain.high))
        return "{word} by {} {unit} ({} to {})".format(*shown, word=word, unit=unit)

    def _shown(self, one: Outlook) -> tuple[str, str, str, str, str]:
        low, high = one.interval(self.confidence_level)
        if one.measure == "mean":
            change, low_text, high_text = (f"{figure + 0.0:+.2f}" for figure in (one.change, low, high))
            return self.outcome, f"{one.now:.2f}", f"{one.then:.2f}", change, f"{low_text} to {high_text}"
        change, low_text, high_text = (f"{100 * figure + 0.0:+.1f}" for figure in (one.change, low, high))
        now, then = (f"{100 * share:.1f} %" for share in (one.now, one.then))
        return "favourable share", now, then, change, f"{low_text} to {high_text}"

    def _repr_html_(self) -> str:
        warned = "".join(f"<li>{escape(warning)}</li>" for warning in self.warnings)
        table = self.to_text().to_html(index=False, border=0, justify="left")
        notes = f"{escape(self.about)} {escape(self.assumes)}"
        return f"<p><b>{escape(self.sentence())}</b></p>{table}<ul>{warned}</ul><p>{notes}</p>"

    def __repr__(self) -> str:
        return "\n".join([self.sentence(), *self.warnings, self.about, self.assumes])


def what_if(
    model: DriverModel,
    changes: Mapping[str, Wanted],
    *,
    confidence_level: float = 0.95,
    customers: Customers = "sample",
    label: str = "",
) -> WhatIf:
    """Say what the score would be if drivers were otherwise.

    What follows from a changed driver moves with it, unless it is changed as well: one regression leaves out all such
    consequences, and holds everything else.

    Parameters
    ----------
    model
        Of `fit_drivers`.
    changes
        From a driver to what it would be. A number: the value for everybody. Yes/no: the share of yes, 0 to 1. Levels:
        a level for everybody, or a mapping to shares. Or a function from the column, a pandas Series, to the column as
        it would be. For a share no more customers change than must, chosen at random; several shares independently.
    confidence_level
        Of the intervals.
    customers
        ``"these"``: what the change would bring among the customers that answered, whose drivers are known;
        ``"sample"``: among all, of whom they are a sample, so that what drivers are now is uncertain too (a
        function is taken to treat each customer by himself).
    label
        What would be, for the sentence: ``"nobody had more than 5 steps"``. Made from `changes` unless given.

    Returns
    -------
    WhatIf
        Intervals by the delta method from the robust covariance of the fit.

    Raises
    ------
    ValueError
        If nothing is changed, a driver does not exist, a control or mediator is changed, or a value cannot be.
    TypeError
        If a value is nothing that the driver can be.

    References
    ----------
    Graubard and Korn (1999), Predictive margins with survey data. Biometrics 55. Pearl (2009), Causality, chapter 4.
    """
    require_confidence_level(confidence_level)
    if customers not in ("these", "sample"):
        raise ValueError(f"customers must be 'these' or 'sample'; got {customers!r}")
    _require_drivers(model, changes)
    weights = np.ones(model.n) if model.used.weights is None else model.used.weights
    share = weights / weights.sum()
    read = {name: change_of(model.terms[name], wanted, weights=share) for name, wanted in changes.items()}
    gone = frozenset[str]().union(*(model.consequences[name] for name in read)) - set(read)
    fitted = _fitted(model, gone)
    outlooks = tuple(
        outlook_of(Scenario(model, fitted, measure, read, share), customers=customers) for measure in model.measures
    )
    return WhatIf(
        outcome=model.outcome,
        n=model.n,
        changes=read,
        outlooks=outlooks,
        left_out=gone,
        warnings=tuple(_warnings(model, read, fitted, outlooks)),
        assumes=model.assumptions,
        confidence_level=confidence_level,
        customers=customers,
        good=model.scale.good,
        label=label,
    )


def _require_drivers(model: DriverModel, changes: Mapping[str, Any]) -> None:
    if not changes:
        raise ValueError("changes must name one driver or more; got none")
    for name in changes:
        role = "control" if name in model.controls else "mediator" if name in model.mediators else ""
        if role:
            raise ValueError(f"{name!r} is a {role}, whose own effect the model does not tell; fit it as a driver")
        if name not in model.drivers:
            raise ValueError(unknown_name("driver", name, model.drivers))


def _fitted(model: DriverModel, gone: frozenset[str]) -> AdjustedFit:
    """Return the fits without these columns, made anew where the model does not hold them."""
    if gone in model.adjusted:
        return model.adjusted[gone]
    out = {k for name in gone for k in model.groups[name]}
    columns = np.array([k for k in range(model.x.shape[1]) if k not in out], dtype=np.intp)
    given: dict[str, Any] = {**model.used.sampling, "names": [model.column_names[k] for k in columns.tolist()]}
    fit = logistic if model.model == "favourable" else least_squares
    x = model.x[:, columns]
    return AdjustedFit(gone, columns, {one: fit(x, model.answers(one), **given) for one in model.measures})


def _warnings(
    model: DriverModel, changes: Mapping[str, Change], fitted: AdjustedFit, outlooks: Sequence[Outlook]
) -> Iterator[str]:
    for name, change in changes.items():
        yield from beyond_values(change)
        follows = {name, *model.consequences[name], *model.mediators}
        others = [term for other, term in model.terms.items() if other not in follows and term.kind != "number"]
        yield from beyond_segments(change, others)
    after = rows_after(model, fitted, changes, {name: change.now for name, change in changes.items()}, averaged=False)
    yield from beyond_combinations(share_far(model.x[:, fitted.columns], after), changes)
    yield from _between(model, changes, fitted.left_out)
    yield from _beyond_the_scale(model, outlooks)


def _between(model: DriverModel, changes: Mapping[str, Change], gone: frozenset[str]) -> Iterator[str]:
    """Point out what lies between two changed drivers: one regression cannot both hold it and let it move."""
    for name in sorted(gone & set(model.drivers)):
        causes = [one for one in changes if name in model.consequences[one]]
        moved = [one for one in changes if one in model.consequences[name]]
        if moved:
            yield (
                f"{name} follows from {causes[0]} and moves {moved[0]}: it moves here and is not held equal when the "
                f"effect of {moved[0]} is read, which may be too large or too small. Change one of the two only."
            )


def _beyond_the_scale(model: DriverModel, outlooks: Sequence[Outlook]) -> Iterator[str]:
    points = model.scale.points
    for one in outlooks:
        low, high = (min(points), max(points)) if one.measure == "mean" else (0, 1)
        if not low <= one.then <= high:
            what = f"mean of {one.then:.2f}" if one.measure == "mean" else f"share of {100 * one.then:.1f} %"
            yield f"A {what} cannot be: the line runs beyond the scale."
