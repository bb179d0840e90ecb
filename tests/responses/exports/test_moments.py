"""Dates that are not ISO 8601, in plain exports and in those of vendors: one file is written in one way."""

import pandas as pd
import pytest

from cxstats import read_export
from cxstats.responses.exports.moments import moments
from cxstats.responses.periods import with_period


def read(tmp_path, text):
    path = tmp_path / "export.csv"
    path.write_text(text)
    return read_export(path)


def dates(survey, column):
    return [str(moment) for moment in survey.responses[column]]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        (["01-03-2026", "13-03-2026"], ["2026-03-01 00:00:00", "2026-03-13 00:00:00"]),
        (["1/3/2026", "1/13/2026"], ["2026-01-03 00:00:00", "2026-01-13 00:00:00"]),
        (["2026/3/1", "2026/3/2"], ["2026-03-01 00:00:00", "2026-03-02 00:00:00"]),
        (["1.3.2026 9:05", "2.3.2026 10:05"], ["2026-03-01 09:05:00", "2026-03-02 10:05:00"]),
        (["3/1/2026 12:00:00 AM", "3/14/2026 1:00:00 PM"], ["2026-03-01 00:00:00", "2026-03-14 13:00:00"]),
        (["1/1/2026", "2/2/2026"], ["2026-01-01 00:00:00", "2026-02-02 00:00:00"]),
    ],
)
def test_dates_of_plain_exports(tmp_path, cells, expected):
    survey = read(tmp_path, "when,csat\n" + "".join(f"{cell},5\n" for cell in cells))
    assert dates(survey, "when") == expected
    assert survey.questions["kind"].tolist()[0] == "date"
    assert not survey.source.notes


def test_a_day_that_may_be_a_month_stays_text_and_is_said(tmp_path):
    survey = read(tmp_path, "when,csat\n1/3/2026,5\n2/3/2026,4\n")
    assert survey.responses["when"].tolist() == ["1/3/2026", "2/3/2026"]
    assert survey.source.notes == (
        "column 'when': kept as text: '1/3/2026' and all others may be dates like %m/%d/%Y or %d/%m/%Y",
    )


@pytest.mark.parametrize("cells", [["1/3/2026", "soon"], ["1/13/2026", "13/1/2026"], ["30/2/2026", "1/2/2026"]])
def test_not_all_of_them_are_dates(tmp_path, cells):
    survey = read(tmp_path, "when,csat\n" + "".join(f"{cell},5\n" for cell in cells))
    assert survey.responses["when"].tolist() == cells
    assert any("kept as text: not all cells are dates" in note for note in survey.source.notes)


def test_one_column_shows_how_all_dates_of_its_file_are_written(tmp_path):
    rows = [f"{k},1,{k:02d}/04/2026 23:50:00,{k + 1:02d}/04/2026 00:10:00,1.1.1.1,4\n" for k in range(1, 13)]
    survey = read(
        tmp_path,
        "Respondent ID,Collector ID,Start Date,End Date,IP Address,csat\n,,,,,Response\n" + "".join(rows),
    )
    assert survey.source.vendor == "surveymonkey"
    assert dates(survey, "Start Date") == [f"2026-04-{k:02d} 23:50:00" for k in range(1, 13)]
    assert dates(survey, "End Date") == [f"2026-04-{k + 1:02d} 00:10:00" for k in range(1, 13)]
    assert (
        "column 'Start Date': dates read as %d/%m/%Y %H:%M:%S, though they may be %m/%d/%Y %H:%M:%S"
        in survey.source.notes
    )


def test_of_plain_exports_too_unless_their_columns_disagree(tmp_path):
    agree = read(tmp_path, "asked,answered,csat\n1/3/2026,12-3-2026,5\n2/3/2026,13-3-2026,4\n")
    assert dates(agree, "asked") == ["2026-03-01 00:00:00", "2026-03-02 00:00:00"]
    differ = read(tmp_path, "asked,answered,sent,csat\n1/3/2026,12-3-2026,1/13/2026,5\n2/3/2026,13-3-2026,1/1/2026,4\n")
    assert differ.responses["asked"].tolist() == ["1/3/2026", "2/3/2026"]


def test_text_with_a_date_in_it_shows_nothing(tmp_path):
    survey = read(tmp_path, "when,said\n1/3/2026,13/1/2026\n2/3/2026,no idea\n")
    assert survey.responses["when"].tolist() == ["1/3/2026", "2/3/2026"]


def test_days_counted_by_a_spreadsheet_are_said(tmp_path):
    notes = read(tmp_path, "date,units,csat\n46000.25,46000,1\n46000.5,46001,5\n").source.notes
    assert [note[:48] for note in notes] == ["column 'date': its numbers may be dates as sprea"]


def test_one_offset_is_kept_and_its_days_are_those_of_its_calendar(tmp_path):
    survey = read(tmp_path, "at,csat\n2026-03-01T00:00:00+01:00,4\n2026-03-02T00:00:00+01:00,4\n")
    assert survey.responses["at"].dtype == "datetime64[us, UTC+01:00]"
    assert survey.source.notes == ("column 'at': times are of the time zone UTC+01:00",)
    assert with_period(survey, "at", every="month").responses["month"].tolist() == [pd.Timestamp("2026-03-01")] * 2
    survey.to_csv(tmp_path / "again.csv")
    survey.to_parquet(tmp_path / "again.parquet")
    for name in ("again.csv", "again.parquet"):
        again = read_export(tmp_path / name)
        pd.testing.assert_series_equal(again.responses["at"], survey.responses["at"])


def test_several_offsets_are_in_utc(tmp_path):
    survey = read(tmp_path, "at,csat\n2026-03-01T00:00:00+01:00,4\n2026-04-01T00:00:00+02:00,4\n")
    assert dates(survey, "at") == ["2026-02-28 23:00:00+00:00", "2026-03-31 22:00:00+00:00"]
    assert survey.source.notes == ("column 'at': times with an offset are in UTC",)


def test_the_third_part_has_one_digit_where_the_year_comes_first():
    assert moments(["2026/3/5 9:05:00"]).formats == ("%Y/%m/%d %H:%M:%S",)
    assert moments(["2026/3/5 上午 9:05:00"]).formats == ("%Y/%m/%d %p %I:%M:%S",)
    assert not moments(["5/3/6"]).fits
