"""SPSS: codes and labels are kept, declared missing codes are missing, and what turns a score round is said."""

import datetime
import struct
import sys

import numpy as np
import pandas as pd
import pyreadstat
import pytest
from pandas.testing import assert_frame_equal

import cxstats as cx

AGREE = {1: "Strongly disagree", 2: "Disagree", 3: "Neither", 4: "Agree", 5: "Strongly agree"}
SATISFIED = {1: "Very dissatisfied", 2: "Dissatisfied", 3: "Neutral", 4: "Satisfied", 5: "Very satisfied"}
TURNED = dict(zip(SATISFIED, reversed(SATISFIED.values()), strict=True))


def sav(tmp_path, columns, *, name="survey.sav", **said):
    path = tmp_path / name
    pyreadstat.write_sav(pd.DataFrame(columns), path, **said)
    return path


def asked(survey, column):
    return survey.questions.set_index("column").loc[column]


def notes_of(survey, column):
    return [note.removeprefix(f"column {column!r}: ") for note in survey.source.notes if repr(column) in note]


@pytest.mark.parametrize("name", ["survey.sav", "survey.zsav", "no_suffix_at_all"])
def test_codes_labels_questions_and_types(tmp_path, name):
    moment = datetime.datetime(2026, 1, 5, 8, 30, 1)
    path = sav(
        tmp_path,
        {
            "id": [101.0, 102.0, 103.0],
            "csat": [5.0, 4.0, np.nan],
            "minutes": [1.5, np.nan, 2.25],
            "said": ["prima", "", "007"],
            "at": [moment, moment, pd.NaT],
            "day": [datetime.date(2026, 1, 5), datetime.date(2025, 12, 31), None],
        },
        name="survey.sav",
        compress=name.endswith("zsav"),
        column_labels={"csat": "How satisfied\nare you?"},
        variable_value_labels={"csat": SATISFIED},
        variable_measure={"csat": "ordinal"},
    )
    path = path.rename(tmp_path / name)
    survey = cx.read_export(path)
    assert (survey.source.vendor, survey.source.format, survey.source.read) == ("spss", "SPSS, utf-8", 3)
    expected = pd.DataFrame(
        {
            "id": [101, 102, 103],
            "csat": pd.array([5, 4, None], dtype="Int64"),
            "minutes": [1.5, np.nan, 2.25],
            "said": pd.Series(["prima", None, "007"], dtype="str"),
            "at": pd.Series([moment, moment, pd.NaT], dtype="datetime64[us]"),
            "day": pd.Series(["2026-01-05", "2025-12-31", None]).astype("datetime64[us]"),
        },
    ).set_axis(pd.Index([1, 2, 3], name="record"), axis=0)
    assert_frame_equal(survey.responses, expected, check_index_type=False)
    csat = asked(survey, "csat")
    assert (csat["text"], csat["kind"], csat["scale"]) == ("How satisfied are you?", "rating", "csat-5")
    assert csat["evidence"] == "labels, 100% of the answers"
    assert csat["labels"] == "; ".join(f"{code} = {label}" for code, label in SATISFIED.items())
    assert asked(survey, "at")["time_zone"].startswith("?")
    assert asked(survey, "day")["time_zone"] == ""


def test_declared_missing_codes_and_ranges_become_missing_and_are_counted(tmp_path):
    path = sav(
        tmp_path,
        {
            "csat": [5.0, 99.0, 99.0, 98.0, 1.0],
            "low": [-3.0, 0.0, 7.0, 8.0, -50.0],
            "group": ["a", "x", "b", "a", "y"],
            "none": [1.0, 2.0, 3.0, 4.0, 5.0],
        },
        variable_value_labels={"csat": {**SATISFIED, 99: "refused"}},
        missing_ranges={"csat": [99, 98], "low": [{"lo": -60, "hi": -1}, 0], "group": ["x", "y"], "none": [9]},
    )
    survey = cx.read_export(path)
    frame = survey.responses
    assert frame["csat"].isna().tolist() == [False, True, True, True, False]
    assert frame["low"].isna().tolist() == [True, True, False, False, True]
    assert frame["group"].isna().tolist() == [False, True, False, False, True]
    assert not frame["none"].isna().any()
    assert notes_of(survey, "csat") == ["declared missing: 99, 98; 99 (refused) in 2 cells, 98 in 1 cell"]
    assert notes_of(survey, "low")[0].startswith("declared missing: -60 to -1, 0; ")
    assert notes_of(survey, "none") == ["declared missing: 9; in no cell"]
    assert "codes declared missing read as no answer in 8 cells" in survey.source.notes
    assert "99 = refused" in asked(survey, "csat")["labels"]
    assert asked(survey, "csat")["scale"] == "csat-5"


