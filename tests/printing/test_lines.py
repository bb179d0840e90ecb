"""Lines: nothing that a terminal would obey, never wider than asked, and what is left out is counted."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cxstats.printing.lines import cells_of, clean, listed, padded, paragraph, quoted, short

texts = st.text(max_size=80)


@given(texts)
def test_a_clean_text_is_one_printable_line(text):
    assert clean(text).isprintable()
    assert clean(clean(text)) == clean(text)


@given(texts, st.integers(8, 60))
def test_a_short_text_fits_and_stays_whole_where_it_can(text, most):
    found = short(text, most)
    assert cells_of(found) <= most
    assert found == clean(text) if cells_of(clean(text)) <= most else found.endswith("...")


@given(texts, st.integers(8, 40))
def test_a_padded_text_is_as_wide_as_asked(text, width):
    assert cells_of(padded(text, width)) == width


@given(st.lists(st.text(st.characters(categories=("L",)), min_size=1, max_size=20), max_size=12), st.integers(20, 90))
def test_a_list_says_how_many_are_left_out(parts, most):
    found = listed(parts, most)
    assert cells_of(found) <= most
    shown = [part for part in parts if part in found]
    if found.endswith(" more"):
        assert int(found.split()[-2]) == len(parts) - found.count(", ")
    else:
        assert shown == parts


@given(texts, texts, st.integers(30, 110), st.integers(1, 4))
def test_a_paragraph_keeps_to_its_width_and_lines(title, text, width, lines):
    found = paragraph(clean(title)[:20], text, width=width, lines=lines)
    assert len(found) <= lines
    assert all(cells_of(line) <= width and line.isprintable() for line in found)


@pytest.mark.parametrize(("text", "cells"), [("容易", 4), ("mulțumit", 8), ("a\u0301", 1), ("🙂", 2), ("", 0)])
def test_cells_are_those_of_a_terminal(text, cells):
    assert cells_of(text) == cells


def test_a_quote_says_enough_or_nothing():
    assert quoted("How easy was it to find?", 40) == '"How easy was it to find?"'
    assert quoted("How easy was it to find?", 24) == '"How easy was it to..."'
    assert quoted("How easy was it to find?", 12) == ""
