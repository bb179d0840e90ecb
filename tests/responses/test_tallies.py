"""Counting: every engine gives the same table, every row is accounted for, designs agree with R's survey package."""

import datetime as dt

import duckdb
import narwhals.stable.v2 as nw
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxstats import Design, Scale, read_export, score, tally
from cxstats.responses.tallies import MOST_CLUSTERS_LISTED

ENGINES = ("pandas", "polars", "polars lazy", "duckdb", "pyarrow")


def in_engine(frame: pd.DataFrame, engine: str):
    """Put a pandas table into an engine; missing values become null, NaN in floats stays NaN where it can."""
    if engine == "pandas":
        return frame
    if engine == "duckdb":
        connection, arrow = duckdb.connect(), pa.Table.from_pandas(frame, preserve_index=False)
        connection.register("arrow", arrow)
        connection.execute("create table answers as select * from arrow")
        return connection.table("answers")
    table = pa.Table.from_pandas(frame, preserve_index=False)
    if engine == "pyarrow":
        return table
    polars = pl.from_arrow(table)
    return polars.lazy() if engine.endswith("lazy") else polars


def messy(rows: int = 400) -> pd.DataFrame:
    rng = np.random.default_rng(3)
    answers = rng.choice(["7", "6", "5", "Agree", "4.0", "1", "6.5", "so-so", "Blank", "99", ""], size=rows)
    channel = rng.choice(["web", "phone", "chat"], size=rows).astype(object)
    channel[:9] = None
    weight = rng.gamma(2.0, 1.0, rows).round(3)
    return pd.DataFrame(
        {
            "ces": answers,
            "channel": pd.Series(channel, dtype="str"),
            "w": np.where(rng.random(rows) < 0.05, np.nan, weight),
            "h": rng.choice(["north", "south"], size=rows),
            "customer": rng.integers(0, rows // 3, rows),
        }
    )


def assert_same(one, other):
    pd.testing.assert_frame_equal(one.segments, other.segments)
    for name in ("counts", "missing", "set_aside"):
        np.testing.assert_array_equal(getattr(one, name), getattr(other, name))
    for name in ("totals", "degrees_of_freedom", "squared_weights"):
        np.testing.assert_allclose(getattr(one, name), getattr(other, name), rtol=1e-12)
    pd.testing.assert_frame_equal(one.answers(), other.answers())
    if one.covariance is not None:
        np.testing.assert_allclose(one.covariance, other.covariance, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("engine", ENGINES[1:])
@pytest.mark.parametrize(
    "design",
    [None, Design(weights="w"), Design("w", "h"), Design(clusters="customer"), Design("w", "h", "customer")],
    ids=lambda d: d.in_words() if d else "simple",
)
def test_every_engine_gives_the_same_tally(engine, design):
    data = messy()
    options = {"scale": "ces-2.0", "by": ["channel"], "design": design, "missing": [99]}
    expected = tally(data, "ces", **options)
    found = tally(in_engine(data, engine), "ces", **options)
    assert_same(found, expected)
    assert_same(found.total, expected.total)


def test_counts_equal_the_plain_expression():
    data = messy()
    found = tally(data, "ces", scale="ces-2.0", by="channel", missing=["99"])
    point = data["ces"].map({"7": 7, "6": 6, "5": 5, "Agree": 6, "4.0": 4, "1": 1})
    for k, channel in enumerate(found.segments["channel"]):
        inside = data["channel"].isna() if pd.isna(channel) else data["channel"] == channel
        assert found.counts[k].tolist() == [int((point[inside] == p).sum()) for p in range(1, 8)]
        assert found.missing[k] == data["ces"][inside].isin(["", "99", "Blank"]).sum()
        assert found.set_aside[k] == data["ces"][inside].isin(["6.5", "so-so"]).sum()
    assert (found.rows == data.groupby("channel", dropna=False).size().to_numpy()).all()


def test_reasons_account_for_every_unused_row():
    found = tally(messy(), "ces", scale="ces-2.0", by="channel", missing=[99], design=Design(weights="w"))
    reasons = found.reasons().set_index("reason")["rows"]
    assert reasons["'so-so' is not an answer on ces-2.0"] == (messy()["ces"] == "so-so").sum()
    assert reasons["no survey weight, or one of zero"] > 0
    assert reasons.sum() == (found.missing + found.set_aside).sum()
    assert found.answers()["rows"].sum() == len(messy())


@pytest.mark.parametrize("engine", ENGINES)
def test_trap_nan_and_null_answers_are_missing_and_never_high(engine):
    data = pd.DataFrame({"x": [1.0, 5.0, np.nan, 4.0, np.nan, 2.0, 3.0, 5.0]})
    native = in_engine(data, engine)
    if engine == "polars":
        native = pl.DataFrame({"x": [1.0, 5.0, float("nan"), 4.0, None, 2.0, 3.0, 5.0]})
    found = tally(native, "x", scale="csat-5")
    assert found.counts.tolist() == [[1, 1, 1, 1, 2]]
    assert found.missing.tolist() == [2]


@pytest.mark.parametrize("engine", ENGINES)
def test_trap_small_integers_do_not_wrap(engine):
    # int8 * int8 wraps in several engines: a cluster total of 200 squared is 40,000.
    data = pd.DataFrame({"x": np.full(400, 5, dtype="int8"), "c": np.repeat([1, 2], 200), "w": np.full(400, 1, "int8")})
    data.loc[0, "x"] = 1
    data["x"] = data["x"].astype("int8")
    found = tally(in_engine(data, engine), "x", scale="csat-5", design=Design("w", None, "c"))
    assert found.totals.tolist() == [[1, 0, 0, 0, 399]]
    # Two clusters with totals 199 and 200: variance 2/1 * ((199 - 199.5)^2 + (200 - 199.5)^2) = 1.
    assert found.covariance[0, 4, 4] == pytest.approx(1.0, abs=1e-9)


@pytest.mark.parametrize("engine", ENGINES)
def test_trap_null_segments_are_kept_as_one(engine):
    data = pd.DataFrame({"x": [1, 2, 3, 4], "s": pd.Series(["a", None, None, "b"], dtype="str")})
    found = tally(in_engine(data, engine), "x", scale="csat-5", by="s")
    assert found.n.tolist() == [1, 1, 2]
    assert found.segments["s"].isna().tolist() == [False, False, True]


@pytest.mark.parametrize("engine", ENGINES)
def test_trap_date_segments_have_one_type(engine):
    data = pd.DataFrame({"x": [1, 2, 3], "day": [dt.date(2026, 1, 2), dt.date(2026, 1, 1), dt.date(2026, 1, 2)]})
    found = tally(in_engine(data, engine), "x", scale="csat-5", by="day")
    assert found.segments["day"].dtype.kind == "M"
    assert found.n.tolist() == [1, 2]


@pytest.mark.parametrize("engine", ENGINES)
def test_trap_null_weights_are_set_aside_and_not_counted(engine):
    data = pd.DataFrame({"x": [1, 5, 5, 5], "w": [1.0, 2.0, np.nan, 1.0]})
    found = tally(in_engine(data, engine), "x", scale="csat-5", design=Design(weights="w"))
    assert (found.n.tolist(), found.set_aside.tolist(), found.totals[0].tolist()) == ([3], [1], [1, 0, 0, 0, 3])


def test_categories_keep_their_order():
    sizes = pd.Categorical(["small", "large", "medium"], ["small", "medium", "large", "huge"], ordered=True)
    found = tally(pd.DataFrame({"x": [1, 2, 3], "size": sizes}), "x", scale="csat-5", by="size")
    assert found.segments["size"].tolist() == ["small", "medium", "large"]
    assert tally(pd.DataFrame({"x": pd.Categorical(["1", "5", "5"])}), "x", scale="csat-5").n.tolist() == [3]


@pytest.mark.parametrize("name", ["answer", "reason", "point", "rows", "segment", "w", "0", "by0"])
def test_segments_may_have_names_that_we_use_inside(name):
    data = pd.DataFrame({"x": [1, 2, 2, 5], name: ["a", "b", "b", "a"], "weight": [1.0, 2.0, 1.0, 1.0]})
    for design in (None, Design(weights="weight")):
        found = tally(data, "x", scale="csat-5", by=name, design=design)
        assert found.segments[name].tolist() == ["a", "b"]
        assert found.n.tolist() == [2, 2]


# -- designs ---------------------------------------------------------------------------------------------------------


DESIGNS = {
    "weights": Design("weight"),
    "weights_strata": Design("weight", "contact_reason"),
    "clusters": Design(clusters="customer"),
    "weights_clusters": Design("weight", None, "customer"),
    "weights_strata_clusters": Design("weight", "contact_reason", "customer"),
}
QUESTIONS = {"ces": ("ces", "ces-2.0", "mean"), "net": ("nps", "nps", "net"), "easy": ("ces", "ces-2.0", "favourable")}


@pytest.mark.parametrize("name", DESIGNS)
@pytest.mark.parametrize("question", QUESTIONS)
def test_designs_agree_with_r_survey(figures, support, name, question):
    column, scale, metric = QUESTIONS[question]
    counted = tally(read_export(support), column, scale=scale, by="channel", design=DESIGNS[name])
    scores = score(counted, metric)
    expected = figures("designs")["designs"][name]
    parts = [(scores.total, 0, expected["all"])]
    parts += [(scores, k, one) for k, one in enumerate(expected["by_channel"])]
    assert scores.segments["channel"].tolist() == [one["channel"] for one in expected["by_channel"]]
    for part, k, entry in parts:
        figure = entry[question]
        assert part.estimate[k] == pytest.approx(figure["estimate"], rel=1e-10)
        assert part.standard_error[k] == pytest.approx(figure["standard_error"], rel=1e-8)
        assert counted_degrees(part, k) == figure["degrees_of_freedom"]
        for method, limits in (("t", "t95"), ("wald", "wald95")):
            interval = part.interval(method)
            assert (interval.low[k], interval.high[k]) == pytest.approx(figure[limits], rel=1e-8)


def counted_degrees(part, k):
    return part.tally.degrees_of_freedom[k]


def test_weights_are_probability_weights():
    data = messy()
    once = score(tally(data, "ces", scale="ces-2.0", missing=[99], design=Design("w")))
    often = score(tally(data.assign(w=data["w"] * 1000), "ces", scale="ces-2.0", missing=[99], design=Design("w")))
    assert often.standard_error[0] == pytest.approx(once.standard_error[0], rel=1e-9)
    assert often.interval().low[0] == pytest.approx(once.interval().low[0], rel=1e-9)


def test_every_row_its_own_cluster_equals_no_clusters():
    data = messy().assign(row=range(400))
    rows = tally(data, "ces", scale="ces-2.0", by="channel", missing=[99], design=Design("w", "h", "row"))
    plain = tally(data, "ces", scale="ces-2.0", by="channel", missing=[99], design=Design("w", "h"))
    np.testing.assert_allclose(rows.covariance, plain.covariance, rtol=1e-9, atol=1e-9)
    np.testing.assert_array_equal(rows.degrees_of_freedom, plain.degrees_of_freedom)


def test_answers_given_twice_widen_the_interval():
    data = messy().query("ces != ''")
    twice = pd.concat([data, data]).assign(who=list(range(len(data))) * 2)
    simple = score(tally(twice, "ces", scale="ces-2.0", missing=[99]))
    clustered = score(tally(twice, "ces", scale="ces-2.0", missing=[99], design=Design(clusters="who")))
    assert clustered.standard_error[0] / simple.standard_error[0] == pytest.approx(np.sqrt(2), rel=0.01)
    assert clustered.effective_n[0] == pytest.approx(simple.n[0] / 2, rel=0.01)


def test_all_alike_falls_back_on_kish():
    data = pd.DataFrame({"x": [5] * 20, "w": [1.0, 3.0] * 10})
    scores = score(tally(data, "x", scale="csat-5", design=Design("w")))
    assert scores.effective_n[0] == pytest.approx(40**2 / (10 + 90))
    assert scores.interval().high[0] == 1
    assert 0.5 < scores.interval().low[0] < 1


@pytest.mark.parametrize("most_cells", [500_000, 3])
def test_clusters_without_any_weight_are_not_said_to_count(monkeypatch, most_cells):
    monkeypatch.setattr("cxstats.responses.units.MOST_UNIT_CELLS", most_cells)
    data = pd.DataFrame({"x": [1, 5, 3, 4, 2, 5, 4, 3], "a": list("aabbccdd"), "w": [1.0] * 4 + [2.0, 0.0, 0.0, 0.0]})
    counted = tally(data, "x", scale="csat-5", design=Design(weights="w", clusters="a"))
    assert counted.units == 3
    assert "answers of the same a count together (3 in the data)" in score(counted).design_in_words
    assert tally(data, "x", scale="csat-5", design=Design(weights="w")).units == 5


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"weights": [1, 2]}, r"weights must be the name of a column; got \[1, 2\]"),
        ({"weights": ["w"]}, r"weights must be the name of a column; got \['w'\]"),
        ({"weights": np.ones(3)}, "weights must be the name of a column"),
        ({"strata": 3}, "strata must be the name of a column; got 3"),
        ({"clusters": ("a", "b")}, "clusters must be the name of a column"),
        ({"weights": "w", "margins": (("a", "b"),)}, r"margins\[0\] must be the name of a column; got \('a', 'b'\)"),
    ],
)
def test_designs_name_columns(given, message):
    with pytest.raises(TypeError, match=message):
        Design(**given)


