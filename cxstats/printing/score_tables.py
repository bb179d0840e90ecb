"""Scores as text, with what was set aside and why, and as objects of the JSON."""

from collections.abc import Iterable
from typing import Final

from cxstats.printing.objects import plain
from cxstats.scores.estimates import Scores

_REASONS_SHOWN: Final = 7


def score_text(scores: Scores) -> str:
    """Write scores as a table, with what was set aside and why."""
    reasons = scores.tally.reasons()
    unused = reasons[~reasons["missing"].astype(bool)]
    lines = [f"  set aside: {row.rows:,} x {row.reason}" for row in unused.head(_REASONS_SHOWN).itertuples()]
    rest = unused["rows"].iloc[_REASONS_SHOWN:].sum()
    return "\n".join([repr(scores), *lines, *([f"  set aside: {rest:,} x other reasons"] if rest else [])])


def score_objects(scores: Scores) -> Iterable[dict[str, object]]:
    """Yield the total and then each segment, as the objects of the JSON list."""
    for part in [scores.total, scores] if scores.tally.by else [scores]:
        frame, few = part.to_frame(), part.too_few
        for k, row in enumerate(frame.to_dict("records")):
            keys = {str(name): plain(row[name]) for name in part.tally.by}
            figures = {name: plain(row[name]) for name in ("estimate", "standard_error", "low", "high")}
            counts = {"n": int(part.n[k]), "missing": int(part.missing[k]), "set_aside": int(part.set_aside[k])}
            yield {**keys, "column": part.tally.column, **counts, **figures, "too_few": bool(few[k])}
