"""Pain points: contributions that add up, few answers that do not top the list, both directions, owners, designs."""

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import cxstats as cx
from cxstats.actions.journeys import pain_points
from cxstats.actions.journeys.measuring import POOLED_ANSWERS, measured

GOOD, BAD = [0, 1, 2, 4, 8, 15, 10], [9, 8, 8, 6, 4, 3, 2]


def scored(counts, metric="mean", scale="ces-2.0", **settings):
    """Scores of cells a, b, c ... from counts of the points, without going through rows."""
    table = np.asarray(counts)
    points = cx.named_scale(scale).points
    rows = pd.DataFrame(
        {"step": np.repeat(list("abcdefghijklmnop")[: len(table)], len(points)), "x": [*points] * len(table)}
    )
    start = cx.score(cx.tally(rows, "x", scale=scale, by="step"), metric, **settings)
    n = table.sum(axis=1).astype(float)
    filled = replace(start.tally, counts=table, totals=table.astype(float), squared_weights=n, squares_left=n)
    return replace(start, tally=filled)


@pytest.fixture(scope="module")
def answers():
    rng = np.random.default_rng(8)
    n = 1_500
    data = pd.DataFrame(
        {
            "channel": rng.choice(["web", "chat", "phone"], n, p=[0.5, 0.3, 0.2]),
            "reason": rng.choice(["invoice", "return", "delivery"], n),
            "customer": rng.integers(0, 600, n),
            "w": rng.choice([1.0, 2.5], n),
        }
    )
    latent = (
        5.2 - 0.9 * (data["channel"] == "phone") + rng.normal(0, 1.3, n) + rng.normal(0, 0.7, 600)[data["customer"]]
    )
    return data.assign(x=np.clip(np.rint(latent), 1, 7).astype(int))


@settings(max_examples=15)
@given(
    arrays(int, (5, 7), elements=st.integers(0, 30)),
    st.sampled_from(["mean", "favourable", "net", "index", "bottom-2"]),
)
def test_contributions_add_up_to_the_shortfall_of_the_total(counts, metric):
    counts[:2, 3] += 1
    scores = scored(counts, metric)
    total = float(scores.total.estimate[0])
    low, high = min(scores.metric.values), max(scores.metric.values)
    for target in (None, low + 0.8 * (high - low)):
        found = pain_points(scores, reference=target)
        sign = 1 if scores.metric.good == "high" else -1
        short = 0.0 if target is None else sign * (target - total)
        assert found.contribution.sum() == pytest.approx(short, abs=1e-9 * (high - low))
        assert found.shortfall == pytest.approx(short, abs=1e-9 * (high - low))
        shrunken = found.short.shrunken
        assert found.measured.share @ shrunken == pytest.approx(total, abs=1e-9 * (high - low))
        assert low <= shrunken.min() <= shrunken.max() <= high


def test_fixing_a_cell_moves_the_total_by_its_contribution():
    found = pain_points(scored([GOOD, BAD, GOOD]), reference=5.5)
    table = found.to_frame().set_index("step")
    fixed = found.measured.share @ np.where(np.array(found.names) == "b", 5.5, found.short.shrunken)
    assert table.loc["b", "total_if_fixed"] == pytest.approx(fixed)
    assert table.loc["b", "total_if_fixed"] == pytest.approx(found.total + table.loc["b", "contribution"])
    better = table[table["shortfall"] < 0]
    assert len(better) == 2
    assert (better["total_if_fixed"] == found.total).all()


@pytest.mark.parametrize("order", ["score", "contribution"])
def test_seven_bad_answers_do_not_top_the_list(order):
    cells = [np.array(GOOD) * 3, [4, 4, 6, 8, 9, 10, 6], [1, 1, 2, 1, 1, 1, 0], GOOD, GOOD, GOOD, GOOD]
    found = pain_points(scored(cells), order=order)
    table = found.to_frame()
    assert table["estimate"].idxmin() == len(table) - 1
    assert table["step"].iloc[0] == "b"
    assert table["too_few"].tolist() == [False] * 6 + [True]
    # Without a minimum base it is shrinking that holds it back: the cell of forty-seven answers stands before it.
    shown = pain_points(scored(cells, minimum_base=1), order="contribution").to_frame()
    assert shown["step"].iloc[0] == "b"
    few = shown.set_index("step").loc["c"]
    assert few["shrunken"] > few["estimate"] + 0.4


SHARES = [190, 188, 191, 192, 189]


def shared(good, n):
    """Cells of csat-5 with so many favourable answers of n."""
    good, n = np.asarray(good), np.asarray(n)
    counts = np.zeros((len(n), 5), dtype=int)
    counts[:, 4], counts[:, 0] = good, n - good
    return scored(counts, "favourable", "csat-5")