def test_a_record_of_declared_missing_codes_alone_is_kept(tmp_path):
    path = sav(
        tmp_path,
        {"csat": [5.0, 99.0, np.nan], "nps": [9.0, 99.0, np.nan]},
        missing_ranges={"csat": [99], "nps": [99]},
    )
    survey = cx.read_export(path)
    assert survey.responses.index.tolist() == [1, 2]
    assert survey.rejected.to_dict("list") == {"record": [3], "reason": ["empty record"]}


def test_codes_without_a_label_and_labels_of_two_codes_are_said(tmp_path):
    labels = {1: "web", 2: "phone", 3: "phone"}
    path = sav(tmp_path, {"channel": [1.0, 2.0, 3.0, 7.0, 7.0]}, variable_value_labels={"channel": labels})
    survey = cx.read_export(path)
    assert survey.responses["channel"].tolist() == [1, 2, 3, 7, 7]
    assert notes_of(survey, "channel") == [
        "codes without a label: 7 in 2 cells; they are kept as they are",
        "codes 2, 3 have one label, 'phone'; they are kept apart",
    ]
    assert asked(survey, "channel")["kind"] == "choice"


def test_codes_that_run_against_their_labels_are_on_no_scale(tmp_path):
    answers = [1.0, 2.0, 2.0, 4.0, 5.0] * 3
    path = sav(
        tmp_path,
        {"turned": answers, "straight": answers},
        variable_value_labels={"turned": TURNED, "straight": SATISFIED},
    )
    survey = cx.read_export(path)
    assert asked(survey, "straight")["scale"] == "csat-5"
    turned = asked(survey, "turned")
    assert (turned["kind"], turned["scale"]) == ("rating", "")
    assert turned["evidence"] == (
        "unknown: the labels are those of csat-5, with the codes turned round (1 = Very satisfied)"
    )


def test_statements_worded_the_other_way_are_on_no_scale(tmp_path):
    said = {
        "easy": "The company made it easy to solve my problem",
        "slow": "The staff were slow to answer",
        "noise": "There was too much noise on the line",
        "quiet": "It was not too loud",
    }
    path = sav(
        tmp_path,
        {name: [1.0, 2.0, 3.0, 4.0, 5.0] for name in said},
        column_labels=said,
        variable_value_labels=dict.fromkeys(said, AGREE),
        variable_measure=dict.fromkeys(said, "ordinal"),
    )
    survey = cx.read_export(path)
    assert {name: asked(survey, name)["scale"] for name in said} == {
        "easy": "ces-agree-5",
        "slow": "",
        "noise": "",
        "quiet": "ces-agree-5",
    }
    for name in ("slow", "noise"):
        assert "worded the other way" in asked(survey, name)["evidence"]
        assert asked(survey, name)["labels"].startswith("1 = Strongly disagree")


def test_labels_of_no_named_scale_are_a_rating_without_one(tmp_path):
    path = sav(
        tmp_path,
        {"mood": [1.0, 2.0, 3.0]},
        variable_value_labels={"mood": {1: "dull", 2: "so so", 3: "bright"}},
        variable_measure={"mood": "ordinal"},
    )
    mood = asked(cx.read_export(path), "mood")
    assert (mood["kind"], mood["scale"], mood["evidence"]) == ("rating", "", "unknown: labels fit no named scale")


HOTEL = {1: "Strongly Disagree", 2: "Disagree", 3: "No Opinion", 4: "Agree", 5: "Strongly Agree"}


def test_no_opinion_among_the_points_is_said_and_nothing_is_guessed(tmp_path):
    texts = {"good": "The value for money was good", "slow": "The staff were slow in responding"}
    path = sav(
        tmp_path,
        {name: [1.0, 3.0, 3.0, 5.0, 4.0, 2.0] for name in texts},
        column_labels=texts,
        variable_value_labels=dict.fromkeys(texts, HOTEL),
        variable_measure=dict.fromkeys(texts, "ordinal"),
    )
    survey = cx.read_export(path)
    assert survey.responses["good"].tolist() == [1, 3, 3, 5, 4, 2]
    assert asked(survey, "good")[["kind", "scale", "evidence"]].tolist() == [
        "rating", "", "unknown: the labels are those of ces-agree-5; no answer: 3 = No Opinion in 2 cells; score with "
        "missing=3, or as a point",
    ]  # fmt: skip
    assert asked(survey, "slow")["evidence"] == (
        "unknown: worded the other way, agreeing is bad; turn it before averaging; no answer: 3 = No Opinion in 2 cells"
    )
    tally = cx.tally(survey.responses, "good", scale="ces-agree-5", missing=3)
    assert (tally.counts.tolist(), tally.missing.tolist()) == ([[1, 1, 0, 1, 1]], [2])