def test_a_single_cluster_is_too_few_in_good_grammar():
    data = pd.DataFrame({"x": [1, 2, 3], "cl": ["a", "a", "a"]})
    with pytest.raises(ValueError, match=r"needs two or more clusters \(column 'cl'\); the data have one"):
        tally(data, "x", scale="csat-5", design=Design(clusters="cl"))
    one_each = data.assign(h=["k", "k", "l"], cl=["a", "b", "c"])
    with pytest.raises(ValueError, match=r"every stratum of column 'h' needs two or more clusters \(column 'cl'\), so"):
        tally(one_each, "x", scale="csat-5", design=Design(strata="h", clusters="cl"))


def test_designs_that_cannot_be_used_say_why():
    data = pd.DataFrame({"x": [1, 2, 3], "h": ["a", "b", "b"], "w": [1.0, -2.0, 1.0], "t": ["1", "2", "3"]})
    with pytest.raises(ValueError, match="every stratum of column 'h' needs two or more rows.*one only in: 'a'"):
        tally(data, "x", scale="csat-5", design=Design(strata="h"))
    with pytest.raises(ValueError, match="weights must be finite and not negative; column 'w' has -2 to 1"):
        tally(data, "x", scale="csat-5", design=Design(weights="w"))
    with pytest.raises(ValueError, match="weights must be numbers; column 't' is String"):
        tally(data, "x", scale="csat-5", design=Design(weights="t"))
    with pytest.raises(ValueError, match="every row needs its cluster; column 'c' is empty in 1 rows"):
        tally(data.assign(c=[1, None, 2]), "x", scale="csat-5", design=Design(clusters="c"))
    with pytest.raises(ValueError, match="a design names at least one"):
        Design()
    with pytest.raises(ValueError, match="column 'wt' not found; .*columns: x, h, w, t"):
        tally(data, "x", scale="csat-5", design=Design(weights="wt"))