def test_a_small_cell_unlike_all_others_is_not_shrunk_away():
    found = pain_points(shared(SHARES * 3 + [9], [200] * 15 + [15]), order="score")
    worst = found.to_frame().iloc[0]
    assert (worst["step"], worst["unlike"]) == ("p", 1.0)
    assert worst["shrunken"] == pytest.approx(0.6, abs=0.005)
    alone = found.scores.interval()
    assert [worst["low"], worst["high"]] == pytest.approx([alone.low[15], alone.high[15]], abs=0.01)
    assert worst["shortfall_low"] > 0
    assert "Too far from the others to be like them, and therefore as measured: p." in found.notes()
    # It does not make the others seem to differ.
    without = pain_points(shared(SHARES * 3, [200] * 15), order="score")
    assert found.between == pytest.approx(without.between, rel=0.02)
    assert found.short.interval.low[:15] == pytest.approx(without.short.interval.low, abs=0.004)


def test_no_good_answer_of_twelve_does_not_make_a_cell_surely_bad():
    found = pain_points(shared([10, 12, 9, 8, 11] * 3 + [0], [200] * 15 + [12]))
    # The score interval of 0 of 12 ends at 24.2 %, and 0 of 12 is no wonder where 5 % are usual.
    assert found.short.interval.high[15] > 0.2
    assert found.unlike[15] < 0.1


def test_no_interval_ends_within_that_of_the_cell_alone():
    cells = [GOOD, BAD, [1, 1, 2, 1, 3, 4, 3], [0, 0, 1, 4, 4, 5, 1], [3, 2, 3, 2, 1, 1, 0], GOOD]
    for target in (None, 5.0):
        found = pain_points(scored(cells), reference=target)
        alone = found.scores.interval()
        middle, half = (alone.low + alone.high) / 2, (alone.high - alone.low) / 2 * 1.644854 / 1.959964
        # All are moved together by a little.
        slack = 0.05
        assert (found.short.interval.low <= middle - half + slack).all()
        assert (found.short.interval.high >= middle + half - slack).all()
        short = found.short.shortfall_interval
        away = found.reference.value - middle
        share = found.measured.share if target is None else 0.0
        assert (short.low <= away - half * (1 - share) + slack).all()
        assert (short.high >= away + half * (1 - share) - slack).all()
    assert "No interval ends within the 90 % interval of the cell alone." in found.notes()[0]


def test_where_a_low_score_is_good_the_highest_is_the_pain():
    up = pain_points(scored([GOOD, BAD, GOOD, BAD, GOOD]), order="score")
    mirrored = cx.Scale("mirrored", range(1, 8), "low")
    rows = scored([GOOD[::-1], BAD[::-1], GOOD[::-1], BAD[::-1], GOOD[::-1]])
    down = replace(rows, tally=replace(rows.tally, scale=mirrored), metric=cx.named_metric("mean", mirrored))
    down = pain_points(down, order="score")
    for name in ("shortfall", "shortfall_low", "shortfall_high", "contribution", "among_worst"):
        ours, theirs = (one.to_frame().set_index("step").loc[list("abcde"), name] for one in (up, down))
        # Draws are mirrored too, so that probabilities agree but for the draws.
        assert ours.to_numpy() == pytest.approx(theirs.to_numpy(), abs=0.05 if name == "among_worst" else 1e-8)
    assert set(down.to_frame()["step"].head(2)) == {"b", "d"}
    assert down.to_frame()["total_if_fixed"].iloc[0] < down.total
    assert down.sentences()[0] == "It clearly hurts in 2 of 5 cells: b; d."


def test_the_variance_of_a_few_equal_answers_is_that_of_all_cells():
    cells = measured(scored([[0, 3, 0, 0, 0, 0, 0], GOOD, BAD]))
    spread = [np.repeat(np.arange(1, 8), counts) for counts in (GOOD, BAD)]
    inside = sum(((one - one.mean()) ** 2).sum() for one in spread)
    pooled = inside / (2 + sum(len(one) - 1 for one in spread))
    assert cells.variance[0] == pytest.approx(POOLED_ANSWERS * pooled / (2 + POOLED_ANSWERS) / 3)


def test_cells_of_one_kind_are_averaged_with_each_other_first():
    rows = pd.DataFrame({"kind": [0] * 40 + [1] * 40, "cell": [0, 1] * 40, "x": [1, 1, 7, 7] * 10 + [3, 3, 4, 4] * 10})
    scores = cx.score(cx.tally(rows, "x", scale="ces-2.0", by=["kind", "cell"]))
    variance = 20 * measured(scores, alike=["kind"]).variance
    plain = 20 * measured(scores).variance
    # Of 19 degrees of freedom in each cell, 38 in each kind, 76 in all.
    own = np.array([9 * 20 / 19, 0.25 * 20 / 19])
    kind = (38 * own + POOLED_ANSWERS * own.mean()) / (38 + POOLED_ANSWERS)
    assert variance[[0, 2]] == pytest.approx((19 * own + POOLED_ANSWERS * kind) / (19 + POOLED_ANSWERS))
    assert plain[[0, 2]] == pytest.approx((19 * own + POOLED_ANSWERS * own.mean()) / (19 + POOLED_ANSWERS))


