"""What to score next: every command runs, and which end is good is asked rather than guessed."""

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
from cxstats.printing.next_scores import Choice, next_score

ROOT = Path(__file__).parents[2]
EXPORTS = sorted([*(ROOT / "data").glob("*.csv"), *(ROOT / "tests/responses/exports/fixtures").glob("*.*")])
RNG = np.random.default_rng(6)


def following(path, **reading):
    survey = read_export(path, **reading)
    return next_score(survey, inspect(survey))


def written(tmp_path, columns, name="e.csv", **options):
    pd.DataFrame(columns).to_csv(tmp_path / name, index=False, **options)
    return tmp_path / name


def commands(path, *arguments):
    return [" ".join(parts) for _, parts in following(path).commands(str(path), arguments)]


def run_command(command):
    program, *arguments = shlex.split(command)
    assert program == "cxstats"
    return CliRunner().invoke(main, arguments)


@pytest.mark.parametrize("path", EXPORTS, ids=lambda path: path.name)
def test_every_command_runs(path):
    found = following(path)
    for _, parts in found.commands(str(path)):
        result = run_command(" ".join(parts))
        assert result.exit_code == 0, result.output
        assert found.column in result.output
    assert found.choices or found.hints[0].startswith("nothing can be scored")


def test_the_sample_exports_are_scored_on_what_they_are(support, checkout):
    found = following(checkout)
    assert (found.column, found.choices, found.by, found.clusters) == (
        "ces", [Choice("ces-2.0", "mean")], "device", "",
    )  # fmt: skip
    found = following(support)
    assert (found.column, found.choices, found.by, found.clusters) == (
        "csat", [Choice("csat-5", "favourable")], "channel", "customer",
    )  # fmt: skip
    assert any("if it is a survey weight, add --weights weight" in hint for hint in found.hints)


@pytest.mark.parametrize(
    ("name", "points", "expected"),
    [
        ("How easy was it?", range(1, 6), [("ces-ease-5", "high"), ("ces-difficulty-5", "low")]),
        ("effort", range(1, 11), [("ces-ease-10", "high"), ("ces-effort-10", "low")]),
    ],
)
def test_where_numbers_cannot_tell_there_is_a_command_for_either_end(tmp_path, name, points, expected):
    path = written(tmp_path, {name: np.resize(list(points), 60)})
    found = following(path)
    low, high = min(points), max(points)
    assert {choice.condition for choice in found.choices} == {f"if {high} is good", f"if {low} is good"}
    counted_alike = {
        "high": {"ces-ease-5", "ces-agree-5", "ces-ease-10"},
        "low": {"ces-difficulty-5", "ces-1.0", "ces-effort-10"},
    }
    for (_, good), end in zip(expected, (high, low), strict=True):
        (choice,) = [choice for choice in found.choices if choice.condition == f"if {end} is good"]
        assert choice.scale in counted_alike[good]
    assert all(run_command(command).exit_code == 0 for command in commands(path))


def test_scales_of_other_spans_say_so(support):
    hints = " ".join(following(support).hints)
    assert "ces (--scale ces-2.0 if it runs 1-7 and 7 is good" in hints
    assert "--scale ces-effort-10 if it runs 1-10 and 1 is good" in hints


def test_nps_is_scored_net_and_what_is_on_no_point_is_named(tmp_path):
    path = written(tmp_path, {"NETPRO": [*range(11), *[9] * 300, *[11] * 8, "n/a"], "row": range(320)})
    found = following(path)
    assert found.choices == [Choice("nps", "net")]
    assert "8 x 11 is on no point of nps: if it means no answer, add --missing 11" in found.hints
    assert not any("n/a" in hint for hint in found.hints)
    result = run_command(f"{commands(path)[0]} --missing 11")
    assert "n missing set aside" in " ".join(result.output.split())
    assert "311" in result.output


def test_customers_with_gaps_are_no_clusters(tmp_path):
    customers = [f"c{k % 40}" for k in range(120)]
    whole = written(tmp_path, {"nps": np.resize(range(11), 120), "customer": customers}, "whole.csv")
    assert following(whole).clusters == "customer"
    assert run_command(commands(whole)[0]).exit_code == 0
    gaps = written(tmp_path, {"nps": np.resize(range(11), 120), "customer": ["", *customers[1:]]}, "gaps.csv")
    found = following(gaps)
    assert found.clusters == ""
    assert "customer is empty in 1 row, and --clusters needs it in all" in found.hints
    assert run_command(commands(gaps)[0]).exit_code == 0


def test_segments_are_few_whole_not_personal_and_not_the_score_itself(tmp_path):
    scores = RNG.integers(0, 11, 200)
    groups = np.select([scores <= 6, scores <= 8], ["low", "middle"], "high")
    no_segments = {
        "nps": scores,
        "group": groups,
        "NPS class": np.select([scores <= 6, scores <= 8], ["Detractor", "Passive"], "Promoter"),
        "team": ["north"] * 195 + ["south"] * 5,
        "branch": [*["east", "west"] * 50, *[""] * 100],
        "store": [f"store {k % 12}" for k in range(200)],
        "code": RNG.integers(1, 4, 200),
        "product": [f"someone{k % 3}@example.org" for k in range(200)],
    }
    assert following(written(tmp_path, no_segments)).by == ""
    some = no_segments | {"visited": np.resize(["yes", "no"], 200)}
    assert following(written(tmp_path, some)).by == "visited"
    some |= {"weather": RNG.choice(["sun", "rain", "snow"], 200)}
    assert following(written(tmp_path, some)).by == "weather"
    some |= {"contact reason": RNG.choice(["order", "return"], 200)}
    assert following(written(tmp_path, some)).by == "contact reason"