def test_zero_weights_are_set_aside_and_count_for_no_degree_of_freedom():
    data = pd.DataFrame({"x": [1, 5, 5, 2, 4, 3], "w": [0.0, 1, 2, 0, 1, 1], "c": [1, 1, 2, 3, 4, 5]})
    found = tally(data, "x", scale="csat-5", design=Design("w", clusters="c"))
    assert (found.n.tolist(), found.set_aside.tolist()) == ([4], [2])
    # Four clusters have a weight above zero; R's degf counts the same.
    assert found.degrees_of_freedom.tolist() == [3]
    # R: svymean(~x, svydesign(id = ~c, weights = ~w, data = data)): the empty cluster still counts among the five.
    totals = np.array([[1, 5], [2, 10], [0, 0], [1, 4], [1, 3]])
    mean = 22 / 5
    z = (totals[:, 1] - mean * totals[:, 0]) / 5
    assert score(found, "mean").standard_error[0] == pytest.approx(np.sqrt(5 / 4 * (z**2).sum()), rel=1e-12)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_stratum_without_any_weight_is_no_part_of_the_sample(engine):
    rng = np.random.default_rng(1)
    n = 400
    data = pd.DataFrame({"x": rng.integers(1, 6, n), "c": rng.integers(0, 40, n), "w": rng.uniform(0.5, 3, n)})
    data = data.assign(g=rng.choice(["x", "y"], n), h=rng.choice(list("abcd"), n))
    data.loc[data["h"] == "d", "w"] = np.nan
    for design in (Design("w", "h", "c"), Design("w", "h")):
        options = {"scale": "csat-5", "by": "g", "design": design}
        kept = score(tally(data[data["h"] != "d"], "x", **options), "mean").standard_error
        for order in (data, data[::-1], data.sort_values(["h", "g"])):
            found = score(tally(in_engine(order, engine), "x", **options), "mean").standard_error
            np.testing.assert_allclose(found, kept, rtol=1e-10)


