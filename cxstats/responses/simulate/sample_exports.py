"""The sample exports of `data/`: what the simulated customers leave behind, in the shapes that vendors export.

Only those who respond are in a survey's export, with the damage that real exports have; the tickets are the frame that
the support survey was drawn from, and the contacts are what the desk's own system recorded.
"""

import csv
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.random import Generator
from numpy.typing import NDArray

from cxstats.responses.simulate.checkout import EASE_ITEMS, simulate_checkout
from cxstats.responses.simulate.support import simulate_support

CHECKOUT_FILE: Final = "checkout_survey_qualtrics.csv"
SUPPORT_FILE: Final = "support_survey.csv"
TICKETS_FILE: Final = "support_tickets.csv"
CONTACTS_FILE: Final = "support_contacts.csv"
SEED: Final = 20260901
ORDERS: Final = 9_400
TICKETS: Final = 8_000
PREVIEWS: Final = 12
NOT_APPLICABLE: Final = 0.02
"""The share of "N/A" among the answers to ``nps`` (support) and ``ease_delivery`` (checkout)."""
SKIPPED: Final[Mapping[str, Mapping[str, float]]] = {
    "checkout": {"ces": 0.01, "csat": 0.02, "nps": 0.03} | dict.fromkeys(EASE_ITEMS, 0.02),
    "support": {"ces": 0.02, "csat": 0.04, "nps": 0.05},
}
"""The chance that a finished response leaves a question out."""

_AGREEMENT: Final[Sequence[str]] = (
    "Strongly disagree", "Disagree", "Somewhat disagree", "Neither agree nor disagree",
    "Somewhat agree", "Agree", "Strongly agree",
)  # fmt: skip
_SATISFACTION: Final[Mapping[str, Sequence[str]]] = {
    "en": ("Very dissatisfied", "Dissatisfied", "Neutral", "Satisfied", "Very satisfied"),
    "nl": ("Zeer ontevreden", "Ontevreden", "Neutraal", "Tevreden", "Zeer tevreden"),
    "ro": ("Foarte nemulțumit", "Nemulțumit", "Neutru", "Mulțumit", "Foarte mulțumit"),
    "zh": ("非常不满意", "不满意", "一般", "满意", "非常满意"),
}
_FACTS: Final = ("device", "account", "steps", "form_fields", "clicks", "minutes", "errors")
_YES_NO_FACTS: Final = ("payment_failed", "delivered_late", "returned", "one_page")
_GRID: Final = "How easy was each part of your order? 1 = very difficult, 5 = very easy"
_HEADERS: Final = (
    ("StartDate", "Start Date", "startDate"),
    ("EndDate", "End Date", "endDate"),
    ("Status", "Response Type", "status"),
    ("Progress", "Progress", "progress"),
    ("Duration (in seconds)", "Duration (in seconds)", "duration"),
    ("Finished", "Finished", "finished"),
    ("RecordedDate", "Recorded Date", "recordedDate"),
    ("ResponseId", "Response ID", "_recordId"),
    ("DistributionChannel", "Distribution Channel", "distributionChannel"),
    ("UserLanguage", "User Language", "userLanguage"),
    ("ces", "To what extent do you agree: the shop made it easy to complete my order", "QID1"),
    ("csat", "How satisfied are you with your order? 1 = very dissatisfied,\n5 = very satisfied", "QID2"),
    ("nps", "How likely are you to recommend us to a friend or colleague?", "QID3"),
    ("ease_find", f"{_GRID} - finding the product", "QID4_1"),
    ("ease_details", f"{_GRID} - entering my details", "QID4_2"),
    ("ease_pay", f"{_GRID} - paying", "QID4_3"),
    ("ease_delivery", f"{_GRID} - delivery", "QID4_4"),
    ("invited_at", "invited_at", "invited_at"),
    *((name, name, name) for name in (*_FACTS, *_YES_NO_FACTS)),
)


