"""What customers left out: answered, empty, not applicable, don't know and unusable answers of each rating.

>>> import pandas as pd
>>> asked = pd.DataFrame({"ces": [7, 6, None, 2], "csat": ["Satisfied", "Don't know", "n/a", "so-so"]})
>>> found = missing_answers(asked, ratings={"ces": "ces-2.0", "csat": "csat-5"})
>>> found.to_frame().drop(columns="rows").to_dict("records")[1]
{'rating': 'csat', 'answered': 1, 'empty': 0, 'not_applicable': 1, 'dont_know': 1, 'set_aside': 1}
"""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Any, Final, cast

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from cxstats.responses.answers import missing_codes, read_answer
from cxstats.responses.names import unknown_name
from cxstats.responses.no_answers import kind_of_no_answer
from cxstats.responses.scales import Scale, named_scale
from cxstats.responses.tallies import Tally, tally

KINDS: Final = ("answered", "empty", "not_applicable", "dont_know", "set_aside")
"""What can become of a row; they add up to the rows."""

KINDS_IN_WORDS: Final[Mapping[str, str]] = {
    "answered": "answered",
    "empty": "empty",
    "not_applicable": "not applicable or skipped",
    "dont_know": "don't know",
    "set_aside": "set aside",
}


@dataclass(frozen=True, slots=True, eq=False)
class MissingAnswers:
    """What became of every row under each of R ratings.

    Attributes
    ----------
    ratings
        Their columns.
    counts
        Rows of each of `KINDS`, which add up to all rows; shape (R, 5).
    reasons
        Why answers are not in use: columns ``rating``, ``kind``, ``reason``, ``rows``, most frequent first.
    """

    ratings: tuple[str, ...]
    counts: NDArray[np.int64]
    reasons: pd.DataFrame

    @property
    def rows(self) -> int:
        """Rows of the data."""
        return int(self.counts[0].sum())

    def to_frame(self) -> pd.DataFrame:
        """One row a rating: ``rating``, ``rows`` and the five counts that add up to them."""
        counts = pd.DataFrame(self.counts, columns=list(KINDS))
        counts.insert(0, "rows", self.counts.sum(axis=1))
        counts.insert(0, "rating", list(self.ratings))
        return counts

    def to_text(self) -> pd.DataFrame:
        """Table as people read it: counts with their share of the rows."""
        table = pd.DataFrame({"rating": self.ratings, "rows": [f"{n:,}" for n in self.counts.sum(axis=1)]})
        for k, kind in enumerate(KINDS):
            table[KINDS_IN_WORDS[kind]] = [_with_share(n, self.rows) for n in self.counts[:, k].tolist()]
        return table

    def sentence(self) -> str:
        """Name the rating that most and the one that fewest customers answered, and what the latter lacks."""
        answered = self.counts[:, 0]
        if self.rows == 0:
            return "There are no responses."
        worst, best = int(answered.argmin()), int(answered.argmax())
        said = f"{self._answered(worst)}{self._lacks(worst)}."
        if worst == best:
            return said if len(self.ratings) == 1 else f"Every rating: {said}"
        return f"Answered most: {self._answered(best)}. Answered least: {said}"

    def _answered(self, k: int) -> str:
        return f"{self.ratings[k]}, {_with_share(int(self.counts[k, 0]), self.rows)} of {self.rows:,} responses"

    def _lacks(self, k: int) -> str:
        found = zip(KINDS[1:], self.counts[k, 1:].tolist(), strict=True)
        lacks = ", ".join(f"{n:,} {KINDS_IN_WORDS[kind]}" for kind, n in found if n)
        return f" ({lacks})" if lacks else ""

    def _repr_html_(self) -> str:
        return f"<p>{escape(self.sentence())}</p>{self.to_text().to_html(index=False, border=0, justify='left')}"


def missing_answers(data: Any, *, ratings: Mapping[str, Scale | str], missing: object = ()) -> MissingAnswers:
    """Say of each rating how many answered, and what the others left.

    Parameters
    ----------
    data
        A `Survey` or a table of any engine, as for `tally`.
    ratings
        From each column to its scale.
    missing
        Code or codes that mean "no answer", as for `tally`; or, since a code can be an answer to another question,
        from a rating to its codes. Codes may say what they mean:
        ``{"csat": {0: "empty", 6: "dont_know"}}``; the meanings are those of `KINDS`.

    Returns
    -------
    MissingAnswers
        Rows = answered + empty + not applicable + don't know + set aside, rating by rating. Words for "don't know" and
        "not applicable" are known in the seven languages of the labels.

    Raises
    ------
    ValueError
        If no rating is named, a column or meaning is unknown, or no answer of a rating fits its scale.
    """
    if not ratings:
        raise ValueError("name at least one rating, as ratings={'ces': 'ces-2.0'}; got none")
    counts = np.zeros((len(ratings), len(KINDS)), dtype=np.int64)
    reasons: list[pd.DataFrame] = []
    for k, (column, scale) in enumerate(ratings.items()):
        codes = _codes_of(column, missing, ratings)
        counted = tally(data, column, scale=scale, missing=tuple(codes))
        kinds = _kinds(counted, named_scale(scale), codes)
        summed = kinds.groupby("kind")["rows"].sum()
        counts[k] = [int(summed.get(kind, 0)) for kind in KINDS]
        reasons.append(kinds[kinds["kind"] != "answered"].assign(rating=column))
    order = ["rating", "kind", "reason"]
    listed = pd.concat(reasons).groupby(order, as_index=False, sort=False)[["rows"]].sum()
    ranked = listed.sort_values(["rows", *order], ascending=[False, True, True, True], ignore_index=True)
    return MissingAnswers(tuple(ratings), counts, ranked)


def _codes_of(column: str, missing: object, ratings: Mapping[str, object]) -> Mapping[object, str]:
    """Return the codes of one rating with what each means."""
    given = missing
    if isinstance(missing, Mapping):
        by_rating = cast("Mapping[str, object]", missing)
        for name in by_rating:
            if name not in ratings:
                raise ValueError(unknown_name("rating", name, ratings))
        given = by_rating.get(column, ())
    if not isinstance(given, Mapping):
        return dict.fromkeys(missing_codes(given), "empty")
    meanings = cast("Mapping[object, str]", given)
    for meaning in meanings.values():
        if meaning not in KINDS[1:4]:
            raise ValueError(unknown_name("meaning", meaning, KINDS[1:4]))
    return meanings


def _kinds(counted: Tally, scale: Scale, codes: Mapping[object, str]) -> pd.DataFrame:
    """Say of which kind each raw answer is: columns ``kind``, ``reason``, ``rows``."""
    table = counted.answers()
    rows = zip(table["answer"], table["reason"], table["missing"], strict=True)
    kinds = [_kind(answer, reason, gone, scale=scale, codes=codes) for answer, reason, gone in rows]
    return pd.DataFrame({"kind": kinds, "reason": table["reason"], "rows": table["rows"]})


def _kind(answer: object, reason: str, gone: bool, *, scale: Scale, codes: Mapping[object, str]) -> str:  # noqa: FBT001
    if not reason:
        return "answered"
    if reason.startswith("code "):
        meant = (meaning for code, meaning in codes.items() if read_answer(answer, scale, missing=(code,)).missing)
        return next(meant, "empty")
    if not gone:
        return "set_aside"
    kind = kind_of_no_answer(str(answer)) or "empty"
    return "not_applicable" if kind == "refused" else kind


def _with_share(n: int, rows: int) -> str:
    return f"{n:,} ({100 * n / rows:.1f} %)" if rows else f"{n:,}"
