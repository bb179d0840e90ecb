"""Exports: one table is the same survey however it is stored; in any file read = kept + rejected, or ValueError."""

import codecs
import csv
import datetime as dt
import io
import json
import zipfile

import numpy as np
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal, assert_series_equal

from cxstats import Survey, inspect, read_export

BOMS = {"utf-16-le": codecs.BOM_UTF16_LE, "utf-16-be": codecs.BOM_UTF16_BE}
TABLE = [
    ["response_id", "How easy was it?", "Überzeugt?", "amount €", "when"],
    ["r-1", "5", "très, bien; oui|non\tpeut-être", "2.5", "2026-02-03 08:30:00"],
    ["r-2", "", 'she said "easy"', "10", "2026-02-04 09:00:00"],
    ["r-3", "3", "one line\nand another", "0.75", ""],
    ["", "", "", "", ""],
    ["r-2", "4", "zürich – again", "1", "2026-02-06 10:00:00"],
]


def text_of(rows, delimiter=",", end="\n"):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=end).writerows(rows)
    return text.getvalue()


def accounted(survey: Survey) -> Survey:
    """Check that no record was lost and none counted twice."""
    records = [*survey.responses.index, *survey.rejected["record"]]
    assert survey.source.read == len(survey.responses) + len(survey.rejected) == len(set(records))
    assert set(records) == set(range(1, survey.source.read + 1))
    assert list(survey.rejected.columns) == ["record", "reason"]
    assert survey.rejected["reason"].str.len().gt(0).all()
    assert survey.responses.columns.is_unique
    assert set(survey.questions["column"]) <= set(survey.responses.columns)
    return survey


@pytest.fixture
def read(tmp_path):
    """Read content, as a file of the given name, through a folder of this test's own."""

    def read_content(content, name="export.csv", **options):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return accounted(read_export(path, **options))

    return read_content


def reasons(survey):
    return dict(zip(survey.rejected["record"], survey.rejected["reason"], strict=True))


def cells(survey, column):
    return [None if pd.isna(cell) else cell for cell in survey.responses[column]]


# One table, however it is stored


@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["lf", "crlf"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"], ids=["comma", "semicolon", "tab", "bar"])
@pytest.mark.parametrize(
    ("encoding", "bom"),
    [("utf-8", b""), ("utf-8-sig", b""), ("cp1252", b""), ("utf-16-le", b""), ("utf-16-be", b""), *BOMS.items()],
    ids=["utf-8", "utf-8-sig", "cp1252", "utf-16-le", "utf-16-be", "utf-16-le with bom", "utf-16-be with bom"],
)
def test_one_table_is_the_same_survey_in_every_text_file(read, encoding, bom, delimiter, end):
    expected = read(text_of(TABLE))
    found = read(bom + text_of(TABLE, delimiter, end).encode(encoding))
    assert_frame_equal(found.responses, expected.responses)
    assert_frame_equal(found.questions, expected.questions)
    assert_frame_equal(found.rejected, expected.rejected)
    assert found.source.read == expected.source.read == 5


def test_the_table_as_it_was_written(read):
    survey = read(text_of(TABLE))
    assert reasons(survey) == {4: "empty record", 5: "duplicate response id"}
    assert list(survey.responses.index) == [1, 2, 3]
    assert cells(survey, "How easy was it?") == [5, None, 3]
    assert cells(survey, "Überzeugt?") == [row[2] for row in TABLE[1:4]]
    assert cells(survey, "amount €") == [2.5, 10, 0.75]
    assert cells(survey, "when") == [pd.Timestamp("2026-02-03 08:30"), pd.Timestamp("2026-02-04 09:00"), None]
    assert survey.text_of("amount €") == "amount €"
    assert (survey.source.name, survey.source.vendor) == ("export.csv", "plain")


def test_excel_and_parquet_hold_the_same_answers(read, tmp_path):
    expected = read(text_of(TABLE))
    book = openpyxl.Workbook()
    for row in TABLE:
        book.active.append(row)
    book.save(tmp_path / "book.xlsx")
    # A blank row of a sheet is no record, hence one record fewer.
    from_excel = accounted(read_export(tmp_path / "book.xlsx"))
    assert_frame_equal(from_excel.responses, expected.responses)
    assert list(from_excel.rejected["reason"]) == ["duplicate response id"]
    expected.responses.to_parquet(tmp_path / "table.parquet")
    assert_frame_equal(
        accounted(read_export(tmp_path / "table.parquet")).responses, expected.responses, check_column_type=False
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
def test_chinese_and_romanian_come_through(read, encoding):
    survey = read("満足度,ușor\n非常满意,foarte ușor\n".encode(encoding), encoding=encoding)
    assert cells(survey, "満足度") == ["非常满意"]
    assert cells(survey, "ușor") == ["foarte ușor"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "UTF8"])
def test_a_byte_order_mark_never_enters_a_name(read, encoding):
    assert list(read("ces,csat\n5,4\n".encode("utf-8-sig"), encoding=encoding).responses) == ["ces", "csat"]


def test_what_is_named_is_not_guessed(read):
    survey = read("a;b,c\n1;2,5\n3;4,5\n".encode("utf-16-be"), delimiter=";", encoding="utf-16-be")
    assert cells(survey, "b,c") == [2.5, 4.5]
    assert survey.source.format == "text, utf-16-be, semicolon between cells"
    assert list(read("a~b\n1~2\n", delimiter="~").responses) == ["a", "b"]


def test_old_macintosh_line_ends_and_a_single_column(read):
    assert cells(read("a,b\r1,2\r3,4\r"), "b") == [2, 4]
    assert cells(read("ces\n5\n7\n"), "ces") == [5, 7]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "utf-16"])
