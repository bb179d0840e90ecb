"""Joining: against a plain loop over answers and events, its accounts, and what it refuses."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pandas.testing import assert_frame_equal, assert_series_equal

from cxstats.responses.exports import read_export
from cxstats.responses.joining import attach

FACTS = {
    "events": "count",
    "known": ("minutes", "count"),
    "total": ("minutes", "sum"),
    "mean": ("minutes", "mean"),
    "least": ("minutes", "min"),
    "most": ("minutes", "max"),
    "first": ("tier", "first"),
    "last": ("tier", "last"),
}
DAY = pd.Timestamp("2025-06-01")


def days(numbers):
    return pd.Series([pd.NaT if n is None else DAY + pd.Timedelta(days=n) for n in numbers], dtype="datetime64[us]")


def plain_loop(answers, events, *, before, each, within):
    """Give the events of every answer, in order, and where every event went."""
    seen = [[] for _ in answers]
    fate = {}
    for e, (key, day, *_) in enumerate(events):
        if key is None:
            fate[e] = "events: set aside, no key"
        elif before and day is None:
            fate[e] = "events: set aside, no time"
        else:
            same = [a for a, (k, d) in enumerate(answers) if k == key and not (before and d is None)]
            later = sorted(
                (a for a in same if not before or answers[a][1] >= day),
                key=lambda a: (answers[a][1] if before else 0, a),
            )
            if before and each == "once":
                later = later[:1]
            near = [a for a in later if within is None or answers[a][1] - day <= within]
            for a in near:
                seen[a].append(e)
            unused = (
                "events: too early" if later else "events: after the last answer" if same else "events: of no answer"
            )
            fate[e] = "events: used" if near else unused
    for some in seen:
        some.sort(key=lambda e: (events[e][1] if before else 0, e))
    return seen, fate


def one_value(how, values):
    there = [v for v in values if v is not None]
    if how == "count":
        return len(there)
    if how in ("first", "last"):
        return None if not values else values[0 if how == "first" else -1]
    if not there:
        return None
    return {"sum": sum(there), "mean": sum(there) / len(there), "min": min(there), "max": max(there)}[how]


keys = st.sampled_from(["a", "b", "c", None])
moments = st.one_of(st.none(), st.integers(0, 6))
some_answers = st.lists(st.tuples(keys, moments), max_size=8)
some_events = st.lists(
    st.tuples(keys, moments, st.one_of(st.none(), st.integers(-5, 20)), st.sampled_from(["gold", "basic", None])),
    max_size=12,
)


@settings(deadline=None, max_examples=100)
@given(
    some_answers,
    some_events,
    st.booleans(),
    st.sampled_from(["once", "every"]),
    st.sampled_from([None, 0, 2]),
    st.sampled_from(["text", "numbers", "two columns"]),
)
def test_equals_a_plain_loop(answers, events, before, each, within, typed):
    within = within if before else None
    seen, fate = plain_loop(answers, events, before=before, each=each, within=within)
    number = {"a": 1, "b": 2, "c": 3, None: None}
    responses = pd.DataFrame(
        {"key": pd.Series([k for k, _ in answers], dtype="str"), "at": days([d for _, d in answers])}
    )
    happened = pd.DataFrame(
        {
            "key": pd.Series([k for k, *_ in events], dtype="str"),
            "day": days([d for _, d, *_ in events]),
            "minutes": pd.Series([m for *_, m, _ in events], dtype="Int64"),
            "tier": pd.Series([t for *_, t in events], dtype="str"),
        }
    )
    on = {"key": "key"}
    if typed != "text":
        responses["number"] = pd.Series([number[k] for k, _ in answers], dtype="Int64")
        happened["id"] = pd.Series([number[k] for k, *_ in events], dtype="float64")
        on = {"number": "id"} | (on if typed == "two columns" else {})
    responses.index = pd.Index([7] * len(responses))
    given_rows, given_events = responses.copy(), happened.copy()

    joined = attach(
        responses,
        happened,
        on=on,
        before=("at", "day") if before else None,
        facts=FACTS,
        each=each if before else None,
        within=None if within is None else f"{within}D",
    )

    assert_frame_equal(responses, given_rows)
    assert_frame_equal(happened, given_events)
    assert_frame_equal(joined.data[responses.columns], given_rows)
    assert joined.columns == tuple(FACTS)
    for name, fact in FACTS.items():
        column, how = (None, "count") if fact == "count" else fact
        place = {"minutes": 2, "tier": 3}.get(column)
        expected = [one_value(how, [1 if place is None else events[e][place] for e in some]) for some in seen]
        found = [None if pd.isna(v) else v for v in joined.data[name]]
        assert found == pytest.approx(expected) if column == "minutes" else found == expected, name
    counted = dict(joined.summary().itertuples(index=False))
    sizes = [len(some) for some in seen]
    assert joined.found.tolist() == sizes
    assert counted["answers: several events"] == sum(size > 1 for size in sizes)
    for what in [line for line in counted if line.startswith("events: ") and "of which" not in line]:
        assert counted[what] == sum(place == what for place in fate.values()), what
    taken = [e for some in seen for e in some]
    assert counted["events: used, of which shared by several answers"] == len({e for e in taken if taken.count(e) > 1})
    for total, parts in (("answers", "answers: "), ("events", "events: ")):
        assert counted[total] == sum(n for w, n in counted.items() if w.startswith(parts) and "of which" not in w)


def many(rng, n, customers):
    at = pd.Timestamp("2025-01-01") + pd.to_timedelta(rng.integers(0, 90 * 24, n), unit="h")
    return pd.DataFrame({"customer": rng.integers(0, customers, n), "at": at})


@pytest.mark.parametrize("within", [None, "20D"])
def test_once_counts_no_event_twice(within):
    rng = np.random.default_rng(3)
    responses, events = many(rng, 600, 180), many(rng, 1_800, 200)
    events["spent"] = rng.integers(0, 100, len(events))
    joined = attach(responses, events, on="customer", before="at", facts={"spent": "sum", "id": "count"}, within=within)
    assert joined.shared == 0
    assert joined.data["id"].sum() == joined.used == joined.found.sum()
    events["used"] = False
    for customer, own in events.groupby("customer"):
        for moment in responses.loc[responses["customer"] == customer, "at"]:
            ago = moment - own["at"]
            within_reach = (ago >= pd.Timedelta(0)) & ((ago <= pd.Timedelta(within)) if within else True)
            nearer = [(m >= own["at"]) & (m < moment) for m in responses.loc[responses["customer"] == customer, "at"]]
            events.loc[own.index[within_reach & ~np.any(nearer, axis=0)], "used"] = True
    assert joined.used == events["used"].sum()
    assert joined.data["spent"].sum() == events.loc[events["used"], "spent"].sum()


def test_last_before_an_answer_agrees_with_merge_asof():
    rng = np.random.default_rng(4)
    responses, events = many(rng, 2_000, 300), many(rng, 3_000, 300)
    events["tier"] = rng.choice(["basic", "silver", "gold"], len(events))
    events["visits"] = rng.integers(1, 2**60, len(events))
    events = events.drop_duplicates(["customer", "at"])
    joined = attach(responses, events, on="customer", before="at", each="every").data
    expected = pd.merge_asof(
        responses.reset_index().sort_values("at"), events.sort_values("at"), on="at", by="customer"
    ).set_index("index")
    assert_series_equal(joined["tier"], expected["tier"].sort_index(), check_names=False)
    found = joined["visits"].notna()
    # Whole numbers beyond 2**53 keep their digits beside missing ones.
    exact = attach(responses, events, on="customer", before="at", facts={"row": ("visits", "max")}, each="every").data
    assert set(joined.loc[found, "visits"]) <= set(events["visits"])
    assert (exact.loc[found, "row"] >= joined.loc[found, "visits"]).all()
    assert set(exact["row"].dropna()) <= set(events["visits"])


def test_without_times_events_of_a_ticket_go_to_all_of_its_answers():
    responses = pd.DataFrame({"ticket": ["t1", "t1", "t2", "t3", " "]})
    events = pd.DataFrame({"ticket": ["t1", "t2", "t2", "t9", " "], "queue": ["web", "web", "phone", "chat", "web"]})
    joined = attach(responses, events, on="ticket")
    assert joined.data["queue"].fillna("none").tolist() == ["web", "web", "phone", "none", "none"]
    assert (joined.used, joined.shared, joined.of_no_answer, joined.without_key) == (3, 1, 1, 1)
    assert joined.answers_without_key == 1
    assert joined.sentence() == (
        "3 of 5 answers found events; 3 of 5 events are used; 1 of them are shared by several answers."
    )
    assert attach(responses, events, on=["ticket"], facts="queue").data.equals(joined.data)
    assert attach(responses, events, on="ticket", facts=["queue"]).data.equals(joined.data)


def test_of_two_answers_at_one_time_the_first_row_takes_the_event():
    responses = pd.DataFrame({"c": [1, 1], "at": days([2, 2])})
    events = pd.DataFrame({"c": [1], "at": days([2])})
    assert attach(responses, events, on="c", before="at", facts={"n": "count"}).data["n"].tolist() == [1, 0]


def test_types_of_facts():
    responses = pd.DataFrame({"c": [1, 2]})
    events = pd.DataFrame(
        {
            "c": [1, 1],
            "at": days([5, 3]),
            "solved": [False, True],
            "n": [2**60 + 1, 3],
            "kind": pd.Categorical(["x", "y"]),
        }
    )
    facts = {
        "solved": "last", "share": ("solved", "mean"), "n": "max", "since": ("at", "min"), "kind": "first",
        "events": "count", "solutions": ("solved", "sum"),
    }  # fmt: skip
    data = attach(responses, events, on="c", facts=facts).data
    assert data.loc[0, ["solved", "share", "n", "kind", "events", "solutions"]].tolist() == [
        True,
        0.5,
        2**60 + 1,
        "x",
        2,
        1,
    ]
    assert data.loc[0, "since"] == DAY + pd.Timedelta(days=3)
    assert data.loc[1, [*facts]].drop("events").isna().all()
    assert [str(data[name].dtype) for name in ("solved", "n", "events", "kind")] == [
        "boolean",
        "Int64",
        "int64",
        "category",
    ]


def test_times_with_zones_and_other_units_compare():
    moment = pd.Timestamp("2025-03-30 01:30", tz="UTC")
    responses = pd.DataFrame({"c": [1], "at": pd.Series([moment]).dt.tz_convert("Europe/Bucharest").dt.as_unit("s")})
    happened = [moment, moment + pd.Timedelta(1, "ns"), moment - pd.Timedelta(1, "h")]
    events = pd.DataFrame({"c": 1, "at": pd.Series(happened).dt.as_unit("ns")})
    joined = attach(responses, events, on="c", before="at", facts={"n": "count"}, within="59min")
    assert joined.data["n"].tolist() == [1]
    assert (joined.after_last_answer, joined.too_early) == (1, 1)


def test_no_events_and_no_answers():
    events = pd.DataFrame({"c": [1], "m": [2.0]})
    nobody = attach(pd.DataFrame({"c": pd.Series([], dtype="int64")}), events, on="c")
    assert (nobody.of_no_answer, len(nobody.data)) == (1, 0)
    nothing = attach(
        pd.DataFrame({"c": [1]}), events.iloc[:0], on="c", facts={"m": "sum", "n": "count", "l": ("m", "last")}
    )
    assert math.isnan(nothing.data.loc[0, "m"])
    assert nothing.data.loc[0, "n"] == 0
    assert pd.isna(nothing.data.loc[0, "l"])


def test_a_survey_stays_a_survey(support):
    survey = read_export(support)
    name = survey.responses.columns[0]
    events = pd.DataFrame({"id": survey.responses[name].iloc[[0, 0, 3]].tolist(), "steps": [1, 2, 3]})
    joined = attach(survey, events, on={name: "id"}, facts={"steps": "sum", "events": "count"})
    assert joined.data.responses["steps"].dropna().tolist() == [3, 3]
    assert joined.data.responses.drop(columns=["steps", "events"]).equals(survey.responses)
    assert joined.data.text_of("steps") == "sum of steps over the events"
    assert list(joined.data.questions["column"]) == list(joined.data.responses.columns)
    assert joined.data.source.notes[:-1] == survey.source.notes
    assert joined.data.source.notes[-1] == "attached from 3 events, not asked: 'steps', 'events'"
    assert joined.data.summary().equals(survey.summary())
    assert "2 of 3 events" not in joined._repr_html_()
    assert "3 of 3 events are used" in joined._repr_html_()


ONE = pd.DataFrame({"id": [7, 8], "at": days([1, 2]), "text": ["a", "b"]})
OTHER = pd.DataFrame({"id": [7, 8], "at": days([0, 1]), "word": ["x", "y"], "minutes": [1.0, 2.0]})


@pytest.mark.parametrize(
    ("events", "options", "message"),
    [
        (
            OTHER.assign(id=["007", "8"]),
            {},
            r"'id' of the responses holds numbers \(7\) and column 'id' of the events text \('007'\)",
        ),
        (OTHER.assign(id=["7", 8]), {}, r"of one type; column 'id' mixes types: '7', 8"),
        (OTHER.assign(id=[2.0**53, 8]), {}, r"2\*\*53 and more lose digits as floats"),
        (OTHER.rename(columns={"id": "key"}), {}, r"events: column 'id' not found; columns: key, at, word, minutes"),
        (OTHER, {"on": "idd"}, r"responses: column 'idd' not found; did you mean 'id'"),
        (OTHER, {"on": []}, "on must name at least one key column"),
        (OTHER, {"before": None, "facts": None}, "the responses have 'at'; name the facts with"),
        (OTHER, {"facts": {"text": ("word", "last")}}, "the responses have 'text'"),
        (
            OTHER,
            {"facts": {"m": ("minute", "sum")}},
            "fact 'm': event column 'minute' not found; did you mean 'minutes'",
        ),
        (
            OTHER,
            {"facts": {"m": ("minutes", "avg")}},
            "fact 'm': statistic 'avg' not found; statistics: last, first, sum",
        ),
        (OTHER, {"facts": {"m": 3}}, "fact 'm' must be a pair such as"),
        (OTHER, {"facts": {"m": ("word", "mean")}}, "fact 'm': mean needs numbers; event column 'word' is str"),
        (OTHER, {"facts": {"m": ("word", "max")}}, "fact 'm': max needs numbers or times"),
        (OTHER, {"facts": {}}, "no fact to attach; facts={'events': 'count'}"),
        (OTHER, {"each": "all"}, "each: choice 'all' not found; choices: once, every"),
        (OTHER, {"before": None, "within": "3D"}, "within needs the times"),
        (OTHER, {"within": "-3D"}, "within must be a duration of 0 or more, such as '30D' or '12h'; got '-3D'"),
        (OTHER, {"within": "a month"}, "got 'a month'"),
        (OTHER, {"before": ("at", "at", "at")}, "before must be one column or a pair"),
        (OTHER, {"before": ("at", "word")}, r"times must be datetimes; column 'word' of the events holds text \('x'\)"),
        (OTHER.assign(at=OTHER["at"].dt.tz_localize("UTC")), {}, "column 'at' of the responses has none"),
    ],
)
def test_refuses(events, options, message):
    with pytest.raises(ValueError, match=message):
        attach(ONE, events, **({"on": "id", "before": "at"} | options))


def test_refuses_what_is_not_a_table():
    with pytest.raises(TypeError, match=r"events must be a table of pandas; got builtins\.list"):
        attach(ONE, [1], on="id")


def test_columns_of_one_name_are_refused():
    twice = pd.concat([OTHER, OTHER[["minutes"]]], axis=1)
    with pytest.raises(ValueError, match="event columns must have different names; 'minutes' occurs 2 times"):
        attach(ONE, twice, on="id", facts={"m": ("minutes", "sum")})


def test_an_option_for_times_needs_times():
    answers = pd.DataFrame({"key": ["a"]})
    with pytest.raises(ValueError, match="each needs the times of answers and events; name them with before="):
        attach(answers, answers, on="key", facts={"n": "count"}, each="every")
