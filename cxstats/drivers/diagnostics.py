"""Whether a driver model can be believed: what was checked, what was found, in words.

>>> from cxstats.drivers.fitting import fit_drivers
>>> from cxstats.responses.simulate import simulate_checkout
>>> orders = simulate_checkout(2_000, rng=np.random.default_rng(5))
>>> found = diagnose(fit_drivers(orders, "ces", scale="ces-2.0", drivers=["steps", "form_fields"]))
>>> found.verdict("straight line", "steps")
'look'
"""

from collections.abc import Iterator
from typing import Final, Literal

import numpy as np

from cxstats.drivers.checks import Check, Diagnostics, Verdict
from cxstats.drivers.effects import Measure
from cxstats.drivers.figures import p_in_words
from cxstats.drivers.foresight import calibration_slope, explained, folds_of, unseen
from cxstats.drivers.inflation import condition_index, generalised_inflation
from cxstats.drivers.influential import distances, drivers_of, effects_without, most_influential
from cxstats.drivers.misfit import Finding, left_over, powers, spread_changes
from cxstats.drivers.models import AdjustedFit, DriverModel
from cxstats.drivers.remarks import rows_in_words
from cxstats.scores.multiplicity import adjusted_p_values

WIDE: Final = 5**0.5
"""An interval that is this many times as wide as if the driver were unrelated to others is pointed out."""
NEAR: Final = 30.0
"""Condition indices above this are pointed out (Belsley, Kuh and Welsch 1980)."""
HANGS: Final = 1.0
"""An effect that moves by more standard errors without the most influential 1 % of answers is pointed out."""
COSTLY: Final = 0.05
"""Missing drivers that cost more than this share of the answers are pointed out."""
OPTIMISM: Final = 0.02
"""A model that explains so much less of what it has not seen is pointed out."""
_SAID: Final = {
    "straight line": (
        "{} does not work along a straight line: look at its shape and for a threshold",
        "{}: a straight line fits",
    ),
    "works alone": (
        "how much {} matters depends on other drivers: compare its effect between segments",
        "{}: works alone",
    ),
    "whole form": (
        "the model{} bends where the answers do not, or the other way: look at shapes, or at the other model",
        "the form as a whole{} fits",
    ),
}


def diagnose(
    model: DriverModel,
    *,
    measure: Measure | None = None,
    alpha: float = 0.05,
    folds: int = 10,
    rng: np.random.Generator | int = 0,
) -> Diagnostics:
    """Check a model.

    Parameters
    ----------
    model
        A fitted model.
    measure
        ``"mean"`` or ``"favourable"``; the mean score if it is in the model.
    alpha
        Chance that any of the tests of form warns of a right model; also that of the test of equal spread.
    folds
        Parts of the data that are left out one by one, whole clusters together.
    rng
        Deals answers to folds; the same for the same number.

    Returns
    -------
    Diagnostics
        Rows and missing drivers; variance inflation of each driver and the condition index; influential answers, and
        how far each effect moves without the most influential 1 % (in standard errors); whether the spread of answers
        changes (linear models); the form: whether a straight line fits each number (its square), whether it works
        alone (its products with all others), and whether the whole fits (square and cube of what is expected), among
        the columns that the driver's total effect is read from; and how well unseen answers are foreseen.

    Raises
    ------
    ValueError
        If the measure is not in the model or alpha is not between 0 and 1.
    """
    wanted = measure or model.measures[0]
    if wanted not in model.measures:
        raise ValueError(f"measure must be one of {', '.join(model.measures)}; got {wanted!r}")
    if not 0 < alpha < 1:
        raise ValueError(f"alpha must lie between 0 and 1; got {alpha}")
    read = [one for one in model.adjusted.values() if drivers_of(model, one)]
    found = [*_rows(model)]
    for fitted in read:
        found += _inflation(model, fitted)
    found.append(_condition(model))
    for fitted in read:
        found += _influence(model, fitted, wanted)
    if model.model == "linear":
        found.append(_spread(model, wanted, alpha))
    found += _judged([test for fitted in read for test in _form(model, fitted, wanted)], alpha)
    found += _foresight(model, wanted, folds, np.random.default_rng(rng))
    return Diagnostics(tuple(found))


