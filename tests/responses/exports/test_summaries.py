"""Totals and repeated headers are no responses; an answer that says the same word is one. Read and scanned alike."""

import pytest

from cxstats import read_export
from cxstats.responses.exports import delimited
from cxstats.responses.exports.scanning import scan_export

NAMES = "id,csat,channel"
ROWS = [f"{k},{1 + k % 5},{'AB'[k % 2]}" for k in range(30)]


@pytest.fixture(params=["read", "scanned"])
def rejected(request, tmp_path, monkeypatch):
    """From the lines of an export to its rejected records with their reasons, and its notes."""

    def found(lines):
        path = tmp_path / "e.csv"
        path.write_text("\n".join(lines) + "\n", encoding="utf-8")
        if request.param == "read":
            survey = read_export(path)
            return dict(survey.rejected.values.tolist()), survey.source.notes
        pytest.importorskip("duckdb")
        monkeypatch.setattr(delimited, "_SMALL", 64)
        monkeypatch.setattr(delimited, "_LARGE", 64)
        scanned = scan_export(path)
        return dict(scanned.rejected.fetchall()), scanned.source.notes

    return found


@pytest.mark.parametrize(
    "line",
    [
        "Total,98,", "Totaal,98,", "Gesamt:,98,", "Summe,98,", "Total general,98,", "总计,98,", "合计,98,",
        "Average,3.2,", "Mean,3.2,", "Gemiddelde,3.2,", "Durchschnitt,3.2,", "Total responses: 30,,",
        "TOTAL,=SUM(B2:B31),", "30,=AVERAGE(B2:B31),",
    ],
)  # fmt: skip
def test_totals_are_no_responses(rejected, line):
    assert rejected([NAMES, *ROWS, line])[0] == {31: "total"}


def test_totals_below_dates_and_codes(rejected):
    dated = [f"2026-01-0{1 + k % 3} 10:00,{1 + k % 5}" for k in range(20)]
    assert rejected(["Timestamp,csat", *dated, "Average,3.1"])[0] == {21: "total"}
    coded = [f"K{k:03},{1 + k % 5}" for k in range(20)]
    assert rejected(["customer,csat", *coded[:10], "Total,30", *coded[10:]])[0] == {11: "total"}


@pytest.mark.parametrize(
    "lines",
    [
        ["station,csat", *[f"{name},4" for name in ("Shell", "Total", "Esso") * 5]],
        ["csat,said", *[f"{1 + k % 5},x" for k in range(20)], "total,disaster"],
        [NAMES, *ROWS, "31,5,Total"],
        [NAMES, *ROWS, "Total disaster again and again,5,A"],
        ["a,b,sum", *[f"{k},{k % 5},=SUM(A{k + 2}:B{k + 2})" for k in range(20)]],
        ["a,so far,c", *[f"{k},=SUM(A2:A{k + 2}),1" for k in range(20)]],
        ["id,csat", "1,5", "Total,5"],
    ],
)
def test_answers_that_look_like_totals_are_kept(rejected, lines):
    assert rejected(lines)[0] == {}


def test_a_last_record_that_may_be_a_total_is_said(rejected):
    shops = [f"shop {'abc'[k % 3]},{1 + k % 5},{k}" for k in range(20)]
    reasons, notes = rejected(["shop,csat,n", *shops, "Total,60,190"])
    assert reasons == {}
    assert any(note.startswith("record 21, the last, begins with 'Total'") for note in notes)
    assert not any("the last" in note for note in rejected(["shop,csat,n", *shops])[1])


def test_a_repeated_header_is_no_response(rejected):
    again = [NAMES, *ROWS, " id ,csat,channel", *ROWS, NAMES]
    assert rejected(again)[0] == {31: "repeated header", 62: "repeated header"}


@pytest.mark.parametrize(
    "lines",
    [["4,5", *["4,5", "3,2"] * 10], ["good,north", *["good,north", "bad,south"] * 10], ["said", "said", "1"]],
)
def test_responses_like_a_first_row_that_is_a_response_are_kept(rejected, lines):
    assert rejected(lines)[0] == {}


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ([*range(30), "x12"], ["record 31 ('x12') is not of the numbers"]),
        (["?", *range(30), "1 or 2"], ["record 1 ('?') and record 32 ('1 or 2') are not of the numbers"]),
        ([f"2026-01-{k:02}" for k in range(1, 29)] + ["soon"], ["record 29 ('soon') is not of the dates"]),
        ([*range(30), "ann@example.com"], ["record 31 is not of the numbers"]),
        ([*range(30), "n/a"], []),
        ([*range(30), "x", "y", "z"], []),
        (["fine"] * 30, []),
        ([*range(9), "x"], []),
    ],
)
def test_one_or_two_cells_that_spoil_a_column_are_named(tmp_path, cells, said):
    (tmp_path / "e.csv").write_text("a,b\n" + "".join(f"{cell},x{k}\n" for k, cell in enumerate(cells)))
    notes = [note for note in read_export(tmp_path / "e.csv").source.notes if note.startswith("column 'a'")]
    assert [part for note in notes for part in said if part in note] == said
    assert len(notes) == len(said)
