"""SPSS files: codes with what they stand for, and the codes that mean no answer.

The file says what each code stands for and which codes its makers declared missing. Codes are kept as they are; those
declared missing become missing, which is said with their number. Multiple response sets that the file defines are kept
together, and where a set counts one value, its variables are options. What the labels alone do not tell is said too:
codes without a label, one label for two codes, and by `wording` what would spoil a score.
"""

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from importlib import import_module
from pathlib import Path
from typing import Any, Final, cast

import pandas as pd

from cxstats.responses.exports.layouts import Column, Layout, Stated, one_line
from cxstats.responses.exports.plain import response_id_column
from cxstats.responses.exports.streams import Progress
from cxstats.responses.exports.surveys import survey_of
from cxstats.responses.exports.tables import Opened, Records
from cxstats.responses.exports.texts import Gathering, Texts
from cxstats.responses.survey import Survey

STARTS: Final = (b"$FL2", b"$FL3")
MOST_UNPACKED: Final = 8_000_000_000
_MOST_SHOWN: Final = 5
_OF_A_RATING: Final = 3
# What SPSS writes for "lowest" and "highest".
_LOWEST: Final = -1e300
_HIGHEST: Final = 1e300


def read_spss(path: Path, *, encoding: str | None = None) -> Survey:
    """Read an SPSS file, ``.sav`` or ``.zsav``.

    Parameters
    ----------
    path
        The file.
    encoding
        Of its text, where the file does not say it or says it wrongly.

    Raises
    ------
    ValueError
        If the extra is not installed, the file is damaged, or it states more than `MOST_UNPACKED` bytes of cells.
    """
    frame, about = _read(path, encoding)
    sets = cast("dict[str, dict[str, Any]]", getattr(about, "mr_sets", None) or {})
    variables = _in_sets([_variable(name, frame[name], about) for name in frame.columns], sets)
    key = response_id_column([variable.column.name for variable in variables])
    columns = [
        variable.column if place != key else _as_response_id(variable.column)
        for place, variable in enumerate(variables)
    ]
    notes = [note for variable in variables for note in variable.notes]
    layout = Layout(columns, seen="codes declared missing", notes=notes)
    records = Records([_gathered(variable.cells) for variable in variables], {})

    def all_records(_headers: int, _progress: Progress | None) -> Records:
        return records

    stated = str(about.file_encoding or "encoding not stated").lower()
    opened = Opened([[column.name for column in columns]], {}, f"SPSS, {stated}", all_records)
    return survey_of(path.name, "spss", opened, layout=layout, records=records)


def _read(path: Path, encoding: str | None) -> tuple[pd.DataFrame, Any]:
    try:
        pyreadstat: Any = import_module("pyreadstat")
    except ImportError:
        raise ValueError("reading SPSS needs the extra 'spss': pip install 'cxstats[spss]'") from None
    read = pyreadstat.read_sav
    damage: tuple[type[Exception], ...] = (pyreadstat.ReadstatError, pyreadstat.PyreadstatError)
    try:
        _, about = read(path, metadataonly=True, encoding=encoding)
        stated = sum(about.variable_storage_width.values()) * max(about.number_rows or 0, 0)
        if stated <= MOST_UNPACKED:
            return read(path, user_missing=True, encoding=encoding)
    except (*damage, ValueError, OverflowError, MemoryError) as error:
        said = " ".join(str(error).split()) or type(error).__name__
        raise ValueError(f"{path.name} is not a readable SPSS file: {said}") from None
    raise ValueError(
        f"{path.name} states {stated:,} bytes of cells; at most {MOST_UNPACKED:,} are read. Export it as CSV"
    )


@dataclass(frozen=True, slots=True, eq=False)
class _Variable:
    """A column of an SPSS file: what it says of itself, its cells as text, and what was forgiven."""

    column: Column
    cells: list[str]
    notes: list[str]


def _variable(name: str, cells: "pd.Series[Any]", about: Any) -> _Variable:
    labels = {_text(code): one_line(str(label)) for code, label in _of(about.variable_value_labels, name)}
    ranges = cast("list[dict[str, Any]]", about.missing_ranges.get(name, []))
    values: dict[Any, int] = {value: int(times) for value, times in cells.value_counts().items()}
    missing = {_text(value): times for value, times in values.items() if _declared(value, ranges)}
    used = Counter[str]()
    for value, times in values.items():
        if _text(value) not in missing and _text(value):
            used[_text(value)] += times
    shown = {code: label for code, label in labels.items() if code not in missing}
    written = str(about.original_variable_types.get(name, ""))
    column = Column(
        name,
        one_line(str(about.column_names_to_labels.get(name) or "")),
        _kind(str(about.variable_measure.get(name, "")), shown, used),
        labels=labels,
        missing=frozenset(missing) - {""},
        time_zone="? SPSS keeps none" if written.startswith(("DATETIME", "YMDHMS")) else "",
    )
    notes = [*_missing_note(name, ranges, missing, labels), *_label_notes(name, shown, used)]
    return _Variable(column, [_text(value) for value in cells.tolist()], notes)


