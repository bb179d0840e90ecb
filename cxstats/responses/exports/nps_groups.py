"""Check the detractors, passives and promoters that a vendor writes beside a score against that score."""

from typing import Any, Final

import numpy as np

from cxstats.responses.answers import read_answer
from cxstats.responses.exports.texts import Texts
from cxstats.responses.labels import RECOMMENDATION_GROUPS, label_key
from cxstats.responses.scales import DETRACTORS, PASSIVES, PROMOTERS, named_scale

_POINTS: Final = {"detractors": DETRACTORS, "passives": PASSIVES, "promoters": PROMOTERS}
# Of vendors that write the group as a code: Qualtrics' 1, 2 and 3.
_CODES: Final = {"1": "detractors", "2": "passives", "3": "promoters"}
_NAMES: Final = {label_key(name): group for group, names in RECOMMENDATION_GROUPS.items() for name in names}


def group_note(group: tuple[str, Texts], score: tuple[str, Texts]) -> str:
    """Say whether a column of groups agrees with its score.

    Parameters
    ----------
    group, score
        Name and cells of each, without blanks around them.
    """
    groups = _asked(group[1], _group_of_cell)
    points = _asked(score[1], _group_of_score)
    both = (groups != "") & (points != "")
    differ = np.flatnonzero(both & (groups != points))
    alone = int(((groups != "") & (points == "")).sum())
    said = f"column {group[0]!r}: the group of {score[0]!r} in all {int(both.sum()):,} answers"
    if len(differ):
        shown = ", ".join(f"{place + 1:,}" for place in differ[:5].tolist())
        more = ", ..." if len(differ) > 5 else ""
        said = (
            f"column {group[0]!r}: not the group of {score[0]!r} in {len(differ):,} of {int(both.sum()):,} answers "
            f"(kept responses {shown}{more}); score {score[0]!r} itself"
        )
    return f"{said}; {alone:,} groups stand without a score" if alone else said


def _asked(texts: Texts, question: Any) -> Any:
    answers = np.array([question(str(cell)) for cell in texts.values], dtype=object)
    return answers if texts.codes is None else answers[texts.codes]


def _group_of_cell(cell: str) -> str:
    return _CODES.get(cell, _NAMES.get(label_key(cell), cell and "?"))


def _group_of_score(cell: str) -> str:
    point = read_answer(cell, named_scale("nps")).point
    return next((group for group, points in _POINTS.items() if point in points), "")
