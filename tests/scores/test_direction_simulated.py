"""The direction check over 300 simulated exports of 300 answers: reversed columns found, false alarms, silence."""

from functools import partial

import numpy as np
import pytest

from cxstats import check_direction
from cxstats.responses.simulate import simulate_support

EXPORTS, ANSWERS = 300, 300
OTHERS = {"csat": "csat-5", "nps": "nps"}
check = partial(check_direction, scale="ces-2.0", others=OTHERS)


@pytest.fixture(scope="module")
def exports():
    """Answers of the simulated support desk, a tenth of each rating left out, cut into exports."""
    made = simulate_support(5 * EXPORTS * ANSWERS, rng=np.random.default_rng(41))
    answers = made.loc[made["responded"], ["ces", *OTHERS]].astype(float).sample(frac=1, random_state=42)
    answers = answers.mask(np.random.default_rng(43).random(answers.shape) < 0.1)
    assert len(answers) >= EXPORTS * ANSWERS
    return [answers.iloc[k * ANSWERS : (k + 1) * ANSWERS] for k in range(EXPORTS)]


def test_a_reversed_column_is_found_in_95_of_100_exports(exports):
    found = [check(export.assign(ces=8 - export["ces"]), "ces") for export in exports]
    assert np.mean([one.verdict == "against" for one in found]) >= 0.95
    assert np.mean([one.suspects == ("ces",) for one in found]) >= 0.95


def test_a_right_column_raises_an_alarm_in_at_most_one_of_100_exports(exports):
    verdicts = [check(export, "ces").verdict for export in exports]
    assert np.mean([verdict == "against" for verdict in verdicts]) <= 0.01


def test_with_nothing_to_compare_it_is_silent(exports):
    found = [check_direction(export, "ces", scale="ces-2.0") for export in exports[:20]]
    assert {one.verdict for one in found} == {"silent"}
    assert all("nothing to compare with" in one.sentence() for one in found)
