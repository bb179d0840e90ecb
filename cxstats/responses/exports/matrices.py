"""Items of one question are answered on one scale, which all of their answers together tell better than those of one.

An item to which nobody gave a 4 or a 5 would else pass for one on three points.
"""

from typing import Any, Final

import pandas as pd

from cxstats.responses.exports.non_answers import non_answers
from cxstats.responses.exports.wording import as_worded
from cxstats.responses.inspection import MOST_CHOICES, labelled
from cxstats.responses.likely import likely_scales, stated_labels
from cxstats.responses.polarity import polarity

_JUDGED: Final = ("rating", "choice", "number", "text")
_FIRST: Final = 1_000


def with_shared_scales(questions: pd.DataFrame, responses: pd.DataFrame) -> pd.DataFrame:
    """Judge the items of each question together, where the export says that they are its items.

    Parameters
    ----------
    questions
        As of `cxstats.responses.survey.Survey`, each item judged by itself.
    responses
        The columns.
    """
    items = questions[questions["kind"].isin(_JUDGED) & (questions["part_of"] != "") & (questions["labels"] == "")]
    judged = questions.copy()
    for question, places in items.groupby("part_of").groups.items():
        columns = [responses[str(name)] for name in items.loc[places, "column"]]
        if len(columns) < 2 or any(cells.head(_FIRST).nunique() > MOST_CHOICES for cells in columns):
            continue
        counts = [cells.value_counts() for cells in columns]
        pooled: pd.Series[Any] = pd.concat(counts).groupby(level=0, sort=False).sum()
        labels = stated_labels(str(question))
        scales = likely_scales(labelled(pooled.drop(list(non_answers(pooled, {}))), labels), str(question))
        if not scales or len(pooled) > MOST_CHOICES:
            continue
        for place, given in zip(places, counts, strict=True):
            if len(given):
                item = str(items.loc[place, "part"])
                # What all items are said of may be in the question: "It was easy to ...".
                statement = item if polarity(item) else f"{question}: {item}"
                said = as_worded("rating", scales, given, labels={}, statement=statement)
                judged.loc[place, ["kind", "scale", "evidence"]] = list(said)
    return judged
