"""Law: an export that is scanned, in pieces of any size, is accounted for and counted as the same export that is read.

The other way to each number is `read_export`, whose own tests hold it to the files.
"""

import contextlib
import csv
import gc
import io
import random
import sys
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cxstats import Design, read_export, tally
from cxstats.responses.engines import count_answers, open_frame
from cxstats.responses.exports import delimited, few, spools, understood
from cxstats.responses.exports.layouts import Column, Layout, Vendor
from cxstats.responses.exports.scanning import scan_export

pytest.importorskip("duckdb")
pytest.importorskip("pyarrow")

FIXTURES = Path(__file__).parent / "fixtures"
DATA = Path(__file__).parents[3] / "data"
TEXTS = sorted([*DATA.glob("*.csv"), *FIXTURES.glob("*.csv")])


@contextlib.contextmanager
def small_pieces(size=64):
    """Read, remember and look up very little at a time, as in a file that is very large."""
    sizes = {
        delimited: {"_SMALL": size, "_LARGE": 4 * size},
        spools: {"_ROWS_AT_ONCE": 5, "_IDS_AT_ONCE": 3, "FEW": 4},
        few: {"_FIRST": 3},
        understood: {"_AT_ONCE": 3},
    }
    with pytest.MonkeyPatch.context() as patch:
        for room, changed in sizes.items():
            for name, value in changed.items():
                patch.setattr(room, name, value)
        yield


def outcome(way, path, **asked):
    try:
        return way(path, **asked)
    except ValueError as refusal:
        return str(refusal)


def counted(table, column):
    """How often each value of a column occurs, and its type; missing values are one, whichever they are."""
    found = count_answers(open_frame(table, [column]), column, ())
    values = [None if pd.isna(value) else value for value in found["__answer"]]
    kinds = {type(value) for value in values} - {type(None)}
    return kinds, sorted(zip(map(repr, values), found["__rows"], strict=True))


def same_both_ways(path, **asked):
    survey, scanned = (outcome(way, path, **asked) for way in (read_export, scan_export))
    if isinstance(survey, str) or isinstance(scanned, str):
        assert scanned == survey
        return None, None
    assert (scanned.read, scanned.kept) == (survey.source.read, len(survey.responses))
    assert (scanned.vendor, scanned.source.format) == (survey.source.vendor, survey.source.format)
    rejected = survey.rejected.sort_values("record")
    assert scanned.rejected.fetchall() == list(zip(rejected["record"], rejected["reason"], strict=True))
    assert dict(scanned.summary().values.tolist()) == dict(survey.summary().values.tolist())
    assert list(scanned.columns) == list(survey.responses.columns)
    for column in scanned.columns:
        assert counted(scanned.select(column), column) == counted(survey.responses, column), column
    return survey, scanned


def same_tally(survey, scanned, column, **asked):
    one, other = tally(survey, column, **asked), tally(scanned, column, **asked)
    assert other.counts.tolist() == one.counts.tolist()
    assert (other.missing.tolist(), other.set_aside.tolist()) == (one.missing.tolist(), one.set_aside.tolist())
    pd.testing.assert_frame_equal(other.segments, one.segments)
    pd.testing.assert_frame_equal(other.reasons(), one.reasons())
    return other


def written(path, rows, *, encoding="utf-8", delimiter=","):
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=delimiter).writerows(rows)
    path.write_bytes(text.getvalue().encode(encoding))
    return path


@pytest.mark.parametrize("path", TEXTS, ids=lambda path: path.stem)
def test_every_export_is_accounted_for_as_it_is_read(path):
    survey, scanned = same_both_ways(path)
    ratings = survey.questions[survey.questions["scale"] != ""]
    few_values = [name for name in scanned.columns if 1 < survey.responses[name].nunique() <= 12]
    for column, scale in zip(ratings["column"], ratings["scale"], strict=True):
        if survey.responses[column].notna().any():
            same_tally(survey, scanned, column, scale=scale)
            by = [name for name in few_values if name not in (column, "n", "missing")][:2]
            same_tally(survey, scanned, column, scale=scale, by=by)


