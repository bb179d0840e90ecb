"""What only one cell of many tells, late in the file: said, and told alike whether it is read or scanned."""

import pytest

from cxstats import read_export
from cxstats.responses.exports import spools, understood
from cxstats.responses.exports.scanning import scan_export


@pytest.mark.parametrize(
    ("cell", "last"),
    [
        ("2026-01-05 08:30:00", "2026-01-05 08:30:5"),
        ("2026-01-05", "2026-1-5"),
        ("2026-01-05", "2026-02-30"),
        ("2026-01-05T08:30:00Z", "2026-02-30T08:30:00Z"),
        ("2026-01-05T08:30:00Z", "2026-01-05 08:30"),
    ],
)
def test_dates_that_one_cell_keeps_from_being_dates(tmp_path, cell, last):
    path = tmp_path / "export.csv"
    path.write_text("when,ces\n" + f"{cell},5\n" * 300 + f"{last},5\n")
    survey = read_export(path)
    assert survey.responses["when"].tolist() == [cell] * 300 + [last]
    assert survey.source.notes == (
        "column 'when': kept as text: not all cells are dates of the calendar like 2026-12-31",
    )


def test_the_one_cell_that_is_no_date_is_named(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text("when,ces\n" + "2026-01-05,5\n" * 300 + "soon,5\n")
    assert read_export(path).source.notes == (
        "column 'when': text, since record 301 ('soon') is not of the dates that all others are",
    )


@pytest.mark.parametrize(
    "cells",
    [
        [*(f"{k / 1000:.3f}" for k in range(1_000, 1_300)), "-99", "12", "0.5"],
        [*(f"{k / 1000:.3f}" for k in range(1_000, 1_300)), "-99", "12"],
        [*(f"{k / 1000:.3f}" for k in range(1_000, 1_300)), *map(str, range(100, 300))],
        [*(f"1,{k}" for k in range(100, 400)), "1,234.50"],
        [*(f"{k}" for k in range(300)), "1.23E+15"],
        [*(f"{k}%" for k in range(300)), "1,5%"],
        [*(f"{k}" for k in range(300)), "7%"],
        [*(f"{k / 10}" for k in range(300)), "4,5"],
        [*(f"{k},5" for k in range(300)), "4.5", "7"],
    ],
)
def test_parts_of_a_column_are_read_as_the_whole_of_it(tmp_path, monkeypatch, cells):
    pytest.importorskip("duckdb")
    path = tmp_path / "export.csv"
    path.write_text("id;x\n" + "".join(f"{k};{cell}\n" for k, cell in enumerate(cells)))
    expected = read_export(path).responses["x"]
    monkeypatch.setattr(spools, "FEW", 4)
    monkeypatch.setattr(understood, "_AT_ONCE", 3)
    scanned = scan_export(path)
    found = scanned.select("x").df()["x"]
    assert sorted(found) == sorted(expected)


@pytest.mark.parametrize("header", ["id,nps", '"id","nps"'])
def test_a_header_of_a_second_file_with_its_own_mark_is_no_response(tmp_path, header):
    path = tmp_path / "export.csv"
    one = f"\ufeff{header}\n" + "".join(f"R{k},{k % 11}\n" for k in range(50))
    path.write_text(one + one.replace("R", "S"), encoding="utf-8")
    survey = read_export(path)
    assert survey.rejected.to_dict("list") == {"record": [51], "reason": ["repeated header"]}
    assert survey.responses["nps"].dtype == "int64"
