"""Effects of a driver within segments: one fit in which its slopes may differ between them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import scipy
from numpy.typing import NDArray

from cxstats.drivers.effects import Measure
from cxstats.drivers.models import DriverModel
from cxstats.drivers.regression import influence, least_squares, logistic
from cxstats.drivers.splines import knots_of, natural_spline
from cxstats.drivers.terms import Term

Floats = NDArray[np.float64]
Shape = Literal["line", "curve"]


@dataclass(frozen=True, slots=True, eq=False)
class SegmentEffects:
    """Effects of one driver within S segments, E in all.

    Attributes
    ----------
    driver
        The driver.
    changes
        Its changes, for people.
    places
        Contrast and segment of each effect; length E.
    counts
        Answers of each segment.
    estimates, covariance
        The effects; shapes (E,) and (E, E).
    degrees_of_freedom
        Of Student's t.
    curved
        Whether a curve is held equal.
    """

    driver: str
    changes: tuple[str, ...]
    places: tuple[tuple[str, str], ...]
    counts: Mapping[str, int]
    estimates: Floats
    covariance: Floats
    degrees_of_freedom: float
    curved: bool

    def same_everywhere(self) -> tuple[float, int, float, float]:
        """Test whether all segments have the same effects: F, its two degrees of freedom, and p."""
        segments = len(self.counts)
        differences = np.kron(np.eye(len(self.changes)), np.eye(segments)[1:] - np.eye(segments)[:1])
        apart, covariance = differences @ self.estimates, differences @ self.covariance @ differences.T
        count, freedom = len(apart), self.degrees_of_freedom
        if count > freedom:
            return np.nan, count, freedom, np.nan
        ratio = float(apart @ np.linalg.pinv(covariance, hermitian=True) @ apart) / count
        return ratio, count, freedom, float(scipy.special.fdtrc(count, freedom, ratio))


def segment_effects(
    model: DriverModel, driver: str, segments: Term, *, measure: Measure, shape: Shape
) -> SegmentEffects:
    """Fit a driver's total effects within segments.

    Parameters
    ----------
    model
        A fitted model.
    driver
        One of its drivers.
    segments
        Levels, or yes and no, of the answers used.
    measure, shape
        As for `cxstats.drivers.interactions.compare_effects`.

    Raises
    ------
    ValueError
        If the segments are the driver, follow from it, or one of them does not say what the driver does in it.
    """
    fitted, term = model.fits_for(driver), model.terms[driver]
    _require_apart(driver, segments, fitted.left_out)
    held = [k for k in fitted.columns if k not in model.groups[driver]]
    rest = model.x[:, held]
    if segments.name not in model.terms:
        rest = np.column_stack([rest, segments.columns])
    inside = np.column_stack([1 - segments.columns.sum(axis=1), segments.columns])
    names = _names(segments)
    _require_variety(term, inside, names)
    curved = shape == "curve" and term.kind == "number" and len(np.unique(term.columns)) > 3
    columns = _columns_of(term, rest, curved=curved)
    x, y, weights = columns(term.columns, inside), model.answers(measure), model.used.weights
    estimate = least_squares if model.model == "linear" else logistic
    fit = estimate(x, y, **model.used.sampling)
    each = influence(fit, x, weights=weights)
    counted = np.ones(model.n) if weights is None else weights
    estimates: list[float] = []
    contributions: list[Floats] = []
    for contrast in term.contrasts:
        start = term.columns if term.kind == "number" else np.zeros_like(term.columns)
        for k, there in enumerate(inside.T):
            # At equal values: all customers with the slope of the segment; else those of the segment.
            slopes = np.tile(np.eye(len(names))[k], (model.n, 1)) if curved else inside
            before, after = columns(start, slopes), columns(start + np.asarray(contrast.by), slopes)
            expected, steep = _expected(model, before @ fit.coefficients)
            changed, steep_changed = _expected(model, after @ fit.coefficients)
            gain = changed - expected
            share = counted if curved else counted * there
            share = share / share.sum()
            estimates.append(float(share @ gain))
            slope = after.T @ (share * steep_changed) - before.T @ (share * steep)
            contributions.append(each @ slope + share * (gain - estimates[-1]))
    return SegmentEffects(
        driver=driver,
        changes=tuple(contrast.change for contrast in term.contrasts),
        places=tuple((contrast.level, name) for contrast in term.contrasts for name in names),
        counts=dict(zip(names, inside.sum(axis=0).astype(int).tolist(), strict=True)),
        estimates=np.array(estimates),
        covariance=model.covariance_of(np.column_stack(contributions)),
        degrees_of_freedom=fit.degrees_of_freedom,
        curved=curved,
    )


def _names(segments: Term) -> tuple[str, ...]:
    return segments.levels if segments.kind == "levels" else ("no", "yes")


def _columns_of(term: Term, rest: Floats, *, curved: bool) -> Callable[[Floats, Floats], Floats]:
    """Return what makes the columns of the fit from those of the driver and of the segments."""
    knots = knots_of(term.columns[:, 0], 7) if curved else None

    def columns(of_driver: Floats, inside: Floats) -> Floats:
        within = [of_driver * there[:, None] for there in inside.T]
        bent = [] if knots is None else [natural_spline(of_driver[:, 0], knots)[:, 1:]]
        return np.column_stack([rest, *within, *bent])

    return columns


def _expected(model: DriverModel, eta: Floats) -> tuple[Floats, Floats]:
    """Return what is expected, and its slope."""
    if model.model == "linear":
        return eta, np.ones_like(eta)
    chance = np.asarray(scipy.special.expit(eta), dtype=np.float64)
    return chance, chance * (1 - chance)


def _require_apart(driver: str, segments: Term, left_out: frozenset[str]) -> None:
    if segments.name == driver:
        raise ValueError(f"{driver!r} cannot be compared between segments of itself")
    if segments.name in left_out:
        raise ValueError(
            f"{segments.name!r} follows from {driver!r}: between segments that a driver makes, its effect cannot be "
            "compared"
        )


def _require_variety(term: Term, inside: Floats, names: tuple[str, ...]) -> None:
    for name, there in zip(names, inside.T, strict=True):
        rows = term.columns[there > 0]
        if (rows == rows[0]).all(axis=0).any():
            raise ValueError(
                f"driver {term.name!r} does not vary (or lacks a level) in segment {name!r}; leave the segment out or "
                "merge it with another"
            )
