"""Which customer goes on which list, in which order, and why the others go on none."""

from collections.abc import Collection, Mapping
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.actions.followup.columns import (
    ContactRules,
    CustomerColumns,
    require_asked_for,
    require_columns,
    table_of,
)
from cxstats.actions.followup.days import texts_of
from cxstats.actions.followup.latest_answers import LatestAnswers, latest_answers
from cxstats.actions.followup.lists import ASK, CALL, COLUMNS, FAVOURABLE, NEUTRAL, THANK, UNFAVOURABLE, FollowUp
from cxstats.actions.followup.permission import consent_by_customer, days_since_contact
from cxstats.actions.journeys.owners import NOBODY
from cxstats.responses.scales import Scale, named_scale
from cxstats.responses.survey import Survey

FULL: Final = "the owner's calls are used up"
NO_CALLS: Final = "no calls are named for the owner"
NO_THANKS: Final = "the thanks are used up"


def follow_up(
    survey: Survey | pd.DataFrame,
    rating: str,
    *,
    scale: Scale | str,
    customers: CustomerColumns | str,
    rules: ContactRules,
    show: str | Collection[str] = (),
    missing: object = (),
) -> FollowUp:
    """Make the lists of whom to call back, whom to thank, and whom to ask what could be better.

    Every customer counts once, with the answer of the latest day on which they answered, and the worst of that day.
    Favourable and unfavourable are what the scale says they are. Those who are unfavourable are called back, the most
    valuable first, as far as the calls of their owners go; the others of them get the one extra question instead. (Who
    is called is asked in the call.) Those who are favourable are thanked and asked for a referral or a review. So
    nobody is contacted twice.

    Parameters
    ----------
    survey
        A survey, or a table of pandas.
    rating
        The column answered.
    scale
        Its scale.
    customers
        Which columns say what of a customer, or the column that tells them apart.
    rules
        The day, contact limits and capacities.
    show
        Columns to show beside, those of personal data among them: ``("email",)``. No others are shown.
    missing
        Code or codes that mean "no answer" to the rating.

    Returns
    -------
    FollowUp
        With three lists and an account of those who are on none.

    Raises
    ------
    ValueError
        If columns do not exist or hold something else than they must, a personal column is used that was not asked
        for by name, a rule lacks its column, or the scale does not say what is favourable. No message says what
        stands in a cell.
    TypeError
        If the data are neither a survey nor a table of pandas.

    Examples
    --------
    >>> from datetime import date
    >>> answers = pd.DataFrame({
    ...     "id": ["a", "b", "c", "c", "d"], "ces": [1, 7, 6, 2, 4], "worth": [120.0, 80, 95, 95, 30],
    ...     "about": ["delivery", "invoice", "delivery", "return", "invoice"],
    ... })
    >>> columns = CustomerColumns("id", value="worth", reason="about", owner={"delivery": "Ann"})
    >>> lists = follow_up(answers, "ces", scale="ces-2.0", customers=columns, rules=ContactRules(date(2026, 11, 22)))
    >>> lists.call[["rank", "customer", "rating", "value", "reason", "owner"]]
       rank customer  rating  value    reason       owner
    0     1        a       1  120.0  delivery         Ann
    1     2        c       2   95.0    return  (no owner)
    >>> lists.thank["customer"].tolist(), lists.set_aside["why"].tolist()
    (['b'], ['neutral'])
    """
    table, on = table_of(survey), named_scale(scale)
    columns = CustomerColumns(customers) if isinstance(customers, str) else customers
    wanted = (show,) if isinstance(show, str) else tuple(dict.fromkeys(show))
    require_columns(survey, [rating, *columns.all, *wanted])
    require_asked_for(survey, {"rating": rating, **columns.shown}, wanted)
    _require_rules(columns, rules, on)
    extra = tuple(column for column in wanted if column not in columns.shown.values())
    taken = [column for column in extra if column in COLUMNS]
    if taken:
        raise ValueError(f"column {taken[0]!r} to show has the name of a column of the lists; rename it first")
    found = latest_answers(table, rating, scale=on, columns=columns, today=rules.today, show=extra, missing=missing)
    frame = _described(table, found, columns, np.datetime64(rules.today))
    frame.insert(2, "group", _groups(found.points, on))
    for column in extra:
        frame[column] = table[column].to_numpy()[found.rows]
    frame["why"] = _reasons(table, frame, columns, rules)
    return FollowUp(rating, on, columns, rules, _listed(frame, rules, on), found.differing, found.account)


def _require_rules(columns: CustomerColumns, rules: ContactRules, scale: Scale) -> None:
    if not scale.favourable and not scale.unfavourable:
        raise ValueError(f"scale {scale.name!r} does not say which points are favourable and which unfavourable")
    pairs = {
        "not_within": (rules.not_within, columns.contacted, "contacted"),
        "not_older_than": (rules.not_older_than, columns.answered, "answered"),
        "half_life": (rules.half_life, columns.answered, "answered"),
    }
    for rule, (given, column, name) in pairs.items():
        if given is not None and column is None:
            raise ValueError(f"{rule} needs the column of CustomerColumns({name}=)")
    if columns.contacted is not None and rules.not_within is None:
        raise ValueError("contacted= is given; say with not_within= how many days must have passed since")
    if isinstance(rules.capacity, Mapping) and columns.owner is None:
        raise ValueError("capacity by owner needs CustomerColumns(owner=)")


