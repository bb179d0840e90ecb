"""What a survey is written to reads as the same survey, holds no personal data unasked, and runs nothing."""

import csv
import datetime
import sys
import zipfile

import openpyxl
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from cxstats import Survey, read_export
from cxstats.responses.personal.columns import personal_columns, pseudonymised
from cxstats.responses.survey import Source

FORMATS = {"csv": Survey.to_csv, "xlsx": Survey.to_xlsx, "parquet": Survey.to_parquet}
HOSTILE = ["=1+1", "@SUM(A1)", "+49 30 1", "-2+3", " =cmd|'/c calc'!A0", "\t=1", "'quoted", "''twice", "=", "＝1", "-"]


def survey_of(*, kinds=None, rejected=0, **columns):
    responses = pd.DataFrame(columns)
    responses.index = pd.Index(range(1, len(responses) + 1), name="record")
    questions = pd.DataFrame({"column": list(responses), **(kinds or {})})
    gone = pd.DataFrame(
        {
            "record": range(len(responses) + 1, len(responses) + rejected + 1),
            "reason": pd.Series(["empty record"] * rejected, dtype="str"),
        }
    )
    return Survey(responses, questions, gone, Source("x.csv", "plain", "text", len(responses) + rejected))


def again(survey, folder, kind, **asked):
    path = folder / f"written.{kind}"
    FORMATS[kind](survey, path, **asked)
    return read_export(path)


def assert_same(found, survey):
    assert_frame_equal(found.responses, survey.responses, check_index_type=False)
    assert_frame_equal(found.questions, survey.questions)


@pytest.mark.parametrize("kind", FORMATS)
@pytest.mark.parametrize("which", ["support", "checkout"])
def test_the_sample_exports_read_the_same_again(tmp_path, kind, which, request):
    survey = read_export(request.getfixturevalue(which))
    found = again(survey, tmp_path, kind, personal=list(personal_columns(survey)))
    assert_same(found, survey)
    assert found.source.vendor == "cxstats"
    assert found.source.notes[0].startswith(f"number of the record in {survey.source.name}")
    if len(survey.rejected):
        assert f"{len(survey.rejected):,} rejected ones are not in this file" in found.source.notes[0]
    # What is written of it again is the same again.
    assert_same(again(found, tmp_path, kind, personal=list(personal_columns(found))), survey)


cells_of_text = st.none() | st.sampled_from(HOSTILE) | st.text(
    st.characters(codec="utf-8", exclude_characters="\x00", exclude_categories=["Cs"]), min_size=1, max_size=12
)  # fmt: skip
sheet_text = st.none() | st.sampled_from([cell for cell in HOSTILE if "\r" not in cell]) | st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Cn"]) | st.just("\n"), min_size=1, max_size=12
)  # fmt: skip
moments = st.datetimes(datetime.datetime(1700, 1, 1), datetime.datetime(2200, 1, 1))


@st.composite
def surveys(draw, text):
    n = draw(st.integers(1, 5))

    def cells(values):
        return draw(st.lists(values, min_size=n, max_size=n))

    columns = {
        "said": pd.Series(cells(text), dtype="str"),
        "=name": pd.Series(cells(text), dtype="str"),
        "whole": pd.Series(cells(st.integers(-(2**63), 2**63 - 1)), dtype="int64"),
        "rating": pd.Series(cells(st.none() | st.integers(0, 10)), dtype="Int64"),
        "number": pd.Series(cells(st.none() | st.floats(allow_nan=False)), dtype="float64"),
        "small": pd.Series(cells(st.floats(width=32, allow_nan=False)), dtype="float32"),
        "partial": pd.Series(cells(st.booleans()), dtype="bool"),
        "option": pd.Series(cells(st.none() | st.booleans()), dtype="boolean"),
        "at": pd.Series(cells(st.none() | moments), dtype="datetime64[us]"),
        "second": pd.Series(cells(moments.map(lambda m: m.replace(microsecond=0))), dtype="datetime64[us]"),
        "utc": pd.Series(cells(moments), dtype="datetime64[us]").dt.tz_localize("UTC"),
        "local": pd.Series(cells(moments), dtype="datetime64[us]").dt.tz_localize("UTC").dt.tz_convert("Europe/Paris"),
    }
    texts = draw(st.lists(text, min_size=len(columns), max_size=len(columns)))
    return survey_of(kinds={"text": [cell or "" for cell in texts]}, rejected=draw(st.integers(0, 2)), **columns)


