"""Every vendor: recognised by content alone, by nobody else, and the same survey however its file is written."""

import csv
import io
import itertools
from functools import cache
from pathlib import Path

import pytest
from pandas.testing import assert_frame_equal

from cxstats import read_export
from cxstats.responses.exports import VENDORS
from cxstats.responses.exports.joined import split_at, split_ended
from cxstats.responses.exports.plain import PLAIN

OF = {
    "surveymonkey_labels": "surveymonkey", "surveymonkey_numbers": "surveymonkey", "alchemer": "alchemer",
    "google_forms": "google-forms", "google_forms_zone": "google-forms", "typeform_new": "typeform",
    "typeform_old": "typeform", "zendesk": "zendesk", "zendesk_stars": "zendesk", "limesurvey": "limesurvey",
    "microsoft_forms": "microsoft-forms",
}  # fmt: skip
NAMES = {path.stem: path for path in (Path(__file__).parent / "fixtures").glob("*.csv") if path.stem in OF}
WRITTEN = [
    ("utf-8", ";", ["\r\n"]), ("utf-8-sig", "\t", ["\n", "\r\n"]), ("utf-16", ",", ["\r\n"]),
    ("utf-16-be", ";", ["\r\n", "\n", "\n"]), ("cp1252", "\t", ["\r\n"]), ("cp1252", ";", ["\n", "\r\n", "\r"]),
]  # fmt: skip


def rows_of(name):
    with NAMES[name].open(encoding="utf-8", newline="") as file:
        return list(csv.reader(file, delimiter=";" if name == "limesurvey" else ","))


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
        csv.writer(line, delimiter=delimiter, lineterminator="").writerow(row)
        lines.append(line.getvalue() + end)
    return "".join(lines)


def test_each_fixture_is_there():
    assert set(NAMES) == set(OF)


@pytest.mark.parametrize("name", OF)
def test_recognised_by_content_and_by_nobody_else(name):
    rows = rows_of(name)
    assert [vendor.name for vendor in VENDORS if vendor.recognises(rows)] == [OF[name], PLAIN.name]


@pytest.mark.parametrize("name", OF)
def test_headers_alone_are_a_survey_without_responses(tmp_path, name):
    headers = 2 if OF[name] == "surveymonkey" else 1
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
    assert (found.source.vendor, found.source.read) == (OF[name], expected.source.read)
    assert_frame_equal(found.responses, expected.responses)
    assert_frame_equal(found.questions, expected.questions)
    assert_frame_equal(found.rejected, expected.rejected)


@pytest.mark.parametrize("name", OF)
def test_the_cells_as_they_stand_when_asked_for(name):
    survey = read_export(NAMES[name], vendor="plain")
    assert survey.source.vendor == "plain"
    second_header = OF[name] == "surveymonkey"
    assert survey.source.read == as_committed(name).source.read + second_header


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
