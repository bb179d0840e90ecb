"""The page: one screen for any export, every column accounted for, and nothing on it that must not be shown."""

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

from cxstats import inspect, read_export
from cxstats.cli import main
from cxstats.printing.lines import WIDTH, cells_of
from cxstats.printing.pages import SCREEN

ROOT = Path(__file__).parents[2]
EXPORTS = sorted([*(ROOT / "data").glob("*.csv"), *(ROOT / "tests/responses/exports/fixtures").glob("*.*")])
N = 60


def output(*arguments):
    result = CliRunner().invoke(main, ["inspect", *map(str, arguments)])
    assert result.exit_code == 0, result.output
    return result.stdout


def written(tmp_path, columns):
    pd.DataFrame(columns).to_csv(tmp_path / "e.csv", index=False)
    return tmp_path / "e.csv"


def fits(page):
    lines = page.splitlines()
    assert len(lines) <= SCREEN
    assert all(cells_of(line) <= WIDTH for line in lines), max(lines, key=cells_of)
    assert all(line.isprintable() for line in lines)
    return lines


def wide(many):
    """Return an export with many columns of every kind."""
    columns = {}
    for k in range(many):
        columns |= {
            f"How satisfied were you with part {k}?": np.resize(range(1, 6), N),
            f"csat_{k}": np.resize(["Satisfied", "Very satisfied", "Neutral"], N),
            f"choice_{k}": np.resize([f"one of {k}", f"two of {k}", f"three of {k}"], N),
            f"yes_{k}": np.resize(["yes", "no"], N),
            f"amount_{k}": np.arange(N) * (k + 1.5),
            f"story_{k}": [f"what happened to customer {row}" for row in range(N)],
            f"day_{k}": pd.date_range("2026-01-05", periods=N).strftime("%Y-%m-%d"),
            f"nothing_{k}": np.repeat("", N),
        }
    return columns


@pytest.mark.parametrize("path", EXPORTS, ids=lambda path: path.name)
def test_every_export_fits_a_screen(path, monkeypatch):
    monkeypatch.chdir(ROOT)
    fits(output(path.relative_to(ROOT)))


@pytest.mark.parametrize("many", [1, 3, 40])
def test_a_wide_export_fits_a_screen_and_counts_every_column(tmp_path, monkeypatch, many):
    monkeypatch.chdir(tmp_path)
    lines = fits(output(written(tmp_path, wide(many)).name))
    (kinds,) = [line for line in lines if re.match(r"\d+ columns: ", line)]
    total, *each = [int(number) for number in re.findall(r"\d+", kinds)]
    assert total == sum(each) == 8 * many
    heads = {
        line.split(" (")[0]: int(re.search(r"\((\d+)\)", line)[1])
        for line in lines
        if re.match(r"\w[\w ]* \(\d+\)", line)
    }
    days = many - 3 if many > 3 else 0
    assert sum(heads.values()) + (many - days) == 8 * many
    for title, number in heads.items():
        assert number == {"ratings": 2 * many, "choices": 2 * many, "dates": days}.get(title, many)