@pytest.mark.parametrize("path", sorted(FIXTURES.glob("*[ymrs].csv")), ids=lambda path: path.stem)
def test_nothing_depends_on_where_a_piece_ends(path):
    with small_pieces():
        survey, _ = same_both_ways(path)
    assert survey is not None


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp1252"])
def test_encodings_are_those_of_reading(tmp_path, encoding):
    rows = [["Response ID", "ces", "said"], *([f"R{k}", str(k % 7 + 1), "crème" * (k % 3)] for k in range(50))]
    path = written(tmp_path / "a.csv", rows, encoding=encoding, delimiter=";")
    survey, scanned = same_both_ways(path)
    assert scanned.kept == 50
    assert same_tally(survey, scanned, "ces", scale="ces-2.0", by="said").n.sum() == 50


CELLS = st.one_of(
    st.text(alphabet="ab1 é满\"'\n\r,;|\t\x00\u2028\x85\xa0", max_size=6),
    st.sampled_from(
        ["", " ", "4", "5", "4.0", "4,5", "007", "2026-01-05 10:00:00", "2026-02-30", "-99", "=1+1", "'=1"]
    ),
)


@st.composite
def tables(draw):
    """Rows with an id that repeats, quoted as they ought to be or not, with ragged and blank lines between them."""
    delimiter, end = draw(st.sampled_from(",;\t|")), draw(st.sampled_from(["\n", "\r\n"]))
    width = draw(st.integers(2, 4))
    lines = [delimiter.join(["Response ID", *(f"c{k}" for k in range(width - 1))])]
    ids = st.sampled_from(["", "R1", " R1", "R2", "R3", "'=R4"])
    for key, row in draw(
        st.lists(st.tuples(ids, st.lists(CELLS, min_size=width - 1, max_size=width - 1)), max_size=20)
    ):
        cells = [key, *row]
        quoted = ['"' + cell.replace('"', '""') + '"' if draw(st.integers(0, 9)) else cell for cell in cells]
        lines.append(delimiter.join(quoted))
        lines += [draw(st.sampled_from(["", '"', "x", f"a{delimiter}b"]))] if not draw(st.integers(0, 12)) else []
    return end.join(lines) + draw(st.sampled_from(["", end]))


