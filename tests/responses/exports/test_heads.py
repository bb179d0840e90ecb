"""Titles in front of a header are skipped and quoted, only beyond doubt; a header that is a response is suspected."""

import openpyxl
import pytest

from cxstats import read_export
from cxstats.responses.exports.heads import head_notes, title_rows

TABLE = "id,csat,channel\n" + "".join(f"{k},{1 + k % 5},{'AB'[k % 2]}\n" for k in range(30))


@pytest.fixture
def read(tmp_path):
    def reading(text, **given):
        (tmp_path / "e.csv").write_text(text, encoding="utf-8")
        return read_export(tmp_path / "e.csv", **given)

    return reading


@pytest.mark.parametrize(
    "titles",
    [
        "Customer survey Q3\nExported 2026-11-01 by Ann\n\n",
        "Customer survey Q3,,\nExported 2026-11-01 by Ann,,\n,,\n",
        '"Customer survey\nQ3"\n\n\nExported 2026-11-01 by Ann\n',
    ],
)
def test_titles_are_skipped_and_quoted(read, titles):
    survey, plain = read(titles + TABLE), read(TABLE)
    assert survey.responses.equals(plain.responses)
    assert survey.source.read == 30
    assert survey.source.notes == (
        "rows in front of the table skipped as titles: 'Customer survey Q3', 'Exported 2026-11-01 by Ann'",
    )


def test_titles_of_a_vendor_known_by_its_names(read):
    table = "Response ID,Score\n" + "".join(f"R{k},{k % 10}\n" for k in range(20))
    assert read(f"Survey\n{table}").questions["role"].tolist() == ["response id", ""]


def test_titles_in_a_workbook(tmp_path):
    book = openpyxl.Workbook()
    for row in (["Survey 2026"], [], ["id", "csat", "said"], *([k, 1 + k % 5, "x" * (k % 2)] for k in range(9))):
        book.active.append(row)
    book.save(tmp_path / "e.xlsx")
    survey = read_export(tmp_path / "e.xlsx")
    assert survey.responses["id"].tolist() == list(range(9))
    assert any("'Survey 2026'" in note for note in survey.source.notes)


@pytest.mark.parametrize(
    "rows",
    [
        [["id", "csat"], ["1", "5"], ["2", "4"]],
        [["comment"], ["fine", " thanks"], ["slow", " sorry"], ["ok", " then"]],
        [["Q1", "", "", ""], ["red", "", "", ""], ["1", "", "", ""], ["1", "", "1", ""]],
        [["name", "", ""], ["Ann", "Bob", "Cid"], ["Dan", "Eva", "Fay"], ["Gil", "Hal", "Ida"]],
        [["x"], ["id", "1", "said"], ["1", "2", "a"], ["2", "3", "b"]],
        [["x"], "unreadable", ["id", "csat"], ["1", "2"], ["2", "3"]],
        [["x"], ["id", "csat"], ["1", "2", "a"], ["2", "3", "b"], ["2", "3", "b"]],
        [["x"]] * 20 + [["id", "csat"], ["1", "2"]],
        [["x"], ["id", "csat"]],
        [],
    ],
)
def test_what_is_not_beyond_doubt_is_left(rows):
    assert title_rows(rows) == 0


def test_a_doubtful_title_is_said(read):
    survey = read("Survey\nfine, thanks, all\nslow, sorry, you\nfast, so, ok\n")
    assert any("the first row has 1 cell and most others 3: is it a title?" in note for note in survey.source.notes)


@pytest.mark.parametrize(
    ("first", "suspected"),
    [
        ("0,1,North,2026-01-01", True),
        ("0,1,North,later", True),
        ("id,csat,region,day", False),
        ("id,2026-01-01,region,day", False),
        ("1,2,region,4", False),
    ],
)
def test_a_first_row_that_is_a_response_is_suspected(first, suspected):
    below = [[str(k), str(1 + k % 5), "North", "2026-01-02" if "later" not in first else "later"] for k in range(9)]
    notes = head_notes([first.split(","), *below], 0)
    assert any("looks like a response" in note for note in notes) == suspected


@pytest.mark.parametrize(
    ("sheets", "chosen"),
    [
        ({"Cover": [["Survey report"], ["Made by Ann"]], "Data": [["id", "csat"], [1, 5]]}, "Data"),
        ({"Wave 1": [["id", "csat"], [1, 5]], "Wave 2": [["id", "csat"], [1, 4]]}, "Wave 1"),
        ({"One": [["csat"], [5], [4]], "Codes": [["a", "b"], ["c", "d"]]}, "One"),
        ({"A": [["x"]], "B": [["y"]]}, "A"),
    ],
)
def test_the_first_sheet_that_holds_a_table(tmp_path, sheets, chosen):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    secret = book.create_sheet("secret", 0)
    secret.append(["a", "b"])
    secret.append([1, 2])
    secret.sheet_state = "hidden"
    book.save(tmp_path / "e.xlsx")
    survey = read_export(tmp_path / "e.xlsx")
    assert survey.source.format == f"Excel, sheet {chosen!r}"
    assert any("secret (hidden)" in note for note in survey.source.notes)
    assert read_export(tmp_path / "e.xlsx", sheet="secret").responses["a"].tolist() == [1]
