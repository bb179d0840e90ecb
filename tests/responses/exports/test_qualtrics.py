"""Qualtrics of three ages: cells, texts, kinds and reasons, in any encoding, delimiter and line end."""

import csv
import io
import itertools
import json

import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from cxstats import inspect, read_export
from cxstats.responses.exports.layouts import Column
from cxstats.responses.exports.qualtrics import parts_together, status_reason

# Name in a modern export, question, import id.
MODERN = [
    ("StartDate", "Start Date", "startDate"),
    ("Status", "Response Type", "status"),
    ("Finished", "Finished", "finished"),
    ("ResponseId", "Response ID", "_recordId"),
    ("Q1_NPS_GROUP", "How likely are you to recommend us? - Group", "QID1_NPS_GROUP"),
    ("Q1", "How likely are you to recommend us?", "QID1"),
    ("Q2_1", "Which did you use? - The shop", "QID2_1"),
    ("Q2_2", "Which did you use? - The site, or app", "QID2_2"),
    ("Q2_2_TEXT", "Which did you use? - The site, or app - Text", "QID2_2_TEXT"),
    ("Q3_1", "How easy was\neach? - Finding - it", "QID3_1"),
    ("Q3_2", "How easy was\neach? - Paying", "QID3_2"),
]
RECORDS = [
    ("2026-03-02 07:00:00", "0", "1", "R_1", "3", "9", "1", "", "", "5", "1"),
    ("2026-03-02 08:00:00", "0", "0", "R_2", "1", "2", "", "1", "both", "4", "-99"),
    ("2026-03-02 09:00:00", "2", "1", "R_3", "3", "10", "1", "1", "", "5", "5"),
    ("2026-03-02 10:00:00", "0", "1", "R_4", "3", "8", "", "", "", "2", "1"),
    ("2026-03-02 11:00:00", "0", "1", "R_5", "", "", "-99", "-99", "", "", ""),
]
LEGACY_NAMES = {"ResponseID": "V1", "ResponseSet": "V2", "Status": "V7", "StartDate": "V8", "Finished": "V10"}


def text_of(rows, delimiter=",", end="\n"):
    text = io.StringIO()
    csv.writer(text, delimiter=delimiter, lineterminator=end).writerows(rows)
    return text.getvalue()


def modern():
    ids = [json.dumps({"ImportId": imported, "timeZone": "Europe/Amsterdam"}) for *_, imported in MODERN]
    return [[name for name, *_ in MODERN], [text for _, text, _ in MODERN], ids, *RECORDS]


def of_2016():
    """Python where modern exports have JSON, hyphens everywhere, other names of the same things."""
    names = ["ResponseID" if name == "ResponseId" else name for name, *_ in MODERN]
    renamed = {"_recordId": "responseId"}
    ids = [str({"ImportId": renamed.get(imported, imported.replace("_", "-"))}) for *_, imported in MODERN]
    ids[4] = str({"ImportId": "QID1_NPS_GROUP"})
    texts = [text.replace("? - ", "?-").replace("Finding - it", "Finding-it") for _, text, _ in MODERN]
    return [names, texts, ids, *RECORDS]


def legacy():
    texts = {"StartDate": "StartDate", "Status": "Status", "Finished": "Finished", "ResponseId": "ResponseID"}
    seconds = [texts.get(name, text.replace("? - ", "?-")) for name, text, _ in MODERN]
    firsts = [LEGACY_NAMES.get(second, name) for (name, *_), second in zip(MODERN, seconds, strict=True)]
    rows = [[*firsts, "V2"], [*seconds, "ResponseSet"], *([*record, "Default"] for record in RECORDS)]
    return [[*row, ""] for row in rows]


SHAPES = {"modern": (modern, "qualtrics"), "2016": (of_2016, "qualtrics"), "legacy": (legacy, "qualtrics-legacy")}


@pytest.fixture
def read(tmp_path):
    def read_content(content, **options):
        path = tmp_path / "export.csv"
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return read_export(path, **options)

    return read_content


def plainly(cells):
    return [None if pd.isna(cell) else cell for cell in cells]


