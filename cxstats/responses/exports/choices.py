"""Multiple choices: one yes/no column an option, whether a vendor writes a column for each or all into one cell.

An option is chosen, or it is not while another option of its question is, or while the export says so with a word of
its own as ``0``. Where all of a question's columns are blank, the question may have been passed over, so all of its
options are missing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pandas as pd

from cxstats.responses.exports.layouts import Column, Stated, clean_names, one_line
from cxstats.responses.exports.moments import DAY_OR_MONTH, YEAR_LAST, with_formats
from cxstats.responses.exports.texts import Texts, Truths
from cxstats.responses.labels import label_key

MOST_OPTIONS: Final = 60
_NOT_CHOSEN: Final = frozenset({"", "0", "no", "n", "false", "unchecked", "not selected"})


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """One option of a multiple choice.

    Attributes
    ----------
    column
        What is said of it.
    cells
        Chosen or not, missing where unknown; numbered from 0.
    """

    column: Column
    cells: "pd.Series[Any]"


def judged_parts(columns: Sequence[Column], texts: Sequence[Texts]) -> list[Column]:
    """Say of the parts of questions whether they are options of a multiple choice or items of a matrix.

    How dates are written, which takes all columns too, is said on the way.

    Parameters
    ----------
    columns, texts
        What the vendor says of each column, and its cells without blanks around them.
    """
    first = [first_answer(*pair) for pair in zip(columns, texts, strict=True)]
    columns = with_formats(columns, first, lambda k: _shown_first(columns[k], texts[k]))
    parts: dict[str, list[int]] = {}
    for place, column in enumerate(columns):
        if column.kind == "part":
            parts.setdefault(column.part_of, []).append(place)
    judged = list(columns)
    for places in parts.values():
        words = [_words(columns[k], texts[k]) for k in places]
        kinds = _kinds([columns[k] for k in places], [texts[k] for k in places], words)
        coded = _by_place([columns[k] for k in places], words)
        for k, kind in zip(places, kinds, strict=True):
            judged[k] = replace(columns[k], kind=kind, labels=columns[k].labels if coded and kind == "option" else {})
    return judged


def first_answer(column: Column, texts: Texts) -> str:
    """Return the first cell of a column that is an answer, ``""`` where there is none."""
    return next((cell for cell in texts.values if cell and cell not in column.missing), "")


def _shown_first(column: Column, texts: Texts) -> set[str]:
    """Say which of day and month the cells of a column show to be first."""
    answers = texts.values[~texts.values.isin(["", *column.missing])]
    if not answers.str.match(YEAR_LAST).all():
        return set()
    return {order for order, form in DAY_OR_MONTH.items() if answers.str.match(form).any()}


def _kinds(columns: Sequence[Column], texts: Sequence[Texts], words: Sequence[set[str]]) -> list[Stated]:
    """Say of the parts of one question whether each is an option, what was written beside options, or an item."""
    odd = [k for k, column in enumerate(columns) if words[k] - _option_words(column)]
    last = len(columns) - 1
    stands_out = odd == [last] and last > 1 and not columns[last].chosen
    written = stands_out and not all(word.isdecimal() for word in words[last])
    options = columns[:last] if written else columns
    named = any(words[k] & _own_words(column) for k, column in enumerate(options))
    if len(columns) < 2 or not any(words) or (odd and not (written and named)):
        return [""] * len(columns)
    if _by_place(options, words) and not _some_left_out(texts[: len(options)]):
        return [""] * len(columns)
    return [*("option" for _ in options), *("text" for _ in columns[len(options) :])]


def _words(column: Column, texts: Texts) -> set[str]:
    return {label_key(str(cell)) for cell in texts.values if cell and cell not in column.missing}


def _own_words(column: Column) -> set[str]:
    return {label_key(word) for word in (column.part, *column.chosen, *column.labels, *column.labels.values())}


def _option_words(column: Column) -> set[str]:
    return {"1"} | _own_words(column) | (set(map(label_key, _NOT_CHOSEN)) if column.chosen else set())


def _by_place(columns: Sequence[Column], words: Sequence[set[str]]) -> bool:
    """Say whether options may be written as their place: 3 in the third."""
    return any(words[k] & set(column.labels) for k, column in enumerate(columns))


def _some_left_out(texts: Sequence[Texts]) -> bool:
    """Say whether two columns or more are filled, and not always all of them.

    Items of a matrix and ranks would hold their own place only if everyone answered 1, 2, 3, ... and left some out.
    """
    filled = np.array([said.truths((said.values != "").to_numpy(dtype=np.bool_)) for said in texts])
    times = filled.sum(axis=0)
    return bool(filled.any(axis=1).sum() > 1 and ((times > 0) & (times < len(texts))).any())


def chosen_options(columns: Mapping[int, Column], texts: Sequence[Texts]) -> dict[int, Choice]:
    """Read the columns of options as yes or no.

    Parameters
    ----------
    columns
        Those of options by place.
    texts
        The cells of all columns, without blanks around them.

    Returns
    -------
    dict
        From place to the option.
    """
    chosen: dict[int, Truths] = {}
    asked: dict[str, Truths] = {}
    for place, column in columns.items():
        said = texts[place]
        folded = said.values.str.lower()
        own: set[str] = set() if column.chosen else {column.part.lower()}  # an option may be called "No"
        not_chosen = folded.isin(list(_NOT_CHOSEN - own)).to_numpy(dtype=np.bool_)
        missing = said.values.isin(["", *column.missing]).to_numpy(dtype=np.bool_)
        chosen[place] = said.truths(~not_chosen & ~missing)
        seen = said.truths(~missing)
        asked[column.part_of] = asked[column.part_of] | seen if column.part_of in asked else seen
    return {
        place: Choice(column, _yes_or_no(chosen[place], asked[column.part_of])) for place, column in columns.items()
    }


def _yes_or_no(chosen: Truths, asked: Truths) -> "pd.Series[Any]":
    found = pd.Series(chosen)
    return found if asked.all() else found.astype("boolean").mask(pd.Series(~asked))


def split_options(column: Column, texts: Texts) -> tuple[list[Choice], str]:
    """Split the cells of a multiple choice.

    Parameters
    ----------
    column
        With `split`.
    texts
        Without blanks around the cells.

    Returns
    -------
    tuple
        The options, none where the cells hold no multiple choice or more than `MOST_OPTIONS` options, and in the
        latter case a note.
    """
    if column.split is None:
        return [], ""
    found = [list(options) for options in column.split([str(cell) for cell in texts.values])]
    options = list(dict.fromkeys(option for several in found for option in several))
    if len(options) > MOST_OPTIONS:
        return [], (
            f"kept as text: it looks like a multiple choice of {len(options):,} options, and at most {MOST_OPTIONS} "
            "become columns"
        )
    asked = texts.truths(np.array([bool(several) for several in found], dtype=np.bool_))
    names, _ = clean_names([f"{column.name}: {option}" for option in options])
    return [
        Choice(
            Column(name, column.text, "option", part_of=column.text or column.name, part=one_line(option)),
            _yes_or_no(texts.truths(np.array([option in several for several in found], dtype=np.bool_)), asked),
        )
        for name, option in zip(names, options, strict=True)
    ], ""
