"""What could make an effect wrong: causes that were not measured, and how strong they would have to be.

>>> from cxstats.drivers.fitting import fit_drivers
>>> from cxstats.responses.simulate import simulate_checkout
>>> orders = simulate_checkout(2_000, rng=np.random.default_rng(5))
>>> model = fit_drivers(orders, "ces", scale="ces-2.0", drivers=["steps", "payment_failed"], controls=["device"])
>>> found = sensitivity(model)
>>> [one.driver for one in found.effects]
['steps', 'payment_failed']
"""

from dataclasses import dataclass
from html import escape
from typing import Any, Final

import numpy as np
import pandas as pd
import scipy

from cxstats.drivers.adjusted_shares import ShareRatio, share_ratio
from cxstats.drivers.effects import Effect, Measure
from cxstats.drivers.leftovers import Leftovers
from cxstats.drivers.models import AdjustedFit, DriverModel
from cxstats.drivers.robustness import (
    Strength,
    as_strong_as,
    bias,
    e_value,
    e_value_of_limit,
    error_factor,
    robustness_value,
)
from cxstats.scores.intervals import require_confidence_level

_POINTS: Final = {"mean": (1.0, "points"), "favourable": (100.0, "percentage points")}


@dataclass(frozen=True, slots=True)
class Benchmark:
    """An effect if there were an unmeasured cause as strong as an observed column.

    Attributes
    ----------
    as_strong_as
        The observed driver or control.
    strength
        What the unmeasured cause would explain; not possible where the observed one leaves it no room.
    estimate, low, high
        The effect with it; NaN where there can be no such cause.
    """

    as_strong_as: str
    strength: Strength
    estimate: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class EffectSensitivity:
    """What it would take to explain one total effect away.

    Attributes
    ----------
    effect
        The effect.
    low, high
        Its interval.
    partial_r2
        What the driver explains of what the other columns leave over of the answers, 0 to 1; NaN in a logistic model,
        as are the two below.
    robustness
        An unmeasured cause that explains this share, 0 to 1, of what is left over of both driver and answer would
        explain the estimate away; no weaker one would.
    robustness_of_limit
        The same for bringing the end of the interval to zero; 0 where it holds zero.
    benchmarks
        Unmeasured causes as strong as each observed one, the one that would change most first.
    shares
        Adjusted shares of a yes/no driver or level, or None.
    """

    effect: Effect
    low: float
    high: float
    partial_r2: float
    robustness: float
    robustness_of_limit: float
    benchmarks: tuple[Benchmark, ...]
    shares: ShareRatio | None

    @property
    def driver(self) -> str:
        """The driver."""
        return self.effect.driver

    @property
    def e_value(self) -> float:
        """E-value of the ratio of adjusted shares; NaN without one."""
        known = self.shares is not None and np.isfinite(self.shares.ratio)
        return e_value(self.shares.ratio) if known and self.shares else np.nan

    @property
    def e_value_of_limit(self) -> float:
        """E-value of the end of its interval that is nearer to 1; NaN without one."""
        known = self.shares is not None and np.isfinite(self.shares.low)
        return e_value_of_limit(self.shares.low, self.shares.high) if known and self.shares else np.nan


