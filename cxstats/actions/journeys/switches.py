"""Changes on the way: which contact of a customer came through another channel, or with another agent, than the last.

>>> channel = ["chat", "phone", "web", "chat"]
>>> contacts = pd.DataFrame({"ticket": ["a", "a", "b", "a"], "day": [1, 3, 1, 2], "channel": channel})
>>> mark_switches(contacts, on="ticket", at="day", of="channel")["channel_switched"].tolist()
[False, True, False, False]
"""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from cxstats.responses.names import unknown_name


def mark_switches(contacts: pd.DataFrame, *, on: str | Sequence[str], at: str, of: str | Sequence[str]) -> pd.DataFrame:
    """Mark the contacts that differ from the one before of the same key.

    With `cxstats.attach` the marks become numbers of switches before an answer:
    ``facts={"contacts": "count", "switches": ("channel_switched", "sum")}``.

    Parameters
    ----------
    contacts
        One row a contact; rows, order and index are kept.
    on
        The key: ticket, order or customer. Contacts without one are not marked.
    at
        When each contact was; those at the same moment count in the order of their rows.
    of
        Columns to compare: channel, agent. A missing value is no switch, and is passed over.

    Returns
    -------
    pandas.DataFrame
        With a column ``{name}_switched`` for each.

    Raises
    ------
    ValueError
        If a column does not exist, or a new one does already.
    """
    keys, columns = ([one] if isinstance(one, str) else list(one) for one in (on, of))
    for name in (*keys, at, *columns):
        if name not in contacts.columns:
            raise ValueError(unknown_name("column", name, contacts.columns))
    marked = contacts.copy()
    key = contacts[keys].apply(tuple, axis=1).where(contacts[keys].notna().all(axis=1)).factorize()[0]
    order = np.lexsort((np.arange(len(contacts)), pd.factorize(contacts[at], sort=True)[0], key))
    for name in columns:
        new = f"{name}_switched"
        if new in contacts.columns:
            raise ValueError(f"column {new!r} exists already; rename it first")
        value = pd.factorize(contacts[name])[0]
        known = order[(value[order] >= 0) & (key[order] >= 0)]
        switched = np.zeros(len(contacts), dtype=np.bool_)
        same = key[known[1:]] == key[known[:-1]]
        switched[known[1:]] = same & (value[known[1:]] != value[known[:-1]])
        marked[new] = switched
    return marked
