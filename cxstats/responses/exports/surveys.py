"""From the records of an export and what its vendor says of them to a `Survey`."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.exports.answered import Answers, answers_of
from cxstats.responses.exports.arrow_columns import first_bytes
from cxstats.responses.exports.choices import Choice, chosen_options, judged_parts
from cxstats.responses.exports.engine import CORES, release_memory
from cxstats.responses.exports.layouts import Column, Layout, clean_names
from cxstats.responses.exports.matrices import with_shared_scales
from cxstats.responses.exports.nps_groups import group_note
from cxstats.responses.exports.setting_aside import flags, reasons
from cxstats.responses.exports.summaries import last_note
from cxstats.responses.exports.tables import Opened, Records
from cxstats.responses.exports.texts import Texts, Truths, stripped
from cxstats.responses.exports.wording import as_worded
from cxstats.responses.inspection import describe, written_labels
from cxstats.responses.survey import PARTIAL, QUESTION_COLUMNS, UNANSWERED, Source, Survey

_APOSTROPHE: Final = ord("'")
# Spreadsheets hide an apostrophe in front of what would else be a formula or a number.
_ESCAPED: Final = r"'(?:[=+\-@].*|[0-9][0-9 .,]*)"


@dataclass(slots=True, eq=False)
class _Made:
    """The columns of a survey while they are made, of the records with these numbers, and what was forgiven."""

    records: "NDArray[np.int64]"
    responses: dict[str, "pd.Series[Any]"] = field(default_factory=dict[str, "pd.Series[Any]"])
    questions: list[tuple[str, ...]] = field(default_factory=list[tuple[str, ...]])
    notes: list[str] = field(default_factory=list[str])
    coded: dict[str, int] = field(default_factory=dict[str, int])

    def add(self, column: Column, cells: "pd.Series[Any]", counts: "pd.Series[int] | None") -> None:
        """Add a column that has its type."""
        words = f"{column.name} {column.text}"
        kind, scales = describe(cells, counts, words, labels=column.labels, stated=column.kind)
        statement = column.part or column.text or column.name
        kind, scale, why = as_worded(kind, scales, counts, labels=column.labels, statement=statement)
        said = (column.name, column.text, kind, column.role, column.part_of, column.part, scale, why)
        self.responses[column.name] = cells
        self.questions.append((*said, written_labels(column.labels), column.time_zone))

    def add_flag(self, name: str, found: Truths | None) -> None:
        """Add a flag of the vendor's, unless the export has a column of its own of that name."""
        if found is None:
            return
        if name not in self.responses:
            self.responses[name] = pd.Series(found)
        elif name == PARTIAL:
            self.notes.append(
                f"the export has a column {name!r} of its own: partial responses are kept and not flagged"
            )
        else:
            self.notes.append(f"the export has a column {name!r} of its own: invitations are kept and not flagged")


def survey_of(name: str, vendor: str, opened: Opened, *, layout: Layout, records: Records) -> Survey:
    """Make the survey: set aside what is no response, give each column its type, and say what was forgiven.

    Parameters
    ----------
    name, vendor
        Of the file, and of the shape of the export.
    opened
        The file.
    layout
        What the vendor says of it.
    records
        The records behind the header rows.
    """
    count = len(records.columns[0]) if records.columns else 0
    texts, blanks, escaped = cleaned(records.columns)
    rejected = reasons(records.damaged, texts, layout, head=opened.head)
    keep = np.ones(count, dtype=np.bool_)
    keep[list(rejected)] = False
    gone = np.flatnonzero(~keep)
    places = _named_and_filled(layout.columns, texts)
    if len(gone):
        # One column after the other, so that none but one is in memory twice.
        for k, text in enumerate(texts):
            texts[k] = text.where(keep)
    kept = np.flatnonzero(keep) + 1
    made = _Made(kept)
    made.notes += last_note(int(kept[-1]), [text.cell(len(kept) - 1) for text in texts]) if len(kept) else []
    flagged = {PARTIAL: flags(layout.partial, texts), UNANSWERED: flags(layout.unanswered, texts)}
    _make_columns(made, layout, texts, places)
    for flag, found in flagged.items():
        made.add_flag(flag, found)
    made.notes += [f"blanks around {blanks:,} cells removed"] if blanks else []
    made.notes += (
        [f"the apostrophe that keeps a cell from being a formula removed in {escaped:,} cells"] if escaped else []
    )
    index = pd.Index(kept, name="record")
    responses = pd.DataFrame(made.responses, index=pd.RangeIndex(len(index)), copy=False).set_axis(index, axis=0)
    return Survey(
        responses,
        with_shared_scales(pd.DataFrame(made.questions, columns=list(QUESTION_COLUMNS), dtype="str"), responses),
        pd.DataFrame({"record": gone + 1, "reason": pd.Series([rejected[int(k)] for k in gone], dtype="str")}),
        Source(name, vendor, opened.format, count, (*records.notes, *opened.notes, *layout.notes, *made.notes)),
    )