def test_all_answers_alike_are_drawn_together():
    found = pain_points(scored([[0, 0, 0, 0, 0, 20, 0], [0, 0, 0, 0, 0, 15, 0]]))
    assert found.short.shrunken == pytest.approx([6, 6])
    assert found.contribution == pytest.approx([0, 0], abs=1e-12)
    assert found.sentences()[0] == "None of 2 cells is clearly worse than the score of all answers."
    assert len(found.sentences()) == 2


def test_a_design_enters_through_its_errors_and_the_covariance_of_cells(answers):
    by = ["channel", "reason"]
    plain = pain_points(cx.tally(answers, "x", scale="ces-2.0", by=by))
    design = cx.Design(weights="w", clusters="customer")
    under = pain_points(cx.tally(answers, "x", scale="ces-2.0", by=by, design=design))
    assert plain.measured.correlation is None
    scores = under.scores
    assert under.total == pytest.approx(float(scores.total.estimate[0]))
    # Customers with several answers make cells go together.
    off = under.measured.correlation[~np.eye(9, dtype=bool)]
    assert off.mean() > 0.02
    root = np.sqrt(np.diagonal(under.measured.covariance))
    assert root == pytest.approx(np.sqrt(under.measured.variance))
    assert under.measured.variance.mean() > 1.1 * plain.measured.variance.mean()
    assert "customer" in " ".join(under.notes())


@pytest.mark.parametrize("nested", [True, False])
def test_the_error_of_a_cell_of_few_clusters_is_that_of_their_means(nested):
    rng = np.random.default_rng(13)
    step, cluster, _ = (one.ravel() for one in np.indices((6, 4, 10)))
    x = np.clip(np.rint(4 + rng.normal(0, 1, (6, 4, 1)) + rng.normal(0, 1, (6, 4, 10))), 1, 7).astype(int).ravel()
    rows = pd.DataFrame({"step": step, "cluster": cluster + 10 * nested * step, "x": x})
    found = measured(cx.score(cx.tally(rows, "x", scale="ces-2.0", by="step", design=cx.Design(clusters="cluster"))))
    each = rows.groupby(["step", "cluster"])["x"].mean().groupby("step").var(ddof=1) / 4
    # Each has three degrees of freedom, and thirty more of the average of all.
    assert found.variance == pytest.approx((3 * each.to_numpy() + POOLED_ANSWERS * each.mean()) / 33)


def test_what_the_design_does_not_hold_is_said(answers):
    design = cx.Design(clusters="customer")
    counted = cx.tally(answers, "x", scale="ces-2.0", by="channel", design=design)
    found = pain_points(replace(counted, sums=()))
    assert found.measured.apart
    assert "The covariance between cells is not known and counts as 0." in " ".join(found.notes())


def test_a_benchmark_brings_its_own_uncertainty():
    scores = scored([GOOD, BAD, GOOD])
    exact = pain_points(scores, reference=5.5)
    vague = pain_points(scores, reference=cx.Benchmark(5.5, low=5.2, high=5.8, source="industry"))
    assert exact.short.shortfall == pytest.approx(vague.short.shortfall)
    width = [
        np.ptp([one.short.shortfall_interval.low, one.short.shortfall_interval.high], axis=0) for one in (exact, vague)
    ]
    assert (width[1] > width[0]).all()
    assert "worse than the benchmark (industry) of 5.50." in vague.sentences()[1]
    with pytest.raises(ValueError, match="a benchmark for mean lies within 1 and 7; got 80"):
        pain_points(scores, reference=80)


def test_owners_have_their_lists_and_what_nobody_owns_is_said(answers):
    counted = cx.tally(answers, "x", scale="ces-2.0", by=["channel", "reason"])
    found = pain_points(counted, owners={"phone": "Ann", ("chat", "return"): "Bob"})
    lists = found.lists_by_owner()
    assert list(lists) == ["Ann", "Bob", "(no owner)"]
    assert {name: len(one) for name, one in lists.items()} == {"Ann": 3, "Bob": 1, "(no owner)": 5}
    assert set(lists["Ann"]["cell"]) == {"phone, invoice", "phone, return", "phone, delivery"}
    assert any(note.startswith("5 of 9 cells have no owner: chat, delivery;") for note in found.notes())
    assert any(one.endswith("Owner: Ann.") for one in found.sentences()[2:])
    assert "No owners are named." in pain_points(counted).notes()


