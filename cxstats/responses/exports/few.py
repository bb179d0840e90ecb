"""The few records of a spool that tell what its columns are: the first ones, and one for each different cell.

They are read as any export is, so names, types and multiple choices are those that `read_export` finds in the whole.
"""
# ruff: noqa: S608  only names of our own and quoted text go into SQL

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
import pandas as pd

from cxstats.responses.exports.choices import first_answer
from cxstats.responses.exports.layouts import Column
from cxstats.responses.exports.moments import DAY_OR_MONTH, YEAR_LAST, with_formats
from cxstats.responses.exports.spools import Spool, literal
from cxstats.responses.exports.surveys import survey_of
from cxstats.responses.exports.tables import Opened, Records
from cxstats.responses.exports.texts import Texts
from cxstats.responses.survey import Survey

_FIRST: Final = 2_000
_PATTERNS: Final = 2_000
# A column that would be held as codes where the whole export is in memory is so here.
_ALWAYS_CODED, _REPEATS = 256, 4


@dataclass(frozen=True, slots=True, eq=False)
class Few:
    """A few records, as text and as a survey.

    Attributes
    ----------
    said
        What is said of the columns of the file, by place, and how dates are written in them.
    texts
        The cells of each column of the file, by its place.
    survey
        The same records as a survey.
    made
        From the place of a column of the file to the columns of the survey that come from it.
    """

    said: Mapping[int, Column]
    texts: Mapping[int, Texts]
    survey: Survey
    made: Mapping[int, list[str]]


def few_records(spool: Spool, columns: Mapping[int, Column], name: str, vendor: str, *, opened: Opened) -> Few:
    """Choose the records and read them.

    Parameters
    ----------
    spool
        All responses.
    columns
        What is said of the columns that are used, with distinct names, by place.
    name, vendor
        Of the file, and of the shape of the export.
    opened
        The file.
    """
    texts = _texts(spool, columns)
    columns = _with_formats(spool, columns, texts)
    # A column between each two says where the options of a multiple choice end; no row is blank with it.
    mark = "|"
    while any(column.name.startswith(mark) for column in columns.values()):
        mark += "|"
    said: list[Column] = [Column(f"{mark}begin")]
    cells = [*texts.values()]
    count = len(cells[0]) if cells else 0
    filler = Texts(pd.Series(["."], dtype="str"), np.zeros(count, dtype=np.int32))
    held = [filler]
    for k, column in columns.items():
        said += [column, Column(f"{mark}{k}")]
        held += [texts[k], filler]
    layout = replace(
        spool.layout, columns=said, rejected={}, partial=None, unanswered=None, groups={}, seen="", notes=()
    )
    survey = survey_of(name, vendor, opened, layout=layout, records=Records(held, {}))
    made: dict[int, list[str]] = {}
    found: list[str] = []
    for column in list(survey.responses.columns)[1:]:
        if column.startswith(mark):
            made[int(column.removeprefix(mark))], found = found, []
        else:
            found.append(column)
    names = [column for several in made.values() for column in several]
    questions = survey.questions[survey.questions["column"].isin(names)].reset_index(drop=True)
    # Others of very many moments may have another offset, and the engine keeps none.
    many = [made[k][0] for k in columns if spool.many[k]]
    zoned = questions["column"].isin([name for name in many if hasattr(survey.responses[name].dtype, "tz")])
    questions.loc[zoned, "time_zone"] = "UTC"
    return Few(columns, texts, replace(survey, responses=survey.responses[names], questions=questions), made)


def _texts(spool: Spool, columns: Mapping[int, Column]) -> dict[int, Texts]:
    run = spool.engine.execute
    run("CREATE OR REPLACE TEMP TABLE few (record BIGINT)")
    run(f"INSERT INTO few SELECT record FROM kept ORDER BY record LIMIT {_FIRST}")
    for k in columns:
        if not spool.many[k]:
            run(f"INSERT INTO few SELECT min(record) FROM kept GROUP BY c{k}")
    filled = [f"min(record) FILTER (NOT {blank(k, column)})" for k, column in columns.items() if spool.many[k]]
    if filled:
        run(f"INSERT INTO few SELECT unnest([{', '.join(filled)}]) FROM kept")
    for several in _parts(columns):
        filled = ", ".join(f"c{k} = ''" for k in several)
        run(f"INSERT INTO few SELECT unnest([min(record), max(record)]) FROM kept GROUP BY {filled} LIMIT {_PATTERNS}")
    (count,) = run("SELECT count(*) FROM kept").fetchone()
    cells = ", ".join(["record", *(f"c{k}" for k in columns)])
    rows = run(f"SELECT {cells} FROM kept WHERE record IN (SELECT record FROM few) ORDER BY record").fetchall()
    by_column = list(zip(*rows, strict=True))[1:] if rows else [()] * len(columns)
    return {k: _text(list(cells), count, many=spool.many[k]) for k, cells in zip(columns, by_column, strict=True)}


def blank(place: int, column: Column) -> str:
    """Say as SQL whether a cell holds no answer."""
    return f"(c{place} IN ({', '.join(map(literal, ['', *sorted(column.missing)]))}))"


def _with_formats(spool: Spool, columns: Mapping[int, Column], texts: Mapping[int, Texts]) -> dict[int, Column]:
    """Say how dates are written, as all cells tell it."""

    def shown(at: int) -> set[str]:
        k = places[at]
        asked = ", ".join(f"bool_or(regexp_matches(c{k}, {literal(form)}))" for form in DAY_OR_MONTH.values())
        dates = f"bool_and({blank(k, columns[k])} OR regexp_matches(c{k}, {literal(YEAR_LAST)}))"
        [(all_are, *found)] = run(f"SELECT {dates}, {asked} FROM kept").fetchall()
        return {order for order, shows in zip(DAY_OR_MONTH, found, strict=True) if all_are and shows}

    run, places = spool.engine.execute, list(columns)
    first = [first_answer(column, texts[k]) for k, column in columns.items()]
    return dict(zip(places, with_formats(list(columns.values()), first, shown), strict=True))


def _parts(columns: Mapping[int, Column]) -> list[list[int]]:
    parts: dict[str, list[int]] = {}
    for k, column in columns.items():
        if column.kind == "part":
            parts.setdefault(column.part_of, []).append(k)
    return list(parts.values())


def _text(cells: list[str], count: int, *, many: bool) -> Texts:
    """Hold a column as it is where all `count` records are read."""
    seen: dict[str, int] = {}
    codes = np.fromiter((seen.setdefault(cell, len(seen)) for cell in cells), np.int32, len(cells))
    if many or (len(seen) > _ALWAYS_CODED and len(seen) * _REPEATS > count):
        return Texts(pd.Series(cells, dtype="str"))
    return Texts(pd.Series(list(seen), dtype="str"), codes)
