"""Law: the engine and the csv module read one and the same survey, in pieces of any size, or refuse alike."""

import contextlib
import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal

from cxstats import read_export
from cxstats.responses.exports import arrow_columns, delimited, engine

pytest.importorskip("pyarrow")


@contextlib.contextmanager
def pieces(size, *, with_engine=True):
    """Read in pieces of about so many bytes."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delimited, "_SMALL", size)
        patch.setattr(delimited, "_LARGE", 4 * size)
        if not with_engine:
            for room in (arrow_columns, delimited, engine):
                patch.setattr(room, "arrow", lambda: None)
        yield


def outcome(path, size, *, with_engine):
    with pieces(size, with_engine=with_engine):
        try:
            return read_export(path)
        except ValueError as refusal:
            return str(refusal)


def same_both_ways(path, size=1 << 15):
    slow, fast = (outcome(path, size, with_engine=way) for way in (False, True))
    if isinstance(slow, str) or isinstance(fast, str):
        assert fast == slow
        return slow
    assert_frame_equal(fast.responses, slow.responses)
    assert_frame_equal(fast.rejected, slow.rejected)
    assert_frame_equal(fast.questions, slow.questions)
    assert fast.source == slow.source
    return fast


LETTERS = st.text(alphabet="ab1 é満\"'\n\r,;|\t\x00\u2028\x85\xa0\ufeff", max_size=6)
CELLS = st.one_of(
    LETTERS, st.sampled_from(["", "4.0", "4,5", "007", "2026-01-05 10:00:00", "NA", "null", "-99", "=1+1", "'=1"])
)
SIZES = st.sampled_from([8, 32, 200, 5000])


@st.composite
def tables(draw):
    """Rows of cells, some of them quoted as they ought to be, some not."""
    delimiter = draw(st.sampled_from(",;\t|"))
    width = draw(st.integers(2, 4))
    end = draw(st.sampled_from(["\n", "\r\n", "\r"]))
    lines = [delimiter.join(f"c{k}" for k in range(width))]
    for row in draw(st.lists(st.lists(CELLS, min_size=width, max_size=width), max_size=25)):
        quoted = ['"' + cell.replace('"', '""') + '"' if draw(st.integers(0, 9)) else cell for cell in row]
        lines.append(delimiter.join(quoted))
        lines += [draw(st.sampled_from(["", '"', "x", f"a{delimiter}b"]))] if not draw(st.integers(0, 12)) else []
    return end.join(lines) + draw(st.sampled_from(["", end]))


@given(tables(), SIZES)
@settings(deadline=None, max_examples=200)
def test_any_table_is_read_the_same_both_ways(tmp_path_factory, text, size):
    path = tmp_path_factory.getbasetemp() / "both.csv"
    path.write_bytes(text.encode("utf-8", errors="replace"))
    same_both_ways(path, size)


@pytest.mark.parametrize("size", [64, 1000, 1 << 15])
@pytest.mark.parametrize(
    "damage", ["", "7,8\n", "7,8,9,10\n", '7,"8" x,9\n', "\n", '7,"8\n\n""8",9\n', '7,8 inch",9\n']
)
def test_a_damaged_record_among_many_is_found_both_ways(tmp_path, damage, size):
    rows = [f'{k},"a {k % 7}, ""so""\nit is",{k % 3}\n' for k in range(2_000)]
    rows.insert(1_234, damage)
    path = tmp_path / "export.csv"
    path.write_text("id,said,ces\n" + "".join(rows))
    survey = same_both_ways(path, size)
    assert survey.source.read in (2_000, 2_001)
    if damage.endswith("10\n"):
        assert survey.rejected.to_dict("list") == {"record": [1235], "reason": ["unreadable: 4 cells, 3 columns"]}
    if damage == '7,"8" x,9\n':
        assert survey.rejected.to_dict("list") == {
            "record": [1235], "reason": [f"unreadable: a stray quote in line {1 + 2 * 1234 + 1}"],
        }  # fmt: skip
    if damage == "\n":
        assert "1 blank lines are not counted as records" in survey.source.notes


def test_the_engine_reads_what_is_beyond_doubt(tmp_path, monkeypatch):
    """The test above would pass without an engine too; this one would not."""
    calls = []
    monkeypatch.setattr(delimited, "_read_slowly", lambda *_: calls.append(1))
    path = tmp_path / "export.csv"
    path.write_text("a,b\n" + '1,"x ""y"""\n2,\n' * 50_000)
    assert read_export(path).source.read == 100_000
    assert not calls


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_many_different_cells_and_letters_over_the_edge_of_a_chunk(tmp_path, encoding):
    source = random.Random(1)
    rows = [f"R_{source.getrandbits(48):x},{source.choice('éüß') * k},{k / 7}" for k in range(300) for _ in range(12)]
    path = tmp_path / "export.csv"
    path.write_bytes(("ResponseId,said,share\r\n" + "\r\n".join(rows)).encode(encoding))
    survey = same_both_ways(path)
    assert survey.responses["ResponseId"].tolist() == [row.split(",")[0] for row in rows]
    assert survey.responses["said"].fillna("").tolist() == [row.split(",")[1] for row in rows]


def test_a_repeated_id_is_found_among_many(tmp_path):
    path = tmp_path / "export.csv"
    ids = [f"R_{k * 7919 % 20_011:05d}" for k in range(20_000)]
    ids[15_000] = ids[3]
    path.write_text("ResponseId,ces\n" + "".join(f"{key},5\n" for key in ids))
    assert same_both_ways(path).rejected.to_dict("list") == {"record": [15_001], "reason": ["duplicate response id"]}
    ids[15_000] = "R_99999"
    path.write_text("ResponseId,ces\n" + "".join(f"{key},5\n" for key in ids))
    assert same_both_ways(path).rejected.empty


@given(st.lists(st.text(alphabet="ab0", min_size=9, max_size=9), min_size=2, max_size=30))
def test_cells_said_to_be_distinct_are(cells):
    import pandas as pd

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arrow_columns, "_WORTHWHILE", 0)
        assert arrow_columns.surely_distinct(pd.Series(cells, dtype="str")) == (len(set(cells)) == len(cells))


@pytest.mark.parametrize("path", ["support", "checkout"])
def test_the_sample_exports_are_read_the_same_both_ways(path, request):
    assert same_both_ways(request.getfixturevalue(path)).source.read > 1_000


def test_a_column_that_begins_with_few_cells_may_hold_many(tmp_path):
    path = tmp_path / "export.csv"
    cells = ["same"] * 5_000 + [f"cell {k}" for k in range(20_000)]
    path.write_text("a,b\n" + "".join(f"{cell},1\n" for cell in cells))
    assert same_both_ways(path, 1 << 12).responses["a"].tolist() == cells


@pytest.mark.parametrize("size", [1, 8, 1 << 15])
def test_a_mark_of_the_encoding_in_front_of_a_record_stays_a_letter(tmp_path, size):
    path = tmp_path / "export.csv"
    path.write_text("a,b\n" + "\ufeffx,1\n" * 50)
    assert same_both_ways(path, size).responses["a"].tolist() == ["\ufeffx"] * 50
