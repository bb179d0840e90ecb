"""Units, figures and their matching: nothing is lost in silence."""

import numpy as np
import pandas as pd
import pytest

from cxstats.responses.tallies import tally
from cxstats.scores.estimates import score
from cxstats.scores.kpis.figures import figure_of, figures_of
from cxstats.scores.kpis.matching import matched
from cxstats.scores.kpis.units import periods_of, steadied, units_of
from cxstats.scores.trends import over_time

STARTS = pd.date_range("2026-01-05", periods=4, freq="7D")


@pytest.mark.parametrize(
    ("days", "noun", "numbers"),
    [
        (["2026-01-05", "2026-01-26", "2026-01-12"], "week", [0, 3, 1]),
        (["2026-01-05", "2026-01-06", "2026-01-09"], "day", [0, 1, 4]),
        (["2025-11-01", "2026-02-01", "2026-01-01"], "month", [0, 3, 2]),
        (["2025-10-01", "2026-01-01", "2026-07-01"], "quarter", [0, 1, 3]),
        (["2024-01-01", "2026-01-01"], "period", [0, 1]),
        (["2026-01-05", None, "2026-01-12"], "week", [0, -1, 1]),
    ],
)
def test_periods_are_told_from_their_first_days(days, noun, numbers):
    position, found = periods_of(pd.Series(pd.to_datetime(days), name="start"))
    assert found == noun
    assert position.tolist() == numbers


def test_a_unit_of_few_answers_that_agree_is_not_exact():
    n, error = np.array([400, 12]), np.array([0.02, 0.0])
    found = steadied(n, error)
    assert found[0] == pytest.approx(error[0] ** 2, rel=0.01)
    assert 0.16 / 12 / 3 < found[1] < 0.16 / 12


def test_incomplete_and_thin_periods_are_set_aside(scored):
    series = over_time(scored(STARTS, [40, 4, 40, 30], [50, 5, 50, 40]), since="2026-01-05", until="2026-01-28")
    units = units_of(series)
    assert units.reasons == ("", "fewer than 10 answers", "", "incomplete")
    assert units.position.tolist() == [0, 1, 2, 3]


def test_periods_without_answers_are_named(scored):
    units = units_of(over_time(scored(STARTS[[0, 2]], [40, 40], 50), until="2026-01-25"))
    assert units.reasons == ("", "no answers", "")
    assert units.unsure == (True, False, False)


def test_segments_and_periods_at_once_are_refused():
    data = pd.DataFrame({"csat": [5, 2] * 10, "week": STARTS[[0, 1]].repeat(10), "shop": ["a", "b"] * 10})
    both = score(tally(data, "csat", scale="csat-5", by=["week", "shop"]))
    with pytest.raises(ValueError, match="these are by week and shop"):
        units_of(both)
    with pytest.raises(ValueError, match=r"2 segments; take one of them with .of\(name\): a, b"):
        units_of(over_time(both))
    with pytest.raises(ValueError, match="these are of all"):
        units_of(score(tally(data, "csat", scale="csat-5")))


def test_tables_of_scores_need_their_key():
    table = pd.DataFrame({"shop": ["a", "b"], "n": 50, "estimate": [0.7, 0.8], "standard_error": [0.06, np.nan]})
    with pytest.raises(ValueError, match="say with key= which columns"):
        units_of(table)
    with pytest.raises(ValueError, match="'stor' not found"):
        units_of(table, ["stor"])
    assert units_of(table, ["shop"]).reasons == ("", "the sampling error of its score is not known")
    with pytest.raises(ValueError, match="a occurs more than once"):
        units_of(table.assign(shop="a"), ["shop"])


def test_events_have_the_sampling_error_of_a_share_and_amounts_none():
    table = pd.DataFrame({"events": [10, 30], "base": [100, 300], "money": [5.5, 7.25]})
    share, ratio, total, amount = figures_of(
        table, {"a": ("events", "base"), "b": ("money", "base"), "c": "events", "d": "money"}
    )
    assert share.variance == pytest.approx([0.1 * 0.9 / 100, 0.1 * 0.9 / 300])
    assert (share.label, ratio.label) == ("a per 100 base", "b / base")
    assert not ratio.variance.any()
    assert not total.variance.any()
    assert (total.is_total, amount.is_total) == (True, False)


def test_what_has_no_number_says_why():
    table = pd.DataFrame({"events": [1, 2, np.nan, 4], "base": [10, 0, 10, np.nan]})
    found = figure_of(table, "rate", ("events", "base"))
    assert found.reasons == ("", "its denominator is not above 0", "no number", "no denominator")
    assert np.isnan(found.value[1:]).all()
    with pytest.raises(TypeError, match="column 'base' must hold numbers"):
        figure_of(table.assign(base="x"), "rate", ("events", "base"))
    with pytest.raises(ValueError, match="did you mean 'events'"):
        figure_of(table, "rate", "event")
    with pytest.raises(ValueError, match="name at least one KPI"):
        figures_of(table, {})


def test_every_unit_of_both_sides_is_used_or_set_aside(scored):
    scores = scored(["a", "b", "c", None, "e"], [40, 30, 2, 30, 40], [50, 50, 3, 50, 50], by="shop")
    table = pd.DataFrame({"shop": ["b", "a", "z", "e"], "revenue": [1.5, 2.5, 3.5, np.nan]})
    found = matched(units_of(scores), table, ["revenue"])
    assert [found.units.names[row] for row in found.rows] == ["a", "b", "e"]
    assert found.figures[0].value[:2].tolist() == [2.5, 1.5]
    assert sorted(found.aside.itertuples(index=False, name=None)) == [
        ("(none)", "", "no value of the key"),
        ("c", "", "fewer than 10 answers"),
        ("e", "revenue", "no number"),
        ("z", "", "no score"),
    ]


def test_keys_that_cannot_fit_are_refused(scored):
    scores = scored(STARTS, [40] * 4, 50)
    units = units_of(scores)
    dated = pd.DataFrame({"week": STARTS.strftime("%Y-%m-%d"), "revenue": 1.0})
    assert len(matched(units, dated, ["revenue"]).rows) == 4
    with pytest.raises(ValueError, match="2026-01-12 has several: sum them up"):
        matched(units, dated.iloc[[0, 1, 1]], ["revenue"])
    with pytest.raises(ValueError, match="no week in common; scores: 2026-01-05"):
        matched(units, dated.assign(week=pd.date_range("2027-01-04", periods=4, freq="7D")), ["revenue"])
    with pytest.raises(ValueError, match="column of KPIs 'week' not found"):
        matched(units, dated.drop(columns="week"), ["revenue"])