def test_utf_16_is_known_in_the_smallest_file(read, encoding):
    assert cells(read("a,b\n1,2\n".encode(encoding)), "b") == [2]


def test_a_file_may_begin_with_many_blank_lines_and_have_no_records(read):
    assert cells(read("\n" * 150 + "a,b\n1,2\n"), "b") == [2]
    survey = read("a,b\n")
    assert (list(survey.responses), survey.source.read) == (["a", "b"], 0)


# Qualtrics

QUALTRICS = [
    ("StartDate", "Start Date", "startDate"),
    ("Status", "Response Type", "status"),
    ("Finished", "Finished", "finished"),
    ("ResponseId", "Response ID", "_recordId"),
    ("LocationLatitude", "Location Latitude", "locationLatitude"),
    ("Q1", "The company made it easy\nfor me", "QID1"),
    ("Q1", "How likely are you to recommend us?", "QID2_TEXT"),
    ("city ", "city", "city"),
]


def as_json(import_id):
    return json.dumps({"ImportId": import_id, "timeZone": "Europe/Amsterdam"})


def as_python(import_id):
    return str({"ImportId": import_id, "choiceId": "1"})


def qualtrics(records, imported=as_json):
    """Lay out records of status, finished, response id, first and second answer as Qualtrics does."""
    headers = [[name for name, *_ in QUALTRICS], [text for _, text, _ in QUALTRICS]]
    headers.append([imported(import_id) for *_, import_id in QUALTRICS])
    rows = [
        ["2026-03-02 07:00:00", status, finished, response, "-99", *answers, "Breda"]
        for status, finished, response, *answers in records
    ]
    return text_of([*headers, *rows])


@pytest.mark.parametrize("imported", [as_json, as_python])
def test_qualtrics_three_header_rows(read, imported):
    survey = read(qualtrics([("IP Address", "True", "R_1", "7", "9"), ("0", "1", "R_2", "6", "10")], imported))
    assert survey.source.vendor == "qualtrics"
    assert list(survey.responses) == [
        "StartDate", "Status", "Finished", "ResponseId", "LocationLatitude", "Q1", "Q1 (2)", "city", "partial",
    ]  # fmt: skip
    assert survey.text_of("Q1") == "The company made it easy for me"
    assert survey.text_of("Q1 (2)") == "How likely are you to recommend us?"
    assert survey.text_of("partial") == ""
    assert (cells(survey, "Q1"), cells(survey, "Q1 (2)")) == ([7, 6], [9, 10])
    assert survey.source.read == 2
    assert "column 7: name 'Q1' read as 'Q1 (2)'" in survey.source.notes
    assert "column 8: name 'city ' read as 'city'" in survey.source.notes