@pytest.mark.parametrize("label", ["Don't know", "Weet niet", "Keine Angabe", "Not applicable", "Refused / no answer"])
def test_no_answer_beside_the_points_is_counted_and_leaves_the_scale(tmp_path, label):
    path = sav(
        tmp_path,
        {"csat": [1.0, 5.0, 9.0, 9.0, 4.0]},
        variable_value_labels={"csat": {**SATISFIED, 9: label}},
        variable_measure={"csat": "ordinal"},
    )
    survey = cx.read_export(path)
    assert asked(survey, "csat")[["kind", "scale", "evidence"]].tolist() == [
        "rating", "csat-5", f"labels, 100% of the answers; no answer: 9 = {label} in 2 cells",
    ]  # fmt: skip
    tally = cx.tally(survey.responses, "csat", scale="csat-5")
    assert (tally.counts.sum(), tally.set_aside.tolist()) == (3, [2])


def with_response_sets(path, definition):
    """Add definitions of multiple response sets (record 7, subtype 7), which pyreadstat reads and cannot write."""
    content, body = path.read_bytes(), definition.encode()
    end = content.index(struct.pack("<ii", 999, 0))
    path.write_bytes(content[:end] + struct.pack("<iiii", 7, 7, 1, len(body)) + body + content[end:])
    return path


def test_multiple_response_sets(tmp_path):
    reasons = {1: "price", 2: "speed", 3: "advice"}
    yes_or_no = {1: "yes", 2: "no", 9: "refused"}
    path = sav(
        tmp_path,
        {
            "used1": [1.0, 2.0, 9.0, np.nan],
            "used2": [2.0, 1.0, 9.0, np.nan],
            "why1": [1.0, 2.0, 3.0, 1.0],
            "why2": [2.0, np.nan, 1.0, np.nan],
            "alone": [1.0, 2.0, 1.0, 2.0],
        },
        column_labels={"used1": "The shop", "used2": "The site", "why1": "First reason"},
        variable_value_labels={"used1": yes_or_no, "used2": yes_or_no, "why1": reasons, "why2": reasons},
        missing_ranges={"used1": [9], "used2": [9]},
    )
    sets = "$used=D1 1 18 Which did you use? used1 used2\n$why=C 12 Why us again why1 why2\n"
    survey = cx.read_export(with_response_sets(path, sets))
    frame = survey.responses.astype(object).where(survey.responses.notna(), None)
    assert frame["used1"].tolist() == [True, False, None, None]
    assert frame["used2"].tolist() == [False, True, None, None]
    what = ["text", "kind", "part_of", "part"]
    assert asked(survey, "used2")[what].tolist() == ["Which did you use?", "option", "Which did you use?", "The site"]
    assert asked(survey, "why1")[what].tolist() == ["First reason", "choice", "Why us again", "First reason"]
    assert asked(survey, "why2")[["part_of", "part"]].tolist() == ["Why us again", "why2"]
    assert frame["why2"].tolist() == [2, None, 1, None]
    assert asked(survey, "alone")["part_of"] == ""


def test_a_few_labelled_codes_make_no_choice(tmp_path):
    minutes = [0.0, *range(10, 60)]
    path = sav(tmp_path, {"minutes": minutes}, variable_value_labels={"minutes": {0: "none"}})
    survey = cx.read_export(path)
    assert asked(survey, "minutes")["kind"] == "number"
    assert len(notes_of(survey, "minutes")[0]) < 200


def test_what_does_not_fit_is_refused(tmp_path, support):
    path = sav(tmp_path, {"ces": [1.0, 2.0]})
    assert len(cx.read_export(path, vendor="spss").responses) == 2
    for asked_for in ({"vendor": "qualtrics"}, {"sheet": "x"}, {"delimiter": ";"}):
        with pytest.raises(ValueError, match=r"survey\.sav is an SPSS file; it has no vendor's shape"):
            cx.read_export(path, **asked_for)
    with pytest.raises(ValueError, match=r"support_survey\.csv is not an SPSS file"):
        cx.read_export(support, vendor="spss")


def test_damaged_files_are_refused(tmp_path):
    whole = sav(tmp_path, {"ces": np.arange(50.0), "said": ["some text"] * 50}).read_bytes()
    rng = np.random.default_rng(3)
    path = tmp_path / "damaged.sav"
    refusals = []
    for _ in range(200):
        damaged = bytearray(whole)
        for place in rng.integers(4, len(whole), size=3):
            damaged[place] = rng.integers(256)
        path.write_bytes(bytes(damaged[: rng.integers(4, len(whole) + 1)]))
        try:
            survey = cx.read_export(path)
        except ValueError as refusal:
            refusals.append(str(refusal))
        else:
            assert len(survey.responses) + len(survey.rejected) == survey.source.read
    assert refusals
    assert all("damaged.sav" in refusal for refusal in refusals)


def test_without_the_extra_it_is_said_what_to_install(tmp_path, monkeypatch):
    path = sav(tmp_path, {"ces": [1.0]})
    monkeypatch.setitem(sys.modules, "pyreadstat", None)
    with pytest.raises(ValueError, match=r"reading SPSS needs the extra 'spss': pip install 'cxstats\[spss\]'"):
        cx.read_export(path)
