"""Where an export comes from, every record accounted for, when it was answered, and notes."""

import re
from collections.abc import Iterable, Sequence
from typing import Any, Final

import pandas as pd

from cxstats.printing.lines import clean, counted, short
from cxstats.responses.inspection import Kind, Question
from cxstats.responses.repeats import likely_repeat_answerers
from cxstats.responses.survey import PARTIAL, UNANSWERED, Survey

_NAME_CHANGED: Final = re.compile(r"column \d+: name ")
_KINDS: Final[dict[Kind, tuple[str, str]]] = {
    "rating": ("rating", "ratings"),
    "choice": ("choice", "choices"),
    "option": ("option of a multiple choice", "options of multiple choices"),
    "number": ("number", "numbers"),
    "date": ("date", "dates"),
    "text": ("text", "texts"),
    "empty": ("empty", "empty"),
    "administrative": ("about the response", "about the response"),
}
MOST_DATES: Final = 3


def repeaters(survey: Survey) -> list[str]:
    """Suggest clusters where customers seem to have answered more than once."""
    return [
        f"{found.answers:,} answers of {found.customers:,} different values of {clean(found.customer)}: if these are "
        f"customers, their answers belong together; count them so with --clusters {clean(found.customer)}"
        for found in likely_repeat_answerers(survey)
    ]


def account(survey: Survey) -> str:
    """Account for every record in one line."""
    reasons = survey.rejected["reason"].value_counts()
    why = f" ({', '.join(f'{count:,} {clean(reason)}' for reason, count in reasons.items())})" if len(reasons) else ""
    kept, rejected = len(survey.responses), len(survey.rejected)
    return f"{survey.source.read:,} records read = {kept:,} kept + {rejected:,} rejected{why}"


def title(survey: Survey) -> str:
    """Name the file, its vendor and how it is stored."""
    source = survey.source
    return clean(f"{source.name}: {source.vendor} export, {source.format}")


def flagged(survey: Survey, flag: str) -> int:
    """Count the responses that a flag of the vendor's marks: partial ones, or invitations that nobody answered."""
    found = survey.responses.get(flag)
    return int(found.sum()) if found is not None and found.dtype == bool else 0


def kept_with(survey: Survey) -> str:
    """Say what is special about the kept records; empty where nothing is."""
    partial, unanswered = flagged(survey, PARTIAL), flagged(survey, UNANSWERED)
    said: list[str] = []
    if partial:
        said.append(f"{partial:,} partial, kept since dropping them would bias the score")
    if unanswered:
        said.append(f"{counted(unanswered, 'invitation')} that nobody answered, for the response rate")
    return f"of the kept: {'; '.join(said)}" if said else ""


def columns_by_kind(questions: Sequence[Question]) -> str:
    """Say how many columns there are of each kind."""
    kinds = [question.kind for question in questions]
    said = [f"{kinds.count(kind):,} {words[kinds.count(kind) > 1]}" for kind, words in _KINDS.items() if kind in kinds]
    return f"{counted(len(kinds), 'column')}: {', '.join(said)}"


def dates(survey: Survey, questions: Iterable[Question]) -> str:
    """Say from when to when the answers are, and in which time zone; empty without dates.

    The end of the response decides, else its start, else every column of dates.
    """
    chosen = dated(survey, questions)
    ranges = [_range(survey, q) for q in chosen[:MOST_DATES]]
    zones = sorted({zone(survey.responses[q.column], q.time_zone) for q in chosen})
    more = [f"and {counted(len(chosen) - MOST_DATES, 'more column')} of dates"] if len(chosen) > MOST_DATES else []
    return "; ".join([*ranges, *more, *zones])


def dated(survey: Survey, questions: Iterable[Question]) -> list[Question]:
    """Return the columns that say when the answers are."""
    found = [q for q in questions if _has_dates(survey.responses[q.column]) and not q.personal]
    of_end, of_start = ([q for q in found if q.role == role] for role in ("end", "start"))
    return of_end or of_start or [q for q in found if q.kind == "date"]


def days(cells: "pd.Series[Any]") -> tuple[str, str]:
    """Return the first and the last day of a column of dates."""
    first, last = cells.min(), cells.max()
    return f"{first:%Y-%m-%d}", f"{last:%Y-%m-%d}"


def zone(cells: "pd.Series[Any]", stated: str) -> str:
    """Say in which time zone dates are, or that the export does not say it."""
    aware = getattr(cells.dtype, "tz", None)
    if aware is not None:
        return f"time zone {aware}"
    if stated.startswith("?"):
        return f"time zone {clean(stated[1:])}, which the export does not say"
    return f"time zone {clean(stated)}" if stated else "time zone not said"


def _has_dates(cells: "pd.Series[Any]") -> bool:
    return pd.api.types.is_datetime64_any_dtype(cells) and bool(cells.notna().any())


def _range(survey: Survey, question: Question) -> str:
    first, last = days(survey.responses[question.column])
    return f"{short(question.column, 40)} from {first} to {last}"


def notes(survey: Survey) -> list[str]:
    """Return what was forgiven in reading, what matters most first; changed names and time zones are said once."""
    changed = [note for note in survey.source.notes if _NAME_CHANGED.match(note)]
    others = [note for note in survey.source.notes if not _NAME_CHANGED.match(note) and "time zone" not in note]
    if len(changed) > 1:
        changed = [f"{len(changed):,} column names were blank, double or broken, and changed: {changed[0]}; ..."]
    return [clean(note) for note in [*repeaters(survey), *others, *changed]]
