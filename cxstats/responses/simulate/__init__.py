"""Made-up customers whose truth is known, for examples, tests and calibration. Nobody in these data exists.

Two simulators, each with a published causal graph: a checkout and a support desk. What happened to a customer makes a
latent effort; effort passes through thresholds into answers; whether somebody answers at all depends on how satisfied
he is.

>>> import numpy as np
>>> orders = simulate_checkout(2_000, rng=np.random.default_rng(7))
>>> ("steps", "minutes") in CHECKOUT.edges()
True

Their true effects, computed by intervention, are in ``data/true_effects.csv`` and, with what else the data should show,
in ``data/known_truth.md``; ``python -m cxstats.responses.simulate`` writes them again, and the sample exports.
"""

from cxstats.responses.simulate.checkout import CHECKOUT, EASE_ITEMS, KNEE, simulate_checkout
from cxstats.responses.simulate.graphs import CausalGraph, Noise
from cxstats.responses.simulate.sample_exports import (
    CHECKOUT_FILE,
    CONTACTS_FILE,
    SUPPORT_FILE,
    TICKETS_FILE,
    write_sample_exports,
)
from cxstats.responses.simulate.support import SUPPORT, simulate_support
from cxstats.responses.simulate.truths import SIMULATORS, Simulator, true_effects, true_figures

__all__ = [
    "CHECKOUT",
    "CHECKOUT_FILE",
    "CONTACTS_FILE",
    "EASE_ITEMS",
    "KNEE",
    "SIMULATORS",
    "SUPPORT",
    "SUPPORT_FILE",
    "TICKETS_FILE",
    "CausalGraph",
    "Noise",
    "Simulator",
    "simulate_checkout",
    "simulate_support",
    "true_effects",
    "true_figures",
    "write_sample_exports",
]
