"""Designs by their laws: margins, what is between segments, engines, finite populations, and errors that say why."""

import duckdb
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from cxstats import Design, Scale, score, tally

RATING = Scale("rating", range(1, 6), good="high", favourable=(4, 5), unfavourable=(1, 2))


def in_engine(frame, engine):
    table = pa.Table.from_pandas(frame, preserve_index=False)
    if engine == "duckdb":
        connection = duckdb.connect()
        connection.register("arrow", table)
        connection.execute("create table answers as select * from arrow")
        return connection.table("answers")
    polars = pl.from_arrow(table)
    return {"pandas": frame, "pyarrow": table, "polars": polars, "polars lazy": polars.lazy()}[engine]


def test_post_stratification_equals_the_textbook():
    """Sum over post-strata of the squared share times the variance within: Särndal et al. (1992), section 7.6."""
    rng = np.random.default_rng(1)
    data = pd.DataFrame({"x": rng.integers(1, 6, 500), "g": rng.choice(["a", "b", "c"], 500, p=[0.2, 0.3, 0.5])})
    target = pd.Series({"a": 0.3, "b": 0.3, "c": 0.4})
    size = data.groupby("g")["x"].size()
    data["w"] = data["g"].map(target / size)
    error = score(tally(data, "x", scale=RATING, design=Design("w", margins="g")), "mean").standard_error[0]
    within = data.groupby("g")["x"].var(ddof=0)
    expected = np.sqrt((target**2 * within / size).sum() * 500 / 499)
    assert error == pytest.approx(expected, rel=1e-10)


def test_a_margin_of_one_level_tells_nothing():
    data = made().assign(same="all")
    for clusters in (None, "c"):
        plain, known = (
            score(tally(data, "x", scale=RATING, by="s", design=Design("w", "h", clusters, margins=margins)), "mean")
            for margins in ((), "same")
        )
        assert known.standard_error == pytest.approx(plain.standard_error, rel=0.02)
        without_strata = [
            score(tally(data, "x", scale=RATING, design=Design("w", clusters=clusters, margins=margins)), "mean")
            for margins in ((), "same")
        ]
        assert without_strata[1].standard_error == pytest.approx(without_strata[0].standard_error, rel=1e-9)


def made(rows=600):
    rng = np.random.default_rng(7)
    data = pd.DataFrame(
        {"x": rng.integers(1, 6, rows), "h": rng.choice(["n", "s"], rows), "c": rng.integers(0, 60, rows)}
    )
    data = data.assign(s=rng.choice(list("pqr"), rows), a=rng.choice(["y", "z"], rows), b=rng.choice([1, 2, 3], rows))
    return data.assign(w=rng.gamma(3, 1, rows), N=data["h"].map({"n": 900, "s": 700}))


EVERY = {
    "weights": Design("w"),
    "strata": Design("w", "h", population_size="N"),
    "clusters": Design("w", clusters="c"),
    "strata and clusters": Design("w", "h", "c", population_size={"n": 100, "s": 61}),
    "margins": Design("w", "h", margins=("a", "b")),
    "margins and clusters": Design("w", "h", "c", margins=("a", "b")),
}


