"""Made-up customers: a checkout survey and a support survey, seeded, for examples and tests.

Nobody in these data exists. What happened to a customer makes a latent effort; effort and mood pass through thresholds
into the answers. Causes run one way: form fields and steps take minutes, a problem that is not solved at the first
contact takes repeats, and each of these takes effort.

>>> support = simulate_support(1_000, rng=np.random.default_rng(7))
>>> bool(support["ces"].between(1, 7).all())
True
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

Floats = NDArray[np.float64]

CHECKOUT_FILE: Final = "checkout_survey_qualtrics.csv"
SUPPORT_FILE: Final = "support_survey.csv"
SEED: Final = 20260901
_CHECKOUT_RESPONSES: Final = 1_500
_SUPPORT_RESPONSES: Final = 2_400

_AGREEMENT: Final[Sequence[str]] = (
    "Strongly disagree", "Disagree", "Somewhat disagree", "Neither agree nor disagree",
    "Somewhat agree", "Agree", "Strongly agree",
)  # fmt: skip
_SATISFACTION: Final[Mapping[str, Sequence[str]]] = {
    "en": ("Very dissatisfied", "Dissatisfied", "Neutral", "Satisfied", "Very satisfied"),
    "nl": ("Zeer ontevreden", "Ontevreden", "Neutraal", "Tevreden", "Zeer tevreden"),
    "ro": ("Foarte nemulțumit", "Nemulțumit", "Neutru", "Mulțumit", "Foarte mulțumit"),
}
_EFFORT_CUTS: Final = (-2.4, -1.6, -0.9, -0.3, 0.5, 1.4)
_SATISFACTION_CUTS: Final = (-1.9, -1.1, -0.3, 0.9)
_RECOMMENDATION_CUTS: Final = (-2.6, -2.3, -2.0, -1.8, -1.5, -1.1, -0.8, -0.2, 0.5, 1.1)


def simulate_checkout(n: int, *, rng: Generator) -> pd.DataFrame:
    """Simulate customers who bought in a web shop.

    Parameters
    ----------
    n
        Number of customers.
    rng
        Source of randomness.

    Returns
    -------
    pandas.DataFrame
        ``ces`` (1-7, high is good), ``csat`` (1-5), ``nps`` (0-10), and what happened: ``device``, ``account``,
        ``steps``, ``form_fields``, ``minutes``, ``errors``, ``payment_failed``.
    """
    device = rng.choice(["phone", "laptop", "tablet"], size=n, p=[0.55, 0.36, 0.09])
    guest = rng.random(n) < 0.45
    on_phone: NDArray[np.bool_] = device == "phone"
    steps = 3 + rng.poisson(1.2 + 0.8 * on_phone)
    fields = 8 + rng.poisson(2 + 5 * guest)
    minutes = np.exp(0.2 + 0.13 * steps + 0.04 * fields + 0.35 * rng.standard_normal(n)).round(1)
    errors = rng.poisson(0.15 + 0.05 * np.maximum(fields - 10, 0))
    payment_failed = rng.random(n) < 0.05
    effort = 0.25 * np.maximum(steps - 4, 0) + 0.06 * (minutes - 4) + 0.45 * errors + 1.3 * payment_failed - 0.9
    ces, csat, nps = _answers(effort, rng)
    return pd.DataFrame(
        {
            "ces": ces,
            "csat": csat,
            "nps": nps,
            "device": device,
            "account": np.where(guest, "guest", "registered"),
            "steps": steps,
            "form_fields": fields,
            "minutes": minutes,
            "errors": errors,
            "payment_failed": np.where(payment_failed, "yes", "no"),
        }
    )


def simulate_support(n: int, *, rng: Generator) -> pd.DataFrame:
    """Simulate contacts with a support desk; some customers have several.

    Parameters
    ----------
    n
        Number of answered surveys.
    rng
        Source of randomness.

    Returns
    -------
    pandas.DataFrame
        ``ces`` (1-7, high is good), ``csat`` (1-5), ``nps`` (0-10), ``customer``, and what happened: ``channel``,
        ``contact_reason``, ``first_contact_resolution``, ``contacts``, ``waiting_minutes``, ``transfers``,
        ``language``, ``answered_at``; and ``weight``, since customers on the phone were asked half as often.
    """
    customer = rng.integers(1, max(2, int(n * 0.8)), size=n)
    # A customer's mood returns with every contact, which is why several answers of one customer are not independent.
    mood = np.random.default_rng(rng.integers(2**32)).standard_normal(int(n * 0.8) + 2)[customer]
    channel = rng.choice(["web form", "chat", "e-mail", "phone"], size=n, p=[0.2, 0.3, 0.25, 0.25])
    on_phone: NDArray[np.bool_] = channel == "phone"
    reason = rng.choice(["delivery", "invoice", "product", "return"], size=n, p=[0.35, 0.2, 0.25, 0.2])
    solved_chance = 0.74 - 0.12 * (reason == "return") - 0.08 * (channel == "e-mail") + 0.06 * on_phone
    solved = rng.random(n) < solved_chance
    contacts = 1 + np.where(solved, 0, 1 + rng.poisson(0.6, n))
    waiting_scale = np.select([on_phone, channel == "chat", channel == "e-mail"], [6.0, 3.0, 1.0], 0.5)
    waiting = rng.gamma(1.5, waiting_scale).round(1)
    about_invoice: NDArray[np.bool_] = reason == "invoice"
    transfers = rng.poisson(0.15 + 0.35 * on_phone + 0.2 * about_invoice)
    effort = 0.75 * (contacts - 1) + 0.06 * waiting + 0.4 * transfers - 0.9 - 0.45 * mood
    ces, csat, nps = _answers(effort, rng)
    start = np.datetime64("2026-01-05T08:00:00")
    answered = start + (np.sort(rng.random(n)) * 180 * 24 * 3600).astype("timedelta64[s]")
    return pd.DataFrame(
        {
            "ces": ces,
            "csat": csat,
            "nps": nps,
            "customer": customer,
            "channel": channel,
            "contact_reason": reason,
            "first_contact_resolution": np.where(solved, "yes", "no"),
            "contacts": contacts,
            "waiting_minutes": waiting,
            "transfers": transfers,
            "language": rng.choice(["en", "nl", "ro"], size=n, p=[0.5, 0.35, 0.15]),
            "answered_at": answered,
            "weight": np.where(on_phone, 2.0, 1.0),
        }
    )


def write_sample_exports(folder: Path) -> list[Path]:
    """Write the sample exports: the checkout survey in Qualtrics' shape and the support survey as plain CSV.

    Parameters
    ----------
    folder
        Where to write them; it must exist.

    Returns
    -------
    list of Path
        The files written.
    """
    rng = np.random.default_rng(SEED)
    checkout = _qualtrics_rows(simulate_checkout(_CHECKOUT_RESPONSES, rng=rng), rng)
    support = _plain_rows(simulate_support(_SUPPORT_RESPONSES, rng=rng), rng)
    written: list[Path] = []
    for name, rows in ((CHECKOUT_FILE, checkout), (SUPPORT_FILE, support)):
        path = folder / name
        with path.open("w", encoding="utf-8", newline="") as file:
            csv.writer(file, lineterminator="\n").writerows(rows)
        written.append(path)
    return written


def _answers(effort: Floats, rng: Generator) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Pass latent effort through thresholds into CES 1-7, CSAT 1-5 and a recommendation 0-10."""
    n = len(effort)
    ease = -effort + 0.9 * rng.standard_normal(n)
    satisfaction = 0.7 * ease + 0.8 * rng.standard_normal(n)
    loyalty = 0.6 * satisfaction + 0.9 * rng.standard_normal(n) + 0.2
    return (
        1 + np.digitize(ease, _EFFORT_CUTS),
        1 + np.digitize(satisfaction, _SATISFACTION_CUTS),
        np.digitize(loyalty, _RECOMMENDATION_CUTS),
    )