@pytest.mark.parametrize("engine", ["polars", "polars lazy", "duckdb", "pyarrow"])
def test_nan_and_null_segments_are_one_under_clusters(engine):
    rng = np.random.default_rng(2)
    n = 300
    g = rng.choice([1.0, np.nan, 2.0], n)
    data = pd.DataFrame({"x": rng.integers(1, 6, n), "c": rng.integers(0, 25, n), "w": rng.uniform(0.5, 3, n), "g": g})
    polars = pl.DataFrame({"x": data["x"].to_numpy(), "c": data["c"].to_numpy(), "w": data["w"].to_numpy(), "g": g})
    half = pl.Series(np.arange(n) % 2 == 0)
    polars = polars.with_columns(pl.when(pl.col("g").is_nan() & half).then(None).otherwise(pl.col("g")).alias("g"))
    table = polars.to_arrow()
    native = {"polars": polars, "polars lazy": polars.lazy(), "pyarrow": table}.get(engine)
    if native is None:
        connection = duckdb.connect()
        connection.register("arrow", table)
        connection.execute("create table answers as select * from arrow")
        native = connection.table("answers")
    options = {"scale": "csat-5", "by": "g", "design": Design("w", clusters="c")}
    assert_same(tally(native, "x", **options), tally(data, "x", **options))


