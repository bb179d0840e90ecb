"""Customers who answered more than once, in any engine."""

import duckdb
import pandas as pd
import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from cxstats.responses.exports import read_export
from cxstats.responses.repeats import likely_repeat_answerers, repeat_answerers


@given(st.lists(st.sampled_from(["a", "b", "c", "d", None]), max_size=25))
def test_customers_and_answers_add_up(names):
    data = pd.DataFrame({"who": pd.Series(names, dtype="str")})
    found = repeat_answerers(data, "who")
    counts = data["who"].value_counts()
    table = found.to_frame()
    assert table["customers"].sum() == found.customers == len(counts)
    assert table["answers"].sum() == found.answers == len(data) - found.without_customer
    assert found.answers_of_repeaters == counts[counts > 1].sum()
    assert (found.once, found.twice, found.more) == ((counts == 1).sum(), (counts == 2).sum(), (counts > 2).sum())


def test_engines_agree():
    data = pd.DataFrame({"who": [1, 1, 2, 3, 3, 3]})
    expected = repeat_answerers(data, "who")
    assert all(repeat_answerers(table, "who") == expected for table in (pl.from_pandas(data), duckdb.from_df(data)))


def test_the_sentence_says_how_to_count_them():
    data = pd.DataFrame({"who": [1, 1, 2, 3, 3, 3, None]})
    said = repeat_answerers(data, "who").sentence()
    assert said == (
        "6 answers of 3 customers: 1 answered once, 1 twice, 1 three times or more (at most 3); 83.3 % of the answers "
        "come from customers with several. Answers of one customer belong together: count them with "
        "Design(clusters='who'). 1 answers name no customer."
    )


def test_columns_that_name_customers_are_found_by_name_and_repeats(tmp_path):
    ids = [f"c{i // 2}" for i in range(60)]
    table = pd.DataFrame(
        {
            "Customer ID": ids,
            "userId": ids,
            "order": ids,
            "customs": ids,
            "client": [f"c{i}" for i in range(60)],
            "account": ["a", "b"] * 30,
            "E-mail": [*ids[:59], None],
        }
    )
    table.to_csv(tmp_path / "export.csv", index=False)
    found = likely_repeat_answerers(read_export(tmp_path / "export.csv"))
    assert [one.customer for one in found] == ["Customer ID", "userId", "E-mail"]
    assert [one.answers for one in found] == [60, 60, 59]