def test_what_is_folded_is_counted(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    columns = {f"q{k}": np.resize([f"a{k}", f"b{k}"], N) for k in range(90)}
    lines = output(written(tmp_path, columns).name).splitlines()
    start = next(k for k, line in enumerate(lines) if line.startswith("choices (90)"))
    shown = [line for line in lines[start + 1 :] if re.match(r"  q\d+ ", line)]
    (more,) = [line for line in lines if line.startswith("  and ")]
    assert len(shown) + int(more.split()[1]) == 90
    assert "--all" in "\n".join(lines)


def test_the_account_comes_first_and_adds_up(checkout):
    lines = output(checkout).splitlines()
    assert lines[0].startswith("checkout_survey_qualtrics.csv: qualtrics export, text, utf-8")
    read, kept, rejected, *reasons = [int(n.replace(",", "")) for n in re.findall(r"[\d,]*\d", lines[1])]
    assert (read, rejected) == (kept + rejected, sum(reasons))
    survey = read_export(checkout)
    assert lines[2].startswith(f"of the kept: {survey.responses['partial'].sum()} partial")
    ends = survey.responses["EndDate"]
    assert f"EndDate from {ends.min():%Y-%m-%d} to {ends.max():%Y-%m-%d}; time zone not said" in lines[3]


def test_a_matrix_is_one_block_with_its_stem_and_scale(checkout):
    lines = output(checkout).splitlines()
    stem = next(k for k, line in enumerate(lines) if line.startswith("  How easy was each part of your order?"))
    assert lines[stem].endswith(": 4 items")
    survey = read_export(checkout)
    scale = survey.questions.set_index("column").loc["ease_find", "scale"]
    assert (scale or "scale unknown: say which of") in lines[stem + 1]
    for line, item in zip(lines[stem + 2 :], ("ease_find", "ease_details", "ease_pay", "ease_delivery"), strict=False):
        counts = (
            pd.to_numeric(survey.responses[item], errors="coerce").value_counts().reindex(range(1, 6), fill_value=0)
        )
        assert line.split()[0] == item
        assert f"1-5: {' '.join(map(str, counts))}" in line


def test_options_are_shares_of_those_who_answered():
    page = output(ROOT / "tests/responses/exports/fixtures/limesurvey.csv")
    assert "Which did you use? (2 options)" in page
    assert "The shop 67 %" in page  # two of three


def test_administrative_columns_are_one_paragraph_by_role(checkout):
    page = " ".join(output(checkout).split())
    assert "about the response: response id ResponseId; start StartDate; end EndDate; duration Duration (in" in page
    assert "language UserLanguage (EN 1,490)" in page


def test_unanswered_invitations_are_said():
    page = output(ROOT / "tests/responses/exports/fixtures/zendesk.csv")
    assert "of the kept: 2 invitations that nobody answered, for the response rate" in page
    assert "time zone of the account, which the export does not say" in page


def test_nothing_personal_is_printed(tmp_path):
    people = [f"someone{k}@example.org" for k in range(N)]
    path = written(
        tmp_path,
        {
            "E-mail": people,
            "phone": [f"+40 7{k:08d}" for k in range(N)],
            "nps": np.resize(range(11), N),
            "account": np.arange(N) + 7_654_000,
        },
    )
    for arguments in ([], ["--all"], ["E-mail", "phone", "account"], ["--json"]):
        text = output(path, *arguments)
        assert "example.org" not in text
        assert "+40" not in text
        assert "7654" not in text.replace(",", "")
        assert "e-mail address" in text
    assert "personal, not shown: E-mail (e-mail address), phone (phone number)" in output(path)


def test_a_terminal_obeys_nothing_from_a_cell_or_header(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    nasty = "\x1b]0;title\x1b[2J\u202eevil\u200b"
    columns = {
        f"csat {nasty}": np.resize(range(1, 6), N),
        "choice": [f"a {nasty}"] * 4 + ["b"] * (N - 4),
        "满意" * 80: np.resize(["很好" * 60, "不好" * 60], N),
        f"story {nasty}": [f"{nasty if k < 4 else 'fine'} {k}" for k in range(N)],
    }
    path = written(tmp_path, columns).name
    too_wide = [line for line in output(path).splitlines() if cells_of(line) > WIDTH]
    assert all(line.strip().startswith("--") for line in too_wide)  # a command is not shortened
    for arguments in ([], ["--all"], ["choice", "csat", "story"]):
        assert all(line.isprintable() for line in output(path, *arguments).splitlines())
    assert json.loads(output(path, "--json"))["questions"][0]["column"] == next(iter(read_export(path).responses))


def test_columns_are_shown_in_full_by_name_or_beginning(checkout):
    text = output(checkout, "csat", "ease")
    assert text.startswith("csat  [rating, 1,430 answered, 5 distinct]")
    assert re.findall(r"^(\w+)  \[", text, re.MULTILINE) == [
        "csat", "ease_find", "ease_details", "ease_pay", "ease_delivery",
    ]  # fmt: skip
    assert "item: finding the product" in text
    result = CliRunner().invoke(main, ["inspect", str(checkout), "cssat"])
    assert result.exit_code == 1
    assert "column 'cssat' not found; did you mean 'csat'?" in result.output


def test_all_shows_every_column_and_note(support, checkout):
    for path in (support, checkout):
        text = output(path, "--all")
        for question in inspect(read_export(path)):
            assert f"{question.column}  [{question.kind}" in text
        assert "next:" in text


def test_numbers_show_their_range_and_identifiers_do_not(tmp_path):
    path = written(tmp_path, {"minutes": np.resize(range(31), 2 * N), "id": np.arange(2 * N) + 41_000})
    assert "0 to 30, median 14.5" in output(path, "minutes")
    assert "120 different numbers, which hardly repeat: an identifier?" in output(path, "id")


def test_the_command_is_printed_to_be_pasted(support, monkeypatch):
    monkeypatch.chdir(ROOT)
    page = output("data/support_survey.csv", "--rename", "csat=how satisfied", "--vendor", "plain")
    command = page[page.index("  cxstats score") : page.index("  weight (")].replace("\\\n", " ")
    program, *arguments = shlex.split(command)
    assert program == "cxstats"
    assert arguments[:6] == ["score", "data/support_survey.csv", "--vendor", "plain", "--rename", "csat=how satisfied"]
    assert arguments[arguments.index("--column") + 1] == "how satisfied"
    assert CliRunner().invoke(main, arguments).exit_code == 0


def test_json_keeps_all_that_is_known(checkout):
    found = json.loads(output(checkout, "--json"))
    survey = read_export(checkout)
    assert found["read"] == found["kept"] + sum(found["rejected"].values())
    assert found["partial"] == int(survey.responses["partial"].sum())
    by_column = {question["column"]: question for question in found["questions"]}
    assert list(by_column) == list(survey.responses.columns)
    for row in survey.questions.to_dict("records"):
        said = by_column[row["column"]]
        names = ("text", "role", "part_of", "part", "scale", "time_zone", "personal")
        assert {name: said[name] for name in names} == {name: row[name] for name in names}
        assert said["evidence"].endswith(row["evidence"])
    (command,) = found["next"]["commands"]
    assert (command["scale"], command["metric"], command["condition"]) == ("ces-2.0", "mean", "")
    assert CliRunner().invoke(main, shlex.split(command["command"])[1:]).exit_code == 0


@pytest.mark.parametrize("encoding", ["cp1252", "latin-1"])
def test_a_terminal_without_unicode_still_shows_the_page(tmp_path, encoding):
    path = written(tmp_path, {"满意 csat": np.resize(range(1, 6), N), "oraș": np.resize(["București", "Cluj"], N)})
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    command = [sys.executable, "-m", "cxstats", "inspect", str(path)]
    page = subprocess.run(command, capture_output=True, check=True, env=environment).stdout.decode(encoding)
    assert "1-5: 12 12 12 12 12" in page
    assert "Bucure?ti 30" in page
    found = subprocess.run([*command, "--json"], capture_output=True, check=True, env=environment).stdout
    assert json.loads(found)["questions"][1]["answers"] == {"București": 30, "Cluj": 30}


def test_codes_with_a_leading_zero_and_long_numbers_are_no_points(tmp_path):
    depts, numbers = ["01", "02", "03", "10"], [61234560, 61234561, 61234562]
    path = tmp_path / "e.csv"
    path.write_text("dept,number,csat\n" + "".join(f"{depts[k % 4]},{numbers[k % 3]},{1 + k % 5}\n" for k in range(60)))
    shown = output(path)
    assert "01 x 15, 02 x 15, 03 x 15, 10 x 15" in shown
    assert "61234560 x 20, 61234561 x 20, 61234562 x 20" in shown
    assert "1-5: 12 12 12 12 12" in shown


def test_births_are_not_when_the_answers_are(tmp_path):
    days = [f"2026-03-{1 + k % 28:02}" for k in range(N)]
    births = [f"19{50 + k % 40}-05-0{1 + k % 9}" for k in range(N)]
    path = written(tmp_path, {"csat": [1 + k % 5 for k in range(N)], "date_of_birth": births, "day": days})
    assert "day from 2026-03-01 to 2026-03-28" in output(path)
    assert not re.search(r"19[5-8][0-9]-05", output(path))