@pytest.mark.parametrize("engine", ["pandas", "polars", "duckdb"])
def test_nan_strata_are_refused_in_every_engine(engine):
    data = pd.DataFrame({"x": [1, 2, 3, 4], "h": [1.0, 1.0, np.nan, 1.0]})
    native = pl.DataFrame({"x": [1, 2, 3, 4], "h": [1.0, 1.0, float("nan"), 1.0]})
    native = data if engine == "pandas" else native if engine == "polars" else duckdb.sql("select * from native")
    with pytest.raises(ValueError, match="every row needs its stratum; column 'h' is empty in 1 rows"):
        tally(native, "x", scale="csat-5", design=Design(strata="h"))


def test_answers_in_one_cluster_only_say_nothing_of_the_variation_between_clusters():
    data = pd.DataFrame({"x": [1, 5] * 10 + [None] * 40, "c": [1] * 20 + list(range(2, 42))})
    found = score(tally(data, "x", scale="csat-5", design=Design(clusters="c")), "mean")
    assert np.isnan(found.standard_error[0])
    assert np.isnan(found.interval().low[0])
    assert found.too_few[0]


# -- adding ----------------------------------------------------------------------------------------------------------


@given(st.integers(20, 380))
def test_tallies_of_disjoint_samples_add(cut):
    data = messy()
    options = {"scale": "ces-2.0", "by": "channel", "missing": [99]}
    whole = tally(data, "ces", **options)
    parts = [tally(part, "ces", **options) for part in (data.iloc[:cut], data.iloc[cut:]) if len(part)]
    assert_same(sum(parts), whole)
    assert_same(sum(parts).total, whole.total)


