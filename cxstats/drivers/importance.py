"""What each driver explains of an outcome: Shapley values of R2 (LMG) with intervals, ranks and a test.

>>> rng = np.random.default_rng(1)
>>> steps, fields = rng.integers(2, 9, size=(2, 400))
>>> made = pd.DataFrame({"steps": steps, "fields": fields + steps, "idle": rng.normal(size=400)})
>>> found = driver_importance(made, 0.5 * steps + rng.normal(size=400), n_resamples=199)
>>> bool(abs(found.estimate.sum() - found.r2) < 1e-12)
True
>>> found.to_text()["driver"].tolist()
['steps', 'fields', 'idle']
"""

from collections.abc import Mapping
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from cxstats.drivers.contribution import contribution_test
from cxstats.drivers.driver_columns import DriverColumns, driver_columns
from cxstats.drivers.explained import Importance
from cxstats.drivers.models import DriverModel
from cxstats.drivers.orders import gains_of_pairs, sampled_orders, sampled_shapley_r2
from cxstats.drivers.relative_weights import relative_weights
from cxstats.drivers.resampling import units_of
from cxstats.drivers.subsets import MOST_EXACT, Floats, Groups, arranged, first_r2, full_r2, last_r2, shapley_r2
from cxstats.scores.intervals import require_confidence_level

N_RESAMPLES: Final = 1_000
FEWEST_RESAMPLES: Final = 99
SEED: Final = 19800119

_MOST_SUBSETS: Final = 2**28
_PAIRS_EACH: Final = 25
_AT_ONCE: Final = 8

Table = pd.DataFrame | Mapping[str, ArrayLike]


def driver_importance(
    x: Table,
    y: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    controls: Table | None = None,
    confidence_level: float = 0.95,
    n_resamples: int = N_RESAMPLES,
    rng: int = SEED,
) -> Importance:
    """Split what drivers explain of an outcome among them, and say how sure that is.

    Parameters
    ----------
    x
        Drivers by name: a table, or a mapping to arrays. Numbers and yes/no are one column, text and categories one for
        each level but the first, an array of shape (N, K) K columns; all columns of a driver belong together.
    y
        Outcome as a number; shape (N,).
    weights
        Probability weights, 0 or more; shape (N,). Rows of weight zero are left out.
    clusters
        Customers with the same value are drawn together, whole; shape (N,).
    controls
        Columns that are in every model, as `x`; what they explain is no driver's.
    confidence_level
        Of the intervals shown first.
    n_resamples
        Resamples and permutations: 0 for none, else at least 99.
    rng
        Seed.

    Returns
    -------
    Importance

    Raises
    ------
    ValueError
        If lengths differ, there are no drivers, something is infinite, weights are negative or all zero, fewer than
        three rows are complete, the outcome does not vary, there is one cluster only, or the resamples are too few.

    Notes
    -----
    Importance is about what goes together, not about causes: a driver that does nothing has a part of what the drivers
    that go with it explain, and only the test says whether it adds anything beyond them.

    With more than 22 drivers the estimate is averaged over 1,000 sampled orders and their reverses, and its error is
    said. Where all subsets of all resamples are too many (over 18 drivers with 1,000 resamples), every resample takes
    the same 25 orders and their reverses. Rows of more than 5,000 are resampled in 5,000 random groups.

    References
    ----------
    Lindeman, Merenda and Gold (1980), Introduction to Bivariate and Multivariate Analysis, p. 119. Groemping (2007),
    Estimators of relative importance in linear regression based on variance decomposition. American Statistician 61.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> channel = np.where(rng.random(300) < 0.5, "phone", "web")
    >>> waited = rng.exponential(5, size=300)
    >>> effort = waited + 2 * (channel == "phone") + rng.normal(size=300)
    >>> found = driver_importance({"waited": waited, "channel": channel}, effort)
    >>> found.sentence().split(",")[0]
    'waited explains most: 95.1 % of what the model explains (91.8 % to 98.0 %)'
    """
    require_confidence_level(confidence_level)
    if n_resamples != 0 and n_resamples < FEWEST_RESAMPLES:
        raise ValueError(f"n_resamples must be 0 or at least {FEWEST_RESAMPLES}; got {n_resamples}")
    used = driver_columns(x, y, weights=weights, clusters=clusters, controls=controls)
    return importance_of_columns(used, confidence_level=confidence_level, n_resamples=n_resamples, rng=rng)


