"""What was checked of a model and what was found, for tables and for people."""

from dataclasses import dataclass
from html import escape
from typing import Literal

import pandas as pd

from cxstats.responses.names import unknown_name

Verdict = Literal["fine", "look", "cannot say"]


@dataclass(frozen=True, slots=True)
class Check:
    """One thing that was checked.

    Attributes
    ----------
    check
        What: ``"variance inflation"``, ``"straight line"``, ...
    of
        The driver or change that it is of; empty if of the whole model.
    value
        The figure that was found.
    p_value
        Of a test, adjusted by Holm's method where several ask the same; NaN where there is none.
    verdict
        ``"fine"``, ``"look"`` or ``"cannot say"``.
    sentence
        For a manager.
    """

    check: str
    of: str
    value: float
    p_value: float
    verdict: Verdict
    sentence: str


@dataclass(frozen=True, slots=True, eq=False)
class Diagnostics:
    """All checks of a model.

    Attributes
    ----------
    checks
        In the order of the docstring of `diagnose`.
    """

    checks: tuple[Check, ...]

    def to_frame(self) -> pd.DataFrame:
        """Tidy table, unrounded: ``check``, ``of``, ``value``, ``p_value``, ``verdict``."""
        names = ["check", "of", "value", "p_value", "verdict"]
        return pd.DataFrame([[getattr(one, name) for name in names] for one in self.checks], columns=names)

    def sentences(self, *, verdict: Verdict | None = None) -> tuple[str, ...]:
        """Say what was found; all of it, or what has one verdict."""
        wanted = (one for one in self.checks if verdict in (None, one.verdict))
        return tuple(dict.fromkeys(one.sentence for one in wanted))

    def verdict(self, check: str, of: str = "") -> Verdict:
        """Return the verdict of a check.

        Raises
        ------
        ValueError
            If there is no such check.
        """
        found: dict[tuple[str, str], Verdict] = {(one.check, one.of): one.verdict for one in self.checks}
        if (check, of) not in found:
            names = [f"{name} of {what}" if what else name for name, what in found]
            raise ValueError(unknown_name("check", f"{check} of {of}" if of else check, names))
        return found[check, of]

    def _repr_html_(self) -> str:
        parts: dict[Verdict, str] = {"look": "To look at", "cannot say": "Cannot be told", "fine": "Fine"}
        html = ""
        for verdict, title in parts.items():
            told = "".join(f"<li>{escape(said)}</li>" for said in self.sentences(verdict=verdict))
            html += f"<p><b>{title}</b></p><ul>{told}</ul>" if told else ""
        return html

    def __repr__(self) -> str:
        return "\n".join(f"[{one.verdict}] {one.sentence}" for one in self.checks)