@dataclass(frozen=True, slots=True, eq=False)
class Sensitivity:
    """Sensitivity of all total effects.

    Attributes
    ----------
    effects
        One a change of a driver.
    confidence_level
        Of the intervals.
    """

    effects: tuple[EffectSensitivity, ...]
    confidence_level: float

    def to_frame(self) -> pd.DataFrame:
        """Tidy table, one row a change, unrounded.

        ``driver``, ``contrast``, ``measure``, ``estimate``, ``low``, ``high``, ``partial_r2``, ``robustness``,
        ``robustness_of_limit``, ``share_without``, ``share_with``, ``ratio``, ``ratio_low``, ``ratio_high``,
        ``e_value``, ``e_value_of_limit``.
        """
        rows: list[dict[str, Any]] = []
        for one in self.effects:
            told, shares = one.effect, one.shares or ShareRatio(np.nan, np.nan, np.nan, np.nan, np.nan)
            row = {"driver": told.driver, "contrast": told.level, "measure": told.measure, "estimate": told.estimate}
            row |= {name: getattr(one, name) for name in ("low", "high", "partial_r2", "robustness")}
            row |= {"robustness_of_limit": one.robustness_of_limit, "share_without": shares.without}
            row |= {"share_with": shares.with_it, "ratio": shares.ratio, "ratio_low": shares.low}
            row |= {"ratio_high": shares.high, "e_value": one.e_value, "e_value_of_limit": one.e_value_of_limit}
            rows.append(row)
        return pd.DataFrame(rows)

    def benchmarks(self) -> pd.DataFrame:
        """Tidy table, one row a change and observed cause.

        ``driver``, ``contrast``, ``measure``, ``as_strong_as``, ``with_driver``, ``with_answer``, ``estimate``,
        ``low``, ``high``.
        """
        names = ["driver", "contrast", "measure", "as_strong_as", "with_driver", "with_answer"]
        rows = [
            (
                *(one.driver, one.effect.level, one.effect.measure, b.as_strong_as, b.strength.with_driver),
                *(b.strength.with_answer, b.estimate, b.low, b.high),
            )
            for one in self.effects
            for b in one.benchmarks
        ]
        return pd.DataFrame(rows, columns=[*names, "estimate", "low", "high"])

    def sentences(self) -> tuple[str, ...]:
        """Say for each change what could explain it away."""
        return tuple(part for one in self.effects for part in (_robust_words(one), _share_words(one)) if part)

    def _repr_html_(self) -> str:
        return f"<ul>{''.join(f'<li>{escape(said)}</li>' for said in self.sentences())}</ul>"

    def __repr__(self) -> str:
        return "\n".join(self.sentences())


def sensitivity(model: DriverModel, *, measure: Measure | None = None, confidence_level: float = 0.95) -> Sensitivity:
    """Ask of each total effect what unmeasured cause would explain it away.

    Parameters
    ----------
    model
        A fitted model.
    measure
        ``"mean"`` or ``"favourable"``; the mean score if it is in the model.
    confidence_level
        Of the intervals.

    Returns
    -------
    Sensitivity
        In a linear model robustness values and benchmarks. They take the errors of the model (HC3, or the design's):
        with a further cause these are taken to change in the proportion in which usual ones do; with usual errors
        they are those of Cinelli and Hazlett. Where the model has favourable shares E-values for yes/no drivers and
        levels, of the ratio of the shares if all customers had the one or the other.

    Raises
    ------
    ValueError
        If the measure is not in the model.

    References
    ----------
    Cinelli and Hazlett (2020), Making sense of sensitivity: extending omitted variable bias. JRSS B 82. VanderWeele
    and Ding (2017), Sensitivity analysis in observational research: introducing the E-value. Annals of Internal
    Medicine 167.
    """
    require_confidence_level(confidence_level)
    wanted = measure or model.measures[0]
    if wanted not in model.measures:
        raise ValueError(f"measure must be one of {', '.join(model.measures)}; got {wanted!r}")
    found: list[EffectSensitivity] = []
    table = model.effects(confidence_level=confidence_level).where(effect="total", measure=wanted)
    for effect, (low, high) in zip(table.effects, table.to_frame()[["low", "high"]].to_numpy(), strict=True):
        place = [one.level for one in model.terms[effect.driver].contrasts].index(effect.level)
        found.append(_of_effect(model, effect, place, limits=(float(low), float(high)), level=confidence_level))
    return Sensitivity(tuple(found), confidence_level)