# Status codes: Qualtrics support pages, "Understanding your dataset"; sums of 1 preview, 2 test, 4 imported, 8 spam,
# 16 offline.
@pytest.mark.parametrize(
    ("status", "reason"),
    [("0", ""), ("IP Address", ""), ("4", ""), ("Imported", ""), ("16", ""), ("Offline", ""), ("0.0", ""), ("", "")]
    + [(status, "preview response") for status in ("1", "1.0", " 1", "Survey Preview", "survey preview", "17", "9")]
    + [(status, "test response") for status in ("2", "Survey Test", "6", "2.0")]
    + [(status, "marked as spam by the vendor") for status in ("8", "Spam", "Imported Spam", "12", "24")],
)
def test_qualtrics_status_as_label_and_as_number(read, status, reason):
    survey = read(qualtrics([("IP Address", "1", "R_1", "7", "9"), (status, "1", "R_2", "7", "9")]))
    assert reasons(survey) == ({2: reason} if reason else {})


@pytest.mark.parametrize(
    ("yes", "no"), [("1", "0"), ("True", "False"), ("TRUE", "FALSE"), ("1.0", "0.0"), (" 1", "0 ")]
)
def test_qualtrics_partial_responses_are_kept_and_flagged(read, yes, no):
    survey = read(qualtrics([("0", yes, "R_1", "7", "9"), ("0", no, "R_2", "5", ""), ("0", yes, "R_3", "4", "2")]))
    assert list(survey.responses["partial"]) == [False, True, False]
    assert survey.responses["partial"].dtype == bool
    assert cells(survey, "Q1") == [7, 5, 4]


def test_qualtrics_duplicate_response_ids_keep_the_first_finished_one(read):
    survey = read(
        qualtrics(
            [
                ("0", "0", "R_1", "1", ""),  # a partial one, finished later
                ("0", "1", "R_1", "2", "9"),
                ("0", "1", "R_1 ", "3", "9"),
                ("1", "1", "R_2", "4", "9"),  # a preview does not count as the first
                ("0", "1", "R_2", "5", "9"),
                ("0", "0", "R_3", "6", "9"),  # none finished: the first
                ("0", "0", "R_3", "7", "9"),
                ("0", "1", "", "1", "9"),  # without an id none is a duplicate
                ("0", "1", "", "2", "9"),
            ]
        )
    )
    again = "duplicate response id"
    assert reasons(survey) == {1: again, 3: again, 4: "preview response", 7: again}
    assert cells(survey, "Q1") == [2, 5, 6, 1, 2]


def test_qualtrics_seen_but_unanswered_is_no_answer(read):
    survey = read(qualtrics([("0", "1", "R_1", "-99", "9"), ("0", "1", "R_2", "6", " -99")]))
    assert (cells(survey, "Q1"), cells(survey, "Q1 (2)")) == ([None, 6], [9, None])
    assert list(survey.responses["LocationLatitude"]) == [-99, -99]  # no question
    assert "-99 (seen but unanswered) read as no answer in 2 cells" in survey.source.notes
    assert cells(read("ces\n-99\n5\n"), "ces") == [-99, 5]  # other vendors may mean it


def test_qualtrics_without_records_and_with_ragged_ones(read):
    assert read(qualtrics([])).source.read == 0
    survey = read(qualtrics([("0", "1", "R_1", "7", "9")]) + "2026-03-02,0,1\nx,0,1,R_4,-99,1,2,Breda,more\n,,,,,,,\n")
    assert list(survey.responses.index) == [1, 2]
    assert reasons(survey) == {3: "unreadable: 9 cells, 8 columns", 4: "empty record"}


def test_a_vendor_may_be_asked_for(read):
    content = qualtrics([("0", "1", "R_1", "7", "9")])
    assert read(content, vendor="qualtrics").source.read == 1
    assert read(content, vendor="plain").source.read == 3  # two of them header rows
    with pytest.raises(ValueError, match="not have the shape of vendor 'qualtrics': three header rows"):
        read(text_of(TABLE), vendor="qualtrics")
    with pytest.raises(ValueError, match="vendor 'qualtrix' not found; did you mean 'qualtrics'"):
        read(content, vendor="qualtrix")


# Types and names


