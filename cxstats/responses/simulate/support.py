"""The support desk: tickets, what happened to them, how easy it was and what customers did later; the graph is known.

Whether the first contact solves the problem depends on the reason, the channel, transfers and the agent's skill;
repeats follow from it. Waiting on the phone grows from `DRIFT_DAY` on; a help centre is released on `RELEASE_DAY`. A
customer's mood returns with each of his tickets, so his answers belong together.

>>> tickets = simulate_support(1_000, rng=np.random.default_rng(7))
>>> bool(tickets["ces"].between(1, 7).all())
True
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from cxstats.responses.simulate.answering import (
    AGREEMENT_CUTS,
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
from cxstats.responses.simulate.comments import THEMES, comments, theme_of
from cxstats.responses.simulate.graphs import CausalGraph, Intervention, Noise

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]
Truths = NDArray[np.bool_]

FIRST_DAY: Final = np.datetime64("2025-09-01")
DAYS: Final = 365
RELEASE_DAY: Final = 161
"""9 February 2026: a new help centre, which solves more at the first contact on the web form and in the chat."""
DRIFT_DAY: Final = 240
"""29 April 2026: from here on waiting on the phone grows, until it is 1.8 times as long at the end of the year."""
DRIFT: Final = 0.8
WEB_FORM, CHAT, EMAIL, PHONE = range(4)
DELIVERY, INVOICE, PRODUCT, RETURN = range(4)
TEAMS: Final = ("north", "east", "south", "west")
AGENTS: Final = 32
INVITED_SHARE: Final = (0.8, 0.8, 0.8, 0.4)
"""The share of tickets invited by channel; the survey weight is one over it."""
LANGUAGES: Final = ("en", "nl", "ro", "zh")
_WEEKDAYS: Final = (1.5, 1.2, 1.1, 1.1, 1.0, 0.6, 0.5)
# The same agents in every simulation.
AGENT_SKILL: Final = 0.45 * np.random.default_rng(77).standard_normal(AGENTS)
"""What each agent adds to the log odds of solving a problem at the first contact; shape (AGENTS,)."""
_WAITING: Final = np.array([0.5, 3.0, 1.0, 6.0])
_CHANNELS_BY_REASON: Final = np.array(
    [[0.20, 0.35, 0.20, 0.25], [0.15, 0.20, 0.35, 0.30], [0.25, 0.30, 0.20, 0.25], [0.25, 0.25, 0.30, 0.20]]
)


def day(noise: Noise) -> Integers:
    return days_of_year(noise.uniform(), _WEEKDAYS, FIRST_DAY, DAYS)


def customer(noise: Noise) -> Integers:
    return (most_customers(noise.n) * noise.uniform() ** 1.4).astype(np.int64)


def mood(noise: Noise, customer: Integers) -> Floats:
    return noise.each(customer, most_customers(noise.n))


def style(noise: Noise, customer: Integers) -> Floats:
    return noise.each(customer, most_customers(noise.n))


def wealth(noise: Noise, customer: Integers) -> Floats:
    return noise.each(customer, most_customers(noise.n))


def tongue(noise: Noise, customer: Integers) -> Floats:
    return noise.each(customer, most_customers(noise.n))


def language(noise: Noise, tongue: Floats) -> Integers:
    # Normal quantiles of .45, .75 and .90.
    return np.searchsorted(np.array([-0.126, 0.674, 1.282]), tongue).astype(np.int64)


def contact_reason(noise: Noise, day: Integers) -> Integers:
    december = ((day >= 91) & (day < 137))[:, None]
    return noise.pick(np.where(december, [0.45, 0.15, 0.18, 0.22], [0.32, 0.21, 0.28, 0.19]))


def channel(noise: Noise, contact_reason: Integers) -> Integers:
    return noise.pick(_CHANNELS_BY_REASON[contact_reason])


def help_centre(noise: Noise, day: Integers) -> Truths:
    return day >= RELEASE_DAY


def self_service_tried(noise: Noise, channel: Integers, help_centre: Truths) -> Truths:
    return noise.happens(0.30 + 0.12 * (channel != PHONE) + 0.12 * help_centre)


def team(noise: Noise, contact_reason: Integers) -> Integers:
    own = np.eye(4)[contact_reason]
    return noise.pick(0.15 + 0.4 * own)


def agent(noise: Noise, team: Integers) -> Integers:
    return len(TEAMS) * (AGENTS // len(TEAMS) * noise.uniform() ** 1.2).astype(np.int64) + team


def waiting_minutes(noise: Noise, channel: Integers, day: Integers) -> Floats:
    drift = 1 + DRIFT * np.maximum(day - DRIFT_DAY, 0) / (DAYS - DRIFT_DAY) * (channel == PHONE)
    monday = np.where(day % 7 == 0, 1.4, 1.0)
    return (noise.gamma(1.5) * _WAITING[channel] * drift * monday).round(1)


def transfers(noise: Noise, channel: Integers, contact_reason: Integers) -> Integers:
    return noise.poisson(0.12 + 0.28 * (channel == PHONE) + 0.18 * (contact_reason == INVOICE))


def first_contact_resolution(
    noise: Noise, contact_reason: Integers, channel: Integers, transfers: Integers, agent: Integers,
    self_service_tried: Truths, help_centre: Truths,
) -> Truths:  # fmt: skip
    on_site = (channel == WEB_FORM) | (channel == CHAT)
    fits = 0.3 * (channel == PHONE) - 0.35 * (channel == EMAIL) + 0.5 * help_centre * on_site
    harder = 0.6 * (contact_reason == RETURN) + 0.7 * np.minimum(transfers, 2) + 0.25 * self_service_tried
    return noise.happens(logistic(1.35 + fits - harder + AGENT_SKILL[agent]))


def repeats(noise: Noise, first_contact_resolution: Truths) -> Integers:
    return np.where(first_contact_resolution, 0, 1 + noise.poisson(0.6))


def repeated_oneself(noise: Noise, transfers: Integers, repeats: Integers, channel: Integers) -> Truths:
    return noise.happens(logistic(-2.3 + 1.3 * (transfers > 0) + 1.2 * (repeats > 0) + 0.4 * (channel == PHONE)))


def effort(
    noise: Noise, repeats: Integers, waiting_minutes: Floats, channel: Integers, transfers: Integers,
    repeated_oneself: Truths, self_service_tried: Truths, mood: Floats,
) -> Floats:  # fmt: skip
    waiting = 0.45 * np.log1p(waiting_minutes / 4) * np.where(channel == PHONE, 1.3, 1.0)
    contacts = 0.85 * np.sqrt(repeats) + 0.2 * transfers + 0.55 * repeated_oneself + 0.2 * self_service_tried
    return contacts + waiting - 0.5 * mood + 0.7 * (noise.exponential() - 1) - 0.75


def satisfaction(noise: Noise, effort: Floats, first_contact_resolution: Truths) -> Floats:
    return -0.65 * effort + 0.35 * (first_contact_resolution - 0.7) + 0.75 * noise.normal()


def loyalty(noise: Noise, satisfaction: Floats) -> Floats:
    return 0.65 * satisfaction + 0.85 * noise.normal() + 0.15


def ces(noise: Noise, effort: Floats, style: Floats) -> Integers:
    return answer(-effort + 0.5 * noise.normal(), AGREEMENT_CUTS, first=1, style=style)


def csat(noise: Noise, satisfaction: Floats, style: Floats) -> Integers:
    return answer(satisfaction, SATISFACTION_CUTS, first=1, style=style)


def nps(noise: Noise, loyalty: Floats, style: Floats) -> Integers:
    return answer(loyalty, RECOMMENDATION_CUTS, first=0, style=style)


def theme(
    noise: Noise, waiting_minutes: Floats, transfers: Integers, repeats: Integers, repeated_oneself: Truths,
    satisfaction: Floats,
) -> Integers:  # fmt: skip
    happened = {
        "waiting": waiting_minutes > 8,
        "transfers": transfers > 0,
        "repeats": repeats > 0,
        "repeated oneself": repeated_oneself,
    }
    said = noise.happens(0.25 + 0.12 * np.abs(satisfaction))
    return np.where(said, theme_of(happened, satisfaction, noise.uniform()), THEMES.index("nothing"))


def wording(noise: Noise) -> Floats:
    return noise.uniform()


def bought_again(noise: Noise, loyalty: Floats, wealth: Floats) -> Truths:
    return noise.happens(logistic(-0.2 + 0.45 * loyalty + 0.4 * wealth))


def spend(noise: Noise, bought_again: Truths, wealth: Floats, loyalty: Floats) -> Floats:
    amount = np.exp(3.7 + 0.5 * wealth + 0.1 * loyalty + 0.5 * noise.normal())
    return np.where(bought_again, amount.round(2), 0.0)


def referred(noise: Noise, loyalty: Floats) -> Truths:
    return noise.happens(logistic(-2.8 + 0.9 * loyalty))


def invited(noise: Noise, channel: Integers) -> Truths:
    return noise.happens(np.asarray(INVITED_SHARE)[channel])


def responded(noise: Noise, invited: Truths, satisfaction: Floats, channel: Integers) -> Truths:
    likely = response_chance(-1.0, satisfaction) * np.where(channel == PHONE, 0.85, 1.0)
    return noise.happens(likely) & invited


def reminded(noise: Noise, satisfaction: Floats) -> Truths:
    return noise.happens(reminder_chance(satisfaction))


def days_to_answer(noise: Noise, reminded: Truths) -> Floats:
    return np.where(reminded, REMINDER_DAYS, 0.0) + 0.9 * noise.exponential()


def seconds(noise: Noise) -> Integers:
    return answering_seconds(noise.normal(), np.zeros(noise.n, dtype=np.bool_), 50.0)


SUPPORT: Final = CausalGraph(
    "support",
    (
        day, customer, mood, style, wealth, tongue, language, contact_reason, channel, help_centre,
        self_service_tried, team, agent, waiting_minutes, transfers, first_contact_resolution, repeats,
        repeated_oneself, effort, satisfaction, loyalty, ces, csat, nps, theme, wording,
        bought_again, spend, referred, invited, responded, reminded, days_to_answer, seconds,
    ),
    {
        "channel": ("web form", "chat", "e-mail", "phone"),
        "contact_reason": ("delivery", "invoice", "product", "return"),
        "team": TEAMS,
        "language": LANGUAGES,
    },
)  # fmt: skip
"""The causal graph of the support desk."""

SUPPORT_DRIVERS: Final = (
    "first_contact_resolution", "repeats", "waiting_minutes", "transfers", "repeated_oneself", "self_service_tried",
    "channel", "contact_reason", "help_centre",
)  # fmt: skip
"""What an export shows of the causes."""


def most_customers(n: int) -> int:
    """Return how many customers there may be for n tickets."""
    return max(1, int(0.75 * n))


def simulate_support(n: int, *, rng: Generator, do: Mapping[str, Intervention] | None = None) -> pd.DataFrame:
    """Simulate a year of a support desk: tickets, what each customer would answer if asked, and what he did later.

    Parameters
    ----------
    n
        Number of tickets, of at most three quarters as many customers. Four in five are invited, on the phone two in
        five; about a third of those invited answer.
    rng
        Source of randomness.
    do
        Interventions: from a variable of `SUPPORT` to a function of its values.

    Returns
    -------
    pandas.DataFrame
        One row a ticket, in order of time: ``ticket``, ``customer``, ``opened_at``, ``closed_at``, ``channel``,
        ``contact_reason``, ``team``, ``agent``, ``language``; what happened (``self_service_tried``,
        ``waiting_minutes`` in all, ``transfers``, ``first_contact_resolution``, ``repeats``, ``repeated_oneself``,
        ``help_centre``); the ratings ``ces`` (1-7, high is good), ``csat`` (1-5), ``nps`` (0-10) and ``comment``
        (missing where the customer would write none); later ``bought_again``, ``spend`` (euros), ``referred``;
        ``invited``, ``weight``, ``responded``, ``after_reminder``, ``invited_at``, ``answered_at``, ``seconds``.
    """
    made = SUPPORT.draw(n, rng=rng, do=do)
    clock = np.random.default_rng(rng.integers(2**32))
    opened = moments(made["day"], clock.integers(8 * 3600, 20 * 3600, n), FIRST_DAY)
    open_hours = (2 + 20 * made["repeats"]) * clock.standard_exponential(n)
    closed = opened + np.rint(3600 * open_hours).astype("timedelta64[s]")
    invited = closed + np.timedelta64(1, "D")
    delay = np.rint(made["days_to_answer"] * 86_400).astype("timedelta64[s]")
    weights = 1 / np.asarray(INVITED_SHARE)
    facts: dict[str, Any] = {
        "customer": made["customer"],
        "opened_at": opened,
        "closed_at": closed,
        **{name: _named(made[name], names) for name, names in SUPPORT.levels.items()},
        "agent": made["agent"],
        **{name: made[name] for name in ("self_service_tried", "waiting_minutes", "transfers")},
        **{name: made[name] for name in ("first_contact_resolution", "repeats", "repeated_oneself", "help_centre")},
        **{name: made[name] for name in ("ces", "csat", "nps")},
        "comment": comments(made["theme"], made["language"], made["wording"]),
        **{name: made[name] for name in ("bought_again", "spend", "referred", "invited")},
        "weight": weights[made["channel"]],
        "responded": made["responded"],
        "after_reminder": made["reminded"],
        "invited_at": invited,
        "answered_at": invited + delay,
        "seconds": made["seconds"],
    }
    tickets = pd.DataFrame(facts).sort_values("opened_at", kind="stable", ignore_index=True)
    tickets.insert(0, "ticket", np.arange(1, n + 1))
    return tickets


def _named(codes: Integers, names: Sequence[str]) -> Any:
    return pd.Categorical.from_codes(codes, categories=pd.Index(list(names)))
