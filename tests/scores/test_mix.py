"""Mix against rate: figures by R, parts that add up, waves that change places, Simpson's paradox, coverage."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import stats

from cxstats.responses.exports import read_export
from cxstats.responses.scales import Scale
from cxstats.responses.tallies import tally
from cxstats.responses.weights import Design
from cxstats.scores.differences import mover_difference
from cxstats.scores.estimates import score
from cxstats.scores.intervals import Sample
from cxstats.scores.mix import mix_and_rate, standardised
from cxstats.scores.mix.kitagawa import effects_of
from cxstats.scores.mix.waves import Waves

PARTS = ("parts", "score", "share", "rate", "mix", "together")
DESIGNS = {
    "weights": Design(weights="weight"),
    "weights_clusters": Design(weights="weight", clusters="customer"),
    "weights_strata_clusters": Design(weights="weight", clusters="customer", strata="contact_reason"),
}
VALUES = np.arange(1.0, 6.0)
STONES = {("A", "small"): (81, 87), ("A", "large"): (192, 263), ("B", "small"): (234, 270), ("B", "large"): (55, 80)}


def frame(counts, wave="wave", waves=("one", "two"), segments="abcdefgh"):
    """Rows with an answer each, from counts by wave, segment and point."""
    rows = [(waves[w], segments[s], k + 1) for w, s, k in np.ndindex(*np.shape(counts)) for _ in range(counts[w][s][k])]
    return pd.DataFrame(rows, columns=[wave, "channel", "ces"])


def compared(counts, metric="mean", scale="ces-ease-5"):
    scores = score(tally(frame(counts), "ces", scale=scale, by=("wave", "channel")), metric)
    return mix_and_rate(scores, along="wave", before="one", after="two")


def stones(times=1):
    rows = [(t, s, int(k < cured)) for (t, s), (cured, n) in STONES.items() for k in range(n)] * times
    data = pd.DataFrame(rows, columns=["treatment", "stones", "cured"])
    return score(tally(data, "cured", scale="csat-good-bad", by=("treatment", "stones")), "favourable")


@pytest.fixture(scope="module")
def answers():
    read = read_export("data/support_survey.csv").responses
    read["half"] = np.where(read["answered_at"] < pd.Timestamp("2026-03-01"), "first", "second")
    inside = read["language"].isin(["en", "nl"])
    return read.assign(half=read["half"].where(inside, "other"), inside=np.where(inside, "yes", "no"))


def assert_figures(found, expected):
    effects = [getattr(found.effects, part) for part in PARTS]
    for name in ("estimate", "standard_error"):
        assert np.concatenate([getattr(one, name) for one in effects]) == pytest.approx(expected[name], abs=1e-9)


@pytest.mark.parametrize("metric", ["mean", "favourable", "net"])
def test_simple_samples_agree_with_r(answers, figures, metric):
    scores = score(tally(answers, "ces", scale="ces-2.0", by=("language", "channel"), missing="n/a"), metric)
    found = mix_and_rate(scores, along="language", before="en", after="nl")
    assert_figures(found, figures("mix")["mixes"]["none"][metric])


@pytest.mark.parametrize("name", DESIGNS)
@pytest.mark.parametrize(("by", "before", "after"), [("language", "en", "nl"), ("half", "first", "second")])
def test_designs_agree_with_r_also_where_waves_share_customers(answers, figures, name, by, before, after):
    counted = tally(answers, "ces", scale="ces-2.0", by=(by, "channel"), missing="n/a", design=DESIGNS[name])
    for metric, expected in figures("mix")["mixes"][by][name].items():
        assert_figures(mix_and_rate(score(counted, metric), along=by, before=before, after=after), expected)


@pytest.mark.parametrize("name", DESIGNS)
def test_standardised_scores_agree_with_svystandardize(answers, figures, name):
    given_mix = dict(zip(figures("mix")["channels"], figures("mix")["population"], strict=True))
    for by, waves in (("inside", ["yes"]), ("half", ["first", "second"])):
        counted = tally(answers, "ces", scale="ces-2.0", by=(by, "channel"), missing="n/a", design=DESIGNS[name])
        expected = figures("mix")["standardised"][name]
        expected = expected if by == "inside" else expected["by_half"]
        found = [
            standardised(score(counted, metric), mix=given_mix, along=by).to_frame().set_index(by).loc[waves]
            for metric in ("mean", "favourable", "net")
        ]
        for column in ("estimate", "standard_error"):
            assert pd.concat(found)[column].tolist() == pytest.approx(expected[column], abs=1e-9)


def some_counts(segments=3, points=5, most=12):
    return arrays(np.int64, (2, segments, points), elements=st.integers(0, most)).filter(
        lambda counts: counts.sum(axis=(1, 2)).min() > 0
    )


@given(some_counts())
def test_parts_add_up_whatever_segments_come_and_go(counts):
    effects = effects_of(Waves.from_counts(counts, VALUES), VALUES)
    total, rate, mix = effects.parts.estimate
    means = counts.sum(axis=1) @ VALUES / counts.sum(axis=(1, 2))
    exact = {"abs": 1e-12}
    assert total == pytest.approx(means[1] - means[0], **exact)
    can_split = (counts.sum(axis=2) > 0).all(axis=0).any()
    assert np.isnan([rate, mix]).tolist() == [not can_split] * 2
    if can_split:
        assert rate + mix == pytest.approx(total, **exact)
        assert np.nansum(effects.rate.estimate) == pytest.approx(rate, **exact)
        assert effects.mix.estimate.sum() == pytest.approx(mix, **exact)
    assert effects.together.estimate.sum() == pytest.approx(total, **exact)
    alone = (counts.sum(axis=2) == 0).any(axis=0)
    assert np.isnan(effects.rate.estimate[alone]).all()
    assert effects.together.estimate[alone] == pytest.approx(effects.mix.estimate[alone], **exact)


@given(some_counts())
def test_signs_turn_when_the_waves_change_places(counts):
    there, back = (effects_of(Waves.from_counts(c, VALUES), VALUES) for c in (counts, counts[::-1]))
    for part in PARTS:
        one, other = getattr(there, part), getattr(back, part)
        assert one.estimate == pytest.approx(-other.estimate, abs=1e-12, nan_ok=True)
        assert one.standard_error == pytest.approx(other.standard_error, abs=1e-9, nan_ok=True)
        first, second = one.interval(0.9), other.interval(0.9)
        assert first.low == pytest.approx(-second.high, abs=1e-9, nan_ok=True)


@given(some_counts(), st.permutations([0, 1, 2]))
def test_the_order_of_segments_does_not_matter(counts, order):
    one, other = (effects_of(Waves.from_counts(c, VALUES), VALUES) for c in (counts, counts[:, order]))
    assert one.parts.standard_error == pytest.approx(other.parts.standard_error, abs=1e-9, nan_ok=True)
    assert one.mix.standard_error[order] == pytest.approx(other.mix.standard_error, abs=1e-9)


@given(some_counts(segments=4))
def test_the_total_has_the_error_of_two_simple_samples(counts):
    effects = effects_of(Waves.from_counts(counts, VALUES), VALUES)
    variance = [np.average((VALUES - c @ VALUES / c.sum()) ** 2, weights=c) / c.sum() for c in counts.sum(axis=1)]
    assert effects.parts.standard_error[0] == pytest.approx(np.sqrt(sum(variance)), abs=1e-12)


def test_an_equal_mix_leaves_only_rate_and_equal_scores_only_mix():
    same_mix = compared([[[0, 5, 5, 0, 0], [0, 0, 0, 15, 15]], [[0, 0, 10, 10, 0], [0, 0, 0, 0, 60]]])
    assert (same_mix.mix, same_mix.rate) == (pytest.approx(0), pytest.approx(same_mix.total))
    same_scores = compared([[[0, 5, 5, 0, 0], [0, 0, 0, 15, 15]], [[0, 20, 20, 0, 0], [0, 0, 0, 5, 5]]])
    assert (same_scores.rate, same_scores.mix) == (pytest.approx(0), pytest.approx(same_scores.total))
    assert same_scores.total < 0


def test_a_segment_that_grows_and_scores_above_average_contributes_by_its_mix():
    found = compared([[[10, 10, 0, 0, 0], [0, 0, 0, 10, 10]], [[10, 10, 0, 0, 0], [0, 0, 0, 30, 30]]])
    assert (found.effects.mix.estimate > 0).all()
    assert found.effects.share.estimate == pytest.approx([-0.25, 0.25])


def test_two_scores_and_one_tally_of_both_agree():
    counts = [[[3, 5, 9, 4, 2], [1, 2, 8, 15, 15]], [[5, 9, 10, 10, 0], [0, 2, 0, 5, 60]]]
    rows = frame(counts)
    parts = [score(tally(rows[rows["wave"] == w], "ces", scale="ces-ease-5", by="channel")) for w in ("one", "two")]
    apart, together = mix_and_rate(*parts), compared(counts)
    assert apart.names == ("before", "after")
    pd.testing.assert_frame_equal(apart.to_frame(), together.to_frame())
    pd.testing.assert_frame_equal(apart.contributions(), together.contributions())


@pytest.mark.parametrize(
    ("waves", "asked", "named"),
    [
        ((pd.Timestamp("2026-05-01"), pd.Timestamp("2026-06-01")), ("2026-05-01", pd.Timestamp("2026-06-01")),
         ("2026-05-01", "2026-06-01")),
        ((2025, 2026), (2025, "2026"), ("2025", "2026")),
    ],
)  # fmt: skip
def test_waves_go_by_value_or_by_name(waves, asked, named):
    rows = frame([[[3, 5, 9, 4, 2]] * 2, [[5, 9, 10, 10, 0]] * 2], waves=waves)
    scores = score(tally(rows, "ces", scale="ces-ease-5", by=("wave", "channel")))
    found = mix_and_rate(scores, along="wave", before=asked[0], after=asked[1])
    assert found.names == named
    assert found.waves.n.sum(axis=1).tolist() == [46, 68]


def test_the_interval_of_a_change_within_a_segment_is_movers():
    counts = np.array([[[0, 0, 1, 4, 40], [9, 9, 9, 9, 9]], [[0, 0, 0, 0, 30], [9, 9, 9, 9, 20]]])
    found = effects_of(Waves.from_counts(counts, VALUES), VALUES).score.interval(0.95)
    expected = mover_difference()(*(Sample.from_counts(c, VALUES) for c in counts[::-1]), 0.95)
    assert (found.low, found.high) == (pytest.approx(expected.low), pytest.approx(expected.high))


def test_segments_of_a_wave_that_shares_its_customers_take_their_covariance():
    rng = np.random.default_rng(5)
    customer = np.repeat(np.arange(60), 4)
    liking = rng.normal(size=60)[customer]
    data = pd.DataFrame({"ces": np.clip(np.round(3 + liking + 0.3 * rng.normal(size=240)), 1, 5), "who": customer})
    data = data.assign(wave=np.tile(["one", "two"], 120), channel=np.where(customer % 2, "a", "b"))
    by = ("wave", "channel")
    spanning, alone = (
        mix_and_rate(
            score(tally(data, "ces", scale="ces-ease-5", by=by, design=design)), along="wave", before="one", after="two"
        )
        for design in (Design(clusters="who"), None)
    )
    assert (spanning.effects.score.standard_error < alone.effects.score.standard_error / 2).all()
    wide, narrow = (
        np.ptp([one.low, one.high], axis=0)
        for one in (alone.effects.score.interval(0.95), spanning.effects.score.interval(0.95))
    )
    assert (narrow < wide / 2).all()


def test_kidney_stones_are_the_paradox_and_may_be_chance():
    found = mix_and_rate(stones(), along="treatment", before="A", after="B")
    assert found.total == pytest.approx(289 / 350 - 273 / 350)
    assert found.effects.score.estimate == pytest.approx([55 / 80 - 192 / 263, 234 / 270 - 81 / 87])
    assert found.paradox.kind == "seen"
    assert "Simpson's paradox: cured is up (better) although it is down (worse) in every stones" in found.sentence()
    assert "more of the answers come from small (77.1 % in B, 24.9 % in A), which scores better" in found.sentence()
    assert "None of these changes is clear of 0: it may be chance." in found.sentence()
    back = mix_and_rate(stones(), along="treatment", before="B", after="A")
    assert "cured is down (worse) although it is up (better) in every stones, since fewer of the" in back.sentence()
    assert "come from small (24.9 % in A, 77.1 % in B), which scores better than average" in back.sentence()


def test_ten_times_the_stones_make_the_paradox_clear():
    found = mix_and_rate(stones(10), along="treatment", before="A", after="B")
    assert found.paradox.kind == "clear"
    assert found.paradox.clear.all()
    assert found.sentence().endswith("Each of these changes is clear of 0.")


def test_where_low_is_good_up_is_worse():
    counts = np.array([[[0, 0, 20, 40, 40], [200, 200, 100, 0, 0]], [[0, 0, 200, 200, 100], [70, 20, 10, 0, 0]]])
    found = compared(counts, scale="ces-difficulty-5")
    assert found.paradox.kind == "clear"
    assert "ces is up (worse) although it is down (better) in every channel" in found.sentence()
    assert "more of the answers come from a (83.3 % in two, 16.7 % in one), which scores worse" in found.sentence()


def test_a_segment_that_goes_with_the_total_but_not_clearly_leaves_the_paradox_in_part():
    one = [[0, 0, 10, 20, 70], [100, 200, 300, 100, 0], [2, 4, 4, 4, 1]]
    two = [[0, 0, 150, 250, 400], [60, 40, 20, 0, 0], [2, 4, 4, 4, 2]]
    found = compared([one, two])
    assert (found.effects.score.estimate > 0).tolist() == [False, False, True]
    assert found.paradox.kind == "in part"
    assert found.paradox.against.tolist() == [True, True, False]
    assert "Simpson's paradox in part: ces is up (better)" in found.sentence()
    assert "every channel that clearly changed (a, b)" in found.sentence()
    assert found.sentence().endswith("No other channel clearly changed.")


def test_a_plain_change_is_no_paradox():
    found = compared([[[5, 9, 9, 5, 5]] * 2, [[1, 2, 5, 15, 15], [1, 2, 5, 25, 35]]])
    assert found.paradox.kind == "none"
    assert "Simpson" not in found.sentence()
    assert "better" in found.sentence()


def test_new_and_vanished_segments_are_mix_and_named():
    rows = frame([[[5, 5, 5, 5, 5], [0] * 5, [9, 9, 0, 0, 0]], [[5, 5, 5, 5, 5], [0, 0, 0, 9, 9], [0] * 5]])
    rows = pd.concat([rows, pd.DataFrame({"wave": ["one"], "channel": ["d"], "ces": [np.nan]})])
    scores = score(tally(rows, "ces", scale="ces-ease-5", by=("wave", "channel")))
    found = mix_and_rate(scores, along="wave", before="one", after="two")
    assert found.in_one_wave.tolist() == [False, True, True, True]
    assert "No usable answers in either: d." in found.remarks
    assert "Only in one, and so counted as mix by convention: c (41.9 % of its answers)." in found.remarks
    assert "Only in two, and so counted as mix by convention: b (41.9 % of its answers)." in found.remarks
    rates = found.contributions().query("part == 'rate'")["estimate"]
    assert rates.isna().tolist() == [False, True, True, True]
    assert (found.rate, found.mix) == (pytest.approx(0), pytest.approx(found.total))
    assert found.to_text()["rate"].tolist()[2:] == ["–", "–", "–"]


def test_too_few_answers_are_said_and_left_out_of_the_paradox():
    found = compared([[[5, 5, 5, 5, 5], [0, 0, 2, 2, 2]], [[9, 5, 5, 5, 5], [0, 0, 9, 9, 9]]])
    assert found.too_few.tolist() == [False, True]
    assert found.to_text()["mean, one"].tolist()[2] == "too few to say"
    assert "Fewer than 10 answers, or no variance to go by: b." in found.remarks
    assert found.paradox.judged.tolist() == [True, False]
    tiny = compared([[[1, 1, 1, 1, 1]], [[5, 5, 5, 5, 5]]])
    assert tiny.sentence() == "ces, two against one: too few to say (n = 25 and 5)."


def test_missing_answers_are_said():
    rows = frame([[[5, 5, 5, 5, 5]] * 2, [[5, 5, 5, 5, 9]] * 2])
    rows.loc[:2, "ces"] = np.nan
    scores = score(tally(rows, "ces", scale="ces-ease-5", by=("wave", "channel")))
    found = mix_and_rate(scores, along="wave", before="one", after="two")
    assert "Rows without a usable answer: 3 of 50 in one and 0 of 58 in two." in found.remarks


def test_tables_hold_what_is_said():
    found = compared([[[5, 5, 5, 5, 5], [1, 2, 8, 15, 15]], [[5, 9, 9, 9, 0], [0, 2, 0, 5, 60]]])
    parts, segments = found.to_frame(), found.contributions()
    assert list(parts) == ["part", "n_before", "n_after", "estimate", "standard_error", "low", "high"]
    assert list(segments) == ["channel", *parts]
    for part in ("rate", "mix"):
        whole = parts.set_index("part").loc[part, "estimate"]
        assert segments.loc[segments["part"] == part, "estimate"].sum() == pytest.approx(whole)
    assert found.to_text()["segment"].tolist() == ["all", "a", "b"]
    rows = frame([[[5] * 5, [6] * 5], [[7] * 5, [5] * 5]]).replace({"channel": {"a": "<b>web</b>"}})
    html = mix_and_rate(
        score(tally(rows, "ces", scale="ces-ease-5", by=("wave", "channel"))), along="wave", before="one", after="two"
    )._repr_html_()
    assert "<b>web" not in html
    assert "&lt;b&gt;web" in html


def test_errors_say_what_must_hold():
    rows = frame([[[5, 5, 5, 5, 5]] * 2, [[5, 5, 5, 5, 9]] * 2])
    both = score(tally(rows, "ces", scale="ces-ease-5", by=("wave", "channel")))
    one, plain = (score(tally(rows, "ces", scale="ces-ease-5", by=by)) for by in ("channel", ()))
    with pytest.raises(ValueError, match="give the scores of two samples, or those of one with along="):
        mix_and_rate(both)
    with pytest.raises(ValueError, match="two scores are before and after by themselves"):
        mix_and_rate(one, one, along="wave")
    with pytest.raises(ValueError, match="segment column 'wav' not found; did you mean 'wave'"):
        mix_and_rate(both, along="wav", before="one", after="two")
    with pytest.raises(ValueError, match="wave: value 'three' not found; values: one, two"):
        mix_and_rate(both, along="wave", before="one", after="three")
    with pytest.raises(ValueError, match="must be two values of 'wave'; got 'one' twice"):
        mix_and_rate(both, along="wave", before="one", after="one")
    with pytest.raises(ValueError, match="besides 'channel' there must be a column of segments"):
        mix_and_rate(one, along="channel", before="a", after="b")
    with pytest.raises(ValueError, match="mix and rate need segments"):
        mix_and_rate(plain, plain)
    with pytest.raises(ValueError, match="must have the same metric"):
        mix_and_rate(one, score(one.tally, "net"))
    with pytest.raises(ValueError, match="must have the same confidence level; got 0.95 and 0.9"):
        mix_and_rate(one, score(one.tally, confidence_level=0.9))
    with pytest.raises(ValueError, match="must have the same segment columns"):
        mix_and_rate(one, both)
    low = Scale("low", range(1, 6), good="low")
    with pytest.raises(ValueError, match="must point the same way"):
        mix_and_rate(one, score(tally(rows, "ces", scale=low, by="channel"), "mean"))
    numbered = score(tally(rows.assign(channel=1), "ces", scale="ces-ease-5", by="channel"))
    with pytest.raises(ValueError, match="segments must be of one type; column 'channel' is"):
        mix_and_rate(one, numbered)
    gone = rows.assign(ces=rows["ces"].where(rows["wave"] == "one"))
    scores = score(tally(gone, "ces", scale="ces-ease-5", by=("wave", "channel")))
    with pytest.raises(ValueError, match="there must be answers in each sample; there are none in two"):
        mix_and_rate(scores, along="wave", before="one", after="two")


def test_samples_that_share_clusters_must_be_counted_together():
    rows = frame([[[5, 5, 5, 5, 5]] * 2, [[5, 5, 5, 5, 9]] * 2])
    rows["agent"] = np.arange(len(rows)) % 7
    parts = [
        score(tally(rows[rows["wave"] == w], "ces", scale="ces-ease-5", by="channel", design=Design(clusters="agent")))
        for w in ("one", "two")
    ]
    with pytest.raises(ValueError, match="both samples share clusters, .* count both in one tally by wave and segment"):
        mix_and_rate(*parts)


def test_standardising_to_its_own_mix_changes_nothing():
    scores = score(tally(frame([[[5, 5, 5, 5, 5], [1, 2, 8, 15, 15]]]), "ces", scale="ces-ease-5", by="channel"))
    found = standardised(scores, mix={"a": 25, "b": 41})
    assert found.estimate == pytest.approx(scores.total.estimate)
    assert found.as_measured == pytest.approx(found.estimate)
    rows = frame([[[5, 5, 5, 5, 5], [1, 2, 8, 15, 15]], [[5, 9, 9, 9, 0], [0, 2, 0, 5, 60]]])
    both = score(tally(rows, "ces", scale="ces-ease-5", by=("wave", "channel")))
    held = standardised(both, mix="one", along="wave")
    assert held.standard_error[0] == pytest.approx(scores.total.standard_error[0])


def test_standardised_scores_have_the_error_of_stratified_means():
    counts = np.array([[5, 5, 5, 5, 5], [1, 2, 8, 15, 15]])
    scores = score(tally(frame([counts]), "ces", scale="ces-ease-5", by="channel"))
    found = standardised(scores, mix={"a": 0.3, "b": 0.7})
    expected = 0.3**2 * scores.standard_error[0] ** 2 + 0.7**2 * scores.standard_error[1] ** 2
    assert found.standard_error[0] ** 2 == pytest.approx(expected)
    assert found.estimate[0] == pytest.approx(0.3 * scores.estimate[0] + 0.7 * scores.estimate[1])
    limits, own = found.interval(), scores.interval()
    down, up = np.array([0.3, 0.7]) * [scores.estimate - own.low, own.high - scores.estimate]
    assert limits.low[0] == pytest.approx(found.estimate[0] - np.hypot(*down))
    assert limits.high[0] == pytest.approx(found.estimate[0] + np.hypot(*up))


@settings(max_examples=30)
@given(some_counts(segments=2, most=30), st.floats(0.01, 0.99))
def test_standardised_intervals_stay_on_the_scale(counts, share):
    counts = counts[0] + [[1], [1]] * np.eye(5, dtype=np.int64)[4]
    scores = score(tally(frame([counts]), "ces", scale="ces-ease-5", by="channel"))
    limits = standardised(scores, mix={"a": share, "b": 1 - share}).interval()
    assert 1 - 1e-9 <= limits.low[0] <= limits.high[0] <= 5 + 1e-9


def test_a_mix_taken_from_answers_is_as_random_as_they_are():
    counts = [[5, 5, 5, 5, 5], [1, 2, 8, 15, 15]], [[5, 5, 5, 5, 5], [50, 9, 9, 9, 9]]
    scores, other = (score(tally(frame([c]), "ces", scale="ces-ease-5", by="channel")) for c in counts)
    given_mix, drawn = standardised(scores, mix={"a": 25, "b": 86}), standardised(scores, mix=other)
    assert drawn.estimate == pytest.approx(given_mix.estimate)
    # The variance of a share of a, times the squared distance of the two scores.
    extra = 25 * 86 / 111**3 * (scores.estimate[0] - scores.estimate[1]) ** 2
    assert drawn.standard_error[0] ** 2 - given_mix.standard_error[0] ** 2 == pytest.approx(extra)


def test_standardised_speaks_and_refuses():
    rows = frame([[[5, 5, 5, 5, 5], [1, 2, 8, 15, 15]], [[5, 9, 9, 9, 0], [0, 2, 0, 5, 60]]])
    both = score(tally(rows, "ces", scale="ces-ease-5", by=("wave", "channel")))
    found = standardised(both, mix={"a": 1, "b": 3}, along="wave")
    assert found.sentence().startswith("With the mix a 25.0 %, b 75.0 %, ces in two would be 4.3")
    assert list(found.to_frame()) == ["wave", "n", "estimate", "standard_error", "low", "high", "as_measured"]
    assert "ces in two would be" in found._repr_html_()
    with pytest.raises(ValueError, match="the mix must say the share of each segment; it lacks b"):
        standardised(both, mix={"a": 1}, along="wave")
    with pytest.raises(ValueError, match="segment 'c' not found; .*segments: a, b"):
        standardised(both, mix={"a": 1, "b": 1, "c": 1}, along="wave")
    with pytest.raises(ValueError, match="shares must be 0 or more and not all 0; got"):
        standardised(both, mix={"a": -1, "b": 2}, along="wave")
    with pytest.raises(TypeError, match="mix must be shares by segment or scores by segment; got 'one'"):
        standardised(score(tally(rows, "ces", scale="ces-ease-5", by="channel")), mix="one")
    with pytest.raises(ValueError, match="a standardised score needs segments"):
        standardised(both.total, mix={"a": 1})
    fewer = score(
        tally(rows.query("wave == 'one' or channel == 'a'"), "ces", scale="ces-ease-5", by=("wave", "channel"))
    )
    with pytest.raises(ValueError, match="segments without answers, which the mix has: b"):
        standardised(fewer, mix="one", along="wave")


@pytest.mark.parametrize("part", ["total", "rate", "mix", "a segment's rate", "a segment's mix"])
def test_intervals_cover(part):
    rng = np.random.default_rng([20261122, len(part)])
    answers = np.array([[0.05, 0.1, 0.2, 0.3, 0.35], [0.2, 0.2, 0.3, 0.2, 0.1], [0.0, 0.02, 0.08, 0.2, 0.7]])
    later = np.array([[0.1, 0.1, 0.2, 0.3, 0.3], [0.2, 0.2, 0.3, 0.2, 0.1], [0.0, 0.05, 0.05, 0.2, 0.7]])
    cells = np.array([np.array([[0.5], [0.3], [0.2]]) * answers, np.array([[0.3], [0.3], [0.4]]) * later])
    names = {"total": ("parts", 0), "rate": ("parts", 1), "mix": ("parts", 2)}
    name, k = names.get(part, (part.removeprefix("a segment's "), 2))
    truth = getattr(effects_of(Waves.from_counts(np.round(cells * 1e9), VALUES), VALUES), name).estimate[k]
    covered, replicates = 0, 800
    for _ in range(replicates):
        counts = np.array([rng.multinomial(300, c.ravel() / c.sum()).reshape(c.shape) for c in cells])
        limits = getattr(effects_of(Waves.from_counts(counts, VALUES), VALUES), name).interval(0.95)
        covered += limits.low[k] <= truth <= limits.high[k]
    exact = stats.binomtest(covered, replicates).proportion_ci(0.99, method="exact")
    assert exact.low <= 0.95 <= exact.high


def test_without_a_segment_in_both_waves_a_change_cannot_be_split():
    found = compared([[[50, 50, 50, 50, 50], [0] * 5], [[0] * 5, [10, 20, 30, 90, 90]]])
    assert found.total > 0
    assert np.isnan([found.rate, found.mix]).all()
    assert found.to_frame()["low"].isna().tolist() == [False, True, True]
    assert found.sentence().endswith("It cannot be split into rate and mix: no channel has answers in both.")
    assert found.to_text().loc[0, ["rate", "mix"]].tolist() == ["–", "–"]
    assert found.remarks == ()


def test_small_waves_are_remarked_on():
    small = compared([[[4, 4, 4, 4, 4], [9, 9, 9, 9, 9]], [[40, 40, 40, 40, 40], [9, 9, 9, 9, 9]]])
    assert any(
        said.startswith("Fewer than 100 answers in one: the intervals of rate and mix") for said in small.remarks
    )
    large = compared([[[40, 40, 40, 40, 40], [9, 9, 9, 9, 9]]] * 2)
    assert not any("too narrow" in said for said in large.remarks)


def test_from_the_size_that_remarks_name_the_intervals_of_rate_and_mix_cover():
    """With 100 answers a wave they cover nearly as said, with 30 less; shares of .8, .6 and .4 in three segments."""
    rng, mixes, shares = np.random.default_rng(4), ((0.6, 0.3, 0.1), (0.4, 0.35, 0.25)), np.array([0.8, 0.6, 0.4])
    cells = np.array([np.outer(mix, (1, 1)) * np.stack([1 - shares, shares], axis=1) for mix in mixes])
    values = np.array([0.0, 1.0])
    truth = effects_of(Waves.from_counts((cells * 1e7).astype(int), values), values).parts.estimate

    def covered(n, replicates=400):
        found = []
        for _ in range(replicates):
            counts = np.array([rng.multinomial(n, wave.ravel()).reshape(wave.shape) for wave in cells])
            limits = effects_of(Waves.from_counts(counts, values), values).parts.interval(0.95)
            found.append((limits.low <= truth) & (truth <= limits.high))
        return np.mean(found, axis=0)

    assert (covered(100) >= 0.935 - 3 * np.sqrt(0.05 * 0.95 / 400)).all()
    assert covered(30)[2] < 0.94