@pytest.mark.parametrize(
    ("column", "expected", "dtype"),
    [
        (["1", "2", "-3"], [1, 2, -3], "int64"),
        (["+31612345", "4"], ["+31612345", "4"], "str"),
        (["1", "", "3"], [1, None, 3], "Int64"),
        (["4.0", "5.0", "3"], [4, 5, 3], "int64"),
        (["4.0", "", "5"], [4, None, 5], "Int64"),
        (["4,0", "5,0"], [4, 5], "int64"),
        (["4.5", "5", "1e-3"], [4.5, 5, 0.001], "float64"),
        (["4,5", "5", ""], [4.5, 5, None], "float64"),
        (["4,5", "5.5"], ["4,5", "5.5"], "str"),  # two kinds of decimal: no number
        ([" 4", "5 ", "\t6 "], [4, 5, 6], "int64"),
        (["007", "12", "3"], ["007", "12", "3"], "str"),
        (["01.5", "2"], ["01.5", "2"], "str"),
        (["1234567890123456", "1"], ["1234567890123456", "1"], "str"),
        (["1.0e20", "3.5e19"], [1e20, 3.5e19], "float64"),
        (["1E3", "10E2"], ["1E3", "10E2"], "str"),
        (["5", "Blank", "4"], ["5", "Blank", "4"], "str"),
        (["5", "nan", "inf"], ["5", "nan", "inf"], "str"),
        (["N/A", "NULL", "None"], ["N/A", "NULL", "None"], "str"),
        ([" Very satisfied ", "Bad"], ["Very satisfied", "Bad"], "str"),
        (["2026-01-05", "2026-01-06 08:30", "", "2026-01-06T08:30:01.5"],
         [pd.Timestamp("2026-01-05"), pd.Timestamp("2026-01-06 08:30"), None, pd.Timestamp("2026-01-06 08:30:01.5")],
         "datetime64[us]"),
        (["2026-02-30", "2026-01-06"], ["2026-02-30", "2026-01-06"], "str"),
        (["1/5/2026", "1/6/2026"], ["1/5/2026", "1/6/2026"], "str"),
        (["", ""], [None, None], "str"),
    ],
)  # fmt: skip
def test_a_column_has_a_type_only_if_all_of_its_cells_do(read, column, expected, dtype):
    survey = read(text_of([["a", "b"], *([cell, "x"] for cell in column)], delimiter=";"))
    assert cells(survey, "a") == expected
    assert survey.responses["a"].dtype == dtype


def test_what_was_forgiven_is_noted(read):
    survey = read('"a ";b;c\n4.0;1,5;x\n5.0;2,5; y\n')
    assert survey.source.notes == (
        "column 1: name 'a ' read as 'a'",
        "column 'a': numbers such as '4.0' read as whole numbers",
        "column 'b': decimal commas read as points",
        "blanks around 1 cells removed",
    )
    assert read("a,b\n1,x\n").source.notes == ()


def test_names_are_usable_and_distinct(read):
    survey = read(text_of([[" ces ", "ces", "", "line\nbreak", "ces (2)"], ["1", "2", "3", "4", "5"]]))
    assert list(survey.responses) == ["ces", "ces (2)", "column 3", "line break", "ces (2) (2)"]
    assert survey.responses.iloc[0].tolist() == [1, 2, 3, 4, 5]


def test_a_nameless_empty_column_at_the_end_is_dropped(read):
    survey = read("a,b,\n1,2,\n3,4,\n")
    assert list(survey.responses) == ["a", "b"]
    assert survey.source.notes == ("1 columns without a name and without a cell were dropped",)


# Damaged records


def test_a_record_too_long_is_rejected_and_one_too_short_is_filled_up(read):
    survey = read("a,b,c\n1,2,3\n1,2,3,4\n1,2,3,,\n1\n4,5,6\n")
    assert reasons(survey) == {2: "unreadable: 4 cells, 3 columns"}
    assert list(survey.responses.index) == [1, 3, 4, 5]
    assert cells(survey, "c") == [3, 3, None, 6]
    assert survey.source.notes == ("1 rows with fewer cells than columns were filled up with empty cells",)


def test_a_stray_quote_costs_its_record_only(read):
    survey = read('a,b,c\n1,2,3\n4,"good" indeed,6\n7,8,9\n')
    assert reasons(survey) == {2: "unreadable: a stray quote in line 3"}
    assert cells(survey, "a") == [1, 7]
    assert cells(read('a,b\n5" screen,2\n'), "a") == ['5" screen']  # inside a plain cell it is a character


@pytest.mark.parametrize("more", [1, 40_000], ids=["short", "longer than a cell may be"])
def test_a_quote_that_is_never_closed_is_named_with_its_line(read, more):
    with pytest.raises(
        ValueError, match=rf"line 4 opens a quote that is never closed, .* swallow the {more + 1} lines"
    ):
        read('a,b\n1,"two\nlines"\n2,"three\n' + "4,four\n" * more)