# -- between segments ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EVERY)
def test_joint_holds_the_covariance_of_each_segment_and_of_the_total(name):
    found = tally(made(), "x", scale=RATING, by=["s", "a"], design=EVERY[name])
    joint, (segments, points) = found.joint, found.totals.shape
    assert joint.shape == (segments, points, segments, points)
    for s in range(segments):
        np.testing.assert_allclose(joint[s, :, s, :], found.covariance[s], rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(joint, joint.transpose(2, 3, 0, 1), atol=1e-9)
    assert np.linalg.eigvalsh(joint.reshape(segments * points, -1)).min() > -1e-8
    # The total is the sum of the segments, and so is its variance.
    np.testing.assert_allclose(joint.sum(axis=(0, 2)), found.total.covariance[0], rtol=1e-8, atol=1e-8)


def test_without_a_design_segments_are_independent_and_joint_is_none():
    assert tally(made(), "x", scale=RATING, by="s").joint is None


def test_joint_is_none_where_it_is_too_large():
    data = made(4_000)
    data["many"] = data.index % 400
    assert tally(data, "x", scale=RATING, by="many", design=Design("w")).joint is None
    assert tally(data[data["many"] < 300], "x", scale=RATING, by="many", design=Design("w")).joint is not None


@pytest.mark.parametrize("name", ["strata", "strata and clusters"])
def test_adding_samples_of_other_strata_keeps_what_is_between_segments(name):
    data = made()
    data["c"] += 100 * (data["h"] == "s")
    whole = tally(data, "x", scale=RATING, by="s", design=EVERY[name])
    parts = [tally(part, "x", scale=RATING, by="s", design=EVERY[name]) for _, part in data.groupby("h")]
    np.testing.assert_allclose(sum(parts).joint, whole.joint, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(sum(parts).total.joint, whole.total.joint, rtol=1e-9, atol=1e-9)
    assert sum(parts).units == whole.units


def test_segments_of_disjoint_samples_do_not_covary():
    data = made()
    data = data.assign(c=data["c"].astype(str) + data["h"])
    parts = (data[data["h"] == h] for h in ("n", "s"))
    one, other = (tally(part, "x", scale=RATING, by="h", design=Design("w", clusters="c")) for part in parts)
    both = one + other
    assert (both.joint[0, :, 1, :] == 0).all()
    np.testing.assert_allclose(both.joint[1, :, 1, :], other.joint[0, :, 0, :])


# -- engines ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EVERY)
@pytest.mark.parametrize("engine", ["polars", "polars lazy", "duckdb", "pyarrow"])
def test_every_engine_says_the_same_of_every_design(name, engine):
    expected = tally(made(), "x", scale=RATING, by="s", design=EVERY[name])
    found = tally(in_engine(made(), engine), "x", scale=RATING, by="s", design=EVERY[name])
    for one, other in ((found, expected), (found.total, expected.total)):
        np.testing.assert_allclose(one.covariance, other.covariance, rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(one.joint, other.joint, rtol=1e-9, atol=1e-9)
        np.testing.assert_allclose(one.squares_left, other.squares_left, rtol=1e-12)
        assert (one.degrees_of_freedom == other.degrees_of_freedom).all()
        assert (one.units, one.cluster_ids) == (other.units, other.cluster_ids)


@pytest.mark.parametrize("name", ["clusters", "strata and clusters"])
@pytest.mark.parametrize("engine", ["pandas", "polars lazy", "duckdb"])
def test_clusters_too_many_to_hold_are_multiplied_in_the_engine(monkeypatch, name, engine):
    here = tally(made(), "x", scale=RATING, by="s", design=EVERY[name])
    monkeypatch.setattr("cxstats.responses.units.MOST_UNIT_CELLS", 100)
    there = tally(in_engine(made(), engine), "x", scale=RATING, by="s", design=EVERY[name])
    np.testing.assert_allclose(there.covariance, here.covariance, rtol=1e-9, atol=1e-9)
    np.testing.assert_allclose(there.total.covariance, here.total.covariance, rtol=1e-9, atol=1e-9)
    assert (there.degrees_of_freedom == here.degrees_of_freedom).all()
    assert there.joint is None
    with pytest.raises(ValueError, match="margins need at most 100 cells of segment, stratum, cluster, answer"):
        tally(made(), "x", scale=RATING, by="s", design=EVERY["margins and clusters"])


def test_weights_that_population_sizes_imply_are_the_same_in_the_engine(monkeypatch):
    design = Design(strata="h", clusters="c", population_size={"n": 100, "s": 70})
    here = score(tally(made(), "x", scale=RATING, by="s", design=design), "mean")
    monkeypatch.setattr("cxstats.responses.units.MOST_UNIT_CELLS", 100)
    there = score(tally(made(), "x", scale=RATING, by="s", design=design), "mean")
    np.testing.assert_allclose(there.estimate, here.estimate, rtol=1e-12)
    np.testing.assert_allclose(there.standard_error, here.standard_error, rtol=1e-9)


# -- finite populations ----------------------------------------------------------------------------------------------


def test_a_column_a_number_and_a_mapping_say_the_same():
    data = made().assign(M=1_000)
    for column, number in (("M", 1_000), ("N", {"n": 900, "s": 700})):
        one, other = (
            tally(data, "x", scale=RATING, design=Design("w", "h", population_size=size)).covariance
            for size in (column, number)
        )
        np.testing.assert_allclose(one, other, rtol=1e-12)


def test_a_census_has_no_error_and_no_width(figures):
    census = figures("designs2")["found"]["census"]
    data = pd.DataFrame(figures("designs2")["data"]["strat"])
    whole = Design(strata="stype", population_size=data["stype"].value_counts().to_dict())
    found = score(tally(data, "x", scale=RATING, by="stype", design=whole), "mean")
    assert (found.total.estimate[0], found.total.standard_error[0]) == pytest.approx((census["mean"], census["se"]))
    assert np.isinf(found.effective_n).all()
    for method in ("score", "t", "wald"):
        interval = found.interval(method)
        assert interval.low == pytest.approx(found.estimate)
        assert interval.high == pytest.approx(found.estimate)
    assert not found.too_few.any()


def test_the_more_were_asked_the_narrower_is_the_interval():
    data = pd.DataFrame({"x": [1, 2, 5, 5, 5] * 20})
    width = []
    for size in (10**9, 1_000, 200, 110, 101, 100):
        for method in ("score", "t"):
            interval = score(tally(data, "x", scale=RATING, design=Design(population_size=size)), "mean").interval(
                method
            )
            width.append(interval.high[0] - interval.low[0])
    for one in (width[::2], width[1::2]):
        assert (np.diff(one) < 0).all()
        assert one[-1] == 0
        assert one[2] / one[0] == pytest.approx(np.sqrt(0.5), rel=0.02)


def test_a_stratum_asked_in_full_is_not_lonely():
    data = pd.DataFrame({"x": [1, 2, 3, 4, 5], "h": ["a", "b", "b", "b", "b"], "w": 1.0})
    design = Design("w", "h", population_size={"a": 1, "b": 40})
    found = score(tally(data, "x", scale=RATING, design=design), "mean")
    inner = np.var([2, 3, 4, 5], ddof=1) * (1 - 4 / 40) * 4 / 5**2
    # The stratum's own deviation is certain, so that only the other stratum varies.
    assert found.standard_error[0] == pytest.approx(np.sqrt(inner), rel=1e-12)


def test_bad_designs_say_what_must_hold():
    data = made()

    def counted_with(table=data, **parts):
        return tally(table, "x", scale=RATING, design=Design(**parts))

    with pytest.raises(ValueError, match="margins are what the weights were fitted to; name the weights"):
        Design(strata="h", margins="a")
    with pytest.raises(ValueError, match="margins must be distinct"):
        Design("w", margins=("a", "a"))
    with pytest.raises(ValueError, match="lonely must be one of 'refuse', 'centre', 'average', 'remove'; got 'adjust'"):
        Design("w", "h", lonely="adjust")
    with pytest.raises(ValueError, match="lonely='centre' is about strata with a single unit; the design names no st"):
        Design("w", lonely="centre")
    with pytest.raises(ValueError, match="mapping of population sizes is from stratum to number; the design names no"):
        Design("w", population_size={"a": 1})
    for size in (0, -1, float("nan"), float("inf"), True, {"n": "many", "s": 2}):
        with pytest.raises(ValueError, match="population size.* must be a number above zero, or a column; got"):
            Design("w", "h", population_size=size)
    with pytest.raises(ValueError, match="population sizes are given for 'n'; stratum 's' of column 'h' has none"):
        counted_with(weights="w", strata="h", population_size={"n": 900})
    with pytest.raises(ValueError, match="the population size of stratum 's' is 7 and the sample has .* rows"):
        counted_with(weights="w", strata="h", population_size={"n": 900, "s": 7})
    with pytest.raises(ValueError, match="one number in each stratum; column 'N' has 700 to 900 in the sample"):
        counted_with(weights="w", population_size="N")
    with pytest.raises(ValueError, match="population sizes must be numbers; column 's' is"):
        counted_with(weights="w", population_size="s")
    with pytest.raises(ValueError, match="every row needs its population size; column 'N' is empty in 1 rows"):
        counted_with(data.assign(N=data["N"].where(data.index > 0)), strata="h", population_size="N")
    with pytest.raises(ValueError, match="every row needs its margin; column 'a' is empty in 2 rows"):
        counted_with(data.assign(a=data["a"].where(data.index > 1)), weights="w", margins=("b", "a"))
    with pytest.raises(ValueError, match="say how to count it with lonely='centre'"):
        counted_with(data.assign(h=data.index.where(data.index > 590, 0)), weights="w", strata="h")


def test_the_words_name_all_of_it():
    design = Design("w", "h", "c", population_size=6_194, margins=("a", "b"), lonely="remove")
    assert design.in_words() == (
        "weighted by w, stratified by h, clustered by c, population of 6,194 clusters in each stratum, fitted to the "
        "margins of a and b, strata with a single unit left out of the variance"
    )
    assert design.columns == ("w", "h", "c", "a", "b")
    assert Design(population_size="N").columns == ("N",)
