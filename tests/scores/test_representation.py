"""Respondents against the frame: against R, by simulation, and what is in one and not in the other."""

import numpy as np
import pandas as pd
import pytest

from cxstats.scores.level_counts import LevelCounts
from cxstats.scores.representation import compare_with_frame


def counts_of(n, frame, *, linked=False) -> LevelCounts:
    n, frame = np.asarray(n, dtype=float), np.asarray(frame, dtype=float)
    return LevelCounts("level", tuple(map(str, range(len(n)))), frame, n, n, n, linked)


def test_chi_square_agrees_with_r(figures):
    for case in figures("participation")["fits"]:
        for way in ("fit", "linked"):
            found = counts_of(case["n"], case["frame"], linked=way == "linked").test()
            assert found["chi_square"] == pytest.approx(case[way], rel=1e-10)
            assert found["p_value"] == pytest.approx(case[f"{way}_p"], rel=1e-8)
            assert found["degrees_of_freedom"] == pytest.approx(len(case["n"]) - 1)


def test_weighted_shares_and_test_agree_with_r(figures):
    case = figures("participation")["weighted"]
    answers = pd.DataFrame({"level": case["level"], "w": case["w"]})
    found = compare_with_frame(answers, {"level": case["frame"]}, by="level", weights="w")
    assert found.levels["share"].to_numpy() == pytest.approx(case["shares"], rel=1e-12)
    assert found.levels["standard_error"].to_numpy() == pytest.approx(case["standard_error"], rel=1e-10)
    test = found.tests.iloc[0]
    assert test["chi_square"] == pytest.approx(case["chi_square"], rel=1e-9)
    assert test["degrees_of_freedom"] == pytest.approx(case["df"], rel=1e-9)
    assert test["p_value"] == pytest.approx(case["p"], rel=1e-8)
    doubled = compare_with_frame(answers.assign(w=2 * answers["w"]), {"level": case["frame"]}, by="level", weights="w")
    pd.testing.assert_frame_equal(doubled.levels, found.levels)
    pd.testing.assert_frame_equal(doubled.tests, found.tests)


def test_levels_add_up():
    frame = pd.DataFrame({"id": range(1000), "channel": np.resize(["phone", "chat", "chat", None], 1000)})
    answers = frame[frame["id"] % 7 == 0]
    for found in (
        compare_with_frame(answers, frame, by="channel", on="id"),
        compare_with_frame(answers, frame, by="channel"),
    ):
        levels = found.levels
        assert levels["level"].tolist() == ["chat", "phone", "(none)"]
        assert (levels["in_frame"].sum(), levels["n"].sum()) == (1000, len(answers))
        assert levels["difference"].sum() == pytest.approx(0)
        assert ((levels["low"] < levels["difference"]) & (levels["difference"] < levels["high"])).all()
        assert found.tests["dissimilarity"][0] == pytest.approx(levels["difference"].abs().sum() / 2)
    linked, apart = (compare_with_frame(answers, frame, by="channel", **kw).levels for kw in ({"on": "id"}, {}))
    assert linked["answered_of_frame"].to_numpy() == pytest.approx(linked["n"] / linked["in_frame"])
    assert apart["answered_of_frame"].isna().all()
    # Respondents that are rows of the frame vary less than a sample of their own.
    assert (linked["standard_error"] < apart["standard_error"]).all()


def test_weights_can_undo_a_skew():
    answers = pd.DataFrame({"channel": ["phone"] * 50 + ["chat"] * 150, "w": [2.0] * 50 + [1.0] * 150})
    frame = {"channel": {"phone": 40, "chat": 60}}
    assert compare_with_frame(answers, frame, by="channel").levels["difference"].tolist() == pytest.approx(
        [0.15, -0.15]
    )
    weighted = compare_with_frame(answers, frame, by="channel", weights="w")
    assert weighted.levels["difference"].tolist() == pytest.approx([0, 0])
    assert weighted.levels["unweighted_share"].tolist() == [0.75, 0.25]
    assert "weighted by w" in weighted.sentence()


def test_linked_respondents_take_their_level_from_the_frame_and_count_once():
    frame = pd.DataFrame({"id": list("abcd"), "size": ["s", "s", "m", "m"]})
    answers = pd.DataFrame({"id": ["a", "a", "c", "z"], "size": ["wrong"] * 4, "w": [1.0, 9.0, 3.0, 5.0]})
    found = compare_with_frame(answers, frame, by="size", on="id")
    assert found.levels["n"].tolist() == [1, 1]
    assert (found.links.repeated, found.links.unmatched) == (1, 1)
    weighted = compare_with_frame(answers, frame, by="size", on="id", weights="w")
    assert weighted.levels["share"].tolist() == pytest.approx([0.75, 0.25])


def test_levels_in_one_and_not_in_the_other_are_shown():
    answers = pd.DataFrame({"channel": ["phone"] * 60 + ["fax"] * 5 + ["chat"] * 40})
    found = compare_with_frame(answers, {"channel": {"phone": 100, "chat": 100, "post": 10}}, by="channel")
    assert found.levels["level"].tolist() == ["chat", "fax", "phone", "post"]
    assert found.tests["outside_frame"][0] == 5
    assert "Nobody of post answered. 5 respondents are of levels that the frame does not have." in found.sentence()


