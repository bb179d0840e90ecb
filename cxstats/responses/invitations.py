"""Who of those that were asked answered: responses linked to invitations by key, nothing dropped in silence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.keys import column_of, kind_of, number_keys
from cxstats.responses.quoting import examples

Truths = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Links:
    """What did not fit while responses were linked to invitations.

    Attributes
    ----------
    unmatched, without_key
        Responses whose key is not among the invitations, and responses without a key.
    repeated, extra
        Invitations answered more than once, which count once, and the responses beyond the first.
    not_asked
        Rows of the frame without a date of invitation.
    invitations_without_key, reminders
        Invitations that cannot be linked, left out; and those that repeat the key of an earlier one, counted once.
    """

    unmatched: int = 0
    without_key: int = 0
    repeated: int = 0
    extra: int = 0
    not_asked: int = 0
    invitations_without_key: int = 0
    reminders: int = 0

    def sentence(self) -> str:
        """Say what did not fit; empty where everything did."""
        told = [
            _counted(self.unmatched, "response matches no invitation", "responses match no invitation"),
            _counted(self.without_key, "response has no key", "responses have no key"),
            _counted(
                self.repeated,
                "invitation was answered more than once and counts once",
                "invitations were answered more than once and count once each",
            ),
            _counted(self.not_asked, "row of the frame was not asked", "rows of the frame were not asked"),
            _counted(
                self.invitations_without_key,
                "invitation has no key and is left out",
                "invitations have no key and are left out",
            ),
            _counted(self.reminders, "invitation repeats a key", "invitations repeat a key and count once"),
        ]
        return f"{'; '.join(filter(None, told))}." if any(told) else ""


def _counted(n: int, one: str, several: str) -> str:
    return "" if not n else f"{n:,} {one if n == 1 else several}"


def same_names(on: str | Sequence[str] | Mapping[str, str]) -> Mapping[str, str]:
    """Return a key as a mapping from columns of the responses to columns of the frame."""
    if isinstance(on, Mapping):
        return on
    return {name: name for name in ([on] if isinstance(on, str) else on)}


def link_responses(
    responses: pd.DataFrame,
    frame: pd.DataFrame,
    on: str | Sequence[str] | Mapping[str, str],
    *,
    asked: Truths,
    dates: "pd.Series[Any] | None",
) -> tuple[Truths, Truths, Links]:
    """Say which rows of a frame count as invitations, which of them were answered, and what did not fit.

    Parameters
    ----------
    responses, frame
        The answers, and the F rows of whoever may have been asked.
    on
        Key that both have, or a mapping from columns of the responses to columns of the frame.
    asked
        Whether each row of the frame was asked; shape (F,).
    dates
        When; of several rows with one key the first counts.

    Returns
    -------
    tuple
        Whether each row counts as an invitation, and whether it was answered, shape (F,) each; and the `Links`.

    Raises
    ------
    ValueError
        If a column does not exist, keys are of different types, or no response matches.
    """
    on = same_names(on)
    keys = number_keys(responses, frame, on)
    times = np.bincount(keys.answers[keys.answers >= 0], minlength=keys.size)
    used = asked & (keys.events >= 0)
    in_order = np.arange(len(frame)) if dates is None else np.argsort(dates.to_numpy(), kind="stable")
    ordered = pd.Series(keys.events[in_order])
    again = np.zeros(len(frame), dtype=np.bool_)
    again[in_order] = ordered.where(used[in_order]).duplicated().to_numpy() & used[in_order]
    used &= ~again
    invited = np.zeros(keys.size, dtype=np.bool_)
    invited[keys.events[used]] = True
    matched = keys.answers[keys.answers >= 0]
    if len(responses) and used.any() and not invited[matched].any():
        names = ", ".join(on)
        if not len(matched):
            raise ValueError(f"responses need a key to match an invitation; every {names} is empty")
        raise ValueError(f"no response matches an invitation by {names!r}; are both keys written the same way?")
    links = Links(
        unmatched=int((~invited[matched]).sum()),
        without_key=int((keys.answers < 0).sum()),
        repeated=int(((times > 1) & invited).sum()),
        extra=int((times - 1)[(times > 1) & invited].sum()),
        invitations_without_key=int((asked & (keys.events < 0)).sum()),
        reminders=int(again.sum()),
    )
    answered = used.copy()
    answered[used] = times[keys.events[used]] > 0
    return used, answered, links


def answered_flags(frame: pd.DataFrame, responded: str, asked: Truths) -> Truths:
    """Read a column that says who answered: true or false, 1 or 0, or the date of the answer.

    Raises
    ------
    ValueError
        If there is no such column, it holds something else, or is empty for somebody who was asked.
    """
    column = column_of(frame, responded, "invitations")
    if pd.api.types.is_datetime64_any_dtype(column):
        return column.notna().to_numpy() & asked
    unknown = int(column[asked].isna().sum())
    if unknown:
        raise ValueError(f"it must be known of every invitation; column {responded!r} is empty in {unknown:,} rows")
    values = set(column[asked].unique().tolist())
    if kind_of(column) not in ("truth values", "numbers", "nothing") or not values <= {0, 1}:
        got = examples(sorted(values, key=repr), name=responded)
        raise ValueError(
            f"column {responded!r} must say true or false, 1 or 0, or hold the date of the answer; got {got}. Make "
            f"one: frame.assign(answered=frame[{responded!r}].isin([...]))"
        )
    return asked & column.fillna(0).astype("float64").to_numpy().astype(np.bool_)
