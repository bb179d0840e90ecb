"""Scores by week or store, and what R says of KPIs beside them."""

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
    return json.loads((REFERENCE / "kpis.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def scored():
    """CSAT answers: so many of each unit's answers are 5, the others 2."""

    def make(keys, happy, sizes, *, by="week", metric=None):
        happy, sizes = np.asarray(happy, dtype=int), np.broadcast_to(sizes, np.shape(happy))
        answers = [point for k, n in zip(happy, sizes, strict=True) for point in [5] * k + [2] * (n - k)]
        data = pd.DataFrame({"csat": answers, by: pd.Series(keys).repeat(sizes).to_numpy()})
        return score(tally(data, "csat", scale="csat-5", by=by), metric)

    return make


@pytest.fixture(scope="session")
def weeks(scored):
    """40 weeks of 200 answers; one more point of the true share goes with .3 fewer repeat calls per 100 contacts."""
    rng = np.random.default_rng(5)
    starts = pd.date_range("2026-01-05", periods=40, freq="7D")
    truth = 0.78 + 0.05 * rng.standard_normal(40)
    repeats = rng.binomial(3_000, 0.35 - 0.3 * truth)
    table = pd.DataFrame({"week": starts, "repeat_calls": repeats, "contacts": 3_000})
    table["revenue"] = 50_000 + 2_000 * rng.standard_normal(40)
    return scored(starts, rng.binomial(200, truth), 200), table
