"""What to say when a name does not exist: what was got, what is near it, what there is."""

from collections.abc import Iterable
from difflib import get_close_matches
from typing import Final

_MOST: Final = 40
_LONGEST: Final = 40


def unknown_name(kind: str, got: object, known: Iterable[object]) -> str:
    """Say that a name is unknown, which one may have been meant, and which exist.

    Parameters
    ----------
    kind
        What is named, in the singular: ``"column"``, ``"scale"``.
    got
        The name that was given.
    known
        The names that exist, in the order in which to show them.

    Examples
    --------
    >>> unknown_name("column", "chanel", ["channel", "ces"])
    "column 'chanel' not found; did you mean 'channel'? columns: channel, ces"
    """
    names = [str(name) for name in known]
    by_folded = {name.casefold(): name for name in names}
    near = get_close_matches(str(got).casefold(), by_folded, n=1)
    hint = f"; did you mean {by_folded[near[0]]!r}?" if near else ";"
    shown = [name if len(name) <= _LONGEST else f"{name[:_LONGEST]}..." for name in names[:_MOST]]
    rest = f" and {len(names) - _MOST:,} more" if len(names) > _MOST else ""
    return f"{kind} {str(got)!r} not found{hint} {kind}s: {', '.join(shown) or 'none'}{rest}"
