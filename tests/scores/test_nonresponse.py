"""Early against late answers and scores without flagged rows: against plain expressions, by simulation, in words."""

import numpy as np
import pandas as pd
import pytest

from cxstats import Design, score, tally
from cxstats.responses.quality import speeders
from cxstats.scores.differences import named_difference
from cxstats.scores.intervals import Sample
from cxstats.scores.nonresponse import early_and_late, score_without


def answers(n=400, shift=1.0, seed=3) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    days = np.where(np.arange(n) % 3 == 0, 5.0, 0.0) + rng.exponential(0.8, n)
    points = np.clip(np.rint(5.6 - shift * (days > 5) + rng.normal(0, 1.2, n)), 1, 7).astype(int)
    asked = pd.Timestamp("2026-02-02 09:00") + pd.to_timedelta(rng.integers(0, 60, n), unit="D")
    table = pd.DataFrame(
        {"ces": points, "asked": asked, "seconds": rng.lognormal(4, 0.6, n), "w": rng.uniform(0.5, 2, n)}
    )
    return table.assign(answered=asked + pd.to_timedelta(days, unit="D"), days=days)


TIMES = {"scale": "ces-2.0", "asked": "asked", "answered": "answered"}


def test_parts_are_scored_as_they_stand():
    data = answers()
    found = early_and_late(data, "ces", cut="5 days", **TIMES)
    for k, rows in enumerate((data[data["days"] <= 5], data[data["days"] > 5])):
        plain = score(tally(rows, "ces", scale="ces-2.0"))
        assert found.scores.estimate[k] == pytest.approx(plain.estimate[0])
        assert found.scores.interval().low[k] == pytest.approx(plain.interval().low[0])
    assert found.difference.estimate == pytest.approx(np.diff(found.scores.estimate)[0])
    assert found.to_frame()["estimate"].iloc[2] == found.difference.estimate


def test_the_median_delay_halves_them():
    found = early_and_late(answers(), "ces", **TIMES)
    assert found.scores.n.tolist() == [200, 200]


def test_words_follow_the_scale():
    data = answers()
    easy = early_and_late(data, "ces", cut=pd.Timedelta(days=5), **TIMES)
    assert easy.sentence().startswith("Late answers are worse: ces is ")
    assert (
        "high is good. If those who never answered are like the late ones, the score of all customers is worse"
        in easy.sentence()
    )
    effort = early_and_late(
        data.assign(ces=(data["ces"] - 1).clip(1, 5)), "ces", cut="5 days", **TIMES | {"scale": "ces-1.0"}
    )
    assert effort.sentence().startswith("Late answers are better")
    assert "low is good" in effort.sentence()
    share = early_and_late(data, "ces", cut="5 days", metric="favourable", **TIMES)
    assert "percentage points" in share.sentence()
    same = early_and_late(answers(shift=0), "ces", cut="5 days", **TIMES)
    assert same.sentence().startswith("No clear difference between early and late answers")
    assert "too few to say" in early_and_late(data.head(12), "ces", cut="5 days", **TIMES).sentence()


def test_times_that_do_not_fit_are_counted():
    data = answers()
    data.loc[:4, "answered"] = pd.NaT
    data.loc[5:7, "answered"] = data.loc[5:7, "asked"] - pd.Timedelta(hours=1)
    found = early_and_late(data, "ces", **TIMES)
    assert (found.without_times, found.negative) == (5, 3)
    assert found.scores.tally.rows.sum() == len(data) - 8
    assert "5 rows lack one of the two dates. 3 rows were answered before they were asked" in found.sentence()


def test_a_design_is_used():
    data = answers()
    found = early_and_late(data, "ces", cut="5 days", design=Design(weights="w"), **TIMES)
    late = data[data["days"] > 5]
    assert found.scores.estimate[1] == pytest.approx(np.average(late["ces"], weights=late["w"]))


def test_difference_of_two_scores_covers():
    rng = np.random.default_rng(8)
    early, late = np.array([0.04, 0.06, 0.1, 0.3, 0.5]), np.array([0.1, 0.12, 0.18, 0.3, 0.3])
    values = np.arange(1.0, 6.0)
    for n_late, n_early in ((80, 160), (300, 300)):
        samples = [
            Sample.from_counts(rng.multinomial(n, p, 2_000), values) for n, p in ((n_late, late), (n_early, early))
        ]
        limits = named_difference("mover")(*samples, 0.95)
        truth = (late - early) @ values
        # Exact 99 % interval of 2,000 replicates around .95.
        assert 1_873 <= np.sum((limits.low <= truth) & (truth <= limits.high)) <= 1_925


def test_score_without_is_the_score_of_the_others():
    data = answers()
    fast = speeders(data, "seconds", fraction=0.5)
    found = score_without(data, fast, "ces", scale="ces-2.0", design=Design(weights="w"))
    kept, every = (np.average(rows["ces"], weights=rows["w"]) for rows in (data[~fast.flags], data))
    assert found.change.estimate == pytest.approx(kept - every, abs=1e-12)
    assert found.change.low < found.change.estimate < found.change.high
    assert found.to_frame()["n"].tolist() == [400, fast.n, 400 - fast.n]
    assert found.sentence().startswith(f"{fast.what}: without these {fast.n} answers ces is ")


def test_flags_of_several_checks_or_a_column():
    data = answers()
    low, high = data["seconds"] < 30, data["ces"] == 7
    fast = speeders(data, "seconds")
    either = score_without(data, [fast, speeders(data, "seconds", fraction=0.6)], "ces", scale="ces-2.0")
    assert " or " in either.what
    assert either.to_frame()["n"].iloc[1] == speeders(data, "seconds", fraction=0.6).n
    assert score_without(data, low | high, "ces", scale="ces-2.0").sentence().startswith("Flagged rows: without")
    none = score_without(data, high & False, "ces", scale="ces-2.0")
    assert (none.change.estimate, none.sentence()) == (0.0, "Flagged rows: no answer to ces is flagged.")
    everybody = score_without(data, high | True, "ces", scale="ces-2.0")
    assert everybody.sentence() == "Flagged rows: all 400 answers to ces are flagged."


def test_errors_say_what_must_hold():
    data = answers()
    with pytest.raises(ValueError, match="column 'when' not found"):
        early_and_late(data, "ces", **TIMES | {"asked": "when"})
    with pytest.raises(ValueError, match="must hold dates; it holds text"):
        early_and_late(data.assign(asked="2026-01-01"), "ces", **TIMES)
    with pytest.raises(ValueError, match="has a time zone and column 'asked' has none"):
        early_and_late(data.assign(answered=data["answered"].dt.tz_localize("UTC")), "ces", **TIMES)
    with pytest.raises(ValueError, match="no row has both dates"):
        early_and_late(data.assign(asked=pd.NaT), "ces", **TIMES)
    for cut in (5, "soon", "-1 day"):
        with pytest.raises(ValueError, match="cut must be a delay above zero"):
            early_and_late(data, "ces", cut=cut, **TIMES)
    with pytest.raises(ValueError, match="one value for each of the 400 rows"):
        score_without(data, pd.Series([True]), "ces", scale="ces-2.0")
