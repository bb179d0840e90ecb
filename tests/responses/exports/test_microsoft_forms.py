"""Microsoft Forms, as Excel and as text: options that each end in a semicolon, and rankings that do too."""

import csv
import datetime as dt
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
from pandas.testing import assert_frame_equal

from cxstats import read_export

FIXTURE = Path(__file__).parent / "fixtures" / "microsoft_forms.csv"
FORM = "%m/%d/%Y %H:%M:%S"


@pytest.fixture
def survey(tmp_path):
    """Write the small export as Microsoft Forms does: numbers, dates, and no-break spaces in the names."""
    with FIXTURE.open(encoding="utf-8", newline="") as file:
        header, *rows = csv.reader(file)
    book = openpyxl.Workbook()
    book.active.append([name.replace("?", "?\xa0") for name in header])
    for row in rows:
        times = [dt.datetime.strptime(cell, FORM) for cell in row[1:3]]
        book.active.append(
            [int(row[0]), *times, *(int(cell) if cell.isdecimal() else cell or None for cell in row[3:])]
        )
    book.save(tmp_path / "form.xlsx")
    return read_export(tmp_path / "form.xlsx")


def test_records(survey, cells, said_of):
    assert (survey.source.vendor, survey.source.read, len(survey.rejected)) == ("microsoft-forms", 4, 0)
    assert cells(survey, "Completion time")[0] == pd.Timestamp("2026-03-14 09:06:10")
    assert said_of(survey, "Start time", "kind", "role", "time_zone") == (
        "administrative", "start", "? of whoever downloaded it",
    )  # fmt: skip
    assert said_of(survey, "Id", "role") == ("response id",)
    assert said_of(survey, "Email", "kind") == ("administrative",)


def test_options(survey, cells, said_of):
    used = "Which did you use?"
    assert cells(survey, f"{used}: The shop") == [True, False, None, True]
    assert cells(survey, f"{used}: By phone") == [True, False, None, False]
    assert cells(survey, f"{used}: The site") == [False, True, None, True]
    assert said_of(survey, f"{used}: The shop", "text", "kind", "part_of", "part") == (used, "option", used, "The shop")


def test_rankings_and_texts_stay_whole(survey, cells):
    assert cells(survey, "Rank what matters.") == [
        "Price;Speed;Advice;", "Speed;Price;Advice;", "Price;Speed;Advice;", "Advice;Speed;Price;",
    ]  # fmt: skip
    assert cells(survey, "Anything else?") == ["slow; but kind", None, "a café;", None]
    assert cells(survey, "How easy was it to book?") == [4, 5, 2, 5]


def test_the_same_as_text(survey, read_fixture):
    as_text = read_fixture("microsoft_forms")
    assert as_text.source.vendor == "microsoft-forms"
    assert_frame_equal(as_text.responses, survey.responses)
    assert_frame_equal(as_text.questions, survey.questions)


@pytest.mark.parametrize(
    "names",
    [
        "ID,Begintijd,Tijd van voltooien,E-mail,Naam,Tijd van laatste wijziging",
        "ID,Startzeit,Fertigstellungszeit,E-Mail,Name",
        "ID,Heure de début,Heure de fin,Adresse de messagerie,Nom,Heure de la dernière modification",
        "ID,Hora de inicio,Hora de finalización,Correo electrónico,Nombre,Hora de la última modificación",
        "ID,开始时间,完成时间,电子邮件,姓名",
    ],
)
def test_other_languages(tmp_path, names):
    count = names.count(",") + 1
    row = ["1", "4/13/26 9:05:00", "4/13/26 9:06:10", "anonymous", "", ""][:count]
    rows = [[*names.split(","), "How easy?", "Which?"], [*row, "4", "shop;app;"], ["2", *row[1:], "5", "app;"]]
    path = tmp_path / "form.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows(rows)
    survey = read_export(path)
    assert survey.source.vendor == "microsoft-forms"
    assert survey.questions["role"].tolist()[:3] == ["response id", "start", "end"]
    assert survey.questions["kind"].tolist()[:count] == ["administrative"] * count
    assert survey.responses.iloc[0, 2] == pd.Timestamp("2026-04-13 09:06:10")
    assert survey.responses[["Which?: shop", "Which?: app"]].to_numpy().tolist() == [[True, True], [False, True]]