def _in_sets(variables: Sequence[_Variable], sets: Mapping[str, Mapping[str, Any]]) -> list[_Variable]:
    """Put the variables of a multiple response set together: as options where one value is counted, else as parts."""
    set_of: dict[str, tuple[str, Mapping[str, Any]]] = {}
    for name, each in sets.items():
        for variable in each["variable_list"]:
            set_of.setdefault(str(variable).lower(), (one_line(str(each["label"])) or name, each))
    found = (set_of.get(variable.column.name.lower()) for variable in variables)
    return [
        variable if said is None else _part_of(variable, *said) for variable, said in zip(variables, found, strict=True)
    ]


def _part_of(variable: _Variable, question: str, said: Mapping[str, Any]) -> _Variable:
    column = replace(variable.column, part_of=question, part=variable.column.text or variable.column.name)
    if not said["is_dichotomy"]:
        return replace(variable, column=column)
    counted = str(said["counted_value"])
    passed = column.missing | {""}
    cells = [cell if cell in passed else "1" if cell == counted else "0" for cell in variable.cells]
    column = replace(column, kind="option", text=question, labels={})
    notes = [note for note in variable.notes if ": declared missing: " in note]
    return _Variable(column, cells, notes)


def _of(mapping: Mapping[str, Mapping[Any, str]], name: str) -> Sequence[tuple[Any, str]]:
    return sorted(mapping.get(name, {}).items(), key=lambda pair: (isinstance(pair[0], str), pair[0]))


def _as_response_id(column: Column) -> Column:
    return Column(column.name, column.text, column.kind, "response id", labels=column.labels, missing=column.missing)


def _kind(measure: str, labels: Mapping[str, str], used: Mapping[str, int]) -> Stated:
    """Say what the labels make of a column; labels of a few codes among many, as 0 = none, do not make a choice."""
    if not labels or sum(code in labels for code in used) * 2 < len(used):
        return ""
    whole = all(code.lstrip("-").isdecimal() for code in labels)
    return "rating" if measure == "ordinal" and whole and len(labels) >= _OF_A_RATING else "choice"


def _text(value: Any) -> str:
    """Write a cell as text: whole numbers without a point, dates in ISO order, blank where there is none."""
    if value is None or value is pd.NaT:
        return ""
    if isinstance(value, float):
        return "" if math.isnan(value) else str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    return value.isoformat() if isinstance(value, date | time) else str(value).strip()


def _declared(value: Any, ranges: Sequence[Mapping[str, Any]]) -> bool:
    """Say whether a value is one of those that were declared missing."""
    if isinstance(value, str):
        return any(isinstance(each["lo"], str) and value.strip() == each["lo"].strip() for each in ranges)
    numbers = [each for each in ranges if not isinstance(each["lo"], str)]
    return isinstance(value, float | int) and any(each["lo"] <= value <= each["hi"] for each in numbers)


def _missing_note(
    name: str, ranges: Sequence[Mapping[str, Any]], missing: Mapping[str, int], labels: Mapping[str, str]
) -> list[str]:
    if not ranges:
        return []
    declared = ", ".join(_range_text(each) for each in ranges)
    found = [f"{_named(code, labels)} in {_cells(times)}" for code, times in missing.items()]
    return [f"column {name!r}: declared missing: {declared}; {_some(found) or 'in no cell'}"]


def _named(code: str, labels: Mapping[str, str]) -> str:
    return f"{code} ({labels[code]})" if code in labels else code


def _cells(times: int) -> str:
    return f"{times:,} cell{'' if times == 1 else 's'}"


def _range_text(declared: Mapping[str, Any]) -> str:
    low, high = declared["lo"], declared["hi"]
    if isinstance(low, str) or low == high:
        return _text(low)
    return f"{'lowest' if low < _LOWEST else _text(low)} to {'highest' if high > _HIGHEST else _text(high)}"


def _label_notes(name: str, labels: Mapping[str, str], used: Mapping[str, int]) -> list[str]:
    if not labels:
        return []
    notes: list[str] = []
    bare = [f"{code} in {_cells(times)}" for code, times in sorted(used.items()) if code not in labels]
    if bare:
        notes.append(f"column {name!r}: codes without a label: {_some(bare)}; they are kept as they are")
    codes: dict[str, list[str]] = {}
    for code, label in labels.items():
        codes.setdefault(label, []).append(code)
    notes += [
        f"column {name!r}: codes {', '.join(several)} have one label, {label!r}; they are kept apart"
        for label, several in codes.items()
        if len(several) > 1
    ]
    return notes


def _some(each: Sequence[str]) -> str:
    more = f" and {len(each) - _MOST_SHOWN} more" if len(each) > _MOST_SHOWN else ""
    return ", ".join(each[:_MOST_SHOWN]) + more


def _gathered(cells: list[str]) -> Texts:
    gathering = Gathering()
    gathering.add(cells)
    return gathering.finish()
