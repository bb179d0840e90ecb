"""Every vendor: recognised by content alone, by nobody else, and the same survey however its file is written."""

import csv
import io
import itertools
from functools import cache
from pathlib import Path

import openpyxl
import pytest
from pandas.testing import assert_frame_equal

from cxstats import read_export
from cxstats.responses.exports.joined import split_at, split_ended
from cxstats.responses.exports.plain import PLAIN
from cxstats.responses.exports.vendors import VENDORS

OF = {
    "surveymonkey_labels": "surveymonkey", "surveymonkey_numbers": "surveymonkey", "alchemer": "alchemer",
    "google_forms": "google-forms", "google_forms_zone": "google-forms", "typeform_new": "typeform",
    "typeform_old": "typeform", "zendesk": "zendesk", "zendesk_stars": "zendesk", "limesurvey": "limesurvey",
    "microsoft_forms": "microsoft-forms", "qualtrics_modern": "qualtrics", "qualtrics_2016": "qualtrics",
    "qualtrics_legacy": "qualtrics-legacy", "plain_semicolon": "plain",
}  # fmt: skip
HEADERS = {"surveymonkey": 2, "qualtrics": 3, "qualtrics-legacy": 2}
NAMES = {path.stem: path for path in (Path(__file__).parent / "fixtures").glob("*.csv") if path.stem in OF}
ENCODINGS, DELIMITERS, ENDS = ("utf-8", "utf-8-sig", "utf-16", "cp1252"), (",", ";", "\t"), ("\n", "\r\n", "\r")
# Each encoding meets each delimiter and each line end, and each delimiter each line end; then line ends that change.
WRITTEN = [
    *((ENCODINGS[i], DELIMITERS[j], [ENDS[(i + j) % 3]]) for i in range(4) for j in range(3)),
    ("utf-16-be", "|", ["\r\n", "\n", "\n"]), ("cp1252", ";", ["\n", "\r\n", "\r"]),
]  # fmt: skip
SEMICOLONS = ("limesurvey", "plain_semicolon")


def rows_of(name):
    with NAMES[name].open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, delimiter=";" if name in SEMICOLONS else ","))


@cache
def as_committed(name):
    survey = read_export(NAMES[name])
    records = [*survey.responses.index, *survey.rejected["record"]]
    assert sorted(records) == list(range(1, survey.source.read + 1))
    return survey


def text_of(rows, delimiter, ends):
    """Write rows, each with the next line end of a cycle."""
    lines = []
    for row, end in zip(rows, itertools.cycle(ends), strict=False):
        line = io.StringIO()
        csv.writer(line, delimiter=delimiter, lineterminator="\r\n").writerow(row)
        lines.append(line.getvalue().removesuffix("\r\n") + end)
    return "".join(lines)


def test_each_fixture_is_there():
    assert set(NAMES) == set(OF)


@pytest.mark.parametrize("name", OF)
def test_recognised_by_content_and_by_nobody_else(name):
    rows = rows_of(name)
    assert [vendor.name for vendor in VENDORS if vendor.recognises(rows) and vendor != PLAIN] == [
        vendor for vendor in [OF[name]] if vendor != PLAIN.name
    ]


@pytest.mark.parametrize("name", OF)
def test_headers_alone_are_a_survey_without_responses(tmp_path, name):
    headers = HEADERS.get(OF[name], 1)
    path = tmp_path / "any.csv"
    path.write_text(text_of(rows_of(name)[:headers], ",", ["\n"]), encoding="utf-8")
    survey = read_export(path)
    assert survey.source.read == len(survey.responses) == 0
    if OF[name] != "google-forms":  # whose dates are part of its shape
        assert survey.source.vendor == OF[name]


@pytest.mark.parametrize("name", OF)
@pytest.mark.parametrize(("encoding", "delimiter", "ends"), WRITTEN)
def test_one_survey_however_it_is_written(tmp_path, name, encoding, delimiter, ends):
    expected = as_committed(name)
    path = tmp_path / "any.csv"
    path.write_bytes(text_of(rows_of(name), delimiter, ends).encode(encoding))
    found = read_export(path)
    assert encoding.removesuffix("-sig").removesuffix("-be") in found.source.format or encoding == "cp1252"
    assert (found.source.vendor, found.source.read) == (OF[name], expected.source.read)
    assert_frame_equal(found.responses, expected.responses)
    assert_frame_equal(found.questions, expected.questions)
    assert_frame_equal(found.rejected, expected.rejected)


