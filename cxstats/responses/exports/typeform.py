"""Typeform's CSV and Excel, old and new: ``#`` first, times in UTC and ``Network ID`` last.

A multiple choice is a column for each option, named by the option alone: the export does not hold its question. Some
exports have one cell instead, each option behind a slash.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Final

from cxstats.responses.exports.layouts import Column, Layout, Role, Rows, Vendor, one_line

_ROLES: Final[Mapping[str, Role]] = {
    "#": "response id", "Response Type": "status", "Start Date (UTC)": "start", "Submit Date (UTC)": "end",
}  # fmt: skip
_ADMINISTRATIVE: Final = frozenset(_ROLES) | {"Stage Date (UTC)", "Network ID", "Tags", "Ending"}
_RECALL: Final = re.compile(r"\{\{[^{}]*\}\}")
_SLASH: Final = "/ "


def _recognises(rows: Rows) -> bool:
    names = [one_line(name) for name in rows[0]]
    return names[:1] == ["#"] and {"Submit Date (UTC)", "Network ID"} <= set(names)


def _layout(rows: Rows) -> Layout:
    names = [one_line(name) for name in rows[0]]
    columns = [_column(name) for name in names]
    runs = _option_runs(names, rows[1:])
    for run in runs:
        whole = f"which of {', '.join(names[k] for k in run)}"
        for k in run:
            columns[k] = replace(columns[k], kind="part", part_of=whole, part=names[k])
    recalled = sum(bool(_RECALL.search(name)) for name in names)
    notes = [f"{recalled:,} questions recall an earlier answer, shown as … in their text"] if recalled else []
    if runs:
        notes.append(
            "columns named by an option and filled with it are read as multiple choices, those side by side as one: "
            "the export does not hold the questions"
        )
    return Layout(columns, partial=_partial(names), notes=notes)


def _partial(names: Sequence[str]) -> tuple[int, Callable[[str], bool]]:
    if "Response Type" in names:
        return names.index("Response Type"), lambda cell: cell.lower() in ("partial", "started")
    return names.index("Submit Date (UTC)"), lambda cell: not cell


def _column(name: str) -> Column:
    if name in _ADMINISTRATIVE:
        zone = "UTC" if name.endswith("(UTC)") else ""
        return Column(name, kind="administrative", role=_ROLES.get(name, ""), time_zone=zone)
    return Column(name, _RECALL.sub("…", name), split=_split)


def _split(cells: Sequence[str]) -> list[list[str]]:
    """Split the cells of a multiple choice in one column: ``/ shop / app``."""
    filled = [cell for cell in cells if cell]
    if not filled or not all(cell.startswith(_SLASH) for cell in filled):
        return [[] for _ in cells]
    return [[option.strip() for option in f" {cell}".split(f" {_SLASH}") if option.strip()] for cell in cells]


def _option_runs(names: Sequence[str], head: Rows) -> list[list[int]]:
    """Return the places of columns side by side that hold nothing but their own name; an empty one may be between."""
    runs: list[list[int]] = []
    waiting: list[int] = []
    within = False
    for k, name in enumerate(names):
        said = {one_line(row[k]) for row in head} - {""}
        if name in _ADMINISTRATIVE or not name or said - {name} or name.endswith("?"):
            waiting, within = [], False
        elif said:
            if within:
                runs[-1] += [*waiting, k]
            else:
                runs.append([k])
            waiting, within = [], True
        else:
            waiting.append(k)
    return [run for run in runs if len(run) > 1]


TYPEFORM: Final = Vendor(
    "typeform", "one header row, '#' first, 'Submit Date (UTC)' and 'Network ID'", _recognises, _layout
)
