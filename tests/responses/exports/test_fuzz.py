"""Whatever happens to a file: every record is accounted for, or a ValueError names the file or the line; no hanging.

Each case damages one of the small exports, text or not, at random bytes. More of them:
CXSTATS_FUZZ_CASES=5000 pytest tests/responses/exports/test_fuzz.py
"""

import csv
import io
import os
import random
import signal
import time
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyreadstat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxstats import inspect, read_export
from cxstats.responses.exports import delimited

CASES = int(os.environ.get("CXSTATS_FUZZ_CASES", "240"))
SLOWEST = 10
FIXTURES = Path(__file__).parent / "fixtures"
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


def written(source):
    """Write a table of some shape, delimiter, line end and encoding."""
    cells = [[f"R_{k}", str(k % 7), source.choice(NASTY), source.choice(NASTY)] for k in range(source.randrange(40))]
    text = io.StringIO()
    csv.writer(text, delimiter=source.choice(",;\t|"), lineterminator=source.choice(["\n", "\r\n"])).writerows(
        source.choice([plain, qualtrics, legacy])(cells)
    )
    return text.getvalue().encode(source.choice(["utf-8"] * 4 + ["utf-8-sig", "utf-16", "cp1252"]), errors="replace")


def book():
    """Return a workbook of two sheets."""
    workbook, stored = openpyxl.Workbook(), io.BytesIO()
    for row in qualtrics([[f"R_{k}", k, cell, "'x"] for k, cell in enumerate(NASTY)]):
        workbook.active.append(row)
    workbook.create_sheet("other").append(["a", 1.5])
    workbook.save(stored)
    return stored.getvalue()


def frame():
    return pd.DataFrame(
        {
            "response_id": [f"r-{k}" for k in range(60)],
            "csat": [float(k % 5 + 1) if k % 7 else 99.0 for k in range(60)],
            "minutes": np.arange(60) / 7,
            "said": ["prima", "", "two\nlines"] * 20,
            "at": pd.date_range("2026-01-05 08:30:00", periods=60, unit="us"),
        }
    )


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """Return the bytes of an export by its ending, for those that are no text."""
    folder = tmp_path_factory.mktemp("stored")
    frame().to_parquet(folder / "e.parquet")
    labels = {"csat": {1: "Very dissatisfied", 3: "Neutral", 5: "Very satisfied", 99: "Refused"}}
    for name, compress in {"e.sav": False, "e.zsav": True}.items():
        pyreadstat.write_sav(
            frame(), folder / name, compress=compress, variable_value_labels=labels, missing_ranges={"csat": [99]}
        )
    (folder / "e.xlsx").write_bytes(book())
    read_export(FIXTURES / "plain_semicolon.csv").to_xlsx(folder / "written.xlsx")
    read_export(FIXTURES / "plain_semicolon.csv").to_parquet(folder / "written.parquet")
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def damaged(source, content):
    """Flip, lose, insert, double or cut off some bytes."""
    changed = bytearray(content)
    for _ in range(source.randrange(4)):
        place, size = source.randrange(len(changed) + 1), source.choice([1, 2, 30, 400])
        part = bytes(changed[place : place + size])
        changed[place : place + source.choice([0, size])] = source.choice(
            [
                source.choice(PIECES),
                bytes([source.randrange(256)]),
                bytes(byte ^ (1 << source.randrange(8)) for byte in part[:2]) + part[2:],
                part * source.choice([0, 2, 3]),
            ]
        )
    return bytes(changed[: source.randrange(len(changed) + 1)] if source.random() < 0.1 else changed)


class TooSlowError(Exception):
    """A file took longer to read than any of its size may."""


def interrupt(*_):
    raise TooSlowError


def read_or_refuse(path):
    """Read a file, and check that it is accounted for, or refused by a sentence that says where; in time."""
    signal.signal(signal.SIGALRM, interrupt)
    signal.alarm(SLOWEST)
    try:
        survey = read_export(path)
    except ValueError as refusal:
        told = str(refusal)
        assert path.name in told or "line " in told, told
        assert len(told) < 1_000, told
        return None
    finally:
        signal.alarm(0)
    records = [*survey.responses.index, *survey.rejected["record"]]
    assert len(set(records)) == len(records) == survey.source.read
    if survey.source.vendor != "cxstats":  # what a survey was written to keeps the numbers of its records
        assert sorted(records) == list(range(1, survey.source.read + 1))
    assert survey.rejected["reason"].str.len().gt(0).all()
    assert survey.responses.columns.is_unique
    assert len(inspect(survey)) == survey.responses.shape[1]
    assert repr(survey)
    assert survey._repr_html_()
    return survey


