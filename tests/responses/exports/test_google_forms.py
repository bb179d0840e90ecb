"""Google Forms: dates as people write them, options that hold commas, grids, and what only looks like options."""

import pandas as pd
import pytest

from cxstats import read_export

USED = "Which did you use? (tick all, please)"


@pytest.fixture
def survey(read_fixture):
    return read_fixture("google_forms")


def test_records_and_dates(survey, cells, said_of):
    assert (survey.source.vendor, survey.source.read) == ("google-forms", 5)
    assert survey.rejected.empty
    assert cells(survey, "Timestamp")[:3] == [
        pd.Timestamp("2026-04-03 09:05"), pd.Timestamp("2026-04-03 10:15:30"), pd.Timestamp("2026-04-04 23:00:01"),
    ]  # fmt: skip
    assert said_of(survey, "Timestamp", "kind", "role", "time_zone") == (
        "administrative", "end", "? of the form's owner",
    )  # fmt: skip
    assert said_of(survey, "Email Address", "kind") == ("administrative",)
    assert (
        "column 'Timestamp': dates read as %m/%d/%Y %H:%M:%S, though they may be %d/%m/%Y %H:%M:%S"
        in survey.source.notes
    )


def test_options_that_hold_commas(survey, cells, said_of):
    assert cells(survey, f"{USED}: The shop") == [True, True, True, False, None]
    assert cells(survey, f"{USED}: The site (desktop, phone)") == [True, False, False, True, None]
    assert cells(survey, f"{USED}: A friend, or family") == [False, True, False, True, None]
    assert said_of(survey, f"{USED}: The shop", "text", "kind", "part_of", "part") == (USED, "option", USED, "The shop")
    assert sum(name.startswith(USED) for name in survey.responses) == 3


def test_what_only_looks_like_options_stays_whole(survey, cells):
    assert cells(survey, "How would you describe us?") == ["Quick, but dear", "Quick", "Quick, but dear", "Slow", None]
    assert cells(survey, "Where do you live?") == ["Austin, TX", "Dallas, TX", "Austin, TX", "Salem, OR", None]
    assert cells(survey, "Anything else?")[2:] == ["Dear, and slow, and far", None, "A café would help"]


def test_rows_of_a_grid_stay_together(survey, cells, said_of):
    name = "How satisfied are you with [The price]"
    assert cells(survey, name) == ["Dissatisfied", "Satisfied", "Very dissatisfied", "Satisfied", None]
    assert said_of(survey, name, "text", "kind", "part_of", "part", "scale") == (
        "How satisfied are you with", "rating", "How satisfied are you with", "The price", "csat-5",
    )  # fmt: skip


def test_the_time_zone_where_it_is_said(read_fixture, cells, said_of):
    survey = read_fixture("google_forms_zone")
    assert cells(survey, "Timestamp") == [
        pd.Timestamp("2026-04-03 09:05"), pd.Timestamp("2026-04-03 12:15:30"), pd.Timestamp("2026-04-04 23:00:01"),
    ]  # fmt: skip
    assert said_of(survey, "Timestamp", "time_zone") == ("GMT+2",)
    assert "times are of the time zone GMT+2" in survey.source.notes
    assert said_of(survey, "How likely are you to recommend us?", "kind", "scale") == ("rating", "nps")


@pytest.mark.parametrize(
    ("first", "vendor"),
    [
        ("22/4/2026 19:57:50", "google-forms"),
        ("22.4.2026 19:57:50", "google-forms"),
        ("2026-04-22 19:57:50", "plain"),
        ("1776887870", "plain"),
    ],
)
def test_any_table_of_events_is_not_taken_for_a_form(tmp_path, first, vendor):
    path = tmp_path / "export.csv"
    path.write_text(f"Timestamp,ces\n{first},4\n")
    survey = read_export(path)
    assert survey.source.vendor == vendor
    if vendor == "google-forms":
        assert survey.responses["Timestamp"].tolist() == [pd.Timestamp("2026-04-22 19:57:50")]
