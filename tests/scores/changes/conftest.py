"""Scores by week from shares that are known."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from cxstats.responses.tallies import tally
from cxstats.scores.estimates import score

REFERENCE = Path(__file__).parents[2] / "reference"


@pytest.fixture(scope="session")
def figures():
    return json.loads((REFERENCE / "changes.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def published():
    found = json.loads((REFERENCE / "changes_published.json").read_text(encoding="utf-8"))
    return found["its/segmented_neweywest"]


@pytest.fixture(scope="session")
def weekly():
    """CSAT answers by week: so many of each week's answers are 5, the others 2."""

    def make(happy, sizes, *, metric=None, starts=None, **more):
        happy, sizes = np.asarray(happy), np.broadcast_to(sizes, np.shape(happy))
        starts = pd.date_range("2026-01-05", periods=len(happy), freq="7D") if starts is None else starts
        answers = [point for k, n in zip(happy, sizes, strict=True) for point in [5] * int(k) + [2] * int(n - k)]
        data = pd.DataFrame({"csat": answers, "week": pd.DatetimeIndex(starts).repeat(sizes)}).assign(**more)
        return score(tally(data, "csat", scale="csat-5", by=["week", *more]), metric)

    return make