def _groups(points: NDArray[np.int64], scale: Scale) -> "pd.Series[str]":
    group = np.where(np.isin(points, scale.favourable), FAVOURABLE, NEUTRAL)
    return pd.Series(np.where(np.isin(points, scale.unfavourable), UNFAVOURABLE, group), dtype="str")


def _described(
    table: pd.DataFrame, found: LatestAnswers, columns: CustomerColumns, today: np.datetime64
) -> pd.DataFrame:
    """Say of each customer what stands in the lists."""
    ago = (today - found.days).astype("timedelta64[D]")
    reason = _texts(table, columns.reason, found.rows)
    if isinstance(columns.owner, Mapping):
        by = {str(key).strip(): owner for key, owner in columns.owner.items()}
        owner = pd.Series([by.get(said, NOBODY) for said in reason.tolist()], dtype="str")
    else:
        owner = _texts(table, columns.owner, found.rows).replace("", NOBODY if columns.owner else "")
    return pd.DataFrame(
        {
            "customer": table[columns.customer].to_numpy()[found.rows],
            "rating": found.points,
            "answered": found.days.astype("datetime64[s]"),
            "days_ago": np.where(np.isnat(ago), np.nan, ago.astype(np.int64).astype(np.float64)),
            "value": found.values,
            "reason": reason,
            "owner": owner.astype("str"),
        }
    )


def _texts(table: pd.DataFrame, column: str | None, rows: NDArray[np.intp]) -> "pd.Series[str]":
    if column is None:
        return pd.Series([""] * len(rows), dtype="str")
    return texts_of(table[column].iloc[rows]).reset_index(drop=True)


def _reasons(
    table: pd.DataFrame, frame: pd.DataFrame, columns: CustomerColumns, rules: ContactRules
) -> "pd.Series[str]":
    """Say why a customer is on no list, whatever the capacities; empty where nothing stands against it."""
    why = pd.Series("", index=frame.index, dtype="str")

    def say(reason: Any, where: "pd.Series[bool]") -> None:
        nonlocal why
        why = why.mask((why == "") & where, reason)

    if rules.not_older_than is not None:
        say("answer without a date", frame["days_ago"].isna())
        say(f"answer more than {rules.not_older_than} days old", frame["days_ago"] > rules.not_older_than)
    say(NEUTRAL, frame["group"] == NEUTRAL)
    keys = table[columns.customer]
    if columns.consent is not None:
        said = frame["customer"].map(consent_by_customer(table[columns.consent], keys)).astype("str")
        say(said, said != "")
    if columns.contacted is not None and rules.not_within is not None:
        today = np.datetime64(rules.today)
        since = frame["customer"].map(days_since_contact(table[columns.contacted], keys, today)).astype("float64")
        say(f"contacted fewer than {rules.not_within} days ago", since < rules.not_within)
    return why


def _listed(frame: pd.DataFrame, rules: ContactRules, scale: Scale) -> pd.DataFrame:
    """Put customers in the order in which they are contacted, and on lists as far as capacities go."""
    sign = 1 if scale.good == "low" else -1
    unfavourable = frame["group"] == UNFAVOURABLE
    fades = 1.0 if rules.half_life is None else 0.5 ** (frame["days_ago"].fillna(np.inf) / rules.half_life)
    order = pd.DataFrame(
        {
            "group": frame["group"].map({UNFAVOURABLE: 0, FAVOURABLE: 1, NEUTRAL: 2}).astype("int64"),
            "worth": np.where(unfavourable, frame["value"] * fades, frame["value"]),
            # The worst are called first, and the best are thanked first.
            "strength": np.where(unfavourable, sign, -sign) * frame["rating"],
            "days_ago": frame["days_ago"],
            "customer": texts_of(frame["customer"]),
        }
    )
    ordered = order.sort_values([*order.columns], ascending=[True, False, False, True, True], na_position="last")
    frame = frame.loc[ordered.index].reset_index(drop=True)
    free = frame["why"] == ""
    calls, thanks = free & (frame["group"] == UNFAVOURABLE), free & (frame["group"] == FAVOURABLE)
    turn = frame[calls].groupby("owner").cumcount().reindex(frame.index, fill_value=0)
    room = pd.Series([_calls(rules, owner) for owner in frame["owner"].tolist()], dtype="float64")
    beyond = thanks & (thanks.cumsum() > (np.inf if rules.thanks is None else rules.thanks))
    lists = pd.Series("", index=frame.index, dtype="str")
    lists = lists.mask(calls, ASK).mask(calls & (turn < room), CALL).mask(thanks & ~beyond, THANK)
    why = frame["why"].mask(beyond, NO_THANKS).mask((lists == ASK) & (room < 0), NO_CALLS)
    why = why.mask((lists == ASK) & (room >= 0), FULL)
    rank = frame.groupby(lists).cumcount().add(1).where(lists != "", 0)
    found = frame.assign(list=lists, rank=rank, why=why, days_ago=frame["days_ago"].astype("Int64"))
    return found[[*COLUMNS, *(column for column in found.columns if column not in COLUMNS)]]


def _calls(rules: ContactRules, owner: str) -> float:
    """Return how many calls an owner can make; -1 where nobody said."""
    if isinstance(rules.capacity, Mapping):
        return rules.capacity.get(owner, -1)
    return np.inf if rules.capacity is None else rules.capacity
