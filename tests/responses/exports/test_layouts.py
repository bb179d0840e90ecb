"""The seam: what a vendor's room says reaches the survey, whatever the vendor."""

import pandas as pd
import pytest

from cxstats import inspect, read_export
from cxstats.responses.exports.layouts import Column, Layout, Vendor


def read(tmp_path, text, columns, **more):
    """Read a file as a vendor lays it out."""
    path = tmp_path / "export.csv"
    path.write_text(text)
    vendor = Vendor("made-up", "any", lambda rows: True, lambda rows: Layout(columns, **more))
    return read_export(path, vendor=vendor)


def test_unanswered_invitations_are_kept_and_are_no_answers(tmp_path):
    survey = read(
        tmp_path,
        "state,csat\nanswered,1\nOffered,Offered\nOffered,Offered\n",
        [Column("state", kind="administrative"), Column("csat", missing=frozenset({"Offered"}))],
        unanswered=(0, lambda cell: cell == "Offered"),
        seen="Offered (asked and not answered)",
    )
    assert survey.responses["unanswered"].tolist() == [False, True, True]
    assert survey.responses["csat"].count() == 1
    assert "Offered (asked and not answered) read as no answer in 2 cells" in survey.source.notes
    assert survey.summary().set_index("what")["records"]["kept, of which unanswered invitations"] == 2


def test_a_column_of_the_same_name_as_a_flag_stays(tmp_path):
    survey = read(
        tmp_path, "unanswered,ces\nx,5\n", [Column("unanswered"), Column("ces")], unanswered=(1, lambda cell: not cell)
    )
    assert survey.responses["unanswered"].tolist() == ["x"]
    assert any("'unanswered' of its own" in note for note in survey.source.notes)


@pytest.mark.parametrize(
    ("cells", "day_first", "note"),
    [
        (["4/22/2016 19:57:50"], False, ""),
        (["22/4/2016 19:57:50"], True, ""),
        (["4/2/2016 19:57:50"], False, "though they may be %d/%m/%Y %H:%M:%S"),
    ],
)
def test_dates_in_the_first_format_that_fits(tmp_path, cells, day_first, note):
    forms = ("%m/%d/%Y %H:%M:%S", "%d/%m/%Y %H:%M:%S")
    survey = read(
        tmp_path, "when,b\n" + "".join(f"{cell},1\n" for cell in cells), [Column("when", dates=forms), Column("b")]
    )
    assert survey.responses["when"].iloc[0].month == (2 if note else 4) + 2 * bool(note)
    assert (note in " ".join(survey.source.notes)) if note else not survey.source.notes
    assert survey.responses["when"].iloc[0].day == (22 if not note else 2)


def test_cells_that_are_no_dates_stay_text_with_a_note(tmp_path):
    survey = read(tmp_path, "when,b\nsoon,1\n4/22/2016,2\n", [Column("when", dates=("%m/%d/%Y",)), Column("b")])
    assert survey.responses["when"].tolist() == ["soon", "4/22/2016"]
    assert "column 'when': kept as text: not all cells are dates like %m/%d/%Y" in survey.source.notes


def test_labels_say_which_way_codes_point(tmp_path):
    words = ["very easy", "easy", "neither easy nor difficult", "difficult", "very difficult"]
    labels = {str(code): word for code, word in enumerate(words, start=1)}
    text = "q,r\n" + "".join(f"{code},{6 - code}\n" for code in (1, 2, 3, 4, 5))
    up = {str(6 - int(code)): word for code, word in labels.items()}
    survey = read(tmp_path, text, [Column("q", labels=labels), Column("r", labels=up)])
    assert survey.questions["scale"].tolist() == ["ces-difficulty-5", "ces-ease-5"]
    assert survey.questions["evidence"].tolist() == ["labels, 100% of the answers"] * 2
    assert survey.questions["labels"].iloc[0].startswith("1 = very easy; 2 = easy")
    assert survey.responses["q"].tolist() == [1, 2, 3, 4, 5]
    assert [question.likely_scales[0].name for question in inspect(survey)] == ["ces-difficulty-5", "ces-ease-5"]


def test_a_multiple_choice_in_one_cell_becomes_a_column_an_option(tmp_path):
    split = Column("Which?", "Which did you use?", split=lambda cells: [[p for p in c.split(";") if p] for c in cells])
    survey = read(tmp_path, "Which?,b\nshop;app,1\napp,2\n,3\n", [split, Column("b")])
    assert survey.responses.columns.tolist() == ["Which?: shop", "Which?: app", "b"]
    chosen = [
        [None if pd.isna(cell) else bool(cell) for cell in survey.responses[name]] for name in survey.responses[:2]
    ]
    assert chosen[:2] == [[True, False, None], [True, True, None]]
    asked = survey.questions.iloc[0]
    assert asked[["kind", "part_of", "part"]].tolist() == ["option", "Which did you use?", "shop"]


def test_parts_with_more_than_one_answer_are_items(tmp_path):
    parts = [Column(f"q_{k}", kind="part", part_of="Rate", part=f"item {k}") for k in (1, 2)]
    survey = read(tmp_path, "q_1,q_2\n1,2\n,1\n1,\n", parts)
    assert survey.questions["kind"].ne("option").all()
    assert survey.questions["part"].tolist() == ["item 1", "item 2"]
    assert survey.responses["q_2"].dropna().tolist() == [2, 1]


def test_rules_are_asked_once_for_each_distinct_cell(tmp_path):
    asked = []
    text = "status,b\n" + "ok,1\ntest,2\n" * 500

    def rule(cell):
        asked.append(cell)
        return "test response" if cell == "test" else ""

    survey = read(tmp_path, text, [Column("status"), Column("b")], rejected={0: rule})
    assert len(survey.rejected) == 500
    assert asked.count("ok") == 1


def test_progress_adds_up_to_the_file(tmp_path):
    path = tmp_path / "export.csv"
    path.write_text("a,b\n" + "1,two words\n" * 200_000)
    told = []
    read_export(path, progress=told.append)
    assert sum(told) == path.stat().st_size
    assert len(told) > 1