def test_strata_sampled_apart_add_to_the_whole_design():
    data = messy()
    data["customer"] = data["h"] + data["customer"].astype(str)
    options = {"scale": "ces-2.0", "by": "channel", "missing": [99], "design": Design("w", "h", "customer")}
    parts = [tally(part, "ces", **options) for _, part in data.groupby("h")]
    assert_same(sum(parts), tally(data, "ces", **options))
    assert_same(sum(parts).total, tally(data, "ces", **options).total)


def test_tallies_that_share_clusters_refuse():
    data = messy()
    options = {"scale": "ces-2.0", "missing": [99], "design": Design(clusters="customer")}
    january, february = (tally(part, "ces", **options) for part in (data.iloc[:200], data.iloc[200:]))
    with pytest.raises(ValueError, match="tallies that share clusters do not add: .* count both samples in one tally"):
        january + february


def test_more_clusters_than_can_be_listed_refuse():
    rows = MOST_CLUSTERS_LISTED + 1
    data = pd.DataFrame({"x": np.resize([1, 5], rows), "c": np.arange(rows)})
    one = tally(data, "x", scale="csat-5", design=Design(clusters="c"))
    with pytest.raises(ValueError, match="more than 100,000 clusters may share some"):
        one + one


def test_the_same_cluster_is_recognised_whatever_its_type():
    numbers = pd.DataFrame({"x": [1, 2, 5], "c": [7, 8, 9], "s": [1, 1, 2]})
    texts = numbers.assign(c=numbers["c"].astype(str), s=numbers["s"].astype(str))
    one, other = (tally(d, "x", scale="csat-5", design=Design(clusters="c")) for d in (numbers, texts))
    with pytest.raises(ValueError, match="share clusters"):
        one + other
    one, other = (tally(d, "x", scale="csat-5", by="s") for d in (numbers, texts))
    with pytest.raises(ValueError, match="segments must be of one type to be added; column 's' is int64 and str"):
        one + other


def test_only_like_adds_to_like():
    data = pd.DataFrame({"x": [1, 2, 3], "y": [1, 2, 3], "s": ["a", "b", "b"]})
    ease, difficulty = (tally(data, "x", scale=scale) for scale in ("ces-ease-5", "ces-difficulty-5"))
    with pytest.raises(ValueError, match="must point the same way .* high is good on ces-ease-5, low is good on"):
        ease + difficulty
    with pytest.raises(ValueError, match="must have the same scale"):
        ease + tally(data, "x", scale="csat-5")
    with pytest.raises(ValueError, match="must have the same by"):
        ease + tally(data, "x", scale="ces-ease-5", by="s")
    with pytest.raises(TypeError):
        ease + 1


# -- bad input -------------------------------------------------------------------------------------------------------


def test_bad_input_says_what_must_hold():
    data = pd.DataFrame({"ces": [1, 2], "channel": ["a", "b"], "n": [1, 2]})
    with pytest.raises(ValueError, match="column 'chanel' not found; did you mean 'channel'. columns: ces, channel, n"):
        tally(data, "ces", scale="ces-2.0", by="chanel")
    with pytest.raises(ValueError, match="no answer of column 'channel' fits scale nps .*; got 'a', 'b'"):
        tally(data, "channel", scale="nps")
    with pytest.raises(ValueError, match="segments must be distinct columns other than 'ces'"):
        tally(data, "ces", scale="ces-2.0", by=["ces"])
    with pytest.raises(ValueError, match="segment column 'n' has the name of a column of scores"):
        tally(data, "ces", scale="ces-2.0", by="n")
    with pytest.raises(TypeError, match="data must be a Survey or a table of pandas.*got builtins.list"):
        tally([1, 2], "ces", scale="ces-2.0")
    with pytest.raises(ValueError, match="column 'x' has more than 10,000"):
        tally(pd.DataFrame({"x": np.arange(10_001)}), "x", scale="nps")


