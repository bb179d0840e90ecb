"""Join what happened to what customers said: operational events to answers, without counting an event twice.

>>> import pandas as pd
>>> days = pd.to_datetime(["2025-03-02", "2025-03-09", "2025-03-02"])
>>> answers = pd.DataFrame({"customer": ["a", "a", "b"], "day": days})
>>> days = pd.to_datetime(["2025-03-01", "2025-03-02", "2025-03-05", "2025-03-10", "2025-03-01"])
>>> contacts = pd.DataFrame({"customer": ["a", "a", "a", "a", "c"], "day": days, "minutes": [4, 6, 5, 9, 3]})
>>> facts = {"contacts": "count", "minutes": "sum"}
>>> joined = attach(answers, contacts, on="customer", before="day", facts=facts)
>>> joined.data[["contacts", "minutes"]].to_dict("list")
{'contacts': [2, 1, 0], 'minutes': [10.0, 5.0, nan]}
>>> joined.used, joined.after_last_answer, joined.of_no_answer
(3, 1, 1)
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from html import escape
from typing import Any, Generic, Literal, TypeVar, cast, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.facts import Fact, Facts, Found, gather, read_facts
from cxstats.responses.keys import Numbered, Times, column_of, comparable_times, number_keys
from cxstats.responses.names import unknown_name
from cxstats.responses.survey import Survey

Each = Literal["once", "every"]
Answers = TypeVar("Answers", Survey, pd.DataFrame)
Integers = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Attached(Generic[Answers]):
    """Answers with the facts of their events, and what became of every answer and every event.

    Attributes
    ----------
    data
        What was given, with the new columns: the same rows in the same order.
    columns
        Names of the new columns.
    found
        Number of events of each answer; shape (R,).
    answers_without_key, answers_without_time
        Answers that cannot find an event, since their key or else their time is missing.
    events
        Number of events in all, which is used + after the last answer + too early + of no answer + without key +
        without time.
    used
        Events that belong to an answer.
    shared
        Those of them that belong to several answers, so that their sum over answers counts them more than once.
    after_last_answer
        Events later than every answer of their key.
    too_early
        Events longer than `within` before the next answer of their key, or with every answer before all of them.
    of_no_answer
        Events whose key no answer (with a time) has.
    without_key, without_time
        Events that are set aside, since their key or else their time is missing.
    """

    data: Answers
    columns: tuple[str, ...]
    found: Integers
    answers_without_key: int
    answers_without_time: int
    events: int
    used: int
    shared: int
    after_last_answer: int
    too_early: int
    of_no_answer: int
    without_key: int
    without_time: int

    def summary(self) -> pd.DataFrame:
        """Account for every answer and every event: columns ``what`` and ``count``.

        Answers = no event + one event + several events; events = used + ... + set aside. Lines with "of which" are
        part of the line before them.
        """
        none, one = int((self.found == 0).sum()), int((self.found == 1).sum())
        lines = [
            ("answers", len(self.found)),
            ("answers: no event", none),
            ("answers: no event, of which without a key", self.answers_without_key),
            ("answers: no event, of which without a time", self.answers_without_time),
            ("answers: one event", one),
            ("answers: several events", len(self.found) - none - one),
            ("events", self.events),
            ("events: used", self.used),
            ("events: used, of which shared by several answers", self.shared),
            ("events: after the last answer", self.after_last_answer),
            ("events: too early", self.too_early),
            ("events: of no answer", self.of_no_answer),
            ("events: set aside, no key", self.without_key),
            ("events: set aside, no time", self.without_time),
        ]
        return pd.DataFrame(lines, columns=["what", "count"])

    def sentence(self) -> str:
        """Say what was joined in one sentence."""
        answers, some = len(self.found), int((self.found > 0).sum())
        shared = f"; {self.shared:,} of them are shared by several answers" if self.shared else ""
        return (
            f"{some:,} of {answers:,} answers found events; {self.used:,} of {self.events:,} events are used{shared}."
        )

    def _repr_html_(self) -> str:
        table = self.summary()
        table["count"] = [f"{count:,}" for count in table["count"]]
        return f"<p>{escape(self.sentence())}</p>{table.to_html(index=False, border=0, justify='left')}"


def attach(
    responses: Answers,
    events: pd.DataFrame,
    *,
    on: str | Iterable[str] | Mapping[str, str],
    before: str | tuple[str, str] | None = None,
    facts: Facts | None = None,
    each: Each | None = None,
    within: str | timedelta | None = None,
) -> Attached[Answers]:
    """Join operational facts to answers; no answer is multiplied, dropped or moved.

    Parameters
    ----------
    responses
        A `Survey` or a table of answers; its index is kept.
    events
        What happened, one row an event, with any number of events to a key.
    on
        The key: a column or columns of both tables, or a mapping from columns of `responses` to those of `events`. A
        row in which a part of the key is missing or blank matches nothing.
    before
        The time, a column of both tables or a pair (of the responses, of the events): only events at or before the
        answer count. Without it the events of a key belong to all of its answers, as the facts of a ticket do.
    facts
        From new columns to what they hold: ``{"minutes": ("duration", "sum"), "tier": "last", "contacts": "count"}``.
        A pair names the event column and one of "last", "first", "sum", "mean", "min", "max", "count" (of values that
        are there); a statistic alone is of the event column with the new name, and "count" alone is the number of
        events. A list of columns takes the latest of each, and so does None of all other event columns. Latest is by
        time, without time by the order of rows, and in both the event's value as it stands; all others leave missing
        values out. Where there is no event, "count" is 0 and the others are missing.
    each
        Only with `before`. "once", the default, gives an event to the first answer of its key at or after it, so that
        no event counts twice when a customer answers twice; "every" shows every answer all events before it, for facts
        such as the customer's tier. Of two answers at the same time the first row is the first.
    within
        With `before`: only events at most this long before the answer; "30D" or a Timedelta.

    Returns
    -------
    Attached
        The answers with the new columns, and what became of every answer and every event.

    Raises
    ------
    TypeError
        If responses or events are not tables of pandas.
    ValueError
        If a column does not exist, a new one exists already, keys are of different types, times are not datetimes of
        the same awareness, or an argument would have no effect.
    """
    table = responses.responses if isinstance(responses, Survey) else responses
    _require_tables(table, events)
    _require_options(before, each, within)
    times_an_event_counts: Each = each or "once"
    pairs = _pairs(on)
    ours, theirs = (before, before) if isinstance(before, str) or before is None else before
    keys = number_keys(table, events, pairs)
    if ours is None or theirs is None:
        times = _no_times(len(table), len(events))
        found = _runs(keys, times, each="every", within=None)
    else:
        times = comparable_times(column_of(table, ours, "responses"), column_of(events, theirs, "events"))
        found = _runs(keys, times, each=times_an_event_counts, within=_duration(within, times.unit))
    wanted = read_facts(facts, events, [*pairs.values(), *([theirs] if theirs else [])])
    _require_new(wanted, table)
    new = {fact.name: gather(fact, events, found).array for fact in wanted}
    wider = pd.concat([table, pd.DataFrame(new, index=table.index)], axis=1)
    data: Any = wider
    if isinstance(responses, Survey):
        data = _wider_survey(responses, wider, wanted, len(events))
    return Attached(data, tuple(new), found.count, **_account(keys, times, found))


def _require_tables(responses: object, events: object) -> None:
    for name, table in (("responses", responses), ("events", events)):
        if not isinstance(table, pd.DataFrame):
            raise TypeError(f"{name} must be a table of pandas; got {type(table).__module__}.{type(table).__name__}")


def _require_options(before: object, each: object, within: object) -> None:
    if each is not None and each not in get_args(Each):
        raise ValueError(f"each: {unknown_name('choice', each, get_args(Each))}")
    for name, option in {"each": each, "within": within}.items():
        if before is None and option is not None:
            raise ValueError(f"{name} needs the times of answers and events; name them with before=")
    if isinstance(before, str) or before is None:
        return
    if not isinstance(before, tuple | list) or len(cast("list[object]", before)) != 2:
        raise ValueError(f"before must be one column or a pair (of the responses, of the events); got {before!r}")


def _pairs(on: str | Iterable[str] | Mapping[str, str]) -> dict[str, str]:
    if isinstance(on, str):
        on = [on]
    pairs = dict(cast("Mapping[str, str]", on)) if isinstance(on, Mapping) else {name: name for name in on}
    if not pairs:
        raise ValueError("on must name at least one key column")
    return pairs


def _require_new(facts: list[Fact], responses: pd.DataFrame) -> None:
    taken = [fact.name for fact in facts if fact.name in responses.columns]
    if taken:
        raise ValueError(
            f"new columns must not exist already; the responses have {', '.join(map(repr, taken))}; name the facts "
            "with facts={new column: (event column, how)}"
        )


def _no_times(answers: int, events: int) -> Times:
    zeros = [np.zeros(size, dtype=np.int64) for size in (answers, events)]
    return Times(zeros[0], zeros[1], zeros[0] > 0, zeros[1] > 0, "s")


def _duration(within: str | timedelta | None, unit: str) -> int | None:
    if within is None:
        return None
    try:
        length = pd.Timedelta(within)
    except ValueError:
        length = None
    if length is None or pd.isna(length) or length < pd.Timedelta(0):
        raise ValueError(f"within must be a duration of 0 or more, such as '30D' or '12h'; got {within!r}")
    return int(length // pd.Timedelta(1, cast("Any", unit)))


def _runs(keys: Numbered, times: Times, *, each: Each, within: int | None) -> Found:
    """Put the events in order of key and time and find the run of each answer."""
    rows = np.flatnonzero((keys.events >= 0) & ~times.without_event)
    moments = np.sort(times.events[rows])
    moments = moments[np.diff(moments, prepend=moments[:1] - 1) != 0]
    # One number a key and time: events of a key lie from key * width on, in order of their times.
    width = len(moments) + 1
    place = keys.events[rows] * width + _places(moments, times.events[rows])
    by_place = np.argsort(place, kind="stable")
    order, place = rows[by_place], place[by_place]

    asking = np.flatnonzero((keys.answers >= 0) & ~times.without_answer)
    first, moment = keys.answers[asking] * width, times.answers[asking]
    high = _places(place, first + _places(moments, moment, side="right"))
    since = np.zeros(len(asking), dtype=np.int64) if within is None else _places(moments, moment - within)
    low = _places(place, first + since)
    if each == "once":
        low = np.maximum(low, _end_of_answer_before(first, moment, high))
    found = Found(order, np.zeros(len(keys.answers), dtype=np.int64), np.zeros(len(keys.answers), dtype=np.int64))
    found.low[asking], found.high[asking] = low, high
    return found


def _places(ascending: Integers, values: Integers, *, side: Literal["left", "right"] = "left") -> Integers:
    """Search for many values; in ascending order, which spares the computer from jumping about in memory."""
    by_size = np.argsort(values)
    places = np.empty(len(values), dtype=np.int64)
    places[by_size] = np.searchsorted(ascending, values[by_size], side=side)
    return places


def _end_of_answer_before(key: Integers, moment: Integers, high: Integers) -> Integers:
    """Return where the run of the answer before ends, of the same key; 0 for the first answer of a key."""
    by_time = np.lexsort((moment, key))
    end = np.zeros(len(key), dtype=np.int64)
    again = key[by_time][1:] == key[by_time][:-1]
    end[by_time[1:]] = np.where(again, high[by_time[:-1]], 0)
    return end


def _account(keys: Numbered, times: Times, found: Found) -> dict[str, int]:
    """Count what became of answers and events."""
    unknown, timeless = keys.answers < 0, (keys.answers >= 0) & times.without_answer
    no_key, no_time = keys.events < 0, (keys.events >= 0) & times.without_event
    events = len(found.order)
    steps = np.bincount(found.low, minlength=events + 1) - np.bincount(found.high, minlength=events + 1)
    seen_by = np.cumsum(steps)[:events]
    key = keys.events[found.order]
    last = np.full(keys.size, -1, dtype=np.int64)
    asking = ~unknown & ~timeless
    np.maximum.at(last, keys.answers[asking], found.high[asking])
    lost = seen_by == 0
    of_no_answer = lost & (last[key] < 0)
    after = lost & ~of_no_answer & (np.arange(events) >= last[key])
    return {
        "answers_without_key": int(unknown.sum()),
        "answers_without_time": int(timeless.sum()),
        "events": len(keys.events),
        "used": events - int(lost.sum()),
        "shared": int((seen_by > 1).sum()),
        "after_last_answer": int(after.sum()),
        "too_early": int((lost & ~of_no_answer & ~after).sum()),
        "of_no_answer": int(of_no_answer.sum()),
        "without_key": int(no_key.sum()),
        "without_time": int(no_time.sum()),
    }


def _wider_survey(survey: Survey, wider: pd.DataFrame, facts: list[Fact], events: int) -> Survey:
    asked = pd.DataFrame({"column": [fact.name for fact in facts], "text": [fact.in_words for fact in facts]})
    names = ", ".join(repr(fact.name) for fact in facts)
    note = f"attached from {events:,} events, not asked: {names}"
    questions = pd.concat([survey.questions, asked.astype("str")], ignore_index=True)
    source = replace(survey.source, notes=(*survey.source.notes, note))
    return replace(survey, responses=wider, questions=questions, source=source)
