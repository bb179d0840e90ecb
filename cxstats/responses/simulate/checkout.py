"""The checkout: orders in a web shop and how easy they were, with a causal graph that is known.

Effort rises with every step after the fifth; those before cost only the minutes they take (`KNEE`). Minutes follow from
steps, form fields, errors and failed payments; clicks follow from steps and fields and cost nothing of themselves. How
patient a customer is moves both the choice of a guest checkout and the effort, and no export shows it.

>>> orders = simulate_checkout(1_000, rng=np.random.default_rng(7))
>>> bool(orders["ces"].between(1, 7).all())
True
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from cxstats.responses.simulate.answering import (
    AGREEMENT_CUTS,
    EASE_CUTS,
    RECOMMENDATION_CUTS,
    REMINDER_DAYS,
    SATISFACTION_CUTS,
    answer,
    answering_seconds,
    days_of_year,
    logistic,
    moments,
    reminder_chance,
    response_chance,
)
from cxstats.responses.simulate.graphs import CausalGraph, Intervention, Noise

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Truths = NDArray[np.bool_]

KNEE: Final = 5
"""The number of steps up to which a step costs nothing but its minutes."""
FIRST_DAY: Final = np.datetime64("2025-09-01")
DAYS: Final = 365
RELEASE_DAY: Final = 212
"""1 April 2026: the one-page checkout goes live, on phones only."""
EASE_ITEMS: Final = ("ease_find", "ease_details", "ease_pay", "ease_delivery")
_WEEKDAYS: Final = (1.05, 0.95, 0.95, 1.0, 1.1, 1.2, 1.3)
_PHONE: Final = 0


def day(noise: Noise) -> Integers:
    return days_of_year(noise.uniform(), _WEEKDAYS, FIRST_DAY, DAYS)


def one_page(noise: Noise, day: Integers, device: Integers) -> Truths:
    return (day >= RELEASE_DAY) & (device == _PHONE)


def patience(noise: Noise) -> Floats:
    return noise.normal()


def style(noise: Noise) -> Floats:
    return noise.normal()


def device(noise: Noise) -> Integers:
    return noise.pick([0.55, 0.36, 0.09])


def guest(noise: Noise, device: Integers, patience: Floats) -> Truths:
    return noise.happens(logistic(-0.4 + 0.4 * (device == _PHONE) - 0.4 * patience))


def steps(noise: Noise, device: Integers, guest: Truths, one_page: Truths) -> Integers:
    return 3 + noise.poisson(1.6 + 1.2 * (device == _PHONE) + 0.6 * guest - 1.1 * one_page)


def form_fields(noise: Noise, guest: Truths) -> Integers:
    return 8 + noise.poisson(2.0 + 5.0 * guest)


def clicks(noise: Noise, steps: Integers, form_fields: Integers) -> Integers:
    return 2 * steps + form_fields // 2 + noise.poisson(4.0)


def errors(noise: Noise, form_fields: Integers) -> Integers:
    return noise.poisson(0.15 + 0.06 * np.maximum(form_fields - 10, 0))


def payment_failed(noise: Noise, device: Integers, guest: Truths) -> Truths:
    return noise.happens(0.03 + 0.02 * (device == _PHONE) + 0.02 * guest)


def minutes(noise: Noise, steps: Integers, form_fields: Integers, errors: Integers, payment_failed: Truths) -> Floats:
    longer = 0.10 * steps + 0.035 * form_fields + 0.12 * errors + 0.5 * payment_failed
    return np.exp(0.1 + longer + 0.35 * noise.normal()).round(1)


def delivered_late(noise: Noise, day: Integers) -> Truths:
    december = (day >= 91) & (day < 122)
    return noise.happens(0.08 + 0.12 * december)


def returned(noise: Noise, delivered_late: Truths) -> Truths:
    return noise.happens(0.07 + 0.08 * delivered_late)


def effort(
    noise: Noise,
    steps: Integers,
    minutes: Floats,
    errors: Integers,
    payment_failed: Truths,
    delivered_late: Truths,
    returned: Truths,
    patience: Floats,
) -> Floats:
    checkout = 0.30 * np.maximum(steps - KNEE, 0) + 0.30 * np.log(minutes / 5) + 0.45 * np.sqrt(errors)
    afterwards = 0.35 * delivered_late + 0.40 * returned
    unlucky = 0.75 * (noise.exponential() - 1)
    return checkout + 1.2 * payment_failed + afterwards - 0.45 * patience + unlucky - 0.6


def satisfaction(noise: Noise, effort: Floats, delivered_late: Truths, returned: Truths) -> Floats:
    return -0.65 * effort - 0.55 * delivered_late - 0.35 * returned + 0.75 * noise.normal()


def loyalty(noise: Noise, satisfaction: Floats) -> Floats:
    return 0.65 * satisfaction + 0.85 * noise.normal() + 0.15


def ces(noise: Noise, effort: Floats, style: Floats) -> Integers:
    return answer(-effort + 0.5 * noise.normal(), AGREEMENT_CUTS, first=1, style=style)


def csat(noise: Noise, satisfaction: Floats, style: Floats) -> Integers:
    return answer(satisfaction, SATISFACTION_CUTS, first=1, style=style)


def nps(noise: Noise, loyalty: Floats, style: Floats) -> Integers:
    return answer(loyalty, RECOMMENDATION_CUTS, first=0, style=style)


def careless(noise: Noise, patience: Floats) -> Truths:
    return noise.happens(0.04 * np.exp(-0.5 * patience) / np.exp(0.125))


def ease_find(noise: Noise, patience: Floats, style: Floats) -> Integers:
    return answer(0.4 * patience + 0.9 * noise.normal() + 0.3, EASE_CUTS, first=1, style=style)


def ease_details(
    noise: Noise, form_fields: Integers, errors: Integers, patience: Floats, careless: Truths, ease_find: Integers,
    style: Floats,
) -> Integers:  # fmt: skip
    eased = -0.10 * (form_fields - 11) - 0.5 * np.sqrt(errors) + 0.4 * patience + 0.8 * noise.normal() + 0.2
    return np.where(careless, ease_find, answer(eased, EASE_CUTS, first=1, style=style))


def ease_pay(
    noise: Noise, steps: Integers, payment_failed: Truths, patience: Floats, careless: Truths, ease_find: Integers,
    style: Floats,
) -> Integers:  # fmt: skip
    eased = -0.3 * np.maximum(steps - KNEE, 0) - 1.6 * payment_failed + 0.4 * patience + 0.8 * noise.normal() + 0.4
    return np.where(careless, ease_find, answer(eased, EASE_CUTS, first=1, style=style))


def ease_delivery(
    noise: Noise, delivered_late: Truths, returned: Truths, patience: Floats, careless: Truths, ease_find: Integers,
    style: Floats,
) -> Integers:  # fmt: skip
    eased = -1.1 * delivered_late - 0.5 * returned + 0.4 * patience + 0.8 * noise.normal() + 0.4
    return np.where(careless, ease_find, answer(eased, EASE_CUTS, first=1, style=style))


def responded(noise: Noise, satisfaction: Floats, device: Integers) -> Truths:
    return noise.happens(response_chance(-2.0, satisfaction) * np.where(device == _PHONE, 0.9, 1.1))


def reminded(noise: Noise, satisfaction: Floats) -> Truths:
    return noise.happens(reminder_chance(satisfaction))


def days_to_answer(noise: Noise, reminded: Truths) -> Floats:
    return np.where(reminded, REMINDER_DAYS, 0.0) + 0.9 * noise.exponential()


def seconds(noise: Noise, careless: Truths) -> Integers:
    return answering_seconds(noise.normal(), careless, 75.0)


def partial(noise: Noise, patience: Floats) -> Truths:
    return noise.happens(logistic(-2.9 - 0.4 * patience))


CHECKOUT: Final = CausalGraph(
    "checkout",
    (
        day, device, one_page, patience, style, guest, steps, form_fields, clicks, errors, payment_failed, minutes,
        delivered_late, returned, effort, satisfaction, loyalty, ces, csat, nps,
        careless, ease_find, ease_details, ease_pay, ease_delivery,
        responded, reminded, days_to_answer, seconds, partial,
    ),
    {"device": ("phone", "laptop", "tablet")},
)  # fmt: skip
"""The causal graph of the checkout."""

CHECKOUT_DRIVERS: Final = (
    "steps", "form_fields", "clicks", "minutes", "errors", "payment_failed", "guest", "device", "delivered_late",
    "returned", "one_page",
)  # fmt: skip
"""What an export shows of the causes."""


def simulate_checkout(n: int, *, rng: Generator, do: Mapping[str, Intervention] | None = None) -> pd.DataFrame:
    """Simulate the orders of a web shop in a year, and what each customer would answer if asked.

    Parameters
    ----------
    n
        Number of orders. All are invited; ``responded`` says who answers (about one in six).
    rng
        Source of randomness.
    do
        Interventions: from a variable of `CHECKOUT` to a function of its values.

    Returns
    -------
    pandas.DataFrame
        One row an order, in order of time: ``ordered_at``; what happened (``device``, ``account``, ``steps``,
        ``form_fields``, ``clicks``, ``minutes``, ``errors``, ``payment_failed``, ``delivered_late``, ``returned``,
        ``one_page``); the ratings ``ces`` (1-7, high is good), ``csat`` (1-5), ``nps`` (0-10) and the four
        `EASE_ITEMS` (1-5, high is good); ``responded``, ``after_reminder``, ``invited_at``, ``answered_at``,
        ``seconds``, ``partial``, ``careless``.

    Examples
    --------
    >>> as_is, shorter = (
    ...     simulate_checkout(20_000, rng=np.random.default_rng(1), do=do)
    ...     for do in ({}, {"steps": lambda steps: np.minimum(steps, KNEE)})
    ... )
    >>> bool(shorter["ces"].mean() > as_is["ces"].mean())
    True
    """
    made = CHECKOUT.draw(n, rng=rng, do=do)
    clock = np.random.default_rng(rng.integers(2**32))
    ordered = moments(made["day"], clock.integers(7 * 3600, 23 * 3600, n), FIRST_DAY)
    invited = moments(made["day"] + 4, np.full(n, 10 * 3600), FIRST_DAY)
    delay = np.rint(made["days_to_answer"] * 86_400).astype("timedelta64[s]")
    names = np.asarray(CHECKOUT.levels["device"])
    facts: dict[str, Any] = {
        "ordered_at": ordered,
        "device": pd.Categorical.from_codes(made["device"], categories=pd.Index(names)),
        "account": pd.Categorical.from_codes(
            made["guest"].astype(np.int8), categories=pd.Index(["registered", "guest"])
        ),
        **{name: made[name] for name in ("steps", "form_fields", "clicks", "minutes", "errors")},
        **{name: made[name] for name in ("payment_failed", "delivered_late", "returned", "one_page")},
        **{name: made[name] for name in ("ces", "csat", "nps", *EASE_ITEMS)},
        "responded": made["responded"],
        "after_reminder": made["reminded"],
        "invited_at": invited,
        "answered_at": invited + delay,
        **{name: made[name] for name in ("seconds", "partial", "careless")},
    }
    return pd.DataFrame(facts).sort_values("ordered_at", kind="stable", ignore_index=True)
