"""The same answers under every formula in use: why the formula stands beside the number."""

import pandas as pd

from cxstats.responses.tallies import Tally
from cxstats.scores.estimates import score
from cxstats.scores.intervals import IntervalMethod
from cxstats.scores.metrics import published_metrics


def formula_table(
    tally: Tally, *, method: str | IntervalMethod = "score", confidence_level: float = 0.95
) -> pd.DataFrame:
    """Score the same answers under each published formula, all segments as one.

    Returns
    -------
    pandas.DataFrame
        As people read it: ``metric``, ``formula``, ``score``, ``interval``, ``good when``.

    Examples
    --------
    >>> from cxstats.responses.tallies import tally
    >>> counted = tally(pd.DataFrame({"csat": [4, 5, 4, 3, 3]}), "csat", scale="csat-5")
    >>> formula_table(counted)[["metric", "score"]].head(2).to_dict("records")
    [{'metric': 'favourable', 'score': '60.0 %'}, {'metric': 'mean', 'score': '3.80'}]
    """
    rows: list[dict[str, str]] = []
    for metric in published_metrics(tally.scale):
        scores = score(tally.total, metric, method=method, confidence_level=confidence_level)
        limits, write = scores.interval(), metric.text
        between = f"{write(limits.low[0])} to {write(limits.high[0])}"
        found = {"score": write(scores.estimate[0]), "interval": between, "good when": metric.good}
        rows.append({"metric": metric.name, "formula": metric.formula, **found})
    return pd.DataFrame(rows)