@pytest.mark.parametrize(
    ("owners", "said"),
    [
        ({"fone": "Ann"}, "cell 'fone' not found; did you mean 'phone'"),
        ({"phone": "Ann", "return": "Bob"}, "the owner of .* is Ann by 'phone' and Bob by 'return'; name that of"),
    ],
)
def test_owners_are_never_guessed(answers, owners, said):
    counted = cx.tally(answers, "x", scale="ces-2.0", by=["channel", "reason"])
    with pytest.raises(ValueError, match=said):
        pain_points(counted, owners=owners)


def test_main_effects_are_taken_where_there_are_cells_enough(answers):
    counted = cx.tally(answers, "x", scale="ces-2.0", by=["channel", "reason"])
    found = {toward: pain_points(counted, toward=toward) for toward in ("auto", "overall", "main effects")}
    assert found["auto"].line.toward == "overall"
    assert found["main effects"].line.columns.shape == (9, 5)
    assert "what is usual for its channel and reason" in found["main effects"].notes()[0]
    many = pd.DataFrame([(a, b, x) for a in range(6) for b in range(6) for x in (4, 5, 6)], columns=["a", "b", "x"])
    assert pain_points(cx.tally(many, "x", scale="ces-2.0", by=["a", "b"])).line.toward == "main effects"


def test_errors_and_empty_cells_are_said(answers):
    with pytest.raises(ValueError, match="pain points need cells; tally by"):
        pain_points(cx.tally(answers, "x", scale="ces-2.0"))
    with pytest.raises(ValueError, match="two or more cells with answers; got 1"):
        pain_points(scored([GOOD]))
    with pytest.raises(ValueError, match="order 'size' not found"):
        pain_points(scored([GOOD, BAD]), order="size")
    with pytest.raises(ValueError, match="worst must be 1 or more; got 0"):
        pain_points(scored([GOOD, BAD]), worst=0)
    found = pain_points(scored([GOOD, BAD, [0] * 7]))
    assert found.names == ["a", "b"]
    assert "Without answers: c." in found.notes()


def test_sentences_say_what_clearly_hurts_first_and_one_fact_each():
    found = pain_points(scored([GOOD, BAD, GOOD, [1, 2, 2, 2, 4, 4, 1]]), owners={"b": "Ann"}, worst=2)
    first, whole, *cells = found.sentences()
    assert first == "It clearly hurts in 1 of 4 cells: b (Ann)."
    assert whole.startswith(f"All answers together score {found.total:.2f} (x: mean of answers 1-7")
    table = found.to_frame().set_index("step")
    assert [one.split(":")[0] for one in cells] == ["b", "d"]
    row = table.loc["b"]
    assert cells[0] == (
        f"b: {row['shrunken']:.2f} ({row['low']:.2f} to {row['high']:.2f}), where {found.total:.2f} is usual; n = 40. "
        f"Fixing it brings the whole from {found.total:.3f} to {row['total_if_fixed']:.3f}. Owner: Ann."
    )
    assert table.loc["d", "shortfall_low"] < 0
    assert "This may be chance." in cells[1]
    assert cells[1].endswith("No owner is named.")
    aimed = pain_points(scored([GOOD, BAD]), reference=5.0).sentences()
    assert "where 5.00 is the aim" in aimed[2]
    assert "worse than the target of 5.00." in aimed[1]


def test_codes_for_no_answer_are_those_of_the_tally():
    rows = pd.DataFrame({"step": ["a", "b"] * 40, "x": [6, 3, 5, 7] * 20})
    coded = pd.concat([rows, pd.DataFrame({"step": ["a"] * 30, "x": [7] * 30})])
    told = pain_points(cx.tally(coded, "x", scale="ces-2.0", by="step", missing=7))
    left_out = pain_points(cx.tally(rows[rows["x"] != 7], "x", scale="ces-2.0", by="step"))
    assert told.to_frame().equals(left_out.to_frame())


def test_pages_show_text_of_the_data_as_text(answers):
    data = answers.assign(channel=answers["channel"].replace("phone", "<b>phone</b>"))
    page = pain_points(cx.tally(data, "x", scale="ces-2.0", by="channel"))._repr_html_()
    assert "&lt;b&gt;phone" in page
    assert "<b>phone" not in page


def test_the_same_answers_give_the_same_ranks():
    one, two = (pain_points(scored([GOOD, BAD, GOOD, BAD])).ranks for _ in range(2))
    assert one.low.tolist() == two.low.tolist()
    assert one.among_worst.tolist() == two.among_worst.tolist()
    assert one.among_worst.sum() == pytest.approx(one.worst)