@given(tables(), st.sampled_from([8, 64, 5000]))
@settings(deadline=None, max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_table_is_accounted_for_as_it_is_read(tmp_path, text, size):
    path = tmp_path / "any.csv"
    path.write_bytes(text.encode("utf-8", errors="replace"))
    with small_pieces(size):
        same_both_ways(path)


@pytest.mark.parametrize("damage", ['7,"8" x,9\n', "7,8,9,10\n", "7,8\n", "\n", ",,\n"])
def test_a_damaged_record_is_named(tmp_path, damage):
    rows = [f'{k},"a {k % 7}, ""so""\nit is",{k % 3 + 1}\n' for k in range(201)]
    rows.insert(123, damage)
    path = tmp_path / "export.csv"
    path.write_text("id,said,ces\n" + "".join(rows))
    with small_pieces(500):
        survey, scanned = same_both_ways(path)
    assert scanned.read in (201, 202)
    assert same_tally(survey, scanned, "ces", scale="ces-1.0", by="said").rows.sum() == scanned.kept


def test_of_a_repeated_id_the_first_finished_response_is_kept(tmp_path):
    vendor = Vendor(
        "desk",
        "a column 'state'",
        lambda rows: "state" in rows[0],
        lambda rows: Layout(
            [Column("id", role="response id"), Column("state"), Column("ces")],
            rejected={1: lambda cell: "a test" if cell == "test" else ""},
            partial=(1, lambda cell: cell == "partial"),
        ),
    )
    states = ["partial", "done", "test", "done", "partial", "partial"]
    rows = [[f"R{k % 40}", states[k // 40], str(k % 7 + 1)] for k in range(240)]
    path = written(tmp_path / "a.csv", [["id", "state", "ces"], *rows])
    with small_pieces():
        survey, scanned = same_both_ways(path, vendor=vendor)
    assert scanned.kept == 40
    assert scanned.partial == 0
    assert scanned.reasons.values.tolist() == [["duplicate response id", 160], ["a test", 40]]
    assert same_tally(survey, scanned, "ces", scale="ces-2.0", by="partial").n.tolist() == [40]


def test_a_cell_of_a_rejected_record_does_not_make_its_column_text(tmp_path):
    rows = [["R1", "4.0"], ["R2", "5.0"], ["R1", "many"], ["R3", "6.5"]]
    path = written(tmp_path / "a.csv", [["Response ID", "x"], *rows])
    with small_pieces():
        _, scanned = same_both_ways(path)
    assert sorted(scanned.select("x").fetchall()) == [(4.0,), (5.0,), (6.5,)]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        ([str(k) for k in range(40)], "BIGINT"),
        ([*(str(k) for k in range(40)), "0.25"], "DOUBLE"),
        ([*(f"{k}.0" for k in range(40))], "BIGINT"),
        ([*(f"{k},5" for k in range(40))], "DOUBLE"),
        ([*(f"{k},5" for k in range(40)), "0.25"], "VARCHAR"),
        ([*(str(k) for k in range(40)), "A-1"], "VARCHAR"),
        ([f"2026-01-{k + 1:02d}" for k in range(30)], "TIMESTAMP"),
        ([*(f"2026-01-{k + 1:02d}" for k in range(30)), "2026-02-30"], "VARCHAR"),
        ([f"2026-01-{k + 1:02d}T10:00:00Z" for k in range(30)], "TIMESTAMP WITH TIME ZONE"),
    ],
)
def test_columns_of_very_many_different_cells_have_the_type_of_all_of_them(tmp_path, cells, kind):
    path = written(tmp_path / "a.csv", [["x", "y"], *([cell, "1"] for cell in [*cells, ""])])
    with small_pieces():
        _, scanned = same_both_ways(path)
        (found,) = scanned.select("x").types
    assert str(found).removesuffix("_MS").removesuffix("_NS") == kind


def test_weights_and_clusters_of_a_design(support):
    survey = read_export(support)
    design = Design("weight", strata="team", clusters="customer")
    one, other = (tally(data, "ces", scale="ces-2.0", by="channel", design=design) for data in (survey, support))
    assert other.counts.tolist() == one.counts.tolist()
    assert other.covariance == pytest.approx(one.covariance, rel=1e-12)
    assert other.degrees_of_freedom.tolist() == one.degrees_of_freedom.tolist()


@pytest.mark.parametrize("small", [True, False])
def test_weights_become_numbers_or_are_refused(tmp_path, small):
    source = random.Random(1)
    rows = [[source.choice("12345"), f"{source.random():.6f}", f"a{k}"] for k in range(200)]
    path = written(tmp_path / "a.csv", [["ces", "weight", "name"], *rows])
    with small_pieces() if small else contextlib.nullcontext():
        survey, scanned = same_both_ways(path)
        design = Design("weight")
        one, other = (tally(data, "ces", scale="ces-1.0", design=design) for data in (survey, scanned))
        assert other.totals == pytest.approx(one.totals, rel=1e-12)
        with pytest.raises(ValueError, match="weights must be numbers; column 'name' is String"):
            tally(scanned, "ces", scale="ces-1.0", design=Design("name"))


def test_a_path_is_counted_as_the_survey_it_holds(support):
    survey = read_export(support)
    for path in (str(support), Path(support)):
        found = tally(path, "ces", scale="ces-2.0", by="channel")
        expected = tally(survey, "ces", scale="ces-2.0", by="channel")
        assert found.counts.tolist() == expected.counts.tolist()
    with pytest.raises(ValueError, match="column 'chanel' not found; did you mean 'channel'"):
        tally(support, "ces", scale="ces-2.0", by="chanel")
    with pytest.raises(FileNotFoundError, match="no such file"):
        tally("nowhere.csv", "ces", scale="ces-2.0")


def test_parquet_is_counted_where_it_is(tmp_path):
    source = random.Random(1)
    frame = pd.DataFrame(
        {
            "Response ID": [source.randrange(400) for _ in range(500)],
            "ces": pd.Series([source.randrange(1, 8) for _ in range(500)]).astype("float").where(lambda x: x < 7),
            "channel": pd.Categorical([source.choice(["web", "phone", None]) for _ in range(500)]),
            "ces ": pd.array([source.choice([1, 2, None]) for _ in range(500)], dtype="Int8"),
            "day": pd.Timestamp("2026-01-05") + pd.to_timedelta([k % 3 for k in range(500)], unit="D"),
            "new": [source.random() < 0.5 for _ in range(500)],
        }
    )
    path = tmp_path / "a.parquet"
    frame.to_parquet(path)
    survey, scanned = same_both_ways(path)
    assert scanned.kept < 500
    assert same_tally(survey, scanned, "ces", scale="ces-2.0", by=["day", "new"]).segments.shape == (6, 2)
    frame.set_index("day").to_parquet(path)
    same_both_ways(path)
    path.write_bytes(b"PAR1 and no more")
    with pytest.raises(ValueError, match=r"a\.parquet is not a readable Parquet file"):
        scan_export(path)


def test_whole_numbers_of_parquet_with_gaps_are_whole_as_in_reading(tmp_path):
    import pyarrow as pa
    import pyarrow.parquet as pq

    path = tmp_path / "a.parquet"
    ids = [10**17 + 1, None, 10**17 + 2]
    columns = {
        "x": pa.array(ids),
        "u": pa.array(ids, pa.uint64()),
        "decimal": pa.array([None if k is None else Decimal(k) for k in ids], pa.decimal128(20, 0)),
        "long": pa.array([Decimal(10**30 + k) for k in range(3)], pa.decimal128(38, 0)),
        "part": pa.array([Decimal("1.25"), None, Decimal(3)], pa.decimal128(9, 2)),
        "day": pa.array([1, 2, 3], pa.date32()),
    }
    pq.write_table(pa.table(columns), path)
    _, scanned = same_both_ways(path)
    assert scanned.select("x").fetchall() == scanned.select("decimal").fetchall() == [(k,) for k in ids]


DAYS = [f"{k % 12 + 1}/{k % 9 + 1}/2026 10:{k % 60:02d}" for k in range(40)]


@pytest.mark.parametrize(
    ("cells", "kind"),
    [
        (DAYS, "VARCHAR"),
        ([*DAYS, "13/1/2026 10:00"], "TIMESTAMP"),
        ([*DAYS, "13/1/2026 10:00", "1/13/2026 10:00"], "VARCHAR"),
        ([f"2026/1/{k % 28 + 1} {k % 24}:00" for k in range(40)], "TIMESTAMP"),
        ([f"{k},5%" for k in range(40)], "DOUBLE"),
        ([""] * 5 + [f"2026-01-{k + 1:02d}" for k in range(30)], "TIMESTAMP"),
        ([f"2026-01-{k + 1:02d}T10:00:00+0{1 + k // 20}:00" for k in range(30)], "TIMESTAMP WITH TIME ZONE"),
    ],
)
@pytest.mark.parametrize("small", [True, False])
def test_dates_and_numbers_as_people_write_them_are_those_of_reading(tmp_path, cells, kind, small):
    other = [f"{k % 9 + 1}/{k % 12 + 1}/2026" for k in range(len(cells))]
    path = written(tmp_path / "a.csv", [["x", "y", "z"], *([*pair, "1"] for pair in zip(cells, other, strict=True))])
    with small_pieces() if small else contextlib.nullcontext():
        survey, scanned = read_export(path), scan_export(path)
        assert str(scanned.select("x").types[0]).removesuffix("_NS") == kind
        if "ZONE" in kind:
            assert survey.questions["time_zone"].tolist() == ["UTC", "", ""]
            assert scanned.questions["time_zone"].tolist() == ["UTC", "", ""]
        else:
            same_both_ways(path)


def test_a_parquet_file_that_a_survey_was_written_to(tmp_path, support):
    path = tmp_path / "written.parquet"
    read_export(support).to_parquet(path)
    survey, scanned = same_both_ways(path)
    assert scanned.vendor == "cxstats"
    same_tally(survey, scanned, "ces", scale="ces-2.0", by="channel")


def test_what_cannot_be_scanned_is_refused_by_name(tmp_path, support):
    survey = read_export(support)
    survey.to_csv(tmp_path / "written.csv")
    with pytest.raises(ValueError, match="a survey was written to.*written.questions.csv.*read_export"):
        scan_export(tmp_path / "written.csv")
    (tmp_path / "a.jsonl").write_text('{"ces": 5}\n{"ces": 6}\n')
    with pytest.raises(ValueError, match="JSON lines, which cannot be scanned; read it with read_export"):
        scan_export(tmp_path / "a.jsonl")
    pytest.importorskip("openpyxl")
    pd.DataFrame({"ces": [1]}).to_excel(tmp_path / "a.xlsx")
    with pytest.raises(ValueError, match="an Excel file, which cannot be scanned"):
        scan_export(tmp_path / "a.xlsx")
    (tmp_path / "a.sav").write_bytes(b"$FL2@(#) SPSS DATA FILE")
    with pytest.raises(ValueError, match="an SPSS file, which cannot be scanned"):
        scan_export(tmp_path / "a.sav")
    with pytest.raises(IsADirectoryError, match="is a folder"):
        scan_export(tmp_path)


def test_names_that_differ_in_case_are_not_mixed_up(tmp_path):
    path = written(tmp_path / "a.csv", [["ces", "CES", "x"], ["1", "7", "a"], ["2", "6", "a"]])
    scanned = scan_export(path)
    assert tally(scanned, "CES", scale="ces-2.0").counts.tolist() == [[0, 0, 0, 0, 0, 1, 1]]
    with pytest.raises(ValueError, match="'ces' and 'CES' differ only in case"):
        scanned.table  # noqa: B018


def test_what_to_install_is_said(tmp_path, monkeypatch):
    path = written(tmp_path / "a.csv", [["ces", "x"], ["1", "7"]])
    monkeypatch.setitem(sys.modules, "duckdb", None)
    with pytest.raises(ValueError, match=r"pip install 'cxstats\[duckdb,parquet\]'"):
        scan_export(path)


def test_nothing_is_left_on_disk(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "work"))
    (tmp_path / "work").mkdir()
    path = written(tmp_path / "a.csv", [["ces", "x"], ["1", "7"]])
    scanned = scan_export(path)
    assert list((tmp_path / "work").iterdir())
    assert scanned.table.fetchall() == [(1, 7)]
    del scanned
    gc.collect()
    assert not list((tmp_path / "work").iterdir())


def test_the_account_is_what_is_shown(support):
    scanned = scan_export(support)
    assert scanned.summary().to_string(index=False) in repr(scanned)
    assert "<table" in scanned._repr_html_()
    with pytest.raises(ValueError, match="column 'cess' not found; did you mean 'ces'"):
        scanned.select("cess")


def test_every_byte_is_reported_as_progress(support):
    seen = []
    scan_export(support, progress=seen.append)
    assert sum(seen) == Path(support).stat().st_size
