"""Columns that are collected piece by piece hold what was put in, in order, however they are held."""

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_series_equal

from cxstats.responses.exports.columns import typed
from cxstats.responses.exports.growing import Growing, GrowingText
from cxstats.responses.exports.texts import Gathering, Texts

pa = pytest.importorskip("pyarrow")

CELLS = st.lists(st.sampled_from(["", "a", "満", "é\n", "longer than the others"]), max_size=9)


@given(st.lists(st.lists(st.integers(-9, 9), max_size=9), max_size=9))
def test_numbers_stay_in_order_while_their_memory_grows(pieces):
    growing = Growing(np.int64)
    for piece in pieces:
        growing.more(len(piece))[:] = piece
    assert growing.all().tolist() == [number for piece in pieces for number in piece]
    assert len(growing) == sum(map(len, pieces))


@given(st.lists(st.tuples(CELLS, st.booleans(), st.integers(0, 3), st.integers(0, 3)), max_size=9))
def test_text_is_the_same_from_lists_and_from_parts_of_arrays(pieces):
    growing, expected = GrowingText(), []
    for cells, large, begin, beyond in pieces:
        array = pa.array(["x"] * begin + cells + ["y"] * beyond, pa.large_string() if large else pa.string())
        growing.add(array[begin : begin + len(cells)])
        growing.add_list(cells)
        expected += [*cells, *cells]
    assert_series_equal(growing.series(), pd.Series(expected, dtype="str"))


class Huge(Growing):
    """Letters of which two gigabytes were added before."""

    def __len__(self):
        return 2**31 + super().__len__()


def test_places_beyond_what_32_bits_hold():
    growing = GrowingText()
    growing._letters = Huge(np.uint8)
    growing.add(pa.array(["ab", "c"]))
    assert growing._ends.all().tolist() == [0, 2**31 + 2, 2**31 + 3]


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 400), st.integers(1, 400)), min_size=1, max_size=6))
def test_a_column_is_the_same_coded_or_not_and_from_either_reader(pieces):
    gathering, expected = Gathering(), []
    for by_engine, length, different in pieces:
        cells = [f"{number % different}" for number in range(length)]
        expected += cells
        if not by_engine:
            gathering.add(cells)
        elif gathering.coded:
            coded = pa.array(cells).dictionary_encode()
            gathering.add_coded(coded.dictionary.to_pylist(), coded.indices.to_numpy())
        else:
            gathering.add_array(pa.array(cells))
    texts = gathering.finish()
    assert texts.spread(texts.values).tolist() == expected
    assert len(texts) == len(expected)


@given(
    st.lists(st.sampled_from(["", "1", "2", "1.0", "3.5", "-0", "0", "n/a", "a", "2026-01-05"]), min_size=1),
    st.lists(st.booleans()),
    st.sets(st.sampled_from(["n/a", "a", "2026-01-05", "3.5"])),
)
def test_counts_are_those_of_pandas_in_the_same_order(cells, kept, without):
    cells = [cell for cell in cells if cell not in without] or ["1"]
    codes, values = pd.factorize(np.array(cells, dtype=object))
    keep = np.array([*kept, *[True] * len(cells)][: len(cells)])
    texts = Texts(pd.Series(values, dtype="str"), codes.astype(np.int32)).where(keep)
    answers, _ = typed(texts)
    assert_series_equal(texts.tally(answers), answers.value_counts(), check_names=False, check_dtype=False)
