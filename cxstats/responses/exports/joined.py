"""Multiple choices that a vendor writes into one cell: ``"shop, app"``, ``"shop;app"``.

No such export says which of its columns are multiple choices, so the cells have to: what stands between delimiters
comes back in other company, and not always in the same number. Prose, addresses and single choices with a comma in
their wording do not. Where a comma joins, options may hold commas too: those in brackets never part options, and
pieces that never come apart are one option.
"""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Final

Options = list[list[str]]
Split = Callable[[Sequence[str]], Options]

NOTE: Final = (
    "answers joined by {!r} are read as multiple choices where the parts come back in other company, and parts that "
    "never come apart as one option; read with vendor 'plain' to have the cells as they stand"
)
_ENOUGH: Final = 2_000
_SHARE: Final = 0.5
_BRACKETS: Final = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")


def split_at(*marks: str) -> Split:
    """Return how to split cells that may be multiple choices; none is split where they are not.

    Parameters
    ----------
    marks
        What may join the options, likeliest first: ``";"``, ``", "``.

    Examples
    --------
    >>> split_at(", ")(["shop, app", "app", "shop"])
    [['shop', 'app'], ['app'], ['shop']]
    >>> split_at(", ")(["Austin, TX", "Dallas, TX"])
    [[], []]
    """

    def split(cells: Sequence[str]) -> Options:
        # A million comments are told from choices by some of them.
        some = list(dict.fromkeys(cells[:_ENOUGH]))
        for between in marks:
            if _are_choices(_apart(some, between)) and _are_choices(found := _apart(cells, between)):
                return found
        return [[] for _ in cells]

    return split


def split_ended(cells: Sequence[str], *, end: str = ";") -> Options:
    """Split cells in which each option is followed by a delimiter, the last one too.

    Rankings are written the same way. Their cells all hold the same options in another order, which would be lost, so
    they are not split.

    Examples
    --------
    >>> split_ended(["shop;app;", "app;", ""])
    [['shop', 'app'], ['app'], []]
    >>> split_ended(["first;second;", "second;first;"])
    [[], []]
    """
    filled = [cell for cell in cells if cell]
    if not filled or not all(cell.endswith(end) for cell in filled):
        return [[] for _ in cells]
    found = [[option.strip() for option in cell.split(end) if option.strip()] for cell in cells]
    chosen = [options for options in found if options]
    ranked = len({frozenset(options) for options in chosen}) == 1 and len({tuple(options) for options in chosen}) > 1
    return [[] for _ in cells] if ranked else found


def _apart(cells: Sequence[str], between: str) -> Options:
    found = [[piece.strip() for piece in _pieces(cell, between) if piece.strip()] for cell in cells]
    return _together(found, between) if "," in between else found


def _pieces(cell: str, between: str) -> list[str]:
    """Cut a cell at its delimiters, those in brackets aside."""
    if between not in cell:
        return [cell]
    shielded = cell
    while (shorter := _BRACKETS.sub(lambda found: "\0" * len(found[0]), shielded)) != shielded:
        shielded = shorter
    pieces: list[str] = []
    begin = 0
    while (end := shielded.find(between, begin)) >= 0:
        pieces.append(cell[begin:end])
        begin = end + len(between)
    return [*pieces, cell[begin:]]


def _together(found: Options, between: str) -> Options:
    """Put pieces together that never come apart."""
    distinct = {tuple(pieces) for pieces in found}
    times = Counter(piece for pieces in distinct for piece in pieces)
    following = Counter(pair for pieces in distinct for pair in pairwise(pieces))
    glued = {pair for pair, count in following.items() if times[pair[0]] == times[pair[1]] == count}
    whole: Options = []
    for pieces in found:
        options = pieces[:1]
        for before, piece in pairwise(pieces):
            if (before, piece) in glued:
                options[-1] += between + piece
            else:
                options.append(piece)
        whole.append(options)
    return whole


def _are_choices(found: Options) -> bool:
    distinct = {tuple(options) for options in found if options}
    if len({len(options) for options in distinct}) < 2:
        return False
    times = Counter(option for options in distinct for option in set(options))
    again = {option for option, count in times.items() if count > 1}
    together = any(len(again.intersection(options)) > 1 for options in distinct)
    return together and sum(times[option] for option in again) >= _SHARE * times.total()
