"""The columns of an export on disk: of each, how the engine computes it from the text of its cells.

What each different text of a column means is looked up in a table, which is made as `read_export` types the column. A
column with very many different cells is text, unless the first of them may be numbers or dates; then all are tried
when it is first asked for.
"""
# ruff: noqa: S608  only names of our own and quoted text go into SQL

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from importlib import import_module
from typing import Any, Final

import numpy as np
import pandas as pd

from cxstats.responses.exports.columns import typed
from cxstats.responses.exports.few import Few, blank, few_records
from cxstats.responses.exports.layouts import Column, clean_names
from cxstats.responses.exports.numbers import FORMS, is_number_like
from cxstats.responses.exports.spools import FEW_COMBINED, Spool, literal, quoted
from cxstats.responses.exports.tables import Opened
from cxstats.responses.exports.texts import Texts
from cxstats.responses.survey import PARTIAL, UNANSWERED

_AT_ONCE: Final = 100_000


@dataclass(frozen=True, slots=True)
class _Computed:
    """How a column is computed.

    Attributes
    ----------
    sql
        From the columns of ``kept`` and maybe of `table`.
    place
        Of the column of the file that it comes from.
    table
        Name of a table from each different text, ``raw``, to what it means, if one is needed.
    untried
        Whether the first cells may be numbers or dates, and there are too many to have tried all.
    """

    sql: str
    place: int
    table: str = ""
    untried: bool = False


