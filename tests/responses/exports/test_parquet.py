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


def test_whole_numbers_keep_every_digit_where_some_are_missing(tmp_path):
    ids = [10**17 + k if k % 5 else None for k in range(15)]
    columns = {
        "customer": pa.array(ids),
        "unsigned": pa.array([None if k is None else 2**63 + k for k in ids], pa.uint64()),
        "decimal": pa.array([None if k is None else decimal.Decimal(k) for k in ids], pa.decimal128(20, 0)),
        "coded": pa.array(ids).dictionary_encode(),
        "complete": pa.array(range(15), pa.int32()),
    }
    files.write_table(pa.table(columns), tmp_path / "e.parquet")
    survey = read_export(tmp_path / "e.parquet")
    assert survey.responses.dtypes.astype(str).tolist() == ["Int64", "UInt64", "Int64", "Int64", "int32"]
    for name in ("customer", "decimal", "coded"):
        assert survey.responses[name].dropna().tolist() == [k for k in ids if k is not None]
    assert survey.responses["unsigned"].iloc[1] == 2**63 + ids[1]
    assert not survey.source.notes


def test_decimals_that_no_number_holds_are_said(tmp_path):
    columns = {
        "long": pa.array([decimal.Decimal(10**30 + k) for k in range(3)], pa.decimal128(38, 0)),
        "mean": pa.array([decimal.Decimal("3.333333333333333333"), decimal.Decimal(2), None], pa.decimal128(38, 18)),
    }
    files.write_table(pa.table(columns), tmp_path / "e.parquet")
    survey = read_export(tmp_path / "e.parquet")
    assert survey.responses["long"].tolist() == [str(10**30 + k) for k in range(3)]
    assert survey.responses["mean"].dropna().tolist() == [10 / 3, 2]
    assert survey.source.notes == (
        "column 'long': kept as text: whole numbers of more than 18 digits",
        "column 'mean': 1 decimals rounded to 17 digits",
    )


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
