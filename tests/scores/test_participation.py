"""Response rates: what is linked and what is not, Wilson's interval, the trend against R and by simulation."""

import numpy as np
import pandas as pd
import pytest

from cxstats.scores.intervals import Sample, wilson_interval
from cxstats.scores.participation import response_rates
from cxstats.scores.rate_trends import trend_of_rates


def invitations(answered=(40, 35, 30, 5), n=(100, 100, 100, 20), first="2026-01-01"):
    months = pd.date_range(first, periods=len(n), freq="MS")
    days = [month + pd.to_timedelta(np.arange(size) % 28, unit="D") for month, size in zip(months, n, strict=True)]
    flags = [np.arange(size) < some for size, some in zip(n, answered, strict=True)]
    table = pd.DataFrame({"asked": np.concatenate(days), "answered": np.concatenate(flags)})
    return table.assign(ticket=np.arange(len(table)), channel=np.resize(["chat", "phone"], len(table)))


def test_both_ways_of_knowing_who_answered_agree():
    asked = invitations()
    answers = asked.loc[asked["answered"], ["ticket"]]
    flagged = response_rates(asked, responded="answered", by="channel", asked_at="asked", period="M")
    linked = response_rates(asked, answers, on="ticket", by="channel", asked_at="asked", period="M")
    renamed = response_rates(asked, answers.rename(columns={"ticket": "id"}), on={"id": "ticket"}, by="channel")
    pd.testing.assert_frame_equal(flagged.to_frame(), linked.to_frame())
    assert renamed.responded.tolist() == [answers.merge(asked)["channel"].eq(c).sum() for c in ("chat", "phone")]
    assert linked.links.sentence() == ""
    dated = asked.assign(answered=asked["asked"].where(asked["answered"]))
    assert response_rates(dated, responded="answered").total.responded[0] == len(answers)


def test_parts_add_up_and_intervals_are_wilsons():
    rates = response_rates(invitations(), responded="answered", by="channel", asked_at="asked", period="M")
    table = rates.to_frame()
    assert (table["n"].sum(), table["responded"].sum()) == (320, 110)
    assert rates.over_time().responded.tolist() == [40, 35, 30, 5]
    found = rates.over_time().interval()
    expected = wilson_interval(Sample.from_counts([[60, 40], [65, 35], [70, 30], [15, 5]], [0, 1]), 0.95)
    assert found.low == pytest.approx(expected.low, abs=1e-9)
    assert found.high == pytest.approx(expected.high, abs=1e-9)


def test_what_does_not_fit_is_counted_and_said():
    asked = pd.DataFrame({"key": ["a", "b", "b", "c", None, "d"]}).assign(when=pd.Timestamp("2026-03-02"))
    asked.loc[5, "when"] = pd.NaT
    answers = pd.DataFrame({"key": ["a", "a", "a", "b", "z", "d", None]})
    rates = response_rates(asked, answers, on="key", asked_at="when")
    assert (rates.invited[0], rates.responded[0]) == (3, 2)
    links = rates.links
    assert (links.unmatched, links.without_key, links.repeated, links.extra) == (2, 1, 1, 2)
    assert (links.not_asked, links.invitations_without_key, links.reminders) == (1, 1, 1)
    # Every response is the first answer to an invitation, one more of it, unmatched, or without a key.
    assert rates.responded[0] + links.extra + links.unmatched + links.without_key == len(answers)
    assert "2 responses match no invitation" in rates.sentence()


def test_the_first_of_several_invitations_counts():
    asked = pd.DataFrame({"key": ["a", "a"], "when": pd.to_datetime(["2026-02-03", "2026-01-09"]), "by": ["x", "y"]})
    rates = response_rates(asked, pd.DataFrame({"key": ["a"]}), on="key", asked_at="when", by="by", period="M")
    assert rates.to_frame()[["by", "n", "responded"]].to_dict("records") == [{"by": "y", "n": 1, "responded": 1}]
    assert rates.names == ["y, 2026-01"]


def test_an_incomplete_last_period_is_marked_and_not_in_the_trend():
    asked = invitations()
    cut = asked[asked["asked"] < "2026-04-11"]
    rates = response_rates(cut, responded="answered", asked_at="asked", period="M")
    assert rates.incomplete.tolist() == [False, False, False, True]
    assert rates.trend().last == "2026-03"
    assert "2026-04 is incomplete and not in the trend." in rates.sentence()
    whole = response_rates(asked[asked["asked"] < "2026-04-01"], responded="answered", asked_at="asked", period="M")
    assert not whole.incomplete.any()
    assert rates.trend().slope == whole.trend().slope == pytest.approx(-0.05)


