"""What claims about thresholds, shapes and importance are checked by: outcomes of replicates for calibration.py."""

from collections.abc import Callable

import numpy as np

import cxstats as cx
from cxstats.drivers.importance import driver_importance
from cxstats.drivers.shapes import dose_response
from cxstats.drivers.thresholds import Threshold, find_threshold
from cxstats.responses.simulate import simulate_checkout

Outcomes = Callable[[np.random.Generator, int], np.ndarray]
Draw = Callable[[np.random.Generator], Threshold]


def kinked(kind: str, n: int, change: float, *, kink: float) -> Draw:
    """Answers on 1-7 whose mean is a line that bends at the kink: skewed, unequally variable, with one control."""

    def draw(rng: np.random.Generator) -> Threshold:
        x = 3.0 + rng.poisson(2.3, n) if kind == "steps" else np.exp(1.2 + 0.5 * rng.standard_normal(n)).round(1)
        failed = (rng.random(n) < 0.3 + 0.02 * x.clip(max=20)).astype(float)
        mean = (6.3 - change * np.maximum(x - kink, 0) - 0.6 * failed).clip(1, 7)
        share = np.clip((mean - 1) / 6, 1e-3, 1 - 1e-3)
        return find_threshold(1.0 + rng.binomial(6, rng.beta(3 * share, 3 * (1 - share))), x, controls=failed)

    return draw


def checkout_knee(n: int) -> Draw:
    """The knee of the simulated checkout, what follows from steps held equal."""
    mediators = {
        "steps": ["minutes"],
        "errors": ["minutes"],
        "form_fields": ["errors", "minutes"],
        "payment_failed": ["minutes"],
    }
    drivers = ["steps", "form_fields", "errors", "payment_failed", "minutes"]

    def draw(rng: np.random.Generator) -> Threshold:
        orders = simulate_checkout(n, rng=rng)
        roles = {"drivers": drivers, "mediators": mediators, "controls": ["device", "account"]}
        return cx.threshold_of(cx.fit_drivers(orders, "ces", scale="ces-2.0", **roles), "steps", effect="direct")

    return draw


def place_covers(draw: Draw, kink: float) -> Outcomes:
    def outcomes(rng: np.random.Generator, replicates: int) -> np.ndarray:
        places = [draw(rng).location for _ in range(replicates)]
        return np.array([place.low - 1e-9 <= kink <= place.high + 1e-9 for place in places])

    return outcomes


def threshold_found(draw: Draw) -> Outcomes:
    return lambda rng, replicates: np.array([draw(rng).found for _ in range(replicates)])


def curve_rejected(n: int) -> Outcomes:
    """A straight line with skewed errors that grow along it, tested for curvature."""

    def once(rng: np.random.Generator) -> bool:
        x = rng.gamma(2, 2, n)
        return dose_response(3 + 0.3 * x + (rng.standard_exponential(n) - 1) * (0.5 + 0.2 * x), x).p_linear < 0.05

    return lambda rng, replicates: np.array([once(rng) for _ in range(replicates)])


def _importances(rng: np.random.Generator, n: int, resamples: int) -> tuple[object, np.ndarray]:
    """Five drivers, two of them correlated at .7, one null, with skewed unequal errors; and their true importance."""
    correlation = np.eye(5)
    correlation[0, 1] = correlation[1, 0] = 0.7
    slopes = np.array([0.5, 0.3, 0.4, 0.25, 0.0])
    x = rng.multivariate_normal(np.zeros(5), correlation, size=n)
    y = x @ slopes + (rng.standard_exponential(n) - 1) * (1 + 0.3 * np.abs(x[:, 2]))
    found = driver_importance({f"d{k}": x[:, k] for k in range(5)}, y, n_resamples=resamples)
    return found, correlation


def importance_covers(n: int, driver: int, truth: float) -> Outcomes:
    def outcomes(rng: np.random.Generator, replicates: int) -> np.ndarray:
        covered = []
        for _ in range(replicates):
            low, high = _importances(rng, n, 399)[0].interval()
            covered.append(low[driver] <= truth <= high[driver])
        return np.array(covered)

    return outcomes


def null_driver_found(n: int) -> Outcomes:
    def outcomes(rng: np.random.Generator, replicates: int) -> np.ndarray:
        return np.array([_importances(rng, n, 99)[0].p_values[4] < 0.05 for _ in range(replicates)])

    return outcomes


def true_importance() -> np.ndarray:
    """Importance in two million rows; the error of each is below .001."""
    rng = np.random.default_rng(7)
    found = _importances(rng, 2_000_000, 0)[0]
    return found.estimate