@pytest.mark.parametrize("piece", [40, 1 << 15])
def test_damaged_text_is_accounted_for_or_refused(tmp_path, monkeypatch, piece):
    monkeypatch.setattr(delimited, "_SMALL", piece)
    source = random.Random(20_261_122)
    files = sorted(FIXTURES.iterdir())
    read = 0
    for _ in range(CASES // 4):
        chosen = source.choice(files)
        path = tmp_path / f"any{chosen.suffix}"
        path.write_bytes(damaged(source, source.choice([written(source), *[chosen.read_bytes()] * 3])))
        read += read_or_refuse(path) is not None
    assert read > CASES // 16  # damage that refuses everything would show nothing


def test_damage_to_stored_tables_is_accounted_for_or_refused(tmp_path, stored):
    source = random.Random(20_261_122)
    read = 0
    for case in range(CASES // 2):
        name = list(stored)[case % len(stored)]
        path = tmp_path / name
        path.write_bytes(damaged(source, stored[name]))
        read += read_or_refuse(path) is not None
    assert read > CASES // 32


def test_a_workbook_with_damaged_sheets_is_accounted_for_or_refused(tmp_path, stored):
    """Bytes flipped in an archive fail its checksums; here the parts themselves are damaged."""
    import zipfile

    source = random.Random(20_261_122)
    with zipfile.ZipFile(io.BytesIO(stored["e.xlsx"])) as whole:
        parts = {name: whole.read(name) for name in whole.namelist()}
    path = tmp_path / "any.xlsx"
    read = 0
    for _ in range(CASES // 8):
        chosen = source.choice([name for name in parts if name.endswith(".xml")])
        with zipfile.ZipFile(path, "w") as archive:
            for name, part in parts.items():
                archive.writestr(name, damaged(source, part) if name == chosen else part)
        read += read_or_refuse(path) is not None
    assert read > CASES // 64


@given(st.sampled_from(sorted(path.name for path in FIXTURES.iterdir())), st.data())
@settings(deadline=None, max_examples=CASES // 4)
def test_any_cut_and_any_byte_is_accounted_for_or_refused(tmp_path_factory, name, data):
    content = bytearray((FIXTURES / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 4))):
        place = data.draw(st.integers(0, len(content)))
        content[place : place + data.draw(st.integers(0, 40))] = data.draw(
            st.one_of(st.binary(max_size=4), st.sampled_from(PIECES))
        )
    path = tmp_path_factory.getbasetemp() / f"any{Path(name).suffix}"
    path.write_bytes(bytes(content))
    read_or_refuse(path)


def test_no_record_is_lost_from_a_file_without_damage(tmp_path):
    path, source = tmp_path / "any.csv", random.Random(20_261_122)
    for _ in range(CASES // 8):
        rows = [[f"R_{k}", source.choice(NASTY), source.choice(NASTY), "1"] for k in range(source.randrange(1, 40))]
        text = io.StringIO()
        csv.writer(text).writerows(plain(rows))
        path.write_text(text.getvalue())
        assert read_or_refuse(path).source.read == len(rows)


def test_a_large_file_of_the_worst_text_takes_no_longer(tmp_path):
    """Patterns that try again at every letter would take minutes here."""
    path = tmp_path / "any.csv"
    start = time.perf_counter()
    for cell in ("1" * 9_000 + "x", "(" * 9_000, ", " * 5_000, "a;" * 5_000, "'" * 9_000):
        for header in ("Timestamp,Which?", "Time Started,Date Submitted,Status,Which?", "a,b"):
            width = header.count(",")
            path.write_text(f"{header}\n" + f'1/2/2026 10:00:00{"," * width}"{cell}"\n' * 3)
            read_or_refuse(path)
    assert time.perf_counter() - start < 3 * SLOWEST