def test_levels_match_whatever_their_type():
    answers = pd.DataFrame({"stars": [1.0, 2.0, None, 10.0]})
    found = compare_with_frame(answers, pd.DataFrame({"stars": [1, 2, 10, 10]}), by="stars")
    assert found.levels["level"].tolist() == ["1", "2", "10", "(none)"]
    assert found.levels["n"].tolist() == [1, 1, 1, 1]


def test_the_sentence_names_the_level_that_differs_most():
    answers = pd.DataFrame({"channel": ["phone"] * 180 + ["chat"] * 820, "land": np.resize(["a", "b"], 1000)})
    frame = {"channel": {"phone": 250, "chat": 750}, "land": {"a": 500, "b": 500}}
    found = compare_with_frame(answers, frame, by=["channel", "land"])
    said = found.sentence()
    assert said.startswith("channel: phone is 25.0 % of the frame and 18.0 % of respondents, -7.0 percentage points")
    assert "land: no clear difference" in said
    assert found.tests["p_holm"].to_numpy() == pytest.approx(np.minimum(found.tests["p_value"] * [2, 1], 1))


SHARES, READINESS = np.array([0.45, 0.3, 0.17, 0.08]), np.array([0.3, 0.4, 0.25, 0.35])
FRAME = np.array([900, 700, 500, 400])


def test_intervals_of_differences_cover():
    rng = np.random.default_rng(11)
    for linked in (False, True):
        truth = FRAME * READINESS / (FRAME @ READINESS) if linked else SHARES
        # The number of respondents varies, so that the steps of a discrete distribution average out.
        sizes = rng.integers(400, 800, size=2_000)
        draws = rng.binomial(FRAME, READINESS, (2_000, 4)) if linked else rng.multinomial(sizes, SHARES)
        limits = np.array([counts_of(draw, FRAME, linked=linked).limits(0.95) for draw in draws])
        covered = ((limits[:, 0] <= truth) & (truth <= limits[:, 1])).sum(axis=0)
        # Exact 99 % interval of 2,000 replicates around .95.
        assert ((covered >= 1_873) & (covered <= 1_925)).all(), (linked, covered)


@pytest.mark.parametrize("way", ["apart", "linked", "weighted"])
def test_error_rate_of_the_test(way):
    rng = np.random.default_rng(5)
    frame = FRAME.astype(float)
    p_values = np.zeros(2_000)
    weights = np.array([1.0, 2.5, 1.0, 2.5])
    for k in range(2_000):
        if way == "linked":
            p_values[k] = counts_of(rng.binomial(FRAME, 0.3), frame, linked=True).test()["p_value"]
        elif way == "apart":
            p_values[k] = counts_of(rng.multinomial(300, frame / frame.sum()), frame).test()["p_value"]
        else:
            # Half of each level was asked 2.5 times less often and stands for 2.5 customers.
            rare, common = (rng.multinomial(size, frame / frame.sum()) for size in (120, 300))
            sums = [common + rare * weights[1] ** power for power in (0, 1, 2)]
            counts = LevelCounts("level", ("a", "b", "c", "d"), frame, *map(np.asarray, sums), linked=False)
            p_values[k] = counts.test()["p_value"]
    # Exact 99 % interval of 2,000 replicates around .05.
    assert 75 <= (p_values < 0.05).sum() <= 127, (p_values < 0.05).sum()


def test_errors_say_what_must_hold():
    answers, frame = pd.DataFrame({"id": [1], "a": ["x"]}), pd.DataFrame({"id": range(200), "a": ["x"] * 200})
    with pytest.raises(ValueError, match="frame: column 'b' not found"):
        compare_with_frame(answers, frame, by="b")
    with pytest.raises(ValueError, match="the frame says nothing of column 'b'; it has a"):
        compare_with_frame(answers, {"a": {"x": 1}}, by="b")
    with pytest.raises(ValueError, match="has 200 different values; band it"):
        compare_with_frame(answers, frame, by="id")
    with pytest.raises(ValueError, match="a frame of counts has no keys"):
        compare_with_frame(answers, {"a": {"x": 1}}, by="a", on="id")
    with pytest.raises(ValueError, match="the frame must not be empty"):
        compare_with_frame(answers, frame.head(0), by="a")
    with pytest.raises(ValueError, match="weights must be numbers"):
        compare_with_frame(answers, frame, by="a", weights="a")
    with pytest.raises(ValueError, match="one or more different columns"):
        compare_with_frame(answers, frame, by=["a", "a"])


def test_no_respondents_leave_nothing_to_compare():
    found = compare_with_frame(pd.DataFrame({"a": []}), {"a": {"x": 1, "y": 2}}, by="a")
    assert "a: nothing to compare. Nobody of x, y answered." in found.sentence()


@pytest.mark.parametrize("linked", [False, True])
def test_equal_weights_are_no_weights(linked):
    frame = pd.DataFrame({"key": range(1_000), "channel": np.where(np.arange(1_000) % 2, "chat", "phone")})
    answers = frame[frame.index % 3 == 0].assign(w=1.25)
    on = "key" if linked else None
    plain = compare_with_frame(answers, frame, by=["channel"], on=on)
    weighted = compare_with_frame(answers, frame, by=["channel"], on=on, weights="w")
    columns = ["share", "standard_error", "low", "high"]
    assert weighted.levels[columns].to_numpy() == pytest.approx(plain.levels[columns].to_numpy(), abs=1e-12)
    assert weighted.tests["p_value"][0] == pytest.approx(plain.tests["p_value"][0], abs=1e-12)
