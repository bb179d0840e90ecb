"""What to fix first: how important each driver is, how good it is now, and how sure its place on the map is.

>>> from cxstats.drivers.fitting import fit_drivers
>>> from cxstats.responses.simulate import simulate_checkout
>>> orders = simulate_checkout(2_000, rng=np.random.default_rng(5))
>>> drivers = ["steps", "form_fields", "payment_failed", "delivered_late"]
>>> found = priorities(fit_drivers(orders, "ces", scale="ces-2.0", drivers=drivers, controls=["device"]))
>>> print(found.sentence())
Fix first: steps (100 % sure).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from cxstats.drivers.models import DriverModel
from cxstats.drivers.priority_map import Lines, PriorityMap
from cxstats.drivers.resampling import Units, units_of
from cxstats.drivers.subsets import shapley_r2
from cxstats.responses.names import unknown_name
from cxstats.responses.scales import Scale, named_scale
from cxstats.scores.intervals import require_confidence_level

Floats = NDArray[np.float64]
By = Literal["explained", "effect"]

N_RESAMPLES: Final = 399
FEWEST_RESAMPLES: Final = 99
SEED: Final = 20060704

_WORST_AND_BEST: Final = (0.05, 0.95)
_AT_ONCE: Final = 250
_NOTHING: Final = 1e-12


def priorities(
    model: DriverModel,
    *,
    importance: By = "explained",
    ratings: Mapping[str, Scale | str] | None = None,
    lines: Lines = "mean",
    confidence_level: float = 0.95,
    n_resamples: int = N_RESAMPLES,
    rng: int = SEED,
) -> PriorityMap:
    """Place each driver by its importance and its performance, and say how sure each place is.

    Performance is how good a driver is now, from 0 (worst) to 1 (best). What is good follows from the sign of the total
    effect. A number is the share of the way from its worst to its best value, the 5th and the 95th percentile of the
    answers, averaged over customers; yes/no is the share of the better one; levels stand by their effects between the
    worst and the best level; a rating is its favourable share.

    Parameters
    ----------
    model
        Of `fit_drivers`, with two drivers or more.
    importance
        ``"explained"``: the share of what all drivers explain, as `importance_of`; ``"effect"``: the size of the total
        effect of one standard deviation, in points (or share, for a model of the favourable share).
    ratings
        From drivers that are ratings to their scale.
    lines
        Where quadrants meet: at the ``"mean"`` or the ``"median"`` of the drivers, in each resample anew.
    confidence_level
        Of the intervals.
    n_resamples
        At least 99. Rows, or clusters whole, are drawn; strata are not held, which makes intervals wider than they need
        be. Percentiles are those of all answers.
    rng
        Seed.

    Returns
    -------
    PriorityMap
        A model of the favourable share is read by least squares here.

    Raises
    ------
    ValueError
        If there is one driver only, a rating is no driver or is not on its scale, or resamples are too few.

    References
    ----------
    Martilla and James (1977), Importance-performance analysis. Journal of Marketing 41.
    """
    require_confidence_level(confidence_level)
    if importance not in ("explained", "effect"):
        raise ValueError(f"importance must be 'explained' or 'effect'; got {importance!r}")
    if lines not in ("mean", "median"):
        raise ValueError(f"lines must be 'mean' or 'median'; got {lines!r}")
    if n_resamples < FEWEST_RESAMPLES:
        raise ValueError(f"n_resamples must be at least {FEWEST_RESAMPLES}; got {n_resamples}")
    if len(model.drivers) < 2:
        raise ValueError(f"a map needs two drivers or more; got {', '.join(model.drivers)}")
    sources = _Sources.of(model, ratings or {}, rng)
    count = sources.units.count
    important, good = sources.placed(np.ones((1, count)), importance)
    drawn = [sources.placed(counts, importance) for counts in _drawn(count, n_resamples, rng)]
    return PriorityMap(
        drivers=model.drivers,
        good_when=sources.good_when(),
        n=model.n,
        importance=important[0],
        performance=good[0],
        importance_replicates=np.concatenate([part[0] for part in drawn]),
        performance_replicates=np.concatenate([part[1] for part in drawn]),
        importance_is="share of what is explained" if importance == "explained" else "effect of a standard deviation",
        shares=importance == "explained",
        lines=lines,
        confidence_level=confidence_level,
    )


def _positions(model: DriverModel, ratings: Mapping[str, Scale | str]) -> Floats:
    """How far up each driver's row stands, from 0 to 1, or 1 for a favourable rating; shape (N, drivers).

    Levels stand by effects, which differ between resamples: theirs are 0 here.
    """
    for name in ratings:
        if name not in model.drivers:
            raise ValueError(f"ratings: {unknown_name('driver', name, model.drivers)}")
    found = np.zeros((model.n, len(model.drivers)))
    for k, name in enumerate(model.drivers):
        term = model.terms[name]
        column = term.columns[:, 0]
        if name in ratings:
            found[:, k] = _favourable(name, column, named_scale(ratings[name]), kind=term.kind)
        elif term.kind == "yes/no":
            found[:, k] = column
        elif term.kind == "number":
            low, high = _ends(column)
            found[:, k] = np.clip((column - low) / (high - low), 0, 1)
    return found


def _ends(column: Floats) -> tuple[float, float]:
    """Lowest and highest usual value; the extremes where most values are the same."""
    low, high = (float(end) for end in np.quantile(column, _WORST_AND_BEST))
    return (low, high) if high > low else (float(column.min()), float(column.max()))


def _favourable(name: str, column: Floats, scale: Scale, *, kind: str) -> Floats:
    if kind != "number" or not np.isin(column, scale.points).all():
        raise ValueError(f"ratings: driver {name!r} must hold points of {scale.name}, {scale.span}; it holds others")
    return np.isin(column, scale.favourable).astype(np.float64)


def _drawn(units: int, n_resamples: int, rng: int) -> Iterator[Floats]:
    """Draw how often each unit counts; shape (R, units), some hundred at once."""
    source = np.random.default_rng(rng)
    for start in range(0, n_resamples, _AT_ONCE):
        size = min(_AT_ONCE, n_resamples - start)
        drawn = source.integers(units, size=(size, units)) + units * np.arange(size)[:, None]
        yield np.bincount(drawn.ravel(), minlength=size * units).reshape(size, units).astype(np.float64)


@dataclass(frozen=True, slots=True, eq=False)
class _Sources:
    """The columns of a model, its answers and the positions of its drivers, and what becomes of them in resamples.

    Attributes
    ----------
    model, ratings
        The model, and which of its drivers are ratings.
    units
        Sums of products of all columns of the model but the intercept, the answers, and the positions.
    centre
        The weighted means that were taken off; shape (columns,).
    """

    model: DriverModel
    ratings: frozenset[str]
    units: Units
    centre: Floats

    @classmethod
    def of(cls, model: DriverModel, ratings: Mapping[str, Scale | str], rng: int) -> "_Sources":
        """Gather the sums."""
        columns = np.column_stack([model.x[:, 1:], model.answers(model.measures[0]), _positions(model, ratings)])
        weights = np.ones(model.n) if model.used.weights is None else model.used.weights / model.used.weights.mean()
        clusters = None if model.used.clusters is None else np.unique(model.used.clusters, return_inverse=True)[1]
        centre = np.average(columns, axis=0, weights=weights)
        return cls(
            model,
            frozenset(ratings),
            units_of(columns - centre, weights, clusters, np.random.default_rng(rng)),
            centre,
        )

    @property
    def answers(self) -> int:
        """The column of the answers."""
        return self.model.x.shape[1] - 1

    @property
    def better(self) -> float:
        """1 where more of the answer is better, else -1."""
        return 1.0 if self.model.measures[0] == "favourable" or self.model.scale.good == "high" else -1.0

    def own(self, name: str) -> list[int]:
        """Columns of a driver or control."""
        return [k - 1 for k in self.model.groups[name]]

    def good_when(self) -> tuple[str, ...]:
        """Say which value of each driver goes with better answers: low or high, no or yes, the better levels."""
        covariance = self.units.covariances(np.ones((1, self.units.count)))
        found: list[str] = []
        for name in self.model.drivers:
            low, high = {"number": ("low", "high"), "yes/no": ("no", "yes"), "levels": ("", "")}[
                self.model.terms[name].kind
            ]
            better = bool(self.better * self._slopes(covariance, name)[0, 0] >= 0)
            found.append("favourable" if name in self.ratings else high if better else low)
        return tuple(found)

    def placed(self, counts: Floats, importance: By) -> tuple[Floats, Floats]:
        """Return importance and performance of each driver in each resample; shape (R, drivers) each."""
        units, covariance = self.units, self.units.covariances(counts)
        sums = counts @ units.sums[:, : 1 + units.columns]
        means = self.centre + sums[:, 1:] / sums[:, :1]
        slopes = [self._slopes(covariance, name) for name in self.model.drivers]
        parts = [self._performance(k, slope, means) for k, slope in enumerate(slopes)]
        important = self._explained(covariance) if importance == "explained" else self._sizes(covariance, slopes)
        return important, np.stack(parts, axis=1)

    def _slopes(self, covariance: Floats, driver: str) -> Floats:
        """Total effects of the driver's columns; shape (R, K)."""
        columns = [int(k) - 1 for k in self.model.fits_for(driver).columns if k > 0]
        spread = np.sqrt(np.maximum(np.einsum("rii->ri", covariance[:, columns][:, :, columns]), 0))
        scale = np.divide(1.0, spread, out=np.zeros_like(spread), where=spread > 0)
        inside = covariance[:, columns][:, :, columns] * scale[:, :, None] * scale[:, None, :]
        across = covariance[:, columns, self.answers] * scale
        inverse: Floats = np.asarray(np.linalg.pinv(inside, rcond=1e-10, hermitian=True), dtype=np.float64)
        found = scale * np.einsum("rij,rj->ri", inverse, across)
        return found[:, [columns.index(k) for k in self.own(driver)]]

    def _performance(self, k: int, slopes: Floats, means: Floats) -> Floats:
        name = self.model.drivers[k]
        position = means[:, self.answers + 1 + k]
        if name in self.ratings:
            return position
        good = self.better * slopes
        if self.model.terms[name].kind != "levels":
            return np.where(good[:, 0] >= 0, position, 1 - position)
        worst, best = np.minimum(good.min(axis=1), 0), np.maximum(good.max(axis=1), 0)
        mean = (good * means[:, self.own(name)]).sum(axis=1)
        return np.divide(mean - worst, best - worst, out=np.full(len(mean), 0.5), where=best - worst > _NOTHING)

    def _explained(self, covariance: Floats) -> Floats:
        """Share of what the drivers explain, with controls held and mediators left out; shape (R, drivers)."""
        of_drivers = [self.own(name) for name in self.model.drivers]
        held = [k for name in self.model.controls for k in self.own(name)]
        flat = [k for group in of_drivers for k in group]
        kept = [*flat, *held, self.answers]
        groups = [[flat.index(k) for k in group] for group in of_drivers]
        found = shapley_r2(covariance[:, kept][:, :, kept], groups)
        whole = found.sum(axis=1, keepdims=True)
        return np.divide(found, whole, out=np.zeros_like(found), where=whole > _NOTHING)

    def _sizes(self, covariance: Floats, slopes: list[Floats]) -> Floats:
        """Effect of a standard deviation of what the driver does; shape (R, drivers)."""
        parts: list[Floats] = []
        for name, slope in zip(self.model.drivers, slopes, strict=True):
            own = self.own(name)
            inside: Floats = covariance[:, own][:, :, own]
            variance = (np.matmul(inside, slope[:, :, None])[:, :, 0] * slope).sum(axis=1)
            parts.append(np.sqrt(np.maximum(variance, 0)))
        return np.stack(parts, axis=1)
