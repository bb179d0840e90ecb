"""Scores by day and team cost one pass over the data, inside the engine that holds it."""

import duckdb
import numpy as np
import polars as pl
import pytest
from polars.io.plugins import register_io_source

from cxstats import Design, over_time, score, tally, with_period

ROWS = 5_000


@pytest.fixture(scope="module")
def answers():
    rng = np.random.default_rng(11)
    hours = np.datetime64("2026-01-01T00", "us") + rng.integers(0, 24 * 365, ROWS) * np.timedelta64(1, "h")
    drawn = {
        "answered": hours,
        "team": rng.integers(0, 8, ROWS),
        "ces": rng.integers(1, 8, ROWS),
        "w": rng.random(ROWS) + 0.5,
    }
    return pl.DataFrame(drawn)


@pytest.mark.parametrize("design", [None, Design("w")], ids=str)
def test_polars_reads_the_source_once(answers, design):
    reads = []

    def source(columns, predicate, n_rows, batch_size):
        reads.append(columns)
        yield answers.select(columns) if columns else answers

    lazy = register_io_source(source, schema=answers.schema)
    found = score(
        tally(with_period(lazy, "answered", every="day"), "ces", scale="ces-2.0", by=["day", "team"], design=design)
    )
    assert len(reads) == 1
    assert (int(found.n.sum()), found.segments["day"].nunique()) == (ROWS, 365)


def test_duckdb_reads_every_row_once(answers):
    seen = []

    def counted(values):
        seen.append(len(values))
        return values

    connection = duckdb.connect()
    connection.register("answers", answers.to_arrow())
    connection.create_function("counted", counted, ["BIGINT"], "BIGINT", type="arrow", side_effects=True)
    rows = connection.sql("SELECT answered, team, counted(ces) AS ces FROM answers")
    found = score(tally(with_period(rows, "answered", every="day"), "ces", scale="ces-2.0", by=["day", "team"]))
    assert (sum(seen), int(found.n.sum())) == (ROWS, ROWS)


def test_a_series_is_made_of_the_tally_alone(answers):
    daily = score(tally(with_period(answers, "answered", every="day"), "ces", scale="ces-2.0", by="day"))
    assert len(over_time(daily, along="day").periods) == 365