def _of_effect(
    model: DriverModel, effect: Effect, place: int, *, limits: tuple[float, float], level: float
) -> EffectSensitivity:
    term, shares = model.terms[effect.driver], None
    if term.kind != "number" and "favourable" in model.measures:
        shares = share_ratio(model, effect.driver, term.contrasts[place], confidence_level=level)
    if model.model != "linear":
        return EffectSensitivity(effect, *limits, np.nan, np.nan, np.nan, (), shares)
    fitted = model.fits_for(effect.driver)
    own = fitted.own(model.groups[effect.driver])
    left = Leftovers.of(model, fitted, effect.measure)
    column = int(own[place])
    others = [k for k in range(1, left.answer) if k != column]
    partial = left.partial_r2(left.answer, [column], others)
    strength = float(np.sqrt(partial / (1 - partial)))
    freedom = effect.degrees_of_freedom
    unit = abs(effect.estimate) / strength if strength else np.inf
    quantile = float(scipy.special.stdtrit(freedom - 1, (1 + level) / 2))
    critical = quantile * effect.standard_error / unit * np.sqrt(freedom / (freedom - 1))
    benchmarks: list[Benchmark] = []
    for name, group in _observed(model, fitted, effect.driver).items():
        rest = [k for k in others if k not in group]
        with_driver = left.partial_r2(column, group, rest)
        with_answer = left.partial_r2(left.answer, group, [column, *rest])
        cause = as_strong_as(with_driver, with_answer)
        benchmarks.append(_with_cause(name, cause, effect, unit=unit, quantile=quantile))
    benchmarks.sort(key=lambda one: -abs(one.estimate - effect.estimate) if one.strength.possible else np.inf)
    limit = robustness_value(strength, float(critical)) if np.isfinite(critical) else np.nan
    return EffectSensitivity(effect, *limits, partial, robustness_value(strength), limit, tuple(benchmarks), shares)


def _observed(model: DriverModel, fitted: AdjustedFit, driver: str) -> dict[str, list[int]]:
    """Return the other drivers and controls of a fit, with their places in it."""
    names = (name for name in model.terms if name != driver and name not in fitted.left_out)
    return {name: fitted.own(model.groups[name]).tolist() for name in names}


def _with_cause(name: str, cause: Strength, effect: Effect, *, unit: float, quantile: float) -> Benchmark:
    if not (cause.possible and np.isfinite(unit)):
        return Benchmark(name, cause, np.nan, np.nan, np.nan)
    estimate = effect.estimate - np.sign(effect.estimate) * bias(cause) * unit
    half = quantile * effect.standard_error * error_factor(cause, effect.degrees_of_freedom)
    return Benchmark(name, cause, float(estimate), float(estimate - half), float(estimate + half))


def _robust_words(one: EffectSensitivity) -> str:
    if not np.isfinite(one.robustness):
        return ""
    factor, unit = _POINTS[one.effect.measure]
    who = f"{one.driver}, {one.effect.change}" if one.effect.change else one.driver
    told = f"{who}: {factor * one.effect.estimate:+.2f} {unit}. "
    if one.robustness_of_limit == 0:
        told += "Its interval holds zero already."
    else:
        told += (
            f"An unmeasured cause would have to explain {100 * one.robustness:.1f} % of what is left over of both "
            f"{one.driver} and the answers to explain it away, and {100 * one.robustness_of_limit:.1f} % to leave it "
            "unclear."
        )
    possible = [other for other in one.benchmarks if other.strength.possible and np.isfinite(other.estimate)]
    if possible:
        worst = possible[0]
        shown = [f"{factor * figure:+.2f}" for figure in (worst.estimate, worst.low, worst.high)]
        told += (
            f" One as strong as {worst.as_strong_as} would change it to {shown[0]} ({shown[1]} to {shown[2]}) at worst."
        )
    return told


def _share_words(one: EffectSensitivity) -> str:
    shares = one.shares
    if shares is None or not np.isfinite(one.e_value):
        return ""
    told = (
        f"{one.driver}, {one.effect.change}: {100 * shares.with_it:.0f} % instead of {100 * shares.without:.0f} % "
        f"favourable. To explain that away an unmeasured cause would have to go with both by a ratio of "
        f"{one.e_value:.2f} (E-value)"
    )
    if one.e_value_of_limit == 1:
        return f"{told}; the interval holds no difference already."
    return f"{told}; {one.e_value_of_limit:.2f} would leave it unclear."