def _rows(model: DriverModel) -> Iterator[Check]:
    told = rows_in_words(model.used)
    total = int(model.used.reasons["rows"].sum())
    reasons = dict(model.used.reasons.itertuples(index=False))
    lost = int(reasons.get("a driver is missing", 0))
    share = lost / (lost + model.n)
    said = told[0] if model.n < total else f"All {model.n:,} rows are used."
    yield Check("complete rows", "", share, np.nan, "look" if share > COSTLY else "fine", said)
    costs = model.used.costs[model.used.costs["missing"] > 0]
    said_of = told[1:] if model.n < total else told
    for (driver, _, missing, _), sentence in zip(costs.itertuples(index=False), said_of, strict=True):
        verdict: Verdict = "look" if missing > COSTLY else "fine"
        yield Check("missing", str(driver), float(missing), np.nan, verdict, sentence)


def _inflation(model: DriverModel, fitted: AdjustedFit) -> Iterator[Check]:
    x = model.x[:, fitted.columns[1:]]
    groups = {
        name: (fitted.own(model.groups[name]) - 1).tolist() for name in model.terms if name not in fitted.left_out
    }
    inflation = generalised_inflation(x, groups, weights=model.used.weights)
    for name in drivers_of(model, fitted):
        wider = inflation[name] ** (1 / (2 * len(groups[name])))
        told = f"{name}: its interval is {wider:.1f} times as wide as if it were unrelated to the other columns."
        yield Check("variance inflation", name, wider, np.nan, "look" if wider > WIDE else "fine", told)


def _condition(model: DriverModel) -> Check:
    index = condition_index(model.x, weights=model.used.weights)
    told = f"Condition index {index:.0f}: " + (
        "columns are so near to one another that small changes of the data may change effects a lot."
        if index > NEAR
        else "the columns can be told apart."
    )
    return Check("condition index", "", index, np.nan, "look" if index > NEAR else "fine", told)


def _influence(model: DriverModel, fitted: AdjustedFit, measure: Measure) -> Iterator[Check]:
    gone = most_influential(distances(model, fitted, measure))
    after = effects_without(model, fitted, measure, gone)
    changes = [(name, one) for name in drivers_of(model, fitted) for one in model.terms[name].contrasts]
    table = model.effects().where(effect="total", measure=measure)
    before = {(one.driver, one.level): one for one in table.effects}
    count = f"the {len(gone):,} most influential answers" if len(gone) > 1 else "the most influential answer"
    factor, unit = (1, "points") if measure == "mean" else (100, "percentage points")
    for place, (name, one) in enumerate(changes):
        of = name if model.terms[name].kind != "levels" else f"{name} = {one.level}"
        whole = before[name, one.level]
        if after is None or not (whole.standard_error > 0 and after[place].standard_error > 0):
            told = f"{of}: without {count} its effect or its error cannot be told."
            yield Check("influential answers", of, np.nan, np.nan, "cannot say", told)
            continue
        # Such answers may widen the error too, and hide behind it.
        error = min(whole.standard_error, after[place].standard_error)
        moved = (after[place].estimate - whole.estimate) / error
        told = (
            f"{of}: without {count} its effect would be {factor * after[place].estimate:+.3g} instead of "
            f"{factor * whole.estimate:+.3g} {unit} ({abs(moved):.1f} standard errors)."
        )
        verdict: Verdict = "look" if abs(moved) > HANGS else "fine"
        yield Check("influential answers", of, abs(moved), np.nan, verdict, told)


def _spread(model: DriverModel, measure: Measure, alpha: float) -> Check:
    found = spread_changes(model.full.fits[measure], model.x, weights=model.used.weights, units=model.used.units)
    if np.isnan(found.p_value):
        told = "Whether the spread of answers changes cannot be told: too few clusters."
        return Check("equal spread", "", np.nan, np.nan, "cannot say", told)
    changes = found.p_value < alpha
    told = "The spread of answers " + (
        "changes with the drivers; intervals allow for that" if changes else "shows no change with the drivers"
    )
    verdict: Verdict = "look" if changes else "fine"
    return Check(
        "equal spread", "", found.statistic, found.p_value, verdict, f"{told} (p {p_in_words(found.p_value)})."
    )


