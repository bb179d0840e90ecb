"""Checks of single answers: what is flagged, of how many that can be judged, and what chance alone would flag."""

import numpy as np
import pandas as pd
import pytest

from cxstats import read_export
from cxstats.responses.quality import duplicate_answers, speeders, straight_liners


def test_copies_are_flagged_and_the_first_stays():
    data = pd.DataFrame({"id": range(5), "ces": [7, 6, 7, 7, None], "why": ["a", "b", "a", "a", None]})
    found = duplicate_answers(data)
    assert found.flags.tolist() == [False, False, True, True, False]
    assert found.judged == 4
    assert "left out: id" in found.note
    assert "3 identical pairs" in found.note
    assert duplicate_answers(data, ignore="why").n == 0


def test_flags_drop_rows_of_a_survey_with_their_reason(checkout):
    survey = read_export(checkout)
    found = speeders(survey, "Duration (in seconds)")
    kept = survey.where(~found.flags, found.what)
    assert len(kept.responses) == len(survey.responses) - found.n
    assert kept.rejected["reason"].eq(found.what).sum() == found.n > 0


def test_pairs_expected_by_chance_are_those_of_shuffled_columns():
    rng = np.random.default_rng(1)
    data = pd.DataFrame({"a": rng.integers(0, 3, 60), "b": rng.integers(0, 4, 60), "c": rng.integers(0, 2, 60)})
    said = float(duplicate_answers(data).note.split("pairs, ")[1].split(" by chance")[0])
    seen = []
    for _ in range(2_000):
        shuffled = data.apply(rng.permutation)
        sizes = shuffled.value_counts().to_numpy()
        seen.append((sizes * (sizes - 1) // 2).sum())
    # Four standard errors and the rounding of the note.
    assert said == pytest.approx(np.mean(seen), abs=4 * np.std(seen) / np.sqrt(2_000) + 0.05)


def test_speeders_are_below_the_fraction_of_the_median():
    data = pd.DataFrame({"seconds": [90, 30, 29.9, 100, 0, -5, None, np.inf, 95]})
    found = speeders(data, "seconds")
    assert found.flags.tolist() == [False, False, True] + [False] * 6
    assert found.sentence() == (
        "Faster than 30 seconds, 33 % of the median of 90: 1 of 5 judged (20.0 %); 4 could not be judged."
    )
    finite = data.drop(index=7)
    durations = pd.DataFrame({"seconds": pd.to_timedelta(finite["seconds"], unit="s")})
    assert speeders(durations, "seconds").flags.tolist() == speeders(finite, "seconds").flags.tolist()


def test_straight_lines_are_counted_and_compared_with_chance():
    rng = np.random.default_rng(2)
    data = pd.DataFrame({f"q{k}": rng.choice([1, 2, 3, 4, 5], 2_000, p=[0.02, 0.03, 0.1, 0.25, 0.6]) for k in range(4)})
    items = list(data)
    found = straight_liners(data, items, scale="csat-5")
    plain = (data.min(axis=1) == data.max(axis=1)).sum()
    margins = np.array([data[q].value_counts(normalize=True).sort_index() for q in items])
    assert found.n == plain
    assert found.expected == pytest.approx(2_000 * margins.prod(axis=0).sum())
    # Independent items agree as often as chance says: four standard errors.
    assert abs(found.n - found.expected) < 4 * np.sqrt(found.expected)
    assert f"{found.expected:,.1f} expected by chance" in found.sentence()


def test_only_those_who_answered_all_items_are_judged():
    data = pd.DataFrame({"a": [5, 5, None, 4], "b": ["5", "Very satisfied", 5, 4], "c": [5, 5, 5, 99]}).astype(object)
    found = straight_liners(data, ["a", "b", "c"], scale="csat-5", missing=99)
    assert (found.judged, found.n) == (2, 2)
    assert found.flags.tolist() == [True, True, False, False]
    assert "Of these 2 at 5 on csat-5, where high is good." in found.sentence()


def test_tables_of_checks_concatenate():
    data = pd.DataFrame({"s": [10, 60, 50], "a": [1, 2, 3], "b": [1, 2, 2], "c": [1, 3, 3]})
    checks = [speeders(data, "s"), straight_liners(data, ["a", "b", "c"], scale="csat-5")]
    table = pd.concat([check.to_frame() for check in checks], ignore_index=True)
    assert table["flagged"].tolist() == [1, 1]
    assert table["share"].tolist() == [1 / 3, 1 / 3]


def test_nothing_to_judge_is_said():
    data = pd.DataFrame({"s": [None, 0.0], "a": [1, None], "b": [None, 1], "c": [1, 1]})
    assert "no row can be judged" in speeders(data, "s").sentence()
    assert "no row can be judged" in straight_liners(data, ["a", "b", "c"], scale="csat-5").sentence()
    assert "no row can be judged" in duplicate_answers(data.head(0)).sentence()


def test_errors_say_what_must_hold():
    data = pd.DataFrame({"a": ["quick", "slow"], "n": [1, 2]})
    with pytest.raises(ValueError, match="must be seconds as numbers; column 'a' holds text: 'quick'"):
        speeders(data, "a")
    with pytest.raises(ValueError, match="fraction of the median must be between 0 and 1; got 3"):
        speeders(data, "n", fraction=3)
    with pytest.raises(ValueError, match="column 'm' not found"):
        speeders(data, "m")
    for items in (["a", "n"], ["a", "a", "n"], "a"):
        with pytest.raises(ValueError, match="at least 3 different items"):
            straight_liners(data, items, scale="csat-5")
    with pytest.raises(ValueError, match="no column is left to compare"):
        duplicate_answers(data, ignore=list(data.columns))
    with pytest.raises(TypeError, match="must be a Survey or a pandas DataFrame"):
        duplicate_answers({"a": [1]})


def test_where_every_value_is_unique_nothing_is_judged():
    for rows in (1, 4):
        found = duplicate_answers(pd.DataFrame({0: range(rows), "ticket": [f"T{k}" for k in range(rows)]}))
        assert (found.judged, found.n) == (0, 0)
        assert "occurs twice" in found.note
