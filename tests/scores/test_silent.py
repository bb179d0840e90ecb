"""What the silent could change, by arithmetic on the whole list of the invited; and coverage by simulation."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import norm

from cxstats.responses.tallies import tally
from cxstats.responses.weights import Design
from cxstats.scores.calibration import Claim, check_claim
from cxstats.scores.estimates import score
from cxstats.scores.imbens_manski import imbens_manski_level
from cxstats.scores.participation import response_rates
from cxstats.scores.silent import if_silent
from cxstats.scores.silent_bounds import SilentBounds

COUNTS = (5, 5, 10, 15, 20, 25, 20)


def answers(counts=COUNTS, **columns) -> pd.DataFrame:
    points = [point for point, n in zip(range(1, len(counts) + 1), counts, strict=True) for _ in range(n)]
    return pd.DataFrame({"ces": points}).assign(**columns)


def by_channel() -> pd.DataFrame:
    return pd.concat([answers(channel="chat"), answers((8, 4, 2, 2, 2, 1, 1), channel="phone")], ignore_index=True)


@pytest.mark.parametrize("metric", ["mean", "favourable", "net", "index", "bottom-2"])
def test_bounds_are_the_scores_with_every_silent_answer_at_one_end(metric):
    found = if_silent(score(tally(answers(), "ces", scale="ces-2.0"), metric), invited=250).bounds().iloc[0]

    def with_silent_at(point: int) -> float:
        everybody = pd.concat([answers(), pd.DataFrame({"ces": [point] * 150})])
        return float(score(tally(everybody, "ces", scale="ces-2.0"), metric).estimate[0])

    assert found["worst"] == pytest.approx(with_silent_at(1), abs=1e-12)
    assert found["best"] == pytest.approx(with_silent_at(7), abs=1e-12)


def test_where_low_is_good_the_worst_end_is_the_high_one():
    low_is_good = tally(answers((40, 30, 20, 5, 5)), "ces", scale="ces-1.0")
    found = if_silent(score(low_is_good, "mean"), invited=200, worse_by=0.5, target=2.5)
    assert found.bounds()[["worst", "best"]].iloc[0].tolist() == pytest.approx([2.05 / 2 + 2.5, 2.05 / 2 + 0.5])
    assert found.to_frame()["estimate"].tolist() == pytest.approx([2.05 + 0.25])
    assert found.tipping()["worse_by"].tolist() == pytest.approx([0.9])


def test_a_fixed_difference_moves_estimate_and_interval_by_the_share_of_the_silent():
    scores = score(tally(answers(), "ces", scale="ces-2.0"), "mean")
    limits = scores.interval()
    found = if_silent(scores, invited=400, worse_by=[0, 0.5, -0.5]).to_frame()
    assert found["estimate"].tolist() == pytest.approx([4.95, 4.95 - 0.375, 4.95 + 0.375])
    assert found["low"].tolist() == pytest.approx([limits.low[0] - d for d in (0, 0.375, -0.375)])
    assert found["high"].tolist() == pytest.approx([limits.high[0] - d for d in (0, 0.375, -0.375)])
    assert found["possible"].all()


def test_the_silent_cannot_leave_the_scale():
    found = if_silent(score(tally(answers(), "ces", scale="ces-2.0"), "mean"), invited=400, worse_by=[3.9, 5.0])
    table = found.to_frame()
    assert table["possible"].tolist() == [True, False]
    assert table["silent_estimate"].tolist() == pytest.approx([1.05, 1.0])
    assert table["estimate"].iloc[1] == pytest.approx(found.bounds()["worst"].iloc[0])


def test_with_the_silent_at_the_end_of_the_scale_the_limits_are_those_of_that_assumption():
    """With 14 of 100 favourable the silent can be 14 points worse; at 0 the score of all is r * p, its limits too."""
    scores = score(tally(answers((50, 20, 10, 6, 6, 4, 4)), "ces", scale="ces-2.0"), "favourable")
    found, limits = if_silent(scores, invited=250, worse_by=[0.2, 0.5, -0.9]), scores.interval()
    rate, p = 0.4, scores.estimate[0]
    table = found.to_frame()
    assert not table["possible"].any()
    for at in (0, 1):
        assert table.loc[at, ["estimate", "low", "high"]].tolist() == pytest.approx(
            [rate * p, rate * limits.low[0], rate * limits.high[0]]
        )
    assert table.loc[2, ["low", "high"]].tolist() == pytest.approx(
        [rate * limits.low[0] + 0.6, rate * limits.high[0] + 0.6]
    )


@given(st.lists(st.integers(1, 40), min_size=7, max_size=7), st.floats(-1, 1), st.integers(0, 3_000))
def test_no_assumption_goes_beyond_what_the_silent_can_say(counts, worse_by, silent):
    scores = score(tally(answers(counts), "ces", scale="ces-2.0"), "favourable")
    found, limits = if_silent(scores, invited=sum(counts) + silent, worse_by=worse_by), scores.interval()
    row, rate = found.to_frame().iloc[0], found.response_rate[0]
    assert rate * limits.low[0] - 1e-12 <= row["low"] <= row["estimate"]
    assert row["estimate"] <= row["high"] <= rate * limits.high[0] + 1 - rate + 1e-12


def test_a_difference_that_is_not_possible_is_not_said_as_if_it_were():
    scores = score(tally(answers((50, 20, 10, 6, 4, 5, 5)), "ces", scale="ces-2.0"), "favourable")
    found = if_silent(scores, invited=200, worse_by=[0.05, 0.2, 0.3])
    p = f"{100 * scores.estimate[0]:.1f}"
    for said in (found.sentence(), found.in_short()):
        assert "if they are 5.0 percentage points worse" in said
        assert "20.0" not in said
        assert "30.0" not in said
        assert said.count(f"at the end of the scale (at most {p} percentage points worse is possible)") == 1
    assert found.to_text().iloc[0, 4].endswith("; as far as is possible")
    better = if_silent(score(tally(answers(), "ces", scale="ces-2.0"), "favourable"), invited=200, worse_by=-0.6)
    assert "(at most 35.0 percentage points better is possible)" in better.sentence()


def test_the_silent_of_each_segment_stop_at_the_end_of_the_scale_in_the_total_too():
    scores = score(tally(by_channel(), "ces", scale="ces-2.0", by="channel"), "favourable")
    found = if_silent(scores, invited={"chat": 200, "phone": 400}, worse_by=[0.0, 0.4], target=0.25)
    segments, total = found.to_frame().query("worse_by == 0.4"), found.total.to_frame().iloc[1]
    assert segments["possible"].tolist() == [True, False]
    assert not total["possible"]
    share = np.array([1, 2]) / 3
    assert total["estimate"] == pytest.approx(share @ segments["estimate"])
    below, above = segments["estimate"] - segments["low"], segments["high"] - segments["estimate"]
    assert total["estimate"] - total["low"] == pytest.approx(np.hypot(*(share * below)))
    assert total["high"] - total["estimate"] == pytest.approx(np.hypot(*(share * above)))
    assert "or, where that is not possible, at the end of the scale" in found.sentence()
    tip = found.total.tipping().iloc[0]
    again = if_silent(scores, invited={"chat": 200, "phone": 400}, worse_by=tip["worse_by"]).total.to_frame().iloc[0]
    assert again["estimate"] == pytest.approx(0.25)


@given(st.floats(1.01, 6.99), st.integers(101, 5_000))
def test_at_the_tipping_point_the_score_of_all_is_the_target(target, invited):
    scores = score(tally(answers(), "ces", scale="ces-2.0"), "mean")
    found = if_silent(scores, invited=invited, target=target).tipping().iloc[0]
    if abs(found["worse_by"]) > 6:
        assert found["verdict"] != "depends on the others"
        return
    again = if_silent(scores, invited=invited, worse_by=found["worse_by"]).to_frame().iloc[0]
    assert (found["verdict"] == "depends on the others") == bool(again["possible"])
    if again["possible"]:
        assert again["estimate"] == pytest.approx(target, abs=1e-9)
        assert again["low"] <= target <= again["high"]


def test_a_target_that_silence_cannot_change_says_so():
    scores = score(tally(answers(), "ces", scale="ces-2.0"), "mean")
    assert if_silent(scores, invited=110, target=4.5).tipping()["verdict"].tolist() == [
        "kept whatever the others would say"
    ]
    assert "kept whatever" in if_silent(scores, invited=110, target=4.5).sentence()
    assert "missed whatever" in if_silent(scores, invited=110, target=6.0).sentence()
    depends = if_silent(scores, invited=1_000, target=5.5)
    assert depends.tipping()["worse_by"].iloc[0] == pytest.approx(-0.55 / 0.9)
    assert "is reached only if the others are at least 0.61 points better" in depends.sentence()


@pytest.mark.parametrize("ratio", [0.05, 0.5, 1.0, 2.0, 4.0])
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_the_level_solves_the_equation_of_imbens_and_manski(ratio, level):
    c = brentq(lambda c: norm.cdf(c + ratio) - norm.cdf(-c) - level, 0, 10, xtol=1e-14)
    assert imbens_manski_level(np.array([ratio]), np.ones(1), level)[0] == pytest.approx(2 * norm.cdf(c) - 1, abs=1e-12)


def test_the_interval_of_the_bounds_is_one_sided_at_each_end_where_many_are_silent():
    scores = score(tally(answers(), "ces", scale="ces-2.0"), "mean")
    found, limits = if_silent(scores, invited=1_000).bounds().iloc[0], scores.interval(confidence_level=0.9)
    assert found["low"] == pytest.approx(0.1 * limits.low[0] + 0.9)
    assert found["high"] == pytest.approx(0.1 * limits.high[0] + 0.9 * 7)


def test_with_nobody_silent_everything_is_the_score():
    scores = score(tally(answers(), "ces", scale="ces-2.0"), "mean")
    found, limits = if_silent(scores, invited=100, target=4.5), scores.interval()
    bounds = found.bounds().iloc[0]
    assert bounds[["worst", "best"]].tolist() == pytest.approx([4.95, 4.95])
    assert bounds[["low", "high"]].tolist() == pytest.approx([limits.low[0], limits.high[0]], abs=1e-9)
    assert found.tipping()["worse_by"].isna().all()
    assert found.sentence() == "100 of 100 invited gave an answer to ces that counts (100.0 %): nobody is silent."


def test_segments_take_their_own_invited_and_the_total_takes_all():
    scores = score(tally(by_channel(), "ces", scale="ces-2.0", by="channel"), "mean")
    found = if_silent(scores, invited={"chat": 200, "phone": 400, "fax": 30}, worse_by=0.5)
    table = found.to_frame()
    assert table["channel"].tolist() == ["chat", "phone"]
    assert table["estimate"].tolist() == pytest.approx([4.95 - 0.25, scores.estimate[1] - 0.5 * 380 / 400])
    assert found.total.invited.tolist() == [630]
    # The silent of fax, of whom nobody answered, are compared with the others, each channel counted by its invited.
    alike = (200 * 4.95 + 400 * scores.estimate[1]) / 600
    total = found.total.to_frame().iloc[0]
    assert total["estimate"] == pytest.approx(alike - 0.5 * 510 / 630)
    assert total["silent_estimate"] == pytest.approx((alike * 630 - scores.total.estimate[0] * 120) / 510 - 0.5)
    pooled = if_silent(scores.total, invited=630).bounds().iloc[0]
    assert found.total.bounds().iloc[0][["worst", "best"]].tolist() == pytest.approx(pooled[["worst", "best"]].tolist())
    assert "Nobody of fax (30 invited) answered." in found.sentence()
    same = if_silent(scores, invited=pd.Series({"chat": 200, "phone": 400}), worse_by=0.5)
    pd.testing.assert_frame_equal(same.to_frame(), table)


def test_the_interval_of_the_total_is_that_of_a_sum_of_independent_segments():
    scores = score(tally(by_channel(), "ces", scale="ces-2.0", by="channel"), "mean")
    total = if_silent(scores, invited={"chat": 200, "phone": 400}, worse_by=0).total.to_frame().iloc[0]
    limits, share = scores.interval(), np.array([1, 2]) / 3
    estimate = share @ scores.estimate
    assert total["low"] == pytest.approx(estimate - np.hypot(*(share * (scores.estimate - limits.low))))
    assert total["high"] == pytest.approx(estimate + np.hypot(*(share * (limits.high - scores.estimate))))


def test_response_rates_say_who_was_invited():
    asked = pd.DataFrame(
        {"channel": ["chat"] * 150 + ["phone"] * 50, "answered": [1] * 100 + [0] * 50 + [1] * 20 + [0] * 30}
    )
    scores = score(tally(by_channel(), "ces", scale="ces-2.0", by="channel"), "mean")
    by = if_silent(scores, invited=response_rates(asked, responded="answered", by="channel"))
    assert by.invited.tolist() == [150, 50]
    assert if_silent(scores, invited=response_rates(asked, responded="answered")).invited.tolist() == [200]
    other = response_rates(asked.assign(again=asked["answered"]), responded="again", by="answered")
    with pytest.raises(ValueError, match=r"by the columns of the scores and no period, or by none; got \['answered'\]"):
        if_silent(scores, invited=other)


def test_a_tally_is_scored_by_the_usual_metric_and_weights_count_in_the_score_alone():
    data = answers().assign(w=np.linspace(0.5, 2, 100))
    counted = tally(data, "ces", scale="ces-2.0", design=Design(weights="w"))
    found = if_silent(counted, invited=200, worse_by=0.0)
    assert isinstance(found, SilentBounds)
    assert found.response_rate.tolist() == [0.5]
    assert found.to_frame()["estimate"].tolist() == pytest.approx([np.average(data["ces"], weights=data["w"])])


def test_sentence_and_table_speak_percentage_points_for_shares():
    found = if_silent(
        score(tally(answers(), "ces", scale="ces-2.0"), "favourable"), invited=200, worse_by=0.1, target=0.6
    )
    assert "60.0 % (95 % interval 50.3 % to 68.6 %) if they are 10.0 percentage points worse" in found.sentence()
    assert "The target of 60.0 % is missed if the others are more than 10.0 percentage points worse" in found.sentence()
    assert found.to_text().columns.tolist() == [
        "segment",
        "invited",
        "answered",
        "others 10.0 percentage points worse",
        "nothing assumed",
        "target 60.0 %",
    ]


def test_names_from_the_data_are_text_in_html():
    data = answers(channel="<b>chat</b>")
    found = if_silent(tally(data, "ces", scale="ces-2.0", by="channel"), invited={"<b>chat</b>": 200, "<i>fax</i>": 10})
    html = found._repr_html_()
    assert "<b>chat" not in html
    assert "<i>fax" not in html
    assert "&lt;i&gt;fax&lt;/i&gt; (10 invited)" in html


def test_few_answers_are_too_few_to_say():
    found = if_silent(tally(answers((0, 0, 1, 1, 1, 1, 1)), "ces", scale="ces-2.0"), invited=50)
    assert found.sentence().endswith("too few to say.")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"invited": 99}, "at least as many must be invited as answered; all: 99 invited, 100 answers"),
        ({"invited": 200.5}, "invited must be whole numbers of customers; got 200.5"),
        ({"invited": {"chat": 200}}, "scores of all as one need the number invited"),
        ({"invited": 200, "target": 8}, "target must be within the metric's range, 1 to 7 for 'mean'; got 8"),
        ({"invited": 200, "worse_by": float("nan")}, "worse_by must be finite numbers"),
        ({"invited": 200, "worse_by": 7}, r"worse_by must be at most the metric's range, 6 for 'mean', .*\(\.05 is 5"),
    ],
)
def test_settings_that_cannot_be_used_are_refused(settings, message):
    with pytest.raises(ValueError, match=message):
        if_silent(tally(answers(), "ces", scale="ces-2.0"), **settings)


def test_a_segment_without_invited_is_refused_by_name():
    counted = tally(by_channel(), "ces", scale="ces-2.0", by="channel")
    with pytest.raises(ValueError, match="every segment of channel; it has none for 'phone'; it has 'chat'"):
        if_silent(counted, invited={"chat": 200})


def test_no_target_no_tipping_point():
    with pytest.raises(ValueError, match=r"if_silent\(\.\.\., target=4\.5\)"):
        if_silent(tally(answers(), "ces", scale="ces-2.0"), invited=200).tipping()


def covers(n: int, invited: int, silent_at: int):
    """Whether the interval of the bounds covers the score of all when every silent answer is at one end."""
    shares = np.array([0.05, 0.05, 0.1, 0.15, 0.2, 0.25, 0.2])
    truth = (n * shares @ np.arange(1, 8) + (invited - n) * silent_at) / invited

    def outcomes(rng, replicates):
        drawn = pd.DataFrame(rng.multinomial(n, shares, size=replicates)).rename_axis("replicate").reset_index()
        rows = drawn.melt("replicate", var_name="at")
        data = rows.loc[rows.index.repeat(rows["value"])].assign(ces=lambda t: t["at"].astype(int) + 1)
        scores = score(tally(data, "ces", scale="ces-2.0", by="replicate"), "mean")
        found = if_silent(scores, invited=dict.fromkeys(range(replicates), invited)).bounds()
        return ((found["low"] <= truth) & (truth <= found["high"])).to_numpy()

    return outcomes


@pytest.mark.parametrize(("n", "invited"), [(50, 55), (50, 200), (200, 1_000)])
@pytest.mark.parametrize("silent_at", [1, 7])
def test_the_interval_covers_the_score_of_all_at_either_bound(n, invited, silent_at):
    name = f"Imbens-Manski interval, {n} of {invited}, silent at {silent_at}"
    found = check_claim(Claim(name, 0.95, covers(n, invited, silent_at)))
    assert found.holds, found.in_words()


def test_the_total_is_the_weighted_mean_of_its_segments():
    rng = np.random.default_rng(8)
    data = pd.DataFrame({"channel": rng.choice(["phone", "web"], 400, p=[0.2, 0.8])})
    data["ces"] = np.where(data["channel"] == "phone", rng.integers(1, 6, 400), rng.integers(3, 8, 400))
    data["w"] = np.where(data["channel"] == "phone", 3.0, 1.0)
    scores = score(tally(data, "ces", scale="ces-2.0", by="channel", design=Design(weights="w")), "mean")
    invited = {"phone": 900, "web": 1_000}
    found = if_silent(scores, invited=invited, worse_by=[0.0, 0.5])
    stands_for = np.array([3.0 * 900, 1_000.0])
    share = stands_for / stands_for.sum()
    by_segment = found.to_frame().pivot_table(index="channel", columns="worse_by", values="estimate").to_numpy()
    total = found.total.to_frame()["estimate"].to_numpy()
    np.testing.assert_allclose(total, share @ by_segment)
    segments, whole = found.bounds(), found.total.bounds()
    for end in ("worst", "best"):
        assert whole[end].iloc[0] == pytest.approx(share @ segments[end].to_numpy())
    assert "if they are like them" in found.in_short()