def test_a_rating_of_its_own_comes_before_an_item_and_a_known_scale_before_an_unknown(tmp_path):
    path = written(tmp_path, {"ease": np.resize(range(1, 6), 90), "nps": [*range(11), *[""] * 79]})
    assert following(path).column == "nps"


def test_names_and_options_are_quoted_for_a_shell(tmp_path):
    awkward = "nps: would you 'recommend' us; $HOME `id` \x1b[31m\\"
    path = written(tmp_path, {awkward: np.resize(range(11), 50)}, "my export; rm.csv", sep=";")
    (command,) = commands(path, ("--delimiter", ";"), ("--encoding", "utf-8"))
    assert command.isprintable()
    assert "--delimiter ';' --encoding utf-8" in command
    bash = f"cxstats() {{ '{sys.executable}' -m cxstats \"$@\"; }}; {command}"
    result = subprocess.run(["bash", "-c", bash], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    assert "share of 9-10 minus share of 0-6" in result.stdout


def test_a_file_or_code_that_looks_like_an_option_is_none(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    written(tmp_path, {"nps": [*range(11), *[9] * 60, -99]}, "--e.csv")
    (command,) = (" ".join(parts) for _, parts in following(Path("--e.csv")).commands("--e.csv"))
    assert "cxstats score ./--e.csv" in command
    assert run_command(f"{command} --missing=-99").exit_code == 0
    assert any(hint.endswith("add --missing=-99") for hint in following(Path("--e.csv")).hints)


def test_nothing_to_score_says_why(tmp_path):
    found = following(written(tmp_path, {"colour": ["red", "blue"] * 20}))
    assert (found.column, found.choices) == ("", ())
    assert "no column is seen to be a rating on a named scale" in found.hints[0]
    (tmp_path / "none.csv").write_text("nps\n")
    assert following(tmp_path / "none.csv").hints == ("nothing can be scored: no response is kept",)


@pytest.fixture
def hotel(tmp_path):
    """Five agreement items, two of them worded the other way, with a middle that may be no answer."""
    pyreadstat = pytest.importorskip("pyreadstat")
    statements = {
        "v1": "I am satisfied with the level of service",
        "v2": "The value for money was good",
        "v3": "The staff were slow",
        "v4": "My wishes were heard",
        "v5": "There was too much noise",
    }
    labels = {1: "Strongly disagree", 2: "Disagree", 3: "No opinion", 4: "Agree", 5: "Strongly agree"}
    frame = pd.DataFrame({column: np.resize([1, 2, 3, 4, 5, 5], 18).astype(float) for column in statements})
    path = tmp_path / "hotel.sav"
    pyreadstat.write_sav(
        frame, str(path), column_labels=list(statements.values()), variable_value_labels=dict.fromkeys(frame, labels)
    )
    return path


def test_statements_worded_the_other_way_are_seen_and_never_scored_first(hotel):
    found = following(hotel)
    assert found.column in ("v1", "v2", "v4")
    assert found.choices
    # No opinion stands in the middle: whether it is a point is asked, with a command for either.
    assert [(choice.condition, list(choice.missing)) for choice in found.choices] == [
        ("if 3 (No opinion) is no answer", ["3"]),
        ("if 3 (No opinion) is a point between the others", []),
    ]
    (turned,) = re.findall(r"v3, v5 \(worded the other way: (.*?)\)\)?", " ".join(found.hints))
    assert "if 1 (Strongly disagree" in turned
    assert "if 5" not in turned
    for command in commands(hotel):
        assert run_command(command).exit_code == 0
    page = CliRunner().invoke(main, ["inspect", str(hotel)]).output
    lines = page.splitlines()
    for reversed_item in ("v3", "v5"):
        place = next(k for k, line in enumerate(lines) if line.split()[:1] == [reversed_item])
        assert "worded the other way" in " ".join(lines[place : place + 4])


@pytest.mark.parametrize("odd", ["98", "csat", "=AVERAGE(B2:B21)"])
def test_an_answer_given_once_is_no_code_for_no_answer(tmp_path, odd):
    path = written(tmp_path, {"csat": [*[1, 2, 3, 4, 5] * 12, odd], "x": range(61)})
    survey = read_export(path)
    assert survey.questions["kind"].iloc[0] == "rating"
    hints = next_score(survey, inspect(survey)).hints
    assert not any("--missing" in hint for hint in hints)
    assert any(f"1 x {odd} is on no point of csat-5 and is set aside" in hint for hint in hints)
    twice = written(tmp_path, {"csat": [*[1, 2, 3, 4, 5] * 12, "98", "98"], "x": range(62)})
    assert any("add --missing 98" in hint for hint in following(twice).hints)


def test_personal_columns_make_no_segments(tmp_path):
    people = ["Ann Smith", "Bob de Vries", "Jan Jansen"]
    path = written(tmp_path, {"csat": [1 + k % 5 for k in range(90)], "contact": people * 30, "Agent": people * 30})
    assert "--by" not in " ".join(commands(path))
