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
    assert "column 'Timestamp': times are of the time zone GMT+2" in survey.source.notes
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


@pytest.mark.parametrize(
    ("name", "stamp"),
    [
        ("Tijdstempel", "22-4-2026 19:57:50"),
        ("Zeitstempel", "22.04.2026 19:57:50"),
        ("Horodateur", "22/04/2026 19:57:50"),
        ("Marcaj de timp", "22.04.2026 19:57:50"),
        ("时间戳记", "2026/4/22 19:57:50"),
        ("时间戳记", "2026/4/22 下午 7:57:50"),
        ("時間戳記", "2026/4/22 下午 7:57:50"),
        ("时间戳", "2026/04/22 7:57:50 下午"),
    ],
)
@pytest.mark.parametrize("mark", [", ", ";"], ids=["of a sheet", "of a CSV file"])
def test_other_languages_and_what_joins_options(tmp_path, cells, name, stamp, mark):
    path = tmp_path / "form.csv"
    used = [["shop", "app"], ["app"], ["shop", "a friend (near, or far)"], ["app"]]
    path.write_text(f"{name},How?,Which?\n" + "".join(f'{stamp},4,"{mark.join(each)}"\n' for each in used))
    survey = read_export(path)
    assert survey.source.vendor == "google-forms"
    assert survey.responses[name].tolist() == [pd.Timestamp("2026-04-22 19:57:50")] * 4
    assert cells(survey, "Which?: app") == ["app" in each for each in used]
    assert cells(survey, "Which?: a friend (near, or far)") == [False, False, True, False]


def form(tmp_path, stamps):
    path = tmp_path / "form.csv"
    path.write_text("Timestamp,How easy was it?\n" + "".join(f"{stamp},4\n" for stamp in stamps))
    return read_export(path)


@pytest.mark.parametrize("before", [2, 150], ids=["in the first rows", "behind them"])
def test_zones_that_change_with_the_clocks_are_moments(tmp_path, cells, said_of, before):
    """Of 1:30 and 3:30 on the night of 8 March 2026 in New York lies one hour between, not two."""
    stamps = ["2026/03/08 1:30:00 AM EST"] * before + ["2026/03/08 3:30:00 AM EDT", "2026/11/01 1:30:00 AM EDT"]
    survey = form(tmp_path, [*stamps, "2026/11/01 1:30:00 AM EST"])
    found = cells(survey, "Timestamp")
    assert found[0] == pd.Timestamp("2026-03-08 06:30", tz="UTC")
    assert found[-3:] == [
        pd.Timestamp(f"{day}:30", tz="UTC") for day in ("2026-03-08 07", "2026-11-01 05", "2026-11-01 06")
    ]
    assert survey.responses["Timestamp"].dtype == "datetime64[us, UTC]"
    assert said_of(survey, "Timestamp", "kind", "role", "time_zone") == ("administrative", "end", "UTC")
    assert "column 'Timestamp': times of the zones EST, EDT are in UTC" in survey.source.notes


@pytest.mark.parametrize(
    ("zones", "hours"),
    [
        (["GMT+5:30", "GMT+6"], [4.5, 4.0]),
        (["GMT-3", "UTC"], [13.0, 10.0]),
        (["MEZ", "MESZ"], [9.0, 8.0]),
        (["GMT", "BST"], [10.0, 9.0]),
        (["CDT", "CST"], [15.0, 16.0]),
        (["IST", "IDT"], [8.0, 7.0]),
    ],
)
def test_zones_by_name_and_by_hours(tmp_path, cells, zones, hours):
    survey = form(tmp_path, [f"13/07/2026 10:00:00 {zone}" for zone in zones])
    midnight = pd.Timestamp("2026-07-13", tz="UTC")
    assert [(moment - midnight).total_seconds() / 3600 for moment in cells(survey, "Timestamp")] == hours


@pytest.mark.parametrize("zones", [["CST", "EST"], ["IST", "BST"], ["EST", "XYZ"]])
def test_zones_whose_name_does_not_say_which_stay_text(tmp_path, cells, zones):
    """CST is in America and in China; IST in India, Israel and Ireland."""
    survey = form(tmp_path, [f"7/13/2026 10:00:00 {zone}" for zone in zones])
    assert cells(survey, "Timestamp")[1] == f"7/13/2026 10:00:00 {zones[1]}"
    assert any("'Timestamp': kept as text" in note for note in survey.source.notes)


def test_more_options_than_become_columns_are_said(tmp_path, cells):
    path = tmp_path / "form.csv"
    answers = [f"shop, app, other {k}" for k in range(70)] + [f"shop, other {k}" for k in range(70)]
    path.write_text("Timestamp,Which?\n" + "".join(f'4/13/2026 10:00:00,"{answer}"\n' for answer in answers))
    survey = read_export(path)
    assert cells(survey, "Which?") == answers
    assert (
        "column 'Which?': kept as text: it looks like a multiple choice of 72 options, and at most 60 become columns"
        in survey.source.notes
    )