@pytest.mark.parametrize("kind", ["csv", "parquet"])
@settings(
    max_examples=25,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(survey=surveys(cells_of_text))
def test_any_survey_reads_the_same_again(tmp_path, kind, survey):
    assert_same(again(survey, tmp_path, kind, personal=list(personal_columns(survey))), survey)


@settings(
    max_examples=25,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
@given(survey=surveys(sheet_text))
@example(survey=survey_of(said=["007", "TRUE", "#N/A", "1e3", "2026-01-05", " lead", "trail ", "\n", "a\nb"]))
@example(survey=survey_of(said=pd.Series([None, None], dtype="str")))
def test_any_survey_reads_the_same_from_a_sheet(tmp_path, survey):
    assert_same(again(survey, tmp_path, "xlsx", personal=list(personal_columns(survey))), survey)


def test_other_types_are_written_as_text(tmp_path):
    survey = survey_of(
        group=pd.Series(["a", "b", None], dtype="category"),
        took=pd.to_timedelta([1, 2, 3], unit="min"),
        any=[1, "x", None],
    )
    for kind in FORMATS:
        found = again(survey, tmp_path, kind).responses
        assert found["group"].tolist()[:2] == ["a", "b"]
        assert found["group"].isna().tolist() == [False, False, True]
        assert found["took"].tolist()[0] == "0 days 00:01:00"
        assert found["any"].tolist()[:2] == ["1", "x"]


def test_no_cell_of_a_csv_file_is_a_formula(tmp_path):
    survey = survey_of(**{"=1+1": HOSTILE}, kinds={"text": ["=2+2"], "labels": ["@x"], "part": ["\t=1"]})
    survey.to_csv(tmp_path / "written.csv")
    for name in ("written.csv", "written.questions.csv"):
        with (tmp_path / name).open(encoding="utf-8-sig", newline="") as file:
            cells = [cell for row in csv.reader(file) for cell in row]
        assert len(cells) > len(HOSTILE)
        assert [
            cell for cell in cells if cell.lstrip().startswith(("=", "+", "-", "@", "＝")) or cell[:1] in ("\t", "\r")
        ] == []


def test_numbers_are_not_shielded(tmp_path):
    survey = survey_of(change=[-1, 2], share=[-0.5, 1e-7])
    survey.to_csv(tmp_path / "written.csv")
    frame = pd.read_csv(tmp_path / "written.csv")
    assert frame["change"].tolist() == [-1, 2]
    assert frame["share"].tolist() == [-0.5, 1e-7]
    survey.to_xlsx(tmp_path / "written.xlsx")
    assert pd.read_excel(tmp_path / "written.xlsx")["change"].tolist() == [-1, 2]


def test_no_cell_of_a_sheet_is_a_formula(tmp_path):
    survey = survey_of(**{"=1+1": [cell.replace("\r", "") for cell in HOSTILE]}, kinds={"text": ["=2+2"]})
    survey.to_xlsx(tmp_path / "written.xlsx")
    book = openpyxl.load_workbook(tmp_path / "written.xlsx")
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
    assert {cell.data_type for cell in cells if isinstance(cell.value, str)} == {"s"}
    risky = [
        cell for cell in cells if isinstance(cell.value, str) and cell.value.lstrip().startswith(("=", "@", "+", "-"))
    ]
    assert len(risky) > 5
    assert all(cell.quotePrefix for cell in risky)
    with zipfile.ZipFile(tmp_path / "written.xlsx") as archive:
        assert not any(b"<f>" in archive.read(name) for name in archive.namelist())


def test_dates_are_dates_for_excel(tmp_path):
    at = pd.Series(["2026-01-05 08:30:00", None]).astype("datetime64[us]")
    survey_of(at=at).to_xlsx(tmp_path / "written.xlsx")
    assert pd.read_excel(tmp_path / "written.xlsx")["at"].iloc[0] == pd.Timestamp("2026-01-05 08:30:00")


SECRETS = {
    "who": ["ann@example.com", "bob@example.com"],
    "Phone": ["06 12345678", "020 7654321"],
    "IP": ["192.0.2.1"] * 2,
}


@pytest.mark.parametrize("kind", FORMATS)
def test_personal_data_are_written_only_where_asked_for(tmp_path, kind):
    survey = survey_of(ces=[5, 6], **SECRETS)
    found = again(survey, tmp_path, kind)
    assert list(found.responses) == list(found.questions["column"]) == ["ces"]
    assert "left out as personal data: who, Phone, IP" in found.source.notes[0]

    def holds():
        texts = [part for path in tmp_path.iterdir() for part in _parts(path)]
        return [cell for cells in SECRETS.values() for cell in cells if any(cell.encode() in text for text in texts)]

    assert holds() == []
    found = again(survey, tmp_path, kind, personal="who")
    assert list(found.responses) == ["ces", "who"]
    assert personal_columns(found) == {"who": "e-mail address"}
    assert set(holds()) == set(SECRETS["who"])
    again(pseudonymised(survey, list(SECRETS), key="sixteen bytes or more"), tmp_path, kind)
    assert holds() == []
    with pytest.raises(ValueError, match="column 'ho' not found; did you mean 'who'"):
        again(survey, tmp_path, kind, personal=["ho"])


def _parts(path):
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as archive:
            return [archive.read(name) for name in archive.namelist()]
    if path.suffix == ".parquet":
        return [pd.read_parquet(path).to_csv().encode(), path.read_bytes()]
    return [path.read_bytes()]


def test_a_csv_file_without_its_questions_is_a_plain_export(tmp_path):
    survey = survey_of(ces=[5, 6], said=["=1+1", "fine"])
    survey.to_csv(tmp_path / "written.csv")
    (tmp_path / "written.questions.csv").unlink()
    found = read_export(tmp_path / "written.csv")
    assert found.source.vendor == "plain"
    assert found.responses["said"].tolist() == ["=1+1", "fine"]
    assert found.responses["ces"].tolist() == [5, 6]


@pytest.mark.parametrize("damage", ["other header", "no codebook", "binary"])
def test_questions_that_do_not_fit_are_not_used(tmp_path, damage):
    survey_of(ces=[5, 6]).to_csv(tmp_path / "written.csv")
    if damage == "other header":
        (tmp_path / "written.csv").write_text("number,ease\n1,5\n")
    else:
        (tmp_path / "written.questions.csv").write_bytes(
            b"column,type\nces,int64\n" if damage == "no codebook" else b"\x00\xff"
        )
    assert read_export(tmp_path / "written.csv").source.vendor == "plain"
    with pytest.raises(ValueError, match="is not a file that a survey was written to"):
        read_export(tmp_path / "written.csv", vendor="cxstats")


def test_cells_that_were_changed_since_are_typed_anew_and_said(tmp_path):
    path = tmp_path / "written.csv"
    survey_of(ces=[5, 6], ok=[True, False], said=["x", "y"]).to_csv(path)
    path.write_text(path.read_text("utf-8-sig").replace("5,yes", "five,maybe") + '9,1,yes,z,"too many"\n3,4,no,it\'s\n')
    found = read_export(path)
    assert found.responses["ces"].tolist() == ["five", "6", "4"]
    assert found.responses["ok"].tolist() == ["maybe", "no", "no"]
    assert found.rejected["record"].tolist() == [3]
    assert any("column 'ces': its cells are not all of type int64 any more" in note for note in found.source.notes)
    assert found.source.read == 4


def test_a_response_without_answers_is_kept(tmp_path):
    survey = survey_of(said=pd.Series([None, "x", None], dtype="str"))
    for kind in FORMATS:
        assert again(survey, tmp_path, kind).responses["said"].isna().tolist() == [True, False, True]


def test_a_column_of_the_name_of_the_record_numbers(tmp_path):
    survey = survey_of(record=[7, 8], **{"record number": [1, 1]})
    for kind in FORMATS:
        assert_same(again(survey, tmp_path, kind), survey)


@pytest.mark.parametrize(
    ("said", "message"),
    [("x" * 32_768, "longer than 32,767"), ("bell \x07", "column 'said' has a cell that a sheet cannot")],
)
def test_what_a_sheet_cannot_hold_is_refused(tmp_path, said, message):
    with pytest.raises(ValueError, match=message):
        survey_of(said=[said]).to_xlsx(tmp_path / "written.xlsx")
    assert_same(again(survey_of(said=[said]), tmp_path, "csv"), survey_of(said=[said]))


def test_two_columns_of_one_name_are_refused(tmp_path):
    survey = survey_of(ces=[5], nps=[9])
    survey.responses.columns = ["ces", "ces"]
    with pytest.raises(ValueError, match="columns must have distinct names to be written"):
        survey.to_csv(tmp_path / "written.csv")


@pytest.mark.parametrize(
    ("kind", "module", "extra"), [("xlsx", "openpyxl", "excel"), ("parquet", "pyarrow", "parquet")]
)
def test_without_the_extra_it_is_said_what_to_install(tmp_path, monkeypatch, kind, module, extra):
    monkeypatch.setitem(sys.modules, module, None)
    with pytest.raises(ValueError, match=rf"needs the extra '{extra}': pip install 'cxstats\[{extra}\]'"):
        FORMATS[kind](survey_of(ces=[5]), tmp_path / "written")