@dataclass(slots=True, eq=False)
class Understood:
    """The columns of a survey over a spool.

    Attributes
    ----------
    spool
        The responses on disk.
    said
        What is said of the columns of the file, by place.
    few
        The few records that told what the columns are.
    options
        Names of the columns that are options of a multiple choice.
    computed
        From the name of a column of the survey to how it is computed.
    """

    spool: Spool
    said: Mapping[int, Column]
    few: Few
    options: frozenset[str]
    computed: dict[str, _Computed] = field(default_factory=dict[str, _Computed])

    def select(self, columns: Sequence[str]) -> Any:
        """Return a relation with these columns."""
        chosen: list[str] = []
        joins: dict[str, str] = {}
        for name in columns:
            how = self.computed[name]
            if how.untried:
                how = self.computed[name] = self._tried(how)
            chosen.append(f"{how.sql} AS {quoted(name)}")
            if how.table:
                joins[how.table] = f" LEFT JOIN {how.table} ON {how.table}.raw = kept.c{how.place}"
        return self.spool.engine.sql(f"SELECT {', '.join(chosen)} FROM kept{''.join(joins.values())}")

    def add(self, place: int) -> None:
        """Say how the columns that come from one column of the file are computed."""
        made = self.few.made[place]
        cells = [self.few.survey.responses[name] for name in made]
        if made != [self.said[place].name]:
            self._add_options(place, made, cells)
        elif made[0] in self.options:
            self.computed[made[0]] = self._option(place, cells[0])
        else:
            self.computed[made[0]] = self._answers(place, cells[0])

    def _answers(self, place: int, cells: "pd.Series[Any]") -> _Computed:
        text = isinstance(cells.dtype, pd.StringDtype)
        # What the first cells leave in doubt, as 1,200 does, others may settle.
        if self.spool.many[place] and (not text or is_number_like(str(next(iter(cells.dropna()), "")))):
            return _Computed("", place, untried=True)
        if text:
            return _Computed(self._text(place), place)
        if cells.isna().all():
            return _Computed("CAST(NULL AS DOUBLE)", place)
        return _Computed(f"m{place}.v0", place, self._look_up(place, [cells]))

    def _add_options(self, place: int, names: Sequence[str], cells: Sequence["pd.Series[Any]"]) -> None:
        if self.spool.many[place]:
            raise ValueError(
                f"column {self.said[place].name!r} looks like a multiple choice with more than {FEW_COMBINED:,} "
                "different answers, too many to scan; scan with vendor='plain', or use read_export"
            )
        table = self._look_up(place, cells)
        self.computed |= {name: _Computed(f"{table}.v{k}", place, table) for k, name in enumerate(names)}

    def _option(self, place: int, cells: "pd.Series[Any]") -> _Computed:
        """Say that an option is chosen, or not where it or another of its question is answered."""
        texts, said = self.few.texts[place], self.said
        raw = texts.spread(texts.values)
        chosen = sorted(set(raw[cells.fillna(value=False).to_numpy(dtype=np.bool_)]))
        together = [k for k in said if said[k].part_of == said[place].part_of and said[k].name in self.options]
        asked = " OR ".join(f"NOT {self._blank(k)}" for k in together)
        is_chosen = f"c{place} IN ({', '.join(map(literal, chosen))})" if chosen else "false"
        return _Computed(f"CASE WHEN {is_chosen} THEN true WHEN {asked} THEN false END", place)

    def _text(self, place: int) -> str:
        return f"CASE WHEN {self._blank(place)} THEN NULL ELSE c{place} END"

    def _blank(self, place: int) -> str:
        """Say as SQL whether a cell holds no answer."""
        return blank(place, self.said[place])

    def _look_up(self, place: int, meanings: Sequence["pd.Series[Any]"]) -> str:
        """Write a table from each different text of a column to its meanings, and return its name."""
        texts, table = self.few.texts[place], f"m{place}"
        made: dict[str, Any] = {"raw": texts.spread(texts.values).to_numpy(dtype=object)}
        made |= {f"v{k}": cells.reset_index(drop=True) for k, cells in enumerate(meanings)}
        self._write(table, pd.DataFrame(made).drop_duplicates("raw"))
        return table

    def _write(self, table: str, frame: pd.DataFrame, *, more: bool = False) -> None:
        arrow: Any = import_module("pyarrow")
        engine = self.spool.engine
        engine.register("meanings", arrow.Table.from_pandas(frame, preserve_index=False))
        engine.execute(
            f"INSERT INTO {table} FROM meanings" if more else f"CREATE OR REPLACE TABLE {table} AS FROM meanings"
        )
        engine.unregister("meanings")

    def _tried(self, how: _Computed) -> _Computed:
        """Type a column with very many different cells, of which the first are numbers or dates."""
        table = f"m{how.place}"
        for dates in [(form,) for form in self.said[how.place].dates] or [()]:
            kind = self._common_kind(how.place, table, dates)
            if kind:
                sql = f"CAST({table}.v0 AS BIGINT)" if kind == "int64" else f"{table}.v0"
                return _Computed(sql, how.place, table)
        return _Computed(self._text(how.place), how.place)

    def _common_kind(self, place: int, table: str, dates: Sequence[str]) -> str:
        """Look up each different text: whole numbers, numbers or dates, as the type of their column; else nothing."""
        reader = self.spool.engine.cursor()
        reader.execute(f"SELECT DISTINCT c{place} FROM kept WHERE NOT {self._blank(place)}")
        witnesses = self._witnesses(place)
        kinds: set[str] = set()
        while rows := reader.fetchmany(_AT_ONCE):
            raw = pd.Series([text for (text,) in rows], dtype="str")
            cells, _ = typed(Texts(pd.concat([raw, witnesses], ignore_index=True)), dates)
            cells = cells.iloc[: len(raw)]
            numeric = pd.api.types.is_numeric_dtype(cells)
            # What letters such as CST mean depends on the zones that the others name.
            named = bool(dates) and isinstance(cells.dtype, pd.DatetimeTZDtype)
            if named or not (numeric or pd.api.types.is_datetime64_any_dtype(cells)):
                return ""
            meant = cells.astype("float64") if numeric else cells
            self._write(table, pd.DataFrame({"raw": raw.to_numpy(dtype=object), "v0": meant}), more=bool(kinds))
            # The engine keeps the moment and no zone.
            kinds.add("moments" if isinstance(cells.dtype, pd.DatetimeTZDtype) else str(cells.dtype))
            if len(kinds) > 1 and kinds != {"int64", "float64"}:
                return ""
        return "float64" if "float64" in kinds else max(kinds, default="")

    def _witnesses(self, place: int) -> "pd.Series[str]":
        """Return cells that have and have not each form of a number, so that any part of the cells is read as all."""
        forms = [f"regexp_full_match(c{place}, {literal(form.pattern)})" for form in FORMS]
        found = ", ".join(f"min(c{place}) FILTER ({way}{form})" for form in forms for way in ("", "NOT "))
        [cells] = self.spool.engine.execute(f"SELECT {found} FROM kept WHERE NOT {self._blank(place)}").fetchall()
        return pd.Series([cell for cell in cells if cell is not None], dtype="str")


def understand(spool: Spool, name: str, vendor: str, *, opened: Opened) -> Understood:
    """Find out what the columns of a spool are.

    Parameters
    ----------
    spool
        The responses.
    name, vendor
        Of the file, and of the shape of the export.
    opened
        The file.

    Raises
    ------
    ValueError
        If a multiple choice in one cell has too many different cells.
    """
    layout = spool.layout
    places = [k for k, said in enumerate(layout.columns) if said.name.strip() or said.text.strip() or spool.filled[k]]
    names, notes = clean_names([layout.columns[k].name for k in places])
    dropped = len(layout.columns) - len(places)
    notes += [f"{dropped} columns without a name and without a cell were dropped"] if dropped else []
    said = {k: replace(layout.columns[k], name=name) for k, name in zip(places, names, strict=True)}
    few = few_records(spool, said, name, vendor, opened=opened)
    kinds = few.survey.questions.set_index("column")["kind"]
    understood = Understood(spool, few.said, few, frozenset(map(str, kinds.index[kinds == "option"])))
    for k in places:
        understood.add(k)
    for flag, rule in {PARTIAL: layout.partial, UNANSWERED: layout.unanswered}.items():
        if rule is not None and flag not in understood.computed:
            understood.computed[flag] = _Computed(f"kept.{flag}", -1)
    spool.notes += (*opened.notes, *layout.notes, *notes)
    return understood