def test_an_unreadable_header_is_no_header(read):
    with pytest.raises(ValueError, match=r"no readable headers; header row 1: unreadable: a stray quote in line 1"):
        read('"a"x,b\n1,2\n')
    with pytest.raises(ValueError, match=r"header row 2: unreadable: 9 cells, 8 columns"):
        read(qualtrics([("0", "1", "R_1", "7", "9")]).replace(",city\n", ",city,more\n"))


@pytest.mark.parametrize("empty", [",,", " , ,\t", '"","",""', "\u00a0,,"])
def test_an_empty_record_is_rejected(read, empty):
    survey = read(f"a,b,c\n1,2,3\n{empty}\n4,5,6\n")
    assert reasons(survey) == {2: "empty record"}
    assert survey.responses.dtypes.tolist() == ["int64"] * 3


def test_plain_exports_have_response_ids_too(read):
    survey = read("Submission ID,ces\na,1\na ,2\n,3\n,4\nb,5\n")
    assert reasons(survey) == {2: "duplicate response id"}
    assert cells(survey, "ces") == [1, 3, 4, 5]


# Excel and Parquet


@pytest.fixture
def book(tmp_path):
    workbook = openpyxl.Workbook()
    first, second = workbook.active, workbook.create_sheet("wave 2")
    first.title = "wave 1"
    for row in (
        ["ces", "amount", "when", "done", "comment"],
        [5, 2.5, dt.datetime(2026, 1, 5, 8, 30), True, " fine "],
        [4.0, None, dt.datetime(2026, 1, 6), False, "007"],
        [None, None, None, None, None],
        [None, 1e20, None, None, "NA"],
    ):
        first.append(row)
    second.append(["nps"])
    second.append([9])
    workbook.create_sheet("notes")
    workbook.save(tmp_path / "book.xlsx")
    return tmp_path / "book.xlsx"


def test_excel_reads_the_first_sheet_and_says_that_there_are_others(book):
    survey = accounted(read_export(book))
    assert cells(survey, "ces") == [5, 4, None]
    assert cells(survey, "when") == [pd.Timestamp("2026-01-05 08:30"), pd.Timestamp("2026-01-06"), None]
    assert cells(survey, "done") == ["True", "False", None]
    assert cells(survey, "comment") == ["fine", "007", "NA"]
    assert survey.source.format == "Excel, sheet 'wave 1'"
    assert "sheet 'wave 1' was read; there are also: wave 2, notes" in survey.source.notes


def test_excel_sheets_by_name(book):
    assert cells(accounted(read_export(book, sheet="wave 2")), "nps") == [9]
    with pytest.raises(ValueError, match=r"sheet 'wave 3' not found; did you mean 'wave [12]'. sheets: wave 1, wave 2"):
        read_export(book, sheet="wave 3")
    with pytest.raises(ValueError, match=r"sheet 'notes' of book\.xlsx is empty"):
        read_export(book, sheet="notes")


def test_qualtrics_in_excel(tmp_path):
    workbook = openpyxl.Workbook()
    for row in csv.reader(io.StringIO(qualtrics([("IP Address", "1", "R_1", "7", "9")]))):
        workbook.active.append(row)
    workbook.active.append(["2026-03-02", 0, 0, "R_2", 5.5, -99, 3, "Breda"])
    workbook.active.append(["2026-03-02", 1, 1, "R_3", 5.5, 4, 3, "Breda"])
    workbook.save(tmp_path / "q.xlsx")
    survey = accounted(read_export(tmp_path / "q.xlsx"))
    assert reasons(survey) == {3: "preview response"}
    assert (cells(survey, "Q1"), list(survey.responses["partial"])) == ([7, None], [False, True])


def test_excel_with_a_damaged_part_is_accounted_for_or_refused(book, tmp_path):
    with zipfile.ZipFile(book) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    for damaged in parts:
        for content in (b"", b"garbage", parts[damaged][:-20]):
            with zipfile.ZipFile(tmp_path / "damaged.xlsx", "w") as file:
                for name, part in parts.items():
                    file.writestr(name, content if name == damaged else part)
            read_or_refuse(tmp_path / "damaged.xlsx")
            if damaged in ("xl/workbook.xml", "xl/worksheets/sheet1.xml") and content in (b"", b"garbage"):
                with pytest.raises(ValueError, match=r"damaged\.xlsx|Unable to read workbook"):
                    read_export(tmp_path / "damaged.xlsx")


