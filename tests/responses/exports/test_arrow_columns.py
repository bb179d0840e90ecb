"""What Arrow converts at once is what would have been read cell by cell, or nothing."""

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pandas.testing import assert_series_equal

from cxstats.responses.exports import arrow_columns
from cxstats.responses.exports.arrow_columns import (
    end_bytes,
    first_bytes,
    moments_by_arrow,
    whole_by_arrow,
    without_blank,
)
from cxstats.responses.exports.columns import typed
from cxstats.responses.exports.texts import Texts

pytest.importorskip("pyarrow")

NOT_WHOLE = ["", "-0", "007", "0x1F", "0xFFFFFF", "+5", "1e5", "1_000", "٣", "9" * 20]
LONG = ["9" * 15, "9" * 16, "-" + "9" * 15, str(-(2**63))]
MOMENTS = ["2026-01-05 08:30:00", "2026-02-30 08:30:00", "0999-01-05 08:30:00", "2026-01-05", "2026-01-05T08:30:00"]


def column(cells):
    return pd.Series(cells, dtype="str")


@given(
    st.lists(
        st.one_of(st.integers(-(10**17), 10**17).map(str), st.sampled_from([*NOT_WHOLE, *LONG, *MOMENTS])), max_size=5
    )
)
def test_columns_are_typed_alike_with_the_engine_and_without(cells):
    fast = typed(Texts(column(cells)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(arrow_columns, "arrow", lambda: None)
        slow = typed(Texts(column(cells)))
    assert_series_equal(fast[0], slow[0])
    assert fast[1] == slow[1]


@pytest.mark.parametrize("cell", NOT_WHOLE)
def test_what_would_be_written_otherwise_is_no_whole_number(cell):
    assert whole_by_arrow(column(["1", cell])) is None


def test_whole_numbers_are_converted():
    assert whole_by_arrow(column(["1", *LONG])).tolist() == [1, *map(int, LONG)]


def test_moments_of_another_length_or_off_the_calendar_are_refused():
    assert moments_by_arrow(column(MOMENTS[:1]), 19).tolist() == [pd.Timestamp("2026-01-05 08:30:00")]
    for other in MOMENTS[1:2] + MOMENTS[3:4]:
        assert moments_by_arrow(column([MOMENTS[0], other]), 19) is None


@given(st.lists(st.sampled_from(["", "a", " b", "é", "満 ", "'=1"]), max_size=9))
def test_first_and_last_bytes(cells):
    first, last = end_bytes(column(cells))
    assert first.tolist() == [cell.encode()[0] if cell else 0 for cell in cells]
    assert last.tolist() == [cell.encode()[-1] if cell else 0 for cell in cells]
    assert first_bytes(column(cells)).tolist() == first.tolist()


@given(st.lists(st.sampled_from(["", "a", "é"]), max_size=20))
def test_blank_cells_are_missing_and_the_others_stay(cells):
    assert_series_equal(without_blank(column(cells)), column([cell or None for cell in cells]))
