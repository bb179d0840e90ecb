"""JSON lines: a record a line, ragged keys filled up, damage rejected with its line, nothing nested lost."""

import json

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxstats import read_export
from cxstats.responses.exports import json_lines


def lines(tmp_path, text, *, name="survey.jsonl", encoding="utf-8"):
    path = tmp_path / name
    path.write_bytes(text.encode(encoding))
    return path


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_ragged_records_get_their_types(tmp_path, encoding, end):
    text = end.join(
        [
            '{"response_id": "a", "ces": 5, "w": 1.50, "said": "vlug, \\"goed\\"\\nen é"}',
            '{"response_id": "b", "ces": 4.0, "channel": "web", "at": "2026-01-05 08:30:00"}',
            "",
            '{"channel": "phone", "response_id": "c", "ces": null, "at": null, "w": 2E0}',
            '{"response_id": "c", "ces": 1}',
            "{}",
            '{"response_id": "0123", "ces": 7, "ok": true}',
        ]
    )
    survey = read_export(lines(tmp_path, text, encoding=encoding))
    frame = survey.responses
    assert list(frame) == ["response_id", "ces", "w", "said", "channel", "at", "ok"]
    assert frame.index.tolist() == [1, 2, 3, 6]
    assert frame["response_id"].tolist() == ["a", "b", "c", "0123"]
    assert frame["ces"].astype("object").fillna("").tolist() == [5, 4, "", 7]
    assert frame["w"].dropna().tolist() == [1.5, 2.0]
    assert frame["said"].iloc[0] == 'vlug, "goed"\nen é'
    assert frame["at"].dropna().tolist() == [pd.Timestamp("2026-01-05 08:30:00")]
    assert frame["ok"].dropna().tolist() == ["true"]
    assert dict(survey.rejected.itertuples(index=False)) == {4: "duplicate response id", 5: "empty record"}
    assert "1 blank lines are not counted as records" in survey.source.notes
    assert "5 records lack some of the keys; those cells are empty" in survey.source.notes
    assert survey.source.format == f"JSON lines, {encoding.removesuffix('-sig')}"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"ces": 5', r"unreadable: line 3 is not JSON: .* at letter \d+"),
        ('{"ces": 5} {"ces": 4}', "unreadable: line 3 is not JSON: Extra data"),
        ('{"ces": 5, "ces": 4}', "unreadable: line 3 names 'ces' twice"),
        ("[1, 2]", "unreadable: line 3 holds no object"),
        ("5", "unreadable: line 3 holds no object"),
        ("[" * 100_000, "unreadable: line 3 is nested too deeply"),
    ],
)
def test_damaged_lines_are_rejected_with_their_number(tmp_path, line, reason):
    survey = read_export(lines(tmp_path, f'{{"ces": 1}}\n\n{line}\n{{"ces": 3}}\n{{"ces": 4}}\n'))
    assert survey.responses["ces"].tolist() == [1, 3, 4]
    assert survey.rejected["record"].tolist() == [2]
    assert pd.Series(survey.rejected["reason"]).str.match(reason).all()


def test_nested_values_are_kept_as_json(tmp_path):
    nested = {"a": [1, 2.5, None, "é"], "b": True}
    text = "\n".join(json.dumps(record) for record in ({"ces": 1, "more": nested}, {"ces": 2, "more": []}, {"ces": 3}))
    survey = read_export(lines(tmp_path, text))
    assert json.loads(survey.responses["more"].iloc[0]) == nested
    assert survey.responses["more"].iloc[1] == "[]"
    assert "key 'more': 2 nested values kept as JSON text" in survey.source.notes


def test_numbers_keep_their_digits(tmp_path):
    survey = read_export(lines(tmp_path, f'{{"id": {"9" * 400}, "big": 12345678901234567890}}\n'))
    assert survey.responses.iloc[0].tolist() == ["9" * 400, "12345678901234567890"]


def test_what_json_does_not_have_is_said(tmp_path):
    survey = read_export(lines(tmp_path, '{"ces": NaN, "said": "\\ud800"}\n{"ces": 3, "said": "x"}\n'))
    assert survey.responses["ces"].isna().tolist() == [True, False]
    assert survey.responses["said"].tolist() == ["\ufffd", "x"]
    assert "NaN or Infinity in 1 cells read as no answer" in survey.source.notes
    assert "1 texts hold halves of letters, shown as \ufffd" in survey.source.notes


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('{\n "responses": [\n  {"ces": 1}\n ]\n}', "is JSON, not a table; export it as CSV"),
        ('[{"ces": 1}]', "is JSON, not a table; export it as CSV"),
        ('{"responses": [{"ces": 1}, {"ces": 2}]}', "is JSON, not a table; write one object a line"),
        ("{}\n{}", "is JSON, not a table; write"),
    ],
)
def test_a_document_that_is_no_records_is_refused(tmp_path, text, message):
    with pytest.raises(ValueError, match=message):
        read_export(lines(tmp_path, text))


def test_keys_that_are_no_columns_are_refused(tmp_path):
    text = "\n".join(json.dumps({f"customer {number}": 5}) for number in range(json_lines.MOST_KEYS + 1))
    with pytest.raises(ValueError, match="more than 2,000 different keys"):
        read_export(lines(tmp_path, text))


def test_it_is_selected_by_name_and_refuses_what_does_not_fit(tmp_path, support):
    path = lines(tmp_path, '{"ces": 1}\n', name="export.txt")
    assert len(read_export(path, vendor="json-lines").responses) == 1
    with pytest.raises(ValueError, match=r"export\.txt is a file of JSON lines; it has no vendor's shape"):
        read_export(path, delimiter=";")
    with pytest.raises(ValueError, match="is not a file of JSON lines"):
        read_export(support, vendor="json-lines")


def test_many_records_are_read_in_pieces(tmp_path):
    records = [{"ces": number % 7 + 1, **({"late": number} if number > 2500 else {})} for number in range(3000)]
    survey = read_export(lines(tmp_path, "\n".join(map(json.dumps, records))))
    assert survey.responses["ces"].tolist() == [record["ces"] for record in records]
    assert survey.responses["late"].isna().sum() == 2501
    assert survey.responses["late"].iloc[-1] == 2999


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(["ces", "said", "more"]),
            st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.lists(st.text(), max_size=2),
        ),
        min_size=1,
        max_size=6,
    ),
    st.integers(0, 2**32 - 1),
)
def test_no_line_is_lost(tmp_path_factory, records, seed):
    rng = np.random.default_rng(seed)
    text = bytearray(("\n".join(map(json.dumps, [{"ces": 1}, *records]))).encode())
    if seed % 2:
        text[rng.integers(1, len(text))] = rng.integers(32, 127)
    path = tmp_path_factory.mktemp("fuzz") / "survey.jsonl"
    path.write_bytes(bytes(text))
    said = "survey.jsonl"
    try:
        survey = read_export(path)
    except ValueError as refusal:
        said = str(refusal)
    else:
        filled = sum(bool(line.strip()) for line in bytes(text).split(b"\n"))
        assert survey.source.read == len(survey.responses) + len(survey.rejected)
        assert survey.source.read == filled or survey.source.format.startswith("text")
    assert "survey.jsonl" in said