def importance_of(
    model: DriverModel, *, confidence_level: float = 0.95, n_resamples: int = N_RESAMPLES, rng: int = SEED
) -> Importance:
    """Split what the drivers of a fitted model explain of its answers, as `driver_importance`.

    Controls are held in every model. Mediators are left out: what goes through them is their drivers'. Of the design,
    weights and clusters count; strata do not yet, which makes intervals wider than they need be. A model of the
    favourable share is split by the R2 of a linear one.

    Examples
    --------
    >>> from cxstats.drivers.fitting import fit_drivers
    >>> from cxstats.responses.simulate import simulate_checkout
    >>> orders = simulate_checkout(1_000, rng=np.random.default_rng(5))
    >>> drivers = ["steps", "form_fields", "payment_failed"]
    >>> model = fit_drivers(orders, "ces", scale="ces-2.0", drivers=drivers, controls=["device"])
    >>> importance_of(model, n_resamples=199).drivers
    ('steps', 'form_fields', 'payment_failed')
    """
    return driver_importance(
        {name: model.terms[name].columns for name in model.drivers},
        model.answers(model.measures[0]),
        weights=model.used.weights,
        clusters=model.used.clusters,
        controls={name: model.terms[name].columns for name in model.controls},
        confidence_level=confidence_level,
        n_resamples=n_resamples,
        rng=rng,
    )


def importance_of_columns(
    used: DriverColumns, *, confidence_level: float = 0.95, n_resamples: int = N_RESAMPLES, rng: int = SEED
) -> Importance:
    """Split what drivers explain, as `driver_importance`, from columns that are ready."""
    covariance, groups = used.covariance, used.groups
    estimate, error = _shapley(covariance, groups, rng)
    drawn = n_resamples if used.learnable else 0
    replicates, left_out = _replicates(used, estimate, drawn, rng)
    p_values = np.full(len(groups), np.nan)
    if drawn:
        p_values = contribution_test(
            used.columns[:, :-1], used.columns[:, -1], groups,
            weights=used.weights, clusters=used.clusters, n_resamples=drawn, rng=rng,
        )  # fmt: skip
    return Importance(
        drivers=used.names,
        n=len(used.weights),
        missing=used.missing,
        weightless=used.weightless,
        r2=float(full_r2(covariance, groups)),
        estimate=estimate,
        first=first_r2(covariance, groups),
        last=last_r2(covariance, groups),
        relative_weights=relative_weights(covariance, groups),
        p_values=p_values,
        sampling_error=error,
        replicates=replicates,
        left_out=left_out,
        confidence_level=confidence_level,
        notes=used.notes,
    )


def _shapley(covariance: Floats, groups: Groups, rng: int) -> tuple[Floats, Floats]:
    """Shapley values with the error of sampling orders."""
    if len(groups) <= MOST_EXACT:
        return shapley_r2(covariance, groups), np.zeros(len(groups))
    sampled = sampled_shapley_r2(covariance, groups, rng=rng)
    return sampled.estimate, sampled.standard_error


def _replicates(used: DriverColumns, estimate: Floats, n_resamples: int, rng: int) -> tuple[Floats, Floats]:
    """Shapley values in resamples, and without each unit."""
    count = len(used.groups)
    if not n_resamples:
        return np.empty((0, count)), np.empty((0, count))
    source = np.random.default_rng(rng)
    units = units_of(used.columns, used.weights, used.clusters, source)
    exact = count <= MOST_EXACT and n_resamples * 2**count <= _MOST_SUBSETS
    orders = sampled_orders(count, _PAIRS_EACH, rng)
    offset = 0.0 if exact else estimate - _in_orders(used.covariance[None], used.groups, orders)[0]

    def of(matrices: Floats) -> Floats:
        values = shapley_r2(matrices, used.groups) if exact else _in_orders(matrices, used.groups, orders) + offset
        return np.maximum(values[np.isfinite(values).all(axis=1)], 0.0)

    return np.concatenate([of(part) for part in units.resampled(n_resamples, source)]), of(units.each_left_out(source))


def _in_orders(matrices: Floats, groups: Groups, orders: NDArray[np.intp]) -> Floats:
    """Shapley values averaged over given orders; (B, P + 1, P + 1) gives (B, G)."""
    stack, owned, _ = arranged(matrices, groups)
    parts = (stack[start : start + _AT_ONCE] for start in range(0, len(stack), _AT_ONCE))
    return np.concatenate([gains_of_pairs(part, owned, orders).mean(axis=1) for part in parts])
