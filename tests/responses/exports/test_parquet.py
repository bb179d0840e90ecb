"""Parquet has its types already; what pandas cannot count or compare is made plain, and said."""

import datetime as dt
import decimal
import json

import pandas as pd
import pytest

from cxstats import inspect, read_export

pa = pytest.importorskip("pyarrow")
files = pytest.importorskip("pyarrow.parquet")


@pytest.fixture
def survey(tmp_path):
    columns = {
        "Response ID": ["a", "b", None, "b", "c"],
        "csat": pa.array(["Satisfied", "Don't know", None, "Very satisfied", "Dissatisfied"]).dictionary_encode(),
        "amount": [decimal.Decimal("1.50"), None, None, None, decimal.Decimal(2)],
        "day": [dt.date(2026, 1, 5), None, None, None, dt.date(2026, 2, 1)],
        "tags": [None, ["x", "y"], None, [], ["é"]],
        "more": [{"k": 1, "l": [1, 2]}, None, None, None, None],
        "raw": [b"fine", b"\xff", None, None, None],
        "clock": [dt.time(8, 30), None, None, None, None],
        "never": pa.nulls(5),
        "seen": pa.array([True, None, None, False, True]),
        "at": pa.array(
            [dt.datetime(2026, 1, 5, 7, 30), None, None, None, None], pa.timestamp("us", "Europe/Amsterdam")
        ),
    }
    files.write_table(pa.table(columns), tmp_path / "e.parquet")
    return read_export(tmp_path / "e.parquet")


def test_records(survey):
    assert (survey.source.vendor, survey.source.format, survey.source.read) == ("plain", "parquet", 5)
    assert survey.rejected.to_dict("list") == {"record": [3, 4], "reason": ["empty record", "duplicate response id"]}
    assert survey.responses.index.tolist() == [1, 2, 5]


def test_types_and_cells(survey):
    found = survey.responses
    assert found["csat"].tolist() == ["Satisfied", "Don't know", "Dissatisfied"]
    assert found["amount"].dtype == "float64"
    assert found["amount"].dropna().tolist() == [1.5, 2]
    assert found["day"].dropna().tolist() == [pd.Timestamp("2026-01-05"), pd.Timestamp("2026-02-01")]
    assert found["tags"].dropna().map(json.loads).tolist() == [["x", "y"], ["é"]]
    assert json.loads(found["more"].iloc[0]) == {"k": 1, "l": [1, 2]}
    assert found["raw"].dropna().tolist() == ["fine", "\ufffd"]
    assert found["clock"].dropna().tolist() == ["08:30:00"]
    assert found["at"].iloc[0] == pd.Timestamp("2026-01-05 07:30", tz="UTC")
    for note in ("column 'raw': bytes read as UTF-8", "column 'more': 1 nested values kept as JSON text"):
        assert note in survey.source.notes


def test_questions(survey):
    asked = survey.questions.set_index("column")
    assert asked.loc["Response ID", "role"] == "response id"
    assert asked.loc["csat", ["kind", "scale", "evidence"]].tolist() == [
        "rating", "csat-5", "labels, 100% of the answers; no answer: \"Don't know\" in 1 cell",
    ]  # fmt: skip
    assert (
        asked["kind"].to_dict() | {"never": "empty", "day": "date", "at": "date", "tags": "text"}
        == asked["kind"].to_dict()
    )
    assert len(inspect(survey)) == len(asked)


def test_it_can_be_written_again(survey, tmp_path):
    for kind in ("csv", "xlsx", "parquet"):
        getattr(survey, f"to_{kind}")(tmp_path / f"again.{kind}")
        again = read_export(tmp_path / f"again.{kind}").responses
        assert again["csat"].tolist() == survey.responses["csat"].tolist()
        assert again["tags"].tolist()[1:] == survey.responses["tags"].tolist()[1:]
