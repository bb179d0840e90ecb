"""How results show themselves: the sentence, the table, and the notes under it."""

from collections.abc import Sequence
from html import escape
from typing import Protocol

import pandas as pd


class Result(Protocol):
    """What is shown of a result."""

    def sentence(self) -> str:
        """Say it in one sentence."""
        ...

    def to_text(self) -> pd.DataFrame:
        """Return the table as people read it."""
        ...

    def notes(self) -> Sequence[str]:
        """Say what a reader should know."""
        ...


def as_html(result: Result) -> str:
    """Write a result for a notebook."""
    notes = "<br>".join(escape(line) for line in result.notes())
    table = result.to_text().to_html(index=False, border=0, justify="left")
    return f"<p>{escape(result.sentence())}</p>{table}<p>{notes}</p>"


def as_text(result: Result) -> str:
    """Write a result for a terminal."""
    return "\n".join([result.sentence(), result.to_text().to_string(index=False), *result.notes()])
