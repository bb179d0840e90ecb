"""Who may be contacted: consent, and how long ago the last contact was.

What any row of a customer says counts, not only the row of the answer: consent that was withdrawn is withdrawn.
"""

from typing import Any, Final, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.actions.followup.days import days_of, moments_of
from cxstats.responses.labels import label_key

REFUSED: Final = "consent refused"
UNKNOWN: Final = "no consent recorded"
_AGREED: Final = frozenset(
    map(label_key, ("yes", "y", "true", "1", "opt-in", "opted in", "ja", "j", "da", "oui", "si", "sí", "是", "有"))
)
_REFUSED: Final = frozenset(
    map(
        label_key,
        ("no", "n", "false", "0", "opt-out", "opted out", "nee", "nein", "nu", "non", "否", "没有", "无", "withdrawn"),
    )
)


def consent_by_customer(cells: "pd.Series[Any]", customers: "pd.Series[Any]") -> "pd.Series[str]":
    """Return why a customer may not be contacted, by customer; empty where they may.

    Parameters
    ----------
    cells
        What each row says; a word that is neither yes nor no says nothing.
    customers
        Of each row.

    Raises
    ------
    ValueError
        If there is something in the column, and none of it yes or no.

    Examples
    --------
    >>> said = pd.Series(["yes", "no", "yes", None, "perhaps"])
    >>> consent_by_customer(said, pd.Series(["a", "a", "b", "c", "d"])).tolist()
    ['consent refused', '', 'no consent recorded', 'no consent recorded']
    """
    keys = {cell: label_key(f"{cell:g}" if isinstance(cell, float) else str(cell)) for cell in cells.dropna().unique()}
    read = {cell: -1.0 if key in _REFUSED else 1.0 if key in _AGREED else 0.0 for cell, key in keys.items()}
    if read and not any(read.values()):
        raise ValueError(
            f"consent must be truth values, 1 and 0, or yes and no; column {str(cells.name)!r} has {len(read):,} other "
            "values and none of these"
        )
    said = cells.astype("object").map(read).astype("float64").fillna(0.0)
    by: Any = cast("Any", said).groupby(customers.to_numpy(), sort=True)
    low: pd.Series[float] = by.min()
    high: pd.Series[float] = by.max()
    return pd.Series(np.where(low < 0, REFUSED, np.where(high > 0, "", UNKNOWN)), index=low.index, dtype="str")


def days_since_contact(
    cells: "pd.Series[Any]", customers: "pd.Series[Any]", today: np.datetime64
) -> "pd.Series[float]":
    """Return how many days ago the last contact of each customer was, NaN where none is known."""
    ago = (today - days_of(moments_of(cells))).astype("timedelta64[D]")
    days: NDArray[np.float64] = np.where(np.isnat(ago), np.nan, ago.astype(np.int64).astype(np.float64))
    by: Any = cast("Any", pd.Series(days)).groupby(customers.to_numpy(), sort=True)
    return by.min()