@pytest.mark.parametrize("shape", SHAPES)
def test_one_survey_in_three_ages(read, shape):
    rows, vendor = SHAPES[shape]
    survey = read("\ufeff" + text_of(rows()))
    assert survey.source.vendor == vendor
    assert survey.rejected.to_dict("list") == {"record": [3], "reason": ["test response"]}
    assert survey.responses.index.tolist() == [1, 2, 4, 5]
    found = survey.responses
    assert plainly(found["Q1"]) == [9, 2, 8, None]
    assert plainly(found["Q2_1"]) == [
        True,
        False,
        None,
        None,
    ]  # the fourth may not have seen it, the fifth passed over it
    assert plainly(found["Q2_2"]) == [False, True, None, None]
    assert plainly(found["Q2_2_TEXT"]) == [None, "both", None, None]
    assert plainly(found["Q3_2"]) == [1, None, 1, None]
    assert found["StartDate"].tolist()[0] == pd.Timestamp("2026-03-02 07:00")
    assert found["partial"].tolist() == [False, True, False, False]
    asked = survey.questions.set_index("column")
    assert asked.loc["Q2_2", ["kind", "part_of", "part"]].tolist() == [
        "option", "Which did you use?", "The site, or app",
    ]  # fmt: skip
    assert asked.loc["Q3_1", ["part_of", "part"]].tolist() == [
        "How easy was each?", "Finding-it" if shape == "2016" else "Finding - it",
    ]  # fmt: skip
    assert asked.loc["Q3_1", "evidence"].startswith("unknown: say which of")
    assert asked.loc["Q1", ["kind", "scale"]].tolist() == ["rating", "nps"]
    assert asked.loc["StartDate", ["kind", "role"]].tolist() == ["administrative", "start"]
    assert survey.columns_of("response id") == [{"modern": "ResponseId"}.get(shape, "ResponseID")]
    assert "-99 (seen but unanswered) read as no answer in 3 cells" in survey.source.notes
    assert (
        "column 'Q1_NPS_GROUP': not the group of 'Q1' in 1 of 3 answers (kept responses 3); score 'Q1' itself"
        in survey.source.notes
    )
    kinds = {question.column: question.kind for question in inspect(survey)}
    assert (kinds["Q2_1"], kinds["StartDate"], kinds["Q1"]) == ("option", "administrative", "rating")


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize(
    ("encoding", "delimiter", "end"),
    [*itertools.product(["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "cp1252"], [",", ";", "\t"], ["\n", "\r\n"])],
)
def test_one_survey_however_it_is_written(read, shape, encoding, delimiter, end):
    rows = SHAPES[shape][0]()
    expected = read(text_of(rows))
    found = read(text_of(rows, delimiter, end).encode(encoding))
    assert_frame_equal(found.responses, expected.responses)
    assert_frame_equal(found.questions, expected.questions)
    assert_frame_equal(found.rejected, expected.rejected)
    assert found.source.read == len(RECORDS)


def test_the_time_zone_is_the_one_that_the_export_says(read):
    survey = read(text_of(modern()))
    assert "times without an offset are of the time zone Europe/Amsterdam" in survey.source.notes
    assert survey.questions.set_index("column").loc["StartDate", "time_zone"] == "Europe/Amsterdam"


def test_a_trailing_empty_column_of_a_legacy_export_is_dropped(read):
    survey = read(text_of(legacy()))
    assert survey.responses.columns[-2:].tolist() == ["ResponseSet", "partial"]
    assert "1 columns without a name and without a cell were dropped" in survey.source.notes


def test_groups_that_agree_are_said_to(read):
    rows = modern()
    rows[-2] = (*RECORDS[3][:4], "Passieven", *RECORDS[3][5:])
    notes = read(text_of(rows)).source.notes
    assert "column 'Q1_NPS_GROUP': the group of 'Q1' in all 3 answers" in notes


def test_choices_as_labels_are_options_too(read):
    rows = [list(row) for row in modern()]
    for row in rows[3:]:
        row[6], row[7] = "The shop" if row[6] == "1" else "", "The site, or app" if row[7] == "1" else ""
    survey = read(text_of(rows))
    assert plainly(survey.responses["Q2_1"]) == [True, False, None, None]


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        ("Umfragevorschau", "preview response"),
        ("Voorbeeld van enquête", "preview response"),
        ("Enquêtetest", "test response"),
        ("Adresse IP", ""),
        ("IP-Adresse", ""),
        ("Spam", "marked as spam by the vendor"),
    ],
)
def test_status_labels_in_other_languages(status, reason):
    assert status_reason(status) == reason


AGES = ["qualtrics_modern", "qualtrics_2016", "qualtrics_legacy"]


@pytest.mark.parametrize("name", AGES)
def test_the_small_exports_of_three_ages(read_fixture, name):
    """One survey: seven records, of which a preview, spam, and a response that came twice."""
    survey = read_fixture(name)
    assert survey.source.vendor == ("qualtrics-legacy" if name == "qualtrics_legacy" else "qualtrics")
    assert survey.rejected.to_dict("list") == {
        "record": [3, 5, 7],
        "reason": ["preview response", "marked as spam by the vendor", "duplicate response id"],
    }
    found = survey.responses
    assert found.index.tolist() == [1, 2, 4, 6]
    assert found["partial"].tolist() == [False, True, False, False]
    assert plainly(found["Q1"]) == [9, 2, 8, 7]
    assert plainly(found["Q2_1"]) == [True, False, None, None]
    assert plainly(found["Q2_3"]) == [False, True, None, None]
    assert plainly(found["Q2_3_TEXT"]) == [None, "the kiosk, outside", None, None]
    assert plainly(found["Q3_2"]) == [1, None, 1, 5]
    assert plainly(found["Q4 (2)"]) == ["Fine; thanks", None, 'He said "café"\nand left', "=1+1"]
    assert plainly(found["city"]) == ["Breda", None, "Orléans", "Ede"]
    assert plainly(found["LocationLatitude"]) == [52.1, -99, 44.4, 51]
    assert found["StartDate"].tolist()[3] == pd.Timestamp("2026-03-02 11:30")
    asked = survey.questions.set_index("column")
    assert asked.loc["Q2_2", ["kind", "part_of", "part"]].tolist() == [
        "option", "Which did you use? Select all that apply.", "The site, or app",
    ]  # fmt: skip
    assert asked.loc["Q4", "text"] == "Say how much you agree: the company made it easy for me"
    assert asked.loc["Q4 (2)", "text"] == "Anything else?"
    for note in (
        "-99 (seen but unanswered) read as no answer in 4 cells",
        "column 'Q1_NPS_GROUP': not the group of 'Q1' in 1 of 4 answers (kept responses 3); score 'Q1' itself",
        "the apostrophe that keeps a cell from being a formula removed in 1 cells",
    ):
        assert note in survey.source.notes


@pytest.mark.parametrize("name", AGES)
def test_groups_of_a_score_are_no_score(read_fixture, name):
    """1, 2 and 3 for detractors, passives and promoters would pass for three very low scores."""
    asked = read_fixture(name).questions.set_index("column")
    assert asked.loc["Q1_NPS_GROUP", ["kind", "scale", "evidence"]].tolist() == ["administrative", "", ""]


def test_what_modern_exports_say_of_their_times(read_fixture):
    survey = read_fixture("qualtrics_modern")
    asked = survey.questions.set_index("column")
    assert asked.loc[["StartDate", "RecordedDate"], "time_zone"].tolist() == ["Europe/Amsterdam"] * 2
    assert survey.responses["Duration (in seconds)"].tolist() == [200, 40, 120, 120]
    assert survey.responses["UserLanguage"].tolist() == ["EN", "NL", "RO", "EN"]


@pytest.mark.parametrize(
    ("texts", "question", "part"),
    [
        (["Is side-by-side. : Like-Oranges", "Is side-by-side. : Why?-Apples"], "Is side-by-side.", "Like-Oranges"),
        (["How good?-Finding", "How good?-Paying"], "How good?", "Finding"),
        (["How good? - Self-service", "How good? - Self-help"], "How good?", "Self-service"),
        (["How good?-Self-service", "How good?-Self-help"], "How good?", "Self-service"),
        (["How good - Finding", "How good - Paying"], "How good", "Finding"),
        (["Our e-mail, how good-Speed", "Our e-mail, how good-Tone"], "Our e-mail, how good", "Speed"),
        (["One", "Two"], "", ""),
    ],
)  # fmt: skip
def test_questions_are_told_from_their_parts(texts, question, part):
    found = parts_together([Column(f"Q1_{k}", text, part_of="Q1") for k, text in enumerate(texts)])
    assert (found[0].part_of, found[0].part) == (question, part)