def test_parquet_keeps_types_and_rejects_duplicates(tmp_path):
    frame = pd.DataFrame(
        {
            "response_id": ["a", "b", "a", None, None],
            " ces": [5, 4, 3, 2, 1],
            "amount": [1.5, np.nan, 2.0, 3.0, 4.0],
            "when": pd.date_range("2026-01-05", periods=5, unit="us"),
        },
        index=[7, 7, 8, 9, 9],
    )
    frame.to_parquet(tmp_path / "t.parquet")
    survey = accounted(read_export(tmp_path / "t.parquet"))
    assert reasons(survey) == {3: "duplicate response id"}
    assert list(survey.responses) == ["response_id", "ces", "amount", "when"]
    assert_series_equal(survey.responses["when"], frame["when"].iloc[[0, 1, 3, 4]], check_index=False, check_freq=False)
    assert (survey.source.vendor, survey.source.format) == ("plain", "parquet")
    pd.DataFrame({"ces": pd.Series([], dtype="int64")}).to_parquet(tmp_path / "none.parquet")
    assert accounted(read_export(tmp_path / "none.parquet")).source.read == 0


# What is not a table


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"export\.csv is empty"),
        (b" \n\t\r\n  ", r"export\.csv is empty"),
        (codecs.BOM_UTF8, r"export\.csv is empty"),
        (codecs.BOM_UTF8 + b" \n", r"export\.csv is empty"),
        (" \n ".encode("utf-16"), r"export\.csv is empty"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8, "is a binary file, not a table of text"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "is an old Excel or other binary file"),
        (b'<?xml version="1.0"?><Responses/>', "is XML or HTML, not a table; export it as CSV"),
        (b"\xef\xbb\xbf\n<html></html>", "is XML or HTML"),
        (b'{"responses": []}', "is JSON, not a table"),
        (b' [{"ces": 5}]', "is JSON, not a table"),
        (b"a,b\n1,caf\x81\xe9\n", "is not text in utf-8 or cp1252; name its encoding"),
        (b"\xff\xfea", "is not text in utf-16; name its encoding"),
        (b"PAR1" + bytes(100), "is not a readable Parquet file"),
        (b"PK\x05\x06" + bytes(18), "is a zip archive or a damaged Excel file"),
    ],
)
def test_what_is_not_a_table_is_refused(read, content, message):
    with pytest.raises(ValueError, match=message):
        read(content)


def test_a_zip_archive_that_is_no_excel_is_refused(read):
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as file:
        file.writestr("export.csv", text_of(TABLE))
    with pytest.raises(ValueError, match=r"export\.zip is a zip archive or a damaged Excel file; export it as CSV"):
        read(archive.getvalue(), "export.zip")


def test_no_file_and_a_folder(tmp_path):
    with pytest.raises(FileNotFoundError, match=r"no such file: .*absent\.csv"):
        read_export(tmp_path / "absent.csv")
    with pytest.raises(IsADirectoryError, match="is a folder; name the export file in it"):
        read_export(str(tmp_path))


def test_encodings_and_delimiters_that_do_not_fit(read):
    with pytest.raises(ValueError, match="encoding 'utf-9' is not known"):
        read("a,b\n", encoding="utf-9")
    with pytest.raises(ValueError, match="is not text in utf-8; name its encoding"):
        read("a,é\n".encode("cp1252"), encoding="utf-8")
    with pytest.raises(ValueError, match="is not text in ascii"):
        read("a,é\n", encoding="ascii")
    with pytest.raises(ValueError, match="a delimiter is one character, no quote and no line end; got ', '"):
        read("a, b\n", delimiter=", ")


def test_an_option_that_does_not_apply_is_refused(read, book, tmp_path):
    with pytest.raises(ValueError, match="is a text file and has no sheet 'wave 1'"):
        read("a,b\n1,2\n", sheet="wave 1")
    with pytest.raises(ValueError, match="is an Excel file; it has no encoding or delimiter"):
        read_export(book, delimiter=";")
    pd.DataFrame({"ces": [5]}).to_parquet(tmp_path / "t.parquet")
    for options in ({"vendor": "qualtrics"}, {"sheet": "wave 1"}, {"encoding": "utf-8"}, {"delimiter": ";"}):
        with pytest.raises(
            ValueError, match="is a Parquet file; it has no vendor's shape, encoding, delimiter or sheet"
        ):
            read_export(tmp_path / "t.parquet", **options)