_CHECKOUT_HEADERS: Final = (
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
    ("device", "device", "device"),
    ("account", "account", "account"),
    ("steps", "steps", "steps"),
    ("form_fields", "form_fields", "form_fields"),
    ("minutes", "minutes", "minutes"),
    ("errors", "errors", "errors"),
    ("payment_failed", "payment_failed", "payment_failed"),
)


def _qualtrics_rows(checkout: pd.DataFrame, rng: Generator) -> list[list[str]]:
    """Lay customers out as Qualtrics does, with previews, partial responses, skipped questions and a duplicate."""
    n = len(checkout)
    start = np.datetime64("2026-03-02T07:00:00") + (np.sort(rng.random(n)) * 60 * 24 * 3600).astype("timedelta64[s]")
    seconds = np.exp(rng.normal(4.2, 0.5, n)).astype(int) + 10
    partial, preview = rng.random(n) < 0.06, rng.random(n) < 0.008
    unanswered = rng.random((n, 3)) < np.column_stack([np.full(n, 0.01), 0.03 + 0.6 * partial, 0.04 + 0.9 * partial])
    rows = [[header[0] for header in _CHECKOUT_HEADERS], [header[1] for header in _CHECKOUT_HEADERS]]
    rows.append([json.dumps({"ImportId": header[2]}) for header in _CHECKOUT_HEADERS])
    for k, one in enumerate(checkout.to_dict("records")):
        end = _moment(start[k] + np.timedelta64(int(seconds[k]), "s"))
        ratings = [_AGREEMENT[int(one["ces"]) - 1], str(one["csat"]), str(one["nps"])]
        rows.append(
            [
                _moment(start[k]),
                end,
                "Survey Preview" if preview[k] else "IP Address",
                "60" if partial[k] else "100",
                str(seconds[k]),
                "False" if partial[k] else "True",
                end,
                f"R_{k + 1:06d}",
                "preview" if preview[k] else "email",
                "EN",
                *("" if gone else rating for gone, rating in zip(unanswered[k], ratings, strict=True)),
                *(str(one[name]) for name, *_ in _CHECKOUT_HEADERS[13:]),
            ]
        )
    return [*rows, rows[-1]]


def _plain_rows(support: pd.DataFrame, rng: Generator) -> list[list[str]]:
    """Lay contacts out as a plain export: numbers, satisfaction in the customer's language, some skipped answers."""
    skipped = rng.random((len(support), 3)) < [0.02, 0.04, 0.07]
    names = ["response_id", "answered_at", "customer", "channel", "contact_reason", "first_contact_resolution"]
    names += ["contacts", "waiting_minutes", "transfers", "language", "weight", "ces", "csat", "nps"]
    rows = [names]
    for k, one in enumerate(support.to_dict("records")):
        labels = _SATISFACTION[one["language"]]
        ratings = [str(one["ces"]), labels[int(one["csat"]) - 1], str(one["nps"])]
        facts = {**one, "response_id": f"S{k + 1:05d}", "customer": f"C{one['customer']:05d}"}
        facts["answered_at"] = _moment(one["answered_at"])
        shown = ["" if gone else rating for gone, rating in zip(skipped[k], ratings, strict=True)]
        rows.append([*(str(facts[name]) for name in names[:11]), *shown])
    return rows


def _moment(when: Any) -> str:
    return pd.Timestamp(when).strftime("%Y-%m-%d %H:%M:%S")


if __name__ == "__main__":
    for path in write_sample_exports(Path("data")):
        print(path)
