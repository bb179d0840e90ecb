"""An export that was scanned and not read: all of it accounted for, and none of it in memory.

As in a `Survey`, records read = kept + rejected, and columns have the same names and types. The cells stay on disk, in
the engine that counts them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from html import escape
from typing import Any

import pandas as pd

from cxstats.responses.names import unknown_name
from cxstats.responses.survey import PARTIAL, UNANSWERED, Source


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Scanned:
    """An export on disk that `tally` counts as it counts a `Survey`.

    Attributes
    ----------
    source
        File, vendor, format, number of records read, and what was forgiven; all columns stay readable in the engine.
    questions
        One row a column: its name ``column``, the question asked ``text``, ``role``, ``part_of``, ``part``, and
        ``kind``, ``scale`` and ``evidence`` as far as the first records and one for each different answer tell.
    kept
        Number of responses that are used.
    partial, unanswered
        How many of them are flagged as partial responses, and as invitations that nobody answered; None where the
        export does not say.
    rejected
        A DuckDB relation of the records that are not used, with ``record`` and ``reason``, in their order.
    reasons
        The same counted: columns ``reason`` and ``records``, most frequent first.
    columns
        Names of the columns, as `read_export` gives them.
    """

    source: Source
    questions: pd.DataFrame
    kept: int
    partial: int | None
    unanswered: int | None
    rejected: Any
    reasons: pd.DataFrame
    columns: tuple[str, ...]
    _relation: Callable[[Sequence[str]], Any] = field(repr=False)

    def __post_init__(self) -> None:
        rejected = int(self.reasons["records"].sum())
        if self.kept + rejected != self.source.read:
            raise ValueError(
                f"records read must be kept + rejected; got {self.source.read} read, {self.kept} kept, "
                f"{rejected} rejected"
            )

    @property
    def read(self) -> int:
        """Number of records read."""
        return self.source.read

    @property
    def vendor(self) -> str:
        """The shape of the export: ``"qualtrics"``, ``"plain"``, ..."""
        return self.source.vendor

    @property
    def table(self) -> Any:
        """The kept responses with all columns, as a DuckDB relation; it lives as long as this object does."""
        return self.select(*self.columns)

    def select(self, *columns: str) -> Any:
        """Return some columns of the kept responses as a DuckDB relation; it lives as long as this object does.

        Raises
        ------
        ValueError
            If there is no such column, or two names differ only in case, which DuckDB does not tell apart.
        """
        for column in columns:
            if column not in self.columns:
                raise ValueError(unknown_name("column", column, self.columns))
        folded: dict[str, str] = {}
        for column in dict.fromkeys(columns):
            other = folded.setdefault(column.casefold(), column)
            if other != column:
                raise ValueError(
                    f"columns {other!r} and {column!r} differ only in case, which DuckDB does not tell apart; "
                    "select one of them, or use read_export"
                )
        return self._relation(list(dict.fromkeys(columns)))

    def summary(self) -> pd.DataFrame:
        """Account for every record: columns ``what`` and ``records``; read = kept + rejected."""
        lines: list[tuple[str, int]] = [("read", self.read), ("kept", self.kept)]
        lines += [("kept, of which partial", self.partial)] if self.partial is not None else []
        if self.unanswered is not None:
            lines.append(("kept, of which unanswered invitations", self.unanswered))
        lines.append(("rejected", self.read - self.kept))
        pairs = zip(self.reasons["reason"], self.reasons["records"], strict=True)
        lines += [(f"rejected: {reason}", int(count)) for reason, count in pairs]
        return pd.DataFrame(lines, columns=["what", "records"])

    def __repr__(self) -> str:
        head = f"{self.source.name}: {self.vendor}, {self.source.format}; {len(self.columns)} columns, scanned"
        return f"{head}\n{self.summary().to_string(index=False)}"

    def _repr_html_(self) -> str:
        head, _, _ = repr(self).partition("\n")
        return f"<p>{escape(head)}</p>{self.summary().to_html(index=False, border=0, justify='left')}"


def account(
    engine: Any,
    source: Source,
    questions: pd.DataFrame,
    *,
    columns: Sequence[str],
    select: Callable[[Sequence[str]], Any],
) -> Scanned:
    """Count what was kept and what was rejected.

    Parameters
    ----------
    engine
        A connection to DuckDB with the relations ``kept`` and ``rejected`` of a `Spool`.
    source, questions
        What is known of the export.
    columns
        Names of the columns of the survey.
    select
        Gives a relation of some of them.
    """
    (kept,) = engine.execute("SELECT count(*) FROM kept").fetchone()
    found = engine.execute(
        "SELECT reason, count(*) FROM rejected GROUP BY reason ORDER BY count(*) DESC, min(record)"
    ).fetchall()
    reasons = pd.DataFrame({"reason": [why for why, _ in found], "records": [count for _, count in found]})
    return Scanned(
        source=source,
        questions=questions,
        kept=kept,
        partial=_flagged(PARTIAL, columns, select),
        unanswered=_flagged(UNANSWERED, columns, select),
        rejected=engine.sql("SELECT record, reason FROM rejected ORDER BY record"),
        reasons=reasons.astype({"reason": "str", "records": "int64"}),
        columns=tuple(columns),
        _relation=select,
    )


def _flagged(flag: str, columns: Sequence[str], select: Callable[[Sequence[str]], Any]) -> int | None:
    """Count the responses that a column flags; None where there is no such column, or it is not a flag for each."""
    if flag not in columns:
        return None
    relation = select([flag])
    if [str(kind) for kind in relation.types] != ["BOOLEAN"]:
        return None
    [(holds, missing)] = relation.aggregate(f"count(*) FILTER ({flag}), count(*) - count({flag})").fetchall()
    return None if missing else int(holds)
