"""Whatever happens to a file: every record is accounted for, or a ValueError names the file or the line; no hanging.

More cases: CXSTATS_FUZZ_CASES=5000 pytest tests/responses/exports/test_fuzz.py
"""

import csv
import io
import os
import random
import time
from pathlib import Path

import openpyxl
import pytest

from cxstats import inspect, read_export
from cxstats.responses.exports import delimited

CASES = int(os.environ.get("CXSTATS_FUZZ_CASES", "160"))
SLOWEST = 5.0
PIECES = [b'"', b"\n", b"\r", b",", b";", b"\t", b"'", b"\x00", b"\xff", b"\xef\xbb\xbf", b"=1+1", b"-99", b'""', b"<"]
NASTY = [
    "", " ", "-99", "4,5", "007", "NA", "=1+1", "'=1+1", "2026-02-30", "9" * 400, 'he said "no"', "two\nlines", "é満",
    "1e999", "-", "+", "0x1", "½", "٣", "True", "\u2028", "<script>", "2026-01-05 10:00:00", "2026-01-05T10:00:00Z",
]  # fmt: skip


def plain(cells):
    return [["Submission ID", "ces", "said", "when"], *cells]


def qualtrics(cells):
    ids = ["_recordId", "QID1", "QID2_1", "QID2_2"]
    texts = ["Response ID", "How easy?", "Which? - a", "Which? - b"]
    return [["ResponseId", "Q1", "Q2_1", "Q2_2"], texts, [f'{{"ImportId":"{name}"}}' for name in ids], *cells]


def legacy(cells):
    return [["V1", "V2", "V10", "Q1", ""], ["ResponseID", "ResponseSet", "Finished", "Easy?", ""]] + [
        [*row, ""] for row in cells
    ]


SHAPES = [plain, qualtrics, legacy]
FIXTURES = [path.read_bytes() for path in sorted((Path(__file__).parent / "fixtures").glob("*.csv"))]


def written(source):
    """Write a table of some shape, delimiter, line end and encoding."""
    cells = [[f"R_{k}", str(k % 7), source.choice(NASTY), source.choice(NASTY)] for k in range(source.randrange(40))]
    text = io.StringIO()
    csv.writer(text, delimiter=source.choice(",;\t|"), lineterminator=source.choice(["\n", "\r\n"])).writerows(
        source.choice(SHAPES)(cells)
    )
    return text.getvalue().encode(source.choice(["utf-8"] * 4 + ["utf-8-sig", "utf-16", "cp1252"]), errors="replace")


def damaged(source, content):
    """Change, lose, double or cut off some bytes."""
    changed = bytearray(content)
    for _ in range(source.randrange(4)):
        place = source.randrange(len(changed) + 1)
        changed[place : place + source.choice([0, 0, 1, 2, 30])] = source.choice(
            [*PIECES, bytes([source.randrange(256)])]
        )
    return bytes(changed[: source.randrange(len(changed) + 1)] if source.random() < 0.1 else changed)


def read_or_refuse(path):
    start = time.perf_counter()
    try:
        survey = read_export(path)
    except ValueError as refusal:
        told = str(refusal)
        assert path.name in told or "line " in told
        survey = None
    assert time.perf_counter() - start < SLOWEST
    if survey is not None:
        records = [*survey.responses.index, *survey.rejected["record"]]
        assert sorted(records) == list(range(1, survey.source.read + 1))
        assert survey.rejected["reason"].str.len().gt(0).all()
        assert survey.responses.columns.is_unique
        assert len(inspect(survey)) == survey.responses.shape[1]
    return survey


@pytest.mark.parametrize("piece", [40, 1 << 15])
def test_damaged_text_is_accounted_for_or_refused(tmp_path, monkeypatch, piece):
    monkeypatch.setattr(delimited, "_SMALL", piece)
    path, source = tmp_path / "any.csv", random.Random(20_261_122)
    read = 0
    for _ in range(CASES // 2):
        path.write_bytes(damaged(source, source.choice([written(source), source.choice(FIXTURES)])))
        read += read_or_refuse(path) is not None
    assert read > CASES // 8  # damage that refuses everything would show nothing


def test_damaged_excel_is_accounted_for_or_refused(tmp_path):
    path, source = tmp_path / "any.xlsx", random.Random(20_261_122)
    workbook = openpyxl.Workbook()
    for row in qualtrics([[f"R_{k}", k, cell, "'x"] for k, cell in enumerate(NASTY)]):
        workbook.active.append(row)
    workbook.save(path)
    content = path.read_bytes()
    for _ in range(CASES // 4):
        path.write_bytes(damaged(source, content))
        read_or_refuse(path)


def test_no_record_is_lost_from_a_file_without_damage(tmp_path):
    path, source = tmp_path / "any.csv", random.Random(20_261_122)
    for _ in range(CASES // 4):
        rows = [[f"R_{k}", source.choice(NASTY), source.choice(NASTY), "1"] for k in range(source.randrange(1, 40))]
        text = io.StringIO()
        csv.writer(text).writerows(plain(rows))
        path.write_text(text.getvalue())
        assert read_or_refuse(path).source.read == len(rows)