# Whatever is in a file

CELLS = st.one_of(
    st.text(alphabet="01459.,-+e ;|\t", max_size=6),
    st.text(alphabet="ab é満\"'\n\r,;\x00\u2028\ufeff٣", max_size=8),
    st.sampled_from(["", "-99", "4.0", "4,5", "007", "2026-01-05", "2026-13-45", "nan", "1e99", "True", "Spam", "0"]),
)
TABLES = st.lists(st.lists(CELLS, min_size=1, max_size=5), min_size=1, max_size=8)
STORED = st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "gb18030"])
QUALTRICS_RECORDS = st.lists(st.lists(CELLS, min_size=5, max_size=5), max_size=5).map(qualtrics)


@st.composite
def damaged_files(draw):
    """A small table, laid out well or badly, with some bytes changed, lost, doubled or cut off."""
    delimiter = draw(st.sampled_from(",;\t|"))
    rows = draw(TABLES)
    badly = draw(st.sampled_from(["\n", "\r\n"])).join(delimiter.join(row) for row in rows)
    text = draw(st.sampled_from([text_of(rows, delimiter), badly, draw(QUALTRICS_RECORDS)]))
    content = bytearray(text.encode(draw(STORED), errors="replace"))
    for _ in range(draw(st.integers(0, 4))):
        place = draw(st.integers(0, len(content)))
        piece = draw(st.one_of(st.binary(max_size=3), st.sampled_from([b'"', b"\n", b",", b"\r", b"'"])))
        content[place : place + draw(st.integers(0, 3))] = piece
    return bytes(content[: draw(st.integers(0, len(content)))]) if draw(st.booleans()) else bytes(content)


def read_or_refuse(path, content=None):
    if content is not None:
        path.write_bytes(content)
    try:
        survey = accounted(read_export(path))
    except ValueError:
        return
    assert int(survey.summary().set_index("what").loc["read", "records"]) == survey.source.read
    assert len(inspect(survey)) == survey.responses.shape[1]


@given(damaged_files())
@settings(deadline=None, max_examples=300)
def test_any_damaged_table_is_accounted_for_or_refused(tmp_path_factory, content):
    read_or_refuse(tmp_path_factory.getbasetemp() / "any.csv", content)


@given(st.one_of(st.binary(max_size=200), st.text(max_size=100).map(str.encode), st.binary().map(b"PAR1".__add__)))
@settings(deadline=None)
def test_any_bytes_are_accounted_for_or_refused(tmp_path_factory, content):
    read_or_refuse(tmp_path_factory.getbasetemp() / "any.csv", content)


@given(TABLES, st.lists(st.tuples(st.integers(0, 20_000), st.integers(0, 255)), max_size=6))
@settings(deadline=None, max_examples=60)
def test_any_damaged_excel_is_accounted_for_or_refused(tmp_path_factory, rows, changes):
    workbook, stored = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        workbook.active.append([cell.replace("\x00", "") for cell in row])
    workbook.save(stored)
    content = bytearray(stored.getvalue())
    for place, byte in changes:
        content[place % len(content)] = byte
    read_or_refuse(tmp_path_factory.getbasetemp() / "any.xlsx", bytes(content))


@given(
    st.lists(st.lists(st.text(alphabet='ab é満"\n,;|\t', max_size=6), min_size=2, max_size=2), max_size=6),
    st.sampled_from(",;\t|"),
    st.sampled_from(["utf-8", "utf-16"]),
)
@settings(deadline=None)
def test_what_was_written_is_what_is_read(tmp_path_factory, rows, delimiter, encoding):
    path = tmp_path_factory.getbasetemp() / "written.csv"
    path.write_bytes(text_of([["first", "second"], *rows], delimiter).encode(encoding))
    survey = accounted(read_export(path, delimiter=delimiter))
    stripped = [[cell.strip() or None for cell in row] for row in rows]
    expected = {number: row for number, row in enumerate(stripped, start=1) if any(row)}
    found = {int(number): [None if pd.isna(c) else c for c in row] for number, *row in survey.responses.itertuples()}
    assert found == expected