def cleaned(columns: list[Texts]) -> tuple[list[Texts], int, int]:
    """Remove blanks around cells and the apostrophes of spreadsheets, and say of how many cells.

    The columns are taken out of the list, so that none is in memory twice.
    """
    texts: list[Texts] = []
    blanks = escaped = 0
    columns.reverse()
    while columns:
        text, some = stripped(columns.pop())
        blanks += some
        first = first_bytes(text.values)
        if text.values.str.startswith("'").any() if first is None else (first == _APOSTROPHE).any():
            shielded = text.values.str.fullmatch(_ESCAPED).to_numpy(dtype=np.bool_)
            escaped += int(text.counts()[shielded].sum())
            text = text.change(text.values.mask(shielded, text.values.str.slice(1)))
        texts.append(text)
    return texts, blanks, escaped


def _named_and_filled(columns: Sequence[Column], texts: Sequence[Texts]) -> list[int]:
    """Return the places of columns that have a name, a question or a cell."""
    return [
        k
        for k, (column, text) in enumerate(zip(columns, texts, strict=True))
        if column.name.strip() or column.text.strip() or (text.values != "").any()
    ]


def _make_columns(made: _Made, layout: Layout, texts: list[Texts], places: Sequence[int]) -> None:
    dropped = len(layout.columns) - len(places)
    made.notes += [f"{dropped} columns without a name and without a cell were dropped"] if dropped else []
    names, changed = clean_names([layout.columns[k].name for k in places])
    made.notes += changed
    judged = judged_parts(layout.columns, texts)
    columns = {k: replace(judged[k], name=name) for k, name in zip(places, names, strict=True)}
    # Derived from an answer, and none: codes of groups would pass for points of the score.
    columns |= {k: replace(columns[k], kind="administrative") for k in layout.groups if k in columns}
    options = chosen_options({k: column for k, column in columns.items() if column.kind == "option"}, texts)
    checks = [
        group_note((columns[group].name, texts[group]), (columns[score].name, texts[score]))
        for group, score in layout.groups.items()
    ]
    unanswered = 0

    def read(k: int) -> Answers:
        # What was read is let go of.
        text, texts[k] = texts[k], Texts(pd.Series(dtype="str"))
        return answers_of(text, columns[k], option=options.get(k), records=made.records)

    with ThreadPoolExecutor(CORES) as pool:
        for answers in pool.map(read, columns):
            made.notes += [f"column {answers.column.name!r}: {note}" for note in answers.notes]
            unanswered += answers.unanswered
            if answers.cells is not None:
                made.add(answers.column, answers.cells, answers.counts)
            else:
                _add_options(made, answers.options, set(names) - {answers.column.name})
    release_memory()
    made.notes += checks
    made.notes += [f"{layout.seen} read as no answer in {unanswered:,} cells"] if unanswered else []


def _add_options(made: _Made, several: Sequence[Choice], taken: set[str]) -> None:
    for option in several:
        name, again = option.column.name, 1
        while name in taken or name in made.responses:
            again += 1
            name = f"{option.column.name} ({again})"
        made.add(replace(option.column, name=name), option.cells, option.cells.value_counts())
