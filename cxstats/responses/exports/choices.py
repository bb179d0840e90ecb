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

from cxstats.responses.exports.layouts import Column, clean_names
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

    Parameters
    ----------
    columns, texts
        What the vendor says of each column, and its cells without blanks around them.
    """
    parts: dict[str, list[int]] = {}
    for place, column in enumerate(columns):
        if column.kind == "part":
            parts.setdefault(column.part_of, []).append(place)
    judged = list(columns)
    for places in parts.values():
        words = [_words(columns[k], texts[k]) for k in places]
        options = (
            len(places) > 1
            and any(words)
            and all(said <= _option_words(columns[k]) for k, said in zip(places, words, strict=True))
        )
        for k in places:
            judged[k] = replace(columns[k], kind="option" if options else "")
    return judged


def _words(column: Column, texts: Texts) -> set[str]:
    return {label_key(str(cell)) for cell in texts.values if cell and cell not in column.missing}


def _option_words(column: Column) -> frozenset[str]:
    return frozenset({"1", label_key(column.part)} | {label_key(label) for label in column.labels.values()})


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
        not_chosen = folded.isin(list(_NOT_CHOSEN)).to_numpy(dtype=np.bool_)
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


def split_options(column: Column, texts: Texts) -> list[Choice]:
    """Split the cells of a multiple choice, or return nothing where there are more than `MOST_OPTIONS` options.

    Parameters
    ----------
    column
        With `split`.
    texts
        Without blanks around the cells.
    """
    if column.split is None:
        return []
    found = [list(options) for options in column.split([str(cell) for cell in texts.values])]
    options = list(dict.fromkeys(option for several in found for option in several))
    if not options or len(options) > MOST_OPTIONS:
        return []
    asked = texts.truths(np.array([bool(several) for several in found], dtype=np.bool_))
    names, _ = clean_names([f"{column.name}: {option}" for option in options])
    return [
        Choice(
            Column(name, column.text, "option", part_of=column.text or column.name, part=option),
            _yes_or_no(texts.truths(np.array([option in several for several in found], dtype=np.bool_)), asked),
        )
        for name, option in zip(names, options, strict=True)
    ]