def test_commas_that_may_separate_thousands_stay_text(tmp_path):
    path = tmp_path / "e.csv"
    path.write_text("visits;score\n1,234;4,5\n12,500;3\n7;2,25\n")
    survey = read_export(path)
    assert survey.responses["visits"].tolist() == ["1,234", "12,500", "7"]
    assert survey.responses["score"].tolist() == [4.5, 3.0, 2.25]
    assert "column 'visits': kept as text: commas may separate decimals or thousands" in survey.source.notes


def test_blank_lines_are_answers_that_are_missing_only_where_there_is_one_column(tmp_path):
    (tmp_path / "one.csv").write_text("ces\n4\n\n5\n")
    (tmp_path / "two.csv").write_text("ces,s\n4,a\n\n5,b\n\n")
    one, two = read_export(tmp_path / "one.csv"), read_export(tmp_path / "two.csv")
    assert (one.source.read, one.rejected["record"].tolist()) == (3, [2])
    assert (two.source.read, two.source.notes) == (2, ("2 blank lines are not counted as records",))


def test_a_stray_quote_says_which_lines_it_takes_with_it(tmp_path):
    path = tmp_path / "e.csv"
    path.write_text('a,b\n1,x\n2,"y\n3,z\n4,"w\n5,v\n')
    survey = read_export(path)
    assert survey.rejected["reason"].tolist() == ["unreadable: a stray quote in lines 3 to 5"]
    assert survey.responses["a"].tolist() == [1, 5]


def test_headers_in_brackets_are_no_json(tmp_path):
    path = tmp_path / "e.csv"
    path.write_text("[Q1] How easy?,b\n1,2\n")
    assert read_export(path).responses.columns.tolist() == ["[Q1] How easy?", "b"]


def test_a_guessed_encoding_and_a_stated_delimiter_are_said(tmp_path):
    (tmp_path / "old.csv").write_bytes("name;ces\nRenée;4\nZoë;5\n".encode("cp1252"))
    assert any("read as Windows-1252" in note for note in read_export(tmp_path / "old.csv").source.notes)
    assert not read_export(tmp_path / "old.csv", encoding="cp1252").source.notes
    (tmp_path / "sep.csv").write_text("sep=;\nces;s\n4;a\n5;b\n")
    assert read_export(tmp_path / "sep.csv").responses.columns.tolist() == ["ces", "s"]
    (tmp_path / "wide.csv").write_bytes("ces,s\n4,a\n".encode("utf-32"))
    assert read_export(tmp_path / "wide.csv").responses["ces"].tolist() == [4]


def test_first_rows_that_are_no_names_are_suspected(tmp_path):
    (tmp_path / "title.csv").write_text("Customer survey 2026,,\nces,csat,s\neasy,good,a\n")
    assert any("is the first row a title?" in note for note in read_export(tmp_path / "title.csv").source.notes)
    (tmp_path / "bare.csv").write_text("4,5\n3,2\n")
    assert any("has the file no row of names?" in note for note in read_export(tmp_path / "bare.csv").source.notes)


def test_parquet_keeps_a_named_index(tmp_path):
    frame = pd.DataFrame({"ces": [5, 4]}, index=pd.Index(["c1", "c2"], name="customer"))
    frame.to_parquet(tmp_path / "e.parquet")
    assert read_export(tmp_path / "e.parquet").responses["customer"].tolist() == ["c1", "c2"]


def test_points_that_may_separate_thousands_are_said(tmp_path):
    (tmp_path / "e.csv").write_text("visits;ces\n1.234;4\n12.345;5\n")
    assert any("they may separate thousands" in note for note in read_export(tmp_path / "e.csv").source.notes)


def test_cells_that_are_no_answer_do_not_hide_the_scale(read):
    numbers = ["9", "10", "n/a", "3", "0", "Blank"] * 5
    survey = read("How likely are you to recommend us?,b\n" + "".join(f"{cell},x\n" for cell in numbers))
    assert survey.questions.iloc[0][["kind", "scale", "evidence"]].tolist() == [
        "rating", "nps", "name or question, 100% of the answers; no answer: 'n/a' in 5 cells, 'Blank' in 5 cells",
    ]  # fmt: skip
    easy = read("How easy was it?,b\n" + "".join(f"{cell},x\n" for cell in ["1", "5", "N/A", "3"] * 5))
    assert easy.questions["evidence"].iloc[0] == (
        "unknown: say which of ces-1.0, ces-agree-5, ces-ease-5, ces-difficulty-5; no answer: 'N/A' in 5 cells"
    )