def test_the_trend_is_said_in_words():
    many = response_rates(invitations((400, 350, 300), (1000,) * 3), responded="answered", asked_at="asked", period="M")
    said = many.trend().sentence()
    assert said.startswith("The response rate fell from about 40.0 % in 2026-01 to about 30.0 % in 2026-03: 5.00 ")
    flat = response_rates(invitations((30, 31, 30), (100,) * 3), responded="answered", asked_at="asked", period="M")
    assert flat.trend().sentence().startswith("No clear trend in the response rate: +0.00")
    two = response_rates(invitations((30, 31), (100,) * 2), responded="answered", asked_at="asked", period="M")
    assert two.trend() is None
    assert "too few complete periods" in two.sentence()


@pytest.mark.parametrize(("period", "names"), [("Q", ["2026 Q1", "2026 Q2"]), ("Y", ["2026"]), ("W", None)])
def test_periods_have_names(period, names):
    zoned = invitations().assign(asked=lambda t: t["asked"].dt.tz_localize("Europe/Amsterdam"))
    rates = response_rates(zoned, responded="answered", asked_at="asked", period=period)
    assert rates.invited.sum() == 320
    if names:
        assert rates.names == names
    else:
        assert (rates.segments["period"].dt.day_of_week == 0).all()


def test_trend_agrees_with_r(figures):
    for case in figures("participation")["trends"]:
        slope, _, p_value = trend_of_rates(*(np.array(case[k], dtype=float) for k in ("answered", "n", "x")))
        assert slope == pytest.approx(case["slope"], rel=1e-10)
        assert p_value == pytest.approx(case["p"], rel=1e-8)


@pytest.mark.parametrize("slope", [0.0, -0.01])
def test_trend_covers_and_keeps_its_error_rate(slope):
    rng = np.random.default_rng(20260301)
    n, x = np.array([150.0, 90, 200, 120, 160, 80, 150, 110, 140, 170, 60, 130]), np.arange(12.0)
    draws = rng.binomial(n.astype(int), 0.35 + slope * x, size=(2_000, 12)).astype(float)
    found = np.array([trend_of_rates(draw, n, x) for draw in draws])
    covered = np.sum(np.abs(found[:, 0] - slope) <= 1.959964 * found[:, 1])
    # Exact 99 % interval of 2,000 replicates around .95 and around .05.
    assert 1_873 <= covered <= 1_925
    if slope == 0:
        assert 75 <= np.sum(found[:, 2] < 0.05) <= 127


def test_errors_say_what_must_hold():
    asked = invitations()
    with pytest.raises(ValueError, match="say who answered in one way"):
        response_rates(asked)
    with pytest.raises(ValueError, match="say who answered in one way"):
        response_rates(asked, asked, on="ticket", responded="answered")
    with pytest.raises(ValueError, match="column 'answerd' not found; did you mean 'answered'"):
        response_rates(asked, responded="answerd")
    with pytest.raises(ValueError, match="column 'channel' must say true or false"):
        response_rates(asked, responded="channel")
    with pytest.raises(ValueError, match="is empty in 1 rows"):
        response_rates(asked.assign(got=[None, *[1] * 319]), responded="got")
    with pytest.raises(ValueError, match="'ticket' must hold dates; it holds numbers"):
        response_rates(asked, responded="answered", asked_at="ticket")
    with pytest.raises(ValueError, match="a period needs the date of asking"):
        response_rates(asked, responded="answered", period="M")
    with pytest.raises(ValueError, match="period 'month' not found"):
        response_rates(asked, responded="answered", asked_at="asked", period="month")
    with pytest.raises(ValueError, match="no response matches an invitation by 'ticket'"):
        response_rates(asked, pd.DataFrame({"ticket": [-1]}), on="ticket")
    with pytest.raises(TypeError, match="invitations must be a Survey or a pandas DataFrame; got builtins.list"):
        response_rates([1], responded="x")
    with pytest.raises(ValueError, match="not by period"):
        response_rates(asked, responded="answered").over_time()


def test_text_from_data_is_escaped():
    rates = response_rates(invitations().assign(channel="<b>"), responded="answered", by="channel")
    assert "&lt;b&gt;" in rates._repr_html_()
    assert "<b>" not in rates._repr_html_()


def test_nobody_asked_has_no_rate():
    rates = response_rates(invitations().head(0), responded="answered")
    assert rates.sentence() == "Nobody was asked."


def test_all_or_nothing_in_every_period_is_not_a_sure_trend():
    """One invitation a month, answered, answered, not: the pooled variance keeps the interval from having no width."""
    slope, error, p_value = trend_of_rates(np.array([1.0, 1, 0]), np.ones(3), np.arange(3.0))
    assert slope == pytest.approx(-0.5)
    assert error > 0.3
    assert p_value > 0.1


def test_where_everybody_answered_there_is_no_trend():
    months = pd.to_datetime(["2026-01-05", "2026-01-31", "2026-02-05", "2026-02-28", "2026-03-05", "2026-03-31"])
    asked = pd.DataFrame({"key": range(6), "at": months, "done": True})
    found = response_rates(asked, responded="done", asked_at="at", period="M")
    assert "no trend to speak of" in found.sentence()
    assert "nan" not in found.sentence()