@pytest.mark.parametrize("name", OF)
def test_one_survey_in_a_workbook(tmp_path, name):
    """As text in cells; that Excel's own numbers and dates are the same too is tested with Microsoft Forms."""
    expected = as_committed(name)
    book = openpyxl.Workbook()
    for row in rows_of(name):
        book.active.append(row)
        for cell in book.active[book.active.max_row]:
            cell.data_type = "s"
    book.create_sheet("other").append(["x"])
    book.save(tmp_path / "any.xlsx")
    found = read_export(tmp_path / "any.xlsx")
    assert found.source.vendor == OF[name]
    blank = expected.rejected["reason"] == "empty record"  # a blank row of a sheet is no record
    assert_frame_equal(found.questions, expected.questions)
    assert_frame_equal(found.responses.reset_index(drop=True), expected.responses.reset_index(drop=True))
    assert found.rejected["reason"].tolist() == expected.rejected.loc[~blank, "reason"].tolist()


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("end", ENDS)
def test_one_survey_of_json_lines_however_it_is_written(tmp_path, encoding, end):
    """Delimiters are those of JSON."""
    path = Path(__file__).parent / "fixtures" / "plain.jsonl"
    expected = read_export(path)
    text = path.read_text(encoding="utf-8").replace("caf\\u00e9", "café").replace("\n", end)
    (tmp_path / "any.txt").write_bytes(text.encode(encoding))
    found = read_export(tmp_path / "any.txt")
    assert_frame_equal(found.responses, expected.responses)
    assert_frame_equal(found.questions, expected.questions)
    assert_frame_equal(found.rejected, expected.rejected)


@pytest.mark.parametrize("name", OF)
def test_the_cells_as_they_stand_when_asked_for(name):
    survey = read_export(NAMES[name], vendor="plain")
    assert survey.source.vendor == "plain"
    more_headers = HEADERS.get(OF[name], 1) - 1
    assert survey.source.read == as_committed(name).source.read + more_headers


def test_a_vendor_asked_for_must_fit(tmp_path):
    with pytest.raises(ValueError, match="does not have the shape of vendor 'zendesk'"):
        read_export(NAMES["alchemer"], vendor="zendesk")


@pytest.mark.parametrize(
    ("cells", "options"),
    [
        (["a, b", "b, c", "a"], [["a", "b"], ["b", "c"], ["a"]]),
        (["a (x, y), b", "b", "a (x, y)"], [["a (x, y)", "b"], ["b"], ["a (x, y)"]]),
        (["a [x, (y, z)], b", "b", "a [x, (y, z)]"], [["a [x, (y, z)]", "b"], ["b"], ["a [x, (y, z)]"]]),
        (["a, b, c, d", "c, d", "a, b", "a, b, e", "e"], [["a, b", "c, d"], ["c, d"], ["a, b"], ["a, b", "e"], ["e"]]),
        (["yes", "yes, often", "no", "no, never"], [[], [], [], []]),
        (["Salem, OR", "Salem, MA", "Boston, MA"], [[], [], []]),
        (["it was slow, and dear", "dear, I think", "no"], [[], [], []]),
        (["no, thanks", "thanks, no", "fine", "slow", "dear", "late", "rude"], [[]] * 7),
        (["", ""], [[], []]),
        ([], []),
    ],
)
def test_multiple_choices_in_one_cell(cells, options):
    assert split_at(", ")(cells) == options


def test_repeated_cells_are_no_evidence():
    """Cells come once each or as often as they were given; what they are taken for is the same."""
    once = ["a, b", "c", "a, b, d"]
    assert split_at(", ")(once * 3) == split_at(", ")(once) * 3


@pytest.mark.parametrize(
    ("cells", "options"),
    [
        (["a;b;", "b;", ""], [["a", "b"], ["b"], []]),
        (["a;b;"], [["a", "b"]]),
        (["a;b;", "b;a;"], [[], []]),
        (["a;b", "b;"], [[], []]),
        (["", ""], [[], []]),
    ],
)
def test_options_that_end_in_a_delimiter(cells, options):
    assert split_ended(cells) == options