def test_what_an_engine_cannot_count_is_refused():
    mixed = pd.DataFrame({"x": pd.Series([True, 1, 1, 2.0], dtype=object)})
    with pytest.raises(ValueError, match="column 'x' mixes True and False with other values"):
        tally(mixed, "x", scale="csat-5")
    with pytest.raises(ValueError, match="column 'x' holds lists or structures"):
        tally(pl.DataFrame({"x": [[1], [2]]}), "x", scale="csat-5")
    with pytest.raises(ValueError, match="must not start with two underscores; rename column '__rows'"):
        tally(pd.DataFrame({"__rows": [1, 2]}), "__rows", scale="csat-5")
    with pytest.raises(TypeError, match="design must be a Design"):
        tally(pd.DataFrame({"x": [1, 2]}), "x", scale="csat-5", design="w")


@pytest.mark.parametrize("missing", [99, "99", [99], ("99",), {99.0}])
def test_one_missing_code_or_several_in_any_type(missing):
    data = pd.DataFrame({"nps": [0, 1, 1, 9, 9, 10, 10, 10, 99]})
    found = tally(data, "nps", scale="nps", missing=missing)
    assert (found.n.tolist(), found.missing.tolist(), found.set_aside.tolist()) == ([8], [1], [0])


def test_an_empty_table_has_no_answers_and_no_error():
    empty = pd.DataFrame({"x": pd.Series([], dtype="int64"), "s": pd.Series([], dtype="str")})
    assert tally(empty, "x", scale="csat-5").n.tolist() == [0]
    assert tally(empty, "x", scale="csat-5", by="s").total.n.tolist() == [0]
    assert np.isnan(score(tally(empty, "x", scale="csat-5")).estimate).all()


@pytest.mark.parametrize("table", [pd.DataFrame, pl.DataFrame])
@pytest.mark.parametrize("design", [Design("w"), Design("w", "h"), Design("w", clusters="c")], ids=str)
def test_an_empty_table_under_a_design_has_no_answers_and_no_error(table, design):
    empty = pd.DataFrame({"x": [1], "s": ["a"], "w": [1.0], "h": [1], "c": [1]})[:0]
    empty = empty if table is pd.DataFrame else pl.from_pandas(empty)
    assert tally(empty, "x", scale="csat-5", by="s", design=design).total.n.tolist() == [0]
    assert np.isnan(score(tally(empty, "x", scale="csat-5", design=design)).estimate).all()


def test_the_data_stay_as_they_were():
    data = messy()
    before = data.copy()
    tally(data, "ces", scale="ces-2.0", by="channel", missing=[99], design=Design("w", "h", "customer"))
    pd.testing.assert_frame_equal(data, before)


def test_only_small_tables_leave_the_engine(monkeypatch):
    """A million rows in a lazy engine: nothing that is collected has more than a few hundred rows."""
    sizes = []
    collect = nw.LazyFrame.collect

    def watched(self, *args, **kwargs):
        found = collect(self, *args, **kwargs)
        sizes.append(len(found))
        return found

    monkeypatch.setattr(nw.LazyFrame, "collect", watched)
    rows = 1_000_000
    data = pl.DataFrame({"x": np.arange(rows) % 5 + 1, "s": np.arange(rows) % 7, "c": np.arange(rows) % 150_000})
    found = tally(data.lazy(), "x", scale="csat-5", by="s", design=Design(clusters="c"))
    assert found.n.sum() == rows
    assert sizes
    assert max(sizes) <= 50


def test_own_scale_counts_labels():
    mood = Scale("mood", range(1, 4), "high", (3,), (1,), labels={"grim": 1, "so-so": 2, "sunny": 3})
    found = tally(pd.DataFrame({"x": ["Sunny ", "SO SO", "grim", "3"]}), "x", scale=mood)
    assert found.counts.tolist() == [[1, 1, 2]]
