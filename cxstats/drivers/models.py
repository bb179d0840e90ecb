"""A fitted driver model: its effects, total and direct, what was left out, and what a reader should know.

`cxstats.drivers.fitting.fit_drivers` makes it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any, Final, Literal

import numpy as np
import pandas as pd
import scipy
from numpy.typing import NDArray

from cxstats.drivers.answers_used import AnswersUsed
from cxstats.drivers.average_effects import LogisticEffects, linear_effect
from cxstats.drivers.effects import Effect, EffectKind, EffectTable, Measure
from cxstats.drivers.regression import Fit
from cxstats.drivers.remarks import (
    assumptions_in_words,
    entanglement_in_words,
    kinds_in_words,
    rows_in_words,
    yes_in_words,
)
from cxstats.drivers.terms import Term
from cxstats.responses.names import unknown_name
from cxstats.responses.scales import Scale
from cxstats.responses.weights import Design
from cxstats.scores.multiplicity import Adjust

Floats = NDArray[np.float64]
Places = NDArray[np.intp]
Model = Literal["linear", "favourable"]

INTERCEPT: Final = "intercept"


@dataclass(frozen=True, slots=True, eq=False)
class AdjustedFit:
    """The fits of one set of columns.

    Attributes
    ----------
    left_out
        Columns of the data that are not in it: the consequences of the drivers whose total effect it gives.
    columns
        Which columns of `DriverModel.x` are in it, ascending; shape (Q,).
    fits
        By measure: ``"mean"`` (points) and ``"favourable"`` (share).
    """

    left_out: frozenset[str]
    columns: Places
    fits: Mapping[Measure, Fit]

    def own(self, group: Sequence[int]) -> Places:
        """Say where these columns of `DriverModel.x` stand among the columns of the fits.

        Raises
        ------
        ValueError
            If some are not in it.
        """
        found = np.searchsorted(self.columns, np.asarray(group, dtype=np.intp))
        if (found >= len(self.columns)).any() or (
            self.columns[np.minimum(found, len(self.columns) - 1)] != group
        ).any():
            raise ValueError("these columns are not in this fit: they follow from the driver that it is of")
        return found.astype(np.intp)


@dataclass(frozen=True, slots=True, eq=False)
class DriverModel:
    """What drives a score: one fit for each set of columns that its effects need.

    Attributes
    ----------
    model
        ``"linear"`` or ``"favourable"``.
    terms
        All drivers, mediators and controls by column, in the order of their columns.
    drivers, mediators, controls
        Which of them are what; a driver that follows from another is a driver.
    consequences
        From each driver to what follows from it, through other columns too.
    used
        The answers, and what became of the other rows.
    design
        The survey design, or None.
    x
        Intercept, drivers, mediators, controls; shape (N, P).
    groups
        From each term to its columns of `x`.
    adjusted
        The fits, by what they leave out; nothing for the direct effects.
    """

    model: Model
    terms: Mapping[str, Term]
    drivers: tuple[str, ...]
    mediators: tuple[str, ...]
    controls: tuple[str, ...]
    consequences: Mapping[str, frozenset[str]]
    used: AnswersUsed
    design: Design | None
    x: Floats
    groups: Mapping[str, tuple[int, ...]]
    adjusted: Mapping[frozenset[str], AdjustedFit]

    @property
    def n(self) -> int:
        """Number of answers used."""
        return self.used.n

    @property
    def outcome(self) -> str:
        """The rated column."""
        return self.used.outcome

    @property
    def scale(self) -> Scale:
        """Its scale."""
        return self.used.scale

    @property
    def column_names(self) -> tuple[str, ...]:
        """Names of the columns of `x`."""
        return (INTERCEPT, *(name for term in self.terms.values() for name in term.column_names))

    @property
    def measures(self) -> tuple[Measure, ...]:
        """What is fitted: ``"mean"`` and ``"favourable"``, or only the latter."""
        return tuple(self.full.fits)

    @property
    def full(self) -> AdjustedFit:
        """The fits with all columns, which give the direct effects."""
        return self.adjusted[frozenset()]

    def fits_for(self, driver: str, effect: EffectKind = "total") -> AdjustedFit:
        """Return the fits that an effect of a driver is read from.

        Raises
        ------
        ValueError
            If there is no such driver.
        """
        if driver not in self.drivers:
            raise ValueError(unknown_name("driver", driver, self.drivers))
        return self.full if effect == "direct" else self.adjusted[self._left_out_for(driver)]

    def _left_out_for(self, driver: str) -> frozenset[str]:
        return self.consequences[driver]

    def answers(self, measure: Measure) -> Floats:
        """Return the answers as points, or as 1 where favourable; shape (N,).

        Raises
        ------
        ValueError
            If all or none are favourable, or the scale does not say which are.
        """
        found = self.used.points if measure == "mean" else self.used.favourable
        if found is None:
            raise ValueError(f"answers of {self.outcome!r} are not divided into favourable ones and others")
        return found

    def covariance_of(self, contributions: Floats) -> Floats:
        """Covariance of sums over the answers, under the design where there is one.

        Parameters
        ----------
        contributions
            What each answer contributes to Q figures, as from `cxstats.drivers.regression.influence`; shape (N, Q).

        Returns
        -------
        numpy.ndarray
            Shape (Q, Q).
        """
        units = self.used.units
        return contributions.T @ contributions if units is None else units.covariance(contributions)

    @property
    def r_squared(self) -> float:
        """Share of the variance of the answers that all columns explain, 0 to 1, weighted; of the points if linear."""
        measure = next(iter(self.full.fits))
        y, fit = self.answers(measure), self.full.fits[measure]
        weights = np.ones(self.n) if self.used.weights is None else self.used.weights
        around = y - np.average(y, weights=weights)
        return 1 - float(weights @ fit.residuals**2) / float(weights @ around**2)

    def effects(self, *, confidence_level: float = 0.95, adjust: Adjust | None = None) -> EffectTable:
        """Average effects of all drivers on the mean score and on the favourable share.

        Total effects go through everything that follows from the driver; direct ones hold all other columns. Either is
        a cause only if nothing that was left out moves both driver and answer; a direct one, also if nothing left out
        moves both mediator and answer. Where nothing is said to follow from any driver only total effects are given,
        and they are total only if that is so.

        Parameters
        ----------
        confidence_level
            Of each interval.
        adjust
            ``"holm"`` or ``"bh"`` for p-values that take the number of changes into account.

        Returns
        -------
        EffectTable
            A linear model reads both from least squares, the share from favourable = 1, others = 0. A favourable one
            reads the share from the log odds: what it would be after the change less what it is, averaged over all
            customers, themselves being a sample.

        References
        ----------
        Pearl (2009), Causality, chapter 4, for total and direct effects and what each needs.
        """
        kinds: tuple[EffectKind, ...] = ("total", "direct") if any(self.consequences.values()) else ("total",)
        averages = {
            (left_out, measure): self._averages(fitted, measure)
            for left_out, fitted in self.adjusted.items()
            for measure in fitted.fits
        }
        found: list[Effect] = []
        for driver in self.drivers:
            for kind in kinds:
                left_out = self._left_out_for(driver) if kind == "total" else frozenset[str]()
                for measure in self.measures:
                    found += self._effects_of(driver, kind, measure, averages[left_out, measure])
        return EffectTable(
            tuple(found), f"{self.in_words()} n = {self.n:,}.", self.assumptions, confidence_level, adjust
        )

    def _averages(self, fitted: AdjustedFit, measure: Measure) -> LogisticEffects | None:
        """Prepare the averages that a logistic fit needs; None for a linear one."""
        if self.model == "linear":
            return None
        x = self.x[:, fitted.columns]
        return LogisticEffects.of(fitted.fits[measure], x, weights=self.used.weights, units=self.used.units)

    def _effects_of(
        self, driver: str, kind: EffectKind, measure: Measure, averages: LogisticEffects | None
    ) -> list[Effect]:
        fitted, term = self.fits_for(driver, kind), self.terms[driver]
        fit, own = fitted.fits[measure], fitted.own(self.groups[driver])
        alone = set(self.levels_of_one_cluster().get(driver, ()))
        found: list[Effect] = []
        for contrast in term.contrasts:
            average = (
                linear_effect(fit, own, contrast) if averages is None else averages.effect(own, contrast, term.kind)
            )
            error = np.nan if contrast.level in alone else average.standard_error
            named = (driver, contrast.level, contrast.change, term.driver.unit, kind, measure, self.n)
            found.append(Effect(*named, average.estimate, error, fit.degrees_of_freedom))
        return found

    def tests(self) -> pd.DataFrame:
        """Test each driver as a whole, all of its levels together, for having no effect.

        Returns
        -------
        pandas.DataFrame
            ``driver``, ``effect``, ``measure``, ``statistic`` (Wald's, over its degrees of freedom), ``columns`` (those
            of the driver), ``degrees_of_freedom`` (of the denominator) and ``p_value`` of the F distribution.
        """
        kinds: tuple[EffectKind, ...] = ("total", "direct") if any(self.consequences.values()) else ("total",)
        rows: list[tuple[Any, ...]] = []
        for driver in self.drivers:
            for kind in kinds:
                fitted = self.fits_for(driver, kind)
                own = fitted.own(self.groups[driver])
                for measure, fit in fitted.fits.items():
                    slopes, covariance = fit.coefficients[own], fit.covariance[np.ix_(own, own)]
                    ratio = float(slopes @ np.linalg.pinv(covariance) @ slopes) / len(own)
                    p_value = float(scipy.special.fdtrc(len(own), fit.degrees_of_freedom, ratio))
                    rows.append((driver, kind, measure, ratio, len(own), fit.degrees_of_freedom, p_value))
        names = ("driver", "effect", "measure", "statistic", "columns", "degrees_of_freedom", "p_value")
        return pd.DataFrame(rows, columns=list(names))

    def levels_of_one_cluster(self) -> dict[str, tuple[str, ...]]:
        """Find levels (and yes) that occur in one cluster only, or outside one only: their error cannot be known."""
        units = self.used.units
        if units is None or self.used.clusters is None:
            return {}
        found: dict[str, tuple[str, ...]] = {}
        for name in self.drivers:
            term = self.terms[name]
            if term.kind == "number":
                continue
            of_cluster = [units.sums(part) > 0 for part in (term.columns, 1 - term.columns)]
            lonely = np.minimum(*(there.sum(axis=0) for there in of_cluster)) < 2
            levels = [contrast.level for contrast, alone in zip(term.contrasts, lonely, strict=True) if alone]
            if levels:
                found[name] = tuple(levels)
        return found

    def in_words(self) -> str:
        """Say what was fitted to what, and how errors were found."""
        scale, fit = self.scale, next(iter(self.full.fits.values()))
        how = "least squares" if self.model == "linear" else "logistic regression"
        of = " and ".join({"mean": "mean", "favourable": "favourable share"}[measure] for measure in self.measures)
        parts = {"what lies between:": self.mediators, "held equal:": self.controls}
        more = "".join(f"; {word} {', '.join(names)}" for word, names in parts.items() if names)
        errors = {"HC3": "errors HC3", "HC0": "errors by the sandwich", "clustered": "errors by the survey design"}
        under = f", {self.design.in_words()}" if self.design else ""
        freedom = f"Student's t with {fit.degrees_of_freedom:,.0f} degrees of freedom"
        return (
            f"{self.outcome} on {scale.name} ({scale.span}, {scale.good} is good): {of} on {', '.join(self.drivers)}"
            f"{more}. By {how}, {errors[fit.kind]}{under}, {freedom}."
        )

    @property
    def assumptions(self) -> str:
        """What must hold for an effect to be a cause."""
        return assumptions_in_words(self.consequences)

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader should know, in sentences: rows not used, drivers that go together, levels with little data."""
        lonely = [
            f"{name}: {', '.join(levels)} is told apart by one cluster only, so that it has no interval."
            for name, levels in self.levels_of_one_cluster().items()
        ]
        terms = entanglement_in_words(self.terms, self.consequences, self.controls, weights=self.used.weights)
        kinds = (*yes_in_words(self.terms), *kinds_in_words(self.terms))
        return (*rows_in_words(self.used), *kinds, *lonely, *self._on_measures(), *terms)

    def _on_measures(self) -> tuple[str, ...]:
        if self.used.favourable is not None:
            return ()
        return ("All answers are favourable, or none is: there is no effect on the favourable share.",)

    def _repr_html_(self) -> str:
        notes = "".join(f"<li>{escape(note)}</li>" for note in self.notes)
        return f"{self.effects()._repr_html_()}<ul>{notes}</ul>"  # pyright: ignore[reportPrivateUsage]

    def __repr__(self) -> str:
        return "\n".join([repr(self.effects()), *self.notes])