def write_sample_exports(folder: Path) -> list[Path]:
    """Write the sample exports.

    Parameters
    ----------
    folder
        Where to write them; it must exist.

    Returns
    -------
    list of Path
        The files written: the checkout survey in Qualtrics' shape, the support survey as plain CSV, the tickets that
        it was drawn from, and the contacts that the desk recorded.
    """
    of_orders, of_tickets, *of_damage = np.random.default_rng(SEED).spawn(5)
    orders, tickets = simulate_checkout(ORDERS, rng=of_orders), simulate_support(TICKETS, rng=of_tickets)
    ordered, asked = (made[made["responded"]].reset_index(drop=True) for made in (orders, tickets))
    files = {
        CHECKOUT_FILE: _qualtrics_rows(ordered, of_damage[0]),
        SUPPORT_FILE: _survey_rows(asked, of_damage[1]),
        TICKETS_FILE: _ticket_rows(tickets),
        CONTACTS_FILE: _contact_rows(tickets, of_damage[2]),
    }
    for name, rows in files.items():
        with (folder / name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
    return [folder / name for name in files]


def _qualtrics_rows(orders: pd.DataFrame, rng: Generator) -> list[list[str]]:
    """Lay answers out as Qualtrics does, with previews, partial responses, skipped questions and a duplicate."""
    n = len(orders)
    partial = orders["partial"].to_numpy()
    preview = np.isin(np.arange(n), rng.choice(n, PREVIEWS, replace=False))
    ratings = {name: orders[name].astype("str") for name in ("ces", "csat", "nps", *EASE_ITEMS)}
    ratings["ces"] = pd.Series(np.asarray(_AGREEMENT)[orders["ces"] - 1], dtype="str")
    ratings["ease_delivery"] = ratings["ease_delivery"].mask(rng.random(n) < NOT_APPLICABLE, "N/A")
    # Whoever breaks off has answered the first question and little of the rest.
    broken_off = {"ces": 0.0, "csat": 0.4, "nps": 0.8} | dict.fromkeys(EASE_ITEMS, 1.0)
    for name, chance in SKIPPED["checkout"].items():
        gone = rng.random(n) < np.where(partial, broken_off[name], chance)
        # The grid was shown to those who finished: seen and not answered.
        ratings[name] = ratings[name].mask(gone & partial, "").mask(gone & ~partial, "-99" if "_" in name else "")
    seconds = pd.to_timedelta(orders["seconds"], unit="s")
    columns: dict[str, pd.Series[Any]] = {
        "StartDate": _moments(orders["answered_at"]),
        "EndDate": _moments(orders["answered_at"] + seconds),
        "Status": pd.Series(np.where(preview, "Survey Preview", "IP Address")),
        "Progress": pd.Series(np.where(partial, "60", "100")),
        "Duration (in seconds)": orders["seconds"].astype("str"),
        "Finished": pd.Series(np.where(partial, "False", "True")),
        "RecordedDate": _moments(orders["answered_at"] + seconds),
        "ResponseId": pd.Series([f"R_{k + 1:06d}" for k in range(n)]),
        "DistributionChannel": pd.Series(np.where(preview, "preview", "email")),
        "UserLanguage": pd.Series(["EN"] * n),
        **ratings,
        "invited_at": _moments(orders["invited_at"]),
        **{name: orders[name].astype("str") for name in _FACTS},
        **{name: _yes_no(orders[name]) for name in _YES_NO_FACTS},
    }
    body = pd.DataFrame(columns).sort_values("RecordedDate", kind="stable").to_numpy().tolist()
    headers = [[header[k] for header in _HEADERS] for k in (0, 1)]
    imports = [json.dumps({"ImportId": header[2]}) for header in _HEADERS]
    return [*headers, imports, *body, body[-1]]


def _survey_rows(answered: pd.DataFrame, rng: Generator) -> list[list[str]]:
    """Lay answers out as a plain export: satisfaction in the customer's language, some skipped, a few sent twice."""
    n = len(answered)
    labels = np.asarray(list(_SATISFACTION.values()))[answered["language"].cat.codes, answered["csat"] - 1]
    nps = answered["nps"].astype("str").mask(rng.random(n) < NOT_APPLICABLE, "n/a")
    ratings = {"ces": answered["ces"].astype("str"), "csat": pd.Series(labels, dtype="str"), "nps": nps}
    ratings = {name: ratings[name].mask(rng.random(n) < chance, "") for name, chance in SKIPPED["support"].items()}
    table = pd.DataFrame(
        {
            "ticket": _ids("T", answered["ticket"]),
            "customer": _ids("C", answered["customer"]),
            "invited_at": _moments(answered["invited_at"]),
            "answered_at": answered["answered_at"],
            **{name: answered[name].astype("str") for name in ("seconds", *_OF_THE_TICKET, "weight")},
            **ratings,
            "comment": answered["comment"].fillna(""),
        }
    )
    twice = table[rng.random(n) < 0.005]
    again = twice.assign(answered_at=twice["answered_at"] + pd.Timedelta(minutes=3))
    table = pd.concat([table, again]).sort_values("answered_at", kind="stable", ignore_index=True)
    table["answered_at"] = _moments(table["answered_at"])
    table.insert(0, "response_id", [f"S{k + 1:05d}" for k in range(len(table))])
    return [list(table.columns), *table.to_numpy().tolist()]


_OF_THE_TICKET: Final = ("channel", "contact_reason", "team", "language")


def _ticket_rows(tickets: pd.DataFrame) -> list[list[str]]:
    """Lay the tickets out: all of them, invited or not, with what their customers did in the ninety days after."""
    table = pd.DataFrame(
        {
            "ticket": _ids("T", tickets["ticket"]),
            "customer": _ids("C", tickets["customer"]),
            "opened_at": _moments(tickets["opened_at"]),
            "closed_at": _moments(tickets["closed_at"]),
            **{name: tickets[name].astype("str") for name in _OF_THE_TICKET},
            "self_service_tried": _yes_no(tickets["self_service_tried"]),
            "repeated_oneself": _yes_no(tickets["repeated_oneself"]),
            "invited_at": _moments(tickets["invited_at"]).where(tickets["invited"], ""),
            "bought_again": _yes_no(tickets["bought_again"]),
            "spend": tickets["spend"].map("{:.2f}".format),
            "referred": _yes_no(tickets["referred"]),
        }
    )
    return [list(table.columns), *table.to_numpy().tolist()]


def _contact_rows(tickets: pd.DataFrame, rng: Generator) -> list[list[str]]:
    """Lay the contacts out: those up to the one that closed the ticket, and a few that came after the survey."""
    contacts = 1 + tickets["repeats"].to_numpy()
    of = np.repeat(np.arange(len(tickets)), contacts)
    place = np.arange(len(of)) - np.repeat(np.cumsum(contacts) - contacts, contacts)
    opened, closed = (tickets[name].to_numpy()[of] for name in ("opened_at", "closed_at"))
    share = np.divide(place, (contacts - 1)[of], out=np.zeros(len(of)), where=contacts[of] > 1)
    when = opened + ((closed - opened).astype("timedelta64[s]").astype(np.float64) * share).astype("timedelta64[s]")
    # Waiting is written in tenths of a minute: every contact gets its part, the first what is left over.
    tenths = np.rint(10 * tickets["waiting_minutes"].to_numpy()).astype(np.int64)
    part = tenths[of] // contacts[of] + np.where(place == 0, tenths[of] % contacts[of], 0)
    came_back = np.flatnonzero(rng.random(len(tickets)) < 0.04)
    later = tickets["answered_at"].to_numpy()[came_back] + np.timedelta64(2, "D")
    every = np.concatenate([of, came_back])
    none = np.zeros(len(came_back), dtype=np.int64)
    table = pd.DataFrame(
        {
            "ticket": _ids("T", tickets["ticket"].iloc[every]),
            "contacted_at": np.concatenate([when, later]),
            "channel": tickets["channel"].astype("str").to_numpy()[every],
            "agent": [f"A{number + 1:02d}" for number in tickets["agent"].to_numpy()[every]],
            "waiting_minutes": np.char.mod("%.1f", np.concatenate([part, none + 20]) / 10),
            "transfers": np.concatenate([np.where(place == 0, tickets["transfers"].to_numpy()[of], 0), none]),
            "solved": np.where(np.concatenate([place == contacts[of] - 1, none == 0]), "yes", "no"),
        }
    )
    table = table.sort_values("contacted_at", kind="stable", ignore_index=True)
    table["contacted_at"] = _moments(table["contacted_at"])
    table.insert(0, "contact", [f"K{k + 1:05d}" for k in range(len(table))])
    return [list(table.columns), *table.astype("str").to_numpy().tolist()]


def _ids(letter: str, numbers: "pd.Series[int]") -> NDArray[np.object_]:
    return np.array([f"{letter}{number:05d}" for number in numbers], dtype=object)


def _moments(when: "pd.Series[Any]") -> "pd.Series[str]":
    return when.dt.strftime("%Y-%m-%d %H:%M:%S")


def _yes_no(truths: "pd.Series[bool]") -> "pd.Series[str]":
    return truths.map({True: "yes", False: "no"})
