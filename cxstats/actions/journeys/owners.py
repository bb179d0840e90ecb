"""Whose a cell is: the user's mapping, looked up without guessing.

>>> cells = pd.DataFrame({"channel": ["web", "phone", "phone"], "reason": ["invoice", "invoice", "return"]})
>>> owners_of(cells, {"web": "Ann", ("phone", "return"): "Bob"})
('Ann', None, 'Bob')
>>> owners_of(cells, lambda cell: "Eve" if cell["reason"] == "return" else None)
(None, None, 'Eve')
"""

from collections.abc import Callable, Mapping
from typing import Any, Final, cast

import pandas as pd

from cxstats.responses.names import unknown_name

Owners = Mapping[Any, str | None] | Callable[[Mapping[str, Any]], str | None]

NOBODY: Final = "(no owner)"


def owners_of(cells: pd.DataFrame, owners: Owners | None) -> tuple[str | None, ...]:
    """Return the owner of each cell, None where nobody is named.

    Parameters
    ----------
    cells
        The values of the segment columns, one row a cell.
    owners
        From a whole cell (a tuple where several columns make it) or from one value of a column to the owner, a whole
        cell before a value; or a function of a cell, which is a mapping from column to value.

    Raises
    ------
    ValueError
        If a key is no cell and no value, or is a value of two columns, or two values give a cell different owners.
    """
    rows = [cast("dict[str, Any]", row) for row in cells.to_dict("records")]
    if owners is None:
        return (None,) * len(rows)
    if callable(owners):
        return tuple(owners(row) or None for row in rows)
    if not isinstance(owners, Mapping):  # pyright: ignore[reportUnnecessaryIsInstance]
        raise TypeError(f"owners are a mapping, or a function of a cell; got {owners!r}")
    _require_known(owners, cells)
    return tuple(_owner(row, owners) for row in rows)


def _owner(row: Mapping[str, Any], owners: Mapping[Any, str | None]) -> str | None:
    whole = tuple(row.values())
    if whole in owners:
        return owners[whole]
    named = {value: owners[value] for value in whole if value in owners and owners[value] is not None}
    if len(set(named.values())) > 1:
        said = " and ".join(f"{owner} by {value!r}" for value, owner in named.items())
        raise ValueError(f"the owner of {whole} is {said}; name that of the whole cell, or give a function")
    return next(iter(named.values()), None)


def _require_known(owners: Mapping[Any, str | None], cells: pd.DataFrame) -> None:
    held = [set(cells[name]) for name in cells.columns]
    whole = set(cells.itertuples(index=False, name=None))
    for key in owners:
        inside = [str(name) for name, values in zip(cells.columns, held, strict=True) if key in values]
        if len(inside) > 1:
            raise ValueError(f"{key!r} is a value of {' and of '.join(inside)}; name whole cells, or give a function")
        if not inside and key not in whole:
            known = sorted({str(value) for name in cells.columns for value in cells[name]})
            raise ValueError(unknown_name("cell", key, known))