def _form(model: DriverModel, fitted: AdjustedFit, measure: Measure) -> Iterator[tuple[str, str, Finding]]:
    """Test the form of each number, and of the whole, in one of the fits."""
    fit, x = fitted.fits[measure], model.x[:, fitted.columns]
    link: Literal["identity", "logit"] = "identity" if model.model == "linear" else "logit"

    def test(more: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]") -> Finding:
        return left_over(fit, x, more, link=link, weights=model.used.weights, units=model.used.units)

    for name in drivers_of(model, fitted):
        if model.terms[name].kind != "number":
            continue
        own = int(fitted.own(model.groups[name])[0])
        number = (x[:, own] - x[:, own].mean()) / x[:, own].std()
        yield "straight line", name, test(number[:, None] ** 2)
        others = np.delete(x, [0, own], axis=1)
        if others.shape[1]:
            yield "works alone", name, test(number[:, None] * (others - others.mean(axis=0)))
    of = "" if not fitted.left_out else ", ".join(drivers_of(model, fitted))
    whole = test(powers(fit, link=link))
    if whole.columns:
        yield "whole form", of, whole


def _judged(tests: list[tuple[str, str, Finding]], alpha: float) -> list[Check]:
    adjusted = adjusted_p_values([found.p_value for _, _, found in tests], "holm").tolist()
    checks: list[Check] = []
    for (check, of, found), p_value in zip(tests, adjusted, strict=True):
        who = of if check != "whole form" else (f" for {of}" if of else "")
        bad, good = (words.format(who) for words in _SAID[check])
        if np.isnan(p_value):
            told = f"{good.replace('fits', 'cannot be tested').replace('works alone', 'products cannot be tested')}."
            checks.append(Check(check, of, np.nan, np.nan, "cannot say", told))
            continue
        warns = p_value < alpha
        told = f"{bad if warns else good} (p {p_in_words(p_value)})."
        told = told if of and check != "whole form" else told[0].upper() + told[1:]
        checks.append(Check(check, of, found.statistic, p_value, "look" if warns else "fine", told))
    return checks


def _foresight(model: DriverModel, measure: Measure, folds: int, rng: np.random.Generator) -> Iterator[Check]:
    y, weights, units = model.answers(measure), model.used.weights, model.used.units
    dealt = folds_of(model.n, clusters=None if units is None else units.cluster, count=folds, rng=rng)
    expected = unseen(model.x, y, folds=dealt, model=model.model, weights=weights)
    inside = explained(y, model.full.fits[measure].fitted, weights=weights)
    if expected is None:
        told = "How well unseen answers are foreseen cannot be told: a part of the data is needed to fit the rest."
        yield Check("unseen answers", "", np.nan, np.nan, "cannot say", told)
        return
    outside = explained(y, expected, weights=weights)
    slope = calibration_slope(y, expected, model=model.model, weights=weights)
    what = "variance" if measure == "mean" else "Brier score"
    verdict: Verdict = "look" if outside < max(0.0, inside - OPTIMISM) else "fine"
    told = f"Of answers not seen it explains {100 * outside:.1f} % of the {what}, of those seen {100 * inside:.1f} %."
    yield Check("seen answers", "", inside, np.nan, "fine", told)
    yield Check("unseen answers", "", outside, np.nan, verdict, told)
    brier = float(np.average((y - expected) ** 2, weights=weights))
    said = "mean squared error" if measure == "mean" else "Brier score"
    yield Check(said, "", brier, np.nan, "fine", f"The {said} of answers not seen is {brier:.3f}.")
    true = f"Differences foreseen come true to {100 * slope:.0f} % of their size."
    yield Check("calibration slope", "", slope, np.nan, "fine" if 0.9 < slope < 1.1 else "look", true)
