"""What claims about driver effects are checked by: outcomes of replicates, quickly, for benchmarks/calibration.py."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from scipy.special import stdtrit

from cxstats.drivers.fitting import fit_drivers
from cxstats.drivers.regression import least_squares
from cxstats.responses.simulate import simulate_checkout, simulate_support

Outcomes = Callable[[np.random.Generator, int], np.ndarray]
TRUTHS = Path(__file__).parent.parent / "data" / "true_effects.csv"
SLOPES = np.array([5.0, -0.5, 1.0, 0.0])


def line_covers(how: str, n: int, column: int) -> Outcomes:
    """A line with unequal variances, and 'weights' or 'clusters'; column 1 is skewed, 2 yes/no, 3 does nothing."""

    def outcomes(rng: np.random.Generator, replicates: int) -> np.ndarray:
        return np.array([_line(rng, how, n)[column] for _ in range(replicates)])

    return outcomes


def _line(rng: np.random.Generator, how: str, n: int) -> np.ndarray:
    group = np.arange(n) // 3
    shared = rng.normal(size=(2, group[-1] + 1)) * (how == "clusters")
    x = np.column_stack([np.ones(n), rng.gamma(2, size=n), rng.random(n) < 0.25, rng.normal(size=n) + shared[0, group]])
    y = x @ SLOPES + rng.normal(size=n) * (0.5 + 0.5 * x[:, 1]) + shared[1, group]
    given = {"weights": {"weights": rng.choice([1.0, 4.0], n)}, "clusters": {"clusters": group}}.get(how, {})
    fit = least_squares(x, y, **given)
    return np.abs(fit.coefficients - SLOPES) <= stdtrit(fit.degrees_of_freedom, 0.975) * fit.standard_errors


def effect_covers(simulator: str, change: tuple[str, str], effect: str, measure: str, n: int, **model) -> Outcomes:
    """Effects of simulated customers against those of the intervention; `change` is driver and contrast."""
    driver, contrast = change
    truths = pd.read_csv(TRUTHS).query("simulator == @simulator and rating == 'ces'")
    truths = truths[truths["driver"] == driver]
    words = {"+1": "+1", "yes": "no -> yes"}
    end = words.get(contrast) or next(c for c in truths["change"] if c.endswith(f"-> {contrast}"))
    wanted = (truths["change"] == end) & (truths["effect"] == effect) & (truths["measure"] == measure)
    truth = truths.loc[wanted, "value"].item()
    simulate = {"checkout": simulate_checkout, "support": simulate_support}[simulator]

    def outcomes(rng: np.random.Generator, replicates: int) -> np.ndarray:
        found = []
        for _ in range(replicates):
            fitted = fit_drivers(simulate(n, rng=rng), "ces", scale="ces-2.0", **model)
            row = (
                fitted.effects().where(driver=driver, level=contrast, effect=effect, measure=measure).to_frame().iloc[0]
            )
            found.append(row["low"] <= truth <= row["high"])
        return np.array(found)

    return outcomes
