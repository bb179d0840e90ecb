"""A survey as it was read: the responses in use, the questions, and every row that was not used.

Nothing is lost in silence: records read = records kept + records rejected, each with its number and its reason.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import pandas as pd

from cxstats.responses.names import unknown_name
from cxstats.responses.personal.recognition import personal_kind

PARTIAL: Final = "partial"
UNANSWERED: Final = "unanswered"
PERSONAL: Final = "personal"
QUESTION_COLUMNS: Final = (
    "column", "text", "kind", "role", "part_of", "part", "scale", "evidence", "labels", "time_zone",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Source:
    """Where a survey came from and what was forgiven while reading it.

    Attributes
    ----------
    name
        The file's name, without its folder.
    vendor
        The shape of the export: ``"qualtrics"``, ``"plain"``, ...
    format
        How it was stored: ``"text, utf-8, comma between cells"``.
    read
        Number of records read.
    notes
        What was forgiven, one sentence each.
    """

    name: str
    vendor: str
    format: str
    read: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Survey:
    """Responses, questions and rejected rows of one export.

    Attributes
    ----------
    responses
        One row a response that is used, with typed columns. Where the vendor says which responses are partial, the
        column ``partial`` flags them: they are kept, since dropping them would bias the score. Where the export
        lists invitations that nobody answered, the column ``unanswered`` flags those: they count for the response
        rate and hold no answers.
    questions
        One row a column, all of it text, empty where nothing is known:

        - ``column``, ``text``: its name and the question asked.
        - ``kind``: ``"administrative"``, ``"rating"``, ``"choice"``, ``"option"`` (of a multiple choice, as yes or
          no), ``"number"``, ``"date"``, ``"text"`` or ``"empty"``.
        - ``role``: what it says of the response: ``"response id"``, ``"start"``, ``"end"``, ``"status"``,
          ``"duration"``, ``"language"``, ``"customer"`` or ``"channel"``.
        - ``part_of``, ``part``: of an option of a multiple choice or an item of a matrix, the question that it
          belongs to and its own wording.
        - ``scale``, ``evidence``: of a rating, the scale that its labels or numbers fit and why; where they fit
          scales that point different ways, no scale and ``"unknown: say which of ..."``.
        - ``labels``: what the codes stand for: ``"1 = very bad; 2 = bad"``.
        - ``time_zone``: of dates without an offset; ``"?"`` and a reason where the export does not say.
        - ``personal``: ``"name"``, ``"e-mail address"``, ``"phone number"``, ``"IP address"`` or ``"coordinates"``
          where the column holds such. It is not shown, and written only where it is asked for by name.
    rejected
        One row a record that is not used: its number ``record`` (the first after the headers is 1) and the ``reason``.
    source
        File, vendor, format, number of records read, and what was forgiven.
    """

    responses: pd.DataFrame
    questions: pd.DataFrame
    rejected: pd.DataFrame
    source: Source

    def __post_init__(self) -> None:
        kept, rejected = len(self.responses), len(self.rejected)
        if kept + rejected != self.source.read:
            raise ValueError(
                f"records read must be kept + rejected; got {self.source.read} read, {kept} kept, {rejected} rejected"
            )
        if list(self.questions.columns) != [*QUESTION_COLUMNS, PERSONAL] or self.questions.isna().any(axis=None):
            object.__setattr__(self, "questions", _filled_up(self.questions, self.responses))

    def summary(self) -> pd.DataFrame:
        """Account for every record: columns ``what`` and ``records``; read = kept + rejected."""
        reasons = self.rejected["reason"].value_counts()
        lines: list[tuple[str, int]] = [("read", self.source.read), ("kept", len(self.responses))]
        if PARTIAL in self.responses and self.responses[PARTIAL].dtype == bool:
            lines.append(("kept, of which partial", int(self.responses[PARTIAL].sum())))
        if UNANSWERED in self.responses and self.responses[UNANSWERED].dtype == bool:
            lines.append(("kept, of which unanswered invitations", int(self.responses[UNANSWERED].sum())))
        lines.append(("rejected", len(self.rejected)))
        lines += [(f"rejected: {reason}", int(count)) for reason, count in reasons.items()]
        return pd.DataFrame(lines, columns=["what", "records"])

    def text_of(self, column: str) -> str:
        """Return the question asked in a column; empty where the export does not say.

        Raises
        ------
        ValueError
            If there is no such column.
        """
        if column not in self.responses:
            raise ValueError(unknown_name("column", column, self.responses.columns))
        found = self.questions.loc[self.questions["column"] == column, "text"]
        return "" if found.empty else str(found.iloc[0])

    def columns_of(self, role: str) -> Sequence[str]:
        """Return the names of the columns of a role, as ``"response id"``, in their order."""
        return self.questions.loc[self.questions["role"] == role, "column"].tolist()

    def rename(self, names: Mapping[str, str]) -> "Survey":
        """Return the survey with columns renamed, from old to new name.

        Raises
        ------
        ValueError
            If an old name does not exist or a new one is taken.
        """
        for old, new in names.items():
            if old not in self.responses:
                raise ValueError(unknown_name("column", old, self.responses.columns))
            if not new.strip():
                raise ValueError(f"column {old!r} needs a new name that is not empty")
            if [names.get(column, column) for column in self.responses.columns].count(new) > 1:
                raise ValueError(f"column {old!r} cannot be renamed to {new!r}: a column of that name exists")
        questions = self.questions.assign(column=self.questions["column"].replace(dict(names)))
        return replace(self, responses=self.responses.rename(columns=dict(names)), questions=questions)

    def where(self, keep: "pd.Series[bool]", reason: str) -> "Survey":
        """Return the survey with the responses for which `keep` is False or missing moved to the rejected ones.

        The index of `responses` is the record number, so a rejected response can be found in the export.

        Raises
        ------
        ValueError
            If `keep` is not about these responses, one by one.
        """
        if not keep.index.equals(self.responses.index):
            raise ValueError(f"keep must have one value for each of the {len(self.responses):,} responses, in order")
        kept = keep.astype("boolean").fillna(value=False).to_numpy(dtype=bool)
        gone = self.responses.index[~kept]
        rejected = pd.DataFrame({"record": gone, "reason": reason})
        both = pd.concat([self.rejected, rejected], ignore_index=True) if len(gone) else self.rejected
        return replace(self, responses=self.responses[kept], rejected=both)

    def to_csv(self, path: str | Path, *, personal: str | Collection[str] = ()) -> None:
        """Write the responses as CSV, and what each column is into a file ``.questions.csv`` beside it.

        With both files `read_export` reads the same responses and questions again, types included; rejected records
        are not written, and an empty text is read as missing. Cells that a spreadsheet would compute begin with an
        apostrophe, which is taken away in reading.

        Parameters
        ----------
        path
            Of the file; it is replaced where it exists.
        personal
            Names of columns of personal data to write too; the others are left out.

        Raises
        ------
        ValueError
            If there is no such column, or two columns have one name.
        """
        from cxstats.responses.writing.files import write_csv

        write_csv(self, path, personal=personal)

    def to_xlsx(self, path: str | Path, *, personal: str | Collection[str] = ()) -> None:
        """Write the responses and the questions as two sheets of a workbook, for `read_export` and for Excel.

        Text is text there, and none of it computed. As `to_csv`, but lines of a cell end in a line feed.

        Parameters
        ----------
        path, personal
            As of `to_csv`.

        Raises
        ------
        ValueError
            If there is no such column, the extra ``excel`` is not installed, or a sheet cannot hold the survey: rows,
            columns, or cells that are too long or hold control characters.
        """
        from cxstats.responses.writing.files import write_excel

        write_excel(self, path, personal=personal)

    def to_parquet(self, path: str | Path, *, personal: str | Collection[str] = ()) -> None:
        """Write the responses as Parquet, with the questions in its metadata; as `to_csv`, and empty text stays so.

        Parameters
        ----------
        path, personal
            As of `to_csv`.

        Raises
        ------
        ValueError
            If there is no such column, or the extra ``parquet`` is not installed.
        """
        from cxstats.responses.writing.files import write_parquet

        write_parquet(self, path, personal=personal)

    def __repr__(self) -> str:
        from cxstats.responses.presenting import survey_as_text

        return survey_as_text(self)

    def _repr_html_(self) -> str:
        from cxstats.responses.presenting import survey_as_html

        return survey_as_html(self)


def _filled_up(questions: pd.DataFrame, responses: pd.DataFrame) -> pd.DataFrame:
    """Return questions with all of their columns, empty where nothing is known; personal data are looked for."""
    filled = {
        name: questions[name].fillna("").astype("str")
        if name in questions
        else pd.Series("", index=questions.index, dtype="str")
        for name in QUESTION_COLUMNS
    }
    known = questions[PERSONAL] if PERSONAL in questions else pd.Series(None, index=questions.index, dtype="str")
    # Of columns that were joined to the others nothing is said yet.
    personal = [
        personal_kind(responses[column], name=column, text=text) if pd.isna(kind) and column in responses else kind
        for kind, column, text in zip(known, filled["column"], filled["text"], strict=True)
    ]
    filled[PERSONAL] = pd.Series(personal, index=questions.index, dtype="str").fillna("")
    return pd.DataFrame(filled)
